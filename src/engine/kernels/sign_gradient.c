/* What the optimizer sees under sign updates: the sign of a gradient, or PSG's choice between the predictor's and the full one's. */
#include "element_range.h"

enum { PREDICTED, WRONG, COUNTS };

INLINE vector sign_of(vector x) { return x > splat(0) ? splat(1) : x < splat(0) ? splat(-1) : x; }

static void sign(const struct sign *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  FOR_ELEMENTS_OF_THREAD(record, worker, FOR_STRETCH(i, n, from, to) store_part(y + i, sign_of(load_part(x + i, n)), n);)
}

INLINE float largest_magnitude(const float *x, int32_t elements) {
  vector highest = 0;
  FOR_VECTORS(i, n, elements) highest = larger(magnitude(load_part(x + i, n)), highest);
  return largest_lane(highest);
}

/* Every thread looks for the maximum itself, which is less work than a barrier. */
static void predictive_gradient(const struct predictive_gradient *record, const struct worker *worker) {
  const float *predicted = at(worker, record->predicted), *full = at(worker, record->full), *threshold = at(worker, record->threshold);
  float *g = at(worker, record->g);
  int32_t *counts = (int32_t *)at(worker, record->counts) + worker->thread * COUNTS_PITCH;
  float least = threshold[0] < 0 ? -threshold[0] * largest_magnitude(predicted, record->elements) : threshold[0];
  struct range share = share_of(worker, record->elements);
  integers decided = 0, wrong = 0;
  FOR_STRETCH(i, n, (size_t)share.from, (size_t)share.to) {
    vector guess = load_part(predicted + i, n), exact = load_part(full + i, n);
    integers is_decided = magnitude(guess) >= splat(least);
    vector guessed_sign = sign_of(guess), exact_sign = sign_of(exact);
    integers counted = n == LANES ? -1 : 0;
    if (n < LANES) for (int lane = 0; lane < n; lane++) counted[lane] = -1;
    decided -= is_decided & counted;
    wrong -= is_decided & (guessed_sign != exact_sign) & counted;
    vector choice = is_decided ? (record->signs ? guessed_sign : guess) : (record->signs ? exact_sign : exact);
    store_part(g + i, choice, n);
  }
  counts[PREDICTED] = counts[WRONG] = 0;
  UNROLL for (int lane = 0; lane < LANES; lane++) {
    counts[PREDICTED] += decided[lane];
    counts[WRONG] += wrong[lane];
  }
}

static void sum_counts(const struct sum_counts *record, const struct worker *worker) {
  const int32_t *counts = at(worker, record->counts);
  float *metrics = at(worker, record->metrics);
  if (worker->thread > 0) return;
  for (int32_t i = 0; i < COUNTS; i++) {
    int32_t sum = 0;
    for (int32_t thread = 0; thread < worker->threads; thread++) sum += counts[thread * COUNTS_PITCH + i];
    metrics[i] = (float)sum;
  }
}
