/* Inside of writing content: what is planned, chunk by chunk. */
#ifndef MLOPS_STORE_PACKER_H
#define MLOPS_STORE_PACKER_H

#include "columnar/zone.h"
#include "store/content.h"
#include "store/like.h"

enum {
    MLOPS__PACKER_BATCH = 64,           /* chunks of one transaction */
    MLOPS__PACKER_STRETCH = 8 << 20,    /* bytes that are packed together, at the most */
    MLOPS__PACKER_REACH = 4 << 20,      /* bytes ahead that are looked at */
    MLOPS__PACKER_REACH_FAR = 18 << 20, /* where one row takes more */
};

/* The part of content that is packed: what was read of a source, or all of it. */
typedef struct mlops__room {
    uint8_t *bytes; /* NULL if there is none */
    size_t cap;
} mlops__room;

typedef struct mlops__window {
    const mlops__source *source;
    mlops__room room;     /* none if the source is in memory */
    const uint8_t *bytes; /* what is looked at, from offset at on */
    uint64_t at;
    size_t n;
    uint64_t next_at, next_to; /* what is read ahead, from the end of the stretch on */
    int is_ahead;              /* it is in the room, */
    int is_behind;             /* from its first byte on; else where what is looked at ends */
    mlops__sha256 sha;
    uint64_t hashed; /* bytes, from the first on */
} mlops__window;

/* A chunk that is to be written. */
typedef struct mlops__planned {
    mlops__pack_frame frame;
    size_t at; /* of its payload among those of the batch */
} mlops__planned;

typedef struct mlops__plans {
    mlops__planned chunks[MLOPS__PACKER_BATCH];
    size_t n;
    mlops__buf payloads;
} mlops__plans;

/* Rows, while text is compared with those of a base. */
typedef struct mlops__row_planner {
    mlops__dialect dialect;
    mlops__grid grid;
    int has_base;
    mlops__tabular base;
    uint8_t base_id[32];
    uint64_t base_row; /* that text corresponds to where the packer is */
    mlops__patch_writer patch;
    uint64_t patch_row; /* of the base, where the patch begins */
    mlops__buf was;     /* what its cells were */
    mlops__buf zones;   /* of the groups so far, mlops__zone each */
    mlops__piece same;  /* rows of the base that have yet to go into the recipe */
    /* Where rows no longer correspond: hashes of those of the base from base_row on. */
    mlops__buf hashes;
    uint32_t *slots; /* places in hashes, from 1 on, by hash */
    size_t n_slots;
    int64_t n_lost;    /* how often */
    uint64_t n_loaded; /* rows that were compared since the stretch began */
} mlops__row_planner;

typedef struct mlops__group_team mlops__group_team;
typedef struct mlops__warm_team mlops__warm_team;

typedef struct mlops__packer {
    mlops_store *store;
    mlops__window window;
    uint64_t n, at;                 /* bytes of the content; those that are planned */
    uint64_t end, stretch;          /* of what is being packed; bytes of one */
    size_t reach;                   /* bytes that are looked at from at on */
    const mlops_executor *executor; /* or NULL */
    int is_named;                   /* its SHA-256 is known */
    mlops_id id;
    mlops__buf recipe;
    mlops__pack_codec kind; /* of the recipe */
    mlops__plans batch;     /* that is planned */
    mlops__plans ready;     /* that is to be written */
    mlops__buf ops;         /* of a delta, a group or a patch */
    mlops__codec codec;
    int known; /* to the index: it was damaged */
    mlops__lease *lease;
    mlops__like like;       /* the base of bytes */
    uint64_t copy_at, copy; /* a part of it that is to be copied */
    size_t found_at;        /* where a chunk of it ends, up to which it is not searched */
    int64_t n_shared;       /* pieces that need the base */
    mlops__row_planner rows;
    mlops__group_team *team; /* NULL until there are groups for several threads */
    mlops__warm_team *warm;  /* NULL until there are rows of a base for them */
} mlops__packer;

/* One of those that are packed together. */
typedef struct mlops__flight {
    mlops__packer *packer;
    const mlops_id *like; /* or NULL */
    int as_rows;          /* it is tried */
    size_t n_groups;      /* that are made at once */
    size_t n_warm;        /* loads of rows for the stretch behind */
    int is_flying;        /* a stretch of it is being packed, */
    int is_hashed;        /* and is hashed */
    int is_ready;         /* a batch is, and waits */
    int is_lost;          /* or was not written whole: it begins again */
    mlops_status planned, read;
    mlops_error plan_err, read_err;
} mlops__flight;

/* All of it, in steps: begin, then some of it while at < n, then the end and the object. In the
 * memory of one that is zero; the source is borrowed. Some: one batch; MLOPS_END if rows lead
 * nowhere, or other bytes have the key of a chunk. Object: MLOPS_END if some of what was found was
 * collected or erased meanwhile. */
void mlops__packer_init(mlops__packer *self, mlops_store *store, const mlops__source *source);
void mlops__packer_free(mlops__packer *self);
mlops_status mlops__packer_begin(mlops__packer *self, const mlops_id *like, int as_rows,
                                 mlops_error *err);
mlops_status mlops__packer_some(mlops__packer *self, mlops_error *err);
mlops_status mlops__packer_end(mlops__packer *self, mlops_error *err);
mlops_status mlops__packer_object(mlops__packer *self, const mlops_id *id, mlops_error *err);

/* Moves the window to where the packer is, and sets the end of the stretch. MLOPS_E_IO and what
 * else the source says. */
mlops_status mlops__packer_look(mlops__packer *self, mlops_error *err);

/* Reads what the next stretch looks at, while another thread packs this one. */
mlops_status mlops__packer_read_ahead(mlops__packer *self, mlops_error *err);
void mlops__packer_window_free(mlops__packer *self);

/* What is next of the content: up to reach bytes of it. */
const uint8_t *mlops__packer_ahead(const mlops__packer *self, size_t *n);
int mlops__packer_is_last(const mlops__packer *self, size_t n); /* nothing is behind these bytes */

/* Ends the stretch, and looks farther from then on; false if that shows no more. */
int mlops__packer_reach_far(mlops__packer *self);

/* Hashes what is in the window and was not yet hashed; and ends it, once it is all. What is read
 * once more may have changed: MLOPS_E_BUSY. Bytes in memory whose SHA-256 is known need none. */
int mlops__packer_hashes(const mlops__packer *self);
void mlops__packer_hash(mlops__packer *self);
mlops_status mlops__packer_name(mlops__packer *self, mlops_error *err);

void mlops__packer_rewind(mlops__packer *self); /* to the first byte */

/* Packs a chunk behind the payloads, for a batch; begin as at of mlops__chunk_pack(). */
mlops_status mlops__planned_pack(mlops__planned *out, mlops__codec *codec, mlops__buf *payloads,
                                 const uint8_t key[MLOPS__CHUNK_KEY], const uint8_t *bytes,
                                 size_t n, int64_t begin, mlops_error *err);

/* Plans a chunk: packs it, which needs no lock. */
mlops_status mlops__packer_chunk(mlops__packer *self, const uint8_t key[MLOPS__CHUNK_KEY],
                                 const uint8_t *bytes, size_t n, int64_t at, mlops_error *err);

/* Plans the next batch; makes it the one that is ready, so that another may be planned; writes
 * that, which another thread may do, unless the store verifies. MLOPS_END as of some, and if what
 * it changes was erased meanwhile. */
mlops_status mlops__packer_plan(mlops__packer *self, mlops_error *err);
void mlops__packer_ready(mlops__packer *self);
mlops_status mlops__packer_write(mlops__packer *self, mlops_error *err);

/* Packs contents up to their ends, together; but for their objects. */
mlops_status mlops__packers_run(mlops__flight *flights, size_t n, const mlops_executor *executor,
                                mlops_error *err);

/* Begins content that is kept as bytes, as changes to what it is like if that has any; like may be
 * NULL. Each plan takes the next part, and two chunks at the most. */
mlops_status mlops__packer_bytes_begin(mlops__packer *self, const mlops_id *like, mlops_error *err);
mlops_status mlops__packer_bytes_plan(mlops__packer *self, mlops__index *index, mlops_error *err);
mlops_status mlops__packer_bytes_end(mlops__packer *self, mlops_error *err);

void mlops__packer_rows_init(mlops__packer *self);
void mlops__packer_rows_free(mlops__packer *self);

/* The same of content that is kept as rows. MLOPS_END for what is none, or is better kept beside
 * what it is like. */
mlops_status mlops__packer_rows_begin(mlops__packer *self, const mlops_id *like, mlops_error *err);

/* MLOPS_END if that leads nowhere, and bytes are better. */
mlops_status mlops__packer_rows_plan(mlops__packer *self, mlops__index *index, mlops_error *err);

/* Whether rows that are next are compared with none: there is no base, or no more of it. */
int mlops__packer_rows_are_alone(const mlops__packer *self);

/* What is known of the groups, if they are not too many. */
mlops_status mlops__packer_rows_end(mlops__packer *self, mlops_error *err);

/* The same of groups of rows that are alone, by all threads of an executor: finds as many as the
 * stretch and a batch have, 0 if one thread plans; makes one of them, at once with others; plans
 * those that were made. */
mlops_status mlops__packer_groups_find(mlops__packer *self, size_t *n, mlops_error *err);
void mlops__packer_groups_make(mlops__packer *self, size_t group, int32_t worker);
mlops_status mlops__packer_groups_plan(mlops__packer *self, mlops_error *err);
void mlops__packer_groups_free(mlops__packer *self);

/* Rows of the base that the next stretch is likely to be compared with, by all threads, while one
 * of them plans this stretch: finds how many loads that takes; does one of them; makes the rows
 * that one is among those of the base, false if they are not there. What fails is left to who needs
 * the rows. */
size_t mlops__packer_warm_find(mlops__packer *self);
void mlops__packer_warm_load(mlops__packer *self, size_t load, int32_t worker);
int mlops__packer_warm_take(mlops__packer *self, uint64_t row);
void mlops__packer_warm_free(mlops__packer *self);

#endif
