/* Rows of a table on their way out: aligned for people, as JSON, as CSV.
 *
 * For people times (columns that end in _ns) are ISO 8601, ages have a unit, ids are cut to their
 * first digits, and columns without a value are left out; JSON and CSV have all of it.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { ID_DIGITS = 12, TEXT_WIDTH = 60 /* on a terminal */ };

typedef enum kind { PLAIN, NUMBER, TIME, SPAN, ID, LEFT_OUT } kind;

typedef struct listing {
    const mlops_table *table;
    struct ArrowSchema schema;
    struct ArrowArray array; /* says which values are null */
    char *text;              /* of one value */
    size_t cap;
    int failed; /* told */
} listing;

static int begin(listing *self, const mlops_table *table) {
    mlops_error error;
    *self = (listing){.table = table, .cap = 256};
    if (mlops_table_export(table, &self->schema, &self->array, &error))
        return cli_fail(NULL, &error);
    self->text = malloc(self->cap);
    self->failed = self->text ? CLI_OK : cli_complain("out of memory");
    return CLI_OK;
}

static int end(listing *self) {
    free(self->text);
    if (self->schema.release) self->schema.release(&self->schema);
    if (self->array.release) self->array.release(&self->array);
    return self->failed;
}

static int is_null(const listing *self, int64_t column, int64_t row) {
    if (mlops_table_type(self->table, column) == MLOPS_TYPE_NULL) return 1;
    if (!mlops_table_n_nulls(self->table, column)) return 0;
    const struct ArrowArray *values = self->array.children[column];
    const unsigned char *valid = values->n_buffers > 0 ? values->buffers[0] : NULL;
    int64_t bit = row + values->offset;
    return valid && !(valid[bit / 8] >> (bit % 8) & 1);
}

/* The value as text, borrowed until the next call; NULL for a null, or after a failure. */
static char *value(listing *self, int64_t column, int64_t row) {
    size_t n = 0;
    if (self->failed || is_null(self, column, row)) return NULL;
    if (!mlops_table_text(self->table, column, row, self->text, self->cap, &n)) return self->text;
    char *larger = realloc(self->text, n + 64);
    if (!larger) return self->failed = cli_complain("out of memory"), NULL;
    self->text = larger;
    self->cap = n + 64;
    return mlops_table_text(self->table, column, row, larger, self->cap, NULL) ? NULL : larger;
}

/* ---- for people ---- */

static int ends_in_ns(const char *name) {
    size_t n = strlen(name);
    return n > 3 && !strcmp(name + n - 3, "_ns");
}

/* One id or more, separated by blanks. */
static int is_ids(const char *text) {
    for (size_t n; *text; text += n + (text[n] == ' ')) {
        n = strspn(text, "0123456789abcdef");
        if ((n != 64 && n != 32) || (text[n] && text[n] != ' ')) return 0;
    }
    return 1;
}

/* Leaves the first digits of each. */
static void cut_ids(char *text) {
    char *to = text;
    for (size_t n; *text; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        if (to != text || n < ID_DIGITS) memmove(to, text, n < ID_DIGITS ? n : ID_DIGITS);
        to += n < ID_DIGITS ? n : ID_DIGITS;
        if (text[n] == ' ') *to++ = ' ';
    }
    *to = 0;
}

static int is_span(const char *name) { return !strcmp(name, "age_ns") || !strcmp(name, "ttl_ns"); }

static kind kind_of(listing *self, int64_t column) {
    mlops_type type = mlops_table_type(self->table, column);
    const char *name = mlops_table_name(self->table, column);
    int64_t n_rows = mlops_table_n_rows(self->table);
    if (n_rows && mlops_table_n_nulls(self->table, column) == n_rows) return LEFT_OUT;
    if (type == MLOPS_TYPE_INT64 && is_span(name)) return SPAN;
    if (type == MLOPS_TYPE_INT64 && ends_in_ns(name)) return TIME;
    if (type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64) return NUMBER;
    if (type != MLOPS_TYPE_STRING) return PLAIN;
    kind found = PLAIN;
    for (int64_t row = 0; row < n_rows; row++) {
        const char *text = value(self, column, row);
        if (text && !is_ids(text)) return PLAIN;
        if (text && *text) found = ID;
    }
    return found;
}

/* The name of a column; of a time or a span without the unit, where no other column is called so.
 */
static const char *head(const listing *self, int64_t column, kind is) {
    static char text[CLI_TIME];
    const char *name = mlops_table_name(self->table, column);
    size_t n = strlen(name) - 3;
    if ((is != TIME && is != SPAN) || n >= sizeof text) return name;
    snprintf(text, sizeof text, "%.*s", (int)n, name);
    return mlops_table_find(self->table, text) < 0 ? text : name;
}

/* What stands in a cell, borrowed until the next call. Row -1 is the head. */
static const char *cell(listing *self, int64_t column, int64_t row, kind is) {
    static char text[CLI_TIME];
    if (row < 0) return head(self, column, is);
    char *whole = value(self, column, row);
    if (!whole) return "-";
    if (is == ID) cut_ids(whole);
    if (is != TIME && is != SPAN) return whole;
    int64_t ns = strtoll(whole, NULL, 10);
    if (is == TIME) cli_format_time(text, ns);
    else cli_format_span(text, ns);
    return text;
}

static void measure(listing *self, kind *kinds, int *widths, int64_t *last) {
    int64_t n = mlops_table_n_columns(self->table);
    for (int64_t i = 0; i < n; i++) {
        kinds[i] = kind_of(self, i);
        if (kinds[i] == LEFT_OUT) continue;
        *last = i;
        for (int64_t row = -1; row < mlops_table_n_rows(self->table); row++) {
            int width = cli_width(cell(self, i, row, kinds[i]));
            if (width > widths[i]) widths[i] = width;
        }
    }
}

static void print_aligned(listing *self, kind *kinds, int *widths) {
    int64_t last = 0;
    int terminal = isatty(STDOUT_FILENO);
    measure(self, kinds, widths, &last);
    for (int64_t row = -1; row < mlops_table_n_rows(self->table) && !self->failed; row++) {
        const char *before = "";
        for (int64_t i = 0; i <= last; i++) {
            if (kinds[i] == LEFT_OUT) continue;
            const char *text = cell(self, i, row, kinds[i]);
            int width = terminal && widths[i] > TEXT_WIDTH ? TEXT_WIDTH : widths[i];
            fputs(before, stdout);
            before = "  ";
            int right = kinds[i] == NUMBER || kinds[i] == SPAN;
            if (i < last || right) cli_padded(text, width, right);
            else cli_text(stdout, text); /* whole */
        }
        putchar('\n');
    }
}

static void aligned(listing *self) {
    size_t n = (size_t)mlops_table_n_columns(self->table) + 1;
    kind *kinds = calloc(n, sizeof *kinds);
    int *widths = calloc(n, sizeof *widths);
    if (kinds && widths) print_aligned(self, kinds, widths);
    else self->failed = cli_complain("out of memory");
    free(kinds);
    free(widths);
}

/* ---- for programs ---- */

static void json(listing *self) {
    for (int64_t row = 0; row < mlops_table_n_rows(self->table) && !self->failed; row++) {
        for (int64_t i = 0; i < mlops_table_n_columns(self->table); i++) {
            mlops_type type = mlops_table_type(self->table, i);
            const char *text = value(self, i, row);
            putchar(i ? ',' : '{');
            cli_json_text(stdout, mlops_table_name(self->table, i));
            putchar(':');
            if (!text) fputs("null", stdout);
            else if (type == MLOPS_TYPE_STRING || strstr(text, "nan") || strstr(text, "inf"))
                cli_json_text(stdout, text);
            else fputs(text, stdout);
        }
        puts("}");
    }
}

static void put_quoted(FILE *to, const char *text) {
    putc('"', to);
    for (; *text; text++) {
        if (*text == '"') putc('"', to);
        putc(*text, to);
    }
    putc('"', to);
}

/* Anything but a plain word is quoted: without quotes it might be read as a number, and so on. So
 * are ids, of which some would be. */
void cli_csv_text(FILE *to, const char *text) {
    static const char *const others[] = {"na",  "n/a",  "nan",   "null",    "none",
                                         "inf", "true", "false", "infinity"};
    int plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        plain &= strcasecmp(text, others[i]) != 0;
    if (plain && !is_ids(text) && !strpbrk(text, ",\"\r\n")) fputs(text, to);
    else put_quoted(to, text);
}

static void csv(listing *self, FILE *to) {
    int64_t n = mlops_table_n_columns(self->table);
    for (int64_t i = 0; i < n; i++) {
        const char *name = mlops_table_name(self->table, i);
        if (strpbrk(name, ",\"\r\n") || !strncmp(name, "\xef\xbb\xbf", 3)) put_quoted(to, name);
        else fputs(name, to);
        putc(i + 1 < n ? ',' : '\n', to);
    }
    for (int64_t row = 0; row < mlops_table_n_rows(self->table) && !self->failed && !ferror(to);
         row++)
        for (int64_t i = 0; i < n; i++) {
            mlops_type type = mlops_table_type(self->table, i);
            const char *text = value(self, i, row);
            if (text && type == MLOPS_TYPE_STRING) cli_csv_text(to, text);
            else if (text) fputs(strcmp(text, "nan") != 0 ? text : "NAN", to); /* nan is a null */
            putc(i + 1 < n ? ',' : '\n', to);
        }
}

const char *cli_cell(const mlops_table *table, const char *column, int64_t row, char *text,
                     size_t room) {
    *text = 0;
    mlops_table_text(table, mlops_table_find(table, column), row, text, room, NULL);
    return text;
}

int cli_list(const mlops_table *table, const cli_args *args) {
    listing self;
    int status = begin(&self, table);
    if (status) return status;
    if (!self.failed && args->json) json(&self);
    else if (!self.failed && args->csv) csv(&self, stdout);
    else if (!self.failed) aligned(&self);
    return end(&self);
}

int cli_write_csv(const mlops_table *table, const char *path) {
    listing self;
    cli_output output;
    int status = cli_output_open(&output, path);
    if (status) return status;
    status = begin(&self, table);
    if (!status) {
        csv(&self, output.file);
        status = end(&self);
    }
    return cli_output_close(&output, status);
}
