/* Feature sets: versions that never change, against a plain model of them, over reopened stores. */
#define _GNU_SOURCE
#include "unit/draw.h"
#include "unit/help_swift.h"

enum { KINDS = 6 };

/* Features of one kind: each has another content. */
static mlops_feature *features(int kind) {
    static const char CSV[] = "x,y\n1,2\n2,4\n3,7\n";
    char definition[128];
    mlops_table *table;
    mlops_feature *f;
    mlops_error e;
    works(mlops_table_parse(&table, CSV, strlen(CSV), NULL, &e), &e);
    snprintf(definition, sizeof definition, "a = standardise(x)\nb = %d * y + impute(x, 'mean')\n",
             kind);
    works(mlops_feature_fit(&f, definition, table, NULL, &e), &e);
    mlops_table_unref(table);
    return f;
}

static mlops_id id_of(int kind) {
    mlops_feature *f = features(kind);
    mlops_id id;
    mlops_feature_id(f, &id);
    mlops_feature_unref(f);
    return id;
}

static int64_t put_kind(mlops_change *c, const char *name, int kind) {
    mlops_feature *f = features(kind);
    mlops_error e;
    int64_t version = 0;
    works(mlops_featurestore_put(c, &version, name, f, &e), &e);
    mlops_feature_unref(f);
    return version;
}

static void assert_kind(mlops_store *s, const char *name, int64_t version, int kind) {
    mlops_feature *f;
    mlops_error e;
    mlops_id id, want = id_of(kind);
    works(mlops_featurestore_get(&f, s, name, version, &e), &e);
    mlops_feature_id(f, &id);
    assert_memory_equal(id.bytes, want.bytes, 32);
    mlops_feature_unref(f);
}

static void features_come_back(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    mlops_change *c = new_change(s);
    mlops_feature *f;
    mlops_error e;
    assert_int_equal(put_kind(c, "fraud", 1), 1);
    assert_int_equal(put_kind(c, "fraud", 2), 2);
    assert_int_equal(put_kind(c, "fraud", 1), 1); /* in the same change */
    refused(mlops_featurestore_get(&f, s, "fraud", 1, &e), &e, MLOPS_E_NOT_FOUND, "fraud");
    assert_null(f);
    commit(c);
    assert_int_equal(put_kind(c, "fraud", 2), 2); /* in the store */
    assert_int_equal(mlops_change_commit(c, NULL, &e), MLOPS_OK);
    assert_int_equal(stats_of(s).seq, 1); /* nothing was to be done */
    assert_int_equal(put_kind(c, "fraud", 3), 3);
    commit(c);
    mlops_change_free(c);
    mlops_store_close(s);
    s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
    assert_kind(s, "fraud", 1, 1);
    assert_kind(s, "fraud", 2, 2);
    assert_kind(s, "fraud", 0, 3);
    mlops_feature *got;
    float row[2];
    const mlops_feature_value values[2] = {{.type = MLOPS_TYPE_FLOAT64, .f64 = 2},
                                           {.type = MLOPS_TYPE_FLOAT64, .f64 = 5}};
    works(mlops_featurestore_get(&got, s, "fraud", 0, &e), &e);
    assert_int_equal(mlops_feature_row(got, values, 2, row, 2), MLOPS_OK);
    assert_true(row[0] == 0 && row[1] == 17);
    mlops_feature_unref(got);
    mlops_store_close(s);
    remove_place(&p);
}

static void what_is_not_there_is_said(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    mlops_change *c = new_change(s);
    mlops_feature *f = features(1), *got;
    mlops_table *list;
    mlops_error e;
    int64_t version = 7;
    put_kind(c, "fraud", 1);
    commit(c);
    refused(mlops_featurestore_get(&got, s, "frauds", 0, &e), &e, MLOPS_E_NOT_FOUND,
            "did you mean \"fraud\"");
    refused(mlops_featurestore_get(&got, s, "churn", 0, &e), &e, MLOPS_E_NOT_FOUND,
            "no feature set \"churn\"");
    refused(mlops_featurestore_get(&got, s, "fraud", 2, &e), &e, MLOPS_E_NOT_FOUND,
            "the newest is 1");
    refused(mlops_featurestore_get(&got, s, "fraud", -1, &e), &e, MLOPS_E_INVALID, "-1");
    refused(mlops_featurestore_get(&got, s, "", 0, &e), &e, MLOPS_E_INVALID, "0 bytes");
    refused(mlops_featurestore_get(&got, s, NULL, 0, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_featurestore_get(&got, NULL, "a", 0, &e), &e, MLOPS_E_INVALID, "NULL");
    assert_null(got);
    refused(mlops_featurestore_put(c, &version, "a\tb", f, &e), &e, MLOPS_E_INVALID, "byte 1");
    refused(mlops_featurestore_put(c, &version, "a", NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_featurestore_put(NULL, &version, "a", f, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_featurestore_put(c, NULL, "a", f, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_featurestore_list(&list, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    assert_null(list);
    assert_int_equal(version, 7);
    mlops_feature_unref(f);
    mlops_change_free(c);
    mlops_store_close(s);
    remove_place(&p);
}

static void a_number_is_given_once(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    mlops_change *a = new_change(s), *b = new_change(s);
    mlops_error e;
    assert_int_equal(put_kind(a, "fraud", 1), 1);
    assert_int_equal(put_kind(b, "fraud", 2), 1);
    commit(a);
    refused(mlops_change_commit(b, NULL, &e), &e, MLOPS_E_CONFLICT, "fraud");
    assert_int_equal(put_kind(b, "fraud", 2), 2);
    commit(b);
    mlops_audit *audit;
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    works(mlops_audit_read(&audit, s, 2, 1, &e), &e);
    assert_int_equal(mlops_audit_at(audit, 0, &entry), MLOPS_OK);
    assert_string_equal(entry.verb, "featurestore put fraud 2");
    mlops_audit_unref(audit);
    mlops_change_free(a);
    mlops_change_free(b);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- against a model ---- */

static const char *const NAMES[] = {"a", "a b", "b", "b\xc3\xa4"}; /* in the order of listings */
enum { SETS = 4, STEPS = 12, SEEDS = 200 };

typedef struct sets {
    int n[SETS];
    int kinds[SETS][KINDS];
} sets;

static int64_t model_put(sets *m, int set, int kind) {
    for (int i = 0; i < m->n[set]; i++)
        if (m->kinds[set][i] == kind) return i + 1;
    m->kinds[set][m->n[set]++] = kind;
    return m->n[set];
}

static void assert_list(mlops_store *s, const sets *m) {
    mlops_table *list;
    mlops_error e;
    char cell[80], want[80];
    int64_t row = 0;
    works(mlops_featurestore_list(&list, s, &e), &e);
    for (int set = 0; set < SETS; set++)
        for (int i = 0; i < m->n[set]; i++, row++) {
            mlops_id id = id_of(m->kinds[set][i]);
            mlops_table_text(list, 0, row, cell, sizeof cell, NULL);
            assert_string_equal(cell, NAMES[set]);
            mlops_table_text(list, 1, row, cell, sizeof cell, NULL);
            assert_int_equal(atoi(cell), i + 1);
            mlops_table_text(list, 2, row, cell, sizeof cell, NULL);
            for (int k = 0; k < 32; k++) snprintf(want + 2 * k, 3, "%02x", id.bytes[k]);
            assert_string_equal(cell, want);
            mlops_table_text(list, 3, row, cell, sizeof cell, NULL);
            assert_string_equal(cell, "2");
            mlops_table_text(list, 4, row, cell, sizeof cell, NULL);
            assert_string_equal(cell, "2");
        }
    assert_int_equal(mlops_table_n_rows(list), row);
    mlops_table_unref(list);
}

/* Some over LMDB, most of them quick. */
static mlops_store *open_some(const place *p, uint64_t k) {
    if (k % 32) return open_swift(p->path);
    return open_with(p->path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
}

static void a_store_is_its_model(void **state) {
    (void)state;
    place p;
    make_place(&p);
    for (uint64_t k = 0; k < SEEDS; k++) {
        seed = k;
        sets now = {{0}, {{0}}}, next = now;
        mlops_store *s = open_some(&p, k);
        mlops_change *c = new_change(s);
        for (int i = 0; i < STEPS; i++) {
            uint64_t what = draw() % 8;
            int set = (int)(draw() % SETS), kind = (int)(draw() % KINDS);
            if (what < 5) {
                assert_int_equal(put_kind(c, NAMES[set], kind), model_put(&next, set, kind));
            } else if (what < 7) {
                mlops_error e;
                works(mlops_change_commit(c, NULL, &e), &e);
                now = next;
            } else {
                mlops_change_free(c);
                mlops_store_close(s);
                s = open_some(&p, k);
                c = new_change(s);
                next = now;
            }
        }
        assert_list(s, &now);
        for (int set = 0; set < SETS; set++)
            if (now.n[set]) assert_kind(s, NAMES[set], 0, now.kinds[set][now.n[set] - 1]);
        mlops_change_free(c);
        mlops_store_close(s);
        shell("rm -r '%s'", p.path);
    }
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(features_come_back),
        cmocka_unit_test(what_is_not_there_is_said),
        cmocka_unit_test(a_number_is_given_once),
        cmocka_unit_test(a_store_is_its_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
