/* Sums of errors. What is read saves to the same bytes, and is read from. The checksum is
 * mended, so that what stands behind it is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

static void read_sums(const mlops_regression_performance *self) {
    static const double losses[] = {1, 2, 0.5};
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_table *table;
    mlops_error e;
    int some = !mlops_regression_performance_metrics(&m, self, NULL, &e);
    must(!some || (m.mae >= 0 && m.rmse >= 0 && m.median_ae >= 0));
    double q = mlops_regression_performance_quantile(self, 0.9);
    must(some ? q >= 0 : q != q);
    must(!!mlops_regression_performance_estimate(&table, self, MLOPS_METRIC_MSE, losses, NULL, 3,
                                                 NULL, &e) != some);
    mlops_table_unref(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t room = mlops_regression_performance_size(), needed;
    uint8_t *bytes = sealed_copy(data, size), *again = room_of(size);
    void *mem = room_of(room);
    mlops_regression_performance *self;
    mlops_status status = mlops_regression_performance_load(&self, mem, room, bytes, size);
    must(!status == (self != NULL));
    if (!status) {
        must(!mlops_regression_performance_save(self, again, size, &needed) && needed == size);
        must(!memcmp(bytes, again, size));
        read_sums(self);
    }
    free(mem);
    free(again);
    free(bytes);
    return 0;
}
