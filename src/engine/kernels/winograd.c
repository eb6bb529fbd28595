/*
 * 3×3 convolutions with stride 1, and their input gradients, by Winograd's F(4×4, 3×3): tiles of many images are transformed into 36
 * planes of a value for each tile and channel, each plane is multiplied with its own matrix of transformed weights, and the products are
 * transformed back. Channels fill whole vectors. A few tiles at a time, so that the planes stay in the second-level cache.
 */
#include "plane_products.h"
#include "winograd_tiling.h"

/* The 3×3 taps of a vector of outputs, `tap_pitch` apart, turned by 180° and gathered where the weights are transposed. */
INLINE void load_taps(const int transposed, const float *from, size_t tap_pitch, size_t output_pitch, vector (*taps)[3]) {
  UNROLL for (int i = 0; i < 3; i++) UNROLL for (int j = 0; j < 3; j++) {
    const float *tap = from + (transposed ? 8 - (i * 3 + j) : i * 3 + j) * tap_pitch;
    if (transposed) UNROLL for (int lane = 0; lane < LANES; lane++) taps[i][j][lane] = tap[lane * output_pitch];
    else taps[i][j] = load(tap);
  }
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
    float *to = packed + (size_t)panel * inputs;
    FOR_PLANE_RUNS(first, end, share, vectors) {
      plane_runs runs;
      for (int32_t input = first, at = 0; input < end; input++)
        for (int32_t v = 0; v < vectors; v++, at++) {
          vector taps[3][3];
          load_taps(transposed, w + input * input_pitch + (panel + v * LANES) * output_pitch, tap_pitch, output_pitch, taps);
          TRANSFORM_TILE(transform_weights, taps, 3, planes, TILE_INPUTS)
          UNROLL for (int i = 0; i < TILE_INPUTS; i++) UNROLL for (int j = 0; j < TILE_INPUTS; j++)
              runs[i * TILE_INPUTS + j][at] = planes[i][j];
        }
      for (int32_t plane = 0; plane < PLANES; plane++)
        for (int32_t at = 0; at < (end - first) * vectors; at++)
          store(to + plane * tap_pitch + (first * vectors + at) * LANES, runs[plane][at]);
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
    FOR_STRIPS(strip, &tiling, first, end) {
      const float *planes = products + (strip.first - first) * LANES;
      float *image = y + strip.sample * result_elements;
      if (record->adds) add_output_strip(planes, bias, image, result, strip.row, strip.column, strip.tiles);
      else output_strip(planes, bias, image, result, strip.row, strip.column, strip.tiles);
    }
  }
}
