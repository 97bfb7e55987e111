#!/bin/sh
# tensorflow 2.6.5 on CPython 3.9, linux-x86_64, CPU
# Asked for: tensorflow 2.6. Planned by tfdoctor <version>, matrix <date>.
# Basis: trained.
# closure (trained): trained on CPython 3.9.18, Linux x86_64, CPU, on 2026-11-21
# python (installed): CPython 3.9.18 is installed
set -eu
fail() { printf '%s\n' "$1" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Usage: sh THIS-FILE [FOLDER]; PYTHON names another interpreter.
env=${1:-.venv-tf2.6.5}
minor=3.9

is_right() {
    [ -n "$1" ] && "$1" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$minor')" 2>/dev/null
}

find_python() {
    for python in "${PYTHON:-}" '/opt/my pythons/3.9.18/bin/python' "$(command -v "python$minor" || true)" "$(command -v python3 || true)"; do
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

# 2. Install the whole closure of TensorFlow 2.6.5.
install --no-deps <<'END'
absl-py==0.15.0
astunparse==1.6.3
cachetools==4.2.4
certifi==2025.8.3
charset-normalizer==3.4.3
clang==5.0
flatbuffers==1.12
gast==0.4.0
google-auth==1.35.0
google-auth-oauthlib==0.4.6
google-pasta==0.2.0
grpcio==1.74.0
h5py==3.1.0
idna==3.10
importlib-metadata==8.7.0
keras==2.6.0
keras-preprocessing==1.1.2
markdown==3.8.2
numpy==1.19.5
oauthlib==3.3.1
opt-einsum==3.3.0
protobuf==3.20.3
pyasn1==0.6.1
pyasn1-modules==0.4.2
requests==2.32.4
requests-oauthlib==2.0.0
rsa==4.9.1
six==1.15.0
tensorboard==2.6.0
tensorboard-data-server==0.6.1
tensorboard-plugin-wit==1.8.1
tensorflow==2.6.5
tensorflow-estimator==2.6.0
termcolor==1.1.0
typing-extensions==3.7.4.3
urllib3==2.5.0
werkzeug==3.1.3
wheel==0.45.1
wrapt==1.12.1
zipp==3.23.0
END

cat <<END

Ready. Start it with:
    . "$env/bin/activate"
Check it with:
    tfdoctor check --load --python "$python"
END
