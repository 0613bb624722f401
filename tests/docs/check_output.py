#!/usr/bin/env python3
"""Runs the commands of a page and compares their output with what the page says.

    check_output.py PAGE SOURCE_DIRECTORY DIRECTORY_OF_GENFUSE

A block that starts with ```console holds one command after `$ `, then its output. Times in milliseconds and the
bytes of machine code are not compared. With GENFUSE_UPDATE_DOCS=1 the page is written anew.
"""
import difflib
import os
import re
import subprocess
import sys

MASKS = [(re.compile(r"\d+\.\d ms"), "# ms"), (re.compile(r"(# ms, )\d+ bytes"), r"\1# bytes")]


def masked(text):
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


def output_of(command, source, programs):
    environment = dict(os.environ, PATH=programs + os.pathsep + os.environ["PATH"])
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=source, env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(f"$ {command}\nexit code {done.returncode}: {done.stdout}")
    return done.stdout


def main(page, source, programs):
    with open(page, encoding="utf-8") as file:
        text = file.read()
    blocks = 0
    stale = []

    def check(match):
        nonlocal blocks
        blocks += 1
        command, expected = match.group(1), match.group(2)
        got = output_of(command, source, programs)
        if masked(got) == masked(expected):
            return match.group(0)
        stale.append("\n".join([f"$ {command}", *difflib.unified_diff(
            masked(expected).splitlines(), masked(got).splitlines(), "page", "output", lineterm="")]))
        return f"```console\n$ {command}\n{got}```"

    fresh = re.sub(r"```console\n\$ (.*)\n((?:(?!```).*\n)*)```", check, text)
    if blocks == 0 or blocks != text.count("```console"):
        sys.exit(f"{page}: expected blocks of one command and its output, got {blocks} of "
                 f"{text.count('```console')}")
    if stale and os.environ.get("GENFUSE_UPDATE_DOCS") == "1":
        with open(page, "w", encoding="utf-8") as file:
            file.write(fresh)
        return
    if stale:
        sys.exit("\n".join(stale) + f"\n{page} is stale: run this with GENFUSE_UPDATE_DOCS=1")


main(*sys.argv[1:])
