/*
 * The largest |f((x − mean)·scale + shift)| of each sample, from the least and the greatest x of each channel alone: what lies between them
 * comes to lie between their images, since normalization, rounding and the activations that are fused with it keep the order or turn it around.
 * So fixed point knows its range before the image is normalized, and image by image both are done in one go.
 */
#include "activation_functions.h"
#include "batch_moments.h"

/* Threads share the samples; each combines the moments for itself, as the normalization does. */
static void normalized_maximum(const struct normalized_maximum *record, const struct worker *worker) {
  const float *moments = at(worker, record->moments), *extrema = at(worker, record->extrema);
  const float *gamma = at(worker, record->gamma), *beta = at(worker, record->beta);
  float *maxima = at(worker, record->maxima);
  int32_t channels = record->channels;
  struct samples samples = samples_of(worker, &record->step);
  struct normalization_factors factors = factors_of_thread(at(worker, record->factors), worker, channels);
  if (samples.count == 0) return;
  for (int32_t c = 0; c < channels; c++) {
    struct batch_moments batch = batch_moments_of(moments, samples, record->pixels, channels, c);
    write_factors(factors, c, batch.mean, inverse_deviation_of(batch, record->epsilon), gamma, beta);
  }
  struct range share = share_of(worker, samples.count);
  for (int32_t i = share.from; i < share.to; i++) {
    size_t sample = sample_at(samples, i);
    const float *least = extrema + sample * 2 * channels;
    vector maximum = splat(0);
    FOR_VECTORS(c, n, channels) UNROLL for (int end = 0; end < 2; end++) {
      vector value = normalized(load_part(least + end * channels + c, n), load_part(factors.centre + c, n), load_part(factors.scale + c, n),
                                load_part(factors.shift + c, n));
      maximum = larger(magnitude(activated(record->function, value)), maximum);
    }
    maxima[sample] = largest_lane(maximum);
  }
}
