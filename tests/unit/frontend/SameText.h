// Comparison of traced models with IR written by hand.
#pragma once

#include "frontend/Model.h"
#include <gtest/gtest.h>

/// The model's text is that of the expected IR, however the printer abbreviates.
inline void expectText(const genfuse::Model &model, const char *expected) {
  EXPECT_EQ(model.text(), genfuse::Model::parse(expected, "expected", model.name()).text());
}
