// Arithmetic of Work, and the values of counts.
#include "codegen/inspect/Cost.h"

namespace genfuse::inspect {

Work Work::operator+(const Work &other) const {
  Work sum = *this;
  sum.bytesRead += other.bytesRead;
  sum.bytesWritten += other.bytesWritten;
  sum.flops += other.flops;
  for (const auto &[name, count] : other.functions)
    sum.functions[name] += count;
  for (const auto &[name, count] : other.random)
    sum.random[name] += count;
  return sum;
}

Work Work::operator*(const Polynomial &times) const {
  Work product{bytesRead * times, bytesWritten * times, flops * times, {}, {}};
  for (const auto &[name, count] : functions)
    product.functions[name] = count * times;
  for (const auto &[name, count] : random)
    product.random[name] = count * times;
  return product;
}

bool Work::isZero() const {
  return bytesRead.isZero() && bytesWritten.isZero() && flops.isZero() && functions.empty() && random.empty();
}

std::optional<int64_t> RequestCost::at(const Polynomial &count,
                                       const std::map<std::string, int64_t> &sizes) const {
  return count.at([&](const std::string &symbol) -> std::optional<int64_t> {
    if (auto vector = vectors.find(symbol); vector != vectors.end()) {
      const auto &[iterations, lanes] = vector->second;
      std::optional<int64_t> length = at(iterations, sizes);
      return length ? std::optional((*length + lanes - 1) / lanes) : std::nullopt;
    }
    auto size = sizes.find(symbol);
    return size == sizes.end() ? std::nullopt : std::optional(size->second);
  });
}

} // namespace genfuse::inspect
