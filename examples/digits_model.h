// Softmax regression: one model for one image, and a plate of it over any number of images.
#pragma once

#include "frontend/genfuse.h"

/// One image x [pixels] -> its class at `y`. Parameters W [10][pixels] and b [10].
genfuse::Function<genfuse::Int(genfuse::Vector)> digitModel();

/// Images xs [n][pixels] -> their classes [n], at `image/0/y`, `image/1/y`, ...
genfuse::Function<genfuse::IntVector(genfuse::Matrix)> digitsModel();
