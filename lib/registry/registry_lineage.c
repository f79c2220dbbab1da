/* Where a version came from: its run, and the commit that it learned from.
 *
 * Owns nothing. Invariant: what is kept is resolved: the whole id of the run, and of the commit,
 * both of which were there.
 */
#include "registry/registry.h"
#include "store/link_record.h"

#include <mlops/experiment.h>
#include <mlops/run.h>

#include <string.h>

static const char *keep(mlops__arena *arena, const char *text, mlops_status *status) {
    const char *copy = text ? mlops__arena_text(arena, text, strlen(text)) : NULL;
    if (text && !copy) *status = MLOPS_E_NOMEM;
    return copy;
}

/* Dataset and commit of a run, if it has them. */
static mlops_status read_run(mlops_run *run, mlops__lineage *out, mlops__arena *arena,
                             mlops_error *err) {
    mlops__record fields;
    size_t size = 0;
    MLOPS_TRY(mlops_run_describe(run, NULL, 0, &size, err));
    char *text = mlops__arena_alloc(arena, size + 1);
    if (!text) return mlops__fail_nomem(err, size + 1);
    MLOPS_TRY(mlops_run_describe(run, text, size + 1, &size, err));
    MLOPS_TRY(
        mlops__record_parse(&fields, (mlops__bytes){(const uint8_t *)text, size}, arena, err));
    mlops_status status = MLOPS_OK;
    out->run = keep(arena, mlops_run_id(run), &status);
    out->dataset = mlops__record_text(&fields, "dataset");
    out->commit = mlops__record_text(&fields, "commit");
    return status ? mlops__fail_nomem(err, size) : MLOPS_OK;
}

static mlops_status open_run(mlops__lineage *out, mlops_store *store, const char *id,
                             mlops__arena *arena, mlops_error *err) {
    mlops_run *run;
    MLOPS_TRY(mlops_run_open(&run, store, id, err));
    mlops_status status = read_run(run, out, arena, err);
    mlops_run_close(run);
    return status;
}

/* A commit that the same change makes: its id says which. */
static int is_pending(const mlops_change *change, const mlops__lineage *lineage) {
    mlops__key key;
    mlops__bytes value;
    mlops_id id;
    if (!lineage->commit || !mlops__id_parse(&id, lineage->commit)) return 0;
    mlops__registry_key(&key, lineage->dataset, lineage->commit, -1);
    return mlops__change_pending(change, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key), &value) ==
           MLOPS_OK;
}

mlops_status mlops__lineage_read(mlops__lineage *out, mlops_change *change,
                                 const mlops_register_opts *opts, mlops__arena *arena,
                                 mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    memset(out, 0, sizeof *out);
    if (opts->run) MLOPS_TRY(open_run(out, store, opts->run, arena, err));
    if (opts->dataset) out->dataset = opts->dataset;
    if (opts->dataset || opts->commit) out->commit = opts->commit;
    out->path = opts->path;
    if (!out->dataset && (out->commit || out->path))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "a commit or path without its dataset; name that too");
    out->is_pending = out->dataset && is_pending(change, out);
    if (!out->dataset || out->is_pending) return MLOPS_OK;
    MLOPS_TRY(mlops__commit_resolve(&out->commit, store, out->dataset, out->commit, arena, err));
    return out->path ? mlops__commit_has(store, out->dataset, out->commit, out->path, err)
                     : MLOPS_OK;
}

mlops_status mlops__lineage_link(mlops_change *change, const mlops__lineage *lineage,
                                 const char *model, int64_t version, mlops_error *err) {
    mlops__link_text from, to;
    mlops__link link = {.to = mlops__link_model(&to, model, version)};
    if (lineage->run) {
        link.from = mlops__link_run(&from, lineage->run);
        link.relation = "registered";
        MLOPS_TRY(mlops__link_put(change, &link, err));
    }
    if (!lineage->dataset) return MLOPS_OK;
    link.from = mlops__link_dataset(&from, lineage->dataset, lineage->commit);
    link.relation = "trained";
    return mlops__link_put(change, &link, err);
}
