/* Writes the groups of a text, what is known of them, and the patches that make another text of it,
 * for oracles that are not written in C.
 *
 * usage: dump_columnar DELIMITER QUOTES CRLF COLUMNS BASE NEW
 * Prints items: u8 kind (1 group, 2 patch to the rows from the one on that the last patch ended
 * at, 3 zones of all groups, 4 what cells of the patch ahead were), u32 size, bytes. Rows that do
 * not correspond end the patches: so much of the new text they are of.
 */
#include "columnar/zone.h"
#include "sys/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int condition) {
    if (!condition) exit(3);
}

static mlops__buf read_file(const char *path) {
    mlops__buf out;
    char bytes[4096];
    FILE *file = fopen(path, "rb");
    must(file != NULL);
    mlops__buf_init(&out, &mlops__heap);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;) mlops__buf_put(&out, bytes, n);
    fclose(file);
    must(!out.status);
    return out;
}

static void print(uint8_t kind, const uint8_t *bytes, size_t n) {
    uint8_t head[5] = {kind, (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24)};
    fwrite(head, 1, sizeof head, stdout);
    fwrite(bytes, 1, n, stdout);
}

static void end_patch(mlops__patch_writer *w) {
    mlops__buf out, was;
    mlops__buf_init(&out, &mlops__heap);
    mlops__buf_init(&was, &mlops__heap);
    if (w->n_rows) {
        must(!mlops__patch_end(w, &out, &was, NULL));
        print(2, out.data, out.size);
        if (was.size) print(4, was.data, was.size);
    }
    mlops__buf_free(&out);
    mlops__buf_free(&was);
}

/* Rows of a group to those that the text goes on with; false if they end to correspond. */
static int add(mlops__patch_writer *w, mlops__grid *grid, const mlops__buf *text, size_t *at) {
    for (size_t from = 0; from < grid->n;) {
        mlops__patch_stop stop;
        size_t n_rows, n_bytes;
        must(!mlops__patch_add(w, grid, from, text->data + *at, text->size - *at, 1, &n_rows,
                               &n_bytes, &stop, NULL));
        from += n_rows;
        *at += n_bytes;
        if (stop == MLOPS__PATCH_FULL) end_patch(w);
        if (stop == MLOPS__PATCH_LOST || stop == MLOPS__PATCH_TEXT) return 0;
    }
    return 1;
}

static void print_zones(const mlops__dialect *d, const mlops__buf *zones) {
    mlops__buf out;
    mlops__buf_init(&out, &mlops__heap);
    size_t n = zones->size / sizeof(mlops__zone) / d->n_columns;
    if (n)
        must(!mlops__zones_write(d, (const mlops__zone *)(const void *)zones->data, n, &out, NULL));
    if (n) print(3, out.data, out.size);
    mlops__buf_free(&out);
}

int main(int argc, char **argv) {
    must(argc == 7);
    mlops__dialect d = {(uint8_t)argv[1][0], (uint8_t)atoi(argv[2]), (uint8_t)atoi(argv[3]),
                        (uint16_t)atoi(argv[4])};
    mlops__buf base = read_file(argv[5]), new = read_file(argv[6]), bytes, zones;
    mlops__grid grid;
    mlops__patch_writer w;
    size_t new_at = 0;
    int goes_on = 1;
    mlops__grid_init(&grid, &mlops__heap);
    mlops__buf_init(&bytes, &mlops__heap);
    mlops__buf_init(&zones, &mlops__heap);
    mlops__patch_init(&w, &mlops__heap);
    for (size_t at = 0, taken; at < base.size; at += taken) {
        mlops__group group;
        must(!mlops__grid_parse(&grid, &d, base.data + at, base.size - at, 1, &taken, NULL));
        bytes.size = 0;
        must(!mlops__group_write(&grid, &bytes, NULL));
        must(!mlops__zones_add(&grid, &zones, NULL));
        print(1, bytes.data, bytes.size);
        must(!mlops__group_open(&group, bytes.data, bytes.size, NULL));
        must(!mlops__group_read(&group, 0, group.n_rows, NULL, &grid, NULL));
        if (goes_on) goes_on = add(&w, &grid, &new, &new_at);
    }
    end_patch(&w);
    print_zones(&d, &zones);
    mlops__patch_free(&w);
    mlops__grid_free(&grid);
    mlops__buf_free(&bytes);
    mlops__buf_free(&zones);
    mlops__buf_free(&base);
    mlops__buf_free(&new);
    return 0;
}
