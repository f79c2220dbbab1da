/* Remotes of which a few parts describe much: whoever reads them can stop, and makes no room for
 * more than what they stand for may be. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "dataset/remote_head.h"

enum { MIB = 1 << 20 };

typedef struct world {
    place a, b;
    mlops_store *from, *to;
    mlops_share *share;
} world;

/* A dataset of one file is pushed. */
static void begin(world *w, const uint8_t *bytes, size_t n) {
    mlops_error e;
    make_place(&w->a);
    make_place(&w->b);
    w->from = open_store(w->a.path, NULL);
    w->to = open_store(w->b.path, NULL);
    works(mlops_share_memory(&w->share, NULL, &e), &e);
    mlops_change *c = new_change(w->from);
    mlops_draft *d = new_draft(c, "data", NULL);
    works(mlops_draft_add_bytes(d, "blob", bytes, n, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    works(mlops_dataset_push(w->from, mlops_share_remote(w->share), "data", NULL, NULL, &e), &e);
}

static void end(world *w) {
    mlops_store_close(w->from);
    mlops_store_close(w->to);
    is_sound(w->a.path);
    is_sound(w->b.path);
    mlops_share_close(w->share);
    remove_place(&w->a);
    remove_place(&w->b);
}

static int32_t stop_late(void *user, int64_t done, int64_t total) {
    (void)done, (void)total;
    return ++*(int *)user == 60;
}

static void a_long_pull_can_be_stopped(void **state) {
    world w;
    mlops_error e;
    int n = 0;
    size_t size = 0;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    uint8_t *zeroes = calloc(32, MIB);
    (void)state;
    assert_non_null(zeroes);
    begin(&w, zeroes, 32 * MIB);
    const mlops_remote *r = mlops_share_remote(w.share);
    call.progress = stop_late;
    call.progress_user = &n;
    opts.call = &call;
    refused(mlops_dataset_pull(w.to, r, "data", &opts, NULL, &e), &e, MLOPS_E_CANCELLED, "");
    works(mlops_dataset_pull(w.to, r, "data", NULL, NULL, &e), &e);
    works(mlops_dataset_read(w.to, "data", NULL, "blob", NULL, 0, &size, &e), &e);
    assert_int_equal(size, 32 * MIB);
    free(zeroes);
    end(&w);
}

static mlops_status fetch_up_to(const world *w, const mlops_id *id, uint64_t max, mlops_error *e) {
    mlops__remote r;
    mlops__head head;
    mlops__depot parts;
    mlops__fetcher fetcher;
    mlops__buf bytes;
    const mlops__host *host = mlops__store_host(w->from);
    works(mlops__remote_init(&r, mlops_share_remote(w->share), host, NULL, e), e);
    mlops__fetcher_init(&fetcher, &r);
    mlops__buf_init(&bytes, &host->allocator);
    works(mlops__head_read(&head, &r, "data", e), e);
    works(mlops__depot_init(&parts, host, e), e);
    works(mlops__head_parts(&head, &r, &parts, e), e);
    mlops_status status = mlops__fetch_content(&fetcher, &parts, id, max, &bytes, e);
    assert_true(bytes.size <= max);
    mlops__buf_free(&bytes);
    mlops__fetcher_free(&fetcher);
    mlops__depot_free(&parts);
    mlops__head_free(&head);
    return status;
}

static void no_more_is_made_than_may_be(void **state) {
    world w;
    mlops_error e;
    uint8_t *bytes = make_blob(MIB, 11, 0);
    (void)state;
    begin(&w, bytes, MIB);
    mlops_id id = mlops__content_id(w.from, bytes, MIB);
    refused(fetch_up_to(&w, &id, MIB - 1, &e), &e, MLOPS_E_LIMIT, "1048576 bytes");
    works(fetch_up_to(&w, &id, MIB, &e), &e);
    free(bytes);
    end(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_pull_can_be_stopped),
        cmocka_unit_test(no_more_is_made_than_may_be),
    };
    return cmocka_run_group_tests_name("transfer_long", tests, NULL, NULL);
}
