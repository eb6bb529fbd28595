/* Node's functions are exported by the executable, or by libnode.dll where Node was built as a library. */
#include "node_functions.h"
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

struct node_functions node_functions;

int find_node_functions(void) {
  HMODULE library = GetModuleHandleW(L"libnode.dll");
  HMODULE node = library ? library : GetModuleHandleW(0);
  int found = 1;
#define FUNCTION(name) found &= (node_functions.name = (__typeof__(name) *)(void *)GetProcAddress(node, #name)) != 0;
  FOR_EACH_NODE_FUNCTION(FUNCTION)
#undef FUNCTION
  return found;
}
