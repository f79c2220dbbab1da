/* Reports: what is in the file, and that as HTML it nests, acts on nothing and stays small. */
#define _GNU_SOURCE
#include <ctype.h>

#include "drift/inside.h"
#include "text/json.h"
#include "unit/help_drift.h"

static char *read_file(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(*n + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, *n, file), *n);
    text[*n] = 0;
    fclose(file);
    return text;
}

/* Reads the JSON back: the numbers of each column and the order. */
static void check_json(const char *text, size_t n, const mlops_drift *drift) {
    mlops__arena arena;
    mlops__json json;
    mlops__json_event event = MLOPS__JSON_NULL;
    mlops_error err;
    int64_t index = -1, n_numbers = 0;
    char name[64] = "";
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__json_init(&json, text, n, &arena, &err);
    while (event != MLOPS__JSON_END) {
        if (mlops__json_next(&json, &event)) fail_msg("%s", err.message);
        if (event == MLOPS__JSON_NAME) {
            assert_true(json.n < sizeof name);
            memcpy(name, json.text, json.n);
            name[json.n] = 0;
            continue;
        }
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (event == MLOPS__JSON_STRING && !strcmp(name, "name")) {
            c = column_of(drift, ++index);
            assert_true(mlops__json_is(&json, c.name));
        }
        if (event != MLOPS__JSON_NUMBER || index < 0) continue;
        c = column_of(drift, index);
        double value = strtod(json.text, NULL);
        n_numbers++;
        if (!strcmp(name, "effect_low")) close_to(value, c.effect_low, 0);
        if (!strcmp(name, "p_adjusted")) close_to(value, c.p_adjusted, 0);
        if (!strcmp(name, "psi")) close_to(value, c.psi, 0);
        if (!strcmp(name, "n_current")) close_to(value, (double)c.n_current, 0);
        if (!strcmp(name, "mean_current")) close_to(value, c.mean_current, 0);
    }
    assert_int_equal(index + 1, mlops_drift_n_columns(drift));
    assert_true(n_numbers >= 7 * mlops_drift_n_columns(drift));
    mlops__arena_free(&arena);
}

/* One tag from its '<' on: pushes or pops its name; returns what follows. */
static const char *check_tag(const char *at, char names[][16], int *depth) {
    int closing = at[1] == '/', n = 0;
    const char *name = at + 1 + closing, *end = name;
    for (int quoted = 0; quoted || *end != '>'; end++) {
        assert_true(*end && (quoted || *end != '<'));
        quoted ^= *end == '"';
    }
    while (isalnum((unsigned char)name[n])) n++;
    assert_in_range(n, 1, 15);
    if (closing) {
        assert_true(*depth > 0);
        --*depth;
        if (strncmp(names[*depth], name, (size_t)n) || names[*depth][n])
            fail_msg("</%.*s> closes <%s>", n, name, names[*depth]);
    } else if (end[-1] != '/' && strncmp(name, "meta", 4)) {
        assert_true(*depth < 32);
        memcpy(names[*depth], name, (size_t)n);
        names[(*depth)++][n] = 0;
    }
    return end + 1;
}

/* Tags nest, nothing acts, nothing is fetched. */
static void check_html(const char *text) {
    static const char *const none[] = {"<script", "https:", "<link", "@import", " href", " src"};
    static const char doctype[] = "<!DOCTYPE html>";
    char names[32][16];
    int depth = 0;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) assert_null(strstr(text, none[i]));
    assert_int_equal(strncmp(text, doctype, sizeof doctype - 1), 0);
    const char *at = text + sizeof doctype - 1;
    while ((at = strchr(at, '<'))) at = check_tag(at, names, &depth);
    assert_int_equal(depth, 0);
}

static void test_reports(void **state) {
    (void)state;
    char folder[] = "/tmp/drift.XXXXXX", html[64], json[64];
    assert_non_null(mkdtemp(folder));
    make_path(html, sizeof html, folder, "r.html");
    make_path(json, sizeof json, folder, "r.json");
    mlops_table *x = parse("<b>&\"x\",s,n\n1,a,\n2,b,\n3,a,\n"),
                *y = parse("<b>&\"x\",s,n\n1,c,\n5,c,\n-inf,,\n");
    mlops_drift *drift = compare(x, y, NULL);
    assert_int_equal(mlops_drift_save(drift, html, NULL), MLOPS_OK);
    assert_int_equal(mlops_drift_save(drift, json, NULL), MLOPS_OK);
    size_t n, needed;
    char *text = read_file(json, &n);
    check_json(text, n, drift);
    assert_int_equal(mlops_drift_json(drift, NULL, 0, &needed), MLOPS_OK);
    assert_int_equal(needed, n);
    char *own = malloc(n + 1);
    assert_non_null(own);
    assert_int_equal(mlops_drift_json(drift, own, n + 1, NULL), MLOPS_OK);
    assert_string_equal(own, text);
    assert_int_equal(mlops_drift_json(drift, own, n, &needed), MLOPS_E_ARENA);
    assert_string_equal(own, "");
    free(own);
    free(text);
    text = read_file(html, &n);
    check_html(text);
    assert_non_null(strstr(text, "&lt;b&gt;"));
    assert_null(strstr(text, "<b>"));
    assert_non_null(strstr(text, "not enough data"));
    free(text);
    mlops_error err;
    refused(mlops_drift_save(drift, "", &err), &err, MLOPS_E_INVALID, "path");
    make_path(html, sizeof html, folder, "none/r.html");
    refused(mlops_drift_save(drift, html, &err), &err, MLOPS_E_NOT_FOUND, "none");
    make_path(html, sizeof html, folder, "r.html");
    remove(html);
    remove(json);
    assert_int_equal(remove(folder), 0);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_large_report_is_small(void **state) {
    (void)state;
    enum { COLUMNS = 1000, ROWS = 400 };
    char folder[] = "/tmp/drift.XXXXXX", html[64];
    double *values = malloc(COLUMNS * ROWS * sizeof *values);
    assert_non_null(values);
    for (int i = 0; i < COLUMNS * ROWS; i++) values[i] = normal() * 12345.678;
    mlops_table *x = matrix(values, ROWS, COLUMNS);
    for (int i = 0; i < COLUMNS * ROWS; i++) values[i] += 20000; /* drift, and regions, in each */
    mlops_table *y = matrix(values, ROWS, COLUMNS);
    mlops_drift *drift = compare(x, y, NULL);
    assert_int_equal(mlops_drift_n_drifted(drift), COLUMNS);
    assert_non_null(mkdtemp(folder));
    make_path(html, sizeof html, folder, "r.html");
    assert_int_equal(mlops_drift_save(drift, html, NULL), MLOPS_OK);
    size_t n;
    char *text = read_file(html, &n);
    assert_in_range(n, 100 << 10, 400 << 10);
    int rows = 0;
    for (const char *at = text; (at = strstr(at, "<th scope=\"row\">")); at++) rows++;
    assert_int_equal(rows, COLUMNS);
    check_html(text);
    int marks = 0, places = 0;
    for (const char *at = text; (at = strstr(at, "<path class=\"mark\"")); at++) marks++;
    for (const char *at = text; (at = strstr(at, "<td class=\"where\">more at ")); at++) places++;
    assert_int_equal(marks, 80);
    assert_int_equal(places, 80);
    free(text);
    free(values);
    remove(html);
    assert_int_equal(remove(folder), 0);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_notes(void **state) {
    (void)state;
    mlops_table *x = ramp(100, 0);
    mlops_drift *drift = compare(x, x, NULL);
    const mlops__drift_note notes[] = {{"Latency <p50>", "latency_p50", 0.25, "ms"},
                                       {"None", "none", (double)NAN, ""}};
    const mlops__drift_segment segments[] = {
        {"<Rome>", 40, 3, MLOPS_DRIFT_YES, 1, MLOPS_DRIFT_NO, MLOPS_DRIFT_NOT_ENOUGH_DATA}};
    const mlops__drift_extra extra = {.title = "Traffic & drift",
                                      .notes = notes,
                                      .n_notes = 2,
                                      .segments = segments,
                                      .n_segments = 1};
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    mlops__drift_html(&out, drift, &extra);
    mlops__buf_u8(&out, 0);
    assert_int_equal(out.status, MLOPS_OK);
    assert_non_null(strstr((char *)out.data, "Traffic &amp; drift"));
    assert_non_null(strstr((char *)out.data, "Latency &lt;p50&gt;"));
    assert_non_null(strstr((char *)out.data, "0.25 ms"));
    assert_non_null(strstr((char *)out.data, "&lt;Rome&gt;"));
    out.size = 0;
    mlops__drift_json_extra(&out, drift, &extra);
    mlops__buf_u8(&out, 0);
    assert_non_null(strstr((char *)out.data, "\"latency_p50\": 0.25"));
    assert_non_null(strstr((char *)out.data, "\"none\": null"));
    assert_non_null(strstr((char *)out.data, "\"<Rome>\""));
    mlops__buf_free(&out);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reports),
        cmocka_unit_test(test_large_report_is_small),
        cmocka_unit_test(test_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
