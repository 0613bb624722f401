#include "EntryPoints.h"
#include "runtime/cuda/HeaderText.h"
#include <gtest/gtest.h>
#include <regex>

namespace genfuse::cuda_test {
namespace {

/// The body of the macro GF_ENTRY_POINTS, which lists what there is for each value type.
std::string listOfEntries() {
  std::string text(cuda::headerText());
  std::size_t first = text.find("#define GF_ENTRY_POINTS("), last = text.find("\n\n", first);
  EXPECT_NE(first, std::string::npos) << "genfuse_cuda.h has no GF_ENTRY_POINTS";
  first = text.find('\n', first);
  return text.substr(first, last - first);
}

void add(std::vector<EntryPoint> &all, const std::string &macro, const std::string &name, bool isDouble) {
  const std::string suffix = isDouble ? "_f64" : "_f32";
  if (macro == "UNARY_ENTRY")
    all.push_back({name + suffix, Kind::unary, isDouble});
  else if (macro == "BINARY_ENTRY")
    all.push_back({name + suffix, Kind::binary, isDouble});
  else if (macro == "DRAW_ENTRY")
    all.push_back({"random_" + name + suffix, Kind::draw, isDouble});
  else if (macro.starts_with("SAMPLER_"))
    all.push_back({"random_" + name + suffix, Kind::sampler, isDouble, macro.back() - '0'});
  else
    ADD_FAILURE() << "GF_" << macro << " is not known to EntryPoints.cpp";
}

} // namespace

std::vector<EntryPoint> entryPoints() {
  const std::string list = listOfEntries();
  const std::regex pattern("GF_([A-Z_]+[0-9]?)\\((\\w+), suffix");
  std::vector<EntryPoint> all;
  for (bool isDouble : {false, true})
    for (std::sregex_iterator match(list.begin(), list.end(), pattern), end; match != end; ++match)
      add(all, (*match)[1], (*match)[2], isDouble);
  all.push_back({"random_integer_i64", Kind::integer, false, 2});
  return all;
}

std::string kernelOf(const EntryPoint &entry) {
  const DrawWords words;
  std::string call = "gf_" + entry.name + "(";
  if (entry.kind == Kind::unary || entry.kind == Kind::binary) {
    call += entry.kind == Kind::unary ? "a[i]" : "a[i], b[i]";
  } else {
    call += "counter[i]";
    for (unsigned word : {words.c1, words.c2, words.c3, words.k0, words.k1})
      call += ", " + std::to_string(word) + "u";
    call += ", element[i]";
    for (int value = 0; value < entry.values; ++value)
      call += value == 0 ? ", a[i]" : ", b[i]";
  }
  const std::string in = "const " + entry.type() + " *__restrict__ ";
  return "extern \"C\" __global__ void __launch_bounds__(GF_BLOCK(1), 1)\n" + entry.name + "(" + in + "a, " +
         in + "b, const uint32_t *__restrict__ counter,\n    const uint32_t *__restrict__ element, " +
         entry.type() +
         " *__restrict__ out, index_t n) {\n  for (index_t i = gf_group<1>(); i < n; i += gf_groups<1>())\n  "
         "  out[i] = " +
         call + ");\n}\nGF_EXPORT_KERNEL(" + entry.name + ")\n";
}

std::string kernelsOfAll() {
  std::string text = "#include \"genfuse_cuda.h\"\n";
  for (const EntryPoint &entry : entryPoints())
    text += kernelOf(entry);
  return text;
}

} // namespace genfuse::cuda_test
