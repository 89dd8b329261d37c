"""Overpaint inside Blender. Blender's door imports it when the add-on is registered."""
