/* What a remote hands out. The first byte says what the rest is: an index; an object, whose tail is
 * read and whose parts are fetched, unpacked and put together; a head; a lease; the state of a gc;
 * a list of what was erased; a list of links.
 * What is held up: an index that opens finds each of its parts, and only bytes that have their
 * names come out. */
#include "base/cursor.h"
#include "dataset/remote_erasures.h"
#include "dataset/remote_links.h"
#include "fuzz/fuzz.h"

typedef struct span {
    const uint8_t *data;
    size_t size;
} span;

/* Whatever is asked for has these bytes. */
static mlops_status one_size(void *ctx, const char *name, int64_t deadline_ns, int64_t *out,
                             mlops_error *err) {
    const span *in = ctx;
    (void)name, (void)deadline_ns, (void)err;
    *out = (int64_t)in->size;
    return MLOPS_OK;
}

static mlops_status one_read(void *ctx, const char *name, int64_t offset, void *bytes, size_t n,
                             int64_t deadline_ns, size_t *n_read, mlops_error *err) {
    const span *in = ctx;
    (void)name, (void)deadline_ns, (void)err;
    must(offset >= 0);
    if ((uint64_t)offset >= in->size) n = 0;
    else if (n > in->size - (size_t)offset) n = in->size - (size_t)offset;
    if (n) memcpy(bytes, in->data + offset, n);
    *n_read = n;
    return MLOPS_OK;
}

static mlops_status none_put(void *ctx, const char *name, const void *const *parts,
                             const size_t *sizes, size_t n, int64_t deadline_ns, mlops_error *err) {
    (void)ctx, (void)name, (void)parts, (void)sizes, (void)n, (void)deadline_ns, (void)err;
    return MLOPS_OK;
}

static mlops_status none_list(void *ctx, const char *folder, const char *after, char *names,
                              size_t cap, int64_t deadline_ns, size_t *n, mlops_error *err) {
    (void)ctx, (void)folder, (void)after, (void)names, (void)cap, (void)deadline_ns, (void)err;
    *n = 0;
    return MLOPS_OK;
}

static mlops_status none_remove(void *ctx, const char *name, int64_t deadline_ns,
                                mlops_error *err) {
    (void)ctx, (void)name, (void)deadline_ns, (void)err;
    return MLOPS_OK;
}

static mlops_status none_swap(void *ctx, const char *name, const void *from, size_t n_from,
                              const void *to, size_t n_to, int64_t deadline_ns, mlops_error *err) {
    (void)ctx, (void)name, (void)from, (void)n_from, (void)to, (void)n_to;
    (void)deadline_ns, (void)err;
    return MLOPS_OK;
}

/* Each part is found where it is; takes the index. */
static void hold_index(mlops__part_index *index, mlops__remote *remote, int fetch) {
    mlops__depot parts;
    mlops__fetcher fetcher;
    mlops__buf bytes;
    mlops__fetcher_init(&fetcher, remote);
    mlops__buf_init(&bytes, &remote->host->allocator);
    must(!mlops__depot_init(&parts, remote->host, NULL));
    size_t n = index->n;
    must(!mlops__depot_take(&parts, index, NULL));
    for (size_t i = 0; i < n && i < 64; i++) {
        mlops__part part, found;
        mlops_id id;
        int there = 0;
        mlops__part_index_at(&parts.indexes[0], i, &part);
        must(!mlops__depot_find(&parts, part.kind, part.key, 32, &found, &there, NULL) && there);
        must(found.offset == part.offset && found.size == part.size);
        if (!fetch) continue;
        mlops_status status = MLOPS_OK;
        bytes.size = 0;
        memcpy(id.bytes, part.key, 32);
        if (part.kind == MLOPS__PART_OBJECT || part.kind == MLOPS__PART_SMALL)
            status = mlops__fetch_content(&fetcher, &parts, &id, 1 << 24, &bytes, NULL);
        else status = mlops__fetch_bytes(&fetcher, &part, &bytes, NULL);
        must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_NOMEM ||
             status == MLOPS_E_UNSUPPORTED);
        if (status || part.kind == MLOPS__PART_CHUNK || part.kind == MLOPS__PART_VERDICT) continue;
        mlops__sha256 sha;
        uint8_t digest[32];
        mlops__sha256_init(&sha, remote->blocks);
        mlops__sha256_add(&sha, bytes.data, bytes.size);
        mlops__sha256_end(&sha, digest);
        must(memcmp(digest, part.key, 32) == 0);
    }
    mlops__buf_free(&bytes);
    mlops__fetcher_free(&fetcher);
    mlops__depot_free(&parts);
}

static void read_head(mlops__remote *remote) {
    mlops__head head;
    mlops_status status = mlops__head_read_key(&head, remote, "x", NULL);
    for (size_t i = 0; i < head.n_refs && !status; i++) {
        must(!mlops__ref_check(head.refs[i].kind, head.refs[i].name, NULL));
        must(mlops__head_find(&head, head.refs[i].kind, head.refs[i].name) == &head.refs[i]);
    }
    mlops__head_free(&head);
}

/* A list that is read finds each of what it has, in notes that are there. */
static void read_erased(span in, const mlops__host *host) {
    mlops__erasures list;
    mlops__erasures_init(&list, &host->allocator);
    mlops_status status = mlops__erasures_parse(&list, (mlops__bytes){in.data, in.size}, NULL);
    for (size_t i = 0; i < list.n_contents && !status; i++) {
        must(list.contents[i].erasure - 1 < list.n_notes);
        must(mlops__erasures_content(&list, list.contents[i].id.bytes) == &list.contents[i]);
    }
    for (size_t i = 0; i < list.n_pairs && !status; i++)
        must(mlops__erasures_pair(&list, &list.pairs[i].tree) == &list.pairs[i]);
    mlops__erasures_free(&list);
}

static mlops_status name_none(void *user, const uint8_t id[32], mlops_error *err) {
    (void)user, (void)id, (void)err;
    return MLOPS_OK;
}

/* A list that is read is put, as one that is read as the same. */
static void read_links(span in, mlops__remote *remote) {
    mlops_id first = {{0}}, second = {{1}};
    mlops_id *const ids[2] = {&first, &second};
    int has = 0;
    for (int i = 0; i < 2; i++) {
        mlops__links list;
        mlops__head head;
        int changed;
        memset(&head, 0, sizeof head);
        must(!mlops__links_init(&list, "data", remote->host, NULL));
        mlops_status status = mlops__links_parse(&list, (mlops__bytes){in.data, in.size}, NULL);
        if (!status) must(!mlops__links_put(&list, &head, remote, name_none, NULL, &changed, NULL));
        has = !status && head.has_links;
        *ids[i] = head.links;
        mlops__links_free(&list);
        if (!has) return;
    }
    must(memcmp(&first, &second, sizeof first) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const mlops__host host_none;
    mlops__host host = host_none;
    mlops__remote remote;
    mlops__part_index index;
    mlops__buf bytes;
    uint8_t id[32] = {1};
    if (size == 0) return 0;
    span in = {data + 1, size - 1};
    mlops_remote table = {sizeof table, 0,         &in,         one_size,  one_read,
                          none_put,     none_list, none_remove, none_swap, NULL};
    must(!mlops__host_init(&host, NULL, NULL));
    must(!mlops__remote_init(&remote, &table, &host, NULL, NULL));
    mlops__buf_init(&bytes, &host.allocator);
    mlops__buf_put(&bytes, in.data, in.size);
    if (data[0] == 255) {
        read_erased(in, &host);
    } else if (data[0] == 254) {
        read_links(in, &remote);
    } else if (data[0] % 5 == 0) {
        if (!mlops__part_index_open(&index, &bytes, "x", NULL)) hold_index(&index, &remote, 0);
    } else if (data[0] % 5 == 1) {
        if (!mlops__remote_tail(&remote, id, &index, NULL)) hold_index(&index, &remote, 1);
    } else if (data[0] % 5 == 2) {
        read_head(&remote);
    } else if (data[0] % 5 == 3) {
        mlops__buf objects;
        mlops__buf_init(&objects, &host.allocator);
        if (!mlops__push_lease_read((mlops__bytes){in.data, in.size}, &objects, &host, NULL))
            must(objects.size % 32 == 0);
        mlops__buf_free(&objects);
    } else {
        mlops_remote_gc_opts opts = MLOPS_REMOTE_GC_OPTS_INIT;
        mlops_status status = mlops_remote_gc(&table, &opts, NULL, NULL);
        must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
    }
    mlops__buf_free(&bytes);
    return 0;
}
