/* The files of a store as bytes: to be put down again and again, damaged, and searched for what is
 * still whole in them.
 */
#ifndef TESTS_FAULT_DAMAGE_FILES_H
#define TESTS_FAULT_DAMAGE_FILES_H

#include "fault/store_model.h"

enum { SHELF_FILES = 40, SHELF_PIECES = 400, SHELF_NEEDS = 32, SHELF_NAME = 96 };

typedef struct shelf_file {
    char name[SHELF_NAME]; /* below the store's directory */
    uint8_t *bytes;        /* NULL: deleted */
    size_t n;
} shelf_file;

/* A frame of the journal or of a pack. */
typedef struct shelf_piece {
    int file;
    size_t at, n;
    int64_t seq;     /* of a frame of the journal; else 0 */
    int64_t durable; /* that it vouches for */
    uint8_t key[32]; /* of a frame of a pack */
} shelf_piece;

typedef struct shelf {
    shelf_file files[SHELF_FILES];
    int n_files;
    shelf_piece pieces[SHELF_PIECES];
    int n_pieces;
    int needs[MODEL_MAX + 1][SHELF_NEEDS]; /* pieces + 1 that a commit's content leads over */
} shelf;

/* Reads a store's directory and finds all frames in it. */
void shelf_load(shelf *out, const char *dir);
void shelf_copy(shelf *out, const shelf *from);
void shelf_free(shelf *self);

/* The directory holds just these files afterwards. */
void shelf_put(const shelf *self, const char *dir);

typedef struct lots {
    uint64_t seed;
} lots;
uint64_t draw_lot(lots *self, uint64_t below);

/* Damages one file by lot; words say what was done. Returns the file's number. */
int shelf_damage(shelf *self, const shelf *whole, lots *lot, char *words, size_t cap);

/* What damaged files still hold. */
typedef struct shelf_truth {
    model_set commits; /* whose frames are whole */
    uint8_t in_place[MODEL_MAX + 1];
    uint8_t blobs[MODEL_MAX + 1]; /* content that can be had */
    int64_t vouched;              /* commits that a whole frame says were durable */
    int has_id;                   /* a head of a segment says whose it is */
} shelf_truth;
void shelf_search(const shelf *damaged, const shelf *whole, shelf_truth *out);

#endif
