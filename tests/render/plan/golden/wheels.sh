#!/bin/sh
# tensorflow 2.12.1 on CPython 3.11, linux-x86_64, GPU (NVIDIA L4, CUDA 11.8, cuDNN 8.6)
# Asked for: tensorflow 2.12, GPU, with tensorflow-text. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (trained): trained on CPython 3.11.9, Linux x86_64, CPU, on 2026-11-21
# gpu libraries (installed): every soname opens from nvidia-*-cu11 wheels
# Note: No binary code for compute capability 8.9 is in the wheel: kernels are compiled from PTX at first use.
set -eu
fail() { printf '%s\n' "$1" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM

# Usage: sh THIS-FILE [FOLDER]; PYTHON names another interpreter.
env=${1:-.venv-tf2.12.1}
minor=3.11

is_right() {
    [ -n "$1" ] && "$1" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$minor')" 2>/dev/null
}

find_python() {
    for python in "${PYTHON:-}" /usr/bin/python3.11 "$(command -v "python$minor" || true)" "$(command -v python3 || true)"; do
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
site=$("$python" -c "import sysconfig; print(sysconfig.get_path('purelib'))")

# 2. Install TensorFlow 2.12.1 and NVIDIA's libraries.
install --no-deps <<'END'
nvidia-cublas-cu11==11.11.3.6
nvidia-cuda-runtime-cu11==11.8.89
nvidia-cudnn-cu11==8.6.0.163
protobuf==4.25.8
tensorflow==2.12.1
tensorflow-text==2.12.1
END

# 3. Give NVRTC the name under which cuDNN opens it.
ln -sf ../../cuda_nvrtc/lib/x.so.11.2 "$site/nvidia/cudnn/lib/libnvrtc.so"

# Variables: in the new environment's own activate script (sh, bash and zsh); deactivate takes them back.
cat >"$tmp/set" <<'END'
# begin tfdoctor
if [ -n "${LD_LIBRARY_PATH+x}" ]; then _TFDOCTOR_LD_LIBRARY_PATH=old; _TFDOCTOR_OLD_LD_LIBRARY_PATH=$LD_LIBRARY_PATH; else _TFDOCTOR_LD_LIBRARY_PATH=none; fi
export LD_LIBRARY_PATH="$VIRTUAL_ENV/lib/python3.11/site-packages/nvidia/cublas/lib:$VIRTUAL_ENV/lib/python3.11/site-packages/nvidia/cuda_runtime/lib:$VIRTUAL_ENV/lib/python3.11/site-packages/nvidia/cudnn/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
if [ -n "${XLA_FLAGS+x}" ]; then _TFDOCTOR_XLA_FLAGS=old; _TFDOCTOR_OLD_XLA_FLAGS=$XLA_FLAGS; else _TFDOCTOR_XLA_FLAGS=none; fi
export XLA_FLAGS="--xla_gpu_cuda_data_dir=$VIRTUAL_ENV/lib/python3.11/site-packages/nvidia/cuda_nvcc${XLA_FLAGS:+ $XLA_FLAGS}"
if [ -n "${TF_FORCE_GPU_ALLOW_GROWTH+x}" ]; then _TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH=old; _TFDOCTOR_OLD_TF_FORCE_GPU_ALLOW_GROWTH=$TF_FORCE_GPU_ALLOW_GROWTH; else _TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH=none; fi
export TF_FORCE_GPU_ALLOW_GROWTH="true"
# end tfdoctor
END
cat >"$tmp/restore" <<'END'
# begin tfdoctor
case "${_TFDOCTOR_LD_LIBRARY_PATH:-}" in old) export LD_LIBRARY_PATH="$_TFDOCTOR_OLD_LD_LIBRARY_PATH";; none) unset LD_LIBRARY_PATH;; esac
unset _TFDOCTOR_LD_LIBRARY_PATH _TFDOCTOR_OLD_LD_LIBRARY_PATH
case "${_TFDOCTOR_XLA_FLAGS:-}" in old) export XLA_FLAGS="$_TFDOCTOR_OLD_XLA_FLAGS";; none) unset XLA_FLAGS;; esac
unset _TFDOCTOR_XLA_FLAGS _TFDOCTOR_OLD_XLA_FLAGS
case "${_TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH:-}" in old) export TF_FORCE_GPU_ALLOW_GROWTH="$_TFDOCTOR_OLD_TF_FORCE_GPU_ALLOW_GROWTH";; none) unset TF_FORCE_GPU_ALLOW_GROWTH;; esac
unset _TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH _TFDOCTOR_OLD_TF_FORCE_GPU_ALLOW_GROWTH
# end tfdoctor
END
sed '/^# begin tfdoctor$/,/^# end tfdoctor$/d' "$env/bin/activate" |
    sed "/^deactivate *() *{/r $tmp/restore" >"$tmp/activate"
cat "$tmp/activate" "$tmp/set" >"$env/bin/activate"

cat <<END

Ready. Start it with:
    . "$env/bin/activate"
Check it with:
    tfdoctor check --load --python "$python"
END
