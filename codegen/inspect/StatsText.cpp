#include "codegen/inspect/RequestStats.h"
#include "ir/Gen.h"
#include "llvm/Support/FormatVariadic.h"

namespace genfuse::inspect {
namespace {

std::string joined(const std::vector<std::string> &parts, const char *separator = ", ") {
  std::string text;
  for (const std::string &part : parts)
    text += (text.empty() ? "" : separator) + part;
  return text;
}

class Writer {
public:
  explicit Writer(const RequestStats &stats) : stats(stats), out(text) {}

  std::string write() {
    writeHeader();
    writeWork();
    if (!stats.sizes.empty())
      writeSizes();
    writePasses();
    writeTimes();
    if (stats.cuda)
      writeCuda();
    return std::move(text);
  }

private:
  void row(const char *name, const std::string &value) { out << llvm::formatv("{0,-14} {1}\n", name, value); }

  void writeHeader() {
    const Specialisation &made = stats.specialisation;
    row("request", made.request.text() + " of " + made.model);
    row("real", realName(made.real));
    row("mapping", std::string(mappingName(made.mapping)) + ", because " + stats.mappingReason);
    row("lanes", std::to_string(made.lanes) + (made.widen ? " a register" : ""));
    row("target", stats.target);
  }

  void writeCuda() {
    out << llvm::formatv("\nCUDA sm_{0}, groups of {1} threads, {2} bytes of code, NVRTC {3} ms\n",
                         stats.cuda->architecture, stats.cudaThreads, stats.cuda->bytes.size(),
                         static_cast<int64_t>(stats.cuda->milliseconds));
    for (const cuda::KernelFacts &kernel : stats.cuda->kernels)
      line(1, kernel.name,
           llvm::formatv("{0} registers, {1} bytes of stack, {2} bytes spilled, {3} bytes of shared memory",
                         kernel.registers, kernel.stack, kernel.spill_stores + kernel.spill_loads,
                         kernel.shared)
               .str());
  }

  /// `11 flops`, `1 flop`.
  static std::string counted(const Polynomial &count, const std::string &one, const std::string &many) {
    return count.text() + " " + (count == Polynomial(1) ? one : many);
  }

  /// `reads 8 bytes (s, y/*)`, `writes 4 bytes`, `11 flops`, `1 log`.
  static std::vector<std::string> workParts(const Work &work, const std::vector<std::string> &reads) {
    std::vector<std::string> parts;
    if (!work.bytesRead.isZero())
      parts.push_back("reads " + counted(work.bytesRead, "byte", "bytes") +
                      (reads.empty() ? "" : " (" + joined(reads) + ")"));
    if (!work.bytesWritten.isZero())
      parts.push_back("writes " + counted(work.bytesWritten, "byte", "bytes"));
    if (!work.flops.isZero())
      parts.push_back(counted(work.flops, "flop", "flops"));
    for (const auto &[name, count] : work.functions)
      parts.push_back(count.text() + " " + name);
    for (const auto &[kind, count] : work.random)
      parts.push_back(counted(count, kind + " variate", kind + " variates"));
    return parts;
  }

  static std::string workText(const Work &work, const std::vector<std::string> &reads) {
    const std::vector<std::string> parts = workParts(work, reads);
    return parts.empty() ? "nothing" : joined(parts);
  }

  void line(unsigned depth, const std::string &what, const std::string &value) {
    out << std::string(2 * depth, ' ') << what << ": " << value << "\n";
  }

  void writeWork() {
    const unsigned sweeps = stats.dataSweeps();
    out << "\n" << sweeps << (sweeps == 1 ? " sweep" : " sweeps") << " over the data\n";
    line(1, "outside", workText(stats.cost.outside, {}) + servedText(stats.cost.addresses));
    for (const SweepCost &sweep : stats.cost.sweeps)
      writeSweep(sweep, 1);
    for (const ProductCost &product : stats.cost.products)
      line(1,
           "product of " + product.rows.text() + " x " + product.columns.text() + ", " +
               product.summed.text() + " summed",
           "by the GEMM library, because its matrix has " + std::to_string(product.elements) + " elements");
    out << "  in all\n";
    for (const std::string &part : workParts(stats.cost.total, {}))
      out << "    " << part << "\n";
  }

  static std::string servedText(const std::vector<std::string> &addresses) {
    return addresses.empty() ? "" : "; for " + joined(addresses);
  }

  void writeSweep(const SweepCost &sweep, unsigned depth) {
    std::string head = "sweep over " + sweep.length.text();
    if (sweep.lanes > 1)
      head += " in " + std::to_string(sweep.lanes) + " lanes";
    line(depth, head,
         counted(sweep.sums, "sum", "sums") + ", " + counted(sweep.stacks, "stack", "stacks") +
             servedText(sweep.addresses));
    if (!sweep.reason.empty())
      line(depth + 1, "lanes", sweep.reason);
    line(depth + 1, "each", workText(sweep.each, sweep.reads));
    if (!sweep.shared.isZero())
      line(depth + 1, "once for all lanes", workText(sweep.shared, sweep.sharedReads));
    for (const SweepCost &inner : sweep.inner)
      writeSweep(inner, depth + 1);
  }

  std::string number(const Polynomial &count) {
    std::optional<int64_t> value = stats.at(count);
    return value ? std::to_string(*value) : "unknown (" + count.text() + ")";
  }

  void writeSizes() {
    std::vector<std::string> parts;
    for (const auto &[name, value] : stats.sizes)
      parts.push_back(name + " = " + std::to_string(value));
    const Work &total = stats.cost.total;
    out << "\nwith " << joined(parts) << "\n";
    line(1, "bytes read", number(total.bytesRead));
    line(1, "bytes written", number(total.bytesWritten));
    line(1, "flops", number(total.flops));
    for (const auto &[name, count] : total.functions)
      line(1, name, number(count));
    for (const auto &[kind, count] : total.random)
      line(1, kind + " variates", number(count));
    line(1, "workspace", std::to_string(*stats.workspaceBytes) + " bytes");
  }

  void writePasses() {
    out << llvm::formatv("\n{0,-16}{1,-28}{2,16}{3,16}{4,12}\n", "stage", "pass", "operations", "in sweeps",
                         "sweeps");
    for (const StageStats &stage : stats.stages)
      for (const PassRun &run : stage.passes.runs())
        if (!(run.before == run.after))
          out << llvm::formatv("{0,-16}{1,-28}{2,16}{3,16}{4,12}\n", stage.name, run.name,
                               change(run.before.all, run.after.all),
                               change(run.before.inSweeps, run.after.inSweeps),
                               change(run.before.sweeps, run.after.sweeps));
  }

  static std::string change(int64_t before, int64_t after) {
    return before == after ? std::to_string(after) : std::to_string(before) + " -> " + std::to_string(after);
  }

  void writeTimes() {
    out << "\n";
    for (const StageStats &stage : stats.stages)
      row(stage.name.c_str(), llvm::formatv("{0:F1} ms", stage.passes.milliseconds()));
    row("machine code", llvm::formatv("{0:F1} ms, {1} bytes", stats.machineMilliseconds, stats.codeBytes));
    row("cached kernels", std::to_string(stats.cachedKernels.size()));
    for (const std::string &key : stats.cachedKernels)
      out << "  " << key << "\n";
    row("object cache", stats.cache.text());
  }

  const RequestStats &stats;
  std::string text;
  llvm::raw_string_ostream out;
};

} // namespace

std::string statsText(const RequestStats &stats) { return Writer(stats).write(); }

} // namespace genfuse::inspect
