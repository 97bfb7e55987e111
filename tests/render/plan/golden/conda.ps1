# tensorflow 2.4.4 on CPython 3.8, linux-x86_64, GPU (Tesla V100, CUDA 11.0, cuDNN 8.0)
# Asked for: tensorflow >=2.4,<2.5, GPU. Planned by tfdoctor <version>, matrix <date>.
# Basis: declared.
# cuda (declared): TensorFlow tested it with CUDA 11.0, cuDNN 8.0

# Usage: powershell -File THIS-FILE [FOLDER]; $env:PYTHON names another interpreter.
param([string] $Folder = '.venv-tf2.4.4')

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

$conda = 'conda'
if ($env:CONDA_EXE) { $conda = $env:CONDA_EXE }
$verb = 'create'
$python = Join-Path $Folder 'bin/python'
if (Test-Path -LiteralPath $python) { $verb = 'install' }
elseif (Test-Path -LiteralPath $Folder) { throw "$Folder is there and is no environment: name another folder" }
Invoke-Checked $conda @($verb, '-y', '-p', $Folder, '--override-channels', '-c', 'conda-forge', 'python=3.8', 'pip', 'cudatoolkit=11.0', 'cudnn=8.0')
$prefix = (Resolve-Path -LiteralPath $Folder).Path

# Folders of the environment, as far as steps name them; an old pip does not know the tags of today's wheels.
$site = & $python -c "import sysconfig; print(sysconfig.get_path('purelib'))"
& $python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'ensurepip') }
& $python -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (20, 3))"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', 'pip>=20.3,<22') }

# 2. Install TensorFlow 2.4.4.
Install-Pins -Options @('--no-deps') -Pins @'
grpcio==1.32.0
numpy==1.19.5
tensorflow==2.4.4
'@

# Variables: in the new environment's own folder, where conda looks at each activation.
foreach ($pair in @(@('activate.d', @'
$global:_TFDOCTOR_LD_LIBRARY_PATH = "$env:LD_LIBRARY_PATH"
$env:LD_LIBRARY_PATH = "${env:CONDA_PREFIX}/lib$(if ($env:LD_LIBRARY_PATH) { ':' + $env:LD_LIBRARY_PATH })"
$global:_TFDOCTOR_PYTHONPATH = "$env:PYTHONPATH"
Remove-Item Env:PYTHONPATH -ErrorAction SilentlyContinue

'@), @('deactivate.d', @'
if (Test-Path variable:global:_TFDOCTOR_LD_LIBRARY_PATH) {
    if ($global:_TFDOCTOR_LD_LIBRARY_PATH) { $env:LD_LIBRARY_PATH = $global:_TFDOCTOR_LD_LIBRARY_PATH }
    else { Remove-Item Env:LD_LIBRARY_PATH -ErrorAction SilentlyContinue }
    Remove-Variable -Name _TFDOCTOR_LD_LIBRARY_PATH -Scope Global
}
if (Test-Path variable:global:_TFDOCTOR_PYTHONPATH) {
    if ($global:_TFDOCTOR_PYTHONPATH) { $env:PYTHONPATH = $global:_TFDOCTOR_PYTHONPATH }
    else { Remove-Item Env:PYTHONPATH -ErrorAction SilentlyContinue }
    Remove-Variable -Name _TFDOCTOR_PYTHONPATH -Scope Global
}

'@))) {
    $where = New-Item -ItemType Directory -Force -Path (Join-Path $prefix ('etc/conda/' + $pair[0]))
    [System.IO.File]::WriteAllText((Join-Path $where.FullName 'tfdoctor.ps1'), $pair[1])
}

Write-Output @"

Ready. Start it with:
    conda activate "$prefix"
Check it with:
    tfdoctor check --load --python "$python"
"@
