/* Tensors in fixed point: their ranges, and their values rounded to full precision and to the most significant bits. */
#include "fixed_point.h"
#include "worker.h"

/* The largest |x| of each sample. */
static void sample_maximum(const struct sample_maximum *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *maxima = at(worker, record->maxima);
  int32_t elements = record->elements;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *values = x + sample * elements;
    vector highest[4] = {0, 0, 0, 0};
    int32_t i = 0;
    for (; i + 4 * LANES <= elements; i += 4 * LANES)
      UNROLL for (int u = 0; u < 4; u++) highest[u] = larger(magnitude(load(values + i + u * LANES)), highest[u]);
    vector all = larger(larger(highest[0], highest[1]), larger(highest[2], highest[3]));
    for (; i < elements; i += LANES) all = larger(magnitude(load_part(values + i, SMALLER_OF(elements - i, LANES))), all);
    maxima[sample] = largest_lane(all);
  }
}

/* One range from all samples' maxima, in the order of the samples; without samples it stays as it is. */
static void quantization_range(const struct quantization_range *record, const struct worker *worker) {
  const float *maxima = at(worker, record->maxima);
  float *range = at(worker, record->range), *running = at(worker, record->running);
  struct samples samples = samples_of(worker, &record->step);
  if (worker->thread > 0 || samples.count == 0) return;
  double sum = 0;
  float highest = 0;
  for (int32_t i = 0; i < samples.count; i++) {
    float maximum = maxima[sample_at(samples, i)];
    sum += maximum;
    highest = LARGER_OF(maximum, highest);
  }
  range[0] = record->mean ? (float)(sum / samples.count) : highest;
  if (running) running[0] = (float)(record->momentum * (double)running[0] + (1 - (double)record->momentum) * range[0]);
}

/* With a range of zero, or none to speak of, nothing is known of the values yet, and they stay as they are. */
static void quantize(const struct quantize *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *range = at(worker, record->range);
  float *y = at(worker, record->y), *msb = at(worker, record->msb);
  struct levels levels = levels_of(range, record->bits, record->msb_bits, record->is_signed);
  struct fixed_point format = levels.format;
  int32_t elements = record->elements;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    size_t start = sample * elements;
    if (!has_levels(levels)) {
      if (msb) copy_floats(msb + start, x + start, elements);
      if (y && y != x) copy_floats(y + start, x + start, elements);
      continue;
    }
    FOR_VECTORS(i, n, elements) {
      vector level = full_level(levels, load_part(x + start + i, n));
      if (y) store_part(y + start + i, level_value(format, level), n);
      if (msb) store_part(msb + start + i, level_value(format, msb_level(format, levels.step, 0, level)), n);
    }
  }
}

/* A range for each output channel. Threads share the channels. */
static void quantize_weights(const struct quantize_weights *record, const struct worker *worker) {
  const float *w = at(worker, record->w);
  float *y = at(worker, record->y), *msb = at(worker, record->msb);
  int32_t rows = record->rows, channels = record->channels;
  float step = power_of_two(record->bits - record->msb_bits);
  struct range share = share_of(worker, (channels + LANES - 1) / LANES);
  for (int32_t c = share.from * LANES; c < SMALLER_OF(share.to * LANES, channels); c += LANES) {
    int n = SMALLER_OF(channels - c, LANES);
    vector highest = 0;
    for (int32_t row = 0; row < rows; row++) highest = larger(magnitude(load_part(w + (size_t)row * channels + c, n)), highest);
    /* A channel of zeros has no range: its levels are those of zero, whatever the range. */
    vector range = highest > splat(0) ? highest : splat(1), delta = splat(2) * range / splat(power_of_two(record->bits));
    struct fixed_point format = fixed_point(1, record->bits, 1);
    for (int32_t row = 0; row < rows; row++) {
      size_t at_row = (size_t)row * channels + c;
      vector level = rounded(clamped((load_part(w + at_row, n) + range) / delta, format.highest));
      if (y) store_part(y + at_row, (level - splat(format.zero)) * delta, n);
      if (msb) store_part(msb + at_row, (msb_level(format, step, 0, level) - splat(format.zero)) * delta, n);
    }
  }
}
