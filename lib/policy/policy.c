/* The rules of an alarm, one window after the other, and the reason as JSON.
 *
 * Owns the meaning of each option. Invariants: a window that is vetoed or not known is not
 * remembered, and ends no alarm; an alarm is raised by windows that are over, and no sooner than
 * the pause allows; what is told of a window follows from it and those remembered alone.
 */
#include "policy/policy.h"

#include "base/opts.h"
#include "text/json.h"

#include <stdalign.h>
#include <string.h>

size_t mlops_policy_size(void) { return sizeof(mlops_policy); }

mlops_status mlops__policy_check(const mlops__policy_rules *rules, mlops_error *err) {
    const double most = 1e300;
    if (rules->n < 1 || rules->n > MLOPS__POLICY_WINDOWS || rules->k < 1 || rules->k > rules->n)
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "mlops_policy_opts: k is %lld and n %lld; k lies in 1 to n, n in 1 to %d",
            (long long)rules->k, (long long)rules->n, MLOPS__POLICY_WINDOWS);
    if (rules->calm < 1 || rules->pause_ns < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_policy_opts: calm must be 1 or more, pause_ns 0 or more");
    if (!(rules->over > 0 && rules->over <= most))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_policy_opts.over must be above 0");
    if (!(rules->clear > 0 && rules->clear <= rules->over))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_policy_opts.clear must be above 0, and over at the most");
    if (!(rules->critical == 0 || (rules->critical >= rules->over && rules->critical <= most)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_policy_opts.critical must be over at the least");
    return MLOPS_OK;
}

static mlops_status rules_of(mlops__policy_rules *out, const mlops_policy_opts *opts,
                             mlops_error *err) {
    mlops_policy_opts o;
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, opts, "mlops_policy_opts", err));
    if (o.flags)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_policy_opts.flags is 0x%x; there are none, set 0", o.flags);
    if (!o.k) o.k = 1;
    if (!o.n) o.n = o.k;
    if (!o.calm) o.calm = 1;
    if (o.over == 0) o.over = 1;
    if (o.clear == 0) o.clear = o.over;
    *out = (mlops__policy_rules){o.k, o.n, o.calm, o.over, o.clear, o.critical, o.pause_ns};
    return mlops__policy_check(out, err);
}

mlops_status mlops__policy_place(mlops_policy **out, void *mem, size_t size,
                                 const mlops__policy_rules *rules, mlops_error *err) {
    const mlops_policy_decision fresh = MLOPS_POLICY_DECISION_INIT;
    *out = NULL;
    if (!mem || (uintptr_t)mem % alignof(mlops_policy))
        return mlops__fail(err, MLOPS_E_INVALID, "policy: the storage is NULL, or not aligned");
    if (size < sizeof(mlops_policy))
        return mlops__fail(err, MLOPS_E_ARENA, "policy: %zu bytes of storage; it takes %zu", size,
                           sizeof(mlops_policy));
    mlops_policy *self = mem;
    memset(self, 0, sizeof *self);
    self->rules = *rules;
    self->decision = fresh;
    self->decision.time_ns = self->decision.raised_ns = INT64_MIN;
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops_policy_init(mlops_policy **out, void *mem, size_t size,
                               const mlops_policy_opts *opts, mlops_error *err) {
    mlops__policy_rules rules;
    *out = NULL;
    MLOPS_TRY(rules_of(&rules, opts, err));
    return mlops__policy_place(out, mem, size, &rules, err);
}

/* ---- a window ---- */

static int64_t count_over(const mlops_policy *self) {
    int64_t n = 0;
    for (uint64_t bits = self->over; bits; bits &= bits - 1) n++;
    return n;
}

static void remember(mlops_policy *self, double severity) {
    mlops_policy_decision *d = &self->decision;
    const int64_t n = self->rules.n;
    self->over = self->over << 1 | (severity >= self->rules.over);
    if (n < MLOPS__POLICY_WINDOWS) self->over &= ((uint64_t)1 << n) - 1;
    if (d->n_known < n) d->n_known++;
    d->n_over = count_over(self);
    d->n_calm = severity < self->rules.clear ? d->n_calm + 1 : 0;
}

static int is_critical(const mlops_policy *self, double severity) {
    return self->rules.critical > 0 && severity >= self->rules.critical;
}

/* No alarm was raised before, or the pause is over. Times may lie 2^64 apart. */
static int is_free(const mlops_policy *self) {
    const mlops_policy_decision *d = &self->decision;
    uint64_t since = (uint64_t)d->time_ns - (uint64_t)d->raised_ns;
    return d->raised_ns == INT64_MIN || since >= (uint64_t)self->rules.pause_ns;
}

static mlops_policy_event settle(mlops_policy *self, double severity) {
    mlops_policy_decision *d = &self->decision;
    int critical = is_critical(self, severity), over = severity >= self->rules.over;
    if (d->alarmed) {
        if (severity > d->peak) d->peak = severity;
        d->is_critical |= critical;
        if (d->n_calm < self->rules.calm) return MLOPS_POLICY_NOTHING;
        d->alarmed = 0;
        self->over = 0; /* what led to it raises no other one */
        d->n_known = d->n_over = 0;
        return MLOPS_POLICY_ENDED;
    }
    d->peak = 0;
    d->is_critical = 0;
    if (!over || (d->n_over < self->rules.k && !critical)) return MLOPS_POLICY_NOTHING;
    if (!is_free(self)) return MLOPS_POLICY_HELD;
    d->alarmed = 1;
    d->raised_ns = d->time_ns;
    d->peak = severity;
    d->is_critical = critical;
    return MLOPS_POLICY_RAISED;
}

mlops_status mlops_policy_add(mlops_policy *self, int64_t time_ns, double severity, int32_t vetoed,
                              mlops_policy_decision *out) {
    mlops_policy_decision probe = MLOPS_POLICY_DECISION_INIT;
    if (!self || !out || time_ns < self->decision.time_ns || severity < 0) return MLOPS_E_INVALID;
    probe.struct_size = out->struct_size;
    MLOPS_TRY(mlops__opts_return(&probe, &self->decision, sizeof probe)); /* nothing is taken yet */
    mlops_policy_decision *d = &self->decision;
    d->time_ns = time_ns;
    d->severity = severity;
    if (severity != severity) {
        d->event = MLOPS_POLICY_UNKNOWN;
    } else if (vetoed) {
        d->event = severity >= self->rules.over ? MLOPS_POLICY_VETOED : MLOPS_POLICY_NOTHING;
    } else {
        remember(self, severity);
        d->event = settle(self, severity);
    }
    return mlops_policy_get(self, out);
}

mlops_status mlops_policy_get(const mlops_policy *self, mlops_policy_decision *out) {
    if (!self || !out) return MLOPS_E_INVALID;
    return mlops__opts_return(out, &self->decision, sizeof self->decision);
}

/* ---- the reason ---- */

static const char *word(mlops_policy_event event) {
    static const char *const words[] = {"nothing", "raised", "ended", "held", "vetoed", "unknown"};
    return words[event];
}

void mlops__policy_sentence(const mlops_policy *self, mlops__buf *out) {
    const mlops_policy_decision *d = &self->decision;
    const mlops__policy_rules *r = &self->rules;
    switch (d->event) {
    case MLOPS_POLICY_RAISED:
    case MLOPS_POLICY_HELD:
        if (d->n_over >= r->k)
            mlops__buf_format(out, "%lld of the newest %lld windows are over, %lld are enough",
                              (long long)d->n_over, (long long)d->n_known, (long long)r->k);
        else mlops__buf_text(out, "the window is critical");
        if (d->event == MLOPS_POLICY_HELD)
            mlops__buf_text(out, "; the alarm before is too recent for another one");
        break;
    case MLOPS_POLICY_ENDED:
        mlops__buf_format(out, "%lld window%s in a row without a cause", (long long)d->n_calm,
                          mlops__plural(d->n_calm));
        break;
    case MLOPS_POLICY_VETOED:
        mlops__buf_text(out, "the window is over, but its data are broken");
        break;
    case MLOPS_POLICY_UNKNOWN:
        mlops__buf_text(out, "the window has not enough data to tell");
        break;
    default:
        mlops__buf_format(out, "%lld of the newest %lld windows are over, %lld would be enough",
                          (long long)d->n_over, (long long)d->n_known, (long long)r->k);
    }
}

static void put_rules(mlops__json_writer *json, const mlops__policy_rules *rules) {
    mlops__json_name(json, "rules");
    mlops__json_open(json, '{');
    mlops__json_put_i64(json, "k", rules->k);
    mlops__json_put_i64(json, "n", rules->n);
    mlops__json_put_i64(json, "calm", rules->calm);
    mlops__json_put_f64(json, "over", rules->over);
    mlops__json_put_f64(json, "clear", rules->clear);
    if (rules->critical > 0) mlops__json_put_f64(json, "critical", rules->critical);
    mlops__json_put_i64(json, "pause_ns", rules->pause_ns);
    mlops__json_close(json, '}');
}

static void put_all(const mlops_policy *self, mlops__buf *out) {
    const mlops_policy_decision *d = &self->decision;
    mlops__json_writer json;
    char sentence[160];
    mlops__buf text;
    mlops__buf_init_fixed(&text, sentence, sizeof sentence);
    mlops__policy_sentence(self, &text);
    mlops__buf_u8(&text, 0);
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__json_name(&json, "event");
    mlops__json_string(&json, word(d->event));
    mlops__json_name(&json, "alarmed");
    mlops__json_bool(&json, d->alarmed);
    mlops__json_name(&json, "reason");
    mlops__json_string(&json, sentence);
    mlops__json_put_f64(&json, "severity", d->severity);
    mlops__json_put_f64(&json, "peak", d->peak);
    mlops__json_name(&json, "critical");
    mlops__json_bool(&json, d->is_critical);
    mlops__json_put_i64(&json, "n_known", d->n_known);
    mlops__json_put_i64(&json, "n_over", d->n_over);
    mlops__json_put_i64(&json, "n_calm", d->n_calm);
    if (d->time_ns != INT64_MIN) mlops__json_put_i64(&json, "time_ns", d->time_ns);
    if (d->raised_ns != INT64_MIN) mlops__json_put_i64(&json, "raised_ns", d->raised_ns);
    put_rules(&json, &self->rules);
    mlops__json_close(&json, '}');
}

mlops_status mlops_policy_reason(const mlops_policy *self, char *text, size_t cap, size_t *needed) {
    mlops__buf out;
    if (!self) return MLOPS_E_INVALID;
    mlops__buf_init_fixed(&out, text, text ? cap : 0);
    put_all(self, &out);
    return mlops__buf_finish_text(&out, needed);
}
