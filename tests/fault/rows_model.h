/* Online rows that puts of a known shape leave, for tests that damage, kill and cut a store.
 *
 * Put p sets the rows of a few entities, each with event time p and values that follow from p and
 * the entity; now and then it brings an older row as well, which an entity that has a newer one
 * does not take. So what an entity has says which put it comes from, and all of them together say
 * which put was the last.
 */
#ifndef TESTS_FAULT_ROWS_MODEL_H
#define TESTS_FAULT_ROWS_MODEL_H

#include <mlops.h>

#include <mlops/online.h>

enum { ROWS_ENTITIES = 29 }; /* more than a page holds */

/* What a view of this model is called, and a change that defines it. */
#define ROWS_VIEW "rows"
mlops_status rows_define(mlops_change *c, mlops_error *err);

mlops_status rows_put(mlops_online *view, int64_t p, mlops_error *err);

/* The put that each entity's row came from; 0: there is none. */
typedef struct rows_seen {
    int64_t put[ROWS_ENTITIES];
} rows_seen;

/* All entities at one moment. MLOPS_E_CONFLICT if a row is none that was ever put. */
mlops_status rows_get(mlops_online *view, rows_seen *out, mlops_error *err);

/* Did one of puts 1 to p bring the entity a row with the event time of put q? */
int rows_was_put(int entity, int64_t q, int64_t p);

/* What puts 1 to p leave. */
rows_seen rows_after(int64_t p);

/* The put that was the last, if they are of one moment, and it is not above most; else -1. */
int64_t rows_moment(const rows_seen *seen, int64_t most);

/* Opens the view and gets all. MLOPS_E_NOT_FOUND if there is no view. */
mlops_status rows_see(mlops_store *s, rows_seen *out, mlops_error *err);

/* The same: the last put, 0 where there is no row, -1 if they are of no moment up to most. */
mlops_status rows_read(mlops_store *s, int64_t most, int64_t *out, mlops_error *err);

/* Opens the view and makes puts first to last, one by one. */
mlops_status rows_put_more(mlops_store *s, int64_t first, int64_t last, mlops_error *err);

#endif
