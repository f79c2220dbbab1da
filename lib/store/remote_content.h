/* Content that goes to a remote, and that comes from one. */
#ifndef MLOPS_STORE_REMOTE_CONTENT_H
#define MLOPS_STORE_REMOTE_CONTENT_H

#include "store/blocks.h"
#include "store/content.h"
#include "store/erased.h"
#include "store/remote_seam.h"

/* Contents that go together, and what they are of the chunks that they share. */
typedef struct mlops__together {
    mlops__idset names;
    mlops__blocks blocks;
} mlops__together;

void mlops__together_init(mlops__together *self, const mlops__cutter *cutter);
void mlops__together_free(mlops__together *self);

/* One of them that is to be sent. What is not there, or cannot be read, adds nothing. */
mlops_status mlops__together_add(mlops__together *self, mlops_store *store, mlops__cutter *cutter,
                                 const mlops_id *id, mlops_error *err);

/* Cuts content, unless it is there already, then *sent stays. As changes to a base, if the remote
 * has that and no more stands behind it than its recipe says; as a part of a chunk, if the remote
 * has that, or all of it goes; else whole. MLOPS_E_NOT_FOUND without a message if the store lacks
 * it. */
mlops_status mlops__send_content(mlops_store *store, mlops__cutter *cutter, const mlops_id *id,
                                 const mlops__together *with, int leads, int64_t *sent,
                                 mlops_error *err);

mlops_status mlops__cutter_has_content(mlops__cutter *cutter, const mlops_id *id, int *out,
                                       mlops_error *err);

/* Frames of content as if it had come alone: of its chunks, then of its recipe. It is read from the
 * packs, or from elsewhere. */
mlops_status mlops__content_recut(mlops_store *self, mlops__index *index,
                                  const mlops__elsewhere *elsewhere, const uint8_t *id,
                                  mlops__content_visit *visit, void *user, mlops_error *err);

/* What a remote still has of erased content: the chunks that it is made of, and the patches of it.
 */
typedef struct mlops__residue {
    const mlops__idset *erased; /* names of content */
    mlops__fetcher *fetcher;
    mlops__depot *parts;
    mlops__idset chunks;
    mlops__elsewhere elsewhere; /* the remote's content, with its bases, whatever was erased */
} mlops__residue;

/* All that is borrowed outlives it. Ends with mlops__residue_free(), also after an error. */
mlops_status mlops__residue_init(mlops__residue *self, const mlops__idset *erased,
                                 mlops__fetcher *fetcher, mlops__depot *parts, mlops_error *err);
void mlops__residue_free(mlops__residue *self); /* one of zeroes too */
/* Is content kept as changes to what is erased, or in a chunk together with it? */
mlops_status mlops__residue_leans(mlops__residue *self, const mlops__recipe *recipe, int *out,
                                  mlops_error *err);

/* Leaves in parts what is neither erased nor in an object that has any of it: what is not, and lies
 * in such an object, is cut anew, and what leans on it is kept by itself. *changed: there was such
 * an object. parts is the cutter's. */
mlops_status mlops__remote_clean(mlops__cutter *cutter, mlops_store *store,
                                 const mlops__idset *erased, int *changed, mlops_error *err);

/* A few frames that wait for their transaction. */
typedef struct mlops__receiver {
    mlops_store *store;
    mlops__fetcher *fetcher;
    mlops__depot *parts;
    mlops_change *change; /* gets the content's names */
    mlops__lease *lease;  /* on all that came, or was found */
    mlops__kv *seen;      /* names of content that is there, or waits */
    mlops__kv_txn *txn;
    mlops__buf chunks, objects; /* that wait: frames, each with its payload */
    mlops__buf found;           /* names of content that was found, and is not leased yet */
    mlops__buf fresh;           /* those of the names seen that are not leased yet */
    int64_t n_waiting;
    int is_stale; /* a collection of garbage came between */
    mlops__buf bytes;
    int64_t n;                  /* contents that came */
    const mlops__idset *erased; /* nullable: what must not come; set it ahead of receiving */
    mlops__residue residue;     /* of that */
} mlops__receiver;

mlops_status mlops__receiver_init(mlops__receiver *self, mlops_store *store,
                                  mlops__fetcher *fetcher, mlops__depot *parts,
                                  mlops_change *change, mlops__lease *lease, mlops_error *err);
void mlops__receiver_free(mlops__receiver *self);
/* Ahead of a round: what waits, if an earlier one has ended early, is forgotten. */
mlops_status mlops__receiver_begin(mlops__receiver *self, mlops_error *err);
/* It is there behind the next flush, and the change names it. MLOPS_E_CORRUPT if the remote lacks
 * it, or if it is not what its name says. If it is stale after an error the round is to be begun
 * again. */
mlops_status mlops__receive_content(mlops__receiver *self, const mlops_id *id, mlops_error *err);
mlops_status mlops__receiver_flush(mlops__receiver *self, mlops_error *err);

#endif
