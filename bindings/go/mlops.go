// Code generated from the C headers by bindings/gen. DO NOT EDIT.

// Package mlops is libmlops: predict with models that other tools trained, watch them, and tell whether data has
// drifted.
//
// Objects end with Close, which may be called more than once; what is forgotten ends with the garbage collector. A
// method of a closed object returns ErrInvalid, or zero where it returns no error. Zero fields of options are the
// defaults.
// Objects that say "one thread at a time" are not locked here. Callbacks are not passed on.
package mlops

/*
#cgo pkg-config: mlops
#include <stdlib.h>
#include <string.h>
#include <mlops.h>
*/
import "C"

import (
	"runtime"
	"unsafe"
)

// Version of the headers that this package was made from.
const HeaderVersion = "0.1.0"

// What can be asked with errors.Is; the errors that are returned say more.
var (
	// ErrInvalid: an argument is outside what the header allows.
	ErrInvalid = &Error{Code: -1, Message: "an argument is outside what the header allows"}
	// ErrNomem: the allocator returned NULL.
	ErrNomem = &Error{Code: -2, Message: "the allocator returned NULL"}
	// ErrIO: the system refused a read, write or sync; os_code says why.
	ErrIO = &Error{Code: -3, Message: "the system refused a read, write or sync; os_code says why"}
	// ErrNotFound: the name or path does not exist.
	ErrNotFound = &Error{Code: -4, Message: "the name or path does not exist"}
	// ErrCorrupt: bytes fail their checksum or break their format.
	ErrCorrupt = &Error{Code: -5, Message: "bytes fail their checksum or break their format"}
	// ErrUnsupported: well-formed, but beyond this library; the message names it.
	ErrUnsupported = &Error{Code: -6, Message: "well-formed, but beyond this library; the message names it"}
	// ErrArena: the caller's storage is smaller than size() asked for.
	ErrArena = &Error{Code: -7, Message: "the caller's storage is smaller than size() asked for"}
	// ErrParse: text that people write (CSV, options) does not parse.
	ErrParse = &Error{Code: -8, Message: "text that people write (CSV, options) does not parse"}
	// ErrSchema: columns, types or shapes do not fit the model or reference.
	ErrSchema = &Error{Code: -9, Message: "columns, types or shapes do not fit the model or reference"}
	// ErrLimit: larger than a limit that an option sets.
	ErrLimit = &Error{Code: -10, Message: "larger than a limit that an option sets"}
	// ErrNoSpace: the device or quota is full.
	ErrNoSpace = &Error{Code: -11, Message: "the device or quota is full"}
	// ErrDenied: the system refuses access with these rights.
	ErrDenied = &Error{Code: -12, Message: "the system refuses access with these rights"}
	// ErrCancelled: the progress callback asked to stop.
	ErrCancelled = &Error{Code: -13, Message: "the progress callback asked to stop"}
	// ErrDeadline: the deadline of the call has passed.
	ErrDeadline = &Error{Code: -14, Message: "the deadline of the call has passed"}
	// ErrExists: the name is taken.
	ErrExists = &Error{Code: -15, Message: "the name is taken"}
	// ErrConflict: what a change was based on has changed since; build it again.
	ErrConflict = &Error{Code: -16, Message: "what a change was based on has changed since; build it again"}
	// ErrBusy: somebody else holds the lock, and waiting was not asked for.
	ErrBusy = &Error{Code: -17, Message: "somebody else holds the lock, and waiting was not asked for"}
	// ErrForked: opened before a fork: the child must open its own.
	ErrForked = &Error{Code: -18, Message: "opened before a fork: the child must open its own"}
	// ErrRefused: a gate says no; the message says which clause.
	ErrRefused = &Error{Code: -19, Message: "a gate says no; the message says which clause"}
	// ErrErased: it was erased; the message says when, by whom and why.
	ErrErased = &Error{Code: -20, Message: "it was erased; the message says when, by whom and why"}
)

// IOMode: how mlops_io.open opens.
type IOMode int32

const (
	// IOModeRead: an existing file, for reading.
	IOModeRead IOMode = 0
	// IOModeCreate: a new file, for reading and writing; EEXIST if it is there.
	IOModeCreate IOMode = 1
	// IOModeReadWrite: an existing file, for reading and writing.
	IOModeReadWrite IOMode = 2
)

// IOLock: what mlops_io.lock does to one byte of a file. Locks belong to the opened file, not to the
// process, and end with its close or the death of its process.
type IOLock int32

const (
	// IOLockUnlock: gives the lock back.
	IOLockUnlock IOLock = 0
	// IOLockLock: exclusive; waits until it is free.
	IOLockLock IOLock = 1
	// IOLockTryLock: exclusive; EAGAIN if another opened file holds it.
	IOLockTryLock IOLock = 2
	// IOLockShare: shared with others that share; waits.
	IOLockShare IOLock = 3
)

// IOKind: what stands in a folder.
type IOKind int32

const (
	// IOKindFile: a regular file.
	IOKindFile IOKind = 1
	// IOKindFolder: a folder.
	IOKindFolder IOKind = 2
	// IOKindLink: a symbolic link.
	IOKindLink IOKind = 3
	// IOKindOther: a pipe, a socket, a device.
	IOKindOther IOKind = 4
)

// CPU: the most that kernels may use of the CPU. Values never differ between levels, only speed. The
// environment variable MLOPS_CPU=scalar|sse41|avx2|avx512 caps the whole process.
type CPU int32

const (
	// CPUBest: whatever the machine has.
	CPUBest CPU = 0
	// CPUScalar: portable C.
	CPUScalar CPU = 1
	// CPUSse41: x86-64 with SSE4.1 and, where present, SHA.
	CPUSse41 CPU = 2
	// CPUAvx2: x86-64 with AVX2 and FMA.
	CPUAvx2 CPU = 3
	// CPUAvx512: x86-64 with AVX-512 F, BW, CD, DQ, VL, VBMI.
	CPUAvx512 CPU = 4
	// CPUNeon: AArch64.
	CPUNeon CPU = 5
)

// AnomalyKind: what a score is.
type AnomalyKind int32

const (
	// AnomalyKindForest: forest: how few random cuts set the row apart, 0 to 1.
	AnomalyKindForest AnomalyKind = 0
	// AnomalyKindMahalanobis: mahalanobis: distance to the mean, by the covariance.
	AnomalyKindMahalanobis AnomalyKind = 1
	// AnomalyKindKnn: knn: distance to the k-th nearest row that is kept.
	AnomalyKindKnn AnomalyKind = 2
	// AnomalyKindKmeans: kmeans: distance to the nearest of some centers.
	AnomalyKindKmeans AnomalyKind = 3
	// AnomalyKindPca: pca: what the leading components do not reconstruct.
	AnomalyKindPca AnomalyKind = 4
)

// Sync: when a commit is told of.
type Sync int32

const (
	// SyncFull: when it is durable: no power cut takes it back.
	SyncFull Sync = 0
	// SyncRelaxed: when it is made: a power cut may take back the newest commits, whole and in order, up
	// to the last mlops_store_flush().
	SyncRelaxed Sync = 1
)

// StoreIndex: what the index is kept in. It only repeats journal and packs, and is made anew if it is
// lost.
type StoreIndex int32

const (
	// StoreIndexFile: LMDB; the default.
	StoreIndexFile StoreIndex = 0
	// StoreIndexMemory: made from the journal by each process that opens the store; what other processes
	// commit is seen after opening it again.
	StoreIndexMemory StoreIndex = 1
)

// Type: type of a column.
type Type int32

const (
	// TypeNull: every value is null.
	TypeNull Type = 0
	// TypeBool: true, false.
	TypeBool Type = 1
	// TypeInt64: whole numbers.
	TypeInt64 Type = 2
	// TypeFloat64: binary64; NaN is a value and not null.
	TypeFloat64 Type = 3
	// TypeString: UTF-8.
	TypeString Type = 4
)

// ModelOutput: what predicting writes for each row.
type ModelOutput int32

const (
	// ModelOutputPrediction: probability, scores or value, as the trainer has it.
	ModelOutputPrediction ModelOutput = 0
	// ModelOutputMargin: the sum before the link function.
	ModelOutputMargin ModelOutput = 1
	// ModelOutputLeaf: the leaf's number in each tree, as the trainer counts; width is the number of
	// trees. Both of ONNX: where trees take the rows as they are.
	ModelOutputLeaf ModelOutput = 2
	// ModelOutputClass: ONNX: the class, by index; -1: none of the known.
	ModelOutputClass ModelOutput = 3
	// ModelOutputPrefix: trees: the margins after each tree, for early stopping; width is trees times
	// margins, tree by tree.
	ModelOutputPrefix ModelOutput = 4
	// ModelOutputFirst: ONNX: the file's first output; + i is its i-th.
	ModelOutputFirst ModelOutput = 16
)

// CalibrationMethod: ways to calibrate.
type CalibrationMethod int32

const (
	// CalibrationMethodIsotonic: any curve that does not fall; wants 1,000 rows or more.
	CalibrationMethodIsotonic CalibrationMethod = 1
	// CalibrationMethodPlatt: 1 / (1 + exp(a score + b)); of few rows.
	CalibrationMethodPlatt CalibrationMethod = 2
)

// Part: which rows of a table.
type Part int32

const (
	// PartAll: all of them.
	PartAll Part = 0
	// PartTrain: those that are not held out.
	PartTrain Part = 1
	// PartHeldOut: those that models are judged on.
	PartHeldOut Part = 2
)

// Split: how rows are held out.
type Split int32

const (
	// SplitRandom: each row with the same chance.
	SplitRandom Split = 0
	// SplitStratified: the same share of each value of a column.
	SplitStratified Split = 1
	// SplitTime: the newest rows by a column.
	SplitTime Split = 2
)

// MergePolicy: which side a conflict is decided for.
type MergePolicy int32

const (
	// MergePolicyRefuse: for none: there is no result while there are conflicts.
	MergePolicyRefuse MergePolicy = 0
	// MergePolicyOurs: for ours.
	MergePolicyOurs MergePolicy = 1
	// MergePolicyTheirs: for theirs.
	MergePolicyTheirs MergePolicy = 2
)

// DetectorKind: what finds the change. Kinds take any number unless they say otherwise.
type DetectorKind int32

const (
	// DetectorKindAdwin: adwin: a window that is as long as its mean holds.
	DetectorKindAdwin DetectorKind = 0
	// DetectorKindPageHinkley: page_hinkley: summed deviation from the mean so far.
	DetectorKindPageHinkley DetectorKind = 1
	// DetectorKindCusum: cusum: the same from a mean that was learnt and stays.
	DetectorKindCusum DetectorKind = 2
	// DetectorKindEwma: ewma: chart of an exponentially weighted mean.
	DetectorKindEwma DetectorKind = 3
	// DetectorKindShewhart: shewhart: one value far from the mean.
	DetectorKindShewhart DetectorKind = 4
	// DetectorKindKswin: kswin: distribution of the newest against the older.
	DetectorKindKswin DetectorKind = 5
	// DetectorKindDdm: ddm: rate of errors, 0 or 1 each.
	DetectorKindDdm DetectorKind = 6
	// DetectorKindRddm: rddm: ddm that forgets old errors, 0 or 1 each.
	DetectorKindRddm DetectorKind = 7
	// DetectorKindEddm: eddm: gaps between errors, 0 or 1 each.
	DetectorKindEddm DetectorKind = 8
	// DetectorKindHddmA: hddm_a: means of values from 0 to 1, by Hoeffding.
	DetectorKindHddmA DetectorKind = 9
	// DetectorKindHddmW: hddm_w: the same with weights, by McDiarmid.
	DetectorKindHddmW DetectorKind = 10
	// DetectorKindStepd: stepd: newest errors against all before, 0 or 1 each.
	DetectorKindStepd DetectorKind = 11
	// DetectorKindEcdd: ecdd: ewma of errors, 0 or 1 each.
	DetectorKindEcdd DetectorKind = 12
)

// DetectorMode: whose adwin: they differ in which cuts of the window they look at and what they do
// then.
type DetectorMode int32

const (
	// DetectorModeNative: all cuts; what is older than the clearest one goes.
	DetectorModeNative DetectorMode = 0
	// DetectorModeRiver: river since 2022: all cuts; starts anew after a change.
	DetectorModeRiver DetectorMode = 1
	// DetectorModeRiverLegacy: river before: misses a cut in each row; starts anew.
	DetectorModeRiverLegacy DetectorMode = 2
	// DetectorModeMoa: MOA: parts of 7 or more; the window goes on.
	DetectorModeMoa DetectorMode = 3
	// DetectorModeSkmultiflow: scikit-multiflow: misses cuts; the window goes on.
	DetectorModeSkmultiflow DetectorMode = 4
)

// DetectorSide: which changes count.
type DetectorSide int32

const (
	// DetectorSideUsual: both; of hddm_a and hddm_w, which watch errors, up.
	DetectorSideUsual DetectorSide = 0
	// DetectorSideUp: the stream rises.
	DetectorSideUp DetectorSide = 1
	// DetectorSideDown: the stream falls.
	DetectorSideDown DetectorSide = 2
	// DetectorSideBoth: either.
	DetectorSideBoth DetectorSide = 3
)

// DetectorSignal: what a value made of the stream.
type DetectorSignal int32

const (
	// DetectorSignalNone: nothing.
	DetectorSignalNone DetectorSignal = 0
	// DetectorSignalWarning: it may be changing; not of every kind.
	DetectorSignalWarning DetectorSignal = 1
	// DetectorSignalChange: it has changed.
	DetectorSignalChange DetectorSignal = 2
)

// StatsMethod: how the p-values of Kolmogorov-Smirnov, Cramer-von Mises and Mann-Whitney are found.
type StatsMethod int32

const (
	// StatsMethodAuto: exact for small samples, as SciPy chooses (docs/stats.md).
	StatsMethodAuto StatsMethod = 0
	// StatsMethodExact: lattice paths; asymptotic where that is out of reach.
	StatsMethodExact StatsMethod = 1
	// StatsMethodAsymptotic: by the limiting distribution.
	StatsMethodAsymptotic StatsMethod = 2
)

// StatsAlternative: against what is tested. As in SciPy, a CDF that lies below is that of the greater
// values.
type StatsAlternative int32

const (
	// StatsAlternativeTwoSided: x and y differ.
	StatsAlternativeTwoSided StatsAlternative = 0
	// StatsAlternativeLess: ks: the CDF of x lies below somewhere; else: x is the less.
	StatsAlternativeLess StatsAlternative = 1
	// StatsAlternativeGreater: ks: the CDF of x lies above somewhere; else: x is the greater.
	StatsAlternativeGreater StatsAlternative = 2
)

// StatsMeasure: what the two-sample verbs find besides ks, wasserstein and energy. Bits.
type StatsMeasure int32

const (
	// StatsMeasureMoments: mean_x, mean_y, variance_x, variance_y.
	StatsMeasureMoments StatsMeasure = 1
	// StatsMeasureT: Student's t test, of equal variances.
	StatsMeasureT StatsMeasure = 2
	// StatsMeasureWelch: Welch's t test.
	StatsMeasureWelch StatsMeasure = 4
	// StatsMeasureMannWhitney: Mann and Whitney's U, that is Wilcoxon's rank sum.
	StatsMeasureMannWhitney StatsMeasure = 8
	// StatsMeasureCramer: Cramer and von Mises' T.
	StatsMeasureCramer StatsMeasure = 16
	// StatsMeasureAnderson: Anderson and Darling's A^2 of two samples, midranks.
	StatsMeasureAnderson StatsMeasure = 32
	// StatsMeasureKuiper: Kuiper's V.
	StatsMeasureKuiper StatsMeasure = 64
	// StatsMeasureEpps: Epps and Singleton's W.
	StatsMeasureEpps StatsMeasure = 128
)

// StatsCorrection: how p-values of several tests are adjusted.
type StatsCorrection int32

const (
	// StatsCorrectionHolm: the chance of any false rejection, whatever depends on what.
	StatsCorrectionHolm StatsCorrection = 0
	// StatsCorrectionBonferroni: the same, simpler and weaker.
	StatsCorrectionBonferroni StatsCorrection = 1
	// StatsCorrectionBh: the share of false rejections, of independent tests.
	StatsCorrectionBh StatsCorrection = 2
	// StatsCorrectionBy: the same, whatever depends on what.
	StatsCorrectionBy StatsCorrection = 3
)

// DriftVerdict: the three answers.
type DriftVerdict int32

const (
	// DriftVerdictNotEnoughData: neither of the others can be said with confidence.
	DriftVerdictNotEnoughData DriftVerdict = 0
	// DriftVerdictNo: the measures of values and of nulls are within their tolerance, and the true
	// effects below twice that, with confidence 1 - alpha for this column by itself.
	DriftVerdictNo DriftVerdict = 1
	// DriftVerdictYes: the true effect exceeds the tolerance, with confidence 1 - alpha for all columns
	// of the report together; with BH and BY see mlops_drift_opts.correction.
	DriftVerdictYes DriftVerdict = 2
)

// DriftPreset: by whose rule columns are judged. All but NATIVE are the defaults of others, to move
// over from and to compare with: they hold no chance of false alarms (docs/drift.md).
type DriftPreset int32

const (
	// DriftPresetNative: the rule of this library.
	DriftPresetNative DriftPreset = 0
	// DriftPresetEvidently: Evidently's tests by number of rows and of distinct values.
	DriftPresetEvidently DriftPreset = 1
	// DriftPresetNannyml: NannyML's Jensen-Shannon distance, beyond its chunks' spread.
	DriftPresetNannyml DriftPreset = 2
	// DriftPresetAlibi: alibi-detect's tests of tables, by Bonferroni.
	DriftPresetAlibi DriftPreset = 3
	// DriftPresetAlibiFdr: the same, by Benjamini and Hochberg.
	DriftPresetAlibiFdr DriftPreset = 4
	// DriftPresetDeepchecks: Deepchecks' KS statistic and Cramer's V.
	DriftPresetDeepchecks DriftPreset = 5
	// DriftPresetWhylogs: whylogs' KS at 100 quantiles, and chi-square.
	DriftPresetWhylogs DriftPreset = 6
	// DriftPresetTfdv: TFDV's Jensen-Shannon divergence, and L-infinity.
	DriftPresetTfdv DriftPreset = 7
)

// RunStatus: how far a run is.
type RunStatus int32

const (
	// RunStatusRunning: it goes on.
	RunStatusRunning RunStatus = 0
	// RunStatusFinished: it came to its end.
	RunStatusFinished RunStatus = 1
	// RunStatusFailed: an error ended it.
	RunStatusFailed RunStatus = 2
	// RunStatusKilled: somebody ended it.
	RunStatusKilled RunStatus = 3
)

// ExplainerOutput: what explaining writes for each row, of each group: each class or target that has a
// margin.
type ExplainerOutput int32

const (
	// ExplainerOutputContributions: Shapley values: one a feature, then the bias.
	ExplainerOutputContributions ExplainerOutput = 0
	// ExplainerOutputInteractions: Shapley interactions: a square of as many rows and columns; each row
	// sums up to the contribution of its feature.
	ExplainerOutputInteractions ExplainerOutput = 1
	// ExplainerOutputApproximate: Saabas: what changes along the row's own paths; fast, and unfair to
	// features near the roots.
	ExplainerOutputApproximate ExplainerOutput = 2
)

// HllForm: how a sketch is written.
type HllForm int32

const (
	// HllFormNative: all of it, with a CRC.
	HllFormNative HllForm = 0
	// HllFormType4: bytes of DataSketches, HLL_4: half a byte a register.
	HllFormType4 HllForm = 1
	// HllFormType8: bytes of DataSketches, HLL_8: a byte a register.
	HllFormType8 HllForm = 2
)

// ImportKind: whose tree it is.
type ImportKind int32

const (
	// ImportKindDvc: a DVC repository: outputs of its .dvc files and dvc.lock, and nothing else of it;
	// caches of DVC 3 (files/md5/ab/...) and before (ab/...).
	ImportKindDvc ImportKind = 0
	// ImportKindGitLfs: a git working tree: all its files, those that are pointers of git-lfs as what
	// they point to.
	ImportKindGitLfs ImportKind = 1
)

// Metric: a number that tells how good predictions are; its name is that of its field.
type Metric int32

const (
	// MetricAuc: auc.
	MetricAuc Metric = 1
	// MetricAveragePrecision: average_precision.
	MetricAveragePrecision Metric = 2
	// MetricKs: ks.
	MetricKs Metric = 3
	// MetricLogLoss: log_loss.
	MetricLogLoss Metric = 4
	// MetricBrier: brier.
	MetricBrier Metric = 5
	// MetricEce: ece.
	MetricEce Metric = 6
	// MetricAccuracy: accuracy.
	MetricAccuracy Metric = 7
	// MetricBalancedAccuracy: balanced_accuracy.
	MetricBalancedAccuracy Metric = 8
	// MetricPrecision: precision.
	MetricPrecision Metric = 9
	// MetricRecall: recall.
	MetricRecall Metric = 10
	// MetricSpecificity: specificity.
	MetricSpecificity Metric = 11
	// MetricF1: f1.
	MetricF1 Metric = 12
	// MetricF1Macro: f1_macro.
	MetricF1Macro Metric = 13
	// MetricF1Weighted: f1_weighted.
	MetricF1Weighted Metric = 14
	// MetricMcc: mcc.
	MetricMcc Metric = 15
	// MetricPrevalence: prevalence.
	MetricPrevalence Metric = 16
	// MetricPositiveRate: positive_rate.
	MetricPositiveRate Metric = 17
	// MetricTp: tp.
	MetricTp Metric = 18
	// MetricFp: fp.
	MetricFp Metric = 19
	// MetricTn: tn.
	MetricTn Metric = 20
	// MetricFn: fn.
	MetricFn Metric = 21
	// MetricMae: mae.
	MetricMae Metric = 22
	// MetricMse: mse.
	MetricMse Metric = 23
	// MetricRmse: rmse.
	MetricRmse Metric = 24
	// MetricR2: r2.
	MetricR2 Metric = 25
	// MetricMedianAe: median_ae.
	MetricMedianAe Metric = 26
	// MetricMaxError: max_error.
	MetricMaxError Metric = 27
	// MetricMape: mape.
	MetricMape Metric = 28
	// MetricBias: bias.
	MetricBias Metric = 29
	// MetricPoissonDeviance: poisson_deviance.
	MetricPoissonDeviance Metric = 30
	// MetricMce: mce.
	MetricMce Metric = 31
	// MetricEceAdaptive: ece_adaptive.
	MetricEceAdaptive Metric = 32
	// MetricPrecisionMacro: precision_macro.
	MetricPrecisionMacro Metric = 33
	// MetricPrecisionWeighted: precision_weighted.
	MetricPrecisionWeighted Metric = 34
	// MetricRecallMacro: recall_macro.
	MetricRecallMacro Metric = 35
	// MetricAucMacro: auc_macro.
	MetricAucMacro Metric = 36
	// MetricAucWeighted: auc_weighted.
	MetricAucWeighted Metric = 37
	// MetricTopKAccuracy: top_k_accuracy.
	MetricTopKAccuracy Metric = 38
	// MetricMsle: msle.
	MetricMsle Metric = 39
	// MetricRmsle: rmsle.
	MetricRmsle Metric = 40
	// MetricPinball: pinball.
	MetricPinball Metric = 41
	// MetricNdcg: ndcg.
	MetricNdcg Metric = 42
	// MetricMap: map.
	MetricMap Metric = 43
	// MetricMrr: mrr.
	MetricMrr Metric = 44
	// MetricPrecisionAtK: precision_at_k.
	MetricPrecisionAtK Metric = 45
	// MetricRecallAtK: recall_at_k.
	MetricRecallAtK Metric = 46
	// MetricHitRate: hit_rate.
	MetricHitRate Metric = 47
	// MetricFBeta: f_beta.
	MetricFBeta Metric = 48
	// MetricFBetaMacro: f_beta_macro.
	MetricFBetaMacro Metric = 49
	// MetricFBetaWeighted: f_beta_weighted.
	MetricFBetaWeighted Metric = 50
	// MetricKappa: kappa.
	MetricKappa Metric = 51
	// MetricEceClasswise: ece_classwise.
	MetricEceClasswise Metric = 52
	// MetricSmape: smape.
	MetricSmape Metric = 53
	// MetricExplainedVariance: explained_variance.
	MetricExplainedVariance Metric = 54
)

// MetricTask: kinds of tasks; a metric may belong to several.
type MetricTask int32

const (
	// MetricTaskBinary: one score a row, labels 0 and 1.
	MetricTaskBinary MetricTask = 1
	// MetricTaskClasses: k probabilities a row, labels 0 to k - 1.
	MetricTaskClasses MetricTask = 2
	// MetricTaskRegression: one number a row.
	MetricTaskRegression MetricTask = 4
	// MetricTaskRanking: scores of the rows of a query, and how relevant they are.
	MetricTaskRanking MetricTask = 8
)

// MetricBetter: which way a metric gets better.
type MetricBetter int32

const (
	// MetricBetterNeither: it describes: prevalence, positive_rate, bias.
	MetricBetterNeither MetricBetter = 0
	// MetricBetterHigher: the higher, the better.
	MetricBetterHigher MetricBetter = 1
	// MetricBetterLower: the lower, the better.
	MetricBetterLower MetricBetter = 2
)

// MetricScale: what the scores of a binary task are.
type MetricScale int32

const (
	// MetricScaleProbability: of label 1, in [0, 1].
	MetricScaleProbability MetricScale = 0
	// MetricScaleMargin: log odds; the logistic function makes them probabilities.
	MetricScaleMargin MetricScale = 1
	// MetricScaleRank: only their order counts: log_loss, brier and ece are NaN.
	MetricScaleRank MetricScale = 2
)

// MultivariateScale: in which units values count.
type MultivariateScale int32

const (
	// MultivariateScaleAuto: columns of tables as STANDARD, matrices as NONE.
	MultivariateScaleAuto MultivariateScale = 0
	// MultivariateScaleStandard: less the mean, over the standard deviation; a constant column less its
	// mean alone.
	MultivariateScaleStandard MultivariateScale = 1
	// MultivariateScaleNone: as they are.
	MultivariateScaleNone MultivariateScale = 2
)

// MmdMethod: how the maximum mean discrepancy is found.
type MmdMethod int32

const (
	// MmdMethodAuto: EXACT of up to 4,000 rows on both sides together, else FOURIER.
	MmdMethodAuto MmdMethod = 0
	// MmdMethodExact: every pair of rows; p by permutations.
	MmdMethodExact MmdMethod = 1
	// MmdMethodFourier: random Fourier features: time linear in rows; p asymptotic.
	MmdMethodFourier MmdMethod = 2
	// MmdMethodAlibi: EXACT by the rule of alibi-detect (docs/multivariate.md).
	MmdMethodAlibi MmdMethod = 3
)

// ItemsKind: which values count as frequent.
type ItemsKind int32

const (
	// ItemsKindCertain: lower is above the threshold: no false positives.
	ItemsKindCertain ItemsKind = 0
	// ItemsKindPossible: upper is above it: no false negatives.
	ItemsKindPossible ItemsKind = 1
)

// ItemsForm: how a sketch is written.
type ItemsForm int32

const (
	// ItemsFormNative: all of it, with a CRC.
	ItemsFormNative ItemsForm = 0
	// ItemsFormDatasketches: bytes of DataSketches: of longs, or of strings.
	ItemsFormDatasketches ItemsForm = 1
)

// KllForm: how a sketch is written.
type KllForm int32

const (
	// KllFormNative: all of it, with a CRC: it goes on as if it had never been saved.
	KllFormNative KllForm = 0
	// KllFormF64: bytes of DataSketches, kll_sketch<double> and KllDoublesSketch.
	KllFormF64 KllForm = 1
	// KllFormF32: the same of float, kll_sketch<float>; values are rounded.
	KllFormF32 KllForm = 2
)

// MonitorMetric: what is judged: of two classes the first ten; of more classes these but SPECIFICITY,
// where means are over classes, each against the rest; of numbers the others. More is better of the
// first seven and of R2, less of all others.
type MonitorMetric int32

const (
	// MonitorMetricAuc: of scores in 1,024 bins, as mlops_performance_metrics().
	MonitorMetricAuc MonitorMetric = 0
	// MonitorMetricAccuracy: share of rows predicted right.
	MonitorMetricAccuracy MonitorMetric = 1
	// MonitorMetricBalancedAccuracy: mean of recall and specificity.
	MonitorMetricBalancedAccuracy MonitorMetric = 2
	// MonitorMetricPrecision: share of label 1 among rows predicted 1.
	MonitorMetricPrecision MonitorMetric = 3
	// MonitorMetricRecall: share predicted 1 among rows of label 1.
	MonitorMetricRecall MonitorMetric = 4
	// MonitorMetricSpecificity: share predicted 0 among rows of label 0.
	MonitorMetricSpecificity MonitorMetric = 5
	// MonitorMetricF1: harmonic mean of precision and recall.
	MonitorMetricF1 MonitorMetric = 6
	// MonitorMetricBrier: mean squared error of the scores.
	MonitorMetricBrier MonitorMetric = 7
	// MonitorMetricLogLoss: mean of -ln of the score of the label.
	MonitorMetricLogLoss MonitorMetric = 8
	// MonitorMetricCost: what a row costs on average, by the cost matrix.
	MonitorMetricCost MonitorMetric = 9
	// MonitorMetricMae: mean absolute error.
	MonitorMetricMae MonitorMetric = 10
	// MonitorMetricMse: mean squared error.
	MonitorMetricMse MonitorMetric = 11
	// MonitorMetricRmse: its root.
	MonitorMetricRmse MonitorMetric = 12
	// MonitorMetricMape: mean absolute error as a share of the label.
	MonitorMetricMape MonitorMetric = 13
	// MonitorMetricRmsle: root of the mean squared error of ln(1 + value).
	MonitorMetricRmsle MonitorMetric = 14
	// MonitorMetricBias: mean of prediction less label; told, and not judged.
	MonitorMetricBias MonitorMetric = 15
	// MonitorMetricR2: share of the labels' variance that predictions explain; told, and not judged.
	MonitorMetricR2 MonitorMetric = 16
)

// PolicyEvent: what a window changed.
type PolicyEvent int32

const (
	// PolicyEventNothing: nothing.
	PolicyEventNothing PolicyEvent = 0
	// PolicyEventRaised: an alarm begins: tell somebody.
	PolicyEventRaised PolicyEvent = 1
	// PolicyEventEnded: the alarm is over.
	PolicyEventEnded PolicyEvent = 2
	// PolicyEventHeld: an alarm is due, but so soon after the one before it waits.
	PolicyEventHeld PolicyEvent = 3
	// PolicyEventVetoed: the window was over, but its data are broken: it does not count.
	PolicyEventVetoed PolicyEvent = 4
	// PolicyEventUnknown: the window had not enough data: it does not count.
	PolicyEventUnknown PolicyEvent = 5
)

// Divide: what decides about the part of a row.
type Divide int32

const (
	// DivideRows: a hash of what the row is: no other row matters, so that none changes its part when
	// rows are added, and equal rows share one.
	DivideRows Divide = 0
	// DivideGroups: a hash of the value of a column: rows of one group share a part, in this version and
	// in all others.
	DivideGroups Divide = 1
	// DivideStrata: the same shares of each value of a column, to one row.
	DivideStrata Divide = 2
	// DivideTime: older rows in earlier parts.
	DivideTime Divide = 3
)

// WatchResumeFlags: flags of mlops_watch_resume().
type WatchResumeFlags int32

const (
	// WatchResumeFlagsAnew: begin without rows, whatever was kept.
	WatchResumeFlagsAnew WatchResumeFlags = 1
)

// IOStat: what a file system says of a file without reading it.
type IOStat struct {
	// what it is
	Kind IOKind
	// with inode: no other file has both at the same time
	Device uint64
	// number of the file on its device
	Inode uint64
	// bytes of a regular file
	Size int64
	// when the content changed, UTC; programs may set it
	MtimeNs int64
	// when anything of it changed, UTC
	CtimeNs int64
}

func makeIOStat(c *C.mlops_io_stat) (r IOStat) {
	r.Kind = IOKind(c.kind)
	r.Device = uint64(c.device)
	r.Inode = uint64(c.inode)
	r.Size = int64(c.size)
	r.MtimeNs = int64(c.mtime_ns)
	r.CtimeNs = int64(c.ctime_ns)
	return r
}

// AnomalySummary: what was learnt.
type AnomalySummary struct {
	// what a score is
	Kind AnomalyKind
	// values of a row
	NFeatures int64
	// rows, skipped ones among them
	N int64
	// rows with a value that is NaN or infinite
	NSkipped int64
	// rows that are held back
	NCalibration int64
	// least rate of false alarms that they tell, and least p-value
	RateMin float64
	// of the rows held back; NaN until frozen
	ScoreMedian float64
	// of the rows held back; NaN until frozen
	ScoreMax float64
	// 1 if it scores, 0 if it learns
	IsFrozen int32
}

func makeAnomalySummary(c *C.mlops_anomaly_summary) (r AnomalySummary) {
	r.Kind = AnomalyKind(c.kind)
	r.NFeatures = int64(c.n_features)
	r.N = int64(c.n)
	r.NSkipped = int64(c.n_skipped)
	r.NCalibration = int64(c.n_calibration)
	r.RateMin = float64(c.rate_min)
	r.ScoreMedian = float64(c.score_median)
	r.ScoreMax = float64(c.score_max)
	r.IsFrozen = int32(c.is_frozen)
	return r
}

// StoreStats: what a store holds.
type StoreStats struct {
	// commits so far; the number of the newest
	Seq int64
	// commits that no power cut takes back, as far as is known
	Durable int64
	// of the newest commit, UTC; 0 if there is none
	TimeNs int64
	// of datasets, runs, models and so on
	NRecords int64
	// pieces of content
	NObjects int64
	// of its segments
	JournalBytes int64
	// of the packs
	PackBytes int64
	// that the index takes
	IndexBytes int64
	// hash of all records: equal in stores that hold the same
	State uint64
	// that the rows of online views take
	OnlineBytes int64
	// when garbage was last looked for (mlops_store_gc(), a dry run too), UTC; 0: not yet, and all below
	// is 0. It is of that time:
	GcTimeNs int64
	// of packs that are needed
	LiveBytes int64
	// of packs that are not, and are still there
	GarbageBytes int64
	// of content that is named, each piece of it once
	ContentBytes int64
	// of it that are kept as changes to other content
	SharedBytes int64
	// of chunks that are needed, before compression
	ChunkBytes int64
	// content_bytes to chunk_bytes
	DedupRatio float64
	// chunk_bytes to live_bytes
	CompressionRatio float64
}

func makeStoreStats(c *C.mlops_store_stats) (r StoreStats) {
	r.Seq = int64(c.seq)
	r.Durable = int64(c.durable)
	r.TimeNs = int64(c.time_ns)
	r.NRecords = int64(c.n_records)
	r.NObjects = int64(c.n_objects)
	r.JournalBytes = int64(c.journal_bytes)
	r.PackBytes = int64(c.pack_bytes)
	r.IndexBytes = int64(c.index_bytes)
	r.State = uint64(c.state)
	r.OnlineBytes = int64(c.online_bytes)
	r.GcTimeNs = int64(c.gc_time_ns)
	r.LiveBytes = int64(c.live_bytes)
	r.GarbageBytes = int64(c.garbage_bytes)
	r.ContentBytes = int64(c.content_bytes)
	r.SharedBytes = int64(c.shared_bytes)
	r.ChunkBytes = int64(c.chunk_bytes)
	r.DedupRatio = float64(c.dedup_ratio)
	r.CompressionRatio = float64(c.compression_ratio)
	return r
}

// AuditEntry: one commit. Texts are NULL where nothing was said.
type AuditEntry struct {
	// records put and deleted, and content kept
	NOperations int32
	// number of the commit, from 1 on
	Seq int64
	// UTC; never less than that of the commit before
	TimeNs int64
	// who
	Actor string
	// what, such as "lost in repair"
	Verb string
	// why
	Note string
	// W3C trace id
	TraceID string
}

func makeAuditEntry(c *C.mlops_audit_entry) (r AuditEntry) {
	r.NOperations = int32(c.n_operations)
	r.Seq = int64(c.seq)
	r.TimeNs = int64(c.time_ns)
	r.Actor = C.GoString(c.actor)
	r.Verb = C.GoString(c.verb)
	r.Note = C.GoString(c.note)
	r.TraceID = C.GoString(c.trace_id)
	return r
}

// CheckCounts: what a check has read.
type CheckCounts struct {
	// damaged places
	NFaults int64
	// commits of the journal whose chain of hashes holds
	NFrames int64
	// that they add up to
	NRecords int64
	// pieces of content, each read whole and held against its SHA-256; a quick check looks at what they
	// are made of
	NObjects int64
	// of content; 0 from a quick check
	NBytes int64
	// bytes of packs that hold nothing: left by writers that were killed
	NUnused int64
	// of online views that are whole
	NRows int64
}

func makeCheckCounts(c *C.mlops_check_counts) (r CheckCounts) {
	r.NFaults = int64(c.n_faults)
	r.NFrames = int64(c.n_frames)
	r.NRecords = int64(c.n_records)
	r.NObjects = int64(c.n_objects)
	r.NBytes = int64(c.n_bytes)
	r.NUnused = int64(c.n_unused)
	r.NRows = int64(c.n_rows)
	return r
}

// FeatureValue: one input of a row. An element of an array: it has no struct_size and never grows.
type FeatureValue struct {
	// which of the following it is; MLOPS_TYPE_NULL is a null
	Type Type
	// other than 0: a null, whatever the type
	IsNull int32
	// int64; bool, as 0 or 1
	I64 int64
	// float64
	F64 float64
	// string: UTF-8, ends in NUL; borrowed for the call
	Text string
}

func manyFeatureValue(s *scope, from []FeatureValue) *C.mlops_feature_value {
	p := (*C.mlops_feature_value)(s.alloc(C.size_t(len(from)+1) * C.sizeof_mlops_feature_value))
	for i, c := range unsafe.Slice(p, len(from)) {
		c._type = C.mlops_type(from[i].Type)
		c.is_null = C.int32_t(from[i].IsNull)
		c.i64 = C.int64_t(from[i].I64)
		c.f64 = C.double(from[i].F64)
		c.text = s.str(from[i].Text)
		unsafe.Slice(p, len(from))[i] = c
	}
	return p
}

// DeploymentStats: what serves, and what it did.
type DeploymentStats struct {
	// serves
	ChampionVersion int64
	// is tried; 0: none is, since nobody holds the alias or its share is 0
	CanaryVersion int64
	// of the keys, as the deployment has it
	CanaryShare float64
	// rows that a champion predicted since this was opened
	NChampion int64
	// rows that a canary predicted
	NCanary int64
	// refreshes that found something new
	NSwaps int64
}

func makeDeploymentStats(c *C.mlops_deployment_stats) (r DeploymentStats) {
	r.ChampionVersion = int64(c.champion_version)
	r.CanaryVersion = int64(c.canary_version)
	r.CanaryShare = float64(c.canary_share)
	r.NChampion = int64(c.n_champion)
	r.NCanary = int64(c.n_canary)
	r.NSwaps = int64(c.n_swaps)
	return r
}

// DetectorSummary: what a detector has seen. Places are numbers of values from the first ever, from 0
// on.
type DetectorSummary struct {
	// at the newest value
	Signal DetectorSignal
	// all values, skipped ones among them
	N int64
	// NaN, infinite, or 1e100 and more in magnitude
	NSkipped int64
	// changes that were signalled
	NChanges int64
	// place of the newest; -1 if there is none
	LastChange int64
	// place where the newest row of warnings began; -1 if none
	LastWarning int64
	// values that the present estimate stands on
	Width int64
	// their mean, or what the kind takes for it; NaN if none
	Mean float64
	// how far it is to a change, which is signalled at 1; NaN where there is too little to tell
	Statistic float64
}

func makeDetectorSummary(c *C.mlops_detector_summary) (r DetectorSummary) {
	r.Signal = DetectorSignal(c.signal)
	r.N = int64(c.n)
	r.NSkipped = int64(c.n_skipped)
	r.NChanges = int64(c.n_changes)
	r.LastChange = int64(c.last_change)
	r.LastWarning = int64(c.last_warning)
	r.Width = int64(c.width)
	r.Mean = float64(c.mean)
	r.Statistic = float64(c.statistic)
	return r
}

// DetectorScore: what alarms are worth. A quotient with 0 below is NaN.
type DetectorScore struct {
	// that there were
	NChanges int64
	// that were given
	NAlarms int64
	// changes with an alarm in their window
	NDetected int64
	// changes whose first alarm is behind the window and ahead of the next change
	NLate int64
	// changes without an alarm up to the next one
	NMissed int64
	// alarms in a window, behind its first
	NRepeated int64
	// alarms outside of all windows
	NFalse int64
	// values from a change to its alarm, of those detected
	DelayMean float64
	// the longest of these
	DelayMax float64
	// detected changes over alarms
	Precision float64
	// detected changes over changes
	Recall float64
	// harmonic mean of both
	F1 float64
	// recall that counts late alarms, too
	EpisodeRecall float64
	// alarms in windows, repeated ones too, over alarms: what one that always alarms is good at
	WindowPrecision float64
	// false alarms over values outside of windows
	FalseAlarmRate float64
	// mean time between false alarms: the inverse of it
	Mtfa float64
	// mean time ratio: mtfa * recall / (delay_mean + 1)
	Mtr float64
	// precision of a detector that alarms at every value
	AlwaysPrecision float64
	// its f1; its recall is 1
	AlwaysF1 float64
	// its window_precision
	AlwaysWindowPrecision float64
}

func makeDetectorScore(c *C.mlops_detector_score) (r DetectorScore) {
	r.NChanges = int64(c.n_changes)
	r.NAlarms = int64(c.n_alarms)
	r.NDetected = int64(c.n_detected)
	r.NLate = int64(c.n_late)
	r.NMissed = int64(c.n_missed)
	r.NRepeated = int64(c.n_repeated)
	r.NFalse = int64(c.n_false)
	r.DelayMean = float64(c.delay_mean)
	r.DelayMax = float64(c.delay_max)
	r.Precision = float64(c.precision)
	r.Recall = float64(c.recall)
	r.F1 = float64(c.f1)
	r.EpisodeRecall = float64(c.episode_recall)
	r.WindowPrecision = float64(c.window_precision)
	r.FalseAlarmRate = float64(c.false_alarm_rate)
	r.Mtfa = float64(c.mtfa)
	r.Mtr = float64(c.mtr)
	r.AlwaysPrecision = float64(c.always_precision)
	r.AlwaysF1 = float64(c.always_f1)
	r.AlwaysWindowPrecision = float64(c.always_window_precision)
	return r
}

// StatsTwoSample: what two samples yield. Of measures that were not asked for, or are not defined, all
// is NaN.
type StatsTwoSample struct {
	// 1 if the CDF of x is the higher at ks_location, else -1
	KsSign int32
	// Kolmogorov-Smirnov statistic, in [0, 1]
	Ks float64
	// value at which the CDFs lie furthest apart
	KsLocation float64
	// p-value of the alternative, in [0, 1]
	KsP float64
	// first Wasserstein distance, in the unit of the values
	Wasserstein float64
	// energy distance (square root form, as SciPy)
	Energy float64
	// values of x that count
	N int64
	// values of y that count
	M int64
	// NaN dropped from x
	NNan int64
	// NaN dropped from y
	MNan int64
	// 1 if ks_p is the exact one
	KsExact int32
	// of the values that count
	MeanX float64
	// of the values that count
	MeanY float64
	// over n - 1
	VarianceX float64
	// over m - 1
	VarianceY float64
	// Student's t
	T float64
	// n + m - 2
	TDof float64
	// p-value of the alternative
	TP float64
	// Welch's t
	Welch float64
	// Satterthwaite's degrees of freedom
	WelchDof float64
	// p-value of the alternative
	WelchP float64
	// U of x: pairs in which x is the greater, ties as half
	MannWhitney float64
	// p-value of the alternative
	MannWhitneyP float64
	// T, 0 or more
	Cramer float64
	// its p-value
	CramerP float64
	// A^2, standardised: around 0 if nothing differs
	Anderson float64
	// as SciPy: from a table, in [0.001, 0.25]
	AndersonP float64
	// by the limiting distribution, in [0, 1]
	AndersonPLimit float64
	// V, in [0, 1]
	Kuiper float64
	// by the limiting distribution, with Stephens' correction
	KuiperP float64
	// W; NaN below 5 values a side, with infinities, quartiles alike, or without any variance
	Epps float64
	// its p-value
	EppsP float64
	// 1 if mann_whitney_p is the exact one
	MannWhitneyExact int32
	// 1 if cramer_p is the exact one
	CramerExact int32
}

func makeStatsTwoSample(c *C.mlops_stats_two_sample) (r StatsTwoSample) {
	r.KsSign = int32(c.ks_sign)
	r.Ks = float64(c.ks)
	r.KsLocation = float64(c.ks_location)
	r.KsP = float64(c.ks_p)
	r.Wasserstein = float64(c.wasserstein)
	r.Energy = float64(c.energy)
	r.N = int64(c.n)
	r.M = int64(c.m)
	r.NNan = int64(c.n_nan)
	r.MNan = int64(c.m_nan)
	r.KsExact = int32(c.ks_exact)
	r.MeanX = float64(c.mean_x)
	r.MeanY = float64(c.mean_y)
	r.VarianceX = float64(c.variance_x)
	r.VarianceY = float64(c.variance_y)
	r.T = float64(c.t)
	r.TDof = float64(c.t_dof)
	r.TP = float64(c.t_p)
	r.Welch = float64(c.welch)
	r.WelchDof = float64(c.welch_dof)
	r.WelchP = float64(c.welch_p)
	r.MannWhitney = float64(c.mann_whitney)
	r.MannWhitneyP = float64(c.mann_whitney_p)
	r.Cramer = float64(c.cramer)
	r.CramerP = float64(c.cramer_p)
	r.Anderson = float64(c.anderson)
	r.AndersonP = float64(c.anderson_p)
	r.AndersonPLimit = float64(c.anderson_p_limit)
	r.Kuiper = float64(c.kuiper)
	r.KuiperP = float64(c.kuiper_p)
	r.Epps = float64(c.epps)
	r.EppsP = float64(c.epps_p)
	r.MannWhitneyExact = int32(c.mann_whitney_exact)
	r.CramerExact = int32(c.cramer_exact)
	return r
}

// StatsTwoCounts: what two histograms over the same k bins or categories yield.
type StatsTwoCounts struct {
	// degrees of freedom: bins that either side uses, less one
	Dof int32
	// population stability index; an empty bin counts as half a value
	Psi float64
	// Jensen-Shannon distance, base e, in [0, sqrt(ln 2)]
	Js float64
	// total variation, in [0, 1]
	Tv float64
	// Pearson's statistic of the 2 x k table; Yates' correction if dof is 1
	Chi2 float64
	// its p-value, in [0, 1]; 1 if dof is 0
	Chi2P float64
	// sum of the first
	N int64
	// sum of the second
	M int64
	// sum of p ln(p / q), p the shares of x; +inf if y lacks a bin of x
	Kl float64
	// sum of q ln(q / p); +inf if x lacks a bin of y
	KlBack float64
	// Hellinger distance, in [0, 1]
	Hellinger float64
	// largest |p - q|, in [0, 1]
	Linf float64
	// Pearson's goodness of fit of y to x, scaled to m; +inf as kl_back
	Fit float64
	// its p-value; 1 if dof is 0
	FitP float64
	// likelihood ratio of y to x, scaled to m; +inf as kl_back
	G float64
	// its p-value; 1 if dof is 0
	GP float64
	// bias-corrected, of both scaled to the smaller sum, in [0, 1]
	CramersV float64
}

func makeStatsTwoCounts(c *C.mlops_stats_two_counts) (r StatsTwoCounts) {
	r.Dof = int32(c.dof)
	r.Psi = float64(c.psi)
	r.Js = float64(c.js)
	r.Tv = float64(c.tv)
	r.Chi2 = float64(c.chi2)
	r.Chi2P = float64(c.chi2_p)
	r.N = int64(c.n)
	r.M = int64(c.m)
	r.Kl = float64(c.kl)
	r.KlBack = float64(c.kl_back)
	r.Hellinger = float64(c.hellinger)
	r.Linf = float64(c.linf)
	r.Fit = float64(c.fit)
	r.FitP = float64(c.fit_p)
	r.G = float64(c.g)
	r.GP = float64(c.g_p)
	r.CramersV = float64(c.cramers_v)
	return r
}

// StatsTwoShares: what two shares, hits among trials, yield.
type StatsTwoShares struct {
	// hits of x among its trials
	ShareX float64
	// hits of y among its trials
	ShareY float64
	// of the sample; NaN if all trials are hits, or none is
	OddsRatio float64
	// Fisher's exact p-value of the alternative
	FisherP float64
	// (share_x - share_y) over its pooled standard error
	Z float64
	// its p-value of the alternative, by the normal distribution
	ZP float64
}

func makeStatsTwoShares(c *C.mlops_stats_two_shares) (r StatsTwoShares) {
	r.ShareX = float64(c.share_x)
	r.ShareY = float64(c.share_y)
	r.OddsRatio = float64(c.odds_ratio)
	r.FisherP = float64(c.fisher_p)
	r.Z = float64(c.z)
	r.ZP = float64(c.z_p)
	return r
}

// DriftColumn: what was found of one column. Measures that do not apply are NaN.
type DriftColumn struct {
	// the answer
	Verdict DriftVerdict
	// Name
	Name string
	// what decided: "ks", "tv", "unseen" or "nulls"; of a preset docs/drift.md lists them; "" if none
	// applies
	Test string
	// as the reference has it
	Type Type
	// 1 if every row of both sides was at hand, 0 if the reference was a sketch
	Exact int32
	// values that count
	NReference int64
	// values that count
	NCurrent int64
	// the measure named by test
	Effect float64
	// its lower confidence bound; presets have none: NaN
	EffectLow float64
	// what it was held against; of a preset whose test has a p, what p_value was
	Tolerance float64
	// that such an effect comes by chance alone
	PValue float64
	// the same within the whole report, by opts.correction; NaN where a preset does not adjust
	PAdjusted float64
	// Kolmogorov-Smirnov distance
	Ks float64
	// first Wasserstein distance over the reference's standard deviation
	Wasserstein float64
	// over ten quantile bins of the reference, or categories
	Psi float64
	// Jensen-Shannon distance over the same, base e
	Js float64
	// total variation over the same
	Tv float64
	// share of nulls and NaN, in [0, 1]
	NullsReference float64
	// share of nulls and NaN
	NullsCurrent float64
	// mean of the finite values
	MeanReference float64
	// mean of the finite values
	MeanCurrent float64
	// how grave it is, as mlops_drift_severity(); NaN where there is not enough data
	Severity float64
	// value up to which the shares of both sides lie ks apart
	Location float64
	// 1: beyond location is more of the current values than of the reference's; -1: less; 0: ks is 0 or
	// does not apply
	Direction int32
	// for people: what gained and what lost the most, as mlops_drift_regions(); "" if that is not known
	Where string
}

func makeDriftColumn(c *C.mlops_drift_column) (r DriftColumn) {
	r.Verdict = DriftVerdict(c.verdict)
	r.Name = C.GoString(c.name)
	r.Test = C.GoString(c.test)
	r.Type = Type(c._type)
	r.Exact = int32(c.exact)
	r.NReference = int64(c.n_reference)
	r.NCurrent = int64(c.n_current)
	r.Effect = float64(c.effect)
	r.EffectLow = float64(c.effect_low)
	r.Tolerance = float64(c.tolerance)
	r.PValue = float64(c.p_value)
	r.PAdjusted = float64(c.p_adjusted)
	r.Ks = float64(c.ks)
	r.Wasserstein = float64(c.wasserstein)
	r.Psi = float64(c.psi)
	r.Js = float64(c.js)
	r.Tv = float64(c.tv)
	r.NullsReference = float64(c.nulls_reference)
	r.NullsCurrent = float64(c.nulls_current)
	r.MeanReference = float64(c.mean_reference)
	r.MeanCurrent = float64(c.mean_current)
	r.Severity = float64(c.severity)
	r.Location = float64(c.location)
	r.Direction = int32(c.direction)
	r.Where = C.GoString(c.where)
	return r
}

// ProfileSummary: what a profile has seen.
type ProfileSummary struct {
	// all values, nulls and NaN among them
	N int64
	// nulls
	NNull int64
	// NaN
	NNan int64
	// +inf and -inf
	NInfinite int64
	// zeros of either sign
	NZero int64
	// below zero, -inf among them
	NNegative int64
	// least value, infinities among them; NaN if there is none
	Min float64
	// greatest value; NaN if there is none
	Max float64
	// of the finite values, from the exact sum; NaN if there is none, or if one was 2^(126 - scale) or
	// larger in magnitude: no sum holds it
	Mean float64
}

func makeProfileSummary(c *C.mlops_profile_summary) (r ProfileSummary) {
	r.N = int64(c.n)
	r.NNull = int64(c.n_null)
	r.NNan = int64(c.n_nan)
	r.NInfinite = int64(c.n_infinite)
	r.NZero = int64(c.n_zero)
	r.NNegative = int64(c.n_negative)
	r.Min = float64(c.min)
	r.Max = float64(c.max)
	r.Mean = float64(c.mean)
	return r
}

// ProfileMoments: moments of the finite values of a profile.
type ProfileMoments struct {
	// finite values
	N int64
	// from the exact sum; NaN as in mlops_profile_summary
	Mean float64
	// from the exact sums, by n; NaN as the mean
	Variance float64
	// from the middles of the bins; NaN if variance is 0 or NaN, or if a value is infinite
	Skewness float64
	// the same, less the 3 of a normal distribution
	Kurtosis float64
}

func makeProfileMoments(c *C.mlops_profile_moments) (r ProfileMoments) {
	r.N = int64(c.n)
	r.Mean = float64(c.mean)
	r.Variance = float64(c.variance)
	r.Skewness = float64(c.skewness)
	r.Kurtosis = float64(c.kurtosis)
	return r
}

// ProfilePowers: a profile without edges as an exponential histogram, which OpenTelemetry and
// Prometheus have: each bin is a power of a base, with its greater end, and bins of the profile add up
// to them exactly. Prometheus counts from 1 where this counts from 0.
type ProfilePowers struct {
	// the base is 2^(2^-scale): 2 at 0; -1 to -5 where bins are coarser
	Scale int32
	// values: neither null nor NaN
	N int64
	// values of magnitude up to zero_threshold
	NZero int64
	// 2^-32
	ZeroThreshold float64
	// index of the first bin above zero
	PositiveOffset int64
	// bins from there on
	NPositive int64
	// the same below zero, by magnitude
	NegativeOffset int64
	// bins from there on
	NNegative int64
}

func makeProfilePowers(c *C.mlops_profile_powers) (r ProfilePowers) {
	r.Scale = int32(c.scale)
	r.N = int64(c.n)
	r.NZero = int64(c.n_zero)
	r.ZeroThreshold = float64(c.zero_threshold)
	r.PositiveOffset = int64(c.positive_offset)
	r.NPositive = int64(c.n_positive)
	r.NegativeOffset = int64(c.negative_offset)
	r.NNegative = int64(c.n_negative)
	return r
}

// EraseStat: what was found and done.
type EraseStat struct {
	// 1 when no byte of it is left in the store
	Done uint32
	// of the erasure, from 1 on; 0: there was nothing to erase
	Number int64
	// commits in which something was erased
	NCommits int64
	// different contents that went whole
	NFiles int64
	// different contents that went on without some rows
	NTables int64
	// rows that went, of each of these
	NRows int64
	// of all these contents, as they were
	NBytes int64
	// contents that were kept together with them, and are kept anew
	NRemade int64
	// packs that were rewritten and deleted
	NDeleted int64
	// packs that others still read; a later call deletes them
	NWaiting int64
	// where rows were asked for: files called *.csv or *.tsv that are no tables and were not searched,
	// and tables with rows_max that were searched as far as that, since the text behind it is none; each
	// path of a dataset once; the certificate names them
	NUnread int64
	// where rows were asked for: other files, which are never searched; each path of a dataset once; the
	// certificate counts them
	NOpaque int64
}

func makeEraseStat(c *C.mlops_erase_stat) (r EraseStat) {
	r.Done = uint32(c.done)
	r.Number = int64(c.number)
	r.NCommits = int64(c.n_commits)
	r.NFiles = int64(c.n_files)
	r.NTables = int64(c.n_tables)
	r.NRows = int64(c.n_rows)
	r.NBytes = int64(c.n_bytes)
	r.NRemade = int64(c.n_remade)
	r.NDeleted = int64(c.n_deleted)
	r.NWaiting = int64(c.n_waiting)
	r.NUnread = int64(c.n_unread)
	r.NOpaque = int64(c.n_opaque)
	return r
}

// FolderStat: what was found.
type FolderStat struct {
	// that count
	NFiles int64
	// entries that are new
	NAdded int64
	// entries with other content than before
	NChanged int64
	// entries whose files are gone
	NRemoved int64
	// files that were read, since they were not known
	NRead int64
	// of all files
	Bytes int64
	// of those that were read
	BytesRead int64
	// entries that were tables, and are files from here on
	NNowFiles int64
	// tables that have changed, and have lost a target, time, row_id, split or parts
	NNowLess int64
}

func makeFolderStat(c *C.mlops_folder_stat) (r FolderStat) {
	r.NFiles = int64(c.n_files)
	r.NAdded = int64(c.n_added)
	r.NChanged = int64(c.n_changed)
	r.NRemoved = int64(c.n_removed)
	r.NRead = int64(c.n_read)
	r.Bytes = int64(c.bytes)
	r.BytesRead = int64(c.bytes_read)
	r.NNowFiles = int64(c.n_now_files)
	r.NNowLess = int64(c.n_now_less)
	return r
}

// GcStat: what a collection has found and done so far; in bytes of packs unless said otherwise.
type GcStat struct {
	// 1 when the collection has come to its end
	Done uint32
	// pieces of content that are named, those in packs
	NObjects int64
	// chunks that they need
	NChunks int64
	// pieces of content that nothing names
	NDeadObjects int64
	// commits of datasets that nothing reaches
	NDeadCommits int64
	// when the collection began
	NPacks int64
	// of these
	PackBytes int64
	// of them that are needed
	LiveBytes int64
	// of them that are not
	GarbageBytes int64
	// of content that is named, each piece of it once
	ContentBytes int64
	// of it that are kept as changes to other content
	SharedBytes int64
	// of chunks that are needed, before compression
	ChunkBytes int64
	// packs that are mostly garbage, which are emptied
	NEmptied int64
	// moved out of them, or to be moved
	CopiedBytes int64
	// of packs that were deleted, or are to be
	FreedBytes int64
	// pieces of content that were dropped
	NDroppedObjects int64
	// commits of datasets that were dropped
	NDroppedCommits int64
	// packs that were deleted
	NDeleted int64
	// emptied packs that wait: somebody still reads the store as it was, or has an index in memory; the
	// next collection deletes them
	NWaiting int64
	// bytes that the collection held at most
	MemoryPeak int64
	// pieces of content that nothing names, and that some was kept as changes to which is named
	NBases int64
	// of them that go
	NDeadBases int64
	// pieces of content that are written anew for that
	NRemade int64
	// that these take, about
	RemadeBytes int64
}

func makeGcStat(c *C.mlops_gc_stat) (r GcStat) {
	r.Done = uint32(c.done)
	r.NObjects = int64(c.n_objects)
	r.NChunks = int64(c.n_chunks)
	r.NDeadObjects = int64(c.n_dead_objects)
	r.NDeadCommits = int64(c.n_dead_commits)
	r.NPacks = int64(c.n_packs)
	r.PackBytes = int64(c.pack_bytes)
	r.LiveBytes = int64(c.live_bytes)
	r.GarbageBytes = int64(c.garbage_bytes)
	r.ContentBytes = int64(c.content_bytes)
	r.SharedBytes = int64(c.shared_bytes)
	r.ChunkBytes = int64(c.chunk_bytes)
	r.NEmptied = int64(c.n_emptied)
	r.CopiedBytes = int64(c.copied_bytes)
	r.FreedBytes = int64(c.freed_bytes)
	r.NDroppedObjects = int64(c.n_dropped_objects)
	r.NDroppedCommits = int64(c.n_dropped_commits)
	r.NDeleted = int64(c.n_deleted)
	r.NWaiting = int64(c.n_waiting)
	r.MemoryPeak = int64(c.memory_peak)
	r.NBases = int64(c.n_bases)
	r.NDeadBases = int64(c.n_dead_bases)
	r.NRemade = int64(c.n_remade)
	r.RemadeBytes = int64(c.remade_bytes)
	return r
}

// HllSummary: what a sketch tells.
type HllSummary struct {
	// 2^lg_k registers
	LgK int64
	// coupons that are kept; -1: there are registers instead
	NCoupons int64
	// 1: the estimate is HIP's, or will be; 0: of the registers alone
	HasHistory int64
	// different values
	Estimate float64
	// relative standard error of the estimate
	Error float64
}

func makeHllSummary(c *C.mlops_hll_summary) (r HllSummary) {
	r.LgK = int64(c.lg_k)
	r.NCoupons = int64(c.n_coupons)
	r.HasHistory = int64(c.has_history)
	r.Estimate = float64(c.estimate)
	r.Error = float64(c.error)
	return r
}

// ImportStat: what was imported.
type ImportStat struct {
	// files that came from the cache
	NObjects int64
	// of these
	Bytes int64
	// entries that came, went or have other content than the draft had; 0: there is nothing to commit, as
	// the parent has the same
	NChanged int64
}

func makeImportStat(c *C.mlops_import_stat) (r ImportStat) {
	r.NObjects = int64(c.n_objects)
	r.Bytes = int64(c.bytes)
	r.NChanged = int64(c.n_changed)
	return r
}

// Metrics: what a verb found. With weights, rows count by their weight.
type Metrics struct {
	// of the verb
	Task MetricTask
	// rows that count
	N int64
	// rows left out: a prediction or label is NaN or missing
	NNan int64
	// 2, k, or 0 for a regression
	NClasses int64
	// 1 if all labels are alike: auc, ks, mcc, r2 and more are NaN
	ConstantLabels int32
	// sum of the weights: n without
	Weight float64
	// area under the ROC curve; ties count half
	Auc float64
	// sum of precision times gain in recall, over thresholds
	AveragePrecision float64
	// largest gap of true and false positive rate
	Ks float64
	// mean of -ln p(label), p held in [2^-52, 1 - 2^-52]
	LogLoss float64
	// mean squared error of the probability
	Brier float64
	// expected calibration error over n_bins bins
	Ece float64
	// share of rows predicted right
	Accuracy float64
	// mean recall of the classes that there are
	BalancedAccuracy float64
	// tp / (tp + fp)
	Precision float64
	// tp / (tp + fn)
	Recall float64
	// tn / (tn + fp)
	Specificity float64
	// 2 tp / (2 tp + fp + fn)
	F1 float64
	// mean f1 of the classes that are labels or predictions
	F1Macro float64
	// mean f1 of the classes, by their labels
	F1Weighted float64
	// Matthews' correlation coefficient
	Mcc float64
	// share of label 1
	Prevalence float64
	// share of rows predicted 1
	PositiveRate float64
	// true positives
	Tp float64
	// false positives
	Fp float64
	// true negatives
	Tn float64
	// false negatives
	Fn float64
	// mean absolute error
	Mae float64
	// mean squared error
	Mse float64
	// its root
	Rmse float64
	// 1 - squared errors over squared deviations of the labels
	R2 float64
	// median absolute error
	MedianAe float64
	// largest absolute error
	MaxError float64
	// mean absolute error over |label|, as a fraction
	Mape float64
	// mean of prediction less label
	Bias float64
	// mean; NaN if a label is below 0 or a prediction not above 0
	PoissonDeviance float64
	// largest calibration error of the bins of ece
	Mce float64
	// as ece, over n_bins groups of about equal weight
	EceAdaptive float64
	// mean precision of the classes of f1_macro, 0 of 0 being 0
	PrecisionMacro float64
	// the same by their labels
	PrecisionWeighted float64
	// mean recall of the classes of f1_macro, 0 of 0 being 0
	RecallMacro float64
	// mean auc of the classes against the rest
	AucMacro float64
	// the same by their labels
	AucWeighted float64
	// share of rows whose label is among the k most probable
	TopKAccuracy float64
	// mean squared difference of ln(1 + value); NaN with values < 0
	Msle float64
	// its root
	Rmsle float64
	// mean loss of a predicted quantile
	Pinball float64
	// mean discounted gain over that of the best order
	Ndcg float64
	// mean average precision
	Map float64
	// mean of 1 / rank of the first relevant row
	Mrr float64
	// mean share of relevant rows among the first k
	PrecisionAtK float64
	// mean share of the relevant rows that is among the first k
	RecallAtK float64
	// share of queries with a relevant row among the first k
	HitRate float64
	// (1 + b^2) tp / ((1 + b^2) tp + b^2 fn + fp), b being beta
	FBeta float64
	// mean f_beta of the classes of f1_macro
	FBetaMacro float64
	// the same by their labels
	FBetaWeighted float64
	// Cohen's: how much of what chance leaves is predicted right
	Kappa float64
	// mean ece of the classes against the rest
	EceClasswise float64
	// mean of 2 |error| / (|label| + |prediction|), as a fraction
	Smape float64
	// 1 - variance of the errors over that of the labels
	ExplainedVariance float64
}

func makeMetrics(c *C.mlops_metrics) (r Metrics) {
	r.Task = MetricTask(c.task)
	r.N = int64(c.n)
	r.NNan = int64(c.n_nan)
	r.NClasses = int64(c.n_classes)
	r.ConstantLabels = int32(c.constant_labels)
	r.Weight = float64(c.weight)
	r.Auc = float64(c.auc)
	r.AveragePrecision = float64(c.average_precision)
	r.Ks = float64(c.ks)
	r.LogLoss = float64(c.log_loss)
	r.Brier = float64(c.brier)
	r.Ece = float64(c.ece)
	r.Accuracy = float64(c.accuracy)
	r.BalancedAccuracy = float64(c.balanced_accuracy)
	r.Precision = float64(c.precision)
	r.Recall = float64(c.recall)
	r.Specificity = float64(c.specificity)
	r.F1 = float64(c.f1)
	r.F1Macro = float64(c.f1_macro)
	r.F1Weighted = float64(c.f1_weighted)
	r.Mcc = float64(c.mcc)
	r.Prevalence = float64(c.prevalence)
	r.PositiveRate = float64(c.positive_rate)
	r.Tp = float64(c.tp)
	r.Fp = float64(c.fp)
	r.Tn = float64(c.tn)
	r.Fn = float64(c.fn)
	r.Mae = float64(c.mae)
	r.Mse = float64(c.mse)
	r.Rmse = float64(c.rmse)
	r.R2 = float64(c.r2)
	r.MedianAe = float64(c.median_ae)
	r.MaxError = float64(c.max_error)
	r.Mape = float64(c.mape)
	r.Bias = float64(c.bias)
	r.PoissonDeviance = float64(c.poisson_deviance)
	r.Mce = float64(c.mce)
	r.EceAdaptive = float64(c.ece_adaptive)
	r.PrecisionMacro = float64(c.precision_macro)
	r.PrecisionWeighted = float64(c.precision_weighted)
	r.RecallMacro = float64(c.recall_macro)
	r.AucMacro = float64(c.auc_macro)
	r.AucWeighted = float64(c.auc_weighted)
	r.TopKAccuracy = float64(c.top_k_accuracy)
	r.Msle = float64(c.msle)
	r.Rmsle = float64(c.rmsle)
	r.Pinball = float64(c.pinball)
	r.Ndcg = float64(c.ndcg)
	r.Map = float64(c._map)
	r.Mrr = float64(c.mrr)
	r.PrecisionAtK = float64(c.precision_at_k)
	r.RecallAtK = float64(c.recall_at_k)
	r.HitRate = float64(c.hit_rate)
	r.FBeta = float64(c.f_beta)
	r.FBetaMacro = float64(c.f_beta_macro)
	r.FBetaWeighted = float64(c.f_beta_weighted)
	r.Kappa = float64(c.kappa)
	r.EceClasswise = float64(c.ece_classwise)
	r.Smape = float64(c.smape)
	r.ExplainedVariance = float64(c.explained_variance)
	return r
}

func (r Metrics) c() (c C.mlops_metrics) {
	c.struct_size = C.sizeof_mlops_metrics
	c.task = C.mlops_metric_task(r.Task)
	c.n = C.int64_t(r.N)
	c.n_nan = C.int64_t(r.NNan)
	c.n_classes = C.int64_t(r.NClasses)
	c.constant_labels = C.int32_t(r.ConstantLabels)
	c.weight = C.double(r.Weight)
	c.auc = C.double(r.Auc)
	c.average_precision = C.double(r.AveragePrecision)
	c.ks = C.double(r.Ks)
	c.log_loss = C.double(r.LogLoss)
	c.brier = C.double(r.Brier)
	c.ece = C.double(r.Ece)
	c.accuracy = C.double(r.Accuracy)
	c.balanced_accuracy = C.double(r.BalancedAccuracy)
	c.precision = C.double(r.Precision)
	c.recall = C.double(r.Recall)
	c.specificity = C.double(r.Specificity)
	c.f1 = C.double(r.F1)
	c.f1_macro = C.double(r.F1Macro)
	c.f1_weighted = C.double(r.F1Weighted)
	c.mcc = C.double(r.Mcc)
	c.prevalence = C.double(r.Prevalence)
	c.positive_rate = C.double(r.PositiveRate)
	c.tp = C.double(r.Tp)
	c.fp = C.double(r.Fp)
	c.tn = C.double(r.Tn)
	c.fn = C.double(r.Fn)
	c.mae = C.double(r.Mae)
	c.mse = C.double(r.Mse)
	c.rmse = C.double(r.Rmse)
	c.r2 = C.double(r.R2)
	c.median_ae = C.double(r.MedianAe)
	c.max_error = C.double(r.MaxError)
	c.mape = C.double(r.Mape)
	c.bias = C.double(r.Bias)
	c.poisson_deviance = C.double(r.PoissonDeviance)
	c.mce = C.double(r.Mce)
	c.ece_adaptive = C.double(r.EceAdaptive)
	c.precision_macro = C.double(r.PrecisionMacro)
	c.precision_weighted = C.double(r.PrecisionWeighted)
	c.recall_macro = C.double(r.RecallMacro)
	c.auc_macro = C.double(r.AucMacro)
	c.auc_weighted = C.double(r.AucWeighted)
	c.top_k_accuracy = C.double(r.TopKAccuracy)
	c.msle = C.double(r.Msle)
	c.rmsle = C.double(r.Rmsle)
	c.pinball = C.double(r.Pinball)
	c.ndcg = C.double(r.Ndcg)
	c._map = C.double(r.Map)
	c.mrr = C.double(r.Mrr)
	c.precision_at_k = C.double(r.PrecisionAtK)
	c.recall_at_k = C.double(r.RecallAtK)
	c.hit_rate = C.double(r.HitRate)
	c.f_beta = C.double(r.FBeta)
	c.f_beta_macro = C.double(r.FBetaMacro)
	c.f_beta_weighted = C.double(r.FBetaWeighted)
	c.kappa = C.double(r.Kappa)
	c.ece_classwise = C.double(r.EceClasswise)
	c.smape = C.double(r.Smape)
	c.explained_variance = C.double(r.ExplainedVariance)
	return c
}

// MultivariateResult: what was found. What does not apply is NaN, or 0 of counts.
type MultivariateResult struct {
	// the answer
	Verdict DriftVerdict
	// "mmd", "mmd_fourier", "pca" or "auc"
	Test string
	// rows
	NReference int64
	// rows
	NCurrent int64
	// values of a row
	NColumns int64
	// MMD, the square root of mmd2; of PCA the KS distance of errors; of a classifier its AUC
	Effect float64
	// its lower confidence bound, of confidence 1 - alpha
	EffectLow float64
	// its upper one, alike
	EffectHigh float64
	// what the effect was held against; ALIBI: what p was
	Tolerance float64
	// that such an effect comes by chance alone
	PValue float64
	// squared MMD, unbiased: 0 on average where nothing changed, and so also below 0
	Mmd2 float64
	// squared MMD of the samples as they are, 0 or more
	Mmd2Biased float64
	// standard deviation of the Gaussian kernel
	Bandwidth float64
	// that p_value is from; 0: it is asymptotic
	NPermutations int64
	// of PCA: those kept
	NComponents int64
	// of PCA: mean distance of rows from what they are rebuilt as
	ErrorReference float64
	// the same of the current rows
	ErrorCurrent float64
}

func makeMultivariateResult(c *C.mlops_multivariate_result) (r MultivariateResult) {
	r.Verdict = DriftVerdict(c.verdict)
	r.Test = C.GoString(c.test)
	r.NReference = int64(c.n_reference)
	r.NCurrent = int64(c.n_current)
	r.NColumns = int64(c.n_columns)
	r.Effect = float64(c.effect)
	r.EffectLow = float64(c.effect_low)
	r.EffectHigh = float64(c.effect_high)
	r.Tolerance = float64(c.tolerance)
	r.PValue = float64(c.p_value)
	r.Mmd2 = float64(c.mmd2)
	r.Mmd2Biased = float64(c.mmd2_biased)
	r.Bandwidth = float64(c.bandwidth)
	r.NPermutations = int64(c.n_permutations)
	r.NComponents = int64(c.n_components)
	r.ErrorReference = float64(c.error_reference)
	r.ErrorCurrent = float64(c.error_current)
	return r
}

// ItemsSummary: what a sketch has seen.
type ItemsSummary struct {
	// values, each as often as it was added
	N int64
	// different values that are kept
	NKept int64
	// what a count may be short of, and may be of a value not kept
	Error int64
	// what error is at the most, as a share of n: 3.5 / 2^lg_size
	ErrorShare float64
}

func makeItemsSummary(c *C.mlops_items_summary) (r ItemsSummary) {
	r.N = int64(c.n)
	r.NKept = int64(c.n_kept)
	r.Error = int64(c.error)
	r.ErrorShare = float64(c.error_share)
	return r
}

// ItemsRow: a value and how often it was added: lower to upper times for certain.
type ItemsRow struct {
	// where values are int64, else 0
	Value int64
	// where values are texts; until the sketch changes
	Text string
	// upper of a value that is kept, else 0
	Estimate int64
	// at least so often
	Lower int64
	// at most so often
	Upper int64
}

func makeItemsRow(c *C.mlops_items_row) (r ItemsRow) {
	r.Value = int64(c.value)
	r.Text = C.GoString(c.text)
	r.Estimate = int64(c.estimate)
	r.Lower = int64(c.lower)
	r.Upper = int64(c.upper)
	return r
}

// KllSummary: what a sketch has seen, and how far its answers may be off.
type KllSummary struct {
	// values, without NaN
	N int64
	// NaN, which are in no rank; not in bytes of DataSketches
	NNan int64
	// values that are kept
	NKept int64
	// least value, exact; NaN if there is none
	Min float64
	// greatest value, exact; NaN if there is none
	Max float64
	// one rank, or a quantile's, is within this with 99 %
	RankError float64
	// all ranks at once, or a share between two points, with 99 %
	PmfError float64
}

func makeKllSummary(c *C.mlops_kll_summary) (r KllSummary) {
	r.N = int64(c.n)
	r.NNan = int64(c.n_nan)
	r.NKept = int64(c.n_kept)
	r.Min = float64(c.min)
	r.Max = float64(c.max)
	r.RankError = float64(c.rank_error)
	r.PmfError = float64(c.pmf_error)
	return r
}

// MetricInfo: what is known of a metric.
type MetricInfo struct {
	// which one
	Metric Metric
	// such as "auc"
	Name string
	// which way is up
	Better MetricBetter
	// of mlops_metric_task, added up
	Tasks uint32
}

func makeMetricInfo(c *C.mlops_metric_info) (r MetricInfo) {
	r.Metric = Metric(c.metric)
	r.Name = C.GoString(c.name)
	r.Better = MetricBetter(c.better)
	r.Tasks = uint32(c.tasks)
	return r
}

// PerformanceSummary: what counts have seen, and how well scores are calibrated.
type PerformanceSummary struct {
	// rows with a label
	NLabelled int64
	// rows whose label is not known
	NUnlabelled int64
	// rows left out: the score is NaN
	NNan int64
	// of the rows with a label: n_labelled without weights
	Weight float64
	// of those without
	WeightUnlabelled float64
	// of all rows; NaN without any
	MeanScore float64
	// Kish's effective number of the rows with a label: (sum of weights)^2 / sum of their squares
	NEffective float64
	// how far auc may be from that of the exact scores: half of the share of pairs that share a bin; NaN
	// with auc
	AucError float64
	// expected calibration error over n_bins bins: mean distance of mean score and observed rate, by
	// weight; NaN without labels
	Ece float64
	// the largest of these distances; NaN without labels
	Mce float64
	// how far average_precision may be from that of the exact scores, whichever way rows that share a bin
	// rank
	AveragePrecisionError float64
}

func makePerformanceSummary(c *C.mlops_performance_summary) (r PerformanceSummary) {
	r.NLabelled = int64(c.n_labelled)
	r.NUnlabelled = int64(c.n_unlabelled)
	r.NNan = int64(c.n_nan)
	r.Weight = float64(c.weight)
	r.WeightUnlabelled = float64(c.weight_unlabelled)
	r.MeanScore = float64(c.mean_score)
	r.NEffective = float64(c.n_effective)
	r.AucError = float64(c.auc_error)
	r.Ece = float64(c.ece)
	r.Mce = float64(c.mce)
	r.AveragePrecisionError = float64(c.average_precision_error)
	return r
}

// MonitorLabels: what came of labels, and where performance stands. Judged is at the end of each
// window: measured are the labels of all windows kept, estimated is the window that ended.
type MonitorLabels struct {
	// YES: the metric is worse than the reference's by more than the tolerance; NO; or not enough data,
	// also without a reference
	Measured DriftVerdict
	// the same of the estimate
	Estimated DriftVerdict
	// by how much the metric is worse than the reference's
	MeasuredLoss float64
	// at least; above the tolerance if the verdict is YES
	MeasuredLossLow float64
	// at most
	MeasuredLossHigh float64
	// the same of the estimate; all of them NaN if not known
	EstimatedLoss float64
	// EstimatedLossLow
	EstimatedLossLow float64
	// EstimatedLossHigh
	EstimatedLossHigh float64
	// labels that found their row
	NJoined int64
	// of these, whose window was no longer kept: they count to the window in which they came
	NLate int64
	// labels of rows that had theirs: not counted
	NDuplicate int64
	// labels of ids that no row has, or none that is remembered
	NUnknown int64
	// rows that are remembered and have no label
	NWaiting int64
	// rows that made room before their label came
	NEvicted int64
	// rows whose id came again with another row before their label
	NReplaced int64
}

func makeMonitorLabels(c *C.mlops_monitor_labels) (r MonitorLabels) {
	r.Measured = DriftVerdict(c.measured)
	r.Estimated = DriftVerdict(c.estimated)
	r.MeasuredLoss = float64(c.measured_loss)
	r.MeasuredLossLow = float64(c.measured_loss_low)
	r.MeasuredLossHigh = float64(c.measured_loss_high)
	r.EstimatedLoss = float64(c.estimated_loss)
	r.EstimatedLossLow = float64(c.estimated_loss_low)
	r.EstimatedLossHigh = float64(c.estimated_loss_high)
	r.NJoined = int64(c.n_joined)
	r.NLate = int64(c.n_late)
	r.NDuplicate = int64(c.n_duplicate)
	r.NUnknown = int64(c.n_unknown)
	r.NWaiting = int64(c.n_waiting)
	r.NEvicted = int64(c.n_evicted)
	r.NReplaced = int64(c.n_replaced)
	return r
}

// PolicyDecision: where a policy stands after a window.
type PolicyDecision struct {
	// what the window changed
	Event PolicyEvent
	// 1 while an alarm lasts
	Alarmed int32
	// 1 if a window of the alarm was critical
	IsCritical int32
	// windows remembered: up to opts.n of those that count
	NKnown int64
	// of these, over
	NOver int64
	// calm ones in a row, up to now
	NCalm int64
	// of the newest window
	TimeNs int64
	// when the newest alarm began; INT64_MIN if there was none
	RaisedNs int64
	// of the newest window; NaN if not known
	Severity float64
	// greatest of the alarm, or of the one that just ended; 0 else
	Peak float64
}

func makePolicyDecision(c *C.mlops_policy_decision) (r PolicyDecision) {
	r.Event = PolicyEvent(c.event)
	r.Alarmed = int32(c.alarmed)
	r.IsCritical = int32(c.is_critical)
	r.NKnown = int64(c.n_known)
	r.NOver = int64(c.n_over)
	r.NCalm = int64(c.n_calm)
	r.TimeNs = int64(c.time_ns)
	r.RaisedNs = int64(c.raised_ns)
	r.Severity = float64(c.severity)
	r.Peak = float64(c.peak)
	return r
}

// Transfer: what travelled.
type Transfer struct {
	// calls of the remote's functions
	NRequests int64
	// that were sent or read
	Bytes int64
	// that travelled
	NCommits int64
	// contents that travelled, trees among them
	NContents int64
	// branches and tags that moved
	NRefs int64
}

func makeTransfer(c *C.mlops_transfer) (r Transfer) {
	r.NRequests = int64(c.n_requests)
	r.Bytes = int64(c.bytes)
	r.NCommits = int64(c.n_commits)
	r.NContents = int64(c.n_contents)
	r.NRefs = int64(c.n_refs)
	return r
}

// RemoteStats: what a remote holds, as its gc found it.
type RemoteStats struct {
	// with branches or tags
	NDatasets int64
	// that these lead to
	NCommits int64
	// all that there are, before any goes
	NObjects int64
	// that nothing leads to and no push holds, deleted or yet to be
	NUnneeded int64
	// of these; with MLOPS_REMOTE_GC_DRY what would go now
	NDeleted int64
	// calls of the remote's functions
	NRequests int64
}

func makeRemoteStats(c *C.mlops_remote_stats) (r RemoteStats) {
	r.NDatasets = int64(c.n_datasets)
	r.NCommits = int64(c.n_commits)
	r.NObjects = int64(c.n_objects)
	r.NUnneeded = int64(c.n_unneeded)
	r.NDeleted = int64(c.n_deleted)
	r.NRequests = int64(c.n_requests)
	return r
}

// AnomalyOpts: configuration. Defaults are in docs/anomaly.md; what a kind does not have must be 0.
type AnomalyOpts struct {
	// knn, kmeans, pca: features as they are, not standardized
	Raw bool
	// default MLOPS_ANOMALY_FOREST
	Kind AnomalyKind
	// values of a row, to 1,024; default 1, of pca 2
	NFeatures int64
	// rows held back for p-values, 1 to 65,536; default 512
	NCalibration int64
	// forest, knn, kmeans: rows kept of those that are learnt from, to 65,536; default 1,024, of knn 256
	NRows int64
	// forest: 1 to 1,000; default 100
	NTrees int64
	// forest: rows that a tree is grown from, 2 to 4,096 and at most n_rows; default 256
	TreeRows int64
	// knn: k, 1 to 256 and at most n_rows; default 5
	NNeighbors int64
	// kmeans: centers, 1 to 1,024 and at most n_rows; default 8
	NClusters int64
	// pca: components, fewer than n_features; default half of them
	NComponents int64
	// mahalanobis: added to the diagonal of the correlation matrix, at most 1; default 1e-6
	Ridge float64
	// of what is drawn; default 0
	Seed uint64
}

func (o *AnomalyOpts) c(s *scope) *C.mlops_anomaly_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_anomaly_opts)(s.alloc(C.sizeof_mlops_anomaly_opts))
	c.struct_size = C.sizeof_mlops_anomaly_opts
	if o.Raw {
		c.flags |= 1
	}
	c.kind = C.mlops_anomaly_kind(o.Kind)
	c.n_features = C.int64_t(o.NFeatures)
	c.n_calibration = C.int64_t(o.NCalibration)
	c.n_rows = C.int64_t(o.NRows)
	c.n_trees = C.int64_t(o.NTrees)
	c.tree_rows = C.int64_t(o.TreeRows)
	c.n_neighbors = C.int64_t(o.NNeighbors)
	c.n_clusters = C.int64_t(o.NClusters)
	c.n_components = C.int64_t(o.NComponents)
	c.ridge = C.double(o.Ridge)
	c.seed = C.uint64_t(o.Seed)
	return c
}

// Call: bounds and reporting of one long call. Zero means the default in each field.
type Call struct {
	// default: the calling thread
	Executor *Executor
	// on the host's monotonic clock; default none
	DeadlineNs int64
	// bytes of working memory; default none
	MemoryMax int64
	// who asks, for the audit trail
	Actor string
	// W3C trace id, 32 hexadecimal digits
	TraceID string
}

func (o *Call) c(s *scope) *C.mlops_call {
	if o == nil {
		return nil
	}
	c := (*C.mlops_call)(s.alloc(C.sizeof_mlops_call))
	c.struct_size = C.sizeof_mlops_call
	if o.Executor != nil {
		c.executor = o.Executor.p
		s.keep(o.Executor)
	}
	c.deadline_ns = C.int64_t(o.DeadlineNs)
	c.memory_max = C.int64_t(o.MemoryMax)
	c.actor = s.optional(o.Actor)
	c.trace_id = s.optional(o.TraceID)
	return c
}

// StoreOpts: how a store is opened. Zero means the default in each field.
type StoreOpts struct {
	// never make a store
	MustExist bool
	// write nothing, not even the index, which is in memory then
	ReadOnly bool
	// allow a network file system; one machine alone may use it
	Network bool
	// a chunk that is there already is compared byte by byte before it is used again, for content of
	// parties that do not trust each other; this process does so until it closes the store
	VerifyDedup bool
	// of mlops_check_store() alone: look at how content is put together, and read none of it
	Quick bool
	// default MLOPS_SYNC_FULL
	Sync Sync
	// default MLOPS_STORE_INDEX_FILE
	Index StoreIndex
	// bytes that the index may grow to; default 1 TiB, or 512 MiB on 32 bits, or less where the system
	// refuses
	MapMax int64
	// size of the first segment of a new journal, from 4 KiB; default 256 KiB. Later ones double up to 16
	// MiB
	JournalBytes int64
	// mlops_store_service() collects garbage when this has passed since the last collection; default a
	// day, -1 for never
	GcEveryNs int64
	// of those collections: as mlops_gc_opts.keep_ns; default 14 days
	GcKeepNs int64
}

func (o *StoreOpts) c(s *scope) *C.mlops_store_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_store_opts)(s.alloc(C.sizeof_mlops_store_opts))
	c.struct_size = C.sizeof_mlops_store_opts
	if o.MustExist {
		c.flags |= 1
	}
	if o.ReadOnly {
		c.flags |= 2
	}
	if o.Network {
		c.flags |= 4
	}
	if o.VerifyDedup {
		c.flags |= 8
	}
	if o.Quick {
		c.flags |= 16
	}
	c.sync = C.mlops_sync(o.Sync)
	c.index = C.mlops_store_index(o.Index)
	c.map_max = C.int64_t(o.MapMax)
	c.journal_bytes = C.int64_t(o.JournalBytes)
	c.gc_every_ns = C.int64_t(o.GcEveryNs)
	c.gc_keep_ns = C.int64_t(o.GcKeepNs)
	return c
}

// CSVOpts: options of the verbs that read CSV. Zero means the default in each field.
type CSVOpts struct {
	// the first line holds values; columns are called c0, c1, ...
	NoHeader bool
	// progress, deadline, memory limit
	Call *Call
	// one ASCII character; default ","
	Delimiter string
	// column names, separated by the delimiter, in place of those of the header; quoted as in a CSV line
	Names string
	// spellings of null, separated by the delimiter; default "" NA N/A NaN nan null NULL None and "?"
	Nulls string
	// lines to pass over before the header; default none
	SkipLines int64
	// rows to read at the most; default all
	RowsMax int64
	// bytes of one record with its line end; default 16 MiB
	LineMax int64
	// bytes that it may take, besides call's; default 16 GiB
	MemoryMax int64
	// types of columns: "a=string,b=int64", of bool, int64, float64, string, time, time(FORMAT); quoted
	// as CSV
	Types string
}

func (o *CSVOpts) c(s *scope) *C.mlops_csv_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_csv_opts)(s.alloc(C.sizeof_mlops_csv_opts))
	c.struct_size = C.sizeof_mlops_csv_opts
	if o.NoHeader {
		c.flags |= 1
	}
	c.call = o.Call.c(s)
	c.delimiter = s.optional(o.Delimiter)
	c.names = s.optional(o.Names)
	c.nulls = s.optional(o.Nulls)
	c.skip_lines = C.int64_t(o.SkipLines)
	c.rows_max = C.int64_t(o.RowsMax)
	c.line_max = C.int64_t(o.LineMax)
	c.memory_max = C.int64_t(o.MemoryMax)
	c.types = s.optional(o.Types)
	return c
}

// ModelOpts: options of the loading verbs. Zero means the default in each field.
type ModelOpts struct {
	// bytes that loading may use, and then a context for one worker, and a table; default 1 GiB
	MemoryMax int64
	// "xgboost", "lightgbm", "onnx" or "bundle"; default: found from the content
	Format string
	// folder for what loading made of trees, to be mapped the next time; it must be there, and who may
	// write into it is trusted with the predictions; default: none
	Cache string
}

func (o *ModelOpts) c(s *scope) *C.mlops_model_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_model_opts)(s.alloc(C.sizeof_mlops_model_opts))
	c.struct_size = C.sizeof_mlops_model_opts
	c.memory_max = C.int64_t(o.MemoryMax)
	c.format = s.optional(o.Format)
	c.cache = s.optional(o.Cache)
	return c
}

// ReferenceOpts: options of the verbs that make a reference. Zero means the default in each field.
type ReferenceOpts struct {
	// keep every value of numeric columns: comparing gives the measures of the table to the bit. Bundles
	// and monitors have the quantiles alone
	Exact bool
	// keep columns of texts by what mlops_table_texts() counts of them, as drift of tables takes them:
	// each as eight columns, such as review.words. Comparing with a table counts its texts, too
	Texts bool
	// names to keep, in this order, separated by commas, quoted as in a CSV line; default all
	Columns string
	// names to leave out, as columns: target, id, time
	Ignore string
	// how mlops_reference_load() reads a CSV file
	CSV *CSVOpts
	// edges of a numeric column at the most, 9 to 1,023; default 255. A column with no more distinct
	// values keeps each of them
	NEdges int64
}

func (o *ReferenceOpts) c(s *scope) *C.mlops_reference_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_reference_opts)(s.alloc(C.sizeof_mlops_reference_opts))
	c.struct_size = C.sizeof_mlops_reference_opts
	if o.Exact {
		c.flags |= 1
	}
	if o.Texts {
		c.flags |= 2
	}
	c.columns = s.optional(o.Columns)
	c.ignore = s.optional(o.Ignore)
	c.csv = o.CSV.c(s)
	c.n_edges = C.int64_t(o.NEdges)
	return c
}

// ReferenceStreamOpts: what to make a reference of that memory may not hold. It has one source, a
// stream or a file; the other is NULL. Zero means the default in each field.
type ReferenceStreamOpts struct {
	// what to keep, and how CSV is read
	Reference *ReferenceOpts
	// progress, deadline, and memory_max, by default 1 GiB
	Call *Call
	// CSV
	Path string
}

func (o *ReferenceStreamOpts) c(s *scope) *C.mlops_reference_stream_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_reference_stream_opts)(s.alloc(C.sizeof_mlops_reference_stream_opts))
	c.struct_size = C.sizeof_mlops_reference_stream_opts
	c.reference = o.Reference.c(s)
	c.call = o.Call.c(s)
	c.path = s.optional(o.Path)
	return c
}

// BundleOpts: options of mlops_bundle_write(). Zero means the default in each field.
type BundleOpts struct {
	// default: none
	Reference *Reference
	// of the model, up to 255 bytes
	Name string
	// of the model, up to 255 bytes
	Version string
	// a JSON object, up to 1 MiB, kept as it is
	Metadata string
	// rows to prove; default: 16 rows derived from the plan's thresholds
	GoldenRows []float32
}

func (o *BundleOpts) c(s *scope, nFeatures int64) *C.mlops_bundle_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_bundle_opts)(s.alloc(C.sizeof_mlops_bundle_opts))
	c.struct_size = C.sizeof_mlops_bundle_opts
	if o.Reference != nil {
		c.reference = o.Reference.p
		s.keep(o.Reference)
	}
	c.name = s.optional(o.Name)
	c.version = s.optional(o.Version)
	c.metadata = s.optional(o.Metadata)
	if len(o.GoldenRows) > 0 {
		c.golden_rows = (*C.float)(s.copy(unsafe.Pointer(&o.GoldenRows[0]), len(o.GoldenRows)*C.sizeof_float))
		if nFeatures == 0 || int64(len(o.GoldenRows))%(nFeatures) != 0 {
			s.err = invalid("GoldenRows is not whole rows")
			return nil
		}
		c.n_golden = C.int64_t(int64(len(o.GoldenRows)) / (nFeatures))
	}
	return c
}

// ChangeOpts: who changes, for the audit trail. Zero means the default in each field.
type ChangeOpts struct {
	// name of person or service; default none
	Actor string
	// W3C trace id; default none
	TraceID string
	// why, in words; default none
	Note string
}

func (o *ChangeOpts) c(s *scope) *C.mlops_change_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_change_opts)(s.alloc(C.sizeof_mlops_change_opts))
	c.struct_size = C.sizeof_mlops_change_opts
	c.actor = s.optional(o.Actor)
	c.trace_id = s.optional(o.TraceID)
	c.note = s.optional(o.Note)
	return c
}

// ContextOpts: options of contexts. Zero means the default in each field.
type ContextOpts struct {
	// takes parts of large batches, which there is room for in as many threads as it has workers; values
	// do not depend on it; outlives the context; default: the calling thread
	Executor *Executor
}

func (o *ContextOpts) c(s *scope) *C.mlops_context_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_context_opts)(s.alloc(C.sizeof_mlops_context_opts))
	c.struct_size = C.sizeof_mlops_context_opts
	if o.Executor != nil {
		c.executor = o.Executor.p
		s.keep(o.Executor)
	}
	return c
}

// CheckoutOpts: how files are written. Zero means the default in each field.
type CheckoutOpts struct {
	// replace files that have other content
	Force bool
	// list of globs, as in mlops/folder.h; default: everything
	Include string
	// list of globs, which go before include; default: nothing
	Exclude string
	// threads that write; progress in files; deadline
	Call *Call
}

func (o *CheckoutOpts) c(s *scope) *C.mlops_checkout_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_checkout_opts)(s.alloc(C.sizeof_mlops_checkout_opts))
	c.struct_size = C.sizeof_mlops_checkout_opts
	if o.Force {
		c.flags |= 1
	}
	c.include = s.optional(o.Include)
	c.exclude = s.optional(o.Exclude)
	c.call = o.Call.c(s)
	return c
}

// DiffOpts: options of comparing. Zero means the default in each field.
type DiffOpts struct {
	// names of the columns that name a row, separated by commas, quoted as in a CSV line; default: rows
	// stand by their position
	Key string
	// names to leave out, as columns of key; may be on one side alone
	Ignore string
	// how many rows mlops_diff_cells() and mlops_diff_rows() list at the most; default all
	NMax int64
}

func (o *DiffOpts) c(s *scope) *C.mlops_diff_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_diff_opts)(s.alloc(C.sizeof_mlops_diff_opts))
	c.struct_size = C.sizeof_mlops_diff_opts
	c.key = s.optional(o.Key)
	c.ignore = s.optional(o.Ignore)
	c.n_max = C.int64_t(o.NMax)
	return c
}

// DraftOpts: what a draft is to become. Zero means the default in each field.
type DraftOpts struct {
	// begin without entries; default: with those of the branch
	Empty bool
	// branch to commit to, which may be new; default "main"
	Branch string
	// ref that a new branch begins at; default: the branch "main", if there is one; "" for none, so that
	// it begins without history
	Base string
	// why, in words; up to 64 KiB
	Message string
	// who made the data; up to 64 KiB
	Author string
	// a JSON object, kept as it is; up to 64 KiB
	Metadata string
	// executor: hashes content while it is packed
	Call *Call
}

func (o *DraftOpts) c(s *scope) *C.mlops_draft_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_draft_opts)(s.alloc(C.sizeof_mlops_draft_opts))
	c.struct_size = C.sizeof_mlops_draft_opts
	if o.Empty {
		c.flags |= 1
	}
	c.branch = s.optional(o.Branch)
	c.base = s.optional(o.Base)
	c.message = s.optional(o.Message)
	c.author = s.optional(o.Author)
	c.metadata = s.optional(o.Metadata)
	c.call = o.Call.c(s)
	return c
}

// DraftTableOpts: what is known of a table's columns. Zero means the default in each field.
type DraftTableOpts struct {
	// how a CSV file is read, now and later; host is not looked at
	CSV *CSVOpts
	// column that models predict
	Target string
	// column of the time of a row
	Time string
	// column that names a row
	RowID string
}

func (o *DraftTableOpts) c(s *scope) *C.mlops_draft_table_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_draft_table_opts)(s.alloc(C.sizeof_mlops_draft_table_opts))
	c.struct_size = C.sizeof_mlops_draft_table_opts
	c.csv = o.CSV.c(s)
	c.target = s.optional(o.Target)
	c.time = s.optional(o.Time)
	c.row_id = s.optional(o.RowID)
	return c
}

// SplitOpts: how rows are held out. Zero means the default in each field.
type SplitOpts struct {
	// default MLOPS_SPLIT_RANDOM
	Kind Split
	// of the rows, between 0 and 1; default 0.2
	Share float64
	// of the draw; default 0
	Seed int64
	// of strata or time; default: the table's target or time
	Column string
}

func (o *SplitOpts) c(s *scope) *C.mlops_split_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_split_opts)(s.alloc(C.sizeof_mlops_split_opts))
	c.struct_size = C.sizeof_mlops_split_opts
	c.kind = C.mlops_split(o.Kind)
	c.share = C.double(o.Share)
	c.seed = C.int64_t(o.Seed)
	c.column = s.optional(o.Column)
	return c
}

// MergeOpts: options of merging. Zero means the default in each field.
type MergeOpts struct {
	// names of the columns that name a row, separated by commas, as in mlops_diff_opts; default: rows
	// stand by their position
	Key string
	// default MLOPS_MERGE_REFUSE
	Policy MergePolicy
}

func (o *MergeOpts) c(s *scope) *C.mlops_merge_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_merge_opts)(s.alloc(C.sizeof_mlops_merge_opts))
	c.struct_size = C.sizeof_mlops_merge_opts
	c.key = s.optional(o.Key)
	c.policy = C.mlops_merge_policy(o.Policy)
	return c
}

// DatasetMergeOpts: how branches are merged. Zero means the default in each field.
type DatasetMergeOpts struct {
	// make a commit also where moving the branch would do
	Commit bool
	// default MLOPS_MERGE_REFUSE
	Policy MergePolicy
	// names of the columns that name a row of each table that both sides have changed, separated by
	// commas, as in mlops_diff_opts; default: the table's row_id, if it has one; "": by position
	Key string
	// branch that is merged into; default "main"
	Branch string
	// of the commit, as in mlops_draft_opts
	Message string
	// as in mlops_draft_opts
	Author string
	// a JSON object, as in mlops_draft_opts
	Metadata string
}

func (o *DatasetMergeOpts) c(s *scope) *C.mlops_dataset_merge_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_dataset_merge_opts)(s.alloc(C.sizeof_mlops_dataset_merge_opts))
	c.struct_size = C.sizeof_mlops_dataset_merge_opts
	if o.Commit {
		c.flags |= 1
	}
	c.policy = C.mlops_merge_policy(o.Policy)
	c.key = s.optional(o.Key)
	c.branch = s.optional(o.Branch)
	c.message = s.optional(o.Message)
	c.author = s.optional(o.Author)
	c.metadata = s.optional(o.Metadata)
	return c
}

// FeatureOpts: options of mlops_feature_fit(). Zero means the default in each field.
type FeatureOpts struct {
}

func (o *FeatureOpts) c(s *scope) *C.mlops_feature_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_feature_opts)(s.alloc(C.sizeof_mlops_feature_opts))
	c.struct_size = C.sizeof_mlops_feature_opts
	return c
}

// DeployOpts: what a deployment is. Zero means the default in each field.
type DeployOpts struct {
	// registered; default: as it is; a new deployment needs it
	Model string
	// alias that serves; default: as it is, or "champion"
	Champion string
	// alias that is tried; default: as it is, or "canary"
	Canary string
	// of the keys, in [0, 1], to the millionth; default: as it is, or 0
	CanaryShare *float64
	// another one deals the keys anew; default: as it is, at first the deployment's name
	Salt string
}

func (o *DeployOpts) c(s *scope) *C.mlops_deploy_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_deploy_opts)(s.alloc(C.sizeof_mlops_deploy_opts))
	c.struct_size = C.sizeof_mlops_deploy_opts
	c.model = s.optional(o.Model)
	c.champion = s.optional(o.Champion)
	c.canary = s.optional(o.Canary)
	if o.CanaryShare != nil {
		c.flags |= 1
		c.canary_share = C.double(*o.CanaryShare)
	}
	c.salt = s.optional(o.Salt)
	return c
}

// DetectorOpts: configuration. Defaults are those of the kind, in docs/detector.md; a parameter that
// the kind does not have must be 0.
type DetectorOpts struct {
	// default MLOPS_DETECTOR_ADWIN
	Kind DetectorKind
	// adwin: whose; default MLOPS_DETECTOR_NATIVE
	Mode DetectorMode
	// page_hinkley, cusum, ewma, shewhart, hddm_a, hddm_w: which changes count; default
	// MLOPS_DETECTOR_USUAL
	Side DetectorSide
	// adwin, hddm_a, hddm_w, kswin, stepd: chance of a false alarm in one test; page_hinkley: deviation
	// that is no change, 0 or more; default the kind's
	Delta *float64
	// what the statistic is held against; default the kind's
	Threshold float64
	// the same for a warning; default the kind's
	Warning float64
	// of the newest value in a weighted mean; page_hinkley: what is kept of the sum with each value;
	// default the kind's
	Weight float64
	// cusum: deviation that is no change, 0 or more standard deviations; default 0.5
	Slack *float64
	// values (eddm: errors) before the first signal; default the kind's
	MinN int64
	// kswin, stepd, rddm: values that are kept; default the kind's
	Window int64
	// kswin: how many of them are the newest; default 30
	Recent int64
	// rddm: values after which the older are forgotten; default 40,000
	MaxN int64
	// rddm: warnings in a row that are a change; default 1,400
	Warnings int64
	// adwin: looks for a cut at every clock-th value; default 32
	Clock int64
	// adwin: summaries of equal size, 2 to 32; default 5
	Buckets int64
	// adwin: least values on either side of a cut; default 5
	MinWindow int64
}

func (o *DetectorOpts) c(s *scope) *C.mlops_detector_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_detector_opts)(s.alloc(C.sizeof_mlops_detector_opts))
	c.struct_size = C.sizeof_mlops_detector_opts
	c.kind = C.mlops_detector_kind(o.Kind)
	c.mode = C.mlops_detector_mode(o.Mode)
	c.side = C.mlops_detector_side(o.Side)
	if o.Delta != nil {
		c.flags |= 1
		c.delta = C.double(*o.Delta)
	}
	c.threshold = C.double(o.Threshold)
	c.warning = C.double(o.Warning)
	c.weight = C.double(o.Weight)
	if o.Slack != nil {
		c.flags |= 2
		c.slack = C.double(*o.Slack)
	}
	c.min_n = C.int64_t(o.MinN)
	c.window = C.int64_t(o.Window)
	c.recent = C.int64_t(o.Recent)
	c.max_n = C.int64_t(o.MaxN)
	c.warnings = C.int64_t(o.Warnings)
	c.clock = C.int64_t(o.Clock)
	c.buckets = C.int64_t(o.Buckets)
	c.min_window = C.int64_t(o.MinWindow)
	return c
}

// DetectorScoreOpts: options of mlops_detector_evaluate().
type DetectorScoreOpts struct {
	// values behind a change at which an alarm is still in time, 1 or more; default: up to the next
	// change
	MaxDelay int64
}

func (o *DetectorScoreOpts) c(s *scope) *C.mlops_detector_score_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_detector_score_opts)(s.alloc(C.sizeof_mlops_detector_score_opts))
	c.struct_size = C.sizeof_mlops_detector_score_opts
	c.max_delay = C.int64_t(o.MaxDelay)
	return c
}

// StreamOpts: where bytes come from, and what they are. Zero means the default in each field.
type StreamOpts struct {
	// delimited text that becomes a table; default: a file as it is
	CSV bool
	// descriptor that is read from where it stands to its end, and stays open: of a file, a pipe, a
	// socket, but none that does not block; default 0, standard input
	Fd int32
	// of a table: what is known of its columns, and how it is read
	Columns *DraftTableOpts
}

func (o *StreamOpts) c(s *scope) *C.mlops_stream_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_stream_opts)(s.alloc(C.sizeof_mlops_stream_opts))
	c.struct_size = C.sizeof_mlops_stream_opts
	if o.CSV {
		c.flags |= 1
	}
	c.fd = C.int32_t(o.Fd)
	c.columns = o.Columns.c(s)
	return c
}

// StatsOpts: options of the two-sample verbs. Zero means the default in each field.
type StatsOpts struct {
	// x ascends and has no NaN: it is neither copied nor sorted
	XSorted bool
	// the same of y
	YSorted bool
	// default MLOPS_STATS_AUTO
	Method StatsMethod
	// default MLOPS_STATS_TWO_SIDED
	Alternative StatsAlternative
	// bits of mlops_stats_measure; default 0
	Measures uint32
}

func (o *StatsOpts) c(s *scope) *C.mlops_stats_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_stats_opts)(s.alloc(C.sizeof_mlops_stats_opts))
	c.struct_size = C.sizeof_mlops_stats_opts
	if o.XSorted {
		c.flags |= 1
	}
	if o.YSorted {
		c.flags |= 2
	}
	c.method = C.mlops_stats_method(o.Method)
	c.alternative = C.mlops_stats_alternative(o.Alternative)
	c.measures = C.uint32_t(o.Measures)
	return c
}

// DriftOpts: options of the comparing verbs. Zero means the default in each field.
type DriftOpts struct {
	// texts are categories, however long and many
	WholeTexts bool
	// executor, progress, deadline
	Call *Call
	// names to compare, separated by commas, quoted as in a CSV line; default: all of the reference
	Columns string
	// names to leave out, as columns
	Ignore string
	// chance of any false alarm in the report, in (0, 0.5]; with BH and BY the share of false ones among
	// alarms, as expected; default 0.01
	Alpha float64
	// largest harmless KS distance, in (0, 1); default 0.05
	KsTolerance float64
	// the same of the total variation of categories, of new ones beyond those to expect, and of the share
	// of nulls; default 0.05
	TvTolerance float64
	// rows that each side must have; default 50
	RowsMin int64
	// default MLOPS_DRIFT_NATIVE; others need two tables, and take neither alpha, tolerances, rows_min
	// nor correction; TFDV the tolerances alone, as its thresholds
	Preset DriftPreset
	// how columns share alpha; default MLOPS_STATS_HOLM, which holds whatever depends on what
	Correction StatsCorrection
}

func (o *DriftOpts) c(s *scope) *C.mlops_drift_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_drift_opts)(s.alloc(C.sizeof_mlops_drift_opts))
	c.struct_size = C.sizeof_mlops_drift_opts
	if o.WholeTexts {
		c.flags |= 1
	}
	c.call = o.Call.c(s)
	c.columns = s.optional(o.Columns)
	c.ignore = s.optional(o.Ignore)
	c.alpha = C.double(o.Alpha)
	c.ks_tolerance = C.double(o.KsTolerance)
	c.tv_tolerance = C.double(o.TvTolerance)
	c.rows_min = C.int64_t(o.RowsMin)
	c.preset = C.mlops_drift_preset(o.Preset)
	c.correction = C.mlops_stats_correction(o.Correction)
	return c
}

// DriftStreamOpts: what to compare. Each side has one source; all else NULL. Zero means the default in
// each field.
type DriftStreamOpts struct {
	// how to compare. Its call.memory_max is the bound, by default 1 GiB
	Drift *DriftOpts
	// how files of CSV are read; host, call and memory_max of it are not looked at
	CSV *CSVOpts
	// CSV, a saved reference, or a bundle
	ReferencePath string
	// kept reference
	Reference *Reference
	// CSV
	CurrentPath string
}

func (o *DriftStreamOpts) c(s *scope) *C.mlops_drift_stream_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_drift_stream_opts)(s.alloc(C.sizeof_mlops_drift_stream_opts))
	c.struct_size = C.sizeof_mlops_drift_stream_opts
	c.drift = o.Drift.c(s)
	c.csv = o.CSV.c(s)
	c.reference_path = s.optional(o.ReferencePath)
	if o.Reference != nil {
		c.reference = o.Reference.p
		s.keep(o.Reference)
	}
	c.current_path = s.optional(o.CurrentPath)
	return c
}

// ProfileOpts: configuration of a profile. Only profiles of equal configuration merge.
type ProfileOpts struct {
	// strictly ascending, finite; bin 0 is x <= edges[0], bin i is edges[i-1] < x <= edges[i], bin
	// n_edges is x > the last; default log-linear bins
	Edges []float64
	// the sum counts units of 2^-scale, to which each value is rounded (ties to even); -64 to 64; default
	// 32, at which values below 2^94 sum up
	Scale *int32
	// 2^lg_k registers count different values, as in mlops/hll.h; 4 to 16; default none: they are not
	// counted
	LgK int64
	// bytes for the counts of log-linear bins, a multiple of 8: 64 to 65,536; default 1,000; more makes
	// finer bins
	BinsSize int64
	// up to 255 texts that mlops_profile_add_text() counts each by itself, separated by commas, quoted as
	// in a CSV line
	Categories string
}

func (o *ProfileOpts) c(s *scope) *C.mlops_profile_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_profile_opts)(s.alloc(C.sizeof_mlops_profile_opts))
	c.struct_size = C.sizeof_mlops_profile_opts
	if len(o.Edges) > 0 {
		c.edges = (*C.double)(s.copy(unsafe.Pointer(&o.Edges[0]), len(o.Edges)*C.sizeof_double))
		c.n_edges = C.int64_t(int64(len(o.Edges)))
	}
	if o.Scale != nil {
		c.flags |= 1
		c.scale = C.int32_t(*o.Scale)
	}
	c.lg_k = C.int64_t(o.LgK)
	c.bins_size = C.int64_t(o.BinsSize)
	c.categories = s.optional(o.Categories)
	return c
}

// EraseOpts: what is erased, and on whose word. Texts are UTF-8.
type EraseOpts struct {
	// look and count, change nothing
	DryRun bool
	// globs of entries, separated by commas, as mlops/folder.h has them; default all, which takes a
	// column
	Paths string
	// rows of tables go where this column has the value; files that are called *.csv or *.tsv and have it
	// are tables, too, with a comma, ";", "|" or a tab between columns; default: entries go whole
	Column string
	// with column: the value, as mlops_table_text() has it; numbers are compared as numbers; a time as it
	// stands in the file, in ISO 8601 or in nanoseconds
	Value string
	// why, 1 to 2,000 bytes; not needed for a dry run
	Reason string
	// on whose word, 1 to 200 bytes; not needed for a dry run
	By string
	// in place of column and value: a condition in the language of docs/expressions.md over the columns
	// of a table, whose rows go where it is true; tables that lack one of the columns stay
	Where string
}

func (o *EraseOpts) c(s *scope) *C.mlops_erase_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_erase_opts)(s.alloc(C.sizeof_mlops_erase_opts))
	c.struct_size = C.sizeof_mlops_erase_opts
	if o.DryRun {
		c.flags |= 1
	}
	c.paths = s.optional(o.Paths)
	c.column = s.optional(o.Column)
	c.value = s.optional(o.Value)
	c.reason = s.optional(o.Reason)
	c.by = s.optional(o.By)
	c.where = s.optional(o.Where)
	return c
}

// InferOpts: options of mlops_expectations_infer(). Zero means the default in each field.
type InferOpts struct {
	// names to look at, separated by commas, quoted as in a CSV line; default all
	Columns string
	// how far a range goes beyond what was found, as a share of its width, and a count beyond itself; 0
	// to 10; default 0.1
	Margin *float64
	// most distinct values that a set is made of, 1 to 1,000; default 20
	CategoriesMax int64
}

func (o *InferOpts) c(s *scope) *C.mlops_infer_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_infer_opts)(s.alloc(C.sizeof_mlops_infer_opts))
	c.struct_size = C.sizeof_mlops_infer_opts
	c.columns = s.optional(o.Columns)
	if o.Margin != nil {
		c.flags |= 1
		c.margin = C.double(*o.Margin)
	}
	c.categories_max = C.int64_t(o.CategoriesMax)
	return c
}

// ExpectationsOpts: options of the verbs that hold a table against expectations. Zero means the
// default in each field.
type ExpectationsOpts struct {
	// what drift() and drifted() compare with
	Reference *Reference
	// the time that age_of() counts back from; default none: no clock is read, and age_of() is unknown
	AsOfNs *int64
	// failing rows that a report names for each, 1 to 1,000; default 5
	NRowsMax int64
}

func (o *ExpectationsOpts) c(s *scope) *C.mlops_expectations_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_expectations_opts)(s.alloc(C.sizeof_mlops_expectations_opts))
	c.struct_size = C.sizeof_mlops_expectations_opts
	if o.Reference != nil {
		c.reference = o.Reference.p
		s.keep(o.Reference)
	}
	if o.AsOfNs != nil {
		c.flags |= 1
		c.as_of_ns = C.int64_t(*o.AsOfNs)
	}
	c.n_rows_max = C.int64_t(o.NRowsMax)
	return c
}

// RunOpts: what a run is. Texts are UTF-8 of up to 8,000 bytes. Zero means the default in each field.
type RunOpts struct {
	// for people; need not be unique
	Name string
	// id of the run that this one is a part of, or 8 or more of its first digits
	Parent string
	// who runs it; of its commits in the audit trail too
	Actor string
	// program or notebook
	Source string
	// dataset of the store that it trains on
	Dataset string
	// ref of that dataset, of which the id is kept; default the branch "main"
	Commit string
	// UTC; default now
	StartNs int64
}

func (o *RunOpts) c(s *scope) *C.mlops_run_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_run_opts)(s.alloc(C.sizeof_mlops_run_opts))
	c.struct_size = C.sizeof_mlops_run_opts
	c.name = s.optional(o.Name)
	c.parent = s.optional(o.Parent)
	c.actor = s.optional(o.Actor)
	c.source = s.optional(o.Source)
	c.dataset = s.optional(o.Dataset)
	c.commit = s.optional(o.Commit)
	c.start_ns = C.int64_t(o.StartNs)
	return c
}

// FairnessOpts: options of the constructors. Zero means the default in each field.
type FairnessOpts struct {
	// group that the measures of AI Fairness 360 hold all others against; default: the one of the most
	// weight, without weights of the most rows
	Privileged string
	// a row is decided positive if its prediction is at least this; default 0.5
	Threshold *float64
	// of intervals, in (0, 1); default 0.95
	Confidence float64
	// a rate of a group takes part in measures if so many rows stand below it, whatever they weigh; 1 or
	// more, default 30
	RowsMin int64
}

func (o *FairnessOpts) c(s *scope) *C.mlops_fairness_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_fairness_opts)(s.alloc(C.sizeof_mlops_fairness_opts))
	c.struct_size = C.sizeof_mlops_fairness_opts
	c.privileged = s.optional(o.Privileged)
	if o.Threshold != nil {
		c.flags |= 1
		c.threshold = C.double(*o.Threshold)
	}
	c.confidence = C.double(o.Confidence)
	c.rows_min = C.int64_t(o.RowsMin)
	return c
}

// FolderOpts: what of a folder counts. Zero means the default in each field.
type FolderOpts struct {
	// a symbolic link is what it leads to
	FollowLinks bool
	// symbolic links are left out
	SkipLinks bool
	// entries whose files are gone stay as they are
	KeepMissing bool
	// list of globs; default: everything
	Include string
	// list of globs, which go before include; default: nothing
	Exclude string
	// threads that read, hash and compress; progress in files; deadline
	Call *Call
}

func (o *FolderOpts) c(s *scope) *C.mlops_folder_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_folder_opts)(s.alloc(C.sizeof_mlops_folder_opts))
	c.struct_size = C.sizeof_mlops_folder_opts
	if o.FollowLinks {
		c.flags |= 1
	}
	if o.SkipLinks {
		c.flags |= 2
	}
	if o.KeepMissing {
		c.flags |= 4
	}
	c.include = s.optional(o.Include)
	c.exclude = s.optional(o.Exclude)
	c.call = o.Call.c(s)
	return c
}

// GcOpts: how garbage is collected. Zero means the default in each field.
type GcOpts struct {
	// mark and count, change nothing
	DryRun bool
	// write nothing anew: what content is kept as changes to stays
	KeepBases bool
	// time after which no new piece is begun; default none
	BudgetNs int64
	// what commits of the store put or named since then stays, and a dataset's commits of that time;
	// default 14 days, 1 for nothing
	KeepNs int64
	// share of a pack, above 0 and up to 1, below which it is emptied; default 0.5, and more as long as
	// all packs take above 1.15 times what is needed of them
	MinLive float64
	// content is written anew, by itself, so that what it is kept as changes to may go, where that takes
	// no more than this share of the bytes that go, and so are small files of a chunk of which less is
	// needed; above 0 and up to 1, default 0.9
	RemakeMax float64
}

func (o *GcOpts) c(s *scope) *C.mlops_gc_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_gc_opts)(s.alloc(C.sizeof_mlops_gc_opts))
	c.struct_size = C.sizeof_mlops_gc_opts
	if o.DryRun {
		c.flags |= 1
	}
	if o.KeepBases {
		c.flags |= 2
	}
	c.budget_ns = C.int64_t(o.BudgetNs)
	c.keep_ns = C.int64_t(o.KeepNs)
	c.min_live = C.double(o.MinLive)
	c.remake_max = C.double(o.RemakeMax)
	return c
}

// HllOpts: configuration of a sketch.
type HllOpts struct {
	// bytes depend on the set of values alone
	WithoutHistory bool
	// 2^lg_k registers of a byte; 4 to 21; default 12
	LgK int64
}

func (o *HllOpts) c(s *scope) *C.mlops_hll_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_hll_opts)(s.alloc(C.sizeof_mlops_hll_opts))
	c.struct_size = C.sizeof_mlops_hll_opts
	if o.WithoutHistory {
		c.flags |= 1
	}
	c.lg_k = C.int64_t(o.LgK)
	return c
}

// ImportOpts: what is imported. Zero means the default in each field.
type ImportOpts struct {
	// default MLOPS_IMPORT_DVC
	Kind ImportKind
	// where objects lie; default: of DVC what dir of [cache] in the folder's .dvc/config.local or
	// .dvc/config says, else .dvc/cache; of git-lfs .git/lfs/objects of the folder
	Cache string
	// list of globs, as in mlops/folder.h; default: everything
	Include string
	// list of globs, which go before include; default: nothing
	Exclude string
	// progress in files; deadline
	Call *Call
}

func (o *ImportOpts) c(s *scope) *C.mlops_import_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_import_opts)(s.alloc(C.sizeof_mlops_import_opts))
	c.struct_size = C.sizeof_mlops_import_opts
	c.kind = C.mlops_import_kind(o.Kind)
	c.cache = s.optional(o.Cache)
	c.include = s.optional(o.Include)
	c.exclude = s.optional(o.Exclude)
	c.call = o.Call.c(s)
	return c
}

// MetricOpts: options of the verbs. Zero means the default in each field.
type MetricOpts struct {
	// leave out, and count, rows without a prediction or label
	SkipNan bool
	// classes: auc_macro, ece and their like, too: k + 1 sorts
	OneVsRest bool
	// ranking: the gain of relevance r is 2^r - 1, and not r
	Exponential bool
	// ranking: equal scores rank as they come
	InOrder bool
	// weight of each row, 0 or more; a row of weight 0 is not there; without, each row counts 1
	Weights []float64
	// binary: score from which a row is predicted positive; default 0.5, for margins and ranks 0
	Threshold *float64
	// binary: of scores; default MLOPS_METRIC_PROBABILITY
	Scale MetricScale
	// of ece and its like, 1 to 1000, default 10
	NBins int32
	// classes: of top_k_accuracy, default 3; ranking: rows of a query that are looked at, default all
	K int32
	// regression: of pinball, in (0, 1); default 0.5
	Quantile float64
	// binary, classes: of f_beta, 1e-6 to 1e6: what recall weighs against precision; default 1
	Beta float64
}

func (o *MetricOpts) c(s *scope) *C.mlops_metric_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_metric_opts)(s.alloc(C.sizeof_mlops_metric_opts))
	c.struct_size = C.sizeof_mlops_metric_opts
	if o.SkipNan {
		c.flags |= 1
	}
	if o.OneVsRest {
		c.flags |= 4
	}
	if o.Exponential {
		c.flags |= 8
	}
	if o.InOrder {
		c.flags |= 16
	}
	if len(o.Weights) > 0 {
		c.weights = (*C.double)(s.copy(unsafe.Pointer(&o.Weights[0]), len(o.Weights)*C.sizeof_double))
		c.n_weights = C.int64_t(int64(len(o.Weights)))
	}
	if o.Threshold != nil {
		c.flags |= 2
		c.threshold = C.double(*o.Threshold)
	}
	c.scale = C.mlops_metric_scale(o.Scale)
	c.n_bins = C.int32_t(o.NBins)
	c.k = C.int32_t(o.K)
	c.quantile = C.double(o.Quantile)
	c.beta = C.double(o.Beta)
	return c
}

// ImportanceOpts: options of mlops_importance_measure(). Zero means the default in each field.
type ImportanceOpts struct {
	// column of each feature, separated by commas, quoted as in a CSV line; default: the model's feature
	// names
	Columns string
	// of the shuffles; default 0
	Seed int64
	// shuffles of each feature: 1 to 1000, default 5
	NRepeats int64
}

func (o *ImportanceOpts) c(s *scope) *C.mlops_importance_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_importance_opts)(s.alloc(C.sizeof_mlops_importance_opts))
	c.struct_size = C.sizeof_mlops_importance_opts
	c.columns = s.optional(o.Columns)
	c.seed = C.int64_t(o.Seed)
	c.n_repeats = C.int64_t(o.NRepeats)
	return c
}

// MultivariateOpts: options of the constructors. Zero means the default in each field.
type MultivariateOpts struct {
	// of tables: names to compare, separated by commas, quoted as in a CSV line; default: all of the
	// reference
	Columns string
	// of tables: names to leave out, as columns
	Ignore string
	// default MLOPS_MULTIVARIATE_SCALE_AUTO
	Scale MultivariateScale
}

func (o *MultivariateOpts) c(s *scope) *C.mlops_multivariate_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_multivariate_opts)(s.alloc(C.sizeof_mlops_multivariate_opts))
	c.struct_size = C.sizeof_mlops_multivariate_opts
	c.columns = s.optional(o.Columns)
	c.ignore = s.optional(o.Ignore)
	c.scale = C.mlops_multivariate_scale(o.Scale)
	return c
}

// MmdOpts: options of mlops_multivariate_mmd(). Zero means the default in each field.
type MmdOpts struct {
	// default MLOPS_MMD_AUTO
	Method MmdMethod
	// chance of a false alarm, in (0, 0.5]; default 0.01, of ALIBI 0.05
	Alpha float64
	// largest harmless MMD, in (0, 1); default 0.05; ALIBI takes none
	Tolerance float64
	// of the kernel, 1e-60 to 1e60; default: by the median of distances
	Bandwidth float64
	// rows that each side must have, 2 or more; default 50; ALIBI: 2
	RowsMin int64
	// of EXACT, 1 / alpha - 1 to 100,000, default 1,000; ALIBI: 1 or more, default 100
	NPermutations int64
	// of FOURIER, 128 to 16,384; default 512
	NFrequencies int64
	// of permutations and frequencies; default 0
	Seed int64
	// executor, progress, deadline, memory_max
	Call *Call
}

func (o *MmdOpts) c(s *scope) *C.mlops_mmd_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_mmd_opts)(s.alloc(C.sizeof_mlops_mmd_opts))
	c.struct_size = C.sizeof_mlops_mmd_opts
	c.method = C.mlops_mmd_method(o.Method)
	c.alpha = C.double(o.Alpha)
	c.tolerance = C.double(o.Tolerance)
	c.bandwidth = C.double(o.Bandwidth)
	c.rows_min = C.int64_t(o.RowsMin)
	c.n_permutations = C.int64_t(o.NPermutations)
	c.n_frequencies = C.int64_t(o.NFrequencies)
	c.seed = C.int64_t(o.Seed)
	c.call = o.Call.c(s)
	return c
}

// ItemsOpts: configuration of a sketch.
type ItemsOpts struct {
	// room for 3/4 of 2^lg_size values; 3 to 20; default 10
	LgSize int64
	// bytes of the longest text, which each value takes; 0 to 65,534; default 0: values are int64
	TextMax int64
}

func (o *ItemsOpts) c(s *scope) *C.mlops_items_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_items_opts)(s.alloc(C.sizeof_mlops_items_opts))
	c.struct_size = C.sizeof_mlops_items_opts
	c.lg_size = C.int64_t(o.LgSize)
	c.text_max = C.int64_t(o.TextMax)
	return c
}

// KllOpts: configuration of a sketch.
type KllOpts struct {
	// what is kept, and how close ranks are: 8 to 65,535; default 200, a rank within 1.33 %
	K int64
	// of the generator; default 0
	Seed uint64
}

func (o *KllOpts) c(s *scope) *C.mlops_kll_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_kll_opts)(s.alloc(C.sizeof_mlops_kll_opts))
	c.struct_size = C.sizeof_mlops_kll_opts
	c.k = C.int64_t(o.K)
	c.seed = C.uint64_t(o.Seed)
	return c
}

// LinkOpts: what a link says. Zero means the default in each field.
type LinkOpts struct {
	// commits that the link names are kept by mlops_store_gc(), for as long as it is there; default: a
	// link keeps nothing
	Keep bool
	// how one was made of the other: 1 to 64 bytes of UTF-8 without control characters; default by what
	// they are: "derived" for data of data, "input" for what a run reads or a model that is used,
	// "output" for data of a run, "trained" and "registered" for a version of data and of a run
	Relation string
}

func (o *LinkOpts) c(s *scope) *C.mlops_link_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_link_opts)(s.alloc(C.sizeof_mlops_link_opts))
	c.struct_size = C.sizeof_mlops_link_opts
	if o.Keep {
		c.flags |= 1
	}
	c.relation = s.optional(o.Relation)
	return c
}

// LineageOpts: what of the lineage is told. Zero means the default in each field.
type LineageOpts struct {
	// a dataset's earlier and later commits are not followed
	NoHistory bool
	// links from there to the farthest; default: all there are
	Depth int32
	// links, up to 1,000,000; default 10,000
	NMax int64
}

func (o *LineageOpts) c(s *scope) *C.mlops_lineage_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_lineage_opts)(s.alloc(C.sizeof_mlops_lineage_opts))
	c.struct_size = C.sizeof_mlops_lineage_opts
	if o.NoHistory {
		c.flags |= 1
	}
	c.depth = C.int32_t(o.Depth)
	c.n_max = C.int64_t(o.NMax)
	return c
}

// MonitorOpts: options of the constructors. Zero means the default in each field.
type MonitorOpts struct {
	// drift.alpha is the chance of any false alarm in all windows of the monitor together, and not in
	// each
	AlphaOfAll bool
	// how a CSV reference is read: which columns are features, and how the file is laid out
	Reference *ReferenceOpts
	// tolerances, alpha, rows_min; columns and ignore choose what is watched
	Drift *DriftOpts
	// label "model" of the metrics, UTF-8; default "default"
	Name string
	// rows that end a window, 50 or more; default 1,000, and none where window_ns is given
	WindowRows int64
	// a window ends at each multiple of this time since 1970, UTC, by the host's clock: 3,600,000,000,000
	// is each full hour; default none
	WindowNs int64
	// mean time between two windows with a false alarm, at the least; it takes the place of drift.alpha;
	// default none
	FalseAlarmNs int64
}

func (o *MonitorOpts) c(s *scope) *C.mlops_monitor_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_monitor_opts)(s.alloc(C.sizeof_mlops_monitor_opts))
	c.struct_size = C.sizeof_mlops_monitor_opts
	if o.AlphaOfAll {
		c.flags |= 1
	}
	c.reference = o.Reference.c(s)
	c.drift = o.Drift.c(s)
	c.name = s.optional(o.Name)
	c.window_rows = C.int64_t(o.WindowRows)
	c.window_ns = C.int64_t(o.WindowNs)
	c.false_alarm_ns = C.int64_t(o.FalseAlarmNs)
	return c
}

// PerformanceOpts: options of what is read from counts; 0: the default. A verb refuses what it does
// not name.
type PerformanceOpts struct {
	// score from which a row is predicted positive; from counts it must be a multiple of 1/1024 below 1;
	// default 0.5
	Threshold *float64
	// of intervals, in (0, 1); default 0.95
	Confidence float64
	// of ece and reliability tables, of equal width: a power of 2 up to 1,024; default 16
	NBins int32
	// of top_k_accuracy of classes; default 3
	TopK int32
	// of pinball of a regression, in (0, 1); default 0.5
	Quantile float64
	// of f_beta and its like, 1e-6 to 1e6; default 1
	Beta float64
}

func (o *PerformanceOpts) c(s *scope) *C.mlops_performance_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_performance_opts)(s.alloc(C.sizeof_mlops_performance_opts))
	c.struct_size = C.sizeof_mlops_performance_opts
	if o.Threshold != nil {
		c.flags |= 1
		c.threshold = C.double(*o.Threshold)
	}
	c.confidence = C.double(o.Confidence)
	c.n_bins = C.int32_t(o.NBins)
	c.top_k = C.int32_t(o.TopK)
	c.quantile = C.double(o.Quantile)
	c.beta = C.double(o.Beta)
	return c
}

// MonitorLabelsOpts: how labels are joined and performance is judged. Zero means the default in each
// field.
type MonitorLabelsOpts struct {
	// rows that are remembered for their labels, up to 2^30; the oldest makes room for a new one; default
	// 65,536
	RowsMax int64
	// windows to which a label can still count, the current one among them, 1 to 1,000; default 8; 56 KiB
	// each
	WindowsKept int32
	// what is judged; default MLOPS_MONITOR_AUC, of numbers MLOPS_MONITOR_MAE
	Metric MonitorMetric
	// score from which a row is predicted positive: a multiple of 1/1024 below 1; default 0.5
	Threshold *float64
	// loss that is not worth an alarm, in the metric's unit; default 0.05; of log loss, cost and all of
	// numbers but mape it must be given
	Tolerance float64
	// of the intervals that are shown; default 0.95
	Confidence float64
	// of a row that is predicted 1 and labelled 1; default 0
	CostTp float64
	// predicted 1, labelled 0; default 0
	CostFp float64
	// predicted 0, labelled 1; default 0
	CostFn float64
	// predicted 0, labelled 0; default 0, of all four: there is no cost
	CostTn float64
	// of mlops_monitor_expect_classes(), 2 to 256; default: those of the reference or of the model; else
	// 0
	NClasses int64
	// of mlops_monitor_expect_classes(): of a row of each label, and of that by each prediction; else
	// NULL
	Costs []float64
}

func (o *MonitorLabelsOpts) c(s *scope) *C.mlops_monitor_labels_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_monitor_labels_opts)(s.alloc(C.sizeof_mlops_monitor_labels_opts))
	c.struct_size = C.sizeof_mlops_monitor_labels_opts
	c.rows_max = C.int64_t(o.RowsMax)
	c.windows_kept = C.int32_t(o.WindowsKept)
	c.metric = C.mlops_monitor_metric(o.Metric)
	if o.Threshold != nil {
		c.flags |= 1
		c.threshold = C.double(*o.Threshold)
	}
	c.tolerance = C.double(o.Tolerance)
	c.confidence = C.double(o.Confidence)
	c.cost_tp = C.double(o.CostTp)
	c.cost_fp = C.double(o.CostFp)
	c.cost_fn = C.double(o.CostFn)
	c.cost_tn = C.double(o.CostTn)
	c.n_classes = C.int64_t(o.NClasses)
	if len(o.Costs) > 0 {
		c.costs = (*C.double)(s.copy(unsafe.Pointer(&o.Costs[0]), len(o.Costs)*C.sizeof_double))
		c.n_costs = C.int64_t(int64(len(o.Costs)))
	}
	return c
}

// PolicyOpts: configuration. Zero means the default in each field.
type PolicyOpts struct {
	// windows that must be over; 1 to n, default 1
	K int64
	// among so many newest ones; up to 64, default k
	N int64
	// calm windows in a row that end an alarm; 1 or more, default 1
	Calm int64
	// a window is over from this severity on; above 0, default 1
	Over float64
	// a window is calm below this; in (0, over], default over
	Clear float64
	// one window of this severity raises the alarm by itself; at least over, default none
	Critical float64
	// no alarm is raised until so long after the one before was; default 0
	PauseNs int64
}

func (o *PolicyOpts) c(s *scope) *C.mlops_policy_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_policy_opts)(s.alloc(C.sizeof_mlops_policy_opts))
	c.struct_size = C.sizeof_mlops_policy_opts
	c.k = C.int64_t(o.K)
	c.n = C.int64_t(o.N)
	c.calm = C.int64_t(o.Calm)
	c.over = C.double(o.Over)
	c.clear = C.double(o.Clear)
	c.critical = C.double(o.Critical)
	c.pause_ns = C.int64_t(o.PauseNs)
	return c
}

// MonitorSegmentsOpts: how many segments are kept. Zero means the default in each field.
type MonitorSegmentsOpts struct {
	// keys that have a segment of their own, 1 to 256; default 16
	NSegments int64
}

func (o *MonitorSegmentsOpts) c(s *scope) *C.mlops_monitor_segments_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_monitor_segments_opts)(s.alloc(C.sizeof_mlops_monitor_segments_opts))
	c.struct_size = C.sizeof_mlops_monitor_segments_opts
	c.n_segments = C.int64_t(o.NSegments)
	return c
}

// PcaOpts: options of mlops_multivariate_pca(). Zero means the default in each field.
type PcaOpts struct {
	// default MLOPS_DRIFT_NATIVE; or MLOPS_DRIFT_NANNYML, which takes neither alpha nor tolerance
	Preset DriftPreset
	// chance of a false alarm, in (0, 0.5]; default 0.01
	Alpha float64
	// largest harmless KS distance of errors, in (0, 1); default 0.05
	Tolerance float64
	// share of the reference's variance that the components keep, in (0, 1); default 0.65
	Variance float64
	// errors that each side must have, 2 or more; default 50
	RowsMin int64
	// of each side, 1 to 10,000; default 10
	NChunks int64
	// executor, progress, deadline, memory_max
	Call *Call
}

func (o *PcaOpts) c(s *scope) *C.mlops_pca_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_pca_opts)(s.alloc(C.sizeof_mlops_pca_opts))
	c.struct_size = C.sizeof_mlops_pca_opts
	c.preset = C.mlops_drift_preset(o.Preset)
	c.alpha = C.double(o.Alpha)
	c.tolerance = C.double(o.Tolerance)
	c.variance = C.double(o.Variance)
	c.rows_min = C.int64_t(o.RowsMin)
	c.n_chunks = C.int64_t(o.NChunks)
	c.call = o.Call.c(s)
	return c
}

// ClassifyOpts: options of mlops_multivariate_classify(). Zero means the default in each field.
type ClassifyOpts struct {
	// chance of a false alarm, in (0, 0.5]; default 0.01
	Alpha float64
	// largest harmless AUC, in (0.5, 1); default 0.55
	Tolerance float64
	// rows that each side must have, 20 or more; default 50
	RowsMin int64
	// rows of each side that are looked at, of even parts, to 10,000,000; default 20,000
	RowsMax int64
	// of cross-validation, 2 to 10; default 5
	NFolds int64
	// of a classifier, 1 to 1,000; default 100
	NTrees int64
	// of the folds; default 0
	Seed int64
	// executor, progress, deadline, memory_max
	Call *Call
}

func (o *ClassifyOpts) c(s *scope) *C.mlops_classify_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_classify_opts)(s.alloc(C.sizeof_mlops_classify_opts))
	c.struct_size = C.sizeof_mlops_classify_opts
	c.alpha = C.double(o.Alpha)
	c.tolerance = C.double(o.Tolerance)
	c.rows_min = C.int64_t(o.RowsMin)
	c.rows_max = C.int64_t(o.RowsMax)
	c.n_folds = C.int64_t(o.NFolds)
	c.n_trees = C.int64_t(o.NTrees)
	c.seed = C.int64_t(o.Seed)
	c.call = o.Call.c(s)
	return c
}

// MultivariateReportOpts: options of mlops_multivariate_save(). Zero means the default in each field.
type MultivariateReportOpts struct {
	// without mlops_multivariate_mmd()
	SkipMmd bool
	// without mlops_multivariate_pca()
	SkipPca bool
	// without mlops_multivariate_classify()
	SkipClassify bool
	// default "Drift of rows as a whole"
	Title string
	// how mlops_multivariate_mmd() compares
	Mmd *MmdOpts
	// how mlops_multivariate_pca() does
	Pca *PcaOpts
	// how mlops_multivariate_classify() does
	Classify *ClassifyOpts
}

func (o *MultivariateReportOpts) c(s *scope) *C.mlops_multivariate_report_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_multivariate_report_opts)(s.alloc(C.sizeof_mlops_multivariate_report_opts))
	c.struct_size = C.sizeof_mlops_multivariate_report_opts
	if o.SkipMmd {
		c.flags |= 1
	}
	if o.SkipPca {
		c.flags |= 2
	}
	if o.SkipClassify {
		c.flags |= 4
	}
	c.title = s.optional(o.Title)
	c.mmd = o.Mmd.c(s)
	c.pca = o.Pca.c(s)
	c.classify = o.Classify.c(s)
	return c
}

// OnlineOpts: what a view is, beside its columns and key. Zero means the default in each field.
type OnlineOpts struct {
	// name of an int64 column: when the row was made, in UTC nanoseconds; of two rows of one event time
	// the later made is newer
	Created string
	// age up to which a row serves; default for ever
	TtlNs int64
}

func (o *OnlineOpts) c(s *scope) *C.mlops_online_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_online_opts)(s.alloc(C.sizeof_mlops_online_opts))
	c.struct_size = C.sizeof_mlops_online_opts
	c.created = s.optional(o.Created)
	c.ttl_ns = C.int64_t(o.TtlNs)
	return c
}

// PanesOpts: configuration of panes.
type PanesOpts struct {
	// a pane is a month; pane_ns must be 0
	Months bool
	// one profile without edges, halved at the end of each pane; n_panes must be 0 or 1
	Fade bool
	// what a pane takes, above 0; default an hour
	PaneNs int64
	// a time at which a pane begins; of months, how much later than in UTC they do; default 0, the start
	// of 1970
	OffsetNs int64
	// panes that are kept, 1 to 4,096; default 1
	NPanes int64
}

func (o *PanesOpts) c(s *scope) *C.mlops_panes_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_panes_opts)(s.alloc(C.sizeof_mlops_panes_opts))
	c.struct_size = C.sizeof_mlops_panes_opts
	if o.Months {
		c.flags |= 1
	}
	if o.Fade {
		c.flags |= 2
	}
	c.pane_ns = C.int64_t(o.PaneNs)
	c.offset_ns = C.int64_t(o.OffsetNs)
	c.n_panes = C.int64_t(o.NPanes)
	return c
}

// PerformanceChoiceOpts: what a threshold is to be chosen by. Zero means the default in each field.
type PerformanceChoiceOpts struct {
	// name of what is to be as good as can be: a metric that follows from tp, fp, tn and fn; default "f1"
	Best string
	// one of these that must hold bound; default none
	Held string
	// at least so much of held if higher is better, else at most; default 0
	Bound float64
	// of f_beta, 1e-6 to 1e6; default 1
	Beta float64
	// of a true positive; default 0. With one of the four, their sum over the rows is to be as large as
	// can be, and best must not be given
	WorthTp float64
	// of a false positive: a cost is below 0; default 0
	WorthFp float64
	// of a true negative; default 0
	WorthTn float64
	// of a false negative; default 0
	WorthFn float64
}

func (o *PerformanceChoiceOpts) c(s *scope) *C.mlops_performance_choice_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_performance_choice_opts)(s.alloc(C.sizeof_mlops_performance_choice_opts))
	c.struct_size = C.sizeof_mlops_performance_choice_opts
	c.best = s.optional(o.Best)
	c.held = s.optional(o.Held)
	c.bound = C.double(o.Bound)
	c.beta = C.double(o.Beta)
	c.worth_tp = C.double(o.WorthTp)
	c.worth_fp = C.double(o.WorthFp)
	c.worth_tn = C.double(o.WorthTn)
	c.worth_fn = C.double(o.WorthFn)
	return c
}

// RankingPerformanceOpts: options of sums over queries. Zero means the default in each field.
type RankingPerformanceOpts struct {
	// the gain of relevance r is 2^r - 1, and not r
	Exponential bool
	// equal scores rank as they come
	InOrder bool
	// rows of a query that are looked at; default all
	K int32
}

func (o *RankingPerformanceOpts) c(s *scope) *C.mlops_ranking_performance_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_ranking_performance_opts)(s.alloc(C.sizeof_mlops_ranking_performance_opts))
	c.struct_size = C.sizeof_mlops_ranking_performance_opts
	if o.Exponential {
		c.flags |= 8
	}
	if o.InOrder {
		c.flags |= 16
	}
	c.k = C.int32_t(o.K)
	return c
}

// PromoteOpts: how a version is promoted. Zero means the default in each field.
type PromoteOpts struct {
	// whatever the alias's gate would say; a note is due then
	NoGate bool
	// condition, which becomes the alias's gate if it is met; default: the gate that the alias has, if
	// any
	Gate string
	// why, in words, up to 64 KiB
	Note string
	// dataset to judge on; default: that which the version learned from
	Dataset string
	// branch, tag or digits of a commit; default: the commit that the version learned from, or the branch
	// "main" if dataset is given
	Ref string
	// table to judge on; default: the one that the version learned from, or the only one if dataset is
	// given
	Path string
}

func (o *PromoteOpts) c(s *scope) *C.mlops_promote_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_promote_opts)(s.alloc(C.sizeof_mlops_promote_opts))
	c.struct_size = C.sizeof_mlops_promote_opts
	if o.NoGate {
		c.flags |= 1
	}
	c.gate = s.optional(o.Gate)
	c.note = s.optional(o.Note)
	c.dataset = s.optional(o.Dataset)
	c.ref = s.optional(o.Ref)
	c.path = s.optional(o.Path)
	return c
}

// RegisterOpts: what a version is registered with. Zero means the default in each field.
type RegisterOpts struct {
	// the trainer's own file, kept beside the bundle; default: none
	File string
	// what makes the model's rows; default: none
	Features *Feature
	// what live data is held against; default: none
	Reference *Reference
	// id of the run that made it; default: not known
	Run string
	// dataset that it learned from; default: that of the run
	Dataset string
	// branch, tag or digits of a commit of the dataset; default: that of the run, else the branch "main"
	Commit string
	// table of that commit; default: the only one
	Path string
	// values of the target, as text, in the order of the model's classes, separated by commas, quoted as
	// in a CSV line; of two, a probability is of the second; default: the target is a number, of classes
	// 0, 1, 2, ...
	Classes string
	// in words, up to 64 KiB
	Description string
	// a JSON object, up to 64 KiB, kept as it is
	Metadata string
}

func (o *RegisterOpts) c(s *scope) *C.mlops_register_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_register_opts)(s.alloc(C.sizeof_mlops_register_opts))
	c.struct_size = C.sizeof_mlops_register_opts
	c.file = s.optional(o.File)
	if o.Features != nil {
		c.features = o.Features.p
		s.keep(o.Features)
	}
	if o.Reference != nil {
		c.reference = o.Reference.p
		s.keep(o.Reference)
	}
	c.run = s.optional(o.Run)
	c.dataset = s.optional(o.Dataset)
	c.commit = s.optional(o.Commit)
	c.path = s.optional(o.Path)
	c.classes = s.optional(o.Classes)
	c.description = s.optional(o.Description)
	c.metadata = s.optional(o.Metadata)
	return c
}

// ShareOpts: what a remote in memory does to those who use it. Zero means the default in each field.
type ShareOpts struct {
	// MLOPS_E_BUSY from this call on, counted from 1; default never
	BusyFrom int64
	// how many are busy in a row; default 1
	BusyCalls int64
	// from busy_from on it begins anew every so many calls; default never
	BusyEvery int64
	// 1: a call that is busy has been carried out; default 0
	DoneFirst int64
	// bytes that a read of an object gives at the most; default all that is asked for
	ReadMax int64
	// a list lacks so many of the names that came last; default 0
	ListLag int64
}

func (o *ShareOpts) c(s *scope) *C.mlops_share_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_share_opts)(s.alloc(C.sizeof_mlops_share_opts))
	c.struct_size = C.sizeof_mlops_share_opts
	c.busy_from = C.int64_t(o.BusyFrom)
	c.busy_calls = C.int64_t(o.BusyCalls)
	c.busy_every = C.int64_t(o.BusyEvery)
	c.done_first = C.int64_t(o.DoneFirst)
	c.read_max = C.int64_t(o.ReadMax)
	c.list_lag = C.int64_t(o.ListLag)
	return c
}

// SegmentsOpts: configuration of segments.
type SegmentsOpts struct {
	// keys that have a profile of their own, 1 to 65,536; default 64
	NSegments int64
	// bytes of a key at the most, 1 to 240; longer ones are of the rest; default 64
	KeySize int64
}

func (o *SegmentsOpts) c(s *scope) *C.mlops_segments_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_segments_opts)(s.alloc(C.sizeof_mlops_segments_opts))
	c.struct_size = C.sizeof_mlops_segments_opts
	c.n_segments = C.int64_t(o.NSegments)
	c.key_size = C.int64_t(o.KeySize)
	return c
}

// DivideOpts: how rows are divided. Zero means the default in each field.
type DivideOpts struct {
	// default MLOPS_DIVIDE_ROWS
	By Divide
	// 2 to 250 folds in place of parts; default 0: parts
	NFolds uint32
	// names and shares, separated by commas and quoted as in a CSV line, 2 to 250 of them; shares are
	// above 0 and add up to 1 but for rounding; default "train=0.8,validation=0.1,test=0.1"
	Parts string
	// of groups, strata or time; default for strata the table's target, for time its time
	Column string
	// column that says what a row is, where it is rows or strata that count; default the table's row_id,
	// or all columns
	Key string
	// of the hashes; default 0
	Seed int64
}

func (o *DivideOpts) c(s *scope) *C.mlops_divide_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_divide_opts)(s.alloc(C.sizeof_mlops_divide_opts))
	c.struct_size = C.sizeof_mlops_divide_opts
	c.by = C.mlops_divide(o.By)
	c.n_folds = C.uint32_t(o.NFolds)
	c.parts = s.optional(o.Parts)
	c.column = s.optional(o.Column)
	c.key = s.optional(o.Key)
	c.seed = C.int64_t(o.Seed)
	return c
}

// PushOpts: what is pushed, and how. Zero means the default in each field.
type PushOpts struct {
	// names or globs, a list; default all but those that follow a remote's, under a prefix
	// (mlops_pull_opts)
	Branches string
	// names or globs, a list; default likewise
	Tags string
	// 64 digits: the commit that the one branch that is pushed has at the remote, which need not lead to
	// ours; default: branches move forward alone
	Expected string
	// of one object, up to 64 MiB; default 64 MiB
	ObjectBytes int64
	// progress in commits, deadline; default none
	Call *Call
}

func (o *PushOpts) c(s *scope) *C.mlops_push_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_push_opts)(s.alloc(C.sizeof_mlops_push_opts))
	c.struct_size = C.sizeof_mlops_push_opts
	c.branches = s.optional(o.Branches)
	c.tags = s.optional(o.Tags)
	c.expected = s.optional(o.Expected)
	c.object_bytes = C.int64_t(o.ObjectBytes)
	c.call = o.Call.c(s)
	return c
}

// PullOpts: what is pulled, and how. Zero means the default in each field.
type PullOpts struct {
	// branches and tags here move to where the remote's are, whatever they lead to here
	Force bool
	// names or globs, a list; default all
	Branches string
	// names or globs, a list; default all
	Tags string
	// in front of the names that branches and tags get here, which follow the remote's then, whatever
	// they were, until they get a commit or are moved here; default none
	Prefix string
	// globs, a list: entries of other paths stay there; default all
	Paths string
	// commits of each line, the newest; older ones stay there; default all
	Depth int64
	// progress in commits, deadline; default none
	Call *Call
}

func (o *PullOpts) c(s *scope) *C.mlops_pull_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_pull_opts)(s.alloc(C.sizeof_mlops_pull_opts))
	c.struct_size = C.sizeof_mlops_pull_opts
	if o.Force {
		c.flags |= 1
	}
	c.branches = s.optional(o.Branches)
	c.tags = s.optional(o.Tags)
	c.prefix = s.optional(o.Prefix)
	c.paths = s.optional(o.Paths)
	c.depth = C.int64_t(o.Depth)
	c.call = o.Call.c(s)
	return c
}

// RemoteGcOpts: what is no longer needed, and when that goes. Zero means the default in each field.
type RemoteGcOpts struct {
	// look, and change nothing
	Dry bool
	// how long an object is unneeded before it goes, 10 minutes or more; default a week
	GraceNs int64
	// progress in datasets, deadline; default none
	Call *Call
}

func (o *RemoteGcOpts) c(s *scope) *C.mlops_remote_gc_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_remote_gc_opts)(s.alloc(C.sizeof_mlops_remote_gc_opts))
	c.struct_size = C.sizeof_mlops_remote_gc_opts
	if o.Dry {
		c.flags |= 1
	}
	c.grace_ns = C.int64_t(o.GraceNs)
	c.call = o.Call.c(s)
	return c
}

// WatchOpts: options of mlops_watch_open(). Zero means the default in each field.
type WatchOpts struct {
	// name of the watch; default: that of the model
	Name string
	// tolerances, alpha, rows_min; columns and ignore choose what is watched
	Drift *DriftOpts
	// as in mlops_monitor_opts; default 1,000, and none where window_ns is given
	WindowRows int64
	// as in mlops_monitor_opts; default none
	WindowNs int64
	// as in mlops_monitor_opts; default none
	FalseAlarmNs int64
}

func (o *WatchOpts) c(s *scope) *C.mlops_watch_opts {
	if o == nil {
		return nil
	}
	c := (*C.mlops_watch_opts)(s.alloc(C.sizeof_mlops_watch_opts))
	c.struct_size = C.sizeof_mlops_watch_opts
	c.name = s.optional(o.Name)
	c.drift = o.Drift.c(s)
	c.window_rows = C.int64_t(o.WindowRows)
	c.window_ns = C.int64_t(o.WindowNs)
	c.false_alarm_ns = C.int64_t(o.FalseAlarmNs)
	return c
}

// Executor: runs the pieces of a loop, on as many threads as it likes. Re-entrant.
type Executor struct {
	p *C.mlops_executor
	// whose it is
	parent interface{}
}

// Remote: objects by name, in four folders: "objects/" has those that are put once and are named by
// the SHA-256 of their bytes; "heads/", "leases/" and "state/" have small ones that are swapped. Names
// have up to 200 bytes: letters in lower case, digits, "/" and ".".
//
// Each function blocks, at the longest until deadline_ns, which is on the monotonic clock of the host
// of whoever calls (0: none). It returns MLOPS_OK, or MLOPS_E_BUSY for what may do when it is tried
// again (the library does, a few times); whether anything has happened is unknown then. Every other
// error is for good. What was put or swapped is durable, and is seen by each read that begins later;
// lists may lag behind. Functions may be called from any thread.
type Remote struct {
	p *C.mlops_remote
	// whose it is
	parent interface{}
}

// Anomaly: what scores rows, in mlops_anomaly_size() bytes aligned to 8. One thread at a time.
type Anomaly struct {
	p *C.mlops_anomaly
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapAnomaly(p *C.mlops_anomaly) *Anomaly {
	x := &Anomaly{p: p}
	runtime.SetFinalizer(x, (*Anomaly).Close)
	return x
}

// Close ends this Anomaly, or this share of it; it may be called again.
func (x *Anomaly) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_anomaly_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// KindAnomalyName: name of a kind, such as "forest".
//
// Returns: NULL for a number that is no kind; kinds count from 0.
func KindAnomalyName(kind AnomalyKind) string {
	return C.GoString(C.mlops_anomaly_kind_name(C.mlops_anomaly_kind(kind)))
}

// SizeAnomaly: bytes that learning with this configuration needs; 0 if opts are not valid.
func SizeAnomaly(opts *AnomalyOpts) int {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_anomaly_size(optsC))
}

// NewAnomaly: start learning on the host's heap.
//
// Errors: MLOPS_E_INVALID as mlops_anomaly_init(); MLOPS_E_NOMEM.
func NewAnomaly(opts *AnomalyOpts) (*Anomaly, error) {
	var s scope
	defer s.free()
	var out *C.mlops_anomaly
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_anomaly_new(&out, optsC, &e), &e, "mlops_anomaly_new"); err != nil {
		return nil, err
	}
	r := wrapAnomaly(out)
	return r, nil
}

// NFeatures: number of values of a row.
func (x *Anomaly) NFeatures() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_anomaly_n_features(x.p))
}

// Add: learn from rows, in parts or at once: it makes no difference. A row with a value that is NaN or
// infinite is skipped and counted.
//
// Errors: MLOPS_E_INVALID where a shape differs, or if it is frozen; MLOPS_E_LIMIT beyond 2^53 rows in
// all. Nothing is learnt then.
func (x *Anomaly) Add(rows []float32, nFeatures int) error {
	if x == nil || x.p == nil {
		return closed("Anomaly")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return invalid("rows is not whole rows")
	}
	return check(C.mlops_anomaly_add(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), &e), &e, "mlops_anomaly_add")
}

// Freeze: end learning: what scores is made of the rows, and those held back are scored. From then on
// nothing is learnt.
//
// Errors: MLOPS_E_REFUSED for too few rows, whose number the message tells: it goes on learning;
// MLOPS_E_INVALID if it is frozen.
func (x *Anomaly) Freeze() error {
	if x == nil || x.p == nil {
		return closed("Anomaly")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_anomaly_freeze(x.p, &e), &e, "mlops_anomaly_freeze")
}

// Score: score rows. A value that is NaN is taken to be the mean of its feature.
//
// Errors: MLOPS_E_INVALID where a shape differs, or if it is not frozen.
func (x *Anomaly) Score(rows []float32, nFeatures int) ([]float32, error) {
	if x == nil || x.p == nil {
		return nil, closed("Anomaly")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return nil, invalid("rows is not whole rows")
	}
	out := make([]float32, int(C.int64_t(nRows)))
	if err := check(C.mlops_anomaly_score(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.float)(pointer(out)), &e), &e, "mlops_anomaly_score"); err != nil {
		return nil, err
	}
	return out, nil
}

// PValues: conformal p-values of scores: with m rows held back, of which c score as high or higher, (1
// + c) / (m + 1). An alarm wherever it is at most r has a rate of false alarms of at most r, for any
// distribution and m, if rows without anomaly are exchangeable with those learnt from.
//
// Errors: MLOPS_E_INVALID if n is negative, or it is not frozen.
func (x *Anomaly) PValues(scores []float32) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Anomaly")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(scores)
	var e C.mlops_error
	out := make([]float64, int(C.int64_t(len(scores))))
	if err := check(C.mlops_anomaly_p_values(x.p, (*C.float)(pointer(scores)), C.int64_t(len(scores)), (*C.double)(pointer(out)), &e), &e, "mlops_anomaly_p_values"); err != nil {
		return nil, err
	}
	return out, nil
}

// Threshold: the score beyond which a row is an alarm: exactly where its p-value is at most the rate.
//
// Errors: MLOPS_E_REFUSED if too few rows are held back to tell such a rate: the message says which
// rates they tell; MLOPS_E_INVALID for a rate out of range, or if it is not frozen.
func (x *Anomaly) Threshold(rate float64) (float64, error) {
	if x == nil || x.p == nil {
		return 0, closed("Anomaly")
	}
	defer runtime.KeepAlive(x)
	var out C.double
	var e C.mlops_error
	if err := check(C.mlops_anomaly_threshold(x.p, C.double(rate), &out, &e), &e, "mlops_anomaly_threshold"); err != nil {
		return 0, err
	}
	return float64(out), nil
}

// Summarize: what was learnt, and whether it is frozen.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Anomaly) Summarize() (AnomalySummary, error) {
	if x == nil || x.p == nil {
		return AnomalySummary{}, closed("Anomaly")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_anomaly_summary
	out.struct_size = C.sizeof_mlops_anomaly_summary
	if err := check(C.mlops_anomaly_summarize(x.p, &out), nil, "mlops_anomaly_summarize"); err != nil {
		return AnomalySummary{}, err
	}
	return makeAnomalySummary(&out), nil
}

// Save: write as bytes what is frozen, or what learns: canonical, little-endian, equal for equal state
// on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Anomaly) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Anomaly")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_anomaly_save(x.p, text, room, needed)
	}, nil, "mlops_anomaly_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadAnomalySize: storage that saved bytes need when they are loaded, exact: of what is frozen less
// than learning takes.
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED as mlops_anomaly_load().
func LoadAnomalySize(content []byte) (int, error) {
	defer runtime.KeepAlive(content)
	var size C.size_t
	if err := check(C.mlops_anomaly_load_size(pointer(content), C.size_t(len(content)), &size), nil, "mlops_anomaly_load_size"); err != nil {
		return 0, err
	}
	return int(size), nil
}

// LoadAnomaly: read bytes of mlops_anomaly_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no such state, or whose parts contradict each other;
// MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID
// if mem is not aligned.
func LoadAnomaly(content []byte) (*Anomaly, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_anomaly
	var room C.size_t
	if err := check(C.mlops_anomaly_load_size(pointer(content), C.size_t(len(content)), &room), nil, "mlops_anomaly_load_size"); err != nil {
		return nil, err
	}
	size := room
	mem := storage(size)
	if err := check(C.mlops_anomaly_load(&out, mem.p, size, pointer(content), C.size_t(len(content))), nil, "mlops_anomaly_load"); err != nil {
		return nil, err
	}
	r := wrapAnomaly(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// Pool: threads that wait for work. Several callers may use one pool at once.
type Pool struct {
	p *C.mlops_pool
}

func wrapPool(p *C.mlops_pool) *Pool {
	x := &Pool{p: p}
	runtime.SetFinalizer(x, (*Pool).Close)
	return x
}

// Close ends this Pool, or this share of it; it may be called again.
func (x *Pool) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_pool_free(x.p)
	x.p = nil
	return nil
}

// NewPool: start a pool.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM; MLOPS_E_IO if a thread cannot be started.
func NewPool(nWorkers int32) (*Pool, error) {
	var out *C.mlops_pool
	var e C.mlops_error
	if err := check(C.mlops_pool_new(&out, C.int32_t(nWorkers), nil, &e), &e, "mlops_pool_new"); err != nil {
		return nil, err
	}
	r := wrapPool(out)
	return r, nil
}

// Executor: the pool as an executor.
//
// Returns: valid until mlops_pool_free().
func (x *Pool) Executor() *Executor {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_pool_executor(x.p)
	if p == nil {
		return nil
	}
	return &Executor{p: p, parent: x}
}

// Store: a directory that is open. Opening it again in one process gives the same one.
type Store struct {
	p *C.mlops_store
}

func wrapStore(p *C.mlops_store) *Store {
	x := &Store{p: p}
	runtime.SetFinalizer(x, (*Store).Close)
	return x
}

// Close ends this Store, or this share of it; it may be called again.
func (x *Store) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_store_close(x.p)
	x.p = nil
	return nil
}

// OpenStore: open a store, or make one where there is none.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_EXISTS if the directory is something else; MLOPS_E_CORRUPT if
// journal or packs are damaged, which mlops_check_store() describes; MLOPS_E_UNSUPPORTED for a store
// of a newer version, or on a network file system; MLOPS_E_BUSY if another copy of the library in this
// process, or another container, has it open; MLOPS_E_DENIED, MLOPS_E_NO_SPACE, MLOPS_E_IO,
// MLOPS_E_NOMEM, MLOPS_E_INVALID.
func OpenStore(path string, opts *StoreOpts) (*Store, error) {
	var s scope
	defer s.free()
	var out *C.mlops_store
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_store_open(&out, s.str(path), optsC, &e), &e, "mlops_store_open"); err != nil {
		return nil, err
	}
	r := wrapStore(out)
	return r, nil
}

// Flush: make all commits durable.
//
// Errors: MLOPS_E_IO, MLOPS_E_NO_SPACE; MLOPS_E_FORKED.
func (x *Store) Flush() error {
	if x == nil || x.p == nil {
		return closed("Store")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_store_flush(x.p, &e), &e, "mlops_store_flush")
}

// Service: do a piece of the work that may wait: make commits durable, write the index down from time
// to time, so that opening after a power cut need not read the whole journal, and collect garbage as
// mlops_store_opts.gc_every_ns says, in pieces of 50 ms at the most and 32 MiB of memory. A collection
// of mlops_store_gc() that was left off in this process goes on.
//
// Errors: MLOPS_OK if more is to be done, MLOPS_END if nothing is; or as mlops_store_flush() and
// mlops_store_gc(), but never MLOPS_E_BUSY for a collection elsewhere. A commit that is too damaged to
// collect is MLOPS_E_CORRUPT once in gc_every_ns.
func (x *Store) Service(budgetNs int64) error {
	if x == nil || x.p == nil {
		return closed("Store")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_store_service(x.p, C.int64_t(budgetNs), &e), &e, "mlops_store_service")
}

// Stat: what the store holds now.
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Store) Stat() (StoreStats, error) {
	if x == nil || x.p == nil {
		return StoreStats{}, closed("Store")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_store_stats
	out.struct_size = C.sizeof_mlops_store_stats
	var e C.mlops_error
	if err := check(C.mlops_store_stat(x.p, &out, &e), &e, "mlops_store_stat"); err != nil {
		return StoreStats{}, err
	}
	return makeStoreStats(&out), nil
}

// Content: content by its name: bytes that a dataset, run or model keeps.
//
// Errors: MLOPS_E_NOT_FOUND; MLOPS_E_ARENA if cap is below the size; MLOPS_E_CORRUPT if the content is
// damaged; MLOPS_E_ERASED; MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Store) Content(id ID) ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Store")
	}
	defer runtime.KeepAlive(x)
	var idC C.mlops_id
	*(*ID)(unsafe.Pointer(&idC.bytes)) = id
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_store_content(x.p, &idC, text, room, needed, &e)
	}, &e, "mlops_store_content")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// Export: write all that the store holds to one file: for backups, and for machines of another kind.
// The file has the commits as they are, with their chain of hashes, and the content that they name.
//
// Errors: MLOPS_E_CORRUPT if something is damaged; MLOPS_E_BUSY if an erasure is not finished;
// MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Store) Export(path string) error {
	if x == nil || x.p == nil {
		return closed("Store")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_store_export(x.p, s.str(path), &e), &e, "mlops_store_export")
}

// ImportStore: make a store of what mlops_store_export() wrote: the same commits, content and id.
//
// Errors: MLOPS_E_CORRUPT if the file is damaged or cut short: no store is made then; MLOPS_E_EXISTS,
// MLOPS_E_NOT_FOUND, MLOPS_E_UNSUPPORTED, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NOMEM.
func ImportStore(path string, from string, opts *StoreOpts) error {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_store_import(s.str(path), s.str(from), optsC, &e), &e, "mlops_store_import")
}

// RepairStore: make a damaged store usable: the index anew, and of the journal all commits that are
// whole. What was damaged is kept beside, under "damaged". A lost commit leaves an empty one with its
// number and a note; commits behind it keep their numbers, and their former hashes in a note. Content
// that is damaged stays lost; mlops_check_store() names it.
//
// Errors: MLOPS_E_BUSY if it is open; MLOPS_E_CORRUPT if its format file is damaged;
// MLOPS_E_NOT_FOUND, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_NOMEM.
func RepairStore(path string, opts *StoreOpts) (int64, error) {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return 0, s.err
	}
	var nLost C.int64_t
	var e C.mlops_error
	if err := check(C.mlops_store_repair(s.str(path), optsC, &nLost, &e), &e, "mlops_store_repair"); err != nil {
		return 0, err
	}
	return int64(nLost), nil
}

// Gc: collect garbage for a while, or to the end. A collection that was left off goes on with the next
// call, if that asks for the same; one whose process ends is begun anew by the next.
//
// Errors: MLOPS_OK if there is more to do, MLOPS_END if the collection has come to its end;
// MLOPS_E_BUSY if another thread or process is collecting; MLOPS_E_CORRUPT if a commit is damaged, so
// that what it names cannot be told: nothing more is dropped then; MLOPS_E_CANCELLED,
// MLOPS_E_DEADLINE, after which it can go on; MLOPS_E_DENIED if the store is open for reading alone;
// MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_INVALID, MLOPS_E_FORKED.
func (x *Store) Gc(opts *GcOpts, call *Call) (GcStat, error) {
	if x == nil || x.p == nil {
		return GcStat{}, closed("Store")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return GcStat{}, s.err
	}
	callC := call.c(&s)
	if s.err != nil {
		return GcStat{}, s.err
	}
	var out C.mlops_gc_stat
	out.struct_size = C.sizeof_mlops_gc_stat
	var e C.mlops_error
	if err := check(C.mlops_store_gc(x.p, optsC, callC, &out, &e), &e, "mlops_store_gc"); err != nil {
		return GcStat{}, err
	}
	return makeGcStat(&out), nil
}

// Audit: commits that were read. Immutable and shared; ends with the last mlops_audit_unref().
type Audit struct {
	p *C.mlops_audit
}

func wrapAudit(p *C.mlops_audit) *Audit {
	x := &Audit{p: p}
	runtime.SetFinalizer(x, (*Audit).Close)
	return x
}

// Close ends this Audit, or this share of it; it may be called again.
func (x *Audit) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_audit_unref(x.p)
	x.p = nil
	return nil
}

// ReadAudit: read commits.
//
// Errors: MLOPS_E_CORRUPT if one of them is damaged; MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM,
// MLOPS_E_FORKED.
func ReadAudit(store *Store, from int64, nMax int64) (*Audit, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_audit
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_audit_read(&out, store.p, C.int64_t(from), C.int64_t(nMax), &e), &e, "mlops_audit_read"); err != nil {
		return nil, err
	}
	r := wrapAudit(out)
	return r, nil
}

// NEntries: number of commits that were read.
func (x *Audit) NEntries() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_audit_n_entries(x.p))
}

// At: one commit.
//
// Errors: MLOPS_E_INVALID if there is none.
func (x *Audit) At(index int64) (AuditEntry, error) {
	if x == nil || x.p == nil {
		return AuditEntry{}, closed("Audit")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_audit_entry
	out.struct_size = C.sizeof_mlops_audit_entry
	if err := check(C.mlops_audit_at(x.p, C.int64_t(index), &out), nil, "mlops_audit_at"); err != nil {
		return AuditEntry{}, err
	}
	return makeAuditEntry(&out), nil
}

// Link: the link of a commit: SHA-256 over it and the link before.
//
// Errors: MLOPS_E_INVALID if there is none.
func (x *Audit) Link(index int64) (ID, error) {
	if x == nil || x.p == nil {
		return ID{}, closed("Audit")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_id
	if err := check(C.mlops_audit_link(x.p, C.int64_t(index), &out), nil, "mlops_audit_link"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// Operations: what a commit did, as a JSON array of objects: {"op", "table", "key", "value"}. Parts of
// a key are joined by TAB. A value is JSON where it is an object of JSON; keys and other values are
// text where they are UTF-8, else hexadecimal digits behind "0x".
//
// Errors: MLOPS_E_ARENA if cap is too small; MLOPS_E_INVALID if there is no such commit.
func (x *Audit) Operations(index int64) (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Audit")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_audit_operations(x.p, C.int64_t(index), (*C.char)(text), room, needed)
	}, nil, "mlops_audit_operations")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// VerifyAudit: verify the whole chain: each commit is what its link says, and goes on with the one
// before. What a repair has put in the place of a lost commit goes on with it too, and says so of
// itself.
//
// Errors: MLOPS_E_CORRUPT names the commit; MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func VerifyAudit(store *Store) (ID, int64, error) {
	defer runtime.KeepAlive(store)
	if store == nil || store.p == nil {
		return ID{}, 0, closed("Store")
	}
	var out C.mlops_id
	var n C.int64_t
	var e C.mlops_error
	if err := check(C.mlops_audit_verify(store.p, &out, &n, &e), &e, "mlops_audit_verify"); err != nil {
		return ID{}, 0, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), int64(n), nil
}

// RootAudit: one hash over the first commits: the root of the Merkle tree (RFC 6962) whose leaves are
// their links. Who has kept it can be shown any one of them without the others.
//
// Errors: MLOPS_E_NOT_FOUND if there are fewer; MLOPS_E_CORRUPT names the commit; MLOPS_E_INVALID,
// MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func RootAudit(store *Store, n int64) (ID, error) {
	defer runtime.KeepAlive(store)
	if store == nil || store.p == nil {
		return ID{}, closed("Store")
	}
	var out C.mlops_id
	var e C.mlops_error
	if err := check(C.mlops_audit_root(store.p, C.int64_t(n), &out, &e), &e, "mlops_audit_root"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// ProveAudit: prove that a commit is one of the first n: the commit whole, and the hashes beside its
// way up the tree, as JSON. mlops_audit_parse() takes it; docs/format.md tells others how to.
//
// Errors: MLOPS_E_ARENA if cap is too small; as mlops_audit_root().
func ProveAudit(store *Store, seq int64, n int64) (string, error) {
	defer runtime.KeepAlive(store)
	if store == nil || store.p == nil {
		return "", closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_audit_prove(store.p, C.int64_t(seq), C.int64_t(n), (*C.char)(text), room, needed, &e)
	}, &e, "mlops_audit_prove")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// ParseAudit: take a proof: no store is needed. What it proves is read like what a store has.
//
// Errors: MLOPS_E_CORRUPT if it does not lead to the root: then it proves nothing; MLOPS_E_INVALID,
// MLOPS_E_NOMEM.
func ParseAudit(text []byte, root ID) (*Audit, error) {
	defer runtime.KeepAlive(text)
	var out *C.mlops_audit
	var rootC C.mlops_id
	*(*ID)(unsafe.Pointer(&rootC.bytes)) = root
	var e C.mlops_error
	if err := check(C.mlops_audit_parse(&out, (*C.char)(pointer(text)), C.size_t(len(text)), &rootC, nil, &e), &e, "mlops_audit_parse"); err != nil {
		return nil, err
	}
	r := wrapAudit(out)
	return r, nil
}

// Table: a table. Immutable and shared; ends with the last mlops_table_unref().
type Table struct {
	p *C.mlops_table
}

func wrapTable(p *C.mlops_table) *Table {
	x := &Table{p: p}
	runtime.SetFinalizer(x, (*Table).Close)
	return x
}

// Close ends this Table, or this share of it; it may be called again.
func (x *Table) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_table_unref(x.p)
	x.p = nil
	return nil
}

// LoadTable: read a CSV file (RFC 4180; LF, CRLF or CR; a byte order mark is passed over), in steps,
// never whole, and twice where a column turns out late to hold strings.
//
// A column takes the first type that fits every value that is not null: bool (true, True, TRUE, false,
// False, FALSE), int64, float64 (inf and nan in any case too; whole numbers beyond int64), string.
// Blanks around a number are passed over. A quoted field is a string; "" in quotes is an empty string,
// no null. Empty lines are passed over; in a table of one column they are empty fields, from the first
// record on. Lines count as an editor counts them. A header without records is a table without rows,
// whose columns are of type null. A column whose type is given has it, or is refused if a value does
// not fit. Times, quoted or not, are int64, UTC nanoseconds since 1970; FORMAT is as of strptime, with
// %Y %y %m %b %d %H %I %p %M %S %f %z and %%.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_DENIED; MLOPS_E_PARSE for an empty file, a record of
// another length than the header, a name that is empty or stands twice, an open quote, bytes behind a
// closing quote, bytes that are no UTF-8, NUL, a value that does not fit the type given;
// MLOPS_E_SCHEMA for the type of a column that is not there; MLOPS_E_LIMIT for a record or table
// beyond its limit; MLOPS_E_INVALID for an option; MLOPS_E_CANCELLED, MLOPS_E_DEADLINE, MLOPS_E_NOMEM.
func LoadTable(path string, opts *CSVOpts) (*Table, error) {
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_table_load(&out, s.str(path), optsC, &e), &e, "mlops_table_load"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// ParseTable: read CSV from memory. As mlops_table_load().
func ParseTable(text []byte, opts *CSVOpts) (*Table, error) {
	defer runtime.KeepAlive(text)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_table_parse(&out, (*C.char)(pointer(text)), C.size_t(len(text)), optsC, &e), &e, "mlops_table_parse"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// ImportTable: take over a table (a struct array) from Arrow.
//
// Both structs are moved: they are released by the library, also after an error, except where their
// own release is already NULL. Structure (counts, buffers, offsets, indices) is validated; so are the
// bytes of strings. A row that the struct itself calls null is null in each column.
//
// bool, integers, floats, strings (large, view), null, and dictionaries of these are taken in; dates
// and timestamps as int64 nanoseconds since 1970. uint64 beyond int64 makes a float64 column, where
// that holds each value exactly. All else is refused.
//
// Errors: MLOPS_E_INVALID for a struct that breaks Arrow's rules; MLOPS_E_UNSUPPORTED names the column
// and its type; MLOPS_E_NOMEM.
func ImportTable(schema unsafe.Pointer, array unsafe.Pointer) (*Table, error) {
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_table_import(&out, (*C.struct_ArrowSchema)(schema), (*C.struct_ArrowArray)(array), nil, &e), &e, "mlops_table_import"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// ImportTableStream: take over a stream of tables from Arrow, joined to one. The stream is moved, as
// above.
//
// Errors: as mlops_table_import(); MLOPS_E_IO with the producer's own message.
func ImportTableStream(stream unsafe.Pointer) (*Table, error) {
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_table_import_stream(&out, (*C.struct_ArrowArrayStream)(stream), nil, &e), &e, "mlops_table_import_stream"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// TableFromMatrix: make a table of float64 columns from a matrix. The values are copied.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func TableFromMatrix(values []float64, nColumns int, names string) (*Table, error) {
	defer runtime.KeepAlive(values)
	var s scope
	defer s.free()
	var out *C.mlops_table
	var e C.mlops_error
	nValues, ok := wholeRows(len(values), nColumns)
	if !ok {
		return nil, invalid("values is not whole rows")
	}
	if err := check(C.mlops_table_from_matrix(&out, (*C.double)(pointer(values)), C.int64_t(nValues), C.int64_t(nColumns), s.optional(names), nil, &e), &e, "mlops_table_from_matrix"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// NRows: number of rows.
func (x *Table) NRows() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_table_n_rows(x.p))
}

// NColumns: number of columns.
func (x *Table) NColumns() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_table_n_columns(x.p))
}

// Name: name of a column.
//
// Returns: NULL if index is out of range.
func (x *Table) Name(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_table_name(x.p, C.int64_t(index)))
}

// Type: type of a column; MLOPS_TYPE_NULL also where index is out of range.
func (x *Table) Type(index int64) Type {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return Type(C.mlops_table_type(x.p, C.int64_t(index)))
}

// Find: index of the column of this name, -1 if there is none.
func (x *Table) Find(name string) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	return int64(C.mlops_table_find(x.p, s.str(name)))
}

// NNulls: number of nulls in a column; -1 if index is out of range.
func (x *Table) NNulls(index int64) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_table_n_nulls(x.p, C.int64_t(index)))
}

// Values: values of a bool, int64 or float64 column as float64; a null becomes NaN.
//
// Errors: MLOPS_E_INVALID; MLOPS_E_SCHEMA names a string column.
func (x *Table) Values(index int64) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Table")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	nRows := C.mlops_table_n_rows(x.p)
	out := make([]float64, int(nRows))
	if err := check(C.mlops_table_values(x.p, C.int64_t(index), (*C.double)(pointer(out)), nRows, &e), &e, "mlops_table_values"); err != nil {
		return nil, err
	}
	return out, nil
}

// Integers: values of a bool or int64 column as they are; a null becomes INT64_MIN.
//
// Errors: MLOPS_E_INVALID; MLOPS_E_SCHEMA names a column of strings or float64.
func (x *Table) Integers(index int64) ([]int64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Table")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	nRows := C.mlops_table_n_rows(x.p)
	out := make([]int64, int(nRows))
	if err := check(C.mlops_table_integers(x.p, C.int64_t(index), (*C.int64_t)(pointer(out)), nRows, &e), &e, "mlops_table_integers"); err != nil {
		return nil, err
	}
	return out, nil
}

// Text: one value as text, as it would stand in a CSV field without its quotes. A null is empty.
//
// Errors: MLOPS_E_INVALID if column or row is out of range; MLOPS_E_ARENA if cut.
func (x *Table) Text(index int64, row int64) (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Table")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_table_text(x.p, C.int64_t(index), C.int64_t(row), (*C.char)(text), room, needed)
	}, nil, "mlops_table_text")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Export: hand the table out as Arrow: a struct array of its columns, strings as dictionaries.
//
// Numbers, codes and validity are not copied; bool values are packed to bits, and distinct texts laid
// side by side. What is handed out keeps the table alive until it is released; children may be moved
// out.
//
// Errors: MLOPS_E_NOMEM.
func (x *Table) Export(schema unsafe.Pointer, array unsafe.Pointer) error {
	if x == nil || x.p == nil {
		return closed("Table")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_table_export(x.p, (*C.struct_ArrowSchema)(schema), (*C.struct_ArrowArray)(array), &e), &e, "mlops_table_export")
}

// OverlapTable: rows of one table that stand in another, too: what has leaked from training into
// held-out rows, or from an older version into a newer one. Rows are equal if all columns are: null
// equals null, NaN equals NaN, and 0.0 equals -0.0. They are found by hash and confirmed by
// comparison.
//
// Errors: MLOPS_E_SCHEMA names a column that one lacks, or has another type in it (int64 and float64
// are compared by value); MLOPS_E_INVALID, MLOPS_E_NOMEM.
func OverlapTable(a *Table, b *Table, columns string) (*Table, error) {
	defer runtime.KeepAlive(a)
	defer runtime.KeepAlive(b)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if a == nil || a.p == nil {
		return nil, closed("Table")
	}
	if b == nil || b.p == nil {
		return nil, closed("Table")
	}
	var e C.mlops_error
	if err := check(C.mlops_table_overlap(&out, a.p, b.p, s.optional(columns), &e), &e, "mlops_table_overlap"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Write: write a table as CSV (RFC 4180, lines end in LF), whole or not at all. mlops_table_load()
// with the same options gives back the same values, nulls and types; only a column without any value
// comes back as one of type null, and so do all columns of a table without rows.
//
// A null is an empty field and an empty string is "" in quotes; texts that would be taken for a
// number, a bool or a null are quoted. NaN is spelled so that it is no null: NAN.
//
// Errors: MLOPS_E_INVALID for an option, a value that cannot be told from a null or the delimiter with
// these options, or a time that its format would not give back; MLOPS_E_IO, MLOPS_E_NO_SPACE,
// MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM.
func (x *Table) Write(path string, opts *CSVOpts) error {
	if x == nil || x.p == nil {
		return closed("Table")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_table_write(x.p, s.str(path), optsC, &e), &e, "mlops_table_write")
}

// ExportStream: hand the table out as a stream of Arrow that has it as its one batch, as
// mlops_table_export() makes it. What is handed out keeps the table alive until it is released.
//
// Errors: MLOPS_E_NOMEM.
func (x *Table) ExportStream(out unsafe.Pointer) error {
	if x == nil || x.p == nil {
		return closed("Table")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_table_export_stream(x.p, (*C.struct_ArrowArrayStream)(out), &e), &e, "mlops_table_export_stream")
}

// Texts: describe the texts of a column, row by row, by numbers that can be compared, profiled, kept
// as a reference and watched. A column "review" gives
//
//	review.length       characters (int64)
//	review.words        what blanks part (int64)
//	review.letters      share of the characters that are ASCII letters (float64)
//	review.digits       share of ASCII digits
//	review.punctuation  share of ASCII punctuation
//	review.non_ascii    share of characters beyond ASCII
//	review.upper        share of the ASCII letters that are upper case
//	review.word         one word of four characters or more, in lower case and at most 64 bytes,
//	                    drawn by a hash of the text (string)
//
// Of a null all are null, and each is where there is nothing to take it of.
//
// Errors: MLOPS_E_SCHEMA if there is none of that name, or of another type; MLOPS_E_NOMEM.
func (x *Table) Texts(column string) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Table")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_table_texts(&out, x.p, s.str(column), &e), &e, "mlops_table_texts"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Model: a compiled model. Immutable and shared; ends with the last mlops_model_unref().
type Model struct {
	p *C.mlops_model
}

func wrapModel(p *C.mlops_model) *Model {
	x := &Model{p: p}
	runtime.SetFinalizer(x, (*Model).Close)
	return x
}

// Close ends this Model, or this share of it; it may be called again.
func (x *Model) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_model_unref(x.p)
	x.p = nil
	return nil
}

// LoadModel: load a model file and compile it. The format is found from the content, never from the
// name. Nothing outside the file is read, whatever the file says.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_DENIED, MLOPS_E_NOMEM, MLOPS_E_CORRUPT; MLOPS_E_LIMIT
// beyond memory_max; MLOPS_E_UNSUPPORTED names the booster, objective or version that is missing.
func LoadModel(path string, opts *ModelOpts) (*Model, error) {
	var s scope
	defer s.free()
	var out *C.mlops_model
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_model_load(&out, s.str(path), optsC, &e), &e, "mlops_model_load"); err != nil {
		return nil, err
	}
	r := wrapModel(out)
	return r, nil
}

// ParseModel: load a model from memory. As mlops_model_load().
func ParseModel(content []byte, opts *ModelOpts) (*Model, error) {
	defer runtime.KeepAlive(content)
	var s scope
	defer s.free()
	var out *C.mlops_model
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_model_parse(&out, pointer(content), C.size_t(len(content)), optsC, &e), &e, "mlops_model_parse"); err != nil {
		return nil, err
	}
	r := wrapModel(out)
	return r, nil
}

// InspectModel: what an ONNX file needs, and what of it is missing here, as JSON, without loading it:
// format, producer, opsets (domain, version), operators (operator, domain), and missing, which is
// empty if the file can be loaded: part (node, initializer, input, operator set), name, reason, and of
// nodes operator, domain, opset.
//
// Errors: as mlops_model_load(); MLOPS_E_UNSUPPORTED for files of another kind; MLOPS_E_ARENA if cap
// is too small.
func InspectModel(path string, opts *ModelOpts) (string, error) {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return "", s.err
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_model_inspect(s.str(path), (*C.char)(text), room, needed, optsC, &e)
	}, &e, "mlops_model_inspect")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// NFeatures: number of features of a row.
func (x *Model) NFeatures() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_model_n_features(x.p))
}

// FeatureName: name of a feature.
//
// Returns: NULL if index is out of range or the file has no names.
func (x *Model) FeatureName(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_model_feature_name(x.p, C.int64_t(index)))
}

// ClassName: name of a class, which MLOPS_MODEL_OUTPUT_CLASS tells.
//
// Returns: NULL if there is no such class.
func (x *Model) ClassName(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_model_class_name(x.p, C.int64_t(index)))
}

// Width: number of values that one row yields for this output; 0 if output is unknown.
func (x *Model) Width(output ModelOutput) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_model_width(x.p, C.mlops_model_output(output)))
}

// Describe: what the model is, as JSON: format, objective, the type that it computes in, trees, nodes,
// depth, features with their names, outputs, plan size, working memory, id, chosen kernels.
//
// Errors: MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_NOMEM.
func (x *Model) Describe() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Model")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_model_describe(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_model_describe")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Predict: predict rows of float32. Values are those of the trainer's own predictor: margins bit for
// bit, in the trainer's order of summation. A missing value is NaN. The same rows give the same values
// in any batch and on any machine. A model that computes in float64, as LightGBM's do, takes each
// value widened. Inputs of an ONNX file take the features in their order, each converted to its type.
//
// Errors: MLOPS_E_INVALID where a shape differs; MLOPS_E_ARENA if the model needs more working memory
// than the stack bound of 16 KiB (use a context then); nothing is written then.
func (x *Model) Predict(rows []float32, nFeatures int) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Model")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return nil, invalid("rows is not whole rows")
	}
	width := C.mlops_model_width(x.p, C.MLOPS_MODEL_OUTPUT_PREDICTION)
	out := make([]float64, int(C.int64_t(nRows))*int(width))
	if err := check(C.mlops_model_predict(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(out)), width), nil, "mlops_model_predict"); err != nil {
		return nil, err
	}
	return out, nil
}

// PredictF64: predict rows of float64. A model that computes in float32 takes the nearest of each
// value.
//
// Errors: as mlops_model_predict().
func (x *Model) PredictF64(rows []float64, nFeatures int) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Model")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return nil, invalid("rows is not whole rows")
	}
	width := C.mlops_model_width(x.p, C.MLOPS_MODEL_OUTPUT_PREDICTION)
	out := make([]float64, int(C.int64_t(nRows))*int(width))
	if err := check(C.mlops_model_predict_f64(x.p, (*C.double)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(out)), width), nil, "mlops_model_predict_f64"); err != nil {
		return nil, err
	}
	return out, nil
}

// PredictTable: predict the rows of a table, its columns bound to features by name. Further columns
// are ignored. A model without feature names needs a list of columns. Bool and int64 columns are
// converted; a null is a missing value; a string column is an error that names it, but where an ONNX
// file's input takes texts.
//
// Errors: MLOPS_E_SCHEMA names the column; MLOPS_E_INVALID, MLOPS_E_NOMEM.
func (x *Model) PredictTable(table *Table, columns string, output ModelOutput) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Model")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	var e C.mlops_error
	nRows := C.mlops_table_n_rows(table.p)
	width := C.mlops_model_width(x.p, C.mlops_model_output(output))
	out := make([]float64, int(nRows)*int(width))
	if err := check(C.mlops_model_predict_table(x.p, table.p, s.optional(columns), C.mlops_model_output(output), (*C.double)(pointer(out)), nRows, width, &e), &e, "mlops_model_predict_table"); err != nil {
		return nil, err
	}
	return out, nil
}

// Reference: a reference. Immutable and shared; ends with the last mlops_reference_unref().
type Reference struct {
	p *C.mlops_reference
}

func wrapReference(p *C.mlops_reference) *Reference {
	x := &Reference{p: p}
	runtime.SetFinalizer(x, (*Reference).Close)
	return x
}

// Close ends this Reference, or this share of it; it may be called again.
func (x *Reference) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_reference_unref(x.p)
	x.p = nil
	return nil
}

// NewReference: make a reference from a table.
//
// Errors: MLOPS_E_SCHEMA for a column that is named and not there, or a table without rows;
// MLOPS_E_NOMEM.
func NewReference(table *Table, opts *ReferenceOpts) (*Reference, error) {
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	var out *C.mlops_reference
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_reference_new(&out, table.p, optsC, &e), &e, "mlops_reference_new"); err != nil {
		return nil, err
	}
	r := wrapReference(out)
	return r, nil
}

// NewReferenceStream: make a reference of what memory may not hold, in as many passes as
// call.memory_max demands: each keeps a few columns, of every row. It is that of the whole table, to
// the byte. What is counted is all that the library allocates, the reference too. Progress is told in
// columns, and asked after each batch.
//
// Errors: as mlops_reference_new(), mlops_table_import_stream() and mlops_table_load(); MLOPS_E_LIMIT
// names a column that does not fit by itself, and the bytes that it takes; MLOPS_E_IO if the source
// cannot be opened, or has changed between two passes; MLOPS_E_CANCELLED, MLOPS_E_DEADLINE.
func NewReferenceStream(opts *ReferenceStreamOpts) (*Reference, error) {
	var s scope
	defer s.free()
	var out *C.mlops_reference
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_reference_new_stream(&out, optsC, &e), &e, "mlops_reference_new_stream"); err != nil {
		return nil, err
	}
	r := wrapReference(out)
	return r, nil
}

// LoadReference: load a reference from a file: a saved reference, a bundle that has one, or a CSV
// file, found from the content and never from the name.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_CORRUPT, MLOPS_E_PARSE, MLOPS_E_SCHEMA,
// MLOPS_E_NOMEM.
func LoadReference(path string, opts *ReferenceOpts) (*Reference, error) {
	var s scope
	defer s.free()
	var out *C.mlops_reference
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_reference_load(&out, s.str(path), optsC, &e), &e, "mlops_reference_load"); err != nil {
		return nil, err
	}
	r := wrapReference(out)
	return r, nil
}

// Save: save to a file, whole or not at all.
//
// Errors: MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM.
func (x *Reference) Save(path string) error {
	if x == nil || x.p == nil {
		return closed("Reference")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_reference_save(x.p, s.str(path), &e), &e, "mlops_reference_save")
}

// NRows: number of rows that it was made from.
func (x *Reference) NRows() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_reference_n_rows(x.p))
}

// IsExact: whether it keeps every value of its numeric columns, as MLOPS_REFERENCE_EXACT has it.
func (x *Reference) IsExact() int32 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int32(C.mlops_reference_is_exact(x.p))
}

// Size: bytes of memory that it takes; saved it takes about as many.
func (x *Reference) Size() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_reference_size(x.p))
}

// NColumns: number of columns.
func (x *Reference) NColumns() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_reference_n_columns(x.p))
}

// Name: name of a column.
//
// Returns: NULL if index is out of range.
func (x *Reference) Name(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_reference_name(x.p, C.int64_t(index)))
}

// Type: type of a column; MLOPS_TYPE_NULL also where index is out of range.
func (x *Reference) Type(index int64) Type {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return Type(C.mlops_reference_type(x.p, C.int64_t(index)))
}

// Bundle: an open bundle. Immutable and shared; ends with the last mlops_bundle_unref().
type Bundle struct {
	p *C.mlops_bundle
}

func wrapBundle(p *C.mlops_bundle) *Bundle {
	x := &Bundle{p: p}
	runtime.SetFinalizer(x, (*Bundle).Close)
	return x
}

// Close ends this Bundle, or this share of it; it may be called again.
func (x *Bundle) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_bundle_unref(x.p)
	x.p = nil
	return nil
}

// WriteBundle: write a bundle, whole or not at all. Equal content gives equal bytes.
//
// Errors: MLOPS_E_INVALID for an option out of range, or a golden row without a prediction;
// MLOPS_E_UNSUPPORTED for a graph that yields no numbers; MLOPS_E_IO, MLOPS_E_NO_SPACE,
// MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM.
func WriteBundle(path string, model *Model, opts *BundleOpts) error {
	defer runtime.KeepAlive(model)
	var s scope
	defer s.free()
	if model == nil || model.p == nil {
		return closed("Model")
	}
	optsC := opts.c(&s, int64(C.mlops_model_n_features(model.p)))
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_bundle_write(s.str(path), model.p, optsC, &e), &e, "mlops_bundle_write")
}

// SaveBundle: write a bundle to memory. As mlops_bundle_write().
//
// Errors: MLOPS_E_ARENA if cap is too small: nothing is written then; MLOPS_E_INVALID, MLOPS_E_NOMEM.
func SaveBundle(model *Model, opts *BundleOpts) ([]byte, error) {
	defer runtime.KeepAlive(model)
	var s scope
	defer s.free()
	if model == nil || model.p == nil {
		return nil, closed("Model")
	}
	optsC := opts.c(&s, int64(C.mlops_model_n_features(model.p)))
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_bundle_save(model.p, text, room, needed, optsC, &e)
	}, &e, "mlops_bundle_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadBundle: open a bundle: check every byte, and predict its golden rows.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_NOMEM; MLOPS_E_CORRUPT names what is damaged, or the
// golden row that this machine predicts otherwise; MLOPS_E_UNSUPPORTED; MLOPS_E_LIMIT if predicting
// takes more than 1 GiB: see memory_max of mlops_model_opts.
func LoadBundle(path string) (*Bundle, error) {
	var s scope
	defer s.free()
	var out *C.mlops_bundle
	var e C.mlops_error
	if err := check(C.mlops_bundle_load(&out, s.str(path), nil, &e), &e, "mlops_bundle_load"); err != nil {
		return nil, err
	}
	r := wrapBundle(out)
	return r, nil
}

// ParseBundle: open a bundle from memory. As mlops_bundle_load().
func ParseBundle(content []byte) (*Bundle, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_bundle
	var e C.mlops_error
	if err := check(C.mlops_bundle_parse(&out, pointer(content), C.size_t(len(content)), nil, &e), &e, "mlops_bundle_parse"); err != nil {
		return nil, err
	}
	r := wrapBundle(out)
	return r, nil
}

// Model: the model.
//
// Returns: never NULL; share it with mlops_model_ref() to keep it longer.
func (x *Bundle) Model() *Model {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_bundle_model(x.p)
	if p == nil {
		return nil
	}
	return wrapModel(C.mlops_model_ref(p))
}

// Reference: the reference.
//
// Returns: NULL if the bundle has none.
func (x *Bundle) Reference() *Reference {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_bundle_reference(x.p)
	if p == nil {
		return nil
	}
	return wrapReference(C.mlops_reference_ref(p))
}

// Name: name of the model.
//
// Returns: never NULL; "" if none was given.
func (x *Bundle) Name() string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_bundle_name(x.p))
}

// Version: version of the model.
//
// Returns: never NULL; "" if none was given.
func (x *Bundle) Version() string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_bundle_version(x.p))
}

// Metadata: metadata, as JSON text.
//
// Returns: never NULL; "{}" if none was given.
func (x *Bundle) Metadata() string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_bundle_metadata(x.p))
}

// ID: name of the content: the SHA-256 that the file carries.
func (x *Bundle) ID() (ID, error) {
	if x == nil || x.p == nil {
		return ID{}, closed("Bundle")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_id
	if err := check(C.mlops_bundle_id(x.p, &out), nil, "mlops_bundle_id"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// Calibration: a fitted calibration; immutable, shared by threads.
type Calibration struct {
	p *C.mlops_calibration
}

func wrapCalibration(p *C.mlops_calibration) *Calibration {
	x := &Calibration{p: p}
	runtime.SetFinalizer(x, (*Calibration).Close)
	return x
}

// Close ends this Calibration, or this share of it; it may be called again.
func (x *Calibration) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_calibration_unref(x.p)
	x.p = nil
	return nil
}

// FitCalibration: fit to rows.
//
// Isotonic regression is scikit-learn's IsotonicRegression(out_of_bounds="clip"), a straight line
// between its steps and the outermost values beyond them; Platt's sigmoid that of Lin, Lin and Weng
// (2007), with Platt's smoothed targets, as in scikit-learn.
//
// Errors: MLOPS_E_INVALID if a row is none of these (the message names the first, counted from 0) or
// none counts; MLOPS_E_NOMEM.
func FitCalibration(method CalibrationMethod, scores []float64, labels []float64, weights []float64) (*Calibration, error) {
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(labels)
	defer runtime.KeepAlive(weights)
	var out *C.mlops_calibration
	var e C.mlops_error
	if len(labels) != int(C.int64_t(len(scores))) {
		return nil, invalid("labels has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(len(scores))) {
		return nil, invalid("weights has another length")
	}
	if err := check(C.mlops_calibration_fit(&out, C.mlops_calibration_method(method), (*C.double)(pointer(scores)), (*C.double)(pointer(labels)), (*C.double)(pointer(weights)), C.int64_t(len(scores)), nil, &e), &e, "mlops_calibration_fit"); err != nil {
		return nil, err
	}
	r := wrapCalibration(out)
	return r, nil
}

// FitCalibrationClasses: fit each of k classes against the rest.
//
// Errors: MLOPS_E_INVALID if a row is none of these (the message names the first, counted from 0),
// none counts, or for another k; MLOPS_E_NOMEM.
func FitCalibrationClasses(method CalibrationMethod, probabilities []float64, k int, labels []int64, weights []float64) (*Calibration, error) {
	defer runtime.KeepAlive(probabilities)
	defer runtime.KeepAlive(labels)
	defer runtime.KeepAlive(weights)
	var out *C.mlops_calibration
	var e C.mlops_error
	nProbabilities, ok := wholeRows(len(probabilities), k)
	if !ok {
		return nil, invalid("probabilities is not whole rows")
	}
	if len(labels) != int(C.int64_t(nProbabilities)) {
		return nil, invalid("labels has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(nProbabilities)) {
		return nil, invalid("weights has another length")
	}
	if err := check(C.mlops_calibration_fit_classes(&out, C.mlops_calibration_method(method), (*C.double)(pointer(probabilities)), C.int64_t(nProbabilities), C.int64_t(k), (*C.int64_t)(pointer(labels)), (*C.double)(pointer(weights)), nil, &e), &e, "mlops_calibration_fit_classes"); err != nil {
		return nil, err
	}
	r := wrapCalibration(out)
	return r, nil
}

// NClasses: number of classes that it was fitted to; 0 for scores of a binary task.
func (x *Calibration) NClasses() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_calibration_n_classes(x.p))
}

// Kind: which way it was fitted.
func (x *Calibration) Kind() CalibrationMethod {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return CalibrationMethod(C.mlops_calibration_kind(x.p))
}

// Apply: calibrate scores.
//
// Errors: MLOPS_E_INVALID if n is negative, or it was fitted to classes.
func (x *Calibration) Apply(scores []float64) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Calibration")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(scores)
	var e C.mlops_error
	out := make([]float64, int(C.int64_t(len(scores))))
	if err := check(C.mlops_calibration_apply(x.p, (*C.double)(pointer(scores)), (*C.double)(pointer(out)), C.int64_t(len(scores)), &e), &e, "mlops_calibration_apply"); err != nil {
		return nil, err
	}
	return out, nil
}

// ApplyClasses: calibrate probabilities of classes: each against the rest, then over their sum. A row
// whose sum is 0 becomes 1 / k throughout.
//
// Errors: MLOPS_E_INVALID if n is negative, or it was fitted to another number of classes.
func (x *Calibration) ApplyClasses(probabilities []float64, k int) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Calibration")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(probabilities)
	var e C.mlops_error
	nProbabilities, ok := wholeRows(len(probabilities), k)
	if !ok {
		return nil, invalid("probabilities is not whole rows")
	}
	out := make([]float64, int(C.int64_t(nProbabilities))*int(C.int64_t(k)))
	if err := check(C.mlops_calibration_apply_classes(x.p, (*C.double)(pointer(probabilities)), (*C.double)(pointer(out)), C.int64_t(nProbabilities), C.int64_t(k), &e), &e, "mlops_calibration_apply_classes"); err != nil {
		return nil, err
	}
	return out, nil
}

// Save: write the calibration as bytes: canonical, little-endian.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Calibration) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Calibration")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_calibration_save(x.p, text, room, needed)
	}, nil, "mlops_calibration_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadCalibration: read bytes of mlops_calibration_save().
//
// Errors: MLOPS_E_CORRUPT for bytes that are no calibration; MLOPS_E_UNSUPPORTED for those of a later
// format; MLOPS_E_NOMEM.
func LoadCalibration(content []byte) (*Calibration, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_calibration
	var e C.mlops_error
	if err := check(C.mlops_calibration_load(&out, pointer(content), C.size_t(len(content)), nil, &e), &e, "mlops_calibration_load"); err != nil {
		return nil, err
	}
	r := wrapCalibration(out)
	return r, nil
}

// Change: operations that wait for their commit. Mutable; one thread at a time.
type Change struct {
	p *C.mlops_change
}

func wrapChange(p *C.mlops_change) *Change {
	x := &Change{p: p}
	runtime.SetFinalizer(x, (*Change).Close)
	return x
}

// Close ends this Change, or this share of it; it may be called again.
func (x *Change) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_change_free(x.p)
	x.p = nil
	return nil
}

// NewChange: begin a change.
//
// Errors: MLOPS_E_DENIED if the store is open for reading alone; MLOPS_E_INVALID, MLOPS_E_NOMEM,
// MLOPS_E_FORKED.
func NewChange(store *Store, opts *ChangeOpts) (*Change, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_change
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_change_new(&out, store.p, optsC, &e), &e, "mlops_change_new"); err != nil {
		return nil, err
	}
	r := wrapChange(out)
	return r, nil
}

// Commit: commit: all of the change or nothing. Afterwards it is empty and may be used for the next
// one. After MLOPS_E_CONFLICT it is empty too.
//
// Errors: MLOPS_E_CONFLICT, MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_LIMIT for more than 64 MiB,
// MLOPS_E_NOMEM, MLOPS_E_FORKED; after any of these nothing was committed, and the change is as it
// was.
func (x *Change) Commit() (int64, error) {
	if x == nil || x.p == nil {
		return 0, closed("Change")
	}
	defer runtime.KeepAlive(x)
	var seq C.int64_t
	var e C.mlops_error
	if err := check(C.mlops_change_commit(x.p, &seq, &e), &e, "mlops_change_commit"); err != nil {
		return 0, err
	}
	return int64(seq), nil
}

// Content: keep content. It is stored once, however often it is kept, and is there with the commit,
// for as long as a record names it and nobody collects garbage (mlops_store_gc()) after that.
//
// Errors: MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Change) Content(content []byte) (ID, error) {
	if x == nil || x.p == nil {
		return ID{}, closed("Change")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(content)
	var out C.mlops_id
	var e C.mlops_error
	if err := check(C.mlops_change_content(x.p, &out, pointer(content), C.size_t(len(content)), &e), &e, "mlops_change_content"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// Check: what was found. Immutable and shared; ends with the last mlops_check_unref().
type Check struct {
	p *C.mlops_check
}

func wrapCheck(p *C.mlops_check) *Check {
	x := &Check{p: p}
	runtime.SetFinalizer(x, (*Check).Close)
	return x
}

// Close ends this Check, or this share of it; it may be called again.
func (x *Check) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_check_unref(x.p)
	x.p = nil
	return nil
}

// StoreCheck: check a store. Writers wait meanwhile, readers do not.
//
// All of it is read, and each content held against its SHA-256. With MLOPS_STORE_QUICK, journal,
// index, heads of frames and how content is put together of them: that takes a fraction of the time,
// and finds what is missing or cut, but no changed byte of content.
//
// Errors: MLOPS_OK whatever was found; MLOPS_E_NOT_FOUND, MLOPS_E_UNSUPPORTED, MLOPS_E_IO,
// MLOPS_E_DENIED, MLOPS_E_NOMEM if it could not be carried out; MLOPS_E_CORRUPT if the format file is
// damaged, so that nothing else can be told.
func StoreCheck(path string, opts *StoreOpts) (*Check, error) {
	var s scope
	defer s.free()
	var out *C.mlops_check
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_check_store(&out, s.str(path), optsC, &e), &e, "mlops_check_store"); err != nil {
		return nil, err
	}
	r := wrapCheck(out)
	return r, nil
}

// Count: what was read.
//
// Errors: MLOPS_E_INVALID if it is not.
func (x *Check) Count() (CheckCounts, error) {
	if x == nil || x.p == nil {
		return CheckCounts{}, closed("Check")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_check_counts
	out.struct_size = C.sizeof_mlops_check_counts
	if err := check(C.mlops_check_count(x.p, &out), nil, "mlops_check_count"); err != nil {
		return CheckCounts{}, err
	}
	return makeCheckCounts(&out), nil
}

// NFaults: number of damaged places.
func (x *Check) NFaults() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_check_n_faults(x.p))
}

// Fault: one damaged place, in words.
//
// Returns: NULL beyond that.
func (x *Check) Fault(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_check_fault(x.p, C.int64_t(index)))
}

// Context: working memory and settings of one predicting thread. One thread at a time.
type Context struct {
	p *C.mlops_context
	// what it lives in, or needs to live
	keep []interface{}
	// what it reads
	bound []interface{}
}

func wrapContext(p *C.mlops_context) *Context {
	x := &Context{p: p}
	runtime.SetFinalizer(x, (*Context).Close)
	return x
}

// Close ends this Context, or this share of it; it may be called again.
func (x *Context) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_context_free(x.p)
	}
	x.keep = nil
	x.bound = nil
	x.p = nil
	return nil
}

// SizeContext: bytes that a context needs; exact.
//
// Returns: 0 if the options are not valid.
func SizeContext(model *Model, opts *ContextOpts) int {
	defer runtime.KeepAlive(model)
	var s scope
	defer s.free()
	if model == nil || model.p == nil {
		return 0
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_context_size(model.p, optsC))
}

// NewContext: make a context on the heap of the model's host. It holds a share of the model.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func NewContext(model *Model, output ModelOutput, opts *ContextOpts) (*Context, error) {
	defer runtime.KeepAlive(model)
	var s scope
	defer s.free()
	var out *C.mlops_context
	if model == nil || model.p == nil {
		return nil, closed("Model")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_context_new(&out, model.p, C.mlops_model_output(output), optsC, &e), &e, "mlops_context_new"); err != nil {
		return nil, err
	}
	r := wrapContext(out)
	r.bound = []interface{}{opts}
	return r, nil
}

// Width: number of values that one row yields.
func (x *Context) Width() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_context_width(x.p))
}

// Predict: predict rows, as mlops_model_predict(), for a model of any size. What is bound stays so.
//
// Errors: MLOPS_E_INVALID where a shape differs; nothing is written then.
func (x *Context) Predict(rows []float32, nFeatures int) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return nil, invalid("rows is not whole rows")
	}
	width := C.mlops_context_width(x.p)
	out := make([]float64, int(C.int64_t(nRows))*int(width))
	if err := check(C.mlops_context_predict(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(out)), width), nil, "mlops_context_predict"); err != nil {
		return nil, err
	}
	return out, nil
}

// PredictF64: predict rows, as mlops_model_predict_f64(), for a model of any size. What is bound stays
// so.
//
// Errors: as mlops_context_predict().
func (x *Context) PredictF64(rows []float64, nFeatures int) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return nil, invalid("rows is not whole rows")
	}
	width := C.mlops_context_width(x.p)
	out := make([]float64, int(C.int64_t(nRows))*int(width))
	if err := check(C.mlops_context_predict_f64(x.p, (*C.double)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(out)), width), nil, "mlops_context_predict_f64"); err != nil {
		return nil, err
	}
	return out, nil
}

// Bind: bind rows of float32. They are read anew by each run: their values may change in between. A
// binding takes the place of the one before it; after an error nothing is bound.
//
// Errors: MLOPS_E_INVALID; MLOPS_E_SCHEMA if an ONNX file's input takes texts.
func (x *Context) Bind(rows []float32, nFeatures int) error {
	if x == nil || x.p == nil {
		return closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	var s scope
	defer s.free()
	rowsC := held(rows)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return invalid("rows is not whole rows")
	}
	if err := check(C.mlops_context_bind(x.p, (*C.float)(rowsC.p), C.int64_t(nRows), C.int64_t(nFeatures), C.int64_t(nFeatures), 1, &e), &e, "mlops_context_bind"); err != nil {
		return err
	}
	x.bound = []interface{}{rowsC}
	return nil
}

// BindF64: bind rows of float64. As mlops_context_bind().
func (x *Context) BindF64(rows []float64, nFeatures int) error {
	if x == nil || x.p == nil {
		return closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	var s scope
	defer s.free()
	rowsC := held(rows)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return invalid("rows is not whole rows")
	}
	if err := check(C.mlops_context_bind_f64(x.p, (*C.double)(rowsC.p), C.int64_t(nRows), C.int64_t(nFeatures), C.int64_t(nFeatures), 1, &e), &e, "mlops_context_bind_f64"); err != nil {
		return err
	}
	x.bound = []interface{}{rowsC}
	return nil
}

// BindTable: bind the columns of a table, as mlops_model_predict_table() does. Nothing is copied.
//
// Errors: MLOPS_E_SCHEMA names the column; MLOPS_E_INVALID, MLOPS_E_NOMEM.
func (x *Context) BindTable(table *Table, columns string) error {
	if x == nil || x.p == nil {
		return closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	if table == nil || table.p == nil {
		return closed("Table")
	}
	var e C.mlops_error
	if err := check(C.mlops_context_bind_table(x.p, table.p, s.optional(columns), &e), &e, "mlops_context_bind_table"); err != nil {
		return err
	}
	x.bound = []interface{}{wrapTable(C.mlops_table_ref(table.p))}
	return nil
}

// BindCsr: bind a sparse matrix in compressed rows (CSR): float32 with indices of 32 bits. Row i is
// made of the entries starts[i] to starts[i + 1] - 1. All indices are held against their bounds here,
// and must stay as they are; the values may change between runs.
//
// Errors: MLOPS_E_INVALID names the row; MLOPS_E_SCHEMA if an ONNX file's input takes texts.
func (x *Context) BindCsr(values []float32, features []int32, starts []int32, nFeatures int64, absent float64) error {
	if x == nil || x.p == nil {
		return closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	defer runtime.KeepAlive(features)
	defer runtime.KeepAlive(starts)
	var s scope
	defer s.free()
	valuesC := held(values)
	featuresC := held(features)
	startsC := held(starts)
	var e C.mlops_error
	if features != nil && len(features) != int(C.int64_t(len(values))) {
		return invalid("features has another length")
	}
	if err := check(C.mlops_context_bind_csr(x.p, (*C.float)(valuesC.p), (*C.int32_t)(featuresC.p), C.int64_t(len(values)), (*C.int32_t)(startsC.p), C.int64_t(len(starts)), C.int64_t(nFeatures), C.double(absent), &e), &e, "mlops_context_bind_csr"); err != nil {
		return err
	}
	x.bound = []interface{}{valuesC, featuresC, startsC}
	return nil
}

// BindCsrF64: bind a sparse matrix of float64 with indices of 32 bits. As mlops_context_bind_csr().
func (x *Context) BindCsrF64(values []float64, features []int32, starts []int32, nFeatures int64, absent float64) error {
	if x == nil || x.p == nil {
		return closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	defer runtime.KeepAlive(features)
	defer runtime.KeepAlive(starts)
	var s scope
	defer s.free()
	valuesC := held(values)
	featuresC := held(features)
	startsC := held(starts)
	var e C.mlops_error
	if features != nil && len(features) != int(C.int64_t(len(values))) {
		return invalid("features has another length")
	}
	if err := check(C.mlops_context_bind_csr_f64(x.p, (*C.double)(valuesC.p), (*C.int32_t)(featuresC.p), C.int64_t(len(values)), (*C.int32_t)(startsC.p), C.int64_t(len(starts)), C.int64_t(nFeatures), C.double(absent), &e), &e, "mlops_context_bind_csr_f64"); err != nil {
		return err
	}
	x.bound = []interface{}{valuesC, featuresC, startsC}
	return nil
}

// BindCsrI64: bind a sparse matrix of float32 with indices of 64 bits. As mlops_context_bind_csr().
func (x *Context) BindCsrI64(values []float32, features []int64, starts []int64, nFeatures int64, absent float64) error {
	if x == nil || x.p == nil {
		return closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	defer runtime.KeepAlive(features)
	defer runtime.KeepAlive(starts)
	var s scope
	defer s.free()
	valuesC := held(values)
	featuresC := held(features)
	startsC := held(starts)
	var e C.mlops_error
	if features != nil && len(features) != int(C.int64_t(len(values))) {
		return invalid("features has another length")
	}
	if err := check(C.mlops_context_bind_csr_i64(x.p, (*C.float)(valuesC.p), (*C.int64_t)(featuresC.p), C.int64_t(len(values)), (*C.int64_t)(startsC.p), C.int64_t(len(starts)), C.int64_t(nFeatures), C.double(absent), &e), &e, "mlops_context_bind_csr_i64"); err != nil {
		return err
	}
	x.bound = []interface{}{valuesC, featuresC, startsC}
	return nil
}

// BindCsrF64I64: bind a sparse matrix of float64 with indices of 64 bits. As mlops_context_bind_csr().
func (x *Context) BindCsrF64I64(values []float64, features []int64, starts []int64, nFeatures int64, absent float64) error {
	if x == nil || x.p == nil {
		return closed("Context")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	defer runtime.KeepAlive(features)
	defer runtime.KeepAlive(starts)
	var s scope
	defer s.free()
	valuesC := held(values)
	featuresC := held(features)
	startsC := held(starts)
	var e C.mlops_error
	if features != nil && len(features) != int(C.int64_t(len(values))) {
		return invalid("features has another length")
	}
	if err := check(C.mlops_context_bind_csr_f64_i64(x.p, (*C.double)(valuesC.p), (*C.int64_t)(featuresC.p), C.int64_t(len(values)), (*C.int64_t)(startsC.p), C.int64_t(len(starts)), C.int64_t(nFeatures), C.double(absent), &e), &e, "mlops_context_bind_csr_f64_i64"); err != nil {
		return err
	}
	x.bound = []interface{}{valuesC, featuresC, startsC}
	return nil
}

// Run: predict rows of what is bound.
//
// Errors: MLOPS_E_INVALID if nothing is bound, or a row is not, or width differs: nothing is written
// then; of graphs as mlops_context_predict().
func (x *Context) Run(firstRow int64, nRows int64) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Context")
	}
	defer runtime.KeepAlive(x)
	width := C.mlops_context_width(x.p)
	out := make([]float64, int(C.int64_t(nRows))*int(width))
	if err := check(C.mlops_context_run(x.p, C.int64_t(firstRow), C.int64_t(nRows), (*C.double)(pointer(out)), width), nil, "mlops_context_run"); err != nil {
		return nil, err
	}
	return out, nil
}

// Diff: what differs between two tables, which it shares. Immutable and shared; ends with the last
// mlops_diff_unref().
type Diff struct {
	p *C.mlops_diff
}

func wrapDiff(p *C.mlops_diff) *Diff {
	x := &Diff{p: p}
	runtime.SetFinalizer(x, (*Diff).Close)
	return x
}

// Close ends this Diff, or this share of it; it may be called again.
func (x *Diff) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_diff_unref(x.p)
	x.p = nil
	return nil
}

// CompareDiff: compare two tables. Keys may come in any order; a null is a value of a key like any
// other.
//
// Errors: MLOPS_E_SCHEMA names a column of the key that a table lacks, or has as a string on one side
// alone, and a key that two rows of a table have, with both rows; MLOPS_E_INVALID for an option;
// MLOPS_E_LIMIT for more than 2^31 - 2 rows; MLOPS_E_NOMEM.
func CompareDiff(from *Table, to *Table, opts *DiffOpts) (*Diff, error) {
	defer runtime.KeepAlive(from)
	defer runtime.KeepAlive(to)
	var s scope
	defer s.free()
	var out *C.mlops_diff
	if from == nil || from.p == nil {
		return nil, closed("Table")
	}
	if to == nil || to.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_diff_compare(&out, from.p, to.p, optsC, &e), &e, "mlops_diff_compare"); err != nil {
		return nil, err
	}
	r := wrapDiff(out)
	return r, nil
}

// NCells: number of cells that differ, of rows and columns that are on both sides.
func (x *Diff) NCells() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_diff_n_cells(x.p))
}

// NChanged: number of rows on both sides of which a cell differs.
func (x *Diff) NChanged() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_diff_n_changed(x.p))
}

// NAdded: number of rows that the newer table alone has.
func (x *Diff) NAdded() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_diff_n_added(x.p))
}

// NRemoved: number of rows that the older table alone has.
func (x *Diff) NRemoved() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_diff_n_removed(x.p))
}

// NSchema: number of columns that were added, removed, renamed or retyped.
func (x *Diff) NSchema() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_diff_n_schema(x.p))
}

// Cells: cells that differ, by row of the older table, then by its columns.
//
// Errors: MLOPS_E_NOMEM.
func (x *Diff) Cells() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Diff")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_diff_cells(&out, x.p, &e), &e, "mlops_diff_cells"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Rows: rows that differ: changed and removed ones by row of the older table, then those added by row
// of the newer one.
//
// Errors: MLOPS_E_NOMEM.
func (x *Diff) Rows() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Diff")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_diff_rows(&out, x.p, &e), &e, "mlops_diff_rows"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Added: rows that the newer table alone has, with its columns and types, in its order.
//
// Errors: MLOPS_E_NOMEM.
func (x *Diff) Added() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Diff")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_diff_added(&out, x.p, &e), &e, "mlops_diff_added"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Removed: rows that the older table alone has, with its columns and types, in its order.
//
// Errors: MLOPS_E_NOMEM.
func (x *Diff) Removed() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Diff")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_diff_removed(&out, x.p, &e), &e, "mlops_diff_removed"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Schema: columns that were added, removed, renamed or retyped; their order is not compared. A column
// was renamed if one of the same type and of equal values in all rows that are on both sides, of which
// there is one at the least, has another name. It takes the first such column.
//
// Errors: MLOPS_E_NOMEM.
func (x *Diff) Schema() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Diff")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_diff_schema(&out, x.p, &e), &e, "mlops_diff_schema"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Columns: what became of each column: those of the older table in its order, then those added.
//
// Errors: MLOPS_E_NOMEM.
func (x *Diff) Columns() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Diff")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_diff_columns(&out, x.p, &e), &e, "mlops_diff_columns"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Draft: entries that wait to become a commit. Content goes to the store as it is added, where nobody
// sees it before the commit; of a draft that is not committed it takes room there and nothing else.
// Mutable; one thread at a time.
type Draft struct {
	p *C.mlops_draft
	// what it lives in, or needs to live
	keep []interface{}
	// what it reads
	bound []interface{}
}

func wrapDraft(p *C.mlops_draft) *Draft {
	x := &Draft{p: p}
	runtime.SetFinalizer(x, (*Draft).Close)
	return x
}

// Close ends this Draft, or this share of it; it may be called again.
func (x *Draft) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_draft_free(x.p)
	x.keep = nil
	x.bound = nil
	x.p = nil
	return nil
}

// NewDraft: begin a commit of a dataset, which is made if it is not there.
//
// Errors: MLOPS_E_NOT_FOUND if base is no ref; MLOPS_E_EXISTS if base is given and the branch is
// there, or its name is a tag's; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM,
// MLOPS_E_FORKED.
func NewDraft(change *Change, dataset string, opts *DraftOpts) (*Draft, error) {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	var out *C.mlops_draft
	if change == nil || change.p == nil {
		return nil, closed("Change")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_draft_new(&out, change.p, s.str(dataset), optsC, &e), &e, "mlops_draft_new"); err != nil {
		return nil, err
	}
	r := wrapDraft(out)
	r.keep = []interface{}{change}
	r.bound = []interface{}{opts}
	return r, nil
}

// AddFile: add a file as it is, part by part, or replace the entry of that path.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_DENIED, MLOPS_E_IO, MLOPS_E_BUSY if it shrinks; MLOPS_E_EXISTS if
// path is a folder; MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_NO_SPACE, MLOPS_E_FORKED.
func (x *Draft) AddFile(path string, file string) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_draft_add_file(x.p, s.str(path), s.str(file), &e), &e, "mlops_draft_add_file")
}

// AddBytes: add bytes as a file.
//
// Errors: as mlops_draft_add_file().
func (x *Draft) AddBytes(path string, content []byte) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(content)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_draft_add_bytes(x.p, s.str(path), pointer(content), C.size_t(len(content)), &e), &e, "mlops_draft_add_bytes")
}

// AddCSV: add a CSV file as a table. Its bytes are kept as they are; it must parse.
//
// Errors: as mlops_table_load(); MLOPS_E_SCHEMA if a column of the options is not there; as
// mlops_draft_add_file().
func (x *Draft) AddCSV(path string, file string, opts *DraftTableOpts) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_draft_add_csv(x.p, s.str(path), s.str(file), optsC, &e), &e, "mlops_draft_add_csv")
}

// AddTable: add a table. Its id is over its names, types and values, whatever they were read from.
//
// Errors: MLOPS_E_SCHEMA if a column of the options is not there; MLOPS_E_LIMIT for a text of 4 GiB;
// as mlops_draft_add_file().
func (x *Draft) AddTable(path string, table *Table, opts *DraftTableOpts) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	if table == nil || table.p == nil {
		return closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_draft_add_table(x.p, s.str(path), table.p, optsC, &e), &e, "mlops_draft_add_table")
}

// Split: hold rows of a table out, for good with the commit. The draw depends on the number of rows,
// the values of the column and the seed alone, and is the same on every machine; docs/dataset.md says
// how it is made. A table that is replaced has no split until it gets one. A column of time is of
// numbers, or of texts that are ISO 8601, all of one form and offset: 2020-01-26, or with T or a
// blank, time, fraction, and Z or an offset.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_SCHEMA if it is no table, lacks the
// column, or texts are no such times (the first one is named); MLOPS_E_INVALID if no row would be held
// out, or all; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM.
func (x *Draft) Split(path string, opts *SplitOpts) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_draft_split(x.p, s.str(path), optsC, &e), &e, "mlops_draft_split")
}

// Remove: take an entry out. MLOPS_E_NOT_FOUND if there is none.
func (x *Draft) Remove(path string) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_draft_remove(x.p, s.str(path), &e), &e, "mlops_draft_remove")
}

// Commit: add the commit to the change. It is there once the change is committed. If the branch has
// moved since the draft was begun, this returns MLOPS_E_CONFLICT, or the change's commit does. The
// draft is used up.
//
// Errors: MLOPS_E_INVALID if it was committed before; MLOPS_E_LIMIT if no time is later than the
// commit before; MLOPS_E_CONFLICT, MLOPS_E_NOMEM, MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_FORKED.
func (x *Draft) Commit() (ID, error) {
	if x == nil || x.p == nil {
		return ID{}, closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_id
	var e C.mlops_error
	if err := check(C.mlops_draft_commit(x.p, &out, &e), &e, "mlops_draft_commit"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// Merge: merge a commit into a draft, whose commit gets it as its second parent. What both go back to
// is their newest common ancestor, or nothing. Entries that one side alone has added, removed or
// changed are taken; tables that both have changed are merged as mlops_merge_tables() does it, and
// written as ours are: CSV in the form that it was read in, with a header where there was one, or
// where it could not be read again without; in the form of theirs, if they alone have changed it.
// Target, time, row_id, split and parts are merged each by itself; where rows of both sides come
// together there is neither split nor parts. What was added to the draft before counts as ours. A
// commit that ours goes back to is merged already, and nothing is done.
//
// With MLOPS_MERGE_REFUSE and conflicts the draft stays as it is, and is not committed before a merge
// has been successful. After an error it can be ended alone.
//
// Errors: MLOPS_E_INVALID for an option, or if the draft has merged before; as resolving, as
// mlops_merge_tables() and mlops_draft_add_table().
func (x *Draft) Merge(ref string, opts *DatasetMergeOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_draft_merge(&out, x.p, s.optional(ref), optsC, &e), &e, "mlops_draft_merge"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// AddStream: add the bytes of a stream as an entry, or replace the entry of that path. A table is in
// memory while it is added, a file is not. After an error the draft is as it was; what was read is
// gone.
//
// Errors: MLOPS_E_IO, or what the errno of the reader says; MLOPS_E_INVALID if a reader says that it
// has read more than it was asked for, or columns are given for what is no table; as
// mlops_draft_add_file() and, for a table, mlops_draft_add_csv().
func (x *Draft) AddStream(path string, opts *StreamOpts) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_draft_add_stream(x.p, s.str(path), optsC, &e), &e, "mlops_draft_add_stream")
}

// AddFolder: add a folder: afterwards the entries under the prefix are its files. Those that have not
// changed stay as they are, tables with all that is known of them. A table whose file has changed
// stays one, read with the options that it was read with, with its target, time and row_id where it
// has the columns yet, and a split and parts drawn by their rules where they can be; of kind "csv"
// from then on. One that is no such table any more becomes a file. If n_added, n_changed and n_removed
// are 0, there is nothing to commit. All is read before the first entry changes: after an error the
// draft is as it was.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_DENIED, MLOPS_E_IO, naming the file; MLOPS_E_INVALID for a link,
// for what is no file, for a name that no entry can have, for a glob that is none, for a folder that
// is the store's, or lies in it, and for one without a file to add where entries would be removed, as
// of a disk that is not mounted; MLOPS_E_BUSY for a file that changes whenever it is read;
// MLOPS_E_EXISTS if an entry would be a folder, too; MLOPS_E_CANCELLED, MLOPS_E_DEADLINE,
// MLOPS_E_NO_SPACE, MLOPS_E_CORRUPT, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Draft) AddFolder(prefix string, folder string, opts *FolderOpts) (FolderStat, error) {
	if x == nil || x.p == nil {
		return FolderStat{}, closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return FolderStat{}, s.err
	}
	var out C.mlops_folder_stat
	out.struct_size = C.sizeof_mlops_folder_stat
	var e C.mlops_error
	if err := check(C.mlops_draft_add_folder(x.p, s.optional(prefix), s.str(folder), optsC, &out, &e), &e, "mlops_draft_add_folder"); err != nil {
		return FolderStat{}, err
	}
	return makeFolderStat(&out), nil
}

// Import: add what a tree of DVC or git-lfs names. Of DVC, an object that the cache lacks is taken
// from its place in the tree if that is a file of the same hash. Files of before DVC 3 may be named by
// the MD5 of their text with Unix line ends, as these versions did. Entries of the same content stay
// as they are, tables with all that is known of them. An error leaves in the draft what was added
// ahead of it: begin another one.
//
// Errors: MLOPS_E_NOT_FOUND for an object that is nowhere; MLOPS_E_CORRUPT for one whose bytes are
// others than its name says, and with the line for a file that DVC does not write so, and for a cache
// that is set to be elsewhere than in a folder; MLOPS_E_INVALID for a path that leads out of the
// folder, for a link, for an output without a hash, and of git-lfs for a folder with neither .git nor
// .gitattributes, unless cache is given; MLOPS_E_EXISTS, MLOPS_E_LIMIT, MLOPS_E_CANCELLED,
// MLOPS_E_DEADLINE; otherwise as mlops_draft_add_folder().
func (x *Draft) Import(prefix string, folder string, opts *ImportOpts) (ImportStat, error) {
	if x == nil || x.p == nil {
		return ImportStat{}, closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return ImportStat{}, s.err
	}
	var out C.mlops_import_stat
	out.struct_size = C.sizeof_mlops_import_stat
	var e C.mlops_error
	if err := check(C.mlops_draft_import(x.p, s.optional(prefix), s.str(folder), optsC, &out, &e), &e, "mlops_draft_import"); err != nil {
		return ImportStat{}, err
	}
	return makeImportStat(&out), nil
}

// Validate: hold a table of a draft against what is kept for it, as the draft's commit would.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such entry, or no expectations; MLOPS_E_SCHEMA if the entry
// is no table; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Draft) Validate(path string) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_draft_validate(&out, x.p, s.str(path), &e), &e, "mlops_draft_validate"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Override: let the draft's commit pass whatever its tables break. The reason is recorded with it.
//
// Errors: MLOPS_E_INVALID for an empty reason, one that is no UTF-8, or a draft that was committed;
// MLOPS_E_NOMEM.
func (x *Draft) Override(reason string) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_draft_override(x.p, s.str(reason), &e), &e, "mlops_draft_override")
}

// Divide: divide the rows of a table of a draft. It stands beside what mlops_draft_split() holds out,
// and takes the place of an earlier division. A table that is replaced has none until it gets one.
//
// Folds are called fold0, fold1, ..., the rows to train for each train0, train1, ...: all others, or,
// by time, those that are older (an expanding window, so that the oldest rows are in no fold).
//
// Errors: MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_SCHEMA if it is no table, lacks a
// column, or texts of the column of time are no times (the first one is named); MLOPS_E_INVALID for
// parts that are none, or folds by time of a table with fewer rows than there are folds and one;
// MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM.
func (x *Draft) Divide(path string, opts *DivideOpts) error {
	if x == nil || x.p == nil {
		return closed("Draft")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_draft_divide(x.p, s.str(path), optsC, &e), &e, "mlops_draft_divide")
}

// Merge: what became of three tables. Immutable and shared; ends with the last mlops_merge_unref().
type Merge struct {
	p *C.mlops_merge
}

func wrapMerge(p *C.mlops_merge) *Merge {
	x := &Merge{p: p}
	runtime.SetFinalizer(x, (*Merge).Close)
	return x
}

// Close ends this Merge, or this share of it; it may be called again.
func (x *Merge) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_merge_unref(x.p)
	x.p = nil
	return nil
}

// TablesMerge: merge two tables that come from one. Rows stand for each other, and cells are equal, as
// in mlops_diff_compare(). A column that was renamed is one removed and one added.
//
// Rows come in the order of ours, or of theirs if theirs alone has put the rows of the base in another
// order; a row that one side has put in follows the row that it followed there; where both have put
// rows in, ours come first, and by position equal ones once. So do columns.
//
// Errors: as mlops_diff_compare(); conflicts are no error here.
func TablesMerge(base *Table, ours *Table, theirs *Table, opts *MergeOpts) (*Merge, error) {
	defer runtime.KeepAlive(base)
	defer runtime.KeepAlive(ours)
	defer runtime.KeepAlive(theirs)
	var s scope
	defer s.free()
	var out *C.mlops_merge
	if base != nil && base.p == nil {
		return nil, closed("Table")
	}
	var baseP *C.mlops_table
	if base != nil {
		baseP = base.p
	}
	if ours == nil || ours.p == nil {
		return nil, closed("Table")
	}
	if theirs == nil || theirs.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_merge_tables(&out, baseP, ours.p, theirs.p, optsC, &e), &e, "mlops_merge_tables"); err != nil {
		return nil, err
	}
	r := wrapMerge(out)
	return r, nil
}

// NConflicts: number of conflicts, decided or not.
func (x *Merge) NConflicts() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_merge_n_conflicts(x.p))
}

// Conflicts: what both sides have changed, otherwise than each other.
//
// Errors: MLOPS_OK; nothing fails, as of today.
func (x *Merge) Conflicts() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Merge")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_merge_conflicts(&out, x.p, &e), &e, "mlops_merge_conflicts"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Table: the table that the sides add up to.
//
// Errors: MLOPS_E_CONFLICT if there are conflicts and they were to be refused.
func (x *Merge) Table() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Merge")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_merge_table(&out, x.p, &e), &e, "mlops_merge_table"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Feature: fitted features. Immutable and shared; ends with the last mlops_feature_unref().
type Feature struct {
	p *C.mlops_feature
}

func wrapFeature(p *C.mlops_feature) *Feature {
	x := &Feature{p: p}
	runtime.SetFinalizer(x, (*Feature).Close)
	return x
}

// Close ends this Feature, or this share of it; it may be called again.
func (x *Feature) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_feature_unref(x.p)
	x.p = nil
	return nil
}

// FitFeature: fit features to a table.
//
// impute(x, 'mean'|'median'|'mode'|constant) fills null and NaN; standardise(x) is x less its mean,
// divided by its population standard deviation; minmax(x) is x less its minimum, divided by the range;
// where x is constant, both divide by 1. one_hot(x), one_hot(x, max) makes an output name=category of
// each of the max (default 50, at most 10,000) most frequent categories of a string, int64 or bool x,
// 1 or 0, and stands alone on its line. Null and NaN do not count. docs/features.md has the formulas.
//
// Errors: MLOPS_E_PARSE, MLOPS_E_NOT_FOUND for an unknown name; MLOPS_E_SCHEMA for types that do not
// fit, a value that is infinite, or none where something is fitted; MLOPS_E_EXISTS for two outputs of
// one name; MLOPS_E_LIMIT beyond 65,536 outputs or the limits of the language; MLOPS_E_INVALID,
// MLOPS_E_NOMEM.
func FitFeature(definition string, table *Table, opts *FeatureOpts) (*Feature, error) {
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	var out *C.mlops_feature
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_feature_fit(&out, s.str(definition), table.p, optsC, &e), &e, "mlops_feature_fit"); err != nil {
		return nil, err
	}
	r := wrapFeature(out)
	return r, nil
}

// LoadFeature: load fitted features from a file that mlops_feature_write() wrote.
//
// Errors: MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_DENIED; else as mlops_feature_parse().
func LoadFeature(path string) (*Feature, error) {
	var s scope
	defer s.free()
	var out *C.mlops_feature
	var e C.mlops_error
	if err := check(C.mlops_feature_load(&out, s.str(path), nil, &e), &e, "mlops_feature_load"); err != nil {
		return nil, err
	}
	r := wrapFeature(out)
	return r, nil
}

// ParseFeature: load fitted features from memory.
//
// Errors: MLOPS_E_CORRUPT for any other bytes; MLOPS_E_UNSUPPORTED for a later format; MLOPS_E_LIMIT
// beyond 64 MiB; MLOPS_E_NOMEM.
func ParseFeature(content []byte) (*Feature, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_feature
	var e C.mlops_error
	if err := check(C.mlops_feature_parse(&out, pointer(content), C.size_t(len(content)), nil, &e), &e, "mlops_feature_parse"); err != nil {
		return nil, err
	}
	r := wrapFeature(out)
	return r, nil
}

// Write: write to a file, whole or not at all.
//
// Errors: MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM.
func (x *Feature) Write(path string) error {
	if x == nil || x.p == nil {
		return closed("Feature")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_feature_write(x.p, s.str(path), &e), &e, "mlops_feature_write")
}

// Save: the features as JSON: definition, inputs with their types, outputs with their expressions.
// Equal features give equal bytes.
//
// Errors: MLOPS_E_ARENA if cap is too small: nothing is written then.
func (x *Feature) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Feature")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_feature_save(x.p, text, room, needed)
	}, nil, "mlops_feature_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// ID: name of the content: SHA-256 of what mlops_feature_save() gives.
func (x *Feature) ID() (ID, error) {
	if x == nil || x.p == nil {
		return ID{}, closed("Feature")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_id
	if err := check(C.mlops_feature_id(x.p, &out), nil, "mlops_feature_id"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// Definition: the definition, as it was given.
//
// Returns: never NULL.
func (x *Feature) Definition() string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_feature_definition(x.p))
}

// NInputs: number of columns that the features read.
func (x *Feature) NInputs() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_feature_n_inputs(x.p))
}

// InputName: name of an input, in the order in which the outputs first read them.
//
// Returns: NULL if index is out of range.
func (x *Feature) InputName(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_feature_input_name(x.p, C.int64_t(index)))
}

// InputType: type of an input; MLOPS_TYPE_NULL where index is out of range.
func (x *Feature) InputType(index int64) Type {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return Type(C.mlops_feature_input_type(x.p, C.int64_t(index)))
}

// NOutputs: number of values of a row.
func (x *Feature) NOutputs() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_feature_n_outputs(x.p))
}

// OutputName: name of an output, in the order of the definition.
//
// Returns: NULL if index is out of range.
func (x *Feature) OutputName(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_feature_output_name(x.p, C.int64_t(index)))
}

// Expression: expression of an output, with what was fitted as constants in it.
//
// Returns: NULL if index is out of range.
func (x *Feature) Expression(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_feature_expression(x.p, C.int64_t(index)))
}

// Apply: compute the features of a table.
//
// Inputs are bound to columns by name; further columns are ignored. int64 and float64 columns stand
// for each other where every value is exact; a NaN is a null of an int64 input. Outputs are float64
// columns; null stays null and NaN stays NaN.
//
// Errors: MLOPS_E_SCHEMA names the column; MLOPS_E_NOMEM.
func (x *Feature) Apply(table *Table) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Feature")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var out *C.mlops_table
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	var e C.mlops_error
	if err := check(C.mlops_feature_apply(&out, x.p, table.p, &e), &e, "mlops_feature_apply"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Matrix: compute the features of a table as rows to predict: the values of mlops_feature_apply(),
// rounded to float32; null is NaN.
//
// Errors: as mlops_feature_apply(); MLOPS_E_INVALID where a shape differs.
func (x *Feature) Matrix(table *Table) ([]float32, error) {
	if x == nil || x.p == nil {
		return nil, closed("Feature")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	var e C.mlops_error
	nRows := C.mlops_table_n_rows(table.p)
	nOutputs := C.mlops_feature_n_outputs(x.p)
	out := make([]float32, int(nRows)*int(nOutputs))
	if err := check(C.mlops_feature_matrix(x.p, table.p, (*C.float)(pointer(out)), nRows, nOutputs, &e), &e, "mlops_feature_matrix"); err != nil {
		return nil, err
	}
	return out, nil
}

// Row: compute the features of one row: the bits of mlops_feature_matrix(). Nothing is allocated,
// locked or called of the system.
//
// Errors: MLOPS_E_INVALID where a shape differs or a text is no UTF-8; MLOPS_E_SCHEMA if a value has
// another type than its input, or is not exact in it; MLOPS_E_ARENA if an expression needs more
// working memory than the stack bound of 16 KiB; nothing is written then.
func (x *Feature) Row(values []FeatureValue) ([]float32, error) {
	if x == nil || x.p == nil {
		return nil, closed("Feature")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	valuesC := manyFeatureValue(&s, values)
	nOutputs := C.mlops_feature_n_outputs(x.p)
	out := make([]float32, int(nOutputs))
	if err := check(C.mlops_feature_row(x.p, valuesC, C.int64_t(len(values)), (*C.float)(pointer(out)), nOutputs), nil, "mlops_feature_row"); err != nil {
		return nil, err
	}
	return out, nil
}

// Deployment: versions that serve. Any number of threads may predict at once, also during a refresh:
// none of them waits.
type Deployment struct {
	p *C.mlops_deployment
}

func wrapDeployment(p *C.mlops_deployment) *Deployment {
	x := &Deployment{p: p}
	runtime.SetFinalizer(x, (*Deployment).Close)
	return x
}

// Close ends this Deployment, or this share of it; it may be called again.
func (x *Deployment) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_deployment_close(x.p)
	x.p = nil
	return nil
}

// OpenDeployment: begin to serve.
//
// What the verbs below take is settled now: rows have the features of the champion's model, values are
// the inputs of the champion's features and behind them those that the canary's need further.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such deployment, or nobody holds the champion's alias;
// MLOPS_E_SCHEMA if champion and canary yield different numbers of values; MLOPS_E_CORRUPT,
// MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func OpenDeployment(store *Store, name string) (*Deployment, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_deployment
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_deployment_open(&out, store.p, s.str(name), &e), &e, "mlops_deployment_open"); err != nil {
		return nil, err
	}
	r := wrapDeployment(out)
	return r, nil
}

// Refresh: read the store, and serve what it says from now on. Predictions go on meanwhile; versions
// that serve no more end after the last prediction that uses them. After an error everything is as it
// was, and goes on.
//
// Errors: as mlops_deployment_open(); MLOPS_E_SCHEMA also if a version does not take the rows, or
// values, that this deployment was given so far: open it anew for those.
func (x *Deployment) Refresh() (int64, error) {
	if x == nil || x.p == nil {
		return 0, closed("Deployment")
	}
	defer runtime.KeepAlive(x)
	var nSwapped C.int64_t
	var e C.mlops_error
	if err := check(C.mlops_deployment_refresh(x.p, &nSwapped, &e), &e, "mlops_deployment_refresh"); err != nil {
		return 0, err
	}
	return int64(nSwapped), nil
}

// Width: number of values that one row yields.
func (x *Deployment) Width() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_deployment_width(x.p))
}

// NFeatures: number of features of a row of mlops_deployment_predict().
func (x *Deployment) NFeatures() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_deployment_n_features(x.p))
}

// NInputs: number of values of a row of mlops_deployment_predict_values(); 0 if no version had
// features of its own when this was opened.
func (x *Deployment) NInputs() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_deployment_n_inputs(x.p))
}

// InputName: name of an input.
//
// Returns: NULL if index is out of range.
func (x *Deployment) InputName(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_deployment_input_name(x.p, C.int64_t(index)))
}

// InputType: type of an input; MLOPS_TYPE_NULL where index is out of range.
func (x *Deployment) InputType(index int64) Type {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return Type(C.mlops_deployment_input_type(x.p, C.int64_t(index)))
}

// Stat: what serves, and what it did.
//
// Errors: MLOPS_E_INVALID.
func (x *Deployment) Stat() (DeploymentStats, error) {
	if x == nil || x.p == nil {
		return DeploymentStats{}, closed("Deployment")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_deployment_stats
	out.struct_size = C.sizeof_mlops_deployment_stats
	if err := check(C.mlops_deployment_stat(x.p, &out), nil, "mlops_deployment_stat"); err != nil {
		return DeploymentStats{}, err
	}
	return makeDeploymentStats(&out), nil
}

// Route: number of the version that serves a key.
//
// Returns: 1 or more.
func (x *Deployment) Route(key string) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	return int64(C.mlops_deployment_route(x.p, s.optional(key)))
}

// Predict: predict rows with the version that serves a key, as mlops_model_predict(). Nothing is
// locked, and nothing allocated but for models larger than that: a context where more threads predict
// at once than ever did, and what rows that run together take beyond 64.
//
// Errors: MLOPS_E_SCHEMA if the version takes rows of other features; MLOPS_E_INVALID where a shape
// differs; MLOPS_E_NOMEM, MLOPS_E_LIMIT; nothing is written then.
func (x *Deployment) Predict(key string, rows []float32, nFeatures int) (int64, []float64, error) {
	if x == nil || x.p == nil {
		return 0, nil, closed("Deployment")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	var s scope
	defer s.free()
	var version C.int64_t
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return 0, nil, invalid("rows is not whole rows")
	}
	width := C.mlops_deployment_width(x.p)
	out := make([]float64, int(C.int64_t(nRows))*int(width))
	if err := check(C.mlops_deployment_predict(x.p, s.optional(key), (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(out)), width, &version), nil, "mlops_deployment_predict"); err != nil {
		return 0, nil, err
	}
	return int64(version), out, nil
}

// PredictValues: predict one row of values, through the features of the version that serves a key.
// Nothing is allocated or locked but as mlops_deployment_predict() does.
//
// Errors: MLOPS_E_SCHEMA if the version has no features or needs further inputs, or a value does not
// fit its input; MLOPS_E_INVALID where a shape differs or a text is no UTF-8; MLOPS_E_ARENA beyond
// 4,096 features or the stack bound of mlops_feature_row(); MLOPS_E_NOMEM; nothing is written then.
func (x *Deployment) PredictValues(key string, values []FeatureValue) (int64, []float64, error) {
	if x == nil || x.p == nil {
		return 0, nil, closed("Deployment")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	valuesC := manyFeatureValue(&s, values)
	var version C.int64_t
	width := C.mlops_deployment_width(x.p)
	out := make([]float64, int(width))
	if err := check(C.mlops_deployment_predict_values(x.p, s.optional(key), valuesC, C.int64_t(len(values)), (*C.double)(pointer(out)), width, &version), nil, "mlops_deployment_predict_values"); err != nil {
		return 0, nil, err
	}
	return int64(version), out, nil
}

// PredictTable: predict the rows of a table, each with the version that serves its key. Columns are
// bound by name to the inputs of the version's features or, if it has none, to the features of its
// model.
//
// Errors: MLOPS_E_SCHEMA names a column that is missing or of another type; MLOPS_E_INVALID,
// MLOPS_E_NOMEM.
func (x *Deployment) PredictTable(table *Table, keyColumn string) ([]float64, []int64, error) {
	if x == nil || x.p == nil {
		return nil, nil, closed("Deployment")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	if table == nil || table.p == nil {
		return nil, nil, closed("Table")
	}
	var e C.mlops_error
	nRows := C.mlops_table_n_rows(table.p)
	width := C.mlops_deployment_width(x.p)
	out := make([]float64, int(nRows)*int(width))
	versions := make([]int64, int(nRows))
	if err := check(C.mlops_deployment_predict_table(x.p, table.p, s.optional(keyColumn), (*C.double)(pointer(out)), nRows, width, (*C.int64_t)(pointer(versions)), &e), &e, "mlops_deployment_predict_table"); err != nil {
		return nil, nil, err
	}
	return out, versions, nil
}

// Detector: a detector, in mlops_detector_size() bytes aligned to 8. One thread at a time.
type Detector struct {
	p *C.mlops_detector
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapDetector(p *C.mlops_detector) *Detector {
	x := &Detector{p: p}
	runtime.SetFinalizer(x, (*Detector).Close)
	return x
}

// Close ends this Detector, or this share of it; it may be called again.
func (x *Detector) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_detector_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// KindDetectorName: name of a kind, such as "page_hinkley".
//
// Returns: NULL for a number that is no kind; kinds count from 0.
func KindDetectorName(kind DetectorKind) string {
	return C.GoString(C.mlops_detector_kind_name(C.mlops_detector_kind(kind)))
}

// SizeDetector: bytes that a detector of this configuration needs; 0 if opts are not valid.
func SizeDetector(opts *DetectorOpts) int {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_detector_size(optsC))
}

// NewDetector: start a detector on the host's heap.
//
// Errors: MLOPS_E_INVALID as mlops_detector_init(); MLOPS_E_NOMEM.
func NewDetector(opts *DetectorOpts) (*Detector, error) {
	var s scope
	defer s.free()
	var out *C.mlops_detector
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_detector_new(&out, optsC, &e), &e, "mlops_detector_new"); err != nil {
		return nil, err
	}
	r := wrapDetector(out)
	return r, nil
}

// Add: take values, one after the other: in parts or at once makes no difference.
//
// A change does not end the call: the detector goes on behind it. A value that is NaN, infinite or at
// least 1e100 in magnitude is skipped and counted; it has a place and no signal.
//
// Errors: MLOPS_E_INVALID if n is negative, or a value is no error (0 or 1) or is not from 0 to 1,
// where the kind asks for that; MLOPS_E_LIMIT beyond 2^53 values in all. Nothing is taken then.
func (x *Detector) Add(values []float64) ([]int32, error) {
	if x == nil || x.p == nil {
		return nil, closed("Detector")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	var e C.mlops_error
	signals := make([]int32, int(C.int64_t(len(values))))
	if err := check(C.mlops_detector_add(x.p, (*C.double)(pointer(values)), C.int64_t(len(values)), (*C.int32_t)(pointer(signals)), &e), &e, "mlops_detector_add"); err != nil {
		return nil, err
	}
	return signals, nil
}

// Summarize: what it has seen and where it stands.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Detector) Summarize() (DetectorSummary, error) {
	if x == nil || x.p == nil {
		return DetectorSummary{}, closed("Detector")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_detector_summary
	out.struct_size = C.sizeof_mlops_detector_summary
	if err := check(C.mlops_detector_summarize(x.p, &out), nil, "mlops_detector_summarize"); err != nil {
		return DetectorSummary{}, err
	}
	return makeDetectorSummary(&out), nil
}

// Reset: forget all values and counts; the configuration stays.
func (x *Detector) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_detector_reset(x.p)
}

// Save: write the detector as bytes: canonical, little-endian, equal for equal state on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Detector) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Detector")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_detector_save(x.p, text, room, needed)
	}, nil, "mlops_detector_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadDetector: read bytes of mlops_detector_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are not a detector, or whose parts contradict each other;
// MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID
// if mem is not aligned.
func LoadDetector(content []byte) (*Detector, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_detector
	size := C.size_t(4096)
	for {
		mem := storage(size)
		status := C.mlops_detector_load(&out, mem.p, size, pointer(content), C.size_t(len(content)))
		if status == 0 {
			r := wrapDetector(out)
			r.keep = []interface{}{mem}
			return r, nil
		}
		if status != C.MLOPS_E_ARENA || size > 1<<24 {
			return nil, check(status, nil, "mlops_detector_load")
		}
		size *= 2
	}
}

// EvaluateDetector: hold alarms against the changes that there were.
//
// Errors: MLOPS_E_INVALID: the message names the place that does not ascend or is outside.
func EvaluateDetector(alarms []int64, changes []int64, n int64, opts *DetectorScoreOpts) (DetectorScore, error) {
	defer runtime.KeepAlive(alarms)
	defer runtime.KeepAlive(changes)
	var s scope
	defer s.free()
	var out C.mlops_detector_score
	out.struct_size = C.sizeof_mlops_detector_score
	optsC := opts.c(&s)
	if s.err != nil {
		return DetectorScore{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_detector_evaluate(&out, (*C.int64_t)(pointer(alarms)), C.int64_t(len(alarms)), (*C.int64_t)(pointer(changes)), C.int64_t(len(changes)), C.int64_t(n), optsC, &e), &e, "mlops_detector_evaluate"); err != nil {
		return DetectorScore{}, err
	}
	return makeDetectorScore(&out), nil
}

// Drift: verdicts of a comparison, column by column. Immutable and shared; ends with the last
// mlops_drift_unref().
type Drift struct {
	p *C.mlops_drift
}

func wrapDrift(p *C.mlops_drift) *Drift {
	x := &Drift{p: p}
	runtime.SetFinalizer(x, (*Drift).Close)
	return x
}

// Close ends this Drift, or this share of it; it may be called again.
func (x *Drift) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_drift_unref(x.p)
	x.p = nil
	return nil
}

// CompareDrift: compare two tables, column by column by name, with every row of both.
//
// Errors: MLOPS_E_SCHEMA names a column that is missing or of another kind; MLOPS_E_INVALID for an
// option out of range; MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE.
func CompareDrift(reference *Table, current *Table, opts *DriftOpts) (*Drift, error) {
	defer runtime.KeepAlive(reference)
	defer runtime.KeepAlive(current)
	var s scope
	defer s.free()
	var out *C.mlops_drift
	if reference == nil || reference.p == nil {
		return nil, closed("Table")
	}
	if current == nil || current.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_drift_compare(&out, reference.p, current.p, optsC, &e), &e, "mlops_drift_compare"); err != nil {
		return nil, err
	}
	r := wrapDrift(out)
	return r, nil
}

// CompareDriftReference: compare a table with a kept reference. The loss of precision of the reference
// is part of the confidence bound. opts.ignore may name columns that the reference was made without.
//
// Errors: as mlops_drift_compare(); MLOPS_E_UNSUPPORTED for a preset, which needs the rows.
func CompareDriftReference(reference *Reference, current *Table, opts *DriftOpts) (*Drift, error) {
	defer runtime.KeepAlive(reference)
	defer runtime.KeepAlive(current)
	var s scope
	defer s.free()
	var out *C.mlops_drift
	if reference == nil || reference.p == nil {
		return nil, closed("Reference")
	}
	if current == nil || current.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_drift_compare_reference(&out, reference.p, current.p, optsC, &e), &e, "mlops_drift_compare_reference"); err != nil {
		return nil, err
	}
	r := wrapDrift(out)
	return r, nil
}

// Overall: dRIFT_YES if any column has drifted (EVIDENTLY: half of them or more), else NO if any could
// be judged.
func (x *Drift) Overall() DriftVerdict {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return DriftVerdict(C.mlops_drift_overall(x.p))
}

// Severity: how grave it is: the largest effect over its tolerance, at most 1,000. Of a column that
// has drifted the effect is what it is at least, so that drift is above 1; what is not shown to be
// drift is held to 1. Of a preset whose rule is one of p it is ln(p) over ln(its limit).
//
// Returns: NaN if no column could be judged.
func (x *Drift) Severity() float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_drift_severity(x.p))
}

// NColumns: number of columns.
func (x *Drift) NColumns() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_drift_n_columns(x.p))
}

// NDrifted: number of columns that have drifted.
func (x *Drift) NDrifted() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_drift_n_drifted(x.p))
}

// Get: what was found of one column.
//
// Errors: MLOPS_E_INVALID if index is out of range.
func (x *Drift) Get(index int64) (DriftColumn, error) {
	if x == nil || x.p == nil {
		return DriftColumn{}, closed("Drift")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_drift_column
	out.struct_size = C.sizeof_mlops_drift_column
	if err := check(C.mlops_drift_get(x.p, C.int64_t(index), &out), nil, "mlops_drift_get"); err != nil {
		return DriftColumn{}, err
	}
	return makeDriftColumn(&out), nil
}

// Regions: where columns have changed: what gained and what lost the largest shares. A row a region,
// of the columns whose p_value is at most alpha (of a preset: of all), the largest change first.
//
//	column              its name (string)
//	kind                "values", "category", "new" (all categories that the reference has not),
//	                    "rest" (all that are not told apart) or "nulls" (string)
//	low, high           of values: from low to high; of a kept reference above low (float64)
//	category            text of a category (string)
//	reference, current  its shares of the values, of nulls of the rows (float64)
//
// What does not apply is null. Values are the interval that gained the most, of all intervals, and
// that which lost the most. Of categories there are up to three that gained and three that lost.
//
// Errors: MLOPS_E_NOMEM.
func (x *Drift) Regions() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Drift")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_drift_regions(&out, x.p, &e), &e, "mlops_drift_regions"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Save: write a report, whole or not at all: self-contained HTML, or JSON if the name ends in ".json".
//
// Errors: MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_DENIED, MLOPS_E_NOT_FOUND, MLOPS_E_NOMEM.
func (x *Drift) Save(path string) error {
	if x == nil || x.p == nil {
		return closed("Drift")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_drift_save(x.p, s.str(path), &e), &e, "mlops_drift_save")
}

// JSON: the verdicts as JSON text.
//
// Errors: MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_NOMEM.
func (x *Drift) JSON() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Drift")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_drift_json(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_drift_json")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// CompareDriftStream: compare two sources column by column by name, with every row of both, in as many
// passes as the bound on memory demands. A kept reference needs one pass less of memory, and no rows
// of its own.
//
// Progress is told in columns, at least once for each batch; what it is asked within a pass is whether
// to go on. There are more of them once a column has turned out to be one of texts. What is counted
// against the bound is all that the library allocates in the call, not what the producer of a stream
// holds.
//
// Errors: as mlops_drift_compare(), mlops_drift_compare_reference(), mlops_table_import_stream() and
// mlops_table_load(); MLOPS_E_LIMIT names a column that does not fit by itself, and the bytes that it
// takes; MLOPS_E_IO if a source cannot be opened, or has changed between two passes.
func CompareDriftStream(opts *DriftStreamOpts) (*Drift, error) {
	var s scope
	defer s.free()
	var out *C.mlops_drift
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_drift_compare_stream(&out, optsC, &e), &e, "mlops_drift_compare_stream"); err != nil {
		return nil, err
	}
	r := wrapDrift(out)
	return r, nil
}

// Profile: a profile, in mlops_profile_size() bytes aligned to 8. One thread at a time.
type Profile struct {
	p *C.mlops_profile
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapProfile(p *C.mlops_profile) *Profile {
	x := &Profile{p: p}
	runtime.SetFinalizer(x, (*Profile).Close)
	return x
}

// Close ends this Profile, or this share of it; it may be called again.
func (x *Profile) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_profile_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizeProfile: bytes that a profile of this configuration needs; 0 if opts are not valid.
func SizeProfile(opts *ProfileOpts) int {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_profile_size(optsC))
}

// NewProfile: start an empty profile on the host's heap.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func NewProfile(opts *ProfileOpts) (*Profile, error) {
	var s scope
	defer s.free()
	var out *C.mlops_profile
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_profile_new(&out, optsC, &e), &e, "mlops_profile_new"); err != nil {
		return nil, err
	}
	r := wrapProfile(out)
	return r, nil
}

// Add: count values.
//
// Errors: MLOPS_E_INVALID if n is negative; MLOPS_E_LIMIT beyond 2^63 - 1 values in all. Nothing is
// counted in either case.
func (x *Profile) Add(values []float64) error {
	if x == nil || x.p == nil {
		return closed("Profile")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	return check(C.mlops_profile_add(x.p, (*C.double)(pointer(values)), C.int64_t(len(values))), nil, "mlops_profile_add")
}

// AddF32: count float32 values, one of each stride-th element.
//
// Errors: as mlops_profile_add().
func (x *Profile) AddF32(values []float32, stride int) error {
	if x == nil || x.p == nil {
		return closed("Profile")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	if stride < 1 {
		return invalid("stride is below 1")
	}
	return check(C.mlops_profile_add_f32(x.p, (*C.float)(pointer(values)), C.int64_t((len(values)+stride-1)/stride), C.int64_t(stride)), nil, "mlops_profile_add_f32")
}

// AddText: count a text: its characters as a value, and itself among different values and categories.
//
// Errors: MLOPS_E_LIMIT beyond 2^63 - 1 values in all.
func (x *Profile) AddText(text string) error {
	if x == nil || x.p == nil {
		return closed("Profile")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	return check(C.mlops_profile_add_text(x.p, s.optional(text)), nil, "mlops_profile_add_text")
}

// AddNulls: count n nulls; n is 0 or more.
//
// Errors: as mlops_profile_add().
func (x *Profile) AddNulls(n int64) error {
	if x == nil || x.p == nil {
		return closed("Profile")
	}
	defer runtime.KeepAlive(x)
	return check(C.mlops_profile_add_nulls(x.p, C.int64_t(n)), nil, "mlops_profile_add_nulls")
}

// Merge: add what another profile has seen.
//
// Errors: MLOPS_E_INVALID if the configurations differ; MLOPS_E_LIMIT beyond 2^63 - 1 values in all.
// Nothing is added in either case.
func (x *Profile) Merge(other *Profile) error {
	if x == nil || x.p == nil {
		return closed("Profile")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("Profile")
	}
	return check(C.mlops_profile_merge(x.p, other.p), nil, "mlops_profile_merge")
}

// Reset: forget all values; the configuration stays.
func (x *Profile) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_profile_reset(x.p)
}

// Summarize: totals and extremes.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Profile) Summarize() (ProfileSummary, error) {
	if x == nil || x.p == nil {
		return ProfileSummary{}, closed("Profile")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_profile_summary
	out.struct_size = C.sizeof_mlops_profile_summary
	if err := check(C.mlops_profile_summarize(x.p, &out), nil, "mlops_profile_summarize"); err != nil {
		return ProfileSummary{}, err
	}
	return makeProfileSummary(&out), nil
}

// Save: write the profile as bytes: canonical, little-endian, equal for equal content on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Profile) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Profile")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_profile_save(x.p, text, room, needed)
	}, nil, "mlops_profile_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadProfile: read bytes of mlops_profile_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are not a profile, or whose totals and bins contradict each
// other; MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small;
// MLOPS_E_INVALID if mem is not aligned.
func LoadProfile(content []byte) (*Profile, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_profile
	size := C.size_t(4096)
	for {
		mem := storage(size)
		status := C.mlops_profile_load(&out, mem.p, size, pointer(content), C.size_t(len(content)))
		if status == 0 {
			r := wrapProfile(out)
			r.keep = []interface{}{mem}
			return r, nil
		}
		if status != C.MLOPS_E_ARENA || size > 1<<24 {
			return nil, check(status, nil, "mlops_profile_load")
		}
		size *= 2
	}
}

// Measure: moments. Mean and variance are exact but for a last rounding; the others are as fine as the
// bins.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Profile) Measure() (ProfileMoments, error) {
	if x == nil || x.p == nil {
		return ProfileMoments{}, closed("Profile")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_profile_moments
	out.struct_size = C.sizeof_mlops_profile_moments
	if err := check(C.mlops_profile_measure(x.p, &out), nil, "mlops_profile_measure"); err != nil {
		return ProfileMoments{}, err
	}
	return makeProfileMoments(&out), nil
}

// Distinct: how many different values there are, by estimate, or a bound of it: see
// mlops_hll_estimate(). Nulls and NaN are none. NaN if the profile has no registers.
func (x *Profile) Distinct(errors float64) float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_profile_distinct(x.p, C.double(errors)))
}

// NCategories: number of categories.
func (x *Profile) NCategories() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_profile_n_categories(x.p))
}

// Category: texts of a category; -1 if index is out of range.
func (x *Profile) Category(index int64) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_profile_category(x.p, C.int64_t(index)))
}

// CategoryName: name of a category.
//
// Returns: NULL if index is out of range.
func (x *Profile) CategoryName(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_profile_category_name(x.p, C.int64_t(index)))
}

// NBins: number of bins; without edges it changes with what is counted.
func (x *Profile) NBins() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_profile_n_bins(x.p))
}

// Bin: values in a bin (infinities count in the outermost); -1 if index is out of range.
func (x *Profile) Bin(index int64) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_profile_bin(x.p, C.int64_t(index)))
}

// Edge: upper edge of a bin: +inf of the last, NaN if out of range. It belongs to the bin, but for
// log-linear bins below zero, which have their lower one.
func (x *Profile) Edge(index int64) float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_profile_edge(x.p, C.int64_t(index)))
}

// Quantile: quantile, from the bins: the upper edge of the first bin up to which q of the values lie,
// bounded by the extremes. Nulls and NaN do not count.
//
// Returns: NaN if there are no values or q is out of range.
func (x *Profile) Quantile(q float64) float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_profile_quantile(x.p, C.double(q)))
}

// CountPowers: shape of the exponential histogram.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown, or if the profile has edges.
func (x *Profile) CountPowers() (ProfilePowers, error) {
	if x == nil || x.p == nil {
		return ProfilePowers{}, closed("Profile")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_profile_powers
	out.struct_size = C.sizeof_mlops_profile_powers
	if err := check(C.mlops_profile_count_powers(x.p, &out), nil, "mlops_profile_count_powers"); err != nil {
		return ProfilePowers{}, err
	}
	return makeProfilePowers(&out), nil
}

// Power: values in a bin of it: of magnitude above base^index, up to base^(index + 1). Those above
// 2^64, infinities among them, are in the bin that begins there.
func (x *Profile) Power(sign int32, index int64) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_profile_power(x.p, C.int32_t(sign), C.int64_t(index)))
}

// Otlp: the exponential histogram as JSON, with the names of OTLP's ExponentialHistogramDataPoint;
// sum, min and max where they are finite, sum unless a value is below zero: OTLP takes it to grow with
// each value. Times and attributes are for the caller to add.
//
// Errors: MLOPS_E_ARENA if cap is too small; MLOPS_E_INVALID if the profile has edges.
func (x *Profile) Otlp() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Profile")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_profile_otlp(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_profile_otlp")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Edge: a bundle in use on a device, in mlops_edge_size() bytes. One thread at a time.
type Edge struct {
	p *C.mlops_edge
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapEdge(p *C.mlops_edge) *Edge {
	x := &Edge{p: p}
	runtime.SetFinalizer(x, (*Edge).Close)
	return x
}

// Close ends this Edge, or this share of it; it may be called again.
func (x *Edge) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	x.keep = nil
	x.p = nil
	return nil
}

// SizeEdge: bytes that a device needs for this bundle; exact. Checks header, section table and CRCs.
//
// Errors: MLOPS_E_CORRUPT for a file cut short or changed; MLOPS_E_UNSUPPORTED for one of a later
// format.
func SizeEdge(bundle []byte) (int, error) {
	defer runtime.KeepAlive(bundle)
	var s scope
	defer s.free()
	bundleC := s.copied(bundle)
	var size C.size_t
	if err := check(C.mlops_edge_size(bundleC, C.size_t(len(bundle)), &size), nil, "mlops_edge_size"); err != nil {
		return 0, err
	}
	return int(size), nil
}

// NewEdge: begin to use a bundle in the caller's storage.
//
// Errors: MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is NULL or not aligned;
// MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED.
func NewEdge(bundle []byte) (*Edge, error) {
	defer runtime.KeepAlive(bundle)
	var s scope
	defer s.free()
	var out *C.mlops_edge
	bundleC := held(bundle)
	var room C.size_t
	if err := check(C.mlops_edge_size(bundleC.p, C.size_t(len(bundle)), &room), nil, "mlops_edge_size"); err != nil {
		return nil, err
	}
	size := room
	mem := storage(size)
	if err := check(C.mlops_edge_init(&out, mem.p, size, bundleC.p, C.size_t(len(bundle))), nil, "mlops_edge_init"); err != nil {
		return nil, err
	}
	r := wrapEdge(out)
	r.keep = []interface{}{bundleC, mem}
	return r, nil
}

// NFeatures: number of features of a row.
func (x *Edge) NFeatures() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_edge_n_features(x.p))
}

// Width: number of values that one row yields.
func (x *Edge) Width() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_edge_width(x.p))
}

// Predict: predict one row.
//
// Errors: MLOPS_E_INVALID where a shape differs.
func (x *Edge) Predict(row []float32) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Edge")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(row)
	width := C.mlops_edge_width(x.p)
	out := make([]float64, int(width))
	if err := check(C.mlops_edge_predict(x.p, (*C.float)(pointer(row)), C.int64_t(len(row)), (*C.double)(pointer(out)), width), nil, "mlops_edge_predict"); err != nil {
		return nil, err
	}
	return out, nil
}

// Add: count one row into the profiles of the features.
//
// Errors: MLOPS_E_INVALID; MLOPS_E_NOT_FOUND if the bundle carries no reference.
func (x *Edge) Add(row []float32) error {
	if x == nil || x.p == nil {
		return closed("Edge")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(row)
	return check(C.mlops_edge_add(x.p, (*C.float)(pointer(row)), C.int64_t(len(row))), nil, "mlops_edge_add")
}

// Profile: profile of one feature, to summarise, save or reset.
//
// Returns: NULL if the reference does not have this feature.
func (x *Edge) Profile(index int64) *Profile {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_edge_profile(x.p, C.int64_t(index))
	if p == nil {
		return nil
	}
	return &Profile{p: p, keep: append([]interface{}{}, x.keep...)}
}

// Selftest: predict the bundle's golden rows and compare every bit.
//
// Errors: MLOPS_E_CORRUPT if this CPU gives another value than the one where the bundle was made.
func (x *Edge) Selftest() error {
	if x == nil || x.p == nil {
		return closed("Edge")
	}
	defer runtime.KeepAlive(x)
	return check(C.mlops_edge_selftest(x.p), nil, "mlops_edge_selftest")
}

// VerifyEdge: check the SHA-256 of a whole bundle, as after an update over the air.
//
// Errors: MLOPS_E_CORRUPT.
func VerifyEdge(bundle []byte) error {
	defer runtime.KeepAlive(bundle)
	return check(C.mlops_edge_verify(pointer(bundle), C.size_t(len(bundle))), nil, "mlops_edge_verify")
}

// Expectations: expectations. Immutable and shared; ends with the last mlops_expectations_unref().
type Expectations struct {
	p *C.mlops_expectations
}

func wrapExpectations(p *C.mlops_expectations) *Expectations {
	x := &Expectations{p: p}
	runtime.SetFinalizer(x, (*Expectations).Close)
	return x
}

// Close ends this Expectations, or this share of it; it may be called again.
func (x *Expectations) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_expectations_unref(x.p)
	x.p = nil
	return nil
}

// ParseExpectations: read expectations. What does not need a table is checked here: the grammar,
// functions, how many arguments they take, and patterns.
//
// Errors: MLOPS_E_PARSE; MLOPS_E_NOT_FOUND for an unknown function; MLOPS_E_EXISTS for two of one id;
// MLOPS_E_LIMIT beyond 10,000 expectations or the limits of the language; MLOPS_E_INVALID,
// MLOPS_E_NOMEM.
func ParseExpectations(text string) (*Expectations, error) {
	var s scope
	defer s.free()
	var out *C.mlops_expectations
	var e C.mlops_error
	if err := check(C.mlops_expectations_parse(&out, s.str(text), nil, &e), &e, "mlops_expectations_parse"); err != nil {
		return nil, err
	}
	r := wrapExpectations(out)
	return r, nil
}

// InferExpectations: write down what a table is like: types, nulls, ranges, categories, uniqueness,
// order, lengths and the number of rows, with a margin. The table itself always holds to it. It is a
// draft to be edited, as mlops_expectations_text() gives it. Of more than expectations hold, types
// come first, then nulls, values, NaN, uniqueness and order, each from the first column on.
//
// Errors: MLOPS_E_SCHEMA for a column that is named and not there; MLOPS_E_INVALID for an option out
// of range; MLOPS_E_LIMIT if not even the types of all columns have room; MLOPS_E_NOMEM.
func InferExpectations(table *Table, opts *InferOpts) (*Expectations, error) {
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	var out *C.mlops_expectations
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_expectations_infer(&out, table.p, optsC, &e), &e, "mlops_expectations_infer"); err != nil {
		return nil, err
	}
	r := wrapExpectations(out)
	return r, nil
}

// Bind: the same expectations with a table at hand that references() reads under a name.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func (x *Expectations) Bind(name string, table *Table) (*Expectations, error) {
	if x == nil || x.p == nil {
		return nil, closed("Expectations")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	var out *C.mlops_expectations
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	var e C.mlops_error
	if err := check(C.mlops_expectations_bind(&out, x.p, s.str(name), table.p, &e), &e, "mlops_expectations_bind"); err != nil {
		return nil, err
	}
	r := wrapExpectations(out)
	return r, nil
}

// Text: the expectations in canonical spelling, one a line: equal ones are equal bytes, and reading
// them gives the same.
//
// Returns: never NULL.
func (x *Expectations) Text() string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_expectations_text(x.p))
}

// N: number of expectations.
func (x *Expectations) N() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_expectations_n(x.p))
}

// Validate: hold a table against each expectation, in their order.
//
// Errors: MLOPS_E_INVALID for an option; MLOPS_E_LIMIT, MLOPS_E_NOMEM. An expectation that does not
// fit the table (a missing column, another type) is no error of the call: it is unknown, and its
// problem says why.
func (x *Expectations) Validate(table *Table, opts *ExpectationsOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Expectations")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_expectations_validate(&out, x.p, table.p, optsC, &e), &e, "mlops_expectations_validate"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Rows: all rows that fail one expectation of rows, also where few enough do for it to hold.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such id (the message has the nearest); MLOPS_E_SCHEMA if it
// is none of rows, or does not fit the table; MLOPS_E_INVALID, MLOPS_E_NOMEM.
func (x *Expectations) Rows(id string, table *Table, opts *ExpectationsOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Expectations")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_expectations_rows(&out, x.p, s.str(id), table.p, optsC, &e), &e, "mlops_expectations_rows"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// RequireExpectations: refuse a report in which an expectation of severity "error" does not hold, or
// is unknown. One that compares with a reference that there is none of does not count.
//
// Errors: MLOPS_E_REFUSED; MLOPS_E_SCHEMA if the table is no report.
func RequireExpectations(report *Table) error {
	defer runtime.KeepAlive(report)
	if report == nil || report.p == nil {
		return closed("Table")
	}
	var e C.mlops_error
	return check(C.mlops_expectations_require(report.p, &e), &e, "mlops_expectations_require")
}

// Run: a run that is open. Closing does not end the run.
type Run struct {
	p *C.mlops_run
}

func wrapRun(p *C.mlops_run) *Run {
	x := &Run{p: p}
	runtime.SetFinalizer(x, (*Run).Close)
	return x
}

// Close ends this Run, or this share of it; it may be called again.
func (x *Run) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_run_close(x.p)
	x.p = nil
	return nil
}

// StartRun: begin a run. It is committed at once; so is its experiment, if it is not there.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such parent, dataset or ref; MLOPS_E_INVALID,
// MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func StartRun(store *Store, experiment string, opts *RunOpts) (*Run, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_run
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_run_start(&out, store.p, s.str(experiment), optsC, &e), &e, "mlops_run_start"); err != nil {
		return nil, err
	}
	r := wrapRun(out)
	return r, nil
}

// OpenRun: open a run, to read it or to go on with it.
//
// Errors: MLOPS_E_NOT_FOUND if there is none, or more than one begins so; MLOPS_E_INVALID,
// MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func OpenRun(store *Store, id string) (*Run, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_run
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_run_open(&out, store.p, s.str(id), &e), &e, "mlops_run_open"); err != nil {
		return nil, err
	}
	r := wrapRun(out)
	return r, nil
}

// ID: id of the run: 32 hexadecimal digits.
func (x *Run) ID() string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_run_id(x.p))
}

// Param: set a param, once: the same value again is fine.
//
// Errors: MLOPS_E_EXISTS if it has another value; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Run) Param(key string, value string) error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_run_param(x.p, s.str(key), s.str(value), &e), &e, "mlops_run_param")
}

// Tag: set a tag, or take it away.
//
// Errors: MLOPS_E_NOT_FOUND if there is no tag to take away; else as mlops_run_param().
func (x *Run) Tag(key string, value string) error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_run_tag(x.p, s.str(key), s.optional(value), &e), &e, "mlops_run_tag")
}

// Log: log a point of a metric, at the time of now.
//
// Errors: as mlops_run_param(); the point does not wait then.
func (x *Run) Log(metric string, value float64, step int64) error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_run_log(x.p, s.str(metric), C.double(value), C.int64_t(step), &e), &e, "mlops_run_log")
}

// LogPoints: log many points of a metric; all of them or none.
//
// Errors: MLOPS_E_LIMIT beyond 9,999,999,999 points of a metric; else as mlops_run_log().
func (x *Run) LogPoints(metric string, values []float64, steps []int64, timesNs []int64) error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	defer runtime.KeepAlive(steps)
	defer runtime.KeepAlive(timesNs)
	var s scope
	defer s.free()
	var e C.mlops_error
	if steps != nil && len(steps) != int(C.int64_t(len(values))) {
		return invalid("steps has another length")
	}
	if timesNs != nil && len(timesNs) != int(C.int64_t(len(values))) {
		return invalid("timesNs has another length")
	}
	return check(C.mlops_run_log_points(x.p, s.str(metric), (*C.double)(pointer(values)), (*C.int64_t)(pointer(steps)), (*C.int64_t)(pointer(timesNs)), C.int64_t(len(values)), &e), &e, "mlops_run_log_points")
}

// Artifact: keep bytes as an artifact, in place of what was at its path.
//
// Errors: as mlops_run_param().
func (x *Run) Artifact(path string, content []byte) error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(content)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_run_artifact(x.p, s.str(path), pointer(content), C.size_t(len(content)), &e), &e, "mlops_run_artifact")
}

// ArtifactFile: keep a file as an artifact.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such file; else as mlops_run_artifact().
func (x *Run) ArtifactFile(path string, file string) error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_run_artifact_file(x.p, s.str(path), s.str(file), &e), &e, "mlops_run_artifact_file")
}

// Flush: commit the points that wait.
//
// Errors: as mlops_run_log_points().
func (x *Run) Flush() error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_run_flush(x.p, &e), &e, "mlops_run_flush")
}

// End: set how far the run is, with the time of now as its end. A run that has ended may go on, and
// end again.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Run) End(status RunStatus) error {
	if x == nil || x.p == nil {
		return closed("Run")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_run_end(x.p, C.mlops_run_status(status), &e), &e, "mlops_run_end")
}

// Describe: a run as a JSON object: {"run", "experiment", "name", "status", "start_ns", "end_ns",
// "parent", "actor", "source", "dataset", "commit", "params": {name: text}, "metrics": {name:
// {"value", "step", "time_ns", "n"}}, "tags": {name: text}, "artifacts": {path: {"id", "size"}}}. What
// is not known is left out; of a metric the latest point and the number of all; values that are not
// finite are the texts "nan", "inf" and "-inf".
//
// Errors: MLOPS_E_ARENA if cap is too small; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM,
// MLOPS_E_FORKED.
func (x *Run) Describe() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Run")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_run_describe(x.p, (*C.char)(text), room, needed, &e)
	}, &e, "mlops_run_describe")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Points: points of a metric in the order of their commits, and as logged within one: columns step
// (int64), time_ns (int64) and value (float64).
//
// Errors: MLOPS_E_NOT_FOUND if the run has no such metric; MLOPS_E_INVALID, MLOPS_E_CORRUPT,
// MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Run) Points(metric string) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Run")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_run_points(&out, x.p, s.str(metric), &e), &e, "mlops_run_points"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Artifacts: artifacts of a run by path: columns path (string), size (int64) and id (string, SHA-256
// as 64 digits).
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Run) Artifacts() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Run")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_run_artifacts(&out, x.p, &e), &e, "mlops_run_artifacts"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// ArtifactRead: an artifact, whole.
//
// Errors: MLOPS_E_NOT_FOUND if the run has none at this path; MLOPS_E_ARENA if cap is below the size;
// MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Run) ArtifactRead(path string) ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Run")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_run_artifact_read(x.p, s.str(path), text, room, needed, &e)
	}, &e, "mlops_run_artifact_read")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// SearchRun: runs that a filter picks, newest start first, then by id. Columns: run_id, experiment,
// name, status (string), start_ns, end_ns (int64), parent, actor, source, dataset, commit (string);
// then of what the found runs have, by name, params.NAME (string), metrics.NAME (float64, the latest)
// and tags.NAME (string). Null where a run has none.
//
// The latest point of a metric is the one with the greatest step, then time, then value, where NaN
// counts as 0; of equal ones the first that was committed.
//
// A filter is a condition (docs/expressions.md) over metrics.NAME (float64), params.NAME, tags.NAME
// (string) and the run's own: run_id, experiment, name, status, parent, actor, source, dataset, commit
// (string), start_ns, end_ns, start_time, end_time (int64; the last two in milliseconds). MLflow's
// other spellings are taken: metric., param., parameter., parameters., tag., attribute., attributes.,
// attr., run., run_name, user_id, created. What a run lacks is null: it never matches, with !=
// neither.
//
//	metrics.auc > 0.9 and params.lr = '0.1' and tags.`a b` like 'x%' and status = 'FINISHED'
//
// Errors: MLOPS_E_NOT_FOUND if there is no such experiment, or the filter has an unknown name;
// MLOPS_E_PARSE, MLOPS_E_SCHEMA for a filter that is none; MLOPS_E_LIMIT; MLOPS_E_INVALID,
// MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func SearchRun(store *Store, experiment string, filter string, nMax int64) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_run_search(&out, store.p, s.optional(experiment), s.optional(filter), C.int64_t(nMax), &e), &e, "mlops_run_search"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// ExperimentsRun: experiments by name: columns experiment (string), n_runs (int64) and created_ns
// (int64).
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func ExperimentsRun(store *Store) (*Table, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_run_experiments(&out, store.p, &e), &e, "mlops_run_experiments"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Explainer: explains a model. Immutable and shared; ends with mlops_explainer_unref().
type Explainer struct {
	p *C.mlops_explainer
}

func wrapExplainer(p *C.mlops_explainer) *Explainer {
	x := &Explainer{p: p}
	runtime.SetFinalizer(x, (*Explainer).Close)
	return x
}

// Close ends this Explainer, or this share of it; it may be called again.
func (x *Explainer) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_explainer_unref(x.p)
	x.p = nil
	return nil
}

// NewExplainer: make an explainer. It holds a share of the model.
//
// Without a background the weights come from the covers in the model's file: what rows of training
// came by each node. With one, each of its rows is a game against the row that is explained, and
// contributions are the mean over them; the bias is the mean margin of the background. Time grows with
// its rows: some hundred will do. A linear model needs no covers.
//
// Errors: MLOPS_E_UNSUPPORTED if the model has linear leaves, no covers and no background, or is a
// graph that is neither linear nor trees that take the rows as they are; MLOPS_E_LIMIT if a path tests
// more than 256 features; MLOPS_E_SCHEMA as mlops_model_predict_table(); MLOPS_E_INVALID if the
// background has no rows; MLOPS_E_NOMEM.
func NewExplainer(model *Model, background *Table, columns string) (*Explainer, error) {
	defer runtime.KeepAlive(model)
	defer runtime.KeepAlive(background)
	var s scope
	defer s.free()
	var out *C.mlops_explainer
	if model == nil || model.p == nil {
		return nil, closed("Model")
	}
	if background != nil && background.p == nil {
		return nil, closed("Table")
	}
	var backgroundP *C.mlops_table
	if background != nil {
		backgroundP = background.p
	}
	var e C.mlops_error
	if err := check(C.mlops_explainer_new(&out, model.p, backgroundP, s.optional(columns), &e), &e, "mlops_explainer_new"); err != nil {
		return nil, err
	}
	r := wrapExplainer(out)
	return r, nil
}

// NGroups: number of groups: margins that a row has, one a class or target.
func (x *Explainer) NGroups() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_explainer_n_groups(x.p))
}

// Width: number of values that one row yields; 0 if output is unknown. With f features it is f + 1 for
// each group, and (f + 1) squared of interactions.
func (x *Explainer) Width(output ExplainerOutput) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_explainer_width(x.p, C.mlops_explainer_output(output)))
}

// Explain: explain rows. Working memory is taken once for the call, whatever the number of rows.
//
// Errors: MLOPS_E_INVALID where a shape differs, or for approximate values with a background;
// MLOPS_E_NOMEM.
func (x *Explainer) Explain(rows []float64, nFeatures int, output ExplainerOutput) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Explainer")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return nil, invalid("rows is not whole rows")
	}
	width := C.mlops_explainer_width(x.p, C.mlops_explainer_output(output))
	out := make([]float64, int(C.int64_t(nRows))*int(width))
	if err := check(C.mlops_explainer_explain(x.p, (*C.double)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), C.mlops_explainer_output(output), (*C.double)(pointer(out)), width, &e), &e, "mlops_explainer_explain"); err != nil {
		return nil, err
	}
	return out, nil
}

// ExplainTable: explain the rows of a table, its columns bound to features by name.
//
// Errors: MLOPS_E_SCHEMA names the column; else as mlops_explainer_explain().
func (x *Explainer) ExplainTable(table *Table, columns string, output ExplainerOutput) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Explainer")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	var e C.mlops_error
	nRows := C.mlops_table_n_rows(table.p)
	width := C.mlops_explainer_width(x.p, C.mlops_explainer_output(output))
	out := make([]float64, int(nRows)*int(width))
	if err := check(C.mlops_explainer_explain_table(x.p, table.p, s.optional(columns), C.mlops_explainer_output(output), (*C.double)(pointer(out)), nRows, width, &e), &e, "mlops_explainer_explain_table"); err != nil {
		return nil, err
	}
	return out, nil
}

// Fairness: counts by group. One thread at a time.
type Fairness struct {
	p *C.mlops_fairness
}

func wrapFairness(p *C.mlops_fairness) *Fairness {
	x := &Fairness{p: p}
	runtime.SetFinalizer(x, (*Fairness).Close)
	return x
}

// Close ends this Fairness, or this share of it; it may be called again.
func (x *Fairness) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_fairness_free(x.p)
	x.p = nil
	return nil
}

// NewFairness: begin without any row.
//
// Errors: MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM.
func NewFairness(opts *FairnessOpts) (*Fairness, error) {
	var s scope
	defer s.free()
	var out *C.mlops_fairness
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_fairness_new(&out, optsC, &e), &e, "mlops_fairness_new"); err != nil {
		return nil, err
	}
	r := wrapFairness(out)
	return r, nil
}

// Add: count rows of one group.
//
// Errors: MLOPS_E_INVALID names the first row, counted from 0, whose label or weight is none of these,
// or says that the name is empty or too long; MLOPS_E_LIMIT beyond 65,536 groups or a weight of 2^41
// in all; MLOPS_E_NOMEM. Nothing is counted then.
func (x *Fairness) Add(group string, predictions []float64, labels []float64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("Fairness")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(predictions)
	defer runtime.KeepAlive(labels)
	defer runtime.KeepAlive(weights)
	var s scope
	defer s.free()
	var e C.mlops_error
	if labels != nil && len(labels) != int(C.int64_t(len(predictions))) {
		return invalid("labels has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(len(predictions))) {
		return invalid("weights has another length")
	}
	return check(C.mlops_fairness_add(x.p, s.str(group), (*C.double)(pointer(predictions)), (*C.double)(pointer(labels)), (*C.double)(pointer(weights)), C.int64_t(len(predictions)), &e), &e, "mlops_fairness_add")
}

// AddTable: count the rows of a table. A group is what the columns of groups have in a row: of one
// column its text, of several (intersections) a line of CSV, such as "F,north". A row in which one of
// them is null is left out, and counted as such.
//
// Errors: MLOPS_E_SCHEMA names a column that is missing or of another kind; else as
// mlops_fairness_add().
func (x *Fairness) AddTable(table *Table, groups string, prediction string, label string, weight string) error {
	if x == nil || x.p == nil {
		return closed("Fairness")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	var s scope
	defer s.free()
	if table == nil || table.p == nil {
		return closed("Table")
	}
	var e C.mlops_error
	return check(C.mlops_fairness_add_table(x.p, table.p, s.str(groups), s.str(prediction), s.optional(label), s.optional(weight), &e), &e, "mlops_fairness_add_table")
}

// Merge: add what other counts have.
//
// Errors: MLOPS_E_INVALID if the thresholds differ, or other is self; MLOPS_E_LIMIT, MLOPS_E_NOMEM.
// Nothing is added then.
func (x *Fairness) Merge(other *Fairness) error {
	if x == nil || x.p == nil {
		return closed("Fairness")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("Fairness")
	}
	var e C.mlops_error
	return check(C.mlops_fairness_merge(x.p, other.p, &e), &e, "mlops_fairness_merge")
}

// NGroups: number of groups.
func (x *Fairness) NGroups() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_fairness_n_groups(x.p))
}

// NLeftOut: rows that were left out: without a prediction, or without a group.
func (x *Fairness) NLeftOut() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_fairness_n_left_out(x.p))
}

// Groups: the groups and their rates, one row each, by name.
//
// Columns: group; n, rows; n_labelled, those with a label; tp, fp, tn, fn, rows of these; base_rate,
// the share of label 1; selection_rate, the share decided positive, with selection_low and _high; tpr
// and fpr, true and false positive rate, each with _low and _high; precision; accuracy; weight of the
// rows; n_effective, Kish's effective number of them. Rates are shares of the weight. A quotient with
// 0 below is null. Intervals are Wilson's of the effective number of rows that stand below, each for
// itself.
//
// Errors: MLOPS_E_NOMEM.
func (x *Fairness) Groups() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Fairness")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_fairness_groups(&out, x.p, &e), &e, "mlops_fairness_groups"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Measures: the measures, one row each; docs/fairness.md has their formulas.
//
// Columns: measure; value, low and high, null where less than two groups have enough rows, or there is
// no such interval; group and against, between which the measure lies, as docs/fairness.md tells;
// n_groups that take part.
//
// Errors: MLOPS_E_NOT_FOUND if opts.privileged is no group; MLOPS_E_NOMEM.
func (x *Fairness) Measures() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Fairness")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_fairness_measures(&out, x.p, &e), &e, "mlops_fairness_measures"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Save: write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Fairness) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Fairness")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_fairness_save(x.p, text, room, needed)
	}, nil, "mlops_fairness_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadFairness: read bytes of mlops_fairness_save().
//
// Errors: MLOPS_E_CORRUPT for bytes that are no counts; MLOPS_E_UNSUPPORTED for those of a later
// format; MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM.
func LoadFairness(content []byte, opts *FairnessOpts) (*Fairness, error) {
	defer runtime.KeepAlive(content)
	var s scope
	defer s.free()
	var out *C.mlops_fairness
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_fairness_load(&out, pointer(content), C.size_t(len(content)), optsC, &e), &e, "mlops_fairness_load"); err != nil {
		return nil, err
	}
	r := wrapFairness(out)
	return r, nil
}

// Hll: a sketch of distinct values, in mlops_hll_size() bytes aligned to 8. One thread at a time.
type Hll struct {
	p *C.mlops_hll
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapHll(p *C.mlops_hll) *Hll {
	x := &Hll{p: p}
	runtime.SetFinalizer(x, (*Hll).Close)
	return x
}

// Close ends this Hll, or this share of it; it may be called again.
func (x *Hll) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_hll_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizeHll: bytes that a sketch of this configuration needs; 0 if opts are not valid.
func SizeHll(opts *HllOpts) int {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_hll_size(optsC))
}

// NewHll: start an empty sketch on the host's heap.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func NewHll(opts *HllOpts) (*Hll, error) {
	var s scope
	defer s.free()
	var out *C.mlops_hll
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_hll_new(&out, optsC, &e), &e, "mlops_hll_new"); err != nil {
		return nil, err
	}
	r := wrapHll(out)
	return r, nil
}

// Add: add float64 values. Zeros of either sign are one value, and all NaN are one; a whole number is
// another one here than in mlops_hll_add_i64().
//
// Errors: MLOPS_E_INVALID if n is negative.
func (x *Hll) Add(values []float64) error {
	if x == nil || x.p == nil {
		return closed("Hll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	return check(C.mlops_hll_add(x.p, (*C.double)(pointer(values)), C.int64_t(len(values))), nil, "mlops_hll_add")
}

// AddI64: add int64 values.
//
// Errors: MLOPS_E_INVALID if n is negative.
func (x *Hll) AddI64(values []int64) error {
	if x == nil || x.p == nil {
		return closed("Hll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	return check(C.mlops_hll_add_i64(x.p, (*C.int64_t)(pointer(values)), C.int64_t(len(values))), nil, "mlops_hll_add_i64")
}

// AddText: add a text, by its bytes. An empty one is none, as for DataSketches.
func (x *Hll) AddText(text string) {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	C.mlops_hll_add_text(x.p, s.str(text))
}

// Merge: add what another sketch has seen: the values of both, each once. History ends where both have
// registers.
//
// Errors: MLOPS_E_INVALID if the lg_k differ; nothing is added then.
func (x *Hll) Merge(other *Hll) error {
	if x == nil || x.p == nil {
		return closed("Hll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("Hll")
	}
	return check(C.mlops_hll_merge(x.p, other.p), nil, "mlops_hll_merge")
}

// Reset: forget all values; the configuration stays.
func (x *Hll) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_hll_reset(x.p)
}

// Summarize: estimate and state.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Hll) Summarize() (HllSummary, error) {
	if x == nil || x.p == nil {
		return HllSummary{}, closed("Hll")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_hll_summary
	out.struct_size = C.sizeof_mlops_hll_summary
	if err := check(C.mlops_hll_summarize(x.p, &out), nil, "mlops_hll_summarize"); err != nil {
		return HllSummary{}, err
	}
	return makeHllSummary(&out), nil
}

// Estimate: how many different values there were, or one bound of that: so many standard errors above
// the estimate, or below it where they are negative. 2 and -2 enclose 95 %.
func (x *Hll) Estimate(errors float64) float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_hll_estimate(x.p, C.double(errors)))
}

// Save: write the sketch as bytes.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then; MLOPS_E_INVALID if the form is
// unknown.
func (x *Hll) Save(form HllForm) ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Hll")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_hll_save(x.p, C.mlops_hll_form(form), text, room, needed)
	}, nil, "mlops_hll_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadHll: read bytes of any form into the caller's storage: of mlops_hll_save(), or HLL_4, HLL_6 and
// HLL_8 of DataSketches, compact or not.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no sketch, or contradict each other; MLOPS_E_UNSUPPORTED
// for one of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not
// aligned.
func LoadHll(content []byte) (*Hll, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_hll
	size := C.size_t(4096)
	for {
		mem := storage(size)
		status := C.mlops_hll_load(&out, mem.p, size, pointer(content), C.size_t(len(content)))
		if status == 0 {
			r := wrapHll(out)
			r.keep = []interface{}{mem}
			return r, nil
		}
		if status != C.MLOPS_E_ARENA || size > 1<<24 {
			return nil, check(status, nil, "mlops_hll_load")
		}
		size *= 2
	}
}

// Multivariate: two samples of rows. Immutable: any thread may compare.
type Multivariate struct {
	p *C.mlops_multivariate
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapMultivariate(p *C.mlops_multivariate) *Multivariate {
	x := &Multivariate{p: p}
	runtime.SetFinalizer(x, (*Multivariate).Close)
	return x
}

// Close ends this Multivariate, or this share of it; it may be called again.
func (x *Multivariate) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_multivariate_free(x.p)
	x.keep = nil
	x.p = nil
	return nil
}

// TablesMultivariate: two tables, columns bound by name. Texts become numbers, and what is missing
// counts as the mean and is told beside it, as each way to compare has it (docs/multivariate.md).
//
// Errors: MLOPS_E_SCHEMA names a column that is missing, or of texts on one side alone;
// MLOPS_E_INVALID for an option out of range, NULL, or if no column is left; MLOPS_E_NOMEM.
func TablesMultivariate(reference *Table, current *Table, opts *MultivariateOpts) (*Multivariate, error) {
	defer runtime.KeepAlive(reference)
	defer runtime.KeepAlive(current)
	var s scope
	defer s.free()
	var out *C.mlops_multivariate
	if reference == nil || reference.p == nil {
		return nil, closed("Table")
	}
	if current == nil || current.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_multivariate_tables(&out, reference.p, current.p, optsC, &e), &e, "mlops_multivariate_tables"); err != nil {
		return nil, err
	}
	r := wrapMultivariate(out)
	r.keep = []interface{}{reference, current}
	return r, nil
}

// RowsMultivariate: two matrices of float32, such as embeddings. A value that is not finite counts as
// the mean.
//
// Errors: MLOPS_E_INVALID for an option or a shape out of range; MLOPS_E_NOMEM.
func RowsMultivariate(reference []float32, nColumns int, current []float32, opts *MultivariateOpts) (*Multivariate, error) {
	defer runtime.KeepAlive(reference)
	defer runtime.KeepAlive(current)
	var s scope
	defer s.free()
	var out *C.mlops_multivariate
	referenceC := held(reference)
	currentC := held(current)
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	nReference, ok := wholeRows(len(reference), nColumns)
	if !ok {
		return nil, invalid("reference is not whole rows")
	}
	nCurrent, ok := wholeRows(len(current), nColumns)
	if !ok {
		return nil, invalid("current is not whole rows")
	}
	if err := check(C.mlops_multivariate_rows(&out, (*C.float)(referenceC.p), C.int64_t(nReference), (*C.float)(currentC.p), C.int64_t(nCurrent), C.int64_t(nColumns), C.int64_t(nColumns), 1, C.int64_t(nColumns), 1, optsC, &e), &e, "mlops_multivariate_rows"); err != nil {
		return nil, err
	}
	r := wrapMultivariate(out)
	r.keep = []interface{}{referenceC, currentC}
	return r, nil
}

// RowsMultivariateF64: two matrices of float64. As mlops_multivariate_rows().
func RowsMultivariateF64(reference []float64, nColumns int, current []float64, opts *MultivariateOpts) (*Multivariate, error) {
	defer runtime.KeepAlive(reference)
	defer runtime.KeepAlive(current)
	var s scope
	defer s.free()
	var out *C.mlops_multivariate
	referenceC := held(reference)
	currentC := held(current)
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	nReference, ok := wholeRows(len(reference), nColumns)
	if !ok {
		return nil, invalid("reference is not whole rows")
	}
	nCurrent, ok := wholeRows(len(current), nColumns)
	if !ok {
		return nil, invalid("current is not whole rows")
	}
	if err := check(C.mlops_multivariate_rows_f64(&out, (*C.double)(referenceC.p), C.int64_t(nReference), (*C.double)(currentC.p), C.int64_t(nCurrent), C.int64_t(nColumns), C.int64_t(nColumns), 1, C.int64_t(nColumns), 1, optsC, &e), &e, "mlops_multivariate_rows_f64"); err != nil {
		return nil, err
	}
	r := wrapMultivariate(out)
	r.keep = []interface{}{referenceC, currentC}
	return r, nil
}

// Mmd: maximum mean discrepancy with a Gaussian kernel (Gretton and others 2012): 0 where the rows
// come from the same distribution, and up to the square root of 2.
//
// Errors: MLOPS_E_LIMIT if EXACT is asked for of more than 50,000 rows, or for more memory than
// memory_max; MLOPS_E_INVALID, also for an option that the method does not have; MLOPS_E_NOMEM,
// MLOPS_E_CANCELLED, MLOPS_E_DEADLINE.
func (x *Multivariate) Mmd(opts *MmdOpts) (MultivariateResult, error) {
	if x == nil || x.p == nil {
		return MultivariateResult{}, closed("Multivariate")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_multivariate_result
	out.struct_size = C.sizeof_mlops_multivariate_result
	optsC := opts.c(&s)
	if s.err != nil {
		return MultivariateResult{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_multivariate_mmd(&out, x.p, optsC, &e), &e, "mlops_multivariate_mmd"); err != nil {
		return MultivariateResult{}, err
	}
	return makeMultivariateResult(&out), nil
}

// Pca: reconstruction by principal components: how far rows lie from the components of the reference.
//
// Components are of one of each two rows of the reference; the errors of the others and those of the
// current ones are compared by the rule of mlops_drift_compare(): effect is their KS distance. Where
// all components are kept no row has an error: not enough data. NANNYML fits all rows, and alarms
// where a chunk of current rows has an error beyond three standard deviations of those of the
// reference: effect is the mean error, tolerance the upper threshold.
//
// Errors: MLOPS_E_LIMIT for more than 2,048 columns, or for more memory than memory_max;
// MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE.
func (x *Multivariate) Pca(opts *PcaOpts) (MultivariateResult, error) {
	if x == nil || x.p == nil {
		return MultivariateResult{}, closed("Multivariate")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_multivariate_result
	out.struct_size = C.sizeof_mlops_multivariate_result
	optsC := opts.c(&s)
	if s.err != nil {
		return MultivariateResult{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_multivariate_pca(&out, x.p, optsC, &e), &e, "mlops_multivariate_pca"); err != nil {
		return MultivariateResult{}, err
	}
	return makeMultivariateResult(&out), nil
}

// Chunks: the errors of mlops_multivariate_pca(), which is done again, of consecutive rows.
//
// Columns: side ("reference" or "current"); first, the first row; n, rows with an error; error, their
// mean; low and high, thresholds by the reference's chunks; alarm, whether it is beyond.
//
// Errors: as mlops_multivariate_pca().
func (x *Multivariate) Chunks(opts *PcaOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Multivariate")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_multivariate_chunks(&out, x.p, optsC, &e), &e, "mlops_multivariate_chunks"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Residuals: by which columns rows lie off the components of mlops_multivariate_pca(), which is done
// again.
//
// Columns: feature; reference and current, the mean squares of their errors in it, of rows that are
// judged; share, its part in what these have grown by. The largest growth comes first.
//
// Errors: as mlops_multivariate_pca(); MLOPS_E_INVALID also for too few rows.
func (x *Multivariate) Residuals(opts *PcaOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Multivariate")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_multivariate_residuals(&out, x.p, optsC, &e), &e, "mlops_multivariate_residuals"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Classify: a domain classifier: boosted trees learn to tell current rows from those of the reference,
// and are judged on rows that they have not seen. An AUC of 0.5 is chance. A missing value is a value
// of its own kind here.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE; MLOPS_E_LIMIT for more
// memory than memory_max.
func (x *Multivariate) Classify(opts *ClassifyOpts) (MultivariateResult, error) {
	if x == nil || x.p == nil {
		return MultivariateResult{}, closed("Multivariate")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_multivariate_result
	out.struct_size = C.sizeof_mlops_multivariate_result
	optsC := opts.c(&s)
	if s.err != nil {
		return MultivariateResult{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_multivariate_classify(&out, x.p, optsC, &e), &e, "mlops_multivariate_classify"); err != nil {
		return MultivariateResult{}, err
	}
	return makeMultivariateResult(&out), nil
}

// Features: what the trees of mlops_multivariate_classify(), which is done again, tell rows apart by.
//
// Columns: feature; gain, its share in what all splits gained. The largest comes first.
//
// Errors: as mlops_multivariate_classify(); MLOPS_E_INVALID also for too few rows.
func (x *Multivariate) Features(opts *ClassifyOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Multivariate")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_multivariate_features(&out, x.p, optsC, &e), &e, "mlops_multivariate_features"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Save: compare in all three ways and write a report, whole or not at all: self-contained HTML, or
// JSON if the name ends in ".json". Beside the answers it has what mlops_multivariate_chunks(),
// mlops_multivariate_residuals() and mlops_multivariate_features() tell. Each answer stands by itself:
// the chance of a false alarm is that of its own options.
//
// Errors: as the ways to compare; MLOPS_E_INVALID if all are skipped; MLOPS_E_IO, MLOPS_E_NO_SPACE,
// MLOPS_E_DENIED, MLOPS_E_NOT_FOUND.
func (x *Multivariate) Save(path string, opts *MultivariateReportOpts) error {
	if x == nil || x.p == nil {
		return closed("Multivariate")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_multivariate_save(x.p, s.str(path), optsC, &e), &e, "mlops_multivariate_save")
}

// Imprint: what rows left behind. Immutable: any thread may compare.
type Imprint struct {
	p *C.mlops_imprint
}

func wrapImprint(p *C.mlops_imprint) *Imprint {
	x := &Imprint{p: p}
	runtime.SetFinalizer(x, (*Imprint).Close)
	return x
}

// Close ends this Imprint, or this share of it; it may be called again.
func (x *Imprint) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_imprint_free(x.p)
	x.p = nil
	return nil
}

// FitImprint: take the imprint of a reference.
//
// Errors: MLOPS_E_INVALID for an option out of range, too few rows, or samples of tables;
// MLOPS_E_LIMIT for more memory than memory_max; MLOPS_E_NOMEM, MLOPS_E_CANCELLED, MLOPS_E_DEADLINE.
func FitImprint(samples *Multivariate, opts *MmdOpts) (*Imprint, error) {
	defer runtime.KeepAlive(samples)
	var s scope
	defer s.free()
	var out *C.mlops_imprint
	if samples == nil || samples.p == nil {
		return nil, closed("Multivariate")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_imprint_fit(&out, samples.p, optsC, &e), &e, "mlops_imprint_fit"); err != nil {
		return nil, err
	}
	r := wrapImprint(out)
	return r, nil
}

// Mmd: compare current rows with the imprint, by the rule of mlops_multivariate_mmd() with FOURIER.
//
// Errors: as mlops_multivariate_mmd().
func (x *Imprint) Mmd(samples *Multivariate, opts *MmdOpts) (MultivariateResult, error) {
	if x == nil || x.p == nil {
		return MultivariateResult{}, closed("Imprint")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(samples)
	var s scope
	defer s.free()
	var out C.mlops_multivariate_result
	out.struct_size = C.sizeof_mlops_multivariate_result
	if samples == nil || samples.p == nil {
		return MultivariateResult{}, closed("Multivariate")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return MultivariateResult{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_imprint_mmd(&out, x.p, samples.p, optsC, &e), &e, "mlops_imprint_mmd"); err != nil {
		return MultivariateResult{}, err
	}
	return makeMultivariateResult(&out), nil
}

// Windows: the same for one window of rows after the other. Each has a chance of alpha of a false
// alarm.
//
// Columns: first, the first row; n, rows; effect, effect_low, effect_high, p_value; verdict: "drift",
// "no drift" or "not enough data".
//
// Errors: as mlops_imprint_mmd().
func (x *Imprint) Windows(samples *Multivariate, nRows int64, opts *MmdOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Imprint")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(samples)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if samples == nil || samples.p == nil {
		return nil, closed("Multivariate")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_imprint_windows(&out, x.p, samples.p, C.int64_t(nRows), optsC, &e), &e, "mlops_imprint_windows"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Save: write the imprint as bytes: canonical, little-endian, 16 for each frequency and each column.
//
// Errors: MLOPS_E_ARENA if cap is too small: nothing is written then; MLOPS_E_INVALID for no imprint.
func (x *Imprint) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Imprint")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_imprint_save(x.p, text, room, needed)
	}, nil, "mlops_imprint_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadImprint: read bytes of mlops_imprint_save().
//
// Errors: MLOPS_E_CORRUPT for bytes that are no imprint; MLOPS_E_UNSUPPORTED for those of a later
// format; MLOPS_E_NOMEM.
func LoadImprint(content []byte) (*Imprint, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_imprint
	var e C.mlops_error
	if err := check(C.mlops_imprint_load(&out, pointer(content), C.size_t(len(content)), nil, &e), &e, "mlops_imprint_load"); err != nil {
		return nil, err
	}
	r := wrapImprint(out)
	return r, nil
}

// Items: a sketch of frequent values, in mlops_items_size() bytes aligned to 8. One thread at a time.
type Items struct {
	p *C.mlops_items
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapItems(p *C.mlops_items) *Items {
	x := &Items{p: p}
	runtime.SetFinalizer(x, (*Items).Close)
	return x
}

// Close ends this Items, or this share of it; it may be called again.
func (x *Items) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_items_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizeItems: bytes that a sketch of this configuration needs; 0 if opts are not valid.
func SizeItems(opts *ItemsOpts) int {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_items_size(optsC))
}

// NewItems: start an empty sketch on the host's heap.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func NewItems(opts *ItemsOpts) (*Items, error) {
	var s scope
	defer s.free()
	var out *C.mlops_items
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_items_new(&out, optsC, &e), &e, "mlops_items_new"); err != nil {
		return nil, err
	}
	r := wrapItems(out)
	return r, nil
}

// Add: count int64 values.
//
// Errors: MLOPS_E_INVALID if n is negative, or the sketch is one of texts; MLOPS_E_LIMIT beyond 2^63 -
// 1 values in all. Nothing is counted in either case.
func (x *Items) Add(values []int64) error {
	if x == nil || x.p == nil {
		return closed("Items")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	return check(C.mlops_items_add(x.p, (*C.int64_t)(pointer(values)), C.int64_t(len(values))), nil, "mlops_items_add")
}

// AddText: count a text a number of times.
//
// Errors: MLOPS_E_INVALID if times is below 1, or the sketch is one of int64 values; MLOPS_E_LIMIT if
// the text is longer than text_max, or beyond 2^63 - 1 values in all. Nothing is counted then.
func (x *Items) AddText(text string, times int64) error {
	if x == nil || x.p == nil {
		return closed("Items")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	return check(C.mlops_items_add_text(x.p, s.str(text), C.int64_t(times)), nil, "mlops_items_add_text")
}

// Merge: add what another sketch has seen. What counts may be short of adds up.
//
// Errors: MLOPS_E_INVALID if the text_max differ, or other is self; MLOPS_E_LIMIT beyond 2^63 - 1
// values in all. Nothing is added in either case.
func (x *Items) Merge(other *Items) error {
	if x == nil || x.p == nil {
		return closed("Items")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("Items")
	}
	return check(C.mlops_items_merge(x.p, other.p), nil, "mlops_items_merge")
}

// Reset: forget all values; the configuration stays.
func (x *Items) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_items_reset(x.p)
}

// Summarize: totals and the bound of the error.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Items) Summarize() (ItemsSummary, error) {
	if x == nil || x.p == nil {
		return ItemsSummary{}, closed("Items")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_items_summary
	out.struct_size = C.sizeof_mlops_items_summary
	if err := check(C.mlops_items_summarize(x.p, &out), nil, "mlops_items_summarize"); err != nil {
		return ItemsSummary{}, err
	}
	return makeItemsSummary(&out), nil
}

// Frequent: how many values are frequent: these come first in mlops_items_at(). -1 if kind is unknown.
func (x *Items) Frequent(kind ItemsKind, threshold int64) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_items_frequent(x.p, C.mlops_items_kind(kind), C.int64_t(threshold)))
}

// At: a value by its place, the most frequent first; of equal ones the lesser.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown, or index is out of range.
func (x *Items) At(index int64) (ItemsRow, error) {
	if x == nil || x.p == nil {
		return ItemsRow{}, closed("Items")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_items_row
	out.struct_size = C.sizeof_mlops_items_row
	if err := check(C.mlops_items_at(x.p, C.int64_t(index), &out), nil, "mlops_items_at"); err != nil {
		return ItemsRow{}, err
	}
	return makeItemsRow(&out), nil
}

// Find: how often a value was added.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown, or the sketch is one of texts.
func (x *Items) Find(value int64) (ItemsRow, error) {
	if x == nil || x.p == nil {
		return ItemsRow{}, closed("Items")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_items_row
	out.struct_size = C.sizeof_mlops_items_row
	if err := check(C.mlops_items_find(x.p, C.int64_t(value), &out), nil, "mlops_items_find"); err != nil {
		return ItemsRow{}, err
	}
	return makeItemsRow(&out), nil
}

// FindText: the same of a text, in a sketch of texts.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown, or the sketch is one of int64 values.
func (x *Items) FindText(text string) (ItemsRow, error) {
	if x == nil || x.p == nil {
		return ItemsRow{}, closed("Items")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_items_row
	out.struct_size = C.sizeof_mlops_items_row
	if err := check(C.mlops_items_find_text(x.p, s.str(text), &out), nil, "mlops_items_find_text"); err != nil {
		return ItemsRow{}, err
	}
	return makeItemsRow(&out), nil
}

// Save: write the sketch as bytes, the most frequent value first.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then; MLOPS_E_INVALID if the form is
// unknown.
func (x *Items) Save(form ItemsForm) ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Items")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_items_save(x.p, C.mlops_items_form(form), text, room, needed)
	}, nil, "mlops_items_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadItems: read bytes of any form into the caller's storage: of mlops_items_save(), or of
// DataSketches.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no sketch, or contradict each other; MLOPS_E_UNSUPPORTED
// for one of a later format, or a string with a NUL; MLOPS_E_LIMIT for a string longer than text_max;
// MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not aligned, or text_max is out of
// range.
func LoadItems(content []byte, textMax int64) (*Items, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_items
	size := C.size_t(4096)
	for {
		mem := storage(size)
		status := C.mlops_items_load(&out, mem.p, size, pointer(content), C.size_t(len(content)), C.int64_t(textMax))
		if status == 0 {
			r := wrapItems(out)
			r.keep = []interface{}{mem}
			return r, nil
		}
		if status != C.MLOPS_E_ARENA || size > 1<<24 {
			return nil, check(status, nil, "mlops_items_load")
		}
		size *= 2
	}
}

// Kll: a sketch of quantiles, in mlops_kll_size() bytes aligned to 8. One thread at a time.
type Kll struct {
	p *C.mlops_kll
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapKll(p *C.mlops_kll) *Kll {
	x := &Kll{p: p}
	runtime.SetFinalizer(x, (*Kll).Close)
	return x
}

// Close ends this Kll, or this share of it; it may be called again.
func (x *Kll) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_kll_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizeKll: bytes that a sketch of this configuration needs; 0 if opts are not valid.
func SizeKll(opts *KllOpts) int {
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_kll_size(optsC))
}

// NewKll: start an empty sketch on the host's heap.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func NewKll(opts *KllOpts) (*Kll, error) {
	var s scope
	defer s.free()
	var out *C.mlops_kll
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_kll_new(&out, optsC, &e), &e, "mlops_kll_new"); err != nil {
		return nil, err
	}
	r := wrapKll(out)
	return r, nil
}

// Add: add values. NaN are counted apart.
//
// Errors: MLOPS_E_INVALID if n is negative; MLOPS_E_LIMIT beyond 2^48 values in all. Nothing is added
// in either case.
func (x *Kll) Add(values []float64) error {
	if x == nil || x.p == nil {
		return closed("Kll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	return check(C.mlops_kll_add(x.p, (*C.double)(pointer(values)), C.int64_t(len(values))), nil, "mlops_kll_add")
}

// AddF32: add float32 values, one of each stride-th element.
//
// Errors: as mlops_kll_add().
func (x *Kll) AddF32(values []float32, stride int) error {
	if x == nil || x.p == nil {
		return closed("Kll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(values)
	if stride < 1 {
		return invalid("stride is below 1")
	}
	return check(C.mlops_kll_add_f32(x.p, (*C.float)(pointer(values)), C.int64_t((len(values)+stride-1)/stride), C.int64_t(stride)), nil, "mlops_kll_add_f32")
}

// Merge: add what another sketch has seen. Of different k the error is that of the smaller.
//
// Errors: MLOPS_E_LIMIT beyond 2^48 values in all; MLOPS_E_INVALID if other is self. Nothing is added
// in either case.
func (x *Kll) Merge(other *Kll) error {
	if x == nil || x.p == nil {
		return closed("Kll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("Kll")
	}
	return check(C.mlops_kll_merge(x.p, other.p), nil, "mlops_kll_merge")
}

// Reset: forget all values; k and seed stay.
func (x *Kll) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_kll_reset(x.p)
}

// Summarize: totals, extremes and bounds of the error.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Kll) Summarize() (KllSummary, error) {
	if x == nil || x.p == nil {
		return KllSummary{}, closed("Kll")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_kll_summary
	out.struct_size = C.sizeof_mlops_kll_summary
	if err := check(C.mlops_kll_summarize(x.p, &out), nil, "mlops_kll_summarize"); err != nil {
		return KllSummary{}, err
	}
	return makeKllSummary(&out), nil
}

// Rank: share of the values that are up to this one; NaN if there are none, or value is NaN.
func (x *Kll) Rank(value float64) float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_kll_rank(x.p, C.double(value)))
}

// Quantile: quantile: the least kept value up to which q of the values lie; the exact extremes for 0
// and 1.
//
// Returns: NaN if there are no values or q is out of range.
func (x *Kll) Quantile(q float64) float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_kll_quantile(x.p, C.double(q)))
}

// Quantiles: many quantiles.
//
// Errors: MLOPS_E_INVALID if n is negative, or a q is out of range.
func (x *Kll) Quantiles(q []float64) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Kll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(q)
	out := make([]float64, int(C.int64_t(len(q))))
	if err := check(C.mlops_kll_quantiles(x.p, (*C.double)(pointer(q)), C.int64_t(len(q)), (*C.double)(pointer(out))), nil, "mlops_kll_quantiles"); err != nil {
		return nil, err
	}
	return out, nil
}

// Cdf: cumulative distribution: the share of the values up to each point.
//
// Errors: MLOPS_E_INVALID if n is negative, or a point is NaN.
func (x *Kll) Cdf(points []float64) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Kll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(points)
	out := make([]float64, int(C.int64_t(len(points))))
	if err := check(C.mlops_kll_cdf(x.p, (*C.double)(pointer(points)), C.int64_t(len(points)), (*C.double)(pointer(out))), nil, "mlops_kll_cdf"); err != nil {
		return nil, err
	}
	return out, nil
}

// Pmf: shares between points: up to the first one, and up to each from the one before. What lies above
// the last is in none; let that be +inf for shares of all.
//
// Errors: MLOPS_E_INVALID if n is negative, or points do not ascend.
func (x *Kll) Pmf(points []float64) ([]float64, error) {
	if x == nil || x.p == nil {
		return nil, closed("Kll")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(points)
	out := make([]float64, int(C.int64_t(len(points))))
	if err := check(C.mlops_kll_pmf(x.p, (*C.double)(pointer(points)), C.int64_t(len(points)), (*C.double)(pointer(out))), nil, "mlops_kll_pmf"); err != nil {
		return nil, err
	}
	return out, nil
}

// Save: write the sketch as bytes. What waits to be sorted in is sorted in first.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then; MLOPS_E_INVALID if the form is
// unknown.
func (x *Kll) Save(form KllForm) ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Kll")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_kll_save(x.p, C.mlops_kll_form(form), text, room, needed)
	}, nil, "mlops_kll_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadKll: read bytes of any form into the caller's storage: of mlops_kll_save(), or of DataSketches
// in C++, Java and Python, double or float as their length says.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no sketch, or contradict each other; MLOPS_E_UNSUPPORTED
// for one of a later format; MLOPS_E_LIMIT for one of more than 2^48 values; MLOPS_E_ARENA if size is
// too small; MLOPS_E_INVALID if mem is not aligned.
func LoadKll(content []byte) (*Kll, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_kll
	size := C.size_t(4096)
	for {
		mem := storage(size)
		status := C.mlops_kll_load(&out, mem.p, size, pointer(content), C.size_t(len(content)))
		if status == 0 {
			r := wrapKll(out)
			r.keep = []interface{}{mem}
			return r, nil
		}
		if status != C.MLOPS_E_ARENA || size > 1<<24 {
			return nil, check(status, nil, "mlops_kll_load")
		}
		size *= 2
	}
}

// Monitor: a monitor. One thread at a time.
type Monitor struct {
	p *C.mlops_monitor
}

func wrapMonitor(p *C.mlops_monitor) *Monitor {
	x := &Monitor{p: p}
	runtime.SetFinalizer(x, (*Monitor).Close)
	return x
}

// Close ends this Monitor, or this share of it; it may be called again.
func (x *Monitor) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_monitor_free(x.p)
	x.p = nil
	return nil
}

// NewMonitor: begin to watch a model, held against the reference in a file.
//
// Watched are the model's features, in its order: those of model or, where that is NULL and the file
// is a bundle, those of the bundle's model that its reference has. Else watched is every column of the
// reference, in its order, or those in opts.reference.columns; a model without feature names needs
// that list, one for each feature. opts.drift.columns and .ignore choose among them: columns may name
// others of the reference, too, and ignore what it lacks.
//
// Errors: as mlops_reference_load(), and of a bundle mlops_model_load(); MLOPS_E_SCHEMA names a
// feature of model that the reference lacks, or a column that is named and not there.
func NewMonitor(model *Model, reference string, opts *MonitorOpts) (*Monitor, error) {
	defer runtime.KeepAlive(model)
	var s scope
	defer s.free()
	var out *C.mlops_monitor
	if model != nil && model.p == nil {
		return nil, closed("Model")
	}
	var modelP *C.mlops_model
	if model != nil {
		modelP = model.p
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_monitor_new(&out, modelP, s.str(reference), optsC, &e), &e, "mlops_monitor_new"); err != nil {
		return nil, err
	}
	r := wrapMonitor(out)
	return r, nil
}

// NewMonitorReference: begin to watch a model, held against a reference at hand.
//
// Errors: MLOPS_E_SCHEMA names a feature that the reference lacks, or a column that is named and not
// there; MLOPS_E_INVALID, MLOPS_E_NOMEM.
func NewMonitorReference(model *Model, reference *Reference, opts *MonitorOpts) (*Monitor, error) {
	defer runtime.KeepAlive(model)
	defer runtime.KeepAlive(reference)
	var s scope
	defer s.free()
	var out *C.mlops_monitor
	if model != nil && model.p == nil {
		return nil, closed("Model")
	}
	var modelP *C.mlops_model
	if model != nil {
		modelP = model.p
	}
	if reference == nil || reference.p == nil {
		return nil, closed("Reference")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_monitor_new_reference(&out, modelP, reference.p, optsC, &e), &e, "mlops_monitor_new_reference"); err != nil {
		return nil, err
	}
	r := wrapMonitor(out)
	return r, nil
}

// NFeatures: number of columns of a row that mlops_monitor_add() takes: features of the model, or
// columns of the reference or of opts.reference.columns, whether they are watched or not.
func (x *Monitor) NFeatures() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_monitor_n_features(x.p))
}

// Add: add rows and what the model made of them. A string column of the reference cannot be added
// here; it counts as null. A watched column that is no feature is not in a row, and takes nothing.
//
// Errors: MLOPS_E_INVALID where a shape differs; MLOPS_E_LIMIT beyond 2^63 - 1 rows in all. Nothing is
// added then.
func (x *Monitor) Add(rows []float32, nFeatures int, predictions []float64, width int) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	defer runtime.KeepAlive(predictions)
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return invalid("rows is not whole rows")
	}
	if predictions != nil && len(predictions) != int(C.int64_t(nRows))*width {
		return invalid("predictions has another length")
	}
	return check(C.mlops_monitor_add(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(predictions)), C.int64_t(width)), nil, "mlops_monitor_add")
}

// AddTable: add the rows of a table, its columns bound by name.
//
// Errors: MLOPS_E_SCHEMA names a column that is missing or of another kind; MLOPS_E_LIMIT beyond 2^63
// - 1 rows in all. Nothing is added then.
func (x *Monitor) AddTable(table *Table) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	if table == nil || table.p == nil {
		return closed("Table")
	}
	var e C.mlops_error
	return check(C.mlops_monitor_add_table(x.p, table.p, &e), &e, "mlops_monitor_add_table")
}

// AddLatency: add the time that predicting took.
//
// Errors: MLOPS_E_INVALID if it is negative.
func (x *Monitor) AddLatency(durationNs int64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	return check(C.mlops_monitor_add_latency(x.p, C.int64_t(durationNs)), nil, "mlops_monitor_add_latency")
}

// AddErrors: count requests that got no prediction.
//
// Errors: MLOPS_E_INVALID if n is negative; MLOPS_E_LIMIT beyond 2^63 - 1 in all.
func (x *Monitor) AddErrors(n int64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	return check(C.mlops_monitor_add_errors(x.p, C.int64_t(n)), nil, "mlops_monitor_add_errors")
}

// NWindows: number of windows that were completed and judged.
func (x *Monitor) NWindows() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_monitor_n_windows(x.p))
}

// Verdict: verdict of the newest complete window; NOT_ENOUGH_DATA before the first.
func (x *Monitor) Verdict() DriftVerdict {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return DriftVerdict(C.mlops_monitor_verdict(x.p))
}

// NDrifted: number of columns that drifted in the newest complete window.
func (x *Monitor) NDrifted() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_monitor_n_drifted(x.p))
}

// Drift: verdicts of the newest complete window or, before the first one is complete, of what there
// is.
//
// They are those of mlops_drift_compare_reference() but for wasserstein: a window knows the cells of
// its values alone, and takes them as spread evenly. It is off by half the mean width of the cells of
// the window's values at the most, and as much for the reference's values unless exact is 1.
//
// Errors: MLOPS_E_NOMEM.
func (x *Monitor) Drift() (*Drift, error) {
	if x == nil || x.p == nil {
		return nil, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_drift
	var e C.mlops_error
	if err := check(C.mlops_monitor_drift(&out, x.p, &e), &e, "mlops_monitor_drift"); err != nil {
		return nil, err
	}
	r := wrapDrift(out)
	return r, nil
}

// Metrics: metrics in Prometheus' text format 0.0.4. Allocates nothing.
//
// Errors: MLOPS_E_ARENA if cap is too small: text is empty then.
func (x *Monitor) Metrics() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_monitor_metrics(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_monitor_metrics")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Openmetrics: the same as OpenMetrics text 1.0.
//
// Errors: as mlops_monitor_metrics().
func (x *Monitor) Openmetrics() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_monitor_openmetrics(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_monitor_openmetrics")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Save: write a report, as mlops_drift_save(), with traffic, latency, segments, the policy's alarm and
// its reason, performance window by window where labels are expected, and shares of values that the
// reference has not.
//
// Errors: as mlops_drift_save().
func (x *Monitor) Save(path string) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_monitor_save(x.p, s.str(path), &e), &e, "mlops_monitor_save")
}

// ExpectLabels: take the room for labels. Once, and before the first row.
//
// With a reference half of what a window may spend on false alarms is for its columns, and a quarter
// each for the measured and the estimated metric.
//
// Errors: MLOPS_E_INVALID for an option out of range, a reference without labels, or a monitor that
// has rows or labels already; MLOPS_E_NOMEM.
func (x *Monitor) ExpectLabels(reference *Performance, calibration *Calibration, opts *MonitorLabelsOpts) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(reference)
	defer runtime.KeepAlive(calibration)
	var s scope
	defer s.free()
	if reference != nil && reference.p == nil {
		return closed("Performance")
	}
	var referenceP *C.mlops_performance
	if reference != nil {
		referenceP = reference.p
	}
	if calibration != nil && calibration.p == nil {
		return closed("Calibration")
	}
	var calibrationP *C.mlops_calibration
	if calibration != nil {
		calibrationP = calibration.p
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_monitor_expect_labels(x.p, referenceP, calibrationP, optsC, &e), &e, "mlops_monitor_expect_labels")
}

// AddScored: add rows with their scores, as mlops_monitor_add(); the scores are the predictions.
//
// Errors: MLOPS_E_INVALID where a shape differs, no labels are expected, or a score or weight is none;
// MLOPS_E_LIMIT beyond a weight of 2^41 in all. Nothing is added then.
func (x *Monitor) AddScored(rows []float32, nFeatures int, scores []float64, width int, ids []int64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(ids)
	defer runtime.KeepAlive(weights)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return invalid("rows is not whole rows")
	}
	if len(scores) != int(C.int64_t(nRows))*width {
		return invalid("scores has another length")
	}
	if ids != nil && len(ids) != int(C.int64_t(nRows)) {
		return invalid("ids has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(nRows)) {
		return invalid("weights has another length")
	}
	return check(C.mlops_monitor_add_scored(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(scores)), C.int64_t(width), (*C.int64_t)(pointer(ids)), (*C.double)(pointer(weights)), &e), &e, "mlops_monitor_add_scored")
}

// AddScoredTable: add the rows of a table with their scores, as mlops_monitor_add_table() and
// mlops_monitor_add_scored().
//
// Errors: as mlops_monitor_add_table() and mlops_monitor_add_scored().
func (x *Monitor) AddScoredTable(table *Table, scores []float64, width int, ids []int64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(ids)
	defer runtime.KeepAlive(weights)
	if table == nil || table.p == nil {
		return closed("Table")
	}
	var e C.mlops_error
	nScores, ok := wholeRows(len(scores), width)
	if !ok {
		return invalid("scores is not whole rows")
	}
	if ids != nil && len(ids) != int(C.int64_t(nScores)) {
		return invalid("ids has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(nScores)) {
		return invalid("weights has another length")
	}
	return check(C.mlops_monitor_add_scored_table(x.p, table.p, (*C.double)(pointer(scores)), C.int64_t(nScores), C.int64_t(width), (*C.int64_t)(pointer(ids)), (*C.double)(pointer(weights)), &e), &e, "mlops_monitor_add_scored_table")
}

// AddLabels: add labels of rows that were added. Labels without a row are counted and are no error.
//
// Errors: MLOPS_E_INVALID names the first label, counted from 0, that is none; MLOPS_E_LIMIT beyond a
// weight of 2^41 in all. Nothing is added then.
func (x *Monitor) AddLabels(ids []int64, labels []float64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(ids)
	defer runtime.KeepAlive(labels)
	defer runtime.KeepAlive(weights)
	var e C.mlops_error
	if len(labels) != int(C.int64_t(len(ids))) {
		return invalid("labels has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(len(ids))) {
		return invalid("weights has another length")
	}
	return check(C.mlops_monitor_add_labels(x.p, (*C.int64_t)(pointer(ids)), (*C.double)(pointer(labels)), (*C.double)(pointer(weights)), C.int64_t(len(ids)), &e), &e, "mlops_monitor_add_labels")
}

// IDMonitor: the number of a request whose id is a text: XXH3-64 of it. Two texts of n remembered ones
// have the same with a chance below n^2 / 2^65.
func IDMonitor(text string) int64 {
	var s scope
	defer s.free()
	return int64(C.mlops_monitor_id(s.str(text)))
}

// SummarizeLabels: what came of labels, and where performance stands.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown, or no labels are expected.
func (x *Monitor) SummarizeLabels() (MonitorLabels, error) {
	if x == nil || x.p == nil {
		return MonitorLabels{}, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_monitor_labels
	out.struct_size = C.sizeof_mlops_monitor_labels
	if err := check(C.mlops_monitor_summarize_labels(x.p, &out), nil, "mlops_monitor_summarize_labels"); err != nil {
		return MonitorLabels{}, err
	}
	return makeMonitorLabels(&out), nil
}

// Performance: metrics of each window that is kept and of all rows together, of what there is by now.
//
// Columns: window, its number, from 1, or null: all rows of the monitor; kind, "measured" or
// "estimated"; metric, its name; value, low, high, null where undefined; n, rows with a label, or rows
// with a score.
//
// Errors: MLOPS_E_INVALID if no labels are expected; MLOPS_E_NOMEM.
func (x *Monitor) Performance() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_monitor_performance(&out, x.p, &e), &e, "mlops_monitor_performance"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// SetPolicy: have the windows from the next one on decided upon. Once, and before the first window
// ends.
//
// Errors: MLOPS_E_INVALID for a rule out of range, or a monitor that has a policy or a window already;
// MLOPS_E_NOMEM.
func (x *Monitor) SetPolicy(opts *PolicyOpts) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_monitor_set_policy(x.p, optsC, &e), &e, "mlops_monitor_set_policy")
}

// Veto: say that the data of the current window are broken: expectations failed, or an outage is
// known. When it ends it counts for nothing in the policy, whatever was found.
//
// Errors: MLOPS_E_INVALID if there is no policy.
func (x *Monitor) Veto() error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	return check(C.mlops_monitor_veto(x.p), nil, "mlops_monitor_veto")
}

// Alarm: where the policy stands after the newest window.
//
// Errors: MLOPS_E_INVALID if there is no policy, or struct_size is unknown.
func (x *Monitor) Alarm() (PolicyDecision, error) {
	if x == nil || x.p == nil {
		return PolicyDecision{}, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_policy_decision
	out.struct_size = C.sizeof_mlops_policy_decision
	if err := check(C.mlops_monitor_alarm(x.p, &out), nil, "mlops_monitor_alarm"); err != nil {
		return PolicyDecision{}, err
	}
	return makePolicyDecision(&out), nil
}

// AlarmReason: the same, and why, as a line of JSON: mlops_policy_reason().
//
// Errors: MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_INVALID if there is no
// policy.
func (x *Monitor) AlarmReason() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_monitor_alarm_reason(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_monitor_alarm_reason")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// ExpectSegments: take the room for segments. Once, before the first row, and after
// mlops_monitor_expect_labels() where labels are expected.
//
// Half of what a window may spend on false alarms is for all rows together from now on, and half is
// shared equally by n_segments and "other".
//
// Errors: MLOPS_E_INVALID for an option out of range, or a monitor that has rows or segments already;
// MLOPS_E_NOMEM.
func (x *Monitor) ExpectSegments(opts *MonitorSegmentsOpts) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_monitor_expect_segments(x.p, optsC, &e), &e, "mlops_monitor_expect_segments")
}

// Segment: the number of a key's segment. A key that is new begins one, as long as there is room.
//
// Returns: 1 and more; 0 is "other": there is no more room, the key is "other" or none, or no segments
// are expected.
func (x *Monitor) Segment(key string) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	return int64(C.mlops_monitor_segment(x.p, s.str(key)))
}

// EnterSegment: say of which segment rows are that are added from now on; before the first call it is
// 0, "other".
//
// Errors: MLOPS_E_INVALID if there is no such segment.
func (x *Monitor) EnterSegment(segment int64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	return check(C.mlops_monitor_enter_segment(x.p, C.int64_t(segment)), nil, "mlops_monitor_enter_segment")
}

// AddSegments: add rows of several segments, as mlops_monitor_add_scored() where labels are expected,
// else as mlops_monitor_add(). The segment that was entered stays.
//
// Errors: MLOPS_E_INVALID names the first row, counted from 0, whose segment there is not; else as
// those verbs. Nothing is added then.
func (x *Monitor) AddSegments(rows []float32, nFeatures int, segments []int64, scores []float64, width int, ids []int64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	defer runtime.KeepAlive(segments)
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(ids)
	defer runtime.KeepAlive(weights)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return invalid("rows is not whole rows")
	}
	if len(segments) != int(C.int64_t(nRows)) {
		return invalid("segments has another length")
	}
	if scores != nil && len(scores) != int(C.int64_t(nRows))*width {
		return invalid("scores has another length")
	}
	if ids != nil && len(ids) != int(C.int64_t(nRows)) {
		return invalid("ids has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(nRows)) {
		return invalid("weights has another length")
	}
	return check(C.mlops_monitor_add_segments(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.int64_t)(pointer(segments)), (*C.double)(pointer(scores)), C.int64_t(width), (*C.int64_t)(pointer(ids)), (*C.double)(pointer(weights)), &e), &e, "mlops_monitor_add_segments")
}

// AddSegmentsTable: add the rows of a table, of several segments: as mlops_monitor_add_scored_table()
// where labels are expected, else as mlops_monitor_add_table().
//
// Errors: as mlops_monitor_add_segments(), and mlops_monitor_add_table().
func (x *Monitor) AddSegmentsTable(table *Table, segments []int64, scores []float64, width int, ids []int64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	defer runtime.KeepAlive(segments)
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(ids)
	defer runtime.KeepAlive(weights)
	if table == nil || table.p == nil {
		return closed("Table")
	}
	var e C.mlops_error
	if scores != nil && len(scores) != int(C.int64_t(len(segments)))*width {
		return invalid("scores has another length")
	}
	if ids != nil && len(ids) != int(C.int64_t(len(segments))) {
		return invalid("ids has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(len(segments))) {
		return invalid("weights has another length")
	}
	return check(C.mlops_monitor_add_segments_table(x.p, table.p, (*C.int64_t)(pointer(segments)), C.int64_t(len(segments)), (*C.double)(pointer(scores)), C.int64_t(width), (*C.int64_t)(pointer(ids)), (*C.double)(pointer(weights)), &e), &e, "mlops_monitor_add_segments_table")
}

// Segments: where each segment stands: "other" first, then keys in the order in which they came.
//
// Columns: segment, its key; n_rows, in all; window_rows, of the newest complete window; verdict,
// "yes", "no" or "not enough data", and n_drifted, columns, both of that window; and where labels are
// expected measured, measured_loss, estimated, estimated_loss as in mlops_monitor_labels, else null.
//
// Errors: MLOPS_E_INVALID if no segments are expected; MLOPS_E_NOMEM.
func (x *Monitor) Segments() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_monitor_segments(&out, x.p, &e), &e, "mlops_monitor_segments"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// SegmentDrift: verdicts of a segment, as mlops_monitor_drift() of all rows.
//
// Errors: MLOPS_E_INVALID if there is no such segment; MLOPS_E_NOMEM.
func (x *Monitor) SegmentDrift(segment int64) (*Drift, error) {
	if x == nil || x.p == nil {
		return nil, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_drift
	var e C.mlops_error
	if err := check(C.mlops_monitor_segment_drift(&out, x.p, C.int64_t(segment), &e), &e, "mlops_monitor_segment_drift"); err != nil {
		return nil, err
	}
	r := wrapDrift(out)
	return r, nil
}

// SegmentPerformance: metrics of a segment, as mlops_monitor_performance() of all rows.
//
// Errors: MLOPS_E_INVALID if there is no such segment, or no labels are expected; MLOPS_E_NOMEM.
func (x *Monitor) SegmentPerformance(segment int64) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_monitor_segment_performance(&out, x.p, C.int64_t(segment), &e), &e, "mlops_monitor_segment_performance"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Suspend: write all that a monitor has seen as bytes: the current window, the newest complete one,
// totals, rows that wait for labels. Canonical, little-endian. The monitor may go on.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Monitor) Suspend() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_monitor_suspend(x.p, text, room, needed)
	}, nil, "mlops_monitor_suspend")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// Resume: go on where a monitor was: whatever is added from now on, this monitor says what the other
// would have said. It must have been made of the same reference with the same options.
//
// Errors: MLOPS_E_SCHEMA if the other had another reference, model or options; MLOPS_E_CORRUPT for
// bytes that are no state, or contradict each other; MLOPS_E_UNSUPPORTED for those of another format;
// MLOPS_E_NOMEM.
func (x *Monitor) Resume(content []byte) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(content)
	var e C.mlops_error
	return check(C.mlops_monitor_resume(x.p, pointer(content), C.size_t(len(content)), &e), &e, "mlops_monitor_resume")
}

// ExpectClasses: take the room for labels that are classes. Scores of a row are the probabilities of
// the classes, as mlops_class_performance_add() takes them; its prediction is the most probable, the
// first of several. A row with NaN has none. A label is the number of a class, from 0.
//
// Errors: MLOPS_E_INVALID as mlops_monitor_expect_labels(), and where reference, model, calibration
// and n_classes do not agree; MLOPS_E_NOMEM.
func (x *Monitor) ExpectClasses(reference *ClassPerformance, calibration *Calibration, opts *MonitorLabelsOpts) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(reference)
	defer runtime.KeepAlive(calibration)
	var s scope
	defer s.free()
	if reference != nil && reference.p == nil {
		return closed("ClassPerformance")
	}
	var referenceP *C.mlops_class_performance
	if reference != nil {
		referenceP = reference.p
	}
	if calibration != nil && calibration.p == nil {
		return closed("Calibration")
	}
	var calibrationP *C.mlops_calibration
	if calibration != nil {
		calibrationP = calibration.p
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_monitor_expect_classes(x.p, referenceP, calibrationP, optsC, &e), &e, "mlops_monitor_expect_classes")
}

// ExpectNumbers: take the room for labels that are numbers. A score is the number that was predicted,
// up to 2^240 either way; NaN: there is none. With a width of 2 the second value of a row is the loss
// that a model of the caller's expects of it (direct loss estimation): |error| if mae is judged, its
// square if mse or rmse is, |error| / |label| of mape, (ln(1 + prediction) - ln(1 + label))^2 of
// rmsle; 0 to 2^240, or NaN: there is none. From these the metric is estimated, else it is not.
//
// Errors: MLOPS_E_INVALID as mlops_monitor_expect_labels(); MLOPS_E_NOMEM.
func (x *Monitor) ExpectNumbers(reference *RegressionPerformance, opts *MonitorLabelsOpts) error {
	if x == nil || x.p == nil {
		return closed("Monitor")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(reference)
	var s scope
	defer s.free()
	if reference != nil && reference.p == nil {
		return closed("RegressionPerformance")
	}
	var referenceP *C.mlops_regression_performance
	if reference != nil {
		referenceP = reference.p
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_monitor_expect_numbers(x.p, referenceP, optsC, &e), &e, "mlops_monitor_expect_numbers")
}

// Performance: counts of scores by label, of mlops_performance_size() bytes. One thread at a time.
type Performance struct {
	p *C.mlops_performance
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapPerformance(p *C.mlops_performance) *Performance {
	x := &Performance{p: p}
	runtime.SetFinalizer(x, (*Performance).Close)
	return x
}

// Close ends this Performance, or this share of it; it may be called again.
func (x *Performance) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_performance_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizePerformance: bytes that counts need.
func SizePerformance() int {
	return int(C.mlops_performance_size())
}

// NewPerformance: start empty counts on the host's heap.
//
// Errors: MLOPS_E_NOMEM.
func NewPerformance() (*Performance, error) {
	var out *C.mlops_performance
	var e C.mlops_error
	if err := check(C.mlops_performance_new(&out, nil, &e), &e, "mlops_performance_new"); err != nil {
		return nil, err
	}
	r := wrapPerformance(out)
	return r, nil
}

// Add: count rows.
//
// Errors: MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
// weight of 2^41 in all. Nothing is counted then.
func (x *Performance) Add(scores []float64, labels []float64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("Performance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(labels)
	defer runtime.KeepAlive(weights)
	var e C.mlops_error
	if labels != nil && len(labels) != int(C.int64_t(len(scores))) {
		return invalid("labels has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(len(scores))) {
		return invalid("weights has another length")
	}
	return check(C.mlops_performance_add(x.p, (*C.double)(pointer(scores)), (*C.double)(pointer(labels)), (*C.double)(pointer(weights)), C.int64_t(len(scores)), &e), &e, "mlops_performance_add")
}

// Merge: add what other counts have.
//
// Errors: MLOPS_E_INVALID if other is self; MLOPS_E_LIMIT. Nothing is added then.
func (x *Performance) Merge(other *Performance) error {
	if x == nil || x.p == nil {
		return closed("Performance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("Performance")
	}
	var e C.mlops_error
	return check(C.mlops_performance_merge(x.p, other.p, &e), &e, "mlops_performance_merge")
}

// Reset: forget all rows.
func (x *Performance) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_performance_reset(x.p)
}

// Summarize: totals, and errors of calibration.
//
// Errors: MLOPS_E_INVALID for an option out of range.
func (x *Performance) Summarize(opts *PerformanceOpts) (PerformanceSummary, error) {
	if x == nil || x.p == nil {
		return PerformanceSummary{}, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_performance_summary
	out.struct_size = C.sizeof_mlops_performance_summary
	optsC := opts.c(&s)
	if s.err != nil {
		return PerformanceSummary{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_performance_summarize(&out, x.p, optsC, &e), &e, "mlops_performance_summarize"); err != nil {
		return PerformanceSummary{}, err
	}
	return makePerformanceSummary(&out), nil
}

// Metrics: judge the rows that have a label. Scores in one of the 1,024 bins are ties: auc,
// average_precision and ks are those of bins.
//
// Errors: MLOPS_E_INVALID if no row has a label, or the threshold is no edge of a bin.
func (x *Performance) Metrics(opts *PerformanceOpts) (Metrics, error) {
	if x == nil || x.p == nil {
		return Metrics{}, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	optsC := opts.c(&s)
	if s.err != nil {
		return Metrics{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_performance_metrics(&out, x.p, optsC, &e), &e, "mlops_performance_metrics"); err != nil {
		return Metrics{}, err
	}
	return makeMetrics(&out), nil
}

// Reliability: the reliability table: what came of the rows that have a label, by their score.
//
// Columns: low, high, edges of the bin; weight of its rows; mean_score; observed, the share of label
// 1, with observed_low and observed_high, Wilson's interval at opts.confidence. One row a bin, of
// n_bins; without rows in it all but edges and weight are null.
//
// Errors: MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM.
func (x *Performance) Reliability(opts *PerformanceOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_performance_reliability(&out, x.p, optsC, &e), &e, "mlops_performance_reliability"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Thresholds: what would be predicted at n_bins thresholds, of 0, 1 / n_bins, 2 / n_bins and so on.
//
// Columns: threshold, tp, fp, tn, fn, accuracy, balanced_accuracy, precision, recall, specificity, f1,
// mcc, positive_rate, f_beta, kappa, and lift, precision over the share of label 1; null where a
// metric has no value.
//
// Errors: MLOPS_E_INVALID if no row has a label, or for an option out of range; MLOPS_E_NOMEM.
func (x *Performance) Thresholds(opts *PerformanceOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_performance_thresholds(&out, x.p, optsC, &e), &e, "mlops_performance_thresholds"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Save: write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Performance) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_performance_save(x.p, text, room, needed)
	}, nil, "mlops_performance_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadPerformance: read bytes of mlops_performance_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no counts, or contradict each other; MLOPS_E_UNSUPPORTED
// for those of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not
// aligned.
func LoadPerformance(content []byte) (*Performance, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_performance
	size := C.mlops_performance_size()
	mem := storage(size)
	if err := check(C.mlops_performance_load(&out, mem.p, size, pointer(content), C.size_t(len(content))), nil, "mlops_performance_load"); err != nil {
		return nil, err
	}
	r := wrapPerformance(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// Calibrate: fit a calibration to the rows that have a label, each at the mean score of its bin.
//
// Errors: MLOPS_E_INVALID if no row has a label; MLOPS_E_NOMEM.
func (x *Performance) Calibrate(method CalibrationMethod) (*Calibration, error) {
	if x == nil || x.p == nil {
		return nil, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_calibration
	var e C.mlops_error
	if err := check(C.mlops_performance_calibrate(&out, x.p, C.mlops_calibration_method(method), nil, &e), &e, "mlops_performance_calibrate"); err != nil {
		return nil, err
	}
	r := wrapCalibration(out)
	return r, nil
}

// Choose: choose a threshold for the rows that have a label. Of several that are as good it is the
// highest.
//
// Errors: MLOPS_E_INVALID if no row has a label, or for an option out of range; MLOPS_E_NOT_FOUND if
// no threshold holds the bound, or the metric has a value at none.
func (x *Performance) Choose(opts *PerformanceChoiceOpts) (float64, error) {
	if x == nil || x.p == nil {
		return 0, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.double
	optsC := opts.c(&s)
	if s.err != nil {
		return 0, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_performance_choose(x.p, &out, optsC, &e), &e, "mlops_performance_choose"); err != nil {
		return 0, err
	}
	return float64(out), nil
}

// Estimate: estimate the metrics of all rows of counts, with a label or without, from their scores
// alone. Each row counts at the mean score of its bin.
//
// Columns: metric, a name of mlops_metric_find(); value, expected; sampling_error, the standard
// deviation of the metric about it, since so many labels come out by chance; low and high, bounds that
// hold it at opts.confidence (0.9973: three sampling errors). Null where there is none.
//
// Errors: MLOPS_E_INVALID if there is no row, or the threshold is no edge of a bin; MLOPS_E_NOMEM.
func (x *Performance) Estimate(calibration *Calibration, opts *PerformanceOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Performance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(calibration)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if calibration != nil && calibration.p == nil {
		return nil, closed("Calibration")
	}
	var calibrationP *C.mlops_calibration
	if calibration != nil {
		calibrationP = calibration.p
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_performance_estimate(&out, x.p, calibrationP, optsC, &e), &e, "mlops_performance_estimate"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// EstimatePerformanceRows: estimate the metrics of rows: the same table.
//
// Errors: MLOPS_E_INVALID if a row is none of these (the message names the first, counted from 0) or
// there is none; MLOPS_E_NOMEM.
func EstimatePerformanceRows(scores []float64, probabilities []float64, opts *PerformanceOpts) (*Table, error) {
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(probabilities)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if probabilities != nil && len(probabilities) != int(C.int64_t(len(scores))) {
		return nil, invalid("probabilities has another length")
	}
	if err := check(C.mlops_performance_estimate_rows(&out, (*C.double)(pointer(scores)), (*C.double)(pointer(probabilities)), C.int64_t(len(scores)), optsC, &e), &e, "mlops_performance_estimate_rows"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Policy: a policy and the windows that it remembers, in mlops_policy_size() bytes aligned to 8. One
// thread at a time.
type Policy struct {
	p *C.mlops_policy
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapPolicy(p *C.mlops_policy) *Policy {
	x := &Policy{p: p}
	runtime.SetFinalizer(x, (*Policy).Close)
	return x
}

// Close ends this Policy, or this share of it; it may be called again.
func (x *Policy) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_policy_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizePolicy: bytes that a policy needs.
func SizePolicy() int {
	return int(C.mlops_policy_size())
}

// NewPolicy: begin without any window on the host's heap.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func NewPolicy(opts *PolicyOpts) (*Policy, error) {
	var s scope
	defer s.free()
	var out *C.mlops_policy
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_policy_new(&out, optsC, &e), &e, "mlops_policy_new"); err != nil {
		return nil, err
	}
	r := wrapPolicy(out)
	return r, nil
}

// Add: take the next window.
//
// Errors: MLOPS_E_INVALID if time goes back, severity is below 0, or struct_size is unknown; the
// window is not taken then.
func (x *Policy) Add(timeNs int64, severity float64, vetoed int32) (PolicyDecision, error) {
	if x == nil || x.p == nil {
		return PolicyDecision{}, closed("Policy")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_policy_decision
	out.struct_size = C.sizeof_mlops_policy_decision
	if err := check(C.mlops_policy_add(x.p, C.int64_t(timeNs), C.double(severity), C.int32_t(vetoed), &out), nil, "mlops_policy_add"); err != nil {
		return PolicyDecision{}, err
	}
	return makePolicyDecision(&out), nil
}

// Get: where the policy stood after the newest window, as mlops_policy_add() told.
//
// Errors: MLOPS_E_INVALID if struct_size is unknown.
func (x *Policy) Get() (PolicyDecision, error) {
	if x == nil || x.p == nil {
		return PolicyDecision{}, closed("Policy")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_policy_decision
	out.struct_size = C.sizeof_mlops_policy_decision
	if err := check(C.mlops_policy_get(x.p, &out), nil, "mlops_policy_get"); err != nil {
		return PolicyDecision{}, err
	}
	return makePolicyDecision(&out), nil
}

// Reason: the same, and why, as a line of JSON: event, alarmed, reason (a sentence), the numbers of
// the decision, and the rules.
//
// Errors: MLOPS_E_ARENA if cap is too small: text is empty then.
func (x *Policy) Reason() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Policy")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_policy_reason(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_policy_reason")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Save: write the policy and what it remembers as bytes: canonical, little-endian, equal on any
// machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Policy) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Policy")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_policy_save(x.p, text, room, needed)
	}, nil, "mlops_policy_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadPolicy: read bytes of mlops_policy_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no policy, or whose parts contradict each other;
// MLOPS_E_UNSUPPORTED for one of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID
// if mem is not aligned.
func LoadPolicy(content []byte) (*Policy, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_policy
	size := C.size_t(4096)
	for {
		mem := storage(size)
		status := C.mlops_policy_load(&out, mem.p, size, pointer(content), C.size_t(len(content)))
		if status == 0 {
			r := wrapPolicy(out)
			r.keep = []interface{}{mem}
			return r, nil
		}
		if status != C.MLOPS_E_ARENA || size > 1<<24 {
			return nil, check(status, nil, "mlops_policy_load")
		}
		size *= 2
	}
}

// ClassPerformance: counts of probabilities by label, aligned to 8. One thread at a time.
type ClassPerformance struct {
	p *C.mlops_class_performance
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapClassPerformance(p *C.mlops_class_performance) *ClassPerformance {
	x := &ClassPerformance{p: p}
	runtime.SetFinalizer(x, (*ClassPerformance).Close)
	return x
}

// Close ends this ClassPerformance, or this share of it; it may be called again.
func (x *ClassPerformance) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_class_performance_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizeClassPerformance: bytes that counts of k classes need, 2 to 256: about 56 KiB a class, and as
// many once; 0 for another k.
func SizeClassPerformance(k int64) int {
	return int(C.mlops_class_performance_size(C.int64_t(k)))
}

// NewClassPerformance: start empty counts on the host's heap.
//
// Errors: MLOPS_E_INVALID for another k; MLOPS_E_NOMEM.
func NewClassPerformance(k int64) (*ClassPerformance, error) {
	var out *C.mlops_class_performance
	var e C.mlops_error
	if err := check(C.mlops_class_performance_new(&out, C.int64_t(k), nil, &e), &e, "mlops_class_performance_new"); err != nil {
		return nil, err
	}
	r := wrapClassPerformance(out)
	return r, nil
}

// NClasses: number of classes.
func (x *ClassPerformance) NClasses() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_class_performance_n_classes(x.p))
}

// Add: count rows.
//
// Errors: MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
// weight of 2^41 in all. Nothing is counted then.
func (x *ClassPerformance) Add(probabilities []float64, k int, labels []int64, predictions []int64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(probabilities)
	defer runtime.KeepAlive(labels)
	defer runtime.KeepAlive(predictions)
	defer runtime.KeepAlive(weights)
	var e C.mlops_error
	nProbabilities, ok := wholeRows(len(probabilities), k)
	if !ok {
		return invalid("probabilities is not whole rows")
	}
	if labels != nil && len(labels) != int(C.int64_t(nProbabilities)) {
		return invalid("labels has another length")
	}
	if predictions != nil && len(predictions) != int(C.int64_t(nProbabilities)) {
		return invalid("predictions has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(nProbabilities)) {
		return invalid("weights has another length")
	}
	return check(C.mlops_class_performance_add(x.p, (*C.double)(pointer(probabilities)), C.int64_t(nProbabilities), C.int64_t(k), (*C.int64_t)(pointer(labels)), (*C.int64_t)(pointer(predictions)), (*C.double)(pointer(weights)), &e), &e, "mlops_class_performance_add")
}

// Merge: add what other counts have.
//
// Errors: MLOPS_E_INVALID if other is self, or of another number of classes; MLOPS_E_LIMIT. Nothing is
// added then.
func (x *ClassPerformance) Merge(other *ClassPerformance) error {
	if x == nil || x.p == nil {
		return closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("ClassPerformance")
	}
	var e C.mlops_error
	return check(C.mlops_class_performance_merge(x.p, other.p, &e), &e, "mlops_class_performance_merge")
}

// Reset: forget all rows.
func (x *ClassPerformance) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_class_performance_reset(x.p)
}

// Metrics: judge the rows that have a label, as mlops_metric_classes() does; auc_macro and
// auc_weighted are those of scores in 1,024 bins, and so is ece_adaptive.
//
// Errors: MLOPS_E_INVALID if no row has a label, or for an option out of range.
func (x *ClassPerformance) Metrics(opts *PerformanceOpts) (Metrics, error) {
	if x == nil || x.p == nil {
		return Metrics{}, closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	optsC := opts.c(&s)
	if s.err != nil {
		return Metrics{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_class_performance_metrics(&out, x.p, optsC, &e), &e, "mlops_class_performance_metrics"); err != nil {
		return Metrics{}, err
	}
	return makeMetrics(&out), nil
}

// ByClass: each class by itself. Columns: class; weight of its rows; predicted, weight of the rows
// predicted so; precision, recall, f1 of the predictions; auc, average_precision, brier, log_loss, ece
// of its probabilities against the rest; f_beta of the predictions. Null where there is none.
//
// Errors: MLOPS_E_INVALID if no row has a label, or for an option out of range; MLOPS_E_NOMEM.
func (x *ClassPerformance) ByClass(opts *PerformanceOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_class_performance_by_class(&out, x.p, optsC, &e), &e, "mlops_class_performance_by_class"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Confusion: the confusion matrix. Columns: label, predicted, weight of the rows that have a label;
// expected, the probability of the label times weight over all rows predicted so; and weight as a
// share_of_label, a share_of_predicted and a share of all, null of none; k * k rows.
//
// Errors: MLOPS_E_NOMEM.
func (x *ClassPerformance) Confusion() (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_table
	var e C.mlops_error
	if err := check(C.mlops_class_performance_confusion(&out, x.p, nil, &e), &e, "mlops_class_performance_confusion"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// One: counts of one class against the rest, as if its probabilities alone had been added to them; or
// of the probability of the predicted class, against whether it was right.
//
// Errors: MLOPS_E_INVALID if there is no such class; MLOPS_E_NOMEM.
func (x *ClassPerformance) One(at int64) (*Performance, error) {
	if x == nil || x.p == nil {
		return nil, closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_performance
	var e C.mlops_error
	if err := check(C.mlops_class_performance_one(&out, x.p, C.int64_t(at), nil, &e), &e, "mlops_class_performance_one"); err != nil {
		return nil, err
	}
	r := wrapPerformance(out)
	return r, nil
}

// Estimate: estimate metrics of all rows from their probabilities alone, which must be calibrated: the
// table of mlops_performance_estimate(). sampling_error is at most a little too wide.
//
// Errors: MLOPS_E_INVALID if there is no row, or for an option out of range; MLOPS_E_NOMEM.
func (x *ClassPerformance) Estimate(opts *PerformanceOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_class_performance_estimate(&out, x.p, optsC, &e), &e, "mlops_class_performance_estimate"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Save: write the counts as bytes: canonical, little-endian, equal for equal counts on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *ClassPerformance) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("ClassPerformance")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_class_performance_save(x.p, text, room, needed)
	}, nil, "mlops_class_performance_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadClassPerformance: read bytes of mlops_class_performance_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no counts, or contradict each other; MLOPS_E_UNSUPPORTED
// for those of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not
// aligned.
func LoadClassPerformance(content []byte) (*ClassPerformance, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_class_performance
	size := C.size_t(4096)
	for {
		mem := storage(size)
		status := C.mlops_class_performance_load(&out, mem.p, size, pointer(content), C.size_t(len(content)))
		if status == 0 {
			r := wrapClassPerformance(out)
			r.keep = []interface{}{mem}
			return r, nil
		}
		if status != C.MLOPS_E_ARENA || size > 1<<24 {
			return nil, check(status, nil, "mlops_class_performance_load")
		}
		size *= 2
	}
}

// RegressionPerformance: sums of errors, of mlops_regression_performance_size() bytes. One thread at a
// time.
type RegressionPerformance struct {
	p *C.mlops_regression_performance
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapRegressionPerformance(p *C.mlops_regression_performance) *RegressionPerformance {
	x := &RegressionPerformance{p: p}
	runtime.SetFinalizer(x, (*RegressionPerformance).Close)
	return x
}

// Close ends this RegressionPerformance, or this share of it; it may be called again.
func (x *RegressionPerformance) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_regression_performance_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizeRegressionPerformance: bytes that sums need.
func SizeRegressionPerformance() int {
	return int(C.mlops_regression_performance_size())
}

// NewRegressionPerformance: start empty sums on the host's heap.
//
// Errors: MLOPS_E_NOMEM.
func NewRegressionPerformance() (*RegressionPerformance, error) {
	var out *C.mlops_regression_performance
	var e C.mlops_error
	if err := check(C.mlops_regression_performance_new(&out, nil, &e), &e, "mlops_regression_performance_new"); err != nil {
		return nil, err
	}
	r := wrapRegressionPerformance(out)
	return r, nil
}

// Add: add rows.
//
// Errors: MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
// weight of 2^41 in all. Nothing is added then.
func (x *RegressionPerformance) Add(predictions []float64, labels []float64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("RegressionPerformance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(predictions)
	defer runtime.KeepAlive(labels)
	defer runtime.KeepAlive(weights)
	var e C.mlops_error
	if len(labels) != int(C.int64_t(len(predictions))) {
		return invalid("labels has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(len(predictions))) {
		return invalid("weights has another length")
	}
	return check(C.mlops_regression_performance_add(x.p, (*C.double)(pointer(predictions)), (*C.double)(pointer(labels)), (*C.double)(pointer(weights)), C.int64_t(len(predictions)), &e), &e, "mlops_regression_performance_add")
}

// Merge: add what other sums have.
//
// Errors: MLOPS_E_INVALID if other is self; MLOPS_E_LIMIT. Nothing is added then.
func (x *RegressionPerformance) Merge(other *RegressionPerformance) error {
	if x == nil || x.p == nil {
		return closed("RegressionPerformance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("RegressionPerformance")
	}
	var e C.mlops_error
	return check(C.mlops_regression_performance_merge(x.p, other.p, &e), &e, "mlops_regression_performance_merge")
}

// Reset: forget all rows.
func (x *RegressionPerformance) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_regression_performance_reset(x.p)
}

// Metrics: judge the rows, as mlops_metric_regression() does; median_ae is that of
// mlops_regression_performance_quantile().
//
// Errors: MLOPS_E_INVALID if there is no row, or for an option out of range.
func (x *RegressionPerformance) Metrics(opts *PerformanceOpts) (Metrics, error) {
	if x == nil || x.p == nil {
		return Metrics{}, closed("RegressionPerformance")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	optsC := opts.c(&s)
	if s.err != nil {
		return Metrics{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_regression_performance_metrics(&out, x.p, optsC, &e), &e, "mlops_regression_performance_metrics"); err != nil {
		return Metrics{}, err
	}
	return makeMetrics(&out), nil
}

// Quantile: the least absolute error up to which a share q of the weight lies, within a thirty-second
// of its size from 2^-64 to 2^64; errors below count as 0. NaN without rows, or if q is not in [0, 1].
func (x *RegressionPerformance) Quantile(q float64) float64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return float64(C.mlops_regression_performance_quantile(x.p, C.double(q)))
}

// Estimate: estimate a metric of rows whose labels are not known, from the loss that a model of the
// caller's predicts for each: one row of the table of mlops_performance_estimate(). The sampling error
// is the standard deviation of the loss on reference rows over the root of the number of rows.
//
// Errors: MLOPS_E_INVALID for another metric, if a row is none of these, or self has none;
// MLOPS_E_NOMEM.
func (x *RegressionPerformance) Estimate(metric Metric, losses []float64, weights []float64, opts *PerformanceOpts) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("RegressionPerformance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(losses)
	defer runtime.KeepAlive(weights)
	var s scope
	defer s.free()
	var out *C.mlops_table
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if weights != nil && len(weights) != int(C.int64_t(len(losses))) {
		return nil, invalid("weights has another length")
	}
	if err := check(C.mlops_regression_performance_estimate(&out, x.p, C.mlops_metric(metric), (*C.double)(pointer(losses)), (*C.double)(pointer(weights)), C.int64_t(len(losses)), optsC, &e), &e, "mlops_regression_performance_estimate"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Save: write the sums as bytes: canonical, little-endian, equal for equal sums on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *RegressionPerformance) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("RegressionPerformance")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_regression_performance_save(x.p, text, room, needed)
	}, nil, "mlops_regression_performance_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadRegressionPerformance: read bytes of mlops_regression_performance_save() into the caller's
// storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no sums, or contradict each other; MLOPS_E_UNSUPPORTED
// for those of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not
// aligned.
func LoadRegressionPerformance(content []byte) (*RegressionPerformance, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_regression_performance
	size := C.mlops_regression_performance_size()
	mem := storage(size)
	if err := check(C.mlops_regression_performance_load(&out, mem.p, size, pointer(content), C.size_t(len(content))), nil, "mlops_regression_performance_load"); err != nil {
		return nil, err
	}
	r := wrapRegressionPerformance(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// Online: an online view that is open.
type Online struct {
	p *C.mlops_online
}

func wrapOnline(p *C.mlops_online) *Online {
	x := &Online{p: p}
	runtime.SetFinalizer(x, (*Online).Close)
	return x
}

// Close ends this Online, or this share of it; it may be called again.
func (x *Online) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_online_close(x.p)
	x.p = nil
	return nil
}

// DefineOnline: define a view. The same again is fine. Of two changes that define views at once, the
// second one's commit returns MLOPS_E_CONFLICT.
//
// Errors: MLOPS_E_EXISTS if there is a view of this name that is another; MLOPS_E_INVALID if the key
// or a time names no column of its type, if a column has no type, or is called "status" or "age_ns";
// MLOPS_E_UNSUPPORTED, MLOPS_E_LIMIT beyond 1,000 columns; MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_NO_SPACE, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func DefineOnline(change *Change, name string, like *Table, key string, eventTime string, opts *OnlineOpts) error {
	defer runtime.KeepAlive(change)
	defer runtime.KeepAlive(like)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	if like == nil || like.p == nil {
		return closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_online_define(change.p, s.str(name), like.p, s.str(key), s.str(eventTime), optsC, &e), &e, "mlops_online_define")
}

// OpenOnline: open a view.
//
// Errors: MLOPS_E_NOT_FOUND if there is none; MLOPS_E_UNSUPPORTED, MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func OpenOnline(store *Store, name string) (*Online, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_online
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_online_open(&out, store.p, s.str(name), &e), &e, "mlops_online_open"); err != nil {
		return nil, err
	}
	r := wrapOnline(out)
	return r, nil
}

// Put: put rows: all of them or none, in one transaction, so that many at once take little more time
// than one. A row that is older than the one of its entity is left out.
//
// Errors: MLOPS_E_SCHEMA if a column is missing or of another type; MLOPS_E_INVALID if a key or a time
// is null; MLOPS_E_LIMIT if the key of a row takes more than 400 bytes, where an int64 takes 9, a bool
// 2 and a text 5 and its length, or a row more than 32 MiB; MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_NO_SPACE, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Online) Put(rows *Table) (int64, error) {
	if x == nil || x.p == nil {
		return 0, closed("Online")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	if rows == nil || rows.p == nil {
		return 0, closed("Table")
	}
	var nPut C.int64_t
	var e C.mlops_error
	if err := check(C.mlops_online_put(x.p, rows.p, &nPut, &e), &e, "mlops_online_put"); err != nil {
		return 0, err
	}
	return int64(nPut), nil
}

// Get: get the rows of entities, all of one moment: one row for each key, in the order of the keys.
//
// The columns are those of the view, then status (string) and age_ns (int64: as_of_ns less the event
// time). A status is "hit"; "expired" for a row whose age is above ttl_ns; "missing"; or "null" for a
// key with a null in it. Where it is no hit, all but the key and, of a row that has expired, its times
// and age are null.
//
// Errors: MLOPS_E_SCHEMA if a key column is missing or of another type; MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_INVALID, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Online) Get(keys *Table, asOfNs int64) (*Table, error) {
	if x == nil || x.p == nil {
		return nil, closed("Online")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(keys)
	var out *C.mlops_table
	if keys == nil || keys.p == nil {
		return nil, closed("Table")
	}
	var e C.mlops_error
	if err := check(C.mlops_online_get(&out, x.p, keys.p, C.int64_t(asOfNs), &e), &e, "mlops_online_get"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// ListOnline: all views, by name: name, columns, key, event_time, created (strings; lists of names as
// options spell them), ttl_ns (int64; null: for ever), created_ns (int64: when it was defined).
//
// Errors: MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func ListOnline(store *Store) (*Table, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_online_list(&out, store.p, &e), &e, "mlops_online_list"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// Panes: profiles of the newest panes, in mlops_panes_size() bytes aligned to 8. One thread at a time.
type Panes struct {
	p *C.mlops_panes
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapPanes(p *C.mlops_panes) *Panes {
	x := &Panes{p: p}
	runtime.SetFinalizer(x, (*Panes).Close)
	return x
}

// Close ends this Panes, or this share of it; it may be called again.
func (x *Panes) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	x.keep = nil
	x.p = nil
	return nil
}

// SizePanes: bytes that panes of profiles like this one need; 0 if opts are not valid.
func SizePanes(like *Profile, opts *PanesOpts) int {
	defer runtime.KeepAlive(like)
	var s scope
	defer s.free()
	if like == nil || like.p == nil {
		return 0
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_panes_size(like.p, optsC))
}

// NewPanes: start without any pane, in the caller's storage.
//
// Errors: MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or storage
// that is not aligned.
func NewPanes(like *Profile, opts *PanesOpts) (*Panes, error) {
	defer runtime.KeepAlive(like)
	var s scope
	defer s.free()
	var out *C.mlops_panes
	if like == nil || like.p == nil {
		return nil, closed("Profile")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	size := C.mlops_panes_size(like.p, optsC)
	mem := storage(size)
	if err := check(C.mlops_panes_init(&out, mem.p, size, like.p, optsC), nil, "mlops_panes_init"); err != nil {
		return nil, err
	}
	r := wrapPanes(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// At: the profile of the pane that a time lies in, to count into. A time after the newest pane begins
// new ones and forgets as many of the oldest; an earlier one is late, and has its pane as long as that
// is kept.
//
// Returns: NULL for a time before the oldest pane that is kept.
func (x *Panes) At(timeNs int64) *Profile {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_panes_at(x.p, C.int64_t(timeNs))
	if p == nil {
		return nil
	}
	return &Profile{p: p, keep: append([]interface{}{}, x.keep...)}
}

// Pane: a pane by its age, until mlops_panes_at() begins a new one.
//
// Returns: NULL if there is none so old.
func (x *Panes) Pane(age int64) *Profile {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_panes_pane(x.p, C.int64_t(age))
	if p == nil {
		return nil
	}
	return &Profile{p: p, keep: append([]interface{}{}, x.keep...)}
}

// N: panes that there are, the newest among them: 0 to n_panes.
func (x *Panes) N() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_panes_n(x.p))
}

// StartNs: when a pane begins, in UTC nanoseconds; it ends where that of age - 1 begins.
func (x *Panes) StartNs(age int64) int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_panes_start_ns(x.p, C.int64_t(age)))
}

// Merge: add what the newest panes have seen: the sliding window over them.
//
// Errors: as mlops_profile_merge(); MLOPS_E_INVALID if n is below 1. Nothing is added then.
func (x *Panes) Merge(n int64, into *Profile) error {
	if x == nil || x.p == nil {
		return closed("Panes")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(into)
	if into == nil || into.p == nil {
		return closed("Profile")
	}
	return check(C.mlops_panes_merge(x.p, C.int64_t(n), into.p), nil, "mlops_panes_merge")
}

// Reset: forget all panes.
func (x *Panes) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_panes_reset(x.p)
}

// Save: write all panes as bytes: canonical, little-endian, equal for equal state on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Panes) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Panes")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_panes_save(x.p, text, room, needed)
	}, nil, "mlops_panes_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadPanesSize: storage that saved bytes need when they are loaded: as much as was saved from; exact.
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED as mlops_panes_load().
func LoadPanesSize(content []byte) (int, error) {
	defer runtime.KeepAlive(content)
	var size C.size_t
	if err := check(C.mlops_panes_load_size(pointer(content), C.size_t(len(content)), &size), nil, "mlops_panes_load_size"); err != nil {
		return 0, err
	}
	return int(size), nil
}

// LoadPanes: read bytes of mlops_panes_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no panes, or contradict each other; MLOPS_E_UNSUPPORTED
// for those of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not
// aligned.
func LoadPanes(content []byte) (*Panes, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_panes
	var room C.size_t
	if err := check(C.mlops_panes_load_size(pointer(content), C.size_t(len(content)), &room), nil, "mlops_panes_load_size"); err != nil {
		return nil, err
	}
	size := room
	mem := storage(size)
	if err := check(C.mlops_panes_load(&out, mem.p, size, pointer(content), C.size_t(len(content))), nil, "mlops_panes_load"); err != nil {
		return nil, err
	}
	r := wrapPanes(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// RankingPerformance: sums over queries, of mlops_ranking_performance_size() bytes. One thread at a
// time.
type RankingPerformance struct {
	p *C.mlops_ranking_performance
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapRankingPerformance(p *C.mlops_ranking_performance) *RankingPerformance {
	x := &RankingPerformance{p: p}
	runtime.SetFinalizer(x, (*RankingPerformance).Close)
	return x
}

// Close ends this RankingPerformance, or this share of it; it may be called again.
func (x *RankingPerformance) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	if x.keep == nil {
		C.mlops_ranking_performance_free(x.p)
	}
	x.keep = nil
	x.p = nil
	return nil
}

// SizeRankingPerformance: bytes that sums need.
func SizeRankingPerformance() int {
	return int(C.mlops_ranking_performance_size())
}

// NewRankingPerformance: start empty sums on the host's heap.
//
// Errors: MLOPS_E_INVALID for an option out of range; MLOPS_E_NOMEM.
func NewRankingPerformance(opts *RankingPerformanceOpts) (*RankingPerformance, error) {
	var s scope
	defer s.free()
	var out *C.mlops_ranking_performance
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_ranking_performance_new(&out, optsC, &e), &e, "mlops_ranking_performance_new"); err != nil {
		return nil, err
	}
	r := wrapRankingPerformance(out)
	return r, nil
}

// Add: add queries: all rows of a query in one call.
//
// Errors: MLOPS_E_INVALID names the first row, counted from 0, that is none; MLOPS_E_LIMIT beyond a
// weight of 2^41 in all; MLOPS_E_NOMEM. Nothing is added then.
func (x *RankingPerformance) Add(scores []float64, relevances []float64, queries []int64, weights []float64) error {
	if x == nil || x.p == nil {
		return closed("RankingPerformance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(relevances)
	defer runtime.KeepAlive(queries)
	defer runtime.KeepAlive(weights)
	var e C.mlops_error
	if len(relevances) != int(C.int64_t(len(scores))) {
		return invalid("relevances has another length")
	}
	if len(queries) != int(C.int64_t(len(scores))) {
		return invalid("queries has another length")
	}
	if weights != nil && len(weights) != int(C.int64_t(len(scores))) {
		return invalid("weights has another length")
	}
	return check(C.mlops_ranking_performance_add(x.p, (*C.double)(pointer(scores)), (*C.double)(pointer(relevances)), (*C.int64_t)(pointer(queries)), (*C.double)(pointer(weights)), C.int64_t(len(scores)), nil, &e), &e, "mlops_ranking_performance_add")
}

// Merge: add what other sums have.
//
// Errors: MLOPS_E_INVALID if other is self, or has another k or flags; MLOPS_E_LIMIT. Nothing is added
// then.
func (x *RankingPerformance) Merge(other *RankingPerformance) error {
	if x == nil || x.p == nil {
		return closed("RankingPerformance")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("RankingPerformance")
	}
	var e C.mlops_error
	return check(C.mlops_ranking_performance_merge(x.p, other.p, &e), &e, "mlops_ranking_performance_merge")
}

// Reset: forget all queries.
func (x *RankingPerformance) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_ranking_performance_reset(x.p)
}

// Metrics: the metrics of mlops_metric_ranking().
//
// Errors: MLOPS_E_INVALID if no query has a relevant row.
func (x *RankingPerformance) Metrics() (Metrics, error) {
	if x == nil || x.p == nil {
		return Metrics{}, closed("RankingPerformance")
	}
	defer runtime.KeepAlive(x)
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	var e C.mlops_error
	if err := check(C.mlops_ranking_performance_metrics(&out, x.p, &e), &e, "mlops_ranking_performance_metrics"); err != nil {
		return Metrics{}, err
	}
	return makeMetrics(&out), nil
}

// Save: write the sums as bytes: canonical, little-endian, equal for equal sums on any machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *RankingPerformance) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("RankingPerformance")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_ranking_performance_save(x.p, text, room, needed)
	}, nil, "mlops_ranking_performance_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadRankingPerformance: read bytes of mlops_ranking_performance_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no sums, or contradict each other; MLOPS_E_UNSUPPORTED
// for those of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID if mem is not
// aligned.
func LoadRankingPerformance(content []byte) (*RankingPerformance, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_ranking_performance
	size := C.mlops_ranking_performance_size()
	mem := storage(size)
	if err := check(C.mlops_ranking_performance_load(&out, mem.p, size, pointer(content), C.size_t(len(content))), nil, "mlops_ranking_performance_load"); err != nil {
		return nil, err
	}
	r := wrapRankingPerformance(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// Share: a remote of the library's own.
type Share struct {
	p *C.mlops_share
}

func wrapShare(p *C.mlops_share) *Share {
	x := &Share{p: p}
	runtime.SetFinalizer(x, (*Share).Close)
	return x
}

// Close ends this Share, or this share of it; it may be called again.
func (x *Share) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_share_close(x.p)
	x.p = nil
	return nil
}

// DirectoryShare: open a folder as a remote; it is made if it is not there. Any number of programs may
// use it at once, on any machines that have it mounted. Its file system must know hard links.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_EXISTS, MLOPS_E_UNSUPPORTED, MLOPS_E_DENIED, MLOPS_E_IO,
// MLOPS_E_NOMEM.
func DirectoryShare(path string) (*Share, error) {
	var s scope
	defer s.free()
	var out *C.mlops_share
	var e C.mlops_error
	if err := check(C.mlops_share_directory(&out, s.str(path), nil, &e), &e, "mlops_share_directory"); err != nil {
		return nil, err
	}
	r := wrapShare(out)
	return r, nil
}

// MemoryShare: make an empty remote in memory: for tests, those of hosts among them. It fails as it is
// told.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_NOMEM.
func MemoryShare(opts *ShareOpts) (*Share, error) {
	var s scope
	defer s.free()
	var out *C.mlops_share
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_share_memory(&out, optsC, &e), &e, "mlops_share_memory"); err != nil {
		return nil, err
	}
	r := wrapShare(out)
	return r, nil
}

// Remote: the share as a remote.
//
// Returns: valid until mlops_share_close().
func (x *Share) Remote() *Remote {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_share_remote(x.p)
	if p == nil {
		return nil
	}
	return &Remote{p: p, parent: x}
}

// NCalls: calls that a remote in memory has had.
//
// Returns: 0 for a folder.
func (x *Share) NCalls() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_share_n_calls(x.p))
}

// Segments: profiles by key, in mlops_segments_size() bytes aligned to 8. One thread at a time.
type Segments struct {
	p *C.mlops_segments
	// what it lives in, or needs to live
	keep []interface{}
}

func wrapSegments(p *C.mlops_segments) *Segments {
	x := &Segments{p: p}
	runtime.SetFinalizer(x, (*Segments).Close)
	return x
}

// Close ends this Segments, or this share of it; it may be called again.
func (x *Segments) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	x.keep = nil
	x.p = nil
	return nil
}

// SizeSegments: bytes that segments of profiles like this one need; 0 if opts are not valid.
func SizeSegments(like *Profile, opts *SegmentsOpts) int {
	defer runtime.KeepAlive(like)
	var s scope
	defer s.free()
	if like == nil || like.p == nil {
		return 0
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return 0
	}
	return int(C.mlops_segments_size(like.p, optsC))
}

// NewSegments: start without any segment, in the caller's storage.
//
// Errors: MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID for an option out of range, or storage
// that is not aligned.
func NewSegments(like *Profile, opts *SegmentsOpts) (*Segments, error) {
	defer runtime.KeepAlive(like)
	var s scope
	defer s.free()
	var out *C.mlops_segments
	if like == nil || like.p == nil {
		return nil, closed("Profile")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	size := C.mlops_segments_size(like.p, optsC)
	mem := storage(size)
	if err := check(C.mlops_segments_init(&out, mem.p, size, like.p, optsC), nil, "mlops_segments_init"); err != nil {
		return nil, err
	}
	r := wrapSegments(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// At: the profile of a key, to count into. The first n_segments keys begin one; those that come later,
// and those that are too long, have that of the rest.
func (x *Segments) At(key string) *Profile {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	p := C.mlops_segments_at(x.p, s.str(key))
	if p == nil {
		return nil
	}
	return &Profile{p: p, keep: append([]interface{}{}, x.keep...)}
}

// N: keys that have a profile of their own.
func (x *Segments) N() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_segments_n(x.p))
}

// Key: a key, in the order in which they came.
//
// Returns: NULL if index is out of range.
func (x *Segments) Key(index int64) string {
	if x == nil || x.p == nil {
		return ""
	}
	defer runtime.KeepAlive(x)
	return C.GoString(C.mlops_segments_key(x.p, C.int64_t(index)))
}

// Profile: a profile.
//
// Returns: NULL if index is out of range.
func (x *Segments) Profile(index int64) *Profile {
	if x == nil || x.p == nil {
		return nil
	}
	defer runtime.KeepAlive(x)
	p := C.mlops_segments_profile(x.p, C.int64_t(index))
	if p == nil {
		return nil
	}
	return &Profile{p: p, keep: append([]interface{}{}, x.keep...)}
}

// Merge: add what other segments have seen, key by key; keys for which there is no more room are of
// the rest, and so is the other's rest. As long as all keys have room, order tells in nothing but the
// order of keys.
//
// Errors: MLOPS_E_INVALID if the configurations differ; MLOPS_E_LIMIT beyond 2^63 - 1 values in all
// segments. Nothing is added in either case.
func (x *Segments) Merge(other *Segments) error {
	if x == nil || x.p == nil {
		return closed("Segments")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(other)
	if other == nil || other.p == nil {
		return closed("Segments")
	}
	return check(C.mlops_segments_merge(x.p, other.p), nil, "mlops_segments_merge")
}

// Reset: forget all keys.
func (x *Segments) Reset() {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	C.mlops_segments_reset(x.p)
}

// Save: write all keys and profiles as bytes: canonical, little-endian, equal for equal state on any
// machine.
//
// Errors: MLOPS_E_ARENA if cap is too small; nothing is written then.
func (x *Segments) Save() ([]byte, error) {
	if x == nil || x.p == nil {
		return nil, closed("Segments")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_segments_save(x.p, text, room, needed)
	}, nil, "mlops_segments_save")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// LoadSegmentsSize: storage that saved bytes need when they are loaded: as much as was saved from;
// exact.
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_UNSUPPORTED as mlops_segments_load().
func LoadSegmentsSize(content []byte) (int, error) {
	defer runtime.KeepAlive(content)
	var size C.size_t
	if err := check(C.mlops_segments_load_size(pointer(content), C.size_t(len(content)), &size), nil, "mlops_segments_load_size"); err != nil {
		return 0, err
	}
	return int(size), nil
}

// LoadSegments: read bytes of mlops_segments_save() into the caller's storage.
//
// Errors: MLOPS_E_CORRUPT for bytes that are no segments, or contradict each other;
// MLOPS_E_UNSUPPORTED for those of a later format; MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID
// if mem is not aligned.
func LoadSegments(content []byte) (*Segments, error) {
	defer runtime.KeepAlive(content)
	var out *C.mlops_segments
	var room C.size_t
	if err := check(C.mlops_segments_load_size(pointer(content), C.size_t(len(content)), &room), nil, "mlops_segments_load_size"); err != nil {
		return nil, err
	}
	size := room
	mem := storage(size)
	if err := check(C.mlops_segments_load(&out, mem.p, size, pointer(content), C.size_t(len(content))), nil, "mlops_segments_load"); err != nil {
		return nil, err
	}
	r := wrapSegments(out)
	r.keep = []interface{}{mem}
	return r, nil
}

// Slot: where a model is published. Ends with mlops_slot_free().
type Slot struct {
	p *C.mlops_slot
}

func wrapSlot(p *C.mlops_slot) *Slot {
	x := &Slot{p: p}
	runtime.SetFinalizer(x, (*Slot).Close)
	return x
}

// Close ends this Slot, or this share of it; it may be called again.
func (x *Slot) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_slot_free(x.p)
	x.p = nil
	return nil
}

// NewSlot: make a slot, on the heap of the model's host.
//
// Errors: MLOPS_E_NOMEM.
func NewSlot(model *Model) (*Slot, error) {
	defer runtime.KeepAlive(model)
	var out *C.mlops_slot
	if model == nil || model.p == nil {
		return nil, closed("Model")
	}
	var e C.mlops_error
	if err := check(C.mlops_slot_new(&out, model.p, &e), &e, "mlops_slot_new"); err != nil {
		return nil, err
	}
	r := wrapSlot(out)
	return r, nil
}

// Publish: publish another model: whoever acquires from now on gets it. Returns without the old one,
// which those who have a share of it keep. Writers wait for each other, and for readers that are
// between two instructions of mlops_slot_acquire(); nobody waits for writers.
func (x *Slot) Publish(model *Model) {
	if x == nil || x.p == nil {
		return
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(model)
	if model == nil || model.p == nil {
		return
	}
	C.mlops_slot_publish(x.p, model.p)
}

// Acquire: take a share of what is published. Wait-free.
func (x *Slot) Acquire() (*Model, error) {
	if x == nil || x.p == nil {
		return nil, closed("Slot")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_model
	if err := check(C.mlops_slot_acquire(&out, x.p), nil, "mlops_slot_acquire"); err != nil {
		return nil, err
	}
	r := wrapModel(out)
	return r, nil
}

// Watch: a watch. The rows of a window that is not yet full end with it, unless it is resumed
// (mlops/watch_state.h). One thread at a time.
type Watch struct {
	p *C.mlops_watch
}

func wrapWatch(p *C.mlops_watch) *Watch {
	x := &Watch{p: p}
	runtime.SetFinalizer(x, (*Watch).Close)
	return x
}

// Close ends this Watch, or this share of it; it may be called again.
func (x *Watch) Close() error {
	if x == nil || x.p == nil {
		return nil
	}
	runtime.SetFinalizer(x, nil)
	C.mlops_watch_close(x.p)
	x.p = nil
	return nil
}

// OpenWatch: begin to watch a version. The first who does so under a name makes the watch in the
// store.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such version; MLOPS_E_SCHEMA if it has no reference, or
// names a column that is not there; MLOPS_E_EXISTS if the watch is of another model; MLOPS_E_DENIED if
// the store is open for reading alone; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_NO_SPACE, MLOPS_E_IO,
// MLOPS_E_NOMEM, MLOPS_E_FORKED.
func OpenWatch(store *Store, model string, which string, opts *WatchOpts) (*Watch, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_watch
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_watch_open(&out, store.p, s.str(model), s.str(which), optsC, &e), &e, "mlops_watch_open"); err != nil {
		return nil, err
	}
	r := wrapWatch(out)
	return r, nil
}

// NFeatures: number of columns of a row that mlops_watch_add() takes.
func (x *Watch) NFeatures() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_watch_n_features(x.p))
}

// NRows: number of rows that were added since the watch was opened.
func (x *Watch) NRows() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_watch_n_rows(x.p))
}

// Add: add rows and what the model made of them, as mlops_monitor_add().
//
// Rows are taken in pieces, each up to the end of a window, which is then committed. If that fails the
// rest is not taken: mlops_watch_n_rows() tells how many rows count. The window waits, and the next
// call commits it before it takes anything; so does one without rows.
//
// Errors: MLOPS_E_INVALID where a shape differs: nothing is added then; MLOPS_E_LIMIT beyond 2^63 - 1
// rows in all; MLOPS_E_NO_SPACE, MLOPS_E_IO, MLOPS_E_CORRUPT, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Watch) Add(rows []float32, nFeatures int, predictions []float64, width int) error {
	if x == nil || x.p == nil {
		return closed("Watch")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(rows)
	defer runtime.KeepAlive(predictions)
	var e C.mlops_error
	nRows, ok := wholeRows(len(rows), nFeatures)
	if !ok {
		return invalid("rows is not whole rows")
	}
	if predictions != nil && len(predictions) != int(C.int64_t(nRows))*width {
		return invalid("predictions has another length")
	}
	return check(C.mlops_watch_add(x.p, (*C.float)(pointer(rows)), C.int64_t(nRows), C.int64_t(nFeatures), (*C.double)(pointer(predictions)), C.int64_t(width), &e), &e, "mlops_watch_add")
}

// AddTable: add the rows of a table, its columns bound by name, as mlops_watch_add().
//
// Errors: MLOPS_E_SCHEMA names a column that is missing or of another kind: nothing is added then;
// else as mlops_watch_add().
func (x *Watch) AddTable(table *Table) error {
	if x == nil || x.p == nil {
		return closed("Watch")
	}
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(table)
	if table == nil || table.p == nil {
		return closed("Table")
	}
	var e C.mlops_error
	return check(C.mlops_watch_add_table(x.p, table.p, &e), &e, "mlops_watch_add_table")
}

// AddLatency: add the time that predicting took, as mlops_monitor_add_latency().
//
// Errors: MLOPS_E_INVALID if it is negative.
func (x *Watch) AddLatency(durationNs int64) error {
	if x == nil || x.p == nil {
		return closed("Watch")
	}
	defer runtime.KeepAlive(x)
	return check(C.mlops_watch_add_latency(x.p, C.int64_t(durationNs)), nil, "mlops_watch_add_latency")
}

// NWindows: number of windows that were committed since the watch was opened.
func (x *Watch) NWindows() int64 {
	if x == nil || x.p == nil {
		return 0
	}
	defer runtime.KeepAlive(x)
	return int64(C.mlops_watch_n_windows(x.p))
}

// Drift: verdicts of the newest full window, or of what there is, as mlops_monitor_drift().
//
// Errors: MLOPS_E_NOMEM.
func (x *Watch) Drift() (*Drift, error) {
	if x == nil || x.p == nil {
		return nil, closed("Watch")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_drift
	var e C.mlops_error
	if err := check(C.mlops_watch_drift(&out, x.p, &e), &e, "mlops_watch_drift"); err != nil {
		return nil, err
	}
	r := wrapDrift(out)
	return r, nil
}

// Metrics: metrics in Prometheus' text format, as mlops_monitor_metrics(), with the watch's name as
// label "model".
//
// Errors: MLOPS_E_ARENA if cap is too small: text is empty then.
func (x *Watch) Metrics() (string, error) {
	if x == nil || x.p == nil {
		return "", closed("Watch")
	}
	defer runtime.KeepAlive(x)
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_watch_metrics(x.p, (*C.char)(text), room, needed)
	}, nil, "mlops_watch_metrics")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Save: write a report, as mlops_monitor_save().
//
// Errors: as mlops_drift_save().
func (x *Watch) Save(path string) error {
	if x == nil || x.p == nil {
		return closed("Watch")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_watch_save(x.p, s.str(path), &e), &e, "mlops_watch_save")
}

// WindowsWatch: windows of a watch, oldest first: number (int64, from 1 on), time_ns (int64: when it
// was full), model (string), version (int64), n_rows (int64), verdict (string: "drift", "no drift",
// "not enough data"), n_drifted (int64), columns (string: those that drifted, as a line of CSV),
// report (string: id of the content that mlops_watch_report() gives). Null unless mlops/watch_state.h
// is made use of: measured and estimated (string: whether performance was "worse", "not worse", "not
// enough data"), event (string: what the window changed in the policy, such as "raised"), alarmed
// (bool: an alarm lasts).
//
// Errors: MLOPS_E_NOT_FOUND if there is no such watch; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_NOMEM, MLOPS_E_FORKED.
func WindowsWatch(store *Store, name string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_watch_windows(&out, store.p, s.str(name), &e), &e, "mlops_watch_windows"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// ReportWatch: what was found of each column of a window, as mlops_drift_json() gives it.
//
// Errors: MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_NOT_FOUND also if there is no
// such window; else as mlops_watch_windows().
func ReportWatch(store *Store, name string, number int64) (string, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return "", closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_watch_report(store.p, s.str(name), C.int64_t(number), (*C.char)(text), room, needed, &e)
	}, &e, "mlops_watch_report")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Monitor: the monitor of a watch, shared with it.
//
// Errors: MLOPS_E_INVALID.
func (x *Watch) Monitor() (*Monitor, error) {
	if x == nil || x.p == nil {
		return nil, closed("Watch")
	}
	defer runtime.KeepAlive(x)
	var out *C.mlops_monitor
	var e C.mlops_error
	if err := check(C.mlops_watch_monitor(&out, x.p, &e), &e, "mlops_watch_monitor"); err != nil {
		return nil, err
	}
	r := wrapMonitor(out)
	return r, nil
}

// Resume: go on where a watch of this name and instance was kept, and keep from now on where this one
// is: rows of the current window, rows that wait for labels, the policy's alarm. Once, ahead of the
// first row, and after all has been said that the monitor is to expect.
//
// What was kept of another version of the model is let go. Whoever resumed the same instance before
// keeps nothing any more: its verbs fail with MLOPS_E_CONFLICT.
//
// Errors: MLOPS_E_INVALID, also if it has rows or was resumed; MLOPS_E_SCHEMA if what was kept is of
// another reference or other options or expectations (MLOPS_WATCH_ANEW lets go of it): the watch is to
// be closed then; MLOPS_E_CONFLICT if another resumes it at once; MLOPS_E_CORRUPT, MLOPS_E_NO_SPACE,
// MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func (x *Watch) Resume(instance string, flags uint32) error {
	if x == nil || x.p == nil {
		return closed("Watch")
	}
	defer runtime.KeepAlive(x)
	var s scope
	defer s.free()
	var e C.mlops_error
	return check(C.mlops_watch_resume(x.p, s.str(instance), C.uint32_t(flags), &e), &e, "mlops_watch_resume")
}

// Room: how many rows the monitor may be given before mlops_watch_keep() is due. A window that waits,
// or whose time is over, is kept first.
//
// Errors: as mlops_watch_keep().
func (x *Watch) Room() (int64, error) {
	if x == nil || x.p == nil {
		return 0, closed("Watch")
	}
	defer runtime.KeepAlive(x)
	var out C.int64_t
	var e C.mlops_error
	if err := check(C.mlops_watch_room(x.p, &out, &e), &e, "mlops_watch_room"); err != nil {
		return 0, err
	}
	return int64(out), nil
}

// Keep: commit what the monitor has found: a window that is full, with performance, segments and
// alarm; what later labels have changed of windows before; and of a watch that was resumed where it
// is. Nothing is committed where nothing has come since.
//
// Errors: MLOPS_E_CONFLICT if another has resumed the instance; MLOPS_E_LIMIT if more than one window
// has ended since: the newest is kept, the others are lost; MLOPS_E_NO_SPACE, MLOPS_E_IO,
// MLOPS_E_CORRUPT, MLOPS_E_NOMEM, MLOPS_E_FORKED: the next call tries again.
func (x *Watch) Keep() error {
	if x == nil || x.p == nil {
		return closed("Watch")
	}
	defer runtime.KeepAlive(x)
	var e C.mlops_error
	return check(C.mlops_watch_keep(x.p, &e), &e, "mlops_watch_keep")
}

// PerformanceWatch: performance of the windows of a watch, as far as labels were expected: window
// (int64), kind ("measured" or "estimated"), metric, value, low, high (null where undefined), n (rows
// behind it). Measured is what labels told by the time the watch was last kept. Of a monitor whose
// windows_kept is 1 there is none: that window is the current one.
//
// Errors: as mlops_watch_windows().
func PerformanceWatch(store *Store, name string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_watch_performance(&out, store.p, s.str(name), &e), &e, "mlops_watch_performance"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DescribeWatch: all that was kept of a window but its report, as a JSON object: members as the
// columns of mlops_watch_windows(), columns as an array; where labels were expected measured,
// measured_loss, estimated and estimated_loss (as mlops_monitor_labels had them at the window's end,
// the verdicts as texts) and performance, an array of the rows of mlops_watch_performance(); segments,
// the rows of mlops_monitor_segments(); alarm, what mlops_monitor_alarm_reason() told.
//
// Errors: as mlops_watch_report().
func DescribeWatch(store *Store, name string, number int64) (string, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return "", closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_watch_describe(store.p, s.str(name), C.int64_t(number), (*C.char)(text), room, needed, &e)
	}, &e, "mlops_watch_describe")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// Version: version of the library that is running, such as "0.1.0".
//
// Returns: never NULL.
func Version() string {
	return C.GoString(C.mlops_version())
}

// StatusName: name of a status, such as "MLOPS_E_CORRUPT".
//
// Returns: never NULL; "MLOPS_E_UNKNOWN" for a number that is not a status.
func StatusName(status int32) string {
	return C.GoString(C.mlops_status_name(C.mlops_status(status)))
}

// CPULevel: what kernels use on this machine under a cap.
//
// Returns: the level, which MLOPS_CPU and the CPU bound further.
func CPULevel(cap CPU) CPU {
	return CPU(C.mlops_cpu_level(C.mlops_cpu(cap)))
}

// DatasetResolve: id of a commit.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such dataset or ref (the message has the nearest name), or
// the digits begin more than one id; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM,
// MLOPS_E_FORKED: from here on "as resolving".
func DatasetResolve(store *Store, dataset string, ref string) (ID, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out C.mlops_id
	if store == nil || store.p == nil {
		return ID{}, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_resolve(&out, store.p, s.str(dataset), s.optional(ref), &e), &e, "mlops_dataset_resolve"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// DatasetList: datasets of a store, by name.
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func DatasetList(store *Store) (*Table, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_list(&out, store.p, &e), &e, "mlops_dataset_list"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetRefs: branches, then tags of a dataset, each by name.
//
// Errors: as resolving.
func DatasetRefs(store *Store, dataset string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_refs(&out, store.p, s.str(dataset), &e), &e, "mlops_dataset_refs"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetLog: a commit and those that it goes back to, newest first.
//
// Errors: as resolving.
func DatasetLog(store *Store, dataset string, ref string, nMax int64) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_log(&out, store.p, s.str(dataset), s.optional(ref), C.int64_t(nMax), &e), &e, "mlops_dataset_log"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetEntries: entries of a commit, by path, bytewise.
//
// Errors: as resolving.
func DatasetEntries(store *Store, dataset string, ref string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_entries(&out, store.p, s.str(dataset), s.optional(ref), &e), &e, "mlops_dataset_entries"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetDiff: entries that differ between two commits, by path, bytewise. An entry has changed, too,
// if only its split differs, or what its columns are for.
//
// Errors: as resolving.
func DatasetDiff(store *Store, dataset string, from string, to string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_diff(&out, store.p, s.str(dataset), s.optional(from), s.optional(to), &e), &e, "mlops_dataset_diff"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetTable: a table of a commit.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_INVALID if there are several tables and
// no path; MLOPS_E_SCHEMA if the entry is no table, or has no split and part asks for one; as
// resolving.
func DatasetTable(store *Store, dataset string, ref string, path string, part Part) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_table(&out, store.p, s.str(dataset), s.optional(ref), s.optional(path), C.mlops_part(part), &e), &e, "mlops_dataset_table"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetReference: the profile of a table, kept with the commit: what live data is held against. It
// is over all rows and columns.
//
// Errors: MLOPS_E_SCHEMA if the table has no rows; as mlops_dataset_table().
func DatasetReference(store *Store, dataset string, ref string, path string) (*Reference, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_reference
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_reference(&out, store.p, s.str(dataset), s.optional(ref), s.optional(path), &e), &e, "mlops_dataset_reference"); err != nil {
		return nil, err
	}
	r := wrapReference(out)
	return r, nil
}

// DatasetDescribe: a commit as JSON: dataset, commit, parents, time_ns, author, message, metadata,
// tree, and entries with their schema and split, as docs/format.md has them.
//
// Errors: MLOPS_E_ARENA if cap is too small: the text is empty then; as resolving.
func DatasetDescribe(store *Store, dataset string, ref string) (string, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return "", closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_dataset_describe(store.p, s.str(dataset), s.optional(ref), (*C.char)(text), room, needed, &e)
	}, &e, "mlops_dataset_describe")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// DatasetCheckout: write entries below a folder, tables as CSV. Files that are there and have the same
// content stay as they are; files of other names are not touched. Each file is written beside its
// place and then takes it, so that a call that was cut off is gone on with by another one; nothing is
// synced. Files are remembered as if mlops_draft_add_folder() had read them. One checkout of a folder
// at a time.
//
// Errors: MLOPS_E_EXISTS for a file with other content, or a link that leads nowhere, before anything
// is written, unless that is to be replaced, and for what is no folder where one is due;
// MLOPS_E_INVALID for a folder that is the store's or lies in it, for a name that no file can have,
// and for a glob that is none; MLOPS_E_CANCELLED, MLOPS_E_DEADLINE; MLOPS_E_DENIED, MLOPS_E_NO_SPACE;
// as resolving.
func DatasetCheckout(store *Store, dataset string, ref string, folder string, opts *CheckoutOpts) error {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_dataset_checkout(store.p, s.str(dataset), s.optional(ref), s.str(folder), optsC, &e), &e, "mlops_dataset_checkout")
}

// DatasetBranch: make a branch, or move it. Whoever reads it sees the other commit from the change's
// commit on.
//
// Errors: MLOPS_E_EXISTS if a tag has the name; MLOPS_E_NOT_FOUND if ref is none; MLOPS_E_INVALID,
// MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED. MLOPS_E_CONFLICT comes from the commit,
// if somebody has moved it in between.
func DatasetBranch(change *Change, dataset string, name string, ref string) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	var e C.mlops_error
	return check(C.mlops_dataset_branch(change.p, s.str(dataset), s.str(name), s.optional(ref), &e), &e, "mlops_dataset_branch")
}

// DatasetTag: make a tag: a name that stays at its commit.
//
// Errors: MLOPS_E_EXISTS if a tag or branch has the name; otherwise as mlops_dataset_branch().
func DatasetTag(change *Change, dataset string, name string, ref string) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	var e C.mlops_error
	return check(C.mlops_dataset_tag(change.p, s.str(dataset), s.str(name), s.optional(ref), &e), &e, "mlops_dataset_tag")
}

// DatasetDrop: delete a branch or tag. Its commits stay.
//
// Errors: MLOPS_E_NOT_FOUND; otherwise as mlops_dataset_branch().
func DatasetDrop(change *Change, dataset string, name string) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	var e C.mlops_error
	return check(C.mlops_dataset_drop(change.p, s.str(dataset), s.str(name), &e), &e, "mlops_dataset_drop")
}

// DatasetDiffRows: what differs between two versions of a table, row by row. opts.key is by default
// the row_id of the newer one, if it has one; "" compares by position. Of CSV versions that are kept
// as changes to each other, or to one version, only rows that differ are read, where they tell what
// all would: see docs/diff.md. Then mlops_diff_columns() reads both whole, so that it costs what they
// do, and fails as mlops_dataset_table() does, if they were collected or erased meanwhile; what
// differs keeps the store open.
//
// Errors: MLOPS_E_NOT_FOUND also if from is NULL and there is no parent; as mlops_dataset_table() and
// mlops_diff_compare().
func DatasetDiffRows(store *Store, dataset string, from string, to string, path string, opts *DiffOpts) (*Diff, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_diff
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_diff_rows(&out, store.p, s.str(dataset), s.optional(from), s.optional(to), s.optional(path), optsC, &e), &e, "mlops_dataset_diff_rows"); err != nil {
		return nil, err
	}
	r := wrapDiff(out)
	return r, nil
}

// DatasetMerge: merge a commit into a branch: by moving the branch, if the commit goes back to it; by
// doing nothing, if the branch goes back to the commit; else by a commit with two parents, as
// mlops_draft_merge() makes it. It is there once the change is committed; if somebody has moved the
// branch in between, that returns MLOPS_E_CONFLICT.
//
// Errors: MLOPS_E_CONFLICT if there are conflicts and none of the sides is to decide:
// mlops_draft_merge() lists them, and nothing was added to the change; MLOPS_E_NOT_FOUND if there is
// no such branch; as mlops_draft_merge().
func DatasetMerge(change *Change, dataset string, ref string, opts *DatasetMergeOpts) (ID, error) {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	var out C.mlops_id
	if change == nil || change.p == nil {
		return ID{}, closed("Change")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return ID{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_merge(&out, change.p, s.str(dataset), s.optional(ref), optsC, &e), &e, "mlops_dataset_merge"); err != nil {
		return ID{}, err
	}
	return *(*ID)(unsafe.Pointer(&out.bytes)), nil
}

// DatasetRead: bytes of an entry as they were added; of one of kind "table" its canonical bytes.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_ARENA if cap is below the size; as
// resolving.
func DatasetRead(store *Store, dataset string, ref string, path string) ([]byte, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_dataset_read(store.p, s.str(dataset), s.optional(ref), s.str(path), text, room, needed, &e)
	}, &e, "mlops_dataset_read")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// DatasetReadAt: some of these bytes. A ref that is a branch may move between two calls; its id does
// not.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such entry; MLOPS_E_INVALID for an offset behind its end,
// or a size below 0; MLOPS_E_ARENA if cap is too small; as resolving.
func DatasetReadAt(store *Store, dataset string, ref string, path string, offset int64, size int64) ([]byte, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_dataset_read_at(store.p, s.str(dataset), s.optional(ref), s.str(path), C.int64_t(offset), C.int64_t(size), text, room, needed, &e)
	}, &e, "mlops_dataset_read_at")
	if err != nil {
		return nil, err
	}
	return content, nil
}

// DatasetRows: some rows of a table of a commit, with all of its columns or some. They have the types
// that the whole table has. A ref that is a branch may move between two calls; its id does not.
//
// Errors: MLOPS_E_SCHEMA if the entry is no table, or has no such column; MLOPS_E_INVALID for rows
// that are not there, or a column that is named twice; as mlops_dataset_table().
func DatasetRows(store *Store, dataset string, ref string, path string, from int64, n int64, columns string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_rows(&out, store.p, s.str(dataset), s.optional(ref), s.optional(path), C.int64_t(from), C.int64_t(n), s.optional(columns), &e), &e, "mlops_dataset_rows"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DeploySet: make a deployment, or change it. The trail of its record is its history.
//
// Errors: MLOPS_E_NOT_FOUND if the model is not registered; MLOPS_E_INVALID for a new deployment
// without a model, a share out of range, or one alias for both; MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_NOMEM, MLOPS_E_FORKED.
func DeploySet(change *Change, name string, opts *DeployOpts) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_deploy_set(change.p, s.str(name), optsC, &e), &e, "mlops_deploy_set")
}

// DeployList: deployments by name: name, model, champion (string: the alias), champion_version (int64;
// null: nobody holds it), canary (string), canary_version (int64; null likewise), canary_share
// (float64), salt (string), time_ns (int64: when it was set).
//
// Errors: MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func DeployList(store *Store) (*Table, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_deploy_list(&out, store.p, &e), &e, "mlops_deploy_list"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DeployBucket: where a key lies: one of a million buckets, of which the first canary_share *
// 1,000,000 are the canary's. Needs no store.
//
// Returns: 0 to 999,999.
func DeployBucket(salt string, key string) int64 {
	var s scope
	defer s.free()
	return int64(C.mlops_deploy_bucket(s.str(salt), s.str(key)))
}

// StatsCompare: compare two samples: Kolmogorov-Smirnov, Wasserstein and energy distance in one pass,
// and what measures asks for.
//
// With an infinity on one side only, at either end, Wasserstein and energy are +inf; where both
// samples have the same share of it, it cancels; else they are +inf. Methods: Hodges 1958 (lattice
// paths), Simard and L'Ecuyer 2011 (distribution of D).
//
// Errors: MLOPS_E_INVALID if a sample is empty, or too large for ranks; MLOPS_E_NOMEM.
func StatsCompare(x []float64, y []float64, opts *StatsOpts) (StatsTwoSample, error) {
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(y)
	var s scope
	defer s.free()
	var out C.mlops_stats_two_sample
	out.struct_size = C.sizeof_mlops_stats_two_sample
	optsC := opts.c(&s)
	if s.err != nil {
		return StatsTwoSample{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_stats_compare(&out, (*C.double)(pointer(x)), C.int64_t(len(x)), (*C.double)(pointer(y)), C.int64_t(len(y)), optsC, &e), &e, "mlops_stats_compare"); err != nil {
		return StatsTwoSample{}, err
	}
	return makeStatsTwoSample(&out), nil
}

// StatsCompareColumns: compare two numeric columns, as mlops_stats_compare(); nulls count as NaN.
//
// Errors: MLOPS_E_SCHEMA if a column is not numeric; else as mlops_stats_compare().
func StatsCompareColumns(x *Table, xColumn int64, y *Table, yColumn int64, opts *StatsOpts) (StatsTwoSample, error) {
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(y)
	var s scope
	defer s.free()
	var out C.mlops_stats_two_sample
	out.struct_size = C.sizeof_mlops_stats_two_sample
	if x == nil || x.p == nil {
		return StatsTwoSample{}, closed("Table")
	}
	if y == nil || y.p == nil {
		return StatsTwoSample{}, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return StatsTwoSample{}, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_stats_compare_columns(&out, x.p, C.int64_t(xColumn), y.p, C.int64_t(yColumn), optsC, &e), &e, "mlops_stats_compare_columns"); err != nil {
		return StatsTwoSample{}, err
	}
	return makeStatsTwoSample(&out), nil
}

// StatsCompareCounts: compare two histograms: distances, and tests that they have the same shares.
//
// Errors: MLOPS_E_INVALID if k is 0, a count is negative or a sum is 0 or beyond 2^53.
func StatsCompareCounts(x []int64, y []int64) (StatsTwoCounts, error) {
	defer runtime.KeepAlive(x)
	defer runtime.KeepAlive(y)
	var out C.mlops_stats_two_counts
	out.struct_size = C.sizeof_mlops_stats_two_counts
	if len(y) != int(C.int64_t(len(x))) {
		return StatsTwoCounts{}, invalid("y has another length")
	}
	if err := check(C.mlops_stats_compare_counts(&out, (*C.int64_t)(pointer(x)), (*C.int64_t)(pointer(y)), C.int64_t(len(x))), nil, "mlops_stats_compare_counts"); err != nil {
		return StatsTwoCounts{}, err
	}
	return makeStatsTwoCounts(&out), nil
}

// StatsCompareShares: compare two shares: Fisher's exact test of the 2 x 2 table, and the z test of
// proportions.
//
// Errors: MLOPS_E_INVALID if a count is none of these.
func StatsCompareShares(hitsX int64, n int64, hitsY int64, m int64, alternative StatsAlternative) (StatsTwoShares, error) {
	var out C.mlops_stats_two_shares
	out.struct_size = C.sizeof_mlops_stats_two_shares
	if err := check(C.mlops_stats_compare_shares(&out, C.int64_t(hitsX), C.int64_t(n), C.int64_t(hitsY), C.int64_t(m), C.mlops_stats_alternative(alternative)), nil, "mlops_stats_compare_shares"); err != nil {
		return StatsTwoShares{}, err
	}
	return makeStatsTwoShares(&out), nil
}

// StatsAdjust: adjust p-values: what is to be rejected at a level is what comes out at or below it.
//
// Errors: MLOPS_E_INVALID if a p-value is not in [0, 1]; MLOPS_E_NOMEM.
func StatsAdjust(p []float64, correction StatsCorrection) ([]float64, error) {
	defer runtime.KeepAlive(p)
	var e C.mlops_error
	out := make([]float64, int(C.int64_t(len(p))))
	if err := check(C.mlops_stats_adjust((*C.double)(pointer(p)), C.int64_t(len(p)), C.mlops_stats_correction(correction), (*C.double)(pointer(out)), nil, &e), &e, "mlops_stats_adjust"); err != nil {
		return nil, err
	}
	return out, nil
}

// DatasetErase: erase entries, or rows of tables. Entries of other paths and other datasets that have
// the same content lose it too, since it cannot be gone and be there.
//
// What is erased is one commit of the store: from there on nobody reads it. Then its bytes go, which
// may take a while and may be left off at any time, by a crash too: the next call, also one that asks
// for nothing, goes on with that first.
//
// Errors: MLOPS_E_INVALID for opts that name nothing or no reason; MLOPS_E_PARSE for a condition that
// is none, MLOPS_E_SCHEMA if it does not fit a table, or the value is none of the type that the column
// has in each table; MLOPS_E_NOT_FOUND if there is no such dataset, or no table that was looked
// through has what rows are chosen by; MLOPS_E_UNSUPPORTED if some of it is in the journal, as of
// stores that kept small files there: nothing was done; MLOPS_E_BUSY if somebody else collects
// garbage, and MLOPS_E_CANCELLED, MLOPS_E_DEADLINE, after which it is to be called again;
// MLOPS_E_LIMIT if it takes more than one commit holds; MLOPS_E_CORRUPT, MLOPS_E_DENIED, MLOPS_E_IO,
// MLOPS_E_NO_SPACE, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func DatasetErase(store *Store, dataset string, opts *EraseOpts, call *Call) (EraseStat, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return EraseStat{}, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return EraseStat{}, s.err
	}
	callC := call.c(&s)
	if s.err != nil {
		return EraseStat{}, s.err
	}
	var out C.mlops_erase_stat
	out.struct_size = C.sizeof_mlops_erase_stat
	var e C.mlops_error
	if err := check(C.mlops_dataset_erase(store.p, s.optional(dataset), optsC, callC, &out, &e), &e, "mlops_dataset_erase"); err != nil {
		return EraseStat{}, err
	}
	return makeEraseStat(&out), nil
}

// EraseList: all erasures, the oldest first.
//
// Columns: number, time_ns, done (bool), by, reason, dataset, paths, column, n_commits, n_files,
// n_tables, n_rows.
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func EraseList(store *Store) (*Table, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_erase_list(&out, store.p, &e), &e, "mlops_erase_list"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// EraseCertificate: the certificate of an erasure: JSON with what was erased, when, by whom and why,
// in which datasets and paths, what was not searched, and what could not be reached. It has no erased
// value; of the value that rows were chosen by it has a salted SHA-256.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such erasure; MLOPS_E_ARENA if it does not fit;
// MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func EraseCertificate(store *Store, number int64) (string, error) {
	defer runtime.KeepAlive(store)
	if store == nil || store.p == nil {
		return "", closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_erase_certificate(store.p, C.int64_t(number), (*C.char)(text), room, needed, &e)
	}, &e, "mlops_erase_certificate")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// FeaturestorePut: keep features as the next version of a set, which is made if it is not there.
// Features that the set has already keep their version, and nothing is added to the change.
//
// If somebody else takes the number first, the commit returns MLOPS_E_CONFLICT.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NO_SPACE, MLOPS_E_NOMEM,
// MLOPS_E_FORKED.
func FeaturestorePut(change *Change, name string, feature *Feature) (int64, error) {
	defer runtime.KeepAlive(change)
	defer runtime.KeepAlive(feature)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return 0, closed("Change")
	}
	var version C.int64_t
	if feature == nil || feature.p == nil {
		return 0, closed("Feature")
	}
	var e C.mlops_error
	if err := check(C.mlops_featurestore_put(change.p, &version, s.str(name), feature.p, &e), &e, "mlops_featurestore_put"); err != nil {
		return 0, err
	}
	return int64(version), nil
}

// FeaturestoreGet: load a version of a set.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such set or version; MLOPS_E_INVALID, MLOPS_E_CORRUPT,
// MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func FeaturestoreGet(store *Store, name string, version int64) (*Feature, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_feature
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_featurestore_get(&out, store.p, s.str(name), C.int64_t(version), &e), &e, "mlops_featurestore_get"); err != nil {
		return nil, err
	}
	r := wrapFeature(out)
	return r, nil
}

// FeaturestoreList: all versions of all sets, by name and rising version: name (string), version
// (int64), id (string: mlops_feature_id() in hexadecimal digits), n_inputs, n_outputs, created_ns
// (int64).
//
// Errors: MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func FeaturestoreList(store *Store) (*Table, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_featurestore_list(&out, store.p, &e), &e, "mlops_featurestore_list"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetStatus: how a folder differs from a commit: what mlops_draft_add_folder() would change.
// Nothing is added to the store, but for what is remembered of files.
//
// Errors: as mlops_draft_add_folder() and mlops_dataset_resolve().
func DatasetStatus(store *Store, dataset string, ref string, prefix string, folder string, opts *FolderOpts) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_status(&out, store.p, s.str(dataset), s.optional(ref), s.optional(prefix), s.str(folder), optsC, &e), &e, "mlops_dataset_status"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// MetricBinary: judge scores of a binary task.
//
// A row is predicted positive if its score is at least the threshold. Margins and ranks may be
// infinite. Definitions are those of scikit-learn where it has the metric.
//
// Errors: MLOPS_E_INVALID if a row is out of range, or NaN without MLOPS_METRIC_SKIP_NAN (the message
// names the first, counted from 0), or none counts; MLOPS_E_NOMEM.
func MetricBinary(scores []float64, labels []float64, opts *MetricOpts) (Metrics, error) {
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(labels)
	var s scope
	defer s.free()
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	optsC := opts.c(&s)
	if s.err != nil {
		return Metrics{}, s.err
	}
	var e C.mlops_error
	if len(labels) != int(C.int64_t(len(scores))) {
		return Metrics{}, invalid("labels has another length")
	}
	if err := check(C.mlops_metric_binary(&out, (*C.double)(pointer(scores)), (*C.double)(pointer(labels)), C.int64_t(len(scores)), optsC, &e), &e, "mlops_metric_binary"); err != nil {
		return Metrics{}, err
	}
	return makeMetrics(&out), nil
}

// MetricClasses: judge probabilities of k classes. The most probable class is predicted, the first of
// several.
//
// Errors: as mlops_metric_binary().
func MetricClasses(probabilities []float64, k int, labels []int64, opts *MetricOpts) (Metrics, []float64, error) {
	defer runtime.KeepAlive(probabilities)
	defer runtime.KeepAlive(labels)
	var s scope
	defer s.free()
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	optsC := opts.c(&s)
	if s.err != nil {
		return Metrics{}, nil, s.err
	}
	var e C.mlops_error
	nProbabilities, ok := wholeRows(len(probabilities), k)
	if !ok {
		return Metrics{}, nil, invalid("probabilities is not whole rows")
	}
	if len(labels) != int(C.int64_t(nProbabilities)) {
		return Metrics{}, nil, invalid("labels has another length")
	}
	confusion := make([]float64, int(C.int64_t(k))*int(C.int64_t(k)))
	if err := check(C.mlops_metric_classes(&out, (*C.double)(pointer(probabilities)), C.int64_t(nProbabilities), C.int64_t(k), (*C.int64_t)(pointer(labels)), (*C.double)(pointer(confusion)), optsC, &e), &e, "mlops_metric_classes"); err != nil {
		return Metrics{}, nil, err
	}
	return makeMetrics(&out), confusion, nil
}

// ImportanceMeasure: measure the importance of each feature.
//
// The model predicts the table as mlops_model_predict_table(), and the metric judges that: of one
// value a row as a binary task, if the metric is of one, or else as a regression; of several as
// classes. Of two probabilities a metric of binary tasks alone takes the second. Importance is what
// the metric loses with the feature shuffled: positive is worse, whichever way the metric is better. A
// feature that the model does not use has 0, to the bit. Each shuffle depends on the seed, the
// feature's index, the repeat and the number of rows alone, on any machine; docs/explain.md has the
// algorithm.
//
// Errors: MLOPS_E_INVALID if the metric does not fit the model, or as the verbs of metric.h;
// MLOPS_E_SCHEMA as mlops_model_predict_table(); MLOPS_E_NOMEM.
func ImportanceMeasure(model *Model, table *Table, labels []float64, metric Metric, opts *ImportanceOpts) (*Table, error) {
	defer runtime.KeepAlive(model)
	defer runtime.KeepAlive(table)
	defer runtime.KeepAlive(labels)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if model == nil || model.p == nil {
		return nil, closed("Model")
	}
	if table == nil || table.p == nil {
		return nil, closed("Table")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_importance_measure(&out, model.p, table.p, (*C.double)(pointer(labels)), C.int64_t(len(labels)), C.mlops_metric(metric), optsC, &e), &e, "mlops_importance_measure"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// LineageLink: say that something was made of something else. The same again is fine. What the store
// knows must be there, or be made by the same change.
//
// Errors: MLOPS_E_NOT_FOUND if one of them is not there; MLOPS_E_INVALID for a text that names
// nothing, and if both are the same; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED;
// MLOPS_E_CONFLICT comes from the commit, if somebody else has changed the link in between.
func LineageLink(change *Change, from string, to string, opts *LinkOpts) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_lineage_link(change.p, s.str(from), s.str(to), optsC, &e), &e, "mlops_lineage_link")
}

// LineageUnlink: take a link back; of "parent", which commits say themselves, there is none to take.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such link; as mlops_lineage_link().
func LineageUnlink(change *Change, from string, to string, relation string) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	var e C.mlops_error
	return check(C.mlops_lineage_unlink(change.p, s.str(from), s.str(to), s.optional(relation), &e), &e, "mlops_lineage_unlink")
}

// LineageUpstream: what something was made of, what that was made of, and so on. Each link is told
// once, at the least number of links that lead to it.
//
// Errors: MLOPS_E_LIMIT for more than n_max links; MLOPS_E_NOT_FOUND, MLOPS_E_INVALID,
// MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func LineageUpstream(store *Store, id string, opts *LineageOpts) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_lineage_upstream(&out, store.p, s.str(id), optsC, &e), &e, "mlops_lineage_upstream"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// LineageDownstream: what was made of something, what was made of that, and so on.
//
// Errors: as there.
func LineageDownstream(store *Store, id string, opts *LineageOpts) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_lineage_downstream(&out, store.p, s.str(id), optsC, &e), &e, "mlops_lineage_downstream"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// MetricCount: number of metrics.
func MetricCount() int64 {
	return int64(C.mlops_metric_count())
}

// MetricAt: tell about the metric at an index.
//
// Errors: MLOPS_E_INVALID if the index is none of these.
func MetricAt(index int64) (MetricInfo, error) {
	var out C.mlops_metric_info
	out.struct_size = C.sizeof_mlops_metric_info
	if err := check(C.mlops_metric_at(&out, C.int64_t(index)), nil, "mlops_metric_at"); err != nil {
		return MetricInfo{}, err
	}
	return makeMetricInfo(&out), nil
}

// MetricFind: find a metric by its name.
//
// Errors: MLOPS_E_NOT_FOUND; the message has the nearest name.
func MetricFind(name string) (MetricInfo, error) {
	var s scope
	defer s.free()
	var out C.mlops_metric_info
	out.struct_size = C.sizeof_mlops_metric_info
	var e C.mlops_error
	if err := check(C.mlops_metric_find(&out, s.str(name), &e), &e, "mlops_metric_find"); err != nil {
		return MetricInfo{}, err
	}
	return makeMetricInfo(&out), nil
}

// MetricBand: the band in which a metric is usual, from its values in reference chunks: their mean
// less and plus so many standard deviations (of the population), within the range of the metric.
// Values that are NaN are left out.
//
// Errors: MLOPS_E_INVALID if no value is a number, or for a multiple below 0 or another metric.
func MetricBand(metric Metric, values []float64, multiple float64) (float64, float64, error) {
	defer runtime.KeepAlive(values)
	var low C.double
	var high C.double
	var e C.mlops_error
	if err := check(C.mlops_metric_band(&low, &high, C.mlops_metric(metric), (*C.double)(pointer(values)), C.int64_t(len(values)), C.double(multiple), &e), &e, "mlops_metric_band"); err != nil {
		return 0, 0, err
	}
	return float64(low), float64(high), nil
}

// MetricValue: value of a metric in a result; NaN where it has none.
func MetricValue(of Metrics, metric Metric) float64 {
	ofC := of.c()
	return float64(C.mlops_metric_value(&ofC, C.mlops_metric(metric)))
}

// MetricRanking: judge the order of the rows of queries, each query counting 1, or as much as its
// first row weighs.
//
// ndcg, map, mrr, precision_at_k, recall_at_k and hit_rate are means over the queries that have a row
// of relevance above 0. The others are in n_nan; in n are the queries that count. Equal scores stand
// for all orders of their rows: each metric is the mean over these, ndcg that of scikit-learn.
//
// Errors: MLOPS_E_INVALID if a row is out of range, or a query comes again behind others (the message
// names the first such row, counted from 0), or no query has a relevant row; MLOPS_E_NOMEM.
func MetricRanking(scores []float64, relevances []float64, queries []int64, opts *MetricOpts) (Metrics, error) {
	defer runtime.KeepAlive(scores)
	defer runtime.KeepAlive(relevances)
	defer runtime.KeepAlive(queries)
	var s scope
	defer s.free()
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	optsC := opts.c(&s)
	if s.err != nil {
		return Metrics{}, s.err
	}
	var e C.mlops_error
	if len(relevances) != int(C.int64_t(len(scores))) {
		return Metrics{}, invalid("relevances has another length")
	}
	if len(queries) != int(C.int64_t(len(scores))) {
		return Metrics{}, invalid("queries has another length")
	}
	if err := check(C.mlops_metric_ranking(&out, (*C.double)(pointer(scores)), (*C.double)(pointer(relevances)), (*C.int64_t)(pointer(queries)), C.int64_t(len(scores)), optsC, &e), &e, "mlops_metric_ranking"); err != nil {
		return Metrics{}, err
	}
	return makeMetrics(&out), nil
}

// MetricRegression: judge predicted numbers. Predictions and labels must be finite.
//
// Errors: as mlops_metric_binary().
func MetricRegression(predictions []float64, labels []float64, opts *MetricOpts) (Metrics, error) {
	defer runtime.KeepAlive(predictions)
	defer runtime.KeepAlive(labels)
	var s scope
	defer s.free()
	var out C.mlops_metrics
	out.struct_size = C.sizeof_mlops_metrics
	optsC := opts.c(&s)
	if s.err != nil {
		return Metrics{}, s.err
	}
	var e C.mlops_error
	if len(labels) != int(C.int64_t(len(predictions))) {
		return Metrics{}, invalid("labels has another length")
	}
	if err := check(C.mlops_metric_regression(&out, (*C.double)(pointer(predictions)), (*C.double)(pointer(labels)), C.int64_t(len(predictions)), optsC, &e), &e, "mlops_metric_regression"); err != nil {
		return Metrics{}, err
	}
	return makeMetrics(&out), nil
}

// RegistrySetGate: set the gate of an alias: a condition that a version must meet to be promoted to
// it.
//
// docs/expressions.md is the language. Names are metrics of the candidate (those of mlops/metric.h
// that the model's task has), the same of the holder of an alias (champion.auc), and rows, the number
// of rows that count. A clause about an alias that nobody holds does not count.
//
// Errors: MLOPS_E_PARSE; MLOPS_E_NOT_FOUND if there is no such model, or for an unknown metric (the
// message has the nearest name); MLOPS_E_SCHEMA for a metric of another task, or types that do not
// fit; MLOPS_E_INVALID, MLOPS_E_LIMIT, MLOPS_E_CORRUPT, MLOPS_E_NOMEM.
func RegistrySetGate(change *Change, name string, alias string, gate string) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	var e C.mlops_error
	return check(C.mlops_registry_set_gate(change.p, s.str(name), s.str(alias), s.optional(gate), &e), &e, "mlops_registry_set_gate")
}

// RegistryGate: the gate of an alias, in canonical form.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such model; MLOPS_E_ARENA if cap is too small: text is
// empty then; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func RegistryGate(store *Store, name string, alias string) (string, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return "", closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_registry_gate(store.p, s.str(name), s.str(alias), (*C.char)(text), room, needed, &e)
	}, &e, "mlops_registry_gate")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// RegistryEvaluate: metrics of a version: metric (string), value (float64: NaN where it is not
// defined), a row for each metric of the model's task, then "rows", how many counted.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such version, dataset, ref or path, or no dataset is known;
// MLOPS_E_SCHEMA if the table holds nothing out, names no target, or does not fit the model;
// MLOPS_E_UNSUPPORTED for a task without metrics (ranking, survival); MLOPS_E_INVALID if no row
// counts; MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func RegistryEvaluate(store *Store, name string, which string, dataset string, ref string, path string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_evaluate(&out, store.p, s.str(name), s.str(which), s.optional(dataset), s.optional(ref), s.optional(path), &e), &e, "mlops_registry_evaluate"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// RegistryPromote: promote a version: it holds the alias once the change is committed. A version that
// holds it already keeps it, which is no entry of the history. It is judged again if opts has a gate,
// dataset, ref or path, and clauses about the alias then compare it with itself.
//
// If the alias has a gate, candidate and holders are judged here and now. Who committed to one of the
// records that this was based on in the meantime makes the commit return MLOPS_E_CONFLICT.
//
// Errors: MLOPS_E_REFUSED if the gate is not met; the message has the clauses that fail, with their
// values, and the change holds the record of the decision and nothing else of this call: commit it to
// keep it. Else as mlops_registry_set_gate() and mlops_registry_evaluate().
func RegistryPromote(change *Change, name string, which string, alias string, opts *PromoteOpts) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return s.err
	}
	var e C.mlops_error
	return check(C.mlops_registry_promote(change.p, s.str(name), s.str(which), s.str(alias), optsC, &e), &e, "mlops_registry_promote")
}

// RegistryRollback: give an alias back to the version that held it before the promotion that made the
// present holder; done again, to the one before that. After a drop, to the version that was dropped.
// No gate is asked.
//
// Errors: MLOPS_E_NOT_FOUND if nobody held it before; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_NOMEM, MLOPS_E_FORKED.
func RegistryRollback(change *Change, name string, alias string, note string) (int64, error) {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return 0, closed("Change")
	}
	var version C.int64_t
	var e C.mlops_error
	if err := check(C.mlops_registry_rollback(change.p, &version, s.str(name), s.str(alias), s.optional(note), &e), &e, "mlops_registry_rollback"); err != nil {
		return 0, err
	}
	return int64(version), nil
}

// RegistryDropAlias: take an alias away: nobody holds it then. Its gate and history stay.
//
// Errors: MLOPS_E_NOT_FOUND if nobody holds it; else as mlops_registry_rollback().
func RegistryDropAlias(change *Change, name string, alias string, note string) error {
	defer runtime.KeepAlive(change)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	var e C.mlops_error
	return check(C.mlops_registry_drop_alias(change.p, s.str(name), s.str(alias), s.optional(note), &e), &e, "mlops_registry_drop_alias")
}

// RegistryAliasAt: which version held an alias at a time.
//
// Errors: MLOPS_E_NOT_FOUND if nobody held it then; else as mlops_registry_rollback().
func RegistryAliasAt(store *Store, name string, alias string, timeNs int64) (int64, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var version C.int64_t
	if store == nil || store.p == nil {
		return 0, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_alias_at(&version, store.p, s.str(name), s.str(alias), C.int64_t(timeNs), &e), &e, "mlops_registry_alias_at"); err != nil {
		return 0, err
	}
	return int64(version), nil
}

// RegistryHistory: the history of an alias, oldest first: number (int64, from 1 on), time_ns (int64,
// never falling), version (int64; null: dropped), action (string: "promote", "rollback", "drop"),
// previous (int64: who held it until then; null: nobody), restores (int64: number of the entry whose
// version a rollback brings back; else null), gate (string; null: none was asked), decision (int64:
// number of the gate's decision; null: none), note (string).
//
// Errors: MLOPS_E_NOT_FOUND if nobody ever held it; else as mlops_registry_rollback().
func RegistryHistory(store *Store, name string, alias string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_history(&out, store.p, s.str(name), s.str(alias), &e), &e, "mlops_registry_history"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// RegistryDecisions: what gates said of who was to hold an alias, oldest first: number (int64, from 1
// on), time_ns (int64), version (int64), verdict (string: "promoted", "refused", "kept" where the
// holder was judged again, "overridden" where a promotion passed the gate by), gate (string),
// explanation (string: clauses with their values, joined by "; "), holders (string: alias=version of
// those compared with, as a line of CSV), dataset, commit, path (string), n_rows (int64), note
// (string).
//
// Errors: as mlops_registry_models(); MLOPS_E_NOT_FOUND if there is no such model.
func RegistryDecisions(store *Store, name string, alias string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_decisions(&out, store.p, s.str(name), s.str(alias), &e), &e, "mlops_registry_decisions"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetExpect: keep expectations for a table of a dataset, in place of those that were. The table
// need not be there yet.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED;
// MLOPS_E_CONFLICT comes from the commit, if somebody else has changed them in between.
func DatasetExpect(change *Change, dataset string, path string, expectations *Expectations) error {
	defer runtime.KeepAlive(change)
	defer runtime.KeepAlive(expectations)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return closed("Change")
	}
	if expectations != nil && expectations.p == nil {
		return closed("Expectations")
	}
	var expectationsP *C.mlops_expectations
	if expectations != nil {
		expectationsP = expectations.p
	}
	var e C.mlops_error
	return check(C.mlops_dataset_expect(change.p, s.str(dataset), s.str(path), expectationsP, &e), &e, "mlops_dataset_expect")
}

// DatasetExpectations: the expectations that are kept for a table.
//
// Errors: MLOPS_E_NOT_FOUND if there are none; MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO,
// MLOPS_E_NOMEM, MLOPS_E_FORKED.
func DatasetExpectations(store *Store, dataset string, path string) (*Expectations, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_expectations
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_expectations(&out, store.p, s.str(dataset), s.str(path), &e), &e, "mlops_dataset_expectations"); err != nil {
		return nil, err
	}
	r := wrapExpectations(out)
	return r, nil
}

// DatasetValidate: hold a table of a commit against the expectations that are kept for it now.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such ref, entry, or no expectations; MLOPS_E_SCHEMA if the
// entry is no table; else as mlops_dataset_table().
func DatasetValidate(store *Store, dataset string, ref string, path string, against string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_validate(&out, store.p, s.str(dataset), s.optional(ref), s.str(path), s.optional(against), &e), &e, "mlops_dataset_validate"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetValidations: what commits were held against: a row for each table that had expectations, by
// commit id.
//
// Errors: MLOPS_E_INVALID, MLOPS_E_CORRUPT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func DatasetValidations(store *Store, dataset string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_validations(&out, store.p, s.str(dataset), &e), &e, "mlops_dataset_validations"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// RegistryRegister: register a model as the next version of a name, which is made if it is not there.
//
// The bundle carries name, version, reference and, as metadata, a JSON object of model, version,
// signature, run, dataset, commit, path, description, features and metadata. If somebody else takes
// the number first, the commit returns MLOPS_E_CONFLICT.
//
// Where dataset and path (or the only table) name a table that is committed, it must have the columns
// that the features read; without features, all or none of those that the model's features are named
// by (none: its rows were made elsewhere, and no gate can judge it on that table). A target that is
// text needs classes then, if the model tells classes apart.
//
// Errors: MLOPS_E_SCHEMA if the features do not make the model's rows: outputs by name and order, or
// by number where the model has no names; if it tells more or fewer classes apart; if the table lacks
// a column, or has a target that is text and classes are not given; MLOPS_E_NOT_FOUND if the run,
// dataset, commit, path or file is not there; MLOPS_E_INVALID, MLOPS_E_DENIED, MLOPS_E_IO,
// MLOPS_E_NO_SPACE, MLOPS_E_CORRUPT, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func RegistryRegister(change *Change, name string, model *Model, opts *RegisterOpts) (int64, error) {
	defer runtime.KeepAlive(change)
	defer runtime.KeepAlive(model)
	var s scope
	defer s.free()
	if change == nil || change.p == nil {
		return 0, closed("Change")
	}
	var version C.int64_t
	if model == nil || model.p == nil {
		return 0, closed("Model")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return 0, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_register(change.p, &version, s.str(name), model.p, optsC, &e), &e, "mlops_registry_register"); err != nil {
		return 0, err
	}
	return int64(version), nil
}

// RegistryLoad: load a version: model, reference and metadata, as they were registered.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such model or version, or nobody holds the alias;
// MLOPS_E_CORRUPT, MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func RegistryLoad(store *Store, name string, which string) (*Bundle, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_bundle
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_load(&out, store.p, s.str(name), s.str(which), &e), &e, "mlops_registry_load"); err != nil {
		return nil, err
	}
	r := wrapBundle(out)
	return r, nil
}

// RegistryFeatures: load the features of a version.
//
// Errors: as mlops_registry_load(); MLOPS_E_NOT_FOUND also if the version has none.
func RegistryFeatures(store *Store, name string, which string) (*Feature, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_feature
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_features(&out, store.p, s.str(name), s.str(which), &e), &e, "mlops_registry_features"); err != nil {
		return nil, err
	}
	r := wrapFeature(out)
	return r, nil
}

// RegistryBundle: write the bundle of a version to a file: the registered bytes, whole or not at all.
//
// Errors: as mlops_registry_load(); MLOPS_E_NO_SPACE, MLOPS_E_DENIED.
func RegistryBundle(store *Store, name string, which string, path string) error {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return closed("Store")
	}
	var e C.mlops_error
	return check(C.mlops_registry_bundle(store.p, s.str(name), s.str(which), s.str(path), &e), &e, "mlops_registry_bundle")
}

// RegistryFile: write the trainer's own file of a version to a file: the registered bytes, whole or
// not at all.
//
// Errors: as mlops_registry_bundle(); MLOPS_E_NOT_FOUND also if the version has none.
func RegistryFile(store *Store, name string, which string, path string) error {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return closed("Store")
	}
	var e C.mlops_error
	return check(C.mlops_registry_file(store.p, s.str(name), s.str(which), s.str(path), &e), &e, "mlops_registry_file")
}

// RegistryDescribe: all that is known of a version, as JSON: model, version, created_ns, bundle, plan,
// file, features and reference as ids, signature (inputs, outputs, task, classes), run, dataset,
// commit, path, description, metadata; aliases that it holds; decisions of gates about it. What was
// not given is left out.
//
// Errors: as mlops_registry_load(); MLOPS_E_ARENA if cap is too small: text is empty then.
func RegistryDescribe(store *Store, name string, which string) (string, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return "", closed("Store")
	}
	var e C.mlops_error
	content, err := written(func(text unsafe.Pointer, room C.size_t, needed *C.size_t) C.mlops_status {
		return C.mlops_registry_describe(store.p, s.str(name), s.str(which), (*C.char)(text), room, needed, &e)
	}, &e, "mlops_registry_describe")
	if err != nil {
		return "", err
	}
	return string(content), nil
}

// RegistryModels: models by name: model (string), n_versions (int64), latest (int64: the newest
// number), aliases (string: those that are held, as a line of CSV), created_ns (int64).
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_INVALID, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_FORKED.
func RegistryModels(store *Store) (*Table, error) {
	defer runtime.KeepAlive(store)
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_models(&out, store.p, &e), &e, "mlops_registry_models"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// RegistryVersions: versions of a model in rising order: version (int64), created_ns (int64), then, as
// string: task, run, dataset, commit, path, features (id), bundle (id), aliases (a line of CSV),
// description. What was not given is null.
//
// Errors: as mlops_registry_models(); MLOPS_E_NOT_FOUND.
func RegistryVersions(store *Store, name string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_registry_versions(&out, store.p, s.str(name), &e), &e, "mlops_registry_versions"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetPart: rows of a table by the name of their part.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such part (the message names those that there are);
// MLOPS_E_SCHEMA if the table is not divided; MLOPS_E_CORRUPT if rows would not come out as they did;
// as mlops_dataset_table().
func DatasetPart(store *Store, dataset string, ref string, path string, part string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_part(&out, store.p, s.str(dataset), s.optional(ref), s.optional(path), s.str(part), &e), &e, "mlops_dataset_part"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetParts: parts of a table, in their order: of folds each fold with its rows to train behind it.
//
// Errors: MLOPS_E_SCHEMA if the table is not divided; as mlops_dataset_table().
func DatasetParts(store *Store, dataset string, ref string, path string) (*Table, error) {
	defer runtime.KeepAlive(store)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if store == nil || store.p == nil {
		return nil, closed("Store")
	}
	var e C.mlops_error
	if err := check(C.mlops_dataset_parts(&out, store.p, s.str(dataset), s.optional(ref), s.optional(path), &e), &e, "mlops_dataset_parts"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// DatasetPush: put what branches and tags of a dataset lead to on a remote, then move them there, all
// or none. A branch there moves forward alone, unless its old commit is given; a tag there never
// moves. What was erased (mlops/erase.h) is not sent; where the remote has it, nothing leads to it
// from then on, and its gc deletes it.
//
// Errors: MLOPS_E_NOT_FOUND if there is no such dataset, or no branch or tag that was named here, or
// if something of it was never pulled here; MLOPS_E_CONFLICT if the remote's branch has commits that
// ours does not lead to, or moved meanwhile, or if something was erased there and not here;
// MLOPS_E_CORRUPT for damage here or there; MLOPS_E_BUSY also while an erasure here is not done;
// MLOPS_E_DEADLINE, MLOPS_E_CANCELLED; what the remote returns.
func DatasetPush(store *Store, remote *Remote, dataset string, opts *PushOpts) (Transfer, error) {
	defer runtime.KeepAlive(store)
	defer runtime.KeepAlive(remote)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return Transfer{}, closed("Store")
	}
	if remote == nil {
		return Transfer{}, closed("Remote")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return Transfer{}, s.err
	}
	var out C.mlops_transfer
	out.struct_size = C.sizeof_mlops_transfer
	var e C.mlops_error
	if err := check(C.mlops_dataset_push(store.p, remote.p, s.str(dataset), optsC, &out, &e), &e, "mlops_dataset_push"); err != nil {
		return Transfer{}, err
	}
	return makeTransfer(&out), nil
}

// DatasetPull: bring what branches and tags of a dataset lead to at a remote into the store, then move
// them here, all or none, in one commit of the store. All of it is verified before. A branch that is
// ahead here stays; so does one that follows a remote's under a prefix, unless its name is given or
// the prefix is. What was erased there is erased here first, in a commit of its own, and what was
// erased here does not come; mlops_dataset_erase() then deletes the bytes that are here.
//
// With depth or paths, what stays away is noted: verbs that come upon it return MLOPS_E_NOT_FOUND and
// say so. Pulling again without them brings the rest.
//
// Errors: MLOPS_E_NOT_FOUND if the remote has no such dataset, or none of the branches or tags;
// MLOPS_E_CONFLICT if a branch or tag here leads elsewhere than that of the remote, or if rows of the
// same table were erased on both sides, and what is left there is gone; MLOPS_E_CORRUPT for what is
// not what its name says, and for a commit that is not later than one that it goes back to;
// MLOPS_E_DENIED for a store that is open for reading alone; else as pushing.
func DatasetPull(store *Store, remote *Remote, dataset string, opts *PullOpts) (Transfer, error) {
	defer runtime.KeepAlive(store)
	defer runtime.KeepAlive(remote)
	var s scope
	defer s.free()
	if store == nil || store.p == nil {
		return Transfer{}, closed("Store")
	}
	if remote == nil {
		return Transfer{}, closed("Remote")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return Transfer{}, s.err
	}
	var out C.mlops_transfer
	out.struct_size = C.sizeof_mlops_transfer
	var e C.mlops_error
	if err := check(C.mlops_dataset_pull(store.p, remote.p, s.str(dataset), optsC, &out, &e), &e, "mlops_dataset_pull"); err != nil {
		return Transfer{}, err
	}
	return makeTransfer(&out), nil
}

// RemoteRefs: datasets of a remote with their branches and tags.
//
// Errors: MLOPS_E_CORRUPT, MLOPS_E_BUSY, MLOPS_E_DEADLINE, MLOPS_E_NOMEM; what the remote returns.
func RemoteRefs(remote *Remote, call *Call) (*Table, error) {
	defer runtime.KeepAlive(remote)
	var s scope
	defer s.free()
	var out *C.mlops_table
	if remote == nil {
		return nil, closed("Remote")
	}
	callC := call.c(&s)
	if s.err != nil {
		return nil, s.err
	}
	var e C.mlops_error
	if err := check(C.mlops_remote_refs(&out, remote.p, callC, nil, &e), &e, "mlops_remote_refs"); err != nil {
		return nil, err
	}
	r := wrapTable(out)
	return r, nil
}

// RemoteGc: delete what no branch or tag of a remote leads to. What is unneeded is noted first and
// goes with a later call, when it has been unneeded for the time of grace; what a running push has
// put, or one that was cut short within that time, stays.
//
// Errors: MLOPS_E_CONFLICT if another one is at it; MLOPS_E_CORRUPT, and nothing is deleted, if what a
// branch leads to is damaged; else as pushing.
func RemoteGc(remote *Remote, opts *RemoteGcOpts) (RemoteStats, error) {
	defer runtime.KeepAlive(remote)
	var s scope
	defer s.free()
	if remote == nil {
		return RemoteStats{}, closed("Remote")
	}
	optsC := opts.c(&s)
	if s.err != nil {
		return RemoteStats{}, s.err
	}
	var out C.mlops_remote_stats
	out.struct_size = C.sizeof_mlops_remote_stats
	var e C.mlops_error
	if err := check(C.mlops_remote_gc(remote.p, optsC, &out, &e), &e, "mlops_remote_gc"); err != nil {
		return RemoteStats{}, err
	}
	return makeRemoteStats(&out), nil
}
