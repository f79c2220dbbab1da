/* Eigenvalues and eigenvectors of symmetric matrices. */
#ifndef MLOPS_MULTIVARIATE_EIGEN_H
#define MLOPS_MULTIVARIATE_EIGEN_H

#include "base/alloc.h"

/* matrix [n, n] is symmetric, and becomes what the second needs. values come out descending;
 * vectors [n, n] are rows in their order, which the second gives their place. room has 3 n places.
 */
void mlops__eigen(double *matrix, int64_t n, double *values, double *vectors, double *room);

/* The first k vectors become eigenvectors of the matrix, of length 1. */
void mlops__eigen_turn(const double *matrix, int64_t n, double *vectors, int64_t k);

#endif
