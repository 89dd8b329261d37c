"""From a scene to a shot folder. Runs in a Blender that renders without a window."""
