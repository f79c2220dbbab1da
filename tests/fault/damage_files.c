/* Files as bytes, and damage to them.
 *
 * Owns copies of all files. Invariant: what is whole is decided by comparing bytes with those of
 * the undamaged files, so that no reader of the library has a say in it.
 */
#define _GNU_SOURCE
#include "fault/damage_files.h"

#include "store/core.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const FOLDERS[] = {"", "journal", "packs", "index", "online", "damaged"};
enum { N_FOLDERS = sizeof FOLDERS / sizeof FOLDERS[0], HEAD = 64 };

static void *must_have(void *p) {
    if (!p) abort();
    return p;
}

/* ---- reading and writing ---- */

static void load_file(shelf *self, const char *path, const char *name) {
    struct stat info;
    if (stat(path, &info)) abort();
    if (!S_ISREG(info.st_mode)) return;
    if (self->n_files == SHELF_FILES) abort();
    shelf_file *f = &self->files[self->n_files++];
    FILE *in = must_have(fopen(path, "rb"));
    snprintf(f->name, sizeof f->name, "%s", name);
    f->n = (size_t)info.st_size;
    f->bytes = must_have(malloc(f->n + 1));
    if (fread(f->bytes, 1, f->n, in) != f->n) abort();
    fclose(in);
}

static void load_folder(shelf *self, const char *dir, const char *folder) {
    char path[400], name[SHELF_NAME];
    snprintf(path, sizeof path, "%s/%s", dir, folder);
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (e->d_name[0] == '.') continue;
        snprintf(name, sizeof name, "%.20s%s%.60s", folder, *folder ? "/" : "", e->d_name);
        snprintf(path, sizeof path, "%s/%s", dir, name);
        load_file(self, path, name);
    }
    if (d) closedir(d);
}

static int is_in(const shelf_file *f, const char *folder) {
    return strncmp(f->name, folder, strlen(folder)) == 0;
}

static void add_piece(shelf *self, shelf_piece piece) {
    if (self->n_pieces == SHELF_PIECES) abort();
    self->pieces[self->n_pieces++] = piece;
}

static void find_frames(shelf *self, int file) {
    const shelf_file *f = &self->files[file];
    for (size_t at = HEAD; at + MLOPS__FRAME_LEAST <= f->n; at += 8) {
        mlops__frame frame;
        size_t n = mlops__frame_size(f->bytes + at);
        if (!n || n > f->n - at || mlops__frame_open(&frame, f->bytes + at, n)) continue;
        add_piece(self, (shelf_piece){file, at, n, frame.seq, frame.durable, {0}});
    }
}

static void find_packed(shelf *self, int file) {
    const shelf_file *f = &self->files[file];
    for (size_t at = HEAD; at + MLOPS__PACK_FRAME_HEAD <= f->n; at += 8) {
        mlops__pack_frame frame;
        size_t n = MLOPS__PACK_FRAME_HEAD + (size_t)mlops__load_u32(f->bytes + at + 12);
        if (memcmp(f->bytes + at, "MPF1", 4) != 0 || n > f->n - at) continue;
        if (mlops__pack_open(&frame, f->bytes + at, n)) continue;
        shelf_piece piece = {file, at, n, 0, 0, {0}};
        memcpy(piece.key, frame.key, sizeof piece.key);
        add_piece(self, piece);
    }
}

static int piece_of(const shelf *self, const uint8_t key[32]) {
    for (int i = 0; i < self->n_pieces; i++)
        if (!self->pieces[i].seq && memcmp(self->pieces[i].key, key, 32) == 0) return i + 1;
    return 0;
}

static void add_need(shelf *self, int64_t k, int *n, const uint8_t *key, size_t size) {
    uint8_t whole[32] = {0};
    memcpy(whole, key, size);
    int piece = piece_of(self, whole);
    if (!piece || *n >= SHELF_NEEDS) abort();
    self->needs[k][(*n)++] = piece;
}

/* The recipe of a commit's content and its chunks, and those of its base; by docs/format.md. */
static void find_needs(shelf *self, int64_t k) {
    static const size_t SKIPS[] = {0, 16, 16}; /* ahead of the key of a chunk, copy and delta */
    int n = 0;
    const uint8_t *id = model_id(k)->bytes;
    if (!piece_of(self, id)) return;
    while (id) {
        add_need(self, k, &n, id, 32);
        const shelf_piece *p = &self->pieces[self->needs[k][n - 1] - 1];
        const uint8_t *head = self->files[p->file].bytes + p->at;
        const uint8_t *at = head + MLOPS__PACK_FRAME_HEAD, *end = head + p->n;
        int based = head[5] == 2;
        id = based ? at + 8 : NULL;
        for (at += based ? 48 : 8; at < end;) {
            int kind = based ? *at++ : 0;
            at += SKIPS[kind];
            if (kind == 1) continue;
            add_need(self, k, &n, at, 20);
            at += 20;
        }
    }
}

void shelf_load(shelf *out, const char *dir) {
    memset(out, 0, sizeof *out);
    for (int i = 0; i < N_FOLDERS; i++) load_folder(out, dir, FOLDERS[i]);
    for (int i = 0; i < out->n_files; i++) {
        if (is_in(&out->files[i], "journal/")) find_frames(out, i);
        if (is_in(&out->files[i], "packs/")) find_packed(out, i);
    }
    for (int64_t k = 1; k <= MODEL_MAX; k++) find_needs(out, k);
}

void shelf_copy(shelf *out, const shelf *from) {
    *out = *from;
    for (int i = 0; i < from->n_files; i++) {
        out->files[i].bytes = must_have(malloc(from->files[i].n + 1));
        memcpy(out->files[i].bytes, from->files[i].bytes, from->files[i].n);
    }
}

void shelf_free(shelf *self) {
    for (int i = 0; i < self->n_files; i++) free(self->files[i].bytes);
    self->n_files = 0;
}

static void empty_folder(const char *path) {
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char name[600];
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (unlink(name) == 0 || rmdir(name) == 0) continue;
        empty_folder(name);
        rmdir(name);
    }
    if (d) closedir(d);
}

void shelf_put(const shelf *self, const char *dir) {
    char path[400];
    empty_folder(dir);
    for (int i = 0; i < N_FOLDERS; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, FOLDERS[i]);
        if (strcmp(FOLDERS[i], "damaged") != 0) mkdir(path, 0777);
    }
    for (int i = 0; i < self->n_files; i++) {
        const shelf_file *f = &self->files[i];
        if (!f->bytes) continue;
        snprintf(path, sizeof path, "%s/%s", dir, f->name);
        FILE *out = must_have(fopen(path, "wb"));
        if (fwrite(f->bytes, 1, f->n, out) != f->n || fclose(out)) abort();
    }
}

/* ---- damage ---- */

uint64_t draw_lot(lots *self, uint64_t below) {
    uint64_t z = self->seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (z ^ z >> 31) % below;
}

/* A byte to damage: where there is something, more often than not. */
static size_t pick(const shelf_file *f, lots *lot) {
    size_t at = (size_t)draw_lot(lot, f->n);
    for (int i = 0; i < 8 && f->bytes[at] == 0 && draw_lot(lot, 4); i++)
        at = (size_t)draw_lot(lot, f->n);
    return at;
}

static void flip(shelf_file *f, lots *lot) {
    for (uint64_t i = draw_lot(lot, 4) ? 1 : 1 + draw_lot(lot, 8); i > 0; i--)
        f->bytes[pick(f, lot)] ^= (uint8_t)(1 << draw_lot(lot, 8));
}

static void cut(shelf_file *f, lots *lot) {
    size_t n = draw_lot(lot, 3) ? (size_t)draw_lot(lot, f->n) : f->n - 1;
    f->n = draw_lot(lot, 4) == 0 ? n / 512 * 512 : n;
}

static void fill(shelf_file *f, lots *lot, int zeroes) {
    size_t at = pick(f, lot), n = 1 + (size_t)draw_lot(lot, draw_lot(lot, 2) ? 64 : 8192);
    if (draw_lot(lot, 2)) at = at / 512 * 512, n = (n + 511) / 512 * 512;
    if (n > f->n - at) n = f->n - at;
    for (size_t i = at; i < at + n; i++) f->bytes[i] = zeroes ? 0 : (uint8_t)draw_lot(lot, 256);
}

/* Two pages change places, or one of them is there twice. */
static void move_page(shelf_file *f, lots *lot, int twice) {
    uint8_t page[4096];
    size_t n = draw_lot(lot, 2) ? 4096 : 512;
    size_t a = pick(f, lot) / n * n, b = pick(f, lot) / n * n;
    if (a + n > f->n || b + n > f->n) {
        flip(f, lot);
        return;
    }
    memcpy(page, f->bytes + a, n);
    memmove(f->bytes + a, f->bytes + b, n);
    if (!twice) memcpy(f->bytes + b, page, n);
}

static const shelf_piece *any_piece(const shelf *whole, int file, lots *lot) {
    for (int i = 0; i < 200 && whole->n_pieces; i++) {
        const shelf_piece *p = &whole->pieces[draw_lot(lot, (uint64_t)whole->n_pieces)];
        if (p->file == file) return p;
    }
    return NULL;
}

/* Two frames change places, or one of them stands over the other as well. */
static void move_frame(shelf_file *f, const shelf *whole, int file, lots *lot, int twice) {
    const shelf_piece *a = any_piece(whole, file, lot), *b = any_piece(whole, file, lot);
    if (!a || !b || a->at >= b->at || b->at + b->n > f->n) {
        flip(f, lot);
        return;
    }
    const uint8_t *from = whole->files[file].bytes;
    uint8_t *middle = must_have(malloc(f->n));
    size_t between = b->at - (a->at + a->n);
    if (twice && a->at + b->n <= f->n) {
        memcpy(f->bytes + a->at, from + b->at, b->n);
    } else { /* the frames are of other sizes, so what is between them moves */
        memcpy(middle, from + a->at + a->n, between);
        memcpy(f->bytes + a->at, from + b->at, b->n);
        memcpy(f->bytes + a->at + b->n, middle, between);
        memcpy(f->bytes + a->at + b->n + between, from + a->at, a->n);
    }
    free(middle);
}

static void extend(shelf_file *f, lots *lot) {
    size_t n = 1 + (size_t)draw_lot(lot, 5000);
    f->bytes = must_have(realloc(f->bytes, f->n + n));
    for (size_t i = 0; i < n; i++) f->bytes[f->n + i] = (uint8_t)draw_lot(lot, 256);
    f->n += n;
}

static void remove_file(shelf_file *f) {
    free(f->bytes);
    f->bytes = NULL;
    f->n = 0;
}

int shelf_damage(shelf *self, const shelf *whole, lots *lot, char *words, size_t cap) {
    static const char *const WORDS[] = {"flipped",   "flipped",   "flipped",  "cut",
                                        "zeroed",    "scribbled", "swapped",  "doubled",
                                        "reordered", "repeated",  "extended", "deleted"};
    int file = (int)draw_lot(lot, (uint64_t)self->n_files);
    shelf_file *f = &self->files[file];
    size_t kind = (size_t)draw_lot(lot, sizeof WORDS / sizeof WORDS[0]);
    size_t used = strlen(words);
    if (f->n == 0 && f->bytes && kind != 11) kind = 10;
    if (!f->bytes) kind = 11;
    snprintf(words + used, cap - used, "%s%s %s", used ? ", " : "", f->name, WORDS[kind]);
    switch (kind) {
    case 3: cut(f, lot); break;
    case 4: fill(f, lot, 1); break;
    case 5: fill(f, lot, 0); break;
    case 6: move_page(f, lot, 0); break;
    case 7: move_page(f, lot, 1); break;
    case 8: move_frame(f, whole, file, lot, 0); break;
    case 9: move_frame(f, whole, file, lot, 1); break;
    case 10: extend(f, lot); break;
    case 11: remove_file(f); break;
    default: flip(f, lot);
    }
    return file;
}

/* ---- what is still there ---- */

enum { FOUND = 1, IN_PLACE = 2 };

/* Bytes 56 to 63 of a pack's frame hold nothing, and no guard covers them. */
static int is_same(const uint8_t *a, const uint8_t *b, size_t n, int journal) {
    if (journal) return memcmp(a, b, n) == 0;
    return memcmp(a, b, 56) == 0 && memcmp(a + HEAD, b + HEAD, n - HEAD) == 0;
}

static void search_file(const shelf *damaged, int file, const shelf *whole, uint8_t *found) {
    const shelf_file *f = &damaged->files[file];
    int journal = is_in(f, "journal/");
    for (size_t at = 0; at + HEAD <= f->n; at += 8) {
        if (memcmp(f->bytes + at, journal ? "MJF1" : "MPF1", 4) != 0) continue;
        for (int i = 0; i < whole->n_pieces; i++) {
            const shelf_piece *p = &whole->pieces[i];
            if ((p->seq > 0) != journal || p->n > f->n - at) continue;
            const uint8_t *want = whole->files[p->file].bytes + p->at;
            if (!is_same(f->bytes + at, want, p->n, journal)) continue;
            found[i] |= p->file == file && p->at == at ? FOUND | IN_PLACE : FOUND;
        }
    }
}

void shelf_search(const shelf *damaged, const shelf *whole, shelf_truth *out) {
    uint8_t found[SHELF_PIECES] = {0};
    memset(out, 0, sizeof *out);
    for (int i = 0; i < damaged->n_files; i++) {
        const shelf_file *f = &damaged->files[i];
        int journal = is_in(f, "journal/");
        if (!f->bytes || !(journal || is_in(f, "packs/"))) continue;
        search_file(damaged, i, whole, found);
        out->has_id |=
            journal && f->n >= HEAD && memcmp(f->bytes, whole->files[i].bytes, HEAD) == 0;
    }
    for (int i = 0; i < whole->n_pieces; i++) {
        const shelf_piece *p = &whole->pieces[i];
        if (!found[i] || !p->seq) continue;
        out->commits.there[p->seq] = 1;
        out->in_place[p->seq] = (found[i] & IN_PLACE) != 0;
        if (p->seq > out->commits.n) out->commits.n = p->seq;
        if (p->durable > out->vouched) out->vouched = p->durable;
    }
    for (int64_t k = 1; k <= MODEL_MAX; k++) {
        size_t n;
        model_blob(k, &n);
        out->blobs[k] = n <= MLOPS__INLINE_MAX ? out->commits.there[k] : whole->needs[k][0] != 0;
        for (int i = 0; n > MLOPS__INLINE_MAX && i < SHELF_NEEDS; i++)
            if (whole->needs[k][i] && !found[whole->needs[k][i] - 1]) out->blobs[k] = 0;
    }
}
