/* The operators of a graph: numbers of the format, and what each takes and yields.
 *
 * How to read an entry: "inputs -> outputs; ints; floats". [in brackets]: may be left out. T is one
 * dtype for all that carry it; number = f32 f64 i64 i32; real = f32 f64; any = all but bytes. A
 * step has exactly the ints and floats that are listed. Lists (axes, shapes, splits) are i64
 * constants or temporaries of rank 1. An axis may be negative, counting from the end. "broadcast"
 * is NumPy's. Semantics are those of the ONNX operator of that name unless said otherwise.
 *
 * Arithmetic is in the dtype of the elements. Sums add up in ascending order of the index that
 * they run over; those of f32 in f32 for MATMUL, GEMM and DENSE, in f64 for all others, and are
 * rounded once. Integers wrap around; division by an integer 0 gives 0, and the smallest integer by
 * -1 itself. Functions (exp, tanh, ...) of f32 are those of f64, rounded.
 */
#ifndef MLOPS_MODEL_OPERATOR_H
#define MLOPS_MODEL_OPERATOR_H

enum {
    MLOPS__GRAPH_SKIPS_MAX = 256,   /* each is a pass over the row */
    MLOPS__GRAPH_TOKEN_WORDS = 4096 /* of 32 bits, in which an expression remembers */
};

typedef enum mlops__graph_dtype {
    MLOPS__GRAPH_F32 = 1,
    MLOPS__GRAPH_F64,
    MLOPS__GRAPH_I64,
    MLOPS__GRAPH_I32,
    MLOPS__GRAPH_BOOL, /* a byte */
    MLOPS__GRAPH_TEXT, /* mlops__graph_text */
    MLOPS__GRAPH_BYTES /* constants alone: a forest's plan, an expression */
} mlops__graph_dtype;

typedef enum mlops__graph_operator {
    /* -- elements -------------------------------------------------------------------------------
     * x T -> y; {function}; {a, b}. See mlops__graph_unary. */
    MLOPS__GRAPH_UNARY = 1,
    /* x T, y T -> z, broadcast; {function}. See mlops__graph_binary. */
    MLOPS__GRAPH_BINARY,
    /* condition bool, x T any, y T -> z T, broadcast. */
    MLOPS__GRAPH_WHERE,
    /* x any -> y any; {mlops__graph_rounding}, which only f64 to f32 looks at. Reals to integers:
     * towards zero, the nearest there is if outside, NaN gives 0. To bool: not 0. Text to numbers:
     * a decimal number, inf, infinity or nan in any case, blanks around it; else MLOPS_E_PARSE.
     * Numbers to text as ONNX Runtime: integers in decimal, reals as "%.8g", "NaN", "INF",
     * "-INF"; bool as 1 or 0. */
    MLOPS__GRAPH_CAST,
    /* x T number, [min T of one element], [max T of one element] -> y T. NaN stays. */
    MLOPS__GRAPH_CLIP,

    /* -- shape ----------------------------------------------------------------------------------
     * x any -> y. */
    MLOPS__GRAPH_IDENTITY = 16,
    /* x any, shape -> y; {allowzero}. Without allowzero 0 is the dim of x; one -1 is the rest. */
    MLOPS__GRAPH_RESHAPE,
    /* x any -> y of rank 2; {axis}. */
    MLOPS__GRAPH_FLATTEN,
    /* x any, [axes] -> y. */
    MLOPS__GRAPH_SQUEEZE,
    /* x any, axes -> y. */
    MLOPS__GRAPH_UNSQUEEZE,
    /* x any, [permutation; reversed without] -> y. */
    MLOPS__GRAPH_TRANSPOSE,
    /* x any, starts, ends, [axes], [steps] -> y. */
    MLOPS__GRAPH_SLICE,
    /* x any, indices i64 or i32 -> y; {axis}. Negative ones count from the end. */
    MLOPS__GRAPH_GATHER,
    /* x any, indices i64 or i32 -> y; {axis}. */
    MLOPS__GRAPH_GATHER_ELEMENTS,
    /* x T any, ... -> y T; {axis}. One input at least. */
    MLOPS__GRAPH_CONCAT,
    /* x any, [lengths] -> y, ...; {axis}. Without lengths: equal ones, the last is the rest. */
    MLOPS__GRAPH_SPLIT,
    /* x any, shape -> y. */
    MLOPS__GRAPH_EXPAND,
    /* x any, repeats -> y. */
    MLOPS__GRAPH_TILE,
    /* x any -> i64 of rank 1; {start, end}. end is INT64_MAX if it is not given. */
    MLOPS__GRAPH_SHAPE,
    /* x any -> i64 of rank 0. */
    MLOPS__GRAPH_SIZE,
    /* shape, value T any of one element -> y T: ConstantOfShape. */
    MLOPS__GRAPH_FILL,
    /* start T number, limit T, delta T, each of one element -> y T. */
    MLOPS__GRAPH_RANGE,

    /* -- reductions and the like ------------------------------------------------------------------
     * x T number, [axes; all without] -> y T; {mlops__graph_reduction, keepdims, noop}. With noop
     * no axes (none given, or an empty list) give x itself. Nothing sums to 0, multiplies to 1; its
     * greatest is -inf or the smallest integer, its least the opposite. A NaN wins in MAX and MIN.
     * MEAN of integers goes towards zero. Real T alone: MEAN of nothing is NaN, L2, LOGSUM,
     * LOGSUMEXP (which takes off the greatest first). */
    MLOPS__GRAPH_REDUCE = 48,
    /* x number -> i64; {least: 1, greatest: 0, axis, keepdims, last: 1 takes the last among
     * equals}. The first NaN wins. The axis must not be empty. */
    MLOPS__GRAPH_ARG,
    /* x T number, k i64 of one element -> values T, indices i64; {axis, largest}. In order, the
     * lower index first among equals; NaN is larger than all. */
    MLOPS__GRAPH_TOPK,
    /* x T number, axis i64 of one element -> y T; {exclusive, reverse}. */
    MLOPS__GRAPH_CUMSUM,
    /* x T real -> y T; {axis, flat, log}. flat: over all axes from axis on, as before opset 13. */
    MLOPS__GRAPH_SOFTMAX,
    /* x T real -> y T; {axis, p: 1 or 2}. A norm of 0 gives 0. */
    MLOPS__GRAPH_LPNORM,

    /* -- products -------------------------------------------------------------------------------
     * a T number, b T -> c T: NumPy's matmul, batches broadcast. */
    MLOPS__GRAPH_MATMUL = 64,
    /* a T real, b T, [c T, broadcast] -> y T; {transpose a, transpose b}; {alpha, beta}. */
    MLOPS__GRAPH_GEMM,
    /* x T real [n, f], y T [f, m] -> T [n, m]; {root, rounded}: squared Euclidean distances to the
     * columns of y, root 1 their roots (com.microsoft CDist); rounded 1: of differences in T. */
    MLOPS__GRAPH_CDIST,
    /* x T real [..., k], w T [k, n], [b T [n]] -> y T [..., n]; {relu}: the sums of MATMUL, b added
     * to them, then RELU if relu is 1. */
    MLOPS__GRAPH_DENSE,

    /* -- models ---------------------------------------------------------------------------------
     * x real [n, features], plan bytes -> margins [n, groups], f32 or f64 as the plan is. The plan
     * of model/run/plan.h without its link function and divisor; NaN is missing. For a plan of f32,
     * x is rounded to the nearest float. If its tests all are "at most" (x <= t is x < the float
     * after t), a CAST that rounds up before it keeps the answer to each of them. */
    MLOPS__GRAPH_FOREST = 80,
    /* scores f32 [n, e] -> class i64 [n], scores f32 [n, c]; {mlops__graph_label,
     * mlops__graph_pair, mlops__graph_post}. */
    MLOPS__GRAPH_CLASSIFY,
    /* x f32 [n, c] -> y f32; {mlops__graph_post}. */
    MLOPS__GRAPH_POST,
    /* x f32 [n, f], coefficients f32 [f, t], [intercepts f32 [t]] -> f32 [n, t]. */
    MLOPS__GRAPH_LINEAR,
    /* x f32 [n, f], vectors f32 [f, v] -> f32 [n, v]; {mlops__graph_kernel}; {gamma, coef0,
     * degree}. A SVMRegressor is KERNEL, then LINEAR with its coefficients [v, 1] and rho;
     * one_class is the sign of that, 1 or -1. */
    MLOPS__GRAPH_KERNEL,
    /* kernels f32 [n, v], coefficients f32 [c - 1, v], vectors of each class i64 [c], rho f32 [p]
     * -> decisions f32 [n, p], class of most votes i64 [n] (the first among equals); p is c * (c -
     * 1) / 2, pairs (0,1) (0,2) ... (1,2) ... A decision above 0 votes for the first. */
    MLOPS__GRAPH_VOTE,
    /* decisions f32 [n, p], a f32 [p], b f32 [p], scratch f32 [c * (2 * c + 2)] is the second
     * output
     * -> probabilities f32 [n, c], scratch. Platt's sigmoids, coupled as in libsvm. */
    MLOPS__GRAPH_PLATT,
    /* x f32 [..., f], offset f32 of one or f, scale f32 of one or f -> (x - offset) * scale. */
    MLOPS__GRAPH_SCALE,
    /* x f32 [n, f] or [f] -> y f32; {norm: 0 max, 1 L1, 2 L2}. As ONNX Runtime: a norm of 0 leaves
     * the row, and max is the greatest element, not the greatest magnitude. */
    MLOPS__GRAPH_NORMALIZE,
    /* x T [..., f], replaced T of one, values T of one or f -> y T; T is f32 f64 i64 text. A NaN
     * replaces NaN. */
    MLOPS__GRAPH_IMPUTE,
    /* x i64, any shape -> f32 [..., width]; {width, zeros}. 1 at place x. An x outside gives zeros,
     * or MLOPS_E_INVALID if zeros is 0. OneHotEncoder is ENCODE to places, then this. */
    MLOPS__GRAPH_ONEHOT,
    /* x K, keys K [n], values V [n], default V of one -> y V; K is f32 f64 i64 text, V f32 f64 i64
     * i32 text. Keys ascend (text by its bytes, a NaN last) and differ. */
    MLOPS__GRAPH_ENCODE,
    /* x any [..., f], indices i64 -> [..., indices]: ArrayFeatureExtractor; x of rank 1 gives
     * [1, indices]. */
    MLOPS__GRAPH_PICK,
    /* x T number -> y T: 1 above the threshold, else 0; {}; {threshold}. */
    MLOPS__GRAPH_BINARIZE,
    /* x number [n, f] or [n], ... -> f32 [n, sum of f]: FeatureVectorizer. */
    MLOPS__GRAPH_FEATURES,
    /* coefficients f32 [f, t], intercepts f32 [t], widths i64 [p], parts ... -> f32 [n, t]: LINEAR
     * of p parts side by side, f columns in all. A part of f32 has its width of elements a row; one
     * of i64 has one, and stands for the ONEHOT of that, of which an x outside gives zeros. */
    MLOPS__GRAPH_LOOKUP,

    /* -- text -----------------------------------------------------------------------------------
     * x T [c] or [n, c], pool T, counts i64 [lengths + 1], indexes i64 [grams], [weights f32
     * [grams]]
     * -> f32 [width] or [n, width]; {shortest, longest, skips, mode: 0 TF 1 IDF 2 TFIDF, width}.
     * T is i64 i32 text. The pool has the n-grams of length 1, then those of length 2, ...; grams
     * of one length ascend (element by element, text by its bytes) and differ; counts has where in
     * the pool each length begins, and the pool's end; indexes and weights are those of the grams
     * as they stand. There are up to MLOPS__GRAPH_SKIPS_MAX skips. */
    MLOPS__GRAPH_TFIDF = 112,
    /* x text [c] or [1, c], [stop words text, ascending] -> text [k] or [1, k]; {case: 0 as it is
     * 1 lower 2 upper, case_sensitive}. Nothing left gives one empty text. Without case_sensitive
     * words are held against the stop words in lower case, which these have then. Cases are those
     * of Latin, Greek and Cyrillic letters up to U+052F. */
    MLOPS__GRAPH_TEXT_NORMALIZE,
    /* x text [c] or [n, c], separators text [s] or an expression bytes, pad text of one ->
     * text [..., d], scratch i32 [5 * states + 2 + MLOPS__GRAPH_TOKEN_WORDS]
     * (of one without an expression); {mark, shortest}. d is the most tokens that any x has. One
     * empty separator: every character is a token. An expression is what mlops__graph_expression()
     * in model/build/graph_write.h makes; tokens are its matches, leftmost, then longest. Tokens of
     * fewer characters than shortest are left out; mark 1 puts U+0002 before and U+0003 behind
     * (unless there is no token at all), mark 2 makes the expression's matches separators, mark 3
     * both. */
    MLOPS__GRAPH_TOKENIZE,

    /* -- control --------------------------------------------------------------------------------
     * states ..., scans ..., state inputs of the body ..., scan inputs of the body ..., states that
     * the body yields ..., scans that the body yields ... -> final states ..., stacked scans ...;
     * {number of states s, of scans m, of stacked k, steps of the body}. The body is the steps
     * behind this one, which are run for each index of the scans' axis 0; they may use all values
     * that this step may, and hold no SCAN. The body's inputs are temporaries that no step writes.
     * Other axes and directions are a TRANSPOSE or SLICE before and behind. */
    MLOPS__GRAPH_SCAN = 128,
    MLOPS__GRAPH_OPERATORS
} mlops__graph_operator;

/* Real T unless said otherwise. y has the dtype of x, but for ISNAN, ISINF (bool). */
typedef enum mlops__graph_unary {
    MLOPS__UNARY_ABS,   /* number */
    MLOPS__UNARY_NEG,   /* number */
    MLOPS__UNARY_SIGN,  /* number; NaN stays */
    MLOPS__UNARY_NOT,   /* bool */
    MLOPS__UNARY_RELU,  /* number; NaN stays */
    MLOPS__UNARY_FLOOR, /* and the like of -0, infinities and NaN are themselves */
    MLOPS__UNARY_CEIL,
    MLOPS__UNARY_ROUND, /* half to even */
    MLOPS__UNARY_SQRT,
    MLOPS__UNARY_RECIPROCAL,
    MLOPS__UNARY_EXP,
    MLOPS__UNARY_LOG,
    MLOPS__UNARY_SIGMOID,
    MLOPS__UNARY_TANH,
    MLOPS__UNARY_ERF,
    MLOPS__UNARY_SOFTPLUS,
    MLOPS__UNARY_SOFTSIGN,
    MLOPS__UNARY_LEAKY_RELU,   /* a x below 0 */
    MLOPS__UNARY_ELU,          /* a (exp(x) - 1) below 0 */
    MLOPS__UNARY_SELU,         /* b x above 0, else b (a exp(x) - a) */
    MLOPS__UNARY_HARD_SIGMOID, /* max(0, min(1, a x + b)) */
    MLOPS__UNARY_ISNAN,
    MLOPS__UNARY_ISINF, /* a: -inf counts, b: inf counts */
    MLOPS__UNARIES
} mlops__graph_unary;

/* Number T unless said otherwise; z is T, or bool from LESS on. */
typedef enum mlops__graph_binary {
    MLOPS__BINARY_ADD,
    MLOPS__BINARY_SUB,
    MLOPS__BINARY_MUL,
    MLOPS__BINARY_DIV, /* integers: towards zero */
    MLOPS__BINARY_POW, /* integers to a negative power: 1, -1 or 0 as the quotient is */
    MLOPS__BINARY_MOD, /* the sign of y, as Python's */
    MLOPS__BINARY_REM, /* the sign of x, as C's fmod */
    MLOPS__BINARY_MAX, /* NaN wins */
    MLOPS__BINARY_MIN, /* NaN wins */
    MLOPS__BINARY_LESS,
    MLOPS__BINARY_LESS_EQUAL,
    MLOPS__BINARY_GREATER,
    MLOPS__BINARY_GREATER_EQUAL,
    MLOPS__BINARY_EQUAL, /* bool and text, too */
    MLOPS__BINARY_AND,   /* bool, as are the following */
    MLOPS__BINARY_OR,
    MLOPS__BINARY_XOR,
    MLOPS__BINARIES
} mlops__graph_binary;

typedef enum mlops__graph_reduction {
    MLOPS__REDUCE_SUM,
    MLOPS__REDUCE_MEAN,
    MLOPS__REDUCE_MAX,
    MLOPS__REDUCE_MIN,
    MLOPS__REDUCE_PROD,
    MLOPS__REDUCE_SUM_SQUARE,
    MLOPS__REDUCE_L1,
    MLOPS__REDUCE_L2,
    MLOPS__REDUCE_LOG_SUM,
    MLOPS__REDUCE_LOG_SUM_EXP,
    MLOPS__REDUCTIONS
} mlops__graph_reduction;

typedef enum mlops__graph_rounding {
    MLOPS__ROUND_NEAREST,
    MLOPS__ROUND_UP,  /* to the least float that is not below */
    MLOPS__ROUND_DOWN /* to the greatest float that is not above */
} mlops__graph_rounding;

/* Which class a row of scores is given. ONNX Runtime's trees: GREATEST of more than two classes; of
 * two with leaves of both ZERO; with leaves of one HALF if all weights are above 0, else ZERO. Its
 * linear models: ZERO of one score, else GREATEST. Its SVMs: the class of VOTE. */
typedef enum mlops__graph_label {
    MLOPS__LABEL_GREATEST, /* the first of the greatest; a NaN never is, unless it is the first */
    MLOPS__LABEL_HALF,     /* 1 if the last score is above 0.5 */
    MLOPS__LABEL_ZERO,     /* 1 if the last score is above 0 */
    MLOPS__LABELS
} mlops__graph_label;

/* How one score (e is 1) becomes two (c is 2). ONNX Runtime's trees: COMPLEMENT if all weights are
 * above 0, else OPPOSITE. Its linear models: COMPLEMENT. Its SVMs without probabilities: OPPOSITE,
 * with the links SOFTMAX and SOFTMAX_ZERO COMPLEMENT. */
typedef enum mlops__graph_pair {
    MLOPS__PAIR_NONE,       /* it does not: c is e, post is applied */
    MLOPS__PAIR_COMPLEMENT, /* {1 - s, s} */
    MLOPS__PAIR_OPPOSITE, /* {-s, s}; LOGISTIC makes both pairs {1 / (1 + e^s), 1 / (1 + e^-s)}, */
                          /* other posts are not applied to a pair */
    MLOPS__PAIRS
} mlops__graph_pair;

typedef enum mlops__graph_post {
    MLOPS__POST_NONE,
    MLOPS__POST_SOFTMAX,
    MLOPS__POST_LOGISTIC,
    MLOPS__POST_SOFTMAX_ZERO, /* over the scores that are not 0; those stay 0 */
    MLOPS__POST_PROBIT,
    MLOPS__POSTS
} mlops__graph_post;

typedef enum mlops__graph_kernel {
    MLOPS__KERNEL_LINEAR,
    MLOPS__KERNEL_POLY,    /* (gamma x v + coef0)^degree */
    MLOPS__KERNEL_RBF,     /* exp(-gamma |x - v|^2) */
    MLOPS__KERNEL_SIGMOID, /* tanh(gamma x v + coef0) */
    MLOPS__KERNELS
} mlops__graph_kernel;

#endif
