/* The model handle: loading, sharing, asking.
 *
 * Owns the payload, the forest and the names of a model. Invariant: a mlops_model never changes
 * once it is handed out, but for the count of its shares and for its id, which is told once.
 */
#include "base/opts.h"
#include "column/meter.h"
#include "file/container.h"
#include "file/file.h"
#include "model/build/handle.h"
#include "model/build/lgbm.h"
#include "model/build/model_cache.h"
#include "model/build/onnx_compile.h"
#include "model/build/tune_walks.h"
#include "model/build/ubjson.h"
#include "model/build/xgb.h"

#include <string.h>

/* What the options may ask for. */
static const char *const wanted_names[] = {NULL, "xgboost", "lightgbm", "onnx", "bundle"};

enum { WANTED_ANY, WANTED_XGBOOST, WANTED_LIGHTGBM, WANTED_ONNX, WANTED_BUNDLE, WANTED };

typedef struct loading {
    mlops__host host;
    mlops__meter meter;
    size_t memory_max;
    int wanted;
    const char *folder; /* of the cache; NULL: none */
    mlops__external external;
    mlops__buf nodes; /* of the forest, given back last: heaps keep what is freed before */
    mlops_error *err;
} loading;

static mlops_status begin(loading *self, const mlops_model_opts *given, mlops_error *err) {
    mlops_model_opts opts;
    self->err = err;
    MLOPS_TRY(mlops__opts_copy(&opts, sizeof opts, given, "mlops_model_opts", err));
    if (opts.flags || opts.memory_max < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_model_opts: flags must be 0, memory_max 0 or more");
    self->wanted = WANTED_ANY;
    for (int i = 1; opts.format && i < WANTED; i++)
        if (strcmp(opts.format, wanted_names[i]) == 0) self->wanted = i;
    if (opts.format && self->wanted == WANTED_ANY)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_model_opts: format \"%s\" is none of \"xgboost\", \"lightgbm\", "
                           "\"onnx\" and \"bundle\"",
                           opts.format);
    self->folder = opts.cache;
    self->external = (mlops__external){opts.external, opts.external_user};
    MLOPS_TRY(mlops__host_init(&self->host, opts.host, err));
    uint64_t max = opts.memory_max ? (uint64_t)opts.memory_max : (uint64_t)1 << 30;
    self->memory_max = max < SIZE_MAX / 2 ? (size_t)max : SIZE_MAX / 2;
    mlops__meter_init(&self->meter, &self->host.allocator, self->memory_max);
    return MLOPS_OK;
}

/* Memory that the limit refused is a limit, and not the machine's end. */
static mlops_status judge(const loading *self, mlops_status status) {
    if (status != MLOPS_E_NOMEM || !self->meter.exceeded) return status;
    return mlops__fail(self->err, MLOPS_E_LIMIT,
                       "the model takes more than memory_max, which is %zu bytes",
                       self->memory_max);
}

static void destroy(mlops_model *self) {
    const mlops_allocator allocator = self->host.allocator;
    self->arena.allocator = &allocator;
    mlops__arena_free(&self->arena);
    self->tables.allocator = &allocator;
    mlops__arena_free(&self->tables);
    if (self->cached.data) mlops__file_close(&self->cached, &self->host);
    else
        mlops__free_aligned(&allocator, (void *)(uintptr_t)self->payload, self->payload_size,
                            self->payload_align);
    mlops__free_aligned(&allocator, self, sizeof *self, 64);
}

static mlops_status index_names(mlops_model *self, mlops_error *err) {
    if (!self->plan.names) return MLOPS_OK;
    size_t n = self->plan.n_features;
    self->names = mlops__arena_array(&self->arena, n, sizeof *self->names);
    if (!self->names) return mlops__fail_nomem(err, n * sizeof *self->names);
    const char *name = self->plan.names;
    for (size_t i = 0; i < n; i++, name += strlen(name) + 1) self->names[i] = name;
    return MLOPS_OK;
}

static mlops_status choose_kernels(mlops_model *self, const loading *from) {
    return mlops__tune_best(&self->forest, &self->walks, &self->plan,
                            from->host.cpu == MLOPS_CPU_AVX512, &self->tables, &from->meter.table,
                            from->err);
}

static mlops_status open_graph(mlops_model *self, const loading *from) {
    mlops__plan core;
    MLOPS_TRY(mlops__graph_model_open(&self->graph, self->payload, self->payload_size, &self->arena,
                                      from->err));
    self->plan.info = "onnx\0\0"; /* and no objective or booster */
    self->plan.n_features = (uint32_t)self->graph->shape.n_features;
    self->names = self->graph->names;
    self->graph->kern = self->kern;
    MLOPS_TRY(mlops__graph_forests_tune(&self->graph->forests, &self->graph->graph, self->kern,
                                        from->host.cpu == MLOPS_CPU_AVX512, &self->arena,
                                        &from->meter.table, from->err));
    MLOPS_TRY(mlops__graph_core_find(&self->graph->core, &self->graph->graph, &self->graph->shape,
                                     &core, &self->arena, from->err));
    if (self->graph->core) self->plan = core;
    if (self->graph->core && self->graph->forests) {
        self->forest = self->graph->forests->forests[0];
        self->walks = self->graph->forests->walks[0];
    }
    return MLOPS_OK;
}

static mlops_status open_plan(mlops_model *self, const loading *from) {
    MLOPS_TRY(mlops__plan_open(&self->plan, self->payload, self->payload_size, from->err));
    MLOPS_TRY(index_names(self, from->err));
    return choose_kernels(self, from);
}

static int is_graph(const uint8_t *payload, size_t n) {
    return n >= 4 && memcmp(payload, "GRPH", 4) == 0;
}

/* What it takes to predict is told by the file: none is handed out that asks for too much. */
static mlops_status check_context(const mlops_model *self, mlops_error *err) {
    char size[32] = "more bytes than there can be";
    size_t n = mlops_context_size(self, NULL);
    if (n && n <= self->memory_max) return MLOPS_OK;
    if (n) mlops__format(size, sizeof size, "%zu bytes", n);
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "to predict with this model takes %s of memory; memory_max of "
                       "mlops_model_opts allows %zu",
                       size, self->memory_max);
}

static mlops_status finish(mlops_model *self, const loading *from) {
    int graph = is_graph(self->payload, self->payload_size);
    MLOPS_TRY(graph ? open_graph(self, from) : open_plan(self, from));
    MLOPS_TRY(check_context(self, from->err));
    /* Nothing is added any more; the meter ends with loading. */
    self->arena.allocator = self->tables.allocator = NULL;
    return MLOPS_OK;
}

static mlops_model *new_model(const loading *from) {
    const mlops_allocator *allocator = &from->meter.table;
    mlops_model *self = mlops__alloc_aligned(allocator, sizeof *self, 64);
    if (!self) return NULL;
    memset(self, 0, sizeof *self);
    atomic_init(&self->refs, 1);
    self->host = from->host;
    self->memory_max = from->memory_max;
    self->kern = mlops__kern_for(from->host.cpu);
    mlops__arena_init(&self->arena, allocator, SIZE_MAX);
    mlops__arena_init(&self->tables, allocator, SIZE_MAX);
    return self;
}

/* That of a graph is moved to whole cache lines. */
static void take_payload(mlops_model *self, const loading *from, mlops__buf *payload) {
    enum { LINE = 64 };
    size_t n = payload->size;
    if (!is_graph(payload->data, n)) {
        self->payload = mlops__buf_detach(payload);
        self->payload_align = MLOPS__ALIGN;
    } else {
        uint8_t *lines = mlops__alloc_aligned(&from->meter.table, n, LINE);
        if (lines) memcpy(lines, payload->data, n);
        self->payload = lines;
        self->payload_align = LINE;
    }
    if (self->payload) self->payload_size = n;
}

/* Takes payload over, also after an error. */
static mlops_status make(mlops_model **out, const loading *from, mlops__buf *payload) {
    size_t n = payload->size;
    mlops_model *self = new_model(from);
    if (self) take_payload(self, from, payload);
    mlops__buf_free(payload);
    mlops_status status =
        self && self->payload ? finish(self, from) : mlops__fail_nomem(from->err, n);
    if (status == MLOPS_OK) *out = self;
    else if (self) destroy(self);
    return status;
}

static int open_cached(mlops_model **out, const loading *from, const mlops__model_cache *cache) {
    mlops_model *self = new_model(from);
    if (!self) return 0;
    /* Walks are laid out again: that takes less than to read the model. */
    if (!mlops__model_cache_open(cache, self, from->memory_max) || index_names(self, NULL) ||
        (!self->forest && choose_kernels(self, from)) || check_context(self, NULL)) {
        destroy(self);
        return 0;
    }
    self->arena.allocator = self->tables.allocator = NULL;
    *out = self;
    return 1;
}

/* From the events of XGBoost's formats, or else from LightGBM's text. */
static mlops_status compile(mlops__source *source, loading *from, const uint8_t *bytes, size_t n,
                            mlops__buf *payload) {
    const mlops_allocator *allocator = &from->meter.table;
    mlops__ir ir;
    mlops__ir_init(&ir, allocator);
    ir.words_max = SIZE_MAX / 128 < n ? SIZE_MAX / 2 : ((size_t)64 << 20) + 64 * n;
    mlops_status status = source ? mlops__xgb_import(&ir, source, allocator)
                                 : mlops__lgbm_import(&ir, bytes, n, allocator, from->err);
    if (status == MLOPS_OK) status = mlops__ir_compile(&ir, payload, from->err);
    from->nodes = ir.nodes;
    mlops__buf_init(&ir.nodes, allocator);
    mlops__ir_free(&ir);
    return status;
}

static mlops_status read_json(loading *from, const uint8_t *bytes, size_t n, mlops__buf *payload) {
    mlops__arena arena; /* of texts with escapes */
    mlops__source_json source;
    mlops__arena_init(&arena, &from->meter.table, SIZE_MAX);
    mlops__source_json_init(&source, bytes, n, mlops__kern_for(from->host.cpu), &arena, from->err);
    mlops_status status = compile(&source.base, from, bytes, n, payload);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status parse_onnx(loading *from, const uint8_t *bytes, size_t n, mlops__arena *arena,
                               mlops__onnx *out) {
    mlops__arena_init(arena, &from->meter.table, SIZE_MAX);
    return mlops__onnx_read(out, bytes, n, from->external.ask ? &from->external : NULL, arena,
                            from->err);
}

static mlops_status read_onnx(loading *from, const uint8_t *bytes, size_t n, mlops__buf *payload) {
    mlops__arena arena;
    mlops__onnx model;
    mlops_status status = parse_onnx(from, bytes, n, &arena, &model);
    if (status == MLOPS_OK) status = mlops__onnx_compile(&model, &arena, payload, from->err);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status read_bundle(loading *from, const uint8_t *bytes, size_t n,
                                mlops__buf *payload) {
    mlops__container container;
    char name[MLOPS__CONTAINER_NAME];
    const mlops__kern *kern = mlops__kern_for(from->host.cpu);
    MLOPS_TRY(mlops__container_read(&container, bytes, n, 0, from->err));
    if (container.kind != MLOPS__KIND_BUNDLE)
        return mlops__fail(from->err, MLOPS_E_UNSUPPORTED, "this is %s, not a model or bundle",
                           mlops__container_name(bytes, n, name));
    MLOPS_TRY(mlops__container_verify(&container, kern->sha256_blocks, from->err));
    mlops__cursor plan = mlops__container_model(&container);
    if (plan.failed)
        return mlops__fail(from->err, MLOPS_E_CORRUPT,
                           "the bundle has not one model, in section PLAN or GRPH");
    mlops__buf_put(payload, plan.data, plan.size);
    return payload->status ? mlops__fail_nomem(from->err, plan.size) : MLOPS_OK;
}

static mlops_status find_format(const loading *from, const uint8_t *bytes, size_t n,
                                mlops__model_format *out) {
    MLOPS_TRY(mlops__model_format_find(bytes, n, out, from->err));
    static const int found[] = {[MLOPS__FORMAT_JSON] = WANTED_XGBOOST,
                                [MLOPS__FORMAT_UBJSON] = WANTED_XGBOOST,
                                [MLOPS__FORMAT_LIGHTGBM] = WANTED_LIGHTGBM,
                                [MLOPS__FORMAT_ONNX] = WANTED_ONNX,
                                [MLOPS__FORMAT_BUNDLE] = WANTED_BUNDLE};
    if (from->wanted == WANTED_ANY || from->wanted == found[*out]) return MLOPS_OK;
    return mlops__fail_at(from->err, MLOPS_E_CORRUPT, 0, 0, 0,
                          "the options ask for format \"%s\", the content is another",
                          wanted_names[from->wanted]);
}

static mlops_status read(loading *from, mlops__model_format format, const uint8_t *bytes, size_t n,
                         mlops__buf *payload) {
    if (format == MLOPS__FORMAT_LIGHTGBM) return compile(NULL, from, bytes, n, payload);
    if (format == MLOPS__FORMAT_ONNX) return read_onnx(from, bytes, n, payload);
    if (format == MLOPS__FORMAT_BUNDLE) return read_bundle(from, bytes, n, payload);
    if (format == MLOPS__FORMAT_JSON) return read_json(from, bytes, n, payload);
    mlops__ubjson source;
    mlops__ubjson_init(&source, bytes, n, from->err);
    return compile(&source.base, from, bytes, n, payload);
}

static mlops_status parse(mlops_model **out, loading *from, const uint8_t *bytes, size_t n) {
    mlops__model_format format;
    mlops__model_cache cache;
    mlops__buf payload;
    MLOPS_TRY(find_format(from, bytes, n, &format));
    mlops__model_cache_begin(&cache, from->folder, from->host.cpu, bytes, n);
    if (cache.folder && open_cached(out, from, &cache)) return MLOPS_OK;
    mlops__buf_init(&payload, &from->meter.table);
    mlops__buf_init(&from->nodes, &from->meter.table);
    mlops_status status = read(from, format, bytes, n, &payload);
    if (status == MLOPS_OK) status = make(out, from, &payload);
    else mlops__buf_free(&payload);
    mlops__buf_free(&from->nodes);
    if (status == MLOPS_OK && cache.folder && !(*out)->graph)
        mlops__model_cache_save(&cache, *out, &from->meter.table);
    return judge(from, status);
}

mlops_status mlops_model_load(mlops_model **out, const char *path, const mlops_model_opts *opts,
                              mlops_error *err) {
    loading self;
    mlops__file_view view;
    *out = NULL;
    MLOPS_TRY(begin(&self, opts, err));
    MLOPS_TRY(mlops__file_open(&view, &self.host, path, self.memory_max, 1, err));
    mlops_status status = parse(out, &self, view.data, view.size);
    mlops__file_close(&view, &self.host);
    return mlops__fail_path(err, status, path);
}

static mlops_status inspect(loading *from, const mlops__file_view *file, char *text, size_t cap,
                            size_t *needed) {
    mlops__model_format format;
    mlops__arena arena;
    mlops__onnx model;
    mlops__oc_list lost = {0};
    MLOPS_TRY(mlops__model_format_find(file->data, file->size, &format, from->err));
    if (format != MLOPS__FORMAT_ONNX)
        return mlops__fail(from->err, MLOPS_E_UNSUPPORTED,
                           "only ONNX files are inspected; load this one");
    mlops_status status = parse_onnx(from, file->data, file->size, &arena, &model);
    if (!status) status = mlops__onnx_missing(&model, &arena, &lost, from->err);
    if (!status) status = mlops__onnx_describe(&model, &lost, text, cap, needed);
    mlops__arena_free(&arena);
    return judge(from, status);
}

mlops_status mlops_model_inspect(const char *path, char *text, size_t cap, size_t *needed,
                                 const mlops_model_opts *opts, mlops_error *err) {
    loading self;
    mlops__file_view view;
    if (needed) *needed = 0;
    if (text && cap) text[0] = 0;
    MLOPS_TRY(begin(&self, opts, err));
    MLOPS_TRY(mlops__file_open(&view, &self.host, path, self.memory_max, 1, err));
    mlops_status status = inspect(&self, &view, text, cap, needed);
    mlops__file_close(&view, &self.host);
    if (status == MLOPS_E_ARENA)
        return mlops__fail(err, status, "the text has more than %zu bytes", cap);
    return mlops__fail_path(err, status, path);
}

mlops_status mlops_model_parse(mlops_model **out, const void *bytes, size_t n,
                               const mlops_model_opts *opts, mlops_error *err) {
    loading self;
    *out = NULL;
    MLOPS_TRY(begin(&self, opts, err));
    return parse(out, &self, bytes, n);
}

mlops_status mlops__model_from_plan(mlops_model **out, const void *bytes, size_t n,
                                    const mlops_host *host, mlops_error *err) {
    loading self;
    mlops__buf payload;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    *out = NULL;
    opts.host = host;
    MLOPS_TRY(begin(&self, &opts, err));
    mlops__meter_init(&self.meter, &self.host.allocator, SIZE_MAX);
    mlops__buf_init(&payload, &self.meter.table);
    mlops__buf_put(&payload, bytes, n);
    if (payload.status) return judge(&self, mlops__fail_nomem(err, n));
    return judge(&self, make(out, &self, &payload));
}

mlops_model *mlops_model_ref(mlops_model *self) {
    atomic_fetch_add_explicit(&self->refs, 1, memory_order_relaxed);
    return self;
}

void mlops_model_unref(mlops_model *self) {
    if (self && atomic_fetch_sub_explicit(&self->refs, 1, memory_order_acq_rel) == 1) destroy(self);
}

int64_t mlops_model_n_features(const mlops_model *self) { return self->plan.n_features; }

const char *mlops_model_feature_name(const mlops_model *self, int64_t index) {
    if (!self->names || index < 0 || index >= (int64_t)self->plan.n_features) return NULL;
    return self->names[index];
}

int64_t mlops__model_n_classes(const mlops_model *self) {
    return self->graph ? self->graph->n_classes : 0;
}

int mlops__model_takes_texts(const mlops_model *self) {
    return self->graph && self->graph->shape.has_texts;
}

const char *mlops_model_class_name(const mlops_model *self, int64_t index) {
    if (index < 0 || index >= mlops__model_n_classes(self)) return NULL;
    return self->graph->classes[index];
}

const uint8_t *mlops__model_plan(const mlops_model *self, size_t *n) {
    *n = self->payload_size;
    return self->payload;
}

const mlops__graph *mlops__model_graph(const mlops_model *self) {
    return self->graph ? &self->graph->graph : NULL;
}

const mlops__plan *mlops__model_opened(const mlops_model *self) { return &self->plan; }

/* Told by the first who asks, since most never do. */
mlops_id mlops__model_id(const mlops_model *shared) {
    enum { NONE, BUSY, DONE };
    mlops_model *self = (mlops_model *)(uintptr_t)shared;
    int none = NONE;
    mlops_id id;
    if (atomic_load_explicit(&self->id_state, memory_order_acquire) == DONE) return self->id;
    mlops__sha256 hash;
    mlops__sha256_init(&hash, self->kern->sha256_blocks);
    mlops__sha256_add(&hash, self->payload, self->payload_size);
    mlops__sha256_end(&hash, id.bytes);
    if (!atomic_compare_exchange_strong(&self->id_state, &none, BUSY)) return id;
    self->id = id;
    atomic_store_explicit(&self->id_state, DONE, memory_order_release);
    return id;
}

const mlops__host *mlops__model_host(const mlops_model *self) { return &self->host; }
