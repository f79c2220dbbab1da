/* Lines and lists of a LightGBM text model, and the block of one tree.
 *
 * Owns the lists. Invariant: nothing is read beyond the text, a list grows with what stands in its
 * line and never with what is announced, and every error has the line and column of what is wrong.
 */
#include "model/build/lgbm.h"
#include "text/number.h"

#include <string.h>

enum { SHOWN = 80 };

int mlops__lgbm_next(mlops__lgbm *self) {
    if (self->next >= self->n) return 0;
    const char *begin = self->text + self->next;
    size_t left = self->n - self->next;
    const char *feed = memchr(begin, '\n', left);
    size_t size = feed ? (size_t)(feed - begin) : left;
    self->next += size + (feed != NULL);
    if (size && begin[size - 1] == '\r') size--;
    const char *equals = memchr(begin, '=', size);
    size_t key_n = equals ? (size_t)(equals - begin) : size;
    self->line = (mlops__lgbm_line){begin, key_n, equals ? equals + 1 : NULL,
                                    equals ? size - key_n - 1 : 0, self->line.number + 1};
    return 1;
}

int mlops__lgbm_is(const mlops__lgbm *self, const char *key) {
    const mlops__lgbm_line *line = &self->line;
    return line->key_n == strlen(key) && memcmp(line->key, key, line->key_n) == 0;
}

int mlops__lgbm_is_blank(const mlops__lgbm *self) {
    return self->line.key_n == 0 && !self->line.value;
}

mlops_status mlops__lgbm_fail(mlops__lgbm *self, const mlops__lgbm_line *line, const char *at,
                              mlops_status code, const char *format, ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    mlops__vformat(message, sizeof message, format, args);
    va_end(args);
    return mlops__fail_at(self->err, code, line->number, (uint32_t)(at - line->key) + 1,
                          at - self->text, "%s", message);
}

int mlops__lgbm_shown(const char *text, size_t n) {
    if (n > SHOWN)
        for (n = SHOWN; n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80;) n--;
    return (int)n;
}

int mlops__lgbm_item(const char **text, size_t *n, const char **item, size_t *item_n) {
    while (*n && **text == ' ') ++*text, --*n;
    const char *space = *n ? memchr(*text, ' ', *n) : NULL;
    *item = *text;
    *item_n = space ? (size_t)(space - *text) : *n;
    *text += *item_n;
    *n -= *item_n;
    return *item_n > 0;
}

mlops_status mlops__lgbm_int(mlops__lgbm *self, int64_t low, int64_t high, int64_t *out) {
    const mlops__lgbm_line *line = &self->line;
    int valid = line->value && mlops__parse_i64(line->value, line->value_n, out);
    if (valid && *out >= low && *out <= high) return MLOPS_OK;
    return mlops__lgbm_fail(self, line, line->value ? line->value : line->key, MLOPS_E_CORRUPT,
                            "%.*s must be a whole number from %lld to %lld", (int)line->key_n,
                            line->key, (long long)low, (long long)high);
}

/* ---- lists ---- */

static const struct {
    const char *key;
    mlops__lgbm_type type;
} lists[MLOPS__LGBM_LISTS] = {
    [MLOPS__LGBM_FEATURE] = {"split_feature", MLOPS__LGBM_INT},
    [MLOPS__LGBM_THRESHOLD] = {"threshold", MLOPS__LGBM_REAL},
    [MLOPS__LGBM_DECISION] = {"decision_type", MLOPS__LGBM_INT},
    [MLOPS__LGBM_LEFT] = {"left_child", MLOPS__LGBM_INT},
    [MLOPS__LGBM_RIGHT] = {"right_child", MLOPS__LGBM_INT},
    [MLOPS__LGBM_VALUE] = {"leaf_value", MLOPS__LGBM_REAL},
    [MLOPS__LGBM_TEST_COVER] = {"internal_count", MLOPS__LGBM_REAL},
    [MLOPS__LGBM_LEAF_COVER] = {"leaf_count", MLOPS__LGBM_REAL},
    [MLOPS__LGBM_SET_ENDS] = {"cat_boundaries", MLOPS__LGBM_INT},
    [MLOPS__LGBM_SET_WORDS] = {"cat_threshold", MLOPS__LGBM_WORD},
    [MLOPS__LGBM_CONST] = {"leaf_const", MLOPS__LGBM_REAL},
    [MLOPS__LGBM_TERMS] = {"num_features", MLOPS__LGBM_INT},
    [MLOPS__LGBM_TERM_FEATURES] = {"leaf_features", MLOPS__LGBM_INT},
    [MLOPS__LGBM_TERM_FACTORS] = {"leaf_coeff", MLOPS__LGBM_REAL},
};

static int put_item(mlops__buf *out, mlops__lgbm_type type, const char *item, size_t n) {
    int64_t whole = 0;
    double real = 0.0;
    if (type == MLOPS__LGBM_REAL) {
        if (!mlops__parse_f64(item, n, 1, &real)) return 0;
        mlops__buf_put(out, &real, sizeof real);
        return 1;
    }
    int64_t low = type == MLOPS__LGBM_INT ? INT32_MIN : 0;
    int64_t high = type == MLOPS__LGBM_INT ? INT32_MAX : UINT32_MAX;
    if (!mlops__parse_i64(item, n, &whole) || whole < low || whole > high) return 0;
    const uint32_t bits = (uint32_t)whole;
    mlops__buf_put(out, &bits, sizeof bits);
    return 1;
}

static mlops_status read_list(mlops__lgbm *self, mlops__lgbm_list *out, mlops__lgbm_type type) {
    const char *text = self->line.value, *item;
    size_t n = self->line.value_n, item_n;
    out->line = self->line;
    out->items.size = out->n = 0;
    for (; mlops__lgbm_item(&text, &n, &item, &item_n); out->n++)
        if (!put_item(&out->items, type, item, item_n))
            return mlops__lgbm_fail(
                self, &out->line, item, MLOPS_E_CORRUPT, "%.*s: item %zu is not %s",
                (int)self->line.key_n, self->line.key, out->n,
                type == MLOPS__LGBM_REAL ? "a number" : "a whole number of 32 bits");
    return out->items.status ? mlops__fail_nomem(self->err, out->items.size) : MLOPS_OK;
}

/* ---- one tree ---- */

void mlops__lgbm_tree_init(mlops__lgbm_tree *self, const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    for (int i = 0; i < MLOPS__LGBM_LISTS; i++) mlops__buf_init(&self->lists[i].items, allocator);
    mlops__buf_init(&self->order, allocator);
    mlops__buf_init(&self->seen, allocator);
    mlops__buf_init(&self->terms, allocator);
}

void mlops__lgbm_tree_free(mlops__lgbm_tree *self) {
    for (int i = 0; i < MLOPS__LGBM_LISTS; i++) mlops__buf_free(&self->lists[i].items);
    mlops__buf_free(&self->order);
    mlops__buf_free(&self->seen);
    mlops__buf_free(&self->terms);
}

static void empty(mlops__lgbm *self, mlops__lgbm_tree *tree) {
    for (int i = 0; i < MLOPS__LGBM_LISTS; i++) {
        tree->lists[i].items.size = tree->lists[i].n = 0;
        tree->lists[i].line = (mlops__lgbm_line){0};
    }
    tree->order.size = tree->seen.size = tree->terms.size = 0;
    tree->n_leaves = tree->n_sets = tree->linear = 0;
    tree->line = self->line;
    tree->index = self->ir->n_trees;
}

static mlops_status read_member(mlops__lgbm *self, mlops__lgbm_tree *tree) {
    if (mlops__lgbm_is(self, "num_leaves"))
        return mlops__lgbm_int(self, 1, 1 << 28, &tree->n_leaves);
    if (mlops__lgbm_is(self, "num_cat")) return mlops__lgbm_int(self, 0, 1 << 28, &tree->n_sets);
    if (mlops__lgbm_is(self, "is_linear")) return mlops__lgbm_int(self, 0, 1, &tree->linear);
    for (int i = 0; i < MLOPS__LGBM_LISTS; i++)
        if (mlops__lgbm_is(self, lists[i].key))
            return read_list(self, &tree->lists[i], lists[i].type);
    return MLOPS_OK;
}

mlops_status mlops__lgbm_read_tree(mlops__lgbm *self, mlops__lgbm_tree *tree, int *more) {
    int64_t index;
    empty(self, tree);
    if (!mlops__parse_i64(self->line.value, self->line.value_n, &index) ||
        index != (int64_t)tree->index)
        return mlops__lgbm_fail(self, &self->line, self->line.value, MLOPS_E_CORRUPT,
                                "expected tree %u here", tree->index);
    for (;;) {
        *more = mlops__lgbm_next(self);
        int inside = *more && self->line.value && !mlops__lgbm_is(self, "Tree");
        if (!inside) return mlops__lgbm_add_tree(self, tree);
        MLOPS_TRY(read_member(self, tree));
    }
}
