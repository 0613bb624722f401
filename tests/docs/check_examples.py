"""Each C++ block of a page is a run of lines of one of the sources, indentation apart.
   check_examples.py PAGE SOURCE..."""
import re
import sys

page, sources = sys.argv[1], sys.argv[2:]


def lines(text):
    return [line.strip() for line in text.strip().splitlines()]


def within(block, source):
    return any(source[i : i + len(block)] == block for i in range(len(source)))


blocks = re.findall(r"```cpp\n(.*?)```", open(page).read(), re.S)
texts = [lines(open(path).read()) for path in sources]
missing = [block for block in blocks if not any(within(lines(block), text) for text in texts)]
for block in missing:
    print(f"{page}: no source of {', '.join(sources)} has these lines:\n{block}")
sys.exit(1 if missing or not blocks else 0)
