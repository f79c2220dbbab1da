/* Reading what a commit names: ids, tables, references, bytes, and the commit itself as JSON.
 *
 * Owns nothing beyond a call. Invariant: what is handed out was held against the entry that names
 * it.
 */
#include "column/table_select.h"
#include "dataset/remote_head.h"
#include "file/container.h"
#include "profile/reference.h"

#include <mlops/dataset_read.h>

#include <string.h>

mlops_status mlops_dataset_resolve(mlops_id *out, mlops_store *store, const char *dataset,
                                   const char *ref, mlops_error *err) {
    mlops__arena arena;
    mlops__view view;
    if (!out || !store) return mlops__fail(err, MLOPS_E_INVALID, "out or the store is NULL");
    memset(out, 0, sizeof *out);
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__view_begin(&view, store, NULL, &arena, err);
    if (!status) {
        status = mlops__ref_resolve(out, &view, dataset, ref);
        mlops__view_end(&view);
    }
    mlops__arena_free(&arena);
    return status;
}

/* ---- tables ---- */

static mlops_status select_part(mlops_table **out, const mlops_table *whole,
                                const mlops__facts *facts, mlops_store *store, mlops_part part,
                                mlops_error *err) {
    mlops__buf bits;
    size_t size = (size_t)(facts->n_rows / 8 + (facts->n_rows % 8 != 0));
    MLOPS_TRY(mlops__content_load(&bits, store, NULL, &facts->rows, err));
    mlops_status status =
        bits.size == size
            ? mlops__table_select(out, whole, bits.data, part == MLOPS_PART_HELD_OUT, err)
            : mlops__fail(err, MLOPS_E_CORRUPT, "the split of '%s' is of another table",
                          facts->path);
    mlops__buf_free(&bits);
    return status;
}

static mlops_status read_table(mlops_table **out, const mlops__facts *facts, mlops_store *store,
                               mlops_part part, mlops_error *err) {
    mlops_table *whole;
    if (part != MLOPS_PART_ALL && mlops__facts_is_table(facts) && !facts->has_split)
        return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' has no split; mlops_draft_split() makes one",
                           facts->path);
    MLOPS_TRY(mlops__facts_table(&whole, facts, store, NULL, err));
    if (part == MLOPS_PART_ALL) {
        *out = whole;
        return MLOPS_OK;
    }
    mlops_status status = select_part(out, whole, facts, store, part, err);
    mlops_table_unref(whole);
    return status;
}

mlops_status mlops_dataset_table(mlops_table **out, mlops_store *store, const char *dataset,
                                 const char *ref, const char *path, mlops_part part,
                                 mlops_error *err) {
    mlops__version version;
    mlops__facts facts;
    *out = NULL;
    if ((uint32_t)part > MLOPS_PART_HELD_OUT)
        return mlops__fail(err, MLOPS_E_INVALID, "there is no part %d", (int)part);
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) status = mlops__version_find(&version, path, &facts, err);
    if (!status) status = read_table(out, &facts, store, part, err);
    mlops__version_close(&version);
    return status;
}

/* ---- profiles ---- */

static mlops_status parse_profile(mlops_reference **out, const mlops__buf *bytes,
                                  const mlops__host *host, mlops_error *err) {
    mlops__container box;
    MLOPS_TRY(mlops__container_read(&box, bytes->data, bytes->size, MLOPS__KIND_REFERENCE, err));
    MLOPS_TRY(mlops__container_verify(&box, mlops__sha256_blocks_scalar, err));
    mlops__cursor section = mlops__container_find(&box, MLOPS__KIND_REFERENCE);
    if (section.failed)
        return mlops__fail(err, MLOPS_E_CORRUPT, "a profile has no section of that kind");
    return mlops__reference_parse(out, section.data, section.size, host, err);
}

mlops_status mlops__facts_profile(mlops_reference **out, const mlops__facts *facts,
                                  mlops_store *store, const mlops_change *change,
                                  mlops_error *err) {
    mlops__buf bytes;
    MLOPS_TRY(mlops__content_load(&bytes, store, change, &facts->profile, err));
    mlops_status status = parse_profile(out, &bytes, mlops__store_host(store), err);
    mlops__buf_free(&bytes);
    return status;
}

static mlops_status read_profile(mlops_reference **out, const mlops__facts *facts,
                                 mlops_store *store, mlops_error *err) {
    if (!mlops__facts_is_table(facts))
        return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' is a file and no table", facts->path);
    if (!facts->has_profile)
        return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' has no rows, and so no profile", facts->path);
    return mlops__facts_profile(out, facts, store, NULL, err);
}

mlops_status mlops_dataset_reference(mlops_reference **out, mlops_store *store, const char *dataset,
                                     const char *ref, const char *path, mlops_error *err) {
    mlops__version version;
    mlops__facts facts;
    *out = NULL;
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) status = mlops__version_find(&version, path, &facts, err);
    if (!status) status = read_profile(out, &facts, store, err);
    mlops__version_close(&version);
    return status;
}

/* ---- bytes ---- */

mlops_status mlops_dataset_read(mlops_store *store, const char *dataset, const char *ref,
                                const char *path, void *bytes, size_t cap, size_t *needed,
                                mlops_error *err) {
    mlops__version version;
    mlops__facts facts;
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) status = mlops__version_find(&version, path, &facts, err);
    if (!status) {
        status = mlops_store_content(store, &facts.id, bytes, cap, needed, err);
        if (status == MLOPS_E_NOT_FOUND) {
            status = mlops__partial_content(store, &facts.id, err);
            if (!status)
                status = mlops__fail(err, MLOPS_E_CORRUPT, "the content of '%s' is missing", path);
        }
    }
    mlops__version_close(&version);
    return status;
}

/* Of the whole: then as much of it as is asked for. */
static mlops_status read_part(mlops_store *store, const mlops__facts *facts, int64_t offset,
                              int64_t size, void *bytes, size_t cap, size_t *n, mlops_error *err) {
    int64_t whole = 0;
    size_t want = bytes ? cap : 0;
    if ((uint64_t)size < want) want = (size_t)size;
    MLOPS_TRY(
        mlops__content_read(store, &facts->id, offset, want ? bytes : NULL, want, &whole, err));
    if (size > whole - offset) size = whole - offset;
    if ((uint64_t)size > SIZE_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "%lld bytes, more than memory", (long long)size);
    *n = (size_t)size;
    if (!bytes || *n <= cap) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_ARENA, "%zu bytes are asked for, there is room for %zu", *n,
                       cap);
}

mlops_status mlops_dataset_read_at(mlops_store *store, const char *dataset, const char *ref,
                                   const char *path, int64_t offset, int64_t size, void *bytes,
                                   size_t cap, size_t *needed, mlops_error *err) {
    mlops__version version;
    mlops__facts facts;
    size_t n = 0;
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    if (size < 0) return mlops__fail(err, MLOPS_E_INVALID, "size is %lld", (long long)size);
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) status = mlops__version_find(&version, path, &facts, err);
    if (!status) {
        status = read_part(store, &facts, offset, size, bytes, cap, &n, err);
        if (status == MLOPS_E_NOT_FOUND)
            status = mlops__fail(err, MLOPS_E_CORRUPT, "the content of '%s' is missing", path);
    }
    mlops__version_close(&version);
    if (needed) *needed = n;
    return status;
}

/* ---- the commit itself ---- */

static void describe(const mlops__version *self, const char *dataset, mlops__buf *buf) {
    const mlops__commit *commit = &self->commit;
    mlops__json_writer out;
    mlops__json_writer_init(&out, buf, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_text(&out, "dataset", dataset);
    mlops__record_put_id(&out, "commit", &commit->id);
    mlops__json_name(&out, "parents");
    mlops__json_open(&out, '[');
    for (size_t i = 0; i < commit->n_parents; i++) {
        char text[MLOPS__ID_TEXT];
        mlops__id_format(text, &commit->parents[i]);
        mlops__json_string(&out, text);
    }
    mlops__json_close(&out, ']');
    mlops__record_put_i64(&out, "time_ns", commit->time_ns);
    mlops__record_put_text(&out, "author", commit->author);
    mlops__record_put_text(&out, "message", commit->message);
    if (commit->metadata.size) {
        mlops__json_name(&out, "metadata");
        mlops__json_raw(&out, (const char *)commit->metadata.data, commit->metadata.size);
    }
    mlops__record_put_id(&out, "tree", &commit->tree);
    mlops__json_name(&out, "entries");
    mlops__json_raw(&out, "", 0);
    mlops__tree_write(&self->tree, buf);
    mlops__json_close(&out, '}');
}

mlops_status mlops_dataset_describe(mlops_store *store, const char *dataset, const char *ref,
                                    char *text, size_t cap, size_t *needed, mlops_error *err) {
    mlops__version version;
    mlops__buf out;
    if (!text && cap) return mlops__fail(err, MLOPS_E_INVALID, "%zu bytes of text at NULL", cap);
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) {
        mlops__buf_init_fixed(&out, text, cap);
        describe(&version, dataset, &out);
        status = mlops__buf_finish_text(&out, needed);
        if (status)
            mlops__fail(err, status, "the text has %zu bytes, there is room for %zu", out.size,
                        cap);
    }
    mlops__version_close(&version);
    return status;
}
