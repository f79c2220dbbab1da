/* Tables: read from CSV, made of a matrix, taken over from Arrow and handed out again.
 *
 * Owns a CSV text that has each type, nulls, quotes and more rows than one batch of inference.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <stdio.h>
#include <string.h>

enum { N_ROWS = 60 };

static const char HEADER[] = "flag,whole,real,text,\"quoted, name\"\r\n";
static const char ROWS[] = "true,1,1.5,red,\"a \"\"b\"\"\"\r\nfalse,,2e3,blue,\"\"\r\n,3,NA,,c\r\n";

typedef struct csv_text {
    char bytes[sizeof HEADER + N_ROWS / 3 * sizeof ROWS];
    size_t n;
} csv_text;

static void make_csv(csv_text *out) {
    memcpy(out->bytes, HEADER, sizeof HEADER - 1);
    out->n = sizeof HEADER - 1;
    for (int i = 0; i < N_ROWS / 3; i++, out->n += sizeof ROWS - 1)
        memcpy(out->bytes + out->n, ROWS, sizeof ROWS - 1);
}

static int put_csv(const mlops_host *host, const char *dir) {
    csv_text csv;
    make_csv(&csv);
    return sweep_put(host, dir, "t.csv", csv.bytes, csv.n);
}

static int as_expected(const mlops_table *t) {
    static const mlops_type TYPES[] = {MLOPS_TYPE_BOOL, MLOPS_TYPE_INT64, MLOPS_TYPE_FLOAT64,
                                       MLOPS_TYPE_STRING, MLOPS_TYPE_STRING};
    double values[N_ROWS];
    int64_t whole[N_ROWS];
    char text[8];
    if (mlops_table_n_rows(t) != N_ROWS || mlops_table_n_columns(t) != 5) return 0;
    for (int64_t i = 0; i < 5; i++)
        if (mlops_table_type(t, i) != TYPES[i]) return 0;
    if (mlops_table_values(t, 2, values, N_ROWS, NULL) || values[58] != 2000.0) return 0;
    if (mlops_table_integers(t, 1, whole, N_ROWS, NULL) || whole[1] != INT64_MIN || whole[59] != 3)
        return 0;
    if (strcmp(mlops_table_name(t, 4), "quoted, name") != 0) return 0;
    if (mlops_table_text(t, 4, 57, text, sizeof text, NULL)) return 0;
    return strcmp(text, "a \"b\"") == 0 && mlops_table_n_nulls(t, 1) == N_ROWS / 3;
}

/* What a verb made is looked at and ended. */
static int finish(mlops_status status, mlops_table *t, const mlops_error *err) {
    if (status) return t || err->code != status || !err->message[0] ? SWEEP_WRONG : status;
    mlops_table_unref(mlops_table_ref(t));
    int good = as_expected(t);
    mlops_table_unref(t);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int load_csv(const mlops_host *host, const char *dir) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *t;
    mlops_error err;
    sweep_path path;
    opts.host = host;
    opts.types = "text=string,whole=int64";
    mlops_status status = mlops_table_load(&t, sweep_in(&path, dir, "t.csv"), &opts, &err);
    return finish(status, t, &err);
}

static mlops_status parse(mlops_table **out, const mlops_host *host, mlops_error *err) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    csv_text csv;
    make_csv(&csv);
    opts.host = host;
    return mlops_table_parse(out, csv.bytes, csv.n, &opts, err);
}

static int parse_csv(const mlops_host *host, const char *dir) {
    mlops_table *t;
    mlops_error err;
    (void)dir;
    mlops_status status = parse(&t, host, &err);
    return finish(status, t, &err);
}

static int make_matrix(const mlops_host *host, const char *dir) {
    double values[40], column[10];
    mlops_table *t;
    (void)dir;
    for (int i = 0; i < 40; i++) values[i] = i * 0.5;
    mlops_status status = mlops_table_from_matrix(&t, values, 10, 4, "a,b,c,d", host, NULL);
    if (status) return t ? SWEEP_WRONG : status;
    status = mlops_table_values(t, 3, column, 10, NULL);
    mlops_table_unref(t);
    return status == MLOPS_OK && column[9] == 19.5 ? MLOPS_OK : SWEEP_WRONG;
}

/* Enough distinct texts and rows that every array has to grow more than once. */
static int parse_large(const mlops_host *host, const char *dir) {
    enum { LARGE_ROWS = 3000, ROW_MAX = 64 };
    static char text[16 + LARGE_ROWS * ROW_MAX];
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *t;
    mlops_error err;
    size_t n = (size_t)snprintf(text, sizeof text, "a,b,c,d\n");
    (void)dir;
    for (int i = 0; i < LARGE_ROWS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%d,%d.5,text number %d,%s\n", i, i,
                              i * 7 % 1999, i % 2 ? "true" : "");
    opts.host = host;
    mlops_status status = mlops_table_parse(&t, text, n, &opts, &err);
    if (status) return t || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    int good = mlops_table_n_rows(t) == LARGE_ROWS && mlops_table_n_nulls(t, 3) == LARGE_ROWS / 2;
    mlops_table_unref(t);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static void release(struct ArrowSchema *schema, struct ArrowArray *array) {
    if (schema->release) schema->release(schema);
    if (array->release) array->release(array);
}

/* Handed out and taken over again; what was handed out outlives the table. */
static int pass_arrow(const mlops_host *host, const char *dir) {
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    mlops_table *t;
    mlops_error err;
    (void)dir;
    MLOPS_TRY(parse(&t, host, NULL));
    mlops_status status = mlops_table_export(t, &schema, &array, NULL);
    mlops_table_unref(t);
    if (status) return schema.release || array.release ? SWEEP_WRONG : status;
    status = mlops_table_import(&t, &schema, &array, host, &err);
    if (schema.release || array.release) {
        release(&schema, &array);
        return SWEEP_WRONG; /* moved, also after an error */
    }
    return finish(status, t, &err);
}

/* A producer that hands its table out twice, on memory of its own. */
typedef struct producer {
    mlops_table *table;
    int left;
} producer;

static int next_schema(struct ArrowArrayStream *self, struct ArrowSchema *out) {
    struct ArrowArray array;
    producer *p = self->private_data;
    if (mlops_table_export(p->table, out, &array, NULL)) return 5;
    array.release(&array);
    return 0;
}

static int next_array(struct ArrowArrayStream *self, struct ArrowArray *out) {
    struct ArrowSchema schema;
    producer *p = self->private_data;
    memset(out, 0, sizeof *out);
    if (p->left-- <= 0) return 0;
    if (mlops_table_export(p->table, &schema, out, NULL)) return 5;
    schema.release(&schema);
    return 0;
}

static const char *last_error(struct ArrowArrayStream *self) {
    (void)self;
    return "the producer failed";
}

static void end_stream(struct ArrowArrayStream *self) {
    producer *p = self->private_data;
    mlops_table_unref(p->table);
    self->release = NULL;
}

static int pass_stream(const mlops_host *host, const char *dir) {
    producer p = {NULL, 2};
    struct ArrowArrayStream stream = {next_schema, next_array, last_error, end_stream, &p};
    mlops_table *t;
    mlops_error err;
    (void)dir;
    if (parse(&p.table, NULL, NULL)) return SWEEP_WRONG;
    mlops_status status = mlops_table_import_stream(&t, &stream, host, &err);
    if (stream.release) {
        stream.release(&stream);
        return SWEEP_WRONG;
    }
    if (status) return t || err.code != status || !err.message[0] ? SWEEP_WRONG : status;
    int good = mlops_table_n_rows(t) == 2 * N_ROWS && mlops_table_n_columns(t) == 5;
    mlops_table_unref(t);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

const sweep_scenario sweep_table[] = {
    {"table: load CSV", put_csv, load_csv, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"table: parse CSV", NULL, parse_csv, NULL, SWEEP_MEMORY},
    {"table: parse a larger CSV", NULL, parse_large, NULL, SWEEP_MEMORY},
    {"table: from matrix", NULL, make_matrix, NULL, SWEEP_MEMORY},
    {"table: through Arrow", NULL, pass_arrow, NULL, SWEEP_MEMORY},
    {"table: from an Arrow stream", NULL, pass_stream, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
