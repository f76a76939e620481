// Gives the rich text field what it lacks: a name that screen readers say, Swedish words on its buttons, and a
// warning before typed text is left behind.
const WORDS = {
  Bold: "Fetstil", Italic: "Kursiv", Heading: "Underrubrik", BulletList: "Punktlista", OrderedList: "Numrerad lista",
  Link: "Länk", Blockquote: "Citat", Table: "Tabell", History: "Ångra",
  bold: "Fetstil", italic: "Kursiv", link: "Infoga länk", linkOff: "Ta bort länk", undo: "Ångra", redo: "Gör om",
};

document.addEventListener("prose-editor:ready", (event) => {
  const { editor, textarea } = event.detail;
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  label.id ||= `${textarea.id}-label`;
  const described = textarea.getAttribute("aria-describedby");
  editor.setOptions({
    editorProps: {
      attributes: {
        "aria-labelledby": label.id, role: "textbox", "aria-multiline": "true", lang: "sv", spellcheck: "true",
        ...(described && { "aria-describedby": described }),
      },
    },
  });
  label.addEventListener("click", () => editor.commands.focus());
  editor.on("update", () => { textarea.form.dataset.changed = "yes"; });
  const bar = textarea.closest(".prose-editor")?.querySelector(".prose-menubar");
  bar?.setAttribute("role", "toolbar");
  bar?.setAttribute("aria-label", "Textens utseende");
});

for (const form of document.querySelectorAll("form[data-unsaved]")) {
  form.addEventListener("input", () => { form.dataset.changed = "yes"; });
  form.addEventListener("submit", () => { delete form.dataset.changed; });
  window.addEventListener("beforeunload", (event) => { if (form.dataset.changed) event.preventDefault(); });
}
