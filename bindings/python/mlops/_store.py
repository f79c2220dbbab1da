"""A store as programs use it: data, runs, features, models and deployments of one directory.

Thin over the generated classes: each verb that changes something makes a change, calls the library, and commits.
"""
import json
import math
import os
import time

from . import _ffi
from . import _runtime as _rt
from ._changes import changed, changing
from ._data import Commit, Datasets
from ._ffi import Part, RefusedError, RunStatus
from ._lineage import Lineage, Linked
from ._online import Online
from ._tables import table
from ._values import feature_value, id_of, is_row, span_ns


@_rt.noun("store")
class Store(_ffi.Store):
    __doc__ = _ffi.Store.__doc__

    @property
    def data(self):
        """Datasets: s.data.add("tx.csv", target="fraud"), s.data["tx"]."""
        return Datasets(self)

    @property
    def features(self):
        """Feature sets: s.features.add("tx", feature), s.features["tx"]."""
        return Features(self)

    @property
    def lineage(self):
        """What was made of what: s.lineage.upstream("models:/fraud@champion")."""
        return Lineage(self)

    @property
    def models(self):
        """The registry: s.models.add("fraud", m, run=r), s.models["fraud"]."""
        return Models(self)

    @classmethod
    def open(cls, path, **opts):
        self = super().open(path, **opts)
        self._path = os.fsdecode(path)
        return self

    open.__func__.__doc__ = _ffi.Store.open.__doc__

    def run(self, experiment, *, data=None, **opts):
        """Begin a run; in a with block it ends with it, as failed if an error does. data is a Commit that it learns
        from, or the name of a dataset. opts are those of Run.start()."""
        if isinstance(data, str):
            opts["dataset"] = data
        elif data is not None:
            opts.update(dataset=data.dataset, commit=data.id)
        run = Run.start(self, experiment, **opts)
        run._ends = True
        return run

    def runs(self, experiment=None, filter=None, n_max=1000):
        """Runs, newest first, as a Table; filter is such as "metrics.auc > 0.9 and params.depth = '6'"."""
        return Run.search(self, experiment, filter, n_max)

    def open_run(self, id):
        """A run by its id or its first digits, to read it or to go on with it."""
        return Run.open(self, id)

    def change(self, **opts):
        """A change that is committed at the end of its with block. opts: actor, trace_id, note."""
        return changing(self, **opts)

    def deploy(self, name, model, **opts):
        """Make or change a deployment, and open it. opts: champion, canary, canary_share, salt."""
        changed(self, lambda change: _ffi.deploy_set(change, name, model=getattr(model, "name", model), **opts))
        return self.deployment(name)

    def deployments(self):
        """Deployments, as a Table."""
        return _ffi.deploy_list(self)

    def deployment(self, name):
        """Open a deployment, to serve with it."""
        return Deployment.open(self, name)

    def define_view(self, name, like, *, key, event_time, created=None, ttl=None):
        """Define an online view, and open it. The same again is fine.

        like: anything that table() takes, whose columns the view gets. key: name or names of the columns that name an
            entity. event_time, created: names of columns of times. ttl: a timedelta, up to which a row serves.
        """
        opts = dict(created=created, ttl_ns=None if ttl is None else span_ns(ttl, "ttl"))
        like = table(like)
        changed(self, lambda change: Online.define(change, name, like, key, event_time, **opts))
        return self.view(name)

    def view(self, name):
        """Open an online view: view.put(frame), view.get(["card-7", "card-9"])."""
        return Online.open(self, name)

    def views(self):
        """Online views, as a Table."""
        return _ffi.Online.list(self)

    def watch(self, model, which="champion", **opts):
        """Watch what a version serves, and keep the windows. opts: name, window_rows, drift."""
        return Watch.open(self, getattr(model, "name", model), str(getattr(model, "version", which)), **opts)

    def __repr__(self):
        path = getattr(self, "_path", "")
        return "<closed mlops.Store>" if self.closed else f"<mlops.Store {path!r}>"


@_rt.noun("run")
class Run(_ffi.Run):
    __doc__ = _ffi.Run.__doc__
    _id = None
    _ends = False  # with its block
    _logged = -math.inf  # when it logged last

    @property
    def id(self):
        """Id of the run: 32 hexadecimal digits; known after it was closed, too."""
        if self._id is None:
            self._id = super().id
        return self._id

    @property
    def uri(self):
        """What lineage calls it: "runs:/ID"."""
        return f"runs:/{self.id}"

    def __enter__(self):
        self.id
        return self

    def __exit__(self, kind, value, trace):
        if self._ends and not self.closed:
            interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
            self.end(RunStatus.FINISHED if kind is None else RunStatus.KILLED if interrupted else RunStatus.FAILED)
        self.close()

    def end(self, status=RunStatus.FINISHED):
        """Say that it has come to its end: "finished", "failed" or "killed"; "running" takes that back."""
        super().end(status)

    def log(self, metric=None, value=None, step=0, **metrics):
        """Log points of metrics: r.log(auc=0.93), r.log("val/auc", 0.93, step=10)."""
        named = ([(metric, value)] if metric is not None else []) + list(metrics.items())
        for i, (name, number) in enumerate(named):
            try:
                named[i] = name, float(number)
            except (TypeError, ValueError):
                raise TypeError(f"metric {name!r} is {number!r}; a number is due") from None
        for name, number in named:
            super().log(name, number, step)
        now = time.monotonic()
        if len(named) > 1 and now - self._logged >= 1:  # a slow loop loses no metric of its newest step
            self.flush()
        self._logged = now

    def param(self, key, value):
        """Set a param, once; what is no text is written as one: r.param("depth", 6)."""
        super().param(key, value if isinstance(value, str) else str(value))

    def params(self, **values):
        """Set params, once: r.params(depth=6, eta=0.1)."""
        for name, value in values.items():
            self.param(name, value)

    def describe(self):
        """All of the run, as a dict."""
        return json.loads(super().describe())

    def __repr__(self):
        return f"<mlops.Run {self._id or '(closed)'}>" if self.closed else f"<mlops.Run {self.id}>"


@_rt.noun("deployment")
class Deployment(_ffi.Deployment):
    __doc__ = _ffi.Deployment.__doc__

    def predict(self, rows, key=None):
        """Predict raw rows with the version that serves each key; returns predictions and versions.

        rows: anything that table() takes, through the features of the version if it has some; a dict, one raw row, for
            which a prediction and a version are returned; or an array of the model's features in order.
        key: column of the keys; for one row, and for an array, the key itself; None: the champion serves.
        """
        if is_row(rows):
            return self._predict_row(rows, key)
        named = ("columns", "items", "__arrow_c_stream__", "__arrow_c_array__")
        if not isinstance(rows, (_ffi.Table, str, bytes, os.PathLike)) and not any(hasattr(rows, n) for n in named):
            version, values = super().predict(key, rows)
            return _rt.flattened(values, self.width), version
        values, versions = self.predict_table(table(rows), key)
        return _rt.flattened(values, self.width), versions

    def _predict_row(self, row, key):
        if self.n_inputs == 0:  # its columns are the model's features
            column = next(name for name in ("key", "key_", "key__", "key___") if name not in row)
            cells = {name: [value] for name, value in row.items()}
            values, versions = self.predict_table(table({**cells, column: [key or ""]}), column if key else None)
            return (values[0][0] if self.width == 1 else values[0]), int(versions[0])
        inputs = [(self.input_name(i), self.input_type(i)) for i in range(self.n_inputs)]
        missing = [name for name, _ in inputs if name not in row]
        if missing:
            raise _ffi.SchemaError(f"the row has no {missing[0]!r}, which the features read")
        values = [feature_value(name, due, row[name]) for name, due in inputs]
        version, out = self.predict_values(key, values)
        return (out[0] if self.width == 1 else out), version


@_rt.noun("watch")
class Watch(_ffi.Watch):
    __doc__ = _ffi.Watch.__doc__

    def add_table(self, rows):
        super().add_table(table(rows))

    add_table.__doc__ = _ffi.Watch.add_table.__doc__

    def resume(self, instance, anew=False):
        super().resume(instance, _ffi.WatchResumeFlags.ANEW if anew else 0)

    resume.__doc__ = _ffi.Watch.resume.__doc__


# ---- features ----------------------------------------------------------------------------------------------------

class Features:
    """Feature sets of a store, by name and version."""

    def __init__(self, store):
        self.store = store

    def add(self, name, feature):
        """Keep fitted features; returns the version."""
        return changed(self.store, lambda change: _ffi.featurestore_put(change, name, feature))

    def __getitem__(self, name):
        """The newest version; s.features["tx", 2] is that version."""
        name, version = name if isinstance(name, tuple) else (name, 0)
        return _ffi.featurestore_get(self.store, name, version)

    def list(self):
        """Feature sets, as a Table."""
        return _ffi.featurestore_list(self.store)


# ---- models ------------------------------------------------------------------------------------------------------

class Version(Linked):
    """A registered version of a model."""

    _uri = "models:/{0.name}/{0.version}"

    def __init__(self, store, name, version):
        self.store, self.name, self.version = store, name, version

    def bundle(self):
        """Its bundle: model, reference, metadata."""
        return _ffi.registry_load(self.store, self.name, str(self.version))

    def load(self):
        """The model."""
        return self.bundle().model

    def features(self):
        """Its features; NotFoundError if it has none."""
        return _ffi.registry_features(self.store, self.name, str(self.version))

    def save(self, path):
        """Write its bundle to a file, to carry it to a pod or a device."""
        _ffi.registry_bundle(self.store, self.name, str(self.version), path)

    def describe(self):
        """All that is known of it, as a dict."""
        return json.loads(_ffi.registry_describe(self.store, self.name, str(self.version)))

    def evaluate(self, data=None, path=None):
        """Its metrics on held-out rows, as a dict; of the commit that it learned from, or another."""
        where = (None, None) if data is None else (data.dataset, data.id)
        result = _ffi.registry_evaluate(self.store, self.name, str(self.version), *where, path)
        return dict(zip(result["metric"], [float(value) for value in result["value"]]))

    def promote(self, alias, gate=None, *, note=None, data=None, path=None, no_gate=False):
        """Make it hold an alias if the gate lets it; RefusedError says which clause does not, and is kept, too.

        gate: such as "auc >= 0.95 and auc >= champion.auc - 0.005", which becomes the alias's; default that which it
            has. data: Commit to judge on, default the one that it learned from.
        """
        opts = dict(gate=gate, note=note, path=path)
        if data is not None:
            opts.update(dataset=data.dataset, ref=data.id)
        opts = {k: v for k, v in opts.items() if v is not None}

        def build(change):
            try:
                _ffi.registry_promote(change, self.name, str(self.version), alias, no_gate=no_gate, **opts)
            except RefusedError as error:  # the change has the record of the decision
                return error

        refusal = changed(self.store, build)
        if refusal is not None:
            raise refusal
        return self

    def __repr__(self):
        return f"<mlops.Version {self.name} {self.version}>"


class Models:
    """The registry of a store."""

    def __init__(self, store):
        self.store = store

    def add(self, name, model, *, run=None, data=None, features=None, reference="auto", **opts):
        """Register a model as the next version of a name.

        model: a Model, or the path of a trainer's file, which is then kept beside it.
        run: Run that made it, or its id. data: Commit that it learned from; default that of the run.
        features: Feature that makes its rows. reference: what live data is held against; "auto" is the training rows
            of the commit, as far as they are known. opts: description, metadata, classes, path, file.
        """
        if isinstance(model, (str, bytes, os.PathLike)):
            opts.setdefault("file", model)
            model = _rt.classes["model"].load(model)
        if not isinstance(model, _ffi.Model):
            raise TypeError(f"model is a {type(model).__name__}; a Model is due, or the path of a file that "
                            "save_model() or an ONNX converter wrote")
        if run is not None:
            opts["run"] = id_of(run)
        if data is None and run is not None:
            data = self._data_of(id_of(run))
        if data is not None:
            opts.update(dataset=data.dataset, commit=data.id)
        if features is not None:
            opts["features"] = features
        if opts.get("classes") is not None and not isinstance(opts["classes"], str):
            opts["classes"] = [str(name) for name in opts["classes"]]
        if isinstance(reference, str) and reference == "auto":
            reference = self._reference(model, data, features, opts.get("path"))
        if reference is not None:
            opts["reference"] = reference
        version = changed(self.store, lambda change: _ffi.registry_register(change, name, model, **opts))
        return Version(self.store, name, version)

    def _data_of(self, run):
        with Run.open(self.store, run) as opened:
            known = opened.describe()
        return Commit(self.store, known["dataset"], known["commit"]) if "commit" in known else None

    @staticmethod
    def _reference(model, data, features, path):
        if data is None:
            return None
        names = features.input_names if features is not None else model.feature_names
        tables = [e["path"] for e in data.describe()["entries"] if e["kind"] != "file" and path in (None, e["path"])]
        if len(tables) != 1:  # what is trained on is not known, or registering says that it is not there
            return None
        rows = data.table(tables[0], Part.TRAIN if data.is_split(tables[0]) else Part.ALL)
        known = [name for name in names or [] if rows.find(name) >= 0]
        return _ffi.Reference(rows, columns=known) if known and len(rows) else None

    def __getitem__(self, name):
        """The newest version of a model; s.models["fraud", "champion"] is the holder of an alias."""
        name, which = name if isinstance(name, tuple) else (name, "latest")
        known = json.loads(_ffi.registry_describe(self.store, name, str(which)))
        return Version(self.store, name, known["version"])

    def gate(self, name, alias):
        """What a version must meet to hold an alias; "" if nothing."""
        return _ffi.registry_gate(self.store, name, alias)

    def set_gate(self, name, alias, gate):
        """Set what a version must meet to hold an alias; None: nothing any more."""
        changed(self.store, lambda change: _ffi.registry_set_gate(change, name, alias, gate))

    def rollback(self, name, alias, note=None):
        """Give an alias back to its previous holder, and return that."""
        version = changed(self.store, lambda change: _ffi.registry_rollback(change, name, alias, note))
        return Version(self.store, name, version)

    def drop_alias(self, name, alias, note=None):
        """Take an alias away: nobody holds it then."""
        changed(self.store, lambda change: _ffi.registry_drop_alias(change, name, alias, note))

    def at(self, name, alias, time_ns=0):
        """Who held an alias at a time (UTC, nanoseconds; 0: now)."""
        return Version(self.store, name, _ffi.registry_alias_at(self.store, name, alias, time_ns))

    def history(self, name, alias):
        """Who held an alias, since when and why, as a Table."""
        return _ffi.registry_history(self.store, name, alias)

    def decisions(self, name, alias):
        """What gates said, as a Table."""
        return _ffi.registry_decisions(self.store, name, alias)

    def list(self, name=None):
        """Models, or the versions of one, as a Table."""
        return _ffi.registry_models(self.store) if name is None else _ffi.registry_versions(self.store, name)
