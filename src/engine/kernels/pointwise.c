/*
 * Convolutions with a 1×1 window: matrix products of all pixels, whatever row they are in. Samples that lie one behind the other in
 * memory are one stretch of pixels, so that small images, too, make long products out of every weight that is read.
 */
#include "tile.h"
#include "worker.h"

/* Pixels that meet all weights before the next pixels do: few enough to stay in the cache, and to write y line by line. */
#define POINTWISE_PIXELS 48

/* How many samples from the i-th of the list on, up to `end`, lie one behind the other. */
INLINE int32_t samples_in_a_row(struct samples samples, int32_t i, int32_t end) {
  int32_t count = 1;
  while (i + count < end && sample_at(samples, i + count) == sample_at(samples, i) + count) count++;
  return count;
}

static void pointwise_convolution(const struct pointwise_convolution *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *packed = at(worker, record->packed), *bias = at(worker, record->bias);
  float *y = at(worker, record->y);
  size_t inputs = record->input_channels, outputs = record->output_channels;
  struct stretches window = {1, 1, record->input_channels, 0, 0};
  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);

  for (int32_t i = share.from, neighbours; i < share.to; i += neighbours) {
    neighbours = samples_in_a_row(samples, i, share.to);
    size_t pixel = sample_at(samples, i) * record->pixels, end = pixel + (size_t)neighbours * record->pixels;
    for (; pixel < end; pixel += POINTWISE_PIXELS) {
      int32_t count = (int32_t)SMALLER_OF(end - pixel, (size_t)POINTWISE_PIXELS);
      for (int32_t channel = 0; channel < record->output_channels;) {
        int32_t vectors = panel_vectors(record->output_channels - channel);
        product_row(vectors, count, x + pixel * inputs, inputs, window, packed + channel * inputs, bias ? bias + channel : 0,
                    y + pixel * outputs + channel, outputs, record->output_channels - channel);
        channel += vectors * LANES;
      }
    }
  }
}

/* One panel of the gradients of `count` pixels, in whole vectors one behind the other: at their own pitch they could share cache sets. */
INLINE void pack_gradients(const int vectors, float *to, const float *from, size_t pitch, int32_t count, int32_t channels) {
  KEEP_ROLLED for (int32_t pixel = 0; pixel < count; pixel++, from += pitch, to += vectors * LANES)
      UNROLL for (int v = 0; v < vectors; v++) store(to + v * LANES, load_part(from + v * LANES, channels - v * LANES));
}

/* A partial gradient for each thread, with one more row for the bias, as the weight gradient of any convolution. */
static void pointwise_weight_gradient(const struct pointwise_weight_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  float *gradients = scratch_of(worker, &record->step);
  size_t inputs = record->input_channels, outputs = record->output_channels, pitch = packed_channels(record->output_channels);
  float *partial = (float *)at(worker, record->partial) + worker->thread * (inputs + 1) * pitch;
  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);

  if (is_first_part(worker)) clear(partial, (inputs + 1) * pitch);
  for (int32_t i = share.from, neighbours; i < share.to; i += neighbours) {
    neighbours = samples_in_a_row(samples, i, share.to);
    size_t pixel = sample_at(samples, i) * record->pixels, end = pixel + (size_t)neighbours * record->pixels;
    for (; pixel < end; pixel += POINTWISE_GRADIENT_PIXELS) {
      int32_t count = (int32_t)SMALLER_OF(end - pixel, (size_t)POINTWISE_GRADIENT_PIXELS);
      for (int32_t channel = 0; channel < record->output_channels;) {
        int32_t vectors = panel_vectors(record->output_channels - channel);
        size_t width = (size_t)vectors * LANES;
        pack_gradients(vectors, gradients, dy + pixel * outputs + channel, outputs, count, record->output_channels - channel);
        struct pixel_grid grid = {1, count, 0, inputs, 0, width};
        outer_panel(vectors, record->input_channels, x + pixel * inputs, gradients, grid, partial + channel, pitch);
        if (record->with_bias) add_pixels(partial + inputs * pitch + channel, gradients, count, (int32_t)width);
        channel += vectors * LANES;
      }
    }
  }
}
