/* Rows of a table that differ between two versions, found by what one is kept as.
 *
 * Owns what is read until it is a difference. Invariant: it is the difference that both tables,
 * read whole, have: types are those of the whole columns and the same on both sides; keys ascend on
 * both sides, so that none stands twice; by position each 1,024 rows have as many that are equal
 * and distinct as rows that stay in place need (docs/diff.md). What cannot be shown is left to who
 * reads all.
 */
#include "column/csv_known.h"
#include "column/csv_types.h"
#include "dataset/dataset.h"
#include "diff/diff.h"

#include <string.h>

enum { PLACES = 1024, NULLS_MAX = 16, SLOTS = 4 * PLACES };

/* Rows in place: those that are equal of the next 1,024, and what they are measured by. */
typedef struct placing {
    int64_t row; /* the first */
    int64_t n, n_equal, n_numbers;
    int form;
    uint8_t is_touched[PLACES];
    int64_t numbers[PLACES], slots[SLOTS];
    uint8_t is_used[SLOTS];
} placing;

typedef struct touching {
    mlops__version *const *versions;
    const mlops__facts *const *facts;
    const mlops_diff_opts *opts;
    mlops__arena arena;
    mlops__content_pair *pair;
    mlops_csv_opts csv;
    int64_t ahead; /* lines of the header */
    const char **names;
    mlops_type *types;
    int64_t n_columns, n_compared;
    uint8_t *is_ignored;
    mlops__csv_type *given;
    int64_t n_given;
    int64_t key; /* -1: by position */
    int64_t measured;
    int64_t other;    /* that told rows apart where that did not */
    int64_t *columns; /* that are read, for wanted */
    mlops__cells_wanted wanted;
    int64_t last_key[2];
    int has_key[2], side_ended; /* side that goes on alone; -1 */
    placing *place;
    mlops__buf text[2], rows[2];
    mlops_error *err;
} touching;

/* ---- what is compared ---- */

/* Both have to be read alike. */
static int same_csv(const touching *self) {
    mlops__bytes a = mlops__record_json(&self->facts[0]->record, "csv");
    mlops__bytes b = mlops__record_json(&self->facts[1]->record, "csv");
    return a.size && a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static mlops_status read_columns(touching *self) {
    const char **names;
    mlops_type *types;
    if (self->facts[0]->n_columns != self->n_columns) return MLOPS_END;
    MLOPS_TRY(mlops__facts_columns(&names, &types, self->facts[0], &self->arena, self->err));
    MLOPS_TRY(
        mlops__facts_columns(&self->names, &self->types, self->facts[1], &self->arena, self->err));
    for (int64_t i = 0; i < self->n_columns; i++)
        if (types[i] != self->types[i] || strcmp(names[i], self->names[i]) != 0) return MLOPS_END;
    return mlops__csv_types_parse(&self->arena, self->csv.types, &self->given, &self->n_given,
                                  self->err);
}

/* Two numbers may be one time. */
static int is_time(const touching *self, int64_t column) {
    const mlops__csv_type *given =
        mlops__csv_types_find(self->given, self->n_given, self->names[column]);
    return given && given->time;
}

static mlops_status find_name(const touching *self, const char *name, int64_t *out) {
    for (*out = 0; *out < self->n_columns; ++*out)
        if (strcmp(self->names[*out], name) == 0) return MLOPS_OK;
    return MLOPS_END;
}

/* What is wrong with options is told by who compares the whole. */
static mlops_status read_opts(touching *self) {
    const char **names;
    int64_t n, at;
    const mlops_diff_opts *opts = self->opts;
    self->key = -1;
    if (opts->flags || opts->n_max < 0) return MLOPS_END;
    self->is_ignored = mlops__arena_alloc(&self->arena, (size_t)self->n_columns + 1);
    if (!self->is_ignored) return mlops__fail_nomem(self->err, (size_t)self->n_columns);
    MLOPS_TRY_END(mlops__names_parse(&self->arena, opts->ignore, &names, &n, self->err));
    self->n_compared = self->n_columns - n;
    for (int64_t i = 0; i < n; i++) {
        MLOPS_TRY_END(find_name(self, names[i], &at));
        self->is_ignored[at] = 1;
    }
    MLOPS_TRY_END(mlops__names_parse(&self->arena, opts->key, &names, &n, self->err));
    if (n == 0) return MLOPS_OK;
    MLOPS_TRY_END(find_name(self, names[0], &self->key));
    self->measured = self->key;
    int is_number =
        self->types[self->key] == MLOPS_TYPE_INT64 && !self->csv.nulls && !is_time(self, self->key);
    return n == 1 && is_number && !self->is_ignored[self->key] ? MLOPS_OK : MLOPS_END;
}

static mlops_status read_facts(touching *self) {
    mlops__record csv;
    const mlops__facts *to = self->facts[1];
    if (strcmp(to->kind, "csv") != 0 || strcmp(self->facts[0]->kind, "csv") != 0) return MLOPS_END;
    if (!same_csv(self)) return MLOPS_END;
    MLOPS_TRY_END(
        mlops__record_parse(&csv, mlops__record_json(&to->record, "csv"), &self->arena, self->err));
    MLOPS_TRY_END(mlops__facts_csv(&self->csv, to, &self->arena, self->err));
    self->ahead = mlops__record_i64(&csv, "lines_ahead", -1);
    self->n_columns = to->n_columns;
    if (self->ahead < 0 || self->csv.rows_max) return MLOPS_END;
    MLOPS_TRY_END(read_columns(self));
    return read_opts(self);
}

/* All columns, if rows stand alone; else those that may differ, and the key: one at the least. */
static mlops_status choose_columns(touching *self) {
    const mlops__content_pair *pair = self->pair;
    for (int side = 0; side < 2; side++)
        if (mlops__pair_n_rows(pair, side) != self->ahead + self->facts[side]->n_rows ||
            self->facts[side]->n_rows > INT32_MAX - 1)
            return MLOPS_END;
    if (mlops__pair_may_differ(pair, self->n_columns)) return MLOPS_END; /* or there are too many */
    if (self->key >= 0 && mlops__pair_may_differ(pair, self->key)) return MLOPS_END;
    self->columns =
        mlops__arena_array(&self->arena, (size_t)self->n_columns + 1, sizeof *self->columns);
    if (!self->columns) return mlops__fail_nomem(self->err, (size_t)self->n_columns);
    int64_t n = 0;
    for (int64_t i = 0; i < self->n_columns; i++)
        if (mlops__pair_is_apart(pair) || i == self->key ||
            (mlops__pair_may_differ(pair, i) && !self->is_ignored[i]))
            self->columns[n++] = i;
    if (n == 0) { /* the first that counts */
        while (self->is_ignored[self->columns[0]] && self->columns[0] + 1 < self->n_columns)
            self->columns[0]++;
        n = 1;
    }
    self->wanted = (mlops__cells_wanted){self->columns, n, self->n_columns,
                                         self->csv.delimiter ? (uint8_t)*self->csv.delimiter : ','};
    return MLOPS_OK;
}

/* ---- keys ---- */

static int is_known(const mlops__pair_rows *rows, int64_t i) {
    return (int)(rows->known[i / 64] >> i % 64 & 1);
}

static mlops_status ascend(touching *self, const mlops__pair_rows *rows, int side) {
    if (!rows->is_whole) return MLOPS_END;
    for (int64_t i = rows->row[side] < self->ahead ? self->ahead - rows->row[side] : 0;
         i < rows->n[side]; i++) {
        int64_t key = rows->numbers[i];
        if (!is_known(rows, i) || (self->has_key[side] && key <= self->last_key[side]))
            return MLOPS_END;
        self->last_key[side] = key;
        self->has_key[side] = 1;
    }
    return MLOPS_OK;
}

static mlops_status take_keys(touching *self, const mlops__pair_rows *rows) {
    int both = rows->n[0] && rows->n[1], side = rows->n[0] == 0;
    int64_t last = self->last_key[1], had = self->has_key[1];
    MLOPS_TRY_END(ascend(self, rows, side));
    if (!both) return MLOPS_OK;
    int64_t first = rows->row[0] < self->ahead ? self->ahead - rows->row[0] : 0;
    if (first >= rows->n[0]) return MLOPS_OK;
    if (had && rows->numbers[first] <= last) return MLOPS_END;
    self->last_key[1] = self->last_key[0];
    self->has_key[1] = 1;
    return MLOPS_OK;
}

/* ---- places ---- */

/* How many of the numbers differ from each other. */
static int64_t n_distinct(placing *place) {
    const int64_t *numbers = place->numbers;
    int64_t n = place->n_numbers, ascending = 1, found = 0;
    for (int64_t i = 1; i < n; i++) ascending += numbers[i] > numbers[i - 1];
    if (n == 0 || ascending == n) return n;
    memset(place->is_used, 0, sizeof place->is_used);
    for (int64_t i = 0; i < n; i++) {
        size_t at = (size_t)(mlops__word_mix(0, (uint64_t)numbers[i]) % SLOTS);
        while (place->is_used[at] && place->slots[at] != numbers[i]) at = (at + 1) % SLOTS;
        found += !place->is_used[at];
        place->is_used[at] = 1;
        place->slots[at] = numbers[i];
    }
    return found;
}

/* Values of a column that numbers can tell apart: but for so many. -1: of none. */
static int64_t unsure(const touching *self, int64_t column) {
    mlops_type type = self->types[column];
    if (self->csv.nulls) return -1; /* of which there may be many */
    if (is_time(self, column)) return -1;
    if (type == MLOPS_TYPE_STRING) return NULLS_MAX;
    return type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64 ? 0 : -1;
}

/* A number is told apart from others of its form, if it is known. */
static void take_number(touching *self, const mlops__pair_rows *rows, int64_t i, int64_t column) {
    placing *place = self->place;
    int64_t most = (int64_t)1 << 53, number = rows->numbers[i];
    if (!is_known(rows, i)) return;
    if (self->types[column] == MLOPS_TYPE_STRING ? !rows->is_text : !rows->is_number) return;
    if (self->types[column] == MLOPS_TYPE_FLOAT64 && rows->is_whole &&
        (number >= most || number <= -most))
        return;
    if (rows->form != place->form) place->n_numbers = 0;
    place->form = rows->form;
    place->numbers[place->n_numbers++] = number;
}

/* Rows that are touched may be equal all the same. */
static int tells(const touching *self, int64_t column) {
    int64_t lack = unsure(self, column);
    return lack >= 0 && 2 * (n_distinct(self->place) - lack) >= self->place->n;
}

/* By another column. */
static mlops_status measure_again(touching *self, int64_t column) {
    placing *place = self->place;
    mlops__pair_rows rows;
    place->n_numbers = 0;
    for (int64_t at = 0; at < place->n; at += rows.n[0]) {
        MLOPS_TRY_END(mlops__pair_measure(self->pair, place->row + at, place->n - at, &self->wanted,
                                          column, &rows, self->err));
        for (int64_t i = 0; i < rows.n[0]; i++)
            if (!place->is_touched[at + i]) take_number(self, &rows, i, column);
    }
    return tells(self, column) ? MLOPS_OK : MLOPS_END;
}

/* The column that told the others comes first; then those that may tell better. */
static mlops_status end_places(touching *self) {
    placing *place = self->place;
    int64_t at = self->measured;
    int ascends = 0, is_whole = self->types[at] == MLOPS_TYPE_INT64 && unsure(self, at) == 0;
    if (2 * place->n_equal < place->n) return MLOPS_END;
    if (is_whole)
        MLOPS_TRY(mlops__pair_ascends(self->pair, place->row, place->n, &self->wanted, at, &ascends,
                                      self->err));
    mlops_status status = ascends ? MLOPS_OK : measure_again(self, at);
    for (int64_t k = 0; k < self->n_columns && status == MLOPS_END; k++) {
        int64_t column = (self->other + k) % self->n_columns;
        if (self->is_ignored[column] || unsure(self, column) < 0) continue;
        status = measure_again(self, column);
        if (!status) self->other = column;
    }
    place->n = place->n_equal = place->n_numbers = 0;
    return status;
}

static mlops_status take_places(touching *self, const mlops__pair_rows *rows) {
    placing *place = self->place;
    int64_t k = 0, i = rows->row[0] < self->ahead ? self->ahead - rows->row[0] : 0;
    if (rows->row[0] != rows->row[1]) return MLOPS_END;
    while (k < rows->n_touched && rows->touched[k] < i) k++;
    while (i < rows->n[0]) {
        int64_t end = i + PLACES - place->n, n_touched = 0;
        if (place->n == 0) {
            place->row = rows->row[0] + i;
            memset(place->is_touched, 0, sizeof place->is_touched);
        }
        if (end > rows->n[0]) end = rows->n[0];
        for (; k < rows->n_touched && rows->touched[k] < end; k++, n_touched++)
            place->is_touched[place->n + rows->touched[k] - i] = 1;
        place->n += end - i;
        place->n_equal += end - i - n_touched;
        i = end;
        if (place->n == PLACES) MLOPS_TRY_END(end_places(self));
    }
    return MLOPS_OK;
}

/* By position one side may go on behind the other. */
static mlops_status take_in_place(touching *self, const mlops__pair_rows *rows) {
    int both = rows->n[0] && rows->n[1], side = rows->n[0] == 0;
    if (both) return self->side_ended < 0 ? take_places(self, rows) : MLOPS_END;
    if (self->side_ended >= 0 && self->side_ended != side) return MLOPS_END;
    self->side_ended = side;
    return MLOPS_OK;
}

/* The first column by which the first rows are told apart, or the best. */
static mlops_status choose_measured(touching *self) {
    placing *place = self->place;
    int64_t best = 0, n = self->facts[0]->n_rows < PLACES ? self->facts[0]->n_rows : PLACES;
    mlops__pair_rows rows;
    self->measured = -1;
    for (int64_t column = 0; column < self->n_columns && n; column++) {
        if (self->is_ignored[column] || unsure(self, column) < 0) continue;
        MLOPS_TRY_END(mlops__pair_measure(self->pair, self->ahead, n, &self->wanted, column, &rows,
                                          self->err));
        place->n_numbers = 0;
        for (int64_t i = 0; i < rows.n[0]; i++)
            if (is_known(&rows, i)) place->numbers[place->n_numbers++] = rows.numbers[i];
        int64_t found = n_distinct(place);
        if (found > best) best = found, self->measured = column;
        if (found == rows.n[0]) break;
    }
    place->n_numbers = 0;
    return self->measured < 0 ? MLOPS_END : MLOPS_OK;
}

/* ---- rows ---- */

static mlops_status note_rows(touching *self, const mlops__pair_rows *rows) {
    for (int64_t i = 0; i < rows->n_touched; i++)
        for (int side = 0; side < 2; side++) {
            int64_t row = rows->row[side] + rows->touched[i] - self->ahead;
            if (rows->n[side] == 0) continue;
            if (row < 0 || (row == 0 && self->ahead == 0))
                return MLOPS_END; /* or a mark is there */
            mlops__buf_put(&self->rows[side], &row, sizeof row);
        }
    return MLOPS_OK;
}

static mlops_status begin_text(touching *self, mlops__buf *out, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        mlops__buf_u8(out, 'c');
        mlops__buf_u8(out, i + 1 < n ? self->wanted.delimiter : '\n');
    }
    return out->status ? mlops__fail_nomem(self->err, out->size) : MLOPS_OK;
}

static mlops_status read_touched(touching *self) {
    mlops__pair_rows rows;
    for (int side = 0; side < 2; side++)
        MLOPS_TRY_END(begin_text(self, &self->text[side], self->wanted.n));
    if (self->key < 0) MLOPS_TRY_END(choose_measured(self));
    while (!mlops__pair_is_done(self->pair)) {
        MLOPS_TRY_END(
            mlops__pair_next(self->pair, &self->wanted, self->key, &rows, self->text, self->err));
        MLOPS_TRY_END(self->key < 0 ? take_in_place(self, &rows) : take_keys(self, &rows));
        MLOPS_TRY_END(note_rows(self, &rows));
    }
    if (self->rows[0].status || self->rows[1].status)
        return mlops__fail_nomem(self->err, self->rows[0].size + self->rows[1].size);
    return self->place->n ? end_places(self) : MLOPS_OK;
}

/* ---- tables ---- */

static mlops_status parse(touching *self, const mlops__buf *text, const int64_t *columns, int64_t n,
                          mlops_table **out) {
    mlops_csv_opts opts = self->csv;
    const char **names = mlops__arena_array(&self->arena, (size_t)n, sizeof *names);
    mlops_type *types = mlops__arena_array(&self->arena, (size_t)n, sizeof *types);
    const mlops_host lent = mlops__host_lend(mlops__store_host(self->versions[0]->store));
    if (!names || !types) return mlops__fail_nomem(self->err, (size_t)n * sizeof *names);
    for (int64_t i = 0; i < n; i++) {
        names[i] = self->names[columns ? columns[i] : i];
        types[i] = self->types[columns ? columns[i] : i];
    }
    opts.host = &lent;
    opts.flags = 0;
    opts.skip_lines = 0;
    const mlops__csv_known known = {names, types, n};
    return mlops__table_parse_known(out, (const char *)text->data, text->size, &opts, &known,
                                    self->err);
}

static mlops_status make_tables(touching *self, mlops_table *tables[3]) {
    for (int side = 0; side < 2; side++) {
        MLOPS_TRY_END(parse(self, &self->text[side], self->columns, self->wanted.n, &tables[side]));
        if (mlops_table_n_rows(tables[side]) != (int64_t)(self->rows[side].size / sizeof(int64_t)))
            return MLOPS_END;
    }
    if (mlops__pair_is_apart(self->pair)) return MLOPS_OK;
    self->text[0].size = 0;
    MLOPS_TRY_END(begin_text(self, &self->text[0], self->n_columns));
    return parse(self, &self->text[0], NULL, self->n_columns, &tables[2]);
}

/* ---- the whole ---- */

/* What both are read by, once more; texts follow each other behind it. */
typedef struct touched_whole {
    mlops_store *store;
    size_t size;
    char commits[2][MLOPS__ID_TEXT];
    const char *dataset, *paths[2];
} touched_whole;

static mlops_status make_whole(const touching *self, const char *dataset, touched_whole **out) {
    const char *texts[3] = {dataset, self->facts[0]->path, self->facts[1]->path};
    size_t sizes[3], size = sizeof **out;
    mlops_store *store = self->versions[0]->store;
    for (int i = 0; i < 3; i++) size += sizes[i] = strlen(texts[i]) + 1;
    touched_whole *whole = mlops__alloc_zero(&mlops__store_host(store)->allocator, size);
    if (!whole) return mlops__fail_nomem(self->err, size);
    char *at = (char *)(whole + 1);
    for (int i = 0; i < 3; at += sizes[i++]) {
        memcpy(at, texts[i], sizes[i]);
        if (i) whole->paths[i - 1] = at;
        else whole->dataset = at;
    }
    for (int side = 0; side < 2; side++)
        mlops__id_format(whole->commits[side], &self->versions[side]->commit.id);
    whole->store = mlops__store_ref(store);
    whole->size = size;
    *out = whole;
    return MLOPS_OK;
}

static void close_whole(void *user) {
    touched_whole *self = user;
    mlops_store *store = self->store;
    mlops__free(&mlops__store_host(store)->allocator, self, self->size);
    mlops_store_close(store);
}

static mlops_status open_whole(void *user, mlops_table *out[2], mlops_error *err) {
    const touched_whole *self = user;
    mlops_status status = MLOPS_OK;
    for (int side = 0; side < 2 && !status; side++) {
        mlops__version version;
        mlops__facts facts;
        status =
            mlops__version_open(&version, self->store, self->dataset, self->commits[side], err);
        if (!status) status = mlops__version_find(&version, self->paths[side], &facts, err);
        if (!status) status = mlops__facts_table(&out[side], &facts, self->store, NULL, err);
        mlops__version_close(&version);
    }
    return status;
}

/* ---- all of it ---- */

static mlops_status compare(touching *self, mlops_table *tables[3], const char *dataset,
                            mlops_diff **out) {
    touched_whole *whole = NULL;
    const mlops_host lent = mlops__host_lend(mlops__store_host(self->versions[0]->store));
    mlops_diff_opts opts = *self->opts;
    mlops__diff_part part = {.blank = tables[2],
                             .n_columns = self->n_compared,
                             .open = open_whole,
                             .close = close_whole};
    for (int side = 0; side < 2; side++) {
        part.rows[side] = (const int64_t *)(const void *)self->rows[side].data;
        part.n_rows[side] = self->facts[side]->n_rows;
    }
    opts.host = &lent;
    MLOPS_TRY_END(make_whole(self, dataset, &whole));
    part.user = whole;
    mlops_status status =
        mlops__diff_part_compare(out, tables[0], tables[1], &part, &opts, self->err);
    if (status) close_whole(whole);
    return status;
}

static mlops_status find(touching *self, const char *dataset, mlops_diff **out) {
    mlops_table *tables[3] = {NULL, NULL, NULL};
    MLOPS_TRY_END(read_facts(self));
    MLOPS_TRY_END(mlops__pair_open(&self->pair, self->versions[0]->store, &self->facts[0]->id,
                                   &self->facts[1]->id, self->err));
    mlops_status status = choose_columns(self);
    if (!status) status = read_touched(self);
    if (!status) status = make_tables(self, tables);
    mlops__pair_close(self->pair);
    if (!status) status = compare(self, tables, dataset, out);
    for (int i = 0; i < 3; i++) mlops_table_unref(tables[i]);
    return status;
}

mlops_status mlops__facts_diff(mlops_diff **out, mlops__version *const versions[2],
                               const mlops__facts *const facts[2], const char *dataset,
                               const mlops_diff_opts *opts, mlops_error *err) {
    touching self = {.versions = versions,
                     .facts = facts,
                     .opts = opts,
                     .csv = MLOPS_CSV_OPTS_INIT,
                     .measured = -1,
                     .side_ended = -1,
                     .err = err};
    const mlops_allocator *allocator = &mlops__store_host(versions[0]->store)->allocator;
    *out = NULL;
    mlops__arena_init(&self.arena, allocator, SIZE_MAX);
    for (int side = 0; side < 2; side++) {
        mlops__buf_init(&self.text[side], allocator);
        mlops__buf_init(&self.rows[side], allocator);
    }
    self.place = mlops__arena_alloc(&self.arena, sizeof *self.place);
    mlops_status status =
        self.place ? find(&self, dataset, out) : mlops__fail_nomem(err, sizeof *self.place);
    for (int side = 0; side < 2; side++) {
        mlops__buf_free(&self.text[side]);
        mlops__buf_free(&self.rows[side]);
    }
    mlops__arena_free(&self.arena);
    return status;
}
