#include "KernelCall.h"
#include "runtime/AlignedBuffer.h"
#include "runtime/Error.h"
#include "runtime/Names.h"
#include <algorithm>
#include <cstring>

namespace genfuse::gpu {
namespace {

/// Behind each array, so that no two of them touch.
constexpr int64_t gap = 256;
constexpr uint64_t seed_of_draws = 20;
constexpr double scale_of_gradients = 0.5;

Type typeOf(ElementType type) {
  switch (type) {
  case ElementType::f32:
    return Type::f32;
  case ElementType::f64:
    return Type::f64;
  case ElementType::i64:
    return Type::i64;
  case ElementType::boolean:
    break;
  }
  return Type::boolean;
}

} // namespace

KernelCall::KernelCall(const Entry &entry, KernelHandle handle) : entry(entry), kernel(handle) {
  checkSizes();
  const Signature &signature = *kernel.signature;
  for (size_t i = 0; i < signature.arrays.size(); ++i)
    all.push_back(bufferFor(signature.arrays[i], i));
  gf_call call{};
  call.abi_version = GF_ABI_VERSION;
  call.instances = call.end = entry.instances;
  const int64_t workspace = kernel.workspace ? kernel.workspace(dims.data(), &call) : 0;
  all.push_back({"workspace", Type::boolean, workspace, {}});
  for (const Buffer &buffer : all)
    held.push_back(allocateAligned(buffer.bytes() + gap));
}

void KernelCall::checkSizes() const {
  const Signature &signature = *kernel.signature;
  for (const auto &[symbol, size] : entry.sizes)
    if (std::find(signature.symbols.begin(), signature.symbols.end(), symbol) == signature.symbols.end()) {
      std::string all;
      for (const std::string &each : signature.symbols)
        all += (all.empty() ? "" : ", ") + each;
      throw Error("expected sizes of " + all + ", got one of '" + symbol + "'");
    }
  for (const SizeCheck &check : signature.checks) {
    const int64_t left = valueOf(check.left), right = valueOf(check.right);
    if (check.equal ? left != right : left > right)
      throw Error("expected sizes with " + check.text + ", got " + std::to_string(left) + " and " +
                  std::to_string(right));
  }
}

int64_t KernelCall::valueOf(const Dimension &dimension) const {
  int64_t value = dimension.constant;
  for (const Dimension::Term &term : dimension.terms) {
    const std::string &symbol = kernel.signature->symbols[static_cast<size_t>(term.symbol)];
    auto size = entry.sizes.find(symbol);
    if (size == entry.sizes.end())
      throw Error("expected a size of '" + symbol + "', got none");
    value += term.coefficient * size->second;
  }
  return value;
}

Buffer KernelCall::bufferFor(const ArraySpec &spec, size_t number) {
  std::vector<int64_t> shape;
  for (const Dimension &dimension : spec.shape)
    shape.push_back(valueOf(dimension));
  if (spec.batched)
    shape.push_back(entry.instances);
  int64_t count = 1;
  std::vector<int64_t> steps(shape.size());
  for (size_t i = shape.size(); i-- > 0; count *= shape[i])
    steps[i] = count;
  dims.insert(dims.end(), shape.begin(), shape.end());
  strides.insert(strides.end(), steps.begin(), steps.end());
  const bool draw = spec.output && (spec.role == Role::choice || spec.role == Role::drawn);
  return {std::string(roleName(spec.role)) + ":" + spec.name,
          typeOf(spec.type),
          count,
          fillFor(spec, number),
          spec.output,
          draw};
}

Fill KernelCall::fillFor(const ArraySpec &spec, uint64_t seed) const {
  if (spec.role == Role::parameterGradient || spec.role == Role::count)
    return {Rule::zeros, 0, 0};
  if (spec.output)
    return {Rule::unwritten, 0, 0};
  if (spec.role == Role::elements)
    return {Rule::list, 0, 0};
  for (const OffsetsCheck &check : kernel.signature->offsets)
    if (check.argument == spec.name + (spec.role == Role::newArgument ? "'" : ""))
      return {Rule::offsets, valueOf(check.size), 0};
  switch (spec.type) {
  case ElementType::i64:
    return {Rule::integers, entry.integers, seed};
  case ElementType::boolean:
    return {Rule::bits, 0, seed};
  default:
    return {Rule::reals, 0, seed};
  }
}

void KernelCall::run() {
  std::vector<void *> pointers;
  for (size_t i = 0; i < all.size(); ++i) {
    const std::vector<char> bytes = filled(all[i].fill, all[i].type, all[i].count);
    std::copy(bytes.begin(), bytes.end(), static_cast<char *>(held[i].get()));
    pointers.push_back(held[i].get());
  }
  char error[1024] = "";
  gf_call call{};
  call.abi_version = GF_ABI_VERSION;
  call.seed = seed_of_draws;
  call.instances = call.end = entry.instances;
  call.scale = scale_of_gradients;
  call.workspace = pointers.back();
  call.workspace_bytes = all.back().bytes();
  call.error = error;
  call.error_capacity = sizeof error;
  if (kernel.run(pointers.data(), dims.data(), strides.data(), &call) != GF_OK)
    throw Error(error);
}

std::vector<Memory> KernelCall::memory() const {
  std::vector<Memory> result;
  for (size_t i = 0; i < all.size(); ++i)
    result.push_back({static_cast<const char *>(held[i].get()), all[i].bytes()});
  return result;
}

const std::vector<Buffer> &KernelCall::buffers() const { return all; }

std::vector<char> KernelCall::results() const {
  std::vector<char> bytes;
  for (size_t i = 0; i < all.size(); ++i)
    if (all[i].output) {
      const char *begin = static_cast<const char *>(held[i].get());
      bytes.insert(bytes.end(), begin, begin + all[i].bytes());
    }
  return bytes;
}

} // namespace genfuse::gpu
