// The tables behind gen.special and gen.random: functions and variates of the device library, by the names
// that its entry points have there (gf_lgamma_f32, gf_random_gamma_f32).
#pragma once

#include <string>
#include <string_view>

namespace genfuse::gen {

struct SpecialFunction {
  std::string_view name;
  unsigned arity;
};

inline constexpr SpecialFunction specialFunctions[] = {
    {"lgamma", 1},    {"digamma", 1},         {"sinpi", 1},        {"cospi", 1},
    {"stirling", 1},  {"stirling_slope", 1},  {"deviance", 2},     {"deviance_slope", 2},
    {"half_step", 1}, {"half_step_slope", 1}, {"log1p_square", 2},
    {"at_least_normal", 1},
};

struct Variate {
  std::string_view name;
  unsigned parameters;
  bool integer;
  /// Whether it has a random stream of its own, instead of words of its counter.
  bool ownStream;
};

inline constexpr Variate variates[] = {
    {"uniform", 0, false, false}, {"normal", 0, false, false},   {"stream_normal", 0, false, true},
    {"gamma", 1, false, true},    {"log_gamma", 1, false, true}, {"beta", 2, false, true},
    {"poisson", 1, false, true},  {"binomial", 2, false, true},  {"integer", 2, true, true},
};

template <class Row, std::size_t N>
constexpr const Row *findRow(const Row (&table)[N], std::string_view name) {
  for (const Row &row : table)
    if (row.name == name)
      return &row;
  return nullptr;
}
template <class Row, std::size_t N> std::string rowNames(const Row (&table)[N]) {
  std::string names;
  for (const Row &row : table)
    names += (names.empty() ? "" : ", ") + std::string(row.name);
  return names;
}

/// The function or variate of that name, or null; all names, comma separated, for errors.
constexpr const SpecialFunction *findSpecialFunction(std::string_view name) {
  return findRow(specialFunctions, name);
}
constexpr const Variate *findVariate(std::string_view name) { return findRow(variates, name); }
inline std::string specialFunctionNames() { return rowNames(specialFunctions); }
inline std::string variateNames() { return rowNames(variates); }

} // namespace genfuse::gen
