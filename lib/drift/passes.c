/* Comparing what is too large for memory: passes over both sides, a block of columns each.
 *
 * Owns how many columns a pass takes. Invariant: all memory of the call is asked from the purse, so
 * that the bound holds for everything; what does not fit is let go of, from the last column of the
 * block on, and read in a later pass; a column that does not fit by itself is refused.
 */
#include "base/opts.h"
#include "column/names.h"
#include "column/part.h"
#include "drift/inside.h"
#include "drift/job.h"
#include "drift/purse.h"
#include "file/container.h"
#include "file/file.h"

#include <mlops/drift_stream.h>
#include <string.h>

enum {
    SLACK = 64 << 10,  /* is left for what is not reckoned with, such as counts of texts */
    TABLES = 16 << 10, /* those of a column, without its values */
    READER = 1 << 20   /* that of CSV */
};

static const int64_t MEMORY_MAX_DEFAULT = (int64_t)1 << 30;

typedef struct side {
    const char *what; /* for messages */
    mlops_stream_open open;
    void *user;
    const char *path;
    mlops_table *head;  /* names and types */
    mlops_table *block; /* columns of the pass; NULL if there was no memory */
    int64_t n_rows;     /* -1: not known yet */
} side;

typedef struct passes {
    mlops__drift_job job;
    mlops_drift_stream_opts opts;
    mlops__host host; /* the caller's */
    mlops_host lent;  /* that of the purse */
    mlops__purse purse;
    mlops_csv_opts csv;
    mlops_call csv_call;
    side reference; /* neither open nor path: the job's is kept */
    side current;
    mlops_reference *loaded;
    const char **names; /* of the columns that are compared */
    int64_t first;      /* column of the pass */
    size_t room;        /* of the columns in work */
} passes;

static int is_kept(const passes *self) { return self->job.reference.kept != NULL; }

static mlops_status poll(void *user, mlops_error *err) {
    const passes *self = user;
    return mlops__drift_job_poll(&self->job, self->first, err);
}

static int32_t poll_csv(void *user, int64_t done, int64_t total) {
    const passes *self = user;
    const mlops_call *call = &self->job.call;
    (void)done;
    (void)total;
    return call->progress ? call->progress(call->progress_user, self->first, self->job.n) : 0;
}

/* ---- reading ---- */

static mlops_status open_stream(struct ArrowArrayStream *out, passes *self, const side *from,
                                const mlops__part *part, mlops_error *err) {
    mlops__buf list;
    memset(out, 0, sizeof *out);
    mlops__buf_init(&list, &self->job.host.allocator);
    int64_t n = part->n ? part->n : 1; /* rows are counted by a column, too */
    for (int64_t i = 0; part->names && i < n; i++) mlops__names_put(&list, part->names[i]);
    mlops__buf_u8(&list, 0);
    mlops_status status = list.status ? mlops__fail_nomem(err, list.size) : MLOPS_OK;
    if (status == MLOPS_OK) {
        int32_t code = from->open(from->user, part->names ? (const char *)list.data : NULL, out);
        if (code) status = mlops__fail_os(err, code, "cannot open", from->what);
    }
    mlops__buf_free(&list);
    return status;
}

static mlops_status read_part(mlops_table **out, passes *self, const side *from, mlops__part *part,
                              mlops_error *err) {
    struct ArrowArrayStream stream;
    *out = NULL;
    if (from->path) {
        MLOPS_TRY(mlops__part_load(out, from->path, part, &self->csv, err));
        part->n_kept = part->n;
        return MLOPS_OK;
    }
    MLOPS_TRY(open_stream(&stream, self, from, part, err));
    mlops_status status = mlops__part_import(out, &stream, part, &self->lent, err);
    return mlops__fail_path(err, status, from->what);
}

static void let_go(passes *self) {
    mlops_table_unref(self->reference.block);
    mlops_table_unref(self->current.block);
    self->reference.block = self->current.block = NULL;
}

/* Reads the block of a side; *count falls to as many columns as there is memory for. */
static mlops_status load(passes *self, side *from, int64_t *count, mlops_error *err) {
    mlops__part part = {self->names + self->first, *count, from->n_rows, poll, self, 0};
    mlops_status status = read_part(&from->block, self, from, &part, err);
    if (status == MLOPS_E_NOMEM && atomic_load(&self->purse.exceeded) && *count > 0) {
        part.n_kept = part.n = 0;
        status = MLOPS_OK;
        let_go(self);          /* no column is judged in this pass, of either side */
        if (part.n_rows < 0) { /* to count them */
            status = read_part(&from->block, self, from, &part, err);
            mlops_table_unref(from->block);
            from->block = NULL;
        }
    }
    from->n_rows = part.n_rows;
    if (part.n_kept < *count) *count = part.n_kept;
    return status;
}

static mlops_status load_both(passes *self, int64_t *count, mlops_error *err) {
    if (!is_kept(self)) MLOPS_TRY(load(self, &self->reference, count, err));
    if (*count > 0 || self->current.n_rows < 0) MLOPS_TRY(load(self, &self->current, count, err));
    self->job.reference.table = self->reference.block;
    self->job.current = self->current.block;
    return MLOPS_OK;
}

/* ---- how much fits ---- */

static size_t left(const passes *self) { return self->purse.max - atomic_load(&self->purse.used); }

static int64_t place(const side *from, const char *name) {
    return from->block ? mlops_table_find(from->block, name) : -1;
}

static void drop(passes *self, int64_t i) {
    const char *name = self->names[self->first + i];
    int64_t x = place(&self->reference, name), y = place(&self->current, name);
    if (x >= 0) mlops__part_drop(self->reference.block, x);
    if (y >= 0) mlops__part_drop(self->current.block, y);
}

/* Bytes of the values of a column, without texts. */
static double column_size(const passes *self, int64_t i) {
    mlops_type type =
        mlops_table_type(self->current.head, mlops_table_find(self->current.head, self->names[i]));
    double width = type == MLOPS_TYPE_BOOL ? 1 : type == MLOPS_TYPE_STRING ? 4 : 8;
    double rows = (double)self->current.n_rows;
    if (!is_kept(self)) rows += (double)self->reference.n_rows;
    return rows * (width + 0.125) + 2;
}

/* Lets columns go until the others can be judged; returns how many are left. */
static int64_t fit(passes *self, int64_t count, int64_t loaded) {
    while (loaded > count) drop(self, --loaded);
    if (count > 0) self->room = mlops__drift_job_room(&self->job);
    while (count > 0 && (left(self) < SLACK || self->room > left(self) - SLACK)) {
        atomic_store(&self->purse.exceeded, 1);
        drop(self, --count);
    }
    return count;
}

/* Columns that the next pass is likely to have memory for. */
static int64_t guess(const passes *self, int64_t from) {
    double most = (double)left(self) - (double)self->room - SLACK, size = 0;
    int64_t n = 0;
    while (from + n < self->job.n && (size += column_size(self, from + n)) <= most) n++;
    return n > 0 ? n : 1;
}

static mlops_status refuse(passes *self, mlops_error *err) {
    const char *name = self->names[self->first];
    int64_t m = self->current.n_rows, n = is_kept(self) ? 0 : self->reference.n_rows;
    int64_t whole = self->job.kept_rows;
    mlops_type type =
        mlops_table_type(self->current.head, mlops_table_find(self->current.head, name));
    int is_text = type == MLOPS_TYPE_STRING;
    double size =
        column_size(self, self->first) + SLACK + TABLES + (double)atomic_load(&self->purse.used);
    if (self->reference.path || self->current.path) size += READER;
    double room =
        8 * ((double)(n > m ? n : m) + (double)whole); /* as mlops__drift_job_room() has it */
    if (self->job.rule.preset) room = 3 * (room + 8 * ((double)n + (double)m));
    if (!is_text && type != MLOPS_TYPE_BOOL) size += room;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "column '%s' takes %lld bytes of memory%s, with %lld rows of the reference "
                       "and %lld to judge; mlops_call.memory_max is %zu. Raise it%s",
                       name, (long long)size, is_text ? " besides its distinct texts" : "",
                       (long long)(n + whole), (long long)m, self->purse.max,
                       is_kept(self) ? "" : ", or compare with a kept reference");
}

/* ---- passes ---- */

static mlops_status bind_block(passes *self, int64_t count, mlops_error *err) {
    for (int64_t i = self->first; i < self->first + count; i++) {
        const char *name = self->names[i];
        mlops__drift_pair *pair = &self->job.pairs[i];
        const mlops_reference *kept = self->job.reference.kept;
        mlops_type type;
        if (!kept) pair->reference = place(&self->reference, name);
        pair->current = place(&self->current, name);
        if (kept) type = mlops_reference_type(kept, pair->reference);
        else type = mlops_table_type(self->reference.block, pair->reference);
        MLOPS_TRY(mlops__drift_job_kinds(
            name, type, mlops_table_type(self->current.block, pair->current), err));
    }
    return MLOPS_OK;
}

/* What the verdicts of the block name outlives it. */
static mlops_status keep_texts(passes *self, int64_t count) {
    for (int64_t i = self->first; i < self->first + count; i++) {
        mlops__drift_judged *judged = &self->job.judged[i];
        judged->column.name = self->names[i];
        for (int k = 0; k < judged->n_regions; k++) {
            const char **text = &judged->regions[k].text;
            if (!*text) continue;
            *text = mlops__arena_text(&self->job.arena, *text, strlen(*text));
            if (!*text) return MLOPS_E_NOMEM;
        }
    }
    return MLOPS_OK;
}

/* One pass over both sides; *count is how many of these columns it has judged. */
static mlops_status pass(passes *self, int64_t *count, mlops_error *err) {
    int64_t asked = *count;
    mlops__drift_job *job = &self->job;
    atomic_store(&self->purse.exceeded, 0);
    MLOPS_TRY(load_both(self, count, err));
    *count = fit(self, *count, asked);
    if (*count == 0) return MLOPS_OK;
    MLOPS_TRY(bind_block(self, *count, err));
    job->call.memory_max = (int64_t)(left(self) > self->room ? left(self) : self->room);
    mlops_status status = mlops__drift_job_judge(job, self->first, self->first + *count, err);
    if (status == MLOPS_OK && keep_texts(self, *count) != MLOPS_OK)
        status = mlops__fail_nomem(err, 0);
    if (status != MLOPS_E_NOMEM || !atomic_load(&self->purse.exceeded)) return status;
    *count = 0;
    return MLOPS_OK;
}

static mlops_status run(passes *self, mlops_error *err) {
    int64_t n = self->job.n, width = n;
    while (self->first < n) {
        int known = self->current.n_rows >= 0 && (is_kept(self) || self->reference.n_rows >= 0);
        int64_t asked = width < n - self->first ? width : n - self->first, count = asked;
        mlops_status status = pass(self, &count, err);
        let_go(self);
        MLOPS_TRY(status);
        self->first += count;
        width = guess(self, self->first);
        if (count > 0 || !known) continue;
        if (asked == 1 && !atomic_load(&self->purse.exceeded)) return mlops__fail_nomem(err, 0);
        if (asked == 1) return refuse(self, err);
        width = width < asked / 2 ? width : asked / 2;
    }
    return MLOPS_OK;
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

static mlops_status take_sources(passes *self, mlops_error *err) {
    const mlops_drift_stream_opts *opts = &self->opts;
    self->reference = (side){"the reference",
                             opts->reference_open,
                             opts->reference_user,
                             opts->reference_path,
                             NULL,
                             NULL,
                             -1};
    self->current = (side){"the current data",
                           opts->current_open,
                           opts->current_user,
                           opts->current_path,
                           NULL,
                           NULL,
                           -1};
    self->job.reference.kept = opts->reference;
    int is_container = 0;
    if (opts->reference_path)
        MLOPS_TRY(look(&is_container, &self->host, opts->reference_path, err));
    if (!is_container) return MLOPS_OK;
    mlops_reference_opts load_opts = MLOPS_REFERENCE_OPTS_INIT;
    load_opts.host = &self->lent;
    mlops_status status =
        mlops_reference_load(&self->loaded, opts->reference_path, &load_opts, err);
    if (status == MLOPS_E_NOMEM && atomic_load(&self->purse.exceeded))
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "the reference '%s' takes more than mlops_call.memory_max, which is "
                           "%zu bytes",
                           opts->reference_path, self->purse.max);
    MLOPS_TRY(status);
    self->reference.path = NULL;
    self->job.reference.kept = self->loaded;
    return MLOPS_OK;
}

static mlops_status take_csv(passes *self, mlops_error *err) {
    const mlops_call call = MLOPS_CALL_INIT;
    MLOPS_TRY(
        mlops__opts_copy(&self->csv, sizeof self->csv, self->opts.csv, "mlops_csv_opts", err));
    self->csv_call = call;
    self->csv_call.progress = poll_csv;
    self->csv_call.progress_user = self;
    self->csv_call.deadline_ns = self->job.call.deadline_ns;
    self->csv.struct_size = sizeof self->csv;
    self->csv.host = &self->lent;
    self->csv.call = &self->csv_call;
    self->csv.memory_max = INT64_MAX;
    return MLOPS_OK;
}

/* From here on all memory is asked from the purse. */
static void open_purse(passes *self) {
    mlops__drift_job *job = &self->job;
    int64_t most = job->call.memory_max ? job->call.memory_max : MEMORY_MAX_DEFAULT;
    mlops__purse_init(&self->purse, &self->host.allocator,
                      (uint64_t)most > SIZE_MAX ? SIZE_MAX : (size_t)most);
    job->host.allocator = self->purse.table;
    job->in_place = !job->rule.preset; /* presets may want the rows in their order */
    self->lent = mlops__host_lend(&job->host);
}

/* Which columns there are to compare. */
static mlops_status bind(passes *self, mlops_error *err) {
    mlops__drift_job *job = &self->job;
    mlops__part part = {NULL, 0, -1, poll, self, 0};
    if (!is_kept(self))
        MLOPS_TRY(read_part(&self->reference.head, self, &self->reference, &part, err));
    MLOPS_TRY(read_part(&self->current.head, self, &self->current, &part, err));
    job->reference.table = self->reference.head;
    job->current = self->current.head;
    MLOPS_TRY(mlops__drift_job_bind(job, err));
    for (int64_t i = 0; i < job->n; i++)
        if (job->pairs[i].texts[1])
            return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                               "the reference keeps what is counted of texts; compare it with a "
                               "table, or name them in mlops_drift_opts.ignore");
    self->names = mlops__arena_array(&job->arena, (size_t)job->n, sizeof *self->names);
    if (!self->names) return mlops__fail_nomem(err, (size_t)job->n * sizeof *self->names);
    for (int64_t i = 0; i < job->n; i++)
        self->names[i] = mlops_table_name(self->current.head, job->pairs[i].current);
    return MLOPS_OK;
}

static mlops_status compare(mlops_drift **out, passes *self, mlops_error *err) {
    MLOPS_TRY(check_sources(&self->opts, err));
    mlops__drift_job *job = &self->job;
    MLOPS_TRY(mlops__drift_job_begin(job, self->opts.drift, 1, err));
    self->host = job->host;
    open_purse(self);
    MLOPS_TRY(take_sources(self, err));
    MLOPS_TRY(mlops__drift_rule_init(&job->rule, self->opts.drift, !is_kept(self), err));
    MLOPS_TRY(take_csv(self, err));
    MLOPS_TRY(bind(self, err));
    MLOPS_TRY(run(self, err));
    return mlops__drift_job_settle(out, job, &self->host, err);
}

mlops_status mlops_drift_compare_stream(mlops_drift **out, const mlops_drift_stream_opts *opts,
                                        mlops_error *err) {
    passes self;
    *out = NULL;
    memset(&self, 0, sizeof self);
    MLOPS_TRY(mlops__opts_copy(&self.opts, sizeof self.opts, opts, "mlops_drift_stream_opts", err));
    mlops_status status = compare(out, &self, err);
    if (status == MLOPS_E_NOMEM && self.purse.max && atomic_load(&self.purse.exceeded))
        status = mlops__fail(err, MLOPS_E_LIMIT,
                             "what is needed besides the values of a column takes more than "
                             "mlops_call.memory_max, which is %zu bytes",
                             self.purse.max);
    let_go(&self);
    mlops_table_unref(self.reference.head);
    mlops_table_unref(self.current.head);
    mlops__drift_job_end(&self.job);
    mlops_reference_unref(self.loaded);
    return status;
}
