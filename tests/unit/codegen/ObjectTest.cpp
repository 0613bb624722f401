#include "Kernels.h"
#include "codegen/cpu/Symbols.h"
#include <bit>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace genfuse;
using namespace genfuse::test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string body = R"(
  %av = vector.broadcast %a : {T} to !v
  %t = math.fma %av, %x, %y : !v
  %r = math.exp %t : !v)";

std::string kernelText() { return mapKernel("kernel", "f32", 32, body); }

/// A folder of its own, gone at the end.
struct Folder {
  Folder() : path(std::filesystem::temp_directory_path() / ("genfuse_object_" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string file(const std::string &name) const { return (path / name).string(); }
  std::filesystem::path path;
};

bool run(const std::string &command) { return std::system(command.c_str()) == 0; }

/// What object_main.c prints for the results of the JIT.
std::string expectedOutput() {
  constexpr int64_t count = 77;
  std::vector<float> x(count), y(count);
  for (int i = 0; i < count; ++i) {
    x[i] = 0.1f * static_cast<float>(i);
    y[i] = -0.7f * static_cast<float>(i);
  }
  CpuJit jit(*parse(kernelText()));
  std::string text;
  for (float value : runMap<float>(jit.find("kernel"), 0.3f, x, y, 0, count)) {
    char line[16];
    std::snprintf(line, sizeof line, "%08x\n", std::bit_cast<uint32_t>(value));
    text += line;
  }
  return text;
}

TEST(Object, LinkedByTheSystemsCompilerItGivesTheBitsOfTheJit) {
  if (!run("cc --version > /dev/null 2>&1"))
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  Folder folder;
  std::ofstream(folder.file("kernel.o"), std::ios::binary) << compileObject(*parse(kernelText()));
  std::string source = GENFUSE_SOURCE_DIR;
  ASSERT_TRUE(run("cc -std=c99 -Wall -Werror -I" + source + " " + source +
                  "/tests/unit/codegen/object_main.c " + folder.file("kernel.o") + " -o " +
                  folder.file("program")));
  ASSERT_TRUE(run(folder.file("program") + " > " + folder.file("output")));
  std::ifstream output(folder.file("output"));
  std::string text{std::istreambuf_iterator<char>(output), {}};
  EXPECT_EQ(text, expectedOutput());
}

TEST(Object, ExportsThePublicFunctionsOnly) {
  for (const char *target : {"x86-64-v4", "x86-64-v3"})
    EXPECT_THAT(exportedFunctions(compileObject(*parse(kernelText()), {.target = target})),
                ElementsAre("kernel", "kernel_workspace"));
}

TEST(Object, TheJitLoadsIt) {
  CpuJit jit(compileObject(*parse(mapKernel("axpy", "f32", 32, axpyBody))));
  EXPECT_THAT(runMap<float>(jit.find("axpy"), 2, {1, 2}, {10, 20}, 0, 2), ElementsAre(12, 24));
}

TEST(Object, SameInputGivesTheSameBytes) {
  EXPECT_EQ(compileObject(*parse(kernelText())), compileObject(*parse(kernelText())));
}

TEST(Object, TextsShowTheRegistersOfTheTarget) {
  std::string wide = printAssembly(*parse(kernelText()), {.target = "x86-64-v4"});
  std::string narrow = printAssembly(*parse(kernelText()), {.target = "x86-64-v3"});
  EXPECT_THAT(wide, HasSubstr("%zmm"));
  EXPECT_THAT(narrow, HasSubstr("vfmadd"));
  EXPECT_THAT(narrow, Not(HasSubstr("%zmm")));
  for (const std::string &text : {wide, narrow})
    EXPECT_THAT(text, Not(HasSubstr("call"))); // the device library is inlined
}

TEST(Object, IRHoldsEntryPointsWithTheTargetsAttributes) {
  std::string text = printLLVM(*parse(kernelText()), {.target = "x86-64-v4"});
  EXPECT_THAT(text, HasSubstr("i32 @kernel(ptr"));
  EXPECT_THAT(text, HasSubstr("\"target-cpu\"=\"x86-64-v4\""));
  EXPECT_THAT(text, HasSubstr("\"prefer-vector-width\"=\"512\""));
  EXPECT_THAT(text, Not(HasSubstr("define internal")));
}

/// Stores to one pointer between two loads of another.
constexpr const char *aliasText = R"(
  func.func private @work(%p: !llvm.ptr {llvm.noalias}, %q: !llvm.ptr {llvm.noalias}) {
    %a = llvm.load %p : !llvm.ptr -> f32
    llvm.store %a, %q : f32, !llvm.ptr
    %b = llvm.load %p : !llvm.ptr -> f32
    %c = llvm.getelementptr %q[4] : (!llvm.ptr) -> !llvm.ptr, f32
    llvm.store %b, %c : f32, !llvm.ptr
    return
  }
  func.func @k(%pointers: !llvm.ptr, %dims: !llvm.ptr, %strides: !llvm.ptr, %call: !llvm.ptr) -> i32 {
    %second = llvm.getelementptr %pointers[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %p = llvm.load %pointers : !llvm.ptr -> !llvm.ptr
    %q = llvm.load %second : !llvm.ptr -> !llvm.ptr
    func.call @work(%p, %q) : (!llvm.ptr, !llvm.ptr) -> ()
    %ok = arith.constant 0 : i32
    return %ok : i32
  })";

TEST(Object, NoAliasOfPrivateFunctionsOutlivesTheirInlining) {
  std::string text = printLLVM(*parse(aliasText));
  EXPECT_THAT(text, HasSubstr("!alias.scope"));
  EXPECT_THAT(text, Not(HasSubstr("@work")));
  size_t first = text.find("load float");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("load float", first + 1), std::string::npos) << text; // the second load is gone
}

} // namespace
