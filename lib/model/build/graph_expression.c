/* Expressions of tokens: a pattern's program as the bytes that a graph carries.
 *
 * Owns nothing. Invariant: a step is the same one in both programs, so that what text/regex.h
 * accepts is what a token is; the layout is that of model/run/op_token.c.
 */
#include "model/build/graph_write.h"
#include "text/regex_inside.h"

enum { TAKE, FORK, ACCEPT, MEMORY_MAX = 64 << 20 };

static mlops_status put_step(mlops__buf *steps, mlops__buf *ranges, const mlops__regex *regex,
                             const mlops__regex_step *step) {
    uint32_t op = step->op == REGEX_END ? ACCEPT : FORK, x = (uint32_t)step->x;
    uint32_t y = (uint32_t)(step->op == REGEX_SPLIT ? step->y : step->x);
    if (step->op == REGEX_HERE) return MLOPS_E_UNSUPPORTED;
    if (step->op == REGEX_SET) {
        const mlops__regex_set *set = &regex->sets[step->x];
        op = TAKE;
        x = (uint32_t)(ranges->size / 8);
        y = x + (uint32_t)set->n;
        for (int32_t i = 0; i < set->n; i++) {
            mlops__buf_u32(ranges, set->ranges[i].low);
            mlops__buf_u32(ranges, set->ranges[i].high);
        }
    }
    mlops__buf_u32(steps, op);
    mlops__buf_u32(steps, x);
    mlops__buf_u32(steps, y);
    return MLOPS_OK;
}

mlops_status mlops__graph_expression(mlops__buf *out, uint32_t *states, const char *pattern,
                                     size_t n, mlops_error *err) {
    const mlops__regex *regex;
    mlops__regex_problem problem = {"", 0};
    mlops__arena arena;
    mlops__buf steps, ranges;
    mlops__arena_init(&arena, out->allocator, MEMORY_MAX);
    mlops__buf_init(&steps, out->allocator);
    mlops__buf_init(&ranges, out->allocator);
    mlops_status status = mlops__regex_compile(&regex, pattern, n, &arena, &problem);
    for (int32_t i = 0; status == MLOPS_OK && i < regex->n_steps; i++) {
        status = put_step(&steps, &ranges, regex, &regex->steps[i]);
        if (status) problem.what = "^, $, \\b and \\B have no meaning within a text here";
    }
    if (status == MLOPS_OK) {
        *states = (uint32_t)regex->n_steps;
        mlops__buf_u32(out, *states);
        mlops__buf_u32(out, (uint32_t)(ranges.size / 8));
        mlops__buf_put(out, steps.data, steps.size);
        mlops__buf_put(out, ranges.data, ranges.size);
        status = steps.status ? steps.status : ranges.status ? ranges.status : out->status;
    }
    mlops__arena_free(&arena);
    mlops__buf_free(&steps);
    mlops__buf_free(&ranges);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, 0);
    if (status == MLOPS_OK) return MLOPS_OK;
    return mlops__fail_at(err, status, 0, 0, (int64_t)problem.at, "expression: %s", problem.what);
}
