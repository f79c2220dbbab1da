/* Times as people and files write them.
 *
 * Owns nothing. Invariant: all of the text is read, and a day that the calendar does not have is no
 * time.
 */
#include "text/time.h"

#include "base/calendar.h"

#include <string.h>

typedef struct reader {
    const char *text;
    size_t n, at;
} reader;

static int peek(const reader *self) {
    return self->at < self->n ? (uint8_t)self->text[self->at] : -1;
}

static int skip(reader *self, int c) {
    if (peek(self) != c) return 0;
    self->at++;
    return 1;
}

static int is_digit(int c) { return c >= '0' && c <= '9'; }

/* So many digits, of which the number is at most high. */
static int take(reader *self, int digits, int high, int *out) {
    *out = 0;
    for (int i = 0; i < digits; i++) {
        if (!is_digit(peek(self))) return 0;
        *out = *out * 10 + (peek(self) - '0');
        self->at++;
    }
    return *out <= high;
}

static int take_date(reader *self, int64_t *days) {
    int year, month, day;
    if (!take(self, 4, 9999, &year) || !skip(self, '-') || !take(self, 2, 12, &month) ||
        !skip(self, '-') || !take(self, 2, 31, &day))
        return 0;
    mlops__date date = {year, month, day};
    *days = mlops__date_days(date);
    return mlops__date_is(date);
}

/* Digits behind the point; those beyond the ninth are cut off. */
static int take_fraction(reader *self, int64_t *nanoseconds) {
    int64_t unit = 100000000;
    size_t from = self->at;
    for (*nanoseconds = 0; is_digit(peek(self)); self->at++, unit /= 10)
        *nanoseconds += unit * (peek(self) - '0');
    return self->at > from;
}

/* HH:MM, then :SS, then a fraction. */
static int take_clock(reader *self, int64_t *seconds, int64_t *nanoseconds) {
    int hour, minute, second = 0;
    if (!take(self, 2, 23, &hour) || !skip(self, ':') || !take(self, 2, 59, &minute)) return 0;
    int has_seconds = skip(self, ':');
    if (has_seconds && !take(self, 2, 60, &second)) return 0; /* 60: a leap second */
    *seconds = hour * 3600 + minute * 60 + second;
    *nanoseconds = 0;
    return !has_seconds || !skip(self, '.') || take_fraction(self, nanoseconds);
}

/* Z, +HH, +HHMM or +HH:MM. */
static int take_offset(reader *self, int64_t *seconds) {
    int hours, minutes = 0, sign = peek(self) == '-' ? -1 : 1;
    if (skip(self, 'Z')) return 1;
    if (!skip(self, '+') && !skip(self, '-')) return 0;
    if (!take(self, 2, 23, &hours)) return 0;
    int has_colon = skip(self, ':');
    if ((has_colon || is_digit(peek(self))) && !take(self, 2, 59, &minutes)) return 0;
    *seconds -= sign * (hours * 3600 + minutes * 60);
    return 1;
}

static int join(int64_t days, int64_t seconds, int64_t nanoseconds, int64_t *out) {
    const int64_t SECOND = 1000000000;
    seconds += days * 86400;
    if (seconds < 0)
        seconds++, nanoseconds -= SECOND; /* the first second there is is no whole one */
    if (seconds < INT64_MIN / SECOND || seconds > INT64_MAX / SECOND) return -1;
    seconds *= SECOND;
    if (nanoseconds < 0 ? seconds < INT64_MIN - nanoseconds : seconds > INT64_MAX - nanoseconds)
        return -1;
    *out = seconds + nanoseconds;
    return 1;
}

int mlops__time_parse(const char *text, size_t n, int64_t *out) {
    reader self = {text, n, 0};
    int64_t days, seconds = 0, nanoseconds = 0;
    if (!take_date(&self, &days)) return 0;
    if (self.at < n) {
        if (!skip(&self, 'T') && !skip(&self, ' ')) return 0;
        if (!take_clock(&self, &seconds, &nanoseconds)) return 0;
        if (self.at < n && !take_offset(&self, &seconds)) return 0;
    }
    return self.at == n ? join(days, seconds, nanoseconds, out) : 0;
}

/* ---- by a format ---- */

static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

/* What the directives have given; a part that none has is that of 1970-01-01 00:00. */
typedef struct parts {
    int year, month, day, hour, minute, second, is_twelve, is_after_noon;
    int64_t nanoseconds, offset;
} parts;

/* One or so many digits, as they come. */
static int take_upto(reader *self, int digits, int low, int high, int *out) {
    *out = 0;
    size_t from = self->at;
    for (; self->at < from + (size_t)digits && is_digit(peek(self)); self->at++)
        *out = *out * 10 + (peek(self) - '0');
    return self->at > from && *out >= low && *out <= high;
}

static int take_month_name(reader *self, int *month) {
    for (*month = 1; *month <= 12; ++*month) {
        const char *name = MONTHS + 3 * (*month - 1);
        size_t i = 0;
        while (i < 3 && self->at + i < self->n && (self->text[self->at + i] | 32) == (name[i] | 32))
            i++;
        if (i < 3) continue;
        self->at += 3;
        return 1;
    }
    return 0;
}

static int take_half(reader *self, int *is_after_noon) {
    *is_after_noon = (peek(self) | 32) == 'p';
    if (!*is_after_noon && (peek(self) | 32) != 'a') return 0;
    self->at++;
    return skip(self, 'M') || skip(self, 'm');
}

static int take_short_year(reader *self, int *year) {
    if (!take(self, 2, 99, year)) return 0;
    *year += *year < 69 ? 2000 : 1900;
    return 1;
}

static int take_directive(reader *self, int directive, parts *out) {
    switch (directive) {
    case 'Y': return take(self, 4, 9999, &out->year);
    case 'y': return take_short_year(self, &out->year);
    case 'm': return take_upto(self, 2, 1, 12, &out->month);
    case 'b': return take_month_name(self, &out->month);
    case 'd': return take_upto(self, 2, 1, 31, &out->day);
    case 'H': return take_upto(self, 2, 0, 23, &out->hour);
    case 'I': out->is_twelve = 1; return take_upto(self, 2, 1, 12, &out->hour);
    case 'p': return take_half(self, &out->is_after_noon);
    case 'M': return take_upto(self, 2, 0, 59, &out->minute);
    case 'S': return take_upto(self, 2, 0, 60, &out->second);
    case 'f': return take_fraction(self, &out->nanoseconds);
    case 'z': return take_offset(self, &out->offset);
    default: return skip(self, directive);
    }
}

int mlops__time_format_is(const char *format) {
    for (; *format; format++)
        if (*format == '%' && (!*++format || !strchr("YymbdHIpMSfz%", *format))) return 0;
    return 1;
}

int mlops__time_parse_as(const char *format, const char *text, size_t n, int64_t *out) {
    reader self = {text, n, 0};
    parts got = {1970, 1, 1, 0, 0, 0, 0, 0, 0, 0};
    for (; *format; format++) {
        int is_directive = *format == '%' && format[1] != '%';
        format += *format == '%';
        int ok = is_directive ? take_directive(&self, *format, &got) : skip(&self, *format);
        if (!ok) return 0;
    }
    mlops__date date = {got.year, got.month, got.day};
    if (self.at < n || !mlops__date_is(date)) return 0;
    if (got.is_twelve) got.hour = got.hour % 12 + 12 * got.is_after_noon;
    int64_t seconds = got.hour * 3600 + got.minute * 60 + got.second + got.offset;
    return join(mlops__date_days(date), seconds, got.nanoseconds, out);
}

/* ---- spelling ---- */

static size_t put(char *out, int64_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value /= 10) out[i] = (char)('0' + value % 10);
    return (size_t)digits;
}

/* A time in UTC. */
typedef struct clock_time {
    mlops__date date;
    int64_t second, nanoseconds; /* of the day, of the second */
} clock_time;

static clock_time clock_of(int64_t time_ns) {
    const int64_t DAY = INT64_C(86400000000000);
    int64_t days = time_ns / DAY, left = time_ns % DAY;
    if (left < 0) left += DAY, days--;
    return (clock_time){mlops__date_of(days), left / 1000000000, left % 1000000000};
}

static size_t put_fraction(char *out, int64_t nanoseconds) {
    size_t n = put(out, nanoseconds, 9);
    while (n > 1 && out[n - 1] == '0') n--;
    return n;
}

static size_t put_directive(char *out, int directive, const clock_time *time) {
    int64_t hour = time->second / 3600;
    switch (directive) {
    case 'Y': return put(out, time->date.year, 4);
    case 'y': return put(out, time->date.year % 100, 2);
    case 'm': return put(out, time->date.month, 2);
    case 'b': memcpy(out, MONTHS + 3 * (time->date.month - 1), 3); return 3;
    case 'd': return put(out, time->date.day, 2);
    case 'H': return put(out, hour, 2);
    case 'I': return put(out, hour % 12 ? hour % 12 : 12, 2);
    case 'p': memcpy(out, hour < 12 ? "AM" : "PM", 2); return 2;
    case 'M': return put(out, time->second / 60 % 60, 2);
    case 'S': return put(out, time->second % 60, 2);
    case 'f': return put_fraction(out, time->nanoseconds);
    case 'z': *out = 'Z'; return 1;
    default: *out = (char)directive; return 1;
    }
}

size_t mlops__time_format_as(char *out, const char *format, int64_t time_ns) {
    clock_time time = clock_of(time_ns);
    size_t n = 0;
    for (; *format; format++) {
        int is_directive = *format == '%';
        format += is_directive;
        if (is_directive) n += put_directive(out + n, *format, &time);
        else out[n++] = *format;
    }
    out[n] = 0;
    return n;
}

size_t mlops__time_format(char out[MLOPS__TIME_MAX], int64_t time_ns) {
    clock_time time = clock_of(time_ns);
    const char *format = time.nanoseconds ? "%Y-%m-%dT%H:%M:%S.%f"
                         : time.second    ? "%Y-%m-%dT%H:%M:%S"
                                          : "%Y-%m-%d";
    return mlops__time_format_as(out, format, time_ns);
}
