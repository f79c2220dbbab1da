/* Branches and tags, as a pull moves them.
 *
 * Owns nothing. Invariants: a tag stays where it is; a branch moves forward alone, unless it is
 * forced, or follows one of the remote; a name is of one kind. What follows one under a prefix is
 * noted as that, so that it is not taken for a branch of this store.
 */
#include "dataset/remote_head.h"

#include <string.h>

static mlops_status diverged(const char *dataset, const char *kind, const char *name,
                             const char *why, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CONFLICT, "%s \"%s\" of \"%s\" here %s", kind, name, dataset,
                       why);
}

/* Whether it moves; a branch that is ahead does not. */
static mlops_status may_move(const char *dataset, const mlops_pull_opts *opts, mlops__view *view,
                             const mlops__head_ref *there, const char *name, const mlops__ref *here,
                             int *moves) {
    int leads = 0;
    *moves = !here->is_there || memcmp(&here->commit, &there->commit, sizeof here->commit) != 0;
    if (!*moves || !here->is_there || opts->flags || opts->prefix) return MLOPS_OK;
    if (there->kind == mlops__ref_tag)
        return diverged(dataset, there->kind, name, "is another commit than at the remote",
                        view->err);
    MLOPS_TRY(mlops__line_leads(view, dataset, &here->commit, &there->commit, moves));
    *moves = !*moves;
    if (!*moves) return MLOPS_OK;
    MLOPS_TRY(mlops__line_leads(view, dataset, &there->commit, &here->commit, &leads));
    if (leads) return MLOPS_OK;
    return diverged(dataset, there->kind, name,
                    "and at the remote have gone apart; pull with a prefix and merge, or force",
                    view->err);
}

mlops_status mlops__pull_ref(const mlops__head_ref *there, const char *dataset,
                             const mlops_pull_opts *opts, mlops_change *change, mlops__view *view,
                             int *moves) {
    char name[MLOPS__NAME_MAX * 2 + 2];
    mlops__ref here, clash;
    mlops__key key;
    const char *kind = there->kind;
    const char *other = kind == mlops__ref_tag ? mlops__ref_branch : mlops__ref_tag;
    *moves = 0;
    mlops__format(name, sizeof name, "%s%s", opts->prefix ? opts->prefix : "", there->name);
    MLOPS_TRY(mlops__ref_check_new(kind, name, view->err));
    MLOPS_TRY(mlops__ref_read(&here, view, dataset, kind, name));
    MLOPS_TRY(mlops__ref_read(&clash, view, dataset, other, name));
    if (clash.is_there)
        return diverged(dataset, other, name, "has the name of another kind", view->err);
    MLOPS_TRY(may_move(dataset, opts, view, there, name, &here, moves));
    int follows = opts->prefix && *opts->prefix;
    if (!*moves && (!follows || here.follows)) return MLOPS_OK;
    mlops__ref_key(&key, dataset, other, name);
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_REFS, mlops__key_bytes(&key), clash.was,
                                   view->err));
    mlops__ref_key(&key, dataset, kind, name);
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_REFS, mlops__key_bytes(&key), here.was,
                                   view->err));
    return mlops__ref_put(change, &key, &here, &there->commit, follows, view->err);
}
