/*
 * Winograd's minimal filtering F(4×4, 3×3): the 4×4 outputs of a 3×3 window that slides over a 6×6 tile from 36 products instead of 144
 * (Winograd 1980; Lavin and Gray 2016). The interpolation points 0, ±1/√2, ±√2, ∞ halve the error of the usual 0, ±1, ±2, ∞
 * (Alam et al. 2022) at the same cost.
 */
#pragma once
#include "kernel-layout.h"
#include "vectors.h"

enum { PLANES = TILE_INPUTS * TILE_INPUTS };

#define SMALL_POINT 0.70710678118654752f
#define LARGE_POINT 1.41421356237309505f
/* Third powers of the points. */
#define SMALL_CUBE 0.35355339059327376f
#define LARGE_CUBE 2.82842712474619010f
/* What the polynomial through all other points gives at the small and at the large points, inverted. */
#define SMALL_NORM (-2.0f / 3)
#define LARGE_NORM (1.0f / 6)

INLINE vector scaled(float factor, vector x) { return splat(factor) * x; }
INLINE vector plus_scaled(vector sum, float factor, vector x) { return multiply_add(splat(factor), x, sum); }

/* Six inputs in a row or column → their values at the six points. */
INLINE void transform_input(const vector *d, vector *t) {
  vector even = plus_scaled(d[4], -2, d[2]), odd = scaled(SMALL_POINT, plus_scaled(d[3], -2, d[1]));
  vector even_large = plus_scaled(d[4], -0.5f, d[2]), odd_large = scaled(LARGE_POINT, plus_scaled(d[3], -0.5f, d[1]));
  t[0] = d[0] + plus_scaled(d[4], -2.5f, d[2]);
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even_large + odd_large;
  t[4] = even_large - odd_large;
  t[5] = d[1] + plus_scaled(d[5], -2.5f, d[3]);
}

/* Six products → four outputs. */
INLINE void transform_output(const vector *m, vector *y) {
  vector sum = m[1] + m[2], difference = m[1] - m[2], sum_large = m[3] + m[4], difference_large = m[3] - m[4];
  y[0] = m[0] + sum + sum_large;
  y[1] = plus_scaled(scaled(SMALL_POINT, difference), LARGE_POINT, difference_large);
  y[2] = plus_scaled(scaled(0.5f, sum), 2, sum_large);
  y[3] = plus_scaled(plus_scaled(m[5], SMALL_CUBE, difference), LARGE_CUBE, difference_large);
}

/* Three weights → six. */
INLINE void transform_weights(const vector *g, vector *t) {
  vector even = plus_scaled(g[0], 0.5f, g[2]), odd = scaled(SMALL_POINT, g[1]);
  vector even_large = plus_scaled(g[0], 2, g[2]), odd_large = scaled(LARGE_POINT, g[1]);
  t[0] = g[0];
  t[1] = scaled(SMALL_NORM, even + odd);
  t[2] = scaled(SMALL_NORM, even - odd);
  t[3] = scaled(LARGE_NORM, even_large + odd_large);
  t[4] = scaled(LARGE_NORM, even_large - odd_large);
  t[5] = g[2];
}

/* The transpose of transform_output: four gradients → six. */
INLINE void transform_output_gradient(const vector *q, vector *t) {
  vector even = plus_scaled(q[0], 0.5f, q[2]), odd = scaled(SMALL_POINT, plus_scaled(q[1], 0.5f, q[3]));
  vector even_large = plus_scaled(q[0], 2, q[2]), odd_large = scaled(LARGE_POINT, plus_scaled(q[1], 2, q[3]));
  t[0] = q[0];
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even_large + odd_large;
  t[4] = even_large - odd_large;
  t[5] = q[3];
}

/* The transpose of transform_weights: six sums of products → the gradients of three weights. */
INLINE void transform_weight_gradient(const vector *u, vector *g) {
  vector sum = scaled(SMALL_NORM, u[1] + u[2]), difference = scaled(SMALL_NORM, u[1] - u[2]);
  vector sum_large = scaled(LARGE_NORM, u[3] + u[4]), difference_large = scaled(LARGE_NORM, u[3] - u[4]);
  g[0] = u[0] + sum + sum_large;
  g[1] = plus_scaled(scaled(SMALL_POINT, difference), LARGE_POINT, difference_large);
  g[2] = plus_scaled(plus_scaled(u[5], 0.5f, sum), 2, sum_large);
}

/* The size × size values of `from`, by `transform` along the columns and then along the rows, into `to`. */
#define TRANSFORM_TILE(transform, from, size, to, transformed)                                                                             \
  vector to[transformed][transformed];                                                                                                     \
  {                                                                                                                                        \
    vector half_[transformed][size];                                                                                                       \
    UNROLL for (int j = 0; j < (size); j++) {                                                                                              \
      vector column_[size], result_[transformed];                                                                                          \
      UNROLL for (int i = 0; i < (size); i++) column_[i] = from[i][j];                                                                     \
      transform(column_, result_);                                                                                                         \
      UNROLL for (int i = 0; i < (transformed); i++) half_[i][j] = result_[i];                                                             \
    }                                                                                                                                      \
    UNROLL for (int i = 0; i < (transformed); i++) transform(half_[i], to[i]);                                                             \
  }

/*
 * Vectors that stand side by side in each of the planes of all weights. Planes are often a multiple of a cache's way apart: what goes to them
 * vector by vector, plane by plane, drives itself out of the cache, so it goes there in runs.
 */
enum { RUN_VECTORS = 8 };
typedef vector plane_runs[PLANES][RUN_VECTORS];

/* Inputs of a panel of `vectors` vectors of outputs whose values fill the runs together, from `first` to before `end`. */
#define FOR_PLANE_RUNS(first, end, share, vectors)                                                                                         \
  for (int32_t first = (share).from, end; first < (share).to && (end = SMALLER_OF(first + RUN_VECTORS / (vectors), (share).to), 1);        \
       first = end)
