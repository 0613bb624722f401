// Embeds the files; GENFUSE_EMBED_SUPPORT, GENFUSE_EMBED_LAUNCH and GENFUSE_SOURCE_DIR are given by CMake.
#include "codegen/aot/Embedded.h"
#include "runtime/device/Embed.h"
#include <cstddef>

GF_EMBED(genfuse_embed_support, GENFUSE_EMBED_SUPPORT);
GF_EMBED(genfuse_embed_launch, GENFUSE_EMBED_LAUNCH);
GF_EMBED(genfuse_embed_abi, GENFUSE_SOURCE_DIR "/runtime/abi.h");
GF_EMBED(genfuse_embed_array, GENFUSE_SOURCE_DIR "/runtime/embed/array.h");
GF_EMBED(genfuse_embed_typed, GENFUSE_SOURCE_DIR "/runtime/embed/typed.h");
GF_EMBED(genfuse_embed_gemm_license, GENFUSE_SOURCE_DIR "/runtime/gemm/LICENSE.BLIS");

extern "C" {
extern const unsigned char genfuse_embed_support[], genfuse_embed_launch[];
extern const std::size_t genfuse_embed_support_size, genfuse_embed_launch_size;
extern const char genfuse_embed_abi[], genfuse_embed_array[], genfuse_embed_typed[],
    genfuse_embed_gemm_license[];
extern const std::size_t genfuse_embed_abi_size, genfuse_embed_array_size, genfuse_embed_typed_size,
    genfuse_embed_gemm_license_size;
}

namespace genfuse::aot::embedded {

std::span<const unsigned char> support() { return {genfuse_embed_support, genfuse_embed_support_size}; }
std::span<const unsigned char> launchLayer() { return {genfuse_embed_launch, genfuse_embed_launch_size}; }
std::string_view abiHeader() { return {genfuse_embed_abi, genfuse_embed_abi_size}; }
std::string_view arrayHeader() { return {genfuse_embed_array, genfuse_embed_array_size}; }
std::string_view typedHeader() { return {genfuse_embed_typed, genfuse_embed_typed_size}; }
std::string_view gemmLicense() { return {genfuse_embed_gemm_license, genfuse_embed_gemm_license_size}; }

} // namespace genfuse::aot::embedded
