/* Building the images that a power cut can leave, and having each one judged.
 *
 * Owns the files of the log (durable bytes, pending writes) and the names (durable, pending).
 * Invariant: durable is what every legal image contains; pending changes are kept in the order in
 * which they were made, and each image applies a choice of them in that order.
 */
#include "fault/replay_power.h"

#include "base/cursor.h"
#include "sys/host.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBERS_MAX = 1024 /* of open files */ };

typedef struct change {   /* of a file's content */
    const uint8_t *bytes; /* NULL: the file gets this size */
    uint64_t offset;      /* or size */
    uint32_t n;
    int durable; /* by itself, whatever becomes of those before it */
} change;

typedef struct content {
    uint8_t *data;
    size_t size, cap;
} content;

typedef struct file {
    content durable;
    change *pending;
    size_t n_pending;
} file;

typedef struct names {
    struct name {
        char *text;
        size_t file;
    } * list;
    size_t n;
} names;

typedef struct name_change {
    char *from; /* NULL: nothing goes away */
    char *to;   /* NULL: nothing comes */
    size_t file;
} name_change;

/* How an image chooses among what is pending. */
typedef struct choice {
    int data, names; /* 0: nothing, 1: everything, 2: by lot */
} choice;

typedef struct replay {
    const power_opts *opts;
    power_totals *totals;
    uint64_t seed;
    file *files;
    size_t n_files;
    size_t numbers[NUMBERS_MAX]; /* open number -> file + 1 */
    names live;                  /* as the program saw them */
    names durable;
    name_change *pending;
    size_t n_pending;
    int64_t acknowledged;
    mlops__io_memory *image;
    content scratch;
} replay;

static void *again(void *p, size_t size) {
    p = realloc(p, size ? size : 1);
    if (!p) abort();
    return p;
}

static char *copy_text(const char *text, size_t n) {
    char *copy = again(NULL, n + 1);
    memcpy(copy, text, n);
    copy[n] = 0;
    return copy;
}

static uint64_t draw(replay *r) {
    uint64_t z = r->seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void resize(content *c, size_t size) {
    if (size > c->cap) {
        c->cap = size < 4096 ? 8192 : size * 2;
        c->data = again(c->data, c->cap);
    }
    if (size > c->size) memset(c->data + c->size, 0, size - c->size);
    c->size = size;
}

/* Writes all sectors, or each by lot (sector 0: all). */
static void apply(replay *r, content *c, const change *ch, size_t sector) {
    if (!ch->bytes) {
        resize(c, (size_t)ch->offset);
        return;
    }
    size_t end = (size_t)ch->offset + ch->n;
    if (end > c->size) resize(c, end);
    if (!sector) {
        memcpy(c->data + ch->offset, ch->bytes, ch->n);
        return;
    }
    for (size_t at = (size_t)ch->offset; at < end;) {
        size_t next = (at / sector + 1) * sector; /* sectors are the device's, not the write's */
        if (next > end) next = end;
        if (draw(r) & 1) memcpy(c->data + at, ch->bytes + (at - ch->offset), next - at);
        at = next;
    }
}

static struct name *find(const names *self, const char *text) {
    for (size_t i = 0; i < self->n; i++)
        if (strcmp(self->list[i].text, text) == 0) return &self->list[i];
    return NULL;
}

static void set_name(names *self, const char *text, size_t id) {
    struct name *there = find(self, text);
    if (!there) {
        self->list = again(self->list, (self->n + 1) * sizeof *self->list);
        there = &self->list[self->n++];
        there->text = copy_text(text, strlen(text));
    }
    there->file = id;
}

static void drop_name(names *self, const char *text) {
    struct name *there = find(self, text);
    if (!there) return;
    free(there->text);
    *there = self->list[--self->n];
}

static void free_names(names *self) {
    for (size_t i = 0; i < self->n; i++) free(self->list[i].text);
    free(self->list);
    *self = (names){NULL, 0};
}

static void apply_name(names *self, const name_change *ch) {
    if (ch->from) drop_name(self, ch->from);
    if (ch->to) set_name(self, ch->to, ch->file);
}

/* The directory of a path: its bytes up to the last slash, which only the root keeps. */
static size_t dir_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return !slash ? 0 : slash == path ? 1 : (size_t)(slash - path);
}

static int in_dir(const char *path, const char *dir) {
    size_t n = dir_length(path), m = strlen(dir);
    while (m > 1 && dir[m - 1] == '/') m--;
    if (n == 0) return strcmp(dir, ".") == 0;
    return n == m && memcmp(path, dir, n) == 0;
}

/* ---- images ---- */

/* The sizes that the file may have: that of the durable bytes, or what pending changes made it; a
 * durable write is inside. */
static size_t lot_size(replay *r, const file *f) {
    size_t stop = (size_t)(draw(r) % (f->n_pending + 1)), size = f->durable.size;
    for (size_t i = 0; i < f->n_pending; i++) {
        const change *ch = &f->pending[i];
        if (i >= stop && !ch->durable) continue;
        size_t end = (size_t)ch->offset + ch->n;
        if (!ch->bytes || end > size) size = end;
    }
    return size;
}

static void build_content(replay *r, const file *f, int data) {
    static const size_t SECTORS[] = {512, 4096};
    content *c = &r->scratch;
    c->size = 0;
    resize(c, f->durable.size);
    if (f->durable.size) memcpy(c->data, f->durable.data, f->durable.size);
    for (size_t i = 0; i < f->n_pending; i++) {
        uint64_t lot = f->pending[i].durable ? 1 : data == 2 ? draw(r) % 3 : (uint64_t)data;
        if (lot == 1) apply(r, c, &f->pending[i], 0);
        if (lot == 2) apply(r, c, &f->pending[i], SECTORS[draw(r) & 1]);
    }
    if (data == 2 && f->n_pending && draw(r) & 1) resize(c, lot_size(r, f));
}

static void choose_names(replay *r, names *out, int chosen) {
    *out = (names){NULL, 0};
    for (size_t i = 0; i < r->durable.n; i++)
        set_name(out, r->durable.list[i].text, r->durable.list[i].file);
    for (size_t i = 0; chosen && i < r->n_pending; i++)
        if (chosen == 1 || draw(r) & 1) apply_name(out, &r->pending[i]);
}

static void judge(replay *r, choice ch) {
    names chosen;
    choose_names(r, &chosen, ch.names);
    mlops__io_memory_clear(r->image);
    for (size_t i = 0; i < chosen.n; i++) {
        build_content(r, &r->files[chosen.list[i].file], ch.data);
        if (mlops__io_memory_put(r->image, chosen.list[i].text, r->scratch.data, r->scratch.size))
            abort();
    }
    free_names(&chosen);
    power_cut cut = {mlops__io_memory_table(r->image), r->image, r->acknowledged,
                     r->totals->n_records, r->totals->n_states++};
    if (r->opts->judge(r->opts->user, &cut) == 0) return;
    if (r->totals->n_bad++ == 0) r->totals->first_bad = r->totals->n_records;
}

static void cut_here(replay *r) {
    static const choice FIXED[] = {{1, 1}, {0, 0}, {0, 1}, {1, 0}};
    for (size_t i = 0; i < sizeof FIXED / sizeof FIXED[0]; i++) judge(r, FIXED[i]);
    for (int32_t i = 0; i < r->opts->n_random; i++) judge(r, (choice){2, 2});
}

/* ---- records ---- */

typedef struct record {
    uint8_t op;
    uint32_t number;
    uint64_t offset;
    uint32_t n;
    const uint8_t *bytes;
} record;

static int read_record(mlops__cursor *log, record *out) {
    out->op = mlops__cursor_u8(log);
    out->number = mlops__cursor_u32(log);
    out->offset = mlops__cursor_u64(log);
    out->n = mlops__cursor_u32(log);
    out->bytes = mlops__cursor_take(log, out->n);
    return !log->failed && out->number < NUMBERS_MAX;
}

static size_t new_file(replay *r) {
    r->files = again(r->files, (r->n_files + 1) * sizeof *r->files);
    r->files[r->n_files] = (file){{NULL, 0, 0}, NULL, 0};
    return r->n_files++;
}

static void change_name(replay *r, char *from, char *to, size_t id) {
    r->pending = again(r->pending, (r->n_pending + 1) * sizeof *r->pending);
    name_change *ch = &r->pending[r->n_pending++];
    *ch = (name_change){from, to, id};
    apply_name(&r->live, ch);
}

static void free_change(name_change *ch) {
    free(ch->from);
    free(ch->to);
}

/* A rename between directories waits for both. */
static void sync_dir(replay *r, const char *dir) {
    size_t kept = 0;
    for (size_t i = 0; i < r->n_pending; i++) {
        name_change ch = r->pending[i];
        int here = (!ch.to || in_dir(ch.to, dir)) && (!ch.from || in_dir(ch.from, dir));
        if (!here) {
            r->pending[kept++] = ch;
            continue;
        }
        apply_name(&r->durable, &ch);
        free_change(&ch);
    }
    r->n_pending = kept;
}

static void sync_file(replay *r, file *f) {
    for (size_t i = 0; i < f->n_pending; i++) apply(r, &f->durable, &f->pending[i], 0);
    f->n_pending = 0;
}

static int take_names(replay *r, const record *rec) {
    const char *text = (const char *)rec->bytes;
    char *first = copy_text(text, rec->n);
    size_t n = strlen(first);
    struct name *there = find(&r->live, first);
    if (rec->op == MLOPS__RECORD_CREATE) {
        size_t id = new_file(r);
        r->numbers[rec->number] = id + 1;
        change_name(r, NULL, first, id);
        return 1;
    }
    if (rec->op == MLOPS__RECORD_RENAME && there && n < rec->n) {
        change_name(r, first, copy_text(text + n + 1, rec->n - n - 1), there->file);
        return 1;
    }
    if (rec->op == MLOPS__RECORD_LINK && there && n < rec->n) {
        change_name(r, NULL, copy_text(text + n + 1, rec->n - n - 1), there->file);
        free(first);
        return 1;
    }
    if (rec->op == MLOPS__RECORD_UNLINK && there) {
        change_name(r, first, NULL, 0);
        return 1;
    }
    if (rec->op == MLOPS__RECORD_OPEN && there) r->numbers[rec->number] = there->file + 1;
    if (rec->op == MLOPS__RECORD_SYNC_DIR) sync_dir(r, first);
    free(first);
    return there || rec->op == MLOPS__RECORD_SYNC_DIR;
}

static int take_content(replay *r, const record *rec) {
    size_t id = r->numbers[rec->number];
    if (id == 0) return 0;
    file *f = &r->files[id - 1];
    if (rec->op == MLOPS__RECORD_SYNC) {
        sync_file(r, f);
        return 1;
    }
    if (rec->op == MLOPS__RECORD_SYNC_WRITE) {
        if (f->n_pending == 0) return 0;
        f->pending[f->n_pending - 1].durable = 1;
        return 1;
    }
    f->pending = again(f->pending, (f->n_pending + 1) * sizeof *f->pending);
    f->pending[f->n_pending++] =
        (change){rec->op == MLOPS__RECORD_WRITE ? rec->bytes : NULL, rec->offset, rec->n, 0};
    return 1;
}

static int take_record(replay *r, const record *rec) {
    switch (rec->op) {
    case MLOPS__RECORD_WRITE:
    case MLOPS__RECORD_TRUNCATE:
    case MLOPS__RECORD_SYNC:
    case MLOPS__RECORD_SYNC_WRITE: return take_content(r, rec);
    case MLOPS__RECORD_MARK: r->acknowledged = (int64_t)rec->offset; return 1;
    default: return take_names(r, rec);
    }
}

static void free_replay(replay *r) {
    for (size_t i = 0; i < r->n_files; i++) {
        free(r->files[i].durable.data);
        free(r->files[i].pending);
    }
    free(r->files);
    for (size_t i = 0; i < r->n_pending; i++) free_change(&r->pending[i]);
    free(r->pending);
    free_names(&r->live);
    free_names(&r->durable);
    free(r->scratch.data);
    mlops__io_memory_free(r->image);
}

int power_replay(power_totals *totals, const void *log, size_t n, const power_opts *opts) {
    replay r = {.opts = opts, .totals = totals, .seed = opts->seed};
    mlops__cursor cursor;
    *totals = (power_totals){0, 0, 0, -1};
    if (mlops__io_memory_new(&r.image, &mlops__heap)) abort();
    mlops__cursor_init(&cursor, log, n);
    int good = 1;
    cut_here(&r);
    while (good && mlops__cursor_left(&cursor) > 0) {
        record rec;
        good = read_record(&cursor, &rec) && take_record(&r, &rec);
        totals->n_records++;
        if (good) cut_here(&r);
    }
    free_replay(&r);
    return good ? 0 : -1;
}
