from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers.loaders import StableDiffusionLoraLoaderMixin
from safetensors.torch import load_file, save_file

from engine.contract.errors import ModelInvalid, OverpaintError, WeightsMissing
from engine.contract.job import Lora
from models.loading import Checkpoint, load_checkpoint

RANK = 4
QUERY = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
TEXT_QUERY = "encoder.layers.0.self_attn.q_proj"
FILE = "pytorch_lora_weights.safetensors"

Tensors = dict[str, torch.Tensor]


# What the LoRAs for few steps change: all of the UNet but for its first and last layer.
EVERY_LAYER = (
    *("to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2"),
    *("conv1", "conv2", "conv_shortcut", "downsamplers.0.conv", "upsamplers.0.conv", "time_emb_proj"),
)


def make_lora(folder: Path, checkpoint: Checkpoint, seed: int) -> Path:
    """A LoRA on all attention of UNet and text encoder, as diffusers' training scripts save it."""
    generator = torch.Generator().manual_seed(seed)
    unet = low_rank(checkpoint.unet, ("to_q", "to_k", "to_v", "to_out.0"), generator)
    text_encoder = low_rank(checkpoint.text_encoder, ("q_proj", "k_proj", "v_proj", "out_proj"), generator)
    StableDiffusionLoraLoaderMixin.save_lora_weights(folder, unet, text_encoder)
    return folder / FILE


def low_rank(network: torch.nn.Module, layers: tuple[str, ...], generator: torch.Generator) -> Tensors:
    tensors = {}
    for name, layer in network.named_modules():
        if name.endswith(layers) and isinstance(layer, (torch.nn.Linear, torch.nn.Conv2d)):
            channels, inputs, *kernel = layer.weight.shape
            down, up = (RANK, inputs, *kernel), (channels, RANK, *(1 for _ in kernel))
            tensors[f"{name}.lora_A.weight"] = torch.randn(down, generator=generator) / 8
            tensors[f"{name}.lora_B.weight"] = torch.randn(up, generator=generator) / 8
    return tensors


@pytest.fixture(scope="module")
def plain(tiny_checkpoint: Path) -> Checkpoint:
    return load_checkpoint(tiny_checkpoint)


@pytest.fixture(scope="module")
def lora(plain: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lora(tmp_path_factory.mktemp("lora"), plain, seed=1)


def weights(checkpoint: Checkpoint) -> Tensors:
    networks = {"unet": checkpoint.unet, "text_encoder": checkpoint.text_encoder}
    return {f"{key}.{name}": t for key, network in networks.items() for name, t in network.state_dict().items()}


def difference(one: Checkpoint, other: Checkpoint) -> float:
    expected = weights(other)
    assert weights(one).keys() == expected.keys()
    return max((tensor - expected[name]).abs().max().item() for name, tensor in weights(one).items())


def test_a_lora_adds_its_product_times_its_scale(tiny_checkpoint: Path, plain: Checkpoint, lora: Path) -> None:
    changed = load_checkpoint(tiny_checkpoint, loras=[Lora(str(lora), 0.5)])
    tensors = load_file(lora)
    for network, layer in (("unet", QUERY), ("text_encoder", TEXT_QUERY)):
        product = tensors[f"{network}.{layer}.lora_B.weight"] @ tensors[f"{network}.{layer}.lora_A.weight"]
        name = f"{network}.{layer}.weight"
        torch.testing.assert_close(weights(changed)[name], weights(plain)[name] + 0.5 * product)


def test_a_lora_of_scale_zero_changes_nothing(tiny_checkpoint: Path, plain: Checkpoint, lora: Path) -> None:
    assert difference(load_checkpoint(tiny_checkpoint, loras=[Lora(str(lora), 0.0)]), plain) == 0


def test_the_order_of_loras_does_not_matter(
    tiny_checkpoint: Path, plain: Checkpoint, lora: Path, tmp_path: Path
) -> None:
    other = make_lora(tmp_path, plain, seed=2)
    pair = [Lora(str(lora), 1.0), Lora(str(other), -0.7)]
    one, two = (load_checkpoint(tiny_checkpoint, loras=loras) for loras in (pair, pair[::-1]))
    assert difference(one, two) < 1e-6 and difference(one, plain) > 0.01


def test_the_same_lora_twice_counts_twice(tiny_checkpoint: Path, lora: Path) -> None:
    twice = load_checkpoint(tiny_checkpoint, loras=[Lora(str(lora)), Lora(str(lora))])
    assert difference(twice, load_checkpoint(tiny_checkpoint, loras=[Lora(str(lora), 2.0)])) < 1e-6


def test_a_lora_with_the_names_of_kohya_is_the_same_lora(tiny_checkpoint: Path, lora: Path, tmp_path: Path) -> None:
    save_file(kohya(load_file(lora)), tmp_path / "kohya.safetensors")
    one, two = (load_checkpoint(tiny_checkpoint, loras=[Lora(str(p))]) for p in (lora, tmp_path / "kohya.safetensors"))
    assert difference(one, two) < 1e-6


@pytest.fixture(scope="module")
def for_few_steps(plain: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As LCM-LoRA, Hyper-SD and TCD-LoRA are made: convolutions too, nothing for the text encoder."""
    tensors = low_rank(plain.unet, EVERY_LAYER, torch.Generator().manual_seed(3))
    folder = tmp_path_factory.mktemp("few-steps")
    StableDiffusionLoraLoaderMixin.save_lora_weights(folder, tensors)
    return folder / FILE


@pytest.mark.parametrize("layer", ["down_blocks.0.resnets.0.conv1", "up_blocks.3.resnets.2.time_emb_proj"])
def test_a_lora_for_few_steps_changes_convolutions_too(
    tiny_checkpoint: Path, plain: Checkpoint, for_few_steps: Path, layer: str
) -> None:
    changed = load_checkpoint(tiny_checkpoint, loras=[Lora(str(for_few_steps))])
    up, down = (load_file(for_few_steps)[f"unet.{layer}.lora_{half}.weight"] for half in "BA")
    before = weights(plain)[f"unet.{layer}.weight"]
    product = (up.flatten(1) @ down.flatten(1)).view_as(before)
    torch.testing.assert_close(weights(changed)[f"unet.{layer}.weight"], before + product, rtol=0, atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_lora_for_few_steps_in_kohyas_names_is_scaled_by_its_alpha(
    tiny_checkpoint: Path, for_few_steps: Path, tmp_path: Path, dtype: torch.dtype
) -> None:
    """The published ones come in either form, and in half precision."""
    tensors = {name: tensor.to(dtype) for name, tensor in load_file(for_few_steps).items()}
    save_file(tensors, tmp_path / "plain.safetensors")
    save_file(kohya(tensors, alpha=RANK / 2), tmp_path / "kohya.safetensors")
    theirs = load_checkpoint(tiny_checkpoint, loras=[Lora(str(tmp_path / "kohya.safetensors"))])
    ours = load_checkpoint(tiny_checkpoint, loras=[Lora(str(tmp_path / "plain.safetensors"), 0.5)])
    assert difference(theirs, ours) < 1e-6


def test_a_lora_for_the_unet_alone_is_taken(
    tiny_checkpoint: Path, plain: Checkpoint, lora: Path, tmp_path: Path
) -> None:
    half = {name: tensor for name, tensor in load_file(lora).items() if name.startswith("unet.")}
    save_file(half, tmp_path / "half.safetensors")
    changed = load_checkpoint(tiny_checkpoint, loras=[Lora(str(tmp_path / "half.safetensors"))])
    assert difference(changed, plain) > 0.01
    assert torch.equal(weights(changed)[f"text_encoder.{TEXT_QUERY}.weight"], plain_text_query(plain))


def plain_text_query(plain: Checkpoint) -> torch.Tensor:
    return weights(plain)[f"text_encoder.{TEXT_QUERY}.weight"]


def wider(tensors: Tensors) -> Tensors:
    return {name: t.repeat(1, 2) if name.endswith("lora_A.weight") else t for name, t in tensors.items()}


def with_a_layer_we_have_not(tensors: Tensors) -> Tensors:
    return tensors | {
        name.replace("down_blocks.0", "down_blocks.7"): t.clone() for name, t in tensors.items() if QUERY in name
    }


def of_sdxl(tensors: Tensors) -> Tensors:
    return tensors | {
        name.replace("text_encoder.", "text_encoder_2."): t.clone()
        for name, t in tensors.items()
        if name.startswith("text_encoder.")
    }


def of_flux(tensors: Tensors) -> Tensors:
    return {name.replace("unet.", "transformer."): t for name, t in tensors.items() if name.startswith("unet.")}


def without_one_half(tensors: Tensors) -> Tensors:
    return {name: t for name, t in tensors.items() if name != f"unet.{QUERY}.lora_B.weight"}


def no_lora(tensors: Tensors) -> Tensors:
    return {"conv_in.weight": torch.ones(3)}


@pytest.mark.parametrize("spoil", [wider, with_a_layer_we_have_not, of_sdxl, of_flux, without_one_half, no_lora])
def test_a_lora_that_does_not_fit_is_named(
    tiny_checkpoint: Path, lora: Path, tmp_path: Path, spoil: Callable[[Tensors], Tensors]
) -> None:
    path = tmp_path / "spoilt.safetensors"
    save_file(spoil(load_file(lora)), path)
    assert f"the LoRA {path} does not fit" in refusal(tiny_checkpoint, path)


def test_a_truncated_lora_is_named(tiny_checkpoint: Path, lora: Path, tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(lora.read_bytes()[:-8])
    assert f"{tmp_path / FILE} is damaged" in refusal(tiny_checkpoint, tmp_path / FILE)


def test_a_pickled_lora_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "lora.pt").touch()
    assert "pickle" in refusal(tiny_checkpoint, tmp_path / "lora.pt")


def test_an_absent_lora_is_missing_weights(tiny_checkpoint: Path, tmp_path: Path) -> None:
    assert "absent.safetensors" in refusal(tiny_checkpoint, tmp_path / "absent.safetensors", WeightsMissing)


def refusal(model: Path, lora: Path, kind: type[OverpaintError] = ModelInvalid) -> str:
    with pytest.raises(kind) as caught:
        load_checkpoint(model, loras=[Lora(str(lora))])
    return caught.value.message


def kohya(tensors: Tensors, alpha: float = RANK) -> Tensors:
    """The names that kohya's trainer writes."""
    renamed: Tensors = {}
    for name, tensor in tensors.items():
        network, _, layer = name.removesuffix(".weight").partition(".")
        layer, _, half = layer.rpartition(".")
        prefix = "lora_unet" if network == "unet" else "lora_te_text_model"
        stem = f"{prefix}_{layer.replace('.', '_')}"
        renamed[f"{stem}.{'lora_down' if half == 'lora_A' else 'lora_up'}.weight"] = tensor
        renamed[f"{stem}.alpha"] = torch.tensor(float(alpha))
    return renamed
