#!/bin/sh
# tensorflow 2.4.4 on CPython 3.8, linux-x86_64, GPU (Tesla V100, CUDA 11.0, cuDNN 8.0)
# Asked for: tensorflow >=2.4,<2.5, GPU. Planned by tfdoctor <version>, matrix <date>.
# Basis: declared.
# cuda (declared): TensorFlow tested it with CUDA 11.0, cuDNN 8.0
set -eu
fail() { printf '%s\n' "$1" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Usage: sh THIS-FILE [FOLDER]; PYTHON names another interpreter.
env=${1:-.venv-tf2.4.4}

conda=
for name in "${CONDA_EXE:-}" conda mamba micromamba; do
    if command -v "$name" >/dev/null; then conda=$name; break; fi
done
[ -n "$conda" ] || fail "this plan needs conda, mamba or micromamba"
case $env in */*) ;; *) env=./$env ;; esac  # a word without a slash is a name to conda
if [ -x "$env/bin/python" ]; then
    "$conda" install -y -p "$env" --override-channels -c conda-forge python=3.8 pip cudatoolkit=11.0 cudnn=8.0
elif [ -e "$env" ]; then
    fail "$env is there and is no environment: name another folder"
else
    "$conda" create -y -p "$env" --override-channels -c conda-forge python=3.8 pip cudatoolkit=11.0 cudnn=8.0
fi
python=$env/bin/python

# An old pip does not know the tags of today's wheels.
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip
if "$python" -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) >= (20, 3))"; then
    "$python" -m pip install --upgrade 'pip>=20.3,<22'
fi

install() {
    cat >"$tmp/requirements.txt"
    "$python" -m pip install "$@" -r "$tmp/requirements.txt"
}

# 2. Install TensorFlow 2.4.4.
install --no-deps <<'END'
grpcio==1.32.0
numpy==1.19.5
tensorflow==2.4.4
END

# Variables: in the new environment's own folder, where conda looks at each activation.
mkdir -p "$env/etc/conda/activate.d" "$env/etc/conda/deactivate.d"
cat >"$env/etc/conda/activate.d/tfdoctor.sh" <<'END'
if [ -n "${LD_LIBRARY_PATH+x}" ]; then _TFDOCTOR_LD_LIBRARY_PATH=old; _TFDOCTOR_OLD_LD_LIBRARY_PATH=$LD_LIBRARY_PATH; else _TFDOCTOR_LD_LIBRARY_PATH=none; fi
export LD_LIBRARY_PATH="$CONDA_PREFIX/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
if [ -n "${PYTHONPATH+x}" ]; then _TFDOCTOR_PYTHONPATH=old; _TFDOCTOR_OLD_PYTHONPATH=$PYTHONPATH; else _TFDOCTOR_PYTHONPATH=none; fi
unset PYTHONPATH
END
cat >"$env/etc/conda/deactivate.d/tfdoctor.sh" <<'END'
case "${_TFDOCTOR_LD_LIBRARY_PATH:-}" in old) export LD_LIBRARY_PATH="$_TFDOCTOR_OLD_LD_LIBRARY_PATH";; none) unset LD_LIBRARY_PATH;; esac
unset _TFDOCTOR_LD_LIBRARY_PATH _TFDOCTOR_OLD_LD_LIBRARY_PATH
case "${_TFDOCTOR_PYTHONPATH:-}" in old) export PYTHONPATH="$_TFDOCTOR_OLD_PYTHONPATH";; none) unset PYTHONPATH;; esac
unset _TFDOCTOR_PYTHONPATH _TFDOCTOR_OLD_PYTHONPATH
END

cat <<END

Ready. Start it with:
    conda activate "$env"
Check it with:
    tfdoctor check --load --python "$python"
END
