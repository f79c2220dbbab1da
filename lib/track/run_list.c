/* Lists of texts that searches sort, and the list of experiments.
 *
 * Owns nothing. Invariant: order is that of bytes, which for UTF-8 is that of code points.
 */
#include "column/rows.h"
#include "track/search.h"

#include <mlops/experiment.h>

#include <string.h>

/* ---- sorting ---- */

static void sift(const char **texts, size_t at, size_t n) {
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && strcmp(texts[child], texts[child + 1]) < 0) child++;
        if (strcmp(texts[at], texts[child]) >= 0) return;
        const char *text = texts[at];
        texts[at] = texts[child];
        texts[child] = text;
    }
}

void mlops__sort_texts(const char **texts, size_t n) {
    for (size_t i = n / 2; i > 0; i--) sift(texts, i - 1, n);
    for (size_t last = n; last > 1; last--) {
        const char *text = texts[0];
        texts[0] = texts[last - 1];
        texts[last - 1] = text;
        sift(texts, 0, last - 1);
    }
}

/* ---- experiments ---- */

static mlops_status count_runs(mlops__index *index, mlops__bytes experiment, int64_t *n,
                               mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    uint8_t prefix[MLOPS__KV_KEY_MAX];
    *n = 0;
    if (experiment.size >= sizeof prefix)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the name of an experiment is too long");
    memcpy(prefix, experiment.data, experiment.size);
    prefix[experiment.size] = '\t';
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_RUN_ORDER,
                                     (mlops__bytes){prefix, experiment.size + 1}, err));
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) ++*n;
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status put_experiment(mlops__index *index, mlops__bytes key, mlops__bytes value,
                                   mlops__rows *rows, const mlops_allocator *allocator,
                                   mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    int64_t n;
    MLOPS_TRY(count_runs(index, key, &n, err));
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops_status status = mlops__record_parse(&record, value, &arena, err);
    if (!status) {
        mlops__rows_text_n(rows, key.data, key.size);
        mlops__rows_i64(rows, n);
        mlops__rows_i64(rows, mlops__record_i64(&record, "created_ns", 0));
    }
    mlops__arena_free(&arena);
    return status;
}

static mlops_status list(mlops__index *index, mlops__rows *rows, const mlops_allocator *allocator,
                         mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_EXPERIMENTS,
                                     (mlops__bytes){NULL, 0}, err));
    do {
        status = mlops__index_iter_next(&iter, &key, &value, err);
        if (!status) status = put_experiment(index, key, value, rows, allocator, err);
    } while (!status);
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops_run_experiments(mlops_table **out, mlops_store *store, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"experiment", MLOPS_TYPE_STRING},
                                                 {"n_runs", MLOPS_TYPE_INT64},
                                                 {"created_ns", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    mlops__index index;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    const mlops__host *host = mlops__store_host(store);
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__rows_begin(&rows, host, columns, 3, err);
    if (!status) {
        status = list(&index, &rows, &host->allocator, err);
        status = mlops__rows_end(&rows, status, out, err);
    }
    mlops__store_read_end(&index);
    return status;
}
