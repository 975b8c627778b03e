"""Which devices there are, and how much memory planapo holds on them."""

from __future__ import annotations

from dataclasses import dataclass

from planapo import _core


@dataclass(frozen=True, repr=False)
class DeviceInfo:
    """One device that planapo knows of.

    Attributes
    ----------
    name : str
        What `device=` takes: ``"cpu"``, ``"cuda:0"``, ...
    description : str
        The processor or card in words; for the CPU with the Fourier-transform library in use.
    available : bool
        Whether work can run there.
    remark : str
        Why it is not available, or what would make it faster; may be empty.
    memory_bytes : int
        Its memory; 0 where unknown.
    """

    name: str
    description: str
    available: bool
    remark: str
    memory_bytes: int

    def __repr__(self) -> str:
        if not self.available:
            return f"<{self.name}: not available, {self.remark}>"
        memory = f", {self.memory_bytes / 2**30:.0f} GiB" if self.memory_bytes else ""
        remark = f"; {self.remark}" if self.remark else ""
        return f"<{self.name}: {self.description}{memory}{remark}>"


def devices() -> list[DeviceInfo]:
    """List the devices that planapo knows of here, the CPU first.

    A GPU that cannot be used is listed too, with the reason in its `remark`.

    Returns
    -------
    list of DeviceInfo

    Examples
    --------
    >>> import planapo as pa
    >>> pa.devices()[0].name
    'cpu'
    >>> [d.name for d in pa.devices() if d.available]  # doctest: +SKIP
    ['cpu', 'cuda:0']
    """
    return [DeviceInfo(d.name, d.description, d.available, d.remark, d.memory_bytes) for d in _core.devices()]


def bytes_in_use(device: str = "cpu") -> int:
    """Bytes that planapo holds on `device` at this moment.

    Parameters
    ----------
    device : str, default "cpu"

    Returns
    -------
    int

    Raises
    ------
    InvalidArgument, DeviceUnavailable
        If there is no such device.

    Examples
    --------
    >>> import planapo as pa
    >>> pa.bytes_in_use("cpu") >= 0
    True
    """
    return _core.bytes_in_use(str(device))


def peak_bytes(device: str = "cpu") -> int:
    """Most bytes that planapo held on `device` since the last `reset_peak_bytes`.

    Parameters
    ----------
    device : str, default "cpu"

    Returns
    -------
    int

    Raises
    ------
    InvalidArgument, DeviceUnavailable
        If there is no such device.

    Examples
    --------
    >>> import numpy as np, planapo as pa
    >>> pa.reset_peak_bytes("cpu")
    >>> _ = pa.deconvolve(np.ones((8, 16, 16)), pa.psf.gaussian(2), iterations=1, device="cpu")
    >>> pa.peak_bytes("cpu") > 4 * 8 * 16 * 16
    True
    """
    return _core.peak_bytes(str(device))


def reset_peak_bytes(device: str = "cpu") -> None:
    """Start counting `peak_bytes` anew.

    Parameters
    ----------
    device : str, default "cpu"

    Raises
    ------
    InvalidArgument, DeviceUnavailable
        If there is no such device.

    Examples
    --------
    >>> import planapo as pa
    >>> pa.reset_peak_bytes("cpu")
    """
    _core.reset_peak_bytes(str(device))
