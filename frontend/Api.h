// What the compiler library exports: everything else in it is hidden.
#pragma once

#define GENFUSE_API __attribute__((visibility("default")))
