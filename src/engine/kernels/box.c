/* An image as a box inside a larger one: zero padding, the parts of a concatenation, and the gradients of both. */
#include "worker.h"

#define BOX_PLACE(record, row)                                                                                                             \
  ((((size_t)(row) + (record)->top) * (record)->whole_width + (record)->left) * (record)->whole_channels + (record)->offset)

static void into_box(const struct into_box *record, const struct worker *worker) {
  const float *part = at(worker, record->part);
  float *whole = at(worker, record->whole);
  size_t whole_elements = (size_t)record->whole_height * record->whole_width * record->whole_channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *from = part + sample * record->height * record->width * record->channels;
    float *image = whole + sample * whole_elements;
    if (record->clear) clear(image, whole_elements);
    for (int32_t row = 0; row < record->height; row++)
      for (int32_t column = 0; column < record->width; column++, from += record->channels)
        copy_floats(image + BOX_PLACE(record, row) + (size_t)column * record->whole_channels, from, record->channels);
  }
}

static void from_box(const struct from_box *record, const struct worker *worker) {
  const float *whole = at(worker, record->whole);
  float *part = at(worker, record->part);
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = whole + sample * record->whole_height * record->whole_width * record->whole_channels;
    float *to = part + sample * record->height * record->width * record->channels;
    for (int32_t row = 0; row < record->height; row++)
      for (int32_t column = 0; column < record->width; column++, to += record->channels)
        copy_floats(to, image + BOX_PLACE(record, row) + (size_t)column * record->whole_channels, record->channels);
  }
}
