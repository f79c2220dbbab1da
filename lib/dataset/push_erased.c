/* Erasures on their way to a remote: its list of them, what stands in, and nothing of what is gone.
 *
 * Owns both lists of one round. Invariants: a remote learns of an erasure by the swap of the head
 * that also leads past what has any of it; who does not know of what the remote knows pulls first.
 */
#include "dataset/push_erased.h"

#include <string.h>

enum { ID = 32 };

void mlops__push_erased_free(mlops__push_erased *self) {
    mlops__erasures_free(&self->here);
    mlops__erasures_free(&self->there);
}

mlops_status mlops__push_erased_begin(mlops__push_erased *self, mlops_store *store,
                                      const mlops__head *head, mlops__remote *remote,
                                      mlops_error *err) {
    mlops__push_erased_free(self);
    self->store = store;
    mlops__erasures_init(&self->here, &remote->host->allocator);
    mlops__erasures_init(&self->there, &remote->host->allocator);
    MLOPS_TRY(mlops__erasures_of_store(&self->here, store, err));
    MLOPS_TRY(mlops__erasures_of_head(&self->there, head, remote, err));
    MLOPS_TRY(mlops__erasures_known(&self->here, &self->there, head->dataset, err));
    size_t known = self->there.n_contents;
    MLOPS_TRY(mlops__erasures_merge(&self->there, &self->here, err));
    self->grows = self->there.n_contents > known;
    return MLOPS_OK;
}

mlops_status mlops__push_erased_clean(mlops__push_erased *self, mlops__cutter *cutter, int *cleaned,
                                      mlops_error *err) {
    *cleaned = 0;
    if (!self->grows) return MLOPS_OK;
    return mlops__remote_clean(cutter, self->store, &self->here.ids, cleaned, err);
}

mlops_status mlops__push_erased_pairs(mlops__push_erased *self, mlops__cutter *cutter,
                                      mlops__stand_in_step *send, void *user, mlops_error *err) {
    for (size_t i = 0; i < self->here.n_pairs; i++) {
        const mlops__erased_pair *pair = &self->here.pairs[i];
        const mlops__erased_pair *known = mlops__erasures_pair(&self->there, &pair->tree);
        int found = 0, kept = 0; /* its gc drops what stands in for a tree that it drops */
        if (known) MLOPS_TRY(mlops__cutter_has_content(cutter, &known->stand_in, &kept, err));
        if (kept && !self->grows) continue; /* what it has is as good, or a pull would know */
        if (kept && memcmp(&known->stand_in, &pair->stand_in, ID) == 0) continue;
        MLOPS_TRY(mlops__cutter_has_content(cutter, &pair->tree, &found, err));
        if (!found) continue;
        MLOPS_TRY(send(user, &pair->stand_in, err));
        MLOPS_TRY(mlops__erasures_set_pair(&self->there, &self->here, pair, err));
    }
    return MLOPS_OK;
}
