#pragma once
#include "fetch_ahead.h"
#include "padded_copy.h"
#include "tile.h"

/* With a dilated window the columns are apart, and each is a stretch of its own. */
INLINE struct stretches window_stretches(int32_t kernel_height, int32_t kernel_width, int32_t dilation_height, int32_t dilation_width,
                                         int32_t channels, size_t row_pitch) {
  int contiguous = dilation_width == 1;
  struct stretches window = {kernel_height, contiguous ? 1 : kernel_width, contiguous ? kernel_width * channels : channels,
                             dilation_height * row_pitch, (size_t)dilation_width * channels};
  return window;
}
