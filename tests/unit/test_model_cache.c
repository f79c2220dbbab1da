/* The cache of loading: what is served from it is what loading makes, whatever the folder holds. */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/build/handle.h"
#include "sys/io_test.h"
#include "unit/help_cached.h"

static mlops__io_memory *files;
static mlops_host host = MLOPS_HOST_INIT;

static int begin(void **state) {
    (void)state;
    if (mlops__io_memory_new(&files, &mlops__heap)) return -1;
    host = (mlops_host)MLOPS_HOST_INIT;
    host.io = mlops__io_memory_table(files);
    return 0;
}

static int end(void **state) {
    (void)state;
    assert_int_equal(mlops__io_memory_n_open(files), 0);
    mlops__io_memory_free(files);
    return 0;
}

static mlops_model *load(const char *text, const char *folder, mlops_cpu cpu) {
    mlops_model *model;
    mlops_error error = {0};
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    host.cpu_max = cpu;
    opts.host = &host;
    opts.cache = folder;
    if (mlops_model_parse(&model, text, strlen(text), &opts, &error)) fail_msg("%s", error.message);
    return model;
}

static int is_served(const mlops_model *model) { return model->cached.data != NULL; }

/* Loads with the cache and holds the model to one without; whether it was served, is due. */
static void expect(const char *text, mlops_cpu cpu, int served) {
    mlops_model *plain = load(text, NULL, cpu), *model = load(text, "cache", cpu);
    mlops_id ids[] = {mlops__model_id(plain), mlops__model_id(model)};
    assert_int_equal(is_served(model), served);
    assert_true(model->forest || model->walks);
    assert_true(!plain->forest == !model->forest && !plain->walks == !model->walks);
    assert_memory_equal(&ids[0], &ids[1], sizeof ids[0]);
    assert_int_equal(model->payload_size, plain->payload_size);
    assert_memory_equal(model->payload, plain->payload, plain->payload_size);
    assert_string_equal(mlops_model_feature_name(model, 5), "f");
    assert_true(cached_alike(plain, model));
    mlops_model_unref(plain);
    mlops_model_unref(model);
}

static void serves_what_was_kept(void **state) {
    (void)state;
    enum { DEEP = 1023 };
    char *texts[] = {cached_text(1), cached_text(2), cached_doubles(3), cached_text_of(4, DEEP)};
    for (int i = 0; i < 4; i++) {
        expect(texts[i], MLOPS_CPU_BEST, 0);
        assert_int_equal(mlops__io_memory_n_files(files), i + 1);
        expect(texts[i], MLOPS_CPU_BEST, 1);
    }
    for (int i = 0; i < 4; i++) {
        expect(texts[i], MLOPS_CPU_BEST, 1);
        free(texts[i]);
    }
}

static void keeps_one_a_level(void **state) {
    (void)state;
    char *text = cached_text(1);
    expect(text, MLOPS_CPU_BEST, 0);
    expect(text, MLOPS_CPU_SCALAR, mlops_cpu_level(MLOPS_CPU_BEST) == MLOPS_CPU_SCALAR);
    expect(text, MLOPS_CPU_SCALAR, 1);
    expect(text, MLOPS_CPU_BEST, 1);
    free(text);
}

/* The content of the only file; to be freed. */
static uint8_t *take(char *name, size_t *n) {
    assert_int_equal(mlops__io_memory_n_files(files), 1);
    strcpy(name, mlops__io_memory_name(files, 0));
    const uint8_t *held = mlops__io_memory_content(files, name, n);
    uint8_t *out = malloc(*n + 64);
    assert_non_null(out);
    memcpy(out, held, *n);
    memset(out + *n, 0, 64);
    return out;
}

static void makes_damaged_ones_anew(void **state) {
    (void)state;
    size_t n;
    char name[100];
    char *text = cached_text(1);
    expect(text, MLOPS_CPU_BEST, 0);
    uint8_t *good = take(name, &n);
    for (size_t i = 0; i < 400; i++) {
        size_t at = i < 200 ? i : i * (n - 1) / 399;
        good[at] ^= (uint8_t)(1 << i % 8);
        mlops__io_memory_put(files, name, good, n);
        good[at] ^= (uint8_t)(1 << i % 8);
        expect(text, MLOPS_CPU_BEST, 0);
        if (i % 40 == 0) expect(text, MLOPS_CPU_BEST, 1);
    }
    const size_t lengths[] = {0, 1, 8, 127, 128, 129, n / 2, n - 1, n + 1, n + 64};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        mlops__io_memory_put(files, name, good, lengths[i]);
        expect(text, MLOPS_CPU_BEST, 0);
        expect(text, MLOPS_CPU_BEST, 1);
    }
    free(good);
    free(text);
}

/* A file that is whole, but of another model, stands under the name of this one. */
static void refuses_that_of_another(void **state) {
    (void)state;
    size_t n;
    char name[100], ours[100];
    char *texts[] = {cached_text(1), cached_text(2)};
    expect(texts[0], MLOPS_CPU_BEST, 0);
    uint8_t *good = take(name, &n);
    mlops__io_memory_clear(files);
    expect(texts[1], MLOPS_CPU_BEST, 0);
    strcpy(ours, mlops__io_memory_name(files, 0));
    assert_string_not_equal(ours, name);
    mlops__io_memory_put(files, ours, good, n);
    expect(texts[1], MLOPS_CPU_BEST, 0);
    expect(texts[1], MLOPS_CPU_BEST, 1);
    for (int i = 0; i < 2; i++) free(texts[i]);
    free(good);
}

static void loads_whatever_fails(void **state) {
    (void)state;
    char *text = cached_text(1);
    mlops__io_fault fault;
    mlops__io_fault_init(&fault, mlops__io_memory_table(files));
    for (int filled = 0; filled < 2; filled++)
        for (int64_t i = 1;; i++) {
            if (!filled) mlops__io_memory_clear(files);
            fault.n_calls = fault.n_injected = 0;
            fault.fail_at = i;
            fault.os_code = ENOSPC;
            host.io = &fault.table;
            mlops_model *model = load(text, "cache", MLOPS_CPU_BEST);
            host.io = mlops__io_memory_table(files);
            mlops_model *plain = load(text, NULL, MLOPS_CPU_BEST);
            assert_true(cached_alike(plain, model));
            mlops_model_unref(model);
            mlops_model_unref(plain);
            if (fault.n_injected == 0) break;
        }
    host.io = NULL;
    mlops_model_unref(load(text, "/no such folder", MLOPS_CPU_BEST));
    free(text);
}

static int load_apart(const char *text, const char *folder) {
    mlops_model *plain = load(text, NULL, MLOPS_CPU_BEST);
    mlops_model *model = load(text, folder, MLOPS_CPU_BEST);
    int alike = cached_alike(plain, model);
    mlops_model_unref(plain);
    mlops_model_unref(model);
    return alike;
}

static void serves_processes_at_once(void **state) {
    (void)state;
    enum { PROCESSES = 6 };
    char folder[] = "/tmp/mlops-cache-XXXXXX", command[64];
    char *text = cached_text(1);
    pid_t children[PROCESSES];
    host.io = NULL;
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] > 0) continue;
        int is_right = load_apart(text, folder);
        free(text);
        _exit(is_right ? 0 : 1);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    mlops_model *model = load(text, folder, MLOPS_CPU_BEST);
    assert_true(is_served(model));
    mlops_model_unref(model);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(serves_what_was_kept, begin, end),
        cmocka_unit_test_setup_teardown(keeps_one_a_level, begin, end),
        cmocka_unit_test_setup_teardown(makes_damaged_ones_anew, begin, end),
        cmocka_unit_test_setup_teardown(refuses_that_of_another, begin, end),
        cmocka_unit_test_setup_teardown(loads_whatever_fails, begin, end),
        cmocka_unit_test_setup_teardown(serves_processes_at_once, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
