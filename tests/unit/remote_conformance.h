/* What every remote must do, in code. Include it into a cmocka program, make an empty remote, and
 * call remote_conforms(): whoever passes it will do for push, pull and gc.
 */
#ifndef TESTS_UNIT_REMOTE_CONFORMANCE_H
#define TESTS_UNIT_REMOTE_CONFORMANCE_H

#include <mlops.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void remote_is(mlops_status got, mlops_status want, const mlops_error *e) {
    if (got != want)
        fail_msg("%s, not %s: %s", mlops_status_name(got), mlops_status_name(want),
                 got < 0 ? e->message : "");
    if (got < 0) {
        assert_int_equal(e->code, got);
        assert_true(e->message[0] != 0);
    }
}

/* All bytes of an object, by short reads too; to be freed. */
static inline char *remote_get(const mlops_remote *r, const char *name, size_t step) {
    mlops_error e;
    int64_t size = -1;
    remote_is(r->size(r->ctx, name, 0, &size, &e), MLOPS_OK, &e);
    char *out = calloc(1, (size_t)size + 1);
    assert_non_null(out);
    for (size_t at = 0, n = 1; n; at += n) {
        size_t left = (size_t)size - at;
        n = 0;
        remote_is(
            r->read(r->ctx, name, (int64_t)at, out + at, left < step ? left : step, 0, &n, &e),
            MLOPS_OK, &e);
        assert_true(n <= left && (n > 0 || left == 0));
    }
    char beyond;
    size_t n = 9;
    remote_is(r->read(r->ctx, name, size, &beyond, 1, 0, &n, &e), MLOPS_OK, &e);
    assert_int_equal(n, 0);
    remote_is(r->read(r->ctx, name, size + 1000, &beyond, 1, 0, &n, &e), MLOPS_OK, &e);
    assert_int_equal(n, 0);
    return out;
}

static inline mlops_status remote_put(const mlops_remote *r, const char *name, const char *bytes,
                                      mlops_error *e) {
    size_t n = strlen(bytes), half = n / 2;
    const void *parts[3] = {bytes, "", bytes + half};
    const size_t sizes[3] = {half, 0, n - half};
    return r->put(r->ctx, name, parts, sizes, 3, 0, e);
}

static inline mlops_status remote_swap(const mlops_remote *r, const char *name, const char *from,
                                       const char *to, mlops_error *e) {
    return r->swap(r->ctx, name, from, from ? strlen(from) : 0, to, to ? strlen(to) : 0, 0, e);
}

static inline void remote_has(const mlops_remote *r, const char *name, const char *want) {
    char *got = remote_get(r, name, 3);
    assert_string_equal(got, want);
    free(got);
}

static inline void remote_lacks(const mlops_remote *r, const char *name) {
    mlops_error e;
    int64_t size;
    size_t n;
    char byte;
    remote_is(r->size(r->ctx, name, 0, &size, &e), MLOPS_E_NOT_FOUND, &e);
    remote_is(r->read(r->ctx, name, 0, &byte, 1, 0, &n, &e), MLOPS_E_NOT_FOUND, &e);
}

/* How many names a folder has, which are in order, page by page. */
static inline int remote_count(const mlops_remote *r, const char *folder, size_t cap) {
    char page[4096], after[256] = "";
    mlops_error e;
    int count = 0;
    for (size_t n = 1; n;) {
        n = 0;
        remote_is(r->list(r->ctx, folder, *after ? after : NULL, page, cap, 0, &n, &e), MLOPS_OK,
                  &e);
        assert_true(n <= cap && (n == 0 || page[n - 1] == 0));
        for (const char *name = page; name < page + n; name += strlen(name) + 1, count++) {
            assert_true(strcmp(name, after) > 0);
            assert_true(strlen(name) < sizeof after);
            memcpy(after, name, strlen(name) + 1);
        }
    }
    return count;
}

static inline void remote_objects(const mlops_remote *r) {
    mlops_error e;
    char name[100];
    remote_lacks(r, "objects/none");
    remote_is(remote_put(r, "objects/a", "first", &e), MLOPS_OK, &e);
    remote_has(r, "objects/a", "first");
    remote_is(remote_put(r, "objects/a", "other", &e), MLOPS_E_EXISTS, &e);
    remote_has(r, "objects/a", "first");
    remote_is(remote_put(r, "objects/empty", "", &e), MLOPS_OK, &e);
    remote_has(r, "objects/empty", "");
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof name, "objects/n%02d", i * 7 % 30);
        remote_is(remote_put(r, name, name, &e), MLOPS_OK, &e);
    }
    assert_int_equal(remote_count(r, "objects/", sizeof(char[4096])), 32);
    assert_int_equal(remote_count(r, "objects/", 17), 32);
    assert_int_equal(remote_count(r, "heads/", 4096), 0);
    remote_is(r->remove(r->ctx, "objects/a", 0, &e), MLOPS_OK, &e);
    remote_lacks(r, "objects/a");
    remote_is(r->remove(r->ctx, "objects/a", 0, &e), MLOPS_OK, &e);
    assert_int_equal(remote_count(r, "objects/", 4096), 31);
    remote_is(remote_put(r, "objects/a", "again", &e), MLOPS_OK, &e);
    remote_has(r, "objects/a", "again");
}

static inline void remote_swaps(const mlops_remote *r) {
    mlops_error e;
    char from[32], to[32];
    remote_lacks(r, "heads/x");
    remote_is(remote_swap(r, "heads/x", "none", "1", &e), MLOPS_E_CONFLICT, &e);
    remote_is(remote_swap(r, "heads/x", NULL, "v0", &e), MLOPS_OK, &e);
    remote_is(remote_swap(r, "heads/x", NULL, "v1", &e), MLOPS_E_CONFLICT, &e);
    remote_is(remote_swap(r, "heads/x", "v", "v1", &e), MLOPS_E_CONFLICT, &e);
    remote_has(r, "heads/x", "v0");
    for (int i = 0; i < 40; i++) {
        snprintf(from, sizeof from, "v%d", i);
        snprintf(to, sizeof to, "v%d", i + 1);
        remote_is(remote_swap(r, "heads/x", from, to, &e), MLOPS_OK, &e);
        remote_is(remote_swap(r, "heads/x", from, to, &e), MLOPS_E_CONFLICT, &e);
        remote_has(r, "heads/x", to);
    }
    remote_is(remote_swap(r, "heads/x.y", NULL, "beside", &e), MLOPS_OK, &e);
    assert_int_equal(remote_count(r, "heads/", 4096), 2);
    remote_is(remote_swap(r, "heads/x", "v40", NULL, &e), MLOPS_OK, &e);
    remote_lacks(r, "heads/x");
    remote_has(r, "heads/x.y", "beside");
    assert_int_equal(remote_count(r, "heads/", 4096), 1);
    remote_is(remote_swap(r, "heads/x", NULL, "anew", &e), MLOPS_OK, &e);
    remote_has(r, "heads/x", "anew");
}

/* What is swapped is read whole by one call with enough room, so that it is of one moment. */
static inline void remote_reads_whole(const mlops_remote *r) {
    enum { N = 100000 };
    mlops_error e;
    size_t n = 0;
    char *text = malloc(N + 1), *got = malloc(N + 1);
    assert_non_null(text);
    assert_non_null(got);
    for (size_t i = 0; i < N; i++) text[i] = (char)('a' + i % 23);
    text[N] = 0;
    remote_is(remote_swap(r, "state/whole", NULL, text, &e), MLOPS_OK, &e);
    remote_is(r->read(r->ctx, "state/whole", 0, got, N + 1, 0, &n, &e), MLOPS_OK, &e);
    assert_int_equal(n, N);
    assert_memory_equal(got, text, N);
    remote_is(remote_swap(r, "state/whole", text, NULL, &e), MLOPS_OK, &e);
    free(text);
    free(got);
}

static inline void remote_refuses(const mlops_remote *r) {
    static const char *const names[] = {"",        "objects/",  "objects/..",  "/etc/x",
                                        "other/x", "objects/A", "objects/a b", "../objects/a"};
    mlops_error e;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        remote_is(remote_put(r, names[i], "x", &e), MLOPS_E_INVALID, &e);
        remote_is(remote_swap(r, names[i], NULL, "x", &e), MLOPS_E_INVALID, &e);
    }
    remote_is(r->remove(r->ctx, "objects/a", 1, &e), MLOPS_E_DEADLINE, &e);
    remote_has(r, "objects/a", "again");
}

static inline void remote_conforms(const mlops_remote *r) {
    remote_objects(r);
    remote_swaps(r);
    remote_reads_whole(r);
    remote_refuses(r);
}

#endif
