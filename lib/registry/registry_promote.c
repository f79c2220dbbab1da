/* Promoting: the alias's gate is asked, and what it said is kept.
 *
 * Owns what a decision is made of until it is in the change. Invariants: judging happens while
 * nothing of the store is held; whatever the decision was based on is expected by the commit of a
 * promotion; a refusal adds its record and nothing else.
 */
#include "base/opts.h"
#include "registry/registry.h"

#include <string.h>

/* An alias that the gate names. */
typedef struct holder {
    const char *alias;
    mlops__registry_alias now;
    mlops__registry_version version; /* number 0: nobody */
    mlops_metrics metrics;
} holder;

typedef struct promoting {
    mlops_change *change;
    const char *model, *alias;
    mlops_promote_opts opts;
    mlops__registry state;
    mlops__registry_version candidate;
    mlops__registry_alias now;
    mlops__registry_record gate_record;
    const char *gate_text; /* that counts; NULL: none */
    mlops__gate gate;
    mlops__task task;
    holder *holders;
    int64_t n_holders;
    mlops__held_out rows;
    mlops_metrics metrics;
    const mlops__expr_clause *clauses;
    int64_t n_clauses;
    int64_t number; /* of the decision, if one is made */
    int holds;      /* the candidate holds the alias already */
} promoting;

/* ---- reading ---- */

static mlops_status check(const promoting *self, mlops_error *err) {
    const mlops_promote_opts *opts = &self->opts;
    int no_gate = (opts->flags & MLOPS_PROMOTE_NO_GATE) != 0;
    if (opts->flags & ~(uint32_t)MLOPS_PROMOTE_NO_GATE)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_promote_opts: unknown flags");
    if (no_gate && opts->gate)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_promote_opts: a gate, and none to ask");
    if (no_gate && (!opts->note || !*opts->note))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_promote_opts: who passes a gate by says why in the note");
    MLOPS_TRY(mlops__name_check("model", self->model, err));
    MLOPS_TRY(mlops__registry_check_alias(self->alias, err));
    return mlops__registry_check_text("the note", opts->note, MLOPS__REGISTRY_TEXT_MAX, err);
}

static mlops_status read_holder(promoting *self, const char *alias, mlops_error *err) {
    for (int64_t i = 0; i < self->n_holders; i++)
        if (!strcmp(self->holders[i].alias, alias)) return MLOPS_OK;
    holder *h = &self->holders[self->n_holders++];
    h->alias = alias;
    MLOPS_TRY(mlops__registry_alias_now(&self->state, self->model, alias, &h->now, err));
    if (!h->now.version) return MLOPS_OK;
    return mlops__registry_find_number(&self->state, self->model, h->now.version, &h->version, err);
}

static mlops_status read_gate(promoting *self, mlops_error *err) {
    MLOPS_TRY(mlops__task_read(&self->state, &self->candidate.record.fields, &self->task, err));
    MLOPS_TRY(
        mlops__gate_compile(&self->gate, self->gate_text, self->task, &self->state.arena, err));
    self->gate_text = self->gate.text;
    size_t n = (size_t)self->gate.n_names;
    self->holders = mlops__arena_array(&self->state.arena, n + 1, sizeof *self->holders);
    if (!self->holders) return mlops__fail_nomem(err, n * sizeof *self->holders);
    for (size_t i = 0; i < n; i++)
        if (self->gate.names[i].alias) MLOPS_TRY(read_holder(self, self->gate.names[i].alias, err));
    return MLOPS_OK;
}

/* Whether a gate, if there is one, is to be asked: a holder is judged again where the caller says
 * by what, or on which rows. */
static int asks(const promoting *self) {
    const mlops_promote_opts *o = &self->opts;
    if (o->flags & MLOPS_PROMOTE_NO_GATE) return 0;
    return !self->holds || o->gate || o->dataset || o->ref || o->path;
}

static mlops_status read_all(promoting *self, const char *which, mlops_error *err) {
    mlops__registry *state = &self->state;
    MLOPS_TRY(mlops__registry_begin(state, mlops__change_store(self->change), self->change, err));
    MLOPS_TRY(mlops__registry_find(state, self->model, which, &self->candidate, err));
    MLOPS_TRY(mlops__registry_alias_now(state, self->model, self->alias, &self->now, err));
    MLOPS_TRY(mlops__gate_read(state, self->model, self->alias, &self->gate_record,
                               &self->gate_text, err));
    self->holds = self->now.version == self->candidate.number;
    if (self->opts.gate) self->gate_text = self->opts.gate;
    if (self->gate_text && asks(self)) MLOPS_TRY(read_gate(self, err));
    MLOPS_TRY(mlops__registry_last(state, MLOPS__TABLE_DECISIONS, self->model, self->alias,
                                   &self->number, err));
    self->number++;
    mlops__registry_pause(state);
    return MLOPS_OK;
}

/* ---- judging ---- */

static mlops_status judge(promoting *self, mlops_error *err) {
    const mlops_promote_opts *opts = &self->opts;
    mlops_metrics fresh = MLOPS_METRICS_INIT;
    MLOPS_TRY(mlops__held_out_load(&self->rows, &self->state, &self->candidate, opts->dataset,
                                   opts->ref, opts->path, err));
    self->metrics = fresh;
    MLOPS_TRY(
        mlops__judge_version(&self->metrics, &self->state, &self->candidate, &self->rows, err));
    for (int64_t i = 0; i < self->n_holders; i++) {
        holder *h = &self->holders[i];
        h->metrics = fresh;
        if (h->version.number == self->candidate.number) h->metrics = self->metrics;
        else if (h->version.number)
            MLOPS_TRY(
                mlops__judge_version(&h->metrics, &self->state, &h->version, &self->rows, err));
    }
    return MLOPS_OK;
}

static const holder *holder_of(const promoting *self, const char *alias) {
    const holder *h = self->holders;
    while (strcmp(h->alias, alias) != 0) h++;
    return h;
}

static mlops_status explain(promoting *self, mlops__expr_truth *truth, mlops_error *err) {
    size_t n = (size_t)self->gate.n_names;
    mlops__expr_input *inputs = mlops__arena_array(&self->state.arena, n + 1, sizeof *inputs);
    double *values = mlops__arena_array(&self->state.arena, n + 1, sizeof *values);
    if (!inputs || !values) return mlops__fail_nomem(err, n * sizeof *inputs);
    for (size_t i = 0; i < n; i++) {
        const mlops__gate_name *name = &self->gate.names[i];
        const holder *h = name->alias ? holder_of(self, name->alias) : NULL;
        inputs[i].values = name->is_rows ? (const void *)&self->metrics.n : &values[i];
        inputs[i].absent = h && !h->version.number;
        if (inputs[i].absent) inputs[i].values = NULL;
        values[i] = mlops_metric_value(h ? &h->metrics : &self->metrics, name->metric);
    }
    return mlops__expr_explain(self->gate.expr, inputs, 0, &self->state.arena, truth,
                               &self->clauses, &self->n_clauses, err);
}

/* ---- the record of a decision ---- */

static void put_values(mlops__json_writer *json, const mlops__expr_clause *clause) {
    mlops__json_name(json, "values");
    mlops__json_open(json, '{');
    for (int64_t i = 0; i < clause->n_values; i++) {
        const mlops__expr_value *v = &clause->values[i];
        if (!v->valid) mlops__record_put_json(json, v->name, "null");
        else if (v->type == MLOPS_TYPE_INT64) mlops__record_put_i64(json, v->name, v->i64);
        else mlops__record_put_f64(json, v->name, v->f64);
    }
    mlops__json_close(json, '}');
}

static void put_clauses(const promoting *self, mlops__json_writer *json) {
    static const char *const words[] = {"false", "true", "unknown", "absent"};
    mlops__json_name(json, "clauses");
    mlops__json_open(json, '[');
    for (int64_t i = 0; i < self->n_clauses; i++) {
        mlops__json_open(json, '{');
        mlops__record_put_text(json, "text", self->clauses[i].text);
        mlops__record_put_text(json, "truth", words[self->clauses[i].truth]);
        put_values(json, &self->clauses[i]);
        mlops__json_close(json, '}');
    }
    mlops__json_close(json, ']');
}

static void put_metrics(const promoting *self, mlops__json_writer *json) {
    mlops__json_name(json, "metrics");
    mlops__json_open(json, '{');
    for (int64_t i = 0; i < mlops_metric_count(); i++) {
        mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
        mlops_metric_at(&info, i);
        if (mlops__task_has(self->task, &info))
            mlops__record_put_f64(json, info.name, mlops_metric_value(&self->metrics, info.metric));
    }
    mlops__json_close(json, '}');
}

static void put_evidence(const promoting *self, mlops__json_writer *json) {
    put_clauses(self, json);
    put_metrics(self, json);
    mlops__json_name(json, "holder");
    mlops__json_open(json, '{');
    for (int64_t i = 0; i < self->n_holders; i++)
        if (self->holders[i].version.number)
            mlops__record_put_i64(json, self->holders[i].alias, self->holders[i].version.number);
    mlops__json_close(json, '}');
    mlops__record_put_text(json, "dataset", self->rows.dataset);
    mlops__record_put_text(json, "commit", self->rows.commit);
    mlops__record_put_text(json, "path", self->rows.path);
    mlops__record_put_i64(json, "n_rows", self->metrics.n);
}

static mlops_status put_decision(const promoting *self, const char *verdict, mlops_error *err) {
    mlops__buf buf;
    mlops__key key;
    mlops__json_writer json;
    mlops__buf_init(&buf, self->state.allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "version", self->candidate.number);
    mlops__record_put_text(&json, "verdict", verdict);
    mlops__record_put_text(&json, "gate", self->gate_text);
    if (self->clauses) put_evidence(self, &json);
    mlops__record_put_i64(&json, "time_ns", mlops__store_now(self->state.store));
    mlops__record_put_text(&json, "note", self->opts.note);
    mlops__json_close(&json, '}');
    mlops__registry_key(&key, self->model, self->alias, self->number);
    return mlops__record_put(self->change, MLOPS__TABLE_DECISIONS, &key, &buf, err);
}

/* Nobody else has made a decision of this number. */
static mlops_status expect_number(const promoting *self, mlops_error *err) {
    mlops__key key;
    mlops__bytes pending;
    mlops__registry_key(&key, self->model, self->alias, self->number);
    mlops_status status = mlops__change_pending(self->change, MLOPS__TABLE_DECISIONS,
                                                mlops__key_bytes(&key), &pending);
    if (status != MLOPS_END) return MLOPS_OK;
    return mlops__change_expect(self->change, MLOPS__TABLE_DECISIONS, mlops__key_bytes(&key),
                                (mlops__bytes){NULL, 0}, err);
}

/* ---- outcomes ---- */

static mlops_status refuse(const promoting *self, mlops_error *err) {
    mlops__buf text;
    mlops__buf_init(&text, self->state.allocator);
    for (int64_t i = 0; i < self->n_clauses; i++) {
        mlops__expr_truth truth = self->clauses[i].truth;
        if (truth == MLOPS__EXPR_TRUE || truth == MLOPS__EXPR_ABSENT) continue;
        if (text.size) mlops__buf_text(&text, "; ");
        mlops__expr_clause_put(&text, &self->clauses[i]);
    }
    mlops__buf_u8(&text, 0);
    mlops_status status = text.status ? mlops__fail_nomem(err, text.size) : MLOPS_OK;
    if (!status) status = expect_number(self, err);
    if (!status) status = put_decision(self, "refused", err);
    if (!status)
        status = mlops__registry_note(self->change, "refuse", self->model, self->alias,
                                      self->candidate.number, err);
    if (!status) status = mlops__fail(err, MLOPS_E_REFUSED, "%s", (const char *)text.data);
    mlops__buf_free(&text);
    return status;
}

static mlops_status expect_all(const promoting *self, mlops_error *err) {
    MLOPS_TRY(mlops__registry_expect(self->change, &self->candidate.source, err));
    MLOPS_TRY(mlops__registry_expect(self->change, &self->candidate.record, err));
    MLOPS_TRY(mlops__registry_expect(self->change, &self->gate_record, err));
    for (int64_t i = 0; i < self->n_holders; i++)
        MLOPS_TRY(mlops__registry_expect(self->change, &self->holders[i].now.record, err));
    return MLOPS_OK;
}

/* verdict NULL: no gate was there to ask. */
static mlops_status promote(const promoting *self, const char *verdict, mlops_error *err) {
    mlops__alias_move move = {.model = self->model,
                              .alias = self->alias,
                              .action = "promote",
                              .version = self->candidate.number,
                              .note = self->opts.note};
    if (verdict) move.gate = self->gate_text;
    if (verdict) move.decision = self->number;
    MLOPS_TRY(expect_all(self, err));
    if (verdict) MLOPS_TRY(expect_number(self, err));
    if (verdict) MLOPS_TRY(put_decision(self, verdict, err));
    if (self->opts.gate)
        MLOPS_TRY(mlops__gate_put(self->change, &self->gate_record, self->gate_text, err));
    return mlops__alias_move_put(self->change, &self->now, &move, err);
}

/* The holder stays. verdict NULL: no gate was asked, and nothing is to be written. */
static mlops_status keep(const promoting *self, const char *verdict, mlops_error *err) {
    MLOPS_TRY(expect_all(self, err));
    MLOPS_TRY(mlops__registry_expect(self->change, &self->now.record, err));
    if (!verdict) return MLOPS_OK;
    MLOPS_TRY(expect_number(self, err));
    MLOPS_TRY(put_decision(self, verdict, err));
    if (self->opts.gate)
        MLOPS_TRY(mlops__gate_put(self->change, &self->gate_record, self->gate_text, err));
    return mlops__registry_note(self->change, "keep", self->model, self->alias,
                                self->candidate.number, err);
}

static mlops_status run(promoting *self, const char *which, mlops_error *err) {
    mlops__expr_truth truth = MLOPS__EXPR_FALSE;
    MLOPS_TRY(check(self, err));
    MLOPS_TRY(read_all(self, which, err));
    int judges = self->gate_text && asks(self);
    if (self->holds && !judges) return keep(self, NULL, err);
    if (!self->gate_text) return promote(self, NULL, err);
    if (!judges) return promote(self, "overridden", err);
    MLOPS_TRY(judge(self, err));
    MLOPS_TRY(explain(self, &truth, err));
    if (truth != MLOPS__EXPR_TRUE) return refuse(self, err);
    return self->holds ? keep(self, "kept", err) : promote(self, "promoted", err);
}

mlops_status mlops_registry_promote(mlops_change *change, const char *name, const char *which,
                                    const char *alias, const mlops_promote_opts *opts,
                                    mlops_error *err) {
    promoting self;
    memset(&self, 0, sizeof self);
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(mlops__opts_copy(&self.opts, sizeof self.opts, opts, "mlops_promote_opts", err));
    self.change = change;
    self.model = name;
    self.alias = alias;
    mlops_status status = run(&self, which, err);
    mlops__held_out_free(&self.rows);
    mlops__gate_free(&self.gate);
    mlops__registry_free(&self.state);
    return status;
}
