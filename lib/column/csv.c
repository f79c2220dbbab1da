/* CSV files and texts to tables: options, header, and passes over the rows.
 *
 * Owns the job: table, reader and lists until the end. Invariant: all memory of the job is asked
 * from the table's meter, so that memory_max holds for everything; nothing of the job outlives the
 * call but the finished table.
 */
#include "base/opts.h"
#include "column/csv_infer.h"
#include "column/csv_known.h"
#include "column/csv_types.h"
#include "column/names.h"
#include "column/part.h"
#include "column/table_inside.h"
#include "column/text_sink.h"
#include "file/container.h"
#include "file/file.h"
#include "text/time.h"

#include <string.h>

enum { ROWS_FIRST = 64, ROWS_SURE = 32 * 1024 /* these tell how long rows are */ };

static const int64_t LINE_MAX_DEFAULT = (int64_t)16 << 20, MEMORY_MAX_DEFAULT = (int64_t)16 << 30;

typedef struct csv_job {
    mlops_csv_opts opts; /* complete, but for names and nulls */
    mlops_call call;
    mlops_table *table;
    mlops__arena arena; /* for the lists */
    const char *const *names;
    int64_t n_names;
    const mlops__csv_known *known; /* nullable */
    const mlops__part *part;       /* nullable: only these columns are read */
    mlops__csv_nulls nulls;
    mlops__csv_reader reader;
    mlops__csv_mark rows; /* where the rows begin */
    mlops__csv_column *columns;
    mlops__buf scratch;
    int64_t n_rows;
    mlops_error *err;
} csv_job;

static mlops_status check_opts(const mlops_csv_opts *opts, const mlops_call *call,
                               mlops_error *err) {
    if (opts->flags & ~(uint32_t)MLOPS_CSV_NO_HEADER)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_csv_opts: flags 0x%x", opts->flags);
    if (call->flags)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_call: flags 0x%x", call->flags);
    if (!mlops__csv_is_delimiter(opts->delimiter))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_csv_opts: delimiter must be one ASCII character, but no quote or "
                           "line end");
    if (opts->skip_lines < 0 || opts->rows_max < 0 || opts->line_max < 0 || opts->memory_max < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_csv_opts: a number is negative");
    if (call->memory_max < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_call: memory_max is negative");
    return MLOPS_OK;
}

static mlops_status read_opts(csv_job *job, const mlops_csv_opts *given) {
    mlops_csv_opts *opts = &job->opts;
    MLOPS_TRY(mlops__opts_copy(opts, sizeof *opts, given, "mlops_csv_opts", job->err));
    MLOPS_TRY(mlops__opts_copy(&job->call, sizeof job->call, opts->call, "mlops_call", job->err));
    if (!opts->delimiter) opts->delimiter = ",";
    MLOPS_TRY(check_opts(opts, &job->call, job->err));
    if (!opts->rows_max) opts->rows_max = INT64_MAX;
    if (!opts->line_max) opts->line_max = LINE_MAX_DEFAULT;
    if (!opts->memory_max) opts->memory_max = MEMORY_MAX_DEFAULT;
    if (job->call.memory_max && job->call.memory_max < opts->memory_max)
        opts->memory_max = job->call.memory_max;
    return MLOPS_OK;
}

static mlops_status read_lists(csv_job *job) {
    const mlops_csv_opts *opts = &job->opts;
    const char *const *nulls = mlops__csv_nulls_default;
    int64_t n_nulls = MLOPS__CSV_NULLS_DEFAULT;
    const char **names;
    MLOPS_TRY(mlops__names_split(&job->arena, opts->names, opts->delimiter[0], &names,
                                 &job->n_names, job->err));
    job->names = names;
    if (job->known) {
        job->names = job->known->names;
        job->n_names = job->known->n;
    }
    if (opts->nulls) {
        const char **texts = NULL;
        MLOPS_TRY(mlops__list_parse(&job->arena, opts->nulls, opts->delimiter[0], "nulls", &texts,
                                    &n_nulls, job->err));
        nulls = texts;
    }
    mlops__csv_nulls_init(&job->nulls, nulls, n_nulls);
    return MLOPS_OK;
}

static mlops_status take_header_name(csv_job *job, int64_t index) {
    const mlops__csv_field *field = &job->reader.fields[index];
    int64_t line = job->reader.mark.line;
    if (!field->n)
        return mlops__fail_at(
            job->err, MLOPS_E_PARSE, line, index + 1, -1,
            "column %lld has no name in the header, line %lld; write one, or give "
            "names for all",
            (long long)index + 1, (long long)line);
    job->scratch.size = 0;
    char *name = (char *)mlops__buf_extend(&job->scratch, field->n);
    if (!name) return MLOPS_E_NOMEM;
    size_t n = mlops__csv_unquote(field, name);
    mlops_status status = mlops__table_add_name(job->table, name, n, MLOPS_E_PARSE, job->err);
    if (status == MLOPS_E_PARSE && job->err) job->err->line = (int32_t)line;
    return status;
}

/* Finds out how many columns there are and how they are called. Names without a header tell it
 * ahead of any row: there need be none, and an empty line is one if there is one column. */
static mlops_status read_header(csv_job *job) {
    mlops__csv_reader *reader = &job->reader;
    int has_header = !(job->opts.flags & MLOPS_CSV_NO_HEADER), is_known = job->names && !has_header;
    const mlops__csv_mark first = {reader->base + (int64_t)reader->pos, reader->line};
    mlops_status status = mlops__csv_next(reader);
    if (status == MLOPS_END && !is_known)
        return mlops__fail_at(job->err, MLOPS_E_PARSE, reader->line, 0, -1, "%s",
                              job->opts.skip_lines ? "nothing follows the lines to skip"
                                                   : "the text is empty");
    MLOPS_TRY(status);
    int64_t n = reader->n_columns = status == MLOPS_END ? job->n_names : reader->n_fields;
    if (job->names && job->n_names != n)
        return mlops__fail_at(job->err, MLOPS_E_PARSE, reader->mark.line, 0, -1,
                              "names are given for %lld column%s, but line %lld has %lld field%s",
                              (long long)job->n_names, mlops__plural(job->n_names),
                              (long long)reader->mark.line, (long long)n, mlops__plural(n));
    if (job->names || !has_header)
        MLOPS_TRY(mlops__table_add_names(job->table, job->names, n, job->err));
    for (int64_t i = 0; i < n && !job->names && has_header; i++)
        MLOPS_TRY(take_header_name(job, i));
    job->rows.offset = reader->base + (int64_t)reader->pos;
    job->rows.line = reader->line;
    if (has_header) return MLOPS_OK;
    job->rows = is_known && (n == 1 || status == MLOPS_END) ? first : reader->mark;
    mlops__csv_rewind(reader, job->rows);
    return MLOPS_OK;
}

static mlops_status make_columns(csv_job *job) {
    mlops_table *table = job->table;
    MLOPS_TRY(mlops__table_make_stores(table, job->err));
    job->columns = mlops__arena_array(&job->arena, (size_t)table->n_columns, sizeof *job->columns);
    if (!job->columns) return MLOPS_E_NOMEM;
    for (int64_t i = 0; i < table->n_columns; i++) {
        job->columns[i].store = &table->stores[i];
        job->columns[i].scratch = &job->scratch;
        job->columns[i].nulls = &job->nulls;
        if (job->known && job->known->types[i] != MLOPS_TYPE_NULL)
            MLOPS_TRY(mlops__column_store_begin(job->columns[i].store, job->known->types[i]));
    }
    return MLOPS_OK;
}

/* Of columns that are known it only says how times are spelled. */
static mlops_status take_type(csv_job *job, const mlops__csv_type *given) {
    int64_t i = mlops__dictionary_find(&job->table->names, given->name, strlen(given->name));
    if (i < 0 && job->known) return MLOPS_OK;
    if (i < 0)
        return mlops__fail(job->err, MLOPS_E_SCHEMA,
                           "there is no column '%s', which a type is given for", given->name);
    job->columns[i].given = 1;
    job->columns[i].time = given->time;
    return mlops__column_store_begin(job->columns[i].store, given->type);
}

static mlops_status take_types(csv_job *job) {
    mlops__csv_type *types;
    int64_t n;
    MLOPS_TRY(mlops__csv_types_parse(&job->arena, job->opts.types, &types, &n, job->err));
    for (int64_t i = 0; i < n; i++) MLOPS_TRY(take_type(job, &types[i]));
    return MLOPS_OK;
}

/* Columns that nobody asks for take nothing. */
static mlops_status leave_others(csv_job *job) {
    const mlops__dictionary *names = &job->table->names;
    for (int64_t i = 0; job->part && i < job->table->n_columns; i++)
        job->columns[i].state = MLOPS__CSV_DONE;
    for (int64_t i = 0; job->part && i < job->part->n; i++) {
        const char *name = job->part->names[i];
        int64_t at = mlops__dictionary_find(names, name, strlen(name));
        if (at < 0)
            return mlops__fail(job->err, MLOPS_E_IO,
                               "there is no column '%s', which there was when it was first read",
                               name);
        job->columns[at].state = MLOPS__CSV_READING;
        if (job->part->sinks) job->columns[at].store->sink = job->part->sinks[i];
    }
    return MLOPS_OK;
}

/* Rows to make room for when n have come: as many as the source will have if it goes on like this,
 * but never more than it can have. */
static int64_t rows_expected(const csv_job *job, int64_t n) {
    const mlops__csv_reader *reader = &job->reader;
    int64_t at = reader->base + (int64_t)reader->pos, left = reader->total - at;
    double density = (double)n / (double)(at - job->rows.offset);
    double expected = (double)n * 1.02 + (double)left * density;
    int64_t times = n < ROWS_SURE ? 16 : 64; /* rows may get longer yet */
    int64_t rows = expected > (double)n * (double)times ? n * times : (int64_t)expected;
    if (rows < n + n / 4 + ROWS_FIRST) rows = n + n / 4 + ROWS_FIRST;
    int64_t most = n + left / reader->n_columns; /* a field takes a byte with its delimiter */
    if (most > job->opts.rows_max) most = job->opts.rows_max;
    return rows < most ? rows : most;
}

static mlops_status make_room(csv_job *job, int64_t cap) {
    for (int64_t i = 0; i < job->table->n_columns; i++)
        if (job->columns[i].state == MLOPS__CSV_READING)
            MLOPS_TRY(mlops__column_store_reserve(job->columns[i].store, cap));
    return MLOPS_OK;
}

static mlops_status refuse_record(const csv_job *job) {
    const mlops__csv_reader *reader = &job->reader;
    int64_t line = reader->mark.line, found = reader->n_fields, due = reader->n_columns;
    const char *model = job->opts.flags & MLOPS_CSV_NO_HEADER ? "first line" : "header";
    if (found > due)
        return mlops__fail_at(job->err, MLOPS_E_PARSE, line, due + 1, reader->mark.offset,
                              "line %lld has %lld field%s, the %s %lld; quote a field that holds "
                              "the delimiter",
                              (long long)line, (long long)found, mlops__plural(found), model,
                              (long long)due);
    mlops_status status = mlops__dictionary_finish(&job->table->names);
    if (status < 0) return status;
    return mlops__fail_at(job->err, MLOPS_E_PARSE, line, found + 1, reader->mark.offset,
                          "line %lld has %lld field%s, the %s %lld: '%s' is missing",
                          (long long)line, (long long)found, mlops__plural(found), model,
                          (long long)due, job->table->names.texts[found]);
}

static mlops_status refuse_value(const csv_job *job, int64_t record, int64_t column) {
    const mlops__csv_reader *reader = &job->reader;
    mlops__csv_field field = mlops__csv_field_at(reader, record, column);
    int64_t line = mlops__csv_batch_line(reader, record);
    const mlops__csv_column *taking = &job->columns[column];
    const char *type = taking->time ? "time" : mlops__type_name(taking->store->type);
    int64_t value;
    int beyond = taking->time && mlops__csv_time(taking->time, field.text, field.n, &value) < 0;
    return mlops__fail_at(job->err, MLOPS_E_PARSE, line, column + 1, -1,
                          "line %lld, field %lld: '%.*s'%s is %s%s%s", (long long)line,
                          (long long)column + 1, (int)(field.n < 60 ? field.n : 60), field.text,
                          field.quoted ? " in quotes" : "", beyond ? "beyond " : "no ",
                          beyond ? MLOPS__TIME_RANGE : type,
                          beyond ? ", which times are within" : ", which is the type given");
}

static mlops_status take_batch(csv_job *job) {
    const mlops__csv_reader *reader = &job->reader;
    if (reader->n_fields != reader->n_columns) return refuse_record(job);
    for (int64_t i = 0; i < reader->n_columns; i++) {
        int64_t taken = 0;
        mlops_status status = mlops__csv_take(&job->columns[i], reader, i, &taken);
        if (status == MLOPS_E_PARSE) return refuse_value(job, taken, i);
        if (status == MLOPS_E_LIMIT)
            return mlops__fail_at(job->err, status, mlops__csv_batch_line(reader, taken), i + 1, -1,
                                  "column %lld has more than 2147483647 distinct texts",
                                  (long long)i + 1);
        MLOPS_TRY(status);
    }
    return MLOPS_OK;
}

/* One pass: columns that are READING are DONE after it, or stale. */
static mlops_status read_rows(csv_job *job, int64_t *n_rows) {
    int64_t n = 0, cap = *n_rows;
    MLOPS_TRY(make_room(job, cap));
    while (n < job->opts.rows_max) {
        mlops_status status = mlops__csv_next_batch(&job->reader, job->opts.rows_max - n);
        if (status == MLOPS_END) break;
        MLOPS_TRY(status);
        n += job->reader.n_batch;
        if (n > cap) {
            cap = rows_expected(job, n);
            MLOPS_TRY(make_room(job, cap));
        }
        MLOPS_TRY(take_batch(job));
    }
    *n_rows = n;
    return mlops__csv_poll(&job->reader);
}

/* Columns that are stale will be read in the next pass; returns how many there are. */
static int64_t end_pass(csv_job *job) {
    int64_t n = 0;
    for (int64_t i = 0; i < job->table->n_columns; i++) {
        mlops__csv_state *state = &job->columns[i].state;
        n += *state == MLOPS__CSV_STALE;
        *state = *state == MLOPS__CSV_STALE ? MLOPS__CSV_READING : MLOPS__CSV_DONE;
    }
    return n;
}

static mlops_status read_passes(csv_job *job) {
    int64_t n_rows = job->part && job->part->n_rows > 0 ? job->part->n_rows : 0;
    MLOPS_TRY(read_rows(job, &n_rows));
    if (job->part && job->part->n_rows >= 0 && job->part->n_rows != n_rows)
        return mlops__fail(job->err, MLOPS_E_IO, "this changed since it was first read");
    job->n_rows = n_rows;
    while (end_pass(job)) {
        job->reader.done += job->reader.total;
        mlops__csv_rewind(&job->reader, job->rows);
        MLOPS_TRY(read_rows(job, &n_rows));
        if (n_rows != job->n_rows)
            return mlops__fail(job->err, MLOPS_E_IO, "this changed while it was read");
    }
    return MLOPS_OK;
}

/* Files of ours are told from text by their first bytes. */
static mlops_status refuse_container(const csv_job *job) {
    char name[MLOPS__CONTAINER_NAME];
    const mlops__csv_reader *reader = &job->reader;
    if (!mlops__container_is(reader->text, reader->raw)) return MLOPS_OK;
    return mlops__fail_at(job->err, MLOPS_E_PARSE, 1, 0, 0, "this is %s, not CSV",
                          mlops__container_name(reader->text, reader->raw, name));
}

static mlops_status read_all(csv_job *job) {
    MLOPS_TRY(read_lists(job));
    MLOPS_TRY(mlops__csv_begin(&job->reader));
    MLOPS_TRY(refuse_container(job));
    MLOPS_TRY(mlops__csv_skip_lines(&job->reader, job->opts.skip_lines));
    MLOPS_TRY(read_header(job));
    MLOPS_TRY(make_columns(job));
    MLOPS_TRY(take_types(job));
    MLOPS_TRY(leave_others(job));
    if (!job->part || job->part->names) MLOPS_TRY(read_passes(job));
    if (job->reader.line - job->rows.line == job->n_rows)
        job->table->lines_ahead = job->rows.line - 1;
    return mlops__table_finish(job->table, job->n_rows, job->err);
}

/* Sets up what the reader needs beside its source, and reads. */
static mlops_status run(csv_job *job) {
    const mlops_allocator *allocator = &job->table->meter.table;
    mlops__csv_reader *reader = &job->reader;
    reader->allocator = allocator;
    reader->host = &job->table->host;
    reader->call = &job->call;
    reader->delimiter = job->opts.delimiter[0];
    reader->line_max = job->opts.line_max;
    reader->err = job->err;
    mlops__arena_init(&job->arena, allocator, SIZE_MAX);
    mlops__buf_init(&job->scratch, allocator);
    mlops_status status = read_all(job);
    mlops__csv_end(reader);
    mlops__buf_free(&job->scratch);
    mlops__arena_free(&job->arena);
    return mlops__meter_judge(&job->table->meter, status, job->err);
}

static mlops_status run_file(csv_job *job, const char *path) {
    const mlops_io *io = &job->table->host.io;
    int64_t file, size;
    do file = io->open(io->ctx, path, MLOPS_IO_READ);
    while (file < 0 && mlops__os_kind_of(file) == MLOPS__OS_INTERRUPTED);
    if (file < 0) return mlops__fail_os(job->err, file, "cannot open", path);
    do size = io->size(io->ctx, file);
    while (size < 0 && mlops__os_kind_of(size) == MLOPS__OS_INTERRUPTED);
    job->reader.path = path;
    job->reader.file = file;
    job->reader.total = size;
    mlops_status status = size < 0 ? mlops__fail_os(job->err, size, "cannot read", path) : run(job);
    io->close(io->ctx, file);
    return mlops__fail_path(job->err, status, path);
}

static mlops_status end(csv_job *job, mlops_status status, mlops_table **out) {
    if (status < 0) mlops_table_unref(job->table);
    else *out = job->table;
    return status;
}

static mlops_status load(mlops_table **out, const char *path, const mlops__part *part,
                         const mlops_csv_opts *opts, mlops_error *err) {
    *out = NULL;
    csv_job job = {0};
    job.err = err;
    job.part = part;
    if (!path) return mlops__fail(err, MLOPS_E_INVALID, "path is NULL");
    MLOPS_TRY(read_opts(&job, opts));
    MLOPS_TRY(mlops__table_new(&job.table, job.opts.host, job.opts.memory_max, err));
    return end(&job, run_file(&job, path), out);
}

mlops_status mlops_table_load(mlops_table **out, const char *path, const mlops_csv_opts *opts,
                              mlops_error *err) {
    return load(out, path, NULL, opts, err);
}

mlops_status mlops__part_load(mlops_table **out, const char *path, mlops__part *part,
                              const mlops_csv_opts *opts, mlops_error *err) {
    MLOPS_TRY(load(out, path, part, opts, err));
    if (part->names) part->n_rows = mlops_table_n_rows(*out);
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; part->sinks && i < part->n && status == MLOPS_OK; i++)
        if (part->sinks[i]) status = mlops__text_sink_end(part->sinks[i], part->n_rows, err);
    if (status == MLOPS_OK) return MLOPS_OK;
    mlops_table_unref(*out);
    *out = NULL;
    return status;
}

static mlops_status parse(mlops_table **out, const char *text, size_t n, const mlops_csv_opts *opts,
                          const mlops__csv_known *known, mlops_error *err) {
    *out = NULL;
    csv_job job = {0};
    job.err = err;
    job.known = known;
    if ((!text && n) || (uint64_t)n > INT64_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "text of %zu bytes at NULL, or too long", n);
    MLOPS_TRY(read_opts(&job, opts));
    MLOPS_TRY(mlops__table_new(&job.table, job.opts.host, job.opts.memory_max, err));
    job.reader.memory = text ? text : "";
    job.reader.total = (int64_t)n;
    return end(&job, run(&job), out);
}

mlops_status mlops_table_parse(mlops_table **out, const char *text, size_t n,
                               const mlops_csv_opts *opts, mlops_error *err) {
    return parse(out, text, n, opts, NULL, err);
}

mlops_status mlops__table_parse_known(mlops_table **out, const char *text, size_t n,
                                      const mlops_csv_opts *opts, const mlops__csv_known *known,
                                      mlops_error *err) {
    MLOPS_TRY(parse(out, text, n, opts, known, err));
    for (int64_t i = 0; i < known->n; i++) {
        if (mlops_table_type(*out, i) == known->types[i]) continue;
        mlops_table_unref(*out);
        *out = NULL;
        return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' has a value that is no %s", known->names[i],
                           mlops__type_name(known->types[i]));
    }
    return MLOPS_OK;
}
