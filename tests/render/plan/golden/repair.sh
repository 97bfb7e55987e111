#!/bin/sh
# tensorflow 2.10.1 on CPython 3.10, linux-x86_64, CPU
# Asked for: what is there, repaired. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (resolved): every rule is content with the simulated result
# Not resolved: onnx: onnx 1.16.2 asks for protobuf>=3.20.2; tensorflow 2.10.1 for protobuf<3.20
# Not resolved: apache-beam: not in the index: its requirements are not known
set -eu
fail() { printf '%s\n' "$1" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Usage: sh THIS-FILE; PYTHON names another interpreter, that of the environment to repair.
python=${PYTHON:-'/opt/my env/bin/python'}
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
site=$("$python" -c "import sysconfig; print(sysconfig.get_path('purelib'))")
prefix=$("$python" -c "import sys; print(sys.prefix)")

# 1. Two distributions share TensorFlow's files: remove both.
"$python" -m pip uninstall -y tensorflow tensorflow-cpu

# 2. Remove what an interrupted pip left.
rm -rf -- "$site/~ensorflow" '/opt/my env/a b'

# 3. Install TensorFlow again.
install --no-deps --force-reinstall <<'END'
tensorflow==2.10.1
END

# 4. Install the protobuf that it needs.
install --no-deps <<'END'
protobuf==3.19.6
END

# 7. Restart the notebook's kernel: it's still the old one.
printf '%s\n' 'By hand: Restart the notebook'"'"'s kernel: it'"'"'s still the old one.'

cat <<END

To do by hand, wherever this environment is used (no file of your shell was touched):
    export XLA_FLAGS="--xla_gpu_cuda_data_dir=$prefix/nvvm\${XLA_FLAGS:+ \$XLA_FLAGS}"
    unset PYTHONHOME
END

cat <<END

Done. Check it with:
    tfdoctor check --load --python "$python"
END
