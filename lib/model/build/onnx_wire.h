/* Fields of a protobuf message, one after the other, as they stand in the file.
 *
 * A pull parser over a bounded cursor; nothing is copied. Wire types 0 (varint), 1 (8 bytes),
 * 2 (length and bytes) and 5 (4 bytes) are all that there is: groups are refused. A varint has at
 * most 10 bytes, messages nest at most 64 deep, and every length is held against the bytes left of
 * the message around it. Errors carry the offset in the file.
 */
#ifndef MLOPS_MODEL_ONNX_WIRE_H
#define MLOPS_MODEL_ONNX_WIRE_H

#include "base/cursor.h"
#include "base/fail.h"

enum { MLOPS__WIRE_DEPTH = 64 };

typedef enum mlops__wire_type {
    MLOPS__WIRE_VARINT = 0,
    MLOPS__WIRE_64 = 1,
    MLOPS__WIRE_BYTES = 2,
    MLOPS__WIRE_32 = 5
} mlops__wire_type;

/* A message being read, and its newest field. */
typedef struct mlops__wire {
    mlops__cursor in; /* over the bytes of this message */
    size_t origin;    /* offset of the message in the file */
    const char *what; /* the message's name, for errors */
    int depth;
    uint32_t field;
    mlops__wire_type type;
    size_t offset;       /* of the field's key in the file */
    uint64_t bits;       /* of types 0, 1 and 5 */
    const uint8_t *data; /* of type 2 */
    size_t n;
    mlops_error *err;
    const struct mlops__external *external; /* NULL: tensors in other files are refused */
} mlops__wire;

void mlops__wire_init(mlops__wire *self, const char *what, const void *bytes, size_t n,
                      mlops_error *err);

/* Goes on to the next field; MLOPS_END behind the last. MLOPS_E_CORRUPT. */
mlops_status mlops__wire_next(mlops__wire *self);

/* An error at the newest field. */
mlops_status mlops__wire_fail(const mlops__wire *self, mlops_status code, const char *format, ...)
    MLOPS__PRINTF(3, 4);

/* The newest field as what it must be, or MLOPS_E_CORRUPT with the name of the field. */
mlops_status mlops__wire_message(const mlops__wire *self, const char *what, mlops__wire *out);
mlops_status mlops__wire_i64(const mlops__wire *self, const char *what, int64_t *out);
mlops_status mlops__wire_bytes(const mlops__wire *self, const char *what);

/* Number of values that the newest field of a repeated number holds: one if it stands alone, else
 * those of its packed bytes. type is that of a single value. */
mlops_status mlops__wire_count(const mlops__wire *self, const char *what, mlops__wire_type type,
                               size_t *out);

/* Writes them: bits of int64_t, double or float. The field was counted. */
void mlops__wire_values(const mlops__wire *self, mlops__wire_type type, void *out);

#endif
