// Whole files, gzipped or not.
#pragma once

#include <string>
#include <vector>

namespace genfuse::bench {

/// The bytes of `path`, or of `path.gz` if that exists instead. Throws genfuse::Error for a file that cannot
/// be read or whose compressed data is damaged or cut off.
std::vector<unsigned char> readFile(const std::string &path);

} // namespace genfuse::bench
