"""find_package with components that are there, missing, unknown and optional; pkg-config.
   check_components.py PREFIXES SOURCES FOLDER, where PREFIXES holds prefix/ (all) and runtime/ (the runtime alone)."""
import os
import pathlib
import sys

from support import STANDARD_LIBRARIES, build, clean, configure, expect, fail, needed_libraries, plain_environment, run

prefixes, sources, folder = (pathlib.Path(path) for path in sys.argv[1:4])
clean(folder)
runtime = prefixes / "runtime"
printed = "genfuse 0.1.0, element 3; expected elements of type f32, got f64 [2, 2]"


def project(name, *lines):
    path = folder / name
    path.mkdir()
    head = ["cmake_minimum_required(VERSION 3.25)", "project(foreign LANGUAGES CXX)"]
    (path / "CMakeLists.txt").write_text("\n".join([*head, *lines]) + "\n")
    return path


def refused(name, prefix, line, message, *options):
    path = project(name, line)
    expect(message, configure(path, path / "build", prefix, *options, fails=True))


def check_runs(program):
    expect(printed, run(program))
    if needed_libraries(program) - STANDARD_LIBRARIES:
        fail(f"{program} needs {needed_libraries(program)}")


def check_runtime():
    path = project("runtime", "find_package(genfuse 0.1 REQUIRED COMPONENTS runtime OPTIONAL_COMPONENTS compiler)",
                   "if(genfuse_compiler_FOUND OR NOT genfuse_runtime_FOUND)", "  message(FATAL_ERROR found)", "endif()",
                   f"add_executable(program {sources / 'runtime_program.cpp'})",
                   "target_link_libraries(program PRIVATE genfuse::runtime)")
    configure(path, path / "build", runtime)
    build(path / "build")
    check_runs(path / "build/program")


def check_pkg_config():
    environment = plain_environment() | {"PKG_CONFIG_PATH": str(next(runtime.rglob("pkgconfig")))}
    flags = run("pkg-config", "--cflags", "--libs", "genfuse-runtime", env=environment).split()
    program = folder / "by_pkg_config"
    run("c++", "-std=c++20", sources / "runtime_program.cpp", *flags, "-o", program, env=environment)
    check_runs(program)


check_runtime()
check_pkg_config()
refused("missing", runtime, "find_package(genfuse REQUIRED COMPONENTS runtime compiler)",
        "it is installed without its component 'compiler' (here: runtime)")
refused("unknown", runtime, "find_package(genfuse REQUIRED COMPONENTS speech)",
        "it has no component 'speech', expected runtime, compiler, torch")
refused("newer", runtime, "find_package(genfuse 0.9 REQUIRED)", 'compatible with requested version "0.9"')
if os.path.exists(prefixes / "prefix/lib/libgenfuse_torch.a"):
    refused("torch", prefixes / "prefix", "find_package(genfuse REQUIRED COMPONENTS torch)",
            "its component 'torch' needs LibTorch: LibTorch is not at '/nowhere'", "-DGENFUSE_TORCH_ROOT=/nowhere")
