/* mlops/audit.h: what happened to a store, commit by commit, and proof of it.
 *
 * Each commit carries the SHA-256 of itself and, by the link before, of all before it. Who has kept
 * one link elsewhere can prove that nothing up to there was changed, taken out or put in.
 */
#ifndef MLOPS_AUDIT_H
#define MLOPS_AUDIT_H

#include <mlops/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Commits that were read. Immutable and shared; ends with the last mlops_audit_unref().
 * @threadsafe */
typedef struct mlops_audit mlops_audit;

/** One commit. Texts are NULL where nothing was said. */
typedef struct mlops_audit_entry {
    uint32_t struct_size; /**< MLOPS_AUDIT_ENTRY_INIT sets it */
    int32_t n_operations; /**< records put and deleted, and content kept */
    int64_t seq;          /**< number of the commit, from 1 on */
    int64_t time_ns;      /**< UTC; never less than that of the commit before */
    const char *actor;    /**< @nullable @borrowed(self) who */
    const char *verb;     /**< @nullable @borrowed(self) what, such as "lost in repair" */
    const char *note;     /**< @nullable @borrowed(self) why */
    const char *trace_id; /**< @nullable @borrowed(self) W3C trace id */
} mlops_audit_entry;

#define MLOPS_AUDIT_ENTRY_INIT                                                                     \
    { sizeof(mlops_audit_entry), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Read commits.
 *
 * @param[out] out  the commits, to be ended with mlops_audit_unref(); NULL after an error
 * @param store     store
 * @param from      number of the first commit wanted, 1 or more
 * @param n_max     how many at the most, 1 to 1,000,000
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT if one of them is damaged; MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM,
 *         MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_read(mlops_audit **out, mlops_store *store, int64_t from,
                                        int64_t n_max, mlops_error *err);

/** Share the commits: one more mlops_audit_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_audit *mlops_audit_ref(mlops_audit *self);

/** Give the commits back. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_audit_unref(mlops_audit *self);

/** Number of commits that were read. @since 0.1 */
MLOPS_API int64_t mlops_audit_n_entries(const mlops_audit *self);

/**
 * One commit.
 *
 * @param self      commits
 * @param index     0 to mlops_audit_n_entries() - 1
 * @param[out] out  @shape(1) result; struct_size must be set
 * @return MLOPS_E_INVALID if there is none
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_at(const mlops_audit *self, int64_t index,
                                      mlops_audit_entry *out);

/**
 * The link of a commit: SHA-256 over it and the link before.
 *
 * @param self      commits
 * @param index     0 to mlops_audit_n_entries() - 1
 * @param[out] out  @shape(1) link
 * @return MLOPS_E_INVALID if there is none
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_link(const mlops_audit *self, int64_t index, mlops_id *out);

/**
 * What a commit did, as a JSON array of objects: {"op", "table", "key", "value"}. Parts of a key
 * are joined by TAB. A value is JSON where it is an object of JSON; keys and other values are text
 * where they are UTF-8, else hexadecimal digits behind "0x".
 *
 * @param self         commits
 * @param index        0 to mlops_audit_n_entries() - 1
 * @param[out] text    @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room, with the NUL
 * @param[out] needed  @nullable length, without the NUL
 * @return MLOPS_E_ARENA if cap is too small; MLOPS_E_INVALID if there is no such commit
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_operations(const mlops_audit *self, int64_t index, char *text,
                                              size_t cap, size_t *needed);

/**
 * Verify the whole chain: each commit is what its link says, and goes on with the one before. What
 * a repair has put in the place of a lost commit goes on with it too, and says so of itself.
 *
 * @param store         store
 * @param[out] link     @shape(1) link of the newest commit, to be kept elsewhere; zeroes if there
 * is none
 * @param[out] n        @nullable @shape(1) commits
 * @param err           @nullable
 * @return MLOPS_E_CORRUPT names the commit; MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_verify(mlops_store *store, mlops_id *link, int64_t *n,
                                          mlops_error *err);

/**
 * One hash over the first commits: the root of the Merkle tree (RFC 6962) whose leaves are their
 * links. Who has kept it can be shown any one of them without the others.
 *
 * @param store      store
 * @param n          how many commits, from the first on; 0 for all
 * @param[out] root  @shape(1) root, to be kept elsewhere
 * @param err        @nullable
 * @return MLOPS_E_NOT_FOUND if there are fewer; MLOPS_E_CORRUPT names the commit; MLOPS_E_INVALID,
 *         MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_root(mlops_store *store, int64_t n, mlops_id *root,
                                        mlops_error *err);

/**
 * Prove that a commit is one of the first n: the commit whole, and the hashes beside its way up the
 * tree, as JSON. mlops_audit_parse() takes it; docs/format.md tells others how to.
 *
 * @param store        store
 * @param seq          number of the commit, 1 to n
 * @param n            how many commits the root is over; 0 for all
 * @param[out] text    @nullable @shape(cap) NULL to ask for the size
 * @param cap          bytes of room, with the NUL
 * @param[out] needed  @nullable length, without the NUL
 * @param err          @nullable
 * @return MLOPS_E_ARENA if cap is too small; as mlops_audit_root()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_prove(mlops_store *store, int64_t seq, int64_t n, char *text,
                                         size_t cap, size_t *needed, mlops_error *err);

/**
 * Take a proof: no store is needed. What it proves is read like what a store has.
 *
 * @param[out] out  the one commit, to be ended with mlops_audit_unref(); NULL after an error
 * @param text      @shape(n) what mlops_audit_prove() gave
 * @param n         length
 * @param root      @shape(1) what the root was when it was kept
 * @param host      @nullable
 * @param err       @nullable
 * @return MLOPS_E_CORRUPT if it does not lead to the root: then it proves nothing; MLOPS_E_INVALID,
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_audit_parse(mlops_audit **out, const char *text, size_t n,
                                         const mlops_id *root, const mlops_host *host,
                                         mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
