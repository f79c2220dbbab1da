/* Lists of names, as options spell them, and the numbers that dictionaries give to texts. */
#include "base/arena.h"
#include "column/dictionary.h"
#include "column/names.h"
#include "column/table.h"
#include "sys/io_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_names(const char *list, int64_t n, const char *const *expected) {
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    const char **names = NULL;
    int64_t found = -1;
    mlops_error err;
    assert_int_equal(mlops__names_parse(&arena, list, &names, &found, &err), MLOPS_OK);
    assert_int_equal(found, n);
    for (int64_t i = 0; i < n; i++) assert_string_equal(names[i], expected[i]);
    mlops__arena_free(&arena);
}

static void lists_are_read_as_csv_lines(void **state) {
    (void)state;
    assert_names(NULL, 0, NULL);
    assert_names("a", 1, (const char *const[]){"a"});
    assert_names("a,b c, d", 3, (const char *const[]){"a", "b c", " d"});
    assert_names("\"a,b\",\"c\"\"d\",\"\"\"\"", 3, (const char *const[]){"a,b", "c\"d", "\""});
    assert_names("a\"b,\"x\ny\"", 2, (const char *const[]){"a\"b", "x\ny"});
    assert_names("\xc3\xa9,e", 2, (const char *const[]){"\xc3\xa9", "e"});
}

static void refuses(const char *list, const char *part) {
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    const char **names = (const char **)(void *)&arena;
    int64_t n = 7;
    mlops_error err;
    assert_int_equal(mlops__names_parse(&arena, list, &names, &n, &err), MLOPS_E_INVALID);
    if (!strstr(err.message, part)) fail_msg("'%s' lacks '%s'", err.message, part);
    assert_null(names);
    assert_int_equal(n, 0);
    mlops__arena_free(&arena);
}

static void faults_are_named(void **state) {
    (void)state;
    refuses("", "name 1 is empty");
    refuses("a,", "name 2 is empty");
    refuses("a,\"\",b", "name 2 is empty");
    refuses("a,b,\"a\"", "names 1 and 3 are both 'a'");
    refuses("a,\"b", "never closed opens at byte 2");
    refuses("a,\"b\"\"", "never closed opens at byte 2");
    refuses("\"a\"b", "behind the closing quote at byte 3");
    refuses("a,b\n", "a line ends at byte 3");
    refuses("a,\xff", "name 2 is no UTF-8");
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (int64_t k = 1;; k++) {
        mlops__alloc_fault fault;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops__arena arena;
        mlops__arena_init(&arena, &fault.table, SIZE_MAX);
        const char **names = NULL;
        int64_t n = 0;
        mlops_error err;
        mlops_status status = mlops__names_parse(&arena, "a,\"b\",c", &names, &n, &err);
        mlops__arena_free(&arena);
        assert_int_equal(fault.n_live, 0);
        if (fault.n_calls < k) {
            assert_int_equal(status, MLOPS_OK);
            assert_true(k > 4);
            break;
        }
        assert_int_equal(status, MLOPS_E_NOMEM);
        assert_int_equal(err.code, MLOPS_E_NOMEM);
    }
}

static void texts_keep_the_code_of_their_first_coming(void **state) {
    (void)state;
    mlops__dictionary d;
    mlops__dictionary_init(&d, &mlops__heap, NULL);
    assert_int_equal(mlops__dictionary_find(&d, "x", 1), -1);
    for (int round = 0; round < 2; round++)
        for (int32_t i = 0; i < 5000; i++) {
            char text[16];
            int32_t code = -1;
            int n = snprintf(text, sizeof text, "%d", i);
            assert_int_equal(mlops__dictionary_add(&d, text, (size_t)n, &code), MLOPS_OK);
            assert_int_equal(code, i);
        }
    int32_t code = -1;
    assert_int_equal(mlops__dictionary_add(&d, "", 0, &code), MLOPS_OK);
    assert_int_equal(code, 5000);
    assert_int_equal(mlops__dictionary_add(&d, "12345", 3, &code), MLOPS_OK);
    assert_int_equal(code, 123);
    assert_int_equal(mlops__dictionary_find(&d, "77", 2), 77);
    assert_int_equal(mlops__dictionary_find(&d, "x", 1), -1);
    assert_int_equal(mlops__dictionary_close(&d), MLOPS_OK);
    assert_string_equal(d.texts[0], "0");
    assert_string_equal(d.texts[4999], "4999");
    assert_string_equal(d.texts[5000], "");
    assert_int_equal(mlops__dictionary_find(&d, "77", 2), -1);
    mlops__dictionary_free(&d);
}

/* ---- texts that were made to collide ---- */

enum { ENEMIES = 2000, ENEMY = 48, BUCKETS = 1024 /* of a dictionary of so many */ };

typedef struct enemy {
    char text[ENEMY];
    size_t n;
} enemy;

/* Number i of those that have one home while hashes have no seed. */
static size_t draw_enemy(const char *format, char out[ENEMY]) {
    static int i;
    size_t n;
    do n = (size_t)snprintf(out, ENEMY, format, i++ & 0xffffff);
    while (mlops__text_key_of(out, n).tag % BUCKETS);
    return n;
}

/* Of 16 bytes and of one whole hash: the first 8 make good what the last ones change. */
static size_t draw_twin(char out[ENEMY]) {
    static int i;
    uint64_t words[2], inverse = 0x9e3779b97f4a7c15, factor = inverse;
    for (int k = 0; k < 6; k++) inverse *= 2 - factor * inverse;
    snprintf(out, ENEMY, "        %08d", i++);
    memcpy(words, out, sizeof words);
    words[1] = mlops__word(out + 8) * 0xc2b2ae3d27d4eb4f;
    words[0] = (0x123456789abcdef0 - (words[1] << 31 | words[1] >> 33) - 16) * inverse;
    for (int k = 0; k < 8; k++) out[k] = (char)(words[0] >> 8 * k);
    return 16;
}

static enemy *make_enemies(const char *format) {
    enemy *out = calloc(ENEMIES, sizeof *out);
    assert_non_null(out);
    for (int i = 0; i < ENEMIES; i++)
        out[i].n = format ? draw_enemy(format, out[i].text) : draw_twin(out[i].text);
    return out;
}

static int64_t fill_fails(void *ctx, void *bytes, size_t n) {
    (void)ctx, (void)bytes, (void)n;
    return -5;
}

static const mlops_entropy NO_ENTROPY = {sizeof(mlops_entropy), 0, NULL, fill_fails};

/* The most buckets that a text is from where it is looked for first. */
static size_t farthest(const mlops__dictionary *d) {
    size_t most = 0;
    for (size_t i = 0; i < d->n_slots; i++) {
        size_t far = (i - mlops__dictionary_home(d, d->slots[i].tag)) & (d->n_slots - 1);
        if (d->slots[i].next_code && far / MLOPS__SLOTS_BUCKET > most)
            most = far / MLOPS__SLOTS_BUCKET;
    }
    return most;
}

static void hold_enemies(const enemy *texts, const mlops_entropy *entropy) {
    mlops__dictionary d;
    int32_t code = -1;
    mlops__dictionary_init(&d, &mlops__heap, entropy);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < ENEMIES; i++) {
            assert_int_equal(mlops__dictionary_add(&d, texts[i].text, texts[i].n, &code), 0);
            assert_int_equal(code, i);
            assert_int_equal(mlops__dictionary_find(&d, texts[i].text, texts[i].n), i);
        }
    assert_int_equal(d.n, ENEMIES);
    assert_int_equal(mlops__dictionary_find(&d, "none of them", 12), -1);
    assert_true(farthest(&d) <= 128);
    mlops__dictionary_free(&d);
}

/* What CSV makes of them, which asks for many texts at once. */
static void parse_enemies(const enemy *texts) {
    mlops__buf csv;
    mlops_table *t;
    mlops_error err;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_put(&csv, "h\n", 2);
    for (int i = 0; i < 2 * ENEMIES; i++) {
        const enemy *e = &texts[i < ENEMIES ? i : 2 * ENEMIES - 1 - i];
        mlops__buf_put(&csv, e->text, e->n);
        mlops__buf_put(&csv, "\n", 1);
    }
    assert_int_equal(mlops_table_parse(&t, (const char *)csv.data, csv.size, NULL, &err), 0);
    for (int i = 0; i < 2 * ENEMIES; i++) {
        char cell[ENEMY];
        assert_int_equal(mlops_table_text(t, 0, i, cell, sizeof cell, NULL), 0);
        assert_string_equal(cell, texts[i < ENEMIES ? i : 2 * ENEMIES - 1 - i].text);
    }
    mlops_table_unref(t);
    mlops__buf_free(&csv);
}

static void texts_that_were_made_to_collide_do_not(void **state) {
    static const char *const formats[] = {NULL, "x%06x", "sixteen by%06x",
                                          "this is longer than 32 bytes: %06x"};
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        enemy *texts = make_enemies(formats[i]);
        hold_enemies(texts, NULL);
        hold_enemies(texts, &NO_ENTROPY);
        if (formats[i]) parse_enemies(texts);
        free(texts);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_as_csv_lines),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(texts_keep_the_code_of_their_first_coming),
        cmocka_unit_test(texts_that_were_made_to_collide_do_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
