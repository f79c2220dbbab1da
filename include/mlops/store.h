/* mlops/store.h: one directory in which everything that lasts is kept, and changes to it.
 *
 * A store holds datasets, runs, models and what happened to them. Each change is one transaction
 * and one record of the audit trail: whole or not at all, also after a crash or a power cut. Many
 * threads and processes of one machine may read and write a store at once; readers never wait.
 * Nothing runs in the background but what the program itself calls: mlops_store_service().
 */
#ifndef MLOPS_STORE_H
#define MLOPS_STORE_H

#include <mlops/base.h>
#include <mlops/call.h>
#include <mlops/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A directory that is open. Opening it again in one process gives the same one. @threadsafe */
typedef struct mlops_store mlops_store;

/** When a commit is told of. */
typedef enum mlops_sync {
    MLOPS_SYNC_FULL = 0,    /**< when it is durable: no power cut takes it back */
    MLOPS_SYNC_RELAXED = 1, /**< when it is made: a power cut may take back the newest commits,
                               whole and in order, up to the last mlops_store_flush() */
    MLOPS_SYNC_FORCE32 = 0x7fffffff
} mlops_sync;

/** What the index is kept in. It only repeats journal and packs, and is made anew if it is lost. */
typedef enum mlops_store_index {
    MLOPS_STORE_INDEX_FILE = 0,   /**< LMDB; the default */
    MLOPS_STORE_INDEX_MEMORY = 1, /**< made from the journal by each process that opens the store;
                                       what other processes commit is seen after opening it again */
    MLOPS_STORE_INDEX_FORCE32 = 0x7fffffff
} mlops_store_index;

/** Bits of mlops_store_opts.flags. */
enum {
    MLOPS_STORE_MUST_EXIST = 1,   /**< never make a store */
    MLOPS_STORE_READ_ONLY = 2,    /**< write nothing, not even the index, which is in memory then */
    MLOPS_STORE_NETWORK = 4,      /**< allow a network file system; one machine alone may use it */
    MLOPS_STORE_VERIFY_DEDUP = 8, /**< a chunk that is there already is compared byte by byte before
                                    it is used again, for content of parties that do not trust each
                                    other; this process does so until it closes the store */
    MLOPS_STORE_QUICK = 16 /**< of mlops_check_store() alone: look at how content is put together,
                                and read none of it */
};

/** How a store is opened. Zero means the default in each field. */
typedef struct mlops_store_opts {
    uint32_t struct_size;          /**< MLOPS_STORE_OPTS_INIT sets it */
    uint32_t flags;                /**< MLOPS_STORE_MUST_EXIST, MLOPS_STORE_READ_ONLY,
                                        MLOPS_STORE_NETWORK,
                                        MLOPS_STORE_VERIFY_DEDUP, MLOPS_STORE_QUICK */
    const struct mlops_host *host; /**< @nullable */
    mlops_sync sync;               /**< default MLOPS_SYNC_FULL */
    mlops_store_index index;       /**< default MLOPS_STORE_INDEX_FILE */
    int64_t map_max; /**< bytes that the index may grow to; default 1 TiB, or 512 MiB on 32 bits,
                          or less where the system refuses */
    int64_t journal_bytes; /**< size of the first segment of a new journal, from 4 KiB; default
                                256 KiB. Later ones double up to 16 MiB */
    int64_t gc_every_ns; /**< mlops_store_service() collects garbage when this has passed since the
                              last collection; default a day, -1 for never */
    int64_t gc_keep_ns;  /**< of those collections: as mlops_gc_opts.keep_ns; default 14 days */
} mlops_store_opts;

#define MLOPS_STORE_OPTS_INIT                                                                      \
    { sizeof(mlops_store_opts), 0, 0, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, 0, 0, 0, 0 }

/** What a store holds. */
typedef struct mlops_store_stats {
    uint32_t struct_size;  /**< MLOPS_STORE_STATS_INIT sets it */
    uint32_t reserved;     /**< 0 */
    int64_t seq;           /**< commits so far; the number of the newest */
    int64_t durable;       /**< commits that no power cut takes back, as far as is known */
    int64_t time_ns;       /**< of the newest commit, UTC; 0 if there is none */
    int64_t n_records;     /**< of datasets, runs, models and so on */
    int64_t n_objects;     /**< pieces of content */
    int64_t journal_bytes; /**< of its segments */
    int64_t pack_bytes;    /**< of the packs */
    int64_t index_bytes;   /**< that the index takes */
    uint64_t state;        /**< hash of all records: equal in stores that hold the same */
    int64_t online_bytes;  /**< that the rows of online views take */
    int64_t gc_time_ns;    /**< when garbage was last looked for (mlops_store_gc(), a dry run too),
                                UTC; 0: not yet, and all below is 0. It is of that time: */
    int64_t live_bytes;    /**< of packs that are needed */
    int64_t garbage_bytes; /**< of packs that are not, and are still there */
    int64_t content_bytes; /**< of content that is named, each piece of it once */
    int64_t shared_bytes;  /**< of it that are kept as changes to other content */
    int64_t chunk_bytes;   /**< of chunks that are needed, before compression */
    double dedup_ratio;    /**< content_bytes to chunk_bytes */
    double compression_ratio; /**< chunk_bytes to live_bytes */
} mlops_store_stats;

#define MLOPS_STORE_STATS_INIT                                                                     \
    { sizeof(mlops_store_stats), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0 }

/**
 * Open a store, or make one where there is none.
 *
 * @param[out] out  the store, to be ended with mlops_store_close(); NULL after an error
 * @param path      directory; made if it is not there, refused if it holds other things
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_EXISTS if the directory is something else; MLOPS_E_CORRUPT if
 *         journal or packs are damaged, which mlops_check_store() describes; MLOPS_E_UNSUPPORTED
 *         for a store of a newer version, or on a network file system; MLOPS_E_BUSY if another
 *         copy of the library in this process, or another container, has it open;
 *         MLOPS_E_DENIED, MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_NOMEM,
 *         MLOPS_E_INVALID
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_open(mlops_store **out, const char *path,
                                        const mlops_store_opts *opts, mlops_error *err);

/** Close a store. What is made of it keeps it open until it ends too. NULL is allowed. @since 0.1
 */
MLOPS_API void mlops_store_close(mlops_store *self);

/**
 * Make all commits durable.
 *
 * @param self  store
 * @param err   @nullable
 * @return MLOPS_E_IO, MLOPS_E_NO_SPACE; MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_flush(mlops_store *self, mlops_error *err);

/**
 * Do a piece of the work that may wait: make commits durable, write the index down from time to
 * time, so that opening after a power cut need not read the whole journal, and collect garbage as
 * mlops_store_opts.gc_every_ns says, in pieces of 50 ms at the most and 32 MiB of memory. A
 * collection of mlops_store_gc() that was left off in this process goes on.
 *
 * @param self       store
 * @param budget_ns  time after which no new piece is begun
 * @param err        @nullable
 * @return MLOPS_OK if more is to be done, MLOPS_END if nothing is; or as mlops_store_flush() and
 *         mlops_store_gc(), but never MLOPS_E_BUSY for a collection elsewhere. A commit that is too
 *         damaged to collect is MLOPS_E_CORRUPT once in gc_every_ns
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_service(mlops_store *self, int64_t budget_ns, mlops_error *err);

/**
 * What the store holds now.
 *
 * @param self      store
 * @param[out] out  @shape(1) result; struct_size must be set
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_stat(mlops_store *self, mlops_store_stats *out,
                                        mlops_error *err);

/**
 * Content by its name: bytes that a dataset, run or model keeps.
 *
 * @param self         store
 * @param id           @shape(1) SHA-256 of the content
 * @param[out] bytes   @nullable @shape(cap) the content, whole; NULL to ask for the size
 * @param cap          bytes of room
 * @param[out] needed  @nullable size of the content
 * @param err          @nullable
 * @return MLOPS_E_NOT_FOUND; MLOPS_E_ARENA if cap is below the size; MLOPS_E_CORRUPT if the content
 *         is damaged; MLOPS_E_ERASED; MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_content(mlops_store *self, const mlops_id *id, void *bytes,
                                           size_t cap, size_t *needed, mlops_error *err);

/**
 * Write all that the store holds to one file: for backups, and for machines of another kind. The
 * file has the commits as they are, with their chain of hashes, and the content that they name.
 *
 * @param self  store
 * @param path  file to write; replaced if it is there, once the new one is whole
 * @param err   @nullable
 * @return MLOPS_E_CORRUPT if something is damaged; MLOPS_E_BUSY if an erasure is not finished;
 *         MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_export(mlops_store *self, const char *path, mlops_error *err);

/**
 * Make a store of what mlops_store_export() wrote: the same commits, content and id.
 *
 * @param path  directory to make; refused if it is there and not empty
 * @param from  file that was exported
 * @param opts  @nullable host, journal_bytes
 * @param err   @nullable
 * @return MLOPS_E_CORRUPT if the file is damaged or cut short: no store is made then;
 *         MLOPS_E_EXISTS, MLOPS_E_NOT_FOUND, MLOPS_E_UNSUPPORTED, MLOPS_E_NO_SPACE, MLOPS_E_DENIED,
 *         MLOPS_E_IO, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_import(const char *path, const char *from,
                                          const mlops_store_opts *opts, mlops_error *err);

/**
 * Make a damaged store usable: the index anew, and of the journal all commits that are whole. What
 * was damaged is kept beside, under "damaged". A lost commit leaves an empty one with its number
 * and a note; commits behind it keep their numbers, and their former hashes in a note. Content that
 * is damaged stays lost; mlops_check_store() names it.
 *
 * @param path         directory of a store that nobody has open
 * @param opts         @nullable host; other fields are not looked at
 * @param[out] n_lost  @nullable @shape(1) commits that were lost, and rows of online views as far
 *                     as it is known how many there were
 * @param err          @nullable
 * @return MLOPS_E_BUSY if it is open; MLOPS_E_CORRUPT if its format file is damaged;
 *         MLOPS_E_NOT_FOUND, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_store_repair(const char *path, const mlops_store_opts *opts,
                                          int64_t *n_lost, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
