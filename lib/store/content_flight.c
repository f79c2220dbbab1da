/* Contents that are packed together: a stretch of each at a time, by all threads.
 *
 * Owns nothing. Invariants: a stretch of each is hashed and planned while those of the others are,
 * and then each writes what it has planned, in their order; how long stretches are depends on the
 * sizes alone. So what one finds that the others have kept, and hence how it is kept itself, is the
 * same however many threads there are, and whichever is faster. What has no use for what others
 * keep is written while the next stretch is planned.
 */
#include "store/packer.h"

enum { SHORTEST = 256 << 10, TASKS = 3 };

typedef struct flying {
    mlops__flight *flights;
    size_t n;
    mlops_status written; /* what was planned of the stretch before */
    mlops_error err;
} flying;

/* A store may have begun to verify since it was planned, or the base may be erased. */
static mlops_status write_ready(flying *all, mlops_error *err) {
    for (size_t i = 0; i < all->n; i++) {
        mlops__flight *f = &all->flights[i];
        mlops_status status = f->is_ready ? mlops__packer_write(f->packer, err) : MLOPS_OK;
        MLOPS_TRY(status);
        f->is_lost |= status == MLOPS_END;
        f->is_ready = 0;
    }
    return MLOPS_OK;
}

/* Chunks that the store has change nothing but that they are not written. */
static int may_wait(const flying *all) {
    for (size_t i = 0; i < all->n; i++) {
        const mlops__packer *p = all->flights[i].packer;
        if (!p->executor || p->store->verifies || p->kind == MLOPS__PACK_BASED) return 0;
    }
    return 1;
}

/* ---- what is done at once ---- */

static void do_part(mlops__flight *f, size_t what) {
    mlops__packer *p = f->packer;
    if (!f->is_flying) return;
    if (what == 0) {
        if (mlops__packer_hashes(p)) mlops__packer_hash(p);
        f->is_hashed = 1;
    } else if (what == 1) f->planned = f->n_groups ? MLOPS_OK : mlops__packer_plan(p, &f->plan_err);
    else f->read = mlops__packer_read_ahead(p, &f->read_err);
}

/* What takes longest begins first. */
static mlops_status do_task(void *user, int64_t index, int32_t worker) {
    flying *all = user;
    size_t at = (size_t)index;
    if (at == 0) all->written = write_ready(all, &all->err);
    if (at-- == 0) return MLOPS_OK;
    if (at < TASKS * all->n) {
        do_part(&all->flights[at % all->n], at / all->n);
        return MLOPS_OK;
    }
    at -= TASKS * all->n;
    mlops__flight *f = all->flights;
    for (; at >= f->n_groups + f->n_warm; f++) at -= f->n_groups + f->n_warm;
    if (at < f->n_groups) mlops__packer_groups_make(f->packer, at, worker);
    else mlops__packer_warm_load(f->packer, at - f->n_groups, worker);
    return MLOPS_OK;
}

static mlops_status look(mlops__flight *f, mlops_error *err) {
    f->n_groups = f->n_warm = 0;
    f->is_hashed = 0;
    f->is_flying = f->packer->at < f->packer->n;
    if (!f->is_flying) return MLOPS_OK;
    MLOPS_TRY(mlops__packer_look(f->packer, err));
    f->n_warm = mlops__packer_warm_find(f->packer);
    f->planned = mlops__fail(&f->plan_err, MLOPS_E_CANCELLED, "the executor failed");
    f->read = mlops__fail(&f->read_err, MLOPS_E_CANCELLED, "the executor failed");
    return mlops__packer_groups_find(f->packer, &f->n_groups, err);
}

static mlops_status do_stretch(flying *all, const mlops_executor *executor, mlops_error *err) {
    size_t n = 1 + TASKS * all->n;
    if (!may_wait(all)) MLOPS_TRY(write_ready(all, err));
    for (size_t i = 0; i < all->n; i++) {
        MLOPS_TRY(look(&all->flights[i], err));
        n += all->flights[i].n_groups + all->flights[i].n_warm;
    }
    if (executor) {
        all->written = mlops__fail(&all->err, MLOPS_E_CANCELLED, "the executor failed");
        mlops_status status = executor->parallel_for(executor->ctx, (int64_t)n, do_task, all);
        if (!status && all->written && err) *err = all->err;
        if (!status) return all->written;
        return mlops__fail(err, status < 0 ? status : MLOPS_E_INVALID, "the executor failed");
    }
    for (size_t i = 0; i < all->n; i++) {
        do_part(&all->flights[i], 0);
        do_part(&all->flights[i], 1);
        all->flights[i].read = MLOPS_OK;
    }
    return MLOPS_OK;
}

/* ---- one after another ---- */

static mlops_status begin(mlops__flight *f, mlops_error *err) {
    f->is_lost = 0;
    return mlops__packer_begin(f->packer, f->like, f->as_rows, err);
}

/* What leads nowhere as rows is kept as bytes; what came upon a base that turned out to be damaged,
 * or was erased, or upon the key of a chunk that other bytes have, by itself. The latter chunk is
 * cut in two when it comes again, and each time there is one more that is known. */
static mlops_status try_again(mlops__flight *f, mlops_status why, mlops_error *err) {
    while (why) {
        int may_be_erased = f->is_lost && f->like;
        if (why == MLOPS_END && (may_be_erased || !f->as_rows)) f->like = NULL;
        else if (why == MLOPS_E_CORRUPT && f->like) f->like = NULL;
        else if (why != MLOPS_END) return why;
        f->as_rows = why == MLOPS_E_CORRUPT || (may_be_erased && f->as_rows);
        why = begin(f, err);
    }
    return MLOPS_OK;
}

static mlops_status take_stretch(mlops__flight *f, int waits, mlops_error *err) {
    if (f->is_lost) return MLOPS_END;
    if (!f->is_flying) return MLOPS_OK;
    if (f->planned && err) *err = f->plan_err;
    if (f->planned) return f->planned;
    if (f->read && err) *err = f->read_err;
    if (f->read) return f->read;
    if (!f->is_hashed) return mlops__fail(err, MLOPS_E_CANCELLED, "the executor failed");
    if (f->n_groups) MLOPS_TRY_END(mlops__packer_groups_plan(f->packer, err));
    mlops__packer_ready(f->packer);
    f->is_ready = waits;
    mlops_status status = waits ? MLOPS_OK : mlops__packer_write(f->packer, err);
    f->is_lost = status == MLOPS_END;
    return status;
}

/* All come to their ends at about the same time. */
static void set_stretches(mlops__flight *flights, size_t n) {
    uint64_t most = 0;
    for (size_t i = 0; i < n; i++)
        if (flights[i].packer->n > most) most = flights[i].packer->n;
    uint64_t n_stretches = most / MLOPS__PACKER_STRETCH + 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t stretch = flights[i].packer->n / n_stretches + 1;
        flights[i].packer->stretch = stretch > SHORTEST ? stretch : SHORTEST;
    }
}

static int is_any_left(const flying *all) {
    for (size_t i = 0; i < all->n; i++)
        if (all->flights[i].packer->at < all->flights[i].packer->n || all->flights[i].is_ready)
            return 1;
    return 0;
}

mlops_status mlops__packers_run(mlops__flight *flights, size_t n, const mlops_executor *executor,
                                mlops_error *err) {
    flying all = {.flights = flights, .n = n};
    set_stretches(flights, n);
    for (size_t i = 0; i < n; i++) {
        flights[i].as_rows = 1;
        MLOPS_TRY(try_again(&flights[i], begin(&flights[i], err), err));
    }
    while (is_any_left(&all)) {
        MLOPS_TRY(do_stretch(&all, executor, err));
        int waits = may_wait(&all);
        for (size_t i = 0; i < n; i++)
            MLOPS_TRY(try_again(&flights[i], take_stretch(&flights[i], waits, err), err));
    }
    for (size_t i = 0; i < n; i++) MLOPS_TRY(mlops__packer_end(flights[i].packer, err));
    return MLOPS_OK;
}
