"""Decides the way a browser would: opens the mail's link, reads the form, types the word, sends it."""

import re
from urllib.parse import urlparse

import requests

from mendloop.cli.loopback import refuse_other_hosts
from mendloop.domain.errors import Unavailable

NONCE = re.compile(r'name="nonce" value="([^"]+)"')
WORD = re.compile(r"Type <code>([^<]+)</code>")


class Visitor:
    """One visitor's session. Hosts below .localhost are reached at 127.0.0.1, as browsers do."""

    def __init__(self, endpoint: str) -> None:
        refuse_other_hosts(endpoint)
        self._endpoint = endpoint
        self.cookie = ""

    def get(self, url: str) -> "requests.Response":
        """Follows one redirect and keeps the cookie."""
        answer = self._send("GET", url)
        if answer.status_code in {302, 303} and "location" in answer.headers:
            origin = urlparse(url)
            answer = self._send("GET", f"{origin.scheme}://{origin.netloc}{answer.headers['location']}")
        return answer

    def decide(self, link: str, action: str, comment: str = "") -> "requests.Response":
        """Open the link, then send the form of the page it leads to."""
        page = self.get(link)
        nonce, word = NONCE.search(page.text), WORD.search(page.text)
        if not nonce or not word:
            raise Unavailable(f"the page shows no form: {page.status_code}")
        path = re.search(r'action="([^"]+/decision)"', page.text)
        origin = urlparse(link)
        site = f"{origin.scheme}://{origin.netloc}"
        form = {"nonce": nonce[1], "word": word[1], "action": action, "comment": comment}
        answer = self._send("POST", f"{site}{path[1] if path else ''}", data=form, origin=site)
        if answer.status_code not in {200, 303}:
            raise Unavailable(f"the decision was not taken: {answer.status_code}")
        return answer

    def _send(self, method: str, url: str, data: dict[str, str] | None = None, origin: str = "") -> "requests.Response":
        parts = urlparse(url)
        headers = {"Host": parts.netloc, **({"Cookie": self.cookie} if self.cookie else {})}
        if origin:
            headers |= {"Origin": origin, "Sec-Fetch-Site": "same-origin"}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method, f"{self._endpoint}{parts.path}", headers=headers, data=data, allow_redirects=False, timeout=30
            )
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer
