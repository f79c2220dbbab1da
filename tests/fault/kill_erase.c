/* Kill -9 while data is erased, and while the erasure is pushed or pulled: whoever goes on brings
 * it to its end. Then commits are whole but for what was to go, no frame of a pack has any of that,
 * and the stores are sound.
 *
 * Owns the folders that each verb finds: a store, a clone of it, and a remote that both were at.
 */
#define _GNU_SOURCE
#include "fault/erase_model.h"
#include "fault/help_kill.h"

/* ---- verbs ---- */

static int finish(mlops_store *s) {
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    return mlops_dataset_erase(s, NULL, NULL, NULL, &stat, NULL) || !stat.done;
}

static int erase_both(mlops_store *s) {
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    return erase_run(s, 0, &stat) || !stat.done || erase_run(s, 1, &stat) || !stat.done;
}

static int erase_a(void) {
    mlops_store *s = open_in("a");
    int bad = !s || erase_both(s);
    mlops_store_close(s);
    return bad;
}

static int push_a(void) {
    mlops_store *s = open_in("a");
    mlops_share *share = open_share();
    int bad =
        !s || !share || mlops_dataset_push(s, mlops_share_remote(share), "d", NULL, NULL, NULL);
    mlops_share_close(share);
    mlops_store_close(s);
    return bad;
}

static int pull_in(const char *name) {
    mlops_store *s = open_in(name);
    mlops_share *share = open_share();
    int bad = !s || !share ||
              mlops_dataset_pull(s, mlops_share_remote(share), "d", NULL, NULL, NULL) || finish(s);
    mlops_share_close(share);
    mlops_store_close(s);
    return bad;
}

static int pull_b(void) { return pull_in("b"); }

/* ---- judging ---- */

/* Behind at least so many erasures, each of them there whole or not at all; then behind both. */
static int goes_on(const char *name, int least) {
    mlops_store *s = open_in(name);
    int k = s ? erase_n(s) : -1;
    int good = k >= least && erase_holds(s, k) && erase_goes_on(s, k);
    mlops_store_close(s);
    return good && is_sound_in(name);
}

static int judge(int least) {
    mlops_store *b = open_in("b");
    int k = b ? erase_n(b) : -1;
    int bad = k < 0 || !erase_holds(b, k);
    mlops_store_close(b);
    if (bad || !goes_on("a", least) || push_a() || pull_b()) return 1;
    return !goes_on("b", 2) || pull_in("c") || !goes_on("c", 2);
}

/* ---- scenarios ---- */

static void prepare(void) {
    shell("mkdir now");
    mlops_store *a = open_in("a");
    for (int i = 0; i < ERASE_VERSIONS; i++) must(a && !erase_commit(a, i), "commit");
    mlops_store_close(a);
    must(!push_a() && !pull_b(), "push and pull");
    shell("cp -r now committed");
    must(!erase_a(), "erase");
    shell("cp -r now erased");
    must(!push_a(), "push");
    shell("cp -r now pushed");
}

/* usage: kill_erase [STEP]: one call in so many. */
int main(int argc, char **argv) {
    int step = argc > 1 ? atoi(argv[1]) : 1;
    must(step > 0, "STEP is 1 or more");
    begin_kills();
    prepare();
    printf("1..3\n");
    int failed = run_verb(1, "erase", "committed", erase_a, judge, 0, step);
    failed |= run_verb(2, "push of erasures", "erased", push_a, judge, 2, step);
    failed |= run_verb(3, "pull of erasures", "pushed", pull_b, judge, 2, step);
    end_kills();
    return failed;
}
