/* Telling model files apart by their first bytes, never by their names.
 *
 * Owns the list of formats that people try. Invariant: what is refused is named, with the way out
 * of the tool that wrote it.
 */
#include "file/container.h"
#include "model/build/handle.h"

#include <string.h>

static int begins(const uint8_t *bytes, size_t n, const char *magic, size_t size) {
    return n >= size && memcmp(bytes, magic, size) == 0;
}

static int is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* JSON has a quote or the end behind the bracket, UBJSON the type of a length. */
static int find_object(const uint8_t *bytes, size_t n, mlops__model_format *out) {
    size_t i = 0;
    if (begins(bytes, n, "\xef\xbb\xbf", 3)) i = 3;
    while (i < n && is_space(bytes[i])) i++;
    if (i == n || bytes[i] != '{') return 0;
    size_t open = i++;
    *out = open == 0 && i < n && strchr("LlIiU#$N", bytes[i]) && bytes[i] ? MLOPS__FORMAT_UBJSON
                                                                          : MLOPS__FORMAT_JSON;
    return 1;
}

/* The first field of a ModelProto is its version; text and messages follow. */
static int is_onnx(const uint8_t *bytes, size_t n) {
    return n > 2 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 32 &&
           (bytes[2] == 0x12 || bytes[2] == 0x3a || bytes[2] == 0x42 || bytes[2] == 0x1a);
}

static const char *name_other(const uint8_t *bytes, size_t n) {
    static const struct {
        const char *magic;
        size_t size;
        const char *text;
    } known[] = {
        {"binf", 4,
         "XGBoost's old binary format; load it with XGBoost and save_model() it as "
         ".json or .ubj"},
        {"bs64", 4,
         "XGBoost's old text-safe binary format; load it with XGBoost and save_model() "
         "it as .json or .ubj"},
        {"\0\0\0?", 4,
         "XGBoost's old binary format; load it with XGBoost and save_model() it as "
         ".json or .ubj"},
        {"PK\3\4", 4,
         "a zip archive; unpack it, and save an XGBoost model with save_model() as "
         ".json or .ubj"},
        {"\x1f\x8b", 2, "compressed with gzip; unpack it first"},
        {"\x28\xb5\x2f\xfd", 4, "compressed with zstd; unpack it first"},
        {"[", 1,
         "a JSON array, such as dump_model() writes for people to read; save the model "
         "with save_model() as .json or .ubj"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (begins(bytes, n, known[i].magic, known[i].size)) return known[i].text;
    if (n > 1 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5)
        return "a Python pickle, which can run code when it is opened; load it where it was made "
               "and save the booster with save_model() as .json or .ubj";
    return NULL;
}

mlops_status mlops__model_format_find(const uint8_t *bytes, size_t n, mlops__model_format *out,
                                      mlops_error *err) {
    if (n == 0)
        return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, 0,
                              "the file is empty; expected a model of XGBoost, LightGBM or ONNX, "
                              "or a bundle");
    if (mlops__container_is(bytes, n)) {
        *out = MLOPS__FORMAT_BUNDLE;
        return MLOPS_OK;
    }
    if (begins(bytes, n, "tree\n", 5) || begins(bytes, n, "tree\r\n", 6)) {
        *out = MLOPS__FORMAT_LIGHTGBM;
        return MLOPS_OK;
    }
    if (is_onnx(bytes, n)) {
        *out = MLOPS__FORMAT_ONNX;
        return MLOPS_OK;
    }
    if (find_object(bytes, n, out)) return MLOPS_OK;
    const char *other = name_other(bytes, n);
    if (other) return mlops__fail_at(err, MLOPS_E_UNSUPPORTED, 0, 0, 0, "this is %s", other);
    return mlops__fail_at(
        err, MLOPS_E_CORRUPT, 0, 0, 0,
        "not a model: expected XGBoost's JSON or UBJSON, which begin with '{', LightGBM's text, "
        "which begins with the line \"tree\", an ONNX file, or a bundle");
}
