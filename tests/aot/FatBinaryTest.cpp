// Libraries with kernels for CUDA as the toolkit makes them, on machines without a driver.
#include "codegen/aot/Library.h"
#include "runtime/Error.h"
#include "runtime/embed/Library.h"
#include "tests/ErrorOf.h"
#include "tests/aot/Folder.h"
#include <dlfcn.h>
#include <functional>
#include <gmock/gmock.h>

using namespace genfuse;
using testing::HasSubstr;

namespace {

const std::string source = GENFUSE_SOURCE_DIR;

aot::LibraryOptions options(std::vector<int> architectures) {
  aot::LibraryOptions result;
  result.name = "pl";
  result.operations = {aot::parseOperation("fit = gradient(mu)"),
                       aot::parseOperation("gradient(mu) @ instances")};
  result.real = Precision::f64;
  result.targets = {"cuda", "cpu"};
  result.cpuLevels = {"x86-64-v3"};
  result.cudaArchitectures = std::move(architectures);
  return result;
}

Model model() { return Model::load(source + "/tests/models/cases.mlir", "PL"); }

std::string errorOfLibrary(const aot::LibraryOptions &options) {
  return errorOf([&] { aot::writeLibrary(model(), options, "/nowhere"); });
}

/// Compiled once for all tests; `missing` says why not.
struct Written {
  Written() {
    missing = errorOf([&] { aot::writeLibrary(model(), options({90, 80, 90}), folder.path / "out"); });
    if (missing == "no error")
      missing.clear();
  }
  Folder folder;
  std::string missing;
};

class FatBinary : public testing::Test {
protected:
  static Written &written() {
    static Written once;
    return once;
  }
  void SetUp() override {
    if (written().missing.find("the target cuda needs NVRTC") != std::string::npos)
      GTEST_SKIP() << written().missing;
    ASSERT_EQ(written().missing, "");
  }
  const std::filesystem::path folder = written().folder.path;
};

bool hasDriver() {
  void *driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  return driver && (dlclose(driver), true);
}

TEST_F(FatBinary, HoldsCodeAndSaysSo) {
  const std::string library = contents(folder / "out/lib/libpl.a"),
                    manifest = contents(folder / "out/pl.json");
  const std::string magic = {'\x50', '\xed', '\x55', '\xba'}; // a fat binary begins with 0xba55ed50
  EXPECT_THAT(library, HasSubstr(magic));
  // Kernels of two requests whose functions have the same name.
  for (const char *kernel : {"pl_fit_1", "pl_gradient_mu_1"})
    EXPECT_THAT(library, HasSubstr(kernel));
  const auto read = embed::LibraryManifest::parse(manifest, "manifest");
  EXPECT_THAT(read.targets, testing::ElementsAre("cpu", "cuda"));
  EXPECT_THAT(read.cudaArchitectures, testing::ElementsAre(80, 90));
  EXPECT_THAT(read.find("fit").launches, testing::Contains("pl_fit_1"));
}

TEST_F(FatBinary, IsTheSameFromRunToRunAndNamesNoFolder) {
  const Folder second;
  aot::writeLibrary(model(), options({80, 90}), second.path);
  for (const std::filesystem::path &file : aot::libraryFiles("pl", false)) {
    const std::string text = contents(folder / "out" / file);
    EXPECT_FALSE(text.empty()) << file;
    EXPECT_TRUE(text == contents(second.path / file)) << file;
    EXPECT_EQ(text.find(source), std::string::npos) << file;
    EXPECT_EQ(text.find(std::filesystem::temp_directory_path().string() + "/genfuse"), std::string::npos)
        << file;
  }
}

TEST_F(FatBinary, ServesACProgramWithoutADriver) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  std::filesystem::copy_file(source + "/tests/aot/cuda_main.c", folder / "cuda_main.c");
  ASSERT_TRUE(
      run("cd " + folder.string() +
          " && cc -std=c99 -D_ISOC11_SOURCE -pedantic -Wall -Wextra -Werror cuda_main.c -Iout/include "
          "-Lout/lib -lpl -ldl -o program"));
  EXPECT_TRUE(run("! ldd " + (folder / "program").string() + " | grep -Ei 'llvm|mlir|torch|stdc|cuda'"));
  if (hasDriver())
    GTEST_SKIP() << "this machine has a driver";
  ASSERT_TRUE(run((folder / "program").string() + " > " + (folder / "text").string()));
  EXPECT_THAT(contents(folder / "text"),
              testing::AllOf(testing::StartsWith("0 5 loading pl: no CUDA driver: libcuda.so.1"),
                             HasSubstr("\n5 loading pl: no CUDA driver: libcuda.so.1")));
}

TEST_F(FatBinary, ServesACppProgramWithoutADriver) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C++ compiler 'c++' on this machine";
  std::filesystem::copy_file(source + "/tests/aot/cuda_main.cpp", folder / "cuda_main.cpp");
  ASSERT_TRUE(
      run("cd " + folder.string() +
          " && c++ -std=c++17 -pedantic -Wall -Wextra -Werror cuda_main.cpp -Iout/include -Lout/lib -lpl "
          "-ldl -o typed"));
  if (hasDriver())
    GTEST_SKIP() << "this machine has a driver";
  ASSERT_TRUE(run((folder / "typed").string() + " > " + (folder / "text").string()));
  EXPECT_THAT(
      contents(folder / "text"),
      testing::AllOf(testing::StartsWith("operation 'fit': expected a workspace of "),
                     HasSubstr("\nworkspace: expected memory of the device, got memory of the host\n"
                               "5 loading pl: no CUDA driver: libcuda.so.1"),
                     HasSubstr("\noperation 'fit': expected no stream for a call on the CPU, got one\n")));
}

TEST_F(FatBinary, NeedsTheCLibraryOnly) {
  if (!run("nm --version > /dev/null 2>&1"))
    GTEST_SKIP() << "no nm on this machine";
  const std::string library = (folder / "out/lib/libpl.a").string(), out = (folder / "symbols").string();
  ASSERT_TRUE(run("nm -u " + library + " | awk 'NF > 1 {print $NF}' | sort > " + out));
  std::istringstream lines(contents(out));
  for (std::string symbol; std::getline(lines, symbol);)
    EXPECT_THAT(symbol,
                testing::AnyOf("memcpy", "memset", "memmove", "bcmp", "_GLOBAL_OFFSET_TABLE_", "bsearch",
                               "calloc", "dlerror", "dlopen", "dlsym", "free", "malloc", "pthread_mutex_lock",
                               "pthread_mutex_unlock", "qsort", "snprintf", "strcmp", "strlen", "vsnprintf"));
  ASSERT_TRUE(run("nm -g --defined-only " + library + " | awk 'NF > 1 {print $NF}' | sort > " + out));
  std::istringstream exported(contents(out));
  for (std::string symbol; std::getline(exported, symbol);)
    EXPECT_THAT(symbol, testing::StartsWith("pl_"));
  EXPECT_TRUE(run("! readelf -SW " + library + " | grep -E 'init_array|ctors|\\.init'"));
}

TEST_F(FatBinary, RefusesWrongOptions) {
  EXPECT_THAT(errorOfLibrary(options({80, 7})), HasSubstr("compiling 'pl' for sm_7"));
  aot::LibraryOptions checked = options({90});
  checked.checked = true;
  EXPECT_EQ(errorOfLibrary(checked),
            "operation 'fit' for cuda: kernel 'PL_gradient': checked kernels run on CPUs only, so "
            "far");
}

TEST(CpuLibrary, HasNoKernelsForCuda) {
  const Folder folder;
  aot::LibraryOptions cpu = options({90});
  cpu.targets = {"cpu"};
  cpu.shared = true;
  aot::writeLibrary(model(), cpu, folder.path);
  EXPECT_EQ(contents(folder.path / "include/pl.h").find("cuda"), std::string::npos);
  const embed::Library opened = embed::Library::open(folder.path / "pl.json");
  EXPECT_EQ(errorOf([&] { opened.cudaKernel("fit"); }),
            "library '" + (folder.path / "lib/libpl.so").string() +
                "': expected kernels for the target cuda, got a library for cpu");
}

} // namespace
