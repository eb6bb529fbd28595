/*
 * 3×3 convolutions with stride 1, and both their gradients, by Winograd's F(4×4, 3×3): tiles of many images are transformed into 36
 * planes of a value for each tile and channel, each plane is multiplied with its own matrix of transformed weights, and the products are
 * transformed back. Channels fill whole vectors. A few tiles at a time, so that the planes stay in the second-level cache.
 */
#include "plane_products.h"
#include "winograd.h"
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
  float *products = transformed + to_planes_of(source.channels);
  struct samples samples = samples_of(worker, &record->step);
  struct tiling tiling = tiles_over(result, samples, share_of_samples(worker, samples));
  int64_t turns = blocks_of(&tiling, record->tiles_at_once) * plane_turns(record->tiles_at_once, result.channels);
  struct fetching fetching = fetching_of(&record->step, worker, turns);

  for (int32_t first = 0; first < tiling.count; first += record->tiles_at_once) {
    int32_t end = SMALLER_OF(first + record->tiles_at_once, tiling.count);
    FOR_STRIPS(strip, &tiling, first, end) {
      input_strip(x + strip.sample * source_elements, source, strip.row - record->top, strip.column - record->left, strip.tiles,
                  transformed + (strip.first - first) * LANES);
    }
    plane_products(transformed, source.channels, packed, products, result.channels, end - first, &fetching);
    FOR_STRIPS(strip, &tiling, first, end)
    output_strip(products + (strip.first - first) * LANES, bias, y + strip.sample * result_elements, result, strip.row, strip.column,
                 strip.tiles);
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
  float *transformed_gradient = transformed + to_planes_of(source.channels);
  size_t elements = partial_elements(source.channels, gradient.channels);
  float *partial = (float *)at(worker, record->partial) + worker->thread * elements;
  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);
  struct tiling tiling = tiles_over(gradient, samples, share);
  int64_t turns = blocks_of(&tiling, record->tiles_at_once) * plane_turns(source.channels, gradient.channels);
  struct fetching fetching = fetching_of(&record->step, worker, turns);

  if (is_first_part(worker)) clear(partial, elements);
  for (int32_t first = 0; first < tiling.count; first += record->tiles_at_once) {
    int32_t end = SMALLER_OF(first + record->tiles_at_once, tiling.count);
    FOR_STRIPS(strip, &tiling, first, end) {
      size_t place = (size_t)(strip.first - first) * LANES;
      input_strip(x + strip.sample * source_elements, source, strip.row - record->top, strip.column - record->left, strip.tiles,
                  transformed + place);
      gradient_strip(dy + strip.sample * gradient_elements, gradient, strip.row, strip.column, strip.tiles, transformed_gradient + place);
    }
    plane_outer_products(transformed, source.channels, transformed_gradient, gradient.channels, end - first, partial, &fetching);
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
