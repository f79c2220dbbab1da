/* Two slots, one of which is active: readers take what is in it without waiting, and one writer at
 * a time puts the next one into the other.
 *
 * What is served is any object of the owner's. A reader counts itself and then looks which slot is
 * active: it is wait-free, as neither can fail. It counts itself into one of two groups. A writer
 * that has made another slot active sees each group empty once, the one that nobody comes to any
 * more first, and may fill the idle slot then: who still reads that was counted before. (The method
 * is Left-Right: Ramalhete and Correia, 2015.)
 */
#ifndef MLOPS_SYS_SWAP_H
#define MLOPS_SYS_SWAP_H

#include <stdatomic.h>
#include <stdint.h>

enum {
    MLOPS__SWAP_STRIPES = 8 /* counters of a group, so that threads seldom share a cache line */
};

enum { MLOPS__SWAP_TALLIES = 2 };

typedef struct mlops__swap_count {
    _Atomic(int64_t) n;
    _Atomic(int64_t) tally[MLOPS__SWAP_TALLIES]; /* the owner's; never set back */
    char room[64 - (1 + MLOPS__SWAP_TALLIES) * sizeof(int64_t)];
} mlops__swap_count;

typedef struct mlops__swap {
    mlops__swap_count readers[2][MLOPS__SWAP_STRIPES];
    _Atomic(uint32_t) active;
    _Atomic(uint32_t) group; /* that readers count themselves into */
    uint32_t n_empty;        /* groups seen empty since the idle slot became so; the writer's */
    void *served[2];         /* NULL: an empty slot; only the idle one is ever empty */
} mlops__swap;

void mlops__swap_init(mlops__swap *self, void *served);

/* What is served, until the place is left. */
void *mlops__swap_enter(mlops__swap *self, mlops__swap_count **place);
void mlops__swap_leave(mlops__swap_count *place);

/* What readers count, in a place that they hold, and the sum over all places. */
void mlops__swap_tally(mlops__swap_count *place, int which, int64_t n);
int64_t mlops__swap_total(const mlops__swap *self, int which);

/* Of the writer alone. */

/* What is in the active slot; the writer needs not enter, since nobody else ends it. */
void *mlops__swap_served(mlops__swap *self);

/* Empties the idle slot and returns what was in it, for its owner to end: NULL if it was empty or
 * somebody still reads it. */
void *mlops__swap_reclaim(mlops__swap *self);

/* The same, and waits for whoever reads it. */
void *mlops__swap_reclaim_wait(mlops__swap *self);

/* Makes next what is served. The idle slot is empty. */
void mlops__swap_publish(mlops__swap *self, void *next);

#endif
