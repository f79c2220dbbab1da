/* Trees of commits: no path that is taken leads out of a folder, paths ascend, what is written of a
 * tree is read as the same entries, and however an entry is spelled, it says what its JSON says. */
#include "dataset/parts.h"
#include "dataset/tree.h"
#include "fuzz/fuzz.h"

/* By other means than the library's. */
static void check_path(const char *path) {
    char framed[MLOPS__PATH_MAX + 3] = "/";
    must(strlen(path) > 0 && strlen(path) <= MLOPS__PATH_MAX);
    strcat(strcat(framed, path), "/");
    must(!strstr(framed, "//") && !strstr(framed, "/../") && !strstr(framed, "/./"));
    must(!strchr(path, '\\'));
}

/* What is taken for a rule can be drawn by. */
static void check_parts(const mlops__facts *facts, mlops__arena *arena) {
    mlops__parts_kept kept;
    mlops_error err = {0};
    mlops_status status = mlops__parts_read(&kept, facts, arena, &err);
    int64_t rows = 0;
    must(err.code == status);
    if (status) return;
    must(kept.rule.n >= 2 && kept.rule.n <= MLOPS__PARTS_MAX + 1);
    for (int64_t i = 0; i < kept.rule.n; i++) {
        rows += kept.sizes[i];
        must(kept.sizes[i] >= 0);
        must(kept.rule.n_folds || (kept.rule.names[i][0] && kept.rule.shares[i] > 0));
    }
    must(rows == facts->n_rows);
}

static void check_told(const mlops__facts *facts, const mlops__record *told) {
    mlops_id id;
    must(!strcmp(mlops__record_text(told, "kind"), facts->kind));
    must(mlops__record_i64(told, "size", -1) == facts->size);
    must(mlops__record_id(told, "id", &id) && !memcmp(&id, &facts->id, sizeof id));
}

static void check_entries(const mlops__tree *tree, mlops__arena *arena) {
    for (size_t i = 0; i < tree->n; i++) {
        mlops__facts facts;
        mlops__record told;
        mlops_error err = {0};
        const mlops__entry *entry = tree->entries[i];
        check_path(entry->path);
        must(!mlops__record_parse(&told, entry->json, arena, NULL));
        must(!strcmp(mlops__record_text(&told, "path"), entry->path));
        must(mlops__tree_find(tree, entry->path) == entry);
        must(i == 0 || strcmp(tree->entries[i - 1]->path, entry->path) < 0);
        mlops_status status = mlops__entry_read(entry, &facts, arena, &err);
        must(err.code == status);
        if (status) continue;
        check_told(&facts, &told);
        must(facts.size >= 0 && facts.n_held_out <= facts.n_rows);
        must(mlops__facts_is_table(&facts) == (facts.n_rows >= 0));
        check_parts(&facts, arena);
    }
}

static void write_again(const mlops__tree *tree, mlops__arena *arena) {
    mlops__buf out;
    mlops__tree again;
    mlops__buf_init(&out, &mlops__heap);
    mlops__tree_init(&again, arena);
    mlops__tree_write(tree, &out);
    must(!mlops__tree_parse(&again, (mlops__bytes){out.data, out.size}, NULL));
    must(again.n == tree->n);
    for (size_t i = 0; i < again.n; i++) {
        const mlops__bytes *a = &again.entries[i]->json, *b = &tree->entries[i]->json;
        must(a->size == b->size && memcmp(a->data, b->data, a->size) == 0);
    }
    mlops__buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__arena arena;
    mlops__tree tree;
    mlops_error err = {0};
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__tree_init(&tree, &arena);
    mlops_status status = mlops__tree_parse(&tree, (mlops__bytes){data, size}, &err);
    must(err.code == status);
    if (status) must(status == MLOPS_E_CORRUPT);
    check_entries(&tree, &arena);
    if (!status) write_again(&tree, &arena);
    mlops__arena_free(&arena);
    return 0;
}
