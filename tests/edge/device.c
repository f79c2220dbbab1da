/* Start-up of a bare Cortex-M under QEMU: vectors, memory, FPU, painted stack, and the mem*
 * functions that compilers call. Output and exit code leave through semihosting.
 */
#include "device.h"

enum { SEMIHOSTING_WRITE0 = 4, SEMIHOSTING_EXIT_EXTENDED = 0x20, EXIT_REASON = 0x20026 };

static const uint32_t paint = 0x5afe57ac;

extern uint32_t load_start, data_start, data_end, bss_start, bss_end, stack_low, stack_top;

static int32_t semihost(int32_t operation, const void *argument) {
    register int32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void device_print(const char *text) { semihost(SEMIHOSTING_WRITE0, text); }

static void leave(int code) {
    const uint32_t block[2] = {EXIT_REASON, (uint32_t)code};
    for (;;) semihost(SEMIHOSTING_EXIT_EXTENDED, block);
}

uint32_t device_stack_used(void) {
    const volatile uint32_t *p = &stack_low;
    while (p < &stack_top && *p == paint) p++;
    return (uint32_t)((uintptr_t)&stack_top - (uintptr_t)p);
}

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    for (size_t i = 0; i < n; i++) ((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
    return to;
}

void *memmove(void *to, const void *from, size_t n) {
    volatile uint8_t *t = to;
    const uint8_t *f = from;
    if ((uintptr_t)to < (uintptr_t)from)
        for (size_t i = 0; i < n; i++) t[i] = f[i];
    else
        for (size_t i = n; i > 0; i--) t[i - 1] = f[i - 1];
    return to;
}

void *memset(void *to, int value, size_t n) {
    for (size_t i = 0; i < n; i++) ((volatile uint8_t *)to)[i] = (uint8_t)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t n) {
    for (size_t i = 0; i < n; i++) {
        int difference = ((const volatile uint8_t *)a)[i] - ((const uint8_t *)b)[i];
        if (difference) return difference;
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t n = 0;
    while (((const volatile char *)text)[n]) n++;
    return n;
}

void device_reset(void) {
    const uint32_t *from = &load_start;
    for (uint32_t *to = &data_start; to < &data_end;) *to++ = *from++;
    for (uint32_t *to = &bss_start; to < &bss_end;) *to++ = 0;
    register char *sp __asm__("sp");
    for (volatile uint32_t *p = &stack_low; (char *)(uintptr_t)p < sp - 64; p++) *p = paint;
    *(volatile uint32_t *)0xe000ed88u |= 0xfu << 20; /* CPACR: the FPU may be used */
    __asm__ volatile("dsb\n isb");
    leave(main());
}

static void fault(void) {
    device_print("fault\n");
    leave(99);
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)&stack_top, (uintptr_t)device_reset, (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,      (uintptr_t)fault,        (uintptr_t)fault,
};
