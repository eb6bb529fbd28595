/* What a build of the kernels offers: one function, and how wide its vectors are. */
#pragma once
#include "kernel-layout.h"

#if defined(__wasm__)
#define SECTION_LINKAGE __attribute__((visibility("default")))
#else
#define SECTION_LINKAGE static
#endif

/*
 * Goes on with the section that the thread's `progress` names, as one of `threads` threads. Returns SECTION_FINISHED; or SECTION_MUST_WAIT:
 * sleep until the barrier's generation is no longer the awaited one, then call again; or SECTION_MUST_WAKE: wake those who sleep, then
 * call again.
 */
struct kernel_variant {
  int32_t lanes;
  int32_t (*run_section)(char *memory, int32_t thread, int32_t threads);
};
