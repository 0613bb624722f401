#include "runtime/Manifest.h"
#include "ErrorText.h"
#include "runtime/Names.h"
#include <nlohmann/json.hpp>

using namespace genfuse;

namespace {

const char *const text =
    R"({"abi_version":2,"arrays":[{"batched":true,"name":"image/*/y","output":false,"role":"choice",)"
    R"("shape":["n",3,{"constant":1,"terms":[[2,"n"],[-1,"m"]]}],"type":"i64"}],)"
    R"("entry":"f","symbols":["n","m"]})";

/// The valid document after a change.
template <class Change> Signature read(Change change) {
  nlohmann::json document = parseJson(text);
  change(document);
  return signatureFromJson(document);
}

} // namespace

TEST(Manifest, RoundTrip) {
  Signature signature = signatureFromJson(parseJson(text));
  EXPECT_EQ(signature.entry, "f");
  ASSERT_EQ(signature.arrays.size(), 1u);
  const ArraySpec &spec = signature.arrays[0];
  EXPECT_EQ(spec.name, "image/*/y");
  EXPECT_EQ(spec.role, Role::choice);
  EXPECT_EQ(spec.type, ElementType::i64);
  EXPECT_TRUE(spec.batched);
  EXPECT_FALSE(spec.output);
  ASSERT_EQ(spec.shape.size(), 3u);
  EXPECT_EQ(spec.shape[0].terms[0].symbol, 0);
  EXPECT_EQ(spec.shape[1].constant, 3);
  EXPECT_EQ(spec.shape[2].constant, 1);
  EXPECT_EQ(spec.shape[2].terms[1].coefficient, -1);
  EXPECT_EQ(spec.shape[2].terms[1].symbol, 1);
  EXPECT_EQ(signatureToJson(signature).dump(), text);
}

TEST(Manifest, InitialValuesAreOptional) {
  Signature signature = read([](nlohmann::json &d) { d["arrays"][0]["init"] = {0.5, 2}; });
  EXPECT_EQ(signature.arrays[0].init, (std::vector<double>{0.5, 2}));
  EXPECT_EQ(signatureToJson(signature)["arrays"][0]["init"].dump(), "[0.5,2.0]");
  EXPECT_ERROR(read([](nlohmann::json &d) { d["arrays"][0]["init"] = {"a"}; }),
               "manifest: signature.arrays[0].init[0]: expected a number, got \"a\"");
}

TEST(Manifest, EveryRoleAndTypeHasAName) {
  for (int i = 0; i <= static_cast<int>(Role::result); ++i)
    EXPECT_EQ(roleFromName(roleName(static_cast<Role>(i))), static_cast<Role>(i));
  for (int i = 0; i <= static_cast<int>(ElementType::boolean); ++i)
    EXPECT_EQ(typeFromName(typeName(static_cast<ElementType>(i))), static_cast<ElementType>(i));
}

TEST(Manifest, ErrorsNameThePlace) {
  using nlohmann::json;
  EXPECT_ERROR(read([](json &d) { d["abi_version"] = 1; }),
               "manifest: signature.abi_version: expected 2, got 1");
  EXPECT_ERROR(read([](json &d) { d.erase("entry"); }),
               "manifest: signature: expected a member 'entry', got none");
  EXPECT_ERROR(read([](json &d) { d["extra"] = 1; }),
               "manifest: signature: expected no member 'extra', got one");
  EXPECT_ERROR(read([](json &d) { d["entry"] = 1; }), "manifest: signature.entry: expected a string, got 1");
  EXPECT_ERROR(read([](json &d) { d["symbols"][1] = 7; }),
               "manifest: signature.symbols[1]: expected a string, got 7");
  EXPECT_ERROR(read([](json &d) { d["arrays"][0]["type"] = "f16"; }),
               "manifest: signature.arrays[0].type: expected one of f32, f64, i64, boolean, got \"f16\"");
  EXPECT_ERROR(
      read([](json &d) { d["arrays"][0]["role"] = "x"; }),
      "manifest: signature.arrays[0].role: expected one of argument, parameter, choice, returnGradient, "
      "score, weight, returnValue, argumentGradient, choiceGradient, parameterGradient, newArgument, "
      "constraint, elements, selected, drawn, scoreChange, count, scoreGradient, result, got \"x\"");
  EXPECT_ERROR(read([](json &d) { d["arrays"][0]["batched"] = 1; }),
               "manifest: signature.arrays[0].batched: expected true or false, got 1");
  EXPECT_ERROR(read([](json &d) { d["arrays"][0]["shape"] = "n"; }),
               "manifest: signature.arrays[0].shape: expected an array, got \"n\"");
  EXPECT_ERROR(read([](json &d) { d["arrays"][0]["shape"][0] = "k"; }),
               "manifest: signature.arrays[0].shape[0]: expected a symbol, got \"k\"");
  EXPECT_ERROR(read([](json &d) { d["arrays"][0]["shape"][2]["constant"] = 1.5; }),
               "manifest: signature.arrays[0].shape[2].constant: expected an integer, got 1.5");
  EXPECT_ERROR(
      read([](json &d) { d["arrays"][0]["shape"][2]["terms"][0] = {1}; }),
      "manifest: signature.arrays[0].shape[2].terms[0]: expected a coefficient and a symbol, got [1]");
  EXPECT_ERROR(signatureFromJson(parseJson("3")), "manifest: signature: expected an object, got 3");
}
