/* Patterns to programs: a tree first, in which counts stand, then steps, in which they are written
 * out.
 *
 * Owns what lies in the arena. Invariants: depth, steps and the work of writing counts out are
 * bounded before they are spent; what the subset leaves out is refused with its name, never read
 * as something else.
 */
#include "text/regex_inside.h"

#include "base/buf.h"

#include <string.h>

enum { CODE_MAX = 0x10ffff, WORK_MAX = 1 << 17 };

typedef enum node_kind { NODE_SET, NODE_HERE, NODE_JOIN, NODE_OR, NODE_COUNT } node_kind;

typedef struct node {
    node_kind kind;
    int32_t what; /* SET: its number; HERE: the assertion; COUNT: the least */
    int32_t most; /* COUNT: -1: no end */
    struct node *first, *last, *next;
} node;

typedef struct reader {
    const char *text;
    size_t n, at;
    mlops__arena *arena;
    mlops__regex_problem *problem;
    mlops__buf sets;   /* mlops__regex_set */
    mlops__buf ranges; /* of the set that is read */
    mlops__buf steps;
    int fold, any; /* (?i), (?s) */
    int depth, work;
} reader;

static mlops_status fail(reader *self, size_t at, const char *what) {
    *self->problem = (mlops__regex_problem){what, at};
    return MLOPS_E_PARSE;
}

static mlops_status beyond(reader *self, const char *what) {
    *self->problem = (mlops__regex_problem){what, self->at < self->n ? self->at : self->n};
    return MLOPS_E_LIMIT;
}

static int peek(const reader *self, size_t ahead) {
    return self->at + ahead < self->n ? (uint8_t)self->text[self->at + ahead] : -1;
}

static mlops_status make(reader *self, node_kind kind, int32_t what, node **out) {
    *out = mlops__arena_alloc(self->arena, sizeof **out);
    if (!*out) return MLOPS_E_NOMEM;
    (*out)->kind = kind;
    (*out)->what = what;
    return MLOPS_OK;
}

static void append(node *parent, node *child) {
    if (parent->last) parent->last->next = child;
    else parent->first = child;
    parent->last = child;
}

/* ---- sets of characters ---- */

static void put_range(reader *self, uint32_t low, uint32_t high) {
    const mlops__regex_range range = {low, high};
    mlops__buf_put(&self->ranges, &range, sizeof range);
}

/* The letters of a range in their other case, too. */
static void put_folded(reader *self, uint32_t low, uint32_t high) {
    static const uint32_t firsts[2] = {'A', 'a'};
    put_range(self, low, high);
    for (int i = 0; i < 2 && self->fold; i++) {
        uint32_t from = low > firsts[i] ? low : firsts[i];
        uint32_t to = high < firsts[i] + 25 ? high : firsts[i] + 25;
        if (from <= to) put_range(self, from ^ 0x20, to ^ 0x20);
    }
}

/* \d \w \s, or without them for a capital. */
static void put_class(reader *self, char letter) {
    static const mlops__regex_range digits[] = {{'0', '9'}},
                                    words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}},
                                    blanks[] = {{'\t', '\r'}, {' ', ' '}};
    char small = (char)(letter | 0x20);
    const mlops__regex_range *r = small == 'd' ? digits : small == 'w' ? words : blanks;
    int n = small == 'd' ? 1 : small == 'w' ? 4 : 2;
    uint32_t from = 0;
    for (int i = 0; i < n; i++) {
        if (letter == small) put_range(self, r[i].low, r[i].high);
        else put_range(self, from, r[i].low - 1);
        from = r[i].high + 1;
    }
    if (letter != small) put_range(self, from, CODE_MAX);
}

/* Ascending by insertion: classes are short, and a pattern has few bytes. Ranges that meet or touch
 * become one. */
static size_t tidy(mlops__regex_range *ranges, size_t n) {
    size_t out = 0;
    for (size_t i = 1; i < n; i++) {
        mlops__regex_range range = ranges[i];
        size_t k = i;
        for (; k > 0 && ranges[k - 1].low > range.low; k--) ranges[k] = ranges[k - 1];
        ranges[k] = range;
    }
    for (size_t i = 0; i < n; i++) {
        if (out && ranges[i].low <= ranges[out - 1].high + 1) {
            if (ranges[i].high > ranges[out - 1].high) ranges[out - 1].high = ranges[i].high;
        } else ranges[out++] = ranges[i];
    }
    return out;
}

/* All characters but those of tidy ranges; out has room for one more. */
static size_t invert(const mlops__regex_range *ranges, size_t n, mlops__regex_range *out) {
    size_t made = 0;
    uint32_t from = 0;
    for (size_t i = 0; i < n; i++) {
        if (ranges[i].low > from) out[made++] = (mlops__regex_range){from, ranges[i].low - 1};
        from = ranges[i].high + 1;
    }
    if (from <= CODE_MAX) out[made++] = (mlops__regex_range){from, CODE_MAX};
    return made;
}

/* Makes the ranges that were put a set, and a node of it. */
static mlops_status end_set(reader *self, int negated, node **out) {
    mlops__regex_set set = {{0, 0}, NULL, 0};
    if (self->ranges.status) return MLOPS_E_NOMEM;
    mlops__regex_range *put = (mlops__regex_range *)(void *)self->ranges.data;
    size_t n = tidy(put, self->ranges.size / sizeof *put);
    mlops__regex_range *kept = mlops__arena_array(self->arena, n + 1, sizeof *kept);
    if (!kept) return MLOPS_E_NOMEM;
    if (negated) n = invert(put, n, kept);
    else if (n) memcpy(kept, put, n * sizeof *kept);
    for (size_t i = 0; i < n; i++)
        for (uint32_t c = kept[i].low; c <= kept[i].high && c < 128; c++)
            set.ascii[c >> 6] |= (uint64_t)1 << (c & 63);
    set.ranges = kept;
    set.n = (int32_t)n;
    int32_t number = (int32_t)(self->sets.size / sizeof set);
    mlops__buf_put(&self->sets, &set, sizeof set);
    self->ranges.size = 0;
    if (self->sets.status) return MLOPS_E_NOMEM;
    return make(self, NODE_SET, number, out);
}

/* ---- characters ---- */

static uint32_t read_character(reader *self) {
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint8_t first = (uint8_t)self->text[self->at];
    size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t code = first & masks[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | ((uint8_t)self->text[self->at + i] & 0x3f);
    self->at += length;
    return code;
}

static mlops_status read_hex(reader *self, int digits, uint32_t *out) {
    uint32_t code = 0;
    for (int i = 0; i < digits; i++) {
        int c = peek(self, 0), small = c | 0x20;
        int value = c >= '0' && c <= '9' ? c - '0' : small >= 'a' && small <= 'f' ? small - 87 : -1;
        if (c < 0 || value < 0)
            return fail(self, self->at, "\\x takes 2 hexadecimal digits, \\u 4");
        code = code << 4 | (uint32_t)value;
        self->at++;
    }
    if (code >= 0xd800 && code <= 0xdfff)
        return fail(self, self->at - 4, "half of a surrogate pair is no character");
    *out = code;
    return MLOPS_OK;
}

/* The character behind a backslash; *letter is that of a class instead. */
static mlops_status read_escape(reader *self, uint32_t *code, char *letter) {
    static const char names[] = "tnvfr"; /* from 9 on */
    size_t at = self->at++;
    int c = peek(self, 0);
    *letter = 0;
    if (c < 0) return fail(self, at, "a backslash ends the pattern; write \\\\ for one");
    const char *name = strchr(names, c);
    self->at++;
    if (strchr("dDwWsS", c)) *letter = (char)c;
    else if (name) *code = (uint32_t)(9 + (name - names));
    else if (c == 'x') return read_hex(self, 2, code);
    else if (c == 'u') return read_hex(self, 4, code);
    else if (c >= '0' && c <= '9')
        return fail(self, at,
                    "references back to a group are left out: they take more than "
                    "linear time");
    else if (c == 'p' || c == 'P')
        return fail(self, at, "classes of Unicode are left out; write ranges such as [a-z]");
    else if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 128 || c < ' ')
        return fail(self, at,
                    "there is no such escape; \\ stands before a character that is no "
                    "letter or digit, or is one of \\d \\w \\s \\b \\t \\n \\x \\u");
    else *code = (uint32_t)c;
    return MLOPS_OK;
}

/* One end of a range, or a class. */
static mlops_status read_member(reader *self, uint32_t *code, char *letter) {
    *letter = 0;
    if (peek(self, 0) == '\\') return read_escape(self, code, letter);
    if (peek(self, 0) == '[' && peek(self, 1) == ':')
        return fail(self, self->at, "[: is left out; write \\d, \\w, \\s or ranges");
    *code = read_character(self);
    return MLOPS_OK;
}

static mlops_status read_class(reader *self, node **out) {
    size_t open = self->at++, from;
    int negated = peek(self, 0) == '^';
    if (negated) self->at++;
    for (from = self->at; peek(self, 0) != ']' || self->at == from;) {
        uint32_t low = 0, high;
        char letter, other = 0;
        size_t at = self->at;
        if (peek(self, 0) < 0) return fail(self, open, "the [ that opens here is never closed");
        MLOPS_TRY(read_member(self, &low, &letter));
        if (letter) {
            put_class(self, letter);
            continue;
        }
        high = low;
        if (peek(self, 0) == '-' && peek(self, 1) >= 0 && peek(self, 1) != ']') {
            self->at++;
            MLOPS_TRY(read_member(self, &high, &other));
        }
        if (other) return fail(self, at, "a range ends in a character, and not in a class");
        if (high < low) return fail(self, at, "the range ends before it begins");
        put_folded(self, low, high);
    }
    self->at++;
    return end_set(self, negated, out);
}

static mlops_status one_character(reader *self, uint32_t code, node **out) {
    put_folded(self, code, code);
    return end_set(self, 0, out);
}

static mlops_status read_backslash(reader *self, node **out) {
    uint32_t code = 0;
    char letter;
    int edge = peek(self, 1);
    if (edge == 'b' || edge == 'B') {
        self->at += 2;
        return make(self, NODE_HERE, edge == 'b' ? REGEX_EDGE : REGEX_NO_EDGE, out);
    }
    MLOPS_TRY(read_escape(self, &code, &letter));
    if (!letter) return one_character(self, code, out);
    put_class(self, letter);
    return end_set(self, 0, out);
}

/* ---- structure ---- */

static mlops_status read_any(reader *self, node **out);

static mlops_status read_group(reader *self, node **out) {
    size_t open = self->at++;
    if (++self->depth > MLOPS__REGEX_DEPTH_MAX)
        return beyond(self, "more than 100 groups stand in one another");
    if (peek(self, 0) == '?') {
        if (peek(self, 1) != ':')
            return fail(self, open,
                        "of the groups that begin with (? there is (?:...), and (?i) and (?s) at "
                        "the begin; looking around is left out, and so are names");
        self->at += 2;
    }
    MLOPS_TRY(read_any(self, out));
    if (peek(self, 0) != ')') return fail(self, open, "the ( that opens here is never closed");
    self->at++;
    self->depth--;
    return MLOPS_OK;
}

static mlops_status read_atom(reader *self, node **out) {
    int c = peek(self, 0);
    switch (c) {
    case '(': return read_group(self, out);
    case '[': return read_class(self, out);
    case '\\': return read_backslash(self, out);
    case '.':
        self->at++;
        if (!self->any) put_range(self, '\n', '\n');
        return end_set(self, 1, out);
    case '^':
    case '$': self->at++; return make(self, NODE_HERE, c == '^' ? REGEX_FIRST : REGEX_LAST, out);
    case '*':
    case '+':
    case '?':
        return fail(self, self->at,
                    "there is nothing to repeat here; \\ takes the sign as "
                    "itself");
    case '{': return fail(self, self->at, "a { that counts nothing is written \\{");
    default: return one_character(self, read_character(self), out);
    }
}

static mlops_status read_number(reader *self, int32_t *out) {
    size_t from = self->at;
    int32_t value = 0;
    while (peek(self, 0) >= '0' && peek(self, 0) <= '9') {
        value = value * 10 + (peek(self, 0) - '0');
        self->at++;
        if (value > MLOPS__REGEX_COUNT_MAX) return beyond(self, "a count is beyond 1,000");
    }
    *out = self->at > from ? value : -1;
    return MLOPS_OK;
}

/* {n}, {n,}, {n,m} */
static mlops_status read_braces(reader *self, int32_t *least, int32_t *most) {
    static const char shape[] = "counts are {n}, {n,} or {n,m}; a { of the text is written \\{";
    size_t open = self->at++;
    MLOPS_TRY(read_number(self, least));
    *most = *least;
    if (*least < 0) return fail(self, open, shape);
    if (peek(self, 0) == ',') {
        self->at++;
        MLOPS_TRY(read_number(self, most));
    }
    if (peek(self, 0) != '}') return fail(self, open, shape);
    self->at++;
    if (*most >= 0 && *most < *least) return fail(self, open, "the count ends before it begins");
    return MLOPS_OK;
}

static int is_count(int c) { return c == '*' || c == '+' || c == '?' || c == '{'; }

static mlops_status read_counted(reader *self, node **out) {
    node *item;
    int32_t least = 0, most = -1;
    MLOPS_TRY(read_atom(self, &item));
    int c = peek(self, 0);
    *out = item;
    if (!is_count(c)) return MLOPS_OK;
    if (item->kind == NODE_HERE) return fail(self, self->at, "a place has no width to repeat");
    if (c == '{') MLOPS_TRY(read_braces(self, &least, &most));
    else {
        self->at++;
        least = c == '+';
        most = c == '?' ? 1 : -1;
    }
    if (peek(self, 0) == '?') self->at++; /* how greedy it is does not change whether it matches */
    if (is_count(peek(self, 0)))
        return fail(self, self->at, "this counts what is counted already; put that into (...)");
    MLOPS_TRY(make(self, NODE_COUNT, least, out));
    (*out)->most = most;
    append(*out, item);
    return MLOPS_OK;
}

static mlops_status read_join(reader *self, node **out) {
    MLOPS_TRY(make(self, NODE_JOIN, 0, out));
    for (int c = peek(self, 0); c >= 0 && c != '|' && c != ')'; c = peek(self, 0)) {
        node *item;
        MLOPS_TRY(read_counted(self, &item));
        append(*out, item);
    }
    return MLOPS_OK;
}

static mlops_status read_any(reader *self, node **out) {
    MLOPS_TRY(make(self, NODE_OR, 0, out));
    for (;;) {
        node *branch;
        MLOPS_TRY(read_join(self, &branch));
        append(*out, branch);
        if (peek(self, 0) != '|') return MLOPS_OK;
        self->at++;
    }
}

/* (?i), (?s), (?is) in front of all. */
static mlops_status read_flags(reader *self) {
    if (peek(self, 0) != '(' || peek(self, 1) != '?') return MLOPS_OK;
    if (peek(self, 2) != 'i' && peek(self, 2) != 's') return MLOPS_OK;
    for (self->at = 2; peek(self, 0) == 'i' || peek(self, 0) == 's'; self->at++) {
        if (peek(self, 0) == 'i') self->fold = 1;
        else self->any = 1;
    }
    if (peek(self, 0) != ')') return fail(self, self->at, "flags are (?i), (?s) or (?is)");
    self->at++;
    return MLOPS_OK;
}

/* ---- steps ---- */

static int32_t here(const reader *self) {
    return (int32_t)(self->steps.size / sizeof(mlops__regex_step));
}

static mlops_status emit(reader *self, int32_t op, int32_t x, int32_t y) {
    const mlops__regex_step step = {op, x, y};
    if (here(self) >= MLOPS__REGEX_STATES_MAX)
        return beyond(self, "the pattern takes more than 8,192 states");
    mlops__buf_put(&self->steps, &step, sizeof step);
    return self->steps.status ? MLOPS_E_NOMEM : MLOPS_OK;
}

static mlops__regex_step *step_at(const reader *self, int32_t i) {
    return (mlops__regex_step *)(void *)self->steps.data + i;
}

static mlops_status write_node(reader *self, const node *at);

/* a|b|c: a split before each branch but the last, and a jump behind it. */
static mlops_status write_or(reader *self, const node *at) {
    int32_t jump = -1; /* the newest; each names the one before until all are known */
    for (const node *c = at->first; c; c = c->next) {
        int32_t split = here(self);
        if (c->next) MLOPS_TRY(emit(self, REGEX_SPLIT, split + 1, 0));
        MLOPS_TRY(write_node(self, c));
        if (!c->next) break;
        int32_t last = jump;
        jump = here(self);
        MLOPS_TRY(emit(self, REGEX_JUMP, last, 0));
        step_at(self, split)->y = here(self);
    }
    while (jump >= 0) {
        int32_t last = step_at(self, jump)->x;
        step_at(self, jump)->x = here(self);
        jump = last;
    }
    return MLOPS_OK;
}

static mlops_status write_count(reader *self, const node *at) {
    for (int32_t i = 0; i < at->what; i++) MLOPS_TRY(write_node(self, at->first));
    if (at->most < 0) {
        int32_t split = here(self);
        MLOPS_TRY(emit(self, REGEX_SPLIT, split + 1, 0));
        MLOPS_TRY(write_node(self, at->first));
        MLOPS_TRY(emit(self, REGEX_JUMP, split, 0));
        step_at(self, split)->y = here(self);
        return MLOPS_OK;
    }
    int32_t split = -1;
    for (int32_t i = at->what; i < at->most; i++) {
        int32_t last = split;
        split = here(self);
        MLOPS_TRY(emit(self, REGEX_SPLIT, split + 1, last));
        MLOPS_TRY(write_node(self, at->first));
    }
    while (split >= 0) {
        int32_t last = step_at(self, split)->y;
        step_at(self, split)->y = here(self);
        split = last;
    }
    return MLOPS_OK;
}

static mlops_status write_node(reader *self, const node *at) {
    if (++self->work > WORK_MAX)
        return beyond(self, "counts of counts make the pattern too long; take them smaller");
    switch (at->kind) {
    case NODE_SET: return emit(self, REGEX_SET, at->what, 0);
    case NODE_HERE: return emit(self, REGEX_HERE, at->what, 0);
    case NODE_OR: return write_or(self, at);
    case NODE_COUNT: return write_count(self, at);
    default: break;
    }
    for (const node *c = at->first; c; c = c->next) MLOPS_TRY(write_node(self, c));
    return MLOPS_OK;
}

static mlops_status keep(reader *self, const mlops__regex **out) {
    mlops__regex *made = mlops__arena_alloc(self->arena, sizeof *made);
    size_t n_steps = (size_t)here(self), n_sets = self->sets.size / sizeof(mlops__regex_set);
    mlops__regex_step *steps = mlops__arena_array(self->arena, n_steps, sizeof *steps);
    mlops__regex_set *sets = mlops__arena_array(self->arena, n_sets + 1, sizeof *sets);
    if (!made || !steps || !sets) return MLOPS_E_NOMEM;
    memcpy(steps, self->steps.data, self->steps.size);
    if (n_sets) memcpy(sets, self->sets.data, self->sets.size);
    *made = (mlops__regex){steps, sets, (int32_t)n_steps};
    *out = made;
    return MLOPS_OK;
}

static mlops_status compile(reader *self, const mlops__regex **out) {
    node *root;
    if (self->n > MLOPS__REGEX_BYTES_MAX)
        return beyond(self, "the pattern has more than 4,096 bytes");
    MLOPS_TRY(read_flags(self));
    MLOPS_TRY(read_any(self, &root));
    if (peek(self, 0) == ')')
        return fail(self, self->at, "this ) closes nothing; its ( is missing");
    MLOPS_TRY(write_node(self, root));
    MLOPS_TRY(emit(self, REGEX_END, 0, 0));
    return keep(self, out);
}

mlops_status mlops__regex_compile(const mlops__regex **out, const char *pattern, size_t n,
                                  mlops__arena *arena, mlops__regex_problem *problem) {
    reader self = {.text = pattern, .n = n, .arena = arena, .problem = problem};
    *out = NULL;
    *problem = (mlops__regex_problem){"", 0};
    mlops__buf_init(&self.sets, arena->allocator);
    mlops__buf_init(&self.ranges, arena->allocator);
    mlops__buf_init(&self.steps, arena->allocator);
    mlops_status status = compile(&self, out);
    mlops__buf_free(&self.sets);
    mlops__buf_free(&self.ranges);
    mlops__buf_free(&self.steps);
    return status;
}
