/* One step of an LSTM from the sum z of its inputs, [i | f | g | o] as in PyTorch. */
#include "activation_functions.h"
#include "worker.h"

static void lstm_cell(const struct lstm_cell *record, const struct worker *worker) {
  const float *z = at(worker, record->z), *previous = at(worker, record->previous);
  float *cell = at(worker, record->cell), *h = at(worker, record->h);
  int32_t hidden = record->hidden;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *of_sample = z + sample * 4 * hidden;
    size_t start = sample * hidden;
    FOR_VECTORS(k, n, hidden) {
      vector input = activated(ACTIVATION_SIGMOID, load_part(of_sample + k, n));
      vector candidate = activated(ACTIVATION_TANH, load_part(of_sample + 2 * hidden + k, n));
      vector output = activated(ACTIVATION_SIGMOID, load_part(of_sample + 3 * hidden + k, n));
      vector state = input * candidate;
      if (previous)
        state = multiply_add(activated(ACTIVATION_SIGMOID, load_part(of_sample + hidden + k, n)), load_part(previous + start + k, n), state);
      store_part(cell + start + k, state, n);
      store_part(h + start + k, output * activated(ACTIVATION_TANH, state), n);
    }
  }
}

static void lstm_cell_gradient(const struct lstm_cell_gradient *record, const struct worker *worker) {
  const float *z = at(worker, record->z), *previous = at(worker, record->previous), *cell = at(worker, record->cell);
  const float *dh = at(worker, record->dh), *dcell = at(worker, record->dcell);
  float *dz = at(worker, record->dz), *dprevious = at(worker, record->dprevious);
  int32_t hidden = record->hidden;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *of_sample = z + sample * 4 * hidden;
    float *to_sample = dz + sample * 4 * hidden;
    size_t start = sample * hidden;
    FOR_VECTORS(k, n, hidden) {
      vector input = activated(ACTIVATION_SIGMOID, load_part(of_sample + k, n));
      vector forget = activated(ACTIVATION_SIGMOID, load_part(of_sample + hidden + k, n));
      vector candidate = activated(ACTIVATION_TANH, load_part(of_sample + 2 * hidden + k, n));
      vector output = activated(ACTIVATION_SIGMOID, load_part(of_sample + 3 * hidden + k, n));
      vector squashed = activated(ACTIVATION_TANH, load_part(cell + start + k, n));
      vector of_h = load_part(dh + start + k, n);
      vector of_cell = of_h * output * slope_at(ACTIVATION_TANH, squashed);
      if (dcell) of_cell += load_part(dcell + start + k, n);
      vector before = previous ? load_part(previous + start + k, n) : splat(0);
      store_part(to_sample + k, of_cell * candidate * slope_at(ACTIVATION_SIGMOID, input), n);
      store_part(to_sample + hidden + k, of_cell * before * slope_at(ACTIVATION_SIGMOID, forget), n);
      store_part(to_sample + 2 * hidden + k, of_cell * input * slope_at(ACTIVATION_TANH, candidate), n);
      store_part(to_sample + 3 * hidden + k, of_h * squashed * slope_at(ACTIVATION_SIGMOID, output), n);
      if (dprevious) store_part(dprevious + start + k, of_cell * forget, n);
    }
  }
}
