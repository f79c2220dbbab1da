/* mlops watch: live data held against a registered version, in windows that a store keeps. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static int watch_input(const cli_args *args) {
    cli_work work;
    cli_traffic traffic = {0};
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
    if (!status) status = cli_traffic_begin(&traffic, self, args);
    if (!status) status = cli_watch_input(NULL, &traffic, args);
    cli_traffic_end(&traffic);
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

static mlops_status performance(cli_work *work, mlops_table **out) {
    return mlops_watch_performance(out, work->store, work->args->words[1], &work->error);
}

static int watch_performance(const cli_args *args) { return cli_read_list(args, performance); }

static mlops_status describe(cli_work *work, char *text, size_t cap, size_t *needed) {
    const cli_args *args = work->args;
    int64_t number = 0; /* the newest */
    if (args->n_words > 2) number = strtoll(args->words[2], NULL, 10);
    return mlops_watch_describe(work->store, args->words[1], number, text, cap, needed,
                                &work->error);
}

/* Whether an alarm lasted behind the window. */
static int is_alarmed(const cli_args *args, int64_t number) {
    cli_work work;
    mlops_table *windows = NULL;
    char text[32];
    int status = cli_open(&work, args, 0);
    if (!status && mlops_watch_windows(&windows, work.store, args->words[1], &work.error))
        status = cli_work_failed(&work);
    int64_t n = status ? 0 : mlops_table_n_rows(windows);
    int64_t at = n - 1; /* not by its place: one before it may be gone after a repair */
    while (number && at >= 0 &&
           strtoll(cli_cell(windows, "number", at, text, sizeof text), NULL, 10) != number)
        at--;
    const char *found = at >= 0 ? cli_cell(windows, "alarmed", at, text, sizeof text) : "";
    if (!status && !strcmp(found, "true")) status = CLI_DRIFT;
    mlops_table_unref(windows);
    cli_close(&work);
    return status;
}

static int watch_show(const cli_args *args) {
    int64_t number = 0;
    int status = args->n_words > 2 ? cli_whole(args, args->words[2], "NUMBER", &number) : CLI_OK;
    if (!status) status = cli_read_text(args, describe, NULL);
    return status ? status : is_alarmed(args, number);
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
    {"watch show", "STORE NAME [NUMBER]", "",
     "Say what was kept of a window: performance, segments, and why there is an alarm.",
     "Of the newest window, if no NUMBER is given.\n\n"
     "Exit status: 3 while an alarm lasts, 0 else, 1 an error, 2 wrong usage.\n\n"
     "Examples:\n"
     "  mlops watch show fraud.mlops fraud --json",
     watch_show},
    {"watch performance", "STORE NAME", "list",
     "List metrics of the windows of a watch, measured and estimated.",
     "Measured is what labels have told by now; 'mlops watch --labels' adds them.\n\n"
     "Examples:\n"
     "  mlops watch performance fraud.mlops fraud --csv",
     watch_performance},
    {"watch", "STORE MODEL WHICH",
     "watch-name window alarm alpha select metrics traffic performance read-csv",
     "Judge CSV from standard input window by window, and keep the windows.",
     "As 'mlops drift watch', against the reference of a registered version. 'mlops watch "
     "windows'\n"
     "and 'mlops watch report' read what was kept. With --instance it goes on where it ended, and\n"
     "with --prediction and --request labels may come later, in another call with --labels.\n\n"
     "Exit status: 3 a window drifted, 4 no window could be judged, 0 else, 1 an error, 2 wrong\n"
     "usage.\n\n"
     "Examples:\n"
     "  tail -n +1 -f live.csv | mlops watch fraud.mlops fraud champion --window 500\n"
     "  mlops watch fraud.mlops fraud champion --instance main --prediction score --request id \\\n"
     "      --validation held.csv --target fraud --alarm 2/3 --labels known.csv < today.csv",
     watch_input},
    {0},
};
