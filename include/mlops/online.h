/* mlops/online.h: the newest row of features of each entity, to be looked up while serving.
 *
 * An online view has a name, columns, and one or more key columns that name an entity. Of each
 * entity it keeps the newest row: by event time, then by creation time, then the one put last; so
 * rows may be put late, again and in any order. What a view is stands in the journal. Its rows do
 * not: they lie in a map of their own, so that putting and getting them never waits for a commit.
 *
 * Rows that were put are durable as MLOPS_SYNC_FULL says; under MLOPS_SYNC_RELAXED a power cut may
 * take back the newest put, whole, up to the last mlops_store_flush() of this process. Exports have
 * the rows; mlops_check_store() checks and mlops_store_repair() saves them. A row takes 32 MiB at
 * the most. A store whose index is in memory, or that is read alone, gives MLOPS_E_UNSUPPORTED.
 */
#ifndef MLOPS_ONLINE_H
#define MLOPS_ONLINE_H

#include <mlops/base.h>
#include <mlops/change.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An online view that is open. @threadsafe */
typedef struct mlops_online mlops_online;

/** What a view is, beside its columns and key. Zero means the default in each field. */
typedef struct mlops_online_opts {
    uint32_t struct_size; /**< MLOPS_ONLINE_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    const char *created;  /**< @nullable name of an int64 column: when the row was made, in UTC
                               nanoseconds; of two rows of one event time the later made is newer */
    int64_t ttl_ns;       /**< age up to which a row serves; default for ever */
} mlops_online_opts;

#define MLOPS_ONLINE_OPTS_INIT                                                                     \
    { sizeof(mlops_online_opts), 0, 0, 0 }

/**
 * Define a view. The same again is fine. Of two changes that define views at once, the second one's
 * commit returns MLOPS_E_CONFLICT.
 *
 * @param change      change that the definition becomes part of
 * @param name        1 to 200 bytes of UTF-8 without control characters
 * @param like        table whose columns the view gets; its rows are not looked at
 * @param key         names of the columns that name an entity: bool, int64 or string
 * @param event_time  name of an int64 column: when a row came to be true, in UTC nanoseconds
 * @param opts        @nullable
 * @param err         @nullable
 * @return MLOPS_E_EXISTS if there is a view of this name that is another; MLOPS_E_INVALID if the
 *         key or a time names no column of its type, if a column has no type, or is called
 *         "status" or "age_ns"; MLOPS_E_UNSUPPORTED, MLOPS_E_LIMIT beyond 1,000 columns;
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_online_define(mlops_change *change, const char *name,
                                           const mlops_table *like, const char *key,
                                           const char *event_time, const mlops_online_opts *opts,
                                           mlops_error *err);

/**
 * Open a view.
 *
 * @param[out] out  the view, to be ended with mlops_online_close(); NULL after an error
 * @param store     store, which stays open for as long as the view is
 * @param name      name of the view
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if there is none; MLOPS_E_UNSUPPORTED, MLOPS_E_CORRUPT, MLOPS_E_IO,
 *         MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_online_open(mlops_online **out, mlops_store *store, const char *name,
                                         mlops_error *err);

/** Close a view. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_online_close(mlops_online *self);

/**
 * Put rows: all of them or none, in one transaction, so that many at once take little more time
 * than one. A row that is older than the one of its entity is left out.
 *
 * @param self        view
 * @param rows        has the view's columns, in any order, and perhaps others, which are not looked
 *                    at. A column may be all null; int64 does for float64 where it is exact
 * @param[out] n_put  @nullable @shape(1) rows that were put
 * @param err         @nullable
 * @return MLOPS_E_SCHEMA if a column is missing or of another type; MLOPS_E_INVALID if a key or a
 *         time is null; MLOPS_E_LIMIT if the key of a row takes more than 400 bytes,
 *         where an int64 takes 9, a bool 2 and a text 5 and its length, or a row more than 32 MiB;
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_online_put(mlops_online *self, const mlops_table *rows, int64_t *n_put,
                                        mlops_error *err);

/**
 * Get the rows of entities, all of one moment: one row for each key, in the order of the keys.
 *
 * The columns are those of the view, then status (string) and age_ns (int64: as_of_ns less the
 * event time). A status is "hit"; "expired" for a row whose age is above ttl_ns; "missing"; or
 * "null" for a key with a null in it. Where it is no hit, all but the key and, of a row that has
 * expired, its times and age are null.
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param self      view
 * @param keys      has the key columns; others are not looked at
 * @param as_of_ns  UTC time that ages are counted up to; 0 for now
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA if a key column is missing or of another type; MLOPS_E_CORRUPT,
 *         MLOPS_E_IO, MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_online_get(mlops_table **out, mlops_online *self,
                                        const mlops_table *keys, int64_t as_of_ns,
                                        mlops_error *err);

/**
 * All views, by name: name, columns, key, event_time, created (strings; lists of names as options
 * spell them), ttl_ns (int64; null: for ever), created_ns (int64: when it was defined).
 *
 * @param[out] out  the table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_online_list(mlops_table **out, mlops_store *store, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
