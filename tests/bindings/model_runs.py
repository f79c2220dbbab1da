"""Operations of model_store.py that commit by themselves: runs, deployments and watches that are open; and verbs that
must fail."""
import math
import time

import mlops
import oracle_route
import oracle_run
from model_changes import *
from model_parts import *


# ---- runs --------------------------------------------------------------------------------------------------------

def do_start(w):
    draw = w.draw
    name = draw.choice(["first", "Second run", None]) if w.runs else "first"
    own = {"experiment": draw.choice(EXPERIMENTS), "name": name}
    opts = {k: v for k, v in (("name", own["name"]), ("actor", draw.choice([None, "ada"])),
                              ("source", draw.choice([None, "train.py"]))) if v}
    own.update({k: v for k, v in opts.items() if k != "name"})
    if draw.random() < 0.6:
        opts["start_ns"] = own["start_ns"] = 10**18 + draw.choice([0, 10**9, draw.randrange(10**10)])
    names = [n for n in w.m.data if w.m.data[n].commits]
    if names and draw.random() < 0.6:
        own["dataset"] = opts["dataset"] = draw.choice(names)
        data = w.m.data[own["dataset"]]
        id = draw.choice(list(data.commits))
        opts["commit"] = draw.choice([id, id[:8], *[r for r, at in data.refs().items() if at == id]])
        if "main" in data.branches and draw.random() < 0.3:
            del opts["commit"]
            id = data.branches["main"]
        own["commit"] = id
    if w.runs and draw.random() < 0.3:
        own["parent"] = draw.choice(w.runs).own["run_id"]
        opts["parent"] = own["parent"][:draw.choice([14, 32])]
    now = Stamp()
    handle = mlops.Run.start(w.s, own["experiment"], **opts)
    if "start_ns" not in own:
        own["start_ns"] = handle.describe()["start_ns"]
        now.match(own["start_ns"], "start of a run")
    run = TrackedRun(handle.id, {"status": "RUNNING", **own})
    run.handle = handle
    w.runs.append(run)
    w.experiments.setdefault(own["experiment"], Stamp(False))
    w.say(f"run {handle.id[:8]} {opts}")


def do_run(w):
    if not w.runs or w.draw.random() < 0.15:
        return do_start(w)
    draw, run = w.draw, w.draw.choice(w.runs)
    handle, verb = opened(w, run), w.draw.choices([run_log, run_param, run_tag, run_artifact, run_end, run_shut],
                                                  [5, 3, 3, 2, 2, 1])[0]
    for _ in range(draw.choice([1, 2, 4])):
        if run.handle is not None:
            w.say(f"run {run.own['run_id'][:8]} {verb(w, run, handle)}")


def run_log(w, run, handle):
    draw, key = w.draw, w.draw.choice(oracle_run.KEYS)
    n = draw.choice([1, 1, 3, 30, 1001 if draw.random() < 0.1 else 2])
    points = [(draw.choice([draw.randrange(-3, 4), 2**62, -2**63]), draw.randrange(5), draw.choice(oracle_run.VALUES))
              for _ in range(n)]
    if draw.random() < 0.3:
        now = time.time_ns()
        handle.log(key, points[0][2], points[0][0])
        handle.flush()
        run.settle()
        with handle.points(key) as table:
            at = table.integers(1)[len(table) - 1]
        need(now <= at <= time.time_ns(), f"a point of {key} is of another time, {at}")
        run.points.setdefault(key, []).append((points[0][0], at, points[0][2]))
        return f"logs {key} {points[0]}"
    steps, times, values = zip(*points)
    if draw.random() < 0.3:
        points = [(i, t, v) for i, (t, v) in enumerate(zip(times, values))]
        handle.log_points(key, values, times_ns=times)
    else:
        handle.log_points(key, values, steps, times)
    run.waiting.append((key, points))
    return f"logs {n} points of {key}"


def run_param(w, run, handle):
    key, value = w.draw.choice(oracle_run.KEYS), w.draw.choice(oracle_run.TEXTS)
    there = run.params.setdefault(key, value)
    if there == value:
        handle.param(key, value)
    else:
        fails(mlops.ExistsError, handle.param, key, value)
    if there == value:
        run.settle()
    return f"param {key} {value!r}, was {there!r}"


def run_tag(w, run, handle):
    key, value = w.draw.choice(oracle_run.KEYS), w.draw.choice(oracle_run.TEXTS + [None, None])
    if value is None and key not in run.tags:
        fails(mlops.NotFoundError, handle.tag, key)
        return f"takes no tag {key} away"
    handle.tag(key, value)
    run.settle()
    run.tags[key] = value
    if value is None:
        del run.tags[key]
    return f"tag {key} {value!r}"


def run_artifact(w, run, handle):
    path, data = w.draw.choice(ARTIFACTS), w.draw.choice([b"", b"{}", w.draw.randbytes(2500)])
    handle.artifact(path, data) if w.draw.random() < 0.6 else handle.artifact_file(path, w.file(data))
    run.settle()
    run.artifacts[path] = data
    return f"artifact {path} of {len(data)}"


def run_end(w, run, handle):
    status = w.draw.choice(oracle_run.STATUSES)
    run.end = Stamp()
    handle.end(mlops.RunStatus[status])
    run.settle()
    run.own["status"] = status
    run.own.pop("end_ns", None)
    if status != "RUNNING":
        run.own["end_ns"] = None
    return f"ends {status}"


def run_shut(w, run, _):
    w.shut(run)
    return "is closed"


# ---- deployments and watches that are open -----------------------------------------------------------------------

def arms(w, name):
    """What a deployment is to serve: champion, canary or None, None where nobody is champion."""
    d = w.m.deployments[name]
    known = w.m.models[d.model]
    champion, canary = (known.alias(a).holder() for a in (d.champion, d.canary))
    return champion, canary if d.ppm else None


def do_serve(w):
    good = [n for n in w.m.deployments if arms(w, n)[0]]
    name = w.draw.choice(good if good and w.draw.random() < 0.8 else DEPLOYMENTS)
    if name not in w.m.deployments:
        fails(mlops.NotFoundError, mlops.Deployment.open, w.s, name)
        return w.say(f"no deployment {name}")
    champion, canary = arms(w, name)
    there = w.serving.get(name)
    if champion is None:
        fails(mlops.NotFoundError, there.handle.refresh if there else mlops.Deployment.open,
              *([] if there else [w.s, name]))
        return w.say(f"{name} has no champion")
    if there is None or there.model != w.m.deployments[name].model or w.draw.random() < 0.2:
        if there:
            there.handle.close()
        w.serving[name] = there = Fixed(handle=mlops.Deployment.open(w.s, name))
        w.say(f"open deployment {name}: {champion}, {canary}")
    else:
        was = (there.champion, there.canary)
        try:
            swapped = there.handle.refresh()
        except mlops.SchemaError:  # rows or values that were promised
            with mlops.Deployment.open(w.s, name) as fresh:
                need(fresh.n_inputs != there.handle.n_inputs, f"{name} cannot be refreshed")
            return w.say(f"refresh {name}: not with these inputs")
        due = sum(a != b for a, b in zip(was, (champion, canary)))
        same(swapped, due, f"arms of {name} that were swapped, from {was} to {(champion, canary)}")
        w.say(f"refresh {name}: {was} -> {champion}, {canary}")
    d = w.m.deployments[name]
    there.__dict__.update(model=d.model, champion=champion, canary=canary, ppm=d.ppm, salt=d.salt)


def check_routes(w):
    for name, there in w.serving.items():
        keys = [w.draw.choice(["", "user-1", "ключ", "k" * 300, str(w.draw.random())]) for _ in range(6)]
        seed = oracle_route.xxh3(there.salt.encode(), 0)
        buckets = [oracle_route.xxh3(key.encode(), seed) * 1000000 >> 64 for key in keys]
        due = [there.canary if there.canary and b < there.ppm else there.champion for b in buckets]
        same([mlops.deploy_bucket(there.salt, key) for key in keys], buckets, f"buckets of {name}")
        same([there.handle.route(key) for key in keys], due, f"routes of {name} for {keys}")
        same(there.handle.route(None), there.champion, f"who has no key in {name}")
        stat = there.handle.stat()
        same((stat.champion_version, stat.canary_version, round(stat.canary_share * 1e6)),
             (there.champion, there.canary or 0, there.ppm), f"stat of {name}")
        rows = {n: [w.draw.gauss(0, 1) for _ in keys] for n in ("x", "colour_n", "z")}
        have, versions = there.handle.predict({**rows, "key": keys}, key="key")
        same(list(versions), due, f"versions of the rows of {name}")
        for have, number, row in zip(have, due, zip(*rows.values())):
            v = w.m.models[there.model].versions[number - 1]
            due_one = 1 / (1 + math.exp(-v.learner.margin(row, v.factor or 1.0)))
            need(abs(have - due_one) < 1e-6, f"{name} predicts {have}, not {due_one}")


def do_watch(w):
    draw, model = w.draw, some_model(w, w.m)
    if model is None:
        return
    v, which = w.m.models[model].which(draw)
    watched = [x for x in w.m.models[model].versions if x.watched]
    if watched and draw.random() < 0.7:
        v = draw.choice(watched)
        which = str(v.number)
    name = draw.choice(WATCHES) or model
    opts = {} if name == model and draw.random() < 0.5 else {"name": name}
    words = f"watch {name} of {model} {which}"
    there = w.m.watches.get(name)
    kinds = [mlops.SchemaError] * (not v.watched) + [mlops.ExistsError] * (there is not None and there.model != model)
    if kinds:
        before = w.stamp()
        fails(tuple(kinds), mlops.Watch.open, w.s, model, which, window_rows=WINDOW, **opts)
        w.unchanged(before, words)
        return w.say(words + ": refused")
    w.say(words)
    if name in w.watching:
        w.watching.pop(name).handle.close()
    handle = mlops.Watch.open(w.s, model, which, window_rows=WINDOW, **opts)
    w.watching[name] = Fixed(handle=handle, version=v.number, rows=0, kinds=[], surely=v.watched is Watched.reference)
    w.m.watches.setdefault(name, Fixed(model=model, windows=[]))


def do_traffic(w):
    if not w.watching:
        return do_watch(w)
    name = w.draw.choice(list(w.watching))
    there, shifted = w.watching[name], w.draw.random() < 0.5
    source = Watched.shifted if shifted else Watched.rows
    n = w.draw.choice([0, 1, 30, WINDOW, 2 * WINDOW, 130])
    picked = [w.draw.randrange(200) for _ in range(n)]
    rows = {k: [v[i] for i in picked] for k, v in source.items()}
    w.say(f"{n} rows to watch {name}, shifted {shifted}")
    if w.draw.random() < 0.5 or n == 0:
        there.handle.add(list(zip(*rows.values())) or [[0.0] * 3][:0]) if n else None
    else:
        there.handle.add_table(rows)
    there.kinds += [shifted] * n
    while len(there.kinds) >= WINDOW:
        window, there.kinds = there.kinds[:WINDOW], there.kinds[WINDOW:]
        w.m.watches[name].windows.append(Fixed(version=there.version, time=Stamp(), report=Stamp(False),
                                               verdict=Stamp(False), shifted=there.surely and all(window)))
    there.rows += n
    same(there.handle.n_rows, there.rows, f"rows of watch {name}")


# ---- what must fail ----------------------------------------------------------------------------------------------

def in_change(verb, *args, **opts):
    def call(w):
        with mlops.Change(w.s) as change:
            try:
                verb(change, *args, **opts)
            finally:
                same(change.commit(), 0, "a change after a verb that failed is empty: its commit")
    call.__qualname__ = f"{verb.__name__} {args} {opts}"
    return call


def in_draft(verb, *args, **opts):
    def call(w):
        with mlops.Change(w.s) as change:
            with mlops.Draft(change, "tx", branch="never", empty=True) as draft:
                getattr(draft, verb)(*args, **opts)
    call.__qualname__ = f"draft {verb} {args}"
    return call


def of_run(verb, *args):
    def call(w):
        return getattr(opened(w, w.draw.choice(w.runs)), verb)(*args)
    call.__qualname__ = f"run {verb} {args}"
    return call


def of_store(verb, *args, **opts):
    call = lambda w: verb(w.s, *args, **opts)
    call.__qualname__ = f"{verb.__name__} {args} {opts}"
    return call


INVALID, MISSING = mlops.InvalidError, mlops.NotFoundError
WRONG = [
    (INVALID, in_change(mlops.Draft, "")), (INVALID, in_change(mlops.Draft, "a\tb")),
    (INVALID, in_change(mlops.Draft, "x" * 201)), (INVALID, in_change(mlops.Draft, "tx", metadata="[1")),
    (INVALID, in_draft("add_bytes", "../x", b"")), (INVALID, in_draft("add_bytes", "a//b", b"")),
    (INVALID, in_draft("add_bytes", "", b"")), (INVALID, in_draft("add_bytes", "a\\b", b"")),
    (INVALID, in_draft("add_bytes", "x" * 1025, b"")), (MISSING, in_draft("add_file", "a", "/nowhere")),
    (MISSING, in_draft("remove", "a")), (MISSING, in_draft("split", "a")),
    (MISSING, in_change(mlops.Draft, "tx", branch="never", base="nowhere")),
    (MISSING, in_change(mlops.dataset_branch, "nothing", "main", "main")),
    (MISSING, in_change(mlops.dataset_tag, "nothing", "v1", "0" * 64)),
    (MISSING, in_change(mlops.dataset_drop, "nothing", "main")),
    (MISSING, of_store(mlops.dataset_resolve, "nothing")), (MISSING, of_store(mlops.dataset_refs, "nothing")),
    (MISSING, of_store(mlops.dataset_log, "nothing", None, 5)),
    (MISSING, of_store(mlops.dataset_entries, "nothing")), (MISSING, of_store(mlops.dataset_table, "nothing")),
    (MISSING, in_change(mlops.registry_set_gate, "nothing", "champion", "auc > 0.5")),
    (MISSING, in_change(mlops.registry_promote, "nothing", "1", "champion")),
    (MISSING, in_change(mlops.registry_rollback, "nothing", "champion")),
    (MISSING, in_change(mlops.registry_drop_alias, "nothing", "champion")),
    (MISSING, of_store(mlops.registry_versions, "nothing")), (MISSING, of_store(mlops.registry_gate, "nothing", "a")),
    (MISSING, of_store(mlops.registry_decisions, "nothing", "a")),
    (MISSING, of_store(mlops.registry_history, "nothing", "a")),
    (MISSING, of_store(mlops.registry_alias_at, "nothing", "a", 0)),
    (MISSING, of_store(mlops.registry_load, "nothing", "latest")),
    (MISSING, of_store(mlops.registry_evaluate, "nothing", "latest")),
    (MISSING, of_store(mlops.registry_describe, "nothing", "1")),
    (MISSING, in_change(mlops.deploy_set, "new one", model="nothing")),
    (INVALID, in_change(mlops.deploy_set, "new one", canary_share=0.5)),
    (INVALID, in_change(mlops.deploy_set, "", model="nothing")),
    (MISSING, of_store(mlops.Deployment.open, "nothing")), (MISSING, of_store(mlops.Watch.open, "nothing", "latest")),
    (MISSING, of_store(mlops.Watch.windows, "nothing")), (MISSING, of_store(mlops.Watch.report, "nothing", 0)),
    (MISSING, of_store(mlops.featurestore_get, "nothing", 0)),
    (MISSING, of_store(mlops.Run.open, "0" * 32)), (INVALID, of_store(mlops.Run.start, "")),
    (INVALID, of_store(mlops.Run.start, "a\nb")), (MISSING, of_store(mlops.Run.start, "one", parent="0" * 32)),
    (MISSING, of_store(mlops.Run.start, "new", dataset="nothing")),
    (MISSING, of_store(mlops.Run.search, "nothing", None, 5)),
    (MISSING, of_store(mlops.Run.search, None, "stats = 'x'", 5)),
    (mlops.ParseError, of_store(mlops.Run.search, None, "metrics.a >", 5)),
    (mlops.SchemaError, of_store(mlops.Run.search, None, "params.a > 1", 5)),
    (INVALID, of_store(mlops.Run.search, None, None, 0)),
    (INVALID, of_run("param", "", "x")), (INVALID, of_run("param", "a\tb", "x")),
    (INVALID, of_run("param", "n", "x" * 6001)), (INVALID, of_run("tag", "x" * 251, "x")),
    (INVALID, of_run("tag", "n", "x" * 8001)),
    (INVALID, of_run("log", "", 1.0)), (INVALID, of_run("artifact", "/x", b"")),
    (INVALID, of_run("artifact", "a/../b", b"")),
    (MISSING, of_run("artifact_file", "a", "/nowhere")), (MISSING, of_run("artifact_read", "nowhere")),
    (MISSING, of_run("points", "nowhere")), (MISSING, of_store(mlops.Store.content, "0" * 64)),
    (MISSING, of_store(mlops.Audit.root, 10**6)), (MISSING, of_store(mlops.Audit.prove, 10**6, 10**6)),
    (INVALID, of_store(mlops.Audit.read, 0, 5)),
]


def wrong_of_models(w):
    name = some_model(w, w.m)
    if name is None:
        return []
    n, learner = len(w.m.models[name].versions), Learner.of("good").model
    promote, gate = mlops.registry_promote, mlops.registry_set_gate
    return [
        (MISSING, in_change(promote, name, str(n + 1), "champion")),
        (MISSING, in_change(promote, name, "0", "champion")),
        (MISSING, in_change(promote, name, "nobody", "champion")), (INVALID, in_change(promote, name, "1", "latest")),
        (INVALID, in_change(promote, name, "1", "12")), (INVALID, in_change(promote, name, "1", "")),
        (INVALID, in_change(promote, name, "1", "free", no_gate=True)),
        (mlops.ParseError, in_change(gate, name, "champion", "auc >=")),
        (MISSING, in_change(gate, name, "champion", "acu > 1")),
        (mlops.SchemaError, in_change(gate, name, "champion", "rmse < 1")),
        (MISSING, in_change(mlops.registry_register, name, learner, dataset="nothing")),
        (MISSING, in_change(mlops.registry_register, name, learner, run="0" * 32)),
        (MISSING, in_change(mlops.registry_register, name, learner, file="/nowhere")),
        (INVALID, in_change(mlops.registry_register, name, learner, metadata="{")),
        (INVALID, in_change(mlops.registry_register, "a\nb", learner)),
        (mlops.SchemaError, in_change(mlops.registry_register, name, learner,
                                      features=mlops.Feature.fit("q = x", {"x": [1.0]}))),
        (MISSING, of_store(mlops.Watch.open, name, str(n + 1))),
        (MISSING, of_store(mlops.registry_history, name, "nobody")),
        (INVALID, in_change(mlops.deploy_set, "new one", model=name, canary_share=-0.1)),
        (INVALID, in_change(mlops.deploy_set, "new one", model=name, champion="a", canary="a")),
    ]


def do_wrong(w):
    table = WRONG + wrong_of_models(w)
    w.flush_runs()
    before = w.stamp()
    for _ in range(3):
        kind, verb = w.draw.choice(table)
        if verb.__qualname__.startswith("run ") and not w.runs:
            continue
        w.say(f"must fail: {verb.__qualname__[:80]}")
        fails(kind, verb, w)
        w.unchanged(before, verb.__qualname__)
