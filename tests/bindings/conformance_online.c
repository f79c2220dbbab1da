/* Actions of the conformance script on stores and online views.
 *
 * Each action makes one call and notes what came of it; a definition is committed at once.
 */
#include "bindings/conformance.h"

#include <stdlib.h>

static void store_open(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    mlops_store *made = NULL;
    out->status = mlops_store_open(&made, path, NULL, &out->error);
    name_object(run, step, "store", made);
    free(path);
}

static void online_define(runner *run, const js *step, given *out) {
    mlops_online_opts opts = MLOPS_ONLINE_OPTS_INIT;
    mlops_change *change;
    opts.created = js_text(step, "created", NULL);
    opts.ttl_ns = (int64_t)js_number(step, "ttl_ns", 0);
    out->status = mlops_change_new(&change, object_of(run, step, "store"), NULL, &out->error);
    if (out->status) return;
    out->status = mlops_online_define(change, js_text(step, "view", NULL),
                                      object_of(run, step, "table"), js_text(step, "key", NULL),
                                      js_text(step, "event_time", NULL), &opts, &out->error);
    if (!out->status) out->status = mlops_change_commit(change, NULL, &out->error);
    mlops_change_free(change);
}

static void online_open(runner *run, const js *step, given *out) {
    mlops_online *made = NULL;
    out->status = mlops_online_open(&made, object_of(run, step, "store"),
                                    js_text(step, "view", NULL), &out->error);
    name_object(run, step, "online", made);
}

static void online_put(runner *run, const js *step, given *out) {
    int64_t n = 0;
    out->status = mlops_online_put(object_of(run, step, "on"), object_of(run, step, "table"), &n,
                                   &out->error);
    give_number(out, (double)n);
}

static void online_get(runner *run, const js *step, given *out) {
    mlops_table *made = NULL;
    out->status = mlops_online_get(&made, object_of(run, step, "on"), object_of(run, step, "table"),
                                   (int64_t)js_number(step, "as_of_ns", 0), &out->error);
    name_object(run, step, "table", made);
}

static void online_list(runner *run, const js *step, given *out) {
    mlops_table *made = NULL;
    out->status = mlops_online_list(&made, object_of(run, step, "store"), &out->error);
    name_object(run, step, "table", made);
}

const action online_actions[] = {{"store.open", store_open},
                                 {"online.define", online_define},
                                 {"online.open", online_open},
                                 {"online.put", online_put},
                                 {"online.get", online_get},
                                 {"online.list", online_list},
                                 {NULL, NULL}};
