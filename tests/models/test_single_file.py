from __future__ import annotations

from pathlib import Path

import pytest
import torch
from accelerate import init_empty_weights
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

from engine.contract.errors import ModelInvalid
from models.loading import Checkpoint, load_checkpoint
from models.networks import BaseNetworks
from models.single_file import CONFIGS, load_base_file, load_controlnet_file
from models.sources import find_sources
from models.weights import read_config
from tests.models.original_layout import original_base, original_controlnet

Tensors = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def checkpoint(tiny_checkpoint: Path) -> Checkpoint:
    return load_checkpoint(tiny_checkpoint)


@pytest.fixture(scope="module")
def original(checkpoint: Checkpoint) -> Tensors:
    """The stand-in with the names of the original release."""
    return original_base(
        checkpoint.unet.state_dict(), checkpoint.vae.state_dict(), checkpoint.text_encoder.state_dict()
    )


def saved(tensors: Tensors, path: Path) -> Path:
    save_file({name: tensor.clone() for name, tensor in tensors.items()}, path)
    return path


def refusal(tensors: Tensors, folder: Path, configs: Path) -> str:
    with pytest.raises(ModelInvalid) as caught:
        load_base_file(saved(tensors, folder / "model.safetensors"), configs)
    assert str(folder / "model.safetensors") in caught.value.message
    return caught.value.message


def assert_same_networks(base: BaseNetworks, checkpoint: Checkpoint) -> None:
    for name in ("unet", "vae", "text_encoder"):
        expected = getattr(checkpoint, name).state_dict()
        found = getattr(base, name).state_dict()
        assert found.keys() == expected.keys()
        assert all(torch.equal(found[key], expected[key]) for key in expected)


def test_a_file_in_the_original_layout_gives_the_same_networks(
    original: Tensors, checkpoint: Checkpoint, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    base = load_base_file(saved(original, tmp_path / "model.safetensors"), configs=tiny_checkpoint)
    assert_same_networks(base, checkpoint)
    assert base.scheduler_config["beta_schedule"] == "scaled_linear"


def test_what_published_files_hold_besides_is_passed_over(
    original: Tensors, checkpoint: Checkpoint, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    besides = {
        "model_ema.decay": torch.ones(1),
        "alphas_cumprod": torch.ones(1000),
        "cond_stage_model.transformer.text_model.embeddings.position_ids": torch.arange(77)[None],
        "cond_stage_model.transformer.text_projection.weight": torch.ones(64, 64),
    }
    base = load_base_file(saved(original | besides, tmp_path / "model.safetensors"), configs=tiny_checkpoint)
    assert_same_networks(base, checkpoint)


@pytest.mark.parametrize("layout", ["original", "diffusers"])
def test_a_controlnet_file_is_read_in_both_layouts(
    checkpoint: Checkpoint, tiny_checkpoint: Path, tmp_path: Path, layout: str
) -> None:
    expected = checkpoint.controlnet.state_dict()
    tensors = original_controlnet(expected) if layout == "original" else expected
    path = saved(tensors, tmp_path / "control.safetensors")
    found = load_controlnet_file(path, checkpoint.unet, configs=tiny_checkpoint).state_dict()
    assert found.keys() == expected.keys() and all(torch.equal(found[key], expected[key]) for key in expected)


@pytest.mark.parametrize(
    ("original_name", "name"),
    [
        ("model.diffusion_model.out.2.bias", "conv_out.bias"),
        ("first_stage_model.decoder.conv_in.weight", "decoder.conv_in.weight"),
        ("cond_stage_model.transformer.text_model.final_layer_norm.bias", "final_layer_norm.bias"),
    ],
)
def test_a_missing_or_misshapen_tensor_is_named(
    original: Tensors, tiny_checkpoint: Path, tmp_path: Path, original_name: str, name: str
) -> None:
    without = {key: tensor for key, tensor in original.items() if key != original_name}
    assert f"lacks {name}" in refusal(without, tmp_path, tiny_checkpoint)
    misshapen = original | {original_name: torch.zeros(3)}
    assert f"{name} (3,) instead of" in refusal(misshapen, tmp_path, tiny_checkpoint)


def test_a_unet_with_more_layers_than_ours_is_refused(original: Tensors, tiny_checkpoint: Path, tmp_path: Path) -> None:
    more = original | {"model.diffusion_model.input_blocks.1.2.temporal.weight": torch.ones(3)}
    assert "input_blocks.1.2.temporal.weight" in refusal(more, tmp_path, tiny_checkpoint)


@pytest.mark.parametrize(
    ("name", "shape", "architecture"),
    [
        ("conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias", (1280,), "xl_base"),
        ("model.diffusion_model.input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight", (320, 1024), "v2"),
        ("model.diffusion_model.input_blocks.0.0.weight", (320, 9, 3, 3), "inpainting"),
        ("double_blocks.0.img_attn.norm.key_norm.scale", (128,), "flux"),
    ],
)
def test_another_architecture_is_told_by_its_tensors(
    tiny_checkpoint: Path, tmp_path: Path, name: str, shape: tuple[int, ...], architecture: str
) -> None:
    assert f"looks like {architecture}" in refusal({name: torch.zeros(shape)}, tmp_path, tiny_checkpoint)


def test_a_truncated_file_is_named(original: Tensors, tmp_path: Path) -> None:
    path = saved(original, tmp_path / "model.safetensors")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelInvalid, match=r"model\.safetensors is damaged"):
        load_base_file(path)


def test_a_controlnet_file_for_another_unet_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    path = saved({"controlnet_cond_embedding.conv_in.weight": torch.ones(1)}, tmp_path / "control.safetensors")
    with pytest.raises(ModelInvalid, match="cross_attention_dim is 768, not 64"):
        load_checkpoint(tiny_checkpoint, controlnet=path)


@pytest.mark.parametrize(
    ("network", "folder", "parameters"),
    [
        (UNet2DConditionModel, "unet", 859_520_964),
        (AutoencoderKL, "vae", 83_653_863),
        (ControlNetModel, "controlnet", 361_279_120),
        (CLIPTextModel, "text_encoder", 123_060_480),
    ],
)
def test_our_configurations_make_networks_of_the_published_size(network: type, folder: str, parameters: int) -> None:
    with init_empty_weights():
        if network is CLIPTextModel:
            made = CLIPTextModel(CLIPTextConfig.from_pretrained(CONFIGS / folder, local_files_only=True))
        else:
            made = network.from_config(read_config(CONFIGS / folder / "config.json"))
    assert sum(tensor.numel() for tensor in made.parameters()) == parameters


def test_another_architecture_is_named_before_parts_of_it_are_missed(tmp_path: Path) -> None:
    names = ["conditioner.embedders.1.model.transformer.resblocks.9.mlp.c_proj.bias", "conditioner.embedders.0.x"]
    save_file({name: torch.zeros(1) for name in names}, tmp_path / "xl.safetensors")
    with pytest.raises(ModelInvalid, match="architecture"):
        find_sources(tmp_path / "xl.safetensors")
