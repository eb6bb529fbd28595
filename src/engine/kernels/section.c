/*
 * Runs one section of a program. Between two barriers lies a stretch of records, and each stretch has one share for each thread: share i
 * is what thread i of n would do, whoever does it, so the results do not depend on who was faster. A thread takes its own share first
 * and then those that nobody has begun: where a busy core keeps a thread from running, the others do its work.
 * A thread that finds nothing to take spins for a moment, since the others are usually only microseconds behind; then it returns to its
 * caller, which sleeps until the last share is done.
 */
#include "profile.h"
#include "section.h"
#include "worker.h"

#define SPINS 4000

INLINE void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void run_step(const struct step *step, const struct worker *worker) {
  switch (step->kernel) {
#define KERNEL(code, name)                                                                                                                 \
  case code: name((const struct name *)step, worker); break;
    FOR_EACH_KERNEL(KERNEL)
#undef KERNEL
  }
}

static void run_timed(const struct step *step, const struct worker *worker) {
  if (!worker->profile) {
    run_step(step, worker);
    return;
  }
  double began = ticks();
  run_step(step, worker);
  worker->profile[PROFILE_RECORDS + step->index] += ticks() - began;
}

INLINE int32_t read_shared(int32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }
INLINE void write_shared(int32_t *word, int32_t value) { __atomic_store_n(word, value, __ATOMIC_SEQ_CST); }
INLINE int32_t following(int32_t generation) { return (int32_t)((uint32_t)generation + 1); }

static int changed_soon(int32_t *generation, int32_t old) {
  for (int spin = 0; spin < SPINS; spin++) {
    if (read_shared(generation) != old) return 1;
    pause_briefly();
  }
  return 0;
}

/* A claim holds the generation in which its share was last taken, so a thread that is late cannot take a share of a stretch long done. */
static int claim(int32_t *control, int32_t share, int32_t generation) {
  int32_t unclaimed = (int32_t)((uint32_t)generation - 1);
  return __atomic_compare_exchange_n(control + CONTROL_CLAIMS + share * CONTROL_CLAIM_PITCH, &unclaimed, generation, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST);
}

/* A share to work on, the thread's own first; -1 when all are taken. */
static int32_t claim_any(int32_t *control, int32_t thread, int32_t threads, int32_t generation) {
  for (int32_t i = 0; i < threads; i++) {
    int32_t share = (thread + i) % threads;
    if (claim(control, share, generation)) return share;
  }
  return -1;
}

INLINE const struct step *step_at(const int32_t *section, int32_t word) { return (const struct step *)(section + word); }

/* A chain of records: a few samples go through all of them before the next do, so that what one leaves the next finds in the cache. */
static void run_chain(const int32_t *section, int32_t word, struct worker worker) {
  const struct step *first = step_at(section, word);
  struct range share = share_of(&worker, division_of(&worker, samples_of(&worker, first)).count);
  worker.parts = LARGER_OF(1, (share.to - share.from + first->samples_at_once - 1) / first->samples_at_once);
  for (worker.part = 0; worker.part < worker.parts; worker.part++) {
    int32_t next = word;
    for (int32_t i = 0; i < first->chain_steps; i++) {
      run_timed(step_at(section, next), &worker);
      next += step_at(section, next)->words;
    }
  }
}

/* All records up to the next barrier; gives the word after it, or NO_STRETCH at the section's end. */
static int32_t run_stretch(const int32_t *section, int32_t word, const struct worker *worker) {
  for (;;) {
    const struct step *step = step_at(section, word);
    if (step->chain_steps > 1) {
      run_chain(section, word, *worker);
      for (int32_t i = step->chain_steps; i > 1; i--) step = step_at(section, word += step->words);
    } else {
      run_timed(step, worker);
    }
    word += step->words;
    if (step->barrier == BARRIER_AT_END) return NO_STRETCH;
    if (step->barrier == BARRIER_AFTER) return word;
  }
}

static int32_t take_part(char *memory, int32_t thread, int32_t threads, double *profile) {
  int32_t *control = (int32_t *)memory;
  for (;;) {
    int32_t generation = read_shared(control + CONTROL_GENERATION);
    if (read_shared(control + CONTROL_STRETCH) == NO_STRETCH) return SECTION_FINISHED;
    int32_t share = claim_any(control, thread, threads, generation);
    if (share < 0) {
      if (changed_soon(control + CONTROL_GENERATION, generation)) continue;
      return SECTION_MUST_WAIT;
    }
    /* Whoever holds a share holds the stretch: until it is done, none of this changes. */
    struct worker worker = {memory, share, threads, control[CONTROL_SAMPLES], 0, 1, profile};
    const int32_t *section = at(&worker, control[CONTROL_SECTION]);
    int32_t next = run_stretch(section, read_shared(control + CONTROL_STRETCH), &worker);
    if (__atomic_add_fetch(control + CONTROL_FINISHED, 1, __ATOMIC_SEQ_CST) < threads) continue;

    write_shared(control + CONTROL_FINISHED, 0);
    write_shared(control + CONTROL_STRETCH, next);
    write_shared(control + CONTROL_GENERATION, following(generation));
    /* A sleeper announces itself before it looks at the generation a last time, so none is missed. */
    if (read_shared(control + CONTROL_SLEEPERS) > 0) return SECTION_MUST_WAKE;
  }
}

SECTION_LINKAGE int32_t run_section(char *memory, int32_t thread, int32_t threads) {
  double *profile = profile_of(memory, thread);
  if (profile && profile[PROFILE_BEGAN] == 0) profile[PROFILE_BEGAN] = ticks();
  int32_t status = take_part(memory, thread, threads, profile);
  if (profile) profile[PROFILE_ENDED] = ticks();
  return status;
}

#if !defined(__wasm__)
__attribute__((visibility("hidden"))) const struct kernel_variant VARIANT = {LANES, LAYOUT_FINGERPRINT, run_section};
#else
__attribute__((visibility("default"))) int32_t layout_fingerprint(void) { return LAYOUT_FINGERPRINT; }
#endif
