// Some browsers drop the meaning of a table whose rows are shown as blocks on a phone; spelled-out roles keep it.
const ROLES = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };
const headRole = (cell) => (cell.closest("thead") ? "columnheader" : "rowheader");

const spellOut = (root) => {
  const tables = new Set([...root.querySelectorAll("[data-label]")].map((cell) => cell.closest("table")));
  tables.forEach((table) => {
    if (!table || table.hasAttribute("role")) return;
    table.setAttribute("role", ROLES.table);
    table
      .querySelectorAll("thead, tbody, tr, td")
      .forEach((part) => part.setAttribute("role", ROLES[part.localName]));
    table.querySelectorAll("th").forEach((cell) => cell.setAttribute("role", headRole(cell)));
  });
};

spellOut(document);
document.addEventListener("htmx:load", (event) => spellOut(event.detail.elt.parentNode ?? document));
