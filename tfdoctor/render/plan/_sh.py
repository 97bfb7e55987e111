"""The fixed parts of the POSIX script. Braces are doubled: the parts are filled in with str.format."""

HEAD = """set -eu
fail() { printf '%s\\n' "$1" >&2; exit 1; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
"""

NEW = """
# Usage: sh THIS-FILE [FOLDER]; PYTHON names another interpreter.
env=${{1:-{folder}}}
"""

THERE = """
# Usage: sh THIS-FILE; PYTHON names another interpreter, that of the environment to repair.
python=${{PYTHON:-{python}}}
"$python" -c '' || fail "$python cannot be run"
"""

VENV = """minor={minor}

is_right() {{
    [ -n "$1" ] && "$1" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$minor')" 2>/dev/null
}}

find_python() {{
    for python in "${{PYTHON:-}}" {found}"$(command -v "python$minor" || true)" "$(command -v python3 || true)"; do
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
}}

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
"""

CONDA = """
conda=
for name in "${{CONDA_EXE:-}}" conda mamba micromamba; do
    if command -v "$name" >/dev/null; then conda=$name; break; fi
done
[ -n "$conda" ] || fail "this plan needs conda, mamba or micromamba"
case $env in */*) ;; *) env=./$env ;; esac  # a word without a slash is a name to conda
if [ -x "$env/bin/python" ]; then
    "$conda" install -y -p "$env" {options} {specs}
elif [ -e "$env" ]; then
    fail "$env is there and is no environment: name another folder"
else
    "$conda" create -y -p "$env" {options} {specs}
fi
python=$env/bin/python
"""

PIP = """
# An old pip does not know the tags of today's wheels.
"$python" -m pip --version >/dev/null 2>&1 || "$python" -m ensurepip
if "$python" -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) >= (20, 3))"; then
    "$python" -m pip install --upgrade 'pip>=20.3,<22'
fi

install() {
    cat >"$tmp/requirements.txt"
    "$python" -m pip install "$@" -r "$tmp/requirements.txt"
}
"""

KEEP = """\
if [ -n "${{{variable}+x}}" ]; then _TFDOCTOR_{variable}=old; _TFDOCTOR_OLD_{variable}=${variable}; \
else _TFDOCTOR_{variable}=none; fi
"""

RESTORE = """\
case "${{_TFDOCTOR_{variable}:-}}" in old) export {variable}="$_TFDOCTOR_OLD_{variable}";; none) unset {variable};; esac
unset _TFDOCTOR_{variable} _TFDOCTOR_OLD_{variable}
"""

VENV_VARIABLES = """
# Variables: in the new environment's own activate script (sh, bash and zsh); deactivate takes them back.
cat >"$tmp/set" <<'END'
# begin tfdoctor
{change}# end tfdoctor
END
cat >"$tmp/restore" <<'END'
# begin tfdoctor
{restore}# end tfdoctor
END
sed '/^# begin tfdoctor$/,/^# end tfdoctor$/d' "$env/bin/activate" |
    sed "/^deactivate *() *{{/r $tmp/restore" >"$tmp/activate"
cat "$tmp/activate" "$tmp/set" >"$env/bin/activate"
"""

CONDA_VARIABLES = """
# Variables: in the new environment's own folder, where conda looks at each activation.
mkdir -p "$env/etc/conda/activate.d" "$env/etc/conda/deactivate.d"
cat >"$env/etc/conda/activate.d/tfdoctor.sh" <<'END'
{change}END
cat >"$env/etc/conda/deactivate.d/tfdoctor.sh" <<'END'
{restore}END
"""

TOLD = """
cat <<END

To do by hand, wherever this environment is used (no file of your shell was touched):
{lines}END
"""

READY = """
cat <<END

Ready. Start it with:
    {start}
Check it with:
    tfdoctor check --load --python "$python"
END
"""

REPAIRED = """
cat <<END

Done. Check it with:
    tfdoctor check --load --python "$python"
END
"""
