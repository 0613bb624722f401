#include "codegen/inspect/PassReport.h"
#include "ir/Gen.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include <chrono>

using namespace mlir;

namespace genfuse::inspect {
namespace {

using Clock = std::chrono::steady_clock;

OperationCount countOperations(Operation *op) {
  while (Operation *parent = op->getParentOp())
    op = parent;
  OperationCount count;
  op->walk([&](Operation *each) {
    ++count.all;
    count.sweeps += isa<gen::SweepOp>(each);
    count.inSweeps += each->getParentOfType<gen::SweepOp>() != nullptr;
  });
  return count;
}

/// The adaptors of nested pipelines are no passes of their own.
class Watcher : public PassInstrumentation {
public:
  explicit Watcher(std::vector<PassRun> &runs) : runs(runs) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    if (pass->getArgument().empty())
      return;
    runs.push_back({pass->getArgument().str(), countOperations(op), {}, 0});
    start = Clock::now();
  }

  void runAfterPass(Pass *pass, Operation *op) override {
    if (pass->getArgument().empty())
      return;
    runs.back().milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    runs.back().after = countOperations(op);
  }

private:
  std::vector<PassRun> &runs;
  Clock::time_point start;
};

} // namespace

double PassReport::milliseconds() const {
  double sum = 0;
  for (const PassRun &run : runs_)
    sum += run.milliseconds;
  return sum;
}

void PassReport::watch(PassManager &passes) { passes.addInstrumentation(std::make_unique<Watcher>(runs_)); }

} // namespace genfuse::inspect
