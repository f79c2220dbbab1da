/* Collections that mlops_store_service() makes, and what a collection leaves to be told of.
 *
 * Owns the row of findings in MLOPS__TABLE_PACKS. Invariants: both are of the index, a cache:
 * whoever loses them collects once more; a service goes on with a collection that was left off, and
 * begins none before its time has come.
 */
#include "store/collect.h"

#include "base/cursor.h"

#define EVERY_NS INT64_C(86400000000000)

enum { LEAST_NS = 100000 /* so that a service always comes on */ };

/* ---- what was found ---- */

static const uint8_t FOUND[] = {'f'}; /* i64 time, live, garbage, content, shared, chunk bytes */

/* Packs that are gone took their garbage with them; of those that wait, all is garbage. */
static int64_t garbage_left(const mlops__gc *self) {
    int64_t garbage = self->stat.garbage_bytes;
    int dry = (self->opts.flags & MLOPS_GC_DRY_RUN) != 0;
    for (size_t i = 0; i < self->n_packs && !dry; i++) {
        const mlops__gc_pack *p = &self->packs[i];
        if (p->is_gone) garbage -= p->end - MLOPS__PACK_HEAD - p->live;
        else if (p->empties && p->n_rows == 0) garbage += p->live;
    }
    return garbage;
}

static mlops_status put_found(const mlops__gc *self, mlops__index *index, int64_t now,
                              mlops_error *err) {
    mlops__buf b;
    uint8_t bytes[48];
    mlops__buf_init_fixed(&b, bytes, sizeof bytes);
    mlops__buf_i64(&b, now);
    mlops__buf_i64(&b, self->stat.live_bytes);
    mlops__buf_i64(&b, garbage_left(self));
    mlops__buf_i64(&b, self->stat.content_bytes);
    mlops__buf_i64(&b, self->stat.shared_bytes);
    mlops__buf_i64(&b, self->stat.chunk_bytes);
    return mlops__index_put(index, MLOPS__TABLE_PACKS, (mlops__bytes){FOUND, sizeof FOUND},
                            (mlops__bytes){bytes, b.size}, err);
}

mlops_status mlops__gc_note_end(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    int64_t now = mlops__host_now(&self->store->host);
    MLOPS_TRY(mlops__store_write_begin(self->store, &index, err));
    mlops_status status = put_found(self, &index, now, err);
    if (!status && !(self->opts.flags & MLOPS_GC_DRY_RUN))
        status = mlops__mark_put(&index, 'g', now, err);
    if (!status) status = mlops__store_write_commit(self->store, &index, err);
    mlops__store_write_end(self->store, &index);
    return status;
}

static double ratio_of(int64_t a, int64_t b) { return b ? (double)a / (double)b : 0; }

mlops_status mlops__gc_found(mlops__index *index, mlops_store_stats *out, mlops_error *err) {
    mlops__bytes value;
    mlops__cursor c;
    mlops_status status = mlops__index_get(index, MLOPS__TABLE_PACKS,
                                           (mlops__bytes){FOUND, sizeof FOUND}, &value, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    mlops__cursor_init(&c, value.data, value.size);
    out->gc_time_ns = mlops__cursor_i64(&c);
    out->live_bytes = mlops__cursor_i64(&c);
    out->garbage_bytes = mlops__cursor_i64(&c);
    out->content_bytes = mlops__cursor_i64(&c);
    out->shared_bytes = mlops__cursor_i64(&c);
    out->chunk_bytes = mlops__cursor_i64(&c);
    out->dedup_ratio = ratio_of(out->content_bytes, out->chunk_bytes);
    out->compression_ratio = ratio_of(out->chunk_bytes, out->live_bytes);
    return MLOPS_OK;
}

/* ---- services ---- */

static mlops_status note_time(mlops_store *store, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_write_begin(store, &index, err));
    mlops_status status = mlops__mark_put(&index, 'g', mlops__host_now(&store->host), err);
    if (!status) status = mlops__store_write_commit(store, &index, err);
    mlops__store_write_end(store, &index);
    return status;
}

/* A store in which no time is noted is new to this: nothing can be old in it yet. */
static mlops_status is_due(mlops_store *store, int *out, mlops_error *err) {
    mlops__index index;
    int64_t last = 0, every = store->opts.gc_every_ns ? store->opts.gc_every_ns : EVERY_NS;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__mark_get(&index, 'g', &last, err);
    mlops__store_read_end(&index);
    *out = 0;
    if (!status && last == 0) return note_time(store, err);
    int64_t now = mlops__host_now(&store->host);
    *out = now - last >= every || last > now;
    return status;
}

static mlops_status serve(mlops_store *store, int64_t budget_ns, mlops_error *err) {
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat;
    mlops_call call = MLOPS_CALL_INIT;
    const mlops__gc *gc = store->gc;
    int due = 0, goes_on = gc && !(gc->opts.flags & MLOPS_GC_DRY_RUN);
    if (!goes_on) MLOPS_TRY(is_due(store, &due, err));
    if (!goes_on && !due) return MLOPS_END;
    opts.keep_ns = store->opts.gc_keep_ns ? store->opts.gc_keep_ns : MLOPS__GC_KEEP_NS;
    opts.remake_max = MLOPS__GC_REMAKE_MAX;
    call.memory_max = MLOPS__GC_MARKS;
    if (goes_on) {
        opts = gc->opts;
        call.memory_max = gc->memory_max;
    }
    opts.budget_ns = budget_ns > LEAST_NS ? budget_ns : LEAST_NS;
    mlops_status status = mlops__gc_go_on(store, &opts, &call, &stat, err);
    if (status == MLOPS_E_BUSY) return MLOPS_END;
    if (status == MLOPS_E_CORRUPT) note_time(store, NULL); /* it is told of once in a while */
    return status;
}

mlops_status mlops__gc_serve(mlops_store *store, int64_t budget_ns, mlops_error *err) {
    if (store->opts.gc_every_ns < 0 || atomic_exchange(&store->in_gc, 1)) return MLOPS_END;
    mlops_status status = serve(store, budget_ns, err);
    atomic_store(&store->in_gc, 0);
    return status;
}
