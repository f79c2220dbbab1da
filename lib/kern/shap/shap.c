/* Kernels of Shapley values, scalar: pairs of doubles, which every machine has or is given.
 *
 * Owns nothing. Invariant: as in shap_lanes.inc.
 */
#include "kern/shap/shap.h"

mlops__shap_prepare mlops__shap_prepare_scalar;
mlops__shap_rows mlops__shap_rows_scalar;
mlops__shap_row mlops__shap_row_scalar;

#define WIDTH   2
#define NAME(x) mlops__shap_##x##_scalar
#include "kern/shap/shap_lanes.inc"
