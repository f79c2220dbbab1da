#!/usr/bin/python3
"""A scikit-learn pipeline as an ONNX file through everything: registry, gates, bundles, deployments, watches, devices.
And what else is judged as classes: one class against the rest of LightGBM.

scikit-learn and NumPy are the oracle of what is predicted and of how it is judged. Prints TAP; argument: the command.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import warnings

try:
    import numpy as np
    import onnx
    from sklearn import ensemble, impute, linear_model, metrics, preprocessing
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)
import mlops
import oracle_onnx_models as write
from test_python import main

warnings.filterwarnings("ignore")
MLOPS = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
rng = np.random.default_rng(4)
N = 400
AGE = np.where(rng.random(N) < 0.1, np.nan, rng.integers(18, 90, N).astype(float))
CITY, KIND = rng.choice(["Rome", "Oslo", "Köln"], N), rng.choice(["a", "bb"], N)
NOISE = rng.random(N) < 0.1
LABEL = np.where((np.nan_to_num(AGE, nan=50) > 50) ^ (CITY == "Oslo") ^ NOISE, "yes", "no")
COLOUR = np.array(["red", "green", "blue"])[(np.nan_to_num(AGE, nan=30) // 31).astype(int) % 3]
X = rng.standard_normal((N, 4)).astype(np.float32)
CODE = np.where(X[:, 0] > 0.7, 20, np.where(X[:, 1] + 0.4 * rng.standard_normal(N) > 0, 10, 5))


class Pipeline:
    """Imputer, scaler, one-hot encoder, logistic regression: as a model of scikit-learn, and as a file."""

    def __init__(self, y, c=1.0):
        self.fill = impute.SimpleImputer().fit(AGE[:, None])
        self.scale = preprocessing.StandardScaler().fit(self.fill.transform(AGE[:, None]))
        self.hot = preprocessing.OneHotEncoder(handle_unknown="ignore").fit(np.stack([CITY, KIND], 1))
        self.model = linear_model.LogisticRegression(C=c).fit(self.matrix(AGE, CITY, KIND), y)
        self.file = write.columns((self.fill, self.scale), self.hot, self.model)

    def matrix(self, age, city, kind):
        return np.hstack([self.scale.transform(self.fill.transform(np.asarray(age, float)[:, None])),
                          self.hot.transform(np.stack([city, kind], 1)).toarray()])

    def probabilities(self, table):
        age = [np.nan if v is None else float(v) for v in table["age"]]
        return self.model.predict_proba(self.matrix(age, list(table["city"]), list(table["kind"])))


def forest(classes, post=None):
    """A forest of X under the names a to d, so that its features have names."""
    m = ensemble.RandomForestClassifier(12, max_depth=5, random_state=1).fit(X, classes)
    g = write.Graph()
    x = g.node("Concat", *"abcd", axis=1)
    g.ml("TreeEnsembleClassifier", x, outs=["label", "probabilities"], post_transform="NONE", **write.labels(m.classes_),
         **write.tree_attributes(m.estimators_, "class", scale=1 / 12))
    outs = [("label", write.label_type(m.classes_), 1), ("probabilities", write.T.FLOAT, 2)]
    return m, g, g.model([(n, write.T.FLOAT, 1) for n in "abcd"], outs[:1] if post == "label" else outs)


class Lifecycle(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.store = mlops.open(str(self.folder / "s.mlops"), sync="relaxed")
        self.addCleanup(self.store.close)

    def write(self, name, file):
        path = self.folder / name
        path.write_bytes(file)
        return str(path)

    def add(self, y, **more):
        rows = {"age": [None if v != v else float(v) for v in AGE], "city": list(CITY), "kind": list(KIND)}
        rows.update({k: list(map(float, X[:, i])) for i, k in enumerate("abcd")}, **more)
        return self.store.data.add({**rows, "y": y}, "d", target="y")

    def held_to(self, version, data, truth, probabilities, positive):
        """What the registry says of a version is what scikit-learn says."""
        got, best = version.evaluate(), probabilities.argmax(1)
        self.assertEqual(got["rows"], len(truth))
        self.assertAlmostEqual(got["accuracy"], np.mean(best == truth), 6)
        if positive is not None:
            self.assertAlmostEqual(got["auc"], metrics.roc_auc_score(truth == 1, probabilities[:, 1]), 5)
            self.assertAlmostEqual(got["f1"], metrics.f1_score(truth, best), 6)
        self.assertAlmostEqual(got["log_loss"], metrics.log_loss(truth, probabilities), 4)

    def test_texts_from_file_to_serving(self):
        pipeline, better = Pipeline(LABEL, 1e-4), Pipeline(LABEL)
        data = self.add(list(LABEL))
        held = data.held_out
        first = self.write("first.onnx", pipeline.file)
        version = self.store.models.add("m", first, data=data)
        known = version.describe()
        self.assertEqual(known["signature"]["inputs"], ["age", "city", "kind"])
        self.assertEqual((known["signature"]["task"], known["signature"]["classes"]), ("binary", ["no", "yes"]))
        truth = (np.array(list(held["y"])) == "yes").astype(int)
        self.held_to(version, data, truth, pipeline.probabilities(held), "yes")
        # the file as it was, and the plan that it compiles to, which is what is served
        mlops.registry_file(self.store, "m", "1", str(self.folder / "back.onnx"))
        self.assertEqual((self.folder / "back.onnx").read_bytes(), pipeline.file)
        plans = {json.loads(m.describe())["id"] for m in (mlops.load(first), version.load())}
        self.assertEqual(plans, {known["plan"]})
        version.promote("champion", gate="auc >= 0.5 and accuracy >= 0.3")
        second = self.store.models.add("m", self.write("second.onnx", better.file), data=data)
        with self.store.deploy("api", "m") as api:
            got, versions = api.predict(held)
            np.testing.assert_allclose(got, pipeline.probabilities(held), atol=1e-5)
            self.assertEqual(set(versions), {1})
            second.promote("champion", gate="log_loss < champion.log_loss")
            api.refresh()
            got, versions = api.predict(held)
            np.testing.assert_allclose(got, better.probabilities(held), atol=1e-5)
            self.assertEqual(set(versions), {2})
            row = {"age": 30.0, "city": "Oslo", "kind": "a"}
            one = better.probabilities({k: [v] for k, v in row.items()})
            np.testing.assert_allclose(api.predict({**row, "age": [30.0], "city": ["Oslo"], "kind": ["a"]})[0], one, atol=1e-5)
            with self.assertRaisesRegex(mlops.SchemaError, "age"):
                api.predict({"city": ["Oslo"], "kind": ["a"]})
            with self.assertRaisesRegex(mlops.SchemaError, "texts"):
                api.predict({"age": [1.0], "city": [3], "kind": ["a"]})
        with self.assertRaisesRegex(mlops.RefusedError, "false"):
            self.store.models["m", 1].promote("champion", gate="log_loss < champion.log_loss")
        with self.store.watch("m", window_rows=50) as watch:
            watch.add_table(held)
        self.assertTrue(mlops.Watch.windows(self.store, "m").n_rows >= 1)
        features = mlops.Feature.fit("age = standardise(age)\ncity = age\nkind = age", data.train)
        with self.assertRaisesRegex(mlops.SchemaError, "takes texts"):
            self.store.models.add("m", first, data=data, features=features)
        with self.assertRaisesRegex(mlops.SchemaError, "3 classes are named"):
            self.store.models.add("m", first, data=data, classes="a,b,c")

    def test_numbers_that_are_labels(self):
        data = self.add([int(c) for c in CODE])
        model, graph, file = forest(CODE)
        version = self.store.models.add("f", self.write("f.onnx", file), data=data)
        held = data.held_out
        rows = np.array([list(map(float, held[k])) for k in "abcd"]).T.astype(np.float32)
        self.assertEqual(version.describe()["signature"]["classes"], ["5", "10", "20"])
        truth = np.searchsorted([5, 10, 20], np.array(list(held["y"]), int))
        self.held_to(version, data, truth, model.predict_proba(rows), None)
        # a file that gives the class alone is judged by it
        _, _, file = forest(CODE, "label")
        alone = self.store.models.add("f", self.write("l.onnx", file), data=data)
        self.assertAlmostEqual(alone.evaluate()["accuracy"], version.evaluate()["accuracy"], 6)
        # rows that features make
        feature = mlops.Feature.fit("a = a\nb = b\nc = c\nd = d", data.train)
        made = self.store.models.add("f", self.write("f.onnx", file), data=data, features=feature)
        self.assertAlmostEqual(made.evaluate()["accuracy"], version.evaluate()["accuracy"], 6)
        made.promote("champion")
        with self.store.deploy("api", "f") as api:
            got, _ = api.predict(held)
            self.assertEqual([int(v) for v in got], [int(v) for v in model.predict(rows)])
            one = api.predict({k: float(v) for k, v in zip("abcd", rows[0])})
            self.assertEqual(int(one[0]), int(model.predict(rows[:1])[0]))
        with self.assertRaisesRegex(mlops.SchemaError, "none of its classes"):
            other = self.store.data.add({**{k: [1.0] * 40 for k in "abcd"}, "y": [7] * 40}, "o", target="y")
            version.evaluate(other)

    def test_layers_too_wide_for_a_stack(self):
        """Plain rows, and values, of a model that mlops_model_predict has no room for."""
        rng = np.random.default_rng(2)
        into, out = rng.standard_normal((4, 3000)).astype(np.float32), rng.standard_normal((3000, 2)).astype(np.float32)
        g = write.Graph()
        x = g.node("Concat", *"abcd", axis=1)
        g.node("MatMul", g.node("Relu", g.node("MatMul", x, g.const(into))), g.const(out), outs=["y"])
        model = g.model([(n, write.T.FLOAT, 1) for n in "abcd"], [("y", write.T.FLOAT, 2)])
        data = self.add([int(c) for c in CODE])
        feature = mlops.Feature.fit("a = a\nb = b\nc = c\nd = d", data.train)
        rows = rng.standard_normal((70, 4)).astype(np.float32)
        truth = np.maximum(rows.astype(float) @ into, 0) @ out
        for features in (None, feature):
            self.store.models.add("w", self.write("w.onnx", model), features=features).promote("champion")
            with self.store.deploy("api", "w") as api:
                got, version = api.predict(rows)
                np.testing.assert_allclose(got, truth, rtol=1e-3, atol=1e-2)
                if features:
                    one = api.predict({k: float(v) for k, v in zip("abcd", rows[0])})
                    np.testing.assert_array_equal(one[0], got[0])

    def test_flags(self):
        """Labels that are true and false, which converters write as 1 and 0."""
        truth = X[:, 0] > 0
        data = self.add([bool(v) for v in truth])
        model, _, file = forest(truth.astype(int))
        version = self.store.models.add("b", self.write("b.onnx", file), data=data)
        held = data.held_out
        rows = np.array([list(map(float, held[k])) for k in "abcd"]).T.astype(np.float32)
        self.held_to(version, data, np.array(list(held["y"]), int), model.predict_proba(rows), 1)

    def test_one_class_against_the_rest(self):
        """Sigmoids of each class, which are no probabilities, are judged by their shares."""
        text = (ROOT / "tests/fuzz/corpus/lgbm/classes.txt").read_text()
        text = text.replace("multiclass num_class:3", "multiclassova num_class:3 sigmoid:1")
        text = re.sub("leaf_value=.*", lambda m: "leaf_value=" + " ".join(
            str(float(v) * 1e3) for v in m[0][11:].split()), text)
        names = [f"Column_{i}" for i in range(4)]
        rows = {n: list(map(float, np.round(X[:, i] * 5))) for i, n in enumerate(names)}
        data = self.store.data.add({**rows, "y": [int(c) for c in rng.integers(0, 3, N)]}, "o", target="y")
        version = self.store.models.add("o", self.write("o.txt", text.encode()), data=data)
        held = data.held_out
        ours = np.asarray(version.load().predict(held))
        self.assertGreater(np.abs(ours.sum(1) - 1).max(), 0.1)
        shares = ours / ours.sum(1, keepdims=True)
        self.held_to(version, data, np.array(list(held["y"]), int), shares, None)
        version.promote("champion", gate="accuracy > 0.05")

    def test_bundles_and_devices(self):
        pipeline = Pipeline(LABEL)
        model, graph, file = forest(CODE)
        for name, data in (("texts", pipeline.file), ("forest", file)):
            m = mlops.Model.parse(data)
            reference = mlops.Reference(mlops.table({"age": list(np.nan_to_num(AGE)), "a": list(map(float, X[:, 0]))}))
            bytes_ = mlops.Bundle.save(m, name=name, reference=reference)
            self.assertEqual(mlops.Bundle.save(mlops.Model.parse(data), name=name, reference=reference), bytes_)
            self.assertIn(b"GRPH", bytes_[64:64 + 24 * 4])
            back = mlops.Bundle.parse(bytes_)
            self.assertEqual(back.model.describe(), m.describe())
            self.assertEqual(mlops.Model.parse(bytes_).describe(), m.describe())
            place = len(bytes_) - 1
            with self.assertRaises(mlops.CorruptError):
                mlops.Bundle.parse(bytes_[:place] + bytes([bytes_[place] ^ 1]))
        device = mlops.Edge(bytes_)  # the forest's
        device.selftest()
        want = mlops.Model.parse(file).predict(X[:20])
        got = np.array([device.predict([float(v) for v in row]) for row in X[:20]])
        self.assertEqual(got.tobytes(), np.asarray(want).tobytes())
        device.add([float(v) for v in X[0]])
        self.assertIsNotNone(device.profile(0))
        with self.assertRaises(mlops.UnsupportedError):
            mlops.Edge(mlops.Bundle.save(mlops.Model.parse(pipeline.file)))
        rows = X[:3].ravel()
        given = mlops.Bundle.save(mlops.Model.parse(file), golden_rows=X[:3])
        self.assertIn(rows.tobytes(), given)
        with self.assertRaisesRegex(mlops.InvalidError, "golden row 0"):
            mlops.Bundle.save(mlops.Model.parse(pipeline.file), golden_rows=np.zeros((1, 3), np.float32))

    def test_command_line(self):
        pipeline = Pipeline(LABEL)
        path = self.write("p.onnx", pipeline.file)
        rows = self.folder / "rows.csv"
        rows.write_text("age,city,kind,y\n" + "".join(
            f"{'' if a != a else a},{c},{k},{y}\n" for a, c, k, y in zip(AGE, CITY, KIND, LABEL)))

        def run(*args, fails=None):
            done = subprocess.run([MLOPS, *map(str, args)], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1 if fails else 0, done.stderr)
            self.assertIn(fails or "", done.stderr)
            return done.stdout

        bundle, store = self.folder / "p.bundle", self.folder / "cli.mlops"
        run("bundle", path, "-o", bundle, "--reference", rows, "--ignore", "y", "--name", "p")
        run("bundle", bundle)
        got = run("model", "predict", bundle, rows).splitlines()[1:]
        want = pipeline.probabilities({"age": list(AGE), "city": CITY, "kind": KIND})
        np.testing.assert_allclose([[float(v) for v in line.split(",")] for line in got], want, atol=1e-5)
        self.assertEqual(run("model", "describe", path), run("model", "describe", bundle))
        run("init", store)
        run("data", "commit", store, "d", rows, "--target", "y", "--split", "stratified")
        run("registry", "register", store, "p", path, "--dataset", "d")
        self.assertIn("accuracy", run("registry", "evaluate", store, "p", "latest"))
        run("registry", "promote", store, "p", "latest", "champion", "--gate", "auc >= 0.5")
        run("deploy", "set", store, "api", "--model", "p")
        served = run("deploy", "predict", store, "api", rows).splitlines()[1:]
        np.testing.assert_allclose([float(line.split(",")[1]) for line in served], want[:, 1], atol=1e-5)
        rows.write_text("age,city\n1,Oslo\n")
        run("model", "predict", path, rows, fails='"kind"')


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
