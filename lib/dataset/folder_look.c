/* What the files of a folder are: remembered, or read, hashed and kept, some at a time.
 *
 * Owns the files that are read at once. Invariants: a file is what it was hashed as only if its
 * stat was the same before and behind the reading; it is remembered only if a later change would
 * show; content goes to the packs before an entry names it.
 */
#include "dataset/folder.h"
#include "dataset/source_file.h"
#include "file/file.h"
#include "store/erased.h"

#include <string.h>

enum {
    ROUND_BYTES = 8 << 20, /* of files that are read at once, but for a larger one */
    ROUND_FILES = 2048,
    LIKE_MIN = 64 << 10, /* a file that has changed is kept as changes from here on */
    TRIES = 3
};

/* A file that is being read. */
typedef struct reading {
    size_t file;
    mlops__buf bytes;
    mlops_id id;
    int is_due;  /* it may be large; else it waits for its turn */
    int is_read; /* and has not changed meanwhile */
    int is_kept; /* in the packs, since it was large */
    mlops_io_stat stat;
    int64_t begun_ns;
    mlops_status status;
    mlops_error err;
} reading;

typedef struct folder_round {
    mlops__snapshot *snapshot;
    reading *readings, *read; /* those that are being read, and those ahead of them */
    size_t n, n_read;
    size_t late[MLOPS__TOGETHER]; /* large files that wait for others */
    size_t n_late;
    mlops__keeping *items, *waiting; /* what was read: it is kept while the next is read */
    size_t n_items, n_waiting;
    mlops_status kept;
    mlops_error err;
    int keeps; /* what is read, in the packs */
} folder_round;

/* ---- entries and what is remembered, beside the files ---- */

/* What of an entry's path is below the prefix; NULL if nothing is. */
static const char *below(const mlops__snapshot *self, const char *path) {
    size_t n = strlen(self->prefix);
    if (n == 0) return path;
    return strncmp(path, self->prefix, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

static mlops_status take_entry(mlops__snapshot *self, const mlops__entry *entry,
                               mlops__looked *looked) {
    mlops__arena arena;
    mlops__facts facts;
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    mlops_status status = mlops__entry_read(entry, &facts, &arena, self->err);
    if (!status) {
        looked->entry = entry;
        looked->entry_id = facts.id;
        looked->entry_size = facts.size;
        looked->was_table = mlops__facts_is_table(&facts);
    }
    mlops__arena_free(&arena);
    return status;
}

/* Both are in the order of their paths. */
static mlops_status match_entries(mlops__snapshot *self) {
    const mlops__tree *tree = self->tree;
    size_t file = 0;
    for (size_t i = 0; i < tree->n; i++) {
        const char *path = below(self, tree->entries[i]->path);
        int order = 1;
        if (!path) continue;
        while (file < self->walk.n && (order = strcmp(self->walk.files[file].path, path)) < 0)
            file++;
        if (file < self->walk.n && order == 0)
            MLOPS_TRY(take_entry(self, tree->entries[i], &self->files[file]));
        else if (mlops__globs_take(&self->globs, path)) {
            self->is_gone[i] = !(self->opts.flags & MLOPS_FOLDER_KEEP_MISSING);
            self->stat.n_removed += self->is_gone[i];
        }
    }
    return MLOPS_OK;
}

/* What is remembered of a table holds only for the entry that it was. */
static void match_known(mlops__snapshot *self) {
    mlops__folder_cache cache = self->cache;
    mlops__known_file known;
    size_t file = 0;
    while (mlops__folder_cache_next(&cache, &known)) {
        int order = 1;
        while (file < self->walk.n && (order = strcmp(self->walk.files[file].path, known.path)) < 0)
            file++;
        if (file == self->walk.n || order) continue;
        mlops__looked *looked = &self->files[file];
        if (!mlops__stat_is_same(&self->walk.files[file].stat, &known.stat)) continue;
        if (known.is_table &&
            !(looked->entry && memcmp(&looked->entry_id, &known.id, sizeof known.id) == 0))
            continue;
        looked->id = known.id;
        looked->stat = known.stat;
        looked->is_table = known.is_table;
        looked->is_known = looked->is_settled = 1;
    }
}

static int is_same(const mlops__looked *looked) {
    return looked->entry && memcmp(&looked->id, &looked->entry_id, sizeof looked->id) == 0;
}

/* ---- reading ---- */

/* All of it into memory, and its id. */
static mlops_status read_small(folder_round *round, reading *r, mlops__source_file *f,
                               size_t size) {
    r->bytes.size = 0;
    uint8_t *bytes = mlops__buf_extend(&r->bytes, size + 1);
    if (!bytes) return mlops__fail_nomem(&r->err, size);
    r->bytes.size = size;
    MLOPS_TRY(mlops__source_file_read(f, 0, bytes, size, &r->err));
    r->id = mlops__content_id(round->snapshot->store, bytes, size);
    return MLOPS_OK;
}

static mlops_status read_large(folder_round *round, reading *r, mlops__source_file *f,
                               uint64_t size) {
    const mlops__snapshot *s = round->snapshot;
    const mlops__looked *looked = &s->files[r->file];
    const mlops__source source = {size, NULL, mlops__source_file_read, f, f->path};
    if (!round->keeps) return mlops__content_id_of(s->store, &source, &r->id, &r->err);
    return mlops__content_add_source(s->store, s->lease, &source,
                                     looked->entry ? &looked->entry_id : NULL, s->call.executor,
                                     &r->id, &r->err);
}

/* MLOPS_E_BUSY if the file has changed meanwhile. */
static mlops_status read_once(folder_round *round, reading *r, mlops__source_file *f) {
    const mlops__host *host = f->host;
    mlops_io_stat before = MLOPS_IO_STAT_INIT, after = MLOPS_IO_STAT_INIT;
    r->begun_ns = mlops__host_now(host);
    int64_t code = mlops__file_stat_of(&host->io, f->number, &before);
    if (code < 0) return mlops__fail_os(&r->err, code, "cannot look at", f->path);
    int is_large = before.size >= MLOPS__SOURCE_LARGE;
    if (is_large && !r->is_due) { /* its turn comes */
        r->is_due = 1;
        return MLOPS_OK;
    }
    r->is_kept = is_large && round->keeps;
    mlops_status status = is_large ? read_large(round, r, f, (uint64_t)before.size)
                                   : read_small(round, r, f, (size_t)before.size);
    if (status) return status;
    code = mlops__file_stat_of(&host->io, f->number, &after);
    if (code < 0) return mlops__fail_os(&r->err, code, "cannot look at", f->path);
    r->stat = after;
    r->is_read = mlops__stat_is_same(&before, &after);
    return r->is_read ? MLOPS_OK : mlops__source_file_changed(f, &r->err);
}

static mlops_status read_file(folder_round *round, reading *r, mlops__source_file *f) {
    mlops_status status = MLOPS_E_BUSY;
    for (int i = 0; i < TRIES && status == MLOPS_E_BUSY; i++) status = read_once(round, r, f);
    return status;
}

static void close_file(const mlops__snapshot *s, const mlops__source_file *f) {
    if (!f->path) return;
    if (f->number >= 0) mlops__file_end(&s->host->io, f->number);
    mlops__free(&s->host->allocator, (char *)(uintptr_t)f->path, strlen(f->path) + 1);
}

/* To be closed in any case. */
static mlops_status open_file(const mlops__snapshot *s, reading *r, mlops__source_file *out) {
    const char *name = s->walk.files[r->file].path;
    size_t size = strlen(s->folder) + strlen(name) + 2;
    char *path = mlops__alloc(&s->host->allocator, size);
    *out = (mlops__source_file){s->host, -1, path};
    if (!path) return mlops__fail_nomem(&r->err, size);
    mlops__format(path, size, "%s/%s", s->folder, name);
    out->number = mlops__file_number(&s->host->io, path, MLOPS_IO_READ);
    return out->number < 0 ? mlops__fail_os(&r->err, out->number, "cannot open", path) : MLOPS_OK;
}

static mlops_status read_one(void *user, int64_t index, int32_t worker) {
    folder_round *round = user;
    reading *r = &round->readings[index];
    mlops__source_file f;
    (void)worker;
    r->status = open_file(round->snapshot, r, &f);
    if (!r->status) r->status = read_file(round, r, &f);
    close_file(round->snapshot, &f);
    return r->status;
}

static mlops_status keep_waiting(folder_round *round, mlops_error *err) {
    const mlops__snapshot *s = round->snapshot;
    size_t n = round->n_waiting;
    mlops_status status = MLOPS_OK;
    round->n_waiting = 0;
    if (n)
        status = mlops__content_keep(s->store, s->lease, round->waiting, n, s->call.executor, err);
    for (; round->n_read; round->n_read--) mlops__buf_free(&round->read[round->n_read - 1].bytes);
    return status;
}

static mlops_status do_task(void *user, int64_t index, int32_t worker) {
    folder_round *round = user;
    if (index) return read_one(round, index - 1, worker);
    return round->kept = keep_waiting(round, &round->err);
}

/* The first of them that failed tells why. */
static mlops_status read_all(folder_round *round) {
    mlops__snapshot *s = round->snapshot;
    const mlops_executor *executor = s->call.executor;
    mlops_status status = MLOPS_OK;
    int64_t n = (int64_t)round->n;
    round->kept = MLOPS_END; /* unless the executor gets to it */
    if (executor) status = executor->parallel_for(executor->ctx, n + 1, do_task, round);
    else
        for (int64_t i = 0; i <= n && !status; i++) status = do_task(round, i, 0);
    for (int64_t i = 0; i < n; i++) {
        reading *r = &round->readings[i];
        if (r->status && s->err) *s->err = r->err;
        if (r->status) return r->status;
    }
    if (round->kept < 0 && s->err) *s->err = round->err;
    if (round->kept < 0) return round->kept;
    if (!status && !round->kept) return MLOPS_OK;
    return mlops__fail(s->err, MLOPS_E_INVALID, "the executor failed");
}

/* ---- what was read ---- */

/* A table is there as CSV: is the file what a checkout would make of the entry? */
static mlops_status compare_table(const mlops__snapshot *s, mlops__looked *looked) {
    mlops__arena arena;
    mlops__facts facts;
    mlops__buf csv;
    mlops__arena_init(&arena, &s->host->allocator, SIZE_MAX);
    mlops_status status = mlops__entry_read(looked->entry, &facts, &arena, s->err);
    if (!status && strcmp(facts.kind, "table") == 0) {
        status = mlops__facts_file(&facts, s->store, &csv, s->err);
        if (!status) {
            mlops_id id = mlops__content_id(s->store, csv.data, csv.size);
            looked->is_table = memcmp(&id, &looked->id, sizeof id) == 0;
            if (looked->is_table) looked->id = facts.id;
            mlops__buf_free(&csv);
        }
    }
    mlops__arena_free(&arena);
    return status;
}

static mlops_status take_reading(folder_round *round, size_t index) {
    mlops__snapshot *s = round->snapshot;
    reading *r = &round->readings[index];
    mlops__looked *looked = &s->files[r->file];
    const mlops_id *like = looked->entry ? &looked->entry_id : NULL;
    if (!r->is_read && read_one(round, (int64_t)index, 0)) {
        if (s->err) *s->err = r->err;
        return r->status;
    }
    s->stat.n_read++;
    s->stat.bytes_read += r->stat.size;
    looked->id = r->id;
    looked->stat = r->stat;
    looked->is_known = 1;
    looked->is_settled = mlops__stat_is_settled(r->stat.mtime_ns, r->begun_ns) &&
                         mlops__stat_is_settled(r->stat.ctime_ns, r->begun_ns);
    if (looked->entry && !is_same(looked)) MLOPS_TRY(compare_table(s, looked));
    if (!round->keeps || is_same(looked)) return MLOPS_OK;
    looked->is_kept = 1;
    if (r->is_kept) return MLOPS_OK;
    const mlops__keeping it = {r->id, r->bytes.data, r->bytes.size, s->walk.files[r->file].path};
    if (like && it.n >= LIKE_MIN)
        return mlops__erased_name(
            s->err, mlops__content_pack(s->store, s->lease, &it.id, it.bytes, it.n, like, s->err),
            it.name);
    round->items[round->n_items++] = it;
    return MLOPS_OK;
}

/* What is to be kept waits, and its bytes. */
static mlops_status take_readings(folder_round *round) {
    reading *read = round->read;
    mlops__keeping *items = round->waiting;
    round->n_items = 0;
    for (size_t i = 0; i < round->n; i++) MLOPS_TRY(take_reading(round, i));
    round->read = round->readings;
    round->n_read = round->n;
    round->readings = read;
    round->waiting = round->items;
    round->n_waiting = round->n_items;
    round->items = items;
    return MLOPS_OK;
}

/* ---- large files, some at a time ---- */

typedef struct large_files {
    mlops__source_file files[MLOPS__TOGETHER];
    mlops__source sources[MLOPS__TOGETHER];
    mlops__adding items[MLOPS__TOGETHER];
    mlops_io_stat before[MLOPS__TOGETHER];
} large_files;

static mlops_status look_at(const folder_round *round, large_files *large, size_t i) {
    const mlops__host *host = round->snapshot->host;
    const mlops__looked *looked = &round->snapshot->files[round->readings[i].file];
    reading *r = &round->readings[i];
    mlops__source_file *f = &large->files[i];
    MLOPS_TRY(open_file(round->snapshot, r, f));
    r->begun_ns = mlops__host_now(host);
    large->before[i] = (mlops_io_stat)MLOPS_IO_STAT_INIT;
    int64_t code = mlops__file_stat_of(&host->io, f->number, &large->before[i]);
    if (code < 0) return mlops__fail_os(&r->err, code, "cannot look at", f->path);
    large->sources[i] =
        (mlops__source){(uint64_t)large->before[i].size, NULL, mlops__source_file_read, f, f->path};
    large->items[i].source = &large->sources[i];
    large->items[i].like = looked->entry ? &looked->entry_id : NULL;
    return MLOPS_OK;
}

static mlops_status look_again(const folder_round *round, const large_files *large, size_t i) {
    const mlops__source_file *f = &large->files[i];
    reading *r = &round->readings[i];
    r->id = large->items[i].id;
    r->stat = (mlops_io_stat)MLOPS_IO_STAT_INIT;
    int64_t code = mlops__file_stat_of(&f->host->io, f->number, &r->stat);
    if (code < 0) return mlops__fail_os(&r->err, code, "cannot look at", f->path);
    r->is_read = r->is_kept = mlops__stat_is_same(&large->before[i], &r->stat);
    return MLOPS_OK;
}

/* Those that change meanwhile are left, to be read by themselves. */
static mlops_status read_together(const folder_round *round, large_files *large) {
    mlops__snapshot *s = round->snapshot;
    mlops_status status = MLOPS_OK;
    size_t i = 0;
    for (; i < round->n && !status; i++) status = look_at(round, large, i);
    if (!status) {
        status = mlops__content_add_sources(s->store, s->lease, large->items, round->n,
                                            s->call.executor, s->err);
        if (status) return status == MLOPS_E_BUSY ? MLOPS_OK : status;
        for (i = 0; i < round->n && !status; i++) status = look_again(round, large, i);
    }
    if (status && s->err) *s->err = round->readings[i - 1].err;
    return status;
}

static mlops_status run_late(folder_round *round) {
    large_files large = {0};
    mlops_status status = MLOPS_OK;
    for (round->n = 0; round->n < round->n_late; round->n++) {
        reading *r = &round->readings[round->n];
        r->file = round->late[round->n];
        r->is_read = 0;
        r->is_due = 1;
    }
    round->n_late = 0;
    MLOPS_TRY(keep_waiting(round, round->snapshot->err));
    if (round->n > 1 && round->keeps) status = read_together(round, &large);
    for (size_t i = 0; i < round->n; i++) close_file(round->snapshot, &large.files[i]);
    return status ? status : take_readings(round);
}

/* ---- all of them ---- */

static mlops_status run_round(folder_round *round) {
    MLOPS_TRY(read_all(round));
    return take_readings(round);
}

/* A file that is known, and has another entry or none, need not be read if the packs have it. */
static mlops_status find_kept(mlops__snapshot *self, mlops__looked *looked, int keeps) {
    int there = 0, is_known = 0, held = 0;
    if (!keeps || !looked->is_known || is_same(looked)) return MLOPS_OK;
    MLOPS_TRY(mlops__lease_begin(self->lease, self->store, self->err));
    mlops_status has = mlops__content_has(self->store, &looked->id, &there, &is_known, self->err);
    MLOPS_TRY(mlops__erased_name(self->err, has, self->walk.files[looked - self->files].path));
    if (there)
        MLOPS_TRY(mlops__lease_take(self->lease, self->store, looked->id.bytes, &held, self->err));
    looked->is_kept = looked->is_known = held;
    return MLOPS_OK;
}

static void add_reading(folder_round *round, size_t file) {
    reading *r = &round->readings[round->n++];
    r->file = file;
    r->is_due = r->is_read = 0;
    r->status = MLOPS_OK;
}

/* Large files wait until there are enough of them. */
static mlops_status gather(folder_round *round, size_t *file) {
    mlops__snapshot *s = round->snapshot;
    int64_t bytes = 0;
    round->n = 0;
    for (; *file < s->walk.n && round->n < ROUND_FILES; ++*file) {
        int64_t size = s->walk.files[*file].stat.size;
        if (round->n_late == MLOPS__TOGETHER) return MLOPS_OK;
        if (round->n && bytes + size > ROUND_BYTES && size < MLOPS__SOURCE_LARGE) return MLOPS_OK;
        MLOPS_TRY(find_kept(s, &s->files[*file], round->keeps));
        if (s->files[*file].is_known) continue;
        if (size >= MLOPS__SOURCE_LARGE) round->late[round->n_late++] = *file;
        else {
            bytes += size;
            add_reading(round, *file);
        }
    }
    return MLOPS_OK;
}

static mlops_status poll(const folder_round *round, size_t file) {
    const mlops__snapshot *s = round->snapshot;
    return mlops__call_poll(&s->call, s->host, (int64_t)(file - round->n - round->n_late),
                            (int64_t)s->walk.n, s->err);
}

static mlops_status read_rounds(folder_round *round) {
    mlops__snapshot *s = round->snapshot;
    for (size_t i = 0; i < s->walk.n;) {
        MLOPS_TRY(gather(round, &i));
        MLOPS_TRY(poll(round, i));
        if (round->n) MLOPS_TRY(run_round(round));
        if (round->n_late < MLOPS__TOGETHER && i < s->walk.n) continue;
        round->n = 0;
        MLOPS_TRY(poll(round, i));
        MLOPS_TRY(run_late(round));
    }
    return keep_waiting(round, s->err);
}

/* Files of a round, at the most. */
static size_t most_at_once(const mlops__snapshot *self) {
    size_t n = 0;
    for (size_t i = 0; i < self->walk.n && n < ROUND_FILES; i++)
        n += !self->files[i].is_known || !is_same(&self->files[i]);
    return n;
}

static mlops_status read_unknown(mlops__snapshot *self, int keeps) {
    const mlops_allocator *allocator = &self->host->allocator;
    size_t most = most_at_once(self);
    folder_round round = {.snapshot = self, .keeps = keeps};
    if (most == 0) return MLOPS_OK;
    reading *readings = mlops__alloc_array(allocator, 2 * most, sizeof *readings);
    mlops__keeping *items = mlops__alloc_array(allocator, 2 * most, sizeof *items);
    mlops_status status = MLOPS_OK;
    if (!readings || !items) status = mlops__fail_nomem(self->err, most * sizeof *readings);
    for (size_t i = 0; i < 2 * most && readings; i++)
        mlops__buf_init(&readings[i].bytes, allocator);
    if (!status) {
        round.readings = readings;
        round.read = readings + most;
        round.items = items;
        round.waiting = items + most;
        status = read_rounds(&round);
    }
    for (size_t i = 0; i < 2 * most && readings; i++) mlops__buf_free(&readings[i].bytes);
    mlops__free(allocator, readings, 2 * most * sizeof *readings);
    mlops__free(allocator, items, 2 * most * sizeof *items);
    return status;
}

mlops_status mlops__snapshot_look(mlops__snapshot *self, const mlops__tree *tree, int keeps) {
    self->tree = tree;
    self->files = mlops__arena_array(&self->arena, self->walk.n, sizeof *self->files);
    self->is_gone = mlops__arena_alloc(&self->arena, tree->n);
    if (!self->files || !self->is_gone)
        return mlops__fail_nomem(self->err, self->walk.n * sizeof *self->files);
    for (size_t i = 0; i < self->walk.n; i++) {
        char path[MLOPS__PATH_MAX + 2];
        mlops__snapshot_path(self, i, path);
        MLOPS_TRY(mlops__path_check(path, self->err));
        MLOPS_TRY(mlops__path_check_new(path, self->err));
    }
    MLOPS_TRY(match_entries(self));
    match_known(self);
    MLOPS_TRY(read_unknown(self, keeps));
    mlops__call_done(&self->call, (int64_t)self->walk.n);
    for (size_t i = 0; i < self->walk.n; i++) {
        const mlops__looked *looked = &self->files[i];
        self->stat.n_added += looked->entry == NULL;
        self->stat.n_changed += looked->entry && !is_same(looked);
    }
    return MLOPS_OK;
}
