/* Values of a graph that is being compiled: constants, what is known of integers, names.
 *
 * Owns the translation of ONNX's types. Invariant: an item never moves, and its number is its place
 * in the list.
 */
#include "base/cursor.h"
#include "model/build/onnx_compile.h"

#include <string.h>

mlops__graph_dtype mlops__oc_dtype(mlops__onnx_type type) {
    switch (type) {
    case MLOPS__ONNX_F32: return MLOPS__GRAPH_F32;
    case MLOPS__ONNX_F64: return MLOPS__GRAPH_F64;
    case MLOPS__ONNX_I64: return MLOPS__GRAPH_I64;
    case MLOPS__ONNX_I32: return MLOPS__GRAPH_I32;
    case MLOPS__ONNX_BOOL: return MLOPS__GRAPH_BOOL;
    case MLOPS__ONNX_STRING: return MLOPS__GRAPH_TEXT;
    default: return (mlops__graph_dtype)0;
    }
}

const char *mlops__oc_dtype_name(mlops__graph_dtype dtype) {
    static const char *const names[] = {"?",     "float", "double", "int64",
                                        "int32", "bool",  "string", "bytes"};
    return names[dtype];
}

size_t mlops__oc_dtype_size(mlops__graph_dtype dtype) {
    static const uint8_t sizes[] = {0, 4, 8, 8, 4, 1, sizeof(mlops__graph_text), 1};
    return sizes[dtype];
}

mlops__item *mlops__oc_item(mlops__oc *self, uint32_t item) { return self->items.items[item]; }

mlops_status mlops__oc_push(mlops__oc *self, mlops__oc_list *list, void *item) {
    void **items =
        item ? mlops__arena_grow(self->arena, list->items, list->n, &list->cap, sizeof *items)
             : NULL;
    if (!items) return mlops__fail_nomem(self->err, sizeof *items);
    list->items = items;
    items[list->n++] = item;
    return MLOPS_OK;
}

mlops_status mlops__oc_add(mlops__oc *self, const mlops__item *item, uint32_t *out) {
    mlops__item *copy = mlops__arena_alloc(self->arena, sizeof *copy);
    *out = self->items.n;
    MLOPS_TRY(mlops__oc_push(self, &self->items, copy));
    *copy = *item;
    return MLOPS_OK;
}

mlops_status mlops__oc_add_lost(mlops__oc *self, uint32_t *out) {
    const mlops__item lost = {
        .dtype = MLOPS__GRAPH_F32, .kind = MLOPS__GRAPH_TEMPORARY, .is_lost = 1};
    return mlops__oc_add(self, &lost, out);
}

mlops_status mlops__oc_constant(mlops__oc *self, mlops__graph_dtype dtype, int32_t rank,
                                const int64_t *dims, const void *data, uint32_t *out) {
    mlops__item item = {.dtype = dtype, .kind = MLOPS__GRAPH_CONSTANT, .rank = rank, .data = data};
    item.is_exact = 1;
    item.rows = MLOPS__ROWS_NONE;
    for (int32_t i = 0; i < rank; i++) item.dims[i].fixed = dims[i];
    return mlops__oc_add(self, &item, out);
}

static mlops_status copied(mlops__oc *self, mlops__graph_dtype dtype, const void *values, size_t n,
                           uint32_t *out) {
    size_t size = n * mlops__oc_dtype_size(dtype);
    int64_t dim = (int64_t)n;
    void *data = mlops__arena_alloc(self->arena, size);
    if (!data) return mlops__fail_nomem(self->err, size);
    if (n) memcpy(data, values, size);
    return mlops__oc_constant(self, dtype, 1, &dim, data, out);
}

mlops_status mlops__oc_i64s(mlops__oc *self, const int64_t *values, size_t n, uint32_t *out) {
    return copied(self, MLOPS__GRAPH_I64, values, n, out);
}

mlops_status mlops__oc_f32s(mlops__oc *self, const float *values, size_t n, uint32_t *out) {
    return copied(self, MLOPS__GRAPH_F32, values, n, out);
}

mlops_status mlops__oc_texts(mlops__oc *self, const mlops__onnx_text *texts, size_t n,
                             uint32_t *out) {
    int64_t dim = (int64_t)n;
    mlops__graph_text *data = mlops__arena_array(self->arena, n, sizeof *data);
    if (!data) return mlops__fail_nomem(self->err, n * sizeof *data);
    for (size_t i = 0; i < n; i++) data[i] = (mlops__graph_text){texts[i].text, texts[i].n};
    return mlops__oc_constant(self, MLOPS__GRAPH_TEXT, 1, &dim, data, out);
}

mlops_status mlops__oc_tensor(mlops__oc *self, const mlops__onnx_tensor *tensor, uint32_t *out) {
    mlops__graph_dtype dtype = mlops__oc_dtype(tensor->type);
    if (!dtype)
        return mlops__oc_no(self, "a constant is of type %s", mlops__onnx_type_name(tensor->type));
    size_t size = mlops__oc_dtype_size(dtype), n = (size_t)tensor->count * size;
    const void *data = tensor->data;
    if (dtype != MLOPS__GRAPH_TEXT && (uintptr_t)data % size) { /* as it may stand in the file */
        void *copy = mlops__arena_alloc(self->arena, n);
        if (!copy) return mlops__fail_nomem(self->err, n);
        memcpy(copy, data, n);
        data = copy;
    }
    if (dtype != MLOPS__GRAPH_TEXT)
        return mlops__oc_constant(self, dtype, (int32_t)tensor->rank, tensor->dims, data, out);
    MLOPS_TRY(mlops__oc_texts(self, tensor->texts, (size_t)tensor->count, out));
    mlops__item *item = mlops__oc_item(self, *out);
    item->rank = (int32_t)tensor->rank;
    for (uint32_t i = 0; i < tensor->rank; i++) item->dims[i].fixed = tensor->dims[i];
    return MLOPS_OK;
}

int64_t mlops__oc_count(const mlops__item *item) {
    int64_t count = 1;
    for (int32_t i = 0; i < item->rank; i++) {
        if (item->dims[i].per_row) return -1;
        count *= item->dims[i].fixed;
    }
    return count;
}

static int is_integer(const mlops__item *item) {
    return item->dtype == MLOPS__GRAPH_I64 || item->dtype == MLOPS__GRAPH_I32;
}

int mlops__oc_has_content(const mlops__item *item) {
    int64_t count = mlops__oc_count(item);
    if (count < 0 || count > MLOPS__ITEM_CONTENT_MAX || !is_integer(item)) return 0;
    return item->kind == MLOPS__GRAPH_CONSTANT || item->content;
}

mlops__extent mlops__oc_content(const mlops__item *item, int64_t i) {
    const uint8_t *data = item->data;
    if (item->kind != MLOPS__GRAPH_CONSTANT) return item->content[i];
    if (item->dtype == MLOPS__GRAPH_I64)
        return (mlops__extent){(int64_t)mlops__load_u64(data + 8 * i), 0};
    return (mlops__extent){(int32_t)mlops__load_u32(data + 4 * i), 0};
}

mlops_status mlops__oc_list_of(mlops__oc *self, uint32_t number, const char *what,
                               const int64_t **values, size_t *n) {
    const mlops__item *item = mlops__oc_item(self, number);
    if (item->kind != MLOPS__GRAPH_CONSTANT || !is_integer(item) || item->rank > 1)
        return mlops__oc_no(self, "%s must be a constant list of integers", what);
    *n = (size_t)mlops__oc_count(item);
    int64_t *list = mlops__arena_array(self->arena, *n, sizeof *list);
    if (!list) return mlops__fail_nomem(self->err, *n * sizeof *list);
    for (size_t i = 0; i < *n; i++) list[i] = mlops__oc_content(item, (int64_t)i).fixed;
    *values = list;
    return MLOPS_OK;
}

static size_t place_of(const mlops__scope *scope, const char *name) {
    uint32_t hash = 2166136261u;
    for (const char *p = name; *p; p++) hash = (hash ^ (uint8_t)*p) * 16777619u;
    size_t i = hash & (scope->cap - 1);
    while (scope->names[i].name && strcmp(scope->names[i].name, name) != 0)
        i = (i + 1) & (scope->cap - 1);
    return i;
}

static mlops_status widen(mlops__oc *self, mlops__scope *scope) {
    mlops__scope wider = {scope->outer, NULL, scope->cap ? scope->cap * 2 : 64, scope->n};
    wider.names = mlops__arena_array(self->arena, wider.cap, sizeof *wider.names);
    if (!wider.names) return mlops__fail_nomem(self->err, wider.cap * sizeof *wider.names);
    for (size_t i = 0; i < scope->cap; i++)
        if (scope->names[i].name)
            wider.names[place_of(&wider, scope->names[i].name)] = scope->names[i];
    *scope = wider;
    return MLOPS_OK;
}

mlops_status mlops__oc_scope_add(mlops__oc *self, const char *name, uint32_t item, int64_t offset) {
    mlops__scope *scope = self->scope;
    if (scope->n * 2 >= scope->cap) MLOPS_TRY(widen(self, scope));
    mlops__scope_name *place = &scope->names[place_of(scope, name)];
    if (place->name)
        return mlops__fail_at(self->err, MLOPS_E_CORRUPT, 0, 0, offset,
                              "two values of the graph are named \"%.*s\"", 200, name);
    *place = (mlops__scope_name){name, item};
    scope->n++;
    return MLOPS_OK;
}

uint32_t mlops__oc_scope_find(const mlops__oc *self, const char *name) {
    for (const mlops__scope *scope = self->scope; scope; scope = scope->outer) {
        if (!scope->cap) continue;
        const mlops__scope_name *place = &scope->names[place_of(scope, name)];
        if (place->name) return place->item;
    }
    return MLOPS__ITEM_NONE;
}
