"""Static files storage that joins the parts of a stylesheet, so that a page loads one file instead of one a subject."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'^@import "(parts/[^"]+)";\n', re.MULTILINE)


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Collects static files and replaces the `@import "parts/..."` lines of a stylesheet with the parts themselves.

    Unjoined, a browser follows the imports and sees the same rules in the same order, with one request for each part.
    """

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the parts before the files get their hashes, and delete the parts from what is served."""
        if not dry_run:
            for name in [name for name in paths if name.endswith(".css")]:
                self.join(name, paths)
            for name in [name for name in paths if "/parts/" in name]:
                del paths[name]
                self.delete(name)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def join(self, name: str, paths: dict[str, Any]) -> None:
        """Overwrite a collected stylesheet with its joined text."""
        sheet = text(*paths[name])
        folder = posixpath.dirname(name)
        whole = IMPORT.sub(lambda line: text(*paths[posixpath.join(folder, line[1])]), sheet)
        if whole != sheet:
            Path(self.path(name)).write_text(whole, encoding="utf-8")
            paths[name] = (self, name)


def text(storage: Any, path: str) -> str:
    """Return the text of a source file."""
    with storage.open(path) as file:
        return str(file.read().decode())
