/* A sketch of frequent values: a first byte, the room for texts where bytes do not tell; then its
 * bytes. What is taken comes back, has its values in order, and goes on. */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { WORDS = 1 << 18 };

static uint64_t room[2][WORDS], saved[2][WORDS];

static size_t save(mlops_items *p, mlops_items_form form, int which) {
    size_t n;
    must(!mlops_items_save(p, form, saved[which], sizeof saved[which], &n));
    return n;
}

static mlops_items *come_back(mlops_items *p) {
    mlops_items *q;
    size_t n = save(p, MLOPS_ITEMS_NATIVE, 0);
    must(!mlops_items_load(&q, room[1], sizeof room[1], saved[0], n, 0));
    must(save(q, MLOPS_ITEMS_NATIVE, 1) == n && !memcmp(saved[0], saved[1], n));
    (void)save(p, MLOPS_ITEMS_DATASKETCHES, 1);
    return q;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_items *p;
    if (!size) return 0;
    mlops_status status =
        mlops_items_load(&p, room[0], sizeof room[0], data + 1, size - 1, data[0] % 64);
    must(!status || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED ||
         status == MLOPS_E_LIMIT || status == MLOPS_E_ARENA);
    if (status) return 0;
    mlops_items *q = come_back(p);
    mlops_items_summary s = MLOPS_ITEMS_SUMMARY_INIT;
    must(!mlops_items_summarize(p, &s));
    int64_t sum = 0, last = INT64_MAX;
    for (int64_t i = 0; i < s.n_kept; i++) {
        mlops_items_row row = MLOPS_ITEMS_ROW_INIT, found = MLOPS_ITEMS_ROW_INIT;
        must(!mlops_items_at(p, i, &row) && row.lower >= 1 && row.lower <= last);
        must(!(row.text ? mlops_items_find_text(p, row.text, &found)
                        : mlops_items_find(p, row.value, &found)));
        must(found.lower == row.lower);
        last = row.lower;
        sum += row.lower;
    }
    must(sum <= s.n);
    status = mlops_items_merge(p, q);
    must(!status || status == MLOPS_E_LIMIT);
    for (int64_t i = 0; i < 40; i++) {
        (void)mlops_items_add(p, &i, 1);
        (void)mlops_items_add_text(p, i % 3 ? "a" : "b", i + 1);
    }
    (void)come_back(p);
    return 0;
}
