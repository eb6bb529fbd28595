/* As many chains of multiply-adds as hide the latency of one, out of registers: the most that a core can do, against which kernels are held. */
#include "worker.h"

/* V8 adds in place, as our kernels sum; unfused, such a product would not depend on the chain and leave the loop. */
#if defined(__wasm_relaxed_simd__)
#define IN_CHAIN(factor, chain) multiply_add(factor, factor, chain)
#else
#define IN_CHAIN(factor, chain) multiply_add(factor, chain, factor)
#endif

static void multiply_add_peak(const struct multiply_add_peak *record, const struct worker *worker) {
  float *sums = (float *)at(worker, record->sums) + (size_t)worker->thread * LANES;
  /* Read from memory, so that the compiler cannot compute the chains beforehand. */
  vector factor = load(sums), chains[PEAK_CHAINS];
  UNROLL for (int i = 0; i < PEAK_CHAINS; i++) chains[i] = factor + splat((float)i);
  KEEP_ROLLED for (int32_t round = 0; round < record->rounds; round++)
    UNROLL for (int i = 0; i < PEAK_CHAINS; i++) chains[i] = IN_CHAIN(factor, chains[i]);
  vector sum = chains[0];
  UNROLL for (int i = 1; i < PEAK_CHAINS; i++) sum += chains[i];
  store(sums, sum);
}
