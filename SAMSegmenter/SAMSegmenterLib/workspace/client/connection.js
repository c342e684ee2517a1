/* Notices that the workspace was lost or the connection dropped, says so, and loads the page again once it is back. */
(function () {
  const EVERY = 3000, PATIENCE = 2;
  let workspace = null, missed = 0, banner = null;

  function say(text, again = false) {
    if (!text) { if (banner) banner.remove(); banner = null; return; }
    if (!banner) {
      banner = document.createElement("div");
      banner.className = "sam-lost";
      banner.setAttribute("role", "alert");
      document.body.appendChild(banner);
    }
    if (banner.firstChild && banner.firstChild.data === text) return; /* it is not read aloud again */
    banner.textContent = text;
    if (!again) return;
    const button = document.createElement("button");
    button.textContent = "Try again";
    button.addEventListener("click", () => location.reload());
    banner.append(" ", button);
  }

  async function look() {
    try {
      const answer = await fetch("/session", { cache: "no-store" });
      if (answer.status === 403) { say("This page may not be used any more: open the address again."); return; }
      const told = await answer.json();
      missed = 0;
      if (told.error) say(told.error, true);
      else if (told.workspace === null) say("The workspace ended unexpectedly and is started again.");
      else if (workspace === null) { workspace = told.workspace; say(""); }
      else if (workspace !== told.workspace) location.reload();
      else if (banner) location.reload();
    } catch (error) {
      missed += 1;
      if (missed >= PATIENCE) say("The connection was lost. Accepted segments are kept; the page comes back by itself.");
    }
    window.setTimeout(look, EVERY);
  }
  look();
})();
