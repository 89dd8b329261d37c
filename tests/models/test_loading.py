from __future__ import annotations

import json
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.contract.errors import ModelInvalid, OverpaintError, WeightsMissing
from models.loading import Checkpoint, load_checkpoint
from tests.preview_layout import KNOWN_WORDS, make_preview_layout

UNET_WEIGHTS = "unet/diffusion_pytorch_model.safetensors"
TEXT_WEIGHTS = "text_encoder/model.safetensors"
CONTROLNET_WEIGHTS = "controlnet/diffusion_pytorch_model.safetensors"

Tensors = dict[str, torch.Tensor]


def rewrite(file: Path, change: Callable[[Tensors], object]) -> None:
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file, metadata={"format": "pt"})


def edit_config(file: Path, **changes: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def refusal(model: Path, kind: type[OverpaintError] = ModelInvalid, controlnet: Path | None = None) -> str:
    with pytest.raises(kind) as caught:
        load_checkpoint(model, controlnet)
    assert caught.value.hint
    return caught.value.message


def same_weights(one: Checkpoint, other: Checkpoint) -> bool:
    return all(
        torch.equal(tensor, getattr(other, network).state_dict()[name])
        for network in ("unet", "vae", "controlnet", "text_encoder")
        for name, tensor in getattr(one, network).state_dict().items()
    )


def test_every_weight_is_the_one_in_the_files(tiny_checkpoint: Path) -> None:
    checkpoint = load_checkpoint(tiny_checkpoint)
    for network, file in (("unet", UNET_WEIGHTS), ("text_encoder", TEXT_WEIGHTS), ("controlnet", CONTROLNET_WEIGHTS)):
        loaded = getattr(checkpoint, network).state_dict()
        for name, tensor in load_file(tiny_checkpoint / file).items():
            assert torch.equal(loaded[name if name in loaded else name.removeprefix("text_model.")], tensor)


def test_the_networks_are_ready_to_use(tiny_checkpoint: Path) -> None:
    checkpoint = load_checkpoint(tiny_checkpoint, dtype=torch.bfloat16)
    assert checkpoint.dtype is torch.bfloat16 and checkpoint.device.type == "cpu"
    for network in (checkpoint.unet, checkpoint.vae, checkpoint.controlnet, checkpoint.text_encoder):
        assert not network.training and network.dtype is torch.bfloat16


@pytest.mark.parametrize(("force_upcast", "dtype"), [(True, torch.float32), (False, torch.float16)])
def test_the_vae_keeps_full_precision_where_its_config_asks_for_it(
    damageable: Path, force_upcast: bool, dtype: torch.dtype
) -> None:
    edit_config(damageable / "vae" / "config.json", force_upcast=force_upcast)
    checkpoint = load_checkpoint(damageable, dtype=torch.float16)
    assert checkpoint.vae.dtype is dtype and checkpoint.unet.dtype is torch.float16


def test_convolutions_have_their_channels_last_where_that_is_faster(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.loading.CHANNELS_LAST_DEVICES", ("cpu",))
    checkpoint = load_checkpoint(tiny_checkpoint)
    for network in (checkpoint.unet, checkpoint.vae, checkpoint.controlnet):
        kernels = [weight for weight in network.parameters() if weight.dim() == 4]
        assert all(kernel.is_contiguous(memory_format=torch.channels_last) for kernel in kernels)
    assert same_weights(checkpoint, load_checkpoint(tiny_checkpoint))


def test_loading_needs_no_network(tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("loading a model asked for the network")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    load_checkpoint(tiny_checkpoint)


def test_nothing_is_printed(damageable: Path, capfd: pytest.CaptureFixture[str]) -> None:
    shard(damageable / UNET_WEIGHTS)
    load_checkpoint(damageable)
    assert capfd.readouterr() == ("", "")


def test_fp16_variant_files_are_found(tiny_checkpoint: Path, damageable: Path) -> None:
    for file in damageable.rglob("*.safetensors"):
        file.rename(file.with_suffix(".fp16.safetensors"))
    assert same_weights(load_checkpoint(damageable), load_checkpoint(tiny_checkpoint))


@pytest.mark.parametrize("infix", ["", ".fp16"])
def test_sharded_files_are_found(tiny_checkpoint: Path, damageable: Path, infix: str) -> None:
    shard(damageable / UNET_WEIGHTS, infix)
    shard(damageable / TEXT_WEIGHTS, infix)
    assert same_weights(load_checkpoint(damageable), load_checkpoint(tiny_checkpoint))


def test_a_missing_shard_is_named(damageable: Path) -> None:
    shard(damageable / UNET_WEIGHTS)
    (damageable / "unet" / "diffusion_pytorch_model-00002-of-00002.safetensors").unlink()
    assert "diffusion_pytorch_model-00002-of-00002.safetensors is missing" in refusal(damageable)


def test_a_tokenizer_in_the_newer_form_is_found(damageable: Path) -> None:
    tokenizer = load_checkpoint(damageable).tokenizer
    shutil.rmtree(damageable / "tokenizer")
    tokenizer.save_pretrained(damageable / "tokenizer")
    again = load_checkpoint(damageable).tokenizer
    assert again("a rusty robot").input_ids == tokenizer("a rusty robot").input_ids
    assert again.model_max_length == 77


def test_a_controlnet_of_its_own_folder_is_taken(tiny_checkpoint: Path, damageable: Path) -> None:
    other = damageable / "controlnet"
    rewrite(damageable / CONTROLNET_WEIGHTS, lambda tensors: tensors["conv_in.bias"].fill_(5))
    for path in (other, damageable):
        assert load_checkpoint(tiny_checkpoint, path).controlnet.conv_in.bias.eq(5).all()


@pytest.mark.parametrize(
    ("file", "tensor"), [(UNET_WEIGHTS, "conv_in.bias"), (TEXT_WEIGHTS, "text_model.final_layer_norm.bias")]
)
def test_a_missing_tensor_is_named_with_its_file(damageable: Path, file: str, tensor: str) -> None:
    rewrite(damageable / file, lambda tensors: tensors.pop(tensor))
    message = refusal(damageable)
    assert str(damageable / file) in message and f"lacks {tensor.removeprefix('text_model.')}" in message


@pytest.mark.parametrize(
    ("file", "tensor"), [(UNET_WEIGHTS, "conv_in.bias"), (TEXT_WEIGHTS, "text_model.final_layer_norm.bias")]
)
def test_a_tensor_of_another_shape_is_named_with_both_shapes(damageable: Path, file: str, tensor: str) -> None:
    rewrite(damageable / file, lambda tensors: tensors.update({tensor: torch.zeros(3)}))
    message = refusal(damageable)
    assert f"{tensor.removeprefix('text_model.')} (3,) instead of (" in message


@pytest.mark.parametrize("file", [UNET_WEIGHTS, TEXT_WEIGHTS, CONTROLNET_WEIGHTS])
def test_an_unexpected_tensor_is_named(damageable: Path, file: str) -> None:
    rewrite(damageable / file, lambda tensors: tensors.update({"motion_modules.0.weight": torch.zeros(3)}))
    assert "motion_modules.0.weight" in refusal(damageable)


@pytest.mark.parametrize("file", [UNET_WEIGHTS, TEXT_WEIGHTS])
@pytest.mark.parametrize("length", [0, 100, -1])
def test_a_truncated_file_is_named(damageable: Path, file: str, length: int) -> None:
    content = (damageable / file).read_bytes()
    (damageable / file).write_bytes(content[:length])
    assert f"{damageable / file} is damaged" in refusal(damageable)


def test_sdxl_is_refused_by_its_configuration(damageable: Path) -> None:
    edit_config(damageable / "unet" / "config.json", cross_attention_dim=2048, addition_embed_type="text_time")
    assert "of another architecture" in refusal(damageable)


def test_an_inpainting_model_is_refused(damageable: Path) -> None:
    edit_config(damageable / "unet" / "config.json", in_channels=9)
    assert "in_channels is 9, not 4" in refusal(damageable)


def test_a_controlnet_for_another_model_is_refused(damageable: Path) -> None:
    edit_config(damageable / "controlnet" / "config.json", cross_attention_dim=1024)
    assert "cross_attention_dim is 1024, not 64" in refusal(damageable)


def test_a_controlnet_for_latents_of_another_size_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    preview = make_preview_layout(tmp_path)
    assert "the factor by which the hint is shrunk is 8, not 4" in refusal(preview, controlnet=tiny_checkpoint)
    checkpoint = load_checkpoint(preview)
    assert checkpoint.vae_scale_factor == 4
    assert checkpoint.known_words == set(KNOWN_WORDS)


def test_a_network_that_is_no_controlnet_is_refused(tiny_checkpoint: Path) -> None:
    assert "UNet2DConditionModel" in refusal(tiny_checkpoint, controlnet=tiny_checkpoint / "unet")


def test_a_tokenizer_of_another_model_is_refused(damageable: Path) -> None:
    vocabulary = json.loads((damageable / "tokenizer" / "vocab.json").read_text())
    vocabulary |= {f"more{number}": len(vocabulary) + number for number in range(10)}
    (damageable / "tokenizer" / "vocab.json").write_text(json.dumps(vocabulary))
    assert str(damageable / "tokenizer") in refusal(damageable)


@pytest.mark.parametrize("name", ["model.ckpt", "model.pt", "model.PTH", "pytorch_model.bin"])
def test_a_pickle_is_refused_and_never_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not even a pickle")
    assert "is a pickle checkpoint" in refusal(tmp_path / name)


def test_the_command_that_refuses_a_pickle_converts_it(tiny_checkpoint: Path, damageable: Path) -> None:
    pickle = damageable / "text_encoder" / "pytorch_model.bin"
    torch.save(load_file(damageable / TEXT_WEIGHTS), pickle)
    (damageable / TEXT_WEIGHTS).unlink()
    with pytest.raises(ModelInvalid, match="pickle") as caught:
        load_checkpoint(damageable)
    _, _, command = caught.value.hint.partition("python ")
    subprocess.run([sys.executable, *shlex.split(command)], check=True)
    assert same_weights(load_checkpoint(damageable), load_checkpoint(tiny_checkpoint))


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    assert "is no diffusers folder" in refusal(tmp_path)


def test_a_damaged_configuration_is_named(damageable: Path) -> None:
    (damageable / "vae" / "config.json").write_text("{")
    assert str(damageable / "vae" / "config.json") in refusal(damageable)


@pytest.mark.parametrize("part", ["controlnet", "tokenizer"])
def test_what_is_missing_is_missing_weights(damageable: Path, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.sources.PACKAGES_WITH_CLIP_MERGES", ())
    shutil.rmtree(damageable / part)
    refusal(damageable, WeightsMissing)


def test_a_component_without_weights_is_missing_weights(damageable: Path) -> None:
    (damageable / UNET_WEIGHTS).unlink()
    assert str(damageable / "unet") in refusal(damageable, WeightsMissing)


def shard(file: Path, infix: str = "") -> None:
    """Cuts a weight file in two, with the index that diffusers and transformers write."""
    tensors = load_file(file)
    weight_map = {}
    for number in (1, 2):
        name = f"{file.stem}{infix}-0000{number}-of-00002.safetensors"
        part = dict(list(tensors.items())[number - 1 :: 2])
        save_file(part, file.with_name(name), metadata={"format": "pt"})
        weight_map |= dict.fromkeys(part, name)
    index = {"metadata": {"total_size": sum(t.nbytes for t in tensors.values())}, "weight_map": weight_map}
    file.with_name(f"{file.stem}.safetensors.index{infix}.json").write_text(json.dumps(index))
    file.unlink()
