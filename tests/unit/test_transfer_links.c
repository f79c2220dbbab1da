/* Links of lineage on their way over a remote: those of the commits that travel, and no others;
 * newer ones, taken back ones, those that keep, those whose other end is not known, and very many.
 */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "dataset/remote_links.h"

enum { MANY = 5000, LONG = 900 };

typedef struct world {
    place p;
    mlops_share *share;
    mlops_store *a, *b;
} world;

static mlops_store *open_on(const world *w, const char *name, const mlops_host *host) {
    char path[120];
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = host;
    snprintf(path, sizeof path, "%s/%s", w->p.dir, name);
    return open_store(path, &opts);
}

static mlops_store *open_at(const world *w, const char *name) { return open_on(w, name, NULL); }

static void begin(world *w) {
    mlops_error e;
    make_place(&w->p);
    works(mlops_share_memory(&w->share, NULL, &e), &e);
    w->a = open_at(w, "a.mlops");
    w->b = open_at(w, "b.mlops");
}

static void end(world *w) {
    static const char *const names[2] = {"a.mlops", "b.mlops"};
    mlops_store_close(w->a);
    mlops_store_close(w->b);
    for (int i = 0; i < 2; i++) {
        char path[120];
        snprintf(path, sizeof path, "%s/%s", w->p.dir, names[i]);
        is_sound(path);
    }
    mlops_share_close(w->share);
    remove_place(&w->p);
}

static mlops_transfer push(world *w, mlops_store *s, const char *dataset) {
    mlops_error e;
    mlops_transfer t = MLOPS_TRANSFER_INIT;
    works(mlops_dataset_push(s, mlops_share_remote(w->share), dataset, NULL, &t, &e), &e);
    return t;
}

static void pull(world *w, mlops_store *s, const char *dataset, int32_t depth) {
    mlops_error e;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    opts.depth = depth;
    works(mlops_dataset_pull(s, mlops_share_remote(w->share), dataset, &opts, NULL, &e), &e);
}

static void bring(world *w, mlops_store *from, mlops_store *to) {
    push(w, from, "data");
    pull(w, to, "data", 0);
}

static void make_link(mlops_store *s, const char *from, const char *to, const char *relation,
                      uint32_t flags) {
    mlops_error e;
    mlops_link_opts opts = MLOPS_LINK_OPTS_INIT;
    mlops_change *c = new_change(s);
    opts.relation = relation;
    opts.flags = flags;
    works(mlops_lineage_link(c, from, to, &opts, &e), &e);
    commit(c);
    mlops_change_free(c);
}

static void take_back(mlops_store *s, const char *from, const char *to, const char *relation) {
    mlops_error e;
    mlops_change *c = new_change(s);
    works(mlops_lineage_unlink(c, from, to, relation, &e), &e);
    commit(c);
    mlops_change_free(c);
}

/* All around a thing, without times: what a person sees. To be freed. */
static char *told(mlops_store *s, const char *id) {
    mlops_table *t;
    mlops_error e;
    char *out = calloc(1, 20000), cell[6][1100];
    size_t n = 0;
    for (int way = 0; way < 2; way++) {
        works(way ? mlops_lineage_downstream(&t, s, id, NULL, &e)
                  : mlops_lineage_upstream(&t, s, id, NULL, &e),
              &e);
        for (int64_t row = 0; row < mlops_table_n_rows(t); row++) {
            for (int i = 0; i < 6; i++)
                assert_int_equal(mlops_table_text(t, i, row, cell[i], sizeof cell[i], NULL), 0);
            n += (size_t)snprintf(out + n, 20000 - n, "%s -%s-> %s %s\n", cell[1], cell[2], cell[3],
                                  cell[5]);
        }
        mlops_table_unref(t);
    }
    return out;
}

static void tells(mlops_store *s, const char *id, const char *want) {
    char *got = told(s, id);
    assert_string_equal(got, want);
    free(got);
}

static mlops_id head_of(mlops_store *s) {
    mlops_error e;
    mlops_id link;
    works(mlops_audit_verify(s, &link, NULL, &e), &e);
    return link;
}

static void collect(mlops_store *s) {
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_error e;
    mlops_status status;
    opts.keep_ns = 1;
    do status = mlops_store_gc(s, &opts, NULL, NULL, &e);
    while (!status);
    if (status != MLOPS_END) fail_msg("%s", e.message);
}

/* ---- tests ---- */

/* Those of the commits that travel; not those of other commits, nor of models, whose numbers are of
 * one store; the ends that the receiver lacks are not there, and fail nothing. */
static void test_there(void **state) {
    world w;
    mlops_error e;
    mlops_run *run;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    mlops__link_text model;
    char want[2000], id[40], run_uri[60];
    (void)state;
    begin(&w);
    mlops_id raw = commit_text(w.a, "raw", NULL, "a", "1");
    mlops_id clean = commit_text(w.a, "clean", NULL, "a", "2");
    mlops_id aside = commit_text(w.a, "clean", "aside", "a", "3");
    uri r = uri_of("raw", &raw), c = uri_of("clean", &clean), d = uri_of("clean", &aside);
    make_link(w.a, r.text, c.text, NULL, 0);
    make_link(w.a, "s3://lake/x", c.text, NULL, 0);
    make_link(w.a, "s3://lake/x", r.text, NULL, 0);
    make_link(w.a, "s3://lake/y", d.text, NULL, 0);
    opts.dataset = "clean";
    works(mlops_run_start(&run, w.a, "weekly", &opts, &e), &e);
    snprintf(id, sizeof id, "%s", mlops_run_id(run));
    works(mlops_run_end(run, MLOPS_RUN_FINISHED, &e), &e);
    mlops_run_close(run);
    snprintf(run_uri, sizeof run_uri, "runs:/%s", id);
    mlops_change *change = new_change(w.a);
    mlops__link trained = {c.text, mlops__link_model(&model, "m", 1), "trained", 0, 0};
    works(mlops__link_put(change, &trained, &e), &e);
    commit(change);
    mlops_change_free(change);
    mlops_push_opts main_alone = MLOPS_PUSH_OPTS_INIT;
    main_alone.branches = "main";
    works(mlops_dataset_push(w.a, mlops_share_remote(w.share), "clean", &main_alone, NULL, &e), &e);
    pull(&w, w.b, "clean", 0);
    snprintf(want, sizeof want,
             "%s -derived-> %s false\ns3://lake/x -derived-> %s \n%s -input-> %s false\n", r.text,
             c.text, c.text, c.text, run_uri);
    tells(w.b, c.text, want);
    tells(w.b, "s3://lake/y", "");
    /* nothing is left to do */
    mlops_id was = head_of(w.b);
    pull(&w, w.b, "clean", 0);
    mlops_id is = head_of(w.b);
    same_id(&was, &is);
    mlops_transfer t = push(&w, w.b, "clean");
    assert_int_equal(t.n_commits + t.n_contents + t.n_refs, 0);
    /* from there on again, and back to who has it all */
    push(&w, w.a, "clean");
    push(&w, w.a, "raw");
    pull(&w, w.a, "clean", 0);
    pull(&w, w.b, "raw", 0);
    pull(&w, w.b, "clean", 0);
    snprintf(want, sizeof want,
             "s3://lake/x -derived-> %s \n%s -derived-> %s true\n%s -parent-> %s true\n"
             "%s -input-> %s false\n",
             r.text, r.text, c.text, c.text, d.text, c.text, run_uri);
    tells(w.b, r.text, want);
    snprintf(want, sizeof want, "s3://lake/y -derived-> %s true\n", d.text);
    tells(w.b, "s3://lake/y", want);
    end(&w);
}

/* A link that comes later, or is taken back, travels on its own; the last word stays. */
static void test_last_word(void **state) {
    world w;
    mlops_error e;
    char want[1000];
    (void)state;
    begin(&w);
    mlops_id id = commit_text(w.a, "data", NULL, "a", "1");
    uri u = uri_of("data", &id);
    bring(&w, w.a, w.b);
    snprintf(want, sizeof want, "s3://lake/x -derived-> %s \n", u.text);
    make_link(w.a, "s3://lake/x", u.text, NULL, 0);
    bring(&w, w.a, w.b);
    tells(w.b, u.text, want);
    take_back(w.b, "s3://lake/x", u.text, NULL);
    tells(w.b, u.text, "");
    pull(&w, w.b, "data", 0);
    tells(w.b, u.text, "");
    push(&w, w.b, "data");
    push(&w, w.a, "data");
    pull(&w, w.a, "data", 0);
    tells(w.a, u.text, "");
    mlops_change *c = new_change(w.a);
    refused(mlops_lineage_unlink(c, "s3://lake/x", u.text, NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "there is no link");
    mlops_change_free(c);
    make_link(w.a, "s3://lake/x", u.text, NULL, 0);
    bring(&w, w.a, w.b);
    tells(w.b, u.text, want);
    end(&w);
}

/* The same where the clock of the one who takes back is a day behind; and somebody who changes the
 * link at the same time is told. */
static void test_clock_behind(void **state) {
    world w;
    mlops_error e;
    char want[1000];
    mlops_host host = MLOPS_HOST_INIT;
    (void)state;
    begin(&w);
    host.clock = &SLOW_CLOCK;
    mlops_store_close(w.b);
    w.b = open_on(&w, "b.mlops", &host);
    mlops_id id = commit_text(w.a, "data", NULL, "a", "1");
    uri u = uri_of("data", &id);
    snprintf(want, sizeof want, "s3://lake/x -derived-> %s \n", u.text);
    make_link(w.a, "s3://lake/x", u.text, NULL, 0);
    bring(&w, w.a, w.b);
    tells(w.b, u.text, want);
    take_back(w.b, "s3://lake/x", u.text, NULL);
    pull(&w, w.b, "data", 0);
    tells(w.b, u.text, "");
    bring(&w, w.b, w.a);
    tells(w.a, u.text, "");
    mlops_change *c = new_change(w.b); /* put and taken back by one change, too */
    works(mlops_lineage_link(c, "s3://lake/x", u.text, NULL, &e), &e);
    works(mlops_lineage_unlink(c, "s3://lake/x", u.text, NULL, &e), &e);
    works(mlops_lineage_link(c, "s3://lake/x", u.text, NULL, &e), &e);
    commit(c);
    works(mlops_lineage_link(c, "s3://lake/x", u.text, NULL, &e), &e);
    take_back(w.b, "s3://lake/x", u.text, NULL);
    refused(mlops_change_commit(c, NULL, &e), &e, MLOPS_E_CONFLICT, "has changed since");
    mlops_change_free(c);
    bring(&w, w.b, w.a);
    tells(w.a, u.text, "");
    make_link(w.b, "s3://lake/x", u.text, NULL, 0);
    bring(&w, w.b, w.a);
    tells(w.a, u.text, want);
    end(&w);
}

/* A link that keeps: what is not there is not missed, and what comes is kept from then on. */
static void test_keeps(void **state) {
    world w;
    mlops_error e;
    (void)state;
    begin(&w);
    char *big = (char *)make_blob(9000, 5, 0);
    for (int i = 0; i < 9000; i++) big[i] = (char)('a' + (big[i] & 15));
    big[9000] = 0;
    mlops_id raw = commit_text(w.a, "raw", NULL, "a", big);
    mlops_id made = commit_text(w.a, "made", NULL, "a", "of it");
    uri r = uri_of("raw", &raw), m = uri_of("made", &made);
    make_link(w.a, r.text, m.text, NULL, MLOPS_LINK_KEEP);
    push(&w, w.a, "raw");
    push(&w, w.a, "made");
    pull(&w, w.b, "made", 0);
    collect(w.b);
    reads_text(w.b, "made", NULL, "a", "of it");
    pull(&w, w.b, "raw", 0);
    mlops_change *c = new_change(w.b);
    works(mlops_dataset_drop(c, "raw", "main", &e), &e);
    commit(c);
    collect(w.b);
    reads_text(w.b, "raw", hex_of(&raw).text, "a", big);
    take_back(w.a, r.text, m.text, NULL);
    push(&w, w.a, "made");
    pull(&w, w.b, "made", 0);
    collect(w.b);
    size_t n;
    refused(mlops_dataset_read(w.b, "raw", hex_of(&raw).text, "a", NULL, 0, &n, &e), &e,
            MLOPS_E_NOT_FOUND, "");
    mlops_change_free(c);
    free(big);
    end(&w);
}

static int64_t size_of_head(world *w) {
    const mlops_remote *r = mlops_share_remote(w->share);
    mlops_error e;
    char page[300], name[300];
    size_t n = 0;
    int64_t size;
    works(r->list(r->ctx, "heads/", NULL, page, sizeof page, 0, &n, &e), &e);
    snprintf(name, sizeof name, "heads/%.200s", page);
    works(r->size(r->ctx, name, 0, &size, &e), &e);
    return size;
}

/* More than a change holds. The head stays small, and one more link is found there. */
static void test_many(void **state) {
    world w;
    mlops_error e;
    char from[LONG + 20];
    mlops_lineage_opts all = MLOPS_LINEAGE_OPTS_INIT;
    mlops_table *t;
    (void)state;
    begin(&w);
    mlops_id id = commit_text(w.a, "data", NULL, "a", "1");
    uri u = uri_of("data", &id);
    mlops_change *c = new_change(w.a);
    for (int i = 0; i < MANY; i++) {
        snprintf(from, sizeof from, "s3://%0*d", LONG, i);
        works(mlops_lineage_link(c, from, u.text, NULL, &e), &e);
        if (i % 100 == 99) commit(c);
    }
    mlops_change_free(c);
    push(&w, w.a, "data");
    assert_true(size_of_head(&w) < 1000);
    pull(&w, w.b, "data", 0);
    make_link(w.b, "s3://one/more", u.text, NULL, 0);
    bring(&w, w.b, w.a);
    mlops_store *stores[2] = {w.a, w.b};
    for (int i = 0; i < 2; i++) {
        works(mlops_lineage_upstream(&t, stores[i], u.text, &all, &e), &e);
        assert_int_equal(mlops_table_n_rows(t), MANY + 1);
        mlops_table_unref(t);
    }
    end(&w);
}

/* Of commits that stay away nothing comes; nor is it kept at a remote that has dropped them. */
static void test_parts(void **state) {
    world w;
    mlops_error e;
    char want[1000];
    (void)state;
    begin(&w);
    mlops_id first = commit_text(w.a, "data", NULL, "a", "1");
    mlops_id second = commit_text(w.a, "data", NULL, "a", "2");
    uri u = uri_of("data", &first), v = uri_of("data", &second);
    make_link(w.a, "s3://lake/1", u.text, NULL, 0);
    make_link(w.a, "s3://lake/2", v.text, NULL, 0);
    push(&w, w.a, "data");
    works(mlops_remote_gc(mlops_share_remote(w.share), NULL, NULL, &e), &e);
    pull(&w, w.b, "data", 1);
    tells(w.b, "s3://lake/1", "");
    snprintf(want, sizeof want, "s3://lake/2 -derived-> %s true\n", v.text);
    tells(w.b, "s3://lake/2", want);
    pull(&w, w.b, "data", 0);
    snprintf(want, sizeof want, "s3://lake/1 -derived-> %s true\n%s -parent-> %s true\n", u.text,
             u.text, v.text);
    tells(w.b, "s3://lake/1", want);
    mlops_push_opts back = MLOPS_PUSH_OPTS_INIT; /* the branch goes back to the first one */
    hex was = hex_of(&second);
    back.expected = was.text;
    mlops_change *c = new_change(w.a);
    works(mlops_dataset_branch(c, "data", "main", hex_of(&first).text, &e), &e);
    commit(c);
    mlops_change_free(c);
    works(mlops_dataset_push(w.a, mlops_share_remote(w.share), "data", &back, NULL, &e), &e);
    works(mlops_remote_gc(mlops_share_remote(w.share), NULL, NULL, &e), &e);
    push(&w, w.a, "data");
    mlops_store *third = open_at(&w, "c.mlops");
    pull(&w, third, "data", 0);
    tells(third, "s3://lake/2", "");
    snprintf(want, sizeof want, "s3://lake/1 -derived-> %s true\n", u.text);
    tells(third, "s3://lake/1", want);
    mlops_store_close(third);
    end(&w);
}

/* What is no list of links is refused whole. */
static void test_damaged(void **state) {
    static const char *const lists[] = {
        "",
        "[]",
        "{\"format\":1,\"links\":[{}]}",
        "{\"format\":1,\"links\":[{\"from\":\"s3:x\",\"to\":\"s3:x\",\"relation\":\"r\"}]}",
        "{\"format\":1,\"links\":[{\"from\":\"s3:x\",\"to\":\"\",\"relation\":\"r\"}]}",
        "{\"format\":1,\"links\":[{\"from\":\"s3:x\",\"to\":\"s3:y\",\"relation\":\"a\\tb\"}]}",
        "{\"format\":1,\"links\":{}}",
    };
    const mlops__host none = {0};
    mlops__host host = none;
    mlops_error e;
    (void)state;
    works(mlops__host_init(&host, NULL, &e), &e);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        mlops__links links;
        works(mlops__links_init(&links, "data", &host, &e), &e);
        refused(mlops__links_parse(&links, text(lists[i]), &e), &e, MLOPS_E_CORRUPT, "");
        mlops__links_free(&links);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there),   cmocka_unit_test(test_last_word),
        cmocka_unit_test(test_keeps),   cmocka_unit_test(test_many),
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_clock_behind),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests_name("transfer_links", tests, NULL, NULL);
}
