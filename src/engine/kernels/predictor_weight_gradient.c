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
typedef int16_t halves __attribute__((ext_vector_type(2 * LANES)));

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

/* Levels of `count` values, counted from that of zero; zeros without a range. */
INLINE void write_levels(int32_t *to, const float *from, int32_t count, struct levels levels) {
  FOR_VECTORS(i, n, count) {
    vector level = has_levels(levels) ? centred_level(levels, load_part(from + i, n)) : splat(0);
    integers centred = __builtin_convertvector(level, integers);
    for (int lane = 0; n < LANES && lane < n; lane++) to[i + lane] = centred[lane];
    if (n == LANES) store_integers(to + i, centred);
  }
}

INLINE void clear_integers(int32_t *to, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = 0;
}

/* Each value with the one `distance` behind it, zero behind the end. */
INLINE void write_pairs(int32_t *to, const int32_t *levels, size_t count, size_t distance) {
  size_t both = count > distance ? count - distance : 0, i = 0;
  for (; i + LANES <= both; i += LANES)
    store_integers(to + i, (load_integers(levels + i) & 0xffff) | (load_integers(levels + i + distance) << 16));
  for (; i < both; i++) to[i] = (int32_t)(((uint32_t)levels[i] & 0xffff) | ((uint32_t)levels[i + distance] << 16));
  for (; i < count; i++) to[i] = levels[i] & 0xffff;
}

/* The zero-bordered image with each pixel beside the one that the next output pixel sees. */
INLINE void pair_image(int32_t *pairs, int32_t *row_levels, const float *image, struct border border, int32_t stride,
                       struct levels levels) {
  size_t pitch = (size_t)border.padded_width * border.channels;
  int32_t first = border.left < 0 ? -border.left : 0, last = SMALLER_OF(border.source_width, border.padded_width - border.left);
  for (int32_t row = 0; row < border.padded_height; row++, pairs += pitch) {
    int32_t source = row - border.top;
    if (source < 0 || source >= border.source_height || first >= last) {
      clear_integers(pairs, pitch);
      continue;
    }
    clear_integers(row_levels, (size_t)(border.left + first) * border.channels);
    write_levels(row_levels + (border.left + first) * border.channels, image + ((size_t)source * border.source_width + first) * border.channels,
                 (last - first) * border.channels, levels);
    clear_integers(row_levels + (border.left + last) * border.channels, pitch - (size_t)(border.left + last) * border.channels);
    write_pairs(pairs, row_levels, pitch, (size_t)stride * border.channels);
  }
}

/* Output pixels 2k and 2k + 1 of each row side by side, channels filled up to whole vectors. */
INLINE void pair_gradient(int32_t *pairs, int32_t *row_levels, const float *gradient, int32_t height, int32_t width, int32_t channels,
                          struct levels levels) {
  int32_t pitch = packed_channels(channels);
  clear_integers(row_levels, (size_t)(width + 1) * pitch);
  for (int32_t row = 0; row < height; row++) {
    if (pitch == channels) write_levels(row_levels, gradient, width * channels, levels);
    else
      for (int32_t column = 0; column < width; column++)
        write_levels(row_levels + column * pitch, gradient + (size_t)column * channels, channels, levels);
    gradient += (size_t)width * channels;
    for (int32_t column = 0; column < width; column += 2)
      for (int32_t o = 0; o < pitch; o += LANES, pairs += LANES) {
        const int32_t *levels = row_levels + (size_t)column * pitch + o;
        store_integers(pairs, (load_integers(levels) & 0xffff) | (load_integers(levels + pitch) << 16));
      }
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
  int32_t channels = border.channels, outputs = record->output_channels, pitch = packed_channels(outputs);
  int32_t height = record->output_height, pairs_across = (record->output_width + 1) / 2, limit = pairs_in_sum(record);
  size_t row_pitch = (size_t)border.padded_width * channels, source_elements = (size_t)border.source_height * border.source_width * channels;
  int contiguous = record->dilation_width == 1;
  int32_t length = contiguous ? record->kernel_width * channels : channels, columns = contiguous ? 1 : record->kernel_width;
  size_t elements = (size_t)record->kernel_height * record->kernel_width * channels * pitch;
  int64_t *partial = (int64_t *)at(worker, record->partial) + worker->thread * elements;
  int32_t *image_pairs = (int32_t *)scratch_of(worker, &record->step);
  int32_t *gradient_pairs = image_pairs + border.padded_height * row_pitch;
  int32_t *row_levels = gradient_pairs + (size_t)height * pairs_across * pitch;
  struct levels levels = levels_of(range, record->bits, record->msb_bits, record->is_signed);
  struct levels gradient_levels = levels_of(gradient_range, record->gradient_bits, record->gradient_bits, 1);

  if (is_first_part(worker)) clear_integers((int32_t *)partial, 2 * elements);
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    pair_image(image_pairs, row_levels, x + sample * source_elements, border, record->stride_width, levels);
    pair_gradient(gradient_pairs, row_levels, dy + sample * height * record->output_width * outputs, height, record->output_width, outputs,
                  gradient_levels);
    int32_t columns_at_once = SMALLER_OF(pairs_across, limit), rows_at_once = LARGER_OF(1, limit / columns_at_once);
    for (int32_t row = 0; row < height; row += rows_at_once)
      for (int32_t column = 0; column < pairs_across; column += columns_at_once) {
        struct pixel_grid grid = {SMALLER_OF(rows_at_once, height - row),
                                  SMALLER_OF(columns_at_once, pairs_across - column),
                                  record->stride_height * row_pitch,
                                  (size_t)2 * record->stride_width * channels,
                                  (size_t)pairs_across * pitch,
                                  (size_t)pitch};
        const int32_t *corner = image_pairs + row * grid.a_row_pitch + column * grid.a_pixel_pitch;
        const int32_t *gradients = gradient_pairs + row * grid.g_row_pitch + column * grid.g_pixel_pitch;
        int64_t *sums = partial;
        for (int32_t i = 0; i < record->kernel_height; i++)
          for (int32_t j = 0; j < columns; j++, sums += (size_t)length * pitch)
            pairs_product(length, pitch, corner + i * record->dilation_height * row_pitch + (size_t)j * record->dilation_width * channels,
                          gradients, grid, sums);
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
