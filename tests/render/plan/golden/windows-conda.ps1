# tensorflow 2.10.1 on CPython 3.10, windows-x86_64, GPU (NVIDIA GeForce GTX 1080, CUDA 11.2, cuDNN 8.1)
# Asked for: tensorflow 2.10.1, GPU. Planned by tfdoctor <version>, matrix <date>.
# Basis: declared.

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

$conda = 'conda'
if ($env:CONDA_EXE) { $conda = $env:CONDA_EXE }
$verb = 'create'
$python = Join-Path $Folder 'python.exe'
if (Test-Path -LiteralPath $python) { $verb = 'install' }
elseif (Test-Path -LiteralPath $Folder) { throw "$Folder is there and is no environment: name another folder" }
Invoke-Checked $conda @($verb, '-y', '-p', $Folder, '--override-channels', '-c', 'anaconda', 'python=3.10', 'pip', 'cudatoolkit=11.2', 'cudnn=8.1')
$prefix = (Resolve-Path -LiteralPath $Folder).Path

# Folders of the environment, as far as steps name them; an old pip does not know the tags of today's wheels.
$site = & $python -c "import sysconfig; print(sysconfig.get_path('purelib'))"
& $python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'ensurepip') }
& $python -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (20, 3))"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', 'pip>=20.3,<22') }

# 3. Install TensorFlow 2.10.1.
Install-Pins -Options @('--no-deps') -Pins @'
numpy==1.26.4
protobuf==3.19.6
tensorflow==2.10.1
'@

# Variables: in the new environment's own folder, where conda looks at each activation.
foreach ($pair in @(@('activate.d', @'
$global:_TFDOCTOR_CUDA_VISIBLE_DEVICES = "$env:CUDA_VISIBLE_DEVICES"
$env:CUDA_VISIBLE_DEVICES = "0"

'@), @('deactivate.d', @'
if (Test-Path variable:global:_TFDOCTOR_CUDA_VISIBLE_DEVICES) {
    if ($global:_TFDOCTOR_CUDA_VISIBLE_DEVICES) { $env:CUDA_VISIBLE_DEVICES = $global:_TFDOCTOR_CUDA_VISIBLE_DEVICES }
    else { Remove-Item Env:CUDA_VISIBLE_DEVICES -ErrorAction SilentlyContinue }
    Remove-Variable -Name _TFDOCTOR_CUDA_VISIBLE_DEVICES -Scope Global
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
