/* Reading the map's file page by page, without LMDB and without mapping it. */
#ifndef MLOPS_STORE_KV_PAGES_H
#define MLOPS_STORE_KV_PAGES_H

#include "store/kv.h"

/* Called for each record in ascending order; what it returns below 0 ends the walk. */
typedef mlops_status mlops__kv_visit(void *user, mlops__bytes key, mlops__bytes value,
                                     mlops_error *err);

/* Walks over the newest committed state. MLOPS_E_CORRUPT, with the page, for whatever is no sound
 * map: a check of this kind cannot crash, whatever the file holds. MLOPS_E_UNSUPPORTED on machines
 * of another word size or byte order than x86-64, where the file has another layout. */
mlops_status mlops__kv_walk(const mlops__host *host, const char *path, mlops__kv_visit *visit,
                            void *user, mlops_error *err);

/* The same of what is left of a damaged map: links and records that are not sound are passed over,
 * and keys may come out of order, so that visit is to judge each record. */
mlops_status mlops__kv_salvage(const mlops__host *host, const char *path, mlops__kv_visit *visit,
                               void *user, mlops_error *err);

/* Visits one record alone, which takes a page of each level. MLOPS_END if it is not there;
 * MLOPS_E_CORRUPT if the way there is no sound part of a map, whatever the rest is. */
mlops_status mlops__kv_find(const mlops__host *host, const char *path, mlops__bytes key,
                            mlops__kv_visit *visit, void *user, mlops_error *err);

#endif
