/* Who may use a map at once, and where a store may lie.
 *
 * Owns a byte of the lock file for each process, and index/namespace. Invariants: LMDB's locks are
 * of the process and tell processes apart by their numbers, so that a map is open once in a process
 * and in one namespace of such numbers; who is alone writes down in which.
 */
#include "base/cursor.h"
#include "file/file.h"
#include "store/core.h"
#include "sys/machine.h"

enum { PROCESSES_AT = 1 << 20 /* bytes of the lock file, by the number of the process */ };

static const char *name_of(mlops_store *self) { return mlops__store_path(self, "index/namespace"); }

/* 0: it is not known. */
static uint64_t read_namespace(mlops_store *self) {
    mlops__file_view view;
    uint64_t out = 0;
    if (mlops__file_open(&view, &self->host, name_of(self), 64, 0, NULL)) return 0;
    if (view.size == 8) out = mlops__load_u64(view.data);
    mlops__file_close(&view, &self->host);
    return out;
}

/* It is asked for only while somebody has the map open, so that it need not be durable. */
static void write_namespace(mlops_store *self, uint64_t number) {
    const mlops_io *io = &self->host.io;
    uint8_t bytes[8];
    const char *path = name_of(self);
    mlops__store_u64(bytes, number);
    mlops__file_unlink(io, path);
    int64_t file = mlops__file_number(io, path, MLOPS_IO_CREATE);
    if (file < 0) return;
    mlops__file_write_at(io, file, bytes, sizeof bytes, 0, path, NULL);
    mlops__file_end(io, file);
}

mlops_status mlops__guard_namespace(mlops_store *self, int alone, mlops_error *err) {
    uint64_t here = mlops__machine_namespace(), there = read_namespace(self);
    if (here == 0 || here == there) return MLOPS_OK;
    if (alone) write_namespace(self, here);
    if (alone || there == 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_BUSY,
                       "'%s' is open in another container: its processes are numbered apart; close "
                       "it there, share the PID namespace, or open it with index memory",
                       mlops__store_path(self, ""));
}

static int64_t lock_process(mlops_store *self, int64_t process, mlops_io_lock how) {
    const mlops_io *io = &self->host.io;
    int64_t code, byte = PROCESSES_AT + process;
    do code = io->lock(io->ctx, self->lock_file, byte, how);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    return code;
}

mlops_status mlops__guard_enter(mlops_store *self, mlops_error *err) {
    int64_t code = lock_process(self, mlops__machine_process(), MLOPS_IO_TRY_LOCK);
    if (code >= 0) return MLOPS_OK;
    const char *path = mlops__store_path(self, "lock");
    if (mlops__os_kind_of(code) != MLOPS__OS_AGAIN)
        return mlops__fail_os(err, code, "cannot lock", path);
    return mlops__fail(err, MLOPS_E_BUSY,
                       "'%s' is open in this process through another copy of this library; link "
                       "one copy alone, the shared one or the static one",
                       mlops__store_path(self, ""));
}

void mlops__guard_leave(mlops_store *self) {
    lock_process(self, mlops__machine_process(), MLOPS_IO_UNLOCK);
}

int mlops__guard_has(mlops_store *self, int64_t process) {
    if (process == mlops__machine_process()) return 1;
    if (lock_process(self, process, MLOPS_IO_TRY_LOCK) < 0) return 1;
    lock_process(self, process, MLOPS_IO_UNLOCK);
    return 0;
}

mlops_status mlops__guard_place(mlops_store *self, mlops_error *err) {
    if (self->read_only || self->opts.flags & MLOPS_STORE_NETWORK) return MLOPS_OK;
    if (self->host.io.open != mlops__io_posix.open) return MLOPS_OK; /* not the machine's files */
    const char *path = mlops__store_path(self, ""), *kind = mlops__machine_remote(path);
    if (!kind) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "'%s' is on a network file system (%s), which locks and syncs in ways that "
                       "a store cannot rely on; keep it on a local disk, or open it with the flag "
                       "MLOPS_STORE_NETWORK if one machine alone uses it",
                       path, kind);
}
