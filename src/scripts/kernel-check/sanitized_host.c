/*
 * Runs cases on kernels that were compiled with sanitizers. A case: { uint32 threads, regions, image bytes, title bytes }, the title, the
 * regions as pairs of uint32 { from, bytes }, the image. Everything outside the regions is poisoned, to the byte; whatever a sanitizer
 * finds ends the process. Without a file it says which vectors this machine gives.
 */
#include "instruction_set.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* AddressSanitizer's own; declared here since the compiler comes without its headers. */
void __asan_poison_memory_region(const volatile void *from, size_t bytes);
void __asan_unpoison_memory_region(const volatile void *from, size_t bytes);

struct case_header {
  uint32_t threads, regions, image_bytes, title_bytes;
};

static void read_all(FILE *file, void *to, size_t bytes) {
  if (fread(to, 1, bytes, file) != bytes) {
    fputs("The file of cases is cut off.\n", stderr);
    exit(2);
  }
}

static void run_case(FILE *file, struct case_header header, const struct kernel_variant *variant) {
  char title[256] = {0};
  read_all(file, title, header.title_bytes < sizeof title ? header.title_bytes : sizeof title - 1);
  uint32_t(*regions)[2] = malloc(header.regions * sizeof *regions);
  read_all(file, regions, header.regions * sizeof *regions);
  char *memory = aligned_alloc(64, header.image_bytes);
  read_all(file, memory, header.image_bytes);
  puts(title);
  fflush(stdout);
  uint32_t free_from = 0;
  for (uint32_t i = 0; i < header.regions; i++) {
    __asan_poison_memory_region(memory + free_from, regions[i][0] - free_from);
    free_from = regions[i][0] + regions[i][1];
  }
  __asan_poison_memory_region(memory + free_from, header.image_bytes - free_from);
  /* One thread takes every share in turn. */
  while (variant->run_section(memory, 0, (int32_t)header.threads) != SECTION_FINISHED) {
  }
  __asan_unpoison_memory_region(memory, header.image_bytes);
  free(memory);
  free(regions);
}

int main(int count, char **words) {
  const char *simd;
  const struct kernel_variant *variant = choose_variant(&simd);
  if (count == 1) {
    printf("%s %d\n", simd, variant->lanes);
    return 0;
  }
  if (strcmp(words[1], "--overflow") == 0) {
    int largest = 0x7fffffff;
    return largest + count;
  }
  FILE *file = fopen(words[1], "rb");
  if (!file) return 2;
  struct case_header header;
  while (fread(&header, sizeof header, 1, file) == 1) run_case(file, header, variant);
  fclose(file);
  return 0;
}
