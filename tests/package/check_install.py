"""Installs all components into one folder and the runtime alone into another, moves both, and looks at the files.
   check_install.py BUILD SOURCE FOLDER COMPONENT..."""
import pathlib
import sys

from support import clean, fail, run

build, source, folder = (pathlib.Path(path) for path in sys.argv[1:4])
components = sys.argv[4:]


def install(name, parts):
    """Where the files end is not where they were installed to: they must not know."""
    first, last = folder / f"{name}-first", folder / name
    for component in parts:
        run("cmake", "--install", build, "--component", component, "--prefix", first)
    first.rename(last)
    return last


def check_no_machine(prefix):
    """No installed file names a folder of the machine that built it."""
    places = {source, build, prefix, folder, pathlib.Path.home(), (source / ".deps").resolve()}
    places = {str(place).encode() for place in places if len(place.parts) > 2}
    for path in sorted(prefix.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found = [place for place in places if place in path.read_bytes()]
            if found:
                fail(f"{path} holds {found[0].decode()}")


def check_headers(prefix, parts):
    """All headers in one source, with the package's one include directory and the system's compiler."""
    include = prefix / "include"
    headers = sorted(path.relative_to(include) for path in include.rglob("*.h"))
    own = [name for name in headers if "torch" not in name.parts]
    if "runtime" not in parts or not own:
        fail(f"no headers in {include}")
    all_of_them = folder / "all_headers.cpp"
    all_of_them.write_text("".join(f"#include <{name}>\n" for name in own))
    run("c++", "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{include}", all_of_them)
    c_source = folder / "c_headers.c"
    c_source.write_text("#include <genfuse/runtime/abi.h>\n#include <genfuse/version.h>\nint abi = GF_ABI_VERSION;\n")
    run("cc", "-std=c99", "-pedantic", "-Wall", "-Werror", "-fsyntax-only", f"-I{include}", c_source)


def check_runtime_alone(prefix):
    foreign = [path for path in prefix.rglob("*") if {"frontend", "codegen", "passes", "torch"} & set(path.parts)]
    foreign += [path for path in prefix.rglob("*") if "compiler" in path.name]
    if foreign:
        fail(f"the runtime alone has {foreign}")


clean(folder)
whole = install("prefix", components)
runtime = install("runtime", ["runtime"])
check_runtime_alone(runtime)
for prefix, parts in ((whole, components), (runtime, ["runtime"])):
    check_no_machine(prefix)
    check_headers(prefix, parts)
