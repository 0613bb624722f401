#include "passes/derive/Choices.h"
#include "ir/Addresses.h"

using namespace mlir;

namespace genfuse {

namespace {

class Collector {
public:
  explicit Collector(std::vector<Choice> &choices) : choices(choices) {}

  void visit(Block &block, const std::string &prefix) {
    for (Operation &op : block) {
      if (auto sample = dyn_cast<gen::SampleOp>(op)) {
        choices.push_back({sample, gen::joinAddress(prefix, sample.getAddress().value_or("")), plates, {}});
      } else if (auto map = dyn_cast<gen::MapOp>(op)) {
        plates.push_back(map);
        std::string below = gen::joinAddress(prefix, map.getAddress().value_or(""));
        visit(map.getBody().front(), gen::joinAddress(below, "*"));
        plates.pop_back();
      }
    }
  }

private:
  std::vector<Choice> &choices;
  std::vector<gen::MapOp> plates;
};

/// Scopes (plate nests) and slots are numbered by program order in the model.
void numberStreams(std::vector<Choice> &choices) {
  std::map<Operation *, int64_t> scopes;
  std::map<int64_t, int64_t> sizes;
  std::vector<std::pair<int64_t, int64_t>> places;
  for (Choice &choice : choices) {
    Operation *scope = choice.plates.empty() ? nullptr : choice.plates.back().getOperation();
    int64_t number = scopes.try_emplace(scope, scopes.size()).first->second;
    places.push_back({number, sizes[number]++});
  }
  for (auto [choice, place] : llvm::zip(choices, places)) {
    bool single = choice.plates.empty();
    choice.stream = gen::StreamAttr::get(choice.op->getContext(), place.first, place.second, single);
  }
}

bool clashes(StringRef a, StringRef b) {
  return a == b || (b.starts_with(a) && b[a.size()] == '/') || (a.starts_with(b) && a[b.size()] == '/');
}

LogicalResult verifyDistinct(const std::vector<Choice> &choices) { // func_c3
  for (size_t i = 0; i < choices.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (clashes(choices[j].pattern, choices[i].pattern)) {
        gen::SampleOp op = choices[i].op, earlier = choices[j].op;
        auto diagnostic = op.emitOpError("at address '") << choices[i].pattern << "': the address is taken";
        diagnostic.attachNote(earlier.getLoc()) << "by the choice at '" << choices[j].pattern << "'";
        return failure();
      }
  return success();
}

} // namespace

FailureOr<std::vector<Choice>> collectChoices(gen::FuncOp model) {
  std::vector<Choice> choices;
  Collector(choices).visit(model.getBody().front(), "");
  if (failed(verifyDistinct(choices)))
    return failure();
  numberStreams(choices);
  return choices;
}

} // namespace genfuse
