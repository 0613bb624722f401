"""examples/embed as a foreign project, and what it built on a machine view without the compiler.
   check_embed.py PREFIX SOURCE FOLDER [LIBTORCH]"""
import math
import os
import pathlib
import shutil
import sys

from support import STANDARD_LIBRARIES, build, clean, configure, fail, needed_libraries, run

prefix, source, folder = (pathlib.Path(path) for path in sys.argv[1:4])
libtorch = sys.argv[4:]
deviations = [0.5, 1.0, 2.0]
# The kernels compute in f64; docs/testing.md gives this bound for densities and their derivatives.
tolerance = 1e-9


def normal(x, mean, deviation):
    return -0.5 * ((x - mean) / deviation) ** 2 - math.log(deviation) - 0.5 * math.log(2 * math.pi)


def score(mu, y):
    return normal(mu, 0, 2) + sum(normal(v, mu, s) for v, s in zip(y, deviations))


def check_numbers(line):
    """`mu M y Y Y Y weight W score S slope D`: drawn values, and what the kernels say of a move of mu to 0.25."""
    words = line.split()
    numbers = [float(word) for word in words if not word.isalpha()]
    mu, y, (weight, moved_score, slope) = numbers[0], numbers[1:4], numbers[4:]
    expected = {
        weight: score(0.25, y) - score(mu, y),
        moved_score: score(0.25, y),
        slope: -0.25 / 4 + sum((v - 0.25) / s**2 for v, s in zip(y, deviations)),
    }
    for got, wanted in expected.items():
        if not math.isclose(got, wanted, rel_tol=tolerance, abs_tol=1e-12):
            fail(f"expected {wanted}, got {got} in '{line}'")


def check_output(output, count):
    lines = output.strip().splitlines()
    if len(lines) != count or len(set(lines)) != count:
        fail(f"expected {count} different lines, got\n{output}")
    for line in lines:
        check_numbers(line)


def check_needs(program):
    if needed_libraries(program) - STANDARD_LIBRARIES:
        fail(f"{program} needs {needed_libraries(program)}")
    if any(word in line for line in run("ldd", program).splitlines() for word in ("LLVM", "MLIR", "torch", "python")):
        fail(f"{program} loads\n{run('ldd', program)}")


def machine_view(project):
    """An environment that leads to the C and C++ compilers, the assembler and the linker, and to nothing else."""
    tools = clean(folder / "tools")
    for tool in ("cc", "c++", "as", "ld"):
        (tools / tool).symlink_to(os.path.realpath(shutil.which(tool)))
    for hidden in ("clang-22", "llvm-config-22", "mlir-opt-22", "python3", "cmake"):
        if shutil.which(hidden, path=tools):
            fail(f"{hidden} is not hidden")
    return {"PATH": str(tools)}


def check_machine_view(tree):
    """The generated folder and the user's program, on a machine that has a compiler of C and C++ only."""
    project = clean(folder / "machine")
    shutil.copytree(tree / "genfuse/kernels/include", project / "include")
    shutil.copytree(tree / "genfuse/kernels/lib", project / "lib")
    for name in ("main.cpp", "main.c"):
        shutil.copy(source / name, project)
    view = machine_view(project)
    warnings = ("-Wall", "-Wextra", "-Werror", "-pedantic", "-Iinclude")
    run("c++", "-std=c++20", *warnings, "main.cpp", "lib/libkernels.a", "-pthread", "-o", "cpp", cwd=project, env=view)
    run("cc", "-std=c11", *warnings, "main.c", "lib/libkernels.a", "-o", "c", cwd=project, env=view)
    check_output(run(project / "cpp", env=view), 2)
    check_output(run(project / "c", env=view), 1)
    for program in ("cpp", "c"):
        check_needs(project / program)


clean(folder)
project = folder / "project"
shutil.copytree(source, project)
tree = folder / "build"
warnings = "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wconversion -Wshadow -Wmissing-declarations -Werror"
configure(project, tree, prefix, warnings, *(f"-DGENFUSE_TORCH_ROOT={root}" for root in libtorch))
build(tree)
check_output(run(tree / "embed"), 2)
check_output(run(tree / "embed_c"), 1)
check_needs(tree / "embed")
if libtorch:
    check_output(run(tree / "embed_torch"), 1)
check_machine_view(tree)
