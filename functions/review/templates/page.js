// Makes two pages better and none possible: without it, Check is a button and a link looks again.
(() => {
  "use strict";
  const read = async (url, options) => {
    const answer = await fetch(url, { credentials: "same-origin", ...options });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  };
  // The region stays, so that a screen reader announces what is new in it.
  const renew = (region, from) => {
    const fresh = from.getElementById(region.id);
    if (fresh && fresh.textContent !== region.textContent) region.replaceChildren(...fresh.childNodes);
    return fresh;
  };

  const verdict = document.getElementById("verdict");
  if (verdict) {
    const form = document.querySelector("form");
    let asked, timer;
    const ask = async () => {
      asked?.abort();
      asked = new AbortController();
      const body = new URLSearchParams(new FormData(form));
      body.set("action", "check");
      verdict.setAttribute("aria-busy", "true");
      try {
        const page = await read(form.getAttribute("action"), { method: "POST", body, signal: asked.signal });
        if (!renew(verdict, page)) verdict.textContent = "The gate could not be asked. Press Check.";
      } catch (error) {
        if (error.name === "AbortError") return;
        verdict.textContent = "The gate could not be reached. Press Check.";
      }
      verdict.removeAttribute("aria-busy");
    };
    form.addEventListener("input", (event) => {
      if (!event.target.matches("textarea.code")) return;
      clearTimeout(timer);
      timer = setTimeout(ask, 700);
    });
  }

  const progress = document.getElementById("progress");
  if (progress) {
    let seconds = 3;
    const look = async () => {
      let going = true;
      try {
        const fresh = document.hidden ? progress : renew(progress, await read(location.href));
        going = fresh?.hasAttribute("data-running");
      } catch {
        // Not reachable now: the next look may be luckier.
      }
      seconds = Math.min(seconds * 1.2, 30);
      if (going) setTimeout(look, seconds * 1000);
    };
    setTimeout(look, seconds * 1000);
  }
})();
