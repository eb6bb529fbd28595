/* Vectors of LANES floats in clang's portable vector extension: 16 with AVX-512, 8 with AVX2, 4 with wasm SIMD, NEON and SSE. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define KEEP_ROLLED _Pragma("clang loop unroll(disable)")

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef int32_t integers __attribute__((ext_vector_type(LANES)));
typedef vector unaligned_vector __attribute__((aligned(4), may_alias));

INLINE vector load(const float *from) { return *(const unaligned_vector *)from; }
INLINE void store(float *to, vector value) { *(unaligned_vector *)to = value; }
INLINE vector splat(float value) {
  vector all = value;
  return all;
}

#if defined(__AVX512F__)
INLINE uint16_t first_lanes(int count) { return (uint16_t)((1u << (count > 0 ? count : 0)) - 1); }
INLINE vector load_lanes(const float *from, int count) { return __builtin_ia32_loadups512_mask(from, (vector)0, first_lanes(count)); }
INLINE void store_lanes(float *to, vector value, int count) { __builtin_ia32_storeups512_mask(to, value, first_lanes(count)); }
#elif defined(__AVX2__)
INLINE integers first_lanes(int count) { return (integers){0, 1, 2, 3, 4, 5, 6, 7} < (integers)count; }
INLINE vector load_lanes(const float *from, int count) { return __builtin_ia32_maskloadps256((const vector *)from, first_lanes(count)); }
INLINE void store_lanes(float *to, vector value, int count) { __builtin_ia32_maskstoreps256((vector *)to, first_lanes(count), value); }
#else
INLINE vector load_lanes(const float *from, int count) {
  vector value = 0;
  for (int i = 0; i < count; i++) value[i] = from[i];
  return value;
}
INLINE void store_lanes(float *to, vector value, int count) {
  for (int i = 0; i < count; i++) to[i] = value[i];
}
#endif

/* The first `count` lanes; the rest are zero and their memory is not touched. */
INLINE vector load_part(const float *from, int count) { return count >= LANES ? load(from) : load_lanes(from, count); }
INLINE void store_part(float *to, vector value, int count) {
  if (count >= LANES) store(to, value);
  else store_lanes(to, value, count);
}

/* a·b + c. Rounded once only where the target does so in one instruction: elsewhere the builtin becomes a library call for every lane. */
INLINE vector multiply_add(vector a, vector b, vector c) {
#if defined(__wasm_relaxed_simd__)
  return (vector)__builtin_wasm_relaxed_madd_f32x4(a, b, c);
#elif defined(__FMA__) || defined(__aarch64__)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/* In the order of the lanes, with more digits than they have. */
INLINE float sum_of_lanes(vector values) {
  double sum = 0;
  for (int lane = 0; lane < LANES; lane++) sum += values[lane];
  return (float)sum;
}

INLINE vector magnitude(vector x) { return x < splat(0) ? -x : x; }

/* Written as a choice, not as a builtin: this is one instruction on every target. */
INLINE vector larger(vector a, vector b) { return a > b ? a : b; }
INLINE vector smaller(vector a, vector b) { return a < b ? a : b; }

#define SMALLER_OF(a, b) ((a) < (b) ? (a) : (b))
#define LARGER_OF(a, b) ((a) > (b) ? (a) : (b))

INLINE float largest_lane(vector values) {
  float largest = values[0];
  UNROLL for (int lane = 1; lane < LANES; lane++) largest = LARGER_OF(values[lane], largest);
  return largest;
}

/* A vector loop over `count` floats whose last turn may hold fewer than LANES: `n` is how many. */
#define FOR_VECTORS(i, n, count) for (int32_t i = 0, n; i < (count) && (n = SMALLER_OF((count) - i, LANES), 1); i += LANES)
