/* Trees of entries.
 *
 * Owns the blobs that wait. Invariants: paths ascend bytewise, none of them twice, and none could
 * lead out of a folder; what an entry says that this version does not know stays in its JSON.
 */
#include "dataset/tree.h"

#include "base/hex.h"
#include "dataset/folder_walk.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

enum { FILE_NAME_MAX = 255 /* bytes, of most file systems */ };

/* ---- paths ---- */

static const char *path_problem(const char *path) {
    size_t n = strlen(path);
    if (n == 0 || n > MLOPS__PATH_MAX) return "has no byte, or more than 1,024";
    if (mlops__utf8_check(path, n) < n) return "is no UTF-8";
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)path[i] < 0x20 || path[i] == 0x7f || path[i] == '\\')
            return "has a control character or a backslash";
    for (const char *p = path;; p++) {
        size_t part = strcspn(p, "/");
        if (part == 0) return "has an empty name, or begins or ends with \"/\"";
        if (p[0] == '.' && (part == 1 || (part == 2 && p[1] == '.')))
            return "has \".\" or \"..\" for a name";
        p += part;
        if (!*p) return NULL;
    }
}

static mlops_status refuse(const char *path, const char *problem, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_INVALID, "the path '%.*s' %s",
                       (int)(strlen(path) < 100 ? strlen(path) : 100), path, problem);
}

mlops_status mlops__path_check(const char *path, mlops_error *err) {
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "the path of the entry is NULL");
    const char *problem = path_problem(path);
    return problem ? refuse(path, problem, err) : MLOPS_OK;
}

mlops_status mlops__path_check_file(const char *path, mlops_error *err) {
    for (size_t n = 0; *path; path += n + (path[n] == '/')) {
        n = strcspn(path, "/");
        if (n > FILE_NAME_MAX)
            return refuse(path, "has a name of more than 255 bytes, as no file has", err);
    }
    return MLOPS_OK;
}

mlops_status mlops__path_check_new(const char *path, mlops_error *err) {
    MLOPS_TRY(mlops__path_check_file(path, err));
    const char *slash = strrchr(path, '/');
    if (!mlops__walk_is_draft(slash ? slash + 1 : path)) return MLOPS_OK;
    return refuse(path, "has a name that files have while they are written", err);
}

/* ---- the list ---- */

void mlops__tree_init(mlops__tree *self, mlops__arena *arena) {
    memset(self, 0, sizeof *self);
    self->arena = arena;
}

void mlops__entry_drop(mlops__entry *self, mlops__role role) {
    mlops__blob *blob = self->blobs[role];
    if (!blob) return;
    const mlops_allocator *allocator = blob->bytes.allocator;
    mlops__buf_free(&blob->bytes);
    mlops__free(allocator, blob, sizeof *blob);
    self->blobs[role] = NULL;
}

static void drop_all(mlops__entry *self) {
    mlops__entry_drop(self, MLOPS__ROLE_BYTES);
    mlops__entry_drop(self, MLOPS__ROLE_PROFILE);
    mlops__entry_drop(self, MLOPS__ROLE_ROWS);
}

void mlops__tree_free(mlops__tree *self) {
    for (size_t i = 0; i < self->n; i++) drop_all(self->entries[i]);
}

/* Where the path stands, or would stand. */
static size_t place_of(const mlops__tree *self, const char *path) {
    size_t low = 0, high = self->n;
    if (high && strcmp(self->entries[high - 1]->path, path) < 0) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(self->entries[middle]->path, path) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int is_at(const mlops__tree *self, size_t at, const char *path) {
    return at < self->n && strcmp(self->entries[at]->path, path) == 0;
}

mlops__entry *mlops__tree_find(const mlops__tree *self, const char *path) {
    size_t at = place_of(self, path);
    return is_at(self, at, path) ? self->entries[at] : NULL;
}

int mlops__tree_remove(mlops__tree *self, const char *path) {
    size_t at = place_of(self, path);
    if (!is_at(self, at, path)) return 0;
    drop_all(self->entries[at]);
    self->n--;
    memmove(self->entries + at, self->entries + at + 1, (self->n - at) * sizeof *self->entries);
    return 1;
}

/* A file cannot be a folder, too. */
static mlops_status check_folders(const mlops__tree *self, const char *path, mlops_error *err) {
    char part[MLOPS__PATH_MAX + 2];
    size_t n = strlen(path);
    for (size_t i = 1; i < n; i++) {
        if (path[i] != '/') continue;
        memcpy(part, path, i);
        part[i] = 0;
        if (mlops__tree_find(self, part))
            return mlops__fail(err, MLOPS_E_EXISTS, "'%s' is an entry, so nothing lies below it",
                               part);
    }
    memcpy(part, path, n);
    memcpy(part + n, "/", 2);
    size_t at = place_of(self, part);
    if (at < self->n && strncmp(self->entries[at]->path, part, n + 1) == 0)
        return mlops__fail(err, MLOPS_E_EXISTS, "'%s' is a folder: '%s' lies below it", path,
                           self->entries[at]->path);
    return MLOPS_OK;
}

static mlops_status insert(mlops__tree *self, size_t at, mlops__entry *entry, mlops_error *err) {
    mlops__entry **more =
        mlops__arena_grow(self->arena, self->entries, (int64_t)self->n, &self->cap, sizeof *more);
    if (!more) return mlops__fail_nomem(err, sizeof *more);
    self->entries = more;
    memmove(self->entries + at + 1, self->entries + at, (self->n - at) * sizeof *self->entries);
    self->entries[at] = entry;
    self->n++;
    return MLOPS_OK;
}

/* The path is the arena's. */
static mlops_status insert_new(mlops__tree *self, size_t at, const char *path, mlops__entry **out,
                               mlops_error *err) {
    mlops__entry *entry = mlops__arena_alloc(self->arena, sizeof *entry);
    if (!entry) return mlops__fail_nomem(err, sizeof *entry);
    entry->path = path;
    MLOPS_TRY(insert(self, at, entry, err));
    *out = entry;
    return MLOPS_OK;
}

mlops_status mlops__tree_put(mlops__tree *self, const char *path, mlops__entry **out,
                             mlops_error *err) {
    size_t at = place_of(self, path);
    if (is_at(self, at, path)) {
        *out = self->entries[at];
        drop_all(*out);
        return MLOPS_OK;
    }
    MLOPS_TRY(check_folders(self, path, err));
    const char *copy = mlops__arena_text(self->arena, path, strlen(path));
    if (!copy) return mlops__fail_nomem(err, strlen(path));
    return insert_new(self, at, copy, out, err);
}

mlops_status mlops__tree_replace(mlops__tree *self, const uint8_t *drops,
                                 mlops__entry *const *entries, size_t n, mlops_error *err) {
    mlops__tree out = {self->arena, NULL, 0, self->n + n};
    out.entries = mlops__arena_array(self->arena, out.cap, sizeof *out.entries);
    if (!out.entries) return mlops__fail_nomem(err, out.cap * sizeof *out.entries);
    for (size_t i = 0, k = 0; i < self->n || k < n;) {
        if (i < self->n && drops[i]) i++;
        else if (k == n || (i < self->n && strcmp(self->entries[i]->path, entries[k]->path) < 0))
            out.entries[out.n++] = self->entries[i++];
        else out.entries[out.n++] = entries[k++];
    }
    for (size_t k = 0; k < n; k++) MLOPS_TRY(check_folders(&out, entries[k]->path, err));
    for (size_t i = 0; i < self->n; i++)
        if (drops[i]) drop_all(self->entries[i]);
    *self = out;
    return MLOPS_OK;
}

/* ---- bytes ---- */

/* An entry of a file as mlops__draft_head spells it: of trees with many entries most are such. */
typedef struct plain {
    const char *path;
    size_t n_path;
    mlops_id id;
    int64_t size;
    size_t n; /* bytes of all of it */
} plain;

static int pass(const char **at, const char *end, const char *text, size_t n) {
    if ((size_t)(end - *at) < n || memcmp(*at, text, n) != 0) return 0;
    *at += n;
    return 1;
}

/* Whether the text begins with one. What is spelled in another way is for the reader of JSON. */
static int read_plain(plain *out, const char *text, size_t n) {
    static const char PATH[] = "{\"path\":\"", KIND[] = "\",\"kind\":\"file\",\"id\":\"",
                      SIZE[] = "\",\"size\":";
    const size_t digits = 2 * sizeof out->id.bytes;
    const char *at = text, *end = text + n;
    if (!pass(&at, end, PATH, sizeof PATH - 1)) return 0;
    out->path = at;
    while (at < end && (uint8_t)*at >= 0x20 && *at != '"' && *at != '\\') at++;
    out->n_path = (size_t)(at - out->path);
    if (!pass(&at, end, KIND, sizeof KIND - 1) || (size_t)(end - at) < digits) return 0;
    if (!mlops__hex_parse(out->id.bytes, at, sizeof out->id.bytes)) return 0;
    at += digits;
    if (!pass(&at, end, SIZE, sizeof SIZE - 1)) return 0;
    const char *size = at;
    while (at < end && *at >= '0' && *at <= '9') at++;
    if (at == end || *at != '}' || (*size == '0' && at - size > 1) ||
        !mlops__parse_i64(size, (size_t)(at - size), &out->size))
        return 0;
    out->n = (size_t)(at + 1 - text);
    return 1;
}

static mlops_status add_parsed(mlops__tree *self, const char *path, size_t n, const char *json,
                               size_t size, mlops_error *err) {
    mlops__entry *entry;
    const char *name = path ? mlops__arena_text(self->arena, path, n) : NULL;
    const char *copy = mlops__arena_text(self->arena, json, size);
    if (!copy || (path && !name)) return mlops__fail_nomem(err, n + size);
    if (!name || path_problem(name) ||
        (self->n && strcmp(self->entries[self->n - 1]->path, name) >= 0))
        return mlops__fail(err, MLOPS_E_CORRUPT, "the path of entry %zu is none, or out of order",
                           self->n);
    MLOPS_TRY(insert_new(self, self->n, name, &entry, err));
    entry->json = (mlops__bytes){(const uint8_t *)copy, size};
    return MLOPS_OK;
}

/* Entries that are plain, as many as come next. */
static mlops_status take_plain(mlops__tree *self, mlops__json *json, mlops_error *err) {
    plain entry;
    for (;;) {
        const char *at = json->data + json->offset, *end = json->data + json->size;
        if (self->n && !pass(&at, end, ",", 1)) return MLOPS_OK;
        if (!read_plain(&entry, at, (size_t)(end - at))) return MLOPS_OK;
        MLOPS_TRY(add_parsed(self, entry.path, entry.n_path, at, entry.n, err));
        mlops__json_pass(json, (size_t)(at - (json->data + json->offset)) + entry.n);
    }
}

/* The entry that is next; MLOPS_END behind the last. */
static mlops_status take_other(mlops__tree *self, mlops__json *json, mlops_error *err) {
    mlops__record record;
    mlops__json_event event;
    int depth = json->depth;
    MLOPS_TRY(mlops__json_next(json, &event));
    if (event == MLOPS__JSON_ARRAY_END) return MLOPS_END;
    size_t begin = json->token;
    while (json->depth > depth) MLOPS_TRY(mlops__json_next(json, &event));
    size_t n = json->offset - begin;
    const char *text = json->data + begin;
    MLOPS_TRY(
        mlops__record_parse(&record, (mlops__bytes){(const uint8_t *)text, n}, self->arena, err));
    const char *path = mlops__record_text(&record, "path");
    return add_parsed(self, path, path ? strlen(path) : 0, text, n, err);
}

mlops_status mlops__tree_parse(mlops__tree *self, mlops__bytes bytes, mlops_error *err) {
    mlops__json json;
    mlops__json_event event;
    mlops_status status = MLOPS_OK;
    mlops__json_init(&json, (const char *)bytes.data, bytes.size, self->arena, err);
    MLOPS_TRY(mlops__json_next(&json, &event));
    if (event != MLOPS__JSON_ARRAY)
        return mlops__json_fail(&json, MLOPS_E_CORRUPT, "a tree is no JSON array");
    while (!status) {
        status = take_plain(self, &json, err);
        if (!status) status = take_other(self, &json, err);
    }
    return status == MLOPS_END ? mlops__json_next(&json, &event) : status; /* nothing is behind */
}

void mlops__tree_write(const mlops__tree *self, mlops__buf *out) {
    mlops__buf_u8(out, '[');
    for (size_t i = 0; i < self->n; i++) {
        if (i) mlops__buf_u8(out, ',');
        mlops__buf_put(out, self->entries[i]->json.data, self->entries[i]->json.size);
    }
    mlops__buf_u8(out, ']');
}

/* ---- what entries say ---- */

int mlops__facts_is_table(const mlops__facts *self) { return strcmp(self->kind, "file") != 0; }

static mlops_status lacking(const mlops__facts *self, const char *what, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "the entry '%s' has no %s", self->path, what);
}

static mlops_status read_table(mlops__facts *self, mlops__arena *arena, mlops_error *err) {
    mlops__record columns;
    mlops__bytes json = mlops__record_json(&self->record, "columns");
    self->n_rows = mlops__record_i64(&self->record, "n_rows", -1);
    if (self->n_rows < 0 || json.size == 0) return lacking(self, "rows or columns", err);
    MLOPS_TRY(mlops__record_items(&columns, json, arena, err));
    self->n_columns = (int64_t)columns.n;
    self->target = mlops__record_text(&self->record, "target");
    self->time = mlops__record_text(&self->record, "time");
    self->row_id = mlops__record_text(&self->record, "row_id");
    self->has_profile = mlops__record_id(&self->record, "profile", &self->profile);
    return MLOPS_OK;
}

static mlops_status read_split(mlops__facts *self, mlops__arena *arena, mlops_error *err) {
    mlops__record split;
    mlops__bytes json = mlops__record_json(&self->record, "split");
    if (json.size == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&split, json, arena, err));
    self->n_held_out = mlops__record_i64(&split, "n_held_out", -1);
    self->has_split = mlops__record_id(&split, "rows", &self->rows);
    if (!self->has_split || self->n_held_out < 0 || self->n_held_out > self->n_rows)
        return lacking(self, "sound split", err);
    return MLOPS_OK;
}

/* Of what is plain the record has nothing else to tell, and stays empty. */
static int read_file(mlops__facts *self, const mlops__bytes *json) {
    plain file;
    if (!read_plain(&file, (const char *)json->data, json->size) || file.n < json->size) return 0;
    self->kind = "file";
    self->id = file.id;
    self->size = file.size;
    return 1;
}

mlops_status mlops__entry_read(const mlops__entry *self, mlops__facts *out, mlops__arena *arena,
                               mlops_error *err) {
    memset(out, 0, sizeof *out);
    out->path = self->path;
    out->n_rows = out->n_columns = out->n_held_out = -1;
    if (read_file(out, &self->json)) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&out->record, self->json, arena, err));
    out->kind = mlops__record_text(&out->record, "kind");
    out->size = mlops__record_i64(&out->record, "size", -1);
    if (!out->kind || out->size < 0 || !mlops__record_id(&out->record, "id", &out->id))
        return lacking(out, "kind, id or size", err);
    if (!strcmp(out->kind, "file")) return MLOPS_OK;
    if (strcmp(out->kind, "csv") != 0 && strcmp(out->kind, "table") != 0)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "the entry '%s' is of kind '%s', which this version does not know",
                           out->path, out->kind);
    MLOPS_TRY(read_table(out, arena, err));
    return read_split(out, arena, err);
}
