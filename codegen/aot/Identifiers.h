// Names of requests and addresses as identifiers of C and C++.
#pragma once

#include "passes/Request.h"
#include "runtime/Signature.h"
#include <string>
#include <vector>

namespace genfuse::aot {

/// Whether a text is an identifier in C and C++ that is no keyword.
bool isIdentifier(const std::string &text);

/// Whether it can also name a library: its functions start with it, and a namespace is called so.
bool isLibraryName(const std::string &text);

/// `gradient(W, b | image/*/y)` is gradient_W_b; flags follow.
std::string identifierOf(const Request &request);

/// For each array of a signature the member that stands for it: `xs`, `digit_W`, `digit_W_gradient`, `score`;
/// names that meet get a number. `operation` is the name of the struct in C++.
std::vector<std::string> memberNames(const Signature &signature, const std::string &operation);

/// Whether the struct of an operation in C++ has such a member in any case.
bool isStructMember(const std::string &name);

} // namespace genfuse::aot
