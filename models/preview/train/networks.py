"""The untrained networks, and how the denoiser's three are called together."""

from __future__ import annotations

from typing import Any

import torch
from diffusers import AutoencoderKL, ControlNetModel, DDIMScheduler, UNet2DConditionModel
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from models.loading import Checkpoint
from models.preview.train.recipe import DenoiserRecipe, Recipe
from models.saving import plain_config


def untrained(recipe: Recipe, tokenizer: CLIPTokenizer, device: torch.device) -> Checkpoint:
    """A checkpoint of the recipe's architecture, its weights drawn from the recipe's seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.seed)
        return Checkpoint(
            vae=make_vae(recipe).to(device),
            unet=_unet(recipe.denoiser, recipe.latent_size).to(device),
            controlnet=_controlnet(recipe.denoiser).to(device),
            text_encoder=_text_encoder(recipe.denoiser, tokenizer).to(device),
            tokenizer=tokenizer,
            scheduler_config=plain_config(make_scheduler()),
        )


def make_vae(recipe: Recipe) -> AutoencoderKL:
    """An untrained VAE, from the global random generator."""
    levels = len(recipe.vae.widths)
    return AutoencoderKL(
        block_out_channels=recipe.vae.widths,
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=recipe.vae.norm_num_groups,
        mid_block_add_attention=False,
        sample_size=recipe.size,
        scaling_factor=1.0,  # the latents' statistics are folded into the weights
    )


def make_scheduler() -> DDIMScheduler:
    """Stable Diffusion's betas, rescaled so that the last step is pure noise (Lin et al., arXiv 2305.08891)."""
    return DDIMScheduler(
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
    )


def predict(
    checkpoint: Checkpoint,
    noisy_latents: Tensor,  # (batch, 4, height, width)
    timesteps: Tensor,  # (batch,)
    hint: Tensor,  # (batch, height * factor, width * factor), in [0, 1]
    token_ids: Tensor,  # (batch, tokens)
    conditioning_scale: Tensor,  # (batch,), 0 where the ControlNet is not heard
) -> Tensor:
    """The UNet's v_pred, of the latents' shape."""
    prompt_embeds = checkpoint.text_encoder(token_ids)[0]
    hint = hint[:, None].expand(-1, 3, -1, -1)
    down, mid = checkpoint.controlnet(noisy_latents, timesteps, prompt_embeds, hint, return_dict=False)
    scale = conditioning_scale[:, None, None, None]
    return checkpoint.unet(
        noisy_latents,
        timesteps,
        prompt_embeds,
        down_block_additional_residuals=[scale * residual for residual in down],
        mid_block_additional_residual=scale * mid,
        return_dict=False,
    )[0]


def _shared_config(recipe: DenoiserRecipe) -> dict[str, Any]:
    """What UNet and ControlNet have in common; "attention_head_dim" is the number of heads, as in SD 1.5."""
    return {
        "in_channels": 4,
        "block_out_channels": recipe.widths,
        "layers_per_block": 2,
        "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        "cross_attention_dim": recipe.cross_attention_dim,
        "attention_head_dim": recipe.heads,
        "norm_num_groups": recipe.norm_num_groups,
    }


def _unet(recipe: DenoiserRecipe, latent_size: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=latent_size,
        out_channels=4,
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
        **_shared_config(recipe),
    )


def _controlnet(recipe: DenoiserRecipe) -> ControlNetModel:
    return ControlNetModel(conditioning_embedding_out_channels=recipe.hint_widths, **_shared_config(recipe))


def _text_encoder(recipe: DenoiserRecipe, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=recipe.cross_attention_dim,
        intermediate_size=4 * recipe.cross_attention_dim,
        num_hidden_layers=recipe.text_layers,
        num_attention_heads=4,
        max_position_embeddings=tokenizer.model_max_length,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config)
