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

/*
 * The nearest multiple of `step`, a power of two, counted from `zero`, which is one as well: the constant `step` times as large rounds to them.
 * In this and the next functions a value that is not a number stays so.
 */
INLINE vector nearest_multiple(float step, float zero, vector x) {
  return (x + splat(ROUNDING_CONSTANT * step)) - splat(ROUNDING_CONSTANT * step + zero);
}
INLINE vector rounded(vector x) { return nearest_multiple(1, 0, x); }
INLINE vector clamped(vector x, float highest) {
  vector positive = x < splat(0) ? splat(0) : x;
  return positive > splat(highest) ? splat(highest) : positive;
}

/*
 * The most significant bits alone: levels `step` apart, counted from `zero`. The highest is cut off at the top of the full range, as the authors
 * do.
 */
INLINE vector msb_level(struct fixed_point format, float step, float zero, vector level) {
  vector multiple = nearest_multiple(step, zero, level), highest = splat(format.highest - zero);
  return multiple > highest ? highest : multiple;
}

INLINE vector level_value(struct fixed_point format, vector level) { return (level - splat(format.zero)) * splat(format.delta); }

/* How a tensor becomes levels counted from that of zero: whole numbers, of which those behind the most significant bits are cut off. */
struct levels {
  struct fixed_point format;
  float step; /* between neighbouring levels; 1 for all of them */
  float inverse_delta;
};

INLINE struct levels levels_of(const float *range, int32_t bits, int32_t msb_bits, int32_t is_signed) {
  struct fixed_point format = fixed_point(range[0], bits, is_signed);
  struct levels levels = {format, power_of_two(bits - msb_bits), 1 / format.delta};
  return levels;
}

/* Without samples nobody may ever have set the range, and no level stands for less than the smallest numbers. */
INLINE int has_levels(struct levels levels) { return levels.format.range > 0 && levels.inverse_delta < __builtin_inff(); }

/*
 * x / delta. Where multiply-adds are rounded once they are faster: what the product with the inverse leaves over is exact, and mends it. The
 * quotient is the nearest float unless it lies closer than 2^-46 of itself to the middle of two.
 */
INLINE vector quotient(struct levels levels, vector x) {
#if defined(__FMA__) || defined(__aarch64__)
  vector first = x * splat(levels.inverse_delta);
  return multiply_add(multiply_add(-first, splat(levels.format.delta), x), splat(levels.inverse_delta), first);
#else
  return x / splat(levels.format.delta);
#endif
}

INLINE vector unrounded_level(struct levels levels, vector x) {
  struct fixed_point format = levels.format;
  return clamped(quotient(levels, format.is_signed ? x + splat(format.range) : x), format.highest);
}

INLINE vector full_level(struct levels levels, vector x) { return rounded(unrounded_level(levels, x)); }

/* The last step of rounding takes away the level of zero, too: the same whole number, one operation less. */
INLINE vector centred_level(struct levels levels, vector x) {
  struct fixed_point format = levels.format;
  if (levels.step == 1) return nearest_multiple(1, format.zero, unrounded_level(levels, x));
  return msb_level(format, levels.step, format.zero, full_level(levels, x));
}

/* What the product of a level of an input and one of an output gradient stands for. */
INLINE double product_unit(struct levels inputs, struct levels gradients) {
  return has_levels(inputs) && has_levels(gradients) ? (double)inputs.format.delta * (double)gradients.format.delta : 0;
}
