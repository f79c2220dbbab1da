/* The inside of runs, for the files of this folder. */
#ifndef MLOPS_TRACK_TRACK_H
#define MLOPS_TRACK_TRACK_H

#include "store/record.h"
#include "sys/mutex.h"
#include "track/points.h"

#include <mlops/run.h>

enum {
    MLOPS__RUN_TEXT = 33,     /* digits of an id and a NUL */
    MLOPS__RUN_KEY_MAX = 250, /* bytes of the name of a param, metric or tag */
    MLOPS__RUN_PATH_MAX = 450,
    MLOPS__RUN_PARAM_MAX = 6000,
    MLOPS__RUN_TAG_MAX = 8000
};

/* Points of one metric that wait. */
typedef struct mlops__series {
    uint64_t hash; /* of the name */
    char *name;
    size_t name_size; /* with its NUL */
    mlops__buf points;
} mlops__series;

/* Points that wait, by metric in the order of their first one. */
typedef struct mlops__waiting {
    mlops__series *series;
    size_t n, cap;
    int64_t n_points;
} mlops__waiting;

struct mlops_run {
    mlops_store *store;
    char id[MLOPS__RUN_TEXT];
    char *actor; /* nullable */
    size_t actor_size;
    mlops__lock lock;     /* over all below */
    mlops_change *change; /* NULL: none is begun; without operations between two verbs */
    int64_t committed_ns; /* monotonic, of its last commit; before the first, of its opening */
    mlops__waiting waiting;
};

/* ---- run.c: writing ---- */

/* What a verb adds to the change besides the points that wait. index is NULL for a verb that looks
 * at nothing; puts come last, so that a verb that fails has put nothing. MLOPS_END: nothing is to
 * be done. Called anew after each conflict. */
typedef mlops_status mlops__run_build(mlops_run *self, mlops__index *index, mlops_change *change,
                                      void *user, mlops_error *err);

typedef struct mlops__run_verb {
    mlops__run_build *before; /* nullable; no moment of the store is open, content may be kept */
    mlops__run_build *build;  /* nullable */
    int looks;                /* build wants the index */
    void *user;
} mlops__run_verb;

/* Takes the lock, unless the process was forked since. */
mlops_status mlops__run_enter(mlops_run *self, mlops_error *err);
void mlops__run_leave(mlops_run *self);

/* Under the lock: commits what the verb builds and all points that wait. After an error nothing of
 * it is there, and the points wait on. */
mlops_status mlops__run_write(mlops_run *self, const mlops__run_verb *verb, mlops_error *err);

/* Under the lock: a change to write to. MLOPS_E_DENIED if the store is open for reading alone. */
mlops_status mlops__run_change(mlops_run *self, mlops_error *err);

/* mlops__run_enter(), and no point waits any more. */
mlops_status mlops__run_enter_to_read(mlops_run *self, mlops_error *err);

/* The verb as the audit trail has it: what, the run's id, and which (nullable). */
mlops_status mlops__run_note(const mlops_run *self, mlops_change *change, const char *what,
                             const char *which, mlops_error *err);

/* ---- run_start.c ---- */

/* The object alone. */
mlops_status mlops__run_new(mlops_run **out, mlops_store *store, const char *id, const char *actor,
                            mlops_error *err);

/* The whole id that begins with the digits: MLOPS_E_NOT_FOUND, MLOPS_E_INVALID. */
mlops_status mlops__run_find(char out[MLOPS__RUN_TEXT], mlops__index *index, const char *digits,
                             mlops_error *err);

/* ---- run_log.c ---- */

void mlops__waiting_clear(mlops__waiting *self, const mlops_allocator *allocator);

/* Adds the points that wait to the change. */
mlops_status mlops__waiting_stage(mlops_run *self, mlops__index *index, mlops_change *change,
                                  mlops_error *err);

/* ---- run_check.c ---- */

mlops_status mlops__run_key_check(const char *what, const char *key, mlops_error *err);
mlops_status mlops__run_path_check(const char *path, mlops_error *err);

/* UTF-8 of at most max bytes; NULL is fine. */
mlops_status mlops__run_text_check(const char *what, const char *text, size_t max,
                                   mlops_error *err);

/* ---- keys ---- */

/* Of a record below a run: run TAB part. */
void mlops__run_key(mlops__key *out, const char *run, const char *part);

/* Below a run, in order: the keys of a table that begin with the run. */
mlops_status mlops__run_iter(mlops__index_iter *out, mlops__index *index, mlops__table table,
                             const char *run, mlops_error *err);

/* The start as the order has it: twenty digits, each taken from 9, so that the newest comes first.
 */
enum { MLOPS__RUN_ORDER_TEXT = 21 };
void mlops__run_order(char out[MLOPS__RUN_ORDER_TEXT], int64_t start_ns);

/* The point of a record of METRICS, and how many there are. MLOPS_E_CORRUPT. */
mlops_status mlops__run_latest(const mlops__record *record, mlops__point *out, int64_t *n,
                               mlops_error *err);

#endif
