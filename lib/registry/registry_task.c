/* What a model is for: which metrics judge it.
 *
 * Owns the table of tasks. Invariant: the name of a task is part of records, so it never changes.
 */
#include "model/model.h"
#include "registry/registry.h"

#include <string.h>

static const struct {
    const char *name;
    uint32_t metrics; /* of mlops_metric_task; 0: there are none */
} tasks[] = {
    {"binary", MLOPS_METRIC_BINARY},
    {"classes", MLOPS_METRIC_CLASSES},
    {"regression", MLOPS_METRIC_REGRESSION},
    {"ranking", 0},
    {"survival", 0},
};

_Static_assert(sizeof tasks / sizeof tasks[0] == MLOPS__TASKS, "a row for each task");

static int begins(const char *text, const char *with) {
    return strncmp(text, with, strlen(with)) == 0;
}

mlops__task mlops__task_of(const mlops_model *model) {
    const char *format = mlops__model_opened(model)->info;
    const char *objective = format + strlen(format) + 1;
    int64_t n_classes = mlops__model_n_classes(model);
    if (n_classes) return n_classes == 2 ? MLOPS__TASK_BINARY : MLOPS__TASK_CLASSES;
    if (begins(objective, "binary")) return MLOPS__TASK_BINARY;
    if (begins(objective, "multi")) return MLOPS__TASK_CLASSES;
    if (begins(objective, "rank") || begins(objective, "lambdarank")) return MLOPS__TASK_RANKING;
    if (begins(objective, "survival:")) return MLOPS__TASK_SURVIVAL;
    return MLOPS__TASK_REGRESSION;
}

const char *mlops__task_name(mlops__task task) { return tasks[task].name; }

mlops_status mlops__task_read(mlops__registry *self, const mlops__record *version, mlops__task *out,
                              mlops_error *err) {
    mlops__record signature;
    MLOPS_TRY(mlops__record_parse(&signature, mlops__record_json(version, "signature"),
                                  &self->arena, err));
    const char *name = mlops__record_text(&signature, "task");
    for (int i = 0; name && i < MLOPS__TASKS; i++) {
        if (strcmp(name, tasks[i].name) != 0) continue;
        *out = (mlops__task)i;
        return MLOPS_OK;
    }
    return mlops__fail(err, MLOPS_E_UNSUPPORTED, "\"%s\" is a task that this library does not know",
                       name ? name : "");
}

int mlops__task_has(mlops__task task, const mlops_metric_info *metric) {
    return (tasks[task].metrics & metric->tasks) != 0;
}
