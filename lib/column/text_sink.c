/* Texts as they pass by, of which none is kept.
 *
 * Owns the choice of what stands for a text where texts are told apart: itself if it is short, else
 * 128 bits of its hash. Invariant: what is counted is what column/text_counts.h counts of a table.
 */
#include "column/text_sink.h"

#include "column/table_inside.h"
#include "sys/hash.h"

#include <string.h>

mlops_status mlops__text_sink_begin(mlops__text_sink *self, const mlops__host *host,
                                    const char *name, uint32_t mask, mlops_error *err) {
    memset(self, 0, sizeof *self);
    mlops__dictionary_init(&self->seen, &host->allocator, &host->entropy);
    return mask ? mlops__texts_begin(&self->texts, host, name, mask, err) : MLOPS_OK;
}

static mlops_status tell_apart(mlops__text_sink *self, const char *text, size_t n) {
    mlops__hash128 hash;
    int64_t known = self->seen.n, n_words;
    int32_t code;
    self->n++;
    if (n < sizeof hash) {
        MLOPS_TRY(mlops__dictionary_add(&self->seen, text, n, &code));
    } else {
        hash = mlops__hash_128(text, n);
        MLOPS_TRY(mlops__dictionary_add(&self->seen, (const char *)&hash, sizeof hash, &code));
    }
    if (self->seen.n == known) return MLOPS_OK;
    n_words = mlops__text_words(text, n);
    self->n_words += n_words;
    return MLOPS_OK;
}

mlops_status mlops__text_sink_put(mlops__text_sink *self, const char *text, size_t n) {
    if (!self->texts.mask) return text ? tell_apart(self, text, n) : MLOPS_OK;
    mlops__texts_add(&self->texts, text, n);
    return self->texts.rows.status;
}

mlops_status mlops__text_sink_reserve(mlops__text_sink *self, int64_t n_rows) {
    if (self->texts.mask) mlops__rows_reserve(&self->texts.rows, n_rows);
    return self->texts.rows.status;
}

mlops_status mlops__text_sink_end(mlops__text_sink *self, int64_t n_rows, mlops_error *err) {
    mlops__rows *rows = &self->texts.rows;
    if (!self->texts.mask) return MLOPS_OK;
    while (rows->status == MLOPS_OK && rows->n_rows < n_rows)
        mlops__texts_add(&self->texts, NULL, 0);
    for (int64_t i = 0; i < rows->table->n_columns; i++) /* giving room back would take more */
        rows->table->stores[i].cap = rows->table->stores[i].n;
    return mlops__rows_end(rows, MLOPS_OK, &self->table, err);
}

void mlops__text_sink_free(mlops__text_sink *self) {
    mlops_table *none;
    if (self->texts.rows.table) mlops__rows_end(&self->texts.rows, MLOPS_E_NOMEM, &none, NULL);
    mlops_table_unref(self->table);
    if (self->seen.bytes.allocator) mlops__dictionary_free(&self->seen);
    memset(self, 0, sizeof *self);
}

int mlops__text_sink_are_texts(const mlops__text_sink *self, int64_t rows_min) {
    return mlops__texts_judge(self->n, self->seen.n, self->n_words, rows_min);
}
