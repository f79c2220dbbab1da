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

/* Structs of a layout that have addresses. Each has its place in a file, whether it is there or
 * not.
 */
enum { FOREST, TEAMS, WALKS, STRUCTS };

static const char MAGIC[8] = "MLTUNED\n";

/* What a file begins with. Numbers are the machine's own, as those of layouts are. */
typedef struct head {
    char magic[8];
    mlops__hash128 sum; /* of all that follows */
    mlops__hash128 key;
    uint64_t size;
    uint64_t plan_size;      /* behind the head; then, aligned, structs and what they point to */
    uint32_t sizes[STRUCTS]; /* 0: there is none */
    uint8_t zero[60];
} head;

_Static_assert(sizeof(head) == HEAD, "what stands in files");

/* What a layout depends on beside the model. */
typedef struct surroundings {
    uint32_t order; /* of bytes */
    uint32_t form;
    uint32_t level;
    uint32_t sizes[6]; /* of what layouts are made of */
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
                               sizeof(mlops__walks), sizeof(mlops__forest_tree),
                               sizeof(mlops__forest_test)},
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

static const size_t in_forest[] = {
    offsetof(mlops__forest, slot_table), offsetof(mlops__forest, words),
    offsetof(mlops__forest, trees),      offsetof(mlops__forest, slots),
    offsetof(mlops__forest, bounds),     offsetof(mlops__forest, deep),
    offsetof(mlops__forest, cuts),       offsetof(mlops__forest, leaves),
    offsetof(mlops__forest, base),       offsetof(mlops__forest, nodes),
    offsetof(mlops__forest, tests),      offsetof(mlops__forest, planes),
    offsetof(mlops__forest, teams)};
static const size_t in_teams[] = {offsetof(mlops__forest_teams, top),
                                  offsetof(mlops__forest_teams, first),
                                  offsetof(mlops__forest_teams, cells)};
static const size_t in_walks[] = {offsetof(mlops__walks, slots), offsetof(mlops__walks, trees),
                                  offsetof(mlops__walks, nodes), offsetof(mlops__walks, values),
                                  offsetof(mlops__walks, base)};

#define COUNT(list) (sizeof(list) / sizeof *(list))
static const struct {
    size_t size;
    const size_t *at; /* of addresses */
    size_t n;
} kinds[STRUCTS] = {
    [FOREST] = {sizeof(mlops__forest), in_forest, COUNT(in_forest)},
    [TEAMS] = {sizeof(mlops__forest_teams), in_teams, COUNT(in_teams)},
    [WALKS] = {sizeof(mlops__walks), in_walks, COUNT(in_walks)},
};
enum { STRUCTS_SIZE = sizeof(mlops__forest) + sizeof(mlops__forest_teams) + sizeof(mlops__walks) };

static uintptr_t address_at(const uint8_t *object, size_t offset) {
    uintptr_t out;
    memcpy(&out, object + offset, sizeof out);
    return out;
}

static void put_address(uint8_t *object, size_t offset, uintptr_t value) {
    memcpy(object + offset, &value, sizeof value);
}

/* Where the structs are in a file. */
static size_t structs_at(uint64_t plan_size) {
    return (HEAD + (size_t)plan_size + ALIGN - 1) / ALIGN * ALIGN;
}

static size_t struct_at(uint64_t plan_size, int kind) {
    size_t at = structs_at(plan_size);
    for (int i = 0; i < kind; i++) at += kinds[i].size;
    return at;
}

/* ---- reading ---- */

static int fits(const mlops__model_cache *self, const mlops__file_view *view) {
    const head *h = (const head *)(const void *)view->data;
    if (view->size < HEAD || (uintptr_t)view->data % ALIGN) return 0;
    if (memcmp(h->magic, MAGIC, sizeof MAGIC) != 0) return 0;
    if (h->size != view->size || memcmp(&h->key, &self->key, sizeof self->key) != 0) return 0;
    if (h->plan_size > view->size - HEAD) return 0;
    if (view->size < structs_at(h->plan_size) + STRUCTS_SIZE) return 0;
    for (int i = 0; i < STRUCTS; i++)
        if (h->sizes[i] && h->sizes[i] != kinds[i].size) return 0;
    mlops__hash128 sum = mlops__hash_128(view->data + SUM_END, view->size - SUM_END);
    return memcmp(&sum, &h->sum, sizeof sum) == 0;
}

/* A copy of a struct in which places in the file have become addresses; NULL if one is not inside.
 */
static void *take_struct(mlops_model *model, int kind) {
    const mlops__file_view *view = &model->cached;
    const head *h = (const head *)(const void *)view->data;
    uint8_t *object = mlops__arena_alloc(&model->arena, kinds[kind].size);
    if (!object) return NULL;
    memcpy(object, view->data + struct_at(h->plan_size, kind), kinds[kind].size);
    for (size_t i = 0; i < kinds[kind].n; i++) {
        uintptr_t place = address_at(object, kinds[kind].at[i]);
        if (place == 0) continue;
        if (place < HEAD || place > view->size) return NULL;
        put_address(object, kinds[kind].at[i], (uintptr_t)view->data + place);
    }
    return object;
}

static int take_structs(mlops_model *model) {
    const head *h = (const head *)(const void *)model->cached.data;
    void *objects[STRUCTS] = {NULL};
    for (int i = 0; i < STRUCTS; i++) {
        objects[i] = h->sizes[i] ? take_struct(model, i) : NULL;
        if (h->sizes[i] && !objects[i]) return 0;
    }
    model->forest = objects[FOREST];
    model->walks = objects[WALKS];
    if (model->forest) model->forest->teams = objects[TEAMS];
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
        take_structs(model)) {
        model->payload = model->cached.data + HEAD;
        model->payload_size = (size_t)h->plan_size;
        return 1;
    }
    mlops__file_close(&model->cached, host);
    return 0;
}

/* ---- writing ---- */

static int is_listed(int kind, size_t offset) {
    for (size_t i = 0; i < kinds[kind].n; i++)
        if (kinds[kind].at[i] == offset) return 1;
    return 0;
}

/* What is written while a layout is. */
typedef struct laying {
    const uint8_t *objects[STRUCTS]; /* NULL: there is none */
    uint8_t copies[STRUCTS_SIZE];    /* of all, with places in the file */
    size_t n_due;                    /* addresses */
    size_t n_found;
} laying;

/* How many addresses of a struct point into the block, which is to be at place: they become places.
 * -1 if one does that is not listed. */
static int point_into(laying *self, int kind, const uint8_t *bytes, size_t n, size_t place) {
    const uint8_t *object = self->objects[kind];
    uint8_t *copy = self->copies + struct_at(0, kind) - structs_at(0);
    int found = 0;
    for (size_t offset = 0; object && offset < kinds[kind].size; offset += sizeof(void *)) {
        uintptr_t address = address_at(object, offset);
        if (address < (uintptr_t)bytes || address - (uintptr_t)bytes > n) continue;
        if (!is_listed(kind, offset)) return -1;
        put_address(copy, offset, address - (uintptr_t)bytes + place);
        found++;
    }
    return found;
}

/* In the copy of a block at place, the structs themselves hold nothing. */
static void wipe(const laying *self, mlops__buf *out, const uint8_t *bytes, size_t n,
                 size_t place) {
    for (int i = 0; i < STRUCTS; i++) {
        uintptr_t offset = (uintptr_t)self->objects[i] - (uintptr_t)bytes;
        if (self->objects[i] && offset < n) memset(out->data + place + offset, 0, kinds[i].size);
    }
}

/* A block of the arena, unless nothing is in it that is of use, such that alignments stay. */
static int put_block(laying *self, mlops__buf *out, const uint8_t *bytes, size_t n) {
    size_t gap = ((uintptr_t)bytes - out->size) % ALIGN, place = out->size + gap,
           before = self->n_found;
    for (int i = 0; i < STRUCTS; i++) {
        int found = point_into(self, i, bytes, n, place);
        if (found < 0) return 0;
        self->n_found += (size_t)found;
    }
    if (self->n_found == before) return 1;
    mlops__buf_zero(out, gap);
    mlops__buf_put(out, bytes, n);
    if (!out->status) wipe(self, out, bytes, n, place);
    return 1;
}

/* Structs, and what they point to. */
static int put_layout(mlops__buf *out, const mlops_model *model, head *h) {
    laying self = {{(const uint8_t *)model->forest,
                    model->forest ? (const uint8_t *)model->forest->teams : NULL,
                    (const uint8_t *)model->walks},
                   {0},
                   0,
                   0};
    for (int i = 0; i < STRUCTS; i++) {
        if (!self.objects[i]) continue;
        h->sizes[i] = (uint32_t)kinds[i].size;
        memcpy(self.copies + struct_at(0, i) - structs_at(0), self.objects[i], kinds[i].size);
        for (size_t k = 0; k < kinds[i].n; k++)
            self.n_due += address_at(self.objects[i], kinds[i].at[k]) != 0;
    }
    mlops__buf_align(out, ALIGN);
    mlops__buf_zero(out, STRUCTS_SIZE);
    const struct mlops__arena_block *block = NULL;
    const uint8_t *bytes;
    size_t n;
    while ((block = mlops__arena_next(&model->tables, block, &bytes, &n)) != NULL)
        if (!put_block(&self, out, bytes, n)) return 0;
    if (out->status || self.n_found != self.n_due) return 0;
    memcpy(out->data + structs_at(model->payload_size), self.copies, STRUCTS_SIZE);
    return 1;
}

static int lay_out(const mlops__model_cache *self, const mlops_model *model, mlops__buf *out) {
    head h;
    memset(&h, 0, sizeof h);
    mlops__buf_zero(out, HEAD);
    mlops__buf_put(out, model->payload, model->payload_size);
    if (!put_layout(out, model, &h) || out->status) return 0;
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
