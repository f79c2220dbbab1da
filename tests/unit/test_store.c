/* Stores: what is committed is there, for whoever opens next; the rest is not. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"
#include "sys/io_test.h"

#include <mlops.h>

typedef struct place {
    char dir[64];
    char path[80];
} place;

static void make_place(place *p) {
    strcpy(p->dir, "/tmp/mlops-store-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->path, sizeof p->path, "%s/s.mlops", p->dir);
}

static void remove_place(const place *p) {
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", p->dir);
    assert_int_equal(system(command), 0);
}

static mlops__bytes text(const char *s) { return (mlops__bytes){(const uint8_t *)s, strlen(s)}; }

static mlops_store *open_store(const char *path, const mlops_store_opts *opts) {
    mlops_store *s;
    mlops_error e;
    if (mlops_store_open(&s, path, opts, &e)) fail_msg("%s", e.message);
    return s;
}

static int64_t put(mlops_store *s, const char *key, const char *value) {
    mlops_change *c;
    mlops_error e;
    int64_t seq = 0;
    if (mlops_change_new(&c, s, NULL, &e)) fail_msg("%s", e.message);
    assert_int_equal(mlops__change_put(c, MLOPS__TABLE_TEST, text(key), text(value), &e), 0);
    if (mlops_change_commit(c, &seq, &e)) fail_msg("%s", e.message);
    mlops_change_free(c);
    return seq;
}

/* The value at a key, or NULL. */
static const char *get(mlops_store *s, const char *key) {
    static char out[4096];
    mlops__index index;
    mlops__bytes value;
    mlops_error e;
    if (mlops__store_read_begin(s, &index, &e)) fail_msg("%s", e.message);
    mlops_status status = mlops__index_get(&index, MLOPS__TABLE_TEST, text(key), &value, &e);
    if (status == MLOPS_OK) {
        memcpy(out, value.data, value.size);
        out[value.size] = 0;
    }
    mlops__store_read_end(&index);
    if (status && status != MLOPS_E_NOT_FOUND) fail_msg("%s", e.message);
    return status ? NULL : out;
}

static void committed_is_there_again(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    assert_null(get(s, "a"));
    assert_int_equal(put(s, "a", "1"), 1);
    assert_int_equal(put(s, "b", "2"), 2);
    assert_int_equal(put(s, "a", "3"), 3);
    assert_string_equal(get(s, "a"), "3");
    mlops_store_close(s);
    for (int i = 0; i < 3; i++) {
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        opts.index = i == 1 ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE;
        opts.flags = i == 2 ? MLOPS_STORE_READ_ONLY : 0;
        s = open_store(p.path, &opts);
        assert_string_equal(get(s, "a"), "3");
        assert_string_equal(get(s, "b"), "2");
        mlops_store_close(s);
    }
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(committed_is_there_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
