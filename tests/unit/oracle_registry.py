#!/usr/bin/python3
"""Hold what the registry computes of a version to XGBoost and scikit-learn, and its gates to Python.

usage: oracle_registry.py DUMP_REGISTRY

For each objective a model is trained, registered, and judged on the rows that the dataset holds out; scikit-learn judges
XGBoost's own predictions for the same rows. Gates are random conditions that Python evaluates over these values. TAP.
"""
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import warnings

try:
    import numpy as np
    import pandas as pd
    import xgboost as xgb
    from sklearn import metrics as sk
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

warnings.simplefilter("ignore")
TOLERANCE = 1e-9
FEATURES = "a = a * 2\nb = abs(b)\nc = c + a\n"
points = []


def report(name, fault):
    points.append((name, fault))


class Registry:
    """The library behind a pipe."""

    def __init__(self, program, store):
        self.process = subprocess.Popen([program, store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *fields):
        self.process.stdin.write("\t".join(fields) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n")
        if answer.startswith("error: "):
            raise RuntimeError(answer)
        return answer

    def metrics(self, name, which):
        return {k: float(v) for k, v in (pair.split("=") for pair in self.ask("evaluate", name, which).split(" "))}


def make_data(kind, n, seed):
    """A frame of id, columns a, b, c and target y, some of which is missing."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": np.arange(n), "a": rng.normal(size=n), "b": rng.normal(size=n), "c": rng.normal(size=n)})
    signal = frame.a + 0.5 * frame.b ** 2 - frame.c * frame.a + rng.normal(scale=0.5, size=n)
    frame.loc[rng.random(n) < 0.1, "c"] = np.nan
    if kind == "binary":
        frame["y"] = (signal > 0).fillna(False).astype(float)
    elif kind == "classes":
        frame["y"] = pd.qcut(signal.fillna(0), 3, labels=False).astype(float)
    elif kind == "count":
        frame["y"] = rng.poisson(np.exp(np.clip(signal.fillna(0), -3, 2))).astype(float)
    else:
        frame["y"] = signal.fillna(0)
    frame.loc[rng.random(n) < 0.05, "y"] = np.nan
    return frame


def made(frame):
    """What FEATURES makes."""
    return pd.DataFrame({"a": frame.a * 2, "b": frame.b.abs(), "c": frame.c + frame.a})


def train(objective, frame, rounds, seed):
    params = {"objective": objective, "max_depth": 3, "eta": 0.3, "seed": seed, "nthread": 1}
    if objective.startswith("multi:"):
        params["num_class"] = 3
    known = frame[frame.y.notna()]
    return xgb.train(params, xgb.DMatrix(known[["a", "b", "c"]], label=known.y), num_boost_round=rounds)


def binary(y, score, hard, proper):
    out = {"auc": sk.roc_auc_score(y, score), "average_precision": sk.average_precision_score(y, score)}
    if proper is not None:
        clipped = np.clip(proper, 2.0 ** -52, 1 - 2.0 ** -52)
        out |= {"log_loss": sk.log_loss(y, clipped), "brier": sk.brier_score_loss(y, proper)}
    tn, fp, fn, tp = sk.confusion_matrix(y, hard).ravel()
    return out | {"accuracy": sk.accuracy_score(y, hard), "precision": sk.precision_score(y, hard),
                  "recall": sk.recall_score(y, hard), "f1": sk.f1_score(y, hard),
                  "balanced_accuracy": sk.balanced_accuracy_score(y, hard), "mcc": sk.matthews_corrcoef(y, hard),
                  "tp": tp, "fp": fp, "tn": tn, "fn": fn, "prevalence": y.mean()}


def judge(objective, booster, rows, y):
    """scikit-learn's metrics of XGBoost's predictions, in float64."""
    matrix = xgb.DMatrix(rows)
    predicted = booster.predict(matrix).astype(float)
    if objective == "binary:logitraw":
        return binary(y, predicted, predicted >= 0, 1 / (1 + np.exp(-predicted)))
    if objective == "binary:hinge":
        return binary(y, predicted, predicted >= 0.5, None)
    if objective.startswith("binary:"):
        return binary(y, predicted, predicted >= 0.5, predicted)
    if objective.startswith("multi:"):
        if objective == "multi:softmax":
            probable = booster.copy()
            probable.set_param({"objective": "multi:softprob"})
            predicted = probable.predict(matrix).astype(float)
        hard = predicted.argmax(axis=1)
        share = np.clip(predicted[np.arange(len(y)), y.astype(int)], 2.0 ** -52, 1 - 2.0 ** -52)
        return {"accuracy": sk.accuracy_score(y, hard), "f1_macro": sk.f1_score(y, hard, average="macro"),
                "f1_weighted": sk.f1_score(y, hard, average="weighted"), "log_loss": -np.log(share).mean(),
                "balanced_accuracy": sk.balanced_accuracy_score(y, hard)}
    return {"mae": sk.mean_absolute_error(y, predicted), "mse": sk.mean_squared_error(y, predicted),
            "rmse": sk.mean_squared_error(y, predicted) ** 0.5, "r2": sk.r2_score(y, predicted),
            "median_ae": sk.median_absolute_error(y, predicted), "max_error": sk.max_error(y, predicted),
            "bias": np.mean(predicted - y)}


def differences(ours, theirs):
    wrong = [f"{name}: {ours.get(name)} and not {value}" for name, value in theirs.items()
             if not abs(ours.get(name, np.nan) - value) <= TOLERANCE * max(1, abs(value))]
    return "\n".join(wrong)


def held_out(registry, folder, name, frame):
    path = folder / f"{name}.csv"
    frame.to_csv(path, index=False)
    ids = [int(i) for i in registry.ask("data", name, str(path), "y").split(" ")]
    rows = frame[frame.id.isin(ids)]
    return rows[rows.y.notna()]


def register(registry, folder, name, dataset, booster, features=""):
    path = folder / f"{name}.json"
    booster.save_model(path)
    return registry.ask("model", name, str(path), dataset, features)


def check_objective(registry, folder, objective, kind, seed):
    name = objective.replace(":", "_")
    frame = make_data(kind, 600, seed)
    rows = held_out(registry, folder, name, frame)
    definition = folder / "features.txt"
    definition.write_text(FEATURES)
    for features in (False, True):
        seen = frame.assign(**made(frame)) if features else frame
        booster = train(objective, seen, 8, seed)
        which = register(registry, folder, name, name, booster, str(definition) if features else "")
        live = made(rows) if features else rows[["a", "b", "c"]]
        theirs = judge(objective, booster, live, rows.y) | {"rows": len(rows)}
        report(f"{objective}, {'features' if features else 'columns'}",
               differences(registry.metrics(name, which), theirs))


def check_gates(registry, folder, seed):
    """Random gates over a weak and a strong model, with and without a champion."""
    frame, rng = make_data("binary", 800, seed), random.Random(seed)
    rows = held_out(registry, folder, "gates", frame)
    values = {}
    for rounds in (1, 3, 20):
        booster = train("binary:logistic", frame, rounds, seed)
        which = register(registry, folder, "gated", "gates", booster)
        values[which] = judge("binary:logistic", booster, rows[["a", "b", "c"]], rows.y)
    holder, faults = "0", []
    for _ in range(120):
        which = rng.choice(list(values))
        names = rng.sample(["auc", "f1", "log_loss", "brier", "recall"], rng.randint(1, 3))
        clauses, passes = [], True
        for name in names:
            sign = rng.choice(["<", "<=", ">", ">="])
            if rng.random() < 0.5:
                bound = round(rng.uniform(0.3, 1), 3)
                clauses.append(f"{name} {sign} {bound}")
                passes = passes and eval(f"{values[which][name]!r} {sign} {bound}")
                continue
            margin = round(rng.uniform(-0.05, 0.05), 4)
            clauses.append(f"{name} {sign} champion.{name} + {margin}")
            if holder != "0":
                passes = passes and eval(f"{values[which][name]!r} {sign} {values[holder][name]!r} + {margin}")
        was = holder
        if passes:  # the holder is judged as anybody else
            holder = which
        want = f"{'MLOPS_OK' if passes else 'MLOPS_E_REFUSED'} {holder}"
        got = registry.ask("promote", "gated", which, " and ".join(clauses))
        if got != want:
            faults.append(f"{' and '.join(clauses)} for {which} with champion {was}: {got}, not {want}")
            holder = got.split(" ")[1]
    report("120 random gates", "\n".join(faults))


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        registry = Registry(sys.argv[1], os.path.join(name, "s.mlops"))
        objectives = {"binary:logistic": "binary", "binary:logitraw": "binary", "binary:hinge": "binary",
                      "multi:softprob": "classes", "multi:softmax": "classes", "reg:squarederror": "number",
                      "reg:absoluteerror": "number", "count:poisson": "count"}
        for seed, (objective, kind) in enumerate(objectives.items(), 1):
            try:
                check_objective(registry, folder, objective, kind, seed)
            except RuntimeError as error:
                report(objective, str(error))
        check_gates(registry, folder, 11)
        registry.process.stdin.close()
        report("it ends well", "" if registry.process.wait() == 0 else "it did not")
    print(f"1..{len(points)}")
    for number, (point, fault) in enumerate(points, 1):
        print(f"{'not ok' if fault else 'ok'} {number} - {point}")
        for line in fault.splitlines():
            print("# " + line)
    return any(fault for _, fault in points)


if __name__ == "__main__":
    sys.exit(main())
