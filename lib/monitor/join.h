/* Rows that wait for their labels: the newest ones, found by their id. Fixed room, no heap. */
#ifndef MLOPS_MONITOR_JOIN_H
#define MLOPS_MONITOR_JOIN_H

#include "base/arena.h"

typedef struct mlops__joined {
    int64_t id;
    int64_t window; /* number of the window that the row was in */
    double weight;
    int32_t segment;
    int32_t state; /* of mlops__join_state */
} mlops__joined;

typedef enum mlops__join_state {
    MLOPS__JOIN_WAITING,
    MLOPS__JOIN_LABELLED,
    MLOPS__JOIN_REPLACED /* its id has come again: not found any more */
} mlops__join_state;

typedef struct mlops__join {
    mlops__joined *rows; /* a ring: row i at i % cap */
    double *values;      /* width of each place of the ring */
    int64_t width;
    int64_t cap;
    int64_t n;       /* rows that were ever put; the newest cap of them are there */
    uint32_t *slots; /* place in the ring + 1 by the id's hash, 0: free; a power of 2 */
    uint64_t mask;   /* of slots, at most half of which are taken */
    int64_t n_waiting;
    int64_t n_evicted;  /* waiting ones that made room */
    int64_t n_replaced; /* waiting ones whose id came again */
} mlops__join;

enum { MLOPS__JOIN_MAX = 1 << 30 };

/* MLOPS_E_NOMEM. */
mlops_status mlops__join_init(mlops__join *self, int64_t cap, int64_t width, mlops__arena *arena);

void mlops__join_reset(mlops__join *self);

/* Puts a row in its state with its values; the oldest makes room if need be. */
void mlops__join_put(mlops__join *self, const mlops__joined *row, const double *values);

/* What it was put with. */
const double *mlops__join_values(const mlops__join *self, const mlops__joined *row);

/* The row of an id, waiting or labelled; NULL: there is none. */
mlops__joined *mlops__join_find(const mlops__join *self, int64_t id);

#endif
