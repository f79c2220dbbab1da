/* Makes a store of random changes and prints what the library holds of it, for oracle_store.py.
 * usage: dump_store STORE SEED COMMITS
 */
#include "dataset/dataset.h"
#include "store/store.h"

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed;

static uint64_t draw(uint64_t below) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % below;
}

static void die(const mlops_error *e) {
    fprintf(stderr, "%s\n", e->message);
    exit(1);
}

static void print_hex(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) printf("%02x", bytes[i]);
}

/* A text of lines that changes here and there, and is kept like it was before. */
static void keep_text(mlops_store *s, mlops_change *c) {
    enum { SIZE = 200000 };
    static uint8_t lines[SIZE];
    static mlops_id last;
    static int has_last;
    mlops_error e;
    for (size_t i = 0; !has_last && i < SIZE; i++)
        lines[i] = i % 40 == 39 ? '\n' : (uint8_t)('0' + draw(10));
    for (uint64_t n = draw(40); n > 0; n--) {
        size_t at = (size_t)draw(SIZE - 100), to = (size_t)draw(SIZE - 20000);
        if (draw(3)) lines[at] = (uint8_t)('0' + draw(10));
        else if (draw(9)) memmove(lines + at, lines + at + 5, SIZE - at - 5);
        else memmove(lines + to, lines + at % (SIZE - 20000), 20000);
    }
    mlops_id id = mlops__content_id(s, lines, SIZE);
    if (mlops__change_content(c, &id, lines, SIZE, has_last ? &last : NULL, &e)) die(&e);
    last = id;
    has_last = 1;
}

/* A table whose cells change, and whose rows come and go now and then. */
static void keep_table(mlops_store *s, mlops_change *c) {
    enum { ROWS = 3000, CELLS = 4, ROOM = 50 };
    static int cells[ROWS][CELLS], n_rows;
    static uint8_t text[ROWS * ROOM];
    static mlops_id last;
    int had = n_rows > 0;
    size_t size = 0;
    mlops_error e;
    for (; n_rows < ROWS - 100; n_rows++)
        for (int k = 0; k < CELLS; k++) cells[n_rows][k] = (int)draw(90000);
    if (had && draw(4) == 0) {
        size_t at = (size_t)draw(ROWS - 200), n = (size_t)draw(90);
        memmove(cells[at + n], cells[at], (ROWS - 100 - at) * sizeof cells[0]);
        n_rows += (int)n;
    } else if (had) n_rows -= (int)draw(50);
    for (uint64_t n = draw(60); n > 0; n--) cells[draw(ROWS - 200)][draw(CELLS)] = (int)draw(90000);
    for (int i = 0; i < n_rows; i++)
        size += (size_t)snprintf((char *)text + size, ROOM, "%d,%d.%02d,u%06d,%d\n", cells[i][0],
                                 cells[i][1] / 100, cells[i][1] % 100, cells[i][2], cells[i][3]);
    mlops_id id = mlops__content_id(s, text, size);
    if (mlops__change_content(c, &id, text, size, had ? &last : NULL, &e)) die(&e);
    last = id;
}

/* Many at a time, up to a few hundred bytes or tens of thousands each. */
static void keep_many(mlops_store *s, mlops_change *c, uint8_t *bytes) {
    mlops__lease lease = {0, 0};
    enum { MANY = 20 };
    mlops__keeping items[MANY];
    mlops_error e;
    size_t at = 0;
    for (size_t i = 0; i < MANY; i++) {
        mlops__keeping *it = &items[i];
        it->n = (size_t)draw(i % 5 ? 700 : 40000);
        it->bytes = bytes + at;
        for (size_t k = 0; k < it->n; k++) bytes[at++] = (uint8_t)draw(i % 3 ? 256 : 5);
        it->id = mlops__content_id(s, it->bytes, it->n);
    }
    if (mlops__content_keep(s, &lease, items, MANY, NULL, &e)) die(&e);
    for (size_t i = 0; i < MANY; i++)
        if (mlops__change_kept(c, &items[i].id, (int64_t)items[i].n, &e)) die(&e);
}

/* Numbers of every kind that are taken apart, and bytes that are none. */
static void keep_numbers(mlops_store *s, mlops_change *c) {
    enum { BLOCK = 16384 / 8, BLOCKS = 9 };
    static uint64_t words[BLOCK * BLOCKS];
    static uint8_t bytes[sizeof words];
    mlops_error e;
    uint64_t begin = draw(1000000);
    for (size_t i = 0; i < BLOCK * BLOCKS; i++) {
        uint64_t many = draw(1 << 30), wide = draw(1 << 30) << 31 | draw(1 << 30);
        double real = (double)many / (1 << 30), cents = (double)(many % 100000) / 100;
        float small[2] = {(float)real, (float)cents};
        switch (i / BLOCK) {
        case 0: words[i] = begin + 5 * i; break;
        case 1: words[i] = 1000000000 * (1700000000 + many % 10000); break;
        case 2: words[i] = many % 7000 - 100; break;
        case 3: words[i] = (begin + 2 * i) | (begin + 2 * i + 1) << 32; break;
        case 4: memcpy(&words[i], &cents, 8); break;
        case 5: memcpy(&words[i], many % 9 ? &cents : &real, 8); break;
        case 6: memcpy(&words[i], &real, 8); break;
        case 7: memcpy(&words[i], small, 8); break;
        default: words[i] = draw(2) ? wide : wide << 3;
        }
    }
    size_t lead = draw(8), n = sizeof words - draw(20000);
    for (size_t i = 0; i < n; i++) /* little-endian on every machine, and anywhere in the content */
        bytes[i] = i < lead ? 7 : (uint8_t)(words[(i - lead) / 8] >> (i - lead) % 8 * 8);
    mlops_id id = mlops__content_id(s, bytes, n);
    if (mlops__change_content(c, &id, bytes, n, NULL, &e)) die(&e);
}

static void change_once(mlops_store *s, uint8_t *bytes) {
    static const size_t SIZES[] = {0, 100, 2048, 2049, 70000, 300000};
    mlops_change *c;
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    mlops_error e;
    mlops_id id;
    opts.actor = draw(2) ? "tester" : NULL;
    opts.note = draw(3) ? NULL : "why not";
    if (mlops_change_new(&c, s, &opts, &e)) die(&e);
    for (uint64_t n = draw(4) + 1; n > 0; n--) {
        char key[32], value[300];
        snprintf(key, sizeof key, "k%d", (int)draw(50));
        size_t size = draw(sizeof value);
        for (size_t i = 0; i < size; i++) value[i] = (char)draw(256);
        mlops__bytes k = {(uint8_t *)key, strlen(key)}, v = {(uint8_t *)value, size};
        mlops_status status = draw(4) ? mlops__change_put(c, MLOPS__TABLE_TEST, k, v, &e)
                                      : mlops__change_del(c, MLOPS__TABLE_TEST, k, &e);
        if (status) die(&e);
    }
    if (draw(3) == 0) {
        size_t size = SIZES[draw(sizeof SIZES / sizeof SIZES[0])];
        for (size_t i = 0; i < size; i++) bytes[i] = (uint8_t)draw(3);
        if (mlops_change_content(c, &id, bytes, size, &e)) die(&e);
    }
    if (draw(10) == 0) keep_text(s, c);
    if (draw(20) == 0) keep_table(s, c);
    if (draw(20) == 0) keep_many(s, c, bytes);
    if (draw(20) == 0) keep_numbers(s, c);
    if (mlops_change_commit(c, NULL, &e)) die(&e);
    mlops_change_free(c);
}

static void print_state(mlops_store *s) {
    mlops__index index;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_error e;
    if (mlops__store_read_begin(s, &index, &e)) die(&e);
    if (mlops__index_iter_init(&iter, &index, MLOPS__TABLE_TEST, (mlops__bytes){NULL, 0}, &e))
        die(&e);
    while (mlops__index_iter_next(&iter, &key, &value, &e) == MLOPS_OK) {
        printf("%d ", MLOPS__TABLE_TEST);
        print_hex(key.data, key.size);
        printf(" ");
        print_hex(value.data, value.size);
        printf("\n");
    }
    mlops__index_iter_free(&iter);
    if (mlops__index_iter_init(&iter, &index, MLOPS__TABLE_OBJECTS, (mlops__bytes){NULL, 0}, &e))
        die(&e);
    while (mlops__index_iter_next(&iter, &key, &value, &e) == MLOPS_OK) {
        mlops_id id;
        size_t size;
        memcpy(id.bytes, key.data, sizeof id.bytes);
        if (mlops_store_content(s, &id, NULL, 0, &size, &e)) die(&e);
        printf("content ");
        print_hex(key.data, key.size);
        printf(" %zu\n", size);
    }
    mlops__index_iter_free(&iter);
    printf("commits %lld ", (long long)index.place.chain.seq);
    print_hex(index.place.chain.link, 32);
    printf("\n");
    mlops__store_read_end(&index);
}

int main(int argc, char **argv) {
    mlops_store *s;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_error e;
    uint8_t *bytes = malloc(300000);
    if (argc != 4 || !bytes) return 2;
    seed = strtoull(argv[2], NULL, 10);
    opts.sync = MLOPS_SYNC_RELAXED;
    opts.journal_bytes = 4096;
    if (mlops_store_open(&s, argv[1], &opts, &e)) die(&e);
    for (int i = atoi(argv[3]); i > 0; i--) change_once(s, bytes);
    print_state(s);
    mlops_store_close(s);
    free(bytes);
    return 0;
}
