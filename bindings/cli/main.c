/* The mlops command: finds the command in its table, runs it, and sees that its output arrived. */
#include "cli.h"

#include <errno.h>
#include <string.h>

static const cli_command commands[] = {
    {CLI_MODEL_DESCRIBE, "model describe", "FILE", 1, "Say what a model file holds.",
     "FILE is what XGBoost's save_model wrote (JSON or UBJSON), or a bundle.\n\n"
     "Examples:\n"
     "  mlops model describe fraud.json\n"
     "  mlops model describe fraud.bundle --json",
     cli_model_describe},
    {CLI_MODEL_PREDICT, "model predict", "FILE TABLE", 2,
     "Predict the rows of a CSV table; CSV to standard output.",
     "Columns are bound to features by name; further columns are ignored. TABLE may be -, for\n"
     "standard input. Nothing is printed if a row cannot be read.\n\n"
     "Examples:\n"
     "  mlops model predict fraud.json live.csv > scores.csv\n"
     "  mlops model predict fraud.json live.csv --output margin\n"
     "  mlops model predict unnamed.json live.csv --columns age,amount,country",
     cli_model_predict},
    {CLI_BUNDLE, "bundle", "FILE", 1, "Write a bundle, or say what one holds.",
     "With -o, FILE is a model, and a bundle that carries it is written, whole or not at all.\n"
     "Without -o, FILE is a bundle: every byte of it is checked, and its golden rows predicted.\n\n"
     "Examples:\n"
     "  mlops bundle fraud.json -o fraud.bundle --name fraud --version 7 \\\n"
     "      --reference train.csv --ignore fraud,id --metadata '{\"owner\": \"risk\"}'\n"
     "  mlops bundle fraud.bundle",
     cli_bundle},
    {CLI_DRIFT_COMPARE, "drift compare", "REFERENCE CURRENT", 2,
     "Tell column by column whether CURRENT has drifted from REFERENCE.",
     "REFERENCE is a CSV table, a saved reference or a bundle; CURRENT a CSV table. Two tables\n"
     "are compared with every row of both. One of them may be -, for standard input.\n\n"
     "Exit status: 0 no drift, 3 drift, 4 not enough data, 1 an error, 2 wrong usage.\n\n"
     "Examples:\n"
     "  mlops drift compare train.csv live.csv --ignore id,time\n"
     "  mlops drift compare fraud.bundle live.csv --report drift.html\n"
     "  mlops drift compare train.csv live.csv --json | jq .",
     cli_drift_compare},
    {CLI_DRIFT_WATCH, "drift watch", "REFERENCE", 1,
     "Judge CSV from standard input, window by window.",
     "The header comes first, then rows, as they arrive. Each window that is complete is judged\n"
     "and gives a line; with --json an object a line. REFERENCE is a CSV table, a saved\n"
     "reference or a bundle.\n\n"
     "Exit status: 3 a window drifted, 4 no window could be judged, 0 else, 1 an error, 2 wrong\n"
     "usage.\n\n"
     "Examples:\n"
     "  tail -n +1 -f live.csv | mlops drift watch train.reference --window 500\n"
     "  mlops drift watch fraud.bundle --metrics /run/fraud.prom < live.csv",
     cli_drift_watch},
    {CLI_REFERENCE_NEW, "reference new", "TABLE", 1,
     "Keep what comparing needs of a CSV table, and no row.",
     "Examples:\n"
     "  mlops reference new train.csv -o train.reference --ignore target,id\n"
     "  mlops reference new train.csv -o train.reference --edges 1023",
     cli_reference_new},
    {CLI_REFERENCE_DESCRIBE, "reference describe", "FILE", 1, "Say what a reference holds.",
     "FILE is a saved reference, a bundle that has one, or a CSV table.\n\n"
     "Examples:\n"
     "  mlops reference describe train.reference",
     cli_reference_describe},
    {CLI_INIT, "init", "STORE", 1, "Make a store, an empty directory of commits.",
     "A store that is there is opened, and left as it is.\n\n"
     "Examples:\n"
     "  mlops init fraud.mlops",
     cli_init},
    {CLI_STORE_STATS, "store stats", "STORE", 1, "Say what a store holds.",
     "Examples:\n"
     "  mlops store stats fraud.mlops\n"
     "  mlops store stats fraud.mlops --json",
     cli_store_stats},
    {CLI_STORE_CHECK, "store check", "STORE", 1, "Read all of a store and name what is damaged.",
     "Nothing is changed.\n\n"
     "Exit status: 0 all is sound, 1 something is damaged or could not be read.\n\n"
     "Examples:\n"
     "  mlops store check fraud.mlops",
     cli_store_check},
    {CLI_STORE_REPAIR, "store repair", "STORE", 1, "Make a damaged store usable.",
     "The index is made anew; of the journal all commits that are whole are kept. What is\n"
     "replaced stays in STORE/damaged. Nobody may have the store open.\n\n"
     "Examples:\n"
     "  mlops store repair fraud.mlops && mlops store check fraud.mlops",
     cli_store_repair},
    {CLI_STORE_EXPORT, "store export", "STORE FILE", 2, "Write all of a store to one file.",
     "For backups, and for machines of another kind. FILE is replaced once the new one is "
     "whole.\n\n"
     "Examples:\n"
     "  mlops store export fraud.mlops fraud.export",
     cli_store_export},
    {CLI_STORE_IMPORT, "store import", "STORE FILE", 2, "Make a store of an exported file.",
     "STORE is a directory to make: the same commits, content and id.\n\n"
     "Examples:\n"
     "  mlops store import restored.mlops fraud.export",
     cli_store_import},
    {CLI_AUDIT_LOG, "audit log", "STORE", 1, "Print what happened to a store, commit by commit.",
     "With --json an object a line, with the operations of the commit and its link.\n\n"
     "Examples:\n"
     "  mlops audit log fraud.mlops\n"
     "  mlops audit log fraud.mlops --from 100 --max 10 --json",
     cli_audit_log},
    {CLI_AUDIT_VERIFY, "audit verify", "STORE", 1,
     "Verify the chain of commits and print the link of the newest.",
     "The link is a SHA-256 over the whole history: keep it elsewhere, and compare.\n\n"
     "Examples:\n"
     "  mlops audit verify fraud.mlops",
     cli_audit_verify},
    {CLI_DOCTOR, "doctor", "", 0, "Check the machine and the library.",
     "Exit status: 0 if all is well, 1 else.\n\n"
     "Examples:\n"
     "  mlops doctor\n"
     "  MLOPS_CPU=scalar mlops doctor --json",
     cli_doctor},
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

/* Length of the group that the command's name begins with if it is text, else 0. */
static size_t group_length(const cli_command *command, const char *text) {
    size_t n = strcspn(command->name, " ");
    return command->name[n] && strlen(text) == n && !memcmp(command->name, text, n) ? n : 0;
}

/* Lists the commands, those of one group if it is not empty. */
static void print_commands(FILE *to, const char *group) {
    fprintf(to, "usage: mlops %s%sCOMMAND [ARGUMENT]... [OPTION]...\n\nCommands:\n", group,
            *group ? " " : "");
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (!*group || group_length(&commands[i], group))
            fprintf(to, "  %-20s %s\n", commands[i].name, commands[i].summary);
    fputs("\n'mlops COMMAND --help' gives options and examples; 'mlops --version' the version.\n"
          "\nExamples:\n",
          to);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        const char *example = strstr(commands[i].detail, "  mlops ");
        if (!example || (*group && !group_length(&commands[i], group))) continue;
        size_t n = strcspn(example, "\n\\|");
        while (example[n - 1] == ' ') n--;
        fprintf(to, "%.*s\n", (int)n, example);
    }
}

static int is_help(const char *text) {
    return !strcmp(text, "--help") || !strcmp(text, "-h") || !strcmp(text, "help");
}

/* The command that the first words name; *n_used of them. */
static const cli_command *find(int n, char **texts, int *n_used) {
    for (size_t i = 0; i < N_COMMANDS; i++) {
        const cli_command *c = &commands[i];
        size_t group = group_length(c, texts[0]);
        *n_used = group ? 2 : 1;
        if (group && n > 1 && !strcmp(texts[1], c->name + group + 1)) return c;
        if (!group && !strcmp(texts[0], c->name)) return c;
    }
    return NULL;
}

/* No such command, unless help on a group was asked for. */
static int no_command(int n, char **texts) {
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (!group_length(&commands[i], texts[0])) continue;
        if (n > 1 && is_help(texts[1])) return print_commands(stdout, texts[0]), CLI_OK;
        if (n > 1) return cli_usage(texts[0], "there is no command '%s %s'", texts[0], texts[1]);
        print_commands(stderr, texts[0]);
        return CLI_USAGE;
    }
    return cli_usage("", "there is no %s '%s'", *texts[0] == '-' ? "option" : "command", texts[0]);
}

static int run(int n, char **texts) {
    cli_args args;
    int n_used;
    if (n == 0) return print_commands(stderr, ""), CLI_USAGE;
    if (is_help(texts[0])) return print_commands(stdout, ""), CLI_OK;
    if (!strcmp(texts[0], "--version")) return printf("mlops %s\n", mlops_version()), CLI_OK;
    const cli_command *command = find(n, texts, &n_used);
    if (!command) return no_command(n, texts);
    int status = cli_parse(&args, command, n - n_used, texts + n_used);
    if (status) return status;
    if (args.help) return cli_help(command), CLI_OK;
    return command->run(&args);
}

int main(int argc, char **argv) {
    int status = run(argc > 0 ? argc - 1 : 0, argv + 1);
    errno = 0;
    if (fflush(stdout) || ferror(stdout)) {
        const char *why = errno ? strerror(errno) : "it did not take all";
        return cli_complain("cannot write to standard output: %s", why);
    }
    return status;
}
