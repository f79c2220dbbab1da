/* Fitted features from the bytes that they were saved as.
 *
 * Owns nothing that lasts. Invariant: what is taken saves to the very bytes that it was read from,
 * so that one id means one content, and every expression was compiled anew.
 */
#include "column/table.h"
#include "feature/feature_inside.h"
#include "text/json.h"

#include <string.h>

typedef struct reading {
    mlops__json json;
    mlops__arena arena;
    mlops_feature *self;
    mlops__dictionary names; /* of the inputs as they are listed */
    mlops__buf types;        /* mlops_type of each */
    const char *data;
    size_t size;
    const mlops__host *host;
    mlops_error *err;
} reading;

static mlops_status next(reading *self, mlops__json_event wanted) {
    mlops__json_event event;
    MLOPS_TRY(mlops__json_next(&self->json, &event));
    if (event == wanted) return MLOPS_OK;
    return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "these are no saved features");
}

static mlops_status next_name(reading *self, const char *name) {
    MLOPS_TRY(next(self, MLOPS__JSON_NAME));
    if (mlops__json_is(&self->json, name)) return MLOPS_OK;
    return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "\"%s\" is due here", name);
}

/* A text without zero bytes, NUL-terminated in the arena. */
static mlops_status next_text(reading *self, const char *name, const char **out, size_t *n) {
    MLOPS_TRY(next_name(self, name));
    MLOPS_TRY(next(self, MLOPS__JSON_STRING));
    *n = self->json.n;
    if (*n && memchr(self->json.text, 0, *n))
        return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "a zero byte cannot stand here");
    *out = mlops__arena_text(&self->arena, self->json.text, *n);
    return *out ? MLOPS_OK : mlops__fail_nomem(self->err, *n + 1);
}

static mlops_status read_head(reading *self) {
    const char *definition;
    size_t n;
    MLOPS_TRY(next(self, MLOPS__JSON_OBJECT));
    MLOPS_TRY(next_name(self, "format"));
    MLOPS_TRY(next(self, MLOPS__JSON_NUMBER));
    if (!mlops__json_is(&self->json, "1"))
        return mlops__json_fail(&self->json, MLOPS_E_UNSUPPORTED,
                                "format %.*s; this library reads 1",
                                (int)(self->json.n < 40 ? self->json.n : 40), self->json.text);
    MLOPS_TRY(next_text(self, "definition", &definition, &n));
    return mlops__feature_new(&self->self, self->host, definition, n, self->err);
}

static mlops_status read_input(reading *self) {
    const char *name, *type;
    size_t n, n_type;
    int32_t code;
    MLOPS_TRY(next_text(self, "name", &name, &n));
    MLOPS_TRY(next_text(self, "type", &type, &n_type));
    for (uint8_t i = MLOPS_TYPE_BOOL; i <= MLOPS_TYPE_STRING; i++) {
        if (strcmp(mlops__type_name((mlops_type)i), type) != 0) continue;
        mlops_status status = mlops__dictionary_add(&self->names, name, n, &code);
        mlops__buf_u8(&self->types, i);
        if (status < 0 || self->types.status < 0) return mlops__fail_nomem(self->err, n);
        if ((size_t)code + 1 == self->types.size) return MLOPS_OK;
        return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "an input stands twice");
    }
    return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "no type of an input");
}

static mlops_status resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    const reading *self = user;
    int64_t code = mlops__dictionary_find(&self->names, name, n);
    if (code < 0) return MLOPS_E_NOT_FOUND;
    out->type = (mlops_type)self->types.data[code];
    return MLOPS_OK;
}

/* What is wrong with an expression is damage here; the reader knows the place. */
static mlops_status read_output(reading *self) {
    const mlops__expr_scope types = {.resolve = resolve, .user = self};
    const char *name, *text;
    size_t n_name, n;
    mlops_error inner;
    MLOPS_TRY(next_text(self, "name", &name, &n_name));
    MLOPS_TRY(next_text(self, "expression", &text, &n));
    inner.message[0] = 0;
    mlops_status status = mlops__feature_add(self->self, name, text, n, &types, &inner);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(self->err, n);
    if (status == MLOPS_E_EXISTS)
        return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "an output stands twice");
    if (status < 0)
        return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "an expression does not compile: %s",
                                inner.message);
    return MLOPS_OK;
}

static mlops_status read_list(reading *self, const char *name,
                              mlops_status (*read_one)(reading *self)) {
    mlops__json_event event;
    MLOPS_TRY(next_name(self, name));
    MLOPS_TRY(next(self, MLOPS__JSON_ARRAY));
    for (;;) {
        MLOPS_TRY(mlops__json_next(&self->json, &event));
        if (event == MLOPS__JSON_ARRAY_END) return MLOPS_OK;
        if (event != MLOPS__JSON_OBJECT)
            return mlops__json_fail(&self->json, MLOPS_E_CORRUPT, "an object is due here");
        MLOPS_TRY(read_one(self));
        MLOPS_TRY(next(self, MLOPS__JSON_OBJECT_END));
    }
}

static mlops_status read_all(reading *self) {
    MLOPS_TRY(read_head(self));
    MLOPS_TRY(read_list(self, "inputs", read_input));
    MLOPS_TRY(read_list(self, "outputs", read_output));
    MLOPS_TRY(next(self, MLOPS__JSON_OBJECT_END));
    MLOPS_TRY(next(self, MLOPS__JSON_END));
    MLOPS_TRY(mlops__feature_finish(self->self, self->err));
    const mlops__buf *bytes = &self->self->bytes;
    if (bytes->size == self->size && memcmp(bytes->data, self->data, self->size) == 0)
        return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_CORRUPT,
                       "the features were changed since they were saved: they would be saved as "
                       "other bytes");
}

mlops_status mlops_feature_parse(mlops_feature **out, const void *bytes, size_t n,
                                 const mlops_host *given, mlops_error *err) {
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    if (n > MLOPS__FEATURE_BYTES_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "%zu bytes, of at most %d", n,
                           MLOPS__FEATURE_BYTES_MAX);
    reading self = {.data = bytes, .size = n, .host = &host, .err = err};
    mlops__arena_init(&self.arena, &host.allocator, SIZE_MAX);
    mlops__json_init(&self.json, bytes, n, &self.arena, err);
    mlops__dictionary_init(&self.names, &host.allocator, &host.entropy);
    mlops__buf_init(&self.types, &host.allocator);
    mlops_status status = read_all(&self);
    mlops__dictionary_free(&self.names);
    mlops__buf_free(&self.types);
    mlops__arena_free(&self.arena);
    if (status < 0) mlops_feature_unref(self.self);
    else *out = self.self;
    return status;
}
