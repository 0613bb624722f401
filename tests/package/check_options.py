"""The options of genfuse_add_model, several libraries in one program, another generator, and changes of a model.
   check_options.py PREFIX SOURCE FOLDER"""
import math
import pathlib
import shutil
import sys

from support import build, clean, configure, expect, run

prefix, source, folder = (pathlib.Path(path) for path in sys.argv[1:4])
clean(folder)
project, tree = folder / "project", folder / "build"
shutil.copytree(source, project)
manifest = tree / "genfuse/shared_kernels/one.json"


def density(a, deviation):
    return -0.5 * ((1 - a) / deviation) ** 2 - math.log(deviation) - 0.5 * math.log(2 * math.pi)


def check_run(deviation):
    """The printed digits are all that is compared: 1e-6 absolute, for f64 kernels of values of the size of 1."""
    output = run(tree / "app/app", manifest)
    expect(f"one {density(0, deviation):.6f} on x86-64-v3", output)
    expect("many " + " ".join(f"{density(a, deviation):.6f}" for a in (0, 1, 2)), output)
    expect("slopes " + " ".join(f"{(1 - a) / deviation**2:.6f}" for a in (0, 1, 2)), output)
    expect("error: model.mlir:3:8: address 'x': expected a number, got nan", output)
    expect("opened assess() of shifted", output)
    expect("error: library 'one': expected one of the operations score = assess(), got 'simulate()'", output)


configure(project, tree, prefix, generator="Unix Makefiles")
build(tree)
check_run(1.0)
model = project / "model.mlir"
model.write_text(model.read_text().replace("constant 1.0", "constant 2.0", 1))
build(tree)
check_run(2.0)
