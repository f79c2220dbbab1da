/* Stores that several processes have open: what one commits the others see; what was told of
 * outlives a killed process; and a child of fork() harms nobody. */
#define _GNU_SOURCE
#include "unit/help_process.h"

#include "unit/draw.h"

/* The number of the commit, or 0. */
static int64_t put_quietly(mlops_store *s, const char *key, const char *value, const void *blob,
                           size_t n) {
    mlops_change *c;
    mlops_id id;
    int64_t seq = 0;
    if (mlops_change_new(&c, s, NULL, NULL)) return 0;
    mlops_status status = mlops__change_put(c, MLOPS__TABLE_TEST, text(key), text(value), NULL);
    if (!status && blob) status = mlops_change_content(c, &id, blob, n, NULL);
    if (!status) status = mlops_change_commit(c, &seq, NULL);
    mlops_change_free(c);
    return status ? 0 : seq;
}

/* True if the key has just this value. */
static int has_quietly(mlops_store *s, const char *key, const char *value) {
    mlops__index index;
    mlops__bytes v = {NULL, 0};
    if (mlops__store_read_begin(s, &index, NULL)) return 0;
    mlops_status status = mlops__index_get(&index, MLOPS__TABLE_TEST, text(key), &v, NULL);
    int same = !status && v.size == strlen(value) && memcmp(v.data, value, v.size) == 0;
    mlops__store_read_end(&index);
    return same;
}

/* ---- taking turns ---- */

enum { TURNS = 30 };

/* Writes the odd or the even commits; each time the other one's are there. */
static void take_turns(mlops_store *s, int mine, int from, int to) {
    char key[16], value[16], byte = 'x';
    for (int i = 1; i <= 2 * TURNS; i++) {
        snprintf(key, sizeof key, "k%d", i % 7);
        snprintf(value, sizeof value, "v%d", i);
        if (i % 2 == mine) {
            MUST(put_quietly(s, key, value, NULL, 0) == i);
            MUST(write(to, &byte, 1) == 1);
        } else {
            MUST(read(from, &byte, 1) == 1);
        }
        if (i % 2 == mine) MUST(has_quietly(s, key, value));
        if (i % 2 == mine && i > 1) {
            snprintf(key, sizeof key, "k%d", (i - 1) % 7);
            snprintf(value, sizeof value, "v%d", i - 1);
            MUST(has_quietly(s, key, value));
        }
    }
}

static void alternate(mlops_sync sync) {
    place p;
    int to[2], from[2];
    make_place(&p);
    mlops_store_close(open_with(p.path, sync, MLOPS_STORE_INDEX_FILE));
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    pid_t one = child_begins();
    if (one == 0) {
        mlops_store *s = open_quietly(p.path, sync, MLOPS_STORE_INDEX_FILE);
        MUST(s);
        take_turns(s, 1, to[0], from[1]);
        mlops_store_close(s);
        leave(0);
    }
    pid_t two = child_begins();
    if (two == 0) {
        mlops_store *s = open_quietly(p.path, sync, MLOPS_STORE_INDEX_FILE);
        MUST(s);
        take_turns(s, 0, from[0], to[1]);
        mlops_store_close(s);
        leave(0);
    }
    ends_well(one);
    ends_well(two);
    mlops_store *s = open_with(p.path, sync, MLOPS_STORE_INDEX_FILE);
    assert_int_equal(stats_of(s).seq, 2 * TURNS);
    assert_int_equal(stats_of(s).n_records, 7);
    mlops_store_close(s);
    for (int i = 0; i < 2; i++) close(to[i]), close(from[i]);
    remove_place(&p);
}

static void two_write_in_turn(void **state) {
    (void)state;
    alternate(MLOPS_SYNC_FULL);
}

static void two_write_in_turn_relaxed(void **state) {
    (void)state;
    alternate(MLOPS_SYNC_RELAXED);
}

/* A commit that was told of is seen by a process that only reads. */
static void readers_see_the_newest(void **state) {
    (void)state;
    place p;
    int to[2], from[2];
    make_place(&p);
    mlops_store_close(open_store(p.path, NULL));
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    pid_t reader = child_begins();
    char key[16], byte = 'x';
    if (reader == 0) {
        mlops_store *s = open_quietly(p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
        MUST(s);
        for (int i = 0; i < TURNS; i++) {
            snprintf(key, sizeof key, "k%d", i);
            MUST(read(to[0], &byte, 1) == 1);
            MUST(has_quietly(s, key, "v"));
            MUST(write(from[1], &byte, 1) == 1);
        }
        mlops_store_close(s);
        leave(0);
    }
    mlops_store *s = open_store(p.path, NULL);
    for (int i = 0; i < TURNS; i++) {
        snprintf(key, sizeof key, "k%d", i);
        put(s, key, "v");
        assert_int_equal(write(to[1], &byte, 1), 1);
        assert_int_equal(read(from[0], &byte, 1), 1);
    }
    ends_well(reader);
    mlops_store_close(s);
    for (int i = 0; i < 2; i++) close(to[i]), close(from[i]);
    remove_place(&p);
}

/* ---- at once ---- */

enum { PROCESSES = 4, COUNTS = 40 };

/* Counts one up, trying again while others are faster. */
static void count_up(mlops_store *s) {
    for (mlops_status status = MLOPS_E_CONFLICT; status == MLOPS_E_CONFLICT;) {
        mlops__index index;
        mlops__bytes v = {NULL, 0};
        mlops_change *c;
        char was[32] = "", now[32];
        MUST(!mlops_change_new(&c, s, NULL, NULL));
        MUST(!mlops__store_read_begin(s, &index, NULL));
        status = mlops__index_get(&index, MLOPS__TABLE_TEST, text("counter"), &v, NULL);
        if (!status) memcpy(was, v.data, v.size);
        mlops__store_read_end(&index);
        MUST(!status || status == MLOPS_E_NOT_FOUND);
        snprintf(now, sizeof now, "%d", atoi(was) + 1);
        mlops__bytes before = {status ? NULL : (uint8_t *)was, strlen(was)};
        MUST(!mlops__change_expect(c, MLOPS__TABLE_TEST, text("counter"), before, NULL));
        MUST(!mlops__change_put(c, MLOPS__TABLE_TEST, text("counter"), text(now), NULL));
        status = mlops_change_commit(c, NULL, NULL);
        MUST(!status || status == MLOPS_E_CONFLICT);
        mlops_change_free(c);
    }
}

static void nobody_overtakes_unseen(void **state) {
    (void)state;
    place p;
    pid_t pids[PROCESSES];
    make_place(&p);
    mlops_store_close(open_store(p.path, NULL));
    for (int i = 0; i < PROCESSES; i++)
        if ((pids[i] = child_begins()) == 0) {
            mlops_store *s = open_quietly(p.path, i % 2 ? MLOPS_SYNC_FULL : MLOPS_SYNC_RELAXED,
                                          MLOPS_STORE_INDEX_FILE);
            MUST(s);
            for (int k = 0; k < COUNTS; k++) count_up(s);
            mlops_store_close(s);
            leave(0);
        }
    for (int i = 0; i < PROCESSES; i++) ends_well(pids[i]);
    mlops_store *s = open_store(p.path, NULL);
    char want[16];
    snprintf(want, sizeof want, "%d", PROCESSES * COUNTS);
    assert_string_equal(get(s, "counter"), want);
    assert_int_equal(stats_of(s).seq, PROCESSES * COUNTS);
    mlops_store_close(s);
    remove_place(&p);
}

/* Nobody waits for ever for somebody who waits for him. The store is not there to begin with. */
static void many_open_and_close_at_once(void **state) {
    (void)state;
    place p;
    pid_t pids[PROCESSES];
    make_place(&p);
    for (int i = 0; i < PROCESSES; i++)
        if ((pids[i] = child_begins()) == 0) {
            for (int k = 0; k < COUNTS; k++) {
                mlops_store *s = open_quietly(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
                MUST(s);
                MUST(put_quietly(s, "a", "1", NULL, 0));
                mlops_store_close(s);
            }
            leave(0);
        }
    for (int i = 0; i < PROCESSES; i++) ends_well(pids[i]);
    mlops_store *s = open_store(p.path, NULL);
    assert_int_equal(stats_of(s).seq, PROCESSES * COUNTS);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- fork ---- */

static void in_the_child(mlops_store *s, mlops_change *c, const mlops_id *id) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops_error e;
    mlops_id other;
    mlops_change *fresh = c;
    MUST(mlops_change_new(&fresh, s, NULL, &e) == MLOPS_E_FORKED && fresh == NULL);
    MUST(strstr(e.message, "open it here") != NULL);
    MUST(mlops_change_commit(c, NULL, &e) == MLOPS_E_FORKED);
    MUST(mlops_change_content(c, &other, "x", 1, &e) == MLOPS_E_FORKED);
    MUST(mlops_store_stat(s, &stats, &e) == MLOPS_E_FORKED);
    MUST(mlops_store_content(s, id, NULL, 0, NULL, &e) == MLOPS_E_FORKED);
    MUST(mlops_store_flush(s, &e) == MLOPS_E_FORKED);
    MUST(mlops_store_service(s, 0, &e) == MLOPS_E_FORKED);
    mlops_change_free(c);
    mlops_store_close(s);
}

static void a_child_opens_its_own(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    mlops_id id = keep(s, "bytes", 5);
    for (int i = 0; i < 5; i++) {
        char key[24];
        mlops_change *c = new_change(s);
        add(c, "pending", "1");
        snprintf(key, sizeof key, "child %d", i);
        pid_t pid = child_begins();
        if (pid == 0) {
            in_the_child(s, c, &id);
            mlops_store *mine = open_quietly(p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
            MUST(mine && mine != s);
            MUST(put_quietly(mine, key, "1", NULL, 0));
            MUST(!mlops_store_content(mine, &id, NULL, 0, NULL, NULL));
            mlops_store_close(mine);
            leave(0);
        }
        put(s, "parent", key);
        ends_well(pid);
        assert_string_equal(get(s, key), "1");
        assert_string_equal(get(s, "parent"), key);
        commit(c); /* the child's free was of its own copy */
        mlops_change_free(c);
    }
    assert_int_equal(stats_of(s).seq, 16);
    assert_int_equal(reads(s, &id, "bytes", 5), MLOPS_OK);
    mlops_store_close(s);
    remove_place(&p);
}

/* A child that lives on keeps nobody out of what its parent closed. */
static void a_child_that_stays_locks_nothing(void **state) {
    (void)state;
    place p;
    uint8_t *blob = make_blob(9000, 1, 0);
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    keep(s, blob, 9000);
    pid_t stays = child_begins();
    if (stays == 0) {
        pause();
        leave(0);
    }
    mlops_store_close(s);
    pid_t opens = child_begins();
    if (opens == 0) {
        mlops_store *mine = open_quietly(p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
        MUST(mine);
        MUST(put_quietly(mine, "a", "1", NULL, 0));
        mlops_store_close(mine);
        leave(0);
    }
    ends_well(opens);
    assert_int_equal(kill(stays, SIGKILL), 0);
    assert_int_equal(waitpid(stays, NULL, 0), stays);
    free(blob);
    remove_place(&p);
}

/* ---- killed ---- */

enum { ROUNDS = 100, BLOB = 5000 };

/* Commits numbers from first on, telling of each. */
static void write_until_killed(const char *path, mlops_sync sync, mlops_store_index index,
                               int64_t first, int tell) {
    static uint8_t blob[BLOB];
    char key[16], value[24];
    mlops_store *s = open_quietly(path, sync, index);
    MUST(s);
    for (int64_t k = first;; k++) {
        snprintf(key, sizeof key, "k%d", (int)(k % 50));
        snprintf(value, sizeof value, "v%lld", (long long)k);
        memset(blob, (int)k, sizeof blob);
        memcpy(blob, &k, sizeof k);
        MUST(put_quietly(s, key, value, k % 10 ? NULL : blob, BLOB) == k);
        MUST(write(tell, &k, sizeof k) == sizeof k);
    }
}

/* The store holds just the commits 1 to seq. */
static void holds_all(mlops_store *s, int64_t seq) {
    uint8_t blob[BLOB];
    char key[16], value[24];
    for (int64_t k = seq; k > 0 && k > seq - 50; k--) {
        snprintf(key, sizeof key, "k%d", (int)(k % 50));
        snprintf(value, sizeof value, "v%lld", (long long)k);
        assert_string_equal(get(s, key), value);
        if (k % 10) continue;
        memset(blob, (int)k, sizeof blob);
        memcpy(blob, &k, sizeof k);
        mlops__sha256 sha;
        mlops_id id;
        mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
        mlops__sha256_add(&sha, blob, sizeof blob);
        mlops__sha256_end(&sha, id.bytes);
        assert_int_equal(reads(s, &id, blob, BLOB), MLOPS_OK);
    }
    assert_int_equal(stats_of(s).n_records, seq < 50 ? seq : 50);
}

static void kill_writers(mlops_sync sync, mlops_store_index index, int rounds) {
    place p;
    int64_t seq = 0, told = 0;
    make_place(&p);
    seed = 23;
    for (int round = 0; round < rounds; round++) {
        int tell[2];
        assert_int_equal(pipe(tell), 0);
        pid_t pid = child_begins();
        if (pid == 0) write_until_killed(p.path, sync, index, seq + 1, tell[1]);
        close(tell[1]);
        int64_t last = seq, k;
        /* Now and then it is killed as it opens. */
        if (round % 8) assert_int_equal(read(tell[0], &last, sizeof last), (int)sizeof last);
        usleep((unsigned)(draw() % (round % 3 ? 4000 : 30000)));
        assert_int_equal(kill(pid, SIGKILL), 0);
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (!WIFSIGNALED(status)) fail_msg("the writer failed at line %d", WEXITSTATUS(status));
        while (read(tell[0], &k, sizeof k) == sizeof k) {
            assert_int_equal(k, last + 1);
            last = k;
        }
        close(tell[0]);
        mlops_store *s = open_with(p.path, sync, index);
        int64_t found = stats_of(s).seq;
        if (found != last && found != last + 1)
            fail_msg("round %d: told of %d, found %d", round, (int)last, (int)found);
        holds_all(s, found);
        mlops_store_close(s);
        told += last - seq;
        seq = found;
    }
    printf("# %d writers killed, %d commits told of\n", rounds, (int)told);
    remove_place(&p);
}

static void killed_writers(void **state) {
    (void)state;
    kill_writers(MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, ROUNDS);
}

static void killed_writers_relaxed(void **state) {
    (void)state;
    kill_writers(MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE, ROUNDS);
}

static void killed_writers_in_memory(void **state) {
    (void)state;
    kill_writers(MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY, ROUNDS / 4);
}

/* A reader that died does not hold old pages for ever. */
static void a_dead_reader_costs_nothing(void **state) {
    (void)state;
    place p;
    int tell[2];
    char byte, key[16], value[501];
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    memset(value, 'x', 500);
    value[500] = 0;
    put(s, "a", value);
    get(s, "a");
    assert_int_equal(pipe(tell), 0);
    pid_t pid = child_begins();
    if (pid == 0) {
        mlops__index index;
        mlops_store *mine = open_quietly(p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
        MUST(mine && !mlops__store_read_begin(mine, &index, NULL));
        MUST(write(tell[1], "x", 1) == 1);
        pause();
        leave(0);
    }
    assert_int_equal(read(tell[0], &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    for (int i = 0; i < 1500; i++) {
        snprintf(key, sizeof key, "k%d", i % 100);
        put(s, key, value);
        get(s, key); /* so that each is a transaction of the index */
    }
    assert_true(stats_of(s).index_bytes < 2 << 20);
    mlops_store_close(s);
    close(tell[0]);
    close(tell[1]);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_write_in_turn),
        cmocka_unit_test(two_write_in_turn_relaxed),
        cmocka_unit_test(readers_see_the_newest),
        cmocka_unit_test(nobody_overtakes_unseen),
        cmocka_unit_test(many_open_and_close_at_once),
        cmocka_unit_test(a_child_opens_its_own),
        cmocka_unit_test(a_child_that_stays_locks_nothing),
        cmocka_unit_test(killed_writers),
        cmocka_unit_test(killed_writers_relaxed),
        cmocka_unit_test(killed_writers_in_memory),
        cmocka_unit_test(a_dead_reader_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
