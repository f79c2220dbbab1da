"""libmlops from Python: predict with models that other tools trained, watch them, and tell whether data has drifted.

    m = mlops.load("fraud.json")
    m.predict(df)
    mlops.compare(train, live).save("drift.html")
    s = mlops.open("fraud.mlops")

load, open, table, compare and diff are shortcuts; everything else is one class for each noun of the library: Table,
Model, Reference, Drift, Diff, Monitor, Profile, Detector, Anomaly, Kll, Hll, Items, Feature, Bundle. Errors are
subclasses of mlops.Error.
"""
import functools
import html
import io
import json
import math
import os
import tempfile

from . import _ffi
from . import _runtime as _rt
from . import _tables
from . import multivariate  # noqa: F401
from ._ffi import *  # noqa: F401,F403
from ._ffi import (Context, DriftVerdict, ExplainerOutput, FeatureValue, InvalidError, ModelOutput, SchemaError,
                   Type, importance_measure)
from ._ffi import __all__ as _generated
from ._anomaly import Anomaly
from ._compare import PATHS, compare, is_function, reference_in_passes, whole
from ._data import Commit
from ._detect import Detector
from ._diff import Diff, diff, merge
from ._online import Online
from ._predict import Bound, OneRow, bind_array, bind_sparse, is_sparse
from ._quality import Expectations
from ._remote import Share
from ._sketch import Hll, Items
from ._stats import stats_compare, stats_compare_columns, stats_compare_counts  # noqa: F401
from ._store import Deployment, Run, Store, Version, Watch
from ._streams import Draft
from ._tables import table
from ._values import feature_value

__version__ = _ffi.VERSION
__all__ = [*_generated, "Bound", "Commit", "Explanation", "Version", "compare", "diff", "load", "merge", "multivariate",
           "open", "table"]


def load(path, **opts):
    """The model in a file: XGBoost JSON or UBJSON, LightGBM text, ONNX, or a bundle. opts are those of
    Model.load()."""
    return Model.load(path, **opts)


def open(path, **opts):
    """The store in a directory, which is made if it is not there. opts are those of Store.open(), such as sync="relaxed".

        s = mlops.open("fraud.mlops")
        with s.run("weekly", data=s.data.add("tx.csv", target="fraud", time="ts")) as r:
            r.log(auc=auc)
        s.models.add("fraud", m, run=r).promote("champion", gate="auc >= champion.auc - 0.005")
    """
    return Store.open(path, **opts)


@_rt.noun("table")
class Table(_ffi.Table):
    __doc__ = _ffi.Table.__doc__

    def __len__(self):
        return self.n_rows

    @property
    def names(self):
        """Names of the columns."""
        return [self.name(i) for i in range(self.n_columns)]

    def __getitem__(self, name):
        """A column by its name: numbers as an array (whole ones exactly; with nulls as floats, NaN where one is), text
        as a list of str and None."""
        index = self.find(name)
        if index < 0:
            raise KeyError(name)
        if self.type(index) == Type.STRING:
            return self._texts(index)
        if self.type(index) == Type.INT64 and self.n_nulls(index) == 0:
            return self.integers(index)
        return self.values(index)

    def _texts(self, index):
        schema, array = self.export()
        try:
            return _tables.read_texts(schema, array, index)
        finally:
            _tables.end(type(array), _tables.C.addressof(array))
            _tables.end(type(schema), _tables.C.addressof(schema))

    @classmethod
    def overlap(cls, a, b, columns=None):
        return super().overlap(table(a), table(b), columns)

    overlap.__func__.__doc__ = _ffi.Table.overlap.__doc__

    def to_dicts(self):
        """The rows, as dicts; a null is None."""
        columns = [list(self[name]) if self.n_nulls(i) == 0 and self.type(i) != Type.BOOL else self._cells(i)
                   for i, name in enumerate(self.names)]
        return [dict(zip(self.names, (v.item() if hasattr(v, "item") else v for v in row))) for row in zip(*columns)]

    def _cells(self, index):
        """Values of a column that has nulls."""
        if self.type(index) == Type.STRING:
            return self._texts(index)
        if self.type(index) == Type.NULL:
            return [None] * self.n_rows
        parse = {Type.INT64: int, Type.FLOAT64: float, Type.BOOL: "true".__eq__}[self.type(index)]
        texts = (self.text(index, row) for row in range(self.n_rows))
        return [parse(text) if text else None for text in texts]

    def to_pandas(self):
        """The table as a DataFrame: whole numbers and bools with nulls in pandas' types that have nulls, texts as objects.
        Times are whole numbers, nanoseconds: frame["when"] = pd.to_datetime(frame["when"])."""
        import pandas as pd
        nullable = {Type.INT64: "Int64", Type.BOOL: "boolean", Type.STRING: object, Type.NULL: object}
        columns = {}
        for i, name in enumerate(self.names):
            kind = self.type(i)
            if kind == Type.FLOAT64 or kind == Type.INT64 and self.n_nulls(i) == 0:
                columns[name] = self[name]
            elif kind == Type.BOOL and self.n_nulls(i) == 0:
                columns[name] = self.values(i) != 0
            else:
                columns[name] = pd.array(self._cells(i), dtype=nullable[kind]) if kind in (Type.INT64, Type.BOOL) else \
                    pd.Series(self._cells(i), dtype=object)
        return pd.DataFrame(columns)

    def __arrow_c_array__(self, requested_schema=None):
        """The table as Arrow, for pyarrow, polars, DuckDB and others; nothing is copied."""
        schema, array = self.export()
        return _tables.capsule(schema, b"arrow_schema"), _tables.capsule(array, b"arrow_array")

    def __arrow_c_stream__(self, requested_schema=None):
        """The same as a stream of one array: what pyarrow.table() and polars.DataFrame() ask for."""
        return _tables.capsule(self.export_stream(), b"arrow_array_stream")

    def __repr__(self):
        return "<closed mlops.Table>" if self.closed else f"<mlops.Table {self.n_rows} x {self.n_columns}>"


def _is_named(rows):
    """Whether rows have columns by name, or are where such are."""
    named = ("columns", "items", "__arrow_c_stream__", "__arrow_c_array__")
    return isinstance(rows, (_ffi.Table, str, bytes, os.PathLike)) or any(hasattr(rows, name) for name in named)


_PREDICTION = ModelOutput.PREDICTION  # looking a member up takes as long as a small model


@_rt.noun("model")
class Model(_ffi.Model):
    __doc__ = _ffi.Model.__doc__
    _one = None

    @property
    def feature_names(self):
        """Names of the features, or None where the file has none."""
        names = [self.feature_name(i) for i in range(self.n_features)]
        return None if None in names else names

    def predict(self, rows, output=ModelOutput.PREDICTION, columns=None, absent=None):
        """Predict.

        rows: a DataFrame of pandas or Polars, a Table, a dict of columns, an Arrow object or the path of a CSV file,
            whose columns are bound to the features by name; or a 2-D array or a sparse matrix of SciPy's, whose
            columns are the features in order. XGBoost computes in float32: float64 and whole numbers are rounded to
            the nearest float32, as it does with them. LightGBM computes in float64: what is float32 is widened.
        output: "prediction" (probability, scores or value), "margin", "leaf" or "prefix" (the margins after each
            tree); of ONNX "class" (its index, see class_name), or 16 + i for the i-th output of the file.
        columns: names of the columns of each feature, where they are not the model's own.
        absent: what an entry is that a sparse matrix has not; default: NaN, missing, of XGBoost's models, else 0.
        Returns float64: one value for each row, or an array (n, width) where a row yields several.
        """
        one = self._one
        if one is not None and type(rows) is one.kind and output is _PREDICTION and columns is None:
            values = one.predict(rows)
            if values is not None:
                return values
        output = _rt.choice(ModelOutput, output)
        if is_sparse(rows):
            return self.bind(rows, output=output, absent=absent)()
        if _is_named(rows) or columns is not None:
            values = self.predict_table(table(rows), columns, output)
        else:
            values = self._predict_array(rows, output)
        return _rt.flattened(values, self.width(output))

    def explain(self, rows, output=ExplainerOutput.CONTRIBUTIONS, background=None, columns=None):
        """Say what each feature adds to a row's margin: with Shapley values, exact but for rounding.

        rows: as of predict().
        output: "contributions"; "interactions", whose rows sum up to the contributions; or "approximate", Saabas'.
        background: some hundred rows, as of predict(), that stand in for features which are not known; without it
            the covers in the model's file do. To explain with one background again, make an mlops.Explainer.
        columns: names of the columns of each feature, where they are not the model's own.
        Returns float64, (n, features + 1), whose last column is the bias, or (n, features + 1, features + 1) of
        interactions; where a row has several margins, (n, margins, ...).
        """
        if background is not None:
            return Explainer(self, background, columns).explain(rows, output, columns)
        explainer = self.__dict__.get("_explainer")
        if explainer is None:
            explainer = self.__dict__["_explainer"] = Explainer(self)
        return explainer.explain(rows, output, columns)

    def importance(self, rows, labels, metric, columns=None, repeats=5, seed=0):
        """Say what a metric loses with each feature shuffled among the rows: permutation importance.

        rows: as of predict(), best ones that the model was not trained on.
        labels: of each row 0 or 1, the index of its class, or a number.
        metric: such as "auc", "log_loss" or "rmse"; the loss is positive whichever way the metric is better.
        columns: names of the columns of each feature, where they are not the model's own.
        Returns a Table of feature, importance (the mean over repeats), sd and score, the metric of the rows themselves.
        """
        if not _is_named(rows):
            columns = columns or self.feature_names or [f"f{i}" for i in range(self.n_features)]
            rows = Table.from_matrix(rows, columns)
        return importance_measure(self, table(rows), labels, metric, columns=columns, n_repeats=repeats, seed=seed)

    def bind(self, rows, out=None, output=ModelOutput.PREDICTION, columns=None, absent=None):
        """Bind rows, and predict what they hold whenever the Bound that this gives is called.

        rows: a 2-D array of float32 or float64 with any strides, which is read where it stands; or what else predict()
            takes, as it is now.
        out: float64 array that each call writes to; default: a new one.
        output, columns, absent: as of predict().

            rows = np.zeros((1, 30), "float32")
            bound = m.bind(rows)
            rows[0] = ...
            print(bound()[0])
        """
        output = _rt.choice(ModelOutput, output)
        context, n = Context(self, output), self.n_features
        if is_sparse(rows):
            missing = math.nan if self._about["format"].startswith("xgboost") else 0.0
            n_rows = bind_sparse(context, rows, n, missing if absent is None else absent)
        elif _is_named(rows) or columns is not None:
            rows = table(rows)
            context.bind_table(rows, columns)
            n_rows = rows.n_rows
        else:
            n_rows = bind_array(context, rows, n)
        return Bound(context, n_rows, out, self._about["format"] != "onnx")

    @functools.cached_property
    def _about(self):
        return json.loads(self.describe())

    @property
    def _takes_f64(self):
        """Whether the model computes in float64."""
        return self._about["numbers"] == "float64"

    def _predict_array(self, rows, output):
        """With a context, which is one thread's: taken from those that are idle, or made."""
        idle = self.__dict__.setdefault("_idle", {}).setdefault(int(output), [])
        try:
            context = idle.pop()
        except IndexError:
            context = Context(self, output)
        try:
            values = context.predict_f64(rows) if self._takes_f64 else context.predict(rows)
        finally:
            idle.append(context)
        if len(values) == 1 and output == _PREDICTION and _rt.numpy() and self._about["format"] != "onnx":
            self._one = OneRow(self, _rt.numpy())  # from now on such rows take few steps
        return values

    def close(self):
        self.__dict__.pop("_idle", None)
        self._one = None
        self.__dict__.pop("_explainer", None)
        super().close()

    def __repr__(self):
        return "<closed mlops.Model>" if self.closed else f"<mlops.Model {self.n_features} features>"


def _folded(row, sizes):
    """Values in lists of lists of the given sizes."""
    step = len(row) // sizes[0]
    if step <= 1:
        return row
    return [_folded(row[i:i + step], sizes[1:]) for i in range(0, len(row), step)]


class Explanation:
    """What Explainer(rows) returns, with the names and shapes that users of shap expect; shap.Explanation(**vars(e))
    makes one for its plots.

    values: (n, features), or (n, features, features) of interactions; with several margins one axis more, at the end.
    base_values: (n,), or (n, margins): the bias; with values it sums up to the margin.
    data: the rows, as they were given.
    feature_names: one a feature.
    """

    def __init__(self, values, base_values, data, feature_names):
        self.values, self.base_values, self.data, self.feature_names = values, base_values, data, feature_names

    def __repr__(self):
        return f"<mlops.Explanation {' x '.join(map(str, self.values.shape))}>"


@_rt.noun("explainer")
class Explainer(_ffi.Explainer):
    __doc__ = _ffi.Explainer.__doc__

    def __init__(self, model, background=None, columns=None):
        if background is not None and not _is_named(background):
            columns = columns or model.feature_names or [f"f{i}" for i in range(model.n_features)]
            background = Table.from_matrix(background, columns)
        super().__init__(model, None if background is None else table(background), columns)
        self._names = model.feature_names or [f"f{i}" for i in range(model.n_features)]

    def __call__(self, rows, interactions=False, columns=None):
        """Explain rows as shap's explainers do: an Explanation. Needs NumPy."""
        np = _rt.numpy()
        if np is None:
            raise ImportError("an Explanation needs NumPy; explain() does not")
        sides = 1 + bool(interactions)
        parts = np.asarray(self.explain(rows, "interactions" if interactions else "contributions", columns))
        if self.n_groups > 1:
            parts = np.moveaxis(parts, 1, -1)
        inner, corner = (slice(-1),) * sides, (-1,) * sides
        return Explanation(parts[(slice(None), *inner)], parts[(slice(None), *corner)], rows, self._names)

    __init__.__doc__ = _ffi.Explainer.__init__.__doc__

    def explain(self, rows, output=ExplainerOutput.CONTRIBUTIONS, columns=None):
        """Explain rows, as Model.explain()."""
        output = _rt.choice(ExplainerOutput, output)
        if _is_named(rows) or columns is not None:
            values = self.explain_table(table(rows), columns, output)
        else:
            values = super().explain(rows, output)
        groups, width = self.n_groups, self.width(output)
        side = math.isqrt(width // groups) if output == ExplainerOutput.INTERACTIONS else width // groups
        sizes = [groups] * (groups > 1) + [side] * (1 + (output == ExplainerOutput.INTERACTIONS))
        if hasattr(values, "reshape"):
            return values.reshape(len(values), *sizes)
        return [_folded(row, sizes) for row in values]

    def __repr__(self):
        return "<closed mlops.Explainer>" if self.closed else f"<mlops.Explainer {self.n_groups} margins>"


@_rt.noun("profile")
class Profile(_ffi.Profile):
    __doc__ = _ffi.Profile.__doc__

    def merge(self, other):
        try:
            super().merge(other)
        except InvalidError:
            if self.closed or other.closed:
                raise
            raise InvalidError(f"other has {self._other_configuration(other)}; only profiles of equal edges and options "
                               "merge") from None

    merge.__doc__ = _ffi.Profile.merge.__doc__

    def _other_configuration(self, other):
        """What of a profile that does not merge is not as it is here."""
        kinds = ["log-linear bins" if p.edge(0) == -2.0 ** 64 and p.n_bins > 8 else "edges" for p in (other, self)]
        if kinds[0] != kinds[1]:
            return f"{kinds[0]}, not {kinds[1]}"
        if kinds[0] == "edges" and other.n_bins != self.n_bins:
            return f"{other.n_bins} bins, not {self.n_bins}"
        for i in range(self.n_bins - 1 if kinds[0] == "edges" else 0):
            if repr(other.edge(i)) != repr(self.edge(i)):
                return f"edge {i} at {other.edge(i)!r}, not {self.edge(i)!r}"
        return "another scale, lg_k, bins_size or categories"

    @property
    def categories(self):
        """The count of each named category, by its name."""
        return {self.category_name(i): self.category(i) for i in range(self.n_categories)}


@_rt.noun("feature")
class Feature(_ffi.Feature):
    __doc__ = _ffi.Feature.__doc__

    @classmethod
    def fit(cls, definition, rows, **opts):
        return super().fit(definition, table(rows), **opts)

    fit.__func__.__doc__ = _ffi.Feature.fit.__doc__

    @property
    def input_names(self):
        """Names of the columns that the features read."""
        return [self.input_name(i) for i in range(self.n_inputs)]

    @property
    def output_names(self):
        """Names of the outputs, in the order of the definition."""
        return [self.output_name(i) for i in range(self.n_outputs)]

    def apply(self, rows):
        return super().apply(table(rows))

    apply.__doc__ = _ffi.Feature.apply.__doc__

    def matrix(self, rows):
        return super().matrix(table(rows))

    matrix.__doc__ = _ffi.Feature.matrix.__doc__

    def row(self, values):
        """Compute the features of one row.

        values: a dict with a value for each input, where other keys are ignored, or the values in the order of the
            inputs: bool, int, float, str, None for a null; or objects of FeatureValue.
        Returns float32, one for each output: the bits of matrix().
        """
        if hasattr(values, "items"):
            names = self.input_names
            missing = [name for name in names if name not in values]
            if missing:
                raise SchemaError(f"the row has no {missing[0]!r}, which the features read")
            values = [values[name] for name in names]
        names = self.input_names
        return super().row([value if isinstance(value, FeatureValue) else feature_value(names[i], self.input_type(i), value)
                            for i, value in enumerate(values)])

    def __repr__(self):
        if self.closed:
            return "<closed mlops.Feature>"
        return f"<mlops.Feature {self.n_inputs} inputs, {self.n_outputs} outputs>"


@_rt.noun("reference")
class Reference(_ffi.Reference):
    __doc__ = _ffi.Reference.__doc__

    def __init__(self, table, *, memory_max=None, progress=None, csv=None, **opts):
        """Make a reference of rows: a Table, or anything that table() takes.

        memory_max, progress: as compare() has them. Then, and of a function, rows are read in passes, a few columns each:
            a file of CSV, what gives an Arrow stream each time that it is asked, frames, dicts. The reference is that of
            the whole table, to the byte.
        exact: keep every value of numbers, so that comparing is that of the table.
        texts: keep columns of texts by what can be counted of them, as comparing two tables takes them.
        columns, ignore: names to keep, in this order; names to leave out, such as target, id and time.
        n_edges: quantile edges of a column of numbers at the most, 9 to 1,023; default 255.
        csv: options of Table.load(), for a path.
        """
        if csv is not None and not isinstance(table, PATHS):
            raise TypeError("csv: only the path of a CSV file takes options")
        if memory_max is None and progress is None and not is_function(table):
            super().__init__(whole("table", table, csv), **opts)
            return
        made = reference_in_passes(table, memory_max, progress, csv=csv, **opts)
        self._h, made._h = made._h, None

    def __repr__(self):
        if self.closed:
            return "<closed mlops.Reference>"
        kept = "exact" if self.is_exact else "quantiles"
        return f"<mlops.Reference {self.n_rows} x {self.n_columns}, {kept}, {self.size} bytes>"


@_rt.noun("drift")
class Drift(_ffi.Drift):
    __doc__ = _ffi.Drift.__doc__

    def __len__(self):
        return self.n_columns

    def __contains__(self, name):
        """Whether a column of this name was compared."""
        return any(column.name == name for column in self)

    def __getitem__(self, key):
        """What was found of a column, by its index or name; of a slice a list."""
        if isinstance(key, slice):
            return [self.get(i) for i in range(*key.indices(len(self)))]
        if isinstance(key, str):
            for column in self:
                if column.name == key:
                    return column
            raise KeyError(key)
        if not -len(self) <= key < len(self):
            raise IndexError(key)
        return self.get(key % len(self))

    def __iter__(self):
        return (self.get(i) for i in range(self.n_columns))

    @property
    def drifted(self):
        """Whether any column has drifted, with confidence."""
        return self.overall == DriftVerdict.YES

    def _repr_html_(self):
        """The report, as notebooks show it: in a frame, so that its style stays its own."""
        if self.closed:
            return None
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "drift.html")
            self.save(path)
            with io.open(path, encoding="utf-8") as file:
                page = html.escape(file.read())
        return f'<iframe srcdoc="{page}" sandbox style="width:100%;height:40rem;border:0"></iframe>'

    def __repr__(self):
        if self.closed:
            return "<closed mlops.Drift>"
        return f"<mlops.Drift {self.overall.name}: {self.n_drifted} of {self.n_columns} columns>"
