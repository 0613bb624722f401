// Models may be traced by several threads at once.
#include "frontend/genfuse.h"
#include <gtest/gtest.h>
#include <thread>

namespace gf = genfuse;

TEST(Threads, TraceAtTheSameTime) {
  auto shared = gf::gen("shared", [](gf::Real a) { return gf::sample("x", gf::normal(a, 1)); });
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < texts.size(); ++i)
    threads.emplace_back([&, i] {
      for (int repeat = 0; repeat < 20; ++repeat)
        texts[i] = gf::gen("m", [&](gf::Vector v) {
                     return gf::map("y", shared, gf::elements(v + static_cast<double>(repeat)));
                   }).text();
    });
  for (std::thread &thread : threads)
    thread.join();
  for (const std::string &text : texts)
    EXPECT_EQ(text, texts[0]);
}
