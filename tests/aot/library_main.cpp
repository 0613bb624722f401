// A C++ program that knows nothing but the typed header of a generated library: two threads call it at once,
// while allocations are counted. Prints the bits of the results of each thread.
#include "pl.hpp"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

static std::atomic<long> allocations{0};

// In place of the C library's own, which operator new uses too.
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void *malloc(size_t bytes) { return ++allocations, __libc_malloc(bytes); }
void *calloc(size_t count, size_t bytes) { return ++allocations, __libc_calloc(count, bytes); }
void *realloc(void *old, size_t bytes) { return ++allocations, __libc_realloc(old, bytes); }
void *aligned_alloc(size_t alignment, size_t bytes) {
  return ++allocations, __libc_memalign(alignment, bytes);
}
}

namespace embed = genfuse::embed;

constexpr int64_t count = 5, instances = 37;

struct Results {
  double score = 0, gradient = 0;
  std::vector<double> mu = std::vector<double>(instances), y = std::vector<double>(count * instances),
                      scores = std::vector<double>(instances), returned = std::vector<double>(instances);
  embed::Status status;
};

/// All memory is there before; the calls themselves must not allocate.
static void compute(Results &results, embed::Workspace &workspace, int repetitions) {
  const std::array<double, count> s = {1, 2, 0.5, 1, 3}, y = {0.3, -1, 0.8, 2, 0.1};
  const double mu = 0.4;
  pl::fit fit;
  fit.s = s;
  fit.mu = mu;
  fit.y = y;
  fit.score = results.score;
  fit.mu_gradient = results.gradient;
  pl::draw draw;
  draw.s = s;
  draw.mu = results.mu;
  draw.y = {results.y, {count, instances}};
  draw.score = results.scores;
  draw.return_value = results.returned;
  embed::CallOptions many;
  many.seed = 11;
  many.instances = instances;
  for (int i = 0; i < repetitions && results.status; ++i)
    if ((results.status = fit.run(workspace)))
      results.status = draw.run(workspace, many);
}

static int64_t neededBytes() {
  const std::array<double, count> s{};
  const double zero = 0;
  Results results;
  pl::fit fit;
  fit.s = s;
  fit.mu = zero;
  fit.y = s;
  fit.score = results.score;
  fit.mu_gradient = results.gradient;
  pl::draw draw;
  draw.s = s;
  draw.mu = results.mu;
  draw.y = {results.y, {count, instances}};
  draw.score = results.scores;
  draw.return_value = results.returned;
  embed::CallOptions many;
  many.instances = instances;
  embed::Status status;
  const int64_t first = fit.workspace(status), second = status ? draw.workspace(status, many) : -1;
  if (!status)
    std::puts(status.message());
  return first > second ? first : second;
}

static void print(const std::vector<double> &values) {
  for (double value : values) {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    std::printf("%016llx\n", static_cast<unsigned long long>(bits));
  }
}

/// A container that holds fewer elements than its sizes say, and one that says nothing at all.
static bool refusesSmallContainers() {
  std::vector<double> two(2);
  double number = 0;
  pl::fit fit;
  fit.s = embed::View<const double, 1>(two, {5});
  fit.y = two;
  fit.mu = number;
  embed::Status status = fit.run(embed::Workspace());
  if (status.code() != GF_BAD_SHAPE ||
      std::strcmp(status.message(),
                  "argument 's': expected a container with as many elements as its sizes say, got fewer") !=
          0)
    return false;
  fit.s = two;
  status = fit.run(embed::Workspace());
  return status.code() == GF_BAD_ARGUMENT &&
         std::strcmp(status.message(), "score 'score': expected a pointer, got null") == 0;
}

/// The workspace is made by the call that needs it.
static bool makesItsWorkspace() {
  Results own;
  embed::Workspace workspace;
  const std::array<double, 2> two = {1, 2};
  const double mu = 0.5;
  pl::fit fit;
  fit.s = two;
  fit.mu = mu;
  fit.y = two;
  fit.score = own.score;
  fit.mu_gradient = own.gradient;
  if (fit.run(workspace).code() != GF_SMALL_WORKSPACE || !embed::call(fit, workspace) || own.score == 0)
    return false;
  embed::Workspace moved = std::move(workspace);
  return fit.run(moved) && fit.run(workspace).code() == GF_SMALL_WORKSPACE;
}

int main() {
  if (!makesItsWorkspace())
    return 4;
  const int64_t bytes = neededBytes();
  if (bytes < 0 || !refusesSmallContainers())
    return 1;
  Results results[2];
  embed::Workspace workspaces[2];
  for (embed::Workspace &workspace : workspaces)
    if (!workspace.reserve(bytes))
      return 2;
  std::atomic<bool> start{false};
  std::atomic<int> ready{0}, done{0};
  std::atomic<long> before{0}, after{0};
  std::thread threads[2];
  for (int i = 0; i < 2; ++i)
    threads[i] = std::thread([&, i] {
      ++ready;
      while (!start)
        std::this_thread::yield();
      compute(results[i], workspaces[i], 500);
      ++done;
    });
  while (ready < 2)
    std::this_thread::yield();
  before = allocations.load();
  start = true;
  while (done < 2)
    std::this_thread::yield();
  after = allocations.load();
  for (std::thread &thread : threads)
    thread.join();
  std::printf("%ld allocations\n", after - before);
  for (Results &result : results) {
    if (!result.status)
      return std::puts(result.status.message()), 3;
    print({result.score, result.gradient});
    for (const auto &values : {result.mu, result.y, result.scores, result.returned})
      print(values);
  }
  return 0;
}
