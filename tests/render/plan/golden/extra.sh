#!/bin/sh
# tensorflow[and-cuda] 2.20.0 on CPython 3.12, linux-x86_64, GPU (NVIDIA GeForce RTX 3090, CUDA 12.5.1, cuDNN 9.3.0)
# Asked for: the newest TensorFlow that fits, Python 3.12, GPU. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (resolved): resolved, not run
# gpu (installed): binary code for compute capability 8.6 is in the wheel
# driver (declared): driver 550.54.14 serves CUDA 12.5 (at least 525.60.13)
set -eu
fail() { printf '%s\n' "$1" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Usage: sh THIS-FILE [FOLDER]; PYTHON names another interpreter.
env=${1:-.venv-tf2.20.0}
minor=3.12

is_right() {
    [ -n "$1" ] && "$1" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$minor')" 2>/dev/null
}

find_python() {
    for python in "${PYTHON:-}" "$(command -v "python$minor" || true)" "$(command -v python3 || true)"; do
        if is_right "$python"; then return; fi
    done
    if command -v uv >/dev/null; then
        uv python install "$minor"
        python=$(uv python find --system "$minor")
    elif command -v pyenv >/dev/null; then
        pyenv install --skip-existing "$minor"
        python=$(pyenv prefix "$(pyenv latest "$minor")")/bin/python
    else
        fail "no CPython $minor was found: install it (uv and pyenv can), or name it in PYTHON"
    fi
}

if [ -x "$env/bin/python" ]; then
    is_right "$env/bin/python" || fail "$env has another Python than $minor: name another folder"
elif [ -e "$env" ]; then
    fail "$env is there and is no environment: name another folder"
else
    find_python
    if ! "$python" -m venv "$env"; then
        rm -rf -- "$env"
        command -v uv >/dev/null || fail "$python makes no environments: install its venv module, or uv"
        uv venv --seed --python "$python" "$env"
    fi
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

# 3. Install TensorFlow 2.20.0 with the CUDA libraries of its [and-cuda] extra.
install --no-deps <<'END'
numpy==2.2.6
nvidia-cublas-cu12==12.5.3.2
nvidia-cuda-cupti-cu12==12.5.82
nvidia-cuda-nvcc-cu12==12.5.82
nvidia-cuda-runtime-cu12==12.5.82
nvidia-cudnn-cu12==9.3.0.75
protobuf==5.29.5
tensorflow==2.20.0
END

cat <<END

Ready. Start it with:
    . "$env/bin/activate"
Check it with:
    tfdoctor check --load --python "$python"
END
