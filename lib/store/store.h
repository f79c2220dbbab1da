/* What durable nouns use of the store: reading records and content, and adding to changes. */
#ifndef MLOPS_STORE_STORE_H
#define MLOPS_STORE_STORE_H

#include "store/index.h"
#include "store/lease.h"

#include <mlops/call.h>
#include <mlops/change.h>
#include <mlops/store.h>

/* Numbers of the nouns' tables: part of the journal's format, so none is ever used twice. Beside
 * each, the parts of its keys; docs/format.md has the values. */
typedef enum mlops__table {
    MLOPS__TABLE_REFS = 1,          /* dataset, "branch" or "tag", name */
    MLOPS__TABLE_COMMITS = 2,       /* dataset, id of the commit */
    MLOPS__TABLE_EXPERIMENTS = 3,   /* experiment */
    MLOPS__TABLE_RUNS = 4,          /* run */
    MLOPS__TABLE_RUN_ORDER = 5,     /* experiment, start, run */
    MLOPS__TABLE_PARAMS = 6,        /* run, param */
    MLOPS__TABLE_TAGS = 7,          /* run, tag */
    MLOPS__TABLE_METRICS = 8,       /* run, metric: the latest */
    MLOPS__TABLE_POINTS = 9,        /* run, metric, number: points of a metric, not JSON */
    MLOPS__TABLE_ARTIFACTS = 10,    /* run, path */
    MLOPS__TABLE_FEATURES = 11,     /* feature set, version */
    MLOPS__TABLE_MODELS = 12,       /* model */
    MLOPS__TABLE_VERSIONS = 13,     /* model, version */
    MLOPS__TABLE_ALIASES = 14,      /* model, alias: who holds it now */
    MLOPS__TABLE_ALIAS_LOG = 15,    /* model, alias, number: who held it, and since when */
    MLOPS__TABLE_GATES = 16,        /* model, alias */
    MLOPS__TABLE_DECISIONS = 17,    /* model, alias, number: what gates said */
    MLOPS__TABLE_DEPLOYMENTS = 18,  /* deployment */
    MLOPS__TABLE_WATCHES = 19,      /* watch */
    MLOPS__TABLE_WINDOWS = 20,      /* watch, number */
    MLOPS__TABLE_VIEWS = 21,        /* online view */
    MLOPS__TABLE_VIEW_NUMBERS = 22, /* number of an online view */
    MLOPS__TABLE_ROWS = 23,    /* of the map of rows alone: number of a view, entity; not JSON */
    MLOPS__TABLE_PARTIAL = 24, /* dataset: what of it was not pulled */
    MLOPS__TABLE_EXPECTATIONS = 25, /* dataset, "table", id of a path; "commit", id */
    MLOPS__TABLE_LINEAGE = 26,      /* "down" or "up", hashes of its ends, relation */
    MLOPS__TABLE_ERASURES = 27,     /* "content" or "tree", id; "erasure", number; "latest" */
    MLOPS__TABLE_TEST = 31          /* of tests alone */
} mlops__table;

/* One more owner; mlops_store_close() ends it. */
mlops_store *mlops__store_ref(mlops_store *self);

/* MLOPS_E_FORKED in a child of the process that opened the store. */
mlops_status mlops__store_check_fork(const mlops_store *self, mlops_error *err);
const mlops__host *mlops__store_host(const mlops_store *self);

/* Its directory, n bytes without a NUL behind them. */
const char *mlops__store_dir(const mlops_store *self, size_t *n);
int mlops__store_is_read_only(const mlops_store *self);

/* A moment of the store to read from; it never waits, and does not see later commits. End it before
 * anything of the caller's runs. */
mlops_status mlops__store_read_begin(mlops_store *self, mlops__index *out, mlops_error *err);
void mlops__store_read_end(mlops__index *self);

/* Rows that are served, in a map of their own: putting one waits for no commit of the store, and
 * the other way round. MLOPS_E_UNSUPPORTED for a store whose index is in memory.
 *
 * make: there is a map from now on, empty at first. begin: as for the index; one that writes holds
 * others that would off until it ends, which commit does too, whatever it returns. Under
 * MLOPS_SYNC_RELAXED a power cut may take the newest commit back, up to mlops_store_flush(). */
mlops_status mlops__online_make(mlops_store *self, mlops_error *err);
mlops_status mlops__online_begin(mlops_store *self, int writes, mlops__index *out,
                                 mlops_error *err);
mlops_status mlops__online_commit(mlops_store *self, mlops__index *index, mlops_error *err);
void mlops__online_end(mlops_store *self, mlops__index *index, int writes);
/* Of two rows of an entity: each begins with its event time and creation time. */
int mlops__online_is_older(mlops__bytes row, mlops__bytes there);

/* Content from an offset on, as much of it as there is; *size is that of the whole. */
mlops_status mlops__content_read(mlops_store *self, const mlops_id *id, int64_t offset, void *out,
                                 size_t cap, int64_t *size, mlops_error *err);

/* Do packs have it, as the index knows, and whole, each frame of it read? MLOPS_E_ERASED */
mlops_status mlops__content_has(mlops_store *self, const mlops_id *id, int *out, int *is_known,
                                mlops_error *err);

/* Reading contents that came together, one after another: chunks that they share are unpacked once.
 * read appends, or returns MLOPS_END for content that shares none. One thread at a time. */
typedef struct mlops__content_run mlops__content_run;
mlops_status mlops__run_begin(mlops__content_run **out, mlops_store *store, mlops_error *err);
void mlops__run_end(mlops__content_run *self); /* NULL is allowed */
mlops_status mlops__run_read(mlops__content_run *self, const mlops_id *id, mlops__buf *out,
                             mlops_error *err);

/* Content that is kept as rows of cells. MLOPS_END if it is kept in another way, or is not there.
 */
typedef struct mlops__content_cells mlops__content_cells;
mlops_status mlops__cells_open(mlops__content_cells **out, mlops_store *store, const mlops_id *id,
                               mlops_error *err);
void mlops__cells_close(mlops__content_cells *self); /* NULL is allowed */
int64_t mlops__cells_rows(const mlops__content_cells *self);

/* Which cells: of columns by number, of text that has so many of them between such delimiters. */
typedef struct mlops__cells_wanted {
    const int64_t *columns;
    int64_t n;
    int64_t n_columns;
    uint8_t delimiter;
} mlops__cells_wanted;

/* Appends rows from to from + n - 1, which are there: their cells as they are spelled, and a line
 * feed behind each row. MLOPS_END if some row has other cells, or a line end in one. */
mlops_status mlops__cells_spell(mlops__content_cells *self, int64_t from, int64_t n,
                                const mlops__cells_wanted *wanted, mlops__buf *out,
                                mlops_error *err);

/* Two contents that are kept as rows, as changes to the same rows: side 0 is from, side 1 is to.
 * MLOPS_END if they are not, or their rows are not in one order. */
typedef struct mlops__content_pair mlops__content_pair;
mlops_status mlops__pair_open(mlops__content_pair **out, mlops_store *store, const mlops_id *from,
                              const mlops_id *to, mlops_error *err);
void mlops__pair_close(mlops__content_pair *self); /* NULL is allowed */
int64_t mlops__pair_n_rows(const mlops__content_pair *self, int side);

/* Has a column cells that may differ where rows stand for each other? is_apart: are there others?
 */
int mlops__pair_may_differ(const mlops__content_pair *self, int64_t column);
int mlops__pair_is_apart(const mlops__content_pair *self);

/* Rows that stand for each other: all cells are spelled alike but for touched rows; or rows of one
 * side alone, all of which are touched. */
typedef struct mlops__pair_rows {
    int64_t row[2], n[2];
    const uint32_t *touched; /* from the first on, ascending */
    int64_t n_touched;
    const int64_t *numbers; /* of the measured column, where known has a bit; rows that differ by
                               number differ by text, see below */
    const uint64_t *known;
    int form;      /* numbers of loads with another form mean other things */
    int is_whole;  /* each number is the value */
    int is_number; /* numbers that differ are values that differ, in a column of numbers */
    int is_text;   /* the same in a column of texts */
} mlops__pair_rows;

/* The next rows, in order, into memory that lives until the next call. Appends the touched ones, as
 * mlops__cells_spell() would, to the texts of the sides that have them. measured is a column, or
 * -1: then cells that are the same on both sides may be left out, and rows that have others, of
 * those that are not wanted, count as not touched. There must be rows yet; MLOPS_END as there. */
int mlops__pair_is_done(const mlops__content_pair *self);
mlops_status mlops__pair_next(mlops__content_pair *self, const mlops__cells_wanted *wanted,
                              int64_t measured, mlops__pair_rows *out, mlops__buf text[2],
                              mlops_error *err);

/* Whether n rows of from, from one on, are known to have whole numbers in a column that ascend: no
 * row is read for that. */
mlops_status mlops__pair_ascends(mlops__content_pair *self, int64_t row, int64_t n,
                                 const mlops__cells_wanted *wanted, int64_t column, int *out,
                                 mlops_error *err);

/* Measures rows of from, from one on: as many as are at hand, up to n. */
mlops_status mlops__pair_measure(mlops__content_pair *self, int64_t row, int64_t n,
                                 const mlops__cells_wanted *wanted, int64_t column,
                                 mlops__pair_rows *out, mlops_error *err);

/* Operations. The buffers are copied. After a failure the change's commit returns its status. */
mlops_status mlops__change_put(mlops_change *self, mlops__table table, mlops__bytes key,
                               mlops__bytes value, mlops_error *err);
mlops_status mlops__change_del(mlops_change *self, mlops__table table, mlops__bytes key,
                               mlops_error *err);
mlops_status mlops__change_verb(mlops_change *self, const char *verb, mlops_error *err);

/* mlops_change_content() of bytes whose SHA-256 is known. Where the store has content that they are
 * like, they are kept as changes to it, if that takes less; like may be NULL, or the name of what
 * is missing. */
mlops_status mlops__change_content(mlops_change *self, const mlops_id *id, const void *bytes,
                                   size_t n, const mlops_id *like, mlops_error *err);

enum { MLOPS__INLINE_MAX = 2048 /* bytes of content that is kept in the journal */ };

/* To the packs at once, where it is there for good when a change that was told of it is committed,
 * and as long as the lease lasts (store/lease.h); like as above. */
mlops_status mlops__content_pack(mlops_store *self, mlops__lease *lease, const mlops_id *id,
                                 const uint8_t *bytes, size_t n, const mlops_id *like,
                                 mlops_error *err);

/* Bytes that are read part by part: from the first on, and perhaps once more. */
typedef struct mlops__source {
    uint64_t size;
    const uint8_t *bytes; /* all of them; NULL: they are read */
    mlops_status (*read)(void *user, uint64_t offset, uint8_t *out, size_t n, mlops_error *err);
    void *user;
    const char *name; /* nullable: what it is called if it was erased */
} mlops__source;

/* The same of a source, whose SHA-256 is not known. In bounded memory; the executor may be NULL. */
mlops_status mlops__content_add_source(mlops_store *self, mlops__lease *lease,
                                       const mlops__source *source, const mlops_id *like,
                                       const mlops_executor *executor, mlops_id *out,
                                       mlops_error *err);

/* The same of several at once, of which each is read while the others are; how they are kept
 * depends on their order and sizes, never on the threads. */
enum { MLOPS__TOGETHER = 2 };

typedef struct mlops__adding {
    const mlops__source *source;
    const mlops_id *like; /* or NULL */
    mlops_id id;          /* what it is found to be */
} mlops__adding;

mlops_status mlops__content_add_sources(mlops_store *self, mlops__lease *lease,
                                        mlops__adding *items, size_t n,
                                        const mlops_executor *executor, mlops_error *err);

mlops_status mlops__content_id_of(const mlops_store *self, const mlops__source *source,
                                  mlops_id *out, mlops_error *err);

/* The same of bytes in memory. */
mlops_status mlops__content_add(mlops_store *self, mlops__lease *lease, const uint8_t *bytes,
                                size_t n, const mlops_id *like, const mlops_executor *executor,
                                mlops_id *out, mlops_error *err);
mlops_id mlops__content_id(const mlops_store *self, const void *bytes, size_t n);

/* Is it delimited text, large enough to be kept as rows? */
int mlops__content_has_rows(const uint8_t *bytes, size_t n);

/* The same of content that comes together, a few MiB of it: in one transaction, and
 * small ones in chunks that they share. The executor may be NULL. */
typedef struct mlops__keeping {
    mlops_id id;
    const uint8_t *bytes;
    size_t n;
    const char *name; /* as of a source */
} mlops__keeping;

mlops_status mlops__content_keep(mlops_store *self, mlops__lease *lease,
                                 const mlops__keeping *items, size_t n,
                                 const mlops_executor *executor, mlops_error *err);

/* The change is from now on who keeps it from being collected. */
mlops_status mlops__change_adopt(mlops_change *self, mlops__lease *lease, mlops_error *err);

/* Names content that the packs have. */
mlops_status mlops__change_kept(mlops_change *self, const mlops_id *id, int64_t size,
                                mlops_error *err);

/* Bytes that its commit takes, about. */
size_t mlops__change_size(const mlops_change *self);

/* Preconditions: at the commit the record is still as it was read (value NULL data: not there). */
mlops_status mlops__change_expect(mlops_change *self, mlops__table table, mlops__bytes key,
                                  mlops__bytes value, mlops_error *err);

mlops_store *mlops__change_store(const mlops_change *self);

/* What the change itself has at a key: MLOPS_OK and the newest value put, valid until the change
 * grows; MLOPS_E_NOT_FOUND if it was deleted; MLOPS_END if the change says nothing of it. */
mlops_status mlops__change_pending(const mlops_change *self, mlops__table table, mlops__bytes key,
                                   mlops__bytes *value);

/* The next value that the change puts under a prefix of keys, in the order of its operations; *at
 * is 0 at first. MLOPS_END behind the last. */
mlops_status mlops__change_next_put(const mlops_change *self, mlops__table table,
                                    mlops__bytes prefix, size_t *at, mlops__bytes *value);

/* True if the change itself keeps this content, and not in the packs, where it can be read; the
 * bytes are valid until the change grows. */
int mlops__change_inline(const mlops_change *self, const mlops_id *id, mlops__bytes *out);

#endif
