"""What a frame starts from is white and normal, and follows the surfaces as closely as that allows."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from engine.surface import noise_store
from engine.surface.correspondence import SurfaceFrame
from engine.surface.surface_noise import SurfaceNoise
from tests.surface.noise_scenes import (
    BALL,
    LATENT_PIXEL,
    SIZE,
    TWIN,
    ball,
    camera,
    ground,
    make_shot,
    noise_for,
    orthographic,
    show,
    turn,
    without_geometry,
)
from tests.surface.whiteness import channel_correlation, correlated_lags, flaws, normal_p, variance_p

HALF = SIZE // 2


@pytest.fixture(scope="module")
def frames() -> Mapping[str, SurfaceFrame]:
    """Not to be changed by a test."""
    scenes = {
        "ball": ([ball()], camera()),
        "turned": ([ball(yaw=3)], camera()),
        "far": ([ball(distance=4)], camera()),
        "close": ([ball(distance=0.8)], camera(focal=3)),
        "zoomed": ([ball()], camera(focal=2)),
        "floor": ([ground(), ball(distance=2)], camera(turned=turn(0, -20))),
        "grazing": ([ground(below=0.1)], camera()),
        "hidden": ([ball(distance=1.5, aside=0.3), ball(TWIN, 2.2, aside=-0.1)], camera()),
        "flat": ([ball(distance=3)], orthographic(1.5)),
    }
    return {name: show(placed, seen_by, frame) for frame, (name, (placed, seen_by)) in enumerate(scenes.items())}


@pytest.fixture(scope="module")
def noise(frames: Mapping[str, SurfaceFrame]) -> SurfaceNoise:
    return noise_for(list(frames.values()))


SCENES = ("ball", "turned", "far", "close", "zoomed", "floor", "grazing", "hidden", "flat")


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("has_geometry", [True, False])
def test_every_frame_is_white_and_normal(
    frames: Mapping[str, SurfaceFrame], noise: SurfaceNoise, name: str, has_geometry: bool
) -> None:
    frame = frames[name] if has_geometry else without_geometry(frames[name])
    assert flaws(noise.xi(frame)) == []


def test_the_variances_of_many_frames_are_spread_as_chance_spreads_them(frames: Mapping[str, SurfaceFrame]) -> None:
    chosen = [frames[name] for name in ("far", "flat")]
    p = [variance_p(noise_for(chosen, seed).xi(frame)) for seed in range(10) for frame in chosen]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def nearest(texture: np.ndarray, place: np.ndarray) -> np.ndarray:
    row, column = np.moveaxis(place.astype(int) % len(texture), -1, 0)
    return texture[row, column]


def bilinear(texture: np.ndarray, place: np.ndarray) -> np.ndarray:
    share = (place - 0.5) % 1
    weights = np.stack([1 - share, share], axis=-1)  # (..., 2 axes, 2 sides)
    return sum(
        nearest(texture, place - 0.5 + [down, right]) * (weights[..., 0, down] * weights[..., 1, right])[..., None]
        for down in (0, 1)
        for right in (0, 1)
    )


@pytest.mark.parametrize(
    ("sample", "side", "flaw"),
    [
        (nearest, 64, "neighbours"),
        (nearest, 64, "repetition"),
        (bilinear, 120, "variance"),
        (bilinear, 120, "neighbours"),
    ],
)
def test_sampling_a_texture_of_noise_is_found_out(frames: Mapping[str, SurfaceFrame], sample, side, flaw) -> None:
    texture = np.random.default_rng(1).normal(size=(side, side, 4))
    uv = show([ball()], camera(focal=2, size=64), size=64).uv
    assert flaw in flaws(np.moveaxis(sample(texture, uv[..., ::-1].astype(np.float64) * side), -1, 0))


def overlap(noise: SurfaceNoise, frame: SurfaceFrame, other: SurfaceFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of latent pixels of two frames, and |A n B| / sqrt(|A| |B|) of the texels in them."""
    here, there = texels_by_noise(noise, frame), texels_by_noise(noise, other)
    shared = sorted(here.keys() & there.keys())
    counts = [np.bincount(list(owners.values()), minlength=64 * 64) for owners in (here, there)]
    pairs, common = np.unique([(here[z], there[z]) for z in shared], axis=0, return_counts=True)
    return *pairs.T, common / np.sqrt(counts[0][pairs[:, 0]] * counts[1][pairs[:, 1]])


def texels_by_noise(noise: SurfaceNoise, frame: SurfaceFrame) -> dict[bytes, int]:
    """The latent pixel of each texel; four random numbers name one as well as its cell does."""
    seen = [surface.seen() for surface in noise.surfaces(frame).values()]
    return {z.tobytes(): int(latent) for texels in seen for z, latent in zip(texels.z, texels.latent, strict=True)}


@pytest.mark.parametrize(("name", "least"), [("turned", 0.5), ("zoomed", 0.35)])
def test_frames_correlate_as_far_as_they_show_the_same_texels(
    frames: Mapping[str, SurfaceFrame], noise: SurfaceNoise, name: str, least: float
) -> None:
    here, there, predicted = overlap(noise, frames["ball"], frames[name])
    best = predicted > least
    assert best.sum() > 500
    first, second = (noise.xi(frames[scene]).reshape(4, -1) for scene in ("ball", name))
    measured = (first[:, here] * second[:, there])[:, best].mean()
    assert abs(measured - predicted[best].mean()) < 4 / np.sqrt(4 * best.sum())


def test_each_texel_is_in_one_pixel_of_a_frame(frames: Mapping[str, SurfaceFrame], noise: SurfaceNoise) -> None:
    for name in SCENES:
        z = np.concatenate([surface.seen().z for surface in noise.surfaces(frames[name]).values()])
        assert len(np.unique(z, axis=0)) == len(z)


def of_blocks(xi: np.ndarray) -> np.ndarray:
    """The noise of a grid half as fine: a sum of four, divided by 2."""
    channels, height, width = xi.shape
    return xi.reshape(channels, height // 2, 2, width // 2, 2).sum(axis=(2, 4)) / 2


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize("has_geometry", [True, False])
def test_a_zoom_shows_the_same_noise_larger(frames: Mapping[str, SurfaceFrame], has_geometry: bool) -> None:
    plain, zoomed = (frames[name] if has_geometry else without_geometry(frames[name]) for name in ("ball", "zoomed"))
    noise = noise_for([plain, zoomed])
    centre = noise.xi(plain)[:, 16:48, 16:48]
    assert correlation(of_blocks(noise.xi(zoomed)), centre) > (0.95 if has_geometry else 0.7)


def test_a_larger_picture_shows_the_same_noise_finer() -> None:
    small, large = (show([ball()], camera(size=size), size=size) for size in (HALF, SIZE))
    coarse = noise_for([small], size=HALF).xi(small)
    assert correlation(of_blocks(noise_for([large]).xi(large)), coarse) > 0.8


def test_a_frames_bytes_depend_on_no_other_frame(
    frames: Mapping[str, SurfaceFrame], noise: SurfaceNoise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise_store, "MEMORY", 1)
    forgetful = noise_for(list(frames.values()))
    for name in ("hidden", "flat", "ball"):
        assert forgetful.latents(frames[name], 0.05).tobytes() == noise.latents(frames[name], 0.05).tobytes()


def test_another_seed_and_another_instance_of_a_mesh_are_other_noise(frames: Mapping[str, SurfaceFrame]) -> None:
    twin = show([ball(TWIN, distance=0.6)], camera())
    plain = show([ball(BALL, distance=0.6)], camera())
    first, other_seed = noise_for([plain, twin]), noise_for([plain, twin], seed=1)
    covered = plain.seen.object_id[::4, ::4] > 0
    for other in (first.xi(twin), other_seed.xi(plain)):
        assert abs(correlation(first.xi(plain)[:, covered], other[:, covered])) < 4 / np.sqrt(4 * covered.sum())


def test_draws_are_white_and_apart_and_each_moves_with_the_surfaces(
    frames: Mapping[str, SurfaceFrame], noise: SurfaceNoise
) -> None:
    ball, turned = ([noise.xi(frames[name], draw) for draw in (0, 1, 2)] for name in ("ball", "turned"))
    assert [flaws(draw) for draw in ball] == [[], [], []]
    assert abs(np.corrcoef([draw.ravel() for draw in ball])[~np.eye(3, dtype=bool)]).max() < 4 / np.sqrt(ball[0].size)
    here, there, predicted = overlap(noise, frames["ball"], frames["turned"])
    best = predicted > 0.5
    for first, second in zip(ball, turned, strict=True):
        measured = (first.reshape(4, -1)[:, here] * second.reshape(4, -1)[:, there])[:, best].mean()
        assert abs(measured - predicted[best].mean()) < 4 / np.sqrt(4 * best.sum())


def test_a_share_of_each_frames_own_noise_keeps_the_variance(frames: Mapping[str, SurfaceFrame]) -> None:
    frame = frames["ball"]
    noise = noise_for([frame])
    x = [noise.latents(replace(frame, frame=number), 0.4) for number in (1, 2)]
    assert flaws(x[0]) == []
    assert abs(correlation(*x) - 0.6) < 0.03


def test_pixels_without_a_texel_take_the_detail_of_their_own_place(frames: Mapping[str, SurfaceFrame]) -> None:
    coarse = SurfaceNoise(make_shot(), seed=0, levels={BALL.key: 3}, latent_pixel=LATENT_PIXEL)
    frame = frames["close"]
    seen = [surface.seen() for surface in coarse.surfaces(frame).values()]
    assert sum(len(texels.z) for texels in seen) < 64
    assert flaws(coarse.xi(frame)) == []


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30, 0.0])
@pytest.mark.parametrize("has_geometry", [True, False])
def test_uvs_that_say_nothing_give_noise_all_the_same(
    frames: Mapping[str, SurfaceFrame], bad: float, has_geometry: bool
) -> None:
    frame = frames["ball"]
    posed = frame.objects[BALL.id]
    mesh = replace(posed.mesh, uv=np.full_like(posed.mesh.uv, bad), topology="bad")
    objects = {BALL.id: replace(posed, mesh=mesh)} if has_geometry else {}
    spoilt = replace(frame, uv=np.full_like(frame.uv, bad), objects=objects)
    assert flaws(noise_for([spoilt]).xi(spoilt)) == []


def test_an_object_without_uvs_takes_noise_of_each_frame(frames: Mapping[str, SurfaceFrame]) -> None:
    shot = make_shot()
    without = replace(shot, objects=tuple(replace(item, has_uv=False) for item in shot.objects))
    noise = SurfaceNoise(without, seed=0, levels={}, latent_pixel=LATENT_PIXEL)
    first, second = (noise.xi(replace(frames["close"], frame=number)) for number in (1, 2))
    assert flaws(first) == []
    assert abs(correlation(first, second)) < 4 / np.sqrt(first.size)


def test_an_object_that_the_probe_did_not_show_is_painted_all_the_same(frames: Mapping[str, SurfaceFrame]) -> None:
    planned, unplanned = noise_for([frames["ball"]]), noise_for([])
    np.testing.assert_array_equal(planned.xi(frames["ball"]), unplanned.xi(frames["ball"]))


def test_udim_tiles_are_apart_from_each_other(frames: Mapping[str, SurfaceFrame]) -> None:
    frame = frames["ball"]
    posed = frame.objects[BALL.id]
    mesh = replace(posed.mesh, uv=posed.mesh.uv * 2 - [1, 0], topology="tiles")  # four tiles, two left of the origin
    tiled = replace(frame, uv=(frame.uv * 2 - [1, 0]).astype(np.float32), objects={BALL.id: replace(posed, mesh=mesh)})
    noise = noise_for([tiled])
    assert flaws(noise.xi(tiled)) == []
    assert correlation(noise.xi(tiled), noise.xi(without_geometry(tiled))) > 0.6


def test_the_measures_of_whiteness_pass_white_noise() -> None:
    white = np.random.default_rng(0).normal(size=(4, 64, 64))
    assert flaws(white) == []
    assert normal_p(white) > 0.01 and channel_correlation(white) < 4 and not correlated_lags(white)
