"""A GitHub on loopback, as far as the adapter talks to it, backed by a real git repository.

It keeps state: what is pushed is in the repository, pull requests are in memory. `faults` makes the next answers fail.
"""

import base64
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.contract import github_shapes as shapes
from tests.contract.wire import Exchange, Refusal

TOKEN = "double-token"
LOCATION = "acme/shop"
Answer = tuple[int, Any]


class Refused(Exception):
    def __init__(
        self, status: int, message: str, headers: dict[str, str] | None = None, errors: list[Any] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.answer: dict[str, Any] = {"message": message, "documentation_url": "https://docs.github.com/rest"}
        self.answer |= {"errors": errors} if errors else {}


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: Any = None


@dataclass
class GitHubDouble:
    folder: Path
    default: str = "main"
    faults: list[Refused] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    labels: dict[int, list[str]] = field(default_factory=dict)
    deployments: list[dict[str, Any]] = field(default_factory=list)
    teams: dict[str, list[str]] = field(default_factory=dict)
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    reported: dict[str, dict[str, str]] = field(default_factory=dict)
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    collaborators: set[str] = field(default_factory=lambda: {"dana"})
    settings: dict[str, Any] = field(default_factory=dict)
    cut_trees: bool = False
    tarball: bytes | None = None
    url: str = ""

    def __enter__(self) -> "GitHubDouble":
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                double.answer(self)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    # --- the wire ---

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        size = int(handler.headers.get("Content-Length") or 0)
        body = json.loads(handler.rfile.read(size)) if size else None
        split = urlsplit(handler.path)
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.seen.append(Seen(handler.command, handler.path, headers, body))
        query = {name: values[-1] for name, values in parse_qs(split.query).items()}
        try:
            if self.faults:
                raise self.faults.pop(0)
            if split.path == "/archive-host":
                self._send(handler, 200, self._tarball(query["ref"]), "application/gzip")
                return
            if headers.get("authorization", "").split(" ")[-1] != TOKEN:
                raise Refused(401, "Bad credentials")
            if split.path.startswith(f"/repos/{LOCATION}/tarball/"):
                ref = split.path.rpartition("/")[2]
                self._sha(ref)
                where = f"{self.url}/archive-host?ref={ref}&token=signed"
                self._send(handler, 302, b"", "text/plain", {"Location": where})
                return
            status, answer = self._route(handler.command, split.path, query, body, headers)
        except Refused as error:
            self._send(handler, error.status, json.dumps(error.answer).encode(), "application/json", error.headers)
            return
        if isinstance(answer, str):
            self._send(handler, status, answer.encode(), "application/vnd.github.diff")
        else:
            self._send(handler, status, json.dumps(answer).encode(), "application/json; charset=utf-8")

    @staticmethod
    def _send(
        handler: BaseHTTPRequestHandler, status: int, content: bytes, kind: str, headers: dict[str, str] | None = None
    ) -> None:
        handler.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    def __call__(self, exchange: Exchange) -> Answer:
        """The same on a wire that can be disturbed; documents only."""
        try:
            if exchange.headers.get("authorization", "").split(" ")[-1] != TOKEN:
                raise Refused(401, "Bad credentials")
            status, answer = self._route(
                exchange.method, exchange.path, exchange.query, exchange.body, exchange.headers
            )
            # As it was then: what changes later must not change what was answered.
            return status, deepcopy(answer)
        except Refused as error:
            raise Refusal(error.status, error.answer, error.headers) from error

    def _route(self, method: str, path: str, query: dict[str, str], body: Any, headers: dict[str, str]) -> Answer:
        if (method, path) == ("POST", "/graphql"):
            return 200, self._graphql(body)
        if team := re.fullmatch("/orgs/([^/]+)/teams/([^/]+)/members", path):
            members = self.teams.get("/".join(team.groups()))
            if members is None:
                raise Refused(404, "Not Found")
            return 200, [shapes.user(login) for login in members]
        if path == "/rate_limit":
            return 200, shapes.rate_limit()
        root = f"/repos/{LOCATION}"
        if not path.startswith(root):
            raise Refused(404, "Not Found")
        for wanted, pattern, route in self._routes():
            found = re.fullmatch(pattern, path[len(root) :])
            if method == wanted and found:
                return route(*map(unquote, found.groups()), query=query, body=body, headers=headers)
        raise Refused(404, "Not Found")

    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET", "", lambda **_: (200, shapes.repository(self.default, **self.settings))),
            ("GET", "/deployments", lambda **_: (200, self.deployments)),
            ("GET", r"/deployments/(\d+)/statuses", lambda number, **_: (200, self.statuses.get(number, []))),
            ("GET", "/commits/([^/]+)", self._commit),
            ("GET", "/commits", self._commits),
            ("GET", r"/compare/(\w+)\.\.\.(\w+)", self._compare),
            ("GET", r"/git/trees/(\w+)", self._tree),
            ("GET", r"/git/blobs/(\w+)", self._blob),
            ("GET", r"/git/commits/(\w+)", self._git_commit),
            ("GET", "/git/ref/heads/(.+)", self._ref),
            ("POST", "/git/blobs", self._make_blob),
            ("POST", "/git/trees", self._make_tree),
            ("POST", "/git/commits", self._make_commit),
            ("POST", "/git/refs", self._make_ref),
            ("GET", "/pulls", self._list_pulls),
            ("POST", "/pulls", self._make_pull),
            ("GET", r"/pulls/(\d+)", lambda number, **_: (200, self._pull(number))),
            ("POST", r"/pulls/(\d+)/requested_reviewers", self._ask),
            ("POST", r"/issues/(\d+)/labels", self._label),
            ("GET", r"/issues/(\d+)/comments", lambda number, query, **_: (200, self._said(number, query))),
            ("POST", r"/issues/(\d+)/comments", self._say),
            ("GET", r"/commits/(\w+)/check-runs", self._check_runs),
            ("GET", r"/commits/(\w+)/status", self._status),
        ]

    # --- reading ---

    def _git(self, *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None) -> bytes:
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments], input=stdin, capture_output=True, env=env, check=False
        )
        if done.returncode:
            raise Refused(422, done.stderr.decode()[:200])
        return done.stdout

    def _text(self, *arguments: str) -> str:
        return self._git(*arguments).decode().strip()

    def _sha(self, name: str) -> str:
        try:
            return self._text("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except Refused:
            if re.fullmatch(r"[0-9a-f]{40}", name):
                raise Refused(422, f"No commit found for SHA: {name}") from None
            raise Refused(404, "Not Found") from None

    def _document(self, sha: str) -> dict[str, Any]:
        asked = "%H%x00%P%x00%T%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        fields = self._git("log", "-1", f"--format={asked}", sha).decode().split("\0")
        hash_, parents, tree, an, ae, ad, cn, ce, cd, message = fields
        people = ((an, ae, ad), (cn, ce, cd.replace("+00:00", "Z")))
        return shapes.commit(hash_, tree, parents.split(), people, message.strip())

    def _commit(self, ref: str, *, headers: dict[str, str], **_: Any) -> Answer:
        sha = self._sha(ref)
        if headers.get("accept") == "application/vnd.github.diff":
            parents = self._document(sha)["parents"]
            between = [parents[0]["sha"], sha] if parents else ["--root", "--no-commit-id", sha]
            return 200, self._git("diff-tree", "-p", *between).decode()
        return 200, self._document(sha)

    def _paged(self, items: list[Any], query: dict[str, str]) -> list[Any]:
        size, page = int(query.get("per_page", 30)), int(query.get("page", 1))
        return items[(page - 1) * size : page * size]

    def _commits(self, *, query: dict[str, str], **_: Any) -> Answer:
        since = [f"--since={query['since']}"] if "since" in query else []
        path = ["--", query["path"]] if "path" in query else []
        shas = self._text("log", "--format=%H", *since, self._sha(query["sha"]), *path).split()
        return 200, [self._document(sha) for sha in self._paged(shas, query)]

    def _compare(self, base: str, head: str, *, query: dict[str, str], **_: Any) -> Answer:
        try:
            between = f"{self._sha(base)}..{self._sha(head)}"
        except Refused as error:
            raise Refused(404, "Not Found") from error
        shas = self._text("log", "--reverse", "--format=%H", between).split()
        documents = [self._document(sha) for sha in self._paged(shas, query)]
        return 200, shapes.comparison(self._document(self._sha(base)), documents, len(shas))

    def _tree(self, sha: str, *, query: dict[str, str], **_: Any) -> Answer:
        recursive = "recursive" in query
        try:
            lines = self._text("ls-tree", "-l", "-t", "-z", *(["-r"] if recursive else []), sha).strip("\0").split("\0")
        except Refused as error:
            raise Refused(404, "Not Found") from error
        items = []
        for line in filter(None, lines):
            (mode, kind, hash_, size), path = line.split("\t")[0].split(), line.split("\t", 1)[1]
            item = {"path": path, "mode": mode, "type": kind, "sha": hash_}
            items.append({**item, "size": int(size)} if size != "-" else item)
        if recursive and self.cut_trees:
            return 200, {**shapes.tree(sha, items[:1]), "truncated": True}
        return 200, shapes.tree(sha, items)

    def _blob(self, sha: str, **_: Any) -> Answer:
        content = self._git("cat-file", "blob", sha)
        # GitHub wraps its base64 at 60 characters.
        return 200, shapes.blob(sha, base64.encodebytes(content).decode(), len(content))

    def _git_commit(self, sha: str, **_: Any) -> Answer:
        return 200, shapes.git_commit(self._document(self._sha(sha)))

    def _ref(self, name: str, **_: Any) -> Answer:
        sha = self._sha(f"refs/heads/{name}")
        return 200, shapes.reference(f"refs/heads/{name}", sha)

    def _check_runs(self, sha: str, *, query: dict[str, str], **_: Any) -> Answer:
        """All that was reported; what is called `lint` only reports a status."""
        told = self.reported.get(self._sha(sha), {})
        made = [shapes.check_run(sha, name, state) for name, state in told.items() if name != "lint"]
        return 200, {"total_count": len(made), "check_runs": self._paged(made, query)}

    def _status(self, sha: str, *, query: dict[str, str], **_: Any) -> Answer:
        words = {"green": "success", "red": "failure", "pending": "pending"}
        told = self.reported.get(self._sha(sha), {}).items()
        found = shapes.combined_status(sha, {name: words[state] for name, state in told if name == "lint"})
        return 200, {**found, "statuses": self._paged(found["statuses"], query)}

    def _graphql(self, body: dict[str, Any]) -> dict[str, Any]:
        asked = body["variables"]
        if "markPullRequestReadyForReview" in body["query"]:
            pull = next(pull for pull in self.pulls if pull["node_id"] == asked["id"])
            pull["draft"] = False
            return {"data": {"markPullRequestReadyForReview": {"pullRequest": {"isDraft": False}}}}
        if f"{asked['owner']}/{asked['name']}" != LOCATION:
            message = "Could not resolve to a Repository"
            return {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": message}]}
        said = self._text("blame", "-s", "-l", "--root", asked["oid"], "--", asked["path"]).splitlines()
        ranges: list[dict[str, Any]] = []
        for number, line in enumerate(said, 1):
            sha = line.split(" ", 1)[0]
            if ranges and ranges[-1]["commit"]["oid"] == sha:
                ranges[-1]["endingLine"] = number
            else:
                ranges.append({"startingLine": number, "endingLine": number, "commit": {"oid": sha}})
        return {"data": {"repository": {"object": {"blame": {"ranges": ranges}}}}}

    def _tarball(self, ref: str) -> bytes:
        if self.tarball is not None:
            return self.tarball
        prefix = f"acme-shop-{ref[:7]}/"
        plain_bytes = self._git("archive", f"--prefix={prefix}", ref)
        packed = io.BytesIO()
        with tarfile.open(fileobj=io.BytesIO(plain_bytes)) as plain, tarfile.open(fileobj=packed, mode="w:gz") as tar:
            for member in plain:
                tar.addfile(member, plain.extractfile(member) if member.isreg() else None)
        return packed.getvalue()

    # --- writing ---

    def _make_blob(self, *, body: Any, **_: Any) -> Answer:
        return 201, shapes.short_blob(self._store(base64.b64decode(body["content"])))

    def _store(self, content: bytes) -> str:
        return self._git("hash-object", "-w", "--stdin", stdin=content).decode().strip()

    def _make_tree(self, *, body: Any, **_: Any) -> Answer:
        index = self.folder / "double-index"
        index.unlink(missing_ok=True)
        env = {"GIT_INDEX_FILE": str(index), "PATH": "/usr/bin:/bin:/usr/local/bin"}
        self._git("read-tree", body["base_tree"], env=env)
        for item in body["tree"]:
            if "content" in item:
                item["sha"] = self._store(item["content"].encode())
            if item["sha"] is None:
                self._git("update-index", "--force-remove", item["path"], env=env)
            else:
                self._git(
                    "update-index", "--add", "--cacheinfo", f"{item['mode']},{item['sha']},{item['path']}", env=env
                )
        return 201, shapes.tree(self._git("write-tree", env=env).decode().strip(), [])

    def _make_commit(self, *, body: Any, **_: Any) -> Answer:
        who = {
            f"GIT_{role.upper()}_{part.upper()}": body[role][part]
            for role in ("author", "committer")
            for part in ("name", "email")
        }
        env = {**who, "PATH": "/usr/bin:/bin:/usr/local/bin"}
        parents = [part for parent in body["parents"] for part in ("-p", parent)]
        sha = self._git("commit-tree", body["tree"], *parents, stdin=body["message"].encode(), env=env)
        return 201, shapes.git_commit(self._document(sha.decode().strip()))

    def _make_ref(self, *, body: Any, **_: Any) -> Answer:
        try:
            self._git("update-ref", body["ref"], body["sha"], "0" * 40)
        except Refused as error:
            raise Refused(422, "Reference already exists") from error
        return 201, shapes.reference(body["ref"], body["sha"])

    def _list_pulls(self, *, query: dict[str, str], **_: Any) -> Answer:
        state, head = query.get("state", "open"), query.get("head", "").partition(":")[2]
        found = [
            self._pull(str(pull["number"]))
            for pull in self.pulls
            if (state == "all" or pull["state"] == state) and (not head or pull["head"]["ref"] == head)
        ]
        return 200, self._paged(found[::-1] if query.get("direction") == "desc" else found, query)

    def _pull(self, number: str) -> dict[str, Any]:
        """As it stands: the head of an open one follows its branch."""
        pull = next((pull for pull in self.pulls if pull["number"] == int(number)), None)
        if pull is None:
            raise Refused(404, "Not Found")
        if pull["state"] == "open":
            pull["head"]["sha"] = self._sha(f"refs/heads/{pull['head']['ref']}")
        return pull

    def _make_pull(self, *, body: Any, **_: Any) -> Answer:
        for side in ("head", "base"):
            if not self._text("for-each-ref", f"refs/heads/{body[side]}"):
                error = {"resource": "PullRequest", "field": side, "code": "invalid"}
                raise Refused(422, "Validation Failed", errors=[error])
        head = self._sha(f"refs/heads/{body['head']}")
        if any(pull["head"]["ref"] == body["head"] and pull["state"] == "open" for pull in self.pulls):
            raise Refused(422, f"A pull request already exists for acme:{body['head']}.")
        if len(body["body"]) > 65_536:
            raise Refused(422, "body is too long (maximum is 65536 characters)")
        made = shapes.pull_request(len(self.pulls) + 1, f"{self.url}/{LOCATION}", body, head)
        self.pulls.append(made)
        return 201, made

    def branches(self) -> list[str]:
        """Names, sorted."""
        return self._text("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split()

    def end(self, number: int, *, merged: str = "") -> None:
        """As a person closes it, or merges it as the commit `merged`."""
        ended = {"state": "closed", "closed_at": shapes.AT}
        self._pull(str(number)).update(
            {**ended, **({"merged_at": shapes.AT, "merge_commit_sha": merged} if merged else {})}
        )

    def _ask(self, number: str, *, body: Any, **_: Any) -> Answer:
        if not self.collaborators.issuperset(body["reviewers"]):
            raise Refused(422, "Reviews may only be requested from collaborators.")
        pull = self._pull(number)
        pull["requested_reviewers"] += [shapes.user(login) for login in body["reviewers"]]
        return 201, pull

    def _label(self, number: str, *, body: Any, **_: Any) -> Answer:
        pull = self._pull(number)
        pull["labels"] += [shapes.label(name) for name in body["labels"]]
        self.labels[int(number)] = [label["name"] for label in pull["labels"]]
        return 200, pull["labels"]

    def _said(self, number: str, query: dict[str, str]) -> list[dict[str, Any]]:
        self._pull(number)
        return self._paged(self.comments.get(int(number), []), query)

    def _say(self, number: str, *, body: Any, **_: Any) -> Answer:
        self._pull(number)
        said = self.comments.setdefault(int(number), [])
        said.append(shapes.comment(len(said) + 1, body["body"]))
        return 201, said[-1]
