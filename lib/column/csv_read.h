/* Splits CSV (RFC 4180) into records and fields, through a window that moves over the source. */
#ifndef MLOPS_COLUMN_CSV_READ_H
#define MLOPS_COLUMN_CSV_READ_H

#include "base/buf.h"
#include "kern/kern.h"
#include "sys/host.h"

#include <mlops/call.h>

/* A field of the newest records; borrowed until the next ones are read. UTF-8 without NUL. */
typedef mlops__text_field mlops__csv_field;

static inline mlops__csv_field mlops__csv_plain(const char *text, size_t n) {
    return (mlops__csv_field){text, n & INT64_MAX >> 1, 0, 0};
}

/* A place to come back to. */
typedef struct mlops__csv_mark {
    int64_t offset;
    int64_t line;
} mlops__csv_mark;

typedef struct mlops__csv_reader {
    /* What is read: set by the caller. */
    const mlops_allocator *allocator;
    const mlops__host *host;
    const mlops_call *call; /* complete, not NULL */
    const char *path;       /* of the file; NULL: memory */
    int64_t file;           /* open for reading */
    const char *memory;
    int64_t total; /* bytes of the source */
    char delimiter;
    int64_t line_max;
    size_t step; /* bytes to take at once; 0: default */
    mlops_error *err;

    /* The window. text[0] is byte base of the source. */
    char *buffer; /* of a file */
    size_t cap;
    const char *text;
    size_t size; /* bytes that may be looked at: valid UTF-8, no NUL */
    size_t raw;  /* bytes there: the rest is the beginning of a character, or spoiled */
    int spoiled; /* text[size] is no UTF-8, or NUL */
    int64_t base;
    size_t pos;   /* where the next record begins */
    int64_t line; /* its line */
    int64_t done; /* bytes taken in earlier passes */

    /* Delimiters and line ends of a stretch of the window: csv_batch.c. */
    const mlops__kern *kern;
    uint32_t *ends;  /* behind origin; ahead of the first stands where one would be */
    size_t ends_cap; /* bytes of text that there is room for */
    mlops__marks_found found;
    size_t next_end; /* of the record at ends_pos */
    size_t origin;
    size_t ends_pos;  /* what pos is while ends hold; SIZE_MAX: they do not */
    size_t by_letter; /* up to here records are read one by one */
    size_t letters;   /* that was so far; 0 where the stretch was worth it */
    int plain;        /* the ends say all */
    int doubled;      /* there were quotes that are doubled, or stand where they may not */
    uint32_t *cells;  /* borders of each field of a stretch whose ends do not say them */
    int64_t cells_cap;

    /* The newest records, n_columns fields each: their borders, or NULL if it is fields. */
    const uint32_t *batch;
    int64_t batch_step; /* from field to field */
    int64_t n_batch;

    /* The newest record that was read on its own. */
    mlops__csv_field *fields;
    int64_t n_fields; /* may exceed fields_cap once n_columns is known: the record is too long */
    int64_t fields_cap;
    int64_t n_columns; /* set by the caller after the first record; 0: unknown */
    int64_t inner_lines;
    mlops__csv_mark mark; /* where it began, or the first of the batch */
} mlops__csv_reader;

/* Takes the first bytes and passes over a byte order mark. */
mlops_status mlops__csv_begin(mlops__csv_reader *self);
void mlops__csv_end(mlops__csv_reader *self);

/* Passes over so many lines, whatever is in them. */
mlops_status mlops__csv_skip_lines(mlops__csv_reader *self, int64_t n);

/* Reads a record into fields. MLOPS_END if there is none; an empty line is none, unless there is
 * one column. MLOPS_E_PARSE, MLOPS_E_LIMIT, MLOPS_E_IO, MLOPS_E_NOMEM, MLOPS_E_CANCELLED,
 * MLOPS_E_DEADLINE. */
mlops_status mlops__csv_next(mlops__csv_reader *self);

/* Reads records into batch, at the most so many; n_columns must be known. Either more than none, or
 * a status of mlops__csv_next(). A record with another number of fields comes alone: n_fields. */
mlops_status mlops__csv_next_batch(mlops__csv_reader *self, int64_t most);

/* A column of the batch from a record on; batch must not be NULL. */
static inline mlops__text_fields mlops__csv_run(const mlops__csv_reader *self, int64_t column,
                                                int64_t record) {
    int64_t stride = self->n_columns * self->batch_step;
    return (mlops__text_fields){self->batch + record * stride + column * self->batch_step,
                                stride,
                                self->n_batch - record,
                                self->text + self->origin,
                                self->text,
                                self->text + self->size,
                                self->doubled};
}

static inline mlops__csv_field mlops__csv_field_at(const mlops__csv_reader *self, int64_t record,
                                                   int64_t column) {
    if (!self->batch) return self->fields[column];
    mlops__text_fields run = mlops__csv_run(self, column, record);
    return mlops__text_field_at(&run, 0);
}

/* The line of a record of the batch. */
int64_t mlops__csv_batch_line(const mlops__csv_reader *self, int64_t record);

/* Goes back to a record. */
void mlops__csv_rewind(mlops__csv_reader *self, mlops__csv_mark mark);

/* For the files of the reader: takes more of the source into the window, so that the record at pos
 * can be read whole. There must be more. */
mlops_status mlops__csv_fill(mlops__csv_reader *self);

/* Reports progress. MLOPS_E_CANCELLED, MLOPS_E_DEADLINE. */
mlops_status mlops__csv_poll(const mlops__csv_reader *self);

static inline int mlops__csv_ended(const mlops__csv_reader *self) {
    return self->base + (int64_t)self->size == self->total;
}

void mlops__csv_batch_free(mlops__csv_reader *self);

/* Line ends in the window from byte begin up to byte end: LF, CRLF and CR are one each. */
int64_t mlops__csv_count_lines(const mlops__csv_reader *self, size_t begin, size_t end);

/* Copies a field with its doubled quotes halved; returns its length. out has field->n bytes. */
size_t mlops__csv_unquote(const mlops__csv_field *field, char *out);

#endif
