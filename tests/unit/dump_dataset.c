/* A CSV file as a dataset, for oracles. usage: dump_dataset CSV BYTES KIND SHARE SEED [COLUMN]
 *
 * Commits the file as entry "c" and the table that it is as entry "t", both split. Writes the bytes
 * of "t" to BYTES. Prints the id of the commit, its record, its tree, and the values of the first
 * column in the rows of each that are held out, a line each.
 */
#include "store/record.h"
#include "sys/io_test.h"

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mlops_error err;

static void must(mlops_status status, const char *what) {
    if (status == MLOPS_OK) return;
    fprintf(stderr, "%s: %s: %s\n", what, mlops_status_name(status), err.message);
    exit(1);
}

static char *read_file(const char *path, size_t *n) {
    static char room[1 << 24];
    FILE *file = fopen(path, "rb");
    if (!file) exit(2);
    *n = fread(room, 1, sizeof room, file);
    fclose(file);
    return room;
}

static void print_record(mlops_store *s, const mlops_id *id) {
    mlops__index index;
    mlops__bytes value;
    mlops__key key;
    mlops__key_init(&key);
    mlops__key_text(&key, "d");
    mlops__key_id(&key, id);
    must(mlops__store_read_begin(s, &index, &err), "read");
    must(mlops__index_get(&index, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key), &value, &err),
         "record");
    printf("%.*s\n", (int)value.size, (const char *)value.data);
    char tree[65];
    memcpy(tree, value.data + value.size - 66, 64); /* the last member */
    tree[64] = 0;
    mlops_id tree_id;
    if (!mlops__id_parse(&tree_id, tree)) exit(3);
    mlops__store_read_end(&index);
    size_t n = 0;
    must(mlops_store_content(s, &tree_id, NULL, 0, &n, &err), "tree");
    char *text = malloc(n + 1);
    if (!text) exit(4);
    must(mlops_store_content(s, &tree_id, text, n, &n, &err), "tree");
    printf("%.*s\n", (int)n, text);
    free(text);
}

static void print_rows(mlops_store *s, const char *path) {
    mlops_table *t;
    must(mlops_dataset_table(&t, s, "d", NULL, path, MLOPS_PART_HELD_OUT, &err), "held out");
    for (int64_t i = 0; i < mlops_table_n_rows(t); i++) {
        char cell[64];
        mlops_table_text(t, 0, i, cell, sizeof cell, NULL);
        printf("%s%s", i ? " " : "", cell);
    }
    printf("\n");
    mlops_table_unref(t);
}

static void write_bytes(mlops_store *s, const char *path) {
    size_t n = 0;
    must(mlops_dataset_read(s, "d", NULL, "t", NULL, 0, &n, &err), "bytes");
    char *bytes = malloc(n);
    FILE *file = fopen(path, "wb");
    if (!bytes || !file) exit(5);
    must(mlops_dataset_read(s, "d", NULL, "t", bytes, n, &n, &err), "bytes");
    fwrite(bytes, 1, n, file);
    fclose(file);
    free(bytes);
}

static mlops_id commit(mlops_store *s, const char *text, size_t n, char **argv) {
    mlops_change *c;
    mlops_draft *d;
    mlops_table *t;
    mlops_id id;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft_table_opts columns = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    opts.message = "a \"message\"\twith \xe2\x82\xac";
    opts.author = "oracle";
    opts.metadata = "{ \"a\" : [1,2.0] }";
    columns.target = "s";
    columns.time = "i";
    split.kind = argv[3][0] == 'r'   ? MLOPS_SPLIT_RANDOM
                 : argv[3][0] == 's' ? MLOPS_SPLIT_STRATIFIED
                                     : MLOPS_SPLIT_TIME;
    split.share = strtod(argv[4], NULL);
    split.seed = strtoll(argv[5], NULL, 10);
    split.column = argv[6];
    must(mlops_change_new(&c, s, NULL, &err), "change");
    must(mlops_draft_new(&d, c, "d", &opts, &err), "draft");
    must(mlops_table_parse(&t, text, n, NULL, &err), "parse");
    must(mlops_draft_add_table(d, "t", t, &columns, &err), "table");
    must(mlops_draft_add_csv(d, "c", "/in.csv", &columns, &err), "csv");
    must(mlops_draft_split(d, "t", &split, &err), "split");
    must(mlops_draft_split(d, "c", &split, &err), "split");
    must(mlops_draft_commit(d, &id, &err), "commit");
    must(mlops_change_commit(c, NULL, &err), "commit");
    mlops_draft_free(d);
    mlops_change_free(c);
    mlops_table_unref(t);
    return id;
}

int main(int argc, char **argv) {
    mlops__io_memory *files;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_store *s;
    size_t n;
    if (argc != 6 && argc != 7) return 2;
    char *text = read_file(argv[1], &n);
    must(mlops__io_memory_new(&files, &mlops__heap), "files");
    must(mlops__io_memory_put(files, "/in.csv", text, n), "files");
    host.io = mlops__io_memory_table(files);
    opts.host = &host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    must(mlops_store_open(&s, "/s", &opts, &err), "store");
    mlops_id id = commit(s, text, n, argv);
    char digits[MLOPS__ID_TEXT];
    mlops__id_format(digits, &id);
    printf("%s\n", digits);
    print_record(s, &id);
    print_rows(s, "t");
    print_rows(s, "c");
    write_bytes(s, argv[2]);
    mlops_store_close(s);
    mlops__io_memory_free(files);
    return 0;
}
