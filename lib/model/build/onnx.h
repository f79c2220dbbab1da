/* An ONNX file, read: messages as structs in an arena.
 *
 * Names end in NUL and hold none. Bytes of tensors stay in the file where it has them in raw form;
 * the file outlives all of this.
 */
#ifndef MLOPS_MODEL_ONNX_H
#define MLOPS_MODEL_ONNX_H

#include "base/arena.h"
#include "base/fail.h"

#include <mlops/model.h>

/* TensorProto.DataType */
typedef enum mlops__onnx_type {
    MLOPS__ONNX_NONE = 0,
    MLOPS__ONNX_F32 = 1,
    MLOPS__ONNX_U8 = 2,
    MLOPS__ONNX_I8 = 3,
    MLOPS__ONNX_U16 = 4,
    MLOPS__ONNX_I16 = 5,
    MLOPS__ONNX_I32 = 6,
    MLOPS__ONNX_I64 = 7,
    MLOPS__ONNX_STRING = 8,
    MLOPS__ONNX_BOOL = 9,
    MLOPS__ONNX_F16 = 10,
    MLOPS__ONNX_F64 = 11,
    MLOPS__ONNX_U32 = 12,
    MLOPS__ONNX_U64 = 13,
    MLOPS__ONNX_BF16 = 16
} mlops__onnx_type;

/* AttributeProto.AttributeType */
typedef enum mlops__onnx_kind {
    MLOPS__ONNX_FLOAT = 1,
    MLOPS__ONNX_INT = 2,
    MLOPS__ONNX_TEXT = 3,
    MLOPS__ONNX_TENSOR = 4,
    MLOPS__ONNX_GRAPH = 5,
    MLOPS__ONNX_FLOATS = 6,
    MLOPS__ONNX_INTS = 7,
    MLOPS__ONNX_TEXTS = 8
} mlops__onnx_kind;

enum { MLOPS__ONNX_RANK_MAX = 8 };

typedef struct mlops__onnx_text {
    const char *text; /* no NUL */
    size_t n;
} mlops__onnx_text;

typedef struct mlops__onnx_tensor {
    const char *name; /* "" if it has none */
    mlops__onnx_type type;
    uint32_t rank;
    int64_t dims[MLOPS__ONNX_RANK_MAX];
    int64_t count;                 /* product of dims */
    const uint8_t *data;           /* count items, little-endian and unaligned */
    const mlops__onnx_text *texts; /* count texts of a STRING */
    int64_t offset;                /* in the file */
} mlops__onnx_tensor;

typedef struct mlops__onnx_graph mlops__onnx_graph;

typedef struct mlops__onnx_attribute {
    const char *name;
    mlops__onnx_kind kind;
    float f;
    int64_t i;
    mlops__onnx_text s;
    mlops__onnx_tensor *tensor;
    mlops__onnx_graph *graph;
    size_t n; /* of floats, ints or texts */
    const float *floats;
    const int64_t *ints;
    const mlops__onnx_text *texts;
    int64_t offset;
} mlops__onnx_attribute;

typedef struct mlops__onnx_node {
    const char *name; /* "" if it has none */
    const char *op;
    const char *domain; /* "" for that of ONNX itself */
    uint32_t n_inputs;
    uint32_t n_outputs;
    uint32_t n_attributes;
    const char **inputs; /* "" where one is left out */
    const char **outputs;
    mlops__onnx_attribute *attributes;
    int64_t offset;
} mlops__onnx_node;

typedef struct mlops__onnx_dim {
    int64_t value;      /* -1: not given */
    const char *symbol; /* NULL: none */
} mlops__onnx_dim;

/* An input or output of a graph, or a value in between. */
typedef struct mlops__onnx_value {
    const char *name;
    mlops__onnx_type type; /* of a map: of its values; NONE: no tensor, or not said */
    int is_map;            /* of keys to single values */
    int is_other;          /* a sequence, an optional, a sparse tensor or a map of others */
    int has_shape;
    uint32_t rank;
    mlops__onnx_dim dims[MLOPS__ONNX_RANK_MAX];
    int64_t offset;
} mlops__onnx_value;

struct mlops__onnx_graph {
    const char *name;
    size_t n_nodes;
    size_t n_tensors;
    size_t n_inputs;
    size_t n_outputs;
    size_t n_infos;
    mlops__onnx_node *nodes;
    mlops__onnx_tensor *tensors; /* initializers */
    mlops__onnx_value *inputs;
    mlops__onnx_value *outputs;
    mlops__onnx_value *infos; /* what is said of values in between */
};

typedef struct mlops__onnx_opset {
    const char *domain;
    int64_t version;
} mlops__onnx_opset;

typedef struct mlops__onnx_pair {
    const char *key;
    const char *value;
} mlops__onnx_pair;

typedef struct mlops__onnx {
    int64_t ir_version;
    const char *producer;
    const char *producer_version;
    size_t n_opsets;
    size_t n_metadata;
    size_t n_functions;
    mlops__onnx_opset *opsets;
    mlops__onnx_pair *metadata;
    const char **functions; /* names */
    mlops__onnx_graph *graph;
} mlops__onnx;

/* Bytes of an item; 0 for texts and what is not supported. */
size_t mlops__onnx_size(mlops__onnx_type type);
const char *mlops__onnx_type_name(int64_t type);

/* Who has tensors that lie in other files. */
typedef struct mlops__external {
    mlops_external ask;
    void *user;
} mlops__external;

/* Reads a ModelProto; external may be NULL. MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED, MLOPS_E_LIMIT,
 * MLOPS_E_NOMEM, with the offset in the file. */
mlops_status mlops__onnx_read(mlops__onnx *out, const void *bytes, size_t n,
                              const mlops__external *external, mlops__arena *arena,
                              mlops_error *err);

#endif
