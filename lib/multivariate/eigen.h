/* Eigenvalues of symmetric matrices, and those of the eigenvectors that are asked for. */
#ifndef MLOPS_MULTIVARIATE_EIGEN_H
#define MLOPS_MULTIVARIATE_EIGEN_H

#include <stdint.h>

/* A symmetric matrix made into three diagonals by reflections. */
typedef struct mlops__eigen {
    int64_t n;
    double *matrix; /* n x n; the lower triangle is read, and keeps what the reflections are */
    double *middle; /* n */
    double *beside; /* n; between a value of the middle and the next one */
    double *values; /* n eigenvalues, descending */
    double *room;   /* MLOPS__EIGEN_ROOM n */
} mlops__eigen;

enum { MLOPS__EIGEN_ROOM = 8 };

/* All but n, matrix and room is found. */
void mlops__eigen_find(mlops__eigen *self);

/* Eigenvectors of values first to first + n - 1 of the three diagonals, of length 1: rows of out
 * [n, self->n]. */
void mlops__eigen_vectors(const mlops__eigen *self, int64_t first, int64_t n, double *out);

/* Those become columns of panel [self->n, n], and eigenvectors of the matrix; along has n places.
 */
void mlops__eigen_turn(const mlops__eigen *self, const double *vectors, int64_t n, double *panel,
                       double *along);

#endif
