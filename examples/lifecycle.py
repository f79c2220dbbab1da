#!/usr/bin/python3
"""The whole loop on real data, in one store, from Python: commit, fit features, train with XGBoost, register with lineage,
gate, promote, deploy, serve, watch production shift, commit again, retrain, try, promote or refuse, roll back, and prove
what happened. The same as examples/lifecycle/lifecycle.c; examples/run.sh runs it.

usage: lifecycle.py --data FILE --target COLUMN [--ignore A,B] [--time COLUMN]
                    [--production FILE [--labels FILE --id COLUMN]] [--out FOLDER] [--skip-lines N] [--names A,B,...]
"""
import argparse
import datetime
import os
import sys

import numpy as np
import pandas as pd
import xgboost

import mlops

ROUNDS, WINDOW, DATASET, MODEL = 100, 1000, "table", "model"
OURS = ("customer", "updated", "status", "age_ns")  # columns of a view that are not the table's
number = 0


def step(title):
    global number
    number += 1
    print(f"\n{number}  {title}")


def say(text):
    print("   " + text, flush=True)


def options():
    parser = argparse.ArgumentParser(usage="\n".join(__doc__.splitlines()[4:]).replace("usage: ", ""))
    for name in ("data", "target", "ignore", "time", "production", "labels", "id", "names"):
        parser.add_argument("--" + name, required=name in ("data", "target"))
    parser.add_argument("--out", default=".")
    parser.add_argument("--skip-lines", type=int, default=0)
    return parser.parse_args()


def read(args):
    """The table, the part of it that is committed first, and the rows that come later as production."""
    names = args.names.split(",") if args.names else None
    frame = pd.read_csv(args.data, skiprows=args.skip_lines, names=names, header=None if names else 0, na_values=["?"],
                        skipinitialspace=True)
    if args.target not in frame:
        raise ValueError(f"there is no column '{args.target}' in the file; --target names one that is there")
    if frame[args.target].isna().any():
        raise ValueError(f"target '{args.target}' is missing in row {frame[args.target].isna().argmax() + 1}; drop such "
                         "rows first")
    if len(frame) < 100:
        raise ValueError(f"'{args.data}' has {len(frame)} rows; 100 are the least to learn from")
    if frame[args.target].nunique() < 2:
        raise ValueError(f"target '{args.target}' has one value only; nothing to learn")
    if args.production:
        return frame, frame, pd.read_csv(args.production)
    order = np.random.default_rng(7).permutation(len(frame))
    kept = len(frame) * 7 // 10
    return frame, frame.iloc[order[:kept]], frame.iloc[order[kept:]]


class Task:
    """What is to be learnt: texts or a few whole numbers are classes."""

    def __init__(self, target):
        values = sorted(target.unique())
        whole = target.dtype == object or np.all(target == np.floor(target))
        self.classes = values if whole and len(values) < 20 else None
        binary = self.classes is not None and len(values) == 2
        self.metric = "auc" if binary else "accuracy" if self.classes is not None else "r2"
        least = {"auc": 0.75, "accuracy": 0.5, "r2": 0.2}[self.metric]
        self.gate = f"{self.metric} >= {least} and {self.metric} >= champion.{self.metric} - 0.005"
        self.params = {"max_depth": 6, "eta": 0.1, "nthread": 1, "seed": 1}
        self.params["objective"] = ("binary:logistic" if binary else "reg:squarederror" if self.classes is None else
                                    "multi:softprob")
        if self.metric == "accuracy":
            self.params["num_class"] = len(values)

    def labels(self, column):
        """The target of rows as the trainer takes it."""
        if self.classes is None:
            return np.asarray(column, dtype=float)
        code = {str(value): i for i, value in enumerate(self.classes)}
        return np.array([code[str(value)] for value in column], dtype=float)

    def score(self, predictions, labels):
        if self.metric == "auc":
            return mlops.metric_binary(predictions, labels).auc
        if self.metric == "accuracy":
            return mlops.metric_classes(predictions, labels.astype(np.int64))[0].accuracy
        return mlops.metric_regression(predictions, labels).r2


def define(args, rows):
    """A definition of features: text one-hot, numbers imputed and standardised, large ones by their logarithm."""
    lines = []
    for name in rows.names:
        if name in (args.target, args.time, *(args.ignore or "").split(",")):
            continue
        if rows.type(rows.find(name)) == mlops.Type.STRING:
            lines.append(f"`{name}` = one_hot(`{name}`, 40)")
            continue
        values = np.asarray(rows[name], dtype=float)
        value = f"impute(`{name}`, 'median')"
        if np.nanmin(values) >= 0 and np.nanmax(values) >= 1000:
            value = f"log1p({value})"
        lines.append(f"`{name}` = standardise({value})")
    return "\n".join(lines)


def train(store, args, task, commit, features, title, rounds=ROUNDS, shuffle=False):
    """A run: trains on the rows that are not held out, and logs what the others say."""
    rows, held = commit.train, commit.held_out
    y = task.labels(rows[args.target])
    if shuffle:
        y = np.random.default_rng(11).permutation(y)
    matrix = xgboost.DMatrix(features.matrix(rows), label=y)
    unseen, labels = xgboost.DMatrix(features.matrix(held)), task.labels(held[args.target])
    path = os.path.join(args.out, "model.json")
    with store.run("weekly", data=commit, name=title, actor="lifecycle", source="examples/lifecycle.py") as run:
        run.params(rounds=rounds, **task.params)
        booster = xgboost.Booster(task.params, [matrix])
        for i in range(rounds):
            booster.update(matrix, i)
            if i % 10 == 9 or i == rounds - 1:
                run.log(task.metric, task.score(booster.predict(unseen), labels), step=i + 1)
        booster.feature_names = None
        booster.save_model(path)
        run.artifact_file("model.json", path)
        best = run.points(task.metric)["value"][-1]
    say(f"{rounds} rounds on {len(rows)} rows, run {run.id[:8]}: {task.metric} {best:.4f} on the rows that were held out")
    ours, theirs = mlops.load(path).predict(features.matrix(rows)), booster.predict(matrix)
    if not np.array_equal(ours, theirs.astype(float)):
        raise ValueError("predictions differ from XGBoost's")
    say(f"{ours.size} predictions, every one equal to XGBoost's, bit for bit")
    return run, path


def register(store, task, path, run, features):
    classes = None if task.classes is None else [str(value) for value in task.classes]
    version = store.models.add(MODEL, path, run=run, features=features, classes=classes)
    known = version.describe()
    say(f"version {version.version} of '{MODEL}': run {run.id[:8]}, commit {known['commit'][:8]}, "
        f"{features.n_outputs} features")
    return version


def promote(store, version):
    try:
        version.promote("champion")
        say(f"version {version.version} is the champion")
    except mlops.RefusedError:
        say(f"version {version.version} is refused")
    say(store.models.decisions(MODEL, "champion")["explanation"][-1])


def tell_window(watch):
    drift = watch.drift()
    if drift.overall == mlops.DriftVerdict.NO:
        say(f"no drift: none of {len(drift)} columns has moved beyond tolerance")
    elif not drift.drifted:
        say(f"no alarm in {len(drift)} columns; the reference is too small to rule drift out")
    else:
        say(f"drift in {drift.n_drifted} of {len(drift)} columns")
    for c in [c for c in drift if c.verdict == mlops.DriftVerdict.YES][:6]:
        say(f"  {c.name:24} {c.test:5} {c.effect:.3f}, at least {c.effect_low:.3f} (tolerance {c.tolerance:.2f}), "
            f"p {c.p_adjusted:.1e}")


def shift(frame, args):
    """The first column with many values grows by three quarters of its standard deviation; the next goes missing in a
    third of the rows."""
    frame, random = frame.copy(), np.random.default_rng(13)
    names = [n for n in frame if n != args.target and frame[n].dtype != object and frame[n].nunique() > 30]
    if names:
        size = 0.75 * frame[names[0]].std()
        whole = frame[names[0]].dtype.kind == "i"
        frame[names[0]] += round(size) if whole else size
        say(f"'{names[0]}' grows by {size:.3g} (three quarters of its standard deviation)")
    if len(names) > 1:
        frame[names[1]] = frame[names[1]].astype(object).mask(random.random(len(frame)) < 1 / 3, None)
        say(f"'{names[1]}' goes missing in a third of the rows")
    return frame


def labelled(args, first, production):
    """The first rows and production's, with the labels that arrived later."""
    if args.labels:
        production = production.merge(pd.read_csv(args.labels), on=args.id)
    elif args.production:
        return None
    return pd.concat([first, production[list(first.columns)]], ignore_index=True)


def write(frame, args):
    path = os.path.join(args.out, "data.csv")
    frame.to_csv(path, index=False)
    return path


def main():
    args = options()
    frame, first, later = read(args)
    task = Task(frame[args.target])
    step("Open a store")
    store = mlops.open(os.path.join(args.out, "lifecycle.mlops"))
    say(f"{args.out}/lifecycle.mlops: one directory, no server")

    step("Commit the data")
    v1 = store.data.add(write(first, args), DATASET, target=args.target, time=args.time, message="first rows").tag("v1")
    say(f"{args.data}: {len(first)} rows, commit {v1.id[:8]}, tag v1")
    say(f"{len(v1.train)} rows to train on, {len(v1.held_out)} held out for good")
    store.data.expectations(DATASET).set("data.csv", "row_count() >= 100")
    say("from now on every commit must hold to: row_count() >= 100")

    step("Define and fit features")
    features = mlops.Feature.fit(define(args, v1.train), v1.train)
    version = store.features.add(DATASET, features)
    say(f"{features.n_inputs} columns give {features.n_outputs} features, id {features.id[:8]}, version {version}")

    step("Train with XGBoost")
    run, path = train(store, args, task, v1, features, "Train with XGBoost")

    step("Register the model, with where it came from")
    champion = register(store, task, path, run, features)

    step("Promote it through the gate")
    store.models.set_gate(MODEL, "champion", task.gate)
    promote(store, champion)

    step("Deploy and serve")
    api = store.deploy("api", MODEL)
    row = {name: v1.held_out[name][0] for name in features.input_names}
    prediction, version = api.predict(row, key="customer 1")
    predictions, versions = api.predict(v1.held_out)
    say(f"one row: {prediction}, by version {version}; a batch of {len(predictions)} rows by versions {set(versions)}")

    step("Look up what is known of a customer")
    kept = [name for name in features.input_names if name not in OURS and pd.notna(row[name])][:5]
    newest = v1.held_out.to_pandas()[kept]
    newest["customer"] = [f"customer {i}" for i in range(len(newest))]
    newest["updated"] = pd.Timestamp.now("UTC")
    customers = store.define_view("customers", newest, key="customer", event_time="updated",
                                  ttl=datetime.timedelta(days=7))
    n_put = customers.put(newest)
    say(f"the newest {len(kept)} columns of {n_put} customers are kept; a row serves for 7 days")
    known = customers.get("customer 0").to_dicts()[0]
    looked_up, version = api.predict({**row, **{name: known[name] for name in kept}}, key="customer 0")
    say(f"customer 0 is a {known['status']}: {looked_up}, by version {version}, the rest from the request")
    if np.any(looked_up != prediction):
        raise ValueError("what was looked up is not what was put")

    step("Production, as the table was")
    watch = store.watch(MODEL, window_rows=WINDOW)
    watch.add_table(first.sample(WINDOW, replace=True, random_state=3))
    tell_window(watch)

    if args.production:
        step("Production, from the file")
        watch.add_table(later)
        windows = mlops.Watch.windows(store, MODEL)
        say(f"{len(windows)} windows are kept in the store; drift in {windows['verdict'].count('drift')} of them. The "
            "newest:")
    else:
        step("Production shifts")
        later = shift(later, args)
        watch.add_table(later.sample(WINDOW, replace=True, random_state=5))
    tell_window(watch)

    step("Labels arrive: commit them too")
    more = labelled(args, first, later)
    v2 = store.data.add(write(first if more is None else more, args), DATASET, target=args.target, time=args.time,
                        message="rows of production, with their labels").tag("v2")
    rows = v1.diff_rows(v2)
    say(f"commit {v2.id[:8]}, tag v2")
    say(f"v1 to v2: {rows.n_added} rows added, {rows.n_changed} changed")

    step("Train again")
    features = mlops.Feature.fit(define(args, v2.train), v2.train)
    store.features.add(DATASET, features)
    run, path = train(store, args, task, v2, features, "Train again")
    challenger = register(store, task, path, run, features)

    step("Try it on a tenth of the keys")
    challenger.promote("canary", note="to be tried")
    store.deploy("api", MODEL, canary_share=0.1).close()
    swapped = api.refresh()
    on_canary = sum(api.route(f"customer {i}") == challenger.version for i in range(10000))
    say(f"{swapped} versions loaded without a pause; {on_canary} of 10,000 keys go to version {challenger.version}")

    step("Promote it through the gate")
    promote(store, challenger)

    step("Somebody mixes the labels up")
    run, path = train(store, args, task, v2, features, "labels mixed up", rounds=10, shuffle=True)
    promote(store, register(store, task, path, run, features))

    step("Roll back, and ask who was champion when")
    try:
        back = store.models.rollback(MODEL, "champion", "the lifecycle shows it")
        say(f"version {back.version} is the champion again")
    except mlops.NotFoundError as error:
        say(str(error))
    history = store.models.history(MODEL, "champion")
    for time_ns, action in zip(history["time_ns"], history["action"]):
        when = datetime.datetime.fromtimestamp(int(time_ns) // 10**9, datetime.timezone.utc)
        at = store.models.at(MODEL, "champion", int(time_ns))
        say(f"{when:%Y-%m-%d %H:%M:%S} UTC, {action}: the champion is version {at.version}")

    step("Share the data")
    share = os.path.join(args.out, "share")
    store.data.push(DATASET, share)
    with mlops.open(os.path.join(args.out, "second.mlops")) as second:
        second.data.pull(DATASET, share)
        if second.data[DATASET].id != store.data[DATASET].id:
            raise ValueError("the stores differ")
    say(f"{args.out}/second.mlops has the same commits, by way of {share}")

    step("Verify, check, report")
    link, commits = mlops.Audit.verify(store)
    proof = mlops.Audit.prove(store, 1, commits)
    mlops.Audit.parse(proof.encode(), mlops.Audit.root(store, commits))
    say(f"{commits} commits, each chained to the one before; the first one proven in {len(proof)} bytes")
    check = mlops.Check.store(os.path.join(args.out, "lifecycle.mlops"))
    if check.n_faults:
        raise ValueError(f"the store is damaged: {check.fault(0)}")
    stats = store.stat()
    say(f"{stats.n_records} records and {stats.n_objects} pieces of content, all sound")
    store.models[MODEL, "champion"].save(os.path.join(args.out, "champion.bundle"))
    watch.save(os.path.join(args.out, "report.html"))
    say(f"{args.out}/champion.bundle, {args.out}/report.html")


if __name__ == "__main__":
    try:
        main()
    except pd.errors.EmptyDataError:
        sys.exit("lifecycle: a file is empty")
    except (mlops.Error, ValueError, OSError) as problem:
        sys.exit(f"lifecycle: {problem}".replace("\n", " "))
