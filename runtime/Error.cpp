#include "runtime/Error.h"

namespace genfuse {

Error::~Error() = default;

} // namespace genfuse
