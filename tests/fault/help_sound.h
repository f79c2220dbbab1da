/* Is a store whole, all of its content read? */
#ifndef TESTS_FAULT_HELP_SOUND_H
#define TESTS_FAULT_HELP_SOUND_H

#include <mlops/check.h>

/* 0 if check finds faults. */
static inline int is_sound(const char *path, const mlops_store_opts *opts) {
    mlops_check *check;
    if (mlops_check_store(&check, path, opts, NULL)) return 0;
    int sound = mlops_check_n_faults(check) == 0;
    mlops_check_unref(check);
    return sound;
}

/* The same of what lies on a host. */
static inline int is_sound_on(const char *path, const mlops_host *host) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = host;
    return is_sound(path, &opts);
}

#endif
