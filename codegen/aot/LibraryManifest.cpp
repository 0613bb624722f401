// The manifest of a library.
#include "codegen/aot/Headers.h"
#include "runtime/Manifest.h"
#include "runtime/abi.h"
#include <nlohmann/json.hpp>

namespace genfuse::aot {

std::string manifestOf(const LibraryDescription &library, const std::string &identity) {
  using nlohmann::json;
  const LibraryOptions &options = library.options;
  json operations = json::array();
  for (const Description &description : library.operations) {
    const Operation &operation = description.operation;
    const std::string symbol = library.name + "_" + operation.name;
    operations.push_back({{"name", operation.name},
                          {"request", operation.request},
                          {"mapping", mappingName(operation.mapping)},
                          {"batched", operation.batched},
                          {"shared", operation.shared},
                          {"symbol", symbol},
                          {"kernel", symbol + "_kernel"},
                          {"members", description.members},
                          {"signature", signatureToJson(description.signature)}});
    if (options.cuda()) {
      operations.back()["cuda_kernel"] = symbol + "_cuda_kernel";
      operations.back()["cuda_launches"] = description.kernels;
    }
  }
  json manifest = {{"abi_version", GF_ABI_VERSION},   {"name", library.name},
                   {"model", library.model},          {"real", realName(options.real)},
                   {"checked", options.checked},      {"targets", options.targets},
                   {"cpu_levels", options.cpuLevels}, {"density", signatureToJson(library.density)},
                   {"operations", operations}};
  if (options.cuda())
    manifest["cuda_architectures"] = options.cudaArchitectures;
  if (library.callsGemm)
    manifest["needs"] = {"genfuse_gemm"}; // libraries beside it
  if (!identity.empty())
    manifest["identity"] = identity;
  return manifest.dump(1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace) + "\n";
}

} // namespace genfuse::aot
