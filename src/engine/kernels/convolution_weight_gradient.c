/*
 * dw[row][column][c][o] = Σ over samples and pixels of x[pixel under (row, column)][c] · dy[pixel][o]: the tile of the forward pass with
 * pixels as its inner axis. Each thread sums its samples into a partial gradient of its own; `sum_partials` adds them up.
 */
#include "window.h"

/* A partial gradient has one more row, the sum of dy: the gradient of the bias. */
static void convolution_weight_gradient(const struct convolution_weight_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  struct border border = BORDER_OF(record);
  int bordered = border_is_needed(border);
  int32_t channels = border.channels, outputs = record->output_channels, pitch = packed_channels(outputs);
  int32_t pixels = record->output_height * record->output_width;
  size_t row_pitch = (size_t)(bordered ? border.padded_width : border.source_width) * channels;
  size_t sample_pitch = (size_t)border.source_height * border.source_width * channels;
  struct stretches window = window_stretches(record->kernel_height, record->kernel_width, record->dilation_height, record->dilation_width,
                                             channels, row_pitch);
  size_t depth = (size_t)record->kernel_height * record->kernel_width * channels;
  float *partial = (float *)at(worker, record->partial) + worker->thread * (depth + 1) * pitch;
  float *padded_image = scratch_of(worker, &record->step);
  float *padded_gradient = padded_image + (size_t)border.padded_height * border.padded_width * channels;

  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);
  struct fetching fetching = fetching_of(&record->step, worker, (int64_t)(share.to - share.from) * window.rows * window.columns);

  if (is_first_part(worker)) clear(partial, (depth + 1) * pitch);
  FOR_SAMPLES_OF_THREAD(sample, samples, worker) {
    const float *image = x + sample * sample_pitch, *gradient = dy + sample * pixels * outputs;
    if (bordered) {
      copy_padded(padded_image, image, border, 1);
      image = padded_image;
    }
    if (pitch != outputs) {
      /* Whole vectors for each pixel, whatever the number of channels. */
      for (int32_t pixel = 0; pixel < pixels; pixel++)
        for (int32_t o = 0; o < pitch; o++)
          padded_gradient[(size_t)pixel * pitch + o] = o < outputs ? gradient[(size_t)pixel * outputs + o] : 0;
      gradient = padded_gradient;
    }
    struct pixel_grid grid = {record->output_height,
                              record->output_width,
                              record->stride_height * row_pitch,
                              (size_t)record->stride_width * channels,
                              (size_t)record->output_width * pitch,
                              (size_t)pitch};
    float *sums = partial;
    for (int32_t row = 0; row < window.rows; row++)
      for (int32_t column = 0; column < window.columns; column++, sums += (size_t)window.length * pitch) {
        fetch_share(&fetching);
        outer_product(window.length, pitch, image + row * window.row_pitch + column * window.column_pitch, gradient, grid, sums, pitch);
      }
    for (int32_t o = 0; o < pitch; o += LANES) {
      vector sum = load(sums + o);
      for (int32_t pixel = 0; pixel < pixels; pixel++) sum += load(gradient + (size_t)pixel * pitch + o);
      store(sums + o, sum);
    }
  }
}
