/* Kill -9 while a dataset is pushed or pulled: whoever goes on finds stores and remote whole, what
 * was told of, and no half of a version.
 *
 * Owns the folders that each verb finds: two stores and a remote, of which one store has a version
 * more. A child process does the verb and is killed ahead of its n-th call that changes a file, or
 * half way through it, for every n, LMDB's own calls included.
 */
#define _GNU_SOURCE
#include "fault/calls.h"
#include "fault/travel_model.h"

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

static void must(int condition, const char *what) {
    if (condition) return;
    printf("Bail out! %s\n", what);
    fflush(stdout);
    exit(1);
}

static void shell(const char *command) {
    char text[1000];
    snprintf(text, sizeof text, "cd '%s' && %s", top, command);
    must(system(text) == 0, command);
}

/* ---- the child ---- */

static size_t before_call(const call *c) {
    static int halved;
    if (halved) raise(SIGKILL);
    if (++n_made != at_number) return c->n;
    if (!in_the_middle) raise(SIGKILL);
    if (c->kind != CALL_WRITE || c->n < 2) _exit(2); /* there is no middle */
    halved = 1;
    return c->n / 2;
}

/* ---- verbs ---- */

static mlops_store *open_in(const char *name) {
    mlops_store *s;
    char path[300];
    snprintf(path, sizeof path, "%s/now/%s", top, name);
    return mlops_store_open(&s, path, NULL, NULL) ? NULL : s;
}

static mlops_share *open_share(void) {
    mlops_share *share;
    char path[300];
    snprintf(path, sizeof path, "%s/now/r", top);
    return mlops_share_directory(&share, path, NULL, NULL) ? NULL : share;
}

static int run(const char *name, int (*verb)(mlops_store *, const mlops_share *)) {
    mlops_store *s = open_in(name);
    mlops_share *share = open_share();
    int bad = !s || !share || verb(s, share);
    mlops_share_close(share);
    mlops_store_close(s);
    return bad;
}

static int push_a(void) { return run("a", travel_push); }

static int pull_b(void) { return run("b", travel_pull); }

static int pull_c(void) { return run("c", travel_pull); }

/* ---- judging ---- */

static int version_in(const char *name) {
    mlops_store *s = open_in(name);
    int version = s ? travel_version(s) : -2;
    mlops_store_close(s);
    return version;
}

static int is_sound(const char *name) {
    char path[300];
    snprintf(path, sizeof path, "%s/now/%s", top, name);
    return travel_is_sound(path, NULL);
}

/* pushed: the remote has the new version for sure. */
static int judge(int pushed) {
    int b = version_in("b");
    if (version_in("a") != 1 || b < 0 || pull_c() || version_in("c") < pushed) return 1;
    if (push_a() || pull_b() || version_in("b") != 1) return 1;
    return !is_sound("a") || !is_sound("b");
}

/* ---- scenarios ---- */

/* 1 if it was killed, 0 if it came to its end first, 2 if there was no such call. */
static int run_killed(int (*verb)(void), int64_t n) {
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

static int run_verb(int number, const char *name, const char *found, int (*verb)(void),
                    int pushed) {
    char command[200];
    int n_kills = 0, n_bad = 0;
    snprintf(command, sizeof command, "rm -rf now && cp -r %s now", found);
    for (in_the_middle = 0; in_the_middle < 2; in_the_middle++)
        for (int64_t n = 1; n < CALLS_MOST; n++) {
            shell(command);
            int result = run_killed(verb, n);
            if (result == 0) break;
            if (result != 1) continue;
            n_kills++;
            if (!judge(pushed)) continue;
            n_bad++;
            printf("# %s, killed %s call %lld\n", name,
                   in_the_middle ? "in the middle of" : "ahead of", (long long)n);
        }
    printf("%s %d - %s: killed %d times, %d bad\n", n_bad || !n_kills ? "not ok" : "ok", number,
           name, n_kills, n_bad);
    return n_bad || !n_kills;
}

/* What a push finds, and what a pull does: copies, made while nobody has them open. */
static void prepare(void) {
    mlops_store *a;
    shell("mkdir now");
    a = open_in("a");
    must(a && !travel_commit(a, 0), "prepare");
    mlops_store_close(a);
    must(!push_a() && !pull_b(), "prepare");
    a = open_in("a");
    must(a && !travel_commit(a, 1), "prepare");
    mlops_store_close(a);
    shell("cp -r now committed");
    must(!push_a(), "prepare");
    shell("cp -r now pushed");
}

int main(void) {
    const char *tmp = getenv("TMPDIR");
    snprintf(top, sizeof top, "%.100s/mlops-kill-XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(top) != NULL, "mkdtemp");
    travel_begin();
    prepare();
    printf("1..2\n");
    int failed = run_verb(1, "push", "committed", push_a, 0);
    failed |= run_verb(2, "pull", "pushed", pull_b, 1);
    char command[240];
    snprintf(command, sizeof command, "rm -rf '%s'", top);
    must(system(command) == 0, "rm");
    return failed;
}
