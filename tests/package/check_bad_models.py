"""What genfuse_add_model refuses, with the message and the user's line. check_bad_models.py PREFIX SOURCE FOLDER"""
import pathlib
import shutil
import sys

from support import build, clean, configure, expect

prefix, source, folder = (pathlib.Path(path) for path in sys.argv[1:4])
clean(folder)
project = folder / "project"
shutil.copytree(source, project)

at_once = {
    "no_cxx": "genfuse_add_model(m): enable the language CXX, in which models are traced",
    "no_source": "genfuse_add_model(m): expected SOURCE",
    "no_file": "genfuse_add_model(m): there is no SOURCE",
    "no_model": "genfuse_add_model(m): expected MODEL, the function of models.cpp that returns the model",
    "no_operations": "genfuse_add_model(m): expected OPERATIONS",
    "bad_real": "genfuse_add_model(m): expected REAL f32 or f64, got 'f16'",
    "bad_target": "genfuse_add_model(m-1): expected a target or a NAME that is a C identifier",
    "extra": "genfuse_add_model(m): unknown arguments models.cpp",
}
built = {
    "invalid": "genfuse_add_model(invalid): models.cpp:9: address 'x' is taken: 'x' was used at models.cpp:8",
    "missing": "models.cpp has no function 'other()', which MODEL names: expected one without parameters",
    "parameters": "models.cpp has no function 'of_a_number()', which MODEL names: expected one without parameters",
    "operation": "genfuse_add_model(operation): request 'differentiate(x)'",
    "address": "genfuse_add_model(address): model.mlir:1:1: request 'gradient(z)': unknown name 'z'",
    "text": "genfuse_add_model(text): invalid.mlir:3:8: ",
    "target": "expected a target cpu or cuda, got 'tpu'",
    "level": "expected a cpu target native, x86-64-v4 or x86-64-v3, got 'x86-64-v9'",
}
tree = folder / "build"
configure(project, tree, prefix)
for target, message in built.items():
    expect(message, build(tree, f"{target}_files", fails=True))
for call, message in at_once.items():
    expect(message, configure(project, tree, prefix, f"-DCALL={call}", fails=True))
