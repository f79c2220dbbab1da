/* Log two runs of an experiment and ask which is better. The argument names the store. */
#include <mlops.h>
#include <stdio.h>
#include <string.h>

static int fail(const mlops_error *e) { return fprintf(stderr, "%s\n", e->message), 1; }

/* A training that learns at a rate. */
static int train(mlops_store *store, const char *rate, double reaches, mlops_error *e) {
    mlops_run *run;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    opts.actor = "ada";
    opts.source = "track.c";
    if (mlops_run_start(&run, store, "fraud", &opts, e)) return 1;
    int bad = mlops_run_param(run, "lr", rate, e) || mlops_run_tag(run, "stage", "trial", e);
    for (int step = 1; step <= 50 && !bad; step++)
        bad = mlops_run_log(run, "auc", reaches - 0.4 / step, step, e) != MLOPS_OK;
    bad = bad || mlops_run_artifact(run, "notes.txt", rate, strlen(rate), e) ||
          mlops_run_end(run, MLOPS_RUN_FINISHED, e);
    mlops_run_close(run);
    return bad;
}

int main(int argc, char **argv) {
    mlops_store *store;
    mlops_table *found, *points;
    mlops_run *best;
    mlops_error e;
    char id[40], rate[16], auc[32];
    if (mlops_store_open(&store, argc > 1 ? argv[1] : "example.mlops", NULL, &e)) return fail(&e);
    if (train(store, "0.1", 0.91, &e) || train(store, "0.3", 0.87, &e)) return fail(&e);
    if (mlops_run_search(&found, store, "fraud", "metrics.auc > 0.88 and status = 'FINISHED'", 10,
                         &e))
        return fail(&e);
    mlops_table_text(found, mlops_table_find(found, "run_id"), 0, id, sizeof id, NULL);
    mlops_table_text(found, mlops_table_find(found, "params.lr"), 0, rate, sizeof rate, NULL);
    mlops_table_text(found, mlops_table_find(found, "metrics.auc"), 0, auc, sizeof auc, NULL);
    if (mlops_run_open(&best, store, id, &e) || mlops_run_points(&points, best, "auc", &e))
        return fail(&e);
    printf("lr %s reaches an auc of %s after %d points\n", rate, auc,
           (int)mlops_table_n_rows(points));
    mlops_table_unref(points);
    mlops_table_unref(found);
    mlops_run_close(best);
    mlops_store_close(store);
    return 0;
}
