#include "runtime/Call.h"
#include "runtime/AlignedBuffer.h"
#include "runtime/Binding.h"
#include "runtime/Error.h"
#include "runtime/Overlap.h"
#include <algorithm>
#include <atomic>
#include <exception>

namespace genfuse {
namespace {

constexpr size_t messageCapacity = 1024;

void checkSignature(const Signature &signature) {
  const int symbols = static_cast<int>(signature.symbols.size());
  for (size_t i = 0; i < signature.arrays.size(); ++i) {
    const ArraySpec &spec = signature.arrays[i];
    for (size_t j = 0; j < i; ++j)
      if (signature.arrays[j].name == spec.name && signature.arrays[j].role == spec.role)
        throw Error("signature of '" + signature.entry + "': expected one " + describe(spec) + ", got two");
    for (const Dimension &dimension : spec.shape)
      for (const Dimension::Term &term : dimension.terms)
        if (term.symbol < 0 || term.symbol >= symbols)
          throw Error("signature of '" + signature.entry + "': " + describe(spec) +
                      ": expected a symbol below " + std::to_string(symbols) + ", got " +
                      std::to_string(term.symbol));
  }
}

std::string statusText(int32_t status) {
  switch (status) {
  case GF_ABI_MISMATCH:
    return "another abi version";
  case GF_BAD_SHAPE:
    return "a bad shape";
  case GF_BAD_ARGUMENT:
    return "a bad argument";
  case GF_SMALL_WORKSPACE:
    return "a workspace that is too small";
  case GF_NOT_AVAILABLE:
    return "something that is not available";
  case GF_CHECK_FAILED:
    return "data that the model cannot take";
  case GF_DEVICE_ERROR:
    return "a failure of the device";
  default:
    return "an unknown status";
  }
}

/// An Executor as the C interface wants it. Nothing is thrown through a kernel: it is kept for after it.
struct CExecutor : gf_executor {
  explicit CExecutor(Executor &executor) : gf_executor{&CExecutor::start}, executor(executor) {}

  Executor &executor;
  std::exception_ptr error;
  int64_t missing = 0; ///< parts that were not run, or run too often

  static void start(const gf_executor *self, int64_t parts, void (*body)(void *, int64_t), void *closure) {
    auto *own = const_cast<CExecutor *>(static_cast<const CExecutor *>(self));
    own->start(parts, body, closure);
  }

  void start(int64_t parts, void (*body)(void *, int64_t), void *closure) noexcept {
    std::atomic<int64_t> done{0};
    auto counted = [&](int64_t part) {
      body(closure, part);
      done.fetch_add(1, std::memory_order_relaxed);
    };
    try {
      executor.run(parts, counted);
    } catch (...) {
      error = error ? error : std::current_exception();
      return;
    }
    missing += parts - done.load(std::memory_order_relaxed);
  }
};

} // namespace

Call::Call(Signature signature)
    : signature_(std::move(signature)), given_(signature_.arrays.size()),
      allocated_(signature_.arrays.size()), message_(messageCapacity) {
  checkSignature(signature_);
}

Call::~Call() = default;

Call &Call::instances(int64_t count) {
  if (count < 0)
    throw Error("kernel '" + signature_.entry + "': expected 0 or more instances, got " +
                std::to_string(count));
  instances_ = count;
  ready_ = false;
  return *this;
}

size_t Call::find(std::string_view name, Role role) const {
  std::string all;
  for (size_t i = 0; i < signature_.arrays.size(); ++i) {
    const ArraySpec &spec = signature_.arrays[i];
    if (spec.name == name && spec.role == role)
      return i;
    all += (all.empty() ? "" : ", ") + describe(spec);
  }
  throw Error("kernel '" + signature_.entry + "': expected one of " + (all.empty() ? "no arrays" : all) +
              ", got " + std::string(roleName(role)) + " '" + std::string(name) + "'");
}

Call &Call::set(std::string_view name, Role role, Array array) {
  given_[find(name, role)] = std::move(array);
  ready_ = false;
  return *this;
}

void Call::checkInputs() const {
  for (size_t i = 0; i < given_.size(); ++i)
    if (!signature_.arrays[i].output && !given_[i].defined())
      throw Error(describe(signature_.arrays[i]) + ": expected an array of type " +
                  std::string(typeName(signature_.arrays[i].type)) + ", got none");
}

std::vector<Array> Call::complete() const {
  const Binding binding(signature_, given_, instances_);
  std::vector<Array> arrays = given_;
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (arrays[i].defined())
      continue;
    Shape shape = binding.shapeOf(i);
    const bool fits = allocated_[i].defined() && allocated_[i].shape() == shape;
    arrays[i] = fits ? allocated_[i] : Array::zeros(signature_.arrays[i].type, std::move(shape));
  }
  return arrays;
}

void Call::checkOverlaps(const std::vector<Array> &arrays) const {
  for (size_t i = 0; i < arrays.size(); ++i) {
    if (!signature_.arrays[i].output)
      continue;
    if (overlapsItself(arrays[i]))
      throw Error(describe(signature_.arrays[i]) + ": expected elements that share no memory, got strides " +
                  shapeText(arrays[i].strides()));
    for (size_t j = 0; j < arrays.size(); ++j)
      if (j != i && overlap(arrays[i], arrays[j]))
        throw Error(describe(signature_.arrays[i]) + ": expected memory of its own, got an overlap with " +
                    describe(signature_.arrays[j]));
  }
}

void Call::bind() {
  ready_ = false;
  checkInputs();
  std::vector<Array> arrays = complete();
  checkOverlaps(arrays);
  for (size_t i = 0; i < arrays.size(); ++i)
    if (!given_[i].defined())
      allocated_[i] = arrays[i];
  bound_ = std::move(arrays);
  pack();
  sized_ = nullptr;
  ready_ = true;
}

void Call::pack() {
  pointers_.clear();
  dims_.clear();
  strides_.clear();
  counters_.clear();
  for (size_t i = 0; i < bound_.size(); ++i)
    if (signature_.arrays[i].role == Role::count)
      counters_.push_back(bound_[i]);
  for (const Array &array : bound_) {
    pointers_.push_back(array.data());
    dims_.insert(dims_.end(), array.shape().begin(), array.shape().end());
    strides_.insert(strides_.end(), array.strides().begin(), array.strides().end());
    if (array.rank() > 0)
      strides_.back() = 1; // a last dimension of one element may have any stride
  }
  call_ = {};
  call_.abi_version = GF_ABI_VERSION;
  call_.instances = call_.end = instances_;
}

void Call::expectBound() const {
  if (!ready_)
    throw Error("kernel '" + signature_.entry + "': expected a bound call, got one with arrays to check");
}

std::map<std::string, int64_t> Call::sizes() const {
  expectBound();
  const Binding binding(signature_, bound_, instances_);
  std::map<std::string, int64_t> sizes{{"instances", instances_}};
  for (size_t i = 0; i < signature_.symbols.size(); ++i)
    if (std::optional<int64_t> value = binding.symbolValue(i))
      sizes[signature_.symbols[i]] = *value;
  return sizes;
}

int64_t Call::workspaceBytes(gf_workspace workspace) const {
  expectBound();
  return workspace ? workspace(dims_.data(), &call_) : 0;
}

void Call::prepareWorkspace(gf_workspace workspace) {
  const int64_t bytes = workspace ? workspace(dims_.data(), &call_) : 0;
  if (bytes < 0)
    throw Error("kernel '" + signature_.entry + "': expected a workspace of 0 or more bytes, got " +
                std::to_string(bytes));
  if (bytes > capacity_) {
    buffer_ = allocateAligned(bytes);
    capacity_ = bytes;
  }
  call_.workspace = bytes > 0 ? buffer_.get() : nullptr;
  call_.workspace_bytes = bytes;
  sized_ = workspace;
}

void Call::run(gf_kernel kernel, gf_workspace workspace, uint64_t seed, double scale) {
  if (!ready_)
    bind();
  call_.seed = seed;
  call_.scale = scale;
  call_.error = message_.data();
  call_.error_capacity = static_cast<int64_t>(message_.size());
  message_[0] = 0;
  for (const Array &counter : counters_)
    *counter.values<int64_t>() = 0;
  if (workspace != sized_)
    prepareWorkspace(workspace);
  const int32_t status =
      executor_ ? runOn(*executor_, kernel) : kernel(pointers_.data(), dims_.data(), strides_.data(), &call_);
  if (status != GF_OK)
    failStatus(status);
}

int32_t Call::runOn(Executor &executor, gf_kernel kernel) {
  CExecutor c(executor);
  call_.executor = &c;
  const int32_t status = kernel(pointers_.data(), dims_.data(), strides_.data(), &call_);
  call_.executor = nullptr;
  if (c.error)
    std::rethrow_exception(c.error);
  if (c.missing != 0)
    throw Error("kernel '" + signature_.entry + "': expected an executor that runs each part once, got " +
                std::to_string(std::abs(c.missing)) + (c.missing > 0 ? " parts too few" : " parts too many"));
  return status;
}

void Call::failStatus(int32_t status) const {
  const auto end = std::find(message_.begin(), message_.end(), 0);
  const std::string text(message_.begin(), end);
  if (!text.empty())
    throw Error(text);
  throw Error("kernel '" + signature_.entry + "': expected success, got status " + std::to_string(status) +
              " (" + statusText(status) + ")");
}

const Array &Call::output(std::string_view name, Role role) const {
  const size_t index = find(name, role);
  if (!signature_.arrays[index].output)
    throw Error(describe(signature_.arrays[index]) + ": expected an output of the kernel, got an input");
  if (!ready_)
    throw Error(describe(signature_.arrays[index]) + ": expected a bound call, got one with arrays to check");
  return bound_[index];
}

} // namespace genfuse
