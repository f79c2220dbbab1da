/* What the readers of messages share. */
#ifndef MLOPS_MODEL_ONNX_READ_H
#define MLOPS_MODEL_ONNX_READ_H

#include "model/build/onnx.h"
#include "model/build/onnx_wire.h"

/* A list that grows in an arena. */
typedef struct mlops__onnx_list {
    void *items;
    size_t n;
    size_t cap;
} mlops__onnx_list;

/* One more item, zeroed; NULL without memory. */
void *mlops__onnx_add(mlops__onnx_list *self, mlops__arena *arena, size_t size);

/* The newest field as a name: a copy with a NUL. */
mlops_status mlops__onnx_name(const mlops__wire *in, const char *what, mlops__arena *arena,
                              const char **out);
mlops_status mlops__onnx_slice(const mlops__wire *in, const char *what, mlops__onnx_text *out);

/* Appends the numbers of the newest field. */
mlops_status mlops__onnx_numbers(const mlops__wire *in, const char *what, mlops__wire_type type,
                                 mlops__arena *arena, mlops__onnx_list *list);
mlops_status mlops__onnx_texts(const mlops__wire *in, const char *what, mlops__arena *arena,
                               mlops__onnx_list *list);

/* The message whose wire is given, over what out holds already. */
mlops_status mlops__onnx_read_pair(mlops__wire *in, mlops__arena *arena, mlops__onnx_pair *out);
mlops_status mlops__onnx_read_tensor(mlops__wire *in, mlops__arena *arena, mlops__onnx_tensor *out);
mlops_status mlops__onnx_read_value(mlops__wire *in, mlops__arena *arena, mlops__onnx_value *out);
mlops_status mlops__onnx_read_node(mlops__wire *in, mlops__arena *arena, mlops__onnx_node *out);

/* Reading of a graph can be taken up again, where a file has it in parts. */
typedef struct mlops__onnx_graph_lists {
    mlops__onnx_list nodes, tensors, inputs, outputs, infos;
    const char *name;
} mlops__onnx_graph_lists;

mlops_status mlops__onnx_read_graph(mlops__wire *in, mlops__arena *arena,
                                    mlops__onnx_graph_lists *lists);
mlops_status mlops__onnx_end_graph(const mlops__onnx_graph_lists *lists, mlops__arena *arena,
                                   mlops__onnx_graph **out, mlops_error *err);

#endif
