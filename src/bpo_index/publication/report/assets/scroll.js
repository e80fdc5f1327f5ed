"use strict";

// Tables that do not fit are scrolled by the keyboard too; those that fit are no stop on the way.
function markScrolling() {
  for (const one of document.querySelectorAll(".scroll, figure")) {
    const label = one.dataset.label ?? one.querySelector("title")?.id;
    const names = { tabindex: "0", role: "region", "aria-labelledby": label };
    const scrolls = one.scrollWidth > one.clientWidth;
    for (const [name, value] of Object.entries(names)) scrolls ? one.setAttribute(name, value) : one.removeAttribute(name);
  }
}
addEventListener("resize", markScrolling);
markScrolling();

