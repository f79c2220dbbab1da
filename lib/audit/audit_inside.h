/* Making an audit of what is no store. */
#ifndef MLOPS_AUDIT_AUDIT_INSIDE_H
#define MLOPS_AUDIT_AUDIT_INSIDE_H

#include "store/frame.h"

#include <mlops/audit.h>

/* The one commit, copied. */
mlops_status mlops__audit_of_frame(mlops_audit **out, const mlops__frame *frame,
                                   const mlops_allocator *allocator, mlops_error *err);

#endif
