// The device library's text, run on the host as CUDA text, has the bits of the bitcode that CPU kernels
// inline.
#include "EntryPoints.h"
#include "tests/cuda_host/TextImage.h"
#include <bit>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <limits>
#include <random>

namespace genfuse::cuda_test {
namespace {

constexpr std::size_t count = 20000;

/// The bitcode of a CPU level as a shared library.
void *bitcodeLibrary() {
  static void *library = dlopen(GENFUSE_BITCODE_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  return library;
}

struct Counters {
  std::vector<std::uint32_t> counter, element;
  Counters() : counter(count), element(count) {
    std::mt19937 generator(4);
    for (std::size_t i = 0; i < count; ++i)
      counter[i] = generator(), element[i] = generator() % 4;
  }
};

/// Any bits, the range where functions vary, and special values.
template <class T> std::vector<T> anyArguments(unsigned seed) {
  using Word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  using Limits = std::numeric_limits<T>;
  std::mt19937_64 generator(seed);
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    double u = double(generator() >> 11) * 0x1p-53 - 0.5;
    const double scales[] = {1, 3, 40, 1500};
    values[i] = i % 5 == 4 ? std::bit_cast<T>(Word(generator())) : T(u * scales[i % 5]);
  }
  const T special[] = {0,
                       T(-0.0),
                       1,
                       -1,
                       T(0.5),
                       2,
                       8,
                       Limits::infinity(),
                       -Limits::infinity(),
                       Limits::quiet_NaN(),
                       Limits::denorm_min(),
                       -Limits::denorm_min(),
                       Limits::max(),
                       Limits::min(),
                       T(-0.25),
                       10,
                       200};
  std::copy(std::begin(special), std::end(special), values.begin());
  return values;
}

/// Parameters of samplers: sizes from 1e-3 to 1e5 and probabilities, one in a hundred outside of its domain.
template <class T> std::vector<T> parameters(unsigned seed, bool probabilities) {
  std::mt19937_64 generator(seed);
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    double u = double(generator() >> 11) * 0x1p-53;
    values[i] = probabilities ? T(u) : T(std::pow(10.0, 8 * u - 3));
    if (i % 100 == 99)
      values[i] = i % 200 == 99 ? T(-u) : std::numeric_limits<T>::quiet_NaN();
  }
  return values;
}
template <> std::vector<std::uint64_t> parameters(unsigned seed, bool) {
  std::mt19937_64 generator(seed);
  std::vector<std::uint64_t> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = i % 3 ? generator() % (std::uint64_t(1) << (i % 60 + 1)) : generator();
  return values;
}

/// Equal to the bit, but one NaN is as good as another.
template <class T> bool same(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(a) && std::isnan(b))
      return true;
  return std::memcmp(&a, &b, sizeof a) == 0;
}

template <class T>
T onCpu(const EntryPoint &entry, void *function, std::uint32_t counter, std::uint32_t element, T a, T b) {
  using U = std::uint32_t;
  const DrawWords w;
  auto words = [&](auto *f, auto... values) {
    return f(counter, w.c1, w.c2, w.c3, w.k0, w.k1, element, values...);
  };
  if (entry.kind == Kind::unary)
    return reinterpret_cast<T (*)(T)>(function)(a);
  if (entry.kind == Kind::binary)
    return reinterpret_cast<T (*)(T, T)>(function)(a, b);
  if (entry.values == 0)
    return words(reinterpret_cast<T (*)(U, U, U, U, U, U, U)>(function));
  if (entry.values == 1)
    return words(reinterpret_cast<T (*)(U, U, U, U, U, U, U, T)>(function), a);
  return words(reinterpret_cast<T (*)(U, U, U, U, U, U, U, T, T)>(function), a, b);
}

template <class T> void compare(const EntryPoint &entry, cuda_host::TextImage &image) {
  void *function = dlsym(bitcodeLibrary(), ("gf_" + entry.name).c_str());
  ASSERT_NE(function, nullptr) << "the bitcode has no gf_" << entry.name;
  static const Counters counters;
  std::vector<T> a, b, out(count);
  if constexpr (std::is_floating_point_v<T>)
    if (entry.kind == Kind::unary || entry.kind == Kind::binary)
      a = anyArguments<T>(1), b = anyArguments<T>(2);
  if (a.empty())
    a = parameters<T>(3, false), b = parameters<T>(4, entry.name.find("binomial") != std::string::npos);
  ASSERT_EQ(image.launch(entry.name.c_str(), count, 1, a.data(), b.data(), counters.counter.data(),
                         counters.element.data(), out.data(), int64_t(count)),
            GF_OK)
      << image.error;
  int different = 0;
  for (std::size_t i = 0; i < count && different < 5; ++i) {
    T want = onCpu<T>(entry, function, counters.counter[i], counters.element[i], a[i], b[i]);
    if (!same(out[i], want))
      ++different, ADD_FAILURE() << entry.name << " of " << a[i] << ", " << b[i] << " in row " << i
                                 << ": as CUDA text " << out[i] << ", as bitcode " << want;
  }
}

TEST(DeviceLibrary, HasTheBitsOfTheBitcode) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    GTEST_SKIP() << "this processor lacks x86-64-v3";
  ASSERT_NE(bitcodeLibrary(), nullptr) << dlerror();
  const std::vector<EntryPoint> all = entryPoints();
  EXPECT_GE(all.size(), 59u); // of this day: none may get lost on the way here
  std::string text;
  for (const EntryPoint &entry : all)
    text += kernelOf(entry);
  cuda_host::TextImage image(text);
  for (const EntryPoint &entry : all) {
    if (entry.kind == Kind::integer)
      compare<std::uint64_t>(entry, image);
    else if (entry.isDouble)
      compare<double>(entry, image);
    else
      compare<float>(entry, image);
  }
}

} // namespace
} // namespace genfuse::cuda_test
