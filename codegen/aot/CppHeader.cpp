// The typed C++ header of a library, over its C header.
#include "codegen/aot/Headers.h"
#include "runtime/Binding.h"

namespace genfuse::aot {

namespace {

constexpr const char *beginning =
    R"(// @name@: operations of the model '@model@', compiled by genfuse. C++17, header only, over @name@.h.
//
// An operation is a struct with a view for each array; fill them in and call run. Nothing throws.
#pragma once

#include "@name@.h"
#include "genfuse/embed/typed.h"

namespace @name@ {
)";

constexpr const char *functions = R"(
/// @request@, @instances@ a call
struct @name@ {
  static constexpr const char *request = @quoted@;

@members@
  /// Checks everything, then computes. After an error no array was written.@device@
  genfuse::embed::Status run(const genfuse::embed::Workspace &memory,
                             const genfuse::embed::CallOptions &options = {}) const noexcept {
    genfuse::embed::Status status;
    if (!held(status) || !genfuse::embed::isWhereItRuns(memory, options, status))
      return status;
    gf_call call = options.call(status);
    call.workspace = memory.data();
    call.workspace_bytes = memory.bytes();
    const @symbol@_arrays all = arrays(options);
    status.code(@run@(&all, &call));
    return status;
  }

  /// The bytes of workspace that `run` needs for these sizes; an error is in `status`, and gives -1.
  int64_t workspace(genfuse::embed::Status &status,
                    const genfuse::embed::CallOptions &options = {}) const noexcept {
    gf_call call = options.call(status);
    const @symbol@_arrays all = arrays(options);
    const int64_t bytes = @workspace@(&all, &call);
    status.code(bytes < 0 ? static_cast<int32_t>(-bytes) : int32_t(GF_OK));
    return bytes < 0 ? -1 : bytes;
  }

  /// The same arrays for the C function.
  @symbol@_arrays arrays(const genfuse::embed::CallOptions &where = {}) const noexcept {
    (void)where;
    return {@arrays@};
  }

private:
  bool held(genfuse::embed::Status &status) const noexcept {
    (void)status;
    return @held@;
  }
};
)";

constexpr const char *cudaText = R"(
  /// With options.device GF_CUDA all views and the workspace are of that device's memory, and the work is started
  /// on options.stream: nothing is copied or waited for.)";

const char *cppType(ElementType type) {
  switch (type) {
  case ElementType::f32:
    return "float";
  case ElementType::f64:
    return "double";
  case ElementType::i64:
    return "int64_t";
  case ElementType::boolean:
    return "bool";
  }
  return "";
}

std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (char c : text)
    result += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
  return result + "\"";
}

/// The function of the device that the options name.
std::string dispatch(const std::string &symbol, const std::string &suffix, bool cuda) {
  if (!cuda)
    return symbol + suffix;
  return "(options.device == GF_CUDA ? " + symbol + "_cuda" + suffix + " : " + symbol + suffix + ")";
}

std::string operationText(const std::string &library, bool cuda, const Description &description) {
  const Operation &operation = description.operation;
  std::string members, arrays, held;
  for (size_t i = 0; i < description.members.size(); ++i) {
    const ArraySpec &spec = description.signature.arrays[i];
    const std::string &member = description.members[i];
    members += std::string("  genfuse::embed::View<") + (spec.output ? "" : "const ") + cppType(spec.type) +
               ", " + std::to_string(spec.shape.size() + spec.batched) + "> " + member + "; ///< " +
               describeArray(spec, description.signature.symbols) + "\n";
    arrays += (arrays.empty() ? "" : ", ") + member + ".array(where.device, where.device_number)";
    held += (held.empty() ? "" : " &&\n           ") + std::string("genfuse::embed::isHeld(") + member +
            ", " + quoted(commentText(describe(spec))) + ", status)";
  }
  const std::string symbol = library + "_" + operation.name;
  return fill(functions, {{"symbol", symbol},
                          {"run", dispatch(symbol, "", cuda)},
                          {"workspace", dispatch(symbol, "_workspace", cuda)},
                          {"name", operation.name},
                          {"request", commentText(operation.request)},
                          {"quoted", quoted(commentText(operation.request))},
                          {"instances",
                           operation.mapping == Mapping::single ? "one instance" : "any number of instances"},
                          {"members", members},
                          {"device", cuda ? cudaText : ""},
                          {"arrays", arrays},
                          {"held", held.empty() ? "true" : held}});
}

} // namespace

std::string cppHeader(const LibraryDescription &library) {
  std::string text = fill(beginning, {{"name", library.name}, {"model", commentText(library.model)}});
  for (const Description &description : library.operations)
    text += operationText(library.name, library.options.cuda(), description);
  return text + "\n} // namespace " + library.name + "\n";
}

} // namespace genfuse::aot
