/* Inside of watches: what they hold, their records, and the commits. */
#ifndef MLOPS_WATCH_INSIDE_H
#define MLOPS_WATCH_INSIDE_H

#include "store/record.h"

#include <mlops/watch.h>

enum { MLOPS__WATCH_WINDOWS = 1000 /* to which labels may still come, at the most */ };

struct mlops_watch {
    mlops_store *store;
    mlops__arena arena; /* of the texts */
    const char *name;
    const char *model;
    const char *instance; /* NULL: where it is is not kept */
    int64_t version;
    int64_t window_rows; /* 0: by time alone */
    int64_t window_ns;   /* 0: by rows alone */
    mlops_monitor *monitor;
    int64_t rows_before, windows_before;   /* of the monitor when it was resumed */
    int64_t n_kept;                        /* windows of the monitor that are committed */
    int64_t n_joined;                      /* labels that what is committed knows of */
    int64_t epoch;                         /* how often the instance was resumed */
    int is_taken;                          /* another has resumed the instance */
    mlops_id state;                        /* content that was committed last; zeros: none */
    int64_t numbers[MLOPS__WATCH_WINDOWS]; /* window i of the monitor is the store's at i % of them;
                                              0: not kept */
};

/* The record of a watch, in the caller's arena. */
typedef struct mlops__watch_record {
    mlops__bytes stored;
    mlops__record fields;
    const char *model;
    int64_t n_windows;
    int64_t created_ns;
} mlops__watch_record;

/* MLOPS_E_NOT_FOUND without a message. */
mlops_status mlops__watch_read(mlops__watch_record *out, mlops__index *index, const char *name,
                               mlops__arena *arena, mlops_error *err);

void mlops__watch_key(mlops__key *out, const char *name);
void mlops__window_key(mlops__key *out, const char *name, int64_t number);

/* The first who opens a watch makes it. */
mlops_status mlops__watch_begin(mlops_watch *self, mlops_error *err);

/* Commits the window that waits, if one does. */
mlops_status mlops__watch_keep(mlops_watch *self, mlops_error *err);

/* The same, and a window whose time is over. */
mlops_status mlops__watch_keep_due(mlops_watch *self, mlops_error *err);

/* watch_read.c: content onto the buffer. MLOPS_E_CORRUPT if it is not there; what names it. */
mlops_status mlops__watch_take_content(mlops__buf *out, mlops_store *store, const mlops_id *id,
                                       const char *what, mlops_error *err);

/* watch_state.c: where an instance is. */

/* MLOPS_E_CONFLICT if another has resumed it; then it is_taken. */
mlops_status mlops__watch_put_state(mlops_watch *self, mlops_change *change,
                                    const mlops__buf *state, int64_t n_windows, mlops_error *err);

/* MLOPS_E_CONFLICT: another has resumed the instance. */
mlops_status mlops__watch_taken(const mlops_watch *self, const char *instance, mlops_error *err);

/* What the monitor is as bytes; empty where there is no instance. */
mlops_status mlops__watch_take_state(const mlops_watch *self, mlops__buf *out, mlops_error *err);

#endif
