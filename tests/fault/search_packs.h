/* Looking for what must be gone from a store's packs. */
#ifndef TESTS_FAULT_SEARCH_PACKS_H
#define TESTS_FAULT_SEARCH_PACKS_H

#include <mlops/store.h>

/* 0 if no frame of a pack holds one of the words, as it is or unpacked; they end with NULL. */
int search_packs(mlops_store *s, const char *const *words);

#endif
