"""Uploaded files that are too large are read to their end and forgotten, so that the page can say so in words."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

MAX_UPLOAD = 4 * 1024 * 1024  # bytes of all files of a request together


class LimitUpload(FileUploadHandler):
    """Counts what comes before another handler keeps it, and stops keeping at MAX_UPLOAD."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > MAX_UPLOAD:
            self.request.upload_is_too_large = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Return None: the next handler has the file."""
        return None


def is_upload_too_large(request: HttpRequest) -> bool:
    """Return whether files of the request were left out because they were too large. Reads the request."""
    request.FILES.keys()  # reading them is what calls the handlers
    return getattr(request, "upload_is_too_large", False) is True
