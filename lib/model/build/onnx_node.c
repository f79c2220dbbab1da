/* A node of an ONNX graph as its lowering sees it: inputs, outputs, attributes.
 *
 * Owns nothing. Invariant: attributes were held against the operator's entry before the node is
 * lowered, so that one that is there has a kind that the entry names.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

mlops_status mlops__oc_no(mlops__oc *self, const char *format, ...) {
    va_list args;
    va_start(args, format);
    mlops__vformat(self->reason, sizeof self->reason, format, args);
    va_end(args);
    return MLOPS_E_UNSUPPORTED;
}

uint32_t mlops__oc_in(mlops__oc *self, uint32_t index) {
    const mlops__onnx_node *node = self->node;
    if (index >= node->n_inputs || !node->inputs[index][0]) return MLOPS__ITEM_NONE;
    return mlops__oc_scope_find(self, node->inputs[index]);
}

int mlops__oc_wants(const mlops__oc *self, uint32_t index) {
    return index < self->node->n_outputs && self->node->outputs[index][0];
}

mlops_status mlops__oc_out(mlops__oc *self, uint32_t index, uint32_t item) {
    if (!mlops__oc_wants(self, index)) return MLOPS_OK;
    return mlops__oc_scope_add(self, self->node->outputs[index], item, self->node->offset);
}

const mlops__onnx_attribute *mlops__oc_attribute(const mlops__oc *self, const char *name) {
    const mlops__onnx_node *node = self->node;
    for (uint32_t i = node->n_attributes; i-- > 0;)
        if (strcmp(node->attributes[i].name, name) == 0) return &node->attributes[i];
    return NULL;
}

int64_t mlops__oc_int(const mlops__oc *self, const char *name, int64_t otherwise) {
    const mlops__onnx_attribute *attribute = mlops__oc_attribute(self, name);
    return attribute ? attribute->i : otherwise;
}

float mlops__oc_float(const mlops__oc *self, const char *name, float otherwise) {
    const mlops__onnx_attribute *attribute = mlops__oc_attribute(self, name);
    return attribute ? attribute->f : otherwise;
}

int mlops__oc_text_is(mlops__onnx_text text, const char *other) {
    return text.n == strlen(other) && memcmp(text.text, other, text.n) == 0;
}

int mlops__oc_is(const mlops__oc *self, const char *name, const char *otherwise, const char *text) {
    const mlops__onnx_attribute *attribute = mlops__oc_attribute(self, name);
    if (!attribute) return strcmp(otherwise, text) == 0;
    return mlops__oc_text_is(attribute->s, text);
}

mlops_status mlops__oc_axis(mlops__oc *self, int64_t given, int32_t rank, int64_t *out) {
    if (given < -(int64_t)rank || given >= rank)
        return mlops__oc_no(self, "axis %lld of a value of %d dimensions", (long long)given, rank);
    *out = given < 0 ? given + rank : given;
    return MLOPS_OK;
}
