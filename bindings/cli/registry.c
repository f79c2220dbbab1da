/* mlops registry: models by name and version, where they came from, and who may serve. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* ---- register ---- */

typedef struct registration {
    cli_work work; /* first: the change's verbs see it alone */
    mlops_model *model;
    mlops_feature *features;
    mlops_reference *reference;
} registration;

/* --features NAME or NAME:VERSION. A name may have a colon itself. */
static int load_features(registration *self, const cli_args *args) {
    char name[256];
    const char *colon = strrchr(args->features, ':');
    int64_t version = 0;
    if (colon && (!colon[1] || strspn(colon + 1, "0123456789") < strlen(colon + 1))) colon = NULL;
    int n = colon ? (int)(colon - args->features) : (int)strlen(args->features);
    if (snprintf(name, sizeof name, "%.*s", n, args->features) >= (int)sizeof name)
        return cli_usage(args->command, "--features: a name of more than 200 bytes");
    int status = colon ? cli_whole(args, colon + 1, "--features", &version) : CLI_OK;
    if (status) return status;
    cli_work *work = &self->work;
    if (mlops_featurestore_get(&self->features, work->store, name, version, &work->error))
        return cli_work_failed(work);
    return CLI_OK;
}

/* What the run of these digits trained on: texts are empty where that is not known. */
static mlops_status find_data(cli_work *work, const char *run, char dataset[256],
                              char commit[128]) {
    char filter[96];
    mlops_table *table;
    if (strspn(run, "0123456789abcdef") < strlen(run)) return MLOPS_OK; /* told when it is added */
    snprintf(filter, sizeof filter, "run_id like '%.32s%%'", run);
    mlops_status status = mlops_run_search(&table, work->store, NULL, filter, 2, &work->error);
    if (status) return status;
    if (mlops_table_n_rows(table) == 1) {
        mlops_table_text(table, mlops_table_find(table, "dataset"), 0, dataset, 256, NULL);
        mlops_table_text(table, mlops_table_find(table, "commit"), 0, commit, 128, NULL);
    }
    mlops_table_unref(table);
    return MLOPS_OK;
}

/* The profile of the dataset's table, unless another reference is named. */
static int load_reference(registration *self, const cli_args *args) {
    cli_work *work = &self->work;
    char of_run[256] = "", commit[128] = "";
    const char *dataset = args->dataset, *ref = args->ref;
    if (args->reference) return cli_load_reference(&self->reference, args->reference, args);
    if (!dataset && args->run) {
        if (find_data(work, args->run, of_run, commit)) return cli_work_failed(work);
        dataset = of_run;
        if (!ref && *commit) ref = commit;
    }
    if (!dataset || !*dataset) return CLI_OK;
    if (mlops_dataset_reference(&self->reference, work->store, dataset, ref, args->path,
                                &work->error))
        return cli_work_failed(work);
    return CLI_OK;
}

static int load(registration *self, const cli_args *args) {
    mlops_error error;
    if (mlops_model_load(&self->model, args->words[2], NULL, &error))
        return cli_fail(args->words[2], &error);
    int status = cli_open(&self->work, args, 0);
    if (!status && args->features) status = load_features(self, args);
    if (!status) status = load_reference(self, args);
    cli_close(&self->work);
    return status;
}

static mlops_status add(cli_work *work) {
    const registration *self = (const registration *)(const void *)work;
    const cli_args *args = work->args;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    opts.file = args->words[2];
    opts.features = self->features;
    opts.reference = self->reference;
    opts.run = args->run;
    opts.dataset = args->dataset;
    opts.commit = args->ref;
    opts.path = args->path;
    opts.classes = args->classes;
    opts.description = args->description;
    opts.metadata = args->metadata;
    return mlops_registry_register(work->change, &work->number, args->words[1], self->model, &opts,
                                   &work->error);
}

static int print_version(const cli_work *work) {
    printf(work->args->json ? "{\"version\":%lld}\n" : "%lld\n", (long long)work->number);
    return CLI_OK;
}

static int registry_register(const cli_args *args) {
    registration self = {0};
    int status = load(&self, args);
    if (!status) status = cli_change(&self.work, args, add);
    if (!status) status = print_version(&self.work);
    mlops_reference_unref(self.reference);
    mlops_feature_unref(self.features);
    mlops_model_unref(self.model);
    return status;
}

/* ---- gates ---- */

static mlops_status set_gate(cli_work *work) {
    const cli_args *args = work->args;
    return mlops_registry_set_gate(work->change, args->words[1], args->words[2], cli_word(args, 3),
                                   &work->error);
}

static mlops_status get_gate(cli_work *work, char *text, size_t cap, size_t *needed) {
    return mlops_registry_gate(work->store, work->args->words[1], work->args->words[2], text, cap,
                               needed, &work->error);
}

static int print_gate(const cli_args *args) {
    cli_work work;
    size_t n;
    int status = cli_open(&work, args, 0);
    char *text = status ? NULL : cli_get_text(&work, get_gate, &n);
    if (text && args->json) {
        fputs("{\"gate\":", stdout);
        if (n) cli_json_text(stdout, text);
        puts(n ? "}" : "null}");
    } else if (text && n) {
        puts(text);
    }
    if (!text) status = CLI_FAILED;
    free(text);
    cli_close(&work);
    return status;
}

static int registry_gate(const cli_args *args) {
    cli_work work;
    int given = args->n_words == 4;
    if (given && args->drop)
        return cli_usage(args->command, "either EXPR is set, or --drop drops the gate");
    if (!given && !args->drop) return print_gate(args);
    int status = cli_change(&work, args, set_gate);
    if (!status && given) cli_note_gate(args, args->words[2], args->words[3]);
    return status;
}

static mlops_status evaluate(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    return mlops_registry_evaluate(out, work->store, args->words[1], args->words[2], args->dataset,
                                   args->ref, args->path, &work->error);
}

static int registry_evaluate(const cli_args *args) { return cli_read_list(args, evaluate); }

/* ---- aliases ---- */

static mlops_status promote(cli_work *work) {
    const cli_args *args = work->args;
    mlops_promote_opts opts = MLOPS_PROMOTE_OPTS_INIT;
    opts.flags = args->no_gate ? MLOPS_PROMOTE_NO_GATE : 0;
    opts.gate = args->gate;
    opts.note = args->note;
    opts.dataset = args->dataset;
    opts.ref = args->ref;
    opts.path = args->path;
    return mlops_registry_promote(work->change, args->words[1], args->words[2], args->words[3],
                                  &opts, &work->error);
}

static int registry_promote(const cli_args *args) {
    cli_work work;
    if (args->no_gate && args->gate)
        return cli_usage(args->command, "either --gate asks, or --no-gate passes it by");
    if (args->no_gate && !args->note)
        return cli_usage(args->command, "--no-gate wants a reason: --note is missing");
    int status = cli_change(&work, args, promote);
    int asked = !args->no_gate && (!status || status == CLI_REFUSED);
    if (asked) cli_note_gate(args, args->words[3], args->gate);
    return status;
}

static mlops_status rollback(cli_work *work) {
    const cli_args *args = work->args;
    return mlops_registry_rollback(work->change, &work->number, args->words[1], args->words[2],
                                   args->note, &work->error);
}

static int registry_rollback(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, rollback);
    return status ? status : print_version(&work);
}

static mlops_status drop(cli_work *work) {
    const cli_args *args = work->args;
    return mlops_registry_drop_alias(work->change, args->words[1], args->words[2], args->note,
                                     &work->error);
}

static int registry_drop(const cli_args *args) {
    cli_work work;
    return cli_change(&work, args, drop);
}

static mlops_status history(cli_work *work, mlops_table **out) {
    char **words = work->args->words;
    return mlops_registry_history(out, work->store, words[1], words[2], &work->error);
}

static int registry_history(const cli_args *args) { return cli_read_list(args, history); }

static mlops_status decisions(cli_work *work, mlops_table **out) {
    char **words = work->args->words;
    return mlops_registry_decisions(out, work->store, words[1], words[2], &work->error);
}

static int registry_decisions(const cli_args *args) { return cli_read_list(args, decisions); }

static mlops_status at(cli_work *work) {
    char **words = work->args->words;
    int64_t time_ns;
    cli_time(work->args, words[3], "TIME", &time_ns); /* it was looked at before */
    return mlops_registry_alias_at(&work->number, work->store, words[1], words[2], time_ns,
                                   &work->error);
}

static int registry_at(const cli_args *args) {
    cli_work work;
    int64_t time_ns;
    int status = cli_time(args, args->words[3], "TIME", &time_ns);
    if (!status) status = cli_read(&work, args, at);
    return status ? status : print_version(&work);
}

/* ---- reading ---- */

static mlops_status list(cli_work *work, mlops_table **out) {
    const char *model = cli_word(work->args, 1);
    if (!model) return mlops_registry_models(out, work->store, &work->error);
    return mlops_registry_versions(out, work->store, model, &work->error);
}

static int registry_list(const cli_args *args) { return cli_read_list(args, list); }

static mlops_status describe(cli_work *work, char *text, size_t cap, size_t *needed) {
    char **words = work->args->words;
    return mlops_registry_describe(work->store, words[1], words[2], text, cap, needed,
                                   &work->error);
}

static int registry_show(const cli_args *args) { return cli_read_text(args, describe, NULL); }

static mlops_status bundle(cli_work *work) {
    const cli_args *args = work->args;
    return (args->plain ? mlops_registry_file : mlops_registry_bundle)(
        work->store, args->words[1], args->words[2], args->out, &work->error);
}

static int registry_bundle(const cli_args *args) {
    cli_work work;
    if (!args->out) return cli_usage(args->command, "-o FILE is missing");
    return cli_read(&work, args, bundle);
}

const cli_command cli_registry_commands[] = {
    {"registry register", "STORE MODEL FILE",
     "of-run data path features reference select classes description metadata read-csv change",
     "Register a model file as the next version of MODEL and print its number.",
     "FILE is what the trainer wrote, or a bundle. With --dataset the profile of that table is "
     "what\n"
     "live data is held against, unless --reference names another.\n\n"
     "Examples:\n"
     "  mlops registry register fraud.mlops fraud fraud.json --dataset transactions --run $run\n"
     "  mlops registry register fraud.mlops fraud fraud.json --features money:1",
     registry_register},
    {"registry list", "STORE [MODEL]", "list", "List models, or the versions of one.",
     "Examples:\n"
     "  mlops registry list fraud.mlops\n"
     "  mlops registry list fraud.mlops fraud --json",
     registry_list},
    {"registry show", "STORE MODEL WHICH", "", "Say all that is known of a version.",
     "WHICH is an alias, a number, or latest.\n\n"
     "Examples:\n"
     "  mlops registry show fraud.mlops fraud champion --json",
     registry_show},
    {"registry gate", "STORE MODEL ALIAS [EXPR]", "drop-gate change",
     "Set what a version must meet to hold an alias, or print it.",
     "EXPR is a condition over metrics of the candidate and of holders of aliases:\n"
     "docs/expressions.md. Without EXPR the gate is printed; nothing if there is none.\n\n"
     "Examples:\n"
     "  mlops registry gate fraud.mlops fraud champion 'auc >= 0.9 and auc >= champion.auc'\n"
     "  mlops registry gate fraud.mlops fraud champion --drop",
     registry_gate},
    {"registry evaluate", "STORE MODEL WHICH", "data path list",
     "List the metrics of a version on held-out rows.",
     "Without --dataset on that which the version learned from.\n\n"
     "Examples:\n"
     "  mlops registry evaluate fraud.mlops fraud latest",
     registry_evaluate},
    {"registry promote", "STORE MODEL WHICH ALIAS", "gate data path change",
     "Let a version hold an alias, if its gate is met.",
     "What the gate said is kept with its values, also if it refuses.\n\n"
     "Exit status: 0 it holds the alias, 5 the gate refuses, 1 an error, 2 wrong usage.\n\n"
     "Examples:\n"
     "  mlops registry promote fraud.mlops fraud latest champion\n"
     "  mlops registry promote fraud.mlops fraud 3 champion --no-gate --note 'see INC-42'",
     registry_promote},
    {"registry rollback", "STORE MODEL ALIAS", "change",
     "Give an alias back to its last holder and print that version.",
     "Examples:\n"
     "  mlops registry rollback fraud.mlops fraud champion --note 'too many alarms'",
     registry_rollback},
    {"registry drop", "STORE MODEL ALIAS", "change", "Take an alias away; its history stays.",
     "Examples:\n"
     "  mlops registry drop fraud.mlops fraud canary",
     registry_drop},
    {"registry history", "STORE MODEL ALIAS", "list", "List who held an alias since when, and why.",
     "Examples:\n"
     "  mlops registry history fraud.mlops fraud champion",
     registry_history},
    {"registry decisions", "STORE MODEL ALIAS", "list", "List what gates said, with their values.",
     "Examples:\n"
     "  mlops registry decisions fraud.mlops fraud champion --json",
     registry_decisions},
    {"registry at", "STORE MODEL ALIAS TIME", "", "Print which version held an alias at a time.",
     "TIME is UTC, 2026-05-01T12:30:00Z or a date, or nanoseconds since 1970.\n\n"
     "Examples:\n"
     "  mlops registry at fraud.mlops fraud champion 2026-05-01T12:30:00Z",
     registry_at},
    {"registry bundle", "STORE MODEL WHICH", "out trainer-file",
     "Write the bundle of a version, or the trainer's own file.",
     "Examples:\n"
     "  mlops registry bundle fraud.mlops fraud champion -o champion.bundle\n"
     "  mlops registry bundle fraud.mlops fraud champion --file -o champion.json",
     registry_bundle},
    {0},
};
