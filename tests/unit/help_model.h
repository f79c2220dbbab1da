/* Models from text: one that must load, and a text that differs in one place. */
#ifndef TESTS_UNIT_HELP_MODEL_H
#define TESTS_UNIT_HELP_MODEL_H

#include <mlops.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text with the first from replaced by to; to be freed. */
static inline char *edited(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    if (!at) fail_msg("%s is not in the text", from);
    size_t head = (size_t)(at - text), size = strlen(to), tail = strlen(at + strlen(from)) + 1;
    char *out = malloc(head + size + tail);
    assert_non_null(out);
    memcpy(out, text, head);
    memcpy(out + head, to, size);
    memcpy(out + head + size, at + strlen(from), tail);
    return out;
}

static inline mlops_model *parse(const char *text) {
    mlops_model *model;
    mlops_error error = {0};
    if (mlops_model_parse(&model, text, strlen(text), NULL, &error)) fail_msg("%s", error.message);
    return model;
}

#endif
