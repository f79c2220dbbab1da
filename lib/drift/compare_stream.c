/* Comparing what is too large for memory: passes over both sides, a block of columns each.
 *
 * Owns what is compared, and what outlives a pass. Invariant: all memory of the call is asked from
 * the purse of the passes, but for the report.
 */
#include "base/opts.h"
#include "column/passes.h"
#include "column/text_counts.h"
#include "drift/inside.h"
#include "drift/job.h"
#include "file/container.h"
#include "file/file.h"

#include <mlops/drift_stream.h>
#include <string.h>

typedef struct comparison {
    mlops__drift_job job;
    mlops_drift_stream_opts opts;
    mlops__host host;     /* the caller's */
    mlops__passes passes; /* the current data are the last of its sources */
    mlops_reference *loaded;
} comparison;

static int is_kept(const comparison *self) { return self->job.reference.kept != NULL; }

static mlops_status poll(void *user, mlops_error *err) {
    const comparison *self = user;
    return mlops__drift_job_poll(&self->job, self->passes.first, err);
}

/* ---- a block of columns ---- */

/* The tables of the block, of which working memory depends on the rows alone. */
static size_t room_of(void *user) {
    comparison *self = user;
    const mlops__passes *passes = &self->passes;
    if (!is_kept(self)) self->job.reference.table = passes->sources[0].block;
    self->job.current = passes->sources[passes->n_sources - 1].block;
    return mlops__drift_job_room(&self->job);
}

/* Of which type a column is in the sources, as they are read by now. */
static mlops_type type_of(const comparison *self, int source, const mlops__pass_column *column) {
    const mlops_table *block = self->passes.sources[source].block;
    return mlops_table_type(block, mlops_table_find(block, column->name));
}

static mlops_status bind_block(comparison *self, int64_t count, mlops_error *err) {
    const mlops__passes *passes = &self->passes;
    const mlops_reference *kept = self->job.reference.kept;
    int last = passes->n_sources - 1;
    for (int64_t i = 0; i < count; i++) {
        const mlops__pass_column *column = &passes->columns[passes->first + i];
        mlops__drift_pair *pair = &self->job.pairs[passes->first + i];
        mlops_type type = column->part >= 0 ? MLOPS_TYPE_STRING
                          : kept            ? mlops_reference_type(kept, pair->reference)
                                            : type_of(self, 0, column);
        MLOPS_TRY(mlops__drift_job_kinds(column->name, type, type_of(self, last, column), err));
        if (!kept) pair->texts[0] = mlops__passes_find(passes, 0, i, &pair->reference);
        pair->texts[1] = mlops__passes_find(passes, last, i, &pair->current);
    }
    return MLOPS_OK;
}

/* What the verdicts of the block name outlives it. */
static mlops_status keep_texts(comparison *self, int64_t count) {
    int64_t first = self->passes.first;
    for (int64_t i = first; i < first + count; i++) {
        mlops__drift_judged *judged = &self->job.judged[i];
        judged->column.name = self->passes.columns[i].shown;
        for (int k = 0; k < judged->n_regions; k++) {
            const char **text = &judged->regions[k].text;
            if (!*text) continue;
            *text = mlops__arena_text(&self->job.arena, *text, strlen(*text));
            if (!*text) return MLOPS_E_NOMEM;
        }
    }
    return MLOPS_OK;
}

static mlops_status judge(void *user, int64_t *n, mlops_error *err) {
    comparison *self = user;
    const mlops__passes *passes = &self->passes;
    mlops__drift_job *job = &self->job;
    size_t left = passes->purse.max - atomic_load(&passes->purse.used);
    MLOPS_TRY(bind_block(self, *n, err));
    job->call.memory_max = (int64_t)(left > passes->room ? left : passes->room);
    MLOPS_TRY(mlops__drift_job_judge(job, passes->first, passes->first + *n, err));
    return keep_texts(self, *n) == MLOPS_OK ? MLOPS_OK : mlops__fail_nomem(err, 0);
}

/* There are more columns: those that are judged stand where they stood. */
static mlops_status grown(void *user, mlops_error *err) {
    comparison *self = user;
    mlops__drift_job *job = &self->job;
    size_t n = (size_t)self->passes.n, judged = (size_t)self->passes.first;
    mlops__drift_pair *pairs = mlops__arena_array(&job->arena, n, sizeof *pairs);
    mlops__drift_judged *columns = mlops__arena_array(&job->arena, n, sizeof *columns);
    int64_t *order = mlops__arena_array(&job->arena, n, sizeof *order);
    if (!pairs || !columns || !order) return mlops__fail_nomem(err, n * sizeof *columns);
    memcpy(columns, job->judged, judged * sizeof *columns);
    job->pairs = pairs;
    job->judged = columns;
    job->order = order;
    job->n = self->passes.n;
    return MLOPS_OK;
}

static mlops_status refuse(void *user, double size, mlops_error *err) {
    const comparison *self = user;
    const mlops__passes *passes = &self->passes;
    const mlops__pass_column *column = &passes->columns[passes->first];
    const mlops__pass_source *current = &passes->sources[passes->n_sources - 1];
    int64_t m = current->n_rows, n = is_kept(self) ? 0 : passes->sources[0].n_rows;
    int64_t whole = self->job.kept_rows;
    mlops_type type =
        column->part < 0
            ? mlops_table_type(current->head, mlops_table_find(current->head, column->name))
            : mlops__texts_type(column->part);
    int is_text = type == MLOPS_TYPE_STRING;
    double room =
        8 * ((double)(n > m ? n : m) + (double)whole); /* as mlops__drift_job_room() has it */
    if (self->job.rule.preset) room = 3 * (room + 8 * ((double)n + (double)m));
    if (!is_text && type != MLOPS_TYPE_BOOL) size += room;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "column '%s' takes %lld bytes of memory%s, with %lld rows of the reference "
                       "and %lld to judge; mlops_call.memory_max is %zu. Raise it%s",
                       column->shown, (long long)size, is_text ? " besides its distinct texts" : "",
                       (long long)(n + whole), (long long)m, passes->purse.max,
                       is_kept(self) ? "" : ", or compare with a kept reference");
}

/* ---- sources ---- */

static mlops_status check_sources(const mlops_drift_stream_opts *opts, mlops_error *err) {
    if (opts->flags != 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_drift_stream_opts.flags is 0x%x; there are none, set 0",
                           opts->flags);
    int n =
        (opts->reference_open != NULL) + (opts->reference_path != NULL) + (opts->reference != NULL);
    int m = (opts->current_open != NULL) + (opts->current_path != NULL);
    if (n == 1 && m == 1) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_drift_stream_opts has %d sources for %s; each side has one",
                       n != 1 ? n : m, n != 1 ? "the reference" : "the current data");
}

/* Whether a file is one of ours, such as a saved reference. */
static mlops_status look(int *is_container, const mlops__host *host, const char *path,
                         mlops_error *err) {
    const mlops_io *io = &host->io;
    char bytes[16];
    size_t size = 0;
    int64_t file, n = 1;
    do file = io->open(io->ctx, path, MLOPS_IO_READ);
    while (file < 0 && mlops__os_kind_of(file) == MLOPS__OS_INTERRUPTED);
    if (file < 0) return mlops__fail_os(err, file, "cannot open", path);
    while (n && size < sizeof bytes) { /* some files give less than they have */
        n = io->pread(io->ctx, file, bytes + size, sizeof bytes - size, (int64_t)size);
        if (n < 0 && mlops__os_kind_of(n) != MLOPS__OS_INTERRUPTED) break;
        if (n > 0) size += (size_t)n;
    }
    io->close(io->ctx, file);
    if (n < 0) return mlops__fail_os(err, n, "cannot read", path);
    *is_container = mlops__container_is(bytes, size);
    return MLOPS_OK;
}

/* A reference that was saved is held within the bound, too. */
static mlops_status load_reference(comparison *self, const char *path, mlops_error *err) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.host = &self->passes.lent;
    mlops_status status = mlops_reference_load(&self->loaded, path, &opts, err);
    self->job.reference.kept = self->loaded;
    char what[160];
    mlops__format(what, sizeof what, "the reference '%s'", path);
    return mlops__passes_judge(&self->passes, status, what, err);
}

static mlops_status take_sources(comparison *self, mlops_error *err) {
    const mlops_drift_stream_opts *opts = &self->opts;
    mlops__pass_source *from = self->passes.sources;
    int is_container = 0;
    if (opts->reference_path)
        MLOPS_TRY(look(&is_container, &self->host, opts->reference_path, err));
    if (is_container) MLOPS_TRY(load_reference(self, opts->reference_path, err));
    else if (opts->reference) self->job.reference.kept = opts->reference;
    if (!is_kept(self)) {
        from->what = "the reference";
        from->open = opts->reference_open;
        from->user = opts->reference_user;
        from->path = opts->reference_path;
        from++;
    }
    from->what = "the current data";
    from->open = opts->current_open;
    from->user = opts->current_user;
    from->path = opts->current_path;
    self->passes.n_sources = is_kept(self) ? 1 : 2;
    return MLOPS_OK;
}

/* Column i of those that are compared. */
static mlops_status name_column(comparison *self, mlops__pass_column *out, int64_t i,
                                mlops_error *err) {
    mlops__drift_job *job = &self->job;
    const mlops__drift_pair *pair = &job->pairs[i];
    out->part = -1;
    out->decided = !self->passes.rows_min;
    out->name = out->shown =
        mlops_table_name(job->current, pair->texts[1] ? pair->texts_of : pair->current);
    if (!pair->texts[1]) return MLOPS_OK;
    out->part = (int)pair->current;
    out->shown = mlops__texts_name(&job->arena, out->name, out->part);
    return out->shown ? MLOPS_OK : mlops__fail_nomem(err, strlen(out->name));
}

/* Which columns there are to compare. */
static mlops_status bind(comparison *self, mlops_error *err) {
    mlops__drift_job *job = &self->job;
    mlops__passes *passes = &self->passes;
    MLOPS_TRY(mlops__passes_look(passes, err));
    if (!is_kept(self)) job->reference.table = passes->sources[0].head;
    job->current = passes->sources[passes->n_sources - 1].head;
    MLOPS_TRY(mlops__drift_job_bind(job, err));
    if (!is_kept(self) && !job->rule.preset && !(job->opts.flags & MLOPS_DRIFT_WHOLE_TEXTS))
        passes->rows_min = job->rule.rows_min;
    passes->n = job->n;
    passes->columns = mlops__arena_array(&job->arena, (size_t)job->n, sizeof *passes->columns);
    if (!passes->columns) return mlops__fail_nomem(err, (size_t)job->n * sizeof *passes->columns);
    for (int64_t i = 0; i < job->n; i++) MLOPS_TRY(name_column(self, &passes->columns[i], i, err));
    return MLOPS_OK;
}

static mlops_status compare(mlops_drift **out, comparison *self, mlops_error *err) {
    MLOPS_TRY(check_sources(&self->opts, err));
    mlops__drift_job *job = &self->job;
    mlops__passes *passes = &self->passes;
    MLOPS_TRY(mlops__drift_job_begin(job, self->opts.drift, 1, err));
    self->host = job->host;
    passes->user = self;
    passes->poll = poll;
    passes->room_of = room_of;
    passes->grown = grown;
    passes->use = judge;
    passes->refuse = refuse;
    passes->arena = &job->arena;
    MLOPS_TRY(mlops__passes_begin(passes, &self->host, &job->call, self->opts.csv, err));
    job->host.allocator = passes->purse.table;
    job->in_place = !job->rule.preset; /* presets may want the rows in their order */
    MLOPS_TRY(take_sources(self, err));
    MLOPS_TRY(mlops__drift_rule_init(&job->rule, self->opts.drift, !is_kept(self), err));
    MLOPS_TRY(bind(self, err));
    MLOPS_TRY(mlops__passes_run(passes, err));
    return mlops__drift_job_settle(out, job, &self->host, err);
}

mlops_status mlops_drift_compare_stream(mlops_drift **out, const mlops_drift_stream_opts *opts,
                                        mlops_error *err) {
    comparison self;
    *out = NULL;
    memset(&self, 0, sizeof self);
    MLOPS_TRY(mlops__opts_copy(&self.opts, sizeof self.opts, opts, "mlops_drift_stream_opts", err));
    mlops_status status = mlops__passes_judge(&self.passes, compare(out, &self, err),
                                              "what is needed besides the values of a column", err);
    mlops__passes_end(&self.passes);
    mlops__drift_job_end(&self.job);
    mlops_reference_unref(self.loaded);
    return status;
}
