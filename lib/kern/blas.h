/* OpenBLAS, if the machine has it: for results that are not part of any promise of bits. */
#ifndef MLOPS_KERN_BLAS_H
#define MLOPS_KERN_BLAS_H

/* Values of CBLAS's enums. */
enum { MLOPS__BLAS_ROW_MAJOR = 101, MLOPS__BLAS_NO_TRANS = 111, MLOPS__BLAS_TRANS = 112 };

/* cblas_sgemm() and cblas_dgemm() with 32-bit integers. */
typedef void mlops__blas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k,
                               float alpha, const float *a, int lda, const float *b, int ldb,
                               float beta, float *c, int ldc);
typedef void mlops__blas_dgemm(int order, int trans_a, int trans_b, int m, int n, int k,
                               double alpha, const double *a, int lda, const double *b, int ldb,
                               double beta, double *c, int ldc);

typedef struct mlops__blas {
    mlops__blas_sgemm *sgemm;
    mlops__blas_dgemm *dgemm;
    const char *core;    /* what it took the CPU for, such as "SkylakeX"; "" if it does not say */
    int core_is_generic; /* the core is a fallback, several times slower: OPENBLAS_CORETYPE helps */
} mlops__blas;

/* Opens it on first use, never before: it starts threads and is large. False if the build left it
 * out, or if the machine has none with 32-bit integers; out is zeroed then. */
int mlops__blas_get(mlops__blas *out);

#endif
