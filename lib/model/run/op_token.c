/* Cutting texts into tokens: characters, what stands between separators, or what an expression
 * matches.
 *
 * Owns the program of an expression as it stands in the bytes of a graph. Invariant: its parts lie
 * inside before it runs; a state is entered once a character, so that matching ends whatever the
 * program says. What a try behind its match has shown to lead to none is left out of later tries
 * (Reps 1998), as far as it is remembered: a text costs a pass for each so many characters.
 * Freestanding: part of the firmware build.
 */
#include "base/cursor.h"
#include "model/run/graph_step.h"

/* {u32 steps, u32 ranges, steps of {u32 op, u32 x, u32 y}, ranges of {u32 low, u32 high}} */
enum { TAKE /* a character of ranges x..y-1 */, FORK /* to x and y */, ACCEPT };

typedef struct program {
    uint32_t n_steps;
    uint32_t n_ranges;
    const uint8_t *steps;
    const uint8_t *ranges;
    int32_t *now; /* states, those of the next character, a mark of each state, a stack */
    int32_t *next;
    int32_t *marks;
    int32_t *stack;
    int32_t *dead; /* bits of states at window bytes of the text, from base on: none matches */
    size_t base, window;
    int has_dead;
} program;

typedef struct cutter {
    const mlops__graph_text *separators;
    int64_t n_separators;
    program *program; /* or NULL */
    int is_between;   /* its matches are separators */
    int64_t shortest;
} cutter;

static size_t length_at(const mlops__graph_text *text, size_t at, uint32_t *code) {
    const uint8_t *p = (const uint8_t *)text->bytes + at;
    size_t length = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
    *code = length == 1 ? *p : *p & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (at + i == text->n || (p[i] & 0xc0) != 0x80) return i;
        *code = *code << 6 | (p[i] & 0x3f);
    }
    return length;
}

static uint32_t field(const program *p, int32_t state, size_t k) {
    return mlops__load_u32(p->steps + 12 * (size_t)state + 4 * k);
}

static int is_taken(const program *p, int32_t state, uint32_t code) {
    for (uint32_t i = field(p, state, 1); i < field(p, state, 2); i++)
        if (mlops__load_u32(p->ranges + 8 * (size_t)i) <= code &&
            code <= mlops__load_u32(p->ranges + 8 * (size_t)i + 4))
            return 1;
    return 0;
}

/* Where the bit of a state at a byte of the text is; 0 if there is none. */
static int32_t *bit_of(const program *p, int32_t state, size_t at, uint32_t *bit) {
    if (at - p->base >= p->window) return 0;
    size_t place = (at - p->base) * p->n_steps + (size_t)state;
    *bit = (uint32_t)1 << place % 32;
    return p->dead + place / 32;
}

static int is_dead(const program *p, int32_t state, size_t at) {
    uint32_t bit = 0;
    const int32_t *word = bit_of(p, state, at, &bit);
    return word && (uint32_t)*word & bit;
}

static void set_dead(program *p, const int32_t *list, int32_t n, size_t at) {
    uint32_t bit = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t *word = bit_of(p, list[i], at, &bit);
        if (word) *word = (int32_t)((uint32_t)*word | bit);
    }
}

/* Enters a state at a byte of the text and all that are forked to; returns whether one accepts.
 * mark is new for each character. */
static int enter(program *p, int32_t *list, int32_t *n, uint32_t state, int32_t mark, size_t at) {
    int32_t depth = 0, accepts = 0;
    p->stack[depth++] = (int32_t)state;
    while (depth > 0) {
        int32_t s = p->stack[--depth];
        if (p->marks[s] == mark) continue;
        p->marks[s] = mark;
        if (field(p, s, 0) == ACCEPT) accepts = 1;
        else if (field(p, s, 0) == FORK) {
            p->stack[depth++] = (int32_t)field(p, s, 2);
            p->stack[depth++] = (int32_t)field(p, s, 1);
        } else if (!is_dead(p, s, at)) list[(*n)++] = s;
    }
    return accepts;
}

/* The end of the longest match from at; at itself if there is none. Whether states were left behind
 * it, of which none matched, comes in *in_vain; they are dead from a byte on. */
static size_t try_match(program *p, const mlops__graph_text *text, size_t at, size_t dead_from,
                        int *in_vain) {
    int32_t n = 0, mark = 1;
    size_t end = at;
    *in_vain = 0;
    for (uint32_t i = 0; i < p->n_steps; i++) p->marks[i] = 0;
    (void)enter(p, p->now, &n, 0, mark, at);
    for (;;) {
        uint32_t code;
        int32_t n_next = 0, accepts = 0;
        if (at >= dead_from) set_dead(p, p->now, n, at);
        if (n == 0 || at >= text->n) return end;
        at += length_at(text, at, &code);
        mark = mark == INT32_MAX ? 1 : mark + 1;
        for (int32_t i = 0; i < n; i++)
            if (is_taken(p, p->now[i], code))
                accepts |= enter(p, p->next, &n_next, (uint32_t)p->now[i] + 1, mark, at);
        if (accepts) end = at;
        *in_vain = !accepts && (*in_vain || n_next > 0);
        int32_t *swap = p->now;
        p->now = p->next;
        p->next = swap;
        n = n_next;
    }
}

/* The same for tries at ascending bytes of a text. */
static size_t match(program *p, const mlops__graph_text *text, size_t at) {
    int in_vain;
    if (at == 0 || at - p->base >= p->window) {
        if (p->has_dead) memset(p->dead, 0, MLOPS__GRAPH_TOKEN_WORDS * sizeof *p->dead);
        p->has_dead = 0;
        p->base = at;
    }
    size_t end = try_match(p, text, at, SIZE_MAX, &in_vain);
    if (!in_vain) return end;
    p->has_dead = 1;
    (void)try_match(p, text, at, end, &in_vain);
    return end;
}

static size_t separator_at(const cutter *c, const mlops__graph_text *text, size_t at) {
    if (c->program) return match(c->program, text, at) - at;
    for (int64_t i = 0; i < c->n_separators; i++) {
        const mlops__graph_text *s = &c->separators[i];
        if (s->n && s->n <= text->n - at && memcmp(text->bytes + at, s->bytes, s->n) == 0)
            return s->n;
    }
    return 0;
}

/* Cuts the next token that begins at *at or behind; false if there is none. */
static int cut(const cutter *c, const mlops__graph_text *text, size_t *at,
               mlops__graph_text *token) {
    uint32_t code;
    while (*at < text->n) {
        size_t start = *at, end = start;
        if (c->program && !c->is_between) {
            end = match(c->program, text, start);
            *at = end > start ? end : start + length_at(text, start, &code);
        } else if (c->n_separators == 1 && c->separators->n == 0) {
            end = *at = start + length_at(text, start, &code);
        } else {
            while (end < text->n && !separator_at(c, text, end)) end++;
            *at = end < text->n ? end + separator_at(c, text, end) : end;
        }
        *token = (mlops__graph_text){text->bytes + start, end - start};
        int64_t characters = 0;
        for (size_t i = 0; i < token->n; i += length_at(token, i, &code)) characters++;
        if (token->n && characters >= c->shortest) return 1;
    }
    return 0;
}

static void set_room(program *p, int32_t *room) {
    p->now = room;
    p->next = p->now + p->n_steps;
    p->marks = p->next + p->n_steps;
    p->dead = p->marks + p->n_steps;
    p->has_dead = 1;                               /* what was there before */
    p->stack = p->dead + MLOPS__GRAPH_TOKEN_WORDS; /* a state entered twice leaves two, and the
                                                      first one more */
    p->window = MLOPS__GRAPH_TOKEN_WORDS * 32 / p->n_steps;
}

/* Finds the program's parts, and its room in the second output. */
static mlops_status open_program(const mlops__step *step, const mlops__graph_view *bytes,
                                 program *p) {
    mlops__cursor in;
    mlops__cursor_init(&in, bytes->data, (size_t)bytes->dims[0]);
    *p = (program){.n_steps = mlops__cursor_u32(&in)};
    p->n_ranges = mlops__cursor_u32(&in);
    p->steps = mlops__cursor_array(&in, p->n_steps, 12);
    p->ranges = mlops__cursor_array(&in, p->n_ranges, 8);
    if (in.failed || p->n_steps == 0 || p->n_steps > INT32_MAX / 8)
        return mlops__step_fail_code(step, MLOPS_E_CORRUPT, "the expression ends early");
    for (uint32_t i = 0; i < p->n_steps; i++) {
        uint32_t op = field(p, (int32_t)i, 0), x = field(p, (int32_t)i, 1);
        uint32_t y = field(p, (int32_t)i, 2), n = p->n_steps;
        if (op > ACCEPT || (op == TAKE && (i + 1 == n || x > y || y > p->n_ranges)) ||
            (op == FORK && (x >= n || y >= n)))
            return mlops__step_fail_code(step, MLOPS_E_CORRUPT, "no such expression");
    }
    int64_t n = 5 * (int64_t)p->n_steps + 2 + MLOPS__GRAPH_TOKEN_WORDS;
    MLOPS_TRY(mlops__step_out(step, 1, MLOPS__GRAPH_I32, 1, &n, &p->now));
    set_room(p, p->now);
    return MLOPS_OK;
}

static mlops_status open_cutter(const mlops__step *step, cutter *c, program *p) {
    const mlops__graph_view *by = mlops__step_in(step, 1);
    int64_t one = 1;
    int32_t *scratch;
    *c = (cutter){.shortest = mlops__step_int(step, 1),
                  .is_between = (mlops__step_int(step, 0) & 2) != 0};
    if (by->dtype == MLOPS__GRAPH_BYTES) {
        c->program = p;
        return open_program(step, by, p);
    }
    if (by->dtype != MLOPS__GRAPH_TEXT) return mlops__step_fail(step, "separators are no texts");
    c->separators = by->data;
    c->n_separators = mlops__view_count(by);
    return mlops__step_out(step, 1, MLOPS__GRAPH_I32, 1, &one, &scratch);
}

mlops_status mlops__op_tokenize(const mlops__step *step) {
    static const char marks[] = {2, 3};
    const mlops__graph_view *x = mlops__step_in(step, 0), *pad = mlops__step_in(step, 2);
    int64_t mark = mlops__step_int(step, 0) & 1, n = mlops__view_count(x), most = 0;
    int64_t dims[MLOPS__GRAPH_RANK_MAX + 1];
    const mlops__graph_text *from = x->data;
    mlops__graph_text *to, token;
    cutter c;
    program p;
    if (x->dtype != MLOPS__GRAPH_TEXT || pad->dtype != MLOPS__GRAPH_TEXT ||
        mlops__view_count(pad) != 1)
        return mlops__step_fail(step, "not texts, or not one to fill up with");
    MLOPS_TRY(open_cutter(step, &c, &p));
    for (int64_t i = 0; i < n; i++) {
        int64_t found = 0;
        for (size_t at = 0; cut(&c, &from[i], &at, &token);) found++;
        if (found > most) most = found;
    }
    if (most == 0) mark = 0;
    most += 2 * mark;
    memcpy(dims, x->dims, sizeof x->dims);
    dims[x->rank] = most;
    MLOPS_TRY(mlops__step_out(step, 0, MLOPS__GRAPH_TEXT, x->rank + 1, dims, &to));
    for (int64_t i = 0; i < n; i++, to += most) {
        int64_t k = 0;
        if (mark) to[k++] = (mlops__graph_text){marks, 1};
        for (size_t at = 0; cut(&c, &from[i], &at, &token);) to[k++] = token;
        if (mark) to[k++] = (mlops__graph_text){marks + 1, 1};
        while (k < most) to[k++] = *(const mlops__graph_text *)pad->data;
    }
    return MLOPS_OK;
}
