/* The work that may wait: syncs under MLOPS_SYNC_RELAXED, snapshots of the index, and garbage.
 *
 * Owns nothing. Invariant: nothing that was acknowledged depends on whether it is ever called.
 */
#include "store/core.h"

enum { COMMITS_PER_SNAPSHOT = 8192 };

static mlops_status newest(mlops_store *self, int64_t *seq, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self, &index, err));
    *seq = index.place.chain.seq;
    mlops__store_read_end(&index);
    return MLOPS_OK;
}

static void end_turn(mlops_store *self) {
    const mlops_io *io = &self->host.io;
    self->in_service = 0;
    io->lock(io->ctx, self->lock_file, MLOPS__LOCK_SNAPSHOT, MLOPS_IO_UNLOCK);
}

/* One thread of one process makes a snapshot; the others have no need to. Another process may have
 * made one since this one looked. */
static int take_turn(mlops_store *self, int64_t seq) {
    const mlops_io *io = &self->host.io;
    mlops__lock_take(&self->lock);
    mlops__index_sweep(self);
    if (self->snapshot == 0) self->snapshot = mlops__snapshot_seq(self);
    int mine = !self->in_service && seq - self->snapshot >= COMMITS_PER_SNAPSHOT &&
               io->lock(io->ctx, self->lock_file, MLOPS__LOCK_SNAPSHOT, MLOPS_IO_TRY_LOCK) >= 0;
    if (mine) {
        self->in_service = 1;
        self->snapshot = mlops__snapshot_seq(self);
        mine = seq - self->snapshot >= COMMITS_PER_SNAPSHOT;
        if (!mine) end_turn(self);
    }
    mlops__lock_give(&self->lock);
    return mine;
}

static mlops_status make_snapshot(mlops_store *self, int64_t seq, mlops_error *err) {
    mlops_status status = mlops__snapshot_write(self, seq, err);
    mlops__lock_take(&self->lock);
    if (!status) self->snapshot = seq;
    end_turn(self);
    mlops__lock_give(&self->lock);
    return status;
}

mlops_status mlops_store_service(mlops_store *self, int64_t budget_ns, mlops_error *err) {
    int64_t seq = 0;
    if (!self || budget_ns < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL, or the budget negative");
    const mlops_clock *clock = &self->host.clock;
    int64_t begun = clock->monotonic_ns(clock->ctx);
    MLOPS_TRY(mlops_store_flush(self, err));
    if (self->read_only) return MLOPS_END;
    if (self->opts.index == MLOPS_STORE_INDEX_FILE) {
        MLOPS_TRY(newest(self, &seq, err));
        if (clock->monotonic_ns(clock->ctx) - begun > budget_ns) return MLOPS_OK;
        if (take_turn(self, seq)) MLOPS_TRY(make_snapshot(self, seq, err));
    }
    return mlops__gc_serve(self, budget_ns - (clock->monotonic_ns(clock->ctx) - begun), err);
}
