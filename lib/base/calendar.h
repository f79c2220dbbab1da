/* Days since 1970-01-01 and dates of the Gregorian calendar, by counting years from March on. */
#ifndef MLOPS_BASE_CALENDAR_H
#define MLOPS_BASE_CALENDAR_H

#include <stdint.h>

typedef struct mlops__date {
    int64_t year, month, day;
} mlops__date;

static inline int64_t mlops__date_days(mlops__date date) {
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t of_year = (153 * month + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static inline mlops__date mlops__date_of(int64_t days) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t month = (5 * of_year + 2) / 153, day = of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    return (mlops__date){years + era * 400 + (month <= 2), month, day};
}

/* The calendar has it. */
static inline int mlops__date_is(mlops__date date) {
    static const uint8_t DAYS[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year = date.year, month = date.month, day = date.day;
    int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]) return 0;
    return leap || month != 2 || day < 29;
}

#endif
