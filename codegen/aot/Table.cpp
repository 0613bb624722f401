#include "codegen/aot/Table.h"
#include "codegen/cpu/Target.h"
#include "runtime/Binding.h"
#include "runtime/Error.h"
#include "runtime/embed/support/Cpu.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

namespace genfuse::aot {

namespace {

int64_t typeNumber(ElementType type) {
  switch (type) {
  case ElementType::f32:
    return GF_F32;
  case ElementType::f64:
    return GF_F64;
  case ElementType::i64:
    return GF_I64;
  case ElementType::boolean:
    return GF_BOOLEAN;
  }
  return GF_TYPE_OF_OPERATION;
}

template <class Row> void append(std::vector<int64_t> &words, const std::vector<Row> &rows) {
  static_assert(sizeof(Row) % sizeof(int64_t) == 0);
  auto first = reinterpret_cast<const int64_t *>(rows.data());
  words.insert(words.end(), first, first + rows.size() * (sizeof(Row) / sizeof(int64_t)));
}

/// A name with lists, `rows/[]/y/[]`, as that of the whole plate, `rows/*/y/*`.
std::string wholePlate(std::string name) {
  for (size_t at; (at = name.find("[]")) != std::string::npos;)
    name.replace(at, 2, "*");
  return name;
}

class Builder {
public:
  Builder(const Signature &signature, Texts &texts) : signature(signature), texts(texts) {}

  std::vector<int64_t> build(const std::string &name, Mapping mapping) {
    table.name = texts.add(name);
    table.single = mapping == Mapping::single;
    for (const ArraySpec &spec : signature.arrays)
      addArray(spec);
    for (size_t i = 0; i < arrays.size(); ++i)
      if (arrays[i].list)
        arrays[i].listLength = lengthOfPlate(signature.arrays[i]);
    for (const std::string &symbol : signature.symbols)
      symbols.push_back(texts.add(symbol));
    for (const SizeCheck &check : signature.checks)
      sizes.push_back({add(check.left), add(check.right), check.equal,
                       texts.add(check.place + ": expected sizes " + check.text)});
    for (const OffsetsCheck &check : signature.offsets)
      addRows(check);
    return layOut();
  }

private:
  int64_t add(const Dimension &dimension) {
    dimensions.push_back({dimension.constant, int64_t(terms.size()), int64_t(dimension.terms.size())});
    for (const Dimension::Term &term : dimension.terms)
      terms.push_back({term.coefficient, term.symbol});
    return dimensions.size() - 1;
  }

  void addArray(const ArraySpec &spec) {
    embed::ArrayRow row{};
    row.label = texts.add(describe(spec));
    row.type = typeNumber(spec.type);
    row.rank = spec.shape.size();
    row.firstDimension = dimensions.size();
    row.firstSize = table.totalDims;
    row.batched = spec.batched;
    row.output = spec.output;
    row.list = spec.role == Role::elements;
    row.listLength = -1;
    for (const Dimension &dimension : spec.shape)
      add(dimension);
    table.totalDims += spec.shape.size() + spec.batched;
    arrays.push_back(row);
  }

  /// The length of the plate that a list is for: a dimension of a choice in it, where the kernel reads one.
  int64_t lengthOfPlate(const ArraySpec &list) const {
    const std::string plate = wholePlate(list.name);
    const size_t depth = std::count(plate.begin(), plate.end(), '*');
    for (size_t i = 0; i < arrays.size(); ++i) {
      const ArraySpec &spec = signature.arrays[i];
      if (spec.role == Role::choice && spec.offsets.empty() && depth > 0 && depth <= spec.shape.size() &&
          (spec.name == plate || spec.name.rfind(plate + "/", 0) == 0))
        return arrays[i].firstDimension + depth - 1;
    }
    return -1;
  }

  void addRows(const OffsetsCheck &check) {
    for (size_t i = 0; i < arrays.size(); ++i) {
      const ArraySpec &spec = signature.arrays[i];
      if ((spec.role == Role::argument && spec.name == check.argument) ||
          (spec.role == Role::newArgument && spec.name + "'" == check.argument))
        rows.push_back({check.kind == OffsetsCheck::Kind::longest, int64_t(i), add(check.size),
                        texts.add(check.place + ": expected rows of at most " + check.text + " elements")});
    }
  }

  std::vector<int64_t> layOut() {
    std::vector<int64_t> words(sizeof table / sizeof(int64_t)), *all = &words;
    auto put = [all](const auto &list) {
      const int64_t first = all->size();
      append(*all, list);
      return first;
    };
    table.arrays = arrays.size();
    table.firstArray = put(arrays);
    table.symbols = symbols.size();
    table.firstSymbol = put(symbols);
    table.firstDimension = put(dimensions);
    table.firstTerm = put(terms);
    table.sizes = sizes.size();
    table.firstSize = put(sizes);
    table.rows = rows.size();
    table.firstRows = put(rows);
    std::copy_n(reinterpret_cast<const int64_t *>(&table), sizeof table / sizeof(int64_t), words.begin());
    return words;
  }

  const Signature &signature;
  Texts &texts;
  embed::OperationTable table{};
  std::vector<embed::ArrayRow> arrays;
  std::vector<embed::DimensionRow> dimensions;
  std::vector<embed::TermRow> terms;
  std::vector<int64_t> symbols;
  std::vector<embed::SizeRow> sizes;
  std::vector<embed::RowsRow> rows;
};

/// What a CPU needs for a level.
embed::CpuWords needsOf(const std::string &level) {
  if (level == "x86-64-v3")
    return embed::level3Needs;
  if (level == "x86-64-v4")
    return embed::level4Needs;
  embed::CpuWords words = embed::cpuWords();
  for (int i = 0; i < embed::cpuWordCount; ++i)
    words.words[i] &= embed::instructionBits.words[i];
  return words;
}

} // namespace

int64_t Texts::add(const std::string &text) {
  auto [known, isNew] = this->known.try_emplace(text, all_.size());
  if (isNew)
    all_.append(text.c_str(), text.size() + 1);
  return known->second;
}

std::vector<int64_t> operationTable(const Signature &signature, const std::string &name, Mapping mapping,
                                    Texts &texts) {
  return Builder(signature, texts).build(name, mapping);
}

std::vector<int64_t> libraryTable(const std::string &name, const std::vector<std::string> &levels,
                                  Texts &texts) {
  std::vector<embed::LevelRow> rows;
  for (const std::string &level : levels) {
    embed::LevelRow row{texts.add(level), {}};
    std::copy_n(needsOf(level).words, embed::cpuWordCount, row.needs);
    rows.push_back(row);
  }
  std::vector<int64_t> words{texts.add(name), int64_t(rows.size())};
  append(words, rows);
  return words;
}

std::vector<std::string> orderedLevels(const std::vector<std::string> &levels) {
  std::vector<std::pair<int, std::string>> ordered; // higher levels first, native before its own level
  for (const std::string &level : levels)
    ordered.emplace_back(-2 * cpuTarget(level).level - (level == "native"), level);
  std::sort(ordered.begin(), ordered.end());
  ordered.erase(std::unique(ordered.begin(), ordered.end()), ordered.end());
  std::vector<std::string> result;
  for (auto &[rank, level] : ordered)
    result.push_back(level);
  return result;
}

} // namespace genfuse::aot
