/* Records of the nouns: keys that are names joined by TAB, values that are JSON objects. Written in
 * docs/format.md, noun by noun. */
#ifndef MLOPS_STORE_RECORD_H
#define MLOPS_STORE_RECORD_H

#include "store/store.h"
#include "text/json.h"

enum { MLOPS__NAME_MAX = 200 /* bytes of a name of the user's */ };

/* 1 to MLOPS__NAME_MAX bytes of UTF-8 without control characters; what: "model", say. */
mlops_status mlops__name_check(const char *what, const char *name, mlops_error *err);

/* A key, part by part. Too long a key is found out by whoever uses it: it is empty then. */
typedef struct mlops__key {
    uint8_t data[MLOPS__KV_KEY_MAX];
    size_t size;
    int too_long;
} mlops__key;

void mlops__key_init(mlops__key *self);
void mlops__key_text(mlops__key *self, const char *part);
void mlops__key_number(mlops__key *self, int64_t part); /* 0 or more: ten digits or more */
void mlops__key_id(mlops__key *self, const mlops_id *part);
mlops__bytes mlops__key_bytes(const mlops__key *self);
mlops__bytes mlops__key_prefix(mlops__key *self); /* with a TAB behind the last part */

/* Part i of a key, from 0 on; size 0 if there is none. */
mlops__bytes mlops__key_part(mlops__bytes key, int i);
int mlops__key_part_is(mlops__bytes key, int i, const char *text);
int64_t mlops__key_part_number(mlops__bytes key, int i); /* -1 if it is none */

/* A member of a JSON object. */
typedef struct mlops__field {
    const char *name;
    const char *text;  /* of a string, with a NUL behind; else NULL */
    mlops__bytes json; /* the value as it is spelled */
} mlops__field;

/* A value, taken apart. Lives in the arena; nothing of the input is needed any more. */
typedef struct mlops__record {
    const mlops__field *fields;
    size_t n;
} mlops__record;

/* MLOPS_E_CORRUPT for what is no JSON object. */
mlops_status mlops__record_parse(mlops__record *out, mlops__bytes json, mlops__arena *arena,
                                 mlops_error *err);
/* The same of the items of a JSON array; they have no names. */
mlops_status mlops__record_items(mlops__record *out, mlops__bytes json, mlops__arena *arena,
                                 mlops_error *err);
/* Of one record of the store; MLOPS_E_NOT_FOUND without a message. */
mlops_status mlops__record_get(mlops__record *out, mlops__index *index, mlops__table table,
                               mlops__bytes key, mlops__arena *arena, mlops_error *err);

/* What is done with a record. The arena ends with the call. */
typedef mlops_status mlops__record_visit(void *user, mlops__index *index, mlops__bytes key,
                                         mlops__bytes value, mlops__arena *arena, mlops_error *err);
/* Visits each record of a table, in the order of the keys, until one visit fails. */
mlops_status mlops__record_each(mlops_store *store, mlops__table table, mlops__record_visit *visit,
                                void *user, mlops_error *err);
/* The same of those whose keys begin with the prefix, at a moment that the caller holds. */
mlops_status mlops__record_each_below(mlops__index *index, mlops__table table, mlops__bytes prefix,
                                      mlops__record_visit *visit, void *user, mlops_error *err);

/* MLOPS_E_NOT_FOUND: there is no WHAT of this name; the message has the nearest first part of a key
 * of the table. */
mlops_status mlops__record_missing(mlops__index *index, mlops__table table, const char *what,
                                   const char *name, mlops_error *err);

const mlops__field *mlops__record_find(const mlops__record *self, const char *name);
/* Of a member; the fallback where there is none, or one of another type. */
const char *mlops__record_text(const mlops__record *self, const char *name); /* NULL */
int64_t mlops__record_i64(const mlops__record *self, const char *name, int64_t fallback);
double mlops__record_f64(const mlops__record *self, const char *name, double fallback);
int mlops__record_bool(const mlops__record *self, const char *name, int fallback);
int mlops__record_id(const mlops__record *self, const char *name, mlops_id *out); /* 0: none */
mlops__bytes mlops__record_json(const mlops__record *self, const char *name);     /* size 0 */

/* Writing members. A text that is NULL, and an id that is NULL, is left out. */
void mlops__record_put_text(mlops__json_writer *out, const char *name, const char *text);
void mlops__record_put_i64(mlops__json_writer *out, const char *name, int64_t value);
void mlops__record_put_f64(mlops__json_writer *out, const char *name, double value); /* "nan" too */
void mlops__record_put_id(mlops__json_writer *out, const char *name, const mlops_id *id);
void mlops__record_put_json(mlops__json_writer *out, const char *name, const char *json);

/* All members of a record but one, as they are spelled. */
void mlops__record_put_except(mlops__json_writer *out, const mlops__record *record,
                              const char *name);

/* The record of a change: what the buffer holds, under the key. Frees the buffer. */
mlops_status mlops__record_put(mlops_change *change, mlops__table table, const mlops__key *key,
                               mlops__buf *json, mlops_error *err);

/* Digits of an id, and back: 64 in lower case. */
enum { MLOPS__ID_TEXT = 65 };
void mlops__id_format(char out[MLOPS__ID_TEXT], const mlops_id *id);
int mlops__id_parse(mlops_id *out, const char *text);

/* Time now, by the clock of the store's host. */
int64_t mlops__store_now(const mlops_store *store);

/* The time_ns of a record that takes the place of the one that the change finds at the key: now,
 * but behind the time of that one, which another machine's clock may have set. What the store has
 * there is to be the same at the commit. */
mlops_status mlops__record_next_time(int64_t *out, mlops_change *change, mlops__table table,
                                     const mlops__key *key, mlops_error *err);

#endif
