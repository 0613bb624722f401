// CUDA text compiled by the host compiler, for the emulated device.
#pragma once
#include "AccessLog.h"
#include <string>
#include <string_view>

namespace genfuse::cuda_host {

struct CompileOptions {
  bool trace = false; ///< loads and stores are checked and logged (Emulator.h): slow
  bool gcc = false;   ///< g++ instead of clang; not with `trace`
};

/// What gf_cuda_image::data is for an emulated device, with the 0 at its end: `text` compiled to a shared
/// library, which is kept in the build folder for the next time the same text comes. Throws
/// std::runtime_error with the compiler's messages.
std::string compileForHost(std::string_view text, CompileOptions options = {});

/// The line of the text that an access comes from: 0 where it is not known.
int lineOf(const AccessSite &site);

/// A line a site: "pl_gradient_1, line 31: load, 64 requests, 2048 lines touched, 64 needed".
std::string describe(const std::vector<AccessSite> &sites);

} // namespace genfuse::cuda_host
