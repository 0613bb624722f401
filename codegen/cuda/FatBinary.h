// Code for several architectures in one file, of which the driver takes what fits its device.
#pragma once
#include "Nvrtc.h"

namespace genfuse::cuda {

/// The architectures that a library holds code for unless others are asked for: A100, H100 and H200, B200.
inline const std::vector<int> default_architectures = {80, 90, 100};

struct FatBinary {
  std::string bytes;             ///< what gf_cuda_image::data is
  std::vector<DeviceCode> codes; ///< cubins in the order asked for; PTX of the newest architecture last
};

/// A cubin an architecture, and PTX of the newest, which later devices compile when they load it. The same
/// bytes from run to run. Needs NVRTC and the toolkit's program `fatbinary`. Throws Error, as compileText
/// does.
FatBinary makeFatBinary(std::string_view text, const std::string &name,
                        const std::vector<int> &architectures = default_architectures);

} // namespace genfuse::cuda
