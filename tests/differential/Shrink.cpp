#include "tests/differential/Shrink.h"
#include "tests/differential/Data.h"
#include "tests/differential/PlanEdit.h"
#include "tests/differential/RandomSizes.h"
#include <algorithm>

namespace genfuse::differential {

namespace {

class Shrinker {
public:
  Shrinker(Experiment failing, const Failure &failure, const Check &check, int attempts)
      : best(std::move(failing)), kind(failure.kind), check(check), attempts(attempts) {}

  Experiment run() {
    bool smaller = true;
    while (smaller && attempts > 0)
      smaller = settings() + statements() + operands() + results() + names() + sizes() + rows() > 0;
    return best;
  }

private:
  /// Takes over an experiment that still fails in the same way.
  bool attempt(Experiment candidate) {
    if (attempts-- <= 0)
      return false;
    removeUnused(candidate.plan);
    dropUnknownNames(candidate);
    if (candidate.operation == Operation::gradient && candidate.names.empty())
      return false;
    std::optional<Failure> failure = check(candidate);
    if (!failure || failure->kind != kind)
      return false;
    best = std::move(candidate);
    return true;
  }

  static void dropUnknownNames(Experiment &e) {
    std::set<std::string> known;
    for (const Leaf &leaf : leavesOf(e.plan, e.sizes))
      known.insert(leaf.pattern);
    for (const Parameter &parameter : parametersOf(e.plan, e.sizes))
      known.insert(parameter.path);
    for (const Argument &argument : e.plan.entry().arguments)
      known.insert(argument.name);
    for (const Leaf &leaf : leavesOf(e.plan, e.sizes))
      for (const std::string &address : addressesOf(leaf))
        known.insert(address);
    std::erase_if(e.names, [&](const std::string &name) { return !known.count(name); });
    std::erase_if(e.changed, [&](const std::string &name) { return !known.count(name); });
    std::erase_if(e.batched, [&](const std::string &name) { return !known.count(name); });
    e.returnGradient = e.returnGradient && e.plan.entry().returned >= 0;
  }

  template <class F> bool with(F change) {
    Experiment candidate = best;
    return change(candidate) && attempt(std::move(candidate));
  }

  bool settings() {
    bool any = with([](Experiment &e) { return std::exchange(e.real, Precision::f64) != Precision::f64; });
    any |= with([](Experiment &e) { return !e.batched.empty() && (e.batched.clear(), true); });
    for (int64_t fewer : {0, 1, 2})
      any |= with([&](Experiment &e) { return e.instances > fewer && (e.instances = fewer, true); });
    any |= with([](Experiment &e) {
      return e.instances == 0 && std::exchange(e.mapping, Mapping::single) != Mapping::single;
    });
    any |= with([](Experiment &e) { return std::exchange(e.returnGradient, false); });
    any |= with([](Experiment &e) { return e.newSizes && (e.newSizes.reset(), true); });
    any |= with([](Experiment &e) { return !e.changed.empty() && (e.changed.clear(), true); });
    return any;
  }

  /// Places are found anew after each success: they move.
  template <class F> bool overPlaces(F change) {
    bool any = false;
    for (size_t i = 0; attempts > 0; ++i) {
      std::vector<Place> places = placesOf(best.plan);
      if (i >= places.size())
        return any;
      while (i < places.size() && change(places[i])) {
        any = true;
        places = placesOf(best.plan);
      }
    }
    return any;
  }

  bool statements() {
    return overPlaces(
        [&](const Place &place) { return with([&](Experiment &e) { return removeNode(e.plan, place); }); });
  }

  bool operands() {
    return overPlaces([&](const Place &place) {
      for (size_t k = 0; k < nodeAt(best.plan, place).operands.size(); ++k)
        if (with([&](Experiment &e) { return replaceByOperand(e.plan, place, k); }))
          return true;
      return false;
    });
  }

  bool results() {
    return with([](Experiment &e) { return std::exchange(e.plan.functions.back().returned, -1) >= 0; });
  }

  bool names() {
    bool any = false;
    for (size_t i = best.names.size(); i-- > 0;)
      any |= with([&](Experiment &e) {
        return i < e.names.size() && (e.names.erase(e.names.begin() + long(i)), true);
      });
    return any;
  }

  bool sizes() {
    bool any = false;
    for (size_t i = 0; i < best.sizes.symbols.size(); ++i)
      for (int64_t size : {0, 1, 2, 3, 8, 9})
        any |= with([&](Experiment &e) {
          int64_t &now = e.sizes.symbols[i];
          bool ofRows = e.plan.ragged && (int(i) == e.plan.ragged->rows || int(i) == e.plan.ragged->total);
          if (ofRows || size >= now || (size == 0 && e.plan.notEmpty[i]))
            return false;
          if (e.newSizes) {
            int64_t &then = e.newSizes->symbols[i];
            then = std::max<int64_t>(e.plan.notEmpty[i], then + size - now);
          }
          now = size;
          return true;
        });
    return any;
  }

  /// Without a row, or with a shorter one.
  bool rows() {
    if (!best.plan.ragged)
      return false;
    bool any = false;
    for (size_t row = lengthsOf(best.sizes.offsets).size(); row-- > 0;) {
      bool gone = with([&](Experiment &e) {
        return changeLengths(e, [&](std::vector<int64_t> &lengths) {
          return row < lengths.size() && (lengths.erase(lengths.begin() + long(row)), true);
        });
      });
      any |= gone;
      for (int64_t length : {0, 1, 2, 8})
        any |= !gone && with([&](Experiment &e) {
          return changeLengths(e, [&](std::vector<int64_t> &lengths) {
            return row < lengths.size() && length < lengths[row] && (lengths[row] = length, true);
          });
        });
    }
    return any;
  }

  /// The lengths before an update and after it. False if those before do not change.
  template <class F> static bool changeLengths(Experiment &e, F change) {
    auto apply = [&](Sizes &sizes) {
      std::vector<int64_t> lengths = lengthsOf(sizes.offsets);
      if (!change(lengths) || !fitsRows(e.plan, offsetsOf(lengths)))
        return false;
      setRows(e.plan, sizes, offsetsOf(lengths));
      return true;
    };
    if (e.newSizes)
      apply(*e.newSizes);
    return apply(e.sizes);
  }

  Experiment best;
  std::string kind;
  const Check &check;
  int attempts;
};

} // namespace

Experiment shrink(Experiment failing, const Failure &failure, const Check &check, int attempts) {
  return Shrinker(std::move(failing), failure, check, attempts).run();
}

} // namespace genfuse::differential
