/* mlops run: runs of experiments and what they log. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Lets the verb work with the run that the command names. */
static int with_run(const cli_args *args, int writes, int (*verb)(cli_work *, mlops_run *)) {
    cli_work work;
    mlops_run *self = NULL;
    int status = cli_open(&work, args, writes);
    if (!status && mlops_run_open(&self, work.store, args->words[1], &work.error))
        status = cli_work_failed(&work);
    if (!status) status = verb(&work, self);
    mlops_run_close(self);
    cli_close(&work);
    return status;
}

/* ---- start ---- */

static mlops_status start(cli_work *work) {
    const cli_args *args = work->args;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    mlops_run *self;
    opts.name = args->name;
    opts.parent = args->parent;
    opts.actor = args->actor;
    opts.dataset = args->dataset;
    opts.commit = args->ref;
    mlops_status status = mlops_run_start(&self, work->store, args->words[1], &opts, &work->error);
    if (status) return status;
    printf(args->json ? "{\"run\":\"%s\"}\n" : "%s\n", mlops_run_id(self));
    mlops_run_close(self);
    return MLOPS_OK;
}

static int run_start(const cli_args *args) {
    cli_work work;
    if (args->ref && !args->dataset)
        return cli_usage(args->command, "--ref is of a dataset: --dataset is missing");
    return cli_write(&work, args, start);
}

/* ---- log, param, tag: KEY=VALUE from the third word on ---- */

/* The word, parted at its first '='; *value NULL where there is none. */
static int part(const cli_args *args, int32_t index, char **key, const char **value) {
    char *equals = strchr(args->words[index], '=');
    *key = args->words[index];
    *value = equals ? equals + 1 : NULL;
    if (!equals && !args->drop)
        return cli_usage(args->command, "'%s' is not KEY=VALUE", args->words[index]);
    if (equals && args->drop)
        return cli_usage(args->command, "'%s': --drop takes keys alone", args->words[index]);
    if (equals) *equals = 0;
    return CLI_OK;
}

static int number_of(const char *text, double *out) {
    char *end;
    errno = 0;
    *out = strtod(text, &end);
    return end != text && !*end && (!errno || *out == 0 || *out - *out == 0);
}

static int log_points(cli_work *work, mlops_run *self) {
    const cli_args *args = work->args;
    for (int32_t i = 2; i < args->n_words; i++) {
        char *key = args->words[i];
        double value;
        number_of(key + strlen(key) + 1, &value);
        if (mlops_run_log(self, key, value, args->step, &work->error)) return cli_work_failed(work);
    }
    return mlops_run_flush(self, &work->error) ? cli_work_failed(work) : CLI_OK;
}

static int run_log(const cli_args *args) {
    for (int32_t i = 2; i < args->n_words; i++) { /* before anything is logged */
        char *key;
        const char *value;
        double number;
        int status = part(args, i, &key, &value);
        if (status) return status;
        if (!number_of(value, &number))
            return cli_usage(args->command, "%s: '%s' is no number", key, value);
    }
    return with_run(args, 1, log_points);
}

typedef mlops_status set_verb(mlops_run *, const char *, const char *, mlops_error *);

static int set_all(cli_work *work, mlops_run *self, set_verb *set) {
    const cli_args *args = work->args;
    for (int32_t i = 2; i < args->n_words; i++) {
        const char *key = args->words[i];
        const char *value = args->drop ? NULL : key + strlen(key) + 1;
        if (set(self, key, value, &work->error)) return cli_work_failed(work);
    }
    return CLI_OK;
}

static int set_params(cli_work *work, mlops_run *self) {
    return set_all(work, self, mlops_run_param);
}

static int set_tags(cli_work *work, mlops_run *self) { return set_all(work, self, mlops_run_tag); }

static int run_set(const cli_args *args, int (*verb)(cli_work *, mlops_run *)) {
    for (int32_t i = 2; i < args->n_words; i++) {
        char *key;
        const char *value;
        int status = part(args, i, &key, &value);
        if (status) return status;
    }
    return with_run(args, 1, verb);
}

static int run_param(const cli_args *args) { return run_set(args, set_params); }

static int run_tag(const cli_args *args) { return run_set(args, set_tags); }

/* ---- artifacts ---- */

static int keep_artifact(cli_work *work, mlops_run *self) {
    char **words = work->args->words;
    if (!mlops_run_artifact_file(self, words[2], words[3], &work->error)) return CLI_OK;
    return work->error.code == MLOPS_E_INVALID ? cli_fail(words[2], &work->error)
                                               : cli_fail(words[3], &work->error);
}

static int read_artifact(cli_work *work, mlops_run *self) {
    const cli_args *args = work->args;
    size_t n = 0;
    if (mlops_run_artifact_read(self, args->words[2], NULL, 0, &n, &work->error))
        return cli_work_failed(work);
    char *bytes = malloc(n + 1);
    if (!bytes) return cli_complain("out of memory for %zu bytes", n);
    int status = mlops_run_artifact_read(self, args->words[2], bytes, n, &n, &work->error)
                     ? cli_work_failed(work)
                     : cli_output_write(args->out, bytes, n);
    free(bytes);
    return status;
}

static int run_artifact(const cli_args *args) {
    if (args->n_words == 4 && args->out)
        return cli_usage(args->command, "either FILE is kept, or -o FILE is written");
    return args->n_words == 4 ? with_run(args, 1, keep_artifact) : with_run(args, 0, read_artifact);
}

/* ---- end ---- */

static int finish(cli_work *work, mlops_run *self) {
    static const mlops_run_status statuses[] = {MLOPS_RUN_FINISHED, MLOPS_RUN_FINISHED,
                                                MLOPS_RUN_FAILED, MLOPS_RUN_KILLED,
                                                MLOPS_RUN_RUNNING};
    mlops_run_status status = statuses[work->args->status];
    return mlops_run_end(self, status, &work->error) ? cli_work_failed(work) : CLI_OK;
}

static int run_end(const cli_args *args) { return with_run(args, 1, finish); }

/* ---- reading ---- */

static mlops_status list(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    return mlops_run_search(out, work->store, cli_word(args, 1), args->filter, work->number,
                            &work->error);
}

static int run_list(const cli_args *args) { return cli_read_some(args, list); }

static mlops_status experiments(cli_work *work, mlops_table **out) {
    return mlops_run_experiments(out, work->store, &work->error);
}

static int run_experiments(const cli_args *args) { return cli_read_list(args, experiments); }

static mlops_status points(cli_work *work, mlops_table **out) {
    mlops_run *self;
    char **words = work->args->words;
    mlops_status status = mlops_run_open(&self, work->store, words[1], &work->error);
    if (!status) status = mlops_run_points(out, self, words[2], &work->error);
    mlops_run_close(self);
    return status;
}

static int run_points(const cli_args *args) { return cli_read_list(args, points); }

static mlops_status describe(cli_work *work, char *text, size_t cap, size_t *needed) {
    mlops_run *self;
    mlops_status status = mlops_run_open(&self, work->store, work->args->words[1], &work->error);
    if (!status) status = mlops_run_describe(self, text, cap, needed, &work->error);
    mlops_run_close(self);
    return status;
}

static int run_show(const cli_args *args) { return cli_read_text(args, describe, NULL); }

const cli_command cli_run_commands[] = {
    {"run start", "STORE EXPERIMENT", "run actor data", "Begin a run and print its id.",
     "The experiment is made if it is not there. RUN in the other commands is this id, or eight "
     "or\n"
     "more of its first digits.\n\n"
     "Examples:\n"
     "  mlops run start fraud.mlops trees\n"
     "  run=$(mlops run start fraud.mlops trees --name depth-6 --dataset transactions)",
     run_start},
    {"run log", "STORE RUN KEY=VALUE...", "step", "Log points of metrics.",
     "A value is any number, nan and inf too. All of them are checked before one is logged.\n\n"
     "Examples:\n"
     "  mlops run log fraud.mlops $run auc=0.93 loss=0.21 --step 10",
     run_log},
    {"run param", "STORE RUN KEY=VALUE...", "", "Set params, each of them once.",
     "The same value again is fine, another one an error.\n\n"
     "Examples:\n"
     "  mlops run param fraud.mlops $run depth=6 eta=0.1",
     run_param},
    {"run tag", "STORE RUN KEY=VALUE...", "drop-tag", "Set tags, or take them away.",
     "Examples:\n"
     "  mlops run tag fraud.mlops $run branch=main\n"
     "  mlops run tag fraud.mlops $run branch --drop",
     run_tag},
    {"run artifact", "STORE RUN PATH [FILE]", "out", "Keep a file as an artifact, or give one out.",
     "With FILE it is kept at PATH. Without, the artifact at PATH is printed, or written to -o.\n\n"
     "Examples:\n"
     "  mlops run artifact fraud.mlops $run model/fraud.json fraud.json\n"
     "  mlops run artifact fraud.mlops $run model/fraud.json -o fraud.json",
     run_artifact},
    {"run end", "STORE RUN", "run-status", "Say that a run has come to its end.",
     "Examples:\n"
     "  mlops run end fraud.mlops $run\n"
     "  mlops run end fraud.mlops $run --status failed",
     run_end},
    {"run list", "STORE [EXPERIMENT]", "filter max list", "List runs, the newest first.",
     "A filter is a condition over metrics.NAME, params.NAME, tags.NAME and the run's own, such "
     "as\n"
     "status: docs/expressions.md. A status is FINISHED, FAILED, KILLED or RUNNING, in "
     "capitals.\n\n"
     "Examples:\n"
     "  mlops run list fraud.mlops trees\n"
     "  mlops run list fraud.mlops --filter \"metrics.auc > 0.9 and params.depth = '6'\" --csv\n"
     "  mlops run list fraud.mlops --filter \"status = 'FINISHED'\"",
     run_list},
    {"run experiments", "STORE", "list", "List experiments.",
     "Examples:\n"
     "  mlops run experiments fraud.mlops",
     run_experiments},
    {"run show", "STORE RUN", "", "Say all that is known of a run.",
     "Examples:\n"
     "  mlops run show fraud.mlops $run --json",
     run_show},
    {"run points", "STORE RUN METRIC", "list", "List the points of a metric.",
     "Examples:\n"
     "  mlops run points fraud.mlops $run auc",
     run_points},
    {0},
};
