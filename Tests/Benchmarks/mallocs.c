// Counts allocations of any program: LD_PRELOAD=mallocs.so PROGRAM; the last line on standard error says the most octets
// that were allocated at once, and the number of allocations.
#define _GNU_SOURCE
#include <malloc.h>
#include <stddef.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static atomic_long allocations, octets, peak;

static void change(long by) {
    long now = atomic_fetch_add_explicit(&octets, by, memory_order_relaxed) + by;
    long most = atomic_load_explicit(&peak, memory_order_relaxed);
    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now)) continue;
}

static void *count(void *memory) {
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    change((long)malloc_usable_size(memory));
    return memory;
}

void *malloc(size_t size) { return count(__libc_malloc(size)); }

void *calloc(size_t number, size_t size) { return count(__libc_calloc(number, size)); }

void *realloc(void *memory, size_t size) {
    // The old octets count until the new ones are there: both exist while they are copied.
    long before = (long)malloc_usable_size(memory);
    void *moved = count(__libc_realloc(memory, size));
    change(-before);
    return moved;
}

void free(void *memory) {
    change(-(long)malloc_usable_size(memory));
    __libc_free(memory);
}

void *aligned_alloc(size_t alignment, size_t size) { return count(__libc_memalign(alignment, size)); }

int posix_memalign(void **memory, size_t alignment, size_t size) {
    *memory = count(__libc_memalign(alignment, size));
    return *memory ? 0 : 12;
}

__attribute__((destructor)) static void report(void) {
    char line[64];
    int length = snprintf(line, sizeof line, "%ld %ld\n", (long)peak, (long)allocations);
    if (write(STDERR_FILENO, line, (size_t)length) < 0) _exit(74);
}
