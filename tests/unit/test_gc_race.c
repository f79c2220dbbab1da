/* A collection, step by step, between commits, drafts that wait, readers of old moments, and a
 * store that is opened again: what a record names must be readable at any time, and what a change
 * was told of must be there when it commits. A scheduler draws the order from a seed; a model knows
 * what is named. usage: test_gc_race [SEEDS [FIRST [STEPS]]] */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "base/sha256.h"
#include "store/content.h"
#include "store/record.h"
#include "unit/draw.h"
#include "unit/skipped.h"

enum { CONTENTS = 24, RECORDS = 12, CHANGES = 3, READERS = 3, COMMITS = 40, NONE = -1 };
enum { IN_FILES = 200, FAMILY = 14 /* contents that are like each other */ };

typedef struct pending {
    mlops_change *change;
    int content[4]; /* that it was told of */
    int record[4];  /* that will name it; NONE: is to be deleted if content is NONE too */
    int n;
    int commit; /* of a dataset; NONE: none */
    int tree[4];
    int n_tree;
} pending;

typedef struct moment {
    int open;
    mlops__index index;
    int records[RECORDS]; /* content that each named then */
} moment;

typedef struct commit_of {
    mlops_id id, tree;
    int parent, tree_of[4], n_tree;
} commit_of;

typedef struct world {
    mlops_store *store;
    const char *path;
    mlops_store_opts opts;
    uint8_t *bytes[CONTENTS];
    size_t n[CONTENTS];
    mlops_id id[CONTENTS];
    int records[RECORDS]; /* content that it names, NONE if it is not there */
    pending changes[CHANGES];
    moment readers[READERS];
    commit_of commits[COMMITS];
    int n_commits;
    int head; /* of the branch */
    double min_live, remake_max;
    int64_t n_remade;
} world;

static void digits_of(char out[65], const mlops_id *id) { mlops__id_format(out, id); }

/* Families of contents that are like each other, so that some are kept as changes. */
static void make_contents(world *w) {
    for (int i = 0; i < CONTENTS; i++) {
        size_t n = i < FAMILY ? 70000 : 2100 + draw() % 9000;
        w->n[i] = n;
        w->bytes[i] = make_blob(n, i < FAMILY ? 7 : draw(), i % 4 ? 0 : 500);
        if (i < FAMILY)
            for (int k = 0; k < 12; k++) w->bytes[i][draw() % n] = (uint8_t)draw();
        mlops__sha256 sha;
        mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
        mlops__sha256_add(&sha, w->bytes[i], n);
        mlops__sha256_end(&sha, w->id[i].bytes);
    }
}

static mlops__bytes record_key(char out[16], int i) {
    snprintf(out, 16, "r%d", i);
    return text(out);
}

static void told(pending *p, mlops_status status, const mlops_error *e) {
    (void)p;
    works(status, e);
}

static void add_content(world *w, pending *p) {
    mlops_error e;
    int i = (int)(draw() % CONTENTS), like = (int)(draw() % FAMILY);
    char key[16], value[65];
    if (p->n == 4) return;
    const mlops_id *base = i < FAMILY && draw() % 8 ? &w->id[like] : NULL;
    told(p, mlops__change_content(p->change, &w->id[i], w->bytes[i], w->n[i], base, &e), &e);
    int record = draw() % 5 ? (int)(draw() % RECORDS) : NONE; /* or nothing names it */
    if (record != NONE) {
        digits_of(value, &w->id[i]);
        told(p,
             mlops__change_put(p->change, MLOPS__TABLE_TEST, record_key(key, record), text(value),
                               &e),
             &e);
    }
    p->content[p->n] = i;
    p->record[p->n++] = record;
}

static void add_deletion(pending *p) {
    mlops_error e;
    char key[16];
    if (p->n == 4) return;
    int record = (int)(draw() % RECORDS);
    told(p, mlops__change_del(p->change, MLOPS__TABLE_TEST, record_key(key, record), &e), &e);
    p->content[p->n] = NONE;
    p->record[p->n++] = record;
}

/* A commit of a dataset whose tree names some contents, on top of the branch's or of none. */
static void add_commit(world *w, pending *p) {
    mlops_error e;
    mlops_id ref;
    char digits[65], json[1000], tree[8000], key[100];
    size_t n = 0;
    if (p->commit != NONE || w->n_commits == COMMITS) return;
    commit_of *c = &w->commits[w->n_commits];
    c->n_tree = 1 + (int)(draw() % 4);
    c->parent = draw() % 4 ? w->head : NONE;
    n += (size_t)sprintf(tree, "[");
    for (int i = 0; i < c->n_tree; i++) {
        c->tree_of[i] = (int)(draw() % CONTENTS);
        int of = c->tree_of[i];
        told(p, mlops__change_content(p->change, &w->id[of], w->bytes[of], w->n[of], NULL, &e), &e);
        digits_of(digits, &w->id[of]);
        n += (size_t)sprintf(tree + n, "%s{\"path\":\"p%d\",\"id\":\"%s\"}", i ? "," : "", i,
                             digits);
    }
    if (draw() % 2) n += (size_t)sprintf(tree + n, "%*s", 2500, ""); /* not inline */
    n += (size_t)sprintf(tree + n, "]");
    told(p, mlops_change_content(p->change, &c->tree, tree, n, &e), &e);
    digits_of(digits, &c->tree);
    int m = sprintf(json, "{\"format\":1,\"dataset\":\"d\",\"time_ns\":%d,\"tree\":\"%s\"",
                    w->n_commits, digits);
    if (c->parent != NONE) {
        digits_of(digits, &w->commits[c->parent].id);
        m += sprintf(json + m, ",\"parents\":[\"%s\"]", digits);
    }
    m += sprintf(json + m, "}");
    mlops__sha256 sha;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, json, (size_t)m);
    mlops__sha256_end(&sha, c->id.bytes);
    digits_of(digits, &c->id);
    sprintf(key, "d\t%s", digits);
    told(p, mlops__change_put(p->change, MLOPS__TABLE_COMMITS, text(key), text(json), &e), &e);
    sprintf(json, "{\"commit\":\"%s\"}", digits);
    told(p,
         mlops__change_put(p->change, MLOPS__TABLE_REFS, text("d\tbranch\tmain"), text(json), &e),
         &e);
    ref = c->id;
    (void)ref;
    p->commit = w->n_commits++;
}

static void end_change(world *w, pending *p, int commits) {
    mlops_error e;
    if (!p->change) return;
    /* As the nouns do: a branch that has moved since is a conflict. */
    if (commits && p->commit != NONE && w->commits[p->commit].parent != w->head &&
        w->commits[p->commit].parent != NONE)
        commits = 0;
    if (commits) {
        told(p, mlops_change_commit(p->change, NULL, &e), &e);
        for (int i = 0; i < p->n; i++)
            if (p->record[i] != NONE) w->records[p->record[i]] = p->content[i];
        if (p->commit != NONE) w->head = p->commit;
    }
    mlops_change_free(p->change);
    p->change = NULL;
}

static void work_on_change(world *w) {
    pending *p = &w->changes[draw() % CHANGES];
    if (!p->change) {
        p->change = new_change(w->store);
        p->n = 0;
        p->commit = NONE;
    }
    switch (draw() % 6) {
    case 0:
    case 1: add_content(w, p); break;
    case 2: add_deletion(p); break;
    case 3: add_commit(w, p); break;
    case 4: end_change(w, p, 1); break;
    default: end_change(w, p, draw() % 3 != 0);
    }
}

static void can_read(world *w, int i) {
    mlops_status status = reads(w->store, &w->id[i], w->bytes[i], w->n[i]);
    if (status) fail_msg("content %d, which is named: %s", i, mlops_status_name(status));
}

static void all_can_be_read(world *w) {
    for (int i = 0; i < RECORDS; i++)
        if (w->records[i] != NONE) can_read(w, w->records[i]);
    for (int c = w->head; c != NONE; c = w->commits[c].parent) {
        size_t n = 0;
        mlops_status status = mlops_store_content(w->store, &w->commits[c].tree, NULL, 0, &n, NULL);
        if (status) fail_msg("a tree that is reached: %s", mlops_status_name(status));
        for (int i = 0; i < w->commits[c].n_tree; i++) can_read(w, w->commits[c].tree_of[i]);
    }
}

/* What was named at an old moment is read by the rows of that moment. */
static void use_reader(world *w) {
    mlops_error e;
    moment *m = &w->readers[draw() % READERS];
    if (!m->open) {
        works(mlops__store_read_begin(w->store, &m->index, &e), &e);
        memcpy(m->records, w->records, sizeof m->records);
        m->open = 1;
        return;
    }
    for (int i = 0; i < RECORDS; i++) {
        static uint8_t got[80000];
        int of = m->records[i];
        mlops__content_reader r;
        if (of == NONE) continue;
        mlops__reader_init(&r, w->store, &m->index);
        mlops_status status = mlops__reader_open(&r, w->id[of].bytes, &e);
        if (!status) status = mlops__reader_read(&r, 0, got, w->n[of], &e);
        mlops__reader_free(&r);
        works(status, &e);
        assert_memory_equal(got, w->bytes[of], w->n[of]);
    }
    if (draw() % 2) return;
    mlops__store_read_end(&m->index);
    m->open = 0;
}

static void end_readers(world *w) {
    for (int i = 0; i < READERS; i++) {
        if (w->readers[i].open) mlops__store_read_end(&w->readers[i].index);
        w->readers[i].open = 0;
    }
}

static mlops_status collect(world *w, int64_t budget_ns, uint32_t flags, mlops_gc_stat *out) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    opts.budget_ns = budget_ns;
    opts.keep_ns = 1;
    opts.flags = flags;
    opts.min_live = w->min_live;
    opts.remake_max = w->remake_max;
    mlops_call call = MLOPS_CALL_INIT;
    call.memory_max = 64 << 10;
    mlops_status status = mlops_store_gc(w->store, &opts, &call, out, &e);
    if (status < 0) works(status, &e);
    if (status == MLOPS_END && !(flags & MLOPS_GC_DRY_RUN)) w->n_remade += out->n_remade;
    return status;
}

static void open_again(world *w) {
    for (int i = 0; i < CHANGES; i++) end_change(w, &w->changes[i], 0);
    end_readers(w);
    mlops_store_close(w->store);
    w->store = open_store(w->path, &w->opts);
    all_can_be_read(w);
}

static void has_no_fault(const world *w) {
    mlops_check *check;
    mlops_error e;
    works(mlops_check_store(&check, w->path, &w->opts, &e), &e);
    if (mlops_check_n_faults(check)) fail_msg("%s", mlops_check_fault(check, 0));
    mlops_check_unref(check);
}

/* Nothing waits and nothing reads: all garbage goes, and all that is named stays. */
static void comes_to_its_end(world *w) {
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    for (int i = 0; i < CHANGES; i++) end_change(w, &w->changes[i], 0);
    end_readers(w);
    while (collect(w, 0, 0, &stat) != MLOPS_END) {
    }
    while (collect(w, 0, 0, &stat) != MLOPS_END) {
    }
    assert_int_equal(stat.n_waiting, 0);
    all_can_be_read(w);
    while (collect(w, 0, MLOPS_GC_DRY_RUN, &stat) != MLOPS_END) {
    }
    assert_int_equal(stat.n_dead_objects, 0);
    assert_int_equal(stat.n_emptied, 0);
    has_no_fault(w);
    open_again(w);
    has_no_fault(w);
}

static int64_t n_remade;

static void run_seed(uint64_t number, const char *path, const mlops_store_opts *opts, int steps) {
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    seed = number;
    w->path = path;
    w->opts = *opts;
    w->opts.sync = number % 2 ? MLOPS_SYNC_RELAXED : MLOPS_SYNC_FULL;
    w->head = NONE;
    w->min_live = number % 3 ? 1.0 : 0.6;
    w->remake_max = number % 5 ? 1.0 : 0.75;
    for (int i = 0; i < RECORDS; i++) w->records[i] = NONE;
    make_contents(w);
    w->store = open_store(path, &w->opts);
    for (int i = 0; i < steps; i++) {
        uint64_t what = draw() % 100;
        if (what < 45) collect(w, draw() % 4 ? 1 : 30000, 0, &stat);
        else if (what < 80) work_on_change(w);
        else if (what < 90) use_reader(w);
        else if (what < 97) all_can_be_read(w);
        else if (what < 99) works(mlops_store_flush(w->store, NULL), NULL);
        else open_again(w);
    }
    comes_to_its_end(w);
    mlops_store_close(w->store);
    n_remade += w->n_remade;
    for (int i = 0; i < CONTENTS; i++) free(w->bytes[i]);
    free(w);
}

static uint64_t n_seeds, first_seed;
static int n_steps;

static void in_memory(void **state) {
    (void)state;
    for (uint64_t i = 0; i < n_seeds; i++) {
        mlops__io_memory *io;
        mlops_host host = MLOPS_HOST_INIT;
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        assert_int_equal(mlops__io_memory_new(&io, &mlops__heap), MLOPS_OK);
        host.io = mlops__io_memory_table(io);
        opts.host = &host;
        opts.index = MLOPS_STORE_INDEX_MEMORY;
        opts.journal_bytes = 4096;
        if (i % 100 == 0)
            print_message("# seeds from %llu on\n", (unsigned long long)(first_seed + i));
        run_seed(first_seed + i, "s", &opts, n_steps);
        assert_int_equal(mlops__io_memory_n_open(io), 0);
        mlops__io_memory_free(io);
    }
    print_message("# %lld pieces of content were written anew\n", (long long)n_remade);
    assert_true(n_seeds < 20 || n_remade > (int64_t)n_seeds * n_steps / 2400);
}

static void in_files(void **state) {
    const place *p = *state;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    uint64_t n = n_seeds / 20 + 1; /* each one waits for the disk */
    for (uint64_t i = 0; i < n && i < IN_FILES; i++) {
        run_seed(first_seed + i, p->path, &opts, n_steps * 2 / 3);
        shell("rm -r '%s'", p->path);
    }
}

static int set_up(void **state) {
    static place p;
    make_place(&p);
    *state = &p;
    return 0;
}

static int tear_down(void **state) {
    remove_place(*state);
    return 0;
}

int main(int argc, char **argv) {
    n_seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : under_valgrind() ? 2 : 120;
    first_seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    n_steps = argc > 3 ? atoi(argv[3]) : under_valgrind() ? 100 : 600;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory),
        cmocka_unit_test_setup_teardown(in_files, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
