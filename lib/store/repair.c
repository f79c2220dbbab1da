/* Making a damaged store usable again.
 *
 * Owns the new journal while it is being made. Invariants: whatever is whole is kept, under its
 * number; whatever is replaced is kept beside, in "damaged"; the new journal takes the old one's
 * place only when it is complete and synced, so that a repair that is cut off can be done again.
 */
#include "base/hex.h"
#include "base/opts.h"
#include "file/file.h"
#include "store/core.h"

#include <string.h>

enum {
    SEGMENTS_MAX = 1 << 20,
    FOUND_SIZE = 24 /* a whole frame, by its number, segment and offset */
};

typedef struct repair {
    mlops_store *store;
    mlops__journal to;
    mlops__place place; /* in the new journal */
    mlops__buf buf;
    int64_t known;   /* commits that there were once, by the index or content; -1: not known */
    int64_t highest; /* number of a whole frame */
    int64_t n_lost;
    int resumed; /* the journal is that of a repair that was cut off before it told its losses */
    mlops__file_view view; /* of the segment that is being read */
    int64_t segment;       /* its number; 0: none */
    int64_t n_segments;    /* that there are */
    mlops__batch found;    /* whole frames, to be sorted */
    mlops__chain last;     /* up to the frame found last that goes on with those before */
    int broken;            /* one of a higher number does not */
    int n_seen;            /* of those with the number of first */
    int fits;              /* one of them goes on with the chain, and was taken */
    uint8_t first[FOUND_SIZE];
} repair;

static const char LOST[] = "lost in repair";

static mlops__bytes text_of(const char *text) {
    return (mlops__bytes){(const uint8_t *)text, strlen(text)};
}

static mlops_status write_made(repair *r, int64_t time_ns, mlops_error *err) {
    mlops__frame frame;
    mlops__place after;
    MLOPS_TRY(mlops__journal_stage_at(&r->to, &r->place, &r->buf, time_ns, &frame, &after, err));
    MLOPS_TRY(mlops__journal_write(&r->to, &frame, &after, 0, err));
    r->place = after;
    return MLOPS_OK;
}

/* In the place of a commit that is not there any more. */
static mlops_status write_lost(repair *r, int64_t time_ns, mlops_error *err) {
    mlops__frame_begin(&r->buf);
    mlops__frame_op(&r->buf, MLOPS__OP_NOTE, 0, text_of("verb"), text_of(LOST));
    mlops_status status = write_made(r, time_ns, err);
    r->n_lost++;
    return status;
}

/* The same operations under a new link; the former one stays in a note. */
static mlops_status write_again(repair *r, const mlops__frame *frame, mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    mlops__frame_begin(&r->buf);
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op))
        mlops__frame_op(&r->buf, op.kind, op.table, op.key, op.value);
    mlops__frame_op(&r->buf, MLOPS__OP_NOTE, 0, text_of("was"), (mlops__bytes){frame->link, 32});
    return write_made(r, frame->time_ns, err);
}

/* Is its link that of its bytes? A guard can be made anew by whoever changes a commit. */
static int has_link(const repair *r, const mlops__frame *frame) {
    mlops__chain chain = {frame->seq - 1, 0, {0}};
    memcpy(chain.link, frame->prev, sizeof chain.link);
    return mlops__frame_follow(frame, &chain, r->store->kern->sha256_blocks) == MLOPS_OK;
}

static mlops_status take(repair *r, const mlops__frame *frame, mlops_error *err) {
    while (r->place.chain.seq + 1 < frame->seq) MLOPS_TRY(write_lost(r, frame->time_ns, err));
    int fits = memcmp(frame->prev, r->place.chain.link, 32) == 0;
    mlops_status status = MLOPS_OK;
    if (fits) status = mlops__journal_copy(&r->to, &r->place, frame, err);
    else if (!has_link(r, frame)) status = MLOPS_E_CORRUPT;
    if (status == MLOPS_E_CORRUPT) return write_lost(r, frame->time_ns, err);
    MLOPS_TRY(status);
    if (frame->durable > r->place.durable) r->place.durable = frame->durable;
    return fits ? MLOPS_OK : write_again(r, frame, err);
}

static void name_segment(char out[32], int64_t number) {
    memcpy(out, "journal/", 8);
    mlops__hex_u64(out + 8, (uint64_t)number);
}

/* MLOPS_E_NOT_FOUND if there is none. */
static mlops_status open_segment(repair *r, int64_t segment, mlops_error *err) {
    char name[32];
    if (r->segment == segment) return MLOPS_OK;
    if (r->segment) mlops__file_close(&r->view, &r->store->host);
    r->segment = 0;
    name_segment(name, segment);
    MLOPS_TRY(mlops__file_open(&r->view, &r->store->host, mlops__store_path(r->store, name),
                               SIZE_MAX, 0, err));
    r->segment = segment;
    return MLOPS_OK;
}

static int is_text(mlops__bytes bytes, const char *text) {
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static int is_lost(const mlops__frame *frame) {
    mlops__ops ops;
    mlops__op op;
    mlops__ops_init(&ops, frame);
    if (!mlops__ops_next(&ops, &op) || op.kind != MLOPS__OP_NOTE) return 0;
    return is_text(op.key, "verb") && is_text(op.value, LOST);
}

static mlops_status note_frame(repair *r, const mlops__frame *frame, size_t at, mlops_error *err) {
    uint8_t key[FOUND_SIZE];
    mlops__key_u64(key, (uint64_t)frame->seq);
    mlops__key_u64(key + 8, (uint64_t)r->segment);
    mlops__key_u64(key + 16, at);
    mlops__op op = {MLOPS__OP_PUT, 1, {key, sizeof key}, {NULL, 0}};
    if (frame->seq > r->highest) r->highest = frame->seq;
    r->n_lost += r->resumed && is_lost(frame);
    if (frame->seq == r->last.seq + 1 && memcmp(frame->prev, r->last.link, 32) == 0) {
        r->last.seq = frame->seq;
        memcpy(r->last.link, frame->link, sizeof r->last.link);
    } else if (frame->seq > r->last.seq) r->broken = 1;
    return mlops__batch_add(&r->found, &op, err);
}

/* Notes the whole frames of one segment by their numbers, whatever lies between them. */
static mlops_status note_frames(repair *r, mlops_error *err) {
    const uint8_t *data = r->view.data;
    size_t at = 0, n = r->view.size;
    while (n - at >= MLOPS__FRAME_LEAST) {
        mlops__frame frame;
        size_t size = mlops__frame_size(data + at);
        int whole = size && size <= n - at && !mlops__frame_open(&frame, data + at, size);
        if (whole) MLOPS_TRY(note_frame(r, &frame, at, err));
        at += whole ? size : 8;
    }
    return MLOPS_OK;
}

/* Segments have ascending numbers; where many are missing in a row, it is the end. */
static mlops_status find_frames(repair *r, mlops_error *err) {
    int missing = 0;
    for (int64_t i = 1; i < SEGMENTS_MAX && missing < 64; i++) {
        mlops_status status = open_segment(r, i, err);
        missing = status == MLOPS_E_NOT_FOUND ? missing + 1 : 0;
        r->n_segments += status == MLOPS_OK;
        if (status == MLOPS_E_NOT_FOUND) continue;
        MLOPS_TRY(status);
        MLOPS_TRY(note_frames(r, err));
    }
    return MLOPS_OK;
}

static mlops_status refuse_change(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_BUSY, "the journal changes while it is repaired");
}

/* It was whole when it was found; whoever takes it looks again. */
static mlops_status view_found(repair *r, mlops__bytes key, mlops__frame *out, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, key.data, key.size);
    int64_t seq = (int64_t)mlops__cursor_be(&c, 8), segment = (int64_t)mlops__cursor_be(&c, 8);
    size_t at = (size_t)mlops__cursor_be(&c, 8);
    MLOPS_TRY(open_segment(r, segment, err));
    size_t left = at < r->view.size ? r->view.size - at : 0;
    size_t size = left >= MLOPS__FRAME_LEAST ? mlops__frame_size(r->view.data + at) : 0;
    if (size == 0 || size > left) return refuse_change(err);
    mlops__frame_view(out, r->view.data + at, size);
    return out->seq == seq ? MLOPS_OK : refuse_change(err);
}

/* Where none of one number goes on with the chain, the first is taken. */
static mlops_status end_number(repair *r, mlops_error *err) {
    mlops__frame frame;
    if (r->n_seen == 0 || r->fits) return MLOPS_OK;
    MLOPS_TRY(view_found(r, (mlops__bytes){r->first, sizeof r->first}, &frame, err));
    return take(r, &frame, err);
}

static mlops_status take_found(void *user, const mlops__op *op, mlops_error *err) {
    repair *r = user;
    mlops__frame frame;
    if (r->n_seen == 0 || memcmp(op->key.data, r->first, 8) != 0) {
        MLOPS_TRY(end_number(r, err));
        memcpy(r->first, op->key.data, sizeof r->first);
        r->n_seen = r->fits = 0;
    }
    r->n_seen++;
    if (r->fits) return MLOPS_OK;
    MLOPS_TRY(view_found(r, op->key, &frame, err));
    r->fits = memcmp(frame.prev, r->place.chain.link, 32) == 0;
    return r->fits ? take(r, &frame, err) : MLOPS_OK;
}

/* All frames in the order of their numbers. Of several with one number, the one that goes on with
 * the chain, or else the first. */
static mlops_status take_frames(repair *r, mlops_error *err) {
    MLOPS_TRY(mlops__batch_drain(&r->found, take_found, r, err));
    return end_number(r, err);
}

/* Is the journal sound as it is, and does it go as far as is known? Then it is left alone. */
static mlops_status judge(const repair *r, int *sound, mlops_error *err) {
    mlops_store *store = r->store;
    mlops__journal journal;
    mlops__place place;
    mlops__frame frame;
    mlops__place_init(&place);
    *sound = 0;
    MLOPS_TRY(mlops__journal_init(&journal, &store->host, mlops__store_path(store, "journal"),
                                  store->id, 0, err));
    mlops_status status = MLOPS_OK;
    while (!status) status = mlops__journal_next(&journal, &place, &frame, err);
    if (status == MLOPS_END) status = mlops__journal_check_end(&journal, &place, 1, err);
    mlops__journal_free(&journal);
    *sound = !status && place.chain.seq >= r->known && place.chain.seq >= r->highest;
    return status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status make_journal(repair *r, mlops_error *err) {
    mlops_store *store = r->store;
    MLOPS_TRY(mlops__store_mkdir(store, "journal.new", err));
    mlops__wipe(store, "journal.new");
    MLOPS_TRY(mlops__journal_init(&r->to, &store->host, mlops__store_path(store, "journal.new"),
                                  store->id, 1, err));
    MLOPS_TRY(mlops__journal_create(&r->to, err));
    mlops__journal_gather(&r->to);
    mlops__place_init(&r->place);
    MLOPS_TRY(take_frames(r, err));
    while (r->place.chain.seq < r->known) MLOPS_TRY(write_lost(r, r->place.chain.time_ns, err));
    return mlops__journal_sync(&r->to, &r->place, err);
}

static mlops_status replace_journal(repair *r, mlops_error *err) {
    mlops_store *store = r->store;
    char name[64];
    int64_t now = mlops__host_now(&store->host);
    mlops__format(name, sizeof name, "damaged/journal-%lld", (long long)now);
    MLOPS_TRY(mlops__store_mkdir(store, "damaged", err));
    MLOPS_TRY(mlops__store_move(store, "journal", name, err));
    MLOPS_TRY(mlops__store_move(store, "journal.new", "journal", err));
    return mlops__file_sync_dir(&store->host.io, mlops__store_path(store, ""), err);
}

/* A repair that was cut off between its two moves left the new journal, whole. Where a journal is
 * missing for another reason, an empty one is there before a new one is begun. */
static mlops_status find_journal(repair *r, mlops_error *err) {
    mlops_store *store = r->store;
    const mlops_io *io = &store->host.io;
    int64_t there = io->list(io->ctx, mlops__store_path(store, "journal"), NULL, 0);
    int64_t made = io->list(io->ctx, mlops__store_path(store, "journal.new"), NULL, 0);
    if (there >= 0) return MLOPS_OK;
    r->resumed = made > 0;
    if (r->resumed) MLOPS_TRY(mlops__store_move(store, "journal.new", "journal", err));
    else MLOPS_TRY(mlops__store_mkdir(store, "journal", err));
    return mlops__file_sync_dir(io, mlops__store_path(store, ""), err);
}

/* Where all else is gone, packs tell that there was a commit. */
static mlops_status ask_packs(repair *r, mlops_error *err) {
    mlops__buf names;
    mlops_store *store = r->store;
    if (r->n_segments || r->known > 0) return MLOPS_OK;
    mlops__buf_init(&names, &store->host.allocator);
    mlops_status status =
        mlops__file_list(&store->host.io, mlops__store_path(store, "packs"), &names, err);
    if (!status && names.size) r->known = 1;
    mlops__buf_free(&names);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status repair_journal(repair *r, mlops_error *err) {
    mlops_store *store = r->store;
    int sound = 0;
    MLOPS_TRY(find_journal(r, err));
    mlops__batch_init(&r->found, &store->host.allocator);
    mlops__buf_init(&r->buf, &store->host.allocator);
    mlops_status status = find_frames(r, err);
    if (!status) status = ask_packs(r, err);
    if (!status && !r->broken) status = judge(r, &sound, err);
    if (!status && !sound) status = make_journal(r, err);
    mlops__journal_free(&r->to);
    mlops__buf_free(&r->buf);
    mlops__batch_free(&r->found);
    if (r->segment) mlops__file_close(&r->view, &store->host);
    return status || sound ? status : replace_journal(r, err);
}

/* ---- packs ---- */

/* The whole frames of a pack whose head is damaged, into one of a new number. */
static mlops_status copy_frames(mlops_store *store, const mlops__file_view *view, int64_t to,
                                mlops_error *err) {
    size_t at = 0;
    while (view->size - at >= MLOPS__PACK_FRAME_HEAD) {
        mlops__pack_frame frame;
        mlops__pack_place place;
        const uint8_t *data = view->data + at;
        size_t n = MLOPS__PACK_FRAME_HEAD + (size_t)mlops__load_u32(data + 12);
        int whole = n <= view->size - at && !mlops__pack_open(&frame, data, n);
        at += whole ? (n + 7) / 8 * 8 : 8;
        if (at > view->size) at = view->size;
        if (!whole) continue;
        if (!store->packs.leased) MLOPS_TRY(mlops__packs_lease(&store->packs, to, 1, err));
        MLOPS_TRY(
            mlops__packs_append(&store->packs, &frame, data + MLOPS__PACK_FRAME_HEAD, &place, err));
    }
    if (!store->packs.leased) return MLOPS_OK;
    mlops_status status = mlops__packs_sync(&store->packs, to, err);
    mlops__packs_release(&store->packs);
    return status;
}

static mlops_status repair_pack(mlops_store *store, int64_t number, int64_t to, mlops_error *err) {
    mlops__file_view view;
    mlops__pack_scan scan;
    char name[48], kept[64];
    mlops_status status = mlops__pack_scan_init(&scan, &store->packs, number, err);
    if (status != MLOPS_E_CORRUPT) return status;
    memcpy(name, "packs/", 6);
    mlops__hex_u64(name + 6, (uint64_t)number);
    MLOPS_TRY(
        mlops__file_open(&view, &store->host, mlops__store_path(store, name), SIZE_MAX, 0, err));
    status = copy_frames(store, &view, to, err);
    mlops__file_close(&view, &store->host);
    MLOPS_TRY(status);
    int64_t now = mlops__host_now(&store->host);
    mlops__format(kept, sizeof kept, "damaged/pack-%lld-%lld", (long long)number, (long long)now);
    MLOPS_TRY(mlops__store_mkdir(store, "damaged", err));
    MLOPS_TRY(mlops__store_move(store, name, kept, err));
    return mlops__file_sync_dir(&store->host.io, mlops__store_path(store, "packs"), err);
}

static mlops_status repair_packs(mlops_store *store, mlops_error *err) {
    mlops__buf numbers;
    MLOPS_TRY(mlops__store_mkdir(store, "packs", err));
    MLOPS_TRY(mlops__packs_init(&store->packs, &store->host, mlops__store_path(store, "packs"),
                                store->id, err));
    mlops__buf_init(&numbers, &store->host.allocator);
    mlops_status status = mlops__packs_list(&store->packs, &numbers, err);
    const int64_t *list = (const int64_t *)(const void *)numbers.data;
    size_t n = numbers.size / sizeof *list;
    int64_t to = n ? list[n - 1] : 0;
    for (size_t i = 0; i < n && !status; i++) status = repair_pack(store, list[i], ++to, err);
    mlops__buf_free(&numbers);
    return status;
}

/* The id stands in every segment too. */
static mlops_status repair_format(mlops_store *store, mlops_error *err) {
    mlops__journal journal;
    uint8_t id[32];
    char name[64];
    mlops_status status = mlops__format_read(store, err);
    if (status == MLOPS_E_UNSUPPORTED || status == MLOPS_E_IO || status == MLOPS_E_NOMEM)
        return status;
    MLOPS_TRY(mlops__journal_init(&journal, &store->host, mlops__store_path(store, "journal"),
                                  store->id, 0, err));
    mlops_error e; /* that of the format file stays, where no segment helps */
    mlops_status found = mlops__journal_find_id(&journal, id, &e);
    mlops__journal_free(&journal);
    if (found == MLOPS_E_NOT_FOUND) return status;
    if (found && err) *err = e;
    MLOPS_TRY(found);
    if (!status && memcmp(id, store->id, sizeof id) == 0) return status;
    memcpy(store->id, id, sizeof id);
    int64_t now = mlops__host_now(&store->host);
    mlops__format(name, sizeof name, "damaged/format-%lld", (long long)now);
    if (status != MLOPS_E_NOT_FOUND) {
        MLOPS_TRY(mlops__store_mkdir(store, "damaged", err));
        MLOPS_TRY(mlops__store_move(store, "format", name, err));
    }
    return mlops__format_write(store, err);
}

/* Was an online view ever defined? */
static mlops_status find_views(mlops_store *store, int *out, mlops_error *err) {
    mlops__journal journal;
    mlops__place place;
    mlops__frame frame;
    mlops__ops ops;
    mlops__op op;
    mlops__place_init(&place);
    MLOPS_TRY(mlops__journal_init(&journal, &store->host, mlops__store_path(store, "journal"),
                                  store->id, 0, err));
    mlops_status status = MLOPS_OK;
    while (!*out && (status = mlops__journal_next(&journal, &place, &frame, err)) == MLOPS_OK) {
        mlops__ops_init(&ops, &frame);
        while (mlops__ops_next(&ops, &op))
            *out |= op.kind == MLOPS__OP_PUT && op.table == MLOPS__TABLE_VIEWS;
    }
    mlops__journal_free(&journal);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* Where a map is there, its own check tells what is wrong. */
static mlops_status repair_rows(repair *r, mlops_error *err) {
    int wanted;
    MLOPS_TRY(mlops__online_exists(r->store, &wanted, err));
    if (!wanted) MLOPS_TRY(find_views(r->store, &wanted, err));
    return wanted ? mlops__online_repair(r->store, &r->n_lost, err) : MLOPS_OK;
}

static mlops_status repair_locked(repair *r, mlops_error *err) {
    MLOPS_TRY(repair_format(r->store, err));
    MLOPS_TRY(mlops__store_mkdir(r->store, "index", err));
    MLOPS_TRY(mlops__index_known(r->store, &r->known, err));
    MLOPS_TRY(repair_journal(r, err));
    MLOPS_TRY(repair_packs(r->store, err));
    MLOPS_TRY(repair_rows(r, err));
    MLOPS_TRY(mlops__index_discard(r->store, err));
    return mlops__index_in_use(r->store, err); /* what is left is kept, though content may lack */
}

static mlops_status lock_alone(mlops_store *store, int64_t byte, mlops_error *err) {
    const mlops_io *io = &store->host.io;
    int64_t code;
    do code = io->lock(io->ctx, store->lock_file, byte, MLOPS_IO_TRY_LOCK);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return MLOPS_OK;
    if (mlops__os_kind_of(code) == MLOPS__OS_AGAIN)
        return mlops__fail(err, MLOPS_E_BUSY, "'%s' is open; close it everywhere first",
                           mlops__store_path(store, ""));
    return mlops__fail_os(err, code, "cannot lock", mlops__store_path(store, "lock"));
}

/* Alone: nobody has the store open, here or elsewhere. */
static mlops_status repair_alone(repair *r, mlops_error *err) {
    mlops_store *store = r->store;
    MLOPS_TRY(mlops__guard_place(store, err));
    MLOPS_TRY(mlops__store_open_lock(store, err));
    MLOPS_TRY(mlops__store_lock_writer(store, err));
    mlops_status status = lock_alone(store, MLOPS__LOCK_USERS, err);
    if (!status) status = lock_alone(store, MLOPS__LOCK_MEMORY, err);
    if (!status) status = repair_locked(r, err);
    mlops__store_unlock_writer(store);
    return status;
}

mlops_status mlops_store_repair(const char *path, const mlops_store_opts *opts, int64_t *n_lost,
                                mlops_error *err) {
    mlops_store_opts local;
    repair r;
    memset(&r, 0, sizeof r);
    if (!path || !*path) return mlops__fail(err, MLOPS_E_INVALID, "the path is NULL or empty");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_store_opts", err));
    MLOPS_TRY(mlops__store_new(&r.store, path, &local, err));
    mlops_status status = repair_alone(&r, err);
    mlops__store_destroy(r.store);
    if (status) return status;
    if (n_lost) *n_lost = r.n_lost;
    mlops_store *store; /* opening makes the index */
    local.flags = MLOPS_STORE_MUST_EXIST | (local.flags & MLOPS_STORE_NETWORK);
    MLOPS_TRY(mlops_store_open(&store, path, &local, err));
    mlops_store_close(store);
    return MLOPS_OK;
}
