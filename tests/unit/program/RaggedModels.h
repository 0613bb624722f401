// Models with ragged plates, data for them, and what they have to give by plain loops over rows.
#pragma once

#include "codegen/Program.h"
#include "frontend/genfuse.h"
#include "tests/cases/Cases.h"
#include <cmath>
#include <map>
#include <vector>

namespace genfuse::models {

using Numbers = std::vector<double>;
using Ends = std::vector<int64_t>;

inline double normalLogPdf(double x, double mean, double scale) {
  double z = (x - mean) / scale;
  return -0.5 * z * z - std::log(scale) - 0.91893853320467274178;
}

/// Numbers that are exact in float, and so are they times 1 + b / 64.
inline Numbers numbers(size_t count, int seed, double smallest = -1) {
  Numbers result;
  for (size_t i = 0; i < count; ++i)
    result.push_back(smallest + static_cast<double>((i * 7 + static_cast<size_t>(seed) * 5 + 3) % 17) / 8);
  return result;
}

/// The number of an instance: 1 + b / 64 times that of the first one.
inline double ofInstance(double number, int64_t b) { return number * (1 + static_cast<double>(b) / 64); }
inline Numbers ofInstance(Numbers values, int64_t b) {
  for (double &value : values)
    value = ofInstance(value, b);
  return values;
}

inline Array arrayOf(const Numbers &values, Shape shape, const cases::Setting &setting, bool batched = true) {
  Numbers all = values;
  if (batched && setting.instances > 0) {
    all.clear();
    for (double value : values)
      for (int64_t b = 0; b < setting.instances; ++b)
        all.push_back(ofInstance(value, b));
    shape.push_back(setting.instances);
  }
  if (setting.real == Precision::f64)
    return Array::from<double>(all, shape);
  return Array::from<float>({all.begin(), all.end()}, shape);
}

/// Instance b of the values, of which there are `count`.
inline Numbers instanceOf(const Array &values, int64_t count, int64_t b) {
  int64_t instances = count ? values.elementCount() / count : 1;
  Array flat = Array::view(values.data(), values.type(), {count, instances});
  Numbers result;
  for (int64_t i = 0; i < count; ++i)
    result.push_back(flat.at({i, b < instances ? b : 0}));
  return result;
}

/// Each row has a mean m ~ normal(mu, 1), and its j-th element is normal(m + j * x, s). Returns the sum of m
/// * m.
inline Model means() {
  return gen("means", {"mu", "x", "s", "ends"}, [](Real mu, Vector x, Vector s, IntVector ends) {
    Vector squares = map("rows", ragged(ends, s.size()), [&](Row row) {
      Real m = sample("m", normal(mu, 1));
      map(
          "y", [&](Real xj, Real scale, Index j) { sample(normal(m + to_real(j) * xj, scale)); },
          elements(x, row), elements(s, row), range(row));
      return m * m;
    });
    return sum(squares);
  });
}

struct Means {
  Ends ends;
  double mu;
  Numbers x, s, m, y;

  explicit Means(const Ends &ends) : ends(ends), mu(0.25) {
    auto total = static_cast<size_t>(ends.back());
    x = numbers(total, 1);
    for (double &value : x) // j * x stays small in long rows
      value /= 64;
    s = numbers(total, 2, 0.5);
    m = numbers(ends.size() - 1, 3);
    y = numbers(total, 4);
  }
  Means at(int64_t b, bool batchedArguments) const {
    Means result = *this;
    result.m = ofInstance(m, b);
    result.y = ofInstance(y, b);
    if (!batchedArguments)
      return result;
    result.mu = ofInstance(mu, b);
    result.x = ofInstance(x, b);
    result.s = ofInstance(s, b);
    return result;
  }

  Inputs inputs(const cases::Setting &setting, bool batchedArguments) const {
    auto total = static_cast<int64_t>(y.size()), rows = static_cast<int64_t>(m.size());
    Array offsets = Array::from<int64_t>(ends);
    Inputs result;
    result.arguments["mu"] = arrayOf({mu}, {}, setting, batchedArguments);
    result.arguments["x"] = arrayOf(x, {total}, setting, batchedArguments);
    result.arguments["s"] = arrayOf(s, {total}, setting, batchedArguments);
    result.arguments["ends"] = offsets;
    result.choices.set("rows/*/m", ChoiceValue(arrayOf(m, {rows}, setting)));
    result.choices.set("rows/*/y/*", ChoiceValue::ragged(arrayOf(y, {total}, setting), offsets));
    return result;
  }
};

/// What `means` has to give; derivatives are those of score + returned * return value.
struct MeansExpected {
  double score = 0, size = 1, rows = 0, elements = 0, returnValue = 0, dmu = 0;
  Numbers dx, ds, dm, dy;

  explicit MeansExpected(const Means &data, double returned = 0) {
    for (size_t i = 0; i + 1 < data.ends.size(); ++i) {
      double m = data.m[i], row = normalLogPdf(m, data.mu, 1);
      rows += row;
      size += std::fabs(row);
      returnValue += m * m;
      dmu += m - data.mu;
      dm.push_back(data.mu - m + returned * 2 * m);
      for (int64_t at = data.ends[i]; at < data.ends[i + 1]; ++at) {
        double j = static_cast<double>(at - data.ends[i]), s = data.s[at];
        double d = data.y[at] - m - j * data.x[at], element = normalLogPdf(d, 0, s);
        elements += element;
        size += std::fabs(element);
        dm[i] += d / (s * s);
        dx.push_back(j * d / (s * s));
        ds.push_back(d * d / (s * s * s) - 1 / s);
        dy.push_back(-d / (s * s));
      }
    }
    score = rows + elements;
  }
};

/// Rows of vectors, and a row's elements used again in its own body: y_j ~ normal(<w, X_j>, 1/2) and, for the
/// row, total ~ normal(sum of its y, 2).
inline Model totals() {
  return gen("totals", {"w", "X", "ends"}, [](Vector w, Matrix X, IntVector ends) {
    map("rows", ragged(ends, X.rows()), [&](Row row) {
      Vector ys = map(
          "y", [&](Vector x) { return normal(dot(w, x), 0.5); }, rows(X, row));
      sample("total", normal(sum(ys), 2));
    });
  });
}

struct Totals {
  Ends ends;
  size_t width = 3;
  Numbers w, X, y, total;

  explicit Totals(const Ends &ends) : ends(ends) {
    auto count = static_cast<size_t>(ends.back());
    w = numbers(width, 1);
    X = numbers(count * width, 2);
    y = numbers(count, 3);
    total = numbers(ends.size() - 1, 4);
  }
  Totals at(int64_t b) const {
    Totals result = *this;
    result.w = ofInstance(w, b);
    result.X = ofInstance(X, b);
    result.y = ofInstance(y, b);
    result.total = ofInstance(total, b);
    return result;
  }

  Inputs inputs(const cases::Setting &setting) const {
    auto count = static_cast<int64_t>(y.size()), rows = static_cast<int64_t>(total.size());
    auto columns = static_cast<int64_t>(width);
    Array offsets = Array::from<int64_t>(ends);
    Inputs result;
    result.arguments["w"] = arrayOf(w, {columns}, setting);
    result.arguments["X"] = arrayOf(X, {count, columns}, setting);
    result.arguments["ends"] = offsets;
    result.choices.set("rows/*/y/*", ChoiceValue::ragged(arrayOf(y, {count}, setting), offsets));
    result.choices.set("rows/*/total", ChoiceValue(arrayOf(total, {rows}, setting)));
    return result;
  }
};

struct TotalsExpected {
  double score = 0, size = 1;
  Numbers dw, dX, dy, dtotal;

  explicit TotalsExpected(const Totals &data) : dw(data.width) {
    auto add = [&](double term) {
      score += term;
      size += std::fabs(term);
    };
    for (size_t i = 0; i + 1 < data.ends.size(); ++i) {
      double sum = 0;
      for (int64_t at = data.ends[i]; at < data.ends[i + 1]; ++at)
        sum += data.y[at];
      double rest = data.total[i] - sum;
      add(normalLogPdf(rest, 0, 2));
      dtotal.push_back(-rest / 4);
      for (int64_t at = data.ends[i]; at < data.ends[i + 1]; ++at) {
        double d = data.y[at];
        for (size_t k = 0; k < data.width; ++k)
          d -= data.w[k] * data.X[static_cast<size_t>(at) * data.width + k];
        add(normalLogPdf(d, 0, 0.5));
        dy.push_back(-4 * d + rest / 4);
        for (size_t k = 0; k < data.width; ++k) {
          dw[k] += 4 * d * data.X[static_cast<size_t>(at) * data.width + k];
          dX.push_back(4 * d * data.w[k]);
        }
      }
    }
  }
};

/// Two kinds of rows and a vector in one plate, the ragged plate in a called model, a parameter, and the size
/// of a row as a number.
inline Model mixed() {
  auto part = gen("part", {"a", "b", "x", "centre"}, [](IntVector a, IntVector b, Vector x, Vector centre) {
    Real slope = param("slope");
    map(
        "rows",
        [&](Real c, Row first, Row second) {
          Real mean = c + slope * to_real(first.size());
          map("u", elements(x, first), [&](Real xi) { return normal(mean * xi, 1); });
          map("v", range(second), [&](Index j) { return normal(mean, 1.0 + to_real(j)); });
        },
        elements(centre), ragged(a, x.size()), ragged(b, 7));
  });
  return gen("mixed", {"a", "b", "x", "centre"},
             [&](IntVector a, IntVector b, Vector x, Vector centre) { call("in", part, a, b, x, centre); });
}

} // namespace genfuse::models
