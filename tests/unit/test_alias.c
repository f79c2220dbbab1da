/* Aliases against a plain list: who holds them, since when, and where rollbacks lead. */
#define _GNU_SOURCE
#include "unit/help_registry.h"

#include "unit/draw.h"

enum { ALIASES = 3, VERSIONS = 5, ENTRIES_MAX = 100, SEEDS = 300, STEPS = 40 };

static const char *const names[ALIASES] = {"champion", "canary 2", "\xc3\xa4.b"};

/* What is expected of an alias: its entries, and the holders that rollbacks go back to. */
typedef struct shadow {
    int n;
    struct {
        int64_t version, previous, time_ns;
        const char *action;
    } entries[ENTRIES_MAX];
    int depth;
    int64_t stack[ENTRIES_MAX]; /* 0: nobody */
} shadow;

static int64_t holder(const shadow *s) { return s->depth ? s->stack[s->depth - 1] : 0; }

static void note(shadow *s, int64_t version, int64_t previous, int64_t now, const char *action) {
    int64_t before = s->n ? s->entries[s->n - 1].time_ns : now;
    s->entries[s->n].version = version;
    s->entries[s->n].previous = previous;
    s->entries[s->n].time_ns = now < before ? before : now;
    s->entries[s->n++].action = action;
}

static void push(shadow *s, int64_t version, int64_t now, const char *action) {
    note(s, version, holder(s), now, action);
    s->stack[s->depth++] = version;
}

/* 0: there is nobody to go back to. */
static int64_t pop(shadow *s, int64_t now) {
    int64_t below = s->depth > 1 ? s->stack[s->depth - 2] : 0;
    if (!below) return 0;
    note(s, below, holder(s), now, "rollback");
    s->depth--;
    return below;
}

static int64_t shadow_at(const shadow *s, int64_t time_ns) {
    int64_t held = 0;
    for (int i = 0; i < s->n && s->entries[i].time_ns <= time_ns; i++) held = s->entries[i].version;
    return held;
}

static void act(ground *g, mlops_change *c, const char *model, shadow *shadows) {
    int which = (int)(draw() % ALIASES), what = (int)(draw() % 8);
    int64_t version = (int64_t)(draw() % VERSIONS) + 1, got = -1;
    shadow *s = &shadows[which];
    const char *alias = names[which];
    mlops_error e;
    char digits[8];
    if (what < 5) {
        snprintf(digits, sizeof digits, "%d", (int)version);
        works(mlops_registry_promote(c, model, digits, alias, NULL, &e), &e);
        if (holder(s) != version) push(s, version, g->clocks.now, "promote");
    } else if (what < 7) {
        mlops_status status = mlops_registry_rollback(c, &got, model, alias, NULL, &e);
        int64_t want = pop(s, g->clocks.now);
        if (!want) refused(status, &e, MLOPS_E_NOT_FOUND, alias);
        else works(status, &e);
        if (want) assert_int_equal(got, want);
    } else {
        mlops_status status = mlops_registry_drop_alias(c, model, alias, "no more", &e);
        if (!holder(s)) refused(status, &e, MLOPS_E_NOT_FOUND, alias);
        else works(status, &e);
        if (holder(s)) push(s, 0, g->clocks.now, "drop");
    }
}

static void number_is(const mlops_table *t, int64_t row, const char *column, int64_t want) {
    char digits[32] = "-";
    if (want) snprintf(digits, sizeof digits, "%lld", (long long)want);
    assert_string_equal(cell(t, row, column), digits);
}

static void agrees(ground *g, const char *model, const shadow *s, const char *alias) {
    mlops_table *t;
    mlops_error e;
    assert_int_equal(held_at(g, model, alias, 0), holder(s));
    mlops_status status = mlops_registry_history(&t, g->store, model, alias, &e);
    if (s->n == 0) {
        refused(status, &e, MLOPS_E_NOT_FOUND, alias);
        return;
    }
    works(status, &e);
    assert_int_equal(mlops_table_n_rows(t), s->n);
    for (int i = 0; i < s->n; i++) {
        number_is(t, i, "number", i + 1);
        number_is(t, i, "version", s->entries[i].version);
        number_is(t, i, "previous", s->entries[i].previous);
        number_is(t, i, "time_ns", s->entries[i].time_ns);
        assert_string_equal(cell(t, i, "action"), s->entries[i].action);
        if (strcmp(s->entries[i].action, "rollback") != 0) {
            number_is(t, i, "restores", 0);
            continue;
        }
        int64_t restores = atoi(cell(t, i, "restores"));
        assert_true(restores > 0 && restores <= i);
        assert_int_equal(s->entries[restores - 1].version, s->entries[i].version);
    }
    mlops_table_unref(t);
    for (int i = 0; i < s->n; i++)
        for (int64_t d = -1; d <= 1; d++) {
            int64_t time_ns = s->entries[i].time_ns + d;
            assert_int_equal(held_at(g, model, alias, time_ns), shadow_at(s, time_ns));
        }
}

static void aliases_agree_with_a_list(void **state) {
    (void)state;
    ground g;
    make_ground(&g);
    mlops_model *model = load_model();
    for (seed = 1; seed <= SEEDS; seed++) {
        shadow shadows[ALIASES];
        uint64_t number = seed;
        char name[32];
        snprintf(name, sizeof name, "m%d", (int)seed);
        memset(shadows, 0, sizeof shadows);
        for (int v = 0; v < VERSIONS; v++) register_with(&g, name, model, NULL);
        for (int step = 0; step < STEPS;) {
            mlops_change *c = new_change(g.store);
            shadow before[ALIASES];
            memcpy(before, shadows, sizeof before);
            for (int n = 1 + (int)(draw() % 4); n > 0; n--, step++) {
                g.clocks.now += (int64_t)(draw() % 7) - 2; /* clocks go back, too */
                act(&g, c, name, shadows);
            }
            if (draw() % 8) commit(c);
            else memcpy(shadows, before, sizeof before);
            mlops_change_free(c);
            if (draw() % 32 == 0)
                open_again(&g, draw() % 2 ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE);
        }
        for (int i = 0; i < ALIASES; i++) agrees(&g, name, &shadows[i], names[i]);
        seed = number;
    }
    mlops_model_unref(model);
    remove_ground(&g);
}

static void rollbacks_go_further_and_further_back(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    int64_t version;
    make_ground(&g);
    register_some(&g, "m", 4);
    for (int i = 1; i <= 3; i++) {
        char digits[2] = {(char)('0' + i), 0};
        promote(&g, "m", digits, "champion");
    }
    mlops_change *c = new_change(g.store);
    works(mlops_registry_rollback(c, &version, "m", "champion", "too slow", &e), &e);
    assert_int_equal(version, 2);
    works(mlops_registry_rollback(c, &version, "m", "champion", NULL, &e), &e);
    assert_int_equal(version, 1);
    refused(mlops_registry_rollback(c, &version, "m", "champion", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "nobody held \"champion\" of \"m\" before version 1; drop the alias instead");
    works(mlops_registry_promote(c, "m", "4", "champion", NULL, &e), &e);
    works(mlops_registry_rollback(c, &version, "m", "champion", NULL, &e), &e);
    assert_int_equal(version, 1);
    works(mlops_registry_drop_alias(c, "m", "champion", NULL, &e), &e);
    works(mlops_registry_rollback(c, &version, "m", "champion", NULL, &e), &e);
    assert_int_equal(version, 1);
    commit(c);
    mlops_change_free(c);
    mlops_table *t = history(&g, "m", "champion");
    assert_int_equal(mlops_table_n_rows(t), 9);
    assert_string_equal(cell(t, 3, "note"), "too slow");
    assert_string_equal(cell(t, 3, "restores"), "2");
    assert_string_equal(cell(t, 6, "restores"), "1");
    assert_string_equal(cell(t, 7, "version"), "-");
    mlops_table_unref(t);
    remove_ground(&g);
}

/* Nobody held it between a drop and the next promotion: there is nobody to go back to. */
static void a_drop_is_a_holder_too(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    int64_t version;
    make_ground(&g);
    register_some(&g, "m", 2);
    promote(&g, "m", "1", "champion");
    mlops_change *c = new_change(g.store);
    works(mlops_registry_drop_alias(c, "m", "champion", NULL, &e), &e);
    refused(mlops_registry_drop_alias(c, "m", "champion", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "no version of \"m\" holds \"champion\"");
    works(mlops_registry_promote(c, "m", "2", "champion", NULL, &e), &e);
    refused(mlops_registry_rollback(c, &version, "m", "champion", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "before version 2");
    mlops_change_free(c);
    remove_ground(&g);
}

static void names_of_aliases_are_checked(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t;
    int64_t version;
    make_ground(&g);
    register_some(&g, "m", 1);
    mlops_change *c = new_change(g.store);
    const struct {
        const char *alias, *word;
    } bad[] = {{"7", "number of a version"},
               {"latest", "newest version"},
               {"", "0 bytes"},
               {"a\tb", "byte 1"},
               {NULL, "NULL"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *alias = bad[i].alias;
        refused(mlops_registry_promote(c, "m", "1", alias, NULL, &e), &e, MLOPS_E_INVALID,
                bad[i].word);
        refused(mlops_registry_rollback(c, &version, "m", alias, NULL, &e), &e, MLOPS_E_INVALID,
                bad[i].word);
        refused(mlops_registry_drop_alias(c, "m", alias, NULL, &e), &e, MLOPS_E_INVALID,
                bad[i].word);
        refused(mlops_registry_set_gate(c, "m", alias, "auc > 0", &e), &e, MLOPS_E_INVALID,
                bad[i].word);
        refused(mlops_registry_alias_at(&version, g.store, "m", alias, 0, &e), &e, MLOPS_E_INVALID,
                bad[i].word);
        refused(mlops_registry_history(&t, g.store, "m", alias, &e), &e, MLOPS_E_INVALID,
                bad[i].word);
        assert_null(t);
        refused(mlops_registry_decisions(&t, g.store, "m", alias, &e), &e, MLOPS_E_INVALID,
                bad[i].word);
    }
    refused(mlops_registry_alias_at(&version, g.store, "n", "champion", 0, &e), &e,
            MLOPS_E_NOT_FOUND, "\"n\"");
    refused(mlops_registry_history(&t, g.store, "m", "champion", &e), &e, MLOPS_E_NOT_FOUND,
            "champion");
    refused(mlops_registry_promote(c, "m", "2", "champion", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "version 2");
    refused(mlops_registry_promote(c, "m", "canary", "champion", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "canary");
    mlops_change_free(c);
    remove_ground(&g);
}

/* A change is based on who held the alias; on what `which` named, too. */
static void a_race_ends_in_a_conflict(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    int64_t version;
    make_ground(&g);
    register_some(&g, "m", 3);
    promote(&g, "m", "1", "champion");
    promote(&g, "m", "2", "canary");

    mlops_change *a = new_change(g.store), *b = new_change(g.store);
    works(mlops_registry_promote(a, "m", "2", "champion", NULL, &e), &e);
    works(mlops_registry_promote(b, "m", "3", "champion", NULL, &e), &e);
    commit(b);
    refused(mlops_change_commit(a, NULL, &e), &e, MLOPS_E_CONFLICT, "champion");

    works(mlops_registry_promote(a, "m", "canary", "champion", NULL, &e), &e);
    promote(&g, "m", "1", "canary");
    refused(mlops_change_commit(a, NULL, &e), &e, MLOPS_E_CONFLICT, "canary");

    works(mlops_registry_rollback(a, &version, "m", "champion", NULL, &e), &e);
    works(mlops_registry_drop_alias(b, "m", "champion", NULL, &e), &e);
    commit(b);
    refused(mlops_change_commit(a, NULL, &e), &e, MLOPS_E_CONFLICT, "champion");

    works(mlops_registry_promote(a, "m", "latest", "champion", NULL, &e), &e);
    works(mlops_registry_promote(b, "m", "3", "shadow", NULL, &e), &e);
    register_some(&g, "m", 1);
    refused(mlops_change_commit(a, NULL, &e), &e, MLOPS_E_CONFLICT, "m");
    commit(b); /* a number means the same whatever else is registered */
    assert_int_equal(held_at(&g, "m", "shadow", 0), 3);
    assert_int_equal(held_at(&g, "m", "champion", 0), 0);
    mlops_change_free(a);
    mlops_change_free(b);
    remove_ground(&g);
}

/* Who holds it already keeps it: nothing is added, and there is nothing to roll back. */
static void promoting_the_holder_changes_nothing(void **state) {
    (void)state;
    ground g;
    make_ground(&g);
    register_some(&g, "m", 2);
    promote(&g, "m", "2", "champion");
    int64_t seq = stats_of(g.store).seq;
    promote(&g, "m", "latest", "champion");
    assert_int_equal(stats_of(g.store).seq, seq);
    mlops_table *t = history(&g, "m", "champion");
    assert_int_equal(mlops_table_n_rows(t), 1);
    mlops_table_unref(t);
    remove_ground(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aliases_agree_with_a_list),
        cmocka_unit_test(rollbacks_go_further_and_further_back),
        cmocka_unit_test(a_drop_is_a_holder_too),
        cmocka_unit_test(names_of_aliases_are_checked),
        cmocka_unit_test(a_race_ends_in_a_conflict),
        cmocka_unit_test(promoting_the_holder_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
