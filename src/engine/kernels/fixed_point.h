/*
 * Fixed-point numbers (E2-Train, section 3.3, and the authors' code): a tensor with range m is divided into 2^bits levels, from −m on where it is
 * signed, else from 0. Float operations in the authors' order, so that an entry gets the level that they give it.
 */
#pragma once
#include "vectors.h"

/* Adding it and taking it away rounds to the nearest whole number, ties to even, where the number is below 2^22: levels are below 2^16. */
#define ROUNDING_CONSTANT 12582912.0f

struct fixed_point {
  float range, delta;
  float highest; /* level */
  float zero;    /* the level that stands for 0 */
  int is_signed;
};

INLINE float power_of_two(int32_t exponent) { return (float)((int64_t)1 << exponent); }

INLINE struct fixed_point fixed_point(float range, int32_t bits, int32_t is_signed) {
  struct fixed_point format = {range, (is_signed ? 2 * range : range) / power_of_two(bits), power_of_two(bits) - 1,
                               is_signed ? power_of_two(bits - 1) : 0, is_signed};
  return format;
}

/* In these and the next functions a value that is not a number stays so. */
INLINE vector rounded(vector x) { return (x + splat(ROUNDING_CONSTANT)) - splat(ROUNDING_CONSTANT); }
INLINE vector clamped(vector x, float highest) {
  vector positive = x < splat(0) ? splat(0) : x;
  return positive > splat(highest) ? splat(highest) : positive;
}

INLINE vector full_level(struct fixed_point format, vector x) {
  vector shifted = format.is_signed ? x + splat(format.range) : x;
  return rounded(clamped(shifted / splat(format.delta), format.highest));
}

/* The most significant bits alone: levels `step` apart. The highest is cut off at the top of the full range, as the authors do. */
INLINE vector msb_level(struct fixed_point format, float step, vector level) {
  return clamped(rounded(level * splat(1 / step)) * splat(step), format.highest);
}

INLINE vector level_value(struct fixed_point format, vector level) { return (level - splat(format.zero)) * splat(format.delta); }
