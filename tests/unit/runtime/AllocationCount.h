// Counts the calls of operator new in this test binary.
#pragma once

#include <cstdint>

int64_t allocationCount();
