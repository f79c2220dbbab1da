/* Kernels of Shapley values with AVX2: 4 doubles at once.
 *
 * Owns nothing. Invariant: as in shap_lanes.inc.
 */
#include "kern/shap/shap.h"

mlops__shap_prepare mlops__shap_prepare_avx2;
mlops__shap_rows mlops__shap_rows_avx2;
mlops__shap_row mlops__shap_row_avx2;

#define WIDTH   4
#define NAME(x) mlops__shap_##x##_avx2
#include "kern/shap/shap_lanes.inc"
