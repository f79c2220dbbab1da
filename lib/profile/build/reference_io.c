/* References in files: saved ones, those of bundles, and CSV to make one of.
 *
 * Owns the telling apart, which looks at content alone. Invariant: a file that opens with the
 * container's magic is never taken for CSV, and a saved one passes SHA-256 before it is read.
 */
#include "base/opts.h"
#include "file/container.h"
#include "file/file.h"
#include "kern/kern.h"
#include "profile/build/reference_build.h"

static const uint64_t FILE_MAX = UINT32_MAX; /* bytes of a container, written or read */

/* A saved reference must be sound as a whole; of a bundle the one section is wanted. */
static mlops_status parse_container(mlops_reference **out, const mlops__file_view *file,
                                    const mlops_reference_opts *opts, const mlops__host *host,
                                    mlops_error *err) {
    mlops__container box;
    MLOPS_TRY(mlops__container_read(&box, file->data, file->size, 0, err));
    if (box.kind != MLOPS__KIND_REFERENCE && box.kind != MLOPS__KIND_BUNDLE)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "this is neither a reference nor a bundle");
    MLOPS_TRY(mlops__container_verify(&box, mlops__kern_for(host->cpu)->sha256_blocks, err));
    mlops__cursor section = mlops__container_find(&box, MLOPS__KIND_REFERENCE);
    if (section.failed)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "reference: the bundle has none; write it with opts.reference");
    MLOPS_TRY(mlops__reference_parse(out, section.data, section.size, host, err));
    mlops_status status = MLOPS_OK;
    section = mlops__container_find(&box, MLOPS__KIND_SEEN);
    if (!section.failed) status = mlops__reference_seen_take(*out, section.data, section.size, err);
    section = mlops__container_find(&box, MLOPS__KIND_ECDF);
    if (status == MLOPS_OK && box.kind == MLOPS__KIND_REFERENCE && !section.failed)
        status = mlops__reference_ecdf_take(*out, section.data, section.size, err);
    if (status == MLOPS_OK) status = mlops__reference_choose(*out, opts, err);
    if (status == MLOPS_OK) return MLOPS_OK;
    mlops_reference_unref(*out);
    *out = NULL;
    return status;
}

static mlops_status load_csv(mlops_reference **out, const char *path,
                             const mlops_reference_opts *opts, mlops_error *err) {
    mlops_csv_opts csv;
    MLOPS_TRY(mlops__opts_copy(&csv, sizeof csv, opts->csv, "mlops_csv_opts", err));
    if (!csv.host) csv.host = opts->host;
    mlops_table *table;
    MLOPS_TRY(mlops_table_load(&table, path, &csv, err));
    mlops_status status = mlops_reference_new(out, table, opts, err);
    mlops_table_unref(table);
    return status;
}

mlops_status mlops_reference_load(mlops_reference **out, const char *path,
                                  const mlops_reference_opts *opts, mlops_error *err) {
    *out = NULL;
    mlops_reference_opts o;
    mlops__host host;
    mlops__file_view file;
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, opts, "mlops_reference_opts", err));
    MLOPS_TRY(mlops__host_init(&host, o.host, err));
    MLOPS_TRY(mlops__file_open(&file, &host, path, SIZE_MAX, 1, err));
    int container = mlops__container_is(file.data, file.size);
    mlops_status status = MLOPS_OK;
    if (container && file.size > FILE_MAX)
        status = mlops__fail(err, MLOPS_E_LIMIT, "this is larger than 4 GiB, as no reference is");
    else if (container) status = parse_container(out, &file, &o, &host, err);
    mlops__file_close(&file, &host);
    if (!container) status = load_csv(out, path, &o, err);
    return mlops__fail_path(err, status, path);
}

mlops_status mlops_reference_save(const mlops_reference *self, const char *path, mlops_error *err) {
    const mlops__host *host = mlops__reference_host(self);
    mlops__buf payload, values, seen, whole;
    mlops__buf_init(&payload, &host->allocator);
    mlops__buf_init(&values, &host->allocator);
    mlops__buf_init(&seen, &host->allocator);
    mlops__buf_init(&whole, &host->allocator);
    mlops_status status = mlops__reference_payload(self, &payload);
    mlops__reference_ecdf_put(self, &values);
    mlops__reference_seen_put(self, &seen);
    if (status == MLOPS_OK) status = values.status;
    if (status == MLOPS_OK) status = seen.status;
    mlops__section sections[3] = {{MLOPS__KIND_REFERENCE, 0, payload.data, payload.size}};
    uint32_t n = 1;
    if (values.size)
        sections[n++] = (mlops__section){MLOPS__KIND_ECDF, 0, values.data, values.size};
    if (seen.size)
        sections[n++] =
            (mlops__section){MLOPS__KIND_SEEN, MLOPS__SECTION_OPTIONAL, seen.data, seen.size};
    if (status == MLOPS_OK)
        status = mlops__container_write(&whole, MLOPS__KIND_REFERENCE, sections, n,
                                        mlops__kern_for(host->cpu)->sha256_blocks);
    if (status == MLOPS_E_NOMEM) mlops__fail_nomem(err, payload.size + values.size + seen.size);
    else if (status) mlops__fail(err, status, "reference: it would be larger than 4 GiB");
    else status = mlops__file_write(host, path, whole.data, whole.size, err);
    mlops__buf_free(&whole);
    mlops__buf_free(&seen);
    mlops__buf_free(&values);
    mlops__buf_free(&payload);
    return status;
}
