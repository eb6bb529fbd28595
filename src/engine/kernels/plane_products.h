/*
 * Products of Winograd's planes: register tiles as in tile.h, but over operands whose pitches the compiler knows, so that the inner loop
 * holds nothing but products. With few channels a plane's products are few, and what a tile does beside them would cost as much.
 */
#pragma once
#include "fetch_ahead.h"
#include "tile.h"
#include "winograd_tiles.h"

/* out[tile][·] = Σ over channels of a[tile][channel] · weights[channel][·], for `tiles` tiles and one packed panel of `vectors` vectors. */
INLINE void plane_tile(const int tiles, const int vectors, const float *a, int32_t inputs, const float *weights, float *out) {
  vector sums[LARGEST_TILE];
  UNROLL for (int i = 0; i < tiles * vectors; i++) sums[i] = splat(0);
  KEEP_ROLLED for (; inputs > 0; inputs -= LANES, a += PLANES_PITCH) {
    KEEP_ROLLED for (int k = 0; k < LANES; k += INNER_UNROLL, weights += INNER_UNROLL * vectors * LANES) {
      UNROLL for (int u = 0; u < INNER_UNROLL; u++) {
        vector weight[2];
        UNROLL for (int v = 0; v < vectors; v++) weight[v] = load(weights + (u * vectors + v) * LANES);
        UNROLL for (int t = 0; t < tiles; t++) {
          vector value = splat(a[t * LANES + k + u]);
          UNROLL for (int v = 0; v < vectors; v++) sums[t * vectors + v] = multiply_add(value, weight[v], sums[t * vectors + v]);
        }
      }
    }
  }
  UNROLL for (int t = 0; t < tiles; t++) UNROLL for (int v = 0; v < vectors; v++) store(out + v * PLANES_PITCH + t * LANES, sums[t * vectors + v]);
}

/* Rows (tiles or inputs) of most register tiles of a panel of so many vectors. */
#define TILE_ROWS(vectors) (TILE_PIXELS(vectors) < 8 ? 4 : TILE_PIXELS(vectors) < 16 ? 8 : 16)

/*
 * Register tiles over `rows` and so many output channels in all planes, each of them a turn to fetch: the more turns, the less do memory's
 * answers keep the products waiting.
 */
INLINE int64_t plane_turns(int32_t rows, int32_t outputs) {
  int32_t pairs = outputs / (2 * LANES), single = outputs / LANES % 2;
  return (int64_t)PLANES * (pairs * ((rows + TILE_ROWS(2) - 1) / TILE_ROWS(2)) + single * ((rows + TILE_ROWS(1) - 1) / TILE_ROWS(1)));
}

/* The last register tile may hold fewer tiles than it computes: nobody reads the rest. */
INLINE void plane_panel(const int vectors, int32_t count, const float *a, int32_t inputs, const float *weights, float *out,
                        struct fetching *fetching) {
#define TILES(tiles)                                                                                                                       \
  if ((tiles) <= TILE_PIXELS(vectors)) {                                                                                                   \
    KEEP_ROLLED for (; count > (tiles)-SMALLEST_PLANE_TILE; count -= (tiles), a += (tiles)*LANES, out += (tiles)*LANES) {                  \
      fetch_share(fetching);                                                                                                               \
      plane_tile(tiles, vectors, a, inputs, weights, out);                                                                                 \
    }                                                                                                                                      \
  }
  TILES(16) TILES(8) TILES(SMALLEST_PLANE_TILE)
#undef TILES
}

/* products[plane][tile][output] = Σ over inputs of transformed[plane][tile][input] · packed[plane][input][output] of the first `count` tiles. */
static __attribute__((noinline)) void plane_products(const float *transformed, int32_t inputs, const float *packed, float *products,
                                                     int32_t outputs, int32_t count, struct fetching *fetching) {
  for (int32_t plane = 0; plane < PLANES; plane++, transformed += PLANE_PITCH, products += PLANE_PITCH)
    for (int32_t channel = 0; channel < outputs;) {
      int32_t vectors = panel_vectors(outputs - channel);
      float *out = products + to_planes_of(channel);
      if (vectors == 2) plane_panel(2, count, transformed, inputs, packed, out, fetching);
      else plane_panel(1, count, transformed, inputs, packed, out, fetching);
      packed += (size_t)inputs * vectors * LANES;
      channel += vectors * LANES;
    }
}

/* sums[input][·] += Σ over tiles of a[tile][input] · g[tile][·], for `inputs` inputs and a panel of `vectors` vectors. */
INLINE void plane_outer_tile(const int inputs, const int vectors, const float *a, const float *g, int32_t count, float *sums) {
  vector tile[LARGEST_TILE];
  UNROLL for (int i = 0; i < inputs * vectors; i++) tile[i] = load(sums + i * LANES);
#define ONE_TILE                                                                                                                           \
  {                                                                                                                                        \
    vector gradient[2];                                                                                                                    \
    UNROLL for (int v = 0; v < vectors; v++) gradient[v] = load(g + v * PLANES_PITCH);                                                          \
    UNROLL for (int i = 0; i < inputs; i++) {                                                                                              \
      vector value = splat(a[i / LANES * PLANES_PITCH + i % LANES]);                                                                            \
      UNROLL for (int v = 0; v < vectors; v++) tile[i * vectors + v] = multiply_add(value, gradient[v], tile[i * vectors + v]);            \
    }                                                                                                                                      \
    a += LANES;                                                                                                                            \
    g += LANES;                                                                                                                            \
  }
  if (INNER_UNROLL > 1) {
    KEEP_ROLLED for (; count >= 2; count -= 2) {
      ONE_TILE
      ONE_TILE
    }
  }
  KEEP_ROLLED for (; count > 0; count--) ONE_TILE
#undef ONE_TILE
  UNROLL for (int i = 0; i < inputs * vectors; i++) store(sums + i * LANES, tile[i]);
}

INLINE void plane_outer_panel(const int vectors, int32_t inputs, const float *a, const float *g, int32_t count, float *sums,
                              struct fetching *fetching) {
  int32_t input = 0;
#define TILES(height)                                                                                                                      \
  if ((height) <= TILE_PIXELS(vectors)) {                                                                                                  \
    KEEP_ROLLED for (; inputs - input >= (height); input += (height), sums += (height)*vectors * LANES) {                                  \
      fetch_share(fetching);                                                                                                               \
      plane_outer_tile(height, vectors, a + to_planes_of(input) + input % LANES, g, count, sums);                                          \
    }                                                                                                                                      \
  }
  TILES(16) TILES(8) TILES(4)
#undef TILES
}

/* sums[plane][panel][input][·] += Σ over the first `count` tiles of transformed[plane][tile][input] · gradients[plane][tile][panel]. */
static __attribute__((noinline)) void plane_outer_products(const float *transformed, int32_t inputs, const float *gradients,
                                                           int32_t outputs, int32_t count, float *sums, struct fetching *fetching) {
  for (int32_t plane = 0; plane < PLANES; plane++, transformed += PLANE_PITCH, gradients += PLANE_PITCH)
    for (int32_t channel = 0; channel < outputs;) {
      int32_t vectors = panel_vectors(outputs - channel);
      const float *g = gradients + to_planes_of(channel);
      if (vectors == 2) plane_outer_panel(2, inputs, transformed, g, count, sums, fetching);
      else plane_outer_panel(1, inputs, transformed, g, count, sums, fetching);
      sums += (size_t)inputs * vectors * LANES;
      channel += vectors * LANES;
    }
}
