/* Zones: finding, writing and reading them.
 *
 * Owns nothing. Invariant: what is said of a column holds for all of its cells, whatever the form;
 * where numbers of one form do not compare, nothing is said of them.
 */
#include "columnar/zone.h"

#include "columnar/form.h"
#include "columnar/grid.h"

#include <string.h>

enum { VERSION = 1, ASCENDS = 4, PLACES = 8 /* in the flags */, NUMBERS = 7 };

/* ---- finding ---- */

static mlops__zone_kind kind_of(const mlops__form *form) {
    if (form->n_prefix + form->n_suffix) return MLOPS__ZONE_NONE;
    switch (form->kind) {
    case MLOPS__FORM_INTEGER:
    case MLOPS__FORM_DIGITS:
    case MLOPS__FORM_DECIMAL: return MLOPS__ZONE_NUMBER;
    case MLOPS__FORM_TIME: return form->between ? MLOPS__ZONE_TIME : MLOPS__ZONE_DAY;
    default: return MLOPS__ZONE_NONE;
    }
}

/* Compiled once for columns without raw cells, which most are, and once for others. */
#define INLINE static inline __attribute__((always_inline))

INLINE int is_raw(const mlops__grid_column *column, size_t i, int has_raw) {
    return has_raw && mlops__bit(column->raw, i);
}

INLINE uint8_t places_of(const mlops__grid_column *column, size_t n, int has_raw) {
    int64_t most = 0;
    if (column->form.kind == MLOPS__FORM_TIME) return column->form.width;
    if (column->form.kind != MLOPS__FORM_DECIMAL) return 0;
    for (size_t i = 0; i < n; i++)
        if (!is_raw(column, i, has_raw) && (column->values[i] & 31) > most)
            most = column->values[i] & 31;
    return (uint8_t)most;
}

/* With so many places. False if there is no such number. */
INLINE int number_of(int is_decimal, int64_t value, uint8_t places, int64_t *out) {
    *out = value;
    if (!is_decimal) return 1;
    *out = (value - (value & 31)) / 32;
    if ((value & 31) == places) return 1;
    int64_t scale = (int64_t)mlops__tens[places - (value & 31)], most = INT64_MAX / scale;
    if (*out > most || *out < -most) return 0;
    *out *= scale;
    return 1;
}

/* False if there is no such number of a cell. */
INLINE int take_all(mlops__zone *zone, const mlops__grid_column *column, size_t n, int has_raw,
                    int is_decimal) {
    int64_t number, before = 0, least = INT64_MAX, most = INT64_MIN;
    int is_first = 1, ascends = 1;
    for (size_t i = 0; i < n; i++) {
        if (is_raw(column, i, has_raw)) continue;
        if (!number_of(is_decimal, column->values[i], zone->places, &number)) return 0;
        if (is_first) zone->first = number;
        else ascends &= number > before;
        least = number < least ? number : least;
        most = number > most ? number : most;
        before = number;
        is_first = 0;
    }
    zone->least = least;
    zone->most = most;
    zone->last = before;
    zone->ascends = (uint8_t)ascends;
    return 1;
}

static int take_numbers(mlops__zone *zone, const mlops__grid_column *column, size_t n) {
    int is_decimal = column->form.kind == MLOPS__FORM_DECIMAL;
    if (column->n_raw) {
        zone->places = places_of(column, n, 1);
        return is_decimal ? take_all(zone, column, n, 1, 1) : take_all(zone, column, n, 1, 0);
    }
    zone->places = places_of(column, n, 0);
    return is_decimal ? take_all(zone, column, n, 0, 1) : take_all(zone, column, n, 0, 0);
}

static int is_empty(const mlops__grid_column *column, size_t i) {
    if (mlops__bit(column->raw, i)) return mlops__span_of(column->values[i]).n == 0;
    return column->form.kind == MLOPS__FORM_WORDS && column->form.words[column->values[i]].n == 0;
}

static uint16_t count_empty(const mlops__grid_column *column, size_t n) {
    size_t n_empty = 0;
    int may_be = column->n_raw > 0;
    for (size_t i = 0; column->form.kind == MLOPS__FORM_WORDS && i < column->form.n_words; i++)
        may_be |= column->form.words[i].n == 0;
    for (size_t i = 0; may_be && i < n; i++) n_empty += (size_t)is_empty(column, i);
    return (uint16_t)n_empty;
}

static mlops__zone zone_of(const mlops__grid_column *column, size_t n) {
    const mlops__zone none = {.n_raw = (uint16_t)column->n_raw, .n_empty = count_empty(column, n)};
    mlops__zone zone = none;
    zone.kind = (uint8_t)kind_of(&column->form);
    if (zone.kind == MLOPS__ZONE_NONE || column->n_raw == n) return none;
    return take_numbers(&zone, column, n) ? zone : none;
}

mlops_status mlops__zones_add(const mlops__grid *rows, mlops__buf *zones, mlops_error *err) {
    if (zones->size / sizeof(mlops__zone) > MLOPS__ZONES_MAX) return MLOPS_OK;
    for (size_t c = 0; c < rows->dialect.n_columns; c++) {
        mlops__zone zone = zone_of(&rows->columns[c], rows->n);
        mlops__buf_put(zones, &zone, sizeof zone);
    }
    return zones->status ? mlops__fail_nomem(err, zones->size) : MLOPS_OK;
}

/* ---- writing ---- */

static int64_t number_at(const mlops__zone *zone, int which) {
    switch (which) {
    case 0: return zone->kind | (zone->ascends ? ASCENDS : 0) | zone->places * PLACES;
    case 1: return zone->n_raw;
    case 2: return zone->n_empty;
    case 3: return zone->least;
    case 4: return zone->most;
    case 5: return zone->first;
    default: return zone->last;
    }
}

static void write_columns(const mlops__zone *zones, size_t n, size_t n_columns, int64_t *room,
                          int64_t *ends, mlops__buf *out) {
    for (size_t c = 0; c < n_columns; c++) {
        for (int which = 0; which < NUMBERS; which++) {
            for (size_t i = 0; i < n; i++) room[i] = number_at(&zones[i * n_columns + c], which);
            mlops__packed_write(out, room, n);
        }
        ends[c] = (int64_t)out->size;
    }
}

mlops_status mlops__zones_write(const mlops__dialect *dialect, const mlops__zone *zones, size_t n,
                                mlops__buf *out, mlops_error *err) {
    size_t n_columns = dialect->n_columns, begin = out->size, size = (n + n_columns) * 8;
    mlops__buf columns, room;
    mlops__buf_init(&columns, out->allocator);
    mlops__buf_init(&room, out->allocator);
    int64_t *numbers = (int64_t *)(void *)mlops__buf_extend(&room, size);
    if (numbers) {
        write_columns(zones, n, n_columns, numbers, numbers + n, &columns);
        mlops__buf_u8(out, VERSION);
        mlops__buf_u8(out, dialect->delimiter);
        mlops__buf_u16(out, dialect->n_columns);
        mlops__buf_u32(out, (uint32_t)n);
        mlops__packed_write(out, numbers + n, n_columns);
        mlops__buf_put(out, columns.data, columns.size);
    }
    int lacking = !numbers || columns.status || out->status;
    mlops__buf_free(&columns);
    mlops__buf_free(&room);
    if (!lacking) return MLOPS_OK;
    out->size = begin;
    return mlops__fail_nomem(err, size);
}

/* ---- reading ---- */

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged: its zones do not fit");
}

mlops_status mlops__zones_open(mlops__zones *out, const uint8_t *bytes, size_t n,
                               mlops_error *err) {
    mlops__cursor c;
    memset(out, 0, sizeof *out);
    mlops__cursor_init(&c, bytes, n);
    unsigned version = mlops__cursor_u8(&c);
    out->delimiter = mlops__cursor_u8(&c);
    out->n_columns = mlops__cursor_u16(&c);
    out->n = mlops__cursor_u32(&c);
    if (version != VERSION || out->n_columns == 0 || out->n_columns > MLOPS__COLUMNS_MAX ||
        out->n == 0 || out->n > MLOPS__ZONES_MAX / out->n_columns)
        c.failed = 1;
    if (!c.failed) mlops__packed_open(&out->ends, &c, out->n_columns);
    out->bytes = bytes;
    out->size = n;
    out->columns_at = c.offset;
    return c.failed ? damaged(err) : MLOPS_OK;
}

static int set_number(mlops__zone *zone, int which, int64_t number) {
    if (which == 0 && (number < 0 || number >> 3 > MLOPS__PLACES_MAX)) return 0;
    if ((which == 1 || which == 2) && (number < 0 || number > MLOPS__GROUP_ROWS)) return 0;
    switch (which) {
    case 0:
        zone->kind = number & 3;
        zone->ascends = (number & ASCENDS) != 0;
        zone->places = (uint8_t)(number / PLACES);
        break;
    case 1: zone->n_raw = (uint16_t)number; break;
    case 2: zone->n_empty = (uint16_t)number; break;
    case 3: zone->least = number; break;
    case 4: zone->most = number; break;
    case 5: zone->first = number; break;
    default: zone->last = number;
    }
    return 1;
}

mlops_status mlops__zones_read(const mlops__zones *self, size_t column, int64_t *room,
                               mlops__zone *out, mlops_error *err) {
    mlops__cursor c;
    mlops__packed numbers;
    int64_t begin = column ? mlops__packed_at(&self->ends, column - 1) : 0;
    int64_t end = mlops__packed_at(&self->ends, column);
    if (begin < 0 || begin > end || end > (int64_t)(self->size - self->columns_at))
        return damaged(err);
    mlops__cursor_init(&c, self->bytes, self->columns_at + (size_t)end);
    c.offset = self->columns_at + (size_t)begin;
    memset(out, 0, self->n * sizeof *out);
    for (int which = 0; which < NUMBERS; which++) {
        mlops__packed_open(&numbers, &c, self->n);
        if (c.failed) return damaged(err);
        mlops__packed_read(&numbers, 0, self->n, room);
        for (size_t i = 0; i < self->n; i++)
            if (!set_number(&out[i], which, room[i])) return damaged(err);
    }
    return MLOPS_OK;
}
