#include "tests/differential/Data.h"
#include "runtime/Error.h"
#include "tests/differential/Random.h"

using genfuse::reference::Index;
using genfuse::reference::Number;
using genfuse::reference::Tensor;
using genfuse::reference::Values;

namespace genfuse::differential {

/// FNV-1a over the name, mixed with seed and instance.
static Random randomFor(uint64_t seed, const std::string &name, int64_t instance) {
  uint64_t hash = 14695981039346656037u ^ seed;
  for (unsigned char c : name)
    hash = (hash ^ c) * 1099511628211u;
  return Random((hash ^ static_cast<uint64_t>(instance)) * 1099511628211u);
}

template <class F> static Tensor filled(const std::vector<int64_t> &shape, F next) {
  Tensor result(shape, Number());
  for (Number &element : result.elements)
    element = next();
  return result;
}

Tensor ValueSource::real(const std::string &name, int64_t instance, const std::vector<int64_t> &shape) const {
  Random random = randomFor(seed, name, instance);
  return filled(shape, [&] { return rounded(random.between(-2, 2)); });
}

Tensor ValueSource::integer(const std::string &name, int64_t instance,
                            const std::vector<int64_t> &shape) const {
  Random random = randomFor(seed, name, instance);
  return filled(shape, [&] { return double(random.below(4)); });
}

Tensor ValueSource::boolean(const std::string &name, int64_t instance) const {
  return double(randomFor(seed, name, instance).below(2));
}

Tensor ValueSource::choice(const reference::Site &site, int64_t instance) const {
  Random random = randomFor(seed, site.address, instance);
  double u = random.uniform();
  const std::vector<Tensor> &p = site.parameters;
  auto number = [&](size_t i) { return p.at(i).scalar().value; };
  const std::string &name = site.distribution;
  auto real = [&](double value) { return Tensor(rounded(value)); };
  double around = 3 * u - 1.5;
  if (name == "normal" || name == "cauchy" || name == "laplace")
    return real(number(0) + number(1) * around);
  if (name == "student_t")
    return real(number(1) + number(2) * around);
  if (name == "log_normal")
    return real(std::exp(number(0) * 0.5 + around));
  if (name == "uniform")
    return real(number(0) + (number(1) - number(0)) * (0.05 + 0.9 * u));
  if (name == "beta")
    return real(0.05 + 0.9 * u);
  if (name == "gamma")
    return real(number(0) * number(1) * (0.2 + 2 * u));
  if (name == "exponential")
    return real((0.05 + 2 * u) / number(0));
  if (name == "bernoulli" || name == "bernoulli_logits")
    return double(u < 0.5);
  if (name == "categorical" || name == "categorical_logits")
    return double(random.below(int64_t(p.at(0).elements.size())));
  if (name == "poisson" || name == "geometric")
    return double(random.below(7));
  if (name == "binom")
    return double(random.below(p.at(0).integer() + 1));
  if (name == "uniform_discrete")
    return double(p.at(0).integer() + random.below(p.at(1).integer() - p.at(0).integer() + 1));
  if (name == "mvnormal_cholesky")
    return filled(p.at(0).shape, [&] { return rounded(random.between(-1.5, 1.5)); });
  if (name == "dirichlet")
    return simplex(random, p.at(0).shape);
  throw Error("no value is known for a choice of the distribution '" + name + "'");
}

Tensor ValueSource::simplex(Random &random, const std::vector<int64_t> &shape) const {
  double total = 0;
  Tensor result = filled(shape, [&] {
    double part = 0.1 + random.uniform();
    total += part;
    return part;
  });
  for (Number &element : result.elements)
    element.value = rounded(element.value / total);
  return result;
}

static std::string addressAt(const Leaf &leaf, const Index &index) {
  std::string address;
  size_t plate = 0;
  for (char c : leaf.pattern) {
    if (c == '*')
      address += std::to_string(index[plate++]);
    else
      address += c;
  }
  return address;
}

std::vector<std::string> addressesOf(const Leaf &leaf) {
  std::vector<std::string> addresses;
  if (leaf.offsets.empty()) {
    reference::forEachIndex(leaf.plates,
                            [&](const Index &index) { addresses.push_back(addressAt(leaf, index)); });
    return addresses;
  }
  for (int64_t row = 0; row < leaf.plates[0]; ++row) {
    std::vector<int64_t> lengths(leaf.plates.begin() + 1, leaf.plates.end());
    lengths[0] = leaf.offsets[row + 1] - leaf.offsets[row];
    reference::forEachIndex(lengths, [&](Index index) {
      index.insert(index.begin(), row);
      addresses.push_back(addressAt(leaf, index));
    });
  }
  return addresses;
}

static void store(const Array &array, size_t at, double value) {
  switch (array.type()) {
  case ElementType::f32:
    array.values<float>()[at] = static_cast<float>(value);
    break;
  case ElementType::f64:
    array.values<double>()[at] = value;
    break;
  case ElementType::i64:
    array.values<int64_t>()[at] = static_cast<int64_t>(value);
    break;
  case ElementType::boolean:
    array.values<bool>()[at] = value != 0;
    break;
  }
}

static ElementType elementType(Scalar scalar, Precision real) {
  if (scalar == Scalar::real)
    return real == Precision::f32 ? ElementType::f32 : ElementType::f64;
  return scalar == Scalar::integer ? ElementType::i64 : ElementType::boolean;
}

Array arrayOf(const std::vector<Tensor> &each, Scalar scalar, Precision real, std::vector<int64_t> shape,
              int64_t instances) {
  int64_t copies = std::max<int64_t>(instances, 1);
  if (instances > 0)
    shape.push_back(instances);
  Array result = Array::zeros(elementType(scalar, real), shape);
  for (int64_t b = 0; b < copies; ++b)
    for (size_t i = 0; i < each[b].elements.size(); ++i)
      store(result, i * copies + b, each[b].elements[i].value);
  return result;
}

Array leafArray(const Leaf &leaf, const std::vector<Values> &each, Precision real, int64_t instances) {
  std::vector<std::string> addresses = addressesOf(leaf);
  std::vector<Tensor> all;
  for (const Values &values : each) {
    Tensor joined;
    for (const std::string &address : addresses) {
      const std::vector<Number> &elements = values.at(address).elements;
      joined.elements.insert(joined.elements.end(), elements.begin(), elements.end());
    }
    all.push_back(joined);
  }
  return arrayOf(all, leaf.scalar, real, leaf.arrayShape(), instances);
}

Tensor tensorOf(const Array &array, const std::vector<int64_t> &shape, int64_t instance) {
  bool batched = array.rank() == static_cast<int64_t>(shape.size()) + 1;
  Tensor result(shape, std::vector<Number>{});
  reference::forEachIndex(shape, [&](const Index &index) {
    Shape at(index.begin(), index.end());
    if (batched)
      at.push_back(instance);
    result.elements.push_back(array.at(at));
  });
  return result;
}

void addLeaf(const Leaf &leaf, const Array &array, int64_t instance, Values &values) {
  Tensor all = tensorOf(array, leaf.arrayShape(), instance);
  size_t size = Tensor::count(leaf.shape), next = 0;
  for (const std::string &address : addressesOf(leaf)) {
    auto first = all.elements.begin() + static_cast<int64_t>(size * next++);
    values[address] = Tensor(leaf.shape, std::vector<Number>(first, first + static_cast<int64_t>(size)));
  }
}

} // namespace genfuse::differential
