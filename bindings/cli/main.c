/* The mlops command: finds the command in its table, runs it, and sees that its output arrived. */
#include "cli.h"

#include <errno.h>
#include <string.h>

static const cli_command *const nouns[] = {
    cli_model_commands,   cli_performance_commands, cli_anomaly_commands,   cli_fairness_commands,
    cli_bundle_commands,  cli_drift_commands,       cli_reference_commands, cli_store_commands,
    cli_commit_commands,  cli_data_commands,        cli_quality_commands,   cli_feature_commands,
    cli_online_commands,  cli_run_commands,         cli_registry_commands,  cli_deploy_commands,
    cli_watch_commands,   cli_audit_commands,       cli_doctor_commands,    cli_gc_commands,
    cli_lineage_commands, cli_remote_commands,      cli_erase_commands,
};

enum { N_NOUNS = sizeof nouns / sizeof nouns[0] };

/* Each command by its number; NULL beyond the last one. */
static const cli_command *command_at(size_t index) {
    for (size_t noun = 0; noun < N_NOUNS; noun++)
        for (const cli_command *c = nouns[noun]; c->name; c++)
            if (index-- == 0) return c;
    return NULL;
}

/* Length of the group that the command's name begins with if it is text, else 0. */
static size_t group_length(const cli_command *command, const char *text) {
    size_t n = strcspn(command->name, " ");
    return command->name[n] && strlen(text) == n && !memcmp(command->name, text, n) ? n : 0;
}

/* The first example of the command's help. */
static void print_example(FILE *to, const cli_command *command) {
    const char *example = strstr(command->detail, "  mlops ");
    if (!example) return;
    size_t n = strcspn(example, "\n\\|");
    while (example[n - 1] == ' ') n--;
    fprintf(to, "%.*s\n", (int)n, example);
}

/* Lists the commands, those of one group if it is not empty. */
static void print_commands(FILE *to, const char *group) {
    const cli_command *c;
    fprintf(to, "usage: mlops %s%sCOMMAND [ARGUMENT]... [OPTION]...\n\nCommands:\n", group,
            *group ? " " : "");
    for (size_t i = 0; (c = command_at(i)) != NULL; i++)
        if (!*group || group_length(c, group)) fprintf(to, "  %-20s %s\n", c->name, c->summary);
    fputs("\n'mlops COMMAND --help' gives options and examples; 'mlops --version' the version.\n"
          "\nExamples:\n",
          to);
    for (size_t i = 0; !*group && i < N_NOUNS; i++) print_example(to, nouns[i]);
    for (size_t i = 0; *group && (c = command_at(i)) != NULL; i++)
        if (group_length(c, group)) print_example(to, c);
}

static int is_help(const char *text) {
    return !strcmp(text, "--help") || !strcmp(text, "-h") || !strcmp(text, "help");
}

/* The command that the first words name; *n_used of them. */
static const cli_command *find(int n, char **texts, int *n_used) {
    const cli_command *c;
    for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
        size_t group = group_length(c, texts[0]);
        *n_used = group ? 2 : 1;
        if (group && n > 1 && !strcmp(texts[1], c->name + group + 1)) return c;
        if (!group && !strcmp(texts[0], c->name)) return c;
    }
    return NULL;
}

/* No such command, unless help on a group was asked for. */
static int no_command(int n, char **texts) {
    const cli_command *c;
    for (size_t i = 0; (c = command_at(i)) != NULL; i++) {
        if (!group_length(c, texts[0])) continue;
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
