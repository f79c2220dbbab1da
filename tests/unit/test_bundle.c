/* Bundles: what goes in comes out, equal content gives equal bytes, and no damage passes. */

#define _GNU_SOURCE
#include <mlops.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "file/container.h"
#include "sys/host.h"

static mlops_model *model;
static mlops_reference *reference;

static const char *data_path(const char *name) {
    static char path[4096];
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/examples/data/%s", root ? root : ".", name);
    return path;
}

static int load_model(void **state) {
    (void)state;
    mlops_error e = {0};
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.ignore = "fraud";
    if (mlops_model_load(&model, data_path("fraud.json"), NULL, &e))
        return print_error("%s\n", e.message), 1;
    if (mlops_reference_load(&reference, data_path("train.csv"), &opts, &e))
        return print_error("%s\n", e.message), 1;
    return 0;
}

static int unload_model(void **state) {
    (void)state;
    mlops_reference_unref(reference);
    mlops_model_unref(model);
    return 0;
}

static uint8_t *save(const mlops_bundle_opts *opts, size_t *n) {
    mlops_error e;
    assert_int_equal(mlops_bundle_save(model, NULL, 0, n, opts, &e), MLOPS_OK);
    uint8_t *bytes = malloc(*n);
    assert_non_null(bytes);
    size_t needed = 0;
    assert_int_equal(mlops_bundle_save(model, bytes, *n - 1, &needed, opts, &e), MLOPS_E_ARENA);
    assert_int_equal(needed, *n);
    assert_int_equal(mlops_bundle_save(model, bytes, *n, &needed, opts, &e), MLOPS_OK);
    return bytes;
}

static mlops_bundle_opts full_opts(void) {
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    opts.reference = reference;
    opts.name = "fraud";
    opts.version = "7";
    opts.metadata = "{\"owner\": \"risk\"}";
    return opts;
}

static void keeps_what_it_is_given(void **state) {
    (void)state;
    mlops_bundle_opts opts = full_opts();
    mlops_bundle *bundle;
    mlops_error e;
    size_t n;
    uint8_t *bytes = save(&opts, &n);
    assert_int_equal(mlops_bundle_parse(&bundle, bytes, n, NULL, &e), MLOPS_OK);
    assert_string_equal(mlops_bundle_name(bundle), "fraud");
    assert_string_equal(mlops_bundle_version(bundle), "7");
    assert_string_equal(mlops_bundle_metadata(bundle), "{\"owner\": \"risk\"}");
    assert_int_equal(mlops_reference_n_columns(mlops_bundle_reference(bundle)), 30);
    assert_int_equal(mlops_reference_n_rows(mlops_bundle_reference(bundle)), 600);
    assert_string_equal(mlops_model_feature_name(mlops_bundle_model(bundle), 3), "distance_km");
    mlops_id id;
    mlops_bundle_id(bundle, &id);
    assert_memory_equal(id.bytes, bytes + 32, 32);

    const float row[30] = {12.5f, 23, 800, 3.2f};
    double before, after;
    assert_int_equal(mlops_model_predict(model, row, 1, 30, &before, 1), MLOPS_OK);
    assert_int_equal(mlops_model_predict(mlops_bundle_model(bundle), row, 1, 30, &after, 1),
                     MLOPS_OK);
    assert_memory_equal(&before, &after, sizeof before);

    mlops_model *kept = mlops_model_ref(mlops_bundle_model(bundle));
    mlops_bundle_unref(mlops_bundle_ref(bundle));
    mlops_bundle_unref(bundle);
    assert_int_equal(mlops_model_predict(kept, row, 1, 30, &after, 1), MLOPS_OK);
    mlops_model_unref(kept);
    assert_int_equal(mlops_model_parse(&kept, bytes, n, NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_model_predict(kept, row, 1, 30, &after, 1), MLOPS_OK);
    assert_memory_equal(&before, &after, sizeof before);
    mlops_model_unref(kept);
    free(bytes);
}

static void equal_content_gives_equal_bytes(void **state) {
    (void)state;
    mlops_bundle_opts opts = full_opts();
    mlops_bundle *bundle;
    size_t n, m;
    uint8_t *a = save(&opts, &n);
    assert_int_equal(mlops_bundle_parse(&bundle, a, n, NULL, NULL), MLOPS_OK);
    mlops_bundle_opts again = full_opts();
    again.reference = mlops_bundle_reference(bundle);
    size_t needed;
    assert_int_equal(mlops_bundle_save(mlops_bundle_model(bundle), NULL, 0, &m, &again, NULL),
                     MLOPS_OK);
    assert_int_equal(m, n);
    uint8_t *b = malloc(m);
    assert_int_equal(mlops_bundle_save(mlops_bundle_model(bundle), b, m, &needed, &again, NULL),
                     MLOPS_OK);
    assert_memory_equal(a, b, n);
    mlops_bundle_unref(bundle);
    free(a);
    free(b);
}

static void defaults_are_empty(void **state) {
    (void)state;
    mlops_bundle *bundle;
    size_t n;
    uint8_t *bytes = save(NULL, &n);
    assert_int_equal(mlops_bundle_parse(&bundle, bytes, n, NULL, NULL), MLOPS_OK);
    assert_string_equal(mlops_bundle_name(bundle), "");
    assert_string_equal(mlops_bundle_metadata(bundle), "{}");
    assert_null(mlops_bundle_reference(bundle));
    mlops_bundle_unref(bundle);
    free(bytes);
}

static void refuses_every_truncation(void **state) {
    (void)state;
    mlops_bundle_opts opts = full_opts();
    size_t n, size;
    uint8_t *bytes = save(&opts, &n);
    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc(cut ? cut : 1); /* so that a sanitizer sees a read beyond the end */
        memcpy(part, bytes, cut);
        mlops_bundle *bundle;
        assert_int_equal(mlops_bundle_parse(&bundle, part, cut, NULL, NULL), MLOPS_E_CORRUPT);
        assert_null(bundle);
        if (cut % 8 == 0) assert_int_equal(mlops_edge_size(part, cut, &size), MLOPS_E_CORRUPT);
        free(part);
        if (cut > 4096) cut += 60;
    }
    bytes = realloc(bytes, n + 1);
    bytes[n] = 0;
    mlops_bundle *bundle;
    assert_int_equal(mlops_bundle_parse(&bundle, bytes, n + 1, NULL, NULL), MLOPS_E_CORRUPT);
    free(bytes);
}

static void refuses_every_bit_flip(void **state) {
    (void)state;
    mlops_bundle_opts opts = full_opts();
    size_t n, size;
    uint8_t *bytes = save(&opts, &n);
    int all = getenv("MLOPS_DEEP") != NULL;
    size_t tried = 0;
    for (size_t bit = 0; bit < 8 * n; bit += all || bit < 8 * 512 ? 1 : 97) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        mlops_bundle *bundle;
        mlops_status status = mlops_bundle_parse(&bundle, bytes, n, NULL, NULL);
        if (status != MLOPS_E_CORRUPT && status != MLOPS_E_UNSUPPORTED)
            fail_msg("bit %zu of %zu: %s", bit, 8 * n, mlops_status_name(status));
        /* The device has CRCs over sections and header; the digest alone is verify's. */
        int in_digest = bit >= 8 * 32 && bit < 8 * 64;
        status = mlops_edge_size(bytes, n, &size);
        if (!in_digest) assert_true(status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
        assert_int_not_equal(mlops_edge_verify(bytes, n), MLOPS_OK);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        tried++;
    }
    print_message("# %zu bits flipped\n", tried);
    free(bytes);
}

static void device_gives_the_same(void **state) {
    (void)state;
    mlops_bundle_opts opts = full_opts();
    size_t n, size;
    uint8_t *bytes = save(&opts, &n);
    assert_int_equal(mlops_edge_verify(bytes, n), MLOPS_OK);
    assert_int_equal(mlops_edge_size(bytes, n, &size), MLOPS_OK);
    void *mem = malloc(size);
    mlops_edge *edge;
    assert_int_equal(mlops_edge_init(&edge, mem, size - 1, bytes, n), MLOPS_E_ARENA);
    assert_int_equal(mlops_edge_init(&edge, NULL, size, bytes, n), MLOPS_E_INVALID);
    assert_null(edge);
    assert_int_equal(mlops_edge_init(&edge, mem, size, bytes, n), MLOPS_OK);
    assert_int_equal(mlops_edge_selftest(edge), MLOPS_OK);
    assert_int_equal(mlops_edge_n_features(edge), 30);
    for (int i = 0; i < 100; i++) {
        float row[30];
        for (int j = 0; j < 30; j++) row[j] = (float)((i * 31 + j * 17) % 101) / 3.0f - 10.0f;
        double a, b;
        assert_int_equal(mlops_edge_predict(edge, row, 30, &a, 1), MLOPS_OK);
        assert_int_equal(mlops_model_predict(model, row, 1, 30, &b, 1), MLOPS_OK);
        assert_memory_equal(&a, &b, sizeof a);
        assert_int_equal(mlops_edge_add(edge, row, 30), MLOPS_OK);
    }
    double out;
    const float row[30] = {0};
    assert_int_equal(mlops_edge_predict(edge, row, 29, &out, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_edge_predict(edge, row, 30, &out, 2), MLOPS_E_INVALID);
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    assert_int_equal(mlops_profile_summarize(mlops_edge_profile(edge, 29), &s), MLOPS_OK);
    assert_int_equal(s.n, 100);
    assert_null(mlops_edge_profile(edge, 30));
    assert_null(mlops_edge_profile(edge, -1));
    free(mem);
    free(bytes);
}

static void given_golden_rows_are_kept(void **state) {
    (void)state;
    float rows[60] = {1, 2, 3};
    mlops_bundle_opts opts = full_opts();
    mlops_bundle *bundle;
    opts.golden_rows = rows;
    opts.n_golden = 2;
    size_t n;
    uint8_t *bytes = save(&opts, &n);
    assert_int_equal(mlops_bundle_parse(&bundle, bytes, n, NULL, NULL), MLOPS_OK);
    mlops_bundle_unref(bundle);
    free(bytes);
}

static void refuses_options_out_of_range(void **state) {
    (void)state;
    size_t n;
    mlops_error e;
    mlops_bundle_opts opts = full_opts();
    opts.metadata = "[1]";
    assert_int_equal(mlops_bundle_save(model, NULL, 0, &n, &opts, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "object"));
    opts.metadata = "{\"a\": }";
    assert_int_equal(mlops_bundle_save(model, NULL, 0, &n, &opts, &e), MLOPS_E_INVALID);
    assert_int_equal(e.code, MLOPS_E_INVALID);
    assert_int_equal(e.offset, 6);
    assert_int_equal(strncmp(e.message, "metadata: ", 10), 0);
    opts = full_opts();
    opts.name = "\xff";
    assert_int_equal(mlops_bundle_save(model, NULL, 0, &n, &opts, &e), MLOPS_E_INVALID);
    assert_non_null(strstr(e.message, "UTF-8"));
    opts = full_opts();
    opts.n_golden = 4;
    assert_int_equal(mlops_bundle_save(model, NULL, 0, &n, &opts, &e), MLOPS_E_INVALID);
    opts = full_opts();
    opts.flags = 1;
    assert_int_equal(mlops_bundle_save(model, NULL, 0, &n, &opts, &e), MLOPS_E_INVALID);
}

/* The bundle with one section more, of a kind that this library does not know. */
static void extended(mlops__buf *out, uint32_t flags) {
    static const uint32_t kinds[] = {MLOPS__KIND_PLAN, MLOPS__KIND_META, MLOPS__KIND_GOLDEN,
                                     MLOPS__KIND_REFERENCE};
    mlops_bundle_opts opts = full_opts();
    mlops__section sections[5];
    mlops__container whole;
    size_t n;
    uint8_t *bytes = save(&opts, &n);
    assert_int_equal(mlops__container_open(&whole, bytes, n, 0, NULL), MLOPS_OK);
    for (int i = 0; i < 4; i++) {
        mlops__cursor found = mlops__container_find(&whole, kinds[i]);
        sections[i] = (mlops__section){kinds[i], 0, found.data, found.size};
    }
    sections[4] = (mlops__section){MLOPS__KIND('L', 'A', 'T', 'E'), flags, "later", 5};
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(
        mlops__container_write(out, MLOPS__KIND_BUNDLE, sections, 5, mlops__sha256_blocks_scalar),
        MLOPS_OK);
    free(bytes);
}

/* Every reader refuses a section that it must know and does not, and says which. */
static void sections_of_a_later_library(void **state) {
    (void)state;
    char path[] = "/tmp/bundle-XXXXXX";
    int file = mkstemp(path);
    for (uint32_t flags = 0; flags <= MLOPS__SECTION_OPTIONAL; flags++) {
        mlops__buf bytes;
        mlops_error e[3] = {{0}};
        mlops_bundle *bundle = NULL;
        mlops_model *of_bundle = NULL;
        mlops_reference *from_bundle = NULL;
        size_t size;
        mlops_status want = flags ? MLOPS_OK : MLOPS_E_UNSUPPORTED;
        extended(&bytes, flags);
        assert_int_equal(pwrite(file, bytes.data, bytes.size, 0), bytes.size);
        assert_int_equal(mlops_bundle_load(&bundle, path, NULL, &e[0]), want);
        assert_int_equal(mlops_model_load(&of_bundle, path, NULL, &e[1]), want);
        assert_int_equal(mlops_reference_load(&from_bundle, path, NULL, &e[2]), want);
        assert_int_equal(mlops_edge_size(bytes.data, bytes.size, &size), want);
        for (int i = 0; i < 3 && want; i++)
            if (!strstr(e[i].message, "'LATE'")) fail_msg("%s", e[i].message);
        if (bundle) mlops_bundle_unref(bundle);
        mlops_model_unref(of_bundle);
        mlops_reference_unref(from_bundle);
        mlops__buf_free(&bytes);
    }
    close(file);
    unlink(path);
}

static void file_is_written_whole_or_not_at_all(void **state) {
    (void)state;
    char folder[] = "/tmp/bundle-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.bundle", folder);
    mlops_bundle *bundle;
    mlops_error e;
    assert_int_equal(mlops_bundle_load(&bundle, path, NULL, &e), MLOPS_E_NOT_FOUND);
    assert_non_null(strstr(e.message, path));
    assert_int_equal(mlops_bundle_write(path, model, NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_bundle_load(&bundle, path, NULL, &e), MLOPS_OK);
    mlops_bundle_unref(bundle);
    assert_int_equal(mlops_bundle_write("/no/such/folder/a", model, NULL, &e), MLOPS_E_NOT_FOUND);
    assert_int_equal(mlops_bundle_load(&bundle, data_path("fraud.json"), NULL, &e),
                     MLOPS_E_CORRUPT);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_it_is_given),
        cmocka_unit_test(equal_content_gives_equal_bytes),
        cmocka_unit_test(defaults_are_empty),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(refuses_every_bit_flip),
        cmocka_unit_test(device_gives_the_same),
        cmocka_unit_test(given_golden_rows_are_kept),
        cmocka_unit_test(refuses_options_out_of_range),
        cmocka_unit_test(sections_of_a_later_library),
        cmocka_unit_test(file_is_written_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, load_model, unload_model);
}
