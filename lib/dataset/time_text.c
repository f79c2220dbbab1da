/* Times as text: what a split by time may order bytewise.
 *
 * Owns nothing. Invariant: of texts that pass, a later time is the greater one bytewise, and equal
 * times are equal texts: each is ISO 8601 in full width, and all are of one form and offset.
 */
#include "dataset/split.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

enum { SHOWN = 48 };

/* ---- one text ---- */

static int is_digit(char c) { return c >= '0' && c <= '9'; }

/* Takes n digits, of which the number is to lie between low and high. */
static int take(const char **at, int n, int low, int high, int *value) {
    *value = 0;
    for (int i = 0; i < n; i++, ++*at) {
        if (!is_digit(**at)) return 0;
        *value = *value * 10 + (**at - '0');
    }
    return *value >= low && *value <= high;
}

static int skip(const char **at, char c) { return **at == c && *(*at)++; }

static int days_in(int year, int month) {
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static int take_date(const char **at) {
    int year, month, day;
    return take(at, 4, 0, 9999, &year) && skip(at, '-') && take(at, 2, 1, 12, &month) &&
           skip(at, '-') && take(at, 2, 1, days_in(year, month), &day);
}

/* HH:MM, then :SS, then a fraction. */
static int take_time(const char **at) {
    int ignored;
    if (!take(at, 2, 0, 23, &ignored) || !skip(at, ':') || !take(at, 2, 0, 59, &ignored)) return 0;
    if (!skip(at, ':')) return 1;
    if (!take(at, 2, 0, 60, &ignored)) return 0; /* 60: a leap second */
    if (!skip(at, '.')) return 1;
    if (!is_digit(**at)) return 0;
    while (is_digit(**at)) ++*at;
    return 1;
}

/* Z, +HH, +HHMM, +HH:MM, or nothing. */
static int take_offset(const char **at) {
    int ignored;
    if (!**at || skip(at, 'Z')) return 1;
    if (!skip(at, '+') && !skip(at, '-')) return 0;
    if (!take(at, 2, 0, 23, &ignored)) return 0;
    if (!**at) return 1;
    skip(at, ':');
    return take(at, 2, 0, 59, &ignored);
}

/* Where its offset begins; NULL: this is no time. */
static const char *parse(const char *text) {
    const char *at = text, *offset;
    if (!take_date(&at)) return NULL;
    if (!*at) return at;
    if (!skip(&at, 'T') && !skip(&at, ' ')) return NULL;
    if (!take_time(&at)) return NULL;
    offset = at;
    return take_offset(&at) && !*at ? offset : NULL;
}

/* ---- all of them ---- */

/* Two times: of the same width, marks in the same places, and the same offset. */
static int alike(const char *a, const char *b, const char *offset_of_b) {
    size_t n = strlen(b), digits = (size_t)(offset_of_b - b);
    if (strlen(a) != n || memcmp(a + digits, offset_of_b, n - digits) != 0) return 0;
    for (size_t i = 0; i < digits; i++)
        if (is_digit(a[i]) ? !is_digit(b[i]) : a[i] != b[i]) return 0;
    return 1;
}

static int is_number(const char *text) {
    double value;
    return mlops__parse_f64(text, strlen(text), 0, &value);
}

mlops_status mlops__times_check(const mlops__column *column, const char *name, int64_t n_rows,
                                mlops_error *err) {
    static const char right[] = "right are a column of numbers, or text that is ISO 8601 in one "
                                "form throughout, such as 2020-01-26 or 2020-01-26T09:30:00Z";
    const char *first = NULL, *offset = NULL;
    int64_t first_row = 0;
    if (column->type != MLOPS_TYPE_STRING) return MLOPS_OK;
    for (int64_t row = 0; row < n_rows; row++) {
        if (!mlops__column_valid(column, row)) continue;
        const char *text = column->texts[((const int32_t *)column->data)[row]], *end = parse(text);
        if (!end)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "column '%s' cannot be split by time: row %lld has '%.*s', %s; %s",
                               name, (long long)row, mlops__utf8_shown(text, SHOWN), text,
                               is_number(text) ? "a number that is kept as text"
                                               : "which is no time in ISO 8601",
                               right);
        if (first && !alike(text, first, offset))
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "column '%s' cannot be split by time: row %lld has '%.*s', of "
                               "another form or offset than '%.*s' of row %lld; %s",
                               name, (long long)row, mlops__utf8_shown(text, SHOWN), text,
                               mlops__utf8_shown(first, SHOWN), first, (long long)first_row, right);
        if (!first) first = text, offset = end, first_row = row;
    }
    return MLOPS_OK;
}
