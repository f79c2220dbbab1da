/* mlops/draft_stream.h: bytes of unknown number as an entry: what a program writes, what comes over
 * a network, what another one unpacks.
 *
 * They are read to their end, and then kept as a file of the same bytes would be. Memory does not
 * grow with them: what goes beyond a few MiB waits in a file without a name in the store's
 * directory, so that there must be room for it once more while it is kept.
 */
#ifndef MLOPS_DRAFT_STREAM_H
#define MLOPS_DRAFT_STREAM_H

#include <mlops/base.h>
#include <mlops/draft.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Reads the next bytes of a stream, up to cap (1 or more) of them: how many; 0 behind the last;
 * minus an errno, which fails the call. It may come back with fewer than there will be. */
typedef int64_t (*mlops_reader)(void *read_user, void *bytes, int64_t cap);

/** Bits of mlops_stream_opts.flags. */
enum {
    MLOPS_STREAM_CSV = 1 /**< delimited text that becomes a table; default: a file as it is */
};

/** Where bytes come from, and what they are. Zero means the default in each field. */
typedef struct mlops_stream_opts {
    uint32_t struct_size; /**< MLOPS_STREAM_OPTS_INIT sets it */
    uint32_t flags;       /**< MLOPS_STREAM_CSV */
    int32_t fd;           /**< descriptor that is read from where it stands to its end, and stays
                               open: of a file, a pipe, a socket, but none that does not block;
                               default 0, standard input */
    uint32_t reserved;    /**< must be 0 */
    mlops_reader read; /**< @nullable is asked in place of the descriptor, on the calling thread */
    void *read_user;   /**< @nullable first argument of read */
    const mlops_draft_table_opts
        *columns; /**< @nullable of a table: what is known of its columns, and how it is read */
} mlops_stream_opts;

#define MLOPS_STREAM_OPTS_INIT                                                                     \
    { sizeof(mlops_stream_opts), 0, 0, 0, 0, 0, 0 }

/**
 * Add the bytes of a stream as an entry, or replace the entry of that path. A table is in memory
 * while it is added, a file is not. After an error the draft is as it was; what was read is gone.
 *
 * @param self  draft
 * @param path  as in mlops_draft_add_file()
 * @param opts  @nullable
 * @param err   @nullable
 * @return MLOPS_E_IO, or what the errno of the reader says; MLOPS_E_INVALID if a reader says that
 * it has read more than it was asked for, or columns are given for what is no table; as
 *         mlops_draft_add_file() and, for a table, mlops_draft_add_csv()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_draft_add_stream(mlops_draft *self, const char *path,
                                              const mlops_stream_opts *opts, mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
