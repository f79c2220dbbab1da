/* Evaluates what oracle_expr.py asks for: lines in, lines out.
 *
 * "rows N" and N lines of eight fields give the rows of a b (float64, bits in hexadecimal), i j
 * (int64), p q (0 or 1), s t (x and bytes in hexadecimal); - is null. "expr HEX" gives a text, and
 * is answered by "error STATUS MESSAGE", or by "ok TYPE CANONICAL_HEX" and a line of values, alike.
 * Each expression is evaluated in blocks of several sizes, and its canonical text compiled again.
 */
#include "help_expr.h"

#include <inttypes.h>

static int64_t n_rows;
static help_column columns[HELP_SLOTS];
static mlops__expr_input inputs[HELP_SLOTS];
static char line[1 << 18];

static char *unhex(const char *hex, size_t *n) {
    *n = strlen(hex) / 2;
    char *out = malloc(*n + 1);
    if (!out) exit(2);
    for (size_t i = 0; i < *n; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) exit(2);
        out[i] = (char)byte;
    }
    out[*n] = 0;
    return out;
}

static void put_hex(const char *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) printf("%02x", (unsigned)(uint8_t)bytes[i]);
}

static void read_field(int slot, int64_t row, const char *field) {
    uint8_t *at = columns[slot].values + (size_t)row * columns[slot].size;
    if (strcmp(field, "-") == 0) {
        memset(at, 0xa5, columns[slot].size); /* nobody may look at it */
        return;
    }
    columns[slot].validity[row / 8] |= (uint8_t)(1u << (row % 8));
    switch (help_names[slot].type) {
    case MLOPS_TYPE_FLOAT64: {
        uint64_t bits = strtoull(field, NULL, 16);
        memcpy(at, &bits, sizeof bits);
        break;
    }
    case MLOPS_TYPE_INT64: {
        int64_t value = strtoll(field, NULL, 10);
        memcpy(at, &value, sizeof value);
        break;
    }
    case MLOPS_TYPE_BOOL: *at = field[0] == '1'; break;
    default: {
        size_t n;
        mlops__expr_text text = {unhex(field + 1, &n), 0, 0};
        text.n = (uint32_t)n;
        memcpy(at, &text, sizeof text);
        break;
    }
    }
}

static void free_rows(void) {
    for (int c = 0; c < HELP_SLOTS; c++) {
        for (int64_t row = 0; row < n_rows && help_names[c].type == MLOPS_TYPE_STRING; row++) {
            const mlops__expr_text *text = (const void *)columns[c].values;
            if (columns[c].validity[row / 8] >> (row % 8) & 1)
                free((void *)(uintptr_t)text[row].data);
        }
        help_column_free(&columns[c]);
    }
    n_rows = 0;
}

static void read_rows(int64_t n) {
    free_rows();
    n_rows = n;
    for (int c = 0; c < HELP_SLOTS; c++) {
        columns[c] = help_column_new(help_names[c].type, n);
        inputs[c] = (mlops__expr_input){columns[c].values, NULL, columns[c].validity, 0};
    }
    for (int64_t row = 0; row < n; row++) {
        if (!fgets(line, sizeof line, stdin)) exit(2);
        char *field = strtok(line, " \n");
        for (int c = 0; c < HELP_SLOTS; c++, field = strtok(NULL, " \n")) {
            if (!field) exit(2);
            read_field(c, row, field);
        }
    }
}

static void put_value(mlops_type type, const help_column *c, int64_t row) {
    const uint8_t *at = c->values + (size_t)row * c->size;
    if (!(c->validity[row / 8] >> (row % 8) & 1)) {
        fputs(" -", stdout);
        return;
    }
    uint64_t bits = 0;
    switch (type) {
    case MLOPS_TYPE_FLOAT64:
        memcpy(&bits, at, 8);
        printf(" %016" PRIx64, bits);
        break;
    case MLOPS_TYPE_INT64:
        memcpy(&bits, at, 8);
        printf(" %" PRId64, (int64_t)bits);
        break;
    case MLOPS_TYPE_BOOL: printf(" %d", *at); break;
    default: {
        mlops__expr_text text;
        memcpy(&text, at, sizeof text);
        char *copy = malloc((size_t)text.n + 1);
        if (!copy) exit(2);
        mlops__expr_text_copy(copy, &text);
        fputs(" x", stdout);
        put_hex(copy, text.n);
        free(copy);
        break;
    }
    }
}

/* The canonical text must compile to itself. */
static int is_fixed_point(const mlops__expr *e, const mlops__expr_scope *scope) {
    size_t n, again;
    mlops__expr *copy;
    const char *text = mlops__expr_format(e, &n);
    if (mlops__expr_compile(&copy, text, n, scope, &mlops__heap, NULL)) return 0;
    int same = strcmp(mlops__expr_format(copy, &again), text) == 0 && n == again &&
               mlops__expr_type(e) == mlops__expr_type(copy);
    mlops__expr_free(copy);
    return same;
}

static void answer(const char *hex) {
    mlops__expr *e;
    mlops_error err;
    mlops__expr_scope scope = help_scope(help_names);
    size_t n;
    char *text = unhex(hex, &n);
    mlops_status status = mlops__expr_compile(&e, text, n, &scope, &mlops__heap, &err);
    free(text);
    if (status < 0) {
        printf("error %d %s\n", status, err.message);
        return;
    }
    const char *canonical = mlops__expr_format(e, &n);
    if (!is_fixed_point(e, &scope)) {
        printf("error 1 no fixed point: %s\n", canonical);
        mlops__expr_free(e);
        return;
    }
    help_column out = help_evaluate_all_ways(e, inputs, n_rows);
    printf("ok %d ", (int)mlops__expr_type(e));
    put_hex(canonical, n);
    putchar('\n');
    for (int64_t row = 0; row < n_rows; row++) put_value(mlops__expr_type(e), &out, row);
    putchar('\n');
    help_column_free(&out);
    mlops__expr_free(e);
}

int main(void) {
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = 0;
        if (strncmp(line, "rows ", 5) == 0) read_rows(atoll(line + 5));
        else if (strncmp(line, "expr ", 5) == 0) answer(line + 5);
        else return 2;
        fflush(stdout);
    }
    free_rows();
    return 0;
}
