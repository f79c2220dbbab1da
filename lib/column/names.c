/* Lists of names and spellings, quoted as in a CSV line.
 *
 * Owns nothing: texts go to the caller's arena. Invariant: *n is at least 1 after success with a
 * list, and every text is a copy that ends in NUL.
 */
#include "column/names.h"
#include "column/dictionary.h"
#include "column/table.h"
#include "text/utf8.h"

#include <string.h>

typedef struct list_reader {
    mlops__arena *arena;
    const char *start;
    const char *at;
    const char *what;
    char delimiter;
    mlops_error *err;
} list_reader;

static mlops_status fail_here(const list_reader *self, const char *at, const char *problem) {
    return mlops__fail_at(self->err, MLOPS_E_INVALID, 0, 0, at - self->start, "%s: %s at byte %lld",
                          self->what, problem, (long long)(at - self->start));
}

static mlops_status no_memory(const list_reader *self, size_t size) {
    return mlops__fail_nomem(self->err, size);
}

/* Where the closing quote stands, or the end of the list. */
static const char *find_close(const char *p) {
    for (; *p; p++) {
        if (p[0] == '"' && p[1] != '"') break;
        if (p[0] == '"') p++;
    }
    return p;
}

/* at is behind the opening quote, and then behind the closing one. */
static mlops_status read_quoted(list_reader *self, const char **out) {
    const char *end = find_close(self->at);
    if (!*end) return fail_here(self, self->at - 1, "a quote that is never closed opens");
    char *text = mlops__arena_text(self->arena, self->at, (size_t)(end - self->at));
    if (!text) return no_memory(self, (size_t)(end - self->at));
    size_t n = 0;
    for (const char *p = self->at; p < end; p++) {
        p += *p == '"';
        text[n++] = *p;
    }
    text[n] = 0;
    self->at = end + 1;
    *out = text;
    return MLOPS_OK;
}

static mlops_status read_plain(list_reader *self, const char **out) {
    const char *end = self->at;
    while (*end && *end != self->delimiter && *end != '\n' && *end != '\r') end++;
    size_t n = (size_t)(end - self->at);
    *out = mlops__arena_text(self->arena, self->at, n);
    self->at = end;
    return *out ? MLOPS_OK : no_memory(self, n);
}

static mlops_status read_item(list_reader *self, const char **out) {
    int quoted = *self->at == '"';
    self->at += quoted;
    MLOPS_TRY(quoted ? read_quoted(self, out) : read_plain(self, out));
    if (!*self->at || *self->at == self->delimiter) return MLOPS_OK;
    if (*self->at == '\n' || *self->at == '\r') return fail_here(self, self->at, "a line ends");
    return fail_here(self, self->at, "something stands behind the closing quote");
}

mlops_status mlops__list_parse(mlops__arena *arena, const char *list, char delimiter,
                               const char *what, const char ***out, int64_t *n, mlops_error *err) {
    list_reader self = {arena, list, list, what, delimiter, err};
    size_t n_max = 1;
    for (const char *p = list; *p; p++) n_max += *p == delimiter;
    const char **texts = mlops__arena_array(arena, n_max, sizeof *texts);
    if (!texts) return no_memory(&self, n_max * sizeof *texts);
    int64_t count = 0;
    for (;; self.at++) {
        MLOPS_TRY(read_item(&self, &texts[count]));
        count++;
        if (!*self.at) break;
    }
    *out = texts;
    *n = count;
    return MLOPS_OK;
}

static mlops_status check_names(mlops__dictionary *seen, const char *const *names, int64_t n,
                                mlops_error *err) {
    for (int64_t i = 0; i < n; i++) {
        size_t length = strlen(names[i]);
        int32_t first = -1;
        if (!length)
            return mlops__fail_at(err, MLOPS_E_INVALID, 0, i + 1, -1, "name %lld is empty",
                                  (long long)i + 1);
        if (mlops__utf8_check(names[i], length) < length)
            return mlops__fail_at(err, MLOPS_E_INVALID, 0, i + 1, -1, "name %lld is no UTF-8",
                                  (long long)i + 1);
        mlops_status status = mlops__dictionary_add(seen, names[i], length, &first);
        if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, length);
        if (status < 0) return mlops__fail(err, status, "too many names");
        if (first < i)
            return mlops__fail_at(err, MLOPS_E_INVALID, 0, i + 1, -1,
                                  "names %lld and %lld are both '%s'", (long long)first + 1,
                                  (long long)i + 1, names[i]);
    }
    return MLOPS_OK;
}

mlops_status mlops__names_split(mlops__arena *arena, const char *list, char delimiter,
                                const char ***out, int64_t *n, mlops_error *err) {
    const char **names = NULL;
    int64_t count = 0;
    *out = NULL;
    *n = 0;
    if (!list) return MLOPS_OK;
    MLOPS_TRY(mlops__list_parse(arena, list, delimiter, "names", &names, &count, err));
    mlops__dictionary seen;
    mlops__dictionary_init(&seen, arena->allocator, NULL);
    mlops_status status = check_names(&seen, names, count, err);
    mlops__dictionary_free(&seen);
    if (status < 0) return status;
    *out = names;
    *n = count;
    return MLOPS_OK;
}

mlops_status mlops__names_parse(mlops__arena *arena, const char *list, const char ***out,
                                int64_t *n, mlops_error *err) {
    return mlops__names_split(arena, list, ',', out, n, err);
}

void mlops__names_put(mlops__buf *out, const char *name) {
    if (out->size) mlops__buf_u8(out, ',');
    mlops__name_put(out, name);
}

void mlops__name_put(mlops__buf *out, const char *name) {
    size_t n = strlen(name);
    int quoted = n == 0 || name[0] == ' ' || name[n - 1] == ' ' || strpbrk(name, ",\"\r\n\t");
    if (quoted) mlops__buf_u8(out, '"');
    for (const char *p = name; *p; p++) {
        if (*p == '"') mlops__buf_u8(out, '"');
        mlops__buf_u8(out, (uint8_t)*p);
    }
    if (quoted) mlops__buf_u8(out, '"');
}
