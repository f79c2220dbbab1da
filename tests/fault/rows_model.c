/* The model of online rows: puts, and what they leave.
 *
 * Owns nothing. Invariant: equal numbers of puts make equal rows; what is left of puts is reckoned
 * here, and not asked of the library.
 */
#include "fault/rows_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PER_PUT = 3, LATE_EVERY = 4, LATE_BY = 3, LONG = 2500, TEXT_MAX = 3000, CSV_MAX = 20000 };

static const int64_t STEP = 1000000000; /* between the event times of two puts */

static const char NAMES[] = "entity,part,at,score,good,words\n";

/* ---- values ---- */

static int64_t text_of(int e, int64_t q, char out[TEXT_MAX]) {
    int64_t n = q % 5 == 3 && e % 2 ? LONG : (q * 13 + e * 7) % 300;
    for (int64_t i = 0; i < n; i++) out[i] = (char)('a' + (q + e + i) % 26);
    out[n] = 0;
    return n;
}

static double score_of(int e, int64_t q) { return (double)q * 10 + e + 0.5; }

static int is_good(int e, int64_t q) { return (e + q) % 3 == 0; }

/* ---- putting ---- */

static int n_rows_of(int64_t p) { return PER_PUT + (p % LATE_EVERY == 0 && p > LATE_BY); }

/* Row i of put p: its entity, and the put that it looks like. */
static int64_t row_of(int64_t p, int i, int *e) {
    *e = (int)((p * 2 + i) % ROWS_ENTITIES);
    return i < PER_PUT ? p : p - LATE_BY;
}

rows_seen rows_after(int64_t p) {
    rows_seen out = {{0}};
    for (int64_t k = 1; k <= p; k++)
        for (int i = 0; i < n_rows_of(k); i++) {
            int e;
            int64_t q = row_of(k, i, &e);
            if (q > out.put[e]) out.put[e] = q;
        }
    return out;
}

int rows_was_put(int entity, int64_t q, int64_t p) {
    for (int64_t k = 1; k <= p; k++)
        for (int i = 0; i < n_rows_of(k); i++) {
            int e;
            if (row_of(k, i, &e) == q && e == entity) return 1;
        }
    return 0;
}

static mlops_status table_of(mlops_table **out, int64_t p, mlops_error *err) {
    static char csv[CSV_MAX];
    char words[TEXT_MAX];
    size_t n = (size_t)snprintf(csv, sizeof csv, "%s", NAMES);
    for (int i = 0; i < n_rows_of(p); i++) {
        int e;
        int64_t q = row_of(p, i, &e);
        text_of(e, q, words);
        n += (size_t)snprintf(csv + n, sizeof csv - n, "e%d,%d,%lld,%.1f,%s,%s\n", e, e % 3,
                              (long long)(q * STEP), score_of(e, q),
                              is_good(e, q) ? "true" : "false", words);
    }
    return mlops_table_parse(out, csv, n, NULL, err);
}

mlops_status rows_define(mlops_change *c, mlops_error *err) {
    mlops_table *like;
    mlops_status status = table_of(&like, 1, err);
    if (status) return status;
    status = mlops_online_define(c, ROWS_VIEW, like, "entity,part", "at", NULL, err);
    mlops_table_unref(like);
    return status;
}

mlops_status rows_put(mlops_online *view, int64_t p, mlops_error *err) {
    mlops_table *rows;
    mlops_status status = table_of(&rows, p, err);
    if (status) return status;
    status = mlops_online_put(view, rows, NULL, err);
    mlops_table_unref(rows);
    return status;
}

/* ---- getting ---- */

static mlops_status keys_of(mlops_table **out, mlops_error *err) {
    char csv[40 * (ROWS_ENTITIES + 1)] = "entity,part\n";
    size_t n = strlen(csv);
    for (int e = 0; e < ROWS_ENTITIES; e++)
        n += (size_t)snprintf(csv + n, sizeof csv - n, "e%d,%d\n", e, e % 3);
    return mlops_table_parse(out, csv, n, NULL, err);
}

/* As text, so that a null is empty. */
static int cell_is(const mlops_table *t, const char *column, int64_t row, const char *want) {
    char text[TEXT_MAX];
    size_t n;
    mlops_status status =
        mlops_table_text(t, mlops_table_find(t, column), row, text, sizeof text, &n);
    return status == MLOPS_OK && n == strlen(want) && strcmp(text, want) == 0;
}

/* The put that the row of an entity came from; -1 if it is none that was put. */
static int64_t put_of(const mlops_table *t, int e, const int64_t *at, const double *scores) {
    char words[TEXT_MAX], key[16];
    snprintf(key, sizeof key, "e%d", e);
    if (!cell_is(t, "entity", e, key)) return -1;
    if (cell_is(t, "status", e, "missing"))
        return cell_is(t, "at", e, "") && cell_is(t, "score", e, "") ? 0 : -1;
    int64_t q = at[e] / STEP;
    if (!cell_is(t, "status", e, "hit") || q < 1 || at[e] != q * STEP) return -1;
    text_of(e, q, words);
    int same = scores[e] >= score_of(e, q) && scores[e] <= score_of(e, q) &&
               cell_is(t, "good", e, is_good(e, q) ? "true" : "false") &&
               cell_is(t, "words", e, words);
    return same ? q : -1;
}

mlops_status rows_get(mlops_online *view, rows_seen *out, mlops_error *err) {
    mlops_table *keys, *got = NULL;
    int64_t at[ROWS_ENTITIES];
    double scores[ROWS_ENTITIES];
    mlops_status status = keys_of(&keys, err);
    if (status) return status;
    status = mlops_online_get(&got, view, keys, 1, err);
    mlops_table_unref(keys);
    if (status) return status;
    int good =
        mlops_table_n_rows(got) == ROWS_ENTITIES &&
        !mlops_table_integers(got, mlops_table_find(got, "at"), at, ROWS_ENTITIES, NULL) &&
        !mlops_table_values(got, mlops_table_find(got, "score"), scores, ROWS_ENTITIES, NULL);
    for (int e = 0; good && e < ROWS_ENTITIES; e++) {
        out->put[e] = put_of(got, e, at, scores);
        good = out->put[e] >= 0;
    }
    mlops_table_unref(got);
    if (!good && err) snprintf(err->message, sizeof err->message, "a row is none that was put");
    return good ? MLOPS_OK : MLOPS_E_CONFLICT;
}

int64_t rows_moment(const rows_seen *seen, int64_t most) {
    for (int64_t p = 0; p <= most; p++) {
        rows_seen want = rows_after(p);
        if (memcmp(&want, seen, sizeof want) == 0) return p;
    }
    return -1;
}

/* ---- through a store ---- */

mlops_status rows_see(mlops_store *s, rows_seen *out, mlops_error *err) {
    mlops_online *view;
    mlops_status status = mlops_online_open(&view, s, ROWS_VIEW, err);
    if (status) return status;
    status = rows_get(view, out, err);
    mlops_online_close(view);
    return status;
}

mlops_status rows_read(mlops_store *s, int64_t most, int64_t *out, mlops_error *err) {
    rows_seen seen;
    *out = -1;
    mlops_status status = rows_see(s, &seen, err);
    if (!status) *out = rows_moment(&seen, most);
    return status;
}

mlops_status rows_put_more(mlops_store *s, int64_t first, int64_t last, mlops_error *err) {
    mlops_online *view;
    mlops_status status = mlops_online_open(&view, s, ROWS_VIEW, err);
    if (status) return status;
    for (int64_t p = first; p <= last && !status; p++) status = rows_put(view, p, err);
    mlops_online_close(view);
    return status;
}
