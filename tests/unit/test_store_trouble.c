/* What goes wrong around a store: damage that a quick check finds and that it does not, files that
 * others put among its packs, packs that are gone, a disk that fills up half way, and a branch that
 * another process moves meanwhile. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"
#include "unit/help_process.h"

#include <errno.h>

#include <mlops/check.h>

enum { SIZE = 400000 };

static place p;
static uint8_t *blob;

static int set_up(void **state) {
    (void)state;
    make_place(&p);
    blob = make_blob(SIZE, 3, 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    remove_place(&p);
    free(blob);
    return 0;
}

/* Faults; the word must stand in one of them, if there are any. */
static int64_t n_faults(uint32_t flags, const char *word) {
    mlops_check *check;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    opts.flags = flags;
    works(mlops_check_store(&check, p.path, &opts, &e), &e);
    int64_t n = mlops_check_n_faults(check);
    int said = !n || !word;
    for (int64_t i = 0; i < n && word; i++)
        said |= strstr(mlops_check_fault(check, i), word) != NULL;
    if (!said) fail_msg("'%s' lacks '%s'", mlops_check_fault(check, 0), word);
    works(mlops_check_count(check, &counts), &e);
    if (!n) assert_int_equal(counts.n_objects, 2);
    if (flags & MLOPS_STORE_QUICK) assert_int_equal(counts.n_bytes, 0);
    else if (!n) assert_int_equal(counts.n_bytes, SIZE + 5);
    mlops_check_unref(check);
    return n;
}

static const char *pack(void) { return inside(&p, "packs/0000000000000001"); }

static void make_store(void) {
    mlops_store *s = open_store(p.path, NULL);
    keep(s, blob, SIZE);
    keep(s, "small", 5);
    mlops_store_close(s);
}

/* Where the n-th frame of the pack begins. */
static int64_t frame_at(int n) {
    size_t size;
    uint8_t *bytes = file_bytes(pack(), &size);
    int64_t at = -1;
    for (size_t i = 64; i + 8 <= size && n >= 0; i += 8)
        if (memcmp(bytes + i, "MPF1", 4) == 0 && n-- == 0) at = (int64_t)i;
    free(bytes);
    assert_true(at > 0);
    return at;
}

static void a_quick_check_finds_what_is_cut(void **state) {
    (void)state;
    make_store();
    assert_int_equal(n_faults(0, NULL), 0);
    assert_int_equal(n_faults(MLOPS_STORE_QUICK, NULL), 0);
    size_t n;
    uint8_t *whole = file_bytes(pack(), &n);
    static const int HEAD[] = {0, 4, 8, 12, 13, 17, 33}; /* magic, kind, sizes, key */
    for (size_t i = 0; i < sizeof HEAD / sizeof *HEAD; i++) {
        spoil(pack(), frame_at(1) + HEAD[i]);
        int64_t quick = n_faults(MLOPS_STORE_QUICK, "content "), deep = n_faults(0, "content ");
        assert_true(deep > 0);
        if (HEAD[i] != 33) assert_true(quick > 0); /* behind the key nothing of a chunk stands */
        set_file(pack(), whole, n);
    }
    spoil(pack(), frame_at(1) + 64 + 1000); /* a byte of content */
    assert_int_equal(n_faults(MLOPS_STORE_QUICK, NULL), 0);
    assert_true(n_faults(0, "content ") > 0);
    set_file(pack(), whole, n / 2); /* cut short */
    assert_true(n_faults(MLOPS_STORE_QUICK, "content ") > 0);
    set_file(pack(), whole, n);
    spoil(inside(&p, "journal/0000000000000001"), 200);
    assert_true(n_faults(MLOPS_STORE_QUICK, NULL) == n_faults(0, NULL));
    assert_true(n_faults(MLOPS_STORE_QUICK, NULL) > 0);
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_store *s;
    mlops_error e;
    opts.flags = MLOPS_STORE_QUICK; /* no store is opened so */
    refused(mlops_store_open(&s, p.path, &opts, &e), &e, MLOPS_E_INVALID, "flags");
    free(whole);
}

/* ---- files among the packs ---- */

static void foreign_files_are_told_of_and_left_alone(void **state) {
    (void)state;
    mlops_error e;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    make_store();
    set_file(inside(&p, "packs/notes.txt"), "not a pack", 10);
    assert_int_equal(n_faults(0, "packs/notes.txt' is no pack"), 1);
    assert_int_equal(n_faults(MLOPS_STORE_QUICK, "packs/notes.txt' is no pack"), 1);
    uint8_t other[200] = {0};
    memset(other, 'x', sizeof other);
    set_file(inside(&p, "packs/0000000000000002"), other, sizeof other);
    assert_int_equal(n_faults(0, NULL), 2);
    mlops_store *s = open_store(p.path, NULL);
    mlops_id id = mlops__content_id(s, blob, SIZE);
    assert_int_equal(reads(s, &id, blob, SIZE), MLOPS_OK);
    uint8_t *more = make_blob(3000, 9, 0);
    mlops_id added = keep(s, more, 3000);
    assert_int_equal(reads(s, &added, more, 3000), MLOPS_OK);
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    opts.min_live = 1;
    assert_int_equal(mlops_store_gc(s, &opts, NULL, &stat, &e), MLOPS_END);
    mlops_store_close(s);
    size_t n;
    uint8_t *bytes = file_bytes(inside(&p, "packs/0000000000000002"), &n);
    assert_int_equal(n, sizeof other);
    assert_memory_equal(bytes, other, n);
    assert_int_equal(size_of(inside(&p, "packs/notes.txt")), 10);
    free(bytes);
    free(more);
}

static void a_pack_of_another_store_is_refused(void **state) {
    (void)state;
    mlops_error e;
    make_store();
    size_t n;
    uint8_t *bytes = file_bytes(pack(), &n);
    shell("rm -r '%s'", p.path);
    make_store();
    set_file(pack(), bytes, n);
    free(bytes);
    mlops_store *s = open_store(p.path, NULL);
    size_t size;
    uint8_t *got = malloc(SIZE);
    mlops_id id = mlops__content_id(s, blob, SIZE);
    refused(mlops_store_content(s, &id, got, SIZE, &size, &e), &e, MLOPS_E_CORRUPT,
            "0000000000000001': the head is damaged, or the pack is of another store");
    mlops_store_close(s);
    assert_true(n_faults(MLOPS_STORE_QUICK, "the pack is of another store") > 1);
    free(got);
}

static void a_missing_pack_is_named(void **state) {
    (void)state;
    mlops_error e;
    make_store();
    shell("rm '%s'", pack());
    mlops_store *s = open_store(p.path, NULL);
    size_t size;
    uint8_t *got = malloc(SIZE);
    mlops_id id = mlops__content_id(s, blob, SIZE);
    refused(mlops_store_content(s, &id, got, SIZE, &size, &e), &e, MLOPS_E_CORRUPT,
            "packs/0000000000000001': the pack is missing");
    assert_int_equal(mlops_store_content(s, &id, NULL, 0, &size, &e), MLOPS_E_CORRUPT);
    keep(s, blob, SIZE); /* content that comes again is written anew */
    assert_int_equal(reads(s, &id, blob, SIZE), MLOPS_OK);
    mlops_store_close(s);
    assert_int_equal(n_faults(0, NULL), 0);
    shell("rm '%s'/packs/*", p.path);
    assert_true(n_faults(0, hex_of(&id).text) > 0);
    assert_true(n_faults(MLOPS_STORE_QUICK, hex_of(&id).text) > 0);
    free(got);
}

/* ---- a disk that fills up ---- */

static int64_t room; /* bytes that packs may still grow by */

static int64_t full_pwrite(void *ctx, int64_t file, const void *bytes, size_t n, int64_t offset) {
    if (n > 100 && (room -= (int64_t)n) < 0) return -ENOSPC;
    return mlops__io_posix.pwrite(ctx, file, bytes, n, offset);
}

static void a_disk_that_fills_up_half_way(void **state) {
    (void)state;
    mlops_error e;
    mlops_io io = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    char files[100], name[140];
    io.pwrite = full_pwrite;
    host.io = &io;
    opts.host = &host;
    room = INT64_MAX;
    snprintf(files, sizeof files, "%s/files", p.dir);
    assert_int_equal(mkdir(files, 0777), 0);
    for (int i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "%s/f%d", files, i);
        uint8_t *bytes = make_blob(SIZE, 20 + (uint64_t)i, 0);
        set_file(name, bytes, SIZE);
        free(bytes);
    }
    mlops_store *s = open_store(p.path, &opts);
    commit_text(s, "d", NULL, "old", "as it was");
    for (int turn = 0; turn < 2; turn++) {
        mlops_change *c = new_change(s);
        mlops_draft *d = new_draft(c, "d", NULL);
        room = turn ? INT64_MAX : 2 * SIZE;
        mlops_status status = mlops_draft_add_folder(d, "in", files, NULL, NULL, &e);
        room = INT64_MAX;
        if (turn == 0) {
            refused(status, &e, MLOPS_E_NO_SPACE, "packs/");
            assert_true(stats_of(s).pack_bytes > SIZE / 2); /* half of it was there */
        } else works(status, &e);
        if (turn) end_draft(d), commit(c);
        else mlops_draft_free(d);
        mlops_change_free(c);
        mlops_table *entries;
        works(mlops_dataset_entries(&entries, s, "d", NULL, &e), &e);
        assert_int_equal(mlops_table_n_rows(entries), turn ? 5 : 1);
        mlops_table_unref(entries);
    }
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_gc_opts gc = MLOPS_GC_OPTS_INIT;
    gc.min_live = 1;
    assert_int_equal(mlops_store_gc(s, &gc, NULL, &stat, &e), MLOPS_END);
    assert_true(stats_of(s).pack_bytes < 4 * SIZE + 10000); /* all of the half is given back */
    mlops_store_close(s);
    is_sound(p.path);
}

/* ---- another process ---- */

static void a_branch_that_another_process_moves(void **state) {
    (void)state;
    mlops_error e;
    mlops_id id;
    int go[2];
    char byte, *text_of;
    assert_int_equal(pipe(go), 0);
    mlops_store_close(open_store(p.path, NULL));
    pid_t child = child_begins();
    if (child == 0) {
        MUST(read(go[0], &byte, 1) == 1);
        mlops_store *s = open_quietly(p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
        mlops_change *c;
        mlops_draft *d;
        MUST(s != NULL);
        MUST(!mlops_change_new(&c, s, NULL, NULL));
        MUST(!mlops_draft_new(&d, c, "payments", NULL, NULL));
        MUST(!mlops_draft_add_bytes(d, "theirs", "1", 1, NULL));
        MUST(!mlops_draft_commit(d, &id, NULL) && !mlops_change_commit(c, NULL, NULL));
        leave(0);
    }
    mlops_store *s = open_store(p.path, NULL);
    commit_text(s, "payments", NULL, "first", "0");
    mlops_change *early = new_change(s), *late = new_change(s);
    mlops_draft *d = new_draft(early, "payments", NULL), *held = new_draft(late, "payments", NULL);
    add_text(d, "mine", "2");
    add_text(held, "mine", "2");
    end_draft(held); /* this one is made already, and not committed */
    assert_int_equal(write(go[1], "", 1), 1);
    ends_well(child);
    refused(mlops_draft_commit(d, &id, &e), &e, MLOPS_E_CONFLICT,
            "branch \"main\" of \"payments\" has moved since the draft was begun");
    refused(mlops_change_commit(late, NULL, &e), &e, MLOPS_E_CONFLICT, "payments/branch/main");
    mlops_draft_free(d);
    mlops_change_free(early);
    mlops_change_free(late);
    commit_text(s, "payments", NULL, "mine", "2"); /* on what is there now */
    mlops_table *entries;
    works(mlops_dataset_entries(&entries, s, "payments", NULL, &e), &e);
    assert_int_equal(mlops_table_n_rows(entries), 3);
    text_of = show(entries);
    assert_true(strstr(text_of, "theirs") && strstr(text_of, "mine") && strstr(text_of, "first"));
    free(text_of);
    mlops_store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_quick_check_finds_what_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(foreign_files_are_told_of_and_left_alone, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_pack_of_another_store_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_pack_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disk_that_fills_up_half_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_branch_that_another_process_moves, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
