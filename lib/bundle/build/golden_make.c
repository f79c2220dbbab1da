/* Golden rows that nobody gave: drawn from the plan's own thresholds, so that they tell a right
 * prediction from a wrong one where it is closest.
 *
 * Owns nothing. Invariant: the rows depend on the plan alone; equal plans give equal rows.
 */
#include "bundle/build/golden_make.h"

#include <string.h>

enum { MISSING_IN = 8 /* one value in so many is missing */ };

static uint64_t draw(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

/* The float32 just below a finite value. */
static float below(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (bits << 1 == 0) bits = 0x80000001u;
    else bits += bits >> 31 ? 1u : UINT32_MAX;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float missing(void) {
    const uint32_t bits = 0x7fc00000u;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void mlops__golden_draw(const mlops__plan *plan, uint32_t index, float *row, uint32_t *seen) {
    uint64_t state = index;
    memset(seen, 0, plan->n_features * sizeof *seen);
    memset(row, 0, plan->n_features * sizeof *row);
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(plan, i);
        if (node.step == 0) continue;
        uint64_t bits = draw(&state);
        if (bits % ++seen[node.feature]) continue; /* each split is as likely as any other */
        float value = node.special ? (float)(bits >> 32 & 31) : (float)node.value;
        row[node.feature] = bits >> 40 & 1 ? below(value) : value;
    }
    for (uint32_t i = 0; i < plan->n_features; i++)
        if (draw(&state) % MISSING_IN == 0) row[i] = missing();
}
