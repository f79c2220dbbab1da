/* The fastest kernel of each operation under a level of instruction set, with the same results as
 * the scalar one.
 *
 * An operation OP is a member here, of type mlops__OP, and a folder kern/NAME with one file an
 * instruction set and NAME.inc, which kern.inc includes. The list names, for every level of every
 * architecture, the kernel to take: MLOPS_KERN(OP, LEVEL, symbol).
 */
#ifndef MLOPS_KERN_KERN_H
#define MLOPS_KERN_KERN_H

#include "base/sha256.h"
#include "kern/coupons/coupons.h"
#include "kern/exp/exp.h"
#include "kern/gaps/gaps.h"
#include "kern/gear/gear.h"
#include "kern/gemm/gemm.h"
#include "kern/marks/marks.h"
#include "kern/numbers/numbers.h"
#include "kern/pairs/pairs.h"
#include "kern/scores/scores.h"
#include "kern/shap/shap.h"
#include "kern/sort/sort.h"
#include "kern/tally/tally.h"
#include "kern/texts/texts.h"
#include "kern/tree/forest.h"
#include "kern/waves/waves.h"

#include <mlops/host.h>

typedef struct mlops__kern {
    mlops__coupons *coupons;
    mlops__exp_all *exp_all;
    mlops__gaps_block *gaps_block;
    mlops__gear_scan *gear_scan;
    mlops__gemm_f32 *gemm_f32;
    mlops__gemm_f64 *gemm_f64;
    mlops__marks *marks;
    mlops__numbers_i64 *numbers_i64;
    mlops__numbers_f64 *numbers_f64;
    mlops__numbers_decimal *numbers_decimal;
    mlops__pairs_sum *pairs_sum;
    mlops__scores_apart *scores_apart;
    mlops__sha256_blocks *sha256_blocks;
    mlops__shap_prepare *shap_prepare;
    mlops__shap_rows *shap_rows;
    mlops__shap_row *shap_row;
    mlops__sort_values *sort_values;
    mlops__tally_block *tally_block;
    mlops__texts_keys *texts_keys;
    mlops__texts_find *texts_find;
    mlops__texts_put *texts_put;
    mlops__forest_rank_row *forest_rank_row;
    mlops__forest_rank_rows *forest_rank_rows;
    mlops__forest_sum_row *forest_sum_row;
    mlops__forest_sum_rows *forest_sum_rows;
    mlops__waves_add *waves_add;
} mlops__kern;

/* @borrowed(static), complete. level is mlops_cpu_level()'s; one of another architecture, or BEST,
 * gets the scalar kernels. */
const mlops__kern *mlops__kern_for(mlops_cpu level);

#endif
