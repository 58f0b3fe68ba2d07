// The theme: the system's until the button is pressed, then the one that was chosen. Runs before anything is drawn.
"use strict";
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem("case-wall-theme");
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  const dark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

  // A frame of another origin cannot see the page; it is told the chosen theme in its address (`#dark`).
  // The address is set here, once before loading: a frame whose address changes while it loads may keep the old one.
  const lead = (frame) => { frame.src = frame.dataset.frame + (root.dataset.theme ? "#" + root.dataset.theme : ""); };
  // Where the theme was chosen meanwhile, it is told anew: to what has loaded, a new fragment loads nothing again.
  const again = (event) => lead(event.target);
  globalThis.leadFrames = (node) => node.querySelectorAll("iframe[data-frame]").forEach(lead);

  addEventListener("DOMContentLoaded", () => {
    leadFrames(document);
    const button = document.getElementById("theme");
    const name = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      localStorage.setItem("case-wall-theme", root.dataset.theme);
      name();
      leadFrames(document);
      document.querySelectorAll("iframe[data-frame]").forEach((frame) => frame.addEventListener("load", again));
    });
    system.addEventListener("change", name);
    name();
  });
}
