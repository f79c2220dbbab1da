/* mlops/erase.h: taking data out of every version that there ever was.
 *
 * Files, or the rows of tables that have a value in a column, go from all commits of all datasets
 * of a store, reached or not, and from the bytes on disk. Commits keep their ids and verify: a
 * tombstone says what was erased, and for tables what stands in for it, the same text or table
 * without the rows. The audit trail has a certificate: what, when, by whom and why, not the data.
 * What was erased does not come back: adding it is refused with MLOPS_E_ERASED.
 */
#ifndef MLOPS_ERASE_H
#define MLOPS_ERASE_H

#include <mlops/call.h>
#include <mlops/store.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Bits of mlops_erase_opts.flags. */
enum { MLOPS_ERASE_DRY_RUN = 1 /**< look and count, change nothing */ };

/** What is erased, and on whose word. Texts are UTF-8. */
typedef struct mlops_erase_opts {
    uint32_t struct_size; /**< MLOPS_ERASE_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_ERASE_DRY_RUN */
    const char *paths;  /**< @nullable globs of entries, separated by commas, as mlops/folder.h has
                             them; default all, which takes a column */
    const char *column; /**< @nullable rows of tables go where this column has the value; files that
                             are called *.csv or *.tsv and have it are tables, too, with a comma,
                             ";", "|" or a tab between columns; default: entries go whole */
    const char *value;  /**< @nullable with column: the value, as mlops_table_text() has it; numbers
                             are compared as numbers; a time as it stands in the file, in ISO 8601
                             or in nanoseconds */
    const char *reason; /**< @nullable why, 1 to 2,000 bytes; not needed for a dry run */
    const char *by;     /**< @nullable on whose word, 1 to 200 bytes; not needed for a dry run */
    const char *where;  /**< @nullable in place of column and value: a condition in the language of
                             docs/expressions.md over the columns of a table, whose rows go where it
                             is true; tables that lack one of the columns stay */
} mlops_erase_opts;

#define MLOPS_ERASE_OPTS_INIT                                                                      \
    { sizeof(mlops_erase_opts), 0, 0, 0, 0, 0, 0, 0 }

/** What was found and done. */
typedef struct mlops_erase_stat {
    uint32_t struct_size; /**< MLOPS_ERASE_STAT_INIT sets it */
    uint32_t done;        /**< 1 when no byte of it is left in the store */
    int64_t number;       /**< of the erasure, from 1 on; 0: there was nothing to erase */
    int64_t n_commits;    /**< commits in which something was erased */
    int64_t n_files;      /**< different contents that went whole */
    int64_t n_tables;     /**< different contents that went on without some rows */
    int64_t n_rows;       /**< rows that went, of each of these */
    int64_t n_bytes;      /**< of all these contents, as they were */
    int64_t n_remade;     /**< contents that were kept together with them, and are kept anew */
    int64_t n_deleted;    /**< packs that were rewritten and deleted */
    int64_t n_waiting;    /**< packs that others still read; a later call deletes them */
    int64_t n_unread;     /**< where rows were asked for: files called *.csv or *.tsv that are no
                               tables and were not searched, and tables with rows_max that were
                               searched as far as that, since the text behind it is none; each path
                               of a dataset once; the certificate names them */
    int64_t n_opaque;     /**< where rows were asked for: other files, which are never searched;
                               each path of a dataset once; the certificate counts them */
} mlops_erase_stat;

#define MLOPS_ERASE_STAT_INIT                                                                      \
    { sizeof(mlops_erase_stat), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/**
 * Erase entries, or rows of tables. Entries of other paths and other datasets that have the same
 * content lose it too, since it cannot be gone and be there.
 *
 * What is erased is one commit of the store: from there on nobody reads it. Then its bytes go,
 * which may take a while and may be left off at any time, by a crash too: the next call, also one
 * that asks for nothing, goes on with that first.
 *
 * @param store     store
 * @param dataset   @nullable whose commits are looked through; default: all
 * @param opts      @nullable default, or one that asks for nothing: nothing more is erased, and
 * what was begun is finished
 * @param call      @nullable progress, deadline; actor and trace for the audit trail
 * @param[out] out  @nullable @shape(1) what was found and done; struct_size must be set
 * @param err       @nullable
 * @return MLOPS_E_INVALID for opts that name nothing or no reason; MLOPS_E_PARSE for a condition
 * that is none, MLOPS_E_SCHEMA if it does not fit a table, or the value is none of the type that
 * the column has in each table; MLOPS_E_NOT_FOUND if there is no such
 * dataset, or no table that was looked through has what rows are chosen by; MLOPS_E_UNSUPPORTED if
 * some of it is in the journal, as of stores that kept small files there: nothing was done;
 * MLOPS_E_BUSY if somebody else collects garbage, and MLOPS_E_CANCELLED, MLOPS_E_DEADLINE, after
 * which it is to be called again; MLOPS_E_LIMIT if it takes more than one commit holds;
 * MLOPS_E_CORRUPT, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_erase(mlops_store *store, const char *dataset,
                                           const mlops_erase_opts *opts, const mlops_call *call,
                                           mlops_erase_stat *out, mlops_error *err);

/**
 * All erasures, the oldest first.
 *
 * Columns: number, time_ns, done (bool), by, reason, dataset, paths, column, n_commits, n_files,
 * n_tables, n_rows.
 *
 * @param[out] out  table, to be ended with mlops_table_unref(); NULL after an error
 * @param store     store
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_erase_list(mlops_table **out, mlops_store *store, mlops_error *err);

/**
 * The certificate of an erasure: JSON with what was erased, when, by whom and why, in which
 * datasets and paths, what was not searched, and what could not be reached. It has no erased value;
 * of the value that rows were chosen by it has a salted SHA-256.
 *
 * @param store        store
 * @param number       of the erasure
 * @param[out] text    @nullable @shape(cap)
 * @param cap          bytes at text
 * @param[out] needed  @nullable length of the text without its NUL
 * @param err          @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such erasure; MLOPS_E_ARENA if it does not fit;
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_erase_certificate(mlops_store *store, int64_t number, char *text,
                                               size_t cap, size_t *needed, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
