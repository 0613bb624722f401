#!/usr/bin/env python3
"""Writes elementary_table.h: exact values of the elementary functions, at arguments where something happens. Needs
mpmath; run at authoring time only:

    python3 tests/device/make_elementary_table.py > tests/device/elementary_table.h
"""

import random
import struct

import mpmath
from mpmath import mpf

mpmath.mp.dps = 80


def single(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


SMALL = (1e-30, 1e-8, 3e-4, 0.03, 0.2, 0.24999, 0.3465, 0.3467, 0.5, 0.7, 0.999)
MIDDLE = (1.0, 1.0000002, 1.4, 1.5, 2.0, 3.1, 5.5, 8.7, 17.3, 20.5, 39.0)


def signed(values):
    return [s * v for v in values for s in (1, -1)]


def exponential(largest):
    return signed(SMALL + MIDDLE + (60.25, largest * 0.7, largest))


def logarithm(least, largest):
    return list(SMALL + MIDDLE + (0.70710677, 0.70710678, 1.41421356, 1e5, 1e30, least, 3 * least, largest))


def logarithm1p(largest):
    return signed(SMALL) + list(MIDDLE) + [-0.29289323, -0.2928932, 0.41421356, -0.9999999, 1e5, 1e20, largest]


def angles(quarter, largest, generator):
    """Small ones, the neighbours of multiples of a quarter turn, and large ones."""
    values = list(SMALL + MIDDLE)
    for k in (1, 2, 3, 4, 7, 11, 100, 355, 12345):
        values += [k * quarter, k * quarter * (1 + 1e-7)]
    values += [generator.uniform(0, largest) for _ in range(10)] + [largest]
    return signed(values)


# Name, function, and arguments in f32 and in f64.
def functions(generator):
    pi = float(mpmath.pi)
    return (
        ("exp", mpmath.exp, exponential(88.0) + [-95.0, -103.0], exponential(709.0) + [-720.0, -745.0]),
        ("expm1", mpmath.expm1, exponential(88.0), exponential(709.0)),
        ("log", mpmath.log, logarithm(2.0**-149, 3e38), logarithm(2.0**-1074, 1.7e308)),
        ("log1p", mpmath.log1p, logarithm1p(3e38), logarithm1p(1.7e308)),
        ("tanh", mpmath.tanh, exponential(9.5), exponential(19.5)),
        ("sin", mpmath.sin, angles(pi / 2, 1e6, generator), angles(pi / 2, 1e14, generator)),
        ("cos", mpmath.cos, angles(pi / 2, 1e6, generator), angles(pi / 2, 1e14, generator)),
        ("sinpi", mpmath.sinpi, angles(0.5, 1e6, generator), angles(0.5, 1e14, generator)),
        ("cospi", mpmath.cospi, angles(0.5, 1e6, generator), angles(0.5, 1e14, generator)),
    )


def row(name, x, value):
    high = float(value)
    low = float(value - mpf(high))
    return '    {"%s", %s, %s, %s},' % (name, x.hex(), high.hex(), low.hex())


def table(suffix, which, rounding):
    print("inline const ElementaryRow elementary_rows_%s[] = {" % suffix)
    for entry in functions(random.Random(11)):
        name, function, arguments = entry[0], entry[1], entry[2 + which]
        for x in dict.fromkeys(rounding(a) for a in arguments):
            if not (name.startswith("log") and x <= (0 if name == "log" else -1)):
                print(row(name, x, function(mpf(x))))
    print("};")


print("// Written by make_elementary_table.py: do not edit. Function, argument, and the value in two parts.")
print("// clang-format off")
print("#pragma once\n\nnamespace genfuse::device_test {\n")
print("struct ElementaryRow {\n  const char *function;\n  double x, high, low;\n};\n")
table("f32", 0, single)
table("f64", 1, float)
print("\n} // namespace genfuse::device_test")
