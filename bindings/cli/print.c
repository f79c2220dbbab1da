/* Texts, numbers and errors on their way out. Nothing that comes from a file reaches the terminal
 * as a control character. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Length of the valid UTF-8 character at p, 0 if there is none. */
static size_t character(const unsigned char *p) {
    static const unsigned char least[] = {0, 0, 0x80, 0xa0, 0x90},
                               most[] = {0, 0, 0xbf, 0x9f, 0x8f};
    if (p[0] < 0x80) return 1;
    size_t n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (n == 0) return 0;
    if ((p[0] == 0xe0 || p[0] == 0xf0) && p[1] < least[n]) return 0;
    if ((p[0] == 0xed || p[0] == 0xf4) && p[1] > most[n]) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    return n;
}

static int is_control(const unsigned char *p) {
    return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

void cli_text(FILE *to, const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        size_t n = character(p);
        if (n == 0 || is_control(p)) putc('?', to);
        else fwrite(p, 1, n, to);
        p += n ? n : 1;
    }
}

int cli_width(const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    int width = 0;
    for (; *p; width++) {
        size_t n = character(p);
        p += n ? n : 1;
    }
    return width;
}

void cli_padded(const char *text, int width, int to_the_right) {
    int n = cli_width(text);
    if (to_the_right && n < width) printf("%*s", width - n, "");
    if (n <= width) {
        cli_text(stdout, text);
        if (!to_the_right && n < width) printf("%*s", width - n, "");
        return;
    }
    size_t bytes = 0; /* of the first width - 1 characters */
    for (int left = width - 1; text[bytes]; bytes++)
        if (((unsigned char)text[bytes] & 0xc0) != 0x80 && left-- == 0) break;
    char *cut = strndup(text, bytes);
    if (cut) cli_text(stdout, cut);
    fputs("\xe2\x80\xa6", stdout);
    free(cut);
}

void cli_id(FILE *to, const mlops_id *id) {
    for (size_t i = 0; i < sizeof id->bytes; i++) fprintf(to, "%02x", id->bytes[i]);
}

void cli_digits(char text[CLI_ID], const mlops_id *id) {
    for (size_t i = 0; i < sizeof id->bytes; i++) snprintf(text + 2 * i, 3, "%02x", id->bytes[i]);
}

void cli_json_text(FILE *to, const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    putc('"', to);
    while (*p) {
        size_t n = character(p);
        if (n == 0) fputs("\xef\xbf\xbd", to);
        else if (*p == '"' || *p == '\\') fprintf(to, "\\%c", *p);
        else if (*p < 0x20) fprintf(to, "\\u%04x", *p);
        else fwrite(p, 1, n, to);
        p += n ? n : 1;
    }
    putc('"', to);
}

void cli_number(FILE *to, double value) {
    char text[64];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    fputs(value == value ? text : "nan", to);
}

void cli_json_number(FILE *to, double value) {
    if (value - value == 0) cli_number(to, value);
    else fputs("null", to);
}

int cli_colours(void) {
    const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(none && *none) && terminal && strcmp(terminal, "dumb") != 0;
}

const char *cli_verdict(mlops_drift_verdict verdict) {
    if (verdict == MLOPS_DRIFT_YES) return "drift";
    return verdict == MLOPS_DRIFT_NO ? "no drift" : "not enough data";
}

const char *cli_verdict_colour(mlops_drift_verdict verdict) {
    if (!cli_colours()) return "";
    if (verdict == MLOPS_DRIFT_YES) return "\033[1;31m";
    return verdict == MLOPS_DRIFT_NO ? "\033[32m" : "\033[2m";
}

const char *cli_colour_end(void) { return cli_colours() ? "\033[0m" : ""; }

const char *cli_type(mlops_type type) {
    static const char *const names[] = {"null", "bool", "int64", "float64", "string"};
    return (unsigned)type < sizeof names / sizeof names[0] ? names[type] : "unknown";
}

/* True if the message has the path in quotes; without them it may be a word of the message. */
static int names_path(const char *message, const char *path) {
    char quoted_path[sizeof((mlops_error *)0)->message];
    int n = snprintf(quoted_path, sizeof quoted_path, "'%s'", path);
    return n < (int)sizeof quoted_path && strstr(message, quoted_path);
}

/* Options of the library by the names that they have here. */
static const struct {
    const char *theirs, *ours;
} names[] = {
    {"mlops_drift_opts.", "--"},
    {"mlops_call.memory_max", "--memory-max"},
    {"mlops_detector_opts.", "--"},
    {"mlops_monitor_opts: false_alarm_ns takes the place of drift.alpha",
     "--false-alarm takes the place of --alpha"},
    {"mlops_monitor_labels_opts: ", "--"},
    {"make this one as that was made", "give the same options, or --anew"},
    {"mlops_deploy_opts.", "--"},
    {"mlops_csv_opts: ", "--csv-"},
    {"mlops_erase_opts: ", "--"},
    {"(mlops_erase_opts.by)", "(--by)"},
    {"mlops_push_opts: ", "--"},
    {"mlops_remote_gc_opts: grace_ns", "--grace"},
    {"mlops_change_opts: a text", "--actor or --note"},
    {"mlops_promote_opts: who passes a gate by", "--no-gate: who passes a gate by"},
    {"mlops_dataset_erase() until", "'mlops data erase STORE' until"},
    {"mlops_dataset_expect() keeps", "'mlops data expect' keeps"},
    {"without paths", "without --include"},
    {"without a depth", "without --depth"},
    {"base is for a new one", "--base is for a new one"},
    {"mlops init makes one, or opening it without MLOPS_STORE_MUST_EXIST and MLOPS_STORE_READ_ONLY",
     "'mlops init' makes one"},
    {"option 'columns'", "--columns"},
    {"option 'ignore'", "--ignore"},
    {"columns names ", "--columns names "},
    {"feature in columns", "feature in --columns"},
    {"names for all", "--csv-names for all"},
    {"skip_lines is", "--csv-skip-lines is"},
    {"MLOPS_CHECKOUT_FORCE", "--force"},
    {"mlops_split_opts: column", "--split-by"},
    {"mlops_divide_opts: column", "--divide-by"},
    {"mlops_divide_opts: parts", "--parts"},
    {"mlops_draft_divide() does so", "--divide of 'mlops data commit' does so"},
    {"mlops_draft_opts: ", "--"},
    {"mlops_draft_split() makes", "--split of 'mlops data commit' makes"},
    {"name one to judge it on", "name one to judge it on by --dataset"},
    {"gate, column", "the gate, column"},
    {"filter, column", "--filter, column"},
    {"it with opts.reference", "it with --reference of 'mlops bundle'"},
    {"mlops_lineage_opts: n_max allows more, depth", "--max allows more, --depth"},
    {"mlops_link_opts: relation", "--relation"},
    {"key: ", "--key: "},
    {"event_time: ", "--event-time: "},
    {"created: ", "--created: "},
    {"mlops_online_get() adds", "'mlops online get' adds"},
};

enum { N_NAMES = sizeof names / sizeof names[0] };

/* Length of the text in quotes that stands here, 0 if there is none; an apostrophe is no quote. */
static size_t quoted(const char *at) {
    const char *end = *at == '\'' ? strchr(at + 1, '\'') : NULL;
    while (end && end[1] && !strchr(" ,;:.)", end[1])) end = strchr(end + 1, '\'');
    return end ? (size_t)(end - at) + 1 : 0;
}

/* Length of what stands here in the message and goes out as one, and how it goes out. */
static size_t next_piece(const char *message, const char *at, const char **out) {
    *out = at;
    if (at > message && at[-1] != ' ') return 1; /* within a word */
    for (size_t i = 0; i < N_NAMES; i++) {
        size_t n = strlen(names[i].theirs);
        if (strncmp(at, names[i].theirs, n) != 0) continue;
        *out = names[i].ours;
        return n;
    }
    size_t n = quoted(at); /* the user's */
    return n ? n : 1;
}

static void print_message(const char *message) {
    enum { CAP = 2048 /* no name is three times as long as the library's */ };
    char text[CAP];
    size_t n = 0;
    for (const char *at = message; *at;) {
        const char *out;
        size_t length = next_piece(message, at, &out), room = CAP - n;
        if (out == at) snprintf(text + n, room, "%.*s", (int)length, at);
        else snprintf(text + n, room, "%s", out);
        n += strlen(text + n);
        at += length;
    }
    text[n] = 0;
    cli_text(stderr, text);
}

int cli_fail(const char *path, const mlops_error *error) {
    fflush(stdout);
    fputs("mlops: ", stderr);
    if (path && !names_path(error->message, path)) {
        cli_text(stderr, path);
        fputs(": ", stderr);
    }
    print_message(error->message);
    fputc('\n', stderr);
    return CLI_FAILED;
}

int cli_complain(const char *format, ...) {
    mlops_error error = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(error.message, sizeof error.message, format, args);
    va_end(args);
    return cli_fail(NULL, &error);
}
