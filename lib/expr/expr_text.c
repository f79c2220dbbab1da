/* Comparing and searching strings.
 *
 * Owns nothing. Invariant: bytes decide, so that the order is that of code points; a folded string
 * is read as if its ASCII capitals were small letters, without a copy.
 */
#include "expr/expr_text.h"

#include <string.h>

typedef mlops__expr_text text;

static uint8_t at(const text *t, size_t i) {
    uint8_t c = (uint8_t)t->data[i];
    return t->fold && c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Of n bytes from an offset of a, and all of b. */
static int compare_part(const text *a, size_t offset, const text *b, size_t n) {
    if (n == 0) return 0;
    if (!a->fold && !b->fold) return memcmp(a->data + offset, b->data, n);
    for (size_t i = 0; i < n; i++)
        if (at(a, offset + i) != at(b, i)) return at(a, offset + i) < at(b, i) ? -1 : 1;
    return 0;
}

int mlops__expr_text_compare(const text *a, const text *b) {
    int order = compare_part(a, 0, b, a->n < b->n ? a->n : b->n);
    return order ? order : (a->n > b->n) - (a->n < b->n);
}

int mlops__expr_text_begins(const text *t, const text *part) {
    return part->n <= t->n && compare_part(t, 0, part, part->n) == 0;
}

int mlops__expr_text_ends(const text *t, const text *part) {
    return part->n <= t->n && compare_part(t, t->n - part->n, part, part->n) == 0;
}

int mlops__expr_text_find(const text *t, const text *part) {
    if (part->n == 0) return 1;
    for (size_t i = 0; i + part->n <= t->n; i++) {
        if (!t->fold && !part->fold) {
            const char *hit = memchr(t->data + i, part->data[0], t->n - part->n - i + 1);
            if (!hit) return 0;
            i = (size_t)(hit - t->data);
        }
        if (compare_part(t, i, part, part->n) == 0) return 1;
    }
    return 0;
}

static int is_inside(const text *t, size_t i) {
    return i < t->n && ((uint8_t)t->data[i] & 0xc0) == 0x80;
}

/* Where the character behind the one at i begins. */
static size_t next_character(const text *t, size_t i) {
    for (i++; is_inside(t, i);) i++;
    return i;
}

int mlops__expr_text_like(const text *t, const text *pattern) {
    size_t i = 0, j = 0, behind_run = 0, run_end = 0;
    int in_run = 0;
    while (i < t->n) {
        char c = j < pattern->n ? pattern->data[j] : 0;
        if (j < pattern->n && c == '%') {
            in_run = 1; /* for now the run takes nothing; each failure gives it a character more */
            behind_run = ++j;
            run_end = i;
        } else if (j < pattern->n && c == '_') {
            i = next_character(t, i);
            j++;
        } else if (j < pattern->n && at(pattern, j) == at(t, i)) {
            i++;
            j++;
        } else if (in_run) {
            run_end = next_character(t, run_end);
            i = run_end;
            j = behind_run;
        } else return 0;
    }
    while (j < pattern->n && pattern->data[j] == '%') j++;
    return j == pattern->n;
}

int64_t mlops__expr_text_length(const text *t) {
    int64_t n = 0;
    for (size_t i = 0; i < t->n; i++) n += !is_inside(t, i);
    return n;
}

void mlops__expr_text_copy(char *out, const text *t) {
    for (size_t i = 0; i < t->n; i++) out[i] = (char)at(t, i);
    out[t->n] = 0;
}

mlops_status mlops__expr_texts_unfold(text *texts, int64_t n, mlops__arena *arena) {
    for (int64_t i = 0; i < n; i++) {
        if (!texts[i].fold) continue;
        char *copy = mlops__arena_alloc(arena, (size_t)texts[i].n + 1);
        if (!copy) return MLOPS_E_NOMEM;
        mlops__expr_text_copy(copy, &texts[i]);
        texts[i] = (text){copy, texts[i].n, 0};
    }
    return MLOPS_OK;
}
