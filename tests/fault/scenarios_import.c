/* Imports: what a tree names is added whole, or an error tells why; begun again, it is.
 *
 * Owns two trees: one of DVC with a file and a folder, one of git-lfs with a pointer.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <string.h>

/* What the objects are named by: MD5 of "one", "two" and the listing; SHA-256 of "three". */
static const char LISTING[] =
    "[{\"md5\": \"b8a9f715dbb64fd5c56e7783c6820a61\", \"relpath\": \"x\"}]";

static const struct {
    const char *name, *text;
} FILES[] = {
    {"dvc/a.dvc", "outs:\n- md5: f97c5d29941bfb1b2fdab0874906ab82\n  hash: md5\n  path: a\n"},
    {"dvc/dvc.lock",
     "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n    - path: d\n      hash: md5\n"
     "      md5: 900c657544bef054e286c362d35a5800.dir\n"},
    {"dvc/.dvc/config", "[cache]\n    dir = kept\n"},
    {"dvc/.dvc/kept/files/md5/f9/7c5d29941bfb1b2fdab0874906ab82", "one"},
    {"dvc/.dvc/kept/files/md5/b8/a9f715dbb64fd5c56e7783c6820a61", "two"},
    {"dvc/.dvc/kept/files/md5/90/0c657544bef054e286c362d35a5800.dir", LISTING},
    {"lfs/.gitattributes", "b filter=lfs\n"},
    {"lfs/b", "version https:/"
              "/git-lfs.github.com/spec/v1\noid "
              "sha256:8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f\nsize 5\n"},
    {"lfs/.git/lfs/objects/8b/5b/8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f",
     "three"},
};

static int put_file(const mlops_host *host, const char *dir, const char *name, const char *text) {
    sweep_path path;
    char folder[200];
    for (const char *slash = name; (slash = strchr(slash, '/')) != NULL; slash++) {
        memcpy(folder, name, (size_t)(slash - name));
        folder[slash - name] = 0;
        host->io->mkdir(host->io->ctx, sweep_in(&path, dir, folder));
    }
    return sweep_put(host, dir, name, text, strlen(text));
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        if (put_file(host, dir, FILES[i].name, FILES[i].text)) return 1;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    mlops_store_close(s);
    return MLOPS_OK;
}

static int import_one(mlops_store *s, const char *dir, mlops_import_kind kind, mlops_error *err) {
    sweep_path path;
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    mlops_import_opts opts = MLOPS_IMPORT_OPTS_INIT;
    mlops_import_stat stat = MLOPS_IMPORT_STAT_INIT;
    int is_dvc = kind == MLOPS_IMPORT_DVC;
    opts.kind = kind;
    sweep_in(&path, dir, is_dvc ? "dvc" : "lfs");
    MLOPS_TRY(sweep_told(mlops_change_new(&c, s, NULL, err), err));
    int status = sweep_told(mlops_draft_new(&d, c, path.text + strlen(dir) + 1, NULL, err), err);
    if (!status)
        status = sweep_told(mlops_draft_import(d, NULL, path.text, &opts, &stat, err), err);
    if (!status && stat.n_objects != (is_dvc ? 2 : 1)) status = SWEEP_WRONG;
    if (!status) status = sweep_told(mlops_draft_commit(d, &id, err), err);
    mlops_draft_free(d);
    if (!status) status = sweep_told(mlops_change_commit(c, NULL, err), err);
    mlops_change_free(c);
    return status;
}

static int run_kind(const mlops_host *host, const char *dir, mlops_import_kind kind) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = import_one(s, dir, kind, &err);
    mlops_store_close(s);
    return status;
}

static int dvc_of(const mlops_host *host, const char *dir) {
    return run_kind(host, dir, MLOPS_IMPORT_DVC);
}

static int lfs_of(const mlops_host *host, const char *dir) {
    return run_kind(host, dir, MLOPS_IMPORT_GIT_LFS);
}

static int lacks(mlops_store *s, const char *dataset, const char *path, const char *want) {
    char got[16];
    size_t n = 0;
    if (mlops_dataset_read(s, dataset, NULL, path, got, sizeof got, &n, NULL)) return 1;
    return n != strlen(want) || memcmp(got, want, n) != 0;
}

static int judge_kind(const mlops_host *host, const char *dir, int status, mlops_import_kind kind) {
    mlops_store *s;
    mlops_error err;
    mlops_id id;
    const char *name = kind == MLOPS_IMPORT_DVC ? "dvc" : "lfs";
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = mlops_dataset_resolve(&id, s, name, NULL, NULL);
    bad = bad == MLOPS_E_NOT_FOUND && status ? import_one(s, dir, kind, &err) : bad;
    if (!bad && kind == MLOPS_IMPORT_DVC)
        bad = lacks(s, name, "a", "one") || lacks(s, name, "d/x", "two");
    if (!bad && kind == MLOPS_IMPORT_GIT_LFS) bad = lacks(s, name, "b", "three");
    mlops_store_close(s);
    return bad;
}

static int judge_dvc(const mlops_host *host, const char *dir, int status, const char *failed) {
    (void)failed;
    return judge_kind(host, dir, status, MLOPS_IMPORT_DVC);
}

static int judge_lfs(const mlops_host *host, const char *dir, int status, const char *failed) {
    (void)failed;
    return judge_kind(host, dir, status, MLOPS_IMPORT_GIT_LFS);
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE };

const sweep_scenario sweep_import[] = {
    {"store import dvc", prepare, dvc_of, judge_dvc, ALL},
    {"store import git-lfs", prepare, lfs_of, judge_lfs, ALL},
    {NULL, NULL, NULL, NULL, 0},
};
