"""How long the explorer takes from an input to what is seen of it, in a browser: ``python -m benches.explorer``.

A report of forty units is opened, its sliders are moved, and the time is taken from the input to the moment after the
next frame was painted; then until the shares of replicates, which follow in slices, are there too. It needs a Chromium
(BPO_INDEX_CHROMIUM, or one that is installed) and a machine that does nothing else, so that it is no part of
``make bench``.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from benches.many_units import write_survey
from bpo_index.pipeline import run

UNITS, INPUTS, LIMIT_MS = 40, 30, 50
#: Seconds from an input to the painted frame: a message comes after the frame in which it was sent has been painted.
MEASURE = """async (inputs) => {
    const explore = document.getElementById("explore");
    const sliders = [...document.querySelectorAll("[data-weight]")];
    const pause = () => new Promise((done) => requestAnimationFrame(done));
    const send = () => new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = done;
        port2.postMessage(0);
    });
    const found = { painted: [], done: [], longest: 0 };
    for (let n = 0; n < inputs; n++) {
        const slider = sliders[n % sliders.length];
        slider.value = (n * 7) % Number(slider.max);
        const start = performance.now();
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        await pause();
        await send();
        found.painted.push(performance.now() - start);
        let before = performance.now();
        while (explore.dataset.state !== "done") {
            await pause();
            found.longest = Math.max(found.longest, performance.now() - before);
            before = performance.now();
        }
        found.done.push(performance.now() - start);
    }
    return found;
}"""


def main(units: int = UNITS) -> int:
    """Measure and print; 1 where the median lies above the limit."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    browsers = (os.environ.get("BPO_INDEX_CHROMIUM"), *map(shutil.which, ("chromium", "chromium-browser")))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        completed = run(write_survey(Path(name), units, replicates=200))
        browser = playwright.chromium.launch(
            executable_path=next(path for path in browsers if path), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.goto((completed.release.path / "report.html").as_uri())
        page.wait_for_selector("#explore[data-state=done]", state="attached")
        found = page.evaluate(MEASURE, INPUTS)
        browser.close()
    painted = statistics.median(found["painted"])
    print(
        f"{units} units, {INPUTS} inputs: from input to repaint median {painted:.0f} ms, "
        f"{min(found['painted']):.0f} to {max(found['painted']):.0f} ms (limit {LIMIT_MS} ms); "
        f"until all shares are there median "
        f"{statistics.median(found['done']):.0f} ms, longest time between two frames {found['longest']:.0f} ms"
    )
    return int(painted > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
