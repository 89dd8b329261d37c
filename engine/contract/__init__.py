"""What the add-on and the engine agree on. Standard library and numpy only: it runs in Blender's Python too."""

VERSION = "0.1.0"
