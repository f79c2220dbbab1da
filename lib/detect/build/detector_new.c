/* Detectors on the host's heap, for callers that have one.
 *
 * Owns nothing. Invariant: the detector itself is the same as one in the caller's storage.
 */
#include "sys/hosted.h"

#include <mlops/detector.h>

mlops_status mlops_detector_new(mlops_detector **out, const mlops_detector_opts *opts,
                                mlops_error *err) {
    size_t size = mlops_detector_size(opts);
    void *mem;
    *out = NULL;
    if (!size) return mlops_detector_init(out, NULL, 0, opts, err); /* tells what is wrong */
    MLOPS_TRY(mlops__hosted_new(&mem, size, opts ? opts->host : NULL, err));
    return mlops_detector_init(out, mem, size, opts, err);
}

void mlops_detector_free(mlops_detector *self) { mlops__hosted_free(self); }
