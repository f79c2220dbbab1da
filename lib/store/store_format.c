/* The file that says what a directory is: readable text, written last when a store is made.
 *
 * Owns that file. Invariant: a directory with a whole format file is a store; one without it is
 * not, whatever else an interrupted creation left in it.
 *
 *     libmlops store
 *     version 1
 *     id 64 hexadecimal digits
 *     hash sha256
 */
#include "base/hex.h"
#include "file/file.h"
#include "store/core.h"

#include <string.h>

enum { VERSION = 1, SIZE_MAX_OF_IT = 4096 };

static const char FIRST[] = "libmlops store\n", HASH[] = "hash sha256\n";

static mlops_status refuse(const mlops_store *self, mlops_status status, const char *what,
                           mlops_error *err) {
    return mlops__fail(err, status, "'%s': %s", self->path, what);
}

/* The rest of the line behind the word, or NULL. */
static const char *take_word(const char **text, const char *word) {
    size_t n = strlen(word);
    if (strncmp(*text, word, n) != 0) return NULL;
    const char *rest = *text + n, *end = strchr(rest, '\n');
    if (!end) return NULL;
    *text = end + 1;
    return rest;
}

static mlops_status parse(mlops_store *self, const char *text, mlops_error *err) {
    const char *at = text;
    if (!take_word(&at, "libmlops store"))
        return refuse(self, MLOPS_E_CORRUPT, "this is not the format file of a store", err);
    const char *version = take_word(&at, "version ");
    if (!version) return refuse(self, MLOPS_E_CORRUPT, "the version is missing", err);
    if (strncmp(version, "1\n", 2) != 0)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "'%s': the store has version %.*s, this library knows %d; open it with "
                           "a newer one",
                           self->path, (int)strcspn(version, "\n"), version, VERSION);
    const char *id = take_word(&at, "id ");
    if (!id || strcspn(id, "\n") != 64 || !mlops__hex_parse(self->id, id, sizeof self->id))
        return refuse(self, MLOPS_E_CORRUPT, "the id is missing or damaged", err);
    if (strncmp(at, HASH, 5) != 0)
        return refuse(self, MLOPS_E_CORRUPT, "the name of the hash is missing", err);
    if (strncmp(at, HASH, sizeof HASH - 1) != 0)
        return refuse(self, MLOPS_E_UNSUPPORTED, "its hash is not sha256", err);
    return MLOPS_OK;
}

mlops_status mlops__format_read(mlops_store *self, mlops_error *err) {
    mlops__file_view view;
    mlops_status status = mlops__file_open(&view, &self->host, mlops__store_path(self, "format"),
                                           SIZE_MAX_OF_IT, 0, err);
    if (status == MLOPS_E_NOT_FOUND) return mlops__store_refuse_none(self, err);
    if (status == MLOPS_E_LIMIT)
        return refuse(self, MLOPS_E_CORRUPT, "this is not the format file of a store", err);
    MLOPS_TRY(status);
    char text[SIZE_MAX_OF_IT + 1];
    if (view.size) memcpy(text, view.data, view.size);
    text[view.size] = 0;
    mlops__file_close(&view, &self->host);
    return parse(self, text, err);
}

mlops_status mlops__format_write(mlops_store *self, mlops_error *err) {
    char text[256], digits[65];
    mlops__buf b;
    mlops__buf_init_fixed(&b, text, sizeof text);
    mlops__buf_text(&b, FIRST);
    mlops__buf_format(&b, "version %d\nid ", VERSION);
    mlops__hex_bytes(digits, self->id, sizeof self->id);
    mlops__buf_text(&b, digits);
    mlops__buf_text(&b, "\n");
    mlops__buf_text(&b, HASH);
    return mlops__file_write(&self->host, mlops__store_path(self, "format"), text, b.size, err);
}

mlops_status mlops__format_create(mlops_store *self, mlops_error *err) {
    int64_t code = self->host.entropy.fill(self->host.entropy.ctx, self->id, sizeof self->id);
    if (code < 0) return mlops__fail_os(err, code, "cannot draw an id for", self->path);
    MLOPS_TRY(mlops__journal_init(&self->journal, &self->host, mlops__store_path(self, "journal"),
                                  self->id, 1, err));
    if (self->opts.journal_bytes) self->journal.first_bytes = self->opts.journal_bytes;
    mlops_status status = mlops__journal_create(&self->journal, err);
    mlops__journal_free(&self->journal);
    return status ? status : mlops__format_write(self, err);
}
