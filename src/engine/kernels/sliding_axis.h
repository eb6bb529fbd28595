/*
 * One axis of a window that slides over an image without a border: which taps of it see the image. What would see zeros is left out of
 * the sums, so that no zero-bordered copy is needed.
 */
#pragma once
#include "padded_copy.h"

/* Tap t of output o sees source o·stride + t·dilation − border. */
struct sliding_axis {
  int32_t source, border, kernel, stride, dilation, outputs;
};

#define ROWS_OF(record)                                                                                                                    \
  ((struct sliding_axis){(record)->source_height, (record)->top, (record)->kernel_height, (record)->stride_height,                         \
                         (record)->dilation_height, (record)->output_height})
#define COLUMNS_OF(record)                                                                                                                 \
  ((struct sliding_axis){(record)->source_width, (record)->left, (record)->kernel_width, (record)->stride_width, (record)->dilation_width, \
                         (record)->output_width})

/* The image as it is: what `copy_padded` takes to do no more than repeat its channels. */
#define UNBORDERED(record)                                                                                                                 \
  ((struct border){(record)->source_height, (record)->source_width, (record)->source_channels, 0, 0, 1, 1, (record)->source_height,        \
                   (record)->source_width})

/* How many steps of `step` from 0 on stay below `end`. */
INLINE int32_t steps_below(int32_t end, int32_t step) { return end > 0 ? (end + step - 1) / step : 0; }

INLINE struct range range_within(int32_t from, int32_t to, int32_t count) {
  struct range range = {SMALLER_OF(from, count), SMALLER_OF(to, count)};
  range.to = LARGER_OF(range.from, range.to);
  return range;
}

/* The taps of an output that see the image. */
INLINE struct range taps_inside(struct sliding_axis axis, int32_t output) {
  int32_t outside = axis.border - output * axis.stride;
  return range_within(steps_below(outside, axis.dilation), steps_below(outside + axis.source, axis.dilation), axis.kernel);
}

/* The outputs all of whose taps see the image. */
INLINE struct range outputs_inside(struct sliding_axis axis) {
  int32_t reach = LARGER_OF(0, axis.kernel - 1) * axis.dilation;
  return range_within(steps_below(axis.border, axis.stride), steps_below(axis.source - reach + axis.border, axis.stride), axis.outputs);
}

/* The output whose tap sees a pixel of the image, or -1. */
INLINE int32_t output_that_sees(struct sliding_axis axis, int32_t pixel, int32_t tap) {
  int32_t distance = pixel + axis.border - tap * axis.dilation;
  return distance >= 0 && distance % axis.stride == 0 && distance / axis.stride < axis.outputs ? distance / axis.stride : -1;
}
