/*
 * Weight gradients of 3×3 convolutions with stride 1 by Winograd's F(4×4, 3×3): inputs and output gradients are transformed into 36 planes,
 * whose outer products over all tiles are summed up plane by plane; only the sum is transformed back.
 *
 * The same with levels instead of values is PSG's predictor (E2-Train, section 3.3): the most significant bits of the inputs and a quantised
 * output gradient, in float32 as the authors compute it. Levels have no unit; the sum gets it.
 */
#include "plane_products.h"
#include "winograd_tiling.h"

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
  const float *range = at(worker, record->range), *gradient_range = at(worker, record->gradient_range);
  struct levels levels = {0}, gradient_levels = {0};
  if (range) {
    levels = levels_of(range, record->bits, record->msb_bits, record->is_signed);
    gradient_levels = levels_of(gradient_range, record->gradient_bits, record->gradient_bits, 1);
    if (!has_levels(levels) || !has_levels(gradient_levels)) return;
  }
  for (int32_t first = 0; first < tiling.count; first += record->tiles_at_once) {
    int32_t end = SMALLER_OF(first + record->tiles_at_once, tiling.count);
    FOR_STRIPS(strip, &tiling, first, end) {
      size_t place = (size_t)(strip.first - first) * LANES;
      const float *image = x + strip.sample * source_elements, *image_gradient = dy + strip.sample * gradient_elements;
      int32_t row = strip.row - record->top, column = strip.column - record->left;
      float *to = transformed + place, *to_gradient = transformed_gradient + place;
      if (range) {
        input_strip_in_levels(levels, image, source, row, column, strip.tiles, to);
        gradient_strip_in_levels(gradient_levels, image_gradient, gradient, strip.row, strip.column, strip.tiles, to_gradient);
      } else {
        input_strip(image, source, row, column, strip.tiles, to);
        gradient_strip(image_gradient, gradient, strip.row, strip.column, strip.tiles, to_gradient);
      }
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
  const float *range = at(worker, record->range), *gradient_range = at(worker, record->gradient_range);
  float unit = range ? (float)product_unit(levels_of(range, record->bits, record->bits, record->is_signed),
                                           levels_of(gradient_range, record->gradient_bits, record->gradient_bits, 1))
                     : 1;
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
          store(dw + (i * 3 + j) * plane_elements + (size_t)input * outputs + o, range ? taps[i][j] * splat(unit) : taps[i][j]);
    }
}
