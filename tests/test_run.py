"""Jobs from a shot to frames: what is painted, what is kept, and what a person is told."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import Tensor

from engine.contract.errors import Cancelled, CompilerMissing, OutputUnwritable, ShotInvalid, UsageError
from engine.contract.files import read_json
from engine.contract.frames import Clip
from engine.contract.messages import Finished, FrameWritten, Message, Progress, Warned
from engine.contract.options import generate_parser
from engine.contract.shot import passes_path, read_shot, write_shot
from engine.denoise.denoiser import Denoiser
from engine.pictures import read_picture
from engine.run import generate
from engine.surface.passes import read_passes
from models.stand_in import make_stand_in
from tests.synthetic_shot import BALL, make_shot, trace, write_passes

ALL = "1-4"


@pytest.fixture(scope="module")
def job(example_shot: Path, tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Frames 1 to 4 painted in one go. Not to be changed by a test."""
    folder = tmp_path_factory.mktemp("job")
    paint(example_shot, tiny_checkpoint, folder, "--movie")
    return folder


def paint(shot: Path, model: Path, folder: Path, *words: str, messages: list[Message] | None = None) -> Finished:
    """Runs `generate` with few steps; a later word wins over an earlier one."""
    words = ("--prompt", "a robot", "--model", str(model), "--steps", "2", "--out", str(folder), *words)
    heard = messages if messages is not None else []
    return generate(generate_parser("generate").parse_args([str(shot), *words]), heard.append)


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "frames").iterdir())}


def test_a_job_leaves_frames_job_plan_and_movie(job: Path) -> None:
    assert list(bytes_of(job)) == ["0001.png", "0002.png", "0003.png", "0004.png"]
    assert read_picture(job / "frames" / "0001.png").shape == (64, 64, 3)
    assert read_json(job / "job.json")["prompt"] == "a robot"
    assert read_json(job / "plan.json")["probe"] == [1, 2, 3, 4]
    assert (job / "movie.mp4").stat().st_size > 0


@pytest.mark.parametrize("words", [("--frames", "3"), ("--frames", "1,4"), ("--chunk", "1"), ("--chunk", "3")])
def test_frames_do_not_depend_on_the_chunk_or_on_what_else_is_painted(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    paint(example_shot, tiny_checkpoint, tmp_path, *words)
    frames = bytes_of(tmp_path)
    assert frames == {name: bytes_of(job)[name] for name in frames}


def test_every_micro_batch_has_the_plans_size(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = set()
    decode_plainly = Denoiser._decode

    def spy(denoiser: Denoiser, latents: Tensor) -> Tensor:
        sizes.add(len(latents))
        return decode_plainly(denoiser, latents)

    monkeypatch.setattr(Denoiser, "_decode", spy)
    paint(example_shot, tiny_checkpoint, tmp_path / "all", "--micro-batch", "3")
    paint(example_shot, tiny_checkpoint, tmp_path / "one", "--micro-batch", "3", "--frames", "4")
    assert sizes == {3}
    assert bytes_of(tmp_path / "one")["0004.png"] == bytes_of(tmp_path / "all")["0004.png"]


@pytest.mark.parametrize("noise", ["surface", "independent"])
def test_painting_frame_by_frame_does_not_depend_on_the_chunk_either(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, noise: str
) -> None:
    for chunk, frames in (("1", "2,4"), ("4", ALL)):
        words = ("--method", "per-frame", "--noise", noise, "--chunk", chunk, "--frames", frames)
        paint(example_shot, tiny_checkpoint, tmp_path / chunk, *words)
    alone, together = bytes_of(tmp_path / "1"), bytes_of(tmp_path / "4")
    assert alone == {name: together[name] for name in alone}
    assert not set(together.values()) & set(bytes_of(job).values())
    assert not (tmp_path / "4" / "keyframes.safetensors").exists()


@pytest.mark.parametrize("scheduler", ["lcm", "dpm++2m-sde"])
def test_noise_that_is_added_at_each_step_does_not_depend_on_the_chunk(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, scheduler: str
) -> None:
    for chunk, frames in (("1", "2,4"), ("4", ALL)):
        words = ("--scheduler", scheduler, "--chunk", chunk, "--frames", frames)
        paint(example_shot, tiny_checkpoint, tmp_path / chunk, *words)
    alone, together = bytes_of(tmp_path / "1"), bytes_of(tmp_path / "4")
    assert alone == {name: together[name] for name in alone}


def test_each_method_has_the_noise_that_suits_it(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    paint(example_shot, tiny_checkpoint, tmp_path, "--method", "per-frame", "--frames", "1")
    assert read_json(tmp_path / "job.json")["settings"]["noise"] == "independent"
    assert read_json(job / "job.json")["settings"]["noise"] == "surface"
    assert set(read_json(job / "plan.json")["noise_levels"]) == {"ground", "ball"}
    assert read_json(tmp_path / "plan.json")["noise_levels"] == {}


def test_keyframes_are_denoised_once(job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    shutil.copytree(job, tmp_path / "job")
    (tmp_path / "job" / "frames" / "0002.png").unlink()
    again: list[Message] = []
    paint(example_shot, tiny_checkpoint, tmp_path / "job", messages=again)
    fresh: list[Message] = []
    paint(example_shot, tiny_checkpoint, tmp_path / "fresh", "--frames", "2", messages=fresh)
    assert not [told for told in again if isinstance(told, Progress) and told.stage == "keyframes"]
    assert [told for told in fresh if isinstance(told, Progress) and told.stage == "keyframes"]
    assert (
        bytes_of(tmp_path / "fresh")["0002.png"] == bytes_of(tmp_path / "job")["0002.png"] == bytes_of(job)["0002.png"]
    )


@pytest.mark.parametrize("damage", [b"", b"half of it"])
def test_damaged_keyframes_are_denoised_again(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, damage: bytes
) -> None:
    shutil.copytree(job, tmp_path / "job")
    (tmp_path / "job" / "keyframes.safetensors").write_bytes(damage)
    (tmp_path / "job" / "frames" / "0002.png").unlink()
    paint(example_shot, tiny_checkpoint, tmp_path / "job")
    assert bytes_of(tmp_path / "job") == bytes_of(job)


def test_another_keyframe_means_other_frames(job: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    shot = make_shot(tmp_path / "shot")
    paint(tmp_path / "shot", tiny_checkpoint, tmp_path / "job")
    keyframe = read_json(tmp_path / "job" / "plan.json")["keyframes"][0]
    changed = {**shot.frames, keyframe: replace(shot.frames[keyframe], content="another")}
    write_shot(tmp_path / "shot", replace(shot, frames=changed))
    assert paint(tmp_path / "shot", tiny_checkpoint, tmp_path / "job").written == 4


def test_more_keyframes_than_frames_are_all_of_them(example_shot: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    messages: list[Message] = []
    paint(example_shot, tiny_checkpoint, tmp_path, "--keyframes", "9", messages=messages)
    assert sorted(read_json(tmp_path / "plan.json")["keyframes"]) == [1, 2, 3, 4]
    assert Warned("9 keyframes are asked for; there are 4 frames") in messages


def test_one_frame_is_its_own_keyframe(tiny_checkpoint: Path, tmp_path: Path) -> None:
    make_shot(tmp_path / "shot", Clip(7, 7))
    assert paint(tmp_path / "shot", tiny_checkpoint, tmp_path / "job", "--keyframes", "1").written == 1
    assert read_json(tmp_path / "job" / "plan.json")["keyframes"] == [7]


@pytest.mark.parametrize("uv", [np.nan, np.inf, 1e9])
def test_objects_that_no_keyframe_can_see_are_named_once(tiny_checkpoint: Path, tmp_path: Path, uv: float) -> None:
    shot = make_shot(tmp_path / "shot")
    for frame in shot.frames:
        channels = trace(shot, frame)
        channels["UV.U"][channels["Id.X"] == BALL] = uv
        write_passes(tmp_path / "shot", frame, channels)
    messages: list[Message] = []
    assert paint(tmp_path / "shot", tiny_checkpoint, tmp_path / "job", "--chunk", "2", messages=messages).written == 4
    told = [message.message for message in messages if isinstance(message, Warned)]
    assert len(told) == 1 and "no keyframe sees 'Ball'" in told[0]


def test_keyframes_drawn_at_each_step_paint_the_whole_clip_or_nothing(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    words = ("--keyframe-choice", "redraw", "--keyframes", "2", "--chunk", "1")
    with pytest.raises(UsageError, match="redraw"):
        paint(example_shot, tiny_checkpoint, tmp_path, *words, "--frames", "2")
    assert paint(example_shot, tiny_checkpoint, tmp_path, *words).written == 4
    before = bytes_of(tmp_path)
    (tmp_path / "frames" / "0003.png").unlink()
    assert paint(example_shot, tiny_checkpoint, tmp_path, *words).written == 4
    assert bytes_of(tmp_path) == before
    assert paint(example_shot, tiny_checkpoint, tmp_path, *words).written == 0


def test_without_a_compiler_a_job_to_be_compiled_is_refused_before_anything_is_written(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(CompilerMissing):
        paint(example_shot, tiny_checkpoint, tmp_path / "job", "--device", "cpu", "--compile")
    assert not (tmp_path / "job").exists()


def test_a_second_run_paints_only_what_is_missing(example_shot: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    first = paint(example_shot, tiny_checkpoint, tmp_path, "--frames", "1-2")
    second = paint(example_shot, tiny_checkpoint, tmp_path, "--frames", ALL)
    third = paint(example_shot, tiny_checkpoint, tmp_path, "--frames", ALL)
    assert [(run.written, run.kept) for run in (first, second, third)] == [(2, 0), (2, 2), (0, 4)]


def test_a_moved_folder_stays_valid(tiny_checkpoint: Path, tmp_path: Path) -> None:
    make_shot(tmp_path / "here" / "shot")
    paint(tmp_path / "here" / "shot", tiny_checkpoint, tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    shutil.copytree(tiny_checkpoint, tmp_path / "model")
    assert paint(tmp_path / "there" / "shot", tmp_path / "model", tmp_path / "there").written == 0


def test_a_frame_has_one_picture_and_those_of_another_job_are_named(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    shutil.copytree(job, tmp_path, dirs_exist_ok=True)
    messages: list[Message] = []
    paint(example_shot, tiny_checkpoint, tmp_path, "--frames", "1-2", "--format", "jpeg", messages=messages)
    assert list(bytes_of(tmp_path)) == ["0001.jpg", "0002.jpg", "0003.png", "0004.png"]
    (warning,) = (message for message in messages if isinstance(message, Warned))
    assert "frames 3-4" in warning.message


@pytest.mark.parametrize("words", [("--prompt", "a dog"), ("--seed", "1"), ("--steps", "3"), ("--format", "png16")])
def test_another_look_is_painted_anew(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    shutil.copytree(job, tmp_path, dirs_exist_ok=True)
    assert paint(example_shot, tiny_checkpoint, tmp_path, "--frames", "1", *words).written == 1
    assert bytes_of(tmp_path)["0001.png"] != bytes_of(job)["0001.png"]


def test_changed_geometry_is_painted_anew_and_the_rest_kept(tiny_checkpoint: Path, tmp_path: Path) -> None:
    shot = tmp_path / "shot"
    make_shot(shot, Clip(1, 40))
    paint(shot, tiny_checkpoint, tmp_path, "--frames", "2-3")
    record = json.loads((shot / "shot.json").read_text())
    record["frames"][1]["content"] = "frame 2, which the probe does not look at, shows something else"
    (shot / "shot.json").write_text(json.dumps(record))
    assert paint(shot, tiny_checkpoint, tmp_path, "--frames", "2-3").written == 1


def test_changed_weights_are_painted_anew(job: Path, example_shot: Path, tmp_path: Path) -> None:
    make_stand_in(tmp_path / "other", seed=1)
    shutil.copytree(job, tmp_path / "job")
    assert paint(example_shot, tmp_path / "other", tmp_path / "job", "--frames", "1").written == 1


@pytest.mark.parametrize("damage", [b"", b"\x89PNG half"])
def test_a_damaged_frame_is_painted_again(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, damage: bytes
) -> None:
    shutil.copytree(job, tmp_path, dirs_exist_ok=True)
    (tmp_path / "frames" / "0002.png").write_bytes(damage)
    assert paint(example_shot, tiny_checkpoint, tmp_path).written == 1
    assert bytes_of(tmp_path) == bytes_of(job)


def test_overwrite_paints_finished_frames_to_the_same_bytes(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    shutil.copytree(job, tmp_path, dirs_exist_ok=True)
    assert paint(example_shot, tiny_checkpoint, tmp_path, "--frames", "1", "--overwrite").written == 1
    assert bytes_of(tmp_path) == bytes_of(job)


def test_a_cancelled_job_keeps_its_frames_and_goes_on(
    job: Path, example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    def stop_at_frame_three(message: Message) -> None:
        if isinstance(message, Progress) and message.frame == 3:
            raise Cancelled("enough")

    words = [str(example_shot), "--prompt", "a robot", "--model", str(tiny_checkpoint), "--steps", "2", "--chunk", "1"]
    options = generate_parser("generate").parse_args([*words, "--out", str(tmp_path)])
    with pytest.raises(Cancelled):
        generate(options, stop_at_frame_three)
    assert list(bytes_of(tmp_path)) == ["0001.png", "0002.png"]
    assert paint(example_shot, tiny_checkpoint, tmp_path).written == 2
    assert bytes_of(tmp_path) == bytes_of(job)


def test_alpha_cuts_out_what_no_object_covers(example_shot: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    paint(example_shot, tiny_checkpoint, tmp_path, "--frames", "1", "--alpha")
    alpha = np.asarray(Image.open(tmp_path / "frames" / "0001.png"))[..., 3]
    np.testing.assert_array_equal(alpha == 255, read_passes(example_shot, read_shot(example_shot), 1).is_surface)


def test_messages_tell_how_far_it_is_and_what_was_cut(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    messages: list[Message] = []
    paint(
        example_shot,
        tiny_checkpoint,
        tmp_path,
        "--chunk",
        "1",
        "--frames",
        "1-2",
        "--prompt",
        "a robot " * 60,
        "--method",
        "per-frame",
        messages=messages,
    )
    assert [message.frame for message in messages if isinstance(message, FrameWritten)] == [1, 2]
    steps = [message for message in messages if isinstance(message, Progress) and message.stage == "paint"]
    assert [(item.done, item.step) for item in steps] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert [message for message in messages if isinstance(message, Warned) and "robot" in message.message]


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("--frames", "4-6"), UsageError, "frames 5-6 lie outside the clip 1-4"),
        (("--clip", "1-9", "--frames", "1"), ShotInvalid, "frame 5 is not in the shot"),
        (("--prompt", ""), UsageError, "no prompt"),
    ],
)
def test_what_cannot_be_painted_is_said_before_anything_is_written(
    example_shot: Path, tiny_checkpoint: Path, tmp_path: Path, words: tuple[str, ...], error: type, said: str
) -> None:
    with pytest.raises(error, match=said):
        paint(example_shot, tiny_checkpoint, tmp_path / "out", *words)
    assert not (tmp_path / "out").exists()


def test_an_output_that_cannot_be_a_folder_is_named(example_shot: Path, tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputUnwritable, match="out"):
        paint(example_shot, tiny_checkpoint, tmp_path / "out")


def test_damaged_passes_cost_no_finished_frame(tiny_checkpoint: Path, tmp_path: Path) -> None:
    make_shot(tmp_path / "shot", Clip(1, 40))
    passes_path(tmp_path / "shot", 3).write_bytes(b"nothing")
    with pytest.raises(ShotInvalid, match=r"0003\.exr"):
        paint(tmp_path / "shot", tiny_checkpoint, tmp_path, "--frames", "1-3", "--chunk", "2")
    assert list(bytes_of(tmp_path)) == ["0001.png", "0002.png"]
