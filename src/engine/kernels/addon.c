/* The native build's door to Node: no threads, no memory of its own; it works in the shared memory that it is shown. */
#include "instruction_set.h"
#include "node_functions.h"
#if defined(__linux__)
#include <sys/mman.h>
#endif

static const struct kernel_variant *variant;

static char *shared_memory(napi_env env, napi_value array) {
  void *data = 0;
  if (NODE(napi_get_typedarray_info)(env, array, 0, 0, &data, 0, 0) != napi_ok) NODE(napi_throw_type_error)(env, 0, "The engine's memory must be a typed array.");
  return data;
}

/* Bytes from the start of a typed array to the first address that is a multiple of PLACE_BYTES. */
static napi_value bytes_to_alignment(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value arguments[1], result = 0;
  NODE(napi_get_cb_info)(env, info, &count, arguments, 0, 0);
  char *memory = shared_memory(env, arguments[0]);
  if (memory) NODE(napi_create_uint32)(env, (uint32_t)(-(uintptr_t)memory & (PLACE_BYTES - 1)), &result);
  return result;
}

/* Fewer, larger pages where the system gives them only to those who ask: the tensors of a step are more than the translation cache reaches. */
static napi_value use_large_pages(napi_env env, napi_callback_info info) {
#if defined(__linux__)
  size_t count = 1, bytes = 0;
  napi_value arguments[1];
  void *data = 0;
  NODE(napi_get_cb_info)(env, info, &count, arguments, 0, 0);
  if (NODE(napi_get_typedarray_info)(env, arguments[0], 0, &bytes, &data, 0, 0) == napi_ok) {
    uintptr_t page = 4096, from = ((uintptr_t)data + page - 1) / page * page, to = ((uintptr_t)data + bytes) / page * page;
    /* A system that refuses works as before. */
    if (from < to) madvise((void *)from, to - from, MADV_HUGEPAGE);
  }
#endif
  return 0;
}

/* runSection(memory, thread, threads): see section.h. `memory` starts at an aligned address. */
static napi_value run_section(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value arguments[3], result = 0;
  int32_t thread = 0, threads = 1;
  NODE(napi_get_cb_info)(env, info, &count, arguments, 0, 0);
  char *memory = shared_memory(env, arguments[0]);
  NODE(napi_get_value_int32)(env, arguments[1], &thread);
  NODE(napi_get_value_int32)(env, arguments[2], &threads);
  if (memory) NODE(napi_create_int32)(env, variant->run_section(memory, thread, threads), &result);
  return result;
}

static void offer(napi_env env, napi_value exports, const char *name, napi_callback callback) {
  napi_value function;
  NODE(napi_create_function)(env, name, NAPI_AUTO_LENGTH, callback, 0, &function);
  NODE(napi_set_named_property)(env, exports, name, function);
}

/* Offers nothing where the process is not Node. */
NAPI_MODULE_INIT() {
  if (!find_node_functions()) return exports;
  const char *simd_name;
  napi_value simd, lanes, layout;
  variant = choose_variant(&simd_name);
  NODE(napi_create_string_utf8)(env, simd_name, NAPI_AUTO_LENGTH, &simd);
  NODE(napi_set_named_property)(env, exports, "simd", simd);
  NODE(napi_create_int32)(env, variant->lanes, &lanes);
  NODE(napi_set_named_property)(env, exports, "lanes", lanes);
  NODE(napi_create_int32)(env, variant->layout, &layout);
  NODE(napi_set_named_property)(env, exports, "layout", layout);
  offer(env, exports, "bytesToAlignment", bytes_to_alignment);
  offer(env, exports, "useLargePages", use_large_pages);
  offer(env, exports, "runSection", run_section);
  return exports;
}
