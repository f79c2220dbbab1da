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

int cli_fail(const char *path, const mlops_error *error) {
    fflush(stdout);
    fputs("mlops: ", stderr);
    if (path && !strstr(error->message, path)) {
        cli_text(stderr, path);
        fputs(": ", stderr);
    }
    cli_text(stderr, error->message);
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
