/* The UBJSON reader: every type spelled as text, and every way to be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/build/ubjson.h"
#include "sys/host.h"

#define BYTES(text) text, sizeof(text) - 1

/* Events in one line: brackets, n:name, s:text, numbers, t f z. Ends at an error with its offset.
 */
static const char *spell(const char *bytes, size_t n) {
    static char out[4096];
    size_t at = 0;
    mlops_error error;
    mlops__ubjson reader;
    char *exact = malloc(n + 1); /* so that a read beyond is seen */
    assert_non_null(exact);
    memcpy(exact, bytes, n);
    mlops__ubjson_init(&reader, exact, n, &error);
    mlops__source *source = &reader.base;
    for (;;) {
        int64_t integer = 0;
        float real = 0;
        char item[128] = "";
        mlops_status status = mlops__source_next(source);
        if (status) {
            sprintf(out + at, "%s@%d", status == MLOPS_E_CORRUPT ? "corrupt" : "unsupported",
                    (int)error.offset);
            break;
        }
        switch (source->event) {
        case MLOPS__EVENT_NULL: strcpy(item, "z"); break;
        case MLOPS__EVENT_TRUE: strcpy(item, "t"); break;
        case MLOPS__EVENT_FALSE: strcpy(item, "f"); break;
        case MLOPS__EVENT_NUMBER:
            assert_true(mlops__source_f32(source, &real));
            if (mlops__source_i64(source, &integer)) sprintf(item, "%lld", (long long)integer);
            else sprintf(item, "%g", (double)real);
            break;
        case MLOPS__EVENT_STRING: sprintf(item, "s:%.*s", (int)source->n, source->text); break;
        case MLOPS__EVENT_NAME: sprintf(item, "n:%.*s", (int)source->n, source->text); break;
        case MLOPS__EVENT_ARRAY: strcpy(item, "["); break;
        case MLOPS__EVENT_ARRAY_END: strcpy(item, "]"); break;
        case MLOPS__EVENT_OBJECT: strcpy(item, "{"); break;
        case MLOPS__EVENT_OBJECT_END: strcpy(item, "}"); break;
        default: strcpy(item, "end"); break;
        }
        at += (size_t)sprintf(out + at, "%s ", item);
        if (source->event == MLOPS__EVENT_END) break;
    }
    free(exact);
    return out;
}

static void reads_every_type(void **state) {
    (void)state;
    const struct {
        const char *bytes;
        size_t n;
        const char *events;
    } cases[] = {
        {BYTES("Z"), "z end "},
        {BYTES("NNT"), "t end "},
        {BYTES("i\xff"), "-1 end "},
        {BYTES("U\xff"), "255 end "},
        {BYTES("I\xff\xfe"), "-2 end "},
        {BYTES("l\x80\0\0\0"), "-2147483648 end "},
        {BYTES("L\x7f\xff\xff\xff\xff\xff\xff\xff"), "9223372036854775807 end "},
        {BYTES("L\x80\0\0\0\0\0\0\0"), "-9223372036854775808 end "},
        {BYTES("d\x3f\xc0\0\0"), "1.5 end "},
        {BYTES("d\x40\0\0\0"), "2 end "},
        {BYTES("D\x3f\xf8\0\0\0\0\0\0"), "1.5 end "},
        {BYTES("d\x7f\xc0\0\0"), "nan end "},
        {BYTES("d\x7f\x80\0\0"), "inf end "},
        {BYTES("Cx"), "s:x end "},
        {BYTES("Si\3a\xc3\xa4"), "s:a\xc3\xa4 end "},
        {BYTES("SU\0"), "s: end "},
        {BYTES("[]"), "[ ] end "},
        {BYTES("[NTNFN]"), "[ t f ] end "},
        {BYTES("[#i\2TF"), "[ t f ] end "},
        {BYTES("[#i\0"), "[ ] end "},
        {BYTES("[$U#i\3\1\2\xff"), "[ 1 2 255 ] end "},
        {BYTES("[$l#L\0\0\0\0\0\0\0\2\0\0\0\7\xff\xff\xff\xff"), "[ 7 -1 ] end "},
        {BYTES("[$L#I\0\1\0\0\0\0\0\0\0\5"), "[ 5 ] end "},
        {BYTES("[$S#i\2i\1ai\1b"), "[ s:a s:b ] end "},
        {BYTES("[$[#i\2T]#i\1F"), "[ [ t ] [ f ] ] end "},
        {BYTES("{}"), "{ } end "},
        {BYTES("{i\1aTi\1b[i\1]}"), "{ n:a t n:b [ 1 ] } end "},
        {BYTES("{#i\1i\1aZ"), "{ n:a z } end "},
        {BYTES("{$i#i\2i\1a\5i\1b\6"), "{ n:a 5 n:b 6 } end "},
        {BYTES("{i\1a{i\1b{}}}"), "{ n:a { n:b { } } } end "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(spell(cases[i].bytes, cases[i].n), cases[i].events);
}

static void refuses_what_is_wrong(void **state) {
    (void)state;
    const struct {
        const char *bytes;
        size_t n;
        const char *events;
    } cases[] = {
        {BYTES(""), "corrupt@0"},
        {BYTES("N"), "corrupt@1"},
        {BYTES("x"), "corrupt@0"},
        {BYTES("TT"), "t corrupt@1"},
        {BYTES("Hi\3"
               "1.5"),
         "unsupported@0"},
        {BYTES("[TH"), "[ t unsupported@2"},
        {BYTES("l\0\0"), "corrupt@1"},
        {BYTES("Si\5abc"), "corrupt@3"},
        {BYTES("Si\xff"), "corrupt@0"},
        {BYTES("Sd\0\0\0\0"), "corrupt@0"},
        {BYTES("Si\2\xc3("), "corrupt@0"},
        {BYTES("SL\x7f\xff\xff\xff\xff\xff\xff\xff"), "corrupt@10"},
        {BYTES("C\xff"), "corrupt@0"},
        {BYTES("[$d]"), "corrupt@0"},
        {BYTES("[$T#i\1"), "corrupt@0"},
        {BYTES("[$x#i\1"), "corrupt@0"},
        {BYTES("[$l#i\2\0\0\0\1\0"), "corrupt@0"},
        {BYTES("[$L#L\x20\0\0\0\0\0\0\0\0"), "corrupt@0"},
        {BYTES("[#L\x7f\xff\xff\xff\xff\xff\xff\xff"), "corrupt@0"},
        {BYTES("[T"), "[ t corrupt@2"},
        {BYTES("[}"), "[ corrupt@1"},
        {BYTES("{T"), "{ corrupt@1"},
        {BYTES("{i\1a"), "{ n:a corrupt@4"},
        {BYTES("{i\1a}"), "{ n:a corrupt@4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(spell(cases[i].bytes, cases[i].n), cases[i].events);
}

static void bounds_the_depth(void **state) {
    (void)state;
    char bytes[2 * MLOPS__UBJSON_DEPTH + 2];
    mlops_error error;
    mlops__ubjson reader;
    memset(bytes, '[', sizeof bytes);
    memset(bytes + MLOPS__UBJSON_DEPTH, ']', MLOPS__UBJSON_DEPTH);
    mlops__ubjson_init(&reader, bytes, 2 * MLOPS__UBJSON_DEPTH, &error);
    assert_int_equal(mlops__source_skip(&reader.base), MLOPS_OK);
    assert_int_equal(mlops__source_next(&reader.base), MLOPS_OK);
    assert_int_equal(reader.base.event, MLOPS__EVENT_END);
    memset(bytes, '[', sizeof bytes);
    mlops__ubjson_init(&reader, bytes, sizeof bytes, &error);
    assert_int_equal(mlops__source_skip(&reader.base), MLOPS_E_CORRUPT);
    assert_int_equal(error.offset, MLOPS__UBJSON_DEPTH);
    assert_non_null(strstr(error.message, "64 levels"));
}

static void takes_typed_arrays(void **state) {
    (void)state;
    const char bytes[] = "{i\1a[$l#i\2\0\0\0\7\0\0\0\x8i\1bT}";
    mlops_error error;
    mlops__ubjson reader;
    mlops__ubjson_init(&reader, bytes, sizeof bytes - 1, &error);
    for (int i = 0; i < 3; i++) assert_int_equal(mlops__source_next(&reader.base), MLOPS_OK);
    assert_int_equal(reader.base.event, MLOPS__EVENT_ARRAY);
    const int32_t due[] = {7, 8};
    mlops__buf taken;
    mlops__buf_init(&taken, &mlops__heap);
    mlops__source_take(&reader.base, MLOPS__ITEMS_F32, &taken);
    assert_int_equal(taken.size, 0);
    mlops__source_take(&reader.base, MLOPS__ITEMS_I32, &taken);
    assert_int_equal(taken.size, sizeof due);
    assert_memory_equal(taken.data, due, sizeof due);
    mlops__buf_free(&taken);
    assert_int_equal(mlops__source_next(&reader.base), MLOPS_OK);
    assert_int_equal(reader.base.event, MLOPS__EVENT_ARRAY_END);
    assert_int_equal(mlops__source_next(&reader.base), MLOPS_OK);
    assert_true(mlops__source_is(&reader.base, "b"));
    assert_int_equal(mlops__source_skip(&reader.base), MLOPS_OK);
    assert_int_equal(mlops__source_next(&reader.base), MLOPS_OK);
    assert_int_equal(reader.base.event, MLOPS__EVENT_OBJECT_END);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_type),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(bounds_the_depth),
        cmocka_unit_test(takes_typed_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
