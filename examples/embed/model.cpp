// Readings y of one quantity mu by instruments with standard deviations s.
#include <genfuse/frontend/genfuse.h>
namespace gf = genfuse;

gf::Model readings() {
  return gf::gen("readings", {"s"}, [](gf::Vector s) {
    gf::Real mu = gf::sample("mu", gf::normal(0.0, 2.0));
    gf::map("y", gf::elements(s), [&](gf::Real deviation) { return gf::normal(mu, deviation); });
  });
}
