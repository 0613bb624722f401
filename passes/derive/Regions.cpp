#include "passes/derive/Regions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace genfuse {

namespace {

std::string levelText(const Level &level) {
  switch (level.kind) {
  case Level::Kind::all:
    return "*";
  case Level::Kind::listed:
    return "[]";
  case Level::Kind::constant:
    return std::to_string(level.number);
  case Level::Kind::added:
    return "+";
  case Level::Kind::removed:
    return "-";
  }
  return "";
}

std::optional<Level> parseLevel(StringRef text) {
  if (text == "*")
    return Level{};
  if (text == "[]")
    return Level{Level::Kind::listed};
  if (text == "+")
    return Level{Level::Kind::added};
  int64_t number;
  if (text.empty() || !llvm::all_of(text, llvm::isDigit) || text.getAsInteger(10, number))
    return std::nullopt;
  return Level{Level::Kind::constant, number};
}

SmallVector<StringRef> components(StringRef path) {
  SmallVector<StringRef> parts;
  path.split(parts, '/');
  return parts;
}

} // namespace

Region join(const Region &left, const Region &right) {
  Region both;
  for (auto [a, b] : llvm::zip_equal(left, right)) {
    // Below levels that differ, lists and constants of one are not those of the other.
    bool same = a == b && (both.empty() || both == Region(left.begin(), left.begin() + both.size()));
    both.push_back(same ? a : Level{});
  }
  return both;
}

Region atDepth(Region region, size_t depth) {
  region.resize(depth);
  return region;
}

std::string regionText(StringRef pattern, const Region &region) {
  SmallVector<std::string> parts;
  size_t next = 0;
  for (StringRef part : components(pattern))
    parts.push_back(part == "*" ? levelText(region[next++]) : part.str());
  return llvm::join(parts, "/");
}

std::string plateText(StringRef pattern, const Region &region) {
  SmallVector<std::string> parts;
  size_t next = 0;
  for (StringRef part : components(pattern)) {
    if (next == region.size())
      break;
    parts.push_back(part == "*" ? levelText(region[next++]) : part.str());
  }
  return llvm::join(parts, "/");
}

std::optional<Region> matchRegion(StringRef pattern, StringRef name) {
  SmallVector<StringRef> wanted = components(pattern), given = components(name);
  if (wanted.size() != given.size())
    return std::nullopt;
  Region region;
  for (auto [star, part] : llvm::zip(wanted, given)) {
    if (star != "*") {
      if (star != part)
        return std::nullopt;
      continue;
    }
    std::optional<Level> level = parseLevel(part);
    if (!level)
      return std::nullopt;
    region.push_back(*level);
  }
  return region;
}

} // namespace genfuse
