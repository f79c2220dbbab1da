/* Expectations on their way: what is expected of tables, in the head; what commits were held to,
 * beside them.
 *
 * Owns nothing. Invariants: of what two stores expect of a table the newer one stays, whichever way
 * it travels, so that all of them come to the same; what a commit was held to goes where the commit
 * goes, and never changes there.
 */
#include "dataset/remote_head.h"
#include "file/file.h"

#include <mlops/expectation.h>
#include <string.h>

enum { ID = 32 };

/* ---- heads ---- */

static mlops_status read_suite(mlops__head_suite *out, mlops__bytes json, mlops__arena *arena,
                               mlops_error *err) {
    mlops__record record;
    MLOPS_TRY(mlops__record_parse(&record, json, arena, err));
    out->json = json;
    out->path = mlops__record_text(&record, "path");
    out->text = mlops__record_text(&record, "expectations");
    out->time_ns = mlops__record_i64(&record, "time_ns", -1);
    int dropped = mlops__record_bool(&record, "dropped", 0);
    if (out->path && (out->text == NULL) == dropped && out->time_ns >= 0 &&
        !mlops__path_check(out->path, NULL))
        return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT,
                       "the record of what is expected of a table is damaged");
}

static mlops__head_suite *find_suite(const mlops__head *self, const char *path) {
    for (size_t i = 0; i < self->n_suites; i++)
        if (strcmp(self->suites[i].path, path) == 0) return &self->suites[i];
    return NULL;
}

mlops_status mlops__head_read_suites(mlops__head *self, const mlops__record *record,
                                     mlops_error *err) {
    mlops__record items;
    mlops__bytes json = mlops__record_json(record, "expectations");
    if (json.size == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__record_items(&items, json, &self->arena, err));
    self->suites = mlops__arena_array(&self->arena, items.n + 1, sizeof *self->suites);
    if (!self->suites) return mlops__fail_nomem(err, items.n * sizeof *self->suites);
    for (size_t i = 0; i < items.n; i++) {
        mlops__head_suite *out = &self->suites[self->n_suites];
        MLOPS_TRY(read_suite(out, items.fields[i].json, &self->arena, err));
        if (find_suite(self, out->path))
            return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is damaged", self->key);
        self->n_suites++;
    }
    self->suites_cap = items.n + 1;
    return MLOPS_OK;
}

void mlops__head_write_suites(const mlops__head *self, mlops__json_writer *out) {
    if (self->n_suites == 0) return;
    mlops__json_name(out, "expectations");
    mlops__json_open(out, '[');
    for (size_t i = 0; i < self->n_suites; i++)
        mlops__json_raw(out, (const char *)self->suites[i].json.data, self->suites[i].json.size);
    mlops__json_close(out, ']');
}

/* ---- there and back ---- */

/* Of two of one time the one whose bytes are greater, so that both sides choose the same. */
static int is_newer(const mlops__head_suite *a, const mlops__head_suite *b) {
    size_t n = a->json.size < b->json.size ? a->json.size : b->json.size;
    if (a->time_ns != b->time_ns) return a->time_ns > b->time_ns;
    int order = memcmp(a->json.data, b->json.data, n);
    return order ? order > 0 : a->json.size > b->json.size;
}

static mlops_status take_suite(mlops__head *self, mlops__bytes value, int *changed,
                               mlops_error *err) {
    mlops__head_suite ours;
    const char *copy = mlops__arena_text(&self->arena, (const char *)value.data, value.size);
    if (!copy) return mlops__fail_nomem(err, value.size);
    value.data = (const uint8_t *)copy;
    MLOPS_TRY(read_suite(&ours, value, &self->arena, err));
    mlops__head_suite *there = find_suite(self, ours.path);
    if (there && !is_newer(&ours, there)) return MLOPS_OK;
    *changed = 1;
    if (there) {
        *there = ours;
        return MLOPS_OK;
    }
    mlops__head_suite *more = mlops__arena_grow(&self->arena, self->suites, (int64_t)self->n_suites,
                                                &self->suites_cap, sizeof *more);
    if (!more) return mlops__fail_nomem(err, sizeof *more);
    self->suites = more;
    more[self->n_suites++] = ours;
    return MLOPS_OK;
}

mlops_status mlops__head_take_suites(mlops__head *self, mlops__view *view, int *changed) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, value;
    *changed = 0;
    mlops__suite_prefix(&key, self->dataset);
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_EXPECTATIONS,
                                     mlops__key_prefix(&key), view->err));
    mlops_status status = MLOPS_OK;
    while (!status && !(status = mlops__index_iter_next(&iter, &k, &value, view->err)))
        status = take_suite(self, value, changed, view->err);
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* Held against the language ahead of being kept: drafts will be judged by it. */
static mlops_status check_text(const mlops__head_suite *suite, mlops__view *view) {
    mlops_expectations *parsed;
    if (!suite->text) return MLOPS_OK;
    const mlops_host lent = mlops__host_lend(mlops__store_host(view->store));
    mlops_status status = mlops_expectations_parse(&parsed, suite->text, &lent, view->err);
    if (status) return mlops__fail_path(view->err, status, suite->path);
    mlops_expectations_unref(parsed);
    return MLOPS_OK;
}

static mlops_status give_suite(const mlops__head *self, const mlops__head_suite *theirs,
                               mlops_change *change, mlops__view *view) {
    mlops__key key;
    mlops__bytes was;
    mlops__head_suite ours;
    mlops__suite_key(&key, view->store, self->dataset, theirs->path);
    mlops__bytes bytes = mlops__key_bytes(&key);
    mlops_status status =
        mlops__index_get(&view->index, MLOPS__TABLE_EXPECTATIONS, bytes, &was, view->err);
    if (status == MLOPS_E_NOT_FOUND) was = (mlops__bytes){NULL, 0};
    else MLOPS_TRY(status);
    if (was.data) {
        MLOPS_TRY(read_suite(&ours, was, view->arena, view->err));
        if (!is_newer(theirs, &ours)) return MLOPS_OK;
    }
    MLOPS_TRY(check_text(theirs, view));
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_EXPECTATIONS, bytes, was, view->err));
    return mlops__change_put(change, MLOPS__TABLE_EXPECTATIONS, bytes, theirs->json, view->err);
}

mlops_status mlops__head_give_suites(const mlops__head *self, mlops_change *change,
                                     mlops__view *view) {
    for (size_t i = 0; i < self->n_suites; i++)
        MLOPS_TRY(give_suite(self, &self->suites[i], change, view));
    return MLOPS_OK;
}

/* ---- what commits were held to ---- */

mlops_status mlops__send_verdict(mlops__cutter *cutter, mlops__view *view, const char *dataset,
                                 const mlops_id *commit) {
    mlops__key key;
    mlops__bytes value;
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, 0, 0, {0}};
    int there;
    mlops__verdict_key(&key, dataset, commit);
    mlops_status status = mlops__index_get(&view->index, MLOPS__TABLE_EXPECTATIONS,
                                           mlops__key_bytes(&key), &value, view->err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    MLOPS_TRY(
        mlops__cutter_has(cutter, MLOPS__PART_VERDICT, commit->bytes, ID, NULL, &there, view->err));
    if (there) return MLOPS_OK;
    frame.size = frame.stored = (uint32_t)value.size;
    mlops__chunk_key(frame.key, value.data, value.size);
    return mlops__cutter_add(cutter, MLOPS__PART_VERDICT, commit->bytes, &frame, value.data, 0, 0,
                             view->err);
}

static mlops_status put_verdict(mlops_change *change, const mlops__key *key, const mlops__buf *buf,
                                mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__bytes value = {buf->data, buf->size};
    mlops__arena_init(&arena, buf->allocator, SIZE_MAX);
    mlops_status status = mlops__record_parse(&record, value, &arena, err);
    const char *verdict = status ? NULL : mlops__record_text(&record, "verdict");
    if (!status && (!verdict || !mlops__record_json(&record, "tables").size))
        status = mlops__fail(err, MLOPS_E_CORRUPT,
                             "the remote's record of what a commit was held to is damaged");
    mlops__arena_free(&arena);
    return status ? status
                  : mlops__change_put(change, MLOPS__TABLE_EXPECTATIONS, mlops__key_bytes(key),
                                      value, err);
}

mlops_status mlops__receive_verdict(mlops__fetcher *fetcher, mlops__depot *parts,
                                    mlops_change *change, const char *dataset,
                                    const mlops_id *commit, mlops_error *err) {
    mlops__part part;
    mlops__key key;
    mlops__buf bytes;
    int there = 0;
    MLOPS_TRY(mlops__depot_find(parts, MLOPS__PART_VERDICT, commit->bytes, ID, &part, &there, err));
    if (!there) return MLOPS_OK;
    mlops__verdict_key(&key, dataset, commit);
    mlops__buf_init(&bytes, &fetcher->remote->host->allocator);
    mlops_status status = mlops__fetch_bytes(fetcher, &part, &bytes, err);
    if (!status) status = put_verdict(change, &key, &bytes, err);
    mlops__buf_free(&bytes);
    return status;
}
