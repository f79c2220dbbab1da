/* Tables and features for the tests of features. */
#ifndef TESTS_UNIT_HELP_FEATURE_H
#define TESTS_UNIT_HELP_FEATURE_H

#include <mlops.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* NA is null; nan and inf are numbers. */
static mlops_table *table_of(const char *csv) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *table;
    mlops_error err;
    opts.nulls = "NA";
    if (mlops_table_parse(&table, csv, strlen(csv), &opts, &err)) fail_msg("%s", err.message);
    return table;
}

static mlops_feature *fit_of(const char *definition, const mlops_table *table) {
    mlops_feature *feature;
    mlops_error err;
    if (mlops_feature_fit(&feature, definition, table, NULL, &err)) fail_msg("%s", err.message);
    return feature;
}

/* Fits to a table that is made of CSV and forgotten. */
static mlops_feature *fit_csv(const char *definition, const char *csv) {
    mlops_table *table = table_of(csv);
    mlops_feature *feature = fit_of(definition, table);
    mlops_table_unref(table);
    return feature;
}

#endif
