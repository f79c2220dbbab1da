/* Inside of lineage: what texts name. */
#ifndef MLOPS_LINEAGE_INSIDE_H
#define MLOPS_LINEAGE_INSIDE_H

#include "store/link_record.h"

#include <mlops/lineage.h>

typedef enum mlops__thing_kind {
    MLOPS__THING_OTHER, /* the store does not know it */
    MLOPS__THING_DATASET,
    MLOPS__THING_RUN,
    MLOPS__THING_MODEL
} mlops__thing_kind;

/* A thing with its whole id. */
typedef struct mlops__thing {
    mlops__thing_kind kind;
    char text[MLOPS__LINK_END];
    char name[MLOPS__NAME_MAX + 1]; /* of a dataset or model */
    const char *id;                 /* in text: of a commit, run or version */
} mlops__thing;

/* Takes a text with its whole id apart; 0 for one that names nothing. */
int mlops__thing_parse(mlops__thing *out, const char *text);

/* What a text of the user's names, with what the change (nullable) makes: MLOPS_E_NOT_FOUND if that
 * is not there; a whole id need not be there unless it must. */
mlops_status mlops__thing_resolve(mlops__thing *out, mlops_store *store, const mlops_change *change,
                                  const char *text, int must, mlops_error *err);

/* The record of a thing that the store knows; 0: it knows nothing of the kind. */
int mlops__thing_key(const mlops__thing *self, mlops__table *table, mlops__key *key);

#endif
