"""The picture that a network sees in noisy latents, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from diffusers import SchedulerMixin
from torch import Tensor


@dataclass(frozen=True)
class PredictedX0:
    """Between noise_pred and x_0 for inputs x_t = sqrt(a) x_0 + sqrt(1 - a) eps, which every scheduler's
    `scale_model_input` makes; v = sqrt(a) eps - sqrt(1 - a) x_0 (Salimans and Ho, arXiv 2202.00512)."""

    sigmas: Tensor  # (training timesteps,) float64, sqrt((1 - a) / a); infinite where the last is pure noise
    prediction_type: str  # epsilon | v_prediction | sample

    @classmethod
    def of(cls, scheduler: SchedulerMixin) -> PredictedX0:
        alphas_cumprod = scheduler.alphas_cumprod.double().cpu()
        return cls(((1 - alphas_cumprod) / alphas_cumprod).sqrt(), scheduler.config["prediction_type"])

    def decode(self, noise_pred: Tensor, model_input: Tensor, timestep: Tensor) -> Tensor:
        """x_0, of the shape of `model_input`, float32."""
        signal, noise = self._shares(timestep)
        x_t, predicted = model_input.float(), noise_pred.float()
        match self.prediction_type:
            case "v_prediction":
                return signal * x_t - noise * predicted
            case "epsilon":
                return (x_t - noise * predicted) / signal
            case _:
                return predicted

    def encode(self, x_0: Tensor, model_input: Tensor, timestep: Tensor) -> Tensor:
        """noise_pred, of the shape and type of `model_input`, for which `decode` gives x_0."""
        signal, noise = self._shares(timestep)
        x_t = model_input.float()
        match self.prediction_type:
            case "v_prediction":
                predicted = (signal * x_t - x_0) / noise
            case "epsilon":
                predicted = (x_t - signal * x_0) / noise
            case _:
                predicted = x_0
        return predicted.to(model_input.dtype)

    def _shares(self, timestep: Tensor) -> tuple[float, float]:
        """sqrt(a) and sqrt(1 - a); Euler's timesteps lie between two of the training's."""
        below = int(timestep)
        sigma, fraction = self.sigmas[below], float(timestep) - below
        if fraction:
            sigma = torch.lerp(sigma, self.sigmas[below + 1], fraction)
        alpha_cumprod = 1 / (1 + sigma**2)
        return float(alpha_cumprod.sqrt()), float((1 - alpha_cumprod).sqrt())
