"""Which distributions the bundled index has, and how much of the history of each.

A fixed list: what stable TensorFlow releases (1.13 on) require, directly or through TensorBoard, what people install
beside them, and what those require. A distribution that is not here keeps its installed version in a repair.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> list[str]:
    return text.split()


# TensorFlow's own requirements and those of TensorBoard. TensorFlow itself is in releases.json.
CLOSURE: Final = _words("""
absl-py astor astunparse bleach cachetools certifi cffi charset-normalizer chardet clang cryptography flatbuffers gast
google-auth google-auth-oauthlib google-pasta grpcio h5py html5lib idna importlib-metadata jax jaxlib keras
keras-applications keras-nightly keras-preprocessing libclang markdown markdown-it-py markupsafe mdurl ml-dtypes mock
namex numpy oauthlib opt-einsum optree packaging pillow pip protobuf pyasn1 pyasn1-modules pycparser pygments requests
requests-oauthlib rich rsa scipy setuptools six tensorboard tensorboard-data-server tensorboard-plugin-wit
tensorboard-plugin-profile tensorflow-cpu-estimator tensorflow-estimator tensorflow-gpu-estimator
tensorflow-io-gcs-filesystem tf-estimator-nightly termcolor typing-extensions urllib3 webencodings werkzeug wheel wrapt
zipp commonmark cached-property backports-weakref
""")

# What people install beside TensorFlow because it goes with it.
COMPANIONS: Final = _words("""
tensorflow-addons tensorflow-datasets tensorflow-decision-forests tensorflow-directml-plugin tensorflow-hub
tensorflow-io tensorflow-metadata tensorflow-metal tensorflow-model-optimization tensorflow-probability
tensorflow-recommenders tensorflow-serving-api tensorflow-serving-api-gpu tensorflow-text tensorflow-gan
tensorflow-ranking tf-keras tf-models-official tf-slim tf2onnx tflite-support tensorflowjs keras-core keras-cv
keras-hub keras-nlp keras-tuner transformers onnx onnxruntime dm-sonnet dm-tree
""")

# What the companions require, and the libraries that are in most environments.
COMMON: Final = _words("""
array-record attrs click cloudpickle colorama contourpy cycler cython decorator dill etils filelock fonttools fsspec
gin-config googleapis-common-protos grpcio-status grpcio-tools httplib2 huggingface-hub immutabledict
importlib-resources joblib kagglehub kiwisolver kt-legacy lxml matplotlib oauth2client
opencv-python opencv-python-headless opencv-contrib-python pandas platformdirs portalocker promise psutil py-cpuinfo
pyarrow pycocotools pyparsing python-dateutil pytz pyyaml regex sacrebleu sacremoses safetensors scikit-image
scikit-learn seaborn sentencepiece seqeval simple-parsing statsmodels tabulate tensorboardx threadpoolctl tokenizers
toml tqdm typeguard tzdata ydf networkx imageio tifffile lazy-loader pywavelets patsy einops docstring-parser hf-xet
httpx httpcore h11 anyio sniffio exceptiongroup typer shellingham wurlitzer dataclasses contextvars immutables kaggle
python-slugify text-unidecode google-api-python-client google-auth-httplib2 uritemplate future
""")

# What is often installed beside and has bounds of its own on NumPy, protobuf, typing-extensions or Keras.
NEIGHBOURS: Final = _words("""
accelerate albumentations annotated-types chex datasets flax gensim google-api-core gradio h5netcdf lightgbm librosa
llvmlite numba numexpr optax proto-plus pydantic pydantic-core shap spacy streamlit thinc torch torchvision
typing-inspection wandb xarray xgboost mlflow
""")

# The libraries of CUDA as wheels: names and versions decide, they require next to nothing.
NVIDIA: Final = [
    *(
        f"nvidia-{part}-cu{major}"
        for major in (11, 12)
        for part in (
            "cublas",
            "cuda-cupti",
            "cuda-nvcc",
            "cuda-nvrtc",
            "cuda-runtime",
            "cudnn",
            "cufft",
            "curand",
            "cusolver",
            "cusparse",
            "nccl",
        )
    ),
    "nvidia-nvjitlink-cu12",
    "tensorrt",
    "tensorrt-bindings",
    "tensorrt-libs",
]

NAMES: Final = tuple(sorted({*CLOSURE, *COMPANIONS, *COMMON, *NEIGHBOURS, *NVIDIA}))

# Only the newest so many releases of distributions with a long history of which TensorFlow needs little, and the
# last ones that serve each older CPython.
NEWEST: Final = {
    "transformers": 80,
    "huggingface-hub": 60,
    "tokenizers": 50,
    "fsspec": 30,
    "fonttools": 30,
    "regex": 30,
    "lxml": 30,
    "pip": 40,
    "tifffile": 20,
    "imageio": 30,
    "networkx": 30,
    "sacrebleu": 20,
    "platformdirs": 20,
    "filelock": 40,
    "psutil": 40,
    "cython": 50,
    "pytz": 25,
    "tqdm": 40,
    "kagglehub": 20,
    "etils": 30,
    "setuptools": 200,
    "tf-models-official": 40,
    "grpcio": 160,
    "grpcio-status": 80,
    "grpcio-tools": 80,
    "certifi": 40,
    "cryptography": 80,
    "opencv-python": 50,
    "opencv-python-headless": 50,
    "opencv-contrib-python": 30,
    "onnxruntime": 40,
    "jax": 120,
    "jaxlib": 120,
    "sentencepiece": 25,
    "scikit-image": 30,
    "pyarrow": 50,
    "anyio": 30,
    "typer": 20,
    "google-api-python-client": 10,
    "kaggle": 10,
    "hf-xet": 15,
    **dict.fromkeys(NEIGHBOURS, 40),
}

# Of these, what is older is there with the last patch of each minor: old releases of TensorFlow need them.
LAST_PATCHES: Final = {"transformers", "huggingface-hub", "tokenizers"}

# TensorFlow 2.5 and 2.8.0 require a pre-release by name.
PRERELEASES: Final = {"keras-nightly": "<2.7", "tf-estimator-nightly": "<2.9"}
