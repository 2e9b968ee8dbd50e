// Says when what is shown is no longer all: a part that is marked for it is fetched anew, and
// elsewhere a line says so. Every page is whole without this.
"use strict";

const line = document.getElementById("live");
let source = null;

function tell() {
  const again = document.createElement("a");
  again.href = "";
  again.textContent = "Load it again";
  line.replaceChildren("Something was recorded since this page was made. ", again);
}

function renew(part) {
  const request = new XMLHttpRequest();
  request.responseType = "document";
  request.onerror = tell;
  request.onload = () => {
    const page = request.status === 200 ? request.response : null;
    const fresh = page && page.querySelector("[data-live]");
    if (!fresh || part.contains(document.activeElement)) {
      tell();
      return;
    }
    line.dataset.entries = page.getElementById("live").dataset.entries;
    part.replaceWith(fresh);
    line.textContent = "What is below was brought up to date.";
  };
  request.open("GET", location.href);
  request.send();
}

function recorded(event) {
  if (Number(event.data) > Number(line.dataset.entries)) {
    const part = document.querySelector("[data-live]");
    if (part) renew(part);
    else tell();
  }
}

// A browser has few connections to a server: one that nobody looks at is closed.
function listen() {
  if (document.hidden && source) {
    source.close();
    source = null;
  } else if (!document.hidden && !source) {
    source = new EventSource("/live");
    source.addEventListener("entries", recorded);
  }
}

if (line) {
  document.addEventListener("visibilitychange", listen);
  listen();
}
