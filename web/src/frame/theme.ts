/** Light, dark, or as the system has it. */
const KEPT = "openqrm.theme";
const DARK = "pf-v6-theme-dark";
export type Theme = "light" | "dark";

export function startTheme(): void {
  show(theme());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => show(theme()));
}

export function theme(): Theme {
  const kept = localStorage.getItem(KEPT);
  if (kept === "light" || kept === "dark") return kept;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function chooseTheme(wanted: Theme): void {
  localStorage.setItem(KEPT, wanted);
  show(wanted);
}

function show(wanted: Theme): void {
  document.documentElement.classList.toggle(DARK, wanted === "dark");
}
