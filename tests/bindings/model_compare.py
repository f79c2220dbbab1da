"""All that a store lists and reads, held against the model of it: the comparisons of model_store.py."""
import json
import math
import os
import shutil

import mlops
import oracle_run
from model_changes import where_to_judge
from model_parts import *
from model_runs import check_routes, opened


# ---- comparing ---------------------------------------------------------------------------------------------------

def compare_data(w):
    draw, m = w.draw, w.m
    due = [(n, len(d.branches), len(d.tags), len(d.commits)) for n, d in sorted(m.data.items())]
    same(rows_of(mlops.dataset_list(w.s)), due, "datasets")
    for name, data in m.data.items():
        refs = [(kind, ref, at) for kind, refs in (("branch", data.branches), ("tag", data.tags))
                for ref, at in sorted(refs.items())]
        same([row[:3] for row in rows_of(mlops.dataset_refs(w.s, name))], refs, f"refs of {name}")
        for _, ref, at in refs:
            same(mlops.dataset_resolve(w.s, name, ref), at, f"{ref} of {name}")
        if not data.commits:
            continue
        for commit in draw.sample(list(data.commits.values()), min(2, len(data.commits))):
            compare_commit(w, name, data, commit)
        one, two = (draw.choice(list(data.commits.values())) for _ in range(2))
        compare_diff(w, name, one, two, one.id)
        compare_diff(w, name, data.commits[two.parents[0]] if two.parents else None, two, None)


def compare_diff(w, name, one, two, spelled):
    before, due = one.entries if one else {}, []
    for path in sorted({*before, *two.entries}, key=str.encode):
        a, b = before.get(path), two.entries.get(path)
        if a is None or b is None or not same_entry(a, b):
            due.append((path, "added" if a is None else "removed" if b is None else "changed"))
    with mlops.dataset_diff(w.s, name, spelled, two.id) as table:
        same(list(zip(table["path"], table["change"])), due, f"what differs in {name} from {spelled} to {two.id}")
        for path, side in ((p, s) for p, _ in due for s in ("from", "to")):
            entry = (before if side == "from" else two.entries).get(path)
            id, size = (table[f"{side}_{what}"][[p for p, _ in due].index(path)] for what in ("id", "size"))
            same((id is None, plain(size) is None), (entry is None,) * 2, f"{side} of {path}")
            if entry and isinstance(entry.id, str):
                same((id, plain(size)), (entry.id, len(entry.data)), f"{side} of {path}")


def same_entry(a, b):
    def known(e):
        content = e.data if e.data is not None else repr(e.columns)
        return e.kind, content, e.target, e.time, e.row_id, e.split and sorted(e.split.__dict__.items(), key=str)
    return known(a) == known(b)


def compare_commit(w, name, data, commit):
    what, line = f"{name} {commit.id[:8]}", []
    at = commit
    while at:
        line.append(at)
        at = data.commits[at.parents[0]] if at.parents else None
    n_max = w.draw.choice([1, 3, 10**6])
    with mlops.dataset_log(w.s, name, commit.id, n_max) as log:
        have = list(zip(log["commit"], log["author"], log["message"], log["parents"], log["n_entries"]))
        same(have, [(c.id, c.author, c.message, " ".join(c.parents), len(c.entries)) for c in line[:n_max]],
             f"log of {what}")
        for c, time_ns in zip(line, log["time_ns"]):
            c.time.match(time_ns, f"time of {c.id}")
        times = list(log["time_ns"])
        need(all(a > b for a, b in zip(times, times[1:])), f"times of {what} and its parents: {times}")
    known = json.loads(mlops.dataset_describe(w.s, name, commit.id[:20]))
    same((known["dataset"], known["commit"], known["parents"], known.get("author"), known.get("message"),
          known.get("metadata")), (name, commit.id, commit.parents, commit.author, commit.message,
                                   commit.metadata and json.loads(commit.metadata)), f"description of {what}")
    paths = sorted(commit.entries, key=str.encode)
    with mlops.dataset_entries(w.s, name, commit.id) as table:
        columns = [[plain(v) for v in table[c]] for c in table.names]
        rows = [dict(zip(table.names, row)) for row in zip(*columns)] if paths else []
        same([r["path"] for r in rows], paths, f"entries of {what}")
    for row in rows:
        e = commit.entries[row["path"]]
        shape = (len(e.columns[0][2]), len(e.columns)) if e.columns else (None, None)
        names = ("kind", "n_rows", "n_columns", "n_held_out", "target", "time", "row_id")
        same(tuple(row[n] for n in names),
             (e.kind, *shape, len(e.held) if e.held else None, e.target, e.time, e.row_id), f"{what} {row['path']}")
        e.id.match(row["id"], row["path"]) if isinstance(e.id, Stamp) else same(row["id"], e.id, f"id of {row['path']}")
    if w.draw.random() < 0.1:
        compare_checkout(w, name, commit, paths)
    if paths:
        path = w.draw.choice(paths)
        compare_entry(w, name, commit, path, rows[paths.index(path)])


def compare_checkout(w, name, commit, paths):
    """Files are as they were added, tables are read back; a second time nothing is written, another file is kept."""
    folder = os.path.join(w.folder, "out")
    for _ in range(2):
        mlops.dataset_checkout(w.s, name, commit.id, folder)
    have = sorted(os.path.relpath(os.path.join(at, f), folder) for at, _, files in os.walk(folder) for f in files)
    same(have, sorted(paths), f"files of {name} {commit.id}")
    for path in paths:
        e, file = commit.entries[path], os.path.join(folder, path)
        if e.data is None:
            with open(file, "rb") as text:
                same_table(mlops.Table.parse(text.read()), e.columns, range(len(e.columns[0][2])), f"{path} as CSV")
            continue
        with open(file, "rb+") as written:
            same(written.read(), e.data, f"{path} as a file")
            written.write(b"more")
        fails(mlops.ExistsError, mlops.dataset_checkout, w.s, name, commit.id, folder)
        mlops.dataset_checkout(w.s, name, commit.id, folder, force=True)
    shutil.rmtree(folder, ignore_errors=True)


def compare_entry(w, name, commit, path, row):
    e, what = commit.entries[path], f"{name} {commit.id[:8]} {path}"
    data = mlops.dataset_read(w.s, name, commit.id, path)
    same((sha(data), len(data)), (row["id"], row["size"]), f"bytes of {what}")
    same(e.data is None or e.data == data, True, f"{what} as it was added")
    read = lambda part: mlops.dataset_table(w.s, name, commit.id, path, mlops.Part[part])
    if e.columns is None:
        return fails(mlops.SchemaError, read, "ALL")
    n = len(e.columns[0][2])
    same_table(read("ALL"), e.columns, range(n), what)
    if e.held is None:
        return fails(mlops.SchemaError, read, "TRAIN")
    same_table(read("HELD_OUT"), e.columns, e.held, what + " held out")
    same_table(read("TRAIN"), e.columns, [r for r in range(n) if r not in set(e.held)], what + " to train on")


def compare_runs(w):
    w.flush_runs()
    counts = {}
    for run in w.runs:
        counts[run.own["experiment"]] = counts.get(run.own["experiment"], 0) + 1
    with mlops.Run.experiments(w.s) as table:
        same([(n, int(k)) for n, k in zip(table["experiment"], table["n_runs"])], sorted(counts.items()), "experiments")
        for n, at in zip(table["experiment"], table["created_ns"]):
            w.experiments[n].match(at, f"begin of {n}")
    if not w.runs:
        return
    ordered = sorted(w.runs, key=lambda r: (-r.own["start_ns"], r.own["run_id"]))
    for n in range(2):
        experiment, n_max = w.draw.choice([None, *counts]), w.draw.choice([10**6, 10**6, 2])
        text, holds = oracle_run.make_filter(w.draw, w.runs) if n else (None, lambda run: True)
        found = [r for r in ordered if experiment in (None, r.own["experiment"]) and holds(r)][:n_max]
        with mlops.Run.search(w.s, experiment, text, n_max) as table:
            oracle_run.compare(table, found, f"search {experiment}, {text}, {n_max}")
    for run in w.draw.sample(w.runs, min(2, len(w.runs))):
        compare_run(w, run)


def compare_run(w, run):
    handle, what = opened(w, run), f"run {run.own['run_id'][:8]}"
    known = handle.describe()
    if run.end is not None and "end_ns" in known:
        run.end.match(known["end_ns"], f"end of {what}")
    known["end_ns"] = None if "end_ns" in known else known.pop("end_ns", 0)
    own = {"run" if k == "run_id" else k: v for k, v in run.own.items() if v is not None or k == "end_ns"}
    lists = ("params", "tags", "metrics", "artifacts")
    have = {k: v for k, v in known.items() if k not in lists and (v != 0 or k != "end_ns")}
    same(have, own, what)
    same((known["params"], known["tags"]), (run.params, run.tags), f"params and tags of {what}")
    spell = lambda v: str(v) if not math.isfinite(v) else v
    due = {k: (repr(spell(p[2])), p[0], p[1], len(run.points[k])) for k, p in run.metrics().items()}
    have = {k: (repr(v["value"] if isinstance(v["value"], str) else float(v["value"])), v["step"], v["time_ns"], v["n"])
            for k, v in known["metrics"].items()}
    same(have, due, f"latest metrics of {what}")
    due = {p: {"id": sha(a), "size": len(a)} for p, a in run.artifacts.items()}
    same(known["artifacts"], due, f"artifacts of {what}")
    paths = sorted(run.artifacts, key=str.encode)
    same(rows_of(handle.artifacts(), "path", "size", "id"),
         [(p, len(run.artifacts[p]), due[p]["id"]) for p in paths], f"artifacts of {what}")
    for path in paths:
        same(handle.artifact_read(path), run.artifacts[path], f"{path} of {what}")
    for key, points in run.points.items():
        with handle.points(key) as table:
            have = list(zip(table.integers(0), table.integers(1), map(repr, map(float, table["value"]))))
        same(have, [(s, t, repr(v)) for s, t, v in points], f"points of {key} of {what}")


def compare_models(w):
    models = sorted(w.m.models.items(), key=lambda x: x[0].encode())
    with mlops.registry_models(w.s) as table:
        have = list(zip(table["model"], table["n_versions"], table["latest"], table["aliases"]))
        due = [(n, len(k.versions), len(k.versions), ",".join(sorted(a for a in k.aliases if k.aliases[a].holder())))
               for n, k in models]
        same([(n, int(a), int(b), c or "") for n, a, b, c in have], due, "models")
        for (_, known), at in zip(models, table["created_ns"]):
            known.time.match(at, "begin of a model")
    for name, known in models:
        names = ("version", "run", "dataset", "commit", "path", "features", "description")
        with mlops.registry_versions(w.s, name) as table:
            have = list(zip(*(table[n] for n in names), table["aliases"]))
            due = [(v.number, v.run, v.dataset, v.commit, v.path, v.features, v.description,
                    ",".join(known.holds(v.number))) for v in known.versions]
            same([(int(h[0]), *h[1:7], h[7] or "") for h in have], due, f"versions of {name}")
            for v, at, id in zip(known.versions, table["created_ns"], table["bundle"]):
                v.time.match(at, f"begin of {name} {v.number}")
                v.bundle.match(id, f"bundle of {name} {v.number}")
        for alias in ALIASES:
            compare_alias(w, name, alias, known.aliases.get(alias, Alias()))
        compare_version(w, name, known, *known.which(w.draw))


def compare_alias(w, name, alias, a):
    what = f"{name} {alias}"
    due = set(a.gate.clauses) if a.gate else set()
    same(Gate.of_text(mlops.registry_gate(w.s, name, alias)), due, f"gate of {what}")
    at = lambda t: mlops.registry_alias_at(w.s, name, alias, t)
    if not a.log:
        fails(mlops.NotFoundError, mlops.registry_history, w.s, name, alias)
        fails(mlops.NotFoundError, at, 0)
    else:
        with mlops.registry_history(w.s, name, alias) as table:
            get = lambda n: [plain(v) for v in table[n]]
            have = list(zip(get("number"), get("version"), get("action"), get("previous"), get("restores"),
                            get("decision"), get("note")))
            due = [(i + 1, e.version, e.action, e.previous, e.restores, e.decision, e.note)
                   for i, e in enumerate(a.log)]
            same(have, due, f"history of {what}")
            same([Gate.of_text(g) for g in table["gate"]], [set(e.gate.clauses) if e.gate else set() for e in a.log],
                 f"gates of the history of {what}")
            times = [int(t) for t in table["time_ns"]]
        same(times, sorted(times), f"times of {what}")
        for e, t in zip(a.log, times):
            e.time.match(t, f"time of an entry of {what}")
        for t in {0, times[0] - 1, times[-1] + 10**15, w.draw.choice(times), w.draw.choice(times) - 1}:
            past = [e for e, when in zip(a.log, times) if when <= t] if t else a.log
            held = past[-1].version if past else None
            same(at(t), held, f"{what} at {t}") if held else fails(mlops.NotFoundError, at, t)
    compare_decisions(w, name, alias, a)


def compare_decisions(w, name, alias, a):
    what = f"decisions of {name} {alias}"
    with mlops.registry_decisions(w.s, name, alias) as table:
        get = lambda n: [plain(v) for v in table[n]]
        have = list(zip(get("number"), get("version"), get("verdict"), get("note"), get("n_rows"),
                        zip(get("dataset"), get("commit"), get("path"))))
        same(have, [(i + 1, d.version, d.verdict, d.note, plain(d.n_rows), d.where or (None,) * 3)
                    for i, d in enumerate(a.decisions)], what)
        for d, gate, said, holders, at in zip(a.decisions, table["gate"], table["explanation"], table["holders"],
                                              table["time_ns"]):
            d.time.match(at, f"time of {what}")
            same(Gate.of_text(gate), set(d.gate.clauses), f"gate of {what}")
            if d.truths is not None:
                have = dict(clause.partition(" (")[0].split(": ") for clause in said.split("; "))
                same(have, d.truths, f"explanation of {what}")
                same({*holders.split(",")} if holders else set(), {f"{n}={v}" for n, v in d.holders.items()},
                     f"holders of {what}")


def compare_version(w, name, known, v, which):
    what = f"{name} {v.number}"
    have = json.loads(mlops.registry_describe(w.s, name, which))
    due = {"model": name, "version": v.number, "run": v.run, "dataset": v.dataset, "commit": v.commit, "path": v.path,
           "features": v.features, "description": v.description, "metadata": v.metadata and json.loads(v.metadata),
           "file": {"id": sha(v.learner.data), "name": os.path.basename(v.learner.path), "size": len(v.learner.data)}
           if v.file else None}
    same({k: have.get(k) for k in due}, due, f"description of {what}")
    n_said = sum(d.version == v.number for a in known.aliases.values() for d in a.decisions)
    same((sorted(have["aliases"]), len(have["decisions"])), (known.holds(v.number), n_said), f"aliases of {what}")
    same((have["signature"]["task"], have["signature"]["inputs"], "reference" in have),
         ("binary", ["x", "colour_n", "z"], v.watched is not None), f"signature of {what}")
    with mlops.registry_load(w.s, name, which) as bundle:
        same((bundle.name, int(bundle.version)), (name, v.number), f"bundle of {what}")
        rows = [[w.draw.gauss(0, 1) for _ in range(3)] for _ in range(3)]
        same(list(bundle.model.predict(rows)), list(v.learner.model.predict(rows)), f"predictions of {what}")
    path = os.path.join(w.folder, "taken")
    if v.file:
        mlops.registry_file(w.s, name, which, path)
        with open(path, "rb") as file:
            same(file.read(), v.learner.data, f"file of {what}")
    else:
        fails(mlops.NotFoundError, mlops.registry_file, w.s, name, which, path)
    if v.features:
        with mlops.registry_features(w.s, name, which) as feature:
            same(feature.id, v.features, f"features of {what}")
    else:
        fails(mlops.NotFoundError, mlops.registry_features, w.s, name, which)
    opts, entry, where = where_to_judge(w, v)
    due = measure(v, entry)
    if not isinstance(due, dict):
        due = (mlops.InvalidError, mlops.NotFoundError) if where and where[2] is None else due
        return fails(due, mlops.registry_evaluate, w.s, name, which, **opts)
    with mlops.registry_evaluate(w.s, name, which, **opts) as table:
        have = dict(zip(table["metric"], map(float, table["value"])))
    for metric, value in due.items():
        need(abs(have[metric] - value) < 1e-12 or value != value and have[metric] != have[metric],
             f"{metric} of {what} is {have[metric]}, not {value}")


def compare_rest(w):
    due = [(name, i + 1, v.id, 3, 3) for name, versions in sorted(w.m.sets.items()) for i, v in enumerate(versions)]
    with mlops.featurestore_list(w.s) as table:
        same(list(zip(table["name"], map(int, table["version"]), table["id"], map(int, table["n_inputs"]),
                      map(int, table["n_outputs"]))), due, "feature sets")
        for v, at in zip((v for _, versions in sorted(w.m.sets.items()) for v in versions), table["created_ns"]):
            v.time.match(at, "begin of a feature set's version")
    for name, version, id, _, _ in due:
        with mlops.featurestore_get(w.s, name, version if w.draw.random() < 0.7 else version) as feature:
            same(feature.id, id, f"features {name} {version}")
    due = []
    for name, d in sorted(w.m.deployments.items()):
        holders = [w.m.models[d.model].alias(a).holder() for a in (d.champion, d.canary)]
        due.append((name, d.model, d.champion, holders[0], d.canary, holders[1], d.ppm, d.salt))
    with mlops.deploy_list(w.s) as table:
        get = lambda n: [plain(v) for v in table[n]]
        have = list(zip(get("name"), get("model"), get("champion"), get("champion_version"), get("canary"),
                        get("canary_version"), [round(v * 1e6) for v in table["canary_share"]], get("salt")))
        same(have, due, "deployments")
        for (_, d), at in zip(sorted(w.m.deployments.items()), table["time_ns"]):
            d.time.match(at, "time of a deployment")
    check_routes(w)
    for name, watch in w.m.watches.items():
        compare_watch(w, name, watch)


def compare_watch(w, name, watch):
    with mlops.Watch.windows(w.s, name) as table:
        names = ("number", "model", "version", "n_rows")
        have = [tuple(plain(v) for v in row) for row in zip(*(table[n] for n in names))]
        same(have, [(i + 1, watch.model, v.version, WINDOW) for i, v in enumerate(watch.windows)], f"windows of {name}")
        for v, at, verdict, report in zip(watch.windows, table["time_ns"], table["verdict"], table["report"]):
            v.time.match(at, f"time of a window of {name}")
            v.report.match(report, f"report of a window of {name}")
            v.verdict.match(verdict, f"verdict of a window of {name}")
            need(verdict in ("drift", "no drift", "not enough data") and (verdict == "drift" or not v.shifted),
                 f"{verdict} in a window of {name} whose rows have moved: {v.shifted}")
    if watch.windows:
        number = w.draw.randrange(len(watch.windows) + 1)
        text = mlops.Watch.report(w.s, name, number)
        same(sha(text.encode()), watch.windows[number - 1].report.value, f"report {number} of {name}")
    fails(mlops.NotFoundError, mlops.Watch.report, w.s, name, len(watch.windows) + 1)


def compare(w):
    w.say("compare")
    compare_data(w)
    compare_runs(w)
    compare_models(w)
    compare_rest(w)
