/* Inverted dropout. The mask is a hash of seed, sample and element, so that the gradient makes the same one again instead of keeping it. */
#include "worker.h"

/* Mixes all bits of a word into all others (the finalizer of MurmurHash3, by Austin Appleby, public domain). */
INLINE uint32_t mixed(uint32_t word) {
  word ^= word >> 16;
  word *= 0x85ebca6bu;
  word ^= word >> 13;
  word *= 0xc2b2ae35u;
  return word ^ word >> 16;
}

static void dropout(const struct dropout *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  const int32_t *seed = at(worker, record->seed);
  float *y = at(worker, record->y);
  uint32_t threshold = (uint32_t)((double)record->rate * 4294967296.0);
  float scale = (float)(1 / (1 - (double)record->rate));
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    uint32_t of_sample = mixed((uint32_t)seed[0] ^ mixed((uint32_t)sample + 0x9e3779b9u));
    size_t start = sample * (size_t)record->elements;
    for (int32_t i = 0; i < record->elements; i++)
      y[start + (size_t)i] = mixed(of_sample + (uint32_t)i * 0x9e3779b9u) >= threshold ? x[start + (size_t)i] * scale : 0;
  }
}
