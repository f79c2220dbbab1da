/* Stores: what is committed is there, for whoever opens next; what is no store is refused. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "sys/host.h"

#include <grp.h>
#include <sys/wait.h>

static void committed_is_there_again(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    assert_null(get(s, "a"));
    assert_int_equal(put(s, "a", "1"), 1);
    assert_int_equal(put(s, "b", "2"), 2);
    assert_int_equal(put(s, "a", "3"), 3);
    assert_string_equal(get(s, "a"), "3");
    mlops_store_close(s);
    for (int i = 0; i < 3; i++) {
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        opts.index = i == 1 ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE;
        opts.flags = i == 2 ? MLOPS_STORE_READ_ONLY : 0;
        s = open_store(p.path, &opts);
        assert_string_equal(get(s, "a"), "3");
        assert_string_equal(get(s, "b"), "2");
        mlops_store_close(s);
    }
    remove_place(&p);
}

static void opened_twice_is_one(void **state) {
    (void)state;
    place p, other;
    char odd[120];
    make_place(&p);
    make_place(&other);
    mlops_store_opts alone = MLOPS_STORE_OPTS_INIT;
    alone.flags = MLOPS_STORE_READ_ONLY;
    mlops_store *a = open_store(p.path, NULL), *b = open_store(p.path, NULL);
    assert_ptr_equal(a, b);
    snprintf(odd, sizeof odd, "%s/../%s///", p.path, strrchr(p.path, '/') + 1);
    mlops_store *c = open_store(odd, NULL), *elsewhere = open_store(other.path, NULL);
    assert_ptr_equal(a, c); /* whatever it is called */
    assert_ptr_not_equal(a, elsewhere);
    mlops_store *reader = open_store(p.path, &alone);
    assert_ptr_not_equal(a, reader);
    mlops_store *d = open_store(p.path, NULL); /* also behind one that reads alone */
    assert_ptr_equal(a, d);
    mlops_store_close(a);
    mlops_store_close(b);
    mlops_store_close(c);
    put(d, "a", "1"); /* it is open as long as one is */
    assert_null(get(elsewhere, "a"));
    mlops_store_close(d);
    assert_null(get(reader, "a")); /* its moment is that of its opening */
    mlops_store_close(reader);
    mlops_store_close(elsewhere);
    a = open_store(p.path, NULL);
    assert_string_equal(get(a, "a"), "1");
    mlops_store_close(a);
    mlops_store_close(NULL);
    remove_place(&p);
    remove_place(&other);
}

static void a_change_keeps_its_store_open(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    mlops_change *c = new_change(s);
    mlops_store_close(s);
    add(c, "a", "1");
    assert_int_equal(commit(c), 1);
    mlops_change_free(c);
    s = open_store(p.path, NULL);
    assert_string_equal(get(s, "a"), "1");
    mlops_store_close(s);
    remove_place(&p);
}

static void must_exist(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = (mlops_store *)&p;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    for (uint32_t flags = 1; flags < 4; flags++) {
        opts.flags = flags;
        refused(mlops_store_open(&s, p.path, &opts, &e), &e, MLOPS_E_NOT_FOUND, p.path);
        assert_null(s);
        assert_int_equal(size_of(p.path), -1); /* and nothing was made */
        refused(mlops_store_open(&s, p.dir, &opts, &e), &e, MLOPS_E_NOT_FOUND, p.dir);
        assert_int_equal(rmdir(p.dir), 0);
        assert_int_equal(mkdir(p.dir, 0777), 0);
    }
    mlops_store_close(open_store(p.path, NULL));
    for (uint32_t flags = 1; flags < 4; flags++) {
        opts.flags = flags;
        mlops_store_close(open_store(p.path, &opts));
    }
    remove_place(&p);
}

static void a_reader_writes_nothing(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    uint8_t *blob = make_blob(9000, 1, 0);
    mlops_id id = keep(s, blob, 9000);
    put(s, "a", "1");
    uint64_t before = stats_of(s).state;
    mlops_store_close(s);
    shell("cd '%s' && cp -r s.mlops copy && touch -r s.mlops stamp", p.dir);
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_change *c = (mlops_change *)&opts;
    mlops_error e;
    opts.flags = MLOPS_STORE_READ_ONLY;
    s = open_store(p.path, &opts);
    assert_string_equal(get(s, "a"), "1");
    assert_int_equal(reads(s, &id, blob, 9000), MLOPS_OK);
    assert_int_equal(stats_of(s).state, before);
    refused(mlops_change_new(&c, s, NULL, &e), &e, MLOPS_E_DENIED, p.path);
    assert_non_null(strstr(e.message, "s.mlops'")); /* the store, and nothing in it */
    assert_null(c);
    works(mlops_store_flush(s, &e), &e);
    assert_int_equal(mlops_store_service(s, 0, &e), MLOPS_END);
    mlops_store_close(s);
    shell("cd '%s' && diff -r s.mlops copy && test -z \"$(find s.mlops -newer stamp -type f "
          "-newermt '+1 second')\"",
          p.dir);
    free(blob);
    remove_place(&p);
}

/* ---- what is no store ---- */

static void a_folder_of_others_is_left_alone(void **state) {
    (void)state;
    place p;
    char file[160];
    mlops_store *s;
    mlops_error e;
    make_place(&p);
    snprintf(file, sizeof file, "%s/theirs.txt", p.path);
    assert_int_equal(mkdir(p.path, 0777), 0);
    set_file(file, "text", 4);
    refused(mlops_store_open(&s, p.path, NULL, &e), &e, MLOPS_E_EXISTS, "theirs.txt");
    shell("test \"$(ls -A '%s')\" = theirs.txt", p.path);
    for (int i = 0; i < 300; i++) {
        snprintf(file, sizeof file, "%s/a file with a longer name %d", p.path, i);
        set_file(file, "", 0);
    }
    refused(mlops_store_open(&s, p.path, NULL, &e), &e, MLOPS_E_EXISTS, "not empty");
    remove_place(&p);
}

static void an_empty_folder_becomes_a_store(void **state) {
    (void)state;
    place p;
    make_place(&p);
    assert_int_equal(mkdir(p.path, 0777), 0);
    mlops_store *s = open_store(p.path, NULL);
    put(s, "a", "1");
    mlops_store_close(s);
    remove_place(&p);
}

static void paths_that_are_none(void **state) {
    (void)state;
    place p;
    char path[200];
    mlops_store *s;
    mlops_error e;
    make_place(&p);
    set_file(p.path, "bytes", 5);
    mlops_status status = mlops_store_open(&s, p.path, NULL, &e);
    assert_true(status == MLOPS_E_EXISTS || status == MLOPS_E_NOT_FOUND);
    assert_non_null(strstr(e.message, p.path));
    assert_null(s);
    assert_int_equal(size_of(p.path), 5);
    snprintf(path, sizeof path, "%s/inside", p.path);
    refused(mlops_store_open(&s, path, NULL, &e), &e, MLOPS_E_NOT_FOUND, "directory");
    snprintf(path, sizeof path, "%s/no/such/folder", p.dir);
    refused(mlops_store_open(&s, path, NULL, &e), &e, MLOPS_E_NOT_FOUND, "no such");
    refused(mlops_store_open(&s, "", NULL, &e), &e, MLOPS_E_INVALID, "path");
    refused(mlops_store_open(&s, NULL, NULL, &e), &e, MLOPS_E_INVALID, "path");
    refused(mlops_store_open(NULL, p.path, NULL, &e), &e, MLOPS_E_INVALID, "out");
    remove_place(&p);
}

/* What stands where a store is due is told, and what to do. */
static void what_is_no_store_is_told(void **state) {
    (void)state;
    place p;
    mlops_store *s;
    mlops_check *c;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    static const char *const WORDS[] = {"mlops init", "it is a file", "no format file", "repair",
                                        "import it again"};
    make_place(&p);
    for (int i = 0; i < 5; i++) {
        if (i == 1) set_file(p.path, "bytes", 5);
        if (i == 2) shell("rm '%s' && mkdir '%s'", p.path, p.path);
        if (i == 3) {
            mlops_store_close(open_store(p.path, NULL));
            unlink(inside(&p, "format"));
        }
        if (i == 4) set_file(inside(&p, ".mlops-import"), "", 0);
        opts.flags = MLOPS_STORE_MUST_EXIST;
        refused(mlops_store_open(&s, p.path, &opts, &e), &e, MLOPS_E_NOT_FOUND, WORDS[i]);
        assert_non_null(strstr(e.message, "is no store"));
        opts.flags = MLOPS_STORE_READ_ONLY;
        refused(mlops_store_open(&s, p.path, &opts, &e), &e, MLOPS_E_NOT_FOUND, WORDS[i]);
        refused(mlops_check_store(&c, p.path, NULL, &e), &e, MLOPS_E_NOT_FOUND, WORDS[i]);
        assert_int_equal(strstr(e.message, "mlops init") != NULL, i == 0);
        assert_int_equal(strstr(e.message, "repair") != NULL, i == 3);
    }
    remove_place(&p);
}

static void options_are_checked(void **state) {
    (void)state;
    place p;
    mlops_store *s;
    mlops_error e;
    make_place(&p);
    static const mlops_store_opts good = MLOPS_STORE_OPTS_INIT;
    mlops_store_opts bad[7];
    for (size_t i = 0; i < 7; i++) bad[i] = good;
    bad[0].flags = 16;
    bad[1].sync = (mlops_sync)2;
    bad[2].index = (mlops_store_index)2;
    bad[3].map_max = -1;
    bad[4].journal_bytes = 4095;
    bad[5].journal_bytes = -1;
    bad[6].struct_size = 3;
    for (size_t i = 0; i < 7; i++)
        refused(mlops_store_open(&s, p.path, &bad[i], &e), &e, MLOPS_E_INVALID, "opts");
    assert_int_equal(size_of(p.path), -1);
    remove_place(&p);
}

/* ---- rights ---- */

enum { NOBODY = 65534 };

/* What another process of a user with no rights but those of the files finds. What it reads at "a"
 * follows the status. */
static mlops_status other_opens(const place *p, uint32_t flags, char value[8], mlops_error *e) {
    int ends[2];
    mlops_status status = MLOPS_E_IO;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        mlops_store *s;
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        if (geteuid() == 0 && (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))) _exit(1);
        opts.flags = flags;
        status = mlops_store_open(&s, p->path, &opts, e);
        memset(value, 0, 8);
        if (!status && get(s, "a")) strncpy(value, get(s, "a"), 7);
        mlops_store_close(s);
        int good = write(ends[1], &status, sizeof status) == sizeof status &&
                   write(ends[1], value, 8) == 8 && write(ends[1], e, sizeof *e) == sizeof *e;
        _exit(!good);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &status, sizeof status), sizeof status);
    assert_int_equal(read(ends[0], value, 8), 8);
    assert_int_equal(read(ends[0], e, sizeof *e), sizeof *e);
    close(ends[0]);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return status;
}

static void no_store_without_rights(void **state) {
    (void)state;
    place p;
    char value[8];
    mlops_error e;
    make_place(&p);
    assert_int_equal(chmod(p.dir, 0555), 0);
    refused(other_opens(&p, 0, value, &e), &e, MLOPS_E_DENIED, p.path);
    assert_int_equal(chmod(p.dir, 0755), 0);
    assert_int_equal(mkdir(p.path, 0755), 0);
    assert_int_equal(chmod(p.path, 0555), 0);
    refused(other_opens(&p, 0, value, &e), &e, MLOPS_E_DENIED, "rights");
    assert_int_equal(chmod(p.path, 0755), 0);
    remove_place(&p);
}

/* Who may not write is told of what would help, and may read; whether or not there is a writer. */
static void a_reader_without_rights(void **state) {
    (void)state;
    place p;
    char value[8];
    mlops_error e;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    put(s, "a", "1");
    shell("chmod 755 '%s' && chmod -R u=rwX,go=rX '%s'", p.dir, p.path);
    for (int i = 0; i < 3; i++) {
        if (i == 1) mlops_store_close(s);
        if (i == 1) shell("chmod -R a-w '%s'", p.path); /* the directory too */
        if (i == 2)
            shell("chmod u+w '%s' && rm -f '%s/lock' && chmod u-w '%s'", p.path, p.path, p.path);
        if (i == 0 && geteuid() != 0) continue; /* the other is no other then */
        refused(other_opens(&p, 0, value, &e), &e, MLOPS_E_DENIED, "MLOPS_STORE_READ_ONLY");
        assert_non_null(strstr(e.message, "rights"));
        assert_int_equal(e.os_code, EACCES);
        works(other_opens(&p, MLOPS_STORE_READ_ONLY, value, &e), &e);
        assert_string_equal(value, "1");
    }
    shell("chmod -R u+w '%s'", p.path);
    remove_place(&p);
}

/* ---- the format file ---- */

static void format_is_text(void **state) {
    (void)state;
    place p;
    size_t n;
    make_place(&p);
    mlops_store_close(open_store(p.path, NULL));
    char *text = (char *)file_bytes(inside(&p, "format"), &n);
    text[n] = 0;
    assert_int_equal(strncmp(text, "libmlops store\nversion 1\nid ", 28), 0);
    assert_int_equal(strspn(text + 28, "0123456789abcdef"), 64);
    assert_string_equal(text + 28 + 64, "\nhash sha256\n");
    free(text);
    remove_place(&p);
}

static void a_newer_store_is_not_touched(void **state) {
    (void)state;
    place p;
    mlops_store *s;
    mlops_error e;
    size_t n;
    make_place(&p);
    mlops_store_close(open_store(p.path, NULL));
    uint8_t *text = file_bytes(inside(&p, "format"), &n);
    static const struct {
        const char *was, *is, *word;
    } cases[] = {{"version 1\n", "version 2\n", "version 2"},
                 {"version 1\n", "version 10\n", "version 10"},
                 {"version 1\n", "version 1.1 of then\n", "1.1 of then"},
                 {"hash sha256\n", "hash blake3\n", "sha256"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char changed[300];
        char *at = memmem(text, n, cases[i].was, strlen(cases[i].was));
        assert_non_null(at);
        int size = snprintf(changed, sizeof changed, "%.*s%s%.*s", (int)(at - (char *)text), text,
                            cases[i].is, (int)((char *)text + n - at - strlen(cases[i].was)),
                            at + strlen(cases[i].was));
        set_file(inside(&p, "format"), changed, (size_t)size);
        for (uint32_t flags = 0; flags < 4; flags++) {
            mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
            opts.flags = flags;
            refused(mlops_store_open(&s, p.path, &opts, &e), &e, MLOPS_E_UNSUPPORTED,
                    cases[i].word);
        }
    }
    free(text);
    remove_place(&p);
}

/* Every bit flipped and every length: refused, or taken for what it was. */
static void a_damaged_format_file(void **state) {
    (void)state;
    place p;
    mlops_error e;
    size_t n;
    make_place(&p);
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    mlops_store *s = open_store(p.path, &opts);
    put(s, "a", "1");
    mlops_store_close(s);
    uint8_t *text = file_bytes(inside(&p, "format"), &n);
    int n_refused = 0;
    for (size_t i = 0; i < 8 * n + n; i++) {
        if (i < 8 * n) text[i / 8] ^= (uint8_t)(1 << i % 8);
        set_file(inside(&p, "format"), text, i < 8 * n ? n : i - 8 * n);
        if (i < 8 * n) text[i / 8] ^= (uint8_t)(1 << i % 8);
        mlops_status status = mlops_store_open(&s, p.path, &opts, &e);
        n_refused += status < 0;
        if (status) {
            assert_true(status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
            assert_true(e.message[0] != 0);
            continue;
        }
        assert_string_equal(get(s, "a"), "1");
        mlops_store_close(s);
    }
    assert_true(n_refused > (int)(8 * n));
    set_file(inside(&p, "format"), text, n);
    s = open_store(p.path, &opts);
    assert_string_equal(get(s, "a"), "1");
    mlops_store_close(s);
    free(text);
    remove_place(&p);
}

static void a_journal_of_another_store(void **state) {
    (void)state;
    place p, other;
    mlops_store *s;
    mlops_error e;
    make_place(&p);
    make_place(&other);
    mlops_store_close(open_store(p.path, NULL));
    mlops_store_close(open_store(other.path, NULL));
    shell("cp '%s'/journal/* '%s'/journal/; rm -f '%s'/index/*", other.path, p.path, p.path);
    refused(mlops_store_open(&s, p.path, NULL, &e), &e, MLOPS_E_CORRUPT, "another store");
    remove_place(&p);
    remove_place(&other);
}

static void half_made_stores_are_finished(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    mlops_store_close(s);
    shell("rm '%s'/format; rm -r '%s'/packs; rm '%s'/index/*", p.path, p.path, p.path);
    set_file(inside(&p, ".mlops-0123456789abcdef.tmp"), "libml", 5);
    s = open_store(p.path, NULL);
    assert_int_equal(stats_of(s).seq, 0);
    put(s, "a", "1");
    mlops_store_close(s);
    s = open_store(p.path, NULL);
    assert_string_equal(get(s, "a"), "1");
    mlops_store_close(s);
    remove_place(&p);
}

static void stats_count(void **state) {
    (void)state;
    place p;
    mlops_error e;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    mlops_store_stats none = stats_of(s);
    assert_int_equal(none.seq, 0);
    assert_int_equal(none.time_ns, 0);
    assert_int_equal(none.n_records, 0);
    assert_int_equal(none.n_objects, 0);
    put(s, "a", "1");
    put(s, "b", "1");
    uint64_t with_ab = stats_of(s).state;
    put(s, "c", "1");
    uint8_t *blob = make_blob(50000, 1, 0);
    keep(s, blob, 50000);
    keep(s, "small", 5);
    mlops_store_stats some = stats_of(s);
    assert_int_equal(some.seq, 5);
    assert_int_equal(some.durable, 5);
    assert_int_equal(some.n_records, 3);
    assert_int_equal(some.n_objects, 2);
    assert_true(some.time_ns > INT64_C(1600000000) * 1000000000);
    assert_int_equal(some.journal_bytes, 256 << 10);
    assert_true(some.pack_bytes > 50000 && some.pack_bytes < 51000);
    assert_true(some.index_bytes > 0);
    assert_true(some.state != with_ab && with_ab != none.state);
    mlops_change *c = new_change(s);
    works(mlops__change_del(c, MLOPS__TABLE_TEST, text("c"), &e), &e);
    works(mlops__change_del(c, MLOPS__TABLE_TEST, text("never was"), &e), &e);
    commit(c);
    assert_int_equal(stats_of(s).state, with_ab); /* of what there is, not of how it came to be */
    assert_int_equal(stats_of(s).n_records, 2);
    mlops_store_stats bad = MLOPS_STORE_STATS_INIT;
    bad.struct_size = 0;
    assert_int_equal(mlops_store_stat(s, &bad, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_store_stat(s, NULL, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_store_stat(NULL, &some, &e), MLOPS_E_INVALID);
    mlops_change_free(c);
    mlops_store_close(s);
    free(blob);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(committed_is_there_again),
        cmocka_unit_test(opened_twice_is_one),
        cmocka_unit_test(a_change_keeps_its_store_open),
        cmocka_unit_test(must_exist),
        cmocka_unit_test(a_reader_writes_nothing),
        cmocka_unit_test(a_folder_of_others_is_left_alone),
        cmocka_unit_test(an_empty_folder_becomes_a_store),
        cmocka_unit_test(paths_that_are_none),
        cmocka_unit_test(what_is_no_store_is_told),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(no_store_without_rights),
        cmocka_unit_test(a_reader_without_rights),
        cmocka_unit_test(format_is_text),
        cmocka_unit_test(a_newer_store_is_not_touched),
        cmocka_unit_test(a_damaged_format_file),
        cmocka_unit_test(a_journal_of_another_store),
        cmocka_unit_test(half_made_stores_are_finished),
        cmocka_unit_test(stats_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
