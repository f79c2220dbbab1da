/* The audit trail: what was said and done, in order, and no history that was changed. */
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

#include <mlops.h>

enum { N = 300 };

static char dir[64], path[96];

static mlops_store *open_store(mlops_store_index index) {
    mlops_store *s;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.index = index;
    opts.sync = MLOPS_SYNC_RELAXED;
    opts.journal_bytes = 4096;
    if (mlops_store_open(&s, path, &opts, &e)) fail_msg("%s", e.message);
    return s;
}

static void commit(mlops_store *s, int i) {
    mlops_change *c;
    mlops_error e;
    mlops_id id;
    char key[16], note[32];
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    snprintf(key, sizeof key, "k%d", i);
    snprintf(note, sizeof note, "reason %d", i);
    opts.actor = i % 2 ? "ada" : NULL;
    opts.note = note;
    if (mlops_change_new(&c, s, &opts, &e)) fail_msg("%s", e.message);
    mlops__bytes k = {(const uint8_t *)key, strlen(key)};
    mlops__bytes v = {(const uint8_t *)(i % 3 ? "{\"a\": 1}" : "\xff\x01"), i % 3 ? 8 : 2};
    assert_int_equal(mlops__change_put(c, MLOPS__TABLE_TEST, k, v, &e), 0);
    if (i % 5 == 0) assert_int_equal(mlops_change_content(c, &id, "abc", 3, &e), 0);
    if (mlops_change_commit(c, NULL, &e)) fail_msg("%s", e.message);
    mlops_change_free(c);
}

static int set_up(void **state) {
    (void)state;
    strcpy(dir, "/tmp/mlops-audit-XXXXXX");
    if (!mkdtemp(dir)) return -1;
    snprintf(path, sizeof path, "%s/s.mlops", dir);
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    for (int i = 1; i <= N; i++) commit(s, i);
    mlops_store_close(s);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[96];
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command);
}

static void commits_read_as_they_were_made(void **state) {
    (void)state;
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    mlops_audit *a;
    mlops_error e;
    int64_t before = 0;
    assert_int_equal(mlops_audit_read(&a, s, 1, 1000, &e), MLOPS_OK);
    mlops_store_close(s);
    assert_int_equal(mlops_audit_n_entries(a), N);
    for (int i = 1; i <= N; i++) {
        mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
        char note[32];
        snprintf(note, sizeof note, "reason %d", i);
        assert_int_equal(mlops_audit_at(a, i - 1, &entry), MLOPS_OK);
        assert_int_equal(entry.seq, i);
        assert_int_equal(entry.n_operations, i % 5 ? 1 : 2);
        assert_string_equal(entry.note, note);
        if (i % 2) assert_string_equal(entry.actor, "ada");
        else assert_null(entry.actor);
        assert_null(entry.verb);
        assert_true(entry.time_ns >= before);
        before = entry.time_ns;
    }
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    assert_int_equal(mlops_audit_at(a, N, &entry), MLOPS_E_INVALID);
    assert_int_equal(mlops_audit_at(a, -1, &entry), MLOPS_E_INVALID);
    mlops_audit_unref(a);
}

static void any_commit_can_be_the_first(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        mlops_store *s = open_store(k ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE);
        mlops_audit *whole, *part;
        assert_int_equal(mlops_audit_read(&whole, s, 1, N, NULL), MLOPS_OK);
        for (int from = 1; from <= N + 1; from++) {
            assert_int_equal(mlops_audit_read(&part, s, from, 3, NULL), MLOPS_OK);
            int64_t n = mlops_audit_n_entries(part);
            assert_int_equal(n, N + 1 - from < 3 ? N + 1 - from : 3);
            for (int64_t i = 0; i < n; i++) {
                mlops_id x, y;
                mlops_audit_link(part, i, &x);
                mlops_audit_link(whole, from - 1 + i, &y);
                assert_memory_equal(x.bytes, y.bytes, 32);
            }
            mlops_audit_unref(part);
        }
        mlops_audit_unref(whole);
        mlops_store_close(s);
    }
}

static const char *operations(mlops_audit *a, int64_t index) {
    static char text[512];
    size_t needed;
    assert_int_equal(mlops_audit_operations(a, index, NULL, 0, &needed), MLOPS_OK);
    assert_int_equal(mlops_audit_operations(a, index, text, needed, NULL), MLOPS_E_ARENA);
    assert_int_equal(mlops_audit_operations(a, index, text, needed + 1, NULL), MLOPS_OK);
    assert_int_equal(strlen(text), needed);
    return text;
}

static void operations_are_json(void **state) {
    (void)state;
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    mlops_audit *a;
    assert_int_equal(mlops_audit_read(&a, s, 1, 5, NULL), MLOPS_OK);
    assert_string_equal(operations(a, 0), "[{\"op\":\"put\",\"table\":31,\"key\":\"k1\","
                                          "\"value\":\"{\\\"a\\\": 1}\"}]");
    assert_string_equal(operations(a, 2), "[{\"op\":\"put\",\"table\":31,\"key\":\"k3\","
                                          "\"value\":\"0xff01\"}]");
    assert_non_null(strstr(operations(a, 4), "{\"op\":\"content\",\"key\":\"0xba7816bf"));
    assert_non_null(strstr(operations(a, 4), "\"size\":3}"));
    mlops_audit_unref(a);
    mlops_store_close(s);
}

static void verifying_gives_the_newest_link(void **state) {
    (void)state;
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    mlops_audit *a;
    mlops_id link, newest;
    int64_t n;
    assert_int_equal(mlops_audit_verify(s, &link, &n, NULL), MLOPS_OK);
    assert_int_equal(n, N);
    assert_int_equal(mlops_audit_read(&a, s, N, 1, NULL), MLOPS_OK);
    assert_int_equal(mlops_audit_link(a, 0, &newest), MLOPS_OK);
    assert_memory_equal(link.bytes, newest.bytes, 32);
    mlops_audit_unref(a);
    mlops_store_close(s);
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    mlops_audit *a;
    mlops_error e;
    assert_int_equal(mlops_audit_read(&a, s, 0, 1, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_audit_read(&a, s, 1, 0, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_audit_read(&a, NULL, 1, 1, &e), MLOPS_E_INVALID);
    assert_null(a);
    mlops_store_close(s);
}

/* A byte of the past is changed behind the back of a store that is open. */
static void a_changed_past_is_found(void **state) {
    (void)state;
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    mlops_audit *a;
    mlops_id link;
    mlops_error e;
    char file[160];
    snprintf(file, sizeof file, "%s/journal/%016x", path, 2);
    FILE *f = fopen(file, "r+b");
    assert_non_null(f);
    fseek(f, 64 + 120, SEEK_SET);
    int byte = fgetc(f);
    fseek(f, 64 + 120, SEEK_SET);
    fputc(byte ^ 1, f);
    fclose(f);
    assert_int_equal(mlops_audit_verify(s, &link, NULL, &e), MLOPS_E_CORRUPT);
    assert_non_null(strstr(e.message, "commit"));
    assert_int_equal(mlops_audit_read(&a, s, 1, N, &e), MLOPS_E_CORRUPT);
    mlops_store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commits_read_as_they_were_made),
        cmocka_unit_test(any_commit_can_be_the_first),
        cmocka_unit_test(operations_are_json),
        cmocka_unit_test(verifying_gives_the_newest_link),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(a_changed_past_is_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
