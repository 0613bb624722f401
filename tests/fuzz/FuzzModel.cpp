// Models as text: any text is read or refused; a model that verifies prints, reads back, and derives or is
// refused.
#include "codegen/Program.h"
#include "runtime/Error.h"
#include "tests/fuzz/Target.h"

using namespace genfuse;

static void deriveAll(const Model &model) {
  Program program(model);
  for (const char *request : {"assess()", "simulate()"})
    try {
      program.emit("batched", request);
    } catch (const Error &) {
    }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text;
  try {
    const Model model = Model::parse(fuzz::textOf(data, size));
    text = model.text();
    deriveAll(model);
  } catch (const Error &) {
    return 0;
  }
  try {
    fuzz::expect(Model::parse(text).text() == text, "the same text from a model's own text");
  } catch (const Error &error) {
    fuzz::expect(false, error.what());
  }
  return 0;
}
