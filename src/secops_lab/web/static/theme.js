// The theme: the system's theme until the button is pressed, then the selected theme. Runs before the page is displayed.
"use strict";
{
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = localStorage.getItem("case-wall-theme");
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  const dark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

  // A frame of another origin cannot read the page; its address contains the selected theme (`#dark`).
  // The address is set here, once before loading: a frame whose address changes while it loads may keep the old one.
  const setAddress = (frame) => { frame.src = frame.dataset.frame + (root.dataset.theme ? "#" + root.dataset.theme : ""); };
  // If the theme was selected meanwhile, set the address again: a new fragment does not reload a loaded frame.
  const setAddressAgain = (event) => setAddress(event.target);
  globalThis.setFrameAddresses = (node) => node.querySelectorAll("iframe[data-frame]").forEach(setAddress);

  addEventListener("DOMContentLoaded", () => {
    setFrameAddresses(document);
    const button = document.getElementById("theme");
    const name = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
    button.hidden = false;
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      localStorage.setItem("case-wall-theme", root.dataset.theme);
      name();
      setFrameAddresses(document);
      document.querySelectorAll("iframe[data-frame]").forEach((frame) => frame.addEventListener("load", setAddressAgain));
    });
    system.addEventListener("change", name);
    name();
  });
}
