/*
 * Node's functions, called as NODE(name)(…). A Windows library would have to name the executable that they come from, and only plain Node
 * is called node.exe: there they are looked up in the running process. Elsewhere the loader does that by itself.
 */
#pragma once
#include <node_api.h>

#if defined(_WIN32)
#define FOR_EACH_NODE_FUNCTION(FUNCTION)                                                                                                   \
  FUNCTION(napi_create_function)                                                                                                           \
  FUNCTION(napi_create_int32)                                                                                                              \
  FUNCTION(napi_create_string_utf8)                                                                                                        \
  FUNCTION(napi_create_uint32)                                                                                                             \
  FUNCTION(napi_get_cb_info)                                                                                                               \
  FUNCTION(napi_get_typedarray_info)                                                                                                       \
  FUNCTION(napi_get_value_int32)                                                                                                           \
  FUNCTION(napi_set_named_property)                                                                                                        \
  FUNCTION(napi_throw_type_error)

struct node_functions {
#define FUNCTION(name) __typeof__(name) *name;
  FOR_EACH_NODE_FUNCTION(FUNCTION)
#undef FUNCTION
};

extern struct node_functions node_functions;

/* Whether the process has them all. */
int find_node_functions(void);

#define NODE(name) node_functions.name
#else
static inline int find_node_functions(void) { return 1; }
#define NODE(name) name
#endif
