/* Inference of steps over texts, and of loops.
 *
 * Owns the bound on tokens of one text, since what a loop or a text yields is not known before it
 * runs. Invariant: as of all inference.
 */
#include "model/build/onnx_compile.h"

enum { TOKENS_MAX = 1024 };

static mlops_status infer_tfidf(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    if (x->rank < 1 || x->rank > 2) return mlops__oc_no(self, "an input of %d dimensions", x->rank);
    if (x->dtype != mlops__oc_operand(self, step, 1)->dtype)
        return mlops__oc_no(self, "an input of type %s", mlops__oc_dtype_name(x->dtype));
    out->dtype = MLOPS__GRAPH_F32;
    out->rank = x->rank;
    out->dims[0] = x->dims[0];
    out->dims[x->rank - 1] = (mlops__extent){step->ints[4], 0};
    out->is_exact = x->is_exact || x->rows == 0 || x->rank == 1;
    out->rows = x->rows == x->rank - 1 ? MLOPS__ROWS_MIXED : x->rows;
    return MLOPS_OK;
}

static mlops_status infer_normalize(mlops__oc *self, const mlops__emit *step, mlops__item *out) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    if (x->dtype != MLOPS__GRAPH_TEXT || x->rank < 1 || x->rank > 2)
        return mlops__oc_no(self, "an input of %d dimensions of type %s", x->rank,
                            mlops__oc_dtype_name(x->dtype));
    mlops__oc_same(x, out);
    out->dtype = MLOPS__GRAPH_TEXT;
    if (!mlops__oc_operand(self, step, 1)) return MLOPS_OK;
    out->is_exact = 0;
    if (out->rows >= 0) out->rows = MLOPS__ROWS_MIXED;
    return MLOPS_OK;
}

static mlops_status infer_tokenize(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    const mlops__item *x = mlops__oc_operand(self, step, 0);
    if (x->dtype != MLOPS__GRAPH_TEXT || x->rank < 1 || x->rank > 2)
        return mlops__oc_no(self, "an input of %d dimensions of type %s", x->rank,
                            mlops__oc_dtype_name(x->dtype));
    mlops__oc_same(x, outs);
    outs->dtype = MLOPS__GRAPH_TEXT;
    outs->dims[outs->rank++] = (mlops__extent){TOKENS_MAX, 0};
    outs->is_exact = 0;
    outs[1].dtype = MLOPS__GRAPH_I32;
    outs[1].rank = 1;
    outs[1].dims[0].fixed = step->scratch;
    return MLOPS_OK;
}

mlops_status mlops__oc_infer_text(mlops__oc *self, const mlops__emit *step, mlops__item *outs) {
    if (step->op == MLOPS__GRAPH_TFIDF) return infer_tfidf(self, step, outs);
    if (step->op == MLOPS__GRAPH_TEXT_NORMALIZE) return infer_normalize(self, step, outs);
    if (step->op == MLOPS__GRAPH_TOKENIZE) return infer_tokenize(self, step, outs);
    return mlops__oc_no(self, "operator %d of a graph has no rule", (int)step->op);
}
