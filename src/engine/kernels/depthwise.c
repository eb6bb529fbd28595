/*
 * Depthwise convolution: output channel c·multiplier + k sees input channel c alone, so vectors run along the channels, and nothing but
 * the window joins pixels. A tile is several outputs of a row that lie side by side: each tap of a vector of channels is loaded once for
 * all of them, and their sums stay in registers. The input gradient is the same sum over dy with the taps turned; with a stride, one
 * such sum for each phase.
 */
#include "sliding_axis.h"

/* Sums, taps of a row and a pixel must fit the registers. */
#if defined(__wasm__)
#define DEPTHWISE_TILE 4
#else
#define DEPTHWISE_TILE 8
#endif

/* The taps of a window, in floats: the input gradient goes through them backwards. */
struct taps {
  const float *first;
  ptrdiff_t row_pitch, column_pitch;
};

/* What a tile sees: `rows` × `columns` pixels for each output. */
struct sight {
  const float *corner;
  int32_t rows, columns;
  size_t row_pitch, column_pitch, output_pitch;
};

/*
 * `outputs` pixels of one vector of channels, of which `n` are there. With `columns` > 0, a known width, outputs and taps are neighbouring
 * pixels, and a pixel that several outputs see is loaded once.
 */
INLINE void depthwise_tile(const int outputs, const int columns, struct sight sight, struct taps taps, vector start, float *out,
                           size_t out_pitch, int n) {
  vector sums[DEPTHWISE_TILE];
  UNROLL for (int o = 0; o < outputs; o++) sums[o] = start;
  KEEP_ROLLED for (int32_t row = 0; row < sight.rows; row++, sight.corner += sight.row_pitch, taps.first += taps.row_pitch) {
    if (columns > 0) {
      vector tap[LARGER_OF(columns, 1)];
      UNROLL for (int j = 0; j < columns; j++) tap[j] = load_part(taps.first + j * taps.column_pitch, n);
      UNROLL for (int i = 0; i < outputs + columns - 1; i++) {
        vector pixel = load_part(sight.corner + i * sight.output_pitch, n);
        UNROLL for (int o = 0; o < outputs; o++) if (i - o >= 0 && i - o < columns) sums[o] = multiply_add(pixel, tap[i - o], sums[o]);
      }
    } else {
      const float *pixels = sight.corner, *tap = taps.first;
      KEEP_ROLLED for (int32_t j = 0; j < sight.columns; j++, pixels += sight.column_pitch, tap += taps.column_pitch) {
        vector weight = load_part(tap, n);
        UNROLL for (int o = 0; o < outputs; o++)
            sums[o] = multiply_add(load_part(pixels + o * sight.output_pitch, n), weight, sums[o]);
      }
    }
  }
  UNROLL for (int o = 0; o < outputs; o++) store_part(out + o * out_pitch, sums[o], n);
}

/* All channels of a tile. The last vector may hold fewer than LANES: its outputs are computed one by one, which takes less code. */
INLINE void depthwise_pixels(const int outputs, const int columns, struct sight sight, struct taps taps, const float *bias, float *out,
                             size_t out_pitch, int32_t channels) {
  int32_t c = 0;
  KEEP_ROLLED for (; c + LANES <= channels; c += LANES) {
    depthwise_tile(outputs, columns, sight, taps, bias ? load(bias + c) : splat(0), out + c, out_pitch, LANES);
    sight.corner += LANES;
    taps.first += LANES;
  }
  if (c == channels) return;
  int32_t left = channels - c;
  KEEP_ROLLED for (int o = 0; o < outputs; o++, sight.corner += sight.output_pitch)
      depthwise_tile(1, 0, sight, taps, bias ? load_part(bias + c, left) : splat(0), out + c + o * out_pitch, out_pitch, left);
}

static __attribute__((noinline)) void depthwise_pixels_of(int outputs, int columns, struct sight sight, struct taps taps, const float *bias,
                                                          float *out, size_t out_pitch, int32_t channels) {
#define PIXELS(count)                                                                                                                      \
  if (outputs == (count) && (count) <= DEPTHWISE_TILE) {                                                                                   \
    if (columns == 3) depthwise_pixels((count), 3, sight, taps, bias, out, out_pitch, channels);                                           \
    else depthwise_pixels((count), 0, sight, taps, bias, out, out_pitch, channels);                                                        \
  }
  PIXELS(8) PIXELS(4) PIXELS(2)
#undef PIXELS
  if (outputs == 1) depthwise_pixels(1, 0, sight, taps, bias, out, out_pitch, channels);
}

static void depthwise(const struct depthwise *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *w = at(worker, record->w), *bias = at(worker, record->bias);
  float *y = at(worker, record->y), *scratch = scratch_of(worker, &record->step);
  struct sliding_axis rows = ROWS_OF(record), columns = COLUMNS_OF(record);
  struct range inside = outputs_inside(columns);
  int32_t multiplier = record->multiplier, channels = record->source_channels * multiplier;
  size_t pixels = (size_t)rows.source * columns.source, row_pitch = (size_t)columns.source * channels;
  int known_columns = columns.kernel == 3 && columns.stride == 1 && columns.dilation == 1 ? 3 : 0;
  struct taps all = {w + (size_t)record->first_tap * channels, (ptrdiff_t)record->tap_row_step * channels,
                     (ptrdiff_t)record->tap_column_step * channels};

  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = x + sample * pixels * record->source_channels;
    if (multiplier > 1) {
      copy_padded(scratch, image, UNBORDERED(record), multiplier);
      image = scratch;
    }
    float *out_image = y + sample * record->output_sample_pitch + record->output_start;
    for (int32_t row = 0; row < rows.outputs; row++) {
      struct range seen_rows = taps_inside(rows, row);
      float *out = out_image + (size_t)row * record->output_row_pitch;
      for (int32_t column = 0, outputs; column < columns.outputs; column += outputs) {
        int whole = column >= inside.from && column < inside.to;
        struct range seen = whole ? (struct range){0, columns.kernel} : taps_inside(columns, column);
        for (outputs = whole ? DEPTHWISE_TILE : 1; column + outputs > inside.to && outputs > 1;) outputs /= 2;
        int32_t source_row = row * rows.stride + seen_rows.from * rows.dilation - rows.border;
        int32_t source_column = column * columns.stride + seen.from * columns.dilation - columns.border;
        struct sight sight = {image,
                              seen_rows.to - seen_rows.from,
                              seen.to - seen.from,
                              rows.dilation * row_pitch,
                              (size_t)columns.dilation * channels,
                              (size_t)columns.stride * channels};
        /* Of a window that sees nothing there is no corner. */
        if (sight.rows > 0 && sight.columns > 0) sight.corner += source_row * row_pitch + (size_t)source_column * channels;
        struct taps taps = {all.first + seen_rows.from * all.row_pitch + seen.from * all.column_pitch, all.row_pitch, all.column_pitch};
        depthwise_pixels_of(outputs, known_columns, sight, taps, bias, out + (size_t)column * record->output_pixel_pitch,
                            (size_t)record->output_pixel_pitch, channels);
      }
    }
  }
}
