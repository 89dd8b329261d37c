"""The report as a browser sees it, and that it needs nothing else."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from engine.contract.errors import OutputUnwritable
from engine.pictures import write_picture
from engine.score.pictures import read_exactly
from engine.score.report.images import HEAT, HEAT_SIDE, UNSEEN, heat, variance_map
from engine.score.report.page import write_report
from engine.score.report.plots import Line, plot, round_ticks
from engine.score.report.worst import worst_frames
from engine.score.score import score
from engine.score.scores import Scores
from engine.score.sources import ScoreRequest
from engine.score.uv_variance import SurfaceVariance
from tests.score.conftest import FRAMES

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


BAD = FRAMES[5]


@pytest.fixture(scope="module")
def scores(rolling: Path, textured_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Scores:
    """Of frames of which one is another picture, against those as they were."""
    folder = tmp_path_factory.mktemp("scored")
    shutil.copytree(textured_folder, folder / "frames")
    negative = 1 - read_exactly(folder / "frames" / f"{BAD:04d}.png").rgb
    write_picture(folder / "frames" / f"{BAD:04d}.png", negative, "png16")
    return score(ScoreRequest(rolling, folder / "frames", folder, against=textured_folder, tracks=16))


@pytest.fixture(scope="module")
def report(scores: Scores, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(path, scores)
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
    assert "CLIP prompt fidelity: not computed: no CLIP model is on this machine" in page
    assert "so not drawn: UV variance, 95th percentile, Texture sticking" in page


def test_a_report_that_cannot_be_written_is_not_called_out(scores: Scores, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputUnwritable) as refused:
        write_report(tmp_path / "file" / "report.html", scores)
    assert "--report" in refused.value.hint
    assert "--out" not in refused.value.hint


def test_the_worst_frames_are_those_around_the_bad_one(scores: Scores) -> None:
    worst = worst_frames(scores)
    assert {found.frame for found in worst[:2]} == {BAD, FRAMES[6]}
    assert [found.value for found in worst] == sorted((found.value for found in worst), reverse=True)
    for found in worst:
        assert np.nanmean(found.error) == pytest.approx(found.value, rel=1e-3)


def test_a_heat_map_has_the_mean_deviation_of_every_cell() -> None:
    generator = np.random.default_rng(0)
    columns, rows = generator.integers(600, 1800, (2, 4000)).astype(np.int32)  # two tiles by two, from (1, 1) on
    columns[0], rows[0], columns[1], rows[1] = 600, 600, 1799, 1799
    variance = generator.random(4000).astype(np.float32)
    found = variance_map(SurfaceVariance(1, 600, columns, rows, variance, 0.0))
    for row, column in generator.integers(0, HEAT_SIDE, (500, 2)):
        left, bottom = column * 1200 / HEAT_SIDE, (HEAT_SIDE - 1 - row) * 1200 / HEAT_SIDE
        x, y = columns - 600 + 0.5, rows - 600 + 0.5
        width = 1200 / HEAT_SIDE
        inside = (x >= left) & (x < left + width) & (y >= bottom) & (y < bottom + width)
        expected = np.sqrt(variance[inside].mean()) if inside.any() else np.nan
        assert found[row, column] == pytest.approx(expected, rel=1e-4, nan_ok=True)


def test_heat_goes_through_its_colours_in_equal_steps() -> None:
    values = np.array([0, 0.25, 1, 0.125, 2, np.nan], np.float32)
    expected = [HEAT[0], HEAT[1], HEAT[4], (HEAT[0] + HEAT[1]) / 2, HEAT[4], np.full(3, UNSEEN)]
    np.testing.assert_allclose(heat(values, 1.0), expected, atol=1e-6)


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


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([0.00056], [0, 0.0002, 0.0004, 0.0006]),
        ([0.93, 0.2], [0, 0.25, 0.5, 0.75, 1]),
        ([-0.3, 1.1], [-0.5, 0, 0.5, 1, 1.5]),
        ([40.0], [0, 10, 20, 30, 40]),
    ],
)
def test_ticks_are_round_and_reach_around_the_values(values: list[float], ticks: list[float]) -> None:
    assert round_ticks(values) == pytest.approx(ticks)


@pytest.mark.parametrize("highest", [0.0, 1e-9, 0.0999999, 0.1, 0.4, 4000.0000001, 123456])
def test_there_are_ticks_for_any_values(highest: float) -> None:
    ticks = round_ticks([highest])
    assert 3 <= len(ticks) <= 7
    assert ticks[-1] >= highest
