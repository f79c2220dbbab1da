/* Files in memory. For tests and simulations.
 *
 * Owns the files, by name, and the opened numbers. Invariants: a file lives as long as a name or
 * an opened number holds it, as POSIX has it, so that what was renamed over or unlinked can still
 * be read; a number is the index of its slot, and a slot without a file is free.
 */
#include "sys/host.h"
#include "sys/io_test.h"

#include <errno.h>
#include <string.h>

typedef struct file {
    uint8_t *data;
    size_t size;
    size_t cap;
    int64_t n_holders; /* the name, and each opened number */
    int64_t changed;   /* by the table's own count of changes, or what was set */
    int64_t touched;   /* the same, also by what is set */
} file;

typedef struct entry {
    char *name;
    size_t name_size; /* with its NUL */
    file *held;
} entry;

typedef struct slot {
    file *held; /* NULL: free */
    int writable;
} slot;

struct mlops__io_memory {
    mlops_io table;
    mlops_allocator allocator;
    pthread_mutex_t lock; /* over all below */
    entry *entries;
    size_t n_entries, cap_entries;
    slot *slots;
    size_t n_slots;
    int64_t n_mapped;
    uint64_t boot; /* times that the power was cut */
    int64_t clock; /* of changes to files */
};

static void release(mlops__io_memory *self, file *f) {
    if (--f->n_holders > 0) return;
    mlops__free(&self->allocator, f->data, f->cap);
    mlops__free(&self->allocator, f, sizeof *f);
}

static entry *find(const mlops__io_memory *self, const char *path) {
    for (size_t i = 0; i < self->n_entries; i++)
        if (strcmp(self->entries[i].name, path) == 0) return &self->entries[i];
    return NULL;
}

static void drop_entry(mlops__io_memory *self, entry *e) {
    release(self, e->held);
    mlops__free(&self->allocator, e->name, e->name_size);
    *e = self->entries[--self->n_entries];
}

/* Room for one more element of an array of n. */
static void *grown(mlops__io_memory *self, void *array, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return array;
    size_t wanted = *cap ? *cap * 2 : 16;
    uint8_t *p = mlops__alloc_array(&self->allocator, wanted, size);
    if (!p) return NULL;
    if (n) memcpy(p, array, n * size);
    mlops__free(&self->allocator, array, *cap * size);
    *cap = wanted;
    return p;
}

static entry *add_entry(mlops__io_memory *self, const char *path) {
    void *grew = grown(self, self->entries, self->n_entries, &self->cap_entries, sizeof(entry));
    if (!grew) return NULL;
    self->entries = grew;
    size_t n = strlen(path);
    char *name = mlops__copy_text(&self->allocator, path, n);
    file *f = mlops__alloc_zero(&self->allocator, sizeof *f);
    if (!name || !f) {
        mlops__free(&self->allocator, name, n + 1);
        mlops__free(&self->allocator, f, sizeof *f);
        return NULL;
    }
    f->n_holders = 1;
    entry *e = &self->entries[self->n_entries++];
    *e = (entry){name, n + 1, f};
    return e;
}

static int64_t hold(mlops__io_memory *self, file *f, int writable) {
    size_t i = 0;
    while (i < self->n_slots && self->slots[i].held) i++;
    if (i == self->n_slots) {
        void *grew = grown(self, self->slots, i, &self->n_slots, sizeof(slot));
        if (!grew) return -ENOMEM;
        self->slots = grew;
    }
    self->slots[i] = (slot){f, writable};
    f->n_holders++;
    return (int64_t)i;
}

static slot *at(const mlops__io_memory *self, int64_t number) {
    if (number < 0 || (uint64_t)number >= self->n_slots) return NULL;
    slot *s = &self->slots[number];
    return s->held ? s : NULL;
}

static void note_change(mlops__io_memory *self, file *f) {
    f->changed = f->touched = ++self->clock;
}

/* The file then has room for size bytes and is at least that long. */
static int lengthen(mlops__io_memory *self, file *f, size_t size) {
    if (size > f->cap) {
        size_t cap = f->cap ? f->cap : 512;
        while (cap < size) cap = cap > SIZE_MAX / 2 ? size : cap * 2;
        uint8_t *data = mlops__alloc(&self->allocator, cap);
        if (!data) return 0;
        if (f->size) memcpy(data, f->data, f->size);
        mlops__free(&self->allocator, f->data, f->cap);
        f->data = data;
        f->cap = cap;
    }
    if (size > f->size) {
        memset(f->data + f->size, 0, size - f->size);
        f->size = size;
    }
    return 1;
}

static int64_t open_locked(mlops__io_memory *self, const char *path, mlops_io_mode mode) {
    entry *e = find(self, path);
    if (mode != MLOPS_IO_CREATE) return e ? hold(self, e->held, mode != MLOPS_IO_READ) : -ENOENT;
    if (e) return -EEXIST;
    e = add_entry(self, path);
    if (!e) return -ENOMEM;
    int64_t number = hold(self, e->held, 1);
    if (number < 0) drop_entry(self, e);
    return number;
}

static int64_t memory_open(void *ctx, const char *path, mlops_io_mode mode) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t number = open_locked(self, path, mode);
    pthread_mutex_unlock(&self->lock);
    return number;
}

static int64_t memory_close(void *ctx, int64_t number) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    slot *s = at(self, number);
    if (s) {
        release(self, s->held);
        s->held = NULL;
    }
    pthread_mutex_unlock(&self->lock);
    return s ? 0 : -EBADF;
}

static int64_t memory_size(void *ctx, int64_t number) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    slot *s = at(self, number);
    int64_t size = s ? (int64_t)s->held->size : -EBADF;
    pthread_mutex_unlock(&self->lock);
    return size;
}

static int64_t read_locked(mlops__io_memory *self, int64_t number, void *bytes, size_t n,
                           int64_t offset) {
    slot *s = at(self, number);
    if (!s) return -EBADF;
    if (offset < 0) return -EINVAL;
    file *f = s->held;
    if ((uint64_t)offset >= f->size) return 0;
    size_t left = f->size - (size_t)offset;
    if (n > left) n = left;
    if (n) memcpy(bytes, f->data + offset, n);
    return (int64_t)n;
}

static int64_t memory_pread(void *ctx, int64_t number, void *bytes, size_t n, int64_t offset) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t done = read_locked(self, number, bytes, n, offset);
    pthread_mutex_unlock(&self->lock);
    return done;
}

static int64_t write_locked(mlops__io_memory *self, int64_t number, const void *bytes, size_t n,
                            int64_t offset) {
    slot *s = at(self, number);
    if (!s || !s->writable) return -EBADF;
    if (offset < 0) return -EINVAL;
    if (n > (size_t)INT64_MAX || (uint64_t)offset + n > SIZE_MAX / 2) return -EFBIG;
    if (n == 0) return 0;
    if (!lengthen(self, s->held, (size_t)offset + n)) return -ENOSPC;
    memcpy(s->held->data + offset, bytes, n);
    note_change(self, s->held);
    return (int64_t)n;
}

static int64_t memory_pwrite(void *ctx, int64_t number, const void *bytes, size_t n,
                             int64_t offset) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t done = write_locked(self, number, bytes, n, offset);
    pthread_mutex_unlock(&self->lock);
    return done;
}

static int64_t truncate_locked(mlops__io_memory *self, int64_t number, int64_t size) {
    slot *s = at(self, number);
    if (!s || !s->writable) return -EBADF;
    if (size < 0) return -EINVAL;
    if ((uint64_t)size > SIZE_MAX / 2) return -EFBIG;
    note_change(self, s->held);
    if ((size_t)size <= s->held->size) {
        s->held->size = (size_t)size;
        return 0;
    }
    return lengthen(self, s->held, (size_t)size) ? 0 : -ENOSPC;
}

static int64_t memory_truncate(void *ctx, int64_t number, int64_t size) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = truncate_locked(self, number, size);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t memory_sync(void *ctx, int64_t number) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    slot *s = at(self, number);
    pthread_mutex_unlock(&self->lock);
    return s ? 0 : -EBADF;
}

enum { MAP_ALIGN = 64 };

static int64_t map_locked(mlops__io_memory *self, int64_t number, size_t n, const void **out) {
    slot *s = at(self, number);
    if (!s) return -EBADF;
    if (n == 0) return -EINVAL;
    uint8_t *copy = mlops__alloc_aligned(&self->allocator, n, MAP_ALIGN);
    if (!copy) return -ENOMEM;
    size_t there = n < s->held->size ? n : s->held->size;
    if (there) memcpy(copy, s->held->data, there);
    memset(copy + there, 0, n - there);
    self->n_mapped++;
    *out = copy;
    return 0;
}

static int64_t memory_map(void *ctx, int64_t number, size_t n, const void **out) {
    mlops__io_memory *self = ctx;
    *out = NULL;
    pthread_mutex_lock(&self->lock);
    int64_t code = map_locked(self, number, n, out);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t memory_unmap(void *ctx, const void *p, size_t n) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    mlops__free_aligned(&self->allocator, (void *)(uintptr_t)p, n, MAP_ALIGN);
    self->n_mapped--;
    pthread_mutex_unlock(&self->lock);
    return 0;
}

static int64_t rename_locked(mlops__io_memory *self, const char *from, const char *to) {
    entry *source = find(self, from);
    if (!source) return -ENOENT;
    entry *target = find(self, to);
    if (target == source) return 0;
    if (target) {
        file *replaced = target->held;
        target->held = source->held;
        source->held = replaced;
        drop_entry(self, source);
        return 0;
    }
    size_t n = strlen(to);
    char *name = mlops__copy_text(&self->allocator, to, n);
    if (!name) return -ENOSPC;
    mlops__free(&self->allocator, source->name, source->name_size);
    source->name = name;
    source->name_size = n + 1;
    return 0;
}

static int64_t memory_rename(void *ctx, const char *from, const char *to) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = rename_locked(self, from, to);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t memory_unlink(void *ctx, const char *path) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    entry *e = find(self, path);
    if (e) drop_entry(self, e);
    pthread_mutex_unlock(&self->lock);
    return e ? 0 : -ENOENT;
}

static int64_t memory_sync_dir(void *ctx, const char *path) {
    (void)ctx, (void)path;
    return 0;
}

/* There are no folders: a path with a slash in it is all that a file in one takes. */
static int64_t memory_mkdir(void *ctx, const char *path) {
    (void)ctx, (void)path;
    return 0;
}

static int64_t list_locked(const mlops__io_memory *self, const char *path, char *names,
                           size_t cap) {
    size_t used = 0, n = strlen(path);
    for (size_t i = 0; i < self->n_entries; i++) {
        const char *name = self->entries[i].name;
        if (strncmp(name, path, n) != 0 || name[n] != '/' || strchr(name + n + 1, '/')) continue;
        size_t size = strlen(name + n + 1) + 1;
        if (used + size <= cap) memcpy(names + used, name + n + 1, size);
        used += size;
    }
    return (int64_t)used;
}

static int64_t memory_list(void *ctx, const char *path, char *names, size_t cap) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t size = list_locked(self, path, names, cap);
    pthread_mutex_unlock(&self->lock);
    return size;
}

static void take_stat(mlops_io_stat *out, const file *f) {
    out->kind = MLOPS_IO_FILE;
    out->device = 1;
    out->inode = (uint64_t)(uintptr_t)f;
    out->size = (int64_t)f->size;
    out->mtime_ns = f->changed;
    out->ctime_ns = f->touched;
}

/* The first entry that lies below the path, from one of them on. */
static const entry *below(const mlops__io_memory *self, const char *path, size_t n, size_t from) {
    for (size_t i = from; i < self->n_entries; i++) {
        const char *name = self->entries[i].name;
        if (strncmp(name, path, n) == 0 && name[n] == '/' && name[n + 1]) return &self->entries[i];
    }
    return NULL;
}

static int64_t memory_stat(void *ctx, const char *path, int32_t follow, mlops_io_stat *out) {
    mlops__io_memory *self = ctx;
    (void)follow;
    pthread_mutex_lock(&self->lock);
    const entry *e = find(self, path);
    int is_folder = !e && below(self, path, strlen(path), 0);
    if (e) take_stat(out, e->held);
    else out->kind = MLOPS_IO_FOLDER;
    pthread_mutex_unlock(&self->lock);
    return e || is_folder ? 0 : -ENOENT;
}

static int64_t memory_stat_file(void *ctx, int64_t number, mlops_io_stat *out) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    slot *s = at(self, number);
    if (s) take_stat(out, s->held);
    pthread_mutex_unlock(&self->lock);
    return s ? 0 : -EBADF;
}

/* Names of files, and the first names of longer paths, each once. */
static int64_t scan_locked(const mlops__io_memory *self, const char *path, mlops_io_visit visit,
                           void *user) {
    size_t n = strlen(path);
    char name[256];
    int64_t code = 0;
    const entry *e = below(self, path, n, 0);
    if (!e) return -ENOENT;
    for (; e && !code; e = below(self, path, n, (size_t)(e - self->entries) + 1)) {
        mlops_io_stat stat = MLOPS_IO_STAT_INIT;
        size_t part = strcspn(e->name + n + 1, "/");
        int is_folder = e->name[n + 1 + part] != 0, seen = 0;
        if (part >= sizeof name) return -ENAMETOOLONG;
        for (const entry *f = self->entries; is_folder && f < e && !seen; f++)
            seen = strncmp(f->name, e->name, n + part + 2) == 0;
        if (seen) continue;
        memcpy(name, e->name + n + 1, part);
        name[part] = 0;
        if (is_folder) stat.kind = MLOPS_IO_FOLDER;
        else take_stat(&stat, e->held);
        code = visit(user, name, &stat);
    }
    return code;
}

static int64_t memory_scan(void *ctx, const char *path, mlops_io_visit visit, void *user) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = scan_locked(self, path, visit, user);
    pthread_mutex_unlock(&self->lock);
    return code;
}

static int64_t memory_set_mtime(void *ctx, int64_t number, int64_t mtime_ns) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    slot *s = at(self, number);
    if (s) {
        s->held->changed = mtime_ns;
        s->held->touched = ++self->clock;
    }
    pthread_mutex_unlock(&self->lock);
    return s ? 0 : -EBADF;
}

/* One process, and nobody who would wait: a lock is always free, as after a crash. */
static int64_t memory_lock(void *ctx, int64_t number, int64_t byte, mlops_io_lock how) {
    (void)byte, (void)how;
    return memory_sync(ctx, number);
}

static int64_t memory_identity(void *ctx, int64_t number, uint64_t *out) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    slot *s = at(self, number);
    out[0] = (uint64_t)(uintptr_t)self;
    out[1] = s ? (uint64_t)(uintptr_t)s->held : 0;
    pthread_mutex_unlock(&self->lock);
    return s ? 0 : -EBADF;
}

static int64_t memory_boot(void *ctx, uint8_t *out) {
    mlops__io_memory *self = ctx;
    memset(out, 0, 16);
    memcpy(out, &self->boot, sizeof self->boot);
    return 0;
}

static int64_t link_locked(mlops__io_memory *self, const char *from, const char *to) {
    const entry *source = find(self, from);
    if (!source) return -ENOENT;
    if (find(self, to)) return -EEXIST;
    file *held = source->held;
    entry *e = add_entry(self, to); /* moves the entries */
    if (!e) return -ENOSPC;
    release(self, e->held);
    e->held = held;
    held->n_holders++;
    return 0;
}

static int64_t memory_link(void *ctx, const char *from, const char *to) {
    mlops__io_memory *self = ctx;
    pthread_mutex_lock(&self->lock);
    int64_t code = link_locked(self, from, to);
    pthread_mutex_unlock(&self->lock);
    return code;
}

mlops_status mlops__io_memory_new(mlops__io_memory **out, const mlops_allocator *allocator) {
    *out = NULL;
    mlops__io_memory *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return MLOPS_E_NOMEM;
    self->allocator = *allocator;
    pthread_mutex_init(&self->lock, NULL);
    self->table = (mlops_io){
        sizeof(mlops_io),
        0,
        self,
        memory_open,
        memory_close,
        memory_size,
        memory_pread,
        memory_pwrite,
        memory_truncate,
        memory_sync,
        memory_map,
        memory_unmap,
        memory_rename,
        memory_unlink,
        memory_sync_dir,
        memory_mkdir,
        memory_list,
        memory_lock,
        memory_identity,
        memory_boot,
        memory_stat,
        memory_stat_file,
        memory_scan,
        memory_set_mtime,
        memory_link,
    };
    *out = self;
    return MLOPS_OK;
}

void mlops__io_memory_reboot(mlops__io_memory *self) { self->boot++; }

void mlops__io_memory_clear(mlops__io_memory *self) {
    while (self->n_entries) drop_entry(self, &self->entries[self->n_entries - 1]);
}

void mlops__io_memory_free(mlops__io_memory *self) {
    if (!self) return;
    mlops__io_memory_clear(self);
    for (size_t i = 0; i < self->n_slots; i++)
        if (self->slots[i].held) release(self, self->slots[i].held);
    mlops_allocator allocator = self->allocator;
    mlops__free(&allocator, self->entries, self->cap_entries * sizeof(entry));
    mlops__free(&allocator, self->slots, self->n_slots * sizeof(slot));
    pthread_mutex_destroy(&self->lock);
    mlops__free(&allocator, self, sizeof *self);
}

const mlops_io *mlops__io_memory_table(const mlops__io_memory *self) { return &self->table; }

int64_t mlops__io_memory_n_files(const mlops__io_memory *self) { return (int64_t)self->n_entries; }

const char *mlops__io_memory_name(const mlops__io_memory *self, int64_t index) {
    if (index < 0 || (uint64_t)index >= self->n_entries) return NULL;
    return self->entries[index].name;
}

const uint8_t *mlops__io_memory_content(const mlops__io_memory *self, const char *path, size_t *n) {
    entry *e = find(self, path);
    *n = e ? e->held->size : 0;
    if (!e) return NULL;
    return e->held->data ? e->held->data : (const uint8_t *)"";
}

mlops_status mlops__io_memory_put(mlops__io_memory *self, const char *path, const void *bytes,
                                  size_t n) {
    entry *e = find(self, path);
    if (!e) e = add_entry(self, path);
    if (!e) return MLOPS_E_NOMEM;
    e->held->size = 0;
    if (!lengthen(self, e->held, n)) return MLOPS_E_NOMEM;
    if (n) memcpy(e->held->data, bytes, n);
    note_change(self, e->held);
    return MLOPS_OK;
}

int64_t mlops__io_memory_n_open(const mlops__io_memory *self) {
    int64_t n = self->n_mapped;
    for (size_t i = 0; i < self->n_slots; i++) n += self->slots[i].held != NULL;
    return n;
}
