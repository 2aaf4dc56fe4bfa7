"""The job of one attempt: the trees it runs, packed, and the commands."""

from functions.prepare_verification.dependencies import ADVICE, asked
from functions.prepare_verification.reaching import reaching
from functions.prepare_verification.trees import Tree, changed, pack, unpack
from mendloop import documents
from mendloop.contracts.base import ArtifactRef
from mendloop.contracts.draft import CodeFix
from mendloop.contracts.verification import PreparationSlot, TestJob
from mendloop.domain.catalog import Service
from mendloop.domain.errors import NotFound, TooLarge
from mendloop.domain.patch import apply_edits
from mendloop.domain.test_command import read_test_command
from mendloop.ports import ArtifactStore, CodeHost


class Packer:
    """One attempt's trees."""

    def __init__(
        self,
        incident_id: str,
        slot: PreparationSlot,
        fix: CodeFix,
        service: Service,
        artifacts: ArtifactStore,
        code: CodeHost,
    ) -> None:
        self._slot, self._fix, self._service, self._artifacts, self._code = slot, fix, service, artifacts, code
        self._folder = f"sandbox/{incident_id}/{slot.nonce}"
        test = fix.regression
        self._test = {test.path: test.content.encode()} if test.path else {}
        self._witnesses = {one.path: one.content.encode() for one in test.witnesses}

    def packed(self) -> tuple[PreparationSlot, str]:
        """The slot with its job stored, or the reason why there is none."""
        if read_test_command(self._service.test_command) is None:
            named = "is not pytest" if self._service.test_command else "is missing"
            return self._slot, f"The catalog's test_command of {self._service.name} {named}."
        try:
            base = self._tree(self._fix.base)
            root = self._service.root.strip("/")
            packages = asked(base, root)
            if packages.said and not self._installs and not self._service.python_environment:
                return self._slot, f"{packages.said}, and {ADVICE}"
            files = list(packages.files) if self._installs else []
            job = documents.store(self._artifacts, f"{self._folder}/job.json", self._job(base, root, files))
        except TooLarge as error:
            return self._slot, f"The repository is too large for the sandbox: {error}."
        return self._slot.model_copy(update={"job": job}), ""

    @property
    def _installs(self) -> bool:
        """A build fetches packages before it runs anything; the sandbox function reaches no index."""
        return self._slot.runner == "codebuild"

    def _job(self, base: Tree, root: str, packages: list[str]) -> TestJob:
        after = apply_edits(lambda path: base.get(path, (None,))[0], self._fix.edits)
        tests = {**self._test, **self._witnesses}
        base_ref = self._put("base", changed(base, tests))
        return TestJob(
            nonce=self._slot.nonce,
            patch_sha256=self._slot.patch_sha256,
            draft=self._slot.draft,
            running=base_ref if self._fix.running == self._fix.base else self._at("running", self._fix.running),
            base=base_ref,
            good=self._at("good", self._fix.regression.green_at),
            patched=self._put("patched", changed(base, {**after, **tests})),
            packages=packages,
            environment=self._service.python_environment,
            root=root,
            test_command=self._service.test_command,
            regression_id=self._fix.regression.test_id,
            witnesses=[path.removeprefix(f"{root}/") if root else path for path in self._witnesses],
            first=reaching(base, self._fix, root),
            timeout_seconds=self._service.limits.test_timeout_seconds,
            result_key=f"{self._folder}/result.json",
        )

    def _at(self, name: str, revision: str) -> ArtifactRef | None:
        """None when none is named, or the host has lost it, e.g. after a forced push."""
        try:
            return self._put(name, changed(self._tree(revision), self._test)) if revision else None
        except NotFound:
            return None

    def _tree(self, revision: str) -> Tree:
        return unpack(self._code.archive(self._service.repository, revision), f"revision {revision[:12]}")

    def _put(self, name: str, tree: Tree) -> ArtifactRef:
        return self._artifacts.put(f"{self._folder}/{name}.tar.gz", pack(tree, f"tree {name}"), "application/gzip")
