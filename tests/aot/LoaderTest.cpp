// Libraries opened at run time: their kernels, and files that do not belong together.
#include "codegen/Program.h"
#include "codegen/ProgramKernels.h"
#include "runtime/Call.h"
#include "runtime/Error.h"
#include "runtime/embed/support/Cpu.h"
#include "tests/ErrorOf.h"
#include "tests/aot/Opened.h"
#include <cstring>
#include <functional>
#include <gmock/gmock.h>

using namespace genfuse;
using embed::Library;

namespace {

const std::string source = GENFUSE_SOURCE_DIR;

Model pl() { return Model::load(source + "/tests/models/cases.mlir", "PL"); }

aot::LibraryOptions options(std::vector<std::string> operations) {
  aot::LibraryOptions result{.name = "pl", .operations = {}, .cpuLevels = {"x86-64-v3"}, .shared = true};
  for (const std::string &text : operations)
    result.operations.push_back(aot::parseOperation(text));
  return result;
}

class Loader : public testing::Test {
protected:
  static const Folder &written() {
    static Folder folder;
    static const bool once = [] {
      aot::writeLibrary(pl(), options({"fit = gradient(mu)", "assess()", "many = gradient(mu) @ instances"}),
                        folder.path);
      return true;
    }();
    EXPECT_TRUE(once);
    return folder;
  }
  std::string manifest = written().file("pl.json"), library = written().file("lib/libpl.so");
};

void replace(const std::string &file, const std::string &from, const std::string &to,
             const std::string &out) {
  std::string text = contents(file);
  size_t count = 0;
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size(), ++count)
    text.replace(at, from.size(), to);
  ASSERT_GT(count, 0u) << from;
  std::ofstream(out, std::ios::binary) << text;
}

TEST_F(Loader, GivesKernelsWithSignatures) {
  const Library opened = Library::open(manifest);
  EXPECT_EQ(opened.manifest().model, "PL");
  EXPECT_EQ(opened.manifest().real, "f32");
  EXPECT_THAT(opened.manifest().cpuLevels, testing::ElementsAre("x86-64-v3"));
  EXPECT_EQ(opened.cpuLevel(), "x86-64-v3");
  EXPECT_EQ(opened.manifest().find("fit").request, "gradient(mu)");

  const Program program(pl(), {.target = "x86-64-v3"});
  Inputs inputs;
  inputs.arguments["s"] = Array::from<float>({1, 2, 0.5f, 1, 3});
  inputs.choices = {{"mu", Array::scalar(0.4f)}, {"y/*", Array::from<float>({0.3f, -1, 0.8f, 2, 0.1f})}};
  const Outcome expected = program.run("gradient(mu)", inputs);
  CompiledKernel kernel = opened.kernel("fit");
  Call call(*kernel.signature);
  call.set("s", Role::argument, inputs.arguments["s"]);
  call.set("mu", Role::choice, Array::scalar(0.4f));
  call.set("y/*", Role::choice, Array::from<float>({0.3f, -1, 0.8f, 2, 0.1f}));
  call.run(kernel.run, kernel.workspace);
  EXPECT_EQ(call.output("score", Role::score), expected.score) << "equal to the bit";
  EXPECT_EQ(call.output("mu", Role::choiceGradient), expected.choiceGradients.at("mu"));
}

TEST_F(Loader, KeepsOperationsOfOneRequestApart) {
  const Library opened = Library::open(manifest);
  const Program program(pl(), {.target = "x86-64-v3"});
  Inputs inputs;
  inputs.arguments["s"] = Array::from<float>({1, 2});
  const Array mu = Array::from<float>({0.4f, 1, -2}),
              y = Array::from<float>({0.3f, -1, 2, 0.1f, 3, 0}, {2, 3});
  inputs.choices = {{"mu", mu}, {"y/*", y}};
  const Outcome expected = program.run("gradient(mu)", inputs, {.instances = 3});
  CompiledKernel kernel = opened.kernel("many");
  Call call(*kernel.signature);
  call.instances(3).set("s", Role::argument, inputs.arguments["s"]);
  call.set("mu", Role::choice, mu).set("y/*", Role::choice, y);
  call.run(kernel.run, kernel.workspace);
  EXPECT_EQ(call.output("score", Role::score), expected.score) << "equal to the bit";
  EXPECT_EQ(call.output("mu", Role::choiceGradient), expected.choiceGradients.at("mu"));
}

TEST_F(Loader, IsASourceOfKernels) {
  const auto source = kernelsOf(Library::open(manifest));
  const auto jit = kernelsOf(Program(pl(), {.target = "x86-64-v3"}));
  ASSERT_EQ(source->signature().arrays.size(), jit->signature().arrays.size());
  for (size_t i = 0; i < jit->signature().arrays.size(); ++i) {
    EXPECT_EQ(source->signature().arrays[i].name, jit->signature().arrays[i].name);
    EXPECT_EQ(source->signature().arrays[i].type, jit->signature().arrays[i].type);
  }
  EXPECT_EQ(source->kernel({}).signature->entry, "PL_assess");
  EXPECT_FALSE(source->kernel({{"mu"}, false, false, false, {}, {}}).signature->arrays[1].batched);
  EXPECT_TRUE(source->kernel({{"mu"}, false, false, true, {}, {}}).signature->arrays[1].batched);
  EXPECT_EQ(errorOf([&] {
              source->kernel({{"mu"}, true, false, false, {}, {}});
            }),
            "library 'pl': expected an operation that it holds, got gradient(mu; weighted) for one instance");
  EXPECT_EQ(
      errorOf([&] {
        source->kernel({{"mu"}, false, false, true, {"s"}, {}});
      }),
      "library 'pl': expected an operation that it holds, got gradient(mu) for many instances; batched: s");
}

TEST_F(Loader, NamesTheOperationsThatThereAre) {
  const Library opened = Library::open(manifest);
  EXPECT_EQ(errorOf([&] { opened.kernel("simulate()"); }),
            "library 'pl': expected one of the operations fit = gradient(mu), assess = assess(), many = "
            "gradient(mu), got 'simulate()'");
  EXPECT_EQ(
      errorOf([&] { opened.kernel("gradient(mu)"); }),
      "library 'pl': expected the name of one operation, got 'gradient(mu)', which is the request of fit "
      "= gradient(mu), many = gradient(mu)");
  EXPECT_EQ(opened.kernel("assess()").signature->entry, "PL_assess");
  EXPECT_EQ(errorOf([&] { opened.useCpuLevel("x86-64-v9"); }),
            "library '" + library +
                "': expected a cpu level of x86-64-v3 that this machine can run, got "
                "'x86-64-v9'");
}

TEST_F(Loader, RefusesFilesThatCannotBeRead) {
  Folder folder;
  EXPECT_EQ(errorOf([&] { Library::open(folder.file("pl.json")); }),
            "cannot read the file '" + folder.file("pl.json") + "'");
  EXPECT_THAT(errorOf([&] { Library::open(manifest, folder.file("libpl.so")); }),
              testing::StartsWith("cannot open the library '" + folder.file("libpl.so") + "': "));
  std::ofstream(folder.file("text.json")) << "{\"abi_version\": 2,";
  EXPECT_THAT(errorOf([&] { Library::open(folder.file("text.json")); }),
              testing::StartsWith("manifest '" + folder.file("text.json") + "': "));
  replace(manifest, "\"identity\"", "\"identify\"", folder.file("pl.json"));
  EXPECT_EQ(errorOf([&] { Library::open(folder.file("pl.json"), library); }),
            "manifest '" + folder.file("pl.json") + "': expected a member 'identity', got none");
}

TEST_F(Loader, RefusesAnotherAbiVersion) {
  Folder folder;
  const std::string version = std::to_string(GF_ABI_VERSION);
  replace(manifest, "\"abi_version\": " + version, "\"abi_version\": 1", folder.file("pl.json"));
  EXPECT_EQ(errorOf([&] { Library::open(folder.file("pl.json"), library); }),
            "manifest '" + folder.file("pl.json") + "': expected abi version " + version + ", got 1");
  if (!hasCompiler())
    GTEST_SKIP() << "no C compiler 'cc' on this machine";
  std::ofstream(folder.file("old.c")) << "unsigned pl_abi_version(void) { return 1; }";
  ASSERT_TRUE(run("cc -shared -fPIC " + folder.file("old.c") + " -o " + folder.file("old.so")));
  EXPECT_EQ(errorOf([&] { Library::open(manifest, folder.file("old.so")); }),
            "library '" + folder.file("old.so") + "': expected abi version " + version + ", got 1");
  std::ofstream(folder.file("none.c")) << "int other(void) { return 1; }";
  ASSERT_TRUE(run("cc -shared -fPIC " + folder.file("none.c") + " -o " + folder.file("none.so")));
  EXPECT_EQ(errorOf([&] { Library::open(manifest, folder.file("none.so")); }),
            "library '" + folder.file("none.so") + "': expected a function 'pl_abi_version', found none");
}

TEST_F(Loader, RefusesAManifestOfAnotherLibrary) {
  Folder folder;
  aot::writeLibrary(pl(), options({"fit = gradient(mu)"}), folder.path);
  const std::string other = folder.file("pl.json");
  const std::string ours = Library::open(manifest).manifest().identity;
  const std::string theirs = Library::open(other).manifest().identity;
  EXPECT_EQ(ours.size(), 32u);
  EXPECT_NE(ours, theirs);
  EXPECT_EQ(errorOf([&] { Library::open(other, library); }),
            "expected a manifest and a library of one compilation, got '" + other + "' of identity " +
                theirs + " and '" + library + "' of identity " + ours);
  replace(manifest, "\"model\": \"PL\"", "\"model\": \"PQ\"", folder.file("changed.json"));
  EXPECT_EQ(errorOf([&] { Library::open(folder.file("changed.json"), library); }),
            "expected a manifest and a library of one compilation, got '" + folder.file("changed.json") +
                "' of identity " + ours + " and '" + library + "' of identity " + ours +
                " (the manifest was changed)");
}

/// The same library, but wanting instructions that no machine has.
TEST_F(Loader, RefusesACpuBelowAllLevels) {
  Folder folder;
  auto bytes = [](const embed::CpuWords &words) {
    return std::string(reinterpret_cast<const char *>(words.words), sizeof words.words);
  };
  embed::CpuWords impossible = embed::level3Needs;
  impossible.words[6] |= int64_t{1} << 62;
  replace(library, bytes(embed::level3Needs), bytes(impossible), folder.file("libpl.so"));
  EXPECT_EQ(errorOf([&] { Library::open(manifest, folder.file("libpl.so")); }),
            "library '" + folder.file("libpl.so") + "': expected a cpu of level x86-64-v3, got one below");
  void *handle = dlopen(folder.file("libpl.so").c_str(), RTLD_NOW);
  ASSERT_TRUE(handle);
  char text[200];
  gf_call call = gf_call_default();
  call.error = text;
  call.error_capacity = sizeof text;
  double score = 7;
  float mu = 0, gradient = 8;
  int64_t none[] = {0};
  const gf_array arrays[] = {{nullptr, none, nullptr, 1, 0, 0, 0},
                             {&mu, nullptr, nullptr, 0, 0, 0, 0},
                             {nullptr, none, nullptr, 1, 0, 0, 0},
                             {&score, nullptr, nullptr, 0, 0, 0, 0},
                             {&gradient, nullptr, nullptr, 0, 0, 0, 0}};
  auto *fit = reinterpret_cast<int32_t (*)(const gf_array *, gf_call *)>(dlsym(handle, "pl_fit"));
  EXPECT_EQ(fit(arrays, &call), GF_NOT_AVAILABLE);
  EXPECT_STREQ(text, "operation 'fit': expected a cpu of level x86-64-v3, got one below");
  EXPECT_EQ(score, 7);
  auto *kernel = reinterpret_cast<gf_kernel>(dlsym(handle, "pl_fit_kernel"));
  EXPECT_EQ(kernel(nullptr, nullptr, nullptr, &call), GF_NOT_AVAILABLE);
  dlclose(handle);
}

TEST(CpuLevels, NeedAllOfTheirInstructions) {
  const embed::LibraryTable head{0, 2};
  struct {
    embed::LibraryTable table;
    embed::LevelRow rows[2];
  } library{head, {}};
  std::memcpy(library.rows[0].needs, embed::level4Needs.words, sizeof embed::level4Needs);
  std::memcpy(library.rows[1].needs, embed::level3Needs.words, sizeof embed::level3Needs);
  EXPECT_EQ(bestLevel(library.table, embed::level4Needs), 0);
  EXPECT_EQ(bestLevel(library.table, embed::level3Needs), 1);
  EXPECT_EQ(bestLevel(library.table, {}), -1);
  embed::CpuWords noSystem = embed::level4Needs;
  noSystem.words[6] = 0x06; // the system does not keep zmm registers
  EXPECT_EQ(bestLevel(library.table, noSystem), 1);
  for (int word = 0; word < embed::cpuWordCount; ++word)
    for (int bit = 0; bit < 32; ++bit)
      if (embed::level3Needs.words[word] >> bit & 1) {
        embed::CpuWords lacking = embed::level4Needs;
        lacking.words[word] &= ~(int64_t{1} << bit);
        EXPECT_EQ(bestLevel(library.table, lacking), -1) << word << " " << bit;
      }
}

} // namespace
