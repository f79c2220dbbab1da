/* Kill -9 while a dataset is pushed or pulled: whoever goes on finds stores and remote whole, what
 * was told of, and no half of a version.
 *
 * Owns the folders that each verb finds: two stores and a remote, of which one store has a version
 * more. A child process does the verb and is killed ahead of its n-th call that changes a file, or
 * half way through it, for every n, LMDB's own calls included.
 */
#define _GNU_SOURCE
#include "fault/help_kill.h"
#include "fault/travel_model.h"

/* ---- verbs ---- */

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

/* pushed: the remote has the new version for sure. */
static int judge(int pushed) {
    int b = version_in("b");
    if (version_in("a") != 1 || b < 0 || pull_c() || version_in("c") < pushed) return 1;
    if (push_a() || pull_b() || version_in("b") != 1) return 1;
    return !is_sound_in("a") || !is_sound_in("b");
}

/* ---- scenarios ---- */

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
    begin_kills();
    travel_begin();
    prepare();
    printf("1..2\n");
    int failed = run_verb(1, "push", "committed", push_a, judge, 0, 1);
    failed |= run_verb(2, "pull", "pushed", pull_b, judge, 1, 1);
    end_kills();
    return failed;
}
