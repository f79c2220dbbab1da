/* Stores whose files were damaged in ways that random damage rarely meets: each is refused, told of
 * and repaired, and what somebody else could take for an unfinished store is left alone. */
#define _GNU_SOURCE
#include "unit/help_swift.h"

#include "store/core.h"
#include "sys/hash.h"

#include <mlops/check.h>

static int64_t faults(const place *p) {
    mlops_check *c;
    mlops_error e;
    works(mlops_check_store(&c, p->path, NULL, &e), &e);
    int64_t n = mlops_check_n_faults(c);
    mlops_check_unref(c);
    return n;
}

static int64_t repaired(const place *p) {
    mlops_error e;
    int64_t n_lost = -1;
    works(mlops_store_repair(p->path, NULL, &n_lost, &e), &e);
    return n_lost;
}

static mlops_status opens(const place *p, mlops_error *e) {
    mlops_store *s;
    mlops_status status = mlops_store_open(&s, p->path, NULL, e);
    mlops_store_close(s);
    return status;
}

static const char SEGMENT[] = "journal/0000000000000001";
static const char PACK[] = "packs/0000000000000001";

/* Three commits, the last of which keeps content in a pack. */
static mlops_id fill(const place *p, mlops_sync sync) {
    uint8_t *blob = make_blob(9000, 7, 0);
    mlops_store *s = open_with(p->path, sync, MLOPS_STORE_INDEX_FILE);
    put(s, "a", "1");
    put(s, "b", "2");
    mlops_id id = keep(s, blob, 9000);
    mlops_store_close(s);
    free(blob);
    return id;
}

static int has_blob(mlops_store *s, const mlops_id *id) {
    uint8_t *blob = make_blob(9000, 7, 0);
    mlops_status status = reads(s, id, blob, 9000);
    free(blob);
    return status == MLOPS_OK;
}

/* A store is not made anew over one that has lost its format file. */
static void a_lost_format_file(void **state) {
    (void)state;
    place p;
    mlops_error e;
    make_place(&p);
    mlops_id id = fill(&p, MLOPS_SYNC_FULL);
    mlops_store *s = open_store(p.path, NULL);
    char out[120];
    snprintf(out, sizeof out, "%s/out", p.dir);
    works(mlops_store_export(s, out, &e), &e);
    mlops_store_close(s);
    unlink(inside(&p, "format"));
    refused(opens(&p, &e), &e, MLOPS_E_CORRUPT, "repair");
    refused(mlops_store_import(p.path, out, NULL, &e), &e, MLOPS_E_CORRUPT, "repair");
    assert_int_equal(repaired(&p), 0);
    s = open_store(p.path, NULL);
    assert_int_equal(stats_of(s).seq, 3);
    assert_true(has_blob(s, &id));
    mlops_store_close(s);
    remove_place(&p);
}

/* Content of a pack without its head is kept, in another pack. */
static void a_pack_without_its_head(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_id id = fill(&p, MLOPS_SYNC_FULL);
    spoil(inside(&p, PACK), 20);
    assert_true(faults(&p) > 0);
    assert_int_equal(repaired(&p), 0);
    assert_int_equal(faults(&p), 0);
    mlops_store *s = open_store(p.path, NULL);
    assert_true(has_blob(s, &id));
    mlops_store_close(s);
    shell("ls '%s'/damaged/pack-1-* >/dev/null", p.path);
    remove_place(&p);
}

/* Frames out of order are put in order. */
static void frames_out_of_order(void **state) {
    (void)state;
    place p;
    size_t n;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    for (int i = 0; i < 8; i++) put(s, i % 2 ? "odd" : "even", i % 2 ? "1" : "2");
    mlops_store_close(s);
    uint8_t *bytes = file_bytes(inside(&p, SEGMENT), &n), copy[1024];
    size_t size = mlops__frame_size(bytes + 64), second = 64 + size;
    assert_int_equal(mlops__frame_size(bytes + second + size),
                     mlops__frame_size(bytes + second - size));
    memcpy(copy, bytes + 64, size);
    memcpy(bytes + 64, bytes + 64 + 4 * size, size);
    memcpy(bytes + 64 + 4 * size, copy, size);
    set_file(inside(&p, SEGMENT), bytes, n);
    assert_true(faults(&p) > 0);
    assert_int_equal(repaired(&p), 0);
    assert_int_equal(faults(&p), 0);
    s = open_store(p.path, NULL);
    assert_int_equal(stats_of(s).seq, 8);
    assert_string_equal(get(s, "odd"), "1");
    mlops_store_close(s);
    free(bytes);
    remove_place(&p);
}

/* Lost content is refused as damaged, not as unknown; the records of its commit stay. */
static void lost_content_is_no_unknown_content(void **state) {
    (void)state;
    for (int relaxed = 0; relaxed < 2; relaxed++) {
        place p;
        make_place(&p);
        mlops_id id = fill(&p, relaxed ? MLOPS_SYNC_RELAXED : MLOPS_SYNC_FULL);
        unlink(inside(&p, PACK));
        for (int i = 0; i < 2; i++) {
            mlops_error e;
            mlops_store *s = open_store(p.path, NULL);
            refused(mlops_store_content(s, &id, NULL, 0, NULL, &e), &e, MLOPS_E_CORRUPT, "");
            assert_int_equal(stats_of(s).seq, 3);
            assert_string_equal(get(s, "b"), "2");
            mlops_store_close(s);
            assert_int_equal(repaired(&p), 0);
        }
        remove_place(&p);
    }
}

/* The index is read before it is used: damage to any page of it goes away with it. */
static void a_damaged_index_never_reaches_lmdb(void **state) {
    (void)state;
    place p;
    char key[16];
    size_t n;
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    for (int i = 0; i < 300; i++) {
        snprintf(key, sizeof key, "key %d", i);
        put(s, key, key);
    }
    mlops_store_close(s);
    uint8_t *bytes = file_bytes(inside(&p, "index/data.mdb"), &n);
    for (size_t page = 0; page * 4096 < n; page++) {
        uint8_t *other = malloc(n);
        assert_non_null(other);
        memcpy(other, bytes, n);
        for (size_t i = 8; i < 2048; i += 3) other[page * 4096 + i] ^= 0x55;
        set_file(inside(&p, "index/data.mdb"), other, n);
        s = open_store(p.path, NULL);
        for (int i = 0; i < 300; i++) {
            snprintf(key, sizeof key, "key %d", i);
            assert_string_equal(get(s, key), key);
        }
        mlops_store_close(s);
        free(other);
    }
    free(bytes);
    remove_place(&p);
}

/* Who keeps an index of his own, in memory, commits content that others find. */
static void content_of_a_writer_without_a_map(void **state) {
    (void)state;
    place p;
    uint8_t *blob = make_blob(9000, 8, 0);
    make_place(&p);
    fill(&p, MLOPS_SYNC_FULL);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY);
    mlops_id id = keep(s, blob, 9000);
    mlops_store_close(s);
    s = open_store(p.path, NULL);
    assert_int_equal(stats_of(s).seq, 4);
    assert_int_equal(reads(s, &id, blob, 9000), MLOPS_OK);
    mlops_store_close(s);
    free(blob);
    remove_place(&p);
}

/* A map that was closed clean is not taken for whole when the power was cut under a writer that did
 * not use it. */
static void a_cut_under_a_writer_without_a_map(void **state) {
    (void)state;
    place p;
    size_t n;
    char stamp[64] = "";
    make_place(&p);
    fill(&p, MLOPS_SYNC_FULL);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
    put(s, "c", "3");
    uint8_t *bytes = file_bytes(inside(&p, "index/boot"), &n);
    memcpy(stamp, bytes, n < 5 ? n : 5);
    assert_string_equal(stamp, "open ");
    mlops_store_close(s);
    free(bytes);
    remove_place(&p);
}

/* Nor does a large one whose first pages are damaged, though it is not read whole. */
static void a_large_index_without_a_root(void **state) {
    (void)state;
    enum { RECORD = 1 << 20, N = 18, META = 16, DBS = 40, DB = 48 };
    place p;
    size_t n;
    char key[16], *value = malloc(RECORD + 1);
    assert_non_null(value);
    make_place(&p);
    memset(value, 'v', RECORD);
    value[RECORD] = 0;
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    for (int i = 0; i < N; i++) {
        snprintf(key, sizeof key, "key %d", i);
        put(s, key, value);
    }
    put(s, "a", "1");
    uint64_t before = stats_of(s).state;
    mlops_store_close(s);
    for (int what = 0; what < 3; what++) {
        uint8_t *bytes = file_bytes(inside(&p, "index/data.mdb"), &n);
        size_t size = mlops__load_u32(bytes + DBS); /* of a page */
        for (size_t meta = 0; meta < 2; meta++) {
            uint64_t root = mlops__load_u64(bytes + meta * size + DBS + DB + 40);
            if (what == 0) memset(bytes + meta * size + META, 0, 4);
            if (what == 1) mlops__store_u64(bytes + meta * size + DBS + DB + 40, n / size + 5);
            if (what == 2 && root < n / size) memset(bytes + root * size + 16, 0xff, size - 16);
        }
        set_file(inside(&p, "index/data.mdb"), bytes, n);
        s = open_store(p.path, NULL);
        assert_int_equal(stats_of(s).state, before);
        assert_string_equal(get(s, "a"), "1");
        mlops_store_close(s);
        free(bytes);
    }
    free(value);
    remove_place(&p);
}

/* A snapshot of the journal that a repair has replaced, which a repair that was cut off leaves, is
 * not gone on with. */
static void a_snapshot_of_another_journal(void **state) {
    (void)state;
    place p;
    mlops_error e;
    make_place(&p);
    fill(&p, MLOPS_SYNC_FULL);
    mlops_store *s = open_store(p.path, NULL);
    works(mlops__snapshot_write(s, 3, &e), &e);
    mlops_store_close(s);
    shell("cp -r '%s/index' '%s/kept'", p.path, p.dir);
    spoil(inside(&p, SEGMENT), 64 + 70); /* of the first commit */
    assert_int_equal(repaired(&p), 1);
    shell("rm -r '%s/index' && cp -r '%s/kept' '%s/index'", p.path, p.dir, p.path);
    cut_power(&p);
    refused(opens(&p, &e), &e, MLOPS_E_CORRUPT, "commit");
    assert_int_equal(repaired(&p), 0);
    assert_int_equal(faults(&p), 0);
    s = open_store(p.path, NULL);
    assert_int_equal(stats_of(s).seq, 3);
    assert_string_equal(get(s, "b"), "2");
    mlops_store_close(s);
    remove_place(&p);
}

/* A commit that was changed, guard and all, is no commit: its link does not let it be one. */
static void a_commit_with_anothers_link(void **state) {
    (void)state;
    place p;
    size_t n;
    for (int first = 0; first < 2; first++) { /* behind another lost one, or alone */
        make_place(&p);
        mlops_store *s = open_store(p.path, NULL);
        for (int i = 0; i < 5; i++) put(s, i == 2 ? "x" : "a", "12345");
        mlops_store_close(s);
        uint8_t *bytes = file_bytes(inside(&p, SEGMENT), &n), *frame = bytes + 64;
        size_t size = mlops__frame_size(frame);
        if (first) frame[70] ^= 1;
        frame += 2 * size;
        uint8_t *value = memmem(frame, size, "12345", 5);
        assert_non_null(value);
        value[0] = '9';
        mlops__store_u64(frame + size - 8, mlops__hash_64(frame, size - 8));
        set_file(inside(&p, SEGMENT), bytes, n);
        assert_true(faults(&p) > 0);
        assert_int_equal(repaired(&p), 1 + first);
        assert_int_equal(faults(&p), 0);
        s = open_store(p.path, NULL);
        assert_int_equal(stats_of(s).seq, 5);
        assert_string_equal(get(s, "a"), "12345");
        assert_null(get(s, "x"));
        mlops_store_close(s);
        free(bytes);
        remove_place(&p);
    }
}

/* A call that fails while a store is repaired is told of, and is not taken for damage. */
static void repairs_tell_of_failed_calls(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops__io_fault io;
    mlops_io swift = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    int64_t k = 0, n_injected = 1;
    make_place(&p);
    fill(&p, MLOPS_SYNC_FULL);
    unlink(inside(&p, "format"));
    shell("cp -r '%s' '%s/kept'", p.path, p.dir);
    swift.sync = sync_nothing;
    swift.sync_dir = sync_no_name;
    opts.host = &host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    while (n_injected) {
        shell("rm -r '%s' && cp -r '%s/kept' '%s'", p.path, p.dir, p.path);
        mlops__io_fault_init(&io, &swift);
        host.io = &io.table;
        io.fail_at = ++k;
        io.os_code = EIO;
        mlops_status status = mlops_store_repair(p.path, &opts, NULL, &e);
        n_injected = io.n_injected;
        if (status && status != MLOPS_E_IO) fail_msg("%s at %d", e.message, (int)k);
        io.fail_at = 0;
        works(mlops_store_repair(p.path, &opts, NULL, &e), &e);
        mlops_store *s = open_swift(p.path);
        assert_int_equal(stats_of(s).seq, 3);
        mlops_store_close(s);
    }
    assert_true(k > 20);
    remove_place(&p);
}

/* Does a check say this of a store? */
static int says(const place *p, const char *words) {
    mlops_check *c;
    mlops_error e;
    int said = 0;
    works(mlops_check_store(&c, p->path, NULL, &e), &e);
    for (int64_t i = 0; i < mlops_check_n_faults(c); i++)
        said |= strstr(mlops_check_fault(c, i), words) != NULL;
    mlops_check_unref(c);
    return said;
}

/* Folders that were deleted come back; what was in them is told as lost, once. */
static void folders_that_are_missing(void **state) {
    (void)state;
    static const struct {
        const char *names;
        int64_t n_lost;
        int is_damage, opens;
    } CASES[] = {{"journal", 3, 1, 0},       {"packs", 0, 1, 1},         {"index", 0, 0, 1},
                 {"journal packs", 3, 1, 0}, {"journal index", 1, 1, 0}, {"packs index", 0, 1, 1}};
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        int alone = strchr(CASES[i].names, ' ') == NULL;
        for (int looked_at = 0; looked_at <= alone; looked_at++) {
            place p;
            mlops_error e;
            make_place(&p);
            mlops_id id = fill(&p, MLOPS_SYNC_FULL);
            shell("cd '%s' && rm -r %s", p.path, CASES[i].names);
            assert_int_equal(faults(&p) > 0, CASES[i].is_damage);
            assert_int_equal(says(&p, "journal': the folder is missing"),
                             strstr(CASES[i].names, "journal") != NULL);
            assert_int_equal(says(&p, "packs': the folder is missing"),
                             strstr(CASES[i].names, "packs") != NULL);
            if (looked_at && CASES[i].opens) works(opens(&p, &e), &e);
            if (looked_at && !CASES[i].opens) refused(opens(&p, &e), &e, MLOPS_E_CORRUPT, "");
            assert_int_equal(repaired(&p), CASES[i].n_lost);
            assert_int_equal(repaired(&p), 0);
            mlops_store *s = open_store(p.path, NULL);
            int64_t n = CASES[i].opens ? 3 : CASES[i].n_lost;
            assert_int_equal(stats_of(s).seq, n);
            assert_int_equal(has_blob(s, &id), strstr(CASES[i].names, "packs") == NULL);
            mlops_store_close(s);
            fill(&p, MLOPS_SYNC_FULL);
            s = open_store(p.path, NULL);
            assert_int_equal(stats_of(s).seq, n + 3);
            assert_true(has_blob(s, &id));
            mlops_store_close(s);
            assert_int_equal(faults(&p), 0);
            remove_place(&p);
        }
    }
}

/* A repair that was cut off before it was done told nobody of its losses: the next one does. */
static void losses_of_a_repair_that_was_cut_off(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops__io_fault io;
    mlops_io swift = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    int64_t k = 0, n_injected = 1;
    make_place(&p);
    fill(&p, MLOPS_SYNC_FULL);
    shell("rm -r '%s/journal' && cp -r '%s' '%s/kept'", p.path, p.path, p.dir);
    swift.sync = sync_nothing;
    swift.sync_dir = sync_no_name;
    opts.host = &host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    while (n_injected) {
        int64_t n_lost = -1;
        shell("rm -r '%s' && cp -r '%s/kept' '%s'", p.path, p.dir, p.path);
        mlops__io_fault_init(&io, &swift);
        host.io = &io.table;
        io.fail_at = ++k;
        io.os_code = EIO;
        mlops_status status = mlops_store_repair(p.path, &opts, &n_lost, &e);
        n_injected = io.n_injected;
        io.fail_at = 0;
        if (!status) assert_int_equal(n_lost, 3);
        int replaced = size_of(inside(&p, "damaged")) >= 0 && size_of(inside(&p, SEGMENT)) >= 0;
        works(mlops_store_repair(p.path, &opts, &n_lost, &e), &e);
        assert_int_equal(n_lost, replaced ? 0 : 3);
        mlops_store *s = open_swift(p.path);
        assert_int_equal(stats_of(s).seq, 3);
        mlops_store_close(s);
    }
    assert_true(k > 20);
    remove_place(&p);
}

/* Content of 4 chunks that no compression makes smaller, and where their frames lie in the pack. */
enum { CHUNKS = 4 };

typedef struct cut_blob {
    uint8_t *bytes;
    size_t n;
    size_t sizes[CHUNKS];
    int64_t frames[CHUNKS + 1]; /* that of the recipe behind them */
} cut_blob;

static cut_blob make_cut_blob(void) {
    cut_blob b = {make_blob(2 << 20, 11, 0), 0, {0}, {64}};
    for (int i = 0; i < CHUNKS; i++) {
        b.sizes[i] = mlops__gear_cut(mlops__gear_scan_scalar, b.bytes + b.n, (2 << 20) - b.n);
        b.n += b.sizes[i];
        b.frames[i + 1] = b.frames[i] + 64 + (int64_t)(b.sizes[i] + 7) / 8 * 8;
    }
    return b;
}

/* Good bytes that come again heal content that is damaged; what is intact is not written again. */
static void content_that_is_added_again(void **state) {
    (void)state;
    cut_blob b = make_cut_blob();
    const struct {
        int64_t at, n;   /* bytes of the pack that are damaged */
        int first, last; /* chunks that are written again: first to last - 1 */
    } CASES[] = {{0, 0, 0, 0},
                 {b.frames[1] + 5000, 1, 1, 2},
                 {b.frames[1] + 50, 1, 1, 2},
                 {64 + 100, b.frames[2] - 64, 0, 3},
                 {b.frames[CHUNKS] + 70, 1, 0, 0}, /* the list of its chunks */
                 {20, 1, 0, CHUNKS}};
    for (size_t i = 0; i < 2 * sizeof CASES / sizeof CASES[0]; i++) {
        place p;
        size_t n;
        make_place(&p);
        mlops_store *s = open_with(p.path, MLOPS_SYNC_FULL, i % 2);
        mlops_id id = keep(s, b.bytes, b.n);
        int64_t before = stats_of(s).pack_bytes, least = 0;
        mlops_store_close(s);
        uint8_t *bytes = file_bytes(inside(&p, PACK), &n);
        assert_int_equal(n, b.frames[CHUNKS] + 64 + 8 + 20 * CHUNKS);
        for (int64_t k = 0; k < CASES[i / 2].n; k++) bytes[CASES[i / 2].at + k] ^= 0x55;
        set_file(inside(&p, PACK), bytes, n);
        s = open_with(p.path, MLOPS_SYNC_FULL, i % 2);
        mlops_status status = reads(s, &id, b.bytes, b.n);
        assert_int_equal(status == MLOPS_OK, CASES[i / 2].n == 0);
        keep(s, b.bytes, b.n);
        assert_int_equal(reads(s, &id, b.bytes, b.n), MLOPS_OK);
        int64_t grown = stats_of(s).pack_bytes - before;
        for (int k = CASES[i / 2].first; k < CASES[i / 2].last; k++)
            least += 64 + (int64_t)b.sizes[k];
        assert_true(grown >= least && (CASES[i / 2].n || grown == 0));
        assert_true(grown < least + 1000);
        mlops_store_close(s);
        assert_int_equal(faults(&p), 0);
        shell("rm -r '%s/index'", p.path);
        s = open_store(p.path, NULL);
        assert_int_equal(reads(s, &id, b.bytes, b.n), MLOPS_OK);
        mlops_store_close(s);
        free(bytes);
        remove_place(&p);
    }
    free(b.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_format_file),
        cmocka_unit_test(a_pack_without_its_head),
        cmocka_unit_test(frames_out_of_order),
        cmocka_unit_test(lost_content_is_no_unknown_content),
        cmocka_unit_test(a_damaged_index_never_reaches_lmdb),
        cmocka_unit_test(a_large_index_without_a_root),
        cmocka_unit_test(content_of_a_writer_without_a_map),
        cmocka_unit_test(a_cut_under_a_writer_without_a_map),
        cmocka_unit_test(a_snapshot_of_another_journal),
        cmocka_unit_test(a_commit_with_anothers_link),
        cmocka_unit_test(content_that_is_added_again),
        cmocka_unit_test(repairs_tell_of_failed_calls),
        cmocka_unit_test(folders_that_are_missing),
        cmocka_unit_test(losses_of_a_repair_that_was_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
