/* The one place that knows OpenBLAS.
 *
 * Owns nothing: the process keeps the handle of the library, which stays open, since its threads
 * cannot be taken back. Invariant: only an OpenBLAS that has both functions and takes 32-bit
 * integers is ever handed out; an ILP64 build would read sizes wrongly.
 */
#include "kern/blas.h"

#include "sys/process.h"

#include <string.h>

#if defined(MLOPS_BLAS) && MLOPS_BLAS

#include <dlfcn.h>

static const uintptr_t NO_LIBRARY = 1;

/* POSIX lets dlsym() stand for functions; C has no cast for it. */
static void load(void *library, const char *name, void *out, size_t size) {
    void *symbol = dlsym(library, name);
    memcpy(out, &symbol, size);
}

static int takes_32_bits(void *library) {
    const char *(*config)(void);
    load(library, "openblas_get_config", &config, sizeof config);
    return config && !strstr(config(), "USE64BITINT");
}

static uintptr_t open_library(void) {
    static const char *const names[] = {"libopenblas.so.0", "libopenblas.so.3", "libopenblas.so",
                                        "libopenblas.dylib"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (library && takes_32_bits(library) && dlsym(library, "cblas_sgemm") &&
            dlsym(library, "cblas_dgemm"))
            return (uintptr_t)library;
        if (library) dlclose(library);
    }
    return NO_LIBRARY;
}

int mlops__blas_get(mlops__blas *out) {
    memset(out, 0, sizeof *out);
    uintptr_t found = mlops__process_find(MLOPS__PROCESS_BLAS, open_library);
    if (found == NO_LIBRARY) return 0;
    void *library = (void *)found;
    const char *(*core_name)(void);
    load(library, "cblas_sgemm", &out->sgemm, sizeof out->sgemm);
    load(library, "cblas_dgemm", &out->dgemm, sizeof out->dgemm);
    load(library, "openblas_get_corename", &core_name, sizeof core_name);
    out->core = core_name ? core_name() : "";
    out->core_is_generic = !strcmp(out->core, "Prescott") || !strcmp(out->core, "Generic");
    return 1;
}

#else

int mlops__blas_get(mlops__blas *out) {
    memset(out, 0, sizeof *out);
    return 0;
}

#endif
