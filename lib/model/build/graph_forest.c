/* The forests of a graph: laid out as those of other models, and run in blocks of rows.
 *
 * Owns how the room of a run is cut up: a head, ranks, sums. Invariant: a row gives the bits of
 * walking the plan, alone and in any block.
 */
#include "model/build/graph_forest.h"

#include "model/build/tune_walks.h"

#include <string.h>

enum { LANES = MLOPS__FOREST_LANES, ALIGN = 64, BLOCK_MIN = 24 };

/* What a run is handed. */
typedef struct room {
    const mlops__graph_forests *self;
    int8_t *ranks;
    void *sums; /* n_groups * 64 */
} room;

mlops_status mlops__graph_forests_tune(mlops__graph_forests **out, const mlops__graph *graph,
                                       const mlops__kern *kern, int wide, mlops__arena *arena,
                                       const mlops_allocator *scratch, mlops_error *err) {
    uint32_t n = mlops__graph_n_forests(graph), n_tuned = 0;
    size_t left = graph->size; /* steps that share a plan are not laid out without end */
    *out = NULL;
    if (n == 0) return MLOPS_OK;
    mlops__graph_forests *self = mlops__arena_alloc(arena, sizeof *self);
    mlops__plan *plans = mlops__arena_array(arena, n, sizeof *plans);
    mlops__forest **forests = mlops__arena_array(arena, n, sizeof *forests);
    mlops__walks **walks = mlops__arena_array(arena, n, sizeof *walks);
    if (!self || !plans || !forests || !walks) return mlops__fail_nomem(err, n * sizeof *plans);
    *self = (mlops__graph_forests){kern, plans, forests, walks, n};
    for (uint32_t i = 0; i < n; i++) {
        MLOPS_TRY(mlops__graph_forest_plan(graph, i, &plans[i]));
        forests[i] = NULL;
        walks[i] = NULL;
        if (plans[i].size > left) continue;
        left -= plans[i].size;
        MLOPS_TRY(mlops__tune_best(&forests[i], &walks[i], &plans[i], wide, arena, scratch, err));
        n_tuned += forests[i] || walks[i];
    }
    if (n_tuned) *out = self;
    return MLOPS_OK;
}

static size_t padded(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }

/* Bytes of the ranks, or of the sums, of a block of the forest that needs most. */
static size_t largest(const mlops__graph_forests *self, int sums) {
    size_t most = 0;
    for (uint32_t i = 0; i < self->n; i++) {
        size_t n = sums ? self->plans[i].n_groups * mlops__plan_number_size(&self->plans[i])
                   : self->forests[i] ? (size_t)self->forests[i]->n_slots + 1
                   : self->walks[i]   ? mlops__walks_keys(self->walks[i])
                                      : 0;
        if (n > most) most = n;
    }
    return padded(most * LANES);
}

size_t mlops__graph_forests_room(const mlops__graph_forests *self) {
    return self ? padded(sizeof(room)) + largest(self, 0) + largest(self, 1) : 0;
}

static mlops__row row_at(mlops__row rows, int64_t offset) {
    return (mlops__row){rows.f32 ? rows.f32 + offset : NULL, rows.f64 ? rows.f64 + offset : NULL};
}

/* Sums of lanes to margins of rows. */
static void turn(const void *sums, size_t n, size_t n_groups, size_t size, uint8_t *margins) {
    for (size_t i = 0; i < n; i++)
        for (size_t g = 0; g < n_groups; g++, margins += size)
            memcpy(margins, (const uint8_t *)sums + (g * LANES + i) * size, size);
}

static void run_forest(void *ctx, uint32_t index, mlops__row rows, int64_t n, void *margins) {
    const room *in = ctx;
    const mlops__graph_forests *self = in->self;
    const mlops__forest *forest = self->forests[index];
    const mlops__walks *walks = self->walks[index];
    const mlops__plan *plan = &self->plans[index];
    size_t size = mlops__plan_number_size(plan), step = plan->n_groups * size;
    mlops__forest_reals sums = {in->sums};
    for (int64_t i = 0, count; i < n; i += count) {
        mlops__row row = row_at(rows, i * plan->n_features);
        mlops__forest_rows given = {row.f32, row.f64};
        uint8_t *to = (uint8_t *)margins + (size_t)i * step;
        count = 1;
        if (!forest && !walks) {
            mlops__plan_margin(plan, row, (mlops__sums){to});
        } else if (walks && n - i < BLOCK_MIN) {
            mlops__walks_row(walks, given, in->ranks, sums);
            memcpy(to, in->sums, step);
        } else if (n - i < BLOCK_MIN) {
            self->kern->forest_rank_row(forest, given, in->ranks);
            self->kern->forest_sum_row(forest, in->ranks, sums);
            memcpy(to, in->sums, step);
        } else {
            count = n - i < LANES ? n - i : LANES;
            if (forest) {
                self->kern->forest_rank_rows(forest, given, (size_t)count, in->ranks);
                self->kern->forest_sum_rows(forest, in->ranks, (size_t)count, sums);
            } else {
                mlops__walks_rows(walks, given, (size_t)count, in->ranks, sums);
            }
            turn(in->sums, (size_t)count, plan->n_groups, size, to);
        }
    }
}

void mlops__graph_forests_use(const mlops__graph_forests *self, mlops__graph_run *run, void *mem) {
    room *head = mem;
    uint8_t *p = (uint8_t *)mem + padded(sizeof(room));
    if (!self) return;
    *head = (room){self, (int8_t *)p, p + largest(self, 0)};
    mlops__graph_set_forests(run, run_forest, head);
}
