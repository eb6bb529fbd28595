/*
 * Depthwise convolution: output channel c·multiplier + k sees input channel c alone. The padded copy repeats every channel `multiplier`
 * times, after which all three passes are products channel by channel, and vectors run along the channels.
 */
#include "padded_copy.h"
#include "tile.h"

static void depthwise(const struct depthwise *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *w = at(worker, record->w), *bias = at(worker, record->bias);
  float *y = at(worker, record->y), *image = scratch_of(worker, &record->step);
  struct border border = BORDER_OF(record);
  int32_t channels = border.channels * record->multiplier;
  size_t row_pitch = (size_t)border.padded_width * channels;

  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    copy_padded(image, x + sample * border.source_height * border.source_width * border.channels, border, record->multiplier);
    float *out = y + sample * record->output_height * record->output_width * channels;
    for (int32_t row = 0; row < record->output_height; row++)
      for (int32_t column = 0; column < record->output_width; column++, out += channels) {
        const float *corner = image + row * record->stride_height * row_pitch + (size_t)column * record->stride_width * channels;
        FOR_VECTORS(c, n, channels) {
          vector sum = bias ? load_part(bias + c, n) : splat(0);
          for (int32_t i = 0; i < record->kernel_height; i++)
            for (int32_t j = 0; j < record->kernel_width; j++)
              sum = multiply_add(
                  load_part(corner + i * record->dilation_height * row_pitch + (size_t)j * record->dilation_width * channels + c, n),
                  load_part(w + (size_t)(i * record->kernel_width + j) * channels + c, n), sum);
          store_part(out + c, sum, n);
        }
      }
  }
}

/* Each pixel of dy adds to the pixels that it saw, in a zero-bordered image whose inside is then dx. */
static void depthwise_input_gradient(const struct depthwise_input_gradient *record, const struct worker *worker) {
  const float *dy = at(worker, record->dy), *w = at(worker, record->w);
  float *dx = at(worker, record->dx), *image = scratch_of(worker, &record->step);
  struct border border = BORDER_OF(record);
  int32_t multiplier = record->multiplier, channels = border.channels * multiplier;
  size_t row_pitch = (size_t)border.padded_width * channels;

  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *gradient = dy + sample * record->output_height * record->output_width * channels;
    clear(image, border.padded_height * row_pitch);
    for (int32_t row = 0; row < record->output_height; row++)
      for (int32_t column = 0; column < record->output_width; column++, gradient += channels) {
        float *corner = image + row * record->stride_height * row_pitch + (size_t)column * record->stride_width * channels;
        for (int32_t i = 0; i < record->kernel_height; i++)
          for (int32_t j = 0; j < record->kernel_width; j++) {
            float *pixel = corner + i * record->dilation_height * row_pitch + (size_t)j * record->dilation_width * channels;
            const float *tap = w + (size_t)(i * record->kernel_width + j) * channels;
            FOR_VECTORS(c, n, channels)
            store_part(pixel + c, multiply_add(load_part(gradient + c, n), load_part(tap + c, n), load_part(pixel + c, n)), n);
          }
      }
    float *out = dx + sample * border.source_height * border.source_width * border.channels;
    for (int32_t row = 0; row < border.source_height; row++)
      for (int32_t column = 0; column < border.source_width; column++, out += border.channels) {
        int32_t padded_row = row + border.top, padded_column = column + border.left;
        int seen = padded_row >= 0 && padded_row < border.padded_height && padded_column >= 0 && padded_column < border.padded_width;
        const float *pixel = image + (seen ? padded_row * row_pitch + (size_t)padded_column * channels : 0);
        for (int32_t c = 0; c < border.channels; c++) {
          float sum = 0;
          for (int32_t k = 0; seen && k < multiplier; k++) sum += pixel[c * multiplier + k];
          out[c] = sum;
        }
      }
  }
}

/* As the weight gradient of a convolution: a partial sum for each thread, and one more row for the bias. */
static void depthwise_weight_gradient(const struct depthwise_weight_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  float *image = scratch_of(worker, &record->step);
  struct border border = BORDER_OF(record);
  int32_t channels = border.channels * record->multiplier, pitch = packed_channels(channels);
  int32_t taps = record->kernel_height * record->kernel_width;
  size_t row_pitch = (size_t)border.padded_width * channels;
  float *partial = (float *)at(worker, record->partial) + (size_t)worker->thread * (taps + 1) * pitch;

  if (is_first_part(worker)) clear(partial, (size_t)(taps + 1) * pitch);
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    copy_padded(image, x + sample * border.source_height * border.source_width * border.channels, border, record->multiplier);
    const float *gradient = dy + sample * record->output_height * record->output_width * channels;
    for (int32_t tap = 0; tap <= taps; tap++) {
      const float *corner = image + tap / record->kernel_width * record->dilation_height * row_pitch +
                            (size_t)(tap % record->kernel_width) * record->dilation_width * channels;
      FOR_VECTORS(c, n, channels) {
        vector sum = load(partial + (size_t)tap * pitch + c);
        for (int32_t row = 0; row < record->output_height; row++)
          for (int32_t column = 0; column < record->output_width; column++) {
            vector g = load_part(gradient + ((size_t)row * record->output_width + column) * channels + c, n);
            if (tap == taps) {
              sum += g;
              continue;
            }
            const float *pixel = corner + row * record->stride_height * row_pitch + (size_t)column * record->stride_width * channels;
            sum = multiply_add(load_part(pixel + c, n), g, sum);
          }
        store(partial + (size_t)tap * pitch + c, sum);
      }
    }
  }
}
