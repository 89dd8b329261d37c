"""Node trees and the groups in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import bpy


def with_groups(trees: Iterable[bpy.types.NodeTree]) -> Iterator[bpy.types.NodeTree]:
    """The trees and all groups that their nodes stand for, each once."""
    waiting, met = list(trees), set()
    while waiting:
        tree = waiting.pop()
        if tree not in met:
            met.add(tree)
            yield tree
            waiting += groups_of(tree.nodes)


def groups_of(nodes: Iterable[bpy.types.Node]) -> list[bpy.types.NodeTree]:
    return [node.node_tree for node in nodes if node.type == "GROUP" and node.node_tree]
