/* What a build of the kernels offers: one function, how wide its vectors are, and which layout of records it reads. */
#pragma once
#include "kernel-layout.h"

#if defined(__wasm__)
#define SECTION_LINKAGE __attribute__((visibility("default")))
#else
#define SECTION_LINKAGE static
#endif

/*
 * Takes part in the section that the control block names, as one of `threads` threads. Returns SECTION_FINISHED when all of it is done;
 * or SECTION_MUST_WAIT: sleep while the generation stays as it is, then call again; or SECTION_MUST_WAKE: wake those who sleep, then
 * call again.
 */
struct kernel_variant {
  int32_t lanes, layout;
  int32_t (*run_section)(char *memory, int32_t thread, int32_t threads);
};
