/* What the steps of the lifecycle share. */
#ifndef LIFE_H
#define LIFE_H

#include "lifecycle.h"

enum { ROUNDS = 100, WINDOW = 1000, CLASSES_MAX = 20 };

/* Rows that a trainer takes: features and labels of one part of a commit. */
typedef struct part {
    mlops_table *table;
    int64_t n;
    float *x;
    float *y;
} part;

typedef struct life {
    settings s;
    mlops_store *store;
    lines table;      /* the file that --data names */
    lines production; /* rows that come later: another file, or rows that were kept back */
    lines labels;     /* of those, where they have another file */
    int64_t n_first;  /* rows of the first commit, from the top of the order */
    int64_t *order;   /* of the rows of the table */
    task task;
    int64_t n_classes;
    char *classes[CLASSES_MAX];
    const char *metric; /* that the gate is about */
    const char *gate;
    mlops_feature *features;
    mlops_deployment *deployment;
    mlops_online *customers;
    mlops_watch *watch;
    mlops_id commit; /* newest */
    int64_t version; /* newest */
    char run[64];
    char *csv_path, *live_path, *model_path, *report_path, *bundle_path;
    /* How production has shifted: one column grows, one goes missing. */
    int64_t grows, missing; /* columns of the table; -1: none */
    double step;
    char field[64];
    uint64_t state;
} life;

extern const char DATASET[], PATH[], MODEL[], DEPLOYMENT[];

/* data.c */
void tell_store(life *self);
void tell_first_commit(life *self);
void tell_profile(life *self);
void tell_features(life *self);
void tell_second_commit(life *self);
/* Writes rows as production has them: as the table's, or shifted. */
void write_production(life *self, const char *path, int64_t n, int shifted);
part load_part(const life *self, mlops_part which);
void free_part(part *p);

/* train.c */
void tell_training(life *self, const char *title);
void tell_equality(life *self);
void tell_registration(life *self);
void tell_gate(life *self);
void tell_refusal(life *self);
void tell_promotion(life *self);
void tell_rollback(life *self);

/* serve.c */
void tell_serving(life *self);
void tell_customers(life *self);
void tell_calm(life *self);
void tell_shift(life *self);
void tell_production(life *self);
void tell_canary(life *self);
void tell_share(life *self);
void tell_evidence(life *self);

/* Begins and commits a change, with who and why. */
mlops_change *change_begin(const life *self, const char *note);
int64_t change_end(mlops_change *change);

#endif
