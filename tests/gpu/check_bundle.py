"""Makes a bundle with the reduced list for the emulated device, and runs it as on another machine."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE, BUILD = (Path(argument).resolve() for argument in sys.argv[1:3])
LIMIT = 60 * 1024 * 1024


def make(folder, *options):
    return subprocess.run([SOURCE / "scripts/gpu-bundle.sh", "-b", BUILD, "-o", folder, *options],
                          capture_output=True, text=True)


class Bundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.made = Path(cls.temporary.name) / "made"
        done = make(cls.made, "--", "--quick", "--host-code")
        if done.returncode != 0:
            raise AssertionError(f"gpu-bundle.sh failed:\n{done.stdout}{done.stderr}")
        cls.names = sorted(each.name for each in (cls.made / "records").iterdir())

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def copy(self):
        """The bundle at another place, to change."""
        folder = Path(tempfile.mkdtemp(dir=self.temporary.name)) / "bundle"
        shutil.copytree(self.made, folder)
        return folder

    def run_bundle(self, folder, *options, library=BUILD / "tests/cuda_host", **variables):
        environment = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": str(library), **variables}
        return subprocess.run([folder / "run", *options], capture_output=True, text=True, env=environment, cwd="/")

    def row(self, report, name):
        return re.search(rf"^\| {name} \|.*$", report, re.M).group(0)

    def test_is_equal_on_the_emulated_device(self):
        self.assertGreaterEqual(len(self.names), 8)
        for order in ("ascending", "shuffled"):
            done = self.run_bundle(self.copy(), "--repeats", "2", GENFUSE_CUDA_HOST_ORDER=order)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("Device: emulated device, compute capability 9.0", done.stdout)
            self.assertIn(f"{len(self.names)} of {len(self.names)} entries are equal to the bit", done.stdout)
            self.assertNotIn("## Differences", done.stdout)
            for name in self.names:
                cells = [cell.strip() for cell in self.row(done.stdout, name).split("|")]
                self.assertEqual(cells[2], "yes")
                # Sums of at most 10,007 floats in another order: below 1e-4 of the largest value.
                self.assertLess(float(cells[4]), 1e-4, name)
                self.assertGreaterEqual(float(cells[5]), 0)

    def test_reports_a_flipped_bit(self):
        for name, place in ((self.names[0], 0), (self.names[-1], -1)):
            folder = self.copy()
            stored = folder / "records" / name / "emulated.bin"
            data = bytearray(stored.read_bytes())
            data[place] ^= 1
            stored.write_bytes(data)
            done = self.run_bundle(folder, "--repeats", "0")
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn(f"| {name} | **no** | 1 of ", done.stdout)
            self.assertRegex(done.stdout, rf"- {name}: '\w+:\S*': 1 of \d+ values differ, the first is number \d+: "
                                          r"expected 0x[0-9a-f]+, got 0x[0-9a-f]+")
            self.assertIn(f"{len(self.names) - 1} of {len(self.names)} entries", done.stdout)

    def test_reports_how_far_the_cpu_is(self):
        folder = self.copy()
        stored = folder / "records/simulate-nest/cpu.bin"
        data = bytearray(stored.read_bytes())
        data[7] ^= 0x80  # the sign of the first double
        stored.write_bytes(data)
        done = self.run_bundle(folder, "--repeats", "0")
        self.assertEqual(done.returncode, 0, "the CPU's results are for information")
        cells = self.row(done.stdout, "simulate-nest").split("|")
        self.assertGreater(float(cells[4]), 1e-6)

    def test_says_what_is_damaged(self):
        folder = self.copy()
        first, second, third = self.names[:3]
        (folder / "records" / first / "emulated.bin").write_bytes(b"")
        (folder / "records" / second / "code.bin").write_bytes(b"\x50\xed\x55\xba" + bytes(60))
        record = folder / "records" / third / "record.txt"
        record.write_text(record.read_text().replace("buffer ", "bufer ", 1))
        done = self.run_bundle(folder, "--repeats", "0")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, rf"- {first}: emulated.bin: expected \d+ bytes, got 0")
        self.assertRegex(done.stdout, rf"- {second}: launching \S+: .*no code")
        self.assertRegex(done.stdout, rf"- {third}: \S+/record.txt:4: expected name, what, buffer or launch, got 'bufer'")

    def test_no_driver(self):
        """A file that is no library stands before a driver that the machine may have."""
        folder = self.copy()
        (folder / "libcuda.so.1").write_bytes(b"")
        done = self.run_bundle(folder, library=folder)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"error: no CUDA driver: .*libcuda\.so\.1")
        self.assertEqual(done.stdout, "")

    def test_old_device(self):
        done = self.run_bundle(self.made, GENFUSE_CUDA_HOST_CAPABILITY="75")
        self.assertEqual(done.returncode, 2)
        self.assertIn("error: expected a device of compute capability 8.0 or more, got 7.5 (emulated device)", done.stderr)

    def test_small_device(self):
        done = self.run_bundle(self.made, "--repeats", "0", GENFUSE_CUDA_HOST_MEMORY="65536")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"- gradient-pl-warps: out of memory: expected \d+ bytes of the device for '\S+'")
        self.assertIn("| gradient-pl-one | yes |", done.stdout)

    def test_wrong_usage(self):
        for options in (["--repeats", "many"], ["--repeats"], ["--repeats", "-1"]):
            done = self.run_bundle(self.made, *options)
            self.assertEqual(done.returncode, 2)
            self.assertIn("usage: replay RECORDS [--repeats N]", done.stderr)

    def test_no_sanitizer(self):
        if shutil.which("compute-sanitizer", path="/usr/bin:/bin"):
            self.skipTest("there is one")
        done = self.run_bundle(self.made, "--sanitize")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected compute-sanitizer in the PATH, got none", done.stderr)

    def test_needs_the_c_library_only(self):
        done = subprocess.run(["ldd", self.made / "replay"], capture_output=True, text=True, check=True)
        names = {line.split()[0].split("/")[-1].split(".so")[0] for line in done.stdout.splitlines()}
        self.assertLessEqual(names, {"linux-vdso", "libc", "libm", "libdl", "libpthread", "ld-linux-x86-64"})
        versions = re.findall(rb"GLIBC_2\.(\d+)", (self.made / "replay").read_bytes())
        self.assertTrue(versions)
        self.assertLessEqual(max(map(int, versions)), 35, "README.md of the bundle says 2.35")

    def test_is_small_and_keeps_other_folders(self):
        size = sum(each.stat().st_size for each in self.made.rglob("*") if each.is_file())
        self.assertLess(size, LIMIT)
        other = Path(self.temporary.name) / "other"
        other.mkdir()
        (other / "file").write_text("mine")
        done = make(other, "--", "--quick", "--host-code")
        self.assertEqual(done.returncode, 1)
        self.assertIn("to be a bundle or not to be there", done.stderr)
        self.assertEqual((other / "file").read_text(), "mine")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
