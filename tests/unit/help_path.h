/* A path for files of the tests' own, in a new folder, from the first test to the last:
 * cmocka_run_group_tests(tests, make_own_path, remove_own_path). */
#ifndef TESTS_UNIT_HELP_PATH_H
#define TESTS_UNIT_HELP_PATH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char own_folder[] = "/tmp/mlops_test_XXXXXX";
static char path[64];

static inline int make_own_path(void **state) {
    (void)state;
    if (!mkdtemp(own_folder)) return -1;
    (void)snprintf(path, sizeof path, "%s/file", own_folder);
    return 0;
}

/* -1 where a test leaves another file there. */
static inline int remove_own_path(void **state) {
    (void)state;
    (void)unlink(path);
    return rmdir(own_folder);
}

#endif
