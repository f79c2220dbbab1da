/* Inside of a mlops_policy, shared by the files of this folder. */
#ifndef MLOPS_POLICY_POLICY_H
#define MLOPS_POLICY_POLICY_H

#include "base/buf.h"
#include "base/fail.h"

#include <mlops/policy.h>

enum { MLOPS__POLICY_WINDOWS = 64 };

/* The rules, defaults in place. */
typedef struct mlops__policy_rules {
    int64_t k, n, calm;
    double over, clear, critical; /* critical 0: none */
    int64_t pause_ns;
} mlops__policy_rules;

struct mlops_policy {
    mlops__policy_rules rules;
    uint64_t over;                  /* bit i: the window before i known others was over */
    mlops_policy_decision decision; /* of the newest window */
};

/* MLOPS_E_INVALID names what is out of range. */
mlops_status mlops__policy_check(const mlops__policy_rules *rules, mlops_error *err);

/* A policy without any window. */
mlops_status mlops__policy_place(mlops_policy **out, void *mem, size_t size,
                                 const mlops__policy_rules *rules, mlops_error *err);

/* Why the newest window changed what it did, in words. */
void mlops__policy_sentence(const mlops_policy *self, mlops__buf *out);

#endif
