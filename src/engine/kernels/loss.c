#include "exponential.h"
#include "worker.h"

/* y = e^(x − max) and their sum. */
INLINE double exponentials(float *y, const float *x, int32_t classes, float *largest) {
  float most = x[0];
  for (int32_t i = 1; i < classes; i++) most = x[i] <= most ? most : x[i];
  double sum = 0;
  FOR_VECTORS(c, n, classes) {
    vector value = exponential(load_part(x + c, n) - splat(most));
    store_part(y + c, value, n);
    for (int i = 0; i < n; i++) sum += value[i];
  }
  *largest = most;
  return sum;
}

static void softmax(const struct softmax *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  int32_t classes = record->classes;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    float *out = y + sample * classes, most;
    float share = (float)(1 / exponentials(out, x + sample * classes, classes, &most));
    for (int32_t i = 0; i < classes; i++) out[i] *= share;
  }
}

/* Samples whose logit is larger than the label's, or equal and earlier. Logits that are not a number beat the label: no hit for a diverged run. */
INLINE int32_t rank_of(const float *logits, int32_t classes, int32_t label) {
  int32_t rank = 0;
  for (int32_t i = 0; i < classes; i++) {
    int behind = logits[label] > logits[i] || (logits[label] == logits[i] && i >= label);
    if (!behind) rank++;
  }
  return logits[label] == logits[label] ? rank : classes;
}

static void cross_entropy(const struct cross_entropy *record, const struct worker *worker) {
  const float *logits = at(worker, record->logits);
  const int32_t *labels = at(worker, record->labels);
  float *dlogits = at(worker, record->dlogits), *per_sample = at(worker, record->per_sample);
  float *probabilities = scratch_of(worker, &record->step);
  int32_t classes = record->classes;
  struct samples samples = samples_of(worker, &record->step);
  FOR_SAMPLES_OF_THREAD(sample, samples, worker) {
    const float *of_sample = logits + sample * classes;
    int32_t label = labels[sample];
    float most;
    double sum = exponentials(probabilities, of_sample, classes, &most);
    float *metrics = per_sample + sample * METRICS_OF_SAMPLE;
    metrics[0] = sum == sum ? (float)(natural_logarithm(sum) - ((double)of_sample[label] - most)) : (float)sum;
    int32_t rank = rank_of(of_sample, classes, label);
    metrics[1] = rank < 1;
    metrics[2] = rank < 5;
    if (!dlogits) continue;
    float share = (float)(1 / (sum * samples.count)), one = 1.0f / (float)samples.count;
    for (int32_t i = 0; i < classes; i++) dlogits[sample * classes + i] = probabilities[i] * share - (i == label ? one : 0);
  }
}

static void sum_metrics(const struct sum_metrics *record, const struct worker *worker) {
  if (worker->thread > 0) return;
  const float *per_sample = at(worker, record->per_sample);
  float *metrics = at(worker, record->metrics);
  struct samples samples = samples_of(worker, &record->step);
  double sums[METRICS_OF_SAMPLE] = {0, 0, 0};
  for (int32_t i = 0; i < samples.count; i++)
    for (int m = 0; m < METRICS_OF_SAMPLE; m++) sums[m] += per_sample[sample_at(samples, i) * METRICS_OF_SAMPLE + m];
  metrics[0] = (float)(sums[0] / samples.count);
  metrics[1] = (float)sums[1];
  metrics[2] = (float)sums[2];
}
