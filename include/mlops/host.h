/* mlops/host.h: what the program lends to the library: memory, files, clock, entropy.
 *
 * Every constructor of a root object takes a mlops_host through its options. NULL is the machine
 * itself: the C heap, POSIX files, the system's clocks. A host and its tables outlive every object
 * made with them; objects made from an object inherit its host. A table may leave out (NULL) only
 * what is tagged so, and may be shorter than ours: struct_size says how much of it there is.
 */
#ifndef MLOPS_HOST_H
#define MLOPS_HOST_H

#include <mlops/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Memory. All three are required; they may be called from any thread that calls the library. */
typedef struct mlops_allocator {
    uint32_t struct_size; /**< MLOPS_ALLOCATOR_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    void *ctx;            /**< @nullable first argument of each function */
    void *(*alloc)(void *ctx, size_t size, size_t align); /**< NULL when out of memory */
    void *(*realloc)(void *ctx, void *p, size_t old_size, size_t new_size,
                     size_t align);                              /**< NULL keeps p as it is */
    void (*free)(void *ctx, void *p, size_t size, size_t align); /**< p is never NULL */
} mlops_allocator;

#define MLOPS_ALLOCATOR_INIT                                                                       \
    { sizeof(mlops_allocator), 0, 0, 0, 0, 0 }

/** How mlops_io.open opens. */
typedef enum mlops_io_mode {
    MLOPS_IO_READ = 0,       /**< an existing file, for reading */
    MLOPS_IO_CREATE = 1,     /**< a new file, for reading and writing; EEXIST if it is there */
    MLOPS_IO_READ_WRITE = 2, /**< an existing file, for reading and writing */
    MLOPS_IO_MODE_FORCE32 = 0x7fffffff
} mlops_io_mode;

/** What mlops_io.lock does to one byte of a file. Locks belong to the opened file, not to the
 * process, and end with its close or the death of its process. */
typedef enum mlops_io_lock {
    MLOPS_IO_UNLOCK = 0,   /**< gives the lock back */
    MLOPS_IO_LOCK = 1,     /**< exclusive; waits until it is free */
    MLOPS_IO_TRY_LOCK = 2, /**< exclusive; EAGAIN if another opened file holds it */
    MLOPS_IO_SHARE = 3,    /**< shared with others that share; waits */
    MLOPS_IO_LOCK_FORCE32 = 0x7fffffff
} mlops_io_lock;

/** What stands in a folder. */
typedef enum mlops_io_kind {
    MLOPS_IO_FILE = 1,   /**< a regular file */
    MLOPS_IO_FOLDER = 2, /**< a folder */
    MLOPS_IO_LINK = 3,   /**< a symbolic link */
    MLOPS_IO_OTHER = 4,  /**< a pipe, a socket, a device */
    MLOPS_IO_KIND_FORCE32 = 0x7fffffff
} mlops_io_kind;

/** What a file system says of a file without reading it. */
typedef struct mlops_io_stat {
    uint32_t struct_size; /**< MLOPS_IO_STAT_INIT sets it */
    mlops_io_kind kind;   /**< what it is */
    uint64_t device;      /**< with inode: no other file has both at the same time */
    uint64_t inode;       /**< number of the file on its device */
    int64_t size;         /**< bytes of a regular file */
    int64_t mtime_ns;     /**< when the content changed, UTC; programs may set it */
    int64_t ctime_ns;     /**< when anything of it changed, UTC */
} mlops_io_stat;

#define MLOPS_IO_STAT_INIT                                                                         \
    { sizeof(mlops_io_stat), MLOPS_IO_OTHER, 0, 0, 0, 0, 0 }

/** Is told of one name in a folder; anything but 0 ends the listing. */
typedef int64_t (*mlops_io_visit)(void *visit_user, const char *name, const mlops_io_stat *stat);

/**
 * Files. Every function returns a value >= 0, or minus an errno. Those up to sync_dir are required;
 * the others only by stores, and those behind boot by folders of datasets alone. A file is a number
 * that open chose. Reads and writes may be short and may return -EINTR; the library goes on.
 */
typedef struct mlops_io {
    uint32_t struct_size; /**< MLOPS_IO_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    void *ctx;            /**< @nullable first argument of each function */
    int64_t (*open)(void *ctx, const char *path, mlops_io_mode mode); /**< the file's number */
    int64_t (*close)(void *ctx, int64_t file);                        /**< 0 */
    int64_t (*size)(void *ctx, int64_t file); /**< bytes; of a regular file */
    int64_t (*pread)(void *ctx, int64_t file, void *bytes, size_t n, int64_t offset);
    int64_t (*pwrite)(void *ctx, int64_t file, const void *bytes, size_t n, int64_t offset);
    int64_t (*truncate)(void *ctx, int64_t file, int64_t size); /**< 0 */
    int64_t (*sync)(void *ctx, int64_t file);                   /**< 0: content is durable */
    int64_t (*map)(void *ctx, int64_t file, size_t n, const void **out); /**< 0; read-only */
    int64_t (*unmap)(void *ctx, const void *p, size_t n);                /**< 0 */
    int64_t (*rename)(void *ctx, const char *from, const char *to);      /**< 0; replaces to */
    int64_t (*unlink)(void *ctx, const char *path);                      /**< 0 */
    int64_t (*sync_dir)(void *ctx, const char *path); /**< 0: names are durable */
    int64_t (*mkdir)(void *ctx, const char *path);    /**< @nullable 0; EEXIST if it is there */
    int64_t (*list)(void *ctx, const char *path, char *names,
                    size_t cap); /**< @nullable bytes that the names in a folder take, each with
                                      its NUL, in any order, without . and ..; fills names if they
                                      fit into cap */
    int64_t (*lock)(void *ctx, int64_t file, int64_t byte, mlops_io_lock how); /**< @nullable 0 */
    int64_t (*identity)(void *ctx, int64_t file, uint64_t *out); /**< @nullable 0; two numbers that
                                                                      no other file has */
    int64_t (*boot)(void *ctx, uint8_t *out); /**< @nullable 0; 16 bytes that change with each
                                                   start of the machine */
    int64_t (*stat)(void *ctx, const char *path, int32_t follow,
                    mlops_io_stat *out); /**< @nullable 0; of a link itself unless follow is 1 */
    int64_t (*stat_file)(void *ctx, int64_t file, mlops_io_stat *out); /**< @nullable 0 */
    int64_t (*scan)(void *ctx, const char *path, mlops_io_visit visit,
                    void *visit_user); /**< @nullable 0, or what visit returned; each name in a
                                            folder, in any order, without . and .. and those that
                                            vanish meanwhile; stat is of a link itself */
    int64_t (*set_mtime)(void *ctx, int64_t file, int64_t mtime_ns); /**< @nullable 0 */
    int64_t (*link)(void *ctx, const char *from, const char *to);    /**< @nullable 0: to is another
                                                      name of the file; EEXIST if it is there */
} mlops_io;

#define MLOPS_IO_INIT                                                                              \
    { sizeof(mlops_io), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }

/** Time. Both functions are required. */
typedef struct mlops_clock {
    uint32_t struct_size;               /**< MLOPS_CLOCK_INIT sets it */
    uint32_t flags;                     /**< none yet; must be 0 */
    void *ctx;                          /**< @nullable first argument of each function */
    int64_t (*now_ns)(void *ctx);       /**< UTC nanoseconds since 1970-01-01 */
    int64_t (*monotonic_ns)(void *ctx); /**< nanoseconds since any fixed moment; never goes back */
} mlops_clock;

#define MLOPS_CLOCK_INIT                                                                           \
    { sizeof(mlops_clock), 0, 0, 0, 0 }

/** Random bytes. */
typedef struct mlops_entropy {
    uint32_t struct_size;                              /**< MLOPS_ENTROPY_INIT sets it */
    uint32_t flags;                                    /**< none yet; must be 0 */
    void *ctx;                                         /**< @nullable first argument of fill */
    int64_t (*fill)(void *ctx, void *bytes, size_t n); /**< 0, or minus an errno */
} mlops_entropy;

#define MLOPS_ENTROPY_INIT                                                                         \
    { sizeof(mlops_entropy), 0, 0, 0 }

/** The most that kernels may use of the CPU. Values never differ between levels, only speed. The
 * environment variable MLOPS_CPU=scalar|sse41|avx2|avx512 caps the whole process. */
typedef enum mlops_cpu {
    MLOPS_CPU_BEST = 0,   /**< whatever the machine has */
    MLOPS_CPU_SCALAR = 1, /**< portable C */
    MLOPS_CPU_SSE41 = 2,  /**< x86-64 with SSE4.1 and, where present, SHA */
    MLOPS_CPU_AVX2 = 3,   /**< x86-64 with AVX2 and FMA */
    MLOPS_CPU_AVX512 = 4, /**< x86-64 with AVX-512 F, BW, CD, DQ, VL, VBMI */
    MLOPS_CPU_NEON = 5,   /**< AArch64 */
    MLOPS_CPU_FORCE32 = 0x7fffffff
} mlops_cpu;

/** The program's side of the library. NULL in each pointer is the machine's own. */
typedef struct mlops_host {
    uint32_t struct_size;             /**< MLOPS_HOST_INIT sets it */
    uint32_t flags;                   /**< none yet; must be 0 */
    const mlops_allocator *allocator; /**< @nullable memory; default the C heap */
    const mlops_io *io;               /**< @nullable files; default POSIX */
    const mlops_clock *clock;         /**< @nullable time; default the system's clocks */
    const mlops_entropy *entropy;     /**< @nullable random bytes; default getrandom */
    mlops_cpu cpu_max;                /**< cap on instruction sets; default MLOPS_CPU_BEST */
    uint32_t reserved;                /**< must be 0 */
} mlops_host;

#define MLOPS_HOST_INIT                                                                            \
    { sizeof(mlops_host), 0, 0, 0, 0, 0, MLOPS_CPU_BEST, 0 }

/**
 * What kernels use on this machine under a cap.
 *
 * @param cap  MLOPS_CPU_BEST for none
 * @return the level, which MLOPS_CPU and the CPU bound further
 * @since 0.1
 */
MLOPS_API mlops_cpu mlops_cpu_level(mlops_cpu cap);

#ifdef __cplusplus
}
#endif

#endif
