#!/usr/bin/python3
"""A store as Python programs use it: what mlops.open() gives. usage: test_python_store.py [TEST...]. Prints TAP."""
import json
import math
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main, needs_numpy, needs_pandas

DATA = os.path.join(HERE, "../../examples/data")
TRAIN, LIVE, MODEL = (os.path.join(DATA, name) for name in ("train.csv", "live.csv", "fraud.json"))


class Stores(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "s.mlops")
        self.store = mlops.open(self.path, sync="relaxed")
        self.addCleanup(self.store.close)

    def test_six_lines(self):
        s, model = self.store, mlops.load(MODEL)
        with s.run("weekly", data=s.data.add(TRAIN, target="fraud")) as r:
            r.log(auc=0.9)
        version = s.models.add("fraud", model, run=r).promote("champion", gate="auc >= champion.auc - 0.005")
        self.assertEqual((version.name, version.version), ("fraud", 1))
        known = version.describe()
        self.assertEqual((known["run"], known["dataset"]), (r.id, "train"))
        self.assertEqual(known["commit"], s.data["train"].id)
        self.assertEqual(s.models.gate("fraud", "champion"), "auc >= champion.auc - 0.005")
        self.assertIn(MODEL.rsplit("/", 1)[1].split(".")[0], repr(version))
        self.assertIn("s.mlops", repr(s))

    def test_runs_end_with_their_block(self):
        with self.store.run("e") as run:
            run.params(depth=6, eta=0.1)
        with self.assertRaises(ZeroDivisionError), self.store.run("e") as failed:
            1 / 0
        with self.assertRaises(KeyboardInterrupt), self.store.run("e") as killed:
            raise KeyboardInterrupt
        plain = self.store.run("e")
        plain.end()
        told = [self.store.open_run(r.id).describe() for r in (run, failed, killed, plain)]
        self.assertEqual([t["status"] for t in told], ["FINISHED", "FAILED", "KILLED", "FINISHED"])
        self.assertEqual(told[0]["params"], {"depth": "6", "eta": "0.1"})
        self.assertEqual(len(self.store.runs("e", "attributes.status = 'FINISHED'")), 2)

    def test_values_that_are_no_numbers_are_named(self):
        with self.store.run("e") as run:
            with self.assertRaisesRegex(TypeError, "'loss' is 'a'"):
                run.log(auc=0.5, loss="a")
            run.log("val/auc", True, step=3)
            run.log(nan=math.nan, inf=-math.inf)
        told = self.store.open_run(run.id).describe()["metrics"]
        self.assertEqual(sorted(told), ["inf", "nan", "val/auc"], "of a call that fails nothing is logged")

    def test_all_metrics_of_a_slow_step_are_seen(self):
        run = self.store.run("e")
        run.log(a=1, b=2, c=3)
        other = subprocess.run([sys.executable, "-c", f"import mlops; r = mlops.open({self.path!r}).open_run({run.id!r}); "
                                "print(sorted(r.describe()['metrics']))"], capture_output=True, text=True)
        self.assertEqual(other.stdout, "['a', 'b', 'c']\n", other.stderr)

    def test_commits(self):
        first = self.store.data.add({"a": [1, 2, 3], "b": ["x", None, "z"]}, "d").tag("v1")
        second = self.store.data.add({"a": [1, 2, 4], "b": ["x", None, "z"]}, "d")
        self.assertEqual(list(first.diff(second)["change"]), ["changed"])
        self.assertEqual(first.table().to_dicts(), [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "z"}])
        self.assertEqual(self.store.data["d", "v1"], first)
        self.assertEqual(self.store.data["d"], second)
        self.assertEqual([c for c in second.log()["commit"]], [second.id, first.id])
        self.store.data.drop("d", "v1")
        with self.assertRaises(mlops.NotFoundError):
            self.store.data["d", "v1"]

    @needs_numpy
    def test_splits_that_choose_themselves(self):
        import numpy as np
        for gaps in (0, 50, 150):  # what is missing is one stratum
            y = np.r_[np.full(gaps, np.nan), np.tile([0.0, 1.0], 100)]
            commit = self.store.data.add({"a": np.arange(len(y)), "y": y}, "d", target="y")
            self.assertEqual(commit.describe()["entries"][0]["split"]["kind"], "stratified")
        commit = self.store.data.add({"a": np.arange(200), "y": np.arange(200) / 7}, "e", target="y")
        self.assertEqual(commit.describe()["entries"][0]["split"]["kind"], "random")
        commit = self.store.data.add({"a": np.arange(200)}, "f", share=0.25)
        self.assertEqual((len(commit.train), len(commit.held_out)), (150, 50))
        self.assertFalse(self.store.data.add({"a": np.arange(9)}, "g").is_split())
        for share in (0, 1, -0.5):
            with self.assertRaisesRegex(mlops.InvalidError, "between 0 and 1"):
                self.store.data.add({"a": np.arange(9)}, "g", share=share)
        with self.assertRaisesRegex(mlops.SchemaError, "'z'"):
            self.store.data.add({"a": np.arange(9)}, "g", target="z")

    def test_what_is_no_model_is_said(self):
        for other in (object(), None, 7):
            with self.assertRaisesRegex(TypeError, "save_model"):
                self.store.models.add("m", other)

    def test_refusals_are_raised_and_kept(self):
        data = self.store.data.add(TRAIN, target="fraud")
        self.store.models.add("m", MODEL, data=data).promote("champion", gate="auc >= 0.5")
        with self.assertRaisesRegex(mlops.RefusedError, "auc >= 2.0: false"):
            self.store.models.add("m", MODEL, data=data).promote("champion", gate="auc >= 2")
        self.assertEqual(self.store.models.decisions("m", "champion")["verdict"], ["promoted", "refused"])
        self.assertEqual(self.store.models.at("m", "champion").version, 1)
        self.store.models["m", 2].promote("champion", no_gate=True, note="see 42")
        self.assertEqual(self.store.models.rollback("m", "champion").version, 1)
        self.store.models.drop_alias("m", "champion")
        with self.assertRaises(mlops.NotFoundError):
            self.store.models["m", "champion"]

    def test_one_row_and_many(self):
        data = self.store.data.add(TRAIN, target="fraud")
        self.store.models.add("m", MODEL, data=data).promote("champion")
        rows = data.held_out.to_dicts()[:5]
        with self.store.deploy("api", "m") as api:
            scores, versions = api.predict(data.held_out)
            for row, score in zip(rows, scores):
                self.assertEqual(api.predict({k: v for k, v in row.items() if k != "fraud"}), (score, 1))
                self.assertEqual(api.predict(row, key="customer")[1], 1)
            names = mlops.load(MODEL).feature_names
            by_order, version = api.predict([[row[name] for name in names] for row in rows])
            self.assertEqual((list(by_order), version), (list(scores[:5]), 1))
            self.assertEqual(set(versions), {1})
            self.assertEqual(list(self.store.deployments()["name"]), ["api"])

    def test_features_by_name(self):
        data = self.store.data.add(TRAIN, target="fraud")
        feature = mlops.Feature.fit("a = standardise(amount)\nh = hour", data.train)
        self.assertEqual(self.store.features.add("f", feature), 1)
        self.assertEqual(self.store.features.add("f", feature), 1)
        self.assertEqual(self.store.features["f"].output_names, ["a", "h"])
        self.assertEqual(self.store.features["f", 1].id, feature.id)
        with self.assertRaisesRegex(mlops.SchemaError, "feature"):
            self.store.models.add("m", MODEL, data=data, features=feature)

    def test_processes_that_are_in_each_others_way(self):
        program = (f"import mlops; s = mlops.open({self.path!r}, sync='relaxed')\n"
                   f"for i in range(15): s.models.add('m', {MODEL!r}); s.data.add({{'a': [i]}}, 'd', split=None)")
        both = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
        self.assertEqual([process.wait() for process in both], [0, 0])
        self.assertEqual(list(self.store.models.list("m")["version"]), list(range(1, 31)))
        self.assertEqual(len(self.store.data["d"].log()), 30)

    @needs_pandas
    def test_out_to_pandas(self):
        table = mlops.table({"a": [1, None], "b": ["x", None], "c": [True, None], "d": [0.5, None], "e": [1, 2]})
        frame = table.to_pandas()
        self.assertEqual([str(dtype) for dtype in frame.dtypes], ["Int64", "object", "boolean", "float64", "int64"])
        self.assertEqual(json.loads(frame.to_json(orient="records")),
                         [{"a": 1, "b": "x", "c": True, "d": 0.5, "e": 1}, {"a": None, "b": None, "c": None, "d": None, "e": 2}])
        exact = mlops.table({"t": [2 ** 62 + 1, 5]}).to_pandas()
        self.assertEqual(int(exact["t"][0]), 2 ** 62 + 1)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
