/* How the lifecycle looks: one block a step, with its time. Colours only on a terminal. */
#include "lifecycle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double begun;
static int number;

static const char *colour(const char *code) { return isatty(1) ? code : ""; }

double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median_us(double *times, int n) {
    qsort(times, (size_t)n, sizeof *times, ascending);
    return times[n / 2];
}

void step_begin(const char *title) {
    printf("\n%s%d  %s%s\n", colour("\033[1m"), ++number, title, colour("\033[0m"));
    fflush(stdout);
    begun = now_us();
}

static void say(const char *start, const char *format, va_list args) {
    printf("   %s", start);
    vprintf(format, args);
    printf("%s\n", colour("\033[0m"));
    fflush(stdout);
}

void step_say(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say("", format, args);
    va_end(args);
}

void say_good(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say(colour("\033[32m"), format, args);
    va_end(args);
}

void say_bad(const char *format, ...) {
    va_list args;
    va_start(args, format);
    say(colour("\033[33m"), format, args);
    va_end(args);
}

void step_end(void) {
    printf("   %s%.1f ms%s\n", colour("\033[2m"), (now_us() - begun) / 1000, colour("\033[0m"));
}

void fail(const char *format, ...) {
    va_list args;
    fflush(stdout);
    fputs("lifecycle: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void must(mlops_status status, const mlops_error *error) {
    if (status >= 0) return;
    if (error->line > 0) fail("line %d: %s", (int)error->line, error->message);
    fail("%s", error->message);
}

char *text_of(const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = must_alloc((size_t)n + 1, 1);
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}

void *must_alloc(size_t n, size_t size) {
    void *p = calloc(n ? n : 1, size);
    if (p) return p;
    fail("%s", "out of memory");
    return NULL;
}

uint64_t draw(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

double draw_unit(uint64_t *state) { return (double)(draw(state) >> 11) * 0x1p-53; }
