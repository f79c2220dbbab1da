/* Whole files: a replaced file holds its old or its new bytes, and nothing is left beside it.
 *
 * Owns two contents that differ in every byte and in length.
 */
#include "fault/sweep.h"

#include "file/file.h"

#include <string.h>

enum { OLD_SIZE = 700, NEW_SIZE = 5000 };

static void fill(uint8_t *out, size_t n, unsigned salt) {
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(i * 7 + (i >> 8) + salt);
}

static int put_old(const mlops_host *host, const char *dir) {
    uint8_t old[OLD_SIZE];
    fill(old, sizeof old, 1);
    return sweep_put(host, dir, "a", old, sizeof old);
}

static int write_new(const mlops_host *given, const char *dir) {
    mlops__host host;
    sweep_path path;
    mlops_error err;
    uint8_t bytes[NEW_SIZE];
    fill(bytes, sizeof bytes, 2);
    MLOPS_TRY(mlops__host_init(&host, given, NULL));
    mlops_status status =
        mlops__file_write(&host, sweep_in(&path, dir, "a"), bytes, NEW_SIZE, &err);
    if (status && (err.code != status || !err.message[0])) return SWEEP_WRONG;
    return status;
}

/* Only a directory that cannot be synced may leave the new bytes behind an error. */
static int is_new(int status, const char *failed) {
    return status == MLOPS_OK || (failed && strcmp(failed, "sync_dir") == 0);
}

static int old_or_new(const mlops_host *host, const char *dir, int status, const char *failed) {
    uint8_t old[OLD_SIZE], new[NEW_SIZE];
    fill(old, sizeof old, 1);
    fill(new, sizeof new, 2);
    if (is_new(status, failed)) return sweep_same(host, dir, "a", new, sizeof new);
    return sweep_same(host, dir, "a", old, sizeof old);
}

static int none_or_new(const mlops_host *host, const char *dir, int status, const char *failed) {
    uint8_t new[NEW_SIZE];
    fill(new, sizeof new, 2);
    if (is_new(status, failed)) return sweep_same(host, dir, "a", new, sizeof new);
    return sweep_same(host, dir, "a", NULL, 0) != -1; /* -1: it is not there */
}

static int read_back(const mlops_host *given, const char *dir, int map) {
    mlops__host host;
    mlops__file_view view;
    sweep_path path;
    uint8_t old[OLD_SIZE];
    fill(old, sizeof old, 1);
    MLOPS_TRY(mlops__host_init(&host, given, NULL));
    MLOPS_TRY(mlops__file_open(&view, &host, sweep_in(&path, dir, "a"), OLD_SIZE, map, NULL));
    int same = view.size == OLD_SIZE && memcmp(view.data, old, OLD_SIZE) == 0;
    mlops__file_close(&view, &host);
    return same ? MLOPS_OK : SWEEP_WRONG;
}

static int read_file(const mlops_host *given, const char *dir) { return read_back(given, dir, 0); }

static int map_file(const mlops_host *given, const char *dir) { return read_back(given, dir, 1); }

const sweep_scenario sweep_file[] = {
    {"file: replace", put_old, write_new, old_or_new, SWEEP_MEMORY | SWEEP_IO},
    {"file: create", NULL, write_new, none_or_new, SWEEP_MEMORY | SWEEP_IO},
    {"file: read", put_old, read_file, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"file: map", put_old, map_file, NULL, SWEEP_IO},
    {NULL, NULL, NULL, NULL, 0},
};
