/* Nodes of an ONNX graph, each held against the table of operators and lowered.
 *
 * Owns the report of what cannot be. Invariant: every output that a node names has an item behind
 * it, lost or not, before the next node is looked at.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

enum { OPSET_MAX = 24, OPSET_ML_MAX = 5 };

static const mlops__onnx_operator *const tables[] = {
    mlops__onnx_ops_math,  mlops__onnx_ops_shapes, mlops__onnx_ops_reductions,
    mlops__onnx_ops_ml,    mlops__onnx_ops_maps,   mlops__onnx_ops_svm,
    mlops__onnx_ops_trees, mlops__onnx_ops_texts,  mlops__onnx_ops_control};

static int64_t opset_of(const mlops__oc *self, const char *domain) {
    for (size_t i = 0; i < self->model->n_opsets; i++)
        if (strcmp(self->model->opsets[i].domain, domain) == 0)
            return self->model->opsets[i].version;
    return 0;
}

/* The entry of the node; without one of its operator set, says which there are. */
static mlops_status find(mlops__oc *self, const mlops__onnx_operator **out) {
    const mlops__onnx_node *node = self->node;
    int first = 0, last = 0;
    *out = NULL;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const mlops__onnx_operator *e = tables[t]; e->name; e++) {
            if (strcmp(e->name, node->op) != 0 || strcmp(e->domain, node->domain) != 0) continue;
            if (self->opset >= e->since && self->opset <= e->until) *out = e;
            if (!first || e->since < first) first = e->since;
            if (e->until > last) last = e->until;
        }
    if (*out) return MLOPS_OK;
    for (size_t i = 0; !first && i < self->model->n_functions; i++)
        if (strcmp(self->model->functions[i], node->op) == 0)
            return mlops__oc_no(self, "it is a function of the file; export it with functions "
                                      "inlined");
    if (!first) return mlops__oc_no(self, "the operator is not supported");
    if (self->opset < first)
        return mlops__oc_no(self, "it is supported from operator set %d on", first);
    return mlops__oc_no(self, "it is supported up to operator set %d", last);
}

static char letter_of(mlops__onnx_kind kind) { return "?fistgFIS"[kind]; }

static int is_listed(const char *list, const mlops__onnx_attribute *attribute, int *is_kind) {
    size_t n = strlen(attribute->name);
    for (const char *p = list; *p;) {
        const char *colon = strchr(p, ':'), *end = strchr(p, ' ');
        if ((size_t)(colon - p) == n && memcmp(p, attribute->name, n) == 0) {
            char letter = letter_of(attribute->kind);
            for (const char *c = colon + 1; *c && *c != ' '; c++) *is_kind |= *c == letter;
            return 1;
        }
        if (!end) break;
        p = end + 1;
    }
    return 0;
}

static mlops_status check(mlops__oc *self, const mlops__onnx_operator *entry) {
    const mlops__onnx_node *node = self->node;
    for (uint32_t i = 0; i < node->n_attributes; i++) {
        const mlops__onnx_attribute *a = &node->attributes[i];
        int is_kind = 0;
        if (!is_listed(entry->attributes, a, &is_kind))
            return mlops__oc_no(self, "attribute \"%.*s\" is unknown", 60, a->name);
        if (!is_kind)
            return mlops__oc_no(self, "attribute \"%.*s\" is of another type", 60, a->name);
    }
    if ((int)node->n_inputs > entry->inputs_max)
        return mlops__oc_no(self, "%u inputs; %d are known", node->n_inputs, entry->inputs_max);
    if ((int)node->n_outputs > entry->outputs_max)
        return mlops__oc_no(self, "%u outputs; %d are known", node->n_outputs, entry->outputs_max);
    for (int i = 0; i < entry->inputs_min; i++)
        if ((uint32_t)i >= node->n_inputs || !node->inputs[i][0])
            return mlops__oc_no(self, "input %d is missing", i);
    return MLOPS_OK;
}

static mlops_status keep(mlops__oc *self, const char *what, const char *name) {
    mlops__onnx_lost *lost = mlops__arena_alloc(self->arena, sizeof *lost);
    if (!lost) return mlops__fail_nomem(self->err, sizeof *lost);
    *lost = (mlops__onnx_lost){what, name, self->node, self->opset, NULL};
    lost->reason = mlops__arena_text(self->arena, self->reason, strlen(self->reason));
    if (!lost->reason) return mlops__fail_nomem(self->err, sizeof self->reason);
    return mlops__oc_push(self, self->lost, lost);
}

mlops_status mlops__oc_tell(mlops__oc *self, const char *what, const char *name) {
    if (self->lost) MLOPS_TRY(keep(self, what, name));
    size_t room = sizeof self->report - self->report_size;
    char line[sizeof self->reason + 200];
    size_t n =
        mlops__format(line, sizeof line, "%s%s \"%.*s\"", self->n_lost ? "; " : "", what, 60, name);
    if (self->node)
        n += mlops__format(line + n, sizeof line - n, " (%s%s%.*s %lld)", self->node->domain,
                           self->node->domain[0] ? "." : "", 40, self->node->op,
                           (long long)self->opset);
    n += mlops__format(line + n, sizeof line - n, ": %s", self->reason);
    self->n_lost++;
    if (n >= room || n >= sizeof line) return MLOPS_OK;
    memcpy(self->report + self->report_size, line, n + 1);
    self->report_size += n;
    self->n_told++;
    return MLOPS_OK;
}

static mlops_status lose(mlops__oc *self) {
    for (uint32_t i = 0; i < self->node->n_outputs; i++) {
        uint32_t item;
        const char *name = self->node->outputs[i];
        if (!name[0]) continue;
        if (mlops__oc_scope_find(self, name) != MLOPS__ITEM_NONE) continue;
        MLOPS_TRY(mlops__oc_add_lost(self, &item));
        MLOPS_TRY(mlops__oc_out(self, i, item));
    }
    return MLOPS_OK;
}

/* All names that go in are known; *lost is set if one of them could not be made. */
static mlops_status look_at_inputs(mlops__oc *self, int *lost) {
    const mlops__onnx_node *node = self->node;
    for (uint32_t i = 0; i < node->n_inputs; i++) {
        if (!node->inputs[i][0]) continue;
        uint32_t item = mlops__oc_scope_find(self, node->inputs[i]);
        if (item == MLOPS__ITEM_NONE)
            return mlops__fail_at(self->err, MLOPS_E_CORRUPT, 0, 0, node->offset,
                                  "node \"%.*s\" (%.*s) takes \"%.*s\", which nothing before it "
                                  "gives",
                                  80, node->name, 40, node->op, 100, node->inputs[i]);
        if (mlops__oc_item(self, item)->is_lost) *lost = 1;
    }
    return MLOPS_OK;
}

static void note_operator(mlops__oc *self) {
    char name[64];
    size_t n = mlops__format(name, sizeof name, ", %.*s", 50, self->node->op);
    for (const char *p = self->operators; (p = strstr(p, name)) != NULL; p += n)
        if (p[n] == ',' || p[n] == 0) return;
    if (self->operators_size + n >= sizeof self->operators) return;
    memcpy(self->operators + self->operators_size, name, n + 1);
    self->operators_size += n;
}

static mlops_status lower(mlops__oc *self) {
    const mlops__onnx_operator *entry;
    int lost = 0;
    MLOPS_TRY(look_at_inputs(self, &lost));
    mlops_status status = find(self, &entry);
    if (status == MLOPS_OK) status = check(self, entry);
    if (status == MLOPS_OK && !lost) {
        self->entry = entry;
        status = entry->lower(self);
    }
    if (status == MLOPS_OK && !lost) {
        note_operator(self);
        return status;
    }
    if (status && status != MLOPS_E_UNSUPPORTED) return status;
    if (status)
        MLOPS_TRY(mlops__oc_tell(self, "node",
                                 self->node->name[0]     ? self->node->name
                                 : self->node->n_outputs ? self->node->outputs[0]
                                                         : ""));
    return lose(self);
}

mlops_status mlops__oc_nodes(mlops__oc *self, const mlops__onnx_graph *graph) {
    const mlops__onnx_node *outer = self->node;
    const mlops__onnx_operator *entry = self->entry;
    int64_t opset = self->opset;
    for (size_t i = 0; i < graph->n_nodes; i++) {
        self->node = &graph->nodes[i];
        self->opset = opset_of(self, self->node->domain);
        MLOPS_TRY(lower(self));
    }
    self->node = outer;
    self->entry = entry;
    self->opset = opset;
    return MLOPS_OK;
}

mlops_status mlops__oc_opsets(mlops__oc *self) {
    for (size_t i = 0; i < self->model->n_opsets; i++) {
        const mlops__onnx_opset *set = &self->model->opsets[i];
        int64_t most = strcmp(set->domain, "ai.onnx.ml") == 0 ? OPSET_ML_MAX : INT64_MAX;
        if (!set->domain[0]) most = OPSET_MAX;
        if (set->version < 1)
            return mlops__fail(self->err, MLOPS_E_CORRUPT, "operator set \"%.*s\" has version %lld",
                               60, set->domain, (long long)set->version);
        if (set->version <= most) continue;
        const char *name = set->domain[0] ? set->domain : "ai.onnx";
        (void)mlops__oc_no(self,
                           "the model uses operator set %lld of %s; sets up to %lld are "
                           "supported: export it with target_opset=%lld",
                           (long long)set->version, name, (long long)most, (long long)most);
        if (!self->lost) return mlops__fail(self->err, MLOPS_E_UNSUPPORTED, "%s", self->reason);
        MLOPS_TRY(mlops__oc_tell(self, "operator set", name));
    }
    return MLOPS_OK;
}
