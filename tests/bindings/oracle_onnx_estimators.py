#!/usr/bin/python3
"""Hold estimators of scikit-learn, written as ONNX with the operators that skl2onnx uses, to scikit-learn itself, all
outputs, and to ONNX Runtime where MLOPS_ORT names it. With those of oracle_onnx_models.py it is every kind that
skl2onnx converts. Prints TAP.
"""
import sys
import warnings

import oracle_onnx_models as write
import ort
from oracle_onnx_models import B, Graph, R, T, TEST, X, Y, labels, np
from scipy import special
from sklearn import (calibration, cluster, compose, cross_decomposition, decomposition, discriminant_analysis, ensemble,
                     feature_extraction, feature_selection, gaussian_process, impute, linear_model, mixture,
                     model_selection, multiclass, multioutput, naive_bayes, neighbors, neural_network, pipeline,
                     preprocessing, random_projection, svm, tree)

warnings.filterwarnings("ignore")
I64 = np.int64
COUNTS = np.floor(np.abs(X) * 3).astype(np.float32)
COUNT_TEST = np.floor(np.abs(TEST) * 3).astype(np.float32)
cases = {}


def case(*names):
    """A function that gives, of the estimator named, a graph's bytes, rows and what its outputs are."""
    def keep(make):
        cases.update({name: make for name in names})
        return make
    return keep


# --- parts of graphs

def ints(g, values):
    return g.const(values, I64)


def flat(g, x, name=None):
    return g.node("Reshape", x, ints(g, [-1]), outs=[name] if name else 1)


def column(g, x, name=None):
    return g.node("Reshape", x, ints(g, [-1, 1]), outs=[name] if name else 1)


def affine(g, x, weights, bias):
    return g.node("Add", g.node("MatMul", x, g.const(weights)), g.const(np.atleast_2d(bias)))


def rows_sum(g, x, axis=1, keepdims=1):
    return g.node("ReduceSum", x, ints(g, [axis]), keepdims=keepdims)


def some_columns(g, x, index):
    return g.ml("ArrayFeatureExtractor", x, ints(g, index))


def normalised(g, x, name=None):
    return g.node("Div", x, rows_sum(g, x), outs=[name] if name else 1)


def classes_at(g, index, classes):
    """The label output, of places in classes."""
    picked = g.ml("ArrayFeatureExtractor", ints(g, classes), index)
    flat(g, g.node("Cast", picked, to=T.INT64), "label")


def best(g, scores, classes):
    classes_at(g, g.node("ArgMax", scores, axis=1), classes)


def two_sided(g, score):
    """Of the score of the second class those of both."""
    return g.node("Concat", g.node("Neg", score), score, axis=1)


def classifier(g, width=6, kind=T.FLOAT, inputs=None):
    return g.model(inputs or [("X", kind, width)], [("label", T.INT64, 1), ("probabilities", T.FLOAT, 2)])


def variable(g, width=6, kind=T.FLOAT, out=T.FLOAT, inputs=None):
    return g.model(inputs or [("X", kind, width)], [("variable", out, 2)])


def told(m, rows=TEST):
    return {"label": m.predict(rows), "probabilities": m.predict_proba(rows)}


def forest_probabilities(g, x, m, name=None):
    """Probabilities of a decision tree of three classes."""
    a = write.tree_attributes([m], "class")
    out = g.ml("TreeEnsembleClassifier", x, outs=[g.name("label"), name or g.name("p")], post_transform="NONE",
               **labels(m.classes_), **a)
    return out[1]


def linear_node(g, x, m, name="variable"):
    coef = np.atleast_2d(m.coef_)
    return g.ml("LinearRegressor", x, outs=[name], coefficients=coef.ravel().tolist(), targets=len(coef),
                intercepts=np.broadcast_to(np.atleast_1d(m.intercept_), len(coef)).tolist())


# --- linear

LINEAR = {"ARDRegression": linear_model.ARDRegression(), "BayesianRidge": linear_model.BayesianRidge(),
          "ElasticNet": linear_model.ElasticNet(0.1), "ElasticNetCV": linear_model.ElasticNetCV(),
          "HuberRegressor": linear_model.HuberRegressor(), "Lars": linear_model.Lars(), "LarsCV": linear_model.LarsCV(),
          "Lasso": linear_model.Lasso(0.1), "LassoCV": linear_model.LassoCV(), "LassoLars": linear_model.LassoLars(0.01),
          "LassoLarsCV": linear_model.LassoLarsCV(), "LassoLarsIC": linear_model.LassoLarsIC(),
          "LinearRegression": linear_model.LinearRegression(), "LinearSVR": svm.LinearSVR(random_state=0),
          "MultiTaskElasticNet": linear_model.MultiTaskElasticNet(0.1),
          "MultiTaskElasticNetCV": linear_model.MultiTaskElasticNetCV(cv=3),
          "MultiTaskLasso": linear_model.MultiTaskLasso(0.1), "MultiTaskLassoCV": linear_model.MultiTaskLassoCV(cv=3),
          "OrthogonalMatchingPursuit": linear_model.OrthogonalMatchingPursuit(),
          "OrthogonalMatchingPursuitCV": linear_model.OrthogonalMatchingPursuitCV(cv=3),
          "PassiveAggressiveRegressor": linear_model.PassiveAggressiveRegressor(random_state=0),
          "QuantileRegressor": linear_model.QuantileRegressor(alpha=0.01, solver="highs"),
          "Ridge": linear_model.Ridge(), "RidgeCV": linear_model.RidgeCV(),
          "SGDRegressor": linear_model.SGDRegressor(random_state=0),
          "TheilSenRegressor": linear_model.TheilSenRegressor(random_state=0, max_subpopulation=200)}


@case(*LINEAR)
def linear(name):
    m = LINEAR[name].fit(X, np.stack([R, -2 * R], 1) if name.startswith("MultiTask") else R)
    g = Graph()
    linear_node(g, "X", m)
    return variable(g), TEST, {"variable": m.predict(TEST)}


@case("RANSACRegressor", "GridSearchCV", "Pipeline", "TransformedTargetRegressor")
def within(name):
    """What stands around a model is gone once it is fitted."""
    if name == "RANSACRegressor":
        m = linear_model.RANSACRegressor(random_state=0).fit(X, R)
        inner = m.estimator_
    elif name == "GridSearchCV":
        m = model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [0.1, 1]}, cv=3).fit(X, R)
        inner = m.best_estimator_
    elif name == "Pipeline":
        m = pipeline.make_pipeline(linear_model.Ridge()).fit(X, R)
        inner = m[-1]
    else:
        m = compose.TransformedTargetRegressor(linear_model.Ridge()).fit(X, R)
        inner = m.regressor_
    g = Graph()
    linear_node(g, "X", inner)
    return variable(g), TEST, {"variable": m.predict(TEST)}


@case("PoissonRegressor", "GammaRegressor", "TweedieRegressor")
def logarithmic(name):
    m = getattr(linear_model, name)(**({"power": 1.5} if name[0] == "T" else {})).fit(X, np.abs(R) + 0.5)
    g = Graph()
    g.node("Exp", linear_node(g, "X", m, "eta"), outs=["variable"])
    return variable(g), TEST, {"variable": m.predict(TEST)}


@case("LogisticRegressionCV", "LinearDiscriminantAnalysis")
def logistic(name):
    m = (linear_model.LogisticRegressionCV(cv=3, max_iter=500) if name[1] == "o" else
         discriminant_analysis.LinearDiscriminantAnalysis()).fit(X, Y)
    return write.linear_classifier(m, "SOFTMAX"), TEST, told(m)


@case("LinearSVC", "Perceptron", "PassiveAggressiveClassifier", "RidgeClassifier", "RidgeClassifierCV")
def margins(name):
    m = getattr(svm if name == "LinearSVC" else linear_model, name)().fit(X, Y)
    g = Graph()
    g.ml("LinearClassifier", "X", outs=["label", "probabilities"], coefficients=m.coef_.ravel().tolist(),
         intercepts=m.intercept_.tolist(), multi_class=1, post_transform="NONE", **write.int_labels(m.classes_))
    return classifier(g), TEST, {"label": m.predict(TEST), "probabilities": m.decision_function(TEST)}


@case("SGDClassifier", "SGDClassifier modified_huber")
def descent(name):
    loss = name.split()[1] if " " in name else "log_loss"
    m = linear_model.SGDClassifier(loss=loss, alpha=0.5, random_state=0).fit(X, Y)
    g = Graph()
    scores = affine(g, "X", m.coef_.T, m.intercept_)
    if loss == "log_loss":
        shares = g.node("Sigmoid", scores)
        normalised(g, shares, "probabilities")
    else:
        clipped = g.node("Div", g.node("Add", g.node("Clip", scores, g.const(-1), g.const(1)), g.const(1)), g.const(2))
        total = rows_sum(g, clipped)
        none = g.node("Equal", total, g.const(0))
        one = g.node("Where", none, g.const(1), clipped)
        g.node("Div", one, rows_sum(g, one), outs=["probabilities"])
    best(g, scores, m.classes_)
    return classifier(g), TEST, told(m)


@case("SGDOneClassSVM")
def one_class(_):
    m = linear_model.SGDOneClassSVM(random_state=0, nu=0.3).fit(X)
    g = Graph()
    score = affine(g, "X", m.coef_.reshape(-1, 1), -m.offset_)
    sign = g.node("Where", g.node("GreaterOrEqual", score, g.const(0)), ints(g, 1), ints(g, -1))
    flat(g, sign, "label")
    column(g, score, "scores")
    return (g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 1), ("scores", T.FLOAT, 2)]), TEST,
            {"label": m.predict(TEST), "scores": m.decision_function(TEST)})


@case("NuSVC", "NuSVR")
def nu(name):
    if name == "NuSVR":
        m = svm.NuSVR().fit(X, R)
        return write.support_regressor(m), TEST, {"variable": m.predict(TEST)}
    m = svm.NuSVC(decision_function_shape="ovo").fit(X, Y)
    return write.support_classifier(m), TEST, {"label": m.predict(TEST), "probabilities": m.decision_function(TEST)}


# --- naive Bayes, mixtures, discriminants, processes

def joint_tail(g, joint, classes):
    best(g, joint, classes)
    logs = g.node("ReduceLogSumExp", joint, axes=[1], keepdims=1)
    g.node("Exp", g.node("Sub", joint, logs), outs=["probabilities"])
    return classifier(g)


@case("BernoulliNB", "MultinomialNB", "ComplementNB", "CategoricalNB")
def bayes(name):
    m = getattr(naive_bayes, name)()
    g = Graph()
    if name == "CategoricalNB":
        low, test = np.minimum(COUNTS, 4), np.minimum(COUNT_TEST, 4)
        m = naive_bayes.CategoricalNB(min_categories=5).fit(low, Y)
        whole, parts = g.node("Cast", "X", to=T.INT64), []
        for j, table in enumerate(m.feature_log_prob_):
            of = flat(g, some_columns(g, whole, [j]))
            parts.append(g.node("Transpose", g.ml("ArrayFeatureExtractor", g.const(table), of), perm=[1, 0]))
        joint = g.node("Add", g.node("Sum", *parts), g.const(m.class_log_prior_[None]))
        return joint_tail(g, joint, m.classes_), test, told(m, test)
    m.fit(COUNTS, Y)
    if name == "BernoulliNB":
        x = g.node("Cast", g.node("Greater", "X", g.const(0)), to=T.FLOAT)
        none = np.log(1 - np.exp(m.feature_log_prob_))
        joint = affine(g, x, (m.feature_log_prob_ - none).T, m.class_log_prior_ + none.sum(1))
    elif name == "MultinomialNB":
        joint = affine(g, "X", m.feature_log_prob_.T, m.class_log_prior_)
    else:
        joint = g.node("MatMul", "X", g.const(m.feature_log_prob_.T))
    return joint_tail(g, joint, m.classes_), COUNT_TEST, told(m, COUNT_TEST)


@case("GaussianMixture", "GaussianMixture diag", "GaussianMixture tied", "GaussianMixture spherical",
      "BayesianGaussianMixture")
def mixtures(name):
    kind = name.split()[1] if " " in name else "full"
    if name[0] == "B":
        m = mixture.BayesianGaussianMixture(n_components=3, reg_covar=0.1, random_state=0).fit(X)
    else:
        m = mixture.GaussianMixture(3, covariance_type=kind, reg_covar=0.1, random_state=0).fit(X)
    g, c = Graph(), m.precisions_cholesky_
    if kind in ("full", "tied"):
        parts = []
        for k in range(3):
            p = c[k] if kind == "full" else c
            y = affine(g, "X", p, -m.means_[k] @ p)
            parts.append(g.node("ReduceSumSquare", y, axes=[1], keepdims=1))
        quadratic = g.node("Concat", *parts, axis=1)
    else:
        p = c ** 2 if kind == "diag" else (c ** 2)[:, None] * np.ones((1, 6))
        left = g.node("MatMul", g.node("Mul", "X", "X"), g.const(p.T))
        right = g.node("MatMul", "X", g.const(-2 * (m.means_ * p).T))
        quadratic = g.node("Add", g.node("Add", left, right), g.const((m.means_ ** 2 * p).sum(1)[None]))
    det = {"full": lambda: np.log(np.diagonal(c, axis1=1, axis2=2)).sum(1), "tied": lambda: np.log(np.diag(c)).sum(),
           "diag": lambda: np.log(c).sum(1), "spherical": lambda: 6 * np.log(c)}[kind]()
    const = m._estimate_log_weights() + det - 0.5 * 6 * np.log(2 * np.pi)
    if name[0] == "B":
        wide = -3 * np.log(m.degrees_of_freedom_)
        lam = 6 * np.log(2) + special.digamma(0.5 * (m.degrees_of_freedom_ - np.arange(6)[:, None])).sum(0)
        const = const + wide + 0.5 * (lam - 6 / m.mean_precision_)
    joint = g.node("Add", g.node("Mul", quadratic, g.const(-0.5)), g.const(np.broadcast_to(const, (1, 3))))
    return joint_tail(g, joint, np.arange(3)), TEST, told(m)


@case("QuadraticDiscriminantAnalysis")
def quadratic(_):
    m = discriminant_analysis.QuadraticDiscriminantAnalysis(store_covariance=True).fit(X, Y)
    g, parts, logs = Graph(), [], []
    for k in range(3):
        turn = m.rotations_[k] * m.scalings_[k] ** -0.5
        z = affine(g, "X", turn, -m.means_[k] @ turn)
        parts.append(g.node("ReduceSumSquare", z, axes=[1], keepdims=1))
        logs.append(np.log(m.scalings_[k]).sum())
    norms = g.node("Concat", *parts, axis=1)
    score = g.node("Add", g.node("Mul", g.node("Add", norms, g.const([logs])), g.const(-0.5)),
                   g.const(np.log(m.priors_)[None]))
    top = g.node("Sub", score, g.node("ReduceMax", score, axes=[1], keepdims=1))
    normalised(g, g.node("Exp", top), "probabilities")
    best(g, score, m.classes_)
    return classifier(g), TEST, told(m)


@case("GaussianProcessRegressor", "GaussianProcessClassifier")
def processes(name):
    kernel = 1.5 * gaussian_process.kernels.RBF(2.0)
    g = Graph()
    if name.endswith("Regressor"):
        m = gaussian_process.GaussianProcessRegressor(kernel, alpha=0.5, optimizer=None).fit(X[:120], R[:120])
        k = g.node("Mul", g.node("Exp", g.node("Mul", write.distances(g, X[:120]), g.const(-1 / 8))), g.const(1.5))
        g.node("MatMul", k, g.const(m.alpha_.reshape(-1, 1)), outs=["variable"])
        return variable(g), TEST, {"variable": m.predict(TEST)}
    m = gaussian_process.GaussianProcessClassifier(kernel, optimizer=None).fit(X[:120], B[:120])
    inner = m.base_estimator_
    def wide(values):
        return g.const(values, np.float64)

    k = g.node("Mul", g.node("Exp", g.node("Mul", write.distances(g, X[:120]), g.const(-1 / 8))), g.const(1.5))
    k = g.node("Cast", k, to=T.DOUBLE)  # the coefficients below cancel
    f = g.node("MatMul", k, wide((inner.y_train_ - inner.pi_)[:, None]))
    v = g.node("MatMul", g.node("Mul", k, wide(inner.W_sr_[None])), wide(np.linalg.inv(inner.L_).T))
    var = g.node("Sub", wide(1.5), g.node("ReduceSumSquare", v, axes=[1], keepdims=1))
    alpha = g.node("Div", wide(1), g.node("Mul", wide(2), var))
    from sklearn.gaussian_process._gpc import COEFS, LAMBDAS
    gamma = g.node("Mul", wide(LAMBDAS.reshape(1, -1)), f)
    root = g.node("Sqrt", g.node("Div", wide(np.pi), alpha))
    erf = g.node("Erf", g.node("Mul", gamma, g.node("Sqrt", g.node("Div", alpha, g.node(
        "Add", alpha, wide(LAMBDAS.reshape(1, -1) ** 2))))))
    under = g.node("Mul", wide(2), g.node("Sqrt", g.node("Mul", var, wide(2 * np.pi))))
    parts = g.node("Div", g.node("Mul", root, erf), under)
    p = g.node("Add", g.node("MatMul", parts, wide(COEFS.reshape(-1, 1))), wide(0.5 * COEFS.sum()))
    both = g.node("Concat", g.node("Sub", wide(1), p), p, axis=1)
    g.node("Cast", both, outs=["probabilities"], to=T.FLOAT)
    classes_at(g, flat(g, g.node("Cast", g.node("Greater", f, wide(0)), to=T.INT64)), m.classes_)
    return classifier(g), TEST, told(m)


# --- columns made of columns

PICKERS = {"SelectKBest": feature_selection.SelectKBest(k=3), "SelectFdr": feature_selection.SelectFdr(),
           "SelectFpr": feature_selection.SelectFpr(), "SelectFwe": feature_selection.SelectFwe(),
           "SelectPercentile": feature_selection.SelectPercentile(percentile=50),
           "GenericUnivariateSelect": feature_selection.GenericUnivariateSelect(mode="k_best", param=2),
           "VarianceThreshold": feature_selection.VarianceThreshold(0.9),
           "RFE": feature_selection.RFE(linear_model.Ridge(), n_features_to_select=3),
           "RFECV": feature_selection.RFECV(linear_model.Ridge(), cv=3),
           "SelectFromModel": feature_selection.SelectFromModel(linear_model.Ridge())}


@case(*PICKERS)
def pickers(name):
    m = PICKERS[name].fit(X, Y)
    g = Graph()
    g.ml("ArrayFeatureExtractor", "X", ints(g, m.get_support(indices=True)), outs=["variable"])
    return variable(g), TEST, {"variable": m.transform(TEST)}


@case("PCA", "PCA whitened", "IncrementalPCA", "TruncatedSVD", "GaussianRandomProjection", "PLSRegression",
      "NeighborhoodComponentsAnalysis", "KernelCenterer", "FunctionTransformer")
def projections(name):
    g, want = Graph(), None
    if name == "FunctionTransformer":
        m = preprocessing.FunctionTransformer().fit(X)
        g.node("Identity", "X", outs=["variable"])
    elif name == "KernelCenterer":
        m = preprocessing.KernelCenterer().fit(X[:6] @ X[:6].T)
        mean = g.node("Div", rows_sum(g, "X"), g.const(6))
        g.node("Add", g.node("Sub", g.node("Sub", "X", g.const(m.K_fit_rows_[None])), mean), g.const(m.K_fit_all_),
               outs=["variable"])
    elif name == "PLSRegression":
        m = cross_decomposition.PLSRegression(3).fit(X, R)
        centred = g.node("Div", g.node("Sub", "X", g.const(m._x_mean[None])), g.const(m._x_std[None]))
        out = g.node("MatMul", centred, g.const(m._coef_.T))
        g.node("Add", out, g.const(np.reshape(m.intercept_, (1, -1))), outs=["variable"])
        want = m.predict(TEST)
    else:
        kinds = {"PCA": decomposition.PCA(3), "PCA whitened": decomposition.PCA(3, whiten=True),
                 "IncrementalPCA": decomposition.IncrementalPCA(3),
                 "TruncatedSVD": decomposition.TruncatedSVD(3, random_state=0),
                 "GaussianRandomProjection": random_projection.GaussianRandomProjection(3, random_state=0),
                 "NeighborhoodComponentsAnalysis": neighbors.NeighborhoodComponentsAnalysis(3, random_state=0)}
        m = kinds[name].fit(X, Y)
        x = g.node("Sub", "X", g.const(m.mean_[None])) if hasattr(m, "mean_") else "X"
        y = g.node("MatMul", x, g.const(m.components_.T))
        if name == "PCA whitened":
            y = g.node("Div", y, g.const(np.sqrt(m.explained_variance_)[None]))
        g.node("Identity", y, outs=["variable"])
    return variable(g), TEST, {"variable": m.transform(TEST) if want is None else want}


@case("KernelPCA rbf", "KernelPCA poly", "KernelPCA cosine")
def kernel_components(name):
    kind = name.split()[1]
    m = decomposition.KernelPCA(3, kernel=kind, gamma=0.2, degree=2, coef0=1, random_state=0).fit(X[:80])
    g, points = Graph(), m.X_fit_
    if kind == "rbf":
        k = g.node("Exp", g.node("Mul", write.distances(g, points), g.const(-0.2)))
    elif kind == "poly":
        k = g.node("Pow", g.node("Add", g.node("Mul", g.node("MatMul", "X", g.const(points.T)), g.const(0.2)),
                                 g.const(1)), g.const(2))
    else:
        unit = points / np.linalg.norm(points, axis=1, keepdims=True)
        x = g.node("Div", "X", g.node("Sqrt", g.node("ReduceSumSquare", "X", axes=[1], keepdims=1)))
        k = g.node("MatMul", x, g.const(unit.T))
    c = m._centerer
    mean = g.node("Div", rows_sum(g, k), g.const(len(points)))
    centred = g.node("Add", g.node("Sub", g.node("Sub", k, g.const(c.K_fit_rows_[None])), mean), g.const(c.K_fit_all_))
    g.node("MatMul", centred, g.const(m.eigenvectors_ / np.sqrt(m.eigenvalues_)), outs=["variable"])
    return variable(g), TEST, {"variable": m.transform(TEST)}


@case("PolynomialFeatures", "PolynomialFeatures interactions")
def polynomials(name):
    m = preprocessing.PolynomialFeatures(3, interaction_only=" " in name).fit(X)
    g, parts = Graph(), []
    for powers in m.powers_:
        index = np.repeat(np.arange(6), powers)
        if len(index) == 0:
            one = g.node("Mul", some_columns(g, "X", [0]), g.const(0))
            parts.append(g.node("Add", one, g.const(1)))
        else:
            parts.append(g.node("ReduceProd", some_columns(g, "X", index), axes=[1], keepdims=1))
    g.node("Concat", *parts, outs=["variable"], axis=1)
    return variable(g), TEST, {"variable": m.transform(TEST)}


@case("PowerTransformer yeo-johnson", "PowerTransformer box-cox")
def powers(name):
    method = name.split()[1]
    rows, test = (X, TEST) if method[0] == "y" else (np.abs(X) + 0.5, np.abs(TEST) + 0.5)
    m = preprocessing.PowerTransformer(method).fit(rows)
    g, parts = Graph(), []
    for j, l in enumerate(m.lambdas_):
        x = some_columns(g, "X", [j])
        if method[0] == "b":
            parts.append(g.node("Div", g.node("Sub", g.node("Pow", x, g.const(l)), g.const(1)), g.const(l)))
            continue
        above = g.node("Max", x, g.const(0))
        below = g.node("Max", g.node("Neg", x), g.const(0))
        up = g.node("Div", g.node("Sub", g.node("Pow", g.node("Add", above, g.const(1)), g.const(l)), g.const(1)), g.const(l))
        down = g.node("Div", g.node("Sub", g.node("Pow", g.node("Add", below, g.const(1)), g.const(2 - l)), g.const(1)),
                      g.const(l - 2))
        parts.append(g.node("Where", g.node("Less", x, g.const(0)), down, up))
    g.ml("Scaler", g.node("Concat", *parts, axis=1), outs=["variable"], offset=m._scaler.mean_.tolist(),
         scale=(1 / m._scaler.scale_).tolist())
    return variable(g), test.astype(np.float32), {"variable": m.transform(test.astype(np.float32))}


@case("KBinsDiscretizer ordinal", "KBinsDiscretizer onehot-dense")
def bins(name):
    m = preprocessing.KBinsDiscretizer(4, encode=name.split()[1], strategy="quantile").fit(X)
    g, parts = Graph(), []
    for j, edges in enumerate(m.bin_edges_):
        above = g.node("Cast", g.node("GreaterOrEqual", some_columns(g, "X", [j]), g.const(edges[None, 1:-1])), to=T.FLOAT)
        place = rows_sum(g, above)
        if "onehot" in name:
            hot = g.ml("OneHotEncoder", g.node("Cast", place, to=T.INT64), cats_int64s=list(range(len(edges) - 1)), zeros=1)
            place = g.node("Reshape", hot, ints(g, [-1, len(edges) - 1]))
        parts.append(place)
    g.node("Concat", *parts, outs=["variable"], axis=1)
    return variable(g), TEST, {"variable": m.transform(TEST)}


@case("OrdinalEncoder", "OneHotEncoder drop", "LabelEncoder", "LabelBinarizer", "FeatureUnion", "ColumnTransformer")
def encoders(name):
    rows = np.stack([np.arange(60) % 3, np.arange(60) * 7 % 5], 1).astype(I64)
    g = Graph()
    if name in ("LabelEncoder", "LabelBinarizer"):
        values = np.array([3, 7, 10, 12])
        rows = values[np.arange(60) % 4][:, None]
        if name == "LabelEncoder":
            m = preprocessing.LabelEncoder().fit(values)
            g.ml("LabelEncoder", "X", outs=["variable"], keys_int64s=values.tolist(), values_int64s=list(range(4)))
            return variable(g, 1, T.INT64, T.INT64), rows, {"variable": m.transform(rows.ravel())}
        m = preprocessing.LabelBinarizer().fit(values)
        parts = [g.node("Cast", g.node("Equal", "X", ints(g, [[v]])), to=T.INT64) for v in values]
        g.node("Concat", *parts, outs=["variable"], axis=1)
        return variable(g, 1, T.INT64, T.INT64), rows, {"variable": m.transform(rows.ravel())}
    if name in ("FeatureUnion", "ColumnTransformer"):
        steps = [("a", preprocessing.StandardScaler()), ("b", preprocessing.MaxAbsScaler())]
        apart = name == "ColumnTransformer"
        m = (compose.ColumnTransformer([(n, s, [j, j + 3]) for j, (n, s) in enumerate(steps)], remainder="drop") if apart
             else pipeline.FeatureUnion(steps)).fit(X)
        parts = []
        for j, s in enumerate([each[1] for each in (m.transformers_[:2] if apart else m.transformer_list)]):
            x = some_columns(g, "X", [j, j + 3]) if apart else "X"
            offset = getattr(s, "mean_", np.zeros(len(s.scale_)))
            parts.append(g.ml("Scaler", x, offset=offset.tolist(), scale=(1 / s.scale_).tolist()))
        g.node("Concat", *parts, outs=["variable"], axis=1)
        return variable(g), TEST, {"variable": m.transform(TEST)}
    parts = []
    if name == "OrdinalEncoder":
        m = preprocessing.OrdinalEncoder().fit(rows)
        for j, cats in enumerate(m.categories_):
            parts.append(g.ml("LabelEncoder", some_columns(g, "X", [j]), keys_int64s=cats.tolist(),
                              values_int64s=list(range(len(cats)))))
        g.node("Cast", g.node("Concat", *parts, axis=1), outs=["variable"], to=T.FLOAT)
    else:
        m = preprocessing.OneHotEncoder(drop="first", sparse_output=False).fit(rows)
        for j, cats in enumerate(m.categories_):
            hot = g.ml("OneHotEncoder", some_columns(g, "X", [j]), cats_int64s=cats.tolist(), zeros=1)
            parts.append(some_columns(g, g.node("Reshape", hot, ints(g, [-1, len(cats)])), range(1, len(cats))))
        g.node("Concat", *parts, outs=["variable"], axis=1)
    return variable(g, 2, T.INT64), rows, {"variable": m.transform(rows)}


@case("Binarizer", "Normalizer l1", "Normalizer l2", "Normalizer max", "SimpleImputer most_frequent")
def rowwise(name):
    g, rows = Graph(), TEST
    if name == "Binarizer":
        m = preprocessing.Binarizer(threshold=0.3).fit(X)
        g.ml("Binarizer", "X", outs=["variable"], threshold=0.3)
    elif name[0] == "N":
        norm = name.split()[1]
        m = preprocessing.Normalizer(norm).fit(X)
        if norm == "max":  # the operator's MAX is of values with their sign
            g.node("Div", "X", g.node("ReduceMax", g.node("Abs", "X"), axes=[1], keepdims=1), outs=["variable"])
        else:
            g.ml("Normalizer", "X", outs=["variable"], norm=norm.upper())
    else:
        rows = COUNT_TEST.copy()
        rows[::3, 1] = np.nan
        m = impute.SimpleImputer(strategy="most_frequent").fit(COUNTS)
        g.ml("Imputer", "X", outs=["variable"], imputed_value_floats=m.statistics_.tolist(),
             replaced_value_float=float("nan"))
    return variable(g), rows, {"variable": m.transform(rows)}


@case("CountVectorizer", "CountVectorizer characters", "TfidfTransformer")
def texts(name):
    g = Graph()
    if name == "TfidfTransformer":
        m = feature_extraction.text.TfidfTransformer(sublinear_tf=True).fit(COUNTS)
        seen = g.node("Cast", g.node("Greater", "X", g.const(0)), to=T.FLOAT)
        log = g.node("Add", g.node("Log", g.node("Max", "X", g.const(1))), g.const(1))
        g.ml("Normalizer", g.node("Mul", g.node("Mul", log, seen), g.const(m.idf_[None])), outs=["variable"], norm="L2")
        return variable(g), COUNT_TEST, {"variable": m.transform(COUNT_TEST).toarray()}
    said = ["the cat sat on the mat", "a dog and a cat", "mats for dogs", "the the the", "sat", "on and on"]
    letters = name.endswith("characters")
    m = feature_extraction.text.CountVectorizer(analyzer="char" if letters else "word", token_pattern="[a-z]+").fit(said)
    places = sorted(m.vocabulary_.items(), key=lambda kv: kv[1])
    tokens = g.node("Tokenizer", flat(g, "X"), domain="com.microsoft", mark=0, mincharnum=1, pad_value="#",
                    tokenexp="." if letters else "[a-z]+")
    g.node("TfIdfVectorizer", tokens, outs=["variable"], mode="TF", min_gram_length=1, max_gram_length=1, max_skip_count=0,
           pool_strings=[k for k, _ in places], ngram_counts=[0], ngram_indexes=[v for _, v in places])
    return variable(g, 1, T.STRING), {"X": said}, {"variable": m.transform(said).toarray()}


# --- ensembles and what stands around classifiers

@case("AdaBoostClassifier SAMME", "AdaBoostClassifier SAMME.R")
def boosted(name):
    kind = name.split()[1]
    m = ensemble.AdaBoostClassifier(tree.DecisionTreeClassifier(max_depth=2), n_estimators=8, algorithm=kind,
                                    random_state=0).fit(X, Y)
    g, parts = Graph(), []
    for e, w in zip(m.estimators_, m.estimator_weights_):
        p = forest_probabilities(g, "X", e)
        if kind == "SAMME":
            top = flat(g, g.node("ArgMax", p, axis=1))
            hot = g.ml("OneHotEncoder", top, cats_int64s=[0, 1, 2], zeros=1)
            parts.append(g.node("Mul", g.node("Reshape", hot, ints(g, [-1, 3])), g.const(w)))
        else:
            logs = g.node("Log", g.node("Clip", p, g.const(np.finfo(np.float64).eps)))
            mean = g.node("Div", rows_sum(g, logs), g.const(3))
            parts.append(g.node("Mul", g.node("Sub", logs, mean), g.const(2)))
    total = g.node("Div", g.node("Sum", *parts), g.const(m.estimator_weights_.sum()))
    best(g, total, m.classes_)
    g.node("Softmax", g.node("Div", total, g.const(2)), outs=["probabilities"], axis=1)
    return classifier(g), TEST, told(m)


@case("AdaBoostRegressor")
def weighted_median(_):
    m = ensemble.AdaBoostRegressor(tree.DecisionTreeRegressor(max_depth=3), n_estimators=7, random_state=0).fit(X, R)
    g, k = Graph(), len(m.estimators_)
    each = [g.ml("TreeEnsembleRegressor", "X", n_targets=1, **write.tree_attributes([(0, e)], "target"))
            for e in m.estimators_]
    values = g.node("Concat", *each, axis=1)
    low, order = g.node("TopK", values, ints(g, [k]), outs=2, axis=1, largest=0)
    weights = g.node("Reshape", g.ml("ArrayFeatureExtractor", g.const(m.estimator_weights_[None]), flat(g, order)),
                     ints(g, [-1, k]))
    cdf = g.node("CumSum", weights, ints(g, 1))
    enough = g.node("GreaterOrEqual", cdf, g.const(0.5 * m.estimator_weights_.sum()))
    place = g.node("ArgMax", g.node("Cast", enough, to=T.FLOAT), axis=1, keepdims=1)
    g.node("GatherElements", low, place, outs=["variable"], axis=1)
    return variable(g), TEST, {"variable": m.predict(TEST)}


@case("BaggingClassifier", "BaggingRegressor", "VotingRegressor", "StackingRegressor", "MultiOutputRegressor")
def bags(name):
    g = Graph()
    if name == "BaggingClassifier":
        m = ensemble.BaggingClassifier(tree.DecisionTreeClassifier(max_depth=4), 5, max_features=0.7, random_state=0).fit(X, Y)
        parts = [forest_probabilities(g, some_columns(g, "X", f), e) for e, f in zip(m.estimators_, m.estimators_features_)]
        mean = g.node("Mean", *parts)
        g.node("Identity", mean, outs=["probabilities"])
        best(g, mean, m.classes_)
        return classifier(g), TEST, told(m)
    ridge, svr = linear_model.Ridge(), svm.LinearSVR(random_state=0)
    if name == "BaggingRegressor":
        m = ensemble.BaggingRegressor(ridge, 4, random_state=0).fit(X, R)
        models = m.estimators_
    elif name == "MultiOutputRegressor":
        m = multioutput.MultiOutputRegressor(svr).fit(X, np.stack([R, R ** 2], 1))
        models = m.estimators_
    else:
        kind = getattr(ensemble, name)
        m = kind([("a", ridge), ("b", svr)]).fit(X, R)
        models = m.estimators_
    parts = [linear_node(g, "X", e, g.name("part")) for e in models]
    if name in ("BaggingRegressor", "VotingRegressor"):
        g.node("Mean", *parts, outs=["variable"])
    else:
        both = g.node("Concat", *parts, axis=1, outs=["variable"] if name[0] == "M" else 1)
        if name[0] == "S":
            linear_node(g, both, m.final_estimator_)
    return variable(g), TEST, {"variable": m.predict(TEST)}


@case("VotingClassifier soft", "VotingClassifier hard", "StackingClassifier", "MultiOutputClassifier")
def votes(name):
    one, two = tree.DecisionTreeClassifier(max_depth=3), tree.DecisionTreeClassifier(max_depth=6, min_samples_leaf=9)
    g = Graph()
    if name == "MultiOutputClassifier":
        m = multioutput.MultiOutputClassifier(one).fit(X, np.stack([Y, (Y + 1) % 3], 1))
        parts = [forest_probabilities(g, "X", e) for e in m.estimators_]
        tops = [column(g, g.node("ArgMax", p, axis=1)) for p in parts]
        g.node("Concat", *tops, outs=["label"], axis=1)
        g.node("Concat", *parts, outs=["probabilities"], axis=1)
        made = g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 2), ("probabilities", T.FLOAT, 2)])
        return made, TEST, {"label": m.predict(TEST), "probabilities": np.hstack(m.predict_proba(TEST))}
    if name == "StackingClassifier":
        m = ensemble.StackingClassifier([("a", one), ("b", two)]).fit(X, Y)
        both = g.node("Concat", *[forest_probabilities(g, "X", e) for e in m.estimators_], axis=1)
        last = m.final_estimator_
        g.ml("LinearClassifier", both, outs=["label", "probabilities"], coefficients=last.coef_.ravel().tolist(),
             intercepts=last.intercept_.tolist(), multi_class=1, post_transform="SOFTMAX", **write.int_labels(m.classes_))
        return classifier(g), TEST, told(m)
    soft = name.endswith("soft")
    m = ensemble.VotingClassifier([("a", one), ("b", two)], voting="soft" if soft else "hard", weights=[2, 1]).fit(X, Y)
    parts = []
    for e, w in zip(m.estimators_, (2, 1)):
        p = forest_probabilities(g, "X", e)
        if not soft:
            hot = g.ml("OneHotEncoder", flat(g, g.node("ArgMax", p, axis=1)), cats_int64s=[0, 1, 2], zeros=1)
            p = g.node("Reshape", hot, ints(g, [-1, 3]))
        parts.append(g.node("Mul", p, g.const(w / 3)))
    total = g.node("Sum", *parts)
    best(g, total, m.classes_)
    g.node("Identity", total, outs=["probabilities"])
    if soft:
        return classifier(g), TEST, told(m)
    hot = [np.eye(3)[e.predict(TEST)] for e in m.estimators_]
    return classifier(g), TEST, {"label": m.predict(TEST), "probabilities": (2 * hot[0] + hot[1]) / 3}


@case("OneVsRestClassifier", "OneVsOneClassifier", "ClassifierChain")
def many_of_two(name):
    inner = linear_model.LogisticRegression()
    g = Graph()
    if name == "OneVsRestClassifier":
        m = multiclass.OneVsRestClassifier(inner).fit(X, Y)
        shares = [g.node("Sigmoid", affine(g, "X", e.coef_.T, e.intercept_)) for e in m.estimators_]
        both = g.node("Concat", *shares, axis=1)
        normalised(g, both, "probabilities")
        best(g, both, m.classes_)
        return classifier(g), TEST, told(m)
    if name == "OneVsOneClassifier":
        m = multiclass.OneVsOneClassifier(inner).fit(X, Y)
        votes, sums, k = [[] for _ in range(3)], [[] for _ in range(3)], 0
        for i in range(3):
            for j in range(i + 1, 3):
                e = m.estimators_[k]
                k += 1
                score = affine(g, "X", e.coef_.T, e.intercept_)
                won = g.node("Cast", g.node("Greater", score, g.const(0)), to=T.FLOAT)
                votes[j].append(won)
                votes[i].append(g.node("Sub", g.const(1), won))
                sums[j].append(score)
                sums[i].append(g.node("Neg", score))
        total = g.node("Concat", *[g.node("Sum", *v) for v in sums], axis=1)
        soft = g.node("Div", total, g.node("Mul", g.const(3), g.node("Add", g.node("Abs", total), g.const(1))))
        score = g.node("Add", g.node("Concat", *[g.node("Sum", *v) for v in votes], axis=1), soft)
        g.node("Identity", score, outs=["probabilities"])
        best(g, score, m.classes_)
        return classifier(g), TEST, {"label": m.predict(TEST), "probabilities": m.decision_function(TEST)}
    m = multioutput.ClassifierChain(inner, order=[0, 1]).fit(X, np.stack([B, Y == 1], 1).astype(int))
    first = affine(g, "X", m.estimators_[0].coef_.T, m.estimators_[0].intercept_)
    label = g.node("Cast", g.node("Greater", first, g.const(0)), to=T.FLOAT)
    second = affine(g, g.node("Concat", "X", label, axis=1), m.estimators_[1].coef_.T, m.estimators_[1].intercept_)
    both = g.node("Concat", first, second, axis=1)
    g.node("Cast", g.node("Greater", both, g.const(0)), outs=["label"], to=T.INT64)
    g.node("Sigmoid", both, outs=["probabilities"])
    made = g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 2), ("probabilities", T.FLOAT, 2)])
    return made, TEST, told(m)


@case("CalibratedClassifierCV sigmoid", "CalibratedClassifierCV isotonic")
def calibrated(name):
    method = name.split()[1]
    m = calibration.CalibratedClassifierCV(svm.LinearSVC(), method=method, cv=3, ensemble=True).fit(X, B)
    g, parts = Graph(), []
    for c in m.calibrated_classifiers_:
        e = c.estimator
        score, f = affine(g, "X", e.coef_.T, e.intercept_), c.calibrators[0]
        if method == "sigmoid":
            z = g.node("Add", g.node("Mul", score, g.const(f.a_)), g.const(f.b_))
            p = g.node("Div", g.const(1), g.node("Add", g.node("Exp", z), g.const(1)))
        else:
            p = interpolated(g, score, f.X_thresholds_, f.y_thresholds_)
        parts.append(g.node("Concat", g.node("Sub", g.const(1), p), p, axis=1))
    mean = g.node("Mean", *parts)
    g.node("Identity", mean, outs=["probabilities"])
    best(g, mean, m.classes_)
    return classifier(g), TEST, told(m)


def interpolated(g, x, at, values):
    """Piecewise linear between points: the first value, and the slopes times how much of each piece lies below x."""
    x = g.node("Clip", x, g.const(at[0]), g.const(at[-1]))
    width = np.diff(at)
    below = g.node("Clip", g.node("Div", g.node("Sub", x, g.const(at[None, :-1])), g.const(width[None])), g.const(0), g.const(1))
    return g.node("Add", g.node("MatMul", below, g.const(np.diff(values)[:, None])), g.const(values[0]))


@case("IsolationForest", "RandomTreesEmbedding")
def leaves(name):
    g = Graph()
    if name == "RandomTreesEmbedding":
        m = ensemble.RandomTreesEmbedding(5, max_depth=3, random_state=0, sparse_output=False).fit(X)
        parts = []
        for e in m.estimators_:
            own = [i for i in range(e.tree_.node_count) if e.tree_.children_left[i] < 0]
            a = write.tree_attributes([(0, e)], "target")
            a["target_weights"] = [float(i) for i in a["target_nodeids"]]
            place = g.node("Cast", g.ml("TreeEnsembleRegressor", "X", n_targets=1, **a), to=T.INT64)
            hot = g.ml("OneHotEncoder", place, cats_int64s=own, zeros=1)
            parts.append(g.node("Reshape", hot, ints(g, [-1, len(own)])))
        g.node("Concat", *parts, outs=["variable"], axis=1)
        return variable(g), TEST, {"variable": m.transform(TEST)}
    m = ensemble.IsolationForest(n_estimators=20, max_samples=64, random_state=0).fit(X)
    parts = []
    for e, f in zip(m.estimators_, m.estimators_features_):
        s, depth = e.tree_, {0: 0}
        for i in range(s.node_count):
            for c in (s.children_left[i], s.children_right[i]):
                if c >= 0:
                    depth[c] = depth[i] + 1
        a = write.tree_attributes([(0, e)], "target")
        a["target_weights"] = [depth[i] + unsplit(s.n_node_samples[i]) for i in a["target_nodeids"]]
        parts.append(g.ml("TreeEnsembleRegressor", some_columns(g, "X", f), n_targets=1, **a))
    mean = g.node("Div", g.node("Sum", *parts), g.const(len(parts) * unsplit(m.max_samples_)))
    score = g.node("Sub", g.node("Neg", g.node("Pow", g.const(2), g.node("Neg", mean))), g.const(m.offset_))
    g.node("Identity", score, outs=["scores"])
    flat(g, g.node("Where", g.node("Less", score, g.const(0)), ints(g, -1), ints(g, 1)), "label")
    return (g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 1), ("scores", T.FLOAT, 2)]), TEST,
            {"label": m.predict(TEST), "scores": m.decision_function(TEST)})


def unsplit(n):
    """Mean depth below a leaf of n rows."""
    return 0.0 if n <= 1 else 1.0 if n == 2 else 2 * (np.log(n - 1) + np.euler_gamma) - 2 * (n - 1) / n


@case("HistGradientBoostingRegressor", "HistGradientBoostingClassifier")
def histograms(name):
    gaps, test = X.copy(), TEST.copy()
    gaps[::7, 2] = np.nan
    test[::5, 2] = np.nan
    several = name.endswith("Classifier")
    m = getattr(ensemble, name)(max_iter=15, random_state=0).fit(gaps, Y if several else R)
    a = {k: [] for k in ("treeids nodeids featureids values modes truenodeids falsenodeids missing_value_tracks_true").split()}
    w, t = {k: [] for k in "treeids nodeids ids weights".split()}, 0
    for stage in m._predictors:
        for k, one in enumerate(stage):
            for i, n in enumerate(one.nodes):
                leaf = bool(n["is_leaf"])
                row = (t, i, 0 if leaf else int(n["feature_idx"]), 0.0 if leaf else below(n["num_threshold"]),
                       "LEAF" if leaf else "BRANCH_LEQ", 0 if leaf else int(n["left"]), 0 if leaf else int(n["right"]),
                       0 if leaf else int(n["missing_go_to_left"]))
                for key, v in zip(a, row):
                    a[key].append(v)
                if leaf:
                    for key, v in zip(w, (t, i, k, float(n["value"]))):
                        w[key].append(v)
            t += 1
    stem = "class" if several else "target"
    whole = {f"nodes_{k}": v for k, v in a.items()} | {f"{stem}_{k}": v for k, v in w.items()}
    start, g = np.ravel(m._baseline_prediction).tolist(), Graph()
    if several:
        g.ml("TreeEnsembleClassifier", "X", outs=["label", "probabilities"], base_values=start, post_transform="SOFTMAX",
             **labels(m.classes_), **whole)
        return classifier(g), test, told(m, test)
    g.ml("TreeEnsembleRegressor", "X", outs=["variable"], base_values=start, n_targets=1, **whole)
    return variable(g), test, {"variable": m.predict(test)}


def below(threshold):
    """The largest float that is not above a double: a float is on the same side of both."""
    near = np.float32(threshold)
    return float(np.nextafter(near, np.float32(-np.inf)) if float(near) > threshold else near)


@case("ExtraTreeClassifier", "ExtraTreeRegressor", "ExtraTreesRegressor")
def extra(name):
    if name == "ExtraTreeClassifier":
        m = tree.ExtraTreeClassifier(max_depth=6, random_state=0).fit(X, Y)
        return write.forest_classifier(m, [m]), TEST, told(m)
    m = (tree if name == "ExtraTreeRegressor" else ensemble).__dict__[name](random_state=0).fit(X, R)
    return write.forest_regressor(getattr(m, "estimators_", [m])), TEST, {"variable": m.predict(TEST)}


# --- neighbours, clusters, networks

def nearest(g, points, k):
    """Distances and places of the k nearest of points, of each row."""
    far = g.node("Sqrt", write.distances(g, points))
    less, place = g.node("TopK", g.node("Neg", far), ints(g, [k]), outs=2, axis=1, largest=1)
    return g.node("Neg", less), place


@case("KNeighborsClassifier", "KNeighborsClassifier by distance", "KNeighborsRegressor by distance", "NearestNeighbors",
      "KNeighborsTransformer")
def neighbours(name):
    g, k = Graph(), 4
    if name in ("NearestNeighbors", "KNeighborsTransformer"):
        m = neighbors.NearestNeighbors(n_neighbors=k).fit(X)
        far, place = nearest(g, X, k)
        g.node("Identity", place, outs=["index"])
        g.node("Identity", far, outs=["distance"])
        made = g.model([("X", T.FLOAT, 6)], [("index", T.INT64, 2), ("distance", T.FLOAT, 2)])
        want = m.kneighbors(TEST)
        return made, TEST, {"index": want[1], "distance": want[0]}
    by = "distance" if "by" in name else "uniform"
    far, place = nearest(g, X, k)
    weight = g.node("Div", g.const(1), far) if by == "distance" else g.node("Add", g.node("Mul", far, g.const(0)), g.const(1))
    if name.startswith("KNeighborsRegressor"):
        m = neighbors.KNeighborsRegressor(k, weights=by).fit(X, R)
        got = g.node("Reshape", g.ml("ArrayFeatureExtractor", g.const(R[None]), flat(g, place)), ints(g, [-1, k]))
        total = rows_sum(g, g.node("Mul", got, weight))
        g.node("Div", total, rows_sum(g, weight), outs=["variable"])
        return variable(g), TEST, {"variable": m.predict(TEST)}
    m = neighbors.KNeighborsClassifier(k, weights=by).fit(X, Y)
    got = g.node("Reshape", g.ml("ArrayFeatureExtractor", ints(g, Y[None]), flat(g, place)), ints(g, [-1, k]))
    shares = [rows_sum(g, g.node("Mul", g.node("Cast", g.node("Equal", got, ints(g, c)), to=T.FLOAT), weight))
              for c in range(3)]
    both = g.node("Concat", *shares, axis=1)
    normalised(g, both, "probabilities")
    best(g, both, m.classes_)
    return classifier(g), TEST, told(m)


@case("RadiusNeighborsRegressor", "RadiusNeighborsClassifier")
def within_radius(name):
    g, radius = Graph(), 3.0
    near = g.node("Cast", g.node("LessOrEqual", g.node("Sqrt", write.distances(g, X)), g.const(radius)), to=T.FLOAT)
    rows = TEST[[np.sum(np.linalg.norm(X - r, axis=1) <= radius) > 0 for r in TEST]]
    if name.endswith("Regressor"):
        m = neighbors.RadiusNeighborsRegressor(radius).fit(X, R)
        g.node("Div", g.node("MatMul", near, g.const(R[:, None])), rows_sum(g, near), outs=["variable"])
        return variable(g), rows, {"variable": m.predict(rows)}
    m = neighbors.RadiusNeighborsClassifier(radius).fit(X, Y)
    total = g.node("MatMul", near, g.const(np.eye(3)[Y]))
    normalised(g, total, "probabilities")
    best(g, total, m.classes_)
    return classifier(g), rows, told(m, rows)


@case("LocalOutlierFactor")
def outliers(_):
    m = neighbors.LocalOutlierFactor(10, novelty=True).fit(X)
    g = Graph()
    far, place = nearest(g, X, 10)
    many = flat(g, place)
    core = g.node("Reshape", g.ml("ArrayFeatureExtractor", g.const(m._distances_fit_X_[None, :, -1]), many), ints(g, [-1, 10]))
    reach = g.node("Max", far, core)
    dense = g.node("Div", g.const(1), g.node("Add", g.node("ReduceMean", reach, axes=[1], keepdims=1), g.const(1e-10)))
    theirs = g.node("Reshape", g.ml("ArrayFeatureExtractor", g.const(m._lrd[None]), many), ints(g, [-1, 10]))
    score = g.node("Neg", g.node("ReduceMean", g.node("Div", theirs, dense), axes=[1], keepdims=1))
    score = g.node("Sub", score, g.const(m.offset_), outs=["scores"])
    flat(g, g.node("Where", g.node("Less", score, g.const(0)), ints(g, -1), ints(g, 1)), "label")
    return (g.model([("X", T.FLOAT, 6)], [("label", T.INT64, 1), ("scores", T.FLOAT, 2)]), TEST,
            {"label": m.predict(TEST), "scores": m.decision_function(TEST)})


@case("KNNImputer")
def neighbour_imputer(_):
    """Distances over what both rows have; the mean of the nearest that have the column."""
    gaps, test = X[:60].copy(), TEST.copy()
    gaps[::9, 3] = np.nan
    test[::2, 1] = np.nan
    test[::3, 4] = np.nan
    m = impute.KNNImputer(n_neighbors=3).fit(gaps)
    g = Graph()
    has = (~np.isnan(gaps)).astype(np.float32)
    points = np.nan_to_num(gaps).astype(np.float32)
    gone = g.node("IsNaN", "X")
    there = g.node("Sub", g.const(1), g.node("Cast", gone, to=T.FLOAT))
    x = g.node("Where", gone, g.const(0), "X")
    square = g.node("MatMul", g.node("Mul", x, x), g.const(has.T))
    square = g.node("Add", square, g.node("MatMul", there, g.const((points ** 2).T)))
    square = g.node("Sub", square, g.node("Mul", g.node("MatMul", x, g.const(points.T)), g.const(2)))
    both = g.node("MatMul", there, g.const(has.T))
    far = g.node("Mul", g.node("Div", square, both), g.const(6))
    parts = []
    for j in range(6):
        own = g.node("Add", far, g.const(np.where(has[:, j] > 0, 0, 1e9)[None]))
        _, place = g.node("TopK", own, ints(g, [3]), outs=2, axis=1, largest=0)
        got = g.ml("ArrayFeatureExtractor", g.const(points[None, :, j]), flat(g, place))
        mean = g.node("ReduceMean", g.node("Reshape", got, ints(g, [-1, 3])), axes=[1], keepdims=1)
        parts.append(g.node("Where", some_bool(g, gone, j), mean, some_columns(g, "X", [j])))
    g.node("Concat", *parts, outs=["variable"], axis=1)
    return variable(g), test, {"variable": m.transform(test)}


def some_bool(g, x, j):
    return g.node("Slice", x, ints(g, [j]), ints(g, [j + 1]), ints(g, [1]))


@case("MiniBatchKMeans")
def clusters(_):
    m = cluster.MiniBatchKMeans(4, n_init=3, random_state=0).fit(X)
    return write.means(m), TEST, {"label": m.predict(TEST), "scores": m.transform(TEST)}


@case("MLPRegressor tanh", "MLPRegressor logistic", "MLPRegressor identity", "MLPClassifier")
def networks(name):
    g, x = Graph(), "X"
    if name == "MLPClassifier":
        m = neural_network.MLPClassifier((8,), max_iter=200, random_state=0).fit(X, B)
        x = affine(g, g.node("Relu", affine(g, x, m.coefs_[0], m.intercepts_[0])), m.coefs_[1], m.intercepts_[1])
        p = g.node("Sigmoid", x)
        g.node("Concat", g.node("Sub", g.const(1), p), p, outs=["probabilities"], axis=1)
        classes_at(g, flat(g, g.node("Cast", g.node("Greater", p, g.const(0.5)), to=T.INT64)), m.classes_)
        return classifier(g), TEST, told(m)
    kind = name.split()[1]
    m = neural_network.MLPRegressor((8, 5), activation=kind, max_iter=200, random_state=0).fit(X, R)
    for i, (w, b) in enumerate(zip(m.coefs_, m.intercepts_)):
        x = affine(g, x, w, b)
        if i < 2 and kind != "identity":
            x = g.node({"tanh": "Tanh", "logistic": "Sigmoid"}[kind], x)
    column(g, x, "variable")
    return variable(g), TEST, {"variable": m.predict(TEST)}


# --- holding them

UNKNOWN = {"GaussianProcessClassifier"}  # ONNX Runtime has no Erf of doubles

def hold(t, name, made, rows, want):
    with t.load(made) as m:
        for i, (output, theirs) in enumerate(want.items()):
            got = np.asarray(m.predict(rows, output=16 + i), float).ravel()
            theirs = np.asarray(theirs, float).ravel()
            if output in ("label", "index"):
                share = np.mean(got == theirs)  # rows on a border fall either way
                t.say(share >= 0.99, f"{name}: {output}", f"{share:.3f} agree")
                continue
            worst = np.max(np.abs(got - theirs)) if got.shape == theirs.shape else np.inf
            scale = max(1.0, float(np.max(np.abs(theirs))))
            t.say(worst <= 5e-5 * scale, f"{name}: {output}", f"differs by {worst:.3g} of {scale:.3g}")
        if not isinstance(rows, dict):
            one = np.concatenate([np.ravel(m.predict(r[None], output=16)) for r in rows[:5]])
            t.say(np.array_equal(one, np.ravel(m.predict(rows[:5], output=16))), f"{name}: rows alone", "other bits")
    if ort.available() and name not in UNKNOWN:
        t.against_runtime(name, made, rows, 5e-5)


def main():
    t = write.Tester()
    for name, make in cases.items():
        try:
            hold(t, name, *make(name))
        except Exception as error:  # the next ones are still of interest
            t.say(False, name, f"{type(error).__name__}: {error}")
    if not ort.available():
        print("# MLOPS_ORT names no library: not compared with ONNX Runtime")
    print(f"1..{t.n}")
    return 1 if t.failures else 0


if __name__ == "__main__":
    sys.exit(main())
