"""How much of a surface its material hides: the transparency of a shader graph, computed by nodes as one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import bpy

from .borrowing import Loans
from .node_trees import groups_of, with_groups

Opacity: TypeAlias = float | bpy.types.NodeSocket
"""From 0 (nothing is there) to 1: known beforehand, or the output of a node."""

SOLID, NOTHING = 1.0, 0.0
_KNOWN = {"ADD": lambda a, b: a + b, "SUBTRACT": lambda a, b: a - b, "MULTIPLY": lambda a, b: a * b}


class OpacityNodes:
    """Adds to node trees what computes their opacity; the loans take it away again.

    Shaders are followed from the output backwards, as they are mixed and added, into groups, which are copied for it.
    """

    def __init__(self, loans: Loans) -> None:
        self._loans = loans
        self._groups: dict[bpy.types.NodeTree, tuple[bpy.types.NodeTree, dict[str, Opacity]]] = {}
        self._by_kind: dict[str, Callable[[bpy.types.Node, bpy.types.NodeSocket], Opacity]] = {
            "BSDF_TRANSPARENT": lambda node, _: self._math(node, "SUBTRACT", SOLID, self._number(node.inputs["Color"])),
            "BSDF_PRINCIPLED": lambda node, _: self._number(node.inputs["Alpha"]),
            "EEVEE_SPECULAR": lambda node, _: self._math(
                node, "SUBTRACT", SOLID, self._number(node.inputs["Transparency"])
            ),
            "MIX_SHADER": lambda node, _: self._mixed(node),
            "ADD_SHADER": lambda node, _: self._added(node),
            "REROUTE": lambda node, _: self._of(node.inputs[0]),
            "GROUP": self._of_group,
            "GROUP_INPUT": lambda node, socket: node.outputs[_twin(socket)],
        }

    def of_material(self, tree: bpy.types.NodeTree) -> Opacity:
        """The opacity of the surface that Cycles renders."""
        output = tree.get_output_node("CYCLES")
        if output is None:
            return SOLID
        return NOTHING if is_volume(tree) else self._of(output.inputs["Surface"])

    def new(self, tree: bpy.types.NodeTree, kind: str) -> bpy.types.Node:
        node = tree.nodes.new(f"ShaderNode{kind}")
        self._loans.callback(tree.nodes.remove, node)
        return node

    def plug(self, opacity: Opacity, socket: bpy.types.NodeSocket) -> None:
        if isinstance(opacity, float):
            socket.default_value = opacity
        else:
            socket.id_data.links.new(opacity, socket)

    def _of(self, shader_input: bpy.types.NodeSocket) -> Opacity:
        """Of what is plugged in; nothing, and whatever has no alpha of its own, is solid."""
        socket = _source(shader_input)
        if socket is None:
            return SOLID
        node = socket.node
        if node.mute:
            through = [link.from_socket for link in node.internal_links if link.to_socket == socket]
            return self._of(through[0]) if through else SOLID
        return self._by_kind[node.type](node, socket) if node.type in self._by_kind else SOLID

    def _mixed(self, node: bpy.types.Node) -> Opacity:
        factor, first, second = self._number(node.inputs[0]), self._of(node.inputs[1]), self._of(node.inputs[2])
        if first == second:
            return first
        rest = self._math(node, "SUBTRACT", 1.0, factor)
        return self._math(
            node, "ADD", self._math(node, "MULTIPLY", first, rest), self._math(node, "MULTIPLY", second, factor)
        )

    def _added(self, node: bpy.types.Node) -> Opacity:
        """What the one lets through is added to what the other does: a glow on nothing is no surface."""
        lets_through = self._math(node, "SUBTRACT", SOLID, self._of(node.inputs[1]))
        return self._math(node, "SUBTRACT", self._of(node.inputs[0]), lets_through)

    def _of_group(self, node: bpy.types.Node, socket: bpy.types.NodeSocket) -> Opacity:
        if node.node_tree is None:
            return SOLID
        if node.node_tree not in self._groups:
            self._groups[node.node_tree] = self._copy_group(node.node_tree)
        group, opacities = self._groups[node.node_tree]
        opacity = opacities[socket.identifier]
        if isinstance(opacity, float):
            return opacity
        twin = self.new(node.id_data, "Group")
        twin.node_tree = group
        inputs = {each.identifier: each for each in twin.inputs}
        for each in node.inputs:
            if each.type == "SHADER":
                self.plug(self._of(each), twin.inputs[_twin(each)])
            elif each.type == "VALUE":
                self.plug(self._number(each), inputs[each.identifier])
            elif source := _source(each):
                node.id_data.links.new(source, inputs[each.identifier])
            elif hasattr(each, "default_value"):
                inputs[each.identifier].default_value = each.default_value
        return twin.outputs[_twin(socket)]

    def _copy_group(self, original: bpy.types.NodeTree) -> tuple[bpy.types.NodeTree, dict[str, Opacity]]:
        """A copy that has a number beside each of its shaders, and the opacity of each of its shader outputs."""
        group = original.copy()
        self._loans.callback(bpy.data.node_groups.remove, group)
        sockets = [item for item in group.interface.items_tree if item.item_type == "SOCKET"]
        shaders = [socket for socket in sockets if socket.socket_type == "NodeSocketShader"]
        for item in shaders:
            group.interface.new_socket(_twin(item), in_out=item.in_out, socket_type="NodeSocketFloat")
        result = next((node for node in group.nodes if node.type == "GROUP_OUTPUT" and node.is_active_output), None)
        opacities: dict[str, Opacity] = {}
        for item in shaders:
            if item.in_out == "OUTPUT":
                opacities[item.identifier] = self._group_output(result, item.identifier)
        return group, opacities

    def _group_output(self, result: bpy.types.Node | None, identifier: str) -> Opacity:
        if result is None:
            return SOLID
        shader = next(each for each in result.inputs if each.identifier == identifier)
        opacity = self._of(shader)
        self.plug(opacity, result.inputs[_twin(shader)])
        return opacity

    def _number(self, socket: bpy.types.NodeSocket) -> Opacity:
        """The value of a number or colour input; of a colour, how bright it is."""
        if source := _source(socket):
            return source
        if socket.id_data.animation_data:
            return self._followed(socket)
        return _brightness(socket.default_value)

    def _followed(self, socket: bpy.types.NodeSocket) -> Opacity:
        """A value that may be animated, by a driver."""
        tree = socket.id_data
        parts = range(3) if socket.type == "RGBA" else [None]
        follower = self.new(tree, "Value").outputs[0]
        driver = follower.driver_add("default_value").driver
        self._loans.callback(follower.driver_remove, "default_value")
        driver.type = "AVERAGE"
        for part in parts:
            target = driver.variables.new().targets[0]
            target.id_type, target.id = "NODETREE", tree
            target.data_path = socket.path_from_id("default_value") + ("" if part is None else f"[{part}]")
        return follower

    def _math(self, node: bpy.types.Node, operation: str, first: Opacity, second: Opacity) -> Opacity:
        """Clamped: two shaders together may let through more light than there is, and what is there is nothing then."""
        if isinstance(first, float) and isinstance(second, float):
            return min(max(_KNOWN[operation](first, second), NOTHING), SOLID)
        math = self.new(node.id_data, "Math")
        math.operation, math.use_clamp = operation, True
        self.plug(first, math.inputs[0])
        self.plug(second, math.inputs[1])
        return math.outputs[0]


def is_volume(tree: bpy.types.NodeTree) -> bool:
    """Whether the material has a volume, and no surface around it."""
    output = tree.get_output_node("CYCLES")
    return bool(output and _source(output.inputs["Volume"]) and not _source(output.inputs["Surface"]))


def is_displaced(tree: bpy.types.NodeTree) -> bool:
    output = tree.get_output_node("CYCLES")
    return bool(output and _source(output.inputs["Displacement"]))


def is_holdout(tree: bpy.types.NodeTree) -> bool:
    """Whether a holdout shader has a say in the material's surface; of a group, wherever it is in it."""
    output = tree.get_output_node("CYCLES")
    found = [source.node for source in [_source(output.inputs["Surface"])] if source] if output else []
    for node in found:
        sources = [_source(socket) for socket in node.inputs]
        found += [source.node for source in sources if source and source.node not in found]
    groups = with_groups(groups_of(found))
    return any(node.type == "HOLDOUT" for node in [*found, *(node for group in groups for node in group.nodes)])


def _source(socket: bpy.types.NodeSocket) -> bpy.types.NodeSocket | None:
    """The output that is plugged into an input."""
    return next((link.from_socket for link in socket.links if not link.is_muted), None)


def _twin(shader: bpy.types.NodeSocket | bpy.types.NodeTreeInterfaceSocket) -> str:
    return f"Opacity of {shader.identifier}"


def _brightness(value: float | bpy.types.bpy_prop_array) -> float:
    return float(value) if isinstance(value, float) else sum(value[:3]) / 3
