/* Keys of texts among fields and look-ups by them: each kernel says what the scalar one says, a key
 * is the one that the dictionary makes of the text alone, a code the one it gave, and the texts
 * that kernels add are those that come in one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column/dictionary.h"
#include "sys/host.h"
#include "unit/draw.h"
#include "unit/help_sheet.h"

enum { WIDTH = 16 };

static size_t draw_text(char *out) {
    static const char letters[] = "ab1\x01\x07\x08\xff\xfe\"N";
    size_t n = draw() % 3 ? draw() % 9 : draw() % 13;
    for (size_t i = 0; i < n; i++) out[i] = letters[draw() % (draw() % 4 ? 3 : 10)];
    return n;
}

static void draw_sheet(sheet *s) {
    char text[FIELDS * WIDTH];
    size_t at = 0;
    s->borders[0] = UINT32_MAX;
    for (size_t i = 0; i < FIELDS; i++) {
        at += draw_text(text + at);
        s->borders[i + 1] = (uint32_t)at;
        text[at++] = ',';
    }
    int64_t n = 1 + (int64_t)(draw() % FIELDS);
    fill_sheet(s, n, text, at);
    s->run = mlops__text_fields_from(&s->run, (int64_t)(draw() % (uint64_t)n));
    s->run.stride = 1 + (int64_t)(draw() % 3);
    s->run.n = (s->run.n + s->run.stride - 1) / s->run.stride;
}

/* Fields of a few texts, and seldom another one. */
static void draw_few(sheet *s, unsigned n_texts) {
    char text[FIELDS * WIDTH];
    size_t at = 0;
    s->borders[0] = UINT32_MAX;
    for (size_t i = 0; i < FIELDS; i++) {
        unsigned which = draw() % 60 ? (unsigned)(draw() % n_texts) : n_texts;
        at += (size_t)snprintf(text + at, WIDTH, "%u%.*s", which, (int)(which % 7), "letters");
        s->borders[i + 1] = (uint32_t)at;
        text[at++] = ',';
    }
    fill_sheet(s, FIELDS, text, at);
}

static int is_left(mlops__text_span span, const char *floor) {
    mlops__text_key key = mlops__text_key_of(span.text, span.n);
    return span.n == 0 || span.n > 8 || *span.text == '"' || mlops__text_key_hashed(key) ||
           span.text + span.n - floor < 8;
}

static void compare_keys(const mlops__kern *kern, const mlops__text_fields *run,
                         mlops__text_keys *keys) {
    uint64_t odd = kern->texts_keys(run, keys);
    for (int64_t i = 0; i < run->n; i++) {
        mlops__text_span span = mlops__text_span_at(run, i);
        mlops__text_key key = mlops__text_key_of(span.text, span.n);
        assert_int_equal(odd >> i & 1, is_left(span, run->floor));
        if (odd >> i & 1) {
            keys->words[i] = key.word;
            keys->tags[i] = key.tag;
        }
        assert_true(keys->words[i] == key.word && keys->tags[i] == key.tag);
    }
}

/* Returns how many were found. */
static int64_t compare_codes(const mlops__kern *kern, const mlops__dictionary *d,
                             const mlops__text_fields *run, const mlops__text_keys *keys) {
    const mlops__slots slots = {d->slots, d->n_slots};
    int32_t codes[FIELDS], expected[FIELDS];
    int64_t found = 0;
    for (int64_t i = 0; i < run->n; i++) {
        int64_t to = kern->texts_find(&slots, keys, i, run->n, codes);
        assert_int_equal(to, mlops__texts_find_scalar(&slots, keys, i, run->n, expected));
        for (; i < to; i++, found++) {
            mlops__text_span span = mlops__text_span_at(run, i);
            assert_int_equal(codes[i], expected[i]);
            assert_int_equal(codes[i], mlops__dictionary_find(d, span.text, span.n));
        }
    }
    return found;
}

/* Adds the texts to one dictionary by the kernel, and to another one by one. Returns how many new
 * ones the kernel added. */
static int64_t compare_put(const mlops__kern *kern, mlops__dictionary *d,
                           mlops__dictionary *expected, const mlops__text_fields *run,
                           const mlops__text_keys *keys) {
    static const uint8_t stops[256] = {['N'] = 1};
    int64_t added = 0;
    for (int64_t i = 0; i < run->n; i++) {
        int64_t to = i, from = i, n = d->n;
        int32_t codes[FIELDS], code;
        while (to < run->n && !is_left(mlops__text_span_at(run, to), run->floor)) to++;
        to = mlops__dictionary_put(d, kern->texts_put, keys, i, to, stops, codes);
        for (; i < to; i++) {
            mlops__text_span span = mlops__text_span_at(run, i);
            int64_t known = expected->n;
            assert_int_equal(mlops__dictionary_add(expected, span.text, span.n, &code), 0);
            assert_int_equal(codes[i], code);
            assert_false(code == known && *span.text == 'N');
        }
        assert_int_equal(d->n, expected->n);
        assert_true(d->n - n <= to - from);
        added += d->n - n;
        if (i == run->n) break;
        mlops__text_span span = mlops__text_span_at(run, i);
        assert_int_equal(mlops__dictionary_add(expected, span.text, span.n, &code), 0);
        assert_int_equal(mlops__dictionary_add(d, span.text, span.n, codes), 0);
        assert_int_equal(*codes, code);
    }
    return added;
}

static void assert_same(const mlops__dictionary *d, const mlops__dictionary *expected) {
    assert_int_equal(d->n, expected->n);
    for (int32_t i = 0; i < d->n; i++) {
        size_t n, n_expected;
        const char *text = mlops__dictionary_text(d, i, &n);
        const char *other = mlops__dictionary_text(expected, i, &n_expected);
        assert_int_equal(n, n_expected);
        assert_memory_equal(text, other, n + 1);
        assert_int_equal(mlops__dictionary_find(d, other, n), i);
    }
}

static void test_put(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        const mlops__kern *kern = kernels(LEVELS[l]);
        int64_t added = 0;
        seed = 43;
        for (int k = 0; kern && k < 30; k++) {
            mlops__dictionary d, expected;
            mlops__dictionary_init(&d, &mlops__heap, NULL);
            mlops__dictionary_init(&expected, &mlops__heap, NULL);
            for (int j = 0; j < 100; j++) {
                sheet s;
                mlops__text_keys keys;
                draw_sheet(&s);
                compare_keys(kern, &s.run, &keys);
                added += compare_put(kern, &d, &expected, &s.run, &keys);
                free(s.text);
            }
            assert_same(&d, &expected);
            mlops__dictionary_free(&d);
            mlops__dictionary_free(&expected);
        }
        if (kern) assert_true(added > 10000);
    }
}

static void test_texts(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        const mlops__kern *kern = kernels(LEVELS[l]);
        int64_t found = 0;
        seed = 41;
        for (int k = 0; kern && k < 300; k++) {
            mlops__dictionary d;
            mlops__dictionary_init(&d, &mlops__heap, NULL);
            for (int j = 0; j < 10; j++) {
                sheet s;
                mlops__text_keys keys;
                draw_sheet(&s);
                for (int64_t i = 0; i < s.run.n; i++) {
                    mlops__text_span span = mlops__text_span_at(&s.run, i);
                    int32_t code;
                    if (i == 0 || draw() % 2)
                        assert_int_equal(mlops__dictionary_add(&d, span.text, span.n, &code), 0);
                }
                compare_keys(kern, &s.run, &keys);
                found += compare_codes(kern, &d, &s.run, &keys);
                free(s.text);
            }
            mlops__dictionary_free(&d);
        }
        if (kern) assert_true(found > 10000);
    }
}

static void test_few(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        const mlops__kern *kern = kernels(LEVELS[l]);
        int64_t found = 0;
        seed = 47;
        for (unsigned n_texts = 1; kern && n_texts < 80; n_texts++) {
            mlops__dictionary d;
            mlops__dictionary_init(&d, &mlops__heap, NULL);
            for (int j = 0; j < 10; j++) {
                sheet s;
                mlops__text_keys keys;
                draw_few(&s, n_texts);
                for (unsigned i = 0; j == 0 && i < n_texts; i++) {
                    char text[WIDTH];
                    int n = snprintf(text, sizeof text, "%u%.*s", i, (int)(i % 7), "letters");
                    int32_t code;
                    assert_int_equal(mlops__dictionary_add(&d, text, (size_t)n, &code), 0);
                }
                compare_keys(kern, &s.run, &keys);
                found += compare_codes(kern, &d, &s.run, &keys);
                free(s.text);
            }
            mlops__dictionary_free(&d);
        }
        if (kern) assert_true(found > 40000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_few),
                                       cmocka_unit_test(test_put)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
