/* I/O tables: memory and POSIX behave alike; faults strike where told; recordings tell all. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cursor.h"
#include "sys/host.h"
#include "sys/io_test.h"

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/mlops_io_XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    return rmdir(folder); /* fails if a test left something */
}

static const char *in_folder(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* What POSIX says of files, held against one table. */
static void check_files(const mlops_io *io) {
    void *c = io->ctx;
    const char *a = in_folder("a"), *b = in_folder("b");
    char bytes[16];
    assert_int_equal(io->open(c, a, MLOPS_IO_READ), -ENOENT);
    assert_int_equal(io->open(c, a, MLOPS_IO_READ_WRITE), -ENOENT);
    assert_int_equal(io->unlink(c, a), -ENOENT);
    assert_int_equal(io->rename(c, a, b), -ENOENT);
    int64_t f = io->open(c, a, MLOPS_IO_CREATE);
    assert_true(f >= 0);
    assert_int_equal(io->open(c, a, MLOPS_IO_CREATE), -EEXIST);
    assert_int_equal(io->size(c, f), 0);
    assert_int_equal(io->pwrite(c, f, "hello", 5, 3), 5);
    assert_int_equal(io->size(c, f), 8);
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(io->pread(c, f, bytes, 16, 0), 8);
    assert_memory_equal(bytes, "\0\0\0hellox", 9);
    assert_int_equal(io->pread(c, f, bytes, 16, 8), 0);
    assert_int_equal(io->pread(c, f, bytes, 2, 3), 2);
    assert_memory_equal(bytes, "he", 2);
    assert_int_equal(io->truncate(c, f, 4), 0);
    assert_int_equal(io->truncate(c, f, 6), 0);
    assert_int_equal(io->pread(c, f, bytes, 16, 0), 6);
    assert_memory_equal(bytes, "\0\0\0h\0\0", 6);
    assert_int_equal(io->sync(c, f), 0);
    assert_int_equal(io->sync_dir(c, folder), 0);
    assert_int_equal(io->close(c, f), 0);
    assert_int_equal(io->close(c, f), -EBADF);
    assert_int_equal(io->unlink(c, a), 0);
    assert_int_equal(io->open(c, a, MLOPS_IO_READ), -ENOENT);
}

/* Names and content part: what is open outlives its name. */
static void check_names(const mlops_io *io) {
    void *c = io->ctx;
    const char *a = in_folder("a"), *b = in_folder("b");
    char bytes[4];
    int64_t old = io->open(c, a, MLOPS_IO_CREATE);
    assert_int_equal(io->pwrite(c, old, "old", 3, 0), 3);
    int64_t new = io->open(c, b, MLOPS_IO_CREATE);
    assert_int_equal(io->pwrite(c, new, "new", 3, 0), 3);
    assert_int_equal(io->close(c, new), 0);
    assert_int_equal(io->rename(c, b, a), 0);
    assert_int_equal(io->open(c, b, MLOPS_IO_READ), -ENOENT);
    assert_int_equal(io->pread(c, old, bytes, 3, 0), 3);
    assert_memory_equal(bytes, "old", 3);
    int64_t read = io->open(c, a, MLOPS_IO_READ);
    assert_int_equal(io->pread(c, read, bytes, 3, 0), 3);
    assert_memory_equal(bytes, "new", 3);
    assert_int_equal(io->pwrite(c, read, "x", 1, 0), -EBADF);
    const void *map = NULL;
    assert_int_equal(io->map(c, read, 3, &map), 0);
    assert_int_equal(io->close(c, read), 0);
    assert_memory_equal(map, "new", 3);
    assert_int_equal(io->unlink(c, a), 0);
    assert_memory_equal(map, "new", 3);
    assert_int_equal(io->unmap(c, map, 3), 0);
    assert_int_equal(io->close(c, old), 0);
}

static void test_posix_files(void **state) {
    (void)state;
    check_files(&mlops__io_posix);
    check_names(&mlops__io_posix);
}

static void test_memory_files(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops__io_memory *memory;
    mlops__alloc_fault_init(&fault);
    assert_int_equal(mlops__io_memory_new(&memory, &fault.table), MLOPS_OK);
    check_files(mlops__io_memory_table(memory));
    check_names(mlops__io_memory_table(memory));
    assert_int_equal(mlops__io_memory_n_files(memory), 0);
    assert_int_equal(mlops__io_memory_n_open(memory), 0);
    mlops__io_memory_free(memory);
    assert_int_equal(fault.n_live, 0);
    assert_int_equal(fault.n_misused, 0);
}

static void test_posix_takes_regular_files_only(void **state) {
    (void)state;
    const mlops_io *io = &mlops__io_posix;
    const char *pipe = in_folder("pipe");
    assert_int_equal(io->open(NULL, folder, MLOPS_IO_READ), -EISDIR);
    assert_int_equal(io->open(NULL, folder, MLOPS_IO_READ_WRITE), -EISDIR);
    assert_int_equal(io->open(NULL, "/dev/null", MLOPS_IO_READ), -ESPIPE);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(io->open(NULL, pipe, MLOPS_IO_READ), -ESPIPE); /* and does not wait */
    assert_int_equal(unlink(pipe), 0);
    assert_int_equal(io->open(NULL, in_folder("no/file"), MLOPS_IO_CREATE), -ENOENT);
    assert_int_equal(io->sync_dir(NULL, in_folder("no")), -ENOENT);
}

/* Locks are of the opened file, as host.h says: two in one process shut each other out, and closing
 * a third one gives nothing up. */
static void test_posix_locks_belong_to_the_opened_file(void **state) {
    (void)state;
    const mlops_io *io = &mlops__io_posix;
    void *c = io->ctx;
    const char *a = in_folder("a");
    int64_t one = io->open(c, a, MLOPS_IO_CREATE), two = io->open(c, a, MLOPS_IO_READ_WRITE);
    int64_t three = io->open(c, a, MLOPS_IO_READ);
    assert_true(one >= 0 && two >= 0 && three >= 0);
    assert_int_equal(io->lock(c, one, 0, MLOPS_IO_TRY_LOCK), 0);
    assert_int_equal(io->lock(c, two, 0, MLOPS_IO_TRY_LOCK), -EAGAIN);
    assert_int_equal(io->lock(c, two, 1, MLOPS_IO_TRY_LOCK), 0);
    assert_int_equal(io->close(c, three), 0);
    assert_int_equal(io->lock(c, two, 0, MLOPS_IO_TRY_LOCK), -EAGAIN);
    assert_int_equal(io->lock(c, one, 0, MLOPS_IO_UNLOCK), 0);
    assert_int_equal(io->lock(c, two, 0, MLOPS_IO_TRY_LOCK), 0);
    assert_int_equal(io->close(c, two), 0);
    assert_int_equal(io->lock(c, one, 1, MLOPS_IO_TRY_LOCK), 0);
    assert_int_equal(io->close(c, one), 0);
    assert_int_equal(io->unlink(c, a), 0);
}

static void test_posix_closes_on_exec(void **state) {
    (void)state;
    const char *path = in_folder("a");
    int64_t f = mlops__io_posix.open(NULL, path, MLOPS_IO_CREATE);
    assert_true(f >= 0);
    assert_true(fcntl((int)f, F_GETFD) & FD_CLOEXEC);
    assert_int_equal(mlops__io_posix.close(NULL, f), 0);
    assert_int_equal(unlink(path), 0);
}

static void test_memory_image(void **state) {
    (void)state;
    mlops__io_memory *memory;
    size_t n;
    assert_int_equal(mlops__io_memory_new(&memory, &mlops__heap), MLOPS_OK);
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "file%d", i);
        assert_int_equal(mlops__io_memory_put(memory, name, name, strlen(name)), MLOPS_OK);
    }
    assert_int_equal(mlops__io_memory_put(memory, "file7", "longer content", 14), MLOPS_OK);
    assert_int_equal(mlops__io_memory_put(memory, "file8", NULL, 0), MLOPS_OK);
    assert_int_equal(mlops__io_memory_n_files(memory), 100);
    assert_non_null(mlops__io_memory_name(memory, 99));
    assert_null(mlops__io_memory_name(memory, 100));
    assert_memory_equal(mlops__io_memory_content(memory, "file7", &n), "longer content", 14);
    assert_int_equal(n, 14);
    assert_non_null(mlops__io_memory_content(memory, "file8", &n));
    assert_int_equal(n, 0);
    assert_null(mlops__io_memory_content(memory, "other", &n));
    mlops__io_memory_clear(memory);
    assert_int_equal(mlops__io_memory_n_files(memory), 0);
    mlops__io_memory_free(memory);
}

/* A full heap is a full disk to the files that live there, and nothing is lost by it. */
static void test_memory_out_of_memory(void **state) {
    (void)state;
    int64_t k = 0, injected = 1;
    while (injected) {
        mlops__alloc_fault fault;
        mlops__io_memory *memory;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = ++k;
        if (mlops__io_memory_new(&memory, &fault.table)) {
            assert_null(memory);
        } else {
            const mlops_io *io = mlops__io_memory_table(memory);
            const void *map;
            int64_t f = io->open(io->ctx, "a", MLOPS_IO_CREATE);
            if (f >= 0) {
                int64_t put = io->pwrite(io->ctx, f, "bytes", 5, 0);
                assert_true(put == 5 || put == -ENOSPC);
                int64_t cut = io->truncate(io->ctx, f, 5000);
                assert_true(cut == 0 || cut == -ENOSPC);
                int64_t code = io->rename(io->ctx, "a", "b");
                assert_true(code == 0 || code == -ENOSPC);
                if (io->map(io->ctx, f, 5, &map) == 0) io->unmap(io->ctx, map, 5);
                assert_int_equal(io->close(io->ctx, f), 0);
                assert_int_equal(mlops__io_memory_n_files(memory), 1);
            }
            assert_int_equal(mlops__io_memory_n_open(memory), 0);
            mlops__io_memory_free(memory);
        }
        injected = fault.n_injected;
        assert_int_equal(fault.n_live, 0);
    }
    assert_true(k > 5);
}

static void test_faults_strike_where_told(void **state) {
    (void)state;
    mlops__io_memory *memory;
    mlops__io_fault fault;
    char bytes[8];
    assert_int_equal(mlops__io_memory_new(&memory, &mlops__heap), MLOPS_OK);
    assert_int_equal(mlops__io_memory_put(memory, "a", "12345678", 8), MLOPS_OK);
    mlops__io_fault_init(&fault, mlops__io_memory_table(memory));
    const mlops_io *io = &fault.table;
    fault.fail_at = 2;
    fault.os_code = EIO;
    int64_t f = io->open(io->ctx, "a", MLOPS_IO_READ_WRITE);
    assert_true(f >= 0);
    assert_int_equal(io->pread(io->ctx, f, bytes, 8, 0), -EIO);
    assert_int_equal(io->pread(io->ctx, f, bytes, 8, 0), 8);
    assert_string_equal(fault.failed, "pread");
    assert_int_equal(fault.n_injected, 1);
    fault.kind = MLOPS__FAULT_SHORT;
    fault.fail_at = fault.n_calls + 1;
    assert_int_equal(io->pwrite(io->ctx, f, "abcdefgh", 8, 0), 4);
    fault.fail_at = fault.n_calls + 1;
    assert_int_equal(io->pread(io->ctx, f, bytes, 8, 0), 4);
    fault.fail_at = fault.n_calls + 1;
    assert_int_equal(io->pread(io->ctx, f, bytes, 1, 0), 1);
    fault.kind = MLOPS__FAULT_ERROR;
    fault.os_code = EINTR;
    fault.n_failing = 3;
    fault.fail_at = fault.n_calls + 1;
    for (int i = 0; i < 3; i++) assert_int_equal(io->sync(io->ctx, f), -EINTR);
    assert_int_equal(io->sync(io->ctx, f), 0);
    fault.kind = MLOPS__FAULT_STICKY;
    fault.n_failing = 0;
    fault.os_code = ENOSPC;
    fault.fail_at = fault.n_calls + 1;
    for (int i = 0; i < 5; i++) assert_int_equal(io->size(io->ctx, f), -ENOSPC);
    assert_int_equal(io->close(io->ctx, f), -ENOSPC);
    assert_int_equal(mlops__io_memory_n_open(memory), 0); /* and closed all the same */
    mlops__io_memory_free(memory);
}

static void expect(mlops__cursor *log, mlops__record_op op, uint64_t number, const char *content,
                   size_t n) {
    assert_int_equal(mlops__cursor_u8(log), op);
    mlops__cursor_u32(log); /* the file's number, whichever it is */
    assert_int_equal(mlops__cursor_u64(log), number);
    assert_int_equal(mlops__cursor_u32(log), n);
    const uint8_t *bytes = mlops__cursor_take(log, n);
    assert_non_null(bytes);
    assert_memory_equal(bytes, content, n);
}

static void test_recording_tells_what_changed(void **state) {
    (void)state;
    mlops__io_memory *memory;
    mlops__io_record record;
    char bytes[4];
    assert_int_equal(mlops__io_memory_new(&memory, &mlops__heap), MLOPS_OK);
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    const mlops_io *io = &record.table;
    assert_int_equal(io->open(io->ctx, "x", MLOPS_IO_READ), -ENOENT); /* no record */
    int64_t f = io->open(io->ctx, "a", MLOPS_IO_CREATE);
    assert_int_equal(io->pwrite(io->ctx, f, "hi", 2, 70), 2);
    assert_int_equal(io->pread(io->ctx, f, bytes, 4, 0), 4); /* no record */
    assert_int_equal(io->truncate(io->ctx, f, 9), 0);
    assert_int_equal(io->sync(io->ctx, f), 0);
    assert_int_equal(io->rename(io->ctx, "a", "bc"), 0);
    assert_int_equal(io->sync_dir(io->ctx, "."), 0);
    mlops__io_record_mark(&record, 33);
    assert_int_equal(io->unlink(io->ctx, "bc"), 0);
    assert_int_equal(io->close(io->ctx, f), 0);
    mlops__cursor log;
    assert_int_equal(record.log.status, MLOPS_OK);
    mlops__cursor_init(&log, record.log.data, record.log.size);
    expect(&log, MLOPS__RECORD_CREATE, 0, "a", 1);
    expect(&log, MLOPS__RECORD_WRITE, 70, "hi", 2);
    expect(&log, MLOPS__RECORD_TRUNCATE, 9, "", 0);
    expect(&log, MLOPS__RECORD_SYNC, 0, "", 0);
    expect(&log, MLOPS__RECORD_RENAME, 0, "a\0bc", 4);
    expect(&log, MLOPS__RECORD_SYNC_DIR, 0, ".", 1);
    expect(&log, MLOPS__RECORD_MARK, 33, "", 0);
    expect(&log, MLOPS__RECORD_UNLINK, 0, "bc", 2);
    assert_int_equal(mlops__cursor_left(&log), 0);
    mlops__io_record_free(&record);
    mlops__io_memory_free(memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posix_files),
        cmocka_unit_test(test_memory_files),
        cmocka_unit_test(test_posix_takes_regular_files_only),
        cmocka_unit_test(test_posix_locks_belong_to_the_opened_file),
        cmocka_unit_test(test_posix_closes_on_exec),
        cmocka_unit_test(test_memory_image),
        cmocka_unit_test(test_memory_out_of_memory),
        cmocka_unit_test(test_faults_strike_where_told),
        cmocka_unit_test(test_recording_tells_what_changed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
