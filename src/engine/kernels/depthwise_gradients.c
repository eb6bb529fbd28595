/*
 * Gradients of a depthwise convolution. That of the weights: for a vector of channels the sums of all taps of a 3×3 window stay in
 * registers while some rows of pixels go by; other windows are taken row by row, or tap by tap.
 */
#include "sliding_axis.h"
#include "tile.h"

/* How many outputs share the pixels that they load. */
#if defined(__wasm__)
#define GRADIENT_TILE 1
#else
#define GRADIENT_TILE 4
#endif
/* Pixels of a band of rows, whose vectors of neighbouring channels are read while their cache lines are still in the first-level cache. */
#define BAND_PIXELS 64
#define MOST_TAPS 9

/* A sample and what slides over it. Rows and pixels outside are read from `zeros`, a row of them. */
struct depthwise_pass {
  const float *image, *gradient, *zeros;
  struct sliding_axis rows, columns;
  struct range inside;
  size_t channels;
};

INLINE const float *row_seen(struct depthwise_pass pass, int32_t row) {
  return row >= 0 && row < pass.rows.source ? pass.image + row * (pass.columns.source * pass.channels) : pass.zeros;
}

/*
 * sums[tap] += Σ over the band of x[pixel under the tap] · dy[pixel] for the taps `from_row`, `from_column` and on, `height` × `width` of
 * them, and one vector of channels from `c` on, of which `n` are there.
 */
INLINE void sum_taps(const int height, const int width, const int outputs, struct depthwise_pass pass, struct range band, int32_t from_row,
                     int32_t from_column, int32_t c, int n, float *sums, size_t tap_pitch) {
  size_t channels = pass.channels;
  int32_t stride = pass.columns.stride, dilation = pass.columns.dilation;
  int32_t first_column = from_column * dilation - pass.columns.border;
  vector tile[MOST_TAPS];
  UNROLL for (int t = 0; t < height * width; t++)
      tile[t] = load(sums + ((from_row + t / width) * pass.columns.kernel + from_column + t % width) * tap_pitch);

  KEEP_ROLLED for (int32_t row = band.from; row < band.to; row++) {
    const float *lines[3], *gradient = pass.gradient + row * (pass.columns.outputs * channels) + c;
    UNROLL for (int i = 0; i < height; i++)
        lines[i] = row_seen(pass, row * pass.rows.stride + (from_row + i) * pass.rows.dilation - pass.rows.border) + c;
    KEEP_ROLLED for (int32_t column = 0; column < pass.columns.outputs; column++, gradient += channels) {
      ptrdiff_t offset = (ptrdiff_t)(column * stride + first_column) * (ptrdiff_t)channels;
#define INSIDE(count)                                                                                                                      \
  KEEP_ROLLED for (; column >= pass.inside.from && column + (count) <= pass.inside.to;                                                     \
                   column += (count), gradient += (count)*channels, offset += (count)*stride * (ptrdiff_t)channels) {                      \
    vector g[count];                                                                                                                       \
    UNROLL for (int o = 0; o < (count); o++) g[o] = load_part(gradient + o * channels, n);                                                 \
    UNROLL for (int i = 0; i < height; i++) UNROLL for (int p = 0; p < (count) + width - 1; p++) {                                         \
      vector pixel = load_part(lines[i] + offset + p * dilation * (ptrdiff_t)channels, n);                                                 \
      UNROLL for (int o = 0; o < (count); o++) if (p - o >= 0 && p - o < width)                                                            \
          tile[i * width + p - o] = multiply_add(pixel, g[o], tile[i * width + p - o]);                                                    \
    }                                                                                                                                      \
  }
      if (outputs > 1) INSIDE(GRADIENT_TILE)
      INSIDE(1)
#undef INSIDE
      if (column == pass.columns.outputs) break;
      vector g = load_part(gradient, n);
      UNROLL for (int j = 0; j < width; j++) {
        int32_t source = column * stride + first_column + j * dilation;
        int seen = source >= 0 && source < pass.columns.source;
        UNROLL for (int i = 0; i < height; i++) {
          const float *pixel = seen ? lines[i] + source * channels : pass.zeros;
          tile[i * width + j] = multiply_add(load_part(pixel, n), g, tile[i * width + j]);
        }
      }
    }
  }
  UNROLL for (int t = 0; t < height * width; t++)
      store(sums + ((from_row + t / width) * pass.columns.kernel + from_column + t % width) * tap_pitch, tile[t]);
}

static __attribute__((noinline)) void sum_window(struct depthwise_pass pass, struct range band, float *sums, size_t tap_pitch) {
  int32_t height = pass.rows.kernel, width = pass.columns.kernel, channels = (int32_t)pass.channels;
  int neighbours = pass.columns.stride == 1 && pass.columns.dilation == 1;
  FOR_VECTORS(c, n, channels) {
    float *of_channels = sums + c;
    if (n == LANES && height == 3 && width == 3) {
      if (neighbours) sum_taps(3, 3, GRADIENT_TILE, pass, band, 0, 0, c, LANES, of_channels, tap_pitch);
      else sum_taps(3, 3, 1, pass, band, 0, 0, c, LANES, of_channels, tap_pitch);
      continue;
    }
    for (int32_t row = 0; row < height; row++) {
      int32_t column = 0;
      if (n == LANES)
        for (; column + 5 <= width; column += 5) sum_taps(1, 5, 1, pass, band, row, column, c, LANES, of_channels, tap_pitch);
      for (; column < width; column++) sum_taps(1, 1, 1, pass, band, row, column, c, n, of_channels, tap_pitch);
    }
  }
}

/* As the weight gradient of a convolution: a partial sum for each thread, and one more row for the bias. */
static void depthwise_weight_gradient(const struct depthwise_weight_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  float *zeros = scratch_of(worker, &record->step);
  struct sliding_axis rows = ROWS_OF(record), columns = COLUMNS_OF(record);
  int32_t multiplier = record->multiplier, channels = record->source_channels * multiplier, pitch = packed_channels(channels);
  int32_t taps = rows.kernel * columns.kernel;
  size_t pixels = (size_t)rows.source * columns.source, outputs = (size_t)rows.outputs * columns.outputs;
  float *repeated = zeros + (size_t)columns.source * channels;
  float *partial = (float *)at(worker, record->partial) + (size_t)worker->thread * (taps + 1) * pitch;
  int32_t band_rows = LARGER_OF(1, BAND_PIXELS / columns.outputs);

  if (is_first_part(worker)) clear(partial, (size_t)(taps + 1) * pitch);
  clear(zeros, (size_t)columns.source * channels);
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = x + sample * pixels * record->source_channels, *gradient = dy + sample * outputs * channels;
    if (multiplier > 1) {
      copy_padded(repeated, image, UNBORDERED(record), multiplier);
      image = repeated;
    }
    struct depthwise_pass pass = {image, gradient, zeros, rows, columns, outputs_inside(columns), (size_t)channels};
    for (int32_t row = 0; row < rows.outputs; row += band_rows) {
      struct range band = {row, SMALLER_OF(row + band_rows, rows.outputs)};
      sum_window(pass, band, partial, (size_t)pitch);
    }
    if (record->with_bias) add_pixels(partial + (size_t)taps * pitch, gradient, outputs, channels);
  }
}

/*
 * dx[pixel] = Σ over the taps of dy[output that sees the pixel under the tap] · w[tap], in the plainest way: for shapes of which
 * `depthwise` cannot do the input gradient, with several outputs for a channel, or with both stride and dilation.
 */
static void depthwise_input_gradient(const struct depthwise_input_gradient *record, const struct worker *worker) {
  const float *dy = at(worker, record->dy), *w = at(worker, record->w);
  float *dx = at(worker, record->dx);
  struct sliding_axis rows = ROWS_OF(record), columns = COLUMNS_OF(record);
  int32_t multiplier = record->multiplier, inputs = record->source_channels;
  size_t channels = (size_t)inputs * multiplier;

  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *gradient = dy + sample * rows.outputs * columns.outputs * channels;
    float *out = dx + sample * rows.source * columns.source * inputs;
    for (int32_t row = 0; row < rows.source; row++)
      for (int32_t column = 0; column < columns.source; column++, out += inputs) {
        clear(out, inputs);
        for (int32_t i = 0; i < rows.kernel; i++)
          for (int32_t j = 0; j < columns.kernel; j++) {
            int32_t output_row = output_that_sees(rows, row, i), output_column = output_that_sees(columns, column, j);
            if (output_row < 0 || output_column < 0) continue;
            const float *pixel = gradient + ((size_t)output_row * columns.outputs + output_column) * channels;
            const float *tap = w + (size_t)(i * columns.kernel + j) * channels;
            for (int32_t c = 0; c < inputs; c++)
              for (int32_t k = 0; k < multiplier; k++) out[c] += *pixel++ * *tap++;
          }
      }
  }
}
