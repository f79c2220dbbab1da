/* Erasures as they are kept: the list of them, and a certificate of each.
 *
 * Owns nothing. Invariant: a certificate says what the journal has, and what lies beyond its reach.
 */
#include "column/rows.h"
#include "dataset/dataset.h"

#include <mlops/erase.h>

/* What no erasure reaches, in the words of the certificate. */
static const char *const unreached[] = {
    "backups and exports of the store, and stores that were imported from them",
    "clones that do not pull, and remotes that are not pushed to and collected afterwards",
    "files that were checked out, and files that versions were made of",
    "snapshots, copies and free blocks of file systems and devices",
    "texts of records: names, paths, messages, metadata, expectations and their verdicts",
    "other content that was made of the data: artifacts, features, models, references, reports",
    "rows of online views",
    "damaged/, where a repair leaves what it has replaced",
};

static void put_row(mlops__rows *rows, const mlops__record *r) {
    mlops__rows_i64(rows, mlops__record_i64(r, "number", 0));
    mlops__rows_i64(rows, mlops__record_i64(r, "time_ns", 0));
    mlops__rows_bool(rows, mlops__record_i64(r, "finished_ns", 0) != 0);
    mlops__rows_text(rows, mlops__record_text(r, "by"));
    mlops__rows_text(rows, mlops__record_text(r, "reason"));
    mlops__rows_text(rows, mlops__record_text(r, "dataset"));
    mlops__rows_text(rows, mlops__record_text(r, "paths"));
    mlops__rows_text(rows, mlops__record_text(r, "column"));
    mlops__rows_i64(rows, mlops__record_i64(r, "n_commits", 0));
    mlops__rows_i64(rows, mlops__record_i64(r, "n_files", 0));
    mlops__rows_i64(rows, mlops__record_i64(r, "n_tables", 0));
    mlops__rows_i64(rows, mlops__record_i64(r, "n_rows", 0));
}

static mlops_status visit(void *user, mlops__index *index, mlops__bytes key, mlops__bytes value,
                          mlops__arena *arena, mlops_error *err) {
    mlops__rows *rows = user;
    mlops__record record;
    (void)index;
    if (!mlops__key_part_is(key, 0, "erasure")) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    put_row(rows, &record);
    return MLOPS_OK;
}

mlops_status mlops_erase_list(mlops_table **out, mlops_store *store, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"number", MLOPS_TYPE_INT64},    {"time_ns", MLOPS_TYPE_INT64},
        {"done", MLOPS_TYPE_BOOL},       {"by", MLOPS_TYPE_STRING},
        {"reason", MLOPS_TYPE_STRING},   {"dataset", MLOPS_TYPE_STRING},
        {"paths", MLOPS_TYPE_STRING},    {"column", MLOPS_TYPE_STRING},
        {"n_commits", MLOPS_TYPE_INT64}, {"n_files", MLOPS_TYPE_INT64},
        {"n_tables", MLOPS_TYPE_INT64},  {"n_rows", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), columns, 12, err));
    mlops_status status = mlops__record_each(store, MLOPS__TABLE_ERASURES, visit, &rows, err);
    return mlops__rows_end(&rows, status, out, err);
}

static void write_certificate(const mlops__record *record, mlops__buf *buf) {
    mlops__json_writer out;
    mlops__json_writer_init(&out, buf, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_except(&out, record, "unreached");
    mlops__json_name(&out, "unreached");
    mlops__json_open(&out, '[');
    for (size_t i = 0; i < sizeof unreached / sizeof *unreached; i++)
        mlops__json_string(&out, unreached[i]);
    mlops__json_close(&out, ']');
    mlops__json_close(&out, '}');
}

static mlops_status read_erasure(mlops_store *store, int64_t number, mlops__record *out,
                                 mlops__arena *arena, mlops_error *err) {
    mlops__index index;
    mlops__key key;
    mlops__key_init(&key);
    mlops__key_text(&key, "erasure");
    mlops__key_number(&key, number);
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status =
        mlops__record_get(out, &index, MLOPS__TABLE_ERASURES, mlops__key_bytes(&key), arena, err);
    mlops__store_read_end(&index);
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__fail(err, status, "the store has no erasure %lld", (long long)number);
}

mlops_status mlops_erase_certificate(mlops_store *store, int64_t number, char *text, size_t cap,
                                     size_t *needed, mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__buf out;
    if (!store || (!text && cap))
        return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL, or %zu bytes of text", cap);
    if (number < 0) number = 0;
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = read_erasure(store, number, &record, &arena, err);
    if (!status) {
        mlops__buf_init_fixed(&out, text, cap);
        write_certificate(&record, &out);
        status = mlops__buf_finish_text(&out, needed);
        if (status)
            mlops__fail(err, status, "the text has %zu bytes, there is room for %zu", out.size,
                        cap);
    }
    mlops__arena_free(&arena);
    return status;
}
