/* Times as people and files write them.
 *
 * Owns nothing. Invariant: all of the text is read, and a day that the calendar does not have is no
 * time.
 */
#include "text/time.h"

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

/* So many digits, of which the number is at most high. */
static int take(reader *self, int digits, int high, int *out) {
    *out = 0;
    for (int i = 0; i < digits; i++) {
        int c = peek(self);
        if (c < '0' || c > '9') return 0;
        *out = *out * 10 + (c - '0');
        self->at++;
    }
    return *out <= high;
}

static int days_in(int year, int month) {
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 in the Gregorian calendar, by counting years from March on. */
static int64_t days_since(int year, int month, int day) {
    int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int take_date(reader *self, int64_t *days) {
    int year, month, day;
    if (!take(self, 4, 9999, &year) || !skip(self, '-')) return 0;
    if (!take(self, 2, 12, &month) || month < 1 || !skip(self, '-')) return 0;
    if (!take(self, 2, 31, &day) || day < 1 || day > days_in(year, month)) return 0;
    *days = days_since(year, month, day);
    return 1;
}

/* HH:MM, then :SS, then a fraction. */
static int take_clock(reader *self, int64_t *seconds, int64_t *nanoseconds) {
    int hour, minute, second = 0;
    if (!take(self, 2, 23, &hour) || !skip(self, ':') || !take(self, 2, 59, &minute)) return 0;
    int has_seconds = skip(self, ':');
    if (has_seconds && !take(self, 2, 60, &second)) return 0; /* 60: a leap second */
    *seconds = hour * 3600 + minute * 60 + second;
    *nanoseconds = 0;
    if (!has_seconds || !skip(self, '.')) return 1;
    int64_t unit = 100000000;
    size_t from = self->at;
    for (int c = peek(self); c >= '0' && c <= '9'; c = peek(self), unit /= 10) {
        *nanoseconds += unit * (c - '0');
        self->at++;
    }
    return self->at > from;
}

static int take_offset(reader *self, int64_t *seconds) {
    int hours, minutes = 0, sign = peek(self) == '-' ? -1 : 1;
    if (peek(self) < 0 || skip(self, 'Z')) return 1;
    if (!skip(self, '+') && !skip(self, '-')) return 0;
    if (!take(self, 2, 23, &hours)) return 0;
    if (peek(self) >= 0) {
        skip(self, ':');
        if (!take(self, 2, 59, &minutes)) return 0;
    }
    *seconds -= sign * (hours * 3600 + minutes * 60);
    return 1;
}

int mlops__time_parse(const char *text, size_t n, int64_t *out) {
    reader self = {text, n, 0};
    int64_t days, seconds = 0, nanoseconds = 0;
    if (!take_date(&self, &days)) return 0;
    if (self.at < n) {
        if (!skip(&self, 'T') && !skip(&self, ' ')) return 0;
        if (!take_clock(&self, &seconds, &nanoseconds) || !take_offset(&self, &seconds)) return 0;
    }
    seconds += days * 86400;
    if (self.at < n || seconds <= INT64_MIN / 1000000000 || seconds >= INT64_MAX / 1000000000)
        return 0;
    *out = seconds * 1000000000 + nanoseconds;
    return 1;
}
