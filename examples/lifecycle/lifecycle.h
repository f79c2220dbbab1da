/* The parts of the lifecycle that examples/run.sh shows: rows of CSV, a trainer, and how it is
 * printed. What the library does is in lifecycle.c, data.c, train.c and serve.c alone.
 */
#ifndef LIFECYCLE_H
#define LIFECYCLE_H

#include <mlops.h>

#include <stdint.h>

typedef struct settings {
    const char *data;
    const char *target;
    const char *time;       /* column of the time of a row; NULL: rows are held out by classes */
    const char *ignore;     /* columns that are no features */
    const char *production; /* rows to serve instead of the ones that were kept back */
    const char *labels;     /* what their labels turned out to be, by id */
    const char *id;
    const char *out; /* folder */
    int skip_lines;
    const char *column_names;
} settings;

/* Ends the program with what a library error says. */
void must(mlops_status status, const mlops_error *error);
void fail(const char *format, ...);
void *must_alloc(size_t n, size_t size);
char *text_of(const char *format, ...); /* to be freed */

/* lines.c: a CSV file as lines, to cut, change and write down. Fields hold no line ends. */
typedef struct lines {
    char *text;
    char **fields; /* n_rows x n_columns */
    char **names;
    int64_t n_columns;
    int64_t n_rows;
} lines;
void lines_load(lines *self, const char *path, const settings *settings);
void lines_free(lines *self);
int64_t lines_find(const lines *self, const char *name); /* -1 */
/* Writes the rows that are listed, with the columns of like; what is not there is looked up in
 * labels by id, or left empty. changed, if there is one, replaces field (row, column). */
typedef const char *lines_change(void *user, int64_t row, int64_t column, const char *field);
typedef struct lines_output lines_output;
lines_output *lines_begin(const char *path, const lines *like);
void lines_write(lines_output *out, const lines *self, int64_t row, const lines *labels,
                 const char *id, lines_change *change, void *user);
void lines_end(lines_output *out);

/* trainer.c: XGBoost through its own C API. */
typedef enum task { TASK_BINARY, TASK_CLASSES, TASK_REGRESSION } task;
typedef struct trainer trainer;
trainer *trainer_new(const float *x, const float *y, int64_t n_rows, int64_t n_features,
                     const char *const *names, task task, int64_t n_classes);
void trainer_step(trainer *self); /* one more round */
void trainer_save(trainer *self, const char *path);
const float *trainer_predict(trainer *self, const float *x, int64_t n_rows, int64_t n_features);
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
