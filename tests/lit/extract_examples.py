"""Prints the MLIR examples of .td files, one split section each."""
import re
import sys
import textwrap

sections = []
for path in sys.argv[1:]:
    text = open(path).read()
    found = re.findall(r"```mlir\n(.*?)```", text, re.S)
    ops = len(re.findall(r"^def \w+Op : Gen_Op", text, re.M))
    if ops and not found:
        sys.exit(f"{path}: no examples")
    sections += [textwrap.dedent(example) for example in found]
print("\n// -----\n".join(sections))
