/* Where content lies and how it is read, for the files that write, read and check it. Whoever calls
 * these holds the store's lock, or has the store alone. */
#ifndef MLOPS_STORE_CONTENT_H
#define MLOPS_STORE_CONTENT_H

#include "store/chunk.h"
#include "store/core.h"
#include "store/delta.h"
#include "store/recipe.h"
#include "store/tabular.h"

typedef struct mlops__location {
    mlops__pack_place place; /* pack 0: inline; -1: named by a commit, but lost */
    int64_t segment;
    int64_t size; /* of inline content; else the codec of the object's frame */
} mlops__location;

void mlops__chunk_key(uint8_t key[MLOPS__CHUNK_KEY], const uint8_t *bytes, size_t n);

/* MLOPS_E_NOT_FOUND without a message. */
mlops_status mlops__content_find(mlops__index *index, uint8_t table, mlops__bytes key,
                                 mlops__location *out, mlops_error *err);
mlops_status mlops__content_damaged(mlops_error *err); /* MLOPS_E_CORRUPT */

/* The recipe of an object that is not inline; its bytes take the place of what buf has, in which id
 * does not stand. MLOPS_E_CORRUPT */
mlops_status mlops__content_recipe(mlops_store *self, const uint8_t id[32],
                                   const mlops__location *at, mlops__buf *buf, mlops__recipe *out,
                                   mlops_error *err);

/* Keeps content that is there once more: as changes to what it is like, which must not lead over
 * it, or if that is NULL by itself: with no base, as rows if it has any. */
mlops_status mlops__content_remake(mlops_store *self, const mlops__lease *lease, const mlops_id *id,
                                   const uint8_t *bytes, size_t n, const mlops_id *like,
                                   mlops_error *err);

/* The same by itself, in pieces, between which no lock is held, and in bounded memory. The next
 * piece: MLOPS_END when it is done, all of it durable but for the object; MLOPS_E_UNSUPPORTED if
 * what is kept as changes to its rows would not find them; MLOPS_E_CORRUPT; MLOPS_E_BUSY if it was
 * erased meanwhile. Nothing has changed then but that there is garbage. */
typedef struct mlops__rewrite mlops__rewrite;

mlops_status mlops__rewrite_begin(mlops__rewrite **out, mlops_store *store, const mlops_id *id,
                                  mlops_error *err);
mlops_status mlops__rewrite_some(mlops__rewrite *self, mlops_error *err);
void mlops__rewrite_end(mlops__rewrite *self);            /* NULL is none */
size_t mlops__rewrite_memory(const mlops__rewrite *self); /* bytes that it takes, about */

/* The same of small contents that are parts of chunks, with each other in other chunks; those that
 * are not so any more stay as they are. MLOPS_E_ERASED if one was erased meanwhile. */
mlops_status mlops__content_keep_anew(mlops_store *self, mlops__lease *lease,
                                      const mlops__keeping *items, size_t n, mlops_error *err);

typedef enum mlops__chunk_found {
    MLOPS__CHUNK_NONE = 0,
    MLOPS__CHUNK_THERE = 1,
    MLOPS__CHUNK_OTHER = 2 /* other bytes have its key */
} mlops__chunk_found;

/* Within a writing transaction: has a pack the chunk intact; appending a frame to the pack that is
 * leased; noting where that ends, ahead of the commit. A store that verifies holds the chunk
 * against its key, and against the bytes (nullable) that are to be kept. */
mlops_status mlops__content_has_chunk(mlops_store *self, mlops__index *index, const uint8_t *key,
                                      const uint8_t *bytes, mlops__chunk_found *out,
                                      mlops_error *err);
/* The same, while no lock is held. */
mlops_status mlops__content_has_chunk_now(mlops_store *self, mlops__index *index,
                                          const uint8_t *key, const uint8_t *bytes,
                                          mlops__chunk_found *out, mlops_error *err);

/* mlops__content_has(); a store that verifies holds it against the source. */
mlops_status mlops__content_has_same(mlops_store *self, const mlops_id *id,
                                     const mlops__source *source, int *out, int *is_known,
                                     mlops_error *err);
mlops_status mlops__content_append(mlops_store *self, mlops__index *index,
                                   const mlops__pack_frame *frame, const uint8_t *payload,
                                   mlops_error *err);
mlops_status mlops__content_note_leased(mlops_store *self, mlops__index *index, mlops_error *err);

/* A chunk whole and unpacked, in place of what out has. The payload is a buffer for what is read of
 * the pack, which alone needs the store's lock; NULL if the caller has that. MLOPS_E_CORRUPT */
mlops_status mlops__content_chunk(mlops_store *self, mlops__index *index, mlops__codec *codec,
                                  const uint8_t key[MLOPS__CHUNK_KEY], mlops__buf *payload,
                                  mlops__buf *out, mlops_error *err);

/* The same, of the packs if elsewhere is NULL. */
mlops_status mlops__content_chunk_of(mlops_store *self, mlops__index *index,
                                     const mlops__elsewhere *elsewhere, mlops__codec *codec,
                                     const uint8_t key[MLOPS__CHUNK_KEY], mlops__buf *payload,
                                     mlops__buf *out, mlops_error *err);

/* An object, its base, the base of that, ...: each with the chunk that was read last of it. */
typedef struct mlops__content_level {
    mlops__buf recipe_bytes;
    mlops__recipe recipe;
    mlops__recipe ahead; /* from the piece on that was read last, which begins at begun_at */
    uint64_t begun_at;
    mlops__buf chunk;
    uint8_t key[MLOPS__CHUNK_KEY]; /* of the chunk; its size is 0 if there is none */
    mlops__delta_reader delta;     /* of that chunk, whose piece begins at delta_at */
    uint64_t delta_at;             /* UINT64_MAX: there is none */
} mlops__content_level;

typedef struct mlops__content_reader {
    mlops_store *store;
    mlops__index *index;
    const mlops__elsewhere *elsewhere; /* set it ahead of opening; NULL: the packs */
    int is_locked; /* by the caller; else the store is locked for each frame alone */
    mlops__codec codec;
    mlops__buf payload;     /* of a frame */
    mlops__tabular tabular; /* the last of them, if it is kept as rows */
    int n;                  /* levels that are open */
    mlops__content_level levels[MLOPS__DEPTH_MAX + 1];
} mlops__content_reader;

void mlops__reader_init(mlops__content_reader *self, mlops_store *store, mlops__index *index);
void mlops__reader_free(mlops__content_reader *self);

/* Opens one that is not inline, the first one, or the base of the last. MLOPS_E_NOT_FOUND without a
 * message */
mlops_status mlops__reader_open(mlops__content_reader *self, const uint8_t id[32],
                                mlops_error *err);
/* The same of one whose recipe is at hand, of which the index knows nothing yet; copied. */
mlops_status mlops__reader_open_recipe(mlops__content_reader *self, mlops__pack_codec codec,
                                       mlops__bytes recipe, mlops_error *err);
/* Opens the base of a level, unless it is open. MLOPS_E_CORRUPT if there is none. */
mlops_status mlops__reader_base(mlops__content_reader *self, int level, mlops_error *err);
/* A part of the content, which lies inside of it. MLOPS_E_CORRUPT */
mlops_status mlops__reader_read(mlops__content_reader *self, uint64_t offset, uint8_t *out,
                                size_t n, mlops_error *err);

#endif
