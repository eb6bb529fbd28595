/* Pooling over windows; pixels outside the image take no part. Vectors run along the channels. */
#include "worker.h"

/* The part of the window at (row, column) that lies inside the image, as ranges of window rows and columns. */
#define FOR_PIXELS_INSIDE(record, row, column, y, x)                                                                                       \
  for (int32_t i_ = 0, y; i_ < (record)->kernel_height; i_++)                                                                              \
    if (y = (row) * (record)->stride_height - (record)->pad_top + i_ * (record)->dilation_height, y >= 0 && y < (record)->source_height)   \
      for (int32_t j_ = 0, x; j_ < (record)->kernel_width; j_++)                                                                           \
        if (x = (column) * (record)->stride_width - (record)->pad_left + j_ * (record)->dilation_width,                                    \
            x >= 0 && x < (record)->source_width)

#define FOR_OUTPUT_PIXELS(record, row, column)                                                                                             \
  for (int32_t row = 0; row < (record)->output_height; row++)                                                                              \
    for (int32_t column = 0; column < (record)->output_width; column++)

#define SOURCE_ELEMENTS(record) ((size_t)(record)->source_height * (record)->source_width * (record)->channels)
#define OUTPUT_ELEMENTS(record) ((size_t)(record)->output_height * (record)->output_width * (record)->channels)

static void max_pooling(const struct max_pooling *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  int32_t channels = record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = x + sample * SOURCE_ELEMENTS(record);
    float *out = y + sample * OUTPUT_ELEMENTS(record);
    FOR_OUTPUT_PIXELS(record, row, column) {
      FOR_VECTORS(c, n, channels) {
        vector most = splat(-__builtin_inff());
        FOR_PIXELS_INSIDE(record, row, column, i, j) {
          vector value = load_part(image + ((size_t)i * record->source_width + j) * channels + c, n);
          most = value <= most ? most : value; /* so that NaN stays */
        }
        store_part(out + c, most, n);
      }
      out += channels;
    }
  }
}

static void max_pooling_gradient(const struct max_pooling_gradient *record, const struct worker *worker) {
  const float *x = at(worker, record->x), *y = at(worker, record->y), *dy = at(worker, record->dy);
  float *dx = at(worker, record->dx);
  int32_t channels = record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = x + sample * SOURCE_ELEMENTS(record);
    float *image_gradient = dx + sample * SOURCE_ELEMENTS(record);
    const float *out = y + sample * OUTPUT_ELEMENTS(record), *out_gradient = dy + sample * OUTPUT_ELEMENTS(record);
    clear(image_gradient, SOURCE_ELEMENTS(record));
    FOR_OUTPUT_PIXELS(record, row, column) {
      FOR_VECTORS(c, n, channels) {
        /* What is left to give: the first pixel that equals the maximum takes it all. */
        vector most = load_part(out + c, n), gradient = load_part(out_gradient + c, n);
        FOR_PIXELS_INSIDE(record, row, column, i, j) {
          size_t pixel = ((size_t)i * record->source_width + j) * channels + c;
          integers hit = load_part(image + pixel, n) == most;
          vector taken = hit ? gradient : splat(0);
          store_part(image_gradient + pixel, load_part(image_gradient + pixel, n) + taken, n);
          gradient = hit ? splat(0) : gradient;
        }
      }
      out += channels;
      out_gradient += channels;
    }
  }
}

#define COUNT_PIXELS_INSIDE(record, row, column, count)                                                                                    \
  int32_t count = 0;                                                                                                                       \
  FOR_PIXELS_INSIDE(record, row, column, inside_row_, inside_column_) count++

static void average_pooling(const struct average_pooling *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  int32_t channels = record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    const float *image = x + sample * SOURCE_ELEMENTS(record);
    float *out = y + sample * OUTPUT_ELEMENTS(record);
    FOR_OUTPUT_PIXELS(record, row, column) {
      COUNT_PIXELS_INSIDE(record, row, column, count);
      vector share = splat(count ? 1.0f / (float)count : 0);
      FOR_VECTORS(c, n, channels) {
        vector sum = 0;
        FOR_PIXELS_INSIDE(record, row, column, i, j) sum += load_part(image + ((size_t)i * record->source_width + j) * channels + c, n);
        store_part(out + c, sum * share, n);
      }
      out += channels;
    }
  }
}

static void average_pooling_gradient(const struct average_pooling_gradient *record, const struct worker *worker) {
  const float *dy = at(worker, record->dy);
  float *dx = at(worker, record->dx);
  int32_t channels = record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker) {
    float *image_gradient = dx + sample * SOURCE_ELEMENTS(record);
    const float *out_gradient = dy + sample * OUTPUT_ELEMENTS(record);
    clear(image_gradient, SOURCE_ELEMENTS(record));
    FOR_OUTPUT_PIXELS(record, row, column) {
      COUNT_PIXELS_INSIDE(record, row, column, count);
      vector share = splat(count ? 1.0f / (float)count : 0);
      FOR_VECTORS(c, n, channels) {
        vector gradient = load_part(out_gradient + c, n) * share;
        FOR_PIXELS_INSIDE(record, row, column, i, j) {
          float *pixel = image_gradient + ((size_t)i * record->source_width + j) * channels + c;
          store_part(pixel, load_part(pixel, n) + gradient, n);
        }
      }
      out_gradient += channels;
    }
  }
}

static void global_average_pooling(const struct global_average_pooling *record, const struct worker *worker) {
  const float *x = at(worker, record->x);
  float *y = at(worker, record->y);
  int32_t pixels = record->pixels, channels = record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker)
  FOR_VECTORS(c, n, channels) {
    vector sum = 0;
    for (int32_t pixel = 0; pixel < pixels; pixel++) sum += load_part(x + (sample * pixels + pixel) * channels + c, n);
    store_part(y + sample * channels + c, sum * splat(1.0f / (float)pixels), n);
  }
}

static void global_average_pooling_gradient(const struct global_average_pooling_gradient *record, const struct worker *worker) {
  const float *dy = at(worker, record->dy);
  float *dx = at(worker, record->dx);
  int32_t pixels = record->pixels, channels = record->channels;
  FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &record->step), worker)
  FOR_VECTORS(c, n, channels) {
    vector gradient = load_part(dy + sample * channels + c, n) * splat(1.0f / (float)pixels);
    for (int32_t pixel = 0; pixel < pixels; pixel++) store_part(dx + (sample * pixels + pixel) * channels + c, gradient, n);
  }
}
