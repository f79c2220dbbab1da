/* Two stores that erased other rows of the same tables: when they meet over a remote, both erasures
 * hold in both. Held against the rows that are written by hand without either's. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"
#include "unit/help_search.h"

#include "store/record.h"

enum { VERSIONS = 3, ROWS = 400 };

static const char *const WORDS[] = {"erika-4711", "max-0815", NULL};

typedef struct world {
    place p;
    mlops_share *share[2];
    mlops_store *s[2];
    char path[2][120];
    mlops_id ids[VERSIONS];
} world;

static mlops_store *open_at(const world *w, const char *name, char path[120]) {
    snprintf(path, 120, "%s/%s", w->p.dir, name);
    return open_store(path, NULL);
}

/* without: bits of words whose rows are left out. */
static char *make_rows(int version, int without) {
    char *out = malloc(ROWS * 40), *at = out;
    assert_non_null(out);
    at += sprintf(at, "name,x,y\n");
    for (int i = 0; i < ROWS; i++) {
        int whose = i % 40 == 7 ? 0 : i % 40 == 23 ? 1 : -1;
        if (whose >= 0 && without >> whose & 1) continue;
        at += sprintf(at, "%s,%d.%02d,%d\n", whose < 0 ? "nobody" : WORDS[whose],
                      i + (i % 100 == 3 ? version : 0), i % 7, i % 2);
        if (i % 50 == 11) at += sprintf(at, "nobody,1.00,1\n"); /* equal to others */
    }
    return out;
}

static mlops_id commit_version(mlops_store *s, const world *w, int version) {
    mlops_error e;
    char path[200], *csv = make_rows(version, 0);
    mlops_draft_table_opts columns = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    mlops_divide_opts parts = MLOPS_DIVIDE_OPTS_INIT;
    columns.target = "y";
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    snprintf(path, sizeof path, "%s/in.csv", w->p.dir);
    set_file(path, csv, strlen(csv));
    works(mlops_draft_add_csv(d, "t.csv", path, &columns, &e), &e);
    works(mlops_draft_split(d, "t.csv", &split, &e), &e);
    works(mlops_draft_divide(d, "t.csv", &parts, &e), &e);
    mlops_table *t = parse_csv(csv);
    works(mlops_draft_add_table(d, "table", t, NULL, &e), &e);
    works(mlops_draft_add_bytes(d, "file.csv", csv, strlen(csv), &e), &e);
    mlops_table_unref(t);
    free(csv);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

static void push(world *w, int store, int share) {
    mlops_error e;
    works(mlops_dataset_push(w->s[store], mlops_share_remote(w->share[share]), "data", NULL, NULL,
                             &e),
          &e);
}

static void pull_to(world *w, mlops_store *s, int share) {
    mlops_error e;
    works(mlops_dataset_pull(s, mlops_share_remote(w->share[share]), "data", NULL, NULL, &e), &e);
}

/* Both have all versions, over the first remote. */
static void begin(world *w) {
    mlops_error e;
    make_place(&w->p);
    for (int i = 0; i < 2; i++) works(mlops_share_memory(&w->share[i], NULL, &e), &e);
    w->s[0] = open_at(w, "a.mlops", w->path[0]);
    w->s[1] = open_at(w, "b.mlops", w->path[1]);
    for (int i = 0; i < VERSIONS; i++) w->ids[i] = commit_version(w->s[0], w, i);
    push(w, 0, 0);
    pull_to(w, w->s[1], 0);
}

static void end(world *w) {
    for (int i = 0; i < 2; i++) {
        mlops_store_close(w->s[i]);
        is_sound(w->path[i]);
        mlops_share_close(w->share[i]);
    }
    remove_place(&w->p);
}

static void erase(mlops_store *s, const char *column, const char *value, const char *where) {
    mlops_error e;
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    opts.column = column;
    opts.value = value;
    opts.where = where;
    opts.reason = "asked to";
    opts.by = "dpo";
    works(mlops_dataset_erase(s, NULL, &opts, NULL, &stat, &e), &e);
    assert_true(stat.n_rows > 0 && stat.done);
}

static void finish(mlops_store *s) {
    mlops_error e;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    works(mlops_dataset_erase(s, NULL, NULL, NULL, &stat, &e), &e);
    assert_int_equal(stat.done, 1);
}

/* What both have erased comes to each, and is brought to its end. */
static void meet(world *w) {
    push(w, 0, 0);
    pull_to(w, w->s[1], 0);
    finish(w->s[1]);
    push(w, 1, 0);
    pull_to(w, w->s[0], 0);
    finish(w->s[0]);
}

/* A table from what was read with the same options. */
static void same_table(mlops_store *s, const char *ref, const char *path, const char *csv) {
    mlops_table *t;
    mlops_error e;
    works(mlops_dataset_table(&t, s, "data", ref, path, MLOPS_PART_ALL, &e), &e);
    char *got = show(t), *want = show(parse_csv(csv));
    assert_string_equal(got, want);
    free(got), free(want);
}

static void has_rest(mlops_store *s, const mlops_id *id, int version, int without) {
    hex ref = hex_of(id);
    char *csv = make_rows(version, without);
    mlops_error e;
    mlops_reference *r;
    mlops_table *held, *rest;
    reads_text(s, "data", ref.text, "t.csv", csv);
    reads_text(s, "data", ref.text, "file.csv", csv);
    same_table(s, ref.text, "t.csv", csv);
    same_table(s, ref.text, "table", csv);
    works(mlops_dataset_reference(&r, s, "data", ref.text, "t.csv", &e), &e);
    mlops_reference_unref(r);
    works(mlops_dataset_table(&held, s, "data", ref.text, "t.csv", MLOPS_PART_HELD_OUT, &e), &e);
    works(mlops_dataset_table(&rest, s, "data", ref.text, "t.csv", MLOPS_PART_TRAIN, &e), &e);
    mlops_table *all = parse_csv(csv);
    assert_int_equal(mlops_table_n_rows(held) + mlops_table_n_rows(rest), mlops_table_n_rows(all));
    mlops_table_unref(held), mlops_table_unref(rest), mlops_table_unref(all);
    free(csv);
}

static void have_rest(world *w, mlops_store *s, int without) {
    for (int i = 0; i < VERSIONS; i++) has_rest(s, &w->ids[i], i, without);
}

static char *entries_of(mlops_store *s, const mlops_id *id) {
    mlops_table *t;
    mlops_error e;
    works(mlops_dataset_entries(&t, s, "data", hex_of(id).text, &e), &e);
    return show(t);
}

static void have_the_same(world *w) {
    for (int i = 0; i < VERSIONS; i++) {
        char *a = entries_of(w->s[0], &w->ids[i]), *b = entries_of(w->s[1], &w->ids[i]);
        assert_string_equal(a, b);
        free(a), free(b);
    }
}

static int has_words(world *w, int i) {
    return store_has(mlops__store_host(w->s[i]), w->path[i], WORDS);
}

/* ---- tests ---- */

/* The second one has gone on with commits that have what is left there. */
static void test_one_pulls(void **state) {
    world w;
    char path[120];
    mlops_error e;
    (void)state;
    begin(&w);
    erase(w.s[0], "name", WORDS[0], NULL);
    erase(w.s[1], "name", WORDS[1], NULL);
    push(&w, 1, 0);
    mlops_id next = commit_text(w.s[1], "data", NULL, "more", "1");
    pull_to(&w, w.s[0], 0);
    have_rest(&w, w.s[0], 3);
    refused(mlops_dataset_push(w.s[0], mlops_share_remote(w.share[0]), "data", NULL, NULL, &e), &e,
            MLOPS_E_BUSY, "not finished");
    finish(w.s[0]);
    have_rest(&w, w.s[0], 3);
    assert_int_equal(has_words(&w, 0), 0);
    push(&w, 1, 0); /* with a commit that has what is left there */
    pull_to(&w, w.s[0], 0);
    has_rest(w.s[0], &next, VERSIONS - 1, 3);
    finish(w.s[0]);
    push(&w, 0, 0);
    mlops_id own = commit_text(w.s[1], "data", NULL, "more", "2");
    refused(mlops_dataset_push(w.s[1], mlops_share_remote(w.share[0]), "data", NULL, NULL, &e), &e,
            MLOPS_E_CONFLICT, "pull");
    pull_to(&w, w.s[1], 0);
    have_rest(&w, w.s[1], 3);
    has_rest(w.s[1], &next, VERSIONS - 1, 3);
    has_rest(w.s[1], &own, VERSIONS - 1, 3);
    finish(w.s[1]);
    assert_int_equal(has_words(&w, 0) + has_words(&w, 1), 0);
    have_the_same(&w);
    push(&w, 1, 0);
    mlops_store *c = open_at(&w, "c.mlops", path);
    pull_to(&w, c, 0);
    have_rest(&w, c, 3);
    has_rest(c, &own, VERSIONS - 1, 3);
    assert_int_equal(store_has(mlops__store_host(c), path, WORDS), 0);
    mlops_store_close(c);
    is_sound(path);
    end(&w);
}

/* Each makes it by itself, before they meet again: both have made the same. */
static void test_both_pull(void **state) {
    world w;
    (void)state;
    begin(&w);
    erase(w.s[0], "name", WORDS[0], NULL);
    erase(w.s[1], "name", WORDS[1], NULL);
    push(&w, 0, 0);
    push(&w, 1, 1);
    pull_to(&w, w.s[0], 1);
    pull_to(&w, w.s[1], 0);
    finish(w.s[0]), finish(w.s[1]);
    have_rest(&w, w.s[0], 3);
    have_rest(&w, w.s[1], 3);
    have_the_same(&w);
    assert_int_equal(has_words(&w, 0) + has_words(&w, 1), 0);
    push(&w, 0, 1);
    pull_to(&w, w.s[1], 1);
    finish(w.s[1]);
    push(&w, 1, 1);
    push(&w, 1, 0);
    pull_to(&w, w.s[0], 0);
    pull_to(&w, w.s[0], 1);
    finish(w.s[0]);
    have_rest(&w, w.s[0], 3);
    have_rest(&w, w.s[1], 3);
    end(&w);
}

/* What the one erased is among what the other did; and the other way round. */
static void test_one_has_more(void **state) {
    (void)state;
    for (int more = 0; more < 2; more++) {
        world w;
        begin(&w);
        erase(w.s[more], NULL, NULL, "name == 'erika-4711' or name == 'max-0815'");
        erase(w.s[!more], "name", WORDS[1], NULL);
        push(&w, 1, 0);
        pull_to(&w, w.s[0], 0);
        finish(w.s[0]);
        have_rest(&w, w.s[0], 3);
        push(&w, 0, 0);
        pull_to(&w, w.s[1], 0);
        finish(w.s[1]);
        have_rest(&w, w.s[1], 3);
        have_the_same(&w);
        assert_int_equal(has_words(&w, 0) + has_words(&w, 1), 0);
        end(&w);
    }
}

/* Two erasures here, one behind the other, and one there. */
static void test_one_twice(void **state) {
    world w;
    (void)state;
    begin(&w);
    erase(w.s[0], "name", WORDS[0], NULL);
    erase(w.s[0], NULL, NULL, "x < 2");
    erase(w.s[1], "name", WORDS[1], NULL);
    meet(&w);
    have_the_same(&w);
    for (int i = 0; i < 2; i++) {
        char *left = read_text(w.s[i], "data", NULL, "t.csv"), *want = make_rows(VERSIONS - 1, 3);
        char *at = want, *kept = calloc(1, strlen(want) + 1), *line;
        while ((line = strsep(&at, "\n")) && *line) {
            const char *x = strchr(line, ',');
            if (atof(x + 1) >= 2 || line == want) sprintf(kept + strlen(kept), "%s\n", line);
        }
        assert_string_equal(left, kept);
        free(left), free(want), free(kept);
    }
    end(&w);
}

/* The clone has in its journal what is erased elsewhere, from where nothing goes: the pull says so,
 * and does nothing. */
static void test_in_journal(void **state) {
    static const char note[] = "a note of hers";
    world w;
    mlops_error e;
    mlops_table *t;
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    char digits[65], got[40];
    size_t n;
    (void)state;
    begin(&w);
    mlops_id before = resolve(w.s[1], "data", NULL);
    commit_text(w.s[0], "data", NULL, "note", note);
    push(&w, 0, 0);
    mlops_change *c = new_change(w.s[1]);
    mlops_id id = mlops__content_id(w.s[1], note, strlen(note));
    mlops__id_format(digits, &id);
    works(mlops__change_content(c, &id, note, strlen(note), NULL, &e), &e);
    add(c, "note", digits);
    commit(c);
    mlops_change_free(c);
    opts.paths = "note";
    opts.reason = "asked to";
    opts.by = "dpo";
    works(mlops_dataset_erase(w.s[0], "data", &opts, NULL, NULL, &e), &e);
    push(&w, 0, 0);
    refused(mlops_dataset_pull(w.s[1], mlops_share_remote(w.share[0]), "data", NULL, NULL, &e), &e,
            MLOPS_E_UNSUPPORTED, "journal");
    works(mlops_erase_list(&t, w.s[1], &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 0);
    mlops_table_unref(t);
    mlops_id after = resolve(w.s[1], "data", NULL);
    same_id(&before, &after);
    works(mlops_store_content(w.s[1], &id, got, sizeof got, &n, &e), &e);
    assert_memory_equal(got, note, n);
    have_rest(&w, w.s[1], 0);
    end(&w);
}

/* Nothing is left of a table without a header, on one side or of both together. */
static void test_nothing_left(void **state) {
    (void)state;
    for (int whole = 0; whole < 3; whole++) {
        world w = {0};
        mlops_error e;
        begin(&w);
        mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
        mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
        char file[200];
        const char *text = "erika-4711,1\nmax-0815,2\n";
        csv.flags = MLOPS_CSV_NO_HEADER;
        opts.csv = &csv;
        snprintf(file, sizeof file, "%s/bare.csv", w.p.dir);
        set_file(file, text, strlen(text));
        mlops_change *c = new_change(w.s[0]);
        mlops_draft *d = new_draft(c, "data", NULL);
        works(mlops_draft_add_csv(d, "bare.csv", file, &opts, &e), &e);
        w.ids[0] = end_draft(d);
        commit(c);
        mlops_change_free(c);
        push(&w, 0, 0);
        pull_to(&w, w.s[1], 0);
        for (int i = 0; i < 2; i++) {
            int all = whole == i + 1;
            erase(w.s[i], all ? NULL : "c0", all ? NULL : WORDS[i], all ? "c1 > 0" : NULL);
        }
        meet(&w);
        for (int i = 0; i < 2; i++) {
            mlops_table *t;
            works(mlops_dataset_table(&t, w.s[i], "data", NULL, "bare.csv", MLOPS_PART_ALL, &e),
                  &e);
            assert_int_equal(mlops_table_n_rows(t), 0);
            assert_int_equal(mlops_table_n_columns(t), 2);
            mlops_table_unref(t);
        }
        char *a = entries_of(w.s[0], &w.ids[0]), *b = entries_of(w.s[1], &w.ids[0]);
        assert_string_equal(a, b);
        free(a), free(b);
        end(&w);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_pulls),    cmocka_unit_test(test_both_pull),
        cmocka_unit_test(test_one_has_more), cmocka_unit_test(test_one_twice),
        cmocka_unit_test(test_in_journal),   cmocka_unit_test(test_nothing_left),
    };
    return cmocka_run_group_tests_name("transfer_apart", tests, NULL, NULL);
}
