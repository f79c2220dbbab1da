/* Process numbers, their namespaces, and kinds of file systems.
 *
 * Owns nothing. Invariant: what cannot be told is no reason to refuse anything.
 */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "sys/machine.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif
#ifdef __APPLE__
#include <sys/mount.h>
#include <sys/param.h>
#endif

int64_t mlops__machine_process(void) { return (int64_t)getpid(); }

void mlops__machine_sleep(int64_t ns) {
    struct timespec left = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    while (ns > 0 && nanosleep(&left, &left) && errno == EINTR) continue;
}

uint64_t mlops__machine_namespace(void) {
#ifdef __linux__
    struct stat info;
    return stat("/proc/self/ns/pid", &info) ? 0 : (uint64_t)info.st_ino;
#else
    return 0;
#endif
}

#ifdef __linux__
/* As linux/magic.h and the file systems' own sources have them. FUSE is not here: it may be a local
 * disk as well as a network. */
static const struct {
    uint32_t magic;
    const char *name;
} REMOTE[] = {{0x00006969, "NFS"},    {0x0000517b, "SMB"},       {0xfe534d42, "SMB"},
              {0xff534d42, "CIFS"},   {0x01021997, "9p"},        {0x00c36400, "Ceph"},
              {0x0bd00bd0, "Lustre"}, {0x5346414f, "AFS"},       {0x6b414653, "AFS"},
              {0x73757245, "Coda"},   {0x47504653, "GPFS"},      {0x19830326, "BeeGFS"},
              {0x01161970, "GFS2"},   {0x7461636f, "OCFS2"},     {0xaad7aaea, "PanFS"},
              {0x0000564c, "NCP"},    {0x786f4256, "VirtualBox"}};

static const char *kind_of(const char *path, int *known) {
    struct statfs info;
    int code;
    do code = statfs(path, &info);
    while (code != 0 && errno == EINTR);
    *known = code == 0;
    for (size_t i = 0; *known && i < sizeof REMOTE / sizeof REMOTE[0]; i++)
        if ((uint32_t)info.f_type == REMOTE[i].magic) return REMOTE[i].name;
    return NULL;
}
#elif defined __APPLE__
static const char *kind_of(const char *path, int *known) {
    struct statfs info;
    *known = statfs(path, &info) == 0;
    return *known && !(info.f_flags & MNT_LOCAL) ? "network" : NULL;
}
#else
static const char *kind_of(const char *path, int *known) {
    (void)path;
    *known = 1;
    return NULL;
}
#endif

const char *mlops__machine_remote(const char *path) {
    char folder[4096];
    int known;
    const char *kind = kind_of(path, &known);
    size_t n = strlen(path);
    if (known || n >= sizeof folder) return kind;
    memcpy(folder, path, n + 1);
    while (n > 1 && folder[n - 1] == '/') n--;
    while (n > 0 && folder[n - 1] != '/') n--;
    if (n == 0) folder[n++] = '.';
    folder[n] = 0;
    return kind_of(folder, &known);
}
