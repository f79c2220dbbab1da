/* Lowering of ONNX's operators over texts.
 *
 * Owns their table. Invariant: lists that a text is matched against are sorted by their bytes.
 */
#include "model/build/onnx_ml.h"

#include <string.h>

static int compare(mlops__onnx_text x, mlops__onnx_text y) {
    size_t n = x.n < y.n ? x.n : y.n;
    int order = n ? memcmp(x.text, y.text, n) : 0;
    return order ? order : x.n < y.n ? -1 : x.n > y.n;
}

static void sift(mlops__onnx_text *texts, size_t n, size_t at) {
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare(texts[child], texts[child + 1]) < 0) child++;
        if (compare(texts[at], texts[child]) >= 0) return;
        mlops__onnx_text swapped = texts[at];
        texts[at] = texts[child];
        texts[child] = swapped;
    }
}

static mlops_status sorted(mlops__oc *self, const mlops__onnx_attribute *given, uint32_t *out) {
    mlops__onnx_text *texts = mlops__arena_array(self->arena, given->n, sizeof *texts);
    if (!texts) return mlops__fail_nomem(self->err, given->n * sizeof *texts);
    memcpy(texts, given->texts, given->n * sizeof *texts);
    for (size_t i = given->n / 2; i-- > 0;) sift(texts, given->n, i);
    for (size_t i = given->n; i-- > 1;) {
        mlops__onnx_text swapped = texts[0];
        texts[0] = texts[i];
        texts[i] = swapped;
        sift(texts, i, 0);
    }
    return mlops__oc_texts(self, texts, given->n, out);
}

static mlops_status lower_normalizer(mlops__oc *self) {
    static const char *const cases[] = {"NONE", "LOWER", "UPPER"};
    const mlops__onnx_attribute *stop = mlops__oc_attribute(self, "stopwords");
    uint32_t in[] = {mlops__oc_in(self, 0), MLOPS__ITEM_NONE}, out;
    int64_t ints[] = {0, mlops__oc_int(self, "is_case_sensitive", 0) != 0};
    while (ints[0] < 3 && !mlops__oc_is(self, "case_change_action", "NONE", cases[ints[0]]))
        ints[0]++;
    if (ints[0] == 3) return mlops__oc_no(self, "its change of case is unknown");
    if (stop && stop->n) MLOPS_TRY(sorted(self, stop, &in[1]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_TEXT_NORMALIZE, 2, in, 2, ints, &out));
    return mlops__oc_out(self, 0, out);
}

static int is_plain(const mlops__onnx_attribute *list) {
    for (size_t i = 0; i < list->n; i++)
        for (size_t j = 0; j < list->texts[i].n; j++)
            if (memchr("\\^$.|?*+()[]{}", list->texts[i].text[j], 14)) return 0;
    return 1;
}

static mlops_status expression(mlops__oc *self, const char *pattern, size_t n, mlops__emit *step) {
    mlops__buf bytes;
    uint32_t states = 0;
    mlops_error error = {0};
    mlops__buf_init(&bytes, self->allocator);
    mlops_status status = mlops__graph_expression(&bytes, &states, pattern, n, &error);
    uint8_t *copy = status ? NULL : mlops__arena_array(self->arena, bytes.size, 1);
    int64_t size = (int64_t)bytes.size;
    if (copy) memcpy(copy, bytes.data, bytes.size);
    mlops__buf_free(&bytes);
    if (status == MLOPS_E_NOMEM || (!status && !copy)) return mlops__fail_nomem(self->err, 64);
    if (status) return mlops__oc_no(self, "its expression: %.*s", 150, error.message);
    step->scratch = 5 * (int64_t)states + 2 + MLOPS__GRAPH_TOKEN_WORDS;
    return mlops__oc_constant(self, MLOPS__GRAPH_BYTES, 1, &size, copy, &step->inputs[1]);
}

/* Separators are expressions, too; plain texts are found as they are. */
static mlops_status separators(mlops__oc *self, const mlops__onnx_attribute *list,
                               mlops__emit *step) {
    mlops__buf all;
    step->scratch = 1;
    if (is_plain(list)) return mlops__oc_texts(self, list->texts, list->n, &step->inputs[1]);
    step->ints[0] |= 2;
    mlops__buf_init(&all, self->allocator);
    for (size_t i = 0; i < list->n; i++) {
        mlops__buf_text(&all, i ? "|(" : "(");
        mlops__buf_put(&all, list->texts[i].text, list->texts[i].n);
        mlops__buf_text(&all, ")");
    }
    mlops_status status = all.status ? mlops__fail_nomem(self->err, all.size)
                                     : expression(self, (const char *)all.data, all.size, step);
    mlops__buf_free(&all);
    return status;
}

static mlops_status lower_tokenizer(mlops__oc *self) {
    const mlops__onnx_attribute *pad = mlops__oc_attribute(self, "pad_value");
    const mlops__onnx_attribute *list = mlops__oc_attribute(self, "separators");
    const mlops__onnx_attribute *pattern = mlops__oc_attribute(self, "tokenexp");
    mlops__onnx_text hash = {"#", 1};
    mlops__emit step = {.op = MLOPS__GRAPH_TOKENIZE, .n_inputs = 3, .n_ints = 2, .n_outputs = 2};
    uint32_t outs[2];
    step.inputs[0] = mlops__oc_in(self, 0);
    step.ints[0] = mlops__oc_int(self, "mark", 0) != 0;
    if (pattern) MLOPS_TRY(expression(self, pattern->s.text, pattern->s.n, &step));
    else if (list && list->n) MLOPS_TRY(separators(self, list, &step));
    else return mlops__oc_no(self, "it has neither separators nor tokenexp");
    MLOPS_TRY(mlops__oc_texts(self, pad ? &pad->s : &hash, 1, &step.inputs[2]));
    step.ints[1] = mlops__oc_int(self, "mincharnum", 1);
    MLOPS_TRY(mlops__oc_emit(self, &step, outs));
    return mlops__oc_out(self, 0, outs[0]);
}

/* -- n-grams -------------------------------------------------------------------------------- */

typedef struct grams {
    const mlops__onnx_attribute *texts, *ints; /* the pool: one of both */
    int64_t *order;                            /* gram by gram: its number in the file */
    int64_t *starts;                           /* of each gram in the pool, by its number */
    int64_t *lengths;
    int64_t n;
} grams;

static int compare_grams(const grams *self, int64_t a, int64_t b) {
    if (self->lengths[a] != self->lengths[b]) return self->lengths[a] < self->lengths[b] ? -1 : 1;
    for (int64_t i = 0; i < self->lengths[a]; i++) {
        int64_t x = self->starts[a] + i, y = self->starts[b] + i;
        int order = 0;
        if (self->texts) order = compare(self->texts->texts[x], self->texts->texts[y]);
        else if (self->ints->ints[x] != self->ints->ints[y])
            order = self->ints->ints[x] < self->ints->ints[y] ? -1 : 1;
        if (order) return order;
    }
    return a < b ? -1 : a > b;
}

static void sift_grams(const grams *self, int64_t n, int64_t at) {
    int64_t *order = self->order;
    for (int64_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && compare_grams(self, order[child], order[child + 1]) < 0) child++;
        if (compare_grams(self, order[at], order[child]) >= 0) return;
        int64_t swapped = order[at];
        order[at] = order[child];
        order[child] = swapped;
    }
}

/* The grams of a pool: those of length 1 from counts[0] on, of 2 from counts[1] on. */
static mlops_status find_grams(mlops__oc *self, grams *out) {
    const mlops__onnx_attribute *counts = mlops__oc_attribute(self, "ngram_counts");
    const mlops__onnx_attribute *indexes = mlops__oc_attribute(self, "ngram_indexes");
    out->texts = mlops__oc_attribute(self, "pool_strings");
    out->ints = mlops__oc_attribute(self, "pool_int64s");
    if (out->texts && !out->texts->n) out->texts = NULL;
    const mlops__onnx_attribute *pool = out->texts ? out->texts : out->ints;
    if (!counts || !indexes || !pool) return mlops__oc_no(self, "its pool or counts are missing");
    out->n = (int64_t)indexes->n;
    out->order = mlops__arena_array(self->arena, indexes->n, 3 * sizeof *out->order);
    if (!out->order) return mlops__fail_nomem(self->err, indexes->n * 24);
    out->starts = out->order + out->n;
    out->lengths = out->starts + out->n;
    int64_t at = 0;
    for (size_t i = 0; i < counts->n; i++) {
        int64_t begin = counts->ints[i], length = (int64_t)i + 1;
        int64_t end = i + 1 < counts->n ? counts->ints[i + 1] : (int64_t)pool->n;
        if (begin < 0 || end < begin || end > (int64_t)pool->n || (end - begin) % length)
            return mlops__oc_no(self, "its counts do not divide its pool");
        for (; begin < end; begin += length, at++) {
            if (at == out->n) return mlops__oc_no(self, "it has more n-grams than indexes");
            out->order[at] = at;
            out->starts[at] = begin;
            out->lengths[at] = length;
        }
    }
    if (at != out->n) return mlops__oc_no(self, "it has fewer n-grams than indexes");
    for (int64_t i = out->n / 2; i-- > 0;) sift_grams(out, out->n, i);
    for (int64_t i = out->n; i-- > 1;) {
        int64_t swapped = out->order[0];
        out->order[0] = out->order[i];
        out->order[i] = swapped;
        sift_grams(out, i, 0);
    }
    return MLOPS_OK;
}

static mlops_status put_pool(mlops__oc *self, const grams *from, uint32_t *out) {
    const mlops__onnx_attribute *pool = from->texts ? from->texts : from->ints;
    mlops__onnx_text *texts = mlops__arena_array(self->arena, pool->n, sizeof *texts);
    int64_t *ints = mlops__arena_array(self->arena, pool->n, sizeof *ints), at = 0;
    if (!texts || !ints) return mlops__fail_nomem(self->err, pool->n * sizeof *texts);
    for (int64_t i = 0; i < from->n; i++)
        for (int64_t j = 0; j < from->lengths[from->order[i]]; j++, at++) {
            int64_t place = from->starts[from->order[i]] + j;
            if (from->texts) texts[at] = pool->texts[place];
            else ints[at] = pool->ints[place];
        }
    if (from->texts) return mlops__oc_texts(self, texts, (size_t)at, out);
    return mlops__oc_i64s(self, ints, (size_t)at, out);
}

/* Where each length begins in the pool, and its end; indexes and weights in the pool's order. */
static mlops_status put_grams(mlops__oc *self, const grams *from, mlops__emit *step) {
    const mlops__onnx_attribute *counts = mlops__oc_attribute(self, "ngram_counts");
    const mlops__onnx_attribute *indexes = mlops__oc_attribute(self, "ngram_indexes");
    const mlops__onnx_attribute *weights = mlops__oc_attribute(self, "weights");
    size_t n = (size_t)from->n;
    int64_t *starts = mlops__arena_array(self->arena, counts->n + 1, sizeof *starts);
    int64_t *places = mlops__arena_array(self->arena, n, sizeof *places), width = 0;
    float *scales = mlops__arena_array(self->arena, n, sizeof *scales);
    if (!starts || !places || !scales) return mlops__fail_nomem(self->err, n * 8);
    for (size_t i = 0; i < counts->n; i++) starts[i] = counts->ints[i] - counts->ints[0];
    for (int64_t i = 0; i < from->n; i++) {
        places[i] = indexes->ints[from->order[i]];
        if (places[i] < 0 || places[i] > INT32_MAX)
            return mlops__oc_no(self, "index %lld of an n-gram", (long long)places[i]);
        if (places[i] >= width) width = places[i] + 1;
        if (weights && weights->n == n) scales[i] = weights->floats[from->order[i]];
        starts[counts->n] += from->lengths[i];
    }
    if (weights && weights->n && weights->n != n)
        return mlops__oc_no(self, "it has %zu weights for %zu n-grams", weights->n, n);
    step->ints[4] = width;
    MLOPS_TRY(mlops__oc_i64s(self, starts, counts->n + 1, &step->inputs[2]));
    MLOPS_TRY(mlops__oc_i64s(self, places, n, &step->inputs[3]));
    step->n_inputs = weights && weights->n ? 5 : 4;
    return step->n_inputs == 5 ? mlops__oc_f32s(self, scales, n, &step->inputs[4]) : MLOPS_OK;
}

static mlops_status lower_tfidf(mlops__oc *self) {
    static const char *const modes[] = {"TF", "IDF", "TFIDF"};
    mlops__emit step = {.op = MLOPS__GRAPH_TFIDF, .n_ints = 5, .n_outputs = 1};
    grams from;
    uint32_t out;
    MLOPS_TRY(find_grams(self, &from));
    step.inputs[0] = mlops__oc_in(self, 0);
    MLOPS_TRY(put_pool(self, &from, &step.inputs[1]));
    if (!from.texts && mlops__oc_item(self, step.inputs[0])->dtype == MLOPS__GRAPH_I32)
        MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_I32, step.inputs[1], &step.inputs[1]));
    MLOPS_TRY(put_grams(self, &from, &step));
    step.ints[0] = mlops__oc_int(self, "min_gram_length", 1);
    step.ints[1] = mlops__oc_int(self, "max_gram_length", 1);
    step.ints[2] = mlops__oc_int(self, "max_skip_count", 0);
    while (step.ints[3] < 3 && !mlops__oc_is(self, "mode", "", modes[step.ints[3]])) step.ints[3]++;
    if (step.ints[3] == 3) return mlops__oc_no(self, "its mode is unknown");
    if (step.ints[2] > MLOPS__GRAPH_SKIPS_MAX)
        return mlops__oc_no(self, "its max_skip_count is above %d", MLOPS__GRAPH_SKIPS_MAX);
    MLOPS_TRY(mlops__oc_emit(self, &step, &out));
    return mlops__oc_out(self, 0, out);
}

const mlops__onnx_operator mlops__onnx_ops_texts[] = {
    {"", "StringNormalizer", 10, 99, 1, 1, 1,
     "case_change_action:s is_case_sensitive:i locale:s stopwords:S", lower_normalizer, 0},
    {"", "TfIdfVectorizer", 9, 99, 1, 1, 1,
     "max_gram_length:i max_skip_count:i min_gram_length:i mode:s ngram_counts:I ngram_indexes:I "
     "pool_int64s:I pool_strings:S weights:F",
     lower_tfidf, 0},
    {"com.microsoft", "Tokenizer", 1, 1, 1, 1, 1,
     "mark:i mincharnum:i pad_value:s separators:S tokenexp:s", lower_tokenizer, 0},
    {0}};
