// Selections as text: any text is read or refused, what was read comes back, and a leaf's extent is that of
// its elements.
#include "runtime/Error.h"
#include "runtime/Selection.h"
#include "tests/fuzz/Target.h"

using namespace genfuse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Selection selection;
  try {
    selection = Selection::parse(fuzz::textOf(data, size));
  } catch (const Error &) {
    return 0;
  }
  fuzz::expect(Selection::parse(selection.text()) == selection, "the same selection from its own text");
  size_t selected = 0;
  try {
    selected = selection.elements("y/*", {3}).size();
  } catch (const Error &) {
    return 0; // an index past the end
  }
  const Extent extent = selection.extentOf("y/*");
  fuzz::expect(extent != Extent::all || selected == 3, "all elements of a leaf that is wholly selected");
  fuzz::expect(extent != Extent::none || selected == 0, "no element of a leaf that is not selected");
  return 0;
}
