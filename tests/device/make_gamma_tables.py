#!/usr/bin/env python3
"""Writes gamma_table.h, the exact values that gamma_test.cpp compares with, and, with --fits, prints the
coefficients of runtime/device/gamma.h. Needs mpmath; run at authoring time only:

    python3 tests/device/make_gamma_tables.py > tests/device/gamma_table.h
    python3 tests/device/make_gamma_tables.py --fits
"""

import random
import struct
import sys

import mpmath
from mpmath import digamma, exp, log, loggamma, mpf

mpmath.mp.dps = 50
HALF = mpf(1) / 2
ROOT = mpmath.findroot(digamma, mpf("1.4616321449683623"))


def single(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


# The functions, by their definitions.


def reference(n):
    return mpf(0) if n == 0 else max(n, mpf(1))


def lgamma(x):
    return log(abs(mpmath.gamma(x))) if x < 0 else mpmath.re(loggamma(x))


UNARY = {
    "lgamma": lgamma,
    "digamma": digamma,
    "stirling": lambda n: loggamma(n + 1) - n * log(reference(n)) + reference(n),
    "stirling_slope": lambda n: digamma(n + 1) - log(max(n, mpf(1))),
    "half_step": lambda n: loggamma(n + HALF) - loggamma(n) - log(n) / 2,
    "half_step_slope": lambda n: digamma(n + HALF) - digamma(n) - HALF / n,
}
BINARY = {
    "deviance": lambda n, y: y if n == 0 else y - reference(n) - n * log(y / reference(n)),
    "deviance_slope": lambda n, y: -log(y / max(n, mpf(1))),
    "log1p_square": lambda z, n: log(1 + z * z / n),
}


def points(generator):
    """Arguments where something happens: zeros, ends of branches, small, large."""
    yield from (1e-30, 1e-7, 0.125, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 5.5, 7.5, 7.999, 8.0, 8.001)
    yield from (10.0, 33.3, 1e3, 1e5, 1e7, 1e15, 1e30)
    for centre in (1, 2, float(ROOT)):
        for power in (-6, -4, -2, -1):
            yield centre + 10**power
            yield centre - 10**power
    for _ in range(16):
        yield generator.uniform(0, 10)


def pairs(generator):
    for n in list(points(generator)) + [0.0]:
        for y in (n, n * (1 + 1e-5), n * (1 - 1e-2), n * 1.41, n * 0.7, n * 5 + 0.1, generator.uniform(0, 3)):
            if generator.random() < 0.2:
                yield n, y


def row(name, arguments, value):
    high = float(value)
    low = float(value - mpf(high))
    numbers = list(arguments) + [0.0] * (2 - len(arguments)) + [high, low]
    return '    {"%s", %s},' % (name, ", ".join(float(v).hex() for v in numbers))


def table(rounding, suffix):
    generator = random.Random(7)
    print("inline const GammaRow gamma_rows_%s[] = {" % suffix)
    for name, function in UNARY.items():
        arguments = [rounding(x) for x in points(generator)]
        if name in ("lgamma", "digamma"):
            arguments += [rounding(-x) for x in (1e-7, 0.25, 0.5, 0.75, 1.5, 2.25, 3.75, 10.125, 100.5)]
        for x in arguments:
            print(row(name, (x,), function(mpf(x))))
    for name, function in BINARY.items():
        for a, b in pairs(generator):
            a, b = rounding(a), rounding(b)
            if 0 < b < 1e28 and a < 1e28 and not (name == "log1p_square" and a < 1e-15):
                print(row(name, (a, b), function(mpf(a), mpf(b))))
    print("};")


def tables():
    mpmath.mp.dps = 130  # differences of lgamma(1e30)
    print("// Written by make_gamma_tables.py: do not edit. Function, arguments, and the value in two parts.")
    print("// clang-format off")
    print("#pragma once\n\nnamespace genfuse::device_test {\n")
    print("struct GammaRow {\n  const char *function;\n  double x, y, high, low;\n};\n")
    table(single, "f32")
    table(float, "f64")
    print("\n} // namespace genfuse::device_test")


# The polynomials: Chebyshev interpolation, which is minimax up to a small factor. At removable singularities
# the first terms of the series.


def ratio_at_zero(function, value, slope, small=mpf(10) ** -14):
    return lambda t: value + slope * t if abs(t) < small else function(t)


def by_square(function):
    """Of z = 1 / x^2."""
    return lambda z: function(1 / mpmath.sqrt(z))


EIGHTH = mpf(1) / 64
LOG8 = log(mpf(8))
FITS = {
    # name: (function, interval, terms in f32, terms in f64)
    "from_two": (ratio_at_zero(lambda t: loggamma(2 + t) / t, 1 - mpmath.euler, (mpmath.zeta(2) - 1) / 2),
                 (-HALF, HALF), 9, 20),
    "stirling": (ratio_at_zero(by_square(lambda x: (loggamma(x) - ((x - HALF) * log(x) - x + log(2 * mpmath.pi) / 2)) * x),
                               mpf(1) / 12, -mpf(1) / 360), (0, EIGHTH), 3, 9),
    "from_root": (ratio_at_zero(lambda t: digamma(3 * HALF + t) / (3 * HALF + t - ROOT), 0, 0, 0), (-HALF, HALF), 12, 23),
    "digamma_tail": (ratio_at_zero(by_square(lambda x: (log(x) - HALF / x - digamma(x)) * x * x),
                                   mpf(1) / 12, -mpf(1) / 120), (0, EIGHTH), 4, 10),
    "half_step": (ratio_at_zero(by_square(lambda n: UNARY["half_step"](n) * n), -mpf(1) / 8, mpf(1) / 192),
                  (0, EIGHTH), 4, 11),
    "half_step_slope": (ratio_at_zero(by_square(lambda n: UNARY["half_step_slope"](n) * n * n), mpf(1) / 8, -mpf(1) / 64),
                        (0, EIGHTH), 4, 11),
    "stirling_by_log": (lambda l: UNARY["stirling"](exp(l)) - l / 2 if l > 0 else mpf(1), (0, LOG8), 11, 23),
    "stirling_slope_by_log": (lambda l: exp(l) * (digamma(exp(l) + 1) - l), (0, LOG8), 11, 23),
    "half_step_by_log": (lambda l: exp(l) * UNARY["half_step"](exp(l)), (0, LOG8), 11, 24),
    "half_step_slope_by_log": (lambda l: exp(2 * l) * UNARY["half_step_slope"](exp(l)), (0, LOG8), 12, 24),
}


def fits():
    for name, (function, interval, few, many) in FITS.items():
        for terms, rounding in ((few, single), (many, float)):
            coefficients, error = mpmath.chebyfit(function, interval, terms, error=True)
            print(name, terms, "terms, error", mpmath.nstr(error, 3))
            print("   ", ", ".join(rounding(c).hex() for c in reversed(coefficients)))


if __name__ == "__main__":
    fits() if "--fits" in sys.argv else tables()
