#pragma once
#include "section.h"

/* The widest variant that this processor and system can run, or a narrower one where E2TRAIN_SIMD asks for it; `name` says which. */
const struct kernel_variant *choose_variant(const char **name);
