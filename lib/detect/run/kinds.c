/* What differs between the kinds: how large a state is, how it starts, and who works on it.
 *
 * Owns nothing. Invariant: a state that was read is one that the kind can go on from: its numbers
 * are finite, its counts whole and within each other. Freestanding: part of the firmware build.
 */
#include "base/real.h"
#include "detect/run/detect.h"

#include <string.h>

/* Numbers of state that are saved as they stand. */
static size_t n_numbers(const mlops_detector *self) {
    switch (self->kind) {
    case MLOPS_DETECTOR_HDDM_W: return 17;
    case MLOPS_DETECTOR_EDDM: return 7;
    case MLOPS_DETECTOR_PAGE_HINKLEY:
    case MLOPS_DETECTOR_CUSUM:
    case MLOPS_DETECTOR_EWMA:
    case MLOPS_DETECTOR_SHEWHART: return 6;
    default: return 8;
    }
}

static int has_ring(const mlops_detector *self) {
    return self->kind == MLOPS_DETECTOR_RDDM || self->kind == MLOPS_DETECTOR_STEPD;
}

size_t mlops__detect_words(const mlops_detector *self) {
    if (self->kind == MLOPS_DETECTOR_ADWIN) return mlops__adwin_words(self);
    if (self->kind == MLOPS_DETECTOR_KSWIN) return mlops__kswin_words(self);
    return has_ring(self) ? mlops__ring_words(self) : n_numbers(self);
}

void mlops__detect_clear(mlops_detector *self) {
    memset(self->s, 0, mlops__detect_words(self) * 8);
    switch (self->kind) {
    case MLOPS_DETECTOR_ADWIN: self->s[3] = self->p[MLOPS__CLOCK]; break;
    case MLOPS_DETECTOR_DDM:
    case MLOPS_DETECTOR_RDDM: self->s[2] = self->s[3] = self->s[4] = MLOPS__DETECT_MOST; break;
    case MLOPS_DETECTOR_ECDD: self->s[3] = 1; break;
    case MLOPS_DETECTOR_HDDM_W:
        self->s[1] = self->s[4] = self->s[7] = self->s[11] = self->s[14] = 1;
        self->s[9] = self->s[16] = MLOPS__DETECT_MOST;
        break;
    default: break;
    }
}

void mlops__detect_prepare(mlops_detector *self) {
    double weight = self->p[MLOPS__WEIGHT];
    switch (self->kind) {
    case MLOPS_DETECTOR_EWMA:
    case MLOPS_DETECTOR_ECDD: self->c[0] = weight / (2 - weight); break;
    case MLOPS_DETECTOR_HDDM_A:
    case MLOPS_DETECTOR_HDDM_W:
        self->c[0] = -0.5 * mlops__log(self->p[MLOPS__DELTA]);
        self->c[1] = -0.5 * mlops__log(self->p[MLOPS__WARNING]);
        break;
    case MLOPS_DETECTOR_STEPD: mlops__stepd_prepare(self); break;
    case MLOPS_DETECTOR_KSWIN: mlops__kswin_prepare(self); break;
    default: break;
    }
}

void mlops__detect_restart(mlops_detector *self) {
    if (self->kind == MLOPS_DETECTOR_RDDM) mlops__rddm_restart(self);
    else if (self->kind == MLOPS_DETECTOR_KSWIN) mlops__kswin_restart(self);
    else if (self->kind != MLOPS_DETECTOR_ADWIN || self->mode == MLOPS_DETECTOR_RIVER ||
             self->mode == MLOPS_DETECTOR_RIVER_LEGACY)
        mlops__detect_clear(self);
}

void mlops__detect_note(mlops_detector *self, int32_t signal) {
    if (signal == MLOPS_DETECTOR_CHANGE) {
        self->n_changes++;
        self->last_change = self->n;
    } else if (signal != self->signal) {
        self->last_warning = self->n;
    }
}

void mlops__detect_take(mlops_detector *self, const double *values, int64_t n, int32_t *signals) {
    switch (self->kind) {
    case MLOPS_DETECTOR_ADWIN: mlops__adwin_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_PAGE_HINKLEY: mlops__page_hinkley_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_CUSUM: mlops__cusum_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_EWMA: mlops__ewma_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_SHEWHART: mlops__shewhart_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_KSWIN: mlops__kswin_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_DDM: mlops__ddm_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_RDDM: mlops__rddm_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_EDDM: mlops__eddm_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_HDDM_A: mlops__hddm_a_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_HDDM_W: mlops__hddm_w_take(self, values, n, signals); break;
    case MLOPS_DETECTOR_STEPD: mlops__stepd_take(self, values, n, signals); break;
    default: mlops__ecdd_take(self, values, n, signals); break;
    }
}

void mlops__detect_tell(const mlops_detector *self, mlops_detector_summary *out) {
    switch (self->kind) {
    case MLOPS_DETECTOR_ADWIN: mlops__adwin_tell(self, out); break;
    case MLOPS_DETECTOR_PAGE_HINKLEY: mlops__page_hinkley_tell(self, out); break;
    case MLOPS_DETECTOR_CUSUM:
    case MLOPS_DETECTOR_EWMA:
    case MLOPS_DETECTOR_SHEWHART: mlops__chart_tell(self, out); break;
    case MLOPS_DETECTOR_KSWIN: mlops__kswin_tell(self, out); break;
    case MLOPS_DETECTOR_DDM:
    case MLOPS_DETECTOR_RDDM: mlops__ddm_tell(self, out); break;
    case MLOPS_DETECTOR_EDDM: mlops__eddm_tell(self, out); break;
    case MLOPS_DETECTOR_HDDM_A: mlops__hddm_a_tell(self, out); break;
    case MLOPS_DETECTOR_HDDM_W: mlops__hddm_w_tell(self, out); break;
    case MLOPS_DETECTOR_STEPD: mlops__stepd_tell(self, out); break;
    default: mlops__ecdd_tell(self, out); break;
    }
}

void mlops__detect_put(const mlops_detector *self, mlops__buf *out) {
    if (self->kind == MLOPS_DETECTOR_ADWIN) mlops__adwin_put(self, out);
    else if (self->kind == MLOPS_DETECTOR_KSWIN) mlops__kswin_put(self, out);
    else
        for (size_t i = 0; i < mlops__detect_words(self); i++) {
            uint64_t word;
            memcpy(&word, self->s + i, sizeof word);
            mlops__buf_u64(out, word);
        }
}

/* Whether the numbers at these places are whole, from 0 to most. */
static int are_counts(const mlops_detector *self, uint32_t places, double most) {
    for (size_t i = 0; places >> i; i++)
        if (places >> i & 1 && !mlops__detect_is_count(self->s[i], most)) return 0;
    return 1;
}

/* Errors among the bits of the ring; -1 if one is set that is outside. */
static double ring_errors(const mlops_detector *self) {
    const size_t window = (size_t)self->p[MLOPS__WINDOW];
    double sum = 0;
    for (size_t i = 8; i < mlops__detect_words(self); i++) {
        uint64_t word;
        memcpy(&word, self->s + i, sizeof word);
        for (size_t k = 0; k < 64; k++) {
            if (!(word >> k & 1)) continue;
            if ((i - 8) * 64 + k >= window) return -1;
            sum += 1;
        }
    }
    return sum;
}

/* Places: n, errors, p_min, s_min, ps_min, head, kept, recent. */
static int ring_holds(const mlops_detector *self) {
    const double *s = self->s, window = self->p[MLOPS__WINDOW], errors = ring_errors(self);
    if (errors < 0 || !are_counts(self, 1 << 5, window - 1) || !are_counts(self, 1 << 6, window))
        return 0;
    if (self->kind == MLOPS_DETECTOR_RDDM) return 1;
    return s[6] == (s[0] < window ? s[0] : window) && s[7] == errors && s[7] <= s[1];
}

/* Whether the numbers at these places are from low to high. */
static int are_within(const mlops_detector *self, uint32_t places, double low, double high) {
    for (size_t i = 0; places >> i; i++)
        if (places >> i & 1 && !(self->s[i] >= low && self->s[i] <= high)) return 0;
    return 1;
}

/* So far that no sum or product of what follows gets out of hand. n counts values, which are some
 * of those that the detector has taken. */
static int holds(const mlops_detector *self) {
    double most = (double)(self->n - self->n_skipped), n = self->s[0];
    double mean = self->kind == MLOPS_DETECTOR_PAGE_HINKLEY ? 1e120 : 2e100;
    if (self->kind == MLOPS_DETECTOR_HDDM_W)
        return are_counts(self, 1 << 2 | 1 << 5 | 1 << 8 | 1 << 12 | 1 << 15, most) &&
               are_within(self, 1 << 1 | 1 << 4 | 1 << 7 | 1 << 11 | 1 << 14, 0, 1) &&
               are_within(self, 0x1ffff, -2, MLOPS__DETECT_MOST);
    if (!are_counts(self, 1, most)) return 0;
    switch (self->kind) {
    case MLOPS_DETECTOR_PAGE_HINKLEY:
    case MLOPS_DETECTOR_CUSUM:
    case MLOPS_DETECTOR_EWMA:
    case MLOPS_DETECTOR_SHEWHART:
        return are_within(self, 1 << 1, -mean, mean) && are_within(self, 1 << 2, 0, 1e240) &&
               are_within(self, 1 << 3 | 1 << 4, -1e120, 1e120) && are_within(self, 1 << 5, 0, 1);
    case MLOPS_DETECTOR_EDDM:
        return are_counts(self, 1 << 1 | 1 << 2, n) && are_within(self, 1 << 3, 0, n) &&
               are_within(self, 1 << 4 | 1 << 5, 0, 1e60) && are_counts(self, 1 << 6, 1);
    case MLOPS_DETECTOR_HDDM_A:
        return are_counts(self, 1 << 2 | 1 << 5, n) && are_within(self, 1 << 1, 0, n) &&
               are_within(self, 0xff, -MLOPS__DETECT_MOST, MLOPS__DETECT_MOST);
    default:
        return are_counts(self, 1 << 1 | 1 << 7, n) &&
               are_within(self, 1 << 2 | 1 << 3 | 1 << 4, 0, MLOPS__DETECT_MOST) &&
               (has_ring(self) ? ring_holds(self) : are_counts(self, 1 << 5 | 1 << 6 | 1 << 7, 0));
    }
}

mlops_status mlops__detect_get(mlops_detector *self, mlops__cursor *in) {
    mlops_status status = MLOPS_OK;
    if (self->kind == MLOPS_DETECTOR_ADWIN || self->kind == MLOPS_DETECTOR_KSWIN) {
        status = self->kind == MLOPS_DETECTOR_ADWIN ? mlops__adwin_get(self, in)
                                                    : mlops__kswin_get(self, in);
        if (status == MLOPS_OK && self->s[0] > (double)(self->n - self->n_skipped))
            return MLOPS_E_CORRUPT;
        return status;
    }
    for (size_t i = 0; i < mlops__detect_words(self); i++) {
        uint64_t word = mlops__cursor_u64(in);
        memcpy(self->s + i, &word, sizeof word);
    }
    return !in->failed && holds(self) ? MLOPS_OK : MLOPS_E_CORRUPT;
}
