/* Running scenarios with one call after another failing.
 *
 * Owns the host that a scenario sees: memory with a ledger, I/O that fails on demand, a clock that
 * stands still and bytes that are no surprise. Invariant: a run starts from an empty folder, so
 * that every failure can be had again from scenario, table, kind and number alone.
 */
#define _GNU_SOURCE
#include "fault/sweep.h"

#include "sys/host.h"
#include "sys/io_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 64, COMPLAINTS_MAX = 10, STORM = 7, CALLS_MAX = 2000000 };

/* About how many of its failures a sweep injects unless MLOPS_DEEP is set: of each kind of I/O
 * failure in memory, of each kind over the machine's files, and of the pairs. Allocations over
 * files in memory all fail. */
enum { MOST_IN_MEMORY = 36, MOST_ON_MACHINE = 18, MOST_PAIRS = 240 };

/* The names in a folder, and what they hold. */
typedef struct snapshot {
    int n;
    struct {
        char name[256];
        uint64_t hash;
    } files[FILES_MAX];
} snapshot;

typedef struct stage {
    const sweep_scenario *scenario;
    mlops__io_memory *memory; /* NULL: the machine's own files */
    char dir[64];
    mlops__alloc_fault alloc;
    mlops__io_fault io;
    mlops_clock clock;
    mlops_entropy entropy;
    uint8_t next_random;
    mlops_host host;
    snapshot before, after; /* of the undisturbed run */
    int n_complaints;
    int is_thinned; /* some failures were passed over */
} stage;

static int64_t n_alloc_faults, n_io_faults, n_tests, n_failed_tests;

static void complain(stage *s, const char *where, const char *what, int64_t number) {
    if (s->n_complaints++ < COMPLAINTS_MAX)
        printf("# %s, %s %lld: %s\n", s->scenario->name, where, (long long)number, what);
}

static int64_t still_clock(void *ctx) {
    (void)ctx;
    return INT64_C(1700000000) * 1000000000;
}

static int64_t plain_bytes(void *ctx, void *bytes, size_t n) {
    stage *s = ctx;
    memset(bytes, s->next_random++, n);
    return 0;
}

/* True if failure number of a sweep of n is one of those to inject, about most of them: every run
 * picks the same, and another series picks others. */
static int picked(stage *s, int64_t number, int64_t n, int64_t most, int series) {
    if (n <= most || getenv("MLOPS_DEEP")) return 1;
    uint64_t z = (uint64_t)number * 0x9e3779b97f4a7c15u + (uint64_t)series * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 30) * 0x94d049bb133111ebu;
    s->is_thinned = 1;
    return (z ^ z >> 31) % (uint64_t)n < (uint64_t)most;
}

static uint64_t hash_bytes(const uint8_t *bytes, size_t n) {
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < n; i++) hash = (hash ^ bytes[i]) * 0x100000001b3;
    return hash;
}

static void add_file(snapshot *out, const char *name, uint64_t hash) {
    if (out->n == FILES_MAX) abort();
    snprintf(out->files[out->n].name, sizeof out->files[0].name, "%s", name);
    out->files[out->n++].hash = hash;
}

static uint64_t hash_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) abort();
    uint64_t hash = 0xcbf29ce484222325;
    for (int c; (c = getc(file)) != EOF;) hash = (hash ^ (uint8_t)c) * 0x100000001b3;
    fclose(file);
    return hash;
}

static void take_snapshot(const stage *s, snapshot *out) {
    out->n = 0;
    if (s->scenario->uses & SWEEP_TREE) return;
    size_t n_dir = strlen(s->dir);
    if (s->memory) {
        for (int64_t i = 0; i < mlops__io_memory_n_files(s->memory); i++) {
            const char *path = mlops__io_memory_name(s->memory, i);
            size_t n;
            const uint8_t *bytes = mlops__io_memory_content(s->memory, path, &n);
            int inside = strncmp(path, s->dir, n_dir) == 0 && path[n_dir] == '/';
            add_file(out, inside ? path + n_dir + 1 : path, hash_bytes(bytes, n));
        }
        return;
    }
    DIR *dir = opendir(s->dir);
    if (!dir) abort();
    for (struct dirent *e; (e = readdir(dir));) {
        sweep_path path;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        add_file(out, e->d_name, hash_file(sweep_in(&path, s->dir, e->d_name)));
    }
    closedir(dir);
}

static int drop_one(const char *path, const struct stat *info, int type, struct FTW *at) {
    (void)info, (void)type;
    return at->level > 0 ? remove(path) : 0;
}

static void empty_folder(stage *s) {
    if (s->memory) mlops__io_memory_clear(s->memory);
    else nftw(s->dir, drop_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* The hash of a name, 0 if it is not there. */
static uint64_t hash_of(const snapshot *self, const char *name) {
    for (int i = 0; i < self->n; i++)
        if (strcmp(self->files[i].name, name) == 0) return self->files[i].hash;
    return 0;
}

/* True if each file is as in one of the two. */
static int between(const snapshot *now, const snapshot *before, const snapshot *after) {
    for (int i = 0; i < now->n; i++) {
        const char *name = now->files[i].name;
        uint64_t hash = now->files[i].hash;
        if (hash != hash_of(before, name) && hash != hash_of(after, name)) return 0;
    }
    for (int i = 0; i < before->n; i++) {
        const char *name = before->files[i].name;
        if (!hash_of(now, name) && hash_of(after, name)) return 0; /* it went away */
    }
    return 1;
}

/* The lowest free descriptor: it rises if one is left open. */
static int lowest_descriptor(void) {
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(fd);
    return fd;
}

static int files_held(const stage *s) {
    return s->memory ? (int)mlops__io_memory_n_open(s->memory) : lowest_descriptor();
}

static mlops_host calm_host(const stage *s) {
    mlops_host host = s->host;
    host.allocator = &mlops__heap;
    host.io = s->io.below;
    return host;
}

static void reset_stage(stage *s) {
    mlops__alloc_fault_init(&s->alloc);
    mlops__io_fault_init(&s->io, s->memory ? mlops__io_memory_table(s->memory) : &mlops__io_posix);
    s->clock = (mlops_clock){sizeof s->clock, 0, NULL, still_clock, still_clock};
    s->entropy = (mlops_entropy){sizeof s->entropy, 0, s, plain_bytes};
    s->next_random = 1;
    s->host = (mlops_host)MLOPS_HOST_INIT;
    s->host.allocator = &s->alloc.table;
    s->host.io = &s->io.table;
    s->host.clock = &s->clock;
    s->host.entropy = &s->entropy;
    empty_folder(s);
}

/* Prepares the folder; the faults are set by the caller behind it. */
static int prepare(stage *s) {
    reset_stage(s);
    mlops_host calm = calm_host(s);
    return s->scenario->setup ? s->scenario->setup(&calm, s->dir) : 0;
}

/* Runs and judges all that does not depend on the kind of fault. */
static int run_once(stage *s, const char *where, int64_t number, int leftovers) {
    int held = files_held(s);
    int status = s->scenario->run(&s->host, s->dir);
    s->alloc.fail_at = s->io.fail_at = 0;
    mlops_host calm = calm_host(s);
    snapshot now;
    take_snapshot(s, &now);
    if (status == SWEEP_WRONG) complain(s, where, "a verb succeeded with a wrong result", number);
    if (s->alloc.n_live) complain(s, where, "memory is still held", number);
    if (s->alloc.n_misused) complain(s, where, "a block came back changed", number);
    if (files_held(s) != held) complain(s, where, "a file or mapping is still open", number);
    if (!leftovers && s->after.n >= 0 && !between(&now, &s->before, &s->after))
        complain(s, where, "a file is neither as before nor as after", number);
    if (s->scenario->check && s->scenario->check(&calm, s->dir, status, s->io.failed))
        complain(s, where, "the scenario's own check fails", number);
    return status;
}

/* The undisturbed run: what there is to fail, and how files look before and after. */
static int run_clean(stage *s) {
    s->after.n = -1;
    if (prepare(s)) return complain(s, "setup", "it failed", 0), 0;
    take_snapshot(s, &s->before);
    int status = run_once(s, "undisturbed", 0, 0);
    if (status) complain(s, "undisturbed", "status", status);
    take_snapshot(s, &s->after);
    return status == 0 && s->n_complaints == 0;
}

static int64_t sweep_allocations(stage *s, int sticky, int64_t n_calls) {
    const char *where = sticky ? "allocations from" : "allocation";
    int64_t total = 0, most = s->memory ? CALLS_MAX : MOST_ON_MACHINE;
    for (int64_t k = 1; k < CALLS_MAX; k++) {
        if (k <= n_calls && !picked(s, k, n_calls, most, sticky)) continue;
        if (prepare(s)) complain(s, "setup", "it failed", k);
        s->alloc.fail_at = k;
        s->alloc.sticky = sticky;
        int status = run_once(s, where, k, 0);
        if (s->alloc.n_injected == 0) break;
        total += s->alloc.n_injected;
        if (status != MLOPS_E_NOMEM && status < 0)
            complain(s, where, mlops_status_name((mlops_status)status), k);
    }
    n_alloc_faults += total;
    return total;
}

typedef struct io_kind {
    const char *name;
    mlops__fault_kind kind;
    int os_code;
    int n_failing;
    int succeeds;  /* the library has to go on */
    int leftovers; /* nothing can be cleaned up any more */
} io_kind;

static const io_kind IO_KINDS[] = {
    {"EIO at call", MLOPS__FAULT_ERROR, EIO, 1, 0, 0},
    {"ENOSPC at call", MLOPS__FAULT_ERROR, ENOSPC, 1, 0, 0},
    {"EINTR at call", MLOPS__FAULT_ERROR, EINTR, 1, 1, 0},
    {"storm of EINTR at call", MLOPS__FAULT_ERROR, EINTR, STORM, 1, 0},
    {"short transfer at call", MLOPS__FAULT_SHORT, 0, 1, 1, 0},
    {"short transfers from call", MLOPS__FAULT_SHORT, 0, INT32_MAX, 1, 0},
    {"EIO from call", MLOPS__FAULT_STICKY, EIO, 1, 0, 1},
};

static int legal_status(const io_kind *kind, int status) {
    if (kind->succeeds) return status == MLOPS_OK;
    return status == MLOPS_OK || status == MLOPS_E_IO || status == MLOPS_E_NO_SPACE;
}

static int64_t sweep_io(stage *s, const io_kind *kind, int64_t n_calls) {
    int64_t total = 0, most = s->memory ? MOST_IN_MEMORY : MOST_ON_MACHINE;
    for (int64_t k = 1; k <= n_calls; k++) {
        if (!picked(s, k, n_calls, most, (int)(kind - IO_KINDS))) continue;
        if (prepare(s)) complain(s, "setup", "it failed", k);
        s->io.fail_at = k;
        s->io.kind = kind->kind;
        s->io.os_code = kind->os_code;
        s->io.n_failing = kind->n_failing;
        int status = run_once(s, kind->name, k, kind->leftovers);
        total += s->io.n_injected;
        if (!legal_status(kind, status))
            complain(s, kind->name, mlops_status_name((mlops_status)status), k);
    }
    n_io_faults += total;
    return total;
}

static void report(stage *s, const char *what, int64_t injected) {
    n_tests++;
    n_failed_tests += s->n_complaints != 0;
    printf("%s %lld - %s: %s, %lld failures injected%s\n", s->n_complaints ? "not ok" : "ok",
           (long long)n_tests, s->scenario->name, what, (long long)injected,
           s->is_thinned ? ", the others with MLOPS_DEEP=1" : "");
    fflush(stdout);
    s->n_complaints = s->is_thinned = 0;
}

static void run_allocations(stage *s) {
    int64_t total = 0;
    if (run_clean(s)) {
        int64_t n_calls = s->alloc.n_calls;
        total = sweep_allocations(s, 0, n_calls) + sweep_allocations(s, 1, n_calls);
        if (total == 0 && s->scenario->uses & SWEEP_MEMORY)
            complain(s, "allocations", "there was none: the host is not used", 0);
    }
    report(s, s->memory ? "allocations" : "allocations over the machine's files", total);
}

static void run_io(stage *s) {
    int64_t total = 0;
    if (run_clean(s)) {
        int64_t n_calls = s->io.n_calls;
        for (size_t i = 0; i < sizeof IO_KINDS / sizeof IO_KINDS[0]; i++)
            total += sweep_io(s, &IO_KINDS[i], n_calls);
        if (total == 0) complain(s, "I/O", "there was none: the host is not used", 0);
    }
    report(s, s->memory ? "I/O in memory" : "I/O on the machine's files", total);
}

/* An I/O call fails, and while that is cleaned up or worked around there is no memory either. */
static void run_compound(stage *s) {
    int64_t total = 0;
    if (run_clean(s)) {
        int64_t n_calls = s->io.n_calls, n_allocations = s->alloc.n_calls;
        int64_t n = 2 * n_calls * n_allocations;
        for (int64_t pair = 0; pair < n; pair++) {
            if (!picked(s, pair, n, MOST_PAIRS, 0)) continue;
            if (prepare(s)) complain(s, "setup", "it failed", pair);
            s->io.fail_at = pair / 2 / n_allocations + 1;
            s->io.os_code = EIO;
            s->alloc.fail_at = pair / 2 % n_allocations + 1;
            s->alloc.sticky = (int)(pair % 2);
            int status = run_once(s, "EIO and no memory, pair", pair, 0);
            n_io_faults += s->io.n_injected;
            n_alloc_faults += s->alloc.n_injected;
            total += s->io.n_injected + s->alloc.n_injected;
            if (status < 0 && status != MLOPS_E_NOMEM && status != MLOPS_E_IO)
                complain(s, "EIO and no memory, pair", mlops_status_name((mlops_status)status),
                         pair);
        }
    }
    report(s, "EIO and no memory", total);
}

static void run_scenario(const sweep_scenario *scenario) {
    stage *s = calloc(1, sizeof *s);
    if (!s || mlops__io_memory_new(&s->memory, &mlops__heap)) abort();
    s->scenario = scenario;
    snprintf(s->dir, sizeof s->dir, "/dir");
    run_allocations(s);
    if (scenario->uses & SWEEP_IO) run_io(s);
    if ((scenario->uses & ~SWEEP_TREE) == (SWEEP_MEMORY | SWEEP_IO)) run_compound(s);
    mlops__io_memory_free(s->memory);
    s->memory = NULL;
    if (scenario->uses & SWEEP_IO) {
        const char *tmp = getenv("TMPDIR");
        snprintf(s->dir, sizeof s->dir, "%.40s/mlops_sweep_XXXXXX", tmp ? tmp : "/tmp");
        if (!mkdtemp(s->dir)) abort();
        run_io(s);
        if (scenario->uses & SWEEP_TREE) run_allocations(s);
        empty_folder(s);
        rmdir(s->dir);
    }
    free(s);
}

static int begins(const char *name, const char *prefix) {
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

static int is_wanted(const char *name, char **prefixes) {
    int n = 0, found = 0;
    for (; *prefixes; prefixes++) {
        if (**prefixes == '-' && begins(name, *prefixes + 1)) return 0;
        if (**prefixes == '-') continue;
        found |= begins(name, *prefixes);
        n++;
    }
    return found || n == 0;
}

/* usage: fault_sweep [PREFIX|-PREFIX]...: all scenarios, those whose name begins with one of these,
 * or with none of those behind a minus. MLOPS_DEEP=1 passes no failure over. */
int main(int argc, char **argv) {
    const sweep_scenario *const lists[] = {
        sweep_bundle,    sweep_cells,    sweep_container,   sweep_dataset, sweep_deploy,
        sweep_diff,      sweep_drift,    sweep_expectation, sweep_feature, sweep_file,
        sweep_merge,     sweep_metric,   sweep_model,       sweep_monitor, sweep_online,
        sweep_pool,      sweep_anomaly,  sweep_detector,    sweep_profile, sweep_quality,
        sweep_reference, sweep_registry, sweep_run,         sweep_stats,   sweep_store,
        sweep_table,     sweep_version,  sweep_folder,      sweep_gc,      sweep_stream,
        sweep_remote,    sweep_lineage,  sweep_import,      sweep_erase,   sweep_sketch};
    (void)argc;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const sweep_scenario *one = lists[i]; one->name; one++)
            if (is_wanted(one->name, argv + 1)) run_scenario(one);
    printf("1..%lld\n", (long long)n_tests);
    printf("# failures injected: %lld allocations, %lld I/O calls\n", (long long)n_alloc_faults,
           (long long)n_io_faults);
    return n_failed_tests != 0;
}
