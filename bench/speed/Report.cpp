#include "bench/speed/Report.h"
#ifdef GENFUSE_SPEED_TORCH
#include "bench/speed/TorchSides.h"
#endif
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace genfuse::bench {

namespace {

std::optional<double> timeOf(const Row &row, const std::string &side) {
  auto found = row.times.find(side);
  return found == row.times.end() ? std::nullopt : std::optional(found->second);
}
std::optional<double> ratio(std::optional<double> above, std::optional<double> below) {
  return above && below ? std::optional(*above / *below) : std::nullopt;
}
std::string text(std::optional<double> number, int digits) {
  return number ? fmt::format("{:.{}f}", *number, digits) : "-";
}

std::optional<double> barOf(const Row &row, const std::string &side) {
  auto found = row.work.bars.find(side);
  return found == row.work.bars.end() ? std::nullopt : std::optional(found->second);
}
std::string verdict(const Row &row, const std::string &side) {
  const std::optional<double> reached = ratio(timeOf(row, generatedSide), timeOf(row, side)),
                              bar = barOf(row, side);
  return !bar || !reached ? "-" : *reached <= *bar ? "met" : "not met";
}

nlohmann::json optional(std::optional<double> number) {
  return number ? nlohmann::json(*number) : nlohmann::json(nullptr);
}

/// A side that is no column.
std::string contextText(const Row &row, const std::string &side, double milliseconds) {
  const std::optional<double> bar = barOf(row, side);
  const std::string judged =
      bar ? fmt::format(", ratio {}, bar {:.2f}: {}",
                        text(ratio(timeOf(row, generatedSide), milliseconds), 2), *bar, verdict(row, side))
          : "";
  return fmt::format("  [{}: {:.5f}{}]", side, milliseconds, judged);
}

} // namespace

std::string header() {
  return fmt::format("{:8} {:>12} {:>2} {:10} {:>11} {:>11} {:>6} {:>5} {:8} {:>11} {:>8} {:>10}", "", "size",
                     "th", "target", "generated", "limit", "ratio", "bar", "", "LibTorch", "/ours",
                     "compile");
}

std::string line(const Row &row) {
  const std::optional<double> ours = timeOf(row, generatedSide), limit = timeOf(row, limitSide),
                              torch = timeOf(row, torchSide);
  std::string result = fmt::format(
      "{:8} {:>12} {:>2} {:10} {:>11} {:>11} {:>6} {:>5} {:8} {:>11} {:>8} {:>10}", row.work.workload,
      row.work.size, row.work.threads, row.work.target, text(ours, 5), text(limit, 5),
      text(ratio(ours, limit), 2), text(barOf(row, limitSide), 2), verdict(row, limitSide), text(torch, 5),
      text(ratio(torch, ours), 1), text(row.work.compileMilliseconds, 0));
  for (const auto &[side, milliseconds] : row.times)
    if (side != generatedSide && side != limitSide && side != torchSide)
      result += contextText(row, side, milliseconds);
  return row.work.note.empty() ? result : result + "  (" + row.work.note + ")";
}

std::string line(const Check &check) {
  return fmt::format("{:8} {} {:.2e} (at most {:.0e})  {}", check.workload, check.passed() ? "good" : "BAD ",
                     check.error, check.tolerance, check.what);
}

std::string asJson(const std::vector<Check> &checks, const std::vector<Row> &rows) {
  nlohmann::json result{{"versions", {{"compiler", __VERSION__}, {"LLVM and MLIR", GENFUSE_LLVM_VERSION}}},
                        {"checks", nlohmann::json::array()},
                        {"rows", nlohmann::json::array()}};
#ifdef GENFUSE_SPEED_TORCH
  result["versions"]["LibTorch"] = torchVersion();
#endif
  for (const Check &check : checks)
    result["checks"].push_back({{"workload", check.workload},
                                {"what", check.what},
                                {"error", check.error},
                                {"tolerance", check.tolerance},
                                {"passed", check.passed()}});
  for (const Row &row : rows)
    result["rows"].push_back({{"workload", row.work.workload},
                              {"size", row.work.size},
                              {"threads", row.work.threads},
                              {"target", row.work.target},
                              {"bars", row.work.bars},
                              {"compile_ms", optional(row.work.compileMilliseconds)},
                              {"note", row.work.note},
                              {"ms", row.times}});
  return result.dump(1) + "\n";
}

} // namespace genfuse::bench
