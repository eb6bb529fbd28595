/* Exponential and logarithm, since the kernels are built without a C library. */
#pragma once
#include "vectors.h"

/*
 * eˣ = 2ᵏ·eʳ with r = x − k·ln 2, |r| ≤ ln 2 / 2, and eʳ by its Taylor polynomial of degree 7 (relative error under 2e-7 after rounding).
 * Clamped to where the result is a normal number; NaN stays NaN.
 */
INLINE vector exponential(vector x) {
  vector clamped = smaller(larger(x, splat(-87.0f)), splat(88.0f));
  vector scaled = multiply_add(clamped, splat(1.44269504f), splat(12582912.0f)); /* adding 1.5·2²³ rounds to the nearest integer */
  vector k = scaled - splat(12582912.0f);
  vector r = multiply_add(k, splat(-0.693359375f), clamped);
  r = multiply_add(k, splat(2.12194440e-4f), r);
  vector p = splat(1.0f / 5040);
  p = multiply_add(p, r, splat(1.0f / 720));
  p = multiply_add(p, r, splat(1.0f / 120));
  p = multiply_add(p, r, splat(1.0f / 24));
  p = multiply_add(p, r, splat(1.0f / 6));
  p = multiply_add(p, r, splat(0.5f));
  p = multiply_add(p, r, splat(1));
  p = multiply_add(p, r, splat(1));
  integers power = (__builtin_convertvector(k, integers) + 127) << 23;
  vector result = p * (vector)power;
  return x == x ? result : x;
}

/* Natural logarithm of a positive normal double: x = 2ᵏ·m with m in [√½, √2), ln m = 2·artanh((m − 1)/(m + 1)) by its series. */
static inline double natural_logarithm(double x) {
  union {
    double value;
    uint64_t bits;
  } parts = {x};
  int exponent = (int)(parts.bits >> 52) - 1023;
  parts.bits = (parts.bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
  if (parts.value > 1.4142135623730951) {
    parts.value /= 2;
    exponent++;
  }
  double t = (parts.value - 1) / (parts.value + 1), square = t * t, series = 0;
  for (int power = 21; power >= 1; power -= 2) series = series * square + 1.0 / power;
  return 2 * t * series + exponent * 0.6931471805599453;
}
