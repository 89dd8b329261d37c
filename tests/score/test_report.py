"""The report as a browser sees it, and that it needs nothing else."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.score.report.page import write_report
from engine.score.report.plots import Line, plot
from engine.score.score import score
from engine.score.sources import ScoreRequest

PROBE = """<script>addEventListener("load", () => setTimeout(() => {
  const images = [...document.images], videos = [...document.querySelectorAll("video")];
  document.title = JSON.stringify({
    images: images.length, broken: images.filter(image => !image.naturalWidth).length,
    videos: videos.filter(video => video.readyState > 0 && video.duration > 0).length,
    plots: document.querySelectorAll("svg polyline").length,
    loaded: performance.getEntriesByType("resource").filter(entry => !entry.name.startsWith("data:")).length,
    too_wide: document.documentElement.scrollWidth > innerWidth,
  });
}, 1000));</script></body>"""


@pytest.fixture(scope="module")
def report(rolling: Path, textured_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    path = folder / "report.html"
    write_report(path, score(ScoreRequest(rolling, textured_folder, folder, against=textured_folder, tracks=16)))
    return path


class Links(HTMLParser):
    """Everything that a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "poster")]


def test_nothing_is_loaded_from_elsewhere(report: Path) -> None:
    page, links = report.read_text(encoding="utf-8"), Links()
    links.feed(page)
    assert len(links.found) > 20
    assert all(link.startswith("data:") for link in links.found)
    assert not re.search(r"@import|url\(|https?://", page)


def test_every_part_of_the_report_is_there(report: Path) -> None:
    page = report.read_text(encoding="utf-8")
    for title in ("Numbers", "Side by side", "Per frame", "Frames", "Where the colour varies", "The worst frames"):
        assert f"<h2>{title}</h2>" in page
    assert "Cloth" in page
    assert "How much the colour of a point of the surface changes" in page


@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no chromium on this machine")
def test_a_browser_shows_every_picture_movie_and_plot(report: Path, tmp_path: Path) -> None:
    probed = tmp_path / "probed.html"
    probed.write_text(report.read_text(encoding="utf-8").replace("</body>", PROBE), encoding="utf-8")
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1280,900"]
    shown = subprocess.run(
        [
            *command,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=20000",
            "--dump-dom",
            probed.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    title = re.search(r"<title>(.*?)</title>", shown.stdout)
    assert title, shown.stderr
    assert '"broken":0,"videos":2' in title[1], title[1]
    assert '"loaded":0,"too_wide":false' in title[1], title[1]
    assert int(re.search(r'"plots":(\d+)', title[1])[1]) > 30


def test_a_plot_breaks_where_a_frame_has_no_value() -> None:
    drawn = plot([Line("frames", "red", {1: 0.1, 2: 0.2, 4: 0.3, 5: 0.1})], [1, 2, 3, 4, 5], "values")
    assert drawn.count("<polyline") == 2
    assert drawn.count("<circle") == 4
