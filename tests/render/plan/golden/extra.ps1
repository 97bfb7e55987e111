# tensorflow[and-cuda] 2.20.0 on CPython 3.12, linux-x86_64, GPU (NVIDIA GeForce RTX 3090, CUDA 12.5.1, cuDNN 9.3.0)
# Asked for: the newest TensorFlow that fits, Python 3.12, GPU. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (resolved): resolved, not run
# gpu (installed): binary code for compute capability 8.6 is in the wheel
# driver (declared): driver 550.54.14 serves CUDA 12.5 (at least 525.60.13)

# Usage: powershell -File THIS-FILE [FOLDER]; $env:PYTHON names another interpreter.
param([string] $Folder = '.venv-tf2.20.0')

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

$minor = '3.12'
function Test-Python([string] $Program) {
    $ErrorActionPreference = 'SilentlyContinue'
    if (-not $Program -or -not (Get-Command $Program)) { return $false }
    $found = & $Program -c "import sys, venv; print('%d.%d' % sys.version_info[:2])" 2>$null
    return ($LASTEXITCODE -eq 0) -and ($found -eq $minor)
}

function Find-Python {
    $names = @($env:PYTHON, "python$minor", 'python3', 'python')
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

# 3. Install TensorFlow 2.20.0 with the CUDA libraries of its [and-cuda] extra.
Install-Pins -Options @('--no-deps') -Pins @'
numpy==2.2.6
nvidia-cublas-cu12==12.5.3.2
nvidia-cuda-cupti-cu12==12.5.82
nvidia-cuda-nvcc-cu12==12.5.82
nvidia-cuda-runtime-cu12==12.5.82
nvidia-cudnn-cu12==9.3.0.75
protobuf==5.29.5
tensorflow==2.20.0
'@

Write-Output @"

Ready. Start it with:
    & "$Folder/bin/Activate.ps1"
Check it with:
    tfdoctor check --load --python "$python"
"@
