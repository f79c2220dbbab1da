/* Resolving hosts, the machine's own tables, and messages of failed calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "sys/host.h"
#include "sys/io_test.h"
#include "sys/process.h"

static void test_null_is_the_machine(void **state) {
    (void)state;
    mlops__host host;
    assert_int_equal(mlops__host_init(&host, NULL, NULL), MLOPS_OK);
    assert_ptr_equal(host.allocator.alloc, mlops__heap.alloc);
    assert_ptr_equal(host.io.open, mlops__io_posix.open);
    assert_ptr_equal(host.io.sync_dir, mlops__io_posix.sync_dir);
    assert_ptr_equal(host.clock.now_ns, mlops__clock_system.now_ns);
    assert_ptr_equal(host.entropy.fill, mlops__entropy_system.fill);
    assert_int_not_equal(host.cpu, MLOPS_CPU_BEST);
    assert_int_equal(host.cpu, mlops_cpu_level(MLOPS_CPU_BEST));
}

static void test_takes_what_is_given(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops__alloc_fault_init(&fault);
    mlops_host given = MLOPS_HOST_INIT;
    given.allocator = &fault.table;
    given.cpu_max = MLOPS_CPU_SCALAR;
    mlops__host host;
    assert_int_equal(mlops__host_init(&host, &given, NULL), MLOPS_OK);
    assert_ptr_equal(host.allocator.ctx, &fault);
    assert_ptr_equal(host.io.open, mlops__io_posix.open);
    assert_int_equal(host.cpu, MLOPS_CPU_SCALAR);
}

static void refuses(const mlops_host *given, mlops_status expected, const char *word) {
    mlops__host host;
    mlops_error err;
    assert_int_equal(mlops__host_init(&host, given, &err), expected);
    assert_int_equal(err.code, expected);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
}

static void test_refuses_holes(void **state) {
    (void)state;
    mlops_host given = MLOPS_HOST_INIT;
    mlops_allocator allocator = mlops__heap;
    mlops_io io = mlops__io_posix;
    mlops_clock clock = mlops__clock_system;
    mlops_entropy entropy = mlops__entropy_system;
    given.allocator = &allocator;
    given.io = &io;
    given.clock = &clock;
    given.entropy = &entropy;
    allocator.realloc = NULL;
    refuses(&given, MLOPS_E_INVALID, "realloc");
    allocator = mlops__heap;
    io.sync_dir = NULL;
    refuses(&given, MLOPS_E_INVALID, "sync_dir");
    io = mlops__io_posix;
    io.struct_size = offsetof(mlops_io, unmap); /* a table of an older header */
    refuses(&given, MLOPS_E_INVALID, "unmap");
    io = mlops__io_posix;
    clock.now_ns = NULL;
    refuses(&given, MLOPS_E_INVALID, "now_ns");
    clock = mlops__clock_system;
    entropy.fill = NULL;
    refuses(&given, MLOPS_E_INVALID, "fill");
    entropy = mlops__entropy_system;
    entropy.flags = 1;
    refuses(&given, MLOPS_E_INVALID, "mlops_entropy");
    entropy.flags = 0;
    given.cpu_max = (mlops_cpu)77;
    refuses(&given, MLOPS_E_INVALID, "cpu_max");
    given.cpu_max = MLOPS_CPU_BEST;
    given.flags = 4;
    refuses(&given, MLOPS_E_INVALID, "flags");
    given.flags = 0;
    given.reserved = 1;
    refuses(&given, MLOPS_E_INVALID, "reserved");
    given.reserved = 0;
    given.struct_size = 0;
    refuses(&given, MLOPS_E_INVALID, "mlops_host");
    given.struct_size = sizeof given;
    mlops__host host;
    assert_int_equal(mlops__host_init(&host, &given, NULL), MLOPS_OK);
}

static void test_heap_aligns(void **state) {
    (void)state;
    for (size_t align = 1; align <= 4096; align *= 2) {
        uint8_t *p = mlops__heap.alloc(NULL, 100, align);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % align, 0);
        memset(p, 7, 100);
        p = mlops__heap.realloc(NULL, p, 100, 100000, align);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % align, 0);
        for (size_t i = 0; i < 100; i++) assert_int_equal(p[i], 7);
        p = mlops__heap.realloc(NULL, p, 100000, 10, align);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % align, 0);
        assert_int_equal(p[9], 7);
        mlops__heap.free(NULL, p, 10, align);
    }
}

static void test_clocks(void **state) {
    (void)state;
    const mlops_clock *clock = &mlops__clock_system;
    int64_t year_2020 = INT64_C(1577836800) * 1000000000;
    assert_true(clock->now_ns(clock->ctx) > year_2020);
    int64_t before = clock->monotonic_ns(clock->ctx);
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock->monotonic_ns(clock->ctx);
        assert_true(now >= before);
        before = now;
    }
}

static void test_entropy_fills_all(void **state) {
    (void)state;
    uint8_t first[1001], second[1001];
    memset(first, 0, sizeof first);
    first[1000] = 0x5a;
    assert_int_equal(mlops__entropy_system.fill(NULL, first, 1000), 0);
    assert_int_equal(mlops__entropy_system.fill(NULL, second, 1000), 0);
    assert_int_equal(first[1000], 0x5a);
    assert_memory_not_equal(first, second, 1000);
    for (size_t part = 0; part < 1000; part += 100) { /* no part was left out: 2^-800 each */
        uint8_t zeros[100] = {0};
        assert_memory_not_equal(first + part, zeros, 100);
    }
    assert_int_equal(mlops__entropy_system.fill(NULL, NULL, 0), 0);
}

static void test_messages_of_the_system(void **state) {
    (void)state;
    static const struct {
        int code;
        mlops_status status;
        const char *word;
    } CASES[] = {
        {ENOENT, MLOPS_E_NOT_FOUND, "no such file"},
        {ENOTDIR, MLOPS_E_NOT_FOUND, "directory"},
        {EACCES, MLOPS_E_DENIED, "permission"},
        {EPERM, MLOPS_E_DENIED, "permitted"},
        {EROFS, MLOPS_E_DENIED, "read-only"},
        {ENOSPC, MLOPS_E_NO_SPACE, "space"},
        {EDQUOT, MLOPS_E_NO_SPACE, "quota"},
        {ENOMEM, MLOPS_E_NOMEM, "memory"},
        {EIO, MLOPS_E_IO, "device"},
        {EISDIR, MLOPS_E_IO, "directory"},
        {EMFILE, MLOPS_E_IO, "files open"},
        {4321, MLOPS_E_IO, "error 4321"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        mlops_error err;
        assert_int_equal(mlops__fail_os(&err, -CASES[i].code, "cannot open", "dir/x.csv"),
                         CASES[i].status);
        assert_int_equal(err.code, CASES[i].status);
        assert_int_equal(err.os_code, CASES[i].code);
        assert_non_null(strstr(err.message, "cannot open 'dir/x.csv': "));
        assert_non_null(strstr(err.message, CASES[i].word));
        assert_int_equal(mlops__fail_os(NULL, CASES[i].code, "cannot open", NULL), CASES[i].status);
    }
}

static void test_messages_keep_the_end_of_a_long_path(void **state) {
    (void)state;
    char path[3000];
    mlops_error err;
    for (size_t i = 0; i + 2 < sizeof path; i += 2) memcpy(path + i, "\xc3\xa9", 2);
    memcpy(path + sizeof path - 6, "e.csv", 6);
    mlops__fail_os(&err, -ENOENT, "cannot open", path);
    assert_non_null(strstr(err.message, "e.csv': no such file"));
    const char *cut = strstr(err.message, "'...");
    assert_non_null(cut);
    assert_int_equal((uint8_t)cut[4], 0xc3); /* not the second half of a character */
}

static void test_kinds_of_failures(void **state) {
    (void)state;
    assert_int_equal(mlops__os_kind_of(-EINTR), MLOPS__OS_INTERRUPTED);
    assert_int_equal(mlops__os_kind_of(-EEXIST), MLOPS__OS_EXISTS);
    assert_int_equal(mlops__os_kind_of(-EISDIR), MLOPS__OS_NOT_A_FILE);
    assert_int_equal(mlops__os_kind_of(-ENOENT), MLOPS__OS_OTHER);
}

static void test_faulty_allocator_keeps_books(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops__alloc_fault_init(&fault);
    const mlops_allocator *a = &fault.table;
    uint8_t *p = a->alloc(a->ctx, 10, 16);
    uint8_t *q = a->alloc(a->ctx, 20, 128);
    assert_non_null(p);
    assert_int_equal((uintptr_t)q % 128, 0);
    assert_int_equal(fault.n_live, 2);
    assert_int_equal(fault.bytes_live, 30);
    p[0] = 9;
    uint8_t *moved = a->realloc(a->ctx, p, 10, 1000, 16);
    assert_ptr_not_equal(moved, p);
    assert_int_equal(moved[0], 9);
    fault.fail_at = fault.n_calls + 1;
    assert_null(a->realloc(a->ctx, moved, 1000, 2000, 16));
    assert_int_equal(moved[0], 9);
    p = a->alloc(a->ctx, 1, 16);
    assert_non_null(p); /* once only */
    fault.fail_at = fault.n_calls + 1;
    fault.sticky = 1;
    assert_null(a->alloc(a->ctx, 1, 16));
    assert_null(a->alloc(a->ctx, 1, 16));
    assert_int_equal(fault.n_injected, 3);
    a->free(a->ctx, moved, 1000, 16);
    assert_int_equal(fault.n_misused, 0);
    a->free(a->ctx, q, 21, 128); /* a wrong size */
    assert_int_equal(fault.n_misused, 1);
    a->free(a->ctx, p, 1, 32); /* a wrong alignment */
    assert_int_equal(fault.n_misused, 2);
    assert_int_equal(fault.n_live, 0);
    assert_int_equal(fault.bytes_live, 0);
}

static int n_asked;

static mlops_cpu detect(void) {
    n_asked++;
    return MLOPS_CPU_SCALAR;
}

/* The level of the process is found once. */
static void test_process_remembers_the_cpu(void **state) {
    (void)state;
    mlops_cpu level = mlops__process_cpu(detect);
    assert_int_not_equal(level, MLOPS_CPU_BEST);
    int asked = n_asked;
    assert_int_equal(mlops__process_cpu(detect), level);
    assert_int_equal(n_asked, asked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_null_is_the_machine),
        cmocka_unit_test(test_takes_what_is_given),
        cmocka_unit_test(test_refuses_holes),
        cmocka_unit_test(test_heap_aligns),
        cmocka_unit_test(test_clocks),
        cmocka_unit_test(test_entropy_fills_all),
        cmocka_unit_test(test_messages_of_the_system),
        cmocka_unit_test(test_messages_keep_the_end_of_a_long_path),
        cmocka_unit_test(test_kinds_of_failures),
        cmocka_unit_test(test_faulty_allocator_keeps_books),
        cmocka_unit_test(test_process_remembers_the_cpu),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
