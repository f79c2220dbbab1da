/* Inside of a mlops_calibration. */
#ifndef MLOPS_PERFORMANCE_CALIBRATION_H
#define MLOPS_PERFORMANCE_CALIBRATION_H

#include "sys/host.h"

#include <mlops/calibration.h>

#include <stdatomic.h>

struct mlops_calibration {
    mlops_allocator allocator;
    atomic_int refs;
    mlops_calibration_method method;
    double a, b;               /* Platt: 1 / (1 + exp(a score + b)) */
    int64_t n;                 /* isotonic: points, between which it is straight; 1 or more */
    double *x;                 /* ascending strictly */
    double *y;                 /* never falling, in [0, 1]; behind x in the same memory */
    int64_t k;                 /* classes; 0: a binary task */
    mlops_calibration **parts; /* k, of the same method; else NULL */
};

/* A calibration of one share with room for n points, a and b 0. */
mlops_status mlops__calibration_begin(mlops_calibration **out, mlops_calibration_method method,
                                      int64_t n, const mlops_host *host, mlops_error *err);

/* The same for k classes, none of which has its part yet. */
mlops_status mlops__calibration_begin_classes(mlops_calibration **out,
                                              mlops_calibration_method method, int64_t k,
                                              const mlops_host *host, mlops_error *err);

#endif
