/* Calibrations: the object, applying it, and its bytes.
 *
 * Owns the points of an isotonic curve and the two numbers of a sigmoid. Invariants: it does not
 * change once it is handed out; what is loaded saves to the same bytes. They are
 *
 *     "MLCA", u32 version 1, u32 method; Platt: f64 a, f64 b; isotonic: u64 n, n times f64 x, n
 *     times f64 y; and the CRC-32 of all before it
 *
 * Of k classes: method 3, u32 k, and for each of them what follows the version, of one method.
 */
#include "performance/calibration.h"
#include "performance/class_counts.h"

#include "base/alloc.h"
#include "base/real.h"
#include "base/sealed.h"

#define MAGIC 0x41434c4du

enum { VERSION = 1, POINT = 2 * sizeof(double), CLASSES = 3, LEAST = 4 + 2 * sizeof(double) };

mlops_status mlops__calibration_begin(mlops_calibration **out, mlops_calibration_method method,
                                      int64_t n, const mlops_host *given, mlops_error *err) {
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    mlops_calibration *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->allocator = host.allocator;
    atomic_init(&self->refs, 1);
    self->method = method;
    self->n = n;
    if (n) self->x = mlops__alloc_array(&host.allocator, (size_t)n, POINT);
    if (n && !self->x) {
        self->n = 0;
        mlops_calibration_unref(self);
        return mlops__fail_nomem(err, (size_t)n * POINT);
    }
    self->y = n ? self->x + n : NULL;
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops__calibration_begin_classes(mlops_calibration **out,
                                              mlops_calibration_method method, int64_t k,
                                              const mlops_host *host, mlops_error *err) {
    MLOPS_TRY(mlops__calibration_begin(out, method, 0, host, err));
    mlops_calibration *self = *out;
    size_t size = (size_t)k * sizeof *self->parts;
    self->parts = mlops__alloc_zero(&self->allocator, size);
    if (self->parts) {
        self->k = k;
        return MLOPS_OK;
    }
    mlops_calibration_unref(self);
    *out = NULL;
    return mlops__fail_nomem(err, size);
}

mlops_calibration *mlops_calibration_ref(mlops_calibration *self) {
    if (self) atomic_fetch_add_explicit(&self->refs, 1, memory_order_relaxed);
    return self;
}

void mlops_calibration_unref(mlops_calibration *self) {
    if (!self || atomic_fetch_sub_explicit(&self->refs, 1, memory_order_acq_rel) > 1) return;
    mlops_allocator allocator = self->allocator;
    for (int64_t i = 0; i < self->k; i++) mlops_calibration_unref(self->parts[i]);
    mlops__free(&allocator, self->parts, (size_t)self->k * sizeof *self->parts);
    mlops__free(&allocator, self->x, (size_t)self->n * POINT);
    mlops__free(&allocator, self, sizeof *self);
}

int64_t mlops_calibration_n_classes(const mlops_calibration *self) { return self->k; }

mlops_calibration_method mlops_calibration_kind(const mlops_calibration *self) {
    return self->method;
}

static double on_curve(const mlops_calibration *self, double score) {
    const double *x = self->x, *y = self->y;
    int64_t low = 0, high = self->n - 1;
    if (!(score > x[0])) return y[0];
    if (!(score < x[high])) return y[high];
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (x[middle] <= score) low = middle;
        else high = middle;
    }
    /* halves, since the distance of two numbers may be no number */
    double part = (score / 2 - x[low] / 2) / (x[high] / 2 - x[low] / 2);
    double value = y[low] + part * (y[high] - y[low]);
    return value < y[high] ? value : y[high];
}

static double on_sigmoid(const mlops_calibration *self, double score) {
    double part = self->a == 0 ? 0 : self->a * score;
    return 1 / (1 + mlops__exp(part + self->b));
}

static double calibrated(const mlops_calibration *self, double score) {
    if (score != score) return score;
    return self->method == MLOPS_CALIBRATION_PLATT ? on_sigmoid(self, score)
                                                   : on_curve(self, score);
}

mlops_status mlops_calibration_apply(const mlops_calibration *self, const double *scores,
                                     double *out, int64_t n, mlops_error *err) {
    if (!self || n < 0 || (n > 0 && (!scores || !out)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "calibration: something is NULL, or the number of scores negative");
    if (self->k)
        return mlops__fail(err, MLOPS_E_INVALID, "calibration: it was fitted to %lld classes",
                           (long long)self->k);
    for (int64_t i = 0; i < n; i++) out[i] = calibrated(self, scores[i]);
    return MLOPS_OK;
}

mlops_status mlops_calibration_apply_classes(const mlops_calibration *self,
                                             const double *probabilities, double *out, int64_t n,
                                             int64_t k, mlops_error *err) {
    if (!self || n < 0 || (n > 0 && (!probabilities || !out)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "calibration: something is NULL, or the number of rows negative");
    if (k != self->k || !k)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "calibration: it was fitted to %lld classes, and not to %lld",
                           (long long)self->k, (long long)k);
    for (int64_t i = 0; i < n; i++, out += k, probabilities += k) {
        double sum = 0;
        for (int64_t j = 0; j < k; j++) {
            out[j] = calibrated(self->parts[j], probabilities[j]);
            sum += out[j];
        }
        for (int64_t j = 0; j < k; j++)
            out[j] = sum > 0 ? out[j] / sum : sum == 0 ? 1 / (double)k : sum;
    }
    return MLOPS_OK;
}

static void put_one(const mlops_calibration *self, mlops__buf *out) {
    mlops__buf_u32(out, (uint32_t)self->method);
    if (self->method == MLOPS_CALIBRATION_PLATT) {
        mlops__buf_f64(out, self->a);
        mlops__buf_f64(out, self->b);
        return;
    }
    mlops__buf_i64(out, self->n);
    for (int64_t i = 0; i < 2 * self->n; i++) mlops__buf_f64(out, self->x[i]);
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_calibration *self = of;
    if (!self->k) {
        put_one(self, out);
        return;
    }
    mlops__buf_u32(out, CLASSES);
    mlops__buf_u32(out, (uint32_t)self->k);
    for (int64_t i = 0; i < self->k; i++) put_one(self->parts[i], out);
}

mlops_status mlops_calibration_save(const mlops_calibration *self, void *bytes, size_t cap,
                                    size_t *needed) {
    if (!self) return MLOPS_E_INVALID;
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static mlops_status corrupt(mlops_error *err, const char *what) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "calibration: %s", what);
}

static int is_finite(double x) { return x - x == 0; }

static const char *read_points(mlops_calibration *self, mlops__cursor *in) {
    for (int64_t i = 0; i < 2 * self->n; i++) self->x[i] = mlops__cursor_f64(in);
    for (int64_t i = 0; i < self->n; i++) {
        if (!is_finite(self->x[i]) || !(self->y[i] >= 0 && self->y[i] <= 1))
            return "a point is out of range";
        if (i && !(self->x[i] > self->x[i - 1] && self->y[i] >= self->y[i - 1]))
            return "the points do not ascend";
    }
    return NULL;
}

static mlops_status read_one(mlops_calibration **out, uint32_t method, mlops__cursor *in,
                             const mlops_host *host, mlops_error *err) {
    const char *wrong = NULL;
    int platt = method == MLOPS_CALIBRATION_PLATT;
    uint64_t n = 0;
    if (!platt && method != MLOPS_CALIBRATION_ISOTONIC) return corrupt(err, "no such method");
    if (!platt) n = mlops__cursor_u64(in);
    size_t left = mlops__cursor_left(in);
    if (platt ? left < 2 * sizeof(double) : !n || left / POINT < n)
        return corrupt(err, "bytes are missing");
    MLOPS_TRY(
        mlops__calibration_begin(out, (mlops_calibration_method)method, (int64_t)n, host, err));
    mlops_calibration *self = *out;
    if (platt) {
        self->a = mlops__cursor_f64(in);
        self->b = mlops__cursor_f64(in);
        if (!is_finite(self->a) || !is_finite(self->b)) wrong = "a number is not finite";
    } else {
        wrong = read_points(self, in);
    }
    return wrong ? corrupt(err, wrong) : MLOPS_OK;
}

static mlops_status read_all(mlops_calibration **out, mlops__cursor *in, const mlops_host *host,
                             mlops_error *err) {
    uint32_t method = mlops__cursor_u32(in);
    if (method != CLASSES) {
        MLOPS_TRY(read_one(out, method, in, host, err));
    } else {
        uint32_t k = mlops__cursor_u32(in);
        if (k < 2 || k > MLOPS__CLASSES_MAX || mlops__cursor_left(in) / LEAST < k)
            return corrupt(err, "there are too few classes, or too many");
        MLOPS_TRY(mlops__calibration_begin_classes(out, MLOPS_CALIBRATION_ISOTONIC, k, host, err));
        for (uint32_t i = 0; i < k; i++) {
            uint32_t each = mlops__cursor_u32(in);
            if (i && each != (uint32_t)(*out)->method)
                return corrupt(err, "classes are of several methods");
            (*out)->method = (mlops_calibration_method)each;
            MLOPS_TRY(read_one(&(*out)->parts[i], each, in, host, err));
        }
    }
    return mlops__cursor_left(in) ? corrupt(err, "bytes are left over") : MLOPS_OK;
}

mlops_status mlops_calibration_load(mlops_calibration **out, const void *bytes, size_t n,
                                    const mlops_host *host, mlops_error *err) {
    mlops__cursor in;
    *out = NULL;
    mlops_status status = mlops__sealed_open(&in, bytes, n, MAGIC, VERSION);
    if (status == MLOPS_E_UNSUPPORTED)
        return mlops__fail(err, status, "calibration of a later version than %d", VERSION);
    if (status < 0) return corrupt(err, "other bytes, cut off or damaged");
    status = read_all(out, &in, host, err);
    if (status) {
        mlops_calibration_unref(*out);
        *out = NULL;
    }
    return status;
}
