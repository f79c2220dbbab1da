/* Format strings of the Arrow C Data Interface.
 *
 * Owns the table of types that are taken in. Invariant: each of them maps to a type of column that
 * holds all of its values without loss, or is checked value by value (uint64, times).
 */
#include "column/arrow_types.h"

#include <string.h>

static const int64_t NS = 1, US = 1000, MS = 1000000, S = 1000000000, DAY = 86400000000000;

static const mlops__arrow_type types[] = {
    {"n", MLOPS__ARROW_NULL, 0, 0, MLOPS_TYPE_NULL, 0},
    {"b", MLOPS__ARROW_BOOL, 0, 2, MLOPS_TYPE_BOOL, 0},
    {"c", MLOPS__ARROW_SIGNED, 1, 2, MLOPS_TYPE_INT64, 0},
    {"C", MLOPS__ARROW_UNSIGNED, 1, 2, MLOPS_TYPE_INT64, 0},
    {"s", MLOPS__ARROW_SIGNED, 2, 2, MLOPS_TYPE_INT64, 0},
    {"S", MLOPS__ARROW_UNSIGNED, 2, 2, MLOPS_TYPE_INT64, 0},
    {"i", MLOPS__ARROW_SIGNED, 4, 2, MLOPS_TYPE_INT64, 0},
    {"I", MLOPS__ARROW_UNSIGNED, 4, 2, MLOPS_TYPE_INT64, 0},
    {"l", MLOPS__ARROW_SIGNED, 8, 2, MLOPS_TYPE_INT64, 0},
    {"L", MLOPS__ARROW_UNSIGNED, 8, 2, MLOPS_TYPE_INT64, 0},
    {"e", MLOPS__ARROW_FLOAT, 2, 2, MLOPS_TYPE_FLOAT64, 0},
    {"f", MLOPS__ARROW_FLOAT, 4, 2, MLOPS_TYPE_FLOAT64, 0},
    {"g", MLOPS__ARROW_FLOAT, 8, 2, MLOPS_TYPE_FLOAT64, 0},
    {"u", MLOPS__ARROW_TEXT, 4, 3, MLOPS_TYPE_STRING, 0},
    {"U", MLOPS__ARROW_TEXT, 8, 3, MLOPS_TYPE_STRING, 0},
    {"vu", MLOPS__ARROW_VIEW, 16, 3, MLOPS_TYPE_STRING, 0},
    {"tdD", MLOPS__ARROW_SIGNED, 4, 2, MLOPS_TYPE_INT64, DAY},
    {"tdm", MLOPS__ARROW_SIGNED, 8, 2, MLOPS_TYPE_INT64, MS},
    {"tss:", MLOPS__ARROW_SIGNED, 8, 2, MLOPS_TYPE_INT64, S},
    {"tsm:", MLOPS__ARROW_SIGNED, 8, 2, MLOPS_TYPE_INT64, MS},
    {"tsu:", MLOPS__ARROW_SIGNED, 8, 2, MLOPS_TYPE_INT64, US},
    {"tsn:", MLOPS__ARROW_SIGNED, 8, 2, MLOPS_TYPE_INT64, NS},
};

/* Refused types by their prefix. */
static const char *const names[][2] = {
    {"z", "binary"},        {"Z", "large binary"},     {"vz", "binary view"},
    {"w:", "fixed binary"}, {"d:", "decimal"},         {"tt", "time of day"},
    {"tD", "duration"},     {"ti", "interval"},        {"+l", "list"},
    {"+L", "large list"},   {"+vl", "list view"},      {"+vL", "list view"},
    {"+w:", "fixed list"},  {"+s", "struct"},          {"+m", "map"},
    {"+u", "union"},        {"+r", "run-end encoded"},
};

static int begins_with(const char *text, const char *prefix) {
    while (*prefix && *text == *prefix) text++, prefix++;
    return !*prefix;
}

const mlops__arrow_type *mlops__arrow_type_find(const char *format) {
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        size_t n = strlen(types[i].format);
        int open_ended = types[i].format[n - 1] == ':';
        if (begins_with(format, types[i].format) && (open_ended || !format[n])) return &types[i];
    }
    return NULL;
}

const char *mlops__arrow_type_name(const char *format) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (begins_with(format, names[i][0])) return names[i][1];
    return "unknown";
}
