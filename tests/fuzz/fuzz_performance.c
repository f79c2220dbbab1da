/* Counts of scores, and calibrations. What is read saves to the same bytes, and is read from. The
 * checksum is mended, so that what stands behind it is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

static int is_share(double x) { return x >= 0 && x <= 1.0000001; }

static void read_counts(const mlops_performance *self) {
    mlops_performance_summary s = MLOPS_PERFORMANCE_SUMMARY_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_table *table;
    mlops_calibration *curve;
    mlops_error e;
    must(!mlops_performance_summarize(&s, self, NULL, &e));
    must(s.n_labelled ? is_share(s.ece) && is_share(s.mce) : s.ece != s.ece);
    must(!mlops_performance_reliability(&table, self, NULL, &e));
    mlops_table_unref(table);
    must(!mlops_performance_thresholds(&table, self, NULL, &e) == (s.n_labelled > 0));
    mlops_table_unref(table);
    must(!mlops_performance_metrics(&m, self, NULL, &e) == (s.n_labelled > 0));
    must(!mlops_performance_estimate(&table, self, NULL, NULL, &e) ==
         (s.n_labelled + s.n_unlabelled > 0));
    mlops_table_unref(table);
    if (!s.n_labelled) return;
    must(is_share(m.accuracy) && is_share(m.brier) && m.log_loss >= 0);
    for (int i = 1; i <= 2; i++) {
        double p = 0.5;
        must(!mlops_performance_calibrate(&curve, self, (mlops_calibration_method)i, NULL, &e));
        must(!mlops_calibration_apply(curve, &p, &p, 1, &e) && is_share(p));
        mlops_calibration_unref(curve);
    }
}

static void try_counts(const uint8_t *bytes, uint8_t *again, size_t size) {
    mlops_performance *self;
    size_t needed, room = mlops_performance_size();
    void *mem = room_of(room);
    mlops_status status = mlops_performance_load(&self, mem, room, bytes, size);
    must(!status == (self != NULL));
    if (!status) {
        must(!mlops_performance_save(self, again, size, &needed) && needed == size);
        must(!memcmp(bytes, again, size));
        read_counts(self);
    }
    free(mem);
}

static void try_calibration(const uint8_t *bytes, uint8_t *again, size_t size) {
    mlops_calibration *self;
    mlops_error e;
    size_t needed;
    double p[3] = {-1, 0.3, 7};
    mlops_status status = mlops_calibration_load(&self, bytes, size, NULL, &e);
    must(!status == (self != NULL) && (!status || (e.code == status && e.message[0])));
    if (status) return;
    must(!mlops_calibration_save(self, again, size, &needed) && needed == size);
    must(!memcmp(bytes, again, size));
    int64_t k = mlops_calibration_n_classes(self);
    if (k) {
        double rows[256];
        for (int64_t i = 0; i < k; i++) rows[i] = 1 / (double)k;
        must(!mlops_calibration_apply_classes(self, rows, rows, 1, k, &e));
        for (int64_t i = 0; i < k; i++) must(is_share(rows[i]));
    }
    must(!mlops_calibration_apply(self, p, p, 3, &e) == !k);
    for (int i = 0; !k && i < 3; i++) must(is_share(p[i]));
    mlops_calibration_unref(self);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t *bytes = sealed_copy(data, size), *again = room_of(size);
    try_counts(bytes, again, size);
    try_calibration(bytes, again, size);
    free(again);
    free(bytes);
    return 0;
}
