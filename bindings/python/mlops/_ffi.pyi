# Generated from the headers by bindings/gen; do not edit.
import ctypes
import enum
import os
from dataclasses import dataclass
from typing import Any, Callable, Optional, Sequence, Tuple, Union

from ._runtime import Error as Error, Handle, View

PathOrStr = Union[str, bytes, "os.PathLike[str]"]
BytesLike = Union[bytes, bytearray, memoryview, str]
ArrayLike = Any
VERSION: str
lib: ctypes.CDLL


class Status(enum.IntEnum):
    OK = 0
    END = 1
    E_INVALID = -1
    E_NOMEM = -2
    E_IO = -3
    E_NOT_FOUND = -4
    E_CORRUPT = -5
    E_UNSUPPORTED = -6
    E_ARENA = -7
    E_PARSE = -8
    E_SCHEMA = -9
    E_LIMIT = -10
    E_NO_SPACE = -11
    E_DENIED = -12
    E_CANCELLED = -13
    E_DEADLINE = -14
    E_EXISTS = -15
    E_CONFLICT = -16
    E_BUSY = -17
    E_FORKED = -18
    E_REFUSED = -19

class IoMode(enum.IntEnum):
    READ = 0
    CREATE = 1
    READ_WRITE = 2

class IoLock(enum.IntEnum):
    UNLOCK = 0
    LOCK = 1
    TRY_LOCK = 2
    SHARE = 3

class Cpu(enum.IntEnum):
    BEST = 0
    SCALAR = 1
    SSE41 = 2
    AVX2 = 3
    AVX512 = 4
    NEON = 5

class Sync(enum.IntEnum):
    FULL = 0
    RELAXED = 1

class StoreIndex(enum.IntEnum):
    FILE = 0
    MEMORY = 1

class Type(enum.IntEnum):
    NULL = 0
    BOOL = 1
    INT64 = 2
    FLOAT64 = 3
    STRING = 4

class ModelOutput(enum.IntEnum):
    PREDICTION = 0
    MARGIN = 1
    LEAF = 2

class DriftVerdict(enum.IntEnum):
    NOT_ENOUGH_DATA = 0
    NO = 1
    YES = 2

class Metric(enum.IntEnum):
    AUC = 1
    AVERAGE_PRECISION = 2
    KS = 3
    LOG_LOSS = 4
    BRIER = 5
    ECE = 6
    ACCURACY = 7
    BALANCED_ACCURACY = 8
    PRECISION = 9
    RECALL = 10
    SPECIFICITY = 11
    F1 = 12
    F1_MACRO = 13
    F1_WEIGHTED = 14
    MCC = 15
    PREVALENCE = 16
    POSITIVE_RATE = 17
    TP = 18
    FP = 19
    TN = 20
    FN = 21
    MAE = 22
    MSE = 23
    RMSE = 24
    R2 = 25
    MEDIAN_AE = 26
    MAX_ERROR = 27
    MAPE = 28
    BIAS = 29
    POISSON_DEVIANCE = 30

class MetricTask(enum.IntEnum):
    BINARY = 1
    CLASSES = 2
    REGRESSION = 4

class MetricBetter(enum.IntEnum):
    NEITHER = 0
    HIGHER = 1
    LOWER = 2

class MetricScale(enum.IntEnum):
    PROBABILITY = 0
    MARGIN = 1
    RANK = 2

class StatsMethod(enum.IntEnum):
    AUTO = 0
    EXACT = 1
    ASYMPTOTIC = 2

class StatsAlternative(enum.IntEnum):
    TWO_SIDED = 0
    LESS = 1
    GREATER = 2

class InvalidError(Error, ValueError): ...

class NomemError(Error, MemoryError): ...

class IoError(Error): ...

class NotFoundError(Error): ...

class CorruptError(Error): ...

class UnsupportedError(Error): ...

class ArenaError(Error): ...

class ParseError(Error): ...

class SchemaError(Error): ...

class LimitError(Error): ...

class NoSpaceError(Error): ...

class DeniedError(Error): ...

class CancelledError(Error): ...

class DeadlineError(Error): ...

class ExistsError(Error): ...

class ConflictError(Error): ...

class BusyError(Error): ...

class ForkedError(Error): ...

class RefusedError(Error): ...

class ArrowSchema(ctypes.Structure): ...

class ArrowArray(ctypes.Structure): ...

class ArrowArrayStream(ctypes.Structure): ...

@dataclass(frozen=True)
class StoreStats:
    seq: int
    durable: int
    time_ns: int
    n_records: int
    n_objects: int
    journal_bytes: int
    pack_bytes: int
    index_bytes: int
    state: int

@dataclass(frozen=True)
class AuditEntry:
    n_operations: int
    seq: int
    time_ns: int
    actor: Optional[str]
    verb: Optional[str]
    note: Optional[str]
    trace_id: Optional[str]

@dataclass(frozen=True)
class CheckCounts:
    n_faults: int
    n_frames: int
    n_records: int
    n_objects: int
    n_bytes: int
    n_unused: int

@dataclass(frozen=True)
class DriftColumn:
    verdict: DriftVerdict
    name: str
    test: str
    type: Type
    exact: int
    n_reference: int
    n_current: int
    effect: float
    effect_low: float
    tolerance: float
    p_value: float
    p_adjusted: float
    ks: float
    wasserstein: float
    psi: float
    js: float
    tv: float
    nulls_reference: float
    nulls_current: float
    mean_reference: float
    mean_current: float

@dataclass(frozen=True)
class ProfileSummary:
    n: int
    n_null: int
    n_nan: int
    n_infinite: int
    n_zero: int
    n_negative: int
    min: float
    max: float
    mean: float

@dataclass(frozen=True)
class FeatureValue:
    type: Type = ...
    is_null: int = ...
    i64: int = ...
    f64: float = ...
    text: Optional[str] = ...

@dataclass(frozen=True)
class Metrics:
    task: MetricTask
    n: int
    n_nan: int
    n_classes: int
    constant_labels: int
    weight: float
    auc: float
    average_precision: float
    ks: float
    log_loss: float
    brier: float
    ece: float
    accuracy: float
    balanced_accuracy: float
    precision: float
    recall: float
    specificity: float
    f1: float
    f1_macro: float
    f1_weighted: float
    mcc: float
    prevalence: float
    positive_rate: float
    tp: float
    fp: float
    tn: float
    fn: float
    mae: float
    mse: float
    rmse: float
    r2: float
    median_ae: float
    max_error: float
    mape: float
    bias: float
    poisson_deviance: float

@dataclass(frozen=True)
class MetricInfo:
    metric: Metric
    name: str
    better: MetricBetter
    tasks: int

@dataclass(frozen=True)
class StatsTwoSample:
    ks_sign: int
    ks: float
    ks_location: float
    ks_p: float
    wasserstein: float
    energy: float
    n: int
    m: int
    n_nan: int
    m_nan: int
    ks_exact: int

@dataclass(frozen=True)
class StatsTwoCounts:
    dof: int
    psi: float
    js: float
    tv: float
    chi2: float
    chi2_p: float
    n: int
    m: int

class Executor(_rt.View): ...

class Pool(Handle):
    def __init__(self, n_workers: int) -> None: ...
    @property
    def executor(self) -> Executor: ...

class Store(Handle):
    @classmethod
    def open(cls, path: PathOrStr, *, must_exist: bool = ..., read_only: bool = ..., sync: Union[Sync, str, None] = ..., index: Union[StoreIndex, str, None] = ..., map_max: Optional[int] = ..., journal_bytes: Optional[int] = ...) -> Store: ...
    def flush(self) -> None: ...
    def service(self, budget_ns: int) -> None: ...
    def stat(self) -> StoreStats: ...
    def content(self, id: str) -> bytes: ...
    def export(self, path: PathOrStr) -> None: ...
    @staticmethod
    def import_(path: PathOrStr, from_: PathOrStr, *, must_exist: bool = ..., read_only: bool = ..., sync: Union[Sync, str, None] = ..., index: Union[StoreIndex, str, None] = ..., map_max: Optional[int] = ..., journal_bytes: Optional[int] = ...) -> None: ...
    @staticmethod
    def repair(path: PathOrStr, *, must_exist: bool = ..., read_only: bool = ..., sync: Union[Sync, str, None] = ..., index: Union[StoreIndex, str, None] = ..., map_max: Optional[int] = ..., journal_bytes: Optional[int] = ...) -> int: ...

class Audit(Handle):
    @classmethod
    def read(cls, store: Store, from_: int, n_max: int) -> Audit: ...
    @property
    def n_entries(self) -> int: ...
    def at(self, index: int) -> AuditEntry: ...
    def link(self, index: int) -> str: ...
    def operations(self, index: int) -> str: ...
    @staticmethod
    def verify(store: Store) -> Tuple[str, int]: ...
    @staticmethod
    def root(store: Store, n: int) -> str: ...
    @staticmethod
    def prove(store: Store, seq: int, n: int) -> str: ...
    @classmethod
    def parse(cls, text: BytesLike, root: str) -> Audit: ...

class Table(Handle):
    @classmethod
    def load(cls, path: PathOrStr, *, no_header: bool = ..., call: Optional[dict] = ..., delimiter: Optional[PathOrStr] = ..., names: Optional[PathOrStr] = ..., nulls: Optional[PathOrStr] = ..., skip_lines: Optional[int] = ..., rows_max: Optional[int] = ..., line_max: Optional[int] = ..., memory_max: Optional[int] = ...) -> Table: ...
    @classmethod
    def parse(cls, text: BytesLike, *, no_header: bool = ..., call: Optional[dict] = ..., delimiter: Optional[PathOrStr] = ..., names: Optional[PathOrStr] = ..., nulls: Optional[PathOrStr] = ..., skip_lines: Optional[int] = ..., rows_max: Optional[int] = ..., line_max: Optional[int] = ..., memory_max: Optional[int] = ...) -> Table: ...
    @classmethod
    def import_(cls, schema: Union[ArrowSchema, int], array: Union[ArrowArray, int]) -> Table: ...
    @classmethod
    def import_stream(cls, stream: Union[ArrowArrayStream, int]) -> Table: ...
    @classmethod
    def from_matrix(cls, values: ArrayLike, names: Union[str, Sequence[str], None] = ...) -> Table: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def n_columns(self) -> int: ...
    def name(self, index: int) -> Optional[str]: ...
    def type(self, index: int) -> Type: ...
    def find(self, name: PathOrStr) -> int: ...
    def n_nulls(self, index: int) -> int: ...
    def values(self, index: int) -> Any: ...
    def text(self, index: int, row: int) -> str: ...
    def export(self) -> Tuple[ArrowSchema, ArrowArray]: ...

class Model(Handle):
    @classmethod
    def load(cls, path: PathOrStr, *, memory_max: Optional[int] = ..., format: Optional[PathOrStr] = ...) -> Model: ...
    @classmethod
    def parse(cls, bytes: BytesLike, *, memory_max: Optional[int] = ..., format: Optional[PathOrStr] = ...) -> Model: ...
    @property
    def n_features(self) -> int: ...
    def feature_name(self, index: int) -> Optional[str]: ...
    def width(self, output: Union[ModelOutput, str] = ...) -> int: ...
    def describe(self) -> str: ...
    def predict(self, rows: ArrayLike) -> Any: ...
    def predict_table(self, table: Table, columns: Union[str, Sequence[str], None] = ..., output: Union[ModelOutput, str] = ...) -> Any: ...

class Context(Handle):
    @staticmethod
    def size(model: Model) -> int: ...
    def __init__(self, model: Model, output: Union[ModelOutput, str] = ...) -> None: ...
    @property
    def width(self) -> int: ...
    def predict(self, rows: ArrayLike) -> Any: ...

class Reference(Handle):
    def __init__(self, table: Table, *, columns: Union[str, Sequence[str], None] = ..., ignore: Union[str, Sequence[str], None] = ..., csv: Optional[dict] = ..., n_edges: Optional[int] = ...) -> None: ...
    @classmethod
    def load(cls, path: PathOrStr, *, columns: Union[str, Sequence[str], None] = ..., ignore: Union[str, Sequence[str], None] = ..., csv: Optional[dict] = ..., n_edges: Optional[int] = ...) -> Reference: ...
    def save(self, path: PathOrStr) -> None: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def n_columns(self) -> int: ...
    def name(self, index: int) -> Optional[str]: ...
    def type(self, index: int) -> Type: ...

class Bundle(Handle):
    @staticmethod
    def write(path: PathOrStr, model: Model, *, reference: Optional[Reference] = ..., name: Optional[PathOrStr] = ..., version: Optional[PathOrStr] = ..., metadata: Union[PathOrStr, dict, None] = ..., golden_rows: Optional[ArrayLike] = ...) -> None: ...
    @staticmethod
    def save(model: Model, *, reference: Optional[Reference] = ..., name: Optional[PathOrStr] = ..., version: Optional[PathOrStr] = ..., metadata: Union[PathOrStr, dict, None] = ..., golden_rows: Optional[ArrayLike] = ...) -> bytes: ...
    @classmethod
    def load(cls, path: PathOrStr) -> Bundle: ...
    @classmethod
    def parse(cls, bytes: BytesLike) -> Bundle: ...
    @property
    def model(self) -> Model: ...
    @property
    def reference(self) -> Optional[Reference]: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def metadata(self) -> str: ...
    @property
    def id(self) -> str: ...

class Change(Handle):
    def __init__(self, store: Store, *, actor: Optional[PathOrStr] = ..., trace_id: Optional[PathOrStr] = ..., note: Optional[PathOrStr] = ...) -> None: ...
    def commit(self) -> int: ...
    def content(self, bytes: BytesLike) -> str: ...

class Check(Handle):
    @classmethod
    def store(cls, path: PathOrStr, *, must_exist: bool = ..., read_only: bool = ..., sync: Union[Sync, str, None] = ..., index: Union[StoreIndex, str, None] = ..., map_max: Optional[int] = ..., journal_bytes: Optional[int] = ...) -> Check: ...
    def count(self) -> CheckCounts: ...
    @property
    def n_faults(self) -> int: ...
    def fault(self, index: int) -> Optional[str]: ...

class Drift(Handle):
    @classmethod
    def compare(cls, reference: Table, current: Table, *, call: Optional[dict] = ..., columns: Union[str, Sequence[str], None] = ..., ignore: Union[str, Sequence[str], None] = ..., alpha: Optional[float] = ..., ks_tolerance: Optional[float] = ..., tv_tolerance: Optional[float] = ..., rows_min: Optional[int] = ...) -> Drift: ...
    @classmethod
    def compare_reference(cls, reference: Reference, current: Table, *, call: Optional[dict] = ..., columns: Union[str, Sequence[str], None] = ..., ignore: Union[str, Sequence[str], None] = ..., alpha: Optional[float] = ..., ks_tolerance: Optional[float] = ..., tv_tolerance: Optional[float] = ..., rows_min: Optional[int] = ...) -> Drift: ...
    @property
    def overall(self) -> DriftVerdict: ...
    @property
    def n_columns(self) -> int: ...
    @property
    def n_drifted(self) -> int: ...
    def get(self, index: int) -> DriftColumn: ...
    def save(self, path: PathOrStr) -> None: ...
    def json(self) -> str: ...

class Profile(Handle):
    @staticmethod
    def size(*, edges: Optional[ArrayLike] = ..., scale: Optional[int] = ...) -> int: ...
    def __init__(self, *, edges: Optional[ArrayLike] = ..., scale: Optional[int] = ...) -> None: ...
    def add(self, values: ArrayLike) -> None: ...
    def add_f32(self, values: ArrayLike) -> None: ...
    def add_nulls(self, n: int) -> None: ...
    def merge(self, other: Profile) -> None: ...
    def reset(self) -> None: ...
    def summarize(self) -> ProfileSummary: ...
    @property
    def n_bins(self) -> int: ...
    def bin(self, index: int) -> int: ...
    def edge(self, index: int) -> float: ...
    def quantile(self, q: float) -> float: ...
    def save(self) -> bytes: ...
    @classmethod
    def load(cls, bytes: BytesLike) -> Profile: ...

class Edge(Handle):
    @staticmethod
    def size(bundle: BytesLike) -> int: ...
    def __init__(self, bundle: BytesLike) -> None: ...
    @property
    def n_features(self) -> int: ...
    @property
    def width(self) -> int: ...
    def predict(self, row: ArrayLike) -> Any: ...
    def add(self, row: ArrayLike) -> None: ...
    def profile(self, index: int) -> Optional[Profile]: ...
    def selftest(self) -> None: ...
    @staticmethod
    def verify(bundle: BytesLike) -> None: ...

class Feature(Handle):
    @classmethod
    def fit(cls, definition: PathOrStr, table: Table) -> Feature: ...
    @classmethod
    def load(cls, path: PathOrStr) -> Feature: ...
    @classmethod
    def parse(cls, bytes: BytesLike) -> Feature: ...
    def write(self, path: PathOrStr) -> None: ...
    def save(self) -> bytes: ...
    @property
    def id(self) -> str: ...
    @property
    def definition(self) -> str: ...
    @property
    def n_inputs(self) -> int: ...
    def input_name(self, index: int) -> Optional[str]: ...
    def input_type(self, index: int) -> Type: ...
    @property
    def n_outputs(self) -> int: ...
    def output_name(self, index: int) -> Optional[str]: ...
    def expression(self, index: int) -> Optional[str]: ...
    def apply(self, table: Table) -> Table: ...
    def matrix(self, table: Table) -> Any: ...
    def row(self, values: Sequence[FeatureValue]) -> Any: ...

class Monitor(Handle):
    def __init__(self, model: Optional[Model], reference: PathOrStr, *, reference_opts: Optional[dict] = ..., drift: Optional[dict] = ..., name: Optional[PathOrStr] = ..., window_rows: Optional[int] = ...) -> None: ...
    @classmethod
    def new_reference(cls, model: Optional[Model], reference: Reference, *, reference_opts: Optional[dict] = ..., drift: Optional[dict] = ..., name: Optional[PathOrStr] = ..., window_rows: Optional[int] = ...) -> Monitor: ...
    @property
    def n_features(self) -> int: ...
    def add(self, rows: ArrayLike, predictions: Optional[ArrayLike] = ...) -> None: ...
    def add_table(self, table: Table) -> None: ...
    def add_latency(self, duration_ns: int) -> None: ...
    @property
    def n_windows(self) -> int: ...
    @property
    def verdict(self) -> DriftVerdict: ...
    @property
    def n_drifted(self) -> int: ...
    def drift(self) -> Drift: ...
    def metrics(self) -> str: ...
    def save(self, path: PathOrStr) -> None: ...

def version() -> str: ...

def status_name(status: Union[Status, str] = ...) -> str: ...

def cpu_level(cap: Union[Cpu, str] = ...) -> Cpu: ...

def featurestore_put(change: Change, name: PathOrStr, feature: Feature) -> int: ...

def featurestore_get(store: Store, name: PathOrStr, version: int) -> Feature: ...

def featurestore_list(store: Store) -> Table: ...

def metric_binary(scores: ArrayLike, labels: ArrayLike, *, skip_nan: bool = ..., weights: Optional[ArrayLike] = ..., threshold: Optional[float] = ..., scale: Union[MetricScale, str, None] = ..., n_bins: Optional[int] = ...) -> Metrics: ...

def metric_classes(probabilities: ArrayLike, labels: ArrayLike, *, skip_nan: bool = ..., weights: Optional[ArrayLike] = ..., threshold: Optional[float] = ..., scale: Union[MetricScale, str, None] = ..., n_bins: Optional[int] = ...) -> Tuple[Metrics, Any]: ...

def metric_regression(predictions: ArrayLike, labels: ArrayLike, *, skip_nan: bool = ..., weights: Optional[ArrayLike] = ..., threshold: Optional[float] = ..., scale: Union[MetricScale, str, None] = ..., n_bins: Optional[int] = ...) -> Metrics: ...

def metric_count() -> int: ...

def metric_at(index: int) -> MetricInfo: ...

def metric_find(name: PathOrStr) -> MetricInfo: ...

def metric_value(of: Metrics, metric: Union[Metric, str]) -> float: ...

def stats_compare(x: ArrayLike, y: ArrayLike, *, x_sorted: bool = ..., y_sorted: bool = ..., method: Union[StatsMethod, str, None] = ..., alternative: Union[StatsAlternative, str, None] = ...) -> StatsTwoSample: ...

def stats_compare_columns(x: Table, x_column: int, y: Table, y_column: int, *, x_sorted: bool = ..., y_sorted: bool = ..., method: Union[StatsMethod, str, None] = ..., alternative: Union[StatsAlternative, str, None] = ...) -> StatsTwoSample: ...

def stats_compare_counts(x: ArrayLike, y: ArrayLike) -> StatsTwoCounts: ...
