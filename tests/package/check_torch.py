"""The component torch with a library that the installed tool compiles. check_torch.py PREFIX TESTS FOLDER LIBTORCH"""
import math
import pathlib
import sys

from support import build, clean, configure, expect, needed_libraries, fail, run

prefix, tests, folder, libtorch = (pathlib.Path(path) for path in sys.argv[1:5])
clean(folder)
run(prefix / "bin/genfuse", "compile", tests / "options/model.mlir", "--function", "shifted", "--name", "shifted",
    "--real", "f64", "--shared", "--op", "assess()", "--op", "gradient(a)", "-o", folder / "library")
configure(tests / "torch", folder / "build", f"{prefix};{libtorch}")
build(folder / "build")
program = folder / "build/autograd"
score = -0.5 * (3 - 1) ** 2 - 0.5 * math.log(2 * math.pi)
# The printed digits are all that is compared: 1e-6 absolute, for f64 kernels of values of the size of 1.
expect(f"score {score:.6f} slope {3 - 1:.6f}", run(program, folder / "library/shifted.json"))
if any("LLVM" in name or "MLIR" in name for name in needed_libraries(program)):
    fail(f"{program} needs {needed_libraries(program)}")
