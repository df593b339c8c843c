"""Fetches Debian packages without root: a private apt directory, `apt-get download`, `dpkg-deb --extract`.

The mirror is the one this machine has in its own apt sources, and apt checks the signatures as always.
"""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path
from typing import Final

from tests.oracles.cache import FetchError
from tests.oracles.releases import Release

DEBIAN_KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"

_ETC: Final = Path("/etc/apt")
_TOOLS: Final = ("apt-get", "dpkg-deb")
_PATIENCE: Final = 900  # seconds for one command; far more than a slow line needs

# A source of Debian itself has one of these suites; bookworm-security and a vendor's own suite do not count.
_SUITES: Final = {
    *("bullseye", "bookworm", "trixie", "forky", "duke", "sid"),
    *("oldoldstable", "oldstable", "stable", "testing", "unstable"),
}

_ONE_LINE: Final = re.compile(r"deb\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]+)")

# The machine's own configuration stays in force, for its proxies; this takes back what is not ours.
# Dir::State::status: what is installed here is no matter. Update::Error-Mode: without it, `apt-get update`
# succeeds when the mirror does not answer. Sandbox::User: root would become _apt, which may not write here.
_CONFIGURATION: Final = """\
Dir::State "{folder}/state/";
Dir::State::status "/dev/null";
Dir::Cache "{folder}/cache/";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Sandbox::User "root";
APT::Default-Release "";
APT::Update::Error-Mode "any";
Acquire::Retries "1";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where this machine has Debian packages from, and the keyring that vouches for them."""

    uri: str
    keyring: str = DEBIAN_KEYRING


def obstacle(etc: Path = _ETC) -> str | None:
    """Why this machine cannot fetch Debian packages at all, if it cannot."""
    for tool in _TOOLS:
        if shutil.which(tool) is None:
            return f"this machine has no {tool}, so it is no Debian"
    if debian_mirror(etc) is None:
        return f"the apt sources in {etc} name no Debian mirror"
    return None


def debian_mirror(etc: Path = _ETC) -> Mirror | None:
    """The mirror that the apt sources of this machine name first, Debian's own keyring preferred.

    Args:
        etc: the folder of ``sources.list`` and ``sources.list.d``, in either of apt's two notations.
    """
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]
    mirrors = [mirror for file in files if file.is_file() for mirror in _mirrors(file)]
    mirrors.sort(key=lambda mirror: not Path(mirror.keyring).name.startswith("debian-archive-"))
    return mirrors[0] if mirrors else None


def fetch(releases: Sequence[Release], workspace: Path, etc: Path = _ETC) -> None:
    """Download and unpack releases of one suite; see ``tests.oracles.cache.Fetch``."""
    mirror = debian_mirror(etc)
    if mirror is None:
        raise FetchError(str(obstacle(etc)))
    apt = ("apt-get", "-qq", "-c", str(_configure(workspace / "apt", mirror, releases[0].suite)))
    _run(*apt, "update", cwd=workspace)
    for release in releases:
        downloads = workspace / f"{release.name}.debs"
        downloads.mkdir()
        needed = _closure(apt, release, workspace)
        _run(*apt, "download", *dict.fromkeys((*release.packages, *needed)), cwd=downloads)
        for package in sorted(downloads.glob("*.deb")):
            _run("dpkg-deb", "--extract", str(package), str(workspace / release.name), cwd=workspace)


def _configure(folder: Path, mirror: Mirror, suite: str) -> Path:
    """A private apt directory that knows one suite; the path of its configuration."""
    for needed in ("state/lists/partial", "cache/archives/partial"):
        (folder / needed).mkdir(parents=True)
    signed_by = f"signed-by={mirror.keyring} " if Path(mirror.keyring).exists() else ""
    source = f"deb [{signed_by}target=Packages] {mirror.uri} {suite} main\n"
    (folder / "sources.list").write_text(source, encoding="utf-8")
    configuration = folder / "apt.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder), encoding="utf-8")
    return configuration


def _closure(apt: Sequence[str], release: Release, workspace: Path) -> list[str]:
    """All packages that would be installed on a machine that has none, as apt works them out."""
    if release.closure_of is None:
        return []
    plan = _run(*apt, "--simulate", "--no-install-recommends", "install", release.closure_of, cwd=workspace)
    found = (line.split()[1] for line in plan.splitlines() if line.startswith("Inst "))
    return [package for package in found if package not in release.without]


def _run(*command: str, cwd: Path) -> str:
    """What a command printed."""
    try:
        done = subprocess.run(
            command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"{command[0]} did not finish: {error}") from error
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).decode(errors="replace").split())
        raise FetchError(f"`{command[0]} ... {command[-1]}` failed ({done.returncode}): {said[:600]}")
    return done.stdout.decode(errors="replace")


def _mirrors(file: Path) -> Iterator[Mirror]:
    text = file.read_text(encoding="utf-8", errors="replace")
    match file.suffix:
        case ".list":
            yield from _one_line_mirrors(text)
        case ".sources":
            yield from _deb822_mirrors(text)


def _one_line_mirrors(text: str) -> Iterator[Mirror]:
    """Mirrors of lines such as ``deb [signed-by=KEYRING] URI SUITE COMPONENT ...``."""
    for line in text.splitlines():
        if found := _ONE_LINE.match(line.strip()):
            options, uri, suite, components = found.groups(default="")
            settings = dict(option.partition("=")[::2] for option in options.split())
            yield from _entry([uri], [suite], components.split(), settings.get("signed-by", ""))


def _deb822_mirrors(text: str) -> Iterator[Mirror]:
    """Mirrors of paragraphs with fields such as ``Types``, ``URIs``, ``Suites`` and ``Signed-By``."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for _, paragraph in itertools.groupby(lines, key=lambda line: bool(line.strip())):
        fields = HeaderParser().parsestr("\n".join(paragraph))
        if "deb" in fields.get("Types", "").split() and fields.get("Enabled", "yes").strip() != "no":
            uris, suites, components = (
                fields.get(field, "").split() for field in ("URIs", "Suites", "Components")
            )
            yield from _entry(uris, suites, components, fields.get("Signed-By", ""))


def _entry(
    uris: Sequence[str], suites: Sequence[str], components: Sequence[str], signed_by: str
) -> Iterator[Mirror]:
    """The mirrors of one entry, if it is one of Debian's."""
    if "main" in components and _SUITES.intersection(suites):
        keyring = signed_by.strip()
        for uri in uris:
            if not uri.startswith("cdrom:"):
                # Signed-By may also hold the key itself or its fingerprint; then Debian's keyring has to do.
                yield Mirror(uri, keyring) if keyring.startswith("/") else Mirror(uri)
