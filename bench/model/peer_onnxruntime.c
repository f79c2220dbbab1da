#include "peer_onnxruntime.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OUTPUTS_MAX = 8, SIZES_MAX = 4, API = 29 };

/* Places in the table of functions, which never change: its header is not part of every package. */
enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION = 7,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_INTRA_THREADS = 24,
    OUTPUT_COUNT = 31,
    INPUT_TYPE = 33,
    INPUT_NAME = 36,
    OUTPUT_NAME = 37,
    CREATE_TENSOR = 49,
    TENSOR_DATA = 51,
    TENSOR_TYPE = 55,
    ELEMENT_TYPE = 60,
    ELEMENT_COUNT = 64,
    TYPE_AND_SHAPE = 65,
    CREATE_MEMORY = 69,
    DEFAULT_ALLOCATOR = 78
};
enum { FLOAT = 1, INT64 = 7, DOUBLE = 11 };

typedef struct base {
    void *const *(*api)(uint32_t version);
    const char *(*version)(void);
} base;

/* Tensors of runs of so many rows. */
typedef struct bound {
    int64_t n;
    void *data, *input, *outputs[OUTPUTS_MAX];
} bound;

struct peer_onnxruntime {
    void *session, *memory;
    int type;
    char *input, *names[OUTPUTS_MAX];
    size_t n_outputs;
    bound sizes[SIZES_MAX];
    const bound *last;
};

static void *const *table;

static const base *library(void) {
    const char *path = getenv("MLOPS_ORT");
    void *handle = path ? dlopen(path, RTLD_NOW) : NULL;
    const base *(*get)(void);
    if (!handle) return NULL;
    void *symbol = dlsym(handle, "OrtGetApiBase");
    memcpy(&get, &symbol, sizeof get);
    return get();
}

const char *peer_onnxruntime_version(void) {
    const base *found = library();
    return found ? found->version() : NULL;
}

static void check(void *status) {
    const char *(*message)(const void *);
    if (!status) return;
    memcpy(&message, &table[GET_ERROR_MESSAGE], sizeof message);
    exit(fprintf(stderr, "ONNX Runtime: %s\n", message(status)));
}

/* A function of the table: its status is checked. */
#define CALL(place, types, ...)                                                                    \
    do {                                                                                           \
        void *(*function)types;                                                                    \
        memcpy(&function, &table[place], sizeof function);                                         \
        check(function(__VA_ARGS__));                                                              \
    } while (0)

peer_onnxruntime *peer_onnxruntime_open(const char *model) {
    const base *found = library();
    void *env, *options, *allocator, *info;
    const void *tensor;
    if (!found) return NULL;
    table = found->api(API);
    peer_onnxruntime *self = calloc(1, sizeof *self);
    CALL(CREATE_ENV, (int, const char *, void **), 3, "bench", &env);
    CALL(CREATE_SESSION_OPTIONS, (void **), &options);
    CALL(SET_INTRA_THREADS, (void *, int), options, 1);
    CALL(CREATE_SESSION, (void *, const char *, void *, void **), env, model, options,
         &self->session);
    CALL(CREATE_MEMORY, (int, int, void **), 1, 0, &self->memory);
    CALL(DEFAULT_ALLOCATOR, (void **), &allocator);
    CALL(INPUT_NAME, (void *, size_t, void *, char **), self->session, 0, allocator, &self->input);
    CALL(INPUT_TYPE, (void *, size_t, void **), self->session, 0, &info);
    CALL(TENSOR_TYPE, (void *, const void **), info, &tensor);
    CALL(ELEMENT_TYPE, (const void *, int *), tensor, &self->type);
    CALL(OUTPUT_COUNT, (void *, size_t *), self->session, &self->n_outputs);
    int is_known = self->type == FLOAT || self->type == INT64 || self->type == DOUBLE;
    if (self->n_outputs > OUTPUTS_MAX || !is_known)
        exit(fprintf(stderr, "%s: too many outputs, or an input of another type\n", model));
    for (size_t i = 0; i < self->n_outputs; i++)
        CALL(OUTPUT_NAME, (void *, size_t, void *, char **), self->session, i, allocator,
             &self->names[i]);
    return self;
}

static bound *bound_of(peer_onnxruntime *self, int64_t n, int64_t n_features) {
    bound *at = self->sizes;
    while (at->n && at->n != n)
        if (++at == self->sizes + SIZES_MAX) exit(fprintf(stderr, "too many sizes of batches\n"));
    if (at->n) return at;
    int64_t dims[] = {n, n_features};
    size_t size = (size_t)(n * n_features) * (self->type == FLOAT ? 4 : 8);
    *at = (bound){.n = n, .data = aligned_alloc(64, (size + 63) / 64 * 64)};
    CALL(CREATE_TENSOR, (void *, void *, size_t, const int64_t *, size_t, int, void **),
         self->memory, at->data, size, dims, 2, self->type, &at->input);
    return at;
}

void peer_onnxruntime_run(peer_onnxruntime *self, const void *rows, int64_t n, int64_t n_features) {
    bound *at = bound_of(self, n, n_features);
    const float *floats = rows;
    size_t size = (size_t)(n * n_features) * (self->type == FLOAT ? 4 : 8);
    if (self->type != INT64) memcpy(at->data, rows, size);
    else
        for (int64_t i = 0; i < n * n_features; i++) ((int64_t *)at->data)[i] = (int64_t)floats[i];
    CALL(RUN,
         (void *, const void *, char *const *, void *const *, size_t, char *const *, size_t,
          void **),
         self->session, NULL, &self->input, &at->input, 1, self->names, self->n_outputs,
         at->outputs);
    self->last = at;
}

const float *peer_onnxruntime_result(const peer_onnxruntime *self, size_t *n) {
    for (size_t i = self->n_outputs; i-- > 0;) {
        void *shape;
        int type;
        float *data;
        CALL(TYPE_AND_SHAPE, (const void *, void **), self->last->outputs[i], &shape);
        CALL(ELEMENT_TYPE, (const void *, int *), shape, &type);
        if (type != FLOAT) continue;
        CALL(ELEMENT_COUNT, (const void *, size_t *), shape, n);
        CALL(TENSOR_DATA, (void *, float **), self->last->outputs[i], &data);
        return data;
    }
    exit(fprintf(stderr, "no output of floats\n"));
}
