/* Folders against a list of what is in them: files come, change, move and go, and each status, each
 * commit and each checkout of it is what a comparison of all bytes says. */
#define _GNU_SOURCE
#include "unit/help_folder.h"

#include "unit/draw.h"

enum { N_PATHS = 24, ROUNDS = 60, LONGEST = 40000 };

typedef struct model {
    char *now[N_PATHS], *was[N_PATHS]; /* NULL: not there */
    size_t n_now[N_PATHS], n_was[N_PATHS];
} model;

/* In the bytewise order of paths. */
static const char *const PATHS[N_PATHS] = {
    "a",       "a b", "a-b", "b/.x",      "b/a",       "b/c-d",  "b/c/a", "b/c/b",
    "b/c/d/e", "b/d", "b0",  "c/1",       "c/10",      "c/11",   "c/2",   "d.d/x",
    "d/x",     "d/y", "e",   "f/g/h/i/j", "f/g/h/i/k", "f/g/h0", "z",     "\xc3\xa9"};

static void set(const site *f, model *m, size_t i, char *bytes, size_t n) {
    char full[200];
    snprintf(full, sizeof full, "%s/%s", f->in, PATHS[i]);
    for (char *p = full + strlen(f->in) + 1; *p; p++) {
        if (*p != '/') continue;
        *p = 0;
        mkdir(full, 0777);
        *p = '/';
    }
    if (bytes) set_file(full, bytes, n);
    else unlink(full);
    free(m->now[i]);
    m->now[i] = bytes;
    m->n_now[i] = n;
}

static char *make(size_t *n) {
    static const size_t SIZES[] = {0, 1, 100, 2048, 2049, 16384, 16385, LONGEST};
    *n = draw() % 3 ? 5 : SIZES[draw() % 8];
    char *out = malloc(*n + 1);
    assert_non_null(out);
    for (size_t i = 0; i < *n; i++) out[i] = (char)('a' + draw() % 3);
    return out;
}

static void change(const site *f, model *m) {
    size_t i = (size_t)(draw() % N_PATHS), k = (size_t)(draw() % N_PATHS), n;
    switch (draw() % 4) {
    case 0: set(f, m, i, NULL, 0); break;
    case 1: /* content that another one has, or had */
        if (!m->now[k] || i == k) break;
        set(f, m, i, memcpy(malloc(m->n_now[k] + 1), m->now[k], m->n_now[k]), m->n_now[k]);
        if (draw() % 2) set(f, m, k, NULL, 0);
        break;
    default: {
        char *bytes = make(&n);
        set(f, m, i, bytes, n);
    }
    }
}

static int is_same(const model *m, size_t i) {
    if (!m->now[i] || !m->was[i]) return m->now[i] == m->was[i];
    return m->n_now[i] == m->n_was[i] && memcmp(m->now[i], m->was[i], m->n_now[i]) == 0;
}

static void check_status(site *f, const model *m) {
    char want[4000];
    size_t n = 0;
    want[0] = 0;
    for (size_t i = 0; i < N_PATHS; i++)
        if (!is_same(m, i))
            n += (size_t)snprintf(want + n, sizeof want - n, "%c p/%s\n",
                                  !m->was[i]  ? 'a'
                                  : m->now[i] ? 'c'
                                              : 'r',
                                  PATHS[i]);
    status_is(f, "p", NULL, want);
}

static void take(site *f, model *m) {
    mlops_folder_stat s = add_folder(f, "p", NULL);
    int64_t n[4] = {0, 0, 0, 0};
    for (size_t i = 0; i < N_PATHS; i++) {
        n[0] += m->now[i] != NULL;
        n[1] += m->now[i] && !m->was[i];
        n[2] += m->now[i] && m->was[i] && !is_same(m, i);
        n[3] += !m->now[i] && m->was[i];
        free(m->was[i]);
        m->was[i] = m->now[i] ? memcpy(malloc(m->n_now[i] + 1), m->now[i], m->n_now[i]) : NULL;
        m->n_was[i] = m->n_now[i];
    }
    assert_int_equal(s.n_files, n[0]);
    assert_int_equal(s.n_added, n[1]);
    assert_int_equal(s.n_changed, n[2]);
    assert_int_equal(s.n_removed, n[3]);
}

static void has_all(site *f, const model *m) {
    static uint8_t got[LONGEST];
    mlops_error e;
    for (size_t i = 0; i < N_PATHS; i++) {
        char path[60];
        size_t n = 0;
        snprintf(path, sizeof path, "p/%s", PATHS[i]);
        mlops_status status = mlops_dataset_read(f->s, "d", NULL, path, got, LONGEST, &n, &e);
        if (!m->was[i]) assert_int_equal(status, MLOPS_E_NOT_FOUND);
        else works(status, &e);
        if (m->was[i]) assert_int_equal(n, m->n_was[i]);
        if (m->was[i] && n) assert_memory_equal(got, m->was[i], n);
    }
}

static void folders_are_what_a_comparison_says(void **state) {
    site *f = *state;
    model m;
    memset(&m, 0, sizeof m);
    seed = 17;
    commit_text(f->s, "d", NULL, "other", "stays");
    for (int round = 0; round < ROUNDS; round++) {
        for (uint64_t k = draw() % 6; k > 0; k--) change(f, &m);
        if (draw() % 2) check_status(f, &m);
        if (draw() % 8 == 0) usleep(30000); /* long enough for files to be remembered */
        if (draw() % 10 == 0) shell("rm -rf %s/folders", f->p.path);
        take(f, &m);
        check_status(f, &m);
        if (round % 4 == 0) has_all(f, &m);
    }
    has_all(f, &m);
    reads_text(f->s, "d", NULL, "other", "stays");
    for (size_t i = 0; i < N_PATHS; i++) {
        free(m.now[i]);
        free(m.was[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folders_are_what_a_comparison_says, begin_site, end_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
