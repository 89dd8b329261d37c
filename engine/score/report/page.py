"""The report: one HTML file that needs nothing else, to be looked at by a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from types import MappingProxyType

from engine.contract.errors import OutputUnwritable
from engine.contract.files import write_text
from engine.contract.frames import format_frames
from engine.score.metric import Metric
from engine.score.report.images import embed_exact_picture, embed_movie, embed_picture, heat, variance_map
from engine.score.report.plots import Line, plot
from engine.score.report.worst import worst_frames
from engine.score.scores import Scores
from engine.score.sources import AGAINST, FRAMES
from engine.score.wording import formatted, reasons_of

STYLE = Path(__file__).with_name("page.css")
COLOURS: Mapping[str, str] = MappingProxyType(
    {"frames": "#2563eb", "against": "#d97706", "floor": "#8b93a1", "floor_vae": "#9061d8", "color": "#0f9d6b"}
)
CONTACT_FRAMES = 12
SURFACES = 12
ERROR_SCALE = 0.25
"""The warp error that is shown as the brightest colour."""


def write_report(path: Path, scores: Scores) -> None:
    """Writes the page, whole or not at all. Raises OutputUnwritable, and what reading the frames again raises."""
    sections = [
        _head(scores),
        _numbers(scores),
        _movies(scores),
        _plots(scores),
        _contact_sheet(scores),
        _heat_maps(scores),
        _worst(scores),
    ]
    style = STYLE.read_text(encoding="utf-8")
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Overpaint score</title><style>\n{style}</style></head>\n<body>\n{''.join(sections)}</body></html>\n"
    )
    try:
        write_text(path, page)
    except OutputUnwritable as error:
        raise OutputUnwritable(error.message, "choose another file for --report, or free some space") from error


def _head(scores: Scores) -> str:
    exact = "exact, from the shot's geometry" if scores.correspondence == "geometry" else "from the uv passes alone"
    shot = scores.shot
    facts = (
        f"{len(scores.frames)} frames ({escape(format_frames(scores.frames))}), {shot.width}x{shot.height}, "
        f"{shot.fps:g} per second; correspondence {exact}; textures of {scores.texture_side} texels a side"
    )
    folders = "".join(
        f"<dt>{_swatch(key)}{escape(key)}</dt><dd>{escape(str(frames.folder))}</dd>"
        for key, frames in scores.folders.items()
    )
    said = [*_sentences("alarm", scores.alarms), *_sentences("warning", scores.warnings)]
    return (
        f"<header><h1>Does the surface hold still?</h1><p>{facts}</p>"
        f"<dl><dt>shot</dt><dd>{escape(str(scores.shot_folder))}</dd>{folders}</dl></header>\n{''.join(said)}"
    )


def _sentences(kind: str, sentences: Sequence[str]) -> Iterator[str]:
    yield from (f'<p class="{kind}"><b>{kind}</b> {escape(sentence)}</p>\n' for sentence in sentences)


def _numbers(scores: Scores) -> str:
    titles = "".join(f"<th>{_swatch(render.key)}{escape(render.title)}</th>" for render in scores.renders)
    rows = []
    for key, metric in scores.renders[0].metrics.items():
        values = "".join(_cell(render.metrics.get(key)) for render in scores.renders)
        what = metric.definition
        rows.append(
            f"<tr><th>{escape(what.title)}<small>{escape(what.meaning)}</small></th>{values}"
            f'<td class="unit">{escape(what.unit)}<small>{escape(what.better.value)}</small></td></tr>\n'
        )
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in reasons_of(scores))
    left_out = "".join(
        f"<li>{escape(key)}: not computed: {escape(reason)}</li>" for key, reason in scores.not_scored.items()
    )
    return (
        "<section><h2>Numbers</h2><p>The <i>floor</i> is a known texture rendered through the same passes: what "
        "resampling alone costs at the contrast of a photograph; a flatter picture can come out below it.</p>"
        f'<div class="scroll"><table><thead><tr><th></th>{titles}<th></th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div><ul>{reasons}{left_out}</ul></section>\n"
    )


def _cell(metric: Metric | None) -> str:
    if metric is None:
        return "<td>–</td>"
    if metric.value is None:
        return f'<td class="none">{escape(metric.why_not.split(":")[0])}</td>'
    return f"<td>{formatted(metric)}</td>"


def _movies(scores: Scores) -> str:
    figures = []
    for key, frames in scores.folders.items():
        movie = embed_movie(list(frames.paths.values()), scores.shot.fps)
        figures.append(_figure(f'<video controls loop muted src="{movie}"></video>', key))
    return _section("Movie" if len(figures) == 1 else "Side by side", "".join(figures), "wide")


def _plots(scores: Scores) -> str:
    figures = []
    for key, metric in scores.renders[0].metrics.items():
        lines = [
            Line(render.title, COLOURS[render.key], render.metrics[key].per_frame)
            for render in scores.renders
            if key in render.metrics and render.metrics[key].per_frame
        ]
        if lines:
            what = metric.definition
            drawn = plot(lines, scores.frames, f"{what.title} per frame")
            figures.append(_titled(drawn, what.title, f"{what.unit}; {what.better.value}"))
    undrawn = ", ".join(
        metric.definition.title
        for metric in scores.renders[0].metrics.values()
        if metric.value is not None and not metric.per_frame
    )
    one_number = f"<p>One number for the whole clip, and so not drawn: {escape(undrawn)}.</p>" if undrawn else ""
    legend = " ".join(f"<span>{_swatch(render.key)}{escape(render.title)}</span>" for render in scores.renders)
    return _section("Per frame", "".join(figures), "plots", f'{one_number}<p class="legend">{legend}</p>')


def _contact_sheet(scores: Scores) -> str:
    step = -(-len(scores.frames) // CONTACT_FRAMES)
    figures = []
    for frame in scores.frames[::step]:
        pictures = [_img(scores, key, frame, 300) for key in (FRAMES, AGAINST) if frame in _paths(scores, key)]
        figures.append(_figure("".join(pictures), f"frame {frame}"))
    beside = "<p>Left the scored frames, right those they are compared with.</p>" if AGAINST in scores.folders else ""
    return _section("Frames", "".join(figures), "pairs" if beside else "sheet", beside)


def _heat_maps(scores: Scores) -> str:
    surfaces = [surface for surface in scores.renders[0].surfaces if len(surface.variance)][:SURFACES]
    maps = [variance_map(surface) for surface in surfaces]
    highest = max((float(found[found == found].max()) for found in maps), default=0.0)
    figures = [
        _figure(
            f'<img class="exact" alt="heat map" src="{embed_exact_picture(heat(found, highest))}">',
            f"{scores.object_name(surface.object_id)}: {(surface.variance.mean()) ** 0.5:.3f} on average",
        )
        for surface, found in zip(surfaces, maps, strict=True)
    ]
    text = (
        "<p>Each object's UV square: the standard deviation of the colour of each texel over the frames, dark blue 0, "
        f"yellow {highest:.3f}; grey was never seen twice. What weighs most in the UV variance comes first.</p>"
    )
    return _section("Where the colour varies", "".join(figures), "sheet", text) if figures else ""


def _worst(scores: Scores) -> str:
    figures = []
    for worst in worst_frames(scores):
        pictures = (worst.previous.rgb, worst.current.rgb, heat(worst.error, ERROR_SCALE))
        images = "".join(f'<img alt="" src="{embed_picture(picture, 400)}">' for picture in pictures)
        if worst.frame in _paths(scores, AGAINST):
            images += _img(scores, AGAINST, worst.frame, 400)
        figures.append(_figure(images, f"frame {worst.frame}: {worst.metric} {worst.value:.3g}"))
    last = ", then the frame compared with" if AGAINST in scores.folders else ""
    text = (
        "<p>The frame before, the frame, and how much the surface changed between them: dark blue 0, yellow "
        f"{ERROR_SCALE}, grey where it was not seen before{last}.</p>"
    )
    return _section("The worst frames", "".join(figures), "rows", text) if figures else ""


def _section(title: str, content: str, kind: str, text: str = "") -> str:
    return f'<section><h2>{escape(title)}</h2>{text}<div class="{kind}">{content}</div></section>\n'


def _figure(content: str, caption: str) -> str:
    return f"<figure><div>{content}</div><figcaption>{escape(caption)}</figcaption></figure>\n"


def _titled(content: str, title: str, small: str) -> str:
    return f"<figure><figcaption><b>{escape(title)}</b> {escape(small)}</figcaption>{content}</figure>\n"


def _img(scores: Scores, key: str, frame: int, width: int) -> str:
    picture = scores.folders[key].read(frame, (scores.shot.width, scores.shot.height))
    return f'<img alt="{escape(key)}, frame {frame}" src="{embed_picture(picture.rgb, width)}">'


def _paths(scores: Scores, key: str) -> Mapping[int, Path]:
    return scores.folders[key].paths if key in scores.folders else {}


def _swatch(key: str) -> str:
    return f'<i class="swatch" style="background:{COLOURS[key]}"></i>' if key in COLOURS else ""
