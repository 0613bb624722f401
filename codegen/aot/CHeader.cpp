// The plain C header of a library.
#include "codegen/aot/Headers.h"
#include "runtime/abi.h"
#include "llvm/ADT/StringRef.h"

namespace genfuse::aot {

namespace {

constexpr const char *beginning = R"(// @name@: operations of the model '@model@', compiled by genfuse. C99.
//
// Sizes in square brackets: a name with a number, such as xs.0, is that size of an argument; `instances` is
// gf_call.instances. Arrays are row-major without gaps where their strides are null. The caller gives all
// memory, workspace too; a call allocates nothing, may be made from any thread, and returns a gf_status. After
// an error nothing but the workspace and the message in gf_call.error was written.
#ifndef GENFUSE_LIBRARY_@guard@_H
#define GENFUSE_LIBRARY_@guard@_H

#include "genfuse/embed/array.h"

#if GF_ABI_VERSION != @abi@u
#error "library @name@: expected genfuse headers of abi version @abi@, got others"
#endif

#ifdef __cplusplus
extern "C" {
#endif

// The manifest as JSON, and the ABI version with which the library was compiled.
const char *@name@_manifest(void);
uint32_t @name@_abi_version(void);

// The CPU level in use (@levels@); null where the machine is below all.
const char *@name@_cpu_level(void);
// Uses another level from now on (null: the best one). GF_BAD_ARGUMENT: the library does not hold it;
// GF_NOT_AVAILABLE: this machine cannot run it. Results differ in their last bits between levels.
int32_t @name@_set_cpu_level(const char *level);
)";

constexpr const char *functions = R"(
// @request@, @instances@ a call
typedef struct @symbol@_arrays {
@members@} @symbol@_arrays;
int32_t @symbol@(const @symbol@_arrays *arrays, gf_call *call);
// The bytes of workspace that a call with these sizes needs, or a gf_status with its sign changed. Only sizes
// are looked at: pointers may be null.
int64_t @symbol@_workspace(const @symbol@_arrays *arrays, const gf_call *call);
// The kernel itself (genfuse/abi.h), which trusts sizes, strides and memory.
int32_t @symbol@_kernel(void *const *pointers, const int64_t *dims, const int64_t *strides, gf_call *call);
int64_t @symbol@_kernel_workspace(const int64_t *dims, const gf_call *call);
)";

/// In front: what both functions of a library with kernels for CUDA have in common.
constexpr const char *cudaBeginning = R"(
// NAME_cuda functions take arrays and a workspace in the memory of one CUDA device (gf_array.device GF_CUDA). They
// start kernels on call->stream, copy nothing and wait for nothing: results are there when the stream comes to
// them. The device is that of the thread's current context, or else of the stream. GF_NOT_AVAILABLE: no driver, no
// device, or one for which the library holds no code (@architectures@ and later ones).

// Loads all kernels on that device; the first call does it otherwise. Before a stream is captured into a graph.
int32_t @name@_cuda_load(gf_call *call);
)";

constexpr const char *cudaFunctions =
    R"(// The same on a CUDA device; offsets and lists of elements are not checked.
int32_t @symbol@_cuda(const @symbol@_arrays *arrays, gf_call *call);
// Bytes of the device's memory.
int64_t @symbol@_cuda_workspace(const @symbol@_arrays *arrays, const gf_call *call);
int32_t @symbol@_cuda_kernel(void *const *pointers, const int64_t *dims, const int64_t *strides, gf_call *call);
int64_t @symbol@_cuda_kernel_workspace(const int64_t *dims, const gf_call *call);
)";

/// `sm_80, sm_90`
std::string architectureText(const std::vector<int> &architectures) {
  std::string text;
  for (int architecture : architectures)
    text += (text.empty() ? "sm_" : ", sm_") + std::to_string(architecture);
  return text;
}

std::string operationText(const std::string &library, bool cuda, const Description &description) {
  const std::string symbol = library + "_" + description.operation.name;
  std::string members;
  for (size_t i = 0; i < description.members.size(); ++i)
    members += "  gf_array " + description.members[i] + "; // " +
               describeArray(description.signature.arrays[i], description.signature.symbols) + "\n";
  return fill(functions + std::string(cuda ? cudaFunctions : ""),
              {{"symbol", symbol},
               {"request", commentText(description.operation.request)},
               {"instances", description.operation.mapping == Mapping::single ? "one instance"
                                                                              : "any number of "
                                                                                "instances"},
               {"members", members}});
}

} // namespace

std::string cHeader(const LibraryDescription &library) {
  std::string levels;
  for (const std::string &level : library.options.cpuLevels)
    levels += (levels.empty() ? "" : ", ") + level;
  std::string text = fill(beginning, {{"name", library.name},
                                      {"model", commentText(library.model)},
                                      {"guard", library.name},
                                      {"levels", levels},
                                      {"abi", std::to_string(GF_ABI_VERSION)}});
  if (library.options.cuda())
    text += fill(cudaBeginning, {{"name", library.name},
                                 {"architectures", architectureText(library.options.cudaArchitectures)}});
  for (const Description &description : library.operations)
    text += operationText(library.name, library.options.cuda(), description);
  return text + "\n#ifdef __cplusplus\n}\n#endif\n#endif\n";
}

} // namespace genfuse::aot
