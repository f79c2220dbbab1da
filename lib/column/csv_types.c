/* Types that options give to columns of CSV.
 *
 * Owns nothing. Invariant: a name may hold any bytes, so what ends it is the last "=" of an item,
 * or the last "=time(" of one that ends in a bracket.
 */
#include "column/csv_types.h"

#include "column/names.h"
#include "column/table.h"
#include "text/time.h"

#include <string.h>

static const char *find_type(const char *item) {
    const char *equals = strrchr(item, '=');
    size_t n = strlen(item);
    if (n == 0 || item[n - 1] != ')') return equals;
    for (const char *at = strstr(item, "=time("); at; at = strstr(at + 1, "=time(")) equals = at;
    return equals;
}

static int is_time(const char *type) {
    size_t n = strlen(type);
    return strcmp(type, "time") == 0 || (strncmp(type, "time(", 5) == 0 && type[n - 1] == ')');
}

static mlops_status take_format(mlops__arena *arena, const char *type, const char **out,
                                mlops_error *err) {
    *out = "";
    if (!type[4]) return MLOPS_OK;
    *out = mlops__arena_text(arena, type + 5, strlen(type) - 6);
    if (!*out) return mlops__fail_nomem(err, strlen(type));
    if (**out && mlops__time_format_is(*out)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_csv_opts: types: '%s' is no format of times, which has %%Y %%y %%m "
                       "%%b %%d %%H %%I %%p %%M %%S %%f %%z",
                       *out);
}

static mlops_status take_type(mlops__arena *arena, const char *item, mlops__csv_type *out,
                              mlops_error *err) {
    const char *equals = find_type(item), *type = equals ? equals + 1 : "";
    *out = (mlops__csv_type){item, NULL, MLOPS_TYPE_INT64, NULL};
    if (is_time(type)) MLOPS_TRY(take_format(arena, type, &out->time, err));
    else out->type = mlops__type_named(type);
    if (out->type == MLOPS_TYPE_NULL)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_csv_opts: types: '%s' is no name=type with bool, int64, float64, "
                           "string, time or time(format)",
                           item);
    out->name = mlops__arena_text(arena, item, (size_t)(equals - item));
    return out->name ? MLOPS_OK : mlops__fail_nomem(err, strlen(item));
}

mlops_status mlops__csv_types_parse(mlops__arena *arena, const char *types, mlops__csv_type **out,
                                    int64_t *n, mlops_error *err) {
    const char **items;
    *n = 0;
    *out = NULL;
    if (!types) return MLOPS_OK;
    MLOPS_TRY(mlops__list_parse(arena, types, ',', "types", &items, n, err));
    *out = mlops__arena_array(arena, (size_t)*n, sizeof **out);
    if (!*out) return mlops__fail_nomem(err, (size_t)*n * sizeof **out);
    for (int64_t i = 0; i < *n; i++) {
        MLOPS_TRY(take_type(arena, items[i], &(*out)[i], err));
        if (mlops__csv_types_find(*out, i, (*out)[i].name))
            return mlops__fail(err, MLOPS_E_INVALID,
                               "mlops_csv_opts: types: column '%s' stands twice", (*out)[i].name);
    }
    return MLOPS_OK;
}

const mlops__csv_type *mlops__csv_types_find(const mlops__csv_type *types, int64_t n,
                                             const char *name) {
    for (int64_t i = 0; i < n; i++)
        if (strcmp(types[i].name, name) == 0) return &types[i];
    return NULL;
}

int mlops__csv_time(const char *format, const char *text, size_t n, int64_t *out) {
    return *format ? mlops__time_parse_as(format, text, n, out) : mlops__time_parse(text, n, out);
}

size_t mlops__csv_time_room(const char *format) { return MLOPS__TIME_MAX + 5 * strlen(format); }

int mlops__csv_time_spell(char *out, const char *format, int64_t time_ns) {
    int64_t back;
    size_t n =
        *format ? mlops__time_format_as(out, format, time_ns) : mlops__time_format(out, time_ns);
    return mlops__csv_time(format, out, n, &back) == 1 && back == time_ns;
}
