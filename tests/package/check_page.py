"""docs/embedding.md as a new user follows it: its files in an empty folder, its commands, their output.
   check_page.py PAGE PREFIX FOLDER

A block's info string says what it is: a language and a file's name; `sh run` for commands; `output` for what the commands
above it print at last; `invalid` for the message about the model whose two choices have one address."""
import pathlib
import re
import sys

from support import clean, expect, fail, plain_environment, run

page, prefix, folder = (pathlib.Path(path) for path in sys.argv[1:4])
clean(folder)
project = clean(folder / "project")
home = clean(folder / "home")
(home / "genfuse").symlink_to(prefix.resolve()) # the page installs to ~/genfuse
environment = plain_environment() | {"HOME": str(home)}


def commands(text, fails=False):
    return run("bash", "-ec", text, cwd=project, env=environment, fails=fails)


blocks = re.findall(r"^```(\S+)(?: (\S+))?\n(.*?)^```$", page.read_text(), re.S | re.M)
printed, counts = "", {"file": 0, "run": 0, "output": 0, "invalid": 0}
for language, name, text in blocks:
    kind = "run" if name == "run" else language if language in counts else "file" if name else "text"
    counts[kind] = counts.get(kind, 0) + 1
    if kind == "file":
        (project / name).write_text(text)
    elif kind == "run":
        printed = commands(text)
    elif kind == "output" and not printed.endswith(text):
        fail(f"expected at the end\n{text}got\n{printed}")
    elif kind == "invalid":
        model = (project / "model.cpp").read_text()
        (project / "model.cpp").write_text(model.replace('sample("height"', 'sample("slope"'))
        expect(text, commands("cmake --build build", fails=True))
        (project / "model.cpp").write_text(model)
        commands("cmake --build build")
if min(counts.values()) == 0:
    fail(f"{page} has {counts}")
