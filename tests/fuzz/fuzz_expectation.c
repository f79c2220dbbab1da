/* Any bytes as expectations, and as a pattern and a text. What is read is written in one spelling,
 * which reads back to itself; a report has a row for each; no pattern takes more than linear time.
 *
 * The first byte chooses: 'R' is a pattern, NUL, a text; all else expectations.
 */
#include "fuzz/fuzz.h"
#include "sys/host.h"
#include "text/regex.h"
#include "text/utf8.h"

#include <mlops.h>

static const char CSV[] = "x,y,n,s,p,a b\n"
                          "1.5,-0.0,3,red,true,1\nNA,1e308,-4,it's,false,2\nnan,inf,NA,,NA,3\n"
                          "-2.25,-inf,7,green,true,4\n5e-324,NA,9223372036854775807,red,true,5\n"
                          "1e17,0.5,0,NA,false,6\n-7.0,2.0,-1,\xc3\xa9,NA,7\n"
                          "1.5,3.0,3,2024-02-29,true,8\n0.1,nan,2,x,false,9\n";

static mlops_table *table(void) {
    static mlops_table *made;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.nulls = "NA";
    if (!made) must(mlops_table_parse(&made, CSV, sizeof CSV - 1, &opts, NULL) == MLOPS_OK);
    return made;
}

static void check_report(const mlops_expectations *e) {
    static mlops_reference *reference;
    mlops_expectations_opts opts = MLOPS_EXPECTATIONS_OPTS_INIT;
    mlops_expectations *bound;
    mlops_table *report;
    mlops_error err = {0};
    if (!reference) must(mlops_reference_new(&reference, table(), NULL, NULL) == MLOPS_OK);
    opts.reference = reference;
    opts.flags = MLOPS_EXPECTATIONS_SET_AS_OF_NS;
    must(mlops_expectations_bind(&bound, e, "o", table(), NULL) == MLOPS_OK);
    must(mlops_expectations_validate(&report, bound, table(), &opts, &err) == MLOPS_OK);
    must(mlops_table_n_rows(report) == mlops_expectations_n(e));
    mlops_status status = mlops_expectations_require(report, &err);
    must(status == MLOPS_OK || (status == MLOPS_E_REFUSED && err.message[0]));
    mlops_table_unref(report);
    mlops_expectations_unref(bound);
}

static void check_expectations(const uint8_t *data, size_t size) {
    mlops_expectations *e, *again;
    mlops_error err = {0};
    char *text = calloc(1, size + 1);
    must(text != NULL);
    if (size) memcpy(text, data, size);
    mlops_status status = mlops_expectations_parse(&e, text, NULL, &err);
    free(text);
    if (status < 0) {
        must(!e && err.code == status && err.message[0]);
        return;
    }
    must(mlops_expectations_parse(&again, mlops_expectations_text(e), NULL, &err) == MLOPS_OK);
    must(strcmp(mlops_expectations_text(e), mlops_expectations_text(again)) == 0);
    check_report(again);
    mlops_expectations_unref(again);
    mlops_expectations_unref(e);
}

static void check_pattern(const char *data, size_t size) {
    const char *nul = memchr(data, 0, size);
    size_t n = nul ? (size_t)(nul - data) : size, m = nul ? size - n - 1 : 0;
    mlops__arena arena;
    mlops__regex_problem problem;
    const mlops__regex *regex;
    if (mlops__utf8_check(data, size) < size) return;
    mlops__arena_init(&arena, &mlops__heap, (size_t)1 << 26);
    mlops_status status = mlops__regex_compile(&regex, data, n, &arena, &problem);
    if (status < 0) must(problem.what[0] && problem.at <= n);
    else {
        char *text = malloc(m + 1);
        void *scratch = malloc(mlops__regex_scratch_size(regex));
        must(text && scratch);
        if (m) memcpy(text, nul + 1, m);
        mlops__regex_matches(regex, text, m, scratch);
        free(scratch);
        free(text);
    }
    mlops__arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size && data[0] == 'R') check_pattern((const char *)data + 1, size - 1);
    else check_expectations(data, size);
    return 0;
}
