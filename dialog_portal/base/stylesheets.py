"""Stylesheets are written as one file for each subject, and a page loads one file."""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'^@import "(parts/[^"]+)";\n', re.MULTILINE)


class BundlingStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Collects static files and puts the parts of a stylesheet in the place of its `@import "parts/..."` lines.

    A browser that follows the imports itself sees the same rules in the same order, but asks once for each part.
    """

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the parts before files get their hashes; parts are not served by themselves."""
        if not dry_run:
            for name in [name for name in paths if name.endswith(".css")]:
                self.join(name, paths)
            for name in [name for name in paths if "/parts/" in name]:
                del paths[name]
                self.delete(name)
        yield from super().post_process(paths, dry_run=dry_run, **options)

    def join(self, name: str, paths: dict[str, Any]) -> None:
        """Write the whole stylesheet where its list of imports was collected."""
        sheet = text(*paths[name])
        folder = posixpath.dirname(name)
        whole = IMPORT.sub(lambda line: text(*paths[posixpath.join(folder, line[1])]), sheet)
        if whole != sheet:
            Path(self.path(name)).write_text(whole, encoding="utf-8")
            paths[name] = (self, name)


def text(storage: Any, path: str) -> str:
    """Return what a source file says."""
    with storage.open(path) as file:
        return str(file.read().decode())
