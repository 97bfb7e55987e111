"""tfdoctor: the doctor for TensorFlow environments."""

__version__ = "0.1.0"
