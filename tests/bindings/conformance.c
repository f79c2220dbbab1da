/* Runs conformance.json through the C API. usage: conformance SCRIPT DATA_FOLDER
 *
 * Owns the named objects of the script and judges each step; the actions stand in
 * conformance_table.c, conformance_model.c, conformance_watch.c and
 * conformance_online.c. Prints TAP.
 */
#include "bindings/conformance.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char fault[1024];

/* ---- objects ---- */

named *find_object(runner *run, const char *name) {
    for (named *it = run->objects; it; it = it->next) {
        if (name && strcmp(it->name, name) == 0) return it;
    }
    return NULL;
}

void *object_of(runner *run, const js *step, const char *key) {
    named *found = find_object(run, js_text(step, key, NULL));
    return found ? found->p : NULL;
}

named *name_object(runner *run, const js *step, const char *kind, void *p) {
    named *made = calloc(1, sizeof *made);
    if (!made || !p) return free(made), NULL;
    made->name = js_text(step, "as", "?");
    made->kind = kind;
    made->p = p;
    made->next = run->objects;
    run->objects = made;
    return made;
}

static void end_object(named *object) {
    void *p = object->p;
    object->p = NULL;
    if (object->memory) free(object->memory);
    else if (!strcmp(object->kind, "table")) mlops_table_unref(p);
    else if (!strcmp(object->kind, "model")) mlops_model_unref(p);
    else if (!strcmp(object->kind, "context")) mlops_context_free(p);
    else if (!strcmp(object->kind, "explainer")) mlops_explainer_unref(p);
    else if (!strcmp(object->kind, "slot")) mlops_slot_free(p);
    else if (!strcmp(object->kind, "profile")) mlops_profile_free(p);
    else if (!strcmp(object->kind, "reference")) mlops_reference_unref(p);
    else if (!strcmp(object->kind, "drift")) mlops_drift_unref(p);
    else if (!strcmp(object->kind, "bundle")) mlops_bundle_unref(p);
    else if (!strcmp(object->kind, "monitor")) mlops_monitor_free(p);
    else if (!strcmp(object->kind, "store")) mlops_store_close(p);
    else if (!strcmp(object->kind, "online")) mlops_online_close(p);
    else if (!strcmp(object->kind, "bytes")) free(p);
    object->memory = NULL;
}

char *path_of(runner *run, const js *step, const char *key) {
    return js_path(js_text(step, key, ""), run->scratch, run->data);
}

/* ---- results ---- */

void give_number(given *out, double number) {
    out->kind = GAVE_NUMBER;
    out->number = number;
}

void give_text(given *out, const char *text) {
    out->kind = GAVE_TEXT;
    out->text = text ? strdup(text) : NULL;
}

void add_field(given *out, const char *name, double number, const char *text) {
    out->kind = GAVE_FIELDS;
    out->fields[out->n_fields].name = name;
    out->fields[out->n_fields].number = number;
    out->fields[out->n_fields++].text = text;
}

float *floats_of(const js *array, size_t *rows, size_t *width) {
    double *wide = js_numbers(array, rows, width);
    float *out = malloc((*rows * *width + 1) * sizeof *out);
    for (size_t i = 0; out && i < *rows * *width; i++) out[i] = (float)wide[i];
    free(wide);
    return out;
}

static bool near(double have, double want, double within) {
    if (isnan(want)) return isnan(have);
    return fabs(have - want) <= within;
}

/* Enumerators are written by name in the script; the runner gives their names as text. */
static bool same_scalar(const js *want, double number, const char *text, double within) {
    switch (want->kind) {
    case JS_NULL: return text == NULL && (isnan(number) || number == 0);
    case JS_STRING: return text && strcmp(text, want->text) == 0;
    default: return text == NULL && near(number, want->number, within);
    }
}

static bool same_fields(const js *want, const given *out, double within) {
    for (size_t k = 0; k < want->n; k++) {
        size_t i = 0;
        while (i < out->n_fields && strcmp(out->fields[i].name, want->keys[k]) != 0) i++;
        if (i == out->n_fields ||
            !same_scalar(want->items[k], out->fields[i].number, out->fields[i].text, within)) {
            snprintf(fault, sizeof fault, "%s is %.17g", want->keys[k],
                     i < out->n_fields ? out->fields[i].number : 0.0);
            return false;
        }
    }
    return true;
}

static bool same_numbers(const js *want, const given *out, double within) {
    size_t rows, width;
    double *wanted = js_numbers(want, &rows, &width);
    bool same = rows * width == out->n;
    for (size_t i = 0; same && i < out->n; i++) same = near(out->numbers[i], wanted[i], within);
    free(wanted);
    return same;
}

static bool same(const js *want, const given *out, double within) {
    if (want->kind == JS_OBJECT) return same_fields(want, out, within);
    if (want->kind == JS_ARRAY) return same_numbers(want, out, within);
    return same_scalar(want, out->kind == GAVE_TEXT ? NAN : out->number, out->text, within);
}

/* ---- steps ---- */

static void version(runner *run, const js *step, given *out) {
    (void)run, (void)step;
    give_text(out, mlops_version());
}

static void status_name(runner *run, const js *step, given *out) {
    (void)run;
    give_text(out, mlops_status_name((mlops_status)js_number(step, "status", 0)));
}

static void deploy_bucket(runner *run, const js *step, given *out) {
    (void)run;
    give_number(
        out, (double)mlops_deploy_bucket(js_text(step, "salt", NULL), js_text(step, "key", NULL)));
}

static void close_object(runner *run, const js *step, given *out) {
    (void)out;
    named *object = find_object(run, js_text(step, "on", NULL));
    if (object) end_object(object);
}

static void bytes_equal(runner *run, const js *step, given *out) {
    named *a = find_object(run, js_text(step, "a", NULL)),
          *b = find_object(run, js_text(step, "b", NULL));
    give_number(out, a && b && a->n == b->n && memcmp(a->p, b->p, a->n) == 0);
}

static const action base_actions[] = {
    {"version", version},    {"status_name", status_name}, {"deploy_bucket", deploy_bucket},
    {"close", close_object}, {"bytes.equal", bytes_equal}, {NULL, NULL}};

static const action *find_action(const char *name) {
    const action *const lists[] = {base_actions, table_actions, model_actions, watch_actions,
                                   online_actions};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (const action *it = lists[i]; it->name; it++) {
            if (strcmp(it->name, name) == 0) return it;
        }
    }
    return NULL;
}

static bool failed_rightly(const js *step, const given *out) {
    const char *name = mlops_status_name(out->status);
    const js *many = js_get(step, "fails_one_of"), *words = js_get(step, "message");
    bool right = strcmp(name, js_text(step, "fails", "")) == 0;
    for (size_t i = 0; many && i < many->n; i++) right |= strcmp(name, many->items[i]->text) == 0;
    right = right && (int32_t)js_number(step, "line", out->error.line) == out->error.line;
    for (size_t i = 0; words && i < words->n; i++)
        right = right && strstr(out->error.message, words->items[i]->text);
    if (!right)
        snprintf(fault, sizeof fault, "%s, line %d: %s", name, out->error.line, out->error.message);
    return right;
}

/* Every object that the step names is there; a path is no object. */
static bool objects_there(runner *run, const js *step) {
    static const char *const keys[] = {"on",        "other",   "model", "table",
                                       "reference", "current", "store"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *name = js_text(step, keys[i], NULL);
        if (name && *name != '$' && !find_object(run, name)) {
            snprintf(fault, sizeof fault, "no object %s", name);
            return false;
        }
    }
    return true;
}

static bool judge(runner *run, const js *step, given *out) {
    const action *found = find_action(js_text(step, "do", ""));
    if (!found) return snprintf(fault, sizeof fault, "no such action"), false;
    if (!objects_there(run, step)) return false;
    found->run(run, step, out);
    if (js_get(step, "fails") || js_get(step, "fails_one_of")) return failed_rightly(step, out);
    if (out->status) {
        snprintf(fault, sizeof fault, "%s: %s", mlops_status_name(out->status), out->error.message);
        return false;
    }
    const js *want = js_get(step, "gives"), *has = js_get(step, "has");
    if (want && !same(want, out, js_number(step, "within", 0))) {
        size_t used = strlen(fault);
        snprintf(fault + used, sizeof fault - used, " gives %.17g '%.200s'", out->number,
                 out->text ? out->text : "");
        return false;
    }
    for (size_t i = 0; has && i < has->n; i++) {
        if (!out->text || !strstr(out->text, has->items[i]->text)) {
            snprintf(fault, sizeof fault, "no '%s' in it", has->items[i]->text);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: conformance SCRIPT DATA_FOLDER\n"), 2;
    runner run = {argv[2], "/tmp/mlops-conformance-XXXXXX", NULL};
    js *script = js_load(argv[1]);
    if (!mkdtemp(run.scratch)) return 1;
    int failed = 0;
    printf("1..%zu\n", script->n);
    for (size_t i = 0; i < script->n; i++) {
        given out = {0};
        out.error.code = 0;
        fault[0] = 0;
        bool right = judge(&run, script->items[i], &out);
        failed += !right;
        printf("%s %zu - %s\n", right ? "ok" : "not ok", i + 1,
               js_text(script->items[i], "name", ""));
        if (!right) printf("# %s\n", fault);
        free(out.text);
        free(out.numbers);
    }
    for (named *it = run.objects, *next; it; it = next) {
        next = it->next;
        if (it->p) end_object(it);
        free(it);
    }
    js_free(script);
    char command[96];
    snprintf(command, sizeof command, "rm -r '%s'", run.scratch);
    return system(command) || failed;
}
