/* mlops/draft.h: new versions of data, commit by commit.
 *
 * A dataset is a named line of commits in a store. A commit holds entries under paths: files as
 * they are, and tables with their schema, profile and a split into training and held-out rows. Its
 * id is the SHA-256 of its record, which names everything in it by content: equal ids are equal
 * data. Branches move with commits, tags stay. mlops/dataset.h reads what was committed.
 *
 * Where a verb takes a ref, it is the name of a branch or tag, the digits of a commit's id (8 or
 * more), or NULL for the branch "main". A name goes before digits that are spelled alike. With
 * @{TIME} behind it, ISO 8601 and UTC unless an offset says otherwise, it is what stood there then:
 * the newest commit not behind that time on the way of first parents; @{2026-05-01} is of "main".
 */
#ifndef MLOPS_DRAFT_H
#define MLOPS_DRAFT_H

#include <mlops/base.h>
#include <mlops/call.h>
#include <mlops/change.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Entries that wait to become a commit. Content goes to the store as it is added, where nobody
 * sees it before the commit; of a draft that is not committed it takes room there and nothing else.
 * Mutable; one thread at a time. */
typedef struct mlops_draft mlops_draft;

/** How rows are held out. */
typedef enum mlops_split {
    MLOPS_SPLIT_RANDOM = 0,     /**< each row with the same chance */
    MLOPS_SPLIT_STRATIFIED = 1, /**< the same share of each value of a column */
    MLOPS_SPLIT_TIME = 2,       /**< the newest rows by a column */
    MLOPS_SPLIT_FORCE32 = 0x7fffffff
} mlops_split;

/** Bits of mlops_draft_opts.flags. */
enum {
    MLOPS_DRAFT_EMPTY = 1 /**< begin without entries; default: with those of the branch */
};

/** What a draft is to become. Zero means the default in each field. */
typedef struct mlops_draft_opts {
    uint32_t struct_size; /**< MLOPS_DRAFT_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_DRAFT_EMPTY */
    const char *branch;   /**< @nullable branch to commit to, which may be new; default "main" */
    const char *base; /**< @nullable ref that a new branch begins at; default: the branch "main", if
                           there is one; "" for none, so that it begins without history */
    const char *message;  /**< @nullable why, in words; up to 64 KiB */
    const char *author;   /**< @nullable who made the data; up to 64 KiB */
    const char *metadata; /**< @nullable a JSON object, kept as it is; up to 64 KiB */
    const mlops_call
        *call; /**< @nullable @scope(handle) executor: hashes content while it is packed */
} mlops_draft_opts;

#define MLOPS_DRAFT_OPTS_INIT                                                                      \
    { sizeof(mlops_draft_opts), 0, 0, 0, 0, 0, 0, 0 }

/** What is known of a table's columns. Zero means the default in each field. */
typedef struct mlops_draft_table_opts {
    uint32_t struct_size;      /**< MLOPS_DRAFT_TABLE_OPTS_INIT sets it */
    uint32_t flags;            /**< none yet; must be 0 */
    const mlops_csv_opts *csv; /**< @nullable how a CSV file is read, now and later; host is not
                                    looked at */
    const char *target;        /**< @nullable column that models predict */
    const char *time;          /**< @nullable column of the time of a row */
    const char *row_id;        /**< @nullable column that names a row */
} mlops_draft_table_opts;

#define MLOPS_DRAFT_TABLE_OPTS_INIT                                                                \
    { sizeof(mlops_draft_table_opts), 0, 0, 0, 0, 0 }

/** How rows are held out. Zero means the default in each field. */
typedef struct mlops_split_opts {
    uint32_t struct_size; /**< MLOPS_SPLIT_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    mlops_split kind;     /**< default MLOPS_SPLIT_RANDOM */
    uint32_t reserved;    /**< must be 0 */
    double share;         /**< of the rows, between 0 and 1; default 0.2 */
    int64_t seed;         /**< of the draw; default 0 */
    const char *column;   /**< @nullable of strata or time; default: the table's target or time */
} mlops_split_opts;

#define MLOPS_SPLIT_OPTS_INIT                                                                      \
    { sizeof(mlops_split_opts), 0, MLOPS_SPLIT_RANDOM, 0, 0, 0, 0 }

/**
 * Begin a commit of a dataset, which is made if it is not there.
 *
 * @param[out] out  the draft, to be ended with mlops_draft_free(); NULL after an error
 * @param change    @scope(handle) change that the commit becomes part of; outlives the draft
 * @param dataset   name: 1 to 200 bytes of UTF-8 without control characters
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_NOT_FOUND if base is no ref; MLOPS_E_EXISTS if base is given and the branch is
 *         there, or its name is a tag's; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
 *         MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_new(mlops_draft **out, mlops_change *change, const char *dataset,
                                       const mlops_draft_opts *opts, mlops_error *err);

/** End a draft; what was not committed is forgotten. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_draft_free(mlops_draft *self);

/**
 * Add a file as it is, part by part, or replace the entry of that path.
 *
 * @param self  draft
 * @param path  place in the dataset: names of up to 255 bytes joined by "/", none of them empty,
 *              ".", ".." or ".mlops-*.tmp"; no control characters, no backslashes; 1,024 bytes
 * @param file  file to read
 * @param err   @nullable
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_BUSY if it shrinks; MLOPS_E_EXISTS
 *         if path is a folder; MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_NO_SPACE, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_add_file(mlops_draft *self, const char *path, const char *file,
                                            mlops_error *err);

/**
 * Add bytes as a file.
 *
 * @param self   draft
 * @param path   as in mlops_draft_add_file()
 * @param bytes  @nullable @shape(n)
 * @param n      bytes
 * @param err    @nullable
 * @return as mlops_draft_add_file()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_add_bytes(mlops_draft *self, const char *path, const void *bytes,
                                             size_t n, mlops_error *err);

/**
 * Add a CSV file as a table. Its bytes are kept as they are; it must parse.
 *
 * @param self  draft
 * @param path  as in mlops_draft_add_file()
 * @param file  file to read
 * @param opts  @nullable
 * @param err   @nullable
 * @return as mlops_table_load(); MLOPS_E_SCHEMA if a column of the options is not there; as
 *         mlops_draft_add_file()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_add_csv(mlops_draft *self, const char *path, const char *file,
                                           const mlops_draft_table_opts *opts, mlops_error *err);

/**
 * Add a table. Its id is over its names, types and values, whatever they were read from.
 *
 * @param self   draft
 * @param path   as in mlops_draft_add_file()
 * @param table  read, not kept
 * @param opts   @nullable; csv is not looked at
 * @param err    @nullable
 * @return MLOPS_E_SCHEMA if a column of the options is not there; MLOPS_E_LIMIT for a text of 4
 * GiB; as mlops_draft_add_file()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_add_table(mlops_draft *self, const char *path,
                                             const mlops_table *table,
                                             const mlops_draft_table_opts *opts, mlops_error *err);

/**
 * Hold rows of a table out, for good with the commit. The draw depends on the number of rows, the
 * values of the column and the seed alone, and is the same on every machine; docs/dataset.md says
 * how it is made. A table that is replaced has no split until it gets one. A column of time is of
 * numbers, or of texts that are ISO 8601, all of one form and offset: 2020-01-26, or with T or a
 * blank, time, fraction, and Z or an offset.
 *
 * @param self  draft
 * @param path  of a table in it
 * @param opts  @nullable
 * @param err   @nullable
 * @return MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_SCHEMA if it is no table, lacks
 *         the column, or texts are no such times (the first one is named); MLOPS_E_INVALID if no
 *         row would be held out, or all; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_split(mlops_draft *self, const char *path,
                                         const mlops_split_opts *opts, mlops_error *err);

/** Take an entry out. MLOPS_E_NOT_FOUND if there is none. @since 0.1 */
MLOPS_API mlops_status mlops_draft_remove(mlops_draft *self, const char *path, mlops_error *err);

/**
 * Add the commit to the change. It is there once the change is committed. If the branch has moved
 * since the draft was begun, this returns MLOPS_E_CONFLICT, or the change's commit does. The draft
 * is used up.
 *
 * @param self      draft
 * @param[out] out  @shape(1) id of the commit
 * @param err       @nullable
 * @return MLOPS_E_INVALID if it was committed before; MLOPS_E_LIMIT if no time is later than the
 * commit before; MLOPS_E_CONFLICT, MLOPS_E_NOMEM, MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_commit(mlops_draft *self, mlops_id *out, mlops_error *err);

/**
 * Make a branch, or move it. Whoever reads it sees the other commit from the change's commit on.
 *
 * @param change   change
 * @param dataset  name
 * @param name     branch, named as a dataset is, but not by 64 hexadecimal digits, and without "@{"
 * @param ref      @nullable what it is to stand at
 * @param err      @nullable
 * @return MLOPS_E_EXISTS if a tag has the name; MLOPS_E_NOT_FOUND if ref is none; MLOPS_E_INVALID,
 *         MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED. MLOPS_E_CONFLICT comes from
 *         the commit, if somebody has moved it in between
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_branch(mlops_change *change, const char *dataset,
                                            const char *name, const char *ref, mlops_error *err);

/**
 * Make a tag: a name that stays at its commit.
 *
 * @param change   change
 * @param dataset  name
 * @param name     tag, named as a branch is
 * @param ref      @nullable what it is to stand at
 * @param err      @nullable
 * @return MLOPS_E_EXISTS if a tag or branch has the name; otherwise as mlops_dataset_branch()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_tag(mlops_change *change, const char *dataset,
                                         const char *name, const char *ref, mlops_error *err);

/**
 * Delete a branch or tag. Its commits stay.
 *
 * @param change   change
 * @param dataset  name
 * @param name     branch or tag
 * @param err      @nullable
 * @return MLOPS_E_NOT_FOUND; otherwise as mlops_dataset_branch()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_dataset_drop(mlops_change *change, const char *dataset,
                                          const char *name, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
