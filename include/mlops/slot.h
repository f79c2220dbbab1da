/* mlops/slot.h: the model that serves now, exchanged while others predict.
 *
 * Readers take a share of whatever is published, in a fixed number of steps whatever writers do: no
 * lock, no waiting, no second try. A share stays what it was, so that a batch is one version's from
 * its first row to its last. An old version is freed with the last share of it.
 *
 *     mlops_model *model;
 *     if (mlops_slot_acquire(&model, slot)) return 1;
 *     mlops_model_predict(model, rows, 64, 30, out, 1);
 *     mlops_model_unref(model);
 *
 * and, in another thread, whenever a version is ready:
 *
 *     mlops_slot_publish(slot, next);
 *     mlops_model_unref(next);
 */
#ifndef MLOPS_SLOT_H
#define MLOPS_SLOT_H

#include <mlops/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where a model is published. Ends with mlops_slot_free(). @threadsafe */
typedef struct mlops_slot mlops_slot;

/**
 * Make a slot, on the heap of the model's host.
 *
 * @param[out] out  the slot, to be ended with mlops_slot_free(); NULL after an error
 * @param model     published first, shared by the slot
 * @param err       @nullable
 * @return MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_slot_new(mlops_slot **out, mlops_model *model, mlops_error *err);

/** End a slot that nobody uses any more; shares taken of it stay. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_slot_free(mlops_slot *self);

/**
 * Publish another model: whoever acquires from now on gets it. Returns without the old one, which
 * those who have a share of it keep. Writers wait for each other, and for readers that are between
 * two instructions of mlops_slot_acquire(); nobody waits for writers.
 *
 * @param self   slot
 * @param model  shared by the slot; its features may be others than those of the model before
 * @since 0.1
 */
MLOPS_API void mlops_slot_publish(mlops_slot *self, mlops_model *model);

/**
 * Take a share of what is published. Wait-free.
 *
 * @param[out] out  the model, to be ended with mlops_model_unref()
 * @param self      slot
 * @return MLOPS_OK
 * @since 0.1
 */
MLOPS_API mlops_status mlops_slot_acquire(mlops_model **out, mlops_slot *self);

#ifdef __cplusplus
}
#endif

#endif
