// Programs with a folder of machine code: the same results, nothing compiled twice, by many processes at
// once.
#include "codegen/Program.h"
#include "codegen/Trace.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace genfuse;

namespace {

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("genfuse_programs_" + std::to_string(getpid()))) {
    fs::remove_all(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string text() const { return path.string(); }
  fs::path path;
};

Model model() { return Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", "PL"); }

Program compile(const std::string &folder, CompileOptions options = {}) {
  options.cacheFolder = folder;
  return Program(model(), options);
}

Inputs inputs() {
  Inputs result;
  result.arguments["s"] = Array::from<float>({1.0f, 2.0f, 0.5f, 1.5f});
  return result;
}

/// Draws of 50 instances.
Outcome draw(const Program &program) {
  return program.run("simulate()", inputs(), {.seed = 3, .instances = 50});
}

void expectSame(const Outcome &left, const Outcome &right) {
  EXPECT_TRUE(left.score == right.score);
  ASSERT_EQ(left.choices.size(), right.choices.size());
  for (const auto &[name, array] : left.choices)
    EXPECT_TRUE(array == right.choices.at(name)) << name;
}

TEST(Cache, AProgramFindsWhatAnotherHasCompiled) {
  Folder folder;
  const Outcome plain = draw(compile("")), first = draw(compile(folder.text()));
  const Program second = compile(folder.text());
  const Outcome found = draw(second);
  expectSame(plain, first);
  expectSame(plain, found);
  EXPECT_EQ(second.cacheReport().hits, 1);
  EXPECT_EQ(second.cacheReport().misses, 0);
  EXPECT_EQ(second.cacheReport().problem, "");
  EXPECT_TRUE(second.kernel("simulate()", Mapping::instances).fromCache);
  EXPECT_FALSE(second.kernel("simulate()", Mapping::single).fromCache);
}

TEST(Cache, OtherOptionsAreOtherKernels) {
  Folder folder;
  draw(compile(folder.text()));
  for (const CompileOptions &options :
       {CompileOptions{.real = Precision::f64}, CompileOptions{.target = "x86-64-v3"},
        CompileOptions{.lanes = 16}, CompileOptions{.checked = true}, CompileOptions{.counted = true},
        CompileOptions{.optimise = false}}) {
    const Program program = compile(folder.text(), options);
    program.kernel("simulate()", Mapping::instances);
    EXPECT_EQ(program.cacheReport().hits, 0);
    EXPECT_EQ(program.cacheReport().misses, 1);
  }
}

TEST(Cache, IsOffUnlessAskedFor) {
  unsetenv("GENFUSE_CACHE");
  const Program program(model());
  program.kernel("assess()", Mapping::single);
  EXPECT_EQ(program.cacheReport().text(), "off");
}

TEST(Cache, TheEnvironmentNamesAFolderThatOptionsOverride) {
  Folder folder;
  setenv("GENFUSE_CACHE", folder.text().c_str(), 1);
  const Program asked{model()}, refused = compile("");
  unsetenv("GENFUSE_CACHE");
  EXPECT_EQ(asked.cacheReport().folder, folder.text());
  EXPECT_EQ(refused.cacheReport().text(), "off");
}

TEST(Cache, AFolderThatCannotBeMadeChangesNothing) {
  const Program program = compile("/proc/genfuse");
  expectSame(draw(program), draw(compile("")));
  EXPECT_EQ(program.cacheReport().text(),
            "/proc/genfuse: 0 hits, 1 miss; cannot make the folder: No such file or directory");
}

TEST(Cache, ABoundOfNothingKeepsNothing) {
  Folder folder;
  const Program program = compile(folder.text(), {.cacheBytes = 0});
  expectSame(draw(program), draw(compile("")));
  EXPECT_FALSE(fs::exists(folder.path));
}

std::string contentsOf(const fs::path &folder) {
  std::string all;
  for (const auto &entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

/// Which would take longer to compile than they do; an object file that stands alone has them.
TEST(Cache, KernelsOfTheJitDoNotHoldTheTextsOfNumbers) {
  Folder folder;
  const Program program = compile(folder.text());
  program.kernel("assess()", Mapping::single);
  const std::string alone = program.object("assess()", Mapping::single);
  const std::string kept = contentsOf(folder.path);
  EXPECT_THAT(kept, testing::HasSubstr("gf_report"));
  EXPECT_LT(kept.size() + 1000, alone.size()) << "gf_report has more than 1000 bytes";
}

/// Errors are those of an uncached program: a kernel that reports one is not another kernel.
TEST(Cache, AKernelFromTheCacheReportsItsErrors) {
  Folder folder;
  Inputs wrong = inputs();
  wrong.arguments["s"] = Array::from<float>({1.0f, -2.0f});
  auto errorOf = [&] {
    try {
      compile(folder.text(), {.checked = true}).run("simulate()", wrong);
    } catch (const std::exception &error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  const std::string first = errorOf();
  EXPECT_THAT(first, testing::HasSubstr("-2"));
  EXPECT_EQ(errorOf(), first);
}

const std::vector<std::string> requests = {"simulate()", "assess()", "gradient(mu)", "generate(y/*)"};
constexpr int64_t narrow = 60000; ///< bytes: about two of the four kernels
constexpr const char *const childsFolder = "GENFUSE_TEST_CACHE", *const childsNumber = "GENFUSE_TEST_CHILD";

/// What one of many processes does: compiles all requests twice, from another one on than the others.
TEST(Cache, DISABLED_OneProcess) {
  const std::string folder = std::getenv(childsFolder);
  const size_t first = std::stoul(std::getenv(childsNumber));
  const Outcome expected = draw(compile(""));
  for (int round = 0; round < 2; ++round) {
    const Program program = compile(folder, {.cacheBytes = narrow});
    for (size_t i = 0; i < requests.size(); ++i)
      program.kernel(requests[(i + first) % requests.size()], Mapping::instances);
    expectSame(draw(program), expected);
    EXPECT_EQ(program.cacheReport().problem, "");
  }
}

/// Starts this program again as DISABLED_OneProcess.
pid_t startProcess(const std::string &folder, int number) {
  const std::string settings[] = {std::string(childsFolder) + "=" + folder,
                                  std::string(childsNumber) + "=" + std::to_string(number)};
  std::vector<const char *> environment = {settings[0].c_str(), settings[1].c_str()};
  for (char **variable = environ; *variable; ++variable)
    environment.push_back(*variable);
  environment.push_back(nullptr);
  const char *arguments[] = {"child", "--gtest_filter=Cache.DISABLED_OneProcess",
                             "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr};
  pid_t child = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, const_cast<char **>(arguments),
                  const_cast<char **>(environment.data())) != 0)
    return -1;
  return child;
}

/// The bound makes them remove each other's files.
TEST(Cache, ManyProcessesFillOneFolder) {
  Folder folder;
  std::vector<pid_t> children;
  for (int number = 0; number < 6; ++number)
    children.push_back(startProcess(folder.text(), number));
  for (pid_t child : children) {
    int status = 1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  uint64_t bytes = 0;
  for (const auto &entry : fs::directory_iterator(folder.path)) {
    bytes += entry.file_size();
    EXPECT_EQ(entry.path().filename().string().size(), 7u + 64u) << "a part was left: " << entry.path();
  }
  EXPECT_GT(bytes, 0u);
  EXPECT_LE(bytes, static_cast<uint64_t>(narrow));
  expectSame(draw(compile(folder.text())), draw(compile("")));
}

} // namespace
