# tensorflow 2.6.5 on CPython 3.9, linux-x86_64, CPU
# Asked for: tensorflow 2.6. Planned by tfdoctor <version>, matrix <date>.
# Basis: trained.
# closure (trained): trained on CPython 3.9.18, Linux x86_64, CPU, on 2026-11-21
# python (installed): CPython 3.9.18 is installed

# Usage: powershell -File THIS-FILE [FOLDER]; $env:PYTHON names another interpreter.
param([string] $Folder = '.venv-tf2.6.5')

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

$minor = '3.9'
function Test-Python([string] $Program) {
    $ErrorActionPreference = 'SilentlyContinue'
    if (-not $Program -or -not (Get-Command $Program)) { return $false }
    $found = & $Program -c "import sys, venv; print('%d.%d' % sys.version_info[:2])" 2>$null
    return ($LASTEXITCODE -eq 0) -and ($found -eq $minor)
}

function Find-Python {
    $names = @($env:PYTHON, '/opt/my pythons/3.9.18/bin/python', "python$minor", 'python3', 'python')
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

# 2. Install the whole closure of TensorFlow 2.6.5.
Install-Pins -Options @('--no-deps') -Pins @'
absl-py==0.15.0
astunparse==1.6.3
cachetools==4.2.4
certifi==2025.8.3
charset-normalizer==3.4.3
clang==5.0
flatbuffers==1.12
gast==0.4.0
google-auth==1.35.0
google-auth-oauthlib==0.4.6
google-pasta==0.2.0
grpcio==1.74.0
h5py==3.1.0
idna==3.10
importlib-metadata==8.7.0
keras==2.6.0
keras-preprocessing==1.1.2
markdown==3.8.2
numpy==1.19.5
oauthlib==3.3.1
opt-einsum==3.3.0
protobuf==3.20.3
pyasn1==0.6.1
pyasn1-modules==0.4.2
requests==2.32.4
requests-oauthlib==2.0.0
rsa==4.9.1
six==1.15.0
tensorboard==2.6.0
tensorboard-data-server==0.6.1
tensorboard-plugin-wit==1.8.1
tensorflow==2.6.5
tensorflow-estimator==2.6.0
termcolor==1.1.0
typing-extensions==3.7.4.3
urllib3==2.5.0
werkzeug==3.1.3
wheel==0.45.1
wrapt==1.12.1
zipp==3.23.0
'@

Write-Output @"

Ready. Start it with:
    & "$Folder/bin/Activate.ps1"
Check it with:
    tfdoctor check --load --python "$python"
"@
