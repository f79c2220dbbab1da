/* mlops watch: live data held against a registered version, in windows that a store keeps. */
#include "cli.h"

#include <stdlib.h>

static int watch_input(const cli_args *args) {
    cli_work work;
    mlops_watch *self = NULL;
    mlops_drift_opts drift = cli_drift_opts(args);
    mlops_watch_opts opts = MLOPS_WATCH_OPTS_INIT;
    opts.name = args->name;
    opts.drift = &drift;
    opts.window_rows = args->window;
    int status = cli_watch_times(args, &opts.window_ns, &opts.false_alarm_ns);
    if (status) return status;
    status = cli_open(&work, args, 1);
    if (!status &&
        mlops_watch_open(&self, work.store, args->words[1], args->words[2], &opts, &work.error))
        status = cli_work_failed(&work);
    cli_close(&work);
    if (!status) status = cli_watch_input(NULL, self, args);
    mlops_watch_close(self);
    return status;
}

static mlops_status windows(cli_work *work, mlops_table **out) {
    return mlops_watch_windows(out, work->store, work->args->words[1], &work->error);
}

static int watch_windows(const cli_args *args) { return cli_read_list(args, windows); }

static mlops_status report(cli_work *work, char *text, size_t cap, size_t *needed) {
    const cli_args *args = work->args;
    int64_t number = 0; /* the newest */
    if (args->n_words > 2) number = strtoll(args->words[2], NULL, 10);
    return mlops_watch_report(work->store, args->words[1], number, text, cap, needed, &work->error);
}

static int watch_report(const cli_args *args) {
    int64_t number;
    int status = args->n_words > 2 ? cli_whole(args, args->words[2], "NUMBER", &number) : CLI_OK;
    return status ? status
                  : cli_read_text(args, report,
                                  "name,verdict,test,effect,effect_low,tolerance,p_adjusted,psi,"
                                  "nulls_current");
}

const cli_command cli_watch_commands[] = {
    {"watch windows", "STORE NAME", "list", "List the windows of a watch with their verdicts.",
     "Examples:\n"
     "  mlops watch windows fraud.mlops fraud",
     watch_windows},
    {"watch report", "STORE NAME [NUMBER]", "", "Say what was found of each column of a window.",
     "Of the newest window, if no NUMBER is given.\n\n"
     "Examples:\n"
     "  mlops watch report fraud.mlops fraud 7 --json",
     watch_report},
    {"watch", "STORE MODEL WHICH", "watch-name window alarm alpha select metrics read-csv",
     "Judge CSV from standard input window by window, and keep the windows.",
     "As 'mlops drift watch', against the reference of a registered version. 'mlops watch "
     "windows'\n"
     "and 'mlops watch report' read what was kept.\n\n"
     "Exit status: 3 a window drifted, 4 no window could be judged, 0 else, 1 an error, 2 wrong\n"
     "usage.\n\n"
     "Examples:\n"
     "  tail -n +1 -f live.csv | mlops watch fraud.mlops fraud champion --window 500",
     watch_input},
    {0},
};
