"""Reads the metadata of HDF5 files: groups, links, attributes, the shape and type of data sets, never their data.

Our own because the pure Python reader that exists needs NumPy, takes a fifth of a second to import, and has no bounds
against files that lie about their sizes; and because a Keras file needs a small part of HDF5 only. It reads what the
HDF5 library has written since 1.2 in its oldest and its newest form, with these bounds: the structures that are read
(`Budget`), the bytes of a value of an attribute (64 MiB), and no structure twice where it could be a circle. What is
damaged becomes a remark of the file, and the rest is read.

Source of the layout: HDF5 File Format Specification, version 3.0 (https://docs.hdfgroup.org/).
"""

from tfdoctor.model.read.hdf5.attribute import Attribute
from tfdoctor.model.read.hdf5.file import Dataset, File, Group, Node
from tfdoctor.model.read.hdf5.superblock import locate

__all__ = ["Attribute", "Dataset", "File", "Group", "Node", "locate"]
