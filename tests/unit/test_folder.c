/* Folders as entries: what is added, what has changed, what is refused, and what is remembered. */
#define _GNU_SOURCE
#include "unit/help_folder.h"

#include "unit/draw.h"

static void a_folder_becomes_entries(void **state) {
    site *f = *state;
    write_in(f, "a.txt", "one");
    write_in(f, "sub/b", "");
    write_in(f, "sub/deep/c", "three");
    write_in(f, "sub.d/x", "four"); /* "." stands ahead of "/" */
    shell("mkdir %s/empty && head -c 300000 /dev/urandom > %s/big", f->in, f->in);
    mlops_error e;
    refused(mlops_dataset_status(&(mlops_table *){NULL}, f->s, "d", NULL, NULL, f->in, NULL, &e),
            &e, MLOPS_E_NOT_FOUND, "dataset");
    commit_text(f->s, "d", NULL, "old", "gone");
    status_is(f, NULL, NULL, "a a.txt\na big\nr old\na sub.d/x\na sub/b\na sub/deep/c\n");
    stat_is(add_folder(f, NULL, NULL), 5, 5, 0, 1);
    status_is(f, NULL, NULL, "");
    reads_text(f->s, "d", NULL, "a.txt", "one");
    reads_text(f->s, "d", NULL, "sub/b", "");
    reads_text(f->s, "d", NULL, "sub/deep/c", "three");
    size_t n, m;
    char full[200];
    snprintf(full, sizeof full, "%s/big", f->in);
    uint8_t *want = file_bytes(full, &n), *got = malloc(n);
    works(mlops_dataset_read(f->s, "d", NULL, "big", got, n, &m, &e), &e);
    assert_memory_equal(got, want, n);
    free(got);
    free(want);
    stat_is(add_folder(f, NULL, NULL), 5, 0, 0, 0);
    write_in(f, "a.txt", "two"); /* of the same size */
    write_in(f, "new", "5");
    shell("rm %s/sub/b", f->in);
    status_is(f, NULL, NULL, "c a.txt\na new\nr sub/b\n");
    stat_is(add_folder(f, NULL, NULL), 5, 1, 1, 1);
    status_is(f, NULL, NULL, "");
    reads_text(f->s, "d", NULL, "a.txt", "two");
}

/* Large files are named while they are packed, by threads or not; one that was only touched is the
 * same. */
static void large_files_are_named_late(void **state) {
    site *f = *state;
    mlops_pool *pool;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    mlops_error e;
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    opts.call = &call;
    shell(
        "seq 99999 | sed 's/.*/&,user-&,&.5/' > %s/t.csv && head -c 1500000 /dev/urandom > %s/big",
        f->in, f->in);
    for (int threads = 0; threads < 2; threads++) {
        call.executor = threads ? mlops_pool_executor(pool) : NULL;
        stat_is(add_folder(f, NULL, &opts), 2, threads ? 0 : 2, threads ? 2 : 0, 0);
        reads_file(f, "t.csv");
        reads_file(f, "big");
        shell("touch -d 2001-02-03 %s/t.csv %s/big", f->in, f->in);
        stat_is(add_folder(f, NULL, &opts), 2, 0, 0, 0);
        shell("sed -i 's/user-77777,/user-7,/' %s/t.csv && echo more >> %s/big", f->in, f->in);
    }
    mlops_pool_free(pool);
}

/* How two large files are kept that come with the same new bytes is not a matter of which thread
 * comes first; nor is it of there being any. */
/* What packs hold, in any order: frames, their sizes, and their guards, which are sums of them. */
typedef struct frames {
    int n;
    uint64_t sum, size;
} frames;

static frames frames_of(const site *f, int store) {
    frames out = {0, 0, 0};
    uint8_t head[64];
    char path[200];
    snprintf(path, sizeof path, "%s/p%d", f->p.dir, store);
    shell("tail -c +65 %s/%d/packs/*1 > %s", f->p.dir, store, path);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    while (fread(head, 1, sizeof head, in) == sizeof head) {
        uint32_t payload = mlops__load_u32(head + 12);
        assert_memory_equal(head, "MPF1", 4);
        out.n++;
        out.sum += mlops__load_u64(head + 48);
        out.size += payload;
        assert_int_equal(fseek(in, (long)((payload + 7) / 8 * 8), SEEK_CUR), 0);
    }
    fclose(in);
    return out;
}

static void large_files_come_together(void **state) {
    site *f = *state;
    mlops_pool *pool;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    mlops_store *own = f->s, *stores[3];
    mlops_error e;
    char path[128];
    works(mlops_pool_new(&pool, 3, NULL, &e), &e);
    opts.call = &call;
    shell("cd %s && head -c 9000000 /dev/urandom > a && head -c 2500000 /dev/urandom > b &&"
          "seq 300000 | sed 's/.*/&,user-&,&.5/' > c.csv && for i in 6 7; do seq ${i}00000 |"
          "awk -v OFS=, -v i=$i '{print int($1*7919%%900003/1000),$1*i%%90}' > $i.csv; done",
          f->in);
    for (int k = 0; k < 3; k++) {
        snprintf(path, sizeof path, "%s/%d", f->p.dir, k);
        stores[k] = open_store(path, NULL);
    }
    for (int i = 0; i < 6; i++) {
        call.executor = i % 3 ? mlops_pool_executor(pool) : NULL;
        f->s = stores[i % 3];
        stat_is(add_folder(f, NULL, &opts), 5, i < 3 ? 5 : 0, i < 3 ? 0 : 3, 0);
        for (int k = 0; k < 4; k++) reads_file(f, (const char *[]){"7.csv", "a", "b", "c.csv"}[k]);
        if (i != 2) continue;
        shell("cd %s && head -c 700000 /dev/urandom > ../x && cat b ../x > y && mv y b &&"
              "(head -c 4000000 a; cat ../x; tail -c 5000000 a) > y && mv y a &&"
              "sed -i 's/user-77777,/user-7,/' c.csv",
              f->in);
    }
    for (int k = 0; k < 3; k++) mlops_store_close(stores[k]);
    frames frames[3];
    for (int k = 0; k < 3; k++) frames[k] = frames_of(f, k);
    for (int k = 1; k < 3; k++) {
        assert_int_equal(frames[k].n, frames[0].n);
        assert_true(frames[k].sum == frames[0].sum && frames[k].size == frames[0].size);
    }
    f->s = own;
    mlops_pool_free(pool);
}

static void a_prefix_keeps_others(void **state) {
    site *f = *state;
    mlops_error e;
    commit_text(f->s, "d", NULL, "notes", "mine");
    commit_text(f->s, "d", NULL, "in.d/x", "mine");
    write_in(f, "a", "one");
    write_in(f, "b/c", "two");
    stat_is(add_folder(f, "in", NULL), 2, 2, 0, 0);
    reads_text(f->s, "d", NULL, "in/b/c", "two");
    reads_text(f->s, "d", NULL, "notes", "mine");
    reads_text(f->s, "d", NULL, "in.d/x", "mine");
    status_is(f, "in", NULL, "");
    shell("rm -r %s/b", f->in);
    stat_is(add_folder(f, "in", NULL), 1, 0, 0, 1);
    refused(try_folder(f, "notes", NULL, &e), &e, MLOPS_E_EXISTS, "notes");
    refused(try_folder(f, "notes/x", NULL, &e), &e, MLOPS_E_EXISTS, "notes");
    refused(try_folder(f, "../x", NULL, &e), &e, MLOPS_E_INVALID, "..");
    stat_is(add_folder(f, NULL, NULL), 1, 1, 0, 3); /* the dataset becomes the folder */
}

static void an_empty_folder_removes_nothing(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    stat_is(add_folder(f, NULL, NULL), 0, 0, 0, 0);
    write_in(f, "a", "one");
    write_in(f, "b/c", "two");
    stat_is(add_folder(f, NULL, NULL), 2, 2, 0, 0);
    shell("rm -r %s/*; mkdir -p %s/b", f->in, f->in);
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID,
            "has no file to add, and 2 entries would be removed; remove them by name");
    refused(try_folder(f, "b", NULL, &e), &e, MLOPS_E_INVALID, "1 entry would be removed");
    reads_text(f->s, "d", NULL, "b/c", "two");
    status_is(f, NULL, NULL, "r a\nr b/c\n");
    opts.flags = MLOPS_FOLDER_KEEP_MISSING;
    stat_is(add_folder(f, NULL, &opts), 0, 0, 0, 0);
}

static void a_file_becomes_a_folder(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    write_in(f, "x", "file");
    write_in(f, "y/z", "file");
    add_folder(f, NULL, NULL);
    shell("cd %s && rm -r x y && mkdir x && echo > x/in && echo > y", f->in);
    opts.flags = MLOPS_FOLDER_KEEP_MISSING;
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_EXISTS, "x");
    stat_is(add_folder(f, NULL, NULL), 2, 2, 0, 2);
    status_is(f, NULL, NULL, "");
}

static void options_say_what_counts(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    write_in(f, "a.csv", "1");
    write_in(f, "a.log", "2");
    write_in(f, "tmp/a.csv", "3");
    write_in(f, "sub/b.csv", "4");
    opts.include = "*.csv";
    opts.exclude = "tmp,\"x,y\"";
    stat_is(add_folder(f, NULL, &opts), 2, 2, 0, 0);
    status_is(f, NULL, &opts, "");
    status_is(f, NULL, NULL, "a a.log\na tmp/a.csv\n");
    stat_is(add_folder(f, NULL, NULL), 4, 2, 0, 0);
    stat_is(add_folder(f, NULL, &opts), 2, 0, 0, 0); /* what does not count stays */
    shell("rm %s/a.csv %s/a.log", f->in, f->in);
    opts.flags = MLOPS_FOLDER_KEEP_MISSING;
    stat_is(add_folder(f, NULL, &opts), 1, 0, 0, 0);
    opts.flags = 0;
    stat_is(add_folder(f, NULL, &opts), 1, 0, 0, 1);
    stat_is(add_folder(f, NULL, NULL), 2, 0, 0, 1);
    opts.include = "[";
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_INVALID, "[");
    opts.include = NULL;
    opts.flags = 64;
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_INVALID, "flags");
    opts.flags = MLOPS_FOLDER_FOLLOW_LINKS | MLOPS_FOLDER_SKIP_LINKS;
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_INVALID, "links");
}

static void links_are_refused_followed_or_left_out(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    write_in(f, "a", "one");
    write_in(f, "sub/b", "two");
    shell("cd %s && ln -s a link && ln -s sub folder", f->in);
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, "symbolic link");
    opts.flags = MLOPS_FOLDER_SKIP_LINKS;
    stat_is(add_folder(f, NULL, &opts), 2, 2, 0, 0);
    opts.flags = MLOPS_FOLDER_FOLLOW_LINKS;
    stat_is(add_folder(f, NULL, &opts), 4, 2, 0, 0);
    reads_text(f->s, "d", NULL, "folder/b", "two");
    shell("cd %s && echo -n six > a", f->in);
    status_is(f, NULL, &opts, "c a\nc link\n");
    shell("cd %s/sub && ln -s .. up", f->in);
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_INVALID, "lies in");
    shell("cd %s/sub && rm up && ln -s nowhere gone", f->in);
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_INVALID, "nowhere");
    shell("cd %s/sub && rm gone && ln -s self self", f->in);
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_INVALID, "self");
    opts.exclude = "self";
    assert_int_equal(try_folder(f, NULL, &opts, &e), 0);
    shell("ln -s %s %s.link", f->in, f->in); /* the folder itself may be one */
    strcat(f->in, ".link");
    assert_int_equal(try_folder(f, NULL, &opts, &e), 0);
}

static void what_no_entry_can_be_is_refused_by_name(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    write_in(f, "a", "one");
    shell("mkfifo %s/pipe", f->in);
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, "pipe");
    opts.exclude = "pipe";
    assert_int_equal(try_folder(f, NULL, &opts, &e), 0);
    shell("rm %s/pipe && touch \"$(printf '%s/\\377x')\"", f->in, f->in);
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, "UTF-8");
    shell("rm %s/*x && touch '%s/back\\slash'", f->in, f->in);
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, "backslash");
    shell(
        "rm %s/back* && n=$(printf '%%0200d' 0) && cd %s && for i in 1 2 3 4 5; do mkdir $n && cd "
        "$n; done && touch $n",
        f->in, f->in);
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, "1,024");
    shell("rm -r %s/0*", f->in);
    strcat(f->in, "/a");
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, "no folder");
    strcat(f->in, "none");
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_NOT_FOUND, "anone");
    f->in[0] = 0;
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, "empty");
}

static void the_store_itself_is_left_out(void **state) {
    site *f = *state;
    snprintf(f->in, sizeof f->in, "%s", f->p.dir);
    write_in(f, "a", "one");
    write_in(f, ".mlops-0011223344556677.tmp", "a draft of a file");
    stat_is(add_folder(f, NULL, NULL), 1, 1, 0, 0);
    stat_is(add_folder(f, NULL, NULL), 1, 0, 0, 0);
}

/* ---- what is remembered ---- */

static void nothing_is_read_twice(void **state) {
    site *f = *state;
    write_in(f, "a", "one");
    write_in(f, "b", "two");
    shell("sleep 0.1");
    assert_int_equal(add_folder(f, NULL, NULL).n_read, 2);
    assert_int_equal(add_folder(f, NULL, NULL).n_read, 0);
    assert_int_equal(add_folder(f, "p", NULL).n_read, 0); /* nor for another place */
    write_in(f, "c", "three");
    assert_int_equal(add_folder(f, "p", NULL).n_read, 1);
    shell("rm -r %s/folders", f->p.path);
    shell("sleep 0.1");
    assert_int_equal(add_folder(f, "p", NULL).n_read, 3);
    assert_int_equal(add_folder(f, "p", NULL).n_read, 0);
    shell("for i in %s/folders/*; do head -c 100 $i > $i.x && mv $i.x $i; done", f->p.path);
    mlops_folder_stat s = add_folder(f, "p", NULL);
    assert_int_equal(s.n_read, 3);
    stat_is(s, 3, 0, 0, 0);
}

/* Each folder has a memory of its own, up to a number of them. */
static void folders_are_remembered_apart(void **state) {
    enum { N = 70 };
    site *f = *state;
    char one[sizeof f->in], list[300];
    size_t n;
    snprintf(one, sizeof one, "%s", f->in);
    shell("for i in $(seq %d); do mkdir %s/$i && echo $i > %s/$i/a; done; sleep 0.1", N, one, one);
    for (int i = 1; i <= N; i++) {
        snprintf(f->in, sizeof f->in, "%.*s/%d", (int)sizeof one - 4, one, i);
        assert_int_equal(add_folder(f, NULL, NULL).n_read, 1);
    }
    for (int i = N - 20; i <= N; i++) { /* what others did does not make it forget */
        snprintf(f->in, sizeof f->in, "%.*s/%d", (int)sizeof one - 4, one, i);
        assert_int_equal(add_folder(f, NULL, NULL).n_read, 0);
    }
    shell("ls %s/folders | wc -l > %s/count", f->p.path, f->p.dir);
    snprintf(list, sizeof list, "%s/count", f->p.dir);
    uint8_t *count = file_bytes(list, &n);
    assert_int_equal(strtol((const char *)count, NULL, 10), 64);
    free(count);
}

/* A file that is written as often as a file system tells times apart, and more often. */
static void no_change_is_missed(void **state) {
    site *f = *state;
    char full[200], text[8];
    snprintf(full, sizeof full, "%s/a", f->in);
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "%04d", i);
        set_file(full, text, 4);
        add_folder(f, NULL, NULL);
        reads_text(f->s, "d", NULL, "a", text);
    }
}

static void damaged_memory_is_none(void **state) {
    site *f = *state;
    char name[300], list[300];
    size_t n;
    write_in(f, "a", "one");
    write_in(f, "b/c", "two");
    shell("sleep 0.1");
    add_folder(f, NULL, NULL);
    snprintf(list, sizeof list, "ls %s/folders/* > %s/names", f->p.path, f->p.dir);
    shell("%s", list);
    snprintf(list, sizeof list, "%s/names", f->p.dir);
    uint8_t *line = file_bytes(list, &n);
    snprintf(name, sizeof name, "%.*s", (int)n - 1, (const char *)line);
    free(line);
    uint8_t *whole = file_bytes(name, &n);
    for (size_t i = 0; i < n; i++) {
        whole[i] ^= 0x10;
        set_file(name, whole, n);
        whole[i] ^= 0x10;
        if (i % 16 == 0) stat_is(add_folder(f, NULL, NULL), 2, 0, 0, 0);
        else status_is(f, NULL, NULL, "");
    }
    free(whole);
}

static void tables_stay_what_they_are(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    mlops_table *t = parse_csv("n,s\n1,a\n2,\"b,c\"\n");
    works(mlops_draft_add_table(d, "t.csv", t, NULL, &e), &e);
    mlops_table_unref(t);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    write_in(f, "t.csv", "n,s\n1,a\n2,\"b,c\"\n");
    for (int i = 0; i < 3; i++) {
        shell("sleep 0.05");
        status_is(f, NULL, NULL, "");
        stat_is(add_folder(f, NULL, NULL), 1, 0, 0, 0);
    }
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT; /* of the table alone is its file known */
    opts.branch = "apart";
    opts.base = "";
    c = new_change(f->s);
    works(mlops_draft_new(&d, c, "d", &opts, &e), &e);
    works(mlops_draft_add_folder(d, NULL, f->in, NULL, NULL, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    reads_text(f->s, "d", "apart", "t.csv", "n,s\n1,a\n2,\"b,c\"\n");
}

/* What a checkout writes is known, and is not read again. */
static void a_checkout_is_known(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    write_in(f, "a", "one");
    write_in(f, "sub/b.csv", "two");
    write_in(f, "sub/c", "");
    shell("head -c 100000 /dev/urandom > %s/big", f->in);
    add_folder(f, NULL, NULL);
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    mlops_table *t = parse_csv("n,s\n1,a\n");
    works(mlops_draft_add_table(d, "table.csv", t, NULL, &e), &e);
    mlops_table_unref(t);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    strcat(f->in, ".out/deep");
    works(mlops_dataset_checkout(f->s, "d", NULL, f->in, NULL, &e), &e);
    mlops_folder_stat s = add_folder(f, NULL, NULL);
    stat_is(s, 5, 0, 0, 0);
    assert_int_equal(s.n_read, 0);
    shell("cmp %s/../../in/big %s/big", f->in, f->in);
    write_in(f, "a", "six");
    status_is(f, NULL, NULL, "c a\n");
    refused(mlops_dataset_checkout(f->s, "d", NULL, f->in, NULL, &e), &e, MLOPS_E_EXISTS, "/a'");
    opts.exclude = "a";
    shell("rm -r %s/sub && touch %s/.mlops-0123456789abcdef.tmp", f->in, f->in);
    works(mlops_dataset_checkout(f->s, "d", NULL, f->in, &opts, &e), &e);
    status_is(f, NULL, NULL, "c a\n");
    opts.exclude = NULL;
    opts.include = "a";
    opts.flags = MLOPS_CHECKOUT_FORCE;
    works(mlops_dataset_checkout(f->s, "d", NULL, f->in, &opts, &e), &e);
    status_is(f, NULL, NULL, "");
    shell("test $(find %s -type f | wc -l) = 5", f->in); /* nor is what others left */
    opts.include = "[";
    refused(mlops_dataset_checkout(f->s, "d", NULL, f->in, &opts, &e), &e, MLOPS_E_INVALID, "[");
}

/* Many files on several threads, and a call that is stopped and gone on with. */
static int32_t stop_later(void *user, int64_t done, int64_t total) {
    (void)total;
    *(int64_t *)user = done;
    return done > 0;
}

static void a_checkout_is_gone_on_with(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_pool *pool;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    int64_t done = 0;
    shell("cd %s && for i in $(seq 1100); do mkdir -p d$((i %% 7)) && echo $i > d$((i %% 7))/$i; "
          "done",
          f->in);
    stat_is(add_folder(f, NULL, NULL), 1100, 1100, 0, 0);
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    call.executor = mlops_pool_executor(pool);
    call.progress = stop_later;
    call.progress_user = &done;
    opts.call = &call;
    strcat(f->in, ".out");
    refused(mlops_dataset_checkout(f->s, "d", NULL, f->in, &opts, &e), &e, MLOPS_E_CANCELLED, "");
    assert_in_range(done, 1, 1099);
    shell("test $(find %s -type f | wc -l) = %d", f->in, (int)done);
    call.progress = NULL;
    works(mlops_dataset_checkout(f->s, "d", NULL, f->in, &opts, &e), &e);
    shell("diff -r %s %.*s", f->in, (int)strlen(f->in) - 4, f->in);
    status_is(f, NULL, NULL, "");
    mlops_pool_free(pool);
}

/* Files are written by ranges of 64, and 4 ranges of each thread between two looks at the call; a
 * large one by parts behind them: none is left out, whether a round is full or not. */
static void a_checkout_leaves_nothing_out(void **state) {
    site *f = *state;
    static const struct {
        const char *include;
        int n;
    } SETS[] = {{"big,a", 200},       {"big,a,b", 256},       {"big,a,b,c", 257},
                {"big,a,b,c,d", 500}, {"big,a,b,c,d,e", 512}, {"", 513}};
    mlops_error e;
    mlops_pool *pool;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    shell("cd %s && head -c 4400000 /dev/urandom > big && i=0 && "
          "for to in a:200 b:256 c:257 d:500 e:512 f:513; do mkdir ${to%%:*}; "
          "while [ $i -lt ${to#*:} ]; do echo $i > ${to%%:*}/$i; i=$((i + 1)); done; done",
          f->in);
    stat_is(add_folder(f, NULL, NULL), 514, 514, 0, 0);
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    opts.call = &call;
    for (size_t i = 0; i < 12; i++) {
        char out[150];
        snprintf(out, sizeof out, "%s.out%zu", f->in, i);
        call.executor = i % 2 ? mlops_pool_executor(pool) : NULL;
        opts.include = *SETS[i / 2].include ? SETS[i / 2].include : NULL;
        works(mlops_dataset_checkout(f->s, "d", NULL, out, &opts, &e), &e);
        shell("test $(find %s -type f | wc -l) = %d && cmp %s/big %s/big", out, SETS[i / 2].n + 1,
              out, f->in);
    }
    mlops_pool_free(pool);
}

/* ---- how long calls go ---- */

static int32_t stop(void *user, int64_t done, int64_t total) {
    int *n = user;
    assert_true(done <= total);
    return (*n)-- == 0;
}

static void calls_are_stopped(void **state) {
    site *f = *state;
    mlops_error e;
    int n = 0;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    write_in(f, "a", "one");
    opts.call = &call;
    call.progress = stop;
    call.progress_user = &n;
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_CANCELLED, "stop");
    call.progress = NULL;
    call.deadline_ns = 1;
    refused(try_folder(f, NULL, &opts, &e), &e, MLOPS_E_DEADLINE, "deadline");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin_site, end_site)
    const struct CMUnitTest tests[] = {
        CASE(a_folder_becomes_entries),
        CASE(large_files_are_named_late),
        CASE(large_files_come_together),
        CASE(a_prefix_keeps_others),
        CASE(an_empty_folder_removes_nothing),
        CASE(a_file_becomes_a_folder),
        CASE(options_say_what_counts),
        CASE(links_are_refused_followed_or_left_out),
        CASE(what_no_entry_can_be_is_refused_by_name),
        CASE(the_store_itself_is_left_out),
        CASE(nothing_is_read_twice),
        CASE(folders_are_remembered_apart),
        CASE(no_change_is_missed),
        CASE(damaged_memory_is_none),
        CASE(tables_stay_what_they_are),
        CASE(a_checkout_is_known),
        CASE(a_checkout_is_gone_on_with),
        CASE(a_checkout_leaves_nothing_out),
        CASE(calls_are_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
