/* Links that are put and taken back by hand.
 *
 * Owns nothing. Invariant: both ends of a link were there when it was put, or come with it.
 */
#include "lineage/lineage.h"

#include "base/opts.h"

#include <string.h>

/* By what the one and the other are. */
static const char *const RELATIONS[4][4] = {
    /* of something else, */ {"derived", "derived", "input", "trained"},
    /* of data, */ {"derived", "derived", "input", "trained"},
    /* of a run, */ {"output", "output", "derived", "registered"},
    /* of a model */ {"input", "input", "input", "derived"}};

static mlops_status check_relation(const char *text, mlops_error *err) {
    if (mlops__link_is_text(text, MLOPS__LINK_RELATION_MAX)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_link_opts: relation is to be 1 to %d bytes of UTF-8 without control "
                       "characters",
                       MLOPS__LINK_RELATION_MAX);
}

/* Both ends of a link, and how one was made of the other. */
typedef struct ends {
    mlops__thing from, to;
    mlops__link link;
} ends;

static mlops_status find_ends(ends *out, mlops_change *change, const char *from, const char *to,
                              const char *relation, int must, mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    MLOPS_TRY(mlops__thing_resolve(&out->from, store, change, from, must, err));
    MLOPS_TRY(mlops__thing_resolve(&out->to, store, change, to, must, err));
    if (!strcmp(out->from.text, out->to.text))
        return mlops__fail(err, MLOPS_E_INVALID, "'%s' is not made of itself", out->to.text);
    if (relation) MLOPS_TRY(check_relation(relation, err));
    else relation = RELATIONS[out->from.kind][out->to.kind];
    out->link = (mlops__link){out->from.text, out->to.text, relation, 0, 0};
    return MLOPS_OK;
}

static mlops_status note(mlops_change *change, const char *verb, const mlops__link *link,
                         mlops_error *err) {
    char text[2 * MLOPS__LINK_END + 40];
    mlops__format(text, sizeof text, "lineage %s %s %s", verb, link->from, link->to);
    return mlops__change_verb(change, text, err);
}

mlops_status mlops_lineage_link(mlops_change *change, const char *from, const char *to,
                                const mlops_link_opts *opts, mlops_error *err) {
    mlops_link_opts local;
    ends e;
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_link_opts", err));
    if (local.flags & ~(uint32_t)MLOPS_LINK_KEEP)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_link_opts: flags 0x%x", local.flags);
    MLOPS_TRY(find_ends(&e, change, from, to, local.relation, 1, err));
    e.link.keeps = (local.flags & MLOPS_LINK_KEEP) != 0;
    MLOPS_TRY(note(change, "link", &e.link, err));
    return mlops__link_put(change, &e.link, err);
}

/* MLOPS_E_NOT_FOUND: it was taken back already. */
static mlops_status check_there(mlops_store *store, mlops__bytes value, mlops_error *err) {
    mlops__arena arena;
    mlops__link link;
    int64_t time_ns;
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__link_read(&link, &time_ns, value, &arena, err);
    if (!status && link.dropped) status = MLOPS_E_NOT_FOUND;
    mlops__arena_free(&arena);
    return status;
}

/* MLOPS_E_NOT_FOUND: the change does not find the link. */
static mlops_status check_linked(mlops_change *change, const mlops__link *link, mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    mlops__index index;
    mlops__key key;
    mlops__bytes value;
    mlops__link_key(&key, MLOPS__LINK_DOWN, link->from, link->to, link->relation);
    mlops__bytes bytes = mlops__key_bytes(&key);
    mlops_status status = mlops__change_pending(change, MLOPS__TABLE_LINEAGE, bytes, &value);
    if (!status) status = check_there(store, value, err);
    if (status == MLOPS_END) {
        MLOPS_TRY(mlops__store_read_begin(store, &index, err));
        status = mlops__index_get(&index, MLOPS__TABLE_LINEAGE, bytes, &value, err);
        if (!status) status = check_there(store, value, err);
        mlops__store_read_end(&index);
    }
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__fail(err, status, "there is no link '%s' from '%s' to '%s'", link->relation,
                       link->from, link->to);
}

mlops_status mlops_lineage_unlink(mlops_change *change, const char *from, const char *to,
                                  const char *relation, mlops_error *err) {
    ends e;
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(find_ends(&e, change, from, to, relation, 0, err));
    MLOPS_TRY(check_linked(change, &e.link, err));
    MLOPS_TRY(note(change, "unlink", &e.link, err));
    e.link.dropped = 1;
    return mlops__link_put(change, &e.link, err);
}
