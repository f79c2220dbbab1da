/* Tokens of an expression: the matches that are found with what earlier tries have shown are those
 * that are found without, and a text is not gone over again and again. Steps are counted as reads
 * of the expression's program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "model/build/graph_write.h"
#include "sys/host.h"
#include "unit/draw.h"

static uint64_t n_reads;
#define mlops__load_u32(p) (n_reads++, mlops__load_u32(p))
#define mlops__op_tokenize tokenize_here
#include "model/run/op_token.c"
#undef mlops__load_u32

enum { STATES_MAX = 2000 };

static int32_t room[5 * STATES_MAX + 2 + MLOPS__GRAPH_TOKEN_WORDS];
static mlops__buf bytes;

static int open_expression(program *p, const char *pattern, size_t n) {
    uint32_t states;
    mlops_error e;
    mlops__buf_init(&bytes, &mlops__heap);
    if (mlops__graph_expression(&bytes, &states, pattern, n, &e) || states > STATES_MAX) return 0;
    *p = (program){.n_steps = states, .n_ranges = mlops__load_u32(bytes.data + 4)};
    p->steps = bytes.data + 8;
    p->ranges = p->steps + 12 * (size_t)states;
    set_room(p, room);
    memset(room, 0x5a, sizeof room);
    return 1;
}

/* An expression at random, of so many levels. */
static size_t make(char *out, int depth) {
    uint64_t kind = draw() % 6;
    size_t n = 0;
    if (depth == 0 || kind < 2) {
        *out = "ab.c"[draw() % 4];
        return 1;
    }
    if (kind != 2) out[n++] = '(';
    n += make(out + n, depth - 1);
    if (kind == 3) out[n++] = '|';
    if (kind <= 3) n += make(out + n, depth - 1);
    if (kind != 2) out[n++] = ')';
    if (kind > 3) out[n++] = "*+?"[draw() % 3];
    return n;
}

static void test_matches_are_the_same(void **state) {
    (void)state;
    static char pattern[1000], text[200];
    for (int round = 0; round < 3000; round++) {
        program p, plain;
        size_t n = make(pattern, 1 + (int)(draw() % 5));
        if (open_expression(&p, pattern, n)) {
            mlops__graph_text t = {text, draw() % sizeof text};
            uint64_t letters = 1 + draw() % 4;
            for (size_t i = 0; i < t.n; i++) text[i] = "aabc"[draw() % letters];
            if (round % 3 == 0) p.window = 1 + draw() % 20;
            for (size_t at = 0; at < t.n;) {
                int in_vain;
                size_t end = match(&p, &t, at);
                plain = p;
                plain.window = 0;
                assert_int_equal(end, try_match(&plain, &t, at, SIZE_MAX, &in_vain));
                at = end > at && draw() % 2 ? end : at + 1;
            }
        }
        mlops__buf_free(&bytes);
    }
}

static uint64_t reads_of(const char *pattern, size_t n) {
    program p;
    char *text = malloc(n);
    assert_true(text && open_expression(&p, pattern, strlen(pattern)));
    memset(text, 'a', n);
    mlops__graph_text t = {text, n};
    n_reads = 0;
    for (size_t at = 0; at < n;) {
        size_t end = match(&p, &t, at);
        at = end > at ? end : at + 1;
    }
    free(text);
    mlops__buf_free(&bytes);
    return n_reads;
}

/* What looks far ahead in vain from each byte: four times the text takes four times the steps. */
static void test_steps_are_as_many_as_bytes(void **state) {
    (void)state;
    static const char *const patterns[] = {"a*b|a", "(a|aa)*b", "a*a*a*b|c", "[a-z]+[0-9]"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        uint64_t few = reads_of(patterns[i], 2000), many = reads_of(patterns[i], 8000);
        assert_true(few > 2000 && many <= 4 * few + 100);
        assert_true(reads_of(patterns[i], 100000) < 10 * 50 * few);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matches_are_the_same),
        cmocka_unit_test(test_steps_are_as_many_as_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
