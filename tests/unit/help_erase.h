/* Two stores with a remote between them, and looking for bytes of somebody in all that is there. */
#ifndef TESTS_UNIT_HELP_ERASE_H
#define TESTS_UNIT_HELP_ERASE_H

#include "unit/help_version.h"

#include "unit/help_dataset.h"
#include "unit/help_search.h"

static const char *const SECRETS[] = {"q9Zx-Mustermann-77Kd", "jw7-erika-4711", NULL};

typedef struct world {
    place p;
    mlops_share *share;
    mlops_store *a, *b;
    char path_a[120], path_b[120];
    int64_t now;
    int is_folder;
} world;

static inline mlops_store *open_at(char path[120], const world *w, const char *name) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    snprintf(path, 120, "%s/%s", w->p.dir, name);
    return open_store(path, &opts);
}

static inline void begin(world *w, int is_folder) {
    mlops_error e;
    char path[200];
    memset(w, 0, sizeof *w);
    w->is_folder = is_folder;
    w->now = 1;
    make_place(&w->p);
    snprintf(path, sizeof path, "%s/remote", w->p.dir);
    works(is_folder ? mlops_share_directory(&w->share, path, NULL, &e)
                    : mlops_share_memory(&w->share, NULL, &e),
          &e);
    w->a = open_at(w->path_a, w, "a.mlops");
    w->b = open_at(w->path_b, w, "b.mlops");
}

static inline void end(world *w) {
    mlops_error e;
    mlops_id link;
    mlops_store *stores[2] = {w->a, w->b};
    for (int i = 0; i < 2; i++) {
        works(mlops_audit_verify(stores[i], &link, NULL, &e), &e);
        mlops_store_close(stores[i]);
    }
    is_sound(w->path_a);
    is_sound(w->path_b);
    mlops_share_close(w->share);
    remove_place(&w->p);
}

static inline int64_t the_time(void *ctx) { return *(int64_t *)ctx; }

/* Until nothing is left to go. */
static inline void collect(world *w) {
    mlops_remote_gc_opts opts = MLOPS_REMOTE_GC_OPTS_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_clock clock = {sizeof clock, 0, &w->now, the_time, the_time};
    mlops_error e;
    host.clock = &clock;
    opts.host = &host;
    opts.grace_ns = INT64_C(3600) * 1000000000;
    for (int i = 0; i < 4; i++) {
        w->now += opts.grace_ns + 1;
        works(mlops_remote_gc(mlops_share_remote(w->share), &opts, NULL, &e), &e);
    }
}

/* ---- looking for bytes ---- */

static inline int search_object(world *w, const char *folder, const char *at) {
    const mlops_remote *r = mlops_share_remote(w->share);
    mlops_error e;
    char name[300];
    int64_t size;
    size_t got = 0;
    snprintf(name, sizeof name, "%s%.200s", folder, at);
    works(r->size(r->ctx, name, 0, &size, &e), &e);
    uint8_t *bytes = malloc((size_t)size + 1);
    assert_non_null(bytes);
    works(r->read(r->ctx, name, 0, bytes, (size_t)size, 0, &got, &e), &e);
    assert_int_equal(got, size);
    int has = bytes_have(mlops__store_host(w->a), bytes, got, SECRETS);
    free(bytes);
    return has;
}

static inline int search_remote(world *w) {
    static const char *const folders[] = {"objects/", "heads/", "leases/", "state/"};
    const mlops_remote *r = mlops_share_remote(w->share);
    char page[4096], after[201];
    mlops_error e;
    int n_found = 0;
    for (int i = 0; i < 4; i++) {
        *after = 0;
        for (size_t n = 1; n;) {
            works(r->list(r->ctx, folders[i], *after ? after : NULL, page, sizeof page, 0, &n, &e),
                  &e);
            for (const char *at = page; at < page + n; at += strlen(at) + 1) {
                snprintf(after, sizeof after, "%.200s", at);
                n_found += search_object(w, folders[i], at);
            }
        }
    }
    return n_found;
}

static inline int search_store(mlops_store *s, const char *path) {
    return store_has(mlops__store_host(s), path, SECRETS);
}

#endif
