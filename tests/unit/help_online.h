/* What the tests of online views share: tables spelled as a line of columns and lines of cells. */
#ifndef TESTS_UNIT_HELP_ONLINE_H
#define TESTS_UNIT_HELP_ONLINE_H

#include "unit/help_run.h"

#include "column/rows.h"

enum { WORDS = 64 };

/* Where it is another machine, maps of rows are not looked at by their pages. */
static inline int has_pages(void) {
    const uint16_t one = 1;
    return sizeof(void *) == 8 && *(const uint8_t *)&one;
}

/* Splits a copy at blanks, in place; how many words there are. */
static inline int split(char *copy, char *words[WORDS]) {
    char *next;
    int n = 0;
    for (char *at = strtok_r(copy, " \n", &next); at; at = strtok_r(NULL, " \n", &next)) {
        assert_true(n < WORDS);
        words[n++] = at;
    }
    return n;
}

/* A cell: "-" is a null, '' an empty text. */
static inline void put_cell(mlops__rows *rows, mlops_type type, const char *cell) {
    if (!strcmp(cell, "-")) mlops__rows_null(rows);
    else if (type == MLOPS_TYPE_BOOL) mlops__rows_bool(rows, !strcmp(cell, "true"));
    else if (type == MLOPS_TYPE_INT64) mlops__rows_i64(rows, strtoll(cell, NULL, 10));
    else if (type == MLOPS_TYPE_FLOAT64) mlops__rows_f64(rows, strtod(cell, NULL));
    else mlops__rows_text(rows, strcmp(cell, "''") ? cell : "");
}

/* columns: such as "id:s t:i x:f ok:b", names without blanks; rows: their cells, one after the
 * other. */
static inline mlops_table *table_of(const char *columns, const char *rows) {
    static const char LETTERS[] = "-bifs"; /* of the types, in their order */
    char spec[1000], *words[WORDS];
    mlops__rows_column list[WORDS];
    mlops__host host;
    mlops__rows out;
    mlops_table *table;
    assert_true(strlen(columns) < sizeof spec);
    int n = split(strcpy(spec, columns), words);
    for (int i = 0; i < n; i++) {
        char *colon = strrchr(words[i], ':');
        assert_non_null(colon);
        const char *letter = strchr(LETTERS, colon[1]);
        assert_non_null(letter);
        *colon = 0;
        list[i] = (mlops__rows_column){words[i], (mlops_type)(letter - LETTERS)};
    }
    works(mlops__host_init(&host, NULL, NULL), NULL);
    works(mlops__rows_begin(&out, &host, list, n, NULL), NULL);
    char *cells = malloc(strlen(rows) + 1), *next;
    assert_non_null(cells);
    int i = 0;
    for (char *at = strtok_r(strcpy(cells, rows), " \n", &next); at;
         at = strtok_r(NULL, " \n", &next), i++)
        put_cell(&out, list[i % n].type, at);
    assert_int_equal(i % n, 0);
    free(cells);
    works(mlops__rows_end(&out, MLOPS_OK, &table, NULL), NULL);
    return table;
}

static inline mlops_status try_define(mlops_change *c, const char *name, const char *columns,
                                      const char *key, const char *event_time, const char *created,
                                      int64_t ttl_ns, mlops_error *e) {
    mlops_online_opts opts = MLOPS_ONLINE_OPTS_INIT;
    mlops_table *like = table_of(columns, "");
    opts.created = created;
    opts.ttl_ns = ttl_ns;
    mlops_status status = mlops_online_define(c, name, like, key, event_time, &opts, e);
    mlops_table_unref(like);
    return status;
}

/* In a commit of its own. */
static inline void define(mlops_store *s, const char *name, const char *columns, const char *key,
                          const char *event_time, const char *created, int64_t ttl_ns) {
    mlops_error e;
    mlops_change *c = new_change(s);
    works(try_define(c, name, columns, key, event_time, created, ttl_ns, &e), &e);
    commit(c);
    mlops_change_free(c);
}

static inline mlops_online *open_view(mlops_store *s, const char *name) {
    mlops_online *out;
    mlops_error e;
    works(mlops_online_open(&out, s, name, &e), &e);
    return out;
}

static inline mlops_status try_put(mlops_online *view, const char *columns, const char *rows,
                                   int64_t *n, mlops_error *e) {
    mlops_table *table = table_of(columns, rows);
    mlops_status status = mlops_online_put(view, table, n, e);
    mlops_table_unref(table);
    return status;
}

/* How many were put. */
static inline int64_t put_rows(mlops_online *view, const char *columns, const char *rows) {
    mlops_error e;
    int64_t n = -1;
    works(try_put(view, columns, rows, &n, &e), &e);
    return n;
}

static inline mlops_status try_get(mlops_table **out, mlops_online *view, const char *columns,
                                   const char *keys, int64_t as_of_ns, mlops_error *e) {
    mlops_table *table = table_of(columns, keys);
    mlops_status status = mlops_online_get(out, view, table, as_of_ns, e);
    mlops_table_unref(table);
    return status;
}

/* A table as its cells, as table_of() has them. */
static inline void shows(const mlops_table *table, const char *want) {
    static char got[1 << 16];
    char *copy = malloc(strlen(want) + 1), *words = got, *next;
    assert_non_null(copy);
    size_t n = 0;
    for (int64_t i = 0; i < mlops_table_n_rows(table); i++)
        for (int64_t k = 0; k < mlops_table_n_columns(table); k++) {
            const char *shown = cell(table, i, mlops_table_name(table, k));
            assert_true(n + strlen(shown) + 4 < sizeof got);
            n += (size_t)sprintf(got + n, "%s%s", n ? " " : "", *shown ? shown : "''");
        }
    got[n] = 0;
    /* One blank where want has some. */
    for (char *at = strtok_r(strcpy(copy, want), " \n", &next); at;
         at = strtok_r(NULL, " \n", &next)) {
        size_t size = strlen(at);
        int same = !strncmp(words, at, size) && (words[size] == ' ' || !words[size]);
        if (!same) fail_msg("'%s', not '%s'", got, want);
        words += size + (words[size] == ' ');
    }
    if (*words) fail_msg("'%s', not '%s'", got, want);
    free(copy);
}

/* What a get of these keys shows, all columns of it. */
static inline void gives(mlops_online *view, const char *columns, const char *keys,
                         int64_t as_of_ns, const char *want) {
    mlops_table *table;
    mlops_error e;
    works(try_get(&table, view, columns, keys, as_of_ns, &e), &e);
    shows(table, want);
    mlops_table_unref(table);
}

#endif
