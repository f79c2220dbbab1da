/* Making the index anew from packs and journal, from where it stands.
 *
 * Owns nothing. Invariants: a frame is applied only if it goes on with the chain and the content
 * that it names is whole, or if a later frame proves that it was durable once; the first frame of
 * which neither holds, and all behind it, were never acknowledged under MLOPS_SYNC_FULL, and are
 * cut off.
 */
#include "store/core.h"

/* Each transaction writes the pages that it changes anew: few and large ones write less. */
enum { FRAMES_PER_TXN = 1 << 18, BYTES_PER_TXN = 32 << 20 };

/* The offset up to which a pack is in the index. */
static mlops_status scanned(mlops__index *index, int64_t number, int64_t *offset,
                            mlops_error *err) {
    uint8_t key[9] = {'s'};
    mlops__bytes value;
    mlops__cursor c;
    mlops__key_u64(key + 1, (uint64_t)number);
    *offset = MLOPS__PACK_HEAD;
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key}, &value, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    mlops__cursor_init(&c, value.data, value.size);
    *offset = mlops__cursor_i64(&c);
    return MLOPS_OK;
}

static mlops_status note_scanned(mlops__index *index, int64_t number, int64_t offset, int uncut,
                                 mlops_error *err) {
    uint8_t key[9] = {'s'}, bytes[8];
    mlops__key_u64(key + 1, (uint64_t)number);
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)offset >> 8 * i);
    MLOPS_TRY(mlops__index_put(index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key},
                               (mlops__bytes){bytes, sizeof bytes}, err));
    if (!uncut) return MLOPS_OK; /* what is there came from the device */
    key[0] = 'u';
    return mlops__index_put(index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key},
                            (mlops__bytes){bytes, sizeof bytes}, err);
}

/* What a pack has behind what is in the index. A pack whose head is no head holds nothing: a power
 * cut came before its first sync, or it is damaged, which check tells. A tail that is no frame may
 * be one that a writer has not written to its end: who looks again begins there. */
static mlops_status scan_pack(mlops_store *self, mlops__index *index, int64_t number,
                              int64_t *n_unused, mlops_error *err) {
    mlops__pack_scan scan;
    mlops_status status = mlops__pack_scan_init(&scan, &self->packs, number, err);
    if (status == MLOPS_E_CORRUPT) return MLOPS_OK;
    MLOPS_TRY(status);
    int64_t begin = 0;
    MLOPS_TRY(scanned(index, number, &begin, err));
    scan.place.offset = begin;
    int64_t whole = begin;
    while (!status) {
        mlops__pack_frame frame;
        mlops__pack_place place;
        status = mlops__pack_scan_next(&scan, &self->packs, &frame, &place, &self->payload, err);
        if (!status) status = mlops__content_note_found(index, &frame, place, err);
        if (!status) whole = scan.place.offset;
    }
    *n_unused += scan.n_skipped;
    if (status != MLOPS_END) return status;
    return whole == begin ? MLOPS_OK : note_scanned(index, number, whole, self->uncut, err);
}

static mlops_status scan_pack_alone(mlops_store *self, int64_t number, int64_t *n_unused,
                                    mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__index_begin(&index, self->kv, &self->host, 1, err));
    mlops_status status = scan_pack(self, &index, number, n_unused, err);
    if (!status) return mlops__index_commit(&index, err);
    mlops__index_end(&index);
    return status;
}

mlops_status mlops__store_choose(mlops_store *self, int forget, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__index_begin(&index, self->kv, &self->host, 1, err));
    mlops_status status = mlops__content_choose(self, &index, forget, err);
    if (!status) return mlops__index_commit(&index, err);
    mlops__index_end(&index);
    return status;
}

mlops_status mlops__store_scan_packs(mlops_store *self, mlops__index *index, int64_t *n_unused,
                                     mlops_error *err) {
    mlops__buf numbers;
    mlops__buf_init(&numbers, &self->host.allocator);
    mlops_status status = mlops__packs_list(&self->packs, &numbers, err);
    for (size_t i = 0; i < numbers.size && !status; i += sizeof(int64_t)) {
        int64_t number = *(int64_t *)(void *)(numbers.data + i);
        status = index ? scan_pack(self, index, number, n_unused, err)
                       : scan_pack_alone(self, number, n_unused, err);
    }
    mlops__buf_free(&numbers);
    if (status) return status;
    return index ? mlops__content_choose(self, index, 0, err) : mlops__store_choose(self, 0, err);
}

/* Far as the journal is gone through. */
typedef struct replay {
    int cut;        /* a frame is there that shall not be */
    int64_t proved; /* a frame that was seen says that all up to here was durable */
} replay;

/* True if a frame behind the place says that this seq was durable. What a collection has dropped is
 * missing for many frames, all of which the one that dropped it proves. */
static mlops_status was_durable(mlops_store *self, replay *r, mlops__place place, int64_t seq,
                                int *out, mlops_error *err) {
    mlops__frame frame;
    mlops_status status = MLOPS_OK;
    *out = r->proved >= seq;
    while (!*out && !status) {
        status = mlops__journal_next(&self->journal, &place, &frame, err);
        if (!status && frame.durable > r->proved) r->proved = frame.durable;
        *out = r->proved >= seq;
    }
    if (*out) return MLOPS_OK;
    if (status != MLOPS_END) return status;
    /* Where the chain breaks, frames behind the break can still say it. */
    place.chain.seq = seq - 1;
    status = mlops__journal_check_end(&self->journal, &place, self->uncut, err);
    if (status == MLOPS_E_CORRUPT) *out = 1;
    return status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status note_lost(mlops__index *index, const mlops__frame *frame, mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op))
        if (op.kind == MLOPS__OP_PACKED)
            MLOPS_TRY(mlops__content_note_lost(index, op.key.data, err));
    return MLOPS_OK;
}

static mlops_status check_content(mlops_store *self, mlops__index *index, const mlops__frame *frame,
                                  int *whole, mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    *whole = 1;
    mlops__ops_init(&ops, frame);
    while (*whole && mlops__ops_next(&ops, &op)) {
        if (op.kind != MLOPS__OP_PACKED) continue;
        mlops_status status = mlops__content_check(self, index, op.key.data, err);
        if (status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT) *whole = 0;
        else if (status) return status;
    }
    return MLOPS_OK;
}

/* Applies the next frame. MLOPS_END where the journal ends, or is to be cut. */
static mlops_status replay_one(mlops_store *self, mlops__index *index, replay *r,
                               mlops_error *err) {
    mlops__frame frame;
    mlops__place place = index->place;
    int whole = 1, durable = 0;
    mlops_status status = mlops__journal_next(&self->journal, &place, &frame, err);
    if (status == MLOPS_END) { /* perhaps in the next segment, which is still empty */
        index->place.segment = place.segment;
        index->place.offset = place.offset;
    }
    if (status) return status;
    MLOPS_TRY(check_content(self, index, &frame, &whole, err));
    if (!whole && self->read_only) { /* writers go on meanwhile: packs may have it by now */
        int64_t n_unused = 0;
        MLOPS_TRY(mlops__store_scan_packs(self, index, &n_unused, err));
        MLOPS_TRY(check_content(self, index, &frame, &whole, err));
    }
    if (!whole) MLOPS_TRY(was_durable(self, r, place, frame.seq, &durable, err));
    r->cut = !whole && !durable && !self->uncut;
    if (r->cut) return MLOPS_END;
    if (!whole) { /* looking ahead has taken the frame away */
        place = index->place;
        MLOPS_TRY(mlops__journal_next(&self->journal, &place, &frame, err));
        MLOPS_TRY(note_lost(index, &frame, err));
    }
    return mlops__index_apply(index, &frame, &place, err);
}

static mlops_status replay_batch(mlops_store *self, mlops__batch *batch, replay *r,
                                 mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__index_begin(&index, self->kv, &self->host, 1, err));
    mlops_status status = MLOPS_OK;
    index.batch = batch;
    for (int i = 0; i < FRAMES_PER_TXN && batch->ops.size < BYTES_PER_TXN && !status; i++)
        status = replay_one(self, &index, r, err);
    mlops__place place = index.place;
    if (status < 0) {
        mlops__index_end(&index);
        return status;
    }
    MLOPS_TRY(mlops__index_commit(&index, err));
    if (status == MLOPS_OK) return MLOPS_OK;
    if (!r->cut) status = mlops__journal_check_end(&self->journal, &place, self->uncut, err);
    if (!r->cut && status == MLOPS_E_CORRUPT && self->read_only) {
        /* Writers go on meanwhile: what proves that frames are missing may be behind new ones. */
        mlops__frame frame;
        mlops_status next = mlops__journal_next(&self->journal, &place, &frame, NULL);
        if (next == MLOPS_OK) return MLOPS_OK;
    }
    if (status < 0) return status;
    if (!self->read_only) MLOPS_TRY(mlops__journal_cut(&self->journal, &place, err));
    return MLOPS_END;
}

static mlops_status replay_some(mlops_store *self, replay *r, mlops_error *err) {
    mlops__batch batch;
    mlops__batch_init(&batch, &self->host.allocator);
    mlops_status status = replay_batch(self, &batch, r, err);
    mlops__batch_free(&batch);
    return status;
}

/* What was kept though its content is lost stays, whatever a later power cut leaves behind it. */
static mlops_status vouch(mlops_store *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__index_begin(&index, self->kv, &self->host, 1, err));
    mlops_status status = mlops__store_sync_packs(self, &index, err);
    if (!status && index.place.durable < index.place.chain.seq) {
        status = mlops__journal_sync(&self->journal, &index.place, err);
        index.dirty = 1;
    }
    if (!status) return mlops__index_commit(&index, err);
    mlops__index_end(&index);
    return status;
}

mlops_status mlops__store_rebuild(mlops_store *self, mlops_error *err) {
    replay r = {0, 0};
    int64_t n_unused = 0;
    MLOPS_TRY(mlops__store_scan_packs(self, NULL, &n_unused, err));
    mlops_status status = MLOPS_OK;
    while (!status) status = replay_some(self, &r, err);
    if (status != MLOPS_END) return status;
    MLOPS_TRY(mlops__store_choose(self, 1, err));
    return self->uncut && !self->read_only ? vouch(self, err) : MLOPS_OK;
}
