#include "codegen/inspect/RequestStats.h"
#include <nlohmann/json.hpp>

namespace genfuse::inspect {
namespace {

using nlohmann::json;

class Writer {
public:
  explicit Writer(const RequestStats &stats) : stats(stats) {}

  json write() const {
    const Specialisation &made = stats.specialisation;
    json result = {
        {"request", made.request.text()},
        {"model", made.model},
        {"real", realName(made.real)},
        {"mapping", mappingName(made.mapping)},
        {"mapping_reason", stats.mappingReason},
        {"lanes", made.lanes},
        {"target", stats.target},
        {"data_sweeps", stats.dataSweeps()},
        {"outside", work(stats.cost.outside)},
        {"total", work(stats.cost.total)},
        {"machine_code", {{"milliseconds", stats.machineMilliseconds}, {"bytes", stats.codeBytes}}},
        {"cached_kernels", stats.cachedKernels},
        {"object_cache",
         {{"folder", stats.cache.folder},
          {"hits", stats.cache.hits},
          {"misses", stats.cache.misses},
          {"problem", stats.cache.problem}}}};
    result["outside"]["addresses"] = stats.cost.addresses;
    result["sweeps"] = sweeps(stats.cost.sweeps);
    result["products"] = json::array();
    for (const ProductCost &product : stats.cost.products)
      result["products"].push_back({{"rows", count(product.rows)},
                                    {"columns", count(product.columns)},
                                    {"summed", count(product.summed)},
                                    {"matrix_elements", product.elements}});
    for (const StageStats &stage : stats.stages)
      result["stages"].push_back(stageJson(stage));
    if (!stats.sizes.empty())
      result["sizes"] = stats.sizes;
    if (stats.workspaceBytes)
      result["workspace_bytes"] = *stats.workspaceBytes;
    if (stats.cuda)
      result["cuda"] = cudaJson(*stats.cuda, stats.cudaThreads);
    return result;
  }

private:
  /// An expression, with its value where the sizes are given.
  json count(const Polynomial &polynomial) const {
    json result = {{"expression", polynomial.text()}};
    if (std::optional<int64_t> value = stats.sizes.empty() ? polynomial.constant() : stats.at(polynomial))
      result["value"] = *value;
    return result;
  }

  json counts(const std::map<std::string, Polynomial> &named) const {
    json result = json::object();
    for (const auto &[name, polynomial] : named)
      result[name] = count(polynomial);
    return result;
  }

  json work(const Work &work) const {
    return {{"bytes_read", count(work.bytesRead)},
            {"bytes_written", count(work.bytesWritten)},
            {"flops", count(work.flops)},
            {"functions", counts(work.functions)},
            {"random", counts(work.random)}};
  }

  json sweeps(const std::vector<SweepCost> &all) const {
    json result = json::array();
    for (const SweepCost &sweep : all)
      result.push_back({{"length", count(sweep.length)},
                        {"lanes", sweep.lanes},
                        {"lanes_reason", sweep.reason},
                        {"over_instances", sweep.overInstances},
                        {"addresses", sweep.addresses},
                        {"reads", sweep.reads},
                        {"reads_shared", sweep.sharedReads},
                        {"sums", sweep.sums},
                        {"stacks", sweep.stacks},
                        {"each", work(sweep.each)},
                        {"shared", work(sweep.shared)},
                        {"sweeps", sweeps(sweep.inner)}});
    return result;
  }

  static json cudaJson(const cuda::DeviceCode &code, int64_t threads) {
    json kernels = json::array();
    for (const cuda::KernelFacts &kernel : code.kernels)
      kernels.push_back({{"name", kernel.name},
                         {"registers", kernel.registers},
                         {"stack_bytes", kernel.stack},
                         {"spilled_bytes", kernel.spill_stores + kernel.spill_loads},
                         {"shared_bytes", kernel.shared}});
    return {{"architecture", code.architecture},
            {"threads", threads},
            {"code_bytes", code.bytes.size()},
            {"milliseconds", code.milliseconds},
            {"kernels", kernels}};
  }

  static json operations(const OperationCount &count) {
    return {{"operations", count.all}, {"in_sweeps", count.inSweeps}, {"sweeps", count.sweeps}};
  }

  static json stageJson(const StageStats &stage) {
    json passes = json::array();
    for (const PassRun &run : stage.passes.runs())
      passes.push_back({{"name", run.name},
                        {"before", operations(run.before)},
                        {"after", operations(run.after)},
                        {"milliseconds", run.milliseconds}});
    return {{"name", stage.name}, {"milliseconds", stage.passes.milliseconds()}, {"passes", passes}};
  }

  const RequestStats &stats;
};

} // namespace

std::string statsJson(const RequestStats &stats) { return Writer(stats).write().dump(2) + "\n"; }

} // namespace genfuse::inspect
