"""Files of source text that are read and written as they are: encoding, ends of lines, mode."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import tokenize
from dataclasses import dataclass


class NotWritten(Exception):
    """A file was left as it is; the text says why."""


@dataclass(frozen=True)
class TextFile:
    """A file as it was read.

    Args:
        path: where it is; a link is followed, and stays.
        data: what it held.
        encoding: how that is read; with its byte order mark, where it has one.
        text: its text, with the ends of lines that it has.
    """

    path: str
    data: bytes
    encoding: str
    text: str

    @classmethod
    def read(cls, path: str) -> TextFile:
        """Read a file in the encoding that it names.

        Raises:
            OSError, ValueError, SyntaxError: if it cannot be read.
        """
        real = os.path.realpath(path)
        with open(real, "rb") as stream:
            data = stream.read()
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return cls(real, data, encoding, data.decode(encoding))

    def write(self, text: str) -> None:
        """Write the file as a whole: whoever reads it meanwhile has the old text or the new one.

        Raises:
            NotWritten: if it cannot be written, or somebody else has changed it since it was read.
        """
        number, made = -1, ""
        try:
            data = text.encode(self.encoding)
            if not os.access(self.path, os.W_OK):
                raise NotWritten("it is read-only")
            number, made = tempfile.mkstemp(dir=os.path.dirname(self.path), prefix=".flake8-flax-rng-")
            with open(number, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            shutil.copymode(self.path, made)
            self._refuse_changed()
            os.replace(made, self.path)
            made = ""
        except (OSError, ValueError) as error:
            raise NotWritten(str(error)) from error
        finally:
            if made:
                os.unlink(made)

    def _refuse_changed(self) -> None:
        with open(self.path, "rb") as stream:
            if stream.read() != self.data:
                raise NotWritten("it has changed meanwhile")
