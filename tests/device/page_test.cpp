// docs/device-library.md says what is measured here. GENFUSE_UPDATE_DOCS=1 writes its tables anew.
#include "accuracy.h"
#include "gamma_functions.h"
#include "special_values.h"
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace genfuse::device_test {
namespace {

const std::string page = GENFUSE_DEVICE_PAGE, first_mark = "<!-- measured: tests/device/page_test.cpp -->\n",
                  last_mark = "<!-- end of what is measured -->\n";

template <class... A> std::string format(const char *pattern, A... values) {
  char text[512];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

/// A bound of arguments; those near the largest number are all.
std::string domainText(double domain) {
  return domain > 1e30 ? "all" : format("\\|x\\| <= 1e%d", int(std::lround(std::log10(domain))));
}

std::string elementaryRows() {
  std::string text;
  for (int i = 0; i < unary_count; ++i) {
    const Scalar<float> &single = scalar_f32[i];
    const Scalar<double> &twice = scalar_f64[i];
    std::string domain = domainText(single.domain);
    if (domainText(twice.domain) != domain)
      domain += " (f32), " + domainText(twice.domain).substr(9) + " (f64)";
    text += format("| `%s` | %s | %.2f | %.2f | %.1f |\n", single.name, domain.c_str(), measure(single).error,
                   measure(twice).error, single.ulp);
  }
  return text;
}

/// Where the gamma functions are measured.
const std::map<std::string, const char *> gamma_domains = {{"lgamma", "all (1)"},
                                                           {"digamma", "all (2)"},
                                                           {"stirling", "n > -1"},
                                                           {"stirling_slope", "n > -1 (3)"},
                                                           {"half_step", "n > 0"},
                                                           {"half_step_slope", "n > 0"},
                                                           {"deviance", "n > -1, y >= 0 (4)"},
                                                           {"deviance_slope", "n > -1, y >= 0"},
                                                           {"log1p_square", "n > 0"}};

template <class T, std::size_t N> double worstOf(const std::string &function, const GammaRow (&rows)[N]) {
  double worst = 0;
  for (const GammaRow &row : rows)
    if (function == row.function)
      worst = std::max(worst, ulpsOf<T>(row));
  return worst;
}

/// In the order of the table of functions.
std::vector<std::string> gammaNames() {
  std::vector<std::string> names;
  for (const auto &[name, function] : unary<float>())
    names.push_back(name);
  for (const auto &[name, function] : binary<float>())
    names.push_back(name);
  return names;
}

std::string gammaRows() {
  std::string text;
  for (const std::string &name : gammaNames())
    text += format("| `%s` | %s | %.2f | %.2f | %g |\n", name.c_str(), gamma_domains.at(name),
                   worstOf<float>(name, gamma_rows_f32), worstOf<double>(name, gamma_rows_f64),
                   gamma_bounds.at(name));
  return text;
}

std::string numberText(double x) {
  if (std::isnan(x))
    return "NaN";
  if (x == std::numeric_limits<double>::max() || x == -std::numeric_limits<double>::max())
    return x > 0 ? "max" : "-max";
  if (x == std::numeric_limits<double>::denorm_min() || x == -std::numeric_limits<double>::denorm_min())
    return x > 0 ? "min" : "-min";
  return format("%g", x);
}

std::string specialRows() {
  std::map<std::string, std::string> results;
  std::vector<std::string> order;
  auto add = [&](const char *function, const std::string &argument, double result) {
    std::string &text = results[function];
    if (text.empty())
      order.push_back(function);
    text += (text.empty() ? "" : ", ") + argument + " → " + numberText(result);
  };
  for (const Row<double> &row : special_rows<double>)
    add(row.function, numberText(row.argument), row.result);
  std::map<std::string, bool> two;
  for (const auto &[name, function] : binary<double>())
    two[name] = true;
  for (const GammaRow &row : gamma_special_rows)
    add(row.function,
        two.contains(row.function) ? "(" + numberText(row.x) + ", " + numberText(row.y) + ")"
                                   : numberText(row.x),
        row.high);
  std::string text;
  for (const std::string &name : order)
    text += "| `" + name + "` | " + results[name] + " |\n";
  return text;
}

std::string measured() {
  return first_mark +
         "\n| function | arguments | f32, ulp | f64, ulp | promised, ulp |\n| --- | --- | --- | --- | --- "
         "|\n" +
         elementaryRows() + gammaRows() + "\n| function | exact results, of f32 and f64 |\n| --- | --- |\n" +
         specialRows() + "\n" + last_mark;
}

std::string read(const std::string &path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Page, SaysWhatIsMeasured) {
  std::string text = read(page);
  std::size_t first = text.find(first_mark), last = text.find(last_mark);
  ASSERT_TRUE(first != std::string::npos && last != std::string::npos)
      << page << " lacks the marks of its tables";
  const std::string now = measured(), then = text.substr(first, last + last_mark.size() - first);
  if (now != then && std::getenv("GENFUSE_UPDATE_DOCS") &&
      std::string(std::getenv("GENFUSE_UPDATE_DOCS")) == "1") {
    std::ofstream(page) << text.replace(first, then.size(), now);
    return;
  }
  EXPECT_EQ(then, now) << page << " is stale: run this with GENFUSE_UPDATE_DOCS=1";
}

} // namespace
} // namespace genfuse::device_test
