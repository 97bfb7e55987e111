# tensorflow 2.4.4 on CPython 3.8, linux-x86_64, GPU (Tesla V100, CUDA 11.0, cuDNN 8.0)
# Asked for: tensorflow 2.4.4, as a repair of what is there. Planned by tfdoctor <version>, matrix <date>.
# Basis: declared.

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
$python = '/opt/conda/envs/tf/bin/python'
if ($env:PYTHON) { $python = $env:PYTHON }
$prefix = & $python -c "import sys; print(sys.prefix)"
if ($LASTEXITCODE -ne 0) { throw "$python cannot be run" }

# Folders of the environment, as far as steps name them; an old pip does not know the tags of today's wheels.
$site = & $python -c "import sysconfig; print(sysconfig.get_path('purelib'))"
& $python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'ensurepip') }
& $python -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (20, 3))"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', 'pip>=20.3,<22') }

# 1. Bring cuDNN.
Invoke-Checked conda @('install', '-y', '-p', $prefix, '--override-channels', '-c', 'conda-forge', 'cudnn=8.0')

Write-Output @"

Done. Check it with:
    tfdoctor check --load --python "$python"
"@
