/* Links of lineage on their way: those of commits that travel. */
#ifndef MLOPS_DATASET_REMOTE_LINKS_H
#define MLOPS_DATASET_REMOTE_LINKS_H

#include "dataset/remote_head.h"
#include "store/link_record.h"

typedef struct mlops__links {
    mlops__kv *kv; /* records, by their keys from the side of what they are made of */
    mlops__kv_txn *txn;
    const mlops__host *host;
    const char *dataset;
} mlops__links;

/* An empty list of those of a dataset, whose name is borrowed. Ends with mlops__links_free(), also
 * after an error. */
mlops_status mlops__links_init(mlops__links *self, const char *dataset, const mlops__host *host,
                               mlops_error *err);
void mlops__links_free(mlops__links *self); /* one of zeroes too */

/* Adds what a remote's object lists. MLOPS_E_CORRUPT */
mlops_status mlops__links_parse(mlops__links *self, mlops__bytes json, mlops_error *err);
mlops_status mlops__links_of_head(mlops__links *self, const mlops__head *head,
                                  mlops__remote *remote, mlops_error *err);

/* Is a commit of the dataset there? As mlops__line_stop. */
typedef mlops__line_stop mlops__links_there;

/* Leaves those of commits that are there, and adds the store's of such: of two the newer one. */
mlops_status mlops__links_take(mlops__links *self, mlops__view *view, mlops__links_there *there,
                               void *user);

/* As an object that the head names from then on; *changed if it did not. */
mlops_status mlops__links_put(mlops__links *self, mlops__head *head, mlops__remote *remote,
                              mlops__cutter_name *tell, void *user, int *changed, mlops_error *err);

/* Puts into the change what is newer than the store's, of commits that are there: from a key on,
 * which is empty at first, until the change has so many bytes; the key is empty again at the end.
 */
mlops_status mlops__links_give(mlops__links *self, mlops_change *change, size_t full,
                               mlops__key *from, mlops__view *view, mlops__links_there *there,
                               void *user);

#endif
