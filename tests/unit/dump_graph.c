/* dump_graph [FILE]: builds graphs that stdin tells, runs them, and writes what came out to stdout,
 * for the oracle to compare. With FILE the bytes of the last graph go there.
 *
 * A request, little-endian: u32 rows, u32 bytes for texts, u32 values, each {u8 kind, u8 dtype,
 * u8 rank, u8 zero, rank of {u32 fixed, u32 per_row}, elements unless it is a temporary}, u32
 * steps, each {u32 operator, inputs, outputs, ints, floats, then the operands, ints and floats},
 * u32 outputs, each u32. A text is its u32 length and bytes. The answer: i32 status, u32 length and
 * text of the message; if the status is 0, for each output {u32 dtype, u32 rank, i64 dims,
 * elements}.
 */
#include "base/arena.h"
#include "model/build/graph_write.h"
#include "model/run/graph_step.h"
#include "sys/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 256, OUTPUTS_MAX = 32 };

typedef struct request {
    uint32_t rows, text_size, n_values, n_outputs;
    uint32_t numbers[VALUES_MAX];
    mlops__graph_dtype dtypes[VALUES_MAX]; /* of inputs, in their order */
    void *data[VALUES_MAX];
    uint32_t n_inputs;
} request;

static mlops__arena memory; /* of one request */

static void take(void *to, size_t n) {
    if (n && fread(to, 1, n, stdin) != n) exit(3);
}

static uint32_t take_u32(void) {
    uint32_t value;
    take(&value, sizeof value);
    return value;
}

static void *room(size_t n) {
    void *p = mlops__arena_alloc(&memory, n + 1);
    if (!p) exit(3);
    return p;
}

static void *take_elements(mlops__graph_dtype dtype, size_t n) {
    size_t size = mlops__dtype_size(dtype);
    void *data = room(n * size);
    if (dtype != MLOPS__GRAPH_TEXT) {
        take(data, n * size);
        return data;
    }
    mlops__graph_text *texts = data;
    for (size_t i = 0; i < n; i++) {
        texts[i].n = take_u32();
        char *bytes = room(texts[i].n);
        take(bytes, texts[i].n);
        texts[i].bytes = bytes;
    }
    return data;
}

static void take_value(request *r, mlops__graph_writer *writer, uint32_t i) {
    uint8_t head[4];
    mlops__graph_dims dims[MLOPS__GRAPH_RANK_MAX];
    int64_t fixed[MLOPS__GRAPH_RANK_MAX];
    size_t n = 1;
    char name[16];
    take(head, 4);
    for (uint8_t k = 0; k < head[2]; k++) {
        dims[k].fixed = take_u32();
        dims[k].per_row = take_u32();
        fixed[k] = dims[k].fixed;
        n *= dims[k].fixed + (size_t)dims[k].per_row * r->rows;
    }
    mlops__graph_dtype dtype = (mlops__graph_dtype)head[1];
    void *data = head[0] == MLOPS__GRAPH_TEMPORARY ? NULL : take_elements(dtype, n);
    snprintf(name, sizeof name, "x%u", (unsigned)i);
    if (head[0] == MLOPS__GRAPH_INPUT) {
        r->dtypes[r->n_inputs] = dtype;
        r->data[r->n_inputs++] = data;
        r->numbers[i] = mlops__graph_writer_input(writer, name, dtype, head[2], dims);
    } else if (head[0] == MLOPS__GRAPH_CONSTANT) {
        r->numbers[i] = mlops__graph_writer_constant(writer, dtype, head[2], fixed, data);
    } else {
        r->numbers[i] = mlops__graph_writer_temporary(writer, dtype, head[2], dims);
    }
}

static void take_step(request *r, mlops__graph_writer *writer) {
    uint32_t head[5];
    take(head, sizeof head);
    uint32_t n = head[1] + head[2], *operands = room(n * 4);
    int64_t *ints = room(head[3] * 8);
    double *floats = room(head[4] * 8);
    take(operands, n * 4);
    take(ints, head[3] * 8);
    take(floats, head[4] * 8);
    for (uint32_t i = 0; i < n; i++)
        if (operands[i] != MLOPS__GRAPH_NONE) operands[i] = r->numbers[operands[i]];
    mlops__graph_writer_step(writer, &(mlops__graph_step){(mlops__graph_operator)head[0], operands,
                                                          head[1], operands + head[1], head[2],
                                                          ints, head[3], floats, head[4]});
}

static int take_request(request *r, mlops__buf *out) {
    mlops__graph_writer writer;
    memset(r, 0, sizeof *r);
    if (fread(&r->rows, 4, 1, stdin) != 1) return 0;
    mlops__graph_writer_init(&writer, &mlops__heap);
    r->text_size = take_u32();
    r->n_values = take_u32();
    for (uint32_t i = 0; i < r->n_values; i++) take_value(r, &writer, i);
    for (uint32_t n = take_u32(); n; n--) take_step(r, &writer);
    r->n_outputs = take_u32();
    for (uint32_t i = 0; i < r->n_outputs; i++)
        mlops__graph_writer_output(&writer, "y", r->numbers[take_u32()]);
    mlops__buf_init(out, &mlops__heap);
    if (mlops__graph_writer_finish(&writer, MLOPS__GRAPH_ROWS, out, NULL)) exit(4);
    mlops__graph_writer_free(&writer);
    return 1;
}

static void put_view(const mlops__graph_view *view) {
    uint32_t head[] = {(uint32_t)view->dtype, (uint32_t)view->rank};
    size_t n = (size_t)mlops__view_count(view);
    fwrite(head, sizeof head, 1, stdout);
    fwrite(view->dims, 8, (size_t)view->rank, stdout);
    if (view->dtype != MLOPS__GRAPH_TEXT) {
        fwrite(view->data, mlops__dtype_size(view->dtype), n, stdout);
        return;
    }
    const mlops__graph_text *texts = view->data;
    for (size_t i = 0; i < n; i++) {
        uint32_t length = (uint32_t)texts[i].n;
        fwrite(&length, 4, 1, stdout);
        fwrite(texts[i].bytes, 1, texts[i].n, stdout);
    }
}

static mlops_status answer(const request *r, const mlops__buf *bytes, mlops_error *error) {
    mlops__graph graph;
    mlops__graph_run *run;
    MLOPS_TRY(mlops__graph_open(&graph, bytes->data, bytes->size, error));
    size_t size = mlops__graph_size(&graph, r->rows, r->text_size);
    void *mem = mlops__alloc_aligned(&mlops__heap, size, MLOPS__GRAPH_ALIGN);
    if (size == 0 || !mem) return MLOPS_E_NOMEM;
    mlops_status status = mlops__graph_init(&run, mem, size, &graph, r->rows, r->text_size);
    if (status == MLOPS_OK)
        mlops__graph_set_kern(run, mlops__kern_for(mlops_cpu_level(MLOPS_CPU_BEST)));
    for (uint32_t i = 0; status == MLOPS_OK && i < r->n_inputs; i++)
        status = mlops__graph_bind(run, i, r->dtypes[i], r->data[i]);
    if (status == MLOPS_OK) status = mlops__graph_run_rows(run, r->rows, error);
    uint32_t head[] = {(uint32_t)status, status ? (uint32_t)strlen(error->message) : 0};
    fwrite(head, sizeof head, 1, stdout);
    fwrite(error->message, 1, head[1], stdout);
    for (uint32_t i = 0; status == MLOPS_OK && i < r->n_outputs; i++) {
        mlops__graph_view view = mlops__graph_result(run, i);
        put_view(&view);
    }
    mlops__free_aligned(&mlops__heap, mem, size, MLOPS__GRAPH_ALIGN);
    return MLOPS_END; /* it has been told */
}

int main(int argc, char **argv) {
    static request r;
    mlops__buf bytes;
    mlops__arena_init(&memory, &mlops__heap, SIZE_MAX);
    while (take_request(&r, &bytes)) {
        mlops_error error = {0};
        mlops_status status = answer(&r, &bytes, &error);
        uint32_t head[] = {(uint32_t)status, (uint32_t)strlen(error.message)};
        if (status != MLOPS_END) {
            fwrite(head, sizeof head, 1, stdout);
            fwrite(error.message, 1, head[1], stdout);
        }
        fflush(stdout);
        FILE *file = argc > 1 ? fopen(argv[1], "wb") : NULL;
        if (file) {
            fwrite(bytes.data, 1, bytes.size, file);
            fclose(file);
        }
        mlops__buf_free(&bytes);
        mlops__arena_free(&memory);
        mlops__arena_init(&memory, &mlops__heap, SIZE_MAX);
    }
    return 0;
}
