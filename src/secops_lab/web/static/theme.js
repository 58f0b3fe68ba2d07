// The theme: the system's until the button is pressed, then the one that was chosen. Runs before anything is drawn.
"use strict";
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem("case-wall-theme");
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  const dark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

  // A frame of another origin cannot see the page; it is told the chosen theme in its address (`#dark`).
  const tell = (frame) => {
    if (root.dataset.theme) frame.src = frame.getAttribute("src").split("#")[0] + "#" + root.dataset.theme;
  };
  globalThis.tellTheme = (node) => node.querySelectorAll("iframe").forEach(tell);

  addEventListener("DOMContentLoaded", () => {
    tellTheme(document);
    const button = document.getElementById("theme");
    const name = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      localStorage.setItem("case-wall-theme", root.dataset.theme);
      name();
      tellTheme(document);
    });
    system.addEventListener("change", name);
    name();
  });
}
