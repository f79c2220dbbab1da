/* The cache of loading: files that hold a plan and its tuned layout.
 *
 * Owns the form of those files. Invariant: a file is written whole or not at all, and served only
 * if its checksum fits and every address in it lies inside it; whatever else a folder holds is as
 * if it were not there.
 */
#include "model/build/model_cache.h"

#include "base/hex.h"
#include "file/file.h"
#include "model/build/tune.h"

#include <string.h>

enum { HEAD = 128, ALIGN = 64, SUM_END = 24, VERSION_SIZE = 24, NAME_SIZE = 32 + 8 };

static const char MAGIC[8] = "MLTUNED\n";

/* What a file begins with. Numbers are the machine's own, as those of layouts are. */
typedef struct head {
    char magic[8];
    mlops__hash128 sum; /* of all that follows */
    mlops__hash128 key;
    uint64_t size;
    uint64_t plan_size;   /* behind the head; then, aligned, structs and what they point to */
    uint32_t forest_size; /* of its struct; 0: rows walk the plan */
    uint32_t teams_size;  /* of the one behind it; 0: there are none */
    uint8_t zero[64];
} head;

_Static_assert(sizeof(head) == HEAD, "what stands in files");

/* What a layout depends on beside the model. */
typedef struct surroundings {
    uint32_t order; /* of bytes */
    uint32_t form;
    uint32_t level;
    uint32_t sizes[5]; /* of what tables are made of */
    char version[VERSION_SIZE];
} surroundings;

void mlops__model_cache_begin(mlops__model_cache *self, const char *folder, mlops_cpu level,
                              const uint8_t *bytes, size_t n) {
    struct {
        mlops__hash128 content;
        uint64_t n;
        surroundings here;
    } key;
    self->folder = folder;
    if (!folder) return;
    memset(&key, 0, sizeof key);
    key.content = mlops__hash_128(bytes, n);
    key.n = n;
    key.here = (surroundings){0x01020304,
                              MLOPS__TUNE_FORM,
                              (uint32_t)level,
                              {sizeof(void *), sizeof(mlops__forest), sizeof(mlops__forest_teams),
                               sizeof(mlops__forest_tree), sizeof(mlops__forest_test)},
                              ""};
    mlops__format(key.here.version, sizeof key.here.version, "%s", mlops_version());
    self->key = mlops__hash_128(&key, sizeof key);
}

/* To be freed with *size; NULL if memory is out. */
static char *path_of(const mlops__model_cache *self, const mlops_allocator *allocator,
                     size_t *size) {
    char low[17], high[17];
    *size = strlen(self->folder) + 1 + NAME_SIZE;
    char *out = mlops__alloc(allocator, *size);
    if (!out) return NULL;
    mlops__hex_u64(high, self->key.high);
    mlops__hex_u64(low, self->key.low);
    mlops__format(out, *size, "%s/%s%s.tuned", self->folder, high, low);
    return out;
}

/* ---- addresses ---- */

/* Where the structs of a layout keep addresses. */
static const size_t in_forest[] = {
    offsetof(mlops__forest, slot_table), offsetof(mlops__forest, words),
    offsetof(mlops__forest, trees),      offsetof(mlops__forest, slots),
    offsetof(mlops__forest, bounds),     offsetof(mlops__forest, deep),
    offsetof(mlops__forest, cuts),       offsetof(mlops__forest, leaves),
    offsetof(mlops__forest, base),       offsetof(mlops__forest, nodes),
    offsetof(mlops__forest, tests),      offsetof(mlops__forest, teams),
    offsetof(mlops__forest, planes)};
static const size_t in_teams[] = {offsetof(mlops__forest_teams, top),
                                  offsetof(mlops__forest_teams, first),
                                  offsetof(mlops__forest_teams, cells)};

/* A struct of a layout, in memory or in a file, and where it has addresses. */
typedef struct relocated {
    uint8_t *bytes;
    size_t size;
    const size_t *at;
    size_t n;
} relocated;

static relocated of_forest(void *bytes) {
    return (relocated){bytes, sizeof(mlops__forest), in_forest,
                       sizeof in_forest / sizeof *in_forest};
}

static relocated of_teams(void *bytes) {
    return (relocated){bytes, sizeof(mlops__forest_teams), in_teams,
                       sizeof in_teams / sizeof *in_teams};
}

static uintptr_t address_at(const relocated *self, size_t offset) {
    uintptr_t out;
    memcpy(&out, self->bytes + offset, sizeof out);
    return out;
}

static void put_address(const relocated *self, size_t offset, uintptr_t value) {
    memcpy(self->bytes + offset, &value, sizeof value);
}

/* Places in the file become addresses. False if one is not inside. */
static int settle(const relocated *self, const mlops__file_view *view) {
    for (size_t i = 0; i < self->n; i++) {
        uintptr_t place = address_at(self, self->at[i]);
        if (place == 0) continue;
        if (place < HEAD || place > view->size) return 0;
        put_address(self, self->at[i], (uintptr_t)view->data + place);
    }
    return 1;
}

/* ---- reading ---- */

/* Where the structs are. */
static size_t structs_at(uint64_t plan_size) {
    return (HEAD + (size_t)plan_size + ALIGN - 1) / ALIGN * ALIGN;
}

static int fits(const mlops__model_cache *self, const mlops__file_view *view) {
    const head *h = (const head *)(const void *)view->data;
    if (view->size < HEAD || (uintptr_t)view->data % ALIGN) return 0;
    if (memcmp(h->magic, MAGIC, sizeof MAGIC) != 0) return 0;
    if (h->size != view->size || memcmp(&h->key, &self->key, sizeof self->key) != 0) return 0;
    if (h->plan_size > view->size - HEAD) return 0;
    size_t teams = sizeof(mlops__forest_teams), forest = sizeof(mlops__forest);
    if (h->forest_size && h->forest_size != forest) return 0;
    if (h->teams_size && (h->teams_size != teams || !h->forest_size)) return 0;
    if (h->forest_size && view->size < structs_at(h->plan_size) + forest + teams) return 0;
    mlops__hash128 sum = mlops__hash_128(view->data + SUM_END, view->size - SUM_END);
    return memcmp(&sum, &h->sum, sizeof sum) == 0;
}

static int take_forest(mlops_model *model) {
    const mlops__file_view *view = &model->cached;
    const head *h = (const head *)(const void *)view->data;
    const uint8_t *structs_begin = view->data + structs_at(h->plan_size);
    if (!h->forest_size) return 1;
    mlops__forest *forest = mlops__arena_alloc(&model->arena, sizeof *forest);
    mlops__forest_teams *teams =
        h->teams_size ? mlops__arena_alloc(&model->arena, sizeof *teams) : NULL;
    if (!forest || (h->teams_size && !teams)) return 0;
    memcpy(forest, structs_begin, sizeof *forest);
    relocated structs[] = {of_forest(forest), of_teams(teams)};
    if (teams) memcpy(teams, structs_begin + sizeof *forest, sizeof *teams);
    if (!settle(&structs[0], view) || (teams && !settle(&structs[1], view))) return 0;
    forest->teams = teams;
    model->forest = forest;
    return 1;
}

int mlops__model_cache_open(const mlops__model_cache *self, mlops_model *model, size_t max) {
    size_t size;
    const mlops__host *host = &model->host;
    char *path = path_of(self, &host->allocator, &size);
    if (!path) return 0;
    mlops_status status = mlops__file_open(&model->cached, host, path, max, 1, NULL);
    mlops__free(&host->allocator, path, size);
    if (status) return 0;
    const head *h = (const head *)(const void *)model->cached.data;
    if (fits(self, &model->cached) &&
        !mlops__plan_find(&model->plan, model->cached.data + HEAD, (size_t)h->plan_size, NULL) &&
        take_forest(model)) {
        model->payload = model->cached.data + HEAD;
        model->payload_size = (size_t)h->plan_size;
        return 1;
    }
    model->forest = NULL;
    mlops__file_close(&model->cached, host);
    return 0;
}

/* ---- writing ---- */

static int is_listed(const relocated *self, size_t offset) {
    for (size_t i = 0; i < self->n; i++)
        if (self->at[i] == offset) return 1;
    return 0;
}

/* The block that bytes are is to be at place: what points into it, does so in the copy. False if
 * something does that is not listed. */
static int point_into(const relocated *self, const relocated *copy, const uint8_t *bytes, size_t n,
                      size_t place, size_t *found) {
    for (size_t offset = 0; offset + sizeof(void *) <= self->size; offset += sizeof(void *)) {
        uintptr_t address = address_at(self, offset);
        if (address < (uintptr_t)bytes || address - (uintptr_t)bytes > n) continue;
        if (!is_listed(self, offset)) return 0;
        put_address(copy, offset, address - (uintptr_t)bytes + place);
        ++*found;
    }
    return 1;
}

static size_t count_addresses(const relocated *self) {
    size_t n = 0;
    for (size_t i = 0; i < self->n; i++) n += address_at(self, self->at[i]) != 0;
    return n;
}

/* In the copy of a block that is to be at place, a struct that the block has holds nothing. */
static void wipe(mlops__buf *out, const void *object, size_t size, const uint8_t *bytes, size_t n,
                 size_t place) {
    uintptr_t offset = (uintptr_t)object - (uintptr_t)bytes;
    if (object && !out->status && offset < n) memset(out->data + place + offset, 0, size);
}

/* Structs, and the arena's blocks such that alignments stay. */
static int put_forest(mlops__buf *out, const mlops_model *model, head *h) {
    mlops__forest forest = *model->forest, forest_copy = forest;
    mlops__forest_teams teams = {NULL, NULL, NULL, 0, 0}, teams_copy;
    if (forest.teams) teams = *forest.teams;
    teams_copy = teams;
    const relocated structs[] = {of_forest(&forest), of_teams(&teams)};
    const relocated copies[] = {of_forest(&forest_copy), of_teams(&teams_copy)};
    h->forest_size = sizeof forest;
    h->teams_size = forest.teams ? sizeof teams : 0;
    mlops__buf_align(out, ALIGN);
    mlops__buf_zero(out, sizeof forest + sizeof teams);
    const struct mlops__arena_block *block = NULL;
    const uint8_t *bytes;
    size_t n, found = 0;
    while ((block = mlops__arena_next(&model->tables, block, &bytes, &n)) != NULL) {
        mlops__buf_zero(out, ((uintptr_t)bytes - out->size) % ALIGN);
        size_t place = out->size;
        for (int i = 0; i < 2; i++)
            if (!point_into(&structs[i], &copies[i], bytes, n, place, &found)) return 0;
        mlops__buf_put(out, bytes, n);
        wipe(out, model->forest, sizeof forest, bytes, n, place);
        wipe(out, forest.teams, sizeof teams, bytes, n, place);
    }
    if (out->status || found != count_addresses(&structs[0]) + count_addresses(&structs[1]))
        return 0;
    uint8_t *at = out->data + structs_at(model->payload_size);
    memcpy(at, &forest_copy, sizeof forest_copy);
    memcpy(at + sizeof forest_copy, &teams_copy, sizeof teams_copy);
    return 1;
}

static int lay_out(const mlops__model_cache *self, const mlops_model *model, mlops__buf *out) {
    head h;
    memset(&h, 0, sizeof h);
    mlops__buf_zero(out, HEAD);
    mlops__buf_put(out, model->payload, model->payload_size);
    if (model->forest && !put_forest(out, model, &h)) return 0;
    if (out->status) return 0;
    memcpy(h.magic, MAGIC, sizeof MAGIC);
    h.key = self->key;
    h.size = out->size;
    h.plan_size = model->payload_size;
    memcpy(out->data, &h, sizeof h);
    h.sum = mlops__hash_128(out->data + SUM_END, out->size - SUM_END);
    memcpy(out->data, &h, sizeof h);
    return 1;
}

void mlops__model_cache_save(const mlops__model_cache *self, const mlops_model *model,
                             const mlops_allocator *allocator) {
    size_t size;
    mlops__buf out;
    char *path = path_of(self, allocator, &size);
    if (!path) return;
    mlops__buf_init(&out, allocator);
    if (lay_out(self, model, &out)) {
        mlops__file_bytes all = {&model->host.io, out.data, out.size};
        (void)mlops__file_put(&model->host, path, mlops__file_fill_bytes, &all, INT64_MIN, NULL,
                              NULL);
    }
    mlops__buf_free(&out);
    mlops__free(allocator, path, size);
}
