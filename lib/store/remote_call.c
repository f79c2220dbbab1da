/* Calls of a remote's functions: tried again where that may help, and counted.
 *
 * Owns the counters of one push, pull or gc. Invariants: what may have happened although it was
 * told to be busy is held against what is there, so that trying again does nothing twice; a call
 * waits for no longer than its deadline allows.
 */
#include "base/hex.h"
#include "base/opts.h"
#include "kern/kern.h"
#include "store/remote_seam.h"

#include <string.h>

enum { TRIES = 8, PAGE = 64 << 10, STEP = 64 << 10 };

static const int64_t WAIT_FIRST = 20 * 1000000, WAIT_MOST = 2 * INT64_C(1000000000);

int mlops__remote_name_ok(const char *name) {
    static const char *const folders[] = {"objects/", "heads/", "leases/", "state/"};
    size_t n = strlen(name), i = 0;
    while (i < 4 && strncmp(name, folders[i], strlen(folders[i])) != 0) i++;
    if (i == 4 || n >= MLOPS__REMOTE_NAME || n == strlen(folders[i])) return 0;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789/.") == n && !strstr(name, "..");
}

int mlops__remote_is_swapped(const char *name) { return strncmp(name, "objects/", 8) != 0; }

void mlops__remote_object_name(char out[MLOPS__REMOTE_NAME], const uint8_t id[32]) {
    static const char FOLDER[] = "objects/";
    memcpy(out, FOLDER, sizeof FOLDER);
    mlops__hex_bytes(out + sizeof FOLDER - 1, id, 32);
}

static mlops_status check_table(const mlops_remote *table, mlops_error *err) {
    if (table->flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_remote: unknown flags");
    if (table->size && table->read && table->put && table->list && table->remove && table->swap)
        return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_remote: a function is NULL");
}

mlops_status mlops__remote_init(mlops__remote *self, const mlops_remote *given,
                                const mlops__host *host, const mlops_call *call, mlops_error *err) {
    memset(self, 0, sizeof *self);
    if (!given) return mlops__fail(err, MLOPS_E_INVALID, "the remote is NULL");
    MLOPS_TRY(mlops__opts_copy(&self->table, sizeof self->table, given, "mlops_remote", err));
    MLOPS_TRY(check_table(&self->table, err));
    MLOPS_TRY(mlops__opts_copy(&self->call, sizeof self->call, call, "mlops_call", err));
    if (self->call.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_call: unknown flags");
    self->host = host;
    self->blocks = mlops__kern_for(host->cpu)->sha256_blocks;
    return MLOPS_OK;
}

static mlops_status late(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_DEADLINE, "the deadline passed; what was sent stays sent");
}

static int64_t now(const mlops__remote *self) {
    return self->host->clock.monotonic_ns(self->host->clock.ctx);
}

mlops_status mlops__remote_tick(mlops__remote *self, mlops_error *err) {
    const mlops_call *call = &self->call;
    if (call->progress && call->progress(call->progress_user, self->done, self->total) != 0)
        return mlops__fail(err, MLOPS_E_CANCELLED, "cancelled; what was sent stays sent");
    if (call->deadline_ns && now(self) > call->deadline_ns) return late(err);
    return MLOPS_OK;
}

/* One call that may be made several times. */
typedef struct attempt {
    int n;
    int64_t wait;
} attempt;

/* True if it is to be made once more; the status then is as before. */
static int again(mlops__remote *self, attempt *a, mlops_status *status, mlops_error *err) {
    self->n_requests++;
    if (*status != MLOPS_E_BUSY || ++a->n == TRIES) return 0;
    a->wait = a->wait ? a->wait * 2 : WAIT_FIRST;
    if (a->wait > WAIT_MOST) a->wait = WAIT_MOST;
    int64_t deadline = self->call.deadline_ns;
    if (deadline && now(self) > deadline - a->wait) {
        *status = late(err);
        return 0;
    }
    if (self->table.wait) self->table.wait(self->table.ctx, a->wait);
    return 1;
}

mlops_status mlops__remote_size(mlops__remote *self, const char *name, int64_t *out,
                                mlops_error *err) {
    const mlops_remote *t = &self->table;
    attempt a = {0, 0};
    mlops_status status;
    do {
        *out = 0;
        status = t->size(t->ctx, name, self->call.deadline_ns, out, err);
    } while (again(self, &a, &status, err));
    return status;
}

/* Some of it. */
static mlops_status read_some(mlops__remote *self, const char *name, int64_t offset, void *bytes,
                              size_t n, size_t *n_read, mlops_error *err) {
    const mlops_remote *t = &self->table;
    attempt a = {0, 0};
    mlops_status status;
    do {
        *n_read = 0;
        status = t->read(t->ctx, name, offset, bytes, n, self->call.deadline_ns, n_read, err);
    } while (again(self, &a, &status, err));
    if (!status && *n_read > n)
        return mlops__fail(err, MLOPS_E_INVALID, "the remote read more than it was asked for");
    if (!status) self->bytes += (int64_t)*n_read;
    return status;
}

mlops_status mlops__remote_read(mlops__remote *self, const char *name, int64_t offset, void *bytes,
                                size_t n, size_t *n_read, mlops_error *err) {
    size_t done = 0;
    for (size_t some = 1; done < n && some; done += some)
        MLOPS_TRY(read_some(self, name, offset + (int64_t)done, (uint8_t *)bytes + done, n - done,
                            &some, err));
    if (n_read) *n_read = done;
    if (n_read || done == n) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is cut short", name);
}

static mlops_status too_large(const char *name, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is too large", name);
}

/* Two reads may be of two states, so that more room means all of it anew. */
static mlops_status load_swapped(mlops__remote *self, const char *name, size_t max, mlops__buf *out,
                                 mlops_error *err) {
    size_t begun = out->size;
    for (size_t room = STEP;; room *= 16) {
        size_t n = 0;
        if (room > max) room = max + 1;
        out->size = begun;
        uint8_t *bytes = mlops__buf_extend(out, room);
        if (!bytes) return mlops__fail_nomem(err, room);
        mlops_status status = read_some(self, name, 0, bytes, room, &n, err);
        out->size = begun + n;
        if (status || (n < room && n <= max)) return status;
        if (n > max) return too_large(name, err);
    }
}

mlops_status mlops__remote_load(mlops__remote *self, const char *name, size_t max, mlops__buf *out,
                                mlops_error *err) {
    size_t begun = out->size;
    if (mlops__remote_is_swapped(name)) return load_swapped(self, name, max, out, err);
    for (;;) {
        size_t some = 0, had = out->size;
        uint8_t *room = mlops__buf_extend(out, STEP);
        if (!room) return mlops__fail_nomem(err, STEP);
        mlops_status status = read_some(self, name, (int64_t)(had - begun), room, STEP, &some, err);
        out->size = had + some;
        if (status || some == 0) return status;
        if (out->size - begun > max) return too_large(name, err);
    }
}

mlops_status mlops__remote_put(mlops__remote *self, const char *name, const mlops__bytes *parts,
                               size_t n_parts, mlops_error *err) {
    enum { PARTS = 8 };
    const mlops_remote *t = &self->table;
    const void *data[PARTS];
    size_t sizes[PARTS];
    attempt a = {0, 0};
    mlops_status status;
    int64_t sum = 0;
    for (size_t i = 0; i < n_parts; i++) {
        data[i] = parts[i].data;
        sizes[i] = parts[i].size;
        sum += (int64_t)sizes[i];
    }
    do status = t->put(t->ctx, name, data, sizes, n_parts, self->call.deadline_ns, err);
    while (again(self, &a, &status, err));
    if (!status) self->bytes += sum;
    return status == MLOPS_E_EXISTS ? MLOPS_OK : status;
}

mlops_status mlops__remote_remove(mlops__remote *self, const char *name, mlops_error *err) {
    const mlops_remote *t = &self->table;
    attempt a = {0, 0};
    mlops_status status;
    do status = t->remove(t->ctx, name, self->call.deadline_ns, err);
    while (again(self, &a, &status, err));
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* Ours may have come through before it was told to be busy. */
static mlops_status is_as(mlops__remote *self, const char *name, mlops__bytes to,
                          mlops_error *err) {
    mlops__buf is;
    mlops__buf_init(&is, &self->host->allocator);
    mlops_status status = mlops__remote_load(self, name, MLOPS__REMOTE_SMALL, &is, err);
    int same = status == MLOPS_E_NOT_FOUND ? !to.data
                                           : !status && to.data && is.size == to.size &&
                                                 memcmp(is.data, to.data, is.size) == 0;
    mlops__buf_free(&is);
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    if (same) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CONFLICT, "'%s' of the remote has changed meanwhile", name);
}

mlops_status mlops__remote_swap(mlops__remote *self, const char *name, mlops__bytes from,
                                mlops__bytes to, mlops_error *err) {
    const mlops_remote *t = &self->table;
    attempt a = {0, 0};
    mlops_status status;
    do
        status = t->swap(t->ctx, name, from.data, from.size, to.data, to.size,
                         self->call.deadline_ns, err);
    while (again(self, &a, &status, err));
    if (!status) self->bytes += (int64_t)to.size;
    return status == MLOPS_E_CONFLICT ? is_as(self, name, to, err) : status;
}

static mlops_status list_page(mlops__remote *self, const char *folder, const char *after,
                              char page[PAGE], size_t *n, mlops_error *err) {
    const mlops_remote *t = &self->table;
    attempt a = {0, 0};
    mlops_status status;
    do {
        *n = 0;
        status = t->list(t->ctx, folder, after, page, PAGE, self->call.deadline_ns, n, err);
    } while (again(self, &a, &status, err));
    if (!status && *n && (*n > PAGE || page[*n - 1]))
        return mlops__fail(err, MLOPS_E_INVALID, "the remote's list does not end with a NUL");
    return status;
}

/* The names of a page; the last one goes to after. */
static mlops_status visit_page(const char *page, size_t n, char after[MLOPS__REMOTE_NAME],
                               mlops__remote_visit *visit, void *user, mlops_error *err) {
    for (const char *name = page; name < page + n; name += strlen(name) + 1) {
        if (strlen(name) >= MLOPS__REMOTE_NAME || strcmp(name, after) <= 0)
            return mlops__fail(err, MLOPS_E_INVALID, "the remote's list is out of order");
        memcpy(after, name, strlen(name) + 1);
        MLOPS_TRY(visit(user, name, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__remote_list(mlops__remote *self, const char *folder, mlops__remote_visit *visit,
                                void *user, mlops_error *err) {
    char after[MLOPS__REMOTE_NAME] = "";
    char *page = mlops__alloc(&self->host->allocator, PAGE);
    if (!page) return mlops__fail_nomem(err, PAGE);
    mlops_status status;
    for (size_t n = 1;;) {
        status = list_page(self, folder, *after ? after : NULL, page, &n, err);
        if (status || n == 0) break;
        status = visit_page(page, n, after, visit, user, err);
        if (status) break;
    }
    mlops__free(&self->host->allocator, page, PAGE);
    return status;
}
