// The functions of the device library as genfuse_cuda.h lists them, and a kernel for each.
#pragma once
#include <string>
#include <vector>

namespace genfuse::cuda_test {

enum class Kind {
  unary,   ///< T f(T)
  binary,  ///< T f(T, T)
  draw,    ///< T f(seven words)
  sampler, ///< T f(seven words, values)
  integer  ///< uint64 f(seven words, uint64, uint64)
};

struct EntryPoint {
  std::string name; ///< without gf_: "exp_f32"
  Kind kind;
  bool isDouble;  ///< float else; integer is neither
  int values = 0; ///< that a sampler takes

  std::string type() const { return kind == Kind::integer ? "uint64_t" : isDouble ? "double" : "float"; }
};

/// All of them, in the header's order, found by the macros that define them. A macro of another name fails
/// the test.
std::vector<EntryPoint> entryPoints();

/// Words of a draw, beside the counter's first and the element: the same in kernels and in calls on the CPU.
struct DrawWords {
  unsigned c1 = 5, c2 = 9, c3 = 7, k0 = 0x12345678u, k1 = 3;
};

/// `extern "C" __global__ void NAME(const T *a, const T *b, const uint32_t *counter, const uint32_t *element,
/// T *out, index_t n)`, a thread an element.
std::string kernelOf(const EntryPoint &entry);

/// One text with the kernels of all.
std::string kernelsOfAll();

} // namespace genfuse::cuda_test
