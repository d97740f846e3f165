"""Fetches the pinned packages, once, and unpacks them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.]+)(?P<source> source)?")


@dataclass(frozen=True)
class Package:
    """One release of a package.

    Args:
        name: its name in the index.
        version: its version.
        source: whether the source distribution is wanted, because only it holds the examples and tests.
    """

    name: str
    version: str
    source: bool = False

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


def pinned(text: str) -> list[Package]:
    """Read the list of packages: ``name==version``, with `` source`` behind it for a source distribution.

    Raises:
        ValueError: a line says something else, or a package is named twice.
    """
    found: dict[str, Package] = {}
    for line in text.splitlines():
        match = _PINNED.fullmatch(line)
        if match is None:
            raise ValueError(f"not a pinned package: {line!r}")
        if match["name"] in found:
            raise ValueError(f"named twice: {match['name']}")
        found[match["name"]] = Package(match["name"], match["version"], bool(match["source"]))
    return list(found.values())


def unpacked(package: Package, cache: Path) -> Path:
    """Return the directory that holds the package's files; pip downloads it when the cache lacks it.

    Nothing of a wheel is executed. For a source distribution, pip asks its build system for its metadata.

    Args:
        package: the package.
        cache: the directory that keeps ``archives/NAME==VERSION/`` and ``unpacked/NAME==VERSION/``.

    Raises:
        OSError: the archive cannot be had or unpacked.
    """
    archives, files = cache / "archives" / str(package), cache / "unpacked" / str(package)
    if files.is_dir():
        return files
    if not archives.is_dir():
        _download(package, archives)
    (archive,) = archives.iterdir()
    scratch = files.with_name(f"{files.name}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    if archive.suffix == ".whl":
        shutil.unpack_archive(archive, scratch, "zip")
    else:
        shutil.unpack_archive(archive, scratch, filter="data")
    scratch.rename(files)
    return files


def _download(package: Package, archives: Path) -> None:
    scratch = archives.with_name(f"{archives.name}.part")
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    kind = f"--no-binary={package.name}" if package.source else "--prefer-binary"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--ignore-requires-python", kind]
    done = subprocess.run([*command, "--dest", str(scratch), str(package)], check=False)
    if done.returncode or len(list(scratch.iterdir())) != 1:
        raise OSError(f"pip could not download {package}")
    scratch.rename(archives)
