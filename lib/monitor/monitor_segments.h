/* Segments of a monitor: each is a monitor of its rows alone, whose windows end with its parent's.
 */
#ifndef MLOPS_MONITOR_MONITOR_SEGMENTS_H
#define MLOPS_MONITOR_MONITOR_SEGMENTS_H

#include "monitor/monitor_inside.h"

enum {
    MLOPS__SEGMENTS_MAX = 256, /* but for "other" */
    MLOPS__SEGMENT_KEY = 64    /* bytes of a key with its NUL */
};

typedef struct mlops__segment {
    mlops_monitor *monitor; /* its name is the key */
    char key[MLOPS__SEGMENT_KEY];
    char *labels; /* model="...",segment="..." of the monitor */
} mlops__segment;

struct mlops__segments {
    int64_t cap;          /* slots: "other", and all keys that there is room for */
    int64_t n;            /* slots that have a key; slot 0 is "other" */
    int64_t current;      /* of rows that are added */
    const int64_t *given; /* NULL, or of each row that the running call has still to add */
    mlops__segment *slots;
};

/* How many of the next n rows are of one segment, 1 or more, which is the current one then. */
int64_t mlops__segments_run(mlops__segments *self, int64_t n);

/* Where rows go that are added. */
mlops_monitor *mlops__segments_current(const mlops__segments *self);

/* What a segment is given of rows with scores: ids are joined by the parent. */
mlops__scored mlops__segments_part(const mlops__scored *scored);

/* Gives a slot its key; 0: the key is none, is there, or there is no room. */
int mlops__segments_name(mlops_monitor *monitor, const char *key, size_t n);

/* Of keys but "other". */
void mlops__segments_forget(mlops__segments *self);

#endif
