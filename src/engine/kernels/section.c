/*
 * Runs one section of a program: the records one after another, all threads in step. A thread that waits for the others spins for a
 * moment, since they are usually only microseconds behind; then it returns to its caller, which sleeps until the last thread wakes it.
 * So a busy core costs the engine that core's time and no more.
 */
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

INLINE int32_t read_shared(int32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST); }

static int others_arrived(int32_t *generation, int32_t old) {
  for (int spin = 0; spin < SPINS; spin++) {
    if (read_shared(generation) != old) return 1;
    pause_briefly();
  }
  return 0;
}

SECTION_LINKAGE int32_t run_section(char *memory, int32_t thread, int32_t threads) {
  int32_t *control = (int32_t *)memory;
  struct progress *progress = (struct progress *)(control + CONTROL_PROGRESS + thread * CONTROL_PROGRESS_PITCH);
  struct worker worker = {memory, thread, threads, progress->samples};
  const int32_t *section = at(&worker, progress->section);

  for (;;) {
    if (progress->waiting) {
      if (!others_arrived(control + CONTROL_BARRIER_GENERATION, progress->awaited_generation)) return SECTION_MUST_WAIT;
      progress->waiting = 0;
    }
    if (progress->next_word >= progress->section_words) return SECTION_FINISHED;
    const struct step *step = (const struct step *)(section + progress->next_word);
    progress->next_word += step->words;
    run_step(step, &worker);
    if (!step->barrier || threads == 1) continue;

    /* Read before arriving: afterwards it may already have changed. */
    progress->awaited_generation = read_shared(control + CONTROL_BARRIER_GENERATION);
    if (__atomic_add_fetch(control + CONTROL_BARRIER_ARRIVALS, 1, __ATOMIC_SEQ_CST) < threads) {
      progress->waiting = 1;
      continue;
    }
    __atomic_store_n(control + CONTROL_BARRIER_ARRIVALS, 0, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(control + CONTROL_BARRIER_GENERATION, 1, __ATOMIC_SEQ_CST);
    /* A sleeper announces itself before it looks at the generation a last time, so none is missed. */
    if (read_shared(control + CONTROL_BARRIER_SLEEPERS) > 0) return SECTION_MUST_WAKE;
  }
}

#if !defined(__wasm__)
__attribute__((visibility("hidden"))) const struct kernel_variant VARIANT = {LANES, run_section};
#endif
