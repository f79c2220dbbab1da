/* Lowering of ai.onnx.ml: keys to values, categories to columns.
 *
 * Owns their table. Invariant: the keys of a map ascend and differ; of equal ones in the file the
 * first counts.
 */
#include "base/cursor.h"
#include "model/build/onnx_ml.h"

#include <string.h>

/* Keys with their places, sorted. */
typedef struct key {
    mlops__graph_text text;
    double real; /* of numbers */
    int64_t whole;
    uint32_t place;
    uint8_t kind; /* 0 whole, 1 real, 2 text */
} key;

static int compare(const key *x, const key *y) {
    int order = 0;
    if (x->kind == 0) {
        order = x->whole < y->whole ? -1 : x->whole > y->whole;
    } else if (x->kind == 1) {
        int nan_x = x->real != x->real, nan_y = y->real != y->real;
        order = nan_x || nan_y ? nan_x - nan_y : x->real < y->real ? -1 : x->real > y->real;
    } else {
        size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
        order = n ? memcmp(x->text.bytes, y->text.bytes, n) : 0;
        if (!order) order = x->text.n < y->text.n ? -1 : x->text.n > y->text.n;
    }
    return order;
}

static int compare_places(const key *x, const key *y) {
    int order = compare(x, y);
    return order ? order : x->place < y->place ? -1 : x->place > y->place;
}

static void sink(key *keys, size_t n, size_t at) {
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare_places(&keys[child], &keys[child + 1]) < 0) child++;
        if (compare_places(&keys[at], &keys[child]) >= 0) return;
        key swapped = keys[at];
        keys[at] = keys[child];
        keys[child] = swapped;
    }
}

/* In place, by a heap: as fast for hostile orders as for others. */
static void sort(key *keys, size_t n) {
    for (size_t i = n / 2; i-- > 0;) sink(keys, n, i);
    for (size_t i = n; i-- > 1;) {
        key swapped = keys[0];
        keys[0] = keys[i];
        keys[i] = swapped;
        sink(keys, i, 0);
    }
}

static key key_at(const mlops__item *item, int64_t i) {
    const uint8_t *data = item->data;
    key out = {.place = (uint32_t)i};
    switch (item->dtype) {
    case MLOPS__GRAPH_TEXT:
        out.kind = 2;
        out.text = ((const mlops__graph_text *)item->data)[i];
        break;
    case MLOPS__GRAPH_F32:
        out.kind = 1;
        out.real = (double)mlops__load_f32(data + 4 * i);
        break;
    case MLOPS__GRAPH_F64:
        out.kind = 1;
        out.real = mlops__load_f64(data + 8 * i);
        break;
    default: out.whole = mlops__oc_content(item, i).fixed;
    }
    return out;
}

/* Elements of a constant list at the keys' places, in their order. */
static mlops_status arranged(mlops__oc *self, uint32_t list, const key *keys, size_t n,
                             uint32_t *out) {
    const mlops__item *item = mlops__oc_item(self, list);
    size_t size = mlops__oc_dtype_size(item->dtype);
    int64_t dim = (int64_t)n;
    uint8_t *data = mlops__arena_array(self->arena, n, size);
    if (!data) return mlops__fail_nomem(self->err, n * size);
    for (size_t i = 0; i < n; i++)
        memcpy(data + i * size, (const uint8_t *)item->data + keys[i].place * size, size);
    return mlops__oc_constant(self, item->dtype, 1, &dim, data, out);
}

/* x through a map of constant lists. */
static mlops_status encode(mlops__oc *self, uint32_t x, uint32_t keys, uint32_t values,
                           uint32_t otherwise, uint32_t *out) {
    const mlops__item *item = mlops__oc_item(self, keys);
    int64_t n = mlops__oc_count(item);
    size_t kept = 0;
    if (n != mlops__oc_count(mlops__oc_item(self, values)))
        return mlops__oc_no(self, "it has not as many values as keys");
    key *sorted = mlops__arena_array(self->arena, (size_t)n, sizeof *sorted);
    if (!sorted) return mlops__fail_nomem(self->err, (size_t)n * sizeof *sorted);
    for (int64_t i = 0; i < n; i++) sorted[i] = key_at(item, i);
    sort(sorted, (size_t)n);
    for (int64_t i = 0; i < n; i++)
        if (!kept || compare(&sorted[kept - 1], &sorted[i])) sorted[kept++] = sorted[i];
    /* A NaN is found from version 4 on; before, it is none of the keys. */
    if (kept && self->opset < 4 && sorted[kept - 1].kind == 1 &&
        sorted[kept - 1].real != sorted[kept - 1].real)
        kept--;
    uint32_t in[] = {x, 0, 0, otherwise};
    MLOPS_TRY(arranged(self, keys, sorted, kept, &in[1]));
    MLOPS_TRY(arranged(self, values, sorted, kept, &in[2]));
    return mlops__oc_emit1(self, MLOPS__GRAPH_ENCODE, 4, in, 0, NULL, out);
}

/* A list that is an attribute of one of three types, or a tensor; NONE if there is none. */
static mlops_status list_of(mlops__oc *self, const char *stem, uint32_t *out) {
    static const char *const ends[] = {"_strings", "_int64s", "_floats", "_tensor"};
    *out = MLOPS__ITEM_NONE;
    for (int i = 0; i < 4; i++) {
        char name[40];
        mlops__format(name, sizeof name, "%s%s", stem, ends[i]);
        const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
        if (!given) continue;
        if (i == 0) return mlops__oc_texts(self, given->texts, given->n, out);
        if (i == 1) return mlops__oc_i64s(self, given->ints, given->n, out);
        if (i == 2) return mlops__oc_f32s(self, given->floats, given->n, out);
        MLOPS_TRY(mlops__oc_tensor(self, given->tensor, out));
        if (mlops__oc_item(self, *out)->rank != 1)
            return mlops__oc_no(self, "attribute \"%s\" has not one dimension", name);
        return MLOPS_OK;
    }
    return mlops__oc_no(self, "it has no %s", stem);
}

/* The value of what is not among the keys. */
static mlops_status otherwise_of(mlops__oc *self, mlops__graph_dtype dtype, uint32_t *out) {
    const mlops__onnx_attribute *tensor = mlops__oc_attribute(self, "default_tensor");
    const mlops__onnx_attribute *text = mlops__oc_attribute(self, "default_string");
    mlops__onnx_text unused = {"_Unused", 7};
    float real = mlops__oc_float(self, "default_float", -0.0f);
    int64_t whole = mlops__oc_int(self, "default_int64", -1);
    if (tensor) {
        MLOPS_TRY(mlops__oc_tensor(self, tensor->tensor, out));
        mlops__oc_item(self, *out)->rank = 1;
        if (mlops__oc_count(mlops__oc_item(self, *out)) != 1)
            mlops__oc_item(self, *out)->dims[0].fixed = 1;
        return mlops__oc_cast(self, dtype, *out, out);
    }
    if (dtype == MLOPS__GRAPH_TEXT) return mlops__oc_texts(self, text ? &text->s : &unused, 1, out);
    if (dtype <= MLOPS__GRAPH_F64) {
        MLOPS_TRY(mlops__oc_f32s(self, &real, 1, out));
        return mlops__oc_cast(self, dtype, *out, out);
    }
    MLOPS_TRY(mlops__oc_i64s(self, &whole, 1, out));
    return mlops__oc_cast(self, dtype, *out, out);
}

static mlops_status lower_label_encoder(mlops__oc *self) {
    uint32_t keys, values, otherwise, out, x = mlops__oc_in(self, 0);
    MLOPS_TRY(list_of(self, "keys", &keys));
    MLOPS_TRY(list_of(self, "values", &values));
    MLOPS_TRY(otherwise_of(self, mlops__oc_item(self, values)->dtype, &otherwise));
    if (mlops__oc_item(self, keys)->dtype == MLOPS__GRAPH_I32)
        MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_I64, keys, &keys));
    if (mlops__oc_item(self, x)->dtype == MLOPS__GRAPH_I32)
        MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_I64, x, &x));
    MLOPS_TRY(encode(self, x, keys, values, otherwise, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status numbers_to(mlops__oc *self, size_t n, uint32_t *out) {
    int64_t *places = mlops__arena_array(self->arena, n, sizeof *places);
    if (!places) return mlops__fail_nomem(self->err, n * sizeof *places);
    for (size_t i = 0; i < n; i++) places[i] = (int64_t)i;
    return mlops__oc_i64s(self, places, n, out);
}

/* CategoryMapper, and LabelEncoder before its second form: texts to numbers or back. */
static mlops_status lower_categories(mlops__oc *self) {
    const mlops__onnx_attribute *texts =
        mlops__oc_attribute(self, self->entry->arg ? "classes_strings" : "cats_strings");
    const mlops__onnx_attribute *ints = mlops__oc_attribute(self, "cats_int64s");
    uint32_t names, numbers, otherwise, out, x = mlops__oc_in(self, 0);
    int from_text = mlops__oc_item(self, x)->dtype == MLOPS__GRAPH_TEXT;
    if (!texts) return mlops__oc_no(self, "its categories are missing");
    MLOPS_TRY(mlops__oc_texts(self, texts->texts, texts->n, &names));
    if (ints) MLOPS_TRY(mlops__oc_i64s(self, ints->ints, ints->n, &numbers));
    else MLOPS_TRY(numbers_to(self, texts->n, &numbers));
    MLOPS_TRY(otherwise_of(self, from_text ? MLOPS__GRAPH_I64 : MLOPS__GRAPH_TEXT, &otherwise));
    MLOPS_TRY(
        encode(self, x, from_text ? names : numbers, from_text ? numbers : names, otherwise, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_one_hot(mlops__oc *self) {
    const mlops__onnx_attribute *texts = mlops__oc_attribute(self, "cats_strings");
    const mlops__onnx_attribute *ints = mlops__oc_attribute(self, "cats_int64s");
    uint32_t keys, places, none, out, x = mlops__oc_in(self, 0);
    int64_t missing = -1;
    int with_texts = texts && texts->n;
    if (!with_texts && !ints) return mlops__oc_no(self, "its categories are missing");
    size_t n = with_texts ? texts->n : ints->n;
    int is_text = mlops__oc_item(self, x)->dtype == MLOPS__GRAPH_TEXT;
    if (with_texts != is_text)
        return mlops__oc_no(self, "an input of type %s",
                            mlops__oc_dtype_name(mlops__oc_item(self, x)->dtype));
    if (with_texts) MLOPS_TRY(mlops__oc_texts(self, texts->texts, n, &keys));
    else MLOPS_TRY(mlops__oc_i64s(self, ints->ints, n, &keys));
    if (!with_texts) MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_I64, x, &x));
    MLOPS_TRY(numbers_to(self, n, &places));
    MLOPS_TRY(mlops__oc_i64s(self, &missing, 1, &none));
    MLOPS_TRY(encode(self, x, keys, places, none, &out));
    int64_t ints_of[] = {(int64_t)n, mlops__oc_int(self, "zeros", 1) != 0};
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_ONEHOT, 1, &out, 2, ints_of, &out));
    return mlops__oc_out(self, 0, out);
}

/* A map is an input of a column for each key already. */
static mlops_status lower_dict(mlops__oc *self) {
    return mlops__oc_out(self, 0, mlops__oc_in(self, 0));
}

/* A text that is empty is one that a row has not. What stands for it is ONNX Runtime's. */
static mlops_status fill_texts(mlops__oc *self, mlops__onnx_text text, uint32_t *x) {
    mlops__onnx_text empty = {"", 0};
    uint32_t in[] = {*x, 0, 0};
    MLOPS_TRY(mlops__oc_texts(self, &empty, 1, &in[1]));
    MLOPS_TRY(mlops__oc_texts(self, &text, 1, &in[2]));
    return mlops__oc_emit1(self, MLOPS__GRAPH_IMPUTE, 3, in, 0, NULL, x);
}

static mlops_status lower_cast_map(mlops__oc *self) {
    static const struct {
        const char *name;
        mlops__graph_dtype dtype;
        mlops__onnx_text none;
    } to[] = {{"TO_FLOAT", MLOPS__GRAPH_F32, {"0", 1}},
              {"TO_STRING", MLOPS__GRAPH_TEXT, {"0.f", 3}},
              {"TO_INT64", MLOPS__GRAPH_I64, {"0", 1}}};
    uint32_t out = mlops__oc_in(self, 0);
    int is_text = mlops__oc_item(self, out)->dtype == MLOPS__GRAPH_TEXT;
    int is_sparse = mlops__oc_is(self, "map_form", "DENSE", "SPARSE");
    if (!is_sparse && !mlops__oc_is(self, "map_form", "DENSE", "DENSE"))
        return mlops__oc_no(self, "its map_form is unknown");
    for (int i = 0; i < 3; i++) {
        if (!mlops__oc_is(self, "cast_to", "TO_FLOAT", to[i].name)) continue;
        if (i == 1 && !is_text) return mlops__oc_no(self, "numbers are cast TO_STRING");
        if (is_text && is_sparse) MLOPS_TRY(fill_texts(self, to[i].none, &out));
        MLOPS_TRY(mlops__oc_cast(self, to[i].dtype, out, &out));
        return mlops__oc_out(self, 0, out);
    }
    return mlops__oc_no(self, "its cast_to is unknown");
}

#define ML       "ai.onnx.ml"
#define DEFAULTS "default_string:s default_int64:i default_float:f "
#define LISTS                                                                                      \
    DEFAULTS "keys_strings:S keys_int64s:I keys_floats:F values_strings:S values_int64s:I "        \
             "values_floats:F"

const mlops__onnx_operator mlops__onnx_ops_maps[] = {
    {ML, "LabelEncoder", 1, 1, 1, 1, 1, "classes_strings:S default_int64:i default_string:s",
     lower_categories, 1},
    {ML, "LabelEncoder", 2, 3, 1, 1, 1, LISTS, lower_label_encoder, 0},
    {ML, "LabelEncoder", 4, 99, 1, 1, 1, LISTS " keys_tensor:t values_tensor:t default_tensor:t",
     lower_label_encoder, 0},
    {ML, "CategoryMapper", 1, 99, 1, 1, 1,
     "cats_int64s:I cats_strings:S default_int64:i default_string:s", lower_categories, 0},
    {ML, "DictVectorizer", 1, 99, 1, 1, 1, "int64_vocabulary:I string_vocabulary:S", lower_dict, 0},
    {ML, "CastMap", 1, 99, 1, 1, 1, "cast_to:s map_form:s max_map:i", lower_cast_map, 0},
    {ML, "OneHotEncoder", 1, 99, 1, 1, 1, "cats_int64s:I cats_strings:S zeros:i", lower_one_hot, 0},
    {0}};
