/* Content that changes from version to version: lines of a CSV, edits of them, and how they are
 * kept.
 */
#ifndef TESTS_UNIT_HELP_VERSION_H
#define TESTS_UNIT_HELP_VERSION_H

#include "unit/draw.h"
#include "unit/help_store.h"

#include "kern/kern.h"
#include "store/content.h"

#include <mlops/check.h>

enum { KIB = 1 << 10, MIB = 1 << 20, SMALL = 300 * KIB };

typedef struct version {
    uint8_t *bytes;
    size_t n;
    mlops_id id;
} version;

/* Between the cells of a line. With ',' lines are delimited text, which is kept as rows. */
static char between = '/';

static inline size_t make_line(uint8_t *out, size_t cap) {
    char c = between;
    return (size_t)snprintf((char *)out, cap, "%07d%c%d.%02d%ccustomer-%05d%c%s%c%d\n",
                            (int)(draw() % 9999999), c, (int)(draw() % 5000), (int)(draw() % 100),
                            c, (int)(draw() % 60000), c, draw() % 3 ? "card" : "transfer", c,
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

/* ---- stores of them ---- */

static inline int begin_place(void **state) {
    place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    make_place(p);
    seed = 5;
    between = '/';
    *state = p;
    return 0;
}

static inline int end_place(void **state) {
    remove_place(*state);
    free(*state);
    return 0;
}

static inline mlops_store *open_file(const place *p) {
    return open_with(p->path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
}

static inline void free_all(version *v, size_t n) {
    for (size_t i = 0; i < n; i++) free(v[i].bytes);
}

static inline int64_t n_faults(const place *p, const version *named) {
    mlops_check *c;
    mlops_error e;
    char hex[65];
    int found = 0;
    works(mlops_check_store(&c, p->path, NULL, &e), &e);
    int64_t n = mlops_check_n_faults(c);
    for (int64_t i = 0; named && i < n; i++) {
        for (size_t k = 0; k < 32; k++) snprintf(hex + 2 * k, 3, "%02x", named->id.bytes[k]);
        found |= strstr(mlops_check_fault(c, i), hex) != NULL;
    }
    if (named) assert_true(found);
    mlops_check_unref(c);
    return n;
}

/* ---- the recipe, as it stands in the store ---- */

/* Objects that reading one leads to; those of its kind are no more than its recipe says. */
static inline int depth_of(mlops_store *s, const mlops_id *id) {
    mlops__index index;
    mlops_error e;
    uint8_t name[32];
    int depth = -1, own = 0, said = 0, is_own = 1;
    mlops__pack_codec kind = MLOPS__PACK_RAW;
    memcpy(name, id->bytes, sizeof name);
    works(mlops__store_read_begin(s, &index, &e), &e);
    for (int more = 1; more; depth++) {
        mlops__content_reader reader;
        mlops__reader_init(&reader, s, &index);
        works(mlops__reader_open(&reader, name, &e), &e);
        const mlops__recipe *recipe = &reader.levels[0].recipe;
        if (depth < 0) said = (int)recipe->depth, kind = recipe->codec;
        is_own &= recipe->codec == kind;
        more = recipe->base != NULL;
        own += is_own && more;
        if (more) memcpy(name, recipe->base, sizeof name);
        mlops__reader_free(&reader);
        assert_true(depth <= MLOPS__CHAIN_MAX);
    }
    mlops__store_read_end(&index);
    assert_true(own <= said);
    return depth;
}

#endif
