/** A browser that comes for the first time draws its page in the system's font; later it has ours before it draws. */
const KEPT = "openqrm.fonts";
const DRAWN_MS = 3000; // what the page itself needs goes first

export function startFonts(): void {
  setTimeout(() => void load(), localStorage.getItem(KEPT) ? 0 : DRAWN_MS);
}

/** For who measures letters, as terminals do. A browser that cannot have them measures the system's. */
export async function lettersOf(font: string): Promise<void> {
  await load();
  await document.fonts.load(font).catch(() => []);
}

async function load(): Promise<void> {
  await import("../fonts.css");
  localStorage.setItem(KEPT, "there");
}
