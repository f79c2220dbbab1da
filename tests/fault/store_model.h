/* What commits make of a store, for tests that damage, kill and cut it.
 *
 * Commit k sets one record, drops another now and then, and keeps content of its own, some of it
 * like that of a commit before, so that the set of commits that are there says all that can be
 * read. One of them defines an online view.
 */
#ifndef TESTS_FAULT_STORE_MODEL_H
#define TESTS_FAULT_STORE_MODEL_H

#include "store/store.h"

#include <mlops.h>

enum { MODEL_VIEW = 3 /* the commit that defines the view of rows_model.h */ };
enum { MODEL_MAX = 64, MODEL_SLOTS = 6, MODEL_BLOB_MAX = 150000, MODEL_VALUE_MAX = 3000 };

/* Which commits are there: there[k] for k from 1 to n. */
typedef struct model_set {
    uint8_t there[MODEL_MAX + 1];
    int64_t n;
} model_set;

/* All commits up to n. */
model_set model_all(int64_t n);

/* The content that commit k keeps. Its bytes live for ever. */
const uint8_t *model_blob(int64_t k, size_t *n);
const mlops_id *model_id(int64_t k);

/* Makes commit k, which must get this number (else MLOPS_E_CONFLICT). */
mlops_status model_commit(mlops_store *s, int64_t k, mlops_error *err);

/* How reading went: right, refused with MLOPS_E_CORRUPT, or anything else. */
typedef struct model_reads {
    int64_t right, corrupt, wrong;
    char what[160]; /* the first that was wrong */
} model_reads;

/* Reads all slots, held against what these commits leave. */
void model_read_records(mlops_store *s, const model_set *set, model_reads *out);

/* Reads the content of one commit; it is wrong that it is not there. */
void model_read_blob(mlops_store *s, int64_t k, model_reads *out);

/* Reads all: 1 if everything is right. */
int model_holds(mlops_store *s, int64_t n);

/* Newest commit, or -1. */
int64_t model_seq(mlops_store *s);

#endif
