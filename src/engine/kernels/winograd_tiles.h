/*
 * Tiles of images into planes, one for each of the 36 points, and back. Strip by strip: neighbouring tiles of a row of tiles.
 *
 * Each transform goes along one axis into a small buffer in the first-level cache, then along the other. These loops stay rolled: their
 * factors and one line of a tile fit into the registers together, a whole tile does not.
 */
#pragma once
#include "fixed_point.h"
#include "winograd.h"

/*
 * The planes: vector of channels by vector of channels, in that plane by plane, in that tile by tile. All distances are constants, whatever
 * the number of channels and tiles. So no transform computes addresses, and the products have nothing to compute but products.
 */
enum { PLANE_PITCH = MOST_TILES * LANES + PLANE_GAP, PLANES_PITCH = PLANES * PLANE_PITCH };

/* Floats from the first planes to those of the vector that starts with channel c. */
INLINE size_t to_planes_of(int32_t c) { return (size_t)(c / LANES) * PLANES_PITCH; }

/* An image of height × width × channels of which a tile may reach beyond the edges. */
struct image_shape {
  int32_t height, width, channels;
};

enum { STRIP_TILES = 8, SHARED_COLUMNS = TILE_INPUTS - TILE_OUTPUTS, STRIP_COLUMNS = STRIP_TILES * TILE_OUTPUTS + SHARED_COLUMNS };

INLINE void clear_columns(vector (*columns)[TILE_INPUTS], int32_t from, int32_t to) {
  KEEP_ROLLED for (int32_t j = from; j < to; j++) UNROLL for (int i = 0; i < TILE_INPUTS; i++) columns[j][i] = splat(0);
}

/* What is transformed: the values, or with `in_levels` their levels. */
INLINE vector load_value(const int in_levels, struct levels levels, const float *from) {
  return in_levels ? centred_level(levels, load(from)) : load(from);
}

INLINE void transform_columns(const int whole, const int in_levels, struct levels levels, vector (*columns)[TILE_INPUTS], int32_t from,
                              int32_t to, const float *pixel, struct image_shape shape, int32_t row) {
  ptrdiff_t row_pitch = (ptrdiff_t)shape.width * shape.channels;
  KEEP_ROLLED for (int32_t j = from; j < to; j++, pixel += shape.channels) {
    vector values[TILE_INPUTS];
    UNROLL for (int i = 0; i < TILE_INPUTS; i++) values[i] =
        whole || (row + i >= 0 && row + i < shape.height) ? load_value(in_levels, levels, pixel + i * row_pitch) : splat(0);
    transform_input(values, columns[j]);
  }
}

/*
 * The inputs of `tiles` tiles, the first of which has its corner at (row, column), into their planes. Pixels outside the image are zero.
 * Neighbours share two of their six columns of pixels, which are transformed once.
 */
INLINE void input_strip_as(const int in_levels, struct levels levels, const float *image, struct image_shape shape, int32_t row,
                           int32_t column, int32_t tiles, float *to) {
  vector columns[STRIP_COLUMNS][TILE_INPUTS];
  int32_t count = tiles * TILE_OUTPUTS + SHARED_COLUMNS;
  int32_t first = SMALLER_OF(LARGER_OF(0, -column), count), end = LARGER_OF(first, SMALLER_OF(count, shape.width - column));
  const float *pixel = image + ((ptrdiff_t)row * shape.width + column + first) * shape.channels;
  clear_columns(columns, 0, first);
  clear_columns(columns, end, count);
  for (int32_t c = 0; c < shape.channels; c += LANES, to += PLANES_PITCH, pixel += LANES) {
    if (row >= 0 && row + TILE_INPUTS <= shape.height) transform_columns(1, in_levels, levels, columns, first, end, pixel, shape, row);
    else transform_columns(0, in_levels, levels, columns, first, end, pixel, shape, row);
    KEEP_ROLLED for (int32_t tile = 0; tile < tiles; tile++) {
      float *plane = to + tile * LANES;
      KEEP_ROLLED for (int i = 0; i < TILE_INPUTS; i++, plane += TILE_INPUTS * PLANE_PITCH) {
        vector values[TILE_INPUTS], transformed[TILE_INPUTS];
        UNROLL for (int j = 0; j < TILE_INPUTS; j++) values[j] = columns[tile * TILE_OUTPUTS + j][i];
        transform_input(values, transformed);
        UNROLL for (int j = 0; j < TILE_INPUTS; j++) store(plane + j * PLANE_PITCH, transformed[j]);
      }
    }
  }
}

static __attribute__((noinline)) void input_strip(const float *image, struct image_shape shape, int32_t row, int32_t column, int32_t tiles,
                                                  float *to) {
  input_strip_as(0, (struct levels){0}, image, shape, row, column, tiles, to);
}

static __attribute__((noinline)) void input_strip_in_levels(struct levels levels, const float *image, struct image_shape shape, int32_t row,
                                                            int32_t column, int32_t tiles, float *to) {
  input_strip_as(1, levels, image, shape, row, column, tiles, to);
}

/* The pixels of a 4×4 tile that lie inside the image. */
struct extent {
  int32_t rows, columns;
};

INLINE struct extent tile_extent(struct image_shape shape, int32_t row, int32_t column) {
  struct extent extent = {SMALLER_OF(TILE_OUTPUTS, shape.height - row), SMALLER_OF(TILE_OUTPUTS, shape.width - column)};
  return extent;
}

INLINE int is_whole(struct extent extent) { return extent.rows == TILE_OUTPUTS && extent.columns == TILE_OUTPUTS; }

INLINE void gradient_tile(const int whole, const int in_levels, struct levels levels, struct extent extent, const float *corner,
                          struct image_shape shape, float *to) {
  size_t row_pitch = (size_t)shape.width * shape.channels;
  for (int32_t c = 0; c < shape.channels; c += LANES, to += PLANES_PITCH) {
    vector half[TILE_INPUTS][TILE_OUTPUTS];
    UNROLL for (int j = 0; j < TILE_OUTPUTS; j++) {
      vector values[TILE_OUTPUTS], transformed[TILE_INPUTS];
      UNROLL for (int i = 0; i < TILE_OUTPUTS; i++) values[i] =
          whole || (i < extent.rows && j < extent.columns) ? load_value(in_levels, levels, corner + i * row_pitch + j * shape.channels + c)
                                                           : splat(0);
      transform_output_gradient(values, transformed);
      UNROLL for (int i = 0; i < TILE_INPUTS; i++) half[i][j] = transformed[i];
    }
    float *plane = to;
    KEEP_ROLLED for (int i = 0; i < TILE_INPUTS; i++, plane += TILE_INPUTS * PLANE_PITCH) {
      vector transformed[TILE_INPUTS];
      transform_output_gradient(half[i], transformed);
      UNROLL for (int j = 0; j < TILE_INPUTS; j++) store(plane + j * PLANE_PITCH, transformed[j]);
    }
  }
}

/* The output gradients of `tiles` tiles into their planes; those outside the image are zero. */
INLINE void gradient_strip_as(const int in_levels, struct levels levels, const float *image, struct image_shape shape, int32_t row,
                              int32_t column, int32_t tiles, float *to) {
  for (int32_t tile = 0; tile < tiles; tile++, column += TILE_OUTPUTS, to += LANES) {
    const float *corner = image + ((size_t)row * shape.width + column) * shape.channels;
    struct extent extent = tile_extent(shape, row, column);
    if (is_whole(extent)) gradient_tile(1, in_levels, levels, extent, corner, shape, to);
    else gradient_tile(0, in_levels, levels, extent, corner, shape, to);
  }
}

static __attribute__((noinline)) void gradient_strip(const float *image, struct image_shape shape, int32_t row, int32_t column,
                                                     int32_t tiles, float *to) {
  gradient_strip_as(0, (struct levels){0}, image, shape, row, column, tiles, to);
}

static __attribute__((noinline)) void gradient_strip_in_levels(struct levels levels, const float *image, struct image_shape shape,
                                                               int32_t row, int32_t column, int32_t tiles, float *to) {
  gradient_strip_as(1, levels, image, shape, row, column, tiles, to);
}

INLINE void output_tile(const int whole, const int adds, struct extent extent, const float *from, const float *bias, float *corner,
                        struct image_shape shape) {
  size_t row_pitch = (size_t)shape.width * shape.channels;
  for (int32_t c = 0; c < shape.channels; c += LANES, from += PLANES_PITCH) {
    vector half[TILE_OUTPUTS][TILE_INPUTS], start = bias ? load(bias + c) : splat(0);
    KEEP_ROLLED for (int j = 0; j < TILE_INPUTS; j++) {
      vector values[TILE_INPUTS], transformed[TILE_OUTPUTS];
      UNROLL for (int i = 0; i < TILE_INPUTS; i++) values[i] = load(from + (i * TILE_INPUTS + j) * PLANE_PITCH);
      transform_output(values, transformed);
      UNROLL for (int i = 0; i < TILE_OUTPUTS; i++) half[i][j] = transformed[i];
    }
    float *pixel = corner + c;
    KEEP_ROLLED for (int i = 0; i < (whole ? TILE_OUTPUTS : extent.rows); i++, pixel += row_pitch) {
      vector outputs[TILE_OUTPUTS];
      transform_output(half[i], outputs);
      UNROLL for (int j = 0; j < TILE_OUTPUTS; j++) if (whole || j < extent.columns) {
        float *to = pixel + j * shape.channels;
        store(to, adds ? load(to) + (outputs[j] + start) : outputs[j] + start);
      }
    }
  }
}

/* The outputs of `tiles` tiles from their planes, in place of what the image holds or added to it; those beyond the edges are dropped. */
INLINE void output_strip_as(const int adds, const float *from, const float *bias, float *image, struct image_shape shape, int32_t row,
                            int32_t column, int32_t tiles) {
  for (int32_t tile = 0; tile < tiles; tile++, column += TILE_OUTPUTS, from += LANES) {
    float *corner = image + ((size_t)row * shape.width + column) * shape.channels;
    struct extent extent = tile_extent(shape, row, column);
    if (is_whole(extent)) output_tile(1, adds, extent, from, bias, corner, shape);
    else output_tile(0, adds, extent, from, bias, corner, shape);
  }
}

static __attribute__((noinline)) void output_strip(const float *from, const float *bias, float *image, struct image_shape shape,
                                                   int32_t row, int32_t column, int32_t tiles) {
  output_strip_as(0, from, bias, image, shape, row, column, tiles);
}

static __attribute__((noinline)) void add_output_strip(const float *from, const float *bias, float *image, struct image_shape shape,
                                                       int32_t row, int32_t column, int32_t tiles) {
  output_strip_as(1, from, bias, image, shape, row, column, tiles);
}
