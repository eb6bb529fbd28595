#include "element_range.h"
#include "exponential.h"

/* NaN stays NaN in every function: a diverged run must not look well. */
INLINE vector activated(int32_t function, vector x) {
  vector zero = splat(0), one = splat(1);
  switch (function) {
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
    case ACTIVATION_RELU: return y > zero ? one : zero;
    case ACTIVATION_RELU6: return y > zero ? (y < splat(6) ? one : zero) : zero;
    case ACTIVATION_SIGMOID: return y * (one - y);
    default: return one - y * y;
  }
}

INLINE void activate(int32_t function, float *y, const float *x, size_t from, size_t to) {
  FOR_STRETCH(i, n, from, to) store_part(y + i, activated(function, load_part(x + i, n)), n);
}

static void activation(const struct activation *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  FOR_ELEMENTS_OF_THREAD(record, worker, {
    switch (record->function) {
      case ACTIVATION_RELU: activate(ACTIVATION_RELU, y, x, from, to); break;
      case ACTIVATION_RELU6: activate(ACTIVATION_RELU6, y, x, from, to); break;
      case ACTIVATION_SIGMOID: activate(ACTIVATION_SIGMOID, y, x, from, to); break;
      default: activate(ACTIVATION_TANH, y, x, from, to);
    }
  })
}

INLINE void multiply_by_slope(int32_t function, float *dx, const float *y, const float *dy, size_t from, size_t to) {
  FOR_STRETCH(i, n, from, to) store_part(dx + i, load_part(dy + i, n) * slope_at(function, load_part(y + i, n)), n);
}

static void activation_gradient(const struct activation_gradient *record, const struct worker *worker) {
  const float *y = at(worker, record->y), *dy = at(worker, record->dy);
  float *dx = at(worker, record->dx);
  FOR_ELEMENTS_OF_THREAD(record, worker, {
    switch (record->function) {
      case ACTIVATION_RELU: multiply_by_slope(ACTIVATION_RELU, dx, y, dy, from, to); break;
      case ACTIVATION_RELU6: multiply_by_slope(ACTIVATION_RELU6, dx, y, dy, from, to); break;
      case ACTIVATION_SIGMOID: multiply_by_slope(ACTIVATION_SIGMOID, dx, y, dy, from, to); break;
      default: multiply_by_slope(ACTIVATION_TANH, dx, y, dy, from, to);
    }
  })
}
