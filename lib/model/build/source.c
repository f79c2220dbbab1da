/* Events of a model file: what is the same for every format.
 *
 * Owns nothing. Invariant: event, text and n are those of the newest event, and every error carries
 * the place where it began.
 */
#include "model/build/source.h"

#include <string.h>

mlops_status mlops__source_next(mlops__source *self) { return self->ops->next(self); }

mlops_status mlops__source_skip(mlops__source *self) {
    int64_t depth = 0;
    do {
        MLOPS_TRY(mlops__source_next(self));
        mlops__event event = self->event;
        if (event == MLOPS__EVENT_END)
            return mlops__source_fail(self, MLOPS_E_CORRUPT, "a value is missing");
        depth += event == MLOPS__EVENT_ARRAY || event == MLOPS__EVENT_OBJECT;
        depth -= event == MLOPS__EVENT_ARRAY_END || event == MLOPS__EVENT_OBJECT_END;
        if (event == MLOPS__EVENT_ARRAY) mlops__source_take(self, MLOPS__ITEMS_NONE, NULL);
    } while (depth > 0);
    return MLOPS_OK;
}

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

void mlops__source_take(mlops__source *self, mlops__items items, mlops__buf *out) {
    self->ops->take(self, items, out);
}
