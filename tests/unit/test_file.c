/* Whole files: read, mapped, and written whole or not at all, over POSIX and in memory. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/file.h"
#include "sys/io_test.h"

static char folder[64];
static mlops__host machine;

static int begin(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/mlops_file_XXXXXX");
    return mkdtemp(folder) && !mlops__host_init(&machine, NULL, NULL) ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    return rmdir(folder);
}

static const char *in_folder(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int n_in_folder(void) {
    DIR *dir = opendir(folder);
    int n = 0;
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(dir);
    return n;
}

static void expect_content(const mlops__host *host, const char *path, const void *bytes, size_t n) {
    for (int map = 0; map < 2; map++) {
        mlops__file_view view;
        mlops_error err;
        mlops_status status = mlops__file_open(&view, host, path, SIZE_MAX, map, &err);
        if (status) fail_msg("%s", err.message);
        assert_int_equal(view.size, n);
        assert_non_null(view.data);
        assert_int_equal(view.mapped, map && n > 0);
        if (n) assert_memory_equal(view.data, bytes, n);
        mlops__file_close(&view, host);
        assert_null(view.data);
    }
}

static void test_writes_and_reads(void **state) {
    (void)state;
    static uint8_t large[300001];
    const char *path = in_folder("a");
    for (size_t i = 0; i < sizeof large; i++) large[i] = (uint8_t)(i * 31 >> 3);
    assert_int_equal(mlops__file_write(&machine, path, "first", 5, NULL), MLOPS_OK);
    expect_content(&machine, path, "first", 5);
    assert_int_equal(mlops__file_write(&machine, path, large, sizeof large, NULL), MLOPS_OK);
    expect_content(&machine, path, large, sizeof large);
    assert_int_equal(mlops__file_write(&machine, path, NULL, 0, NULL), MLOPS_OK);
    expect_content(&machine, path, NULL, 0);
    assert_int_equal(n_in_folder(), 1);
    assert_int_equal(unlink(path), 0);
}

static void test_writes_where_the_path_says(void **state) {
    (void)state;
    char *before = getcwd(NULL, 0);
    char longest[256];
    memset(longest, 'n', 255);
    longest[255] = 0;
    assert_non_null(before);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mlops__file_write(&machine, "plain", "1", 1, NULL), MLOPS_OK);
    assert_int_equal(mlops__file_write(&machine, "./dotted", "2", 1, NULL), MLOPS_OK);
    assert_int_equal(mlops__file_write(&machine, longest, "3", 1, NULL), MLOPS_OK);
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(mlops__file_write(&machine, "sub//deep", "4", 1, NULL), MLOPS_OK);
    expect_content(&machine, in_folder("plain"), "1", 1);
    expect_content(&machine, in_folder("dotted"), "2", 1);
    expect_content(&machine, in_folder(longest), "3", 1);
    expect_content(&machine, in_folder("sub/deep"), "4", 1);
    assert_int_equal(n_in_folder(), 4);
    assert_int_equal(unlink("plain") | unlink("dotted") | unlink(longest) | unlink("sub/deep"), 0);
    assert_int_equal(rmdir("sub"), 0);
    assert_int_equal(chdir(before), 0);
    free(before);
}

static void refuses_to_open(const char *path, size_t max, mlops_status expected, const char *word) {
    mlops__file_view view;
    mlops_error err;
    assert_int_equal(mlops__file_open(&view, &machine, path, max, 0, &err), expected);
    assert_null(view.data);
    assert_int_equal(err.code, expected);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
    assert_int_equal(mlops__file_open(&view, &machine, path, max, 1, NULL), expected);
}

static void test_refuses_to_open(void **state) {
    (void)state;
    const char *path = in_folder("a");
    refuses_to_open(path, SIZE_MAX, MLOPS_E_NOT_FOUND, "no such file");
    refuses_to_open(folder, SIZE_MAX, MLOPS_E_IO, "directory");
    refuses_to_open("/dev/null", SIZE_MAX, MLOPS_E_IO, "device");
    refuses_to_open("", SIZE_MAX, MLOPS_E_NOT_FOUND, "''");
    assert_int_equal(mlops__file_write(&machine, path, "12345", 5, NULL), MLOPS_OK);
    refuses_to_open(path, 4, MLOPS_E_LIMIT, "5 bytes");
    mlops__file_view view;
    assert_int_equal(mlops__file_open(&view, &machine, path, 5, 0, NULL), MLOPS_OK);
    mlops__file_close(&view, &machine);
    refuses_to_open(in_folder("a/b"), SIZE_MAX, MLOPS_E_NOT_FOUND, "not a directory");
    assert_int_equal(unlink(in_folder("a")), 0);
}

static void refuses_to_write(const char *path, mlops_status expected, const char *word) {
    mlops_error err;
    assert_int_equal(mlops__file_write(&machine, path, "x", 1, &err), expected);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
    assert_int_equal(mlops__file_write(&machine, path, "x", 1, NULL), expected);
}

static void test_refuses_to_write(void **state) {
    (void)state;
    refuses_to_write("", MLOPS_E_INVALID, "names no file");
    refuses_to_write(in_folder(""), MLOPS_E_INVALID, "names no file");
    refuses_to_write(in_folder("no/file"), MLOPS_E_NOT_FOUND, "no such");
    refuses_to_write(folder, MLOPS_E_IO, "directory");
    refuses_to_write("/dev/null", MLOPS_E_IO, "device"); /* a rename would replace it */
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    assert_int_equal(n_in_folder(), 0);
}

/* The same name drawn again and again is taken from others only when it is free. */
static int64_t same_bytes(void *ctx, void *bytes, size_t n) {
    int *left = ctx;
    memset(bytes, *left > 0 ? 7 : 8, n);
    --*left;
    return 0;
}

static void test_never_takes_a_name_in_use(void **state) {
    (void)state;
    mlops__io_memory *memory;
    mlops__host host = machine;
    int n_equal = 3;
    size_t n;
    assert_int_equal(mlops__io_memory_new(&memory, &mlops__heap), MLOPS_OK);
    host.io = *mlops__io_memory_table(memory);
    host.entropy.fill = same_bytes;
    host.entropy.ctx = &n_equal;
    const char *other = "dir/.mlops-0707070707070707.tmp";
    assert_int_equal(mlops__io_memory_put(memory, other, "other", 5), MLOPS_OK);
    assert_int_equal(mlops__file_write(&host, "dir/a", "mine", 4, NULL), MLOPS_OK);
    assert_memory_equal(mlops__io_memory_content(memory, other, &n), "other", 5);
    assert_memory_equal(mlops__io_memory_content(memory, "dir/a", &n), "mine", 4);
    n_equal = 1000;
    mlops_error err;
    assert_int_equal(mlops__file_write(&host, "dir/a", "more", 4, &err), MLOPS_E_IO);
    assert_int_equal(err.os_code, EEXIST);
    assert_memory_equal(mlops__io_memory_content(memory, "dir/a", &n), "mine", 4);
    assert_int_equal(mlops__io_memory_n_files(memory), 2);
    mlops__io_memory_free(memory);
}

static int64_t no_map(void *ctx, int64_t file, size_t n, const void **out) {
    (void)ctx, (void)file, (void)n;
    *out = NULL;
    return -ENODEV;
}

static void test_reads_where_mapping_is_refused(void **state) {
    (void)state;
    mlops__host host = machine;
    mlops__file_view view;
    host.io.map = no_map;
    const char *path = in_folder("a");
    assert_int_equal(mlops__file_write(&host, path, "content", 7, NULL), MLOPS_OK);
    assert_int_equal(mlops__file_open(&view, &host, path, SIZE_MAX, 1, NULL), MLOPS_OK);
    assert_false(view.mapped);
    assert_memory_equal(view.data, "content", 7);
    mlops__file_close(&view, &host);
    assert_int_equal(unlink(path), 0);
}

static int64_t claims_more(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 100;
}

static void test_tells_that_a_file_shrank(void **state) {
    (void)state;
    mlops__host host = machine;
    mlops__alloc_fault fault;
    mlops__file_view view;
    mlops_error err;
    mlops__alloc_fault_init(&fault);
    host.allocator = fault.table;
    host.io.size = claims_more;
    const char *path = in_folder("a");
    assert_int_equal(mlops__file_write(&host, path, "short", 5, NULL), MLOPS_OK);
    assert_int_equal(mlops__file_open(&view, &host, path, SIZE_MAX, 0, &err), MLOPS_E_IO);
    assert_non_null(strstr(err.message, "byte 5 of 100"));
    assert_null(view.data);
    assert_int_equal(fault.n_live, 0);
    assert_int_equal(fault.n_misused, 0);
    assert_int_equal(unlink(path), 0);
}

static int64_t writes_nothing(void *ctx, int64_t file, const void *bytes, size_t n, int64_t at) {
    (void)ctx, (void)file, (void)bytes, (void)n, (void)at;
    return 0;
}

static void test_does_not_wait_for_a_device_that_takes_nothing(void **state) {
    (void)state;
    mlops__host host = machine;
    mlops_error err;
    host.io.pwrite = writes_nothing;
    assert_int_equal(mlops__file_write(&host, in_folder("a"), "x", 1, &err), MLOPS_E_IO);
    assert_non_null(strstr(err.message, "no progress"));
    assert_int_equal(n_in_folder(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writes_and_reads),
        cmocka_unit_test(test_writes_where_the_path_says),
        cmocka_unit_test(test_refuses_to_open),
        cmocka_unit_test(test_refuses_to_write),
        cmocka_unit_test(test_never_takes_a_name_in_use),
        cmocka_unit_test(test_reads_where_mapping_is_refused),
        cmocka_unit_test(test_tells_that_a_file_shrank),
        cmocka_unit_test(test_does_not_wait_for_a_device_that_takes_nothing),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
