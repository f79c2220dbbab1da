/* Groups of rows that stand by themselves, made by several threads.
 *
 * Owns what each thread works in. Invariant: where groups end is found ahead of them, by the same
 * rule by which one thread finds it, and they are planned in order: so the same content is kept in
 * the same way, however many threads there are.
 */
#include "store/packer.h"

/* A group that is to be made; what the next one is made of begins behind it. */
typedef struct group_job {
    const uint8_t *text;
    size_t ahead; /* bytes that are looked at */
    int is_last;  /* nothing is behind them */
    size_t taken;
    uint64_t rows;
    uint8_t hash[MLOPS__TEXT_HASH];
    mlops__planned chunk;
    mlops__buf payload, zones;
    mlops_status status;
    mlops_error err;
} group_job;

typedef struct group_worker {
    mlops__grid grid;
    mlops__buf group;
    mlops__codec codec;
} group_worker;

struct mlops__group_team {
    int32_t n_workers;
    size_t n_jobs;
    group_job jobs[MLOPS__PACKER_BATCH];
    group_worker workers[];
};

static size_t team_size(int32_t n_workers) {
    return sizeof(mlops__group_team) + (size_t)n_workers * sizeof(group_worker);
}

static mlops_status begin_team(mlops__packer *p, mlops_error *err) {
    const mlops_allocator *allocator = &p->store->host.allocator;
    int32_t n_workers = p->executor->n_workers;
    if (p->team) return MLOPS_OK;
    p->team = mlops__alloc_zero(allocator, team_size(n_workers));
    if (!p->team) return mlops__fail_nomem(err, team_size(n_workers));
    p->team->n_workers = n_workers;
    for (size_t i = 0; i < MLOPS__PACKER_BATCH; i++) {
        mlops__buf_init(&p->team->jobs[i].payload, allocator);
        mlops__buf_init(&p->team->jobs[i].zones, allocator);
    }
    for (int32_t i = 0; i < n_workers; i++) {
        group_worker *worker = &p->team->workers[i];
        mlops__grid_init(&worker->grid, allocator);
        mlops__buf_init(&worker->group, allocator);
        mlops__codec_init(&worker->codec, &p->store->host);
    }
    return MLOPS_OK;
}

void mlops__packer_groups_free(mlops__packer *p) {
    mlops__group_team *team = p->team;
    if (!team) return;
    for (size_t i = 0; i < MLOPS__PACKER_BATCH; i++) {
        mlops__buf_free(&team->jobs[i].payload);
        mlops__buf_free(&team->jobs[i].zones);
    }
    for (int32_t i = 0; i < team->n_workers; i++) {
        mlops__grid_free(&team->workers[i].grid);
        mlops__buf_free(&team->workers[i].group);
        mlops__codec_free(&team->workers[i].codec);
    }
    mlops__free(&p->store->host.allocator, team, team_size(team->n_workers));
    p->team = NULL;
}

/* ---- jobs ---- */

static void find_jobs(mlops__packer *p) {
    mlops__group_team *team = p->team;
    uint64_t at = p->at;
    team->n_jobs = 0;
    while (p->at < p->end && team->n_jobs < MLOPS__PACKER_BATCH) {
        group_job *job = &team->jobs[team->n_jobs];
        job->text = mlops__packer_ahead(p, &job->ahead);
        job->is_last = mlops__packer_is_last(p, job->ahead);
        job->taken = mlops__grid_measure(&p->rows.dialect, job->text, job->ahead, job->is_last);
        if (job->taken == 0) break;
        job->status = mlops__fail(&job->err, MLOPS_E_CANCELLED, "the executor failed");
        p->at += job->taken;
        team->n_jobs++;
    }
    p->at = at;
}

static mlops_status make_group(group_job *job, group_worker *worker,
                               const mlops__dialect *dialect) {
    uint8_t key[MLOPS__CHUNK_KEY];
    mlops_error *err = &job->err;
    mlops__buf *group = &worker->group;
    MLOPS_TRY(mlops__grid_parse(&worker->grid, dialect, job->text, job->ahead, job->is_last,
                                &job->taken, err));
    group->size = job->payload.size = job->zones.size = 0;
    MLOPS_TRY(mlops__group_write(&worker->grid, group, err));
    MLOPS_TRY(mlops__zones_add(&worker->grid, &job->zones, err));
    mlops__hash128 h = mlops__hash_128(job->text, job->taken);
    mlops__store_u64(job->hash, h.low);
    mlops__store_u64(job->hash + 8, h.high);
    job->rows = worker->grid.n;
    mlops__chunk_key(key, group->data, group->size);
    return mlops__planned_pack(&job->chunk, &worker->codec, &job->payload, key, group->data,
                               group->size, MLOPS__CHUNK_UNPLACED, err);
}

mlops_status mlops__packer_groups_find(mlops__packer *p, size_t *n, mlops_error *err) {
    *n = 0;
    if (!p->executor || !mlops__packer_rows_are_alone(p) || p->store->verifies) return MLOPS_OK;
    MLOPS_TRY(begin_team(p, err));
    find_jobs(p);
    *n = p->team->n_jobs;
    return MLOPS_OK;
}

void mlops__packer_groups_make(mlops__packer *p, size_t group, int32_t worker) {
    group_job *job = &p->team->jobs[group];
    job->status = make_group(job, &p->team->workers[worker], &p->rows.dialect);
}

/* ---- planning ---- */

static mlops_status put_job(mlops__packer *p, mlops__index *index, const group_job *job,
                            mlops_error *err) {
    const uint8_t *key = job->chunk.frame.key;
    mlops__chunk_found found;
    if (job->status && err) *err = job->err;
    if (job->status) return job->status;
    mlops__recipe_put_rows(&p->recipe, &(mlops__piece){.kind = MLOPS__PIECE_GROUP,
                                                       .size = job->taken,
                                                       .rows = job->rows,
                                                       .hash = job->hash,
                                                       .key = key});
    p->at += job->taken;
    if (p->rows.zones.size / sizeof(mlops__zone) <= MLOPS__ZONES_MAX)
        mlops__buf_put(&p->rows.zones, job->zones.data, job->zones.size);
    if (p->rows.zones.status) return mlops__fail_nomem(err, job->zones.size);
    MLOPS_TRY(mlops__content_has_chunk_now(p->store, index, key, NULL, &found, err));
    if (found == MLOPS__CHUNK_THERE) return MLOPS_OK;
    mlops__planned *chunk = &p->batch.chunks[p->batch.n++];
    *chunk = job->chunk;
    chunk->at = p->batch.payloads.size;
    mlops__buf_put(&p->batch.payloads, job->payload.data, job->payload.size);
    return p->batch.payloads.status ? mlops__fail_nomem(err, job->payload.size) : MLOPS_OK;
}

mlops_status mlops__packer_groups_plan(mlops__packer *p, mlops_error *err) {
    mlops__index index;
    p->batch.n = p->batch.payloads.size = 0;
    MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < p->team->n_jobs && !status; i++)
        status = put_job(p, &index, &p->team->jobs[i], err);
    mlops__store_read_end(&index);
    if (!status && p->recipe.status) status = mlops__fail_nomem(err, p->recipe.size);
    return status;
}
