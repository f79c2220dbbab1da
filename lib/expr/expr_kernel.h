/* What the kernels share: bits of 64 rows, and the tables by type. */
#ifndef MLOPS_EXPR_EXPR_KERNEL_H
#define MLOPS_EXPR_EXPR_KERNEL_H

#include "expr/expr_program.h"

/* Kernels by operation; NULL where a type has none. */
extern mlops__expr_kernel *const mlops__expr_logic[OP_COUNT];     /* bool; OP_ISNULL of any */
extern mlops__expr_kernel *const mlops__expr_whole[OP_COUNT];     /* int64; OP_CAST */
extern mlops__expr_kernel *const mlops__expr_real[OP_COUNT];      /* float64 */
extern mlops__expr_kernel *const mlops__expr_real_avx2[OP_COUNT]; /* the same loops */
extern mlops__expr_kernel *const mlops__expr_string[OP_COUNT];

/* Choice between values of 8 bytes. */
mlops__expr_kernel mlops__expr_if_number;
mlops__expr_kernel mlops__expr_coalesce_number;

typedef struct mlops__expr_flags {
    uint8_t of[64]; /* 0 or 1 */
} mlops__expr_flags;

/* Eight bytes of 0 or 1 to eight bits. */
static inline uint64_t mlops__expr_gather8(const uint8_t *p) {
    uint64_t bytes = (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
                     (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 |
                     (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
    return (bytes * 0x0102040810204080u) >> 56;
}

static inline uint64_t mlops__expr_pack(const mlops__expr_flags *flags) {
    uint64_t word = 0;
    for (int i = 0; i < 8; i++) word |= mlops__expr_gather8(flags->of + 8 * i) << (8 * i);
    return word;
}

static inline void mlops__expr_unpack(mlops__expr_flags *out, uint64_t word) {
    for (int i = 0; i < 64; i++) out->of[i] = (uint8_t)(word >> i & 1);
}

static inline int mlops__expr_bit(const uint64_t *words, int64_t i) {
    return (int)(words[i / 64] >> (i % 64) & 1);
}

/* Rows of the 64 that begin at i. */
static inline int64_t mlops__expr_rows(int64_t i, int64_t n) { return n - i < 64 ? n - i : 64; }

#endif
