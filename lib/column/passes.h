/* Work on the columns of sources that memory does not hold: a few of them at a time, of every row,
 * in as many passes as a bound on memory asks for. */
#ifndef MLOPS_COLUMN_PASSES_H
#define MLOPS_COLUMN_PASSES_H

#include "base/arena.h"
#include "column/part.h"
#include "column/purse.h"

#include <mlops/arrow.h>

enum { MLOPS__PASSES_SLACK = 64 << 10 /* is left for what is not reckoned with */ };

/* A column of each source. */
typedef struct mlops__pass_column {
    const char *name;  /* in the sources */
    const char *shown; /* another one if it is counted of texts */
    int part;          /* which column of column/text_counts.h then, else -1 */
    int decided;       /* nobody asks any more whether it is one of texts */
} mlops__pass_column;

struct mlops__text_sink;

typedef struct mlops__pass_source {
    const char *what;       /* for messages */
    mlops_stream_open open; /* or path */
    void *user;
    const char *path;
    mlops_table *head;  /* names and types */
    int64_t n_rows;     /* -1: not known yet */
    mlops_table *block; /* columns of the pass; NULL if there was no memory */
    const char **names; /* of it, */
    uint32_t *masks;    /* what is counted of these, 0 if they are wanted as they are, */
    struct mlops__text_sink **sinks;
    int64_t n, cap; /* and how many */
} mlops__pass_source;

typedef struct mlops__passes {
    mlops_call call;
    mlops__host host; /* all memory is asked from the purse */
    mlops_host lent;  /* the same */
    mlops__purse purse;
    mlops_csv_opts csv;
    mlops_call csv_call;
    mlops__pass_source sources[2]; /* the first says whether columns are of texts */
    int n_sources;
    mlops__arena *arena;
    mlops__pass_column *columns; /* in the arena */
    int64_t n;
    int64_t rows_min; /* of texts; 0: none are looked for */
    int64_t first;    /* column of the pass */
    size_t room;      /* of columns in work */
    /* What its owner does. */
    void *user;
    mlops_status (*poll)(void *user, mlops_error *err);
    size_t (*room_of)(void *user);                       /* working memory, as the blocks are */
    mlops_status (*grown)(void *user, mlops_error *err); /* n has become larger */
    mlops_status (*use)(void *user, int64_t *n, mlops_error *err); /* *n columns from first on; out:
                                                                      with how many it is done */
    mlops_status (*refuse)(void *user, double size, mlops_error *err); /* one column alone */
} mlops__passes;

/* Takes memory, at most that of call or 1 GiB, and how CSV is read. end() is due from then on. */
mlops_status mlops__passes_begin(mlops__passes *self, const mlops__host *host,
                                 const mlops_call *call, const mlops_csv_opts *csv,
                                 mlops_error *err);
void mlops__passes_end(mlops__passes *self);

/* Reads names and types of all sources. */
mlops_status mlops__passes_look(mlops__passes *self, mlops_error *err);

/* Uses all columns. MLOPS_E_LIMIT, MLOPS_E_IO. */
mlops_status mlops__passes_run(mlops__passes *self, mlops_error *err);

/* Column i of a source, counted from first: which one of which table. */
const mlops_table *mlops__passes_find(const mlops__passes *self, int source, int64_t i,
                                      int64_t *index);

/* Its rows are not looked at any more. */
void mlops__passes_drop(mlops__passes *self, int64_t i);

/* NOMEM that the bound was the cause of is MLOPS_E_LIMIT. */
mlops_status mlops__passes_judge(const mlops__passes *self, mlops_status status, const char *what,
                                 mlops_error *err);

#endif
