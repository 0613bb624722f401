// A kernel call: arrays bound to a signature once, run many times.
#pragma once

#include "runtime/Array.h"
#include "runtime/Executor.h"
#include "runtime/Signature.h"
#include "runtime/abi.h"
#include <map>
#include <string>
#include <string_view>

namespace genfuse {

/// Arrays for one kernel. All checks happen in `bind`, before the kernel runs: after an error no array has
/// changed. `run` neither allocates nor looks names up once the call is bound. One object serves one thread
/// at a time.
class __attribute__((visibility("default"))) Call {
public:
  /// Errors: a signature with the same name and role twice, or with a symbol that it does not have.
  explicit Call(Signature signature);
  Call(Call &&) noexcept = default;
  Call &operator=(Call &&) noexcept = default;
  ~Call();

  const Signature &signature() const { return signature_; }

  /// How many instances batched arrays hold in their last dimension; 1 at first. Errors: a negative number.
  Call &instances(int64_t count);

  /// What runs the parts of large work; it has to live as long as the call is run. Null, as at first: the
  /// caller's thread, one part after the other. Results do not depend on it.
  Call &executor(Executor *executor) { return executor_ = executor, *this; }

  /// Hands an array to the call; the memory is used as it is. An input has to be set; an output that is not
  /// set is allocated, full of zeros. An undefined array takes an earlier one back. Errors: an array that the
  /// kernel does not have.
  Call &set(std::string_view name, Role role, Array array);

  /// Checks all arrays against the signature, allocates outputs; `run` calls it when something was set.
  /// Errors, which name the array: a missing input, another type or shape, sizes that contradict each other,
  /// a stride other than 1 in the last dimension, an output that overlaps itself, another output or an input.
  void bind();

  /// Computes all instances. Accumulators grow by scale * gradient, other outputs are overwritten. The
  /// workspace is kept between runs. `workspace` may be null for a kernel that needs none. Errors: those of
  /// `bind`, whatever the kernel reports, an executor that throws (outputs are then unspecified) or that does
  /// not run each part once.
  void run(gf_kernel kernel, gf_workspace workspace, uint64_t seed = 0, double scale = 1.0);

  /// The array of an output, once bound; the next run overwrites its elements. Errors: an array that is not
  /// an output of the kernel, a call that is not bound.
  const Array &output(std::string_view name, Role role) const;

  /// What the bound arrays make of the symbols of the signature, by name, and of `instances`. Errors: a call
  /// that is not bound.
  std::map<std::string, int64_t> sizes() const;

  /// The bytes of workspace that a run of the bound call takes. Errors: a call that is not bound.
  int64_t workspaceBytes(gf_workspace workspace) const;

private:
  size_t find(std::string_view name, Role role) const;
  void checkInputs() const;
  void checkOverlaps(const std::vector<Array> &arrays) const;
  void expectBound() const;
  std::vector<Array> complete() const;
  void pack();
  void prepareWorkspace(gf_workspace workspace);
  int32_t runOn(Executor &executor, gf_kernel kernel);
  [[noreturn]] void failStatus(int32_t status) const;

  Signature signature_;
  int64_t instances_ = 1;
  Executor *executor_ = nullptr;
  std::vector<Array> given_;     ///< by the user; undefined where not set
  std::vector<Array> allocated_; ///< by this call, kept from bind to bind while the shape stays
  std::vector<Array> bound_;     ///< what the kernel gets
  bool ready_ = false;

  std::vector<Array> counters_; ///< outputs that start at zero in each run
  std::vector<void *> pointers_;
  std::vector<int64_t> dims_, strides_;
  std::vector<char> message_;
  gf_call call_{};
  std::shared_ptr<void> buffer_;
  int64_t capacity_ = 0;
  gf_workspace sized_ = nullptr; ///< the function that gave workspace_bytes
};

} // namespace genfuse
