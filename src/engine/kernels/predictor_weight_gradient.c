/*
 * PSG's predictor for convolutions that are not Winograd's: the weight gradient from the most significant bits of the input and a quantised
 * output gradient (E2-Train, section 3.3), in whole numbers and exact.
 *
 * Levels are counted from that of zero and fit 16 bits. Two neighbouring pixels of an output row lie together in 32 bits, so that one
 * instruction multiplies both and adds the two products.
 *
 * Why nothing overflows. A level of x is at most X = 2^bits − 1 in magnitude (2^(bits−1) where signed), one of dy at most G = 2^(gradientBits−1).
 * A pair of products is at most 2·X·G ≤ 2^(bits+gradientBits) − 2^gradientBits < 2^31, since bits + gradientBits ≤ 31. Into a 32-bit sum go
 * floor((2^31 − 1) / (2·X·G)) pairs, one or more; then it is added to a 64-bit sum, which has room for 2^32 pixels of the largest products.
 */
#include "fixed_point.h"
#include "padded_copy.h"
#include "tile.h"

typedef int64_t wide_integers __attribute__((ext_vector_type(LANES)));
typedef wide_integers unaligned_wide_integers __attribute__((aligned(8), may_alias));
typedef integers unaligned_integers __attribute__((aligned(4), may_alias));

INLINE integers load_integers(const int32_t *from) { return *(const unaligned_integers *)from; }
INLINE void store_integers(int32_t *to, integers value) { *(unaligned_integers *)to = value; }

/* In each lane the product of the low halves plus that of the high ones. */
INLINE integers multiply_pairs(integers a, integers b) {
#if defined(__AVX512BW__)
  return (integers)__builtin_ia32_pmaddwd512((__attribute__((vector_size(64))) short)a, (__attribute__((vector_size(64))) short)b);
#elif defined(__AVX2__)
  return (integers)__builtin_ia32_pmaddwd256((__attribute__((vector_size(32))) short)a, (__attribute__((vector_size(32))) short)b);
#elif defined(__SSE2__)
  return (integers)__builtin_ia32_pmaddwd128((__attribute__((vector_size(16))) short)a, (__attribute__((vector_size(16))) short)b);
#elif defined(__wasm__)
  return (integers)__builtin_wasm_dot_s_i32x4_i16x8((__attribute__((vector_size(16))) short)a, (__attribute__((vector_size(16))) short)b);
#else
  integers low_a = (a << 16) >> 16, low_b = (b << 16) >> 16;
  return low_a * low_b + (a >> 16) * (b >> 16);
#endif
}

/* How many pairs of products a 32-bit sum takes. */
INLINE int32_t pairs_in_sum(const struct predictor_weight_gradient *record) {
  int64_t x = record->is_signed ? (int64_t)1 << (record->bits - 1) : ((int64_t)1 << record->bits) - 1;
  int64_t pair = 2 * x * ((int64_t)1 << (record->gradient_bits - 1));
  return (int32_t)(INT32_MAX / pair);
}

/* Levels of `n` values, counted from that of zero; zeros behind them. */
INLINE integers centred_levels(struct levels levels, const float *from, int n) {
  return __builtin_convertvector(centred_level(levels, load_part(from, n)), integers);
}

INLINE integers paired(integers low, integers high) { return (low & 0xffff) | (high << 16); }

INLINE void clear_integers(int32_t *to, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = 0;
}

/* What a row of levels holds behind its last pixel: the second pixel of the last pair, and what the last vector takes too much. */
INLINE size_t row_end(int32_t stride, int32_t channels) { return (size_t)stride * channels + LANES; }

/* A row of the zero-bordered image. Vectors: behind the image's last pixel a whole one is written, and then cleared. */
INLINE void row_of_levels(int32_t *to, const float *image_row, struct border border, size_t end, struct levels levels) {
  size_t pitch = (size_t)border.padded_width * border.channels;
  int32_t first = border.left < 0 ? -border.left : 0, last = SMALLER_OF(border.source_width, border.padded_width - border.left);
  size_t from = (size_t)(border.left + first) * border.channels, count = first < last ? (size_t)(last - first) * border.channels : 0;
  if (count == 0) from = 0;
  clear_integers(to, from);
  const float *values = image_row + (size_t)first * border.channels;
  FOR_VECTORS(i, n, (int32_t)count) store_integers(to + from + i, centred_levels(levels, values + i, n));
  clear_integers(to + from + count, pitch + end - from - count);
}

/* Whether some row of outputs sees this row of the zero-bordered image. */
INLINE int is_seen(const struct predictor_weight_gradient *record, int32_t row) {
  for (int32_t tap = 0; tap < record->kernel_height; tap++) {
    int32_t corner = row - tap * record->dilation_height;
    if (corner >= 0 && corner % record->stride_height == 0) return 1;
  }
  return 0;
}

/*
 * For each row and each two neighbouring output pixels what lies under the taps of a row of the kernel, every value beside the one that the second
 * pixel sees. Whole vectors are written: the next pair takes the place of what is too much.
 */
INLINE void pair_image(const struct predictor_weight_gradient *record, int32_t *pairs, int32_t *row_levels, const float *image,
                       struct border border, int32_t pairs_across, struct levels levels) {
  int32_t channels = border.channels, contiguous = record->dilation_width == 1;
  int32_t runs = contiguous ? 1 : record->kernel_width, length = contiguous ? record->kernel_width * channels : channels;
  size_t distance = (size_t)record->stride_width * channels, end = row_end(record->stride_width, channels);
  for (int32_t row = 0; row < border.padded_height; row++) {
    int32_t source = row - border.top;
    if (!is_seen(record, row)) {
      pairs += (size_t)pairs_across * runs * length;
      continue;
    }
    if (source < 0 || source >= border.source_height) clear_integers(row_levels, (size_t)border.padded_width * channels + end);
    else row_of_levels(row_levels, image + (size_t)source * border.source_width * channels, border, end, levels);
    for (int32_t pair = 0; pair < pairs_across; pair++)
      for (int32_t run = 0; run < runs; run++, pairs += length) {
        const int32_t *values = row_levels + 2 * pair * distance + (size_t)run * record->dilation_width * channels;
        for (int32_t i = 0; i < length; i += LANES)
          store_integers(pairs + i, paired(load_integers(values + i), load_integers(values + i + distance)));
      }
  }
}

/* Output pixels 2k and 2k + 1 of each row side by side, channels filled up to whole vectors. */
INLINE void pair_gradient(int32_t *pairs, const float *gradient, int32_t height, int32_t width, int32_t channels, struct levels levels) {
  for (int32_t row = 0; row < height; row++, gradient += (size_t)width * channels)
    for (int32_t column = 0; column < width; column += 2)
      FOR_VECTORS(o, n, channels) {
        const float *values = gradient + (size_t)column * channels + o;
        integers second = 0;
        if (column + 1 < width) second = centred_levels(levels, values + channels, n);
        store_integers(pairs, paired(centred_levels(levels, values, n), second));
        pairs += LANES;
      }
}

/* sums[i][·] += Σ over pairs of pixels of x[i]·dy[·], at most as many as a 32-bit sum takes. */
INLINE void pairs_tile(const int inputs, const int vectors, const int32_t *x, const int32_t *dy, struct pixel_grid grid, int64_t *sums,
                       size_t sums_pitch) {
  integers tile[LARGEST_TILE];
  UNROLL for (int i = 0; i < inputs * vectors; i++) tile[i] = 0;
  KEEP_ROLLED for (int32_t row = 0; row < grid.rows; row++, x += grid.a_row_pitch, dy += grid.g_row_pitch) {
    const int32_t *values = x, *gradients = dy;
    KEEP_ROLLED for (int32_t column = 0; column < grid.columns; column++, values += grid.a_pixel_pitch, gradients += grid.g_pixel_pitch) {
      integers gradient[2];
      UNROLL for (int v = 0; v < vectors; v++) gradient[v] = load_integers(gradients + v * LANES);
      UNROLL for (int i = 0; i < inputs; i++) {
        integers value = values[i];
        UNROLL for (int v = 0; v < vectors; v++) tile[i * vectors + v] += multiply_pairs(value, gradient[v]);
      }
    }
  }
  UNROLL for (int i = 0; i < inputs; i++) UNROLL for (int v = 0; v < vectors; v++) {
    unaligned_wide_integers *sum = (unaligned_wide_integers *)(sums + i * sums_pitch + v * LANES);
    *sum += __builtin_convertvector(tile[i * vectors + v], wide_integers);
  }
}

INLINE void pairs_panel_of(const int vectors, int32_t inputs, const int32_t *x, const int32_t *dy, struct pixel_grid grid, int64_t *sums,
                           size_t sums_pitch) {
#define TILES(height)                                                                                                                      \
  if ((height) <= TILE_PIXELS(vectors)) {                                                                                                  \
    KEEP_ROLLED for (; inputs >= (height); inputs -= (height), x += (height), sums += (height) * sums_pitch)                               \
        pairs_tile(height, vectors, x, dy, grid, sums, sums_pitch);                                                                        \
  }
  TILES(16) TILES(8) TILES(4) TILES(2) TILES(1)
#undef TILES
}

static __attribute__((noinline)) void pairs_product(int32_t inputs, int32_t channels, const int32_t *x, const int32_t *dy,
                                                    struct pixel_grid grid, int64_t *sums) {
  size_t pitch = (size_t)channels;
  for (int32_t channel = 0; channel < channels;) {
    int32_t vectors = panel_vectors(channels - channel);
    if (vectors == 2) pairs_panel_of(2, inputs, x, dy + channel, grid, sums + channel, pitch);
    else pairs_panel_of(1, inputs, x, dy + channel, grid, sums + channel, pitch);
    channel += vectors * LANES;
  }
}

static void predictor_weight_gradient(const struct predictor_weight_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  const float *range = at(worker, record->range), *gradient_range = at(worker, record->gradient_range);
  struct border border = BORDER_OF(record);
  int32_t outputs = record->output_channels, pitch = packed_channels(outputs), length = record->kernel_width * border.channels;
  int32_t height = record->output_height, pairs_across = (record->output_width + 1) / 2, limit = pairs_in_sum(record);
  size_t row_pitch = (size_t)pairs_across * length, source_elements = (size_t)border.source_height * border.source_width * border.channels;
  size_t elements = (size_t)record->kernel_height * length * pitch;
  int64_t *partial = (int64_t *)at(worker, record->partial) + worker->thread * elements;
  int32_t *image_pairs = (int32_t *)scratch_of(worker, &record->step);
  int32_t *gradient_pairs = image_pairs + border.padded_height * row_pitch + LANES;
  int32_t *row_levels = gradient_pairs + (size_t)height * pairs_across * pitch;
  struct levels levels = levels_of(range, record->bits, record->msb_bits, record->is_signed);
  struct levels gradient_levels = levels_of(gradient_range, record->gradient_bits, record->gradient_bits, 1);

  if (is_first_part(worker)) clear_integers((int32_t *)partial, 2 * elements);
  if (!has_levels(levels) || !has_levels(gradient_levels)) return;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    pair_image(record, image_pairs, row_levels, x + sample * source_elements, border, pairs_across, levels);
    pair_gradient(gradient_pairs, dy + sample * height * record->output_width * outputs, height, record->output_width, outputs, gradient_levels);
    int32_t columns_at_once = SMALLER_OF(pairs_across, limit), rows_at_once = LARGER_OF(1, limit / columns_at_once);
    for (int32_t row = 0; row < height; row += rows_at_once)
      for (int32_t column = 0; column < pairs_across; column += columns_at_once) {
        struct pixel_grid grid = {SMALLER_OF(rows_at_once, height - row),
                                  SMALLER_OF(columns_at_once, pairs_across - column),
                                  record->stride_height * row_pitch,
                                  (size_t)length,
                                  (size_t)pairs_across * pitch,
                                  (size_t)pitch};
        const int32_t *corner = image_pairs + row * grid.a_row_pitch + column * grid.a_pixel_pitch;
        const int32_t *gradients = gradient_pairs + row * grid.g_row_pitch + column * grid.g_pixel_pitch;
        for (int32_t tap = 0; tap < record->kernel_height; tap++)
          pairs_product(length, pitch, corner + tap * record->dilation_height * row_pitch, gradients, grid,
                        partial + (size_t)tap * length * pitch);
      }
  }
}

/* Adds up the threads' sums and gives them their unit: the product of both tensors' steps. */
static void sum_predictor_partials(const struct sum_predictor_partials *record, const struct worker *worker) {
  const int64_t *partial = at(worker, record->partial);
  const float *range = at(worker, record->range), *gradient_range = at(worker, record->gradient_range);
  float *dw = at(worker, record->dw);
  int32_t columns = record->columns, pitch = packed_channels(columns);
  size_t elements = (size_t)record->rows * pitch;
  double unit = product_unit(levels_of(range, record->bits, record->bits, record->is_signed),
                             levels_of(gradient_range, record->gradient_bits, record->gradient_bits, 1));
  struct range share = share_of(worker, record->rows);
  for (int32_t row = share.from; row < share.to; row++)
    for (int32_t column = 0; column < columns; column++) {
      int64_t sum = 0;
      for (int32_t thread = 0; thread < worker->threads; thread++) sum += partial[thread * elements + (size_t)row * pitch + column];
      dw[(size_t)row * columns + column] = (float)((double)sum * unit);
    }
}
