/* Columns of texts: a reference keeps what is counted of them, and says of a table what the table
 * that it was made of says. */
#define _GNU_SOURCE
#include "profile/reference.h"
#include "unit/help_drift.h"
#include "unit/help_path.h"
#include "unit/help_stream.h"

#include <unistd.h>

/* Some words of twenty. */
static void put_words(mlops__buf *out, int n) {
    static const char *const words[] = {"the",    "parcel", "came",   "late",   "screen",
                                        "works",  "well",   "thanks", "answer", "QUICK",
                                        "Übel",   "broken", "order",  "again",  "refund",
                                        "please", "never",  "asked",  "money",  "back"};
    for (int i = 0; i < n; i++) {
        const char *word = words[draw() % 20];
        mlops__buf_put(out, word, strlen(word));
        mlops__buf_u8(out, i + 1 < n ? ' ' : '.');
    }
}

/* Rows of a review, a name of few, and a number; the review is null at times. */
static mlops_table *rows(int64_t n, int words, const char *header) {
    mlops__buf csv;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_put(&csv, header, strlen(header));
    for (int64_t i = 0; i < n; i++) {
        char line[64];
        if (draw() % 20) put_words(&csv, words + (int)(draw() % 9));
        int size =
            snprintf(line, sizeof line, ",k%d,%d\n", (int)(draw() % 5), (int)(draw() % 1000));
        mlops__buf_put(&csv, line, (size_t)size);
    }
    mlops__buf_u8(&csv, 0);
    mlops_table *out = parse((const char *)csv.data);
    mlops__buf_free(&csv);
    return out;
}

static mlops_reference *keep_texts(const mlops_table *table, uint32_t flags, const char *ignore) {
    mlops_reference *out;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_error err;
    opts.flags = MLOPS_REFERENCE_TEXTS | flags;
    opts.ignore = ignore;
    if (mlops_reference_new(&out, table, &opts, &err)) fail_msg("%s", err.message);
    return out;
}

static void same_reports(const mlops_drift *want, const mlops_drift *got) {
    static char a[1 << 18], b[1 << 18];
    size_t n = 0;
    assert_int_equal(mlops_drift_json(want, a, sizeof a, &n), MLOPS_OK);
    assert_int_equal(mlops_drift_json(got, b, sizeof b, &n), MLOPS_OK);
    assert_string_equal(a, b);
}

static void test_reference_says_what_the_table_says(void **state) {
    (void)state;
    for (int round = 0; round < 20; round++) {
        seed = (uint64_t)round;
        mlops_table *x = rows(60 + round * 40, 5, "review,kind,n\n");
        mlops_table *y = rows(50 + round * 30, round % 2 ? 5 : 7, "review,kind,n\n");
        mlops_drift *want = compare(x, y, NULL), *got;
        mlops_reference *kept = keep_texts(x, MLOPS_REFERENCE_EXACT, NULL);
        mlops_error err;
        assert_int_equal(mlops_reference_n_columns(kept), 10);
        assert_string_equal(mlops_reference_name(kept, 7), "review.word");
        if (mlops_drift_compare_reference(&got, kept, y, NULL, &err)) fail_msg("%s", err.message);
        same_reports(want, got);
        mlops_drift_unref(got);
        assert_int_equal(mlops_reference_save(kept, path, &err), MLOPS_OK);
        mlops_reference_unref(kept);
        if (mlops_reference_load(&kept, path, NULL, &err)) fail_msg("%s", err.message);
        if (mlops_drift_compare_reference(&got, kept, y, NULL, &err)) fail_msg("%s", err.message);
        same_reports(want, got);
        mlops_drift_unref(got);
        mlops_reference_unref(kept);
        mlops_drift_unref(want);
        mlops_table_unref(x);
        mlops_table_unref(y);
    }
}

static int64_t n_compared(const mlops_reference *kept, const mlops_table *y, const char *columns,
                          const char *ignore) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift *got;
    mlops_error err;
    opts.columns = columns;
    opts.ignore = ignore;
    if (mlops_drift_compare_reference(&got, kept, y, &opts, &err)) fail_msg("%s", err.message);
    int64_t n = mlops_drift_n_columns(got);
    mlops_drift_unref(got);
    return n;
}

/* Lists name the column of texts, or one that is counted of it. */
static void test_names(void **state) {
    (void)state;
    mlops_table *x = rows(100, 5, "review,kind,n\n"), *counted;
    mlops_reference *kept = keep_texts(x, 0, NULL), *some;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_drift *got;
    mlops_error err;
    assert_int_equal(n_compared(kept, x, NULL, NULL), 10);
    assert_int_equal(n_compared(kept, x, "review", NULL), 8);
    assert_int_equal(n_compared(kept, x, NULL, "review"), 2);
    assert_int_equal(n_compared(kept, x, "review.words,n", NULL), 2);
    assert_int_equal(mlops_table_texts(&counted, x, "review", &err), MLOPS_OK);
    assert_int_equal(n_compared(kept, counted, "review", NULL), 8);
    refused(mlops_drift_compare_reference(&got, kept, counted, NULL, &err), &err, MLOPS_E_SCHEMA,
            "'kind'");
    mlops_table_unref(counted);
    assert_int_equal(mlops_reference_save(kept, path, &err), MLOPS_OK);
    opts.columns = "n,review";
    if (mlops_reference_load(&some, path, &opts, &err)) fail_msg("%s", err.message);
    assert_int_equal(mlops_reference_n_columns(some), 9);
    assert_string_equal(mlops_reference_name(some, 0), "n");
    mlops_reference_unref(some);
    opts.columns = NULL;
    opts.ignore = "review";
    if (mlops_reference_load(&some, path, &opts, &err)) fail_msg("%s", err.message);
    assert_int_equal(mlops_reference_n_columns(some), 2);
    mlops_reference_unref(some);
    mlops_reference_unref(kept);
    kept = keep_texts(x, 0, "review");
    assert_int_equal(mlops_reference_n_columns(kept), 2);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
}

static void test_what_does_not_fit(void **state) {
    (void)state;
    mlops_table *x = rows(100, 5, "review,kind,n\n"), *y = parse("kind,n\na,1\n"),
                *z = parse("review,kind,n\n5,a,1\n"),
                *w = rows(100, 5, "review,kind,review.words\n"),
                *few = rows(49, 5, "review,kind,n\n");
    mlops_reference *kept = keep_texts(x, 0, NULL), *none;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_drift *got;
    mlops_error err;
    refused(mlops_drift_compare_reference(&got, kept, y, NULL, &err), &err, MLOPS_E_SCHEMA,
            "no column 'review'");
    refused(mlops_drift_compare_reference(&got, kept, z, NULL, &err), &err, MLOPS_E_SCHEMA,
            "'review' is string in the reference and numeric");
    opts.flags = MLOPS_REFERENCE_TEXTS;
    refused(mlops_reference_new(&none, w, &opts, &err), &err, MLOPS_E_SCHEMA, "'review.words'");
    mlops_reference_unref(kept);
    kept = keep_texts(few, 0, NULL); /* too few to tell whether they are texts */
    assert_int_equal(mlops_reference_n_columns(kept), 3);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    mlops_table_unref(y);
    mlops_table_unref(z);
    mlops_table_unref(w);
    mlops_table_unref(few);
}

/* A column says that it is of texts, but its name or type does not. */
static void test_parts_that_contradict(void **state) {
    (void)state;
    static const char *const tables[] = {"a\n1\n2\n", "a.words\n1\n2\n", "a.words\n0.5\n2\n",
                                         ".words\n1\n2\n", "a.word\nx\ny\n"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (uint32_t part = 1; part < 20; part++) {
            mlops_table *x = parse(tables[i]);
            mlops_reference *kept, *got;
            mlops__buf payload;
            mlops_error err;
            mlops__buf_init(&payload, &mlops__heap);
            assert_int_equal(mlops_reference_new(&kept, x, NULL, &err), MLOPS_OK);
            assert_int_equal(mlops__reference_payload(kept, &payload), MLOPS_OK);
            payload.data[16 + 13] = (uint8_t)part; /* of the flags */
            mlops_status want =
                (i == 1 && part == 2) || (i == 4 && part == 8) ? MLOPS_OK : MLOPS_E_CORRUPT;
            mlops_status status = mlops__reference_parse(&got, payload.data, payload.size,
                                                         mlops__reference_host(kept), &err);
            assert_int_equal(status, want);
            if (!status) mlops_reference_unref(got);
            mlops_reference_unref(kept);
            mlops__buf_free(&payload);
            mlops_table_unref(x);
        }
}

/* ---- streams ---- */

static mlops_table *some_rows(int round) {
    return rows(60 + (int64_t)(draw() % 700), round % 3 ? 5 : 2, "review,kind,n\n");
}

static void test_streams_say_what_tables_say(void **state) {
    (void)state;
    int n_described = 0;
    for (int round = 0; round < 60; round++) {
        seed = (uint64_t)round;
        mlops_table *x = some_rows(round), *y = some_rows(round + (int)(draw() % 2)), *p, *q;
        producer a = producer_of(x), b = producer_of(y);
        p = whole(&a);
        q = whole(&b);
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        if (round % 7 == 0) drift.flags = MLOPS_DRIFT_WHOLE_TEXTS;
        if (round % 11 == 0) drift.preset = MLOPS_DRIFT_EVIDENTLY, drift.flags = 0;
        mlops_drift_stream_opts opts = both(&a, &b, &drift);
        mlops_drift *want = compare(p, q, &drift), *got;
        got = within(&opts, &drift, NULL, round % 3 ? 100000 : 1 << 24);
        same_reports(want, got);
        n_described += mlops_drift_n_columns(want) == 10;
        mlops_drift_unref(got);
        mlops_drift_unref(want);
        if (!drift.preset) {
            mlops_reference *kept = keep_texts(p, round % 2 ? MLOPS_REFERENCE_EXACT : 0, NULL);
            assert_int_equal(mlops_drift_compare_reference(&want, kept, q, NULL, NULL), MLOPS_OK);
            opts.reference_open = NULL;
            opts.reference = kept;
            drift.flags = 0;
            got = within(&opts, &drift, NULL, 100000);
            same_reports(want, got);
            mlops_drift_unref(got);
            mlops_drift_unref(want);
            mlops_reference_unref(kept);
        }
        mlops_table_unref(p);
        mlops_table_unref(q);
        mlops_table_unref(x);
        mlops_table_unref(y);
    }
    assert_true(n_described > 20);
    assert_int_equal(n_blocks, 0);
}

/* Long texts, none of which is kept: what is counted of them fits where they do not. */
static void test_texts_larger_than_the_bound(void **state) {
    (void)state;
    char other[80];
    snprintf(other, sizeof other, "%s.csv", path);
    mlops_table *x = rows(3000, 60, "review,kind,n\n"), *y = rows(2000, 60, "review,kind,n\n");
    for (int round = 0; round < 2; round++) {
        producer a = producer_of(x), b = producer_of(y);
        a.batch = b.batch = 100;
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        mlops_drift_stream_opts opts = both(&a, &b, &drift);
        assert_int_equal(mlops_table_write(x, path, NULL, NULL), MLOPS_OK);
        assert_int_equal(mlops_table_write(y, other, NULL, NULL), MLOPS_OK);
        if (round) opts.reference_open = opts.current_open = NULL;
        if (round) opts.reference_path = path, opts.current_path = other;
        mlops_drift *want = compare(x, y, NULL);
        const int64_t bound = round ? 1 << 20 : 440000; /* the reviews alone take 1.1 MB */
        mlops_drift *got = within(&opts, &drift, NULL, bound);
        assert_true(most < (size_t)bound);
        same_reports(want, got);
        mlops_drift_unref(want);
        mlops_drift_unref(got);
    }
    unlink(other);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

/* As many columns of texts as numbers; the first one's are long. */
static mlops_table *many_texts(int64_t n) {
    mlops__buf csv;
    mlops__buf_init(&csv, &mlops__heap);
    const char *header = "a,x,b,y,c,z\n";
    mlops__buf_put(&csv, header, strlen(header));
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < 3; k++) {
            char number[32];
            put_words(&csv, k ? 6 : 20);
            int size = snprintf(number, sizeof number, ",%d%c", (int)(draw() % 1000), ",,\n"[k]);
            mlops__buf_put(&csv, number, (size_t)size);
        }
    mlops__buf_u8(&csv, 0);
    mlops_table *out = parse((const char *)csv.data);
    mlops__buf_free(&csv);
    return out;
}

/* Wherever memory ends the report is the same, or there is none. */
static void test_any_bound(void **state) {
    (void)state;
    mlops_table *x = many_texts(300), *y = many_texts(300);
    mlops_drift *want = compare(x, y, NULL);
    int n_same = 0, n_refused = 0;
    assert_int_equal(mlops_drift_n_columns(want), 3 * 9);
    for (int64_t bound = 110000; bound < 400000; bound += bound < 200000 ? 450 : 3000) {
        producer a = producer_of(x), b = producer_of(y);
        a.batch = b.batch = 128;
        mlops_call call = MLOPS_CALL_INIT;
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        mlops_drift_stream_opts opts = both(&a, &b, &drift);
        mlops_drift *got;
        call.memory_max = bound;
        drift.call = &call;
        mlops_status status = mlops_drift_compare_stream(&got, &opts, NULL);
        n_refused += status == MLOPS_E_LIMIT;
        if (status == MLOPS_E_LIMIT) continue;
        assert_int_equal(status, MLOPS_OK);
        same_reports(want, got);
        mlops_drift_unref(got);
        n_same++;
    }
    assert_true(n_same > 50 && n_refused > 0);
    mlops_drift_unref(want);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

/* Texts are looked at before they are counted. */
static void test_texts_that_are_none(void **state) {
    (void)state;
    mlops_table *x = many_texts(300);
    producer a = producer_of(x), b = producer_of(x);
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift_stream_opts opts = both(&a, &b, &drift);
    mlops_drift *got;
    mlops_error err;
    b.spoil = 1;
    refused(mlops_drift_compare_stream(&got, &opts, &err), &err, MLOPS_E_INVALID, "UTF-8");
    mlops_table_unref(x);
}

/* What the texts are on the other side. */
static void test_other_side_of_texts(void **state) {
    (void)state;
    static const char *const others[] = {"review,kind,n\n5,a,1\n7,b,2\n",
                                         "review,kind,n\n,a,1\n,b,2\n", "review,kind,n\n"};
    mlops_table *x = rows(300, 5, "review,kind,n\n");
    for (size_t i = 0; i < 3; i++) {
        mlops_table *y = parse(others[i]);
        mlops_drift *want, *got;
        mlops_error err, other;
        assert_int_equal(mlops_table_write(x, path, NULL, NULL), MLOPS_OK);
        producer b = producer_of(y);
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        mlops_drift_stream_opts opts = both(NULL, &b, &drift);
        opts.reference_path = path;
        mlops_status status = mlops_drift_compare(&want, x, y, NULL, &err);
        if (status) {
            assert_int_equal(mlops_drift_compare_stream(&got, &opts, &other), status);
            assert_string_equal(err.message, other.message);
        } else {
            got = within(&opts, &drift, NULL, 400000);
            same_reports(want, got);
            mlops_drift_unref(want);
            mlops_drift_unref(got);
        }
        mlops_table_unref(y);
    }
    mlops_table_unref(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference_says_what_the_table_says),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_what_does_not_fit),
        cmocka_unit_test(test_parts_that_contradict),
        cmocka_unit_test(test_streams_say_what_tables_say),
        cmocka_unit_test(test_texts_larger_than_the_bound),
        cmocka_unit_test(test_any_bound),
        cmocka_unit_test(test_texts_that_are_none),
        cmocka_unit_test(test_other_side_of_texts),
    };
    return cmocka_run_group_tests(tests, make_own_path, remove_own_path);
}
