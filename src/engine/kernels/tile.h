/* Register tiles: a few pixels × one or two vectors of output channels, whose sums never leave the registers. */
#pragma once
#include "vectors.h"

/* How many pixels a tile takes for its number of vectors: as many sums as there are registers, less what the operands need. */
#if LANES == 16
#define TILE_PIXELS(vectors) ((vectors) == 1 ? 16 : 8)
#define INNER_UNROLL 4
#elif LANES == 8
#define TILE_PIXELS(vectors) ((vectors) == 1 ? 8 : 6)
#define INNER_UNROLL 4
#elif defined(__aarch64__)
#define TILE_PIXELS(vectors) 8
#define INNER_UNROLL 4
#else
#define TILE_PIXELS(vectors) 4
/* V8 sinks the SIMD operations of an unrolled loop to its end and spills them. */
#define INNER_UNROLL 1
#endif
#define LARGEST_TILE 16

/* Vectors of the panel of packed weights that starts with `channels` output channels left: two, and one for a short rest. */
INLINE int32_t panel_vectors(int32_t channels) { return channels > LANES ? 2 : 1; }
/* Output channels rounded up to whole panels. */
INLINE int32_t packed_channels(int32_t channels) { return (channels + LANES - 1) / LANES * LANES; }

/* Where the values under a window lie: `rows` × `columns` stretches of `length` contiguous floats. */
struct stretches {
  int32_t rows, columns, length;
  size_t row_pitch, column_pitch;
};

/* A tile of `pixels` × `vectors` sums over the window. `weights` is one packed panel. */
INLINE void product_tile(const int pixels, const int vectors, const float *source, size_t pixel_pitch, struct stretches window,
                         const float *weights, const float *bias, float *out, size_t out_pitch, int32_t channels) {
  vector sums[LARGEST_TILE];
  UNROLL for (int v = 0; v < vectors; v++) {
    vector start = bias ? load_part(bias + v * LANES, channels - v * LANES) : splat(0);
    UNROLL for (int p = 0; p < pixels; p++) sums[p * vectors + v] = start;
  }
  KEEP_ROLLED for (int32_t row = 0; row < window.rows; row++) {
    KEEP_ROLLED for (int32_t column = 0; column < window.columns; column++) {
      const float *values = source + row * window.row_pitch + column * window.column_pitch;
      int32_t left = window.length;
#define ONE_INPUT(u)                                                                                                                       \
  {                                                                                                                                        \
    vector weight[2];                                                                                                                      \
    UNROLL for (int v = 0; v < vectors; v++) weight[v] = load(weights + ((u) * vectors + v) * LANES);                                      \
    UNROLL for (int p = 0; p < pixels; p++) {                                                                                              \
      vector value = splat(values[p * pixel_pitch + (u)]);                                                                                 \
      UNROLL for (int v = 0; v < vectors; v++) sums[p * vectors + v] = multiply_add(value, weight[v], sums[p * vectors + v]);              \
    }                                                                                                                                      \
  }
      KEEP_ROLLED for (; left >= INNER_UNROLL; left -= INNER_UNROLL) {
        UNROLL for (int u = 0; u < INNER_UNROLL; u++) ONE_INPUT(u)
        values += INNER_UNROLL;
        weights += INNER_UNROLL * vectors * LANES;
      }
      if (INNER_UNROLL > 1) {
        KEEP_ROLLED for (; left > 0; left--) {
          ONE_INPUT(0)
          values++;
          weights += vectors * LANES;
        }
      }
#undef ONE_INPUT
    }
  }
  if (channels >= vectors * LANES) {
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++)
        store(out + p * out_pitch + v * LANES, sums[p * vectors + v]);
  } else {
    UNROLL for (int p = 0; p < pixels; p++) UNROLL for (int v = 0; v < vectors; v++)
        store_part(out + p * out_pitch + v * LANES, sums[p * vectors + v], channels - v * LANES);
  }
}

/* A row of `count` pixels, in tiles as large as fit. */
INLINE void product_row_of(const int vectors, int32_t count, const float *source, size_t pixel_pitch, struct stretches window,
                           const float *weights, const float *bias, float *out, size_t out_pitch, int32_t channels) {
#define TILES(pixels)                                                                                                                      \
  if ((pixels) <= TILE_PIXELS(vectors)) {                                                                                                  \
    KEEP_ROLLED for (; count >= (pixels); count -= (pixels), source += (pixels) * pixel_pitch, out += (pixels) * out_pitch)                \
        product_tile(pixels, vectors, source, pixel_pitch, window, weights, bias, out, out_pitch, channels);                               \
  }
  TILES(16) TILES(8) TILES(6) TILES(4) TILES(2) TILES(1)
#undef TILES
}

static __attribute__((noinline)) void product_row(int32_t vectors, int32_t count, const float *source, size_t pixel_pitch,
                                                  struct stretches window, const float *weights, const float *bias, float *out,
                                                  size_t out_pitch, int32_t channels) {
  if (vectors == 2) product_row_of(2, count, source, pixel_pitch, window, weights, bias, out, out_pitch, channels);
  else product_row_of(1, count, source, pixel_pitch, window, weights, bias, out, out_pitch, channels);
}

/* sums[i][·] += Σ over rows × columns of pixels: a[pixel][i] · g[pixel][·]: pixels are the inner axis, `inputs` values of a pixel the tile's height. */
struct pixel_grid {
  int32_t rows, columns;
  size_t a_row_pitch, a_pixel_pitch;
  size_t g_row_pitch, g_pixel_pitch;
};

INLINE void outer_tile(const int inputs, const int vectors, const float *a, const float *g, struct pixel_grid grid, float *sums,
                       size_t sums_pitch) {
  vector tile[LARGEST_TILE];
  UNROLL for (int i = 0; i < inputs; i++) UNROLL for (int v = 0; v < vectors; v++)
      tile[i * vectors + v] = load(sums + i * sums_pitch + v * LANES);
  KEEP_ROLLED for (int32_t row = 0; row < grid.rows; row++, a += grid.a_row_pitch, g += grid.g_row_pitch) {
    const float *values = a, *gradients = g;
#define ONE_PIXEL                                                                                                                          \
  {                                                                                                                                        \
    vector gradient[2];                                                                                                                    \
    UNROLL for (int v = 0; v < vectors; v++) gradient[v] = load(gradients + v * LANES);                                                    \
    UNROLL for (int i = 0; i < inputs; i++) {                                                                                              \
      vector value = splat(values[i]);                                                                                                     \
      UNROLL for (int v = 0; v < vectors; v++) tile[i * vectors + v] = multiply_add(value, gradient[v], tile[i * vectors + v]);            \
    }                                                                                                                                      \
    values += grid.a_pixel_pitch;                                                                                                          \
    gradients += grid.g_pixel_pitch;                                                                                                       \
  }
    int32_t left = grid.columns;
    if (INNER_UNROLL > 1) {
      KEEP_ROLLED for (; left >= 2; left -= 2) {
        ONE_PIXEL
        ONE_PIXEL
      }
    }
    KEEP_ROLLED for (; left > 0; left--) ONE_PIXEL
#undef ONE_PIXEL
  }
  UNROLL for (int i = 0; i < inputs; i++) UNROLL for (int v = 0; v < vectors; v++)
      store(sums + i * sums_pitch + v * LANES, tile[i * vectors + v]);
}

INLINE void outer_panel_of(const int vectors, int32_t inputs, const float *a, const float *g, struct pixel_grid grid, float *sums,
                           size_t sums_pitch) {
#define TILES(height)                                                                                                                      \
  if ((height) <= TILE_PIXELS(vectors)) {                                                                                                  \
    KEEP_ROLLED for (; inputs >= (height); inputs -= (height), a += (height), sums += (height) * sums_pitch)                               \
        outer_tile(height, vectors, a, g, grid, sums, sums_pitch);                                                                         \
  }
  TILES(16) TILES(8) TILES(6) TILES(4) TILES(2) TILES(1)
#undef TILES
}

static __attribute__((noinline)) void outer_panel(int32_t vectors, int32_t inputs, const float *a, const float *g, struct pixel_grid grid,
                                                  float *sums, size_t sums_pitch) {
  if (vectors == 2) outer_panel_of(2, inputs, a, g, grid, sums, sums_pitch);
  else outer_panel_of(1, inputs, a, g, grid, sums, sums_pitch);
}

/* All `inputs` × `channels` sums; rows of g and of sums hold whole vectors. */
INLINE void outer_product(int32_t inputs, int32_t channels, const float *a, const float *g, struct pixel_grid grid, float *sums,
                          size_t sums_pitch) {
  for (int32_t channel = 0; channel < channels;) {
    int32_t vectors = panel_vectors(channels - channel);
    outer_panel(vectors, inputs, a, g + channel, grid, sums + channel, sums_pitch);
    channel += vectors * LANES;
  }
}

/* sums[·] += Σ over `count` pixels of g[pixel][·]; `sums` holds whole vectors. */
static void add_pixels(float *sums, const float *g, size_t count, int32_t channels) {
  for (size_t pixel = 0; pixel < count; pixel++, g += channels)
    FOR_VECTORS(c, n, channels) store(sums + c, load(sums + c) + load_part(g + c, n));
}
