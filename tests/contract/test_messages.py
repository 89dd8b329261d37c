import pytest

from engine.contract.errors import Cancelled, OutOfMemory, from_kind
from engine.contract.messages import Cancel, Failed, FrameWritten, Generate, Message, Progress, Ready, decode, encode


@pytest.mark.parametrize(
    "message",
    [
        Generate(["shot", "--prompt=ein Haus, größer"]),
        Cancel(),
        Ready(1, "0.1.0"),
        Progress("paint", 3),
        FrameWritten(1, "a"),
    ],
)
def test_a_message_survives_its_line(message: Message) -> None:
    assert "\n" not in encode(message)
    assert decode(encode(message) + "\n") == message


@pytest.mark.parametrize(
    "line", ["", "Fra:1 Mem:9.97M", "{}", '{"type": "Nothing"}', '{"type": "Cancel", "x": 1}', "[1]"]
)
def test_what_is_no_message_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a message"):
        decode(line)


def test_an_error_crosses_the_process_boundary_as_itself() -> None:
    failed = Failed.of(OutOfMemory("out of memory", "use a smaller --micro-batch"))
    error = from_kind(failed.kind, failed.message, failed.hint)
    assert isinstance(error, OutOfMemory)
    assert (error.message, error.hint, error.exit_code) == ("out of memory", "use a smaller --micro-batch", 75)


def test_exit_codes_tell_a_farm_what_to_do() -> None:
    assert (Cancelled.exit_code, OutOfMemory.exit_code) == (143, 75)
