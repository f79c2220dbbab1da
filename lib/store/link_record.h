/* Links: that one thing was made of another, found from either end. Of table 26, which
 * docs/format.md has. */
#ifndef MLOPS_STORE_LINK_RECORD_H
#define MLOPS_STORE_LINK_RECORD_H

#include "store/record.h"

enum { MLOPS__LINK_END = 1040, /* of a text with its NUL */ MLOPS__LINK_RELATION_MAX = 64 };

/* Ends are texts: "datasets:/NAME/COMMIT", "runs:/ID", "models:/NAME/VERSION" with whole ids, or
 * the name of something else. */
typedef struct mlops__link {
    const char *from, *to; /* what was made of it */
    const char *relation;
    int keeps;   /* the commits that it names are no garbage */
    int dropped; /* it was taken back: known, so that none comes again with a pull */
} mlops__link;

/* Texts of the ends that the store knows. */
typedef struct mlops__link_text {
    char text[MLOPS__LINK_END];
} mlops__link_text;

const char *mlops__link_dataset(mlops__link_text *out, const char *name, const char *commit);
const char *mlops__link_run(mlops__link_text *out, const char *run);
const char *mlops__link_model(mlops__link_text *out, const char *name, int64_t version);

/* As of now, in the place of the one that the change finds, which is held; or of the time that
 * another store has it from. */
mlops_status mlops__link_put(mlops_change *change, const mlops__link *link, mlops_error *err);
mlops_status mlops__link_put_at(mlops_change *change, const mlops__link *link, int64_t time_ns,
                                mlops_error *err);

/* The record itself. */
void mlops__link_write(mlops__buf *out, const mlops__link *link, int64_t time_ns);

/* 1 to max bytes of UTF-8 without control characters? */
int mlops__link_is_text(const char *text, size_t max);

/* Which of them an end has: those to what was made of it, or from what it was made of. */
typedef enum mlops__link_way { MLOPS__LINK_DOWN, MLOPS__LINK_UP } mlops__link_way;

/* The key of a link; relation NULL: all between the two, far NULL: all of near. */
void mlops__link_key(mlops__key *out, mlops__link_way way, const char *near, const char *far,
                     const char *relation);

/* A link as it was put, in the arena; MLOPS_E_CORRUPT. */
mlops_status mlops__link_read(mlops__link *out, int64_t *time_ns, mlops__bytes value,
                              mlops__arena *arena, mlops_error *err);

#endif
