// One object file ahead of time: a C program links it without LLVM and gets the bits of the JIT.
#include "codegen/Compiler.h"
#include "codegen/cpu/Object.h"
#include "mlir/Parser/Parser.h"
#include "tests/aot/digits_run.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace genfuse;

namespace {

const std::string source = GENFUSE_SOURCE_DIR;

struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("genfuse_aot_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string &name) const { return (path / name).string(); }
  std::filesystem::path path;
};

bool run(const std::string &command) { return std::system(command.c_str()) == 0; }

std::string contents(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DigitsObject, GivesTheBitsOfTheJit) {
  if (!run("cc --version > /dev/null 2>&1"))
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  mlir::DialectRegistry registry;
  registerAll(registry);
  mlir::MLIRContext context(registry);
  auto models = mlir::parseSourceFile<mlir::ModuleOp>(source + "/tests/models/digits.mlir", &context);
  ASSERT_TRUE(models);
  Specialisation specialisation;
  specialisation.request = Request::parse("gradient(W, b)");

  Folder folder;
  Lowered lowered = lowerTo(Stage::lowered, *models, specialisation);
  std::ofstream(folder.file("digits.o"), std::ios::binary) << compileObject(*lowered.module, {});
  std::string include = "cc -std=c11 -Wall -I" + source + " ", tests = source + "/tests/aot/";
  ASSERT_TRUE(run(include + tests + "digits_main.c " + tests + "digits_run.c " + folder.file("digits.o") +
                  " -o " + folder.file("program")));
  ASSERT_TRUE(run(folder.file("program") + " > " + folder.file("ahead")));
  ASSERT_TRUE(run("! ldd " + folder.file("program") + " | grep -Ei 'llvm|mlir|torch|stdc'"));

  Kernel kernel(*models, specialisation, {});
  FILE *out = std::fopen(folder.file("jit").c_str(), "w");
  ASSERT_EQ(digits_run(kernel.run(), kernel.workspace(), out), GF_OK);
  std::fclose(out);
  std::string ahead = contents(folder.file("ahead"));
  EXPECT_EQ(std::count(ahead.begin(), ahead.end(), '\n'), 1 + 10 * 29 + 10);
  EXPECT_EQ(ahead, contents(folder.file("jit")));
}

/// A failed call returns its code with a text, and has written nothing.
TEST(Errors, HaveTextsInC) {
  if (!run("cc --version > /dev/null 2>&1"))
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  mlir::DialectRegistry registry;
  registerAll(registry);
  mlir::MLIRContext context(registry);
  auto models = mlir::parseSourceFile<mlir::ModuleOp>(source + "/tests/models/cases.mlir", &context);
  ASSERT_TRUE(models);
  Specialisation specialisation;
  specialisation.request = Request::parse("gradient(mu)");
  specialisation.model = "PL";
  specialisation.checked = true;
  Folder folder;
  Lowered lowered = lowerTo(Stage::lowered, *models, specialisation);
  std::ofstream(folder.file("pl.o"), std::ios::binary) << compileObject(*lowered.module, {});
  ASSERT_TRUE(run("cc -std=c11 -Wall -Wextra -Werror -I" + source + " " + source +
                  "/tests/aot/errors_main.c " + folder.file("pl.o") + " -o " + folder.file("errors")));
  ASSERT_TRUE(run(folder.file("errors") + " > " + folder.file("texts")));
  std::string model = source + "/tests/models/cases.mlir";
  EXPECT_EQ(contents(folder.file("texts")),
            "0 written \n"
            "1 untouched kernel 'PL_gradient': expected abi version " +
                std::to_string(GF_ABI_VERSION) +
                ", got 77\n"
                "3\n"
                "kernel 'PL_gradient': expected pointers, sizes and strides, got null\n"
                "kernel 'PL_gradient': expected pointers, sizes and strides, got null\n"
                "small workspace\n"
                "3 untouched kernel 'PL_gradient': expected instances in a range within 0 to 1, got one that "
                "ends at 2\n"
                "3 untouched argument 's': expected a pointer, got null\n"
                "6 untouched " +
                model +
                ":30:10: address 'y/2': parameter 'sigma' of normal: expected a value that is "
                "positive, got -0.5\n"
                "6 untouched " +
                model +
                ":30:10: address 'y/3': expected a number, got nan\n"
                "6 untouched " +
                (model + ":30:10").substr(0, 19) +
                "\n"
                "6 untouched \n");
}

} // namespace
