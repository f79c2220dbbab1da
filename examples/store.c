/* Keep bytes for good, under their SHA-256, and prove the history. The argument names the store. */
#include <mlops.h>
#include <stdio.h>

int main(int argc, char **argv) {
    mlops_store *store;
    mlops_change *change;
    mlops_change_opts who = MLOPS_CHANGE_OPTS_INIT;
    mlops_id name, link;
    mlops_error e;
    int64_t commits;
    char text[64];
    size_t n;
    who.actor = "ada";
    who.note = "first words";
    if (mlops_store_open(&store, argc > 1 ? argv[1] : "example.mlops", NULL, &e) ||
        mlops_change_new(&change, store, &who, &e) ||
        mlops_change_content(change, &name, "hello", 5, &e) ||
        mlops_change_commit(change, NULL, &e) ||
        mlops_store_content(store, &name, text, sizeof text, &n, &e) ||
        mlops_audit_verify(store, &link, &commits, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    printf("kept %.*s; the chain of %d commits holds\n", (int)n, text, (int)commits);
    mlops_change_free(change);
    mlops_store_close(store);
    return 0;
}
