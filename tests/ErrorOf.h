// What an error says, for tests.
#pragma once

#include "runtime/Error.h"
#include <string>

namespace genfuse {

/// The message of the genfuse::Error that `run` throws, or "no error".
template <class F> std::string errorOf(const F &run) {
  try {
    run();
  } catch (const Error &error) {
    return error.what();
  }
  return "no error";
}

} // namespace genfuse
