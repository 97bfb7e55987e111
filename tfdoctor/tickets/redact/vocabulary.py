"""The words that are no secret: folders of systems, of Python, conda and CUDA, modules, public hosts.

A component of a path that is not among them is somebody's own. Rules read some of these (`tensorflow.py` beside a
script, `envs`, `venv`, `.local`), so they stay for the diagnosis, too.
"""

import re
import sys
from functools import cache
from typing import Final

_FOLDERS: Final = """
home homes users user usr var opt srv mnt media data etc tmp temp root run proc sys dev lib lib64 lib32 libx32
libexec bin sbin include share local src boot export volumes volume private nfs gpfs lustre scratch work workdir
workspace workspaces project projects content kaggle working input drive mydrive shared site site-packages
dist-packages sitepackages scripts dlls documents downloads desktop pictures documents\\ and\\ settings program\\ files
program\\ files\\ (x86) programdata programs windows system32 syswow64 system appdata roaming locallow microsoft
windowsapps python anaconda miniconda all\\ users public default library frameworks versions current resources
application\\ support contents macos applications cellar homebrew caskroom snap nix store conda envs env venv venvs
.venv .env .venvs virtualenv virtualenvs .virtualenvs .conda .local .cache .config .keras .pyenv .pip .ssh .docker
.kube .aws .git .jupyter .ipython .vscode .vscode-server .idea .tox .nox .npm pypoetry pipenv poetry pip uv pdm pkgs
conda-meta etc/conda activate.d condabin library mingw-w64 usr cuda cudnn cupti extras nvvm libdevice nsight tensorrt
stubs compat targets x86_64-linux aarch64-linux sbsa-linux x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf
i386-linux-gnu nvidia nvidia-current nvidia\\ corporation nvidia\\ gpu\\ computing\\ toolkit wsl drivers tegra tegra-egl
ld.so.cache ld.so.conf ld.so.conf.d gcc clang llvm hpcx ompi openmpi mpi mkl intel oneapi rocm hip spack modules
modulefiles software easybuild apps app tools toolchains compilers easybuild cvmfs singularity apptainer containers
job replica task device gpu cpu physical_device xla_gpu xla_cpu gpu:0 cpu:0 main master test tests train training
model models dataset datasets logs log build dist notebooks notebook code source sources saved_model checkpoints
checkpoint variables assets output outputs input inputs result results examples example docs utils research
object_detection bazel bazel-out bazel-bin execroot org_tensorflow external third_party _solib_local a b c d e f g h
i j k l m n o p q r s t u v w x y z
"""
_MODULES: Final = """
tensorflow tensorflow_core tensorflow_estimator tensorflow_text tensorflow_io tensorflow_io_gcs_filesystem
tensorflow_decision_forests tensorflow_addons tensorflow_ranking struct2tensor tfx_bsl tensorflow_data_validation
tensorflow_quantum tensorflow_compression tensorflow_gnn tensorflow_recommenders tensorflow_recommenders_addons
tensorflow_hub tensorflow_probability tensorflow_datasets tensorflow_serving tensorflow_transform
tensorflow_model_optimization tensorflow_federated tensorflow_privacy tensorflow_graphics tensorflow_metadata
tensorflow_cloud tensorflow-plugins tensorflow_docs tf_keras tf_agents tfds tflite tflite_runtime tensorboard keras
keras_preprocessing keras_applications keras_cv keras_nlp keras_hub kerastuner keras_tuner keras_contrib numpy scipy
pandas sklearn matplotlib h5py google protobuf absl gast astunparse wrapt grpc grpcio ml_dtypes flatbuffers
opt_einsum optree namex rich six termcolor typing_extensions setuptools pkg_resources pip wheel jax jaxlib torch
transformers nvidia cudnn cublas cuda_runtime cuda_nvcc cuda_cupti cuda_nvrtc cufft curand cusolver cusparse nccl
nvjitlink nvtx tensorrt tensorrt_libs ipykernel ipython jupyter notebook h5netcdf multiprocessing importlib encodings
concurrent distutils xla tsl mlir jax_plugins cv2 pil tqdm requests urllib3 yaml pyarrow onnx tf2onnx tensorflowjs
coremltools horovod ray dask numba cupy mkl_random mlflow wandb gym stable_baselines spacy
"""
_FILES: Final = """
train main test run setup app server model models data dataset utils util config example demo script code notebook
untitled conftest manage cli __init__ __main__ sitecustomize usercustomize predict inference evaluate eval preprocess
mnist
"""


def _words(text: str) -> frozenset[str]:
    return frozenset(word.replace("\0", " ") for word in text.replace("\\ ", "\0").split())


FOLDERS: Final = _words(_FOLDERS) | _words(_MODULES)
FILE_STEMS: Final = _words(_FILES) | _words(_MODULES)
MODULES: Final = _words(_MODULES)
WITHIN_TENSORFLOW: Final = frozenset({
    "python", "core", "include", "compiler", "lite", "stream_executor", "contrib", "_api", "api", "cc", "c", "java",
    "tools", "examples",
})  # fmt: skip

# Parts of a folder's name that rules look for, or that tell people what it is; they stay within the pseudonym.
TOKENS: Final = re.compile(
    r"site-?packages|dist-packages|python-?\d*(?:\.\d+)*|py-?\d[\d.]*|cp\d{2,3}|(?:ana|mini|micro)?(?:conda|mamba"
    r"|forge)\d*|virtualenv|venv"
    r"|tensorflow|keras|plugins|tfdml|directml|metal_plugin|compat|stubs|include|cuda-?_?v?\d*(?:[._]\d+)*"
    r"|cudnn-?v?\d*(?:\.\d+)*"
    r"|tensorrt-?\d*(?:\.\d+)*|tf-?_?v?\d*(?:\.\d+)*|gpu|cpu|envs?|nightly|jetpack|jetson|x86_64|aarch64|amd64|arm64"
    r"|linux|windows",
    re.IGNORECASE,
)
# Folders below which everything is public: what distributions and systems bring.
KEEP_BELOW: Final = re.compile(
    r"site-?packages|dist-packages|org_tensorflow|nvidia gpu computing toolkit|system32|windowsapps"
    r"|nvidia corporation|cvmfs_public",
    re.IGNORECASE,
)
KEEP_ROOT: Final = re.compile(
    r"/(?:usr/(?:lib|lib32|lib64|libexec|include|share|bin|sbin|local/(?:lib|lib64|bin|include|share|cuda[\w.-]*))"
    r"|lib|lib32|lib64|bin|sbin|proc"
    r"|sys|dev|boot|System|Library/(?:Frameworks|Developer)|opt/(?:conda|rocm[\w.-]*|nvidia|intel|homebrew"
    r"|cuda[\w.-]*)/(?!envs))(?:/|$)"
)
PATTERNS: Final = re.compile(
    r"na|nam|name_*|\$\w+|\$\{\w+\}|%\w+%|\.{1,3}|\u2026|~|[\W\d_]*|v?\d+(?:[._]\d+)*|[a-z]{1,2}|jp\d*|pip-[\w-]+|tmp"
    r"|ipykernel_\d+|[a-z]:|\$origin.*|lib\w+\.so[\d.]*"
    r"|\w+-\d[\w.]*(?:\.dist-info|\.egg-info|\.data)|.*\.(?:so(?:\.\d+)*|dll|pyd|dylib|whl|exe|conf|cfg|pth"
    r"|dist-info|egg-info)"
    r"|pythonsoftwarefoundation\..*|packages?|.*\.framework|gcc-?\d.*|linux-[\w-]+|ubuntu[\w.-]*|debian|wsl\$"
    r"|wsl\.localhost|bazel-\w+"
    r"|(?:x86_64|aarch64|arm|i\d86|powerpc64le)-[\w-]+|_bazel_root|cudnn[\w.-]*|libcu\w+.*|python3?\.\d+.*"
    r"|l4t[\w.-]*|cuda-repo[\w.-]*|r\d+\.\d+",
    re.IGNORECASE,
)
EXTENSION: Final = re.compile(
    r"\.(?:pyx?|pyi|pyc|pyw|ipynb|sh|bash|bat|cmd|ps1|txt|log|md|rst|json|jsonl|ya?ml|toml|ini|csv|tsv|h5|hdf5|keras"
    r"|pb|pbtxt|tflite|onnx|ckpt"
    r"|npy|npz|pkl|pickle|zip|tar|gz|tgz|bz2|xz|c|cc|cpp|cu|h|hpp|o|a|lock|html|xml|png|jpe?g|wav|mp4|tfrecords?|db"
    r"|sqlite)$",
    re.IGNORECASE,
)


@cache
def module_names() -> frozenset[str]:
    """The names that a file of the user's may hide: it decides whether it is called so."""
    return frozenset(sys.stdlib_module_names) | MODULES


# --- hosts --------------------------------------------------------------------------------------------

LOCAL_HOSTS: Final = frozenset(
    {"localhost", "localhost.localdomain", "ip6-localhost", "host.docker.internal", "0.0.0.0", "127.0.0.1", "[::1]"}  # noqa: S104  compared with, not bound to
)
_BY_TOP: Final = {
    "com": """
github githubusercontent gitlab google googleapis googleusercontent nvidia microsoft visualstudio windows apple
amazonaws anaconda stackoverflow tensorflow docker redhat ubuntu intel amd kaggle colab bitbucket jetbrains medium
stackexchange serverfault superuser""",
    "org": """
tensorflow pypa pypi pythonhosted piwheels python numpy scipy pytorch anaconda conda-forge debian gnu kernel ietf
w3 apache mozilla llvm scikit-learn jupyter wikipedia archive arxiv example conda gentoo archlinux fedoraproject
centos bazel iana ipython opensource""",
    "io": "keras docker github gitlab quay gcr ghcr nvcr readthedocs kubernetes pypa containerd jupyter",
    "net": "launchpad sourceforge jsdelivr debian example",
    "ai": "wandb",
    "dev": "bazel pkg go",
    "co": "huggingface hf",
    "build": "bazel",
    "sh": "astral brew",
    "gov": "nist",
}
PUBLIC_HOSTS: Final = frozenset((name, top) for top, listed in _BY_TOP.items() for name in listed.split())
