"""On what the times were taken."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("freqtrade", "freqtrade-riskkit", "ccxt", "numpy", "pandas", "quantstats", "SQLAlchemy")


@dataclass(frozen=True, slots=True)
class Machine:
    """Processor and software.

    Attributes
    ----------
    cpu
        The processor's name.
    cpus
        How many of them this process may use.
    system, python
        Operating system and interpreter, with their versions.
    packages
        Versions by package, of those that are installed.
    load
        Load average over a minute when the benchmark began: other work on the machine is noise.
    """

    cpu: str
    cpus: int
    system: str
    python: str
    packages: dict[str, str]
    load: float


def this_machine() -> Machine:
    """Look at the machine; nothing in it names a host or a user."""
    return Machine(
        cpu=_cpu(),
        cpus=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        system=f"{platform.system()} {platform.machine()}",
        python=f"{platform.python_implementation()} {platform.python_version()}",
        packages={package: known for package in PACKAGES if (known := _version(package))},
        load=round(os.getloadavg()[0], 2),
    )


def _version(package: str) -> str | None:
    """Give the version; None where the package isn't installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or "unknown"
