/* Tables as bytes: what is read, written again, gives the same bytes, and a part of its rows is a
 * table, too; so is a part that is read without the rest, the same as of the whole. */
#include "column/table_bytes.h"
#include "column/table_part.h"
#include "column/table_select.h"
#include "fuzz/fuzz.h"

static void write_again(const mlops_table *t, const uint8_t *data, size_t size) {
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    mlops__table_encode(t, &out);
    must(!out.status && out.size == size && (size == 0 || memcmp(out.data, data, size) == 0));
    mlops__buf_free(&out);
}

static void select_rows(const mlops_table *t) {
    enum { BITS = 4096 };
    static const uint8_t some[BITS / 8] = {0x55, 0xaa, 0xff, 0, 0x13};
    int64_t n = mlops_table_n_rows(t);
    mlops_table *parts[2];
    if (n > BITS) return;
    for (int wanted = 0; wanted < 2; wanted++)
        must(!mlops__table_select(&parts[wanted], t, some, wanted, NULL));
    must(mlops_table_n_rows(parts[0]) + mlops_table_n_rows(parts[1]) == n);
    for (int i = 0; i < 2; i++) {
        mlops__buf out;
        mlops_table *back;
        mlops__buf_init(&out, &mlops__heap);
        mlops__table_encode(parts[i], &out);
        must(!mlops__table_decode(&back, out.data, out.size, mlops__table_host(t), NULL));
        mlops_table_unref(back);
        mlops_table_unref(parts[i]);
        mlops__buf_free(&out);
    }
}

typedef struct span {
    const uint8_t *data;
    size_t size;
} span;

static mlops_status read_bytes(void *user, uint64_t at, void *out, size_t n, mlops_error *err) {
    const span *s = user;
    (void)err;
    must(at <= s->size && n <= s->size - at);
    memcpy(out, s->data + at, n);
    return MLOPS_OK;
}

/* Some rows of the last column and of the first; whole is NULL where the bytes are no table. */
static void read_part(const mlops_table *whole, const uint8_t *data, size_t size,
                      const mlops__host *host) {
    int64_t n_rows = whole ? mlops_table_n_rows(whole) : 2;
    int64_t columns[] = {whole ? mlops_table_n_columns(whole) - 1 : 1, 0}, from = n_rows / 3;
    int64_t n = n_rows - from > 1000 ? 1000 : n_rows - from, n_columns = columns[0] ? 2 : 1;
    mlops_table *part, *slice;
    mlops__buf one, two;
    span s = {data, size};
    mlops_status status = mlops__table_decode_part(&part, read_bytes, &s, size, from, n, columns,
                                                   n_columns, host, NULL);
    must(!whole || !status);
    if (whole) {
        must(!mlops__table_slice(&slice, whole, from, n, columns, n_columns, NULL));
        mlops__buf_init(&one, &mlops__heap);
        mlops__buf_init(&two, &mlops__heap);
        mlops__table_encode(part, &one);
        mlops__table_encode(slice, &two);
        must(one.size == two.size && !memcmp(one.data, two.data, one.size));
        mlops__buf_free(&one);
        mlops__buf_free(&two);
        mlops_table_unref(slice);
    }
    mlops_table_unref(part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__host host;
    mlops_table *t;
    mlops_error err = {0};
    must(!mlops__host_init(&host, NULL, NULL));
    mlops_status status = mlops__table_decode(&t, data, size, &host, &err);
    must(err.code == status);
    if (status) {
        must(status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
        must(t == NULL && err.message[0]);
        read_part(NULL, data, size, &host);
        return 0;
    }
    write_again(t, data, size);
    select_rows(t);
    read_part(t, data, size, &host);
    mlops_table_unref(t);
    return 0;
}
