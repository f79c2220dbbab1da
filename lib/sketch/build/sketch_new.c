/* Sketches on the host's heap, for callers that have one.
 *
 * Owns nothing. Invariant: the sketch itself is the same as one in the caller's storage.
 */
#include "sys/hosted.h"

#include <mlops/hll.h>
#include <mlops/items.h>
#include <mlops/kll.h>

/* Room for a sketch; size 0 says that the options are wrong, whose rule is told. */
static mlops_status begin(void **out, size_t size, const mlops_host *given, const char *rule,
                          mlops_error *err) {
    if (!size) return mlops__fail(err, MLOPS_E_INVALID, "%s", rule);
    return mlops__hosted_new(out, size, given, err);
}

mlops_status mlops_kll_new(mlops_kll **out, const mlops_kll_opts *opts, mlops_error *err) {
    size_t size = mlops_kll_size(opts);
    void *mem;
    *out = NULL;
    MLOPS_TRY(begin(&mem, size, opts ? opts->host : NULL,
                    "mlops_kll_opts: k must be 8 to 65535, flags 0", err));
    return mlops_kll_init(out, mem, size, opts);
}

mlops_status mlops_hll_new(mlops_hll **out, const mlops_hll_opts *opts, mlops_error *err) {
    size_t size = mlops_hll_size(opts);
    void *mem;
    *out = NULL;
    MLOPS_TRY(begin(&mem, size, opts ? opts->host : NULL,
                    "mlops_hll_opts: lg_k must be 4 to 21, flags known", err));
    return mlops_hll_init(out, mem, size, opts);
}

mlops_status mlops_items_new(mlops_items **out, const mlops_items_opts *opts, mlops_error *err) {
    size_t size = mlops_items_size(opts);
    void *mem;
    *out = NULL;
    MLOPS_TRY(begin(&mem, size, opts ? opts->host : NULL,
                    "mlops_items_opts: lg_size must be 3 to 20, text_max 0 to 65534, flags 0",
                    err));
    return mlops_items_init(out, mem, size, opts);
}

void mlops_kll_free(mlops_kll *self) { mlops__hosted_free(self); }

void mlops_hll_free(mlops_hll *self) { mlops__hosted_free(self); }

void mlops_items_free(mlops_items *self) { mlops__hosted_free(self); }
