/* Globs: what the header says, and a slow matcher that tries everything. */
#define _GNU_SOURCE
#include "text/glob.h"
#include "unit/draw.h"
#include "unit/help_store.h"
#include "unit/skipped.h"

#include <sys/stat.h>

static void is(const char *pattern, const char *path, int want) {
    assert_null(mlops__glob_problem(pattern));
    if (mlops__glob_matches(pattern, path) != want) fail_msg("'%s' and '%s'", pattern, path);
}

static void globs_are_those_of_gitignore(void **state) {
    (void)state;
    is("*.csv", "a.csv", 1);
    is("*.csv", "deep/er/a.csv", 1);
    is("*.csv", "a.csv.gz", 0);
    is("*.csv", "a.csv/b", 1); /* what is below it, too */
    is("/*.csv", "a.csv", 1);
    is("/*.csv", "deep/a.csv", 0);
    is("deep/*.csv", "deep/a.csv", 1);
    is("deep/*.csv", "deep/er/a.csv", 0);
    is("deep/**/*.csv", "deep/a.csv", 1);
    is("deep/**/*.csv", "deep/er/est/a.csv", 1);
    is("deep/**/*.csv", "deeper/a.csv", 0);
    is("**/a", "a", 1);
    is("**/a", "b/c/a", 1);
    is("**/a", "b/ca", 0);
    is("a/**", "a/b", 1);
    is("a/**", "a", 0);
    is("a/**/b", "a/xb", 0);
    is("tmp", "tmp/x", 1);
    is("tmp", "x/tmp/y", 1);
    is("tmp", "tmpx", 0);
    is("a?c", "abc", 1);
    is("a?c", "a/c", 0);
    is("[a-c]x", "bx", 1);
    is("[!a-c]x", "bx", 0);
    is("[!a-c]x", "dx", 1);
    is("[^a-c]x", "bx", 0);
    is("[^a-c]x", "dx", 1);
    is("[]]", "]", 1);
    is("[^]]", "]", 0);
    is("[\\]a]", "]", 1);
    is("\\[a", "[a", 1);
    is("[\\[:a]", ":", 1);
    is("[a-]", "-", 1);
    is("\\*", "*", 1);
    is("\\*", "a", 0);
    is("*a*b*c*", "xxaxxbxxcxx", 1);
    is("*a*b*c*", "xxaxxcxxbxx", 0);
    is("\xc3\xa9*", "\xc3\xa9t\xc3\xa9", 1);
    assert_non_null(mlops__glob_problem(""));
    assert_non_null(mlops__glob_problem("["));
    assert_non_null(mlops__glob_problem("a[b"));
    assert_non_null(mlops__glob_problem("[]"));
    assert_non_null(mlops__glob_problem("[^]"));
    assert_non_null(mlops__glob_problem("[a\\]"));
    assert_non_null(mlops__glob_problem("[[:alpha:]]"));
    assert_non_null(mlops__glob_problem("[^a[:digit:]]"));
    assert_non_null(mlops__glob_problem("a\\"));
    assert_non_null(mlops__glob_problem("a/"));
}

/* All ways that stars may go. */
static int slow(const char *p, const char *t, const char *end, int at_name) {
    if (at_name && strncmp(p, "**/", 3) == 0) {
        if (slow(p + 3, t, end, 1)) return 1;
        for (const char *q = t; q < end; q++)
            if (*q == '/' && slow(p + 3, q + 1, end, 1)) return 1;
        return 0;
    }
    if (at_name && strcmp(p, "**") == 0) return t < end;
    if (*p == '*') {
        while (*p == '*') p++;
        for (const char *q = t;; q++) {
            if (slow(p, q, end, 0)) return 1;
            if (q == end || *q == '/') return 0;
        }
    }
    if (t == end) return *p == 0;
    if (*p == '?') return *t != '/' && slow(p + 1, t + 1, end, 0);
    return *p == *t && slow(p + 1, t + 1, end, *t == '/');
}

static int slow_matches(const char *p, const char *path) {
    const char *name = path;
    int is_path = strchr(p, '/') != NULL;
    for (const char *end = path;; end++) {
        if (*end && *end != '/') continue;
        if (slow(p + (*p == '/'), is_path ? path : name, end, 1)) return 1;
        if (!*end) return 0;
        name = end + 1;
    }
}

static void make(char *out, const char *letters, size_t most) {
    size_t n = 1 + draw() % most;
    for (size_t i = 0; i < n; i++) out[i] = letters[draw() % strlen(letters)];
    out[n] = 0;
}

static void no_way_is_missed(void **state) {
    int n_matched = 0;
    (void)state;
    seed = 3;
    for (int i = 0; i < 300000; i++) {
        char pattern[16], path[16];
        make(pattern, "ab/**?", 8);
        make(path, "ab/", 9);
        if (mlops__glob_problem(pattern) || strstr(path, "//") || path[0] == '/' ||
            path[strlen(path) - 1] == '/')
            continue;
        int want = slow_matches(pattern, path);
        if (mlops__glob_matches(pattern, path) != want)
            fail_msg("'%s' and '%s': not %d", pattern, path, want);
        n_matched += want;
    }
    assert_true(n_matched > 1000);
}

/* A folder for each pattern, with the pattern in its .gitignore; paths are told apart by git. */
static void sets_are_those_of_git(void **state) {
    enum { PATTERNS = 3000, PATHS = 40 };
    static char patterns[PATTERNS][12], paths[PATHS][8], said[PATTERNS][PATHS], line[120];
    place p;
    (void)state;
    if (system("git --version >/dev/null 2>&1")) {
        skipped("git is not there");
        return;
    }
    make_place(&p);
    shell("mkdir %s && git -C %s init -q", p.path, p.path);
    seed = 5;
    for (int k = 0; k < PATHS; k++) do
            make(paths[k], "abc^!-]\\/", 5);
        while (strstr(paths[k], "//") || *paths[k] == '/' || strchr(paths[k], 0)[-1] == '/');
    snprintf(line, sizeof line, "%s.in", p.path);
    FILE *in = fopen(line, "w");
    for (int i = 0; i < PATTERNS; i++) {
        do make(patterns[i], "abc[[[]]]^!-\\*/", 11);
        while (mlops__glob_problem(patterns[i]) || *patterns[i] == '!' ||
               !strchr(patterns[i], '['));
        snprintf(line, sizeof line, "%s/%d", p.path, i);
        assert_int_equal(mkdir(line, 0700), 0);
        strcat(line, "/.gitignore");
        set_file(line, patterns[i], strlen(patterns[i]));
        for (int k = 0; k < PATHS; k++) fprintf(in, "%d/%s%c", i, paths[k], 0);
    }
    fclose(in);
    snprintf(line, sizeof line, "%s.out", p.path);
    shell("git -C %s check-ignore --no-index -z --stdin < %s.in > %s", p.path, p.path, line);
    FILE *out = fopen(line, "r");
    int i = 0, n = 0;
    for (char path[64]; fscanf(out, "%d/", &i) == 1; n++) {
        size_t at = 0;
        for (int c; (c = fgetc(out)) > 0; at++) path[at] = (char)c;
        path[at] = 0;
        for (int k = 0; k < PATHS; k++) said[i][k] |= strcmp(paths[k], path) == 0;
    }
    fclose(out);
    assert_true(n > 1000);
    for (i = 0; i < PATTERNS; i++)
        for (int k = 0; k < PATHS; k++) is(patterns[i], paths[k], said[i][k]);
    remove_place(&p);
}

static void no_pattern_takes_long(void **state) {
    char path[1025], pattern[1025];
    (void)state;
    memset(path, 'a', 1024);
    for (size_t i = 7; i < 1024; i += 8) path[i] = '/';
    path[1024] = 0;
    for (size_t i = 0; i < 1023; i++) pattern[i] = i % 2 ? 'a' : '*';
    pattern[1023] = 'b';
    pattern[1024] = 0;
    is(pattern, path, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(globs_are_those_of_gitignore),
        cmocka_unit_test(no_way_is_missed),
        cmocka_unit_test(sets_are_those_of_git),
        cmocka_unit_test(no_pattern_takes_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
