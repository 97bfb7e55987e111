"""The fixed parts of the PowerShell script. Braces are doubled in what is filled in with str.format.

Code for Python is in double quotes and has single ones inside: Windows PowerShell 5.1 loses double quotes on the way to
a program.
"""

NEW = """
# Usage: powershell -File THIS-FILE [FOLDER]; $env:PYTHON names another interpreter.
param([string] $Folder = {folder})
"""

HEAD = """
Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false  # exit codes are looked at

function Invoke-Checked([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program ended with exit code $LASTEXITCODE" }
}

function Install-Pins([string] $Pins, [string[]] $Options) {
    $file = [System.IO.Path]::GetTempFileName()
    try {
        [System.IO.File]::WriteAllText($file, $Pins)
        Invoke-Checked $python (@('-m', 'pip', 'install') + $Options + @('-r', $file))
    } finally {
        Remove-Item -LiteralPath $file
    }
}
"""

THERE = """
# Usage: powershell -File THIS-FILE; $env:PYTHON names another interpreter, that of the environment to repair.
$python = {python}
if ($env:PYTHON) {{ $python = $env:PYTHON }}
$prefix = & $python -c "{prefix}"
if ($LASTEXITCODE -ne 0) {{ throw "$python cannot be run" }}
"""

VENV = """
$minor = '{minor}'
function Test-Python([string] $Program) {{
    $ErrorActionPreference = 'SilentlyContinue'
    if (-not $Program -or -not (Get-Command $Program)) {{ return $false }}
    $found = & $Program -c "import sys, venv; print('%d.%d' % sys.version_info[:2])" 2>$null
    return ($LASTEXITCODE -eq 0) -and ($found -eq $minor)
}}

function Find-Python {{
    $names = @($env:PYTHON, {found}"python$minor", 'python3', 'python')
    if (Get-Command py -ErrorAction SilentlyContinue) {{
        $names += & py "-$minor" -c 'import sys; print(sys.executable)'
    }}
    foreach ($name in $names) {{ if (Test-Python $name) {{ return $name }} }}
    if (-not (Get-Command uv -ErrorAction SilentlyContinue)) {{
        throw "no CPython $minor was found: install it (uv can), or name it in PYTHON"
    }}
    Invoke-Checked uv @('python', 'install', $minor) | Out-Host
    return & uv python find --system $minor
}}

$python = Join-Path $Folder {inside}
if (Test-Path -LiteralPath $python) {{
    if (-not (Test-Python $python)) {{ throw "$Folder has another Python than ${{minor}}: name another folder" }}
}} elseif (Test-Path -LiteralPath $Folder) {{
    throw "$Folder is there and is no environment: name another folder"
}} else {{
    Invoke-Checked (Find-Python) @('-m', 'venv', $Folder)
}}
$prefix = (Resolve-Path -LiteralPath $Folder).Path
"""

CONDA = """
$conda = 'conda'
if ($env:CONDA_EXE) {{ $conda = $env:CONDA_EXE }}
$verb = 'create'
$python = Join-Path $Folder {inside}
if (Test-Path -LiteralPath $python) {{ $verb = 'install' }}
elseif (Test-Path -LiteralPath $Folder) {{ throw "$Folder is there and is no environment: name another folder" }}
Invoke-Checked $conda @($verb, '-y', '-p', $Folder, {options}, {specs})
$prefix = (Resolve-Path -LiteralPath $Folder).Path
"""

PIP = """
# Folders of the environment, as far as steps name them; an old pip does not know the tags of today's wheels.
$site = & $python -c "import sysconfig; print(sysconfig.get_path('purelib'))"
& $python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'ensurepip') }
& $python -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (20, 3))"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', 'pip>=20.3,<22') }
"""

DELETE = """\
foreach ($path in @({paths})) {{
    if (Test-Path -LiteralPath $path) {{ Remove-Item -Recurse -Force -LiteralPath $path }}
}}
"""

KEEP = """\
$global:_TFDOCTOR_{variable} = "$env:{variable}"
"""

RESTORE = """\
if (Test-Path variable:global:_TFDOCTOR_{variable}) {{
    if ($global:_TFDOCTOR_{variable}) {{ $env:{variable} = $global:_TFDOCTOR_{variable} }}
    else {{ Remove-Item Env:{variable} -ErrorAction SilentlyContinue }}
    Remove-Variable -Name _TFDOCTOR_{variable} -Scope Global
}}
"""

VENV_VARIABLES = """
# Variables: in the new environment's own Activate.ps1 (its signature goes); deactivate takes them back.
$activate = Join-Path $Folder {activate}
$text = [System.IO.File]::ReadAllText((Resolve-Path -LiteralPath $activate).Path)
$text = $text -replace '(?ms)^# begin tfdoctor\\r?$.*?^# end tfdoctor\\r?\\n', '' -replace '(?ms)^# SIG # Begin.*', ''
$restore = @'
# begin tfdoctor
{restore}# end tfdoctor

'@
$set = @'

# begin tfdoctor
{change}# end tfdoctor

'@
$start = [regex] '(?m)^function global:deactivate ?\\(.*\\) ?\\{{\\r?\\n'
$text = $start.Replace($text, {{ param($found) $found.Value + $restore }}, 1)
[System.IO.File]::WriteAllText((Resolve-Path -LiteralPath $activate).Path, $text.TrimEnd() + $set)
"""

CONDA_VARIABLES = """
# Variables: in the new environment's own folder, where conda looks at each activation.
foreach ($pair in @(@('activate.d', @'
{change}
'@), @('deactivate.d', @'
{restore}
'@))) {{
    $where = New-Item -ItemType Directory -Force -Path (Join-Path $prefix ('etc/conda/' + $pair[0]))
    [System.IO.File]::WriteAllText((Join-Path $where.FullName 'tfdoctor.ps1'), $pair[1])
}}
"""

TOLD = """
Write-Output @"

To do by hand, wherever this environment is used (no profile of yours was touched):
{lines}
"@
"""

READY = """
Write-Output @"

Ready. Start it with:
    {start}
Check it with:
    tfdoctor check --load --python "$python"
"@
"""

REPAIRED = """
Write-Output @"

Done. Check it with:
    tfdoctor check --load --python "$python"
"@
"""
