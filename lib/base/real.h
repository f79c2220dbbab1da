/* Own elementary functions: the same bits on every machine, no libm.
 *
 * mlops__expf and mlops__logf restate glibc 2.36's expf and logf (the FMA variants), bit for bit:
 * the functions behind XGBoost's probabilities and base margins on Debian 12. exp and log are
 * within 1 ULP and use no FMA.
 */
#ifndef MLOPS_BASE_REAL_H
#define MLOPS_BASE_REAL_H

#include <float.h>

#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error "FLT_EVAL_METHOD is not 0: wider arithmetic gives other bits; on x86 use -mfpmath=sse -msse2"
#endif

/* Whether operations round as the processor does unless it is told otherwise; what is to be the
 * same in all modes takes integers where they do not. */
static inline int mlops__rounds_to_nearest(void) {
    volatile double tiny = 0x1p-60;
    return 1.0 + tiny == 1.0 - tiny;
}

#define MLOPS__LN_2 0.69314718055994530942

float mlops__expf(float x);
float mlops__logf(float x);
double mlops__exp(double x);
double mlops__log(double x);
double mlops__sqrt(double x); /* correctly rounded */

/* Within 4 ULP; pow within 2 where its result is normal. */
double mlops__expm1(double x);
double mlops__tanh(double x);
double mlops__tanh_by(double x, double e); /* the same; e is mlops__exp() of 2 |x| */
double mlops__erf(double x);
double mlops__pow(double x, double y);

/* Within 3 ULP, of any finite x; NaN of others. */
void mlops__sincos(double x, double *sine, double *cosine);

/* The same in integers, for machines without the instruction. */
double mlops__sqrt_portable(double x);

#endif
