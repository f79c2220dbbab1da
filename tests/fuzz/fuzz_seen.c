/* What a reference says of the texts that it has had: what is taken is what writing it gives, and
 * counts its values.
 */
#include "fuzz/fuzz.h"
#include "profile/reference.h"
#include "profile/seen.h"

#include <mlops.h>

#include <stdio.h>

/* 70 texts, the i-th of them i times; beside it a column that has no rest. */
static mlops_reference *make(void) {
    static char csv[1 << 16];
    mlops_table *table;
    mlops_reference *out;
    size_t n = (size_t)sprintf(csv, "s,t\n");
    for (int i = 1; i <= 70; i++)
        for (int k = 0; k < i; k++) n += (size_t)sprintf(csv + n, "w%d,x\n", i);
    must(mlops_table_parse(&table, csv, n, NULL, NULL) == MLOPS_OK);
    must(mlops_reference_new(&out, table, NULL, NULL) == MLOPS_OK);
    mlops_table_unref(table);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_reference *self = make();
    mlops_status status = mlops__reference_seen_take(self, data, size, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
    if (status == MLOPS_OK) {
        const mlops__reference_column *column = mlops__reference_at(self, 0);
        int64_t n = 0;
        mlops__buf again;
        mlops__buf_init(&again, &mlops__heap);
        mlops__reference_seen_put(self, &again);
        must(again.size == size && memcmp(again.data, data, size) == 0);
        for (int i = 0; i < MLOPS__SEEN_TIMES; i++) n += column->seen->values[i];
        must(n == column->n - column->n_null && column->seen->values[0] == 0);
        mlops__buf_free(&again);
    }
    mlops_reference_unref(self);
    return 0;
}
