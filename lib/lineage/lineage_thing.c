/* What texts of lineage name, and which record of the store that is.
 *
 * Owns nothing. Invariant: a thing's text has its whole id and one spelling, so that equal texts
 * are equal things.
 */
#include "base/hex.h"
#include "dataset/dataset.h"
#include "lineage/lineage.h"
#include "registry/registry.h"
#include "text/number.h"
#include "track/track.h"

#include <string.h>

enum { OTHER_MAX = 1024, VERSION_DIGITS = 18 };

static const char *const SCHEMES[] = {"", "datasets:/", "runs:/", "models:/"};

/* What is behind the scheme; NULL if it has another one. */
static const char *behind(const char *text, mlops__thing_kind kind) {
    size_t n = strlen(SCHEMES[kind]);
    return strncmp(text, SCHEMES[kind], n) == 0 ? text + n : NULL;
}

static mlops__thing_kind kind_of(const char *text) {
    for (int kind = MLOPS__THING_DATASET; kind <= MLOPS__THING_MODEL; kind++)
        if (behind(text, (mlops__thing_kind)kind)) return (mlops__thing_kind)kind;
    return MLOPS__THING_OTHER;
}

static int is_digits(const char *text, size_t n) {
    return strlen(text) == n && strspn(text, "0123456789abcdef") == n;
}

static int is_version(const char *text) {
    size_t n = strlen(text);
    return n && n <= VERSION_DIGITS && *text != '0' && strspn(text, "0123456789") == n;
}

/* A scheme, a colon, and something behind it; not a misspelled one of ours. */
static int is_other(const char *text) {
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t letter = strspn(text, LETTERS);
    size_t scheme = letter + strspn(text + letter, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRS"
                                                   "TUVWXYZ0123456789+.-");
    if (letter == 0 || text[scheme] != ':' || !text[scheme + 1]) return 0;
    for (int kind = MLOPS__THING_DATASET; kind <= MLOPS__THING_MODEL; kind++)
        if (strncmp(text, SCHEMES[kind], scheme + 1) == 0) return 0;
    return mlops__link_is_text(text, OTHER_MAX);
}

/* NAME/ID: the name, and where the id begins; NULL: it has none. */
static const char *split(const char *text, char name[MLOPS__NAME_MAX + 1]) {
    const char *slash = strrchr(text, '/');
    if (!slash || (size_t)(slash - text) > MLOPS__NAME_MAX) return NULL;
    mlops__format(name, MLOPS__NAME_MAX + 1, "%.*s", (int)(slash - text), text);
    return mlops__name_check("thing", name, NULL) ? NULL : slash + 1;
}

int mlops__thing_parse(mlops__thing *out, const char *text) {
    out->kind = kind_of(text);
    out->name[0] = 0;
    if (strlen(text) >= sizeof out->text) return 0;
    memcpy(out->text, text, strlen(text) + 1);
    out->id = out->text;
    if (out->kind == MLOPS__THING_OTHER) return is_other(text);
    const char *rest = behind(out->text, out->kind);
    out->id = out->kind == MLOPS__THING_RUN ? rest : split(rest, out->name);
    if (!out->id) return 0;
    if (out->kind == MLOPS__THING_MODEL) return is_version(out->id);
    return is_digits(out->id,
                     out->kind == MLOPS__THING_RUN ? MLOPS__RUN_TEXT - 1 : MLOPS__ID_TEXT - 1);
}

int mlops__thing_key(const mlops__thing *self, mlops__table *table, mlops__key *key) {
    static const mlops__table tables[] = {MLOPS__TABLE_COMMITS, MLOPS__TABLE_COMMITS,
                                          MLOPS__TABLE_RUNS, MLOPS__TABLE_VERSIONS};
    int64_t version = 0;
    *table = tables[self->kind];
    mlops__key_init(key);
    if (self->kind == MLOPS__THING_OTHER) return 0;
    if (*self->name) mlops__key_text(key, self->name);
    if (self->kind != MLOPS__THING_MODEL) mlops__key_text(key, self->id);
    else if (mlops__parse_i64(self->id, strlen(self->id), &version))
        mlops__key_number(key, version);
    return 1;
}

/* ---- what users write ---- */

/* NAME, NAME@REF or NAME/DIGITS. */
static mlops_status find_dataset(mlops__link_text *out, mlops__view *view, const char *rest) {
    char name[MLOPS__NAME_MAX + 1], digits[MLOPS__ID_TEXT];
    mlops_id id;
    const char *at = strchr(rest, '@'), *ref = at ? at + 1 : NULL, *cut = split(rest, name);
    if (!at && cut && strlen(cut) >= 8 && strspn(cut, "0123456789abcdef") == strlen(cut)) ref = cut;
    else
        mlops__format(name, sizeof name, "%.*s", at ? (int)(at - rest) : 2 * MLOPS__NAME_MAX, rest);
    MLOPS_TRY(mlops__ref_resolve(&id, view, name, ref));
    mlops__id_format(digits, &id);
    mlops__link_dataset(out, name, digits);
    return MLOPS_OK;
}

static mlops_status resolve_dataset(mlops__link_text *out, mlops_store *store,
                                    const mlops_change *change, const char *rest,
                                    mlops_error *err) {
    mlops__arena arena;
    mlops__view view;
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__view_begin(&view, store, change, &arena, err);
    if (!status) {
        status = find_dataset(out, &view, rest);
        mlops__view_end(&view);
    }
    mlops__arena_free(&arena);
    return status;
}

static mlops_status resolve_run(mlops__link_text *out, mlops_store *store, const char *rest,
                                mlops_error *err) {
    mlops__index index;
    char id[MLOPS__RUN_TEXT];
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__run_find(id, &index, rest, err);
    mlops__store_read_end(&index);
    if (!status) mlops__link_run(out, id);
    return status;
}

/* NAME@ALIAS, NAME/VERSION or NAME/latest. */
static mlops_status resolve_model(mlops__link_text *out, mlops_store *store,
                                  const mlops_change *change, const char *rest, mlops_error *err) {
    char name[MLOPS__NAME_MAX + 1];
    mlops__registry registry;
    mlops__registry_version version;
    const char *at = strrchr(rest, '@'), *which = at ? at + 1 : split(rest, name);
    if (!which)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "'models:/%s' names no version: models:/NAME/VERSION does, or "
                           "models:/NAME@ALIAS",
                           rest);
    if (at) mlops__format(name, sizeof name, "%.*s", (int)(at - rest), rest);
    mlops_status status = mlops__registry_begin(&registry, store, change, err);
    if (!status) status = mlops__registry_find(&registry, name, which, &version, err);
    if (!status) mlops__link_model(out, name, version.number);
    mlops__registry_free(&registry);
    return status;
}

mlops_status mlops__thing_resolve(mlops__thing *out, mlops_store *store, const mlops_change *change,
                                  const char *text, int must, mlops_error *err) {
    mlops__link_text whole;
    mlops_status status = MLOPS_E_INVALID;
    if (!text) return mlops__fail(err, MLOPS_E_INVALID, "the id of a thing is NULL");
    int is_whole = mlops__thing_parse(out, text);
    mlops__thing_kind kind = kind_of(text);
    if (is_whole && (!must || kind == MLOPS__THING_OTHER)) return MLOPS_OK;
    const char *rest = behind(text, kind);
    if (kind == MLOPS__THING_DATASET) status = resolve_dataset(&whole, store, change, rest, err);
    else if (kind == MLOPS__THING_RUN) status = resolve_run(&whole, store, rest, err);
    else if (kind == MLOPS__THING_MODEL) status = resolve_model(&whole, store, change, rest, err);
    if (kind != MLOPS__THING_OTHER && status) return status;
    if (kind != MLOPS__THING_OTHER && mlops__thing_parse(out, whole.text)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "'%.*s' names nothing: datasets:/NAME@REF, runs:/ID, models:/NAME/VERSION "
                       "or models:/NAME@ALIAS do, or another scheme, such as s3://BUCKET/KEY",
                       (int)(strlen(text) < 80 ? strlen(text) : 80), text);
}
