// Every call of a generated library that cannot be right: its status, its message, and that nothing was
// written.
#include "runtime/AlignedBuffer.h"
#include "tests/aot/Opened.h"
#include <cstring>
#include <gmock/gmock.h>
#include <random>

using namespace genfuse;

namespace {

/// gradient(mu) of PL and changes of a trace, with calls that are good until a test changes them.
class BadInput : public testing::Test {
protected:
  static Opened &library() {
    static Opened opened(Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", "PL"),
                         {.name = "pl",
                          .operations = {aot::parseOperation("fit = gradient(mu)"),
                                         aot::parseOperation("many = gradient(mu) @ instances"),
                                         aot::parseOperation("change = update(y/[])")},
                          .real = Precision::f64});
    return opened;
  }

  BadInput() {
    fit = {input(s, 1), input(&mu, 0), input(y, 1), input(&score, 0), input(&gradient, 0)};
    call = gf_call_default();
    call.workspace_bytes = library().workspace("fit", fit, call).status;
    call.workspace = workspace.get();
  }

  gf_array input(void *data, int32_t rank) { return {data, rank ? sizes : nullptr, nullptr, rank, 0, 0, 0}; }

  void expect(int32_t status, const std::string &text) {
    EXPECT_EQ(library().call("fit", fit, call), (Answer{status, text}));
    EXPECT_EQ(score, 7) << "written after an error";
    EXPECT_EQ(gradient, 8) << "written after an error";
  }

  double s[5] = {1, 1, 1, 1, 1}, y[5] = {0.5, 0.5, 0.5, 0.5, 0.5}, mu = 0.25, score = 7, gradient = 8;
  int64_t sizes[2] = {4, 4};
  std::vector<gf_array> fit;
  std::shared_ptr<void> workspace = allocateAligned(1 << 16);
  gf_call call;
};

TEST_F(BadInput, GoodCallsAreTaken) {
  EXPECT_EQ(library().call("fit", fit, call), (Answer{GF_OK, ""}));
  EXPECT_NE(score, 7);
}

TEST_F(BadInput, Calls) {
  EXPECT_EQ((library().find<int32_t(const gf_array *, gf_call *)>("pl_fit")(fit.data(), nullptr)),
            GF_BAD_ARGUMENT);
  EXPECT_EQ(
      (library().find<int64_t(const gf_array *, const gf_call *)>("pl_fit_workspace")(fit.data(), nullptr)),
      -GF_BAD_ARGUMENT);
  fit = std::vector<gf_array>(); // null
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected arrays, got null");
}

TEST_F(BadInput, AbiVersion) {
  call.abi_version = 77;
  expect(GF_ABI_MISMATCH,
         "operation 'fit': expected abi version " + std::to_string(GF_ABI_VERSION) + ", got 77");
  EXPECT_EQ(library().workspace("fit", fit, call).status, -GF_ABI_MISMATCH);
}

TEST_F(BadInput, Flags) {
  call.flags = 4;
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected no flags, got 4");
}

TEST_F(BadInput, Stream) {
  call.stream = &score;
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected no stream for a call on the CPU, got one");
}

TEST_F(BadInput, Executor) {
  const gf_executor none = {nullptr};
  call.executor = &none;
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected an executor with a function, got null");
}

TEST_F(BadInput, Instances) {
  call.instances = 2;
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected one instance, got 2");
  call.instances = 1;
  call.end = 2;
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected instances in a range within 0 to 1, got 0 to 2");
  call.end = 1;
  call.begin = -1;
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected instances in a range within 0 to 1, got -1 to 1");
  call.begin = 1;
  call.end = 0;
  expect(GF_BAD_ARGUMENT, "operation 'fit': expected instances in a range within 0 to 1, got 1 to 0");
  call = gf_call_default();
  call.instances = -1;
  EXPECT_EQ(library().workspace("many", fit, call),
            (Answer{-GF_BAD_ARGUMENT, "operation 'many': expected 0 or more instances, got -1"}));
}

TEST_F(BadInput, Device) {
  fit[0].device = GF_CUDA;
  expect(GF_BAD_ARGUMENT, "argument 's': expected memory of the host, got an array on a CUDA device");
  fit[0].device = 9;
  expect(GF_BAD_ARGUMENT, "argument 's': expected memory of the host, got one on an unknown device");
}

TEST_F(BadInput, Type) {
  fit[1].type = GF_F32;
  expect(GF_BAD_ARGUMENT, "choice 'mu': expected type f64, got f32");
  fit[1].type = 17;
  expect(GF_BAD_ARGUMENT, "choice 'mu': expected type f64, got an unknown one");
}

TEST_F(BadInput, Sizes) {
  fit[2].rank = 2;
  expect(GF_BAD_SHAPE, "choice 'y/*': expected shape [s.0], got [4, 4]");
  fit[2].rank = -3;
  expect(GF_BAD_SHAPE, "choice 'y/*': expected shape [s.0], got one of rank -3");
  fit[2].rank = 1;
  fit[2].sizes = nullptr;
  expect(GF_BAD_SHAPE, "choice 'y/*': expected shape [s.0], got no sizes");
  const int64_t five[] = {5}, negative[] = {-4}, huge[] = {int64_t{1} << 60}, wide[] = {int64_t{1} << 33};
  fit[2].sizes = five;
  expect(GF_BAD_SHAPE, "choice 'y/*': expected shape [4], got [5]; s.0 is 4 by argument 's' of shape [4]");
  fit[2].sizes = negative;
  expect(GF_BAD_SHAPE, "choice 'y/*': expected sizes of 0 or more, got shape [-4]");
  fit[2].sizes = huge;
  expect(GF_BAD_SHAPE, "choice 'y/*': expected at most 2^63 - 1 bytes, got shape [1152921504606846976]");
  fit[2].sizes = wide; // beyond 32 bits
  expect(GF_BAD_SHAPE,
         "choice 'y/*': expected shape [4], got [8589934592]; s.0 is 4 by argument 's' of shape [4]");
  fit[0].sizes = wide; // both, beyond what memory holds: only the workspace is asked for
  EXPECT_EQ(library().workspace("fit", fit, call).text, "");
}

TEST_F(BadInput, Strides) {
  const int64_t two[] = {2}, huge[] = {INT64_MAX};
  fit[0].strides = two;
  expect(GF_BAD_ARGUMENT, "argument 's': expected stride 1 in the last dimension, got strides [2]");
  fit[0].strides = huge;
  expect(GF_BAD_SHAPE, "argument 's': expected at most 2^63 - 1 bytes, got shape [4] with strides "
                       "[9223372036854775807]");
}

TEST_F(BadInput, Pointers) {
  fit[0].data = nullptr;
  expect(GF_BAD_ARGUMENT, "argument 's': expected a pointer, got null");
  fit[0].data = reinterpret_cast<char *>(s) + 4;
  expect(GF_BAD_ARGUMENT, "argument 's': expected data aligned to 8 bytes, got an address that is not");
}

TEST_F(BadInput, Overlaps) {
  fit[4].data = &score;
  expect(GF_BAD_ARGUMENT,
         "score 'score': expected memory of its own, got an overlap with choiceGradient 'mu'");
  fit[4].data = &y[2];
  expect(GF_BAD_ARGUMENT,
         "choiceGradient 'mu': expected memory of its own, got an overlap with choice 'y/*'");
}

TEST_F(BadInput, Workspace) {
  const int64_t need = call.workspace_bytes;
  ASSERT_GT(need, 0);
  call.workspace_bytes = need - 1;
  expect(GF_SMALL_WORKSPACE, "operation 'fit': expected a workspace of " + std::to_string(need) +
                                 " or more bytes, got " + std::to_string(need - 1));
  call.workspace_bytes = need;
  call.workspace = nullptr;
  expect(GF_BAD_ARGUMENT,
         "operation 'fit': expected a workspace of " + std::to_string(need) + " or more bytes, got null");
  call.workspace = static_cast<char *>(workspace.get()) + 8;
  expect(GF_BAD_ARGUMENT,
         "operation 'fit': expected a workspace that is aligned to 64 bytes, got one that is not");
  fit[0].data = call.workspace = workspace.get();
  std::memset(call.workspace, 0, 64);
  expect(GF_BAD_ARGUMENT, "workspace: expected memory of its own, got an overlap with argument 's'");
}

TEST_F(BadInput, NoInstancesAreGood) {
  call.end = 0;
  expect(GF_OK, "");
  call = gf_call_default();
  call.instances = call.end = 0;
  int64_t none[] = {4, 0};
  // One value per instance, of which there are none: no memory is needed.
  const gf_array many = {nullptr, none, nullptr, 2, 0, 0, 0}, one = {nullptr, none + 1, nullptr, 1, 0, 0, 0};
  const std::vector<gf_array> arrays = {input(s, 1), one, many, one, one};
  call.workspace_bytes = library().workspace("many", arrays, call).status;
  ASSERT_GE(call.workspace_bytes, 0);
  call.workspace = workspace.get();
  EXPECT_EQ(library().call("many", arrays, call), (Answer{GF_OK, ""}));
}

TEST_F(BadInput, NoElementsAreGood) {
  sizes[0] = 0;
  fit[0].data = fit[2].data = nullptr;
  EXPECT_EQ(library().call("fit", fit, call), (Answer{GF_OK, ""}));
  // The log density of mu alone: normal(0, 2) at 0.25.
  EXPECT_NEAR(score, -0.5 * 0.125 * 0.125 - 0.9189385332046727 - 0.6931471805599453, 1e-12);
  EXPECT_NEAR(gradient, -0.25 / 4, 1e-12);
}

TEST_F(BadInput, ListsOfElements) {
  const embed::LibraryOperation &change = library().operation("change");
  int64_t list[] = {0, 2}, two[] = {2};
  double fresh[] = {1, 2}, weight = 7, change_of_score = 7;
  std::vector<gf_array> arrays;
  for (const ArraySpec &spec : change.signature.arrays)
    arrays.push_back(spec.role == Role::argument      ? input(s, 1)
                     : spec.role == Role::constraint  ? gf_array{fresh, two, nullptr, 1, 0, 0, 0}
                     : spec.role == Role::elements    ? gf_array{list, two, nullptr, 1, GF_I64, 0, 0}
                     : spec.role == Role::weight      ? input(&weight, 0)
                     : spec.role == Role::scoreChange ? input(&change_of_score, 0)
                     : spec.name == "mu"              ? input(&mu, 0)
                                                      : input(y, 1));
  const int64_t bytes = library().workspace("change", arrays, call).status;
  ASSERT_LE(bytes, 1 << 16);
  call.workspace_bytes = bytes;
  EXPECT_EQ(library().call("change", arrays, call), (Answer{GF_OK, ""}));
  EXPECT_NE(weight, 7);
  weight = 7;
  auto expectList = [&](int64_t first, int64_t second, const std::string &text) {
    list[0] = first;
    list[1] = second;
    EXPECT_EQ(library().call("change", arrays, call), (Answer{text.empty() ? GF_OK : GF_BAD_ARGUMENT, text}));
  };
  const std::string start = "elements 'y/[]': expected elements of 0 or more that increase, got ";
  expectList(-1, 2, start + "-1");
  expectList(2, 1, start + "1 after 2");
  expectList(2, 2, start + "2 after 2");
  EXPECT_EQ(weight, 7);
  expectList(1, 4, ""); // filled up with the length
  expectList(4, 4, "");
}

TEST_F(BadInput, Data) {
  static Opened checked(Model::load(std::string(GENFUSE_SOURCE_DIR) + "/tests/models/cases.mlir", "PL"),
                        {.name = "pl",
                         .operations = {{.request = "gradient(mu)", .name = "fit"}},
                         .real = Precision::f64,
                         .checked = true});
  call.workspace_bytes = checked.workspace("fit", fit, call).status;
  ASSERT_LE(call.workspace_bytes, 1 << 16);
  s[2] = -0.5;
  EXPECT_EQ(
      checked.call("fit", fit, call),
      (Answer{GF_CHECK_FAILED, "cases.mlir:30:10: address 'y/2': parameter 'sigma' of normal: expected a "
                               "value that is positive, got -0.5"}));
  EXPECT_EQ(score, 7);
  s[2] = 1;
  EXPECT_EQ(checked.call("fit", fit, call), (Answer{GF_OK, ""}));
}

/// Numbers that no program means: every call has an answer, and a refused one a message.
TEST_F(BadInput, AnythingAtAll) {
  constexpr int64_t odd[] = {0,
                             1,
                             2,
                             4,
                             5,
                             -1,
                             -4,
                             INT64_MAX,
                             INT64_MIN,
                             INT64_MAX / 8,
                             INT64_MIN / 8,
                             1LL << 31,
                             1LL << 32,
                             (1LL << 61) - 1,
                             3};
  std::mt19937 random(3);
  auto any = [&] { return odd[random() % std::size(odd)]; };
  int refused = 0;
  for (int trial = 0; trial < 50000; ++trial) {
    int64_t numbers[5][6];
    std::vector<gf_array> arrays;
    for (auto &own : numbers) {
      for (int64_t &number : own)
        number = any();
      arrays.push_back({reinterpret_cast<void *>(random() % 2 ? 0 : any()), own,
                        random() % 2 ? own + 3 : nullptr,
                        static_cast<int32_t>(random() % 4 ? random() % 3 : any()), 0, 0, 0});
    }
    gf_call strange = gf_call_default();
    strange.instances = random() % 2 ? 4 : any();
    strange.begin = random() % 2 ? 0 : any();
    strange.end = random() % 2 ? strange.instances : any();
    const Answer answer = library().workspace(random() % 2 ? "fit" : "many", arrays, strange);
    EXPECT_EQ(answer.status < 0, !answer.text.empty()) << answer.text;
    refused += answer.status < 0;
  }
  EXPECT_GT(refused, 40000);
}

TEST_F(BadInput, MessagesAreCutAndMayBeNull) {
  fit[0].data = nullptr;
  char text[12] = "xxxxxxxxxxx";
  call.error = text;
  call.error_capacity = 9;
  auto *run = library().find<int32_t(const gf_array *, gf_call *)>("pl_fit");
  EXPECT_EQ(run(fit.data(), &call), GF_BAD_ARGUMENT);
  EXPECT_STREQ(text, "argument");
  EXPECT_EQ(text[9], 'x');
  call.error_capacity = 0;
  EXPECT_EQ(run(fit.data(), &call), GF_BAD_ARGUMENT);
  call.error = nullptr;
  EXPECT_EQ(run(fit.data(), &call), GF_BAD_ARGUMENT);
}

TEST_F(BadInput, CpuLevels) {
  auto *set = library().find<int32_t(const char *)>("pl_set_cpu_level");
  auto *level = library().find<const char *()>("pl_cpu_level");
  EXPECT_EQ(set("x86-64-v3"), GF_OK);
  EXPECT_STREQ(level(), "x86-64-v3");
  EXPECT_EQ(set("native"), GF_BAD_ARGUMENT) << "not one of this library";
  EXPECT_EQ(set("x86-64"), GF_BAD_ARGUMENT);
  EXPECT_STREQ(level(), "x86-64-v3") << "stays as it was";
  EXPECT_EQ(set(nullptr), GF_OK);
}

} // namespace
