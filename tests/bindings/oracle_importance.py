#!/usr/bin/python3
"""Hold importance by permutation to scikit-learn.

The shuffles are drawn here anew, by the algorithm that docs/explain.md gives, columns are permuted in NumPy, predicted
and judged by sklearn.metrics: importances must be those. Besides, the means of many repeats must be where
sklearn.inspection.permutation_importance has them, and a feature that a model does not use must have 0 exactly. Models
are of XGBoost (binary, classes, regression, raw margins, labels alone), LightGBM's text and ONNX, with texts. Prints TAP.
"""
import sys
import tempfile

try:
    import mlops
    import numpy as np
    import xgboost as xgb
    from onnx import TensorProto, helper
    from sklearn import inspection, metrics
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

MASK = (1 << 64) - 1


def draws(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        yield z ^ z >> 31


def shuffled(n, seed, feature, repeat):
    state = (next(draws(seed & MASK)) + feature) & MASK
    numbers = draws((next(draws(state)) + repeat) & MASK)
    order = list(range(n))
    for i in range(n - 1, 0, -1):
        j = next(numbers) % (i + 1)
        order[i], order[j] = order[j], order[i]
    return order


def auc(y, p):
    return metrics.roc_auc_score(y, p if p.ndim == 1 else p[:, 1])


def accuracy(y, p):
    return metrics.accuracy_score(y, p >= 0.5 if p.ndim == 1 else p.argmax(1))


def log_loss(y, p):
    if p.ndim == 1:
        return -metrics.log_loss(y, p)
    return np.log(p[np.arange(len(y)), y.astype(int)]).mean()  # scikit-learn takes a row to sum up to 1 before


def rmse(y, p):
    return -np.sqrt(metrics.mean_squared_error(y, p))


SCORES = {"auc": auc, "accuracy": accuracy, "log_loss": log_loss, "rmse": rmse, "r2": metrics.r2_score}


def of_xgboost(folder, x, y, **params):
    depth = {} if params.get("booster") == "gblinear" else {"max_depth": 3}
    booster = xgb.train({"nthread": 1, **depth, **params}, xgb.DMatrix(x, y), 8)
    booster.save_model(f"{folder}/m.json")
    return mlops.load(f"{folder}/m.json")


def of_onnx(folder, nodes, inputs, outputs):
    def ports(given):
        return [helper.make_tensor_value_info(name, kind, [None, n]) for name, kind, n in given]
    model = helper.make_model(helper.make_graph(nodes, "g", ports(inputs), ports(outputs)),
                              opset_imports=[helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 2)])
    with open(f"{folder}/m.onnx", "wb") as file:
        file.write(model.SerializeToString())
    return mlops.load(f"{folder}/m.onnx")


def onnx_classifier(folder):
    return of_onnx(folder, [helper.make_node(
        "LinearClassifier", ["x"], ["label", "p"], domain="ai.onnx.ml", post_transform="LOGISTIC", classlabels_ints=[0, 1],
        coefficients=[-1.0, 0.5, -0.2, 0.0, 1.0, -0.5, 0.2, 0.0], intercepts=[0.0, 0.0])],
        [("x", TensorProto.FLOAT, 4)], [("label", TensorProto.INT64, 1), ("p", TensorProto.FLOAT, 2)])


def onnx_texts(folder):
    ml = {"domain": "ai.onnx.ml"}
    return of_onnx(folder, [
        helper.make_node("LabelEncoder", ["city"], ["code"], keys_strings=["Oslo", "Rome"], values_floats=[1.0, 2.0],
                         default_float=0.0, **ml),
        helper.make_node("Mul", ["code", "age"], ["y"])],
        [("city", TensorProto.STRING, 1), ("age", TensorProto.FLOAT, 1)], [("y", TensorProto.FLOAT, 1)])


LIGHTGBM = """tree
version=v4
num_class=1
max_feature_idx=3
objective=binary sigmoid:1
feature_names=f0 f1 f2 f3
Tree=0
num_leaves=3
num_cat=0
split_feature=0 1
threshold=0.1 -0.2
decision_type=8 8
left_child=-1 -2
right_child=1 -3
leaf_value=-0.7 0.3 1.1

end of trees
"""


def matrices(folder):
    """Name, model, rows, labels, the metrics, and the features that are not used."""
    rng = np.random.default_rng(4)
    x = rng.standard_normal((150, 4)).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    x[:, 3] = 7  # one value gives no split
    z = np.nan_to_num(x[:, 0]) + np.nan_to_num(x[:, 1]) ** 2 + 0.5 * rng.standard_normal(150)
    binary, classes = (z > 1).astype(float), np.digitize(z, [0.3, 1.5]).astype(float)
    some = ["auc", "log_loss", "accuracy"]
    yield "binary", of_xgboost(folder, x, binary, objective="binary:logistic"), x, binary, some, [3]
    yield "margins", of_xgboost(folder, x, binary, objective="binary:logitraw"), x, binary, ["auc"], [3]
    yield "classes", of_xgboost(folder, x, classes, objective="multi:softprob", num_class=3), x, classes, some[1:], [3]
    yield "labels", of_xgboost(folder, x, classes, objective="multi:softmax", num_class=3), x, classes, some[2:], [3]
    yield "hinge", of_xgboost(folder, x, binary, objective="binary:hinge"), x, binary, ["accuracy"], [3]
    yield "regression", of_xgboost(folder, x, z), x, z, ["rmse", "r2"], [3]
    yield "gblinear", of_xgboost(folder, x, z, booster="gblinear"), x, z, ["rmse"], []
    yield "LightGBM", mlops.Model.parse(LIGHTGBM), x.astype(np.float64), binary, some, [2, 3]
    yield "ONNX", onnx_classifier(folder), np.nan_to_num(x), binary, some, [3]


def check(model, x, y, metric, unused):
    seed, repeats, score, wrong = -3, 4, SCORES[metric], []

    def predicted(rows):
        p = model.predict(rows)
        if metric == "accuracy" and p.ndim == 1 and p.max() > 1:  # labels
            return np.eye(3)[p.astype(int)]
        return p
    base = score(y, predicted(x))
    found = model.importance(x, y, metric, repeats=repeats, seed=seed).to_dicts()
    for f, row in enumerate(found):
        drops = []
        for k in range(repeats):
            moved = x.copy()
            moved[:, f] = x[shuffled(len(x), seed, f, k), f]
            drops.append(base - score(y, predicted(moved)))
        off = max(abs(row["importance"] - np.mean(drops)), abs(row["sd"] - np.std(drops)), abs(abs(row["score"]) - abs(base)))
        wrong += [f"{metric}: {row} is {off} off"] * (not off < 1e-12)
        wrong += [f"{metric}: {row} is of a feature that is not used"] * (f in unused and row["importance"] != 0)
    return wrong


def check_means(folder):
    """Sixty repeats of ours and of scikit-learn's: their means differ by what chance allows."""
    rng = np.random.default_rng(9)
    x = rng.standard_normal((200, 3)).astype(np.float32)
    y = (x[:, 0] + 0.4 * x[:, 1] > 0).astype(float)
    model, n = of_xgboost(folder, x, y, objective="binary:logistic"), 60

    class Estimator:
        def fit(self, *_):
            return self

    peer = inspection.permutation_importance(Estimator(), x, y, n_repeats=n, random_state=1,
                                             scoring=lambda _, rows, labels: auc(labels, model.predict(rows)))
    wrong = []
    for f, row in enumerate(model.importance(x, y, "auc", repeats=n).to_dicts()):
        bound = 5 * (row["sd"] + peer.importances_std[f]) / np.sqrt(n) + 1e-12
        wrong += [f"{row}, not {peer.importances_mean[f]}"] * (abs(row["importance"] - peer.importances_mean[f]) > bound)
        wrong += [f"{row}: sd is not near {peer.importances_std[f]}"] * (
            not 0.5 * peer.importances_std[f] - 1e-12 <= row["sd"] <= 2 * peer.importances_std[f] + 1e-12)
    return wrong


def check_texts(folder):
    model, rng = onnx_texts(folder), np.random.default_rng(2)
    city = list(rng.choice(["Oslo", "Rome", "Bergen"], 60))
    age = rng.uniform(10, 90, 60).astype(np.float32).astype(float)
    city[5] = None
    y = np.array([{"Oslo": 1, "Rome": 2}.get(c, 0) * a for c, a in zip(city, age)]) + rng.standard_normal(60)
    found, wrong = model.importance({"city": city, "age": list(age)}, y, "rmse").to_dicts(), []
    base = rmse(y, model.predict({"city": city, "age": list(age)}))
    for f, row in enumerate(found):
        drops = []
        for k in range(5):
            order = shuffled(60, 0, f, k)
            moved = {"city": [city[i] for i in order] if f == 0 else city, "age": list(age[order] if f == 1 else age)}
            drops.append(base - rmse(y, model.predict(moved)))
        wrong += [f"{row}, not {np.mean(drops)}"] * (not abs(row["importance"] - np.mean(drops)) < 1e-12)
    return wrong


def main():
    with tempfile.TemporaryDirectory() as folder:
        results = [(f"{name}: {metric}", check(model, x, y, metric, unused))
                   for name, model, x, y, some, unused in matrices(folder) for metric in some]
        results += [("means of scikit-learn", check_means(folder)), ("texts", check_texts(folder))]
    print(f"1..{len(results)}")
    for number, (name, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}")
        for line in wrong[:10]:
            print("# " + line)
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main())
