/* Where the time goes, for those who ask: each thread adds up what every record took, in ticks of a clock that is quick to read. */
#pragma once
#include "kernel-layout.h"
#include "worker.h"

/* The unit differs from machine to machine; whoever reads a profile compares it with a clock. */
#if defined(__wasm__)
__attribute__((import_module("env"), import_name("clock"))) double ticks(void);
#elif defined(__x86_64__)
INLINE double ticks(void) { return (double)__builtin_ia32_rdtsc(); }
#else
INLINE double ticks(void) {
  uint64_t count;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
  return (double)count;
}
#endif

INLINE double *profile_of(char *memory, int32_t thread) {
  const int32_t *control = (const int32_t *)memory;
  if (control[CONTROL_PROFILE] == 0) return 0;
  return (double *)(memory + ((size_t)control[CONTROL_PROFILE] + (size_t)control[CONTROL_PROFILE_STRIDE] * (size_t)thread) * PLACE_BYTES);
}
