/* The layout of LMDB 0.9's data file, as its own reader sees it, read by pread.
 *
 * Owns one page per level of the tree, a bit for each page, and all of a small file. Invariants:
 * every number of the file is held against the file's size, or its page's, before it is used; the
 * trees are walked to the depth that the file states, at most DEPTH_MAX, and no page is used twice,
 * so that damaged links cannot make a walk endless. A map that passes is one in which LMDB finds
 * every record, and which LMDB can read and write without touching what is not there.
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
    DATA_VERSION = 1,
    FLAG_BRANCH = 0x01,
    FLAG_LEAF = 0x02,
    FLAG_OVERFLOW = 0x04,
    FLAG_META = 0x08,
    INTEGER_KEY = 0x08,
    NO_FOLDER = 0x4000, /* of the whole map; it is noted with the tree of free pages */
    NODE_BIG = 0x01,
    DEPTH_MAX = 32,
    KEY_MAX = 511,
    PAGE_MAX = 65536,
    PAGE_LEAST = 256,
    WHOLE_MAX = 1 << 20 /* bytes of a file that is read at once */
};

#define META_MAGIC 0xbeefc0deu
#define NO_PAGE    UINT64_MAX

/* One of the two trees: free pages by transaction, and records. */
typedef struct tree {
    uint32_t flags;
    int depth;
    uint64_t n_entries;
    uint64_t root;
} tree;

typedef struct walk {
    const mlops__host *host;
    const char *path;
    int64_t file;
    uint64_t n_pages; /* of the file */
    uint64_t n_known; /* pages up to the last that the map counts; some may never be written */
    uint64_t n_free;
    size_t page_size;
    tree trees[2];
    const tree *tree; /* that is being walked */
    uint64_t n_seen;
    uint8_t *used; /* a bit for each page */
    size_t used_size;
    mlops__kv_visit *visit;
    void *user;
    uint8_t *rooms[DEPTH_MAX];       /* for pages that are read one by one */
    const uint8_t *pages[DEPTH_MAX]; /* that are being looked at */
    mlops__buf big, whole;
    uint8_t last[KEY_MAX]; /* key that was visited last */
    size_t last_size;
    mlops__bytes floor;          /* the link's key, below which no key of the page may be */
    int lenient;                 /* damage is passed over */
    int rule;                    /* meta page that tells of the newest state */
    int skip;                    /* meta page that is not looked at; -1: none */
    uint64_t places[2], txns[2]; /* what the meta pages say of themselves */
} walk;

static mlops_status damaged(const walk *w, uint64_t page, const char *what, mlops_error *err) {
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, (int64_t)(page * w->page_size),
                          "'%s', page %llu: %s", w->path, (unsigned long long)page, what);
}

static void read_tree(tree *out, const uint8_t *bytes) {
    out->flags = mlops__load_u16(bytes + 4);
    out->depth = mlops__load_u16(bytes + 6);
    out->n_entries = mlops__load_u64(bytes + 32);
    out->root = mlops__load_u64(bytes + 40);
}

static mlops_status read_meta(walk *w, int number, uint64_t *txn, mlops_error *err) {
    uint8_t page[META_SIZE];
    mlops_status status =
        mlops__file_read_at(&w->host->io, w->file, page, sizeof page,
                            (int64_t)((size_t)number * w->page_size), w->path, err);
    if (status) return status;
    size_t size = mlops__load_u32(page + META_DBS_AT);
    if (mlops__load_u32(page + META_MAGIC_AT) != META_MAGIC ||
        mlops__load_u32(page + META_MAGIC_AT + 4) != DATA_VERSION ||
        mlops__load_u16(page + 10) != FLAG_META || size < PAGE_LEAST || size > PAGE_MAX ||
        (size & (size - 1)) != 0 || (number && size != w->page_size))
        return damaged(w, (uint64_t)number, "this is no meta page", err);
    uint64_t id = mlops__load_u64(page + META_DBS_AT + 2 * DB_SIZE + 8);
    w->places[number] = mlops__load_u64(page);
    w->txns[number] = id;
    if (number && id <= *txn) return MLOPS_OK;
    *txn = id;
    w->rule = number;
    w->page_size = size;
    w->n_known = mlops__load_u64(page + META_DBS_AT + 2 * DB_SIZE) + 1;
    read_tree(&w->trees[0], page + META_DBS_AT);
    read_tree(&w->trees[1], page + META_DBS_AT + DB_SIZE);
    return MLOPS_OK;
}

/* Commits take turns at the two, whatever a power cut leaves: one that is elsewhere, or not the
 * other's neighbour, would bring back a state of before. */
static int take_turns(const walk *w) {
    const uint64_t *txns = w->txns;
    if (w->places[0] != 0 || w->places[1] != 1) return 0;
    if (txns[0] == 0 && txns[1] == 0) return 1;
    return txns[0] % 2 == 0 && (txns[0] + 1 == txns[1] || txns[1] + 1 == txns[0]);
}

/* The newer of the two meta pages rules, as in LMDB. */
static mlops_status read_metas(walk *w, uint64_t size, mlops_error *err) {
    uint64_t txn = 0;
    w->page_size = PAGE_LEAST;
    if (size < 2 * PAGE_LEAST) return damaged(w, 0, "the file is cut short", err);
    MLOPS_TRY(read_meta(w, 0, &txn, err));
    if (size < 2 * w->page_size) return damaged(w, 1, "the file is cut short", err);
    MLOPS_TRY(read_meta(w, 1, &txn, err));
    return take_turns(w) ? MLOPS_OK : damaged(w, 0, "its meta pages are of no two commits", err);
}

/* One of them will do: the other's state is whole as well, since no commit writes over the pages of
 * the one before it. Without the first the size of a page is not known. */
static mlops_status find_metas(walk *w, uint64_t size, mlops_error *err) {
    uint64_t txn = 0;
    mlops_status first = MLOPS_E_CORRUPT, second = MLOPS_E_CORRUPT;
    memset(w->trees, 0, sizeof w->trees);
    w->page_size = PAGE_LEAST;
    if (w->skip != 0 && size >= META_SIZE) first = read_meta(w, 0, &txn, err);
    if (first && first != MLOPS_E_CORRUPT) return first;
    size_t least = first ? PAGE_LEAST : w->page_size, most = first ? PAGE_MAX : w->page_size;
    for (size_t n = least; second && n <= most && size >= n + META_SIZE && w->skip != 1; n *= 2) {
        w->page_size = n;
        second = read_meta(w, 1, &txn, err);
        if (second && second != MLOPS_E_CORRUPT) return second;
    }
    return first && second ? damaged(w, 0, "it has no meta page", err) : MLOPS_OK;
}

static mlops_status check_trees(const walk *w, mlops_error *err) {
    for (int i = 0; i < 2; i++)
        if (w->trees[i].depth > DEPTH_MAX) return damaged(w, 0, "a tree is too deep", err);
    if ((w->trees[0].flags | NO_FOLDER) != (INTEGER_KEY | NO_FOLDER) || w->trees[1].flags)
        return damaged(w, 0, "a tree is of another kind", err);
    if (w->n_known >= 2 && w->n_known <= 2 * w->n_pages + 1024) return MLOPS_OK;
    return damaged(w, 0, "the number of pages is wrong", err);
}

static mlops_status open_walk(walk *w, mlops_error *err) {
    int64_t size = mlops__file_size(&w->host->io, w->file);
    if (size < 0) return mlops__fail_os(err, size, "cannot tell the size of", w->path);
    MLOPS_TRY(w->lenient ? find_metas(w, (uint64_t)size, err) : read_metas(w, (uint64_t)size, err));
    w->n_pages = (uint64_t)size / w->page_size;
    if (w->lenient) { /* of the tree of free pages nothing is needed */
        w->trees[0] = (tree){INTEGER_KEY, 0, 0, NO_PAGE};
        w->n_known = w->n_pages;
    }
    MLOPS_TRY(check_trees(w, err));
    mlops__free(&w->host->allocator, w->used, w->used_size);
    w->used_size = (size_t)(w->n_known / 8 + 1);
    w->used = mlops__alloc_zero(&w->host->allocator, w->used_size);
    return w->used ? MLOPS_OK : mlops__fail_nomem(err, w->used_size);
}

/* A call for each page would take longer than all else. */
static mlops_status read_whole(walk *w, mlops_error *err) {
    size_t n = w->n_pages <= WHOLE_MAX / w->page_size ? (size_t)w->n_pages * w->page_size : 0;
    uint8_t *bytes = mlops__buf_extend(&w->whole, n);
    if (n && !bytes) return mlops__fail_nomem(err, n);
    return n ? mlops__file_read_at(&w->host->io, w->file, bytes, n, 0, w->path, err) : MLOPS_OK;
}

static mlops_status read_bytes(const walk *w, void *out, size_t n, int64_t at, mlops_error *err) {
    if (w->whole.size == 0)
        return mlops__file_read_at(&w->host->io, w->file, out, n, at, w->path, err);
    memcpy(out, w->whole.data + at, n);
    return MLOPS_OK;
}

/* A page has one use. */
static mlops_status use(walk *w, uint64_t page, mlops_error *err) {
    if (page < 2 || page >= w->n_known) return damaged(w, page, "no such page", err);
    if (w->used[page / 8] >> page % 8 & 1) return damaged(w, page, "a page is linked twice", err);
    w->used[page / 8] = (uint8_t)(w->used[page / 8] | 1 << page % 8);
    return MLOPS_OK;
}

static mlops_status find_page(walk *w, int level, uint64_t at, mlops_error *err) {
    uint8_t **room = &w->rooms[level];
    if (w->whole.size) {
        w->pages[level] = w->whole.data + at;
        return MLOPS_OK;
    }
    if (!*room) *room = mlops__alloc(&w->host->allocator, w->page_size);
    if (!*room) return mlops__fail_nomem(err, w->page_size);
    w->pages[level] = *room;
    return mlops__file_read_at(&w->host->io, w->file, *room, w->page_size, (int64_t)at, w->path,
                               err);
}

static mlops_status read_page(walk *w, int level, uint64_t number, mlops_error *err) {
    if (number >= w->n_pages) return damaged(w, number, "no such page", err);
    MLOPS_TRY(use(w, number, err));
    MLOPS_TRY(find_page(w, level, number * w->page_size, err));
    const uint8_t *page = w->pages[level];
    int leaf = level == w->tree->depth - 1;
    size_t lower = mlops__load_u16(page + 12), upper = mlops__load_u16(page + 14);
    if (mlops__load_u64(page) != number)
        return damaged(w, number, "it says that it is another page", err);
    if (mlops__load_u16(page + 10) != (leaf ? FLAG_LEAF : FLAG_BRANCH))
        return damaged(w, number, leaf ? "this is no leaf" : "this is no branch", err);
    if (lower < PAGE_HEAD || lower > upper || upper > w->page_size || lower % 2 ||
        lower < PAGE_HEAD + (leaf ? 2 : 4))
        return damaged(w, number, "its bounds are wrong", err);
    return MLOPS_OK;
}

/* A node of a page and its key; NULL if it is not inside. */
static const uint8_t *node_at(const walk *w, const uint8_t *page, size_t i, mlops__bytes *key) {
    size_t at = mlops__load_u16(page + PAGE_HEAD + 2 * i), upper = mlops__load_u16(page + 14);
    if (at < upper || at + NODE_HEAD > w->page_size) return NULL;
    const uint8_t *node = page + at;
    key->size = mlops__load_u16(node + 6);
    key->data = node + NODE_HEAD;
    return at + NODE_HEAD + key->size <= w->page_size && key->size <= KEY_MAX ? node : NULL;
}

/* A value that has pages of its own. */
static mlops_status read_big(walk *w, uint64_t first, size_t size, mlops__bytes *out,
                             mlops_error *err) {
    uint8_t head[PAGE_HEAD];
    uint64_t n = (PAGE_HEAD - 1 + (uint64_t)size) / w->page_size + 1;
    if (first < 2 || first >= w->n_pages || n > w->n_pages - first)
        return damaged(w, first, "a value lies beyond the end", err);
    for (uint64_t i = 0; i < n; i++) MLOPS_TRY(use(w, first + i, err));
    int64_t at = (int64_t)(first * w->page_size);
    MLOPS_TRY(read_bytes(w, head, sizeof head, at, err));
    if (mlops__load_u64(head) != first || mlops__load_u16(head + 10) != FLAG_OVERFLOW ||
        mlops__load_u32(head + 12) != n)
        return damaged(w, first, "this is no page of a value", err);
    w->big.size = 0;
    uint8_t *data = mlops__buf_extend(&w->big, size ? size : 1);
    if (!data) return mlops__fail_nomem(err, size);
    *out = (mlops__bytes){data, size};
    return read_bytes(w, data, size, at + PAGE_HEAD, err);
}

static int order_of(const walk *w, mlops__bytes a, mlops__bytes b) {
    if (w->tree->flags) { /* numbers */
        uint64_t x = a.size == 8 ? mlops__load_u64(a.data) : 0;
        uint64_t y = b.size == 8 ? mlops__load_u64(b.data) : 0;
        return x < y ? -1 : x > y;
    }
    size_t n = a.size < b.size ? a.size : b.size;
    int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

/* Keys ascend, and none is below the key of the link that led to it. */
static mlops_status check_order(walk *w, mlops__bytes key, uint64_t page, mlops_error *err) {
    mlops__bytes last = {w->last, w->last_size};
    int ordered = !(w->last_size && order_of(w, last, key) >= 0) &&
                  !(w->floor.size && order_of(w, w->floor, key) > 0);
    if (key.size == 0 || !(ordered || w->lenient))
        return damaged(w, page, "a key is out of order", err);
    w->floor.size = 0;
    memcpy(w->last, key.data, key.size);
    w->last_size = key.size;
    return MLOPS_OK;
}

/* Free pages are those of no tree: u64 count, and so many u64. */
static mlops_status take_free(walk *w, mlops__bytes value, uint64_t page, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, value.data, value.size);
    uint64_t n = mlops__cursor_u64(&c);
    if (c.failed || value.size % 8 || n > value.size / 8 - 1)
        return damaged(w, page, "a list of free pages is damaged", err);
    for (uint64_t i = 0; i < n; i++) MLOPS_TRY(use(w, mlops__cursor_u64(&c), err));
    w->n_free += n;
    return MLOPS_OK;
}

/* How many records or links a page has. */
static size_t n_nodes(const uint8_t *page) {
    return (mlops__load_u16(page + 12) - (size_t)PAGE_HEAD) / 2;
}

/* A record of a leaf, whose key is above the last one. */
static mlops_status read_record(walk *w, const uint8_t *page, size_t i, uint64_t number,
                                mlops__bytes *key, mlops__bytes *value, mlops_error *err) {
    const uint8_t *node = node_at(w, page, i, key);
    if (!node) return damaged(w, number, "a record lies outside", err);
    value->size = mlops__load_u16(node) | (size_t)mlops__load_u16(node + 2) << 16;
    value->data = key->data + key->size;
    size_t left = w->page_size - (size_t)(value->data - page);
    unsigned flags = mlops__load_u16(node + 4);
    if (flags & ~(unsigned)NODE_BIG) return damaged(w, number, "an unknown record", err);
    MLOPS_TRY(check_order(w, *key, number, err));
    if (left < (flags ? 8 : value->size)) return damaged(w, number, "a record lies outside", err);
    return flags ? read_big(w, mlops__load_u64(value->data), value->size, value, err) : MLOPS_OK;
}

static mlops_status visit_leaf(walk *w, int level, uint64_t number, mlops_error *err) {
    const uint8_t *page = w->pages[level];
    size_t n = n_nodes(page);
    for (size_t i = 0; i < n; i++) {
        mlops__bytes key, value;
        mlops_status status = read_record(w, page, i, number, &key, &value, err);
        if (status == MLOPS_E_CORRUPT && w->lenient) continue;
        MLOPS_TRY(status);
        w->n_seen++;
        if (w->tree->flags) MLOPS_TRY(take_free(w, value, number, err));
        else MLOPS_TRY(w->visit(w->user, key, value, err));
    }
    return MLOPS_OK;
}

/* The page that a link leads to, and what its keys must not be below. */
static mlops_status follow(walk *w, const uint8_t *page, size_t i, uint64_t number, uint64_t *out,
                           mlops_error *err) {
    mlops__bytes key = {NULL, 0}, last = {w->last, w->last_size};
    const uint8_t *node = node_at(w, page, i, &key);
    if (!node) return damaged(w, number, "a link lies outside", err);
    *out = mlops__load_u16(node) | (uint64_t)mlops__load_u16(node + 2) << 16 |
           (uint64_t)mlops__load_u16(node + 4) << 32;
    if (i == 0 || w->lenient) return MLOPS_OK; /* the first link has no key of its own */
    if (key.size == 0 || order_of(w, last, key) >= 0)
        return damaged(w, number, "a link is out of order", err);
    w->floor = key;
    return MLOPS_OK;
}

/* Down from a page whose level is known; the stack holds where each level goes on. */
static mlops_status visit_tree(walk *w, mlops_error *err) {
    size_t next[DEPTH_MAX] = {0};
    uint64_t numbers[DEPTH_MAX] = {w->tree->root};
    int level = 0;
    MLOPS_TRY(read_page(w, 0, w->tree->root, err));
    while (level >= 0) {
        if (level == w->tree->depth - 1) {
            MLOPS_TRY(visit_leaf(w, level, numbers[level], err));
            level--;
            continue;
        }
        const uint8_t *page = w->pages[level];
        if (next[level] >= n_nodes(page)) {
            level--;
            continue;
        }
        mlops_status status =
            follow(w, page, next[level]++, numbers[level], &numbers[level + 1], err);
        if (!status) status = read_page(w, level + 1, numbers[level + 1], err);
        if (status == MLOPS_E_CORRUPT && w->lenient) continue;
        MLOPS_TRY(status);
        next[++level] = 0;
    }
    return MLOPS_OK;
}

static mlops_status begin_tree(walk *w, const tree *t, mlops_error *err) {
    w->tree = t;
    w->n_seen = w->last_size = w->floor.size = 0;
    if ((t->root == NO_PAGE) == (t->depth == 0)) return MLOPS_OK;
    return damaged(w, 0, "a tree has no root, or one too many", err);
}

static mlops_status walk_tree(walk *w, const tree *t, mlops_error *err) {
    MLOPS_TRY(begin_tree(w, t, err));
    if (t->depth > 0) MLOPS_TRY(visit_tree(w, err));
    if (w->n_seen == t->n_entries) return MLOPS_OK;
    return damaged(w, 0, "the map holds another number of records than it says", err);
}

static mlops_status salvage_tree(walk *w, mlops_error *err) {
    MLOPS_TRY(open_walk(w, err));
    MLOPS_TRY(begin_tree(w, &w->trees[1], err));
    return w->tree->depth > 0 ? visit_tree(w, err) : MLOPS_OK;
}

/* Where the newest state has lost its root, the one before it is there. */
static mlops_status salvage_all(walk *w, mlops_error *err) {
    w->rule = -1;
    mlops_status status = salvage_tree(w, err);
    if (status != MLOPS_E_CORRUPT || w->rule < 0 || w->n_seen) return status;
    for (int i = 0; i < DEPTH_MAX; i++) { /* pages may be of another size */
        mlops__free(&w->host->allocator, w->rooms[i], w->page_size);
        w->rooms[i] = NULL;
    }
    w->skip = w->rule;
    return salvage_tree(w, err);
}

static mlops_status walk_all(walk *w, mlops_error *err) {
    if (w->lenient) return salvage_all(w, err);
    MLOPS_TRY(open_walk(w, err));
    MLOPS_TRY(read_whole(w, err));
    MLOPS_TRY(walk_tree(w, &w->trees[1], err));
    MLOPS_TRY(walk_tree(w, &w->trees[0], err));
    if (w->n_known <= w->n_pages + w->n_free) return MLOPS_OK;
    return damaged(w, w->n_known - 1, "the file is cut short", err);
}

/* The last link whose key is not above the wanted one; all up to it ascend. */
static mlops_status choose(walk *w, const uint8_t *page, mlops__bytes wanted, uint64_t number,
                           uint64_t *out, mlops_error *err) {
    size_t n = n_nodes(page);
    mlops__bytes last = {NULL, 0};
    w->last_size = 0;
    MLOPS_TRY(follow(w, page, 0, number, out, err));
    for (size_t i = 1; i < n; i++) {
        uint64_t next;
        MLOPS_TRY(follow(w, page, i, number, &next, err));
        if (last.size && order_of(w, last, w->floor) >= 0)
            return damaged(w, number, "a link is out of order", err);
        last = w->floor;
        if (order_of(w, last, wanted) > 0) return MLOPS_OK;
        *out = next;
    }
    return MLOPS_OK;
}

/* Down one link a level, which the tree's depth ends; MLOPS_END if there is no such record. */
static mlops_status descend(walk *w, mlops__bytes wanted, mlops_error *err) {
    const tree *t = &w->trees[1];
    MLOPS_TRY(open_walk(w, err));
    MLOPS_TRY(begin_tree(w, t, err));
    if (t->depth == 0) return MLOPS_END;
    uint64_t number = t->root;
    for (int level = 0; level < t->depth - 1; level++) {
        MLOPS_TRY(read_page(w, level, number, err));
        MLOPS_TRY(choose(w, w->pages[level], wanted, number, &number, err));
    }
    MLOPS_TRY(read_page(w, t->depth - 1, number, err));
    const uint8_t *page = w->pages[t->depth - 1];
    size_t n = n_nodes(page);
    w->last_size = w->floor.size = 0;
    for (size_t i = 0; i < n; i++) {
        mlops__bytes key, value;
        MLOPS_TRY(read_record(w, page, i, number, &key, &value, err));
        if (order_of(w, key, wanted) == 0) return w->visit(w->user, key, value, err);
    }
    return MLOPS_END;
}

static int is_x86_64_like(void) {
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1 && sizeof(void *) == 8;
}

/* Through all of the map, or to one record. */
static mlops_status pass(const mlops__host *host, const char *path, const mlops__bytes *wanted,
                         int lenient, mlops__kv_visit *visit, void *user, mlops_error *err) {
    walk w;
    memset(&w, 0, sizeof w);
    w.host = host;
    w.path = path;
    w.visit = visit;
    w.user = user;
    w.lenient = lenient;
    w.skip = -1;
    if (!is_x86_64_like())
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "'%s' is not checked on this machine", path);
    mlops__buf_init(&w.big, &host->allocator);
    mlops__buf_init(&w.whole, &host->allocator);
    w.file = mlops__file_number(&host->io, path, MLOPS_IO_READ);
    if (w.file < 0) return mlops__fail_os(err, w.file, "cannot open", path);
    mlops_status status = wanted ? descend(&w, *wanted, err) : walk_all(&w, err);
    for (int i = 0; i < DEPTH_MAX; i++) mlops__free(&host->allocator, w.rooms[i], w.page_size);
    mlops__free(&host->allocator, w.used, w.used_size);
    mlops__buf_free(&w.big);
    mlops__buf_free(&w.whole);
    mlops__file_end(&host->io, w.file);
    return status;
}

mlops_status mlops__kv_walk(const mlops__host *host, const char *path, mlops__kv_visit *visit,
                            void *user, mlops_error *err) {
    return pass(host, path, NULL, 0, visit, user, err);
}

mlops_status mlops__kv_salvage(const mlops__host *host, const char *path, mlops__kv_visit *visit,
                               void *user, mlops_error *err) {
    return pass(host, path, NULL, 1, visit, user, err);
}

mlops_status mlops__kv_find(const mlops__host *host, const char *path, mlops__bytes key,
                            mlops__kv_visit *visit, void *user, mlops_error *err) {
    return pass(host, path, &key, 0, visit, user, err);
}
