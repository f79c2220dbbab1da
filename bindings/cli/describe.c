/* JSON that the library wrote, printed for people: a line a member, nested names joined by dots,
 * long lists cut short, members whose name ends in _ns as times. The JSON is taken to be valid.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 8 /* items of a list */, PATH_MAX_BYTES = 256, NAME_COLUMN = 24 };

typedef struct reader {
    const char *at;
    char path[PATH_MAX_BYTES];
} reader;

static void space(reader *r) { r->at += strspn(r->at, " \t\r\n,:"); }

static const char *end_of_scalar(const char *p) {
    if (*p != '"') return p + strcspn(p, ",]} \t\r\n");
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1]) p++;
    return *p ? p + 1 : p;
}

/* Takes a scalar as it stands; a string that has no escapes without its quotes. */
static void scalar(reader *r, char *out, size_t cap) {
    const char *end = end_of_scalar(r->at), *p = r->at;
    r->at = end;
    if (*p == '"' && !memchr(p, '\\', (size_t)(end - p))) p++, end--;
    size_t n = (size_t)(end - p) < cap - 1 ? (size_t)(end - p) : cap - 1;
    memcpy(out, p, n);
    out[n] = 0;
}

static void skip(reader *r) {
    int depth = 0;
    do {
        space(r);
        if (*r->at == '{' || *r->at == '[') depth++, r->at++;
        else if (*r->at == '}' || *r->at == ']') depth--, r->at++;
        else r->at = end_of_scalar(r->at);
    } while (depth && *r->at);
}

static void list(reader *r) {
    size_t n = 0;
    int width = 0;
    for (r->at++, space(r); *r->at && *r->at != ']'; space(r), n++) {
        char text[128];
        if (n >= SHOWN || *r->at == '[' || *r->at == '{') {
            skip(r);
            continue;
        }
        scalar(r, text, sizeof text);
        if (n) fputs(", ", stdout);
        cli_text(stdout, text);
        width++;
    }
    if (*r->at) r->at++;
    if (n > (size_t)width) printf("%s... (%zu)", width ? ", " : "", n);
    if (!n) putchar('-');
}

static void print_value(reader *r);

static void object(reader *r) {
    size_t length = strlen(r->path);
    for (r->at++, space(r); *r->at && *r->at != '}'; space(r)) {
        char name[64];
        scalar(r, name, sizeof name);
        space(r);
        snprintf(r->path + length, sizeof r->path - length, "%s%s", length ? "." : "", name);
        print_value(r);
        r->path[length] = 0;
    }
    if (*r->at) r->at++;
}

/* Writes a time for nanoseconds, and takes the unit off the name. */
static void tell_time(reader *r, char *text) {
    char *end, *unit = r->path + strlen(r->path);
    long long ns = strtoll(text, &end, 10);
    if (*end || end == text || unit - r->path <= 3 || strcmp(unit - 3, "_ns") != 0) return;
    unit[-3] = 0;
    cli_format_time(text, ns);
}

static void print_value(reader *r) {
    if (*r->at == '{') {
        object(r);
        return;
    }
    char text[256] = "";
    if (*r->at != '[') scalar(r, text, sizeof text), tell_time(r, text);
    cli_text(stdout, r->path);
    printf("%*s", cli_width(r->path) < NAME_COLUMN ? NAME_COLUMN - cli_width(r->path) : 1, "");
    if (*r->at == '[') list(r);
    else cli_text(stdout, text);
    putchar('\n');
}

void cli_describe(const char *json) {
    reader r = {.at = json};
    space(&r);
    print_value(&r);
}
