/* A CSV file as lines of fields, to cut it, change it and write it down again. The library reads
 * CSV whatever it looks like; this is for files without line ends in fields, as the example's are.
 */
#include "lifecycle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines_output {
    FILE *file;
    const lines *like;
};

static char *read_whole(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) fail("cannot open '%s'", path);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    char *text = must_alloc((size_t)size + 2, 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) fail("cannot read '%s'", path);
    fclose(file);
    return text;
}

/* Takes a line apart at its commas, in place; returns how many fields there are. */
static int64_t split(char *line, char **fields, int64_t max) {
    int64_t n = 0;
    for (char *p = line; p; n++) {
        int quoted = *p == '"';
        char *end = quoted ? p + 1 : p;
        while (quoted && *end && (*end != '"' || end[1] == '"')) end += *end == '"' ? 2 : 1;
        end = strchr(end, ',');
        if (end) *end++ = 0;
        if (n < max) fields[n] = p;
        p = end;
    }
    return n;
}

/* The next line without its end; *rest is moved behind it. NULL if there is none. */
static char *next_line(char **rest) {
    char *line = *rest;
    if (!*line) return NULL;
    size_t n = strcspn(line, "\n");
    *rest = line + n + (line[n] == '\n');
    line[n] = 0;
    if (n && line[n - 1] == '\r') line[n - 1] = 0;
    return line;
}

static void name_columns(lines *self, char *header) {
    self->n_columns = 1;
    for (const char *p = header; *p; p++) self->n_columns += *p == ',';
    self->names = must_alloc((size_t)self->n_columns, sizeof *self->names);
    self->n_columns = split(header, self->names, self->n_columns);
}

void lines_load(lines *self, const char *path, const settings *s) {
    *self = (lines){0};
    self->text = read_whole(path);
    char *rest = self->text, *line;
    for (int i = 0; s && i < s->skip_lines; i++) next_line(&rest);
    char *header = s && s->column_names ? text_of("%s", s->column_names) : next_line(&rest);
    if (!header || !*header) fail("'%s' is empty", path);
    name_columns(self, header);
    int64_t room = 1, d = self->n_columns;
    for (const char *p = rest; *p; p++) room += *p == '\n';
    self->fields = must_alloc((size_t)(room * d), sizeof *self->fields);
    while ((line = next_line(&rest))) {
        if (!*line) continue;
        int64_t n = split(line, self->fields + self->n_rows * d, d);
        if (n != d)
            fail("'%s': row %lld has %lld fields, the header %lld", path,
                 (long long)self->n_rows + 1, (long long)n, (long long)d);
        self->n_rows++;
    }
}

void lines_free(lines *self) {
    free(self->fields);
    free(self->names);
    free(self->text);
}

int64_t lines_find(const lines *self, const char *name) {
    for (int64_t i = 0; i < self->n_columns; i++)
        if (!strcmp(self->names[i], name)) return i;
    return -1;
}

lines_output *lines_begin(const char *path, const lines *like) {
    lines_output *self = must_alloc(1, sizeof *self);
    self->file = fopen(path, "wb");
    self->like = like;
    if (!self->file) fail("cannot write '%s'", path);
    for (int64_t j = 0; j < like->n_columns; j++)
        fprintf(self->file, "%s%s", j ? "," : "", like->names[j]);
    fputc('\n', self->file);
    return self;
}

/* What a column holds for the row with this id in another file; "" if it has none. */
static const char *look_up(const lines *in, const char *id_column, const char *id,
                           const char *column) {
    int64_t key = in ? lines_find(in, id_column) : -1, value = in ? lines_find(in, column) : -1;
    for (int64_t i = 0; key >= 0 && value >= 0 && i < in->n_rows; i++)
        if (!strcmp(in->fields[i * in->n_columns + key], id))
            return in->fields[i * in->n_columns + value];
    return "";
}

void lines_write(lines_output *out, const lines *self, int64_t row, const lines *labels,
                 const char *id, lines_change *change, void *user) {
    char *const *fields = self->fields + row * self->n_columns;
    for (int64_t j = 0; j < out->like->n_columns; j++) {
        int64_t from = lines_find(self, out->like->names[j]);
        int64_t key = id ? lines_find(self, id) : -1;
        const char *field = from >= 0 ? fields[from] : "";
        if (from < 0 && key >= 0) field = look_up(labels, id, fields[key], out->like->names[j]);
        if (change) field = change(user, row, j, field);
        fprintf(out->file, "%s%s", j ? "," : "", field);
    }
    fputc('\n', out->file);
}

void lines_end(lines_output *out) {
    if (fclose(out->file)) fail("cannot write a file%s", "");
    free(out);
}
