# tensorflow 2.12.1 on CPython 3.11, linux-x86_64, GPU (NVIDIA L4, CUDA 11.8, cuDNN 8.6)
# Asked for: tensorflow 2.12, GPU, with tensorflow-text. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (trained): trained on CPython 3.11.9, Linux x86_64, CPU, on 2026-11-21
# gpu libraries (installed): every soname opens from nvidia-*-cu11 wheels
# Note: No binary code for compute capability 8.9 is in the wheel: kernels are compiled from PTX at first use.

# Usage: powershell -File THIS-FILE [FOLDER]; $env:PYTHON names another interpreter.
param([string] $Folder = '.venv-tf2.12.1')

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

$minor = '3.11'
function Test-Python([string] $Program) {
    $ErrorActionPreference = 'SilentlyContinue'
    if (-not $Program -or -not (Get-Command $Program)) { return $false }
    $found = & $Program -c "import sys, venv; print('%d.%d' % sys.version_info[:2])" 2>$null
    return ($LASTEXITCODE -eq 0) -and ($found -eq $minor)
}

function Find-Python {
    $names = @($env:PYTHON, '/usr/bin/python3.11', "python$minor", 'python3', 'python')
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

$python = Join-Path $Folder 'bin/python'
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

# 2. Install TensorFlow 2.12.1 and NVIDIA's libraries.
Install-Pins -Options @('--no-deps') -Pins @'
nvidia-cublas-cu11==11.11.3.6
nvidia-cuda-runtime-cu11==11.8.89
nvidia-cudnn-cu11==8.6.0.163
protobuf==4.25.8
tensorflow==2.12.1
tensorflow-text==2.12.1
'@

# Variables: in the new environment's own Activate.ps1 (its signature goes); deactivate takes them back.
$activate = Join-Path $Folder 'bin/Activate.ps1'
$text = [System.IO.File]::ReadAllText((Resolve-Path -LiteralPath $activate).Path)
$text = $text -replace '(?ms)^# begin tfdoctor\r?$.*?^# end tfdoctor\r?\n', '' -replace '(?ms)^# SIG # Begin.*', ''
$restore = @'
# begin tfdoctor
if (Test-Path variable:global:_TFDOCTOR_LD_LIBRARY_PATH) {
    if ($global:_TFDOCTOR_LD_LIBRARY_PATH) { $env:LD_LIBRARY_PATH = $global:_TFDOCTOR_LD_LIBRARY_PATH }
    else { Remove-Item Env:LD_LIBRARY_PATH -ErrorAction SilentlyContinue }
    Remove-Variable -Name _TFDOCTOR_LD_LIBRARY_PATH -Scope Global
}
if (Test-Path variable:global:_TFDOCTOR_XLA_FLAGS) {
    if ($global:_TFDOCTOR_XLA_FLAGS) { $env:XLA_FLAGS = $global:_TFDOCTOR_XLA_FLAGS }
    else { Remove-Item Env:XLA_FLAGS -ErrorAction SilentlyContinue }
    Remove-Variable -Name _TFDOCTOR_XLA_FLAGS -Scope Global
}
if (Test-Path variable:global:_TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH) {
    if ($global:_TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH) { $env:TF_FORCE_GPU_ALLOW_GROWTH = $global:_TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH }
    else { Remove-Item Env:TF_FORCE_GPU_ALLOW_GROWTH -ErrorAction SilentlyContinue }
    Remove-Variable -Name _TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH -Scope Global
}
# end tfdoctor

'@
$set = @'

# begin tfdoctor
$global:_TFDOCTOR_LD_LIBRARY_PATH = "$env:LD_LIBRARY_PATH"
$env:LD_LIBRARY_PATH = "${env:VIRTUAL_ENV}/lib/python3.11/site-packages/nvidia/cublas/lib:${env:VIRTUAL_ENV}/lib/python3.11/site-packages/nvidia/cuda_runtime/lib:${env:VIRTUAL_ENV}/lib/python3.11/site-packages/nvidia/cudnn/lib$(if ($env:LD_LIBRARY_PATH) { ':' + $env:LD_LIBRARY_PATH })"
$global:_TFDOCTOR_XLA_FLAGS = "$env:XLA_FLAGS"
$env:XLA_FLAGS = "--xla_gpu_cuda_data_dir=${env:VIRTUAL_ENV}/lib/python3.11/site-packages/nvidia/cuda_nvcc$(if ($env:XLA_FLAGS) { ' ' + $env:XLA_FLAGS })"
$global:_TFDOCTOR_TF_FORCE_GPU_ALLOW_GROWTH = "$env:TF_FORCE_GPU_ALLOW_GROWTH"
$env:TF_FORCE_GPU_ALLOW_GROWTH = "true"
# end tfdoctor

'@
$start = [regex] '(?m)^function global:deactivate ?\(.*\) ?\{\r?\n'
$text = $start.Replace($text, { param($found) $found.Value + $restore }, 1)
[System.IO.File]::WriteAllText((Resolve-Path -LiteralPath $activate).Path, $text.TrimEnd() + $set)

Write-Output @"

Ready. Start it with:
    & "$Folder/bin/Activate.ps1"
Check it with:
    tfdoctor check --load --python "$python"
"@
