// The search box: "/" goes to it, and names are suggested while typing. Without this file it is a plain form.
const boxes = document.querySelectorAll("form.search-box");

document.addEventListener("keydown", (event) => {
  const field = boxes[0]?.querySelector("input");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || !field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

for (const box of boxes) {
  const field = box.querySelector("input");
  const list = box.querySelector("datalist");
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    const typed = field.value.trim();
    if (!typed) return;
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(`${box.dataset.suggestions}?${new URLSearchParams({ q: typed })}`);
        if (!answer.ok || field.value.trim() !== typed) return;
        const [, names, kinds] = await answer.json();
        list.replaceChildren(
          ...names.map((name, place) => Object.assign(document.createElement("option"), { value: name, label: kinds[place] })),
        );
      } catch {
        // offline: the form works all the same
      }
    }, 200);
  });
}
