"""A stand-in in the layout of the preview checkpoint: latents of 4x4 pixels, few known words, zero terminal SNR."""

from __future__ import annotations

import json
from pathlib import Path

from models.stand_in import make_stand_in

KNOWN_WORDS = ["a", "gold", "robot", "rusty", "sand", "on"]


def make_preview_layout(folder: Path) -> Path:
    make_stand_in(folder, vae_levels=3)
    (folder / "tokenizer" / "known_words.json").write_text(json.dumps(KNOWN_WORDS))
    config = folder / "scheduler" / "scheduler_config.json"
    trained_with = {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    config.write_text(json.dumps(json.loads(config.read_text()) | trained_with))
    return folder
