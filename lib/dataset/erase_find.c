/* Which rows of a table are asked for, by a value in a column or by a condition.
 *
 * Owns nothing. Invariant: numbers are compared as numbers, times as times and texts byte by byte;
 * null is no value.
 */
#include "dataset/erase.h"

#include "column/csv_types.h"
#include "expr/expr.h"
#include "file/file.h"
#include "text/number.h"

#include <string.h>

typedef struct finding {
    mlops__erasure *plan;
    const mlops_table *table;
    mlops__erase_drops *drops;
    int lacks; /* a column of the condition */
} finding;

static const mlops__host *host_of(const finding *f) { return mlops__store_host(f->plan->store); }

static void drop_row(const finding *f, int64_t row) { mlops__erase_drop(f->drops, row); }

/* ---- by a value: 0 is returned if a column of the type can have no such one ---- */

static int find_texts(const finding *f, const mlops__column *column, const char *value) {
    const int32_t *codes = column->data;
    for (int64_t i = 0; i < column->n_texts; i++)
        if (strcmp(column->texts[i], value) == 0)
            for (int64_t row = 0; row < column->n_rows; row++)
                if (codes[row] == (int32_t)i) drop_row(f, row);
    return 1;
}

static void drop_whole(const finding *f, const mlops__column *column, int64_t wanted) {
    for (int64_t row = 0; row < column->n_rows; row++)
        if (mlops__column_valid(column, row) && ((const int64_t *)column->data)[row] == wanted)
            drop_row(f, row);
}

static int find_whole(const finding *f, const mlops__column *column, const char *value) {
    double number;
    int64_t whole;
    if (mlops__parse_i64(value, strlen(value), &whole)) {
        drop_whole(f, column, whole);
        return 1;
    }
    if (!mlops__parse_f64(value, strlen(value), 0, &number)) return 0;
    if (!(number >= -0x1p63 && number < 0x1p63) || number != (double)(int64_t)number) return 0;
    drop_whole(f, column, (int64_t)number);
    return 1;
}

static int find_numbers(const finding *f, const mlops__column *column, const char *value) {
    double wanted;
    if (!mlops__parse_f64(value, strlen(value), 1, &wanted)) return 0;
    for (int64_t row = 0; row < column->n_rows; row++)
        if (mlops__column_valid(column, row) && mlops__column_f64(column, row) == wanted)
            drop_row(f, row);
    return 1;
}

/* As it stands in the file, ISO 8601, or nanoseconds. */
static int find_times(const finding *f, const mlops__column *column, const char *format,
                      const char *value) {
    size_t n = strlen(value);
    int64_t wanted;
    if (mlops__csv_time(format, value, n, &wanted) != 1 &&
        mlops__csv_time("", value, n, &wanted) != 1 && !mlops__parse_i64(value, n, &wanted))
        return 0;
    drop_whole(f, column, wanted);
    return 1;
}

static int find_bools(const finding *f, const mlops__column *column, const char *value) {
    static const char *const words[2][3] = {{"false", "False", "FALSE"}, {"true", "True", "TRUE"}};
    int wanted = -1;
    for (int i = 0; i < 6; i++)
        if (strcmp(words[i / 3][i % 3], value) == 0) wanted = i / 3;
    for (int64_t row = 0; row < column->n_rows && wanted >= 0; row++)
        if (mlops__column_valid(column, row) && ((const uint8_t *)column->data)[row] == wanted)
            drop_row(f, row);
    return wanted >= 0;
}

static int find_value(const finding *f, const mlops__column *column, const mlops__csv_type *given,
                      const char *value) {
    switch (column->type) {
    case MLOPS_TYPE_STRING: return find_texts(f, column, value);
    case MLOPS_TYPE_INT64:
        if (given && given->time) return find_times(f, column, given->time, value);
        return find_whole(f, column, value);
    case MLOPS_TYPE_FLOAT64: return find_numbers(f, column, value);
    case MLOPS_TYPE_BOOL: return find_bools(f, column, value);
    default: return 1; /* there is no value to tell the type by */
    }
}

/* Notes the first column that can have no such value. */
static mlops_status note_misfit(mlops__erasure *plan, const char *path, const mlops__column *column,
                                const mlops__csv_type *given) {
    const char *type =
        given ? given->item + strlen(given->name) + 1 : mlops__type_name(column->type);
    if (plan->misfit_path) return MLOPS_OK;
    plan->misfit_path = mlops__arena_text(&plan->arena, path, strlen(path));
    plan->misfit_type = type; /* of the arena, or of static memory */
    return plan->misfit_path ? MLOPS_OK : mlops__fail_nomem(plan->err, strlen(path));
}

/* ---- by a condition ---- */

static mlops_status resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    finding *f = user;
    int64_t index = mlops_table_find(f->table, name);
    (void)n;
    f->lacks |= index < 0;
    if (index < 0) return MLOPS_E_NOT_FOUND;
    out->slot = (int32_t)index;
    out->type = mlops__table_column(f->table, index)->type;
    return MLOPS_OK;
}

static mlops_status run_where(finding *f, const mlops__expr *expr, mlops__arena *arena) {
    mlops_error *err = f->plan->err;
    const mlops__expr_input *inputs;
    int64_t n = mlops_table_n_rows(f->table);
    size_t size = mlops__expr_scratch_size(expr, MLOPS__EXPR_BLOCK);
    MLOPS_TRY(mlops__expr_column_inputs(f->table, arena, &inputs, err));
    void *scratch = mlops__arena_alloc(arena, size);
    uint8_t *holds = mlops__arena_alloc(arena, (size_t)n + 1);
    if (!scratch || !holds) return mlops__fail_nomem(err, size + (size_t)n);
    const mlops__expr_output out = {holds, NULL};
    mlops_status status = mlops__expr_evaluate(expr, inputs, 0, n, scratch, size, &out);
    if (status) return mlops__fail(err, status, "a condition cannot be evaluated");
    for (int64_t row = 0; row < n; row++)
        if (holds[row]) drop_row(f, row);
    return MLOPS_OK;
}

static mlops_status find_where(finding *f, const char *where, const char *path) {
    mlops__expr *expr;
    mlops__arena arena;
    mlops__expr_scope scope = {.resolve = resolve, .user = f, .wanted = MLOPS_TYPE_BOOL};
    scope.what = "condition";
    scope.cpu_max = host_of(f)->cpu;
    mlops_status status = mlops__expr_compile(&expr, where, strlen(where), &scope,
                                              &host_of(f)->allocator, f->plan->err);
    if (status == MLOPS_E_NOT_FOUND && f->lacks) return MLOPS_OK;
    if (status) return mlops__fail_path(f->plan->err, status, path);
    f->plan->has_columns = 1;
    mlops__arena_init(&arena, &host_of(f)->allocator, SIZE_MAX);
    status = run_where(f, expr, &arena);
    mlops__arena_free(&arena);
    mlops__expr_free(expr);
    return status;
}

mlops_status mlops__erase_where_check(mlops_store *store, const char *where, mlops_error *err) {
    mlops__buf text;
    int varies;
    const mlops__expr_scope scope = {.wanted = MLOPS_TYPE_BOOL, .what = "condition"};
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops__buf_init(&text, allocator);
    mlops_status status =
        mlops__expr_tidy(&text, &varies, where, strlen(where), &scope, allocator, err);
    mlops__buf_free(&text);
    return status;
}

mlops_status mlops__erase_find(mlops__erasure *plan, const char *path, const mlops_table *table,
                               const char *types, mlops__erase_drops *drops) {
    const mlops_erase_opts *opts = &plan->opts;
    finding f = {plan, table, drops, 0};
    mlops__csv_type *given;
    int64_t n;
    if (opts->where) return find_where(&f, opts->where, path);
    int64_t index = mlops_table_find(table, opts->column);
    if (index < 0) return MLOPS_OK;
    plan->has_columns = 1;
    MLOPS_TRY(mlops__csv_types_parse(&plan->arena, types, &given, &n, plan->err));
    const mlops__column *column = mlops__table_column(table, index);
    const mlops__csv_type *type = mlops__csv_types_find(given, n, opts->column);
    if (!find_value(&f, column, type, opts->value)) return note_misfit(plan, path, column, type);
    plan->has_fit = 1;
    return MLOPS_OK;
}
