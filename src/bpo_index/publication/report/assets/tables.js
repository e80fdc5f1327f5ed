// Tables that are sorted by their headings and searched by name, by mouse and keyboard. Without a script neither is offered.
const Tables = (() => {
  const language = document.documentElement.lang || "en";
  const chosen = new Map(); // Table to the column it is sorted by, and whether the largest comes first.
  const searched = new Map(); // Table to its search field.

  // The value of a cell: a number where it is one, null where there is none.
  function read(row, column) {
    const cell = row.cells[column];
    const text = cell.dataset.key ?? cell.textContent.trim();
    if (text === "" || text === "–") return null;
    return Number.isNaN(Number(text)) ? text : Number(text);
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
    return a.localeCompare(b, language, { numeric: true });
  }

  // Rows without a value come last, whichever way the others are sorted.
  function list(table, column, descending) {
    const rows = [...table.tBodies[0].rows].map((row) => ({ row, value: read(row, column) }));
    const there = rows.filter((one) => one.value !== null).sort((a, b) => (descending ? -1 : 1) * compare(a.value, b.value));
    return [...there, ...rows.filter((one) => one.value === null)].map((one) => one.row);
  }

  const isSorted = (table, column, descending) => list(table, column, descending).every((row, n) => row === table.tBodies[0].rows[n]);

  // Sorts and filters anew, after rows were written again in their own order.
  function arrange(table) {
    const { column, descending } = chosen.get(table) ?? {};
    if (column !== undefined) table.tBodies[0].append(...list(table, column, descending));
    const field = searched.get(table);
    if (field) filter(table, field);
  }

  function sort(table, column) {
    const heads = [...table.tHead.rows[0].cells];
    const now = heads[column].getAttribute("aria-sort");
    const descending = now ? now === "ascending" : isSorted(table, column, false);
    chosen.set(table, { column, descending });
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
    arrange(table);
  }

  // The words of a heading, without the scale that may stand beside them.
  function findWords(head) {
    const walker = document.createTreeWalker(head, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      if (walker.currentNode.data.trim() && !walker.currentNode.parentElement.closest("[aria-hidden]")) return walker.currentNode;
    }
    return null;
  }

  function offerSorting(table) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const words = findWords(head);
      if (!words) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      words.replaceWith(button);
      button.append(words);
      button.addEventListener("click", () => sort(table, column));
    });
    table.tHead.rows[0].cells[0].setAttribute("aria-sort", "ascending");
  }

  // Small and capital letters, and those with and without accents, are the same.
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase(language);

  function filter(table, field) {
    const wanted = fold(field.value.trim());
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) row.hidden = !fold(row.querySelector("th").textContent).includes(wanted);
    const said = JSON.parse(field.dataset.found);
    field.nextElementSibling.textContent = wanted ? said[rows.filter((row) => !row.hidden).length] : "";
  }

  document.querySelectorAll("table[data-sort]").forEach(offerSorting);
  for (const field of document.querySelectorAll("[data-search]")) {
    const table = document.getElementById(field.dataset.search);
    searched.set(table, field);
    field.addEventListener("input", () => filter(table, field));
    field.closest(".search").hidden = false;
  }
  return { arrange };
})();

