/* Compiled for the plainest processor of the architecture: it runs before anything is known. */
#include "instruction_set.h"
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
extern const struct kernel_variant kernels_avx512, kernels_avx2, kernels_sse;

enum { SSE, AVX2, AVX512 };

struct registers {
  uint32_t eax, ebx, ecx, edx;
};

static struct registers cpuid(uint32_t leaf) {
  struct registers r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
  return r;
}

/* Which register files the operating system saves; a processor may have wider ones that it does not. */
static uint32_t saved_state(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int has(uint32_t word, uint32_t bits) { return (word & bits) == bits; }
#define BIT(n) (1u << (n))

static int widest(void) {
  if (cpuid(0).eax < 7) return SSE;
  if (!has(cpuid(1).ecx, BIT(12) | BIT(27) | BIT(28))) return SSE; /* fma, osxsave, avx */
  uint32_t saved = saved_state(), features = cpuid(7).ebx;
  if (!has(saved, 0x06) || !has(features, BIT(3) | BIT(5) | BIT(8))) return SSE; /* bmi1, avx2, bmi2 */
  int avx512 = has(saved, 0xe6) && has(features, BIT(16) | BIT(17) | BIT(28) | BIT(30) | BIT(31)); /* f, dq, cd, bw, vl */
  return avx512 ? AVX512 : AVX2;
}

const struct kernel_variant *choose_variant(const char **name) {
  const char *wanted = getenv("E2TRAIN_SIMD");
  int level = widest();
  if (wanted && strcmp(wanted, "avx2") == 0 && level > AVX2) level = AVX2;
  if (wanted && strcmp(wanted, "sse") == 0) level = SSE;
  *name = level == AVX512 ? "AVX-512" : level == AVX2 ? "AVX2" : "SSE4.2";
  return level == AVX512 ? &kernels_avx512 : level == AVX2 ? &kernels_avx2 : &kernels_sse;
}
#else
extern const struct kernel_variant kernels_neon;

const struct kernel_variant *choose_variant(const char **name) {
  *name = "NEON";
  return &kernels_neon;
}
#endif
