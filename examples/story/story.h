/* The parts of the story that examples/run.sh tells: a table, a trainer, and how it is printed. */
#ifndef STORY_H
#define STORY_H

#include <mlops.h>

#include <stdint.h>

typedef enum task { TASK_BINARY, TASK_CLASSES, TASK_REGRESSION } task;

/* A table as trainers take it: numbers, row-major. Text columns became codes. */
typedef struct dataset {
    char **names; /* of the features */
    int64_t n_features;
    int64_t n_rows;
    float *x;
    float *y;
    task task;
    int64_t n_classes;
    char *left_out; /* names of the columns that are no feature, for people */
} dataset;

typedef struct settings {
    const char *data;
    const char *target;
    const char *ignore;
    const char *production; /* rows to watch instead of the shifted ones */
    const char *out;        /* folder */
    int skip_lines;
    const char *column_names;
} settings;

/* Ends the program with what a library error says. */
void must(mlops_status status, const mlops_error *error);
void *must_alloc(size_t n, size_t size);

/* data.c. numbers of columns that are called features come from table; target may be absent. */
void dataset_load(dataset *self, const settings *settings);
void dataset_load_like(dataset *self, const dataset *like, const settings *settings);
void dataset_free(dataset *self);
char *dataset_name_list(const dataset *self); /* as the library's options spell lists */

/* trainer.c: XGBoost through its own C API. */
typedef struct trainer trainer;
trainer *trainer_train(const dataset *data, const int64_t *rows, int64_t n_rows, int rounds);
void trainer_save(const trainer *self, const char *path);
/* Predicts with XGBoost's fastest call; the values stay until the next one. */
const float *trainer_predict(const trainer *self, const float *x, int64_t n_rows,
                             int64_t n_features);
void trainer_free(trainer *self);

/* print.c */
void step_begin(const char *title);
void step_say(const char *format, ...);
void step_end(void);
void say_good(const char *format, ...);
void say_bad(const char *format, ...);
double now_us(void);
double median_us(double *times, int n);

uint64_t draw(uint64_t *state); /* splitmix64 */
double draw_unit(uint64_t *state);

#endif
