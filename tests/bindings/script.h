/* A JSON tree of the conformance script, for the runners in C and C++. Malformed input
 * ends the program; the script is ours. */
#ifndef TESTS_BINDINGS_SCRIPT_H
#define TESTS_BINDINGS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum js_kind { JS_NULL, JS_BOOL, JS_NUMBER, JS_STRING, JS_ARRAY, JS_OBJECT } js_kind;

typedef struct js {
    js_kind kind;
    double number; /* also 0 or 1 of a bool */
    char *text;    /* of a string */
    struct js **items;
    char **keys; /* of an object */
    size_t n;
} js;

#ifdef __cplusplus
extern "C" {
#endif

js *js_load(const char *path);
void js_free(js *value);

/* Member of an object; NULL if there is none. */
const js *js_get(const js *object, const char *key);

const char *js_text(const js *object, const char *key, const char *fallback);
double js_number(const js *object, const char *key, double fallback);

/* Array of numbers (null is NaN), rows of rows flattened; n and the length of a row are told. */
double *js_numbers(const js *array, size_t *n, size_t *width);

/* The text with $tmp and $data replaced. */
char *js_path(const char *text, const char *scratch, const char *data);

/* Whole file, ended by a NUL that does not count. */
char *js_read_file(const char *path, size_t *n);

#ifdef __cplusplus
}
#endif

#endif
