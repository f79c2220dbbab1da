/* Refs at a time: what stood there then, by a clock that the test sets. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "text/time.h"

static int64_t clock_ns;

static int64_t now(void *ctx) {
    (void)ctx;
    return clock_ns;
}

static int64_t at(const char *text) {
    int64_t out = -1;
    if (mlops__time_parse(text, strlen(text), &out) != 1) fail_msg("'%s' is no time", text);
    return out;
}

static void a_ref_is_what_stood_there(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops_id id, ids[3];
    mlops_clock clock = {sizeof clock, 0, NULL, now, now};
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    static const char *const DAYS[] = {"2026-05-01", "2026-05-02T12:00", "2026-06-01"};
    make_place(&p);
    host.clock = &clock;
    opts.host = &host;
    mlops_store *s = open_store(p.path, &opts);
    for (int i = 0; i < 3; i++) {
        clock_ns = at(DAYS[i]);
        ids[i] = commit_text(s, "d", NULL, "x", DAYS[i]);
    }
    id = resolve(s, "d", "main@{2026-05-01}");
    same_id(&id, &ids[0]);
    id = resolve(s, "d", "@{2026-05-02T11:59:59.999Z}");
    same_id(&id, &ids[0]);
    id = resolve(s, "d", "@{2026-05-02T14:00+02:00}");
    same_id(&id, &ids[1]);
    id = resolve(s, "d", "main@{2027-01-01}");
    same_id(&id, &ids[2]);
    reads_text(s, "d", "@{2026-05-31}", "x", DAYS[1]);
    mlops_change *c = new_change(s);
    mlops_draft *d = NULL;
    mlops_draft_opts odd = MLOPS_DRAFT_OPTS_INIT;
    odd.branch = "main@{2026-05-01}"; /* no name is spelled as a time */
    refused(mlops_draft_new(&d, c, "d", &odd, &e), &e, MLOPS_E_INVALID, "@{");
    refused(mlops_dataset_branch(c, "d", "a@{b", NULL, &e), &e, MLOPS_E_INVALID, "@{");
    refused(mlops_dataset_tag(c, "d", "@{2026-05-01}", NULL, &e), &e, MLOPS_E_INVALID, "@{");
    works(mlops_dataset_tag(c, "d", "a@b{c}", NULL, &e), &e);
    mlops_change_free(c);
    refused(mlops_dataset_resolve(&id, s, "d", "@{2026-04-30}", &e), &e, MLOPS_E_NOT_FOUND, "yet");
    refused(mlops_dataset_resolve(&id, s, "d", "none@{2026-05-01}", &e), &e, MLOPS_E_NOT_FOUND,
            "none");
    refused(mlops_dataset_resolve(&id, s, "d", "main@{May}", &e), &e, MLOPS_E_NOT_FOUND, "May");
    mlops_store_close(s);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ref_is_what_stood_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
