/* The payload of a reference, record by record; profile/reference.h draws it. */
#ifndef MLOPS_PROFILE_RUN_REFERENCE_LAYOUT_H
#define MLOPS_PROFILE_RUN_REFERENCE_LAYOUT_H

#include "profile/reference.h"

enum {
    MLOPS__REFERENCE_VERSION = 1,
    MLOPS__REFERENCE_HEADER = 16,
    MLOPS__REFERENCE_RECORD = 88,
    MLOPS__REFERENCE_EXACT = 1,      /* flag */
    MLOPS__REFERENCE_PART_SHIFT = 8, /* of what a column is of texts, in the flags */
    MLOPS__REFERENCE_PARTS = 8
};

/* One column's record; offsets count from the start of the payload. */
typedef struct mlops__reference_record {
    uint32_t name;
    uint32_t name_size;
    uint32_t type;
    uint32_t flags; /* without part */
    uint32_t part;  /* of texts: 1 and up; 0: a column of its own */
    int64_t n_null;
    int64_t n_nan;
    uint32_t n_edges;
    uint32_t n_categories;
    uint32_t counts;
    uint32_t edges;
    uint32_t categories;
    uint32_t hidden;     /* in units of 2^-32 */
    uint64_t moments[4]; /* bits of mean, sd, min, max */
} mlops__reference_record;

mlops__reference_record mlops__reference_record_at(const mlops__reference_view *self,
                                                   int64_t index);

/* Of a record of an open view. */
int64_t mlops__reference_record_count(const mlops__reference_view *self,
                                      const mlops__reference_record *r, int64_t cell);
double mlops__reference_record_edge(const mlops__reference_view *self,
                                    const mlops__reference_record *r, int64_t edge);
const char *mlops__reference_record_category(const mlops__reference_view *self,
                                             const mlops__reference_record *r, int64_t category);

#endif
