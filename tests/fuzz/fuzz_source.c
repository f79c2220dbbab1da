/* Any bytes as JSON, with items of arrays taken at once and one by one: the same numbers come, and
 * the same error. The first byte says what is taken.
 */
#include "fuzz/fuzz.h"
#include "model/build/source.h"
#include "sys/host.h"

static void put_number(mlops__buf *out, mlops__source *source, mlops__items items) {
    float real = 0;
    int64_t integer = 0;
    if (items == MLOPS__ITEMS_F32 && !mlops__source_f32(source, &real)) abort();
    if (items == MLOPS__ITEMS_I32 && !mlops__source_i64(source, &integer)) integer = 7;
    int32_t item = (int32_t)integer;
    if (items == MLOPS__ITEMS_F32) memcpy(&item, &real, sizeof item);
    mlops__buf_put(out, &item, sizeof item);
}

/* Numbers of arrays, and the kinds of all other events. */
static mlops_status read_all(mlops__source *source, mlops__items items, int take, mlops__buf *out) {
    for (int in_array = 0;;) {
        MLOPS_TRY(mlops__source_next(source));
        if (source->event == MLOPS__EVENT_END) return MLOPS_OK;
        if (source->event == MLOPS__EVENT_NUMBER && in_array) put_number(out, source, items);
        else mlops__buf_u8(out, (uint8_t)source->event);
        if (source->event != MLOPS__EVENT_NUMBER) in_array = source->event == MLOPS__EVENT_ARRAY;
        if (source->event == MLOPS__EVENT_ARRAY && take) mlops__source_take(source, items, out);
    }
}

static mlops_status read_text(const char *text, size_t n, mlops_cpu cpu, mlops__items items,
                              int take, mlops__buf *out, mlops_error *err) {
    mlops__arena arena;
    mlops__source_json source;
    mlops__arena_init(&arena, &mlops__heap, (size_t)1 << 28);
    mlops__source_json_init(&source, text, n, mlops__kern_for(cpu), &arena, err);
    mlops_status status = items == MLOPS__ITEMS_NONE && take
                              ? mlops__source_skip(&source.base)
                              : read_all(&source.base, items, take, out);
    if (items == MLOPS__ITEMS_NONE && take && !status) status = mlops__source_next(&source.base);
    mlops__arena_free(&arena);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    mlops__items items = (mlops__items)(data[0] % 3);
    const mlops_cpu cpus[] = {MLOPS_CPU_SCALAR, mlops_cpu_level(MLOPS_CPU_BEST)};
    char *text = malloc(size); /* so that a read beyond is seen */
    if (!text) return 0;
    memcpy(text, data + 1, size - 1);
    mlops__buf due;
    mlops_error error, error_due;
    mlops__buf_init(&due, &mlops__heap);
    mlops_status status = read_text(text, size - 1, MLOPS_CPU_SCALAR, items, 0, &due, &error_due);
    for (int i = 0; i < 2; i++) {
        mlops__buf out;
        mlops__buf_init(&out, &mlops__heap);
        if (read_text(text, size - 1, cpus[i], items, 1, &out, &error) != status) abort();
        if (status &&
            (error.offset != error_due.offset || error.line != error_due.line ||
             error.column != error_due.column || strcmp(error.message, error_due.message)))
            abort();
        if (items != MLOPS__ITEMS_NONE &&
            (out.size != due.size || (due.size && memcmp(out.data, due.data, due.size))))
            abort();
        mlops__buf_free(&out);
    }
    mlops__buf_free(&due);
    free(text);
    return 0;
}
