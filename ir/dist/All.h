// The list of all distribution records: the only place that names them all.
#pragma once

#include "ir/dist/Bernoulli.h"
#include "ir/dist/Beta.h"
#include "ir/dist/Binom.h"
#include "ir/dist/Categorical.h"
#include "ir/dist/Cauchy.h"
#include "ir/dist/Dirichlet.h"
#include "ir/dist/Exponential.h"
#include "ir/dist/Gamma.h"
#include "ir/dist/Geometric.h"
#include "ir/dist/Laplace.h"
#include "ir/dist/LogNormal.h"
#include "ir/dist/MvNormal.h"
#include "ir/dist/Normal.h"
#include "ir/dist/Poisson.h"
#include "ir/dist/StudentT.h"
#include "ir/dist/Uniform.h"
#include "ir/dist/UniformDiscrete.h"

namespace genfuse::dist {

template <class... Records> struct RecordList {
  /// Calls `f.template operator()<R>()` for each record R in turn.
  template <class F> static void forEach(F &&f) { (f.template operator()<Records>(), ...); }
};

using All =
    RecordList<Normal, Uniform, Bernoulli, BernoulliLogits, Categorical, CategoricalLogits, Gamma, Beta,
               Exponential, Poisson, Binom, Geometric, Cauchy, Laplace, LogNormal, StudentT, UniformDiscrete,
               MvNormalCholesky, Dirichlet>;

} // namespace genfuse::dist
