"""Which functions a call may mean: by its receiver, its class and bases, its module, then by the name alone."""

import re

from functions.map_code.search import Hit, Search
from mendloop.domain.source_code import Call, Function, SourceFile

_MOST = 4
_LONG_NAME = 5
_ITSELF = {"self", "cls", "this", "super()", "super", "s", "c", "e", "d"}


class Resolver:
    """For one language's files."""

    def __init__(self, search: Search, on_trace: frozenset[str] = frozenset()) -> None:
        """`on_trace`: classes that the trace names; a call that several classes answer means theirs."""
        self.search = search
        self.on_trace = on_trace

    def called(self, call: Call, source: SourceFile, path: str, inside: Function) -> list[Hit]:
        """At most four; none where nothing tells which it is."""
        if call.creates:
            return self._constructors(call.name, source, path)
        receiver = call.receiver.split("(")[0] if call.receiver else ""
        last = re.split(r"[.\->]+", receiver)[-1].strip("*& ") if receiver else ""
        own = [Hit(path, one) for one in source.ending(call.name)]
        if not receiver or last in _ITSELF:
            same = self._overriding(call.name, inside)
            same = same or [hit for hit in own if inside.owner and hit.function.owner == inside.owner]
            plain = [hit for hit in own if not hit.function.owner]
            if found := same or (plain if not receiver else []) or self._inherited(call.name, source, inside):
                return found[:_MOST]
            if not receiver and source.language == "python" and call.name[:1].isupper():
                return self._constructors(call.name, source, path)
            if not receiver:
                return own[:_MOST] or self._everywhere(call.name, path)
        if last and (found := self._of(last, call.name)):
            return found[:_MOST]
        return own[:_MOST] if own else self._everywhere(call.name, path)

    def _constructors(self, name: str, source: SourceFile, path: str) -> list[Hit]:
        inside = [Hit(path, one) for one in source.constructors(name)] if source.language != "go" else []
        if inside:
            return inside[:_MOST]
        found = self.search.classes(name)
        return [Hit(where, one) for where, file, kind in found for one in file.constructors(kind.name)][:_MOST]

    def _inherited(self, name: str, source: SourceFile, inside: Function) -> list[Hit]:
        """From the bases, and from classes that derive: an abstract method's value is made below."""
        short = inside.owner.rsplit(".", 1)[-1]
        bases = [base for one in source.classes if one.short == short for base in one.bases]
        found = [hit for base in bases for hit in self._of(base, name)]
        if not found and short:
            derived = self.search.deriving(short)
            found = [
                Hit(path, one) for path, file, kind in derived for one in file.methods(kind.name) if one.short == name
            ]
        return found

    def _overriding(self, name: str, inside: Function) -> list[Hit]:
        """The trace shows of which class the object is: its own method answers, not the base's."""
        short = inside.owner.rsplit(".", 1)[-1]
        others = sorted(self.on_trace - {short}) if short else []
        kinds = [found for other in others for found in self.search.classes(other) if short in found[2].bases]
        return [Hit(path, one) for path, file, kind in kinds for one in file.methods(kind.name) if one.short == name]

    def _of(self, owner: str, name: str) -> list[Hit]:
        """A method of a class, or a function of a module or package, of that name."""
        paths = self.search.stem(owner)
        if self.search.language == "go":
            paths = self.search.folder(owner)
        found = []
        for path in paths[:40]:
            if name.encode() not in self.search.files[path]:
                continue
            source = self.search.snapshot.source(path)
            found += [Hit(path, one) for one in (source.ending(name) if source else ())]
        owned = [hit for hit in found if hit.function.owner.rsplit(".", 1)[-1] == owner]
        if owned or found:
            return owned or found
        lowered = owner.lower().replace("_", "")
        named = self.search.functions(name) or self._by_class(owner, name)
        return [hit for hit in named if lowered and hit.function.owner.lower().endswith(lowered)]

    def _by_class(self, owner: str, name: str) -> list[Hit]:
        """Methods of the classes whose name ends like the receiver's: `self.image_service.update` → `ImageService`."""
        camel = "".join(part[:1].upper() + part[1:] for part in owner.strip("_").split("_"))
        kinds = self.search.classes_ending(camel) if len(camel) >= _LONG_NAME else []
        return [Hit(path, one) for path, file, kind in kinds for one in file.methods(kind.name) if one.short == name]

    def _everywhere(self, name: str, path: str) -> list[Hit]:
        found = self.search.functions(name)
        folder = path.rpartition("/")[0]
        beside = [hit for hit in found if hit.path.rpartition("/")[0] == folder]
        if 0 < len(beside) <= _MOST:
            return beside
        return found if len(found) <= _MOST else []

    def any_named(self, name: str, near: list[str]) -> list[Hit]:
        """By last name part; those in the files near the crash, else all of few."""
        folders = {path.rpartition("/")[0] for path in near}
        found = self.search.functions(name) or self.search.functions_in(name, folders)
        local = [hit for hit in found if hit.path in near]
        beside = [hit for hit in found if hit.path.rpartition("/")[0] in folders]
        return beside if 0 < len(beside) <= _MOST else (local or beside or found)[:_MOST]
