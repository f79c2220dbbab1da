/* Names, texts and paths that runs take, and the keys that are made of them.
 *
 * Owns nothing. Invariants: what passes holds no control character where it becomes part of a key,
 * so that TAB parts it; the longest key fits into the store's.
 */
#include "text/utf8.h"
#include "track/track.h"

#include <string.h>

static mlops_status check_part(const char *what, const char *text, size_t max, mlops_error *err) {
    if (!text) return mlops__fail(err, MLOPS_E_INVALID, "%s is NULL", what);
    size_t n = strlen(text);
    if (n == 0 || n > max)
        return mlops__fail(err, MLOPS_E_INVALID, "%s has %zu bytes; 1 to %zu are allowed", what, n,
                           max);
    MLOPS_TRY(mlops__run_text_check(what, text, max, err));
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f)
            return mlops__fail(err, MLOPS_E_INVALID, "%s has a control character at byte %zu", what,
                               i);
    return MLOPS_OK;
}

mlops_status mlops__run_key_check(const char *what, const char *key, mlops_error *err) {
    return check_part(what, key, MLOPS__RUN_KEY_MAX, err);
}

mlops_status mlops__run_path_check(const char *path, mlops_error *err) {
    MLOPS_TRY(check_part("the path", path, MLOPS__RUN_PATH_MAX, err));
    for (const char *p = path;; p++) {
        size_t n = strcspn(p, "/");
        if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
            return mlops__fail(err, MLOPS_E_INVALID,
                               "the path '%s' has an empty name, \".\" or \"..\" in it", path);
        p += n;
        if (!*p) return MLOPS_OK;
    }
}

mlops_status mlops__run_text_check(const char *what, const char *text, size_t max,
                                   mlops_error *err) {
    size_t n = text ? strlen(text) : 0;
    if (n > max)
        return mlops__fail(err, MLOPS_E_INVALID, "%s has %zu bytes; up to %zu are allowed", what, n,
                           max);
    if (n && mlops__utf8_check(text, n) < n)
        return mlops__fail(err, MLOPS_E_INVALID, "%s is no UTF-8", what);
    return MLOPS_OK;
}

void mlops__run_key(mlops__key *out, const char *run, const char *part) {
    mlops__key_init(out);
    mlops__key_text(out, run);
    mlops__key_text(out, part);
}

mlops_status mlops__run_iter(mlops__index_iter *out, mlops__index *index, mlops__table table,
                             const char *run, mlops_error *err) {
    mlops__key key;
    mlops__key_init(&key);
    mlops__key_text(&key, run);
    return mlops__index_iter_init(out, index, (uint8_t)table, mlops__key_prefix(&key), err);
}

void mlops__run_order(char out[MLOPS__RUN_ORDER_TEXT], int64_t start_ns) {
    uint64_t left = (uint64_t)start_ns;
    for (int i = MLOPS__RUN_ORDER_TEXT - 2; i >= 0; i--, left /= 10)
        out[i] = (char)('9' - (char)(left % 10));
    out[MLOPS__RUN_ORDER_TEXT - 1] = 0;
}

mlops_status mlops__run_latest(const mlops__record *record, mlops__point *out, int64_t *n,
                               mlops_error *err) {
    out->step = mlops__record_i64(record, "step", 0);
    out->time_ns = mlops__record_i64(record, "time_ns", 0);
    out->value = mlops__record_f64(record, "value", 0);
    *n = mlops__record_i64(record, "n", 0);
    if (*n > 0 && mlops__record_find(record, "value")) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the latest point of a metric is damaged");
}
