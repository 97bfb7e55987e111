# tensorflow 2.10.1 on CPython 3.10, windows-x86_64, CPU
# Asked for: what is there, repaired. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.

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

# Usage: powershell -File THIS-FILE; $env:PYTHON names another interpreter, that of the environment to repair.
$python = 'python'
if ($env:PYTHON) { $python = $env:PYTHON }
$prefix = & $python -c "import sys; print(sys.prefix)"
if ($LASTEXITCODE -ne 0) { throw "$python cannot be run" }

# Folders of the environment, as far as steps name them; an old pip does not know the tags of today's wheels.
$site = & $python -c "import sysconfig; print(sysconfig.get_path('purelib'))"
& $python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'ensurepip') }
& $python -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (20, 3))"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', 'pip>=20.3,<22') }

# 1. Remove it.
Invoke-Checked $python @('-m', 'pip', 'uninstall', '-y', 'keras', 'tensorflow-intel')

# 2. Remove what is left.
foreach ($path in @("${site}\~ras", "C:\it's here")) {
    if (Test-Path -LiteralPath $path) { Remove-Item -Recurse -Force -LiteralPath $path }
}

# 3. Install it again.
Install-Pins -Options @() -Pins @'
tensorflow==2.10.1
'@

# 6. Install the Visual C++ redistributable.
Write-Output 'By hand: Install the Visual C++ redistributable.'

Write-Output @"

To do by hand, wherever this environment is used (no profile of yours was touched):
    `$env:PATH = "${prefix}\Library\bin`$(if (`$env:PATH) { ';' + `$env:PATH })"
    Remove-Item Env:PYTHONHOME -ErrorAction SilentlyContinue
"@

Write-Output @"

Done. Check it with:
    tfdoctor check --load --python "$python"
"@
