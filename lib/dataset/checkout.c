/* Commits as files below a folder.
 *
 * Owns the text of a table while it is written. Invariants: paths were checked when they were
 * added, and again when the tree was read, so that none leads out of the folder; nothing is written
 * before it is known that nothing else would be lost.
 */
#include "base/opts.h"
#include "column/csv_write.h"
#include "dataset/dataset.h"
#include "file/file.h"

#include <string.h>

typedef struct checkout {
    mlops_store *store;
    const mlops__host *host;
    mlops__version version;
    const char *folder;
    char *path; /* of the file at hand */
    size_t cap;
    int force;
    uint8_t *is_same; /* for each entry: its file is there, as it should be */
    mlops_error *err;
} checkout;

static void set_path(checkout *self, const char *entry) {
    mlops__format(self->path, self->cap, "%s/%s", self->folder, entry);
}

mlops_status mlops__facts_file(const mlops__facts *facts, mlops_store *store, mlops__buf *out,
                               mlops_error *err) {
    mlops_table *table;
    if (strcmp(facts->kind, "table") != 0)
        return mlops__content_load(out, store, NULL, &facts->id, err);
    MLOPS_TRY(mlops__facts_table(&table, facts, store, NULL, err));
    mlops__buf_init(out, &mlops__store_host(store)->allocator);
    mlops_status status = mlops__csv_write(table, NULL, out, err);
    mlops_table_unref(table);
    if (status) mlops__buf_free(out);
    return status;
}

/* Whether a file that is there is the one that the entry becomes. */
static mlops_status compare(const checkout *self, const mlops__facts *facts,
                            const mlops__file_view *file, uint8_t *is_same) {
    mlops__buf bytes;
    if (strcmp(facts->kind, "table") != 0) {
        mlops_id id = mlops__content_id(self->store, file->data, file->size);
        *is_same = memcmp(&id, &facts->id, sizeof id) == 0;
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__facts_file(facts, self->store, &bytes, self->err));
    *is_same = bytes.size == file->size &&
               (bytes.size == 0 || memcmp(bytes.data, file->data, bytes.size) == 0);
    mlops__buf_free(&bytes);
    return MLOPS_OK;
}

static mlops_status look(checkout *self, const mlops__facts *facts, uint8_t *is_same) {
    mlops__file_view file;
    set_path(self, facts->path);
    mlops_status status = mlops__file_open(&file, self->host, self->path, SIZE_MAX, 0, self->err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    status = compare(self, facts, &file, is_same);
    mlops__file_close(&file, self->host);
    if (status || *is_same || self->force) return status;
    return mlops__fail(self->err, MLOPS_E_EXISTS,
                       "'%s' is there and has other content; MLOPS_CHECKOUT_FORCE replaces it",
                       self->path);
}

/* ---- folders ---- */

/* What mkdir says: MLOPS_OK also for one that is there. */
static mlops_status make_one(const checkout *self, const char *path) {
    const mlops_io *io = &self->host->io;
    int64_t code;
    do code = io->mkdir(io->ctx, path);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0 || mlops__os_kind_of(code) == MLOPS__OS_EXISTS) return MLOPS_OK;
    return mlops__fail_os(self->err, code, "cannot make the folder", path);
}

/* The first n bytes of the path as a folder, with those that it lies in. */
static mlops_status make_folder(checkout *self, size_t n) {
    char kept = self->path[n];
    self->path[n] = 0;
    mlops_status status = make_one(self, self->path);
    if (status == MLOPS_E_NOT_FOUND) {
        size_t up = n;
        while (up > 0 && self->path[up - 1] != '/') up--;
        while (up > 1 && self->path[up - 1] == '/') up--;
        if (up > 0 && up < n) status = make_folder(self, up);
        if (!status) status = make_one(self, self->path);
    }
    self->path[n] = kept;
    return status;
}

/* ---- writing ---- */

static mlops_status write_one(checkout *self, const mlops__facts *facts) {
    mlops__buf bytes;
    MLOPS_TRY(mlops__facts_file(facts, self->store, &bytes, self->err));
    set_path(self, facts->path);
    size_t n = strlen(self->path);
    while (n > 0 && self->path[n - 1] != '/') n--;
    mlops_status status = make_folder(self, n - 1);
    if (!status)
        status = mlops__file_write(self->host, self->path, bytes.data, bytes.size, self->err);
    mlops__buf_free(&bytes);
    return status;
}

static mlops_status each(checkout *self, int writes) {
    for (size_t i = 0; i < self->version.tree.n; i++) {
        mlops__facts facts;
        mlops__arena arena;
        if (writes && self->is_same[i]) continue;
        mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
        mlops_status status =
            mlops__entry_read(self->version.tree.entries[i], &facts, &arena, self->err);
        if (!status && writes) status = write_one(self, &facts);
        else if (!status) status = look(self, &facts, &self->is_same[i]);
        mlops__arena_free(&arena);
        if (status) return status;
    }
    return MLOPS_OK;
}

static mlops_status run(checkout *self) {
    mlops__arena *arena = &self->version.arena;
    self->cap = strlen(self->folder) + MLOPS__PATH_MAX + 2;
    self->path = mlops__arena_alloc(arena, self->cap);
    self->is_same = mlops__arena_alloc(arena, self->version.tree.n);
    if (!self->path || !self->is_same) return mlops__fail_nomem(self->err, self->cap);
    MLOPS_TRY(each(self, 0));
    set_path(self, "");
    MLOPS_TRY(make_folder(self, strlen(self->folder)));
    return each(self, 1);
}

mlops_status mlops_dataset_checkout(mlops_store *store, const char *dataset, const char *ref,
                                    const char *folder, const mlops_checkout_opts *opts,
                                    mlops_error *err) {
    checkout self = {0};
    mlops_checkout_opts local;
    if (!store || !folder || !*folder)
        return mlops__fail(err, MLOPS_E_INVALID, "the store or the folder is NULL or empty");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_checkout_opts", err));
    if (local.flags & ~(uint32_t)MLOPS_CHECKOUT_FORCE)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_checkout_opts: flags 0x%x", local.flags);
    self.store = store;
    self.host = mlops__store_host(store);
    self.folder = folder;
    self.force = (local.flags & MLOPS_CHECKOUT_FORCE) != 0;
    self.err = err;
    mlops_status status = mlops__version_open(&self.version, store, dataset, ref, err);
    if (!status) status = run(&self);
    mlops__version_close(&self.version);
    return status;
}
