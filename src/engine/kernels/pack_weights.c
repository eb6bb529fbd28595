/* Weights in the order in which the tiles read them: for each panel of output channels every (row, column, input channel) of the window. */
#include "tile.h"
#include "worker.h"

/* One row of a panel: `count` weights, and zeros up to `width`. */
INLINE void pack_lanes(float *to, const float *from, size_t pitch, int32_t width, int32_t count) {
  int32_t lane = 0;
  if (pitch == 1)
    for (; lane + LANES <= count; lane += LANES) store(to + lane, load(from + lane));
  for (; lane < width; lane++) to[lane] = lane < count ? from[lane * pitch] : 0;
}

static void pack_weights(const struct pack_weights *record, const struct worker *worker) {
  const float *w = at(worker, record->w);
  float *packed = at(worker, record->packed);
  int transposed = record->transposed;
  /* As seen by the product: for the input gradient the roles are exchanged. */
  int32_t inputs = transposed ? record->output_channels : record->input_channels;
  int32_t outputs = transposed ? record->input_channels : record->output_channels;
  int32_t depth = record->rows * record->columns * inputs;
  struct range share = share_of(worker, depth);

  for (int32_t panel = 0; panel < outputs;) {
    int32_t width = panel_vectors(outputs - panel) * LANES;
    float *to = packed + (size_t)panel * depth;
    for (int32_t k = share.from; k < share.to; k++) {
      int32_t input = k % inputs, column = k / inputs % record->columns, row = k / inputs / record->columns;
      if (transposed) {
        row = record->rows - 1 - row;
        column = record->columns - 1 - column;
      }
      int32_t kernel_row = record->first_row + row * record->row_step;
      int32_t kernel_column = record->first_column + column * record->column_step;
      const float *tap =
          w + (size_t)(kernel_row * record->kernel_width + kernel_column) * record->input_channels * record->output_channels;
      size_t output_pitch = transposed ? (size_t)record->output_channels : 1;
      const float *from = tap + (transposed ? (size_t)input : (size_t)input * record->output_channels);
      pack_lanes(to + (size_t)k * width, from + panel * output_pitch, output_pitch, width, SMALLER_OF(width, outputs - panel));
    }
    panel += width;
  }
}
