/* Matching: the set of states in which a pattern can be, character by character.
 *
 * Owns nothing: the sets lie in the caller's scratch. Invariant: a state is in a set once, so that
 * a character costs at most as much as the pattern has states, whatever the text (Thompson 1968).
 */
#include "text/regex_inside.h"

/* States in the order in which they came; slot s of where is its place, if list[where[s]] is s. */
typedef struct states {
    int32_t *list;
    int32_t *where;
    int32_t n;
} states;

typedef struct matcher {
    const mlops__regex *self;
    const uint8_t *text;
    size_t n;
    int32_t *stack;
} matcher;

size_t mlops__regex_scratch_size(const mlops__regex *self) {
    return (size_t)self->n_steps * 5 * sizeof(int32_t);
}

static int is_word(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static int holds(const matcher *self, int32_t what, size_t at) {
    int before = at > 0 && is_word(self->text[at - 1]);
    int behind = at < self->n && is_word(self->text[at]);
    switch (what) {
    case REGEX_FIRST: return at == 0;
    case REGEX_LAST: return at == self->n;
    case REGEX_EDGE: return before != behind;
    default: return before == behind;
    }
}

static int enter(states *set, int32_t state) {
    int32_t place = set->where[state];
    if (place >= 0 && place < set->n && set->list[place] == state) return 0;
    set->where[state] = set->n;
    set->list[set->n++] = state;
    return 1;
}

/* Enters a state and all that are reached from it without a character. */
static void follow(const matcher *self, states *set, int32_t state, size_t at) {
    int32_t n = 0;
    if (enter(set, state)) self->stack[n++] = state;
    while (n > 0) {
        int32_t next = self->stack[--n];
        const mlops__regex_step *step = &self->self->steps[next];
        if (step->op == REGEX_SPLIT && enter(set, step->y)) self->stack[n++] = step->y;
        if ((step->op == REGEX_SPLIT || step->op == REGEX_JUMP) && enter(set, step->x))
            self->stack[n++] = step->x;
        if (step->op == REGEX_HERE && holds(self, step->x, at) && enter(set, next + 1))
            self->stack[n++] = next + 1;
    }
}

static int has(const mlops__regex_set *set, uint32_t code) {
    int32_t low = 0, high = set->n;
    if (code < 128) return (int)(set->ascii[code >> 6] >> (code & 63) & 1);
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (set->ranges[middle].high < code) low = middle + 1;
        else high = middle;
    }
    return low < set->n && set->ranges[low].low <= code;
}

/* The character at an offset of valid UTF-8, and its length. */
static size_t read_character(const matcher *self, size_t at, uint32_t *code) {
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint8_t first = self->text[at];
    size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *code = first & masks[length];
    for (size_t i = 1; i < length; i++) *code = *code << 6 | (self->text[at + i] & 0x3f);
    return length;
}

int mlops__regex_matches(const mlops__regex *self, const char *text, size_t n, void *scratch) {
    size_t width = (size_t)self->n_steps;
    int32_t *room = scratch;
    const matcher m = {self, (const uint8_t *)text, n, room + 4 * width};
    states now = {room, room + width, 0}, next = {room + 2 * width, room + 3 * width, 0};
    for (size_t i = 0; i < width; i++) now.where[i] = next.where[i] = -1;
    follow(&m, &now, 0, 0);
    for (size_t at = 0; at < n && now.n > 0;) {
        uint32_t code;
        at += read_character(&m, at, &code);
        next.n = 0;
        for (int32_t i = 0; i < now.n; i++) {
            const mlops__regex_step *step = &self->steps[now.list[i]];
            if (step->op == REGEX_SET && has(&self->sets[step->x], code))
                follow(&m, &next, now.list[i] + 1, at);
        }
        states swap = now;
        now = next;
        next = swap;
    }
    int32_t end = self->n_steps - 1;
    return now.n > 0 && now.where[end] >= 0 && now.where[end] < now.n &&
           now.list[now.where[end]] == end;
}
