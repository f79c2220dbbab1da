/* Products of matrices.
 *
 * Owns nothing. Invariant: a sum goes over the shared axis in ascending order, in the dtype of the
 * elements, so that it has the same bits whatever the strides and blocks. Freestanding: part of the
 * firmware build.
 */
#include "model/run/graph_step.h"

enum { RANK_MAX = MLOPS__GRAPH_RANK_MAX };

/* c [m, n] = a [m, k] b [k, n]; a and b with the steps of their rows and columns, c without gaps.
 */
typedef struct product {
    const void *a;
    const void *b;
    void *c;
    int64_t m, k, n;
    int64_t a_row, a_column;
    int64_t b_row, b_column;
} product;

#define MULTIPLY(name, type)                                                                       \
    static void name(const product *p) {                                                           \
        type *c = p->c;                                                                            \
        for (int64_t i = 0; i < p->m; i++)                                                         \
            for (int64_t j = 0; j < p->n; j++) {                                                   \
                const type *a = (const type *)p->a + i * p->a_row;                                 \
                const type *b = (const type *)p->b + j * p->b_column;                              \
                type sum = 0;                                                                      \
                for (int64_t l = 0; l < p->k; l++) sum += a[l * p->a_column] * b[l * p->b_row];    \
                *c++ = sum;                                                                        \
            }                                                                                      \
    }

MULTIPLY(multiply_f32, float)
MULTIPLY(multiply_f64, double)
MULTIPLY(multiply_i64, uint64_t)
MULTIPLY(multiply_i32, uint32_t)

/* Row-major without gaps. */
static int is_plain(int64_t rows, int64_t columns, int64_t row, int64_t column) {
    return (column == 1 || columns == 1) && (row == columns || rows == 1);
}

static void run_gemm(const mlops__step *step, mlops__graph_dtype dtype, const mlops__gemm *gemm) {
    const mlops__kern *kern = step->run->kern;
    if (dtype == MLOPS__GRAPH_F32) (kern ? kern->gemm_f32 : mlops__gemm_f32_scalar)(gemm);
    else (kern ? kern->gemm_f64 : mlops__gemm_f64_scalar)(gemm);
}

static void multiply(const mlops__step *step, mlops__graph_dtype dtype, const product *p) {
    int is_real = dtype == MLOPS__GRAPH_F32 || dtype == MLOPS__GRAPH_F64;
    if (is_real && is_plain(p->m, p->k, p->a_row, p->a_column) &&
        is_plain(p->k, p->n, p->b_row, p->b_column))
        run_gemm(step, dtype,
                 &(mlops__gemm){.x = p->a, .w = p->b, .y = p->c, .m = p->m, .k = p->k, .n = p->n});
    else if (dtype == MLOPS__GRAPH_F32) multiply_f32(p);
    else if (dtype == MLOPS__GRAPH_F64) multiply_f64(p);
    else if (dtype == MLOPS__GRAPH_I64) multiply_i64(p);
    else multiply_i32(p);
}

/* A tensor of rank 1 as a matrix of one row, or of one column. */
static mlops__graph_view matrix_of(const mlops__graph_view *x, int is_left) {
    mlops__graph_view view = *x;
    if (x->rank > 1) return view;
    view.rank = 2;
    view.dims[0] = is_left ? 1 : x->dims[0];
    view.dims[1] = is_left ? x->dims[0] : 1;
    return view;
}

/* The dims before the last two, spread over each other, and how the two step through them. */
static mlops_status spread(const mlops__step *step, const mlops__graph_view *a,
                           const mlops__graph_view *b, mlops__graph_walk *walk) {
    const mlops__graph_view *both[] = {a, b};
    walk->rank = (a->rank > b->rank ? a->rank : b->rank) - 2;
    for (int32_t i = 0; i < walk->rank; i++) walk->dims[i] = 1;
    for (uint32_t k = 0; k < 2; k++) {
        int64_t stride = 1;
        for (int32_t i = walk->rank - 1, j = both[k]->rank - 3; i >= 0; i--, j--) {
            int64_t dim = j < 0 ? 1 : both[k]->dims[j];
            walk->strides[k][i] = dim == 1 ? 0 : stride;
            stride *= dim;
            if (dim == 1) continue;
            if (walk->dims[i] != 1 && walk->dims[i] != dim)
                return mlops__step_fail(step, "batches do not fit each other");
            walk->dims[i] = dim;
        }
    }
    return MLOPS_OK;
}

mlops_status mlops__op_matmul(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *y = mlops__step_in(step, 1);
    mlops__graph_walk walk = {0};
    int64_t dims[RANK_MAX];
    int32_t rank;
    uint8_t *to;
    if (!mlops__step_same(step, 2, MLOPS__NUMBERS) || x->rank == 0 || y->rank == 0)
        return mlops__step_fail(step, "no numbers of one dtype, or a rank of 0");
    mlops__graph_view a = matrix_of(x, 1), b = matrix_of(y, 0);
    product p = {.m = a.dims[a.rank - 2], .k = a.dims[a.rank - 1], .n = b.dims[b.rank - 1]};
    p.a_row = p.k, p.a_column = 1, p.b_row = p.n, p.b_column = 1;
    if (p.k != b.dims[b.rank - 2]) return mlops__step_fail(step, "dims do not fit each other");
    MLOPS_TRY(spread(step, &a, &b, &walk));
    rank = walk.rank;
    for (int32_t i = 0; i < rank; i++) dims[i] = walk.dims[i];
    if (x->rank > 1) dims[rank++] = p.m;
    if (y->rank > 1) dims[rank++] = p.n;
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, rank, dims, &to));
    size_t size = mlops__dtype_size(x->dtype);
    if (!mlops__graph_walk_start(&walk, 2)) return MLOPS_OK;
    do {
        int32_t last = walk.rank - 1;
        for (int64_t i = 0; i < walk.dims[last]; i++) {
            int64_t at_a = walk.at[0] + i * walk.strides[0][last];
            int64_t at_b = walk.at[1] + i * walk.strides[1][last];
            p.a = (const uint8_t *)a.data + (size_t)(at_a * p.m * p.k) * size;
            p.b = (const uint8_t *)b.data + (size_t)(at_b * p.k * p.n) * size;
            p.c = to;
            multiply(step, x->dtype, &p);
            to += (size_t)(p.m * p.n) * size;
        }
    } while (mlops__graph_walk_next(&walk, 2));
    return MLOPS_OK;
}

/* y = alpha y + beta c, c spread over it; c may be NULL. */
#define FINISH(type)                                                                               \
    for (int64_t i = 0; i < p.m; i++)                                                              \
        for (int64_t j = 0; j < p.n; j++) {                                                        \
            type *y = (type *)p.c + i * p.n + j;                                                   \
            *y *= (type)alpha;                                                                     \
            if (c) *y += (type)beta * ((const type *)c->data)[i * c_row + j * c_column];           \
        }

mlops_status mlops__op_gemm(const mlops__step *step) {
    const mlops__graph_view *a = mlops__step_in(step, 0), *b = mlops__step_in(step, 1);
    const mlops__graph_view *c = mlops__step_in(step, 2);
    int a_turned = mlops__step_int(step, 0) != 0, b_turned = mlops__step_int(step, 1) != 0;
    double alpha = mlops__step_float(step, 0), beta = mlops__step_float(step, 1);
    int64_t c_row = 0, c_column = 0;
    if (!mlops__step_same(step, 2, MLOPS__REALS) || a->rank != 2 || b->rank != 2 ||
        (c && (c->dtype != a->dtype || c->rank > 2)))
        return mlops__step_fail(step, "no matrices of reals of one dtype");
    product p = {.a = a->data, .b = b->data, .m = a->dims[a_turned], .k = a->dims[!a_turned]};
    p.n = b->dims[!b_turned];
    p.a_row = a_turned ? 1 : p.k, p.a_column = a_turned ? p.m : 1;
    p.b_row = b_turned ? 1 : p.n, p.b_column = b_turned ? p.k : 1;
    if (b->dims[b_turned] != p.k) return mlops__step_fail(step, "dims do not fit each other");
    if (c) {
        int64_t columns = c->rank > 0 ? c->dims[c->rank - 1] : 1;
        int64_t rows = c->rank > 1 ? c->dims[0] : 1;
        if ((columns != 1 && columns != p.n) || (rows != 1 && rows != p.m))
            return mlops__step_fail(step, "what is added does not fit");
        c_row = rows == 1 ? 0 : columns;
        c_column = columns == 1 ? 0 : 1;
    }
    int64_t dims[] = {p.m, p.n};
    MLOPS_TRY(mlops__step_out(step, 0, a->dtype, 2, dims, &p.c));
    multiply(step, a->dtype, &p);
    if (a->dtype == MLOPS__GRAPH_F32) {
        FINISH(float)
    } else {
        FINISH(double)
    }
    return MLOPS_OK;
}

mlops_status mlops__op_dense(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *w = mlops__step_in(step, 1);
    const mlops__graph_view *b = mlops__step_in(step, 2);
    int64_t dims[RANK_MAX];
    mlops__gemm gemm = {.relu = mlops__step_int(step, 0) != 0};
    if (!mlops__step_same(step, 2, MLOPS__REALS) || x->rank == 0 || w->rank != 2 ||
        (b && (b->dtype != x->dtype || b->rank != 1 || b->dims[0] != w->dims[1])))
        return mlops__step_fail(step, "no matrix of reals, or other weights");
    gemm.m = mlops__view_span(x, 0, x->rank - 1), gemm.k = w->dims[0], gemm.n = w->dims[1];
    if (x->dims[x->rank - 1] != gemm.k) return mlops__step_fail(step, "dims do not fit each other");
    for (int32_t i = 0; i < x->rank; i++) dims[i] = x->dims[i];
    dims[x->rank - 1] = gemm.n;
    gemm.x = x->data, gemm.w = w->data, gemm.b = b ? b->data : NULL;
    MLOPS_TRY(mlops__step_out(step, 0, x->dtype, x->rank, dims, &gemm.y));
    run_gemm(step, x->dtype, &gemm);
    return MLOPS_OK;
}
