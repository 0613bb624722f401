// A plan as text in the gen dialect.
#include "tests/differential/Plan.h"
#include <set>
#include <sstream>

namespace genfuse::differential {

static std::string scalarText(Scalar scalar) {
  switch (scalar) {
  case Scalar::real:
    return "f64";
  case Scalar::integer:
    return "i64";
  case Scalar::boolean:
    return "i1";
  case Scalar::index:
    return "index";
  }
  return "";
}

std::string Type::text() const {
  if (shape.empty())
    return scalarText(scalar);
  std::string result = "tensor<";
  for (const Size &size : shape)
    result += (size.isDynamic() ? "?" : std::to_string(size.fixed)) + "x";
  return result + scalarText(scalar) + ">";
}

namespace {

std::string value(int number) { return "%v" + std::to_string(number); }

/// Writes one function; constants and sizes that the body needs come first.
class Printer {
public:
  explicit Printer(const Function &function) : function(function), types(typesOf(function)) {}

  std::string print() {
    std::ostringstream body;
    for (const Node &node : function.body)
      print(node, "  ", body);
    std::string head = "gen.func @" + function.name + "(", separator;
    for (const Argument &argument : function.arguments) {
      head += separator + value(argument.value) + ": " + argument.type.text() + " {gen.name = \"" +
              argument.name + "\"}";
      separator = ", ";
    }
    head += ")";
    std::string tail = "  gen.return\n}\n";
    if (function.returned >= 0) {
      std::string type = types.at(function.returned).text();
      head += " -> " + type;
      tail = "  gen.return " + value(function.returned) + " : " + type + "\n}\n";
    }
    return head + " {\n" + sizesUsed() + body.str() + tail;
  }

private:
  std::string constant(int64_t number) {
    constants.insert(number);
    return "%c" + std::to_string(number);
  }
  std::string size(const Size &size) {
    if (size.row >= 0)
      return value(size.row);
    if (size.symbol < 0)
      return constant(size.fixed);
    symbols.insert(size.symbol);
    return "%n" + std::to_string(size.symbol);
  }

  std::string sizesUsed() {
    std::ostringstream dims;
    for (int symbol : symbols)
      dims << dimension(symbol);
    std::ostringstream result;
    for (int64_t number : constants)
      result << "  %c" << number << " = arith.constant " << number << " : index\n";
    return result.str() + dims.str();
  }
  std::string dimension(int symbol) {
    for (const Argument &argument : function.arguments)
      for (size_t d = 0; d < argument.type.shape.size(); ++d)
        if (argument.type.shape[d].symbol == symbol)
          return dimension("%n" + std::to_string(symbol), argument, d);
    return "  // symbol " + std::to_string(symbol) + " has no argument\n";
  }
  /// The size of an argument may be the symbol and some more.
  std::string dimension(const std::string &name, const Argument &argument, size_t d) {
    int64_t more = argument.type.shape[d].fixed;
    std::string from = " = tensor.dim " + value(argument.value) + ", " + constant(int64_t(d)) + " : " +
                       argument.type.text() + "\n";
    if (more == 0)
      return "  " + name + from;
    return "  " + name + "_ends" + from + "  " + name + " = arith.subi " + name + "_ends, " + constant(more) +
           " : index\n";
  }

  std::string list(const std::vector<int> &numbers, size_t first = 0) const {
    std::string result;
    for (size_t i = first; i < numbers.size(); ++i)
      result += (i > first ? ", " : "") + value(numbers[i]);
    return result;
  }
  std::string typeList(const std::vector<int> &numbers) const {
    std::string result;
    for (size_t i = 0; i < numbers.size(); ++i)
      result += (i ? ", " : "") + types.at(numbers[i]).text();
    return result;
  }
  /// The sizes of the dynamic dimensions of a type.
  std::string dynamicSizes(const Type &type) {
    std::string result;
    for (const Size &each : type.shape)
      if (each.isDynamic())
        result += (result.empty() ? "" : ", ") + size(each);
    return result;
  }
  static std::string quoted(const std::string &address) {
    return address.empty() ? "" : "\"" + address + "\" ";
  }

  void print(const Node &node, const std::string &indent, std::ostringstream &out) {
    out << indent;
    if (node.result >= 0)
      out << value(node.result) << (node.rowLength >= 0 ? ", " + value(node.rowLength) : "") << " = ";
    switch (node.kind) {
    case Kind::constant:
      out << "arith.constant " << node.attribute
          << (node.type.scalar == Scalar::boolean ? "" : " : " + node.type.text());
      break;
    case Kind::sample:
      out << "gen.sample " << quoted(node.address) << node.name << "(" << list(node.operands) << ") : ("
          << typeList(node.operands) << ") -> " << node.type.text();
      break;
    case Kind::call:
      out << "gen.call " << quoted(node.address) << "@" << node.name << "(" << list(node.operands) << ") : ("
          << typeList(node.operands) << ") -> " << (node.result >= 0 ? node.type.text() : "()");
      break;
    case Kind::parameter: {
      std::string sizes = dynamicSizes(node.type);
      out << "gen.param \"" << node.name << "\"" << (sizes.empty() ? "" : "(" + sizes + ")") << " : "
          << node.type.text();
      break;
    }
    case Kind::row:
      out << "gen.row " << value(node.operands[0]) << " of " << value(node.operands[1]) << " in "
          << size(node.length) << " : " << types.at(node.operands[1]).text();
      break;
    case Kind::plate:
      printPlate(node, indent, out);
      break;
    case Kind::operation:
      printOperation(node, out);
      break;
    }
    out << "\n";
  }

  void printPlate(const Node &node, const std::string &indent, std::ostringstream &out) {
    if (!node.stacks.empty())
      out << list(node.stacks) << " = ";
    out << "gen.map " << quoted(node.address) << value(node.index) << " to " << size(node.length);
    for (size_t i = 0; i < node.stacks.size(); ++i)
      out << (i ? ", " : node.stacks.size() > 1 ? " -> (" : " -> ") << node.stackTypes[i].text();
    out << (node.stacks.size() > 1 ? ")" : "") << " {\n";
    for (const Node &inner : node.body)
      print(inner, indent + "  ", out);
    out << indent << "  gen.yield";
    if (!node.yields.empty())
      out << " " << list(node.yields) << " : " << typeList(node.yields);
    out << "\n" << indent << "}";
  }

  void printOperation(const Node &node, std::ostringstream &out) {
    const std::vector<int> &x = node.operands;
    out << node.name << " ";
    if (node.name == "arith.cmpf" || node.name == "arith.cmpi")
      out << node.attribute << ", " << list(x) << " : " << types.at(x[0]).text();
    else if (node.name == "arith.select")
      out << list(x) << " : " << (types.at(x[0]).shape.empty() ? "" : types.at(x[0]).text() + ", ")
          << node.type.text();
    else if (node.name == "arith.index_cast" || node.name == "arith.sitofp" || node.name == "arith.uitofp")
      out << list(x) << " : " << types.at(x[0]).text() << " to " << node.type.text();
    else if (node.name == "tensor.extract")
      out << value(x[0]) << "[" << list(x, 1) << "] : " << types.at(x[0]).text();
    else if (node.name == "tensor.extract_slice") // a row
      out << value(x[0]) << "[" << value(x[1]) << ", 0] [1, " << sliceSize(node.type.shape[0])
          << "] [1, 1] : " << types.at(x[0]).text() << " to " << node.type.text();
    else if (node.name == "tensor.splat") {
      std::string sizes = dynamicSizes(node.type);
      out << value(x[0]) << (sizes.empty() ? "" : "[" + sizes + "]") << " : " << node.type.text();
    } else if (node.name == "tensor.from_elements")
      out << list(x) << " : " << node.type.text();
    else if (node.name == "gen.einsum")
      out << "\"" << node.attribute << "\" (" << list(x) << ") : (" << typeList(x) << ") -> "
          << node.type.text();
    else if (node.name == "gen.reduce_max")
      out << value(x[0]) << " : " << types.at(x[0]).text() << " -> " << node.type.text();
    else
      out << list(x) << " : " << node.type.text();
  }
  std::string sliceSize(const Size &each) {
    return each.isDynamic() ? size(each) : std::to_string(each.fixed);
  }

  const Function &function;
  std::map<int, Type> types;
  std::set<int64_t> constants;
  std::set<int> symbols;
};

} // namespace

std::string Plan::text() const {
  std::string result;
  for (const Function &function : functions)
    result += Printer(function).print();
  return result;
}

} // namespace genfuse::differential
