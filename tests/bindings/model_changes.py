"""Operations of model_store.py that are changes: of data, features, models, deployments; alone, together, by the verbs
of mlops.Store, and in each other's way."""
import copy
import math
import os
import time

import mlops
import oracle_run
from model_parts import *


# ---- operations on data: (world, change, trial model) -> words, or None where nothing fits -----------------------

def op_draft(w, c, m):
    draw, name = w.draw, likely(w.draw, DATASETS)
    data = m.data.get(name, Data())
    branch, empty = draw.choice([None, "main", "dev", "fix"]), draw.random() < 0.15
    opts, at = {"branch": branch} if branch else {}, branch or "main"
    base = None
    if draw.random() < 0.05:
        base = opts["base"] = ""
    elif data.commits and draw.random() < 0.25:
        id = draw.choice(list(data.commits))
        base = draw.choice([id, short(w, name, id), *data.refs()])
        opts["base"] = base
    if base is not None and at in data.branches or at in data.tags:
        fails(mlops.ExistsError, mlops.Draft, c, name, **opts)
        return f"draft of {name} {opts} is refused"
    texts = {"message": "because of\n\"it\"", "author": "ada é", "metadata": '{ "a" : [1, 2.0] }'}
    texts = {k: v for k, v in texts.items() if draw.random() < 0.4}
    parent = data.find(base) if base else None if base == "" else data.begin(at)
    entries = {} if empty or parent is None else dict(parent.entries)
    with mlops.Draft(c, name, empty=empty, **opts, **texts) as draft:
        words = [draft_step(w, draft, entries) for _ in range(draw.randrange(1, 5))]
        if draw.random() < 0.08:
            return f"draft of {name} {opts} {words} is dropped"
        stamp = Stamp()
        id = draft.commit()
        fails(mlops.InvalidError, draft.commit)
    need(id not in data.commits, "a commit's id is drawn twice")
    data.commits[id] = Fixed(id=id, parents=[parent.id] if parent else [], time=stamp, entries=entries,
                             author=texts.get("author"), message=texts.get("message"), metadata=texts.get("metadata"))
    data.branches[at] = id
    m.data[name] = data
    return f"draft of {name} {opts} empty={empty} {words} -> {id[:8]}"


def short(w, name, id):
    """Digits of a commit: of one that the change itself makes, all of them."""
    known = name in w.m.data and id in w.m.data[name].commits
    return id[:w.draw.choice([8, 12, 63])] if known else id


def draft_step(w, draft, entries):
    draw, path = w.draw, w.draw.choice(PATHS)
    what = draw.choices(["bytes", "file", "csv", "table", "split", "remove"], [2, 1, 2, 4, 2, 2])[0]
    if what in ("remove", "split") and path not in entries:
        fails(mlops.NotFoundError, draft.remove if what == "remove" else draft.split, path)
        return f"no {path} to {what}"
    if what == "remove":
        draft.remove(path)
        del entries[path]
        return f"remove {path}"
    if what == "split":
        return draft_split(w, draft, entries, path)
    if any(path.startswith(p + "/") or p.startswith(path + "/") for p in entries):
        fails(mlops.ExistsError, draft.add_bytes, path, b"x")
        return f"{path} is below, or a folder"
    if what in ("bytes", "file"):
        data = draw.choice([b"", b"\0" * 9, draw.randbytes(draw.choice([10, 3000]))])
        draft.add_bytes(path, data) if what == "bytes" else draft.add_file(path, w.file(data))
        entries[path] = Fixed(kind="file", data=data, columns=None, target=None, time=None, row_id=None, split=None,
                              held=None, id=sha(data))
        return f"{what} of {len(data)} at {path}"
    judge = draw.random() < 0.6
    columns = draw_judge(draw) if judge else draw_any(draw, what == "csv")
    names = [c[0] for c in columns]
    roles = {"target": "y" if judge else draw.choice(names), "time": draw.choice(names), "row_id": "rid"}
    roles = {k: v for k, v in roles.items() if draw.random() < (0.9 if k == "target" else 0.4)}
    if draw.random() < 0.05:
        source = mlops.table({"rid": [1]})
        fails(mlops.SchemaError, draft.add_table, path, source, target="nowhere")
        return f"no column for the target of {path}"
    data = None
    if what == "csv":
        data = as_csv(columns)
        draft.add_csv(path, w.file(data), **roles)
    else:
        with mlops.table({name: list(values) for name, _, values in columns}) as source:
            draft.add_table(path, source, **roles)
    entries[path] = Fixed(kind=what, data=data, columns=columns, split=None, held=None,
                          id=sha(data) if data is not None else Stamp(False),
                          **{"target": None, "time": None, "row_id": None} | roles)
    words = f"{what} {'to judge on' if judge else ''} of {len(columns[0][2])} rows, {roles}, at {path}"
    return words + "; " + draft_split(w, draft, entries, path) if judge and draw.random() < 0.8 else words


def draft_split(w, draft, entries, path):
    draw, entry = w.draw, entries[path]
    kind = draw.choices(["RANDOM", "STRATIFIED", "TIME"], [3, 2, 1])[0]
    opts = {"share": draw.choice([0.2, 0.5, 0.001, 0.9]), "seed": draw.choice([1, -1, 7, 2**40])}
    opts = {k: v for k, v in opts.items() if draw.random() < 0.6}
    column = {"STRATIFIED": entry.target, "TIME": entry.time}.get(kind)
    if kind != "RANDOM" and entry.columns and draw.random() < 0.3:
        column = opts["column"] = draw.choice(entry.columns)[0]
    words = f"split {path} {kind} {opts}"
    verb = lambda: draft.split(path, kind=mlops.Split[kind], **opts)
    untimely = kind == "TIME" and column and not tells_time(entry.columns, column)
    if entry.columns is None or kind != "RANDOM" and column is None or untimely:
        fails(mlops.SchemaError, verb)
        return words + ": not to be"
    split = Fixed(kind=kind, share=opts.get("share", 0.2), seed=opts.get("seed", 0), column=column)
    held = held_out(entry.columns, split)
    if len(held) in (0, len(entry.columns[0][2])):
        fails(mlops.InvalidError, verb)
        return words + ": all or none"
    verb()
    entries[path] = Fixed(**{**entry.__dict__, "split": split, "held": held})
    return words


def some_data(w, m):
    return w.draw.choice([n for n in m.data if m.data[n].commits]) if m.data else None


def op_ref(w, c, m):
    """Make or move a branch, or make a tag."""
    draw, name = w.draw, some_data(w, m)
    if name is None:
        return None
    data, verb = m.data[name], w.draw.choice([mlops.dataset_branch, mlops.dataset_tag])
    is_tag = verb is mlops.dataset_tag
    ref, id = draw.choice(TAGS if is_tag else BRANCHES), draw.choice(list(data.commits))
    spelled = draw.choice([id, short(w, name, id), *[r for r, at in data.refs().items() if at == id]])
    words = f"{verb.__name__} {name} {ref} at {spelled}"
    if ref in data.tags or is_tag and ref in data.branches:
        easy = lambda: w.s.data[name, spelled].tag(ref) if is_tag else w.s.data[name, spelled].branch(ref)
        fails(mlops.ExistsError, easy) if c is None else fails(mlops.ExistsError, verb, c, name, ref, spelled)
        return words + ": is there"
    if c and draw.random() < 0.1:
        fails(mlops.NotFoundError, verb, c, name, ref, "nowhere")
        return words + ": not at nowhere"
    if c is None:
        commit = w.s.data[name, spelled]
        commit.tag(ref) if is_tag else commit.branch(ref)
    else:
        verb(c, name, ref, spelled)
    (data.tags if is_tag else data.branches)[ref] = id
    return words


def op_drop_ref(w, c, m):
    name = some_data(w, m)
    if name is None:
        return None
    data, ref = m.data[name], w.draw.choice(BRANCHES + TAGS)
    if ref not in data.refs():
        fails(mlops.NotFoundError, mlops.dataset_drop, c, name, ref)
        return f"drop no {ref} of {name}"
    mlops.dataset_drop(c, name, ref)
    data.branches.pop(ref, data.tags.pop(ref, None))
    return f"drop {ref} of {name}"


def op_stale(w, c, m):
    """A draft whose branch moves while it is made."""
    name = some_data(w, m)
    data = m.data.get(name)
    if name is None or "fix" not in data.branches or len(data.commits) < 2:
        return None
    to = next(i for i in data.commits if i != data.branches["fix"])
    with mlops.Draft(c, name, branch="fix") as draft:
        draft.add_bytes("late", b"late") if "late" not in PATHS else None
        mlops.dataset_branch(c, name, "fix", to)
        fails(mlops.ConflictError, draft.commit)
    data.branches["fix"] = to
    return f"a draft of {name} fix is overtaken by a move to {to[:8]}"


# ---- operations on features, models and deployments --------------------------------------------------------------

def op_set(w, c, m):
    name, factor = w.draw.choice(SETS), w.draw.choice(FACTORS)
    with features_of(factor) as feature:
        versions = m.sets.setdefault(name, [])
        known = [v.id for v in versions]
        due = known.index(feature.id) + 1 if feature.id in known else len(known) + 1
        number = w.s.features.add(name, feature) if c is None else mlops.featurestore_put(c, name, feature)
        same(number, due, f"version in set {name}")
        if due > len(known):
            versions.append(Fixed(id=feature.id, time=Stamp()))
    return f"put features {factor} into {name} as {due}"


def judgeable(w, name):
    """Number of tables of a dataset that models can be judged on."""
    return sum(e.split is not None and e.target == "y" for c in w.m.data[name].commits.values()
               for e in c.entries.values())


def lineage(w):
    """Where a model comes from, as the store has it before the change: options, and what is to be kept of it."""
    draw, kept = w.draw, Fixed(run=None, dataset=None, commit=None, path=None)
    runs = [r for r in w.runs if "dataset" in r.own]
    names = [n for n in w.m.data if w.m.data[n].commits]
    if not names or draw.random() < 0.05:
        return {}, kept
    if runs and draw.random() < 0.25:
        run = draw.choice(runs)
        opts, kept.run, kept.dataset, id = {"run": run.own["run_id"]}, run.own["run_id"], run.own["dataset"], \
            run.own["commit"]
    else:
        kept.dataset = draw.choice(sorted(names, key=lambda n: judgeable(w, n))[-2:])
        data = w.m.data[kept.dataset]
        good = [i for i, known in data.commits.items() if any(e.split and e.target == "y" for e in
                                                             known.entries.values())]
        id = draw.choice(good if good and draw.random() < 0.9 else list(data.commits))
        opts = {"dataset": kept.dataset, "commit": draw.choice([id, id[:10]])}
        refs = [r for r, at in data.refs().items() if at == id]
        if refs and draw.random() < 0.5:
            opts["commit"] = draw.choice(refs)
            if opts["commit"] == "main":
                del opts["commit"]
    kept.commit = id
    entries = w.m.data[kept.dataset].commits[id].entries
    tables = [p for p, e in entries.items() if e.columns]
    good = [p for p in tables if entries[p].split and entries[p].target == "y"]
    if tables and (len(tables) > 1 or draw.random() < 0.5) and draw.random() < 0.9:
        kept.path = opts["path"] = draw.choice(good or tables)
        opts.setdefault("dataset", kept.dataset)
        opts.setdefault("commit", id)
    return opts, kept


def op_register(w, c, m):
    draw, name = w.draw, likely(w.draw, MODELS)
    learner = Learner.of(draw.choice(list(Learner.kinds)))
    opts, kept = lineage(w)
    texts = {"description": "as \"said\"\té", "metadata": '{"a":[1,2.5]}'}
    texts = {k: v for k, v in texts.items() if draw.random() < 0.3}
    factor = draw.choice(FACTORS) if draw.random() < 0.25 else None
    more = {"features": features_of(factor)} if factor else {}
    if draw.random() < 0.5:
        more["reference"] = Watched.reference
    if draw.random() < 0.4:
        more["file"] = learner.path
    number = len(m.models[name].versions) + 1 if name in m.models else 1
    if c is None:
        verb = lambda: register_easily(w, name, learner, opts, texts, more, number)
    else:
        verb = lambda: same(mlops.registry_register(c, name, learner.model, **opts, **texts, **more), number,
                            f"version of {name}")
    entries = w.m.data[kept.dataset].commits[kept.commit].entries if kept.dataset else {}
    tables = [e for p, e in entries.items() if e.columns and kept.path in (None, p)]
    if factor and len(tables) == 1 and "x" not in [column[0] for column in tables[0].columns]:
        fails(mlops.SchemaError, verb)
        return f"register {learner.kind} as {name} {opts}: the table has no column that the features read"
    verb()
    note_version(m, name, learner, kept, factor, more, texts)
    return f"register {learner.kind} as {name} {number} {opts} {texts} {[*more]} {factor}"


def register_easily(w, name, learner, opts, texts, more, number):
    """By s.models.add(); notes in `more` what it adds by itself: a file, a reference of the rows trained on."""
    opts, data = dict(opts), None
    if w.draw.random() < 0.5:
        more["file"] = learner.path
    if "dataset" in opts:
        data = w.s.data[opts.pop("dataset"), opts.pop("commit", None)]
    else:
        opts.pop("commit", None)
        run = next((r for r in w.runs if r.own["run_id"] == opts.get("run")), None)
        data = mlops.Commit(w.s, run.own["dataset"], run.own["commit"]) if run else None
    given = {k: v for k, v in more.items() if k != "file"}
    if "reference" not in more and w.draw.random() < 0.3:
        given["reference"] = None
    elif "reference" not in more and data:
        entries = w.m.data[data.dataset].commits[data.id].entries
        tables = [e for p, e in entries.items() if e.columns and opts.get("path") in (None, p)]
        if len(tables) == 1 and "x" in {c[0] for c in tables[0].columns}:
            more["reference"] = "auto"
    if data and not ("run" in opts and w.draw.random() < 0.5 and "path" not in opts):
        opts["data"] = data
    version = w.s.models.add(name, more.get("file", learner.model), **opts, **texts, **given)
    same((version.name, version.version), (name, number), f"what registering {name} gives")


def note_version(m, name, learner, kept, factor, more, texts):
    known = m.models.setdefault(name, Models())
    known.versions.append(Fixed(
        number=len(known.versions) + 1, learner=learner, factor=factor, time=Stamp(), bundle=Stamp(False),
        features=more["features"].id if factor else None, watched=more.get("reference"), file="file" in more,
        description=texts.get("description"), metadata=texts.get("metadata"), **kept.__dict__))


def some_model(w, m):
    return likely(w.draw, [n for n in MODELS if n in m.models]) if m.models else None


def op_gate(w, c, m):
    name, alias = some_model(w, m), likely(w.draw, ALIASES)
    if name is None:
        return None
    gate = Gate.draw(w.draw) if w.draw.random() < 0.85 else None
    w.s.models.set_gate(name, alias, gate and gate.text) if c is None else mlops.registry_set_gate(
        c, name, alias, gate and gate.text)
    m.models[name].alias(alias).gate = gate
    return f"gate of {name} {alias}: {gate and gate.text}"


def some_entry(w, entries):
    good = [p for p, e in entries.items() if e.split and e.target == "y"]
    return w.draw.choice(good if good and w.draw.random() < 0.85 else list(entries))


def where_to_judge(w, v):
    """Options that name held-out rows, and the entry that they stand for."""
    if w.draw.random() < 0.25 and w.m.data:
        name = w.draw.choice([n for n in w.m.data if w.m.data[n].commits])
        known = w.draw.choice(list(w.m.data[name].commits.values()))
        opts, commit = {"dataset": name, "ref": known.id}, known
        tables = [p for p, e in known.entries.items() if e.columns]
        path = tables[0] if len(tables) == 1 else None
        if known.entries and w.draw.random() < 0.8:
            path = opts["path"] = some_entry(w, known.entries)
    elif v.dataset is None:
        return {}, None, None
    else:
        opts, path = {}, v.path
        name, commit = v.dataset, w.m.data[v.dataset].commits[v.commit]
        tables = [p for p, e in commit.entries.items() if e.columns]
        path = path or (tables[0] if len(tables) == 1 else None)
        if path is None and commit.entries and w.draw.random() < 0.8:
            path = opts["path"] = some_entry(w, commit.entries)
    return opts, commit.entries.get(path), (name, commit.id, path)


def op_promote(w, c, m):
    name, draw = some_model(w, m), w.draw
    if name is None:
        return None
    known, alias = m.models[name], likely(draw, ALIASES)
    a = known.alias(alias)
    v, which = known.which(draw, a.holder() if draw.random() < 0.85 else None)
    opts = {"note": "tried\té"} if draw.random() < 0.3 else {}
    gate, given = a.gate, None
    no_gate = draw.random() < 0.15
    if no_gate:
        opts["note"] = "it must be"
    elif draw.random() < (0.3 if gate else 0.5):
        gate = given = Gate.draw(draw)
    words = f"promote {name} {which} ({v.number}) to {alias}"
    verb = lambda **more: mlops.registry_promote(c, name, which, alias, no_gate=no_gate, **opts, **more)
    if c is None:
        def verb(**more):
            how = {**opts, **more}
            data = mlops.Commit(w.s, how.pop("dataset"), how.pop("ref")) if "dataset" in how else None
            w.s.models[name, which].promote(alias, how.pop("gate", None), data=data, no_gate=no_gate, **how)
    if a.holder() == v.number and (no_gate or gate is None):
        verb()
        return words + ": holds it already"
    if no_gate or gate is None:
        verb()
        decision = None
        if gate is not None:
            a.decisions.append(Fixed(version=v.number, verdict="overridden", gate=gate, truths=None, holders=None,
                                     where=None, n_rows=None, note=opts.get("note"), time=Stamp()))
            decision = len(a.decisions)
        a.add("promote", v.number, opts.get("note"), gate=gate, decision=decision)
        return words + f" {opts} no gate"
    more, entry, where = where_to_judge(w, v)
    opts.update(more)
    if a.holder() == v.number and not given and not more:
        verb()
        return words + ": holds it already, and is not judged again"
    return words + f" {opts} gate {gate.text!r}" + judge(known, a, v, gate, given, opts, entry, where, verb)


def judge(known, a, v, gate, given, opts, entry, where, verb):
    with_gate = {"gate": given.text} if given else {}
    metrics = measure(v, entry)
    if not isinstance(metrics, dict):
        if where and where[2] is None:  # several tables, or none
            metrics = (mlops.InvalidError, mlops.NotFoundError)
        fails(metrics, verb, **with_gate)
        return ": cannot be judged"
    holders = {n: known.aliases[n].holder() for n in gate.names() if n in known.aliases}
    holders = {n: number for n, number in holders.items() if number}
    truths = gate.judge(metrics, {n: measure(known.versions[number - 1], entry) for n, number in holders.items()})
    passes = all(t in ("true", "does not count") for t in truths.values())
    note = opts.get("note")
    again = a.holder() == v.number
    verdict = "refused" if not passes else "kept" if again else "promoted"
    a.decisions.append(Fixed(version=v.number, verdict=verdict, gate=gate, truths=truths, holders=holders, where=where,
                             n_rows=metrics["rows"], note=note, time=Stamp()))
    if not passes:
        said = str(fails(mlops.RefusedError, verb, **with_gate))
        for text, truth in truths.items():
            same(f"{text}: {truth}" in said, truth in ("false", "unknown"), f"{text}: {truth} in the refusal {said!r}")
        return ": refused"
    verb(**with_gate)
    a.gate = gate
    if not again:
        a.add("promote", v.number, note, gate=gate, decision=len(a.decisions))
    return ": passes"


def op_rollback(w, c, m):
    name, alias = some_model(w, m), likely(w.draw, ALIASES)
    if name is None:
        return None
    back = [n for n, known in m.models[name].aliases.items() if known.target()]
    alias = w.draw.choice(back) if back and w.draw.random() < 0.8 else alias
    a, note = m.models[name].alias(alias), w.draw.choice([None, "back"])
    to = a.target()
    if to is None:
        fails(mlops.NotFoundError, lambda: w.s.models.rollback(name, alias, note) if c is None else
              mlops.registry_rollback(c, name, alias, note))
        return f"roll {name} {alias} back to nobody"
    version = a.log[to - 1].version
    have = w.s.models.rollback(name, alias, note).version if c is None else mlops.registry_rollback(
        c, name, alias, note)
    same(have, version, f"rollback of {name} {alias}")
    a.add("rollback", version, note, restores=to)
    return f"roll {name} {alias} back to {version}"


def op_drop_alias(w, c, m):
    name, alias = some_model(w, m), likely(w.draw, ALIASES)
    if name is None:
        return None
    a, note = m.models[name].alias(alias), w.draw.choice([None, "gone"])
    if a.holder() is None:
        fails(mlops.NotFoundError, mlops.registry_drop_alias, c, name, alias, note)
        return f"drop {name} {alias}, which nobody holds"
    mlops.registry_drop_alias(c, name, alias, note)
    a.add("drop", None, note)
    return f"drop {name} {alias}"


def op_deploy(w, c, m):
    draw, name = w.draw, w.draw.choice(DEPLOYMENTS)
    there = m.deployments.get(name)
    opts = {"champion": draw.choice(ALIASES), "canary": draw.choice(ALIASES),
            "salt": draw.choice(["s", "größe", "x" * 99]),
            "canary_share": draw.choice([0.1, 0.5, 1.0, 1 / 3, 0.0, 1e-6, 2.0]), "model": likely(draw, MODELS)}
    odds = {"canary_share": 0.8, "model": 0.7 if there else 0.95}
    opts = {k: v for k, v in opts.items() if draw.random() < odds.get(k, 0.3)}
    base = there.__dict__ if there else {"champion": "champion", "canary": "canary", "salt": name, "model": None}
    due = {k: opts.get(k, base[k]) for k in ("model", "champion", "canary", "salt")}
    share, words = opts.get("canary_share", there.ppm / 1e6 if there else 0.0), f"deploy {name} {opts}"
    bad = [mlops.InvalidError] * (due["model"] is None or share > 1 or due["champion"] == due["canary"])
    bad += [mlops.NotFoundError] * (due["model"] is not None and due["model"] not in m.models)
    if bad:
        fails(tuple(bad), mlops.deploy_set, c, name, **opts)
        return words + ": refused"
    mlops.deploy_set(c, name, **opts)
    m.deployments[name] = Fixed(**due, ppm=math.floor(share * 1e6 + 0.5), time=Stamp())
    return words


CHANGES = [(op_draft, 10), (op_ref, 4), (op_drop_ref, 1.5), (op_stale, 0.5), (op_set, 2), (op_register, 6),
           (op_gate, 4), (op_promote, 14), (op_rollback, 3), (op_drop_alias, 1), (op_deploy, 4)]


def draw_change(w):
    return w.draw.choices([op for op, _ in CHANGES], [weight for _, weight in CHANGES])[0]


def do_change(w):
    """One operation or several in one change, which is committed or abandoned."""
    trial, before = copy.deepcopy(w.m), w.stamp()
    change, who = w.change()
    with change:
        n = w.draw.choice([1, 1, 1, 2, 3, 5])
        words = [t for t in (draw_change(w)(w, change, trial) for _ in range(n)) if t]
        abandoned = w.draw.random() < 0.1
        w.say(f"{words} {'abandoned' if abandoned else ''}")
        w.unchanged(before, "a change that is not committed yet")
        if not abandoned:
            w.commit(change, who, words)
            w.m = trial
    if abandoned:
        w.unchanged(before, "an abandoned change")


EASY = [op_ref, op_set, op_register, op_register, op_gate, op_promote, op_promote, op_rollback]


def do_easy(w):
    """By the verbs of mlops.Store, each of which commits by itself."""
    verb = w.draw.choice([easy_data, easy_data, easy_run, *EASY])
    if verb is easy_run:
        return easy_run(w)
    trial = copy.deepcopy(w.m)
    words = verb(w, trial) if verb is easy_data else verb(w, None, trial)
    w.m = trial
    w.say(f"by itself: {words}")


def auto_split(columns, roles, share):
    """What a split that chooses itself comes to."""
    if "time" not in roles and "target" not in roles:
        return "random" if share else None
    if len(columns[0][2]) < 2:
        return None
    if "time" in roles:
        return "time"
    labels = [v for n, _, values in columns if n == roles["target"] for v in values if v is not None and v == v]
    return "stratified" if len(set(labels)) < len(labels) and len(set(labels)) <= 100 else "random"


def easy_data(w, m):
    draw, name = w.draw, likely(w.draw, DATASETS)
    data = m.data.get(name, Data())
    branch, empty, in_file = draw.choice([None, *BRANCHES]), draw.random() < 0.2, draw.random() < 0.5
    at, judge = branch or "main", draw.random() < 0.7
    columns = draw_judge(draw) if judge else draw_any(draw, in_file)
    names = [c[0] for c in columns]
    roles = {"target": "y" if judge else draw.choice(names), "time": draw.choice(names), "id": "rid"}
    roles = {k: v for k, v in roles.items() if draw.random() < {"target": 0.9, "time": 0.2, "id": 0.3}[k]}
    path = draw.choice([None, *PATHS])
    place = path or ("easy.csv" if in_file else "table.csv")
    opts = {"split": draw.choice(["auto", "auto", None, "random", "time", "stratified"]),
            "share": draw.choice([None, 0.4]), "seed": draw.choice([None, 5]), "branch": branch, "empty": empty,
            "message": draw.choice([None, "said"])}
    source = os.path.join(w.folder, "easy.csv")
    if in_file:
        os.replace(w.file(as_csv(columns)), source)
    else:
        source = {n: list(values) for n, _, values in columns}
    verb = lambda: w.s.data.add(source, name, path=path, **roles, **opts)
    words = f"add {place} of {len(columns[0][2])} rows to {name}: {roles} {opts}"
    parent = data.begin(at)
    entries = {} if empty or parent is None else dict(parent.entries)
    kind = opts["split"] if opts["split"] != "auto" else auto_split(columns, roles, opts["share"])
    column = {"stratified": roles.get("target"), "time": roles.get("time")}.get(kind)
    split = kind and Fixed(kind=kind.upper(), share=opts["share"] or 0.2, seed=opts["seed"] or 0, column=column)
    held = held_out(columns, split) if split and (column or kind == "random") else None
    bad = [mlops.ExistsError] * (at in data.tags or any(place.startswith(p + "/") or p.startswith(place + "/")
                                                      for p in entries))
    bad += [mlops.SchemaError] * (kind in ("stratified", "time") and column is None)
    bad += [mlops.SchemaError] * (kind == "time" and column is not None and not tells_time(columns, column))
    bad += [mlops.InvalidError] * (held is not None and len(held) in (0, len(columns[0][2])))
    if bad:
        before = w.stamp()
        fails(tuple(bad), verb)
        w.unchanged(before, words)
        return words + ": refused"
    stamp, commit = Stamp(), verb()
    same(commit.id in data.commits, False, "a new commit is known")
    entries[place] = Fixed(kind="csv" if in_file else "table", data=as_csv(columns) if in_file else None,
                           columns=columns, target=roles.get("target"), time=roles.get("time"), row_id=roles.get("id"),
                           split=split, held=held, id=sha(as_csv(columns)) if in_file else Stamp(False))
    data.commits[commit.id] = Fixed(id=commit.id, parents=[parent.id] if parent else [], time=stamp, entries=entries,
                                    author=None, message=opts["message"], metadata=None)
    data.branches[at] = commit.id
    m.data[name] = data
    same(commit.is_split(place), held is not None, f"is_split of {place}")
    return words + f" -> {commit.id[:8]}"


def easy_run(w):
    draw, experiment, ends = w.draw, w.draw.choice(EXPERIMENTS), None
    names = [n for n in w.m.data if "main" in w.m.data[n].branches]
    data = w.s.data[draw.choice(names)] if names else None
    values = {k: draw.choice(oracle_run.VALUES) for k in draw.sample(oracle_run.KEYS, 2)}
    params = {k: draw.choice([6, 0.5, "x y", None, True]) for k in draw.sample(oracle_run.KEYS, 2)}
    try:
        with w.s.run(experiment, data=data, name="in a block") as handle:
            handle.params(**params)
            handle.log(**values)
            handle.log("step", 1.5, step=7)
            if draw.random() < 0.3:
                raise ArithmeticError
    except ArithmeticError:
        ends = "FAILED"
    run = TrackedRun(handle.id, {"experiment": experiment, "name": "in a block", "status": ends or "FINISHED",
                                 "end_ns": None})
    if data:
        run.own.update(dataset=data.dataset, commit=data.id)
    run.end = Stamp()
    known = opened(w, run).describe()
    run.own["start_ns"] = known["start_ns"]
    run.params = {k: str(v) for k, v in params.items()}
    for key, value, step in [*((k, v, 0) for k, v in values.items()), ("step", 1.5, 7)]:
        at = known["metrics"][key]["time_ns"]
        need(Stamp.begun <= at <= time.time_ns(), f"time of {key}")
        run.points[key] = [(step, at, value)]
    w.runs.append(run)
    w.experiments.setdefault(experiment, Stamp(False))
    w.say(f"run {handle.id[:8]} in a block: {run.own['status']} {params} {values}")


def races_of_data(w, name):
    """Two ways to change one thing, of which only the first can be committed: (words, verb, verb, to the model)."""
    draw, data, out = w.draw, w.m.data[name], []
    ids = list(data.commits)
    one, two = draw.choice(ids), draw.choice(ids)

    def draft(c):
        with mlops.Draft(c, name) as draft:
            draft.commit()
    if one != data.branches.get("main", one):
        out.append((f"main of {name}", lambda c: mlops.dataset_branch(c, name, "main", one), draft,
                    lambda m: m.data[name].branches.update(main=one)))
        out.append((f"where main of {name} goes", lambda c: mlops.dataset_drop(c, name, "main"), draft,
                    lambda m: m.data[name].branches.pop("main")))
    if "new" not in data.refs():
        out.append((f"a tag of {name}", lambda c: mlops.dataset_tag(c, name, "new", one),
                    lambda c: mlops.dataset_tag(c, name, "new", two), lambda m: m.data[name].tags.update(new=one)))
    return out


def races_of_model(w, name):
    known, learner, alias, out = w.m.models[name], Learner.of("good"), likely(w.draw, ALIASES), []
    a, v, gate = known.aliases.get(alias, Alias()), known.versions[-1].number, Gate.draw(w.draw)
    nothing = Fixed(run=None, dataset=None, commit=None, path=None)

    def give(m):
        m.models[name].alias(alias).gate = gate

    def take(m):
        held = m.models[name].alias(alias)
        if held.gate:
            held.decisions.append(Fixed(version=v, verdict="overridden", gate=held.gate, truths=None, holders=None,
                                        where=None, n_rows=None, note="n", time=Stamp()))
        held.add("promote", v, "n", gate=held.gate, decision=len(held.decisions) if held.gate else None)

    def release(m):
        m.models[name].alias(alias).add("drop", None, None)

    def register(c):
        mlops.registry_register(c, name, learner.model)

    def promote(c):
        mlops.registry_promote(c, name, str(v), alias, no_gate=True, note="n")

    def drop(c):
        mlops.registry_drop_alias(c, name, alias)
    out.append((f"a version of {name}", register, register,
                lambda m: note_version(m, name, learner, nothing, None, {}, {})))
    if a.holder() != v:
        out.append((f"the gate of {name} {alias}", lambda c: mlops.registry_set_gate(c, name, alias, gate.text),
                    promote, give))
        out.append((f"who holds {name} {alias}", promote, promote, take))
    if a.holder() is not None:
        out.append((f"{name} {alias}", drop, drop, release))
        if a.target():
            out.append((f"a rollback of {name} {alias}", drop,
                        lambda c: mlops.registry_rollback(c, name, alias), release))
    return out


def races_of_rest(w):
    one, two = features_of(w.draw.random()), features_of(-w.draw.random())
    out = [("set fs", lambda c: mlops.featurestore_put(c, "fs", one), lambda c: mlops.featurestore_put(c, "fs", two),
            lambda m: m.sets.setdefault("fs", []).append(Fixed(id=one.id, time=Stamp())))]
    for name in list(w.m.deployments)[:1]:
        due = Fixed(**{**w.m.deployments[name].__dict__, "ppm": 250000, "salt": "first", "time": Stamp()})
        out.append((f"deployment {name}", lambda c: mlops.deploy_set(c, name, canary_share=0.25, salt="first"),
                    lambda c: mlops.deploy_set(c, name, canary_share=0.75),
                    lambda m: m.deployments.update({name: due})))
    return out


def overtaking(w):
    name, model = some_data(w, w.m), some_model(w, w.m)
    return w.draw.choice([*(races_of_data(w, name) if name else []), *(races_of_model(w, model) if model else []),
                          *races_of_rest(w)])


def do_conflict(w):
    words, first, second, effect = overtaking(w)
    w.say(f"two changes of {words}")
    trial = copy.deepcopy(w.m)
    effect(trial)
    (late, _), (early, who) = w.change(), w.change()
    with mlops.Store.open(w.path, sync="relaxed") as again, late, early:
        second(late)
        first(early)
        w.commit(early, who, words)
        w.m = trial
        before = w.stamp()
        fails(mlops.ConflictError, late.commit)
        same(again.stat().seq, before[0], "seq by another handle")
        w.unchanged(before, "a conflict")
        same(late.commit(), 0, "a change after its conflict is empty: its commit")


def do_beside(w):
    """Two changes of different things are both committed."""
    trial = copy.deepcopy(w.m)
    (one, who_one), (two, who_two) = w.change(), w.change()
    with one, two:
        words = [op_draft(w, one, trial), op_set(w, two, trial)]
        w.say(f"side by side: {words}")
        for change, who in w.draw.sample([(one, who_one), (two, who_two)], 2):
            w.commit(change, who, words)
        w.m = trial
