/* UBJSON events of any bytes: each call must move on, and places must stay inside. */
#include "model/build/ubjson.h"

#include <stdlib.h>

static void read_all(mlops__ubjson *reader, size_t size, int take_runs) {
    size_t steps = 0;
    for (;;) {
        if (mlops__source_next(&reader->base)) break;
        if (reader->base.event == MLOPS__EVENT_END) break;
        if (reader->in.offset > size || steps++ > 2 * size + 4) abort();
        float real;
        int64_t integer;
        (void)mlops__source_f32(&reader->base, &real);
        (void)mlops__source_i64(&reader->base, &integer);
        if (take_runs && reader->base.event == MLOPS__EVENT_ARRAY)
            (void)mlops__source_take_run(&reader->base, "dlUL");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops_error error;
    for (int take_runs = 0; take_runs < 2; take_runs++) {
        mlops__ubjson reader;
        mlops__ubjson_init(&reader, data, size, &error);
        read_all(&reader, size, take_runs);
    }
    mlops__ubjson reader;
    mlops__ubjson_init(&reader, data, size, &error);
    (void)mlops__source_skip(&reader.base);
    return 0;
}
