"""Wrong types: a value that is called as if it were a method."""

import re

import libcst as cst

from functions.draft_patch.drafters.templates.shape import Cure, Parsed
from functions.draft_patch.site import Site

_NOT_CALLABLE = re.compile(r"'\w+' object is not callable")


def called(site: Site) -> Cure | None:
    """`self.x()` where `x` is a value becomes `self.x`, if the class says that `x` is a property."""
    if site.error != "TypeError" or not _NOT_CALLABLE.search(site.message):
        return None
    tree = Parsed(site.text)
    calls = [call for call in tree.on(cst.Call, site.line) if isinstance(call.func, cst.Attribute) and not call.args]
    properties = _properties(tree, site.line)
    found = [call for call in calls if _own(call) in properties]
    if len(found) != 1:
        return None
    name = _own(found[0])
    return Cure(
        tree.changed(found[0], found[0].func),
        f"{name} is a property: its value is taken, not called.",
        f"A subclass that makes {name} a method would have to become a property too.",
    )


def _own(call: cst.Call) -> str:
    """The name in `self.name()`, else nothing."""
    func = call.func
    receiver = func.value if isinstance(func, cst.Attribute) else None
    own = isinstance(receiver, cst.Name) and receiver.value == "self"
    return func.attr.value if own and isinstance(func, cst.Attribute) else ""


def _properties(tree: Parsed, line: int) -> set[str]:
    """Names of the class around the line that are decorated as property, or `abstractproperty`."""
    around = tree.around(cst.ClassDef, line)
    found = set()
    for function in tree.all(cst.FunctionDef, around) if around else ():
        marks = {tree.code(decorator.decorator).rsplit(".", 1)[-1] for decorator in function.decorators}
        if marks & {"property", "abstractproperty", "cached_property"}:
            found.add(function.name.value)
    return found
