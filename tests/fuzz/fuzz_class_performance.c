/* Counts of classes. What is read saves to the same bytes, and is read from. The checksum is
 * mended, so that what stands behind it is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

static int is_share(double x) { return x >= 0 && x <= 1.0000001; }

static void read_counts(const mlops_class_performance *self) {
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_table *table;
    mlops_error e;
    int labelled = !mlops_class_performance_metrics(&m, self, NULL, &e);
    must(!labelled || (is_share(m.accuracy) && is_share(m.top_k_accuracy) && m.log_loss >= 0 &&
                       is_share(m.ece) && m.mce >= m.ece && is_share(m.ece_classwise)));
    must(!!mlops_class_performance_by_class(&table, self, NULL, &e) != labelled);
    mlops_table_unref(table);
    must(!mlops_class_performance_confusion(&table, self, NULL, &e));
    mlops_table_unref(table);
    must(!mlops_class_performance_estimate(&table, self, NULL, &e) || !labelled);
    mlops_table_unref(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t room = mlops_class_performance_size(8), needed; /* more classes find no room */
    uint8_t *bytes = sealed_copy(data, size), *again = room_of(size);
    void *mem = room_of(room);
    mlops_class_performance *self;
    mlops_status status = mlops_class_performance_load(&self, mem, room, bytes, size);
    must(!status == (self != NULL));
    if (!status) {
        must(!mlops_class_performance_save(self, again, size, &needed) && needed == size);
        must(!memcmp(bytes, again, size));
        read_counts(self);
    }
    free(mem);
    free(again);
    free(bytes);
    return 0;
}
