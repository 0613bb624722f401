// The text of the genfuse::Error that an expression throws.
#pragma once

#include "runtime/Error.h"
#include <gtest/gtest.h>

#define EXPECT_ERROR(expression, text)                                                                       \
  do {                                                                                                       \
    try {                                                                                                    \
      (void)(expression);                                                                                    \
      ADD_FAILURE() << "expected an error: " << (text);                                                      \
    } catch (const genfuse::Error &error) {                                                                  \
      EXPECT_EQ(std::string(error.what()), std::string(text));                                               \
    }                                                                                                        \
  } while (false)
