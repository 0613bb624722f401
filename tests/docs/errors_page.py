"""docs/errors.md shows errors as users see them; this script provokes each and compares.

  errors_page.py cpp PAGE OUT            writes a C++ program of the page's C++ examples
  errors_page.py check PAGE GENFUSE CPP  runs the commands and that program; GENFUSE_UPDATE_DOCS=1 writes the page

In the page, ```mlir NAME``` is a file, ```console``` holds commands (`$ ...`) each followed by its output, ```cpp
model``` the body of a model with arguments `a` and `s`, ```cpp``` code of a host, each followed by ```text```, its
error.
"""
import os
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^```(\w+) ?([^\n]*)\n(.*?)^```\n", re.M | re.S)


def blocks(page):
    return [(m.group(1), m.group(2), m.group(3), m) for m in BLOCK.finditer(page)]


def cpp_program(page):
    bodies = []
    for language, kind, body, _ in blocks(page):
        if language != "cpp":
            continue
        numbered = f'\n#line 1 "model.cpp"\n{body}'
        if kind == "model":
            numbered = f"gf::gen(\"m\", [](gf::Real a, gf::Vector s) {{ (void)a, (void)s;{numbered}}});"
        bodies.append(f"provoke([] {{ {numbered} }});")
    return """#include "codegen/Trace.h"
#include "frontend/genfuse.h"
#include "runtime/Error.h"
#include <cstdio>
namespace gf = genfuse;
template <class F> void provoke(F run) {
  try {
    run();
    std::puts("no error");
  } catch (const gf::Error &error) {
    std::puts(error.what());
  }
}
int main() {
""" + "\n".join(bodies) + "\n}\n"


def run_commands(body, folder, genfuse):
    """The commands of a block, each with its output."""
    text = ""
    for command in re.findall(r"^\$ (.*(?:\\\n.*)*)$", body, re.M):
        environment = dict(os.environ, PATH=os.path.dirname(genfuse) + os.pathsep + os.environ["PATH"])
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if done.returncode == 0:
            sys.exit(f"expected an error, got none: {command}")
        text += f"$ {command}\n{done.stdout}"
    return text


def fresh(page, genfuse, cpp):
    errors = iter(subprocess.run([cpp], text=True, stdout=subprocess.PIPE, check=True).stdout.splitlines())
    result, end, wants_text = "", 0, False
    with tempfile.TemporaryDirectory() as folder:
        for language, kind, body, match in blocks(page):
            if wants_text != (language == "text"):
                sys.exit(f"expected a text block after each C++ block, got:\n{body}")
            wants_text = language == "cpp"
            if language == "mlir":
                with open(os.path.join(folder, kind), "w") as file:
                    file.write(body)
            elif language == "console":
                body = run_commands(body, folder, genfuse)
            elif language == "text":
                body = next(errors) + "\n"
                if body == "no error\n":
                    sys.exit(f"expected an error before {match.group(0)}")
            result += page[end:match.start(3)] + body
            end = match.end(3)
    return result + page[end:]


def main():
    mode, path = sys.argv[1:3]
    page = open(path).read()
    if mode == "cpp":
        with open(sys.argv[3], "w") as out:
            out.write(cpp_program(page))
        return
    new = fresh(page, *sys.argv[3:5])
    if os.environ.get("GENFUSE_UPDATE_DOCS"):
        open(path, "w").write(new)
    elif new != page:
        for old_line, new_line in zip(page.splitlines(), new.splitlines()):
            if old_line != new_line:
                sys.exit(f"{path} is not what users see (GENFUSE_UPDATE_DOCS=1 writes it anew):\n"
                         f"- {old_line}\n+ {new_line}")
        sys.exit(f"{path} has another number of lines than what users see")


main()
