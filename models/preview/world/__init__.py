"""The preview checkpoint's world: captioned pictures with exact depth, made on the spot, on CPU and CUDA."""
