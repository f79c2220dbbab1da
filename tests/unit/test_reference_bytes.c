/* A reference's payload: it comes back, no flip or cut is taken for another, a view reads it where
 * it lies. */
#include <stdlib.h>

#include "profile/run/reference_layout.h"
#include "unit/help_reference.h"

static void test_payload_round_trip(void **state) {
    (void)state;
    mlops__buf a, b;
    mlops__host host = machine();
    mlops_reference *r = mixed(), *again;
    mlops_error err;
    payload_of(r, &a);
    if (mlops__reference_parse(&again, a.data, a.size, &host, &err)) fail_msg("%s", err.message);
    payload_of(again, &b);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    assert_int_equal(mlops__reference_find(again, "word"), 2);
    const mlops__reference_column *c = mlops__reference_at(again, 2);
    for (int64_t i = 0; i < 64; i++)
        assert_int_equal(mlops__reference_category(c, c->categories[i]), i);
    mlops_reference_unref(again);
    for (size_t cut = 0; cut < a.size; cut++) {
        uint8_t *exact = malloc(cut + 1);
        memcpy(exact, a.data, cut);
        assert_int_equal(mlops__reference_parse(&again, exact, cut, &host, NULL), MLOPS_E_CORRUPT);
        assert_null(again);
        free(exact);
    }
    mlops_reference_unref(r);
    mlops__buf_free(&a);
    mlops__buf_free(&b);
}

/* A payload without its checksums: whatever is flipped, it is refused or still the one spelling of
 * what it now says. */
static void test_payload_flips(void **state) {
    (void)state;
    mlops__buf a, b;
    mlops__host host = machine();
    mlops_reference *r = mixed(), *again;
    int64_t refused = 0, taken = 0;
    payload_of(r, &a);
    mlops_reference_unref(r);
    for (size_t i = 0; i < 8 * a.size; i++) {
        a.data[i / 8] ^= (uint8_t)(1 << i % 8);
        mlops_status status = mlops__reference_parse(&again, a.data, a.size, &host, NULL);
        if (status) {
            refused++;
            assert_null(again);
        } else {
            taken++;
            payload_of(again, &b);
            assert_int_equal(a.size, b.size);
            assert_memory_equal(a.data, b.data, a.size);
            mlops__buf_free(&b);
            mlops_reference_unref(again);
        }
        a.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_true(refused > taken && taken > 0);
    mlops__buf_free(&a);
}

static void test_view(void **state) {
    (void)state;
    static uint64_t storage[512];
    mlops__buf a;
    mlops_reference *r = mixed();
    payload_of(r, &a);
    for (size_t shift = 0; shift < 8; shift++) { /* any alignment */
        uint8_t *bytes = malloc(a.size + shift);
        memcpy(bytes + shift, a.data, a.size);
        mlops__reference_view view;
        assert_int_equal(mlops__reference_view_open(&view, bytes + shift, a.size, NULL), MLOPS_OK);
        assert_int_equal(view.n_columns, 6);
        assert_int_equal(view.n_rows, 900);
        for (int64_t i = 0; i < view.n_columns; i++) {
            const mlops__reference_column *c = mlops__reference_at(r, i);
            mlops__reference_record record = mlops__reference_record_at(&view, i);
            assert_string_equal((const char *)view.data + record.name, c->name);
            assert_int_equal(record.type, c->type);
            assert_int_equal(mlops__reference_view_find(&view, c->name), i);
            assert_int_equal(record.n_edges, c->n_edges);
            for (int64_t k = 0; k < c->n_edges; k++)
                assert_true(mlops__reference_record_edge(&view, &record, k) == c->edges[k]);
            mlops_profile *p;
            size_t size = mlops__reference_view_profile_size(&view, i);
            mlops_status status =
                mlops__reference_view_profile(&p, storage, sizeof storage, &view, i);
            int numbers = c->type != MLOPS_TYPE_STRING && c->type != MLOPS_TYPE_NULL;
            assert_int_equal(status, numbers ? MLOPS_OK : MLOPS_E_SCHEMA);
            assert_int_equal(size != 0, numbers);
            if (!numbers) continue;
            assert_int_equal(mlops_profile_n_bins(p), c->type == MLOPS_TYPE_BOOL ? 3 : c->n_cells);
            assert_int_equal(mlops__reference_view_profile(&p, storage, size - 1, &view, i),
                             MLOPS_E_ARENA);
        }
        assert_int_equal(mlops__reference_view_find(&view, "wor"), -1);
        assert_int_equal(mlops__reference_view_find(&view, "words"), -1);
        free(bytes);
    }
    mlops_reference_unref(r);
    mlops__buf_free(&a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_payload_round_trip),
        cmocka_unit_test(test_payload_flips),
        cmocka_unit_test(test_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
