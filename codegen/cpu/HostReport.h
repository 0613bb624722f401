// The text of errors, for kernels in this process.
#pragma once

namespace genfuse {

/// The device library's function for the text of an error, and its symbol. A kernel of the JIT calls this
/// copy: compiling one into each kernel took longer than most kernels.
inline constexpr const char *reportSymbol = "gf_report";
void reportOnHost(char *out, long long capacity, const char *templates, long long number,
                  const long long *words);

} // namespace genfuse
