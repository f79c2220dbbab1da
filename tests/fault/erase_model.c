/* Data that is erased: three versions of a dataset with a file that goes, which shares a chunk with
 * one that stays; a large one that is kept as changes to the version before; a table with rows of a
 * person.
 *
 * Owns the bytes, the same in each run.
 */
#include "fault/erase_model.h"

#include "fault/search_packs.h"

#include <stdio.h>
#include <string.h>

enum { SMALL = 1500, LARGE = 40000, TABLE = 4000 };

static const char SECRET[] = "q9Zx-Mustermann-77Kd", PERSON[] = "erika";

static size_t make_text(char *out, size_t n, int seed, int with_secret) {
    return search_text(out, n, seed, with_secret ? SECRET : "");
}

/* Versions differ at their beginning alone. */
static size_t make_large(char *out, int version) {
    make_text(out, LARGE, 3, 1);
    return (size_t)snprintf(out, LARGE, "version %d", version) ? LARGE : 0;
}

static size_t make_table(char *out, int version, int with_person) {
    size_t n = (size_t)snprintf(out, TABLE, "name,x\n");
    for (int i = 0; i < 40; i++) {
        int hers = i % 9 == 4;
        if (hers && !with_person) continue;
        n += (size_t)snprintf(out + n, TABLE - n, "%s,%d\n", hers ? PERSON : "max",
                              version * 100 + i);
    }
    return n;
}

mlops_status erase_commit(mlops_store *s, int version) {
    static char text[LARGE];
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    if (mlops_change_new(&c, s, NULL, NULL)) return MLOPS_E_NOMEM;
    mlops_status status = mlops_draft_new(&d, c, "d", NULL, NULL);
    for (int i = 0; i < 2 && !status; i++) {
        size_t n = make_text(text, SMALL, i, i == 0);
        status = mlops_draft_add_bytes(d, i ? "b" : "a", text, n, NULL);
    }
    if (!status) status = mlops_draft_add_bytes(d, "big", text, make_large(text, version), NULL);
    if (!status)
        status = mlops_draft_add_bytes(d, "t.csv", text, make_table(text, version, 1), NULL);
    if (!status) status = mlops_draft_commit(d, &id, NULL);
    if (!status) status = mlops_change_commit(c, NULL, NULL);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

/* The first erasure is of files, the second of rows. */
mlops_status erase_run(mlops_store *s, int rows, mlops_erase_stat *out) {
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    opts.paths = rows ? NULL : "a,big";
    opts.column = rows ? "name" : NULL;
    opts.value = rows ? PERSON : NULL;
    opts.reason = "asked to";
    opts.by = "dpo";
    return mlops_dataset_erase(s, "d", &opts, NULL, out, NULL);
}

/* ---- judging ---- */

int erase_n(mlops_store *s) {
    mlops_table *list;
    if (mlops_erase_list(&list, s, NULL)) return -1;
    int n = (int)mlops_table_n_rows(list);
    mlops_table_unref(list);
    return n;
}

/* n 0: it was erased. */
static int reads(mlops_store *s, const char *ref, const char *path, const char *want, size_t n) {
    static char got[LARGE];
    size_t size = 0;
    mlops_status status = mlops_dataset_read(s, "d", ref, path, got, sizeof got, &size, NULL);
    if (n == 0) return status == MLOPS_E_ERASED;
    return !status && size == n && memcmp(got, want, n) == 0;
}

static int version_holds(mlops_store *s, const char *ref, int version, int k) {
    static char want[LARGE];
    if (!reads(s, ref, "a", want, k > 0 ? 0 : make_text(want, SMALL, 0, 1))) return 0;
    if (!reads(s, ref, "b", want, make_text(want, SMALL, 1, 0))) return 0;
    if (!reads(s, ref, "big", want, k > 0 ? 0 : make_large(want, version))) return 0;
    return reads(s, ref, "t.csv", want, make_table(want, version, k < 2));
}

/* All versions, behind so many erasures. */
int erase_holds(mlops_store *s, int k) {
    mlops_table *log;
    char ref[65];
    if (mlops_dataset_log(&log, s, "d", NULL, 10, NULL)) return 0;
    int good = mlops_table_n_rows(log) == ERASE_VERSIONS;
    for (int i = 0; i < ERASE_VERSIONS && good; i++) {
        mlops_table_text(log, 0, i, ref, sizeof ref, NULL);
        good = version_holds(s, ref, ERASE_VERSIONS - 1 - i, k);
    }
    mlops_table_unref(log);
    return good;
}

/* What was begun is brought to its end; then all that was to be erased is erased. */
int erase_goes_on(mlops_store *s, int k) {
    static const char *const gone[] = {SECRET, NULL}, *const all[] = {SECRET, PERSON, NULL};
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    if (mlops_dataset_erase(s, NULL, NULL, NULL, &stat, NULL) || !stat.done) return 0;
    if (k > 0 && search_packs(s, k > 1 ? all : gone)) return 0;
    for (; k < 2; k++)
        if (erase_run(s, k, &stat) || !stat.done) return 0;
    return erase_holds(s, 2) && !search_packs(s, all);
}
