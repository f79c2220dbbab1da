#!/usr/bin/python3
"""Runs conformance.json through the Python package. usage: conformance.py SCRIPT DATA_FOLDER"""
import json
import math
import os
import sys
import tempfile

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

OPTIONS = ("no_header", "delimiter", "line_max", "ignore", "columns", "alpha", "edges", "window_rows", "version",
           "metadata", "alternative", "measures", "weights", "skip_nan")


class Runner:
    def __init__(self, data, scratch):
        self.data, self.scratch, self.objects = data, scratch, {}

    def path(self, text):
        return text.replace("$tmp", self.scratch).replace("$data", self.data)

    def options(self, step):
        return {key: numbers(step[key]) for key in OPTIONS if key in step}

    def act(self, step):
        """What the step of the script gives; exceptions pass."""
        noun, _, verb = step["do"].rpartition(".")
        special = getattr(self, f"{noun}_{verb}" if noun else verb, None)
        if special:
            return special(step)
        own = self.objects[step["on"]]
        found = getattr(type(own), verb)
        if isinstance(found, property):
            return getattr(own, verb)
        names = {"column": str, "index": int, "row": list, "values": list, "q": float, "n": int, "rows": list,
                 "predictions": list, "duration_ns": int, "output": str}
        return getattr(own, verb)(*[numbers(step[key]) for key in step if key in names])

    def version(self, step):
        return mlops.version()

    def status_name(self, step):
        return mlops.status_name(step["status"])

    def deploy_bucket(self, step):
        return mlops.deploy_bucket(step["salt"], step["key"])

    def close(self, step):
        self.objects[step["on"]].close()

    def bytes_equal(self, step):
        return self.objects[step["a"]] == self.objects[step["b"]]

    def table_parse(self, step):
        return mlops.Table.parse(step["text"], **self.options(step))

    def table_load(self, step):
        return mlops.Table.load(self.path(step["path"]))

    def table_from_matrix(self, step):
        return mlops.Table.from_matrix(step["values"], step["names"])

    def table_text(self, step):
        return self.objects[step["on"]].text(step["index"], step["row"])

    def stats_compare(self, step):
        return mlops.stats_compare(numbers(step["x"]), step["y"], **self.options(step))

    def stats_compare_counts(self, step):
        return mlops.stats_compare_counts(step["x"], step["y"])

    def metric(self, judge, step):
        found = judge(numbers(step["predictions"]), step["labels"], **self.options(step))
        metrics = found[0] if isinstance(found, tuple) else found
        info = mlops.metric_find(step["metric"])
        value = mlops.metric_value(metrics, info.metric)
        return value if value == getattr(metrics, info.name) or value != value else "not what the field has"

    def metric_binary(self, step):
        return self.metric(mlops.metric_binary, step)

    def metric_classes(self, step):
        return self.metric(mlops.metric_classes, step)

    def metric_regression(self, step):
        return self.metric(mlops.metric_regression, step)

    def profile_new(self, step):
        return mlops.Profile(**self.options(step))

    def profile_merge(self, step):
        return self.objects[step["on"]].merge(self.objects[step["other"]])

    def profile_load(self, step):
        return mlops.Profile.load(step["text"] if "text" in step else self.objects[step["bytes"]])

    def model_parse(self, step):
        return mlops.Model.parse(step["text"])

    def model_load(self, step):
        return mlops.Model.load(self.path(step["path"]))

    def model_predict(self, step):
        return self.matrix(mlops._ffi.Model.predict, step)

    def model_predict_table(self, step):
        own, table = self.objects[step["on"]], self.objects[step["table"]]
        return own.predict_table(table, step.get("columns"), step["output"])

    def explainer_new(self, step):
        return mlops.Explainer(self.objects[step["model"]])

    def explainer_explain(self, step):
        return self.objects[step["on"]].explain(numbers(step["rows"]))

    def context_new(self, step):
        return mlops.Context(self.objects[step["model"]], step["output"])

    def context_bind_table(self, step):
        return self.objects[step["on"]].bind_table(self.objects[step["table"]], step.get("columns"))

    def context_bind_csr(self, step):
        return self.objects[step["on"]].bind_csr(step["values"], step["features"], step["starts"], 3, 0.0)

    def context_run(self, step):
        return self.objects[step["on"]].run(step["first"], step["n"])

    def slot_new(self, step):
        return mlops.Slot(self.objects[step["model"]])

    def slot_publish(self, step):
        return self.objects[step["on"]].publish(self.objects[step["model"]])

    def matrix(self, method, step):
        rows = numbers(step["rows"])
        if not rows:
            if mlops._runtime.numpy() is None:
                return []
            rows = mlops._runtime.numpy().empty((0, step["columns"]))
        return method(self.objects[step["on"]], rows)

    def reference_new(self, step):
        return mlops.Reference(self.objects[step["table"]], **self.options(step))

    def reference_load(self, step):
        return mlops.Reference.load(self.path(step["path"]))

    def saved(self, step):
        return self.objects[step["on"]].save(self.path(step["path"]))

    reference_save = drift_save = saved

    def drift_compare(self, step):
        return mlops.Drift.compare(self.objects[step["reference"]], self.objects[step["current"]], **self.options(step))

    def drift_compare_reference(self, step):
        return mlops.Drift.compare_reference(self.objects[step["reference"]], self.objects[step["current"]])

    def bundle_write(self, step):
        options = self.options(step)
        if "reference" in step:
            options["reference"] = self.objects[step["reference"]]
        return mlops.Bundle.write(self.path(step["path"]), self.objects[step["model"]], name=step.get("label"),
                                  **options)

    def bundle_load(self, step):
        return mlops.Bundle.load(self.path(step["path"]))

    def bundle_id_length(self, step):
        return len(self.objects[step["on"]].id)

    def edge_init(self, step):
        with open(self.path(step["path"]), "rb") as file:
            return mlops.Edge(file.read())

    def monitor_new(self, step):
        return mlops.Monitor(self.objects[step["model"]], self.path(step["reference"]), name=step.get("label"),
                             **self.options(step))

    def store_open(self, step):
        return mlops.Store.open(self.path(step["path"]))

    def online_define(self, step):
        with mlops.Change(self.objects[step["store"]]) as change:
            mlops.Online.define(change, step["view"], self.objects[step["table"]], step["key"], step["event_time"],
                                created=step["created"], ttl_ns=step["ttl_ns"])
            change.commit()

    def online_open(self, step):
        return mlops.Online.open(self.objects[step["store"]], step["view"])

    def online_put(self, step):
        return self.objects[step["on"]].put(self.objects[step["table"]])

    def online_get(self, step):
        return self.objects[step["on"]].get(self.objects[step["table"]], step["as_of_ns"])

    def online_list(self, step):
        return mlops.Online.list(self.objects[step["store"]])

    def monitor_add_table(self, step):
        return self.objects[step["on"]].add_table(self.objects[step["table"]])


def numbers(value):
    """null in an array is NaN."""
    if isinstance(value, list):
        return [math.nan if v is None else numbers(v) for v in value]
    return value


def equal(have, want, within):
    if hasattr(have, "tolist"):
        have = have.tolist()
    if isinstance(want, dict):
        return all(equal(getattr(have, key), value, within) for key, value in want.items())
    if isinstance(want, list):
        return len(have) == len(want) and all(equal(h, w, within) for h, w in zip(have, want))
    if want is None:
        return have is None or (isinstance(have, float) and math.isnan(have))
    if hasattr(have, "name"):
        return have.name == want
    if isinstance(want, (int, float)) and not isinstance(want, bool):
        return abs(have - want) <= within
    return have == want


def judge(runner, step):
    """None, or what is wrong."""
    wanted = step.get("fails_one_of") or ([step["fails"]] if "fails" in step else [])
    try:
        got = runner.act(step)
    except mlops.Error as error:
        name = mlops.status_name(error.code)
        if name not in wanted:
            return f"{name}: {error}"
        faults = [f"{key} is {getattr(error, key)}" for key in ("line",) if key in step and
                  getattr(error, key) != step[key]]
        missing = [word for word in step.get("message", []) if word not in str(error)]
        return "; ".join(faults + [f"no {word!r} in {error}" for word in missing])
    if wanted:
        return f"did not fail with {' or '.join(wanted)}"
    if "as" in step:
        runner.objects[step["as"]] = got
    if "gives" in step and not equal(got, step["gives"], step.get("within", 0)):
        return f"gives {got!r}, not {step['gives']!r}"
    return "; ".join(f"no {word!r} in it" for word in step.get("has", []) if word not in got)


def main():
    script, data = sys.argv[1:3]
    with open(script, encoding="utf-8") as file:
        steps = json.load(file)
    print(f"1..{len(steps)}")
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        runner = Runner(os.path.abspath(data), scratch)
        for number, step in enumerate(steps, 1):
            try:
                fault = judge(runner, step)
            except Exception as error:  # a fault of the binding, which the next steps may still pass
                fault = f"{type(error).__name__}: {error}"
            failed += bool(fault)
            print(f"{'not ok' if fault else 'ok'} {number} - {step['name']}" + (f"\n# {fault}" if fault else ""))
        runner.objects.clear()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
