/* JSON: what is taken and what is refused, where; the writer read back; every allocation failing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sys/host.h"
#include "sys/io_test.h"
#include "text/json.h"

/* Reads to the end and notes each event as a letter, texts behind it in <>. */
static mlops_status events(const char *text, size_t n, mlops__buf *out, mlops_error *err) {
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__json json;
    char *exact = malloc(n ? n : 1); /* so that a read beyond the end is seen */
    assert_non_null(exact);
    memcpy(exact, text, n);
    mlops__json_init(&json, exact, n, &arena, err);
    mlops__json_event event = MLOPS__JSON_NULL;
    mlops_status status = MLOPS_OK;
    while (!status && event != MLOPS__JSON_END) {
        status = mlops__json_next(&json, &event);
        if (status || !out) continue;
        mlops__buf_u8(out, (uint8_t) "ztfnsm[]{}."[event]);
        if (event != MLOPS__JSON_NUMBER && event != MLOPS__JSON_STRING && event != MLOPS__JSON_NAME)
            continue;
        mlops__buf_u8(out, '<');
        mlops__buf_put(out, json.text, json.n);
        mlops__buf_u8(out, '>');
    }
    if (status) assert_int_equal(mlops__json_next(&json, &event), status); /* errors stay */
    mlops__arena_free(&arena);
    free(exact);
    return status;
}

static const struct {
    const char *text;
    const char *events;
} accepted[] = {
    {"null", "z."},
    {" true ", "t."},
    {"\t\r\n false\n", "f."},
    {"0", "n<0>."},
    {"-0", "n<-0>."},
    {"-0.0e-0", "n<-0.0e-0>."},
    {"123.456E+78", "n<123.456E+78>."},
    {"NaN", "n<NaN>."},
    {"[Infinity,-Infinity]", "[n<Infinity>n<-Infinity>]."},
    {"\"\"", "s<>."},
    {"\"a\"", "s<a>."},
    {"[]", "[]."},
    {"{}", "{}."},
    {"[ ]", "[]."},
    {"{ }", "{}."},
    {"[[],[[]],{}]", "[[][[]]{}]."},
    {"[1, 2 ,3]", "[n<1>n<2>n<3>]."},
    {"{\"a\":1,\"a\" : {\"b\":[null]}}", "{m<a>n<1>m<a>{m<b>[z]}}."},
    {"{\"\":0}", "{m<>n<0>}."},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "s<\"\\/\b\f\n\r\t>."},
    {"\"\\u0041\\u00e4\\u20AC\"", "s<A\xc3\xa4\xe2\x82\xac>."},
    {"\"\\ud83D\\uDe00!\"", "s<\xf0\x9f\x98\x80!>."},
    {"\"\\uFFFF\\ue000\\ud7ff\"", "s<\xef\xbf\xbf\xee\x80\x80\xed\x9f\xbf>."},
    {"\"\\udbff\\udfff\"", "s<\xf4\x8f\xbf\xbf>."},
    {"\"\xc3\xa4\xf0\x9f\x98\x80\x7f\"", "s<\xc3\xa4\xf0\x9f\x98\x80\x7f>."},
    {"{\"\\u0061\xc3\xa4\":1}", "{m<a\xc3\xa4>n<1>}."},
    {"\"\\\\u0041\"", "s<\\u0041>."},
    {"[\"\\\\\",\"\\\"\"]", "[s<\\>s<\">]."},
    {"[1e999,123456789012345678901234567890]", "[n<1e999>n<123456789012345678901234567890>]."},
};

static void test_accepts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++) {
        mlops__buf out;
        mlops_error err = {0};
        mlops__buf_init(&out, &mlops__heap);
        mlops_status status = events(accepted[i].text, strlen(accepted[i].text), &out, &err);
        if (status) fail_msg("%s: %s", accepted[i].text, err.message);
        mlops__buf_u8(&out, 0);
        assert_string_equal((char *)out.data, accepted[i].events);
        mlops__buf_free(&out);
    }
}

static const struct {
    const char *text;
    int line, column, offset; /* of the fault */
} refused[] = {
    {"", 1, 1, 0},
    {" \n ", 2, 2, 3},
    {"nul", 1, 1, 0},
    {"nulL", 1, 1, 0},
    {"True", 1, 1, 0},
    {"nan", 1, 1, 0},
    {"Inf", 1, 1, 0},
    {"+1", 1, 1, 0},
    {"-", 1, 2, 1},
    {"-x", 1, 2, 1},
    {"-NaN", 1, 2, 1},
    {"-Inf", 1, 2, 1},
    {"+Infinity", 1, 1, 0},
    {".5", 1, 1, 0},
    {"01", 1, 1, 0},
    {"-012", 1, 2, 1},
    {"1.", 1, 3, 2},
    {"1.e5", 1, 3, 2},
    {"1e", 1, 3, 2},
    {"1e+", 1, 4, 3},
    {"1eE2", 1, 3, 2},
    {"0x10", 1, 2, 1},
    {"1 2", 1, 3, 2},
    {"nullnull", 1, 5, 4},
    {"[1]]", 1, 4, 3},
    {"{}}", 1, 3, 2},
    {"[1}", 1, 3, 2},
    {"{\"a\":1]", 1, 7, 6},
    {"[", 1, 2, 1},
    {"{", 1, 2, 1},
    {"]", 1, 1, 0},
    {"}", 1, 1, 0},
    {",", 1, 1, 0},
    {":", 1, 1, 0},
    {"[1,]", 1, 4, 3},
    {"[,1]", 1, 2, 1},
    {"[1,,2]", 1, 4, 3},
    {"[1 2]", 1, 4, 3},
    {"[1", 1, 3, 2},
    {"[1,", 1, 4, 3},
    {"{,}", 1, 2, 1},
    {"{\"a\"}", 1, 5, 4},
    {"{\"a\":}", 1, 6, 5},
    {"{\"a\" 1}", 1, 6, 5},
    {"{\"a\":1,}", 1, 8, 7},
    {"{a:1}", 1, 2, 1},
    {"{'a':1}", 1, 2, 1},
    {"{1:1}", 1, 2, 1},
    {"{null:1}", 1, 2, 1},
    {"{\"a\":1 \"b\":2}", 1, 8, 7},
    {"{\"a\"::1}", 1, 6, 5},
    {"{\"a\":1:2}", 1, 7, 6},
    {"[\"a\":1]", 1, 5, 4},
    {"\"", 1, 1, 0},
    {"\"abc", 1, 1, 0},
    {"\"abc\\", 1, 1, 0},
    {"\"abc\\\"", 1, 1, 0},
    {"'a'", 1, 1, 0},
    {"\"a\tb\"", 1, 3, 2},
    {"\"a\nb\"", 1, 3, 2},
    {"\"a\\\nb\"", 1, 4, 3},
    {"\"\\x41\"", 1, 2, 1},
    {"\"\\U0041\"", 1, 2, 1},
    {"\"a\\u12\"", 1, 3, 2},
    {"\"\\u12g4\"", 1, 2, 1},
    {"\"\\u\"", 1, 2, 1},
    {"\"ab\\ud800\"", 1, 4, 3},
    {"\"\\udc00\"", 1, 2, 1},
    {"\"\\ud800\\ud800\"", 1, 2, 1},
    {"\"\\ud800x\"", 1, 2, 1},
    {"\"\\ud800\\n\"", 1, 2, 1},
    {"\"\\ud800\\u004\"", 1, 2, 1},
    {"\"\\udc00\\ud800\"", 1, 2, 1},
    {"\"\x80\"", 1, 2, 1},
    {"\"ab\xc3\"", 1, 4, 3},
    {"\"\xc3\xa4\xff\"", 1, 3, 3},
    {"\"\xed\xa0\x80\"", 1, 2, 1},
    {"\"\xc0\xaf\"", 1, 2, 1},
    {"\"\xf4\x90\x80\x80\"", 1, 2, 1},
    {"{\"\xff\":1}", 1, 3, 2},
    {"{\"\\ud800\":1}", 1, 3, 2},
    {"\xef\xbb\xbf{}", 1, 1, 0},
    {"\xc3\xa4", 1, 1, 0},
    {"[1]\f", 1, 4, 3},
    {"\v1", 1, 1, 0},
    {"[1] // note", 1, 5, 4},
    {"/* */ 1", 1, 1, 0},
    {"[\n 1,\n \"\xc3\xa4\" x]", 3, 6, 12},
    {"{\n\t\"a\": [1,\r\n\t2]\n\t\"b\"", 4, 2, 18},
};

static void test_refuses(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        mlops_error err = {0};
        mlops_status status = events(refused[i].text, strlen(refused[i].text), NULL, &err);
        if (status != MLOPS_E_CORRUPT) fail_msg("%s: status %d", refused[i].text, status);
        assert_int_equal(err.code, MLOPS_E_CORRUPT);
        if (err.line != refused[i].line || err.column != refused[i].column ||
            err.offset != refused[i].offset)
            fail_msg("%s: offset %d: %s", refused[i].text, (int)err.offset, err.message);
        char place[64];
        snprintf(place, sizeof place, "line %d, column %d: ", refused[i].line, refused[i].column);
        assert_memory_equal(err.message, place, strlen(place));
        assert_int_equal(events(refused[i].text, strlen(refused[i].text), NULL, NULL), status);
    }
}

static void test_zero_bytes(void **state) {
    (void)state;
    assert_int_equal(events("1\0", 2, NULL, NULL), MLOPS_E_CORRUPT);
    assert_int_equal(events("\"a\0b\"", 5, NULL, NULL), MLOPS_E_CORRUPT);
    assert_int_equal(events("\"\\\0\"", 4, NULL, NULL), MLOPS_E_CORRUPT);
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    assert_int_equal(events("\"a\\u0000b\"", 10, &out, NULL), MLOPS_OK);
    assert_int_equal(out.size, 7);
    assert_memory_equal(out.data, "s<a\0b>.", 7);
    mlops__buf_free(&out);
}

/* Every beginning of a document in brackets is refused. */
static void test_cut_anywhere(void **state) {
    (void)state;
    static const char text[] =
        "{\"a\": [1.5e-3, true, \"\\ud83d\\ude00\\n\", {\"b\": null}], \"c\": -7}";
    assert_int_equal(events(text, strlen(text), NULL, NULL), MLOPS_OK);
    for (size_t n = 0; n < strlen(text); n++)
        assert_int_equal(events(text, n, NULL, NULL), MLOPS_E_CORRUPT);
}

static void test_depth(void **state) {
    (void)state;
    char text[2 * 65];
    for (size_t depth = 60; depth <= 65; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        mlops_error err = {0};
        mlops_status status = events(text, 2 * depth, NULL, &err);
        assert_int_equal(status, depth <= MLOPS__JSON_DEPTH ? MLOPS_OK : MLOPS_E_CORRUPT);
        if (status) assert_int_equal(err.offset, MLOPS__JSON_DEPTH);
    }
}

static void test_skips(void **state) {
    (void)state;
    static const char text[] =
        "{\"a\": {\"x\": [1, [2], {}]}, \"b\": 3, \"c\": [], \"d\": \"\\n\"}";
    mlops__arena arena;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__json json;
    mlops__json_event event;
    mlops__json_init(&json, text, strlen(text), &arena, NULL);
    assert_int_equal(mlops__json_next(&json, &event), MLOPS_OK);
    assert_int_equal(event, MLOPS__JSON_OBJECT);
    for (char name = 'a'; name <= 'd'; name++) {
        assert_int_equal(mlops__json_next(&json, &event), MLOPS_OK);
        assert_int_equal(event, MLOPS__JSON_NAME);
        char expected[2] = {name, 0};
        assert_true(mlops__json_is(&json, expected));
        assert_false(mlops__json_is(&json, "ab"));
        assert_int_equal(mlops__json_skip(&json), MLOPS_OK);
    }
    assert_int_equal(mlops__json_next(&json, &event), MLOPS_OK);
    assert_int_equal(event, MLOPS__JSON_OBJECT_END);
    mlops__json_init(&json, text, strlen(text), &arena, NULL);
    assert_int_equal(mlops__json_skip(&json), MLOPS_OK);
    assert_int_equal(mlops__json_next(&json, &event), MLOPS_OK);
    assert_int_equal(event, MLOPS__JSON_END);
    assert_int_equal(mlops__json_next(&json, &event), MLOPS_OK);
    assert_int_equal(event, MLOPS__JSON_END);
    mlops__json_init(&json, "[1, x]", 6, &arena, NULL);
    assert_int_equal(mlops__json_skip(&json), MLOPS_E_CORRUPT);
    mlops__arena_free(&arena);
}

static void test_own_errors(void **state) {
    (void)state;
    mlops_error err = {0};
    mlops__json json;
    mlops__json_event event;
    mlops__json_init(&json, "[1,\n  \"x\", 2]", 13, NULL, &err);
    for (int i = 0; i < 3; i++) assert_int_equal(mlops__json_next(&json, &event), MLOPS_OK);
    mlops_status status = mlops__json_fail(&json, MLOPS_E_UNSUPPORTED, "no %s here", "strings");
    assert_int_equal(status, MLOPS_E_UNSUPPORTED);
    assert_string_equal(err.message, "line 2, column 3: no strings here");
    assert_int_equal(err.offset, 6);
}

static void put(mlops__json_writer *w) {
    mlops__json_open(w, '{');
    mlops__json_name(w, "a \"b\"\\");
    mlops__json_open(w, '[');
    mlops__json_f64(w, 0.1);
    mlops__json_f64(w, 1e300 * 1e300);
    mlops__json_i64(w, INT64_MIN);
    mlops__json_bool(w, 1);
    mlops__json_bool(w, 0);
    mlops__json_null(w);
    mlops__json_raw(w, "[7]", 3);
    mlops__json_close(w, ']');
    mlops__json_name(w, "empty");
    mlops__json_open(w, '{');
    mlops__json_close(w, '}');
    mlops__json_name(w, "text");
    mlops__json_string(w, "\b\f\n\r\t\x01\x1f\x7f/\xc3\xa4\xff\xed\xa0\x80z");
    mlops__json_name(w, "zero");
    mlops__json_string_n(w, "a\0b", 3);
    mlops__json_close(w, '}');
}

static void test_writes(void **state) {
    (void)state;
    mlops__buf out;
    mlops__json_writer w;
    mlops__buf_init(&out, &mlops__heap);
    mlops__json_writer_init(&w, &out, 0);
    put(&w);
    mlops__buf_u8(&out, 0);
    assert_string_equal((char *)out.data,
                        "{\"a \\\"b\\\"\\\\\":[0.1,null,-9223372036854775808,true,false,null,[7]],"
                        "\"empty\":{},\"text\":\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\xc3\xa4"
                        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\","
                        "\"zero\":\"a\\u0000b\"}");
    mlops__buf_free(&out);
    mlops__buf_init(&out, &mlops__heap);
    mlops__json_writer_init(&w, &out, 2);
    put(&w);
    mlops__buf_u8(&out, 0);
    assert_memory_equal(out.data, "{\n  \"a \\\"b\\\"\\\\\": [\n    0.1,\n    null,\n", 38);
    assert_non_null(strstr((char *)out.data, "\n  \"empty\": {},\n"));
    assert_int_equal(events((char *)out.data, out.size - 1, NULL, NULL), MLOPS_OK);
    mlops__buf_free(&out);
}

static void test_writer_has_an_end(void **state) {
    (void)state;
    mlops__buf out;
    mlops__json_writer w;
    mlops__buf_init(&out, &mlops__heap);
    mlops__json_writer_init(&w, &out, 0);
    for (int i = 0; i < 100; i++) mlops__json_open(&w, '[');
    for (int i = 0; i < 100; i++) mlops__json_close(&w, ']');
    assert_int_equal(out.status, MLOPS_E_INVALID);
    mlops__buf_free(&out);
}

static uint64_t seed = 7;

static uint64_t draw(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void put_random_text(mlops__json_writer *w, int name) {
    char text[16];
    size_t n = draw() % 12;
    for (size_t i = 0; i < n; i++) text[i] = (char)(draw() % 127 + 1);
    text[n] = 0;
    if (name) mlops__json_name(w, text);
    else mlops__json_string(w, text);
}

static void put_random(mlops__json_writer *w, int depth) {
    double number;
    uint64_t bits = draw(), n = draw() % 5;
    memcpy(&number, &bits, sizeof number);
    switch (draw() % (depth ? 7 : 5)) {
    case 0: mlops__json_null(w); break;
    case 1: mlops__json_bool(w, (int)(bits & 1)); break;
    case 2: mlops__json_f64(w, number); break;
    case 3: mlops__json_i64(w, (int64_t)bits); break;
    case 4: put_random_text(w, 0); break;
    case 5:
        mlops__json_open(w, '[');
        while (n--) put_random(w, depth - 1);
        mlops__json_close(w, ']');
        break;
    default:
        mlops__json_open(w, '{');
        while (n--) {
            put_random_text(w, 1);
            put_random(w, depth - 1);
        }
        mlops__json_close(w, '}');
    }
}

/* Copies a document event by event. */
static mlops_status copy(const mlops__buf *in, mlops__buf *out, int indent) {
    mlops__arena arena;
    mlops__json json;
    mlops__json_writer w;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__json_init(&json, (const char *)in->data, in->size, &arena, NULL);
    mlops__json_writer_init(&w, out, indent);
    mlops__json_event event = MLOPS__JSON_NULL;
    mlops_status status;
    while (!(status = mlops__json_next(&json, &event)) && event != MLOPS__JSON_END) {
        char *text =
            event == MLOPS__JSON_NAME ? mlops__arena_text(&arena, json.text, json.n) : NULL;
        switch (event) {
        case MLOPS__JSON_NUMBER: mlops__json_raw(&w, json.text, json.n); break;
        case MLOPS__JSON_STRING: mlops__json_string_n(&w, json.text, json.n); break;
        case MLOPS__JSON_NAME: mlops__json_name(&w, text); break;
        case MLOPS__JSON_NULL: mlops__json_null(&w); break;
        case MLOPS__JSON_TRUE:
        case MLOPS__JSON_FALSE: mlops__json_bool(&w, event == MLOPS__JSON_TRUE); break;
        case MLOPS__JSON_ARRAY: mlops__json_open(&w, '['); break;
        case MLOPS__JSON_OBJECT: mlops__json_open(&w, '{'); break;
        case MLOPS__JSON_ARRAY_END: mlops__json_close(&w, ']'); break;
        default: mlops__json_close(&w, '}'); break;
        }
    }
    mlops__arena_free(&arena);
    return status;
}

static void test_round_trip(void **state) {
    (void)state;
    for (int i = 0; i < 3000; i++) {
        mlops__buf first, second, third;
        mlops__json_writer w;
        mlops__buf_init(&first, &mlops__heap);
        mlops__buf_init(&second, &mlops__heap);
        mlops__buf_init(&third, &mlops__heap);
        mlops__json_writer_init(&w, &first, 0);
        put_random(&w, 6);
        assert_int_equal(copy(&first, &second, 3), MLOPS_OK);
        assert_int_equal(copy(&second, &third, 0), MLOPS_OK);
        assert_int_equal(first.size, third.size);
        assert_memory_equal(first.data, third.data, first.size);
        mlops__buf_free(&first);
        mlops__buf_free(&second);
        mlops__buf_free(&third);
    }
}

static mlops_status read_all(const mlops_allocator *allocator, const char *text, mlops_error *err) {
    mlops__arena arena;
    mlops__json json;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops__json_init(&json, text, strlen(text), &arena, err);
    mlops_status status = mlops__json_skip(&json);
    mlops__arena_free(&arena);
    return status;
}

static void test_out_of_memory(void **state) {
    (void)state;
    static char text[60000];
    size_t n = 0;
    text[n++] = '[';
    while (n < sizeof text - 100)
        n += (size_t)sprintf(text + n, "\"%.*d\\n\",", (int)(draw() % 40), 1);
    sprintf(text + n, "0]");
    int64_t k = 1;
    for (mlops_status status = MLOPS_E_NOMEM; status; k++) {
        mlops__alloc_fault fault;
        mlops_error err = {0};
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        status = read_all(&fault.table, text, &err);
        if (status) assert_int_equal(err.code, MLOPS_E_NOMEM);
        if (status) assert_int_equal(status, MLOPS_E_NOMEM);
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.n_misused, 0);
    }
    assert_true(k > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_zero_bytes),
        cmocka_unit_test(test_cut_anywhere),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_skips),
        cmocka_unit_test(test_own_errors),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_writer_has_an_end),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
