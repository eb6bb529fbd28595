/*
 * Convolution as a matrix product without im2col: in the zero-bordered copy of an image the (column, channel) axis under one row of the
 * window is contiguous, so a tile sums over as many contiguous stretches as the window has rows.
 * The input gradient is the same sum over dy with the weights turned and transposed; with a stride, one such sum for each phase.
 * Some shapes have faster kernels, in winograd.c and pointwise.c; lower-convolution.ts chooses by shape.
 */
#include "window.h"

static void convolution(const struct convolution *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *packed = at(worker, record->packed), *bias = at(worker, record->bias);
  float *y = at(worker, record->y), *scratch = scratch_of(worker, &record->step);
  struct border border = BORDER_OF(record);
  int bordered = border_is_needed(border);
  int32_t channels = border.channels;
  size_t row_pitch = (size_t)(bordered ? border.padded_width : border.source_width) * channels;
  size_t sample_pitch = (size_t)border.source_height * border.source_width * channels;
  struct stretches window = window_stretches(record->kernel_height, record->kernel_width, record->dilation_height, record->dilation_width,
                                             channels, row_pitch);
  size_t depth = (size_t)record->kernel_height * record->kernel_width * channels;

  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);
  int64_t panels = (packed_channels(record->output_channels) / LANES + 1) / 2;
  struct fetching fetching = fetching_of(&record->step, worker, (share.to - share.from) * panels * record->output_height);

  FOR_SAMPLES_OF_THREAD(sample, samples, worker) {
    const float *image = x + sample * sample_pitch;
    if (bordered && depth > 0) {
      copy_padded(scratch, image, border, 1);
      image = scratch;
    }
    float *out = y + sample * record->output_sample_pitch + record->output_start;
    for (int32_t channel = 0; channel < record->output_channels;) {
      int32_t vectors = panel_vectors(record->output_channels - channel);
      for (int32_t row = 0; row < record->output_height; row++) {
        fetch_share(&fetching);
        product_row(vectors, record->output_width, image + row * record->stride_height * row_pitch,
                    (size_t)record->stride_width * channels, window, packed + channel * depth, bias ? bias + channel : 0,
                    out + (size_t)row * record->output_row_pitch + channel, (size_t)record->output_pixel_pitch,
                    record->output_channels - channel);
      }
      channel += vectors * LANES;
    }
  }
}
