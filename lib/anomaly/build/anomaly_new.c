/* Anomaly scores on the host's heap, for callers that have one.
 *
 * Owns nothing. Invariant: what lives there is the same as in the caller's storage.
 */
#include "sys/hosted.h"

#include <mlops/anomaly.h>

mlops_status mlops_anomaly_new(mlops_anomaly **out, const mlops_anomaly_opts *opts,
                               mlops_error *err) {
    size_t size = mlops_anomaly_size(opts);
    void *mem;
    *out = NULL;
    if (!size) return mlops_anomaly_init(out, NULL, 0, opts, err); /* tells what is wrong */
    MLOPS_TRY(mlops__hosted_new(&mem, size, opts ? opts->host : NULL, err));
    return mlops_anomaly_init(out, mem, size, opts, err);
}

void mlops_anomaly_free(mlops_anomaly *self) { mlops__hosted_free(self); }
