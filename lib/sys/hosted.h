/* Objects that live in the caller's storage, on the host's heap for callers that have one. */
#ifndef MLOPS_SYS_HOSTED_H
#define MLOPS_SYS_HOSTED_H

#include "base/fail.h"

#include <mlops/host.h>

/* Storage of so many bytes, aligned to 16, from the allocator of given (nullable). */
mlops_status mlops__hosted_new(void **out, size_t size, const mlops_host *given, mlops_error *err);

/* Gives it back. NULL is allowed. */
void mlops__hosted_free(void *storage);

#endif
