#!/bin/sh
# tensorflow 2.4.4 on CPython 3.8, linux-x86_64, GPU (Tesla V100, CUDA 11.0, cuDNN 8.0)
# Asked for: tensorflow 2.4.4, as a repair of what is there. Planned by tfdoctor <version>, matrix <date>.
# Basis: declared.
set -eu
fail() { printf '%s\n' "$1" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Usage: sh THIS-FILE; PYTHON names another interpreter, that of the environment to repair.
python=${PYTHON:-/opt/conda/envs/tf/bin/python}
"$python" -c '' || fail "$python cannot be run"

# An old pip does not know the tags of today's wheels.
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip
if "$python" -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) >= (20, 3))"; then
    "$python" -m pip install --upgrade 'pip>=20.3,<22'
fi

install() {
    cat >"$tmp/requirements.txt"
    "$python" -m pip install "$@" -r "$tmp/requirements.txt"
}
prefix=$("$python" -c "import sys; print(sys.prefix)")

# 1. Bring cuDNN.
conda install -y -p "$prefix" --override-channels -c conda-forge cudnn=8.0

cat <<END

Done. Check it with:
    tfdoctor check --load --python "$python"
END
