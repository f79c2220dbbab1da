/* Streams as entries: what a reader or a descriptor gives is what a file of the same bytes would
 * be, whatever the pieces, in memory that does not grow with it; a stream that breaks off changes
 * nothing. */
#define _GNU_SOURCE
#include "unit/help_fixture.h"
#include "unit/help_version.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- memory that is counted ---- */

static _Atomic(size_t) held, peak;

static void note(size_t was, size_t is) {
    size_t now = atomic_fetch_add(&held, is - was) + is - was;
    size_t most = atomic_load(&peak);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) {
    }
}

static void *count_alloc(void *ctx, size_t size, size_t align) {
    void *p = NULL;
    (void)ctx;
    if (posix_memalign(&p, align < sizeof(void *) ? sizeof(void *) : align, size ? size : 1))
        return NULL;
    note(0, size);
    return p;
}

static void count_free(void *ctx, void *p, size_t size, size_t align) {
    (void)ctx;
    (void)align;
    note(size, 0);
    free(p);
}

static void *count_realloc(void *ctx, void *p, size_t old, size_t size, size_t align) {
    void *out = count_alloc(ctx, size, align);
    if (!out) return NULL;
    if (p) {
        memcpy(out, p, old < size ? old : size);
        count_free(ctx, p, old, align);
    }
    return out;
}

/* ---- readers ---- */

typedef struct source {
    const uint8_t *bytes;
    size_t n, at;
    size_t piece;   /* the most at once; 0: as many as there is room for */
    int64_t broken; /* what it says in the place of the end */
    int interrupts; /* every other time */
} source;

static int64_t read_source(void *user, void *bytes, int64_t cap) {
    source *s = user;
    size_t n = s->n - s->at;
    if (s->interrupts && s->interrupts++ % 2) return -EINTR;
    if (n == 0) return s->broken;
    if (s->piece && n > s->piece) n = s->piece;
    if (n > (size_t)cap) n = (size_t)cap;
    memcpy(bytes, s->bytes + s->at, n);
    s->at += n;
    return (int64_t)n;
}

static mlops_stream_opts reading(source *s) {
    mlops_stream_opts opts = MLOPS_STREAM_OPTS_INIT;
    opts.read = read_source;
    opts.read_user = s;
    return opts;
}

static mlops_id commit_stream(mlops_store *s, const char *path, const mlops_stream_opts *opts) {
    mlops_error e;
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "d", NULL);
    works(mlops_draft_add_stream(d, path, opts, &e), &e);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

/* What is there is these bytes, under the id that they have by themselves. */
static void has_bytes(mlops_store *s, const char *path, const uint8_t *bytes, size_t n) {
    size_t got_n = 0;
    mlops_error e;
    uint8_t *got = malloc(n + 1);
    assert_non_null(got);
    works(mlops_dataset_read(s, "d", NULL, path, got, n, &got_n, &e), &e);
    assert_int_equal(got_n, n);
    assert_memory_equal(got, bytes, n);
    free(got);
    mlops_id id = mlops__content_id(s, bytes, n);
    char *entries;
    mlops_table *t;
    works(mlops_dataset_entries(&t, s, "d", NULL, &e), &e);
    entries = show(t);
    if (!strstr(entries, hex_of(&id).text)) fail_msg("%s has another id: %s", path, entries);
    free(entries);
}

static void only_files_of_stores(const place *p) {
    static const char *const known[] = {".",     "..",     "format", "lock",
                                        "packs", "online", "index",  "journal"};
    DIR *dir = opendir(p->path);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));) {
        int is_known = 0;
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            is_known |= !strcmp(known[i], e->d_name);
        if (!is_known && strncmp(e->d_name, "index", 5)) fail_msg("%s was left", e->d_name);
    }
    closedir(dir);
}

/* ---- tests ---- */

static void any_pieces_are_the_file(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 2048, 2049, 70000, 300000, (4 << 20) + 1, 9 << 20};
    static const size_t pieces[] = {0, 1, 1000, 262144};
    fixture f;
    begin(&f);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t *bytes = make_blob(sizes[i] + 1, (uint32_t)i, 0);
        for (size_t k = 0; k < 4; k++) {
            if (pieces[k] == 1 && sizes[i] > 70000) continue;
            source s = {bytes, sizes[i], 0, pieces[k], 0, k % 2 ? 1 : 0};
            mlops_stream_opts opts = reading(&s);
            char path[40];
            snprintf(path, sizeof path, "f%zu", i);
            commit_stream(f.s, path, &opts);
            has_bytes(f.s, path, bytes, sizes[i]);
        }
        free(bytes);
    }
    only_files_of_stores(&f.p);
    end(&f);
}

/* Versions of 8 MiB of delimited text, and of lines that are none: each costs what has changed. */
static void versions_are_kept_as_changes(void **state) {
    (void)state;
    for (int rows = 0; rows < 2; rows++) {
        fixture f;
        begin(&f);
        seed = 7;
        between = rows ? ',' : '/';
        version one = make_lines(8 * MIB), two = edit_lines(&one, 200);
        source s = {one.bytes, one.n, 0, 0, 0, 0};
        mlops_stream_opts opts = reading(&s);
        commit_stream(f.s, "t", &opts);
        int64_t before = stats_of(f.s).pack_bytes;
        s = (source){two.bytes, two.n, 0, 0, 0, 0};
        commit_stream(f.s, "t", &opts);
        int64_t added = stats_of(f.s).pack_bytes - before;
        has_bytes(f.s, "t", two.bytes, two.n);
        assert_true(added < 100000);
        free(one.bytes);
        free(two.bytes);
        end(&f);
    }
    between = '/';
}

static void commit_file(mlops_store *s, const char *path, const char *file) {
    mlops_error e;
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "d", NULL);
    works(mlops_draft_add_file(d, path, file, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

/* With small files beside it, by threads or not. */
static void checks_out(mlops_store *s, const place *p, const uint8_t *bytes, size_t n,
                       int threads) {
    mlops_pool *pool;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    mlops_error e;
    size_t n_got;
    char path[120];
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    call.executor = threads ? mlops_pool_executor(pool) : NULL;
    opts.call = &call;
    snprintf(path, sizeof path, "%s/out%d", p->dir, threads);
    works(mlops_dataset_checkout(s, "d", NULL, path, &opts, &e), &e);
    mlops_pool_free(pool);
    strcat(path, "/t");
    uint8_t *got = file_bytes(path, &n_got);
    assert_int_equal(n_got, n);
    assert_memory_equal(got, bytes, n);
    free(got);
}

/* Of a stream, and of a file; and of what is written to a folder. */
static void memory_does_not_grow(void **state) {
    (void)state;
    mlops_allocator counting = {sizeof counting, 0, NULL, count_alloc, count_realloc, count_free};
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    size_t peaks[4];
    host.allocator = &counting;
    opts.host = &host;
    opts.sync = MLOPS_SYNC_RELAXED;
    seed = 3;
    between = ',';
    version v = make_lines(48 * MIB);
    for (int i = 0; i < 4; i++) {
        place p;
        char file[100];
        size_t n = i % 2 ? v.n : v.n / 4;
        make_place(&p);
        snprintf(file, sizeof file, "%s/file", p.dir);
        set_file(file, v.bytes, n);
        held = peak = 0;
        mlops_store *s = open_store(p.path, &opts);
        source from = {v.bytes, n, 0, 0, 0, 0}, small = {v.bytes, 1000, 0, 0, 0, 0};
        mlops_stream_opts stream = reading(&from);
        if (i < 2) commit_stream(s, "t", &stream);
        else commit_file(s, "t", file);
        has_bytes(s, "t", v.bytes, n);
        stream = reading(&small);
        commit_stream(s, "a", &stream);
        for (int threads = 0; threads < 2; threads++) checks_out(s, &p, v.bytes, n, threads);
        mlops_store_close(s);
        assert_int_equal(held, 0);
        peaks[i] = peak;
        remove_place(&p);
    }
    between = '/';
    for (int i = 0; i < 4; i += 2)
        if (peaks[i + 1] > 24 * MIB || peaks[i + 1] > peaks[i] + MIB)
            fail_msg("%zu bytes of memory for %zu, %zu for a quarter", peaks[i + 1], v.n, peaks[i]);
    free(v.bytes);
}

typedef struct writing {
    int fd;
    const uint8_t *bytes;
    size_t n;
} writing;

static void *write_pipe(void *user) {
    writing *w = user;
    for (size_t at = 0; at < w->n;) {
        ssize_t put = write(w->fd, w->bytes + at, w->n - at < 5000 ? w->n - at : 5000);
        if (put <= 0) break;
        at += (size_t)put;
    }
    close(w->fd);
    return NULL;
}

static void descriptors(void **state) {
    (void)state;
    fixture f;
    int ends[2];
    pthread_t thread;
    mlops_error e;
    mlops_stream_opts opts = MLOPS_STREAM_OPTS_INIT;
    begin(&f);
    uint8_t *bytes = make_blob(5 << 20, 9, 0);
    assert_int_equal(pipe(ends), 0);
    writing w = {ends[1], bytes, 5 << 20};
    assert_int_equal(pthread_create(&thread, NULL, write_pipe, &w), 0);
    opts.fd = ends[0];
    commit_stream(f.s, "pipe", &opts);
    pthread_join(thread, NULL);
    has_bytes(f.s, "pipe", bytes, 5 << 20);
    assert_int_equal(close(ends[0]), 0); /* it was still open */
    char path[200];
    snprintf(path, sizeof path, "%s/file", f.p.dir);
    opts.fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(opts.fd, "head\nrest", 9), 9);
    assert_int_equal(lseek(opts.fd, 5, SEEK_SET), 5);
    commit_stream(f.s, "rest", &opts);
    reads_text(f.s, "d", NULL, "rest", "rest");
    close(opts.fd);
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    refused(mlops_draft_add_stream(d, "x", &opts, &e), &e, MLOPS_E_IO, "'x'");
    assert_int_equal(e.os_code, EBADF);
    opts.fd = open(f.p.dir, O_RDONLY);
    refused(mlops_draft_add_stream(d, "x", &opts, &e), &e, e.code, "stream of 'x'");
    assert_int_equal(e.os_code, EISDIR);
    close(opts.fd);
    opts.fd = -1;
    refused(mlops_draft_add_stream(d, "x", &opts, &e), &e, MLOPS_E_INVALID, "fd -1");
    mlops_draft_free(d);
    mlops_change_free(c);
    free(bytes);
    end(&f);
}

static void tables(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_table *t;
    static const char csv[] = "id;y\n1;0\n2;1\n3;0\n4;1\n";
    source s = {(const uint8_t *)csv, sizeof csv - 1, 0, 3, 0, 0};
    mlops_csv_opts how = MLOPS_CSV_OPTS_INIT;
    mlops_draft_table_opts columns = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_stream_opts opts = reading(&s);
    begin(&f);
    how.delimiter = ";";
    columns.csv = &how;
    columns.target = "y";
    opts.columns = &columns;
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    refused(mlops_draft_add_stream(d, "t", &opts, &e), &e, MLOPS_E_INVALID, "MLOPS_STREAM_CSV");
    opts.flags = MLOPS_STREAM_CSV;
    columns.target = "z";
    refused(mlops_draft_add_stream(d, "t", &opts, &e), &e, MLOPS_E_SCHEMA, "'z'");
    refused(mlops_draft_remove(d, "t", &e), &e, MLOPS_E_NOT_FOUND, "t");
    s.at = 0;
    columns.target = "y";
    works(mlops_draft_add_stream(d, "t", &opts, &e), &e);
    works(mlops_draft_split(d, "t", NULL, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    works(mlops_dataset_table(&t, f.s, "d", NULL, "t", MLOPS_PART_ALL, &e), &e);
    shows(t, "id,y\n1,0\n2,1\n3,0\n4,1\n");
    reads_text(f.s, "d", NULL, "t", csv);
    end(&f);
}

static int64_t read_too_much(void *user, void *bytes, int64_t cap) {
    (void)user;
    memset(bytes, 0, (size_t)cap);
    return cap + 1;
}

static void streams_that_break_off(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    begin(&f);
    commit_text(f.s, "d", NULL, "a", "as it was");
    uint8_t *bytes = make_blob(6 << 20, 4, 0);
    source s = {bytes, 6 << 20, 0, 0, -ECONNRESET, 0};
    mlops_stream_opts opts = reading(&s);
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    refused(mlops_draft_add_stream(d, "a", &opts, &e), &e, MLOPS_E_IO, "stream of 'a'");
    assert_int_equal(e.os_code, ECONNRESET);
    opts.read = read_too_much;
    refused(mlops_draft_add_stream(d, "a", &opts, &e), &e, MLOPS_E_INVALID,
            "262145 bytes of 262144");
    opts.flags = 8;
    refused(mlops_draft_add_stream(d, "a", &opts, &e), &e, MLOPS_E_INVALID, "flags 0x8");
    opts.flags = 0;
    refused(mlops_draft_add_stream(d, "../a", &opts, &e), &e, MLOPS_E_INVALID, "..");
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    reads_text(f.s, "d", NULL, "a", "as it was");
    only_files_of_stores(&f.p);
    free(bytes);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_pieces_are_the_file),
        cmocka_unit_test(versions_are_kept_as_changes),
        cmocka_unit_test(memory_does_not_grow),
        cmocka_unit_test(descriptors),
        cmocka_unit_test(tables),
        cmocka_unit_test(streams_that_break_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
