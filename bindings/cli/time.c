/* Times and durations, as people write and read them. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Days since 1970 of a date of the Gregorian calendar. */
static int64_t days(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int64_t days_of(int64_t year, int64_t month) {
    int64_t next = month == 12 ? days(year + 1, 1, 1) : days(year, month + 1, 1);
    return next - days(year, month, 1);
}

/* Digits behind the point, as nanoseconds; the first character that is none. */
static const char *fraction(const char *text, int64_t *ns) {
    int64_t unit = 1000000000;
    for (*ns = 0; *text >= '0' && *text <= '9'; text++) *ns += (*text - '0') * (unit /= 10);
    return text;
}

/* 2026-05-01, 2026-05-01T12:30Z, 2026-05-01T12:30:15.25Z, or nanoseconds since 1970. */
static int parse_time(const char *text, int64_t *out) {
    int year, month, day, hour = 0, minute = 0, second = 0, used = 0;
    int64_t ns = 0;
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (end != text && !*end && !errno) return 1;
    if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) < 3 || !used) return 0;
    const char *at = text + used;
    if (*at == 'T' || *at == ' ') {
        used = 0;
        if (sscanf(++at, "%2d:%2d%n", &hour, &minute, &used) < 2 || !used) return 0;
        at += used;
        used = 0;
        if (*at == ':' && (sscanf(++at, "%2d%n", &second, &used) < 1 || !used)) return 0;
        at += used;
        if (*at == '.') at = fraction(at + 1, &ns);
        if (*at == 'Z') at++;
    }
    if (*at || year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1 ||
        day > days_of(year, month) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59)
        return 0;
    int64_t seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    *out = seconds * 1000000000 + ns;
    return 1;
}

int cli_time(const cli_args *args, const char *text, const char *what, int64_t *out) {
    if (parse_time(text, out) && *out > 0) return CLI_OK;
    return cli_usage(args->command,
                     "%s: '%s' is no time such as 2026-05-01T12:30:00Z, and no nanoseconds since "
                     "1970",
                     what, text);
}

void cli_format_time(char text[CLI_TIME], int64_t time_ns) {
    enum { SECOND = 1000000000 };
    int64_t ns = time_ns % SECOND < 0 ? time_ns % SECOND + SECOND : time_ns % SECOND;
    time_t seconds = (time_t)((time_ns - ns) / SECOND);
    struct tm utc;
    size_t n = gmtime_r(&seconds, &utc) ? strftime(text, CLI_TIME, "%Y-%m-%dT%H:%M:%S", &utc) : 0;
    snprintf(text + n, CLI_TIME - n, ".%03dZ", (int)(ns / 1000000));
}

static const struct {
    const char *name;
    int64_t ns;
} units[] = {{"d", 86400000000000}, {"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000},
             {"ms", 1000000},       {"us", 1000},         {"ns", 1}};

enum { SECONDS = 3, N_UNITS = sizeof units / sizeof units[0] };

int cli_span(const cli_args *args, const char *text, const char *what, int64_t least,
             int64_t *out) {
    char *end;
    int64_t unit = *text ? 1 : 0;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    for (int i = 0; *end && i < N_UNITS; i++)
        if (!strcmp(end, units[i].name)) unit = units[i].ns, end += strlen(end);
    if (!*end && !errno && n >= least && n <= INT64_MAX / unit) return *out = n * unit, CLI_OK;
    return cli_usage(args->command,
                     "%s: '%s' is no duration such as 30d, 12h, 15m or 90s, and no nanoseconds",
                     what, text);
}

int cli_size(const cli_args *args, const char *text, const char *what, int64_t *out) {
    static const char *const names[] = {"", "KiB", "MiB", "GiB", "TiB"};
    char *end;
    int bits = -1;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++)
        if (!strcmp(end, names[i])) bits = 10 * i;
    if (end != text && !errno && bits >= 0 && n > 0 && n <= INT64_MAX >> bits)
        return *out = n << bits, CLI_OK;
    return cli_usage(args->command, "%s: '%s' is no size such as 256MiB or 4GiB", what, text);
}

/* Whole in the largest unit that it is whole in, from seconds on; else in the largest that it has
 * one of, to a tenth. */
void cli_format_span(char text[CLI_TIME], int64_t span_ns) {
    int64_t size = span_ns < 0 ? -(span_ns + 1) : span_ns;
    int unit = 0;
    while (unit < SECONDS && (span_ns == 0 || span_ns % units[unit].ns)) unit++;
    if (span_ns % units[unit].ns)
        for (unit = 0; unit + 1 < N_UNITS && size < units[unit].ns;) unit++;
    const char *name = units[unit].name;
    int64_t ns = units[unit].ns;
    if (span_ns % ns == 0) snprintf(text, CLI_TIME, "%lld%s", (long long)(span_ns / ns), name);
    else snprintf(text, CLI_TIME, "%.1f%s", (double)span_ns / (double)ns, name);
}
