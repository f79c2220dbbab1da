/* The inside of an open store, for the files of this folder. */
#ifndef MLOPS_STORE_CORE_H
#define MLOPS_STORE_CORE_H

#include "kern/kern.h"
#include "store/idset.h"
#include "store/lease.h"
#include "store/pack.h"
#include "store/store.h"
#include "sys/mutex.h"

#include <mlops/gc.h>

#include <stdatomic.h>

typedef struct mlops__gc mlops__gc;

struct mlops_store {
    mlops_store *next; /* in the process's list */
    uint64_t identity[2];
    int64_t refs; /* under the list's lock */
    int generation;
    mlops__host host;
    const mlops__kern *kern;
    char *path; /* with room for a name behind it */
    size_t path_size;
    size_t dir;
    uint8_t id[32];
    mlops_store_opts opts;
    int read_only;
    int64_t lock_file; /* byte 0: one writer; byte 1: shared by all that have the store open */
    mlops__lock lock;  /* over all below: one thread of this process at journal and packs */
    mlops__kv *kv;     /* reading it takes no lock */
    mlops__journal journal;
    mlops__packs packs;
    int stamp_open;    /* the boot's stamp says that the index is in use */
    int uncut;         /* no power was cut since: all that the journal has was committed */
    mlops__place tail; /* of the journal, as this process left it */
    int tail_known;
    _Atomic(int64_t) n_ahead;    /* frames up to the tail that the index lacks: relaxed commits */
    int in_service;              /* a snapshot is being made */
    int swept;                   /* what maps of before left is deleted */
    int64_t snapshot;            /* seq of the newest snapshot that this process knows of */
    _Atomic(mlops__kv *) online; /* rows; NULL: not open yet */
    mlops__lock online_lock;     /* over its writer, and over its opening; ahead of lock */
    _Atomic(int) online_ahead;   /* its newest commit may not be durable */
    _Atomic(int) is_full;        /* MLOPS_SYNC_FULL, of whichever handle asks for the most */
    _Atomic(int) verifies;       /* chunks are compared before they are used again */
    uint32_t lease_base;         /* owners of leases: the first of this opening, and how many */
    _Atomic(uint32_t) n_leases;
    mlops__buf released;     /* u64 owners whose rows are to go with the next commit of the index */
    mlops__idset *condemned; /* what a collection is to drop in any case; NULL: nothing */
    mlops__gc *gc;           /* a collection that is under way; NULL: none */
    _Atomic(int) in_gc;      /* a thread is at it */
    struct mlops__tabular *idle; /* a reader of rows that has ended, for the next */
    _Atomic(int) idle_state;
    mlops__buf scratch; /* a frame */
    mlops__buf payload; /* a frame of a pack */
};

enum { MLOPS__IDLE_NONE = 0, MLOPS__IDLE_THERE = 1, MLOPS__IDLE_MOVES = 2 }; /* idle_state */

/* Is there while a store is made of an exported one. */
#define MLOPS__IMPORTING ".mlops-import"

enum {
    MLOPS__LOCK_WRITER = 0,
    MLOPS__LOCK_USERS = 1,
    MLOPS__LOCK_SNAPSHOT = 2, /* one process writes a snapshot */
    MLOPS__LOCK_MEMORY = 3,   /* shared by those whose index is in memory, against repairs */
    MLOPS__LOCK_ONLINE = 4,   /* one writer of rows */
    MLOPS__LOCK_GC = 5,       /* one process collects garbage */
    MLOPS__PATH_ROOM = 64
};

/* A path in the store, valid until the next call. */
const char *mlops__store_path(mlops_store *self, const char *name);

/* A folder of it, which may be there already. */
mlops_status mlops__store_mkdir(mlops_store *self, const char *name, mlops_error *err);
mlops_status mlops__store_move(mlops_store *self, const char *from, const char *to,
                               mlops_error *err);

/* The object alone: nothing of the directory is open yet. */
mlops_status mlops__store_new(mlops_store **out, const char *path, const mlops_store_opts *opts,
                              mlops_error *err);
void mlops__store_destroy(mlops_store *self);
mlops_status mlops__store_make_dirs(mlops_store *self, mlops_error *err);
/* Makes the directory, or takes one that is empty or that an earlier attempt left. */
mlops_status mlops__store_claim(mlops_store *self, mlops_error *err);
/* MLOPS_E_NOT_FOUND, and what stands in the place of a store, as far as it can be told. */
mlops_status mlops__store_refuse_none(mlops_store *self, mlops_error *err);
mlops_status mlops__store_open_lock(mlops_store *self, mlops_error *err);

/* store_format.c */
mlops_status mlops__format_read(mlops_store *self, mlops_error *err);   /* MLOPS_E_NOT_FOUND */
mlops_status mlops__format_create(mlops_store *self, mlops_error *err); /* with a journal */
mlops_status mlops__format_write(mlops_store *self, mlops_error *err);  /* the file alone */

/* The one writer: takes both locks, begins a transaction and applies frames that others left. */
mlops_status mlops__store_write_begin(mlops_store *self, mlops__index *out, mlops_error *err);
mlops_status mlops__store_write_commit(mlops_store *self, mlops__index *index, mlops_error *err);
void mlops__store_write_end(mlops_store *self, mlops__index *index); /* in any case */
mlops_status mlops__store_lock_writer(mlops_store *self, mlops_error *err);
void mlops__store_unlock_writer(mlops_store *self);

/* The journal's end under the writer's lock, if few enough frames are ahead of the index to leave
 * them there; else 0. */
int mlops__store_find_tail(mlops_store *self);

/* Applies whole frames ahead of the index. */
mlops_status mlops__store_catch_up(mlops_store *self, mlops__index *index, mlops_error *err);

/* Makes all packs durable that are not, and notes it in the transaction. */
mlops_status mlops__store_sync_packs(mlops_store *self, mlops__index *index, mlops_error *err);

/* boot.c: is the index to be trusted, and making it anew. */
mlops_status mlops__index_open(mlops_store *self, mlops_error *err);
/* The map that the next open begins with, or a snapshot of it, and its newest commit, read by its
 * pages; -1 if there is none to be trusted. */
mlops_status mlops__index_peek(mlops_store *self, char name[MLOPS__PATH_ROOM], int64_t *seq,
                               mlops_error *err);
/* Commits that the map or, where it is damaged, a snapshot had; -1 if neither tells. */
mlops_status mlops__index_known(mlops_store *self, int64_t *seq, mlops_error *err);
mlops_status mlops__index_in_use(mlops_store *self, mlops_error *err); /* before its first write */
void mlops__index_close(mlops_store *self);
/* Any map of the store, by its folder and name there. */
mlops_status mlops__map_open(mlops_store *self, const char *folder, const char *name,
                             mlops__kv_syncs syncs, mlops__kv **out, mlops_error *err);
/* LMDB believes what it finds: a map that was damaged while nobody had it open must not reach it.
 * Of a large one the way to the head alone is read, since all of it would take too long. */
mlops_status mlops__map_verify(mlops_store *self, const char *name, int *sound, mlops_error *err);
void mlops__index_sweep(mlops_store *self); /* deletes a map that was set aside; one thread */
/* The next open makes it anew, of journal and packs alone. */
mlops_status mlops__index_discard(mlops_store *self, mlops_error *err);

/* guard.c: what LMDB's locks cannot tell apart is kept apart. MLOPS_E_BUSY */
mlops_status mlops__guard_enter(mlops_store *self, mlops_error *err); /* one copy of the library */
void mlops__guard_leave(mlops_store *self);
int mlops__guard_has(mlops_store *self, int64_t process); /* it has the index's file open */
mlops_status mlops__guard_namespace(mlops_store *self, int alone, mlops_error *err);
mlops_status mlops__guard_place(mlops_store *self, mlops_error *err); /* MLOPS_E_UNSUPPORTED */

/* snapshot.c */
int64_t mlops__snapshot_seq(mlops_store *self); /* of the newest; 0: none */
/* Of one that is what its line says, and its name in the store; 0: none. */
int64_t mlops__snapshot_find(mlops_store *self, char name[MLOPS__PATH_ROOM]);
mlops_status mlops__snapshot_write(mlops_store *self, int64_t seq, mlops_error *err);
/* Deletes the copies of all moments but one; 0: of all. */
void mlops__snapshot_sweep(const mlops_store *self, int64_t kept);
void mlops__snapshot_restore(mlops_store *self); /* makes the map, if there is a good one */

/* rebuild.c */
mlops_status mlops__store_rebuild(mlops_store *self, mlops_error *err);
/* mlops__content_choose() in a transaction of its own. */
mlops_status mlops__store_choose(mlops_store *self, int forget, mlops_error *err);
/* What packs hold behind what the index has of them; in transactions of its own if index is NULL.
 */
mlops_status mlops__store_scan_packs(mlops_store *self, mlops__index *index, int64_t *n_unused,
                                     mlops_error *err);

/* store_online.c: rows that are served. Those that use paths of the store are for who holds its
 * lock, or has it alone. */
#define MLOPS__ONLINE_MAP "online/data.mdb"
mlops_status mlops__online_flush(mlops_store *self, mlops_error *err);
void mlops__online_close(mlops_store *self);
mlops_status mlops__online_lock(mlops_store *self, mlops_error *err); /* one writer, or a check */
void mlops__online_unlock(mlops_store *self);
mlops_status mlops__online_exists(mlops_store *self, int *out, mlops_error *err);
/* Keeps what is whole of a damaged map, and makes one where there is none; *n_lost grows by the
 * rows that are known to be lost. */
mlops_status mlops__online_repair(mlops_store *self, int64_t *n_lost, mlops_error *err);

/* A map that takes the place of the one that may be there, and is durable when it does. */
typedef struct mlops__online_draft {
    mlops_store *store;
    mlops__kv *kv;
    mlops__index index;
    int64_t n;
} mlops__online_draft;

mlops_status mlops__online_draft_begin(mlops__online_draft *self, mlops_store *store,
                                       mlops_error *err);
mlops_status mlops__online_draft_put(mlops__online_draft *self, mlops__bytes key,
                                     mlops__bytes value, mlops_error *err);
/* After a status of the caller's that is no success nothing of it is there; returns the first. */
mlops_status mlops__online_draft_end(mlops__online_draft *self, mlops_status status,
                                     mlops_error *err);

/* Deletes the files of a folder. */
void mlops__wipe(mlops_store *store, const char *folder);
void mlops__wipe_all(mlops_store *store); /* journal, packs and rows */

/* change.c: commits within a transaction of the caller's, which it ends. */
mlops_status mlops__change_drop(mlops_change *self, const uint8_t id[32], mlops_error *err);
mlops_status mlops__change_write(mlops_change *self, mlops__index *index, mlops_error *err);

/* collect.c */
void mlops__gc_free(mlops_store *self);
/* A piece of the collections that mlops_store_service() makes; MLOPS_END if none is due. */
mlops_status mlops__gc_serve(mlops_store *self, int64_t budget_ns, mlops_error *err);
/* What the last collection found, as far as it goes into these. */
mlops_status mlops__gc_found(mlops__index *index, mlops_store_stats *out, mlops_error *err);
/* Collects to the end, and drops what is condemned, whatever names it: objects, and chunks of
 * theirs that nothing else needs. All packs that have any garbage are rewritten: copies that
 * writers left which were killed are among it. MLOPS_END at the end. */
mlops_status mlops__gc_condemn(mlops_store *self, mlops__idset *condemned, const mlops_call *call,
                               mlops_gc_stat *out, mlops_error *err);

/* content.c */
/* A pack that is being emptied, or is gone, to which nothing is appended. */
mlops_status mlops__pack_is_dying(mlops__index *index, int64_t number, int *out, mlops_error *err);
mlops_status mlops__pack_note(mlops__index *index, char what, int64_t number, int64_t value,
                              mlops_error *err);
mlops_status mlops__packs_forget_scans(mlops__index *index, mlops_error *err);
mlops_status mlops__pack_forget(mlops__index *index, char what, int64_t number, mlops_error *err);
mlops_status mlops__content_check(mlops_store *self, mlops__index *index, const uint8_t *id,
                                  mlops_error *err); /* is it whole, as far as the index knows */
/* Reads what rows of content, and of what it is based on, are read without: zones, and what cells
 * were. MLOPS_E_CORRUPT */
mlops_status mlops__content_check_about(mlops_store *self, mlops__index *index, const uint8_t *id,
                                        mlops_error *err);
/* The frames of an object: that of each chunk in order, then of its recipe. They live until the
 * next call. */
typedef mlops_status mlops__content_visit(void *user, const mlops__pack_frame *frame,
                                          const uint8_t *payload, mlops_error *err);
mlops_status mlops__content_walk(mlops_store *self, mlops__index *index, const uint8_t *id,
                                 mlops__content_visit *visit, void *user, mlops_error *err);
/* A commit names it, and no pack has it: reading it is MLOPS_E_CORRUPT. */
mlops_status mlops__content_note_lost(mlops__index *index, const uint8_t *id, mlops_error *err);
mlops_status mlops__content_note(mlops__index *index, const mlops__pack_frame *frame,
                                 mlops__pack_place place, mlops_error *err);
/* The same of what a scan finds. What it finds in several places is kept in mind, until one is
 * chosen that is whole; to be chosen again, and then forgotten, once all tombstones are known. */
mlops_status mlops__content_note_found(mlops__index *index, const mlops__pack_frame *frame,
                                       mlops__pack_place place, mlops_error *err);
mlops_status mlops__content_choose(mlops_store *self, mlops__index *index, int forget,
                                   mlops_error *err);

#endif
