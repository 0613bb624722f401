#!/usr/bin/env bash
# Brings a fresh Debian 12 machine (root or sudo) to where everything builds. A second run takes seconds.
#   scripts/setup.sh [--check] [--without-torch]
# --check prints what is missing and exits 1 if anything is. Wheels and data go to .deps/, which git ignores.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(git cmake ninja-build gcc g++ clang-22 lld-22 llvm-22-dev llvm-22-tools libmlir-22-dev mlir-22-tools
  libgtest-dev libgmock-dev libbenchmark-dev libcli11-dev nlohmann-json3-dev libfmt-dev librandom123-dev
  libclang-rt-22-dev libblis-serial-dev zlib1g-dev pkgconf python3 python3-venv graphviz gnuplot-nox)
torch_pin="torch==2.11.0"
# With an installed toolkit LibTorch's wheel needs only these beside it; elsewhere pip brings all it depends on.
toolkit_pins=("nvidia-cusparselt-cu13==0.8.0" "nvidia-nvshmem-cu13==3.4.5" "nvidia-cufile<1.16")
cuda_pins=("nvidia-cuda-nvcc==13.0.*" "nvidia-nvvm==13.0.*" "nvidia-cuda-crt==13.0.*" "nvidia-cuda-nvrtc==13.0.*"
  "nvidia-cuda-runtime==13.0.*" "nvidia-cuda-cccl==13.0.*")
torch_file=".deps/venv/lib/python3*/site-packages/torch/lib/libtorch_cpu.so"
digits_pin="scikit-learn==1.7.2"
digits_file=".deps/data/digits/digits.csv.gz"

check=0 torch=1
for option in "$@"; do
  case "$option" in
  --check) check=1 ;;
  --without-torch) torch=0 ;;
  *)
    echo "setup: unknown option '$option', expected --check or --without-torch" >&2
    exit 2
    ;;
  esac
done

missing_packages() {
  local name
  for name in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] || echo "$name"
  done
}

install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      echo "setup: neither root nor sudo here; install these packages first: ${missing[*]}" >&2
      exit 1
    }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

# LibTorch's wheel is built for CUDA 13: another toolkit cannot stand in for the wheels.
has_toolkit() { command -v nvcc >/dev/null && [[ "$(nvcc --version)" == *"release 13."* ]]; }

torch_pins() {
  echo "$torch_pin"
  if has_toolkit; then printf '%s\n' "${toolkit_pins[@]}"; else printf '%s\n' "${cuda_pins[@]}"; fi
}

# stamped NAME PINS FILE: whether NAME was installed with just these pins, and its file is still there.
stamped() {
  [ -f ".deps/$1.stamp" ] && [ "$(cat ".deps/$1.stamp")" = "$(sha256sum <<<"$2")" ] && compgen -G "$3" >/dev/null
}
stamp() { sha256sum <<<"$2" >".deps/$1.stamp"; }

install_torch() {
  local pins alone=()
  pins=$(torch_pins)
  ! stamped torch "$pins" "$torch_file" || return 0
  echo "setup: installing LibTorch"
  rm -rf .deps/venv
  /usr/bin/python3 -m venv .deps/venv
  if has_toolkit; then alone=(--no-deps); fi
  mapfile -t names <<<"$pins"
  .deps/venv/bin/pip install -q --disable-pip-version-check "${alone[@]}" "${names[@]}"
  stamp torch "$pins"
}

# The UCI digits, 1,797 images of 8x8, as scikit-learn ships them.
install_digits() {
  ! stamped digits "$digits_pin" "$digits_file" || return 0
  echo "setup: taking the UCI digits from the scikit-learn wheel"
  local wheels
  wheels=$(mktemp -d)
  [ -x .deps/venv/bin/pip ] || /usr/bin/python3 -m venv .deps/venv
  .deps/venv/bin/pip download -q --disable-pip-version-check --no-deps --only-binary=:all: -d "$wheels" "$digits_pin"
  mkdir -p "$(dirname "$digits_file")"
  /usr/bin/python3 - "$wheels"/*.whl "$digits_file" <<'PYTHON'
import sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive, open(target, "wb") as out:
    out.write(archive.read("sklearn/datasets/data/digits.csv.gz"))
PYTHON
  rm -rf "$wheels"
  stamp digits "$digits_pin"
}

if [ "$check" = 1 ]; then
  missing=$(missing_packages)
  if [ "$torch" = 1 ] && ! stamped torch "$(torch_pins)" "$torch_file"; then missing+=$'\n'"LibTorch (.deps/venv)"; fi
  stamped digits "$digits_pin" "$digits_file" || missing+=$'\n'"the UCI digits (.deps/data/digits)"
  [ -z "$missing" ] && exit 0
  echo "missing:" "$missing"
  exit 1
fi

mkdir -p .deps
install_packages
if [ "$torch" = 1 ]; then install_torch; fi
install_digits
