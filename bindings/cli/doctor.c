/* mlops doctor: what this machine and this library are like, and whether they get along. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct finding {
    const char *name;
    char text[256];
    int bad;
} finding;

static finding version(void) {
    finding f = {.name = "version"};
    char headers[32];
    snprintf(headers, sizeof headers, "%d.%d.%d", MLOPS_VERSION_MAJOR, MLOPS_VERSION_MINOR,
             MLOPS_VERSION_PATCH);
    f.bad = strcmp(headers, mlops_version()) != 0;
    snprintf(f.text, sizeof f.text, "%s%s%s", mlops_version(), f.bad ? ", but built against " : "",
             f.bad ? headers : "");
    return f;
}

static const char *level_name(mlops_cpu level) {
    static const char *const names[] = {"best", "scalar", "sse41", "avx2", "avx512", "neon"};
    return (unsigned)level < sizeof names / sizeof names[0] ? names[level] : "unknown";
}

static finding cpu(void) {
    finding f = {.name = "cpu"};
    const char *cap = getenv("MLOPS_CPU");
    snprintf(f.text, sizeof f.text, "%s, %ld online%s%.64s",
             level_name(mlops_cpu_level(MLOPS_CPU_BEST)), sysconf(_SC_NPROCESSORS_ONLN),
             cap && *cap ? ", capped by MLOPS_CPU=" : "", cap ? cap : "");
    return f;
}

static finding page_size(void) {
    finding f = {.name = "page size"};
    snprintf(f.text, sizeof f.text, "%ld", sysconf(_SC_PAGESIZE));
    return f;
}

static finding floating_point(void) {
    finding f = {.name = "rounding"};
    volatile double one = 1, tiny = 0x1p-1022;
    int to_nearest = one + 0x1p-54 == 1 && one + 0x1.8p-53 == 1 + 0x1p-52;
    int subnormals = tiny / 2 > 0;
    f.bad = !to_nearest || !subnormals;
    snprintf(f.text, sizeof f.text, "%s, subnormals %s",
             to_nearest ? "to nearest" : "not to nearest", subnormals ? "kept" : "flushed to zero");
    return f;
}

/* Writes, syncs and removes a file where temporary files go. */
static finding temporary(void) {
    finding f = {.name = "temporary"};
    const char *folder = getenv("TMPDIR");
    char path[512];
    if (!folder || !*folder) folder = "/tmp";
    int n = snprintf(path, sizeof path, "%s/mlops-doctor-XXXXXX", folder);
    int file = n < (int)sizeof path ? mkstemp(path) : -1;
    if (n >= (int)sizeof path) errno = ENAMETOOLONG;
    f.bad = file < 0 || write(file, "mlops", 5) != 5 || fsync(file);
    int code = errno;
    if (file >= 0) close(file), unlink(path);
    snprintf(f.text, sizeof f.text, "%.128s: %s", folder,
             f.bad ? strerror(code) : "can be written");
    return f;
}

/* Reads a table and compares two samples, whose distance is known. */
static finding library(void) {
    finding f = {.name = "library"};
    static const char csv[] = "x,y\n0,1\n1,2\n2,3\n3,4\n";
    mlops_table *table;
    mlops_error error;
    mlops_stats_two_sample two = MLOPS_STATS_TWO_SAMPLE_INIT;
    f.bad = mlops_table_parse(&table, csv, sizeof csv - 1, NULL, &error) ||
            mlops_stats_compare_columns(&two, table, 0, table, 1, NULL, &error);
    mlops_table_unref(table);
    if (f.bad) snprintf(f.text, sizeof f.text, "%.250s", error.message);
    else if (two.ks != 0.25 || two.wasserstein != 1.0) {
        f.bad = 1;
        snprintf(f.text, sizeof f.text, "computes wrong distances: %g, %g", two.ks,
                 two.wasserstein);
    } else snprintf(f.text, sizeof f.text, "reads tables, compares samples");
    return f;
}

static int cli_doctor(const cli_args *args) {
    const finding findings[] = {version(),        cpu(),       page_size(),
                                floating_point(), temporary(), library()};
    int n = (int)(sizeof findings / sizeof findings[0]), n_bad = 0;
    for (int i = 0; i < n; i++) n_bad += findings[i].bad;
    if (args->json) printf("{\"ok\":%s,\"findings\":[", n_bad ? "false" : "true");
    for (int i = 0; i < n; i++) {
        const finding *f = &findings[i];
        if (!args->json) {
            printf("%-5s%-12s", f->bad ? "BAD" : "ok", f->name);
            cli_text(stdout, f->text);
            putchar('\n');
            continue;
        }
        printf("%s{\"name\":\"%s\",\"ok\":%s,\"text\":", i ? "," : "", f->name,
               f->bad ? "false" : "true");
        cli_json_text(stdout, f->text);
        putchar('}');
    }
    if (args->json) puts("]}");
    return n_bad ? CLI_FAILED : CLI_OK;
}

const cli_command cli_doctor_commands[] = {
    {"doctor", "", "", "Check the machine and the library.",
     "Exit status: 0 if all is well, 1 else.\n\n"
     "Examples:\n"
     "  mlops doctor\n"
     "  MLOPS_CPU=scalar mlops doctor --json",
     cli_doctor},
    {0},
};
