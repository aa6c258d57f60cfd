"""`python -m benchmarks.load`: a client of its own process that keeps some connections busy until its list is sent.

Reads {port, connections, calls: [[method, path, body, status], …]} from standard input, writes {seconds} to standard output.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    Wanted = tuple[bytes, int]

FORM = "application/x-www-form-urlencoded"


class UnexpectedAnswerError(RuntimeError):
    """A request was answered with another status: the rate means nothing."""


def request(method: str, path: str, body: str) -> bytes:
    """One request of HTTP/1.1 as a browser without cookies sends it."""
    data = body.encode()
    lines = [
        f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "User-Agent: Mozilla/5.0 (Linux; Android 14) bench",
        "Accept: text/html", "Accept-Language: zh-CN,zh;q=0.9", "Connection: keep-alive",
    ]
    if data:
        lines += [f"Content-Type: {FORM}", f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, "", ""]).encode() + data


async def send(port: int, left: Iterator[Wanted]) -> None:
    """One connection; a server may close it between two requests, and then it is opened again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    for wanted, status in left:
        try:
            writer.write(wanted)
            head, body, closing = await _answer(reader)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise UnexpectedAnswerError("The server ended a connection in the middle of a request.") from error
        if head != status:
            raise UnexpectedAnswerError(f"{wanted[:80]!r}: {head} instead of {status}\n{body[:1000]!r}")
        if closing:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length), b"connection: close" in head


async def load(port: int, connections: int, calls: list[tuple[str, str, str, int]]) -> float:
    """Seconds from the first request to the last answer."""
    made = [(request(method, path, body), status) for method, path, body, status in calls]
    left = iter(made)
    begun = time.monotonic()
    await asyncio.gather(*(send(port, left) for _ in range(connections)))
    return time.monotonic() - begun


if __name__ == "__main__":
    print(json.dumps({"seconds": asyncio.run(load(**json.load(sys.stdin)))}))
