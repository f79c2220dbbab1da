/* The layout of LMDB 0.9's data file, as its own reader sees it, read by pread.
 *
 * Owns one page per level of the tree. Invariants: every number of the file is held against the
 * file's size, or its page's, before it is used; the tree is walked to the depth that the file
 * states, at most DEPTH_MAX, and each page once, so that damaged links cannot make it endless.
 */
#include "store/kv_pages.h"

#include "base/cursor.h"
#include "file/file.h"

#include <string.h>

enum {
    PAGE_HEAD = 16,
    NODE_HEAD = 8,
    META_MAGIC_AT = 16,
    META_DBS_AT = 40,
    DB_SIZE = 48,
    META_SIZE = 168,
    FLAG_BRANCH = 0x01,
    FLAG_LEAF = 0x02,
    FLAG_OVERFLOW = 0x04,
    FLAG_META = 0x08,
    NODE_BIG = 0x01,
    DEPTH_MAX = 32,
    PAGE_MAX = 65536,
    PAGE_LEAST = 256
};

#define META_MAGIC 0xbeefc0deu
#define NO_PAGE    UINT64_MAX

typedef struct walk {
    const mlops__host *host;
    const char *path;
    int64_t file;
    uint64_t n_pages;
    size_t page_size;
    uint64_t root;
    uint64_t n_entries;
    uint64_t n_seen;
    uint64_t pages_left; /* to be read; each is read once in a sound tree */
    int depth;
    mlops__kv_visit *visit;
    void *user;
    uint8_t *pages[DEPTH_MAX];
    mlops__buf big;
} walk;

static mlops_status damaged(const walk *w, uint64_t page, const char *what, mlops_error *err) {
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, (int64_t)(page * w->page_size),
                          "'%s', page %llu: %s", w->path, (unsigned long long)page, what);
}

static mlops_status read_meta(walk *w, int number, uint64_t *txn, mlops_error *err) {
    uint8_t page[META_SIZE];
    mlops_status status =
        mlops__file_read_at(&w->host->io, w->file, page, sizeof page,
                            (int64_t)((size_t)number * w->page_size), w->path, err);
    if (status) return status;
    size_t size = mlops__load_u32(page + META_DBS_AT);
    const uint8_t *db = page + META_DBS_AT + DB_SIZE;
    if (mlops__load_u32(page + META_MAGIC_AT) != META_MAGIC ||
        !(mlops__load_u16(page + 10) & FLAG_META) || size < PAGE_LEAST || size > PAGE_MAX ||
        (size & (size - 1)) != 0 || (number && size != w->page_size))
        return damaged(w, (uint64_t)number, "this is no meta page", err);
    uint64_t id = mlops__load_u64(page + META_DBS_AT + 2 * DB_SIZE + 8);
    if (number && id < *txn) return MLOPS_OK;
    *txn = id;
    w->page_size = size;
    w->depth = mlops__load_u16(db + 6);
    w->n_entries = mlops__load_u64(db + 32);
    w->root = mlops__load_u64(db + 40);
    return MLOPS_OK;
}

/* The newer of the two meta pages rules, as in LMDB. */
static mlops_status open_walk(walk *w, mlops_error *err) {
    uint64_t txn = 0;
    int64_t size = mlops__file_size(&w->host->io, w->file);
    if (size < 0) return mlops__fail_os(err, size, "cannot tell the size of", w->path);
    w->page_size = PAGE_LEAST;
    if (size < 2 * PAGE_LEAST) return damaged(w, 0, "the file is cut short", err);
    MLOPS_TRY(read_meta(w, 0, &txn, err));
    if ((uint64_t)size < 2 * w->page_size) return damaged(w, 1, "the file is cut short", err);
    MLOPS_TRY(read_meta(w, 1, &txn, err));
    w->n_pages = (uint64_t)size / w->page_size;
    w->pages_left = w->n_pages;
    if (w->depth > DEPTH_MAX) return damaged(w, 0, "the tree is too deep", err);
    return MLOPS_OK;
}

static mlops_status read_page(walk *w, int level, uint64_t number, mlops_error *err) {
    if (number >= w->n_pages || number < 2) return damaged(w, number, "no such page", err);
    if (w->pages_left == 0) return damaged(w, number, "a page is linked twice", err);
    w->pages_left--;
    if (!w->pages[level]) w->pages[level] = mlops__alloc(&w->host->allocator, w->page_size);
    if (!w->pages[level]) return mlops__fail_nomem(err, w->page_size);
    uint8_t *page = w->pages[level];
    MLOPS_TRY(mlops__file_read_at(&w->host->io, w->file, page, w->page_size,
                                  (int64_t)(number * w->page_size), w->path, err));
    int leaf = level == w->depth - 1;
    size_t lower = mlops__load_u16(page + 12), upper = mlops__load_u16(page + 14);
    if (mlops__load_u64(page) != number)
        return damaged(w, number, "it says that it is another page", err);
    if (!(mlops__load_u16(page + 10) & (leaf ? FLAG_LEAF : FLAG_BRANCH)))
        return damaged(w, number, leaf ? "this is no leaf" : "this is no branch", err);
    if (lower < PAGE_HEAD || lower > upper || upper > w->page_size || lower % 2)
        return damaged(w, number, "its bounds are wrong", err);
    return MLOPS_OK;
}

/* A node of a page and its key; NULL if it is not inside. */
static const uint8_t *node_at(const walk *w, const uint8_t *page, size_t i, mlops__bytes *key) {
    size_t at = mlops__load_u16(page + PAGE_HEAD + 2 * i);
    if (at < PAGE_HEAD || at + NODE_HEAD > w->page_size) return NULL;
    const uint8_t *node = page + at;
    key->size = mlops__load_u16(node + 6);
    key->data = node + NODE_HEAD;
    return at + NODE_HEAD + key->size <= w->page_size ? node : NULL;
}

/* A value that has pages of its own. */
static mlops_status read_big(walk *w, uint64_t first, size_t size, mlops__bytes *out,
                             mlops_error *err) {
    uint8_t head[PAGE_HEAD];
    uint64_t n = (PAGE_HEAD + (uint64_t)size + w->page_size - 1) / w->page_size;
    if (first < 2 || first >= w->n_pages || n > w->n_pages - first || n > w->pages_left)
        return damaged(w, first, "a value lies beyond the end", err);
    w->pages_left -= n;
    int64_t at = (int64_t)(first * w->page_size);
    const mlops_io *io = &w->host->io;
    MLOPS_TRY(mlops__file_read_at(io, w->file, head, sizeof head, at, w->path, err));
    if (mlops__load_u64(head) != first || !(mlops__load_u16(head + 10) & FLAG_OVERFLOW))
        return damaged(w, first, "this is no page of a value", err);
    w->big.size = 0;
    uint8_t *data = mlops__buf_extend(&w->big, size ? size : 1);
    if (!data) return mlops__fail_nomem(err, size);
    *out = (mlops__bytes){data, size};
    return mlops__file_read_at(io, w->file, data, size, at + PAGE_HEAD, w->path, err);
}

static mlops_status visit_leaf(walk *w, int level, uint64_t number, mlops_error *err) {
    const uint8_t *page = w->pages[level];
    size_t n = (mlops__load_u16(page + 12) - (size_t)PAGE_HEAD) / 2;
    for (size_t i = 0; i < n; i++) {
        mlops__bytes key, value;
        const uint8_t *node = node_at(w, page, i, &key);
        if (!node) return damaged(w, number, "a record lies outside", err);
        value.size = mlops__load_u16(node) | (size_t)mlops__load_u16(node + 2) << 16;
        value.data = key.data + key.size;
        size_t left = w->page_size - (size_t)(value.data - page);
        if (mlops__load_u16(node + 4) & NODE_BIG) {
            if (left < 8) return damaged(w, number, "a record lies outside", err);
            MLOPS_TRY(read_big(w, mlops__load_u64(value.data), value.size, &value, err));
        } else if (value.size > left) return damaged(w, number, "a record lies outside", err);
        w->n_seen++;
        MLOPS_TRY(w->visit(w->user, key, value, err));
    }
    return MLOPS_OK;
}

/* Down from a page whose level is known; the stack holds where each level goes on. */
static mlops_status visit_tree(walk *w, mlops_error *err) {
    size_t next[DEPTH_MAX] = {0};
    uint64_t numbers[DEPTH_MAX] = {w->root};
    int level = 0;
    MLOPS_TRY(read_page(w, 0, w->root, err));
    while (level >= 0) {
        if (level == w->depth - 1) {
            MLOPS_TRY(visit_leaf(w, level, numbers[level], err));
            level--;
            continue;
        }
        const uint8_t *page = w->pages[level];
        size_t n = (mlops__load_u16(page + 12) - (size_t)PAGE_HEAD) / 2;
        if (next[level] >= n) {
            level--;
            continue;
        }
        mlops__bytes key;
        const uint8_t *node = node_at(w, page, next[level]++, &key);
        if (!node) return damaged(w, numbers[level], "a link lies outside", err);
        numbers[level + 1] = mlops__load_u16(node) | (uint64_t)mlops__load_u16(node + 2) << 16 |
                             (uint64_t)mlops__load_u16(node + 4) << 32;
        level++;
        next[level] = 0;
        MLOPS_TRY(read_page(w, level, numbers[level], err));
    }
    return MLOPS_OK;
}

static int is_x86_64_like(void) {
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1 && sizeof(void *) == 8;
}

mlops_status mlops__kv_walk(const mlops__host *host, const char *path, mlops__kv_visit *visit,
                            void *user, mlops_error *err) {
    walk w;
    memset(&w, 0, sizeof w);
    w.host = host;
    w.path = path;
    w.visit = visit;
    w.user = user;
    if (!is_x86_64_like())
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "'%s' is not checked on this machine", path);
    mlops__buf_init(&w.big, &host->allocator);
    w.file = mlops__file_number(&host->io, path, MLOPS_IO_READ);
    if (w.file < 0) return mlops__fail_os(err, w.file, "cannot open", path);
    mlops_status status = open_walk(&w, err);
    if (!status && w.root != NO_PAGE && w.depth > 0) status = visit_tree(&w, err);
    if (!status && w.n_seen != w.n_entries)
        status = damaged(&w, 0, "the map holds another number of records than it says", err);
    for (int i = 0; i < DEPTH_MAX; i++) mlops__free(&host->allocator, w.pages[i], w.page_size);
    mlops__buf_free(&w.big);
    mlops__file_end(&host->io, w.file);
    return status;
}
