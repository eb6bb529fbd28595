#include "activation_functions.h"
#include "element_range.h"

INLINE void activate(int32_t function, float *y, const float *x, size_t from, size_t to) {
  FOR_STRETCH(i, n, from, to) store_part(y + i, activated(function, load_part(x + i, n)), n);
}

static void activation(const struct activation *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  FOR_ELEMENTS_OF_THREAD(record, worker, {
    switch (record->function) {
      case ACTIVATION_RELU: activate(ACTIVATION_RELU, y, x, from, to); break;
      case ACTIVATION_RELU6: activate(ACTIVATION_RELU6, y, x, from, to); break;
      case ACTIVATION_SIGMOID: activate(ACTIVATION_SIGMOID, y, x, from, to); break;
      default: activate(ACTIVATION_TANH, y, x, from, to);
    }
  })
}

INLINE void multiply_by_slope(int32_t function, float *dx, const float *y, const float *dy, size_t from, size_t to) {
  FOR_STRETCH(i, n, from, to) store_part(dx + i, load_part(dy + i, n) * slope_at(function, load_part(y + i, n)), n);
}

static void activation_gradient(const struct activation_gradient *record, const struct worker *worker) {
  const float *y = at(worker, record->y), *dy = at(worker, record->dy);
  float *dx = at(worker, record->dx);
  FOR_ELEMENTS_OF_THREAD(record, worker, {
    switch (record->function) {
      case ACTIVATION_RELU: multiply_by_slope(ACTIVATION_RELU, dx, y, dy, from, to); break;
      case ACTIVATION_RELU6: multiply_by_slope(ACTIVATION_RELU6, dx, y, dy, from, to); break;
      case ACTIVATION_SIGMOID: multiply_by_slope(ACTIVATION_SIGMOID, dx, y, dy, from, to); break;
      default: multiply_by_slope(ACTIVATION_TANH, dx, y, dy, from, to);
    }
  })
}
