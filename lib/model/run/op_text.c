/* Texts in other cases, and without stop words.
 *
 * Owns the rules of case: ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic letters, which take
 * as many bytes in either case; all other bytes stay. Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

enum { AS_IS, LOWER, UPPER };

typedef struct letters {
    uint16_t from;
    uint16_t to;
    int16_t by;   /* to the lower case */
    int16_t each; /* 2: every second letter from here is an upper case */
} letters;

static const letters uppers[] = {
    {0x41, 0x5a, 32, 1},   {0xc0, 0xd6, 32, 1},   {0xd8, 0xde, 32, 1},   {0x100, 0x12e, 1, 2},
    {0x132, 0x136, 1, 2},  {0x139, 0x147, 1, 2},  {0x14a, 0x176, 1, 2},  {0x178, 0x178, -121, 1},
    {0x179, 0x17d, 1, 2},  {0x386, 0x386, 38, 1}, {0x388, 0x38a, 37, 1}, {0x38c, 0x38c, 64, 1},
    {0x38e, 0x38f, 63, 1}, {0x391, 0x3a1, 32, 1}, {0x3a3, 0x3ab, 32, 1}, {0x400, 0x40f, 80, 1},
    {0x410, 0x42f, 32, 1}, {0x460, 0x480, 1, 2},  {0x48a, 0x4be, 1, 2},  {0x4c0, 0x4c0, 15, 1},
    {0x4c1, 0x4cd, 1, 2},  {0x4d0, 0x52e, 1, 2},
};

static uint32_t in_case(uint32_t code, int64_t action) {
    for (size_t i = 0; i < sizeof uppers / sizeof *uppers; i++) {
        int32_t by = uppers[i].by, c = (int32_t)code - (action == UPPER ? by : 0);
        if (c >= uppers[i].from && c <= uppers[i].to && (c - uppers[i].from) % uppers[i].each == 0)
            return (uint32_t)(action == UPPER ? c : c + by);
    }
    return code;
}

/* The one or two bytes from at in another case; returns how many. */
static size_t change(const mlops__graph_text *text, size_t at, int64_t action, uint8_t out[2]) {
    const uint8_t *p = (const uint8_t *)text->bytes + at;
    int is_pair = at + 1 < text->n && p[0] >= 0xc2 && p[0] <= 0xdf && (p[1] & 0xc0) == 0x80;
    out[0] = p[0];
    if (action == AS_IS || (p[0] >= 0x80 && !is_pair)) return 1;
    uint32_t code = is_pair ? (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f) : p[0];
    code = in_case(code, action);
    out[0] = (uint8_t)(is_pair ? 0xc0 | code >> 6 : code);
    out[1] = (uint8_t)(0x80 | (code & 0x3f));
    return is_pair ? 2 : 1;
}

/* A text in a case against a word as it is: below 0, 0, above. */
static int compare(const mlops__graph_text *text, int64_t action, const mlops__graph_text *word) {
    for (size_t at = 0; at < text->n;) {
        uint8_t bytes[2];
        size_t n = change(text, at, action, bytes);
        for (size_t i = 0; i < n; i++, at++) {
            if (at == word->n) return 1;
            int sign = (int)bytes[i] - (int)(uint8_t)word->bytes[at];
            if (sign) return sign;
        }
    }
    return text->n < word->n ? -1 : 0;
}

static int is_stop(const mlops__graph_text *text, int64_t action, const mlops__graph_view *words) {
    int64_t low = 0, high = words ? mlops__view_count(words) : 0;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int sign = compare(text, action, (const mlops__graph_text *)words->data + middle);
        if (sign == 0) return 1;
        if (sign > 0) low = middle + 1;
        else high = middle;
    }
    return 0;
}

static int copy_in_case(const mlops__step *step, const mlops__graph_text *text, int64_t action,
                        mlops__graph_text *out) {
    *out = *text;
    if (action == AS_IS) return 1;
    char *to = mlops__step_text(step, text->n);
    if (!to) return 0;
    for (size_t at = 0; at < text->n;) {
        uint8_t bytes[2];
        size_t n = change(text, at, action, bytes);
        memcpy(to + at, bytes, n);
        at += n;
    }
    out->bytes = to;
    return 1;
}

mlops_status mlops__op_text_normalize(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *words = mlops__step_in(step, 1);
    int64_t action = mlops__step_int(step, 0), held = mlops__step_int(step, 1) ? AS_IS : LOWER;
    int64_t n = mlops__view_count(x), kept = 0;
    mlops__graph_text *to;
    if (x->dtype != MLOPS__GRAPH_TEXT || x->rank < 1 || x->rank > 2 || action < AS_IS ||
        action > UPPER || (x->rank == 2 && x->dims[0] != 1) ||
        (words && words->dtype != MLOPS__GRAPH_TEXT))
        return mlops__step_fail(step, "not one row of texts");
    const mlops__graph_text *from = x->data;
    for (int64_t i = 0; i < n; i++) kept += !is_stop(&from[i], held, words);
    int64_t dims[] = {1, kept ? kept : 1};
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_TEXT, x->rank, dims + (2 - x->rank), &to));
    if (!kept) *to = (mlops__graph_text){"", 0};
    for (int64_t i = 0; i < n; i++) {
        if (is_stop(&from[i], held, words)) continue;
        if (!copy_in_case(step, &from[i], action, to++))
            return mlops__step_fail_code(step, MLOPS_E_ARENA, "no room for a text");
    }
    return MLOPS_OK;
}
