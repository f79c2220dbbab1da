/* Texts in a profile: their lengths are its values.
 *
 * Owns nothing. Invariant: counts of the categories add up to no more than the values, since each
 * is counted with a text that is one. Freestanding: part of the firmware build.
 */
#include "profile/run/profile_state.h"

int64_t mlops__profile_category(const mlops_profile *self, const char *name) {
    const char *at = mlops__profile_names(self);
    size_t n = strlen(name);
    for (uint32_t i = 0; i < self->shape.n_categories; i++) {
        size_t n_at = strlen(at);
        if (n_at == n && !memcmp(at, name, n)) return i;
        at += n_at + 1;
    }
    return -1;
}

mlops_status mlops_profile_add_text(mlops_profile *self, const char *text) {
    if (!text) return mlops_profile_add_nulls(self, 1);
    MLOPS_TRY(mlops__profile_room(self, 1));
    int64_t n = 0, category = mlops__profile_category(self, text);
    for (const char *p = text; *p; p++) n += ((uint8_t)*p & 0xc0) != 0x80;
    uint64_t length = mlops__bits_of((double)n), unused[1];
    (void)mlops__profile_count(self, &length, 1, unused);
    if (category >= 0) mlops__profile_categories(self)[category]++;
    if (!self->shape.lg_k) return MLOPS_OK;
    static const int64_t none = 0; /* an empty text is none for the sketch, and one here */
    mlops_hll *distinct = mlops__profile_distinct(self);
    if (*text) mlops_hll_add_text(distinct, text);
    else (void)mlops_hll_add_i64(distinct, &none, 1);
    return MLOPS_OK;
}

int64_t mlops_profile_n_categories(const mlops_profile *self) { return self->shape.n_categories; }

const char *mlops_profile_category_name(const mlops_profile *self, int64_t index) {
    if (index < 0 || index >= self->shape.n_categories) return NULL;
    const char *at = mlops__profile_names(self);
    while (index-- > 0) at += strlen(at) + 1;
    return at;
}

int64_t mlops_profile_category(const mlops_profile *self, int64_t index) {
    if (index < 0 || index >= self->shape.n_categories) return -1;
    return mlops__profile_categories(self)[index];
}
