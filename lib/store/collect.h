/* A collection of garbage that is under way: what its pieces share. */
#ifndef MLOPS_STORE_COLLECT_H
#define MLOPS_STORE_COLLECT_H

#include "base/hex.h"
#include "store/blocks.h"
#include "store/bloom.h"
#include "store/content.h"
#include "store/idset.h"

#include <mlops/gc.h>

typedef enum mlops__gc_phase {
    MLOPS__GC_RECORDS, /* what they name */
    MLOPS__GC_FRAMES,  /* what commits of late named */
    MLOPS__GC_COMMITS, /* of datasets: those that are reached, and what their trees name */
    MLOPS__GC_LEANING, /* what of it leans on content that is not marked */
    MLOPS__GC_OBJECTS, /* what they are made of */
    MLOPS__GC_BASES,   /* that nothing names, and what leans on them */
    MLOPS__GC_KEPT,    /* those that stay */
    MLOPS__GC_REMAKE,  /* what is written anew, so that the others may go */
    MLOPS__GC_WEIGH,   /* how much of chunks that many share is needed */
    MLOPS__GC_PARTS,   /* those that stay of chunks that go are kept anew */
    MLOPS__GC_COUNT_OBJECTS,
    MLOPS__GC_COUNT_CHUNKS,
    MLOPS__GC_COUNT_COMMITS,
    MLOPS__GC_DROP_COMMITS,
    MLOPS__GC_DROP_OBJECTS,
    MLOPS__GC_EMPTY, /* packs that are mostly garbage */
    MLOPS__GC_VERIFY_OBJECTS,
    MLOPS__GC_VERIFY_CHUNKS, /* that nothing leads to what is to be deleted */
    MLOPS__GC_DELETE,
    MLOPS__GC_DONE
} mlops__gc_phase;

typedef struct mlops__gc_pack {
    int64_t number;
    int64_t end;    /* when the collection began; what is behind it is not garbage */
    int64_t live;   /* bytes of frames that are needed */
    int64_t n_rows; /* that lead to it, once it is empty */
    int empties, is_gone;
    int is_sealed; /* whoever holds it writes to another one */
} mlops__gc_pack;

/* Text that is searched for names, piece by piece. */
typedef struct mlops__gc_digits {
    char run[64];
    size_t n;
} mlops__gc_digits;

/* What becomes of content that nothing names and that others lean on, or that leans on it. */
typedef enum mlops__gc_fate { MLOPS__GC_STAYS, MLOPS__GC_GOES, MLOPS__GC_REMADE } mlops__gc_fate;

typedef struct mlops__gc_lean {
    uint32_t base;   /* its place in the table, from 1 on; 0: none, or none that may go */
    uint32_t n_left; /* of those that lean on it, and were not counted yet */
    uint8_t is_named, is_fixed; /* nothing may be done with it */
    uint8_t fate;               /* mlops__gc_fate */
    double size, own;  /* bytes of the content, and of what packs have for it and nothing else */
    double ratio;      /* bytes of packs for one of its kind, kept by itself */
    double kept, gone; /* what is made of those that lean on it: where it stays, and where not */
} mlops__gc_lean;

struct mlops__gc {
    mlops_store *store;
    mlops_gc_opts opts;
    int64_t memory_max;
    mlops_gc_stat stat;
    mlops__gc_phase phase;
    int64_t until; /* on the monotonic clock */
    int every;     /* rows between two looks at it */
    int failed;    /* out of memory, where nothing else can be returned */

    uint64_t seed;
    mlops__bloom marks;
    uint8_t (*reached)[16]; /* commits of datasets, by the first half of their ids; a hash table */
    size_t n_reached, n_slots;
    int keeps_commits; /* there are too many to tell them apart: all stay */
    int deep;          /* a mark is to be followed at once, since objects were passed already */
    int locked;        /* this thread holds the store's lock */

    mlops__buf key; /* of the row that was read last; none: begin at the first */
    int table;
    int found;       /* the pass over commits has reached some */
    mlops__buf todo; /* ids of commits of one dataset */
    mlops__buf dataset;
    uint8_t tree[32]; /* that is being read, at tree_at; -1: none */
    int64_t tree_at;
    mlops__gc_digits digits;
    mlops__buf piece;

    mlops__idset leaning; /* the table of what leans: names, and in the same order */
    mlops__buf leans;     /* mlops__gc_lean each */
    mlops__buf order;     /* u32 places: each ahead of its base */
    size_t at_lean;
    int knows_leaning;    /* all that leans on content that was not marked is in the table */
    mlops__bloom counted; /* chunks of bases */
    mlops__rewrite *rewrite;
    int no_space;

    mlops__blocks blocks; /* with parts that stay, but for those that one has alone */
    size_t n_hollow;      /* of them go */
    uint64_t batch_bytes; /* of content that the batch names */
    int64_t dead_bytes;   /* of packs, in chunks that stay, for parts that nothing needs */

    int64_t seen;    /* the journal is followed up to this commit */
    int64_t before;  /* what was committed since then stays */
    int64_t goal;    /* up to which it is to be, ahead of the commits of datasets */
    uint64_t moment; /* leases of the index are followed up to here */
    int asks;        /* a name that may be that of a commit came behind the pass over them */

    mlops__gc_pack *packs; /* ascending */
    size_t n_packs, at_pack;
    mlops__packs reading;
    mlops__buf payload;
    mlops__buf batch; /* keys that are to be deleted: u16 size, key; ids that are kept anew */
    mlops__pack_scan scan;
    int scans; /* that is begun */
    int64_t rescans;
    uint64_t verified; /* the moment since which nothing leads to what is to be deleted */
};

enum { MLOPS__GC_MARKS = 32 << 20 /* bytes, unless the caller says otherwise */ };
/* By default, so that all packs take no more than 1.3 times what a fresh store would, where only
 * the newest version stays: what is kept for its bases, by what that has to save, and all packs,
 * by what is needed of them. */
#define MLOPS__GC_REMAKE_MAX 0.9
#define MLOPS__GC_PACKS_MAX  1.15
#define MLOPS__GC_KEEP_NS    (14 * INT64_C(86400000000000))

/* collect.c */
/* Goes on with the collection that is under way, if that is the same, or begins one. */
mlops_status mlops__gc_go_on(mlops_store *store, const mlops_gc_opts *opts, const mlops_call *call,
                             mlops_gc_stat *out, mlops_error *err);
int mlops__gc_is_late(mlops__gc *self);
mlops_status mlops__gc_nomem(mlops__gc *self, mlops_error *err);
typedef mlops_status mlops__gc_visit(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                     mlops__bytes value, mlops_error *err);
/* Rows of a table behind the one that was read last, until it is late. MLOPS_END behind the last;
 * the next walk begins anew then. */
mlops_status mlops__gc_walk(mlops__gc *self, mlops__index *index, uint8_t table,
                            mlops__gc_visit *visit, mlops_error *err);
/* Of a row of objects or chunks; false if it is none. */
int mlops__gc_place(mlops__bytes key, size_t n, mlops__bytes value, mlops__pack_place *out);
mlops__gc_pack *mlops__gc_find_pack(const mlops__gc *self, int64_t number); /* NULL */
int64_t mlops__gc_bytes_of(mlops__bytes value); /* of a pack, for what such a row leads to */

/* collect_mark.c */
mlops_status mlops__gc_records(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_frames(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_commits(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_objects(mlops__gc *self, mlops_error *err);
/* Marks what was committed or leased since the last time. */
mlops_status mlops__gc_catch_up(mlops__gc *self, mlops__index *index, mlops_error *err);
void mlops__gc_mark(mlops__gc *self, const uint8_t *key, size_t n); /* an object, or a chunk */
int mlops__gc_is_marked(const mlops__gc *self, const uint8_t *key, size_t n);
/* But for the chunk of a part, as long as it is not known which of these stay. */
void mlops__gc_mark_pieces(mlops__gc *self, mlops__recipe pieces);
/* An object and all that it leads over. MLOPS_E_NOT_FOUND without a message if it is none. */
mlops_status mlops__gc_mark_closure(mlops__gc *self, mlops__index *index, const uint8_t *id,
                                    mlops_error *err);
/* The recipe of a row, in the collection's own buffer: no lock is needed. MLOPS_END if it is
 * damaged: nothing can be made of it, nor of what it leads to. */
mlops_status mlops__gc_read_recipe(mlops__gc *self, const uint8_t *id, mlops__pack_place place,
                                   mlops__recipe *out, mlops_error *err);
int mlops__gc_is_reached(const mlops__gc *self, const uint8_t id[32]);
int mlops__gc_is_live(const mlops__gc *self, mlops__bytes key, mlops__pack_place place);
/* The chunks of an object that is condemned, but for those that others need. */
mlops_status mlops__gc_drop_chunks(mlops__gc *self, mlops__index *index, mlops__bytes id,
                                   mlops__pack_place place, mlops_error *err);

/* collect_base.c */
void mlops__gc_bases_init(mlops__gc *self);
void mlops__gc_bases_free(mlops__gc *self);
int64_t mlops__gc_bases_memory(const mlops__gc *self);
mlops_status mlops__gc_leaning(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_bases(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_kept(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_remake(mlops__gc *self, mlops_error *err);

/* collect_parts.c */
mlops_status mlops__gc_weigh(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_parts(mlops__gc *self, mlops_error *err);

/* collect_serve.c */
mlops_status mlops__gc_note_end(mlops__gc *self, mlops_error *err);

/* collect_sweep.c */
mlops_status mlops__gc_count(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_drop(mlops__gc *self, const mlops_call *call, mlops_error *err);
mlops_status mlops__gc_empty(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_verify(mlops__gc *self, mlops_error *err);
mlops_status mlops__gc_delete(mlops__gc *self, mlops_error *err);

#endif
