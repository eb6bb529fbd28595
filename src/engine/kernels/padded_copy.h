/* The zero-bordered copy of an image: small enough to stay in the second-level cache, and in it a window never leaves the image. */
#pragma once
#include "worker.h"

/* Same field names in every record that has a border. */
#define BORDER_OF(record)                                                                                                                  \
  ((struct border){(record)->source_height, (record)->source_width, (record)->source_channels, (record)->top, (record)->left,              \
                   (record)->spacing_height, (record)->spacing_width, (record)->padded_height, (record)->padded_width})

struct border {
  int32_t source_height, source_width, channels;
  int32_t top, left;
  int32_t spacing_height, spacing_width;
  int32_t padded_height, padded_width;
};

INLINE int border_is_needed(struct border border) {
  return border.top != 0 || border.left != 0 || border.spacing_height != 1 || border.spacing_width != 1 ||
         border.padded_height > border.source_height || border.padded_width > border.source_width;
}

/* One row of pixels, every channel `repeat` times. */
INLINE void copy_row(float *to, const float *from, struct border border, int32_t repeat) {
  int32_t channels = border.channels;
  if (repeat == 1 && border.spacing_width == 1) {
    int32_t first = border.left < 0 ? -border.left : 0;
    int32_t last = SMALLER_OF(border.source_width, border.padded_width - border.left);
    if (first < last)
      copy_floats(to + (size_t)(border.left + first) * channels, from + (size_t)first * channels, (size_t)(last - first) * channels);
    return;
  }
  for (int32_t j = 0; j < border.source_width; j++) {
    int32_t column = border.left + j * border.spacing_width;
    if (column < 0 || column >= border.padded_width) continue;
    float *pixel = to + (size_t)column * channels * repeat;
    for (int32_t c = 0; c < channels; c++)
      for (int32_t k = 0; k < repeat; k++) pixel[c * repeat + k] = from[(size_t)j * channels + c];
  }
}

/* Rows that hold no source pixel, and what lies left and right of those that do, become zero. */
INLINE void copy_padded(float *to, const float *from, struct border border, int32_t repeat) {
  size_t pitch = (size_t)border.padded_width * border.channels * repeat;
  for (int32_t row = 0; row < border.padded_height; row++, to += pitch) {
    int32_t distance = row - border.top;
    int32_t source = distance >= 0 && distance % border.spacing_height == 0 ? distance / border.spacing_height : -1;
    int filled = source >= 0 && source < border.source_height;
    if (!filled || border.spacing_width != 1) {
      clear(to, pitch);
    } else {
      size_t left = (size_t)LARGER_OF(0, SMALLER_OF(border.left, border.padded_width)) * border.channels * repeat;
      size_t right = (size_t)LARGER_OF(0, SMALLER_OF(border.left + border.source_width, border.padded_width)) * border.channels * repeat;
      clear(to, left);
      clear(to + right, pitch - right);
    }
    if (filled) copy_row(to, from + (size_t)source * border.source_width * border.channels, border, repeat);
  }
}
