/* The command line: one table of options, from which both parsing and --help follow. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* OPTIONAL: a text that may be empty. */
typedef enum option_kind { FLAG, TEXT, OPTIONAL, WHOLE, REAL, CHOICE } option_kind;

typedef struct option {
    const char *key; /* that commands list; "" for all; some stand for more than one option */
    const char *name;
    char letter; /* 0: none */
    option_kind kind;
    size_t offset;     /* of the field in cli_args */
    const char *value; /* of a choice: "random|time", where the field becomes 1 or 2 */
    const char *help;
    double min, max; /* of numbers */
} option;

#define FIELD(name) offsetof(cli_args, name)

static const option options[] = {
    {"output", "output", 0, CHOICE, FIELD(output), "prediction|margin|leaf|class|prefix",
     "what is printed; default prediction", 0, 0},
    {"explanation", "output", 0, CHOICE, FIELD(output), "contributions|interactions|approximate",
     "what is printed; default contributions", 0, 0},
    {"explanation", "background", 0, TEXT, FIELD(reference), "FILE",
     "CSV of rows to stand in; default: what the trees saw in training", 0, 0},
    {"importance", "target", 0, TEXT, FIELD(target), "COLUMN",
     "column of labels: 0 or 1, index of a class, or a number", 0, 0},
    {"importance", "metric", 0, TEXT, FIELD(metrics), "NAME", "such as auc, log_loss or rmse", 0,
     0},
    {"importance", "repeats", 0, WHOLE, FIELD(folds), "N", "shuffles of each feature; default 5", 1,
     1000},
    {"importance", "seed", 0, WHOLE, FIELD(seed), "N", "seed of the shuffles; default 0", -1e15,
     1e15},
    {"fairness", "by", 0, TEXT, FIELD(by), "A,B", "columns that group the rows", 0, 0},
    {"fairness", "prediction", 0, TEXT, FIELD(columns), "COLUMN",
     "column of decisions, probabilities or scores", 0, 0},
    {"fairness", "target", 0, TEXT, FIELD(target), "COLUMN", "column of labels, 0 or 1", 0, 0},
    {"fairness", "threshold", 0, REAL, FIELD(threshold), "T",
     "prediction from which a row is decided positive; default 0.5", -1e300, 1e300},
    {"fairness", "privileged", 0, TEXT, FIELD(base), "GROUP",
     "group that all others are held against; default that of the most weight", 0, 0},
    {"fairness", "weight", 0, TEXT, FIELD(keys), "COLUMN", "column of the rows' weights", 0, 0},
    {"fairness", "min-rows", 0, WHOLE, FIELD(max), "N",
     "rows below a rate that takes part; default 30", 1, 1e15},
    {"fairness", "groups", 0, FLAG, FIELD(alone), "", "print the rates of each group", 0, 0},
    {"performance", "prediction", 0, TEXT, FIELD(prediction), "A,B",
     "column of predictions; of classes one for each", 0, 0},
    {"performance", "target", 0, TEXT, FIELD(target), "COLUMN", "column of labels", 0, 0},
    {"performance", "classes", 0, TEXT, FIELD(classes), "A,B",
     "the target's values in the order of --prediction; default its names", 0, 0},
    {"performance", "threshold", 0, REAL, FIELD(threshold), "T",
     "score from which a row is predicted positive; default 0.5", -1e300, 1e300},
    {"performance", "by", 0, TEXT, FIELD(by), "COLUMN", "each value of this column by itself, too",
     0, 0},
    {"measure", "task", 0, CHOICE, FIELD(task), "binary|classes|regression|ranking",
     "what is predicted; default binary, of several columns classes", 0, 0},
    {"measure", "scale", 0, CHOICE, FIELD(take), "probability|margin|rank",
     "what scores are; default probability", 0, 0},
    {"measure", "weight", 0, TEXT, FIELD(keys), "COLUMN", "column of the rows' weights", 0, 0},
    {"measure", "query", 0, TEXT, FIELD(key), "COLUMN", "of rankings: column of the query", 0, 0},
    {"measure", "k", 0, WHOLE, FIELD(depth), "N",
     "of rankings: rows that are looked at; of classes: for top_k_accuracy", 1, 1e9},
    {"estimate", "calibration", 0, CHOICE, FIELD(output), "isotonic|platt|none",
     "how scores become probabilities; default isotonic", 0, 0},
    {"estimate", "confidence", 0, REAL, FIELD(share), "P",
     "of the intervals, below 1; default 0.95", 1e-9, 0.999999999},
    {"bind", "columns", 0, TEXT, FIELD(columns), "A,B",
     "column of each feature; default: the model's names", 0, 0},
    {"out", "output", 'o', TEXT, FIELD(out), "FILE", "file to write; replaced if it is there", 0,
     0},
    {"reference", "reference", 0, TEXT, FIELD(reference), "FILE",
     "CSV or saved reference to hold live data against", 0, 0},
    {"label", "name", 0, TEXT, FIELD(name), "TEXT", "name of the model", 0, 0},
    {"label", "version", 0, TEXT, FIELD(version), "TEXT", "version of the model", 0, 0},
    {"metadata", "metadata", 0, TEXT, FIELD(metadata), "JSON", "a JSON object, kept as it is", 0,
     0},
    {"select", "columns", 0, TEXT, FIELD(columns), "A,B", "columns to keep; default: all", 0, 0},
    {"select", "ignore", 0, TEXT, FIELD(ignore), "A,B",
     "columns to leave out, such as target, id and time", 0, 0},
    {"alpha", "alpha", 0, REAL, FIELD(alpha), "P",
     "chance of any false alarm in a report, up to 0.5; default 0.01", 1e-300, 0.5},
    {"alpha", "correction", 0, CHOICE, FIELD(correction), "holm|bonferroni|bh|by",
     "how the columns of a report share alpha; default holm", 0, 0},
    {"memory", "memory-max", 0, TEXT, FIELD(memory), "SIZE",
     "read files in passes that take no more, such as 256MiB or 4GiB", 0, 0},
    {"preset", "preset", 0, CHOICE, FIELD(tool),
     "native|evidently|nannyml|alibi|alibi_fdr|deepchecks|whylogs|tfdv",
     "judge two tables by the default rule of another; default native", 0, 0},
    {"preset", "ks-tolerance", 0, REAL, FIELD(ks_tolerance), "D",
     "largest harmless KS distance of numbers; default 0.05", 1e-300, 0.999999},
    {"preset", "tv-tolerance", 0, REAL, FIELD(tv_tolerance), "D",
     "the same of categories and nulls; default 0.05", 1e-300, 0.999999},
    {"report", "report", 0, TEXT, FIELD(report), "FILE",
     "write a report: HTML, or JSON if the name ends in .json", 0, 0},
    {"window", "window", 0, WHOLE, FIELD(window), "N", "rows of a window, 50 or more; default 1000",
     50, 1e9},
    {"window", "window-time", 0, TEXT, FIELD(window_time), "TIME",
     "a window ends at each multiple of it by the clock, as 1h", 0, 0},
    {"alarm", "false-alarm", 0, TEXT, FIELD(false_alarm), "TIME",
     "mean time between false alarms, such as 30d; in place of --alpha", 0, 0},
    {"traffic", "instance", 0, TEXT, FIELD(instance), "NAME",
     "go on where a watch of this name and instance ended", 0, 0},
    {"traffic", "anew", 0, FLAG, FIELD(newest), "", "begin without what the instance kept", 0, 0},
    {"traffic", "request", 0, TEXT, FIELD(request), "COLUMN", "column of ids that labels come by",
     0, 0},
    {"traffic", "labels", 0, TEXT, FIELD(labels), "TABLE",
     "add these labels (--request, --target) of rows that came before", 0, 0},
    {"traffic", "validation", 0, TEXT, FIELD(validation), "TABLE",
     "predictions and labels that performance is held against", 0, 0},
    {"traffic", "task", 0, CHOICE, FIELD(task), "binary|classes|regression",
     "what is predicted; default binary, of several columns classes", 0, 0},
    {"traffic", "metric", 0, TEXT, FIELD(metric), "NAME",
     "what is judged; default auc, of numbers mae", 0, 0},
    {"traffic", "tolerance", 0, REAL, FIELD(share), "D",
     "harmless loss of the metric; default 0.05 where it has a scale", 1e-300, 1e300},
    {"traffic", "calibration", 0, CHOICE, FIELD(output), "isotonic|platt|none",
     "how scores become probabilities; default isotonic", 0, 0},
    {"traffic", "alarm", 0, TEXT, FIELD(alarm), "K/N",
     "an alarm is raised when K of the newest N windows are over, such as 2/3", 0, 0},
    {"watch-name", "name", 0, TEXT, FIELD(name), "NAME", "name of the watch; default MODEL", 0, 0},
    {"metrics", "metrics", 0, TEXT, FIELD(metrics), "FILE",
     "keep Prometheus text there, replaced after each window", 0, 0},
    {"detect", "column", 0, TEXT, FIELD(columns), "COLUMN", "column of the stream", 0, 0},
    {"detect", "kind", 0, CHOICE, FIELD(tool),
     "adwin|page_hinkley|cusum|ewma|shewhart|kswin|ddm|rddm|eddm|hddm_a|hddm_w|stepd|ecdd",
     "detector; default adwin", 0, 0},
    {"detect", "delta", 0, REAL, FIELD(alpha), "D",
     "chance of a false alarm in a test, or tolerance; default the kind's", 1e-300, 1e15},
    {"detect", "threshold", 0, REAL, FIELD(share), "T",
     "what the statistic is held against; default the kind's", 1e-300, 1e15},
    {"multivariate", "method", 0, CHOICE, FIELD(tool), "mmd|pca|classify",
     "distance of the samples, reconstruction, or a classifier; default mmd", 0, 0},
    {"multivariate", "tolerance", 0, REAL, FIELD(share), "D",
     "largest harmless effect; default 0.05, of classify an AUC of 0.55", 1e-300, 0.999999},
    {"multivariate", "alpha", 0, REAL, FIELD(alpha), "P",
     "chance of a false alarm, up to 0.5; default 0.01", 1e-300, 0.5},
    {"multivariate", "seed", 0, WHOLE, FIELD(seed), "N", "seed of what is drawn; default 0", -1e15,
     1e15},
    {"anomaly", "kind", 0, CHOICE, FIELD(tool), "forest|mahalanobis|knn|kmeans|pca",
     "what a score is; default forest", 0, 0},
    {"anomaly", "seed", 0, WHOLE, FIELD(seed), "N", "seed of what is drawn; default 0", 0, 1e15},
    {"anomaly-rate", "rate", 0, REAL, FIELD(share), "R",
     "print alarms, too: so many of usual rows, such as 0.01", 1e-9, 0.999999999},
    {"edges", "edges", 0, WHOLE, FIELD(edges), "N",
     "quantile edges of a numeric column, 9 to 1023; default 255", 9, 1023},
    {"exact", "exact", 0, FLAG, FIELD(exact), "",
     "keep every value of numbers, and compare as with the table", 0, 0},
    {"exact", "texts", 0, FLAG, FIELD(texts), "",
     "keep columns of texts by what can be counted of them", 0, 0},
    {"read-csv", "csv-skip-lines", 0, WHOLE, FIELD(csv_skip_lines), "N",
     "lines to pass over before the header", 0, 1e15},
    {"read-csv", "csv-names", 0, TEXT, FIELD(csv_names), "A,B",
     "column names in place of the header's, separated by the delimiter", 0, 0},
    {"read-csv", "csv-types", 0, TEXT, FIELD(csv_types), "A=TYPE,B=TYPE",
     "bool, int64, float64, string, time or time(FORMAT); default: what fits", 0, 0},
    {"read-csv", "csv-delimiter", 0, TEXT, FIELD(csv_delimiter), "C",
     "one character, or tab; default a comma", 0, 0},
    {"read-csv", "csv-no-header", 0, FLAG, FIELD(csv_no_header), "",
     "the first line holds values; columns are called c0, c1, ...", 0, 0},
    {"from", "from", 0, WHOLE, FIELD(from), "N", "number of the first commit; default 1", 1, 1e15},
    {"max", "max", 0, WHOLE, FIELD(max), "N", "how many at the most; default 1000", 1, 1e6},
    {"newest", "newest", 0, FLAG, FIELD(newest), "", "the newest commits, and the newest first", 0,
     0},
    {"commits", "commits", 0, WHOLE, FIELD(commits), "N",
     "the root is over the first N commits; default all", 1, 1e15},
    {"run", "name", 0, TEXT, FIELD(name), "TEXT", "name of the run, for people", 0, 0},
    {"run", "parent", 0, TEXT, FIELD(parent), "RUN", "run that this one is a part of", 0, 0},
    {"step", "step", 0, WHOLE, FIELD(step), "N", "step of the points; default 0", -1e15, 1e15},
    {"drop-expected", "drop", 0, FLAG, FIELD(drop), "", "take away what was expected", 0, 0},
    {"drop-tag", "drop", 0, FLAG, FIELD(drop), "", "take the tags of these keys away", 0, 0},
    {"run-status", "status", 0, CHOICE, FIELD(status), "finished|failed|killed|running",
     "how it ended; default finished", 0, 0},
    {"filter", "filter", 0, TEXT, FIELD(filter), "EXPR", "only runs that meet this condition", 0,
     0},
    {"commit", "as", 0, TEXT, FIELD(as), "PATH", "place in the dataset; default FILE's own name", 0,
     0},
    {"commit", "file", 0, FLAG, FIELD(plain), "", "keep FILE as it is, not as a table", 0, 0},
    {"commit", "target", 0, TEXT, FIELD(target), "COLUMN", "column that models predict", 0, 0},
    {"commit", "time", 0, TEXT, FIELD(time), "COLUMN", "column of the time of a row", 0, 0},
    {"commit", "id", 0, TEXT, FIELD(id), "COLUMN", "column that names a row", 0, 0},
    {"commit", "split", 0, CHOICE, FIELD(split), "random|stratified|time",
     "hold rows out: any, the same share of each target, or the newest", 0, 0},
    {"commit", "share", 0, REAL, FIELD(share), "S",
     "share of the rows that is held out, between 0 and 1; default 0.2", 1e-9, 0.999999999},
    {"commit", "seed", 0, WHOLE, FIELD(seed), "N", "seed of the draw; default 0", -1e15, 1e15},
    {"commit", "split-by", 0, TEXT, FIELD(by), "COLUMN",
     "column to split by; default that of target or time", 0, 0},
    {"commit", "divide", 0, CHOICE, FIELD(divide), "rows|groups|strata|time",
     "divide all rows into parts or folds, and by what", 0, 0},
    {"commit", "divide-by", 0, TEXT, FIELD(divide_by), "COLUMN",
     "column of groups, strata or time; default that of target or time", 0, 0},
    {"commit", "parts", 0, TEXT, FIELD(parts), "NAME=SHARE,...",
     "parts to divide into; default train=0.8,validation=0.1,test=0.1", 0, 0},
    {"commit", "folds", 0, WHOLE, FIELD(folds), "N", "folds in place of parts", 2, 250},
    {"commit", "row-key", 0, TEXT, FIELD(key), "COLUMN",
     "column that says what a row is; default that of --id, or all", 0, 0},
    {"content", "empty", 0, FLAG, FIELD(alone), "", "begin without the branch's other files", 0, 0},
    {"draft", "branch", 0, TEXT, FIELD(branch), "NAME", "branch to commit to; default main", 0, 0},
    {"draft", "base", 0, OPTIONAL, FIELD(base), "REF",
     "where a new branch begins; default main; '': at nothing", 0, 0},
    {"draft", "message", 0, TEXT, FIELD(message), "TEXT", "why, kept in the commit", 0, 0},
    {"draft", "author", 0, TEXT, FIELD(author), "NAME", "who made the data", 0, 0},
    {"draft", "metadata", 0, TEXT, FIELD(metadata), "JSON", "a JSON object, kept as it is", 0, 0},
    {"content", "verify-dedup", 0, FLAG, FIELD(verify), "",
     "compare what is there already byte by byte before it is used again", 0, 0},
    {"folder", "as", 0, TEXT, FIELD(as), "PATH",
     "place of its files in the dataset; default the root", 0, 0},
    {"folder", "links", 0, CHOICE, FIELD(links), "follow|skip",
     "what becomes of symbolic links; default: they are refused", 0, 0},
    {"folder", "keep-missing", 0, FLAG, FIELD(keep_missing), "",
     "entries whose files are gone stay", 0, 0},
    {"globs", "include", 0, TEXT, FIELD(include), "GLOB,GLOB", "files that count; default all", 0,
     0},
    {"globs", "exclude", 0, TEXT, FIELD(exclude), "GLOB,GLOB",
     "files and folders that do not count, as in .gitignore", 0, 0},
    {"commit", "override", 0, TEXT, FIELD(override_), "REASON",
     "commit what breaks expectations; kept with the commit", 0, 0},
    {"against", "against", 0, TEXT, FIELD(against), "REF",
     "commit whose profile drift is measured from; default the first parent", 0, 0},
    {"of-run", "run", 0, TEXT, FIELD(run), "RUN", "run that made the model", 0, 0},
    {"data", "dataset", 0, TEXT, FIELD(dataset), "NAME", "dataset of the store", 0, 0},
    {"data", "ref", 0, TEXT, FIELD(ref), "REF",
     "branch, tag or digits of a commit of it; default main", 0, 0},
    {"ref", "ref", 0, TEXT, FIELD(ref), "REF", "branch, tag or digits of a commit; default main", 0,
     0},
    {"path", "path", 0, TEXT, FIELD(path), "PATH", "table of the commit; default the only one", 0,
     0},
    {"leaks", "against", 0, TEXT, FIELD(against), "REF",
     "commit that OTHER is of; default the same", 0, 0},
    {"leaks", "columns", 0, TEXT, FIELD(columns), "A,B", "columns to compare; default: all", 0, 0},
    {"part", "part", 0, CHOICE, FIELD(part), "train|held-out", "rows of the split; default all", 0,
     0},
    {"range", "rows", 0, TEXT, FIELD(range), "A:B",
     "rows from A on, counted from 0, and ahead of B; default all", 0, 0},
    {"range", "columns", 0, TEXT, FIELD(columns), "A,B", "columns in this order; default all", 0,
     0},
    {"diff", "rows", 0, FLAG, FIELD(rows), "", "rows of a table that differ, in place of files", 0,
     0},
    {"diff", "cells", 0, FLAG, FIELD(cells), "", "cells of a table that differ", 0, 0},
    {"diff", "schema", 0, FLAG, FIELD(schema), "",
     "columns of a table that came, went, or changed name or type", 0, 0},
    {"diff", "key", 0, OPTIONAL, FIELD(key), "A,B",
     "columns that name a row; default the table's id; '': by position", 0, 0},
    {"merge", "key", 0, OPTIONAL, FIELD(key), "A,B",
     "columns that name a row; default each table's id; '': by position", 0, 0},
    {"merge", "take", 0, CHOICE, FIELD(take), "ours|theirs", "which side decides conflicts", 0, 0},
    {"merge", "branch", 0, TEXT, FIELD(branch), "NAME", "branch to merge into; default main", 0, 0},
    {"merge", "message", 0, TEXT, FIELD(message), "TEXT", "why, kept in the commit", 0, 0},
    {"merge", "author", 0, TEXT, FIELD(author), "NAME", "who merges", 0, 0},
    {"force", "force", 0, FLAG, FIELD(force), "", "replace files that differ", 0, 0},
    {"force-branch", "force", 0, FLAG, FIELD(force), "",
     "move the branch, even away from commits that it has", 0, 0},
    {"features", "features", 0, TEXT, FIELD(features), "NAME[:VERSION]",
     "features that make the model's rows", 0, 0},
    {"feature-version", "version", 0, TEXT, FIELD(version), "N",
     "version of the features; default the newest", 0, 0},
    {"classes", "classes", 0, TEXT, FIELD(classes), "A,B",
     "the target's values in the order of the model's classes", 0, 0},
    {"description", "description", 0, TEXT, FIELD(description), "TEXT", "what it is, in words", 0,
     0},
    {"gate", "gate", 0, TEXT, FIELD(gate), "EXPR",
     "condition, which becomes the alias's gate with the promotion", 0, 0},
    {"gate", "no-gate", 0, FLAG, FIELD(no_gate), "", "pass the alias's gate by; --note says why", 0,
     0},
    {"drop-gate", "drop", 0, FLAG, FIELD(drop), "", "drop the gate", 0, 0},
    {"trainer-file", "file", 0, FLAG, FIELD(plain), "", "write the trainer's own file", 0, 0},
    {"deploy", "model", 0, TEXT, FIELD(model), "NAME",
     "registered model; a new deployment needs it", 0, 0},
    {"deploy", "champion", 0, TEXT, FIELD(champion), "ALIAS",
     "alias whose holder serves; at first champion", 0, 0},
    {"deploy", "canary", 0, TEXT, FIELD(canary), "ALIAS",
     "alias whose holder is tried; at first canary", 0, 0},
    {"deploy", "canary-share", 0, REAL, FIELD(canary_share), "S",
     "share of the keys that the canary serves, from 0 to 1; at first 0", 0, 1},
    {"deploy", "salt", 0, TEXT, FIELD(salt), "TEXT", "another one deals the keys anew", 0, 0},
    {"key", "key", 0, TEXT, FIELD(key), "COLUMN", "column of the keys", 0, 0},
    {"view", "key", 0, TEXT, FIELD(key), "A,B", "columns that name an entity", 0, 0},
    {"view", "event-time", 0, TEXT, FIELD(event_time), "COLUMN",
     "column of the time when a row came to be true, in nanoseconds", 0, 0},
    {"view", "created", 0, TEXT, FIELD(created), "COLUMN",
     "column of the time when a row was made; the later is newer", 0, 0},
    {"view", "ttl", 0, TEXT, FIELD(ttl), "DURATION",
     "age up to which a row serves: 30d, 12h, 15m, 90s; default for ever", 0, 0},
    {"check", "quick", 0, FLAG, FIELD(plain), "", "read no content, only how it is put together", 0,
     0},
    {"erase", "paths", 0, TEXT, FIELD(include), "GLOB,GLOB", "entries that go, or whose rows do", 0,
     0},
    {"erase", "value", 0, TEXT, FIELD(key), "COLUMN=VALUE", "rows that go; default: entries whole",
     0, 0},
    {"erase", "where", 0, TEXT, FIELD(filter), "CONDITION", "rows that go, by an expression", 0, 0},
    {"erase", "reason", 0, TEXT, FIELD(note), "TEXT", "why, for the certificate", 0, 0},
    {"erase", "by", 0, TEXT, FIELD(author), "NAME", "on whose word, for the certificate", 0, 0},
    {"erase", "dry-run", 0, FLAG, FIELD(plain), "", "look and count, and change nothing", 0, 0},
    {"gc", "dry-run", 0, FLAG, FIELD(plain), "", "count, and change nothing", 0, 0},
    {"gc", "keep", 0, TEXT, FIELD(ttl), "DURATION",
     "what was committed since then stays: 30d, 12h, 0s; default 14d", 0, 0},
    {"gc", "remake-max", 0, REAL, FIELD(remake), "S",
     "write versions anew up to this share of what goes; default 0.9, 0: none", 0, 1},
    {"gc", "min-live", 0, REAL, FIELD(share), "S",
     "share of a pack below which it is emptied, up to 1; default 0.5 or more", 0, 1},
    {"import", "from", 0, CHOICE, FIELD(tool), "dvc|git-lfs", "whose tree FOLDER is", 0, 0},
    {"import", "cache", 0, TEXT, FIELD(cache), "FOLDER",
     "where objects lie; default as .dvc/config says, or .git/lfs/objects", 0, 0},
    {"folder-as", "as", 0, TEXT, FIELD(as), "PATH",
     "place of its files in the dataset; default the root", 0, 0},
    {"lineage", "depth", 0, WHOLE, FIELD(depth), "N", "links to the farthest; default all", 1, 1e9},
    {"lineage", "no-history", 0, FLAG, FIELD(plain), "",
     "leave earlier and later commits of a dataset out", 0, 0},
    {"lineage", "max", 0, WHOLE, FIELD(max), "N", "links at the most; default 10000", 1, 1e6},
    {"link", "keep", 0, FLAG, FIELD(plain), "", "commits that it names are no garbage", 0, 0},
    {"relation", "relation", 0, TEXT, FIELD(relation), "TEXT",
     "how one was made of the other; default by what they are", 0, 0},
    {"travel", "branches", 0, TEXT, FIELD(branches), "NAME,GLOB",
     "branches; default all that do not follow a remote's", 0, 0},
    {"travel", "tags", 0, TEXT, FIELD(tags), "NAME,GLOB", "tags; default likewise", 0, 0},
    {"push", "expected", 0, TEXT, FIELD(expected), "COMMIT",
     "what the branch has there, 8 digits or more; it need not lead to ours", 0, 0},
    {"pull", "prefix", 0, TEXT, FIELD(prefix), "TEXT",
     "in front of the names that branches and tags get here", 0, 0},
    {"pull", "include", 0, TEXT, FIELD(include), "GLOB,GLOB",
     "entries whose content is wanted; default all", 0, 0},
    {"pull", "depth", 0, WHOLE, FIELD(depth), "N", "commits of each line, the newest; default all",
     1, 1e9},
    {"force-refs", "force", 0, FLAG, FIELD(force), "",
     "move branches here to where the remote's are, whatever they have", 0, 0},
    {"remote-gc", "dry-run", 0, FLAG, FIELD(plain), "", "count, and change nothing", 0, 0},
    {"remote-gc", "grace", 0, TEXT, FIELD(ttl), "DURATION",
     "for how long it must have been unneeded: 30d, 12h; default 7d", 0, 0},
    {"keys", "keys", 0, TEXT, FIELD(keys), "TABLE", "CSV table with the keys, in place of KEY", 0,
     0},
    {"as-of", "as-of", 0, TEXT, FIELD(as_of), "TIME",
     "time that ages are counted up to; default now", 0, 0},
    {"actor", "actor", 0, TEXT, FIELD(actor), "NAME", "who runs it", 0, 0},
    {"change", "actor", 0, TEXT, FIELD(actor), "NAME", "who makes the change, for the audit trail",
     0, 0},
    {"change", "note", 0, TEXT, FIELD(note), "TEXT", "why, for the audit trail", 0, 0},
    {"list", "csv", 0, FLAG, FIELD(csv), "", "print CSV", 0, 0},
    {"", "json", 0, FLAG, FIELD(json), "", "print JSON", 0, 0},
    {"", "help", 'h', FLAG, FIELD(help), "", "print this", 0, 0},
};

enum { N_OPTIONS = sizeof options / sizeof options[0] };

int cli_usage(const char *command, const char *format, ...) {
    va_list args;
    char text[1024];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs("mlops: ", stderr);
    cli_text(stderr, text);
    fprintf(stderr, "\nTry 'mlops %s%s--help'.\n", command, *command ? " " : "");
    return CLI_USAGE;
}

static int lists(const char *keys, const char *key) {
    size_t n = strlen(key), length;
    for (const char *at = keys; *at; at += length + (at[length] == ' ')) {
        length = strcspn(at, " ");
        if (length == n && !memcmp(at, key, n)) return 1;
    }
    return 0;
}

static int belongs(const option *o, const cli_command *command) {
    return !*o->key || lists(command->options, o->key);
}

/* text is "--name", "--name=value" or "-o". */
static const option *find(const cli_command *command, const char *text, const char **value) {
    size_t n = strcspn(text, "=");
    *value = text[1] == '-' && text[n] ? text + n + 1 : NULL;
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const option *o = &options[i];
        if (!belongs(o, command)) continue;
        if (text[1] == '-' && strlen(o->name) == n - 2 && !memcmp(text + 2, o->name, n - 2))
            return o;
        if (o->letter && text[1] == o->letter && !text[2]) return o;
    }
    return NULL;
}

static int take_number(cli_args *out, const cli_command *command, const option *o,
                       const char *text) {
    char *end;
    errno = 0;
    double real = strtod(text, &end);
    int whole = real > -1e18 && real < 1e18 && real == (double)(int64_t)real;
    int bad = *end || end == text || errno || !(real - real == 0);
    if (bad || (o->kind == WHOLE && !whole))
        return cli_usage(command->name, "--%s: '%s' is no %s", o->name, text,
                         o->kind == WHOLE ? "whole number" : "number");
    if (real < o->min || real > o->max)
        return cli_usage(command->name, "--%s: %s is out of range; %s", o->name, text, o->help);
    if (o->kind == WHOLE) *(int64_t *)(void *)((char *)out + o->offset) = (int64_t)real;
    else *(double *)(void *)((char *)out + o->offset) = real;
    return CLI_OK;
}

/* The place of the text, in any case, among "random|time", from 1 on; 0 if it has none. */
static int32_t choose(const char *choices, const char *text) {
    size_t n = strlen(text);
    for (int32_t place = 1;; place++) {
        size_t length = strcspn(choices, "|");
        if (length == n && !strncasecmp(choices, text, n)) return place;
        if (!choices[length]) return 0;
        choices += length + 1;
    }
}

static int take(cli_args *out, const cli_command *command, const option *o, const char *value) {
    void *field = (char *)out + o->offset;
    if (o->kind == FLAG && value) return cli_usage(command->name, "--%s takes no value", o->name);
    if (o->kind == FLAG) return *(int32_t *)field = 1, CLI_OK;
    if (!value || (!*value && o->kind != OPTIONAL))
        return cli_usage(command->name, "--%s needs a value: %s", o->name, o->value);
    if (o->kind == TEXT || o->kind == OPTIONAL) return *(const char **)field = value, CLI_OK;
    if (o->kind != CHOICE) return take_number(out, command, o, value);
    *(int32_t *)field = choose(o->value, value);
    return *(int32_t *)field
               ? CLI_OK
               : cli_usage(command->name, "--%s: '%s' is not one of %s", o->name, value, o->value);
}

/* How many words a command takes. */
static void count_words(const char *words, int *min, int *max) {
    *min = *max = 0;
    for (size_t n; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        *min += *words != '[';
        *max = n > 3 && !memcmp(words + n - 3, "...", 3) ? INT_MAX : *max + 1;
    }
}

/* A required word is missing: tells it and those behind it. */
static int missing(const cli_args *args, const cli_command *command) {
    const char *words = command->words;
    for (int32_t i = 0; i < args->n_words; i++) words = strchr(words, ' ') + 1;
    size_t n = strcspn(words, "[");
    while (n && words[n - 1] == ' ') n--;
    return cli_usage(command->name, "%.*s is missing", (int)n, words);
}

static int check(cli_args *out, const cli_command *command, int min) {
    if (out->help) return CLI_OK;
    if (out->n_words < min) return missing(out, command);
    const char *delimiter = out->csv_delimiter;
    if (!delimiter) return CLI_OK;
    if (!strcmp(delimiter, "tab") || !strcmp(delimiter, "\\t")) out->csv_delimiter = "\t";
    else if (delimiter[1])
        return cli_usage(command->name, "--csv-delimiter: '%s' is not one character", delimiter);
    return CLI_OK;
}

int cli_parse(cli_args *out, const cli_command *command, int n, char **texts) {
    int literal = 0, min, max;
    char given[N_OPTIONS] = {0};
    *out = (cli_args){.command = command->name,
                      .words = texts,
                      .canary_share = -1,
                      .remake = -1,
                      .threshold = NAN};
    count_words(command->words, &min, &max);
    for (int i = 0; i < n; i++) {
        char *text = texts[i];
        const char *value;
        if (!literal && !strcmp(text, "--")) {
            literal = 1;
            continue;
        }
        if (literal || text[0] != '-' || !text[1]) {
            if (out->n_words == max)
                return cli_usage(command->name, "'%s' is one argument too many", text);
            texts[out->n_words++] = text;
            continue;
        }
        const option *o = find(command, text, &value);
        if (!o) return cli_usage(command->name, "there is no option '%s'", text);
        if (given[o - options]++) return cli_usage(command->name, "--%s is given twice", o->name);
        if (!value && o->kind != FLAG && i + 1 < n) value = texts[++i];
        int status = take(out, command, o, value);
        if (status) return status;
    }
    return check(out, command, min);
}

int cli_whole(const cli_args *args, const char *text, const char *what, int64_t *out) {
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end || end == text || errno || number < 1)
        return cli_usage(args->command, "%s: '%s' is no whole number from 1 on", what, text);
    *out = number;
    return CLI_OK;
}

enum { HELP_COLUMN = 24 /* width of what stands left of the help */ };

void cli_help(const cli_command *command) {
    printf("usage: mlops %s%s%s [OPTION]...\n\n%s\n\n%s\n\nOptions:\n", command->name,
           *command->words ? " " : "", command->words, command->summary, command->detail);
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const option *o = &options[i];
        if (!belongs(o, command)) continue;
        char left[160];
        if (o->letter) snprintf(left, sizeof left, "-%c, --%s %s", o->letter, o->name, o->value);
        else snprintf(left, sizeof left, "--%s %s", o->name, o->value);
        if (strlen(left) <= HELP_COLUMN) printf("  %-24s %s\n", left, o->help);
        else printf("  %s\n  %-24s %s\n", left, "", o->help);
    }
}
