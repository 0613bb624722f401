#include "codegen/inspect/Polynomial.h"
#include <algorithm>

namespace genfuse::inspect {

Polynomial::Polynomial(int64_t constant) {
  if (constant != 0)
    terms[{}] = constant;
}

Polynomial Polynomial::symbol(const std::string &name) {
  Polynomial result;
  result.terms[{name}] = 1;
  return result;
}

Polynomial Polynomial::operator+(const Polynomial &other) const {
  Polynomial sum = *this;
  for (const auto &[product, coefficient] : other.terms)
    if ((sum.terms[product] += coefficient) == 0)
      sum.terms.erase(product);
  return sum;
}

Polynomial Polynomial::operator*(const Polynomial &other) const {
  Polynomial result;
  for (const auto &[left, a] : terms)
    for (const auto &[right, b] : other.terms) {
      std::vector<std::string> product = left;
      product.insert(product.end(), right.begin(), right.end());
      std::sort(product.begin(), product.end());
      Polynomial term;
      term.terms[product] = a * b;
      result += term;
    }
  return result;
}

std::optional<int64_t> Polynomial::constant() const {
  if (terms.empty())
    return 0;
  return terms.size() == 1 && terms.begin()->first.empty() ? std::optional(terms.begin()->second)
                                                           : std::nullopt;
}

std::string Polynomial::text() const {
  std::vector<std::pair<std::vector<std::string>, int64_t>> ordered(terms.begin(), terms.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto &a, const auto &b) { return a.first.size() > b.first.size(); });
  std::string result;
  for (const auto &[product, coefficient] : ordered) {
    const int64_t size = coefficient < 0 ? -coefficient : coefficient;
    std::string term = size == 1 && !product.empty() ? "" : std::to_string(size);
    for (const std::string &symbol : product)
      term += (term.empty() ? "" : " * ") + symbol;
    result += result.empty() ? (coefficient < 0 ? "-" : "") : coefficient < 0 ? " - " : " + ";
    result += term;
  }
  return result.empty() ? "0" : result;
}

std::optional<int64_t>
Polynomial::at(const std::function<std::optional<int64_t>(const std::string &)> &value) const {
  int64_t sum = 0;
  for (const auto &[product, coefficient] : terms) {
    int64_t term = coefficient;
    for (const std::string &symbol : product) {
      std::optional<int64_t> size = value(symbol);
      if (!size)
        return std::nullopt;
      term *= *size;
    }
    sum += term;
  }
  return sum;
}

} // namespace genfuse::inspect
