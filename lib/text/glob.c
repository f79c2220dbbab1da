/* Globs over paths.
 *
 * Owns nothing. Invariant: matching goes back to the last star alone, so that no pattern takes
 * longer than its length times the path's for each folder on the way.
 */
#include "text/glob.h"

#include <string.h>

typedef struct span {
    const char *at, *end;
} span;

static int is_inverse(const char *set) { return set[1] == '!' || set[1] == '^'; }

/* *p stands at a set, and then at its "]", which may be the first of it. */
static const char *set_problem(const char **p) {
    const char *begin = *p + 1 + is_inverse(*p), *at = begin;
    for (; *at && (at == begin || *at != ']'); at++) {
        if (at[0] == '[' && at[1] == ':') return "has \"[:\" in a set: classes are not known";
        at += at[0] == '\\' && at[1];
    }
    *p = at;
    return *at ? NULL : "has a \"[\" without its \"]\"";
}

const char *mlops__glob_problem(const char *pattern) {
    if (!*pattern) return "is empty";
    for (const char *p = pattern; *p; p++) {
        if (*p == '\\') {
            if (!*++p) return "ends with \"\\\"";
            continue;
        }
        const char *problem = *p == '[' ? set_problem(&p) : NULL;
        if (problem) return problem;
    }
    if (pattern[strlen(pattern) - 1] == '/')
        return "ends with \"/\"; without it, it is of folders, too";
    return NULL;
}

/* A set that *p stands at, which moves behind it. */
static int in_set(const char **p, char c) {
    int inverse = is_inverse(*p), found = 0;
    const char *at = *p + 1 + inverse;
    for (const char *begin = at; at == begin || *at != ']'; at++) {
        at += *at == '\\';
        unsigned char low = (unsigned char)*at, high = low, is = (unsigned char)c;
        if (at[1] == '-' && at[2] != ']') {
            at += 2 + (at[2] == '\\');
            high = (unsigned char)*at;
        }
        found |= is == low || (is >= low && is <= high);
    }
    *p = at + 1;
    return found != inverse;
}

/* One byte of a path against what the pattern has at *p, which moves on if they match. */
static int takes(const char **p, char c) {
    const char *at = *p;
    if (*at == '[' && c != '/') return in_set(p, c);
    if (*at == '?' && c != '/') {
        *p = at + 1;
        return 1;
    }
    if (*at == '?' || *at == '[' || *at == 0) return 0;
    if (*at == '\\') at++;
    *p = at + 1;
    return *at == c;
}

static int is_folders(const char *p) { return p[0] == '*' && p[1] == '*' && p[2] == '/'; }

/* The whole pattern against the whole span. */
static int matches(const char *p, span text) {
    const char *star = NULL, *star_at = NULL;       /* behind the last "*", and where it ended */
    const char *folders = NULL, *folders_at = NULL; /* behind the last "**" and its slash */
    int at_begin = 1;                               /* of a name */
    while (text.at < text.end) {
        const char *before = p;
        if (at_begin && is_folders(p)) {
            star = NULL;
            folders = p += 3;
            folders_at = text.at;
            continue;
        }
        if (at_begin && strcmp(p, "**") == 0) return 1;
        if (*p == '*') {
            while (*p == '*') p++;
            star = p;
            star_at = text.at;
            at_begin = 0;
            continue;
        }
        if (takes(&p, *text.at)) {
            at_begin = *text.at++ == '/';
            continue;
        }
        p = before;
        if (star && *star_at != '/') {
            text.at = ++star_at;
            p = star;
            at_begin = 0;
            continue;
        }
        const char *slash =
            folders ? memchr(folders_at, '/', (size_t)(text.end - folders_at)) : NULL;
        if (!slash) return 0;
        text.at = folders_at = slash + 1;
        p = folders;
        star = NULL;
        at_begin = 1;
    }
    while (*p == '*') p++;
    return *p == 0;
}

int mlops__glob_matches(const char *pattern, const char *path) {
    int is_path = strchr(pattern, '/') != NULL;
    const char *name = path;
    if (*pattern == '/') pattern++;
    for (const char *p = path;; p++) {
        if (*p && *p != '/') continue;
        if (matches(pattern, (span){is_path ? path : name, p})) return 1;
        if (!*p) return 0;
        name = p + 1;
    }
}
