/* Some rows and columns of a table as bytes.
 *
 * Owns a window onto the bytes, and the bytes of the table that the rows make by themselves.
 * Invariants: nothing is read that is not there, whatever the head says; what is made is decoded as
 * any other table, so that it is refused unless it is one.
 */
#include "column/table_part.h"

#include "base/cursor.h"
#include "column/table_bytes.h"

#include <string.h>

enum { HEAD = 24, COLUMN_HEAD = 16, PART = 8, WINDOW = 64 << 10 };

/* A column of the whole. */
typedef struct place {
    uint32_t type, n_texts;
    uint32_t name_size;
    uint64_t name_at, validity_at; /* validity_at 0: no nulls */
    uint64_t values_at, sizes_at, texts_at;
} place;

typedef struct maker {
    mlops__table_reader *read;
    void *user;
    uint64_t size;
    int64_t n_rows, from, n;
    uint64_t window_at;
    mlops__buf window, places, heads, values, codes, map, texts;
    mlops_error *err;
} maker;

static mlops_status damaged(const maker *m) {
    return mlops__fail(m->err, MLOPS_E_CORRUPT, "this is no table: it does not have what it says");
}

static mlops_status no_memory(const maker *m) { return mlops__fail_nomem(m->err, m->values.size); }

/* n bytes, borrowed until the next are looked at. */
static mlops_status look(maker *m, uint64_t at, size_t n, const uint8_t **out) {
    if (at > m->size || n > m->size - at) return damaged(m);
    if (at < m->window_at || at + n > m->window_at + m->window.size) {
        size_t more = n < WINDOW ? WINDOW : n;
        if (more > m->size - at) more = (size_t)(m->size - at);
        m->window.size = 0;
        uint8_t *room = mlops__buf_extend(&m->window, more ? more : 1);
        if (!room) return no_memory(m);
        m->window.size = more;
        m->window_at = at;
        mlops_status status = m->read(m->user, at, room, more, m->err);
        if (status) m->window.size = 0;
        MLOPS_TRY(status);
    }
    *out = m->window.data + (at - m->window_at);
    return MLOPS_OK;
}

static uint64_t aligned(uint64_t at) { return (at + PART - 1) / PART * PART; }

static uint64_t bits_size(int64_t n) { return ((uint64_t)n + 7) / 8; }

static size_t code_width(uint64_t n_texts) {
    if (n_texts <= 256) return 1;
    return n_texts <= 65536 ? 2 : 4;
}

/* Goes on by so many bytes, which must be there, and the zeroes behind them. */
static mlops_status pass(const maker *m, uint64_t *at, uint64_t n, uint64_t each) {
    if (*at > m->size || (each && n > (m->size - *at) / each)) return damaged(m);
    *at = aligned(*at + n * each);
    return MLOPS_OK;
}

/* ---- where columns are ---- */

static mlops_status sum_sizes(maker *m, uint64_t at, uint64_t n, uint64_t *sum) {
    const uint8_t *sizes;
    for (*sum = 0; n > 0;) {
        size_t some = n < WINDOW / 4 ? (size_t)n : WINDOW / 4;
        MLOPS_TRY(look(m, at, 4 * some, &sizes));
        for (size_t i = 0; i < some; i++) *sum += mlops__load_u32(sizes + 4 * i);
        at += 4 * some;
        n -= some;
    }
    return MLOPS_OK;
}

static mlops_status find_values(maker *m, place *p, uint64_t *at) {
    const uint8_t *head;
    uint64_t n_bytes, n_rows = (uint64_t)m->n_rows;
    if (p->type == MLOPS_TYPE_NULL) return MLOPS_OK;
    if (p->validity_at) {
        p->validity_at = *at;
        MLOPS_TRY(pass(m, at, bits_size(m->n_rows), 1));
    }
    p->values_at = *at;
    if (p->type == MLOPS_TYPE_BOOL) return pass(m, at, bits_size(m->n_rows), 1);
    if (p->type != MLOPS_TYPE_STRING) return pass(m, at, n_rows, 8);
    MLOPS_TRY(look(m, *at, 8, &head));
    p->n_texts = mlops__load_u32(head);
    p->sizes_at = *at += 8;
    MLOPS_TRY(pass(m, at, p->n_texts, 4));
    MLOPS_TRY(sum_sizes(m, p->sizes_at, p->n_texts, &n_bytes));
    p->texts_at = *at;
    MLOPS_TRY(pass(m, at, n_bytes, 1));
    p->values_at = *at;
    return pass(m, at, n_rows, code_width(p->n_texts));
}

static mlops_status find_head(maker *m, place *p, uint64_t *at) {
    const uint8_t *head;
    MLOPS_TRY(look(m, *at, COLUMN_HEAD, &head));
    p->type = mlops__load_u32(head);
    p->name_size = mlops__load_u32(head + 4);
    p->validity_at = mlops__load_u64(head + 8) != 0;
    p->name_at = *at += COLUMN_HEAD;
    if (p->type > MLOPS_TYPE_STRING) return damaged(m);
    return pass(m, at, p->name_size, 1);
}

/* All columns up to the last that is wanted. */
static mlops_status find_columns(maker *m, uint64_t n_all, int64_t last) {
    uint64_t at = HEAD;
    size_t bytes;
    if (!mlops__mul((size_t)n_all, sizeof(place), &bytes)) return no_memory(m);
    place *places = (place *)(void *)mlops__buf_extend(&m->places, bytes);
    if (!places) return no_memory(m);
    memset(places, 0, bytes);
    for (uint64_t i = 0; i < n_all; i++) MLOPS_TRY(find_head(m, &places[i], &at));
    for (int64_t i = 0; i <= last; i++) MLOPS_TRY(find_values(m, &places[i], &at));
    return MLOPS_OK;
}

/* ---- what the rows are by themselves ---- */

static mlops_status put_direct(maker *m, mlops__buf *out, uint64_t at, size_t n) {
    uint8_t *room = n ? mlops__buf_extend(out, n) : NULL;
    if (n == 0) return MLOPS_OK;
    return room ? m->read(m->user, at, room, n, m->err) : no_memory(m);
}

/* Appends bits of the rows, from the lowest of a byte on; *n_set is how many are set. */
static mlops_status put_bits(maker *m, uint64_t at, int64_t *n_set) {
    uint64_t first = (uint64_t)m->from / 8, end = bits_size(m->from + m->n);
    unsigned shift = (unsigned)(m->from % 8);
    const uint8_t *from;
    *n_set = 0;
    MLOPS_TRY(look(m, at + first, (size_t)(end - first), &from));
    size_t size = (size_t)bits_size(m->n);
    uint8_t *out = mlops__buf_extend(&m->values, size ? size : 1);
    if (!out) return no_memory(m);
    m->values.size -= size ? 0 : 1;
    memset(out, 0, size);
    for (int64_t i = 0; i < m->n; i++) {
        uint64_t k = (uint64_t)i + shift;
        int bit = from[k / 8] >> k % 8 & 1;
        out[i / 8] |= (uint8_t)(bit << i % 8);
        *n_set += bit;
    }
    mlops__buf_align(&m->values, PART);
    return MLOPS_OK;
}

/* validity: where the bits of the rows are in values; SIZE_MAX: all have a value. */
static int is_present(const maker *m, size_t validity, size_t i) {
    return validity == SIZE_MAX || (m->values.data[validity + i / 8] >> i % 8 & 1);
}

static uint32_t code_at(const maker *m, size_t width, size_t i) {
    const uint8_t *at = m->codes.data + i * width;
    return width == 1 ? *at : width == 2 ? mlops__load_u16(at) : mlops__load_u32(at);
}

/* The codes of the rows, and the least and greatest. */
static mlops_status read_codes(maker *m, const place *p, size_t validity, uint32_t *least,
                               uint32_t *most) {
    size_t width = code_width(p->n_texts);
    m->codes.size = 0;
    MLOPS_TRY(
        put_direct(m, &m->codes, p->values_at + (uint64_t)m->from * width, (size_t)m->n * width));
    *least = UINT32_MAX;
    *most = 0;
    for (size_t i = 0; i < (size_t)m->n; i++) {
        uint32_t code = code_at(m, width, i);
        if (!is_present(m, validity, i)) continue;
        if (code >= p->n_texts) return damaged(m);
        if (code < *least) *least = code;
        if (code > *most) *most = code;
    }
    return MLOPS_OK;
}

/* Where a text that some row has goes; codes count from the least on. */
typedef struct text_place {
    uint32_t code; /* the new one, and 1; 0: no row has it */
    uint32_t size;
    size_t at; /* in texts */
} text_place;

/* New codes, in the order in which rows have them, in the place of the old. */
static uint32_t map_codes(maker *m, const place *p, size_t validity, uint32_t least,
                          uint32_t *in_order) {
    size_t width = code_width(p->n_texts);
    text_place *map = (text_place *)(void *)m->map.data;
    uint32_t n = 0, *codes = in_order + m->n;
    for (size_t i = 0; i < (size_t)m->n; i++) {
        uint32_t code = code_at(m, width, i);
        codes[i] = 0;
        if (!is_present(m, validity, i)) continue;
        text_place *text = &map[code - least];
        if (!text->code) {
            in_order[n] = code - least;
            text->code = ++n;
        }
        codes[i] = text->code - 1;
    }
    return n;
}

/* The texts that rows have, from the first in the bytes on. */
static mlops_status read_texts(maker *m, const place *p, uint32_t least, uint32_t most) {
    text_place *map = (text_place *)(void *)m->map.data;
    const uint8_t *bytes;
    uint64_t at;
    m->texts.size = 0;
    MLOPS_TRY(sum_sizes(m, p->sizes_at, least, &at));
    for (uint64_t code = least; code <= most;) {
        size_t some = most - code + 1 < WINDOW / 4 ? (size_t)(most - code + 1) : WINDOW / 4;
        MLOPS_TRY(look(m, p->sizes_at + 4 * code, 4 * some, &bytes));
        for (size_t i = 0; i < some; i++)
            map[code - least + i].size = mlops__load_u32(bytes + 4 * i);
        code += some;
    }
    at += p->texts_at;
    for (uint64_t i = 0; i <= most - least; at += map[i++].size) {
        if (!map[i].code) continue;
        MLOPS_TRY(look(m, at, map[i].size, &bytes));
        map[i].at = m->texts.size;
        mlops__buf_put(&m->texts, bytes, map[i].size);
    }
    return m->texts.status ? no_memory(m) : MLOPS_OK;
}

static mlops_status put_texts(maker *m, const place *p, size_t validity) {
    uint32_t least, most, n_texts = 0;
    mlops__buf numbers;
    MLOPS_TRY(read_codes(m, p, validity, &least, &most));
    size_t n_map = least <= most ? (size_t)(most - least) + 1 : 0, n = (size_t)m->n;
    m->map.size = 0;
    mlops__buf_zero(&m->map, (n_map + 1) * sizeof(text_place));
    if (m->map.status) return no_memory(m);
    mlops__buf_init(&numbers, m->values.allocator);
    uint32_t *in_order = (uint32_t *)(void *)mlops__buf_extend(&numbers, 8 * n + 8);
    if (!in_order) return no_memory(m);
    mlops_status status = MLOPS_OK;
    if (n_map) n_texts = map_codes(m, p, validity, least, in_order);
    else memset(in_order + n, 0, 4 * n);
    if (n_map) status = read_texts(m, p, least, most);
    const text_place *map = (const text_place *)(const void *)m->map.data;
    mlops__buf_u32(&m->values, n_texts);
    mlops__buf_u32(&m->values, 0);
    for (uint32_t i = 0; !status && i < n_texts; i++)
        mlops__buf_u32(&m->values, map[in_order[i]].size);
    mlops__buf_align(&m->values, PART);
    for (uint32_t i = 0; !status && i < n_texts; i++)
        mlops__buf_put(&m->values, m->texts.data + map[in_order[i]].at, map[in_order[i]].size);
    mlops__buf_align(&m->values, PART);
    for (size_t i = 0, width = code_width(n_texts); !status && i < n; i++)
        for (size_t k = 0; k < width; k++)
            mlops__buf_u8(&m->values, (uint8_t)(in_order[n + i] >> 8 * k));
    mlops__buf_free(&numbers);
    return status;
}

static mlops_status put_values(maker *m, const place *p, int64_t *n_nulls) {
    size_t begin = m->values.size, validity = SIZE_MAX;
    int64_t n_set;
    *n_nulls = p->type == MLOPS_TYPE_NULL ? m->n : 0;
    if (p->type == MLOPS_TYPE_NULL) return MLOPS_OK;
    if (p->validity_at) {
        MLOPS_TRY(put_bits(m, p->validity_at, &n_set));
        *n_nulls = m->n - n_set;
        if (*n_nulls) validity = begin;
        else m->values.size = begin;
    }
    if (p->type == MLOPS_TYPE_BOOL) return put_bits(m, p->values_at, &n_set);
    if (p->type == MLOPS_TYPE_STRING) MLOPS_TRY(put_texts(m, p, validity));
    else
        MLOPS_TRY(
            put_direct(m, &m->values, p->values_at + 8 * (uint64_t)m->from, 8 * (size_t)m->n));
    mlops__buf_align(&m->values, PART);
    return m->values.status ? no_memory(m) : MLOPS_OK;
}

static mlops_status put_column(maker *m, const place *p) {
    const uint8_t *name;
    int64_t n_nulls;
    MLOPS_TRY(put_values(m, p, &n_nulls));
    MLOPS_TRY(look(m, p->name_at, p->name_size, &name));
    mlops__buf_u32(&m->heads, p->type);
    mlops__buf_u32(&m->heads, p->name_size);
    mlops__buf_i64(&m->heads, n_nulls);
    mlops__buf_put(&m->heads, name, p->name_size);
    mlops__buf_align(&m->heads, PART);
    return MLOPS_OK;
}

/* ---- all of it ---- */

static mlops_status read_head(maker *m, uint64_t *n_all) {
    const uint8_t *head;
    MLOPS_TRY(look(m, 0, HEAD, &head));
    *n_all = mlops__load_u32(head + 12);
    m->n_rows = (int64_t)mlops__load_u64(head + 16);
    mlops__buf_put(&m->heads, head, HEAD); /* whose magic and version are decoded */
    if (m->heads.status || m->values.status) return no_memory(m);
    if (m->n_rows < 0 || *n_all > m->size / HEAD) return damaged(m);
    return MLOPS_OK;
}

static mlops_status make(maker *m, const int64_t *columns, int64_t n_columns) {
    uint64_t n_all;
    int64_t last = -1;
    MLOPS_TRY(read_head(m, &n_all));
    for (int64_t i = 0; i < n_columns; i++) {
        if (columns[i] < 0 || (uint64_t)columns[i] >= n_all)
            return mlops__fail(m->err, MLOPS_E_INVALID, "there is no such column");
        if (columns[i] > last) last = columns[i];
    }
    if (m->from < 0 || m->n < 0 || m->from > m->n_rows || m->n > m->n_rows - m->from)
        return mlops__fail(m->err, MLOPS_E_INVALID, "there are no such rows");
    MLOPS_TRY(find_columns(m, n_all, last));
    for (int64_t i = 0; i < n_columns; i++)
        MLOPS_TRY(put_column(m, (const place *)(const void *)m->places.data + columns[i]));
    mlops__buf_put(&m->heads, m->values.data, m->values.size);
    if (m->heads.status || m->values.status) return no_memory(m);
    for (size_t i = 0; i < 4; i++) m->heads.data[12 + i] = (uint8_t)(n_columns >> 8 * i);
    for (size_t i = 0; i < 8; i++) m->heads.data[16 + i] = (uint8_t)((uint64_t)m->n >> 8 * i);
    return MLOPS_OK;
}

mlops_status mlops__table_decode_part(mlops_table **out, mlops__table_reader *read, void *user,
                                      uint64_t size, int64_t from, int64_t n,
                                      const int64_t *columns, int64_t n_columns,
                                      const mlops__host *host, mlops_error *err) {
    maker m = {.read = read, .user = user, .size = size, .from = from, .n = n, .err = err};
    mlops__buf *const bufs[] = {&m.window, &m.places, &m.heads, &m.values,
                                &m.codes,  &m.map,    &m.texts};
    *out = NULL;
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        mlops__buf_init(bufs[i], &host->allocator);
    mlops_status status = make(&m, columns, n_columns);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
        if (bufs[i] != &m.heads) mlops__buf_free(bufs[i]);
    if (!status) status = mlops__table_decode(out, m.heads.data, m.heads.size, host, err);
    mlops__buf_free(&m.heads);
    return status;
}
