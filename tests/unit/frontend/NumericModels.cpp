#include "NumericModels.h"
#include "frontend/genfuse.h"
#include <algorithm>
#include <cmath>

namespace gf = genfuse;

template <class F> static gf::Model modelOf(const F &function) {
  return gf::gen("m", {"x"}, [&](gf::Real x) {
    gf::sample("y", gf::normal(0, 1));
    return function(x);
  });
}

static double logistic(double x) { return 1 / (1 + std::exp(-x)); }

static std::vector<NumericCase> elementary() {
  using gf::Real;
  return {
      {"exp", modelOf([](Real x) { return gf::exp(x); }), [](double x) { return std::exp(x); }},
      {"log", modelOf([](Real x) { return gf::log(x * x); }), [](double x) { return std::log(x * x); }},
      {"log1p", modelOf([](Real x) { return gf::log1p(x * x); }), [](double x) { return std::log1p(x * x); }},
      {"expm1", modelOf([](Real x) { return gf::expm1(x); }), [](double x) { return std::expm1(x); }},
      {"sqrt", modelOf([](Real x) { return gf::sqrt(1 + x * x); }),
       [](double x) { return std::hypot(1, x); }},
      {"tanh", modelOf([](Real x) { return gf::tanh(x); }), [](double x) { return std::tanh(x); }},
      {"sin", modelOf([](Real x) { return gf::sin(x); }), [](double x) { return std::sin(x); }},
      {"cos", modelOf([](Real x) { return gf::cos(x); }), [](double x) { return std::cos(x); }},
      {"abs", modelOf([](Real x) { return gf::abs(x); }), [](double x) { return std::fabs(x); }},
      {"sigmoid", modelOf([](Real x) { return gf::sigmoid(x); }), logistic},
      {"log_sigmoid", modelOf([](Real x) { return gf::log_sigmoid(x); }),
       [](double x) { return x > 0 ? -std::log1p(std::exp(-x)) : x - std::log1p(std::exp(x)); }},
      {"softplus", modelOf([](Real x) { return gf::softplus(x); }),
       [](double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }},
      {"pow", modelOf([](Real x) { return gf::pow(x, 5) + gf::pow(x, -2); }),
       [](double x) { return std::pow(x, 5) + std::pow(x, -2); }},
      {"max", modelOf([](Real x) { return gf::max(x, 0.25) * x; }),
       [](double x) { return std::max(x, 0.25) * x; }},
      {"min", modelOf([](Real x) { return gf::min(x, 0.25) * x; }),
       [](double x) { return std::min(x, 0.25) * x; }},
  };
}

static std::vector<NumericCase> ofVectors() {
  using gf::Real;
  auto v = [](Real x) { return gf::vector({x, 2 * x, x * x}); };
  return {
      {"logsumexp", modelOf([&](Real x) { return gf::logsumexp(v(x)); }),
       [](double x) { return std::log(std::exp(x) + std::exp(2 * x) + std::exp(x * x)); }},
      {"mean", modelOf([&](Real x) { return gf::mean(gf::exp(v(x))); }),
       [](double x) { return (std::exp(x) + std::exp(2 * x) + std::exp(x * x)) / 3; }},
      {"largest", modelOf([&](Real x) { return gf::max(v(x)) + 3 * gf::min(v(x)); }),
       [](double x) {
         return std::max({x, 2 * x, x * x}) + 3 * std::min({x, 2 * x, x * x});
       }},
      {"products", modelOf([&](Real x) {
         auto m = gf::outer(v(x), gf::constant({1.0, 2.0}));
         auto square = gf::matmul(gf::transpose(m), m);
         return gf::dot(gf::vecmat(v(x), m), gf::matvec(square, gf::constant({1.0, -2.0})));
       }),
       [](double x) { // m = v w', so v'm = (v'v) w' and m'm = (v'v) w w'
         double q = x * x + 4 * x * x + std::pow(x, 4);
         return q * 5 * q * (1 - 4);
       }},
      {"places", modelOf([&](Real x) {
         auto m = gf::outer(v(x), gf::constant({1.0, 2.0}));
         return m(2, 1) + gf::sum(gf::square(m.row(1))) + 7 * gf::sum(m.col(0)) + v(x)[gf::Int(1)];
       }),
       [](double x) { return 2 * x * x + 4 * x * x * 5 + 7 * (3 * x + x * x) + 2 * x; }},
      {"triangular", modelOf([&](Real x) { // L = (e^x, 0; x, 2), L y = (1, x), L' z = y
         auto l = gf::matrix({{gf::exp(x), 7}, {x, 2}});
         auto y = gf::triangular_solve(l, gf::vector({1, x}));
         auto z = gf::transposed_triangular_solve(l, y);
         auto d = gf::diagonal(gf::matmul(gf::lower_triangle(l), gf::diagonal_matrix(gf::vector({x, 3}))));
         return gf::dot(z, gf::constant({1.0, 3.0})) + gf::sum(d);
       }),
       [](double x) {
         double e = std::exp(x), y0 = 1 / e, y1 = (x - x * y0) / 2, z1 = y1 / 2, z0 = (y0 - x * z1) / e;
         return z0 + 3 * z1 + e * x + 6;
       }},
      {"select", modelOf([&](Real x) { return gf::sum(gf::select(v(x) > 0.3, gf::exp(v(x)), -1)); }),
       [](double x) {
         double total = 0;
         for (double element : {x, 2 * x, x * x})
           total += element > 0.3 ? std::exp(element) : -1;
         return total;
       }},
  };
}

std::vector<NumericCase> numericCases() {
  std::vector<NumericCase> cases = elementary();
  for (NumericCase &each : ofVectors())
    cases.push_back(std::move(each));
  return cases;
}
