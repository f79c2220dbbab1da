/* Counts of groups. What is read saves to the same bytes, and has rates and measures. The checksum
 * is mended, so that what stands behind it is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

static void read_tables(const mlops_fairness *self) {
    mlops_table *table;
    mlops_error e;
    must(!mlops_fairness_groups(&table, self, &e));
    must(mlops_table_n_rows(table) == mlops_fairness_n_groups(self));
    mlops_table_unref(table);
    must(!mlops_fairness_measures(&table, self, &e));
    mlops_table_unref(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_fairness *self;
    mlops_error e;
    size_t needed;
    uint8_t *bytes = sealed_copy(data, size), *again = room_of(size);
    mlops_status status = mlops_fairness_load(&self, bytes, size, NULL, &e);
    must(!status == (self != NULL) && (!status || (e.code == status && e.message[0])));
    if (!status) {
        must(!mlops_fairness_save(self, again, size, &needed) && needed == size);
        must(!memcmp(bytes, again, size));
        read_tables(self);
        mlops_fairness_free(self);
    }
    free(again);
    free(bytes);
    return 0;
}
