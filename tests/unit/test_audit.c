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

#include "base/sha256.h"
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
    assert_string_equal(operations(a, 0), "[{\"op\":\"put\",\"table\":\"unknown\","
                                          "\"key\":\"k1\",\"value\":{\"a\": 1}}]");
    assert_string_equal(operations(a, 2), "[{\"op\":\"put\",\"table\":\"unknown\","
                                          "\"key\":\"k3\","
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

/* ---- proofs ---- */

/* RFC 6962, section 2.1, word for word: the root of leaves from to from + n - 1. */
static void tree_root(uint8_t out[32], const mlops_id *leaves, int64_t n) {
    mlops__sha256 sha;
    uint8_t left[32], right[32];
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    if (n == 1) {
        mlops__sha256_add(&sha, "\0", 1);
        mlops__sha256_add(&sha, leaves[0].bytes, 32);
    } else {
        int64_t k = 1;
        while (2 * k < n) k *= 2;
        tree_root(left, leaves, k);
        tree_root(right, leaves + k, n - k);
        mlops__sha256_add(&sha, "\1", 1);
        mlops__sha256_add(&sha, left, 32);
        mlops__sha256_add(&sha, right, 32);
    }
    mlops__sha256_end(&sha, out);
}

static char *prove(mlops_store *s, int64_t seq, int64_t n) {
    size_t needed;
    mlops_error e;
    if (mlops_audit_prove(s, seq, n, NULL, 0, &needed, &e)) fail_msg("%s", e.message);
    char *text = malloc(needed + 1);
    assert_non_null(text);
    assert_int_equal(mlops_audit_prove(s, seq, n, text, needed, NULL, &e), MLOPS_E_ARENA);
    assert_int_equal(mlops_audit_prove(s, seq, n, text, needed + 1, NULL, &e), MLOPS_OK);
    assert_int_equal(strlen(text), needed);
    return text;
}

static void each_commit_of_each_tree_is_proven(void **state) {
    (void)state;
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    static mlops_id links[N];
    mlops_audit *a;
    mlops_id root, expected;
    mlops_error e;
    assert_int_equal(mlops_audit_read(&a, s, 1, N, &e), MLOPS_OK);
    for (int i = 0; i < N; i++) mlops_audit_link(a, i, &links[i]);
    for (int64_t n = 1; n <= N; n += n < 18 ? 1 : 47) {
        assert_int_equal(mlops_audit_root(s, n, &root, &e), MLOPS_OK);
        tree_root(expected.bytes, links, n);
        assert_memory_equal(root.bytes, expected.bytes, 32);
        for (int64_t seq = 1; seq <= n; seq += n < 18 ? 1 : 31) {
            char *text = prove(s, seq, n);
            mlops_audit *proven;
            if (mlops_audit_parse(&proven, text, strlen(text), &root, NULL, &e))
                fail_msg("%lld of %lld: %s", (long long)seq, (long long)n, e.message);
            char of_store[512];
            strcpy(of_store, operations(a, seq - 1));
            assert_string_equal(operations(proven, 0), of_store);
            assert_int_equal(mlops_audit_n_entries(proven), 1);
            mlops_audit_unref(proven);
            free(text);
        }
    }
    assert_int_equal(mlops_audit_root(s, N + 1, &root, &e), MLOPS_E_NOT_FOUND);
    assert_non_null(strstr(e.message, "300 commits, not 301"));
    assert_int_equal(mlops_audit_prove(s, N + 1, 0, NULL, 0, NULL, &e), MLOPS_E_NOT_FOUND);
    assert_int_equal(mlops_audit_prove(s, 5, 4, NULL, 0, NULL, &e), MLOPS_E_INVALID);
    mlops_audit_unref(a);
    mlops_store_close(s);
}

static void a_changed_proof_proves_nothing(void **state) {
    (void)state;
    mlops_store *s = open_store(MLOPS_STORE_INDEX_FILE);
    mlops_audit *a;
    mlops_id root, other;
    mlops_error e;
    assert_int_equal(mlops_audit_root(s, 0, &root, &e), MLOPS_OK);
    assert_int_equal(mlops_audit_root(s, N - 1, &other, &e), MLOPS_OK);
    char *text = prove(s, 77, 0);
    size_t n = strlen(text);
    assert_int_equal(mlops_audit_parse(&a, text, n, &other, NULL, &e), MLOPS_E_CORRUPT);
    assert_null(a);
    /* How many commits there were is not what the root says, where the path has the same form. */
    size_t free_from = (size_t)(strstr(text, "\"commits\":") - text) + 10;
    for (size_t i = 0; i < n; i++) {
        char was = text[i];
        if (i >= free_from && i < free_from + 3) continue;
        text[i] = was == '0' ? '1' : was == ',' ? ':' : '0';
        mlops_status status = mlops_audit_parse(&a, text, n, &root, NULL, &e);
        if (status != MLOPS_E_CORRUPT) fail_msg("byte %zu: %s", i, mlops_status_name(status));
        assert_int_equal(mlops_audit_parse(&a, text, i, &root, NULL, &e), MLOPS_E_CORRUPT);
        text[i] = was;
    }
    assert_int_equal(mlops_audit_parse(&a, text, n, &root, NULL, &e), MLOPS_OK);
    mlops_audit_unref(a);
    free(text);
    mlops_store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_commit_of_each_tree_is_proven),
        cmocka_unit_test(a_changed_proof_proves_nothing),
        cmocka_unit_test(commits_read_as_they_were_made),
        cmocka_unit_test(any_commit_can_be_the_first),
        cmocka_unit_test(operations_are_json),
        cmocka_unit_test(verifying_gives_the_newest_link),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(a_changed_past_is_found),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
