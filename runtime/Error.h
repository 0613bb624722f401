// The one exception type at the edge of the API.
#pragma once

#include <stdexcept>
#include <string>

namespace genfuse {

/// A user's error: what was expected and what came, with the address and the source line where there is one.
class __attribute__((visibility("default"))) Error : public std::runtime_error {
public:
  explicit Error(const std::string &message) : std::runtime_error(message) {}
  ~Error() override;
};

} // namespace genfuse
