/* How the tiles of many images are numbered and taken in strips. */
#pragma once
#include "winograd_tiles.h"
#include "worker.h"

/* The tiles over a thread's share of the samples, numbered sample by sample and row by row. */
struct tiling {
  struct samples samples;
  struct range share;
  int32_t rows, columns, count;
};

INLINE struct tiling tiles_over(struct image_shape shape, struct samples samples, struct range share) {
  int32_t rows = (shape.height + TILE_OUTPUTS - 1) / TILE_OUTPUTS, columns = (shape.width + TILE_OUTPUTS - 1) / TILE_OUTPUTS;
  struct tiling tiling = {samples, share, rows, columns, (share.to - share.from) * rows * columns};
  return tiling;
}

/* Neighbouring tiles of a row of tiles, and where the first of them lies. */
struct strip {
  int32_t first, tiles;
  size_t sample;
  int32_t row, column;
};

/* The longest strip from a tile on, of tiles before `end`. */
INLINE struct strip strip_from(const struct tiling *tiling, int32_t tile, int32_t end) {
  int32_t of_sample = tiling->rows * tiling->columns, within = tile % of_sample, column = within % tiling->columns;
  int32_t left = SMALLER_OF(end - tile, tiling->columns - column);
  struct strip strip = {tile, SMALLER_OF(left, STRIP_TILES), 0, within / tiling->columns * TILE_OUTPUTS, column * TILE_OUTPUTS};
  if (tile < end) strip.sample = sample_at(tiling->samples, tiling->share.from + tile / of_sample);
  return strip;
}

#define FOR_STRIPS(strip, tiling, from, end)                                                                                               \
  for (struct strip strip = strip_from(tiling, from, end); strip.first < (end); strip = strip_from(tiling, strip.first + strip.tiles, end))

INLINE int32_t blocks_of(const struct tiling *tiling, int32_t tiles_at_once) { return (tiling->count + tiles_at_once - 1) / tiles_at_once; }
