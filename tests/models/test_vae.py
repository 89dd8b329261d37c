"""Another VAE in the place of the model's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from safetensors.torch import load_file, save_file

from engine.contract.errors import ModelInvalid, OverpaintError, WeightsMissing
from models.fingerprint import fingerprint
from models.loading import load_checkpoint
from models.registry import registered_vaes, resolve_vae
from models.saving import save_network
from models.sources import find_sources
from tests.preview_layout import make_preview_layout

WEIGHTS = "diffusion_pytorch_model.safetensors"
LATENTS = torch.randn(1, 4, 8, 6, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def tiny_vae(tmp_path: Path) -> Path:
    """As taesd, with fewer channels and random weights."""
    widths = (8, 8, 8, 8)
    save_network(
        AutoencoderTiny(encoder_block_out_channels=widths, decoder_block_out_channels=widths), tmp_path / "tiny"
    )
    return tmp_path / "tiny"


def edit_config(folder: Path, **changes: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def refusal(model: Path, vae: Path, kind: type[OverpaintError] = ModelInvalid) -> str:
    with pytest.raises(kind) as caught:
        load_checkpoint(model, vae=vae)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_small_vae_decodes_in_the_place_of_the_models_own(
    tiny_checkpoint: Path, tiny_vae: Path, dtype: torch.dtype
) -> None:
    checkpoint = load_checkpoint(tiny_checkpoint, vae=tiny_vae, dtype=dtype)
    assert isinstance(checkpoint.vae, AutoencoderTiny) and not checkpoint.vae.training
    assert checkpoint.vae.dtype is dtype and checkpoint.vae_scale_factor == 8
    expected = AutoencoderTiny.from_pretrained(tiny_vae).to(dtype).decode(LATENTS.to(dtype)).sample
    assert torch.equal(checkpoint.vae.decode(LATENTS.to(dtype)).sample, expected)
    assert expected.shape == (1, 3, 64, 48)


def test_the_vae_of_another_model_is_taken_by_its_own_folder_or_that_of_the_model(
    tiny_checkpoint: Path, damageable: Path
) -> None:
    tensors = load_file(damageable / "vae" / WEIGHTS)
    tensors["decoder.conv_in.bias"].fill_(5)
    save_file(tensors, damageable / "vae" / WEIGHTS, metadata={"format": "pt"})
    for path in (damageable, damageable / "vae"):
        vae = load_checkpoint(tiny_checkpoint, vae=path).vae
        assert isinstance(vae, AutoencoderKL) and vae.decoder.conv_in.bias.eq(5).all()


def test_a_vae_counts_in_the_fingerprint(tiny_checkpoint: Path, tiny_vae: Path) -> None:
    def of_all(vae: Path | None) -> str:
        return fingerprint(*find_sources(tiny_checkpoint, vae=vae).paths)

    with_tiny = of_all(tiny_vae)
    assert with_tiny != of_all(None)
    edit_config(tiny_vae, latent_shift=0.25)
    assert of_all(tiny_vae) != with_tiny


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"latent_channels": 16}, "latent_channels is 16, not 4"),
        ({"decoder_block_out_channels": [8, 8, 8]}, "the side of a latent in pixels is 4, not 8"),
        ({"upsampling_scaling_factor": 4}, "the side of a latent in pixels is 64, not 8"),
        ({"_class_name": "AsymmetricAutoencoderKL"}, "the class is AsymmetricAutoencoderKL"),
    ],
)
def test_a_vae_for_other_latents_is_refused(
    tiny_checkpoint: Path, tiny_vae: Path, changes: dict[str, Any], said: str
) -> None:
    edit_config(tiny_vae, **changes)
    assert said in refusal(tiny_checkpoint, tiny_vae)


def test_a_vae_whose_latents_have_another_scale_is_refused(tiny_checkpoint: Path, damageable: Path) -> None:
    edit_config(damageable / "vae", scaling_factor=0.13025)  # that of SDXL
    assert "scaling_factor is 0.13025, not 0.18215" in refusal(tiny_checkpoint, damageable / "vae")


def test_a_vae_for_latents_of_another_size_than_the_models_is_refused(tiny_vae: Path, tmp_path: Path) -> None:
    assert "the side of a latent in pixels is 8, not 4" in refusal(make_preview_layout(tmp_path / "of-4"), tiny_vae)


def without_a_tensor(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    del tensors["decoder.layers.0.bias"]
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def truncated(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-8])


def pickled(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "diffusion_pytorch_model.bin")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(without_a_tensor, "lacks decoder.layers.0.bias"), (truncated, "is damaged"), (pickled, "is a pickle")],
)
def test_a_spoilt_vae_is_refused_as_other_networks_are(
    tiny_checkpoint: Path, tiny_vae: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(tiny_vae)
    assert said in refusal(tiny_checkpoint, tiny_vae)


def test_a_single_file_is_no_vae_folder(tiny_checkpoint: Path, tiny_vae: Path) -> None:
    assert "is a file" in refusal(tiny_checkpoint, tiny_vae / WEIGHTS)


def test_a_registered_vae_that_is_absent_says_where_it_goes(tiny_vae: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="taesd") as caught:
        resolve_vae("taesd", tmp_path)
    assert "madebyollin/taesd" in caught.value.hint and str(tmp_path / "models" / "taesd") in caught.value.hint
    assert registered_vaes()["taesd"].licence == "MIT"
    (tmp_path / "models").mkdir()
    placed = tiny_vae.rename(tmp_path / "models" / "taesd")
    assert resolve_vae("taesd", tmp_path) == placed


def test_an_unknown_vae_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelInvalid, match='no VAE "nowhere"') as caught:
        resolve_vae("nowhere", tmp_path)
    assert "taesd" in caught.value.hint
