/* Entries that differ between two commits.
 *
 * Owns nothing. Invariant: both trees are sorted by path, so that one pass over both sees each path
 * once, in order.
 */
#include "column/rows.h"
#include "dataset/dataset.h"

#include <string.h>

static void put_id(mlops__rows *rows, const mlops__facts *facts) {
    char text[MLOPS__ID_TEXT];
    if (facts) mlops__id_format(text, &facts->id);
    mlops__rows_text(rows, facts ? text : NULL);
}

static void put_size(mlops__rows *rows, const mlops__facts *facts) {
    if (facts) mlops__rows_i64(rows, facts->size);
    else mlops__rows_null(rows);
}

/* One that is on one side alone has NULL on the other. */
static mlops_status put(mlops__rows *rows, const mlops__entry *from, const mlops__entry *to,
                        mlops__arena *arena, mlops_error *err) {
    mlops__facts old, new;
    if (from) MLOPS_TRY(mlops__entry_read(from, &old, arena, err));
    if (to) MLOPS_TRY(mlops__entry_read(to, &new, arena, err));
    mlops__rows_text(rows, to ? to->path : from->path);
    mlops__rows_text(rows, !from ? "added" : to ? "changed" : "removed");
    put_id(rows, from ? &old : NULL);
    put_id(rows, to ? &new : NULL);
    put_size(rows, from ? &old : NULL);
    put_size(rows, to ? &new : NULL);
    return MLOPS_OK;
}

static int is_same(const mlops__entry *a, const mlops__entry *b) {
    return a->json.size == b->json.size && memcmp(a->json.data, b->json.data, a->json.size) == 0;
}

static mlops_status compare(mlops__rows *rows, const mlops__tree *from, const mlops__tree *to,
                            mlops__arena *arena, mlops_error *err) {
    size_t i = 0, j = 0;
    while (i < from->n || j < to->n) {
        const mlops__entry *a = i < from->n ? from->entries[i] : NULL;
        const mlops__entry *b = j < to->n ? to->entries[j] : NULL;
        int order = !a ? 1 : !b ? -1 : strcmp(a->path, b->path);
        if (order > 0) a = NULL;
        if (order < 0) b = NULL;
        i += a != NULL;
        j += b != NULL;
        if (!a || !b || !is_same(a, b)) MLOPS_TRY(put(rows, a, b, arena, err));
    }
    return MLOPS_OK;
}

/* The older side: from, or the first parent of the newer one, or nothing. */
static mlops_status open_older(mlops__version *older, const mlops__version *newer,
                               const char *dataset, const char *from, mlops_error *err) {
    char text[MLOPS__ID_TEXT];
    if (from) return mlops__version_open(older, newer->store, dataset, from, err);
    if (newer->commit.n_parents == 0) return MLOPS_OK;
    mlops__id_format(text, &newer->commit.parents[0]);
    return mlops__version_open(older, newer->store, dataset, text, err);
}

mlops_status mlops_dataset_diff(mlops_table **out, mlops_store *store, const char *dataset,
                                const char *from, const char *to, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"path", MLOPS_TYPE_STRING},     {"change", MLOPS_TYPE_STRING},
        {"from_id", MLOPS_TYPE_STRING},  {"to_id", MLOPS_TYPE_STRING},
        {"from_size", MLOPS_TYPE_INT64}, {"to_size", MLOPS_TYPE_INT64}};
    mlops__version newer, older;
    mlops__rows rows;
    *out = NULL;
    memset(&older, 0, sizeof older);
    mlops_status status = mlops__version_open(&newer, store, dataset, to, err);
    if (!status) status = open_older(&older, &newer, dataset, from, err);
    if (!status) status = mlops__rows_begin(&rows, mlops__store_host(store), columns, 6, err);
    if (!status)
        status = mlops__rows_end(&rows, compare(&rows, &older.tree, &newer.tree, &newer.arena, err),
                                 out, err);
    mlops__version_close(&older);
    mlops__version_close(&newer);
    return status;
}
