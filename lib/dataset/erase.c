/* Erasing: from what is asked for to the commit that says so, and the end of the bytes.
 *
 * Owns the change with the tombstones. Invariants: it is committed only if no commit of a dataset
 * and no other erasure came since the plan was begun; from then on nobody reads what was erased,
 * and who calls next goes on until no pack has any of it.
 */
#include "dataset/erase.h"

#include "base/hex.h"
#include "base/opts.h"
#include "text/time.h"
#include "text/utf8.h"

#include <string.h>

enum { REASON_MAX = 2000, SALT = 16, DIGITS = 2 * SALT + 1, DATE = 11, TRIES = 100 };

/* ---- what is asked for ---- */

static mlops_status check_reason(const char *reason, mlops_error *err) {
    size_t n = reason ? strlen(reason) : 0;
    if (n == 0 || n > REASON_MAX || mlops__utf8_check(reason, n) < n)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_erase_opts: reason is to be 1 to %d bytes of UTF-8", REASON_MAX);
    return MLOPS_OK;
}

/* Or is it to be gone on with what was begun? */
static int asks_for_more(const mlops_erase_opts *o) {
    return o->flags || o->paths || o->column || o->value || o->where || o->reason || o->by;
}

static mlops_status check_opts(const mlops_erase_opts *opts, mlops_error *err) {
    if (opts->flags & ~(uint32_t)MLOPS_ERASE_DRY_RUN)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_erase_opts: flags 0x%x", opts->flags);
    if (!opts->paths && !opts->column && !opts->where)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_erase_opts: neither paths nor a column say what is to go");
    if (opts->where && (opts->column || opts->value))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_erase_opts: a column and where are two ways to choose rows");
    if (!opts->column != !opts->value)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_erase_opts: column and value go together");
    if (opts->flags & MLOPS_ERASE_DRY_RUN) return MLOPS_OK;
    MLOPS_TRY(check_reason(opts->reason, err));
    return mlops__name_check("one who asks (mlops_erase_opts.by)", opts->by, err);
}

/* ---- the record ---- */

static mlops_status draw_digits(mlops__erasure *p, char out[DIGITS]) {
    uint8_t bytes[SALT];
    const mlops__host *host = mlops__store_host(p->store);
    int64_t code = host->entropy.fill(host->entropy.ctx, bytes, sizeof bytes);
    if (code < 0) return mlops__fail_os(p->err, code, "cannot draw random bytes", NULL);
    mlops__hex_bytes(out, bytes, sizeof bytes);
    return MLOPS_OK;
}

/* So that who has the value can show that it is the one, and who has not finds it out only by
 * trying. */
static mlops_status put_key(mlops__erasure *p, mlops__json_writer *out) {
    char digits[DIGITS], name[MLOPS__ID_TEXT];
    const mlops__host *host = mlops__store_host(p->store);
    mlops__buf text;
    const char *what = p->opts.where ? p->opts.where : p->opts.value;
    if (!what) return MLOPS_OK;
    MLOPS_TRY(draw_digits(p, digits));
    mlops__buf_init(&text, &host->allocator);
    mlops__buf_text(&text, digits);
    mlops__buf_text(&text, what);
    mlops_id id = mlops__content_id(p->store, text.data, text.size);
    mlops_status status = text.status ? mlops__fail_nomem(p->err, text.size) : MLOPS_OK;
    mlops__buf_free(&text);
    mlops__id_format(name, &id);
    mlops__record_put_text(out, "column", p->opts.column);
    mlops__record_put_text(out, "salt", digits);
    mlops__record_put_text(out, p->opts.where ? "where_sha256" : "value_sha256", name);
    return status;
}

static void put_names(const char *name, const mlops__erase_names *names, mlops__json_writer *out) {
    mlops__json_name(out, name);
    mlops__json_open(out, '[');
    if (names->json.size) mlops__json_raw(out, (const char *)names->json.data, names->json.size);
    mlops__json_close(out, ']');
}

static void put_counts(const mlops_erase_stat *stat, mlops__json_writer *out) {
    mlops__record_put_i64(out, "n_commits", stat->n_commits);
    mlops__record_put_i64(out, "n_files", stat->n_files);
    mlops__record_put_i64(out, "n_tables", stat->n_tables);
    mlops__record_put_i64(out, "n_rows", stat->n_rows);
    mlops__record_put_i64(out, "n_bytes", stat->n_bytes);
}

static void erasure_key(mlops__key *out, int64_t number) {
    mlops__key_init(out);
    mlops__key_text(out, "erasure");
    mlops__key_number(out, number);
}

static mlops_status put_erasure(mlops__erasure *p) {
    mlops__buf buf;
    mlops__json_writer out;
    mlops__key key;
    char date[DATE], origin[DIGITS];
    int64_t now = mlops__store_now(p->store);
    MLOPS_TRY(draw_digits(p, origin));
    mlops__buf_init(&buf, p->arena.allocator);
    mlops__json_writer_init(&out, &buf, 0);
    mlops__time_format_as(date, "%Y-%m-%d", now);
    mlops__json_open(&out, '{');
    mlops__record_put_i64(&out, "number", p->stat.number);
    mlops__record_put_text(&out, "origin", origin);
    mlops__record_put_i64(&out, "time_ns", now);
    mlops__record_put_text(&out, "date", date);
    mlops__record_put_text(&out, "by", p->opts.by);
    mlops__record_put_text(&out, "reason", p->opts.reason);
    mlops__record_put_text(&out, "dataset", p->dataset);
    mlops__record_put_text(&out, "paths", p->opts.paths);
    mlops_status status = put_key(p, &out);
    put_counts(&p->stat, &out);
    mlops__record_put_i64(&out, "n_entries", p->entries.n);
    put_names("entries", &p->entries, &out);
    if (p->by_rows) mlops__record_put_i64(&out, "n_unread", p->unread.n);
    if (p->by_rows) put_names("unread", &p->unread, &out);
    if (p->by_rows) mlops__record_put_i64(&out, "n_opaque", p->opaque.n);
    mlops__json_close(&out, '}');
    erasure_key(&key, p->stat.number);
    if (!status) return mlops__record_put(p->change, MLOPS__TABLE_ERASURES, &key, &buf, p->err);
    mlops__buf_free(&buf);
    return status;
}

/* ---- tombstones ---- */

mlops_status mlops__erase_put_content(mlops_change *change, int64_t number, const mlops_id *id,
                                      const mlops_id *stand_in, mlops_error *err) {
    mlops__buf buf;
    mlops__json_writer out;
    mlops__key key;
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&out, &buf, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_i64(&out, "erasure", number);
    mlops__record_put_id(&out, "stand_in", stand_in);
    mlops__json_close(&out, '}');
    mlops__key_init(&key);
    mlops__key_text(&key, "content");
    mlops__key_id(&key, id);
    return mlops__record_put(change, MLOPS__TABLE_ERASURES, &key, &buf, err);
}

static mlops_status put_tombstone(mlops__erasure *p, const uint8_t id[32], uint32_t place) {
    const mlops__erase_stand_in *all = (const void *)p->stand_ins.data;
    mlops_id name;
    memcpy(name.bytes, id, sizeof name.bytes);
    return mlops__erase_put_content(p->change, p->stat.number, &name,
                                    place ? &all[place - 1].id : NULL, p->err);
}

mlops_status mlops__erase_put_latest(mlops_change *change, int64_t number, int64_t finished,
                                     mlops_error *err) {
    mlops__buf buf;
    mlops__json_writer out;
    mlops__key key;
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&out, &buf, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_i64(&out, "number", number);
    mlops__record_put_i64(&out, "finished", finished);
    mlops__json_close(&out, '}');
    mlops__erased_latest_key(&key);
    return mlops__record_put(change, MLOPS__TABLE_ERASURES, &key, &buf, err);
}

/* Profiles tell values; one that another table has too is no more than that tells. */
static mlops_status take_profiles(mlops__erasure *p) {
    for (size_t i = 0; i < mlops__idset_size(&p->derived); i++) {
        const mlops__idset_entry *it = mlops__idset_at(&p->derived, i);
        if (it->value == MLOPS__PROFILE_GOES && !mlops__idset_add(&p->content, it->key, 32, 0))
            return mlops__fail_nomem(p->err, sizeof *it);
    }
    return MLOPS_OK;
}

/* What is left of a table there goes, too, unless it is what is left on both sides. */
static mlops_status condemn_there(mlops__erasure *p, const mlops__erase_apart *apart) {
    const mlops__erase_stand_in *all = (const void *)p->stand_ins.data;
    const uint32_t *place = mlops__idset_find(&p->content, apart->here.bytes, 32);
    mlops__erase_stand_in same = {apart->here, 0};
    uint32_t number = place ? *place : 0;
    if (!apart->is_cut) return MLOPS_OK;
    if (number && memcmp(&all[number - 1].id, &apart->there, sizeof apart->there) == 0)
        return MLOPS_OK;
    if (!number) {
        mlops__buf_put(&p->stand_ins, &same, sizeof same);
        if (p->stand_ins.status) return mlops__fail_nomem(p->err, sizeof same);
        number = (uint32_t)(p->stand_ins.size / sizeof same);
    }
    if (!mlops__idset_add(&p->content, apart->there.bytes, 32, number))
        return mlops__fail_nomem(p->err, 64);
    if (!apart->has_profile) return MLOPS_OK;
    uint32_t *profile = mlops__idset_add(&p->derived, apart->profile.bytes, 32, 0);
    if (!profile) return mlops__fail_nomem(p->err, 64);
    *profile |= MLOPS__PROFILE_GOES;
    return MLOPS_OK;
}

static mlops_status take_aparts(mlops__erasure *p) {
    for (size_t i = 0; p->aparts && i < p->aparts->n; i++)
        MLOPS_TRY(condemn_there(p, &p->aparts->items[i]));
    return MLOPS_OK;
}

static mlops_status put_all(mlops__erasure *p, int64_t finished) {
    for (size_t i = 0; i < mlops__idset_size(&p->content); i++) {
        const mlops__idset_entry *it = mlops__idset_at(&p->content, i);
        MLOPS_TRY(put_tombstone(p, it->key, it->value));
    }
    MLOPS_TRY(put_erasure(p));
    MLOPS_TRY(mlops__erase_put_latest(p->change, p->stat.number, finished, p->err));
    return mlops__change_verb(p->change, "dataset erase", p->err);
}

/* ---- planning ---- */

static mlops_status read_latest(mlops_store *store, mlops__erased_latest *out, mlops__arena *arena,
                                mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__erased_latest_read(out, &index, arena, err);
    mlops__store_read_end(&index);
    return status;
}

/* What tombstones and stand-ins go into. */
static mlops_status begin_change(mlops__erasure *p) {
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    mlops_draft_opts draft = MLOPS_DRAFT_OPTS_INIT;
    opts.actor = p->call.actor;
    opts.trace_id = p->call.trace_id;
    opts.note = p->opts.reason;
    draft.flags = MLOPS_DRAFT_EMPTY;
    MLOPS_TRY(mlops_change_new(&p->change, p->store, &opts, p->err));
    return mlops_draft_new(&p->draft, p->change, "scratch", &draft, p->err);
}

/* MLOPS_END if it is to be planned again. */
static mlops_status plan_and_commit(mlops__erasure *p) {
    mlops__erase_moment moment;
    mlops__erased_latest latest;
    int is_dry = (p->opts.flags & MLOPS_ERASE_DRY_RUN) != 0;
    MLOPS_TRY(mlops__globs_parse(&p->arena, p->opts.paths, "mlops_erase_opts: paths",
                                 &p->globs.include, &p->globs.n_include, p->err));
    MLOPS_TRY(mlops__erase_look(p->store, &moment, p->err));
    MLOPS_TRY(read_latest(p->store, &latest, &p->arena, p->err));
    p->stat.number = latest.number + 1;
    if (!is_dry) MLOPS_TRY(begin_change(p));
    MLOPS_TRY(mlops__erasure_plan(p));
    p->stat.n_unread = p->unread.n;
    p->stat.n_opaque = p->opaque.n;
    MLOPS_TRY(take_aparts(p));
    MLOPS_TRY(take_profiles(p));
    MLOPS_TRY(mlops__erase_may(p->store, &p->content, p->err));
    if (is_dry || (p->stat.n_commits == 0 && mlops__idset_size(&p->content) == 0)) {
        p->stat.number = 0;
        return MLOPS_OK;
    }
    MLOPS_TRY(put_all(p, latest.finished));
    return mlops__erase_commit(p->change, &moment, &p->content, p->err);
}

static mlops_status erase(mlops_store *store, const char *dataset, mlops__erase_aparts *aparts,
                          const mlops_erase_opts *opts, const mlops_call *call,
                          mlops_erase_stat *out, mlops_error *err) {
    mlops_status status = MLOPS_END;
    for (int i = 0; i < TRIES && status == MLOPS_END; i++) {
        mlops__erasure plan;
        mlops__erasure_init(&plan, store, err);
        plan.dataset = dataset;
        plan.opts = *opts;
        plan.aparts = aparts;
        plan.by_rows = aparts || opts->column || opts->where;
        plan.call = *call;
        status = plan_and_commit(&plan);
        *out = plan.stat;
        mlops__erasure_free(&plan);
    }
    if (status != MLOPS_END) return status;
    return mlops__fail(err, MLOPS_E_BUSY, "others commit faster than an erasure is planned");
}

mlops_status mlops__erase_join(mlops_store *store, mlops__erase_aparts *aparts, const char *reason,
                               const char *by, const mlops_call *call, mlops_error *err) {
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    opts.reason = reason;
    opts.by = by;
    return erase(store, NULL, aparts, &opts, call, &stat, err);
}

/* ---- finishing ---- */

static mlops_status put_finished(mlops_change *change, mlops__index *index, int64_t number,
                                 const mlops__erase_work *work, mlops_error *err) {
    mlops__buf buf;
    mlops__json_writer out;
    mlops__arena arena;
    mlops__record record;
    mlops__key key;
    mlops_store *store = mlops__change_store(change);
    erasure_key(&key, number);
    mlops__buf_init(&buf, &mlops__store_host(store)->allocator);
    mlops__arena_init(&arena, buf.allocator, SIZE_MAX);
    mlops_status status = mlops__record_get(&record, index, MLOPS__TABLE_ERASURES,
                                            mlops__key_bytes(&key), &arena, err);
    if (!status) {
        mlops__json_writer_init(&out, &buf, 0);
        mlops__json_open(&out, '{');
        mlops__record_put_except(&out, &record, "finished_ns");
        mlops__record_put_i64(&out, "finished_ns", mlops__store_now(store));
        mlops__record_put_i64(&out, "n_remade", work->n_remade);
        mlops__record_put_i64(&out, "n_packs", work->n_deleted);
        mlops__json_close(&out, '}');
        status = mlops__record_put(change, MLOPS__TABLE_ERASURES, &key, &buf, err);
    }
    mlops__arena_free(&arena);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status note_finished(mlops_store *store, const mlops__erased_latest *latest,
                                  const mlops__erase_work *work, const mlops_call *call,
                                  mlops_error *err) {
    mlops_change *change;
    mlops__index index;
    mlops__key key;
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    opts.actor = call->actor;
    opts.trace_id = call->trace_id;
    MLOPS_TRY(mlops_change_new(&change, store, &opts, err));
    mlops_status status = mlops__store_read_begin(store, &index, err);
    if (!status) {
        for (int64_t i = latest->finished + 1; i <= latest->number && !status; i++)
            status = put_finished(change, &index, i, work, err);
        mlops__store_read_end(&index);
    }
    mlops__erased_latest_key(&key);
    if (!status)
        status = mlops__change_expect(change, MLOPS__TABLE_ERASURES, mlops__key_bytes(&key),
                                      latest->was, err);
    if (!status) status = mlops__erase_put_latest(change, latest->number, latest->number, err);
    if (!status) status = mlops__change_verb(change, "dataset erase: finished", err);
    if (!status) status = mlops_change_commit(change, NULL, err);
    mlops_change_free(change);
    return status;
}

/* MLOPS_E_CONFLICT if somebody else erased or finished meanwhile. */
static mlops_status finish_round(mlops_store *store, const mlops_call *call, mlops_erase_stat *stat,
                                 mlops_error *err) {
    mlops__arena arena;
    mlops__erased_latest latest;
    mlops__erase_work work = {0, 0, 0, 1};
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = read_latest(store, &latest, &arena, err);
    int pends = !status && latest.finished < latest.number;
    if (pends) status = mlops__erase_content(store, call, &work, err);
    if (!status && pends && work.done) status = note_finished(store, &latest, &work, call, err);
    mlops__arena_free(&arena);
    stat->done = !status && work.done;
    stat->n_remade += work.n_remade;
    stat->n_deleted += work.n_deleted;
    stat->n_waiting = work.n_waiting;
    return status;
}

/* What others erase meanwhile is finished, too. */
static mlops_status finish(mlops_store *store, const mlops_call *call, mlops_erase_stat *stat,
                           mlops_error *err) {
    mlops_status status = MLOPS_E_CONFLICT;
    for (int i = 0; i < TRIES && status == MLOPS_E_CONFLICT; i++)
        status = finish_round(store, call, stat, err);
    return status == MLOPS_E_CONFLICT ? MLOPS_OK : status; /* who calls next goes on */
}

mlops_status mlops_dataset_erase(mlops_store *store, const char *dataset,
                                 const mlops_erase_opts *opts, const mlops_call *call,
                                 mlops_erase_stat *out, mlops_error *err) {
    mlops_erase_opts o;
    mlops_call c;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, opts, "mlops_erase_opts", err));
    MLOPS_TRY(mlops__opts_copy(&c, sizeof c, call, "mlops_call", err));
    int asks = opts && asks_for_more(&o);
    if (asks) MLOPS_TRY(check_opts(&o, err));
    if (o.where) MLOPS_TRY(mlops__erase_where_check(store, o.where, err));
    if (c.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_call: flags 0x%x", c.flags);
    if (dataset) MLOPS_TRY(mlops__name_check("dataset", dataset, err));
    MLOPS_TRY(mlops__store_check_fork(store, err));
    if (mlops__store_is_read_only(store))
        return mlops__fail(err, MLOPS_E_DENIED, "the store is open for reading alone");
    int is_dry = (o.flags & MLOPS_ERASE_DRY_RUN) != 0;
    mlops_status status = asks ? erase(store, dataset, NULL, &o, &c, &stat, err) : MLOPS_OK;
    if (!status && !is_dry) status = finish(store, &c, &stat, err);
    if (out) {
        mlops_status told = mlops__opts_result(out, &stat, sizeof stat, "mlops_erase_stat", err);
        if (told < 0) return told;
    }
    return status;
}
