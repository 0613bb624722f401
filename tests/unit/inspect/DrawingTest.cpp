// Graphs of models as text for Graphviz.
#include "codegen/inspect/Drawing.h"
#include "runtime/Error.h"
#include <gmock/gmock.h>
#include <set>
#include <sstream>

using namespace genfuse;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

namespace {

std::string draw(const char *file, const char *function, const std::string &request = "") {
  return drawingOf(Model::load(std::string(GENFUSE_SOURCE_DIR "/tests/models/") + file, function), request);
}

std::vector<std::string> linesWith(const std::string &text, const std::string &part) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.find(part) != std::string::npos)
      found.push_back(line.substr(line.find_first_not_of(' ')));
  return found;
}

/// What is between the opening of a cluster and its end, by its label.
std::string cluster(const std::string &text, const std::string &label) {
  const size_t at = text.find("label=<" + label + ">");
  EXPECT_NE(at, std::string::npos) << label;
  return text.substr(at, text.find("\n  }", at) - at);
}

std::string nodeLine(const std::string &text, const std::string &name) {
  auto found = linesWith(text, "\"" + name + "\" [");
  EXPECT_EQ(found.size(), 1u) << name;
  return found.empty() ? "" : found[0];
}

} // namespace

TEST(Drawing, EdgesGoFromWhatADistributionNeeds) {
  EXPECT_THAT(linesWith(draw("cases.mlir", "PL"), " -> "),
              ElementsAre("\"argument s\" -> \"y/*\"", "\"mu\" -> \"y/*\"", "\"mu\" -> \"return\""));
  EXPECT_THAT(linesWith(draw("cases.mlir", "M1p"), " -> "),
              ElementsAre("\"argument a\" -> \"x\"", "\"parameter M1p/theta\" -> \"y\"", "\"x\" -> \"y\"",
                          "\"x\" -> \"return\"", "\"y\" -> \"return\""));
}

TEST(Drawing, PlatesAreBoxesWithTheirLength) {
  const std::string text = draw("drawings.mlir", "rows");
  EXPECT_THAT(cluster(text, "rows × s.0"), HasSubstr("\"rows/*/m\" [label=<m<br/>"));
  EXPECT_THAT(cluster(text, "rows × s.0"), HasSubstr("label=<y × s.1>"));
  EXPECT_THAT(cluster(text, "y × s.1"), HasSubstr("\"rows/*/y/*\" [label=<y/*<br/>"));
  EXPECT_THAT(linesWith(text, "argument s"), Not(IsEmpty()));
}

TEST(Drawing, RaggedPlatesNameTheirOffsets) {
  const std::string text = draw("cases.mlir", "MM");
  EXPECT_THAT(cluster(text, "rows × s_offsets.0 - 1"), HasSubstr("label=<y × row of s_offsets>"));
  EXPECT_THAT(linesWith(text, " -> "), Contains("\"argument s\" -> \"rows/*/y/*\""));
}

TEST(Drawing, CallsAreClustersOfTheirAddresses) {
  const std::string text = draw("drawings.mlir", "nest");
  EXPECT_THAT(cluster(text, "in"), HasSubstr("\"in/x\" [label=<x<br/>"));
  EXPECT_THAT(cluster(text, "in"), HasSubstr("\"in/y\" [label=<y<br/>"));
  EXPECT_THAT(cluster(text, "in"), Not(HasSubstr("\"u\" [")));
}

TEST(Drawing, ValuesThatForkAreNodes) {
  // x y goes to w and to the return value; x^2 + 0.5 only to y.
  const std::string text = draw("drawings.mlir", "nest");
  EXPECT_THAT(linesWith(text, "label=<×>"), testing::SizeIs(1));
  EXPECT_THAT(linesWith(text, "label=<+>"), IsEmpty());
  EXPECT_THAT(linesWith(text, "\"in/x\" -> \"w\""), IsEmpty());
}

TEST(Drawing, ARequestShadesWhatItGives) {
  const std::string shade = "fillcolor=\"#c4d3e6\"", thick = "penwidth=2.4";
  std::string text = draw("drawings.mlir", "rows", "generate(rows/*/y/*)");
  EXPECT_THAT(nodeLine(text, "rows/*/y/*"), HasSubstr(shade));
  EXPECT_THAT(nodeLine(text, "rows/*/m"), Not(HasSubstr(shade)));
  text = draw("drawings.mlir", "nest", "gradient(in/x, a)");
  EXPECT_THAT(nodeLine(text, "in/x"), HasSubstr(thick));
  EXPECT_THAT(nodeLine(text, "argument a"), HasSubstr(thick));
  EXPECT_THAT(nodeLine(text, "u"), HasSubstr(shade));
  text = draw("digits.mlir", "digits", "gradient(W)");
  EXPECT_THAT(nodeLine(text, "parameter digit/W"), HasSubstr(thick));
  EXPECT_THAT(nodeLine(text, "parameter digit/b"), Not(HasSubstr(thick)));
  text = draw("cases.mlir", "PL", "update(y/[])");
  EXPECT_THAT(nodeLine(text, "y/*"), HasSubstr("style=\"filled,dashed\""));
  EXPECT_THAT(nodeLine(text, "y/*"), HasSubstr(shade));
  text = draw("cases.mlir", "PL", "regenerate(mu)");
  EXPECT_THAT(nodeLine(text, "mu"), HasSubstr(thick));
  EXPECT_THAT(draw("cases.mlir", "PL"), Not(HasSubstr(shade)));
}

TEST(Drawing, TwentyChoices) {
  const std::string text = draw("drawings.mlir", "clinic");
  EXPECT_EQ(linesWith(text, "shape=ellipse").size(), 20u);
  EXPECT_THAT(linesWith(text, "shape=hexagon"), testing::SizeIs(1));
  EXPECT_EQ(text, draw("drawings.mlir", "clinic")) << "the order must not depend on addresses in memory";
}

TEST(Drawing, ARequestThatDoesNotDeriveIsAnError) {
  EXPECT_THROW(draw("cases.mlir", "PL", "generate(z)"), Error);
  EXPECT_THROW(draw("cases.mlir", "PL", "generate(y/*"), Error);
}
