/* States of monitors. What is resumed suspends to the same bytes, and goes on. Checksum and digest
 * of what the monitor was made of are mended, so that what stands behind them is reached.
 */
#include "base/crc32.h"

#include <mlops.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition) {
    if (!condition) abort();
}

/* Without segments, or with some. */
static mlops_monitor *make(int segments) {
    static const char csv[] = "x,w\n1,a\n2,b\n2,a\n3.5,\n,c\n-7,a\n0,b\n";
    static const double scores[] = {0.1, 0.4, 0.6, 0.9}, labels[] = {0, 1, 0, 1};
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_monitor_labels_opts remember = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_monitor_segments_opts few = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    static mlops_reference *reference; /* made once */
    mlops_table *table;
    mlops_performance *counts;
    mlops_monitor *self;
    opts.window_rows = 50;
    remember.rows_max = 8;
    remember.windows_kept = 2;
    if (!reference) {
        must(!mlops_table_parse(&table, csv, sizeof csv - 1, NULL, NULL));
        must(!mlops_reference_new(&reference, table, NULL, NULL));
        mlops_table_unref(table);
    }
    must(!mlops_performance_new(&counts, NULL, NULL));
    must(!mlops_performance_add(counts, scores, labels, NULL, 4, NULL));
    must(!mlops_monitor_new_reference(&self, NULL, reference, &opts, NULL));
    must(!mlops_monitor_expect_labels(self, counts, NULL, &remember, NULL));
    mlops_performance_free(counts);
    few.n_segments = 2;
    must(!segments || !mlops_monitor_expect_segments(self, &few, NULL));
    return self;
}

static void go_on(mlops_monitor *self, int segments) {
    static char text[1 << 16];
    static const float rows[] = {1, 0, 3, 0};
    const double scores[] = {0.3, 0.7}, labels[] = {1, 0};
    const int64_t ids[] = {3, 4};
    mlops_drift *drift;
    mlops_table *table;
    mlops_monitor_labels told = MLOPS_MONITOR_LABELS_INIT;
    for (int i = 0; i < 26; i++) {
        must(!mlops_monitor_add_scored(self, rows, 2, 2, scores, ids, NULL, NULL) || i >= 0);
        must(!mlops_monitor_add_labels(self, ids, labels, NULL, 2, NULL) || i >= 0);
    }
    must(!mlops_monitor_metrics(self, text, sizeof text, NULL));
    must(!mlops_monitor_summarize_labels(self, &told) && told.n_waiting >= 0);
    must(!mlops_monitor_drift(&drift, self, NULL));
    must(!mlops_monitor_performance(&table, self, NULL));
    mlops_drift_unref(drift);
    mlops_table_unref(table);
    if (!segments) return;
    must(!mlops_monitor_enter_segment(self, mlops_monitor_segment(self, "new")));
    must(!mlops_monitor_add(self, rows, 2, 2, NULL, 0));
    must(!mlops_monitor_segments(&table, self, NULL));
    mlops_table_unref(table);
    must(!mlops_monitor_segment_drift(&drift, self, 0, NULL));
    mlops_drift_unref(drift);
}

static void try(const uint8_t *data, size_t size, int segments) {
    enum { FRONT = 8, DIGEST = 16, CRC = 4 };
    static uint8_t fresh[1 << 17];
    mlops_monitor *self = make(segments);
    mlops_error e;
    size_t n;
    uint8_t *bytes = malloc(size + 1), *again = malloc(size + 1);
    must(bytes && again && !mlops_monitor_suspend(self, fresh, sizeof fresh, &n));
    if (size) memcpy(bytes, data, size);
    if (size >= FRONT + DIGEST + CRC) {
        memcpy(bytes + FRONT, fresh + FRONT, DIGEST);
        uint32_t crc = mlops__crc32(0, bytes, size - CRC);
        for (size_t i = 0; i < CRC; i++) bytes[size - CRC + i] = (uint8_t)(crc >> (8 * i));
    }
    mlops_status status = mlops_monitor_resume(self, bytes, size, &e);
    must(!status || (e.code == status && e.message[0]));
    if (!status) {
        must(!mlops_monitor_suspend(self, again, size, &n) && n == size);
        must(!memcmp(bytes, again, size));
    }
    go_on(self, segments);
    mlops_monitor_free(self);
    free(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    try(data, size, 0);
    try(data, size, 1);
    return 0;
}
