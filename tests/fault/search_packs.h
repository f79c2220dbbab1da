/* Texts with what is to go, and looking for what must be gone from a store's packs. */
#ifndef TESTS_FAULT_SEARCH_PACKS_H
#define TESTS_FAULT_SEARCH_PACKS_H

#include <mlops/store.h>

/* Letters by chance, n of them, with a word in their middle; returns n. */
size_t search_text(char *out, size_t n, int seed, const char *word);

/* 0 if no frame of a pack holds one of the words, as it is or unpacked; they end with NULL. */
int search_packs(mlops_store *s, const char *const *words);

#endif
