/*
 * Batch normalization over samples and pixels, one statistic for each channel.
 * Each sample's mean and centred sum of squares are taken on their own, in two passes over an image that is still in the cache, and then
 * combined (`batch_moments.h`): no cancellation where the mean is far from zero, and the same bits however many threads there are.
 */
#include "activation_functions.h"
#include "batch_moments.h"

/*
 * Calls `body(c, vectors, n)` for blocks of two vectors of channels, for one vector, and for the `n` channels of the last that is not full:
 * a block's factors stay in registers through the pixels. A stretch of pixels at a time, whose other blocks are then in the first-level cache.
 */
#define FOR_CHANNEL_BLOCKS(channels, body)                                                                                                 \
  for (int32_t c_ = 0; c_ < (channels);) {                                                                                                 \
    int32_t left_ = (channels)-c_;                                                                                                         \
    if (left_ >= 2 * LANES) body(c_, 2, LANES);                                                                                            \
    else if (left_ >= LANES) body(c_, 1, LANES);                                                                                           \
    else body(c_, 1, left_);                                                                                                               \
    c_ += left_ >= 2 * LANES ? 2 * LANES : LANES;                                                                                          \
  }

#define STRETCH_FLOATS 2048

#define FOR_PIXEL_STRETCHES(pixel, count, pixels, channels)                                                                                \
  for (int32_t pixel = 0, most_ = LARGER_OF(1, STRETCH_FLOATS / (channels)), count;                                                        \
       pixel < (pixels) && (count = SMALLER_OF((pixels)-pixel, most_), 1); pixel += count)

INLINE void load_channels(const int vectors, const int n, vector *to, const float *from) {
  UNROLL for (int v = 0; v < vectors; v++) to[v] = load_part(from + v * LANES, n);
}

/* `extrema`, where they are wanted: the least value of each channel, then the greatest. */
INLINE void moments_of_image(const int with_extrema, const float *image, int32_t pixels, int32_t channels, float *mean, float *squares,
                             float *extrema) {
  FOR_VECTORS(c, n, channels) {
    vector sum[4] = {0, 0, 0, 0}, least = splat(__builtin_inff()), greatest = -least;
#define ONE_PIXEL(u)                                                                                                                       \
  {                                                                                                                                        \
    vector value = load_part(image + (size_t)(pixel + (u)) * channels + c, n);                                                             \
    sum[u] += value;                                                                                                                       \
    if (with_extrema) {                                                                                                                    \
      least = smaller(value, least);                                                                                                       \
      greatest = larger(value, greatest);                                                                                                  \
    }                                                                                                                                      \
  }
    int32_t pixel = 0;
    for (; pixel + 4 <= pixels; pixel += 4) UNROLL for (int u = 0; u < 4; u++) ONE_PIXEL(u)
    for (; pixel < pixels; pixel++) ONE_PIXEL(0)
#undef ONE_PIXEL
    if (with_extrema) {
      store_part(extrema + c, least, n);
      store_part(extrema + channels + c, greatest, n);
    }
    vector average = (sum[0] + sum[1] + (sum[2] + sum[3])) * splat(1.0f / (float)pixels);

    vector square[4] = {0, 0, 0, 0};
    for (pixel = 0; pixel + 4 <= pixels; pixel += 4) UNROLL for (int u = 0; u < 4; u++) {
        vector distance = load_part(image + (size_t)(pixel + u) * channels + c, n) - average;
        square[u] = multiply_add(distance, distance, square[u]);
      }
    for (; pixel < pixels; pixel++) {
      vector distance = load_part(image + (size_t)pixel * channels + c, n) - average;
      square[0] = multiply_add(distance, distance, square[0]);
    }
    store_part(mean + c, average, n);
    store_part(squares + c, square[0] + square[1] + (square[2] + square[3]), n);
  }
}

static void sample_moments(const struct sample_moments *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *moments = at(worker, record->moments), *extrema = at(worker, record->extrema);
  int32_t pixels = record->pixels, channels = record->channels;
  size_t elements = (size_t)pixels * channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = x + sample * elements;
    float *mean = moments + sample * 2 * channels, *squares = mean + channels;
    if (extrema) moments_of_image(1, image, pixels, channels, mean, squares, extrema + sample * 2 * channels);
    else moments_of_image(0, image, pixels, channels, mean, squares, 0);
  }
}

/* By channel, as the factors are. */
struct normalization {
  const float *mean, *scale, *shift;
};

INLINE void normalize_channels(const int vectors, const int n, const int added, const int32_t function, float *y, const float *x,
                               const float *addend, int32_t pixels, int32_t channels, struct normalization by) {
  vector mean[2], scale[2], shift[2];
  load_channels(vectors, n, mean, by.mean);
  load_channels(vectors, n, scale, by.scale);
  load_channels(vectors, n, shift, by.shift);
  KEEP_ROLLED for (ptrdiff_t i = 0, end = (ptrdiff_t)pixels * channels; i < end; i += channels) UNROLL for (int v = 0; v < vectors; v++) {
    vector value = normalized(load_part(x + i + v * LANES, n), mean[v], scale[v], shift[v]);
    if (added) value += load_part(addend + i + v * LANES, n);
    store_part(y + i + v * LANES, activated(function, value), n);
  }
}

INLINE void normalize_image_as(const int added, const int32_t function, float *y, const float *x, const float *addend, int32_t pixels,
                               int32_t channels, struct normalization by) {
  FOR_PIXEL_STRETCHES(pixel, count, pixels, channels) {
    size_t start = (size_t)pixel * channels;
#define BLOCK(c, vectors, n)                                                                                                               \
  normalize_channels(vectors, n, added, function, y + start + c, x + start + c, added ? addend + start + c : 0, count, channels,           \
                     (struct normalization){by.mean + c, by.scale + c, by.shift + c})
    FOR_CHANNEL_BLOCKS(channels, BLOCK)
#undef BLOCK
  }
}

/* y = f(normalized x + addend): the neighbours of a normalization in the same pass, where the planner found them. */
static __attribute__((noinline)) void normalize_image(int32_t function, float *y, const float *x, const float *addend, int32_t pixels,
                                                      int32_t channels, struct normalization by) {
#define NORMALIZE(function)                                                                                                                \
  if (addend) normalize_image_as(1, function, y, x, addend, pixels, channels, by);                                                         \
  else normalize_image_as(0, function, y, x, addend, pixels, channels, by)
  switch (function) {
    case ACTIVATION_RELU: NORMALIZE(ACTIVATION_RELU); break;
    case ACTIVATION_RELU6: NORMALIZE(ACTIVATION_RELU6); break;
    default: NORMALIZE(ACTIVATION_LINEAR);
  }
#undef NORMALIZE
}

/* Every thread combines all samples for itself, which is less work than a barrier; thread 0 keeps the results. */
static void batch_normalization(const struct batch_normalization *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *gamma = at(worker, record->gamma), *beta = at(worker, record->beta);
  const float *addend = at(worker, record->addend), *moments = at(worker, record->moments);
  float *y = at(worker, record->y);
  float *kept_mean = at(worker, record->mean), *kept_deviation = at(worker, record->inverse_deviation);
  float *running_mean = at(worker, record->running_mean), *running_variance = at(worker, record->running_variance);
  int32_t pixels = record->pixels, channels = record->channels;
  struct normalization_factors factors = factors_of_thread(at(worker, record->factors), worker, channels);
  struct samples samples = samples_of(worker, &record->step);
  if (samples.count == 0) return;
  double count = (double)samples.count * pixels;

  for (int32_t c = 0; c < channels && is_first_part(worker); c++) {
    struct batch_moments batch = batch_moments_of(moments, samples, pixels, channels, c);
    double inverse_deviation = inverse_deviation_of(batch, record->epsilon);
    write_factors(factors, c, batch.mean, inverse_deviation, gamma, beta);
    if (worker->thread > 0) continue;
    kept_mean[c] = (float)batch.mean;
    kept_deviation[c] = (float)inverse_deviation;
    double running = record->unbiased_running_variance && count > 1 ? batch.squares / (count - 1) : batch.variance;
    running_mean[c] = (float)(record->momentum * (double)running_mean[c] + (1 - (double)record->momentum) * batch.mean);
    running_variance[c] = (float)(record->momentum * (double)running_variance[c] + (1 - (double)record->momentum) * running);
  }
  size_t elements = (size_t)pixels * channels;
  FOR_SAMPLES_OF_THREAD(sample, samples, worker)
  normalize_image(record->function, y + sample * elements, x + sample * elements, addend ? addend + sample * elements : 0, pixels, channels,
                  (struct normalization){factors.centre, factors.scale, factors.shift});
}

/*
 * What the sums are taken of: the gradient of the normalization's output, or what becomes of it on the way through f(… + …)'s gradient. To it
 * belong another addend, or for all pixels the same one, and the shortcut, where the gradient of the block's mask is wanted.
 */
struct gradient {
  const float *dy, *addend, *y, *shortcut;
  float *g;
  /* By channel: the gradient of the mean over the pixels, and the part of it that each pixel has. */
  const float *of_mean;
  float part_of_mean;
};

INLINE struct gradient gradient_from(struct gradient gradient, size_t start) {
  struct gradient moved = gradient;
  moved.dy += start;
  if (gradient.addend) moved.addend += start;
  if (gradient.y) moved.y += start;
  if (gradient.shortcut) moved.shortcut += start;
  if (gradient.g) moved.g += start;
  return moved;
}

enum addition { ADDED_NOTHING, ADDED_IMAGE, ADDED_OF_MEAN };

/* By channel. */
struct gradient_sums {
  float *gradients, *products;
};

INLINE void add_gradient_sums(const int vectors, const int n, const enum addition addition, const int masked, const int32_t function,
                              const float *x, struct gradient gradient, int32_t pixels, int32_t channels, const float *mean,
                              const float *of_mean, struct gradient_sums sums, vector *of_mask) {
  vector centre[2], constant[2] = {0, 0}, sum[2] = {0, 0}, product[2] = {0, 0}, mask[2] = {0, 0};
  load_channels(vectors, n, centre, mean);
  if (addition == ADDED_OF_MEAN) UNROLL for (int v = 0; v < vectors; v++)
      constant[v] = load_part(of_mean + v * LANES, n) * splat(gradient.part_of_mean);
  KEEP_ROLLED for (ptrdiff_t i = 0, end = (ptrdiff_t)pixels * channels; i < end; i += channels) UNROLL for (int v = 0; v < vectors; v++) {
    ptrdiff_t at = i + v * LANES;
    vector g = load_part(gradient.dy + at, n);
    if (addition == ADDED_IMAGE) g += load_part(gradient.addend + at, n);
    if (addition == ADDED_OF_MEAN) g += constant[v];
    if (function != ACTIVATION_LINEAR) {
      vector y = load_part(gradient.y + at, n);
      if (masked) mask[v] = multiply_add(g, y - load_part(gradient.shortcut + at, n), mask[v]);
      g *= slope_at(function, y);
      store_part(gradient.g + at, g, n);
    }
    sum[v] += g;
    product[v] = multiply_add(g, load_part(x + at, n) - centre[v], product[v]);
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    store_part(sums.gradients + v * LANES, load_part(sums.gradients + v * LANES, n) + sum[v], n);
    store_part(sums.products + v * LANES, load_part(sums.products + v * LANES, n) + product[v], n);
  }
  if (masked) *of_mask += mask[0] + mask[1];
}

INLINE void gradient_sums_as(const enum addition addition, const int masked, const int32_t function, const float *x,
                             struct gradient gradient, int32_t pixels, int32_t channels, const float *mean, struct gradient_sums sums,
                             vector *of_mask) {
  FOR_PIXEL_STRETCHES(pixel, count, pixels, channels) {
    size_t start = (size_t)pixel * channels;
#define BLOCK(c, vectors, n)                                                                                                               \
  add_gradient_sums(vectors, n, addition, masked, function, x + start + c, gradient_from(gradient, start + c), count, channels, mean + c,  \
                    addition == ADDED_OF_MEAN ? gradient.of_mean + c : 0,                                                                  \
                    (struct gradient_sums){sums.gradients + c, sums.products + c}, of_mask)
    FOR_CHANNEL_BLOCKS(channels, BLOCK)
#undef BLOCK
  }
}

static __attribute__((noinline)) void gradient_sums(int32_t function, const float *x, struct gradient gradient, int32_t pixels,
                                                    int32_t channels, const float *mean, struct gradient_sums sums, vector *of_mask) {
#define SUM_AS(addition, masked, function) gradient_sums_as(addition, masked, function, x, gradient, pixels, channels, mean, sums, of_mask)
#define SUM(function)                                                                                                                      \
  if (gradient.shortcut && gradient.of_mean) SUM_AS(ADDED_OF_MEAN, 1, function);                                                           \
  else if (gradient.shortcut && gradient.addend) SUM_AS(ADDED_IMAGE, 1, function);                                                         \
  else if (gradient.shortcut) SUM_AS(ADDED_NOTHING, 1, function);                                                                          \
  else if (gradient.of_mean) SUM_AS(ADDED_OF_MEAN, 0, function);                                                                           \
  else if (gradient.addend) SUM_AS(ADDED_IMAGE, 0, function);                                                                              \
  else SUM_AS(ADDED_NOTHING, 0, function)
  switch (function) {
    case ACTIVATION_RELU: SUM(ACTIVATION_RELU); break;
    case ACTIVATION_RELU6: SUM(ACTIVATION_RELU6); break;
    default: SUM_AS(ADDED_NOTHING, 0, ACTIVATION_LINEAR);
  }
#undef SUM
#undef SUM_AS
}

/*
 * Sums of g and of g·x̂ over the pixels of each sample, with x̂ = (x − mean)·inverse deviation. g is dy, or (dy + addend)·f′ by the value y
 * of the activation that follows the normalization; then it is kept. With a shortcut also the gradient of the mask that chooses between y
 * and the shortcut, Σ (dy + addend)·(y − shortcut).
 */
static void sample_gradient_sums(const struct sample_gradient_sums *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *of_mean = at(worker, record->of_mean);
  int32_t pixels = record->pixels, channels = record->channels;
  struct gradient gradient = {.dy = at(worker, record->dy),
                              .addend = at(worker, record->addend),
                              .y = at(worker, record->y),
                              .shortcut = at(worker, record->shortcut),
                              .g = at(worker, record->g),
                              .part_of_mean = 1.0f / (float)pixels};
  const float *mean = at(worker, record->mean), *inverse_deviation = at(worker, record->inverse_deviation);
  float *sums = at(worker, record->sums), *dmasks = at(worker, record->dmasks);
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    size_t start = sample * pixels * channels;
    float *of_sample = sums + sample * 2 * channels, *products = of_sample + channels;
    vector of_mask = splat(0);
    clear(of_sample, 2 * (size_t)channels);
    gradient.of_mean = of_mean ? of_mean + sample * channels : 0;
    gradient_sums(record->function, x + start, gradient_from(gradient, start), pixels, channels, mean,
                  (struct gradient_sums){of_sample, products}, &of_mask);
    FOR_VECTORS(c, n, channels) store_part(products + c, load_part(products + c, n) * load_part(inverse_deviation + c, n), n);
    if (dmasks) dmasks[sample * record->gates + record->gate] = sum_of_lanes(of_mask);
  }
}

struct input_gradient {
  const float *mean, *of_gradient, *of_input, *constant;
};

/* `highest`: the largest magnitude in each lane so far; in lanes without a channel all is zero. */
INLINE vector input_gradient_of_channels(const int vectors, const int n, float *dx, const float *x, const float *dy, int32_t pixels,
                                         int32_t channels, struct input_gradient by, vector highest) {
  vector mean[2], of_gradient[2], of_input[2], constant[2];
  load_channels(vectors, n, mean, by.mean);
  load_channels(vectors, n, of_gradient, by.of_gradient);
  load_channels(vectors, n, of_input, by.of_input);
  load_channels(vectors, n, constant, by.constant);
  KEEP_ROLLED for (ptrdiff_t i = 0, end = (ptrdiff_t)pixels * channels; i < end; i += channels) UNROLL for (int v = 0; v < vectors; v++) {
    vector rest = multiply_add(load_part(x + i + v * LANES, n) - mean[v], of_input[v], constant[v]);
    vector gradient = multiply_add(load_part(dy + i + v * LANES, n), of_gradient[v], rest);
    store_part(dx + i + v * LANES, gradient, n);
    highest = larger(magnitude(gradient), highest);
  }
  return highest;
}

/*
 * dx = γ·inverse deviation·(dy − mean(dy) − x̂·mean(dy·x̂)), written as dy·a + (x − mean)·b + c with three numbers for each channel. Where they
 * are wanted, also the samples' largest |dx|.
 */
static void batch_normalization_gradient(const struct batch_normalization_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy), *gamma = at(worker, record->gamma);
  const float *mean = at(worker, record->mean), *inverse_deviation = at(worker, record->inverse_deviation);
  const float *sums = at(worker, record->sums);
  float *dx = at(worker, record->dx), *dgamma = at(worker, record->dgamma), *dbeta = at(worker, record->dbeta);
  float *maxima = at(worker, record->maxima);
  int32_t pixels = record->pixels, channels = record->channels;
  float *of_gradient = (float *)at(worker, record->factors) + worker->thread * 3 * channels;
  float *of_input = of_gradient + channels, *constant = of_input + channels;
  struct samples samples = samples_of(worker, &record->step);
  double count = (double)samples.count * pixels;

  for (int32_t c = 0; c < channels && is_first_part(worker); c++) {
    double sum = 0, product = 0;
    for (int32_t i = 0; i < samples.count; i++) {
      const float *of_sample = sums + sample_at(samples, i) * 2 * channels + c;
      sum += of_sample[0];
      product += of_sample[channels];
    }
    if (worker->thread == 0) {
      if (dgamma) dgamma[c] = (float)product;
      if (dbeta) dbeta[c] = (float)sum;
    }
    if (samples.count == 0) continue;
    double factor = (gamma ? gamma[c] : 1) * (double)inverse_deviation[c];
    double slope = -factor * inverse_deviation[c] * product / count;
    of_gradient[c] = (float)factor;
    of_input[c] = (float)slope;
    constant[c] = (float)(-factor * sum / count);
  }
  FOR_SAMPLES_OF_THREAD(sample, samples, worker) {
    vector highest = splat(0);
    FOR_PIXEL_STRETCHES(pixel, stretch, pixels, channels) {
      size_t start = (sample * pixels + pixel) * channels;
#define BLOCK(c, vectors, n)                                                                                                               \
  highest = input_gradient_of_channels(vectors, n, dx + start + c, x + start + c, dy + start + c, stretch, channels,                       \
                                       (struct input_gradient){mean + c, of_gradient + c, of_input + c, constant + c}, highest)
      FOR_CHANNEL_BLOCKS(channels, BLOCK)
#undef BLOCK
    }
    if (maxima) maxima[sample] = largest_lane(highest);
  }
}

static void batch_normalization_inference(const struct batch_normalization_inference *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *gamma = at(worker, record->gamma), *beta = at(worker, record->beta);
  const float *addend = at(worker, record->addend);
  const float *mean = at(worker, record->running_mean), *variance = at(worker, record->running_variance);
  float *y = at(worker, record->y), *scale = (float *)at(worker, record->factors) + worker->thread * 2 * record->channels;
  int32_t pixels = record->pixels, channels = record->channels;
  float *shift = scale + channels;
  for (int32_t c = 0; c < channels && is_first_part(worker); c++) {
    scale[c] = (float)((gamma ? gamma[c] : 1) / __builtin_sqrt((double)variance[c] + (double)record->epsilon));
    shift[c] = beta ? beta[c] : 0;
  }
  size_t elements = (size_t)pixels * channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker)
  normalize_image(record->function, y + sample * elements, x + sample * elements, addend ? addend + sample * elements : 0, pixels, channels,
                  (struct normalization){mean, scale, shift});
}
