/* Tensors of an ONNX file: their bytes, whichever of seven fields they stand in.
 *
 * Owns the sizes of types. Invariant: a tensor that was read has exactly as many items as its
 * dimensions say, and none of them lies outside the file.
 */
#include "model/build/onnx_read.h"
#include "text/number.h"

#include <string.h>

#define COUNT_MAX (INT64_C(1) << 40)

size_t mlops__onnx_size(mlops__onnx_type type) {
    static const uint8_t sizes[] = {0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8, 0, 0, 2};
    return (size_t)type < sizeof sizes ? sizes[type] : 0;
}

const char *mlops__onnx_type_name(int64_t type) {
    static const char *const names[] = {
        "undefined",      "float",    "uint8",        "int8",           "uint16",
        "int16",          "int32",    "int64",        "string",         "bool",
        "float16",        "double",   "uint32",       "uint64",         "complex64",
        "complex128",     "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
        "float8e5m2fnuz", "uint4",    "int4",         "float4e2m1",     "float8e8m0"};
    return type >= 0 && type < (int64_t)(sizeof names / sizeof names[0]) ? names[type] : "unknown";
}

/* Fields of the message, before they are held against each other. */
typedef struct reading {
    mlops__onnx_tensor *out;
    mlops__arena *arena;
    int64_t type;
    int64_t location;
    int has_raw;
    const uint8_t *raw;
    size_t raw_size;
    const char *place; /* the other file that it lies in; NULL: none was named */
    int64_t place_offset;
    int64_t place_size;       /* -1: not told */
    mlops__onnx_list dims;    /* int64_t */
    mlops__onnx_list floats;  /* float */
    mlops__onnx_list int32s;  /* int64_t */
    mlops__onnx_list int64s;  /* int64_t */
    mlops__onnx_list uint64s; /* int64_t: bits */
    mlops__onnx_list doubles; /* double */
    mlops__onnx_list texts;   /* mlops__onnx_text */
} reading;

static mlops_status read_place(reading *self, mlops__wire *in) {
    mlops__wire message;
    mlops__onnx_pair pair;
    MLOPS_TRY(mlops__wire_message(in, "a StringStringEntryProto", &message));
    MLOPS_TRY(mlops__onnx_read_pair(&message, self->arena, &pair));
    int64_t *number = strcmp(pair.key, "offset") == 0   ? &self->place_offset
                      : strcmp(pair.key, "length") == 0 ? &self->place_size
                                                        : NULL;
    if (number && (!mlops__parse_i64(pair.value, strlen(pair.value), number) || *number < 0))
        return mlops__wire_fail(in, MLOPS_E_CORRUPT, "external_data: %s is no whole number: %.*s",
                                pair.key, 40, pair.value);
    if (strcmp(pair.key, "location") == 0) self->place = pair.value;
    return MLOPS_OK;
}

static mlops_status read_field(reading *self, mlops__wire *in) {
    mlops__arena *arena = self->arena;
    switch (in->field) {
    case 1: return mlops__onnx_numbers(in, "dims", MLOPS__WIRE_VARINT, arena, &self->dims);
    case 2: return mlops__wire_i64(in, "data_type", &self->type);
    case 3: return mlops__wire_fail(in, MLOPS_E_UNSUPPORTED, "a tensor comes in segments");
    case 4: return mlops__onnx_numbers(in, "float_data", MLOPS__WIRE_32, arena, &self->floats);
    case 5: return mlops__onnx_numbers(in, "int32_data", MLOPS__WIRE_VARINT, arena, &self->int32s);
    case 6: return mlops__onnx_texts(in, "string_data", arena, &self->texts);
    case 7: return mlops__onnx_numbers(in, "int64_data", MLOPS__WIRE_VARINT, arena, &self->int64s);
    case 8: return mlops__onnx_name(in, "name", arena, &self->out->name);
    case 9:
        MLOPS_TRY(mlops__wire_bytes(in, "raw_data"));
        self->has_raw = 1;
        self->raw = in->data;
        self->raw_size = in->n;
        return MLOPS_OK;
    case 10: return mlops__onnx_numbers(in, "double_data", MLOPS__WIRE_64, arena, &self->doubles);
    case 11:
        return mlops__onnx_numbers(in, "uint64_data", MLOPS__WIRE_VARINT, arena, &self->uint64s);
    case 13: return read_place(self, in);
    case 14: return mlops__wire_i64(in, "data_location", &self->location);
    default: return MLOPS_OK;
    }
}

static mlops_status fail(const mlops__wire *in, const reading *self, const char *what) {
    const char *name = self->out->name;
    return mlops__wire_fail(in, MLOPS_E_CORRUPT, "tensor \"%.*s\": %s", 100, name, what);
}

static mlops_status settle_dims(const mlops__wire *in, reading *self) {
    mlops__onnx_tensor *out = self->out;
    const int64_t *dims = self->dims.items;
    if (self->dims.n > MLOPS__ONNX_RANK_MAX)
        return mlops__wire_fail(in, MLOPS_E_UNSUPPORTED,
                                "tensor \"%.*s\" has %zu dimensions; %d are supported", 100,
                                out->name, self->dims.n, MLOPS__ONNX_RANK_MAX);
    out->count = 1;
    out->rank = (uint32_t)self->dims.n;
    for (uint32_t i = 0; i < out->rank; i++) {
        if (dims[i] < 0) return fail(in, self, "a dimension is negative");
        if (dims[i] && out->count > COUNT_MAX / dims[i])
            return fail(in, self, "its dimensions multiply to more than there can be");
        out->dims[i] = dims[i];
        out->count *= dims[i];
    }
    if ((uint64_t)out->count > SIZE_MAX / sizeof(int64_t))
        return fail(in, self, "its dimensions multiply to more than there can be");
    return MLOPS_OK;
}

/* The list in which items of this type stand, and how they do there. */
static const mlops__onnx_list *typed(const reading *self) {
    switch (self->out->type) {
    case MLOPS__ONNX_F32: return &self->floats;
    case MLOPS__ONNX_F64: return &self->doubles;
    case MLOPS__ONNX_I64: return &self->int64s;
    case MLOPS__ONNX_U32:
    case MLOPS__ONNX_U64: return &self->uint64s;
    default: return &self->int32s;
    }
}

static mlops_status count_differs(const mlops__wire *in, const reading *self, uint64_t n,
                                  const char *unit) {
    return mlops__wire_fail(in, MLOPS_E_CORRUPT,
                            "tensor \"%.*s\" has %llu %s; its dimensions ask for %lld items of %s",
                            100, self->out->name, (unsigned long long)n, unit,
                            (long long)self->out->count, mlops__onnx_type_name(self->out->type));
}

/* Whole numbers of the file's 64 bits become items of size bytes. */
static mlops_status narrow(const mlops__wire *in, reading *self, const int64_t *items,
                           size_t size) {
    size_t n = (size_t)self->out->count;
    uint8_t *data = mlops__arena_array(self->arena, n, size);
    if (!data) return mlops__fail_nomem(in->err, n * size);
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < size; b++) data[i * size + b] = (uint8_t)(items[i] >> 8 * b);
    self->out->data = data;
    return MLOPS_OK;
}

/* What lies in another file becomes raw data. */
static mlops_status fetch(const mlops__wire *in, reading *self) {
    mlops__onnx_tensor *out = self->out;
    size_t item = mlops__onnx_size(out->type), n = (size_t)out->count;
    if (!in->external)
        return mlops__wire_fail(in, MLOPS_E_UNSUPPORTED,
                                "tensor \"%.*s\" lies in another file; save the model with its "
                                "data inside, or give the option external",
                                100, out->name);
    if (!item) return fail(in, self, "strings cannot lie in another file");
    if (!self->place) return fail(in, self, "it lies in another file, which is not named");
    if (self->place_size >= 0 && (uint64_t)self->place_size != (uint64_t)n * item)
        return count_differs(in, self, (uint64_t)self->place_size, "bytes");
    uint8_t *data = mlops__arena_array(self->arena, n, item);
    if (!data) return mlops__fail_nomem(in->err, n * item);
    mlops_status status = in->external->ask(in->external->user, self->place, self->place_offset,
                                            (int64_t)(n * item), data);
    if (status)
        return mlops__wire_fail(in, status < 0 ? status : MLOPS_E_IO,
                                "tensor \"%.*s\": %zu bytes at %lld of \"%.*s\" were not given",
                                100, out->name, n * item, (long long)self->place_offset, 100,
                                self->place);
    self->has_raw = 1;
    self->raw = data;
    self->raw_size = n * item;
    return MLOPS_OK;
}

static mlops_status settle_items(const mlops__wire *in, reading *self) {
    mlops__onnx_tensor *out = self->out;
    if (out->type == MLOPS__ONNX_STRING) {
        if (self->has_raw) return fail(in, self, "strings cannot stand in raw_data");
        if ((uint64_t)out->count != self->texts.n)
            return count_differs(in, self, self->texts.n, "strings");
        out->texts = self->texts.items;
        return MLOPS_OK;
    }
    size_t size = mlops__onnx_size(out->type);
    if (self->has_raw) {
        out->data = self->raw;
        return self->raw_size == (size_t)out->count * size
                   ? MLOPS_OK
                   : count_differs(in, self, self->raw_size, "bytes");
    }
    const mlops__onnx_list *list = typed(self);
    if ((uint64_t)out->count != list->n) return count_differs(in, self, list->n, "items");
    if (out->type != MLOPS__ONNX_F32 && out->type != MLOPS__ONNX_F64)
        return narrow(in, self, list->items, size);
    out->data = list->items;
    return MLOPS_OK;
}

mlops_status mlops__onnx_read_tensor(mlops__wire *in, mlops__arena *arena,
                                     mlops__onnx_tensor *out) {
    reading self = {.out = out, .arena = arena, .place_size = -1};
    mlops_status status;
    out->name = "";
    out->offset = (int64_t)in->offset;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) MLOPS_TRY(read_field(&self, in));
    if (status < 0) return status;
    in->offset = (size_t)out->offset;
    if (self.type != MLOPS__ONNX_STRING && (self.type < 0 || self.type > MLOPS__ONNX_BF16 ||
                                            !mlops__onnx_size((mlops__onnx_type)self.type)))
        return mlops__wire_fail(in, self.type ? MLOPS_E_UNSUPPORTED : MLOPS_E_CORRUPT,
                                "tensor \"%.*s\" has items of type %s (%lld)", 100, out->name,
                                mlops__onnx_type_name(self.type), (long long)self.type);
    out->type = (mlops__onnx_type)self.type;
    MLOPS_TRY(settle_dims(in, &self));
    if (self.location == 1 || self.place) MLOPS_TRY(fetch(in, &self));
    return settle_items(in, &self);
}
