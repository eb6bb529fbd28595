/* Element-wise work: on the listed samples of per-sample tensors, or on a share of the elements of a tensor that the batch shares. */
#pragma once
#include "worker.h"

/* Runs `body` with `from` and `to`, bounds of stretches of elements that are this thread's. */
#define FOR_ELEMENTS_OF_THREAD(record, worker, body)                                                                                       \
  if ((record)->per_sample) {                                                                                                              \
    FOR_SAMPLES_OF_THREAD(sample, samples_of(worker, &(record)->step), worker) {                                                           \
      size_t from = sample * (size_t)(record)->elements, to = from + (size_t)(record)->elements;                                           \
      body                                                                                                                                 \
    }                                                                                                                                      \
  } else {                                                                                                                                 \
    struct range share = share_of(worker, (record)->elements);                                                                             \
    size_t from = (size_t)share.from, to = (size_t)share.to;                                                                               \
    body                                                                                                                                   \
  }

/* A loop over vectors of a stretch, `n` floats at a time. */
#define FOR_STRETCH(i, n, from, to)                                                                                                        \
  for (size_t i = (from), left_ = (to) - (from); left_ > 0; i += LANES, left_ -= SMALLER_OF(left_, (size_t)LANES))                         \
    for (int n = (int)SMALLER_OF(left_, (size_t)LANES), once_ = 1; once_; once_ = 0)
