/* What the tests of references share: references of tables at hand, and their payload. */
#ifndef TESTS_UNIT_HELP_REFERENCE_H
#define TESTS_UNIT_HELP_REFERENCE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "profile/reference.h"
#include "unit/draw.h"

#include <mlops.h>

static inline mlops_table *table_of_csv(const char *text) {
    mlops_table *table;
    mlops_error err;
    if (mlops_table_parse(&table, text, strlen(text), NULL, &err)) fail_msg("%s", err.message);
    return table;
}

static inline mlops_reference *reference_of(mlops_table *table, const mlops_reference_opts *opts) {
    mlops_reference *reference;
    mlops_error err;
    if (mlops_reference_new(&reference, table, opts, &err)) fail_msg("%s", err.message);
    mlops_table_unref(table);
    return reference;
}

static inline mlops_reference *reference_of_values(const double *v, int64_t n, int64_t n_edges) {
    mlops_table *table;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.n_edges = n_edges;
    assert_int_equal(mlops_table_from_matrix(&table, v, n, 1, NULL, NULL, NULL), MLOPS_OK);
    return reference_of(table, &opts);
}

static const char CSV[] =
    "id,age,city,member,score\n"
    "1,31,Oslo,true,0.25\n2,44,Rome,false,0.5\n3,,Oslo,,0.75\n4,31,,true,1.5\n";

static inline mlops_reference *mixed(void) {
    static char text[65536];
    size_t n = (size_t)sprintf(text, "x,k,word,flag,void,y\n");
    for (int i = 0; i < 900; i++)
        n += (size_t)sprintf(text + n, "%.17g,%d,w%d,%s,,%s\n", uniform(), (int)(draw() % 30),
                             (int)(draw() % 70), draw() % 2 ? "true" : "false", i % 9 ? "2.5" : "");
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.n_edges = 31;
    return reference_of(table_of_csv(text), &opts);
}

static inline mlops__host machine(void) {
    mlops__host host;
    assert_int_equal(mlops__host_init(&host, NULL, NULL), MLOPS_OK);
    return host;
}

static inline void payload_of(const mlops_reference *r, mlops__buf *out) {
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(mlops__reference_payload(r, out), MLOPS_OK);
}

#endif
