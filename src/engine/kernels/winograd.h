/*
 * Winograd's minimal filtering F(4×4, 3×3): the 4×4 outputs of a 3×3 window that slides over a 6×6 tile from 36 products instead of 144
 * (Winograd 1980; Lavin and Gray 2016). The interpolation points 0, ±1/√2, ±√2, ∞ halve the error of the usual 0, ±1, ±2, ∞
 * (Alam et al. 2022) at the same cost.
 */
#pragma once
#include "vectors.h"

enum { TILE_OUTPUTS = 4, TILE_INPUTS = 6, PLANES = TILE_INPUTS * TILE_INPUTS };

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

/* An image of height × width × channels of which a tile may reach beyond the edges. */
struct image_shape {
  int32_t height, width, channels;
};

INLINE int tile_is_inside(struct image_shape shape, int32_t row, int32_t column, int32_t size) {
  return row >= 0 && column >= 0 && row + size <= shape.height && column + size <= shape.width;
}

INLINE int pixel_is_inside(struct image_shape shape, int32_t row, int32_t column) {
  return row >= 0 && row < shape.height && column >= 0 && column < shape.width;
}

/*
 * Planes of up to `tiles` transformed tiles: plane by plane, and in a plane vector of channels by vector of channels, so that a tile's
 * vectors lie a constant LANES apart whatever the number of channels. That leaves the products nothing to compute but products.
 */
struct planes {
  size_t pitch;
  int32_t tiles;
};

/* Keeps the planes from starting at the same set of the cache where their size is a power of two. */
#define PLANE_GAP 16

INLINE struct planes planes_of(int32_t tiles, int32_t channels) {
  struct planes planes = {(size_t)tiles * channels + PLANE_GAP, tiles};
  return planes;
}

/* Where the vector that starts with channel c of a tile stands in its plane. */
INLINE size_t in_plane(struct planes planes, int32_t tile, int32_t c) { return (size_t)c * planes.tiles + (size_t)tile * LANES; }

/* A transformed tile goes into its planes. Pixels outside the image are zero. */
#define TRANSFORM_PLANES(name, transform, size)                                                                                            \
  INLINE void name##_of(const int whole, const float *image, struct image_shape shape, int32_t row, int32_t column, float *to,             \
                        struct planes planes, int32_t tile) {                                                                              \
    int32_t channels = shape.channels;                                                                                                     \
    const float *corner = image + ((ptrdiff_t)row * shape.width + column) * channels;                                                      \
    for (int32_t c = 0; c < channels; c += LANES) {                                                                                        \
      vector pixels[size][size];                                                                                                           \
      UNROLL for (int i = 0; i < (size); i++) UNROLL for (int j = 0; j < (size); j++) pixels[i][j] =                                       \
          whole || pixel_is_inside(shape, row + i, column + j) ? load(corner + ((ptrdiff_t)i * shape.width + j) * channels + c) : splat(0); \
      TRANSFORM_TILE(transform, pixels, size, values, TILE_INPUTS)                                                                         \
      float *first = to + in_plane(planes, tile, c);                                                                                       \
      UNROLL for (int i = 0; i < TILE_INPUTS; i++) UNROLL for (int j = 0; j < TILE_INPUTS; j++)                                            \
          store(first + (i * TILE_INPUTS + j) * planes.pitch, values[i][j]);                                                               \
    }                                                                                                                                      \
  }                                                                                                                                        \
  static __attribute__((noinline)) void name(const float *image, struct image_shape shape, int32_t row, int32_t column, float *to,         \
                                             struct planes planes, int32_t tile) {                                                         \
    if (tile_is_inside(shape, row, column, size)) name##_of(1, image, shape, row, column, to, planes, tile);                               \
    else name##_of(0, image, shape, row, column, to, planes, tile);                                                                        \
  }

TRANSFORM_PLANES(input_tile, transform_input, TILE_INPUTS)
TRANSFORM_PLANES(gradient_tile, transform_output_gradient, TILE_OUTPUTS)

/* The 4×4 outputs of 36 planes; those beyond the edges are dropped. */
INLINE void output_tile_of(const int whole, const float *from, struct planes planes, int32_t tile, const float *bias, float *image,
                           struct image_shape shape, int32_t row, int32_t column) {
  int32_t channels = shape.channels;
  float *corner = image + ((size_t)row * shape.width + column) * channels;
  for (int32_t c = 0; c < channels; c += LANES) {
    vector values[TILE_INPUTS][TILE_INPUTS], start = bias ? load(bias + c) : splat(0);
    const float *first = from + in_plane(planes, tile, c);
    UNROLL for (int i = 0; i < TILE_INPUTS; i++) UNROLL for (int j = 0; j < TILE_INPUTS; j++) values[i][j] =
        load(first + (i * TILE_INPUTS + j) * planes.pitch);
    TRANSFORM_TILE(transform_output, values, TILE_INPUTS, outputs, TILE_OUTPUTS)
    UNROLL for (int i = 0; i < TILE_OUTPUTS; i++) UNROLL for (int j = 0; j < TILE_OUTPUTS; j++) if (whole || pixel_is_inside(shape, row + i, column + j))
        store(corner + ((size_t)i * shape.width + j) * channels + c, outputs[i][j] + start);
  }
}

static __attribute__((noinline)) void output_tile(const float *from, struct planes planes, int32_t tile, const float *bias, float *image,
                                                  struct image_shape shape, int32_t row, int32_t column) {
  if (tile_is_inside(shape, row, column, TILE_OUTPUTS)) output_tile_of(1, from, planes, tile, bias, image, shape, row, column);
  else output_tile_of(0, from, planes, tile, bias, image, shape, row, column);
}
