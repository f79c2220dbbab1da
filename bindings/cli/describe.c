/* JSON that the library wrote, printed for people: a line a member, nested names joined by dots,
 * long lists cut short, lists of objects as tables behind all else, members whose name ends in _ns
 * as times. The JSON is taken to be valid.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHOWN = 8 /* items of a list */,
    TABLES = 8,
    COLUMNS = 32,
    PATH_ROOM = 1024,
    NAME_ROOM = 512,
    NAME_COLUMN = 24
};

typedef struct reader {
    const char *at;
    char path[PATH_ROOM];
    const char *tables[TABLES]; /* lists of objects, where they begin */
    int n_tables;
} reader;

static const char *space(const char *p) { return p + strspn(p, " \t\r\n,:"); }

static const char *end_of_scalar(const char *p) {
    if (*p != '"') return p + strcspn(p, ",]} \t\r\n");
    for (p++; *p && *p != '"'; p++)
        if (*p == '\\' && p[1]) p++;
    return *p ? p + 1 : p;
}

/* Behind the value that stands here. */
static const char *behind(const char *p) {
    int depth = 0;
    do {
        p = space(p);
        if (*p == '{' || *p == '[') depth++, p++;
        else if (*p == '}' || *p == ']') depth--, p++;
        else p = end_of_scalar(p);
    } while (depth > 0 && *p);
    return p;
}

/* The scalar that stands here, to be freed: a string that has no escapes without its quotes. */
static char *scalar(const char *p) {
    const char *end = end_of_scalar(p);
    if (*p == '"' && !memchr(p, '\\', (size_t)(end - p))) p++, end--;
    return strndup(p, end > p ? (size_t)(end - p) : 0);
}

/* The name that stands here, cut to the room; returns what is behind its colon. */
static const char *take_name(const char *p, char name[NAME_ROOM]) {
    char *whole = scalar(p);
    snprintf(name, NAME_ROOM, "%s", whole ? whole : "");
    free(whole);
    return space(end_of_scalar(p));
}

/* ---- lists of objects ---- */

/* The value of the name in the object that stands here; NULL if it has none. */
static const char *member(const char *p, const char *wanted) {
    char name[NAME_ROOM];
    for (p = space(p + 1); *p && *p != '}'; p = space(behind(p))) {
        p = take_name(p, name);
        if (!strcmp(name, wanted)) return p;
    }
    return NULL;
}

char *cli_json_names(const char *json, const char *list, const char *name, int n_most) {
    const char *at = member(space(json), list);
    char *text = NULL;
    size_t size;
    FILE *to = at && *at == '[' ? open_memstream(&text, &size) : NULL;
    if (!to) return NULL;
    int n = 0;
    for (const char *p = space(at + 1); *p == '{' && n < n_most; p = space(behind(p)), n++) {
        const char *value = member(p, name);
        char *one = value ? scalar(value) : NULL;
        fprintf(to, "%s%s", n ? ", " : "", one ? one : "");
        free(one);
    }
    return fclose(to) ? free(text), NULL : text;
}

/* Collects the names of members that are scalars somewhere in the list. */
static int find_columns(const char *list, char names[COLUMNS][NAME_ROOM]) {
    int n = 0;
    for (const char *p = space(list + 1); *p == '{'; p = space(behind(p)))
        for (const char *at = space(p + 1); *at && *at != '}'; at = space(behind(at))) {
            char name[NAME_ROOM];
            int known = 0;
            at = take_name(at, name);
            for (int i = 0; i < n; i++) known |= !strcmp(names[i], name);
            if (known || n == COLUMNS || *at == '{' || *at == '[') continue;
            snprintf(names[n++], NAME_ROOM, "%s", name);
        }
    return n;
}

static void put_field(FILE *to, const char *value) {
    char *text = scalar(value), *end;
    if (!text) return;
    double number = strtod(text, &end);
    if (*value == '"') cli_csv_text(to, text);
    else if (strcspn(text, ".e") < strlen(text) && !*end) fprintf(to, "%.6g", number);
    else if (strcmp(text, "null") != 0) fputs(text, to);
    free(text);
}

/* The names that are picked, separated by commas. */
static int pick_columns(const char *pick, char names[COLUMNS][NAME_ROOM]) {
    int n = 0;
    for (size_t length; *pick && n < COLUMNS; pick += length + (pick[length] == ',')) {
        length = strcspn(pick, ",");
        snprintf(names[n++], NAME_ROOM, "%.*s", (int)length, pick);
    }
    return n;
}

static void put_csv(FILE *to, const char *list, char names[COLUMNS][NAME_ROOM], int n) {
    for (int i = 0; i < n; i++) {
        cli_csv_text(to, names[i]);
        putc(i + 1 < n ? ',' : '\n', to);
    }
    for (const char *p = space(list + 1); *p == '{'; p = space(behind(p)))
        for (int i = 0; i < n; i++) {
            const char *value = member(p, names[i]);
            if (value) put_field(to, value);
            putc(i + 1 < n ? ',' : '\n', to);
        }
}

/* Writes the list as CSV, reads that, and prints the table. */
static void print_table(const char *list, const char *pick) {
    static char names[COLUMNS][NAME_ROOM];
    mlops_table *table;
    char *csv = NULL;
    size_t size = 0;
    int n = pick ? pick_columns(pick, names) : find_columns(list, names);
    FILE *to = n ? open_memstream(&csv, &size) : NULL;
    if (!to) return;
    put_csv(to, list, names, n);
    if (!fclose(to) && !mlops_table_parse(&table, csv, size, NULL, NULL)) {
        const cli_args args = {0};
        putchar('\n');
        cli_list(table, &args);
        mlops_table_unref(table);
    }
    free(csv);
}

/* ---- all else ---- */

static void print_list(reader *r) {
    size_t n = 0, shown = 0;
    const char *p = space(r->at + 1);
    if (*p == '{' && r->n_tables < TABLES) r->tables[r->n_tables++] = r->at;
    for (; *p && *p != ']'; p = space(behind(p)), n++) {
        if (n >= SHOWN || *p == '[' || *p == '{') continue;
        char *text = scalar(p);
        if (n) fputs(", ", stdout);
        if (text) cli_text(stdout, text);
        free(text);
        shown++;
    }
    if (n > shown) printf("%s... (%zu)", shown ? ", " : "", n);
    if (!n) putchar('-');
}

/* Takes the unit off the name, and writes a time for the nanoseconds, or a duration. */
static int tell_time(reader *r, const char *text, char time[CLI_TIME]) {
    static const char span[] = "pause";
    char *end, *unit = r->path + strlen(r->path);
    long long ns = strtoll(text, &end, 10);
    if (*end || end == text || unit - r->path <= 3 || strcmp(unit - 3, "_ns") != 0) return 0;
    *(unit -= 3) = 0;
    size_t n = sizeof span - 1;
    if ((size_t)(unit - r->path) >= n && !strcmp(unit - n, span)) cli_format_span(time, ns);
    else cli_format_time(time, ns);
    return 1;
}

static void print_scalar(reader *r) {
    char time[CLI_TIME], *text = r->at[0] == '[' ? NULL : scalar(r->at);
    int is_time = text && tell_time(r, text, time);
    int width = cli_width(r->path);
    cli_text(stdout, r->path);
    printf("%*s", width < NAME_COLUMN ? NAME_COLUMN - width : 1, "");
    if (text) cli_text(stdout, is_time ? time : text);
    else print_list(r);
    putchar('\n');
    free(text);
}

static void print_value(reader *r) {
    if (*r->at != '{') {
        print_scalar(r);
        r->at = behind(r->at);
        return;
    }
    size_t length = strlen(r->path);
    for (r->at = space(r->at + 1); *r->at && *r->at != '}'; r->at = space(r->at)) {
        char name[NAME_ROOM];
        r->at = take_name(r->at, name);
        snprintf(r->path + length, sizeof r->path - length, "%s%s", length ? "." : "", name);
        print_value(r);
        r->path[length] = 0;
    }
    if (*r->at) r->at++;
}

void cli_describe(const char *json, const char *pick) {
    reader r = {.at = space(json)};
    print_value(&r);
    for (int i = 0; i < r.n_tables; i++) print_table(r.tables[i], pick);
}
