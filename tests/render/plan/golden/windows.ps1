# tensorflow 2.10.1 on CPython 3.10, windows-x86_64, CPU
# Asked for: tensorflow 2.10.1, as of 2023-06. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (resolved): resolved, not run

# Usage: powershell -File THIS-FILE [FOLDER]; $env:PYTHON names another interpreter.
param([string] $Folder = '.venv-tf2.10.1')

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

$minor = '3.10'
function Test-Python([string] $Program) {
    $ErrorActionPreference = 'SilentlyContinue'
    if (-not $Program -or -not (Get-Command $Program)) { return $false }
    $found = & $Program -c "import sys, venv; print('%d.%d' % sys.version_info[:2])" 2>$null
    return ($LASTEXITCODE -eq 0) -and ($found -eq $minor)
}

function Find-Python {
    $names = @($env:PYTHON, 'C:\Program Files\Python310\python.exe', "python$minor", 'python3', 'python')
    if (Get-Command py -ErrorAction SilentlyContinue) {
        $names += & py "-$minor" -c 'import sys; print(sys.executable)'
    }
    foreach ($name in $names) { if (Test-Python $name) { return $name } }
    if (-not (Get-Command uv -ErrorAction SilentlyContinue)) {
        throw "no CPython $minor was found: install it (uv can), or name it in PYTHON"
    }
    Invoke-Checked uv @('python', 'install', $minor) | Out-Host
    return & uv python find --system $minor
}

$python = Join-Path $Folder 'Scripts\python.exe'
if (Test-Path -LiteralPath $python) {
    if (-not (Test-Python $python)) { throw "$Folder has another Python than ${minor}: name another folder" }
} elseif (Test-Path -LiteralPath $Folder) {
    throw "$Folder is there and is no environment: name another folder"
} else {
    Invoke-Checked (Find-Python) @('-m', 'venv', $Folder)
}
$prefix = (Resolve-Path -LiteralPath $Folder).Path

# Folders of the environment, as far as steps name them; an old pip does not know the tags of today's wheels.
$site = & $python -c "import sysconfig; print(sysconfig.get_path('purelib'))"
& $python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'ensurepip') }
& $python -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (20, 3))"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', 'pip>=20.3,<22') }

# 2. Install TensorFlow 2.10.1.
Install-Pins -Options @('--no-deps') -Pins @'
numpy==1.26.4
protobuf==3.19.6
tensorflow==2.10.1
'@

# Variables: in the new environment's own Activate.ps1 (its signature goes); deactivate takes them back.
$activate = Join-Path $Folder 'Scripts\Activate.ps1'
$text = [System.IO.File]::ReadAllText((Resolve-Path -LiteralPath $activate).Path)
$text = $text -replace '(?ms)^# begin tfdoctor\r?$.*?^# end tfdoctor\r?\n', '' -replace '(?ms)^# SIG # Begin.*', ''
$restore = @'
# begin tfdoctor
if (Test-Path variable:global:_TFDOCTOR_PATH) {
    if ($global:_TFDOCTOR_PATH) { $env:PATH = $global:_TFDOCTOR_PATH }
    else { Remove-Item Env:PATH -ErrorAction SilentlyContinue }
    Remove-Variable -Name _TFDOCTOR_PATH -Scope Global
}
# end tfdoctor

'@
$set = @'

# begin tfdoctor
$global:_TFDOCTOR_PATH = "$env:PATH"
$env:PATH = "${env:VIRTUAL_ENV}\Library\bin$(if ($env:PATH) { ';' + $env:PATH })"
# end tfdoctor

'@
$start = [regex] '(?m)^function global:deactivate ?\(.*\) ?\{\r?\n'
$text = $start.Replace($text, { param($found) $found.Value + $restore }, 1)
[System.IO.File]::WriteAllText((Resolve-Path -LiteralPath $activate).Path, $text.TrimEnd() + $set)

Write-Output @"

Ready. Start it with:
    & "$Folder\Scripts\Activate.ps1"
Check it with:
    tfdoctor check --load --python "$python"
"@
