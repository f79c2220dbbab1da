/* What the tests of runs share: a store over a clock of theirs, and cells of tables. */
#ifndef TESTS_UNIT_HELP_RUN_H
#define TESTS_UNIT_HELP_RUN_H

#include "unit/help_store.h"

#include "column/table.h"
#include "store/record.h"

/* Two clocks that stand still until a test moves them. */
typedef struct clocks {
    int64_t now, monotonic;
} clocks;

static inline int64_t clocks_now(void *ctx) { return ((clocks *)ctx)->now; }
static inline int64_t clocks_monotonic(void *ctx) { return ((clocks *)ctx)->monotonic; }

typedef struct ground {
    place place;
    clocks clocks;
    mlops_clock clock;
    mlops_host host;
    mlops_store *store;
} ground;

static inline void open_again(ground *g, mlops_store_index index) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &g->host;
    opts.sync = MLOPS_SYNC_RELAXED;
    opts.index = index;
    mlops_store_close(g->store);
    g->store = open_store(g->place.path, &opts);
}

static inline void make_ground(ground *g) {
    static const mlops_host plain = MLOPS_HOST_INIT;
    memset(g, 0, sizeof *g);
    make_place(&g->place);
    g->clocks.now = 1700000000000000000;
    g->clock = (mlops_clock){sizeof g->clock, 0, &g->clocks, clocks_now, clocks_monotonic};
    g->host = plain;
    g->host.clock = &g->clock;
    open_again(g, MLOPS_STORE_INDEX_FILE);
}

static inline void remove_ground(ground *g) {
    mlops_store_close(g->store);
    remove_place(&g->place);
}

static inline mlops_run *start(ground *g, const char *experiment, const mlops_run_opts *opts) {
    mlops_run *run;
    mlops_error e;
    works(mlops_run_start(&run, g->store, experiment, opts, &e), &e);
    return run;
}

static inline mlops_run *open_run(ground *g, const char *id) {
    mlops_run *run;
    mlops_error e;
    works(mlops_run_open(&run, g->store, id, &e), &e);
    return run;
}

static inline mlops_table *search(ground *g, const char *experiment, const char *filter) {
    mlops_table *found;
    mlops_error e;
    works(mlops_run_search(&found, g->store, experiment, filter, 1000000, &e), &e);
    return found;
}

static inline mlops_table *points(mlops_run *run, const char *metric) {
    mlops_table *out;
    mlops_error e;
    works(mlops_run_points(&out, run, metric, &e), &e);
    return out;
}

/* The cell as text; four live at a time. A null is "-", a missing column fails. */
static inline const char *cell(const mlops_table *t, int64_t row, const char *column) {
    static char texts[4][9000];
    static int next;
    char *out = texts[next++ % 4];
    int64_t i = mlops_table_find(t, column);
    if (i < 0) fail_msg("there is no column '%s'", column);
    assert_int_equal(mlops_table_text(t, i, row, out, sizeof texts[0], NULL), 0);
    return mlops__column_valid(mlops__table_column(t, i), row) ? out : "-";
}

static inline const char *describe(mlops_run *run) {
    static char text[20000];
    mlops_error e;
    works(mlops_run_describe(run, text, sizeof text, NULL, &e), &e);
    return text;
}

static inline void has(const char *text, const char *part) {
    if (!strstr(text, part)) fail_msg("'%s' lacks '%s'", text, part);
}

static inline void lacks(const char *text, const char *part) {
    if (strstr(text, part)) fail_msg("'%s' has '%s'", text, part);
}

#endif
