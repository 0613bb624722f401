#include "bench/speed/FirstResult.h"
#include "bench/speed/Data.h"
#include "bench/speed/Generated.h"
#include "bench/speed/Models.h"
#include "runtime/Error.h"
#include <chrono>

namespace genfuse::bench {

namespace {

double millisecondsOf(const Model &model, const std::string &request, const Inputs &inputs,
                      int64_t instances) {
  const auto start = std::chrono::steady_clock::now();
  Generated(compileFor(model, native), request, inputs, instances, 1).run(1);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

double firstResultMilliseconds(const std::string &workload) {
  const PolynomialData data = polynomialData();
  Inputs inputs;
  inputs.arguments = {{"xs", viewOf(data.x)}};
  if (workload == "W1") {
    inputs.choices.set("y/*", viewOf(data.y));
    return millisecondsOf(polynomialModel(), "generate(y/*)", inputs, 1000);
  }
  if (workload == "W2") {
    inputs.arguments["ys"] = viewOf(data.y);
    return millisecondsOf(polynomialChain(1000), "run()", inputs, 1);
  }
  throw Error("expected W1 or W2, got '" + workload + "'");
}

} // namespace genfuse::bench
