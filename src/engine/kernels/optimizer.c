#include "element_range.h"

/* v ← momentum·v + (g + weightDecay·w);  w ← w − learningRate·v */
static void sgd_momentum(const struct sgd_momentum *record, const struct worker *worker) {
  float *w = at(worker, record->w), *v = at(worker, record->v);
  const float *g = at(worker, record->g), *learning_rate = at(worker, record->learning_rate);
  vector momentum = splat(record->momentum), decay = splat(record->weight_decay), rate = splat(-learning_rate[0]);
  struct range share = share_of(worker, record->elements);
  FOR_STRETCH(i, n, (size_t)share.from, (size_t)share.to) {
    vector weight = load_part(w + i, n);
    vector velocity = multiply_add(momentum, load_part(v + i, n), multiply_add(decay, weight, load_part(g + i, n)));
    store_part(v + i, velocity, n);
    store_part(w + i, multiply_add(rate, velocity, weight), n);
  }
}
