/* Events of a model file: what is the same for every format, and the source over JSON text.
 *
 * Owns nothing. Invariant: event, text and n are those of the newest event, and every error carries
 * the place where it began.
 */
#include "model/build/source.h"

#include "text/number.h"

#include <string.h>

mlops_status mlops__source_next(mlops__source *self) { return self->ops->next(self); }

mlops_status mlops__source_skip(mlops__source *self) { return self->ops->skip(self); }

static int boolean(const mlops__source *self) {
    return self->event == MLOPS__EVENT_TRUE || self->event == MLOPS__EVENT_FALSE;
}

int mlops__source_f32(const mlops__source *self, float *out) {
    return self->event == MLOPS__EVENT_NUMBER && self->ops->f32(self, out);
}

int mlops__source_i64(const mlops__source *self, int64_t *out) {
    if (boolean(self)) *out = self->event == MLOPS__EVENT_TRUE;
    return boolean(self) || (self->event == MLOPS__EVENT_NUMBER && self->ops->i64(self, out));
}

int mlops__source_is(const mlops__source *self, const char *text) {
    return self->n == strlen(text) && memcmp(self->text, text, self->n) == 0;
}

mlops_status mlops__source_fail(mlops__source *self, mlops_status code, const char *format, ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    mlops__vformat(message, sizeof message, format, args);
    va_end(args);
    return self->ops->fail(self, code, message);
}

mlops_status mlops__source_expect(mlops__source *self, mlops__event event, const char *what) {
    MLOPS_TRY(mlops__source_next(self));
    if (self->event == event) return MLOPS_OK;
    return mlops__source_fail(self, MLOPS_E_CORRUPT, "expected %s here", what);
}

mlops__run mlops__source_take_run(mlops__source *self, const char *types) {
    return self->ops->take_run(self, types);
}

static mlops__source_json *of(mlops__source *base) { return (mlops__source_json *)base; }

static mlops_status json_next(mlops__source *base) {
    static const mlops__event events[] = {
        [MLOPS__JSON_NULL] = MLOPS__EVENT_NULL,
        [MLOPS__JSON_TRUE] = MLOPS__EVENT_TRUE,
        [MLOPS__JSON_FALSE] = MLOPS__EVENT_FALSE,
        [MLOPS__JSON_NUMBER] = MLOPS__EVENT_NUMBER,
        [MLOPS__JSON_STRING] = MLOPS__EVENT_STRING,
        [MLOPS__JSON_NAME] = MLOPS__EVENT_NAME,
        [MLOPS__JSON_ARRAY] = MLOPS__EVENT_ARRAY,
        [MLOPS__JSON_ARRAY_END] = MLOPS__EVENT_ARRAY_END,
        [MLOPS__JSON_OBJECT] = MLOPS__EVENT_OBJECT,
        [MLOPS__JSON_OBJECT_END] = MLOPS__EVENT_OBJECT_END,
        [MLOPS__JSON_END] = MLOPS__EVENT_END,
    };
    mlops__json *json = &of(base)->json;
    mlops__json_event event;
    MLOPS_TRY(mlops__json_next(json, &event));
    base->event = events[event];
    base->text = json->text;
    base->n = json->n;
    return MLOPS_OK;
}

static mlops_status json_skip(mlops__source *base) { return mlops__json_skip(&of(base)->json); }

static int json_f32(const mlops__source *base, float *out) {
    return mlops__parse_f32(base->text, base->n, 1, out);
}

static int json_i64(const mlops__source *base, int64_t *out) {
    double value;
    if (mlops__parse_i64(base->text, base->n, out)) return 1;
    if (!mlops__parse_f64(base->text, base->n, 0, &value)) return 0;
    if (!(value >= -0x1p53 && value <= 0x1p53)) return 0;
    *out = (int64_t)value;
    return (double)*out == value;
}

static mlops_status json_fail(mlops__source *base, mlops_status code, const char *message) {
    return mlops__json_fail(&of(base)->json, code, "%s", message);
}

static mlops__run json_take_run(mlops__source *base, const char *types) {
    (void)base;
    (void)types;
    return (mlops__run){NULL, 0, 0};
}

static const mlops__source_ops json_ops = {json_next, json_skip, json_f32,
                                           json_i64,  json_fail, json_take_run};

void mlops__source_json_init(mlops__source_json *self, const void *text, size_t n,
                             mlops__arena *arena, mlops_error *err) {
    self->base = (mlops__source){&json_ops, MLOPS__EVENT_NULL, NULL, 0, err};
    mlops__json_init(&self->json, text, n, arena, err);
}
