/* Rows of versions of a table, read by themselves: right, or an error and none.
 *
 * Owns the two versions, of delimited text that is kept as rows, and as changes to them; and of a
 * table that is kept as numbers.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include "dataset/draft.h"

#include <mlops.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 5000, TEXT = ROWS * 24 };

static int value_of(int version, int row) { return (row * 7919 + (row % 50 ? 0 : version)) % 1000; }

static int add(mlops_store *s, int version, mlops_error *err) {
    static char text[TEXT];
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    size_t n = (size_t)sprintf(text, "id,value,name\n");
    for (int i = 0; i < ROWS; i++)
        n += (size_t)sprintf(text + n, "%d,%d,n%d\n", i, value_of(version, i), i % 7);
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    mlops_status status = mlops_draft_new(&d, c, "d", NULL, err);
    const mlops__bytes bytes = {(const uint8_t *)text, n};
    mlops_table *t = NULL;
    if (!status) status = mlops__draft_put_csv(d, "t", bytes, "t", NULL, err);
    if (!status) status = mlops_table_parse(&t, text, n, NULL, err);
    if (!status) status = mlops_draft_add_table(d, "typed", t, NULL, err);
    mlops_table_unref(t);
    if (!status) status = mlops_draft_commit(d, &id, err);
    mlops_draft_free(d);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    mlops_change *c;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = add(s, 0, &err);
    if (!status) status = mlops_change_new(&c, s, NULL, &err);
    if (!status) {
        status = mlops_dataset_tag(c, "d", "old", NULL, &err);
        if (!status) status = mlops_change_commit(c, NULL, &err);
        mlops_change_free(c);
    }
    if (!status) status = add(s, 1, &err);
    mlops_store_close(s);
    return status;
}

static int has_rows(mlops_store *s, const char *path, int version, int from, int n,
                    mlops_error *err) {
    mlops_table *t;
    int64_t values[ROWS];
    mlops_status status =
        mlops_dataset_rows(&t, s, "d", version ? NULL : "old", path, from, n, "value,id,name", err);
    char name[8], want[8];
    if (status) return t ? SWEEP_WRONG : sweep_told(status, err);
    int bad = mlops_table_n_rows(t) != n || mlops_table_integers(t, 0, values, n, NULL);
    for (int i = 0; i < n && !bad; i++) {
        snprintf(want, sizeof want, "n%d", (from + i) % 7);
        bad = values[i] != value_of(version, from + i) ||
              mlops_table_text(t, 2, i, name, sizeof name, NULL) || strcmp(name, want) != 0;
    }
    mlops_table_unref(t);
    return bad ? SWEEP_WRONG : MLOPS_OK;
}

static int read_rows(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = has_rows(s, "t", 0, 4000, 30, &err);
    if (!status) status = has_rows(s, "t", 1, 2000, 200, &err);
    if (!status) status = has_rows(s, "typed", 0, 4000, 30, &err);
    if (!status) status = has_rows(s, "typed", 1, 2000, 200, &err);
    mlops_store_close(s);
    return status;
}

static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_error err;
    (void)status, (void)failed;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = has_rows(s, "t", 0, 0, ROWS, &err) || has_rows(s, "t", 1, 0, ROWS, &err) ||
              has_rows(s, "typed", 0, 0, ROWS, &err) || has_rows(s, "typed", 1, 0, ROWS, &err);
    mlops_store_close(s);
    return bad;
}

const sweep_scenario sweep_cells[] = {
    {"store rows of a version", prepare, read_rows, judge, SWEEP_MEMORY | SWEEP_TREE},
    {NULL, NULL, NULL, NULL, 0},
};
