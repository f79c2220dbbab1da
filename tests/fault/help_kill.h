/* Kill -9 in the middle of a verb: a child process does it and is killed ahead of its n-th call
 * that changes a file, or half way through it, LMDB's own calls included. Then somebody judges what
 * is in the folder "now": stores, and a remote. */
#ifndef TESTS_FAULT_HELP_KILL_H
#define TESTS_FAULT_HELP_KILL_H

#include "fault/calls.h"
#include "fault/help_sound.h"

#include <mlops.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALLS_MOST = 5000 };

static char top[200];
static int64_t at_number, n_made;
static int in_the_middle;

static inline void must(int condition, const char *what) {
    if (condition) return;
    printf("Bail out! %s\n", what);
    fflush(stdout);
    exit(1);
}

static inline void shell(const char *command) {
    char text[1000];
    snprintf(text, sizeof text, "cd '%s' && %s", top, command);
    must(system(text) == 0, command);
}

/* ---- the child ---- */

static inline size_t before_call(const call *c) {
    static int halved;
    if (halved) raise(SIGKILL);
    if (++n_made != at_number) return c->n;
    if (!in_the_middle) raise(SIGKILL);
    if (c->kind != CALL_WRITE || c->n < 2) _exit(2); /* there is no middle */
    halved = 1;
    return c->n / 2;
}

/* ---- what is there ---- */

static inline mlops_store *open_in(const char *name) {
    mlops_store *s;
    char path[300];
    snprintf(path, sizeof path, "%s/now/%s", top, name);
    return mlops_store_open(&s, path, NULL, NULL) ? NULL : s;
}

static inline mlops_share *open_share(void) {
    mlops_share *share;
    char path[300];
    snprintf(path, sizeof path, "%s/now/r", top);
    return mlops_share_directory(&share, path, NULL, NULL) ? NULL : share;
}

static inline int is_sound_in(const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/now/%s", top, name);
    return is_sound(path, NULL);
}

/* ---- kills ---- */

/* 1 if it was killed, 0 if it came to its end first, 2 if there was no such call. */
static inline int run_killed(int (*verb)(void), int64_t n) {
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        at_number = n;
        calls_before = before_call;
        _exit(verb() ? 1 : 0);
    }
    must(pid > 0 && waitpid(pid, &status, 0) == pid, "fork");
    if (WIFSIGNALED(status)) return 1;
    must(WEXITSTATUS(status) != 1, "the verb fails undisturbed");
    return WEXITSTATUS(status);
}

/* Judged is told what was given. Every call is tried, or one in so many. */
static inline int run_verb(int number, const char *name, const char *found, int (*verb)(void),
                           int (*judge)(int), int given, int step) {
    char command[200];
    int n_kills = 0, n_bad = 0;
    snprintf(command, sizeof command, "rm -rf now && cp -r %s now", found);
    for (in_the_middle = 0; in_the_middle < 2; in_the_middle++)
        for (int64_t n = 1; n < CALLS_MOST; n += step) {
            shell(command);
            int result = run_killed(verb, n);
            if (result == 0) break;
            if (result != 1) continue;
            n_kills++;
            if (!judge(given)) continue;
            n_bad++;
            printf("# %s, killed %s call %lld\n", name,
                   in_the_middle ? "in the middle of" : "ahead of", (long long)n);
        }
    printf("%s %d - %s: killed %d times, %d bad\n", n_bad || !n_kills ? "not ok" : "ok", number,
           name, n_kills, n_bad);
    return n_bad || !n_kills;
}

static inline void begin_kills(void) {
    const char *tmp = getenv("TMPDIR");
    snprintf(top, sizeof top, "%.100s/mlops-kill-XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(top) != NULL, "mkdtemp");
}

static inline void end_kills(void) {
    char command[240];
    snprintf(command, sizeof command, "rm -rf '%s'", top);
    must(system(command) == 0, "rm");
}

#endif
