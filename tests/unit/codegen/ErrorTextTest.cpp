#include "codegen/cpu/ErrorText.h"
#include "mlir/IR/MLIRContext.h"
#include "runtime/Error.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace genfuse;
using namespace mlir;

namespace {

struct Place : testing::Test {
  MLIRContext context{MLIRContext::Threading::DISABLED};
  Location line(unsigned number) { return FileLineColLoc::get(&context, "model.cpp", number, 5); }
};

TEST_F(Place, ShowsAddressesAndCallers) {
  Location named = NameLoc::get(StringAttr::get(&context, "image/*/y"), line(3));
  EXPECT_EQ(placeText(CallSiteLoc::get(named, line(9))),
            "model.cpp:3:5 (image/*/y), called at model.cpp:9:5");
  EXPECT_EQ(placeText(FusedLoc::get(&context, {line(4), line(5)})), "model.cpp:4:5");
  EXPECT_EQ(placeText(UnknownLoc::get(&context)), "unknown place");
}

TEST_F(Place, ErrorsAreKeptWithTheirNotes) {
  ErrorText errors(&context);
  emitError(line(1), "first").attachNote() << "a note";
  emitError(line(2), "second");
  EXPECT_THAT([&] { errors.raise(); },
              testing::ThrowsMessage<Error>("model.cpp:1:5: first; a note\nmodel.cpp:2:5: second"));
}

} // namespace
