/* Dense layers: the samples of a thread are gathered into rows, so that a tile of several samples reads the weights once. */
#include "tile.h"
#include "worker.h"

static void dense(const struct dense *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *packed = at(worker, record->packed), *bias = at(worker, record->bias);
  float *y = at(worker, record->y), *rows = scratch_of(worker, &record->step);
  int32_t inputs = record->inputs, outputs = record->outputs;
  float *results = rows + (size_t)DENSE_ROWS * inputs;
  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of_samples(worker, samples);
  struct stretches window = {1, 1, inputs, 0, 0};

  for (int32_t first = share.from; first < share.to; first += DENSE_ROWS) {
    int32_t count = SMALLER_OF(DENSE_ROWS, share.to - first);
    for (int32_t i = 0; i < count; i++) copy_floats(rows + (size_t)i * inputs, x + sample_at(samples, first + i) * inputs, inputs);
    for (int32_t channel = 0; channel < outputs;) {
      int32_t vectors = panel_vectors(outputs - channel);
      product_row(vectors, count, rows, inputs, window, packed + (size_t)channel * inputs, bias ? bias + channel : 0, results + channel,
                  outputs, outputs - channel);
      channel += vectors * LANES;
    }
    for (int32_t i = 0; i < count; i++) copy_floats(y + sample_at(samples, first + i) * outputs, results + (size_t)i * outputs, outputs);
  }
}

/* Threads share the rows of dw, not the samples: every element is summed by one thread, in the order of the samples. */
static void dense_weight_gradient(const struct dense_weight_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *dy = at(worker, record->dy);
  float *dw = at(worker, record->dw), *dbias = at(worker, record->dbias);
  int32_t inputs = record->inputs, outputs = record->outputs;
  struct samples samples = samples_of(worker, &record->step);
  struct range share = share_of(worker, inputs + 1);

  for (int32_t input = share.from; input < share.to; input++) {
    float *to = input < inputs ? dw + (size_t)input * outputs : dbias;
    if (!to) continue;
    FOR_VECTORS(o, n, outputs) {
      vector sum = 0;
      for (int32_t i = 0; i < samples.count; i++) {
        size_t sample = sample_at(samples, i);
        vector value = splat(input < inputs ? x[sample * inputs + input] : 1);
        sum = multiply_add(value, load_part(dy + sample * outputs + o, n), sum);
      }
      store_part(to + o, record->adds ? load_part(to + o, n) + sum : sum, n);
    }
  }
}
