/* Counts by group: the object, adding and merging.
 *
 * Owns the groups and their order by name. Invariants: counts and weights are whole numbers that
 * merging adds up, so that parts give the bytes of the whole in any order; a call that fails has
 * counted nothing.
 */
#include "fairness/fairness.h"

#include "base/opts.h"
#include "column/column_store.h"

#include <string.h>

enum { ROWS_MIN = 30, CAP_FIRST = 8 };

static mlops_status with_defaults(mlops_fairness_opts *out, const mlops_fairness_opts *given,
                                  mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_fairness_opts", err));
    if (out->flags & ~(uint32_t)MLOPS_FAIRNESS_SET_THRESHOLD)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_fairness_opts.flags is 0x%x, with unknown bits", out->flags);
    if (!(out->flags & MLOPS_FAIRNESS_SET_THRESHOLD) && out->threshold == 0) out->threshold = 0.5;
    if (out->confidence == 0) out->confidence = 0.95;
    if (out->rows_min == 0) out->rows_min = ROWS_MIN;
    if (out->threshold != out->threshold)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_fairness_opts.threshold is NaN");
    out->threshold += 0.0; /* -0 becomes 0: equal thresholds save alike */
    if (!(out->confidence > 0 && out->confidence < 1))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_fairness_opts.confidence must lie between 0 and 1, such as 0.95");
    if (out->rows_min < 1)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_fairness_opts.rows_min is %lld; it must be 1 or more",
                           (long long)out->rows_min);
    return MLOPS_OK;
}

mlops_status mlops_fairness_new(mlops_fairness **out, const mlops_fairness_opts *opts,
                                mlops_error *err) {
    mlops_fairness_opts o;
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(with_defaults(&o, opts, err));
    MLOPS_TRY(mlops__host_init(&host, o.host, err));
    mlops_fairness *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = host;
    self->threshold = o.threshold;
    self->confidence = o.confidence;
    self->rows_min = o.rows_min;
    if (o.privileged) {
        self->privileged = mlops__copy_text(&host.allocator, o.privileged, strlen(o.privileged));
        if (!self->privileged) {
            mlops_fairness_free(self);
            return mlops__fail_nomem(err, strlen(o.privileged));
        }
    }
    *out = self;
    return MLOPS_OK;
}

void mlops_fairness_free(mlops_fairness *self) {
    if (!self) return;
    const mlops_allocator allocator = self->host.allocator;
    for (int64_t i = 0; i < self->n; i++)
        mlops__free(&allocator, self->groups[i].name, self->groups[i].size + 1);
    mlops__free(&allocator, self->groups, (size_t)self->cap * sizeof *self->groups);
    if (self->privileged) mlops__free(&allocator, self->privileged, strlen(self->privileged) + 1);
    mlops__free(&allocator, self, sizeof *self);
}

static int compare(const mlops__fairness_group *group, const char *name, size_t size) {
    size_t both = group->size < size ? group->size : size;
    int order = both ? memcmp(group->name, name, both) : 0;
    return order ? order : (group->size > size) - (group->size < size);
}

int64_t mlops__fairness_find(const mlops_fairness *self, const char *name, size_t size,
                             int *found) {
    int64_t low = 0, high = self->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        int order = compare(&self->groups[middle], name, size);
        if (order == 0) return *found = 1, middle;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return *found = 0, low;
}

mlops_status mlops__fairness_insert(mlops_fairness *self, int64_t place, const char *name,
                                    size_t size) {
    const mlops_allocator *allocator = &self->host.allocator;
    const size_t each = sizeof *self->groups;
    if (self->n == self->cap) {
        int64_t cap = self->cap ? 2 * self->cap : CAP_FIRST;
        mlops__fairness_group *groups = mlops__alloc_array(allocator, (size_t)cap, each);
        if (!groups) return MLOPS_E_NOMEM;
        if (self->n) memcpy(groups, self->groups, (size_t)self->n * each);
        mlops__free(allocator, self->groups, (size_t)self->cap * each);
        self->groups = groups;
        self->cap = cap;
    }
    char *copy = mlops__copy_text(allocator, name, size);
    if (!copy) return MLOPS_E_NOMEM;
    mlops__fairness_group *at = self->groups + place;
    memmove(at + 1, at, (size_t)(self->n - place) * each);
    *at = (mlops__fairness_group){copy, size, {{0, 0, {0, 0}}}};
    self->n++;
    return MLOPS_OK;
}

/* Where a row counts; label NaN: unknown. -1: the label is none. The prediction is no NaN. */
static int count_of(const mlops_fairness *self, double prediction, double label) {
    int yes = prediction >= self->threshold;
    if (label != label) return yes ? MLOPS__FAIRNESS_YES : MLOPS__FAIRNESS_NO;
    if (label == 1) return yes ? MLOPS__FAIRNESS_TP : MLOPS__FAIRNESS_FN;
    if (label == 0) return yes ? MLOPS__FAIRNESS_FP : MLOPS__FAIRNESS_TN;
    return -1;
}

void mlops__fairness_weigh(mlops__fairness_cell *self) {
    self->units = self->n * MLOPS__WEIGHT_ONE;
    self->squares = mlops__i128_product((uint64_t)self->units, MLOPS__WEIGHT_ONE);
}

void mlops__fairness_join(mlops__fairness_cell *self, const mlops__fairness_cell *other) {
    self->n += other->n;
    self->units += other->units;
    self->squares = mlops__i128_add(self->squares, other->squares);
}

mlops__fairness_cell mlops__fairness_sum(const mlops__fairness_group *group, unsigned cells) {
    mlops__fairness_cell out = {0, 0, {0, 0}};
    for (unsigned i = 0; i < MLOPS__FAIRNESS_COUNTS; i++)
        if (cells >> i & 1) mlops__fairness_join(&out, &group->cells[i]);
    return out;
}

static mlops_status check_name(size_t size, mlops_error *err) {
    if (size == 0 || size > MLOPS__FAIRNESS_NAME_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "the name of a group has %zu bytes; it must have 1 to %d", size,
                           MLOPS__FAIRNESS_NAME_MAX);
    return MLOPS_OK;
}

static mlops_status check_room(const mlops_fairness *self, int64_t n_groups, int64_t units,
                               int64_t n_left_out, mlops_error *err) {
    if (n_groups > MLOPS__FAIRNESS_GROUPS_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "more than %d groups; a column of groups must not be one of ids",
                           MLOPS__FAIRNESS_GROUPS_MAX);
    if (units > MLOPS__UNITS_MAX - self->units || n_left_out > MLOPS__UNITS_MAX - self->n_left_out)
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "fairness: the weights would add up to more than 2^41");
    return MLOPS_OK;
}

/* Rows of a call. */
typedef struct rows {
    const double *predictions, *labels, *weights; /* labels and weights may be NULL */
    int64_t units, n_left_out;                    /* of those with a prediction; without one */
    mlops__fairness_cell cells[MLOPS__FAIRNESS_COUNTS];
} rows;

/* What is wrong with a row, or NULL. Rows without weights are weighed when all are counted. */
static const char *count_row(rows *r, const mlops_fairness *self, int64_t i) {
    double prediction = r->predictions[i];
    double label = r->labels ? r->labels[i] : mlops__not_a_number();
    int64_t units = 0;
    if (r->weights) {
        const char *wrong = mlops__units_of(&units, r->weights[i]);
        if (!units) return wrong;
    }
    int at = count_of(self, prediction, label);
    if (at < 0) return "the label is none of 0, 1, and NaN for not known";
    if (prediction != prediction) return r->n_left_out++, NULL;
    r->cells[at].n++;
    if (!units || r->units > MLOPS__UNITS_MAX) return NULL; /* more are refused as they are */
    r->units += units;
    r->cells[at].units += units;
    mlops__wide_put(&r->cells[at].squares, (uint64_t)units, (uint64_t)units);
    return NULL;
}

mlops_status mlops_fairness_add(mlops_fairness *self, const char *group, const double *predictions,
                                const double *labels, const double *weights, int64_t n,
                                mlops_error *err) {
    rows r;
    int found;
    if (!self || !group || n < 0 || (n > 0 && !predictions))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "fairness: something is NULL, or the number of rows negative");
    size_t size = strlen(group);
    MLOPS_TRY(check_name(size, err));
    r.predictions = predictions, r.labels = labels, r.weights = weights, r.units = r.n_left_out = 0;
    for (size_t i = 0; i < MLOPS__FAIRNESS_COUNTS; i++)
        r.cells[i] = (mlops__fairness_cell){0, 0, {0, 0}};
    for (int64_t i = 0; i < n; i++) {
        const char *wrong = count_row(&r, self, i);
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
    }
    int64_t n_rows = n - r.n_left_out; /* without weights */
    if (!weights)
        r.units = n_rows > MLOPS__UNITS_MAX / MLOPS__WEIGHT_ONE ? MLOPS__UNITS_MAX + 1
                                                                : n_rows * MLOPS__WEIGHT_ONE;
    int64_t place = mlops__fairness_find(self, group, size, &found);
    MLOPS_TRY(check_room(self, self->n + !found, r.units, r.n_left_out, err));
    if (!found && r.units > 0 && mlops__fairness_insert(self, place, group, size))
        return mlops__fail_nomem(err, size);
    for (size_t i = 0; i < MLOPS__FAIRNESS_COUNTS; i++) {
        if (!r.cells[i].n) continue;
        if (!weights) mlops__fairness_weigh(&r.cells[i]);
        mlops__fairness_join(&self->groups[place].cells[i], &r.cells[i]);
    }
    self->units += r.units;
    self->n_left_out += r.n_left_out;
    return MLOPS_OK;
}

/* Groups that only the other has come in, without rows as yet. */
static mlops_status take_groups(mlops_fairness *self, const mlops_fairness *other) {
    int found;
    for (int64_t i = 0; i < other->n; i++) {
        const mlops__fairness_group *group = &other->groups[i];
        int64_t place = mlops__fairness_find(self, group->name, group->size, &found);
        if (!found) MLOPS_TRY(mlops__fairness_insert(self, place, group->name, group->size));
    }
    return MLOPS_OK;
}

/* Takes out groups without rows. */
static void drop_empty(mlops_fairness *self) {
    int64_t n = 0;
    for (int64_t i = 0; i < self->n; i++) {
        mlops__fairness_group group = self->groups[i];
        if (mlops__fairness_sum(&group, MLOPS__FAIRNESS_ALL).n) self->groups[n++] = group;
        else mlops__free(&self->host.allocator, group.name, group.size + 1);
    }
    self->n = n;
}

static int64_t n_missing(const mlops_fairness *self, const mlops_fairness *other) {
    int64_t n = 0;
    for (int64_t i = 0; i < other->n; i++) {
        int found;
        (void)mlops__fairness_find(self, other->groups[i].name, other->groups[i].size, &found);
        n += !found;
    }
    return n;
}

mlops_status mlops_fairness_merge(mlops_fairness *self, const mlops_fairness *other,
                                  mlops_error *err) {
    if (!self || !other || self == other)
        return mlops__fail(err, MLOPS_E_INVALID, "fairness: counts are merged with other counts");
    if (self->threshold != other->threshold)
        return mlops__fail(err, MLOPS_E_INVALID, "fairness: the thresholds differ");
    MLOPS_TRY(
        check_room(self, self->n + n_missing(self, other), other->units, other->n_left_out, err));
    if (take_groups(self, other)) {
        drop_empty(self);
        return mlops__fail_nomem(err, sizeof *self->groups);
    }
    for (int64_t i = 0; i < other->n; i++) {
        const mlops__fairness_group *group = &other->groups[i];
        int found;
        int64_t place = mlops__fairness_find(self, group->name, group->size, &found);
        for (size_t k = 0; k < MLOPS__FAIRNESS_COUNTS; k++)
            mlops__fairness_join(&self->groups[place].cells[k], &group->cells[k]);
    }
    self->units += other->units;
    self->n_left_out += other->n_left_out;
    return MLOPS_OK;
}

int64_t mlops_fairness_n_groups(const mlops_fairness *self) { return self->n; }

int64_t mlops_fairness_n_left_out(const mlops_fairness *self) { return self->n_left_out; }
