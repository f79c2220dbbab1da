/* Differences of two versions of a table, told by the rows that changes touch: held, in all that
 * can be asked of them, against those of both tables read whole, for edits by chance. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "diff/diff_inside.h"
#include "unit/draw.h"

enum { ROWS_MAX = 24000, CELL = 20, COLUMNS = 7, VERSIONS = 12 };

/* What keys are. */
typedef enum id_kind { ASCENDING, SHUFFLED, DOUBLED, FEW } id_kind;

typedef struct sheet {
    char (*cells)[COLUMNS][CELL];
    int n;
    id_kind ids;
    int next_id;
} sheet;

static const char *const names = "id,word,amount,count,flag,note,day";

static int pick(int n) { return (int)(draw() % (uint64_t)n); }

static void set_cell(sheet *s, int row, int column) {
    char *out = s->cells[row][column];
    switch (column) {
    case 1: snprintf(out, CELL, "w%d", pick(30)); break;
    case 2: snprintf(out, CELL, "%d.%02d", pick(500), pick(100)); break;
    case 3: snprintf(out, CELL, "%d", pick(s->ids == FEW ? 3 : 100000)); break;
    case 4: snprintf(out, CELL, "%d", pick(2)); break;
    case 5: snprintf(out, CELL, "%s", pick(4) ? "plain" : pick(2) ? "NA" : "\"a,b\""); break;
    case 6:
        snprintf(out, CELL, pick(9) ? "%02d.%02d.2024" : "%d.%d.2024", 1 + pick(28), 1 + pick(12));
        break;
    default: break;
    }
}

static void set_row(sheet *s, int row, int id) {
    if (s->ids == FEW) snprintf(s->cells[row][0], CELL, "%d", pick(4));
    else snprintf(s->cells[row][0], CELL, "%d", s->ids == DOUBLED && !pick(2000) ? id - 3 : id);
    for (int column = 1; column < COLUMNS; column++) set_cell(s, row, column);
    if (s->ids == FEW) snprintf(s->cells[row][2], CELL, "%d.5", pick(3));
}

static void swap_rows(sheet *s, int a, int b) {
    char room[COLUMNS][CELL];
    memcpy(room, s->cells[a], sizeof room);
    memcpy(s->cells[a], s->cells[b], sizeof room);
    memcpy(s->cells[b], room, sizeof room);
}

static sheet new_sheet(id_kind ids) {
    sheet s = {calloc(ROWS_MAX, sizeof *s.cells), 4000 + pick(14000), ids, 0};
    assert_non_null(s.cells);
    for (int row = 0; row < s.n; row++) set_row(&s, row, s.next_id += 3);
    for (int row = 1; row < s.n && ids == SHUFFLED; row++) swap_rows(&s, row, pick(row + 1));
    for (int row = 700 + pick(500), i = 0; ids == DOUBLED && i < 2500; i++) /* other columns tell */
        snprintf(s.cells[row + i][0], CELL, "%d", 3 * row);
    return s;
}

/* ---- edits ---- */

static void insert(sheet *s, int at, int n) {
    if (s->n + n > ROWS_MAX) return;
    memmove(s->cells[at + n], s->cells[at], (size_t)(s->n - at) * sizeof *s->cells);
    s->n += n;
    int before = at ? atoi(s->cells[at - 1][0]) : 0;
    for (int i = 0; i < n; i++)
        set_row(s, at + i, at + n == s->n ? (s->next_id += 3) : before + 1 + i % 2);
}

static void cut(sheet *s, int at, int n) {
    if (s->n - n < 3000) return;
    if (at + n > s->n) n = s->n - at;
    memmove(s->cells[at], s->cells[at + n], (size_t)(s->n - at - n) * sizeof *s->cells);
    s->n -= n;
}

static void edit_cells(sheet *s) {
    int n = 1 + pick(pick(3) ? 200 : 5), column = 1 + pick(COLUMNS - 1);
    for (int i = 0; i < n; i++) set_cell(s, pick(s->n), pick(8) ? column : 1 + pick(COLUMNS - 1));
}

/* Values of other widths, with other places behind the point, more than all before. */
static void edit_widths(sheet *s) {
    for (int i = 0; i < 1 + pick(60); i++) {
        int row = pick(s->n);
        snprintf(s->cells[row][2], CELL, "%.*f", 1 + pick(8), pick(1 + pick(1 << pick(28))) / 64.0);
        if (pick(3)) snprintf(s->cells[row][3], CELL, "%d", pick(1 << (1 + pick(29))));
    }
}

/* Neighbours, one after another. */
static void edit_run(sheet *s) {
    int at = pick(s->n), n = 1 + pick(pick(4) ? 4 : 90), column = 1 + pick(COLUMNS - 1);
    for (int row = at; row < s->n && row < at + n; row++) set_cell(s, row, column);
}

/* More than half of the cells, or the key. */
static void edit_most(sheet *s) {
    int row = pick(s->n);
    if (pick(2)) snprintf(s->cells[row][0], CELL, "%d", pick(2) ? pick(60000) : 7000000 + pick(9));
    for (int column = 1; column < COLUMNS && pick(6); column++) set_cell(s, row, column);
}

/* The same value, spelled in another way; a null; or what makes a column another type. */
static void edit_spelling(sheet *s) {
    static const char *const texts[] = {"0.50", "0.5", "NA", "", "1e3", "-0.0", "x", "1.5", "007"};
    int row = pick(s->n), column = pick(6) ? 2 : 3 + pick(2);
    for (int i = 0; i < 1 + pick(3); i++, row = pick(s->n))
        snprintf(s->cells[row][column], CELL, "%s", texts[pick(pick(12) ? 4 : 9)]);
    if (pick(2)) strcat(s->cells[pick(s->n)][2], "0"); /* 1.50 is 1.500 */
}

static void edit(sheet *s, int wild) {
    for (int i = 0; i < 1 + pick(3); i++) {
        int how = pick(wild ? 11 : 6) - 1;
        if (how < 0) edit_widths(s);
        else if (how < 3) edit_cells(s);
        else if (how == 3) edit_run(s);
        else if (how == 4) edit_spelling(s);
        else if (how == 5) edit_most(s);
        else if (how == 6) insert(s, pick(s->n), 1 + pick(40));
        else if (how == 7) insert(s, s->n, 1 + pick(2000));
        else if (how == 8) cut(s, pick(s->n), 1 + pick(60));
        else cut(s, s->n - 1 - pick(300), 400);
    }
}

/* ---- versions ---- */

typedef struct fixture {
    place p;
    mlops_store *s;
    char path[300];
    char commits[VERSIONS][65];
    int n;
    const char *line_end;
} fixture;

static void begin(fixture *f) {
    make_place(&f->p);
    f->s = open_with(f->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
    snprintf(f->path, sizeof f->path, "%s.csv", f->p.path);
    f->n = 0;
    f->line_end = "\n";
}

static void end(fixture *f) {
    mlops_store_close(f->s);
    remove(f->path);
    remove_place(&f->p);
}

static void commit_sheet(fixture *f, const sheet *s, const char *row_id) {
    mlops_draft_table_opts how = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_error e;
    FILE *out = fopen(f->path, "w");
    assert_non_null(out);
    fprintf(out, "%s%s", names, f->line_end);
    for (int row = 0; row < s->n; row++)
        for (int i = 0; i < COLUMNS; i++)
            fprintf(out, "%s%s", s->cells[row][i], i + 1 < COLUMNS ? "," : f->line_end);
    fclose(out);
    how.row_id = row_id;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    csv.types = "day=time(%d.%m.%Y)";
    how.csv = &csv;
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    works(mlops_draft_add_csv(d, "t.csv", f->path, &how, &e), &e);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    snprintf(f->commits[f->n++], 65, "%s", hex_of(&id).text);
}

/* ---- comparing ---- */

static void same_tables(mlops_table *a, mlops_table *b) {
    assert_int_equal(mlops_table_n_rows(a), mlops_table_n_rows(b));
    assert_int_equal(mlops_table_n_columns(a), mlops_table_n_columns(b));
    for (int64_t i = 0; i < mlops_table_n_columns(a); i++) {
        const mlops__column *x = mlops__table_column(a, i), *y = mlops__table_column(b, i);
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->type, y->type);
        for (int64_t row = 0; row < x->n_rows; row++) {
            char rooms[2][100];
            assert_int_equal(mlops__column_valid(x, row), mlops__column_valid(y, row));
            mlops_table_text(a, i, row, rooms[0], sizeof rooms[0], NULL);
            mlops_table_text(b, i, row, rooms[1], sizeof rooms[1], NULL);
            if (strcmp(rooms[0], rooms[1]) != 0) assert_string_equal(rooms[0], rooms[1]);
        }
    }
    mlops_table_unref(a);
    mlops_table_unref(b);
}

typedef mlops_status lister(mlops_table **out, const mlops_diff *self, mlops_error *err);

static void same_diffs(const mlops_diff *a, const mlops_diff *b, int columns) {
    static lister *const lists[] = {mlops_diff_cells,   mlops_diff_rows,   mlops_diff_added,
                                    mlops_diff_removed, mlops_diff_schema, mlops_diff_columns};
    mlops_error e;
    assert_int_equal(mlops_diff_n_cells(a), mlops_diff_n_cells(b));
    assert_int_equal(mlops_diff_n_changed(a), mlops_diff_n_changed(b));
    assert_int_equal(mlops_diff_n_added(a), mlops_diff_n_added(b));
    assert_int_equal(mlops_diff_n_removed(a), mlops_diff_n_removed(b));
    assert_int_equal(mlops_diff_n_schema(a), mlops_diff_n_schema(b));
    for (size_t i = 0; i < sizeof lists / sizeof *lists - !columns; i++) {
        mlops_table *x, *y;
        works(lists[i](&x, a, &e), &e);
        works(lists[i](&y, b, &e), &e);
        same_tables(x, y);
    }
}

/* Compares two versions in one way; returns whether rows that are touched told it. */
static int compare(fixture *f, int from, int to, const char *key, const char *ignore,
                   int64_t n_max) {
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    mlops_table *tables[2];
    mlops_diff *fast, *slow;
    mlops_error e[2];
    const int sides[2] = {from, to};
    opts.key = key;
    opts.ignore = ignore;
    opts.n_max = n_max;
    for (int i = 0; i < 2; i++)
        works(mlops_dataset_table(&tables[i], f->s, "d", f->commits[sides[i]], "t.csv",
                                  MLOPS_PART_ALL, e),
              e);
    mlops_status status = mlops_dataset_diff_rows(&fast, f->s, "d", f->commits[from],
                                                  f->commits[to], "t.csv", &opts, &e[0]);
    if (!*key) opts.key = NULL;
    assert_int_equal(status, mlops_diff_compare(&slow, tables[0], tables[1], &opts, &e[1]));
    int was_fast = !status && fast->part;
    if (status) assert_string_equal(e[0].message, e[1].message);
    else same_diffs(fast, slow, pick(8) == 0);
    mlops_diff_unref(fast);
    mlops_diff_unref(slow);
    mlops_table_unref(tables[0]);
    mlops_table_unref(tables[1]);
    return was_fast;
}

/* ---- tests ---- */

static void parts_tell_what_tables_do(void **state) {
    (void)state;
    int rounds = getenv("MLOPS_DEEP") ? 200 : 8, n_fast = 0;
    for (int round = 0; round < rounds; round++) {
        fixture f;
        seed = (uint64_t)round + 1;
        begin(&f);
        if (round % 5 == 4) f.line_end = "\r\n";
        id_kind ids = (id_kind)(round % 4);
        sheet s = new_sheet(ids);
        int wild = round / 4 % 2, n = 4 + 6 * (round % 3 == 0);
        for (int i = 0; i < n; i++) {
            if (i) edit(&s, wild);
            commit_sheet(&f, &s, NULL);
        }
        for (int i = 0; i < 6; i++) {
            int to = i < 3 ? 1 + pick(n - 1) : pick(n), from = i < 3 ? to - 1 : pick(n);
            const char *key = pick(2) ? "" : pick(5) ? "id" : "id,word";
            const char *ignore = pick(4) ? NULL : pick(2) ? "note" : "amount,flag";
            n_fast += compare(&f, from, to, key, ignore, pick(4) ? 0 : 1 + pick(20));
        }
        free(s.cells);
        end(&f);
    }
    assert_true(n_fast > rounds);
}

enum { ALIKE_ROWS = 9216, BLOCK = 4096, BLOCK_ROWS = 1024, ONE = BLOCK + 103, OTHER = BLOCK + 503 };

/* Of 1,024 rows none is told from its neighbours by what is in them, though it looks so: by values
 * that were read of other rows, or are spelled in many ways, or by rows that were touched and are
 * equal all the same. Two rows change places, which is fewer cells than rows that come and go. */
typedef enum alike { ACROSS_LOADS, RESPELLED, CHANGED_BACK, POINTS, QUOTES, N_ALIKE } alike;

static void fill_alike(sheet *s, alike how) {
    for (int row = 0; row < ALIKE_ROWS; row++) {
        int k = row - BLOCK, inside = k >= 0 && k < BLOCK_ROWS, id = row + 1, count = 5;
        const char *amount = how == POINTS ? ".5" : "2.5", *word = "x111";
        char(*cells)[CELL] = s->cells[row];
        if (how == ACROSS_LOADS && row >= 7168) id = 5;
        if (how == ACROSS_LOADS && row >= 7168 && row < 8192) count = row + 1;
        if (how == RESPELLED || how == CHANGED_BACK) id = !inside ? id : k % 2 ? 1 : k / 4 + 1;
        if (how == RESPELLED && inside && k % 2) amount = "2.50";
        if (how >= POINTS && inside) id = 5;
        snprintf(cells[0], CELL, "%d", id);
        snprintf(cells[1], CELL, "%s", word);
        snprintf(cells[2], CELL, "%s", amount);
        snprintf(cells[3], CELL, "%d", count);
        snprintf(cells[4], CELL, "0");
        snprintf(cells[5], CELL, "plain");
        if (how == QUOTES && inside)
            snprintf(cells[1], CELL, k % 2 ? "\"x%d\"" : "x%d", 111 + k / 2 % 300);
        for (int zeroes = k % 10; how == POINTS && inside && zeroes >= 0; zeroes--)
            if (zeroes == k % 10)
                snprintf(cells[2], CELL, ".%d", k / 10 % 66 / 9 * 10 + k / 10 % 9 + 1);
            else strcat(cells[2], "0");
    }
    s->n = ALIKE_ROWS;
}

static void set_alike(sheet *s, alike how, int swapped) {
    int rows[2] = {how == ACROSS_LOADS ? 8300 : ONE, how == ACROSS_LOADS ? 8600 : OTHER};
    for (int i = 0; i < 2; i++) {
        char(*cells)[CELL] = s->cells[rows[i]];
        if (how == RESPELLED || how == CHANGED_BACK)
            snprintf(cells[2], CELL, "%d00.5", 1 + (i ^ swapped));
        else snprintf(cells[how == ACROSS_LOADS ? 3 : 0], CELL, "%d", 1000001 + (i ^ swapped));
        if (how == POINTS) snprintf(cells[2], CELL, ".5");
        if (how == QUOTES) snprintf(cells[1], CELL, "x111");
    }
}

static void what_looks_alike(void **state) {
    (void)state;
    for (alike how = 0; how < N_ALIKE; how++) {
        fixture f;
        seed = 3;
        begin(&f);
        sheet s = new_sheet(ASCENDING);
        fill_alike(&s, how);
        set_alike(&s, how, 0);
        commit_sheet(&f, &s, NULL);
        for (int k = 1; how == CHANGED_BACK && k < BLOCK_ROWS; k += 2)
            if (BLOCK + k != ONE && BLOCK + k != OTHER)
                snprintf(s.cells[BLOCK + k][2], CELL, "7.5");
        if (how == CHANGED_BACK) commit_sheet(&f, &s, NULL);
        for (int k = 1; (how == CHANGED_BACK || how == RESPELLED) && k < BLOCK_ROWS; k += 2)
            snprintf(s.cells[BLOCK + k][2], CELL, "2.5");
        set_alike(&s, how, 1);
        commit_sheet(&f, &s, NULL);
        compare(&f, 0, f.n - 1, "", NULL, 0);
        free(s.cells);
        end(&f);
    }
}

/* What differs outlives the store's handle, also what reads all rows. */
static void the_store_stays_open(void **state) {
    (void)state;
    fixture f;
    mlops_diff *d;
    mlops_table *t;
    mlops_error e;
    seed = 7;
    begin(&f);
    sheet s = new_sheet(ASCENDING);
    commit_sheet(&f, &s, "id");
    snprintf(s.cells[1000][3], CELL, "-1");
    commit_sheet(&f, &s, "id");
    works(mlops_dataset_diff_rows(&d, f.s, "d", NULL, NULL, NULL, NULL, &e), &e);
    assert_non_null(d->part);
    mlops_store_close(f.s);
    works(mlops_diff_columns(&t, d, &e), &e);
    mlops_table_unref(t);
    works(mlops_diff_cells(&t, d, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 1);
    mlops_table_unref(t);
    mlops_diff_unref(d);
    f.s = open_with(f.p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
    free(s.cells);
    end(&f);
}

static int is_read(fixture *f) {
    mlops_error e;
    int out = 1;
    for (int i = 0; i < f->n; i++) {
        mlops_table *t = NULL;
        out &= !mlops_dataset_table(&t, f->s, "d", f->commits[i], "t.csv", MLOPS_PART_ALL, &e);
        mlops_table_unref(t);
    }
    return out;
}

static int64_t n_faults(const char *path) {
    mlops_check *check;
    mlops_error e;
    works(mlops_check_store(&check, path, NULL, &e), &e);
    int64_t out = mlops_check_n_faults(check);
    mlops_check_unref(check);
    return out;
}

/* Damage of what reading tables passes over, as zones and what cells were, costs the short way
 * alone. */
static void damage_leaves_the_whole(void **state) {
    (void)state;
    fixture f;
    char pack[300];
    int n_whole = 0;
    size_t size;
    seed = 8;
    begin(&f);
    mlops_store_close(f.s);
    f.s = open_with(f.p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    sheet s = new_sheet(ASCENDING);
    commit_sheet(&f, &s, NULL);
    snprintf(s.cells[1000][3], CELL, "-1");
    commit_sheet(&f, &s, NULL);
    assert_true(compare(&f, 0, 1, "", NULL, 0));
    mlops_store_close(f.s);
    snprintf(pack, sizeof pack, "%s/packs/0000000000000001", f.p.path);
    uint8_t *bytes = file_bytes(pack, &size);
    for (size_t at = 64, stored; at + 64 <= size; at += 64 + (stored + 7) / 8 * 8) {
        stored = mlops__load_u32(bytes + at + 12);
        spoil(pack, (int64_t)(at + 64 + stored / 2));
        f.s = open_with(f.p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
        if (is_read(&f)) n_whole += !compare(&f, 0, 1, "", NULL, 0);
        mlops_store_close(f.s);
        assert_true(n_faults(f.p.path) > 0);
        spoil(pack, (int64_t)(at + 64 + stored / 2));
    }
    assert_int_equal(n_whole, 2); /* without zones, and without what cells were */
    f.s = open_with(f.p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    free(bytes);
    free(s.cells);
    end(&f);
}

/* More columns than are kept as rows: added, read and compared all the same. */
static void very_many_columns(void **state) {
    enum { COLUMNS = 5000, LINES = 70 };
    (void)state;
    place p;
    mlops_error e;
    char path[100], *csv = malloc((size_t)COLUMNS * LINES * 8), *last;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    snprintf(path, sizeof path, "%s/wide.csv", p.dir);
    for (int version = 0; version < 2; version++) {
        size_t n = 0;
        for (int r = 0; r < LINES; r++)
            for (int k = 0; k < COLUMNS; k++) {
                const char *end = k + 1 < COLUMNS ? "," : "\n";
                int is_touched = version && r == 40 && k == 4711;
                if (r == 0) n += (size_t)sprintf(csv + n, "c%d%s", k, end);
                else n += (size_t)sprintf(csv + n, "%d%s", is_touched ? -1 : r + k % 9, end);
            }
        set_file(path, csv, n);
        mlops_change *c = new_change(s);
        mlops_draft *d = new_draft(c, "d", NULL);
        works(mlops_draft_add_csv(d, "t.csv", path, NULL, &e), &e);
        end_draft(d);
        commit(c);
        mlops_change_free(c);
    }
    last = read_text(s, "d", NULL, "t.csv");
    assert_string_equal(last, csv);
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    mlops_diff *diff;
    mlops_table *cells;
    opts.key = "";
    works(mlops_dataset_diff_rows(&diff, s, "d", NULL, NULL, "t.csv", &opts, &e), &e);
    works(mlops_diff_cells(&cells, diff, &e), &e);
    char *shown = show(cells);
    assert_non_null(strstr(shown, "c4711,"));
    assert_int_equal(mlops_diff_n_cells(diff), 1);
    mlops_diff_unref(diff);
    free(shown), free(last), free(csv);
    mlops_store_close(s);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_tell_what_tables_do), cmocka_unit_test(what_looks_alike),
        cmocka_unit_test(the_store_stays_open), cmocka_unit_test(damage_leaves_the_whole),
        cmocka_unit_test(very_many_columns)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
