/* What can be counted of texts, so that they can be compared, watched and held to expectations.
 *
 * Owns the measures. Invariant: a text gives the same numbers and the same word wherever it stands,
 * so that samples of texts are samples of them.
 */
#include "column/text_counts.h"
#include "base/arena.h"
#include "base/mix.h"
#include "column/rows.h"

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

static void count(counts *out, const char *text) {
    const uint8_t *p = (const uint8_t *)text;
    int apart = 1;
    memset(out, 0, sizeof *out);
    out->hash = UINT64_C(0xcbf29ce484222325);
    for (; *p; p++) {
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

int64_t mlops__text_words(const char *text) {
    counts found;
    count(&found, text);
    return found.words;
}

/* The next word of WORD_MIN characters or more, from *at on, which it moves; NULL: there is none.
 */
static const uint8_t *next_word(const uint8_t **at, size_t *n) {
    const uint8_t *p = *at;
    for (;;) {
        int characters = 0;
        while (*p && !is_letter(*p) && !is_digit(*p) && *p < 0x80) p++;
        if (!*p) return NULL;
        const uint8_t *word = p;
        for (; is_letter(*p) || is_digit(*p) || *p >= 0x80; p++) characters += (*p & 0xc0) != 0x80;
        *n = (size_t)(p - word);
        *at = p;
        if (characters >= WORD_MIN) return word;
    }
}

/* One of the words, drawn by the text itself. */
static void put_word(mlops__rows *rows, const char *text, uint64_t hash) {
    const uint8_t *at = (const uint8_t *)text, *word;
    uint8_t lower[WORD_MAX];
    uint64_t n_words = 0;
    size_t n;
    while (next_word(&at, &n)) n_words++;
    if (n_words == 0) {
        mlops__rows_null(rows);
        return;
    }
    at = (const uint8_t *)text;
    uint64_t left = mlops__mix(hash) % n_words;
    while ((word = next_word(&at, &n)) != NULL && left > 0) left--;
    if (n > WORD_MAX)
        for (n = WORD_MAX; (word[n] & 0xc0) == 0x80;) n--;
    for (size_t i = 0; i < n; i++) lower[i] = (uint8_t)(word[i] + (is_upper(word[i]) ? 32 : 0));
    mlops__rows_text_n(rows, lower, n);
}

static void put_share(mlops__rows *rows, int64_t part, int64_t whole) {
    if (whole > 0) mlops__rows_f64(rows, (double)part / (double)whole);
    else mlops__rows_null(rows);
}

static void put_text(mlops__rows *rows, const char *text) {
    counts found;
    count(&found, text);
    mlops__rows_i64(rows, found.characters);
    mlops__rows_i64(rows, found.words);
    put_share(rows, found.letters, found.characters);
    put_share(rows, found.digits, found.characters);
    put_share(rows, found.punctuation, found.characters);
    put_share(rows, found.wide, found.characters);
    put_share(rows, found.upper, found.letters);
    put_word(rows, text, found.hash);
}

static const mlops__rows_column parts[MLOPS__TEXTS_COLUMNS] = {
    {"length", MLOPS_TYPE_INT64},        {"words", MLOPS_TYPE_INT64},
    {"letters", MLOPS_TYPE_FLOAT64},     {"digits", MLOPS_TYPE_FLOAT64},
    {"punctuation", MLOPS_TYPE_FLOAT64}, {"non_ascii", MLOPS_TYPE_FLOAT64},
    {"upper", MLOPS_TYPE_FLOAT64},       {"word", MLOPS_TYPE_STRING},
};

/* "review.length" and so on. */
static mlops_status name_parts(mlops__rows_column *out, const char *name, mlops__arena *arena) {
    size_t n = strlen(name);
    for (int i = 0; i < MLOPS__TEXTS_COLUMNS; i++) {
        char *text = mlops__arena_alloc(arena, n + 1 + strlen(parts[i].name) + 1);
        if (!text) return MLOPS_E_NOMEM;
        memcpy(text, name, n);
        text[n] = '.';
        memcpy(text + n + 1, parts[i].name, strlen(parts[i].name) + 1);
        out[i] = parts[i];
        out[i].name = text;
    }
    return MLOPS_OK;
}

mlops_status mlops__table_texts(mlops_table **out, const mlops__host *host,
                                const mlops__column *column, mlops_error *err) {
    mlops__rows_column columns[MLOPS__TEXTS_COLUMNS];
    mlops__arena arena;
    mlops__rows rows;
    *out = NULL;
    mlops__arena_init(&arena, &host->allocator, SIZE_MAX);
    mlops_status status = name_parts(columns, column->name, &arena);
    if (status == MLOPS_OK)
        status = mlops__rows_begin(&rows, host, columns, MLOPS__TEXTS_COLUMNS, err);
    else mlops__fail_nomem(err, strlen(column->name));
    mlops__arena_free(&arena);
    MLOPS_TRY(status);
    mlops__rows_reserve(&rows, column->n_rows);
    for (int64_t i = 0; i < column->n_rows && rows.status == MLOPS_OK; i++) {
        if (column->type == MLOPS_TYPE_STRING && mlops__column_valid(column, i))
            put_text(&rows, column->texts[((const int32_t *)column->data)[i]]);
        else
            for (int k = 0; k < MLOPS__TEXTS_COLUMNS; k++) mlops__rows_null(&rows);
    }
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
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
