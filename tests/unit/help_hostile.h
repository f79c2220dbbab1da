/* Model files that lie: writers of ONNX, and an allocator that counts the most that is taken. */
#ifndef TESTS_UNIT_HELP_HOSTILE_H
#define TESTS_UNIT_HELP_HOSTILE_H

#include <mlops.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sys/host.h"

typedef struct bytes {
    uint8_t data[1 << 16];
    size_t n;
} bytes;

static inline void put_bytes(bytes *to, const void *data, size_t n) {
    if (to->n + n > sizeof to->data) abort();
    memcpy(to->data + to->n, data, n);
    to->n += n;
}

#define PUT(to, literal) put_bytes(to, literal, sizeof(literal) - 1)

static inline void put_text(bytes *to, const char *text) { put_bytes(to, text, strlen(text)); }

static inline void put_varint(bytes *to, uint64_t value) {
    for (; value > 127; value >>= 7) put_bytes(to, &(uint8_t){(uint8_t)(value | 128)}, 1);
    put_bytes(to, &(uint8_t){(uint8_t)value}, 1);
}

static inline void put_number(bytes *to, uint32_t field, uint64_t value) {
    put_varint(to, field << 3);
    put_varint(to, value);
}

static inline void put_field(bytes *to, uint32_t field, const void *data, size_t n) {
    put_varint(to, field << 3 | 2);
    put_varint(to, n);
    put_bytes(to, data, n);
}

static inline void put_name(bytes *to, uint32_t field, const char *text) {
    put_field(to, field, text, strlen(text));
}

static inline void put_message(bytes *to, uint32_t field, const bytes *message) {
    put_field(to, field, message->data, message->n);
}

/* An attribute of whole numbers or floats. */
static inline void put_list(bytes *node, const char *name, int floats, const double *values,
                            size_t n) {
    bytes *out = calloc(1, sizeof *out);
    put_name(out, 1, name);
    for (size_t i = 0; i < n; i++) {
        const float real = (float)values[i];
        if (floats) put_varint(out, 7 << 3 | 5);
        if (floats) put_bytes(out, &real, sizeof real);
        else put_number(out, 8, (uint64_t)(int64_t)values[i]);
    }
    put_number(out, 20, floats ? 6 : 7);
    put_message(node, 5, out);
    free(out);
}

static inline void put_texts(bytes *node, const char *name, const char *const *texts, size_t n) {
    bytes *out = calloc(1, sizeof *out);
    put_name(out, 1, name);
    for (size_t i = 0; i < n; i++) put_name(out, 9, texts[i]);
    put_number(out, 20, 8);
    put_message(node, 5, out);
    free(out);
}

static inline void put_port(bytes *graph, uint32_t field, const char *name) {
    bytes dim = {.n = 0}, shape = {.n = 0}, tensor = {.n = 0}, type = {.n = 0}, out = {.n = 0};
    bytes open = {.n = 0};
    put_name(&open, 2, "n");
    put_message(&shape, 1, &open);
    put_number(&dim, 1, 2);
    put_message(&shape, 1, &dim);
    put_number(&tensor, 1, 1);
    put_message(&tensor, 2, &shape);
    put_message(&type, 1, &tensor);
    put_name(&out, 1, name);
    put_message(&out, 2, &type);
    put_message(graph, field, &out);
}

/* A model of X to Y around nodes and tensors, which are fields of a graph. */
static inline void put_graph(bytes *to, const bytes *fields) {
    bytes *graph = calloc(1, sizeof *graph), sets[2] = {{.n = 0}, {.n = 0}};
    put_bytes(graph, fields->data, fields->n);
    put_name(graph, 2, "g");
    put_port(graph, 11, "X");
    put_port(graph, 12, "Y");
    put_number(&sets[0], 2, 15);
    put_name(&sets[1], 1, "ai.onnx.ml");
    put_number(&sets[1], 2, 3);
    put_number(to, 1, 8);
    for (int i = 0; i < 2; i++) put_message(to, 8, &sets[i]);
    put_message(to, 7, graph);
    free(graph);
}

/* The same around a node and, if it has bytes, a tensor. */
static inline void put_onnx(bytes *to, const bytes *node, const bytes *tensor) {
    bytes *fields = calloc(1, sizeof *fields);
    put_message(fields, 1, node);
    if (tensor && tensor->n) put_message(fields, 5, tensor);
    put_graph(to, fields);
    free(fields);
}

static inline void begin_node(bytes *node, const char *op, const char *domain, const char *second) {
    put_name(node, 1, "X");
    if (second) put_name(node, 1, second);
    put_name(node, 2, "Y");
    put_name(node, 3, "n1");
    put_name(node, 4, op);
    if (domain) put_name(node, 7, domain);
}

/* Each row is repeated so often that it fills so many times 8 bytes. */
static inline void put_tile(bytes *to, int64_t times) {
    const int64_t repeats[] = {1, times};
    bytes node = {.n = 0}, tensor = {.n = 0};
    begin_node(&node, "Tile", NULL, "w");
    put_number(&tensor, 1, 2);
    put_number(&tensor, 2, 7);
    put_name(&tensor, 8, "w");
    put_field(&tensor, 9, repeats, sizeof repeats);
    put_onnx(to, &node, &tensor);
}

static inline void onnx_arena(bytes *to) { put_tile(to, (int64_t)1 << 28); }

/* Rows that run together: of each, the sum of those up to it. */
static inline void put_sums(bytes *to) {
    bytes node = {.n = 0}, tensor = {.n = 0};
    begin_node(&node, "CumSum", NULL, "w");
    put_number(&tensor, 2, 7);
    put_name(&tensor, 8, "w");
    put_field(&tensor, 9, "\0\0\0\0\0\0\0\0", 8);
    put_onnx(to, &node, &tensor);
}

static inline mlops_model *parse_onnx(const bytes *content) {
    mlops_model *model;
    mlops_error error = {0};
    if (mlops_model_parse(&model, content->data, content->n, NULL, &error))
        fail_msg("%s", error.message);
    return model;
}

/* ---- memory ---- */

static size_t memory, most_memory;

static inline void *count_alloc(void *ctx, size_t size, size_t align) {
    void *p = mlops__heap.alloc(mlops__heap.ctx, size, align);
    (void)ctx;
    if (p) memory += size;
    if (memory > most_memory) most_memory = memory;
    return p;
}

static inline void count_free(void *ctx, void *p, size_t size, size_t align) {
    (void)ctx;
    memory -= size;
    mlops__heap.free(mlops__heap.ctx, p, size, align);
}

static inline void *count_realloc(void *ctx, void *p, size_t old_size, size_t new_size,
                                  size_t align) {
    void *q = mlops__heap.realloc(mlops__heap.ctx, p, old_size, new_size, align);
    (void)ctx;
    if (q) memory += new_size - old_size;
    if (memory > most_memory) most_memory = memory;
    return q;
}

static inline mlops_allocator counting(void) {
    return (mlops_allocator){sizeof(mlops_allocator), 0,         NULL, count_alloc,
                             count_realloc,           count_free};
}

#endif
