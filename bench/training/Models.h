// The models of the training runs.
#pragma once

#include "frontend/Model.h"

namespace genfuse::bench {

/// One image `x` [pixels] -> its label at `y`. Parameters `digit/W` [classes, pixels] and `digit/b`
/// [classes].
Model digitModel();

/// The one-image model over the rows of `xs` [n, pixels]: labels at `image/*/y`.
Model digitsModel();

/// The same, written over the batch: one matrix product for all images.
Model digitsByHandModel();

/// Labels at `image/*/y` given their `logits` [n, classes]; whoever calls makes those.
Model labelsModel();

} // namespace genfuse::bench
