/* Holds CSV files against expectations, for oracles that are not written in C.
 *
 * usage: dump_quality regex FILE     lines of pattern TAB text: 1, 0, or ! for a refused pattern
 *        dump_quality validate EXPECTATIONS TABLE OTHER AS_OF   a line of JSON for each expectation
 *        dump_quality infer TABLE    what is inferred, then a line "true" if the table holds to it
 *        dump_quality overlap A B COLUMNS   a line for each pair
 * In the files NA is null; OTHER is what references() calls other. In lines of patterns and texts
 * \n, \t and \\ stand for what they say.
 */
#include "text/regex.h"

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/host.h"

static void stop(const mlops_error *err) {
    printf("{\"code\": %d, \"line\": %d, \"column\": %d}\n", err->code, err->line, err->column);
    fprintf(stderr, "%s\n", err->message);
    exit(0);
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 22);
    if (!file || !text) exit(2);
    if (fread(text, 1, (1 << 22) - 1, file) == 0) text[0] = 0;
    fclose(file);
    return text;
}

static mlops_table *read_table(const char *path) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *table;
    mlops_error err;
    opts.nulls = "NA";
    if (mlops_table_load(&table, path, &opts, &err)) stop(&err);
    return table;
}

static void print_text(const mlops_table *t, const char *name, int64_t row) {
    static char text[1 << 20];
    mlops_table_text(t, mlops_table_find(t, name), row, text, sizeof text, NULL);
    putchar('"');
    for (const char *c = text; *c; c++) {
        if (*c == '"' || *c == '\\') putchar('\\');
        if (*c == '\t') printf("\\t");
        else putchar(*c);
    }
    putchar('"');
}

static void print_rows(const mlops_expectations *e, const char *id, const mlops_table *table,
                       const mlops_expectations_opts *opts) {
    mlops_table *rows;
    if (mlops_expectations_rows(&rows, e, id, table, opts, NULL)) {
        printf("null");
        return;
    }
    int64_t n = mlops_table_n_rows(rows);
    int64_t *values = calloc((size_t)n + 1, sizeof *values);
    mlops_table_integers(rows, 0, values, n, NULL);
    printf("[");
    for (int64_t i = 0; i < n; i++) printf("%s%lld", i ? "," : "", (long long)values[i]);
    printf("]");
    free(values);
    mlops_table_unref(rows);
}

static void validate(char **args) {
    static const char *const columns[] = {"id",   "text",      "holds",    "observed", "share",
                                          "rows", "n_unknown", "n_failed", "problem"};
    char *text = read_file(args[0]);
    mlops_table *table = read_table(args[1]), *other = read_table(args[2]), *report;
    mlops_expectations_opts opts = MLOPS_EXPECTATIONS_OPTS_INIT;
    mlops_reference *reference = NULL;
    mlops_expectations *e, *bound;
    mlops_error err;
    opts.flags = MLOPS_EXPECTATIONS_SET_AS_OF_NS;
    opts.as_of_ns = strtoll(args[3], NULL, 10);
    if (mlops_reference_new(&reference, other, NULL, &err) == MLOPS_OK) opts.reference = reference;
    if (mlops_expectations_parse(&e, text, NULL, &err)) stop(&err);
    if (mlops_expectations_bind(&bound, e, "other", other, &err)) stop(&err);
    if (mlops_expectations_validate(&report, bound, table, &opts, &err)) stop(&err);
    for (int64_t i = 0; i < mlops_table_n_rows(report); i++) {
        char id[400];
        mlops_table_text(report, 0, i, id, sizeof id, NULL);
        printf("{");
        for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
            printf("%s\"%s\": ", k ? ", " : "", columns[k]);
            print_text(report, columns[k], i);
        }
        printf(", \"all\": ");
        print_rows(bound, id, table, &opts);
        printf("}\n");
    }
    printf("%s", mlops_expectations_text(e));
    mlops_table_unref(report);
    mlops_expectations_unref(bound);
    mlops_expectations_unref(e);
    mlops_reference_unref(reference);
    mlops_table_unref(other);
    mlops_table_unref(table);
    free(text);
}

static void infer(const char *path) {
    mlops_table *table = read_table(path), *report;
    mlops_infer_opts opts = MLOPS_INFER_OPTS_INIT;
    mlops_expectations *e;
    mlops_error err;
    static const double margins[] = {0, 0.1, 3};
    for (int m = 0; m < 3; m++) {
        opts.flags = MLOPS_INFER_SET_MARGIN;
        opts.margin = margins[m];
        if (mlops_expectations_infer(&e, table, &opts, &err)) stop(&err);
        if (mlops_expectations_validate(&report, e, table, NULL, &err)) stop(&err);
        if (m == 0) printf("%s", mlops_expectations_text(e));
        int64_t held = 0, n = mlops_table_n_rows(report);
        for (int64_t i = 0; i < n; i++) {
            char text[8];
            mlops_table_text(report, 4, i, text, sizeof text, NULL);
            held += strcmp(text, "true") == 0;
        }
        mlops_status status = mlops_expectations_require(report, &err);
        printf("%s\n", held == n && !status ? "true" : err.message);
        mlops_table_unref(report);
        mlops_expectations_unref(e);
    }
    mlops_table_unref(table);
}

static void overlap(char **args) {
    mlops_table *a = read_table(args[0]), *b = read_table(args[1]), *pairs;
    mlops_error err;
    if (mlops_table_overlap(&pairs, a, b, *args[2] ? args[2] : NULL, &err)) stop(&err);
    for (int64_t i = 0; i < mlops_table_n_rows(pairs); i++) {
        print_text(pairs, "a", i);
        putchar(' ');
        print_text(pairs, "b", i);
        putchar('\n');
    }
    mlops_table_unref(pairs);
    mlops_table_unref(a);
    mlops_table_unref(b);
}

static size_t unescape(char *text) {
    char *out = text;
    for (const char *c = text; *c; c++) {
        if (*c != '\\') {
            *out++ = *c;
            continue;
        }
        c++;
        *out++ = *c == 'n' ? '\n' : *c == 't' ? '\t' : '\\';
    }
    *out = 0;
    return (size_t)(out - text);
}

static void regex(const char *path) {
    char *all = read_file(path);
    for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n")) {
        mlops__arena arena;
        mlops__regex_problem problem;
        const mlops__regex *made;
        char *text = strchr(line, '\t');
        if (!text) exit(2);
        *text++ = 0;
        size_t n_pattern = unescape(line), n_text = unescape(text);
        mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
        if (mlops__regex_compile(&made, line, n_pattern, &arena, &problem)) puts("!");
        else {
            void *scratch = malloc(mlops__regex_scratch_size(made));
            puts(mlops__regex_matches(made, text, n_text, scratch) ? "1" : "0");
            free(scratch);
        }
        mlops__arena_free(&arena);
    }
    free(all);
}

int main(int argc, char **argv) {
    if (argc == 3 && !strcmp(argv[1], "regex")) regex(argv[2]);
    else if (argc == 6 && !strcmp(argv[1], "validate")) validate(argv + 2);
    else if (argc == 3 && !strcmp(argv[1], "infer")) infer(argv[2]);
    else if (argc == 5 && !strcmp(argv[1], "overlap")) overlap(argv + 2);
    else return 2;
    return 0;
}
