"""What the tests of the package share: commands, and CMake projects in clean folders."""
import os
import pathlib
import shutil
import subprocess
import sys


def fail(message):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {message}")


def run(*command, cwd=None, env=None, fails=False):
    """Runs a command and returns what it printed; stops the test where its status is not as expected."""
    command = [str(word) for word in command]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    output = done.stdout + done.stderr
    if (done.returncode != 0) != fails:
        fail(f"{' '.join(command)}: status {done.returncode}\n{output}")
    return output


def expect(text, output):
    """`text` occurs in `output`, line breaks of CMake's messages apart."""
    if " ".join(text.split()) not in " ".join(output.split()):
        fail(f"expected '{text}' in\n{output}")


def clean(folder):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def configure(source, build, prefix, *options, generator="Ninja", fails=False):
    return run("cmake", "-G", generator, "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}",
               "-DCMAKE_BUILD_TYPE=Release", *options, fails=fails, env=plain_environment())


def build(folder, *targets, fails=False):
    names = [word for target in targets for word in ("--target", target)]
    return run("cmake", "--build", folder, *names, fails=fails, env=plain_environment())


def plain_environment():
    """The caller's, without what would lead CMake or the loader to other installations, or choose a compiler."""
    hidden = {"CMAKE_PREFIX_PATH", "LD_LIBRARY_PATH", "PKG_CONFIG_PATH", "CC", "CXX", "CFLAGS", "CXXFLAGS", "CPATH"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


def needed_libraries(program):
    """The shared libraries that a program or library asks the loader for."""
    lines = run("readelf", "-d", program).splitlines()
    return {line.split("[")[1].split("]")[0] for line in lines if "(NEEDED)" in line}


# Of C and C++; their threads are in libc.
STANDARD_LIBRARIES = {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2"}
