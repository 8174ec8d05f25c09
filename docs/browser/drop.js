// SPDX-License-Identifier: Apache-2.0
// Files that a user chooses or drops anywhere on the page.

/** open(files) gets an array of File. target: the element that shows that a drop would be taken. */
export function acceptFiles(input, target, open) {
  input.addEventListener("change", () => {
    if (input.files.length) open([...input.files]);
    input.value = ""; // the same file again is a change
  });
  let depth = 0; // enter and leave come for every element below the pointer
  const over = (by) => {
    depth = Math.max(0, depth + by);
    target.classList.toggle("over", depth > 0);
  };
  const holdsFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  addEventListener("dragenter", (event) => holdsFiles(event) && over(1));
  addEventListener("dragleave", (event) => holdsFiles(event) && over(-1));
  addEventListener("dragover", (event) => holdsFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    over(-depth);
    open([...event.dataTransfer.files]);
  });
}
