/* Inside of the registry: its records as they are at a moment, gates, and judging on held-out rows.
 */
#ifndef MLOPS_REGISTRY_INSIDE_H
#define MLOPS_REGISTRY_INSIDE_H

#include "expr/expr.h"
#include "store/record.h"

#include <mlops/metric_info.h>
#include <mlops/promote.h>
#include <mlops/registry.h>

/* ---- state: the store at a moment, and over it what a change has pending ---- */

typedef struct mlops__registry {
    mlops_store *store;
    const mlops_change *change; /* NULL: none */
    const mlops_allocator *allocator;
    mlops__arena arena;
    mlops__index index;
    int reading;
} mlops__registry;

/* Begins to read. What was begun is to be freed, also after an error. */
mlops_status mlops__registry_begin(mlops__registry *self, mlops_store *store,
                                   const mlops_change *change, mlops_error *err);
void mlops__registry_pause(mlops__registry *self); /* ends reading; the arena stays */
void mlops__registry_free(mlops__registry *self);

/* A record that was looked for. */
typedef struct mlops__registry_record {
    mlops__table table;
    mlops__key key;
    mlops__bytes stored; /* as the store has it, in the arena; data NULL: not there */
    int there;           /* with what the change has pending */
    mlops__record fields;
} mlops__registry_record;

/* Looks for the record of joined parts: texts, of which NULL ends them, and a number if it is not
 * negative. */
mlops_status mlops__registry_get(mlops__registry *self, mlops__registry_record *out,
                                 mlops__table table, const char *model, const char *alias,
                                 int64_t number, mlops_error *err);
void mlops__registry_key(mlops__key *out, const char *model, const char *alias, int64_t number);

/* The commit needs the record to be as it was read. Nothing for one without a key. */
mlops_status mlops__registry_expect(mlops_change *change, const mlops__registry_record *record,
                                    mlops_error *err);

/* Writes the members of a record whose names are none of these (NULL ends them), so that
 * who changes a record keeps what he does not know. */
void mlops__registry_put_rest(mlops__json_writer *json, const mlops__record *record,
                              const char *const *known);

/* Writes the record of a buffer, which is freed, under the key of what was read. */
mlops_status mlops__registry_put(mlops_change *change, const mlops__registry_record *record,
                                 mlops__buf *json, mlops_error *err);

/* Number of the last of records that are numbered from 1 on without gaps; 0: none. */
mlops_status mlops__registry_last(mlops__registry *self, mlops__table table, const char *model,
                                  const char *alias, int64_t *out, mlops_error *err);

mlops_status mlops__registry_check_alias(const char *alias, mlops_error *err);

/* The model's record; MLOPS_E_NOT_FOUND has the nearest name. */
mlops_status mlops__registry_model(mlops__registry *self, const char *name,
                                   mlops__registry_record *out, mlops_error *err);

typedef struct mlops__registry_version {
    const char *model; /* the caller's */
    int64_t number;
    mlops__registry_record source; /* what made `which` a number: of an alias, of the model for
                                      "latest"; else without a key */
    mlops__registry_record record;
} mlops__registry_version;

/* The version that an alias, digits or "latest" names. MLOPS_E_NOT_FOUND says what is missing. */
mlops_status mlops__registry_find(mlops__registry *self, const char *name, const char *which,
                                  mlops__registry_version *out, mlops_error *err);
mlops_status mlops__registry_find_number(mlops__registry *self, const char *name, int64_t number,
                                         mlops__registry_version *out, mlops_error *err);

typedef struct mlops__registry_alias {
    mlops__registry_record record;
    int64_t number;  /* of the newest entry of its log; 0: none */
    int64_t version; /* that holds it; 0: none */
    int64_t time_ns; /* of that entry */
} mlops__registry_alias;

mlops_status mlops__registry_alias_now(mlops__registry *self, const char *model, const char *alias,
                                       mlops__registry_alias *out, mlops_error *err);

/* The same where a version holds it; else MLOPS_E_NOT_FOUND with the nearest that is held. */
mlops_status mlops__registry_held(mlops__registry *self, const char *model, const char *alias,
                                  mlops__registry_alias *out, mlops_error *err);

/* An entry of an alias's log. */
typedef struct mlops__registry_entry {
    int64_t version; /* 0: dropped */
    int64_t previous;
    int64_t time_ns;
    int64_t restores; /* 0: it is no rollback */
    mlops__record fields;
} mlops__registry_entry;

mlops_status mlops__registry_entry_at(mlops__registry *self, const char *model, const char *alias,
                                      int64_t number, mlops__registry_entry *out, mlops_error *err);

/* Content that a version names, also where the change itself keeps it; with a NUL behind it. Not
 * while reading. */
mlops_status mlops__registry_content(const mlops__registry *self, const mlops_id *id,
                                     mlops__buf *out, mlops_error *err);

/* Appends the names of aliases that a version (0: any) of a model holds: one line of CSV. */
mlops_status mlops__registry_put_aliases(mlops__registry *self, const char *model, int64_t version,
                                         mlops__buf *out, mlops_error *err);

/* "registry VERB MODEL REST" for the audit trail. */
mlops_status mlops__registry_note(mlops_change *change, const char *verb, const char *model,
                                  const char *rest, int64_t version, mlops_error *err);

/* Fields of opts that are texts: UTF-8 of at most so many bytes, NULL allowed. */
mlops_status mlops__registry_check_text(const char *what, const char *text, size_t max,
                                        mlops_error *err);
enum { MLOPS__REGISTRY_TEXT_MAX = 65536 };

/* ---- aliases ---- */

/* An entry that is to be added to an alias's log. */
typedef struct mlops__alias_move {
    const char *model, *alias;
    const char *action;
    int64_t version;  /* 0: nobody holds it then */
    int64_t restores; /* 0: left out, as the following are if they are NULL or 0 */
    int64_t decision;
    const char *gate, *note;
} mlops__alias_move;

/* Adds entry and holder to the change, which expects the alias to be as it was read. */
mlops_status mlops__alias_move_put(mlops_change *change, const mlops__registry_alias *from,
                                   const mlops__alias_move *move, mlops_error *err);

/* ---- what a model is for ---- */

typedef enum mlops__task {
    MLOPS__TASK_BINARY = 0,
    MLOPS__TASK_CLASSES = 1,
    MLOPS__TASK_REGRESSION = 2,
    MLOPS__TASK_RANKING = 3, /* from here on without metrics */
    MLOPS__TASK_SURVIVAL = 4,
    MLOPS__TASKS
} mlops__task;

mlops__task mlops__task_of(const mlops_model *model);
const char *mlops__task_name(mlops__task task); /* "binary": as records have it */
/* Of a version's record; MLOPS_E_UNSUPPORTED for a later one. */
mlops_status mlops__task_read(mlops__registry *self, const mlops__record *version, mlops__task *out,
                              mlops_error *err);
int mlops__task_has(mlops__task task, const mlops_metric_info *metric);

/* ---- gates ---- */

/* What a name of a gate reads. */
typedef struct mlops__gate_name {
    const char *name;  /* as the gate has it */
    const char *alias; /* NULL: the candidate */
    int is_rows;       /* the number of rows, and no metric */
    mlops_metric metric;
} mlops__gate_name;

typedef struct mlops__gate {
    mlops__expr *expr;
    const char *text;              /* canonical */
    const mlops__gate_name *names; /* by slot */
    int64_t n_names;
} mlops__gate;

/* Compiles a condition for models of a task. Names live in the arena; ends with
 * mlops__gate_free(), also after an error. */
mlops_status mlops__gate_compile(mlops__gate *out, const char *text, mlops__task task,
                                 mlops__arena *arena, mlops_error *err);
void mlops__gate_free(mlops__gate *self);

/* The alias's gate; *text is NULL if it has none. */
mlops_status mlops__gate_read(mlops__registry *self, const char *model, const char *alias,
                              mlops__registry_record *record, const char **text, mlops_error *err);
mlops_status mlops__gate_put(mlops_change *change, const mlops__registry_record *record,
                             const char *text, mlops_error *err);

/* ---- lineage ---- */

typedef struct mlops__lineage {
    const char *run, *dataset, *commit, *path; /* NULL: not known. In the arena */
    int is_pending;                            /* the same change makes the commit */
} mlops__lineage;

/* What the options say of it, resolved: the id of the run, and of the commit. Not while reading. */
mlops_status mlops__lineage_read(mlops__lineage *out, mlops_change *change,
                                 const mlops_register_opts *opts, mlops__arena *arena,
                                 mlops_error *err);

/* Links the version to what it was made of. */
mlops_status mlops__lineage_link(mlops_change *change, const mlops__lineage *lineage,
                                 const char *model, int64_t version, mlops_error *err);

/* Whether the table of a lineage has the columns that a version is made of, and a target that it
 * can read; a lineage that names none, or a commit that is pending, is not looked at. Not while
 * reading. */
mlops_status mlops__schema_check(mlops_store *store, const mlops__lineage *lineage,
                                 const mlops_model *model, const mlops_feature *features,
                                 const char *classes, mlops__arena *arena, mlops_error *err);

/* ---- judging ---- */

/* Digits of the commit that a ref names, in the arena. Not while reading. */
mlops_status mlops__commit_resolve(const char **out, mlops_store *store, const char *dataset,
                                   const char *ref, mlops__arena *arena, mlops_error *err);

/* MLOPS_E_NOT_FOUND if the commit has no table of this path. Not while reading. */
mlops_status mlops__commit_has(mlops_store *store, const char *dataset, const char *commit,
                               const char *path, mlops_error *err);

/* Rows that models are judged on. */
typedef struct mlops__held_out {
    const char *dataset, *commit, *path; /* in the arena */
    mlops_table *table;
    int64_t column; /* of the target */
    double *target; /* as the version that is judged reads it; NaN: none */
    int64_t n_rows;
    const mlops_allocator *allocator;
} mlops__held_out;

/* Those that the arguments (nullable) name, or the version's lineage. Not while reading; ends with
 * mlops__held_out_free(), also after an error. */
mlops_status mlops__held_out_load(mlops__held_out *out, mlops__registry *self,
                                  const mlops__registry_version *version, const char *dataset,
                                  const char *ref, const char *path, mlops_error *err);
void mlops__held_out_free(mlops__held_out *self);

/* Metrics of a version on these rows. Not while reading. */
mlops_status mlops__judge_version(mlops_metrics *out, mlops__registry *self,
                                  const mlops__registry_version *version, mlops__held_out *rows,
                                  mlops_error *err);

/* A list of classes for a model: MLOPS_E_SCHEMA if there are more or less than it tells apart. */
mlops_status mlops__labels_check(const mlops_model *model, const char *list, mlops__arena *arena,
                                 mlops_error *err);
/* Writes the member classes: those of the list, else those that the model names, if any. */
void mlops__labels_put(mlops__json_writer *json, const mlops_model *model, const char *list,
                       mlops__arena *arena);

/* Fills in the target as a version reads it. MLOPS_E_SCHEMA for a value that it does not know. */
mlops_status mlops__labels_read(mlops__held_out *rows, const mlops__record *version,
                                const mlops_model *model, mlops__arena *arena, mlops_error *err);
extern const char mlops__labels_hint[]; /* what to do about a target that is no class number */

/* Bundle and features (NULL: none) of a version. Not while reading. */
mlops_status mlops__registry_open(mlops__registry *self, const mlops__registry_version *version,
                                  mlops_bundle **bundle, mlops_feature **features,
                                  mlops_error *err);

#endif
