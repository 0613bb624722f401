// Choice maps as JSON: any text is read or refused, and what was read comes back.
#include "runtime/ChoiceJson.h"
#include "runtime/Error.h"
#include "tests/fuzz/Target.h"
#include <nlohmann/json.hpp>

using namespace genfuse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ChoiceMap choices;
  try {
    choices = choicesFromJson(parseJson(fuzz::textOf(data, size)));
  } catch (const Error &) {
    return 0;
  }
  const std::string text = choicesToJson(choices).dump();
  fuzz::expect(choicesFromJson(parseJson(text)) == choices, "the same choices from their own json");
  return 0;
}
