"use strict";
// A dropped file is a chosen one; the form is sent at once.
document.addEventListener("dragover", (event) => { event.preventDefault(); document.querySelector(".drop")?.classList.add("over"); });
document.addEventListener("dragleave", () => document.querySelector(".drop")?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  const form = document.querySelector(".drop");
  if (!form || !event.dataTransfer?.files.length) return;
  form.querySelector("input[type=file]").files = event.dataTransfer.files;
  form.requestSubmit();
});
document.addEventListener("change", (event) => {
  if (event.target.matches(".drop input[type=file]") && event.target.files.length) event.target.form.requestSubmit();
});
document.addEventListener("submit", (event) => {
  if (event.target.matches(".drop")) document.getElementById("busy").classList.add("htmx-request");
});

// A part of the page that is put in anew stays where it was: scroll, focus, what is being typed, what is open.
const isTyped = (one) => one?.matches?.("#work input:not([type=checkbox]):not([type=radio])") ?? false;
const readForm = () => {
  const form = document.getElementById("work");
  return form ? [...new FormData(form)].map(([key, value]) => [key, String(value)]) : [];
};
let sent = [], kept = null;
document.addEventListener("htmx:beforeRequest", (event) => { if (event.target.id === "work") sent = readForm(); });
document.addEventListener("htmx:beforeSwap", (event) => {
  const active = document.activeElement, typed = isTyped(active);
  // Changed again since it was sent: the answer to that is on its way, and this one would undo it.
  const others = (fields) => JSON.stringify(fields.filter(([key]) => !typed || key !== active.name));
  if (event.detail.requestConfig?.elt?.id === "work" && others(sent) !== others(readForm())) {
    event.detail.shouldSwap = false;
    return;
  }
  const before = typed && sent.find(([key]) => key === active.name)?.[1];
  kept = {
    y: window.scrollY,
    id: active?.id,
    top: active?.getBoundingClientRect().top,
    typed: typed && before !== active.value ? [active.value, active.selectionStart, active.selectionEnd] : null,
    open: new Map([...document.querySelectorAll("details[id]")].map((one) => [one.id, one.open])),
    sideways: [...document.querySelectorAll(".scroll[id], .many")].map((one) => [one.scrollLeft, one.scrollTop]),
    said: new Set([...document.querySelectorAll("[role=alert]")].map((one) => one.id + one.textContent)),
  };
});
const putBack = () => {
  if (!kept) return;
  const { y, id, top, typed, open, sideways, said } = kept;
  kept = null;
  for (const one of document.querySelectorAll("details[id]")) if (open.has(one.id) && !("open" in one.dataset)) one.open = open.get(one.id);
  document.querySelectorAll(".scroll[id], .many").forEach((one, n) => { if (sideways[n]) [one.scrollLeft, one.scrollTop] = sideways[n]; });
  const control = id && id !== "main" ? document.getElementById(id) : null;
  if (control && document.activeElement !== control) control.focus({ preventScroll: true });
  if (control && typed) {
    [control.value] = typed;
    control.setSelectionRange(typed[1], typed[2]);
    control.dataset.typed = "";
  }
  if (control) window.scrollBy({ top: control.getBoundingClientRect().top - top, behavior: "instant" });
  else window.scrollTo({ top: y, behavior: "instant" });
  const news = [...document.querySelectorAll("[role=alert]")].find((one) => !said.has(one.id + one.textContent));
  news?.scrollIntoView({ block: "nearest", behavior: "instant" });
  markWide();
};
document.addEventListener("htmx:afterSwap", putBack);
// What was typed while the page was put in anew is taken when the field is left.
document.addEventListener("change", (event) => { delete event.target.dataset.typed; });
document.addEventListener("focusout", (event) => {
  if ("typed" in (event.target.dataset ?? {}) && event.target.isConnected) event.target.dispatchEvent(new Event("change", { bubbles: true }));
});

// A link to a control opens what it is in.
document.addEventListener("click", (event) => {
  const hash = event.target.closest?.("a[href^='#']")?.hash ?? "";
  const control = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!control || !control.closest("details, fieldset")) return;
  event.preventDefault();
  for (let one = control.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
  control.focus();
  control.scrollIntoView({ block: "center", behavior: "instant" });
});

// Whether a table holds more than is seen.
function markWide() {
  for (const one of document.querySelectorAll(".scroll")) one.toggleAttribute("data-wide", one.scrollWidth > one.clientWidth + 1);
}
window.addEventListener("resize", markWide);
document.addEventListener("toggle", markWide, true);
document.addEventListener("DOMContentLoaded", markWide);

// What the server could not answer is said; the page stays as it is.
const sayFault = (event) => {
  const fault = document.getElementById("fault"), text = event.detail.xhr?.status === 409 ? event.detail.xhr.responseText : "";
  fault.textContent = text || (event.detail.xhr?.status ? "That could not be taken: a fault of bpo-index." : "The program on this machine does not answer. Is it still running?");
  fault.hidden = false;
};
document.addEventListener("htmx:responseError", sayFault);
document.addEventListener("htmx:sendError", sayFault);
document.addEventListener("htmx:afterSwap", () => { document.getElementById("fault").hidden = true; });
