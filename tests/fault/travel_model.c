/* A dataset of two versions that travels: rows, what is kept as changes, and what is small.
 *
 * Owns the bytes of its entries, the same in each run.
 */
#include "fault/travel_model.h"

#include <stdio.h>
#include <string.h>

enum { VERSIONS = 2, PATHS = 3, LONG = 66000 };

static uint8_t texts[VERSIONS][PATHS][LONG];
static size_t sizes[VERSIONS][PATHS];
static const char *const paths[PATHS] = {"rows.csv", "blob", "short"};

static uint64_t drawn = 7;

static uint64_t draw_more(void) {
    drawn ^= drawn << 13, drawn ^= drawn >> 7, drawn ^= drawn << 17;
    return drawn;
}

void travel_begin(void) {
    size_t n = 0;
    for (int i = 0; n < LONG / 2; i++)
        n +=
            (size_t)sprintf((char *)texts[0][0] + n, "%d,%d.%02d,%s\n", i, (int)(draw_more() % 900),
                            (int)(draw_more() % 100), draw_more() % 3 ? "card" : "cash");
    sizes[0][0] = n;
    for (size_t i = 0; i < LONG; i++) texts[0][1][i] = (uint8_t)draw_more();
    sizes[0][1] = LONG;
    sizes[0][2] = (size_t)sprintf((char *)texts[0][2], "short");
    memcpy(texts[1], texts[0], sizeof texts[1]);
    memcpy(sizes[1], sizes[0], sizeof sizes[1]);
    memcpy(strstr((char *)texts[1][0], "card"), "cash", 4);
    for (size_t i = 500; i < LONG; i += 9000) texts[1][1][i] ^= 1;
    texts[1][2][0] = 'S';
}

int travel_commit(mlops_store *s, int version) {
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    int status = mlops_change_new(&c, s, NULL, NULL);
    if (!status) status = mlops_draft_new(&d, c, "data", NULL, NULL);
    for (int i = 0; i < PATHS && !status; i++)
        status = mlops_draft_add_bytes(d, paths[i], texts[version][i], sizes[version][i], NULL);
    if (!status) status = mlops_draft_commit(d, &id, NULL);
    if (!status) status = mlops_change_commit(c, NULL, NULL);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

int travel_push(mlops_store *s, const mlops_share *share) {
    return mlops_dataset_push(s, mlops_share_remote(share), "data", NULL, NULL, NULL);
}

int travel_pull(mlops_store *s, const mlops_share *share) {
    return mlops_dataset_pull(s, mlops_share_remote(share), "data", NULL, NULL, NULL);
}

int travel_version(mlops_store *s) {
    static uint8_t got[LONG];
    size_t n;
    mlops_status status = mlops_dataset_read(s, "data", NULL, "short", got, LONG, &n, NULL);
    if (status == MLOPS_E_NOT_FOUND) return -1;
    if (status) return -2;
    int version = got[0] == 'S';
    for (int i = 0; i < PATHS; i++)
        if (mlops_dataset_read(s, "data", NULL, paths[i], got, LONG, &n, NULL) ||
            n != sizes[version][i] || memcmp(got, texts[version][i], n) != 0)
            return -2;
    return version;
}
