/* The index in memory: a persistent treap, ordered by key and heaped by a hash of it.
 *
 * Owns nodes and items, counted by those who point at them. Invariants: what a committed root
 * reaches never changes, so that readers need no lock beyond taking the root; a node that carries
 * the number of the writing transaction has been seen by nobody else and may be changed in place.
 * For stores that are opened without the right to write, for machines without LMDB, and for tests.
 */
#include "base/alloc.h"
#include "store/kv.h"
#include "sys/hash.h"
#include "sys/mutex.h"

#include <stdatomic.h>
#include <string.h>

typedef struct item {
    _Atomic(int64_t) refs;
    size_t key_size;
    size_t value_size;
    uint64_t rank; /* in the heap */
    uint8_t bytes[];
} item;

typedef struct node {
    _Atomic(int64_t) refs;
    uint64_t writer; /* number of the transaction that made it */
    item *item;
    struct node *left, *right;
} node;

typedef struct memory_kv {
    mlops__kv kv;
    mlops_allocator allocator;
    mlops__lock lock; /* over root */
    node *root;
    uint64_t seed;
    uint64_t n_writers;
    uint64_t n_commits;
    struct memory_txn *readers; /* those that read now */
    _Atomic(int64_t) used;
} memory_kv;

typedef struct memory_txn {
    mlops__kv_txn txn;
    memory_kv *kv;
    node *root;
    uint64_t writer; /* 0: reads only */
    uint64_t moment;
    struct memory_txn *next, *previous; /* among those that read */
    int failed;                         /* out of memory: nothing but its end is left */
} memory_txn;

typedef struct memory_cursor {
    mlops__kv_cursor cursor;
    memory_txn *txn;
    item *at; /* the last that was handed out */
} memory_cursor;

static item *item_new(memory_kv *self, mlops__bytes key, mlops__bytes value) {
    size_t size = sizeof(item) + key.size + value.size;
    item *out = mlops__alloc(&self->allocator, size);
    if (!out) return NULL;
    atomic_init(&out->refs, 1);
    out->key_size = key.size;
    out->value_size = value.size;
    memcpy(out->bytes, key.data, key.size);
    if (value.size) memcpy(out->bytes + key.size, value.data, value.size);
    out->rank = mlops__hash_64(out->bytes, key.size) ^ self->seed;
    out->rank *= 0x9e3779b97f4a7c15u;
    atomic_fetch_add(&self->used, (int64_t)size);
    return out;
}

static void item_release(memory_kv *self, item *it) {
    if (!it || atomic_fetch_sub(&it->refs, 1) > 1) return;
    size_t size = sizeof(item) + it->key_size + it->value_size;
    atomic_fetch_sub(&self->used, (int64_t)size);
    mlops__free(&self->allocator, it, size);
}

static node *node_ref(node *n) {
    if (n) atomic_fetch_add(&n->refs, 1);
    return n;
}

static void node_release(memory_kv *self, node *n) {
    while (n && atomic_fetch_sub(&n->refs, 1) == 1) {
        node *right = n->right;
        node_release(self, n->left);
        item_release(self, n->item);
        mlops__free(&self->allocator, n, sizeof *n);
        n = right;
    }
}

/* Takes the item over, whatever happens. */
static node *node_new(memory_txn *txn, item *it) {
    node *out = mlops__alloc(&txn->kv->allocator, sizeof *out);
    if (!out) {
        item_release(txn->kv, it);
        txn->failed = 1;
        return NULL;
    }
    atomic_init(&out->refs, 1);
    out->writer = txn->writer;
    out->item = it;
    out->left = out->right = NULL;
    return out;
}

/* The node itself if nobody else has seen it, else a copy in its place; NULL (failed) leaves it. */
static node *own(memory_txn *txn, node *n) {
    if (n->writer == txn->writer) return n;
    atomic_fetch_add(&n->item->refs, 1);
    node *copy = node_new(txn, n->item);
    if (!copy) return NULL;
    copy->left = node_ref(n->left);
    copy->right = node_ref(n->right);
    node_release(txn->kv, n);
    return copy;
}

static int compare(const item *it, mlops__bytes key) {
    size_t n = key.size < it->key_size ? key.size : it->key_size;
    int order = memcmp(key.data, it->bytes, n);
    if (order) return order;
    return key.size < it->key_size ? -1 : key.size > it->key_size;
}

static node *rotate_right(node *n) {
    node *up = n->left;
    n->left = up->right;
    up->right = n;
    return up;
}

static node *rotate_left(node *n) {
    node *up = n->right;
    n->right = up->left;
    up->left = n;
    return up;
}

/* The subtree with the item in it. Depth is that of a treap, twice the logarithm. */
static node *insert(memory_txn *txn, node *n, item *it) {
    if (!n) return node_new(txn, it);
    node *mine = own(txn, n);
    if (!mine) {
        item_release(txn->kv, it);
        return n;
    }
    mlops__bytes key = {it->bytes, it->key_size};
    int order = compare(mine->item, key);
    if (order == 0) {
        item_release(txn->kv, mine->item);
        mine->item = it;
        return mine;
    }
    if (order < 0) {
        mine->left = insert(txn, mine->left, it);
        if (!txn->failed && mine->left->item->rank > mine->item->rank) return rotate_right(mine);
    } else {
        mine->right = insert(txn, mine->right, it);
        if (!txn->failed && mine->right->item->rank > mine->item->rank) return rotate_left(mine);
    }
    return mine;
}

/* Both subtrees as one; all of the first is below the second. */
static node *join(memory_txn *txn, node *a, node *b) {
    if (!a || !b) return a ? a : b;
    int a_is_up = a->item->rank > b->item->rank;
    node *up = own(txn, a_is_up ? a : b);
    if (!up) { /* the transaction is lost: keep one of them */
        node_release(txn->kv, b);
        return a;
    }
    if (a_is_up) up->right = join(txn, up->right, b);
    else up->left = join(txn, a, up->left);
    return up;
}

/* The subtree without the key, which is in it. */
static node *drop(memory_txn *txn, node *n, mlops__bytes key) {
    node *mine = own(txn, n);
    if (!mine) return n;
    int order = compare(mine->item, key);
    if (order < 0) mine->left = drop(txn, mine->left, key);
    if (order > 0) mine->right = drop(txn, mine->right, key);
    if (order) return mine;
    node *rest = join(txn, mine->left, mine->right);
    mine->left = mine->right = NULL;
    node_release(txn->kv, mine);
    return rest;
}

/* The first item not below the key; after: above it. */
static item *find(const memory_txn *txn, mlops__bytes key, int after) {
    item *best = NULL;
    for (node *n = txn->root; n;) {
        int order = compare(n->item, key);
        if (order == 0 && !after) return n->item;
        if (order < 0) best = n->item;
        n = order < 0 ? n->left : n->right;
    }
    return best;
}

static mlops_status out_of_memory(memory_txn *txn, mlops_error *err) {
    txn->failed = 1;
    return mlops__fail_nomem(err, sizeof(node));
}

static mlops_status memory_get(mlops__kv_txn *self, mlops__bytes key, mlops__bytes *value,
                               mlops_error *err) {
    (void)err;
    item *it = find((memory_txn *)self, key, 0);
    if (!it || compare(it, key) != 0) return MLOPS_E_NOT_FOUND;
    *value = (mlops__bytes){it->bytes + it->key_size, it->value_size};
    return MLOPS_OK;
}

static mlops_status memory_put(mlops__kv_txn *self, mlops__bytes key, mlops__bytes value,
                               mlops_error *err) {
    memory_txn *txn = (memory_txn *)self;
    item *it = txn->failed ? NULL : item_new(txn->kv, key, value);
    if (!it) return out_of_memory(txn, err);
    txn->root = insert(txn, txn->root, it);
    return txn->failed ? out_of_memory(txn, err) : MLOPS_OK;
}

static mlops_status memory_del(mlops__kv_txn *self, mlops__bytes key, mlops_error *err) {
    memory_txn *txn = (memory_txn *)self;
    item *it = find(txn, key, 0);
    if (!it || compare(it, key) != 0) return MLOPS_E_NOT_FOUND;
    if (!txn->failed) txn->root = drop(txn, txn->root, key);
    return txn->failed ? out_of_memory(txn, err) : MLOPS_OK;
}

static mlops_status cursor_at(memory_cursor *self, item *it, mlops__bytes *key,
                              mlops__bytes *value) {
    if (it) atomic_fetch_add(&it->refs, 1);
    item_release(self->txn->kv, self->at);
    self->at = it;
    if (!it) return MLOPS_END;
    *key = (mlops__bytes){it->bytes, it->key_size};
    *value = (mlops__bytes){it->bytes + it->key_size, it->value_size};
    return MLOPS_OK;
}

static mlops_status memory_seek(mlops__kv_cursor *self, mlops__bytes from, mlops__bytes *key,
                                mlops__bytes *value, mlops_error *err) {
    (void)err;
    memory_cursor *cursor = (memory_cursor *)self;
    return cursor_at(cursor, find(cursor->txn, from, 0), key, value);
}

static mlops_status memory_next(mlops__kv_cursor *self, mlops__bytes *key, mlops__bytes *value,
                                mlops_error *err) {
    (void)err;
    memory_cursor *cursor = (memory_cursor *)self;
    if (!cursor->at) return MLOPS_END;
    mlops__bytes last = {cursor->at->bytes, cursor->at->key_size};
    return cursor_at(cursor, find(cursor->txn, last, 1), key, value);
}

static mlops_status memory_cursor_new(mlops__kv_cursor **out, mlops__kv_txn *txn,
                                      mlops_error *err) {
    memory_txn *mine = (memory_txn *)txn;
    memory_cursor *self = mlops__alloc_zero(&mine->kv->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->cursor.engine = txn->engine;
    self->txn = mine;
    *out = &self->cursor;
    return MLOPS_OK;
}

static void memory_cursor_free(mlops__kv_cursor *self) {
    memory_cursor *cursor = (memory_cursor *)self;
    memory_kv *kv = cursor->txn->kv;
    item_release(kv, cursor->at);
    mlops__free(&kv->allocator, cursor, sizeof *cursor);
}

/* Under the lock, both. */
static void link_reader(memory_txn *txn) {
    txn->next = txn->kv->readers;
    if (txn->next) txn->next->previous = txn;
    txn->kv->readers = txn;
}

static void unlink_reader(memory_txn *txn) {
    if (txn->next) txn->next->previous = txn->previous;
    if (txn->previous) txn->previous->next = txn->next;
    else txn->kv->readers = txn->next;
}

static mlops_status memory_begin(mlops__kv_txn **out, mlops__kv *kv, int writes, mlops_error *err) {
    memory_kv *mine = (memory_kv *)kv;
    memory_txn *self = mlops__alloc_zero(&mine->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->txn.engine = kv->engine;
    self->kv = mine;
    mlops__lock_take(&mine->lock);
    self->root = node_ref(mine->root);
    self->moment = mine->n_commits + (writes != 0);
    if (writes) self->writer = ++mine->n_writers;
    else link_reader(self);
    mlops__lock_give(&mine->lock);
    *out = &self->txn;
    return MLOPS_OK;
}

static void memory_end(mlops__kv_txn *self) {
    memory_txn *txn = (memory_txn *)self;
    memory_kv *kv = txn->kv;
    if (!txn->writer) {
        mlops__lock_take(&kv->lock);
        unlink_reader(txn);
        mlops__lock_give(&kv->lock);
    }
    node_release(kv, txn->root);
    mlops__free(&kv->allocator, txn, sizeof *txn);
}

static mlops_status memory_commit(mlops__kv_txn *self, mlops_error *err) {
    memory_txn *txn = (memory_txn *)self;
    mlops_status status = txn->failed ? out_of_memory(txn, err) : MLOPS_OK;
    if (!status) {
        mlops__lock_take(&txn->kv->lock);
        node *old = txn->kv->root;
        txn->kv->root = txn->root;
        txn->root = old;
        txn->kv->n_commits++;
        mlops__lock_give(&txn->kv->lock);
    }
    memory_end(self);
    return status;
}

static void memory_close(mlops__kv *self) {
    memory_kv *kv = (memory_kv *)self;
    node_release(kv, kv->root);
    mlops__lock_free(&kv->lock);
    mlops_allocator allocator = kv->allocator;
    mlops__free(&allocator, kv, sizeof *kv);
}

static mlops_status memory_sync(mlops__kv *self, mlops_error *err) {
    (void)self, (void)err;
    return MLOPS_OK;
}

static mlops_status memory_copy(mlops__kv *self, const char *path, mlops_error *err) {
    (void)self, (void)path;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED, "an index in memory has no file to copy");
}

static void memory_size(mlops__kv *self, int64_t *used, int64_t *max) {
    *used = atomic_load(&((memory_kv *)self)->used);
    *max = INT64_MAX;
}

static uint64_t memory_moment(const mlops__kv_txn *self) {
    return ((const memory_txn *)self)->moment;
}

static mlops_status memory_oldest(mlops__kv *self, uint64_t *out, mlops_error *err) {
    memory_kv *kv = (memory_kv *)self;
    (void)err;
    *out = UINT64_MAX;
    mlops__lock_take(&kv->lock);
    for (const memory_txn *t = kv->readers; t; t = t->next)
        if (t->moment < *out) *out = t->moment;
    mlops__lock_give(&kv->lock);
    return MLOPS_OK;
}

static const mlops__kv_engine engine = {
    memory_close, memory_begin,      memory_end,         memory_commit, memory_get,  memory_put,
    memory_del,   memory_cursor_new, memory_cursor_free, memory_seek,   memory_next, memory_sync,
    memory_copy,  memory_size,       memory_moment,      memory_oldest,
};

mlops_status mlops__kv_memory_open(mlops__kv **out, const mlops__host *host, mlops_error *err) {
    memory_kv *self = mlops__alloc_zero(&host->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    int64_t code = host->entropy.fill(host->entropy.ctx, &self->seed, sizeof self->seed);
    if (code < 0 || mlops__lock_init(&self->lock)) {
        mlops__free(&host->allocator, self, sizeof *self);
        return mlops__fail_os(err, code, "cannot draw random bytes for an index", NULL);
    }
    self->kv.engine = &engine;
    self->allocator = host->allocator;
    *out = &self->kv;
    return MLOPS_OK;
}
