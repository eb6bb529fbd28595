#include "element_range.h"

static void add(const struct add *record, const struct worker *worker) {
  const float *a = at(worker, record->a), *b = at(worker, record->b);
  float *y = at(worker, record->y);
  FOR_ELEMENTS_OF_THREAD(record, worker, FOR_STRETCH(i, n, from, to) store_part(y + i, load_part(a + i, n) + load_part(b + i, n), n);)
}

/* Values of 32 bits, floats or integers. */
static void copy(const struct copy *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  FOR_ELEMENTS_OF_THREAD(record, worker, copy_floats(y + from, x + from, to - from);)
}
