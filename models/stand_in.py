"""A tiny Stable Diffusion 1.5 + ControlNet-depth with seeded random weights, in the very layout of the real one.

It paints nothing worth looking at, but runs the same classes and the same loading code in a second on any machine.

    python -m models.stand_in FOLDER
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from models.saving import save_network, save_text_encoder, stable_diffusion_index, write_json
from models.vocabulary import END, START, Vocabulary

WIDTHS = (16, 32, 48, 48)
VAE_WIDTHS = (16, 32, 32, 32)
HINT_WIDTHS = (8, 16, 24, 32)
CROSS_ATTENTION_DIM = 64
PROMPT_TOKENS = 77

# What UNet and ControlNet share; "attention_head_dim" is the number of heads, as in Stable Diffusion 1.5.
DENOISER = {
    "in_channels": 4,
    "block_out_channels": WIDTHS,
    "layers_per_block": 2,
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "cross_attention_dim": CROSS_ATTENTION_DIM,
    "attention_head_dim": 4,
    "norm_num_groups": 8,
}

# Words that prompts are made of, so that a usual prompt takes about as many tokens as with the real vocabulary.
WORDS = """
a an and the of in on at with by from to under over near behind is it as for no
photo photograph picture painting drawing render sketch watercolor oil anime cartoon film style
robot man woman person people character cat dog horse bird dragon tree forest flower grass stone rock wall floor
ground house city street car ship castle room desert beach mountain river lake sea sky cloud sun moon night day
rusty old new shiny metal wood wooden glass gold silver copper marble leather cloth clay plastic paper snow ice
fire water sand dust fog rain light dark bright soft warm cold dramatic cinematic detailed realistic beautiful
red green blue yellow orange purple pink white black gray brown walking standing running turning sitting flying
high low quality resolution sharp blurry ugly bad worst best lighting background portrait landscape close up
"""


def make_stand_in(folder: Path, seed: int = 0, vae_levels: int = 4) -> Path:
    """Writes the stand-in checkpoint into `folder`, in diffusers layout with the ControlNet in `controlnet/`.

    With 4 `vae_levels` a latent stands for 8x8 pixels as in Stable Diffusion 1.5, with 3 for 4x4 as in the preview.
    The same seed gives the same bytes. The random generators of the calling program are left as they were.
    """
    vocabulary = _vocabulary()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        save_network(_unet(), folder / "unet")
        save_network(_controlnet(vae_levels), folder / "controlnet")
        save_network(_vae(vae_levels), folder / "vae")
        save_text_encoder(_text_encoder(vocabulary), folder / "text_encoder")
    vocabulary.save(folder / "tokenizer")
    write_json(folder / "scheduler" / "scheduler_config.json", _scheduler_config())
    write_json(folder / "model_index.json", stable_diffusion_index("PNDMScheduler"))
    return folder


def _unet() -> UNet2DConditionModel:
    unet = UNet2DConditionModel(
        sample_size=16,
        out_channels=4,
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        **DENOISER,
    )
    _draw([unet.conv_out], gain=4)
    _draw(_cross_attention(unet), gain=5)
    return unet


def _controlnet(vae_levels: int) -> ControlNetModel:
    controlnet = ControlNetModel(conditioning_embedding_out_channels=HINT_WIDTHS[:vae_levels], **DENOISER)
    hint_layers = controlnet.controlnet_cond_embedding.modules()
    _draw((layer for layer in hint_layers if isinstance(layer, nn.Conv2d)), gain=3)
    _draw([*controlnet.controlnet_down_blocks, controlnet.controlnet_mid_block], gain=1)
    _draw(_cross_attention(controlnet), gain=5)
    return controlnet


def _draw(layers: Iterable[nn.Conv2d | nn.Linear], gain: float) -> None:
    """Draws weights anew: as they come, an untrained network hardly sees its hint and prompt, or not at all."""
    for layer in layers:
        nn.init.xavier_normal_(layer.weight, gain)


def _cross_attention(network: UNet2DConditionModel | ControlNetModel) -> list[nn.Linear]:
    """The layers through which the prompt's values go."""
    return [layer for name, layer in network.named_modules() if name.endswith(("attn2.to_v", "attn2.to_out.0"))]


def _vae(levels: int) -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=VAE_WIDTHS[:levels],
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=128,
    )


def _text_encoder(vocabulary: Vocabulary) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(vocabulary.tokens),
        hidden_size=CROSS_ATTENTION_DIM,
        intermediate_size=4 * CROSS_ATTENTION_DIM,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=PROMPT_TOKENS,
        bos_token_id=vocabulary.tokens.index(START),
        eos_token_id=vocabulary.tokens.index(END),
        pad_token_id=vocabulary.tokens.index(END),
    )
    return CLIPTextModel(config)


def _vocabulary() -> Vocabulary:
    """Every byte, and merges that put the listed words together from left to right."""
    merges: dict[tuple[str, str], None] = {}  # ordered, each once
    for word in WORDS.split():
        token, *rest = [*word[:-1], f"{word[-1]}</w>"]
        for piece in rest:
            merges[token, piece] = None
            token += piece
    return Vocabulary(tuple(merges), PROMPT_TOKENS)


def _scheduler_config() -> dict[str, Any]:
    published = Path(__file__).parent / "sd15" / "scheduler" / "scheduler_config.json"
    return json.loads(published.read_text())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the stand-in checkpoint: tiny, untrained, for trying things.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    make_stand_in(arguments.folder, arguments.seed)
