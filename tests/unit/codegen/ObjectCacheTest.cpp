// The object cache on its own: what a key depends on, what is accepted of a folder, what is kept.
#include "codegen/cpu/ObjectCache.h"
#include "Kernels.h"
#include "codegen/cpu/BuildId.h"
#include "codegen/cpu/ObjectFormat.h"
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace genfuse;
using namespace genfuse::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr int64_t roomy = 1 << 20;

/// A folder that is not there yet, gone at the end.
struct Folder {
  Folder() : path(fs::temp_directory_path() / ("genfuse_cache_" + std::to_string(getpid()))) {
    fs::remove_all(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string text() const { return path.string(); }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto &entry : fs::directory_iterator(path))
      found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
  }
  fs::path path;
};

/// A text of the length of a key.
std::string key(char digit) { return std::string(64, digit); }

std::string read(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path &path, const std::string &contents) {
  std::ofstream(path, std::ios::binary) << contents;
}

/// Runs `work` in a child; the exit code is 0 if it gave true.
template <class Work> bool inChild(Work work) {
  const pid_t child = fork();
  if (child == 0)
    _exit(work() ? 0 : 1);
  int status = 1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(ObjectKey, DiffersWhereAnyOfItsPartsDoes) {
  const CpuTarget v4 = cpuTarget("x86-64-v4"), v3 = cpuTarget("x86-64-v3");
  CpuTarget featured = v4;
  featured.features = "+avx512vnni";
  const std::set<std::string> keys = {
      objectKey("module {}", {}, v4, "build"),
      objectKey("module { }", {}, v4, "build"),
      objectKey("module {}", {.optimisation = 1}, v4, "build"),
      objectKey("module {}", {.imports = {"f"}}, v4, "build"),
      objectKey("module {}", {.imports = {"f", "g"}}, v4, "build"),
      objectKey("module {}", {}, v3, "build"),
      objectKey("module {}", {}, featured, "build"),
      objectKey("module {}", {}, v4, "buildx86-64-v4"), // parts do not run together
      objectKey("module {}", {}, v4, "other"),
  };
  EXPECT_EQ(keys.size(), 9u);
  EXPECT_EQ(objectKey("module {}", {}, v4, "build"), objectKey("module {}", {}, v4, "build"));
}

TEST(BuildId, NamesThisProgramAndItsLibraries) {
  const std::string own = buildIdAt(reinterpret_cast<const void *>(&buildIdAt));
  EXPECT_EQ(own.size(), 40u) << "SHA-1 in hexadecimal, by the linker's --build-id=sha1";
  EXPECT_THAT(compilerBuild(), testing::StartsWith(own + "-"));
  int onTheStack = 0;
  EXPECT_EQ(buildIdAt(&onTheStack), "");
  const std::string libc = buildIdAt(reinterpret_cast<const void *>(&waitpid));
  EXPECT_NE(libc, own);
}

TEST(ObjectCache, GivesBackWhatItKept) {
  Folder folder;
  ObjectCache cache(folder.text(), roomy);
  EXPECT_EQ(cache.find(key('a')), std::nullopt);
  EXPECT_FALSE(fs::exists(folder.path)) << "a look-up alone makes no folder";
  cache.store(key('a'), std::string("object\0file", 11));
  EXPECT_EQ(cache.find(key('a')), std::string("object\0file", 11));
  EXPECT_EQ(cache.find(key('b')), std::nullopt);
  EXPECT_EQ(ObjectCache(folder.text(), roomy).find(key('a')), std::string("object\0file", 11));
  EXPECT_EQ(cache.report().hits, 1);
  EXPECT_EQ(cache.report().misses, 2);
  EXPECT_EQ(cache.report().text(), folder.text() + ": 1 hit, 2 misses");
  EXPECT_EQ(fs::status(folder.path).permissions(), fs::perms::owner_all);
}

TEST(ObjectCache, EveryByteOfAFileIsChecked) {
  Folder folder;
  ObjectCache cache(folder.text(), roomy);
  cache.store(key('a'), "some machine code");
  const fs::path file = folder.files().at(0);
  const std::string whole = read(file);
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 1;
    write(file, damaged);
    EXPECT_EQ(cache.find(key('a')), std::nullopt) << "byte " << i;
    EXPECT_FALSE(fs::exists(file)) << "byte " << i;
  }
  for (size_t length = 0; length < whole.size(); ++length) {
    write(file, whole.substr(0, length));
    EXPECT_EQ(cache.find(key('a')), std::nullopt) << "length " << length;
    EXPECT_FALSE(fs::exists(file)) << "length " << length;
  }
  write(file, whole + "x");
  EXPECT_EQ(cache.find(key('a')), std::nullopt);
  write(file, whole);
  EXPECT_EQ(cache.find(key('a')), "some machine code");
}

TEST(ObjectCache, AFileUnderAnotherName) {
  Folder folder;
  ObjectCache cache(folder.text(), roomy);
  cache.store(key('a'), "code of a");
  std::string other = folder.files().at(0).string();
  std::replace(other.end() - 64, other.end(), 'a', 'b');
  fs::copy_file(folder.files().at(0), other);
  EXPECT_EQ(cache.find(key('b')), std::nullopt);
  EXPECT_EQ(cache.find(key('a')), "code of a");
}

TEST(ObjectCache, ADirectoryWhereAFileShouldBe) {
  Folder folder;
  ObjectCache cache(folder.text(), roomy);
  cache.store(key('a'), "code");
  const fs::path file = folder.files().at(0);
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_EQ(cache.find(key('a')), std::nullopt);
  cache.store(key('a'), "code");
  EXPECT_THAT(cache.report().problem, HasSubstr("cannot write into it: "));
  EXPECT_THAT(folder.files(), ElementsAre(file)) << "no part is left";
}

/// 17 magic + 64 key + 8 length + 32 checksum (ObjectFormat.cpp) + 879 = 1000 bytes a file.
const std::string thousand(879, 'x');

TEST(ObjectCache, KeepsTheBoundAndDropsWhatWasNotUsed) {
  Folder folder;
  ObjectCache cache(folder.text(), 3500);
  const auto start = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (char name : {'a', 'b', 'c'}) {
    cache.store(key(name), thousand);
    fs::last_write_time(folder.files().back(), start + std::chrono::minutes(name - 'a'));
  }
  ASSERT_EQ(fs::file_size(folder.files().at(0)), 1000u);
  EXPECT_TRUE(cache.find(key('a'))); // the oldest, now used
  cache.store(key('d'), thousand);
  EXPECT_EQ(folder.files().size(), 3u);
  EXPECT_TRUE(cache.find(key('a')));
  EXPECT_FALSE(cache.find(key('b')));
  EXPECT_TRUE(cache.find(key('c')));
  EXPECT_TRUE(cache.find(key('d')));
}

TEST(ObjectCache, WhatIsLargerThanTheBoundIsNotKept) {
  Folder folder;
  ObjectCache cache(folder.text(), 1500);
  cache.store(key('a'), thousand);
  cache.store(key('b'), thousand + thousand);
  EXPECT_TRUE(cache.find(key('a')));
  EXPECT_FALSE(cache.find(key('b')));
}

TEST(ObjectCache, PartsOfAWriterThatDiedCountAndGo) {
  Folder folder;
  ObjectCache cache(folder.text(), 1500);
  fs::create_directories(folder.path);
  const fs::path part = folder.path / ("kernel-" + key('0') + ".12345678"), foreign = folder.path / "notes";
  write(part, thousand);
  fs::last_write_time(part, fs::file_time_type::clock::now() - std::chrono::hours(1));
  write(foreign, std::string(4000, 'x'));
  cache.store(key('a'), thousand);
  EXPECT_FALSE(fs::exists(part));
  EXPECT_TRUE(fs::exists(foreign)) << "files of others are neither counted nor removed";
  EXPECT_TRUE(cache.find(key('a')));
}

TEST(ObjectCache, AFolderThatCannotBeMade) {
  ObjectCache cache("/proc/genfuse", roomy);
  EXPECT_EQ(cache.find(key('a')), std::nullopt);
  cache.store(key('a'), "code");
  EXPECT_EQ(cache.find(key('a')), std::nullopt);
  EXPECT_EQ(cache.report().text(),
            "/proc/genfuse: 0 hits, 2 misses; cannot make the folder: No such file or directory");
}

TEST(ObjectCache, AFolderIntoWhichEveryoneMayWrite) {
  Folder folder;
  ObjectCache(folder.text(), roomy).store(key('a'), "code");
  fs::permissions(folder.path, fs::perms::all);
  ObjectCache cache(folder.text(), roomy);
  EXPECT_EQ(cache.find(key('a')), std::nullopt);
  cache.store(key('b'), "code");
  EXPECT_EQ(folder.files().size(), 1u);
  EXPECT_EQ(cache.report().problem, "not used, every user may write into it");
}

TEST(ObjectCache, AFolderThatIsReadOnlyStillServes) {
  Folder folder;
  ObjectCache(folder.text(), roomy).store(key('a'), "code");
  fs::permissions(folder.path, fs::perms(0555));
  fs::permissions(folder.files().at(0), fs::perms(0444));
  EXPECT_TRUE(inChild([&] {
    if (geteuid() == 0 && setuid(65534) != 0) // root may write anywhere
      return false;
    ObjectCache cache(folder.text(), roomy);
    cache.store(key('b'), "code");
    return cache.find(key('a')) == "code" && !cache.find(key('b')) &&
           cache.report().problem == "cannot write into it: Permission denied";
  }));
  fs::permissions(folder.path, fs::perms::owner_all);
}

TEST(ObjectCache, ADiskThatIsFull) {
  Folder folder;
  EXPECT_TRUE(inChild([&] {
    const rlimit limit{300, 300}; // the longest file that the child may write
    std::signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
      return false;
    ObjectCache cache(folder.text(), roomy);
    cache.store(key('a'), thousand);
    cache.store(key('b'), "short");
    return !cache.find(key('a')) && cache.find(key('b')) == "short" &&
           cache.report().problem == "cannot write into it: File too large";
  }));
  EXPECT_EQ(folder.files().size(), 1u) << "no part is left";
}

TEST(ObjectCache, TheJitTakesWhatTheCacheHas) {
  Folder folder;
  ObjectCache cache(folder.text(), roomy);
  const std::string text = mapKernel("k", "f32", 32, "%r = arith.addf %x, %y : !v");
  const std::string other = mapKernel("k", "f32", 32, "%r = arith.mulf %x, %y : !v");
  const std::vector<float> x(40, 3.0f), y(40, 5.0f);
  auto value = [&](const CpuJit &jit) { return runMap<float>(jit.find("k"), 0.0f, x, y, 0, 40).at(39); };
  EXPECT_EQ(value(CpuJit(*parse(text), {.cache = &cache})), 8.0f);
  // Another kernel's code under this one's key: only a JIT that compiles nothing can compute 15.
  const fs::path file = folder.files().at(0);
  const std::string name = file.filename().string().substr(7);
  write(file, packObject(compileObject(*parse(other)), name));
  CpuJit jit(*parse(text), {.cache = &cache});
  EXPECT_TRUE(jit.fromCache());
  EXPECT_EQ(value(jit), 15.0f);
  // Neither another target nor another level takes it.
  for (CpuOptions options :
       {CpuOptions{.target = "x86-64-v3", .cache = &cache}, CpuOptions{.optimisation = 1, .cache = &cache}}) {
    CpuJit compiled(*parse(text), options);
    EXPECT_FALSE(compiled.fromCache());
    EXPECT_EQ(value(compiled), 8.0f);
  }
  EXPECT_EQ(folder.files().size(), 3u);
}

TEST(ObjectCache, ADamagedFileIsMadeAnew) {
  Folder folder;
  ObjectCache cache(folder.text(), roomy);
  const std::string text = mapKernel("k", "f32", 32, "%r = arith.addf %x, %y : !v");
  CpuJit(*parse(text), {.cache = &cache});
  const fs::path file = folder.files().at(0);
  const std::string whole = read(file);
  write(file, whole.substr(0, whole.size() / 2));
  EXPECT_FALSE(CpuJit(*parse(text), {.cache = &cache}).fromCache());
  EXPECT_EQ(read(file), whole) << "the same code is made of the same text";
  EXPECT_TRUE(CpuJit(*parse(text), {.cache = &cache}).fromCache());
}

} // namespace
