/* Where a repository of DVC keeps its cache: [cache] dir of .dvc/config and .dvc/config.local.
 *
 * Owns nothing. Invariant: what these files say is obeyed or refused with its line, so that no
 * other cache is taken for the one that is meant. Settings of a user or machine are not looked for.
 */
#include "base/cursor.h"
#include "dataset/import.h"
#include "file/file.h"
#include "text/utf8.h"

#include <string.h>

enum { CONFIG_MAX = 1 << 20 };

typedef struct part {
    const char *text;
    size_t n;
} part;

static part trim(const char *text, size_t n) {
    while (n && (*text == ' ' || *text == '\t')) text++, n--;
    while (n && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r')) n--;
    return (part){text, n};
}

/* In lower case; what is in quotes is as good. */
static int is_name(part p, const char *name) {
    if (p.n >= 2 && (*p.text == '"' || *p.text == '\'') && p.text[p.n - 1] == *p.text)
        p = (part){p.text + 1, p.n - 2};
    if (p.n != strlen(name)) return 0;
    for (size_t i = 0; i < p.n; i++) {
        char c = p.text[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != name[i]) return 0;
    }
    return 1;
}

/* What a value is; NULL: that is fine. */
static const char *read_value(part *p) {
    char quote = p->n ? *p->text : 0;
    const char *end = NULL;
    if (quote == '"' || quote == '\'') {
        end = memchr(p->text + 1, quote, p->n - 1);
        if (!end) return "has quotes that do not end";
        part rest = trim(end + 1, (size_t)(p->text + p->n - end) - 1);
        if (rest.n && *rest.text != '#') return "has more than a text in quotes";
        *p = (part){p->text + 1, (size_t)(end - p->text) - 1};
    } else {
        end = p->n ? memchr(p->text, '#', p->n) : NULL;
        if (end) *p = trim(p->text, (size_t)(end - p->text));
        if (p->n && memchr(p->text, ',', p->n)) return "is a list";
    }
    if (p->n == 0) return "is empty";
    if (memchr(p->text, 0, p->n) || mlops__utf8_check(p->text, p->n) < p->n) return "is no UTF-8";
    for (size_t i = 0; i + 2 < p->n; i++)
        if (!memcmp(p->text + i, "://", 3)) return "is no folder of this machine";
    return *p->text == '~' ? "is of a user, whose home is not looked up" : NULL;
}

static int is_cache(part line) {
    if (*line.text != '[' || line.text[1] == '[') return 0;
    const char *end = memchr(line.text, ']', line.n);
    return end && is_name(trim(line.text + 1, (size_t)(end - line.text) - 1), "cache");
}

mlops_status mlops__dvc_config(const char **dir, mlops__bytes text, mlops__arena *arena,
                               mlops_error *err) {
    const char *at = (const char *)text.data;
    int64_t number = 1;
    int is_in = 0;
    for (size_t left = text.size, n; left; at += n, left -= n, number++) {
        const char *end = memchr(at, '\n', left);
        n = end ? (size_t)(end - at) + 1 : left;
        part line = trim(at, n - (end != NULL));
        if (line.n == 0 || *line.text == '#') continue;
        if (line.n > 1 && *line.text == '[') is_in = is_cache(line);
        const char *equals = is_in ? memchr(line.text, '=', line.n) : NULL;
        if (!equals || !is_name(trim(line.text, (size_t)(equals - line.text)), "dir")) continue;
        part value = trim(equals + 1, (size_t)(line.text + line.n - equals) - 1);
        const char *problem = read_value(&value);
        if (problem)
            return mlops__fail_at(err, MLOPS_E_CORRUPT, number, 0, -1,
                                  "line %lld: dir of [cache] %s; cache says where objects lie",
                                  (long long)number, problem);
        *dir = mlops__arena_text(arena, value.text, value.n);
        if (!*dir) return mlops__fail_nomem(err, value.n);
    }
    return MLOPS_OK;
}

static mlops_status read_config(mlops__importing *self, const char *name, const char **dir) {
    mlops__buf bytes;
    const char *file = mlops__import_path(self, self->folder, name);
    if (!file) return MLOPS_E_NOMEM;
    mlops_status status = mlops__import_read(self, file, CONFIG_MAX, &bytes);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    status =
        mlops__dvc_config(dir, (mlops__bytes){bytes.data, bytes.size}, &self->arena, self->err);
    mlops__buf_free(&bytes);
    return mlops__fail_path(self->err, status, file);
}

mlops_status mlops__import_dvc_cache(mlops__importing *self) {
    const char *dir = NULL;
    MLOPS_TRY(read_config(self, ".dvc/config.local", &dir));
    if (!dir) MLOPS_TRY(read_config(self, ".dvc/config", &dir));
    if (!dir) dir = "cache";
    const char *below = *dir == '/' ? dir : mlops__import_path(self, ".dvc", dir);
    self->cache = *dir == '/' || !below ? below : mlops__import_path(self, self->folder, below);
    return self->cache ? MLOPS_OK : MLOPS_E_NOMEM;
}
