/* Kernels of Shapley values with AVX-512: 8 doubles at once.
 *
 * Owns nothing. Invariant: as in shap_lanes.inc.
 */
#include "kern/shap/shap.h"

mlops__shap_prepare mlops__shap_prepare_avx512;
mlops__shap_rows mlops__shap_rows_avx512;
mlops__shap_row mlops__shap_row_avx512;

#define WIDTH   8
#define NAME(x) mlops__shap_##x##_avx512
#include "kern/shap/shap_lanes.inc"
