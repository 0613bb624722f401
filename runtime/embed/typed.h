// What the typed headers of generated libraries are made of: views of the caller's arrays, memory for a call,
// and its outcome. C++17, nothing but the standard library; nothing throws, only Workspace::reserve
// allocates. With a guard by name: a program with several libraries meets a copy in each library's folder.
#ifndef GENFUSE_RUNTIME_EMBED_TYPED_H
#define GENFUSE_RUNTIME_EMBED_TYPED_H

#include "array.h"
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

namespace genfuse::embed {

/// gf_type of float, double, int64_t and bool.
template <class T> constexpr int32_t typeOf() {
  using Plain = std::remove_const_t<T>;
  static_assert(std::is_same_v<Plain, float> || std::is_same_v<Plain, double> ||
                    std::is_same_v<Plain, int64_t> || std::is_same_v<Plain, bool>,
                "elements are float, double, int64_t or bool");
  return std::is_same_v<Plain, float>    ? GF_F32
         : std::is_same_v<Plain, double> ? GF_F64
         : std::is_same_v<Plain, bool>   ? GF_BOOLEAN
                                         : GF_I64;
}

/// Memory of the caller with sizes, and strides in elements. What is wrong with it is said by the call.
template <class T, int rank> class View {
public:
  using Sizes = std::array<int64_t, static_cast<std::size_t>(rank)>;

  View() = default;
  /// Row-major without gaps.
  View(T *data, Sizes sizes) : data_(data), sizes_(sizes), strides_(rowMajor(sizes)) {}
  /// Any strides but for the last one, which is 1.
  View(T *data, Sizes sizes, Sizes strides) : data_(data), sizes_(sizes), strides_(strides) {}
  /// A container or span with data() and size(): all of it, or as much as the sizes say. If it holds fewer
  /// elements the call says so.
  template <
      class Container, class = decltype(std::declval<Container &>().size()),
      class = std::enable_if_t<std::is_convertible_v<decltype(std::declval<Container &>().data()), T *>>>
  View(Container &&container, Sizes sizes)
      : data_(container.data()), sizes_(sizes), strides_(rowMajor(sizes)),
        held_(static_cast<int64_t>(container.size())) {}
  template <class Container, class = decltype(std::declval<Container &>().size()),
            class = std::enable_if_t<
                rank == 1 && std::is_convertible_v<decltype(std::declval<Container &>().data()), T *>>>
  View(Container &&container) : View(container.data(), Sizes{static_cast<int64_t>(container.size())}) {}

  T *data() const { return data_; }
  const Sizes &sizes() const { return sizes_; }
  const Sizes &strides() const { return strides_; }
  /// How many elements are missing in the container for these sizes.
  bool holds() const {
    if (held_ < 0)
      return true;
    int64_t count = 1;
    for (int64_t size : sizes_)
      if (size == 0)
        return true;
    for (int64_t size : sizes_) {
      if (size < 0 || count > held_ / size)
        return false;
      count *= size;
    }
    return count <= held_;
  }
  gf_array array(int32_t device = GF_HOST, int32_t device_number = 0) const {
    return {const_cast<std::remove_const_t<T> *>(data_),
            sizes_.data(),
            strides_.data(),
            rank,
            typeOf<T>(),
            device,
            device_number};
  }

private:
  static Sizes rowMajor(const Sizes &sizes) {
    Sizes strides{};
    uint64_t step = 1; // sizes whose product overflows are refused by the call
    for (std::size_t d = sizes.size(); d-- > 0;) {
      strides[d] = static_cast<int64_t>(step);
      step *= static_cast<uint64_t>(sizes[d] > 1 ? sizes[d] : 1);
    }
    return strides;
  }

  T *data_ = nullptr;
  Sizes sizes_{}, strides_{};
  int64_t held_ = -1;
};

/// A scalar of the caller.
template <class T> class View<T, 0> {
public:
  View() = default;
  View(T &value) : data_(&value) {}
  View(std::remove_const_t<T> &&) = delete; ///< a temporary is gone before the call
  View(T *data) : data_(data) {}
  T *data() const { return data_; }
  bool holds() const { return true; }
  gf_array array(int32_t device = GF_HOST, int32_t device_number = 0) const {
    return {
        const_cast<std::remove_const_t<T> *>(data_), nullptr, nullptr, 0, typeOf<T>(), device, device_number};
  }

private:
  T *data_ = nullptr;
};

/// A gf_status with the message of an error.
class Status {
public:
  Status() = default;
  Status(int32_t code, const char *text) : code_(code) { std::strncpy(message_, text, sizeof message_ - 1); }
  explicit operator bool() const { return code_ == GF_OK; }
  int32_t code() const { return code_; }
  const char *message() const { return message_; } ///< empty where there is no error

  /// For calls: the message is written here.
  char *buffer() { return message_; }
  static constexpr int64_t capacity = 512;
  Status &code(int32_t value) { return code_ = value, *this; }

private:
  int32_t code_ = GF_OK;
  char message_[capacity] = {};
};

/// What a call takes besides arrays.
struct CallOptions {
  uint64_t seed = 0;
  int64_t instances = 1;
  int64_t begin = 0, end = -1; ///< the instances to compute; end -1: up to the last
  double scale = 1.0;          ///< of parameter gradients
  const gf_executor *executor = nullptr;
  /// GF_CUDA: all views and the workspace are of the memory of that device, and the work is started on
  /// `stream`, not waited for. For libraries with the target cuda.
  int32_t device = GF_HOST, device_number = 0;
  void *stream = nullptr; ///< CUstream or cudaStream_t; null: the default stream

  gf_call call(Status &status) const {
    gf_call result = gf_call_default();
    result.seed = seed;
    result.instances = instances;
    result.begin = begin;
    result.end = end == -1 ? instances : end;
    result.scale = scale;
    result.executor = executor;
    result.stream = stream;
    result.error = status.buffer();
    result.error[0] = 0;
    result.error_capacity = Status::capacity;
    return result;
  }
};

/// Memory for calls, aligned to 64 bytes: of the caller, or its own once it was asked for. One call at a time
/// uses it.
class Workspace {
public:
  Workspace() = default;
  Workspace(void *data, int64_t bytes) : data_(data), bytes_(bytes) {}
  Workspace(Workspace &&other) noexcept : data_(other.data_), bytes_(other.bytes_), owned_(other.owned_) {
    other.data_ = nullptr;
    other.bytes_ = 0;
    other.owned_ = false;
  }
  Workspace &operator=(Workspace &&other) noexcept {
    if (this != &other) {
      release();
      new (this) Workspace(static_cast<Workspace &&>(other));
    }
    return *this;
  }
  ~Workspace() { release(); }

  void *data() const { return data_; }
  int64_t bytes() const { return bytes_; }
  /// Whether this is memory of the host that `reserve` made.
  bool isOwned() const { return owned_; }
  /// Has at least so many bytes afterwards; false where there is no memory. What it held is lost.
  bool reserve(int64_t bytes) {
    if (bytes <= bytes_)
      return true;
    void *memory = ::operator new (static_cast<std::size_t>(bytes), std::align_val_t{64}, std::nothrow);
    if (!memory)
      return false;
    release();
    data_ = memory;
    bytes_ = bytes;
    owned_ = true;
    return true;
  }

private:
  void release() {
    if (owned_)
      ::operator delete (data_, std::align_val_t{64});
  }

  void *data_ = nullptr;
  int64_t bytes_ = 0;
  bool owned_ = false;
};

/// Runs an operation, after making the workspace as large as it needs: the first call of a size allocates.
/// Memory of a device is the caller's to make.
template <class Operation>
Status call(const Operation &operation, Workspace &workspace, const CallOptions &options = {}) noexcept {
  Status status;
  const int64_t bytes = operation.workspace(status, options);
  if (!status)
    return status;
  if (options.device == GF_HOST && !workspace.reserve(bytes))
    return Status(GF_SMALL_WORKSPACE, "workspace: expected memory for it, got none");
  return operation.run(workspace, options);
}

/// For generated code: the message about a workspace of the host for a call on a device.
inline bool isWhereItRuns(const Workspace &workspace, const CallOptions &options, Status &status) {
  if (options.device == GF_HOST || !workspace.isOwned())
    return true;
  status = Status(GF_BAD_ARGUMENT, "workspace: expected memory of the device, got memory of the host");
  return false;
}

/// For generated code: the message about a view whose container is too small.
template <class V> bool isHeld(const V &view, const char *label, Status &status) {
  if (view.holds())
    return true;
  status.code(GF_BAD_SHAPE);
  const char *rest = ": expected a container with as many elements as its sizes say, got fewer";
  std::strncpy(status.buffer(), label, Status::capacity - 1);
  std::strncat(status.buffer(), rest, Status::capacity - 1 - std::strlen(status.buffer()));
  return false;
}

} // namespace genfuse::embed

#endif
