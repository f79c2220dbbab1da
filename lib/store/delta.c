/* Operations of deltas: writing and applying them.
 *
 * Owns nothing. Invariant: applying reads no more of the base than the range that is asked for
 * needs, in ascending order but for where a base goes back between two deltas.
 */
#include "store/delta.h"

#include <string.h>

enum { STREAMS = 4, COPIES = 0, SKIPS = 1, INSERTS = 2, LITERALS = 3 };

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged: its changes do not fit");
}

static int open_streams(mlops__cursor streams[STREAMS], uint64_t *n_ops, const uint8_t *ops,
                        size_t n) {
    mlops__cursor c;
    uint64_t sizes[STREAMS];
    mlops__cursor_init(&c, ops, n);
    *n_ops = mlops__cursor_varint(&c);
    for (int i = 0; i < LITERALS; i++) sizes[i] = mlops__cursor_varint(&c);
    for (int i = 0; i < STREAMS; i++) {
        if (i == LITERALS) sizes[i] = mlops__cursor_left(&c);
        if (c.failed || sizes[i] > mlops__cursor_left(&c)) return 0;
        const uint8_t *at = mlops__cursor_take(&c, (size_t)sizes[i]);
        mlops__cursor_init(&streams[i], at, (size_t)sizes[i]);
    }
    return !c.failed;
}

/* What of a part lies in the range that is wanted. */
typedef struct range {
    uint64_t from, to; /* wanted */
    uint64_t at;       /* where the part begins */
} range;

static int overlap(const range *r, uint64_t n, uint64_t *skip, size_t *size) {
    uint64_t begin = r->at > r->from ? r->at : r->from;
    uint64_t end = r->at + n < r->to ? r->at + n : r->to;
    if (begin >= end) return 0;
    *skip = begin - r->at;
    *size = (size_t)(end - begin);
    return 1;
}

mlops_status mlops__delta_open(mlops__delta_reader *self, const uint8_t *ops, size_t n,
                               uint64_t base_at, mlops_error *err) {
    self->ops = ops;
    self->n = n;
    self->begun_at = self->base_at = base_at;
    self->at = 0;
    return open_streams(self->streams, &self->n_ops, ops, n) ? MLOPS_OK : damaged(err);
}

mlops_status mlops__delta_apply(mlops__delta_reader *self, uint64_t size, uint64_t from,
                                uint64_t to, uint8_t *out, mlops__delta_read *read, void *user,
                                mlops_error *err) {
    if (from < self->at)
        MLOPS_TRY(mlops__delta_open(self, self->ops, self->n, self->begun_at, err));
    mlops__delta_reader now = *self;
    mlops__cursor *s = now.streams;
    range r = {from, to, now.at};
    uint64_t skip;
    size_t part;
    for (; r.at < to && now.n_ops > 0; now.n_ops--) {
        now.at = r.at;
        *self = now;
        uint64_t copy = mlops__cursor_varint(&s[COPIES]), pass = mlops__cursor_varint(&s[SKIPS]);
        uint64_t insert = mlops__cursor_varint(&s[INSERTS]);
        if (s[COPIES].failed || s[SKIPS].failed || s[INSERTS].failed || copy > size - r.at ||
            insert > size - r.at - copy || copy > UINT64_MAX - now.base_at ||
            pass > UINT64_MAX - now.base_at - copy || insert > mlops__cursor_left(&s[LITERALS]))
            return damaged(err);
        if (overlap(&r, copy, &skip, &part))
            MLOPS_TRY(read(user, now.base_at + skip, out + (r.at + skip - from), part, err));
        now.base_at += copy + pass;
        r.at += copy;
        const uint8_t *literals = mlops__cursor_take(&s[LITERALS], (size_t)insert);
        if (overlap(&r, insert, &skip, &part))
            memcpy(out + (r.at + skip - from), literals + skip, part);
        r.at += insert;
    }
    return r.at >= to ? MLOPS_OK : damaged(err);
}
