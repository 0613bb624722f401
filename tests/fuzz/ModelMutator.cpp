// Mutations that keep most of a model's text valid: tokens are exchanged for others of the text or by
// other constants, lines are copied, moved or dropped. Half of the time libFuzzer's own mutations of bytes
// are taken.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {

using Random = std::minstd_rand;

size_t below(Random &random, size_t count) { return random() % count; }

bool inWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '?';
}

struct Span {
  size_t at, length;
};

std::vector<Span> tokensOf(const std::string &text) {
  std::vector<Span> tokens;
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    if (inWord(text[at]) || text[at] == '%' || text[at] == '@')
      while (end < text.size() && inWord(text[end]))
        ++end;
    if (!std::isspace(static_cast<unsigned char>(text[at])))
      tokens.push_back({at, end - at});
    at = end;
  }
  return tokens;
}

std::vector<Span> linesOf(const std::string &text) {
  std::vector<Span> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back({at, end - at});
    at = end;
  }
  return lines;
}

/// A token in place of another one, of the same first character where there is one.
void exchangeToken(std::string &text, Random &random) {
  const std::vector<Span> tokens = tokensOf(text);
  if (tokens.empty())
    return;
  const Span old = tokens[below(random, tokens.size())];
  Span taken = tokens[below(random, tokens.size())];
  for (int tries = 0; tries < 20 && text[taken.at] != text[old.at]; ++tries)
    taken = tokens[below(random, tokens.size())];
  text.replace(old.at, old.length, std::string(text, taken.at, taken.length));
}

void exchangeConstant(std::string &text, Random &random) {
  static const char *const values[] = {
      "0", "1", "-1", "0.0", "1.0e300", "9223372036854775807", "4", "0x7FF0000000000000"};
  std::vector<Span> numbers;
  for (const Span &token : tokensOf(text))
    if (std::isdigit(static_cast<unsigned char>(text[token.at])))
      numbers.push_back(token);
  if (numbers.empty())
    return;
  const Span old = numbers[below(random, numbers.size())];
  text.replace(old.at, old.length, values[below(random, std::size(values))]);
}

void changeLines(std::string &text, Random &random) {
  const std::vector<Span> lines = linesOf(text);
  if (lines.empty())
    return;
  const Span from = lines[below(random, lines.size())];
  const std::string line(text, from.at, from.length);
  const bool copied = below(random, 3) == 0, dropped = below(random, 3) == 0;
  const size_t to = lines[below(random, lines.size())].at;
  if (!copied)
    text.erase(from.at, from.length);
  if (copied || !dropped)
    text.insert(std::min(to, text.size()), line);
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  Random random(seed);
  if (below(random, 2) == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text(reinterpret_cast<const char *>(data), size);
  for (size_t count = 1 + below(random, 3); count > 0; --count)
    switch (below(random, 4)) {
    case 0:
      changeLines(text, random);
      break;
    case 1:
      exchangeConstant(text, random);
      break;
    default:
      exchangeToken(text, random);
    }
  const size_t length = std::min(text.size(), maxSize);
  std::copy_n(text.data(), length, data);
  return length;
}
