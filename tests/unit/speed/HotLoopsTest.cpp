// The machine code of the benches' kernels: whatever their loops compute is vector code of this library, and
// nothing is called in them.
#include "bench/speed/Models.h"
#include "bench/training/Models.h"
#include "codegen/Program.h"
#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <sstream>

using namespace genfuse;

namespace {

struct Hot {
  std::string name;
  Model model;
  std::string request;
  Mapping mapping;
};

std::vector<Hot> kernels() {
  return {{"W1", bench::polynomialModel(), "generate(y/*)", Mapping::instances},
          {"W2", bench::polynomialChain(100), "run()", Mapping::single},
          {"W2b", bench::polynomialChain(100), "run()", Mapping::instances},
          {"W3", bench::logisticModel(), "gradient(w/*)", Mapping::single},
          {"W4", bench::digitsModel(), "gradient(digit/W, digit/b)", Mapping::single},
          {"W4 steps", bench::softmaxAscent(10, 1e-3), "run()", Mapping::single},
          {"W7", bench::filterStepModel(), "generate(y)", Mapping::instances}};
}

std::vector<std::string> linesOf(const std::string &text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  return lines;
}

/// What comes after `start` up to white space; empty if the line begins otherwise.
std::string wordAfter(const std::string &line, const std::string &start) {
  if (line.rfind(start, 0) != 0)
    return "";
  const size_t end = line.find_first_of(" \t,", start.size());
  return line.substr(start.size(), end == std::string::npos ? end : end - start.size());
}

struct Loop {
  size_t first, last;
};

/// Loops that hold no other: from a label to a jump back to it.
std::vector<Loop> innermostLoops(const std::vector<std::string> &lines) {
  std::map<std::string, size_t> labels;
  std::vector<Loop> loops;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].empty() && lines[i][0] == '.' && lines[i].find(':') != std::string::npos)
      labels[lines[i].substr(0, lines[i].find(':'))] = i;
    if (lines[i].rfind("\tj", 0) != 0)
      continue;
    auto target = labels.find(lines[i].substr(lines[i].find_last_of('\t') + 1));
    if (target != labels.end())
      loops.push_back({target->second, i});
  }
  std::vector<Loop> innermost;
  for (const Loop &loop : loops)
    if (std::none_of(loops.begin(), loops.end(), [&](const Loop &other) {
          return other.first >= loop.first && other.last <= loop.last &&
                 (other.first != loop.first || other.last != loop.last);
        }))
      innermost.push_back(loop);
  return innermost;
}

bool has(const std::string &line, const char *part) { return line.find(part) != std::string::npos; }

/// A part of a kernel, many iterations at once, also by way of the executor; or a body that loops share,
/// which holds loops itself.
bool isPart(const std::string &text) {
  return has(text, "_part") || has(text, "_run") || has(text, "_shared") || has(text, "*(");
}

class HotLoops : public testing::TestWithParam<const char *> {};

/// Memory is cleared by memset, and parts go through the caller's executor; libm and its like are never
/// called.
TEST_P(HotLoops, CallNothing) {
  const std::string target = GetParam();
  for (const Hot &hot : kernels()) {
    const std::vector<std::string> lines =
        linesOf(Program(hot.model, {.target = target}).emit("asm", hot.request, hot.mapping));
    std::set<std::string> called;
    for (const std::string &line : lines)
      if (const std::string callee = wordAfter(line, "\tcallq\t"); !callee.empty() && callee[0] != '*')
        called.insert(callee.substr(0, callee.find('@')));
    for (const std::string &callee : called)
      EXPECT_TRUE(callee == "memset" || callee == "memcpy" || callee == "gf_report" || isPart(callee))
          << hot.name << " calls " << callee;
    for (const Loop &loop : innermostLoops(lines))
      for (size_t i = loop.first; i <= loop.last; ++i) {
        const bool isHot = has(lines[i], "\tcallq\t") && !isPart(lines[i]);
        const bool calls = isHot && !has(lines[i], "memset") && !has(lines[i], "memcpy");
        EXPECT_FALSE(calls) << hot.name << " calls in a loop: " << lines[i];
      }
  }
}

/// The loop with the most multiply-adds works on whole registers. (That of W2 is a short sweep without a loop
/// of its own: it is looked at as a whole.)
TEST_P(HotLoops, MultiplyWholeRegisters) {
  const std::string target = GetParam();
  const char *registers = target == "x86-64-v4" ? "%zmm" : "%ymm";
  for (const Hot &hot : kernels()) {
    const std::vector<std::string> lines =
        linesOf(Program(hot.model, {.target = target}).emit("asm", hot.request, hot.mapping));
    int64_t most = 0, whole = 0;
    for (const Loop &loop :
         hot.name == "W2" ? std::vector<Loop>{{0, lines.size() - 1}} : innermostLoops(lines)) {
      int64_t products = 0, vectors = 0;
      for (size_t i = loop.first; i <= loop.last; ++i)
        if (has(lines[i], "\tvfm") || has(lines[i], "\tvfnm") || has(lines[i], "\tvmulp")) {
          ++products;
          vectors += has(lines[i], registers);
        }
      if (vectors > whole)
        most = products, whole = vectors;
    }
    EXPECT_GE(whole, 4) << hot.name;
    EXPECT_GE(10 * whole, (hot.name == "W2" ? 5 : 9) * most) << hot.name << ": " << whole << " of " << most;
  }
}

/// Registers that wait on the stack do not cross cache lines: functions that keep some there align it.
TEST_P(HotLoops, AlignTheStack) {
  const std::string target = GetParam();
  for (const Hot &hot : kernels()) {
    std::map<std::string, int64_t> waiting, aligned;
    std::string function;
    for (const std::string &line :
         linesOf(Program(hot.model, {.target = target}).emit("asm", hot.request, hot.mapping))) {
      if (!line.empty() && std::isalpha(line[0]) && has(line, ":"))
        function = line.substr(0, line.find(':'));
      waiting[function] += (has(line, "%zmm") || has(line, "%ymm")) && has(line, "(%rsp)");
      aligned[function] += has(line, "\tandq\t$-") && has(line, ", %rsp");
    }
    for (const auto &[name, registers] : waiting)
      EXPECT_TRUE(registers == 0 || aligned[name] == 1)
          << hot.name << ": " << registers << " accesses to an unaligned stack in " << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Speed, HotLoops, testing::Values("x86-64-v4", "x86-64-v3"),
                         [](const auto &tested) { return std::string(tested.param).substr(7); });

} // namespace
