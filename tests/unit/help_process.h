/* What the tests of several processes share: children that end in time and tell where they failed.
 */
#ifndef TESTS_UNIT_HELP_PROCESS_H
#define TESTS_UNIT_HELP_PROCESS_H

#include "unit/help_store.h"

#include <signal.h>
#include <sys/wait.h>

enum { PATIENCE = 250 /* seconds after which a process that waits has waited in vain */ };

/* In the child: no asserts, since they jump back into the parent's list of tests. */
static inline void must(int condition, int where) {
    if (!condition) leave(where & 127);
}
#define MUST(condition) must((condition) != 0, __LINE__)

static inline pid_t child_begins(void) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        for (int i = 1; i < 32; i++) signal(i, SIG_DFL);
        alarm(PATIENCE);
    }
    return pid;
}

static inline void ends_well(pid_t pid) {
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status)) fail_msg("the child ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status)) fail_msg("the child failed at line %d", WEXITSTATUS(status));
}

static inline mlops_store *open_quietly(const char *path, mlops_sync sync,
                                        mlops_store_index index) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_store *s = NULL;
    opts.sync = sync;
    opts.index = index;
    return mlops_store_open(&s, path, &opts, NULL) ? NULL : s;
}

#endif
