/* Activation functions and their slopes, on vectors. */
#pragma once
#include "exponential.h"
#include "kernel-layout.h"

/* NaN stays NaN in every function: a diverged run must not look well. */
INLINE vector activated(int32_t function, vector x) {
  vector zero = splat(0), one = splat(1);
  switch (function) {
    case ACTIVATION_LINEAR: return x;
    case ACTIVATION_RELU: return x < zero ? zero : x;
    case ACTIVATION_RELU6: {
      vector positive = x < zero ? zero : x;
      return positive > splat(6) ? splat(6) : positive;
    }
    case ACTIVATION_SIGMOID: return one / (one + exponential(-x));
    default: {
      /* tanh: near zero 1 − 2/(e²ˣ + 1) cancels, so the continued fraction x/(1 + x²/(3 + x²/(5 + x²/7))) takes over. */
      vector square = x * x;
      vector small = x / (one + square / (splat(3) + square / (splat(5) + square / splat(7))));
      vector large = one - splat(2) / (exponential(x + x) + one);
      return square < splat(0.25f) ? small : large;
    }
  }
}

/* f′ as a function of f's value. */
INLINE vector slope_at(int32_t function, vector y) {
  vector zero = splat(0), one = splat(1);
  switch (function) {
    case ACTIVATION_LINEAR: return one;
    case ACTIVATION_RELU: return y > zero ? one : zero;
    case ACTIVATION_RELU6: return y > zero ? (y < splat(6) ? one : zero) : zero;
    case ACTIVATION_SIGMOID: return y * (one - y);
    default: return one - y * y;
  }
}
