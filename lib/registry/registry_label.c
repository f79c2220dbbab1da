/* Labels: what the target of a row means to a model.
 *
 * Owns nothing. Invariants: a version that was registered with classes, or whose model names them,
 * reads the target as text, and a class is its place in the list; without, the target is a number,
 * as it stands.
 */
#include "column/column_store.h"
#include "model/model.h"
#include "registry/registry.h"
#include "text/number.h"

#include <string.h>

const char mlops__labels_hint[] =
    "the model knows classes by number; register it with classes (classes=\"no,yes\"), the values "
    "of the target as text, in the order of the model's classes";

/* How many classes a model tells apart; 0: it has none. */
static int64_t count_classes(const mlops_model *model) {
    mlops__task task = mlops__task_of(model);
    int64_t named = mlops__model_n_classes(model);
    if (named) return named;
    if (task == MLOPS__TASK_BINARY) return 2;
    return task == MLOPS__TASK_CLASSES ? mlops_model_width(model, MLOPS_MODEL_OUTPUT_MARGIN) : 0;
}

mlops_status mlops__labels_check(const mlops_model *model, const char *list, mlops__arena *arena,
                                 mlops_error *err) {
    const char **names;
    int64_t n, due = count_classes(model);
    if (!list) return MLOPS_OK;
    mlops_error local;
    mlops_status status = mlops__names_parse(arena, list, &names, &n, &local);
    if (status) return mlops__fail(err, status, "classes: %s", local.message);
    if (due == 0)
        return mlops__fail(err, MLOPS_E_SCHEMA, "classes: the model's task is %s, which has none",
                           mlops__task_name(mlops__task_of(model)));
    if (n == due) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA, "%lld class%s named, and the model tells %lld apart",
                       (long long)n, n == 1 ? " is" : "es are", (long long)due);
}

void mlops__labels_put(mlops__json_writer *json, const mlops_model *model, const char *list,
                       mlops__arena *arena) {
    const char **names = NULL;
    int64_t n = mlops__model_n_classes(model);
    if (list && mlops__names_parse(arena, list, &names, &n, NULL)) return;
    if (!n) return;
    mlops__json_name(json, "classes");
    mlops__json_open(json, '[');
    for (int64_t i = 0; i < n; i++)
        mlops__json_string(json, names ? names[i] : mlops_model_class_name(model, i));
    mlops__json_close(json, ']');
}

/* The place of a text among the classes; -1: none. */
static int64_t find(const mlops__record *classes, const char *text) {
    for (size_t i = 0; i < classes->n; i++)
        if (classes->fields[i].text && !strcmp(classes->fields[i].text, text)) return (int64_t)i;
    return -1;
}

static mlops_status read_texts(mlops__held_out *rows, const mlops__record *classes,
                               mlops_error *err) {
    const mlops__column *column = mlops__table_column(rows->table, rows->column);
    for (int64_t i = 0; i < rows->n_rows; i++) {
        char number[64];
        const char *text = number;
        if (!mlops__column_valid(column, i)) continue;
        if (column->type == MLOPS_TYPE_STRING)
            text = column->texts[((const int32_t *)column->data)[i]];
        else MLOPS_TRY(mlops_table_text(rows->table, rows->column, i, number, sizeof number, NULL));
        int64_t class = find(classes, text);
        if (class < 0 && column->type == MLOPS_TYPE_BOOL) /* converters write flags as numbers */
            class = find(classes, text[0] == 't' ? "1" : "0");
        if (class < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "the target of row %lld, '%s', is none of its classes", (long long)i,
                               text);
        rows->target[i] = (double)class;
    }
    return MLOPS_OK;
}

/* A target without classes: a number, of one of n_classes if there are any. */
static mlops_status read_numbers(mlops__held_out *rows, int64_t n_classes, mlops_error *err) {
    const char *name = mlops_table_name(rows->table, rows->column);
    if (n_classes && mlops_table_type(rows->table, rows->column) == MLOPS_TYPE_STRING)
        return mlops__fail(err, MLOPS_E_SCHEMA, "the target '%s' is text; %s", name,
                           mlops__labels_hint);
    MLOPS_TRY(mlops_table_values(rows->table, rows->column, rows->target, rows->n_rows, err));
    for (int64_t i = 0; i < rows->n_rows && n_classes; i++) {
        double label = rows->target[i];
        if (label != label) continue;
        if (label >= 0 && label < (double)n_classes && label == (double)(int64_t)label) continue;
        char number[MLOPS__NUMBER_MAX];
        mlops__format_digits(number, label, 6);
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "the target '%s' of row %lld is %s, and no class from 0 to %lld; %s",
                           name, (long long)i, number, (long long)n_classes - 1,
                           mlops__labels_hint);
    }
    return MLOPS_OK;
}

mlops_status mlops__labels_read(mlops__held_out *rows, const mlops__record *version,
                                const mlops_model *model, mlops__arena *arena, mlops_error *err) {
    mlops__record signature, classes;
    MLOPS_TRY(
        mlops__record_parse(&signature, mlops__record_json(version, "signature"), arena, err));
    mlops__bytes list = mlops__record_json(&signature, "classes");
    if (list.size == 0) return read_numbers(rows, count_classes(model), err);
    MLOPS_TRY(mlops__record_items(&classes, list, arena, err));
    for (int64_t i = 0; i < rows->n_rows; i++) rows->target[i] = mlops__not_a_number();
    return read_texts(rows, &classes, err);
}
