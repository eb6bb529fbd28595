/*
 * Batch normalization over samples and pixels, one statistic for each channel.
 * Each sample's mean and centred sum of squares are taken on their own, in two passes over an image that is still in the cache, and then
 * combined in double precision and in the order of the samples (Chan, Golub, LeVeque 1979): no cancellation where the mean is far from
 * zero, and the same bits however many threads there are.
 */
#include "worker.h"

INLINE void moments_of_image(const float *image, int32_t pixels, int32_t channels, float *mean, float *squares) {
  FOR_VECTORS(c, n, channels) {
    vector sum[4] = {0, 0, 0, 0};
    int32_t pixel = 0;
    for (; pixel + 4 <= pixels; pixel += 4) UNROLL for (int u = 0; u < 4; u++) sum[u] += load_part(image + (size_t)(pixel + u) * channels + c, n);
    for (; pixel < pixels; pixel++) sum[0] += load_part(image + (size_t)pixel * channels + c, n);
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
  float *moments = at(worker, record->moments);
  size_t elements = (size_t)record->pixels * record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    float *of_sample = moments + sample * 2 * record->channels;
    moments_of_image(x + sample * elements, record->pixels, record->channels, of_sample, of_sample + record->channels);
  }
}

/* y = (x − mean)·scale + shift for each channel. Centred first: a large mean would cost the result its last digits. */
INLINE void normalize_image(float *y, const float *x, int32_t pixels, int32_t channels, const float *mean, const float *scale,
                            const float *shift) {
  for (int32_t pixel = 0; pixel < pixels; pixel++, x += channels, y += channels) {
    FOR_VECTORS(c, n, channels) {
      vector centred = load_part(x + c, n) - load_part(mean + c, n);
      store_part(y + c, multiply_add(centred, load_part(scale + c, n), load_part(shift + c, n)), n);
    }
  }
}

/* Every thread combines all samples for itself, which is less work than a barrier; thread 0 keeps the results. */
static void batch_normalization(const struct batch_normalization *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *gamma = at(worker, record->gamma), *beta = at(worker, record->beta);
  const float *moments = at(worker, record->moments);
  float *y = at(worker, record->y), *scale = (float *)at(worker, record->factors) + worker->thread * 3 * record->channels;
  float *kept_mean = at(worker, record->mean), *kept_deviation = at(worker, record->inverse_deviation);
  float *running_mean = at(worker, record->running_mean), *running_variance = at(worker, record->running_variance);
  int32_t pixels = record->pixels, channels = record->channels;
  float *shift = scale + channels, *centre = shift + channels;
  struct samples samples = samples_of(worker, &record->step);
  if (samples.count == 0) return;
  double count = (double)samples.count * pixels;

  for (int32_t c = 0; c < channels && is_first_part(worker); c++) {
    double mean = 0, squares = 0;
    for (int32_t i = 0; i < samples.count; i++) mean += moments[sample_at(samples, i) * 2 * channels + c];
    mean /= samples.count;
    for (int32_t i = 0; i < samples.count; i++) {
      const float *of_sample = moments + sample_at(samples, i) * 2 * channels + c;
      double distance = of_sample[0] - mean;
      squares += of_sample[channels] + pixels * distance * distance;
    }
    double variance = squares / count, inverse_deviation = 1 / __builtin_sqrt(variance + (double)record->epsilon);
    scale[c] = (float)(gamma ? gamma[c] * inverse_deviation : inverse_deviation);
    shift[c] = beta ? beta[c] : 0;
    centre[c] = (float)mean;
    if (worker->thread > 0) continue;
    kept_mean[c] = (float)mean;
    kept_deviation[c] = (float)inverse_deviation;
    double running = record->unbiased_running_variance && count > 1 ? squares / (count - 1) : variance;
    running_mean[c] = (float)(record->momentum * (double)running_mean[c] + (1 - (double)record->momentum) * mean);
    running_variance[c] = (float)(record->momentum * (double)running_variance[c] + (1 - (double)record->momentum) * running);
  }
  size_t elements = (size_t)pixels * channels;
  FOR_SAMPLES_OF_THREAD(sample, samples, worker)
  normalize_image(y + sample * elements, x + sample * elements, pixels, channels, centre, scale, shift);
}

/* Sums of dy and of dy·x̂ over the pixels of each sample, with x̂ = (x − mean)·inverse deviation. */
static void sample_gradient_sums(const struct sample_gradient_sums *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  const float *mean = at(worker, record->mean), *inverse_deviation = at(worker, record->inverse_deviation);
  float *sums = at(worker, record->sums);
  int32_t pixels = record->pixels, channels = record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = x + sample * pixels * channels, *gradient = dy + sample * pixels * channels;
    float *of_sample = sums + sample * 2 * channels;
    FOR_VECTORS(c, n, channels) {
      vector sum[2] = {0, 0}, product[2] = {0, 0}, centre = load_part(mean + c, n);
      int32_t pixel = 0;
      for (; pixel + 2 <= pixels; pixel += 2) UNROLL for (int u = 0; u < 2; u++) {
          vector g = load_part(gradient + (size_t)(pixel + u) * channels + c, n);
          sum[u] += g;
          product[u] = multiply_add(g, load_part(image + (size_t)(pixel + u) * channels + c, n) - centre, product[u]);
        }
      for (; pixel < pixels; pixel++) {
        vector g = load_part(gradient + (size_t)pixel * channels + c, n);
        sum[0] += g;
        product[0] = multiply_add(g, load_part(image + (size_t)pixel * channels + c, n) - centre, product[0]);
      }
      store_part(of_sample + c, sum[0] + sum[1], n);
      store_part(of_sample + channels + c, (product[0] + product[1]) * load_part(inverse_deviation + c, n), n);
    }
  }
}

/* dx = γ·inverse deviation·(dy − mean(dy) − x̂·mean(dy·x̂)), written as dy·a + (x − mean)·b + c with three numbers for each channel. */
static void batch_normalization_gradient(const struct batch_normalization_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy), *gamma = at(worker, record->gamma);
  const float *mean = at(worker, record->mean), *inverse_deviation = at(worker, record->inverse_deviation);
  const float *sums = at(worker, record->sums);
  float *dx = at(worker, record->dx), *dgamma = at(worker, record->dgamma), *dbeta = at(worker, record->dbeta);
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
  FOR_SAMPLES_OF_THREAD(sample, samples, worker)
  for (int32_t pixel = 0; pixel < pixels; pixel++) {
    size_t start = (sample * pixels + pixel) * channels;
    FOR_VECTORS(c, n, channels) {
      vector centred = load_part(x + start + c, n) - load_part(mean + c, n);
      vector rest = multiply_add(centred, load_part(of_input + c, n), load_part(constant + c, n));
      store_part(dx + start + c, multiply_add(load_part(dy + start + c, n), load_part(of_gradient + c, n), rest), n);
    }
  }
}

static void batch_normalization_inference(const struct batch_normalization_inference *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *gamma = at(worker, record->gamma), *beta = at(worker, record->beta);
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
  normalize_image(y + sample * elements, x + sample * elements, pixels, channels, mean, scale, shift);
}
