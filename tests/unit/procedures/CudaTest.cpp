// Procedures as CUDA text on the emulated device: what the CPU computes.
#include "tests/cuda_host/EmulatedLoader.h"
#include "tests/unit/procedures/Procedures.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace genfuse::procedures;

namespace {

/// In f64, so that no accept step lies within rounding; 1e-9 relative is far above what another order of sums
/// gives.
void expectSame(const Model &model, const Inputs &inputs, int64_t instances, int64_t threads) {
  auto loader = std::make_shared<cuda_host::EmulatedLoader>();
  const RunOptions run{.seed = 5, .instances = instances};
  const Outcome cpu = Program(model, {.real = Precision::f64}).run("run()", inputs, run);
  const Outcome cuda =
      Program(model, {.real = Precision::f64, .lanes = threads, .cuda = loader}).run("run()", inputs, run);
  for (const auto &[name, array] : cpu.results)
    for (int64_t i = 0; i < array.elementCount(); ++i)
      ASSERT_NEAR(at(cuda.results.at(name), i), at(array, i), 1e-9 * (1 + std::abs(at(array, i))))
          << name << " " << i << " with groups of " << threads;
}

TEST(ProcedureCuda, ChainsAreThoseOfTheCpu) {
  for (int64_t threads : {1, 32})
    for (int64_t instances : {1, 40})
      expectSame(lineChain(4), lineData(37, ElementType::f64), instances, threads);
}

TEST(ProcedureCuda, MatricesAreCarried) {
  Model turn = procedure("turn", {"A", "B"}, [](Matrix A, Matrix B) {
    using State = std::tuple<Matrix, Matrix>;
    auto [left, right] = loop(3, State(A, B), [](Index i, const State &state) {
      return State(std::get<1>(state), std::get<0>(state) + 0.5);
    });
    return Values{{"left", left}, {"right", right}};
  });
  Inputs inputs;
  for (const char *name : {"A", "B"}) {
    Array array = Array::zeros(ElementType::f64, {7, 9});
    for (int64_t i = 0; i < 63; ++i)
      array.values<double>()[i] = static_cast<double>(i * (name[0] == 'A' ? 1 : -2));
    inputs.arguments[name] = array;
  }
  for (int64_t threads : {1, 32})
    expectSame(turn, inputs, 1, threads);
}

} // namespace
