/* Content that changes from version to version: lines of a CSV, and edits of them. */
#ifndef TESTS_UNIT_HELP_VERSION_H
#define TESTS_UNIT_HELP_VERSION_H

#include "unit/draw.h"
#include "unit/help_store.h"

#include "kern/kern.h"

typedef struct version {
    uint8_t *bytes;
    size_t n;
    mlops_id id;
} version;

static inline size_t make_line(uint8_t *out, size_t cap) {
    return (size_t)snprintf((char *)out, cap, "%07d,%d.%02d,customer-%05d,%s,%d\n",
                            (int)(draw() % 9999999), (int)(draw() % 5000), (int)(draw() % 100),
                            (int)(draw() % 60000), draw() % 3 ? "card" : "transfer",
                            (int)(draw() % 2));
}

/* About n bytes of lines. To be freed. */
static inline version make_lines(size_t n) {
    version v = {malloc(n + 100), 0, {{0}}};
    assert_non_null(v.bytes);
    while (v.n < n) v.n += make_line(v.bytes + v.n, 100);
    return v;
}

static inline int by_size(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The version with so many scattered edits: of digits, of fields that become longer or shorter, and
 * of whole lines that come and go. */
static inline version edit_lines(const version *v, size_t n_edits) {
    size_t *at = malloc((n_edits + 1) * sizeof *at);
    version out = {malloc(v->n + n_edits * 100 + 1), 0, {{0}}};
    assert_non_null(at);
    assert_non_null(out.bytes);
    for (size_t i = 0; i < n_edits; i++) at[i] = draw() % v->n;
    qsort(at, n_edits, sizeof *at, by_size);
    size_t from = 0;
    for (size_t i = 0; i <= n_edits; i++) {
        size_t to = i < n_edits ? at[i] : v->n;
        if (to < from) continue;
        memcpy(out.bytes + out.n, v->bytes + from, to - from);
        out.n += to - from;
        from = to;
        if (i == n_edits) break;
        switch (draw() % 4) {
        case 0: out.bytes[out.n++] = (uint8_t)('0' + draw() % 10), from++; break;
        case 1:
            out.n += (size_t)sprintf((char *)out.bytes + out.n, "%d", (int)(draw() % 999));
            break;
        case 2: from += draw() % 40; break;
        default: out.n += make_line(out.bytes + out.n, 100);
        }
        if (from > v->n) from = v->n;
    }
    free(at);
    return out;
}

/* Keeps it in a commit of its own, like other content; like may be NULL. */
static inline void keep_like(mlops_store *s, version *v, const mlops_id *like) {
    mlops_change *c = new_change(s);
    mlops_error e;
    mlops__sha256 sha;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, v->bytes, v->n);
    mlops__sha256_end(&sha, v->id.bytes);
    works(mlops__change_content(c, &v->id, v->bytes, v->n, like, &e), &e);
    commit(c);
    mlops_change_free(c);
}

static inline mlops_status reads_version(mlops_store *s, const version *v) {
    return reads(s, &v->id, v->bytes, v->n);
}

#endif
