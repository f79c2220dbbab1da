/* What a store holds, in numbers.
 *
 * Owns nothing. Invariant: records and hash are of one moment; sizes of files are those of about
 * the same time, since others may be writing; what is garbage is as the last collection found it.
 */
#include "base/opts.h"
#include "file/file.h"
#include "store/core.h"

#include <string.h>

static int64_t size_of_file(mlops_store *self, const char *folder, const char *name) {
    const mlops_io *io = &self->host.io;
    char path[MLOPS__PATH_ROOM];
    if (strlen(folder) + strlen(name) + 2 > sizeof path) return 0;
    mlops__format(path, sizeof path, "%s/%s", folder, name);
    int64_t file = mlops__file_number(io, mlops__store_path(self, path), MLOPS_IO_READ);
    if (file < 0) return 0;
    int64_t bytes = mlops__file_size(io, file);
    mlops__file_end(io, file);
    return bytes > 0 ? bytes : 0;
}

static int64_t size_of_folder(mlops_store *self, const char *folder) {
    mlops__buf names;
    int64_t total = 0;
    mlops__buf_init(&names, &self->host.allocator);
    if (mlops__file_list(&self->host.io, mlops__store_path(self, folder), &names, NULL))
        names.size = 0;
    for (size_t at = 0; at < names.size; at++) {
        const char *name = (const char *)names.data + at;
        total += size_of_file(self, folder, name);
        at += strlen(name);
    }
    mlops__buf_free(&names);
    return total;
}

static mlops_status count_objects(mlops__index *index, int64_t *out, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    *out = 0;
    MLOPS_TRY(
        mlops__index_iter_init(&iter, index, MLOPS__TABLE_OBJECTS, (mlops__bytes){NULL, 0}, err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) ++*out;
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops_store_stat(mlops_store *self, mlops_store_stats *out, mlops_error *err) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops__index index;
    int64_t max;
    if (!self || !out) return mlops__fail(err, MLOPS_E_INVALID, "the store or out is NULL");
    MLOPS_TRY(mlops__store_read_begin(self, &index, err));
    stats.seq = index.place.chain.seq;
    stats.durable = index.place.durable;
    stats.time_ns = index.place.chain.time_ns;
    for (int i = 1; i <= MLOPS__TABLE_LAST; i++) stats.n_records += index.sums[i].n;
    stats.state = mlops__index_state(&index);
    mlops_status status = count_objects(&index, &stats.n_objects, err);
    if (!status) status = mlops__gc_found(&index, &stats, err);
    mlops__store_read_end(&index);
    if (status) return status;
    mlops__lock_take(&self->lock);
    stats.journal_bytes = size_of_folder(self, "journal");
    stats.pack_bytes = size_of_folder(self, "packs");
    stats.online_bytes = size_of_file(self, "online", "data.mdb");
    mlops__lock_give(&self->lock);
    mlops__kv_size(self->kv, &stats.index_bytes, &max);
    return mlops__opts_result(out, &stats, sizeof stats, "mlops_store_stats", err);
}
