// Every kernel of this folder is compiled twice: with all that this machine's CPU has, and for x86-64-v3. A
// program names the one it means by a type: ImportanceSampling<Native>, ImportanceSampling<V3>.
#pragma once

namespace genfuse::limits {

struct Native {};
struct V3 {};

/// GENFUSE_LIMITS_TARGET is the one that a file is being compiled for.
#define GENFUSE_LIMITS_DEFINE(Kernels) template struct Kernels<GENFUSE_LIMITS_TARGET>

} // namespace genfuse::limits
