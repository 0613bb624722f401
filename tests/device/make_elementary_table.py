#!/usr/bin/env python3
"""Writes elementary_table.h: exact values of the elementary functions, at arguments where something happens; with
--fits, prints the coefficients of runtime/device/erf.h. Needs mpmath; run at authoring time only:

    python3 tests/device/make_elementary_table.py > tests/device/elementary_table.h
    python3 tests/device/make_elementary_table.py --fits
"""

import random
import struct
import sys

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
        ("erf", mpmath.erf, exponential(3.9), exponential(5.9)),
        ("erfc", mpmath.erfc, exponential(3.9) + [7.5, 9.1, 9.3, 10.0], exponential(5.9) + [14.2, 26.4, 26.6, 27.2]),
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


def tables():
    print("// Written by make_elementary_table.py: do not edit. Function, argument, and the value in two parts.")
    print("// clang-format off")
    print("#pragma once\n\nnamespace genfuse::device_test {\n")
    print("struct ElementaryRow {\n  const char *function;\n  double x, high, low;\n};\n")
    table("f32", 0, single)
    table("f64", 1, float)
    print("\n} // namespace genfuse::device_test")


# The polynomials of erf.h: Chebyshev interpolation, which is minimax up to a small factor.


def erf_small(z):
    """erf(x) / x - 1 of z = x^2."""
    if z < mpf(10) ** -20:
        return 2 / mpmath.sqrt(mpmath.pi) - 1
    return mpmath.erf(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1


def erfc_scaled(q):
    """(1 + 2 x) exp(x^2) erfc(x) of q = (x - 4) / (x + 4)."""
    x = 4 * (1 + q) / (1 - q)
    return (1 + 2 * x) * mpmath.exp(x * x) * mpmath.erfc(x)


def of_q(x):
    return (mpf(x) - 4) / (mpf(x) + 4)


def fits():
    half = of_q(0.5)
    for name, function, interval, terms, rounding in (
        ("small, f32", erf_small, (0, 1), 7, single),
        ("small, f64", erf_small, (0, 1), 13, float),
        ("scaled, f32", erfc_scaled, (half, of_q(10.25)), 12, single),
        ("scaled, f64", erfc_scaled, (half, of_q(27.5)), 23, float),
    ):
        coefficients, error = mpmath.chebyfit(function, interval, terms, error=True)
        print(name, terms, "terms, error", mpmath.nstr(error, 3))
        print("   ", ", ".join(rounding(c).hex() for c in reversed(coefficients)))


if __name__ == "__main__":
    fits() if "--fits" in sys.argv else tables()
