/** The way out of what takes every key: Ctrl, Alt and Shift pressed together, and let go. */
const PARTS = ["Control", "Alt", "Shift", "Meta", "AltGraph"]; // with Shift held, some keyboards call Alt by another name

/** Calls `leave` when all three are up again, so that the machine has been told so. Gives what ends the watch. */
export function watchChord(element: HTMLElement, leave: () => void): () => void {
  let isChord = false;
  const down = (event: KeyboardEvent) => {
    isChord = PARTS.includes(event.key) && event.ctrlKey && event.altKey && event.shiftKey;
  };
  const up = (event: KeyboardEvent) => {
    if (!isChord || event.ctrlKey || event.altKey || event.shiftKey) return;
    isChord = false;
    leave();
  };
  element.addEventListener("keydown", down, true);
  element.addEventListener("keyup", up, true);
  return () => {
    element.removeEventListener("keydown", down, true);
    element.removeEventListener("keyup", up, true);
  };
}
