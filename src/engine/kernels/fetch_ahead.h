/*
 * Memory that a chain will touch next, asked for bit by bit while a step computes: the planner names the tensors (`fetches.ts`), and a
 * kernel asks for a share of them at each of its turns. So memory and arithmetic take their time together instead of one after another.
 * WebAssembly has no such instruction.
 */
#pragma once
#include "worker.h"

struct fetching {
  const struct fetch *fetch, *end;
  const struct worker *worker;
  const struct step *step;
  struct samples samples;
  /* What is left of one sample of the tensor, and the samples of it that come then. */
  const char *next;
  int32_t lines;
  struct range left;
  int32_t lines_in_turn;
};

#if defined(__wasm__)
INLINE struct fetching fetching_of(const struct step *step, const struct worker *worker, int64_t turns) { return (struct fetching){0}; }
INLINE void fetch_share(struct fetching *fetching) {}
#else
enum { CACHE_LINE_BYTES = 64 };

INLINE int32_t lines_of_sample(const struct fetch *fetch) {
  return (fetch->bytes_per_sample + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES;
}

/* Begins with a tensor's first sample. */
INLINE void fetch_tensor(struct fetching *fetching) {
  fetching->samples = listed_samples(fetching->worker, fetching->fetch->samples, fetching->step);
  fetching->left = part_of_samples(fetching->worker, fetching->samples, fetching->worker->part + fetching->fetch->parts_ahead);
}

/* @param turns how often `fetch_share` will be called. */
static struct fetching fetching_of(const struct step *step, const struct worker *worker, int64_t turns) {
  const struct fetch *end = (const struct fetch *)((const int32_t *)step + step->words);
  struct fetching fetching = {.fetch = end - step->fetches, .end = end, .worker = worker, .step = step};
  if (fetching.fetch == end) return fetching;
  int64_t lines = 0;
  const struct fetch *first = fetching.fetch;
  for (; fetching.fetch < end; fetching.fetch++) {
    fetch_tensor(&fetching);
    lines += (int64_t)lines_of_sample(fetching.fetch) * (fetching.left.to - fetching.left.from);
  }
  fetching.fetch = first;
  fetch_tensor(&fetching);
  fetching.lines_in_turn = (int32_t)((lines + turns - 1) / LARGER_OF(1, turns));
  return fetching;
}

/* Goes on to the next sample, or to the next tensor's first. */
static __attribute__((noinline)) void fetch_next_sample(struct fetching *fetching) {
  while (fetching->left.from == fetching->left.to) {
    if (++fetching->fetch >= fetching->end) return;
    fetch_tensor(fetching);
  }
  const struct fetch *fetch = fetching->fetch;
  fetching->next =
      (const char *)at(fetching->worker, fetch->place) + sample_at(fetching->samples, fetching->left.from++) * (size_t)fetch->bytes_per_sample;
  fetching->lines = lines_of_sample(fetch);
}

INLINE void fetch_share(struct fetching *fetching) {
  int32_t left = fetching->lines_in_turn;
  while (left > 0 && fetching->fetch < fetching->end) {
    int32_t count = SMALLER_OF(left, fetching->lines);
    KEEP_ROLLED for (int32_t i = 0; i < count; i++, fetching->next += CACHE_LINE_BYTES) __builtin_prefetch(fetching->next, 0, 2);
    left -= count;
    fetching->lines -= count;
    if (fetching->lines == 0) fetch_next_sample(fetching);
  }
}
#endif
