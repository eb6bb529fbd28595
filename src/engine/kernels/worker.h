/* What a kernel knows about its surroundings: the memory, which thread it is, which samples it works on. */
#pragma once
#include "kernel-layout.h"
#include "vectors.h"

struct worker {
  char *memory;
  int32_t thread, threads;
  int32_t batch_samples;
  /* The thread's share of the samples may be taken in parts, each through several kernels in turn: this is the turn's number. */
  int32_t part, parts;
  /* Where the time of its records is added up; none without a profile. */
  double *profile;
};

/* Address of a tensor; a missing one has none. */
INLINE void *at(const struct worker *worker, int32_t place) {
  return place ? worker->memory + (size_t)(uint32_t)place * PLACE_BYTES : 0;
}

INLINE float *scratch_of(const struct worker *worker, const struct step *step) {
  return at(worker, step->scratch + worker->thread * step->scratch_stride);
}

struct range {
  int32_t from, to;
};

/* This thread's share of `count` things. It depends on nothing but count and threads, so that the same run gives the same bits. */
INLINE struct range share_of(const struct worker *worker, int32_t count) {
  struct range share = {(int32_t)((int64_t)count * worker->thread / worker->threads),
                        (int32_t)((int64_t)count * (worker->thread + 1) / worker->threads)};
  return share;
}

struct samples {
  const int32_t *indices; /* in ascending order; none: the first `count` of the batch */
  int32_t count;
  /* The list by which threads and parts divide the batch; none: evenly. */
  const int32_t *division;
  /* Whether the last part comes first. */
  int32_t reversed;
};

/* Those of a list, as a step's chain goes through them; without a list all. */
INLINE struct samples listed_samples(const struct worker *worker, int32_t place, const struct step *step) {
  const int32_t *list = at(worker, place);
  struct samples samples = {list ? list + 1 : 0, list ? list[0] : worker->batch_samples, at(worker, step->division), step->reversed};
  return samples;
}

INLINE struct samples samples_of(const struct worker *worker, const struct step *step) {
  return listed_samples(worker, step->samples, step);
}

INLINE size_t sample_at(struct samples samples, int32_t i) { return (size_t)(samples.indices ? samples.indices[i] : i); }

/* What divides the batch: the list, or all of it where there is none or an empty one. */
INLINE struct samples division_of(const struct worker *worker, struct samples samples) {
  const int32_t *list = samples.division;
  if (list && list[0] > 0) return (struct samples){.indices = list + 1, .count = list[0]};
  return (struct samples){.count = worker->batch_samples};
}

/* How many of the samples come before place `place` of the division. */
INLINE int32_t samples_before(struct samples samples, struct samples division, int32_t place) {
  if (place <= 0 || samples.indices == division.indices) return SMALLER_OF(place, samples.count);
  if (place >= division.count) return samples.count;
  int32_t sample = (int32_t)sample_at(division, place);
  if (!samples.indices) return sample;
  int32_t from = 0, to = samples.count;
  while (from < to) {
    int32_t middle = (from + to) / 2;
    if (samples.indices[middle] < sample) from = middle + 1;
    else to = middle;
  }
  return from;
}

/* The part of this thread's share of the samples that is worked on at a turn; after the last turn there is none. */
INLINE struct range part_of_samples(const struct worker *worker, struct samples samples, int32_t turn) {
  struct samples division = division_of(worker, samples);
  struct range share = share_of(worker, division.count);
  int32_t count = share.to - share.from, part = samples.reversed ? worker->parts - 1 - turn : turn;
  if (turn >= worker->parts) return (struct range){0, 0};
  return (struct range){samples_before(samples, division, share.from + count * part / worker->parts),
                        samples_before(samples, division, share.from + count * (part + 1) / worker->parts)};
}

/* This thread's share of the samples, or the part of it that is now to be worked on. */
INLINE struct range share_of_samples(const struct worker *worker, struct samples samples) {
  return part_of_samples(worker, samples, worker->part);
}

/* What a kernel does once for all samples it does before the first part. */
INLINE int is_first_part(const struct worker *worker) { return worker->part == 0; }

#define FOR_SAMPLES_OF_THREAD(sample, samples, worker)                                                                                     \
  for (struct range share_ = share_of_samples(worker, samples); share_.from < share_.to; share_.from = share_.to)                          \
    for (size_t i_ = (size_t)share_.from, sample; i_ < (size_t)share_.to && (sample = sample_at(samples, (int32_t)i_), 1); i_++)

INLINE void clear(float *to, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, splat(0));
  KEEP_ROLLED for (; i < count; i++) to[i] = 0;
}

INLINE void copy_floats(float *to, const float *from, size_t count) {
  size_t i = 0;
  for (; i + LANES <= count; i += LANES) store(to + i, load(from + i));
  KEEP_ROLLED for (; i < count; i++) to[i] = from[i];
}
