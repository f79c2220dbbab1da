/* mlops/promote.h: who holds an alias of a model, since when, and why.
 *
 * An alias, such as "champion", names one version of a model at a time. It has 1 to 200 bytes of
 * UTF-8 without control characters, is not "latest" and not all digits. Each promotion, rollback
 * and drop is an entry of its history, which nothing changes. A gate, an expression over metrics,
 * decides who may hold it; what it said is kept with the values that it read.
 *
 * Metrics are computed on the held-out rows of a table of a dataset, in which the commit says what
 * is held out and which column is the target. Rows without a target do not count.
 */
#ifndef MLOPS_PROMOTE_H
#define MLOPS_PROMOTE_H

#include <mlops/base.h>
#include <mlops/change.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of mlops_promote_opts.flags. */
enum {
    MLOPS_PROMOTE_NO_GATE = 1 /**< whatever the alias's gate would say; a note is due then */
};

/** How a version is promoted. Zero means the default in each field. */
typedef struct mlops_promote_opts {
    uint32_t struct_size; /**< MLOPS_PROMOTE_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_PROMOTE_NO_GATE */
    const char *gate;     /**< @nullable condition, which becomes the alias's gate if it is met;
                               default: the gate that the alias has, if any */
    const char *note;     /**< @nullable why, in words, up to 64 KiB */
    const char *dataset;  /**< @nullable dataset to judge on; default: that which the version
                               learned from */
    const char *ref;      /**< @nullable branch, tag or digits of a commit; default: the commit that
                               the version learned from, or the branch "main" if dataset is given */
    const char *path; /**< @nullable table to judge on; default: the one that the version learned
                           from, or the only one if dataset is given */
} mlops_promote_opts;

#define MLOPS_PROMOTE_OPTS_INIT                                                                    \
    { sizeof(mlops_promote_opts), 0, 0, 0, 0, 0, 0 }

/**
 * Set the gate of an alias: a condition that a version must meet to be promoted to it.
 *
 * docs/expressions.md is the language. Names are metrics of the candidate (those of mlops/metric.h
 * that the model's task has), the same of the holder of an alias (champion.auc), and rows, the
 * number of rows that count. A clause about an alias that nobody holds does not count.
 *
 * @param change  change
 * @param name    name of a model that is registered
 * @param alias   alias, held or not
 * @param gate    @nullable condition; NULL: none any more
 * @param err     @nullable; line, column and offset are of the gate
 * @return MLOPS_E_PARSE; MLOPS_E_NOT_FOUND if there is no such model, or for an unknown metric (the
 *         message has the nearest name); MLOPS_E_SCHEMA for a metric of another task, or types that
 *         do not fit; MLOPS_E_INVALID, MLOPS_E_LIMIT, MLOPS_E_CORRUPT, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_set_gate(mlops_change *change, const char *name,
                                               const char *alias, const char *gate,
                                               mlops_error *err);

/**
 * The gate of an alias, in canonical form.
 *
 * @param store        store
 * @param name         name of the model
 * @param alias        alias
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL; 0 if it has no gate
 * @param err          @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such model; MLOPS_E_ARENA if cap is too small: text is
 *         empty then; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_gate(mlops_store *store, const char *name, const char *alias,
                                           char *text, size_t cap, size_t *needed,
                                           mlops_error *err);

/**
 * Metrics of a version: metric (string), value (float64: NaN where it is not defined), a row for
 * each metric of the model's task, then "rows", how many counted.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param name      name of the model
 * @param which     alias, number or "latest"
 * @param dataset   @nullable as in mlops_promote_opts
 * @param ref       @nullable as in mlops_promote_opts
 * @param path      @nullable as in mlops_promote_opts
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such version, dataset, ref or path, or no dataset is
 *         known; MLOPS_E_SCHEMA if the table holds nothing out, names no target, or does not fit
 *         the model; MLOPS_E_UNSUPPORTED for a task without metrics (ranking, survival);
 *         MLOPS_E_INVALID if no row counts; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_evaluate(mlops_table **out, mlops_store *store,
                                               const char *name, const char *which,
                                               const char *dataset, const char *ref,
                                               const char *path, mlops_error *err);

/**
 * Promote a version: it holds the alias once the change is committed. A version that holds it
 * already keeps it, which is no entry of the history. It is judged again if opts has a gate,
 * dataset, ref or path, and clauses about the alias then compare it with itself.
 *
 * If the alias has a gate, candidate and holders are judged here and now. Who committed to one of
 * the records that this was based on in the meantime makes the commit return MLOPS_E_CONFLICT.
 *
 * @param change  change
 * @param name    name of the model
 * @param which   alias, number or "latest"; may be registered in the same change
 * @param alias   alias to hold
 * @param opts    @nullable
 * @param err     @nullable
 * @return MLOPS_E_REFUSED if the gate is not met; the message has the clauses that fail, with their
 *         values, and the change holds the record of the decision and nothing else of this call:
 *         commit it to keep it. Else as mlops_registry_set_gate() and mlops_registry_evaluate()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_promote(mlops_change *change, const char *name,
                                              const char *which, const char *alias,
                                              const mlops_promote_opts *opts, mlops_error *err);

/**
 * Give an alias back to the version that held it before the promotion that made the present holder;
 * done again, to the one before that. After a drop, to the version that was dropped. No gate is
 * asked.
 *
 * @param change        change
 * @param[out] version  @shape(1) that holds the alias then
 * @param name          name of the model
 * @param alias         alias
 * @param note          @nullable why, in words, up to 64 KiB
 * @param err           @nullable
 * @return MLOPS_E_NOT_FOUND if nobody held it before; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
 *         MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_rollback(mlops_change *change, int64_t *version,
                                               const char *name, const char *alias,
                                               const char *note, mlops_error *err);

/**
 * Take an alias away: nobody holds it then. Its gate and history stay.
 *
 * @param change  change
 * @param name    name of the model
 * @param alias   alias
 * @param note    @nullable why, in words, up to 64 KiB
 * @param err     @nullable
 * @return MLOPS_E_NOT_FOUND if nobody holds it; else as mlops_registry_rollback()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_drop_alias(mlops_change *change, const char *name,
                                                 const char *alias, const char *note,
                                                 mlops_error *err);

/**
 * Which version held an alias at a time.
 *
 * @param[out] version  @shape(1)
 * @param store         store
 * @param name          name of the model
 * @param alias         alias
 * @param time_ns       UTC; 0 for now
 * @param err           @nullable
 * @return MLOPS_E_NOT_FOUND if nobody held it then; else as mlops_registry_rollback()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_alias_at(int64_t *version, mlops_store *store,
                                               const char *name, const char *alias, int64_t time_ns,
                                               mlops_error *err);

/**
 * The history of an alias, oldest first: number (int64, from 1 on), time_ns (int64, never falling),
 * version (int64; null: dropped), action (string: "promote", "rollback", "drop"), previous (int64:
 * who held it until then; null: nobody), restores (int64: number of the entry whose version a
 * rollback brings back; else null), gate (string; null: none was asked), decision (int64: number of
 * the gate's decision; null: none), note (string).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param name      name of the model
 * @param alias     alias
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if nobody ever held it; else as mlops_registry_rollback()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_history(mlops_table **out, mlops_store *store,
                                              const char *name, const char *alias,
                                              mlops_error *err);

/**
 * What gates said of who was to hold an alias, oldest first: number (int64, from 1 on), time_ns
 * (int64), version (int64), verdict (string: "promoted", "refused", "kept" where the holder was
 * judged again, "overridden" where a promotion passed the gate by), gate (string), explanation
 * (string: clauses with their values, joined by "; "), holders (string: alias=version of those
 * compared with, as a line of CSV), dataset, commit, path (string), n_rows (int64), note (string).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param name      name of the model
 * @param alias     alias
 * @param err       @nullable
 * @return as mlops_registry_models(); MLOPS_E_NOT_FOUND if there is no such model
 * @since 0.1
 */
MLOPS_API mlops_status mlops_registry_decisions(mlops_table **out, mlops_store *store,
                                                const char *name, const char *alias,
                                                mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
