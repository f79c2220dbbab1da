/* Reader of the conformance script: a small JSON parser over the whole text.
 *
 * A tree owns its texts. Every fault in the script ends the program with a message, so that no
 * runner goes on with half of it.
 */
#include "bindings/script.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    const char *p;
} reader;

static void die(const char *what) {
    printf("Bail out! conformance script: %s\n", what);
    exit(1);
}

static void *take(size_t n) {
    void *p = calloc(1, n + 1);
    if (!p) die("no memory");
    return p;
}

static void skip(reader *r) { r->p += strspn(r->p, " \t\r\n"); }

static bool next_is(reader *r, char c) {
    skip(r);
    if (*r->p != c) return false;
    r->p++;
    return true;
}

static void put_utf8(char **out, unsigned code) {
    if (code < 0x80) {
        *(*out)++ = (char)code;
    } else if (code < 0x800) {
        *(*out)++ = (char)(0xc0 | code >> 6);
        *(*out)++ = (char)(0x80 | (code & 0x3f));
    } else {
        *(*out)++ = (char)(0xe0 | code >> 12);
        *(*out)++ = (char)(0x80 | (code >> 6 & 0x3f));
        *(*out)++ = (char)(0x80 | (code & 0x3f));
    }
}

static void escape(reader *r, char **out) {
    static const char names[] = "nrtbf\"\\/", values[] = "\n\r\t\b\f\"\\/";
    char c = *r->p++;
    if (c == 'u') {
        char digits[5] = {0};
        memcpy(digits, r->p, 4);
        put_utf8(out, (unsigned)strtoul(digits, NULL, 16));
        r->p += 4;
        return;
    }
    const char *found = strchr(names, c);
    if (!c || !found) die("unknown escape");
    *(*out)++ = values[found - names];
}

static char *read_string(reader *r) {
    if (!next_is(r, '"')) die("a string is missing");
    char *text = take(strlen(r->p) + 1), *out = text;
    while (*r->p != '"') {
        if (!*r->p) die("an open string");
        if (*r->p == '\\') {
            r->p++;
            escape(r, &out);
        } else {
            *out++ = *r->p++;
        }
    }
    r->p++;
    return realloc(text, (size_t)(out - text) + 1);
}

static js *read_value(reader *r);

static void append(js *value, char *key, js *item) {
    value->items = realloc(value->items, (value->n + 1) * sizeof *value->items);
    value->keys = realloc(value->keys, (value->n + 1) * sizeof *value->keys);
    if (!value->items || !value->keys) die("no memory");
    value->items[value->n] = item;
    value->keys[value->n++] = key;
}

static js *read_list(reader *r, js *value, char close) {
    value->kind = close == '}' ? JS_OBJECT : JS_ARRAY;
    if (next_is(r, close)) return value;
    do {
        char *key = NULL;
        if (close == '}') {
            skip(r);
            key = read_string(r);
            if (!next_is(r, ':')) die("a colon is missing");
        }
        append(value, key, read_value(r));
    } while (next_is(r, ','));
    if (!next_is(r, close)) die("an open list");
    return value;
}

static js *read_value(reader *r) {
    static const char *const words[] = {"null", "false", "true"};
    js *value = take(sizeof *value);
    skip(r);
    if (*r->p == '"') {
        value->kind = JS_STRING;
        value->text = read_string(r);
        return value;
    }
    if (next_is(r, '{')) return read_list(r, value, '}');
    if (next_is(r, '[')) return read_list(r, value, ']');
    for (int i = 0; i < 3; i++) {
        if (strncmp(r->p, words[i], strlen(words[i])) == 0) {
            r->p += strlen(words[i]);
            value->kind = i ? JS_BOOL : JS_NULL;
            value->number = i == 2;
            return value;
        }
    }
    char *end;
    value->kind = JS_NUMBER;
    value->number = strtod(r->p, &end);
    if (end == r->p) die("not a value");
    r->p = end;
    return value;
}

char *js_read_file(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    if (!file) die(path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = take((size_t)size + 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) die(path);
    fclose(file);
    if (n) *n = (size_t)size;
    return text;
}

js *js_load(const char *path) {
    char *text = js_read_file(path, NULL);
    reader r = {text};
    js *value = read_value(&r);
    free(text);
    return value;
}

void js_free(js *value) {
    for (size_t i = 0; value && i < value->n; i++) {
        free(value->keys[i]);
        js_free(value->items[i]);
    }
    if (!value) return;
    free(value->keys);
    free(value->items);
    free(value->text);
    free(value);
}

const js *js_get(const js *object, const char *key) {
    for (size_t i = 0; i < object->n; i++) {
        if (object->keys[i] && strcmp(object->keys[i], key) == 0) return object->items[i];
    }
    return NULL;
}

const char *js_text(const js *object, const char *key, const char *fallback) {
    const js *value = js_get(object, key);
    return value && value->kind == JS_STRING ? value->text : fallback;
}

double js_number(const js *object, const char *key, double fallback) {
    const js *value = js_get(object, key);
    return value ? value->number : fallback;
}

double *js_numbers(const js *array, size_t *n, size_t *width) {
    size_t rows = array ? array->n : 0, columns = 1;
    if (rows && array->items[0]->kind == JS_ARRAY) columns = array->items[0]->n;
    double *out = take((rows * columns + 1) * sizeof *out);
    for (size_t i = 0; i < rows * columns; i++) {
        const js *item = array->items[i / columns];
        if (item->kind == JS_ARRAY) item = item->items[i % columns];
        out[i] = item->kind == JS_NULL ? (double)NAN : item->number;
    }
    *n = rows;
    if (width) *width = columns;
    return out;
}

char *js_path(const char *text, const char *scratch, const char *data) {
    const char *lead = strncmp(text, "$tmp", 4) == 0 ? scratch : data;
    const char *rest = *text == '$' ? strchr(text, '/') : text;
    size_t n = strlen(lead) + strlen(rest) + 1;
    char *out = take(n);
    snprintf(out, n, "%s%s", *text == '$' ? lead : "", rest);
    return out;
}
