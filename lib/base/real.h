/* Own elementary functions: the same bits on every machine, no libm.
 *
 * mlops__expf restates glibc 2.36's expf (its FMA variant, with the table of 32 entries), bit for
 * bit: that is the function behind XGBoost's probabilities on Debian 12. exp and log are within
 * 1 ULP and use no FMA.
 */
#ifndef MLOPS_BASE_REAL_H
#define MLOPS_BASE_REAL_H

float mlops__expf(float x);
double mlops__exp(double x);
double mlops__log(double x);
double mlops__sqrt(double x); /* correctly rounded */

#endif
