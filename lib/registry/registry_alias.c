/* Aliases: who holds them, and the log that says since when.
 *
 * Owns nothing. Invariants: entries of a log are numbered from 1 on without gaps and never change;
 * their times never fall; the alias's record says what the newest entry says.
 *
 * The log reads as a stack: a promotion or a drop puts a state on top, a rollback takes the top
 * away. An entry of a rollback says which entry is on top then, so that going back once more needs
 * no more than the two.
 */
#include "registry/registry.h"

#include <string.h>

static mlops_status put_entry(mlops_change *change, const mlops__registry_alias *from,
                              const mlops__alias_move *move, int64_t now, mlops_error *err) {
    mlops__buf buf;
    mlops__key key;
    mlops__json_writer json;
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    if (move->version) mlops__record_put_i64(&json, "version", move->version);
    if (from->version) mlops__record_put_i64(&json, "previous", from->version);
    mlops__record_put_i64(&json, "time_ns", now);
    mlops__record_put_text(&json, "action", move->action);
    if (move->restores) mlops__record_put_i64(&json, "restores", move->restores);
    mlops__record_put_text(&json, "gate", move->gate);
    if (move->decision) mlops__record_put_i64(&json, "decision", move->decision);
    mlops__record_put_text(&json, "note", move->note);
    mlops__json_close(&json, '}');
    mlops__registry_key(&key, move->model, move->alias, from->number + 1);
    return mlops__record_put(change, MLOPS__TABLE_ALIAS_LOG, &key, &buf, err);
}

static mlops_status put_holder(mlops_change *change, const mlops__registry_alias *from,
                               const mlops__alias_move *move, int64_t now, mlops_error *err) {
    static const char *const known[] = {"version", "number", "time_ns", NULL};
    mlops__buf buf;
    mlops__json_writer json;
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    if (move->version) mlops__record_put_i64(&json, "version", move->version);
    mlops__record_put_i64(&json, "number", from->number + 1);
    mlops__record_put_i64(&json, "time_ns", now);
    mlops__registry_put_rest(&json, &from->record.fields, known);
    mlops__json_close(&json, '}');
    return mlops__registry_put(change, &from->record, &buf, err);
}

mlops_status mlops__alias_move_put(mlops_change *change, const mlops__registry_alias *from,
                                   const mlops__alias_move *move, mlops_error *err) {
    int64_t now = mlops__store_now(mlops__change_store(change));
    if (now < from->time_ns) now = from->time_ns;
    MLOPS_TRY(mlops__registry_expect(change, &from->record, err));
    MLOPS_TRY(put_entry(change, from, move, now, err));
    MLOPS_TRY(put_holder(change, from, move, now, err));
    return mlops__registry_note(change, move->action, move->model, move->alias, move->version, err);
}

/* ---- rollback and drop ---- */

/* The number of the entry on top of the stack once an entry was added. */
static int64_t top_of(const mlops__registry_entry *entry, int64_t number) {
    return entry->restores ? entry->restores : number;
}

/* The entry that a rollback brings back. */
static mlops_status find_below(mlops__registry *state, const mlops__registry_alias *alias,
                               mlops__alias_move *move, mlops_error *err) {
    mlops__registry_entry entry;
    int64_t number = alias->number;
    if (!number)
        return mlops__fail(err, MLOPS_E_NOT_FOUND, "no version of \"%s\" ever held \"%s\"",
                           move->model, move->alias);
    MLOPS_TRY(mlops__registry_entry_at(state, move->model, move->alias, number, &entry, err));
    number = top_of(&entry, number) - 1;
    if (number > 0) {
        MLOPS_TRY(mlops__registry_entry_at(state, move->model, move->alias, number, &entry, err));
        move->restores = top_of(&entry, number);
        move->version = entry.version;
    }
    if (move->version) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_NOT_FOUND,
                       "nobody held \"%s\" of \"%s\" before version %lld; drop the alias instead",
                       move->alias, move->model, (long long)alias->version);
}

static mlops_status roll_back(mlops__registry *state, mlops_change *change, mlops__alias_move *move,
                              mlops_error *err) {
    mlops__registry_alias alias;
    mlops__registry_record model;
    mlops__registry_version version;
    MLOPS_TRY(mlops__registry_begin(state, mlops__change_store(change), change, err));
    MLOPS_TRY(mlops__registry_model(state, move->model, &model, err));
    MLOPS_TRY(mlops__registry_alias_now(state, move->model, move->alias, &alias, err));
    MLOPS_TRY(find_below(state, &alias, move, err));
    MLOPS_TRY(mlops__registry_find_number(state, move->model, move->version, &version, err));
    mlops__registry_pause(state);
    MLOPS_TRY(mlops__registry_expect(change, &version.record, err));
    return mlops__alias_move_put(change, &alias, move, err);
}

static mlops_status check(const mlops_change *change, const mlops__alias_move *move,
                          mlops_error *err) {
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(mlops__name_check("model", move->model, err));
    MLOPS_TRY(mlops__registry_check_alias(move->alias, err));
    return mlops__registry_check_text("the note", move->note, MLOPS__REGISTRY_TEXT_MAX, err);
}

mlops_status mlops_registry_rollback(mlops_change *change, int64_t *version, const char *name,
                                     const char *alias, const char *note, mlops_error *err) {
    mlops__registry state;
    mlops__alias_move move = {.model = name, .alias = alias, .action = "rollback", .note = note};
    if (!version) return mlops__fail(err, MLOPS_E_INVALID, "the version is NULL");
    MLOPS_TRY(check(change, &move, err));
    mlops_status status = roll_back(&state, change, &move, err);
    if (!status) *version = move.version;
    mlops__registry_free(&state);
    return status;
}

static mlops_status drop(mlops__registry *state, mlops_change *change,
                         const mlops__alias_move *move, mlops_error *err) {
    mlops__registry_alias alias;
    MLOPS_TRY(mlops__registry_begin(state, mlops__change_store(change), change, err));
    MLOPS_TRY(mlops__registry_held(state, move->model, move->alias, &alias, err));
    mlops__registry_pause(state);
    return mlops__alias_move_put(change, &alias, move, err);
}

mlops_status mlops_registry_drop_alias(mlops_change *change, const char *name, const char *alias,
                                       const char *note, mlops_error *err) {
    mlops__registry state;
    mlops__alias_move move = {.model = name, .alias = alias, .action = "drop", .note = note};
    MLOPS_TRY(check(change, &move, err));
    mlops_status status = drop(&state, change, &move, err);
    mlops__registry_free(&state);
    return status;
}

/* ---- at a time ---- */

/* The number of the last entry that is not later than the time; 0: none. */
static mlops_status search(mlops__registry *state, const char *name, const char *alias,
                           int64_t newest, int64_t time_ns, mlops__registry_entry *found,
                           int64_t *out, mlops_error *err) {
    mlops__registry_entry entry;
    int64_t low = 0, high = newest + 1;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        MLOPS_TRY(mlops__registry_entry_at(state, name, alias, middle, &entry, err));
        if (entry.time_ns > time_ns) {
            high = middle;
        } else {
            low = middle;
            *found = entry;
        }
    }
    *out = low;
    return MLOPS_OK;
}

static mlops_status held_at(mlops__registry *state, mlops_store *store, const char *name,
                            const char *alias, int64_t time_ns, int64_t *version,
                            mlops_error *err) {
    mlops__registry_alias now;
    mlops__registry_entry entry = {0};
    int64_t number;
    MLOPS_TRY(mlops__registry_begin(state, store, NULL, err));
    if (time_ns == 0) MLOPS_TRY(mlops__registry_held(state, name, alias, &now, err));
    if (time_ns == 0) entry.version = now.version;
    if (time_ns != 0) {
        mlops__registry_record model;
        MLOPS_TRY(mlops__registry_model(state, name, &model, err));
        MLOPS_TRY(mlops__registry_alias_now(state, name, alias, &now, err));
        MLOPS_TRY(search(state, name, alias, now.number, time_ns, &entry, &number, err));
    }
    *version = entry.version;
    if (*version) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "no version of \"%s\" held \"%s\" then", name,
                       alias);
}

mlops_status mlops_registry_alias_at(int64_t *version, mlops_store *store, const char *name,
                                     const char *alias, int64_t time_ns, mlops_error *err) {
    mlops__registry state;
    int64_t found = 0;
    if (!version || !store)
        return mlops__fail(err, MLOPS_E_INVALID, "the version or the store is NULL");
    MLOPS_TRY(mlops__name_check("model", name, err));
    MLOPS_TRY(mlops__registry_check_alias(alias, err));
    mlops_status status = held_at(&state, store, name, alias, time_ns, &found, err);
    if (!status) *version = found;
    mlops__registry_free(&state);
    return status;
}
