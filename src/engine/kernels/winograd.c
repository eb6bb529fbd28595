/*
 * 3×3 convolutions with stride 1, and both their gradients, by Winograd's F(4×4, 3×3): tiles of many images are transformed into 36
 * planes of a value for each tile and channel, each plane is multiplied with its own matrix of transformed weights, and the products are
 * transformed back. Channels fill whole vectors. A few tiles at a time, so that the planes stay in the second-level cache.
 */
#include "plane_products.h"
#include "winograd.h"
#include "worker.h"

struct tile_grid {
  int32_t rows, columns;
};

INLINE struct tile_grid tiles_over(int32_t height, int32_t width) {
  struct tile_grid grid = {(height + TILE_OUTPUTS - 1) / TILE_OUTPUTS, (width + TILE_OUTPUTS - 1) / TILE_OUTPUTS};
  return grid;
}

/* Where a tile of a thread's share of the samples lies. */
struct tile_place {
  size_t sample;
  int32_t row, column;
};

INLINE struct tile_place tile_place(struct samples samples, struct range share, struct tile_grid grid, int32_t tile) {
  int32_t tiles = grid.rows * grid.columns, within = tile % tiles;
  struct tile_place place = {sample_at(samples, share.from + tile / tiles), within / grid.columns * TILE_OUTPUTS,
                             within % grid.columns * TILE_OUTPUTS};
  return place;
}

/* Floats in the rows of an image that a row of tiles covers. */
INLINE size_t row_of_tiles(struct image_shape shape, int32_t row) {
  int32_t rows = SMALLER_OF(TILE_OUTPUTS, shape.height - row);
  return rows > 0 ? (size_t)rows * shape.width * shape.channels : 0;
}

/* Transformed weights [plane] in panels as pack_weights has them; for the input gradient turned by 180° and transposed. */
static void pack_winograd_weights(const struct pack_winograd_weights *record, const struct worker *worker) {
  const float *w = at(worker, record->w);
  float *packed = at(worker, record->packed);
  int transposed = record->transposed;
  int32_t inputs = transposed ? record->output_channels : record->input_channels;
  int32_t outputs = transposed ? record->input_channels : record->output_channels;
  size_t tap_pitch = (size_t)inputs * outputs;
  size_t input_pitch = transposed ? 1 : (size_t)outputs, output_pitch = transposed ? (size_t)inputs : 1;
  struct range share = share_of(worker, inputs);

  for (int32_t panel = 0; panel < outputs;) {
    int32_t vectors = panel_vectors(outputs - panel);
    for (int32_t input = share.from; input < share.to; input++)
      for (int32_t v = 0; v < vectors; v++) {
        const float *from = w + input * input_pitch + (panel + v * LANES) * output_pitch;
        vector taps[3][3];
        UNROLL for (int i = 0; i < 3; i++) UNROLL for (int j = 0; j < 3; j++) {
          const float *tap = from + (transposed ? 8 - (i * 3 + j) : i * 3 + j) * tap_pitch;
          if (transposed) UNROLL for (int lane = 0; lane < LANES; lane++) taps[i][j][lane] = tap[lane * output_pitch];
          else taps[i][j] = load(tap);
        }
        TRANSFORM_TILE(transform_weights, taps, 3, planes, TILE_INPUTS)
        float *to = packed + (size_t)panel * inputs + (input * vectors + v) * LANES;
        UNROLL for (int i = 0; i < TILE_INPUTS; i++) UNROLL for (int j = 0; j < TILE_INPUTS; j++)
            store(to + (i * TILE_INPUTS + j) * tap_pitch, planes[i][j]);
      }
    panel += vectors * LANES;
  }
}

static void winograd_convolution(const struct winograd_convolution *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *packed = at(worker, record->packed), *bias = at(worker, record->bias);
  float *y = at(worker, record->y), *transformed = scratch_of(worker, &record->step);
  struct image_shape source = {record->source_height, record->source_width, record->source_channels};
  struct image_shape result = {record->output_height, record->output_width, record->output_channels};
  size_t source_elements = (size_t)source.height * source.width * source.channels;
  size_t result_elements = (size_t)result.height * result.width * result.channels;
  struct planes source_planes = planes_of(record->tiles_at_once, source.channels);
  struct planes result_planes = planes_of(record->tiles_at_once, result.channels);
  float *products = transformed + PLANES * source_planes.pitch;
  struct tile_grid grid = tiles_over(result.height, result.width);
  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);

  int32_t tiles = (share.to - share.from) * grid.rows * grid.columns;
  for (int32_t first = 0; first < tiles; first += record->tiles_at_once) {
    int32_t count = SMALLER_OF(record->tiles_at_once, tiles - first);
    for (int32_t i = 0; i < count; i++) {
      struct tile_place place = tile_place(samples, share, grid, first + i);
      input_tile(x + place.sample * source_elements, source, place.row - record->top, place.column - record->left,
                   transformed, source_planes, i);
      if (place.column == 0)
        fetch_ahead_to_write(y + place.sample * result_elements + (size_t)place.row * result.width * result.channels,
                             row_of_tiles(result, place.row));
    }
    plane_products(transformed, source_planes, source.channels, packed, products, result_planes, result.channels, count);
    for (int32_t i = 0; i < count; i++) {
      struct tile_place place = tile_place(samples, share, grid, first + i);
      output_tile(products, result_planes, i, bias, y + place.sample * result_elements, result, place.row, place.column);
    }
  }
}

/*
 * A thread's partial gradient stays transformed: 36 planes, each in panels of outputs as pack_weights has them, then a row with the sum of
 * dy where the bias wants it.
 */
INLINE size_t partial_elements(int32_t inputs, int32_t outputs) { return ((size_t)PLANES * inputs + 1) * outputs; }

static void winograd_weight_gradient(const struct winograd_weight_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  float *transformed = scratch_of(worker, &record->step);
  struct image_shape source = {record->source_height, record->source_width, record->source_channels};
  struct image_shape gradient = {record->output_height, record->output_width, record->output_channels};
  size_t source_elements = (size_t)source.height * source.width * source.channels;
  size_t gradient_elements = (size_t)gradient.height * gradient.width * gradient.channels;
  struct planes source_planes = planes_of(record->tiles_at_once, source.channels);
  struct planes gradient_planes = planes_of(record->tiles_at_once, gradient.channels);
  float *transformed_gradient = transformed + PLANES * source_planes.pitch;
  size_t elements = partial_elements(source.channels, gradient.channels);
  float *partial = (float *)at(worker, record->partial) + worker->thread * elements;
  struct tile_grid grid = tiles_over(gradient.height, gradient.width);
  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);

  if (is_first_part(worker)) clear(partial, elements);
  int32_t tiles = (share.to - share.from) * grid.rows * grid.columns;
  for (int32_t first = 0; first < tiles; first += record->tiles_at_once) {
    int32_t count = SMALLER_OF(record->tiles_at_once, tiles - first);
    for (int32_t i = 0; i < count; i++) {
      struct tile_place place = tile_place(samples, share, grid, first + i);
      input_tile(x + place.sample * source_elements, source, place.row - record->top, place.column - record->left,
                   transformed, source_planes, i);
      gradient_tile(dy + place.sample * gradient_elements, gradient, place.row, place.column, transformed_gradient, gradient_planes, i);
      if (first + count + i >= tiles) continue;
      struct tile_place next = tile_place(samples, share, grid, first + count + i);
      if (next.column == 0)
        fetch_ahead(x + next.sample * source_elements + (size_t)next.row * source.width * source.channels, row_of_tiles(source, next.row));
    }
    plane_outer_products(transformed, source_planes, source.channels, transformed_gradient, gradient_planes, gradient.channels, count,
                         partial);
  }
  if (!record->with_bias) return;
  float *sums = partial + elements - gradient.channels;
  for (int32_t i = share.from; i < share.to; i++) {
    const float *image = dy + sample_at(samples, i) * gradient_elements;
    for (int32_t o = 0; o < gradient.channels; o += LANES) {
      vector sum = load(sums + o);
      for (size_t pixel = 0; pixel < gradient_elements; pixel += gradient.channels) sum += load(image + pixel + o);
      store(sums + o, sum);
    }
  }
}

/* Adds up the threads' partial gradients, in the order of the threads, and transforms the sum back. */
static void sum_winograd_partials(const struct sum_winograd_partials *record, const struct worker *worker) {
  const float *partial = at(worker, record->partial);
  float *dw = at(worker, record->dw), *dbias = at(worker, record->dbias);
  int32_t inputs = record->input_channels, outputs = record->output_channels;
  size_t plane_elements = (size_t)inputs * outputs, elements = partial_elements(inputs, outputs);
  struct range share = share_of(worker, inputs + 1);
  for (int32_t input = share.from; input < share.to; input++)
    for (int32_t o = 0; o < outputs; o += LANES) {
      int32_t panel = o / (2 * LANES) * 2 * LANES, width = panel_vectors(outputs - panel) * LANES;
      const float *from = partial + (input < inputs ? (size_t)panel * inputs + (size_t)input * width + (o - panel) : elements - outputs + o);
      if (input == inputs) {
        vector sum = load(from);
        for (int32_t thread = 1; thread < worker->threads; thread++) sum += load(from + thread * elements);
        if (dbias) store(dbias + o, sum);
        continue;
      }
      vector planes[TILE_INPUTS][TILE_INPUTS];
      UNROLL for (int i = 0; i < TILE_INPUTS; i++) UNROLL for (int j = 0; j < TILE_INPUTS; j++) {
        const float *plane = from + (i * TILE_INPUTS + j) * plane_elements;
        planes[i][j] = load(plane);
        for (int32_t thread = 1; thread < worker->threads; thread++) planes[i][j] += load(plane + thread * elements);
      }
      TRANSFORM_TILE(transform_weight_gradient, planes, TILE_INPUTS, taps, 3)
      UNROLL for (int i = 0; i < 3; i++) UNROLL for (int j = 0; j < 3; j++)
          store(dw + (i * 3 + j) * plane_elements + (size_t)input * outputs + o, taps[i][j]);
    }
}
