// What a distribution's parameter has to keep, read from the sentence fragment in its record, so that errors,
// documentation and the checks of checked mode say the same.
//
//   domain = part [", with sum 1"] | "lower triangular, with positive diagonal"
//   part   = "real" | "integer" | "positive" | "not negative" | "above" PARAMETER | "not below" PARAMETER
//          | "in" ("[" | "(") NUMBER "," NUMBER ("]" | ")")
#pragma once

#include <limits>
#include <optional>
#include <string_view>

namespace genfuse::dist {

/// Bounds of a number. A real is finite besides. Of a vector or matrix each element keeps them.
struct Domain {
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool includesLow = false, includesHigh = false;
  std::string_view parameter; ///< another parameter that is the lower bound
  bool includesParameter = false;
  bool sumsToOne = false;
  bool lowerTriangular = false; ///< positive on the diagonal; what lies above it is not read
};

/// How far the elements of a vector "with sum 1" may be from it: more than what adding a thousand floats
/// rounds, less than what a vector that was never normalised differs by.
inline constexpr double sumTolerance = 1e-4;

namespace detail {

constexpr bool takePrefix(std::string_view &text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix)
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

constexpr bool takeSuffix(std::string_view &text, std::string_view suffix) {
  if (text.size() < suffix.size() || text.substr(text.size() - suffix.size()) != suffix)
    return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// A whole number, as domains have them.
constexpr std::optional<double> number(std::string_view text) {
  const bool negative = takePrefix(text, "-");
  double value = 0;
  for (char c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = 10 * value + (c - '0');
  }
  if (text.empty())
    return std::nullopt;
  return negative ? -value : value;
}

constexpr std::optional<Domain> interval(std::string_view text) {
  Domain domain;
  domain.includesLow = text.front() == '[';
  domain.includesHigh = text.back() == ']';
  const bool closed =
      (domain.includesLow || text.front() == '(') && (domain.includesHigh || text.back() == ')');
  const size_t comma = text.find(", ");
  if (!closed || comma == std::string_view::npos)
    return std::nullopt;
  const auto low = number(text.substr(1, comma - 1)),
             high = number(text.substr(comma + 2, text.size() - comma - 3));
  if (!low || !high)
    return std::nullopt;
  domain.low = *low;
  domain.high = *high;
  return domain;
}

} // namespace detail

/// None for a fragment that the grammar above does not have.
constexpr std::optional<Domain> domainOf(std::string_view text) {
  using namespace detail;
  Domain domain;
  domain.sumsToOne = takeSuffix(text, ", with sum 1");
  if (text == "real" || text == "integer")
    return domain;
  if (text == "positive" || text == "not negative") {
    domain.low = 0;
    domain.includesLow = text != "positive";
    return domain;
  }
  if (text == "lower triangular, with positive diagonal") {
    domain.lowerTriangular = true;
    return domain;
  }
  if (takePrefix(text, "in ") && text.size() > 2) {
    auto found = interval(text);
    if (found)
      found->sumsToOne = domain.sumsToOne;
    return found;
  }
  domain.includesParameter = takePrefix(text, "not below ");
  if (!domain.includesParameter && !takePrefix(text, "above "))
    return std::nullopt;
  domain.parameter = text;
  return domain;
}

} // namespace genfuse::dist
