// Libraries whose kernels hand products over: the library of products comes with them, and is all they need.
#include "codegen/Program.h"
#include "codegen/aot/Library.h"
#include "runtime/Error.h"
#include "runtime/embed/Library.h"
#include "tests/aot/Folder.h"
#include "tests/aot/digits_run.h"
#include <gmock/gmock.h>

using namespace genfuse;
using testing::HasSubstr;

namespace {

const std::string source = GENFUSE_SOURCE_DIR, request = "gradient(W, b)";

Model digits() { return Model::load(source + "/tests/models/digits.mlir", "digits"); }

/// W has 10 rows: a short side is not asked to be longer than the least size.
aot::LibraryOptions options(int64_t size, bool shared = false) {
  return {.name = "digits",
          .operations = {{.request = request}},
          .cpuLevels = {"native"},
          .shared = shared,
          .gemmSize = size};
}

std::string jitBits(const Folder &folder, int64_t size) {
  const Program program(digits(), {.gemmSize = size});
  const KernelHandle kernel = program.kernel(request, Mapping::single);
  FILE *out = std::fopen(folder.file("jit").c_str(), "w");
  EXPECT_EQ(digits_run(kernel.run, kernel.workspace, out), GF_OK);
  std::fclose(out);
  return contents(folder.file("jit"));
}

/// What a C program prints that is linked with `flags`, after the folder has moved.
std::string programBits(const Folder &folder, const std::string &flags) {
  std::filesystem::copy_file(source + "/tests/aot/library_main.c", folder.path / "library_main.c");
  std::filesystem::rename(folder.path / "out", folder.path / "moved");
  EXPECT_TRUE(run("cd " + folder.path.string() +
                  " && cc -std=c99 -D_ISOC11_SOURCE library_main.c -Imoved/include " + "-Lmoved/lib " +
                  flags + " '-Wl,-rpath,$ORIGIN/moved/lib' -o program"));
  EXPECT_TRUE(run("! ldd " + folder.file("program") + " | grep -Ei 'llvm|mlir|torch|stdc|blis|not found'"));
  EXPECT_TRUE(run("ldd " + folder.file("program") + " | grep -q libgenfuse_gemm"));
  EXPECT_TRUE(run(folder.file("program") + " native > " + folder.file("ahead")));
  return contents(folder.file("ahead"));
}

TEST(LibraryProducts, StaticLibrariesHaveTheBitsOfTheJit) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  Folder folder;
  aot::writeLibrary(digits(), options(10), folder.path / "out");
  EXPECT_THAT(contents(folder.path / "out/digits.json"), HasSubstr("\"genfuse_gemm\""));
  EXPECT_EQ(programBits(folder, "-ldigits -lgenfuse_gemm"), jitBits(folder, 10));
}

TEST(LibraryProducts, SharedLibrariesFindItBesideThem) {
  if (!hasCompiler())
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  Folder folder;
  aot::writeLibrary(digits(), options(10, /*shared=*/true), folder.path / "out");
  const auto opened = embed::Library::open(folder.file("out/digits.json"));
  EXPECT_THAT(contents(folder.path / "out/lib/libgenfuse_gemm.LICENSE"), HasSubstr("BLIS"));
  EXPECT_EQ(programBits(folder, "-ldigits"), jitBits(folder, 10));
}

TEST(LibraryProducts, OthersNeedNothing) {
  Folder folder;
  aot::writeLibrary(digits(), options(0), folder.path / "out");
  EXPECT_FALSE(std::filesystem::exists(folder.path / "out/lib/libgenfuse_gemm.so"));
  EXPECT_THAT(contents(folder.path / "out/digits.json"), Not(HasSubstr("genfuse_gemm")));
}

TEST(LibraryProducts, AskedForInVain) {
  auto errorOf = [](const aot::LibraryOptions &wanted) -> std::string {
    Folder folder;
    try {
      aot::writeLibrary(digits(), wanted, folder.path / "out");
    } catch (const Error &error) {
      EXPECT_FALSE(std::filesystem::exists(folder.path / "out"));
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(errorOf(options(11)),
            "library 'digits': expected an operation of one instance with a product to hand "
            "over, found none with a matrix of 11 elements or more");
  EXPECT_EQ(errorOf(options(-1)), "library 'digits': expected elements of matrices, 0 for none, got -1");
  aot::LibraryOptions many = options(1);
  many.operations[0].mapping = Mapping::instances;
  EXPECT_THAT(errorOf(many), HasSubstr("expected an operation of one instance"));
}

} // namespace
