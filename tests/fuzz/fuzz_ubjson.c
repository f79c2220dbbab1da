/* UBJSON events of any bytes: each call must move on, and places must stay inside. */
#include "fuzz/fuzz.h"
#include "model/build/ubjson.h"
#include "sys/host.h"

static void read_all(mlops__ubjson *reader, size_t size, int take) {
    size_t steps = 0;
    for (;;) {
        if (mlops__source_next(&reader->base)) break;
        if (reader->base.event == MLOPS__EVENT_END) break;
        if (reader->in.offset > size || steps++ > 2 * size + 4) abort();
        float real;
        int64_t integer;
        (void)mlops__source_f32(&reader->base, &real);
        (void)mlops__source_i64(&reader->base, &integer);
        if (take && reader->base.event == MLOPS__EVENT_ARRAY) {
            mlops__buf out;
            mlops__buf_init(&out, &mlops__heap);
            mlops__source_take(&reader->base, (mlops__items)(steps % 3), &out);
            mlops__buf_free(&out);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_error error;
    for (int take = 0; take < 2; take++) {
        mlops__ubjson reader;
        mlops__ubjson_init(&reader, data, size, &error);
        read_all(&reader, size, take);
    }
    mlops__ubjson reader;
    mlops__ubjson_init(&reader, data, size, &error);
    (void)mlops__source_skip(&reader.base);
    return 0;
}
