/* What the actions of the C runner share: the step, the named objects, and what a step gave. */
#ifndef TESTS_BINDINGS_CONFORMANCE_H
#define TESTS_BINDINGS_CONFORMANCE_H

#include "bindings/script.h"

#include <mlops.h>

/* An object that a step has named. kind is the noun; "bytes" has a size. */
typedef struct named {
    const char *name;
    const char *kind;
    void *p;
    void *memory; /* of objects in the caller's storage */
    size_t n;
    struct named *next;
} named;

/* What a step gave: one of these. */
typedef struct given {
    mlops_status status;
    enum { GAVE_NOTHING, GAVE_NUMBER, GAVE_TEXT, GAVE_NUMBERS, GAVE_COLUMN, GAVE_FIELDS } kind;
    double number;
    char *text; /* NULL is null */
    double *numbers;
    size_t n;
    struct {
        const char *name;
        double number;
        const char *text;
    } fields[24];
    size_t n_fields;
    mlops_error error;
} given;

typedef struct runner {
    const char *data;
    char scratch[64];
    named *objects;
} runner;

typedef struct action {
    const char *name;
    void (*run)(runner *run, const js *step, given *out);
} action;

extern const action table_actions[], model_actions[], watch_actions[], online_actions[];

void *object_of(runner *run, const js *step, const char *key);
named *name_object(runner *run, const js *step, const char *kind, void *p);
named *find_object(runner *run, const char *name);
char *path_of(runner *run, const js *step, const char *key);
void give_number(given *out, double number);
void give_text(given *out, const char *text);
void add_field(given *out, const char *name, double number, const char *text);
float *floats_of(const js *array, size_t *rows, size_t *width);

#endif
