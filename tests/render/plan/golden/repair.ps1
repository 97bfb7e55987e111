# tensorflow 2.10.1 on CPython 3.10, linux-x86_64, CPU
# Asked for: what is there, repaired. Planned by tfdoctor <version>, matrix <date>.
# Basis: resolved.
# closure (resolved): every rule is content with the simulated result
# Not resolved: onnx: onnx 1.16.2 asks for protobuf>=3.20.2; tensorflow 2.10.1 for protobuf<3.20
# Not resolved: apache-beam: not in the index: its requirements are not known

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
$python = '/opt/my env/bin/python'
if ($env:PYTHON) { $python = $env:PYTHON }
$prefix = & $python -c "import sys; print(sys.prefix)"
if ($LASTEXITCODE -ne 0) { throw "$python cannot be run" }

# Folders of the environment, as far as steps name them; an old pip does not know the tags of today's wheels.
$site = & $python -c "import sysconfig; print(sysconfig.get_path('purelib'))"
& $python -c "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'ensurepip') }
& $python -c "import sys, pip; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (20, 3))"
if ($LASTEXITCODE -ne 0) { Invoke-Checked $python @('-m', 'pip', 'install', '--upgrade', 'pip>=20.3,<22') }

# 1. Two distributions share TensorFlow's files: remove both.
Invoke-Checked $python @('-m', 'pip', 'uninstall', '-y', 'tensorflow', 'tensorflow-cpu')

# 2. Remove what an interrupted pip left.
foreach ($path in @("${site}/~ensorflow", "/opt/my env/a b")) {
    if (Test-Path -LiteralPath $path) { Remove-Item -Recurse -Force -LiteralPath $path }
}

# 3. Install TensorFlow again.
Install-Pins -Options @('--no-deps', '--force-reinstall') -Pins @'
tensorflow==2.10.1
'@

# 4. Install the protobuf that it needs.
Install-Pins -Options @('--no-deps') -Pins @'
protobuf==3.19.6
'@

# 7. Restart the notebook's kernel: it's still the old one.
Write-Output 'By hand: Restart the notebook''s kernel: it''s still the old one.'

Write-Output @"

To do by hand, wherever this environment is used (no profile of yours was touched):
    `$env:XLA_FLAGS = "--xla_gpu_cuda_data_dir=${prefix}/nvvm`$(if (`$env:XLA_FLAGS) { ' ' + `$env:XLA_FLAGS })"
    Remove-Item Env:PYTHONHOME -ErrorAction SilentlyContinue
"@

Write-Output @"

Done. Check it with:
    tfdoctor check --load --python "$python"
"@
