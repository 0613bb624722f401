// All arrays together: symbolic sizes are solved from them, and have to agree (as runtime/Binding does it, in
// the same words).
#pragma once

#include "runtime/embed/support/Checked.h"

namespace genfuse::embed {

/// False if a symbol is not known, or 64 bits do not hold the size.
inline bool evaluate(const Checked &c, const DimensionRow &dimension, int64_t &size) {
  size = dimension.constant;
  for (int64_t i = 0; i < dimension.terms; ++i) {
    const TermRow &term = c.table().term(dimension.firstTerm + i);
    int64_t part;
    if (c.symbols[term.symbol].source < 0 ||
        __builtin_mul_overflow(term.coefficient, c.symbols[term.symbol].value, &part) ||
        __builtin_add_overflow(size, part, &size))
      return false;
  }
  return true;
}

inline void putDimension(Message &message, const Checked &c, const DimensionRow &dimension) {
  for (int64_t i = 0; i < dimension.terms; ++i) {
    const TermRow &term = c.table().term(dimension.firstTerm + i);
    const int64_t size = term.coefficient < 0 ? -term.coefficient : term.coefficient;
    message << (i == 0 ? (term.coefficient < 0 ? "-" : "") : (term.coefficient < 0 ? " - " : " + "));
    if (size != 1)
      message << size << " * ";
    message << c.text(c.table().symbol(term.symbol));
  }
  if (dimension.terms == 0 || dimension.constant > 0)
    message << (dimension.terms ? " + " : "") << dimension.constant;
  else if (dimension.constant < 0)
    message << " - " << -dimension.constant;
}

/// `; xs.0 is 5 by argument 'xs' of shape [5, 3]` for each symbol that another array determined.
inline void putSources(Message &message, const Checked &c, const DimensionRow &dimension, int64_t array) {
  for (int64_t i = 0; i < dimension.terms; ++i) {
    const int64_t number = c.table().term(dimension.firstTerm + i).symbol;
    const Symbol &symbol = c.symbols[number];
    if (symbol.source < 0 || symbol.source == array)
      continue;
    message << "; " << c.text(c.table().symbol(number)) << " is " << symbol.value << " by "
            << c.label(symbol.source) << " of shape ";
    putList(message, c.dims + c.first(symbol.source), c.rank(symbol.source));
  }
}

/// Begins a message about a shape: what was expected and what came.
inline void putShape(Message &message, const Checked &c, int64_t array) {
  const ArrayRow &row = c.table().array(array);
  message << c.label(array) << ": expected shape [";
  for (int64_t d = 0; d < row.rank; ++d) {
    const DimensionRow &dimension = c.table().dimension(row.firstDimension + d);
    int64_t size;
    message << (d ? ", " : "");
    if (evaluate(c, dimension, size))
      message << size;
    else
      putDimension(message, c, dimension);
  }
  if (row.batched)
    message << (row.rank ? ", " : "") << c.call.instances;
  message << "], got ";
}

inline int32_t failShape(const Checked &c, int64_t array, const DimensionRow *dimension, const char *reason,
                         int64_t symbol = -1) {
  Message message(c.call);
  putShape(message, c, array);
  putList(message, c.dims + c.first(array), c.rank(array));
  if (dimension)
    putSources(message, c, *dimension, array);
  message << reason;
  if (symbol >= 0)
    message << c.text(c.table().symbol(symbol)) << " of 0 or more fits";
  return GF_BAD_SHAPE;
}

inline constexpr int32_t maxRankShown = 16;

inline int32_t checkRank(const Checked &c, int64_t array) {
  const gf_array &given = c.arrays[array];
  if (given.rank == c.rank(array) && (given.sizes || given.rank == 0))
    return GF_OK;
  Message message(c.call);
  putShape(message, c, array);
  if (!given.sizes && given.rank != 0)
    message << "no sizes";
  else if (given.rank < 0 || given.rank > maxRankShown)
    message << "one of rank " << given.rank;
  else
    putList(message, given.sizes, given.rank);
  return GF_BAD_SHAPE;
}

/// Determines the one unknown symbol of a dimension, if there is just one.
inline int32_t solveDimension(Checked &c, int64_t array, int64_t d, bool &progress) {
  const DimensionRow &wanted = c.table().dimension(c.table().array(array).firstDimension + d);
  int64_t coefficient = 0, unknown = -1, rest;
  bool overflow = __builtin_sub_overflow(c.dims[c.first(array) + d], wanted.constant, &rest);
  for (int64_t i = 0; i < wanted.terms; ++i) {
    const TermRow &term = c.table().term(wanted.firstTerm + i);
    int64_t part;
    if (c.symbols[term.symbol].source >= 0) {
      overflow = __builtin_mul_overflow(term.coefficient, c.symbols[term.symbol].value, &part) || overflow;
      overflow = __builtin_sub_overflow(rest, part, &rest) || overflow;
      continue;
    }
    if (unknown >= 0 && unknown != term.symbol)
      return GF_OK;
    unknown = term.symbol;
    coefficient += term.coefficient;
  }
  if (unknown < 0 || coefficient == 0)
    return GF_OK;
  if (overflow || (coefficient == -1 && rest == INT64_MIN) || rest % coefficient != 0 ||
      rest / coefficient < 0)
    return failShape(c, array, nullptr, "; no size ", unknown);
  c.symbols[unknown] = {rest / coefficient, array};
  progress = true;
  return GF_OK;
}

inline int32_t solveSymbols(Checked &c) {
  for (int64_t i = 0; i < c.table().symbols; ++i)
    c.symbols[i] = {0, -1};
  for (bool progress = true; progress;) {
    progress = false;
    for (int64_t i = 0; i < c.table().arrays; ++i)
      for (int64_t d = 0; d < c.table().array(i).rank; ++d)
        if (int32_t status = solveDimension(c, i, d, progress))
          return status;
  }
  return GF_OK;
}

inline int32_t checkShape(const Checked &c, int64_t array) {
  const ArrayRow &row = c.table().array(array);
  const int64_t *given = c.dims + c.first(array);
  for (int64_t d = 0; d < row.rank; ++d) {
    const DimensionRow &dimension = c.table().dimension(row.firstDimension + d);
    int64_t size;
    if (!evaluate(c, dimension, size) || size != given[d])
      return failShape(c, array, &dimension, "");
  }
  if (row.batched && given[row.rank] != c.call.instances)
    return failShape(c, array, nullptr, "; the last dimension holds the instances");
  return GF_OK;
}

/// What the model takes for granted about sizes.
inline int32_t checkSizes(const Checked &c) {
  for (int64_t i = 0; i < c.table().sizes; ++i) {
    const SizeRow &row = c.table().at<SizeRow>(c.table().firstSize)[i];
    const DimensionRow &leftRow = c.table().dimension(row.left), &rightRow = c.table().dimension(row.right);
    int64_t left, right;
    if (!evaluate(c, leftRow, left) || !evaluate(c, rightRow, right) ||
        (row.equal ? left == right : left <= right))
      continue;
    Message message(c.call);
    message << c.text(row.text) << ", got " << left << " and " << right;
    putSources(message, c, leftRow, -1);
    putSources(message, c, rightRow, -1);
    return GF_BAD_SHAPE;
  }
  return GF_OK;
}

} // namespace genfuse::embed
