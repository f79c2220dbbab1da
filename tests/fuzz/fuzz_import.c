/* Files and settings of DVC and pointers of git-lfs: any bytes are refused, or name outputs that
 * stay in the tree. */
#include "base/alloc.h"
#include "dataset/import.h"
#include "fuzz/fuzz.h"
#include "sys/host.h"

static void stays(mlops__arena *arena, const char *path) {
    int leaves;
    const char *whole = mlops__import_resolve(arena, "a/b", path, &leaves);
    must(whole != NULL);
    if (leaves) return;
    must(*whole != '/' && strcmp(whole, "..") != 0 && strncmp(whole, "../", 3) != 0 &&
         !strstr(whole, "/../") && !strstr(whole, "//"));
}

static void read_config(const uint8_t *data, size_t size) {
    mlops__arena arena;
    mlops_error err = {0};
    const char *dir = NULL;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops_status status = mlops__dvc_config(&dir, (mlops__bytes){data, size}, &arena, &err);
    must(status == MLOPS_OK || (status == MLOPS_E_CORRUPT && err.line > 0));
    must(status || !dir || (*dir && *dir != '~' && !strchr(dir, '\n')));
    mlops__arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char oid[65];
    int64_t bytes;
    for (int is_lock = 0; is_lock < 2; is_lock++) {
        mlops__arena arena;
        mlops__dvc_file file;
        mlops_error err = {0};
        mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
        mlops_status status =
            mlops__dvc_parse(&file, (mlops__bytes){data, size}, is_lock, &arena, &err);
        must(status == MLOPS_OK || (status == MLOPS_E_CORRUPT && err.line > 0));
        for (size_t i = 0; i < file.n && !status; i++) {
            must(file.outs[i].line > 0);
            if (file.outs[i].path) stays(&arena, file.outs[i].path);
        }
        if (!status && file.wdir) stays(&arena, file.wdir);
        mlops__arena_free(&arena);
    }
    read_config(data, size);
    if (mlops__lfs_parse(data, size, oid, &bytes))
        must(strlen(oid) == 64 && bytes >= 0 && size <= MLOPS__LFS_POINTER_MAX);
    return 0;
}
