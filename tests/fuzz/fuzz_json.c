/* Any bytes as JSON: what is taken comes back the same through the writer, and its numbers through
 * their own text.
 */
#include "fuzz/fuzz.h"
#include "sys/host.h"
#include "text/json.h"
#include "text/number.h"

static void check_number(const mlops__json *json) {
    double d, again;
    float f, f_again;
    char text[MLOPS__NUMBER_MAX];
    must(mlops__parse_f64(json->text, json->n, 1, &d));
    must(mlops__parse_f32(json->text, json->n, 1, &f));
    must(mlops__parse_f64(text, mlops__format_f64(text, d), 1, &again));
    must(mlops__parse_f32(text, mlops__format_f32(text, f), 1, &f_again));
    must(memcmp(&d, &again, sizeof d) == 0 && memcmp(&f, &f_again, sizeof f) == 0);
    for (int digits = 1; digits <= 17; digits++) {
        size_t n = mlops__format_digits(text, d, digits);
        must(n < sizeof text && text[n] == 0);
    }
    must(mlops__parse_f64(text, strlen(text), 1, &again) && memcmp(&d, &again, sizeof d) == 0);
}

/* Copies the document; a name with a zero byte is not for the writer. */
static mlops_status copy(mlops__json *json, mlops__json_writer *w) {
    for (;;) {
        mlops__json_event event;
        MLOPS_TRY(mlops__json_next(json, &event));
        must(json->offset <= json->size && json->token <= json->offset);
        switch (event) {
        case MLOPS__JSON_NULL: mlops__json_null(w); break;
        case MLOPS__JSON_TRUE: mlops__json_bool(w, 1); break;
        case MLOPS__JSON_FALSE: mlops__json_bool(w, 0); break;
        case MLOPS__JSON_NUMBER:
            check_number(json);
            mlops__json_raw(w, json->text, json->n);
            break;
        case MLOPS__JSON_STRING: mlops__json_string_n(w, json->text, json->n); break;
        case MLOPS__JSON_NAME: {
            char *name = mlops__arena_text(json->arena, json->text, json->n);
            if (!name || strlen(name) != json->n) return MLOPS_E_UNSUPPORTED;
            mlops__json_name(w, name);
            break;
        }
        case MLOPS__JSON_ARRAY: mlops__json_open(w, '['); break;
        case MLOPS__JSON_OBJECT: mlops__json_open(w, '{'); break;
        case MLOPS__JSON_ARRAY_END: mlops__json_close(w, ']'); break;
        case MLOPS__JSON_OBJECT_END: mlops__json_close(w, '}'); break;
        case MLOPS__JSON_END: return MLOPS_OK;
        }
    }
}

static mlops_status pass(const void *text, size_t n, mlops__buf *out, int indent) {
    mlops_error err = {0};
    mlops__arena arena;
    mlops__json json;
    mlops__json_writer w;
    mlops__arena_init(&arena, &mlops__heap, (size_t)1 << 28);
    mlops__json_init(&json, text, n, &arena, &err);
    mlops__json_writer_init(&w, out, indent);
    mlops_status status = copy(&json, &w);
    if (status == MLOPS_E_CORRUPT) must(err.code == status && err.line > 0 && err.column > 0);
    mlops__arena_free(&arena);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__buf first, second, third;
    mlops__buf_init(&first, &mlops__heap);
    mlops__buf_init(&second, &mlops__heap);
    mlops__buf_init(&third, &mlops__heap);
    if (!pass(data, size, &first, 0) && !first.status) {
        must(!pass(first.data, first.size, &second, 2));
        must(!pass(second.data, second.size, &third, 0));
        must(first.size == third.size && memcmp(first.data, third.data, first.size) == 0);
    }
    mlops__buf_free(&first);
    mlops__buf_free(&second);
    mlops__buf_free(&third);
    return 0;
}
