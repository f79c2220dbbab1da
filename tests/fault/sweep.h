/* Scenarios that are run again and again, with another call failing each time.
 *
 * A scenario is a short use of the public API on small data. The sweep runs it once undisturbed,
 * then fails its k-th allocation, for every k, once and from then on; then its k-th I/O call, over
 * files in memory and over the machine's own; then both, in every pair. Where that would be long
 * it injects a fixed choice, and all of them with MLOPS_DEEP=1. After each run nothing may be held
 * any more, the status is that of the fault or a success, and each file is as it was before
 * the scenario or as the undisturbed run left it.
 */
#ifndef TESTS_FAULT_SWEEP_H
#define TESTS_FAULT_SWEEP_H

#include <mlops.h>

/* What a scenario returns when a verb succeeded with a wrong result. */
enum { SWEEP_WRONG = -1000 };

/* SWEEP_TREE: what it leaves is a folder in the folder, judged by its check alone; allocations fail
 * over the machine's own files too. SWEEP_ALONE: no pairs of failures. */
enum { SWEEP_MEMORY = 1, SWEEP_IO = 2, SWEEP_TREE = 4, SWEEP_ALONE = 8 };

typedef struct sweep_scenario {
    const char *name;
    /* Makes the files that the scenario finds (nullable); undisturbed. 0, or anything else. */
    int (*setup)(const mlops_host *host, const char *dir);
    /* Uses the library through host, on files in dir alone. Ends what it began on every path. The
     * first status that is an error, MLOPS_OK, or SWEEP_WRONG. */
    int (*run)(const mlops_host *host, const char *dir);
    /* Judges what is left (nullable) from the status and the I/O function that failed (NULL: none
     * did). 0, or anything else. */
    int (*check)(const mlops_host *host, const char *dir, int status, const char *failed);
    int uses; /* of these, at least one call each */
} sweep_scenario;

/* Each list ends with a scenario without a name. */
extern const sweep_scenario sweep_bundle[];
extern const sweep_scenario sweep_cells[];
extern const sweep_scenario sweep_container[];
extern const sweep_scenario sweep_dataset[];
extern const sweep_scenario sweep_deploy[];
extern const sweep_scenario sweep_diff[];
extern const sweep_scenario sweep_drift[];
extern const sweep_scenario sweep_erase[];
extern const sweep_scenario sweep_expectation[];
extern const sweep_scenario sweep_feature[];
extern const sweep_scenario sweep_file[];
extern const sweep_scenario sweep_folder[];
extern const sweep_scenario sweep_merge[];
extern const sweep_scenario sweep_metric[];
extern const sweep_scenario sweep_model[];
extern const sweep_scenario sweep_monitor[];
extern const sweep_scenario sweep_online[];
extern const sweep_scenario sweep_pool[];
extern const sweep_scenario sweep_anomaly[];
extern const sweep_scenario sweep_detector[];
extern const sweep_scenario sweep_profile[];
extern const sweep_scenario sweep_quality[];
extern const sweep_scenario sweep_reference[];
extern const sweep_scenario sweep_registry[];
extern const sweep_scenario sweep_remote[];
extern const sweep_scenario sweep_run[];
extern const sweep_scenario sweep_sketch[];
extern const sweep_scenario sweep_stats[];
extern const sweep_scenario sweep_store[];
extern const sweep_scenario sweep_table[];
extern const sweep_scenario sweep_version[];
extern const sweep_scenario sweep_gc[];
extern const sweep_scenario sweep_stream[];
extern const sweep_scenario sweep_import[];
extern const sweep_scenario sweep_lineage[];

/* dir/name, in the caller's buffer. */
typedef struct sweep_path {
    char text[512];
} sweep_path;

const char *sweep_in(sweep_path *path, const char *dir, const char *name);

/* A file with these bytes, written without ceremony; 0, or anything else. */
int sweep_put(const mlops_host *host, const char *dir, const char *name, const void *bytes,
              size_t n);

enum { SWEEP_FIXTURE_MAX = 16384 };

/* What tests/fault/NAME holds, and a file of it. */
size_t sweep_fixture(char *bytes, size_t cap, const char *name);
int sweep_put_fixture(const mlops_host *host, const char *dir, const char *name);

/* An I/O table and a host, which may say otherwise than the scenario's. */
typedef struct sweep_terms {
    mlops_io io;
    mlops_host host;
    mlops_store_opts opts;
} sweep_terms;

/* How a store is opened: files in memory have the index in memory, files of the machine have it in
 * LMDB. host.h lets no table interrupt a listing, so that this one's are repeated. */
const mlops_store_opts *sweep_store_terms(sweep_terms *t, const mlops_host *host, const char *dir);

/* The host, without syncing: for what is prepared and judged. */
const mlops_host *sweep_without_sync(sweep_terms *t, const mlops_host *host);

/* Opens dir/s; calm: without syncing. journal_bytes 0: the default. */
mlops_status sweep_open_store(mlops_store **out, const mlops_host *host, const char *dir, int calm,
                              int64_t journal_bytes);

/* Opens dir/other, a store that is empty at first, and dir/remote; one remote at a time. What they
 * return was told. */
mlops_status sweep_open_other(mlops_store **out, const mlops_host *host, const char *dir,
                              mlops_error *err);
mlops_status sweep_open_remote(mlops_share **out, const mlops_host *host, const char *dir,
                               mlops_error *err);

/* status, or SWEEP_WRONG for an error that does not say what it is. */
int sweep_told(int status, const mlops_error *err);

/* The model of model.json, which knows features x, colour_n and z, and what XGBoost 1.7.4 makes of
 * two rows. */
enum { SWEEP_FEATURES = 3 };

mlops_status sweep_load_model(mlops_model **out, const mlops_host *host, const char *dir,
                              mlops_error *err);
extern const float sweep_rows[2 * SWEEP_FEATURES];
extern const double sweep_predictions[2];

/* 64 rows of columns x, colour and id as CSV, shifted by some units; the caller frees nothing. */
enum { SWEEP_ROWS = 64, SWEEP_CSV_MAX = SWEEP_ROWS * 32 };

size_t sweep_make_csv(char out[SWEEP_CSV_MAX], int shift);
int sweep_put_csv(const mlops_host *host, const char *dir, const char *name, int shift);
mlops_status sweep_parse_csv(mlops_table **out, const mlops_host *host, int shift,
                             mlops_error *err);

/* 0 if the file holds exactly these bytes; -1 if there is no such file; else 1. */
int sweep_same(const mlops_host *host, const char *dir, const char *name, const void *bytes,
               size_t n);

#endif
