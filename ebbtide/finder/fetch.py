"""The bytes of an https address, or a sentence that says why they were not to be had. The only part that uses the network."""

from __future__ import annotations

import http.client
import ipaddress
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from time import monotonic
from typing import IO, Any
from urllib.parse import urlsplit

from ebbtide.finder.formats.entries import Unreadable

MAX_BYTES = 64 * 1024 * 1024
SECONDS = 300
"""For the whole of a file; and 30 without any byte."""
_CHUNK = 256 * 1024
_AGENT = "ebbtide (+static site generator; import of a public list)"


def is_address(text: str) -> bool:
    return text.startswith(("https://", "http://"))


def fetch(address: str, progress: Callable[[int, int], None] = lambda *_: None) -> bytes:
    """Fetch a file. `progress` is told the bytes so far and their whole number, 0 where that is not known. Raises `Unreadable`.

    Redirects are followed to https alone. An address of http is taken only on this very machine, where nobody listens in.
    """
    _allowed(address)
    request = urllib.request.Request(address, headers={"User-Agent": _AGENT, "Accept": "*/*"})  # noqa: S310, checked above
    try:
        with urllib.request.build_opener(_Careful()).open(request, timeout=30) as answer:
            whole = int(answer.headers.get("Content-Length") or 0)
            if whole > MAX_BYTES:
                raise Unreadable(f"{address} is larger than 64 MiB.", "Check that it is the right file.")
            return b"".join(_chunks(answer, address, whole, progress))
    except urllib.error.HTTPError as error:
        error.close()
        raise Unreadable(
            f"{address} answers {error.code} ({error.reason}).", "Open it in a browser, and import the file from there."
        ) from None
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise Unreadable(f"{address} cannot be fetched: {reason}.", "Check the address and the connection.") from None


def _chunks(answer: IO[bytes], address: str, whole: int, progress: Callable[[int, int], None]) -> Iterator[bytes]:
    done, until = 0, monotonic() + SECONDS
    while chunk := answer.read(_CHUNK):
        done += len(chunk)
        if done > MAX_BYTES:
            raise Unreadable(f"{address} is larger than 64 MiB.", "Check that it is the right file.")
        if monotonic() > until:
            raise Unreadable(
                f"{address} takes longer than {SECONDS // 60} minutes.", "Fetch it in a browser, and import the file."
            )
        progress(done, whole)
        yield chunk
    if whole and done < whole:
        raise Unreadable(f"{address} broke off after {done:,} of {whole:,} bytes.", "Run the import again.")


def _allowed(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _here(parts.hostname):
        return
    raise Unreadable(
        f"{address} is not an https address.",
        "Only those are fetched, because anybody on the way can change the others.",
    )


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Careful(urllib.request.HTTPRedirectHandler):
    """Follows a redirect only to where one could have gone at first, and never from https to this machine's own http."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        try:
            if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
                raise Unreadable(
                    f"{req.full_url} leads to {newurl}, which is not an https address.", "Ask its owner for another."
                )
            _allowed(newurl)
        except Unreadable:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)
