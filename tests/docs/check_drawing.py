#!/usr/bin/env python3
"""Whether an SVG drawing has the nodes and arrows that `genfuse --emit=dot` prints, whatever Graphviz drew it.

    check_drawing.py SVG GENFUSE ARGUMENTS...
"""
import re
import subprocess
import sys
import xml.etree.ElementTree as xml


def drawn(svg):
    space = "{http://www.w3.org/2000/svg}"
    groups = xml.parse(svg).getroot().iter(space + "g")
    return {group.find(space + "title").text for group in groups if group.get("class") in ("node", "edge")}


def printed(command):
    text = subprocess.run([*command, "--emit=dot"], check=True, text=True, stdout=subprocess.PIPE).stdout
    nodes = re.findall(r'^ *"([^"]*)" \[label', text, re.M)
    edges = re.findall(r'^ *"([^"]*)" -> "([^"]*)"$', text, re.M)
    return set(nodes) | {f"{start}->{end}" for start, end in edges}


svg, *command = sys.argv[1:]
have, want = drawn(svg), printed(command)
if not want or have != want:
    sys.exit(f"{svg} is stale\n  missing: {sorted(want - have)}\n  too much: {sorted(have - want)}")
