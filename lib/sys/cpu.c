/* Which instruction sets kernels may use.
 *
 * Owns the meaning of the levels: each names every feature that its kernels are compiled for, and
 * counts only if the operating system keeps the registers. Features are asked for, never model
 * numbers. Invariant: what is found does not change, so the process keeps it; MLOPS_CPU is read
 * once.
 */
#include "sys/cpu.h"

#include "sys/process.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

enum { FEATURE_KNOWN = 1, FEATURE_SHA256 = 2 };

#if defined(__x86_64__)

enum { LEAF_1, LEAF_7, N_LEAVES };
enum { SAVES_AVX = 0x6, SAVES_AVX512 = 0xe6 }; /* bits of XCR0 */

typedef struct leaves {
    unsigned ebx[N_LEAVES];
    unsigned ecx[N_LEAVES];
    unsigned saved; /* XCR0: the registers that the operating system keeps */
} leaves;

static leaves read_leaves(void) {
    leaves l = {{0}, {0}, 0};
    unsigned eax, edx;
    if (!__get_cpuid(1, &eax, &l.ebx[LEAF_1], &l.ecx[LEAF_1], &edx)) return l;
    if (!__get_cpuid_count(7, 0, &eax, &l.ebx[LEAF_7], &l.ecx[LEAF_7], &edx))
        l.ebx[LEAF_7] = l.ecx[LEAF_7] = 0;
    if (l.ecx[LEAF_1] & bit_OSXSAVE) __asm__("xgetbv" : "=a"(l.saved), "=d"(edx) : "c"(0));
    return l;
}

static int all(unsigned given, unsigned wanted) { return (given & wanted) == wanted; }

static mlops_cpu ask_level(void) {
    leaves l = read_leaves();
    if (!all(l.ecx[LEAF_1], bit_SSSE3 | bit_SSE4_1)) return MLOPS_CPU_SCALAR;
    if (!all(l.saved, SAVES_AVX) || !all(l.ecx[LEAF_1], bit_AVX | bit_FMA) ||
        !all(l.ebx[LEAF_7], bit_AVX2))
        return MLOPS_CPU_SSE41;
    if (!all(l.saved, SAVES_AVX512) ||
        !all(l.ebx[LEAF_7],
             bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL) ||
        !all(l.ecx[LEAF_7], bit_AVX512VBMI))
        return MLOPS_CPU_AVX2;
    return MLOPS_CPU_AVX512;
}

static int ask_sha256(void) { return all(read_leaves().ebx[LEAF_7], bit_SHA); }

#elif defined(__aarch64__)

static mlops_cpu ask_level(void) { return MLOPS_CPU_NEON; }

static int ask_sha256(void) {
#if defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_SHA2) != 0;
#else
    return 1; /* Apple's all have them */
#endif
}

#else

static mlops_cpu ask_level(void) { return MLOPS_CPU_SCALAR; }

static int ask_sha256(void) { return 0; }

#endif

mlops_cpu mlops__cpu_parse(const char *word) {
    static const struct {
        const char *word;
        mlops_cpu level;
    } words[] = {{"scalar", MLOPS_CPU_SCALAR},
                 {"sse41", MLOPS_CPU_SSE41},
                 {"avx2", MLOPS_CPU_AVX2},
                 {"avx512", MLOPS_CPU_AVX512},
                 {"neon", MLOPS_CPU_NEON}};
    for (size_t i = 0; word && i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i].word) == 0) return words[i].level;
    return MLOPS_CPU_BEST;
}

mlops_cpu mlops__cpu_cap(mlops_cpu machine, mlops_cpu cap) {
    if (cap == MLOPS_CPU_BEST) return machine;
    if (machine == MLOPS_CPU_NEON || cap >= MLOPS_CPU_NEON || cap < MLOPS_CPU_BEST)
        return cap == machine ? machine : MLOPS_CPU_SCALAR;
    return cap < machine ? cap : machine;
}

static mlops_cpu detect(void) {
    return mlops__cpu_cap(ask_level(), mlops__cpu_parse(getenv("MLOPS_CPU")));
}

static uintptr_t find_features(void) {
    return (uintptr_t)(FEATURE_KNOWN | (ask_sha256() ? FEATURE_SHA256 : 0));
}

mlops_cpu mlops__cpu_detect(void) { return mlops__process_cpu(detect); }

int mlops__cpu_has_sha256(void) {
    return (mlops__process_find(MLOPS__PROCESS_FEATURES, find_features) & FEATURE_SHA256) != 0;
}

mlops_cpu mlops_cpu_level(mlops_cpu cap) { return mlops__cpu_cap(mlops__cpu_detect(), cap); }
