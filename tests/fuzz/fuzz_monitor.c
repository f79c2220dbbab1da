/* States of monitors. What is resumed suspends to the same bytes, and goes on. Checksum and digest
 * of what the monitor was made of are mended, so that what stands behind them is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

/* Of what labels are; with some segments besides. */
typedef enum kind { BINARY, SEGMENTS, CLASSES, NUMBERS, KINDS } kind;

static void expect(mlops_monitor *self, kind of) {
    static const double scores[] = {0.1, 0.4, 0.5, 0.6, 0.1, 0.3, 0.2, 0.2, 0.6};
    static const double labels[] = {0, 1, 0, 1}, costs[] = {0, 1, 2, 1, 0, 1, 9, 3, -1};
    static const int64_t classes[] = {2, 0, 1};
    mlops_monitor_labels_opts opts = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_monitor_segments_opts few = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    opts.rows_max = 8;
    opts.windows_kept = 2;
    few.n_segments = 2;
    if (of == CLASSES) {
        mlops_class_performance *counts;
        opts.costs = costs;
        opts.n_costs = 9;
        must(!mlops_class_performance_new(&counts, 3, NULL, NULL));
        must(!mlops_class_performance_add(counts, scores, 3, 3, classes, NULL, NULL, NULL));
        must(!mlops_monitor_expect_classes(self, counts, NULL, &opts, NULL));
        mlops_class_performance_free(counts);
    } else if (of == NUMBERS) {
        mlops_regression_performance *sums;
        opts.tolerance = 0.1;
        must(!mlops_regression_performance_new(&sums, NULL, NULL));
        must(!mlops_regression_performance_add(sums, scores, labels, NULL, 4, NULL));
        must(!mlops_monitor_expect_numbers(self, sums, &opts, NULL));
        mlops_regression_performance_free(sums);
    } else {
        mlops_performance *counts;
        must(!mlops_performance_new(&counts, NULL, NULL));
        must(!mlops_performance_add(counts, scores, labels, NULL, 4, NULL));
        must(!mlops_monitor_expect_labels(self, counts, NULL, &opts, NULL));
        mlops_performance_free(counts);
    }
    must(of != SEGMENTS || !mlops_monitor_expect_segments(self, &few, NULL));
}

static mlops_monitor *make(kind of) {
    static const char csv[] = "x,w\n1,a\n2,b\n2,a\n3.5,\n,c\n-7,a\n0,b\n";
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    static mlops_reference *reference; /* made once */
    mlops_table *table;
    mlops_monitor *self;
    opts.window_rows = 50;
    if (!reference) {
        must(!mlops_table_parse(&table, csv, sizeof csv - 1, NULL, NULL));
        must(!mlops_reference_new(&reference, table, NULL, NULL));
        mlops_table_unref(table);
    }
    must(!mlops_monitor_new_reference(&self, NULL, reference, &opts, NULL));
    expect(self, of);
    return self;
}

static void go_on(mlops_monitor *self, kind of) {
    static char text[1 << 16];
    static const float rows[] = {1, 0, 3, 0};
    const double scores[] = {0.3, 0.7, 0, 0.5, 0.25, 0.25}, labels[] = {1, 0};
    const int64_t ids[] = {3, 4}, width = of == CLASSES ? 3 : of == NUMBERS ? 2 : 1;
    mlops_drift *drift;
    mlops_table *table;
    mlops_monitor_labels told = MLOPS_MONITOR_LABELS_INIT;
    for (int i = 0; i < 26; i++) {
        must(!mlops_monitor_add_scored(self, rows, 2, 2, scores, width, ids, NULL, NULL) || i >= 0);
        must(!mlops_monitor_add_labels(self, ids, labels, NULL, 2, NULL) || i >= 0);
    }
    must(!mlops_monitor_metrics(self, text, sizeof text, NULL));
    must(!mlops_monitor_summarize_labels(self, &told) && told.n_waiting >= 0);
    must(!mlops_monitor_drift(&drift, self, NULL));
    must(!mlops_monitor_performance(&table, self, NULL));
    mlops_drift_unref(drift);
    mlops_table_unref(table);
    if (of != SEGMENTS) return;
    must(!mlops_monitor_enter_segment(self, mlops_monitor_segment(self, "new")));
    must(!mlops_monitor_add(self, rows, 2, 2, NULL, 0));
    must(!mlops_monitor_segments(&table, self, NULL));
    mlops_table_unref(table);
    must(!mlops_monitor_segment_drift(&drift, self, 0, NULL));
    mlops_drift_unref(drift);
}

static void try(const uint8_t *data, size_t size, kind of) {
    enum { FRONT = 8, DIGEST = 16 };
    static uint8_t fresh[1 << 17];
    mlops_monitor *self = make(of);
    mlops_error e;
    size_t n;
    uint8_t *bytes = sealed_copy(data, size), *again = room_of(size);
    must(!mlops_monitor_suspend(self, fresh, sizeof fresh, &n));
    if (size >= FRONT + DIGEST) {
        memcpy(bytes + FRONT, fresh + FRONT, DIGEST);
        seal(bytes, size);
    }
    mlops_status status = mlops_monitor_resume(self, bytes, size, &e);
    must(!status || (e.code == status && e.message[0]));
    if (!status) {
        must(!mlops_monitor_suspend(self, again, size, &n) && n == size);
        must(!memcmp(bytes, again, size));
    }
    go_on(self, of);
    mlops_monitor_free(self);
    free(again);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (int i = 0; i < KINDS; i++) try(data, size, (kind)i);
    return 0;
}
