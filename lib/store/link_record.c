/* Links, and how they are kept.
 *
 * Owns nothing. Invariants: a link has two records, one to be found from each end, which are put
 * together, and stay when it is taken back; the ids of commits stand in them in capitals, which
 * names content without keeping it, unless the link is to keep it.
 */
#include "store/link_record.h"

#include "base/hex.h"
#include "text/utf8.h"

#include <string.h>

enum { DIGITS = 64, NAME_BYTES = 16 /* of the hash of an end */ };

static const char DATASETS[] = "datasets:/";

/* ---- ends ---- */

const char *mlops__link_dataset(mlops__link_text *out, const char *name, const char *commit) {
    mlops__format(out->text, sizeof out->text, "%s%s/%s", DATASETS, name, commit);
    return out->text;
}

const char *mlops__link_run(mlops__link_text *out, const char *run) {
    mlops__format(out->text, sizeof out->text, "runs:/%s", run);
    return out->text;
}

const char *mlops__link_model(mlops__link_text *out, const char *name, int64_t version) {
    mlops__format(out->text, sizeof out->text, "models:/%s/%lld", name, (long long)version);
    return out->text;
}

/* The id of a commit at its end, from letters into others. */
static void respell(char *end, char from, char to) {
    size_t n = strlen(end);
    if (strncmp(end, DATASETS, sizeof DATASETS - 1) != 0 || n < DIGITS) return;
    for (char *p = end + n - DIGITS; *p; p++)
        if (*p >= from && *p < from + 6) *p = (char)(*p - from + to);
}

/* ---- records ---- */

static void put_end(mlops__key *key, const char *end) {
    mlops__sha256 hash;
    uint8_t digest[32];
    char digits[2 * NAME_BYTES + 1];
    mlops__sha256_init(&hash, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&hash, end, strlen(end));
    mlops__sha256_end(&hash, digest);
    mlops__hex_bytes(digits, digest, NAME_BYTES);
    mlops__key_text(key, digits);
}

void mlops__link_key(mlops__key *out, mlops__link_way way, const char *near, const char *far,
                     const char *relation) {
    mlops__key_init(out);
    mlops__key_text(out, way == MLOPS__LINK_DOWN ? "down" : "up");
    put_end(out, near);
    if (far) put_end(out, far);
    if (relation) mlops__key_text(out, relation);
}

static void key_of(mlops__key *out, mlops__link_way way, const mlops__link *link) {
    int down = way == MLOPS__LINK_DOWN;
    mlops__link_key(out, way, down ? link->from : link->to, down ? link->to : link->from,
                    link->relation);
}

static void put_text(mlops__json_writer *json, const char *name, const char *end, int keeps) {
    mlops__link_text text;
    mlops__format(text.text, sizeof text.text, "%s", end);
    if (!keeps) respell(text.text, 'a', 'A');
    mlops__record_put_text(json, name, text.text);
}

void mlops__link_write(mlops__buf *out, const mlops__link *link, int64_t time_ns) {
    mlops__json_writer json;
    int keeps = link->keeps && !link->dropped;
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    put_text(&json, "from", link->from, keeps);
    put_text(&json, "to", link->to, keeps);
    mlops__record_put_text(&json, "relation", link->relation);
    mlops__record_put_i64(&json, "time_ns", time_ns);
    if (keeps || link->dropped) {
        mlops__json_name(&json, keeps ? "keeps" : "dropped");
        mlops__json_bool(&json, 1);
    }
    mlops__json_close(&json, '}');
}

static mlops_status put_one(mlops_change *change, mlops__link_way way, const mlops__link *link,
                            int64_t time_ns, mlops_error *err) {
    mlops__buf buf;
    mlops__key key;
    key_of(&key, way, link);
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__link_write(&buf, link, time_ns);
    return mlops__record_put(change, MLOPS__TABLE_LINEAGE, &key, &buf, err);
}

mlops_status mlops__link_put_at(mlops_change *change, const mlops__link *link, int64_t time_ns,
                                mlops_error *err) {
    MLOPS_TRY(put_one(change, MLOPS__LINK_DOWN, link, time_ns, err));
    return put_one(change, MLOPS__LINK_UP, link, time_ns, err);
}

mlops_status mlops__link_put(mlops_change *change, const mlops__link *link, mlops_error *err) {
    mlops__key key;
    int64_t time_ns;
    key_of(&key, MLOPS__LINK_DOWN, link);
    MLOPS_TRY(mlops__record_next_time(&time_ns, change, MLOPS__TABLE_LINEAGE, &key, err));
    return mlops__link_put_at(change, link, time_ns, err);
}

int mlops__link_is_text(const char *text, size_t max) {
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)text[i] < 32 || text[i] == 127) return 0;
    return n && n <= max && mlops__utf8_check(text, n) == n;
}

static const char *read_end(const mlops__record *record, const char *name, mlops__arena *arena) {
    const char *text = mlops__record_text(record, name);
    char *copy = text ? mlops__arena_text(arena, text, strlen(text)) : NULL;
    if (copy) respell(copy, 'A', 'a');
    return copy;
}

mlops_status mlops__link_read(mlops__link *out, int64_t *time_ns, mlops__bytes value,
                              mlops__arena *arena, mlops_error *err) {
    mlops__record record;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    *time_ns = mlops__record_i64(&record, "time_ns", 0);
    out->relation = mlops__record_text(&record, "relation");
    out->keeps = mlops__record_bool(&record, "keeps", 0);
    out->dropped = mlops__record_bool(&record, "dropped", 0);
    const char *from = mlops__record_text(&record, "from"), *to = mlops__record_text(&record, "to");
    if (!from || !to || !out->relation)
        return mlops__fail(err, MLOPS_E_CORRUPT, "a link between versions lacks an end");
    out->from = read_end(&record, "from", arena);
    out->to = read_end(&record, "to", arena);
    return out->from && out->to ? MLOPS_OK : mlops__fail_nomem(err, value.size);
}
