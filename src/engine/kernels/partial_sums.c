/* Adds up what the threads summed each for itself, always in the order of the threads. */
#include "tile.h"
#include "worker.h"

static void sum_partials(const struct sum_partials *record, const struct worker *worker) {
  const float *partial = at(worker, record->partial);
  float *dw = at(worker, record->dw), *dbias = at(worker, record->dbias);
  int32_t columns = record->columns, pitch = packed_channels(columns);
  size_t thread_pitch = (size_t)(record->rows + 1) * pitch;
  struct range share = share_of(worker, record->rows + 1);
  for (int32_t row = share.from; row < share.to; row++) {
    float *to = row < record->rows ? dw + (size_t)row * columns : dbias;
    if (!to) continue;
    FOR_VECTORS(column, n, columns) {
      const float *from = partial + (size_t)row * pitch + column;
      vector sum = load(from);
      for (int32_t thread = 1; thread < worker->threads; thread++) sum += load(from + thread * thread_pitch);
      store_part(to + column, sum, n);
    }
  }
}
