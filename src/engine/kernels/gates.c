/*
 * Gated residual blocks: which samples a block runs for, how its output and the shortcut's are joined, and what a gate learns from.
 * Tables hold one value for each sample and gate, the gates of a sample side by side.
 */
#include "activation_functions.h"
#include "worker.h"

enum { LARGEST_INVERSE_PROBABILITY = 5 };

static void gate(const struct gate *record, const struct worker *worker) {
  const float *logit = at(worker, record->logit), *uniforms = at(worker, record->uniforms);
  float *probabilities = at(worker, record->probabilities), *masks = at(worker, record->masks);
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    size_t entry = sample * record->gates + record->gate;
    float probability = activated(ACTIVATION_SIGMOID, splat(logit[sample]))[0];
    probabilities[entry] = probability;
    masks[entry] = probability > uniforms[entry];
  }
}

static void list_samples(const struct list_samples *record, const struct worker *worker) {
  if (worker->thread > 0) return;
  const float *masks = at(worker, record->masks);
  int32_t *executed = at(worker, record->executed), *skipped = at(worker, record->skipped);
  struct samples samples = samples_of(worker, &record->step);
  int32_t run = 0;
  for (int32_t i = 0; i < samples.count; i++) {
    size_t sample = sample_at(samples, i);
    if (masks[sample * record->gates + record->gate] != 0) executed[1 + run++] = (int32_t)sample;
    else skipped[1 + i - run] = (int32_t)sample;
  }
  executed[0] = run;
  skipped[0] = samples.count - run;
}

static void mix_samples(const struct mix_samples *record, const struct worker *worker) {
  const float *masks = at(worker, record->masks), *a = at(worker, record->a), *b = at(worker, record->b);
  float *y = at(worker, record->y);
  int32_t elements = record->elements;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    float mask = masks[sample * record->gates + record->gate];
    size_t start = sample * elements;
    FOR_VECTORS(i, n, elements) {
      vector mixed = a ? load_part(a + start + i, n) * splat(mask) : splat(0);
      if (b) mixed = multiply_add(load_part(b + start + i, n), splat(1 - mask), mixed);
      store_part(y + start + i, mixed, n);
    }
  }
}

static void mask_gradient(const struct mask_gradient *record, const struct worker *worker) {
  const float *dy = at(worker, record->dy), *a = at(worker, record->a), *b = at(worker, record->b);
  float *dmasks = at(worker, record->dmasks);
  int32_t elements = record->elements;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    size_t start = sample * elements;
    vector sum[4] = {0, 0, 0, 0};
    int32_t turn = 0;
    FOR_VECTORS(i, n, elements) {
      vector difference = load_part(a + start + i, n) - load_part(b + start + i, n);
      vector *to = &sum[turn++ & 3];
      *to = multiply_add(load_part(dy + start + i, n), difference, *to);
    }
    dmasks[sample * record->gates + record->gate] = sum_of_lanes(sum[0] + sum[1] + (sum[2] + sum[3]));
  }
}

static void gate_cost(const struct gate_cost *record, const struct worker *worker) {
  if (worker->thread > 0) return;
  const float *masks = at(worker, record->masks), *costs = at(worker, record->costs);
  const float *target = at(worker, record->target), *weight = at(worker, record->weight);
  float *share = at(worker, record->share), *cost = at(worker, record->cost);
  struct samples samples = samples_of(worker, &record->step);
  double executed = 0;
  for (int32_t i = 0; i < samples.count; i++)
    for (int32_t k = 0; k < record->gates; k++) executed += masks[sample_at(samples, i) * record->gates + k] * (double)costs[k];
  share[0] = (float)(executed / samples.count);
  cost[0] = (share[0] > target[0] ? weight[0] : -weight[0]) / (float)samples.count;
}

static void gate_gradient(const struct gate_gradient *record, const struct worker *worker) {
  const float *probabilities = at(worker, record->probabilities), *masks = at(worker, record->masks);
  const float *dmasks = at(worker, record->dmasks), *costs = at(worker, record->costs), *cost = at(worker, record->cost);
  const float *mean = at(worker, record->mean);
  float *dlogit = at(worker, record->dlogit);
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    size_t entry = sample * record->gates + record->gate;
    float probability = probabilities[entry], task = 0;
    /* Where a block did not run, the gradient of its mask was never computed. */
    if (record->estimator == ESTIMATOR_EVERY || masks[entry] != 0) {
      task = dmasks[entry];
      if (record->estimator == ESTIMATOR_CENTRED) task -= mean[0];
      if (record->estimator == ESTIMATOR_INVERSE_PROBABILITY) task *= SMALLER_OF(1 / probability, (float)LARGEST_INVERSE_PROBABILITY);
    }
    dlogit[sample] = (task + cost[0] * costs[record->gate]) * probability * (1 - probability);
  }
}

static void gate_mean(const struct gate_mean *record, const struct worker *worker) {
  if (worker->thread > 0) return;
  const float *masks = at(worker, record->masks), *dmasks = at(worker, record->dmasks);
  float *mean = at(worker, record->mean);
  struct samples samples = samples_of(worker, &record->step);
  double sum = 0;
  int32_t count = 0;
  for (int32_t i = 0; i < samples.count; i++)
    for (int32_t k = 0; k < record->gates; k++) {
      size_t entry = sample_at(samples, i) * record->gates + k;
      if (masks[entry] == 0) continue;
      sum += dmasks[entry];
      count++;
    }
  if (count > 0) mean[0] = (float)(record->momentum * (double)mean[0] + (1 - (double)record->momentum) * sum / count);
}
