"""What the capture's speed is measured against: the shortest script for the same passes in the same kind of file.

    blender -b --factory-startup -P addon/bench/plain_passes.py -- SCENE.blend FOLDER FIRST LAST SIZE

Prints the seconds from the opened scene to the last file.
"""

import os
import sys
import time

import bpy

blend, folder, first, last, size = sys.argv[-5:]
bpy.ops.wm.open_mainfile(filepath=blend, load_ui=False, use_scripts=False)
started = time.monotonic()
scene, layer, render = bpy.context.scene, bpy.context.scene.view_layers[0], bpy.context.scene.render
render.engine, render.use_persistent_data, render.film_transparent = "CYCLES", True, True
render.resolution_x, render.resolution_y, render.resolution_percentage = int(size), int(size), 100
scene.cycles.samples, scene.cycles.max_bounces, scene.cycles.filter_width = 1, 0, 0.01
scene.cycles.use_adaptive_sampling = scene.cycles.use_denoising = layer.use_pass_combined = False
layer.use_pass_z = layer.use_pass_uv = layer.use_pass_normal = layer.use_pass_object_index = True
if bpy.app.version >= (5, 0):
    render.image_settings.media_type, render.image_settings.use_exr_interleave = "MULTI_LAYER_IMAGE", True
render.image_settings.file_format, render.image_settings.color_depth = "OPEN_EXR_MULTILAYER", "32"
for frame in range(int(first), int(last) + 1):
    scene.frame_current, render.filepath = frame, f"{folder}/{frame:04d}.exr"
    bpy.ops.render.render(write_still=True)
sys.stdout.write(f"\n{time.monotonic() - started}\n")
sys.stdout.flush()
os._exit(0)
