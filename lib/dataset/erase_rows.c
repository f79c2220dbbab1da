/* Entries without some of their rows.
 *
 * Owns the table while rows are looked for. Invariants: the rows that stay have the bytes that they
 * had; what is known of the entry, its split among it, is that of the rows that stay; a split keeps
 * them on their sides, and parts are drawn again by their rule.
 */
#include "dataset/erase.h"

#include "column/csv_read.h"
#include "column/csv_write.h"
#include "column/table_bytes.h"
#include "column/table_select.h"
#include "dataset/parts.h"

#include <string.h>

/* One entry on its way. */
typedef struct cutting {
    mlops__erasure *plan;
    const mlops__facts *facts;
    mlops_csv_opts csv;
    mlops__buf bytes;
    mlops_table *table;
    int is_part;     /* it has the first rows of the text; those behind cannot be read */
    mlops__buf bits; /* of drops */
    mlops__erase_drops drops;
    int64_t n_read; /* of the rows that go, those that the entry has */
} cutting;

static const mlops__host *host_of(const cutting *c) { return mlops__store_host(c->plan->store); }

static int ends_in(const char *path, const char *end) {
    size_t n = strlen(path), k = strlen(end);
    return n > k && strcmp(path + n - k, end) == 0;
}

int mlops__erase_has_rows(const mlops__facts *facts) {
    return mlops__facts_is_table(facts) || ends_in(facts->path, ".csv") ||
           ends_in(facts->path, ".tsv");
}

/* ---- reading ---- */

static int is_row_text(const cutting *c) { return strcmp(c->facts->kind, "table") != 0; }

static mlops_status parse_text(cutting *c, const mlops_csv_opts *opts) {
    return mlops_table_parse(&c->table, (const char *)c->bytes.data, c->bytes.size, opts,
                             c->plan->err);
}

static int has_column(const mlops_table *table, const char *name) {
    return table && name && mlops_table_find(table, name) >= 0;
}

/* With what is between the columns, of text that was read with something else, or could not be: if
 * that makes columns, or the one that rows are chosen by, where there were columns before. */
static mlops_status parse_between(cutting *c, const mlops_csv_opts *how, const char *delimiter) {
    mlops_csv_opts opts = *how;
    mlops_table *first = c->table;
    int had_columns = first && mlops_table_n_columns(first) > 1;
    opts.delimiter = delimiter;
    c->table = NULL;
    mlops_status status = parse_text(c, &opts);
    mlops_table *made = status ? NULL : c->table;
    int divides = made && mlops_table_n_columns(made) > 1 &&
                  (!had_columns || has_column(made, c->plan->opts.column));
    c->table = divides ? made : first;
    mlops_table_unref(divides ? first : made);
    if (divides) c->csv.delimiter = delimiter;
    return divides || status == MLOPS_E_NOMEM ? status : MLOPS_END;
}

/* Does the header have it? */
static int heads(const cutting *c, char mark) {
    const char *text = (const char *)c->bytes.data;
    size_t n = c->bytes.size, i = 0;
    while (i < n && (text[i] == '\n' || text[i] == '\r')) i++;
    while (i < n && text[i] != '\n' && text[i] != '\r' && text[i] != mark) i++;
    return i < n && text[i] == mark;
}

/* A file that could not be read, as one with decimal commas between semicolons, or has one column,
 * or lacks what rows are chosen by: with what else its header has that may be between columns. */
static mlops_status divide_text(cutting *c, const mlops_csv_opts *opts, mlops_status status) {
    static const char *const others[] = {";", "\t", "|", ","};
    const char *column = c->plan->opts.column;
    if (status == MLOPS_E_NOMEM || (!status && has_column(c->table, column))) return status;
    if (!status && !column && mlops_table_n_columns(c->table) > 1) return status;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!heads(c, others[i][0])) continue;
        mlops_status divided = parse_between(c, opts, others[i]);
        if (divided != MLOPS_END) return divided;
    }
    return status;
}

/* Rows beyond those that it was read with are rows, too, if they can be read; they need not have
 * the types of these, nor need those of an older version that is read as this one is. MLOPS_END:
 * this is no table. */
static mlops_status read_text(cutting *c) {
    mlops_csv_opts init = MLOPS_CSV_OPTS_INIT;
    const mlops_host lent = mlops__host_lend(host_of(c));
    c->csv = init;
    if (mlops__facts_is_table(c->facts))
        MLOPS_TRY(mlops__facts_csv(&c->csv, c->facts, &c->plan->arena, c->plan->err));
    else if (ends_in(c->facts->path, ".tsv")) c->csv.delimiter = "\t";
    mlops_csv_opts opts = c->csv;
    opts.rows_max = 0;
    opts.memory_max = INT64_MAX;
    opts.host = &lent;
    mlops_status status = parse_text(c, &opts);
    if (status == MLOPS_E_PARSE && opts.types) {
        opts.types = NULL;
        status = parse_text(c, &opts);
    }
    if (!mlops__facts_is_table(c->facts)) status = divide_text(c, &opts, status);
    c->is_part = status == MLOPS_E_PARSE && c->csv.rows_max > 0;
    if (c->is_part) {
        opts.types = c->csv.types;
        opts.rows_max = c->csv.rows_max;
        status = parse_text(c, &opts);
    }
    int is_file = !mlops__facts_is_table(c->facts);
    return status < 0 && status != MLOPS_E_NOMEM && is_file ? MLOPS_END : status;
}

static mlops_status parse_entry(cutting *c) {
    if (is_row_text(c)) return read_text(c);
    return mlops__table_decode(&c->table, c->bytes.data, c->bytes.size, host_of(c), c->plan->err);
}

static mlops_status read_entry(cutting *c) {
    MLOPS_TRY(mlops__content_load(&c->bytes, c->plan->store, NULL, &c->facts->id, c->plan->err));
    return parse_entry(c);
}

/* ---- rows of text ---- */

static int is_bare(const cutting *c) { return (c->csv.flags & MLOPS_CSV_NO_HEADER) != 0; }

/* The rows of this text begin behind *head: empty lines there are none, but would be once the one
 * column has a name that is given. */
static mlops_status begin_text(mlops__csv_reader *r, const cutting *c, int64_t *head) {
    MLOPS_TRY(mlops__csv_begin(r));
    MLOPS_TRY(mlops__csv_skip_lines(r, c->csv.skip_lines));
    int64_t at = r->base + (int64_t)r->pos;
    if (is_bare(c) && c->csv.names) {
        r->n_columns = mlops_table_n_columns(c->table);
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__csv_next(r));
    r->n_columns = r->n_fields;
    if (!is_bare(c)) return MLOPS_OK;
    if (r->n_columns == 1) *head = at;
    mlops__csv_rewind(r, r->mark);
    return MLOPS_OK;
}

/* The bytes of a row; of -1, what is ahead of the first one, or behind those that can be read. */
typedef mlops_status span_step(void *user, int64_t row, const uint8_t *bytes, size_t n);

static mlops_status each_span(const cutting *c, mlops__csv_reader *r, span_step *step, void *user) {
    int64_t begin = 0, head = INT64_MAX, row = -1, n_rows = mlops_table_n_rows(c->table);
    mlops_status status = begin_text(r, c, &head);
    while (!status && !(c->is_part && row + 1 == n_rows) &&
           (status = mlops__csv_next(r)) == MLOPS_OK) {
        int64_t end = r->mark.offset < head ? r->mark.offset : head;
        MLOPS_TRY(step(user, row, c->bytes.data + begin, (size_t)(end - begin)));
        begin = r->mark.offset;
        head = INT64_MAX;
        if (++row >= n_rows) break;
    }
    if (status < 0) return status;
    if (row + 1 != n_rows)
        return mlops__fail(c->plan->err, MLOPS_E_CORRUPT, "the rows of '%s' cannot be told apart",
                           c->facts->path);
    int64_t end = c->is_part ? r->base + (int64_t)r->pos : r->total;
    MLOPS_TRY(step(user, row, c->bytes.data + begin, (size_t)(end - begin)));
    return step(user, -1, c->bytes.data + end, (size_t)(r->total - end));
}

/* A row goes on up to the next one. */
static mlops_status each_row(const cutting *c, span_step *step, void *user) {
    mlops_call call = MLOPS_CALL_INIT;
    mlops__csv_reader r = {0};
    r.host = host_of(c);
    r.allocator = &r.host->allocator;
    r.call = &call;
    r.memory = (const char *)c->bytes.data;
    r.total = (int64_t)c->bytes.size;
    r.delimiter = c->csv.delimiter ? c->csv.delimiter[0] : ',';
    r.line_max = INT64_MAX / 4;
    r.err = c->plan->err;
    mlops_status status = each_span(c, &r, step, user);
    mlops__csv_end(&r);
    return status == MLOPS_E_NOMEM ? mlops__fail_nomem(r.err, c->bytes.size) : status;
}

/* Text without rows. */
typedef struct copying {
    const cutting *c;
    mlops__buf *out;
} copying;

static mlops_status copy_row(void *user, int64_t row, const uint8_t *bytes, size_t n) {
    const copying *to = user;
    int drops = row >= 0 && mlops__erase_drops_row(&to->c->drops, row);
    if (!drops) mlops__buf_put(to->out, bytes, n);
    return to->out->status ? MLOPS_E_NOMEM : MLOPS_OK;
}

/* ---- rows that are not on both sides ---- */

/* Rows are told apart by their bytes. One that went on a side has no equal there: what it went by
 * was in it. */
typedef struct comparing {
    cutting *c;
    mlops__idset *rows; /* by SHA-256 */
    int adds;           /* else those that are not among them are dropped */
} comparing;

static mlops_status take_row(void *user, int64_t row, const uint8_t *bytes, size_t n) {
    const comparing *to = user;
    if (row < 0) return MLOPS_OK;
    mlops_id id = mlops__content_id(to->c->plan->store, bytes, n);
    if (to->adds) return mlops__idset_add(to->rows, id.bytes, 32, 0) ? MLOPS_OK : MLOPS_E_NOMEM;
    if (!mlops__idset_find(to->rows, id.bytes, 32)) mlops__erase_drop(&to->c->drops, row);
    return MLOPS_OK;
}

static void spell_cell(const mlops_table *table, int64_t index, int64_t row, mlops__buf *out) {
    char text[64] = "";
    const mlops__column *column = mlops__table_column(table, index);
    int valid = column->type != MLOPS_TYPE_NULL && mlops__column_valid(column, row);
    mlops__buf_u8(out, (uint8_t)valid);
    if (!valid) return;
    if (column->type == MLOPS_TYPE_STRING) {
        const char *cell = column->texts[((const int32_t *)column->data)[row]];
        mlops__buf_put(out, cell, strlen(cell) + 1);
        return;
    }
    (void)mlops_table_text(table, index, row, text, sizeof text, NULL);
    mlops__buf_put(out, text, strlen(text) + 1);
}

static mlops_status each_table_row(const cutting *c, span_step *step, void *user) {
    mlops__buf cells;
    mlops_status status = MLOPS_OK;
    mlops__buf_init(&cells, &host_of(c)->allocator);
    for (int64_t row = 0; row < mlops_table_n_rows(c->table) && !status; row++) {
        cells.size = 0;
        for (int64_t i = 0; i < mlops_table_n_columns(c->table); i++)
            spell_cell(c->table, i, row, &cells);
        status = cells.status ? MLOPS_E_NOMEM : step(user, row, cells.data, cells.size);
    }
    mlops__buf_free(&cells);
    return status == MLOPS_E_NOMEM ? mlops__fail_nomem(c->plan->err, 64) : status;
}

static mlops_status compare_rows(comparing *to) {
    return is_row_text(to->c) ? each_row(to->c, take_row, to) : each_table_row(to->c, take_row, to);
}

static mlops_status find_apart(cutting *c, mlops__erase_apart *apart) {
    mlops__erasure *plan = c->plan;
    mlops__idset rows;
    cutting there = {.plan = plan, .facts = c->facts};
    comparing adding = {&there, &rows, 1}, dropping = {c, &rows, 0};
    mlops__idset_init(&rows, &host_of(c)->allocator);
    mlops__buf_init(&there.bytes, rows.entries.allocator);
    mlops_status status =
        plan->aparts->load(plan->aparts->user, &apart->there, &there.bytes, plan->err);
    if (!status) status = parse_entry(&there);
    if (!status) status = compare_rows(&adding);
    if (!status) status = compare_rows(&dropping);
    apart->is_cut = !status;
    mlops_table_unref(there.table);
    mlops__buf_free(&there.bytes);
    mlops__idset_free(&rows);
    return status;
}

static mlops_status find_any(cutting *c, mlops__erase_apart *apart) {
    int64_t n = mlops_table_n_rows(c->table);
    mlops__buf_zero(&c->bits, (size_t)(n / 8 + 1));
    if (c->bits.status) return mlops__fail_nomem(c->plan->err, (size_t)n / 8 + 1);
    c->drops.bits = c->bits.data;
    if (apart) return find_apart(c, apart);
    return mlops__erase_find(c->plan, c->facts->path, c->table, c->csv.types, &c->drops);
}

/* ---- the entry that stands in ---- */

/* Its bytes are kept as changes to those that stood in at the path before. */
static mlops_status begin_entry(cutting *c, mlops__bytes like) {
    mlops_draft *draft = c->plan->draft;
    mlops__entry *entry;
    draft->base.tree.n = 0;
    if (!like.size) return MLOPS_OK;
    MLOPS_TRY(mlops__tree_put(&draft->base.tree, c->facts->path, &entry, c->plan->err));
    entry->json = like;
    return MLOPS_OK;
}

static mlops_draft_table_opts table_opts(const cutting *c) {
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.target = c->facts->target;
    opts.time = c->facts->time;
    opts.row_id = c->facts->row_id;
    return opts;
}

/* Without a header the names are given, so that there need be no row, and it may begin with an
 * empty line. */
static mlops_status put_rest(const cutting *c, mlops__bytes text) {
    mlops__buf names, types;
    mlops_csv_opts csv = c->csv;
    mlops_draft_table_opts opts = table_opts(c);
    mlops__buf_init(&names, &host_of(c)->allocator);
    mlops__buf_init(&types, names.allocator);
    /* whatever the rows that stay would say by themselves */
    mlops_status status =
        mlops__facts_types(c->facts, c->csv.types, &c->plan->arena, &types, c->plan->err);
    if (!status && is_bare(c) && !csv.names)
        status = mlops__csv_names(c->table, csv.delimiter, &names, c->plan->err);
    if (names.size) csv.names = (const char *)names.data;
    csv.types = types.size > 1 ? (const char *)types.data : NULL;
    if (csv.rows_max > c->n_read) csv.rows_max -= c->n_read;
    opts.csv = &csv;
    if (!status)
        status = mlops__draft_put_csv(c->plan->draft, c->facts->path, text, c->facts->path, &opts,
                                      c->plan->err);
    mlops__buf_free(&types);
    mlops__buf_free(&names);
    return status;
}

/* If all that it was read with go, and rows behind them stay, no options read it as none: it is a
 * file from there on. */
static int stays_table(const cutting *c) {
    if (!mlops__facts_is_table(c->facts)) return 0;
    return c->csv.rows_max == 0 || c->n_read < c->csv.rows_max ||
           (c->drops.n == mlops_table_n_rows(c->table) && !c->is_part);
}

static mlops_status put_text(cutting *c) {
    mlops__buf text;
    mlops__erasure *plan = c->plan;
    mlops__buf_init(&text, &host_of(c)->allocator);
    copying to = {c, &text};
    for (int64_t row = 0; row < c->facts->n_rows; row++)
        c->n_read += mlops__erase_drops_row(&c->drops, row);
    mlops_status status = each_row(c, copy_row, &to);
    mlops__bytes bytes = {text.data, text.size};
    if (!status)
        status = stays_table(c)
                     ? put_rest(c, bytes)
                     : mlops__draft_put_file(plan->draft, c->facts->path, bytes, plan->err);
    mlops__buf_free(&text);
    return status;
}

static mlops_status put_table(cutting *c) {
    mlops_table *rest;
    const mlops_draft_table_opts opts = table_opts(c);
    MLOPS_TRY(mlops__table_select(&rest, c->table, c->drops.bits, 0, c->plan->err));
    mlops_status status =
        mlops_draft_add_table(c->plan->draft, c->facts->path, rest, &opts, c->plan->err);
    mlops_table_unref(rest);
    return status;
}

/* Bits of the rows that stay. */
static mlops_status cut_bits(const cutting *c, const mlops__buf *old, mlops__buf *out,
                             int64_t *held_out, int64_t *n) {
    for (int64_t row = 0; row < c->facts->n_rows && row / 8 < (int64_t)old->size; row++) {
        if (mlops__erase_drops_row(&c->drops, row)) continue;
        int bit = old->data[row / 8] >> row % 8 & 1;
        if (*n % 8 == 0) mlops__buf_u8(out, 0);
        if (out->status) return mlops__fail_nomem(c->plan->err, out->size);
        out->data[*n / 8] |= (uint8_t)(bit << *n % 8);
        *held_out += bit;
        ++*n;
    }
    return MLOPS_OK;
}

static void write_split(mlops__buf *json, const mlops__facts *made, const mlops__record *old,
                        int64_t held_out, const mlops_id *rows) {
    static const char *const same[] = {"kind", "share", "seed", "column"};
    mlops__json_writer out;
    mlops__json_writer_init(&out, json, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_except(&out, &made->record, "split");
    mlops__json_name(&out, "split");
    mlops__json_open(&out, '{');
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        mlops__bytes value = mlops__record_json(old, same[i]);
        if (!value.size) continue;
        mlops__json_name(&out, same[i]);
        mlops__json_raw(&out, (const char *)value.data, value.size);
    }
    mlops__record_put_i64(&out, "n_held_out", held_out);
    mlops__record_put_id(&out, "rows", rows);
    mlops__json_close(&out, '}');
    mlops__json_close(&out, '}');
}

static mlops_status set_json(cutting *c, mlops__entry *entry, mlops__buf *json) {
    const char *text = NULL;
    mlops__arena *arena = &c->plan->draft->base.arena;
    if (!json->status) text = mlops__arena_text(arena, (const char *)json->data, json->size);
    if (text) entry->json = (mlops__bytes){(const uint8_t *)text, json->size};
    mlops_status status = text ? MLOPS_OK : mlops__fail_nomem(c->plan->err, json->size);
    mlops__buf_free(json);
    return status;
}

static mlops_status put_split(cutting *c, mlops__entry *entry) {
    mlops__erasure *plan = c->plan;
    mlops__facts made;
    mlops__record split;
    mlops__buf old, bits, json;
    mlops__blob *blob;
    int64_t held_out = 0, n = 0;
    if (!c->facts->has_split) return MLOPS_OK;
    MLOPS_TRY(mlops__entry_read(entry, &made, &plan->arena, plan->err));
    MLOPS_TRY(mlops__record_parse(&split, mlops__record_json(&c->facts->record, "split"),
                                  &plan->arena, plan->err));
    MLOPS_TRY(mlops__content_load(&old, plan->store, NULL, &c->facts->rows, plan->err));
    mlops__buf_init(&bits, old.allocator);
    mlops_status status = cut_bits(c, &old, &bits, &held_out, &n);
    mlops__buf_free(&old);
    if (!status && n != made.n_rows)
        status = mlops__fail(plan->err, MLOPS_E_CORRUPT, "the split of '%s' is of another table",
                             c->facts->path);
    if (!status)
        status = mlops__draft_blob(plan->draft, c->facts->path, MLOPS__ROLE_ROWS,
                                   (mlops__bytes){bits.data, bits.size}, &blob, plan->err);
    mlops__buf_free(&bits);
    if (status) return status;
    mlops__entry_drop(entry, MLOPS__ROLE_ROWS);
    entry->blobs[MLOPS__ROLE_ROWS] = blob;
    mlops__buf_init(&json, &host_of(c)->allocator);
    write_split(&json, &made, &split, held_out, &blob->id);
    return set_json(c, entry, &json);
}

static mlops_status put_undivided(cutting *c, mlops__entry *entry, const mlops__facts *made) {
    mlops__buf json;
    mlops__json_writer out;
    mlops__buf_init(&json, &host_of(c)->allocator);
    mlops__json_writer_init(&out, &json, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_except(&out, &made->record, "undivided");
    mlops__json_name(&out, "undivided");
    mlops__json_bool(&out, 1);
    mlops__json_close(&out, '}');
    return set_json(c, entry, &json);
}

/* Rows may be too few for the folds, then: they are in none. */
static mlops_status put_parts(cutting *c, mlops__entry *entry) {
    mlops__erasure *plan = c->plan;
    mlops__parts_kept kept;
    mlops__facts made;
    mlops_table *table;
    MLOPS_TRY(mlops__entry_read(entry, &made, &plan->arena, plan->err));
    if (!mlops__record_find(&c->facts->record, "parts")) {
        int is_undivided = mlops__record_bool(&c->facts->record, "undivided", 0);
        return is_undivided ? put_undivided(c, entry, &made) : MLOPS_OK;
    }
    MLOPS_TRY(mlops__parts_read(&kept, c->facts, &plan->arena, plan->err));
    if (made.n_rows == 0 || kept.rule.n_folds >= made.n_rows) return put_undivided(c, entry, &made);
    MLOPS_TRY(mlops__draft_table(plan->draft, entry, &made, &table, plan->err));
    mlops_status status =
        mlops__draft_divide(plan->draft, entry, &made, &kept.rule, table, plan->err);
    mlops_table_unref(table);
    return status;
}

static mlops_status make_entry(cutting *c, mlops__bytes like, mlops__bytes *out) {
    mlops__erasure *plan = c->plan;
    if (mlops_table_n_rows(c->table) < c->facts->n_rows)
        return mlops__fail(plan->err, MLOPS_E_CORRUPT, "the content of '%s' has fewer rows",
                           c->facts->path);
    MLOPS_TRY(begin_entry(c, like));
    MLOPS_TRY(is_row_text(c) ? put_text(c) : put_table(c));
    mlops__entry *entry = mlops__tree_find(&plan->draft->base.tree, c->facts->path);
    if (!is_row_text(c) || stays_table(c)) {
        MLOPS_TRY(put_split(c, entry));
        MLOPS_TRY(put_parts(c, entry));
    }
    MLOPS_TRY(mlops__draft_put_blobs(plan->draft, plan->err));
    for (int role = 0; role < 3; role++) mlops__entry_drop(entry, (mlops__role)role);
    *out = entry->json;
    return MLOPS_OK;
}

mlops_status mlops__erase_rows(mlops__erasure *plan, const mlops__facts *facts, mlops__bytes like,
                               mlops__erase_made *out, int64_t *n) {
    cutting c = {.plan = plan, .facts = facts};
    mlops__erase_apart *apart = NULL;
    *n = 0;
    *out = (mlops__erase_made){{NULL, 0}, 1, 0};
    if (plan->aparts) {
        const uint32_t *place = mlops__idset_find(&plan->aparts->ids, facts->id.bytes, 32);
        if (!place) return MLOPS_OK;
        apart = &plan->aparts->items[*place];
    }
    mlops__buf_init(&c.bits, &mlops__store_host(plan->store)->allocator);
    mlops__buf_init(&c.bytes, c.bits.allocator);
    mlops_status status = read_entry(&c);
    if (!status) status = find_any(&c, apart);
    *n = c.drops.n;
    out->stays = c.drops.n == 0;
    out->is_unread = c.is_part || status == MLOPS_END;
    if (!status && c.drops.n && plan->draft) status = make_entry(&c, like, &out->json);
    mlops_table_unref(c.table);
    mlops__buf_free(&c.bits);
    mlops__buf_free(&c.bytes);
    return status == MLOPS_END ? MLOPS_OK : status;
}
