/* Resolving a host: what the program lends, and the machine's own for the rest.
 *
 * Owns nothing. Invariant: a mlops__host that was filled here has every function that the headers
 * require, so that no caller asks for NULL, and a CPU level that this machine has.
 */
#include "sys/host.h"

#include "base/opts.h"

#define NEED(table, function)                                                                      \
    do {                                                                                           \
        if (!(table)->function) return lacks(err, #function);                                      \
    } while (0)

static mlops_status lacks(mlops_error *err, const char *function) {
    return mlops__fail(err, MLOPS_E_INVALID,
                       "host: a table lacks the function '%s'; fill in all of them", function);
}

static mlops_status check_flags(uint32_t flags, const char *name, mlops_error *err) {
    if (flags == 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "%s: flags are 0x%x; there are none, set 0", name,
                       flags);
}

static mlops_status take_allocator(mlops_allocator *out, const mlops_allocator *given,
                                   mlops_error *err) {
    *out = mlops__heap;
    if (!given) return MLOPS_OK;
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_allocator", err));
    MLOPS_TRY(check_flags(out->flags, "mlops_allocator", err));
    NEED(out, alloc);
    NEED(out, realloc);
    NEED(out, free);
    return MLOPS_OK;
}

static mlops_status take_io(mlops_io *out, const mlops_io *given, mlops_error *err) {
    *out = mlops__io_posix;
    if (!given) return MLOPS_OK;
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_io", err));
    MLOPS_TRY(check_flags(out->flags, "mlops_io", err));
    NEED(out, open);
    NEED(out, close);
    NEED(out, size);
    NEED(out, pread);
    NEED(out, pwrite);
    NEED(out, truncate);
    NEED(out, sync);
    NEED(out, map);
    NEED(out, unmap);
    NEED(out, rename);
    NEED(out, unlink);
    NEED(out, sync_dir);
    return MLOPS_OK;
}

static mlops_status take_clock(mlops_clock *out, const mlops_clock *given, mlops_error *err) {
    *out = mlops__clock_system;
    if (!given) return MLOPS_OK;
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_clock", err));
    MLOPS_TRY(check_flags(out->flags, "mlops_clock", err));
    NEED(out, now_ns);
    NEED(out, monotonic_ns);
    return MLOPS_OK;
}

static mlops_status take_entropy(mlops_entropy *out, const mlops_entropy *given, mlops_error *err) {
    *out = mlops__entropy_system;
    if (!given) return MLOPS_OK;
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_entropy", err));
    MLOPS_TRY(check_flags(out->flags, "mlops_entropy", err));
    NEED(out, fill);
    return MLOPS_OK;
}

mlops_status mlops__host_init(mlops__host *self, const mlops_host *given, mlops_error *err) {
    mlops_host host;
    MLOPS_TRY(mlops__opts_copy(&host, sizeof host, given, "mlops_host", err));
    MLOPS_TRY(check_flags(host.flags, "mlops_host", err));
    if (host.reserved != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_host: reserved is %u; set 0",
                           host.reserved);
    if ((int)host.cpu_max < MLOPS_CPU_BEST || (int)host.cpu_max > MLOPS_CPU_NEON)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_host: cpu_max is %d; take a MLOPS_CPU_ value", (int)host.cpu_max);
    MLOPS_TRY(take_allocator(&self->allocator, host.allocator, err));
    MLOPS_TRY(take_io(&self->io, host.io, err));
    MLOPS_TRY(take_clock(&self->clock, host.clock, err));
    MLOPS_TRY(take_entropy(&self->entropy, host.entropy, err));
    self->cpu = mlops_cpu_level(host.cpu_max);
    return MLOPS_OK;
}

mlops_status mlops__host_needs_store(const mlops__host *self, mlops_error *err) {
    NEED(&self->io, mkdir);
    NEED(&self->io, list);
    NEED(&self->io, lock);
    NEED(&self->io, identity);
    NEED(&self->io, boot);
    return MLOPS_OK;
}

mlops_status mlops__host_needs_folders(const mlops__host *self, mlops_error *err) {
    NEED(&self->io, mkdir);
    NEED(&self->io, stat);
    NEED(&self->io, stat_file);
    NEED(&self->io, scan);
    NEED(&self->io, set_mtime);
    return MLOPS_OK;
}

mlops_host mlops__host_lend(const mlops__host *self) {
    mlops_host host = MLOPS_HOST_INIT;
    host.allocator = &self->allocator;
    host.io = &self->io;
    host.clock = &self->clock;
    host.entropy = &self->entropy;
    host.cpu_max = self->cpu;
    return host;
}
