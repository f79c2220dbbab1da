/* A sketch of frequent values as bytes: those of Apache DataSketches, by themselves or framed.
 *
 * Owns nothing. Invariant: equal content gives equal bytes, the most frequent value first; what is
 * loaded has different values whose counts are within its n.
 * Freestanding: part of the firmware build.
 */
#include "sketch/run/items_state.h"
#include "sketch/run/sketch.h"

/* Bytes of DataSketches, little-endian:
 *
 *     offset  size  what
 *          0     1  words of 8 in front: 4; 1 if nothing is kept, and that is all then
 *          1     1  version 1
 *          2     1  family 10
 *          3     1  lg of the table's size at the most
 *          4     1  lg of its present size: three quarters of it hold what is kept
 *          5     1  flags: 1 and 4, nothing is kept
 *          6     2  unused
 *          8     4  values that are kept
 *         12     4  unused
 *         16     8  n
 *         24     8  offset: what counts may be short of
 *         32   8*K  counts
 *        ...   ...  values: int64, or u32 length and bytes of texts
 *
 * The frame has in front of these: u32 text_max, i64 n, i64 offset.
 */
#define MAGIC 0x54494c4du /* "MLIT" */

enum { FAMILY = 10, EMPTY = 5, FRAMED = 20, FRONT = 8, FRONT_FULL = 32 };

static void put_all(const mlops_items *self, mlops__buf *out) {
    uint32_t lg = MLOPS__ITEMS_LG_MIN;
    while (((uint32_t)3 << lg) / 4 < self->n_kept) lg++;
    mlops__buf_u8(out, self->n_kept ? FRONT_FULL / 8 : FRONT / 8);
    mlops__buf_u8(out, 1);
    mlops__buf_u8(out, FAMILY);
    mlops__buf_u8(out, (uint8_t)self->lg_size);
    mlops__buf_u8(out, (uint8_t)lg);
    mlops__buf_u8(out, self->n_kept ? 0 : EMPTY);
    mlops__buf_u16(out, 0);
    if (!self->n_kept) return;
    mlops__buf_u32(out, self->n_kept);
    mlops__buf_u32(out, 0);
    mlops__buf_i64(out, self->n);
    mlops__buf_i64(out, self->offset);
    for (uint32_t i = 0; i < self->n_kept; i++)
        mlops__buf_u64(out, *mlops__items_entry_of(self, i));
    for (uint32_t i = 0; i < self->n_kept; i++) {
        const uint64_t *entry = mlops__items_entry_of(self, i);
        if (!self->text_max) {
            mlops__buf_u64(out, entry[1]);
            continue;
        }
        size_t n = strlen(mlops__items_text(entry));
        mlops__buf_u32(out, (uint32_t)n);
        mlops__buf_put(out, mlops__items_text(entry), n);
    }
}

mlops_status mlops_items_save(mlops_items *self, mlops_items_form form, void *bytes, size_t cap,
                              size_t *needed) {
    if (form != MLOPS_ITEMS_NATIVE && form != MLOPS_ITEMS_DATASKETCHES) return MLOPS_E_INVALID;
    uint32_t magic = form == MLOPS_ITEMS_NATIVE ? MAGIC : 0;
    size_t size = magic ? MLOPS__FRAME + FRAMED : 0;
    mlops__items_order(self);
    size += self->n_kept ? FRONT_FULL + (size_t)self->n_kept * (self->text_max ? 12 : 16) : FRONT;
    for (uint32_t i = 0; self->text_max && i < self->n_kept; i++)
        size += strlen(mlops__items_text(mlops__items_entry_of(self, i)));
    mlops__buf out;
    mlops_status status = mlops__sketch_begin(&out, bytes, cap, needed, size, magic);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    if (magic) {
        mlops__buf_u32(&out, self->text_max);
        mlops__buf_i64(&out, self->n);
        mlops__buf_i64(&out, self->offset);
    }
    put_all(self, &out);
    return mlops__sketch_end(&out, magic);
}

/* ---- reading ---- */

typedef struct front {
    uint32_t lg_size, n_kept;
    int64_t n, offset;
} front;

static mlops_status read_front(front *f, mlops__cursor *in) {
    uint32_t words = mlops__cursor_u8(in), version = mlops__cursor_u8(in);
    uint32_t family = mlops__cursor_u8(in);
    f->lg_size = mlops__cursor_u8(in);
    uint32_t lg_now = mlops__cursor_u8(in), is_empty = mlops__cursor_u8(in) & EMPTY;
    (void)mlops__cursor_u16(in);
    if (in->failed || family != FAMILY || version < 1) return MLOPS_E_CORRUPT;
    if (version > 1) return MLOPS_E_UNSUPPORTED;
    if (f->lg_size < MLOPS__ITEMS_LG_MIN || lg_now > f->lg_size) return MLOPS_E_CORRUPT;
    if (f->lg_size > MLOPS__ITEMS_LG_MAX) return MLOPS_E_LIMIT;
    if (words != (is_empty ? FRONT / 8 : FRONT_FULL / 8)) return MLOPS_E_CORRUPT;
    f->n_kept = 0;
    f->n = f->offset = 0;
    if (is_empty) return mlops__cursor_left(in) ? MLOPS_E_CORRUPT : MLOPS_OK;
    f->n_kept = mlops__cursor_u32(in);
    (void)mlops__cursor_u32(in);
    f->n = mlops__cursor_i64(in);
    f->offset = mlops__cursor_i64(in);
    if (in->failed || f->n_kept > ((uint32_t)3 << f->lg_size) / 4) return MLOPS_E_CORRUPT;
    return f->n < 0 || f->offset < 0 || f->offset > f->n ? MLOPS_E_CORRUPT : MLOPS_OK;
}

static mlops_status read_value(mlops_items *self, mlops__cursor *in, uint64_t count) {
    int64_t value = 0;
    const void *bytes = &value;
    size_t n = 8;
    if (self->text_max) {
        n = mlops__cursor_u32(in);
        bytes = mlops__cursor_take(in, n);
        if (!bytes) return MLOPS_E_CORRUPT;
        if (n > self->text_max) return MLOPS_E_LIMIT;
        for (size_t i = 0; i < n; i++)
            if (!((const uint8_t *)bytes)[i]) return MLOPS_E_UNSUPPORTED;
    } else {
        value = mlops__cursor_i64(in);
    }
    if (in->failed || mlops__items_seek(self, bytes, n)) return MLOPS_E_CORRUPT;
    mlops__items_take(self, bytes, n, (int64_t)count);
    return MLOPS_OK;
}

static mlops_status read_entries(mlops_items *self, const front *f, mlops__cursor *in) {
    const uint8_t *counts = mlops__cursor_array(in, f->n_kept, 8);
    if (!counts) return MLOPS_E_CORRUPT;
    uint64_t left = (uint64_t)(f->n - f->offset); /* which was taken off some count each time */
    for (uint32_t i = 0; i < f->n_kept; i++) {
        uint64_t count = mlops__load_u64(counts + 8 * (size_t)i);
        if (count < 1 || count > left) return MLOPS_E_CORRUPT;
        left -= count;
        MLOPS_TRY(read_value(self, in, count));
    }
    return mlops__cursor_left(in) ? MLOPS_E_CORRUPT : MLOPS_OK;
}

mlops_status mlops_items_load(mlops_items **out, void *mem, size_t size, const void *bytes,
                              size_t n, int64_t text_max) {
    *out = NULL;
    mlops__cursor in;
    front f, framed = {0, 0, 0, 0};
    mlops_status status = mlops__sketch_open(&in, bytes, n, MAGIC);
    if (status < 0) return status;
    if (status != MLOPS_END) {
        text_max = mlops__cursor_u32(&in);
        framed.n = mlops__cursor_i64(&in);
        framed.offset = mlops__cursor_i64(&in);
        if (text_max > MLOPS__ITEMS_TEXT_MAX || framed.n < 0 || framed.offset < 0 ||
            framed.offset > framed.n)
            return MLOPS_E_CORRUPT;
    }
    MLOPS_TRY(read_front(&f, &in));
    if (status != MLOPS_END) {
        if (f.n_kept && (f.n != framed.n || f.offset != framed.offset)) return MLOPS_E_CORRUPT;
        f.n = framed.n;
        f.offset = framed.offset;
    }
    mlops_items *self;
    MLOPS_TRY(mlops__items_begin(&self, mem, size, f.lg_size, text_max));
    if (f.n_kept) MLOPS_TRY(read_entries(self, &f, &in));
    self->n = f.n;
    self->offset = f.offset;
    *out = self;
    return MLOPS_OK;
}
