/* What can be counted of texts, so that they can be compared, watched and held to expectations.
 *
 * Owns the measures. Invariant: a text gives the same numbers and the same word wherever it stands,
 * so that samples of texts are samples of them.
 */
#include "column/text_counts.h"
#include "base/mix.h"

#include <mlops/texts.h>
#include <string.h>

enum { WORD_MIN = 4, WORD_MAX = 64 };

typedef struct counts {
    int64_t characters, words, letters, upper, digits, punctuation, wide;
    uint64_t hash; /* FNV-1a */
} counts;

static int is_blank(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static int is_upper(uint8_t c) { return c >= 'A' && c <= 'Z'; }

static int is_letter(uint8_t c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

static int is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static void count(counts *out, const char *text, size_t n) {
    const uint8_t *p = (const uint8_t *)text, *end = p + n;
    int apart = 1;
    memset(out, 0, sizeof *out);
    out->hash = UINT64_C(0xcbf29ce484222325);
    for (; p < end; p++) {
        out->hash = (out->hash ^ *p) * UINT64_C(0x100000001b3);
        out->words += apart && !is_blank(*p);
        apart = is_blank(*p);
        if ((*p & 0xc0) == 0x80) continue; /* goes on with a character */
        out->characters++;
        out->letters += is_letter(*p);
        out->upper += is_upper(*p);
        out->digits += is_digit(*p);
        out->wide += *p >= 0x80;
        out->punctuation += *p > ' ' && *p < 0x7f && !is_letter(*p) && !is_digit(*p);
    }
}

int64_t mlops__text_words(const char *text, size_t n) {
    counts found;
    count(&found, text, n);
    return found.words;
}

static int is_inner(uint8_t c) { return is_letter(c) || is_digit(c) || c >= 0x80; }

/* The next word of WORD_MIN characters or more, from *at on, which it moves; NULL: there is none.
 */
static const uint8_t *next_word(const uint8_t **at, const uint8_t *end, size_t *n) {
    const uint8_t *p = *at;
    for (;;) {
        int characters = 0;
        while (p < end && !is_inner(*p)) p++;
        if (p == end) return NULL;
        const uint8_t *word = p;
        for (; p < end && is_inner(*p); p++) characters += (*p & 0xc0) != 0x80;
        *n = (size_t)(p - word);
        *at = p;
        if (characters >= WORD_MIN) return word;
    }
}

/* One of the words, drawn by the text itself. */
static void put_word(mlops__rows *rows, const char *text, size_t size, uint64_t hash) {
    const uint8_t *at = (const uint8_t *)text, *end = at + size, *word;
    uint8_t lower[WORD_MAX];
    uint64_t n_words = 0;
    size_t n;
    while (next_word(&at, end, &n)) n_words++;
    if (n_words == 0) {
        mlops__rows_null(rows);
        return;
    }
    at = (const uint8_t *)text;
    uint64_t left = mlops__mix(hash) % n_words;
    while ((word = next_word(&at, end, &n)) != NULL && left > 0) left--;
    if (n > WORD_MAX)
        for (n = WORD_MAX; n > 0 && (word[n] & 0xc0) == 0x80;) n--;
    for (size_t i = 0; i < n; i++) lower[i] = (uint8_t)(word[i] + (is_upper(word[i]) ? 32 : 0));
    mlops__rows_text_n(rows, lower, n);
}

static void put_share(mlops__rows *rows, int64_t part, int64_t whole) {
    if (whole > 0) mlops__rows_f64(rows, (double)part / (double)whole);
    else mlops__rows_null(rows);
}

static const mlops__rows_column parts[MLOPS__TEXTS_COLUMNS] = {
    {"length", MLOPS_TYPE_INT64},        {"words", MLOPS_TYPE_INT64},
    {"letters", MLOPS_TYPE_FLOAT64},     {"digits", MLOPS_TYPE_FLOAT64},
    {"punctuation", MLOPS_TYPE_FLOAT64}, {"non_ascii", MLOPS_TYPE_FLOAT64},
    {"upper", MLOPS_TYPE_FLOAT64},       {"word", MLOPS_TYPE_STRING},
};

char *mlops__texts_name(mlops__arena *arena, const char *name, int k) {
    size_t n = strlen(name), more = strlen(parts[k].name);
    char *out = mlops__arena_alloc(arena, n + 1 + more + 1);
    if (!out) return NULL;
    memcpy(out, name, n);
    out[n] = '.';
    memcpy(out + n + 1, parts[k].name, more + 1);
    return out;
}

mlops_type mlops__texts_type(int k) { return parts[k].type; }

size_t mlops__texts_base(const char *name, int k) {
    size_t n = strlen(name), more = strlen(parts[k].name);
    if (n <= more + 1 || name[n - more - 1] != '.' || strcmp(name + n - more, parts[k].name) != 0)
        return 0;
    return n - more - 1;
}

mlops_status mlops__texts_begin(mlops__texts *self, const mlops__host *host, const char *name,
                                uint32_t mask, mlops_error *err) {
    mlops__rows_column columns[MLOPS__TEXTS_COLUMNS];
    mlops__arena arena;
    mlops_status status = MLOPS_OK;
    int64_t n = 0;
    self->mask = mask;
    mlops__arena_init(&arena, &host->allocator, SIZE_MAX);
    for (int k = 0; k < MLOPS__TEXTS_COLUMNS; k++) {
        if (!(mask >> k & 1)) continue;
        columns[n] = parts[k];
        columns[n].name = mlops__texts_name(&arena, name, k);
        if (!columns[n++].name) status = mlops__fail_nomem(err, strlen(name));
    }
    if (status == MLOPS_OK) status = mlops__rows_begin(&self->rows, host, columns, n, err);
    mlops__arena_free(&arena);
    return status;
}

static void put_part(mlops__rows *rows, int k, const counts *found, const char *text, size_t n) {
    switch (k) {
    case 0: mlops__rows_i64(rows, found->characters); break;
    case 1: mlops__rows_i64(rows, found->words); break;
    case 2: put_share(rows, found->letters, found->characters); break;
    case 3: put_share(rows, found->digits, found->characters); break;
    case 4: put_share(rows, found->punctuation, found->characters); break;
    case 5: put_share(rows, found->wide, found->characters); break;
    case 6: put_share(rows, found->upper, found->letters); break;
    default: put_word(rows, text, n, found->hash);
    }
}

void mlops__texts_add(mlops__texts *self, const char *text, size_t n) {
    counts found;
    if (text) count(&found, text, n);
    for (int k = 0; k < MLOPS__TEXTS_COLUMNS; k++) {
        if (!(self->mask >> k & 1)) continue;
        if (text) put_part(&self->rows, k, &found, text, n);
        else mlops__rows_null(&self->rows);
    }
}

mlops_status mlops__table_texts(mlops_table **out, const mlops__host *host,
                                const mlops__column *column, mlops_error *err) {
    mlops__texts self;
    *out = NULL;
    MLOPS_TRY(mlops__texts_begin(&self, host, column->name, MLOPS__TEXTS_ALL, err));
    mlops__rows_reserve(&self.rows, column->n_rows);
    for (int64_t i = 0; i < column->n_rows && self.rows.status == MLOPS_OK; i++) {
        const char *text = NULL;
        if (column->type == MLOPS_TYPE_STRING && mlops__column_valid(column, i))
            text = column->texts[((const int32_t *)column->data)[i]];
        mlops__texts_add(&self, text, text ? strlen(text) : 0);
    }
    return mlops__rows_end(&self.rows, MLOPS_OK, out, err);
}

int mlops__texts_judge(int64_t n, int64_t n_distinct, int64_t n_words, int64_t rows_min) {
    enum { WORDS = 5 };
    return n >= rows_min && n_distinct >= n - n_distinct && n_words >= WORDS * n_distinct;
}

mlops_status mlops__texts_are(int *out, const mlops__column *column, int64_t rows_min,
                              const mlops__host *host, mlops_error *err) {
    int64_t n = column->n_rows - column->n_nulls, n_distinct = 0, n_words = 0;
    *out = 0;
    if (column->type != MLOPS_TYPE_STRING || n < rows_min || column->n_texts < n / 2)
        return MLOPS_OK;
    size_t size = (size_t)column->n_texts + 1;
    uint8_t *seen = mlops__alloc_zero(&host->allocator, size);
    if (!seen) return mlops__fail_nomem(err, size);
    for (int64_t i = 0; i < column->n_rows; i++)
        if (mlops__column_valid(column, i)) seen[((const int32_t *)column->data)[i]] = 1;
    for (int64_t i = 0; i < column->n_texts; i++) {
        if (!seen[i]) continue;
        n_distinct++;
        n_words += mlops__text_words(column->texts[i], strlen(column->texts[i]));
    }
    mlops__free(&host->allocator, seen, size);
    *out = mlops__texts_judge(n, n_distinct, n_words, rows_min);
    return MLOPS_OK;
}

mlops_status mlops_table_texts(mlops_table **out, const mlops_table *self, const char *column,
                               mlops_error *err) {
    *out = NULL;
    if (!column) return mlops__fail(err, MLOPS_E_INVALID, "table: column is NULL");
    int64_t index = mlops_table_find(self, column);
    char hint[MLOPS__HINT];
    if (index < 0)
        return mlops__fail(err, MLOPS_E_SCHEMA, "the table has no column '%s'%s", column,
                           mlops__table_hint(self, hint));
    const mlops__column *found = mlops__table_column(self, index);
    if (found->type != MLOPS_TYPE_STRING && found->type != MLOPS_TYPE_NULL)
        return mlops__fail(err, MLOPS_E_SCHEMA, "column '%s' is %s; texts are of type string",
                           column, mlops__type_name(found->type));
    return mlops__table_texts(out, mlops__table_host(self), found, err);
}
