"""Every numbered constraint of the .td files stands in a verifier and in a negative test."""
import glob
import re
import sys

root = sys.argv[1]
read = lambda pattern: "\n".join(open(path).read() for path in sorted(glob.glob(root + pattern)))
labels = re.findall(r"\((\w+_c\d+)\)", read("/ir/*.td"))
code = read("/ir/*.cpp") + read("/passes/*.cpp") + read("/passes/*/*.cpp") + read("/frontend/*.cpp")
tests = read("/tests/lit/ir/*_invalid.mlir") + read("/tests/lit/passes/*.mlir")
missing = [f"{label}: not in {what}" for label in labels
           for what, text in (("the verifiers", code), ("the negative tests", tests))
           if not re.search(rf"\b{label}\b", text)]
print("\n".join(missing) or f"{len(labels)} labels found")
sys.exit(bool(missing))
