/* Small readers of XGBoost's model files: numbers that may stand in quotes, arrays, objects.
 *
 * Owns nothing. Invariant: each is called where a value is due and has taken exactly that value
 * when it returns MLOPS_OK; arrays grow with what was read, never with what is announced.
 */
#include "model/build/xgb.h"
#include "text/number.h"

#include <string.h>

mlops_status mlops__xgb_int(mlops__xgb *self, const char *name, int64_t *out) {
    mlops__source *source = self->source;
    MLOPS_TRY(mlops__source_next(source));
    if (source->event == MLOPS__EVENT_STRING && mlops__parse_i64(source->text, source->n, out))
        return MLOPS_OK;
    if (mlops__source_i64(source, out)) return MLOPS_OK;
    return mlops__source_fail(source, MLOPS_E_CORRUPT, "\"%s\" must be a whole number", name);
}

mlops_status mlops__xgb_text(mlops__xgb *self, const char *name, char *out, size_t cap) {
    mlops__source *source = self->source;
    MLOPS_TRY(mlops__source_next(source));
    if (source->event != MLOPS__EVENT_STRING)
        return mlops__source_fail(source, MLOPS_E_CORRUPT, "\"%s\" must be a text", name);
    if (source->n >= cap || memchr(source->text, 0, source->n))
        return mlops__source_fail(source, MLOPS_E_UNSUPPORTED, "\"%s\": unknown value %.*s", name,
                                  (int)(source->n < 100 ? source->n : 100), source->text);
    memcpy(out, source->text, source->n);
    out[source->n] = 0;
    return MLOPS_OK;
}

/* Fills out, which may be reused: the newest array of this name counts. */
static mlops_status begin_array(mlops__xgb *self, const char *name, mlops__buf *out) {
    out->size = 0;
    MLOPS_TRY(mlops__source_next(self->source));
    if (self->source->event == MLOPS__EVENT_ARRAY) return MLOPS_OK;
    return mlops__source_fail(self->source, MLOPS_E_CORRUPT, "\"%s\" must be an array", name);
}

static mlops_status bad_item(mlops__xgb *self, const char *name, const mlops__buf *out,
                             const char *what) {
    return mlops__source_fail(self->source, MLOPS_E_CORRUPT, "\"%s\": item %zu is not %s", name,
                              out->size / 4, what);
}

mlops_status mlops__xgb_ints(mlops__xgb *self, const char *name, mlops__buf *out) {
    mlops__source *source = self->source;
    MLOPS_TRY(begin_array(self, name, out));
    mlops__source_take(source, MLOPS__ITEMS_I32, out);
    for (;;) {
        MLOPS_TRY(mlops__source_next(source));
        if (source->event == MLOPS__EVENT_ARRAY_END) break;
        int64_t value;
        if (!mlops__source_i64(source, &value) || value < INT32_MIN || value > INT32_MAX)
            return bad_item(self, name, out, "a whole number of 32 bits");
        int32_t item = (int32_t)value;
        mlops__buf_put(out, &item, sizeof item);
    }
    return out->status ? mlops__fail_nomem(source->err, out->size) : MLOPS_OK;
}

mlops_status mlops__xgb_floats(mlops__xgb *self, const char *name, mlops__buf *out) {
    mlops__source *source = self->source;
    MLOPS_TRY(begin_array(self, name, out));
    mlops__source_take(source, MLOPS__ITEMS_F32, out);
    for (;;) {
        MLOPS_TRY(mlops__source_next(source));
        if (source->event == MLOPS__EVENT_ARRAY_END) break;
        float item;
        if (!mlops__source_f32(source, &item)) return bad_item(self, name, out, "a number");
        mlops__buf_put(out, &item, sizeof item);
    }
    return out->status ? mlops__fail_nomem(source->err, out->size) : MLOPS_OK;
}

mlops_status mlops__xgb_object(mlops__xgb *self, const char *name, mlops__xgb_member *fn,
                               void *user) {
    mlops__source *source = self->source;
    MLOPS_TRY(mlops__source_next(source));
    if (source->event != MLOPS__EVENT_OBJECT)
        return mlops__source_fail(source, MLOPS_E_CORRUPT, "\"%s\" must be an object", name);
    return mlops__xgb_members(self, fn, user);
}

mlops_status mlops__xgb_members(mlops__xgb *self, mlops__xgb_member *fn, void *user) {
    mlops__source *source = self->source;
    for (;;) {
        MLOPS_TRY(mlops__source_next(source));
        if (source->event == MLOPS__EVENT_OBJECT_END) return MLOPS_OK;
        MLOPS_TRY(fn(self, user));
    }
}
