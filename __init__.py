"""Blender's door. Nothing is imported before Blender asks: outside of it this file means nothing."""


def register() -> None:
    from .addon import properties

    properties.register()


def unregister() -> None:
    from .addon import properties

    properties.unregister()
