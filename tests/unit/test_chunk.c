/* Numbers taken apart come back byte for byte, take as little as they should, and what is damaged
 * is refused or makes other bytes, never more of them. */
#define _GNU_SOURCE
#include "unit/draw.h"
#include "unit/help_store.h"

#include "columnar/planes.h"
#include "store/chunk.h"

#include <fenv.h>
#include <math.h>

enum { MOST = 70000 };

typedef enum family {
    SEQUENCE, /* int64, the same step between all */
    TIMES,    /* nanoseconds, whole seconds */
    SMALL,    /* int64 of 12 bits */
    CODES,    /* u32, one more each */
    PRICES,   /* float64, two digits behind the point */
    GAPS,     /* the same, of which some are NaN, -0.0, infinite, or of all digits */
    REALS,    /* float64 of all digits below 1 */
    FLOATS,   /* float32 */
    HALVES,   /* 16 bits, the upper ones alike */
    LETTERS,  /* text */
    RANDOM,   /* any bytes */
    REPEATED, /* random numbers that come a hundred times */
    MIXED,    /* a part of several */
    N_FAMILIES
} family;

static void put_f64(uint8_t *at, double value) { memcpy(at, &value, 8); }

static uint64_t below(uint64_t n) { return draw() % n; }

static double odd(void) {
    static const double VALUES[] = {-0.0, INFINITY, -INFINITY, 1e300, 5e-324, 0.1 + 0.2, 1e15};
    uint64_t bits = 0x7ff8000000000001;
    double nan;
    memcpy(&nan, &bits, 8);
    size_t k = below(9);
    return k == 8 ? nan : k == 7 ? NAN : VALUES[k];
}

static void fill(uint8_t *out, size_t n, family f) {
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint64_t x = 0;
        float pair[2];
        switch (f) {
        case SEQUENCE: x = 17 * (i / 8) - 4000; break;
        case TIMES: x = 1700000000000000000 + 1000000000 * below(100000); break;
        case SMALL: x = below(4096) - 100; break;
        case CODES: x = (i / 4) | (i / 4 + 1) << 32; break;
        case PRICES: put_f64((uint8_t *)&x, (double)below(100000) / 100); break;
        case GAPS: put_f64((uint8_t *)&x, below(20) ? (double)below(100000) / 100 : odd()); break;
        case REALS: put_f64((uint8_t *)&x, uniform()); break;
        case FLOATS:
            pair[0] = (float)uniform(), pair[1] = (float)uniform();
            memcpy(&x, pair, 8);
            break;
        case HALVES: x = (draw() & 0x0fff0fff0fff0fff) | 0x3000300030003000; break;
        case LETTERS: x = 0x6161616161616161 + (draw() & 0x0f0f0f0f0f0f0f0f); break;
        case REPEATED:
            if (i < 800) x = draw();
            else memcpy(&x, out + i - 800, 8);
            break;
        default: x = draw();
        }
        memcpy(out + i, &x, 8);
    }
    for (size_t i = n / 8 * 8; i < n; i++) out[i] = (uint8_t)draw();
    for (size_t at = 0; f == MIXED && at < n; at += 9000)
        fill(out + at, n - at < 9000 ? n - at : 9000, (family)below(RANDOM));
}

typedef struct ground {
    uint8_t bytes[MOST], back[MOST];
    mlops__buf soft, hard, packed;
    mlops__codec codec;
    mlops__host host;
} ground;

static ground *begin(void) {
    ground *g = malloc(sizeof *g);
    mlops_error e;
    assert_non_null(g);
    works(mlops__host_init(&g->host, NULL, &e), &e);
    mlops__buf_init(&g->soft, &mlops__heap);
    mlops__buf_init(&g->hard, &mlops__heap);
    mlops__buf_init(&g->packed, &mlops__heap);
    mlops__codec_init(&g->codec, &g->host);
    return g;
}

static void end(ground *g) {
    mlops__codec_free(&g->codec);
    mlops__buf_free(&g->soft);
    mlops__buf_free(&g->hard);
    mlops__buf_free(&g->packed);
    free(g);
}

static mlops_status split(ground *g, size_t n, size_t lead) {
    g->soft.size = g->hard.size = 0;
    return mlops__numbers_split(g->bytes, n, lead, &g->soft, &g->hard);
}

static int join(ground *g, size_t n, size_t lead) {
    return mlops__numbers_join(g->soft.data, g->soft.size, g->hard.data, g->hard.size, lead,
                               g->back, n);
}

/* How many bytes a chunk of the family takes as it is stored. */
static size_t stored(ground *g, size_t n, int64_t at, mlops__pack_codec *how) {
    mlops_error e;
    g->packed.size = 0;
    works(mlops__chunk_pack(&g->codec, &g->packed, g->bytes, n, at, how, &e), &e);
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, *how, (uint32_t)n, (uint32_t)g->packed.size, {0}};
    memset(g->back, 0xa5, n);
    works(mlops__chunk_unpack(&g->codec, &frame, g->packed.data, g->back, &e), &e);
    assert_memory_equal(g->back, g->bytes, n);
    return g->packed.size;
}

static void come_back(void **state) {
    (void)state;
    ground *g = begin();
    for (int i = 0; i < 400; i++) {
        size_t n = i % 7 ? below(MOST) : below(200), lead = below(8);
        mlops__pack_codec how;
        if (lead > n) continue;
        for (size_t k = 0; k < lead; k++) g->bytes[k] = (uint8_t)draw();
        fill(g->bytes + lead, n - lead, (family)below(N_FAMILIES));
        if (split(g, n, lead) == MLOPS_OK) {
            assert_true(join(g, n, lead));
            assert_memory_equal(g->back, g->bytes, n);
        } else assert_int_equal(g->soft.size + g->hard.size, 0);
        assert_true(stored(g, n, (int64_t)(8 - lead), &how) <= n);
    }
    end(g);
}

/* Whatever the processor rounds by: decimals come back in each mode, however they were written. */
static void rounding_is_no_matter(void **state) {
    (void)state;
    static const int MODES[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    static const double PLACES[] = {1, 10, 100, 1e3, 1e6, 1e9};
    ground *g = begin();
    for (int i = 0; i < 16 * 6; i++) {
        size_t n = MOST / 8 * 8;
        double scale = PLACES[i / 16];
        for (size_t at = 0; at < n; at += 8) {
            double x = ((double)(at / 8 * 7919 % 100003) - 5000) / scale;
            if (at % 800 == 0) x = at % 1600 ? 0x1p-1070 : 0x1.123456789abcdp+900;
            memcpy(g->bytes + at, &x, 8);
        }
        fesetround(MODES[i % 4]);
        mlops_status status = split(g, n, 0);
        fesetround(MODES[i / 4 % 4]);
        int joined = join(g, n, 0);
        fesetround(FE_TONEAREST);
        assert_int_equal(status, MLOPS_OK);
        assert_true(joined);
        assert_memory_equal(g->back, g->bytes, n);
    }
    end(g);
}

/* Bits of eight bytes, stored: what the values tell, and not much more. */
static void is_small(void **state) {
    (void)state;
    static const double MOST_BITS[N_FAMILIES] = {1,  20, 14, 1,  18.5, 28,  55.5,
                                                 58, 54, 45, 65, 3,    64.5};
    ground *g = begin();
    for (int f = 0; f < N_FAMILIES; f++) {
        mlops__pack_codec how;
        fill(g->bytes, MOST, (family)f);
        double bits = (double)stored(g, MOST, 0, &how) * 64 / MOST;
        if (bits > MOST_BITS[f]) fail_msg("family %d takes %.1f bits of 64", f, bits);
        assert_int_equal(how == MLOPS__PACK_NUMBERS, f <= HALVES || f == MIXED);
    }
    end(g);
}

static void is_refused(void **state) {
    (void)state;
    ground *g = begin();
    uint8_t head[] = {8, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    mlops_error e;
    for (int i = 0; i < 3000; i++) {
        size_t n = 64 + below(3000);
        fill(g->bytes, n, (family)below(RANDOM));
        if (split(g, n, 0)) continue;
        mlops__buf *which = below(3) && g->hard.size ? &g->hard : &g->soft;
        if (below(4) == 0) {
            which->size -= 1 + below(which->size);
            assert_false(join(g, n, 0)); /* cut short */
        } else {
            which->data[below(which->size)] ^= (uint8_t)(1 << below(8));
            join(g, n, 0);
        }
    }
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_NUMBERS, 64, sizeof head, {0}};
    refused(mlops__chunk_unpack(&g->codec, &frame, head, g->back, &e), &e, MLOPS_E_CORRUPT,
            "damaged");
    end(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(come_back),
                                       cmocka_unit_test(rounding_is_no_matter),
                                       cmocka_unit_test(is_small), cmocka_unit_test(is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
