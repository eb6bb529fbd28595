/* What a batch normalization computes from the moments of all samples: one statistic for each channel. */
#pragma once
#include "worker.h"

/* Mean, sum of squared distances from it, and their mean, over `count` samples and pixels. */
struct batch_moments {
  double mean, squares, variance;
};

/* The samples' moments, combined in double precision and in the order of the samples (Chan, Golub, LeVeque 1979). */
INLINE struct batch_moments batch_moments_of(const float *moments, struct samples samples, int32_t pixels, int32_t channels, int32_t c) {
  struct batch_moments batch = {0};
  for (int32_t i = 0; i < samples.count; i++) batch.mean += moments[sample_at(samples, i) * 2 * channels + c];
  batch.mean /= samples.count;
  for (int32_t i = 0; i < samples.count; i++) {
    const float *of_sample = moments + sample_at(samples, i) * 2 * channels + c;
    double distance = of_sample[0] - batch.mean;
    batch.squares += of_sample[channels] + pixels * distance * distance;
  }
  batch.variance = batch.squares / ((double)samples.count * pixels);
  return batch;
}

INLINE double inverse_deviation_of(struct batch_moments batch, float epsilon) {
  return 1 / __builtin_sqrt(batch.variance + (double)epsilon);
}

/* A thread's factors: (x − centre)·scale + shift, each by channel. Centred first: a large mean would cost the result its last digits. */
struct normalization_factors {
  float *scale, *shift, *centre;
};

INLINE struct normalization_factors factors_of_thread(float *factors, const struct worker *worker, int32_t channels) {
  float *scale = factors + worker->thread * 3 * channels;
  return (struct normalization_factors){scale, scale + channels, scale + 2 * channels};
}

INLINE void write_factors(struct normalization_factors factors, int32_t c, double mean, double inverse_deviation, const float *gamma,
                          const float *beta) {
  factors.scale[c] = (float)(gamma ? gamma[c] * inverse_deviation : inverse_deviation);
  factors.shift[c] = beta ? beta[c] : 0;
  factors.centre[c] = (float)mean;
}

/* One vector of channels, normalized. */
INLINE vector normalized(vector x, vector centre, vector scale, vector shift) { return multiply_add(x - centre, scale, shift); }
