// What generated libraries know of their operations: constant tables, written by codegen/aot/Table.cpp and
// read by the support code that is part of each library. All members are words of 64 bits, texts are offsets
// into one string in which each text ends in 0.
#pragma once

#include "runtime/embed/array.h"

namespace genfuse::embed {

struct DimensionRow {
  int64_t constant, firstTerm, terms;
};

struct TermRow {
  int64_t coefficient, symbol;
};

struct ArrayRow {
  int64_t label;          ///< text: `argument 'x'`
  int64_t type;           ///< gf_type
  int64_t rank;           ///< without the instances
  int64_t firstDimension; ///< number of a DimensionRow
  int64_t firstSize;      ///< where its sizes begin among those of all arrays
  int64_t batched, output;
  int64_t list;       ///< 1: a list of elements of a plate
  int64_t listLength; ///< DimensionRow of the length of that plate; -1: unknown
};

struct SizeRow {
  int64_t left, right; ///< DimensionRows
  int64_t equal;       ///< 0: left <= right
  int64_t text;        ///< `model.cpp:7:12: expected sizes xs.1 = w.0`
};

struct RowsRow {
  int64_t longest; ///< 0: the rows fill `size` elements; 1: none is longer
  int64_t array;   ///< that holds the offsets
  int64_t size;    ///< DimensionRow
  int64_t text;    ///< `model.cpp:7:12: expected rows of at most s.0 elements`
};

/// The first word of each list below is counted from the start of the table.
struct OperationTable {
  int64_t name;   ///< text: the exported name
  int64_t single; ///< takes one instance
  int64_t totalDims;
  int64_t arrays, firstArray;
  int64_t symbols, firstSymbol; ///< words: texts
  int64_t firstDimension, firstTerm;
  int64_t sizes, firstSize;
  int64_t rows, firstRows;

  template <class Row> const Row *at(int64_t first) const {
    return reinterpret_cast<const Row *>(reinterpret_cast<const int64_t *>(this) + first);
  }
  const ArrayRow &array(int64_t i) const { return at<ArrayRow>(firstArray)[i]; }
  const DimensionRow &dimension(int64_t i) const { return at<DimensionRow>(firstDimension)[i]; }
  const TermRow &term(int64_t i) const { return at<TermRow>(firstTerm)[i]; }
  int64_t symbol(int64_t i) const { return at<int64_t>(firstSymbol)[i]; }
};

/// What a CPU has to have for a level of the library: words of cpuWords(), all bits of which are needed.
inline constexpr int cpuWordCount = 7;
struct LevelRow {
  int64_t name; ///< text: `x86-64-v4`
  int64_t needs[cpuWordCount];
};

struct LibraryTable {
  int64_t name;   ///< text
  int64_t levels; ///< how many LevelRows follow, the best one first
  const LevelRow *level(int64_t i) const { return reinterpret_cast<const LevelRow *>(this + 1) + i; }
};

/// Constants of the library with the one word of it that changes: 0, or 1 + the level in use, or -1 where the
/// machine is below all of them.
struct LibraryInfo {
  const LibraryTable *table;
  const char *texts;
  int32_t *chosen;
};

struct KernelPair {
  gf_kernel run;
  gf_workspace workspace;
};

struct OperationInfo {
  const OperationTable *table;
  const char *texts;
  const KernelPair *kernels; ///< one for each level; for a CUDA device: one
  const LibraryInfo *library;
  int64_t device; ///< gf_device: where all arrays lie
};

} // namespace genfuse::embed
