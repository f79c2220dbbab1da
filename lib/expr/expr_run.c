/* Evaluation: blocks of rows through the steps of a program.
 *
 * Owns the layout of scratch: the vectors of all registers, then for each 64 rows of a block what
 * the registers hold. Invariant: nothing is allocated, nothing behind scratch_size is touched, and
 * what comes out depends on each row alone.
 */
#include "base/cursor.h"
#include "expr/expr_kernel.h"
#include "expr/expr_math.h"

#include <string.h>

enum { UNITS = MLOPS__EXPR_BLOCK / 64 };

typedef mlops__expr_program program;
typedef mlops__expr_vector vector;

static const uint64_t ones[UNITS] = {
    ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0,
    ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0,
    ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0, ~(uint64_t)0,
};
static const uint64_t zeros[UNITS] = {0};

/* One value of any type, for registers that are null throughout. */
static const mlops__expr_text nothing = {"", 0, 0};

typedef struct run {
    const program *program;
    const mlops__expr_input *inputs;
    vector *regs;
    uint8_t *units;
    size_t n_units; /* of a block */
} run;

/* Registers are written through pointers to void; those of constants and inputs are only read. */
static void *untouched(const void *p) { return (void *)(uintptr_t)p; }

static size_t vectors_size(const program *self) { return (size_t)self->n_regs * sizeof(vector); }

size_t mlops__expr_program_scratch(const program *self, int64_t rows) {
    size_t units = rows >= MLOPS__EXPR_BLOCK ? UNITS : rows < 1 ? 1 : (size_t)(rows + 63) / 64;
    return vectors_size(self) + units * self->unit;
}

/* Registers that stay the same from block to block. */
static void begin(const run *self) {
    for (int32_t i = 0; i < self->program->n_regs; i++) {
        const mlops__expr_reg *r = &self->program->regs[i];
        vector *v = &self->regs[i];
        if (r->kind != REG_CONST) {
            v->values = self->units + r->values * self->n_units;
            v->validity = (uint64_t *)(void *)(self->units + r->validity * self->n_units);
            v->stride = 1;
            continue;
        }
        int64_t truth = 0;
        memcpy(&truth, r->literal, sizeof truth);
        int is_bool = r->type == MLOPS_TYPE_BOOL;
        v->values = untouched(is_bool   ? (const void *)(truth && !r->null ? ones : zeros)
                              : r->null ? (const void *)&nothing
                                        : r->literal);
        v->validity = untouched(r->null ? zeros : ones);
        v->stride = 0;
    }
}

/* n bits of a bitmap from bit first on, as words. */
static void load_bits(uint64_t *out, const uint8_t *bitmap, int64_t first, int64_t n) {
    const uint8_t *p = bitmap + first / 8;
    int shift = (int)(first % 8);
    size_t left = (size_t)(first % 8 + n + 7) / 8; /* bytes that hold them */
    for (; n > 0; n -= 64, out++) {
        uint8_t bytes[9] = {0};
        size_t here = left < sizeof bytes ? left : sizeof bytes;
        memcpy(bytes, p, here);
        uint64_t word = mlops__load_u64(bytes) >> shift;
        if (shift) word |= (uint64_t)bytes[8] << (64 - shift);
        *out = word;
        p += 8;
        left = left > 8 ? left - 8 : 0;
    }
}

static void load_bool(uint64_t *out, const uint8_t *values, int64_t n) {
    for (int64_t i = 0; i < n; i += 64, out++) {
        mlops__expr_flags flags = {{0}};
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++) flags.of[j] = values[i + j] != 0;
        *out = mlops__expr_pack(&flags);
    }
}

/* Strings by their codes; a negative one is null. own: validity may be written. */
static void load_codes(vector *v, uint64_t *own, const mlops__expr_input *input, int64_t row,
                       int64_t n) {
    const int32_t *codes = (const int32_t *)input->values + row;
    mlops__expr_text *out = v->values;
    for (int64_t i = 0; i < n; i++) {
        int present = codes[i] >= 0;
        out[i] = present ? input->texts[codes[i]] : nothing;
        if (present) continue;
        if (v->validity != own) {
            memcpy(own, v->validity, sizeof ones);
            v->validity = own;
        }
        own[i / 64] &= ~((uint64_t)1 << (i % 64));
    }
}

/* Rows row to row + n - 1 of an input. */
static void load(const run *self, const mlops__expr_reg *r, vector *v, int64_t row, int64_t n) {
    const mlops__expr_input *input = &self->inputs[r->slot];
    uint64_t *own = (uint64_t *)(void *)(self->units + r->validity * self->n_units);
    void *room = self->units + r->values * self->n_units;
    v->stride = 1;
    v->validity = own;
    if (!input->values) {
        v->values = untouched(r->type == MLOPS_TYPE_BOOL ? (const void *)zeros : &nothing);
        v->validity = untouched(zeros);
        v->stride = 0;
        return;
    }
    if (input->validity) load_bits(own, input->validity, row, n);
    else v->validity = untouched(ones);
    switch (r->type) {
    case MLOPS_TYPE_BOOL:
        v->values = room;
        load_bool(room, (const uint8_t *)input->values + row, n);
        break;
    case MLOPS_TYPE_INT64: v->values = untouched((const int64_t *)input->values + row); break;
    case MLOPS_TYPE_FLOAT64: v->values = untouched((const double *)input->values + row); break;
    default:
        v->values = untouched((const mlops__expr_text *)input->values + row);
        if (!input->texts) break;
        v->values = room;
        load_codes(v, own, input, row, n);
        break;
    }
}

/* A strict step is valid where all its operands are. */
static void join_validity(const mlops__expr_step *s, const vector *regs, int64_t n) {
    uint64_t *out = regs[s->out].validity;
    const uint64_t *a = regs[s->a].validity, *b = s->b < 0 ? a : regs[s->b].validity;
    for (int64_t w = 0; w < (n + 63) / 64; w++) out[w] = a[w] & b[w];
}

/* ---- results ---- */

static void store_f64(const vector *v, double *restrict out, int64_t n) {
    const double nan = mlops__f64_of(MLOPS__NAN_BITS);
    const double *p = v->values;
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        int64_t m = mlops__expr_rows(i, n);
        mlops__expr_flags flags;
        mlops__expr_unpack(&flags, v->validity[w]);
        for (int64_t j = 0; j < m; j++) {
            double x = p[(i + j) * v->stride];
            out[i + j] = flags.of[j] && x == x ? x : nan;
        }
    }
}

static void store_i64(const vector *v, int64_t *restrict out, int64_t n) {
    const int64_t *p = v->values;
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        mlops__expr_flags flags;
        mlops__expr_unpack(&flags, v->validity[w]);
        for (int64_t j = 0; j < mlops__expr_rows(i, n); j++)
            out[i + j] = flags.of[j] ? p[(i + j) * v->stride] : 0;
    }
}

static void store_bool(const vector *v, uint8_t *restrict out, int64_t n) {
    const uint64_t *values = v->values;
    for (int64_t i = 0, w = 0; i < n; i += 64, w++) {
        mlops__expr_flags flags;
        mlops__expr_unpack(&flags, values[w] & v->validity[w]);
        memcpy(out + i, flags.of, (size_t)mlops__expr_rows(i, n));
    }
}

static void store_text(const vector *v, mlops__expr_text *out, int64_t n) {
    const mlops__expr_text *p = v->values;
    for (int64_t i = 0; i < n; i++)
        out[i] = mlops__expr_bit(v->validity, i) ? p[i * v->stride] : nothing;
}

/* Bits as bytes, with zeros behind the last. */
static void store_validity(const vector *v, uint8_t *out, int64_t n) {
    for (int64_t i = 0; i < n; i += 8) {
        uint64_t byte = v->validity[i / 64] >> (i % 64) & 0xff;
        out[i / 8] = (uint8_t)(n - i < 8 ? byte & (((uint64_t)1 << (n - i)) - 1) : byte);
    }
}

static void store(const run *self, const mlops__expr_output *out, int64_t row, int64_t n) {
    const vector *v = &self->regs[self->program->root];
    switch (self->program->type) {
    case MLOPS_TYPE_BOOL: store_bool(v, (uint8_t *)out->values + row, n); break;
    case MLOPS_TYPE_INT64: store_i64(v, (int64_t *)out->values + row, n); break;
    case MLOPS_TYPE_FLOAT64: store_f64(v, (double *)out->values + row, n); break;
    default: store_text(v, (mlops__expr_text *)out->values + row, n); break;
    }
    if (out->validity) store_validity(v, out->validity + row / 8, n);
}

mlops_status mlops__expr_program_run(const program *self, const mlops__expr_input *inputs,
                                     int64_t first, int64_t n, void *scratch, size_t scratch_size,
                                     const mlops__expr_output *out) {
    size_t fixed = vectors_size(self), units = n > 64 ? UNITS : 1;
    if (scratch_size < fixed + self->unit) return MLOPS_E_ARENA;
    if (units > 1 && (scratch_size - fixed) / UNITS < self->unit)
        units = (scratch_size - fixed) / self->unit;
    run r = {self, inputs, scratch, (uint8_t *)scratch + fixed, units};
    begin(&r);
    int64_t block = (int64_t)units * 64;
    for (int64_t row = 0; row < n; row += block) {
        int64_t m = n - row < block ? n - row : block;
        for (int32_t i = 0; i < self->n_regs; i++)
            if (self->regs[i].kind == REG_INPUT)
                load(&r, &self->regs[i], &r.regs[i], first + row, m);
        for (int64_t i = 0; i < self->n_steps; i++) {
            const mlops__expr_step *s = &self->steps[i];
            if (s->strict) join_validity(s, r.regs, m);
            s->run(s, r.regs, m);
        }
        store(&r, out, row, m);
    }
    return MLOPS_OK;
}
