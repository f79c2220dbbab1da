/* Rows of a base that text is about to be compared with, loaded by all threads ahead of the one
 * that compares.
 *
 * Owns the rows, and what each thread reads with. Invariant: they are what that one would load
 * itself, so that the same content is kept in the same way, whatever of it is there in time.
 */
#include "store/packer.h"
#include "store/tabular.h"

enum { LOADS_MAX = 128 };

/* What one load gives. */
typedef struct warm_rows {
    uint64_t row, n; /* n is 0 if there are none */
    int is_loaded, is_ready;
    mlops__grid grid;
} warm_rows;

struct mlops__warm_team {
    int32_t n_workers;
    uint64_t begin; /* the row of the base that the stretch before this one began with */
    uint64_t end;   /* and the one behind the last that was found */
    size_t n_jobs;
    warm_rows *jobs[LOADS_MAX];
    warm_rows rows[LOADS_MAX];
    mlops__tabular workers[];
};

static size_t team_size(int32_t n_workers) {
    return sizeof(mlops__warm_team) + (size_t)n_workers * sizeof(mlops__tabular);
}

static mlops__warm_team *begin_team(mlops__packer *p) {
    const mlops_allocator *allocator = &p->store->host.allocator;
    int32_t n_workers = p->executor->n_workers;
    if (p->warm) return p->warm;
    mlops__warm_team *team = mlops__alloc_zero(allocator, team_size(n_workers));
    if (!team) return NULL;
    team->n_workers = n_workers;
    for (size_t i = 0; i < LOADS_MAX; i++) mlops__grid_init(&team->rows[i].grid, allocator);
    for (int32_t i = 0; i < n_workers; i++) mlops__tabular_init(&team->workers[i], p->store, NULL);
    return p->warm = team;
}

void mlops__packer_warm_free(mlops__packer *p) {
    mlops__warm_team *team = p->warm;
    if (!team) return;
    for (size_t i = 0; i < LOADS_MAX; i++) mlops__grid_free(&team->rows[i].grid);
    for (int32_t i = 0; i < team->n_workers; i++) mlops__tabular_free(&team->workers[i]);
    mlops__free(&p->store->host.allocator, team, team_size(team->n_workers));
    p->warm = NULL;
}

/* ---- loads ---- */

/* Rows that were passed make room; those that were loaded may be used from now on. */
static void turn(mlops__warm_team *team, uint64_t row) {
    for (size_t i = 0; i < LOADS_MAX; i++) {
        warm_rows *rows = &team->rows[i];
        rows->is_ready = rows->n && rows->is_loaded && rows->row + rows->n > row;
        if (!rows->is_ready) rows->n = 0;
    }
}

static warm_rows *find_room(mlops__warm_team *team) {
    for (size_t i = 0; i < LOADS_MAX; i++)
        if (!team->rows[i].n) return &team->rows[i];
    return NULL;
}

/* Loads of rows from first to to - 1; whatever is loaded together begins where the planner, who
 * goes on from its row, will ask for it. */
static void find_loads(mlops__packer *p, uint64_t first, uint64_t to) {
    mlops__warm_team *team = p->warm;
    mlops__tabular *base = &p->rows.base;
    mlops__tabular_run run;
    if (first < team->end) first = team->end;
    if (to > mlops__tabular_rows(base)) to = mlops__tabular_rows(base);
    for (uint64_t row = p->rows.base_row; row < to; row += run.n) {
        warm_rows *rows = find_room(team);
        if (!rows || mlops__tabular_trace(base, MLOPS__ROWS_DEPTH_MAX + 1, row, MLOPS__GROUP_ROWS,
                                          &run, NULL))
            return;
        if (row < first) continue;
        rows->row = row;
        rows->n = run.n;
        rows->is_loaded = 0;
        team->jobs[team->n_jobs++] = rows;
        team->end = row + run.n;
    }
}

/* Where most rows of a stretch are compared, those of the next one are, too. Its first ones are
 * left to who plans it: that is the share of one thread. */
size_t mlops__packer_warm_find(mlops__packer *p) {
    mlops__index index;
    mlops__row_planner *rows = &p->rows;
    uint64_t loaded = rows->n_loaded, row = rows->base_row;
    rows->n_loaded = 0;
    if (!p->executor || !mlops__recipe_has_rows(p->kind) || !rows->has_base || !loaded) return 0;
    mlops__warm_team *team = begin_team(p);
    if (!team) return 0;
    uint64_t passed = row - team->begin, size = mlops__tabular_size(&rows->base);
    uint64_t some = p->stretch * mlops__tabular_rows(&rows->base) / (size + 1) + 1;
    team->begin = row;
    team->n_jobs = 0;
    turn(team, row);
    if (passed > 2 * loaded) return 0;
    if (mlops__store_read_begin(p->store, &index, NULL)) return 0;
    rows->base.index = &index;
    find_loads(p, row + some + some / (uint64_t)team->n_workers, row + 2 * some);
    mlops__store_read_end(&index);
    return team->n_jobs;
}

void mlops__packer_warm_load(mlops__packer *p, size_t load, int32_t worker) {
    mlops__index index;
    warm_rows *rows = p->warm->jobs[load];
    mlops__tabular *base = &p->warm->workers[worker];
    if (mlops__store_read_begin(p->store, &index, NULL)) return;
    base->index = &index;
    mlops_status status = base->n ? MLOPS_OK : mlops__tabular_open(base, p->rows.base_id, NULL);
    if (!status) status = mlops__tabular_load(base, rows->row, (size_t)rows->n, NULL);
    if (!status) status = mlops__grid_line_up(&base->grid, NULL);
    mlops__store_read_end(&index);
    rows->is_loaded = !status;
    mlops__grid grid = base->grid;
    base->grid = rows->grid;
    rows->grid = grid;
}

int mlops__packer_warm_take(mlops__packer *p, uint64_t row) {
    mlops__tabular *base = &p->rows.base;
    for (size_t i = 0; p->warm && i < LOADS_MAX; i++) {
        warm_rows *rows = &p->warm->rows[i];
        if (!rows->is_ready || row < rows->row || row - rows->row >= rows->grid.n) continue;
        mlops__grid grid = base->grid;
        base->grid = rows->grid;
        base->grid_row = rows->row;
        rows->grid = grid;
        rows->n = 0;
        rows->is_ready = 0;
        return 1;
    }
    return 0;
}
