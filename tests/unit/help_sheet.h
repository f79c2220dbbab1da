/* What tests of kernels over fields share: texts, one after the other. */
#ifndef TESTS_UNIT_HELP_SHEET_H
#define TESTS_UNIT_HELP_SHEET_H

#include "unit/levels.h"

enum { FIELDS = MLOPS__TEXTS };

/* A comma behind each, in memory of no more than that. */
typedef struct sheet {
    uint32_t borders[FIELDS + 1];
    char *text; /* to be freed */
    mlops__text_fields run;
} sheet;

/* From n texts, whose borders are set, in so many bytes. */
static inline void fill_sheet(sheet *s, int64_t n, const char *text, size_t size) {
    s->text = malloc(size);
    assert_non_null(s->text);
    memcpy(s->text, text, size);
    s->run = (mlops__text_fields){s->borders, 1, n, s->text, s->text, s->text + size, 0};
}

#endif
