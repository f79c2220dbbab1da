/* What the CPU has: levels for dispatch, and features beyond a level. */
#ifndef MLOPS_SYS_CPU_H
#define MLOPS_SYS_CPU_H

#include <mlops/host.h>

/* The best level of this machine and process, capped by MLOPS_CPU; never BEST. */
mlops_cpu mlops__cpu_detect(void);

/* True if the SHA-256 instructions are there. Levels do not promise them. */
int mlops__cpu_has_sha256(void);

/* The public verb's rule for a given machine: the lower of the two on one architecture, scalar for
 * a cap of another one. */
mlops_cpu mlops__cpu_cap(mlops_cpu machine, mlops_cpu cap);

/* The level that a word such as "avx2" names; BEST if it names none. */
mlops_cpu mlops__cpu_parse(const char *word);

#endif
