/* Expectations as an object: read line by line, written in one spelling, shared.
 *
 * Owns the arena and shares of the tables that are bound. Invariants: the text that is handed out
 * reads back to the same object; ids are distinct; nothing but the count of shares changes once it
 * is made.
 */
#include "quality/quality.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

static const char WHAT[] = "expectations";

/* ---- the object ---- */

static mlops_status make(mlops_expectations **out, const mlops__host *host, mlops_error *err) {
    mlops_expectations *self = mlops__alloc_zero(&host->allocator, sizeof *self);
    *out = self;
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = *host;
    atomic_init(&self->n_refs, 1);
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    return MLOPS_OK;
}

mlops_expectations *mlops_expectations_ref(mlops_expectations *self) {
    if (self) atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_expectations_unref(mlops_expectations *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) > 1) return;
    const mlops_allocator allocator = self->host.allocator;
    for (int64_t i = 0; i < self->n_others; i++) mlops_table_unref(self->others[i].table);
    self->arena.allocator = &allocator;
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self, sizeof *self);
}

const char *mlops_expectations_text(const mlops_expectations *self) { return self->text; }

int64_t mlops_expectations_n(const mlops_expectations *self) { return self->n; }

/* ---- one line ---- */

typedef struct line {
    mlops_expectations *self;
    const mlops__expr_lines *lines;
    mlops__expr_scope scope;
    mlops__arena arena; /* of words */
    size_t start;
    mlops__dictionary *ids;
    mlops_error *err;
} line;

static mlops_status fail_word(const line *at, const mlops__expr_word *word, const char *message) {
    return mlops__expr_fail_line(at->lines, WHAT, MLOPS_E_PARSE, at->start + word->start, at->err,
                                 "%s", message);
}

static int is_word(const mlops__expr_word *word, const char *text) {
    return word->text && !word->quoted && strcmp(word->text, text) == 0;
}

static mlops_status read_mostly(const line *at, const mlops__expr_word *word,
                                mlops__expectation *item) {
    if (!item->by_row)
        return fail_word(at, word,
                         "mostly is of expectations of rows, and this one has one value: no column "
                         "stands outside of functions of all rows");
    if (!word[1].text && !word[1].is_number)
        return fail_word(at, word, "a share is due behind mostly, such as 0.99");
    if (!word[1].is_number || !(word[1].number > 0) || word[1].number > 1)
        return fail_word(at, word + 1, "a share above 0 and up to 1 is due behind mostly");
    item->mostly = word[1].number;
    return MLOPS_OK;
}

static mlops_status read_id(const line *at, const mlops__expr_word *word,
                            mlops__expectation *item) {
    if (!word[1].text) return fail_word(at, word, "a name is due behind as: an id");
    if (strlen(word[1].text) > MLOPS__EXPECTATIONS_ID_MAX)
        return fail_word(at, word + 1, "an id has up to 200 bytes");
    item->id = mlops__arena_text(&at->self->arena, word[1].text, strlen(word[1].text));
    return item->id ? MLOPS_OK : mlops__fail_nomem(at->err, strlen(word[1].text));
}

/* What stands behind the condition; there is a word of zeroes behind the last. */
static mlops_status read_words(const line *at, const mlops__expr_word *words, int64_t n,
                               mlops__expectation *item) {
    int seen = 0;
    for (int64_t i = 0; i < n; i++) {
        int bit = 0;
        if (is_word(&words[i], "mostly")) {
            bit = 1;
            MLOPS_TRY(read_mostly(at, &words[i++], item));
        } else if (is_word(&words[i], "as")) {
            bit = 2;
            MLOPS_TRY(read_id(at, &words[i++], item));
        } else if (is_word(&words[i], "warn") || is_word(&words[i], "error")) {
            bit = 4;
            item->is_warning = is_word(&words[i], "warn");
        } else {
            return fail_word(at, &words[i],
                             "behind a condition stand: mostly and a share, as and an id, warn, "
                             "error; or it goes on with and, or, =, +");
        }
        if (seen & bit) return fail_word(at, &words[i], "this was said already");
        seen |= bit;
    }
    return MLOPS_OK;
}

static mlops_status keep(const line *at, mlops__expectation *item) {
    mlops_expectations *self = at->self;
    int32_t number = 0;
    if (!item->id) item->id = item->text;
    mlops_status status = mlops__dictionary_add(at->ids, item->id, strlen(item->id), &number);
    if (status < 0) return mlops__fail_nomem(at->err, strlen(item->id));
    if (number < self->n)
        return mlops__expr_fail_line(at->lines, WHAT, MLOPS_E_EXISTS, at->start, at->err,
                                     "there is an expectation \"%.*s\" already; as gives this one "
                                     "another id",
                                     100, item->id);
    if (self->n == MLOPS__EXPECTATIONS_MAX)
        return mlops__expr_fail_line(at->lines, WHAT, MLOPS_E_LIMIT, at->start, at->err,
                                     "more than %d expectations", MLOPS__EXPECTATIONS_MAX);
    mlops__expectation *items =
        mlops__arena_grow(&self->arena, self->items, self->n, &self->cap, sizeof *items);
    if (!items) return mlops__fail_nomem(at->err, sizeof *items);
    self->items = items;
    self->items[self->n++] = *item;
    return MLOPS_OK;
}

static mlops_status read_condition(line *at, const char *text, size_t n, mlops__expectation *item) {
    mlops__buf buf;
    mlops__buf_init(&buf, &at->self->host.allocator);
    mlops_status status = mlops__expr_tidy(&buf, &item->by_row, text, n, &at->scope,
                                           &at->self->host.allocator, at->err);
    if (status == MLOPS_OK) {
        item->text = mlops__arena_text(&at->self->arena, (const char *)buf.data, buf.size);
        item->n_text = buf.size;
        if (!item->text) status = mlops__fail_nomem(at->err, buf.size);
    }
    mlops__buf_free(&buf);
    return status;
}

static mlops_status read_line(line *at, size_t n) {
    const mlops__expr_word *words;
    const char *text = at->lines->text + at->start;
    mlops__expectation item = {.mostly = 1};
    int64_t n_words;
    size_t end;
    at->scope.at = at->start;
    MLOPS_TRY(
        mlops__expr_split_words(text, n, &at->scope, &at->arena, &end, &words, &n_words, at->err));
    MLOPS_TRY(read_condition(at, text, end, &item));
    MLOPS_TRY(read_words(at, words, n_words, &item));
    return keep(at, &item);
}

/* ---- all of them ---- */

static mlops_status check(const mlops__expr_lines *lines, mlops_error *err) {
    if (lines->n > MLOPS__EXPECTATIONS_TEXT_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "%zu bytes of expectations, of at most %d", lines->n,
                           MLOPS__EXPECTATIONS_TEXT_MAX);
    size_t valid = mlops__utf8_check(lines->text, lines->n);
    if (valid < lines->n)
        return mlops__expr_fail_line(lines, WHAT, MLOPS_E_PARSE, valid, err,
                                     "the text is no UTF-8 from here on");
    for (size_t i = 0; i < lines->n; i++) {
        uint8_t c = (uint8_t)lines->text[i];
        if (c < ' ' && (c < '\t' || c > '\r'))
            return mlops__expr_fail_line(lines, WHAT, MLOPS_E_PARSE, i, err,
                                         "a control character (byte %d) cannot stand here", (int)c);
    }
    return MLOPS_OK;
}

static void put(mlops__buf *out, const mlops__expectation *item) {
    char number[MLOPS__NUMBER_MAX];
    mlops__buf_put(out, item->text, item->n_text);
    if (item->mostly < 1) {
        mlops__buf_text(out, " mostly ");
        mlops__buf_put(out, number, mlops__format_f64(number, item->mostly));
    }
    if (item->is_warning) mlops__buf_text(out, " warn");
    if (item->id != item->text && strcmp(item->id, item->text) != 0) {
        mlops__buf_text(out, " as ");
        mlops__expr_put_name(out, item->id);
    }
    mlops__buf_u8(out, '\n');
}

static mlops_status write_text(mlops_expectations *self, mlops_error *err) {
    mlops__buf buf;
    mlops__buf_init(&buf, &self->host.allocator);
    for (int64_t i = 0; i < self->n; i++) put(&buf, &self->items[i]);
    size_t size = buf.size;
    int is_long = !buf.status && size > MLOPS__EXPECTATIONS_TEXT_MAX;
    if (!buf.status && !is_long)
        self->text = mlops__arena_text(&self->arena, size ? (const char *)buf.data : "", size);
    mlops__buf_free(&buf);
    if (is_long) /* nobody could read it again */
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "%zu bytes of expectations, as they are written anew, of at most %d",
                           size, MLOPS__EXPECTATIONS_TEXT_MAX);
    return self->text ? MLOPS_OK : mlops__fail_nomem(err, size);
}

static mlops_status read_all(mlops_expectations *self, mlops__expr_lines *lines,
                             mlops__dictionary *ids, mlops_error *err) {
    size_t start, n;
    while (mlops__expr_next_line(lines, &start, &n) != MLOPS_END) {
        line at = {.self = self, .lines = lines, .start = start, .ids = ids, .err = err};
        while (lines->text[at.start] == ' ' || lines->text[at.start] == '\t') at.start++;
        at.scope.what = WHAT;
        at.scope.whole = lines->text;
        at.scope.user = self;
        at.scope.expand = mlops__expectation_look;
        at.scope.expanding = mlops__expectation_functions;
        mlops__arena_init(&at.arena, &self->host.allocator, SIZE_MAX);
        mlops_status status = read_line(&at, start + n - at.start);
        mlops__arena_free(&at.arena);
        MLOPS_TRY(status);
    }
    return write_text(self, err);
}

mlops_status mlops_expectations_parse(mlops_expectations **out, const char *text,
                                      const mlops_host *given, mlops_error *err) {
    mlops_expectations *self;
    mlops__dictionary ids;
    mlops__host host;
    if (!out || !text) return mlops__fail(err, MLOPS_E_INVALID, "out or the text is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    mlops__expr_lines lines = {text, strlen(text), 0};
    MLOPS_TRY(check(&lines, err));
    MLOPS_TRY(make(&self, &host, err));
    mlops__dictionary_init(&ids, &self->host.allocator, &self->host.entropy);
    mlops_status status = read_all(self, &lines, &ids, err);
    mlops__dictionary_free(&ids);
    if (status < 0) mlops_expectations_unref(self);
    else *out = self;
    return status;
}

/* ---- tables that are bound ---- */

static mlops_status copy_others(mlops_expectations *self, const mlops_expectations *from,
                                const char *name, mlops_table *table, mlops_error *err) {
    size_t n = (size_t)from->n_others + 1;
    self->others = mlops__arena_array(&self->arena, n, sizeof *self->others);
    if (!self->others) return mlops__fail_nomem(err, n * sizeof *self->others);
    self->others_cap = n;
    for (int64_t i = 0; i < from->n_others; i++) {
        const mlops__expectation_other *other = &from->others[i];
        const char *copy = mlops__arena_text(&self->arena, other->name, strlen(other->name));
        if (!copy) return mlops__fail_nomem(err, strlen(other->name));
        mlops_table *bound = strcmp(copy, name) == 0 ? table : other->table;
        self->others[self->n_others++] =
            (mlops__expectation_other){copy, bound ? mlops_table_ref(bound) : NULL, other->problem};
    }
    return MLOPS_OK;
}

mlops_status mlops_expectations_bind(mlops_expectations **out, const mlops_expectations *from,
                                     const char *name, mlops_table *table, mlops_error *err) {
    mlops_expectations *self;
    if (!out || !from || !name || !table)
        return mlops__fail(err, MLOPS_E_INVALID, "out, the expectations, name or table is NULL");
    const mlops_host lent = mlops__host_lend(&from->host);
    MLOPS_TRY(mlops_expectations_parse(out, from->text, &lent, err));
    self = *out;
    self->n_others = 0; /* they are named again, with their tables */
    mlops_status status = copy_others(self, from, name, table, err);
    if (status < 0) {
        mlops_expectations_unref(self);
        *out = NULL;
    }
    return status;
}
