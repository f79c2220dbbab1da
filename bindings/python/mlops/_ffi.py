"""The library as Python classes. Generated from the headers by bindings/gen; do not edit."""
import ctypes as C
import enum
from dataclasses import dataclass
from typing import Optional

from . import _runtime as _rt
from ._runtime import Error

VERSION = "0.1.0"
lib = _rt.load_library(VERSION)



class Status(enum.IntEnum):
    """What a verb returns: 0 success, positive information, negative an error. Numbers are never reused, new ones
    are appended."""

    OK = 0  # success
    END = 1  # an iterator has no more
    E_INVALID = -1  # an argument is outside what the header allows
    E_NOMEM = -2  # the allocator returned NULL
    E_IO = -3  # the system refused a read, write or sync; os_code says why
    E_NOT_FOUND = -4  # the name or path does not exist
    E_CORRUPT = -5  # bytes fail their checksum or break their format
    E_UNSUPPORTED = -6  # well-formed, but beyond this library; the message names it
    E_ARENA = -7  # the caller's storage is smaller than size() asked for
    E_PARSE = -8  # text that people write (CSV, options) does not parse
    E_SCHEMA = -9  # columns, types or shapes do not fit the model or reference
    E_LIMIT = -10  # larger than a limit that an option sets
    E_NO_SPACE = -11  # the device or quota is full
    E_DENIED = -12  # the system refuses access with these rights
    E_CANCELLED = -13  # the progress callback asked to stop
    E_DEADLINE = -14  # the deadline of the call has passed
    E_EXISTS = -15  # the name is taken
    E_CONFLICT = -16  # what a change was based on has changed since; build it again
    E_BUSY = -17  # somebody else holds the lock, and waiting was not asked for
    E_FORKED = -18  # opened before a fork: the child must open its own
    E_REFUSED = -19  # a gate says no; the message says which clause
    E_ERASED = -20  # it was erased; the message says when, by whom and why


class IoMode(enum.IntEnum):
    """How mlops_io.open opens."""

    READ = 0  # an existing file, for reading
    CREATE = 1  # a new file, for reading and writing; EEXIST if it is there
    READ_WRITE = 2  # an existing file, for reading and writing


class IoLock(enum.IntEnum):
    """What mlops_io.lock does to one byte of a file. Locks belong to the opened file, not to the process, and end
    with its close or the death of its process."""

    UNLOCK = 0  # gives the lock back
    LOCK = 1  # exclusive; waits until it is free
    TRY_LOCK = 2  # exclusive; EAGAIN if another opened file holds it
    SHARE = 3  # shared with others that share; waits


class IoKind(enum.IntEnum):
    """What stands in a folder."""

    FILE = 1  # a regular file
    FOLDER = 2  # a folder
    LINK = 3  # a symbolic link
    OTHER = 4  # a pipe, a socket, a device


class Cpu(enum.IntEnum):
    """The most that kernels may use of the CPU. Values never differ between levels, only speed. The environment
    variable MLOPS_CPU=scalar|sse41|avx2|avx512 caps the whole process."""

    BEST = 0  # whatever the machine has
    SCALAR = 1  # portable C
    SSE41 = 2  # x86-64 with SSE4.1 and, where present, SHA
    AVX2 = 3  # x86-64 with AVX2 and FMA
    AVX512 = 4  # x86-64 with AVX-512 F, BW, CD, DQ, VL, VBMI
    NEON = 5  # AArch64


class AnomalyKind(enum.IntEnum):
    """What a score is."""

    FOREST = 0  # forest: how few random cuts set the row apart, 0 to 1
    MAHALANOBIS = 1  # mahalanobis: distance to the mean, by the covariance
    KNN = 2  # knn: distance to the k-th nearest row that is kept
    KMEANS = 3  # kmeans: distance to the nearest of some centers
    PCA = 4  # pca: what the leading components do not reconstruct


class Sync(enum.IntEnum):
    """When a commit is told of."""

    FULL = 0  # when it is durable: no power cut takes it back
    # when it is made: a power cut may take back the newest commits, whole and in order, up to the last
    # mlops_store_flush()
    RELAXED = 1


class StoreIndex(enum.IntEnum):
    """What the index is kept in. It only repeats journal and packs, and is made anew if it is lost."""

    FILE = 0  # LMDB; the default
    # made from the journal by each process that opens the store; what other processes commit is seen after
    # opening it again
    MEMORY = 1


class Type(enum.IntEnum):
    """Type of a column."""

    NULL = 0  # every value is null
    BOOL = 1  # true, false
    INT64 = 2  # whole numbers
    FLOAT64 = 3  # binary64; NaN is a value and not null
    STRING = 4  # UTF-8


class ModelOutput(enum.IntEnum):
    """What predicting writes for each row."""

    PREDICTION = 0  # probability, scores or value, as the trainer has it
    MARGIN = 1  # the sum before the link function
    # the leaf's number in each tree, as the trainer counts; width is the number of trees. Both of ONNX: where
    # trees take the rows as they are
    LEAF = 2
    CLASS = 3  # ONNX: the class, by index; -1: none of the known
    PREFIX = 4  # trees: the margins after each tree, for early stopping; width is trees times margins, tree by tree
    FIRST = 16  # ONNX: the file's first output; + i is its i-th


class CalibrationMethod(enum.IntEnum):
    """Ways to calibrate."""

    ISOTONIC = 1  # any curve that does not fall; wants 1,000 rows or more
    PLATT = 2  # 1 / (1 + exp(a score + b)); of few rows


class Part(enum.IntEnum):
    """Which rows of a table."""

    ALL = 0  # all of them
    TRAIN = 1  # those that are not held out
    HELD_OUT = 2  # those that models are judged on


class Split(enum.IntEnum):
    """How rows are held out."""

    RANDOM = 0  # each row with the same chance
    STRATIFIED = 1  # the same share of each value of a column
    TIME = 2  # the newest rows by a column


class MergePolicy(enum.IntEnum):
    """Which side a conflict is decided for."""

    REFUSE = 0  # for none: there is no result while there are conflicts
    OURS = 1  # for ours
    THEIRS = 2  # for theirs


class DetectorKind(enum.IntEnum):
    """What finds the change. Kinds take any number unless they say otherwise."""

    ADWIN = 0  # adwin: a window that is as long as its mean holds
    PAGE_HINKLEY = 1  # page_hinkley: summed deviation from the mean so far
    CUSUM = 2  # cusum: the same from a mean that was learnt and stays
    EWMA = 3  # ewma: chart of an exponentially weighted mean
    SHEWHART = 4  # shewhart: one value far from the mean
    KSWIN = 5  # kswin: distribution of the newest against the older
    DDM = 6  # ddm: rate of errors, 0 or 1 each
    RDDM = 7  # rddm: ddm that forgets old errors, 0 or 1 each
    EDDM = 8  # eddm: gaps between errors, 0 or 1 each
    HDDM_A = 9  # hddm_a: means of values from 0 to 1, by Hoeffding
    HDDM_W = 10  # hddm_w: the same with weights, by McDiarmid
    STEPD = 11  # stepd: newest errors against all before, 0 or 1 each
    ECDD = 12  # ecdd: ewma of errors, 0 or 1 each


class DetectorMode(enum.IntEnum):
    """Whose adwin: they differ in which cuts of the window they look at and what they do then."""

    NATIVE = 0  # all cuts; what is older than the clearest one goes
    RIVER = 1  # river since 2022: all cuts; starts anew after a change
    RIVER_LEGACY = 2  # river before: misses a cut in each row; starts anew
    MOA = 3  # MOA: parts of 7 or more; the window goes on
    SKMULTIFLOW = 4  # scikit-multiflow: misses cuts; the window goes on


class DetectorSide(enum.IntEnum):
    """Which changes count."""

    USUAL = 0  # both; of hddm_a and hddm_w, which watch errors, up
    UP = 1  # the stream rises
    DOWN = 2  # the stream falls
    BOTH = 3  # either


class DetectorSignal(enum.IntEnum):
    """What a value made of the stream."""

    NONE = 0  # nothing
    WARNING = 1  # it may be changing; not of every kind
    CHANGE = 2  # it has changed


class StatsMethod(enum.IntEnum):
    """How the p-values of Kolmogorov-Smirnov, Cramer-von Mises and Mann-Whitney are found."""

    AUTO = 0  # exact for small samples, as SciPy chooses (docs/stats.md)
    EXACT = 1  # lattice paths; asymptotic where that is out of reach
    ASYMPTOTIC = 2  # by the limiting distribution


class StatsAlternative(enum.IntEnum):
    """Against what is tested. As in SciPy, a CDF that lies below is that of the greater values."""

    TWO_SIDED = 0  # x and y differ
    LESS = 1  # ks: the CDF of x lies below somewhere; else: x is the less
    GREATER = 2  # ks: the CDF of x lies above somewhere; else: x is the greater


class StatsMeasure(enum.IntEnum):
    """What the two-sample verbs find besides ks, wasserstein and energy. Bits."""

    MOMENTS = 1  # mean_x, mean_y, variance_x, variance_y
    T = 2  # Student's t test, of equal variances
    WELCH = 4  # Welch's t test
    MANN_WHITNEY = 8  # Mann and Whitney's U, that is Wilcoxon's rank sum
    CRAMER = 16  # Cramer and von Mises' T
    ANDERSON = 32  # Anderson and Darling's A^2 of two samples, midranks
    KUIPER = 64  # Kuiper's V
    EPPS = 128  # Epps and Singleton's W


class StatsCorrection(enum.IntEnum):
    """How p-values of several tests are adjusted."""

    HOLM = 0  # the chance of any false rejection, whatever depends on what
    BONFERRONI = 1  # the same, simpler and weaker
    BH = 2  # the share of false rejections, of independent tests
    BY = 3  # the same, whatever depends on what


class DriftVerdict(enum.IntEnum):
    """The three answers."""

    NOT_ENOUGH_DATA = 0  # neither of the others can be said with confidence
    # the measures of values and of nulls are within their tolerance, and the true effects below twice that,
    # with confidence 1 - alpha for this column by itself
    NO = 1
    # the true effect exceeds the tolerance, with confidence 1 - alpha for all columns of the report together;
    # with BH and BY see mlops_drift_opts.correction
    YES = 2


class DriftPreset(enum.IntEnum):
    """By whose rule columns are judged. All but NATIVE are the defaults of others, to move over from and to
    compare with: they hold no chance of false alarms (docs/drift.md)."""

    NATIVE = 0  # the rule of this library
    EVIDENTLY = 1  # Evidently's tests by number of rows and of distinct values
    NANNYML = 2  # NannyML's Jensen-Shannon distance, beyond its chunks' spread
    ALIBI = 3  # alibi-detect's tests of tables, by Bonferroni
    ALIBI_FDR = 4  # the same, by Benjamini and Hochberg
    DEEPCHECKS = 5  # Deepchecks' KS statistic and Cramer's V
    WHYLOGS = 6  # whylogs' KS at 100 quantiles, and chi-square
    TFDV = 7  # TFDV's Jensen-Shannon divergence, and L-infinity


class RunStatus(enum.IntEnum):
    """How far a run is."""

    RUNNING = 0  # it goes on
    FINISHED = 1  # it came to its end
    FAILED = 2  # an error ended it
    KILLED = 3  # somebody ended it


class ExplainerOutput(enum.IntEnum):
    """What explaining writes for each row, of each group: each class or target that has a margin."""

    CONTRIBUTIONS = 0  # Shapley values: one a feature, then the bias
    # Shapley interactions: a square of as many rows and columns; each row sums up to the contribution of its
    # feature
    INTERACTIONS = 1
    APPROXIMATE = 2  # Saabas: what changes along the row's own paths; fast, and unfair to features near the roots


class HllForm(enum.IntEnum):
    """How a sketch is written."""

    NATIVE = 0  # all of it, with a CRC
    TYPE_4 = 1  # bytes of DataSketches, HLL_4: half a byte a register
    TYPE_8 = 2  # bytes of DataSketches, HLL_8: a byte a register


class ImportKind(enum.IntEnum):
    """Whose tree it is."""

    # a DVC repository: outputs of its .dvc files and dvc.lock, and nothing else of it; caches of DVC 3
    # (files/md5/ab/...) and before (ab/...)
    DVC = 0
    GIT_LFS = 1  # a git working tree: all its files, those that are pointers of git-lfs as what they point to


class Metric(enum.IntEnum):
    """A number that tells how good predictions are; its name is that of its field."""

    AUC = 1  # auc
    AVERAGE_PRECISION = 2  # average_precision
    KS = 3  # ks
    LOG_LOSS = 4  # log_loss
    BRIER = 5  # brier
    ECE = 6  # ece
    ACCURACY = 7  # accuracy
    BALANCED_ACCURACY = 8  # balanced_accuracy
    PRECISION = 9  # precision
    RECALL = 10  # recall
    SPECIFICITY = 11  # specificity
    F1 = 12  # f1
    F1_MACRO = 13  # f1_macro
    F1_WEIGHTED = 14  # f1_weighted
    MCC = 15  # mcc
    PREVALENCE = 16  # prevalence
    POSITIVE_RATE = 17  # positive_rate
    TP = 18  # tp
    FP = 19  # fp
    TN = 20  # tn
    FN = 21  # fn
    MAE = 22  # mae
    MSE = 23  # mse
    RMSE = 24  # rmse
    R2 = 25  # r2
    MEDIAN_AE = 26  # median_ae
    MAX_ERROR = 27  # max_error
    MAPE = 28  # mape
    BIAS = 29  # bias
    POISSON_DEVIANCE = 30  # poisson_deviance
    MCE = 31  # mce
    ECE_ADAPTIVE = 32  # ece_adaptive
    PRECISION_MACRO = 33  # precision_macro
    PRECISION_WEIGHTED = 34  # precision_weighted
    RECALL_MACRO = 35  # recall_macro
    AUC_MACRO = 36  # auc_macro
    AUC_WEIGHTED = 37  # auc_weighted
    TOP_K_ACCURACY = 38  # top_k_accuracy
    MSLE = 39  # msle
    RMSLE = 40  # rmsle
    PINBALL = 41  # pinball
    NDCG = 42  # ndcg
    MAP = 43  # map
    MRR = 44  # mrr
    PRECISION_AT_K = 45  # precision_at_k
    RECALL_AT_K = 46  # recall_at_k
    HIT_RATE = 47  # hit_rate
    F_BETA = 48  # f_beta
    F_BETA_MACRO = 49  # f_beta_macro
    F_BETA_WEIGHTED = 50  # f_beta_weighted
    KAPPA = 51  # kappa
    ECE_CLASSWISE = 52  # ece_classwise
    SMAPE = 53  # smape
    EXPLAINED_VARIANCE = 54  # explained_variance


class MetricTask(enum.IntEnum):
    """Kinds of tasks; a metric may belong to several."""

    BINARY = 1  # one score a row, labels 0 and 1
    CLASSES = 2  # k probabilities a row, labels 0 to k - 1
    REGRESSION = 4  # one number a row
    RANKING = 8  # scores of the rows of a query, and how relevant they are


class MetricBetter(enum.IntEnum):
    """Which way a metric gets better."""

    NEITHER = 0  # it describes: prevalence, positive_rate, bias
    HIGHER = 1  # the higher, the better
    LOWER = 2  # the lower, the better


class MetricScale(enum.IntEnum):
    """What the scores of a binary task are."""

    PROBABILITY = 0  # of label 1, in [0, 1]
    MARGIN = 1  # log odds; the logistic function makes them probabilities
    RANK = 2  # only their order counts: log_loss, brier and ece are NaN


class MultivariateScale(enum.IntEnum):
    """In which units values count."""

    AUTO = 0  # columns of tables as STANDARD, matrices as NONE
    STANDARD = 1  # less the mean, over the standard deviation; a constant column less its mean alone
    NONE = 2  # as they are


class MmdMethod(enum.IntEnum):
    """How the maximum mean discrepancy is found."""

    AUTO = 0  # EXACT of up to 4,000 rows on both sides together, else FOURIER
    EXACT = 1  # every pair of rows; p by permutations
    FOURIER = 2  # random Fourier features: time linear in rows; p asymptotic
    ALIBI = 3  # EXACT by the rule of alibi-detect (docs/multivariate.md)


class ItemsKind(enum.IntEnum):
    """Which values count as frequent."""

    CERTAIN = 0  # lower is above the threshold: no false positives
    POSSIBLE = 1  # upper is above it: no false negatives


class ItemsForm(enum.IntEnum):
    """How a sketch is written."""

    NATIVE = 0  # all of it, with a CRC
    DATASKETCHES = 1  # bytes of DataSketches: of longs, or of strings


class KllForm(enum.IntEnum):
    """How a sketch is written."""

    NATIVE = 0  # all of it, with a CRC: it goes on as if it had never been saved
    F64 = 1  # bytes of DataSketches, kll_sketch<double> and KllDoublesSketch
    F32 = 2  # the same of float, kll_sketch<float>; values are rounded


class MonitorMetric(enum.IntEnum):
    """What is judged: of two classes the first ten; of more classes these but SPECIFICITY, where means are over
    classes, each against the rest; of numbers the others. More is better of the first seven and of R2, less of
    all others."""

    AUC = 0  # of scores in 1,024 bins, as mlops_performance_metrics()
    ACCURACY = 1  # share of rows predicted right
    BALANCED_ACCURACY = 2  # mean of recall and specificity
    PRECISION = 3  # share of label 1 among rows predicted 1
    RECALL = 4  # share predicted 1 among rows of label 1
    SPECIFICITY = 5  # share predicted 0 among rows of label 0
    F1 = 6  # harmonic mean of precision and recall
    BRIER = 7  # mean squared error of the scores
    LOG_LOSS = 8  # mean of -ln of the score of the label
    COST = 9  # what a row costs on average, by the cost matrix
    MAE = 10  # mean absolute error
    MSE = 11  # mean squared error
    RMSE = 12  # its root
    MAPE = 13  # mean absolute error as a share of the label
    RMSLE = 14  # root of the mean squared error of ln(1 + value)
    BIAS = 15  # mean of prediction less label; told, and not judged
    R2 = 16  # share of the labels' variance that predictions explain; told, and not judged


class PolicyEvent(enum.IntEnum):
    """What a window changed."""

    NOTHING = 0  # nothing
    RAISED = 1  # an alarm begins: tell somebody
    ENDED = 2  # the alarm is over
    HELD = 3  # an alarm is due, but so soon after the one before it waits
    VETOED = 4  # the window was over, but its data are broken: it does not count
    UNKNOWN = 5  # the window had not enough data: it does not count


class Divide(enum.IntEnum):
    """What decides about the part of a row."""

    # a hash of what the row is: no other row matters, so that none changes its part when rows are added, and
    # equal rows share one
    ROWS = 0
    GROUPS = 1  # a hash of the value of a column: rows of one group share a part, in this version and in all others
    STRATA = 2  # the same shares of each value of a column, to one row
    TIME = 3  # older rows in earlier parts


class WatchResumeFlags(enum.IntEnum):
    """Flags of mlops_watch_resume()."""

    ANEW = 1  # begin without rows, whatever was kept


class InvalidError(Error, ValueError):
    """An argument is outside what the header allows."""

    code = -1


class NomemError(Error, MemoryError):
    """The allocator returned NULL."""

    code = -2


class IoError(Error):
    """The system refused a read, write or sync; os_code says why."""

    code = -3


class NotFoundError(Error):
    """The name or path does not exist."""

    code = -4


class CorruptError(Error):
    """Bytes fail their checksum or break their format."""

    code = -5


class UnsupportedError(Error):
    """Well-formed, but beyond this library; the message names it."""

    code = -6


class ArenaError(Error):
    """The caller's storage is smaller than size() asked for."""

    code = -7


class ParseError(Error):
    """Text that people write (CSV, options) does not parse."""

    code = -8


class SchemaError(Error):
    """Columns, types or shapes do not fit the model or reference."""

    code = -9


class LimitError(Error):
    """Larger than a limit that an option sets."""

    code = -10


class NoSpaceError(Error):
    """The device or quota is full."""

    code = -11


class DeniedError(Error):
    """The system refuses access with these rights."""

    code = -12


class CancelledError(Error):
    """The progress callback asked to stop."""

    code = -13


class DeadlineError(Error):
    """The deadline of the call has passed."""

    code = -14


class ExistsError(Error):
    """The name is taken."""

    code = -15


class ConflictError(Error):
    """What a change was based on has changed since; build it again."""

    code = -16


class BusyError(Error):
    """Somebody else holds the lock, and waiting was not asked for."""

    code = -17


class ForkedError(Error):
    """Opened before a fork: the child must open its own."""

    code = -18


class RefusedError(Error):
    """A gate says no; the message says which clause."""

    code = -19


class ErasedError(Error):
    """It was erased; the message says when, by whom and why."""

    code = -20

mlops_io_visit = C.CFUNCTYPE(C.c_int64, C.c_void_p, C.c_char_p, C.c_void_p)

mlops_stream_open = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p)

mlops_task = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_int64, C.c_int32)

mlops_progress = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_int64, C.c_int64)

mlops_external = C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_char_p, C.c_int64, C.c_int64, C.c_void_p)

mlops_reader = C.CFUNCTYPE(C.c_int64, C.c_void_p, C.c_void_p, C.c_int64)


class mlops_error(C.Structure):
    pass


mlops_error._fields_ = [
    ("code", C.c_int32),
    ("os_code", C.c_int32),
    ("line", C.c_int32),
    ("column", C.c_int32),
    ("offset", C.c_int64),
    ("message", C.c_char * 488),
]
assert C.sizeof(mlops_error) == 512


class mlops_id(C.Structure):
    pass


mlops_id._fields_ = [
    ("bytes", C.c_uint8 * 32),
]
assert C.sizeof(mlops_id) == 32


class mlops_io_stat(C.Structure):
    pass


mlops_io_stat._fields_ = [
    ("struct_size", C.c_uint32),
    ("kind", C.c_int32),
    ("device", C.c_uint64),
    ("inode", C.c_uint64),
    ("size", C.c_int64),
    ("mtime_ns", C.c_int64),
    ("ctime_ns", C.c_int64),
]
assert C.sizeof(mlops_io_stat) == 48


class mlops_anomaly_opts(C.Structure):
    pass


mlops_anomaly_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("kind", C.c_int32),
    ("reserved", C.c_uint32),
    ("n_features", C.c_int64),
    ("n_calibration", C.c_int64),
    ("n_rows", C.c_int64),
    ("n_trees", C.c_int64),
    ("tree_rows", C.c_int64),
    ("n_neighbors", C.c_int64),
    ("n_clusters", C.c_int64),
    ("n_components", C.c_int64),
    ("ridge", C.c_double),
    ("seed", C.c_uint64),
]
assert C.sizeof(mlops_anomaly_opts) == (104 if C.sizeof(C.c_void_p) == 8 else 100)


class mlops_anomaly_summary(C.Structure):
    pass


mlops_anomaly_summary._fields_ = [
    ("struct_size", C.c_uint32),
    ("kind", C.c_int32),
    ("n_features", C.c_int64),
    ("n", C.c_int64),
    ("n_skipped", C.c_int64),
    ("n_calibration", C.c_int64),
    ("rate_min", C.c_double),
    ("score_median", C.c_double),
    ("score_max", C.c_double),
    ("is_frozen", C.c_int32),
    ("reserved", C.c_uint32),
]
assert C.sizeof(mlops_anomaly_summary) == 72


class ArrowSchema(C.Structure):
    pass


ArrowSchema._fields_ = [
    ("format", C.c_char_p),
    ("name", C.c_char_p),
    ("metadata", C.c_char_p),
    ("flags", C.c_int64),
    ("n_children", C.c_int64),
    ("children", C.POINTER(C.POINTER(ArrowSchema))),
    ("dictionary", C.POINTER(ArrowSchema)),
    ("release", C.CFUNCTYPE(None, C.c_void_p)),
    ("private_data", C.c_void_p),
]
assert C.sizeof(ArrowSchema) == (72 if C.sizeof(C.c_void_p) == 8 else 44)


class ArrowArray(C.Structure):
    pass


ArrowArray._fields_ = [
    ("length", C.c_int64),
    ("null_count", C.c_int64),
    ("offset", C.c_int64),
    ("n_buffers", C.c_int64),
    ("n_children", C.c_int64),
    ("buffers", C.c_void_p),
    ("children", C.POINTER(C.POINTER(ArrowArray))),
    ("dictionary", C.POINTER(ArrowArray)),
    ("release", C.CFUNCTYPE(None, C.c_void_p)),
    ("private_data", C.c_void_p),
]
assert C.sizeof(ArrowArray) == (80 if C.sizeof(C.c_void_p) == 8 else 60)


class ArrowArrayStream(C.Structure):
    pass


ArrowArrayStream._fields_ = [
    ("get_schema", C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_void_p)),
    ("get_next", C.CFUNCTYPE(C.c_int32, C.c_void_p, C.c_void_p)),
    ("get_last_error", C.CFUNCTYPE(C.c_char_p, C.c_void_p)),
    ("release", C.CFUNCTYPE(None, C.c_void_p)),
    ("private_data", C.c_void_p),
]
assert C.sizeof(ArrowArrayStream) == (40 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_call(C.Structure):
    pass


mlops_call._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("executor", C.c_void_p),
    ("progress", mlops_progress),
    ("progress_user", C.c_void_p),
    ("deadline_ns", C.c_int64),
    ("memory_max", C.c_int64),
    ("actor", C.c_char_p),
    ("trace_id", C.c_char_p),
]
assert C.sizeof(mlops_call) == (64 if C.sizeof(C.c_void_p) == 8 else 44)


class mlops_store_opts(C.Structure):
    pass


mlops_store_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("sync", C.c_int32),
    ("index", C.c_int32),
    ("map_max", C.c_int64),
    ("journal_bytes", C.c_int64),
    ("gc_every_ns", C.c_int64),
    ("gc_keep_ns", C.c_int64),
]
assert C.sizeof(mlops_store_opts) == (56 if C.sizeof(C.c_void_p) == 8 else 52)


class mlops_store_stats(C.Structure):
    pass


mlops_store_stats._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("seq", C.c_int64),
    ("durable", C.c_int64),
    ("time_ns", C.c_int64),
    ("n_records", C.c_int64),
    ("n_objects", C.c_int64),
    ("journal_bytes", C.c_int64),
    ("pack_bytes", C.c_int64),
    ("index_bytes", C.c_int64),
    ("state", C.c_uint64),
    ("online_bytes", C.c_int64),
    ("gc_time_ns", C.c_int64),
    ("live_bytes", C.c_int64),
    ("garbage_bytes", C.c_int64),
    ("content_bytes", C.c_int64),
    ("shared_bytes", C.c_int64),
    ("chunk_bytes", C.c_int64),
    ("dedup_ratio", C.c_double),
    ("compression_ratio", C.c_double),
]
assert C.sizeof(mlops_store_stats) == 152


class mlops_audit_entry(C.Structure):
    pass


mlops_audit_entry._fields_ = [
    ("struct_size", C.c_uint32),
    ("n_operations", C.c_int32),
    ("seq", C.c_int64),
    ("time_ns", C.c_int64),
    ("actor", C.c_char_p),
    ("verb", C.c_char_p),
    ("note", C.c_char_p),
    ("trace_id", C.c_char_p),
]
assert C.sizeof(mlops_audit_entry) == (56 if C.sizeof(C.c_void_p) == 8 else 40)


class mlops_csv_opts(C.Structure):
    pass


mlops_csv_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("call", C.POINTER(mlops_call)),
    ("delimiter", C.c_char_p),
    ("names", C.c_char_p),
    ("nulls", C.c_char_p),
    ("skip_lines", C.c_int64),
    ("rows_max", C.c_int64),
    ("line_max", C.c_int64),
    ("memory_max", C.c_int64),
    ("types", C.c_char_p),
]
assert C.sizeof(mlops_csv_opts) == (88 if C.sizeof(C.c_void_p) == 8 else 64)


class mlops_model_opts(C.Structure):
    pass


mlops_model_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("memory_max", C.c_int64),
    ("format", C.c_char_p),
    ("cache", C.c_char_p),
    ("external", mlops_external),
    ("external_user", C.c_void_p),
]
assert C.sizeof(mlops_model_opts) == (56 if C.sizeof(C.c_void_p) == 8 else 36)


class mlops_reference_opts(C.Structure):
    pass


mlops_reference_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("columns", C.c_char_p),
    ("ignore", C.c_char_p),
    ("csv", C.POINTER(mlops_csv_opts)),
    ("n_edges", C.c_int64),
]
assert C.sizeof(mlops_reference_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_reference_stream_opts(C.Structure):
    pass


mlops_reference_stream_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("reference", C.POINTER(mlops_reference_opts)),
    ("call", C.POINTER(mlops_call)),
    ("open", mlops_stream_open),
    ("user", C.c_void_p),
    ("path", C.c_char_p),
]
assert C.sizeof(mlops_reference_stream_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_bundle_opts(C.Structure):
    pass


mlops_bundle_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("reference", C.c_void_p),
    ("name", C.c_char_p),
    ("version", C.c_char_p),
    ("metadata", C.c_char_p),
    ("golden_rows", C.c_void_p),
    ("n_golden", C.c_int64),
]
assert C.sizeof(mlops_bundle_opts) == (64 if C.sizeof(C.c_void_p) == 8 else 40)


class mlops_change_opts(C.Structure):
    pass


mlops_change_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("actor", C.c_char_p),
    ("trace_id", C.c_char_p),
    ("note", C.c_char_p),
]
assert C.sizeof(mlops_change_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_check_counts(C.Structure):
    pass


mlops_check_counts._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n_faults", C.c_int64),
    ("n_frames", C.c_int64),
    ("n_records", C.c_int64),
    ("n_objects", C.c_int64),
    ("n_bytes", C.c_int64),
    ("n_unused", C.c_int64),
    ("n_rows", C.c_int64),
]
assert C.sizeof(mlops_check_counts) == 64


class mlops_context_opts(C.Structure):
    pass


mlops_context_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("executor", C.c_void_p),
]
assert C.sizeof(mlops_context_opts) == (16 if C.sizeof(C.c_void_p) == 8 else 12)


class mlops_checkout_opts(C.Structure):
    pass


mlops_checkout_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("include", C.c_char_p),
    ("exclude", C.c_char_p),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_checkout_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_diff_opts(C.Structure):
    pass


mlops_diff_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("key", C.c_char_p),
    ("ignore", C.c_char_p),
    ("n_max", C.c_int64),
]
assert C.sizeof(mlops_diff_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_draft_opts(C.Structure):
    pass


mlops_draft_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("branch", C.c_char_p),
    ("base", C.c_char_p),
    ("message", C.c_char_p),
    ("author", C.c_char_p),
    ("metadata", C.c_char_p),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_draft_opts) == (56 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_draft_table_opts(C.Structure):
    pass


mlops_draft_table_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("csv", C.POINTER(mlops_csv_opts)),
    ("target", C.c_char_p),
    ("time", C.c_char_p),
    ("row_id", C.c_char_p),
]
assert C.sizeof(mlops_draft_table_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 24)


class mlops_split_opts(C.Structure):
    pass


mlops_split_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("kind", C.c_int32),
    ("reserved", C.c_uint32),
    ("share", C.c_double),
    ("seed", C.c_int64),
    ("column", C.c_char_p),
]
assert C.sizeof(mlops_split_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 36)


class mlops_merge_opts(C.Structure):
    pass


mlops_merge_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("key", C.c_char_p),
    ("policy", C.c_int32),
    ("reserved", C.c_uint32),
]
assert C.sizeof(mlops_merge_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 24)


class mlops_dataset_merge_opts(C.Structure):
    pass


mlops_dataset_merge_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("policy", C.c_int32),
    ("reserved", C.c_uint32),
    ("key", C.c_char_p),
    ("branch", C.c_char_p),
    ("message", C.c_char_p),
    ("author", C.c_char_p),
    ("metadata", C.c_char_p),
]
assert C.sizeof(mlops_dataset_merge_opts) == (56 if C.sizeof(C.c_void_p) == 8 else 36)


class mlops_feature_opts(C.Structure):
    pass


mlops_feature_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
]
assert C.sizeof(mlops_feature_opts) == (16 if C.sizeof(C.c_void_p) == 8 else 12)


class mlops_feature_value(C.Structure):
    pass


mlops_feature_value._fields_ = [
    ("type", C.c_int32),
    ("is_null", C.c_int32),
    ("i64", C.c_int64),
    ("f64", C.c_double),
    ("text", C.c_char_p),
]
assert C.sizeof(mlops_feature_value) == (32 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_deploy_opts(C.Structure):
    pass


mlops_deploy_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("model", C.c_char_p),
    ("champion", C.c_char_p),
    ("canary", C.c_char_p),
    ("canary_share", C.c_double),
    ("salt", C.c_char_p),
]
assert C.sizeof(mlops_deploy_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_deployment_stats(C.Structure):
    pass


mlops_deployment_stats._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("champion_version", C.c_int64),
    ("canary_version", C.c_int64),
    ("canary_share", C.c_double),
    ("n_champion", C.c_int64),
    ("n_canary", C.c_int64),
    ("n_swaps", C.c_int64),
]
assert C.sizeof(mlops_deployment_stats) == 56


class mlops_detector_opts(C.Structure):
    pass


mlops_detector_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("kind", C.c_int32),
    ("mode", C.c_int32),
    ("side", C.c_int32),
    ("reserved", C.c_uint32),
    ("delta", C.c_double),
    ("threshold", C.c_double),
    ("warning", C.c_double),
    ("weight", C.c_double),
    ("slack", C.c_double),
    ("min_n", C.c_int64),
    ("window", C.c_int64),
    ("recent", C.c_int64),
    ("max_n", C.c_int64),
    ("warnings", C.c_int64),
    ("clock", C.c_int64),
    ("buckets", C.c_int64),
    ("min_window", C.c_int64),
]
assert C.sizeof(mlops_detector_opts) == (136 if C.sizeof(C.c_void_p) == 8 else 132)


class mlops_detector_summary(C.Structure):
    pass


mlops_detector_summary._fields_ = [
    ("struct_size", C.c_uint32),
    ("signal", C.c_int32),
    ("n", C.c_int64),
    ("n_skipped", C.c_int64),
    ("n_changes", C.c_int64),
    ("last_change", C.c_int64),
    ("last_warning", C.c_int64),
    ("width", C.c_int64),
    ("mean", C.c_double),
    ("statistic", C.c_double),
]
assert C.sizeof(mlops_detector_summary) == 72


class mlops_detector_score_opts(C.Structure):
    pass


mlops_detector_score_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("max_delay", C.c_int64),
]
assert C.sizeof(mlops_detector_score_opts) == 16


class mlops_detector_score(C.Structure):
    pass


mlops_detector_score._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n_changes", C.c_int64),
    ("n_alarms", C.c_int64),
    ("n_detected", C.c_int64),
    ("n_late", C.c_int64),
    ("n_missed", C.c_int64),
    ("n_repeated", C.c_int64),
    ("n_false", C.c_int64),
    ("delay_mean", C.c_double),
    ("delay_max", C.c_double),
    ("precision", C.c_double),
    ("recall", C.c_double),
    ("f1", C.c_double),
    ("episode_recall", C.c_double),
    ("window_precision", C.c_double),
    ("false_alarm_rate", C.c_double),
    ("mtfa", C.c_double),
    ("mtr", C.c_double),
    ("always_precision", C.c_double),
    ("always_f1", C.c_double),
    ("always_window_precision", C.c_double),
]
assert C.sizeof(mlops_detector_score) == 168


class mlops_stream_opts(C.Structure):
    pass


mlops_stream_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("fd", C.c_int32),
    ("reserved", C.c_uint32),
    ("read", mlops_reader),
    ("read_user", C.c_void_p),
    ("columns", C.POINTER(mlops_draft_table_opts)),
]
assert C.sizeof(mlops_stream_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_stats_opts(C.Structure):
    pass


mlops_stats_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("method", C.c_int32),
    ("alternative", C.c_int32),
    ("measures", C.c_uint32),
    ("reserved", C.c_uint32),
]
assert C.sizeof(mlops_stats_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_stats_two_sample(C.Structure):
    pass


mlops_stats_two_sample._fields_ = [
    ("struct_size", C.c_uint32),
    ("ks_sign", C.c_int32),
    ("ks", C.c_double),
    ("ks_location", C.c_double),
    ("ks_p", C.c_double),
    ("wasserstein", C.c_double),
    ("energy", C.c_double),
    ("n", C.c_int64),
    ("m", C.c_int64),
    ("n_nan", C.c_int64),
    ("m_nan", C.c_int64),
    ("ks_exact", C.c_int32),
    ("reserved", C.c_int32),
    ("mean_x", C.c_double),
    ("mean_y", C.c_double),
    ("variance_x", C.c_double),
    ("variance_y", C.c_double),
    ("t", C.c_double),
    ("t_dof", C.c_double),
    ("t_p", C.c_double),
    ("welch", C.c_double),
    ("welch_dof", C.c_double),
    ("welch_p", C.c_double),
    ("mann_whitney", C.c_double),
    ("mann_whitney_p", C.c_double),
    ("cramer", C.c_double),
    ("cramer_p", C.c_double),
    ("anderson", C.c_double),
    ("anderson_p", C.c_double),
    ("anderson_p_limit", C.c_double),
    ("kuiper", C.c_double),
    ("kuiper_p", C.c_double),
    ("epps", C.c_double),
    ("epps_p", C.c_double),
    ("mann_whitney_exact", C.c_int32),
    ("cramer_exact", C.c_int32),
]
assert C.sizeof(mlops_stats_two_sample) == 264


class mlops_stats_two_counts(C.Structure):
    pass


mlops_stats_two_counts._fields_ = [
    ("struct_size", C.c_uint32),
    ("dof", C.c_int32),
    ("psi", C.c_double),
    ("js", C.c_double),
    ("tv", C.c_double),
    ("chi2", C.c_double),
    ("chi2_p", C.c_double),
    ("n", C.c_int64),
    ("m", C.c_int64),
    ("kl", C.c_double),
    ("kl_back", C.c_double),
    ("hellinger", C.c_double),
    ("linf", C.c_double),
    ("fit", C.c_double),
    ("fit_p", C.c_double),
    ("g", C.c_double),
    ("g_p", C.c_double),
    ("cramers_v", C.c_double),
]
assert C.sizeof(mlops_stats_two_counts) == 136


class mlops_stats_two_shares(C.Structure):
    pass


mlops_stats_two_shares._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("share_x", C.c_double),
    ("share_y", C.c_double),
    ("odds_ratio", C.c_double),
    ("fisher_p", C.c_double),
    ("z", C.c_double),
    ("z_p", C.c_double),
]
assert C.sizeof(mlops_stats_two_shares) == 56


class mlops_drift_opts(C.Structure):
    pass


mlops_drift_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("call", C.POINTER(mlops_call)),
    ("columns", C.c_char_p),
    ("ignore", C.c_char_p),
    ("alpha", C.c_double),
    ("ks_tolerance", C.c_double),
    ("tv_tolerance", C.c_double),
    ("rows_min", C.c_int64),
    ("preset", C.c_int32),
    ("correction", C.c_int32),
]
assert C.sizeof(mlops_drift_opts) == (80 if C.sizeof(C.c_void_p) == 8 else 64)


class mlops_drift_column(C.Structure):
    pass


mlops_drift_column._fields_ = [
    ("struct_size", C.c_uint32),
    ("verdict", C.c_int32),
    ("name", C.c_char_p),
    ("test", C.c_char_p),
    ("type", C.c_int32),
    ("exact", C.c_int32),
    ("n_reference", C.c_int64),
    ("n_current", C.c_int64),
    ("effect", C.c_double),
    ("effect_low", C.c_double),
    ("tolerance", C.c_double),
    ("p_value", C.c_double),
    ("p_adjusted", C.c_double),
    ("ks", C.c_double),
    ("wasserstein", C.c_double),
    ("psi", C.c_double),
    ("js", C.c_double),
    ("tv", C.c_double),
    ("nulls_reference", C.c_double),
    ("nulls_current", C.c_double),
    ("mean_reference", C.c_double),
    ("mean_current", C.c_double),
    ("severity", C.c_double),
    ("location", C.c_double),
    ("direction", C.c_int32),
    ("reserved", C.c_uint32),
    ("where", C.c_char_p),
]
assert C.sizeof(mlops_drift_column) == (192 if C.sizeof(C.c_void_p) == 8 else 180)


class mlops_drift_stream_opts(C.Structure):
    pass


mlops_drift_stream_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("drift", C.POINTER(mlops_drift_opts)),
    ("csv", C.POINTER(mlops_csv_opts)),
    ("reference_open", mlops_stream_open),
    ("reference_user", C.c_void_p),
    ("reference_path", C.c_char_p),
    ("reference", C.c_void_p),
    ("current_open", mlops_stream_open),
    ("current_user", C.c_void_p),
    ("current_path", C.c_char_p),
]
assert C.sizeof(mlops_drift_stream_opts) == (80 if C.sizeof(C.c_void_p) == 8 else 44)


class mlops_profile_opts(C.Structure):
    pass


mlops_profile_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("edges", C.c_void_p),
    ("n_edges", C.c_int64),
    ("scale", C.c_int32),
    ("reserved", C.c_uint32),
    ("lg_k", C.c_int64),
    ("bins_size", C.c_int64),
    ("categories", C.c_char_p),
]
assert C.sizeof(mlops_profile_opts) == (64 if C.sizeof(C.c_void_p) == 8 else 52)


class mlops_profile_summary(C.Structure):
    pass


mlops_profile_summary._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n", C.c_int64),
    ("n_null", C.c_int64),
    ("n_nan", C.c_int64),
    ("n_infinite", C.c_int64),
    ("n_zero", C.c_int64),
    ("n_negative", C.c_int64),
    ("min", C.c_double),
    ("max", C.c_double),
    ("mean", C.c_double),
]
assert C.sizeof(mlops_profile_summary) == 80


class mlops_profile_moments(C.Structure):
    pass


mlops_profile_moments._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n", C.c_int64),
    ("mean", C.c_double),
    ("variance", C.c_double),
    ("skewness", C.c_double),
    ("kurtosis", C.c_double),
]
assert C.sizeof(mlops_profile_moments) == 48


class mlops_profile_powers(C.Structure):
    pass


mlops_profile_powers._fields_ = [
    ("struct_size", C.c_uint32),
    ("scale", C.c_int32),
    ("n", C.c_int64),
    ("n_zero", C.c_int64),
    ("zero_threshold", C.c_double),
    ("positive_offset", C.c_int64),
    ("n_positive", C.c_int64),
    ("negative_offset", C.c_int64),
    ("n_negative", C.c_int64),
]
assert C.sizeof(mlops_profile_powers) == 64


class mlops_erase_opts(C.Structure):
    pass


mlops_erase_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("paths", C.c_char_p),
    ("column", C.c_char_p),
    ("value", C.c_char_p),
    ("reason", C.c_char_p),
    ("by", C.c_char_p),
    ("where", C.c_char_p),
]
assert C.sizeof(mlops_erase_opts) == (56 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_erase_stat(C.Structure):
    pass


mlops_erase_stat._fields_ = [
    ("struct_size", C.c_uint32),
    ("done", C.c_uint32),
    ("number", C.c_int64),
    ("n_commits", C.c_int64),
    ("n_files", C.c_int64),
    ("n_tables", C.c_int64),
    ("n_rows", C.c_int64),
    ("n_bytes", C.c_int64),
    ("n_remade", C.c_int64),
    ("n_deleted", C.c_int64),
    ("n_waiting", C.c_int64),
    ("n_unread", C.c_int64),
    ("n_opaque", C.c_int64),
]
assert C.sizeof(mlops_erase_stat) == 96


class mlops_infer_opts(C.Structure):
    pass


mlops_infer_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("columns", C.c_char_p),
    ("margin", C.c_double),
    ("categories_max", C.c_int64),
]
assert C.sizeof(mlops_infer_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_expectations_opts(C.Structure):
    pass


mlops_expectations_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("reference", C.c_void_p),
    ("as_of_ns", C.c_int64),
    ("n_rows_max", C.c_int64),
]
assert C.sizeof(mlops_expectations_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_run_opts(C.Structure):
    pass


mlops_run_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("name", C.c_char_p),
    ("parent", C.c_char_p),
    ("actor", C.c_char_p),
    ("source", C.c_char_p),
    ("dataset", C.c_char_p),
    ("commit", C.c_char_p),
    ("start_ns", C.c_int64),
]
assert C.sizeof(mlops_run_opts) == (64 if C.sizeof(C.c_void_p) == 8 else 40)


class mlops_fairness_opts(C.Structure):
    pass


mlops_fairness_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("privileged", C.c_char_p),
    ("threshold", C.c_double),
    ("confidence", C.c_double),
    ("rows_min", C.c_int64),
]
assert C.sizeof(mlops_fairness_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 40)


class mlops_folder_opts(C.Structure):
    pass


mlops_folder_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("include", C.c_char_p),
    ("exclude", C.c_char_p),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_folder_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_folder_stat(C.Structure):
    pass


mlops_folder_stat._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n_files", C.c_int64),
    ("n_added", C.c_int64),
    ("n_changed", C.c_int64),
    ("n_removed", C.c_int64),
    ("n_read", C.c_int64),
    ("bytes", C.c_int64),
    ("bytes_read", C.c_int64),
    ("n_now_files", C.c_int64),
    ("n_now_less", C.c_int64),
]
assert C.sizeof(mlops_folder_stat) == 80


class mlops_gc_opts(C.Structure):
    pass


mlops_gc_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("budget_ns", C.c_int64),
    ("keep_ns", C.c_int64),
    ("min_live", C.c_double),
    ("remake_max", C.c_double),
]
assert C.sizeof(mlops_gc_opts) == 40


class mlops_gc_stat(C.Structure):
    pass


mlops_gc_stat._fields_ = [
    ("struct_size", C.c_uint32),
    ("done", C.c_uint32),
    ("n_objects", C.c_int64),
    ("n_chunks", C.c_int64),
    ("n_dead_objects", C.c_int64),
    ("n_dead_commits", C.c_int64),
    ("n_packs", C.c_int64),
    ("pack_bytes", C.c_int64),
    ("live_bytes", C.c_int64),
    ("garbage_bytes", C.c_int64),
    ("content_bytes", C.c_int64),
    ("shared_bytes", C.c_int64),
    ("chunk_bytes", C.c_int64),
    ("n_emptied", C.c_int64),
    ("copied_bytes", C.c_int64),
    ("freed_bytes", C.c_int64),
    ("n_dropped_objects", C.c_int64),
    ("n_dropped_commits", C.c_int64),
    ("n_deleted", C.c_int64),
    ("n_waiting", C.c_int64),
    ("memory_peak", C.c_int64),
    ("n_bases", C.c_int64),
    ("n_dead_bases", C.c_int64),
    ("n_remade", C.c_int64),
    ("remade_bytes", C.c_int64),
]
assert C.sizeof(mlops_gc_stat) == 192


class mlops_hll_opts(C.Structure):
    pass


mlops_hll_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("lg_k", C.c_int64),
]
assert C.sizeof(mlops_hll_opts) == (24 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_hll_summary(C.Structure):
    pass


mlops_hll_summary._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("lg_k", C.c_int64),
    ("n_coupons", C.c_int64),
    ("has_history", C.c_int64),
    ("estimate", C.c_double),
    ("error", C.c_double),
]
assert C.sizeof(mlops_hll_summary) == 48


class mlops_import_opts(C.Structure):
    pass


mlops_import_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("kind", C.c_int32),
    ("reserved", C.c_uint32),
    ("cache", C.c_char_p),
    ("include", C.c_char_p),
    ("exclude", C.c_char_p),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_import_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_import_stat(C.Structure):
    pass


mlops_import_stat._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n_objects", C.c_int64),
    ("bytes", C.c_int64),
    ("n_changed", C.c_int64),
]
assert C.sizeof(mlops_import_stat) == 32


class mlops_metric_opts(C.Structure):
    pass


mlops_metric_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("weights", C.c_void_p),
    ("n_weights", C.c_int64),
    ("threshold", C.c_double),
    ("scale", C.c_int32),
    ("n_bins", C.c_int32),
    ("k", C.c_int32),
    ("reserved", C.c_int32),
    ("quantile", C.c_double),
    ("beta", C.c_double),
]
assert C.sizeof(mlops_metric_opts) == (72 if C.sizeof(C.c_void_p) == 8 else 64)


class mlops_metrics(C.Structure):
    pass


mlops_metrics._fields_ = [
    ("struct_size", C.c_uint32),
    ("task", C.c_int32),
    ("n", C.c_int64),
    ("n_nan", C.c_int64),
    ("n_classes", C.c_int64),
    ("constant_labels", C.c_int32),
    ("reserved", C.c_int32),
    ("weight", C.c_double),
    ("auc", C.c_double),
    ("average_precision", C.c_double),
    ("ks", C.c_double),
    ("log_loss", C.c_double),
    ("brier", C.c_double),
    ("ece", C.c_double),
    ("accuracy", C.c_double),
    ("balanced_accuracy", C.c_double),
    ("precision", C.c_double),
    ("recall", C.c_double),
    ("specificity", C.c_double),
    ("f1", C.c_double),
    ("f1_macro", C.c_double),
    ("f1_weighted", C.c_double),
    ("mcc", C.c_double),
    ("prevalence", C.c_double),
    ("positive_rate", C.c_double),
    ("tp", C.c_double),
    ("fp", C.c_double),
    ("tn", C.c_double),
    ("fn", C.c_double),
    ("mae", C.c_double),
    ("mse", C.c_double),
    ("rmse", C.c_double),
    ("r2", C.c_double),
    ("median_ae", C.c_double),
    ("max_error", C.c_double),
    ("mape", C.c_double),
    ("bias", C.c_double),
    ("poisson_deviance", C.c_double),
    ("mce", C.c_double),
    ("ece_adaptive", C.c_double),
    ("precision_macro", C.c_double),
    ("precision_weighted", C.c_double),
    ("recall_macro", C.c_double),
    ("auc_macro", C.c_double),
    ("auc_weighted", C.c_double),
    ("top_k_accuracy", C.c_double),
    ("msle", C.c_double),
    ("rmsle", C.c_double),
    ("pinball", C.c_double),
    ("ndcg", C.c_double),
    ("map", C.c_double),
    ("mrr", C.c_double),
    ("precision_at_k", C.c_double),
    ("recall_at_k", C.c_double),
    ("hit_rate", C.c_double),
    ("f_beta", C.c_double),
    ("f_beta_macro", C.c_double),
    ("f_beta_weighted", C.c_double),
    ("kappa", C.c_double),
    ("ece_classwise", C.c_double),
    ("smape", C.c_double),
    ("explained_variance", C.c_double),
]
assert C.sizeof(mlops_metrics) == 480


class mlops_importance_opts(C.Structure):
    pass


mlops_importance_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("columns", C.c_char_p),
    ("seed", C.c_int64),
    ("n_repeats", C.c_int64),
]
assert C.sizeof(mlops_importance_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_multivariate_opts(C.Structure):
    pass


mlops_multivariate_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("columns", C.c_char_p),
    ("ignore", C.c_char_p),
    ("scale", C.c_int32),
    ("reserved", C.c_uint32),
]
assert C.sizeof(mlops_multivariate_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_multivariate_result(C.Structure):
    pass


mlops_multivariate_result._fields_ = [
    ("struct_size", C.c_uint32),
    ("verdict", C.c_int32),
    ("test", C.c_char_p),
    ("n_reference", C.c_int64),
    ("n_current", C.c_int64),
    ("n_columns", C.c_int64),
    ("effect", C.c_double),
    ("effect_low", C.c_double),
    ("effect_high", C.c_double),
    ("tolerance", C.c_double),
    ("p_value", C.c_double),
    ("mmd2", C.c_double),
    ("mmd2_biased", C.c_double),
    ("bandwidth", C.c_double),
    ("n_permutations", C.c_int64),
    ("n_components", C.c_int64),
    ("error_reference", C.c_double),
    ("error_current", C.c_double),
]
assert C.sizeof(mlops_multivariate_result) == (136 if C.sizeof(C.c_void_p) == 8 else 132)


class mlops_mmd_opts(C.Structure):
    pass


mlops_mmd_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("method", C.c_int32),
    ("reserved", C.c_uint32),
    ("alpha", C.c_double),
    ("tolerance", C.c_double),
    ("bandwidth", C.c_double),
    ("rows_min", C.c_int64),
    ("n_permutations", C.c_int64),
    ("n_frequencies", C.c_int64),
    ("seed", C.c_int64),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_mmd_opts) == (80 if C.sizeof(C.c_void_p) == 8 else 76)


class mlops_items_opts(C.Structure):
    pass


mlops_items_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("lg_size", C.c_int64),
    ("text_max", C.c_int64),
]
assert C.sizeof(mlops_items_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_items_summary(C.Structure):
    pass


mlops_items_summary._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n", C.c_int64),
    ("n_kept", C.c_int64),
    ("error", C.c_int64),
    ("error_share", C.c_double),
]
assert C.sizeof(mlops_items_summary) == 40


class mlops_items_row(C.Structure):
    pass


mlops_items_row._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("value", C.c_int64),
    ("text", C.c_char_p),
    ("estimate", C.c_int64),
    ("lower", C.c_int64),
    ("upper", C.c_int64),
]
assert C.sizeof(mlops_items_row) == (48 if C.sizeof(C.c_void_p) == 8 else 44)


class mlops_kll_opts(C.Structure):
    pass


mlops_kll_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("k", C.c_int64),
    ("seed", C.c_uint64),
]
assert C.sizeof(mlops_kll_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_kll_summary(C.Structure):
    pass


mlops_kll_summary._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n", C.c_int64),
    ("n_nan", C.c_int64),
    ("n_kept", C.c_int64),
    ("min", C.c_double),
    ("max", C.c_double),
    ("rank_error", C.c_double),
    ("pmf_error", C.c_double),
]
assert C.sizeof(mlops_kll_summary) == 64


class mlops_link_opts(C.Structure):
    pass


mlops_link_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("relation", C.c_char_p),
]
assert C.sizeof(mlops_link_opts) == (16 if C.sizeof(C.c_void_p) == 8 else 12)


class mlops_lineage_opts(C.Structure):
    pass


mlops_lineage_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("depth", C.c_int32),
    ("reserved", C.c_uint32),
    ("n_max", C.c_int64),
]
assert C.sizeof(mlops_lineage_opts) == 24


class mlops_metric_info(C.Structure):
    pass


mlops_metric_info._fields_ = [
    ("struct_size", C.c_uint32),
    ("metric", C.c_int32),
    ("name", C.c_char_p),
    ("better", C.c_int32),
    ("tasks", C.c_uint32),
]
assert C.sizeof(mlops_metric_info) == (24 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_monitor_opts(C.Structure):
    pass


mlops_monitor_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("reference", C.POINTER(mlops_reference_opts)),
    ("drift", C.POINTER(mlops_drift_opts)),
    ("name", C.c_char_p),
    ("window_rows", C.c_int64),
    ("window_ns", C.c_int64),
    ("false_alarm_ns", C.c_int64),
]
assert C.sizeof(mlops_monitor_opts) == (64 if C.sizeof(C.c_void_p) == 8 else 48)


class mlops_performance_opts(C.Structure):
    pass


mlops_performance_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("threshold", C.c_double),
    ("confidence", C.c_double),
    ("n_bins", C.c_int32),
    ("top_k", C.c_int32),
    ("quantile", C.c_double),
    ("beta", C.c_double),
]
assert C.sizeof(mlops_performance_opts) == (56 if C.sizeof(C.c_void_p) == 8 else 52)


class mlops_performance_summary(C.Structure):
    pass


mlops_performance_summary._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n_labelled", C.c_int64),
    ("n_unlabelled", C.c_int64),
    ("n_nan", C.c_int64),
    ("weight", C.c_double),
    ("weight_unlabelled", C.c_double),
    ("mean_score", C.c_double),
    ("n_effective", C.c_double),
    ("auc_error", C.c_double),
    ("ece", C.c_double),
    ("mce", C.c_double),
    ("average_precision_error", C.c_double),
]
assert C.sizeof(mlops_performance_summary) == 96


class mlops_monitor_labels_opts(C.Structure):
    pass


mlops_monitor_labels_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("rows_max", C.c_int64),
    ("windows_kept", C.c_int32),
    ("metric", C.c_int32),
    ("threshold", C.c_double),
    ("tolerance", C.c_double),
    ("confidence", C.c_double),
    ("cost_tp", C.c_double),
    ("cost_fp", C.c_double),
    ("cost_fn", C.c_double),
    ("cost_tn", C.c_double),
    ("n_classes", C.c_int64),
    ("costs", C.c_void_p),
    ("n_costs", C.c_int64),
]
assert C.sizeof(mlops_monitor_labels_opts) == (104 if C.sizeof(C.c_void_p) == 8 else 100)


class mlops_monitor_labels(C.Structure):
    pass


mlops_monitor_labels._fields_ = [
    ("struct_size", C.c_uint32),
    ("measured", C.c_int32),
    ("estimated", C.c_int32),
    ("reserved", C.c_uint32),
    ("measured_loss", C.c_double),
    ("measured_loss_low", C.c_double),
    ("measured_loss_high", C.c_double),
    ("estimated_loss", C.c_double),
    ("estimated_loss_low", C.c_double),
    ("estimated_loss_high", C.c_double),
    ("n_joined", C.c_int64),
    ("n_late", C.c_int64),
    ("n_duplicate", C.c_int64),
    ("n_unknown", C.c_int64),
    ("n_waiting", C.c_int64),
    ("n_evicted", C.c_int64),
    ("n_replaced", C.c_int64),
]
assert C.sizeof(mlops_monitor_labels) == 120


class mlops_policy_opts(C.Structure):
    pass


mlops_policy_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("k", C.c_int64),
    ("n", C.c_int64),
    ("calm", C.c_int64),
    ("over", C.c_double),
    ("clear", C.c_double),
    ("critical", C.c_double),
    ("pause_ns", C.c_int64),
]
assert C.sizeof(mlops_policy_opts) == (72 if C.sizeof(C.c_void_p) == 8 else 68)


class mlops_policy_decision(C.Structure):
    pass


mlops_policy_decision._fields_ = [
    ("struct_size", C.c_uint32),
    ("event", C.c_int32),
    ("alarmed", C.c_int32),
    ("is_critical", C.c_int32),
    ("n_known", C.c_int64),
    ("n_over", C.c_int64),
    ("n_calm", C.c_int64),
    ("time_ns", C.c_int64),
    ("raised_ns", C.c_int64),
    ("severity", C.c_double),
    ("peak", C.c_double),
]
assert C.sizeof(mlops_policy_decision) == 72


class mlops_monitor_segments_opts(C.Structure):
    pass


mlops_monitor_segments_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("n_segments", C.c_int64),
]
assert C.sizeof(mlops_monitor_segments_opts) == 16


class mlops_pca_opts(C.Structure):
    pass


mlops_pca_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("preset", C.c_int32),
    ("reserved", C.c_uint32),
    ("alpha", C.c_double),
    ("tolerance", C.c_double),
    ("variance", C.c_double),
    ("rows_min", C.c_int64),
    ("n_chunks", C.c_int64),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_pca_opts) == (64 if C.sizeof(C.c_void_p) == 8 else 60)


class mlops_classify_opts(C.Structure):
    pass


mlops_classify_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("alpha", C.c_double),
    ("tolerance", C.c_double),
    ("rows_min", C.c_int64),
    ("rows_max", C.c_int64),
    ("n_folds", C.c_int64),
    ("n_trees", C.c_int64),
    ("seed", C.c_int64),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_classify_opts) == (72 if C.sizeof(C.c_void_p) == 8 else 68)


class mlops_multivariate_report_opts(C.Structure):
    pass


mlops_multivariate_report_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("title", C.c_char_p),
    ("mmd", C.POINTER(mlops_mmd_opts)),
    ("pca", C.POINTER(mlops_pca_opts)),
    ("classify", C.POINTER(mlops_classify_opts)),
]
assert C.sizeof(mlops_multivariate_report_opts) == (40 if C.sizeof(C.c_void_p) == 8 else 24)


class mlops_online_opts(C.Structure):
    pass


mlops_online_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("created", C.c_char_p),
    ("ttl_ns", C.c_int64),
]
assert C.sizeof(mlops_online_opts) == (24 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_panes_opts(C.Structure):
    pass


mlops_panes_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("pane_ns", C.c_int64),
    ("offset_ns", C.c_int64),
    ("n_panes", C.c_int64),
]
assert C.sizeof(mlops_panes_opts) == 32


class mlops_performance_choice_opts(C.Structure):
    pass


mlops_performance_choice_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("best", C.c_char_p),
    ("held", C.c_char_p),
    ("bound", C.c_double),
    ("beta", C.c_double),
    ("worth_tp", C.c_double),
    ("worth_fp", C.c_double),
    ("worth_tn", C.c_double),
    ("worth_fn", C.c_double),
]
assert C.sizeof(mlops_performance_choice_opts) == (72 if C.sizeof(C.c_void_p) == 8 else 64)


class mlops_ranking_performance_opts(C.Structure):
    pass


mlops_ranking_performance_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("k", C.c_int32),
    ("reserved", C.c_int32),
]
assert C.sizeof(mlops_ranking_performance_opts) == (24 if C.sizeof(C.c_void_p) == 8 else 20)


class mlops_promote_opts(C.Structure):
    pass


mlops_promote_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("gate", C.c_char_p),
    ("note", C.c_char_p),
    ("dataset", C.c_char_p),
    ("ref", C.c_char_p),
    ("path", C.c_char_p),
]
assert C.sizeof(mlops_promote_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 28)


class mlops_register_opts(C.Structure):
    pass


mlops_register_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("file", C.c_char_p),
    ("features", C.c_void_p),
    ("reference", C.c_void_p),
    ("run", C.c_char_p),
    ("dataset", C.c_char_p),
    ("commit", C.c_char_p),
    ("path", C.c_char_p),
    ("classes", C.c_char_p),
    ("description", C.c_char_p),
    ("metadata", C.c_char_p),
]
assert C.sizeof(mlops_register_opts) == (88 if C.sizeof(C.c_void_p) == 8 else 48)


class mlops_share_opts(C.Structure):
    pass


mlops_share_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("host", C.c_void_p),
    ("busy_from", C.c_int64),
    ("busy_calls", C.c_int64),
    ("busy_every", C.c_int64),
    ("done_first", C.c_int64),
    ("read_max", C.c_int64),
    ("list_lag", C.c_int64),
]
assert C.sizeof(mlops_share_opts) == (64 if C.sizeof(C.c_void_p) == 8 else 60)


class mlops_segments_opts(C.Structure):
    pass


mlops_segments_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("n_segments", C.c_int64),
    ("key_size", C.c_int64),
]
assert C.sizeof(mlops_segments_opts) == 24


class mlops_divide_opts(C.Structure):
    pass


mlops_divide_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("by", C.c_int32),
    ("n_folds", C.c_uint32),
    ("parts", C.c_char_p),
    ("column", C.c_char_p),
    ("key", C.c_char_p),
    ("seed", C.c_int64),
]
assert C.sizeof(mlops_divide_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 36)


class mlops_push_opts(C.Structure):
    pass


mlops_push_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("branches", C.c_char_p),
    ("tags", C.c_char_p),
    ("expected", C.c_char_p),
    ("object_bytes", C.c_int64),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_push_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 32)


class mlops_pull_opts(C.Structure):
    pass


mlops_pull_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("branches", C.c_char_p),
    ("tags", C.c_char_p),
    ("prefix", C.c_char_p),
    ("paths", C.c_char_p),
    ("depth", C.c_int64),
    ("call", C.POINTER(mlops_call)),
]
assert C.sizeof(mlops_pull_opts) == (56 if C.sizeof(C.c_void_p) == 8 else 36)


class mlops_transfer(C.Structure):
    pass


mlops_transfer._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n_requests", C.c_int64),
    ("bytes", C.c_int64),
    ("n_commits", C.c_int64),
    ("n_contents", C.c_int64),
    ("n_refs", C.c_int64),
]
assert C.sizeof(mlops_transfer) == 48


class mlops_remote_gc_opts(C.Structure):
    pass


mlops_remote_gc_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("grace_ns", C.c_int64),
    ("call", C.POINTER(mlops_call)),
    ("host", C.c_void_p),
]
assert C.sizeof(mlops_remote_gc_opts) == (32 if C.sizeof(C.c_void_p) == 8 else 24)


class mlops_remote_stats(C.Structure):
    pass


mlops_remote_stats._fields_ = [
    ("struct_size", C.c_uint32),
    ("reserved", C.c_uint32),
    ("n_datasets", C.c_int64),
    ("n_commits", C.c_int64),
    ("n_objects", C.c_int64),
    ("n_unneeded", C.c_int64),
    ("n_deleted", C.c_int64),
    ("n_requests", C.c_int64),
]
assert C.sizeof(mlops_remote_stats) == 56


class mlops_watch_opts(C.Structure):
    pass


mlops_watch_opts._fields_ = [
    ("struct_size", C.c_uint32),
    ("flags", C.c_uint32),
    ("name", C.c_char_p),
    ("drift", C.POINTER(mlops_drift_opts)),
    ("window_rows", C.c_int64),
    ("window_ns", C.c_int64),
    ("false_alarm_ns", C.c_int64),
]
assert C.sizeof(mlops_watch_opts) == (48 if C.sizeof(C.c_void_p) == 8 else 40)

_rt.declare(lib.mlops_version, C.c_char_p)
_rt.declare(lib.mlops_status_name, C.c_char_p, C.c_int32)
_rt.declare(lib.mlops_cpu_level, C.c_int32, C.c_int32)
_rt.declare(lib.mlops_anomaly_kind_name, C.c_char_p, C.c_int32)
_rt.declare(lib.mlops_anomaly_size, C.c_size_t, C.POINTER(mlops_anomaly_opts))
_rt.declare(lib.mlops_anomaly_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_anomaly_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_anomaly_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_anomaly_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_anomaly_free, None, C.c_void_p)
_rt.declare(lib.mlops_anomaly_n_features, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_anomaly_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_anomaly_freeze, C.c_int32, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_anomaly_score, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_anomaly_p_values, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_anomaly_threshold, C.c_int32, C.c_void_p, C.c_double, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_anomaly_summarize, C.c_int32, C.c_void_p, C.POINTER(mlops_anomaly_summary))
_rt.declare(lib.mlops_anomaly_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_anomaly_load_size, C.c_int32, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_anomaly_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_pool_new, C.c_int32, C.POINTER(C.c_void_p), C.c_int32, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_pool_free, None, C.c_void_p)
_rt.declare(lib.mlops_pool_executor, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_store_open, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.POINTER(mlops_store_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_close, None, C.c_void_p)
_rt.declare(lib.mlops_store_flush, C.c_int32, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_service, C.c_int32, C.c_void_p, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_stat, C.c_int32, C.c_void_p, C.POINTER(mlops_store_stats), C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_content, C.c_int32, C.c_void_p, C.POINTER(mlops_id), C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_export, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_import, C.c_int32, C.c_char_p, C.c_char_p, C.POINTER(mlops_store_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_repair, C.c_int32, C.c_char_p, C.POINTER(mlops_store_opts), C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_audit_read, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int64, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_audit_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_audit_unref, None, C.c_void_p)
_rt.declare(lib.mlops_audit_n_entries, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_audit_at, C.c_int32, C.c_void_p, C.c_int64, C.POINTER(mlops_audit_entry))
_rt.declare(lib.mlops_audit_link, C.c_int32, C.c_void_p, C.c_int64, C.POINTER(mlops_id))
_rt.declare(lib.mlops_audit_operations, C.c_int32, C.c_void_p, C.c_int64, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_audit_verify, C.c_int32, C.c_void_p, C.POINTER(mlops_id), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_audit_root, C.c_int32, C.c_void_p, C.c_int64, C.POINTER(mlops_id), C.POINTER(mlops_error))
_rt.declare(lib.mlops_audit_prove, C.c_int32, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_audit_parse, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.c_size_t, C.POINTER(mlops_id),
        C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_load, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.POINTER(mlops_csv_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_parse, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.c_size_t,
        C.POINTER(mlops_csv_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_import, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(ArrowSchema), C.POINTER(ArrowArray),
        C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_import_stream, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(ArrowArrayStream), C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_from_matrix, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int64, C.c_int64,
        C.c_char_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_table_unref, None, C.c_void_p)
_rt.declare(lib.mlops_table_n_rows, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_table_n_columns, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_table_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_table_type, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_table_find, C.c_int64, C.c_void_p, C.c_char_p)
_rt.declare(lib.mlops_table_n_nulls, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_table_values, C.c_int32, C.c_void_p, C.c_int64, C.c_void_p, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_integers, C.c_int32, C.c_void_p, C.c_int64, C.c_void_p, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_text, C.c_int32, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_table_export, C.c_int32, C.c_void_p, C.POINTER(ArrowSchema), C.POINTER(ArrowArray),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_model_load, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.POINTER(mlops_model_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_model_parse, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_model_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_model_inspect, C.c_int32, C.c_char_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t),
        C.POINTER(mlops_model_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_model_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_model_unref, None, C.c_void_p)
_rt.declare(lib.mlops_model_n_features, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_model_feature_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_model_class_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_model_width, C.c_int64, C.c_void_p, C.c_int32)
_rt.declare(lib.mlops_model_describe, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_model_predict, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_model_predict_f64, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p,
        C.c_int64)
_rt.declare(lib.mlops_model_predict_table, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_int32, C.c_void_p,
        C.c_int64, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_reference_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_reference_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_reference_new_stream, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_reference_stream_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_reference_load, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.POINTER(mlops_reference_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_reference_save, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_reference_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_reference_unref, None, C.c_void_p)
_rt.declare(lib.mlops_reference_n_rows, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_reference_is_exact, C.c_int32, C.c_void_p)
_rt.declare(lib.mlops_reference_size, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_reference_n_columns, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_reference_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_reference_type, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_bundle_write, C.c_int32, C.c_char_p, C.c_void_p, C.POINTER(mlops_bundle_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_bundle_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t),
        C.POINTER(mlops_bundle_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_bundle_load, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_bundle_parse, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_bundle_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_bundle_unref, None, C.c_void_p)
_rt.declare(lib.mlops_bundle_model, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_bundle_reference, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_bundle_name, C.c_char_p, C.c_void_p)
_rt.declare(lib.mlops_bundle_version, C.c_char_p, C.c_void_p)
_rt.declare(lib.mlops_bundle_metadata, C.c_char_p, C.c_void_p)
_rt.declare(lib.mlops_bundle_id, C.c_int32, C.c_void_p, C.POINTER(mlops_id))
_rt.declare(lib.mlops_calibration_fit, C.c_int32, C.POINTER(C.c_void_p), C.c_int32, C.c_void_p, C.c_void_p,
        C.c_void_p, C.c_int64, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_calibration_fit_classes, C.c_int32, C.POINTER(C.c_void_p), C.c_int32, C.c_void_p, C.c_int64,
        C.c_int64, C.c_void_p, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_calibration_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_calibration_unref, None, C.c_void_p)
_rt.declare(lib.mlops_calibration_n_classes, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_calibration_kind, C.c_int32, C.c_void_p)
_rt.declare(lib.mlops_calibration_apply, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_calibration_apply_classes, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_calibration_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_calibration_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_change_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_change_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_change_free, None, C.c_void_p)
_rt.declare(lib.mlops_change_commit, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_change_content, C.c_int32, C.c_void_p, C.POINTER(mlops_id), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_check_store, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.POINTER(mlops_store_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_check_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_check_unref, None, C.c_void_p)
_rt.declare(lib.mlops_check_count, C.c_int32, C.c_void_p, C.POINTER(mlops_check_counts))
_rt.declare(lib.mlops_check_n_faults, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_check_fault, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_context_size, C.c_size_t, C.c_void_p, C.POINTER(mlops_context_opts))
_rt.declare(lib.mlops_context_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_int32,
        C.POINTER(mlops_context_opts))
_rt.declare(lib.mlops_context_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int32,
        C.POINTER(mlops_context_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_free, None, C.c_void_p)
_rt.declare(lib.mlops_context_width, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_context_predict, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_context_predict_f64, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p,
        C.c_int64)
_rt.declare(lib.mlops_context_bind, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_int64, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_bind_f64, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_int64,
        C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_bind_table, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_bind_csr, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p,
        C.c_int64, C.c_int64, C.c_double, C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_bind_csr_f64, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p,
        C.c_int64, C.c_int64, C.c_double, C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_bind_csr_i64, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p,
        C.c_int64, C.c_int64, C.c_double, C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_bind_csr_f64_i64, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p,
        C.c_int64, C.c_int64, C.c_double, C.POINTER(mlops_error))
_rt.declare(lib.mlops_context_run, C.c_int32, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_dataset_resolve, C.c_int32, C.POINTER(mlops_id), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_list, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_refs, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_log, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_entries, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_diff, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_table, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.c_int32, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_reference, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_describe, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_checkout, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_checkout_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_diff_compare, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_diff_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_diff_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_diff_unref, None, C.c_void_p)
_rt.declare(lib.mlops_diff_n_cells, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_diff_n_changed, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_diff_n_added, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_diff_n_removed, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_diff_n_schema, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_diff_cells, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_diff_rows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_diff_added, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_diff_removed, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_diff_schema, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_diff_columns, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_draft_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_free, None, C.c_void_p)
_rt.declare(lib.mlops_draft_add_file, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_add_bytes, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p, C.c_size_t,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_add_csv, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_draft_table_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_add_table, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p,
        C.POINTER(mlops_draft_table_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_split, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_split_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_remove, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_commit, C.c_int32, C.c_void_p, C.POINTER(mlops_id), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_branch, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_tag, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_drop, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_merge_tables, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.c_void_p,
        C.POINTER(mlops_merge_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_merge_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_merge_unref, None, C.c_void_p)
_rt.declare(lib.mlops_merge_n_conflicts, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_merge_conflicts, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_merge_table, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_diff_rows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.c_char_p, C.POINTER(mlops_diff_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_merge, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_dataset_merge_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_merge, C.c_int32, C.POINTER(mlops_id), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_dataset_merge_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_read, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p, C.c_void_p,
        C.c_size_t, C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_read_at, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p, C.c_int64,
        C.c_int64, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_rows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.c_int64, C.c_int64, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_feature_fit, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.c_void_p,
        C.POINTER(mlops_feature_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_feature_load, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_feature_parse, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_feature_write, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_feature_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_feature_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_feature_unref, None, C.c_void_p)
_rt.declare(lib.mlops_feature_id, C.c_int32, C.c_void_p, C.POINTER(mlops_id))
_rt.declare(lib.mlops_feature_definition, C.c_char_p, C.c_void_p)
_rt.declare(lib.mlops_feature_n_inputs, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_feature_input_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_feature_input_type, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_feature_n_outputs, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_feature_output_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_feature_expression, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_feature_apply, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_feature_matrix, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_feature_row, C.c_int32, C.c_void_p, C.POINTER(mlops_feature_value), C.c_int64, C.c_void_p,
        C.c_int64)
_rt.declare(lib.mlops_deploy_set, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_deploy_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_deploy_list, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_deploy_bucket, C.c_int64, C.c_char_p, C.c_char_p)
_rt.declare(lib.mlops_deployment_open, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_deployment_close, None, C.c_void_p)
_rt.declare(lib.mlops_deployment_refresh, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_deployment_width, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_deployment_n_features, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_deployment_n_inputs, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_deployment_input_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_deployment_input_type, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_deployment_stat, C.c_int32, C.c_void_p, C.POINTER(mlops_deployment_stats))
_rt.declare(lib.mlops_deployment_route, C.c_int64, C.c_void_p, C.c_char_p)
_rt.declare(lib.mlops_deployment_predict, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p, C.c_int64, C.c_int64,
        C.c_void_p, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_deployment_predict_values, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_feature_value),
        C.c_int64, C.c_void_p, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_deployment_predict_table, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_void_p, C.c_int64,
        C.c_int64, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_detector_kind_name, C.c_char_p, C.c_int32)
_rt.declare(lib.mlops_detector_size, C.c_size_t, C.POINTER(mlops_detector_opts))
_rt.declare(lib.mlops_detector_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_detector_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_detector_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_detector_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_detector_free, None, C.c_void_p)
_rt.declare(lib.mlops_detector_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_detector_summarize, C.c_int32, C.c_void_p, C.POINTER(mlops_detector_summary))
_rt.declare(lib.mlops_detector_reset, None, C.c_void_p)
_rt.declare(lib.mlops_detector_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_detector_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_detector_evaluate, C.c_int32, C.POINTER(mlops_detector_score), C.c_void_p, C.c_int64,
        C.c_void_p, C.c_int64, C.c_int64, C.POINTER(mlops_detector_score_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_add_stream, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_stream_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_stats_compare, C.c_int32, C.POINTER(mlops_stats_two_sample), C.c_void_p, C.c_int64, C.c_void_p,
        C.c_int64, C.POINTER(mlops_stats_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_stats_compare_columns, C.c_int32, C.POINTER(mlops_stats_two_sample), C.c_void_p, C.c_int64,
        C.c_void_p, C.c_int64, C.POINTER(mlops_stats_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_stats_compare_counts, C.c_int32, C.POINTER(mlops_stats_two_counts), C.c_void_p, C.c_void_p,
        C.c_int64)
_rt.declare(lib.mlops_stats_compare_shares, C.c_int32, C.POINTER(mlops_stats_two_shares), C.c_int64, C.c_int64,
        C.c_int64, C.c_int64, C.c_int32)
_rt.declare(lib.mlops_stats_adjust, C.c_int32, C.c_void_p, C.c_int64, C.c_int32, C.c_void_p, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_drift_compare, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_drift_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_drift_compare_reference, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_drift_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_drift_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_drift_unref, None, C.c_void_p)
_rt.declare(lib.mlops_drift_overall, C.c_int32, C.c_void_p)
_rt.declare(lib.mlops_drift_severity, C.c_double, C.c_void_p)
_rt.declare(lib.mlops_drift_n_columns, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_drift_n_drifted, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_drift_get, C.c_int32, C.c_void_p, C.c_int64, C.POINTER(mlops_drift_column))
_rt.declare(lib.mlops_drift_regions, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_drift_save, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_drift_json, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_drift_compare_stream, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_drift_stream_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_profile_size, C.c_size_t, C.POINTER(mlops_profile_opts))
_rt.declare(lib.mlops_profile_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_profile_opts))
_rt.declare(lib.mlops_profile_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_profile_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_profile_free, None, C.c_void_p)
_rt.declare(lib.mlops_profile_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_profile_add_f32, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64)
_rt.declare(lib.mlops_profile_add_text, C.c_int32, C.c_void_p, C.c_char_p)
_rt.declare(lib.mlops_profile_add_nulls, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_profile_merge, C.c_int32, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_profile_reset, None, C.c_void_p)
_rt.declare(lib.mlops_profile_summarize, C.c_int32, C.c_void_p, C.POINTER(mlops_profile_summary))
_rt.declare(lib.mlops_profile_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_profile_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_profile_measure, C.c_int32, C.c_void_p, C.POINTER(mlops_profile_moments))
_rt.declare(lib.mlops_profile_distinct, C.c_double, C.c_void_p, C.c_double)
_rt.declare(lib.mlops_profile_n_categories, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_profile_category, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_profile_category_name, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_profile_n_bins, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_profile_bin, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_profile_edge, C.c_double, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_profile_quantile, C.c_double, C.c_void_p, C.c_double)
_rt.declare(lib.mlops_profile_count_powers, C.c_int32, C.c_void_p, C.POINTER(mlops_profile_powers))
_rt.declare(lib.mlops_profile_power, C.c_int64, C.c_void_p, C.c_int32, C.c_int64)
_rt.declare(lib.mlops_profile_otlp, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_edge_size, C.c_int32, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_edge_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_edge_n_features, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_edge_width, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_edge_predict, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_edge_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_edge_profile, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_edge_selftest, C.c_int32, C.c_void_p)
_rt.declare(lib.mlops_edge_verify, C.c_int32, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_dataset_erase, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_erase_opts),
        C.POINTER(mlops_call), C.POINTER(mlops_erase_stat), C.POINTER(mlops_error))
_rt.declare(lib.mlops_erase_list, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_erase_certificate, C.c_int32, C.c_void_p, C.c_int64, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_expectations_parse, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_expectations_infer, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_infer_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_expectations_bind, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_expectations_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_expectations_unref, None, C.c_void_p)
_rt.declare(lib.mlops_expectations_text, C.c_char_p, C.c_void_p)
_rt.declare(lib.mlops_expectations_n, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_expectations_validate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_expectations_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_expectations_rows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_void_p,
        C.POINTER(mlops_expectations_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_expectations_require, C.c_int32, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_overlap, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_start, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.POINTER(mlops_run_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_open, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_close, None, C.c_void_p)
_rt.declare(lib.mlops_run_id, C.c_char_p, C.c_void_p)
_rt.declare(lib.mlops_run_param, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_tag, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_log, C.c_int32, C.c_void_p, C.c_char_p, C.c_double, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_log_points, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p, C.c_void_p, C.c_void_p,
        C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_artifact, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p, C.c_size_t, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_artifact_file, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_flush, C.c_int32, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_end, C.c_int32, C.c_void_p, C.c_int32, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_describe, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_points, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_artifacts, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_artifact_read, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_search, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_run_experiments, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_explainer_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_explainer_ref, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_explainer_unref, None, C.c_void_p)
_rt.declare(lib.mlops_explainer_n_groups, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_explainer_width, C.c_int64, C.c_void_p, C.c_int32)
_rt.declare(lib.mlops_explainer_explain, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_int32,
        C.c_void_p, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_explainer_explain_table, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_int32, C.c_void_p,
        C.c_int64, C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_fairness_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_fairness_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_fairness_free, None, C.c_void_p)
_rt.declare(lib.mlops_fairness_add, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_fairness_add_table, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_fairness_merge, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_fairness_n_groups, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_fairness_n_left_out, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_fairness_groups, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_fairness_measures, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_fairness_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_fairness_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_fairness_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_featurestore_put, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_featurestore_get, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_featurestore_list, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_add_folder, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_folder_opts),
        C.POINTER(mlops_folder_stat), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_status, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.c_char_p, C.POINTER(mlops_folder_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_store_gc, C.c_int32, C.c_void_p, C.POINTER(mlops_gc_opts), C.POINTER(mlops_call),
        C.POINTER(mlops_gc_stat), C.POINTER(mlops_error))
_rt.declare(lib.mlops_hll_size, C.c_size_t, C.POINTER(mlops_hll_opts))
_rt.declare(lib.mlops_hll_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.POINTER(mlops_hll_opts))
_rt.declare(lib.mlops_hll_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_hll_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_hll_free, None, C.c_void_p)
_rt.declare(lib.mlops_hll_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_hll_add_i64, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_hll_add_text, None, C.c_void_p, C.c_char_p)
_rt.declare(lib.mlops_hll_merge, C.c_int32, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_hll_reset, None, C.c_void_p)
_rt.declare(lib.mlops_hll_summarize, C.c_int32, C.c_void_p, C.POINTER(mlops_hll_summary))
_rt.declare(lib.mlops_hll_estimate, C.c_double, C.c_void_p, C.c_double)
_rt.declare(lib.mlops_hll_save, C.c_int32, C.c_void_p, C.c_int32, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_hll_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_draft_import, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_import_opts),
        C.POINTER(mlops_import_stat), C.POINTER(mlops_error))
_rt.declare(lib.mlops_metric_binary, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_metric_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_metric_classes, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p, C.c_int64, C.c_int64,
        C.c_void_p, C.c_void_p, C.POINTER(mlops_metric_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_importance_measure, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.c_void_p,
        C.c_int64, C.c_int32, C.POINTER(mlops_importance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_tables, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_multivariate_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_rows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int64, C.c_void_p,
        C.c_int64, C.c_int64, C.c_int64, C.c_int64, C.c_int64, C.c_int64, C.POINTER(mlops_multivariate_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_rows_f64, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int64, C.c_void_p,
        C.c_int64, C.c_int64, C.c_int64, C.c_int64, C.c_int64, C.c_int64, C.POINTER(mlops_multivariate_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_free, None, C.c_void_p)
_rt.declare(lib.mlops_multivariate_mmd, C.c_int32, C.POINTER(mlops_multivariate_result), C.c_void_p,
        C.POINTER(mlops_mmd_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_imprint_fit, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_mmd_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_imprint_free, None, C.c_void_p)
_rt.declare(lib.mlops_imprint_mmd, C.c_int32, C.POINTER(mlops_multivariate_result), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_mmd_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_imprint_windows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_mmd_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_imprint_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_imprint_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_items_size, C.c_size_t, C.POINTER(mlops_items_opts))
_rt.declare(lib.mlops_items_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_items_opts))
_rt.declare(lib.mlops_items_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_items_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_items_free, None, C.c_void_p)
_rt.declare(lib.mlops_items_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_items_add_text, C.c_int32, C.c_void_p, C.c_char_p, C.c_int64)
_rt.declare(lib.mlops_items_merge, C.c_int32, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_items_reset, None, C.c_void_p)
_rt.declare(lib.mlops_items_summarize, C.c_int32, C.c_void_p, C.POINTER(mlops_items_summary))
_rt.declare(lib.mlops_items_frequent, C.c_int64, C.c_void_p, C.c_int32, C.c_int64)
_rt.declare(lib.mlops_items_at, C.c_int32, C.c_void_p, C.c_int64, C.POINTER(mlops_items_row))
_rt.declare(lib.mlops_items_find, C.c_int32, C.c_void_p, C.c_int64, C.POINTER(mlops_items_row))
_rt.declare(lib.mlops_items_find_text, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_items_row))
_rt.declare(lib.mlops_items_save, C.c_int32, C.c_void_p, C.c_int32, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_items_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t,
        C.c_int64)
_rt.declare(lib.mlops_kll_size, C.c_size_t, C.POINTER(mlops_kll_opts))
_rt.declare(lib.mlops_kll_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.POINTER(mlops_kll_opts))
_rt.declare(lib.mlops_kll_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_kll_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_kll_free, None, C.c_void_p)
_rt.declare(lib.mlops_kll_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_kll_add_f32, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64)
_rt.declare(lib.mlops_kll_merge, C.c_int32, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_kll_reset, None, C.c_void_p)
_rt.declare(lib.mlops_kll_summarize, C.c_int32, C.c_void_p, C.POINTER(mlops_kll_summary))
_rt.declare(lib.mlops_kll_rank, C.c_double, C.c_void_p, C.c_double)
_rt.declare(lib.mlops_kll_quantile, C.c_double, C.c_void_p, C.c_double)
_rt.declare(lib.mlops_kll_quantiles, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_kll_cdf, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_kll_pmf, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_kll_save, C.c_int32, C.c_void_p, C.c_int32, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_kll_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_lineage_link, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_link_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_lineage_unlink, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_lineage_upstream, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_lineage_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_lineage_downstream, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_lineage_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_metric_count, C.c_int64)
_rt.declare(lib.mlops_metric_at, C.c_int32, C.POINTER(mlops_metric_info), C.c_int64)
_rt.declare(lib.mlops_metric_find, C.c_int32, C.POINTER(mlops_metric_info), C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_metric_band, C.c_int32, C.c_void_p, C.c_void_p, C.c_int32, C.c_void_p, C.c_int64, C.c_double,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_metric_value, C.c_double, C.POINTER(mlops_metrics), C.c_int32)
_rt.declare(lib.mlops_metric_ranking, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p, C.c_void_p, C.c_void_p,
        C.c_int64, C.POINTER(mlops_metric_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_metric_regression, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_metric_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_monitor_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_new_reference, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_monitor_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_free, None, C.c_void_p)
_rt.declare(lib.mlops_monitor_n_features, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_monitor_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_monitor_add_table, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_add_latency, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_monitor_add_errors, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_monitor_n_windows, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_monitor_verdict, C.c_int32, C.c_void_p)
_rt.declare(lib.mlops_monitor_n_drifted, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_monitor_drift, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_metrics, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_monitor_openmetrics, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_monitor_save, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_size, C.c_size_t)
_rt.declare(lib.mlops_performance_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_performance_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_free, None, C.c_void_p)
_rt.declare(lib.mlops_performance_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_merge, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_reset, None, C.c_void_p)
_rt.declare(lib.mlops_performance_summarize, C.c_int32, C.POINTER(mlops_performance_summary), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_metrics, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_reliability, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_thresholds, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_performance_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.c_size_t)
_rt.declare(lib.mlops_performance_calibrate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int32, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_expect_labels, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p,
        C.POINTER(mlops_monitor_labels_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_add_scored, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p,
        C.c_int64, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_add_scored_table, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64,
        C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_add_labels, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_id, C.c_int64, C.c_char_p)
_rt.declare(lib.mlops_monitor_summarize_labels, C.c_int32, C.c_void_p, C.POINTER(mlops_monitor_labels))
_rt.declare(lib.mlops_monitor_performance, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_policy_size, C.c_size_t)
_rt.declare(lib.mlops_policy_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_policy_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_policy_new, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_policy_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_policy_free, None, C.c_void_p)
_rt.declare(lib.mlops_policy_add, C.c_int32, C.c_void_p, C.c_int64, C.c_double, C.c_int32,
        C.POINTER(mlops_policy_decision))
_rt.declare(lib.mlops_policy_get, C.c_int32, C.c_void_p, C.POINTER(mlops_policy_decision))
_rt.declare(lib.mlops_policy_reason, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_policy_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_policy_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_monitor_set_policy, C.c_int32, C.c_void_p, C.POINTER(mlops_policy_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_veto, C.c_int32, C.c_void_p)
_rt.declare(lib.mlops_monitor_alarm, C.c_int32, C.c_void_p, C.POINTER(mlops_policy_decision))
_rt.declare(lib.mlops_monitor_alarm_reason, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_monitor_expect_segments, C.c_int32, C.c_void_p, C.POINTER(mlops_monitor_segments_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_segment, C.c_int64, C.c_void_p, C.c_char_p)
_rt.declare(lib.mlops_monitor_enter_segment, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_monitor_add_segments, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p,
        C.c_void_p, C.c_int64, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_add_segments_table, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_int64,
        C.c_void_p, C.c_int64, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_segments, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_segment_drift, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_segment_performance, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_suspend, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_monitor_resume, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_size, C.c_size_t, C.c_int64)
_rt.declare(lib.mlops_class_performance_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_int64)
_rt.declare(lib.mlops_class_performance_new, C.c_int32, C.POINTER(C.c_void_p), C.c_int64, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_free, None, C.c_void_p)
_rt.declare(lib.mlops_class_performance_n_classes, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_class_performance_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p,
        C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_merge, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_reset, None, C.c_void_p)
_rt.declare(lib.mlops_class_performance_metrics, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_by_class, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_confusion, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_one, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int64, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_estimate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_class_performance_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_class_performance_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.c_size_t)
_rt.declare(lib.mlops_regression_performance_size, C.c_size_t)
_rt.declare(lib.mlops_regression_performance_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_regression_performance_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_regression_performance_free, None, C.c_void_p)
_rt.declare(lib.mlops_regression_performance_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_void_p,
        C.c_int64, C.POINTER(mlops_error))
_rt.declare(lib.mlops_regression_performance_merge, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_regression_performance_reset, None, C.c_void_p)
_rt.declare(lib.mlops_regression_performance_metrics, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_regression_performance_quantile, C.c_double, C.c_void_p, C.c_double)
_rt.declare(lib.mlops_regression_performance_estimate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_int32,
        C.c_void_p, C.c_void_p, C.c_int64, C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_regression_performance_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_regression_performance_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_monitor_expect_classes, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p,
        C.POINTER(mlops_monitor_labels_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_monitor_expect_numbers, C.c_int32, C.c_void_p, C.c_void_p,
        C.POINTER(mlops_monitor_labels_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_pca, C.c_int32, C.POINTER(mlops_multivariate_result), C.c_void_p,
        C.POINTER(mlops_pca_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_chunks, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_pca_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_residuals, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p,
        C.POINTER(mlops_pca_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_classify, C.c_int32, C.POINTER(mlops_multivariate_result), C.c_void_p,
        C.POINTER(mlops_classify_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_features, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p,
        C.POINTER(mlops_classify_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_multivariate_save, C.c_int32, C.c_void_p, C.c_char_p,
        C.POINTER(mlops_multivariate_report_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_online_define, C.c_int32, C.c_void_p, C.c_char_p, C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_online_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_online_open, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_online_close, None, C.c_void_p)
_rt.declare(lib.mlops_online_put, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_online_get, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_online_list, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_panes_size, C.c_size_t, C.c_void_p, C.POINTER(mlops_panes_opts))
_rt.declare(lib.mlops_panes_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.POINTER(mlops_panes_opts))
_rt.declare(lib.mlops_panes_at, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_panes_pane, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_panes_n, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_panes_start_ns, C.c_int64, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_panes_merge, C.c_int32, C.c_void_p, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_panes_reset, None, C.c_void_p)
_rt.declare(lib.mlops_panes_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_panes_load_size, C.c_int32, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_panes_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_performance_choose, C.c_int32, C.c_void_p, C.c_void_p,
        C.POINTER(mlops_performance_choice_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_estimate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_performance_estimate_rows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_void_p, C.c_int64,
        C.POINTER(mlops_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_ranking_performance_size, C.c_size_t)
_rt.declare(lib.mlops_ranking_performance_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t,
        C.POINTER(mlops_ranking_performance_opts))
_rt.declare(lib.mlops_ranking_performance_new, C.c_int32, C.POINTER(C.c_void_p),
        C.POINTER(mlops_ranking_performance_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_ranking_performance_free, None, C.c_void_p)
_rt.declare(lib.mlops_ranking_performance_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_void_p, C.c_void_p, C.c_void_p,
        C.c_int64, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_ranking_performance_merge, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_ranking_performance_reset, None, C.c_void_p)
_rt.declare(lib.mlops_ranking_performance_metrics, C.c_int32, C.POINTER(mlops_metrics), C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_ranking_performance_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_ranking_performance_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.c_size_t)
_rt.declare(lib.mlops_registry_set_gate, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_gate, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_evaluate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_promote, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_promote_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_rollback, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_drop_alias, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_alias_at, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_char_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_history, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_decisions, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_expect, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_expectations, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_validate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_validate, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_draft_override, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_validations, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_register, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.c_void_p,
        C.POINTER(mlops_register_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_features, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_bundle, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_file, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_describe, C.c_int32, C.c_void_p, C.c_char_p, C.c_char_p, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_models, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_registry_versions, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_share_directory, C.c_int32, C.POINTER(C.c_void_p), C.c_char_p, C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_share_memory, C.c_int32, C.POINTER(C.c_void_p), C.POINTER(mlops_share_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_share_close, None, C.c_void_p)
_rt.declare(lib.mlops_share_remote, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_share_n_calls, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_segments_size, C.c_size_t, C.c_void_p, C.POINTER(mlops_segments_opts))
_rt.declare(lib.mlops_segments_init, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p,
        C.POINTER(mlops_segments_opts))
_rt.declare(lib.mlops_segments_at, C.c_void_p, C.c_void_p, C.c_char_p)
_rt.declare(lib.mlops_segments_n, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_segments_key, C.c_char_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_segments_profile, C.c_void_p, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_segments_merge, C.c_int32, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_segments_reset, None, C.c_void_p)
_rt.declare(lib.mlops_segments_save, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_segments_load_size, C.c_int32, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_segments_load, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_size_t, C.c_void_p, C.c_size_t)
_rt.declare(lib.mlops_slot_new, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_slot_free, None, C.c_void_p)
_rt.declare(lib.mlops_slot_publish, None, C.c_void_p, C.c_void_p)
_rt.declare(lib.mlops_slot_acquire, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p)
_rt.declare(lib.mlops_draft_divide, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_divide_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_part, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_parts, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_write, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_csv_opts),
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_export_stream, C.c_int32, C.c_void_p, C.POINTER(ArrowArrayStream), C.POINTER(mlops_error))
_rt.declare(lib.mlops_table_texts, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_push, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.POINTER(mlops_push_opts),
        C.POINTER(mlops_transfer), C.POINTER(mlops_error))
_rt.declare(lib.mlops_dataset_pull, C.c_int32, C.c_void_p, C.c_void_p, C.c_char_p, C.POINTER(mlops_pull_opts),
        C.POINTER(mlops_transfer), C.POINTER(mlops_error))
_rt.declare(lib.mlops_remote_refs, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_call), C.c_void_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_remote_gc, C.c_int32, C.c_void_p, C.POINTER(mlops_remote_gc_opts),
        C.POINTER(mlops_remote_stats), C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_open, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.c_char_p,
        C.POINTER(mlops_watch_opts), C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_close, None, C.c_void_p)
_rt.declare(lib.mlops_watch_n_features, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_watch_n_rows, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_watch_add, C.c_int32, C.c_void_p, C.c_void_p, C.c_int64, C.c_int64, C.c_void_p, C.c_int64,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_add_table, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_add_latency, C.c_int32, C.c_void_p, C.c_int64)
_rt.declare(lib.mlops_watch_n_windows, C.c_int64, C.c_void_p)
_rt.declare(lib.mlops_watch_drift, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_metrics, C.c_int32, C.c_void_p, C.c_void_p, C.c_size_t, C.POINTER(C.c_size_t))
_rt.declare(lib.mlops_watch_save, C.c_int32, C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_windows, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_report, C.c_int32, C.c_void_p, C.c_char_p, C.c_int64, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_monitor, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_resume, C.c_int32, C.c_void_p, C.c_char_p, C.c_uint32, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_room, C.c_int32, C.c_void_p, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_keep, C.c_int32, C.c_void_p, C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_performance, C.c_int32, C.POINTER(C.c_void_p), C.c_void_p, C.c_char_p,
        C.POINTER(mlops_error))
_rt.declare(lib.mlops_watch_describe, C.c_int32, C.c_void_p, C.c_char_p, C.c_int64, C.c_void_p, C.c_size_t,
        C.POINTER(C.c_size_t), C.POINTER(mlops_error))


@dataclass(frozen=True)
class IoStat:
    """What a file system says of a file without reading it."""

    kind: IoKind  # what it is
    device: int  # with inode: no other file has both at the same time
    inode: int  # number of the file on its device
    size: int  # bytes of a regular file
    mtime_ns: int  # when the content changed, UTC; programs may set it
    ctime_ns: int  # when anything of it changed, UTC


def _io_stat(s):
    return IoStat(
        kind=_rt.enumerator(IoKind, s.kind),
        device=s.device,
        inode=s.inode,
        size=s.size,
        mtime_ns=s.mtime_ns,
        ctime_ns=s.ctime_ns,
    )


@dataclass(frozen=True)
class AnomalySummary:
    """What was learnt."""

    kind: AnomalyKind  # what a score is
    n_features: int  # values of a row
    n: int  # rows, skipped ones among them
    n_skipped: int  # rows with a value that is NaN or infinite
    n_calibration: int  # rows that are held back
    rate_min: float  # least rate of false alarms that they tell, and least p-value
    score_median: float  # of the rows held back; NaN until frozen
    score_max: float  # of the rows held back; NaN until frozen
    is_frozen: int  # 1 if it scores, 0 if it learns


def _anomaly_summary(s):
    return AnomalySummary(
        kind=_rt.enumerator(AnomalyKind, s.kind),
        n_features=s.n_features,
        n=s.n,
        n_skipped=s.n_skipped,
        n_calibration=s.n_calibration,
        rate_min=s.rate_min,
        score_median=s.score_median,
        score_max=s.score_max,
        is_frozen=s.is_frozen,
    )


@dataclass(frozen=True)
class StoreStats:
    """What a store holds."""

    seq: int  # commits so far; the number of the newest
    durable: int  # commits that no power cut takes back, as far as is known
    time_ns: int  # of the newest commit, UTC; 0 if there is none
    n_records: int  # of datasets, runs, models and so on
    n_objects: int  # pieces of content
    journal_bytes: int  # of its segments
    pack_bytes: int  # of the packs
    index_bytes: int  # that the index takes
    state: int  # hash of all records: equal in stores that hold the same
    online_bytes: int  # that the rows of online views take
    # when garbage was last looked for (mlops_store_gc(), a dry run too), UTC; 0: not yet, and all below is 0.
    # It is of that time:
    gc_time_ns: int
    live_bytes: int  # of packs that are needed
    garbage_bytes: int  # of packs that are not, and are still there
    content_bytes: int  # of content that is named, each piece of it once
    shared_bytes: int  # of it that are kept as changes to other content
    chunk_bytes: int  # of chunks that are needed, before compression
    dedup_ratio: float  # content_bytes to chunk_bytes
    compression_ratio: float  # chunk_bytes to live_bytes


def _store_stats(s):
    return StoreStats(
        seq=s.seq,
        durable=s.durable,
        time_ns=s.time_ns,
        n_records=s.n_records,
        n_objects=s.n_objects,
        journal_bytes=s.journal_bytes,
        pack_bytes=s.pack_bytes,
        index_bytes=s.index_bytes,
        state=s.state,
        online_bytes=s.online_bytes,
        gc_time_ns=s.gc_time_ns,
        live_bytes=s.live_bytes,
        garbage_bytes=s.garbage_bytes,
        content_bytes=s.content_bytes,
        shared_bytes=s.shared_bytes,
        chunk_bytes=s.chunk_bytes,
        dedup_ratio=s.dedup_ratio,
        compression_ratio=s.compression_ratio,
    )


@dataclass(frozen=True)
class AuditEntry:
    """One commit. Texts are NULL where nothing was said."""

    n_operations: int  # records put and deleted, and content kept
    seq: int  # number of the commit, from 1 on
    time_ns: int  # UTC; never less than that of the commit before
    actor: Optional[str]  # who
    verb: Optional[str]  # what, such as "lost in repair"
    note: Optional[str]  # why
    trace_id: Optional[str]  # W3C trace id


def _audit_entry(s):
    return AuditEntry(
        n_operations=s.n_operations,
        seq=s.seq,
        time_ns=s.time_ns,
        actor=_rt.decoded(s.actor),
        verb=_rt.decoded(s.verb),
        note=_rt.decoded(s.note),
        trace_id=_rt.decoded(s.trace_id),
    )


@dataclass(frozen=True)
class CheckCounts:
    """What a check has read."""

    n_faults: int  # damaged places
    n_frames: int  # commits of the journal whose chain of hashes holds
    n_records: int  # that they add up to
    # pieces of content, each read whole and held against its SHA-256; a quick check looks at what they are made
    # of
    n_objects: int
    n_bytes: int  # of content; 0 from a quick check
    n_unused: int  # bytes of packs that hold nothing: left by writers that were killed
    n_rows: int  # of online views that are whole


def _check_counts(s):
    return CheckCounts(
        n_faults=s.n_faults,
        n_frames=s.n_frames,
        n_records=s.n_records,
        n_objects=s.n_objects,
        n_bytes=s.n_bytes,
        n_unused=s.n_unused,
        n_rows=s.n_rows,
    )


@dataclass(frozen=True)
class FeatureValue:
    """One input of a row. An element of an array: it has no struct_size and never grows."""

    type: Type = Type(0)  # which of the following it is; MLOPS_TYPE_NULL is a null
    is_null: int = 0  # other than 0: a null, whatever the type
    i64: int = 0  # int64; bool, as 0 or 1
    f64: float = 0.0  # float64
    text: Optional[str] = None  # string: UTF-8, ends in NUL; borrowed for the call


@dataclass(frozen=True)
class DeploymentStats:
    """What serves, and what it did."""

    champion_version: int  # serves
    canary_version: int  # is tried; 0: none is, since nobody holds the alias or its share is 0
    canary_share: float  # of the keys, as the deployment has it
    n_champion: int  # rows that a champion predicted since this was opened
    n_canary: int  # rows that a canary predicted
    n_swaps: int  # refreshes that found something new


def _deployment_stats(s):
    return DeploymentStats(
        champion_version=s.champion_version,
        canary_version=s.canary_version,
        canary_share=s.canary_share,
        n_champion=s.n_champion,
        n_canary=s.n_canary,
        n_swaps=s.n_swaps,
    )


@dataclass(frozen=True)
class DetectorSummary:
    """What a detector has seen. Places are numbers of values from the first ever, from 0 on."""

    signal: DetectorSignal  # at the newest value
    n: int  # all values, skipped ones among them
    n_skipped: int  # NaN, infinite, or 1e100 and more in magnitude
    n_changes: int  # changes that were signalled
    last_change: int  # place of the newest; -1 if there is none
    last_warning: int  # place where the newest row of warnings began; -1 if none
    width: int  # values that the present estimate stands on
    mean: float  # their mean, or what the kind takes for it; NaN if none
    statistic: float  # how far it is to a change, which is signalled at 1; NaN where there is too little to tell


def _detector_summary(s):
    return DetectorSummary(
        signal=_rt.enumerator(DetectorSignal, s.signal),
        n=s.n,
        n_skipped=s.n_skipped,
        n_changes=s.n_changes,
        last_change=s.last_change,
        last_warning=s.last_warning,
        width=s.width,
        mean=s.mean,
        statistic=s.statistic,
    )


@dataclass(frozen=True)
class DetectorScore:
    """What alarms are worth. A quotient with 0 below is NaN."""

    n_changes: int  # that there were
    n_alarms: int  # that were given
    n_detected: int  # changes with an alarm in their window
    n_late: int  # changes whose first alarm is behind the window and ahead of the next change
    n_missed: int  # changes without an alarm up to the next one
    n_repeated: int  # alarms in a window, behind its first
    n_false: int  # alarms outside of all windows
    delay_mean: float  # values from a change to its alarm, of those detected
    delay_max: float  # the longest of these
    precision: float  # detected changes over alarms
    recall: float  # detected changes over changes
    f1: float  # harmonic mean of both
    episode_recall: float  # recall that counts late alarms, too
    # alarms in windows, repeated ones too, over alarms: what one that always alarms is good at
    window_precision: float
    false_alarm_rate: float  # false alarms over values outside of windows
    mtfa: float  # mean time between false alarms: the inverse of it
    mtr: float  # mean time ratio: mtfa * recall / (delay_mean + 1)
    always_precision: float  # precision of a detector that alarms at every value
    always_f1: float  # its f1; its recall is 1
    always_window_precision: float  # its window_precision


def _detector_score(s):
    return DetectorScore(
        n_changes=s.n_changes,
        n_alarms=s.n_alarms,
        n_detected=s.n_detected,
        n_late=s.n_late,
        n_missed=s.n_missed,
        n_repeated=s.n_repeated,
        n_false=s.n_false,
        delay_mean=s.delay_mean,
        delay_max=s.delay_max,
        precision=s.precision,
        recall=s.recall,
        f1=s.f1,
        episode_recall=s.episode_recall,
        window_precision=s.window_precision,
        false_alarm_rate=s.false_alarm_rate,
        mtfa=s.mtfa,
        mtr=s.mtr,
        always_precision=s.always_precision,
        always_f1=s.always_f1,
        always_window_precision=s.always_window_precision,
    )


@dataclass(frozen=True)
class StatsTwoSample:
    """What two samples yield. Of measures that were not asked for, or are not defined, all is NaN."""

    ks_sign: int  # 1 if the CDF of x is the higher at ks_location, else -1
    ks: float  # Kolmogorov-Smirnov statistic, in [0, 1]
    ks_location: float  # value at which the CDFs lie furthest apart
    ks_p: float  # p-value of the alternative, in [0, 1]
    wasserstein: float  # first Wasserstein distance, in the unit of the values
    energy: float  # energy distance (square root form, as SciPy)
    n: int  # values of x that count
    m: int  # values of y that count
    n_nan: int  # NaN dropped from x
    m_nan: int  # NaN dropped from y
    ks_exact: int  # 1 if ks_p is the exact one
    mean_x: float  # of the values that count
    mean_y: float  # of the values that count
    variance_x: float  # over n - 1
    variance_y: float  # over m - 1
    t: float  # Student's t
    t_dof: float  # n + m - 2
    t_p: float  # p-value of the alternative
    welch: float  # Welch's t
    welch_dof: float  # Satterthwaite's degrees of freedom
    welch_p: float  # p-value of the alternative
    mann_whitney: float  # U of x: pairs in which x is the greater, ties as half
    mann_whitney_p: float  # p-value of the alternative
    cramer: float  # T, 0 or more
    cramer_p: float  # its p-value
    anderson: float  # A^2, standardised: around 0 if nothing differs
    anderson_p: float  # as SciPy: from a table, in [0.001, 0.25]
    anderson_p_limit: float  # by the limiting distribution, in [0, 1]
    kuiper: float  # V, in [0, 1]
    kuiper_p: float  # by the limiting distribution, with Stephens' correction
    epps: float  # W; NaN below 5 values a side, with infinities, quartiles alike, or without any variance
    epps_p: float  # its p-value
    mann_whitney_exact: int  # 1 if mann_whitney_p is the exact one
    cramer_exact: int  # 1 if cramer_p is the exact one


def _stats_two_sample(s):
    return StatsTwoSample(
        ks_sign=s.ks_sign,
        ks=s.ks,
        ks_location=s.ks_location,
        ks_p=s.ks_p,
        wasserstein=s.wasserstein,
        energy=s.energy,
        n=s.n,
        m=s.m,
        n_nan=s.n_nan,
        m_nan=s.m_nan,
        ks_exact=s.ks_exact,
        mean_x=s.mean_x,
        mean_y=s.mean_y,
        variance_x=s.variance_x,
        variance_y=s.variance_y,
        t=s.t,
        t_dof=s.t_dof,
        t_p=s.t_p,
        welch=s.welch,
        welch_dof=s.welch_dof,
        welch_p=s.welch_p,
        mann_whitney=s.mann_whitney,
        mann_whitney_p=s.mann_whitney_p,
        cramer=s.cramer,
        cramer_p=s.cramer_p,
        anderson=s.anderson,
        anderson_p=s.anderson_p,
        anderson_p_limit=s.anderson_p_limit,
        kuiper=s.kuiper,
        kuiper_p=s.kuiper_p,
        epps=s.epps,
        epps_p=s.epps_p,
        mann_whitney_exact=s.mann_whitney_exact,
        cramer_exact=s.cramer_exact,
    )


@dataclass(frozen=True)
class StatsTwoCounts:
    """What two histograms over the same k bins or categories yield."""

    dof: int  # degrees of freedom: bins that either side uses, less one
    psi: float  # population stability index; an empty bin counts as half a value
    js: float  # Jensen-Shannon distance, base e, in [0, sqrt(ln 2)]
    tv: float  # total variation, in [0, 1]
    chi2: float  # Pearson's statistic of the 2 x k table; Yates' correction if dof is 1
    chi2_p: float  # its p-value, in [0, 1]; 1 if dof is 0
    n: int  # sum of the first
    m: int  # sum of the second
    kl: float  # sum of p ln(p / q), p the shares of x; +inf if y lacks a bin of x
    kl_back: float  # sum of q ln(q / p); +inf if x lacks a bin of y
    hellinger: float  # Hellinger distance, in [0, 1]
    linf: float  # largest |p - q|, in [0, 1]
    fit: float  # Pearson's goodness of fit of y to x, scaled to m; +inf as kl_back
    fit_p: float  # its p-value; 1 if dof is 0
    g: float  # likelihood ratio of y to x, scaled to m; +inf as kl_back
    g_p: float  # its p-value; 1 if dof is 0
    cramers_v: float  # bias-corrected, of both scaled to the smaller sum, in [0, 1]


def _stats_two_counts(s):
    return StatsTwoCounts(
        dof=s.dof,
        psi=s.psi,
        js=s.js,
        tv=s.tv,
        chi2=s.chi2,
        chi2_p=s.chi2_p,
        n=s.n,
        m=s.m,
        kl=s.kl,
        kl_back=s.kl_back,
        hellinger=s.hellinger,
        linf=s.linf,
        fit=s.fit,
        fit_p=s.fit_p,
        g=s.g,
        g_p=s.g_p,
        cramers_v=s.cramers_v,
    )


@dataclass(frozen=True)
class StatsTwoShares:
    """What two shares, hits among trials, yield."""

    share_x: float  # hits of x among its trials
    share_y: float  # hits of y among its trials
    odds_ratio: float  # of the sample; NaN if all trials are hits, or none is
    fisher_p: float  # Fisher's exact p-value of the alternative
    z: float  # (share_x - share_y) over its pooled standard error
    z_p: float  # its p-value of the alternative, by the normal distribution


def _stats_two_shares(s):
    return StatsTwoShares(
        share_x=s.share_x,
        share_y=s.share_y,
        odds_ratio=s.odds_ratio,
        fisher_p=s.fisher_p,
        z=s.z,
        z_p=s.z_p,
    )


@dataclass(frozen=True)
class DriftColumn:
    """What was found of one column. Measures that do not apply are NaN."""

    verdict: DriftVerdict  # the answer
    name: str
    # what decided: "ks", "tv", "unseen" or "nulls"; of a preset docs/drift.md lists them; "" if none applies
    test: str
    type: Type  # as the reference has it
    exact: int  # 1 if every row of both sides was at hand, 0 if the reference was a sketch
    n_reference: int  # values that count
    n_current: int  # values that count
    effect: float  # the measure named by test
    effect_low: float  # its lower confidence bound; presets have none: NaN
    tolerance: float  # what it was held against; of a preset whose test has a p, what p_value was
    p_value: float  # that such an effect comes by chance alone
    p_adjusted: float  # the same within the whole report, by opts.correction; NaN where a preset does not adjust
    ks: float  # Kolmogorov-Smirnov distance
    wasserstein: float  # first Wasserstein distance over the reference's standard deviation
    psi: float  # over ten quantile bins of the reference, or categories
    js: float  # Jensen-Shannon distance over the same, base e
    tv: float  # total variation over the same
    nulls_reference: float  # share of nulls and NaN, in [0, 1]
    nulls_current: float  # share of nulls and NaN
    mean_reference: float  # mean of the finite values
    mean_current: float  # mean of the finite values
    severity: float  # how grave it is, as mlops_drift_severity(); NaN where there is not enough data
    location: float  # value up to which the shares of both sides lie ks apart
    # 1: beyond location is more of the current values than of the reference's; -1: less; 0: ks is 0 or does not
    # apply
    direction: int
    where: str  # for people: what gained and what lost the most, as mlops_drift_regions(); "" if that is not known


def _drift_column(s):
    return DriftColumn(
        verdict=_rt.enumerator(DriftVerdict, s.verdict),
        name=_rt.decoded(s.name),
        test=_rt.decoded(s.test),
        type=_rt.enumerator(Type, s.type),
        exact=s.exact,
        n_reference=s.n_reference,
        n_current=s.n_current,
        effect=s.effect,
        effect_low=s.effect_low,
        tolerance=s.tolerance,
        p_value=s.p_value,
        p_adjusted=s.p_adjusted,
        ks=s.ks,
        wasserstein=s.wasserstein,
        psi=s.psi,
        js=s.js,
        tv=s.tv,
        nulls_reference=s.nulls_reference,
        nulls_current=s.nulls_current,
        mean_reference=s.mean_reference,
        mean_current=s.mean_current,
        severity=s.severity,
        location=s.location,
        direction=s.direction,
        where=_rt.decoded(s.where),
    )


@dataclass(frozen=True)
class ProfileSummary:
    """What a profile has seen."""

    n: int  # all values, nulls and NaN among them
    n_null: int  # nulls
    n_nan: int  # NaN
    n_infinite: int  # +inf and -inf
    n_zero: int  # zeros of either sign
    n_negative: int  # below zero, -inf among them
    min: float  # least value, infinities among them; NaN if there is none
    max: float  # greatest value; NaN if there is none
    # of the finite values, from the exact sum; NaN if there is none, or if one was 2^(126 - scale) or larger in
    # magnitude: no sum holds it
    mean: float


def _profile_summary(s):
    return ProfileSummary(
        n=s.n,
        n_null=s.n_null,
        n_nan=s.n_nan,
        n_infinite=s.n_infinite,
        n_zero=s.n_zero,
        n_negative=s.n_negative,
        min=s.min,
        max=s.max,
        mean=s.mean,
    )


@dataclass(frozen=True)
class ProfileMoments:
    """Moments of the finite values of a profile."""

    n: int  # finite values
    mean: float  # from the exact sum; NaN as in mlops_profile_summary
    variance: float  # from the exact sums, by n; NaN as the mean
    skewness: float  # from the middles of the bins; NaN if variance is 0 or NaN, or if a value is infinite
    kurtosis: float  # the same, less the 3 of a normal distribution


def _profile_moments(s):
    return ProfileMoments(
        n=s.n,
        mean=s.mean,
        variance=s.variance,
        skewness=s.skewness,
        kurtosis=s.kurtosis,
    )


@dataclass(frozen=True)
class ProfilePowers:
    """A profile without edges as an exponential histogram, which OpenTelemetry and Prometheus have: each bin is a power of a base, with its greater end, and bins of the profile add up to them exactly. Prometheus counts from 1 where this counts from 0."""

    scale: int  # the base is 2^(2^-scale): 2 at 0; -1 to -5 where bins are coarser
    n: int  # values: neither null nor NaN
    n_zero: int  # values of magnitude up to zero_threshold
    zero_threshold: float  # 2^-32
    positive_offset: int  # index of the first bin above zero
    n_positive: int  # bins from there on
    negative_offset: int  # the same below zero, by magnitude
    n_negative: int  # bins from there on


def _profile_powers(s):
    return ProfilePowers(
        scale=s.scale,
        n=s.n,
        n_zero=s.n_zero,
        zero_threshold=s.zero_threshold,
        positive_offset=s.positive_offset,
        n_positive=s.n_positive,
        negative_offset=s.negative_offset,
        n_negative=s.n_negative,
    )


@dataclass(frozen=True)
class EraseStat:
    """What was found and done."""

    done: int  # 1 when no byte of it is left in the store
    number: int  # of the erasure, from 1 on; 0: there was nothing to erase
    n_commits: int  # commits in which something was erased
    n_files: int  # different contents that went whole
    n_tables: int  # different contents that went on without some rows
    n_rows: int  # rows that went, of each of these
    n_bytes: int  # of all these contents, as they were
    n_remade: int  # contents that were kept together with them, and are kept anew
    n_deleted: int  # packs that were rewritten and deleted
    n_waiting: int  # packs that others still read; a later call deletes them
    # where rows were asked for: files called *.csv or *.tsv that are no tables and were not searched, and
    # tables with rows_max that were searched as far as that, since the text behind it is none; each path of a
    # dataset once; the certificate names them
    n_unread: int
    # where rows were asked for: other files, which are never searched; each path of a dataset once; the
    # certificate counts them
    n_opaque: int


def _erase_stat(s):
    return EraseStat(
        done=s.done,
        number=s.number,
        n_commits=s.n_commits,
        n_files=s.n_files,
        n_tables=s.n_tables,
        n_rows=s.n_rows,
        n_bytes=s.n_bytes,
        n_remade=s.n_remade,
        n_deleted=s.n_deleted,
        n_waiting=s.n_waiting,
        n_unread=s.n_unread,
        n_opaque=s.n_opaque,
    )


@dataclass(frozen=True)
class FolderStat:
    """What was found."""

    n_files: int  # that count
    n_added: int  # entries that are new
    n_changed: int  # entries with other content than before
    n_removed: int  # entries whose files are gone
    n_read: int  # files that were read, since they were not known
    bytes: int  # of all files
    bytes_read: int  # of those that were read
    n_now_files: int  # entries that were tables, and are files from here on
    n_now_less: int  # tables that have changed, and have lost a target, time, row_id, split or parts


def _folder_stat(s):
    return FolderStat(
        n_files=s.n_files,
        n_added=s.n_added,
        n_changed=s.n_changed,
        n_removed=s.n_removed,
        n_read=s.n_read,
        bytes=s.bytes,
        bytes_read=s.bytes_read,
        n_now_files=s.n_now_files,
        n_now_less=s.n_now_less,
    )


@dataclass(frozen=True)
class GcStat:
    """What a collection has found and done so far; in bytes of packs unless said otherwise."""

    done: int  # 1 when the collection has come to its end
    n_objects: int  # pieces of content that are named, those in packs
    n_chunks: int  # chunks that they need
    n_dead_objects: int  # pieces of content that nothing names
    n_dead_commits: int  # commits of datasets that nothing reaches
    n_packs: int  # when the collection began
    pack_bytes: int  # of these
    live_bytes: int  # of them that are needed
    garbage_bytes: int  # of them that are not
    content_bytes: int  # of content that is named, each piece of it once
    shared_bytes: int  # of it that are kept as changes to other content
    chunk_bytes: int  # of chunks that are needed, before compression
    n_emptied: int  # packs that are mostly garbage, which are emptied
    copied_bytes: int  # moved out of them, or to be moved
    freed_bytes: int  # of packs that were deleted, or are to be
    n_dropped_objects: int  # pieces of content that were dropped
    n_dropped_commits: int  # commits of datasets that were dropped
    n_deleted: int  # packs that were deleted
    # emptied packs that wait: somebody still reads the store as it was, or has an index in memory; the next
    # collection deletes them
    n_waiting: int
    memory_peak: int  # bytes that the collection held at most
    n_bases: int  # pieces of content that nothing names, and that some was kept as changes to which is named
    n_dead_bases: int  # of them that go
    n_remade: int  # pieces of content that are written anew for that
    remade_bytes: int  # that these take, about


def _gc_stat(s):
    return GcStat(
        done=s.done,
        n_objects=s.n_objects,
        n_chunks=s.n_chunks,
        n_dead_objects=s.n_dead_objects,
        n_dead_commits=s.n_dead_commits,
        n_packs=s.n_packs,
        pack_bytes=s.pack_bytes,
        live_bytes=s.live_bytes,
        garbage_bytes=s.garbage_bytes,
        content_bytes=s.content_bytes,
        shared_bytes=s.shared_bytes,
        chunk_bytes=s.chunk_bytes,
        n_emptied=s.n_emptied,
        copied_bytes=s.copied_bytes,
        freed_bytes=s.freed_bytes,
        n_dropped_objects=s.n_dropped_objects,
        n_dropped_commits=s.n_dropped_commits,
        n_deleted=s.n_deleted,
        n_waiting=s.n_waiting,
        memory_peak=s.memory_peak,
        n_bases=s.n_bases,
        n_dead_bases=s.n_dead_bases,
        n_remade=s.n_remade,
        remade_bytes=s.remade_bytes,
    )


@dataclass(frozen=True)
class HllSummary:
    """What a sketch tells."""

    lg_k: int  # 2^lg_k registers
    n_coupons: int  # coupons that are kept; -1: there are registers instead
    has_history: int  # 1: the estimate is HIP's, or will be; 0: of the registers alone
    estimate: float  # different values
    error: float  # relative standard error of the estimate


def _hll_summary(s):
    return HllSummary(
        lg_k=s.lg_k,
        n_coupons=s.n_coupons,
        has_history=s.has_history,
        estimate=s.estimate,
        error=s.error,
    )


@dataclass(frozen=True)
class ImportStat:
    """What was imported."""

    n_objects: int  # files that came from the cache
    bytes: int  # of these
    # entries that came, went or have other content than the draft had; 0: there is nothing to commit, as the
    # parent has the same
    n_changed: int


def _import_stat(s):
    return ImportStat(
        n_objects=s.n_objects,
        bytes=s.bytes,
        n_changed=s.n_changed,
    )


@dataclass(frozen=True)
class Metrics:
    """What a verb found. With weights, rows count by their weight."""

    task: MetricTask  # of the verb
    n: int  # rows that count
    n_nan: int  # rows left out: a prediction or label is NaN or missing
    n_classes: int  # 2, k, or 0 for a regression
    constant_labels: int  # 1 if all labels are alike: auc, ks, mcc, r2 and more are NaN
    weight: float  # sum of the weights: n without
    auc: float  # area under the ROC curve; ties count half
    average_precision: float  # sum of precision times gain in recall, over thresholds
    ks: float  # largest gap of true and false positive rate
    log_loss: float  # mean of -ln p(label), p held in [2^-52, 1 - 2^-52]
    brier: float  # mean squared error of the probability
    ece: float  # expected calibration error over n_bins bins
    accuracy: float  # share of rows predicted right
    balanced_accuracy: float  # mean recall of the classes that there are
    precision: float  # tp / (tp + fp)
    recall: float  # tp / (tp + fn)
    specificity: float  # tn / (tn + fp)
    f1: float  # 2 tp / (2 tp + fp + fn)
    f1_macro: float  # mean f1 of the classes that are labels or predictions
    f1_weighted: float  # mean f1 of the classes, by their labels
    mcc: float  # Matthews' correlation coefficient
    prevalence: float  # share of label 1
    positive_rate: float  # share of rows predicted 1
    tp: float  # true positives
    fp: float  # false positives
    tn: float  # true negatives
    fn: float  # false negatives
    mae: float  # mean absolute error
    mse: float  # mean squared error
    rmse: float  # its root
    r2: float  # 1 - squared errors over squared deviations of the labels
    median_ae: float  # median absolute error
    max_error: float  # largest absolute error
    mape: float  # mean absolute error over |label|, as a fraction
    bias: float  # mean of prediction less label
    poisson_deviance: float  # mean; NaN if a label is below 0 or a prediction not above 0
    mce: float  # largest calibration error of the bins of ece
    ece_adaptive: float  # as ece, over n_bins groups of about equal weight
    precision_macro: float  # mean precision of the classes of f1_macro, 0 of 0 being 0
    precision_weighted: float  # the same by their labels
    recall_macro: float  # mean recall of the classes of f1_macro, 0 of 0 being 0
    auc_macro: float  # mean auc of the classes against the rest
    auc_weighted: float  # the same by their labels
    top_k_accuracy: float  # share of rows whose label is among the k most probable
    msle: float  # mean squared difference of ln(1 + value); NaN with values < 0
    rmsle: float  # its root
    pinball: float  # mean loss of a predicted quantile
    ndcg: float  # mean discounted gain over that of the best order
    map: float  # mean average precision
    mrr: float  # mean of 1 / rank of the first relevant row
    precision_at_k: float  # mean share of relevant rows among the first k
    recall_at_k: float  # mean share of the relevant rows that is among the first k
    hit_rate: float  # share of queries with a relevant row among the first k
    f_beta: float  # (1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp), b being beta
    f_beta_macro: float  # mean f_beta of the classes of f1_macro
    f_beta_weighted: float  # the same by their labels
    kappa: float  # Cohen's: how much of what chance leaves is predicted right
    ece_classwise: float  # mean ece of the classes against the rest
    smape: float  # mean of 2 |error| / (|label| + |prediction|), as a fraction
    explained_variance: float  # 1 - variance of the errors over that of the labels


def _metrics(s):
    return Metrics(
        task=_rt.enumerator(MetricTask, s.task),
        n=s.n,
        n_nan=s.n_nan,
        n_classes=s.n_classes,
        constant_labels=s.constant_labels,
        weight=s.weight,
        auc=s.auc,
        average_precision=s.average_precision,
        ks=s.ks,
        log_loss=s.log_loss,
        brier=s.brier,
        ece=s.ece,
        accuracy=s.accuracy,
        balanced_accuracy=s.balanced_accuracy,
        precision=s.precision,
        recall=s.recall,
        specificity=s.specificity,
        f1=s.f1,
        f1_macro=s.f1_macro,
        f1_weighted=s.f1_weighted,
        mcc=s.mcc,
        prevalence=s.prevalence,
        positive_rate=s.positive_rate,
        tp=s.tp,
        fp=s.fp,
        tn=s.tn,
        fn=s.fn,
        mae=s.mae,
        mse=s.mse,
        rmse=s.rmse,
        r2=s.r2,
        median_ae=s.median_ae,
        max_error=s.max_error,
        mape=s.mape,
        bias=s.bias,
        poisson_deviance=s.poisson_deviance,
        mce=s.mce,
        ece_adaptive=s.ece_adaptive,
        precision_macro=s.precision_macro,
        precision_weighted=s.precision_weighted,
        recall_macro=s.recall_macro,
        auc_macro=s.auc_macro,
        auc_weighted=s.auc_weighted,
        top_k_accuracy=s.top_k_accuracy,
        msle=s.msle,
        rmsle=s.rmsle,
        pinball=s.pinball,
        ndcg=s.ndcg,
        map=s.map,
        mrr=s.mrr,
        precision_at_k=s.precision_at_k,
        recall_at_k=s.recall_at_k,
        hit_rate=s.hit_rate,
        f_beta=s.f_beta,
        f_beta_macro=s.f_beta_macro,
        f_beta_weighted=s.f_beta_weighted,
        kappa=s.kappa,
        ece_classwise=s.ece_classwise,
        smape=s.smape,
        explained_variance=s.explained_variance,
    )


def _c_metrics(value, name):
    return _rt.struct(value, Metrics, mlops_metrics, name)


@dataclass(frozen=True)
class MultivariateResult:
    """What was found. What does not apply is NaN, or 0 of counts."""

    verdict: DriftVerdict  # the answer
    test: str  # "mmd", "mmd_fourier", "pca" or "auc"
    n_reference: int  # rows
    n_current: int  # rows
    n_columns: int  # values of a row
    effect: float  # MMD, the square root of mmd2; of PCA the KS distance of errors; of a classifier its AUC
    effect_low: float  # its lower confidence bound, of confidence 1 - alpha
    effect_high: float  # its upper one, alike
    tolerance: float  # what the effect was held against; ALIBI: what p was
    p_value: float  # that such an effect comes by chance alone
    mmd2: float  # squared MMD, unbiased: 0 on average where nothing changed, and so also below 0
    mmd2_biased: float  # squared MMD of the samples as they are, 0 or more
    bandwidth: float  # standard deviation of the Gaussian kernel
    n_permutations: int  # that p_value is from; 0: it is asymptotic
    n_components: int  # of PCA: those kept
    error_reference: float  # of PCA: mean distance of rows from what they are rebuilt as
    error_current: float  # the same of the current rows


def _multivariate_result(s):
    return MultivariateResult(
        verdict=_rt.enumerator(DriftVerdict, s.verdict),
        test=_rt.decoded(s.test),
        n_reference=s.n_reference,
        n_current=s.n_current,
        n_columns=s.n_columns,
        effect=s.effect,
        effect_low=s.effect_low,
        effect_high=s.effect_high,
        tolerance=s.tolerance,
        p_value=s.p_value,
        mmd2=s.mmd2,
        mmd2_biased=s.mmd2_biased,
        bandwidth=s.bandwidth,
        n_permutations=s.n_permutations,
        n_components=s.n_components,
        error_reference=s.error_reference,
        error_current=s.error_current,
    )


@dataclass(frozen=True)
class ItemsSummary:
    """What a sketch has seen."""

    n: int  # values, each as often as it was added
    n_kept: int  # different values that are kept
    error: int  # what a count may be short of, and may be of a value not kept
    error_share: float  # what error is at the most, as a share of n: 3.5 / 2^lg_size


def _items_summary(s):
    return ItemsSummary(
        n=s.n,
        n_kept=s.n_kept,
        error=s.error,
        error_share=s.error_share,
    )


@dataclass(frozen=True)
class ItemsRow:
    """A value and how often it was added: lower to upper times for certain."""

    value: int  # where values are int64, else 0
    text: Optional[str]  # where values are texts; until the sketch changes
    estimate: int  # upper of a value that is kept, else 0
    lower: int  # at least so often
    upper: int  # at most so often


def _items_row(s):
    return ItemsRow(
        value=s.value,
        text=_rt.decoded(s.text),
        estimate=s.estimate,
        lower=s.lower,
        upper=s.upper,
    )


@dataclass(frozen=True)
class KllSummary:
    """What a sketch has seen, and how far its answers may be off."""

    n: int  # values, without NaN
    n_nan: int  # NaN, which are in no rank; not in bytes of DataSketches
    n_kept: int  # values that are kept
    min: float  # least value, exact; NaN if there is none
    max: float  # greatest value, exact; NaN if there is none
    rank_error: float  # one rank, or a quantile's, is within this with 99 %
    pmf_error: float  # all ranks at once, or a share between two points, with 99 %


def _kll_summary(s):
    return KllSummary(
        n=s.n,
        n_nan=s.n_nan,
        n_kept=s.n_kept,
        min=s.min,
        max=s.max,
        rank_error=s.rank_error,
        pmf_error=s.pmf_error,
    )


@dataclass(frozen=True)
class MetricInfo:
    """What is known of a metric."""

    metric: Metric  # which one
    name: str  # such as "auc"
    better: MetricBetter  # which way is up
    tasks: int  # of mlops_metric_task, added up


def _metric_info(s):
    return MetricInfo(
        metric=_rt.enumerator(Metric, s.metric),
        name=_rt.decoded(s.name),
        better=_rt.enumerator(MetricBetter, s.better),
        tasks=s.tasks,
    )


@dataclass(frozen=True)
class PerformanceSummary:
    """What counts have seen, and how well scores are calibrated."""

    n_labelled: int  # rows with a label
    n_unlabelled: int  # rows whose label is not known
    n_nan: int  # rows left out: the score is NaN
    weight: float  # of the rows with a label: n_labelled without weights
    weight_unlabelled: float  # of those without
    mean_score: float  # of all rows; NaN without any
    n_effective: float  # Kish's effective number of the rows with a label: (sum of weights)^2 / sum of their squares
    # how far auc may be from that of the exact scores: half of the share of pairs that share a bin; NaN with
    # auc
    auc_error: float
    # expected calibration error over n_bins bins: mean distance of mean score and observed rate, by weight; NaN
    # without labels
    ece: float
    mce: float  # the largest of these distances; NaN without labels
    # how far average_precision may be from that of the exact scores, whichever way rows that share a bin rank
    average_precision_error: float


def _performance_summary(s):
    return PerformanceSummary(
        n_labelled=s.n_labelled,
        n_unlabelled=s.n_unlabelled,
        n_nan=s.n_nan,
        weight=s.weight,
        weight_unlabelled=s.weight_unlabelled,
        mean_score=s.mean_score,
        n_effective=s.n_effective,
        auc_error=s.auc_error,
        ece=s.ece,
        mce=s.mce,
        average_precision_error=s.average_precision_error,
    )


@dataclass(frozen=True)
class MonitorLabels:
    """What came of labels, and where performance stands. Judged is at the end of each window: measured are the labels of all windows kept, estimated is the window that ended."""

    # YES: the metric is worse than the reference's by more than the tolerance; NO; or not enough data, also
    # without a reference
    measured: DriftVerdict
    estimated: DriftVerdict  # the same of the estimate
    measured_loss: float  # by how much the metric is worse than the reference's
    measured_loss_low: float  # at least; above the tolerance if the verdict is YES
    measured_loss_high: float  # at most
    estimated_loss: float  # the same of the estimate; all of them NaN if not known
    estimated_loss_low: float
    estimated_loss_high: float
    n_joined: int  # labels that found their row
    n_late: int  # of these, whose window was no longer kept: they count to the window in which they came
    n_duplicate: int  # labels of rows that had theirs: not counted
    n_unknown: int  # labels of ids that no row has, or none that is remembered
    n_waiting: int  # rows that are remembered and have no label
    n_evicted: int  # rows that made room before their label came
    n_replaced: int  # rows whose id came again with another row before their label


def _monitor_labels(s):
    return MonitorLabels(
        measured=_rt.enumerator(DriftVerdict, s.measured),
        estimated=_rt.enumerator(DriftVerdict, s.estimated),
        measured_loss=s.measured_loss,
        measured_loss_low=s.measured_loss_low,
        measured_loss_high=s.measured_loss_high,
        estimated_loss=s.estimated_loss,
        estimated_loss_low=s.estimated_loss_low,
        estimated_loss_high=s.estimated_loss_high,
        n_joined=s.n_joined,
        n_late=s.n_late,
        n_duplicate=s.n_duplicate,
        n_unknown=s.n_unknown,
        n_waiting=s.n_waiting,
        n_evicted=s.n_evicted,
        n_replaced=s.n_replaced,
    )


@dataclass(frozen=True)
class PolicyDecision:
    """Where a policy stands after a window."""

    event: PolicyEvent  # what the window changed
    alarmed: int  # 1 while an alarm lasts
    is_critical: int  # 1 if a window of the alarm was critical
    n_known: int  # windows remembered: up to opts.n of those that count
    n_over: int  # of these, over
    n_calm: int  # calm ones in a row, up to now
    time_ns: int  # of the newest window
    raised_ns: int  # when the newest alarm began; INT64_MIN if there was none
    severity: float  # of the newest window; NaN if not known
    peak: float  # greatest of the alarm, or of the one that just ended; 0 else


def _policy_decision(s):
    return PolicyDecision(
        event=_rt.enumerator(PolicyEvent, s.event),
        alarmed=s.alarmed,
        is_critical=s.is_critical,
        n_known=s.n_known,
        n_over=s.n_over,
        n_calm=s.n_calm,
        time_ns=s.time_ns,
        raised_ns=s.raised_ns,
        severity=s.severity,
        peak=s.peak,
    )


@dataclass(frozen=True)
class Transfer:
    """What travelled."""

    n_requests: int  # calls of the remote's functions
    bytes: int  # that were sent or read
    n_commits: int  # that travelled
    n_contents: int  # contents that travelled, trees among them
    n_refs: int  # branches and tags that moved


def _transfer(s):
    return Transfer(
        n_requests=s.n_requests,
        bytes=s.bytes,
        n_commits=s.n_commits,
        n_contents=s.n_contents,
        n_refs=s.n_refs,
    )


@dataclass(frozen=True)
class RemoteStats:
    """What a remote holds, as its gc found it."""

    n_datasets: int  # with branches or tags
    n_commits: int  # that these lead to
    n_objects: int  # all that there are, before any goes
    n_unneeded: int  # that nothing leads to and no push holds, deleted or yet to be
    n_deleted: int  # of these; with MLOPS_REMOTE_GC_DRY what would go now
    n_requests: int  # calls of the remote's functions


def _remote_stats(s):
    return RemoteStats(
        n_datasets=s.n_datasets,
        n_commits=s.n_commits,
        n_objects=s.n_objects,
        n_unneeded=s.n_unneeded,
        n_deleted=s.n_deleted,
        n_requests=s.n_requests,
    )


class Executor(_rt.View):
    """Runs the pieces of a loop, on as many threads as it likes. Re-entrant."""

    __slots__ = ()


class Remote(_rt.View):
    """Objects by name, in four folders: "objects/" has those that are put once and are named by the SHA-256 of their bytes; "heads/", "leases/" and "state/" have small ones that are swapped. Names have up to 200 bytes: letters in lower case, digits, "/" and ".".

Each function blocks, at the longest until deadline_ns, which is on the monotonic clock of the host of whoever calls (0: none). It returns MLOPS_OK, or MLOPS_E_BUSY for what may do when it is tried again (the library does, a few times); whether anything has happened is unknown then. Every other error is for good. What was put or swapped is durable, and is seen by each read that begins later; lists may lag behind. Functions may be called from any thread."""

    __slots__ = ()


@_rt.noun("anomaly")
class Anomaly(_rt.Handle):
    """What scores rows, in Anomaly.size() bytes aligned to 8. One thread at a time."""

    _end = lib.mlops_anomaly_free
    _locked = True

    @staticmethod
    def kind_name(kind=0):
        """Name of a kind, such as "forest".

        Returns: None for a number that is no kind; kinds count from 0.
        """
        kind = _rt.choice(AnomalyKind, kind)
        out = lib.mlops_anomaly_kind_name(kind)
        return _rt.decoded(out)

    @staticmethod
    def size(*, raw=False, kind=None, n_features=None, n_calibration=None, n_rows=None, n_trees=None,
             tree_rows=None, n_neighbors=None, n_clusters=None, n_components=None, ridge=None, seed=None):
        """Bytes that learning with this configuration needs; 0 if opts are not valid.

            raw: knn, kmeans, pca: features as they are, not standardized
            kind: default AnomalyKind.FOREST
            n_features: values of a row, to 1,024; default 1, of pca 2
            n_calibration: rows held back for p-values, 1 to 65,536; default 512
            n_rows: forest, knn, kmeans: rows kept of those that are learnt from, to 65,536; default
                1,024, of knn 256
            n_trees: forest: 1 to 1,000; default 100
            tree_rows: forest: rows that a tree is grown from, 2 to 4,096 and at most n_rows; default 256
            n_neighbors: knn: k, 1 to 256 and at most n_rows; default 5
            n_clusters: kmeans: centers, 1 to 1,024 and at most n_rows; default 8
            n_components: pca: components, fewer than n_features; default half of them
            ridge: mahalanobis: added to the diagonal of the correlation matrix, at most 1; default 1e-6
            seed: of what is drawn; default 0
        """
        opts = _anomaly_opts(raw=raw, kind=kind, n_features=n_features, n_calibration=n_calibration, n_rows=n_rows,
                n_trees=n_trees, tree_rows=tree_rows, n_neighbors=n_neighbors, n_clusters=n_clusters,
                n_components=n_components, ridge=ridge, seed=seed)
        out = lib.mlops_anomaly_size(C.byref(opts))
        return out

    def __init__(self, *, raw=False, kind=None, n_features=None, n_calibration=None, n_rows=None, n_trees=None,
                 tree_rows=None, n_neighbors=None, n_clusters=None, n_components=None, ridge=None, seed=None):
        """Start learning on the host's heap.

            raw: knn, kmeans, pca: features as they are, not standardized
            kind: default AnomalyKind.FOREST
            n_features: values of a row, to 1,024; default 1, of pca 2
            n_calibration: rows held back for p-values, 1 to 65,536; default 512
            n_rows: forest, knn, kmeans: rows kept of those that are learnt from, to 65,536; default
                1,024, of knn 256
            n_trees: forest: 1 to 1,000; default 100
            tree_rows: forest: rows that a tree is grown from, 2 to 4,096 and at most n_rows; default 256
            n_neighbors: knn: k, 1 to 256 and at most n_rows; default 5
            n_clusters: kmeans: centers, 1 to 1,024 and at most n_rows; default 8
            n_components: pca: components, fewer than n_features; default half of them
            ridge: mahalanobis: added to the diagonal of the correlation matrix, at most 1; default 1e-6
            seed: of what is drawn; default 0

        Raises: InvalidError as Anomaly(); NomemError.
        """
        out = C.c_void_p()
        opts = _anomaly_opts(raw=raw, kind=kind, n_features=n_features, n_calibration=n_calibration, n_rows=n_rows,
                n_trees=n_trees, tree_rows=tree_rows, n_neighbors=n_neighbors, n_clusters=n_clusters,
                n_components=n_components, ridge=ridge, seed=seed)
        err = mlops_error()
        status = lib.mlops_anomaly_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Anomaly", err)
        self._h = self._owner(out.value)

    @property
    def n_features(self):
        """Number of values of a row."""
        h = self._open()
        with h.lock:
            out = lib.mlops_anomaly_n_features(h)
        return out

    def add(self, rows):
        """Learn from rows, in parts or at once: it makes no difference. A row with a value that is NaN or
        infinite is skipped and counted.

            rows: row-major, float32

        Raises: InvalidError where a shape differs, or if it is frozen; LimitError beyond 2^53 rows in all.
        Nothing is learnt then.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        err = mlops_error()
        _rt.fits("rows", rows_shape, 1, "anomaly", "features", lib.mlops_anomaly_n_features(h))
        with h.lock:
            status = lib.mlops_anomaly_add(h, rows_p, rows_shape[0], rows_shape[1], C.byref(err))
        if status:
            _rt.check(status, "Anomaly.add", err)

    def freeze(self):
        """End learning: what scores is made of the rows, and those held back are scored. From then on nothing
        is learnt.

        Raises: RefusedError for too few rows, whose number the message tells: it goes on learning;
        InvalidError if it is frozen.
        """
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_anomaly_freeze(h, C.byref(err))
        if status:
            _rt.check(status, "Anomaly.freeze", err)

    def score(self, rows):
        """Score rows. A value that is NaN is taken to be the mean of its feature.

            rows: row-major, float32

        Raises: InvalidError where a shape differs, or if it is not frozen.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        err = mlops_error()
        _rt.fits("rows", rows_shape, 1, "anomaly", "features", lib.mlops_anomaly_n_features(h))
        out, out_p = _rt.empty("f", (rows_shape[0],))
        with h.lock:
            status = lib.mlops_anomaly_score(h, rows_p, rows_shape[0], rows_shape[1], out_p, C.byref(err))
        if status:
            _rt.check(status, "Anomaly.score", err)
        return _rt.result(out)

    def p_values(self, scores):
        """Conformal p-values of scores: with m rows held back, of which c score as high or higher, (1 + c) /
        (m + 1). An alarm wherever it is at most r has a rate of false alarms of at most r, for any
        distribution and m, if rows without anomaly are exchangeable with those learnt from.

            scores: of Anomaly.score()

        Raises: InvalidError if n is negative, or it is not frozen.
        """
        h = self._open()
        scores_p, scores_shape, scores_keep = _rt.array(scores, "f", 1, "scores")
        err = mlops_error()
        out, out_p = _rt.empty("d", (scores_shape[0],))
        with h.lock:
            status = lib.mlops_anomaly_p_values(h, scores_p, scores_shape[0], out_p, C.byref(err))
        if status:
            _rt.check(status, "Anomaly.p_values", err)
        return _rt.result(out)

    def threshold(self, rate):
        """The score beyond which a row is an alarm: exactly where its p-value is at most the rate.

            rate: false alarms among rows without anomaly, above 0 and below 1

        Raises: RefusedError if too few rows are held back to tell such a rate: the message says which rates
        they tell; InvalidError for a rate out of range, or if it is not frozen.
        """
        h = self._open()
        out = C.c_double()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_anomaly_threshold(h, _rt.real(rate, "rate"), C.byref(out), C.byref(err))
        if status:
            _rt.check(status, "Anomaly.threshold", err)
        return out.value

    def summarize(self):
        """What was learnt, and whether it is frozen.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_anomaly_summary(C.sizeof(mlops_anomaly_summary))
        with h.lock:
            status = lib.mlops_anomaly_summarize(h, C.byref(out))
        if status:
            _rt.check(status, "Anomaly.summarize", why={
                -1: "struct_size is unknown",
            })
        return _anomaly_summary(out)

    def save(self):
        """Write as bytes what is frozen, or what learns: canonical, little-endian, equal for equal state on
        any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_anomaly_save(h, text, cap, needed), "Anomaly.save")
        return text

    @staticmethod
    def load_size(bytes):
        """Storage that saved bytes need when they are loaded, exact: of what is frozen less than learning
        takes.

            bytes: of Anomaly.save()

        Raises: CorruptError, UnsupportedError as Anomaly.load().
        """
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = C.c_size_t()
        status = lib.mlops_anomaly_load_size(bytes_p, bytes_n, C.byref(size))
        if status:
            _rt.check(status, "Anomaly.load_size")
        return size.value

    @classmethod
    def load(cls, bytes):
        """Read bytes of Anomaly.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no such state, or whose parts contradict each other;
        UnsupportedError for one of a later format; ArenaError if size is too small; InvalidError if mem is
        not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        room = C.c_size_t()
        status = lib.mlops_anomaly_load_size(bytes_p, bytes_n, C.byref(room))
        if status:
            _rt.check(status, "Anomaly.load_size")
        size = room.value
        mem = _rt.Storage(size)
        status = lib.mlops_anomaly_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
        if status:
            _rt.check(status, "Anomaly.load", why={
                -5: "bytes that are no such state, or whose parts contradict each other",
                -6: "one of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("pool")
class Pool(_rt.Handle):
    """Threads that wait for work. Several callers may use one pool at once."""

    _end = lib.mlops_pool_free

    def __init__(self, n_workers):
        """Start a pool.

            n_workers: 1 to 256, the caller's own thread among them; 0: one for each CPU

        Raises: InvalidError, NomemError; IoError if a thread cannot be started.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_pool_new(C.byref(out), _rt.integer(n_workers, -2 ** 31, 2 ** 31 - 1, "n_workers"), None,
                C.byref(err))
        if status:
            _rt.check(status, "Pool", err)
        self._h = self._owner(out.value)

    @property
    def executor(self):
        """The pool as an executor.

        Returns: valid until close().
        """
        h = self._open()
        out = lib.mlops_pool_executor(h)
        return Executor(out, h)


@_rt.noun("store")
class Store(_rt.Handle):
    """A directory that is open. Opening it again in one process gives the same one."""

    _end = lib.mlops_store_close

    def __init__(self):
        raise TypeError("Store is made by open()")

    @classmethod
    def open(cls, path, *, must_exist=False, read_only=False, network=False, verify_dedup=False, quick=False,
             sync=None, index=None, map_max=None, journal_bytes=None, gc_every_ns=None, gc_keep_ns=None):
        """Open a store, or make one where there is none.

            path: directory; made if it is not there, refused if it holds other things
            must_exist: never make a store
            read_only: write nothing, not even the index, which is in memory then
            network: allow a network file system; one machine alone may use it
            verify_dedup: a chunk that is there already is compared byte by byte before it is used again,
                for content of parties that do not trust each other; this process does so until it closes
                the store
            quick: of Check.store() alone: look at how content is put together, and read none of it
            sync: default Sync.FULL
            index: default StoreIndex.FILE
            map_max: bytes that the index may grow to; default 1 TiB, or 512 MiB on 32 bits, or less where
                the system refuses
            journal_bytes: size of the first segment of a new journal, from 4 KiB; default 256 KiB. Later
                ones double up to 16 MiB
            gc_every_ns: Store.service() collects garbage when this has passed since the last collection;
                default a day, -1 for never
            gc_keep_ns: of those collections: as mlops_gc_opts.keep_ns; default 14 days

        Raises: NotFoundError, ExistsError if the directory is something else; CorruptError if journal or
        packs are damaged, which Check.store() describes; UnsupportedError for a store of a newer version, or
        on a network file system; BusyError if another copy of the library in this process, or another
        container, has it open; DeniedError, NoSpaceError, IoError, NomemError, InvalidError.
        """
        out = C.c_void_p()
        opts = _store_opts(must_exist=must_exist, read_only=read_only, network=network, verify_dedup=verify_dedup,
                quick=quick, sync=sync, index=index, map_max=map_max, journal_bytes=journal_bytes,
                gc_every_ns=gc_every_ns, gc_keep_ns=gc_keep_ns)
        err = mlops_error()
        status = lib.mlops_store_open(C.byref(out), _rt.string(path, "path"), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Store.open", err)
        return cls._wrap(out.value)

    def flush(self):
        """Make all commits durable.

        Raises: IoError, NoSpaceError; ForkedError.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_store_flush(h, C.byref(err))
        if status:
            _rt.check(status, "Store.flush", err)

    def service(self, budget_ns):
        """Do a piece of the work that may wait: make commits durable, write the index down from time to time,
        so that opening after a power cut need not read the whole journal, and collect garbage as
        mlops_store_opts.gc_every_ns says, in pieces of 50 ms at the most and 32 MiB of memory. A
        collection of Store.gc() that was left off in this process goes on.

            budget_ns: time after which no new piece is begun

        Raises: Status.OK if more is to be done, Status.END if nothing is; or as Store.flush() and Store.gc(),
        but never BusyError for a collection elsewhere. A commit that is too damaged to collect is
        CorruptError once in gc_every_ns.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_store_service(h, _rt.integer(budget_ns, -2 ** 63, 2 ** 63 - 1, "budget_ns"), C.byref(err))
        if status:
            _rt.check(status, "Store.service", err)

    def stat(self):
        """What the store holds now.

        Raises: CorruptError, IoError, NomemError, ForkedError.
        """
        h = self._open()
        out = mlops_store_stats(C.sizeof(mlops_store_stats))
        err = mlops_error()
        status = lib.mlops_store_stat(h, C.byref(out), C.byref(err))
        if status:
            _rt.check(status, "Store.stat", err)
        return _store_stats(out)

    def content(self, id):
        """Content by its name: bytes that a dataset, run or model keeps.

            id: SHA-256 of the content

        Raises: NotFoundError; ArenaError if cap is below the size; CorruptError if the content is damaged;
        ErasedError; IoError, NomemError, ForkedError.
        """
        h = self._open()
        id = mlops_id.from_buffer_copy(_rt.digest(id, "id"))
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_store_content(h, C.byref(id), text, cap, needed,
                C.byref(err)), "Store.content", err)
        return text

    def export(self, path):
        """Write all that the store holds to one file: for backups, and for machines of another kind. The file
        has the commits as they are, with their chain of hashes, and the content that they name.

            path: file to write; replaced if it is there, once the new one is whole

        Raises: CorruptError if something is damaged; BusyError if an erasure is not finished; NoSpaceError,
        DeniedError, IoError, NomemError, ForkedError.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_store_export(h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Store.export", err)

    @staticmethod
    def import_(path, from_, *, must_exist=False, read_only=False, network=False, verify_dedup=False, quick=False,
                sync=None, index=None, map_max=None, journal_bytes=None, gc_every_ns=None, gc_keep_ns=None):
        """Make a store of what Store.export() wrote: the same commits, content and id.

            path: directory to make; refused if it is there and not empty
            from_: file that was exported
            must_exist: never make a store
            read_only: write nothing, not even the index, which is in memory then
            network: allow a network file system; one machine alone may use it
            verify_dedup: a chunk that is there already is compared byte by byte before it is used again,
                for content of parties that do not trust each other; this process does so until it closes
                the store
            quick: of Check.store() alone: look at how content is put together, and read none of it
            sync: default Sync.FULL
            index: default StoreIndex.FILE
            map_max: bytes that the index may grow to; default 1 TiB, or 512 MiB on 32 bits, or less where
                the system refuses
            journal_bytes: size of the first segment of a new journal, from 4 KiB; default 256 KiB. Later
                ones double up to 16 MiB
            gc_every_ns: Store.service() collects garbage when this has passed since the last collection;
                default a day, -1 for never
            gc_keep_ns: of those collections: as mlops_gc_opts.keep_ns; default 14 days

        Raises: CorruptError if the file is damaged or cut short: no store is made then; ExistsError,
        NotFoundError, UnsupportedError, NoSpaceError, DeniedError, IoError, NomemError.
        """
        opts = _store_opts(must_exist=must_exist, read_only=read_only, network=network, verify_dedup=verify_dedup,
                quick=quick, sync=sync, index=index, map_max=map_max, journal_bytes=journal_bytes,
                gc_every_ns=gc_every_ns, gc_keep_ns=gc_keep_ns)
        err = mlops_error()
        status = lib.mlops_store_import(_rt.string(path, "path"), _rt.string(from_, "from_"), C.byref(opts),
                C.byref(err))
        if status:
            _rt.check(status, "Store.import_", err)

    @staticmethod
    def repair(path, *, must_exist=False, read_only=False, network=False, verify_dedup=False, quick=False,
               sync=None, index=None, map_max=None, journal_bytes=None, gc_every_ns=None, gc_keep_ns=None):
        """Make a damaged store usable: the index anew, and of the journal all commits that are whole. What
        was damaged is kept beside, under "damaged". A lost commit leaves an empty one with its number and
        a note; commits behind it keep their numbers, and their former hashes in a note. Content that is
        damaged stays lost; Check.store() names it.

            path: directory of a store that nobody has open
            must_exist: never make a store
            read_only: write nothing, not even the index, which is in memory then
            network: allow a network file system; one machine alone may use it
            verify_dedup: a chunk that is there already is compared byte by byte before it is used again,
                for content of parties that do not trust each other; this process does so until it closes
                the store
            quick: of Check.store() alone: look at how content is put together, and read none of it
            sync: default Sync.FULL
            index: default StoreIndex.FILE
            map_max: bytes that the index may grow to; default 1 TiB, or 512 MiB on 32 bits, or less where
                the system refuses
            journal_bytes: size of the first segment of a new journal, from 4 KiB; default 256 KiB. Later
                ones double up to 16 MiB
            gc_every_ns: Store.service() collects garbage when this has passed since the last collection;
                default a day, -1 for never
            gc_keep_ns: of those collections: as mlops_gc_opts.keep_ns; default 14 days

        Raises: BusyError if it is open; CorruptError if its format file is damaged; NotFoundError,
        NoSpaceError, DeniedError, IoError, NomemError.
        """
        opts = _store_opts(must_exist=must_exist, read_only=read_only, network=network, verify_dedup=verify_dedup,
                quick=quick, sync=sync, index=index, map_max=map_max, journal_bytes=journal_bytes,
                gc_every_ns=gc_every_ns, gc_keep_ns=gc_keep_ns)
        n_lost = C.c_int64()
        err = mlops_error()
        status = lib.mlops_store_repair(_rt.string(path, "path"), C.byref(opts), C.byref(n_lost), C.byref(err))
        if status:
            _rt.check(status, "Store.repair", err)
        return n_lost.value

    def gc(self, *, dry_run=False, keep_bases=False, budget_ns=None, keep_ns=None, min_live=None, remake_max=None,
           executor=None, progress=None, deadline_ns=None, memory_max=None, actor=None, trace_id=None):
        """Collect garbage for a while, or to the end. A collection that was left off goes on with the next
        call, if that asks for the same; one whose process ends is begun anew by the next.

            dry_run: mark and count, change nothing
            keep_bases: write nothing anew: what content is kept as changes to stays
            budget_ns: time after which no new piece is begun; default none
            keep_ns: what commits of the store put or named since then stays, and a dataset's commits of
                that time; default 14 days, 1 for nothing
            min_live: share of a pack, above 0 and up to 1, below which it is emptied; default 0.5, and
                more as long as all packs take above 1.15 times what is needed of them
            remake_max: content is written anew, by itself, so that what it is kept as changes to may go,
                where that takes no more than this share of the bytes that go, and so are small files of a
                chunk of which less is needed; above 0 and up to 1, default 0.9
            executor: default: the calling thread
            progress: called on the calling thread
            deadline_ns: on the host's monotonic clock; default none
            memory_max: bytes of working memory; default none
            actor: who asks, for the audit trail
            trace_id: W3C trace id, 32 hexadecimal digits

        Raises: Status.OK if there is more to do, Status.END if the collection has come to its end; BusyError
        if another thread or process is collecting; CorruptError if a commit is damaged, so that what it names
        cannot be told: nothing more is dropped then; CancelledError, DeadlineError, after which it can go on;
        DeniedError if the store is open for reading alone; NoSpaceError, IoError, NomemError, InvalidError,
        ForkedError.
        """
        h = self._open()
        opts = _gc_opts(dry_run=dry_run, keep_bases=keep_bases, budget_ns=budget_ns, keep_ns=keep_ns,
                min_live=min_live, remake_max=remake_max)
        call = _call(executor=executor, progress=progress, deadline_ns=deadline_ns, memory_max=memory_max,
                actor=actor, trace_id=trace_id)
        out = mlops_gc_stat(C.sizeof(mlops_gc_stat))
        err = mlops_error()
        status = lib.mlops_store_gc(h, C.byref(opts), C.byref(call), C.byref(out), C.byref(err))
        _rt.reraise(call)
        if status:
            _rt.check(status, "Store.gc", err)
        return _gc_stat(out)


@_rt.noun("audit")
class Audit(_rt.Handle):
    """Commits that were read. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_audit_unref

    def __init__(self):
        raise TypeError("Audit is made by read(), parse()")

    @classmethod
    def read(cls, store, from_, n_max):
        """Read commits.

            store: store
            from_: number of the first commit wanted, 1 or more
            n_max: how many at the most, 1 to 1,000,000

        Raises: CorruptError if one of them is damaged; InvalidError, IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_audit_read(C.byref(out), store_h, _rt.integer(from_, -2 ** 63, 2 ** 63 - 1, "from_"),
                _rt.integer(n_max, -2 ** 63, 2 ** 63 - 1, "n_max"), C.byref(err))
        if status:
            _rt.check(status, "Audit.read", err)
        return cls._wrap(out.value)

    @property
    def n_entries(self):
        """Number of commits that were read."""
        h = self._open()
        out = lib.mlops_audit_n_entries(h)
        return out

    def at(self, index):
        """One commit.

            index: 0 to Audit.n_entries() - 1

        Raises: InvalidError if there is none.
        """
        h = self._open()
        out = mlops_audit_entry(C.sizeof(mlops_audit_entry))
        status = lib.mlops_audit_at(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"), C.byref(out))
        if status:
            _rt.check(status, f"Audit.at({index})", why={
                -1: "there is none",
            })
        return _audit_entry(out)

    def link(self, index):
        """The link of a commit: SHA-256 over it and the link before.

            index: 0 to Audit.n_entries() - 1

        Raises: InvalidError if there is none.
        """
        h = self._open()
        out = mlops_id()
        status = lib.mlops_audit_link(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"), C.byref(out))
        if status:
            _rt.check(status, f"Audit.link({index})", why={
                -1: "there is none",
            })
        return bytearray(out.bytes).hex()

    def operations(self, index):
        """What a commit did, as a JSON array of objects: {"op", "table", "key", "value"}. Parts of a key are
        joined by TAB. A value is JSON where it is an object of JSON; keys and other values are text where
        they are UTF-8, else hexadecimal digits behind "0x".

            index: 0 to Audit.n_entries() - 1

        Raises: ArenaError if cap is too small; InvalidError if there is no such commit.
        """
        h = self._open()
        text = _rt.written(lambda text, cap, needed: lib.mlops_audit_operations(h, _rt.integer(index, -2 ** 63,
                2 ** 63 - 1, "index"), text, cap, needed), f"Audit.operations({index})", why={
            -1: "there is no such commit",
        })
        return _rt.decoded(text)

    @staticmethod
    def verify(store):
        """Verify the whole chain: each commit is what its link says, and goes on with the one before. What a
        repair has put in the place of a lost commit goes on with it too, and says so of itself.

            store: store

        Raises: CorruptError names the commit; IoError, NomemError, ForkedError.
        """
        store_h = _rt.opened(store, Store, "store")
        link = mlops_id()
        n = C.c_int64()
        err = mlops_error()
        status = lib.mlops_audit_verify(store_h, C.byref(link), C.byref(n), C.byref(err))
        if status:
            _rt.check(status, "Audit.verify", err)
        return bytearray(link.bytes).hex(), n.value

    @staticmethod
    def root(store, n):
        """One hash over the first commits: the root of the Merkle tree (RFC 6962) whose leaves are their
        links. Who has kept it can be shown any one of them without the others.

            store: store
            n: how many commits, from the first on; 0 for all

        Raises: NotFoundError if there are fewer; CorruptError names the commit; InvalidError, IoError,
        NomemError, ForkedError.
        """
        store_h = _rt.opened(store, Store, "store")
        root = mlops_id()
        err = mlops_error()
        status = lib.mlops_audit_root(store_h, _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n"), C.byref(root),
                C.byref(err))
        if status:
            _rt.check(status, "Audit.root", err)
        return bytearray(root.bytes).hex()

    @staticmethod
    def prove(store, seq, n):
        """Prove that a commit is one of the first n: the commit whole, and the hashes beside its way up the
        tree, as JSON. Audit.parse() takes it; docs/format.md tells others how to.

            store: store
            seq: number of the commit, 1 to n
            n: how many commits the root is over; 0 for all

        Raises: ArenaError if cap is too small; as Audit.root().
        """
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_audit_prove(store_h, _rt.integer(seq, -2 ** 63,
                2 ** 63 - 1, "seq"), _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n"), text, cap, needed, C.byref(err)),
                "Audit.prove", err)
        return _rt.decoded(text)

    @classmethod
    def parse(cls, text, root):
        """Take a proof: no store is needed. What it proves is read like what a store has.

            text: what Audit.prove() gave
            root: what the root was when it was kept

        Raises: CorruptError if it does not lead to the root: then it proves nothing; InvalidError,
        NomemError.
        """
        out = C.c_void_p()
        text_p, text_n = _rt.blob(text, "text")
        root = mlops_id.from_buffer_copy(_rt.digest(root, "root"))
        err = mlops_error()
        status = lib.mlops_audit_parse(C.byref(out), text_p, text_n, C.byref(root), None, C.byref(err))
        if status:
            _rt.check(status, "Audit.parse", err)
        return cls._wrap(out.value)


@_rt.noun("table")
class Table(_rt.Handle):
    """A table. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_table_unref

    def __init__(self):
        raise TypeError("Table is made by load(), parse(), import_(), import_stream(), from_matrix(), overlap(), texts()")

    @classmethod
    def load(cls, path, *, no_header=False, call=None, delimiter=None, names=None, nulls=None, skip_lines=None,
             rows_max=None, line_max=None, memory_max=None, types=None):
        """Read a CSV file (RFC 4180; LF, CRLF or CR; a byte order mark is passed over), in steps, never
        whole, and twice where a column turns out late to hold strings.

        A column takes the first type that fits every value that is not null: bool (true, True, TRUE,
        false, False, FALSE), int64, float64 (inf and nan in any case too; whole numbers beyond int64),
        string. Blanks around a number are passed over. A quoted field is a string; "" in quotes is an
        empty string, no null. Empty lines are passed over; in a table of one column they are empty fields,
        from the first record on. Lines count as an editor counts them. A header without records is a table
        without rows, whose columns are of type null. A column whose type is given has it, or is refused if
        a value does not fit. Times, quoted or not, are int64, UTC nanoseconds since 1970; FORMAT is as of
        strptime, with %Y %y %m %b %d %H %I %p %M %S %f %z and %%.

            path: file to read
            no_header: the first line holds values; columns are called c0, c1, ...
            call: progress, deadline, memory limit
            delimiter: one ASCII character; default ","
            names: column names, separated by the delimiter, in place of those of the header; quoted as in
                a CSV line
            nulls: spellings of null, separated by the delimiter; default "" NA N/A NaN nan null None None
                and "?"
            skip_lines: lines to pass over before the header; default none
            rows_max: rows to read at the most; default all
            line_max: bytes of one record with its line end; default 16 MiB
            memory_max: bytes that it may take, besides call's; default 16 GiB
            types: types of columns: "a=string,b=int64", of bool, int64, float64, string, time,
                time(FORMAT); quoted as CSV

        Raises: NotFoundError, IoError, DeniedError; ParseError for an empty file, a record of another length
        than the header, a name that is empty or stands twice, an open quote, bytes behind a closing quote,
        bytes that are no UTF-8, NUL, a value that does not fit the type given; SchemaError for the type of a
        column that is not there; LimitError for a record or table beyond its limit; InvalidError for an
        option; CancelledError, DeadlineError, NomemError.
        """
        out = C.c_void_p()
        opts = _csv_opts(no_header=no_header, call=call, delimiter=delimiter, names=names, nulls=nulls,
                skip_lines=skip_lines, rows_max=rows_max, line_max=line_max, memory_max=memory_max, types=types)
        err = mlops_error()
        status = lib.mlops_table_load(C.byref(out), _rt.string(path, "path"), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Table.load", err, nested={
                "mlops_call": "call",
            })
        return cls._wrap(out.value)

    @classmethod
    def parse(cls, text, *, no_header=False, call=None, delimiter=None, names=None, nulls=None, skip_lines=None,
              rows_max=None, line_max=None, memory_max=None, types=None):
        """Read CSV from memory. As Table.load().

            text: the bytes; borrowed for the call
            no_header: the first line holds values; columns are called c0, c1, ...
            call: progress, deadline, memory limit
            delimiter: one ASCII character; default ","
            names: column names, separated by the delimiter, in place of those of the header; quoted as in
                a CSV line
            nulls: spellings of null, separated by the delimiter; default "" NA N/A NaN nan null None None
                and "?"
            skip_lines: lines to pass over before the header; default none
            rows_max: rows to read at the most; default all
            line_max: bytes of one record with its line end; default 16 MiB
            memory_max: bytes that it may take, besides call's; default 16 GiB
            types: types of columns: "a=string,b=int64", of bool, int64, float64, string, time,
                time(FORMAT); quoted as CSV
        """
        out = C.c_void_p()
        text_p, text_n = _rt.blob(text, "text")
        opts = _csv_opts(no_header=no_header, call=call, delimiter=delimiter, names=names, nulls=nulls,
                skip_lines=skip_lines, rows_max=rows_max, line_max=line_max, memory_max=memory_max, types=types)
        err = mlops_error()
        status = lib.mlops_table_parse(C.byref(out), text_p, text_n, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Table.parse", err, nested={
                "mlops_call": "call",
            })
        return cls._wrap(out.value)

    @classmethod
    def import_(cls, schema, array):
        """Take over a table (a struct array) from Arrow.

        Both structs are moved: they are released by the library, also after an error, except where their
        own release is already None. Structure (counts, buffers, offsets, indices) is validated; so are the
        bytes of strings. A row that the struct itself calls null is null in each column.

        bool, integers, floats, strings (large, view), null, and dictionaries of these are taken in; dates
        and timestamps as int64 nanoseconds since 1970. uint64 beyond int64 makes a float64 column, where
        that holds each value exactly. All else is refused.

        Raises: InvalidError for a struct that breaks Arrow's rules; UnsupportedError names the column and its
        type; NomemError.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_table_import(C.byref(out), C.cast(_rt.address(schema, ArrowSchema, "schema"),
                C.POINTER(ArrowSchema)), C.cast(_rt.address(array, ArrowArray, "array"), C.POINTER(ArrowArray)),
                None, C.byref(err))
        if status:
            _rt.check(status, "Table.import_", err)
        return cls._wrap(out.value)

    @classmethod
    def import_stream(cls, stream):
        """Take over a stream of tables from Arrow, joined to one. The stream is moved, as above.

        Raises: as Table.import_(); IoError with the producer's own message.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_table_import_stream(C.byref(out), C.cast(_rt.address(stream, ArrowArrayStream, "stream"),
                C.POINTER(ArrowArrayStream)), None, C.byref(err))
        if status:
            _rt.check(status, "Table.import_stream", err)
        return cls._wrap(out.value)

    @classmethod
    def from_matrix(cls, values, names=None):
        """Make a table of float64 columns from a matrix. The values are copied.

            values: row-major
            names: column names separated by commas, quoted as in a CSV line; default c0, c1, ...

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        values_p, values_shape, values_keep = _rt.array(values, "d", 2, "values")
        err = mlops_error()
        status = lib.mlops_table_from_matrix(C.byref(out), values_p, values_shape[0], values_shape[1],
                _rt.names_or_none(names, "names"), None, C.byref(err))
        if status:
            _rt.check(status, "Table.from_matrix", err)
        return cls._wrap(out.value)

    @property
    def n_rows(self):
        """Number of rows."""
        h = self._open()
        out = lib.mlops_table_n_rows(h)
        return out

    @property
    def n_columns(self):
        """Number of columns."""
        h = self._open()
        out = lib.mlops_table_n_columns(h)
        return out

    def name(self, index):
        """Name of a column.

            index: 0 to n_columns - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        out = lib.mlops_table_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def type(self, index):
        """Type of a column; Type.None also where index is out of range."""
        h = self._open()
        out = lib.mlops_table_type(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.enumerator(Type, out)

    def find(self, name):
        """Index of the column of this name, -1 if there is none."""
        h = self._open()
        out = lib.mlops_table_find(h, _rt.string(name, "name"))
        return out

    def n_nulls(self, index):
        """Number of nulls in a column; -1 if index is out of range."""
        h = self._open()
        out = lib.mlops_table_n_nulls(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return out

    def values(self, index):
        """Values of a bool, int64 or float64 column as float64; a null becomes NaN.

            index: column

        Raises: InvalidError; SchemaError names a string column.
        """
        h = self._open()
        err = mlops_error()
        n_rows = lib.mlops_table_n_rows(h)
        out, out_p = _rt.empty("d", (n_rows,))
        status = lib.mlops_table_values(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"), out_p, n_rows,
                C.byref(err))
        if status:
            _rt.check(status, "Table.values", err)
        return _rt.result(out)

    def integers(self, index):
        """Values of a bool or int64 column as they are; a null becomes INT64_MIN.

            index: column

        Raises: InvalidError; SchemaError names a column of strings or float64.
        """
        h = self._open()
        err = mlops_error()
        n_rows = lib.mlops_table_n_rows(h)
        out, out_p = _rt.empty("q", (n_rows,))
        status = lib.mlops_table_integers(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"), out_p, n_rows,
                C.byref(err))
        if status:
            _rt.check(status, "Table.integers", err)
        return _rt.result(out)

    def text(self, index, row):
        """One value as text, as it would stand in a CSV field without its quotes. A null is empty.

            index: column
            row: 0 to n_rows - 1

        Raises: InvalidError if column or row is out of range; ArenaError if cut.
        """
        h = self._open()
        text = _rt.written(lambda text, cap, needed: lib.mlops_table_text(h, _rt.integer(index, -2 ** 63,
                2 ** 63 - 1, "index"), _rt.integer(row, -2 ** 63, 2 ** 63 - 1, "row"), text, cap, needed),
                f"Table.text({index}, {row})", why={
            -1: "column or row is out of range",
        })
        return _rt.decoded(text)

    def export(self):
        """Hand the table out as Arrow: a struct array of its columns, strings as dictionaries.

        Numbers, codes and validity are not copied; bool values are packed to bits, and distinct texts laid
        side by side. What is handed out keeps the table alive until it is released; children may be moved
        out.

        Raises: NomemError.
        """
        h = self._open()
        schema = ArrowSchema()
        array = ArrowArray()
        err = mlops_error()
        status = lib.mlops_table_export(h, C.byref(schema), C.byref(array), C.byref(err))
        if status:
            _rt.check(status, "Table.export", err)
        return schema, array

    @classmethod
    def overlap(cls, a, b, columns=None):
        """Rows of one table that stand in another, too: what has leaked from training into held-out rows, or
        from an older version into a newer one. Rows are equal if all columns are: null equals null, NaN
        equals NaN, and 0.0 equals -0.0. They are found by hash and confirmed by comparison.

            a: rows
            b: rows
            columns: names to compare, separated by commas, quoted as in a CSV line; default: all of a

        Raises: SchemaError names a column that one lacks, or has another type in it (int64 and float64 are
        compared by value); InvalidError, NomemError.
        """
        out = C.c_void_p()
        a_h = _rt.opened(a, Table, "a")
        b_h = _rt.opened(b, Table, "b")
        err = mlops_error()
        status = lib.mlops_table_overlap(C.byref(out), a_h, b_h, _rt.names_or_none(columns, "columns"), C.byref(err))
        if status:
            _rt.check(status, "Table.overlap", err)
        return cls._wrap(out.value)

    def write(self, path, *, no_header=False, call=None, delimiter=None, names=None, nulls=None, skip_lines=None,
              rows_max=None, line_max=None, memory_max=None, types=None):
        """Write a table as CSV (RFC 4180, lines end in LF), whole or not at all. Table.load() with the same
        options gives back the same values, nulls and types; only a column without any value comes back as
        one of type null, and so do all columns of a table without rows.

        A null is an empty field and an empty string is "" in quotes; texts that would be taken for a
        number, a bool or a null are quoted. NaN is spelled so that it is no null: NAN.

            path: file to write; replaced if it is there
            no_header: the first line holds values; columns are called c0, c1, ...
            call: progress, deadline, memory limit
            delimiter: one ASCII character; default ","
            names: column names, separated by the delimiter, in place of those of the header; quoted as in
                a CSV line
            nulls: spellings of null, separated by the delimiter; default "" NA N/A NaN nan null None None
                and "?"
            skip_lines: lines to pass over before the header; default none
            rows_max: rows to read at the most; default all
            line_max: bytes of one record with its line end; default 16 MiB
            memory_max: bytes that it may take, besides call's; default 16 GiB
            types: types of columns: "a=string,b=int64", of bool, int64, float64, string, time,
                time(FORMAT); quoted as CSV

        Raises: InvalidError for an option, a value that cannot be told from a null or the delimiter with
        these options, or a time that its format would not give back; IoError, NoSpaceError, DeniedError,
        NotFoundError, NomemError.
        """
        h = self._open()
        opts = _csv_opts(no_header=no_header, call=call, delimiter=delimiter, names=names, nulls=nulls,
                skip_lines=skip_lines, rows_max=rows_max, line_max=line_max, memory_max=memory_max, types=types)
        err = mlops_error()
        status = lib.mlops_table_write(h, _rt.string(path, "path"), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Table.write", err, nested={
                "mlops_call": "call",
            })

    def export_stream(self):
        """Hand the table out as a stream of Arrow that has it as its one batch, as Table.export() makes it.
        What is handed out keeps the table alive until it is released.

        Raises: NomemError.
        """
        h = self._open()
        out = ArrowArrayStream()
        err = mlops_error()
        status = lib.mlops_table_export_stream(h, C.byref(out), C.byref(err))
        if status:
            _rt.check(status, "Table.export_stream", err)
        return out

    def texts(self, column):
        """Describe the texts of a column, row by row, by numbers that can be compared, profiled, kept as a
        reference and watched. A column "review" gives

            review.length       characters (int64)
            review.words        what blanks part (int64)
            review.letters      share of the characters that are ASCII letters (float64)
            review.digits       share of ASCII digits
            review.punctuation  share of ASCII punctuation
            review.non_ascii    share of characters beyond ASCII
            review.upper        share of the ASCII letters that are upper case
            review.word         one word of four characters or more, in lower case and at most 64 bytes,
                                drawn by a hash of the text (string)

        Of a null all are null, and each is where there is nothing to take it of.

            column: name of a string column

        Raises: SchemaError if there is none of that name, or of another type; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_table_texts(C.byref(out), h, _rt.string(column, "column"), C.byref(err))
        if status:
            _rt.check(status, "Table.texts", err)
        return _rt.classes["table"]._wrap(out.value)


@_rt.noun("model")
class Model(_rt.Handle):
    """A compiled model. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_model_unref

    def __init__(self):
        raise TypeError("Model is made by load(), parse()")

    @classmethod
    def load(cls, path, *, memory_max=None, format=None, cache=None, external=None):
        """Load a model file and compile it. The format is found from the content, never from the name.
        Nothing outside the file is read, whatever the file says.

            path: file to read
            memory_max: bytes that loading may use, and then a context for one worker, and a table;
                default 1 GiB
            format: "xgboost", "lightgbm", "onnx" or "bundle"; default: found from the content
            cache: folder for what loading made of trees, to be mapped the next time; it must be there,
                and who may write into it is trusted with the predictions; default: none
            external: asked for tensors in other files; default: such files are refused

        Raises: NotFoundError, IoError, DeniedError, NomemError, CorruptError; LimitError beyond memory_max;
        UnsupportedError names the booster, objective or version that is missing.
        """
        out = C.c_void_p()
        opts = _model_opts(memory_max=memory_max, format=format, cache=cache, external=external)
        err = mlops_error()
        status = lib.mlops_model_load(C.byref(out), _rt.string(path, "path"), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Model.load", err)
        return cls._wrap(out.value)

    @classmethod
    def parse(cls, bytes, *, memory_max=None, format=None, cache=None, external=None):
        """Load a model from memory. As Model.load().

            bytes: content of a model file; borrowed for the call
            memory_max: bytes that loading may use, and then a context for one worker, and a table;
                default 1 GiB
            format: "xgboost", "lightgbm", "onnx" or "bundle"; default: found from the content
            cache: folder for what loading made of trees, to be mapped the next time; it must be there,
                and who may write into it is trusted with the predictions; default: none
            external: asked for tensors in other files; default: such files are refused
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        opts = _model_opts(memory_max=memory_max, format=format, cache=cache, external=external)
        err = mlops_error()
        status = lib.mlops_model_parse(C.byref(out), bytes_p, bytes_n, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Model.parse", err)
        return cls._wrap(out.value)

    @staticmethod
    def inspect(path, *, memory_max=None, format=None, cache=None, external=None):
        """What an ONNX file needs, and what of it is missing here, as JSON, without loading it: format,
        producer, opsets (domain, version), operators (operator, domain), and missing, which is empty if
        the file can be loaded: part (node, initializer, input, operator set), name, reason, and of nodes
        operator, domain, opset.

            path: file to read
            memory_max: bytes that loading may use, and then a context for one worker, and a table;
                default 1 GiB
            format: "xgboost", "lightgbm", "onnx" or "bundle"; default: found from the content
            cache: folder for what loading made of trees, to be mapped the next time; it must be there,
                and who may write into it is trusted with the predictions; default: none
            external: asked for tensors in other files; default: such files are refused

        Raises: as Model.load(); UnsupportedError for files of another kind; ArenaError if cap is too small.
        """
        opts = _model_opts(memory_max=memory_max, format=format, cache=cache, external=external)
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_model_inspect(_rt.string(path, "path"), text, cap,
                needed, C.byref(opts), C.byref(err)), "Model.inspect", err)
        return _rt.decoded(text)

    @property
    def n_features(self):
        """Number of features of a row."""
        h = self._open()
        out = lib.mlops_model_n_features(h)
        return out

    def feature_name(self, index):
        """Name of a feature.

            index: 0 to n_features - 1

        Returns: None if index is out of range or the file has no names.
        """
        h = self._open()
        out = lib.mlops_model_feature_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def class_name(self, index):
        """Name of a class, which ModelOutput.CLASS tells.

            index: 0 or more

        Returns: None if there is no such class.
        """
        h = self._open()
        out = lib.mlops_model_class_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def width(self, output=0):
        """Number of values that one row yields for this output; 0 if output is unknown."""
        h = self._open()
        output = _rt.choice(ModelOutput, output)
        out = lib.mlops_model_width(h, output)
        return out

    def describe(self):
        """What the model is, as JSON: format, objective, the type that it computes in, trees, nodes, depth,
        features with their names, outputs, plan size, working memory, id, chosen kernels.

        Raises: ArenaError if cap is too small: text is empty then; NomemError.
        """
        h = self._open()
        text = _rt.written(lambda text, cap, needed: lib.mlops_model_describe(h, text, cap, needed), "Model.describe")
        return _rt.decoded(text)

    def predict(self, rows):
        """Predict rows of float32. Values are those of the trainer's own predictor: margins bit for bit, in
        the trainer's order of summation. A missing value is NaN. The same rows give the same values in any
        batch and on any machine. A model that computes in float64, as LightGBM's do, takes each value
        widened. Inputs of an ONNX file take the features in their order, each converted to its type.

            rows: row-major, float32

        Raises: InvalidError where a shape differs; ArenaError if the model needs more working memory than the
        stack bound of 16 KiB (use a context then); nothing is written then.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        _rt.fits("rows", rows_shape, 1, "model", "features", lib.mlops_model_n_features(h))
        width = lib.mlops_model_width(h, 0)
        out, out_p = _rt.empty("d", (rows_shape[0], width))
        status = lib.mlops_model_predict(h, rows_p, rows_shape[0], rows_shape[1], out_p, width)
        if status:
            _rt.check(status, "Model.predict", why={
                -1: "a shape differs",
                -7: "the model needs more working memory than the stack bound of 16 KiB (use a "
                    "context then)",
            })
        return _rt.result(out)

    def predict_f64(self, rows):
        """Predict rows of float64. A model that computes in float32 takes the nearest of each value.

            rows: row-major, float64

        Raises: as Model.predict().
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "d", 2, "rows")
        _rt.fits("rows", rows_shape, 1, "model", "features", lib.mlops_model_n_features(h))
        width = lib.mlops_model_width(h, 0)
        out, out_p = _rt.empty("d", (rows_shape[0], width))
        status = lib.mlops_model_predict_f64(h, rows_p, rows_shape[0], rows_shape[1], out_p, width)
        if status:
            _rt.check(status, "Model.predict_f64", why={
                -1: "a shape differs",
                -7: "the model needs more working memory than the stack bound of 16 KiB (use a "
                    "context then)",
            })
        return _rt.result(out)

    def predict_table(self, table, columns=None, output=0):
        """Predict the rows of a table, its columns bound to features by name. Further columns are ignored. A
        model without feature names needs a list of columns. Bool and int64 columns are converted; a null
        is a missing value; a string column is an error that names it, but where an ONNX file's input takes
        texts.

            table: rows
            columns: column of each feature, separated by commas, quoted as in a CSV line; default: the
                model's feature names
            output: what to write

        Raises: SchemaError names the column; InvalidError, NomemError.
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        output = _rt.choice(ModelOutput, output)
        err = mlops_error()
        n_rows = lib.mlops_table_n_rows(table_h)
        width = lib.mlops_model_width(h, output)
        out, out_p = _rt.empty("d", (n_rows, width))
        status = lib.mlops_model_predict_table(h, table_h, _rt.names_or_none(columns, "columns"), output, out_p,
                n_rows, width, C.byref(err))
        if status:
            _rt.check(status, "Model.predict_table", err)
        return _rt.result(out)


@_rt.noun("reference")
class Reference(_rt.Handle):
    """A reference. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_reference_unref

    def __init__(self, table, *, exact=False, texts=False, columns=None, ignore=None, csv=None, n_edges=None):
        """Make a reference from a table.

            table: 1 row or more
            exact: keep every value of numeric columns: comparing gives the measures of the table to the
                bit. Bundles and monitors have the quantiles alone
            texts: keep columns of texts by what Table.texts() counts of them, as drift of tables takes
                them: each as eight columns, such as review.words. Comparing with a table counts its
                texts, too
            columns: names to keep, in this order, separated by commas, quoted as in a CSV line; default
                all
            ignore: names to leave out, as columns: target, id, time
            csv: how Reference.load() reads a CSV file
            n_edges: edges of a numeric column at the most, 9 to 1,023; default 255. A column with no more
                distinct values keeps each of them

        Raises: SchemaError for a column that is named and not there, or a table without rows; NomemError.
        """
        out = C.c_void_p()
        table_h = _rt.opened(table, Table, "table")
        opts = _reference_opts(exact=exact, texts=texts, columns=columns, ignore=ignore, csv=csv, n_edges=n_edges)
        err = mlops_error()
        status = lib.mlops_reference_new(C.byref(out), table_h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Reference", err, nested={
                "mlops_csv_opts": "csv",
                "mlops_call": 'csv["call"]',
            })
        self._h = self._owner(out.value)

    @classmethod
    def new_stream(cls, *, reference=None, call=None, open=None, path=None):
        """Make a reference of what memory may not hold, in as many passes as call.memory_max demands: each
        keeps a few columns, of every row. It is that of the whole table, to the byte. What is counted is
        all that the library allocates, the reference too. Progress is told in columns, and asked after
        each batch.

            reference: what to keep, and how CSV is read
            call: progress, deadline, and memory_max, by default 1 GiB
            open: opens the data
            path: CSV

        Raises: as Reference(), Table.import_stream() and Table.load(); LimitError names a column that does
        not fit by itself, and the bytes that it takes; IoError if the source cannot be opened, or has changed
        between two passes; CancelledError, DeadlineError.
        """
        out = C.c_void_p()
        opts = _reference_stream_opts(reference=reference, call=call, open=open, path=path)
        err = mlops_error()
        status = lib.mlops_reference_new_stream(C.byref(out), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Reference.new_stream", err, nested={
                "mlops_reference_opts": "reference",
                "mlops_csv_opts": 'reference["csv"]',
                "mlops_call": "call",
            })
        return cls._wrap(out.value)

    @classmethod
    def load(cls, path, *, exact=False, texts=False, columns=None, ignore=None, csv=None, n_edges=None):
        """Load a reference from a file: a saved reference, a bundle that has one, or a CSV file, found from
        the content and never from the name.

            path: file to read
            exact: keep every value of numeric columns: comparing gives the measures of the table to the
                bit. Bundles and monitors have the quantiles alone
            texts: keep columns of texts by what Table.texts() counts of them, as drift of tables takes
                them: each as eight columns, such as review.words. Comparing with a table counts its
                texts, too
            columns: names to keep, in this order, separated by commas, quoted as in a CSV line; default
                all
            ignore: names to leave out, as columns: target, id, time
            csv: how Reference.load() reads a CSV file
            n_edges: edges of a numeric column at the most, 9 to 1,023; default 255. A column with no more
                distinct values keeps each of them

        Raises: NotFoundError, IoError, CorruptError, ParseError, SchemaError, NomemError.
        """
        out = C.c_void_p()
        opts = _reference_opts(exact=exact, texts=texts, columns=columns, ignore=ignore, csv=csv, n_edges=n_edges)
        err = mlops_error()
        status = lib.mlops_reference_load(C.byref(out), _rt.string(path, "path"), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Reference.load", err, nested={
                "mlops_csv_opts": "csv",
                "mlops_call": 'csv["call"]',
            })
        return cls._wrap(out.value)

    def save(self, path):
        """Save to a file, whole or not at all.

            path: file to write; replaced if it is there

        Raises: IoError, NoSpaceError, DeniedError, NotFoundError, NomemError.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_reference_save(h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Reference.save", err)

    @property
    def n_rows(self):
        """Number of rows that it was made from."""
        h = self._open()
        out = lib.mlops_reference_n_rows(h)
        return out

    @property
    def is_exact(self):
        """Whether it keeps every value of its numeric columns, as MLOPS_REFERENCE_EXACT has it."""
        h = self._open()
        out = lib.mlops_reference_is_exact(h)
        return out

    @property
    def size(self):
        """Bytes of memory that it takes; saved it takes about as many."""
        h = self._open()
        out = lib.mlops_reference_size(h)
        return out

    @property
    def n_columns(self):
        """Number of columns."""
        h = self._open()
        out = lib.mlops_reference_n_columns(h)
        return out

    def name(self, index):
        """Name of a column.

            index: 0 to n_columns - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        out = lib.mlops_reference_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def type(self, index):
        """Type of a column; Type.None also where index is out of range."""
        h = self._open()
        out = lib.mlops_reference_type(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.enumerator(Type, out)


@_rt.noun("bundle")
class Bundle(_rt.Handle):
    """An open bundle. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_bundle_unref

    def __init__(self):
        raise TypeError("Bundle is made by load(), parse()")

    @staticmethod
    def write(path, model, *, reference=None, name=None, version=None, metadata=None, golden_rows=None):
        """Write a bundle, whole or not at all. Equal content gives equal bytes.

            path: file to write; replaced if it is there
            model: model to carry
            reference: default: none
            name: of the model, up to 255 bytes
            version: of the model, up to 255 bytes
            metadata: a JSON object, up to 1 MiB, kept as it is
            golden_rows: rows to prove; default: 16 rows derived from the plan's thresholds

        Raises: InvalidError for an option out of range, or a golden row without a prediction;
        UnsupportedError for a graph that yields no numbers; IoError, NoSpaceError, DeniedError,
        NotFoundError, NomemError.
        """
        model_h = _rt.opened(model, Model, "model")
        opts = _bundle_opts(reference=reference, name=name, version=version, metadata=metadata,
                golden_rows=golden_rows, _n_features=lib.mlops_model_n_features(model_h))
        err = mlops_error()
        status = lib.mlops_bundle_write(_rt.string(path, "path"), model_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Bundle.write", err)

    @staticmethod
    def save(model, *, reference=None, name=None, version=None, metadata=None, golden_rows=None):
        """Write a bundle to memory. As Bundle.write().

            model: model to carry
            reference: default: none
            name: of the model, up to 255 bytes
            version: of the model, up to 255 bytes
            metadata: a JSON object, up to 1 MiB, kept as it is
            golden_rows: rows to prove; default: 16 rows derived from the plan's thresholds

        Raises: ArenaError if cap is too small: nothing is written then; InvalidError, NomemError.
        """
        model_h = _rt.opened(model, Model, "model")
        opts = _bundle_opts(reference=reference, name=name, version=version, metadata=metadata,
                golden_rows=golden_rows, _n_features=lib.mlops_model_n_features(model_h))
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_bundle_save(model_h, text, cap, needed, C.byref(opts),
                C.byref(err)), "Bundle.save", err)
        return text

    @classmethod
    def load(cls, path):
        """Open a bundle: check every byte, and predict its golden rows.

            path: file to read

        Raises: NotFoundError, IoError, NomemError; CorruptError names what is damaged, or the golden row that
        this machine predicts otherwise; UnsupportedError; LimitError if predicting takes more than 1 GiB: see
        memory_max of mlops_model_opts.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_bundle_load(C.byref(out), _rt.string(path, "path"), None, C.byref(err))
        if status:
            _rt.check(status, "Bundle.load", err)
        return cls._wrap(out.value)

    @classmethod
    def parse(cls, bytes):
        """Open a bundle from memory. As Bundle.load().

            bytes: content of a bundle; borrowed for the call
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        status = lib.mlops_bundle_parse(C.byref(out), bytes_p, bytes_n, None, C.byref(err))
        if status:
            _rt.check(status, "Bundle.parse", err)
        return cls._wrap(out.value)

    @property
    def model(self):
        """The model.

        Returns: never None; share it with close() to keep it longer.
        """
        h = self._open()
        out = lib.mlops_bundle_model(h)
        return _rt.classes["model"]._wrap(lib.mlops_model_ref(out))

    @property
    def reference(self):
        """The reference.

        Returns: None if the bundle has none.
        """
        h = self._open()
        out = lib.mlops_bundle_reference(h)
        if out is None:
            return None
        return _rt.classes["reference"]._wrap(lib.mlops_reference_ref(out))

    @property
    def name(self):
        """Name of the model.

        Returns: never None; "" if none was given.
        """
        h = self._open()
        out = lib.mlops_bundle_name(h)
        return _rt.decoded(out)

    @property
    def version(self):
        """Version of the model.

        Returns: never None; "" if none was given.
        """
        h = self._open()
        out = lib.mlops_bundle_version(h)
        return _rt.decoded(out)

    @property
    def metadata(self):
        """Metadata, as JSON text.

        Returns: never None; "{}" if none was given.
        """
        h = self._open()
        out = lib.mlops_bundle_metadata(h)
        return _rt.decoded(out)

    @property
    def id(self):
        """Name of the content: the SHA-256 that the file carries."""
        h = self._open()
        out = mlops_id()
        status = lib.mlops_bundle_id(h, C.byref(out))
        if status:
            _rt.check(status, "Bundle.id")
        return bytearray(out.bytes).hex()


@_rt.noun("calibration")
class Calibration(_rt.Handle):
    """A fitted calibration; immutable, shared by threads."""

    _end = lib.mlops_calibration_unref

    def __init__(self):
        raise TypeError("Calibration is made by fit(), fit_classes(), load()")

    @classmethod
    def fit(cls, method, scores, labels, weights=None):
        """Fit to rows.

        Isotonic regression is scikit-learn's IsotonicRegression(out_of_bounds="clip"), a straight line
        between its steps and the outermost values beyond them; Platt's sigmoid that of Lin, Lin and Weng
        (2007), with Platt's smoothed targets, as in scikit-learn.

            method: which way
            scores: finite: probabilities, margins or any score
            labels: 0 or 1
            weights: finite, 0 or more; a row of weight 0 is not there

        Raises: InvalidError if a row is none of these (the message names the first, counted from 0) or none
        counts; NomemError.
        """
        out = C.c_void_p()
        method = _rt.choice(CalibrationMethod, method)
        scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 1, "scores")
        labels_p, labels_shape, labels_keep = _rt.array(labels, "d", 1, "labels")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        _rt.same_length("labels", labels_shape[0], "scores", scores_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "scores", scores_shape[0])
        status = lib.mlops_calibration_fit(C.byref(out), method, scores_p, labels_p, weights_p, scores_shape[0],
                None, C.byref(err))
        if status:
            _rt.check(status, "Calibration.fit", err)
        return cls._wrap(out.value)

    @classmethod
    def fit_classes(cls, method, probabilities, labels, weights=None):
        """Fit each of k classes against the rest.

            method: which way
            probabilities: row-major, finite
            labels: 0 to k - 1
            weights: as in Calibration.fit()

        Raises: InvalidError if a row is none of these (the message names the first, counted from 0), none
        counts, or for another k; NomemError.
        """
        out = C.c_void_p()
        method = _rt.choice(CalibrationMethod, method)
        probabilities_p, probabilities_shape, probabilities_keep = _rt.array(probabilities, "d", 2, "probabilities")
        labels_p, labels_shape, labels_keep = _rt.array(labels, "q", 1, "labels")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        _rt.same_length("labels", labels_shape[0], "probabilities", probabilities_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "probabilities", probabilities_shape[0])
        status = lib.mlops_calibration_fit_classes(C.byref(out), method, probabilities_p, probabilities_shape[0],
                probabilities_shape[1], labels_p, weights_p, None, C.byref(err))
        if status:
            _rt.check(status, "Calibration.fit_classes", err)
        return cls._wrap(out.value)

    @property
    def n_classes(self):
        """Number of classes that it was fitted to; 0 for scores of a binary task."""
        h = self._open()
        out = lib.mlops_calibration_n_classes(h)
        return out

    @property
    def kind(self):
        """Which way it was fitted."""
        h = self._open()
        out = lib.mlops_calibration_kind(h)
        return _rt.enumerator(CalibrationMethod, out)

    def apply(self, scores):
        """Calibrate scores.

            scores: NaN stays NaN

        Raises: InvalidError if n is negative, or it was fitted to classes.
        """
        h = self._open()
        scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 1, "scores")
        err = mlops_error()
        out, out_p = _rt.empty("d", (scores_shape[0],))
        status = lib.mlops_calibration_apply(h, scores_p, out_p, scores_shape[0], C.byref(err))
        if status:
            _rt.check(status, "Calibration.apply", err)
        return _rt.result(out)

    def apply_classes(self, probabilities):
        """Calibrate probabilities of classes: each against the rest, then over their sum. A row whose sum is
        0 becomes 1 / k throughout.

            probabilities: a row with NaN becomes NaN throughout

        Raises: InvalidError if n is negative, or it was fitted to another number of classes.
        """
        h = self._open()
        probabilities_p, probabilities_shape, probabilities_keep = _rt.array(probabilities, "d", 2, "probabilities")
        err = mlops_error()
        out, out_p = _rt.empty("d", (probabilities_shape[0], probabilities_shape[1]))
        status = lib.mlops_calibration_apply_classes(h, probabilities_p, out_p, probabilities_shape[0],
                probabilities_shape[1], C.byref(err))
        if status:
            _rt.check(status, "Calibration.apply_classes", err)
        return _rt.result(out)

    def save(self):
        """Write the calibration as bytes: canonical, little-endian.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        text = _rt.written(lambda text, cap, needed: lib.mlops_calibration_save(h, text, cap, needed),
                "Calibration.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of Calibration.save().

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no calibration; UnsupportedError for those of a later format;
        NomemError.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        status = lib.mlops_calibration_load(C.byref(out), bytes_p, bytes_n, None, C.byref(err))
        if status:
            _rt.check(status, "Calibration.load", err)
        return cls._wrap(out.value)


@_rt.noun("change")
class Change(_rt.Handle):
    """Operations that wait for their commit. Mutable; one thread at a time."""

    _end = lib.mlops_change_free
    _locked = True

    def __init__(self, store, *, actor=None, trace_id=None, note=None):
        """Begin a change.

            store: store, which stays open for as long as the change lives
            actor: name of person or service; default none
            trace_id: W3C trace id; default none
            note: why, in words; default none

        Raises: DeniedError if the store is open for reading alone; InvalidError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        opts = _change_opts(actor=actor, trace_id=trace_id, note=note)
        err = mlops_error()
        status = lib.mlops_change_new(C.byref(out), store_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Change", err)
        self._h = self._owner(out.value)

    def commit(self):
        """Commit: all of the change or nothing. Afterwards it is empty and may be used for the next one.
        After ConflictError it is empty too.

        Raises: ConflictError, NoSpaceError, IoError, LimitError for more than 64 MiB, NomemError,
        ForkedError; after any of these nothing was committed, and the change is as it was.
        """
        h = self._open()
        seq = C.c_int64()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_change_commit(h, C.byref(seq), C.byref(err))
        if status:
            _rt.check(status, "Change.commit", err)
        return seq.value

    def content(self, bytes):
        """Keep content. It is stored once, however often it is kept, and is there with the commit, for as
        long as a record names it and nobody collects garbage (Store.gc()) after that.

        Raises: NoSpaceError, IoError, NomemError, ForkedError.
        """
        h = self._open()
        out = mlops_id()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        with h.lock:
            status = lib.mlops_change_content(h, C.byref(out), bytes_p, bytes_n, C.byref(err))
        if status:
            _rt.check(status, "Change.content", err)
        return bytearray(out.bytes).hex()


@_rt.noun("check")
class Check(_rt.Handle):
    """What was found. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_check_unref

    def __init__(self):
        raise TypeError("Check is made by store()")

    @classmethod
    def store(cls, path, *, must_exist=False, read_only=False, network=False, verify_dedup=False, quick=False,
              sync=None, index=None, map_max=None, journal_bytes=None, gc_every_ns=None, gc_keep_ns=None):
        """Check a store. Writers wait meanwhile, readers do not.

        All of it is read, and each content held against its SHA-256. With MLOPS_STORE_QUICK, journal,
        index, heads of frames and how content is put together of them: that takes a fraction of the time,
        and finds what is missing or cut, but no changed byte of content.

            path: directory of the store
            must_exist: never make a store
            read_only: write nothing, not even the index, which is in memory then
            network: allow a network file system; one machine alone may use it
            verify_dedup: a chunk that is there already is compared byte by byte before it is used again,
                for content of parties that do not trust each other; this process does so until it closes
                the store
            quick: of Check.store() alone: look at how content is put together, and read none of it
            sync: default Sync.FULL
            index: default StoreIndex.FILE
            map_max: bytes that the index may grow to; default 1 TiB, or 512 MiB on 32 bits, or less where
                the system refuses
            journal_bytes: size of the first segment of a new journal, from 4 KiB; default 256 KiB. Later
                ones double up to 16 MiB
            gc_every_ns: Store.service() collects garbage when this has passed since the last collection;
                default a day, -1 for never
            gc_keep_ns: of those collections: as mlops_gc_opts.keep_ns; default 14 days

        Raises: Status.OK whatever was found; NotFoundError, UnsupportedError, IoError, DeniedError,
        NomemError if it could not be carried out; CorruptError if the format file is damaged, so that nothing
        else can be told.
        """
        out = C.c_void_p()
        opts = _store_opts(must_exist=must_exist, read_only=read_only, network=network, verify_dedup=verify_dedup,
                quick=quick, sync=sync, index=index, map_max=map_max, journal_bytes=journal_bytes,
                gc_every_ns=gc_every_ns, gc_keep_ns=gc_keep_ns)
        err = mlops_error()
        status = lib.mlops_check_store(C.byref(out), _rt.string(path, "path"), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Check.store", err)
        return cls._wrap(out.value)

    def count(self):
        """What was read.

        Raises: InvalidError if it is not.
        """
        h = self._open()
        out = mlops_check_counts(C.sizeof(mlops_check_counts))
        status = lib.mlops_check_count(h, C.byref(out))
        if status:
            _rt.check(status, "Check.count", why={
                -1: "it is not",
            })
        return _check_counts(out)

    @property
    def n_faults(self):
        """Number of damaged places."""
        h = self._open()
        out = lib.mlops_check_n_faults(h)
        return out

    def fault(self, index):
        """One damaged place, in words.

            index: 0 to Check.n_faults() - 1; no more than 10,000 are kept

        Returns: None beyond that.
        """
        h = self._open()
        out = lib.mlops_check_fault(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)


@_rt.noun("context")
class Context(_rt.Handle):
    """Working memory and settings of one predicting thread. One thread at a time."""

    _end = lib.mlops_context_free
    _locked = True

    @staticmethod
    def size(model, *, executor=None):
        """Bytes that a context needs; exact.

            model: model
            executor: takes parts of large batches, which there is room for in as many threads as it has
                workers; values do not depend on it; outlives the context; default: the calling thread

        Returns: 0 if the options are not valid.
        """
        model_h = _rt.opened(model, Model, "model")
        opts = _context_opts(executor=executor)
        out = lib.mlops_context_size(model_h, C.byref(opts))
        return out

    def __init__(self, model, output=0, *, executor=None):
        """Make a context on the heap of the model's host. It holds a share of the model.

            model: shared by the context
            output: what Context.predict() and Context.run() write
            executor: takes parts of large batches, which there is room for in as many threads as it has
                workers; values do not depend on it; outlives the context; default: the calling thread

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        model_h = _rt.opened(model, Model, "model")
        output = _rt.choice(ModelOutput, output)
        opts = _context_opts(executor=executor)
        err = mlops_error()
        status = lib.mlops_context_new(C.byref(out), model_h, output, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Context", err)
        self._h = self._owner(out.value, keep=(opts,), of=model_h)

    @property
    def width(self):
        """Number of values that one row yields."""
        h = self._open()
        with h.lock:
            out = lib.mlops_context_width(h)
        return out

    def predict(self, rows):
        """Predict rows, as Model.predict(), for a model of any size. What is bound stays so.

            rows: row-major, float32

        Raises: InvalidError where a shape differs; nothing is written then.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        _rt.fits("rows", rows_shape, 1, "model", "features", lib.mlops_model_n_features(h.of))
        width = lib.mlops_context_width(h)
        out, out_p = _rt.empty("d", (rows_shape[0], width))
        with h.lock:
            status = lib.mlops_context_predict(h, rows_p, rows_shape[0], rows_shape[1], out_p, width)
        if status:
            _rt.check(status, "Context.predict", why={
                -1: "a shape differs",
            })
        return _rt.result(out)

    def predict_f64(self, rows):
        """Predict rows, as Model.predict_f64(), for a model of any size. What is bound stays so.

            rows: row-major, float64

        Raises: as Context.predict().
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "d", 2, "rows")
        _rt.fits("rows", rows_shape, 1, "model", "features", lib.mlops_model_n_features(h.of))
        width = lib.mlops_context_width(h)
        out, out_p = _rt.empty("d", (rows_shape[0], width))
        with h.lock:
            status = lib.mlops_context_predict_f64(h, rows_p, rows_shape[0], rows_shape[1], out_p, width)
        if status:
            _rt.check(status, "Context.predict_f64", why={
                -1: "a shape differs",
            })
        return _rt.result(out)

    def bind(self, rows):
        """Bind rows of float32. They are read anew by each run: their values may change in between. A binding
        takes the place of the one before it; after an error nothing is bound.

            rows: the first value of the first row; outlives the binding

        Raises: InvalidError; SchemaError if an ONNX file's input takes texts.
        """
        h = self._open()
        rows_p, rows_shape, rows_strides, rows_keep = _rt.matrix(rows, "f", "rows")
        err = mlops_error()
        _rt.fits("rows", rows_shape, 1, "model", "features", lib.mlops_model_n_features(h.of))
        with h.lock:
            status = lib.mlops_context_bind(h, rows_p, rows_shape[0], rows_shape[1], rows_strides[0],
                    rows_strides[1], C.byref(err))
        if status:
            _rt.check(status, "Context.bind", err)
        h.bound = (rows_keep,)

    def bind_f64(self, rows):
        """Bind rows of float64. As Context.bind().

            rows: the first value of the first row; outlives the binding
        """
        h = self._open()
        rows_p, rows_shape, rows_strides, rows_keep = _rt.matrix(rows, "d", "rows")
        err = mlops_error()
        _rt.fits("rows", rows_shape, 1, "model", "features", lib.mlops_model_n_features(h.of))
        with h.lock:
            status = lib.mlops_context_bind_f64(h, rows_p, rows_shape[0], rows_shape[1], rows_strides[0],
                    rows_strides[1], C.byref(err))
        if status:
            _rt.check(status, "Context.bind_f64", err)
        h.bound = (rows_keep,)

    def bind_table(self, table, columns=None):
        """Bind the columns of a table, as Model.predict_table() does. Nothing is copied.

            table: rows; outlives the binding
            columns: column of each feature, separated by commas, quoted as in a CSV line; default: the
                model's feature names

        Raises: SchemaError names the column; InvalidError, NomemError.
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        with h.lock:
            status = lib.mlops_context_bind_table(h, table_h, _rt.names_or_none(columns, "columns"), C.byref(err))
        if status:
            _rt.check(status, "Context.bind_table", err)
        h.bound = (table_h,)

    def bind_csr(self, values, features, starts, n_features, absent):
        """Bind a sparse matrix in compressed rows (CSR): float32 with indices of 32 bits. Row i is made of
        the entries starts[i] to starts[i + 1] - 1. All indices are held against their bounds here, and
        must stay as they are; the values may change between runs.

            values: entries; outlive the binding
            features: feature of each entry, ascending in each row; outlive the binding
            starts: first entry of each row, and the end of the last one; outlive the binding
            n_features: must be Model.n_features()
            absent: what an entry is that is not there: NaN, missing, as XGBoost takes it; 0, as
                scikit-learn does

        Raises: InvalidError names the row; SchemaError if an ONNX file's input takes texts.
        """
        h = self._open()
        values_p, values_shape, values_keep = (None, (0,) * 1, None) if values is None else _rt.array(values, "f", 1,
                "values")
        features_p, features_shape, features_keep = (None, (0,) * 1,
                None) if features is None else _rt.array(features, "i", 1, "features")
        starts_p, starts_shape, starts_keep = _rt.array(starts, "i", 1, "starts")
        err = mlops_error()
        if features is not None:
            _rt.same_length("features", features_shape[0], "values", values_shape[0])
        with h.lock:
            status = lib.mlops_context_bind_csr(h, values_p, features_p, values_shape[0], starts_p, starts_shape[0],
                    _rt.integer(n_features, -2 ** 63, 2 ** 63 - 1, "n_features"), _rt.real(absent, "absent"),
                    C.byref(err))
        if status:
            _rt.check(status, "Context.bind_csr", err)
        h.bound = (values_keep, features_keep, starts_keep,)

    def bind_csr_f64(self, values, features, starts, n_features, absent):
        """Bind a sparse matrix of float64 with indices of 32 bits. As Context.bind_csr().

            values: entries
            features: feature of each entry
            starts: first entry of each row, and the end
            n_features: must be Model.n_features()
            absent: what an entry is that is not there
        """
        h = self._open()
        values_p, values_shape, values_keep = (None, (0,) * 1, None) if values is None else _rt.array(values, "d", 1,
                "values")
        features_p, features_shape, features_keep = (None, (0,) * 1,
                None) if features is None else _rt.array(features, "i", 1, "features")
        starts_p, starts_shape, starts_keep = _rt.array(starts, "i", 1, "starts")
        err = mlops_error()
        if features is not None:
            _rt.same_length("features", features_shape[0], "values", values_shape[0])
        with h.lock:
            status = lib.mlops_context_bind_csr_f64(h, values_p, features_p, values_shape[0], starts_p,
                    starts_shape[0], _rt.integer(n_features, -2 ** 63, 2 ** 63 - 1, "n_features"), _rt.real(absent,
                    "absent"), C.byref(err))
        if status:
            _rt.check(status, "Context.bind_csr_f64", err)
        h.bound = (values_keep, features_keep, starts_keep,)

    def bind_csr_i64(self, values, features, starts, n_features, absent):
        """Bind a sparse matrix of float32 with indices of 64 bits. As Context.bind_csr().

            values: entries
            features: feature of each entry
            starts: first entry of each row, and the end
            n_features: must be Model.n_features()
            absent: what an entry is that is not there
        """
        h = self._open()
        values_p, values_shape, values_keep = (None, (0,) * 1, None) if values is None else _rt.array(values, "f", 1,
                "values")
        features_p, features_shape, features_keep = (None, (0,) * 1,
                None) if features is None else _rt.array(features, "q", 1, "features")
        starts_p, starts_shape, starts_keep = _rt.array(starts, "q", 1, "starts")
        err = mlops_error()
        if features is not None:
            _rt.same_length("features", features_shape[0], "values", values_shape[0])
        with h.lock:
            status = lib.mlops_context_bind_csr_i64(h, values_p, features_p, values_shape[0], starts_p,
                    starts_shape[0], _rt.integer(n_features, -2 ** 63, 2 ** 63 - 1, "n_features"), _rt.real(absent,
                    "absent"), C.byref(err))
        if status:
            _rt.check(status, "Context.bind_csr_i64", err)
        h.bound = (values_keep, features_keep, starts_keep,)

    def bind_csr_f64_i64(self, values, features, starts, n_features, absent):
        """Bind a sparse matrix of float64 with indices of 64 bits. As Context.bind_csr().

            values: entries
            features: feature of each entry
            starts: first entry of each row, and the end
            n_features: must be Model.n_features()
            absent: what an entry is that is not there
        """
        h = self._open()
        values_p, values_shape, values_keep = (None, (0,) * 1, None) if values is None else _rt.array(values, "d", 1,
                "values")
        features_p, features_shape, features_keep = (None, (0,) * 1,
                None) if features is None else _rt.array(features, "q", 1, "features")
        starts_p, starts_shape, starts_keep = _rt.array(starts, "q", 1, "starts")
        err = mlops_error()
        if features is not None:
            _rt.same_length("features", features_shape[0], "values", values_shape[0])
        with h.lock:
            status = lib.mlops_context_bind_csr_f64_i64(h, values_p, features_p, values_shape[0], starts_p,
                    starts_shape[0], _rt.integer(n_features, -2 ** 63, 2 ** 63 - 1, "n_features"), _rt.real(absent,
                    "absent"), C.byref(err))
        if status:
            _rt.check(status, "Context.bind_csr_f64_i64", err)
        h.bound = (values_keep, features_keep, starts_keep,)

    def run(self, first_row, n_rows):
        """Predict rows of what is bound.

            first_row: 0 or more
            n_rows: 0 or more; the last one is bound, too

        Raises: InvalidError if nothing is bound, or a row is not, or width differs: nothing is written then;
        of graphs as Context.predict().
        """
        h = self._open()
        width = lib.mlops_context_width(h)
        out, out_p = _rt.empty("d", (_rt.integer(n_rows, -2 ** 63, 2 ** 63 - 1, "n_rows", 0), width))
        with h.lock:
            status = lib.mlops_context_run(h, _rt.integer(first_row, -2 ** 63, 2 ** 63 - 1, "first_row", 0),
                    _rt.integer(n_rows, -2 ** 63, 2 ** 63 - 1, "n_rows", 0), out_p, width)
        if status:
            _rt.check(status, f"Context.run({first_row}, {n_rows})", why={
                -1: "nothing is bound, or a row is not, or width differs",
            })
        return _rt.result(out)


@_rt.noun("diff")
class Diff(_rt.Handle):
    """What differs between two tables, which it shares. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_diff_unref

    def __init__(self):
        raise TypeError("Diff is made by compare()")

    @classmethod
    def compare(cls, from_, to, *, key=None, ignore=None, n_max=None):
        """Compare two tables. Keys may come in any order; a null is a value of a key like any other.

            from_: older table
            to: newer table
            key: names of the columns that name a row, separated by commas, quoted as in a CSV line;
                default: rows stand by their position
            ignore: names to leave out, as columns of key; may be on one side alone
            n_max: how many rows Diff.cells() and Diff.rows() list at the most; default all

        Raises: SchemaError names a column of the key that a table lacks, or has as a string on one side
        alone, and a key that two rows of a table have, with both rows; InvalidError for an option; LimitError
        for more than 2^31 - 2 rows; NomemError.
        """
        out = C.c_void_p()
        from__h = _rt.opened(from_, Table, "from_")
        to_h = _rt.opened(to, Table, "to")
        opts = _diff_opts(key=key, ignore=ignore, n_max=n_max)
        err = mlops_error()
        status = lib.mlops_diff_compare(C.byref(out), from__h, to_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Diff.compare", err)
        return cls._wrap(out.value)

    @property
    def n_cells(self):
        """Number of cells that differ, of rows and columns that are on both sides."""
        h = self._open()
        out = lib.mlops_diff_n_cells(h)
        return out

    @property
    def n_changed(self):
        """Number of rows on both sides of which a cell differs."""
        h = self._open()
        out = lib.mlops_diff_n_changed(h)
        return out

    @property
    def n_added(self):
        """Number of rows that the newer table alone has."""
        h = self._open()
        out = lib.mlops_diff_n_added(h)
        return out

    @property
    def n_removed(self):
        """Number of rows that the older table alone has."""
        h = self._open()
        out = lib.mlops_diff_n_removed(h)
        return out

    @property
    def n_schema(self):
        """Number of columns that were added, removed, renamed or retyped."""
        h = self._open()
        out = lib.mlops_diff_n_schema(h)
        return out

    def cells(self):
        """Cells that differ, by row of the older table, then by its columns.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_diff_cells(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Diff.cells", err)
        return _rt.classes["table"]._wrap(out.value)

    def rows(self):
        """Rows that differ: changed and removed ones by row of the older table, then those added by row of
        the newer one.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_diff_rows(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Diff.rows", err)
        return _rt.classes["table"]._wrap(out.value)

    def added(self):
        """Rows that the newer table alone has, with its columns and types, in its order.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_diff_added(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Diff.added", err)
        return _rt.classes["table"]._wrap(out.value)

    def removed(self):
        """Rows that the older table alone has, with its columns and types, in its order.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_diff_removed(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Diff.removed", err)
        return _rt.classes["table"]._wrap(out.value)

    def schema(self):
        """Columns that were added, removed, renamed or retyped; their order is not compared. A column was
        renamed if one of the same type and of equal values in all rows that are on both sides, of which
        there is one at the least, has another name. It takes the first such column.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_diff_schema(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Diff.schema", err)
        return _rt.classes["table"]._wrap(out.value)

    def columns(self):
        """What became of each column: those of the older table in its order, then those added.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_diff_columns(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Diff.columns", err)
        return _rt.classes["table"]._wrap(out.value)


@_rt.noun("draft")
class Draft(_rt.Handle):
    """Entries that wait to become a commit. Content goes to the store as it is added, where nobody sees it before
    the commit; of a draft that is not committed it takes room there and nothing else. Mutable; one thread at a
    time."""

    _end = lib.mlops_draft_free
    _locked = True

    def __init__(self, change, dataset, *, empty=False, branch=None, base=None, message=None, author=None,
                 metadata=None, call=None):
        """Begin a commit of a dataset, which is made if it is not there.

            change: change that the commit becomes part of; outlives the draft
            dataset: name: 1 to 200 bytes of UTF-8 without control characters
            empty: begin without entries; default: with those of the branch
            branch: branch to commit to, which may be new; default "main"
            base: ref that a new branch begins at; default: the branch "main", if there is one; "" for
                none, so that it begins without history
            message: why, in words; up to 64 KiB
            author: who made the data; up to 64 KiB
            metadata: a JSON object, kept as it is; up to 64 KiB
            call: executor: hashes content while it is packed

        Raises: NotFoundError if base is no ref; ExistsError if base is given and the branch is there, or its
        name is a tag's; InvalidError, CorruptError, IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        change_h = _rt.opened(change, Change, "change")
        opts = _draft_opts(empty=empty, branch=branch, base=base, message=message, author=author, metadata=metadata,
                call=call)
        err = mlops_error()
        with _rt.locked(change_h):
            status = lib.mlops_draft_new(C.byref(out), change_h, _rt.string(dataset, "dataset"), C.byref(opts),
                    C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Draft", err, nested={
                "mlops_call": "call",
            })
        self._h = self._owner(out.value, keep=(change_h, opts,))

    def add_file(self, path, file):
        """Add a file as it is, part by part, or replace the entry of that path.

            path: place in the dataset: names of up to 255 bytes joined by "/", none of them empty, ".",
                ".." or ".mlops-*.tmp"; no control characters, no backslashes; 1,024 bytes
            file: file to read

        Raises: NotFoundError, DeniedError, IoError, BusyError if it shrinks; ExistsError if path is a folder;
        InvalidError, NomemError, NoSpaceError, ForkedError.
        """
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_add_file(h, _rt.string(path, "path"), _rt.string(file, "file"), C.byref(err))
        if status:
            _rt.check(status, "Draft.add_file", err)

    def add_bytes(self, path, bytes):
        """Add bytes as a file.

            path: as in Draft.add_file()

        Raises: as Draft.add_file().
        """
        h = self._open()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_add_bytes(h, _rt.string(path, "path"), bytes_p, bytes_n, C.byref(err))
        if status:
            _rt.check(status, "Draft.add_bytes", err)

    def add_csv(self, path, file, *, csv=None, target=None, time=None, row_id=None):
        """Add a CSV file as a table. Its bytes are kept as they are; it must parse.

            path: as in Draft.add_file()
            file: file to read
            csv: how a CSV file is read, now and later; host is not looked at
            target: column that models predict
            time: column of the time of a row
            row_id: column that names a row

        Raises: as Table.load(); SchemaError if a column of the options is not there; as Draft.add_file().
        """
        h = self._open()
        opts = _draft_table_opts(csv=csv, target=target, time=time, row_id=row_id)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_add_csv(h, _rt.string(path, "path"), _rt.string(file, "file"), C.byref(opts),
                    C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Draft.add_csv", err, nested={
                "mlops_csv_opts": "csv",
                "mlops_call": 'csv["call"]',
            })

    def add_table(self, path, table, *, csv=None, target=None, time=None, row_id=None):
        """Add a table. Its id is over its names, types and values, whatever they were read from.

            path: as in Draft.add_file()
            table: read, not kept
            csv: how a CSV file is read, now and later; host is not looked at
            target: column that models predict
            time: column of the time of a row
            row_id: column that names a row

        Raises: SchemaError if a column of the options is not there; LimitError for a text of 4 GiB; as
        Draft.add_file().
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        opts = _draft_table_opts(csv=csv, target=target, time=time, row_id=row_id)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_add_table(h, _rt.string(path, "path"), table_h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Draft.add_table", err, nested={
                "mlops_csv_opts": "csv",
                "mlops_call": 'csv["call"]',
            })

    def split(self, path, *, kind=None, share=None, seed=None, column=None):
        """Hold rows of a table out, for good with the commit. The draw depends on the number of rows, the
        values of the column and the seed alone, and is the same on every machine; docs/dataset.md says how
        it is made. A table that is replaced has no split until it gets one. A column of time is of
        numbers, or of texts that are ISO 8601, all of one form and offset: 2020-01-26, or with T or a
        blank, time, fraction, and Z or an offset.

            path: of a table in it
            kind: default Split.RANDOM
            share: of the rows, between 0 and 1; default 0.2
            seed: of the draw; default 0
            column: of strata or time; default: the table's target or time

        Raises: NotFoundError if there is no such entry; SchemaError if it is no table, lacks the column, or
        texts are no such times (the first one is named); InvalidError if no row would be held out, or all;
        CorruptError, IoError, NomemError.
        """
        h = self._open()
        opts = _split_opts(kind=kind, share=share, seed=seed, column=column)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_split(h, _rt.string(path, "path"), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Draft.split", err)

    def remove(self, path):
        """Take an entry out. NotFoundError if there is none."""
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_remove(h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Draft.remove", err)

    def commit(self):
        """Add the commit to the change. It is there once the change is committed. If the branch has moved
        since the draft was begun, this returns ConflictError, or the change's commit does. The draft is
        used up.

        Raises: InvalidError if it was committed before; LimitError if no time is later than the commit
        before; ConflictError, NomemError, IoError, NoSpaceError, ForkedError.
        """
        h = self._open()
        out = mlops_id()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_commit(h, C.byref(out), C.byref(err))
        if status:
            _rt.check(status, "Draft.commit", err)
        return bytearray(out.bytes).hex()

    def merge(self, ref=None, *, commit=False, policy=None, key=None, branch=None, message=None, author=None,
              metadata=None):
        """Merge a commit into a draft, whose commit gets it as its second parent. What both go back to is
        their newest common ancestor, or nothing. Entries that one side alone has added, removed or changed
        are taken; tables that both have changed are merged as Merge.tables() does it, and written as ours
        are: CSV in the form that it was read in, with a header where there was one, or where it could not
        be read again without; in the form of theirs, if they alone have changed it. Target, time, row_id,
        split and parts are merged each by itself; where rows of both sides come together there is neither
        split nor parts. What was added to the draft before counts as ours. A commit that ours goes back to
        is merged already, and nothing is done.

        With MergePolicy.REFUSE and conflicts the draft stays as it is, and is not committed before a merge
        has been successful. After an error it can be ended alone.

            ref: commit to merge, as in dataset_resolve()
            commit: make a commit also where moving the branch would do
            policy: default MergePolicy.REFUSE
            key: names of the columns that name a row of each table that both sides have changed,
                separated by commas, as in mlops_diff_opts; default: the table's row_id, if it has one;
                "": by position
            branch: branch that is merged into; default "main"
            message: of the commit, as in mlops_draft_opts
            author: as in mlops_draft_opts
            metadata: a JSON object, as in mlops_draft_opts

        Raises: InvalidError for an option, or if the draft has merged before; as resolving, as Merge.tables()
        and Draft.add_table().
        """
        out = C.c_void_p()
        h = self._open()
        opts = _dataset_merge_opts(commit=commit, policy=policy, key=key, branch=branch, message=message,
                author=author, metadata=metadata)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_merge(C.byref(out), h, _rt.string_or_none(ref, "ref"), C.byref(opts),
                    C.byref(err))
        if status:
            _rt.check(status, "Draft.merge", err)
        return _rt.classes["table"]._wrap(out.value)

    def add_stream(self, path, *, csv=False, fd=None, read=None, columns=None):
        """Add the bytes of a stream as an entry, or replace the entry of that path. A table is in memory
        while it is added, a file is not. After an error the draft is as it was; what was read is gone.

            path: as in Draft.add_file()
            csv: delimited text that becomes a table; default: a file as it is
            fd: descriptor that is read from where it stands to its end, and stays open: of a file, a
                pipe, a socket, but none that does not block; default 0, standard input
            read: is asked in place of the descriptor, on the calling thread
            columns: of a table: what is known of its columns, and how it is read

        Raises: IoError, or what the errno of the reader says; InvalidError if a reader says that it has read
        more than it was asked for, or columns are given for what is no table; as Draft.add_file() and, for a
        table, Draft.add_csv().
        """
        h = self._open()
        opts = _stream_opts(csv=csv, fd=fd, read=read, columns=columns)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_add_stream(h, _rt.string(path, "path"), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Draft.add_stream", err, nested={
                "mlops_draft_table_opts": "columns",
                "mlops_csv_opts": 'columns["csv"]',
                "mlops_call": 'columns["csv"]["call"]',
            })

    def add_folder(self, prefix, folder, *, follow_links=False, skip_links=False, keep_missing=False, include=None,
                   exclude=None, call=None):
        """Add a folder: afterwards the entries under the prefix are its files. Those that have not changed
        stay as they are, tables with all that is known of them. A table whose file has changed stays one,
        read with the options that it was read with, with its target, time and row_id where it has the
        columns yet, and a split and parts drawn by their rules where they can be; of kind "csv" from then
        on. One that is no such table any more becomes a file. If n_added, n_changed and n_removed are 0,
        there is nothing to commit. All is read before the first entry changes: after an error the draft is
        as it was.

            prefix: where its files go: a path as in Draft.add_file(); default: the root, so that the
                dataset becomes the folder
            folder: folder to read
            follow_links: a symbolic link is what it leads to
            skip_links: symbolic links are left out
            keep_missing: entries whose files are gone stay as they are
            include: list of globs; default: everything
            exclude: list of globs, which go before include; default: nothing
            call: threads that read, hash and compress; progress in files; deadline

        Raises: NotFoundError, DeniedError, IoError, naming the file; InvalidError for a link, for what is no
        file, for a name that no entry can have, for a glob that is none, for a folder that is the store's, or
        lies in it, and for one without a file to add where entries would be removed, as of a disk that is not
        mounted; BusyError for a file that changes whenever it is read; ExistsError if an entry would be a
        folder, too; CancelledError, DeadlineError, NoSpaceError, CorruptError, NomemError, ForkedError.
        """
        h = self._open()
        opts = _folder_opts(follow_links=follow_links, skip_links=skip_links, keep_missing=keep_missing,
                include=include, exclude=exclude, call=call)
        out = mlops_folder_stat(C.sizeof(mlops_folder_stat))
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_add_folder(h, _rt.string_or_none(prefix, "prefix"), _rt.string(folder,
                    "folder"), C.byref(opts), C.byref(out), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Draft.add_folder", err, nested={
                "mlops_call": "call",
            })
        return _folder_stat(out)

    def import_(self, prefix, folder, *, kind=None, cache=None, include=None, exclude=None, call=None):
        """Add what a tree of DVC or git-lfs names. Of DVC, an object that the cache lacks is taken from its
        place in the tree if that is a file of the same hash. Files of before DVC 3 may be named by the MD5
        of their text with Unix line ends, as these versions did. Entries of the same content stay as they
        are, tables with all that is known of them. An error leaves in the draft what was added ahead of
        it: begin another one.

            prefix: where the files go, as in Draft.add_folder()
            folder: the tree: a repository, or a folder of one
            kind: default ImportKind.DVC
            cache: where objects lie; default: of DVC what dir of [cache] in the folder's
                .dvc/config.local or .dvc/config says, else .dvc/cache; of git-lfs .git/lfs/objects of the
                folder
            include: list of globs, as in mlops/folder.h; default: everything
            exclude: list of globs, which go before include; default: nothing
            call: progress in files; deadline

        Raises: NotFoundError for an object that is nowhere; CorruptError for one whose bytes are others than
        its name says, and with the line for a file that DVC does not write so, and for a cache that is set to
        be elsewhere than in a folder; InvalidError for a path that leads out of the folder, for a link, for
        an output without a hash, and of git-lfs for a folder with neither .git nor .gitattributes, unless
        cache is given; ExistsError, LimitError, CancelledError, DeadlineError; otherwise as
        Draft.add_folder().
        """
        h = self._open()
        opts = _import_opts(kind=kind, cache=cache, include=include, exclude=exclude, call=call)
        out = mlops_import_stat(C.sizeof(mlops_import_stat))
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_import(h, _rt.string_or_none(prefix, "prefix"), _rt.string(folder, "folder"),
                    C.byref(opts), C.byref(out), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Draft.import_", err, nested={
                "mlops_call": "call",
            })
        return _import_stat(out)

    def validate(self, path):
        """Hold a table of a draft against what is kept for it, as the draft's commit would.

            path: of the table

        Raises: NotFoundError if there is no such entry, or no expectations; SchemaError if the entry is no
        table; InvalidError, CorruptError, IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_validate(C.byref(out), h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Draft.validate", err)
        return _rt.classes["table"]._wrap(out.value)

    def override(self, reason):
        """Let the draft's commit pass whatever its tables break. The reason is recorded with it.

            reason: why, in words; up to 64 KiB

        Raises: InvalidError for an empty reason, one that is no UTF-8, or a draft that was committed;
        NomemError.
        """
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_override(h, _rt.string(reason, "reason"), C.byref(err))
        if status:
            _rt.check(status, "Draft.override", err)

    def divide(self, path, *, by=None, n_folds=None, parts=None, column=None, key=None, seed=None):
        """Divide the rows of a table of a draft. It stands beside what Draft.split() holds out, and takes the
        place of an earlier division. A table that is replaced has none until it gets one.

        Folds are called fold0, fold1, ..., the rows to train for each train0, train1, ...: all others, or,
        by time, those that are older (an expanding window, so that the oldest rows are in no fold).

            path: of a table in it
            by: default Divide.ROWS
            n_folds: 2 to 250 folds in place of parts; default 0: parts
            parts: names and shares, separated by commas and quoted as in a CSV line, 2 to 250 of them;
                shares are above 0 and add up to 1 but for rounding; default
                "train=0.8,validation=0.1,test=0.1"
            column: of groups, strata or time; default for strata the table's target, for time its time
            key: column that says what a row is, where it is rows or strata that count; default the
                table's row_id, or all columns
            seed: of the hashes; default 0

        Raises: NotFoundError if there is no such entry; SchemaError if it is no table, lacks a column, or
        texts of the column of time are no times (the first one is named); InvalidError for parts that are
        none, or folds by time of a table with fewer rows than there are folds and one; CorruptError, IoError,
        NomemError.
        """
        h = self._open()
        opts = _divide_opts(by=by, n_folds=n_folds, parts=parts, column=column, key=key, seed=seed)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_draft_divide(h, _rt.string(path, "path"), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Draft.divide", err)


@_rt.noun("merge")
class Merge(_rt.Handle):
    """What became of three tables. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_merge_unref

    def __init__(self):
        raise TypeError("Merge is made by tables()")

    @classmethod
    def tables(cls, base, ours, theirs, *, key=None, policy=None):
        """Merge two tables that come from one. Rows stand for each other, and cells are equal, as in
        Diff.compare(). A column that was renamed is one removed and one added.

        Rows come in the order of ours, or of theirs if theirs alone has put the rows of the base in
        another order; a row that one side has put in follows the row that it followed there; where both
        have put rows in, ours come first, and by position equal ones once. So do columns.

            base: the table that both come from; default: they have nothing in common
            ours: one side
            theirs: the other side
            key: names of the columns that name a row, separated by commas, as in mlops_diff_opts;
                default: rows stand by their position
            policy: default MergePolicy.REFUSE

        Raises: as Diff.compare(); conflicts are no error here.
        """
        out = C.c_void_p()
        base_h = _rt.opened_or_none(base, Table, "base")
        ours_h = _rt.opened(ours, Table, "ours")
        theirs_h = _rt.opened(theirs, Table, "theirs")
        opts = _merge_opts(key=key, policy=policy)
        err = mlops_error()
        status = lib.mlops_merge_tables(C.byref(out), base_h, ours_h, theirs_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Merge.tables", err)
        return cls._wrap(out.value)

    @property
    def n_conflicts(self):
        """Number of conflicts, decided or not."""
        h = self._open()
        out = lib.mlops_merge_n_conflicts(h)
        return out

    def conflicts(self):
        """What both sides have changed, otherwise than each other.

        Raises: Status.OK; nothing fails, as of today.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_merge_conflicts(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Merge.conflicts", err)
        return _rt.classes["table"]._wrap(out.value)

    def table(self):
        """The table that the sides add up to.

        Raises: ConflictError if there are conflicts and they were to be refused.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_merge_table(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Merge.table", err)
        return _rt.classes["table"]._wrap(out.value)


@_rt.noun("feature")
class Feature(_rt.Handle):
    """Fitted features. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_feature_unref

    def __init__(self):
        raise TypeError("Feature is made by fit(), load(), parse()")

    @classmethod
    def fit(cls, definition, table):
        """Fit features to a table.

        impute(x, 'mean'|'median'|'mode'|constant) fills null and NaN; standardise(x) is x less its mean,
        divided by its population standard deviation; minmax(x) is x less its minimum, divided by the
        range; where x is constant, both divide by 1. one_hot(x), one_hot(x, max) makes an output
        name=category of each of the max (default 50, at most 10,000) most frequent categories of a string,
        int64 or bool x, 1 or 0, and stands alone on its line. Null and NaN do not count. docs/features.md
        has the formulas.

            definition: up to 1 MiB of UTF-8
            table: training rows

        Raises: ParseError, NotFoundError for an unknown name; SchemaError for types that do not fit, a value
        that is infinite, or none where something is fitted; ExistsError for two outputs of one name;
        LimitError beyond 65,536 outputs or the limits of the language; InvalidError, NomemError.
        """
        out = C.c_void_p()
        table_h = _rt.opened(table, Table, "table")
        opts = _feature_opts()
        err = mlops_error()
        status = lib.mlops_feature_fit(C.byref(out), _rt.string(definition, "definition"), table_h, C.byref(opts),
                C.byref(err))
        if status:
            _rt.check(status, "Feature.fit", err)
        return cls._wrap(out.value)

    @classmethod
    def load(cls, path):
        """Load fitted features from a file that Feature.write() wrote.

            path: file to read

        Raises: NotFoundError, IoError, DeniedError; else as Feature.parse().
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_feature_load(C.byref(out), _rt.string(path, "path"), None, C.byref(err))
        if status:
            _rt.check(status, "Feature.load", err)
        return cls._wrap(out.value)

    @classmethod
    def parse(cls, bytes):
        """Load fitted features from memory.

            bytes: what Feature.save() gave; borrowed for the call

        Raises: CorruptError for any other bytes; UnsupportedError for a later format; LimitError beyond 64
        MiB; NomemError.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        status = lib.mlops_feature_parse(C.byref(out), bytes_p, bytes_n, None, C.byref(err))
        if status:
            _rt.check(status, "Feature.parse", err)
        return cls._wrap(out.value)

    def write(self, path):
        """Write to a file, whole or not at all.

            path: file to write; replaced if it is there

        Raises: IoError, NoSpaceError, DeniedError, NotFoundError, NomemError.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_feature_write(h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Feature.write", err)

    def save(self):
        """The features as JSON: definition, inputs with their types, outputs with their expressions. Equal
        features give equal bytes.

        Raises: ArenaError if cap is too small: nothing is written then.
        """
        h = self._open()
        text = _rt.written(lambda text, cap, needed: lib.mlops_feature_save(h, text, cap, needed), "Feature.save")
        return text

    @property
    def id(self):
        """Name of the content: SHA-256 of what Feature.save() gives."""
        h = self._open()
        out = mlops_id()
        status = lib.mlops_feature_id(h, C.byref(out))
        if status:
            _rt.check(status, "Feature.id")
        return bytearray(out.bytes).hex()

    @property
    def definition(self):
        """The definition, as it was given.

        Returns: never None.
        """
        h = self._open()
        out = lib.mlops_feature_definition(h)
        return _rt.decoded(out)

    @property
    def n_inputs(self):
        """Number of columns that the features read."""
        h = self._open()
        out = lib.mlops_feature_n_inputs(h)
        return out

    def input_name(self, index):
        """Name of an input, in the order in which the outputs first read them.

            index: 0 to n_inputs - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        out = lib.mlops_feature_input_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def input_type(self, index):
        """Type of an input; Type.None where index is out of range."""
        h = self._open()
        out = lib.mlops_feature_input_type(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.enumerator(Type, out)

    @property
    def n_outputs(self):
        """Number of values of a row."""
        h = self._open()
        out = lib.mlops_feature_n_outputs(h)
        return out

    def output_name(self, index):
        """Name of an output, in the order of the definition.

            index: 0 to n_outputs - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        out = lib.mlops_feature_output_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def expression(self, index):
        """Expression of an output, with what was fitted as constants in it.

            index: 0 to n_outputs - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        out = lib.mlops_feature_expression(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def apply(self, table):
        """Compute the features of a table.

        Inputs are bound to columns by name; further columns are ignored. int64 and float64 columns stand
        for each other where every value is exact; a NaN is a null of an int64 input. Outputs are float64
        columns; null stays null and NaN stays NaN.

            table: rows

        Raises: SchemaError names the column; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        status = lib.mlops_feature_apply(C.byref(out), h, table_h, C.byref(err))
        if status:
            _rt.check(status, "Feature.apply", err)
        return _rt.classes["table"]._wrap(out.value)

    def matrix(self, table):
        """Compute the features of a table as rows to predict: the values of Feature.apply(), rounded to
        float32; null is NaN.

            table: rows

        Raises: as Feature.apply(); InvalidError where a shape differs.
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        n_rows = lib.mlops_table_n_rows(table_h)
        n_outputs = lib.mlops_feature_n_outputs(h)
        out, out_p = _rt.empty("f", (n_rows, n_outputs))
        status = lib.mlops_feature_matrix(h, table_h, out_p, n_rows, n_outputs, C.byref(err))
        if status:
            _rt.check(status, "Feature.matrix", err)
        return _rt.result(out)

    def row(self, values):
        """Compute the features of one row: the bits of Feature.matrix(). Nothing is allocated, locked or
        called of the system.

            values: in the order of the inputs

        Raises: InvalidError where a shape differs or a text is no UTF-8; SchemaError if a value has another
        type than its input, or is not exact in it; ArenaError if an expression needs more working memory than
        the stack bound of 16 KiB; nothing is written then.
        """
        h = self._open()
        values_p, values_shape = _rt.elements(values, FeatureValue, mlops_feature_value, "values")
        _rt.fits("values", values_shape, 0, "feature", "inputs", lib.mlops_feature_n_inputs(h))
        n_outputs = lib.mlops_feature_n_outputs(h)
        out, out_p = _rt.empty("f", (n_outputs,))
        status = lib.mlops_feature_row(h, values_p, values_shape[0], out_p, n_outputs)
        if status:
            _rt.check(status, "Feature.row", why={
                -1: "a shape differs or a text is no UTF-8",
                -9: "a value has another type than its input, or is not exact in it",
                -7: "an expression needs more working memory than the stack bound of 16 KiB",
            })
        return _rt.result(out)


@_rt.noun("deployment")
class Deployment(_rt.Handle):
    """Versions that serve. Any number of threads may predict at once, also during a refresh: none of them
    waits."""

    _end = lib.mlops_deployment_close

    def __init__(self):
        raise TypeError("Deployment is made by open()")

    @classmethod
    def open(cls, store, name):
        """Begin to serve.

        What the verbs below take is settled now: rows have the features of the champion's model, values
        are the inputs of the champion's features and behind them those that the canary's need further.

            store: store, which stays open for as long as the deployment lives
            name: name of the deployment

        Raises: NotFoundError if there is no such deployment, or nobody holds the champion's alias;
        SchemaError if champion and canary yield different numbers of values; CorruptError, InvalidError,
        IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_deployment_open(C.byref(out), store_h, _rt.string(name, "name"), C.byref(err))
        if status:
            _rt.check(status, "Deployment.open", err)
        return cls._wrap(out.value)

    def refresh(self):
        """Read the store, and serve what it says from now on. Predictions go on meanwhile; versions that
        serve no more end after the last prediction that uses them. After an error everything is as it was,
        and goes on.

        Raises: as Deployment.open(); SchemaError also if a version does not take the rows, or values, that
        this deployment was given so far: open it anew for those.
        """
        h = self._open()
        n_swapped = C.c_int64()
        err = mlops_error()
        status = lib.mlops_deployment_refresh(h, C.byref(n_swapped), C.byref(err))
        if status:
            _rt.check(status, "Deployment.refresh", err)
        return n_swapped.value

    @property
    def width(self):
        """Number of values that one row yields."""
        h = self._open()
        out = lib.mlops_deployment_width(h)
        return out

    @property
    def n_features(self):
        """Number of features of a row of Deployment.predict()."""
        h = self._open()
        out = lib.mlops_deployment_n_features(h)
        return out

    @property
    def n_inputs(self):
        """Number of values of a row of Deployment.predict_values(); 0 if no version had features of its own
        when this was opened.
        """
        h = self._open()
        out = lib.mlops_deployment_n_inputs(h)
        return out

    def input_name(self, index):
        """Name of an input.

            index: 0 to n_inputs - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        out = lib.mlops_deployment_input_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def input_type(self, index):
        """Type of an input; Type.None where index is out of range."""
        h = self._open()
        out = lib.mlops_deployment_input_type(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.enumerator(Type, out)

    def stat(self):
        """What serves, and what it did.

        Raises: InvalidError.
        """
        h = self._open()
        out = mlops_deployment_stats(C.sizeof(mlops_deployment_stats))
        status = lib.mlops_deployment_stat(h, C.byref(out))
        if status:
            _rt.check(status, "Deployment.stat")
        return _deployment_stats(out)

    def route(self, key=None):
        """Number of the version that serves a key.

            key: None: whoever has none is the champion's

        Returns: 1 or more.
        """
        h = self._open()
        out = lib.mlops_deployment_route(h, _rt.string_or_none(key, "key"))
        return out

    def predict(self, key, rows):
        """Predict rows with the version that serves a key, as Model.predict(). Nothing is locked, and nothing
        allocated but for models larger than that: a context where more threads predict at once than ever
        did, and what rows that run together take beyond 64.

            key: as Deployment.route(); for all rows
            rows: row-major, float32

        Raises: SchemaError if the version takes rows of other features; InvalidError where a shape differs;
        NomemError, LimitError; nothing is written then.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        version = C.c_int64()
        _rt.fits("rows", rows_shape, 1, "deployment", "features", lib.mlops_deployment_n_features(h))
        width = lib.mlops_deployment_width(h)
        out, out_p = _rt.empty("d", (rows_shape[0], width))
        status = lib.mlops_deployment_predict(h, _rt.string_or_none(key, "key"), rows_p, rows_shape[0],
                rows_shape[1], out_p, width, C.byref(version))
        if status:
            _rt.check(status, "Deployment.predict", why={
                -9: "the version takes rows of other features",
                -1: "a shape differs",
            })
        return version.value, _rt.result(out)

    def predict_values(self, key, values):
        """Predict one row of values, through the features of the version that serves a key. Nothing is
        allocated or locked but as Deployment.predict() does.

            key: as Deployment.route()
            values: in the order of Deployment.input_name()

        Raises: SchemaError if the version has no features or needs further inputs, or a value does not fit
        its input; InvalidError where a shape differs or a text is no UTF-8; ArenaError beyond 4,096 features
        or the stack bound of Feature.row(); NomemError; nothing is written then.
        """
        h = self._open()
        values_p, values_shape = _rt.elements(values, FeatureValue, mlops_feature_value, "values")
        version = C.c_int64()
        _rt.fits("values", values_shape, 0, "deployment", "inputs", lib.mlops_deployment_n_inputs(h))
        width = lib.mlops_deployment_width(h)
        out, out_p = _rt.empty("d", (width,))
        status = lib.mlops_deployment_predict_values(h, _rt.string_or_none(key, "key"), values_p, values_shape[0],
                out_p, width, C.byref(version))
        if status:
            _rt.check(status, "Deployment.predict_values", why={
                -9: "the version has no features or needs further inputs, or a value does not fit its "
                    "input",
                -1: "a shape differs or a text is no UTF-8",
                -7: "beyond 4,096 features or the stack bound of Feature.row()",
            })
        return version.value, _rt.result(out)

    def predict_table(self, table, key_column=None):
        """Predict the rows of a table, each with the version that serves its key. Columns are bound by name
        to the inputs of the version's features or, if it has none, to the features of its model.

            table: rows
            key_column: column of the keys: their text, as Table.text() gives it; a null is the
                champion's. None: all are the champion's

        Raises: SchemaError names a column that is missing or of another type; InvalidError, NomemError.
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        n_rows = lib.mlops_table_n_rows(table_h)
        width = lib.mlops_deployment_width(h)
        out, out_p = _rt.empty("d", (n_rows, width))
        versions, versions_p = _rt.empty("q", (n_rows,))
        status = lib.mlops_deployment_predict_table(h, table_h, _rt.string_or_none(key_column, "key_column"), out_p,
                n_rows, width, versions_p, C.byref(err))
        if status:
            _rt.check(status, "Deployment.predict_table", err)
        return _rt.result(out), _rt.result(versions)


@_rt.noun("detector")
class Detector(_rt.Handle):
    """A detector, in Detector.size() bytes aligned to 8. One thread at a time."""

    _end = lib.mlops_detector_free
    _locked = True

    @staticmethod
    def kind_name(kind=0):
        """Name of a kind, such as "page_hinkley".

        Returns: None for a number that is no kind; kinds count from 0.
        """
        kind = _rt.choice(DetectorKind, kind)
        out = lib.mlops_detector_kind_name(kind)
        return _rt.decoded(out)

    @staticmethod
    def size(*, kind=None, mode=None, side=None, delta=None, threshold=None, warning=None, weight=None, slack=None,
             min_n=None, window=None, recent=None, max_n=None, warnings=None, clock=None, buckets=None,
             min_window=None):
        """Bytes that a detector of this configuration needs; 0 if opts are not valid.

            kind: default DetectorKind.ADWIN
            mode: adwin: whose; default DetectorMode.NATIVE
            side: page_hinkley, cusum, ewma, shewhart, hddm_a, hddm_w: which changes count; default
                DetectorSide.USUAL
            delta: adwin, hddm_a, hddm_w, kswin, stepd: chance of a false alarm in one test; page_hinkley:
                deviation that is no change, 0 or more; default the kind's
            threshold: what the statistic is held against; default the kind's
            warning: the same for a warning; default the kind's
            weight: of the newest value in a weighted mean; page_hinkley: what is kept of the sum with
                each value; default the kind's
            slack: cusum: deviation that is no change, 0 or more standard deviations; default 0.5
            min_n: values (eddm: errors) before the first signal; default the kind's
            window: kswin, stepd, rddm: values that are kept; default the kind's
            recent: kswin: how many of them are the newest; default 30
            max_n: rddm: values after which the older are forgotten; default 40,000
            warnings: rddm: warnings in a row that are a change; default 1,400
            clock: adwin: looks for a cut at every clock-th value; default 32
            buckets: adwin: summaries of equal size, 2 to 32; default 5
            min_window: adwin: least values on either side of a cut; default 5
        """
        opts = _detector_opts(kind=kind, mode=mode, side=side, delta=delta, threshold=threshold, warning=warning,
                weight=weight, slack=slack, min_n=min_n, window=window, recent=recent, max_n=max_n,
                warnings=warnings, clock=clock, buckets=buckets, min_window=min_window)
        out = lib.mlops_detector_size(C.byref(opts))
        return out

    def __init__(self, *, kind=None, mode=None, side=None, delta=None, threshold=None, warning=None, weight=None,
                 slack=None, min_n=None, window=None, recent=None, max_n=None, warnings=None, clock=None,
                 buckets=None, min_window=None):
        """Start a detector on the host's heap.

            kind: default DetectorKind.ADWIN
            mode: adwin: whose; default DetectorMode.NATIVE
            side: page_hinkley, cusum, ewma, shewhart, hddm_a, hddm_w: which changes count; default
                DetectorSide.USUAL
            delta: adwin, hddm_a, hddm_w, kswin, stepd: chance of a false alarm in one test; page_hinkley:
                deviation that is no change, 0 or more; default the kind's
            threshold: what the statistic is held against; default the kind's
            warning: the same for a warning; default the kind's
            weight: of the newest value in a weighted mean; page_hinkley: what is kept of the sum with
                each value; default the kind's
            slack: cusum: deviation that is no change, 0 or more standard deviations; default 0.5
            min_n: values (eddm: errors) before the first signal; default the kind's
            window: kswin, stepd, rddm: values that are kept; default the kind's
            recent: kswin: how many of them are the newest; default 30
            max_n: rddm: values after which the older are forgotten; default 40,000
            warnings: rddm: warnings in a row that are a change; default 1,400
            clock: adwin: looks for a cut at every clock-th value; default 32
            buckets: adwin: summaries of equal size, 2 to 32; default 5
            min_window: adwin: least values on either side of a cut; default 5

        Raises: InvalidError as Detector(); NomemError.
        """
        out = C.c_void_p()
        opts = _detector_opts(kind=kind, mode=mode, side=side, delta=delta, threshold=threshold, warning=warning,
                weight=weight, slack=slack, min_n=min_n, window=window, recent=recent, max_n=max_n,
                warnings=warnings, clock=clock, buckets=buckets, min_window=min_window)
        err = mlops_error()
        status = lib.mlops_detector_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Detector", err)
        self._h = self._owner(out.value)

    def add(self, values):
        """Take values, one after the other: in parts or at once makes no difference.

        A change does not end the call: the detector goes on behind it. A value that is NaN, infinite or at
        least 1e100 in magnitude is skipped and counted; it has a place and no signal.

            values: float64

        Raises: InvalidError if n is negative, or a value is no error (0 or 1) or is not from 0 to 1, where
        the kind asks for that; LimitError beyond 2^53 values in all. Nothing is taken then.
        """
        h = self._open()
        values_p, values_shape, values_keep = _rt.array(values, "d", 1, "values")
        err = mlops_error()
        signals, signals_p = _rt.empty("i", (values_shape[0],))
        with h.lock:
            status = lib.mlops_detector_add(h, values_p, values_shape[0], signals_p, C.byref(err))
        if status:
            _rt.check(status, "Detector.add", err)
        return _rt.result(signals)

    def summarize(self):
        """What it has seen and where it stands.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_detector_summary(C.sizeof(mlops_detector_summary))
        with h.lock:
            status = lib.mlops_detector_summarize(h, C.byref(out))
        if status:
            _rt.check(status, "Detector.summarize", why={
                -1: "struct_size is unknown",
            })
        return _detector_summary(out)

    def reset(self):
        """Forget all values and counts; the configuration stays."""
        h = self._open()
        with h.lock:
            lib.mlops_detector_reset(h)

    def save(self):
        """Write the detector as bytes: canonical, little-endian, equal for equal state on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_detector_save(h, text, cap, needed),
                    "Detector.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of Detector.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are not a detector, or whose parts contradict each other;
        UnsupportedError for one of a later format; ArenaError if size is too small; InvalidError if mem is
        not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = 4096
        while True:
            mem = _rt.Storage(size)
            status = lib.mlops_detector_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
            if status != _rt.ARENA or size > 1 << 24:
                break
            size *= 2
        if status:
            _rt.check(status, "Detector.load", why={
                -5: "bytes that are not a detector, or whose parts contradict each other",
                -6: "one of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)

    @staticmethod
    def evaluate(alarms, changes, n, *, max_delay=None):
        """Hold alarms against the changes that there were.

            alarms: places of the alarms, ascending strictly, from 0 to n - 1
            changes: places of the first value of each new state, likewise
            n: values of the stream
            max_delay: values behind a change at which an alarm is still in time, 1 or more; default: up
                to the next change

        Raises: InvalidError: the message names the place that does not ascend or is outside.
        """
        out = mlops_detector_score(C.sizeof(mlops_detector_score))
        alarms_p, alarms_shape, alarms_keep = _rt.array(alarms, "q", 1, "alarms")
        changes_p, changes_shape, changes_keep = _rt.array(changes, "q", 1, "changes")
        opts = _detector_score_opts(max_delay=max_delay)
        err = mlops_error()
        status = lib.mlops_detector_evaluate(C.byref(out), alarms_p, alarms_shape[0], changes_p, changes_shape[0],
                _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n"), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Detector.evaluate", err)
        return _detector_score(out)


@_rt.noun("drift")
class Drift(_rt.Handle):
    """Verdicts of a comparison, column by column. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_drift_unref

    def __init__(self):
        raise TypeError("Drift is made by compare(), compare_reference(), compare_stream()")

    @classmethod
    def compare(cls, reference, current, *, whole_texts=False, call=None, columns=None, ignore=None, alpha=None,
                ks_tolerance=None, tv_tolerance=None, rows_min=None, preset=None, correction=None):
        """Compare two tables, column by column by name, with every row of both.

            reference: table that is known to be good
            current: table to judge
            whole_texts: texts are categories, however long and many
            call: executor, progress, deadline
            columns: names to compare, separated by commas, quoted as in a CSV line; default: all of the
                reference
            ignore: names to leave out, as columns
            alpha: chance of any false alarm in the report, in (0, 0.5]; with BH and BY the share of false
                ones among alarms, as expected; default 0.01
            ks_tolerance: largest harmless KS distance, in (0, 1); default 0.05
            tv_tolerance: the same of the total variation of categories, of new ones beyond those to
                expect, and of the share of nulls; default 0.05
            rows_min: rows that each side must have; default 50
            preset: default DriftPreset.NATIVE; others need two tables, and take neither alpha,
                tolerances, rows_min nor correction; TFDV the tolerances alone, as its thresholds
            correction: how columns share alpha; default StatsCorrection.HOLM, which holds whatever
                depends on what

        Raises: SchemaError names a column that is missing or of another kind; InvalidError for an option out
        of range; NomemError, CancelledError, DeadlineError.
        """
        out = C.c_void_p()
        reference_h = _rt.opened(reference, Table, "reference")
        current_h = _rt.opened(current, Table, "current")
        opts = _drift_opts(whole_texts=whole_texts, call=call, columns=columns, ignore=ignore, alpha=alpha,
                ks_tolerance=ks_tolerance, tv_tolerance=tv_tolerance, rows_min=rows_min, preset=preset,
                correction=correction)
        err = mlops_error()
        status = lib.mlops_drift_compare(C.byref(out), reference_h, current_h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Drift.compare", err, nested={
                "mlops_call": "call",
            })
        return cls._wrap(out.value)

    @classmethod
    def compare_reference(cls, reference, current, *, whole_texts=False, call=None, columns=None, ignore=None,
                          alpha=None, ks_tolerance=None, tv_tolerance=None, rows_min=None, preset=None,
                          correction=None):
        """Compare a table with a kept reference. The loss of precision of the reference is part of the
        confidence bound. opts.ignore may name columns that the reference was made without.

            reference: kept reference
            current: table to judge
            whole_texts: texts are categories, however long and many
            call: executor, progress, deadline
            columns: names to compare, separated by commas, quoted as in a CSV line; default: all of the
                reference
            ignore: names to leave out, as columns
            alpha: chance of any false alarm in the report, in (0, 0.5]; with BH and BY the share of false
                ones among alarms, as expected; default 0.01
            ks_tolerance: largest harmless KS distance, in (0, 1); default 0.05
            tv_tolerance: the same of the total variation of categories, of new ones beyond those to
                expect, and of the share of nulls; default 0.05
            rows_min: rows that each side must have; default 50
            preset: default DriftPreset.NATIVE; others need two tables, and take neither alpha,
                tolerances, rows_min nor correction; TFDV the tolerances alone, as its thresholds
            correction: how columns share alpha; default StatsCorrection.HOLM, which holds whatever
                depends on what

        Raises: as Drift.compare(); UnsupportedError for a preset, which needs the rows.
        """
        out = C.c_void_p()
        reference_h = _rt.opened(reference, Reference, "reference")
        current_h = _rt.opened(current, Table, "current")
        opts = _drift_opts(whole_texts=whole_texts, call=call, columns=columns, ignore=ignore, alpha=alpha,
                ks_tolerance=ks_tolerance, tv_tolerance=tv_tolerance, rows_min=rows_min, preset=preset,
                correction=correction)
        err = mlops_error()
        status = lib.mlops_drift_compare_reference(C.byref(out), reference_h, current_h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Drift.compare_reference", err, nested={
                "mlops_call": "call",
            })
        return cls._wrap(out.value)

    @property
    def overall(self):
        """DRIFT_YES if any column has drifted (EVIDENTLY: half of them or more), else NO if any could be
        judged.
        """
        h = self._open()
        out = lib.mlops_drift_overall(h)
        return _rt.enumerator(DriftVerdict, out)

    @property
    def severity(self):
        """How grave it is: the largest effect over its tolerance, at most 1,000. Of a column that has drifted
        the effect is what it is at least, so that drift is above 1; what is not shown to be drift is held
        to 1. Of a preset whose rule is one of p it is ln(p) over ln(its limit).

        Returns: NaN if no column could be judged.
        """
        h = self._open()
        out = lib.mlops_drift_severity(h)
        return out

    @property
    def n_columns(self):
        """Number of columns."""
        h = self._open()
        out = lib.mlops_drift_n_columns(h)
        return out

    @property
    def n_drifted(self):
        """Number of columns that have drifted."""
        h = self._open()
        out = lib.mlops_drift_n_drifted(h)
        return out

    def get(self, index):
        """What was found of one column.

            index: 0 to n_columns - 1, in the order of the reference

        Raises: InvalidError if index is out of range.
        """
        h = self._open()
        out = mlops_drift_column(C.sizeof(mlops_drift_column))
        status = lib.mlops_drift_get(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"), C.byref(out))
        if status:
            _rt.check(status, f"Drift.get({index})", why={
                -1: "index is out of range",
            })
        return _drift_column(out)

    def regions(self):
        """Where columns have changed: what gained and what lost the largest shares. A row a region, of the
        columns whose p_value is at most alpha (of a preset: of all), the largest change first.

            column              its name (string)
            kind                "values", "category", "new" (all categories that the reference has not),
                                "rest" (all that are not told apart) or "nulls" (string)
            low, high           of values: from low to high; of a kept reference above low (float64)
            category            text of a category (string)
            reference, current  its shares of the values, of nulls of the rows (float64)

        What does not apply is null. Values are the interval that gained the most, of all intervals, and
        that which lost the most. Of categories there are up to three that gained and three that lost.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_drift_regions(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Drift.regions", err)
        return _rt.classes["table"]._wrap(out.value)

    def save(self, path):
        """Write a report, whole or not at all: self-contained HTML, or JSON if the name ends in ".json".

            path: file to write; replaced if it is there

        Raises: IoError, NoSpaceError, DeniedError, NotFoundError, NomemError.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_drift_save(h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Drift.save", err)

    def json(self):
        """The verdicts as JSON text.

        Raises: ArenaError if cap is too small: text is empty then; NomemError.
        """
        h = self._open()
        text = _rt.written(lambda text, cap, needed: lib.mlops_drift_json(h, text, cap, needed), "Drift.json")
        return _rt.decoded(text)

    @classmethod
    def compare_stream(cls, *, drift=None, csv=None, reference_open=None, reference_path=None, reference=None,
                       current_open=None, current_path=None):
        """Compare two sources column by column by name, with every row of both, in as many passes as the
        bound on memory demands. A kept reference needs one pass less of memory, and no rows of its own.

        Progress is told in columns, at least once for each batch; what it is asked within a pass is
        whether to go on. There are more of them once a column has turned out to be one of texts. What is
        counted against the bound is all that the library allocates in the call, not what the producer of a
        stream holds.

            drift: how to compare. Its call.memory_max is the bound, by default 1 GiB
            csv: how files of CSV are read; host, call and memory_max of it are not looked at
            reference_open: opens what is known to be good
            reference_path: CSV, a saved reference, or a bundle
            reference: kept reference
            current_open: opens what is to be judged
            current_path: CSV

        Raises: as Drift.compare(), Drift.compare_reference(), Table.import_stream() and Table.load();
        LimitError names a column that does not fit by itself, and the bytes that it takes; IoError if a
        source cannot be opened, or has changed between two passes.
        """
        out = C.c_void_p()
        opts = _drift_stream_opts(drift=drift, csv=csv, reference_open=reference_open, reference_path=reference_path,
                reference=reference, current_open=current_open, current_path=current_path)
        err = mlops_error()
        status = lib.mlops_drift_compare_stream(C.byref(out), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Drift.compare_stream", err, nested={
                "mlops_drift_opts": "drift",
                "mlops_call": "call",
                "mlops_csv_opts": "csv",
            })
        return cls._wrap(out.value)


@_rt.noun("profile")
class Profile(_rt.Handle):
    """A profile, in Profile.size() bytes aligned to 8. One thread at a time."""

    _end = lib.mlops_profile_free
    _locked = True

    @staticmethod
    def size(*, edges=None, scale=None, lg_k=None, bins_size=None, categories=None):
        """Bytes that a profile of this configuration needs; 0 if opts are not valid.

            edges: strictly ascending, finite; bin 0 is x <= edges[0], bin i is edges[i-1] < x <=
                edges[i], bin n_edges is x > the last; default log-linear bins
            scale: the sum counts units of 2^-scale, to which each value is rounded (ties to even); -64 to
                64; default 32, at which values below 2^94 sum up
            lg_k: 2^lg_k registers count different values, as in mlops/hll.h; 4 to 16; default none: they
                are not counted
            bins_size: bytes for the counts of log-linear bins, a multiple of 8: 64 to 65,536; default
                1,000; more makes finer bins
            categories: up to 255 texts that Profile.add_text() counts each by itself, separated by
                commas, quoted as in a CSV line
        """
        opts = _profile_opts(edges=edges, scale=scale, lg_k=lg_k, bins_size=bins_size, categories=categories)
        out = lib.mlops_profile_size(C.byref(opts))
        return out

    def __init__(self, *, edges=None, scale=None, lg_k=None, bins_size=None, categories=None):
        """Start an empty profile on the host's heap.

            edges: strictly ascending, finite; bin 0 is x <= edges[0], bin i is edges[i-1] < x <=
                edges[i], bin n_edges is x > the last; default log-linear bins
            scale: the sum counts units of 2^-scale, to which each value is rounded (ties to even); -64 to
                64; default 32, at which values below 2^94 sum up
            lg_k: 2^lg_k registers count different values, as in mlops/hll.h; 4 to 16; default none: they
                are not counted
            bins_size: bytes for the counts of log-linear bins, a multiple of 8: 64 to 65,536; default
                1,000; more makes finer bins
            categories: up to 255 texts that Profile.add_text() counts each by itself, separated by
                commas, quoted as in a CSV line

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        opts = _profile_opts(edges=edges, scale=scale, lg_k=lg_k, bins_size=bins_size, categories=categories)
        err = mlops_error()
        status = lib.mlops_profile_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Profile", err)
        self._h = self._owner(out.value)

    def add(self, values):
        """Count values.

            values: float64

        Raises: InvalidError if n is negative; LimitError beyond 2^63 - 1 values in all. Nothing is counted in
        either case.
        """
        h = self._open()
        values_p, values_shape, values_keep = _rt.array(values, "d", 1, "values")
        with h.lock:
            status = lib.mlops_profile_add(h, values_p, values_shape[0])
        if status:
            _rt.check(status, "Profile.add", why={
                -1: "n is negative",
                -10: "beyond 2^63 - 1 values in all",
            })

    def add_f32(self, values):
        """Count float32 values, one of each stride-th element.

            values: float32; the first value and, behind it, every stride-th

        Raises: as Profile.add().
        """
        h = self._open()
        values_p, values_n, values_stride, values_keep = _rt.strided(values, "f", "values")
        with h.lock:
            status = lib.mlops_profile_add_f32(h, values_p, values_n, values_stride)
        if status:
            _rt.check(status, "Profile.add_f32", why={
                -1: "n is negative",
                -10: "beyond 2^63 - 1 values in all",
            })

    def add_text(self, text=None):
        """Count a text: its characters as a value, and itself among different values and categories.

            text: UTF-8; None is a null

        Raises: LimitError beyond 2^63 - 1 values in all.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_profile_add_text(h, _rt.string_or_none(text, "text"))
        if status:
            _rt.check(status, "Profile.add_text", why={
                -10: "beyond 2^63 - 1 values in all",
            })

    def add_nulls(self, n):
        """Count n nulls; n is 0 or more.

        Raises: as Profile.add().
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_profile_add_nulls(h, _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n", 0))
        if status:
            _rt.check(status, f"Profile.add_nulls({n})", why={
                -1: "n is negative",
                -10: "beyond 2^63 - 1 values in all",
            })

    def merge(self, other):
        """Add what another profile has seen.

            other: profile of the same configuration; unchanged

        Raises: InvalidError if the configurations differ; LimitError beyond 2^63 - 1 values in all. Nothing
        is added in either case.
        """
        h = self._open()
        other_h = _rt.opened(other, Profile, "other")
        with _rt.locked(h, other_h):
            status = lib.mlops_profile_merge(h, other_h)
        if status:
            _rt.check(status, "Profile.merge", why={
                -1: "the configurations differ",
                -10: "beyond 2^63 - 1 values in all",
            })

    def reset(self):
        """Forget all values; the configuration stays."""
        h = self._open()
        with h.lock:
            lib.mlops_profile_reset(h)

    def summarize(self):
        """Totals and extremes.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_profile_summary(C.sizeof(mlops_profile_summary))
        with h.lock:
            status = lib.mlops_profile_summarize(h, C.byref(out))
        if status:
            _rt.check(status, "Profile.summarize", why={
                -1: "struct_size is unknown",
            })
        return _profile_summary(out)

    def save(self):
        """Write the profile as bytes: canonical, little-endian, equal for equal content on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_profile_save(h, text, cap, needed), "Profile.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of Profile.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are not a profile, or whose totals and bins contradict each other;
        UnsupportedError for one of a later format; ArenaError if size is too small; InvalidError if mem is
        not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = 4096
        while True:
            mem = _rt.Storage(size)
            status = lib.mlops_profile_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
            if status != _rt.ARENA or size > 1 << 24:
                break
            size *= 2
        if status:
            _rt.check(status, "Profile.load", why={
                -5: "bytes that are not a profile, or whose totals and bins contradict each other",
                -6: "one of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)

    def measure(self):
        """Moments. Mean and variance are exact but for a last rounding; the others are as fine as the bins.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_profile_moments(C.sizeof(mlops_profile_moments))
        with h.lock:
            status = lib.mlops_profile_measure(h, C.byref(out))
        if status:
            _rt.check(status, "Profile.measure", why={
                -1: "struct_size is unknown",
            })
        return _profile_moments(out)

    def distinct(self, errors):
        """How many different values there are, by estimate, or a bound of it: see Hll.estimate(). Nulls and
        NaN are none. NaN if the profile has no registers.

            errors: in [-3, 3]
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_distinct(h, _rt.real(errors, "errors"))
        return out

    @property
    def n_categories(self):
        """Number of categories."""
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_n_categories(h)
        return out

    def category(self, index):
        """Texts of a category; -1 if index is out of range."""
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_category(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return out

    def category_name(self, index):
        """Name of a category.

            index: 0 to n_categories - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_category_name(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    @property
    def n_bins(self):
        """Number of bins; without edges it changes with what is counted."""
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_n_bins(h)
        return out

    def bin(self, index):
        """Values in a bin (infinities count in the outermost); -1 if index is out of range."""
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_bin(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return out

    def edge(self, index):
        """Upper edge of a bin: +inf of the last, NaN if out of range. It belongs to the bin, but for
        log-linear bins below zero, which have their lower one.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_edge(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return out

    def quantile(self, q):
        """Quantile, from the bins: the upper edge of the first bin up to which q of the values lie, bounded
        by the extremes. Nulls and NaN do not count.

            q: in [0, 1]

        Returns: NaN if there are no values or q is out of range.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_quantile(h, _rt.real(q, "q"))
        return out

    def count_powers(self):
        """Shape of the exponential histogram.

        Raises: InvalidError if struct_size is unknown, or if the profile has edges.
        """
        h = self._open()
        out = mlops_profile_powers(C.sizeof(mlops_profile_powers))
        with h.lock:
            status = lib.mlops_profile_count_powers(h, C.byref(out))
        if status:
            _rt.check(status, "Profile.count_powers", why={
                -1: "struct_size is unknown, or if the profile has edges",
            })
        return _profile_powers(out)

    def power(self, sign, index):
        """Values in a bin of it: of magnitude above base^index, up to base^(index + 1). Those above 2^64,
        infinities among them, are in the bin that begins there.

            sign: 1: above zero; -1: below; -1 is returned for any other, and if the profile has edges
            index: any
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_profile_power(h, _rt.integer(sign, -2 ** 31, 2 ** 31 - 1, "sign"), _rt.integer(index,
                    -2 ** 63, 2 ** 63 - 1, "index"))
        return out

    def otlp(self):
        """The exponential histogram as JSON, with the names of OTLP's ExponentialHistogramDataPoint; sum, min
        and max where they are finite, sum unless a value is below zero: OTLP takes it to grow with each
        value. Times and attributes are for the caller to add.

        Raises: ArenaError if cap is too small; InvalidError if the profile has edges.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_profile_otlp(h, text, cap, needed),
                    "Profile.otlp", why={
                -1: "the profile has edges",
            })
        return _rt.decoded(text)


@_rt.noun("edge")
class Edge(_rt.Handle):
    """A bundle in use on a device, in Edge.size() bytes. One thread at a time."""

    _end = None
    _locked = True

    @staticmethod
    def size(bundle):
        """Bytes that a device needs for this bundle; exact. Checks header, section table and CRCs.

            bundle: bytes of a bundle, aligned to 8

        Raises: CorruptError for a file cut short or changed; UnsupportedError for one of a later format.
        """
        bundle_p, bundle_n = _rt.blob(bundle, "bundle")
        size = C.c_size_t()
        status = lib.mlops_edge_size(bundle_p, bundle_n, C.byref(size))
        if status:
            _rt.check(status, "Edge.size", why={
                -5: "a file cut short or changed",
                -6: "one of a later format",
            })
        return size.value

    def __init__(self, bundle):
        """Begin to use a bundle in the caller's storage.

            bundle: bytes of a bundle, aligned to 8; outlive the device

        Raises: ArenaError if size is too small; InvalidError if mem is None or not aligned; CorruptError,
        UnsupportedError.
        """
        out = C.c_void_p()
        bundle_p, bundle_n = _rt.blob(bundle, "bundle")
        bundle_keep = _rt.Storage(bundle_n, bundle_p)
        bundle_p = bundle_keep.address
        room = C.c_size_t()
        status = lib.mlops_edge_size(bundle_p, bundle_n, C.byref(room))
        if status:
            _rt.check(status, "Edge.size", why={
                -5: "a file cut short or changed",
                -6: "one of a later format",
            })
        size = room.value
        mem = _rt.Storage(size)
        status = lib.mlops_edge_init(C.byref(out), mem.address, size, bundle_p, bundle_n)
        if status:
            _rt.check(status, "Edge", why={
                -1: "mem is None or not aligned",
            })
        self._h = self._owner(out.value, keep=(bundle_keep, mem,), owned=False)

    @property
    def n_features(self):
        """Number of features of a row."""
        h = self._open()
        with h.lock:
            out = lib.mlops_edge_n_features(h)
        return out

    @property
    def width(self):
        """Number of values that one row yields."""
        h = self._open()
        with h.lock:
            out = lib.mlops_edge_width(h)
        return out

    def predict(self, row):
        """Predict one row.

            row: float32; NaN is missing

        Raises: InvalidError where a shape differs.
        """
        h = self._open()
        row_p, row_shape, row_keep = _rt.array(row, "f", 1, "row")
        _rt.fits("row", row_shape, 0, "edge", "features", lib.mlops_edge_n_features(h))
        width = lib.mlops_edge_width(h)
        out, out_p = _rt.empty("d", (width,))
        with h.lock:
            status = lib.mlops_edge_predict(h, row_p, row_shape[0], out_p, width)
        if status:
            _rt.check(status, "Edge.predict", why={
                -1: "a shape differs",
            })
        return _rt.result(out)

    def add(self, row):
        """Count one row into the profiles of the features.

            row: float32

        Raises: InvalidError; NotFoundError if the bundle carries no reference.
        """
        h = self._open()
        row_p, row_shape, row_keep = _rt.array(row, "f", 1, "row")
        _rt.fits("row", row_shape, 0, "edge", "features", lib.mlops_edge_n_features(h))
        with h.lock:
            status = lib.mlops_edge_add(h, row_p, row_shape[0])
        if status:
            _rt.check(status, "Edge.add", why={
                -4: "the bundle carries no reference",
            })

    def profile(self, index):
        """Profile of one feature, to summarise, save or reset.

            index: feature

        Returns: None if the reference does not have this feature.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_edge_profile(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        if out is None:
            return None
        return _rt.classes["profile"]._wrap(out, keep=h, owned=False, lock=h.lock)

    def selftest(self):
        """Predict the bundle's golden rows and compare every bit.

        Raises: CorruptError if this CPU gives another value than the one where the bundle was made.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_edge_selftest(h)
        if status:
            _rt.check(status, "Edge.selftest", why={
                -5: "this CPU gives another value than the one where the bundle was made",
            })

    @staticmethod
    def verify(bundle):
        """Check the SHA-256 of a whole bundle, as after an update over the air.

            bundle: bytes of a bundle

        Raises: CorruptError.
        """
        bundle_p, bundle_n = _rt.blob(bundle, "bundle")
        status = lib.mlops_edge_verify(bundle_p, bundle_n)
        if status:
            _rt.check(status, "Edge.verify")


@_rt.noun("expectations")
class Expectations(_rt.Handle):
    """Expectations. Immutable and shared; ends with the last close()."""

    _end = lib.mlops_expectations_unref

    def __init__(self):
        raise TypeError("Expectations is made by parse(), infer(), bind()")

    @classmethod
    def parse(cls, text):
        """Read expectations. What does not need a table is checked here: the grammar, functions, how many
        arguments they take, and patterns.

            text: up to 1 MiB of UTF-8; borrowed for the call

        Raises: ParseError; NotFoundError for an unknown function; ExistsError for two of one id; LimitError
        beyond 10,000 expectations or the limits of the language; InvalidError, NomemError.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_expectations_parse(C.byref(out), _rt.string(text, "text"), None, C.byref(err))
        if status:
            _rt.check(status, "Expectations.parse", err)
        return cls._wrap(out.value)

    @classmethod
    def infer(cls, table, *, columns=None, margin=None, categories_max=None):
        """Write down what a table is like: types, nulls, ranges, categories, uniqueness, order, lengths and
        the number of rows, with a margin. The table itself always holds to it. It is a draft to be edited,
        as Expectations.text() gives it. Of more than expectations hold, types come first, then nulls,
        values, NaN, uniqueness and order, each from the first column on.

            table: what is known to be good
            columns: names to look at, separated by commas, quoted as in a CSV line; default all
            margin: how far a range goes beyond what was found, as a share of its width, and a count
                beyond itself; 0 to 10; default 0.1
            categories_max: most distinct values that a set is made of, 1 to 1,000; default 20

        Raises: SchemaError for a column that is named and not there; InvalidError for an option out of range;
        LimitError if not even the types of all columns have room; NomemError.
        """
        out = C.c_void_p()
        table_h = _rt.opened(table, Table, "table")
        opts = _infer_opts(columns=columns, margin=margin, categories_max=categories_max)
        err = mlops_error()
        status = lib.mlops_expectations_infer(C.byref(out), table_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Expectations.infer", err)
        return cls._wrap(out.value)

    def bind(self, name, table):
        """The same expectations with a table at hand that references() reads under a name.

            name: what references() calls the table; a table bound before by it is replaced, and a name
                that none of them reads is passed over
            table: kept until the expectations end

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        status = lib.mlops_expectations_bind(C.byref(out), h, _rt.string(name, "name"), table_h, C.byref(err))
        if status:
            _rt.check(status, "Expectations.bind", err)
        return _rt.classes["expectations"]._wrap(out.value)

    @property
    def text(self):
        """The expectations in canonical spelling, one a line: equal ones are equal bytes, and reading them
        gives the same.

        Returns: never None.
        """
        h = self._open()
        out = lib.mlops_expectations_text(h)
        return _rt.decoded(out)

    @property
    def n(self):
        """Number of expectations."""
        h = self._open()
        out = lib.mlops_expectations_n(h)
        return out

    def validate(self, table, *, reference=None, as_of_ns=None, n_rows_max=None):
        """Hold a table against each expectation, in their order.

            table: rows
            reference: what drift() and drifted() compare with
            as_of_ns: the time that age_of() counts back from; default none: no clock is read, and
                age_of() is unknown
            n_rows_max: failing rows that a report names for each, 1 to 1,000; default 5

        Raises: InvalidError for an option; LimitError, NomemError. An expectation that does not fit the table
        (a missing column, another type) is no error of the call: it is unknown, and its problem says why.
        """
        out = C.c_void_p()
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        opts = _expectations_opts(reference=reference, as_of_ns=as_of_ns, n_rows_max=n_rows_max)
        err = mlops_error()
        status = lib.mlops_expectations_validate(C.byref(out), h, table_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Expectations.validate", err)
        return _rt.classes["table"]._wrap(out.value)

    def rows(self, id, table, *, reference=None, as_of_ns=None, n_rows_max=None):
        """All rows that fail one expectation of rows, also where few enough do for it to hold.

            id: of the expectation
            table: rows
            reference: what drift() and drifted() compare with
            as_of_ns: the time that age_of() counts back from; default none: no clock is read, and
                age_of() is unknown
            n_rows_max: failing rows that a report names for each, 1 to 1,000; default 5

        Raises: NotFoundError if there is no such id (the message has the nearest); SchemaError if it is none
        of rows, or does not fit the table; InvalidError, NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        opts = _expectations_opts(reference=reference, as_of_ns=as_of_ns, n_rows_max=n_rows_max)
        err = mlops_error()
        status = lib.mlops_expectations_rows(C.byref(out), h, _rt.string(id, "id"), table_h, C.byref(opts),
                C.byref(err))
        if status:
            _rt.check(status, "Expectations.rows", err)
        return _rt.classes["table"]._wrap(out.value)

    @staticmethod
    def require(report):
        """Refuse a report in which an expectation of severity "error" does not hold, or is unknown. One that
        compares with a reference that there is none of does not count.

            report: what Expectations.validate() gave

        Raises: RefusedError; SchemaError if the table is no report.
        """
        report_h = _rt.opened(report, Table, "report")
        err = mlops_error()
        status = lib.mlops_expectations_require(report_h, C.byref(err))
        if status:
            _rt.check(status, "Expectations.require", err)


@_rt.noun("run")
class Run(_rt.Handle):
    """A run that is open. Closing does not end the run."""

    _end = lib.mlops_run_close

    def __init__(self):
        raise TypeError("Run is made by start(), open()")

    @classmethod
    def start(cls, store, experiment, *, name=None, parent=None, actor=None, source=None, dataset=None,
              commit=None, start_ns=None):
        """Begin a run. It is committed at once; so is its experiment, if it is not there.

            store: store, which stays open for as long as the run is
            experiment: name: 1 to 200 bytes of UTF-8 without control characters
            name: for people; need not be unique
            parent: id of the run that this one is a part of, or 8 or more of its first digits
            actor: who runs it; of its commits in the audit trail too
            source: program or notebook
            dataset: dataset of the store that it trains on
            commit: ref of that dataset, of which the id is kept; default the branch "main"
            start_ns: UTC; default now

        Raises: NotFoundError if there is no such parent, dataset or ref; InvalidError, CorruptError, IoError,
        NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        opts = _run_opts(name=name, parent=parent, actor=actor, source=source, dataset=dataset, commit=commit,
                start_ns=start_ns)
        err = mlops_error()
        status = lib.mlops_run_start(C.byref(out), store_h, _rt.string(experiment, "experiment"), C.byref(opts),
                C.byref(err))
        if status:
            _rt.check(status, "Run.start", err)
        return cls._wrap(out.value)

    @classmethod
    def open(cls, store, id):
        """Open a run, to read it or to go on with it.

            store: store, which stays open for as long as the run is
            id: id of the run, or 8 or more of its first digits

        Raises: NotFoundError if there is none, or more than one begins so; InvalidError, CorruptError,
        IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_run_open(C.byref(out), store_h, _rt.string(id, "id"), C.byref(err))
        if status:
            _rt.check(status, "Run.open", err)
        return cls._wrap(out.value)

    @property
    def id(self):
        """Id of the run: 32 hexadecimal digits."""
        h = self._open()
        out = lib.mlops_run_id(h)
        return _rt.decoded(out)

    def param(self, key, value):
        """Set a param, once: the same value again is fine.

            key: name: 1 to 250 bytes of UTF-8 without control characters
            value: UTF-8 of up to 6,000 bytes

        Raises: ExistsError if it has another value; InvalidError, CorruptError, IoError, NomemError,
        ForkedError.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_run_param(h, _rt.string(key, "key"), _rt.string(value, "value"), C.byref(err))
        if status:
            _rt.check(status, "Run.param", err)

    def tag(self, key, value=None):
        """Set a tag, or take it away.

            key: name, as of a param
            value: UTF-8 of up to 8,000 bytes, in place of what it was; None takes it away

        Raises: NotFoundError if there is no tag to take away; else as Run.param().
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_run_tag(h, _rt.string(key, "key"), _rt.string_or_none(value, "value"), C.byref(err))
        if status:
            _rt.check(status, "Run.tag", err)

    def log(self, metric, value, step):
        """Log a point of a metric, at the time of now.

            metric: name, as of a param
            value: any, also NaN and infinity, kept bit by bit
            step: any; points may come in any order, and more than one at a step

        Raises: as Run.param(); the point does not wait then.
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_run_log(h, _rt.string(metric, "metric"), _rt.real(value, "value"), _rt.integer(step,
                -2 ** 63, 2 ** 63 - 1, "step"), C.byref(err))
        if status:
            _rt.check(status, "Run.log", err)

    def log_points(self, metric, values, steps=None, times_ns=None):
        """Log many points of a metric; all of them or none.

            metric: name, as of a param
            steps: default 0, 1, 2, ...
            times_ns: UTC; default now

        Raises: LimitError beyond 9,999,999,999 points of a metric; else as Run.log().
        """
        h = self._open()
        values_p, values_shape, values_keep = _rt.array(values, "d", 1, "values")
        steps_p, steps_shape, steps_keep = (None, (0,) * 1, None) if steps is None else _rt.array(steps, "q", 1,
                "steps")
        times_ns_p, times_ns_shape, times_ns_keep = (None, (0,) * 1,
                None) if times_ns is None else _rt.array(times_ns, "q", 1, "times_ns")
        err = mlops_error()
        if steps is not None:
            _rt.same_length("steps", steps_shape[0], "values", values_shape[0])
        if times_ns is not None:
            _rt.same_length("times_ns", times_ns_shape[0], "values", values_shape[0])
        status = lib.mlops_run_log_points(h, _rt.string(metric, "metric"), values_p, steps_p, times_ns_p,
                values_shape[0], C.byref(err))
        if status:
            _rt.check(status, "Run.log_points", err)

    def artifact(self, path, bytes):
        """Keep bytes as an artifact, in place of what was at its path.

            path: names joined by "/", none of them empty, "." or ".."; up to 450 bytes of UTF-8 without
                control characters

        Raises: as Run.param().
        """
        h = self._open()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        status = lib.mlops_run_artifact(h, _rt.string(path, "path"), bytes_p, bytes_n, C.byref(err))
        if status:
            _rt.check(status, "Run.artifact", err)

    def artifact_file(self, path, file):
        """Keep a file as an artifact.

            path: as in Run.artifact()
            file: file to read

        Raises: NotFoundError if there is no such file; else as Run.artifact().
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_run_artifact_file(h, _rt.string(path, "path"), _rt.string(file, "file"), C.byref(err))
        if status:
            _rt.check(status, "Run.artifact_file", err)

    def flush(self):
        """Commit the points that wait.

        Raises: as Run.log_points().
        """
        h = self._open()
        err = mlops_error()
        status = lib.mlops_run_flush(h, C.byref(err))
        if status:
            _rt.check(status, "Run.flush", err)

    def end(self, status=0):
        """Set how far the run is, with the time of now as its end. A run that has ended may go on, and end
        again.

            status: RunStatus.RUNNING takes the end back

        Raises: InvalidError, CorruptError, IoError, NomemError, ForkedError.
        """
        h = self._open()
        status = _rt.choice(RunStatus, status)
        err = mlops_error()
        status = lib.mlops_run_end(h, status, C.byref(err))
        if status:
            _rt.check(status, "Run.end", err)

    def describe(self):
        """A run as a JSON object: {"run", "experiment", "name", "status", "start_ns", "end_ns", "parent",
        "actor", "source", "dataset", "commit", "params": {name: text}, "metrics": {name: {"value", "step",
        "time_ns", "n"}}, "tags": {name: text}, "artifacts": {path: {"id", "size"}}}. What is not known is
        left out; of a metric the latest point and the number of all; values that are not finite are the
        texts "nan", "inf" and "-inf".

        Raises: ArenaError if cap is too small; CorruptError, IoError, NomemError, ForkedError.
        """
        h = self._open()
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_run_describe(h, text, cap, needed, C.byref(err)),
                "Run.describe", err)
        return _rt.decoded(text)

    def points(self, metric):
        """Points of a metric in the order of their commits, and as logged within one: columns step (int64),
        time_ns (int64) and value (float64).

            metric: name

        Raises: NotFoundError if the run has no such metric; InvalidError, CorruptError, IoError, NomemError,
        ForkedError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_run_points(C.byref(out), h, _rt.string(metric, "metric"), C.byref(err))
        if status:
            _rt.check(status, "Run.points", err)
        return _rt.classes["table"]._wrap(out.value)

    def artifacts(self):
        """Artifacts of a run by path: columns path (string), size (int64) and id (string, SHA-256 as 64
        digits).

        Raises: CorruptError, IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        status = lib.mlops_run_artifacts(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Run.artifacts", err)
        return _rt.classes["table"]._wrap(out.value)

    def artifact_read(self, path):
        """An artifact, whole.

            path: path of the artifact

        Raises: NotFoundError if the run has none at this path; ArenaError if cap is below the size;
        InvalidError, CorruptError, IoError, NomemError, ForkedError.
        """
        h = self._open()
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_run_artifact_read(h, _rt.string(path, "path"), text,
                cap, needed, C.byref(err)), "Run.artifact_read", err)
        return text

    @staticmethod
    def search(store, experiment, filter, n_max):
        """Runs that a filter picks, newest start first, then by id. Columns: run_id, experiment, name, status
        (string), start_ns, end_ns (int64), parent, actor, source, dataset, commit (string); then of what
        the found runs have, by name, params.NAME (string), metrics.NAME (float64, the latest) and
        tags.NAME (string). Null where a run has none.

        The latest point of a metric is the one with the greatest step, then time, then value, where NaN
        counts as 0; of equal ones the first that was committed.

        A filter is a condition (docs/expressions.md) over metrics.NAME (float64), params.NAME, tags.NAME
        (string) and the run's own: run_id, experiment, name, status, parent, actor, source, dataset,
        commit (string), start_ns, end_ns, start_time, end_time (int64; the last two in milliseconds).
        MLflow's other spellings are taken: metric., param., parameter., parameters., tag., attribute.,
        attributes., attr., run., run_name, user_id, created. What a run lacks is null: it never matches,
        with != neither.

            metrics.auc > 0.9 and params.lr = '0.1' and tags.`a b` like 'x%' and status = 'FINISHED'

            store: store
            experiment: name; None for all experiments
            filter: None for all runs
            n_max: runs at the most, 1 or more

        Raises: NotFoundError if there is no such experiment, or the filter has an unknown name; ParseError,
        SchemaError for a filter that is none; LimitError; InvalidError, CorruptError, IoError, NomemError,
        ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_run_search(C.byref(out), store_h, _rt.string_or_none(experiment, "experiment"),
                _rt.string_or_none(filter, "filter"), _rt.integer(n_max, -2 ** 63, 2 ** 63 - 1, "n_max"),
                C.byref(err))
        if status:
            _rt.check(status, "Run.search", err)
        return _rt.classes["table"]._wrap(out.value)

    @staticmethod
    def experiments(store):
        """Experiments by name: columns experiment (string), n_runs (int64) and created_ns (int64).

            store: store

        Raises: CorruptError, IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_run_experiments(C.byref(out), store_h, C.byref(err))
        if status:
            _rt.check(status, "Run.experiments", err)
        return _rt.classes["table"]._wrap(out.value)


@_rt.noun("explainer")
class Explainer(_rt.Handle):
    """Explains a model. Immutable and shared; ends with close()."""

    _end = lib.mlops_explainer_unref

    def __init__(self, model, background=None, columns=None):
        """Make an explainer. It holds a share of the model.

        Without a background the weights come from the covers in the model's file: what rows of training
        came by each node. With one, each of its rows is a game against the row that is explained, and
        contributions are the mean over them; the bias is the mean margin of the background. Time grows
        with its rows: some hundred will do. A linear model needs no covers.

            model: shared by the explainer
            background: rows to stand in for; borrowed for the call
            columns: column of each feature in the background, separated by commas, quoted as in a CSV
                line; default: the model's feature names

        Raises: UnsupportedError if the model has linear leaves, no covers and no background, or is a graph
        that is neither linear nor trees that take the rows as they are; LimitError if a path tests more than
        256 features; SchemaError as Model.predict_table(); InvalidError if the background has no rows;
        NomemError.
        """
        out = C.c_void_p()
        model_h = _rt.opened(model, Model, "model")
        background_h = _rt.opened_or_none(background, Table, "background")
        err = mlops_error()
        status = lib.mlops_explainer_new(C.byref(out), model_h, background_h, _rt.names_or_none(columns, "columns"),
                C.byref(err))
        if status:
            _rt.check(status, "Explainer", err)
        self._h = self._owner(out.value, of=model_h)

    @property
    def n_groups(self):
        """Number of groups: margins that a row has, one a class or target."""
        h = self._open()
        out = lib.mlops_explainer_n_groups(h)
        return out

    def width(self, output=0):
        """Number of values that one row yields; 0 if output is unknown. With f features it is f + 1 for each
        group, and (f + 1) squared of interactions.
        """
        h = self._open()
        output = _rt.choice(ExplainerOutput, output)
        out = lib.mlops_explainer_width(h, output)
        return out

    def explain(self, rows, output=0):
        """Explain rows. Working memory is taken once for the call, whatever the number of rows.

            rows: row-major, float64; a model that computes in float32 takes the nearest of each value
            output: what to write

        Raises: InvalidError where a shape differs, or for approximate values with a background; NomemError.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "d", 2, "rows")
        output = _rt.choice(ExplainerOutput, output)
        err = mlops_error()
        _rt.fits("rows", rows_shape, 1, "model", "features", lib.mlops_model_n_features(h.of))
        width = lib.mlops_explainer_width(h, output)
        out, out_p = _rt.empty("d", (rows_shape[0], width))
        status = lib.mlops_explainer_explain(h, rows_p, rows_shape[0], rows_shape[1], output, out_p, width,
                C.byref(err))
        if status:
            _rt.check(status, "Explainer.explain", err)
        return _rt.result(out)

    def explain_table(self, table, columns=None, output=0):
        """Explain the rows of a table, its columns bound to features by name.

            table: rows
            columns: column of each feature, separated by commas, quoted as in a CSV line; default: the
                model's feature names
            output: what to write

        Raises: SchemaError names the column; else as Explainer.explain().
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        output = _rt.choice(ExplainerOutput, output)
        err = mlops_error()
        n_rows = lib.mlops_table_n_rows(table_h)
        width = lib.mlops_explainer_width(h, output)
        out, out_p = _rt.empty("d", (n_rows, width))
        status = lib.mlops_explainer_explain_table(h, table_h, _rt.names_or_none(columns, "columns"), output, out_p,
                n_rows, width, C.byref(err))
        if status:
            _rt.check(status, "Explainer.explain_table", err)
        return _rt.result(out)


@_rt.noun("fairness")
class Fairness(_rt.Handle):
    """Counts by group. One thread at a time."""

    _end = lib.mlops_fairness_free
    _locked = True

    def __init__(self, *, privileged=None, threshold=None, confidence=None, rows_min=None):
        """Begin without any row.

            privileged: group that the measures of AI Fairness 360 hold all others against; default: the
                one of the most weight, without weights of the most rows
            threshold: a row is decided positive if its prediction is at least this; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            rows_min: a rate of a group takes part in measures if so many rows stand below it, whatever
                they weigh; 1 or more, default 30

        Raises: InvalidError for an option out of range; NomemError.
        """
        out = C.c_void_p()
        opts = _fairness_opts(privileged=privileged, threshold=threshold, confidence=confidence, rows_min=rows_min)
        err = mlops_error()
        status = lib.mlops_fairness_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Fairness", err)
        self._h = self._owner(out.value)

    def add(self, group, predictions, labels=None, weights=None):
        """Count rows of one group.

            group: name, UTF-8, up to 1,000 bytes
            predictions: decisions (0 or 1), probabilities or scores; a row of NaN is left out, and
                counted as such
            labels: 0 or 1; NaN: not known (yet), the row counts for what was decided alone
            weights: of each row: 0, or 2^-20 to 2^32, rounded to a multiple of 2^-20; a row of weight 0
                is not there; None: each row counts 1

        Raises: InvalidError names the first row, counted from 0, whose label or weight is none of these, or
        says that the name is empty or too long; LimitError beyond 65,536 groups or a weight of 2^41 in all;
        NomemError. Nothing is counted then.
        """
        h = self._open()
        predictions_p, predictions_shape, predictions_keep = _rt.array(predictions, "d", 1, "predictions")
        labels_p, labels_shape, labels_keep = (None, (0,) * 1, None) if labels is None else _rt.array(labels, "d", 1,
                "labels")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        if labels is not None:
            _rt.same_length("labels", labels_shape[0], "predictions", predictions_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "predictions", predictions_shape[0])
        with h.lock:
            status = lib.mlops_fairness_add(h, _rt.string(group, "group"), predictions_p, labels_p, weights_p,
                    predictions_shape[0], C.byref(err))
        if status:
            _rt.check(status, "Fairness.add", err)

    def add_table(self, table, groups, prediction, label=None, weight=None):
        """Count the rows of a table. A group is what the columns of groups have in a row: of one column its
        text, of several (intersections) a line of CSV, such as "F,north". A row in which one of them is
        null is left out, and counted as such.

            table: rows; borrowed for the call
            groups: names of columns, separated by commas, quoted as in a CSV line
            prediction: name of a numeric or bool column
            label: name of one of 0 and 1, or bool; a null is a label not known
            weight: name of a numeric one of weights as in Fairness.add(), none of them null; None: each
                row counts 1

        Raises: SchemaError names a column that is missing or of another kind; else as Fairness.add().
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        with h.lock:
            status = lib.mlops_fairness_add_table(h, table_h, _rt.names_or_none(groups, "groups"),
                    _rt.string(prediction, "prediction"), _rt.string_or_none(label, "label"),
                    _rt.string_or_none(weight, "weight"), C.byref(err))
        if status:
            _rt.check(status, "Fairness.add_table", err)

    def merge(self, other):
        """Add what other counts have.

            other: counts of the same threshold; unchanged

        Raises: InvalidError if the thresholds differ, or other is self; LimitError, NomemError. Nothing is
        added then.
        """
        h = self._open()
        other_h = _rt.opened(other, Fairness, "other")
        err = mlops_error()
        with _rt.locked(h, other_h):
            status = lib.mlops_fairness_merge(h, other_h, C.byref(err))
        if status:
            _rt.check(status, "Fairness.merge", err)

    @property
    def n_groups(self):
        """Number of groups."""
        h = self._open()
        with h.lock:
            out = lib.mlops_fairness_n_groups(h)
        return out

    @property
    def n_left_out(self):
        """Rows that were left out: without a prediction, or without a group."""
        h = self._open()
        with h.lock:
            out = lib.mlops_fairness_n_left_out(h)
        return out

    def groups(self):
        """The groups and their rates, one row each, by name.

        Columns: group; n, rows; n_labelled, those with a label; tp, fp, tn, fn, rows of these; base_rate,
        the share of label 1; selection_rate, the share decided positive, with selection_low and _high; tpr
        and fpr, true and false positive rate, each with _low and _high; precision; accuracy; weight of the
        rows; n_effective, Kish's effective number of them. Rates are shares of the weight. A quotient with
        0 below is null. Intervals are Wilson's of the effective number of rows that stand below, each for
        itself.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_fairness_groups(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Fairness.groups", err)
        return _rt.classes["table"]._wrap(out.value)

    def measures(self):
        """The measures, one row each; docs/fairness.md has their formulas.

        Columns: measure; value, low and high, null where less than two groups have enough rows, or there
        is no such interval; group and against, between which the measure lies, as docs/fairness.md tells;
        n_groups that take part.

        Raises: NotFoundError if opts.privileged is no group; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_fairness_measures(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Fairness.measures", err)
        return _rt.classes["table"]._wrap(out.value)

    def save(self):
        """Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_fairness_save(h, text, cap, needed),
                    "Fairness.save")
        return text

    @classmethod
    def load(cls, bytes, *, privileged=None, threshold=None, confidence=None, rows_min=None):
        """Read bytes of Fairness.save().

            bytes: what was saved; borrowed for the call
            privileged: group that the measures of AI Fairness 360 hold all others against; default: the
                one of the most weight, without weights of the most rows
            threshold: a row is decided positive if its prediction is at least this; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            rows_min: a rate of a group takes part in measures if so many rows stand below it, whatever
                they weigh; 1 or more, default 30

        Raises: CorruptError for bytes that are no counts; UnsupportedError for those of a later format;
        InvalidError for an option out of range; NomemError.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        opts = _fairness_opts(privileged=privileged, threshold=threshold, confidence=confidence, rows_min=rows_min)
        err = mlops_error()
        status = lib.mlops_fairness_load(C.byref(out), bytes_p, bytes_n, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Fairness.load", err)
        return cls._wrap(out.value)


@_rt.noun("hll")
class Hll(_rt.Handle):
    """A sketch of distinct values, in Hll.size() bytes aligned to 8. One thread at a time."""

    _end = lib.mlops_hll_free
    _locked = True

    @staticmethod
    def size(*, without_history=False, lg_k=None):
        """Bytes that a sketch of this configuration needs; 0 if opts are not valid.

            without_history: bytes depend on the set of values alone
            lg_k: 2^lg_k registers of a byte; 4 to 21; default 12
        """
        opts = _hll_opts(without_history=without_history, lg_k=lg_k)
        out = lib.mlops_hll_size(C.byref(opts))
        return out

    def __init__(self, *, without_history=False, lg_k=None):
        """Start an empty sketch on the host's heap.

            without_history: bytes depend on the set of values alone
            lg_k: 2^lg_k registers of a byte; 4 to 21; default 12

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        opts = _hll_opts(without_history=without_history, lg_k=lg_k)
        err = mlops_error()
        status = lib.mlops_hll_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Hll", err)
        self._h = self._owner(out.value)

    def add(self, values):
        """Add float64 values. Zeros of either sign are one value, and all NaN are one; a whole number is
        another one here than in Hll.add_i64().

            values: float64

        Raises: InvalidError if n is negative.
        """
        h = self._open()
        values_p, values_shape, values_keep = _rt.array(values, "d", 1, "values")
        with h.lock:
            status = lib.mlops_hll_add(h, values_p, values_shape[0])
        if status:
            _rt.check(status, "Hll.add", why={
                -1: "n is negative",
            })

    def add_i64(self, values):
        """Add int64 values.

            values: int64

        Raises: InvalidError if n is negative.
        """
        h = self._open()
        values_p, values_shape, values_keep = _rt.array(values, "q", 1, "values")
        with h.lock:
            status = lib.mlops_hll_add_i64(h, values_p, values_shape[0])
        if status:
            _rt.check(status, "Hll.add_i64", why={
                -1: "n is negative",
            })

    def add_text(self, text):
        """Add a text, by its bytes. An empty one is none, as for DataSketches.

            text: UTF-8
        """
        h = self._open()
        with h.lock:
            lib.mlops_hll_add_text(h, _rt.string(text, "text"))

    def merge(self, other):
        """Add what another sketch has seen: the values of both, each once. History ends where both have
        registers.

            other: sketch of the same lg_k; unchanged

        Raises: InvalidError if the lg_k differ; nothing is added then.
        """
        h = self._open()
        other_h = _rt.opened(other, Hll, "other")
        with _rt.locked(h, other_h):
            status = lib.mlops_hll_merge(h, other_h)
        if status:
            _rt.check(status, "Hll.merge", why={
                -1: "the lg_k differ",
            })

    def reset(self):
        """Forget all values; the configuration stays."""
        h = self._open()
        with h.lock:
            lib.mlops_hll_reset(h)

    def summarize(self):
        """Estimate and state.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_hll_summary(C.sizeof(mlops_hll_summary))
        with h.lock:
            status = lib.mlops_hll_summarize(h, C.byref(out))
        if status:
            _rt.check(status, "Hll.summarize", why={
                -1: "struct_size is unknown",
            })
        return _hll_summary(out)

    def estimate(self, errors):
        """How many different values there were, or one bound of that: so many standard errors above the
        estimate, or below it where they are negative. 2 and -2 enclose 95 %.

            errors: in [-3, 3]; 0 is the estimate. NaN is returned for any other
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_hll_estimate(h, _rt.real(errors, "errors"))
        return out

    def save(self, form=0):
        """Write the sketch as bytes.

            form: how

        Raises: ArenaError if cap is too small; nothing is written then; InvalidError if the form is unknown.
        """
        h = self._open()
        form = _rt.choice(HllForm, form)
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_hll_save(h, form, text, cap, needed), "Hll.save",
                    why={
                -1: "the form is unknown",
            })
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of any form into the caller's storage: of Hll.save(), or HLL_4, HLL_6 and HLL_8 of
        DataSketches, compact or not.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no sketch, or contradict each other; UnsupportedError for one
        of a later format; ArenaError if size is too small; InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = 4096
        while True:
            mem = _rt.Storage(size)
            status = lib.mlops_hll_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
            if status != _rt.ARENA or size > 1 << 24:
                break
            size *= 2
        if status:
            _rt.check(status, "Hll.load", why={
                -5: "bytes that are no sketch, or contradict each other",
                -6: "one of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("multivariate")
class Multivariate(_rt.Handle):
    """Two samples of rows. Immutable: any thread may compare."""

    _end = lib.mlops_multivariate_free

    def __init__(self):
        raise TypeError("Multivariate is made by tables(), rows(), rows_f64()")

    @classmethod
    def tables(cls, reference, current, *, columns=None, ignore=None, scale=None):
        """Two tables, columns bound by name. Texts become numbers, and what is missing counts as the mean and
        is told beside it, as each way to compare has it (docs/multivariate.md).

            reference: rows that are known to be good; outlive the samples
            current: rows to judge; outlive the samples
            columns: of tables: names to compare, separated by commas, quoted as in a CSV line; default:
                all of the reference
            ignore: of tables: names to leave out, as columns
            scale: default MultivariateScale.AUTO

        Raises: SchemaError names a column that is missing, or of texts on one side alone; InvalidError for an
        option out of range, None, or if no column is left; NomemError.
        """
        out = C.c_void_p()
        reference_h = _rt.opened(reference, Table, "reference")
        current_h = _rt.opened(current, Table, "current")
        opts = _multivariate_opts(columns=columns, ignore=ignore, scale=scale)
        err = mlops_error()
        status = lib.mlops_multivariate_tables(C.byref(out), reference_h, current_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Multivariate.tables", err)
        return cls._wrap(out.value, keep=(reference_h, current_h,))

    @classmethod
    def rows(cls, reference, current, *, columns=None, ignore=None, scale=None):
        """Two matrices of float32, such as embeddings. A value that is not finite counts as the mean.

            reference: rows that are known to be good; outlive the samples
            current: rows to judge; outlive the samples
            columns: of tables: names to compare, separated by commas, quoted as in a CSV line; default:
                all of the reference
            ignore: of tables: names to leave out, as columns
            scale: default MultivariateScale.AUTO

        Raises: InvalidError for an option or a shape out of range; NomemError.
        """
        out = C.c_void_p()
        reference_p, reference_shape, reference_strides, reference_keep = _rt.matrix(reference, "f", "reference")
        current_p, current_shape, current_strides, current_keep = _rt.matrix(current, "f", "current")
        opts = _multivariate_opts(columns=columns, ignore=ignore, scale=scale)
        err = mlops_error()
        _rt.same_length("current", current_shape[1], "reference", reference_shape[1])
        status = lib.mlops_multivariate_rows(C.byref(out), reference_p, reference_shape[0], current_p,
                current_shape[0], reference_shape[1], reference_strides[0], reference_strides[1], current_strides[0],
                current_strides[1], C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Multivariate.rows", err)
        return cls._wrap(out.value, keep=(reference_keep, current_keep,))

    @classmethod
    def rows_f64(cls, reference, current, *, columns=None, ignore=None, scale=None):
        """Two matrices of float64. As Multivariate.rows().

            reference: outlives the samples
            current: outlives the samples
            columns: of tables: names to compare, separated by commas, quoted as in a CSV line; default:
                all of the reference
            ignore: of tables: names to leave out, as columns
            scale: default MultivariateScale.AUTO
        """
        out = C.c_void_p()
        reference_p, reference_shape, reference_strides, reference_keep = _rt.matrix(reference, "d", "reference")
        current_p, current_shape, current_strides, current_keep = _rt.matrix(current, "d", "current")
        opts = _multivariate_opts(columns=columns, ignore=ignore, scale=scale)
        err = mlops_error()
        _rt.same_length("current", current_shape[1], "reference", reference_shape[1])
        status = lib.mlops_multivariate_rows_f64(C.byref(out), reference_p, reference_shape[0], current_p,
                current_shape[0], reference_shape[1], reference_strides[0], reference_strides[1], current_strides[0],
                current_strides[1], C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Multivariate.rows_f64", err)
        return cls._wrap(out.value, keep=(reference_keep, current_keep,))

    def mmd(self, *, method=None, alpha=None, tolerance=None, bandwidth=None, rows_min=None, n_permutations=None,
            n_frequencies=None, seed=None, call=None):
        """Maximum mean discrepancy with a Gaussian kernel (Gretton and others 2012): 0 where the rows come
        from the same distribution, and up to the square root of 2.

            method: default MmdMethod.AUTO
            alpha: chance of a false alarm, in (0, 0.5]; default 0.01, of ALIBI 0.05
            tolerance: largest harmless MMD, in (0, 1); default 0.05; ALIBI takes none
            bandwidth: of the kernel, 1e-60 to 1e60; default: by the median of distances
            rows_min: rows that each side must have, 2 or more; default 50; ALIBI: 2
            n_permutations: of EXACT, 1 / alpha - 1 to 100,000, default 1,000; ALIBI: 1 or more, default
                100
            n_frequencies: of FOURIER, 128 to 16,384; default 512
            seed: of permutations and frequencies; default 0
            call: executor, progress, deadline, memory_max

        Raises: LimitError if EXACT is asked for of more than 50,000 rows, or for more memory than memory_max;
        InvalidError, also for an option that the method does not have; NomemError, CancelledError,
        DeadlineError.
        """
        out = mlops_multivariate_result(C.sizeof(mlops_multivariate_result))
        h = self._open()
        opts = _mmd_opts(method=method, alpha=alpha, tolerance=tolerance, bandwidth=bandwidth, rows_min=rows_min,
                n_permutations=n_permutations, n_frequencies=n_frequencies, seed=seed, call=call)
        err = mlops_error()
        status = lib.mlops_multivariate_mmd(C.byref(out), h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Multivariate.mmd", err, nested={
                "mlops_call": "call",
            })
        return _multivariate_result(out)

    def pca(self, *, preset=None, alpha=None, tolerance=None, variance=None, rows_min=None, n_chunks=None,
            call=None):
        """Reconstruction by principal components: how far rows lie from the components of the reference.

        Components are of one of each two rows of the reference; the errors of the others and those of the
        current ones are compared by the rule of Drift.compare(): effect is their KS distance. Where all
        components are kept no row has an error: not enough data. NANNYML fits all rows, and alarms where a
        chunk of current rows has an error beyond three standard deviations of those of the reference:
        effect is the mean error, tolerance the upper threshold.

            preset: default DriftPreset.NATIVE; or DriftPreset.NANNYML, which takes neither alpha nor
                tolerance
            alpha: chance of a false alarm, in (0, 0.5]; default 0.01
            tolerance: largest harmless KS distance of errors, in (0, 1); default 0.05
            variance: share of the reference's variance that the components keep, in (0, 1); default 0.65
            rows_min: errors that each side must have, 2 or more; default 50
            n_chunks: of each side, 1 to 10,000; default 10
            call: executor, progress, deadline, memory_max

        Raises: LimitError for more than 2,048 columns, or for more memory than memory_max; InvalidError,
        NomemError, CancelledError, DeadlineError.
        """
        out = mlops_multivariate_result(C.sizeof(mlops_multivariate_result))
        h = self._open()
        opts = _pca_opts(preset=preset, alpha=alpha, tolerance=tolerance, variance=variance, rows_min=rows_min,
                n_chunks=n_chunks, call=call)
        err = mlops_error()
        status = lib.mlops_multivariate_pca(C.byref(out), h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Multivariate.pca", err, nested={
                "mlops_call": "call",
            })
        return _multivariate_result(out)

    def chunks(self, *, preset=None, alpha=None, tolerance=None, variance=None, rows_min=None, n_chunks=None,
               call=None):
        """The errors of Multivariate.pca(), which is done again, of consecutive rows.

        Columns: side ("reference" or "current"); first, the first row; n, rows with an error; error, their
        mean; low and high, thresholds by the reference's chunks; alarm, whether it is beyond.

            preset: default DriftPreset.NATIVE; or DriftPreset.NANNYML, which takes neither alpha nor
                tolerance
            alpha: chance of a false alarm, in (0, 0.5]; default 0.01
            tolerance: largest harmless KS distance of errors, in (0, 1); default 0.05
            variance: share of the reference's variance that the components keep, in (0, 1); default 0.65
            rows_min: errors that each side must have, 2 or more; default 50
            n_chunks: of each side, 1 to 10,000; default 10
            call: executor, progress, deadline, memory_max

        Raises: as Multivariate.pca().
        """
        out = C.c_void_p()
        h = self._open()
        opts = _pca_opts(preset=preset, alpha=alpha, tolerance=tolerance, variance=variance, rows_min=rows_min,
                n_chunks=n_chunks, call=call)
        err = mlops_error()
        status = lib.mlops_multivariate_chunks(C.byref(out), h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Multivariate.chunks", err, nested={
                "mlops_call": "call",
            })
        return _rt.classes["table"]._wrap(out.value)

    def residuals(self, *, preset=None, alpha=None, tolerance=None, variance=None, rows_min=None, n_chunks=None,
                  call=None):
        """By which columns rows lie off the components of Multivariate.pca(), which is done again.

        Columns: feature; reference and current, the mean squares of their errors in it, of rows that are
        judged; share, its part in what these have grown by. The largest growth comes first.

            preset: default DriftPreset.NATIVE; or DriftPreset.NANNYML, which takes neither alpha nor
                tolerance
            alpha: chance of a false alarm, in (0, 0.5]; default 0.01
            tolerance: largest harmless KS distance of errors, in (0, 1); default 0.05
            variance: share of the reference's variance that the components keep, in (0, 1); default 0.65
            rows_min: errors that each side must have, 2 or more; default 50
            n_chunks: of each side, 1 to 10,000; default 10
            call: executor, progress, deadline, memory_max

        Raises: as Multivariate.pca(); InvalidError also for too few rows.
        """
        out = C.c_void_p()
        h = self._open()
        opts = _pca_opts(preset=preset, alpha=alpha, tolerance=tolerance, variance=variance, rows_min=rows_min,
                n_chunks=n_chunks, call=call)
        err = mlops_error()
        status = lib.mlops_multivariate_residuals(C.byref(out), h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Multivariate.residuals", err, nested={
                "mlops_call": "call",
            })
        return _rt.classes["table"]._wrap(out.value)

    def classify(self, *, alpha=None, tolerance=None, rows_min=None, rows_max=None, n_folds=None, n_trees=None,
                 seed=None, call=None):
        """A domain classifier: boosted trees learn to tell current rows from those of the reference, and are
        judged on rows that they have not seen. An AUC of 0.5 is chance. A missing value is a value of its
        own kind here.

            alpha: chance of a false alarm, in (0, 0.5]; default 0.01
            tolerance: largest harmless AUC, in (0.5, 1); default 0.55
            rows_min: rows that each side must have, 20 or more; default 50
            rows_max: rows of each side that are looked at, of even parts, to 10,000,000; default 20,000
            n_folds: of cross-validation, 2 to 10; default 5
            n_trees: of a classifier, 1 to 1,000; default 100
            seed: of the folds; default 0
            call: executor, progress, deadline, memory_max

        Raises: InvalidError, NomemError, CancelledError, DeadlineError; LimitError for more memory than
        memory_max.
        """
        out = mlops_multivariate_result(C.sizeof(mlops_multivariate_result))
        h = self._open()
        opts = _classify_opts(alpha=alpha, tolerance=tolerance, rows_min=rows_min, rows_max=rows_max,
                n_folds=n_folds, n_trees=n_trees, seed=seed, call=call)
        err = mlops_error()
        status = lib.mlops_multivariate_classify(C.byref(out), h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Multivariate.classify", err, nested={
                "mlops_call": "call",
            })
        return _multivariate_result(out)

    def features(self, *, alpha=None, tolerance=None, rows_min=None, rows_max=None, n_folds=None, n_trees=None,
                 seed=None, call=None):
        """What the trees of Multivariate.classify(), which is done again, tell rows apart by.

        Columns: feature; gain, its share in what all splits gained. The largest comes first.

            alpha: chance of a false alarm, in (0, 0.5]; default 0.01
            tolerance: largest harmless AUC, in (0.5, 1); default 0.55
            rows_min: rows that each side must have, 20 or more; default 50
            rows_max: rows of each side that are looked at, of even parts, to 10,000,000; default 20,000
            n_folds: of cross-validation, 2 to 10; default 5
            n_trees: of a classifier, 1 to 1,000; default 100
            seed: of the folds; default 0
            call: executor, progress, deadline, memory_max

        Raises: as Multivariate.classify(); InvalidError also for too few rows.
        """
        out = C.c_void_p()
        h = self._open()
        opts = _classify_opts(alpha=alpha, tolerance=tolerance, rows_min=rows_min, rows_max=rows_max,
                n_folds=n_folds, n_trees=n_trees, seed=seed, call=call)
        err = mlops_error()
        status = lib.mlops_multivariate_features(C.byref(out), h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Multivariate.features", err, nested={
                "mlops_call": "call",
            })
        return _rt.classes["table"]._wrap(out.value)

    def save(self, path, *, skip_mmd=False, skip_pca=False, skip_classify=False, title=None, mmd=None, pca=None,
             classify=None):
        """Compare in all three ways and write a report, whole or not at all: self-contained HTML, or JSON if
        the name ends in ".json". Beside the answers it has what Multivariate.chunks(),
        Multivariate.residuals() and Multivariate.features() tell. Each answer stands by itself: the chance
        of a false alarm is that of its own options.

            path: file to write; replaced if it is there
            skip_mmd: without Multivariate.mmd()
            skip_pca: without Multivariate.pca()
            skip_classify: without Multivariate.classify()
            title: default "Drift of rows as a whole"
            mmd: how Multivariate.mmd() compares
            pca: how Multivariate.pca() does
            classify: how Multivariate.classify() does

        Raises: as the ways to compare; InvalidError if all are skipped; IoError, NoSpaceError, DeniedError,
        NotFoundError.
        """
        h = self._open()
        opts = _multivariate_report_opts(skip_mmd=skip_mmd, skip_pca=skip_pca, skip_classify=skip_classify,
                title=title, mmd=mmd, pca=pca, classify=classify)
        err = mlops_error()
        status = lib.mlops_multivariate_save(h, _rt.string(path, "path"), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Multivariate.save", err, nested={
                "mlops_mmd_opts": "mmd",
                "mlops_call": "call",
                "mlops_pca_opts": "pca",
                "mlops_classify_opts": "classify",
            })


@_rt.noun("imprint")
class Imprint(_rt.Handle):
    """What rows left behind. Immutable: any thread may compare."""

    _end = lib.mlops_imprint_free

    def __init__(self):
        raise TypeError("Imprint is made by fit(), load()")

    @classmethod
    def fit(cls, samples, *, method=None, alpha=None, tolerance=None, bandwidth=None, rows_min=None,
            n_permutations=None, n_frequencies=None, seed=None, call=None):
        """Take the imprint of a reference.

            samples: of matrices: its reference, of 50 rows or more; it may have no current rows
            method: default MmdMethod.AUTO
            alpha: chance of a false alarm, in (0, 0.5]; default 0.01, of ALIBI 0.05
            tolerance: largest harmless MMD, in (0, 1); default 0.05; ALIBI takes none
            bandwidth: of the kernel, 1e-60 to 1e60; default: by the median of distances
            rows_min: rows that each side must have, 2 or more; default 50; ALIBI: 2
            n_permutations: of EXACT, 1 / alpha - 1 to 100,000, default 1,000; ALIBI: 1 or more, default
                100
            n_frequencies: of FOURIER, 128 to 16,384; default 512
            seed: of permutations and frequencies; default 0
            call: executor, progress, deadline, memory_max

        Raises: InvalidError for an option out of range, too few rows, or samples of tables; LimitError for
        more memory than memory_max; NomemError, CancelledError, DeadlineError.
        """
        out = C.c_void_p()
        samples_h = _rt.opened(samples, Multivariate, "samples")
        opts = _mmd_opts(method=method, alpha=alpha, tolerance=tolerance, bandwidth=bandwidth, rows_min=rows_min,
                n_permutations=n_permutations, n_frequencies=n_frequencies, seed=seed, call=call)
        err = mlops_error()
        status = lib.mlops_imprint_fit(C.byref(out), samples_h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Imprint.fit", err, nested={
                "mlops_call": "call",
            })
        return cls._wrap(out.value)

    def mmd(self, samples, *, method=None, alpha=None, tolerance=None, bandwidth=None, rows_min=None,
            n_permutations=None, n_frequencies=None, seed=None, call=None):
        """Compare current rows with the imprint, by the rule of Multivariate.mmd() with FOURIER.

            samples: of matrices with as many columns: its current rows; its reference is not read
            method: default MmdMethod.AUTO
            alpha: chance of a false alarm, in (0, 0.5]; default 0.01, of ALIBI 0.05
            tolerance: largest harmless MMD, in (0, 1); default 0.05; ALIBI takes none
            bandwidth: of the kernel, 1e-60 to 1e60; default: by the median of distances
            rows_min: rows that each side must have, 2 or more; default 50; ALIBI: 2
            n_permutations: of EXACT, 1 / alpha - 1 to 100,000, default 1,000; ALIBI: 1 or more, default
                100
            n_frequencies: of FOURIER, 128 to 16,384; default 512
            seed: of permutations and frequencies; default 0
            call: executor, progress, deadline, memory_max

        Raises: as Multivariate.mmd().
        """
        out = mlops_multivariate_result(C.sizeof(mlops_multivariate_result))
        h = self._open()
        samples_h = _rt.opened(samples, Multivariate, "samples")
        opts = _mmd_opts(method=method, alpha=alpha, tolerance=tolerance, bandwidth=bandwidth, rows_min=rows_min,
                n_permutations=n_permutations, n_frequencies=n_frequencies, seed=seed, call=call)
        err = mlops_error()
        status = lib.mlops_imprint_mmd(C.byref(out), h, samples_h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Imprint.mmd", err, nested={
                "mlops_call": "call",
            })
        return _multivariate_result(out)

    def windows(self, samples, n_rows, *, method=None, alpha=None, tolerance=None, bandwidth=None, rows_min=None,
                n_permutations=None, n_frequencies=None, seed=None, call=None):
        """The same for one window of rows after the other. Each has a chance of alpha of a false alarm.

        Columns: first, the first row; n, rows; effect, effect_low, effect_high, p_value; verdict: "drift",
        "no drift" or "not enough data".

            samples: as Imprint.mmd()
            n_rows: of a window, 1 or more; the last one has what is left
            method: default MmdMethod.AUTO
            alpha: chance of a false alarm, in (0, 0.5]; default 0.01, of ALIBI 0.05
            tolerance: largest harmless MMD, in (0, 1); default 0.05; ALIBI takes none
            bandwidth: of the kernel, 1e-60 to 1e60; default: by the median of distances
            rows_min: rows that each side must have, 2 or more; default 50; ALIBI: 2
            n_permutations: of EXACT, 1 / alpha - 1 to 100,000, default 1,000; ALIBI: 1 or more, default
                100
            n_frequencies: of FOURIER, 128 to 16,384; default 512
            seed: of permutations and frequencies; default 0
            call: executor, progress, deadline, memory_max

        Raises: as Imprint.mmd().
        """
        out = C.c_void_p()
        h = self._open()
        samples_h = _rt.opened(samples, Multivariate, "samples")
        opts = _mmd_opts(method=method, alpha=alpha, tolerance=tolerance, bandwidth=bandwidth, rows_min=rows_min,
                n_permutations=n_permutations, n_frequencies=n_frequencies, seed=seed, call=call)
        err = mlops_error()
        status = lib.mlops_imprint_windows(C.byref(out), h, samples_h, _rt.integer(n_rows, -2 ** 63, 2 ** 63 - 1,
                "n_rows"), C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Imprint.windows", err, nested={
                "mlops_call": "call",
            })
        return _rt.classes["table"]._wrap(out.value)

    def save(self):
        """Write the imprint as bytes: canonical, little-endian, 16 for each frequency and each column.

        Raises: ArenaError if cap is too small: nothing is written then; InvalidError for no imprint.
        """
        h = self._open()
        text = _rt.written(lambda text, cap, needed: lib.mlops_imprint_save(h, text, cap, needed), "Imprint.save",
                why={
            -1: "no imprint",
        })
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of Imprint.save().

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no imprint; UnsupportedError for those of a later format;
        NomemError.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        status = lib.mlops_imprint_load(C.byref(out), bytes_p, bytes_n, None, C.byref(err))
        if status:
            _rt.check(status, "Imprint.load", err)
        return cls._wrap(out.value)


@_rt.noun("items")
class Items(_rt.Handle):
    """A sketch of frequent values, in Items.size() bytes aligned to 8. One thread at a time."""

    _end = lib.mlops_items_free
    _locked = True

    @staticmethod
    def size(*, lg_size=None, text_max=None):
        """Bytes that a sketch of this configuration needs; 0 if opts are not valid.

            lg_size: room for 3/4 of 2^lg_size values; 3 to 20; default 10
            text_max: bytes of the longest text, which each value takes; 0 to 65,534; default 0: values
                are int64
        """
        opts = _items_opts(lg_size=lg_size, text_max=text_max)
        out = lib.mlops_items_size(C.byref(opts))
        return out

    def __init__(self, *, lg_size=None, text_max=None):
        """Start an empty sketch on the host's heap.

            lg_size: room for 3/4 of 2^lg_size values; 3 to 20; default 10
            text_max: bytes of the longest text, which each value takes; 0 to 65,534; default 0: values
                are int64

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        opts = _items_opts(lg_size=lg_size, text_max=text_max)
        err = mlops_error()
        status = lib.mlops_items_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Items", err)
        self._h = self._owner(out.value)

    def add(self, values):
        """Count int64 values.

            values: int64

        Raises: InvalidError if n is negative, or the sketch is one of texts; LimitError beyond 2^63 - 1
        values in all. Nothing is counted in either case.
        """
        h = self._open()
        values_p, values_shape, values_keep = _rt.array(values, "q", 1, "values")
        with h.lock:
            status = lib.mlops_items_add(h, values_p, values_shape[0])
        if status:
            _rt.check(status, "Items.add", why={
                -1: "n is negative, or the sketch is one of texts",
                -10: "beyond 2^63 - 1 values in all",
            })

    def add_text(self, text, times):
        """Count a text a number of times.

            text: UTF-8
            times: 1 or more

        Raises: InvalidError if times is below 1, or the sketch is one of int64 values; LimitError if the text
        is longer than text_max, or beyond 2^63 - 1 values in all. Nothing is counted then.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_items_add_text(h, _rt.string(text, "text"), _rt.integer(times, -2 ** 63, 2 ** 63 - 1,
                    "times", 1))
        if status:
            _rt.check(status, f"Items.add_text({times})", why={
                -1: "times is below 1, or the sketch is one of int64 values",
                -10: "the text is longer than text_max, or beyond 2^63 - 1 values in all",
            })

    def merge(self, other):
        """Add what another sketch has seen. What counts may be short of adds up.

            other: sketch of the same text_max, of any lg_size; unchanged

        Raises: InvalidError if the text_max differ, or other is self; LimitError beyond 2^63 - 1 values in
        all. Nothing is added in either case.
        """
        h = self._open()
        other_h = _rt.opened(other, Items, "other")
        with _rt.locked(h, other_h):
            status = lib.mlops_items_merge(h, other_h)
        if status:
            _rt.check(status, "Items.merge", why={
                -1: "the text_max differ, or other is self",
                -10: "beyond 2^63 - 1 values in all",
            })

    def reset(self):
        """Forget all values; the configuration stays."""
        h = self._open()
        with h.lock:
            lib.mlops_items_reset(h)

    def summarize(self):
        """Totals and the bound of the error.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_items_summary(C.sizeof(mlops_items_summary))
        with h.lock:
            status = lib.mlops_items_summarize(h, C.byref(out))
        if status:
            _rt.check(status, "Items.summarize", why={
                -1: "struct_size is unknown",
            })
        return _items_summary(out)

    def frequent(self, kind, threshold):
        """How many values are frequent: these come first in Items.at(). -1 if kind is unknown.

            kind: which error is not to be made
            threshold: what frequent values are above; less than summarize's error is taken as that
        """
        h = self._open()
        kind = _rt.choice(ItemsKind, kind)
        with h.lock:
            out = lib.mlops_items_frequent(h, kind, _rt.integer(threshold, -2 ** 63, 2 ** 63 - 1, "threshold"))
        return out

    def at(self, index):
        """A value by its place, the most frequent first; of equal ones the lesser.

            index: 0 to n_kept - 1

        Raises: InvalidError if struct_size is unknown, or index is out of range.
        """
        h = self._open()
        out = mlops_items_row(C.sizeof(mlops_items_row))
        with h.lock:
            status = lib.mlops_items_at(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"), C.byref(out))
        if status:
            _rt.check(status, f"Items.at({index})", why={
                -1: "struct_size is unknown, or index is out of range",
            })
        return _items_row(out)

    def find(self, value):
        """How often a value was added.

            value: whether it is kept or not

        Raises: InvalidError if struct_size is unknown, or the sketch is one of texts.
        """
        h = self._open()
        out = mlops_items_row(C.sizeof(mlops_items_row))
        with h.lock:
            status = lib.mlops_items_find(h, _rt.integer(value, -2 ** 63, 2 ** 63 - 1, "value"), C.byref(out))
        if status:
            _rt.check(status, f"Items.find({value})", why={
                -1: "struct_size is unknown, or the sketch is one of texts",
            })
        return _items_row(out)

    def find_text(self, text):
        """The same of a text, in a sketch of texts.

            text: UTF-8

        Raises: InvalidError if struct_size is unknown, or the sketch is one of int64 values.
        """
        h = self._open()
        out = mlops_items_row(C.sizeof(mlops_items_row))
        with h.lock:
            status = lib.mlops_items_find_text(h, _rt.string(text, "text"), C.byref(out))
        if status:
            _rt.check(status, "Items.find_text", why={
                -1: "struct_size is unknown, or the sketch is one of int64 values",
            })
        return _items_row(out)

    def save(self, form=0):
        """Write the sketch as bytes, the most frequent value first.

            form: how

        Raises: ArenaError if cap is too small; nothing is written then; InvalidError if the form is unknown.
        """
        h = self._open()
        form = _rt.choice(ItemsForm, form)
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_items_save(h, form, text, cap, needed),
                    "Items.save", why={
                -1: "the form is unknown",
            })
        return text

    @classmethod
    def load(cls, bytes, text_max):
        """Read bytes of any form into the caller's storage: of Items.save(), or of DataSketches.

            bytes: what was saved; borrowed for the call
            text_max: of bytes of DataSketches, which do not tell: 0, they hold longs, or the room for
                each string; else 0

        Raises: CorruptError for bytes that are no sketch, or contradict each other; UnsupportedError for one
        of a later format, or a string with a NUL; LimitError for a string longer than text_max; ArenaError if
        size is too small; InvalidError if mem is not aligned, or text_max is out of range.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = 4096
        while True:
            mem = _rt.Storage(size)
            status = lib.mlops_items_load(C.byref(out), mem.address, size, bytes_p, bytes_n, _rt.integer(text_max,
                    -2 ** 63, 2 ** 63 - 1, "text_max"))
            if status != _rt.ARENA or size > 1 << 24:
                break
            size *= 2
        if status:
            _rt.check(status, f"Items.load({text_max})", why={
                -5: "bytes that are no sketch, or contradict each other",
                -6: "one of a later format, or a string with a NUL",
                -10: "a string longer than text_max",
                -1: "mem is not aligned, or text_max is out of range",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("kll")
class Kll(_rt.Handle):
    """A sketch of quantiles, in Kll.size() bytes aligned to 8. One thread at a time."""

    _end = lib.mlops_kll_free
    _locked = True

    @staticmethod
    def size(*, k=None, seed=None):
        """Bytes that a sketch of this configuration needs; 0 if opts are not valid.

            k: what is kept, and how close ranks are: 8 to 65,535; default 200, a rank within 1.33 %
            seed: of the generator; default 0
        """
        opts = _kll_opts(k=k, seed=seed)
        out = lib.mlops_kll_size(C.byref(opts))
        return out

    def __init__(self, *, k=None, seed=None):
        """Start an empty sketch on the host's heap.

            k: what is kept, and how close ranks are: 8 to 65,535; default 200, a rank within 1.33 %
            seed: of the generator; default 0

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        opts = _kll_opts(k=k, seed=seed)
        err = mlops_error()
        status = lib.mlops_kll_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Kll", err)
        self._h = self._owner(out.value)

    def add(self, values):
        """Add values. NaN are counted apart.

            values: float64

        Raises: InvalidError if n is negative; LimitError beyond 2^48 values in all. Nothing is added in
        either case.
        """
        h = self._open()
        values_p, values_shape, values_keep = _rt.array(values, "d", 1, "values")
        with h.lock:
            status = lib.mlops_kll_add(h, values_p, values_shape[0])
        if status:
            _rt.check(status, "Kll.add", why={
                -1: "n is negative",
                -10: "beyond 2^48 values in all",
            })

    def add_f32(self, values):
        """Add float32 values, one of each stride-th element.

            values: float32; the first value and, behind it, every stride-th

        Raises: as Kll.add().
        """
        h = self._open()
        values_p, values_n, values_stride, values_keep = _rt.strided(values, "f", "values")
        with h.lock:
            status = lib.mlops_kll_add_f32(h, values_p, values_n, values_stride)
        if status:
            _rt.check(status, "Kll.add_f32", why={
                -1: "n is negative",
                -10: "beyond 2^48 values in all",
            })

    def merge(self, other):
        """Add what another sketch has seen. Of different k the error is that of the smaller.

            other: another sketch, of any k; unchanged

        Raises: LimitError beyond 2^48 values in all; InvalidError if other is self. Nothing is added in
        either case.
        """
        h = self._open()
        other_h = _rt.opened(other, Kll, "other")
        with _rt.locked(h, other_h):
            status = lib.mlops_kll_merge(h, other_h)
        if status:
            _rt.check(status, "Kll.merge", why={
                -10: "beyond 2^48 values in all",
                -1: "other is self",
            })

    def reset(self):
        """Forget all values; k and seed stay."""
        h = self._open()
        with h.lock:
            lib.mlops_kll_reset(h)

    def summarize(self):
        """Totals, extremes and bounds of the error.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_kll_summary(C.sizeof(mlops_kll_summary))
        with h.lock:
            status = lib.mlops_kll_summarize(h, C.byref(out))
        if status:
            _rt.check(status, "Kll.summarize", why={
                -1: "struct_size is unknown",
            })
        return _kll_summary(out)

    def rank(self, value):
        """Share of the values that are up to this one; NaN if there are none, or value is NaN.

            value: a number
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_kll_rank(h, _rt.real(value, "value"))
        return out

    def quantile(self, q):
        """Quantile: the least kept value up to which q of the values lie; the exact extremes for 0 and 1.

            q: in [0, 1]

        Returns: NaN if there are no values or q is out of range.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_kll_quantile(h, _rt.real(q, "q"))
        return out

    def quantiles(self, q):
        """Many quantiles.

            q: in [0, 1], in any order

        Raises: InvalidError if n is negative, or a q is out of range.
        """
        h = self._open()
        q_p, q_shape, q_keep = _rt.array(q, "d", 1, "q")
        out, out_p = _rt.empty("d", (q_shape[0],))
        with h.lock:
            status = lib.mlops_kll_quantiles(h, q_p, q_shape[0], out_p)
        if status:
            _rt.check(status, "Kll.quantiles", why={
                -1: "n is negative, or a q is out of range",
            })
        return _rt.result(out)

    def cdf(self, points):
        """Cumulative distribution: the share of the values up to each point.

            points: in any order

        Raises: InvalidError if n is negative, or a point is NaN.
        """
        h = self._open()
        points_p, points_shape, points_keep = _rt.array(points, "d", 1, "points")
        out, out_p = _rt.empty("d", (points_shape[0],))
        with h.lock:
            status = lib.mlops_kll_cdf(h, points_p, points_shape[0], out_p)
        if status:
            _rt.check(status, "Kll.cdf", why={
                -1: "n is negative, or a point is NaN",
            })
        return _rt.result(out)

    def pmf(self, points):
        """Shares between points: up to the first one, and up to each from the one before. What lies above the
        last is in none; let that be +inf for shares of all.

            points: strictly ascending

        Raises: InvalidError if n is negative, or points do not ascend.
        """
        h = self._open()
        points_p, points_shape, points_keep = _rt.array(points, "d", 1, "points")
        out, out_p = _rt.empty("d", (points_shape[0],))
        with h.lock:
            status = lib.mlops_kll_pmf(h, points_p, points_shape[0], out_p)
        if status:
            _rt.check(status, "Kll.pmf", why={
                -1: "n is negative, or points do not ascend",
            })
        return _rt.result(out)

    def save(self, form=0):
        """Write the sketch as bytes. What waits to be sorted in is sorted in first.

            form: how; all but KllForm.NATIVE leave out the count of NaN and the generator

        Raises: ArenaError if cap is too small; nothing is written then; InvalidError if the form is unknown.
        """
        h = self._open()
        form = _rt.choice(KllForm, form)
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_kll_save(h, form, text, cap, needed), "Kll.save",
                    why={
                -1: "the form is unknown",
            })
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of any form into the caller's storage: of Kll.save(), or of DataSketches in C++, Java
        and Python, double or float as their length says.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no sketch, or contradict each other; UnsupportedError for one
        of a later format; LimitError for one of more than 2^48 values; ArenaError if size is too small;
        InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = 4096
        while True:
            mem = _rt.Storage(size)
            status = lib.mlops_kll_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
            if status != _rt.ARENA or size > 1 << 24:
                break
            size *= 2
        if status:
            _rt.check(status, "Kll.load", why={
                -5: "bytes that are no sketch, or contradict each other",
                -6: "one of a later format",
                -10: "one of more than 2^48 values",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("monitor")
class Monitor(_rt.Handle):
    """A monitor. One thread at a time."""

    _end = lib.mlops_monitor_free
    _locked = True

    def __init__(self, model, reference, *, alpha_of_all=False, reference_opts=None, drift=None, name=None,
                 window_rows=None, window_ns=None, false_alarm_ns=None):
        """Begin to watch a model, held against the reference in a file.

        Watched are the model's features, in its order: those of model or, where that is None and the file
        is a bundle, those of the bundle's model that its reference has. Else watched is every column of
        the reference, in its order, or those in opts.reference.columns; a model without feature names
        needs that list, one for each feature. opts.drift.columns and .ignore choose among them: columns
        may name others of the reference, too, and ignore what it lacks.

            model: the monitor holds a share; its features are bound to the columns of the reference by
                name, and columns that are no feature are ignored
            reference: file that Reference.load() reads: CSV, a saved reference or a bundle
            alpha_of_all: drift.alpha is the chance of any false alarm in all windows of the monitor
                together, and not in each
            reference_opts: how a CSV reference is read: which columns are features, and how the file is
                laid out
            drift: tolerances, alpha, rows_min; columns and ignore choose what is watched
            name: label "model" of the metrics, UTF-8; default "default"
            window_rows: rows that end a window, 50 or more; default 1,000, and none where window_ns is
                given
            window_ns: a window ends at each multiple of this time since 1970, UTC, by the host's clock:
                3,600,000,000,000 is each full hour; default none
            false_alarm_ns: mean time between two windows with a false alarm, at the least; it takes the
                place of drift.alpha; default none

        Raises: as Reference.load(), and of a bundle Model.load(); SchemaError names a feature of model that
        the reference lacks, or a column that is named and not there.
        """
        out = C.c_void_p()
        model_h = _rt.opened_or_none(model, Model, "model")
        opts = _monitor_opts(alpha_of_all=alpha_of_all, reference=reference_opts, drift=drift, name=name,
                window_rows=window_rows, window_ns=window_ns, false_alarm_ns=false_alarm_ns)
        err = mlops_error()
        status = lib.mlops_monitor_new(C.byref(out), model_h, _rt.string(reference, "reference"), C.byref(opts),
                C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Monitor", err, nested={
                "mlops_reference_opts": "reference_opts",
                "mlops_csv_opts": 'reference_opts["csv"]',
                "mlops_call": "call",
                "reference": "reference_opts",
                "mlops_drift_opts": "drift",
            })
        self._h = self._owner(out.value)

    @classmethod
    def new_reference(cls, model, reference, *, alpha_of_all=False, reference_opts=None, drift=None, name=None,
                      window_rows=None, window_ns=None, false_alarm_ns=None):
        """Begin to watch a model, held against a reference at hand.

            model: as Monitor()
            reference: the monitor holds a share
            alpha_of_all: drift.alpha is the chance of any false alarm in all windows of the monitor
                together, and not in each
            reference_opts: how a CSV reference is read: which columns are features, and how the file is
                laid out
            drift: tolerances, alpha, rows_min; columns and ignore choose what is watched
            name: label "model" of the metrics, UTF-8; default "default"
            window_rows: rows that end a window, 50 or more; default 1,000, and none where window_ns is
                given
            window_ns: a window ends at each multiple of this time since 1970, UTC, by the host's clock:
                3,600,000,000,000 is each full hour; default none
            false_alarm_ns: mean time between two windows with a false alarm, at the least; it takes the
                place of drift.alpha; default none

        Raises: SchemaError names a feature that the reference lacks, or a column that is named and not there;
        InvalidError, NomemError.
        """
        out = C.c_void_p()
        model_h = _rt.opened_or_none(model, Model, "model")
        reference_h = _rt.opened(reference, Reference, "reference")
        opts = _monitor_opts(alpha_of_all=alpha_of_all, reference=reference_opts, drift=drift, name=name,
                window_rows=window_rows, window_ns=window_ns, false_alarm_ns=false_alarm_ns)
        err = mlops_error()
        status = lib.mlops_monitor_new_reference(C.byref(out), model_h, reference_h, C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Monitor.new_reference", err, nested={
                "mlops_reference_opts": "reference_opts",
                "mlops_csv_opts": 'reference_opts["csv"]',
                "mlops_call": "call",
                "reference": "reference_opts",
                "mlops_drift_opts": "drift",
            })
        return cls._wrap(out.value)

    @property
    def n_features(self):
        """Number of columns of a row that Monitor.add() takes: features of the model, or columns of the
        reference or of opts.reference.columns, whether they are watched or not.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_monitor_n_features(h)
        return out

    def add(self, rows, predictions=None):
        """Add rows and what the model made of them. A string column of the reference cannot be added here; it
        counts as null. A watched column that is no feature is not in a row, and takes nothing.

            rows: row-major, float32
            predictions: float64; the first column is profiled; of one dimension: one value a row

        Raises: InvalidError where a shape differs; LimitError beyond 2^63 - 1 rows in all. Nothing is added
        then.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        predictions_p, predictions_shape, predictions_keep = (None, (0,) * 2,
                None) if predictions is None else _rt.array(predictions, "d", 2, "predictions", True)
        if predictions is not None:
            _rt.same_length("predictions", predictions_shape[0], "rows", rows_shape[0])
        _rt.fits("rows", rows_shape, 1, "monitor", "features", lib.mlops_monitor_n_features(h))
        with h.lock:
            status = lib.mlops_monitor_add(h, rows_p, rows_shape[0], rows_shape[1], predictions_p,
                    predictions_shape[1])
        if status:
            _rt.check(status, "Monitor.add", why={
                -1: "a shape differs",
                -10: "beyond 2^63 - 1 rows in all",
            })

    def add_table(self, table):
        """Add the rows of a table, its columns bound by name.

            table: rows

        Raises: SchemaError names a column that is missing or of another kind; LimitError beyond 2^63 - 1 rows
        in all. Nothing is added then.
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_add_table(h, table_h, C.byref(err))
        if status:
            _rt.check(status, "Monitor.add_table", err)

    def add_latency(self, duration_ns):
        """Add the time that predicting took.

            duration_ns: nanoseconds, 0 or more

        Raises: InvalidError if it is negative.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_monitor_add_latency(h, _rt.integer(duration_ns, -2 ** 63, 2 ** 63 - 1, "duration_ns",
                    0))
        if status:
            _rt.check(status, f"Monitor.add_latency({duration_ns})", why={
                -1: "it is negative",
            })

    def add_errors(self, n):
        """Count requests that got no prediction.

            n: 0 or more

        Raises: InvalidError if n is negative; LimitError beyond 2^63 - 1 in all.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_monitor_add_errors(h, _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n", 0))
        if status:
            _rt.check(status, f"Monitor.add_errors({n})", why={
                -1: "n is negative",
                -10: "beyond 2^63 - 1 in all",
            })

    @property
    def n_windows(self):
        """Number of windows that were completed and judged."""
        h = self._open()
        with h.lock:
            out = lib.mlops_monitor_n_windows(h)
        return out

    @property
    def verdict(self):
        """Verdict of the newest complete window; NOT_ENOUGH_DATA before the first."""
        h = self._open()
        with h.lock:
            out = lib.mlops_monitor_verdict(h)
        return _rt.enumerator(DriftVerdict, out)

    @property
    def n_drifted(self):
        """Number of columns that drifted in the newest complete window."""
        h = self._open()
        with h.lock:
            out = lib.mlops_monitor_n_drifted(h)
        return out

    def drift(self):
        """Verdicts of the newest complete window or, before the first one is complete, of what there is.

        They are those of Drift.compare_reference() but for wasserstein: a window knows the cells of its
        values alone, and takes them as spread evenly. It is off by half the mean width of the cells of the
        window's values at the most, and as much for the reference's values unless exact is 1.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_drift(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Monitor.drift", err)
        return _rt.classes["drift"]._wrap(out.value)

    def metrics(self):
        """Metrics in Prometheus' text format 0.0.4. Allocates nothing.

        Raises: ArenaError if cap is too small: text is empty then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_monitor_metrics(h, text, cap, needed),
                    "Monitor.metrics")
        return _rt.decoded(text)

    def openmetrics(self):
        """The same as OpenMetrics text 1.0.

        Raises: as Monitor.metrics().
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_monitor_openmetrics(h, text, cap, needed),
                    "Monitor.openmetrics")
        return _rt.decoded(text)

    def save(self, path):
        """Write a report, as Drift.save(), with traffic, latency, segments, the policy's alarm and its
        reason, performance window by window where labels are expected, and shares of values that the
        reference has not.

            path: file to write; replaced if it is there

        Raises: as Drift.save().
        """
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_save(h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Monitor.save", err)

    def expect_labels(self, reference=None, calibration=None, *, rows_max=None, windows_kept=None, metric=None,
                      threshold=None, tolerance=None, confidence=None, cost_tp=None, cost_fp=None, cost_fn=None,
                      cost_tn=None, n_classes=None, costs=None):
        """Take the room for labels. Once, and before the first row.

        With a reference half of what a window may spend on false alarms is for its columns, and a quarter
        each for the measured and the estimated metric.

            reference: counts of rows with a label, such as of the validation; copied. None: metrics are
                told, and not judged
            calibration: what makes probabilities of scores, of estimates alone; the monitor holds a
                share. None: scores are probabilities
            rows_max: rows that are remembered for their labels, up to 2^30; the oldest makes room for a
                new one; default 65,536
            windows_kept: windows to which a label can still count, the current one among them, 1 to
                1,000; default 8; 56 KiB each
            metric: what is judged; default MonitorMetric.AUC, of numbers MonitorMetric.MAE
            threshold: score from which a row is predicted positive: a multiple of 1/1024 below 1; default
                0.5
            tolerance: loss that is not worth an alarm, in the metric's unit; default 0.05; of log loss,
                cost and all of numbers but mape it must be given
            confidence: of the intervals that are shown; default 0.95
            cost_tp: of a row that is predicted 1 and labelled 1; default 0
            cost_fp: predicted 1, labelled 0; default 0
            cost_fn: predicted 0, labelled 1; default 0
            cost_tn: predicted 0, labelled 0; default 0, of all four: there is no cost
            n_classes: of Monitor.expect_classes(), 2 to 256; default: those of the reference or of the
                model; else 0
            costs: of Monitor.expect_classes(): of a row of each label, and of that by each prediction;
                else None

        Raises: InvalidError for an option out of range, a reference without labels, or a monitor that has
        rows or labels already; NomemError.
        """
        h = self._open()
        reference_h = _rt.opened_or_none(reference, Performance, "reference")
        calibration_h = _rt.opened_or_none(calibration, Calibration, "calibration")
        opts = _monitor_labels_opts(rows_max=rows_max, windows_kept=windows_kept, metric=metric, threshold=threshold,
                tolerance=tolerance, confidence=confidence, cost_tp=cost_tp, cost_fp=cost_fp, cost_fn=cost_fn,
                cost_tn=cost_tn, n_classes=n_classes, costs=costs)
        err = mlops_error()
        with _rt.locked(h, reference_h):
            status = lib.mlops_monitor_expect_labels(h, reference_h, calibration_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Monitor.expect_labels", err)

    def add_scored(self, rows, scores, ids=None, weights=None):
        """Add rows with their scores, as Monitor.add(); the scores are the predictions.

            rows: row-major, float32
            scores: probabilities of label 1, in [0, 1]; NaN: there is none. Of classes and numbers: see
                mlops/monitor_tasks.h; of one dimension: one value a row
            ids: of the requests: any numbers, such as those of Monitor.id(). None: no label will come
            weights: as Performance.add(); None: each row counts 1

        Raises: InvalidError where a shape differs, no labels are expected, or a score or weight is none;
        LimitError beyond a weight of 2^41 in all. Nothing is added then.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 2, "scores", True)
        ids_p, ids_shape, ids_keep = (None, (0,) * 1, None) if ids is None else _rt.array(ids, "q", 1, "ids")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        _rt.same_length("scores", scores_shape[0], "rows", rows_shape[0])
        if ids is not None:
            _rt.same_length("ids", ids_shape[0], "rows", rows_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "rows", rows_shape[0])
        _rt.fits("rows", rows_shape, 1, "monitor", "features", lib.mlops_monitor_n_features(h))
        with h.lock:
            status = lib.mlops_monitor_add_scored(h, rows_p, rows_shape[0], rows_shape[1], scores_p, scores_shape[1],
                    ids_p, weights_p, C.byref(err))
        if status:
            _rt.check(status, "Monitor.add_scored", err)

    def add_scored_table(self, table, scores, ids=None, weights=None):
        """Add the rows of a table with their scores, as Monitor.add_table() and Monitor.add_scored().

            table: rows
            scores: of each row; of one dimension: one value a row

        Raises: as Monitor.add_table() and Monitor.add_scored().
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 2, "scores", True)
        ids_p, ids_shape, ids_keep = (None, (0,) * 1, None) if ids is None else _rt.array(ids, "q", 1, "ids")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        if ids is not None:
            _rt.same_length("ids", ids_shape[0], "scores", scores_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "scores", scores_shape[0])
        with h.lock:
            status = lib.mlops_monitor_add_scored_table(h, table_h, scores_p, scores_shape[0], scores_shape[1],
                    ids_p, weights_p, C.byref(err))
        if status:
            _rt.check(status, "Monitor.add_scored_table", err)

    def add_labels(self, ids, labels, weights=None):
        """Add labels of rows that were added. Labels without a row are counted and are no error.

            ids: of the requests
            labels: 0 or 1; of classes 0 to n_classes - 1; of numbers any
            weights: take the place of the weights of the rows

        Raises: InvalidError names the first label, counted from 0, that is none; LimitError beyond a weight
        of 2^41 in all. Nothing is added then.
        """
        h = self._open()
        ids_p, ids_shape, ids_keep = _rt.array(ids, "q", 1, "ids")
        labels_p, labels_shape, labels_keep = _rt.array(labels, "d", 1, "labels")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        _rt.same_length("labels", labels_shape[0], "ids", ids_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "ids", ids_shape[0])
        with h.lock:
            status = lib.mlops_monitor_add_labels(h, ids_p, labels_p, weights_p, ids_shape[0], C.byref(err))
        if status:
            _rt.check(status, "Monitor.add_labels", err)

    @staticmethod
    def id(text):
        """The number of a request whose id is a text: XXH3-64 of it. Two texts of n remembered ones have the
        same with a chance below n^2 / 2^65.
        """
        out = lib.mlops_monitor_id(_rt.string(text, "text"))
        return out

    def summarize_labels(self):
        """What came of labels, and where performance stands.

        Raises: InvalidError if struct_size is unknown, or no labels are expected.
        """
        h = self._open()
        out = mlops_monitor_labels(C.sizeof(mlops_monitor_labels))
        with h.lock:
            status = lib.mlops_monitor_summarize_labels(h, C.byref(out))
        if status:
            _rt.check(status, "Monitor.summarize_labels", why={
                -1: "struct_size is unknown, or no labels are expected",
            })
        return _monitor_labels(out)

    def performance(self):
        """Metrics of each window that is kept and of all rows together, of what there is by now.

        Columns: window, its number, from 1, or null: all rows of the monitor; kind, "measured" or
        "estimated"; metric, its name; value, low, high, null where undefined; n, rows with a label, or
        rows with a score.

        Raises: InvalidError if no labels are expected; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_performance(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Monitor.performance", err)
        return _rt.classes["table"]._wrap(out.value)

    def set_policy(self, *, k=None, n=None, calm=None, over=None, clear=None, critical=None, pause_ns=None):
        """Have the windows from the next one on decided upon. Once, and before the first window ends.

            k: windows that must be over; 1 to n, default 1
            n: among so many newest ones; up to 64, default k
            calm: calm windows in a row that end an alarm; 1 or more, default 1
            over: a window is over from this severity on; above 0, default 1
            clear: a window is calm below this; in (0, over], default over
            critical: one window of this severity raises the alarm by itself; at least over, default none
            pause_ns: no alarm is raised until so long after the one before was; default 0

        Raises: InvalidError for a rule out of range, or a monitor that has a policy or a window already;
        NomemError.
        """
        h = self._open()
        opts = _policy_opts(k=k, n=n, calm=calm, over=over, clear=clear, critical=critical, pause_ns=pause_ns)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_set_policy(h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Monitor.set_policy", err)

    def veto(self):
        """Say that the data of the current window are broken: expectations failed, or an outage is known.
        When it ends it counts for nothing in the policy, whatever was found.

        Raises: InvalidError if there is no policy.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_monitor_veto(h)
        if status:
            _rt.check(status, "Monitor.veto", why={
                -1: "there is no policy",
            })

    def alarm(self):
        """Where the policy stands after the newest window.

        Raises: InvalidError if there is no policy, or struct_size is unknown.
        """
        h = self._open()
        out = mlops_policy_decision(C.sizeof(mlops_policy_decision))
        with h.lock:
            status = lib.mlops_monitor_alarm(h, C.byref(out))
        if status:
            _rt.check(status, "Monitor.alarm", why={
                -1: "there is no policy, or struct_size is unknown",
            })
        return _policy_decision(out)

    def alarm_reason(self):
        """The same, and why, as a line of JSON: Policy.reason().

        Raises: ArenaError if cap is too small: text is empty then; InvalidError if there is no policy.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_monitor_alarm_reason(h, text, cap, needed),
                    "Monitor.alarm_reason", why={
                -1: "there is no policy",
            })
        return _rt.decoded(text)

    def expect_segments(self, *, n_segments=None):
        """Take the room for segments. Once, before the first row, and after Monitor.expect_labels() where
        labels are expected.

        Half of what a window may spend on false alarms is for all rows together from now on, and half is
        shared equally by n_segments and "other".

            n_segments: keys that have a segment of their own, 1 to 256; default 16

        Raises: InvalidError for an option out of range, or a monitor that has rows or segments already;
        NomemError.
        """
        h = self._open()
        opts = _monitor_segments_opts(n_segments=n_segments)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_expect_segments(h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Monitor.expect_segments", err)

    def segment(self, key):
        """The number of a key's segment. A key that is new begins one, as long as there is room.

            key: UTF-8 of 1 to 63 bytes

        Returns: 1 and more; 0 is "other": there is no more room, the key is "other" or none, or no segments
        are expected.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_monitor_segment(h, _rt.string(key, "key"))
        return out

    def enter_segment(self, segment):
        """Say of which segment rows are that are added from now on; before the first call it is 0, "other".

            segment: a number of Monitor.segment()

        Raises: InvalidError if there is no such segment.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_monitor_enter_segment(h, _rt.integer(segment, -2 ** 63, 2 ** 63 - 1, "segment"))
        if status:
            _rt.check(status, f"Monitor.enter_segment({segment})", why={
                -1: "there is no such segment",
            })

    def add_segments(self, rows, segments, scores=None, ids=None, weights=None):
        """Add rows of several segments, as Monitor.add_scored() where labels are expected, else as
        Monitor.add(). The segment that was entered stays.

            rows: row-major, float32
            segments: numbers of Monitor.segment()
            scores: predictions; needed where labels are expected; of one dimension: one value a row
            ids: None where no labels are expected
            weights: None where no labels are expected

        Raises: InvalidError names the first row, counted from 0, whose segment there is not; else as those
        verbs. Nothing is added then.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        segments_p, segments_shape, segments_keep = _rt.array(segments, "q", 1, "segments")
        scores_p, scores_shape, scores_keep = (None, (0,) * 2, None) if scores is None else _rt.array(scores, "d", 2,
                "scores", True)
        ids_p, ids_shape, ids_keep = (None, (0,) * 1, None) if ids is None else _rt.array(ids, "q", 1, "ids")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        _rt.same_length("segments", segments_shape[0], "rows", rows_shape[0])
        if scores is not None:
            _rt.same_length("scores", scores_shape[0], "rows", rows_shape[0])
        if ids is not None:
            _rt.same_length("ids", ids_shape[0], "rows", rows_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "rows", rows_shape[0])
        _rt.fits("rows", rows_shape, 1, "monitor", "features", lib.mlops_monitor_n_features(h))
        with h.lock:
            status = lib.mlops_monitor_add_segments(h, rows_p, rows_shape[0], rows_shape[1], segments_p, scores_p,
                    scores_shape[1], ids_p, weights_p, C.byref(err))
        if status:
            _rt.check(status, "Monitor.add_segments", err)

    def add_segments_table(self, table, segments, scores=None, ids=None, weights=None):
        """Add the rows of a table, of several segments: as Monitor.add_scored_table() where labels are
        expected, else as Monitor.add_table().

            table: rows
            segments: numbers of Monitor.segment()
            scores: needed where labels are expected, else None; of one dimension: one value a row
            ids: None where no labels are expected
            weights: None where no labels are expected

        Raises: as Monitor.add_segments(), and Monitor.add_table().
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        segments_p, segments_shape, segments_keep = _rt.array(segments, "q", 1, "segments")
        scores_p, scores_shape, scores_keep = (None, (0,) * 2, None) if scores is None else _rt.array(scores, "d", 2,
                "scores", True)
        ids_p, ids_shape, ids_keep = (None, (0,) * 1, None) if ids is None else _rt.array(ids, "q", 1, "ids")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        if scores is not None:
            _rt.same_length("scores", scores_shape[0], "segments", segments_shape[0])
        if ids is not None:
            _rt.same_length("ids", ids_shape[0], "segments", segments_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "segments", segments_shape[0])
        with h.lock:
            status = lib.mlops_monitor_add_segments_table(h, table_h, segments_p, segments_shape[0], scores_p,
                    scores_shape[1], ids_p, weights_p, C.byref(err))
        if status:
            _rt.check(status, "Monitor.add_segments_table", err)

    def segments(self):
        """Where each segment stands: "other" first, then keys in the order in which they came.

        Columns: segment, its key; n_rows, in all; window_rows, of the newest complete window; verdict,
        "yes", "no" or "not enough data", and n_drifted, columns, both of that window; and where labels are
        expected measured, measured_loss, estimated, estimated_loss as in mlops_monitor_labels, else null.

        Raises: InvalidError if no segments are expected; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_segments(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Monitor.segments", err)
        return _rt.classes["table"]._wrap(out.value)

    def segment_drift(self, segment):
        """Verdicts of a segment, as Monitor.drift() of all rows.

            segment: a number of Monitor.segment()

        Raises: InvalidError if there is no such segment; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_segment_drift(C.byref(out), h, _rt.integer(segment, -2 ** 63, 2 ** 63 - 1,
                    "segment"), C.byref(err))
        if status:
            _rt.check(status, "Monitor.segment_drift", err)
        return _rt.classes["drift"]._wrap(out.value)

    def segment_performance(self, segment):
        """Metrics of a segment, as Monitor.performance() of all rows.

            segment: a number of Monitor.segment()

        Raises: InvalidError if there is no such segment, or no labels are expected; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_segment_performance(C.byref(out), h, _rt.integer(segment, -2 ** 63,
                    2 ** 63 - 1, "segment"), C.byref(err))
        if status:
            _rt.check(status, "Monitor.segment_performance", err)
        return _rt.classes["table"]._wrap(out.value)

    def suspend(self):
        """Write all that a monitor has seen as bytes: the current window, the newest complete one, totals,
        rows that wait for labels. Canonical, little-endian. The monitor may go on.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_monitor_suspend(h, text, cap, needed),
                    "Monitor.suspend")
        return text

    def resume(self, bytes):
        """Go on where a monitor was: whatever is added from now on, this monitor says what the other would
        have said. It must have been made of the same reference with the same options.

            bytes: of Monitor.suspend(); borrowed for the call

        Raises: SchemaError if the other had another reference, model or options; CorruptError for bytes that
        are no state, or contradict each other; UnsupportedError for those of another format; NomemError.
        """
        h = self._open()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        err = mlops_error()
        with h.lock:
            status = lib.mlops_monitor_resume(h, bytes_p, bytes_n, C.byref(err))
        if status:
            _rt.check(status, "Monitor.resume", err)

    def expect_classes(self, reference=None, calibration=None, *, rows_max=None, windows_kept=None, metric=None,
                       threshold=None, tolerance=None, confidence=None, cost_tp=None, cost_fp=None, cost_fn=None,
                       cost_tn=None, n_classes=None, costs=None):
        """Take the room for labels that are classes. Scores of a row are the probabilities of the classes, as
        ClassPerformance.add() takes them; its prediction is the most probable, the first of several. A row
        with NaN has none. A label is the number of a class, from 0.

            reference: counts of rows with a label, such as of the validation, of probabilities as
                calibration gives them; copied. None: metrics are told, and not judged
            calibration: fitted to these classes; what is counted is what it makes of the probabilities,
                but that predictions are by them as they came. The monitor holds a share. None: they are
                calibrated
            rows_max: rows that are remembered for their labels, up to 2^30; the oldest makes room for a
                new one; default 65,536
            windows_kept: windows to which a label can still count, the current one among them, 1 to
                1,000; default 8; 56 KiB each
            metric: what is judged; default MonitorMetric.AUC, of numbers MonitorMetric.MAE
            threshold: score from which a row is predicted positive: a multiple of 1/1024 below 1; default
                0.5
            tolerance: loss that is not worth an alarm, in the metric's unit; default 0.05; of log loss,
                cost and all of numbers but mape it must be given
            confidence: of the intervals that are shown; default 0.95
            cost_tp: of a row that is predicted 1 and labelled 1; default 0
            cost_fp: predicted 1, labelled 0; default 0
            cost_fn: predicted 0, labelled 1; default 0
            cost_tn: predicted 0, labelled 0; default 0, of all four: there is no cost
            n_classes: of Monitor.expect_classes(), 2 to 256; default: those of the reference or of the
                model; else 0
            costs: of Monitor.expect_classes(): of a row of each label, and of that by each prediction;
                else None

        Raises: InvalidError as Monitor.expect_labels(), and where reference, model, calibration and n_classes
        do not agree; NomemError.
        """
        h = self._open()
        reference_h = _rt.opened_or_none(reference, ClassPerformance, "reference")
        calibration_h = _rt.opened_or_none(calibration, Calibration, "calibration")
        opts = _monitor_labels_opts(rows_max=rows_max, windows_kept=windows_kept, metric=metric, threshold=threshold,
                tolerance=tolerance, confidence=confidence, cost_tp=cost_tp, cost_fp=cost_fp, cost_fn=cost_fn,
                cost_tn=cost_tn, n_classes=n_classes, costs=costs)
        err = mlops_error()
        with _rt.locked(h, reference_h):
            status = lib.mlops_monitor_expect_classes(h, reference_h, calibration_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Monitor.expect_classes", err)

    def expect_numbers(self, reference=None, *, rows_max=None, windows_kept=None, metric=None, threshold=None,
                       tolerance=None, confidence=None, cost_tp=None, cost_fp=None, cost_fn=None, cost_tn=None,
                       n_classes=None, costs=None):
        """Take the room for labels that are numbers. A score is the number that was predicted, up to 2^240
        either way; NaN: there is none. With a width of 2 the second value of a row is the loss that a
        model of the caller's expects of it (direct loss estimation): |error| if mae is judged, its square
        if mse or rmse is, |error| / |label| of mape, (ln(1 + prediction) - ln(1 + label))^2 of rmsle; 0 to
        2^240, or NaN: there is none. From these the metric is estimated, else it is not.

            reference: sums of rows such as of the validation; copied. None: metrics are told, and not
                judged
            rows_max: rows that are remembered for their labels, up to 2^30; the oldest makes room for a
                new one; default 65,536
            windows_kept: windows to which a label can still count, the current one among them, 1 to
                1,000; default 8; 56 KiB each
            metric: what is judged; default MonitorMetric.AUC, of numbers MonitorMetric.MAE
            threshold: score from which a row is predicted positive: a multiple of 1/1024 below 1; default
                0.5
            tolerance: loss that is not worth an alarm, in the metric's unit; default 0.05; of log loss,
                cost and all of numbers but mape it must be given
            confidence: of the intervals that are shown; default 0.95
            cost_tp: of a row that is predicted 1 and labelled 1; default 0
            cost_fp: predicted 1, labelled 0; default 0
            cost_fn: predicted 0, labelled 1; default 0
            cost_tn: predicted 0, labelled 0; default 0, of all four: there is no cost
            n_classes: of Monitor.expect_classes(), 2 to 256; default: those of the reference or of the
                model; else 0
            costs: of Monitor.expect_classes(): of a row of each label, and of that by each prediction;
                else None

        Raises: InvalidError as Monitor.expect_labels(); NomemError.
        """
        h = self._open()
        reference_h = _rt.opened_or_none(reference, RegressionPerformance, "reference")
        opts = _monitor_labels_opts(rows_max=rows_max, windows_kept=windows_kept, metric=metric, threshold=threshold,
                tolerance=tolerance, confidence=confidence, cost_tp=cost_tp, cost_fp=cost_fp, cost_fn=cost_fn,
                cost_tn=cost_tn, n_classes=n_classes, costs=costs)
        err = mlops_error()
        with _rt.locked(h, reference_h):
            status = lib.mlops_monitor_expect_numbers(h, reference_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Monitor.expect_numbers", err)


@_rt.noun("performance")
class Performance(_rt.Handle):
    """Counts of scores by label, of Performance.size() bytes. One thread at a time."""

    _end = lib.mlops_performance_free
    _locked = True

    @staticmethod
    def size():
        """Bytes that counts need."""
        out = lib.mlops_performance_size()
        return out

    def __init__(self):
        """Start empty counts on the host's heap.

        Raises: NomemError.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_performance_new(C.byref(out), None, C.byref(err))
        if status:
            _rt.check(status, "Performance", err)
        self._h = self._owner(out.value)

    def add(self, scores, labels=None, weights=None):
        """Count rows.

            scores: probabilities of label 1, in [0, 1]; a row of NaN is left out, and counted as such
            labels: 0 or 1; NaN: not known (yet); None: none is known
            weights: of each row: 0, or 2^-20 to 2^32, rounded to a multiple of 2^-20; a row of weight 0
                is not there; None: each row counts 1

        Raises: InvalidError names the first row, counted from 0, that is none; LimitError beyond a weight of
        2^41 in all. Nothing is counted then.
        """
        h = self._open()
        scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 1, "scores")
        labels_p, labels_shape, labels_keep = (None, (0,) * 1, None) if labels is None else _rt.array(labels, "d", 1,
                "labels")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        if labels is not None:
            _rt.same_length("labels", labels_shape[0], "scores", scores_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "scores", scores_shape[0])
        with h.lock:
            status = lib.mlops_performance_add(h, scores_p, labels_p, weights_p, scores_shape[0], C.byref(err))
        if status:
            _rt.check(status, "Performance.add", err)

    def merge(self, other):
        """Add what other counts have.

            other: counts; unchanged

        Raises: InvalidError if other is self; LimitError. Nothing is added then.
        """
        h = self._open()
        other_h = _rt.opened(other, Performance, "other")
        err = mlops_error()
        with _rt.locked(h, other_h):
            status = lib.mlops_performance_merge(h, other_h, C.byref(err))
        if status:
            _rt.check(status, "Performance.merge", err)

    def reset(self):
        """Forget all rows."""
        h = self._open()
        with h.lock:
            lib.mlops_performance_reset(h)

    def summarize(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """Totals, and errors of calibration.

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError for an option out of range.
        """
        out = mlops_performance_summary(C.sizeof(mlops_performance_summary))
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_performance_summarize(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Performance.summarize", err)
        return _performance_summary(out)

    def metrics(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """Judge the rows that have a label. Scores in one of the 1,024 bins are ties: auc, average_precision
        and ks are those of bins.

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if no row has a label, or the threshold is no edge of a bin.
        """
        out = mlops_metrics(C.sizeof(mlops_metrics))
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_performance_metrics(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Performance.metrics", err)
        return _metrics(out)

    def reliability(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """The reliability table: what came of the rows that have a label, by their score.

        Columns: low, high, edges of the bin; weight of its rows; mean_score; observed, the share of label
        1, with observed_low and observed_high, Wilson's interval at opts.confidence. One row a bin, of
        n_bins; without rows in it all but edges and weight are null.

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError for an option out of range; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_performance_reliability(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Performance.reliability", err)
        return _rt.classes["table"]._wrap(out.value)

    def thresholds(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """What would be predicted at n_bins thresholds, of 0, 1 / n_bins, 2 / n_bins and so on.

        Columns: threshold, tp, fp, tn, fn, accuracy, balanced_accuracy, precision, recall, specificity,
        f1, mcc, positive_rate, f_beta, kappa, and lift, precision over the share of label 1; null where a
        metric has no value.

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if no row has a label, or for an option out of range; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_performance_thresholds(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Performance.thresholds", err)
        return _rt.classes["table"]._wrap(out.value)

    def save(self):
        """Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_performance_save(h, text, cap, needed),
                    "Performance.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of Performance.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no counts, or contradict each other; UnsupportedError for
        those of a later format; ArenaError if size is too small; InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = lib.mlops_performance_size()
        mem = _rt.Storage(size)
        status = lib.mlops_performance_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
        if status:
            _rt.check(status, "Performance.load", why={
                -5: "bytes that are no counts, or contradict each other",
                -6: "those of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)

    def calibrate(self, method):
        """Fit a calibration to the rows that have a label, each at the mean score of its bin.

            method: which way

        Raises: InvalidError if no row has a label; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        method = _rt.choice(CalibrationMethod, method)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_performance_calibrate(C.byref(out), h, method, None, C.byref(err))
        if status:
            _rt.check(status, "Performance.calibrate", err)
        return _rt.classes["calibration"]._wrap(out.value)

    def choose(self, *, best=None, held=None, bound=None, beta=None, worth_tp=None, worth_fp=None, worth_tn=None,
               worth_fn=None):
        """Choose a threshold for the rows that have a label. Of several that are as good it is the highest.

            best: name of what is to be as good as can be: a metric that follows from tp, fp, tn and fn;
                default "f1"
            held: one of these that must hold bound; default none
            bound: at least so much of held if higher is better, else at most; default 0
            beta: of f_beta, 1e-6 to 1e6; default 1
            worth_tp: of a true positive; default 0. With one of the four, their sum over the rows is to
                be as large as can be, and best must not be given
            worth_fp: of a false positive: a cost is below 0; default 0
            worth_tn: of a true negative; default 0
            worth_fn: of a false negative; default 0

        Raises: InvalidError if no row has a label, or for an option out of range; NotFoundError if no
        threshold holds the bound, or the metric has a value at none.
        """
        h = self._open()
        out = C.c_double()
        opts = _performance_choice_opts(best=best, held=held, bound=bound, beta=beta, worth_tp=worth_tp,
                worth_fp=worth_fp, worth_tn=worth_tn, worth_fn=worth_fn)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_performance_choose(h, C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Performance.choose", err)
        return out.value

    def estimate(self, calibration=None, *, threshold=None, confidence=None, n_bins=None, top_k=None,
                 quantile=None, beta=None):
        """Estimate the metrics of all rows of counts, with a label or without, from their scores alone. Each
        row counts at the mean score of its bin.

        Columns: metric, a name of metric_find(); value, expected; sampling_error, the standard deviation
        of the metric about it, since so many labels come out by chance; low and high, bounds that hold it
        at opts.confidence (0.9973: three sampling errors). Null where there is none.

            calibration: of scores; None: they are calibrated
            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if there is no row, or the threshold is no edge of a bin; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        calibration_h = _rt.opened_or_none(calibration, Calibration, "calibration")
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_performance_estimate(C.byref(out), h, calibration_h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Performance.estimate", err)
        return _rt.classes["table"]._wrap(out.value)

    @staticmethod
    def estimate_rows(scores, probabilities=None, *, threshold=None, confidence=None, n_bins=None, top_k=None,
                      quantile=None, beta=None):
        """Estimate the metrics of rows: the same table.

            scores: any that are not NaN; they rank and are held against the threshold
            probabilities: calibrated, in [0, 1]; None: the scores are
            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if a row is none of these (the message names the first, counted from 0) or there
        is none; NomemError.
        """
        out = C.c_void_p()
        scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 1, "scores")
        probabilities_p, probabilities_shape, probabilities_keep = (None, (0,) * 1,
                None) if probabilities is None else _rt.array(probabilities, "d", 1, "probabilities")
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        if probabilities is not None:
            _rt.same_length("probabilities", probabilities_shape[0], "scores", scores_shape[0])
        status = lib.mlops_performance_estimate_rows(C.byref(out), scores_p, probabilities_p, scores_shape[0],
                C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Performance.estimate_rows", err)
        return _rt.classes["table"]._wrap(out.value)


@_rt.noun("policy")
class Policy(_rt.Handle):
    """A policy and the windows that it remembers, in Policy.size() bytes aligned to 8. One thread at a time."""

    _end = lib.mlops_policy_free
    _locked = True

    @staticmethod
    def size():
        """Bytes that a policy needs."""
        out = lib.mlops_policy_size()
        return out

    def __init__(self, *, k=None, n=None, calm=None, over=None, clear=None, critical=None, pause_ns=None):
        """Begin without any window on the host's heap.

            k: windows that must be over; 1 to n, default 1
            n: among so many newest ones; up to 64, default k
            calm: calm windows in a row that end an alarm; 1 or more, default 1
            over: a window is over from this severity on; above 0, default 1
            clear: a window is calm below this; in (0, over], default over
            critical: one window of this severity raises the alarm by itself; at least over, default none
            pause_ns: no alarm is raised until so long after the one before was; default 0

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        opts = _policy_opts(k=k, n=n, calm=calm, over=over, clear=clear, critical=critical, pause_ns=pause_ns)
        err = mlops_error()
        status = lib.mlops_policy_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Policy", err)
        self._h = self._owner(out.value)

    def add(self, time_ns, severity, vetoed):
        """Take the next window.

            time_ns: when it ended; not before the one ahead of it
            severity: 0 or more, 1 at the tolerance; NaN: there is not enough data to tell
            vetoed: not 0: the data of the window are broken (quality, or a known outage)

        Raises: InvalidError if time goes back, severity is below 0, or struct_size is unknown; the window is
        not taken then.
        """
        h = self._open()
        out = mlops_policy_decision(C.sizeof(mlops_policy_decision))
        with h.lock:
            status = lib.mlops_policy_add(h, _rt.integer(time_ns, -2 ** 63, 2 ** 63 - 1, "time_ns"),
                    _rt.real(severity, "severity"), _rt.integer(vetoed, -2 ** 31, 2 ** 31 - 1, "vetoed"),
                    C.byref(out))
        if status:
            _rt.check(status, f"Policy.add({time_ns}, {severity}, {vetoed})", why={
                -1: "time goes back, severity is below 0, or struct_size is unknown",
            })
        return _policy_decision(out)

    def get(self):
        """Where the policy stood after the newest window, as Policy.add() told.

        Raises: InvalidError if struct_size is unknown.
        """
        h = self._open()
        out = mlops_policy_decision(C.sizeof(mlops_policy_decision))
        with h.lock:
            status = lib.mlops_policy_get(h, C.byref(out))
        if status:
            _rt.check(status, "Policy.get", why={
                -1: "struct_size is unknown",
            })
        return _policy_decision(out)

    def reason(self):
        """The same, and why, as a line of JSON: event, alarmed, reason (a sentence), the numbers of the
        decision, and the rules.

        Raises: ArenaError if cap is too small: text is empty then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_policy_reason(h, text, cap, needed),
                    "Policy.reason")
        return _rt.decoded(text)

    def save(self):
        """Write the policy and what it remembers as bytes: canonical, little-endian, equal on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_policy_save(h, text, cap, needed), "Policy.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of Policy.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no policy, or whose parts contradict each other;
        UnsupportedError for one of a later format; ArenaError if size is too small; InvalidError if mem is
        not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = 4096
        while True:
            mem = _rt.Storage(size)
            status = lib.mlops_policy_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
            if status != _rt.ARENA or size > 1 << 24:
                break
            size *= 2
        if status:
            _rt.check(status, "Policy.load", why={
                -5: "bytes that are no policy, or whose parts contradict each other",
                -6: "one of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("class_performance")
class ClassPerformance(_rt.Handle):
    """Counts of probabilities by label, aligned to 8. One thread at a time."""

    _end = lib.mlops_class_performance_free
    _locked = True

    @staticmethod
    def size(k):
        """Bytes that counts of k classes need, 2 to 256: about 56 KiB a class, and as many once; 0 for
        another k.
        """
        out = lib.mlops_class_performance_size(_rt.integer(k, -2 ** 63, 2 ** 63 - 1, "k"))
        return out

    def __init__(self, k):
        """Start empty counts on the host's heap.

            k: number of classes, 2 to 256

        Raises: InvalidError for another k; NomemError.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_class_performance_new(C.byref(out), _rt.integer(k, -2 ** 63, 2 ** 63 - 1, "k"), None,
                C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance", err)
        self._h = self._owner(out.value)

    @property
    def n_classes(self):
        """Number of classes."""
        h = self._open()
        with h.lock:
            out = lib.mlops_class_performance_n_classes(h)
        return out

    def add(self, probabilities, labels=None, predictions=None, weights=None):
        """Count rows.

            probabilities: row-major; a row sums to 1 within 0.001; one with NaN is left out, and counted
                as such
            labels: 0 to k - 1; below 0: not known (yet); None: none is
            predictions: 0 to k - 1: the class that was predicted; None: the most probable, the first of
                several
            weights: as in Performance.add()

        Raises: InvalidError names the first row, counted from 0, that is none; LimitError beyond a weight of
        2^41 in all. Nothing is counted then.
        """
        h = self._open()
        probabilities_p, probabilities_shape, probabilities_keep = _rt.array(probabilities, "d", 2, "probabilities")
        labels_p, labels_shape, labels_keep = (None, (0,) * 1, None) if labels is None else _rt.array(labels, "q", 1,
                "labels")
        predictions_p, predictions_shape, predictions_keep = (None, (0,) * 1,
                None) if predictions is None else _rt.array(predictions, "q", 1, "predictions")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        if labels is not None:
            _rt.same_length("labels", labels_shape[0], "probabilities", probabilities_shape[0])
        if predictions is not None:
            _rt.same_length("predictions", predictions_shape[0], "probabilities", probabilities_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "probabilities", probabilities_shape[0])
        with h.lock:
            status = lib.mlops_class_performance_add(h, probabilities_p, probabilities_shape[0],
                    probabilities_shape[1], labels_p, predictions_p, weights_p, C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance.add", err)

    def merge(self, other):
        """Add what other counts have.

            other: counts of as many classes; unchanged

        Raises: InvalidError if other is self, or of another number of classes; LimitError. Nothing is added
        then.
        """
        h = self._open()
        other_h = _rt.opened(other, ClassPerformance, "other")
        err = mlops_error()
        with _rt.locked(h, other_h):
            status = lib.mlops_class_performance_merge(h, other_h, C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance.merge", err)

    def reset(self):
        """Forget all rows."""
        h = self._open()
        with h.lock:
            lib.mlops_class_performance_reset(h)

    def metrics(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """Judge the rows that have a label, as metric_classes() does; auc_macro and auc_weighted are those of
        scores in 1,024 bins, and so is ece_adaptive.

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if no row has a label, or for an option out of range.
        """
        out = mlops_metrics(C.sizeof(mlops_metrics))
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_class_performance_metrics(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance.metrics", err)
        return _metrics(out)

    def by_class(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """Each class by itself. Columns: class; weight of its rows; predicted, weight of the rows predicted
        so; precision, recall, f1 of the predictions; auc, average_precision, brier, log_loss, ece of its
        probabilities against the rest; f_beta of the predictions. Null where there is none.

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if no row has a label, or for an option out of range; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_class_performance_by_class(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance.by_class", err)
        return _rt.classes["table"]._wrap(out.value)

    def confusion(self):
        """The confusion matrix. Columns: label, predicted, weight of the rows that have a label; expected,
        the probability of the label times weight over all rows predicted so; and weight as a
        share_of_label, a share_of_predicted and a share of all, null of none; k * k rows.

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_class_performance_confusion(C.byref(out), h, None, C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance.confusion", err)
        return _rt.classes["table"]._wrap(out.value)

    def one(self, at):
        """Counts of one class against the rest, as if its probabilities alone had been added to them; or of
        the probability of the predicted class, against whether it was right.

            at: 0 to k - 1; -1: of the predicted class

        Raises: InvalidError if there is no such class; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_class_performance_one(C.byref(out), h, _rt.integer(at, -2 ** 63, 2 ** 63 - 1, "at"),
                    None, C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance.one", err)
        return _rt.classes["performance"]._wrap(out.value)

    def estimate(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """Estimate metrics of all rows from their probabilities alone, which must be calibrated: the table of
        Performance.estimate(). sampling_error is at most a little too wide.

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if there is no row, or for an option out of range; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_class_performance_estimate(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "ClassPerformance.estimate", err)
        return _rt.classes["table"]._wrap(out.value)

    def save(self):
        """Write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_class_performance_save(h, text, cap, needed),
                    "ClassPerformance.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of ClassPerformance.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no counts, or contradict each other; UnsupportedError for
        those of a later format; ArenaError if size is too small; InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = 4096
        while True:
            mem = _rt.Storage(size)
            status = lib.mlops_class_performance_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
            if status != _rt.ARENA or size > 1 << 24:
                break
            size *= 2
        if status:
            _rt.check(status, "ClassPerformance.load", why={
                -5: "bytes that are no counts, or contradict each other",
                -6: "those of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("regression_performance")
class RegressionPerformance(_rt.Handle):
    """Sums of errors, of RegressionPerformance.size() bytes. One thread at a time."""

    _end = lib.mlops_regression_performance_free
    _locked = True

    @staticmethod
    def size():
        """Bytes that sums need."""
        out = lib.mlops_regression_performance_size()
        return out

    def __init__(self):
        """Start empty sums on the host's heap.

        Raises: NomemError.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_regression_performance_new(C.byref(out), None, C.byref(err))
        if status:
            _rt.check(status, "RegressionPerformance", err)
        self._h = self._owner(out.value)

    def add(self, predictions, labels, weights=None):
        """Add rows.

            predictions: up to 2^240 in size; a row of NaN is left out, and counted as such
            labels: up to 2^240 in size; a row of NaN is left out: not known (yet)
            weights: as in Performance.add()

        Raises: InvalidError names the first row, counted from 0, that is none; LimitError beyond a weight of
        2^41 in all. Nothing is added then.
        """
        h = self._open()
        predictions_p, predictions_shape, predictions_keep = _rt.array(predictions, "d", 1, "predictions")
        labels_p, labels_shape, labels_keep = _rt.array(labels, "d", 1, "labels")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        _rt.same_length("labels", labels_shape[0], "predictions", predictions_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "predictions", predictions_shape[0])
        with h.lock:
            status = lib.mlops_regression_performance_add(h, predictions_p, labels_p, weights_p,
                    predictions_shape[0], C.byref(err))
        if status:
            _rt.check(status, "RegressionPerformance.add", err)

    def merge(self, other):
        """Add what other sums have.

            other: sums; unchanged

        Raises: InvalidError if other is self; LimitError. Nothing is added then.
        """
        h = self._open()
        other_h = _rt.opened(other, RegressionPerformance, "other")
        err = mlops_error()
        with _rt.locked(h, other_h):
            status = lib.mlops_regression_performance_merge(h, other_h, C.byref(err))
        if status:
            _rt.check(status, "RegressionPerformance.merge", err)

    def reset(self):
        """Forget all rows."""
        h = self._open()
        with h.lock:
            lib.mlops_regression_performance_reset(h)

    def metrics(self, *, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
        """Judge the rows, as metric_regression() does; median_ae is that of RegressionPerformance.quantile().

            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError if there is no row, or for an option out of range.
        """
        out = mlops_metrics(C.sizeof(mlops_metrics))
        h = self._open()
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        with h.lock:
            status = lib.mlops_regression_performance_metrics(C.byref(out), h, C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "RegressionPerformance.metrics", err)
        return _metrics(out)

    def quantile(self, q):
        """The least absolute error up to which a share q of the weight lies, within a thirty-second of its
        size from 2^-64 to 2^64; errors below count as 0. NaN without rows, or if q is not in [0, 1].
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_regression_performance_quantile(h, _rt.real(q, "q"))
        return out

    def estimate(self, metric, losses, weights=None, *, threshold=None, confidence=None, n_bins=None, top_k=None,
                 quantile=None, beta=None):
        """Estimate a metric of rows whose labels are not known, from the loss that a model of the caller's
        predicts for each: one row of the table of Performance.estimate(). The sampling error is the
        standard deviation of the loss on reference rows over the root of the number of rows.

            metric: Metric.MAE (the loss is |error|), Metric.MSE and Metric.RMSE (its square), Metric.MAPE
                (|error| / |label|), Metric.MSLE and Metric.RMSLE (squared difference of ln(1 + value))
            losses: predicted, 0 or more
            weights: 0 or more
            threshold: score from which a row is predicted positive; from counts it must be a multiple of
                1/1024 below 1; default 0.5
            confidence: of intervals, in (0, 1); default 0.95
            n_bins: of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
            top_k: of top_k_accuracy of classes; default 3
            quantile: of pinball of a regression, in (0, 1); default 0.5
            beta: of f_beta and its like, 1e-6 to 1e6; default 1

        Raises: InvalidError for another metric, if a row is none of these, or self has none; NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        metric = _rt.choice(Metric, metric)
        losses_p, losses_shape, losses_keep = _rt.array(losses, "d", 1, "losses")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        opts = _performance_opts(threshold=threshold, confidence=confidence, n_bins=n_bins, top_k=top_k,
                quantile=quantile, beta=beta)
        err = mlops_error()
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "losses", losses_shape[0])
        with h.lock:
            status = lib.mlops_regression_performance_estimate(C.byref(out), h, metric, losses_p, weights_p,
                    losses_shape[0], C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "RegressionPerformance.estimate", err)
        return _rt.classes["table"]._wrap(out.value)

    def save(self):
        """Write the sums as bytes: canonical, little-endian, equal for equal sums on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_regression_performance_save(h, text, cap, needed),
                    "RegressionPerformance.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of RegressionPerformance.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no sums, or contradict each other; UnsupportedError for those
        of a later format; ArenaError if size is too small; InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = lib.mlops_regression_performance_size()
        mem = _rt.Storage(size)
        status = lib.mlops_regression_performance_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
        if status:
            _rt.check(status, "RegressionPerformance.load", why={
                -5: "bytes that are no sums, or contradict each other",
                -6: "those of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("online")
class Online(_rt.Handle):
    """An online view that is open."""

    _end = lib.mlops_online_close

    def __init__(self):
        raise TypeError("Online is made by open()")

    @staticmethod
    def define(change, name, like, key, event_time, *, created=None, ttl_ns=None):
        """Define a view. The same again is fine. Of two changes that define views at once, the second one's
        commit returns ConflictError.

            change: change that the definition becomes part of
            name: 1 to 200 bytes of UTF-8 without control characters
            like: table whose columns the view gets; its rows are not looked at
            key: names of the columns that name an entity: bool, int64 or string
            event_time: name of an int64 column: when a row came to be true, in UTC nanoseconds
            created: name of an int64 column: when the row was made, in UTC nanoseconds; of two rows of
                one event time the later made is newer
            ttl_ns: age up to which a row serves; default for ever

        Raises: ExistsError if there is a view of this name that is another; InvalidError if the key or a time
        names no column of its type, if a column has no type, or is called "status" or "age_ns";
        UnsupportedError, LimitError beyond 1,000 columns; CorruptError, IoError, NoSpaceError, NomemError,
        ForkedError.
        """
        change_h = _rt.opened(change, Change, "change")
        like_h = _rt.opened(like, Table, "like")
        opts = _online_opts(created=created, ttl_ns=ttl_ns)
        err = mlops_error()
        with _rt.locked(change_h):
            status = lib.mlops_online_define(change_h, _rt.string(name, "name"), like_h, _rt.string(key, "key"),
                    _rt.string(event_time, "event_time"), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Online.define", err)

    @classmethod
    def open(cls, store, name):
        """Open a view.

            store: store, which stays open for as long as the view is
            name: name of the view

        Raises: NotFoundError if there is none; UnsupportedError, CorruptError, IoError, InvalidError,
        NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_online_open(C.byref(out), store_h, _rt.string(name, "name"), C.byref(err))
        if status:
            _rt.check(status, "Online.open", err)
        return cls._wrap(out.value)

    def put(self, rows):
        """Put rows: all of them or none, in one transaction, so that many at once take little more time than
        one. A row that is older than the one of its entity is left out.

            rows: has the view's columns, in any order, and perhaps others, which are not looked at. A
                column may be all null; int64 does for float64 where it is exact

        Raises: SchemaError if a column is missing or of another type; InvalidError if a key or a time is
        null; LimitError if the key of a row takes more than 400 bytes, where an int64 takes 9, a bool 2 and a
        text 5 and its length, or a row more than 32 MiB; CorruptError, IoError, NoSpaceError, NomemError,
        ForkedError.
        """
        h = self._open()
        rows_h = _rt.opened(rows, Table, "rows")
        n_put = C.c_int64()
        err = mlops_error()
        status = lib.mlops_online_put(h, rows_h, C.byref(n_put), C.byref(err))
        if status:
            _rt.check(status, "Online.put", err)
        return n_put.value

    def get(self, keys, as_of_ns):
        """Get the rows of entities, all of one moment: one row for each key, in the order of the keys.

        The columns are those of the view, then status (string) and age_ns (int64: as_of_ns less the event
        time). A status is "hit"; "expired" for a row whose age is above ttl_ns; "missing"; or "null" for a
        key with a null in it. Where it is no hit, all but the key and, of a row that has expired, its
        times and age are null.

            keys: has the key columns; others are not looked at
            as_of_ns: UTC time that ages are counted up to; 0 for now

        Raises: SchemaError if a key column is missing or of another type; CorruptError, IoError,
        InvalidError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        h = self._open()
        keys_h = _rt.opened(keys, Table, "keys")
        err = mlops_error()
        status = lib.mlops_online_get(C.byref(out), h, keys_h, _rt.integer(as_of_ns, -2 ** 63, 2 ** 63 - 1,
                "as_of_ns"), C.byref(err))
        if status:
            _rt.check(status, "Online.get", err)
        return _rt.classes["table"]._wrap(out.value)

    @staticmethod
    def list(store):
        """All views, by name: name, columns, key, event_time, created (strings; lists of names as options
        spell them), ttl_ns (int64; null: for ever), created_ns (int64: when it was defined).

            store: store

        Raises: InvalidError, CorruptError, IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_online_list(C.byref(out), store_h, C.byref(err))
        if status:
            _rt.check(status, "Online.list", err)
        return _rt.classes["table"]._wrap(out.value)


@_rt.noun("panes")
class Panes(_rt.Handle):
    """Profiles of the newest panes, in Panes.size() bytes aligned to 8. One thread at a time."""

    _end = None
    _locked = True

    @staticmethod
    def size(like, *, months=False, fade=False, pane_ns=None, offset_ns=None, n_panes=None):
        """Bytes that panes of profiles like this one need; 0 if opts are not valid.

            like: whose configuration each pane's profile has
            months: a pane is a month; pane_ns must be 0
            fade: one profile without edges, halved at the end of each pane; n_panes must be 0 or 1
            pane_ns: what a pane takes, above 0; default an hour
            offset_ns: a time at which a pane begins; of months, how much later than in UTC they do;
                default 0, the start of 1970
            n_panes: panes that are kept, 1 to 4,096; default 1
        """
        like_h = _rt.opened(like, Profile, "like")
        opts = _panes_opts(months=months, fade=fade, pane_ns=pane_ns, offset_ns=offset_ns, n_panes=n_panes)
        with _rt.locked(like_h):
            out = lib.mlops_panes_size(like_h, C.byref(opts))
        return out

    def __init__(self, like, *, months=False, fade=False, pane_ns=None, offset_ns=None, n_panes=None):
        """Start without any pane, in the caller's storage.

            like: whose configuration each pane's profile has; it is copied
            months: a pane is a month; pane_ns must be 0
            fade: one profile without edges, halved at the end of each pane; n_panes must be 0 or 1
            pane_ns: what a pane takes, above 0; default an hour
            offset_ns: a time at which a pane begins; of months, how much later than in UTC they do;
                default 0, the start of 1970
            n_panes: panes that are kept, 1 to 4,096; default 1

        Raises: ArenaError if size is too small; InvalidError for an option out of range, or storage that is
        not aligned.
        """
        out = C.c_void_p()
        like_h = _rt.opened(like, Profile, "like")
        opts = _panes_opts(months=months, fade=fade, pane_ns=pane_ns, offset_ns=offset_ns, n_panes=n_panes)
        size = lib.mlops_panes_size(like_h, C.byref(opts))
        mem = _rt.Storage(size)
        with _rt.locked(like_h):
            status = lib.mlops_panes_init(C.byref(out), mem.address, size, like_h, C.byref(opts))
        if status:
            _rt.check(status, "Panes", why={
                -1: "an option out of range, or storage that is not aligned",
            })
        self._h = self._owner(out.value, keep=(mem,), owned=False)

    def at(self, time_ns):
        """The profile of the pane that a time lies in, to count into. A time after the newest pane begins new
        ones and forgets as many of the oldest; an earlier one is late, and has its pane as long as that is
        kept.

            time_ns: UTC nanoseconds

        Returns: None for a time before the oldest pane that is kept.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_panes_at(h, _rt.integer(time_ns, -2 ** 63, 2 ** 63 - 1, "time_ns"))
        if out is None:
            return None
        return _rt.classes["profile"]._wrap(out, keep=h, owned=False, lock=h.lock)

    def pane(self, age):
        """A pane by its age, until Panes.at() begins a new one.

            age: 0: the newest; 1: the one before

        Returns: None if there is none so old.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_panes_pane(h, _rt.integer(age, -2 ** 63, 2 ** 63 - 1, "age"))
        if out is None:
            return None
        return _rt.classes["profile"]._wrap(out, keep=h, owned=False, lock=h.lock)

    @property
    def n(self):
        """Panes that there are, the newest among them: 0 to n_panes."""
        h = self._open()
        with h.lock:
            out = lib.mlops_panes_n(h)
        return out

    def start_ns(self, age):
        """When a pane begins, in UTC nanoseconds; it ends where that of age - 1 begins.

            age: 0: the newest; -1: the one that is to follow. INT64_MIN is returned if there is none
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_panes_start_ns(h, _rt.integer(age, -2 ** 63, 2 ** 63 - 1, "age"))
        return out

    def merge(self, n, into):
        """Add what the newest panes have seen: the sliding window over them.

            n: panes, 1 or more, as many as there are
            into: profile of the same configuration

        Raises: as Profile.merge(); InvalidError if n is below 1. Nothing is added then.
        """
        h = self._open()
        into_h = _rt.opened(into, Profile, "into")
        with _rt.locked(h, into_h):
            status = lib.mlops_panes_merge(h, _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n", 1), into_h)
        if status:
            _rt.check(status, f"Panes.merge({n})", why={
                -1: "n is below 1",
                -10: "beyond 2^63 - 1 values in all",
            })

    def reset(self):
        """Forget all panes."""
        h = self._open()
        with h.lock:
            lib.mlops_panes_reset(h)

    def save(self):
        """Write all panes as bytes: canonical, little-endian, equal for equal state on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_panes_save(h, text, cap, needed), "Panes.save")
        return text

    @staticmethod
    def load_size(bytes):
        """Storage that saved bytes need when they are loaded: as much as was saved from; exact.

            bytes: of Panes.save()

        Raises: CorruptError, UnsupportedError as Panes.load().
        """
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = C.c_size_t()
        status = lib.mlops_panes_load_size(bytes_p, bytes_n, C.byref(size))
        if status:
            _rt.check(status, "Panes.load_size")
        return size.value

    @classmethod
    def load(cls, bytes):
        """Read bytes of Panes.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no panes, or contradict each other; UnsupportedError for those
        of a later format; ArenaError if size is too small; InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        room = C.c_size_t()
        status = lib.mlops_panes_load_size(bytes_p, bytes_n, C.byref(room))
        if status:
            _rt.check(status, "Panes.load_size")
        size = room.value
        mem = _rt.Storage(size)
        status = lib.mlops_panes_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
        if status:
            _rt.check(status, "Panes.load", why={
                -5: "bytes that are no panes, or contradict each other",
                -6: "those of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("ranking_performance")
class RankingPerformance(_rt.Handle):
    """Sums over queries, of RankingPerformance.size() bytes. One thread at a time."""

    _end = lib.mlops_ranking_performance_free
    _locked = True

    @staticmethod
    def size():
        """Bytes that sums need."""
        out = lib.mlops_ranking_performance_size()
        return out

    def __init__(self, *, exponential=False, in_order=False, k=None):
        """Start empty sums on the host's heap.

            exponential: the gain of relevance r is 2^r - 1, and not r
            in_order: equal scores rank as they come
            k: rows of a query that are looked at; default all

        Raises: InvalidError for an option out of range; NomemError.
        """
        out = C.c_void_p()
        opts = _ranking_performance_opts(exponential=exponential, in_order=in_order, k=k)
        err = mlops_error()
        status = lib.mlops_ranking_performance_new(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "RankingPerformance", err)
        self._h = self._owner(out.value)

    def add(self, scores, relevances, queries, weights=None):
        """Add queries: all rows of a query in one call.

            scores: the higher, the earlier
            relevances: as in metric_ranking()
            queries: equal for the rows of a query, which follow one another: one that comes again behind
                others in the call is refused
            weights: as in Performance.add(); a query weighs what its first row does

        Raises: InvalidError names the first row, counted from 0, that is none; LimitError beyond a weight of
        2^41 in all; NomemError. Nothing is added then.
        """
        h = self._open()
        scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 1, "scores")
        relevances_p, relevances_shape, relevances_keep = _rt.array(relevances, "d", 1, "relevances")
        queries_p, queries_shape, queries_keep = _rt.array(queries, "q", 1, "queries")
        weights_p, weights_shape, weights_keep = (None, (0,) * 1, None) if weights is None else _rt.array(weights,
                "d", 1, "weights")
        err = mlops_error()
        _rt.same_length("relevances", relevances_shape[0], "scores", scores_shape[0])
        _rt.same_length("queries", queries_shape[0], "scores", scores_shape[0])
        if weights is not None:
            _rt.same_length("weights", weights_shape[0], "scores", scores_shape[0])
        with h.lock:
            status = lib.mlops_ranking_performance_add(h, scores_p, relevances_p, queries_p, weights_p,
                    scores_shape[0], None, C.byref(err))
        if status:
            _rt.check(status, "RankingPerformance.add", err)

    def merge(self, other):
        """Add what other sums have.

            other: sums of the same k and flags; unchanged

        Raises: InvalidError if other is self, or has another k or flags; LimitError. Nothing is added then.
        """
        h = self._open()
        other_h = _rt.opened(other, RankingPerformance, "other")
        err = mlops_error()
        with _rt.locked(h, other_h):
            status = lib.mlops_ranking_performance_merge(h, other_h, C.byref(err))
        if status:
            _rt.check(status, "RankingPerformance.merge", err)

    def reset(self):
        """Forget all queries."""
        h = self._open()
        with h.lock:
            lib.mlops_ranking_performance_reset(h)

    def metrics(self):
        """The metrics of metric_ranking().

        Raises: InvalidError if no query has a relevant row.
        """
        out = mlops_metrics(C.sizeof(mlops_metrics))
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_ranking_performance_metrics(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "RankingPerformance.metrics", err)
        return _metrics(out)

    def save(self):
        """Write the sums as bytes: canonical, little-endian, equal for equal sums on any machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_ranking_performance_save(h, text, cap, needed),
                    "RankingPerformance.save")
        return text

    @classmethod
    def load(cls, bytes):
        """Read bytes of RankingPerformance.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no sums, or contradict each other; UnsupportedError for those
        of a later format; ArenaError if size is too small; InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = lib.mlops_ranking_performance_size()
        mem = _rt.Storage(size)
        status = lib.mlops_ranking_performance_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
        if status:
            _rt.check(status, "RankingPerformance.load", why={
                -5: "bytes that are no sums, or contradict each other",
                -6: "those of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("share")
class Share(_rt.Handle):
    """A remote of the library's own."""

    _end = lib.mlops_share_close

    def __init__(self):
        raise TypeError("Share is made by directory(), memory()")

    @classmethod
    def directory(cls, path):
        """Open a folder as a remote; it is made if it is not there. Any number of programs may use it at
        once, on any machines that have it mounted. Its file system must know hard links.

            path: folder; one with other things in it is refused

        Raises: InvalidError, ExistsError, UnsupportedError, DeniedError, IoError, NomemError.
        """
        out = C.c_void_p()
        err = mlops_error()
        status = lib.mlops_share_directory(C.byref(out), _rt.string(path, "path"), None, C.byref(err))
        if status:
            _rt.check(status, "Share.directory", err)
        return cls._wrap(out.value)

    @classmethod
    def memory(cls, *, busy_from=None, busy_calls=None, busy_every=None, done_first=None, read_max=None,
               list_lag=None):
        """Make an empty remote in memory: for tests, those of hosts among them. It fails as it is told.

            busy_from: BusyError from this call on, counted from 1; default never
            busy_calls: how many are busy in a row; default 1
            busy_every: from busy_from on it begins anew every so many calls; default never
            done_first: 1: a call that is busy has been carried out; default 0
            read_max: bytes that a read of an object gives at the most; default all that is asked for
            list_lag: a list lacks so many of the names that came last; default 0

        Raises: InvalidError, NomemError.
        """
        out = C.c_void_p()
        opts = _share_opts(busy_from=busy_from, busy_calls=busy_calls, busy_every=busy_every, done_first=done_first,
                read_max=read_max, list_lag=list_lag)
        err = mlops_error()
        status = lib.mlops_share_memory(C.byref(out), C.byref(opts), C.byref(err))
        if status:
            _rt.check(status, "Share.memory", err)
        return cls._wrap(out.value)

    @property
    def remote(self):
        """The share as a remote.

        Returns: valid until close().
        """
        h = self._open()
        out = lib.mlops_share_remote(h)
        return Remote(out, h)

    @property
    def n_calls(self):
        """Calls that a remote in memory has had.

        Returns: 0 for a folder.
        """
        h = self._open()
        out = lib.mlops_share_n_calls(h)
        return out


@_rt.noun("segments")
class Segments(_rt.Handle):
    """Profiles by key, in Segments.size() bytes aligned to 8. One thread at a time."""

    _end = None
    _locked = True

    @staticmethod
    def size(like, *, n_segments=None, key_size=None):
        """Bytes that segments of profiles like this one need; 0 if opts are not valid.

            like: whose configuration each profile has
            n_segments: keys that have a profile of their own, 1 to 65,536; default 64
            key_size: bytes of a key at the most, 1 to 240; longer ones are of the rest; default 64
        """
        like_h = _rt.opened(like, Profile, "like")
        opts = _segments_opts(n_segments=n_segments, key_size=key_size)
        with _rt.locked(like_h):
            out = lib.mlops_segments_size(like_h, C.byref(opts))
        return out

    def __init__(self, like, *, n_segments=None, key_size=None):
        """Start without any segment, in the caller's storage.

            like: whose configuration each profile has; it is copied
            n_segments: keys that have a profile of their own, 1 to 65,536; default 64
            key_size: bytes of a key at the most, 1 to 240; longer ones are of the rest; default 64

        Raises: ArenaError if size is too small; InvalidError for an option out of range, or storage that is
        not aligned.
        """
        out = C.c_void_p()
        like_h = _rt.opened(like, Profile, "like")
        opts = _segments_opts(n_segments=n_segments, key_size=key_size)
        size = lib.mlops_segments_size(like_h, C.byref(opts))
        mem = _rt.Storage(size)
        with _rt.locked(like_h):
            status = lib.mlops_segments_init(C.byref(out), mem.address, size, like_h, C.byref(opts))
        if status:
            _rt.check(status, "Segments", why={
                -1: "an option out of range, or storage that is not aligned",
            })
        self._h = self._owner(out.value, keep=(mem,), owned=False)

    def at(self, key):
        """The profile of a key, to count into. The first n_segments keys begin one; those that come later,
        and those that are too long, have that of the rest.

            key: text
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_segments_at(h, _rt.string(key, "key"))
        return _rt.classes["profile"]._wrap(out, keep=h, owned=False, lock=h.lock)

    @property
    def n(self):
        """Keys that have a profile of their own."""
        h = self._open()
        with h.lock:
            out = lib.mlops_segments_n(h)
        return out

    def key(self, index):
        """A key, in the order in which they came.

            index: 0 to n - 1

        Returns: None if index is out of range.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_segments_key(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        return _rt.decoded(out)

    def profile(self, index):
        """A profile.

            index: 0 to n - 1: of that key; -1: of the rest

        Returns: None if index is out of range.
        """
        h = self._open()
        with h.lock:
            out = lib.mlops_segments_profile(h, _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
        if out is None:
            return None
        return _rt.classes["profile"]._wrap(out, keep=h, owned=False, lock=h.lock)

    def merge(self, other):
        """Add what other segments have seen, key by key; keys for which there is no more room are of the
        rest, and so is the other's rest. As long as all keys have room, order tells in nothing but the
        order of keys.

            other: segments of profiles of the same configuration; unchanged

        Raises: InvalidError if the configurations differ; LimitError beyond 2^63 - 1 values in all segments.
        Nothing is added in either case.
        """
        h = self._open()
        other_h = _rt.opened(other, Segments, "other")
        with _rt.locked(h, other_h):
            status = lib.mlops_segments_merge(h, other_h)
        if status:
            _rt.check(status, "Segments.merge", why={
                -1: "the configurations differ",
                -10: "beyond 2^63 - 1 values in all segments",
            })

    def reset(self):
        """Forget all keys."""
        h = self._open()
        with h.lock:
            lib.mlops_segments_reset(h)

    def save(self):
        """Write all keys and profiles as bytes: canonical, little-endian, equal for equal state on any
        machine.

        Raises: ArenaError if cap is too small; nothing is written then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_segments_save(h, text, cap, needed),
                    "Segments.save")
        return text

    @staticmethod
    def load_size(bytes):
        """Storage that saved bytes need when they are loaded: as much as was saved from; exact.

            bytes: of Segments.save()

        Raises: CorruptError, UnsupportedError as Segments.load().
        """
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        size = C.c_size_t()
        status = lib.mlops_segments_load_size(bytes_p, bytes_n, C.byref(size))
        if status:
            _rt.check(status, "Segments.load_size")
        return size.value

    @classmethod
    def load(cls, bytes):
        """Read bytes of Segments.save() into the caller's storage.

            bytes: what was saved; borrowed for the call

        Raises: CorruptError for bytes that are no segments, or contradict each other; UnsupportedError for
        those of a later format; ArenaError if size is too small; InvalidError if mem is not aligned.
        """
        out = C.c_void_p()
        bytes_p, bytes_n = _rt.blob(bytes, "bytes")
        room = C.c_size_t()
        status = lib.mlops_segments_load_size(bytes_p, bytes_n, C.byref(room))
        if status:
            _rt.check(status, "Segments.load_size")
        size = room.value
        mem = _rt.Storage(size)
        status = lib.mlops_segments_load(C.byref(out), mem.address, size, bytes_p, bytes_n)
        if status:
            _rt.check(status, "Segments.load", why={
                -5: "bytes that are no segments, or contradict each other",
                -6: "those of a later format",
                -1: "mem is not aligned",
            })
        return cls._wrap(out.value, keep=(mem,), owned=False)


@_rt.noun("slot")
class Slot(_rt.Handle):
    """Where a model is published. Ends with close()."""

    _end = lib.mlops_slot_free

    def __init__(self, model):
        """Make a slot, on the heap of the model's host.

            model: published first, shared by the slot

        Raises: NomemError.
        """
        out = C.c_void_p()
        model_h = _rt.opened(model, Model, "model")
        err = mlops_error()
        status = lib.mlops_slot_new(C.byref(out), model_h, C.byref(err))
        if status:
            _rt.check(status, "Slot", err)
        self._h = self._owner(out.value)

    def publish(self, model):
        """Publish another model: whoever acquires from now on gets it. Returns without the old one, which
        those who have a share of it keep. Writers wait for each other, and for readers that are between
        two instructions of Slot.acquire(); nobody waits for writers.

            model: shared by the slot; its features may be others than those of the model before
        """
        h = self._open()
        model_h = _rt.opened(model, Model, "model")
        lib.mlops_slot_publish(h, model_h)

    def acquire(self):
        """Take a share of what is published. Wait-free."""
        out = C.c_void_p()
        h = self._open()
        status = lib.mlops_slot_acquire(C.byref(out), h)
        if status:
            _rt.check(status, "Slot.acquire")
        return _rt.classes["model"]._wrap(out.value)


@_rt.noun("watch")
class Watch(_rt.Handle):
    """A watch. The rows of a window that is not yet full end with it, unless it is resumed (mlops/watch_state.h).
    One thread at a time."""

    _end = lib.mlops_watch_close
    _locked = True

    def __init__(self):
        raise TypeError("Watch is made by open()")

    @classmethod
    def open(cls, store, model, which, *, name=None, drift=None, window_rows=None, window_ns=None,
             false_alarm_ns=None):
        """Begin to watch a version. The first who does so under a name makes the watch in the store.

            store: store, which stays open for as long as the watch lives
            model: name of a registered model
            which: alias, number of a version, or "latest"; looked up now
            name: name of the watch; default: that of the model
            drift: tolerances, alpha, rows_min; columns and ignore choose what is watched
            window_rows: as in mlops_monitor_opts; default 1,000, and none where window_ns is given
            window_ns: as in mlops_monitor_opts; default none
            false_alarm_ns: as in mlops_monitor_opts; default none

        Raises: NotFoundError if there is no such version; SchemaError if it has no reference, or names a
        column that is not there; ExistsError if the watch is of another model; DeniedError if the store is
        open for reading alone; InvalidError, CorruptError, NoSpaceError, IoError, NomemError, ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        opts = _watch_opts(name=name, drift=drift, window_rows=window_rows, window_ns=window_ns,
                false_alarm_ns=false_alarm_ns)
        err = mlops_error()
        status = lib.mlops_watch_open(C.byref(out), store_h, _rt.string(model, "model"), _rt.string(which, "which"),
                C.byref(opts), C.byref(err))
        _rt.reraise(opts)
        if status:
            _rt.check(status, "Watch.open", err, nested={
                "mlops_drift_opts": "drift",
                "mlops_call": 'drift["call"]',
            })
        return cls._wrap(out.value)

    @property
    def n_features(self):
        """Number of columns of a row that Watch.add() takes."""
        h = self._open()
        with h.lock:
            out = lib.mlops_watch_n_features(h)
        return out

    @property
    def n_rows(self):
        """Number of rows that were added since the watch was opened."""
        h = self._open()
        with h.lock:
            out = lib.mlops_watch_n_rows(h)
        return out

    def add(self, rows, predictions=None):
        """Add rows and what the model made of them, as Monitor.add().

        Rows are taken in pieces, each up to the end of a window, which is then committed. If that fails
        the rest is not taken: Watch.n_rows() tells how many rows count. The window waits, and the next
        call commits it before it takes anything; so does one without rows.

            rows: row-major, float32
            predictions: float64; the first column is profiled; of one dimension: one value a row

        Raises: InvalidError where a shape differs: nothing is added then; LimitError beyond 2^63 - 1 rows in
        all; NoSpaceError, IoError, CorruptError, NomemError, ForkedError.
        """
        h = self._open()
        rows_p, rows_shape, rows_keep = _rt.array(rows, "f", 2, "rows")
        predictions_p, predictions_shape, predictions_keep = (None, (0,) * 2,
                None) if predictions is None else _rt.array(predictions, "d", 2, "predictions", True)
        err = mlops_error()
        if predictions is not None:
            _rt.same_length("predictions", predictions_shape[0], "rows", rows_shape[0])
        _rt.fits("rows", rows_shape, 1, "watch", "features", lib.mlops_watch_n_features(h))
        with h.lock:
            status = lib.mlops_watch_add(h, rows_p, rows_shape[0], rows_shape[1], predictions_p,
                    predictions_shape[1], C.byref(err))
        if status:
            _rt.check(status, "Watch.add", err)

    def add_table(self, table):
        """Add the rows of a table, its columns bound by name, as Watch.add().

            table: rows

        Raises: SchemaError names a column that is missing or of another kind: nothing is added then; else as
        Watch.add().
        """
        h = self._open()
        table_h = _rt.opened(table, Table, "table")
        err = mlops_error()
        with h.lock:
            status = lib.mlops_watch_add_table(h, table_h, C.byref(err))
        if status:
            _rt.check(status, "Watch.add_table", err)

    def add_latency(self, duration_ns):
        """Add the time that predicting took, as Monitor.add_latency().

            duration_ns: nanoseconds, 0 or more

        Raises: InvalidError if it is negative.
        """
        h = self._open()
        with h.lock:
            status = lib.mlops_watch_add_latency(h, _rt.integer(duration_ns, -2 ** 63, 2 ** 63 - 1, "duration_ns", 0))
        if status:
            _rt.check(status, f"Watch.add_latency({duration_ns})", why={
                -1: "it is negative",
            })

    @property
    def n_windows(self):
        """Number of windows that were committed since the watch was opened."""
        h = self._open()
        with h.lock:
            out = lib.mlops_watch_n_windows(h)
        return out

    def drift(self):
        """Verdicts of the newest full window, or of what there is, as Monitor.drift().

        Raises: NomemError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_watch_drift(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Watch.drift", err)
        return _rt.classes["drift"]._wrap(out.value)

    def metrics(self):
        """Metrics in Prometheus' text format, as Monitor.metrics(), with the watch's name as label "model".

        Raises: ArenaError if cap is too small: text is empty then.
        """
        h = self._open()
        with h.lock:
            text = _rt.written(lambda text, cap, needed: lib.mlops_watch_metrics(h, text, cap, needed),
                    "Watch.metrics")
        return _rt.decoded(text)

    def save(self, path):
        """Write a report, as Monitor.save().

            path: file to write; replaced if it is there

        Raises: as Drift.save().
        """
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_watch_save(h, _rt.string(path, "path"), C.byref(err))
        if status:
            _rt.check(status, "Watch.save", err)

    @staticmethod
    def windows(store, name):
        """Windows of a watch, oldest first: number (int64, from 1 on), time_ns (int64: when it was full),
        model (string), version (int64), n_rows (int64), verdict (string: "drift", "no drift", "not enough
        data"), n_drifted (int64), columns (string: those that drifted, as a line of CSV), report (string:
        id of the content that Watch.report() gives). Null unless mlops/watch_state.h is made use of:
        measured and estimated (string: whether performance was "worse", "not worse", "not enough data"),
        event (string: what the window changed in the policy, such as "raised"), alarmed (bool: an alarm
        lasts).

            store: store
            name: name of the watch

        Raises: NotFoundError if there is no such watch; InvalidError, CorruptError, IoError, NomemError,
        ForkedError.
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_watch_windows(C.byref(out), store_h, _rt.string(name, "name"), C.byref(err))
        if status:
            _rt.check(status, "Watch.windows", err)
        return _rt.classes["table"]._wrap(out.value)

    @staticmethod
    def report(store, name, number):
        """What was found of each column of a window, as Drift.json() gives it.

            store: store
            name: name of the watch
            number: of the window, from 1 on; 0 for the newest

        Raises: ArenaError if cap is too small: text is empty then; NotFoundError also if there is no such
        window; else as Watch.windows().
        """
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_watch_report(store_h, _rt.string(name, "name"),
                _rt.integer(number, -2 ** 63, 2 ** 63 - 1, "number"), text, cap, needed, C.byref(err)),
                "Watch.report", err)
        return _rt.decoded(text)

    def monitor(self):
        """The monitor of a watch, shared with it.

        Raises: InvalidError.
        """
        out = C.c_void_p()
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_watch_monitor(C.byref(out), h, C.byref(err))
        if status:
            _rt.check(status, "Watch.monitor", err)
        return _rt.classes["monitor"]._wrap(out.value)

    def resume(self, instance, flags):
        """Go on where a watch of this name and instance was kept, and keep from now on where this one is:
        rows of the current window, rows that wait for labels, the policy's alarm. Once, ahead of the first
        row, and after all has been said that the monitor is to expect.

        What was kept of another version of the model is let go. Whoever resumed the same instance before
        keeps nothing any more: its verbs fail with ConflictError.

            instance: tells apart who watches under one name, such as a host's name; 1 to 200 bytes
            flags: of mlops_watch_resume_flags, or 0

        Raises: InvalidError, also if it has rows or was resumed; SchemaError if what was kept is of another
        reference or other options or expectations (WatchResumeFlags.ANEW lets go of it): the watch is to be
        closed then; ConflictError if another resumes it at once; CorruptError, NoSpaceError, IoError,
        NomemError, ForkedError.
        """
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_watch_resume(h, _rt.string(instance, "instance"), _rt.integer(flags, 0, 2 ** 32 - 1,
                    "flags"), C.byref(err))
        if status:
            _rt.check(status, "Watch.resume", err)

    def room(self):
        """How many rows the monitor may be given before Watch.keep() is due. A window that waits, or whose
        time is over, is kept first.

        Raises: as Watch.keep().
        """
        h = self._open()
        out = C.c_int64()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_watch_room(h, C.byref(out), C.byref(err))
        if status:
            _rt.check(status, "Watch.room", err)
        return out.value

    def keep(self):
        """Commit what the monitor has found: a window that is full, with performance, segments and alarm;
        what later labels have changed of windows before; and of a watch that was resumed where it is.
        Nothing is committed where nothing has come since.

        Raises: ConflictError if another has resumed the instance; LimitError if more than one window has
        ended since: the newest is kept, the others are lost; NoSpaceError, IoError, CorruptError, NomemError,
        ForkedError: the next call tries again.
        """
        h = self._open()
        err = mlops_error()
        with h.lock:
            status = lib.mlops_watch_keep(h, C.byref(err))
        if status:
            _rt.check(status, "Watch.keep", err)

    @staticmethod
    def performance(store, name):
        """Performance of the windows of a watch, as far as labels were expected: window (int64), kind
        ("measured" or "estimated"), metric, value, low, high (null where undefined), n (rows behind it).
        Measured is what labels told by the time the watch was last kept. Of a monitor whose windows_kept
        is 1 there is none: that window is the current one.

            store: store
            name: name of the watch

        Raises: as Watch.windows().
        """
        out = C.c_void_p()
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        status = lib.mlops_watch_performance(C.byref(out), store_h, _rt.string(name, "name"), C.byref(err))
        if status:
            _rt.check(status, "Watch.performance", err)
        return _rt.classes["table"]._wrap(out.value)

    @staticmethod
    def describe(store, name, number):
        """All that was kept of a window but its report, as a JSON object: members as the columns of
        Watch.windows(), columns as an array; where labels were expected measured, measured_loss, estimated
        and estimated_loss (as mlops_monitor_labels had them at the window's end, the verdicts as texts)
        and performance, an array of the rows of Watch.performance(); segments, the rows of
        Monitor.segments(); alarm, what Monitor.alarm_reason() told.

            store: store
            name: name of the watch
            number: of the window, from 1 on; 0 for the newest

        Raises: as Watch.report().
        """
        store_h = _rt.opened(store, Store, "store")
        err = mlops_error()
        text = _rt.written(lambda text, cap, needed: lib.mlops_watch_describe(store_h, _rt.string(name, "name"),
                _rt.integer(number, -2 ** 63, 2 ** 63 - 1, "number"), text, cap, needed, C.byref(err)),
                "Watch.describe", err)
        return _rt.decoded(text)


def _anomaly_opts(*, raw=False, kind=None, n_features=None, n_calibration=None, n_rows=None, n_trees=None,
        tree_rows=None, n_neighbors=None, n_clusters=None, n_components=None, ridge=None, seed=None):
    o = mlops_anomaly_opts(C.sizeof(mlops_anomaly_opts))
    o._keep, o._raised = [], []
    if raw:
        o.flags |= 1
    if kind is not None:
        o.kind = _rt.choice(AnomalyKind, kind)
    if n_features is not None:
        o.n_features = _rt.integer(n_features, -2 ** 63, 2 ** 63 - 1, "n_features")
    if n_calibration is not None:
        o.n_calibration = _rt.integer(n_calibration, -2 ** 63, 2 ** 63 - 1, "n_calibration")
    if n_rows is not None:
        o.n_rows = _rt.integer(n_rows, -2 ** 63, 2 ** 63 - 1, "n_rows")
    if n_trees is not None:
        o.n_trees = _rt.integer(n_trees, -2 ** 63, 2 ** 63 - 1, "n_trees")
    if tree_rows is not None:
        o.tree_rows = _rt.integer(tree_rows, -2 ** 63, 2 ** 63 - 1, "tree_rows")
    if n_neighbors is not None:
        o.n_neighbors = _rt.integer(n_neighbors, -2 ** 63, 2 ** 63 - 1, "n_neighbors")
    if n_clusters is not None:
        o.n_clusters = _rt.integer(n_clusters, -2 ** 63, 2 ** 63 - 1, "n_clusters")
    if n_components is not None:
        o.n_components = _rt.integer(n_components, -2 ** 63, 2 ** 63 - 1, "n_components")
    if ridge is not None:
        o.ridge = _rt.real(ridge, "ridge")
    if seed is not None:
        o.seed = _rt.integer(seed, 0, 2 ** 64 - 1, "seed")
    return o


def _call(*, executor=None, progress=None, deadline_ns=None, memory_max=None, actor=None, trace_id=None):
    o = mlops_call(C.sizeof(mlops_call))
    o._keep, o._raised = [], []
    if executor is not None:
        o.executor = executor._as_parameter_
        o._keep.append(executor)
    if progress is not None:
        made = _rt.Callback(progress, mlops_progress, o._raised)
        o.progress = made.pointer
        o._keep.append(made)
    if deadline_ns is not None:
        o.deadline_ns = _rt.integer(deadline_ns, -2 ** 63, 2 ** 63 - 1, "deadline_ns")
    if memory_max is not None:
        o.memory_max = _rt.integer(memory_max, -2 ** 63, 2 ** 63 - 1, "memory_max")
    if actor is not None:
        o.actor = _rt.string(actor, "actor")
    if trace_id is not None:
        o.trace_id = _rt.string(trace_id, "trace_id")
    return o


def _store_opts(*, must_exist=False, read_only=False, network=False, verify_dedup=False, quick=False, sync=None,
        index=None, map_max=None, journal_bytes=None, gc_every_ns=None, gc_keep_ns=None):
    o = mlops_store_opts(C.sizeof(mlops_store_opts))
    o._keep, o._raised = [], []
    if must_exist:
        o.flags |= 1
    if read_only:
        o.flags |= 2
    if network:
        o.flags |= 4
    if verify_dedup:
        o.flags |= 8
    if quick:
        o.flags |= 16
    if sync is not None:
        o.sync = _rt.choice(Sync, sync)
    if index is not None:
        o.index = _rt.choice(StoreIndex, index)
    if map_max is not None:
        o.map_max = _rt.integer(map_max, -2 ** 63, 2 ** 63 - 1, "map_max")
    if journal_bytes is not None:
        o.journal_bytes = _rt.integer(journal_bytes, -2 ** 63, 2 ** 63 - 1, "journal_bytes")
    if gc_every_ns is not None:
        o.gc_every_ns = _rt.integer(gc_every_ns, -2 ** 63, 2 ** 63 - 1, "gc_every_ns")
    if gc_keep_ns is not None:
        o.gc_keep_ns = _rt.integer(gc_keep_ns, -2 ** 63, 2 ** 63 - 1, "gc_keep_ns")
    return o


def _csv_opts(*, no_header=False, call=None, delimiter=None, names=None, nulls=None, skip_lines=None, rows_max=None,
        line_max=None, memory_max=None, types=None):
    o = mlops_csv_opts(C.sizeof(mlops_csv_opts))
    o._keep, o._raised = [], []
    if no_header:
        o.flags |= 1
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    if delimiter is not None:
        o.delimiter = _rt.string(delimiter, "delimiter")
    if names is not None:
        o.names = _rt.string(names, "names")
    if nulls is not None:
        o.nulls = _rt.string(nulls, "nulls")
    if skip_lines is not None:
        o.skip_lines = _rt.integer(skip_lines, -2 ** 63, 2 ** 63 - 1, "skip_lines")
    if rows_max is not None:
        o.rows_max = _rt.integer(rows_max, -2 ** 63, 2 ** 63 - 1, "rows_max")
    if line_max is not None:
        o.line_max = _rt.integer(line_max, -2 ** 63, 2 ** 63 - 1, "line_max")
    if memory_max is not None:
        o.memory_max = _rt.integer(memory_max, -2 ** 63, 2 ** 63 - 1, "memory_max")
    if types is not None:
        o.types = _rt.names_or_none(types, "types")
    return o


def _model_opts(*, memory_max=None, format=None, cache=None, external=None):
    o = mlops_model_opts(C.sizeof(mlops_model_opts))
    o._keep, o._raised = [], []
    if memory_max is not None:
        o.memory_max = _rt.integer(memory_max, -2 ** 63, 2 ** 63 - 1, "memory_max")
    if format is not None:
        o.format = _rt.string(format, "format")
    if cache is not None:
        o.cache = _rt.string(cache, "cache")
    if external is not None:
        made = _rt.Callback(external, mlops_external, o._raised)
        o.external = made.pointer
        o._keep.append(made)
    return o


def _reference_opts(*, exact=False, texts=False, columns=None, ignore=None, csv=None, n_edges=None):
    o = mlops_reference_opts(C.sizeof(mlops_reference_opts))
    o._keep, o._raised = [], []
    if exact:
        o.flags |= 1
    if texts:
        o.flags |= 2
    if columns is not None:
        o.columns = _rt.names_or_none(columns, "columns")
    if ignore is not None:
        o.ignore = _rt.names_or_none(ignore, "ignore")
    if csv is not None:
        made = _csv_opts(**_rt.options(csv, "csv"))
        o.csv = C.pointer(made)
        o._keep.append(made)
    if n_edges is not None:
        o.n_edges = _rt.integer(n_edges, -2 ** 63, 2 ** 63 - 1, "n_edges")
    return o


def _reference_stream_opts(*, reference=None, call=None, open=None, path=None):
    o = mlops_reference_stream_opts(C.sizeof(mlops_reference_stream_opts))
    o._keep, o._raised = [], []
    if reference is not None:
        made = _reference_opts(**_rt.options(reference, "reference"))
        o.reference = C.pointer(made)
        o._keep.append(made)
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    if open is not None:
        made = _rt.Callback(open, mlops_stream_open, o._raised)
        o.open = made.pointer
        o._keep.append(made)
    if path is not None:
        o.path = _rt.string(path, "path")
    return o


def _bundle_opts(*, reference=None, name=None, version=None, metadata=None, golden_rows=None, _n_features):
    o = mlops_bundle_opts(C.sizeof(mlops_bundle_opts))
    o._keep, o._raised = [], []
    if reference is not None:
        owner = _rt.opened(reference, Reference, "reference")
        o.reference = owner._as_parameter_
        o._keep.append(owner)
    if name is not None:
        o.name = _rt.string(name, "name")
    if version is not None:
        o.version = _rt.string(version, "version")
    if metadata is not None:
        o.metadata = _rt.json_text(metadata, "metadata")
    if golden_rows is not None:
        o.golden_rows, shape, keep = _rt.array(golden_rows, "f", 2, "golden_rows")
        o._keep.append(keep)
        o.n_golden = shape[0]
        _rt.same_length("a row of golden_rows", shape[1], "n_features", _n_features)
    return o


def _change_opts(*, actor=None, trace_id=None, note=None):
    o = mlops_change_opts(C.sizeof(mlops_change_opts))
    o._keep, o._raised = [], []
    if actor is not None:
        o.actor = _rt.string(actor, "actor")
    if trace_id is not None:
        o.trace_id = _rt.string(trace_id, "trace_id")
    if note is not None:
        o.note = _rt.string(note, "note")
    return o


def _context_opts(*, executor=None):
    o = mlops_context_opts(C.sizeof(mlops_context_opts))
    o._keep, o._raised = [], []
    if executor is not None:
        o.executor = executor._as_parameter_
        o._keep.append(executor)
    return o


def _checkout_opts(*, force=False, include=None, exclude=None, call=None):
    o = mlops_checkout_opts(C.sizeof(mlops_checkout_opts))
    o._keep, o._raised = [], []
    if force:
        o.flags |= 1
    if include is not None:
        o.include = _rt.names_or_none(include, "include")
    if exclude is not None:
        o.exclude = _rt.names_or_none(exclude, "exclude")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _diff_opts(*, key=None, ignore=None, n_max=None):
    o = mlops_diff_opts(C.sizeof(mlops_diff_opts))
    o._keep, o._raised = [], []
    if key is not None:
        o.key = _rt.names_or_none(key, "key")
    if ignore is not None:
        o.ignore = _rt.names_or_none(ignore, "ignore")
    if n_max is not None:
        o.n_max = _rt.integer(n_max, -2 ** 63, 2 ** 63 - 1, "n_max")
    return o


def _draft_opts(*, empty=False, branch=None, base=None, message=None, author=None, metadata=None, call=None):
    o = mlops_draft_opts(C.sizeof(mlops_draft_opts))
    o._keep, o._raised = [], []
    if empty:
        o.flags |= 1
    if branch is not None:
        o.branch = _rt.string(branch, "branch")
    if base is not None:
        o.base = _rt.string(base, "base")
    if message is not None:
        o.message = _rt.string(message, "message")
    if author is not None:
        o.author = _rt.string(author, "author")
    if metadata is not None:
        o.metadata = _rt.json_text(metadata, "metadata")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _draft_table_opts(*, csv=None, target=None, time=None, row_id=None):
    o = mlops_draft_table_opts(C.sizeof(mlops_draft_table_opts))
    o._keep, o._raised = [], []
    if csv is not None:
        made = _csv_opts(**_rt.options(csv, "csv"))
        o.csv = C.pointer(made)
        o._keep.append(made)
    if target is not None:
        o.target = _rt.string(target, "target")
    if time is not None:
        o.time = _rt.string(time, "time")
    if row_id is not None:
        o.row_id = _rt.string(row_id, "row_id")
    return o


def _split_opts(*, kind=None, share=None, seed=None, column=None):
    o = mlops_split_opts(C.sizeof(mlops_split_opts))
    o._keep, o._raised = [], []
    if kind is not None:
        o.kind = _rt.choice(Split, kind)
    if share is not None:
        o.share = _rt.real(share, "share")
    if seed is not None:
        o.seed = _rt.integer(seed, -2 ** 63, 2 ** 63 - 1, "seed")
    if column is not None:
        o.column = _rt.string(column, "column")
    return o


def _merge_opts(*, key=None, policy=None):
    o = mlops_merge_opts(C.sizeof(mlops_merge_opts))
    o._keep, o._raised = [], []
    if key is not None:
        o.key = _rt.names_or_none(key, "key")
    if policy is not None:
        o.policy = _rt.choice(MergePolicy, policy)
    return o


def _dataset_merge_opts(*, commit=False, policy=None, key=None, branch=None, message=None, author=None,
        metadata=None):
    o = mlops_dataset_merge_opts(C.sizeof(mlops_dataset_merge_opts))
    o._keep, o._raised = [], []
    if commit:
        o.flags |= 1
    if policy is not None:
        o.policy = _rt.choice(MergePolicy, policy)
    if key is not None:
        o.key = _rt.names_or_none(key, "key")
    if branch is not None:
        o.branch = _rt.string(branch, "branch")
    if message is not None:
        o.message = _rt.string(message, "message")
    if author is not None:
        o.author = _rt.string(author, "author")
    if metadata is not None:
        o.metadata = _rt.json_text(metadata, "metadata")
    return o


def _feature_opts():
    o = mlops_feature_opts(C.sizeof(mlops_feature_opts))
    o._keep, o._raised = [], []
    return o


def _deploy_opts(*, model=None, champion=None, canary=None, canary_share=None, salt=None):
    o = mlops_deploy_opts(C.sizeof(mlops_deploy_opts))
    o._keep, o._raised = [], []
    if canary_share is not None:
        o.flags |= 1
    if model is not None:
        o.model = _rt.string(model, "model")
    if champion is not None:
        o.champion = _rt.string(champion, "champion")
    if canary is not None:
        o.canary = _rt.string(canary, "canary")
    if canary_share is not None:
        o.canary_share = _rt.real(canary_share, "canary_share")
    if salt is not None:
        o.salt = _rt.string(salt, "salt")
    return o


def _detector_opts(*, kind=None, mode=None, side=None, delta=None, threshold=None, warning=None, weight=None,
        slack=None, min_n=None, window=None, recent=None, max_n=None, warnings=None, clock=None, buckets=None,
        min_window=None):
    o = mlops_detector_opts(C.sizeof(mlops_detector_opts))
    o._keep, o._raised = [], []
    if delta is not None:
        o.flags |= 1
    if slack is not None:
        o.flags |= 2
    if kind is not None:
        o.kind = _rt.choice(DetectorKind, kind)
    if mode is not None:
        o.mode = _rt.choice(DetectorMode, mode)
    if side is not None:
        o.side = _rt.choice(DetectorSide, side)
    if delta is not None:
        o.delta = _rt.real(delta, "delta")
    if threshold is not None:
        o.threshold = _rt.real(threshold, "threshold")
    if warning is not None:
        o.warning = _rt.real(warning, "warning")
    if weight is not None:
        o.weight = _rt.real(weight, "weight")
    if slack is not None:
        o.slack = _rt.real(slack, "slack")
    if min_n is not None:
        o.min_n = _rt.integer(min_n, -2 ** 63, 2 ** 63 - 1, "min_n")
    if window is not None:
        o.window = _rt.integer(window, -2 ** 63, 2 ** 63 - 1, "window")
    if recent is not None:
        o.recent = _rt.integer(recent, -2 ** 63, 2 ** 63 - 1, "recent")
    if max_n is not None:
        o.max_n = _rt.integer(max_n, -2 ** 63, 2 ** 63 - 1, "max_n")
    if warnings is not None:
        o.warnings = _rt.integer(warnings, -2 ** 63, 2 ** 63 - 1, "warnings")
    if clock is not None:
        o.clock = _rt.integer(clock, -2 ** 63, 2 ** 63 - 1, "clock")
    if buckets is not None:
        o.buckets = _rt.integer(buckets, -2 ** 63, 2 ** 63 - 1, "buckets")
    if min_window is not None:
        o.min_window = _rt.integer(min_window, -2 ** 63, 2 ** 63 - 1, "min_window")
    return o


def _detector_score_opts(*, max_delay=None):
    o = mlops_detector_score_opts(C.sizeof(mlops_detector_score_opts))
    o._keep, o._raised = [], []
    if max_delay is not None:
        o.max_delay = _rt.integer(max_delay, -2 ** 63, 2 ** 63 - 1, "max_delay")
    return o


def _stream_opts(*, csv=False, fd=None, read=None, columns=None):
    o = mlops_stream_opts(C.sizeof(mlops_stream_opts))
    o._keep, o._raised = [], []
    if csv:
        o.flags |= 1
    if fd is not None:
        o.fd = _rt.integer(fd, -2 ** 31, 2 ** 31 - 1, "fd")
    if read is not None:
        made = _rt.Callback(read, mlops_reader, o._raised)
        o.read = made.pointer
        o._keep.append(made)
    if columns is not None:
        made = _draft_table_opts(**_rt.options(columns, "columns"))
        o.columns = C.pointer(made)
        o._keep.append(made)
    return o


def _stats_opts(*, x_sorted=False, y_sorted=False, method=None, alternative=None, measures=None):
    o = mlops_stats_opts(C.sizeof(mlops_stats_opts))
    o._keep, o._raised = [], []
    if x_sorted:
        o.flags |= 1
    if y_sorted:
        o.flags |= 2
    if method is not None:
        o.method = _rt.choice(StatsMethod, method)
    if alternative is not None:
        o.alternative = _rt.choice(StatsAlternative, alternative)
    if measures is not None:
        o.measures = _rt.integer(measures, 0, 2 ** 32 - 1, "measures")
    return o


def _drift_opts(*, whole_texts=False, call=None, columns=None, ignore=None, alpha=None, ks_tolerance=None,
        tv_tolerance=None, rows_min=None, preset=None, correction=None):
    o = mlops_drift_opts(C.sizeof(mlops_drift_opts))
    o._keep, o._raised = [], []
    if whole_texts:
        o.flags |= 1
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    if columns is not None:
        o.columns = _rt.names_or_none(columns, "columns")
    if ignore is not None:
        o.ignore = _rt.names_or_none(ignore, "ignore")
    if alpha is not None:
        o.alpha = _rt.real(alpha, "alpha")
    if ks_tolerance is not None:
        o.ks_tolerance = _rt.real(ks_tolerance, "ks_tolerance")
    if tv_tolerance is not None:
        o.tv_tolerance = _rt.real(tv_tolerance, "tv_tolerance")
    if rows_min is not None:
        o.rows_min = _rt.integer(rows_min, -2 ** 63, 2 ** 63 - 1, "rows_min")
    if preset is not None:
        o.preset = _rt.choice(DriftPreset, preset)
    if correction is not None:
        o.correction = _rt.choice(StatsCorrection, correction)
    return o


def _drift_stream_opts(*, drift=None, csv=None, reference_open=None, reference_path=None, reference=None,
        current_open=None, current_path=None):
    o = mlops_drift_stream_opts(C.sizeof(mlops_drift_stream_opts))
    o._keep, o._raised = [], []
    if drift is not None:
        made = _drift_opts(**_rt.options(drift, "drift"))
        o.drift = C.pointer(made)
        o._keep.append(made)
    if csv is not None:
        made = _csv_opts(**_rt.options(csv, "csv"))
        o.csv = C.pointer(made)
        o._keep.append(made)
    if reference_open is not None:
        made = _rt.Callback(reference_open, mlops_stream_open, o._raised)
        o.reference_open = made.pointer
        o._keep.append(made)
    if reference_path is not None:
        o.reference_path = _rt.string(reference_path, "reference_path")
    if reference is not None:
        owner = _rt.opened(reference, Reference, "reference")
        o.reference = owner._as_parameter_
        o._keep.append(owner)
    if current_open is not None:
        made = _rt.Callback(current_open, mlops_stream_open, o._raised)
        o.current_open = made.pointer
        o._keep.append(made)
    if current_path is not None:
        o.current_path = _rt.string(current_path, "current_path")
    return o


def _profile_opts(*, edges=None, scale=None, lg_k=None, bins_size=None, categories=None):
    o = mlops_profile_opts(C.sizeof(mlops_profile_opts))
    o._keep, o._raised = [], []
    if scale is not None:
        o.flags |= 1
    if edges is not None:
        o.edges, shape, keep = _rt.array(edges, "d", 1, "edges")
        o._keep.append(keep)
        o.n_edges = shape[0]
    if scale is not None:
        o.scale = _rt.integer(scale, -2 ** 31, 2 ** 31 - 1, "scale")
    if lg_k is not None:
        o.lg_k = _rt.integer(lg_k, -2 ** 63, 2 ** 63 - 1, "lg_k")
    if bins_size is not None:
        o.bins_size = _rt.integer(bins_size, -2 ** 63, 2 ** 63 - 1, "bins_size")
    if categories is not None:
        o.categories = _rt.names_or_none(categories, "categories")
    return o


def _erase_opts(*, dry_run=False, paths=None, column=None, value=None, reason=None, by=None, where=None):
    o = mlops_erase_opts(C.sizeof(mlops_erase_opts))
    o._keep, o._raised = [], []
    if dry_run:
        o.flags |= 1
    if paths is not None:
        o.paths = _rt.names_or_none(paths, "paths")
    if column is not None:
        o.column = _rt.string(column, "column")
    if value is not None:
        o.value = _rt.string(value, "value")
    if reason is not None:
        o.reason = _rt.string(reason, "reason")
    if by is not None:
        o.by = _rt.string(by, "by")
    if where is not None:
        o.where = _rt.string(where, "where")
    return o


def _infer_opts(*, columns=None, margin=None, categories_max=None):
    o = mlops_infer_opts(C.sizeof(mlops_infer_opts))
    o._keep, o._raised = [], []
    if margin is not None:
        o.flags |= 1
    if columns is not None:
        o.columns = _rt.names_or_none(columns, "columns")
    if margin is not None:
        o.margin = _rt.real(margin, "margin")
    if categories_max is not None:
        o.categories_max = _rt.integer(categories_max, -2 ** 63, 2 ** 63 - 1, "categories_max")
    return o


def _expectations_opts(*, reference=None, as_of_ns=None, n_rows_max=None):
    o = mlops_expectations_opts(C.sizeof(mlops_expectations_opts))
    o._keep, o._raised = [], []
    if as_of_ns is not None:
        o.flags |= 1
    if reference is not None:
        owner = _rt.opened(reference, Reference, "reference")
        o.reference = owner._as_parameter_
        o._keep.append(owner)
    if as_of_ns is not None:
        o.as_of_ns = _rt.integer(as_of_ns, -2 ** 63, 2 ** 63 - 1, "as_of_ns")
    if n_rows_max is not None:
        o.n_rows_max = _rt.integer(n_rows_max, -2 ** 63, 2 ** 63 - 1, "n_rows_max")
    return o


def _run_opts(*, name=None, parent=None, actor=None, source=None, dataset=None, commit=None, start_ns=None):
    o = mlops_run_opts(C.sizeof(mlops_run_opts))
    o._keep, o._raised = [], []
    if name is not None:
        o.name = _rt.string(name, "name")
    if parent is not None:
        o.parent = _rt.string(parent, "parent")
    if actor is not None:
        o.actor = _rt.string(actor, "actor")
    if source is not None:
        o.source = _rt.string(source, "source")
    if dataset is not None:
        o.dataset = _rt.string(dataset, "dataset")
    if commit is not None:
        o.commit = _rt.string(commit, "commit")
    if start_ns is not None:
        o.start_ns = _rt.integer(start_ns, -2 ** 63, 2 ** 63 - 1, "start_ns")
    return o


def _fairness_opts(*, privileged=None, threshold=None, confidence=None, rows_min=None):
    o = mlops_fairness_opts(C.sizeof(mlops_fairness_opts))
    o._keep, o._raised = [], []
    if threshold is not None:
        o.flags |= 1
    if privileged is not None:
        o.privileged = _rt.string(privileged, "privileged")
    if threshold is not None:
        o.threshold = _rt.real(threshold, "threshold")
    if confidence is not None:
        o.confidence = _rt.real(confidence, "confidence")
    if rows_min is not None:
        o.rows_min = _rt.integer(rows_min, -2 ** 63, 2 ** 63 - 1, "rows_min")
    return o


def _folder_opts(*, follow_links=False, skip_links=False, keep_missing=False, include=None, exclude=None, call=None):
    o = mlops_folder_opts(C.sizeof(mlops_folder_opts))
    o._keep, o._raised = [], []
    if follow_links:
        o.flags |= 1
    if skip_links:
        o.flags |= 2
    if keep_missing:
        o.flags |= 4
    if include is not None:
        o.include = _rt.names_or_none(include, "include")
    if exclude is not None:
        o.exclude = _rt.names_or_none(exclude, "exclude")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _gc_opts(*, dry_run=False, keep_bases=False, budget_ns=None, keep_ns=None, min_live=None, remake_max=None):
    o = mlops_gc_opts(C.sizeof(mlops_gc_opts))
    o._keep, o._raised = [], []
    if dry_run:
        o.flags |= 1
    if keep_bases:
        o.flags |= 2
    if budget_ns is not None:
        o.budget_ns = _rt.integer(budget_ns, -2 ** 63, 2 ** 63 - 1, "budget_ns")
    if keep_ns is not None:
        o.keep_ns = _rt.integer(keep_ns, -2 ** 63, 2 ** 63 - 1, "keep_ns")
    if min_live is not None:
        o.min_live = _rt.real(min_live, "min_live")
    if remake_max is not None:
        o.remake_max = _rt.real(remake_max, "remake_max")
    return o


def _hll_opts(*, without_history=False, lg_k=None):
    o = mlops_hll_opts(C.sizeof(mlops_hll_opts))
    o._keep, o._raised = [], []
    if without_history:
        o.flags |= 1
    if lg_k is not None:
        o.lg_k = _rt.integer(lg_k, -2 ** 63, 2 ** 63 - 1, "lg_k")
    return o


def _import_opts(*, kind=None, cache=None, include=None, exclude=None, call=None):
    o = mlops_import_opts(C.sizeof(mlops_import_opts))
    o._keep, o._raised = [], []
    if kind is not None:
        o.kind = _rt.choice(ImportKind, kind)
    if cache is not None:
        o.cache = _rt.string(cache, "cache")
    if include is not None:
        o.include = _rt.names_or_none(include, "include")
    if exclude is not None:
        o.exclude = _rt.names_or_none(exclude, "exclude")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _metric_opts(*, skip_nan=False, one_vs_rest=False, exponential=False, in_order=False, weights=None,
        threshold=None, scale=None, n_bins=None, k=None, quantile=None, beta=None):
    o = mlops_metric_opts(C.sizeof(mlops_metric_opts))
    o._keep, o._raised = [], []
    if skip_nan:
        o.flags |= 1
    if threshold is not None:
        o.flags |= 2
    if one_vs_rest:
        o.flags |= 4
    if exponential:
        o.flags |= 8
    if in_order:
        o.flags |= 16
    if weights is not None:
        o.weights, shape, keep = _rt.array(weights, "d", 1, "weights")
        o._keep.append(keep)
        o.n_weights = shape[0]
    if threshold is not None:
        o.threshold = _rt.real(threshold, "threshold")
    if scale is not None:
        o.scale = _rt.choice(MetricScale, scale)
    if n_bins is not None:
        o.n_bins = _rt.integer(n_bins, -2 ** 31, 2 ** 31 - 1, "n_bins")
    if k is not None:
        o.k = _rt.integer(k, -2 ** 31, 2 ** 31 - 1, "k")
    if quantile is not None:
        o.quantile = _rt.real(quantile, "quantile")
    if beta is not None:
        o.beta = _rt.real(beta, "beta")
    return o


def _importance_opts(*, columns=None, seed=None, n_repeats=None):
    o = mlops_importance_opts(C.sizeof(mlops_importance_opts))
    o._keep, o._raised = [], []
    if columns is not None:
        o.columns = _rt.names_or_none(columns, "columns")
    if seed is not None:
        o.seed = _rt.integer(seed, -2 ** 63, 2 ** 63 - 1, "seed")
    if n_repeats is not None:
        o.n_repeats = _rt.integer(n_repeats, -2 ** 63, 2 ** 63 - 1, "n_repeats")
    return o


def _multivariate_opts(*, columns=None, ignore=None, scale=None):
    o = mlops_multivariate_opts(C.sizeof(mlops_multivariate_opts))
    o._keep, o._raised = [], []
    if columns is not None:
        o.columns = _rt.names_or_none(columns, "columns")
    if ignore is not None:
        o.ignore = _rt.names_or_none(ignore, "ignore")
    if scale is not None:
        o.scale = _rt.choice(MultivariateScale, scale)
    return o


def _mmd_opts(*, method=None, alpha=None, tolerance=None, bandwidth=None, rows_min=None, n_permutations=None,
        n_frequencies=None, seed=None, call=None):
    o = mlops_mmd_opts(C.sizeof(mlops_mmd_opts))
    o._keep, o._raised = [], []
    if method is not None:
        o.method = _rt.choice(MmdMethod, method)
    if alpha is not None:
        o.alpha = _rt.real(alpha, "alpha")
    if tolerance is not None:
        o.tolerance = _rt.real(tolerance, "tolerance")
    if bandwidth is not None:
        o.bandwidth = _rt.real(bandwidth, "bandwidth")
    if rows_min is not None:
        o.rows_min = _rt.integer(rows_min, -2 ** 63, 2 ** 63 - 1, "rows_min")
    if n_permutations is not None:
        o.n_permutations = _rt.integer(n_permutations, -2 ** 63, 2 ** 63 - 1, "n_permutations")
    if n_frequencies is not None:
        o.n_frequencies = _rt.integer(n_frequencies, -2 ** 63, 2 ** 63 - 1, "n_frequencies")
    if seed is not None:
        o.seed = _rt.integer(seed, -2 ** 63, 2 ** 63 - 1, "seed")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _items_opts(*, lg_size=None, text_max=None):
    o = mlops_items_opts(C.sizeof(mlops_items_opts))
    o._keep, o._raised = [], []
    if lg_size is not None:
        o.lg_size = _rt.integer(lg_size, -2 ** 63, 2 ** 63 - 1, "lg_size")
    if text_max is not None:
        o.text_max = _rt.integer(text_max, -2 ** 63, 2 ** 63 - 1, "text_max")
    return o


def _kll_opts(*, k=None, seed=None):
    o = mlops_kll_opts(C.sizeof(mlops_kll_opts))
    o._keep, o._raised = [], []
    if k is not None:
        o.k = _rt.integer(k, -2 ** 63, 2 ** 63 - 1, "k")
    if seed is not None:
        o.seed = _rt.integer(seed, 0, 2 ** 64 - 1, "seed")
    return o


def _link_opts(*, keep=False, relation=None):
    o = mlops_link_opts(C.sizeof(mlops_link_opts))
    o._keep, o._raised = [], []
    if keep:
        o.flags |= 1
    if relation is not None:
        o.relation = _rt.string(relation, "relation")
    return o


def _lineage_opts(*, no_history=False, depth=None, n_max=None):
    o = mlops_lineage_opts(C.sizeof(mlops_lineage_opts))
    o._keep, o._raised = [], []
    if no_history:
        o.flags |= 1
    if depth is not None:
        o.depth = _rt.integer(depth, -2 ** 31, 2 ** 31 - 1, "depth")
    if n_max is not None:
        o.n_max = _rt.integer(n_max, -2 ** 63, 2 ** 63 - 1, "n_max")
    return o


def _monitor_opts(*, alpha_of_all=False, reference=None, drift=None, name=None, window_rows=None, window_ns=None,
        false_alarm_ns=None):
    o = mlops_monitor_opts(C.sizeof(mlops_monitor_opts))
    o._keep, o._raised = [], []
    if alpha_of_all:
        o.flags |= 1
    if reference is not None:
        made = _reference_opts(**_rt.options(reference, "reference"))
        o.reference = C.pointer(made)
        o._keep.append(made)
    if drift is not None:
        made = _drift_opts(**_rt.options(drift, "drift"))
        o.drift = C.pointer(made)
        o._keep.append(made)
    if name is not None:
        o.name = _rt.string(name, "name")
    if window_rows is not None:
        o.window_rows = _rt.integer(window_rows, -2 ** 63, 2 ** 63 - 1, "window_rows")
    if window_ns is not None:
        o.window_ns = _rt.integer(window_ns, -2 ** 63, 2 ** 63 - 1, "window_ns")
    if false_alarm_ns is not None:
        o.false_alarm_ns = _rt.integer(false_alarm_ns, -2 ** 63, 2 ** 63 - 1, "false_alarm_ns")
    return o


def _performance_opts(*, threshold=None, confidence=None, n_bins=None, top_k=None, quantile=None, beta=None):
    o = mlops_performance_opts(C.sizeof(mlops_performance_opts))
    o._keep, o._raised = [], []
    if threshold is not None:
        o.flags |= 1
    if threshold is not None:
        o.threshold = _rt.real(threshold, "threshold")
    if confidence is not None:
        o.confidence = _rt.real(confidence, "confidence")
    if n_bins is not None:
        o.n_bins = _rt.integer(n_bins, -2 ** 31, 2 ** 31 - 1, "n_bins")
    if top_k is not None:
        o.top_k = _rt.integer(top_k, -2 ** 31, 2 ** 31 - 1, "top_k")
    if quantile is not None:
        o.quantile = _rt.real(quantile, "quantile")
    if beta is not None:
        o.beta = _rt.real(beta, "beta")
    return o


def _monitor_labels_opts(*, rows_max=None, windows_kept=None, metric=None, threshold=None, tolerance=None,
        confidence=None, cost_tp=None, cost_fp=None, cost_fn=None, cost_tn=None, n_classes=None, costs=None):
    o = mlops_monitor_labels_opts(C.sizeof(mlops_monitor_labels_opts))
    o._keep, o._raised = [], []
    if threshold is not None:
        o.flags |= 1
    if rows_max is not None:
        o.rows_max = _rt.integer(rows_max, -2 ** 63, 2 ** 63 - 1, "rows_max")
    if windows_kept is not None:
        o.windows_kept = _rt.integer(windows_kept, -2 ** 31, 2 ** 31 - 1, "windows_kept")
    if metric is not None:
        o.metric = _rt.choice(MonitorMetric, metric)
    if threshold is not None:
        o.threshold = _rt.real(threshold, "threshold")
    if tolerance is not None:
        o.tolerance = _rt.real(tolerance, "tolerance")
    if confidence is not None:
        o.confidence = _rt.real(confidence, "confidence")
    if cost_tp is not None:
        o.cost_tp = _rt.real(cost_tp, "cost_tp")
    if cost_fp is not None:
        o.cost_fp = _rt.real(cost_fp, "cost_fp")
    if cost_fn is not None:
        o.cost_fn = _rt.real(cost_fn, "cost_fn")
    if cost_tn is not None:
        o.cost_tn = _rt.real(cost_tn, "cost_tn")
    if n_classes is not None:
        o.n_classes = _rt.integer(n_classes, -2 ** 63, 2 ** 63 - 1, "n_classes")
    if costs is not None:
        o.costs, shape, keep = _rt.array(costs, "d", 1, "costs")
        o._keep.append(keep)
        o.n_costs = shape[0]
    return o


def _policy_opts(*, k=None, n=None, calm=None, over=None, clear=None, critical=None, pause_ns=None):
    o = mlops_policy_opts(C.sizeof(mlops_policy_opts))
    o._keep, o._raised = [], []
    if k is not None:
        o.k = _rt.integer(k, -2 ** 63, 2 ** 63 - 1, "k")
    if n is not None:
        o.n = _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n")
    if calm is not None:
        o.calm = _rt.integer(calm, -2 ** 63, 2 ** 63 - 1, "calm")
    if over is not None:
        o.over = _rt.real(over, "over")
    if clear is not None:
        o.clear = _rt.real(clear, "clear")
    if critical is not None:
        o.critical = _rt.real(critical, "critical")
    if pause_ns is not None:
        o.pause_ns = _rt.integer(pause_ns, -2 ** 63, 2 ** 63 - 1, "pause_ns")
    return o


def _monitor_segments_opts(*, n_segments=None):
    o = mlops_monitor_segments_opts(C.sizeof(mlops_monitor_segments_opts))
    o._keep, o._raised = [], []
    if n_segments is not None:
        o.n_segments = _rt.integer(n_segments, -2 ** 63, 2 ** 63 - 1, "n_segments")
    return o


def _pca_opts(*, preset=None, alpha=None, tolerance=None, variance=None, rows_min=None, n_chunks=None, call=None):
    o = mlops_pca_opts(C.sizeof(mlops_pca_opts))
    o._keep, o._raised = [], []
    if preset is not None:
        o.preset = _rt.choice(DriftPreset, preset)
    if alpha is not None:
        o.alpha = _rt.real(alpha, "alpha")
    if tolerance is not None:
        o.tolerance = _rt.real(tolerance, "tolerance")
    if variance is not None:
        o.variance = _rt.real(variance, "variance")
    if rows_min is not None:
        o.rows_min = _rt.integer(rows_min, -2 ** 63, 2 ** 63 - 1, "rows_min")
    if n_chunks is not None:
        o.n_chunks = _rt.integer(n_chunks, -2 ** 63, 2 ** 63 - 1, "n_chunks")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _classify_opts(*, alpha=None, tolerance=None, rows_min=None, rows_max=None, n_folds=None, n_trees=None,
        seed=None, call=None):
    o = mlops_classify_opts(C.sizeof(mlops_classify_opts))
    o._keep, o._raised = [], []
    if alpha is not None:
        o.alpha = _rt.real(alpha, "alpha")
    if tolerance is not None:
        o.tolerance = _rt.real(tolerance, "tolerance")
    if rows_min is not None:
        o.rows_min = _rt.integer(rows_min, -2 ** 63, 2 ** 63 - 1, "rows_min")
    if rows_max is not None:
        o.rows_max = _rt.integer(rows_max, -2 ** 63, 2 ** 63 - 1, "rows_max")
    if n_folds is not None:
        o.n_folds = _rt.integer(n_folds, -2 ** 63, 2 ** 63 - 1, "n_folds")
    if n_trees is not None:
        o.n_trees = _rt.integer(n_trees, -2 ** 63, 2 ** 63 - 1, "n_trees")
    if seed is not None:
        o.seed = _rt.integer(seed, -2 ** 63, 2 ** 63 - 1, "seed")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _multivariate_report_opts(*, skip_mmd=False, skip_pca=False, skip_classify=False, title=None, mmd=None, pca=None,
        classify=None):
    o = mlops_multivariate_report_opts(C.sizeof(mlops_multivariate_report_opts))
    o._keep, o._raised = [], []
    if skip_mmd:
        o.flags |= 1
    if skip_pca:
        o.flags |= 2
    if skip_classify:
        o.flags |= 4
    if title is not None:
        o.title = _rt.string(title, "title")
    if mmd is not None:
        made = _mmd_opts(**_rt.options(mmd, "mmd"))
        o.mmd = C.pointer(made)
        o._keep.append(made)
    if pca is not None:
        made = _pca_opts(**_rt.options(pca, "pca"))
        o.pca = C.pointer(made)
        o._keep.append(made)
    if classify is not None:
        made = _classify_opts(**_rt.options(classify, "classify"))
        o.classify = C.pointer(made)
        o._keep.append(made)
    return o


def _online_opts(*, created=None, ttl_ns=None):
    o = mlops_online_opts(C.sizeof(mlops_online_opts))
    o._keep, o._raised = [], []
    if created is not None:
        o.created = _rt.string(created, "created")
    if ttl_ns is not None:
        o.ttl_ns = _rt.integer(ttl_ns, -2 ** 63, 2 ** 63 - 1, "ttl_ns")
    return o


def _panes_opts(*, months=False, fade=False, pane_ns=None, offset_ns=None, n_panes=None):
    o = mlops_panes_opts(C.sizeof(mlops_panes_opts))
    o._keep, o._raised = [], []
    if months:
        o.flags |= 1
    if fade:
        o.flags |= 2
    if pane_ns is not None:
        o.pane_ns = _rt.integer(pane_ns, -2 ** 63, 2 ** 63 - 1, "pane_ns")
    if offset_ns is not None:
        o.offset_ns = _rt.integer(offset_ns, -2 ** 63, 2 ** 63 - 1, "offset_ns")
    if n_panes is not None:
        o.n_panes = _rt.integer(n_panes, -2 ** 63, 2 ** 63 - 1, "n_panes")
    return o


def _performance_choice_opts(*, best=None, held=None, bound=None, beta=None, worth_tp=None, worth_fp=None,
        worth_tn=None, worth_fn=None):
    o = mlops_performance_choice_opts(C.sizeof(mlops_performance_choice_opts))
    o._keep, o._raised = [], []
    if best is not None:
        o.best = _rt.string(best, "best")
    if held is not None:
        o.held = _rt.string(held, "held")
    if bound is not None:
        o.bound = _rt.real(bound, "bound")
    if beta is not None:
        o.beta = _rt.real(beta, "beta")
    if worth_tp is not None:
        o.worth_tp = _rt.real(worth_tp, "worth_tp")
    if worth_fp is not None:
        o.worth_fp = _rt.real(worth_fp, "worth_fp")
    if worth_tn is not None:
        o.worth_tn = _rt.real(worth_tn, "worth_tn")
    if worth_fn is not None:
        o.worth_fn = _rt.real(worth_fn, "worth_fn")
    return o


def _ranking_performance_opts(*, exponential=False, in_order=False, k=None):
    o = mlops_ranking_performance_opts(C.sizeof(mlops_ranking_performance_opts))
    o._keep, o._raised = [], []
    if exponential:
        o.flags |= 8
    if in_order:
        o.flags |= 16
    if k is not None:
        o.k = _rt.integer(k, -2 ** 31, 2 ** 31 - 1, "k")
    return o


def _promote_opts(*, no_gate=False, gate=None, note=None, dataset=None, ref=None, path=None):
    o = mlops_promote_opts(C.sizeof(mlops_promote_opts))
    o._keep, o._raised = [], []
    if no_gate:
        o.flags |= 1
    if gate is not None:
        o.gate = _rt.string(gate, "gate")
    if note is not None:
        o.note = _rt.string(note, "note")
    if dataset is not None:
        o.dataset = _rt.string(dataset, "dataset")
    if ref is not None:
        o.ref = _rt.string(ref, "ref")
    if path is not None:
        o.path = _rt.string(path, "path")
    return o


def _register_opts(*, file=None, features=None, reference=None, run=None, dataset=None, commit=None, path=None,
        classes=None, description=None, metadata=None):
    o = mlops_register_opts(C.sizeof(mlops_register_opts))
    o._keep, o._raised = [], []
    if file is not None:
        o.file = _rt.string(file, "file")
    if features is not None:
        owner = _rt.opened(features, Feature, "features")
        o.features = owner._as_parameter_
        o._keep.append(owner)
    if reference is not None:
        owner = _rt.opened(reference, Reference, "reference")
        o.reference = owner._as_parameter_
        o._keep.append(owner)
    if run is not None:
        o.run = _rt.string(run, "run")
    if dataset is not None:
        o.dataset = _rt.string(dataset, "dataset")
    if commit is not None:
        o.commit = _rt.string(commit, "commit")
    if path is not None:
        o.path = _rt.string(path, "path")
    if classes is not None:
        o.classes = _rt.names_or_none(classes, "classes")
    if description is not None:
        o.description = _rt.string(description, "description")
    if metadata is not None:
        o.metadata = _rt.json_text(metadata, "metadata")
    return o


def _share_opts(*, busy_from=None, busy_calls=None, busy_every=None, done_first=None, read_max=None, list_lag=None):
    o = mlops_share_opts(C.sizeof(mlops_share_opts))
    o._keep, o._raised = [], []
    if busy_from is not None:
        o.busy_from = _rt.integer(busy_from, -2 ** 63, 2 ** 63 - 1, "busy_from")
    if busy_calls is not None:
        o.busy_calls = _rt.integer(busy_calls, -2 ** 63, 2 ** 63 - 1, "busy_calls")
    if busy_every is not None:
        o.busy_every = _rt.integer(busy_every, -2 ** 63, 2 ** 63 - 1, "busy_every")
    if done_first is not None:
        o.done_first = _rt.integer(done_first, -2 ** 63, 2 ** 63 - 1, "done_first")
    if read_max is not None:
        o.read_max = _rt.integer(read_max, -2 ** 63, 2 ** 63 - 1, "read_max")
    if list_lag is not None:
        o.list_lag = _rt.integer(list_lag, -2 ** 63, 2 ** 63 - 1, "list_lag")
    return o


def _segments_opts(*, n_segments=None, key_size=None):
    o = mlops_segments_opts(C.sizeof(mlops_segments_opts))
    o._keep, o._raised = [], []
    if n_segments is not None:
        o.n_segments = _rt.integer(n_segments, -2 ** 63, 2 ** 63 - 1, "n_segments")
    if key_size is not None:
        o.key_size = _rt.integer(key_size, -2 ** 63, 2 ** 63 - 1, "key_size")
    return o


def _divide_opts(*, by=None, n_folds=None, parts=None, column=None, key=None, seed=None):
    o = mlops_divide_opts(C.sizeof(mlops_divide_opts))
    o._keep, o._raised = [], []
    if by is not None:
        o.by = _rt.choice(Divide, by)
    if n_folds is not None:
        o.n_folds = _rt.integer(n_folds, 0, 2 ** 32 - 1, "n_folds")
    if parts is not None:
        o.parts = _rt.names_or_none(parts, "parts")
    if column is not None:
        o.column = _rt.string(column, "column")
    if key is not None:
        o.key = _rt.string(key, "key")
    if seed is not None:
        o.seed = _rt.integer(seed, -2 ** 63, 2 ** 63 - 1, "seed")
    return o


def _push_opts(*, branches=None, tags=None, expected=None, object_bytes=None, call=None):
    o = mlops_push_opts(C.sizeof(mlops_push_opts))
    o._keep, o._raised = [], []
    if branches is not None:
        o.branches = _rt.string(branches, "branches")
    if tags is not None:
        o.tags = _rt.string(tags, "tags")
    if expected is not None:
        o.expected = _rt.string(expected, "expected")
    if object_bytes is not None:
        o.object_bytes = _rt.integer(object_bytes, -2 ** 63, 2 ** 63 - 1, "object_bytes")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _pull_opts(*, force=False, branches=None, tags=None, prefix=None, paths=None, depth=None, call=None):
    o = mlops_pull_opts(C.sizeof(mlops_pull_opts))
    o._keep, o._raised = [], []
    if force:
        o.flags |= 1
    if branches is not None:
        o.branches = _rt.string(branches, "branches")
    if tags is not None:
        o.tags = _rt.string(tags, "tags")
    if prefix is not None:
        o.prefix = _rt.string(prefix, "prefix")
    if paths is not None:
        o.paths = _rt.string(paths, "paths")
    if depth is not None:
        o.depth = _rt.integer(depth, -2 ** 63, 2 ** 63 - 1, "depth")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _remote_gc_opts(*, dry=False, grace_ns=None, call=None):
    o = mlops_remote_gc_opts(C.sizeof(mlops_remote_gc_opts))
    o._keep, o._raised = [], []
    if dry:
        o.flags |= 1
    if grace_ns is not None:
        o.grace_ns = _rt.integer(grace_ns, -2 ** 63, 2 ** 63 - 1, "grace_ns")
    if call is not None:
        made = _call(**_rt.options(call, "call"))
        o.call = C.pointer(made)
        o._keep.append(made)
    return o


def _watch_opts(*, name=None, drift=None, window_rows=None, window_ns=None, false_alarm_ns=None):
    o = mlops_watch_opts(C.sizeof(mlops_watch_opts))
    o._keep, o._raised = [], []
    if name is not None:
        o.name = _rt.string(name, "name")
    if drift is not None:
        made = _drift_opts(**_rt.options(drift, "drift"))
        o.drift = C.pointer(made)
        o._keep.append(made)
    if window_rows is not None:
        o.window_rows = _rt.integer(window_rows, -2 ** 63, 2 ** 63 - 1, "window_rows")
    if window_ns is not None:
        o.window_ns = _rt.integer(window_ns, -2 ** 63, 2 ** 63 - 1, "window_ns")
    if false_alarm_ns is not None:
        o.false_alarm_ns = _rt.integer(false_alarm_ns, -2 ** 63, 2 ** 63 - 1, "false_alarm_ns")
    return o


def version():
    """Version of the library that is running, such as "0.1.0".

    Returns: never None.
    """
    out = lib.mlops_version()
    return _rt.decoded(out)


def status_name(status=0):
    """Name of a status, such as "CorruptError".

        status: any value

    Returns: never None; "UnknownError" for a number that is not a status.
    """
    status = _rt.choice(Status, status)
    out = lib.mlops_status_name(status)
    return _rt.decoded(out)


def cpu_level(cap=0):
    """What kernels use on this machine under a cap.

        cap: Cpu.BEST for none

    Returns: the level, which MLOPS_CPU and the CPU bound further.
    """
    cap = _rt.choice(Cpu, cap)
    out = lib.mlops_cpu_level(cap)
    return _rt.enumerator(Cpu, out)


def dataset_resolve(store, dataset, ref=None):
    """Id of a commit.

        store: store
        dataset: name
        ref: branch, tag, or digits of an id; default "main"

    Raises: NotFoundError if there is no such dataset or ref (the message has the nearest name), or the digits
    begin more than one id; InvalidError, CorruptError, IoError, NomemError, ForkedError: from here on "as
    resolving".
    """
    out = mlops_id()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_resolve(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), C.byref(err))
    if status:
        _rt.check(status, "dataset_resolve", err)
    return bytearray(out.bytes).hex()


def dataset_list(store):
    """Datasets of a store, by name.

        store: store

    Raises: CorruptError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_list(C.byref(out), store_h, C.byref(err))
    if status:
        _rt.check(status, "dataset_list", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_refs(store, dataset):
    """Branches, then tags of a dataset, each by name.

        store: store
        dataset: name

    Raises: as resolving.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_refs(C.byref(out), store_h, _rt.string(dataset, "dataset"), C.byref(err))
    if status:
        _rt.check(status, "dataset_refs", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_log(store, dataset, ref, n_max):
    """A commit and those that it goes back to, newest first.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        n_max: how many at the most, 1 to 1,000,000

    Raises: as resolving.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_log(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), _rt.integer(n_max, -2 ** 63, 2 ** 63 - 1, "n_max"), C.byref(err))
    if status:
        _rt.check(status, "dataset_log", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_entries(store, dataset, ref=None):
    """Entries of a commit, by path, bytewise.

        store: store
        dataset: name
        ref: as in dataset_resolve()

    Raises: as resolving.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_entries(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), C.byref(err))
    if status:
        _rt.check(status, "dataset_entries", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_diff(store, dataset, from_=None, to=None):
    """Entries that differ between two commits, by path, bytewise. An entry has changed, too, if only its split
    differs, or what its columns are for.

        store: store
        dataset: name
        from_: older ref; default: the first parent of the other, or nothing if it has none
        to: newer ref, as in dataset_resolve()

    Raises: as resolving.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_diff(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(from_,
            "from_"), _rt.string_or_none(to, "to"), C.byref(err))
    if status:
        _rt.check(status, "dataset_diff", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_table(store, dataset, ref=None, path=None, part=0):
    """A table of a commit.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        path: of the entry; default: the only table
        part: which rows

    Raises: NotFoundError if there is no such entry; InvalidError if there are several tables and no path;
    SchemaError if the entry is no table, or has no split and part asks for one; as resolving.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    part = _rt.choice(Part, part)
    err = mlops_error()
    status = lib.mlops_dataset_table(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), _rt.string_or_none(path, "path"), part, C.byref(err))
    if status:
        _rt.check(status, "dataset_table", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_reference(store, dataset, ref=None, path=None):
    """The profile of a table, kept with the commit: what live data is held against. It is over all rows and
    columns.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        path: of the entry; default: the only table

    Raises: SchemaError if the table has no rows; as dataset_table().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_reference(C.byref(out), store_h, _rt.string(dataset, "dataset"),
            _rt.string_or_none(ref, "ref"), _rt.string_or_none(path, "path"), C.byref(err))
    if status:
        _rt.check(status, "dataset_reference", err)
    return _rt.classes["reference"]._wrap(out.value)


def dataset_describe(store, dataset, ref=None):
    """A commit as JSON: dataset, commit, parents, time_ns, author, message, metadata, tree, and entries with
    their schema and split, as docs/format.md has them.

        store: store
        dataset: name
        ref: as in dataset_resolve()

    Raises: ArenaError if cap is too small: the text is empty then; as resolving.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    text = _rt.written(lambda text, cap, needed: lib.mlops_dataset_describe(store_h, _rt.string(dataset, "dataset"),
            _rt.string_or_none(ref, "ref"), text, cap, needed, C.byref(err)), "dataset_describe", err)
    return _rt.decoded(text)


def dataset_checkout(store, dataset, ref, folder, *, force=False, include=None, exclude=None, call=None):
    """Write entries below a folder, tables as CSV. Files that are there and have the same content stay as they
    are; files of other names are not touched. Each file is written beside its place and then takes it, so that
    a call that was cut off is gone on with by another one; nothing is synced. Files are remembered as if
    Draft.add_folder() had read them. One checkout of a folder at a time.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        folder: made if it is not there
        force: replace files that have other content
        include: list of globs, as in mlops/folder.h; default: everything
        exclude: list of globs, which go before include; default: nothing
        call: threads that write; progress in files; deadline

    Raises: ExistsError for a file with other content, or a link that leads nowhere, before anything is written,
    unless that is to be replaced, and for what is no folder where one is due; InvalidError for a folder that is
    the store's or lies in it, for a name that no file can have, and for a glob that is none; CancelledError,
    DeadlineError; DeniedError, NoSpaceError; as resolving.
    """
    store_h = _rt.opened(store, Store, "store")
    opts = _checkout_opts(force=force, include=include, exclude=exclude, call=call)
    err = mlops_error()
    status = lib.mlops_dataset_checkout(store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref, "ref"),
            _rt.string(folder, "folder"), C.byref(opts), C.byref(err))
    _rt.reraise(opts)
    if status:
        _rt.check(status, "dataset_checkout", err, nested={
            "mlops_call": "call",
        })


def dataset_branch(change, dataset, name, ref=None):
    """Make a branch, or move it. Whoever reads it sees the other commit from the change's commit on.

        change: change
        dataset: name
        name: branch, named as a dataset is, but not by 64 hexadecimal digits, and without "@{"
        ref: what it is to stand at

    Raises: ExistsError if a tag has the name; NotFoundError if ref is none; InvalidError, CorruptError, IoError,
    NomemError, ForkedError. ConflictError comes from the commit, if somebody has moved it in between.
    """
    change_h = _rt.opened(change, Change, "change")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_dataset_branch(change_h, _rt.string(dataset, "dataset"), _rt.string(name, "name"),
                _rt.string_or_none(ref, "ref"), C.byref(err))
    if status:
        _rt.check(status, "dataset_branch", err)


def dataset_tag(change, dataset, name, ref=None):
    """Make a tag: a name that stays at its commit.

        change: change
        dataset: name
        name: tag, named as a branch is
        ref: what it is to stand at

    Raises: ExistsError if a tag or branch has the name; otherwise as dataset_branch().
    """
    change_h = _rt.opened(change, Change, "change")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_dataset_tag(change_h, _rt.string(dataset, "dataset"), _rt.string(name, "name"),
                _rt.string_or_none(ref, "ref"), C.byref(err))
    if status:
        _rt.check(status, "dataset_tag", err)


def dataset_drop(change, dataset, name):
    """Delete a branch or tag. Its commits stay.

        change: change
        dataset: name
        name: branch or tag

    Raises: NotFoundError; otherwise as dataset_branch().
    """
    change_h = _rt.opened(change, Change, "change")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_dataset_drop(change_h, _rt.string(dataset, "dataset"), _rt.string(name, "name"),
                C.byref(err))
    if status:
        _rt.check(status, "dataset_drop", err)


def dataset_diff_rows(store, dataset, from_=None, to=None, path=None, *, key=None, ignore=None, n_max=None):
    """What differs between two versions of a table, row by row. opts.key is by default the row_id of the newer
    one, if it has one; "" compares by position. Of CSV versions that are kept as changes to each other, or to
    one version, only rows that differ are read, where they tell what all would: see docs/diff.md. Then
    Diff.columns() reads both whole, so that it costs what they do, and fails as dataset_table() does, if they
    were collected or erased meanwhile; what differs keeps the store open.

        store: store
        dataset: name
        from_: older ref; default: the first parent of the other
        to: newer ref, as in dataset_resolve()
        path: of the entry in both; default: the only table
        key: names of the columns that name a row, separated by commas, quoted as in a CSV line; default: rows
            stand by their position
        ignore: names to leave out, as columns of key; may be on one side alone
        n_max: how many rows Diff.cells() and Diff.rows() list at the most; default all

    Raises: NotFoundError also if from is None and there is no parent; as dataset_table() and Diff.compare().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    opts = _diff_opts(key=key, ignore=ignore, n_max=n_max)
    err = mlops_error()
    status = lib.mlops_dataset_diff_rows(C.byref(out), store_h, _rt.string(dataset, "dataset"),
            _rt.string_or_none(from_, "from_"), _rt.string_or_none(to, "to"), _rt.string_or_none(path, "path"),
            C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "dataset_diff_rows", err)
    return _rt.classes["diff"]._wrap(out.value)


def dataset_merge(change, dataset, ref=None, *, commit=False, policy=None, key=None, branch=None, message=None,
                  author=None, metadata=None):
    """Merge a commit into a branch: by moving the branch, if the commit goes back to it; by doing nothing, if the
    branch goes back to the commit; else by a commit with two parents, as Draft.merge() makes it. It is there
    once the change is committed; if somebody has moved the branch in between, that returns ConflictError.

        change: change
        dataset: name
        ref: commit to merge, as in dataset_resolve()
        commit: make a commit also where moving the branch would do
        policy: default MergePolicy.REFUSE
        key: names of the columns that name a row of each table that both sides have changed, separated by
            commas, as in mlops_diff_opts; default: the table's row_id, if it has one; "": by position
        branch: branch that is merged into; default "main"
        message: of the commit, as in mlops_draft_opts
        author: as in mlops_draft_opts
        metadata: a JSON object, as in mlops_draft_opts

    Raises: ConflictError if there are conflicts and none of the sides is to decide: Draft.merge() lists them, and
    nothing was added to the change; NotFoundError if there is no such branch; as Draft.merge().
    """
    out = mlops_id()
    change_h = _rt.opened(change, Change, "change")
    opts = _dataset_merge_opts(commit=commit, policy=policy, key=key, branch=branch, message=message, author=author,
            metadata=metadata)
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_dataset_merge(C.byref(out), change_h, _rt.string(dataset, "dataset"),
                _rt.string_or_none(ref, "ref"), C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "dataset_merge", err)
    return bytearray(out.bytes).hex()


def dataset_read(store, dataset, ref, path):
    """Bytes of an entry as they were added; of one of kind "table" its canonical bytes.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        path: of the entry

    Raises: NotFoundError if there is no such entry; ArenaError if cap is below the size; as resolving.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    text = _rt.written(lambda text, cap, needed: lib.mlops_dataset_read(store_h, _rt.string(dataset, "dataset"),
            _rt.string_or_none(ref, "ref"), _rt.string(path, "path"), text, cap, needed, C.byref(err)),
            "dataset_read", err)
    return text


def dataset_read_at(store, dataset, ref, path, offset, size):
    """Some of these bytes. A ref that is a branch may move between two calls; its id does not.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        path: of the entry
        offset: of the first byte, 0 to the size of the entry
        size: how many, from there on; fewer are there only at the end of the entry

    Raises: NotFoundError if there is no such entry; InvalidError for an offset behind its end, or a size below 0;
    ArenaError if cap is too small; as resolving.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    text = _rt.written(lambda text, cap, needed: lib.mlops_dataset_read_at(store_h, _rt.string(dataset, "dataset"),
            _rt.string_or_none(ref, "ref"), _rt.string(path, "path"), _rt.integer(offset, -2 ** 63, 2 ** 63 - 1,
            "offset"), _rt.integer(size, -2 ** 63, 2 ** 63 - 1, "size"), text, cap, needed, C.byref(err)),
            "dataset_read_at", err)
    return text


def dataset_rows(store, dataset, ref, path, from_, n, columns=None):
    """Some rows of a table of a commit, with all of its columns or some. They have the types that the whole table
    has. A ref that is a branch may move between two calls; its id does not.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        path: of the entry; default: the only table
        from_: the first row, 0 to the number of rows
        n: how many, from there on; fewer are there only at the end of the table
        columns: names of those wanted, in the order in which they will stand, separated by commas and quoted
            as in a CSV line; default all

    Raises: SchemaError if the entry is no table, or has no such column; InvalidError for rows that are not there,
    or a column that is named twice; as dataset_table().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_rows(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), _rt.string_or_none(path, "path"), _rt.integer(from_, -2 ** 63, 2 ** 63 - 1, "from_"),
            _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n"), _rt.names_or_none(columns, "columns"), C.byref(err))
    if status:
        _rt.check(status, "dataset_rows", err)
    return _rt.classes["table"]._wrap(out.value)


def deploy_set(change, name, *, model=None, champion=None, canary=None, canary_share=None, salt=None):
    """Make a deployment, or change it. The trail of its record is its history.

        change: change that this becomes part of
        name: name of the deployment: 1 to 200 bytes of UTF-8 without control characters
        model: registered; default: as it is; a new deployment needs it
        champion: alias that serves; default: as it is, or "champion"
        canary: alias that is tried; default: as it is, or "canary"
        canary_share: of the keys, in [0, 1], to the millionth; default: as it is, or 0
        salt: another one deals the keys anew; default: as it is, at first the deployment's name

    Raises: NotFoundError if the model is not registered; InvalidError for a new deployment without a model, a
    share out of range, or one alias for both; CorruptError, IoError, NomemError, ForkedError.
    """
    change_h = _rt.opened(change, Change, "change")
    opts = _deploy_opts(model=model, champion=champion, canary=canary, canary_share=canary_share, salt=salt)
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_deploy_set(change_h, _rt.string(name, "name"), C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "deploy_set", err)


def deploy_list(store):
    """Deployments by name: name, model, champion (string: the alias), champion_version (int64; null: nobody holds
    it), canary (string), canary_version (int64; null likewise), canary_share (float64), salt (string), time_ns
    (int64: when it was set).

        store: store

    Raises: InvalidError, CorruptError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_deploy_list(C.byref(out), store_h, C.byref(err))
    if status:
        _rt.check(status, "deploy_list", err)
    return _rt.classes["table"]._wrap(out.value)


def deploy_bucket(salt, key):
    """Where a key lies: one of a million buckets, of which the first canary_share * 1,000,000 are the canary's.
    Needs no store.

        salt: salt of the deployment
        key: key

    Returns: 0 to 999,999.
    """
    out = lib.mlops_deploy_bucket(_rt.string(salt, "salt"), _rt.string(key, "key"))
    return out


def stats_compare(x, y, *, x_sorted=False, y_sorted=False, method=None, alternative=None, measures=None):
    """Compare two samples: Kolmogorov-Smirnov, Wasserstein and energy distance in one pass, and what measures
    asks for.

    With an infinity on one side only, at either end, Wasserstein and energy are +inf; where both samples have
    the same share of it, it cancels; else they are +inf. Methods: Hodges 1958 (lattice paths), Simard and
    L'Ecuyer 2011 (distribution of D).

        x: first sample (reference)
        y: second sample (current)
        x_sorted: x ascends and has no NaN: it is neither copied nor sorted
        y_sorted: the same of y
        method: default StatsMethod.AUTO
        alternative: default StatsAlternative.TWO_SIDED
        measures: bits of mlops_stats_measure; default 0

    Raises: InvalidError if a sample is empty, or too large for ranks; NomemError.
    """
    out = mlops_stats_two_sample(C.sizeof(mlops_stats_two_sample))
    x_p, x_shape, x_keep = _rt.array(x, "d", 1, "x")
    y_p, y_shape, y_keep = _rt.array(y, "d", 1, "y")
    opts = _stats_opts(x_sorted=x_sorted, y_sorted=y_sorted, method=method, alternative=alternative,
            measures=measures)
    err = mlops_error()
    status = lib.mlops_stats_compare(C.byref(out), x_p, x_shape[0], y_p, y_shape[0], C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "stats_compare", err)
    return _stats_two_sample(out)


def stats_compare_columns(x, x_column, y, y_column, *, x_sorted=False, y_sorted=False, method=None,
                          alternative=None, measures=None):
    """Compare two numeric columns, as stats_compare(); nulls count as NaN.

        x: table of the first sample
        x_column: index of its column
        y: table of the second sample
        y_column: index of its column
        x_sorted: x ascends and has no NaN: it is neither copied nor sorted
        y_sorted: the same of y
        method: default StatsMethod.AUTO
        alternative: default StatsAlternative.TWO_SIDED
        measures: bits of mlops_stats_measure; default 0

    Raises: SchemaError if a column is not numeric; else as stats_compare().
    """
    out = mlops_stats_two_sample(C.sizeof(mlops_stats_two_sample))
    x_h = _rt.opened(x, Table, "x")
    y_h = _rt.opened(y, Table, "y")
    opts = _stats_opts(x_sorted=x_sorted, y_sorted=y_sorted, method=method, alternative=alternative,
            measures=measures)
    err = mlops_error()
    status = lib.mlops_stats_compare_columns(C.byref(out), x_h, _rt.integer(x_column, -2 ** 63, 2 ** 63 - 1,
            "x_column"), y_h, _rt.integer(y_column, -2 ** 63, 2 ** 63 - 1, "y_column"), C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "stats_compare_columns", err)
    return _stats_two_sample(out)


def stats_compare_counts(x, y):
    """Compare two histograms: distances, and tests that they have the same shares.

        x: counts of the first sample, each 0 or more
        y: counts of the second sample

    Raises: InvalidError if k is 0, a count is negative or a sum is 0 or beyond 2^53.
    """
    out = mlops_stats_two_counts(C.sizeof(mlops_stats_two_counts))
    x_p, x_shape, x_keep = _rt.array(x, "q", 1, "x")
    y_p, y_shape, y_keep = _rt.array(y, "q", 1, "y")
    _rt.same_length("y", y_shape[0], "x", x_shape[0])
    status = lib.mlops_stats_compare_counts(C.byref(out), x_p, y_p, x_shape[0])
    if status:
        _rt.check(status, "stats_compare_counts", why={
            -1: "k is 0, a count is negative or a sum is 0 or beyond 2^53",
        })
    return _stats_two_counts(out)


def stats_compare_shares(hits_x, n, hits_y, m, alternative=0):
    """Compare two shares: Fisher's exact test of the 2 x 2 table, and the z test of proportions.

        hits_x: 0 to n
        n: trials of x, 1 or more; n + m is at most 10^12
        hits_y: 0 to m
        m: trials of y, 1 or more
        alternative: StatsAlternative.LESS: share_x is the less

    Raises: InvalidError if a count is none of these.
    """
    out = mlops_stats_two_shares(C.sizeof(mlops_stats_two_shares))
    alternative = _rt.choice(StatsAlternative, alternative)
    status = lib.mlops_stats_compare_shares(C.byref(out), _rt.integer(hits_x, -2 ** 63, 2 ** 63 - 1, "hits_x"),
            _rt.integer(n, -2 ** 63, 2 ** 63 - 1, "n", 1), _rt.integer(hits_y, -2 ** 63, 2 ** 63 - 1, "hits_y"),
            _rt.integer(m, -2 ** 63, 2 ** 63 - 1, "m", 1), alternative)
    if status:
        _rt.check(status, f"stats_compare_shares({hits_x}, {n}, {hits_y}, {m})", why={
            -1: "a count is none of these",
        })
    return _stats_two_shares(out)


def stats_adjust(p, correction=0):
    """Adjust p-values: what is to be rejected at a level is what comes out at or below it.

        p: p-values; NaN was not tested, does not count, and stays
        correction: which

    Raises: InvalidError if a p-value is not in [0, 1]; NomemError.
    """
    p_p, p_shape, p_keep = _rt.array(p, "d", 1, "p")
    correction = _rt.choice(StatsCorrection, correction)
    err = mlops_error()
    out, out_p = _rt.empty("d", (p_shape[0],))
    status = lib.mlops_stats_adjust(p_p, p_shape[0], correction, out_p, None, C.byref(err))
    if status:
        _rt.check(status, "stats_adjust", err)
    return _rt.result(out)


def dataset_erase(store, dataset=None, *, dry_run=False, paths=None, column=None, value=None, reason=None,
                  by=None, where=None, executor=None, progress=None, deadline_ns=None, memory_max=None,
                  actor=None, trace_id=None):
    """Erase entries, or rows of tables. Entries of other paths and other datasets that have the same content lose
    it too, since it cannot be gone and be there.

    What is erased is one commit of the store: from there on nobody reads it. Then its bytes go, which may take
    a while and may be left off at any time, by a crash too: the next call, also one that asks for nothing,
    goes on with that first.

        store: store
        dataset: whose commits are looked through; default: all
        dry_run: look and count, change nothing
        paths: globs of entries, separated by commas, as mlops/folder.h has them; default all, which takes a
            column
        column: rows of tables go where this column has the value; files that are called *.csv or *.tsv and
            have it are tables, too, with a comma, ";", "|" or a tab between columns; default: entries go
            whole
        value: with column: the value, as Table.text() has it; numbers are compared as numbers; a time as it
            stands in the file, in ISO 8601 or in nanoseconds
        reason: why, 1 to 2,000 bytes; not needed for a dry run
        by: on whose word, 1 to 200 bytes; not needed for a dry run
        where: in place of column and value: a condition in the language of docs/expressions.md over the
            columns of a table, whose rows go where it is true; tables that lack one of the columns stay
        executor: default: the calling thread
        progress: called on the calling thread
        deadline_ns: on the host's monotonic clock; default none
        memory_max: bytes of working memory; default none
        actor: who asks, for the audit trail
        trace_id: W3C trace id, 32 hexadecimal digits

    Raises: InvalidError for opts that name nothing or no reason; ParseError for a condition that is none,
    SchemaError if it does not fit a table, or the value is none of the type that the column has in each table;
    NotFoundError if there is no such dataset, or no table that was looked through has what rows are chosen by;
    UnsupportedError if some of it is in the journal, as of stores that kept small files there: nothing was done;
    BusyError if somebody else collects garbage, and CancelledError, DeadlineError, after which it is to be called
    again; LimitError if it takes more than one commit holds; CorruptError, DeniedError, IoError, NoSpaceError,
    NomemError, ForkedError.
    """
    store_h = _rt.opened(store, Store, "store")
    opts = _erase_opts(dry_run=dry_run, paths=paths, column=column, value=value, reason=reason, by=by, where=where)
    call = _call(executor=executor, progress=progress, deadline_ns=deadline_ns, memory_max=memory_max, actor=actor,
            trace_id=trace_id)
    out = mlops_erase_stat(C.sizeof(mlops_erase_stat))
    err = mlops_error()
    status = lib.mlops_dataset_erase(store_h, _rt.string_or_none(dataset, "dataset"), C.byref(opts), C.byref(call),
            C.byref(out), C.byref(err))
    _rt.reraise(call)
    if status:
        _rt.check(status, "dataset_erase", err)
    return _erase_stat(out)


def erase_list(store):
    """All erasures, the oldest first.

    Columns: number, time_ns, done (bool), by, reason, dataset, paths, column, n_commits, n_files, n_tables,
    n_rows.

        store: store

    Raises: CorruptError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_erase_list(C.byref(out), store_h, C.byref(err))
    if status:
        _rt.check(status, "erase_list", err)
    return _rt.classes["table"]._wrap(out.value)


def erase_certificate(store, number):
    """The certificate of an erasure: JSON with what was erased, when, by whom and why, in which datasets and
    paths, what was not searched, and what could not be reached. It has no erased value; of the value that rows
    were chosen by it has a salted SHA-256.

        store: store
        number: of the erasure

    Raises: NotFoundError if there is no such erasure; ArenaError if it does not fit; CorruptError, IoError,
    NomemError, ForkedError.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    text = _rt.written(lambda text, cap, needed: lib.mlops_erase_certificate(store_h, _rt.integer(number, -2 ** 63,
            2 ** 63 - 1, "number"), text, cap, needed, C.byref(err)), "erase_certificate", err)
    return _rt.decoded(text)


def featurestore_put(change, name, feature):
    """Keep features as the next version of a set, which is made if it is not there. Features that the set has
    already keep their version, and nothing is added to the change.

    If somebody else takes the number first, the commit returns ConflictError.

        change: change that the version becomes part of
        name: name of the set: 1 to 200 bytes of UTF-8 without control characters
        feature: features

    Raises: InvalidError, CorruptError, IoError, NoSpaceError, NomemError, ForkedError.
    """
    change_h = _rt.opened(change, Change, "change")
    version = C.c_int64()
    feature_h = _rt.opened(feature, Feature, "feature")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_featurestore_put(change_h, C.byref(version), _rt.string(name, "name"), feature_h,
                C.byref(err))
    if status:
        _rt.check(status, "featurestore_put", err)
    return version.value


def featurestore_get(store, name, version):
    """Load a version of a set.

        store: store
        name: name of the set
        version: number, or 0 for the newest

    Raises: NotFoundError if there is no such set or version; InvalidError, CorruptError, IoError, NomemError,
    ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_featurestore_get(C.byref(out), store_h, _rt.string(name, "name"), _rt.integer(version,
            -2 ** 63, 2 ** 63 - 1, "version"), C.byref(err))
    if status:
        _rt.check(status, "featurestore_get", err)
    return _rt.classes["feature"]._wrap(out.value)


def featurestore_list(store):
    """All versions of all sets, by name and rising version: name (string), version (int64), id (string:
    Feature.id() in hexadecimal digits), n_inputs, n_outputs, created_ns (int64).

        store: store

    Raises: InvalidError, CorruptError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_featurestore_list(C.byref(out), store_h, C.byref(err))
    if status:
        _rt.check(status, "featurestore_list", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_status(store, dataset, ref, prefix, folder, *, follow_links=False, skip_links=False,
                   keep_missing=False, include=None, exclude=None, call=None):
    """How a folder differs from a commit: what Draft.add_folder() would change. Nothing is added to the store,
    but for what is remembered of files.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        prefix: as above
        folder: folder to read
        follow_links: a symbolic link is what it leads to
        skip_links: symbolic links are left out
        keep_missing: entries whose files are gone stay as they are
        include: list of globs; default: everything
        exclude: list of globs, which go before include; default: nothing
        call: threads that read, hash and compress; progress in files; deadline

    Raises: as Draft.add_folder() and dataset_resolve().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    opts = _folder_opts(follow_links=follow_links, skip_links=skip_links, keep_missing=keep_missing, include=include,
            exclude=exclude, call=call)
    err = mlops_error()
    status = lib.mlops_dataset_status(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), _rt.string_or_none(prefix, "prefix"), _rt.string(folder, "folder"), C.byref(opts), C.byref(err))
    _rt.reraise(opts)
    if status:
        _rt.check(status, "dataset_status", err, nested={
            "mlops_call": "call",
        })
    return _rt.classes["table"]._wrap(out.value)


def metric_binary(scores, labels, *, skip_nan=False, one_vs_rest=False, exponential=False, in_order=False,
                  weights=None, threshold=None, scale=None, n_bins=None, k=None, quantile=None, beta=None):
    """Judge scores of a binary task.

    A row is predicted positive if its score is at least the threshold. Margins and ranks may be infinite.
    Definitions are those of scikit-learn where it has the metric.

        scores: the higher, the likelier label 1
        labels: 0 or 1
        skip_nan: leave out, and count, rows without a prediction or label
        one_vs_rest: classes: auc_macro, ece and their like, too: k + 1 sorts
        exponential: ranking: the gain of relevance r is 2^r - 1, and not r
        in_order: ranking: equal scores rank as they come
        weights: weight of each row, 0 or more; a row of weight 0 is not there; without, each row counts 1
        threshold: binary: score from which a row is predicted positive; default 0.5, for margins and ranks 0
        scale: binary: of scores; default MetricScale.PROBABILITY
        n_bins: of ece and its like, 1 to 1000, default 10
        k: classes: of top_k_accuracy, default 3; ranking: rows of a query that are looked at, default all
        quantile: regression: of pinball, in (0, 1); default 0.5
        beta: binary, classes: of f_beta, 1e-6 to 1e6: what recall weighs against precision; default 1

    Raises: InvalidError if a row is out of range, or NaN without MLOPS_METRIC_SKIP_NAN (the message names the
    first, counted from 0), or none counts; NomemError.
    """
    out = mlops_metrics(C.sizeof(mlops_metrics))
    scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 1, "scores")
    labels_p, labels_shape, labels_keep = _rt.array(labels, "d", 1, "labels")
    opts = _metric_opts(skip_nan=skip_nan, one_vs_rest=one_vs_rest, exponential=exponential, in_order=in_order,
            weights=weights, threshold=threshold, scale=scale, n_bins=n_bins, k=k, quantile=quantile, beta=beta)
    err = mlops_error()
    _rt.same_length("labels", labels_shape[0], "scores", scores_shape[0])
    status = lib.mlops_metric_binary(C.byref(out), scores_p, labels_p, scores_shape[0], C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "metric_binary", err)
    return _metrics(out)


def metric_classes(probabilities, labels, *, skip_nan=False, one_vs_rest=False, exponential=False,
                   in_order=False, weights=None, threshold=None, scale=None, n_bins=None, k=None,
                   quantile=None, beta=None):
    """Judge probabilities of k classes. The most probable class is predicted, the first of several.

        probabilities: row-major; a row sums to 1 within 0.001
        labels: 0 to k - 1; below 0 is missing, as NaN
        skip_nan: leave out, and count, rows without a prediction or label
        one_vs_rest: classes: auc_macro, ece and their like, too: k + 1 sorts
        exponential: ranking: the gain of relevance r is 2^r - 1, and not r
        in_order: ranking: equal scores rank as they come
        weights: weight of each row, 0 or more; a row of weight 0 is not there; without, each row counts 1
        threshold: binary: score from which a row is predicted positive; default 0.5, for margins and ranks 0
        scale: binary: of scores; default MetricScale.PROBABILITY
        n_bins: of ece and its like, 1 to 1000, default 10
        k: classes: of top_k_accuracy, default 3; ranking: rows of a query that are looked at, default all
        quantile: regression: of pinball, in (0, 1); default 0.5
        beta: binary, classes: of f_beta, 1e-6 to 1e6: what recall weighs against precision; default 1

    Raises: as metric_binary().
    """
    out = mlops_metrics(C.sizeof(mlops_metrics))
    probabilities_p, probabilities_shape, probabilities_keep = _rt.array(probabilities, "d", 2, "probabilities")
    labels_p, labels_shape, labels_keep = _rt.array(labels, "q", 1, "labels")
    opts = _metric_opts(skip_nan=skip_nan, one_vs_rest=one_vs_rest, exponential=exponential, in_order=in_order,
            weights=weights, threshold=threshold, scale=scale, n_bins=n_bins, k=k, quantile=quantile, beta=beta)
    err = mlops_error()
    _rt.same_length("labels", labels_shape[0], "probabilities", probabilities_shape[0])
    confusion, confusion_p = _rt.empty("d", (probabilities_shape[1], probabilities_shape[1]))
    status = lib.mlops_metric_classes(C.byref(out), probabilities_p, probabilities_shape[0], probabilities_shape[1],
            labels_p, confusion_p, C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "metric_classes", err)
    return _metrics(out), _rt.result(confusion)


def importance_measure(model, table, labels, metric, *, columns=None, seed=None, n_repeats=None):
    """Measure the importance of each feature.

    The model predicts the table as Model.predict_table(), and the metric judges that: of one value a row as a
    binary task, if the metric is of one, or else as a regression; of several as classes. Of two probabilities
    a metric of binary tasks alone takes the second. Importance is what the metric loses with the feature
    shuffled: positive is worse, whichever way the metric is better. A feature that the model does not use has
    0, to the bit. Each shuffle depends on the seed, the feature's index, the repeat and the number of rows
    alone, on any machine; docs/explain.md has the algorithm.

        model: any that predicts numbers
        table: rows; borrowed for the call
        labels: of each row: 0 or 1, class index, or number
        metric: one that has a better way: not prevalence, positive_rate or bias
        columns: column of each feature, separated by commas, quoted as in a CSV line; default: the model's
            feature names
        seed: of the shuffles; default 0
        n_repeats: shuffles of each feature: 1 to 1000, default 5

    Raises: InvalidError if the metric does not fit the model, or as the verbs of metric.h; SchemaError as
    Model.predict_table(); NomemError.
    """
    out = C.c_void_p()
    model_h = _rt.opened(model, Model, "model")
    table_h = _rt.opened(table, Table, "table")
    labels_p, labels_shape, labels_keep = _rt.array(labels, "d", 1, "labels")
    metric = _rt.choice(Metric, metric)
    opts = _importance_opts(columns=columns, seed=seed, n_repeats=n_repeats)
    err = mlops_error()
    _rt.fits("labels", labels_shape, 0, "table", "n", lib.mlops_table_n_rows(table_h))
    status = lib.mlops_importance_measure(C.byref(out), model_h, table_h, labels_p, labels_shape[0], metric,
            C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "importance_measure", err)
    return _rt.classes["table"]._wrap(out.value)


def lineage_link(change, from_, to, *, keep=False, relation=None):
    """Say that something was made of something else. The same again is fine. What the store knows must be there,
    or be made by the same change.

        change: change
        from_: what it was made of, as above
        to: what was made of it, as above
        keep: commits that the link names are kept by Store.gc(), for as long as it is there; default: a link
            keeps nothing
        relation: how one was made of the other: 1 to 64 bytes of UTF-8 without control characters; default by
            what they are: "derived" for data of data, "input" for what a run reads or a model that is used,
            "output" for data of a run, "trained" and "registered" for a version of data and of a run

    Raises: NotFoundError if one of them is not there; InvalidError for a text that names nothing, and if both are
    the same; CorruptError, IoError, NomemError, ForkedError; ConflictError comes from the commit, if somebody
    else has changed the link in between.
    """
    change_h = _rt.opened(change, Change, "change")
    opts = _link_opts(keep=keep, relation=relation)
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_lineage_link(change_h, _rt.string(from_, "from_"), _rt.string(to, "to"), C.byref(opts),
                C.byref(err))
    if status:
        _rt.check(status, "lineage_link", err)


def lineage_unlink(change, from_, to, relation=None):
    """Take a link back; of "parent", which commits say themselves, there is none to take.

        change: change
        from_: as in lineage_link(); what is not there any more is named by its whole id
        to: likewise
        relation: of the link; default as in mlops_link_opts

    Raises: NotFoundError if there is no such link; as lineage_link().
    """
    change_h = _rt.opened(change, Change, "change")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_lineage_unlink(change_h, _rt.string(from_, "from_"), _rt.string(to, "to"),
                _rt.string_or_none(relation, "relation"), C.byref(err))
    if status:
        _rt.check(status, "lineage_unlink", err)


def lineage_upstream(store, id, *, no_history=False, depth=None, n_max=None):
    """What something was made of, what that was made of, and so on. Each link is told once, at the least number
    of links that lead to it.

        store: store
        id: as above; what is not there any more is named by its whole id
        no_history: a dataset's earlier and later commits are not followed
        depth: links from there to the farthest; default: all there are
        n_max: links, up to 1,000,000; default 10,000

    Raises: LimitError for more than n_max links; NotFoundError, InvalidError, CorruptError, IoError, NomemError,
    ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    opts = _lineage_opts(no_history=no_history, depth=depth, n_max=n_max)
    err = mlops_error()
    status = lib.mlops_lineage_upstream(C.byref(out), store_h, _rt.string(id, "id"), C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "lineage_upstream", err)
    return _rt.classes["table"]._wrap(out.value)


def lineage_downstream(store, id, *, no_history=False, depth=None, n_max=None):
    """What was made of something, what was made of that, and so on.

        store: store
        id: as there
        no_history: a dataset's earlier and later commits are not followed
        depth: links from there to the farthest; default: all there are
        n_max: links, up to 1,000,000; default 10,000

    Raises: as there.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    opts = _lineage_opts(no_history=no_history, depth=depth, n_max=n_max)
    err = mlops_error()
    status = lib.mlops_lineage_downstream(C.byref(out), store_h, _rt.string(id, "id"), C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "lineage_downstream", err)
    return _rt.classes["table"]._wrap(out.value)


def metric_count():
    """Number of metrics."""
    out = lib.mlops_metric_count()
    return out


def metric_at(index):
    """Tell about the metric at an index.

        index: 0 to metric_count() - 1

    Raises: InvalidError if the index is none of these.
    """
    out = mlops_metric_info(C.sizeof(mlops_metric_info))
    status = lib.mlops_metric_at(C.byref(out), _rt.integer(index, -2 ** 63, 2 ** 63 - 1, "index"))
    if status:
        _rt.check(status, f"metric_at({index})", why={
            -1: "the index is none of these",
        })
    return _metric_info(out)


def metric_find(name):
    """Find a metric by its name.

        name: as in mlops_metric_info

    Raises: NotFoundError; the message has the nearest name.
    """
    out = mlops_metric_info(C.sizeof(mlops_metric_info))
    err = mlops_error()
    status = lib.mlops_metric_find(C.byref(out), _rt.string(name, "name"), C.byref(err))
    if status:
        _rt.check(status, "metric_find", err)
    return _metric_info(out)


def metric_band(metric, values, multiple):
    """The band in which a metric is usual, from its values in reference chunks: their mean less and plus so many
    standard deviations (of the population), within the range of the metric. Values that are NaN are left out.

        metric: which one
        values: of the chunks
        multiple: of the standard deviation, 0 or more, such as 3

    Raises: InvalidError if no value is a number, or for a multiple below 0 or another metric.
    """
    low = C.c_double()
    high = C.c_double()
    metric = _rt.choice(Metric, metric)
    values_p, values_shape, values_keep = _rt.array(values, "d", 1, "values")
    err = mlops_error()
    status = lib.mlops_metric_band(C.byref(low), C.byref(high), metric, values_p, values_shape[0], _rt.real(multiple,
            "multiple"), C.byref(err))
    if status:
        _rt.check(status, "metric_band", err)
    return low.value, high.value


def metric_value(of, metric):
    """Value of a metric in a result; NaN where it has none."""
    of_c = _c_metrics(of, "of")
    metric = _rt.choice(Metric, metric)
    out = lib.mlops_metric_value(C.byref(of_c), metric)
    return out


def metric_ranking(scores, relevances, queries, *, skip_nan=False, one_vs_rest=False, exponential=False,
                   in_order=False, weights=None, threshold=None, scale=None, n_bins=None, k=None,
                   quantile=None, beta=None):
    """Judge the order of the rows of queries, each query counting 1, or as much as its first row weighs.

    ndcg, map, mrr, precision_at_k, recall_at_k and hit_rate are means over the queries that have a row of
    relevance above 0. The others are in n_nan; in n are the queries that count. Equal scores stand for all
    orders of their rows: each metric is the mean over these, ndcg that of scikit-learn.

        scores: the higher, the earlier
        relevances: 0 or more, at most 2^20 (512 with MLOPS_METRIC_EXPONENTIAL); above 0 is relevant
        queries: equal for the rows of a query, which follow one another
        skip_nan: leave out, and count, rows without a prediction or label
        one_vs_rest: classes: auc_macro, ece and their like, too: k + 1 sorts
        exponential: ranking: the gain of relevance r is 2^r - 1, and not r
        in_order: ranking: equal scores rank as they come
        weights: weight of each row, 0 or more; a row of weight 0 is not there; without, each row counts 1
        threshold: binary: score from which a row is predicted positive; default 0.5, for margins and ranks 0
        scale: binary: of scores; default MetricScale.PROBABILITY
        n_bins: of ece and its like, 1 to 1000, default 10
        k: classes: of top_k_accuracy, default 3; ranking: rows of a query that are looked at, default all
        quantile: regression: of pinball, in (0, 1); default 0.5
        beta: binary, classes: of f_beta, 1e-6 to 1e6: what recall weighs against precision; default 1

    Raises: InvalidError if a row is out of range, or a query comes again behind others (the message names the
    first such row, counted from 0), or no query has a relevant row; NomemError.
    """
    out = mlops_metrics(C.sizeof(mlops_metrics))
    scores_p, scores_shape, scores_keep = _rt.array(scores, "d", 1, "scores")
    relevances_p, relevances_shape, relevances_keep = _rt.array(relevances, "d", 1, "relevances")
    queries_p, queries_shape, queries_keep = _rt.array(queries, "q", 1, "queries")
    opts = _metric_opts(skip_nan=skip_nan, one_vs_rest=one_vs_rest, exponential=exponential, in_order=in_order,
            weights=weights, threshold=threshold, scale=scale, n_bins=n_bins, k=k, quantile=quantile, beta=beta)
    err = mlops_error()
    _rt.same_length("relevances", relevances_shape[0], "scores", scores_shape[0])
    _rt.same_length("queries", queries_shape[0], "scores", scores_shape[0])
    status = lib.mlops_metric_ranking(C.byref(out), scores_p, relevances_p, queries_p, scores_shape[0],
            C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "metric_ranking", err)
    return _metrics(out)


def metric_regression(predictions, labels, *, skip_nan=False, one_vs_rest=False, exponential=False,
                      in_order=False, weights=None, threshold=None, scale=None, n_bins=None, k=None,
                      quantile=None, beta=None):
    """Judge predicted numbers. Predictions and labels must be finite.

        predictions: predicted
        labels: observed
        skip_nan: leave out, and count, rows without a prediction or label
        one_vs_rest: classes: auc_macro, ece and their like, too: k + 1 sorts
        exponential: ranking: the gain of relevance r is 2^r - 1, and not r
        in_order: ranking: equal scores rank as they come
        weights: weight of each row, 0 or more; a row of weight 0 is not there; without, each row counts 1
        threshold: binary: score from which a row is predicted positive; default 0.5, for margins and ranks 0
        scale: binary: of scores; default MetricScale.PROBABILITY
        n_bins: of ece and its like, 1 to 1000, default 10
        k: classes: of top_k_accuracy, default 3; ranking: rows of a query that are looked at, default all
        quantile: regression: of pinball, in (0, 1); default 0.5
        beta: binary, classes: of f_beta, 1e-6 to 1e6: what recall weighs against precision; default 1

    Raises: as metric_binary().
    """
    out = mlops_metrics(C.sizeof(mlops_metrics))
    predictions_p, predictions_shape, predictions_keep = _rt.array(predictions, "d", 1, "predictions")
    labels_p, labels_shape, labels_keep = _rt.array(labels, "d", 1, "labels")
    opts = _metric_opts(skip_nan=skip_nan, one_vs_rest=one_vs_rest, exponential=exponential, in_order=in_order,
            weights=weights, threshold=threshold, scale=scale, n_bins=n_bins, k=k, quantile=quantile, beta=beta)
    err = mlops_error()
    _rt.same_length("labels", labels_shape[0], "predictions", predictions_shape[0])
    status = lib.mlops_metric_regression(C.byref(out), predictions_p, labels_p, predictions_shape[0], C.byref(opts),
            C.byref(err))
    if status:
        _rt.check(status, "metric_regression", err)
    return _metrics(out)


def registry_set_gate(change, name, alias, gate=None):
    """Set the gate of an alias: a condition that a version must meet to be promoted to it.

    docs/expressions.md is the language. Names are metrics of the candidate (those of mlops/metric.h that the
    model's task has), the same of the holder of an alias (champion.auc), and rows, the number of rows that
    count. A clause about an alias that nobody holds does not count.

        change: change
        name: name of a model that is registered
        alias: alias, held or not
        gate: condition; None: none any more

    Raises: ParseError; NotFoundError if there is no such model, or for an unknown metric (the message has the
    nearest name); SchemaError for a metric of another task, or types that do not fit; InvalidError, LimitError,
    CorruptError, NomemError.
    """
    change_h = _rt.opened(change, Change, "change")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_registry_set_gate(change_h, _rt.string(name, "name"), _rt.string(alias, "alias"),
                _rt.string_or_none(gate, "gate"), C.byref(err))
    if status:
        _rt.check(status, "registry_set_gate", err)


def registry_gate(store, name, alias):
    """The gate of an alias, in canonical form.

        store: store
        name: name of the model
        alias: alias

    Raises: NotFoundError if there is no such model; ArenaError if cap is too small: text is empty then;
    InvalidError, CorruptError, IoError, NomemError, ForkedError.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    text = _rt.written(lambda text, cap, needed: lib.mlops_registry_gate(store_h, _rt.string(name, "name"),
            _rt.string(alias, "alias"), text, cap, needed, C.byref(err)), "registry_gate", err)
    return _rt.decoded(text)


def registry_evaluate(store, name, which, dataset=None, ref=None, path=None):
    """Metrics of a version: metric (string), value (float64: NaN where it is not defined), a row for each metric
    of the model's task, then "rows", how many counted.

        store: store
        name: name of the model
        which: alias, number or "latest"
        dataset: as in mlops_promote_opts
        ref: as in mlops_promote_opts
        path: as in mlops_promote_opts

    Raises: NotFoundError if there is no such version, dataset, ref or path, or no dataset is known; SchemaError
    if the table holds nothing out, names no target, or does not fit the model; UnsupportedError for a task
    without metrics (ranking, survival); InvalidError if no row counts; CorruptError, IoError, NomemError,
    ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_evaluate(C.byref(out), store_h, _rt.string(name, "name"), _rt.string(which, "which"),
            _rt.string_or_none(dataset, "dataset"), _rt.string_or_none(ref, "ref"), _rt.string_or_none(path, "path"),
            C.byref(err))
    if status:
        _rt.check(status, "registry_evaluate", err)
    return _rt.classes["table"]._wrap(out.value)


def registry_promote(change, name, which, alias, *, no_gate=False, gate=None, note=None, dataset=None,
                     ref=None, path=None):
    """Promote a version: it holds the alias once the change is committed. A version that holds it already keeps
    it, which is no entry of the history. It is judged again if opts has a gate, dataset, ref or path, and
    clauses about the alias then compare it with itself.

    If the alias has a gate, candidate and holders are judged here and now. Who committed to one of the records
    that this was based on in the meantime makes the commit return ConflictError.

        change: change
        name: name of the model
        which: alias, number or "latest"; may be registered in the same change
        alias: alias to hold
        no_gate: whatever the alias's gate would say; a note is due then
        gate: condition, which becomes the alias's gate if it is met; default: the gate that the alias has, if
            any
        note: why, in words, up to 64 KiB
        dataset: dataset to judge on; default: that which the version learned from
        ref: branch, tag or digits of a commit; default: the commit that the version learned from, or the
            branch "main" if dataset is given
        path: table to judge on; default: the one that the version learned from, or the only one if dataset is
            given

    Raises: RefusedError if the gate is not met; the message has the clauses that fail, with their values, and the
    change holds the record of the decision and nothing else of this call: commit it to keep it. Else as
    registry_set_gate() and registry_evaluate().
    """
    change_h = _rt.opened(change, Change, "change")
    opts = _promote_opts(no_gate=no_gate, gate=gate, note=note, dataset=dataset, ref=ref, path=path)
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_registry_promote(change_h, _rt.string(name, "name"), _rt.string(which, "which"),
                _rt.string(alias, "alias"), C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "registry_promote", err)


def registry_rollback(change, name, alias, note=None):
    """Give an alias back to the version that held it before the promotion that made the present holder; done
    again, to the one before that. After a drop, to the version that was dropped. No gate is asked.

        change: change
        name: name of the model
        alias: alias
        note: why, in words, up to 64 KiB

    Raises: NotFoundError if nobody held it before; InvalidError, CorruptError, IoError, NomemError, ForkedError.
    """
    change_h = _rt.opened(change, Change, "change")
    version = C.c_int64()
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_registry_rollback(change_h, C.byref(version), _rt.string(name, "name"), _rt.string(alias,
                "alias"), _rt.string_or_none(note, "note"), C.byref(err))
    if status:
        _rt.check(status, "registry_rollback", err)
    return version.value


def registry_drop_alias(change, name, alias, note=None):
    """Take an alias away: nobody holds it then. Its gate and history stay.

        change: change
        name: name of the model
        alias: alias
        note: why, in words, up to 64 KiB

    Raises: NotFoundError if nobody holds it; else as registry_rollback().
    """
    change_h = _rt.opened(change, Change, "change")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_registry_drop_alias(change_h, _rt.string(name, "name"), _rt.string(alias, "alias"),
                _rt.string_or_none(note, "note"), C.byref(err))
    if status:
        _rt.check(status, "registry_drop_alias", err)


def registry_alias_at(store, name, alias, time_ns):
    """Which version held an alias at a time.

        store: store
        name: name of the model
        alias: alias
        time_ns: UTC; 0 for now

    Raises: NotFoundError if nobody held it then; else as registry_rollback().
    """
    version = C.c_int64()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_alias_at(C.byref(version), store_h, _rt.string(name, "name"), _rt.string(alias,
            "alias"), _rt.integer(time_ns, -2 ** 63, 2 ** 63 - 1, "time_ns"), C.byref(err))
    if status:
        _rt.check(status, "registry_alias_at", err)
    return version.value


def registry_history(store, name, alias):
    """The history of an alias, oldest first: number (int64, from 1 on), time_ns (int64, never falling), version
    (int64; null: dropped), action (string: "promote", "rollback", "drop"), previous (int64: who held it until
    then; null: nobody), restores (int64: number of the entry whose version a rollback brings back; else null),
    gate (string; null: none was asked), decision (int64: number of the gate's decision; null: none), note
    (string).

        store: store
        name: name of the model
        alias: alias

    Raises: NotFoundError if nobody ever held it; else as registry_rollback().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_history(C.byref(out), store_h, _rt.string(name, "name"), _rt.string(alias, "alias"),
            C.byref(err))
    if status:
        _rt.check(status, "registry_history", err)
    return _rt.classes["table"]._wrap(out.value)


def registry_decisions(store, name, alias):
    """What gates said of who was to hold an alias, oldest first: number (int64, from 1 on), time_ns (int64),
    version (int64), verdict (string: "promoted", "refused", "kept" where the holder was judged again,
    "overridden" where a promotion passed the gate by), gate (string), explanation (string: clauses with their
    values, joined by "; "), holders (string: alias=version of those compared with, as a line of CSV), dataset,
    commit, path (string), n_rows (int64), note (string).

        store: store
        name: name of the model
        alias: alias

    Raises: as registry_models(); NotFoundError if there is no such model.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_decisions(C.byref(out), store_h, _rt.string(name, "name"), _rt.string(alias,
            "alias"), C.byref(err))
    if status:
        _rt.check(status, "registry_decisions", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_expect(change, dataset, path, expectations=None):
    """Keep expectations for a table of a dataset, in place of those that were. The table need not be there yet.

        change: change
        dataset: name
        path: of the table
        expectations: without the tables bound to them; None: none from now on

    Raises: InvalidError, CorruptError, IoError, NomemError, ForkedError; ConflictError comes from the commit, if
    somebody else has changed them in between.
    """
    change_h = _rt.opened(change, Change, "change")
    expectations_h = _rt.opened_or_none(expectations, Expectations, "expectations")
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_dataset_expect(change_h, _rt.string(dataset, "dataset"), _rt.string(path, "path"),
                expectations_h, C.byref(err))
    if status:
        _rt.check(status, "dataset_expect", err)


def dataset_expectations(store, dataset, path):
    """The expectations that are kept for a table.

        store: store
        dataset: name
        path: of the table

    Raises: NotFoundError if there are none; InvalidError, CorruptError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_expectations(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string(path,
            "path"), C.byref(err))
    if status:
        _rt.check(status, "dataset_expectations", err)
    return _rt.classes["expectations"]._wrap(out.value)


def dataset_validate(store, dataset, ref, path, against=None):
    """Hold a table of a commit against the expectations that are kept for it now.

        store: store
        dataset: name
        ref: branch, tag, or digits of an id; default "main"
        path: of the table
        against: ref whose profile of the table drift() compares with; default: the first parent of the commit

    Raises: NotFoundError if there is no such ref, entry, or no expectations; SchemaError if the entry is no
    table; else as dataset_table().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_validate(C.byref(out), store_h, _rt.string(dataset, "dataset"),
            _rt.string_or_none(ref, "ref"), _rt.string(path, "path"), _rt.string_or_none(against, "against"),
            C.byref(err))
    if status:
        _rt.check(status, "dataset_validate", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_validations(store, dataset):
    """What commits were held against: a row for each table that had expectations, by commit id.

        store: store
        dataset: name

    Raises: InvalidError, CorruptError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_validations(C.byref(out), store_h, _rt.string(dataset, "dataset"), C.byref(err))
    if status:
        _rt.check(status, "dataset_validations", err)
    return _rt.classes["table"]._wrap(out.value)


def registry_register(change, name, model, *, file=None, features=None, reference=None, run=None, dataset=None,
                      commit=None, path=None, classes=None, description=None, metadata=None):
    """Register a model as the next version of a name, which is made if it is not there.

    The bundle carries name, version, reference and, as metadata, a JSON object of model, version, signature,
    run, dataset, commit, path, description, features and metadata. If somebody else takes the number first,
    the commit returns ConflictError.

    Where dataset and path (or the only table) name a table that is committed, it must have the columns that
    the features read; without features, all or none of those that the model's features are named by (none: its
    rows were made elsewhere, and no gate can judge it on that table). A target that is text needs classes
    then, if the model tells classes apart.

        change: change that the version becomes part of
        name: name of the model: 1 to 200 bytes of UTF-8 without control characters
        model: model
        file: the trainer's own file, kept beside the bundle; default: none
        features: what makes the model's rows; default: none
        reference: what live data is held against; default: none
        run: id of the run that made it; default: not known
        dataset: dataset that it learned from; default: that of the run
        commit: branch, tag or digits of a commit of the dataset; default: that of the run, else the branch
            "main"
        path: table of that commit; default: the only one
        classes: values of the target, as text, in the order of the model's classes, separated by commas,
            quoted as in a CSV line; of two, a probability is of the second; default: the target is a number,
            of classes 0, 1, 2, ...
        description: in words, up to 64 KiB
        metadata: a JSON object, up to 64 KiB, kept as it is

    Raises: SchemaError if the features do not make the model's rows: outputs by name and order, or by number
    where the model has no names; if it tells more or fewer classes apart; if the table lacks a column, or has a
    target that is text and classes are not given; NotFoundError if the run, dataset, commit, path or file is not
    there; InvalidError, DeniedError, IoError, NoSpaceError, CorruptError, NomemError, ForkedError.
    """
    change_h = _rt.opened(change, Change, "change")
    version = C.c_int64()
    model_h = _rt.opened(model, Model, "model")
    opts = _register_opts(file=file, features=features, reference=reference, run=run, dataset=dataset, commit=commit,
            path=path, classes=classes, description=description, metadata=metadata)
    err = mlops_error()
    with _rt.locked(change_h):
        status = lib.mlops_registry_register(change_h, C.byref(version), _rt.string(name, "name"), model_h,
                C.byref(opts), C.byref(err))
    if status:
        _rt.check(status, "registry_register", err)
    return version.value


def registry_load(store, name, which):
    """Load a version: model, reference and metadata, as they were registered.

        store: store
        name: name of the model
        which: alias, number or "latest"

    Raises: NotFoundError if there is no such model or version, or nobody holds the alias; CorruptError,
    InvalidError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_load(C.byref(out), store_h, _rt.string(name, "name"), _rt.string(which, "which"),
            C.byref(err))
    if status:
        _rt.check(status, "registry_load", err)
    return _rt.classes["bundle"]._wrap(out.value)


def registry_features(store, name, which):
    """Load the features of a version.

        store: store
        name: name of the model
        which: alias, number or "latest"

    Raises: as registry_load(); NotFoundError also if the version has none.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_features(C.byref(out), store_h, _rt.string(name, "name"), _rt.string(which, "which"),
            C.byref(err))
    if status:
        _rt.check(status, "registry_features", err)
    return _rt.classes["feature"]._wrap(out.value)


def registry_bundle(store, name, which, path):
    """Write the bundle of a version to a file: the registered bytes, whole or not at all.

        store: store
        name: name of the model
        which: alias, number or "latest"
        path: file to write; replaced if it is there

    Raises: as registry_load(); NoSpaceError, DeniedError.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_bundle(store_h, _rt.string(name, "name"), _rt.string(which, "which"),
            _rt.string(path, "path"), C.byref(err))
    if status:
        _rt.check(status, "registry_bundle", err)


def registry_file(store, name, which, path):
    """Write the trainer's own file of a version to a file: the registered bytes, whole or not at all.

        store: store
        name: name of the model
        which: alias, number or "latest"
        path: file to write; replaced if it is there

    Raises: as registry_bundle(); NotFoundError also if the version has none.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_file(store_h, _rt.string(name, "name"), _rt.string(which, "which"), _rt.string(path,
            "path"), C.byref(err))
    if status:
        _rt.check(status, "registry_file", err)


def registry_describe(store, name, which):
    """All that is known of a version, as JSON: model, version, created_ns, bundle, plan, file, features and
    reference as ids, signature (inputs, outputs, task, classes), run, dataset, commit, path, description,
    metadata; aliases that it holds; decisions of gates about it. What was not given is left out.

        store: store
        name: name of the model
        which: alias, number or "latest"

    Raises: as registry_load(); ArenaError if cap is too small: text is empty then.
    """
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    text = _rt.written(lambda text, cap, needed: lib.mlops_registry_describe(store_h, _rt.string(name, "name"),
            _rt.string(which, "which"), text, cap, needed, C.byref(err)), "registry_describe", err)
    return _rt.decoded(text)


def registry_models(store):
    """Models by name: model (string), n_versions (int64), latest (int64: the newest number), aliases (string:
    those that are held, as a line of CSV), created_ns (int64).

        store: store

    Raises: CorruptError, InvalidError, IoError, NomemError, ForkedError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_models(C.byref(out), store_h, C.byref(err))
    if status:
        _rt.check(status, "registry_models", err)
    return _rt.classes["table"]._wrap(out.value)


def registry_versions(store, name):
    """Versions of a model in rising order: version (int64), created_ns (int64), then, as string: task, run,
    dataset, commit, path, features (id), bundle (id), aliases (a line of CSV), description. What was not given
    is null.

        store: store
        name: name of the model

    Raises: as registry_models(); NotFoundError.
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_registry_versions(C.byref(out), store_h, _rt.string(name, "name"), C.byref(err))
    if status:
        _rt.check(status, "registry_versions", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_part(store, dataset, ref, path, part):
    """Rows of a table by the name of their part.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        path: of the entry; default: the only table
        part: name of a part, or foldI or trainI

    Raises: NotFoundError if there is no such part (the message names those that there are); SchemaError if the
    table is not divided; CorruptError if rows would not come out as they did; as dataset_table().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_part(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), _rt.string_or_none(path, "path"), _rt.string(part, "part"), C.byref(err))
    if status:
        _rt.check(status, "dataset_part", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_parts(store, dataset, ref=None, path=None):
    """Parts of a table, in their order: of folds each fold with its rows to train behind it.

        store: store
        dataset: name
        ref: as in dataset_resolve()
        path: of the entry; default: the only table

    Raises: SchemaError if the table is not divided; as dataset_table().
    """
    out = C.c_void_p()
    store_h = _rt.opened(store, Store, "store")
    err = mlops_error()
    status = lib.mlops_dataset_parts(C.byref(out), store_h, _rt.string(dataset, "dataset"), _rt.string_or_none(ref,
            "ref"), _rt.string_or_none(path, "path"), C.byref(err))
    if status:
        _rt.check(status, "dataset_parts", err)
    return _rt.classes["table"]._wrap(out.value)


def dataset_push(store, remote, dataset, *, branches=None, tags=None, expected=None, object_bytes=None,
                 call=None):
    """Put what branches and tags of a dataset lead to on a remote, then move them there, all or none. A branch
    there moves forward alone, unless its old commit is given; a tag there never moves. What was erased
    (mlops/erase.h) is not sent; where the remote has it, nothing leads to it from then on, and its gc deletes
    it.

        store: store
        remote: outlives the call
        dataset: name
        branches: names or globs, a list; default all but those that follow a remote's, under a prefix
            (mlops_pull_opts)
        tags: names or globs, a list; default likewise
        expected: 64 digits: the commit that the one branch that is pushed has at the remote, which need not
            lead to ours; default: branches move forward alone
        object_bytes: of one object, up to 64 MiB; default 64 MiB
        call: progress in commits, deadline; default none

    Raises: NotFoundError if there is no such dataset, or no branch or tag that was named here, or if something of
    it was never pulled here; ConflictError if the remote's branch has commits that ours does not lead to, or
    moved meanwhile, or if something was erased there and not here; CorruptError for damage here or there;
    BusyError also while an erasure here is not done; DeadlineError, CancelledError; what the remote returns.
    """
    store_h = _rt.opened(store, Store, "store")
    opts = _push_opts(branches=branches, tags=tags, expected=expected, object_bytes=object_bytes, call=call)
    out = mlops_transfer(C.sizeof(mlops_transfer))
    err = mlops_error()
    status = lib.mlops_dataset_push(store_h, _rt.viewed(remote, Remote, "remote"), _rt.string(dataset, "dataset"),
            C.byref(opts), C.byref(out), C.byref(err))
    _rt.reraise(opts)
    if status:
        _rt.check(status, "dataset_push", err, nested={
            "mlops_call": "call",
        })
    return _transfer(out)


def dataset_pull(store, remote, dataset, *, force=False, branches=None, tags=None, prefix=None, paths=None,
                 depth=None, call=None):
    """Bring what branches and tags of a dataset lead to at a remote into the store, then move them here, all or
    none, in one commit of the store. All of it is verified before. A branch that is ahead here stays; so does
    one that follows a remote's under a prefix, unless its name is given or the prefix is. What was erased
    there is erased here first, in a commit of its own, and what was erased here does not come; dataset_erase()
    then deletes the bytes that are here.

    With depth or paths, what stays away is noted: verbs that come upon it return NotFoundError and say so.
    Pulling again without them brings the rest.

        store: store
        remote: outlives the call
        dataset: name
        force: branches and tags here move to where the remote's are, whatever they lead to here
        branches: names or globs, a list; default all
        tags: names or globs, a list; default all
        prefix: in front of the names that branches and tags get here, which follow the remote's then,
            whatever they were, until they get a commit or are moved here; default none
        paths: globs, a list: entries of other paths stay there; default all
        depth: commits of each line, the newest; older ones stay there; default all
        call: progress in commits, deadline; default none

    Raises: NotFoundError if the remote has no such dataset, or none of the branches or tags; ConflictError if a
    branch or tag here leads elsewhere than that of the remote, or if rows of the same table were erased on both
    sides, and what is left there is gone; CorruptError for what is not what its name says, and for a commit that
    is not later than one that it goes back to; DeniedError for a store that is open for reading alone; else as
    pushing.
    """
    store_h = _rt.opened(store, Store, "store")
    opts = _pull_opts(force=force, branches=branches, tags=tags, prefix=prefix, paths=paths, depth=depth, call=call)
    out = mlops_transfer(C.sizeof(mlops_transfer))
    err = mlops_error()
    status = lib.mlops_dataset_pull(store_h, _rt.viewed(remote, Remote, "remote"), _rt.string(dataset, "dataset"),
            C.byref(opts), C.byref(out), C.byref(err))
    _rt.reraise(opts)
    if status:
        _rt.check(status, "dataset_pull", err, nested={
            "mlops_call": "call",
        })
    return _transfer(out)


def remote_refs(remote, *, executor=None, progress=None, deadline_ns=None, memory_max=None, actor=None,
                trace_id=None):
    """Datasets of a remote with their branches and tags.

        remote: outlives the call
        executor: default: the calling thread
        progress: called on the calling thread
        deadline_ns: on the host's monotonic clock; default none
        memory_max: bytes of working memory; default none
        actor: who asks, for the audit trail
        trace_id: W3C trace id, 32 hexadecimal digits

    Raises: CorruptError, BusyError, DeadlineError, NomemError; what the remote returns.
    """
    out = C.c_void_p()
    call = _call(executor=executor, progress=progress, deadline_ns=deadline_ns, memory_max=memory_max, actor=actor,
            trace_id=trace_id)
    err = mlops_error()
    status = lib.mlops_remote_refs(C.byref(out), _rt.viewed(remote, Remote, "remote"), C.byref(call), None,
            C.byref(err))
    _rt.reraise(call)
    if status:
        _rt.check(status, "remote_refs", err)
    return _rt.classes["table"]._wrap(out.value)


def remote_gc(remote, *, dry=False, grace_ns=None, call=None):
    """Delete what no branch or tag of a remote leads to. What is unneeded is noted first and goes with a later
    call, when it has been unneeded for the time of grace; what a running push has put, or one that was cut
    short within that time, stays.

        remote: outlives the call
        dry: look, and change nothing
        grace_ns: how long an object is unneeded before it goes, 10 minutes or more; default a week
        call: progress in datasets, deadline; default none

    Raises: ConflictError if another one is at it; CorruptError, and nothing is deleted, if what a branch leads to
    is damaged; else as pushing.
    """
    opts = _remote_gc_opts(dry=dry, grace_ns=grace_ns, call=call)
    out = mlops_remote_stats(C.sizeof(mlops_remote_stats))
    err = mlops_error()
    status = lib.mlops_remote_gc(_rt.viewed(remote, Remote, "remote"), C.byref(opts), C.byref(out), C.byref(err))
    _rt.reraise(opts)
    if status:
        _rt.check(status, "remote_gc", err, nested={
            "mlops_call": "call",
        })
    return _remote_stats(out)


__all__ = [
    "Anomaly",
    "AnomalyKind",
    "AnomalySummary",
    "ArenaError",
    "ArrowArray",
    "ArrowArrayStream",
    "ArrowSchema",
    "Audit",
    "AuditEntry",
    "Bundle",
    "BusyError",
    "Calibration",
    "CalibrationMethod",
    "CancelledError",
    "Change",
    "Check",
    "CheckCounts",
    "ClassPerformance",
    "ConflictError",
    "Context",
    "CorruptError",
    "Cpu",
    "DeadlineError",
    "DeniedError",
    "Deployment",
    "DeploymentStats",
    "Detector",
    "DetectorKind",
    "DetectorMode",
    "DetectorScore",
    "DetectorSide",
    "DetectorSignal",
    "DetectorSummary",
    "Diff",
    "Divide",
    "Draft",
    "Drift",
    "DriftColumn",
    "DriftPreset",
    "DriftVerdict",
    "Edge",
    "EraseStat",
    "ErasedError",
    "Error",
    "ExistsError",
    "Expectations",
    "Explainer",
    "ExplainerOutput",
    "Fairness",
    "Feature",
    "FeatureValue",
    "FolderStat",
    "ForkedError",
    "GcStat",
    "Hll",
    "HllForm",
    "HllSummary",
    "ImportKind",
    "ImportStat",
    "Imprint",
    "InvalidError",
    "IoError",
    "IoKind",
    "IoLock",
    "IoMode",
    "IoStat",
    "Items",
    "ItemsForm",
    "ItemsKind",
    "ItemsRow",
    "ItemsSummary",
    "Kll",
    "KllForm",
    "KllSummary",
    "LimitError",
    "Merge",
    "MergePolicy",
    "Metric",
    "MetricBetter",
    "MetricInfo",
    "MetricScale",
    "MetricTask",
    "Metrics",
    "MmdMethod",
    "Model",
    "ModelOutput",
    "Monitor",
    "MonitorLabels",
    "MonitorMetric",
    "Multivariate",
    "MultivariateResult",
    "MultivariateScale",
    "NoSpaceError",
    "NomemError",
    "NotFoundError",
    "Online",
    "Panes",
    "ParseError",
    "Part",
    "Performance",
    "PerformanceSummary",
    "Policy",
    "PolicyDecision",
    "PolicyEvent",
    "Pool",
    "Profile",
    "ProfileMoments",
    "ProfilePowers",
    "ProfileSummary",
    "RankingPerformance",
    "Reference",
    "RefusedError",
    "RegressionPerformance",
    "RemoteStats",
    "Run",
    "RunStatus",
    "SchemaError",
    "Segments",
    "Share",
    "Slot",
    "Split",
    "StatsAlternative",
    "StatsCorrection",
    "StatsMeasure",
    "StatsMethod",
    "StatsTwoCounts",
    "StatsTwoSample",
    "StatsTwoShares",
    "Status",
    "Store",
    "StoreIndex",
    "StoreStats",
    "Sync",
    "Table",
    "Transfer",
    "Type",
    "UnsupportedError",
    "VERSION",
    "Watch",
    "WatchResumeFlags",
    "cpu_level",
    "dataset_branch",
    "dataset_checkout",
    "dataset_describe",
    "dataset_diff",
    "dataset_diff_rows",
    "dataset_drop",
    "dataset_entries",
    "dataset_erase",
    "dataset_expect",
    "dataset_expectations",
    "dataset_list",
    "dataset_log",
    "dataset_merge",
    "dataset_part",
    "dataset_parts",
    "dataset_pull",
    "dataset_push",
    "dataset_read",
    "dataset_read_at",
    "dataset_reference",
    "dataset_refs",
    "dataset_resolve",
    "dataset_rows",
    "dataset_status",
    "dataset_table",
    "dataset_tag",
    "dataset_validate",
    "dataset_validations",
    "deploy_bucket",
    "deploy_list",
    "deploy_set",
    "erase_certificate",
    "erase_list",
    "featurestore_get",
    "featurestore_list",
    "featurestore_put",
    "importance_measure",
    "lib",
    "lineage_downstream",
    "lineage_link",
    "lineage_unlink",
    "lineage_upstream",
    "metric_at",
    "metric_band",
    "metric_binary",
    "metric_classes",
    "metric_count",
    "metric_find",
    "metric_ranking",
    "metric_regression",
    "metric_value",
    "registry_alias_at",
    "registry_bundle",
    "registry_decisions",
    "registry_describe",
    "registry_drop_alias",
    "registry_evaluate",
    "registry_features",
    "registry_file",
    "registry_gate",
    "registry_history",
    "registry_load",
    "registry_models",
    "registry_promote",
    "registry_register",
    "registry_rollback",
    "registry_set_gate",
    "registry_versions",
    "remote_gc",
    "remote_refs",
    "stats_adjust",
    "stats_compare",
    "stats_compare_columns",
    "stats_compare_counts",
    "stats_compare_shares",
    "status_name",
    "version",
]
