#include "tools/Graphviz.h"
#include "runtime/Error.h"
#include <cstdlib>
#include <gmock/gmock.h>

using namespace genfuse;

namespace {

/// An empty search path while it lives.
class NoPrograms {
public:
  NoPrograms() : path(std::getenv("PATH") ? std::getenv("PATH") : "") { setenv("PATH", "/nonexistent", 1); }
  ~NoPrograms() { setenv("PATH", path.c_str(), 1); }

private:
  std::string path;
};

std::string errorOf(const std::string &dot) {
  try {
    renderGraph(dot);
  } catch (const Error &error) {
    return error.what();
  }
  return "no error";
}

} // namespace

TEST(Graphviz, WithoutTheProgramTheErrorSaysWhatHelps) {
  NoPrograms none;
  EXPECT_EQ(errorOf("digraph {}"), "expected the program 'dot' of Graphviz in the search path, found none "
                                   "(--emit=dot prints the graph as text)");
}

TEST(Graphviz, DrawsSvg) {
  if (std::system("dot -V > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "Graphviz is not installed";
  EXPECT_THAT(renderGraph("digraph { a -> b }"), testing::HasSubstr("<svg"));
  EXPECT_THAT(errorOf("digraph {"), testing::StartsWith("the program 'dot' failed: "));
}
