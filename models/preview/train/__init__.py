"""Trains the preview checkpoint: a VAE, then UNet, ControlNet and text encoder together, all on rendered pictures."""
