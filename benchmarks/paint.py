"""What a phone has to load for the questionnaire, and when it shows something on a slow connection."""

from __future__ import annotations

import gzip
import re
import urllib.request
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.rounds import span
from tests.servers.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOADED = re.compile(r'(?:<link[^>]+href|<script[^>]+src)="([^"]+)"')
IMPORTED = re.compile(r'(?:import\s*\(?|from\s*|, )"(\./[^"]+\.js)"')
KBIT = 1000 / 8
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 400 * KBIT, "uploadThroughput": 200 * KBIT}
FASTER = {"offline": False, "latency": 150, "downloadThroughput": 1600 * KBIT, "uploadThroughput": 750 * KBIT}
LINES = {"400 kbit/s, 400 ms": SLOW, "1.6 Mbit/s, 150 ms": FASTER}
CPU_TIMES = 4
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
    const found = list.getEntriesByName("first-contentful-paint")[0]; if (found) done(found.startTime);
}).observe({type: "paint", buffered: true}))"""


def weights(address: str) -> dict[str, int]:
    """Bytes of everything that the page names, compressed as a server in front would send it."""
    page = fetched(address)
    site = "/".join(address.split("/")[:3])
    found = {"page": len(gzip.compress(page))}
    for path in LOADED.findall(page.decode()):
        name = path.partition("?")[0].rpartition("/")[2]
        found[name] = len(gzip.compress(fetched(site + path)))
    return found


def fetched(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 (our own port)
        return bytes(answer.read())


def first_paints(address: str, *, times: int) -> dict[str, dict[str, Any]]:
    """Milliseconds to the first contentful paint and to the end of loading, nothing cached, CPU slowed."""
    with chromium() as browser:
        _once(browser, address, SLOW)
        return {name: _line(browser, address, line, times) for name, line in LINES.items()}


def _line(browser: Browser, address: str, line: dict[str, Any], times: int) -> dict[str, Any]:
    found = [_once(browser, address, line) for _ in range(times)]
    return {
        "paint_ms": span([one["paint"] for one in found]),
        "loaded_ms": span([one["loaded"] for one in found]),
        "bytes": round(median(one["bytes"] for one in found)),
    }


def _once(browser: Browser, address: str, line: dict[str, Any]) -> dict[str, float]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    devtools, received = context.new_cdp_session(page), [0.0]
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda said: received.append(said["encodedDataLength"]))
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.send("Network.emulateNetworkConditions", line)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_TIMES})
    page.goto(address, wait_until="load")
    paint = float(page.evaluate(PAINTED))
    loaded = float(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    context.close()
    return {"paint": paint, "loaded": loaded, "bytes": sum(received)}
