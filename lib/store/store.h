/* What durable nouns use of the store: reading records and content, and adding to changes. */
#ifndef MLOPS_STORE_STORE_H
#define MLOPS_STORE_STORE_H

#include "store/index.h"

#include <mlops/change.h>
#include <mlops/store.h>

/* Numbers of the nouns' tables: part of the journal's format, so none is ever used twice. */
typedef enum mlops__table {
    MLOPS__TABLE_TEST = 31 /* of tests alone */
} mlops__table;

/* One more owner; mlops_store_close() ends it. */
mlops_store *mlops__store_ref(mlops_store *self);

/* MLOPS_E_FORKED in a child of the process that opened the store. */
mlops_status mlops__store_check_fork(const mlops_store *self, mlops_error *err);
const mlops__host *mlops__store_host(const mlops_store *self);

/* A moment of the store to read from; it never waits, and does not see later commits. End it before
 * anything of the caller's runs. */
mlops_status mlops__store_read_begin(mlops_store *self, mlops__index *out, mlops_error *err);
void mlops__store_read_end(mlops__index *self);

/* Content from an offset on, as much of it as there is; *size is that of the whole. */
mlops_status mlops__content_read(mlops_store *self, const mlops_id *id, int64_t offset, void *out,
                                 size_t cap, int64_t *size, mlops_error *err);

/* Operations. The buffers are copied. After a failure the change's commit returns its status. */
mlops_status mlops__change_put(mlops_change *self, mlops__table table, mlops__bytes key,
                               mlops__bytes value, mlops_error *err);
mlops_status mlops__change_del(mlops_change *self, mlops__table table, mlops__bytes key,
                               mlops_error *err);
mlops_status mlops__change_verb(mlops_change *self, const char *verb, mlops_error *err);

/* Preconditions: at the commit the record is still as it was read (value NULL data: not there). */
mlops_status mlops__change_expect(mlops_change *self, mlops__table table, mlops__bytes key,
                                  mlops__bytes value, mlops_error *err);

mlops_store *mlops__change_store(const mlops_change *self);

#endif
