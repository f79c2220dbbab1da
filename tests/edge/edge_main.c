/* Opens a bundle, proves it, predicts rows made from a seed, counts them, and prints a CRC-32 of
 * all output bits: of the predictions, of the saved profiles, of detectors, anomaly scores and
 * sketches of each kind. The same file runs on the host.
 */
#include "base/crc32.h"
#include "base/fail.h"
#include "bundle_bytes.h"

#include <mlops/anomaly.h>
#include <mlops/detector.h>
#include <mlops/edge.h>
#include <mlops/hll.h>
#include <mlops/items.h>
#include <mlops/kll.h>

#ifdef EDGE_DEVICE
#include "device.h"
static void print(const char *text) { device_print(text); }
#else
#include <stdio.h>
static void print(const char *text) { fputs(text, stdout); }
#endif

enum { ROWS = 200, FEATURES_MAX = 64, WIDTH_MAX = 64 };

static uint64_t storage[200000];
static uint8_t saved[1 << 16];

static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static void print_number(const char *label, uint32_t value) {
    char digits[12] = "00000000\n";
    for (int i = 7; i >= 0; i--, value >>= 4) digits[i] = "0123456789abcdef"[value & 15];
    print(label);
    print(digits);
}

static int fail(const char *what, mlops_status status) {
    print(what);
    print(": ");
    print(mlops_status_name(status));
    print("\n");
    return 1;
}

/* One value in eight is missing. */
static void make_row(float *row, int64_t n, uint64_t *state) {
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = draw(state);
        float value = (float)(int32_t)(bits >> 40) * (1.0f / 65536.0f) - 64.0f;
        row[i] = bits % 8 ? value : __builtin_nanf("");
    }
}

/* Signals and saved state of each kind after some values; 0 if one of them fails. */
static uint32_t detect(uint64_t *state) {
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    uint32_t detected = 0;
    for (; mlops_detector_kind_name(opts.kind); opts.kind++) {
        mlops_detector *detector;
        int32_t signal;
        size_t needed = 0;
        if (mlops_detector_init(&detector, storage, sizeof storage, &opts, NULL)) return 0;
        for (int i = 0; i < 5 * ROWS; i++) {
            double value = (double)(draw(state) >> 11) * 0x1p-53 + (i > 3 * ROWS ? 0.3 : 0);
            if (opts.kind >= MLOPS_DETECTOR_DDM) value = value > 0.8;
            if (mlops_detector_add(detector, &value, 1, &signal, NULL)) return 0;
            detected = mlops__crc32(detected, &signal, sizeof signal);
        }
        if (mlops_detector_save(detector, saved, sizeof saved, &needed)) return 0;
        detected = mlops__crc32(detected, saved, needed);
    }
    return detected;
}

/* Each kind learns on the device, is saved, loaded, and scores rows, some with values missing. */
static mlops_status score_rows(uint32_t *crc) {
    mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
    uint64_t state = 9;
    float row[8], score;
    size_t n = 0;
    opts.n_features = 8;
    opts.n_calibration = 100;
    for (; mlops_anomaly_kind_name(opts.kind); opts.kind++) {
        mlops_anomaly *p;
        opts.n_trees = opts.kind == MLOPS_ANOMALY_FOREST ? 20 : 0;
        opts.tree_rows = opts.n_trees ? 64 : 0;
        MLOPS_TRY(mlops_anomaly_init(&p, storage, sizeof storage, &opts, NULL));
        for (int i = 0; i < 5 * ROWS; i++) {
            make_row(row, 8, &state);
            for (int k = 1; k < 8 && i % 8; k++)
                row[k] = row[k] == row[k] ? row[0] + row[k] / 8 : 1;
            MLOPS_TRY(mlops_anomaly_add(p, row, 1, 8, NULL));
        }
        MLOPS_TRY(mlops_anomaly_freeze(p, NULL));
        MLOPS_TRY(mlops_anomaly_save(p, saved, sizeof saved, &n));
        *crc = mlops__crc32(*crc, saved, n);
        MLOPS_TRY(mlops_anomaly_load(&p, storage, sizeof storage, saved, n));
        for (int i = 0; i < ROWS; i++) {
            make_row(row, 8, &state);
            MLOPS_TRY(mlops_anomaly_score(p, row, 1, 8, &score, NULL));
            *crc = mlops__crc32(*crc, &score, sizeof score);
        }
    }
    return MLOPS_OK;
}

/* A sketch of each kind over the same values, with what it tells. */
static mlops_status sketch(uint32_t *crc) {
    mlops_kll *kll;
    mlops_hll *hll;
    mlops_items *items;
    mlops_profile *profile;
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    mlops_profile_moments moments = MLOPS_PROFILE_MOMENTS_INIT;
    uint64_t state = 7;
    double told[2];
    opts.lg_k = 9;
    size_t n = 0;
    MLOPS_TRY(mlops_kll_init(&kll, storage, 40000, NULL));
    MLOPS_TRY(mlops_hll_init(&hll, storage + 5000, 40000, NULL));
    MLOPS_TRY(mlops_items_init(&items, storage + 10000, 40000, NULL));
    MLOPS_TRY(mlops_profile_init(&profile, storage + 15000, 2048, &opts));
    for (int i = 0; i < 20000; i++) {
        int64_t whole = (int64_t)(draw(&state) >> 40);
        double value = (double)whole / 1024;
        int64_t key = 1000000 / (whole + 1);
        MLOPS_TRY(mlops_kll_add(kll, &value, 1));
        MLOPS_TRY(mlops_hll_add(hll, &value, 1));
        MLOPS_TRY(mlops_items_add(items, &key, 1));
        MLOPS_TRY(mlops_profile_add(profile, &value, 1));
    }
    told[0] = mlops_kll_quantile(kll, 0.3);
    told[1] = mlops_hll_estimate(hll, 2);
    *crc = mlops__crc32(0, told, sizeof told);
    MLOPS_TRY(mlops_kll_save(kll, MLOPS_KLL_NATIVE, saved, sizeof saved, &n));
    *crc = mlops__crc32(*crc, saved, n);
    MLOPS_TRY(mlops_hll_save(hll, MLOPS_HLL_TYPE_4, saved, sizeof saved, &n));
    *crc = mlops__crc32(*crc, saved, n);
    MLOPS_TRY(mlops_items_save(items, MLOPS_ITEMS_NATIVE, saved, sizeof saved, &n));
    *crc = mlops__crc32(*crc, saved, n);
    MLOPS_TRY(mlops_profile_measure(profile, &moments));
    *crc = mlops__crc32(*crc, &moments, sizeof moments);
    MLOPS_TRY(mlops_profile_save(profile, saved, sizeof saved, &n));
    *crc = mlops__crc32(*crc, saved, n);
    return MLOPS_OK;
}

int main(void) {
    mlops_edge *edge;
    size_t size;
    uint64_t state = 42;
    uint32_t predicted = 0, counted = 0, sketched = 0, scored = 0;
    float row[FEATURES_MAX];
    double out[WIDTH_MAX];
    mlops_status status = mlops_edge_verify(bundle_bytes, sizeof bundle_bytes);
    if (status) return fail("verify", status);
    status = mlops_edge_size(bundle_bytes, sizeof bundle_bytes, &size);
    if (status) return fail("size", status);
    status = mlops_edge_init(&edge, storage, size - 1, bundle_bytes, sizeof bundle_bytes);
    if (status != MLOPS_E_ARENA) return fail("init with a byte too few", status);
    if (size > sizeof storage) return fail("storage", MLOPS_E_ARENA);
    status = mlops_edge_init(&edge, storage, size, bundle_bytes, sizeof bundle_bytes);
    if (status) return fail("init", status);
    status = mlops_edge_selftest(edge);
    if (status) return fail("selftest", status);

    int64_t n = mlops_edge_n_features(edge), width = mlops_edge_width(edge);
    if (n > FEATURES_MAX || width > WIDTH_MAX) return fail("shape", MLOPS_E_LIMIT);
    for (int i = 0; i < ROWS; i++) {
        make_row(row, n, &state);
        status = mlops_edge_predict(edge, row, n, out, width);
        if (status) return fail("predict", status);
        predicted = mlops__crc32(predicted, out, (size_t)width * sizeof *out);
        status = mlops_edge_add(edge, row, n);
        if (status) return fail("add", status);
    }
    for (int64_t i = 0; i < n; i++) {
        size_t needed = 0;
        status = mlops_profile_save(mlops_edge_profile(edge, i), saved, sizeof saved, &needed);
        if (status) return fail("save", status);
        counted = mlops__crc32(counted, saved, needed);
    }
    status = sketch(&sketched);
    if (status) return fail("sketch", status);
    status = score_rows(&scored);
    if (status) return fail("anomaly", status);
    print_number("predictions ", predicted);
    print_number("profiles ", counted);
    print_number("detectors ", detect(&state));
    print_number("sketches ", sketched);
    print_number("anomalies ", scored);
#ifdef EDGE_DEVICE
    print_number("stack ", device_stack_used());
#endif
    return 0;
}
