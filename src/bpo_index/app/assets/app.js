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
