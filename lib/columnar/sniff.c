/* Finding out how a text is cut, and whether it is worth it.
 *
 * Owns nothing. Invariant: a wrong guess makes groups larger, never wrong.
 */
#include "columnar/grid.h"

#include <string.h>

enum { ROWS = 64 };

/* Rows that a text begins with, under a dialect. */
typedef struct trial {
    mlops__dialect dialect; /* n_columns is what most of them have */
    size_t n_rows, n_such, n_crlf, n_quoted;
    uint32_t starts[ROWS];
    uint32_t counts[ROWS]; /* of cells */
} trial;

static int is_text(const uint8_t *text, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (text[i] < ' ' && text[i] != '\t' && text[i] != '\n' && text[i] != '\r') return 0;
    return 1;
}

static void count_such(trial *t) {
    for (size_t i = 0; i < t->n_rows; i++) {
        size_t n_such = 0;
        for (size_t k = 0; k < t->n_rows; k++) n_such += t->counts[k] == t->counts[i];
        if (n_such <= t->n_such || t->counts[i] > MLOPS__COLUMNS_MAX) continue;
        t->n_such = n_such;
        t->dialect.n_columns = (uint16_t)t->counts[i];
    }
    t->dialect.crlf = 2 * t->n_crlf > t->n_rows;
}

static trial try(const uint8_t *text, size_t n, uint8_t delimiter, uint8_t quotes) {
    trial t = {.dialect = {delimiter, quotes, 0, 0}};
    for (size_t at = 0; t.n_rows < ROWS;) {
        uint32_t n_cells = 0;
        size_t cell = at, stop;
        do {
            t.n_quoted += cell < n && text[cell] == '"';
            stop = mlops__cut_cell(&t.dialect, text, n, cell);
            cell = stop + 1;
            n_cells++;
        } while (stop < n && text[stop] != '\n');
        if (stop == n) break; /* it may be a part of a row */
        t.starts[t.n_rows] = (uint32_t)at;
        t.counts[t.n_rows++] = n_cells;
        t.n_crlf += stop > at && text[stop - 1] == '\r';
        at = cell;
    }
    count_such(&t);
    return t;
}

/* Whether a is cut better than b. Quotes are for delimiters that text has, unless cells say so. */
static int is_better(const trial *a, const trial *b) {
    int usual = a->dialect.delimiter == ',' || a->dialect.delimiter == ';';
    if (a->dialect.n_columns < 2 || a->n_such < 2 || 10 * a->n_such < 8 * a->n_rows) return 0;
    if (a->n_such * b->n_rows != b->n_such * a->n_rows)
        return a->n_such * b->n_rows > b->n_such * a->n_rows;
    if (a->dialect.delimiter == b->dialect.delimiter) return usual || a->n_quoted > 0;
    return a->dialect.n_columns > b->dialect.n_columns;
}

/* ---- worth ---- */

/* Bytes of cells that a number or a word stands for: those that the form spells, and those that
 * were there before. */
static size_t bytes_spared(const uint8_t *text, const int64_t *cells, size_t n) {
    mlops__form form = {0};
    size_t out = 0;
    int64_t value;
    mlops__form_choose(&form, text, cells, n);
    for (size_t i = 0; i < n; i++) {
        mlops__span s = mlops__span_of(cells[i]);
        int spared = mlops__form_parse(&form, text, s.at, s.n, &value);
        for (size_t k = 0; k < i && !spared; k++) {
            mlops__span before = mlops__span_of(cells[k]);
            spared = before.n == s.n && memcmp(text + before.at, text + s.at, s.n) == 0;
        }
        if (spared) out += s.n + 1;
    }
    return out;
}

/* At least half of the bytes are spared. */
static int is_worth(trial *t, const uint8_t *text, size_t n) {
    size_t all = 0, spared = 0, n_rows = 0;
    int64_t cells[ROWS];
    for (size_t i = 0; i < t->n_rows; i++)
        if (t->counts[i] == t->dialect.n_columns) t->starts[n_rows++] = t->starts[i];
    for (size_t column = 0; column < t->dialect.n_columns; column++) {
        for (size_t i = 0; i < n_rows; i++) {
            size_t at = t->starts[i], stop = mlops__cut_cell(&t->dialect, text, n, at);
            int cr = t->dialect.crlf && column + 1u == t->dialect.n_columns && stop > at;
            cells[i] = mlops__span_pack((uint32_t)at, (uint32_t)(stop - at) - (uint32_t)cr);
            all += stop - at + 1;
            t->starts[i] = (uint32_t)stop + 1;
        }
        spared += bytes_spared(text, cells, n_rows);
    }
    return 2 * spared >= all;
}

int mlops__dialect_sniff(mlops__dialect *out, const uint8_t *text, size_t n) {
    static const char DELIMITERS[] = ",;\t|";
    trial best = {0};
    if (n > MLOPS__SNIFF) n = MLOPS__SNIFF;
    if (!is_text(text, n)) return 0;
    best.n_rows = 1;
    for (size_t i = 0; i < sizeof DELIMITERS - 1; i++)
        for (uint8_t quotes = 0; quotes < 2; quotes++) {
            trial t = try(text, n, (uint8_t)DELIMITERS[i], quotes);
            if (is_better(&t, &best)) best = t;
        }
    if (!best.dialect.n_columns) best = try(text, n, ',', 0);
    if (best.n_such < 2 || 10 * best.n_such < 8 * best.n_rows) return 0;
    *out = best.dialect;
    return is_worth(&best, text, n);
}
