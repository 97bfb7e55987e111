"""Where HDF5 begins in a file, and what its first structure says."""

from typing import Final

from tfdoctor.model.read.hdf5.medium import Medium
from tfdoctor.model.read.source import DamagedError, Source

SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"
_LONGEST: Final = 100  # bytes of a superblock with addresses of 8 bytes
_WIDTHS: Final = {2, 4, 8}  # the library takes 16 and 32 too, which nobody writes


def locate(source: Source) -> int | None:
    """Return the place of the superblock: 0, or past a user block of 512 bytes times a power of two.

    None where the file is no HDF5.
    """
    place = 0
    while place + len(SIGNATURE) <= source.size:
        if source.at(place, len(SIGNATURE)) == SIGNATURE:
            return place
        place = place * 2 or 512
    return None


def opened(source: Source) -> tuple[Medium, int]:
    """Return the file by its addresses, and the address of the root group's header.

    Raises:
        DamagedError: it is no HDF5, or its first structure is damaged.
    """
    place = locate(source)
    if place is None:
        raise DamagedError(f"{source.name}: not HDF5")
    try:
        return _read(source, place)
    except DamagedError:
        if source.size < place + _LONGEST:
            raise DamagedError(f"{source.name}: HDF5 that is cut off after {source.size} bytes") from None
        raise


def _read(source: Source, place: int) -> tuple[Medium, int]:
    # Addresses count from the superblock, whatever it says: a user block may have been put before it later.
    medium = Medium(source, place)
    version = medium.at(8, 1)[0]
    if version > 3:
        raise DamagedError(f"{source.name}: HDF5 superblock of version {version}, which is not known")
    at = 9 if version > 1 else 13
    medium.offsets, medium.lengths = medium.at(at, 2)
    if not {medium.offsets, medium.lengths} <= _WIDTHS:
        raise DamagedError(f"{source.name}: addresses of {medium.offsets} bytes")
    if version > 1:
        fields = medium.structure(12, 4 * medium.offsets)
        base, _extension, end = (fields.address() for _ in range(3))
    else:
        fields = medium.structure(24 + 4 * version, 6 * medium.offsets)
        base, _free, end, _driver, _name = (fields.address() for _ in range(5))
    needed = end + place - base
    if needed > source.size and not medium.undefined(end):  # the HDF5 library opens no such file
        medium.needed = needed
        medium.remark(f"cut off: {needed - source.size} bytes are missing at the end")
    return medium, fields.address()
