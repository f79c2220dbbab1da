/* Parts of tables: divided in drafts, read from commits.
 *
 * Owns the numbers of the rows during a call. Invariant: rows come out as they were when the commit
 * was made, or not at all: the numbers are drawn again and held against their digest.
 */
#include "base/opts.h"
#include "column/rows.h"
#include "column/table_select.h"
#include "dataset/draft.h"
#include "dataset/parts.h"
#include "dataset/split.h"
#include "text/number.h"

#include <string.h>

/* ---- dividing ---- */

static mlops_status invalid(mlops_error *err, const char *problem) {
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_divide_opts: %s", problem);
}

static mlops_status check_opts(const mlops_divide_opts *opts, mlops_error *err) {
    if (opts->flags) return invalid(err, "flags is not 0");
    if ((uint32_t)opts->by > MLOPS_DIVIDE_TIME) return invalid(err, "there is no such way");
    if (opts->n_folds == 1 || opts->n_folds > MLOPS__PARTS_MAX)
        return invalid(err, "n_folds is not 0 or 2 to 250");
    if (opts->n_folds && opts->parts) return invalid(err, "both folds and parts are asked for");
    if (opts->by == MLOPS_DIVIDE_ROWS && opts->column)
        return invalid(err,
                       "rows have no column of groups, strata or time; key says what a row is");
    if (opts->key && (opts->by == MLOPS_DIVIDE_GROUPS || opts->by == MLOPS_DIVIDE_TIME))
        return invalid(err, "key is for rows and strata");
    return MLOPS_OK;
}

static mlops_status need(const mlops__facts *facts, const mlops_table *table, const char *name,
                         mlops_error *err) {
    if (!name || mlops_table_find(table, name) >= 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' has no column '%s'", facts->path, name);
}

static mlops_status choose_columns(mlops__parts *rule, const mlops_divide_opts *opts,
                                   const mlops__facts *facts, mlops_error *err) {
    static const char *const uses[] = {"", "group", "target", "time"};
    int of_rows = opts->by == MLOPS_DIVIDE_ROWS || opts->by == MLOPS_DIVIDE_STRATA;
    rule->column = opts->column;
    rule->key = opts->key || !of_rows ? opts->key : facts->row_id;
    if (!rule->column && opts->by == MLOPS_DIVIDE_STRATA) rule->column = facts->target;
    if (!rule->column && opts->by == MLOPS_DIVIDE_TIME) rule->column = facts->time;
    if (!rule->column && opts->by != MLOPS_DIVIDE_ROWS)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "'%s' has no %s column; mlops_divide_opts: column names one",
                           facts->path, uses[opts->by]);
    return MLOPS_OK;
}

/* Whether it can be drawn of the table. */
static mlops_status check_rule(const mlops__parts *rule, const mlops__facts *facts,
                               const mlops_table *table, mlops_error *err) {
    int by_time = rule->by == MLOPS_DIVIDE_TIME;
    MLOPS_TRY(need(facts, table, rule->column, err));
    MLOPS_TRY(need(facts, table, rule->key, err));
    if (by_time && rule->n_folds >= facts->n_rows)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "'%s' has %lld row%s; %lld folds by time take one more than folds",
                           facts->path, (long long)facts->n_rows, mlops__plural(facts->n_rows),
                           (long long)rule->n_folds);
    if (!by_time) return MLOPS_OK;
    const mlops__column *column = mlops__table_column(table, mlops_table_find(table, rule->column));
    return mlops__times_check(column, rule->column, facts->n_rows, err);
}

static mlops_status make_rule(mlops__parts *rule, const mlops_divide_opts *opts,
                              const mlops__facts *facts, const mlops_table *table,
                              mlops__arena *arena, mlops_error *err) {
    int by_time = opts->by == MLOPS_DIVIDE_TIME;
    const char *parts = opts->parts ? opts->parts : "train=0.8,validation=0.1,test=0.1";
    rule->by = opts->by;
    rule->seed = opts->seed;
    rule->n_folds = opts->n_folds;
    rule->n = rule->n_folds + by_time;
    if (!rule->n_folds) MLOPS_TRY(mlops__parts_parse(rule, parts, arena, err));
    MLOPS_TRY(choose_columns(rule, opts, facts, err));
    return check_rule(rule, facts, table, err);
}

/* The numbers of the rows, to be freed, and how often each comes. */
static mlops_status draw(const mlops__parts *rule, const mlops_table *table,
                         const mlops__host *host, mlops__buf *numbers, int64_t *sizes,
                         mlops_error *err) {
    int64_t n = mlops_table_n_rows(table);
    mlops__buf_init(numbers, &host->allocator);
    mlops__buf_zero(numbers, (size_t)n);
    mlops_status status = numbers->status ? mlops__fail_nomem(err, (size_t)n) : MLOPS_OK;
    if (!status) status = mlops__parts_draw(rule, table, &host->allocator, numbers->data, err);
    memset(sizes, 0, (size_t)rule->n * sizeof *sizes);
    for (int64_t i = 0; i < n && !status; i++) sizes[numbers->data[i]]++;
    return status;
}

static mlops_status put_parts(mlops_draft *self, mlops__entry *entry, const mlops__facts *facts,
                              const mlops__parts_kept *kept, mlops_error *err) {
    mlops__buf json;
    mlops__json_writer out;
    mlops__buf_init(&json, &mlops__store_host(self->base.store)->allocator);
    mlops__json_writer_init(&out, &json, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_except(&out, &facts->record, "parts");
    mlops__json_name(&out, "parts");
    mlops__parts_write(kept, &out);
    mlops__json_close(&out, '}');
    const char *text = NULL;
    if (!json.status)
        text = mlops__arena_text(&self->base.arena, (const char *)json.data, json.size);
    if (text) entry->json = (mlops__bytes){(const uint8_t *)text, json.size};
    mlops_status status = text ? MLOPS_OK : mlops__fail_nomem(err, json.size);
    mlops__buf_free(&json);
    return status;
}

mlops_status mlops__draft_divide(mlops_draft *self, mlops__entry *entry, const mlops__facts *facts,
                                 const mlops__parts *rule, const mlops_table *table,
                                 mlops_error *err) {
    int64_t sizes[MLOPS__PARTS_MAX + 1];
    mlops__parts_kept kept = {.rule = *rule, .sizes = sizes};
    mlops__buf numbers;
    mlops_status status =
        draw(rule, table, mlops__store_host(self->base.store), &numbers, sizes, err);
    if (!status) {
        kept.digest = mlops__content_id(self->base.store, numbers.data, numbers.size);
        status = put_parts(self, entry, facts, &kept, err);
    }
    mlops__buf_free(&numbers);
    return status;
}

mlops_status mlops_draft_divide(mlops_draft *self, const char *path, const mlops_divide_opts *opts,
                                mlops_error *err) {
    mlops_divide_opts local;
    mlops__facts facts;
    mlops_table *table;
    mlops__parts rule = {.names = NULL};
    MLOPS_TRY(mlops__draft_check(self, path, err));
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_divide_opts", err));
    MLOPS_TRY(check_opts(&local, err));
    MLOPS_TRY(mlops__version_find(&self->base, path, &facts, err));
    mlops__entry *entry = mlops__tree_find(&self->base.tree, path);
    MLOPS_TRY(mlops__draft_table(self, entry, &facts, &table, err));
    mlops_status status = make_rule(&rule, &local, &facts, table, &self->base.arena, err);
    if (!status) status = mlops__draft_divide(self, entry, &facts, &rule, table, err);
    mlops_table_unref(table);
    return status;
}

mlops_status mlops__draft_divide_as(mlops_draft *self, const char *path, const mlops__parts *rule,
                                    mlops_error *err) {
    mlops__facts facts;
    mlops_table *table;
    MLOPS_TRY(mlops__version_find(&self->base, path, &facts, err));
    mlops__entry *entry = mlops__tree_find(&self->base.tree, path);
    MLOPS_TRY(mlops__draft_table(self, entry, &facts, &table, err));
    mlops_status status = check_rule(rule, &facts, table, err);
    if (!status) status = mlops__draft_divide(self, entry, &facts, rule, table, err);
    mlops_table_unref(table);
    return status;
}

/* ---- reading ---- */

/* Numbers of rows from low on, below high, or all but these: a part by its name. */
typedef struct wanted {
    int64_t low, high;
    int is_rest;
} wanted;

static int parse_fold(const char *part, const char *word, int64_t n, int64_t *out) {
    size_t length = strlen(word);
    if (strncmp(part, word, length) != 0 || part[length] < '0' || part[length] > '9') return 0;
    if (part[length] == '0' && part[length + 1]) return 0;
    return mlops__parse_i64(part + length, strlen(part + length), out) && *out < n;
}

static int find_part(const mlops__parts *rule, const char *part, wanted *out) {
    int64_t i = 0;
    int by_time = rule->by == MLOPS_DIVIDE_TIME;
    if (rule->n_folds) {
        int is_rest = parse_fold(part, "train", rule->n_folds, &i);
        if (!is_rest && !parse_fold(part, "fold", rule->n_folds, &i)) return 0;
        *out = by_time ? (wanted){is_rest ? 0 : i + 1, i + 1 + !is_rest, 0}
                       : (wanted){i, i + 1, is_rest};
        return 1;
    }
    while (i < rule->n && strcmp(rule->names[i], part) != 0) i++;
    *out = (wanted){i, i + 1, 0};
    return i < rule->n;
}

static mlops_status refuse_part(const mlops__parts *rule, const mlops__facts *facts,
                                const char *part, mlops_error *err) {
    char list[200];
    mlops__buf text;
    if (rule->n_folds)
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "'%s' has no part '%.*s'; it has fold0 to fold%lld, and train0 to "
                           "train%lld",
                           facts->path, 100, part, (long long)rule->n_folds - 1,
                           (long long)rule->n_folds - 1);
    mlops__buf_init_fixed(&text, list, sizeof list);
    for (int64_t i = 0; i < rule->n; i++)
        mlops__buf_format(&text, "%s%s", i ? ", " : "", rule->names[i]);
    (void)mlops__buf_finish_text(&text, NULL);
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "'%s' has no part '%.*s'; it has %s", facts->path,
                       100, part, list[0] ? list : "others");
}

/* Bits of the rows that are wanted, over their numbers. */
static void mark(mlops__buf *numbers, const wanted *w) {
    uint8_t *bytes = numbers->data;
    for (size_t i = 0; i < numbers->size; i++) {
        int is_in = (bytes[i] >= w->low && bytes[i] < w->high) != w->is_rest;
        if (i % 8 == 0) bytes[i / 8] = (uint8_t)is_in;
        else bytes[i / 8] |= (uint8_t)(is_in << i % 8);
    }
}

static mlops_status select_part(mlops_table **out, const mlops__parts_kept *kept,
                                const mlops__facts *facts, const mlops_table *table,
                                const wanted *w, mlops_store *store, mlops_error *err) {
    mlops__buf numbers;
    int64_t sizes[MLOPS__PARTS_MAX + 1];
    const mlops__parts *rule = &kept->rule;
    MLOPS_TRY(need(facts, table, rule->column, err));
    MLOPS_TRY(need(facts, table, rule->key, err));
    mlops_status status = draw(rule, table, mlops__store_host(store), &numbers, sizes, err);
    if (!status) {
        mlops_id id = mlops__content_id(store, numbers.data, numbers.size);
        if (memcmp(&id, &kept->digest, sizeof id) != 0)
            status =
                mlops__fail(err, MLOPS_E_CORRUPT,
                            "the rows of '%s' fall into other parts than were kept", facts->path);
    }
    if (!status) {
        mark(&numbers, w);
        status = mlops__table_select(out, table, numbers.data, 1, err);
    }
    mlops__buf_free(&numbers);
    return status;
}

static mlops_status read_part(mlops_table **out, mlops__version *version, const char *path,
                              const char *part, mlops_error *err) {
    mlops__facts facts;
    mlops__parts_kept kept;
    mlops_table *table;
    wanted w;
    MLOPS_TRY(mlops__version_find(version, path, &facts, err));
    MLOPS_TRY(mlops__parts_read(&kept, &facts, &version->arena, err));
    if (!find_part(&kept.rule, part, &w)) return refuse_part(&kept.rule, &facts, part, err);
    MLOPS_TRY(mlops__facts_table(&table, &facts, version->store, NULL, err));
    mlops_status status = select_part(out, &kept, &facts, table, &w, version->store, err);
    mlops_table_unref(table);
    return status;
}

mlops_status mlops_dataset_part(mlops_table **out, mlops_store *store, const char *dataset,
                                const char *ref, const char *path, const char *part,
                                mlops_error *err) {
    mlops__version version;
    *out = NULL;
    if (!part) return mlops__fail(err, MLOPS_E_INVALID, "part is NULL");
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) status = read_part(out, &version, path, part, err);
    mlops__version_close(&version);
    return status;
}

/* ---- the list ---- */

static void put_fold(mlops__rows *rows, const char *word, int64_t i, int64_t n) {
    char name[32];
    mlops__buf text;
    mlops__buf_init_fixed(&text, name, sizeof name);
    mlops__buf_format(&text, "%s%lld", word, (long long)i);
    mlops__rows_text_n(rows, name, text.size);
    mlops__rows_null(rows);
    mlops__rows_i64(rows, n);
}

static void put_folds(mlops__rows *rows, const mlops__parts_kept *kept, int64_t n_rows) {
    int by_time = kept->rule.by == MLOPS_DIVIDE_TIME;
    int64_t before = by_time ? kept->sizes[0] : 0;
    for (int64_t i = 0; i < kept->rule.n_folds; i++) {
        int64_t n = kept->sizes[i + by_time];
        put_fold(rows, "fold", i, n);
        put_fold(rows, "train", i, by_time ? before : n_rows - n);
        before += n;
    }
}

static mlops_status list_parts(mlops_table **out, mlops__version *version, const char *path,
                               mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"part", MLOPS_TYPE_STRING}, {"share", MLOPS_TYPE_FLOAT64}, {"n_rows", MLOPS_TYPE_INT64}};
    mlops__facts facts;
    mlops__parts_kept kept;
    mlops__rows rows;
    MLOPS_TRY(mlops__version_find(version, path, &facts, err));
    MLOPS_TRY(mlops__parts_read(&kept, &facts, &version->arena, err));
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(version->store), columns, 3, err));
    if (kept.rule.n_folds) put_folds(&rows, &kept, facts.n_rows);
    for (int64_t i = 0; i < kept.rule.n && !kept.rule.n_folds; i++) {
        mlops__rows_text(&rows, kept.rule.names[i]);
        mlops__rows_f64(&rows, kept.rule.shares[i]);
        mlops__rows_i64(&rows, kept.sizes[i]);
    }
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

mlops_status mlops_dataset_parts(mlops_table **out, mlops_store *store, const char *dataset,
                                 const char *ref, const char *path, mlops_error *err) {
    mlops__version version;
    *out = NULL;
    mlops_status status = mlops__version_open(&version, store, dataset, ref, err);
    if (!status) status = list_parts(out, &version, path, err);
    mlops__version_close(&version);
    return status;
}
