/* Choosing the form of a column.
 *
 * Owns nothing. Invariant: what is chosen depends on the cells alone, so that equal rows are equal
 * bytes whoever writes them.
 */
#include "columnar/form.h"
#include "columnar/packed.h"

#include <string.h>

enum { SAMPLE = 32, TRIES = 8 };

static int is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* ---- forms that spell one cell ---- */

/* Sets what is ahead of text[from] and behind text[to - 1]; false if that is too much. */
static int set_affixes(mlops__form *out, const uint8_t *text, size_t n, size_t from, size_t to) {
    if (from >= MLOPS__AFFIX || n - to >= MLOPS__AFFIX) return 0;
    out->n_prefix = (uint8_t)from;
    out->n_suffix = (uint8_t)(n - to);
    memset(out->prefix, 0, sizeof out->prefix);
    memset(out->suffix, 0, sizeof out->suffix);
    memcpy(out->prefix, text, from);
    memcpy(out->suffix, text + to, n - to);
    return 1;
}

static int as_time(mlops__form *out, const uint8_t *text, size_t n) {
    size_t from = 0, to;
    while (from < n && !is_digit(text[from])) from++;
    if (n - from < 10 || text[from + 4] != '-' || text[from + 7] != '-') return 0;
    out->kind = MLOPS__FORM_TIME;
    out->between = out->width = 0;
    to = from + 10;
    if (n - from >= 19 && (text[to] == 'T' || text[to] == ' ') && text[from + 13] == ':') {
        out->between = text[to];
        to = from + 19;
        if (n - to >= 2 && text[to] == '.')
            while (out->width < 9 && to + 1 + out->width < n && is_digit(text[to + 1 + out->width]))
                out->width++;
        if (out->width) to += 1u + out->width;
    }
    return set_affixes(out, text, n, from, to);
}

/* The last number in the text; with zeroes ahead it is so many digits. */
static int as_number(mlops__form *out, const uint8_t *text, size_t n) {
    size_t to = n, from;
    while (to > 0 && !is_digit(text[to - 1])) to--;
    for (from = to; from > 0 && is_digit(text[from - 1]);) from--;
    if (from == to) return 0;
    out->width = out->between = 0;
    out->kind = MLOPS__FORM_INTEGER;
    if (from >= 2 && (text[from - 1] == '.' || text[from - 1] == ',') && is_digit(text[from - 2])) {
        out->kind = MLOPS__FORM_DECIMAL;
        out->between = text[from - 1];
        for (from--; from > 0 && is_digit(text[from - 1]);) from--;
    } else if (text[from] == '0' && to - from > 1 && to - from <= 18) {
        out->kind = MLOPS__FORM_DIGITS;
        out->width = (uint8_t)(to - from);
    }
    if (out->kind != MLOPS__FORM_DIGITS && from > 0 && text[from - 1] == '-') from--;
    return set_affixes(out, text, n, from, to);
}

/* ---- the one that spells most ---- */

typedef struct sample {
    const uint8_t *text;
    mlops__span cells[SAMPLE];
    size_t n, n_empty;
} sample;

static void draw_sample(sample *out, const uint8_t *text, const int64_t *cells, size_t n) {
    out->text = text;
    out->n = n < SAMPLE ? n : SAMPLE;
    out->n_empty = 0;
    for (size_t i = 0; i < out->n; i++) {
        out->cells[i] = mlops__span_of(cells[i * n / out->n]);
        out->n_empty += out->cells[i].n == 0;
    }
}

static size_t count_spelled(const mlops__form *form, const sample *s) {
    size_t out = 0;
    int64_t value;
    for (size_t i = 0; i < s->n; i++)
        out += (size_t)mlops__form_parse(form, s->text, s->cells[i].at, s->cells[i].n, &value);
    return out;
}

void mlops__form_choose(mlops__form *out, const uint8_t *text, const int64_t *cells, size_t n) {
    static int (*const KINDS[])(mlops__form *, const uint8_t *, size_t) = {as_time, as_number};
    mlops__form best = {0}, one = {0};
    size_t most = 0;
    sample s;
    draw_sample(&s, text, cells, n);
    best.words = one.words = out->words;
    for (size_t i = 0; i < TRIES && most + s.n_empty < s.n; i++) {
        mlops__span cell = s.cells[i * s.n / TRIES];
        for (size_t k = 0; k < 2 && cell.n; k++) {
            if (!KINDS[k](&one, text + cell.at, cell.n)) continue;
            size_t n_spelled = count_spelled(&one, &s);
            if (n_spelled <= most) continue;
            most = n_spelled;
            best = one;
        }
    }
    if (2 * most < s.n - s.n_empty) best.kind = MLOPS__FORM_TEXT;
    *out = best;
}

/* ---- words ---- */

enum { SLOTS = 2 * MLOPS__WORDS_MAX };

typedef struct word {
    uint64_t first; /* of its bytes, as many as eight */
    mlops__span at;
} word;

/* What is in the room: words as they came, where they are found, and behind which others they are
 * when sorted. */
typedef struct words {
    word list[MLOPS__WORDS_MAX];
    uint16_t slots[SLOTS]; /* 1 and the number of a word; 0: none */
    uint16_t places[MLOPS__WORDS_MAX];
    const uint8_t *text;
    size_t n;
} words;

/* The last n bytes (1 to 8) ahead of text + end. */
static inline uint64_t tail(const uint8_t *text, size_t end, size_t n) {
    if (end >= 8) return mlops__word(text + end - 8) >> (64 - 8 * n);
    uint64_t out = 0;
    for (size_t i = 1; i <= n; i++) out = out << 8 | text[end - i];
    return out;
}

/* Number of a word that may be new; WORDS_MAX if there is no room for it. */
static inline size_t number_of(words *w, mlops__span s) {
    uint64_t first = s.n ? tail(w->text, s.at + (s.n < 8 ? s.n : 8), s.n < 8 ? s.n : 8) : 0;
    uint64_t last = s.n > 8 ? tail(w->text, s.at + s.n, 8) : s.n;
    uint64_t hash = (first ^ (last << 29 | last >> 35)) * 0x9e3779b97f4a7c15u;
    for (size_t i = hash >> (64 - 11);; i = (i + 1) % SLOTS) {
        if (w->slots[i] == 0) {
            if (w->n == MLOPS__WORDS_MAX || s.n > MLOPS__WORD_MAX) return MLOPS__WORDS_MAX;
            w->list[w->n] = (word){first, s};
            w->slots[i] = (uint16_t)++w->n;
            return w->n - 1;
        }
        const word *known = &w->list[w->slots[i] - 1];
        if (known->first == first && known->at.n == s.n &&
            (s.n <= 8 || memcmp(w->text + known->at.at, w->text + s.at, s.n) == 0))
            return w->slots[i] - 1u;
    }
}

static int ahead(const uint8_t *text, mlops__span a, mlops__span b) {
    int order = memcmp(text + a.at, text + b.at, a.n < b.n ? a.n : b.n);
    return order < 0 || (order == 0 && a.n < b.n);
}

/* Sorts by gaps that shrink (Shell, with the steps of Ciura). */
static void sort_words(words *w, uint16_t *order) {
    static const size_t GAPS[] = {701, 301, 132, 57, 23, 10, 4, 1};
    for (size_t i = 0; i < w->n; i++) order[i] = (uint16_t)i;
    for (size_t g = 0; g < sizeof GAPS / sizeof GAPS[0]; g++)
        for (size_t i = GAPS[g]; i < w->n; i++) {
            uint16_t moved = order[i];
            size_t j = i;
            for (;
                 j >= GAPS[g] && ahead(w->text, w->list[moved].at, w->list[order[j - GAPS[g]]].at);
                 j -= GAPS[g])
                order[j] = order[j - GAPS[g]];
            order[j] = moved;
        }
}

int mlops__words_find(mlops__form *out, const uint8_t *text, int64_t *cells, size_t n, void *room) {
    words *w = room;
    uint16_t *numbers = (uint16_t *)(void *)((uint8_t *)room + MLOPS__WORDS_ROOM);
    uint16_t order[MLOPS__WORDS_MAX];
    _Static_assert(sizeof *w <= MLOPS__WORDS_ROOM, "words fit into their room");
    memset(w->slots, 0, sizeof w->slots);
    w->text = text;
    w->n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t number = number_of(w, mlops__span_of(cells[i]));
        if (number == MLOPS__WORDS_MAX || 4 * w->n > n + 8) return 0;
        numbers[i] = (uint16_t)number;
    }
    sort_words(w, order);
    for (size_t i = 0; i < w->n; i++) {
        out->words[i] = w->list[order[i]].at;
        w->places[order[i]] = (uint16_t)i;
    }
    out->kind = MLOPS__FORM_WORDS;
    out->n_words = (uint32_t)w->n;
    for (size_t i = 0; i < n; i++) cells[i] = w->places[numbers[i]];
    return n > 0;
}

int64_t mlops__form_word(const mlops__form *self, const uint8_t *text, const uint8_t *bytes,
                         size_t n) {
    size_t low = 0, high = self->n_words;
    while (low < high) {
        size_t mid = (low + high) / 2;
        mlops__span s = self->words[mid];
        int order = memcmp(text + s.at, bytes, s.n < n ? s.n : n);
        if (order == 0 && s.n == n) return (int64_t)mid;
        if (order < 0 || (order == 0 && s.n < n)) low = mid + 1;
        else high = mid;
    }
    return -1;
}
