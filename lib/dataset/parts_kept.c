/* How a commit keeps the parts of a table: the member "parts" of its entry.
 *
 * Owns nothing. Invariant: what is read is a rule that can be drawn: names that are distinct,
 * shares that add up, sizes that are those of the table; all else is corrupt.
 */
#include "dataset/parts.h"

#include "column/names.h"
#include "text/number.h"

#include <string.h>

static const char *const by_names[] = {"rows", "groups", "strata", "time"};

/* ---- as they are spelled ---- */

static mlops_status refuse(const char *item, const char *problem, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_divide_opts: parts: '%.*s' %s", 200, item,
                       problem);
}

static mlops_status parse_part(const char *item, mlops__arena *arena, const char **name,
                               double *share, mlops_error *err) {
    const char *equals = strrchr(item, '=');
    if (!equals || equals == item) return refuse(item, "is no name=share", err);
    if (!mlops__parse_f64(equals + 1, strlen(equals + 1), 0, share) || !(*share > 0) ||
        !(*share < 1))
        return refuse(item, "has no share between 0 and 1", err);
    *name = mlops__arena_text(arena, item, (size_t)(equals - item));
    return *name ? MLOPS_OK : mlops__fail_nomem(err, strlen(item));
}

/* The problem of names and shares; NULL: none. */
static const char *problem_of(const char *const *names, const double *shares, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += shares[i];
        if (!(shares[i] > 0)) return "a share is not above 0";
        for (int64_t k = 0; k < i; k++)
            if (!strcmp(names[i], names[k])) return "a name stands twice";
    }
    return sum > 1 - 1e-9 && sum < 1 + 1e-9 ? NULL : "the shares do not add up to 1";
}

mlops_status mlops__parts_parse(mlops__parts *self, const char *text, mlops__arena *arena,
                                mlops_error *err) {
    const char **items;
    int64_t n;
    MLOPS_TRY(mlops__list_parse(arena, text, ',', "parts", &items, &n, err));
    if (n < 2 || n > MLOPS__PARTS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_divide_opts: %lld part%s; 2 to %d are due",
                           (long long)n, mlops__plural(n), MLOPS__PARTS_MAX);
    const char **names = mlops__arena_array(arena, (size_t)n, sizeof *names);
    double *shares = mlops__arena_array(arena, (size_t)n, sizeof *shares);
    if (!names || !shares) return mlops__fail_nomem(err, (size_t)n * 2 * sizeof *shares);
    for (int64_t i = 0; i < n; i++) {
        MLOPS_TRY(parse_part(items[i], arena, &names[i], &shares[i], err));
        MLOPS_TRY(mlops__name_check("part", names[i], err));
    }
    const char *problem = problem_of(names, shares, n);
    if (problem) return mlops__fail(err, MLOPS_E_INVALID, "mlops_divide_opts: parts: %s", problem);
    self->names = names;
    self->shares = shares;
    self->n = n;
    return MLOPS_OK;
}

/* ---- as JSON ---- */

static void write_named(const mlops__parts *rule, mlops__json_writer *out) {
    mlops__json_name(out, "names");
    mlops__json_open(out, '[');
    for (int64_t i = 0; i < rule->n; i++) mlops__json_string(out, rule->names[i]);
    mlops__json_close(out, ']');
    mlops__json_name(out, "shares");
    mlops__json_open(out, '[');
    for (int64_t i = 0; i < rule->n; i++) mlops__json_f64(out, rule->shares[i]);
    mlops__json_close(out, ']');
}

void mlops__parts_write(const mlops__parts_kept *self, mlops__json_writer *out) {
    const mlops__parts *rule = &self->rule;
    mlops__json_open(out, '{');
    mlops__record_put_text(out, "by", by_names[rule->by]);
    if (rule->n_folds) mlops__record_put_i64(out, "folds", rule->n_folds);
    else write_named(rule, out);
    mlops__record_put_text(out, "column", rule->column);
    mlops__record_put_text(out, "key", rule->key);
    mlops__record_put_i64(out, "seed", rule->seed);
    mlops__json_name(out, "sizes");
    mlops__json_open(out, '[');
    for (int64_t i = 0; i < rule->n; i++) mlops__json_i64(out, self->sizes[i]);
    mlops__json_close(out, ']');
    mlops__record_put_id(out, "digest", &self->digest);
    mlops__json_close(out, '}');
}

/* What is read, with the facts of the table that it is of. */
typedef struct reading {
    const mlops__facts *facts;
    mlops__record record;
    mlops__arena *arena;
    mlops_error *err;
} reading;

static mlops_status corrupt(const reading *self, const char *what) {
    return mlops__fail(self->err, MLOPS_E_CORRUPT, "the parts of '%s' have no sound %s",
                       self->facts->path, what);
}

static mlops_status read_items(const reading *self, const char *name, mlops__record *out) {
    mlops__bytes json = mlops__record_json(&self->record, name);
    if (!json.size) return corrupt(self, name);
    return mlops__record_items(out, json, self->arena, self->err);
}

static mlops_status read_named(const reading *self, mlops__parts *rule) {
    mlops__record names, shares;
    MLOPS_TRY(read_items(self, "names", &names));
    MLOPS_TRY(read_items(self, "shares", &shares));
    if (names.n < 2 || names.n > MLOPS__PARTS_MAX || shares.n != names.n)
        return corrupt(self, "names");
    const char **texts = mlops__arena_array(self->arena, names.n, sizeof *texts);
    double *values = mlops__arena_array(self->arena, names.n, sizeof *values);
    if (!texts || !values) return mlops__fail_nomem(self->err, names.n * 2 * sizeof *values);
    for (size_t i = 0; i < names.n; i++) {
        mlops__bytes number = shares.fields[i].json;
        texts[i] = names.fields[i].text;
        if (!texts[i] || mlops__name_check("part", texts[i], NULL)) return corrupt(self, "names");
        if (!mlops__parse_f64((const char *)number.data, number.size, 0, &values[i]))
            return corrupt(self, "shares");
    }
    if (problem_of(texts, values, (int64_t)names.n)) return corrupt(self, "shares");
    rule->names = texts;
    rule->shares = values;
    rule->n = (int64_t)names.n;
    return MLOPS_OK;
}

static mlops_status read_rule(const reading *self, mlops__parts *rule) {
    const char *by = mlops__record_text(&self->record, "by");
    uint32_t kind = 0;
    while (kind < 4 && (!by || strcmp(by, by_names[kind]) != 0)) kind++;
    if (kind == 4)
        return mlops__fail(self->err, by ? MLOPS_E_UNSUPPORTED : MLOPS_E_CORRUPT,
                           "'%s' is divided by '%.*s', which this version does not know",
                           self->facts->path, 100, by ? by : "");
    rule->by = (mlops_divide)kind;
    rule->column = mlops__record_text(&self->record, "column");
    rule->key = mlops__record_text(&self->record, "key");
    rule->seed = mlops__record_i64(&self->record, "seed", 0);
    if (rule->by != MLOPS_DIVIDE_ROWS && !rule->column) return corrupt(self, "column");
    rule->n_folds = mlops__record_i64(&self->record, "folds", 0);
    if (!rule->n_folds) return read_named(self, rule);
    if (rule->n_folds < 2 || rule->n_folds > MLOPS__PARTS_MAX) return corrupt(self, "folds");
    rule->n = rule->n_folds + (rule->by == MLOPS_DIVIDE_TIME);
    return MLOPS_OK;
}

static mlops_status read_sizes(const reading *self, mlops__parts_kept *out) {
    mlops__record items;
    int64_t left = self->facts->n_rows;
    MLOPS_TRY(read_items(self, "sizes", &items));
    if (items.n != (size_t)out->rule.n) return corrupt(self, "sizes");
    int64_t *sizes = mlops__arena_array(self->arena, items.n, sizeof *sizes);
    if (!sizes) return mlops__fail_nomem(self->err, items.n * sizeof *sizes);
    for (size_t i = 0; i < items.n; i++) {
        mlops__bytes number = items.fields[i].json;
        if (!mlops__parse_i64((const char *)number.data, number.size, &sizes[i]) || sizes[i] < 0 ||
            sizes[i] > left)
            return corrupt(self, "sizes");
        left -= sizes[i];
    }
    if (left) return corrupt(self, "sizes");
    out->sizes = sizes;
    return MLOPS_OK;
}

mlops_status mlops__parts_read(mlops__parts_kept *out, const mlops__facts *facts,
                               mlops__arena *arena, mlops_error *err) {
    reading self = {facts, {NULL, 0}, arena, err};
    memset(out, 0, sizeof *out);
    if (!mlops__facts_is_table(facts))
        return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' is a file and no table", facts->path);
    mlops__bytes json = mlops__record_json(&facts->record, "parts");
    if (!json.size && mlops__record_bool(&facts->record, "undivided", 0))
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "'%s' is not divided any more: rows were erased, and the %lld that are "
                           "left are too few",
                           facts->path, (long long)facts->n_rows);
    if (!json.size)
        return mlops__fail(err, MLOPS_E_SCHEMA, "'%s' is not divided; mlops_draft_divide() does so",
                           facts->path);
    MLOPS_TRY(mlops__record_parse(&self.record, json, arena, err));
    MLOPS_TRY(read_rule(&self, &out->rule));
    MLOPS_TRY(read_sizes(&self, out));
    return mlops__record_id(&self.record, "digest", &out->digest) ? MLOPS_OK
                                                                  : corrupt(&self, "digest");
}
